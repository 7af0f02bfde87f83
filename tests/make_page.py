"""Writes what the page is served with: the list of its sources, what it shows before Python has arrived, the hashes.

    python -m tests.make_page
"""
import json
import os
import subprocess
import sys

from web import hashes
from web.session import Page

WEB = os.path.dirname(os.path.abspath(hashes.__file__))
ROOT = os.path.dirname(WEB)

# The questions that between them load every module that the page may need.
QUESTIONS = """
import json, os, sys
sys.path.insert(0, %r)
from web.session import Page
page = Page()
def ask(question, **values):
    answer = json.loads(page.answer(json.dumps({"question": question, **values})))
    return answer
for task in ("xor", "linear", "gate"):
    for hidden in ("", "none", "8 8 8 8"):
        ask("start", form={"task": task, "hidden": hidden})
        ask("advance", epochs=2, maps=3, slopes=True), ask("explanation", sample=0, part="")
        ask("card", sample=0, column=1, place=0), ask("card", sample=0, column=1, place=0, source=0)
for optimizer in ("momentum", "adagrad", "rmsprop", "adam"):
    ask("start", form={"task": "xor", "optimizer": optimizer, "activation": "tanh"})
    ask("advance", epochs=2), ask("explanation", sample=0, part="")
ask("start", form={"task": "xor", "epochs": "5"}), ask("advance", epochs=9)
ask("start", form={"task": "xor", "lr": "1e300", "activation": "identity"})
ask("advance", epochs=2), ask("start", form={"task": "xor", "lr": "0"})
for name in ("tanh-derivative", "updated-weights", "gradient-overwritten", "log-of-zero"):
    assert "text" in ask("caught", name=name)
ask("start", form={"task": "xor", "mistake": "equal-weights"}), ask("advance", epochs=2)
ask("record", sample=0), ask("go", number=0, how="formula"), ask("wrote", number=9, column=1, place=0, source=0)
ask("act", what="add_layer", values=[]), ask("read_csv", text="0,0,a\\n1,1,b\\n")
print(json.dumps(sorted(module.__file__ for name, module in sys.modules.items()
                        if name.split(".")[0] in ("purenn", "web") and getattr(module, "__file__", None))))
"""


def sources() -> list:
    """The files of purenn and of the page that a browser's own Python needs."""
    said = subprocess.run([sys.executable, "-S", "-E", "-c", QUESTIONS % ROOT], stdout=subprocess.PIPE, check=True,
                          encoding="utf-8", timeout=300)
    return [os.path.relpath(path, ROOT).replace(os.sep, "/") for path in json.loads(said.stdout)]


def first() -> dict:
    """What the page shows before Python has arrived: xor as it begins."""
    page = Page()
    state = json.loads(page.answer('{"question": "start", "form": {"task": "xor"}}'))
    maps = json.loads(page.answer('{"question": "look", "maps": 31}'))["maps"]
    return {"state": state, "maps": [[[round(value, 2) for value in neuron] for neuron in layer] for layer in maps]}


def main() -> None:
    """Write them."""
    _write("sources.json", json.dumps(sources(), indent=0) + "\n")
    _write("first.json", json.dumps(first(), separators=(",", ":")) + "\n")
    with open(os.path.join(WEB, "index.html"), encoding="utf-8") as file:
        page = file.read()
    _write("index.html", hashes.renewed(page))


def _write(name: str, text: str) -> None:
    with open(os.path.join(WEB, name), "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


if __name__ == "__main__":
    main()
