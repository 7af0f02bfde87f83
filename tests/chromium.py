"""A real browser for the tests of the page: headless Chromium, told what to do over a pipe.

The messages are those of the Chrome DevTools Protocol, https://chromedevtools.github.io/devtools-protocol/: a JSON
object each, with a zero byte after it. ``python3 -m tests.chromium FILE.png`` takes a picture of the page.
"""
import base64
import functools
import http.server
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from .anywhere import MODULES, ROOT, chromium

# Chromium reads from file descriptor 3 and writes to 4: the pipes are put there, whatever was there, and it takes over.
ADOPT = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """One page in a Chromium of its own; a context, at whose end nothing is left of it.

    ``problems`` are the page's own errors and the files that it asked for in vain.
    """

    def __enter__(self):
        self.process, self.pipes = None, []
        self.folder = tempfile.mkdtemp(prefix="purenn-chromium-")
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        read, self.write = os.pipe()
        self.read, write = os.pipe()
        self.pipes = [self.read, self.write]
        options = ["--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run",
                   "--disable-dev-shm-usage", "--disable-background-networking", "--hide-scrollbars",
                   "--user-data-dir=" + self.folder]
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-E", "-c", ADOPT, str(read), str(write), chromium(), *options, "about:blank"],
            pass_fds=(read, write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": self.folder})
        os.close(read)
        os.close(write)
        self.rest = b""
        self.count = 0
        self.session = None
        self.problems = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Accessibility"):
            self.call(domain + ".enable")

    def __exit__(self, *_):
        for pipe in self.pipes:
            os.close(pipe)                      # at which Chromium ends
        if self.process:
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, **parameters):
        """Ask for something and wait for the answer."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + 60
        while True:
            answer = self._next(until)
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise RuntimeError("%s: %s" % (method, answer["error"]["message"]))
                return answer["result"]
            self._note(answer)

    def _next(self, until):
        while b"\0" not in self.rest:
            if not select.select([self.read], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            chunk = os.read(self.read, 1 << 20)
            if not chunk:
                raise RuntimeError("Chromium has ended")
            self.rest += chunk
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message.decode())

    def _note(self, event):
        if event.get("method") == "Runtime.exceptionThrown":
            details = event["params"]["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description") or details["text"])
        entry = event.get("params", {}).get("entry", {})
        if entry.get("level") == "error":
            self.problems.append("%s %s" % (entry["text"], entry.get("url", "")))

    def run(self, script):
        """The value of a piece of JavaScript in the page."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError("%s: %s" % (script, result["exceptionDetails"]["exception"].get("description")))
        return result["result"].get("value")

    def until(self, script, seconds=60):
        """Wait until a piece of JavaScript is true."""
        end = time.monotonic() + seconds
        while not self.run(script):
            if time.monotonic() > end:
                raise TimeoutError("%s is not true after %d s; the page says: %s; its problems: %s" % (
                    script, seconds, self.run("document.body.innerText.slice(0, 2000)"), self.problems))
            time.sleep(0.05)

    def open(self, url, width=1280, height=900, scheme="light"):
        """Go to a page, on a screen of that size."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=url)

    def press(self, key, text=""):
        """Press a key: "Tab", "Enter", " " …"""
        codes = {"Tab": 9, "Enter": 13, " ": 32, "ArrowDown": 40, "ArrowUp": 38}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key if key != " " else "Space",
                      windowsVirtualKeyCode=codes.get(key, 0), text=text if kind == "keyDown" else "")

    def screenshot(self, file, whole=True):
        """The whole page as a PNG, or what a screen shows of it."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize" if whole else "cssLayoutViewport"]
        size = {"width": size.get("width") or size["clientWidth"], "height": size.get("height") or size["clientHeight"]}
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(data))

    def nodes(self):
        """What a screen reader is told: (role, name) of everything that is not ignored."""
        return [(node["role"]["value"], node.get("name", {}).get("value", ""))
                for node in self.call("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]


def page() -> bytes:
    """web/index.html, with the address of Pyodide changed to that of the copy from npm."""
    with open(os.path.join(ROOT, "web", "index.html"), encoding="utf-8") as file:
        text = file.read()
    start = text.index('data-pyodide="') + len('data-pyodide="')
    return (text[:start] + "/web/node_modules/pyodide/" + text[text.index('"', start):]).encode()


class Handler(http.server.SimpleHTTPRequestHandler):
    """The project's folder, npm's below /web/node_modules/, and pages that are only here."""

    pages: dict = {}
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript",
                      ".wasm": "application/wasm", ".py": "text/plain"}

    def do_GET(self):  # noqa: N802
        """A page or a file."""
        if self.path not in self.pages:
            super().do_GET()
            return
        body = self.pages[self.path]
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Last-Modified", "Mon, 01 Jan 2001 00:00:00 GMT")      # old: a browser keeps it, if it may
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def translate_path(self, path):
        """Below /web/node_modules/ is npm's folder, wherever it is."""
        inside = os.path.relpath(super().translate_path(path), os.path.join(ROOT, "web", "node_modules"))
        if inside.startswith(os.pardir):
            return super().translate_path(path)
        return os.path.join(MODULES, inside)

    def log_message(self, *_):
        """Say nothing."""


class Server:
    """The project served on this machine alone, and ``pages`` by their paths; a context, whose value is its address."""

    def __init__(self, pages):
        self.pages = pages

    def __enter__(self):
        handler = type("Pages", (Handler,), {"pages": self.pages})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=ROOT))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return "http://127.0.0.1:%d/" % self.server.server_port

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def main(file):
    """A picture of the page, where xor has learned, as a screen shows it; in few colors, by Pillow (extra: plots)."""
    from PIL import Image
    with Server({"/web/": page()}) as address, Browser() as browser:
        browser.open(address + "web/#task=xor&epochs=3500", height=1000)
        browser.until("document.documentElement?.dataset.ready === 'yes'", 120)
        browser.screenshot(file, whole=False)
    Image.open(file).convert("RGB").quantize(128).save(file, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
