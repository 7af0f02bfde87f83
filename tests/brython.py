"""Run a script of this project in Brython, Python compiled to JavaScript, in headless Chromium.

    python3 -m tests.brython SCRIPT

SCRIPT is a path below the project's folder. Brython is where ``npm install --prefix web`` puts it.
"""
import sys

from . import chromium

PAGE = """<!DOCTYPE html>
<script src="/web/node_modules/brython/brython.js"></script>
<script src="/web/node_modules/brython/brython_stdlib.js"></script>
<body onload="brython({pythonpath: ['/']})">
<script type="text/python">
import sys, traceback
from browser import window

class Said:
    def __init__(self):
        self.text = []
    def write(self, text):
        self.text.append(text)
    def flush(self):
        pass

sys.stdout = sys.stderr = said = Said()
status = 0
try:
    exec(open("/%(script)s").read(), {"__name__": "__main__", "__file__": "/%(script)s"})
except BaseException:
    status = 1
    traceback.print_exc()
window.said = "".join(said.text)
window.status_code = status
</script>
"""


def main(script: str) -> int:
    """Run it, print what it printed, and return its exit code."""
    page = PAGE % {"script": script}
    with chromium.Server({"/": page.encode()}) as address, chromium.Browser() as browser:
        browser.open(address)
        browser.until("window.status_code !== undefined", 120)
        sys.stdout.write(browser.run("window.said"))
        return browser.run("window.status_code")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
