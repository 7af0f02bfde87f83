"""The hashes in web/index.html. With them, no browser runs a module of another version, or one changed on its way.

The import map has for each module its integrity and an address with the beginning of its hash. The content security
policy has the hash of that map. main.js, worker.js and the style sheet have such addresses, too. ``python3 -m
tests.make_page`` writes all this; the server makes it anew for each request.
"""
import base64
import hashlib
import json
import os
import re

WEB = os.path.dirname(os.path.abspath(__file__))
MAP = re.compile(r'(<script type="importmap">)(.*?)(</script>)', re.DOTALL)


def digest(data: bytes) -> str:
    """SHA-384 as an integrity attribute has it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()


def renewed(page: str) -> str:
    """The text of index.html with the hashes of the files as they are now."""
    imports, integrity = {}, {}
    for name in sorted(os.listdir(WEB)):
        if name.endswith(".js"):
            found = digest(_read(name))
            address = f"./{name}?{short(found)}"
            imports["./" + name], integrity[address] = address, found
    text = json.dumps({"imports": imports, "integrity": integrity}, indent=0)
    page = MAP.sub(lambda match: match.group(1) + text + match.group(3), page)
    own = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    page = re.sub(r"'sha256-[^']*'", f"'sha256-{own}'", page)
    page = re.sub(r'href="style\.css[^"]*"( integrity="[^"]*")?', _style(), page)
    for name in ("main.js", "worker.js"):
        page = re.sub(r'"%s\?[^"]*"' % re.escape(name), f'"{name}?{short(digest(_read(name)))}"', page)
    main = digest(_read("main.js"))
    return re.sub(r'(src="main\.js\?[^"]*" integrity=)"[^"]*"', lambda match: f'{match.group(1)}"{main}"', page)


def short(found: str) -> str:
    """The part of a hash that stands in an address."""
    return re.sub(r"\W", "", found[7:])[:12]


def _style() -> str:
    found = digest(_read("style.css"))
    return f'href="style.css?{short(found)}" integrity="{found}"'


def _read(name: str) -> bytes:
    with open(os.path.join(WEB, name), "rb") as file:
        return file.read()
