"""The page's own server: files of the project, and the answers to the page's questions, on this machine alone.

It listens on 127.0.0.1, answers its own pages only, reads files of the project and writes none. The protocol is
written down in docs/page.md.
"""
import collections
import http.server
import os
import posixpath
import socketserver
import sys
import threading
import urllib.parse
from typing import Any, Optional

from purenn.runs import PurennError
from purenn.show.terminal import Terminal
from web import hashes
from web.session import Page

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MOST_QUESTION = 1_000_000       # bytes
MOST_PAGES = 16                 # trainings that are kept: those used last
SECONDS = 60                    # that a connection may be silent
# What is served: a file of one of these folders, or one of these files, with one of these endings.
FOLDERS = ("web", "purenn", "docs", "plots", "examples")
FILES = ("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md")
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json",
         ".py": "text/plain", ".md": "text/plain", ".png": "image/png", ".gif": "image/gif", "": "text/plain"}
HEADERS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
           ("Cross-Origin-Resource-Policy", "same-origin"), ("X-Frame-Options", "DENY"))


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """The server; ``url`` is where the page is. Raises OSError where the port is taken."""

    daemon_threads = True
    allow_reuse_address = os.name == "posix"        # elsewhere it would let two servers have one port

    def __init__(self, port: int):
        super().__init__(("127.0.0.1", port), Handler)
        self.pages: "collections.OrderedDict[str, Page]" = collections.OrderedDict()
        self.lock = threading.Lock()                # one question at a time: a planted mistake changes the core for all

    def server_bind(self) -> None:
        """Take the port; unlike the base class, look up no name of this machine, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[0], self.server_address[1]

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self.server_port}/web/"

    def answer(self, page: str, question: str) -> str:
        """The answer to a page's question. The Page is found by the page's name; if there is none, one is made."""
        with self.lock:
            found = self.pages.setdefault(page, Page())
            self.pages.move_to_end(page)
            while len(self.pages) > MOST_PAGES:
                self.pages.popitem(last=False)
            return found.answer(question)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is nothing to report."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(http.server.BaseHTTPRequestHandler):
    """GET: a file. POST /ask: a question."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "purenn", ""
    timeout = SECONDS
    disable_nagle_algorithm = True                  # or the body would wait until the headers have arrived

    def do_GET(self) -> None:  # noqa: N802
        """Send a file of the project."""
        if not self._is_own():
            return
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        if path in ("/", "/web"):
            self._send(302, b"", "text/plain", Location="/web/")
            return
        file = find(path + "index.html" if path.endswith("/") else path)
        if file is None:
            self._refuse(404, "There is no such file here.")
            return
        with open(file, "rb") as handle:
            body = handle.read()
        kind = KINDS[os.path.splitext(file)[1]]
        if file == os.path.join(ROOT, "web", "index.html"):
            page = hashes.renewed(body.decode("utf-8"))
            body = page.replace('data-python="pyodide"', 'data-python="server"').encode("utf-8")
        self._send(200, body, kind if kind.startswith("image") else kind + "; charset=utf-8")

    do_HEAD = do_GET  # noqa: N815

    def do_POST(self) -> None:  # noqa: N802
        """Answer a question."""
        self.close_connection = True                # unless the whole question has been read
        if not self._is_own():
            return
        size = self.headers.get("Content-Length", "")
        if self.path != "/ask":
            self._refuse(404, "Questions go to /ask.")
        elif self.headers.get("Origin") != f"http://{self.headers['Host']}":
            self._refuse(403, "Only this server's own page may ask.")
        elif self.headers.get_content_type() != "application/json":
            self._refuse(415, "A question is application/json.")
        elif not (size.isascii() and size.isdigit() and len(size) < 16):
            self._refuse(411, "A question says how long it is.")
        elif int(size) > MOST_QUESTION:
            self._refuse(413, f"A question has at most {MOST_QUESTION} bytes.")
        else:
            self._answer(self.rfile.read(int(size)))

    def _answer(self, body: bytes) -> None:
        page = self.headers.get("X-Page", "")
        if not (page.isascii() and page.isalnum() and len(page) <= 40):
            self._refuse(400, "A question says which page asks.")
            return
        self.close_connection = False
        try:
            question = body.decode("utf-8")
        except UnicodeDecodeError:
            question = ""
        self._send(200, self.server.answer(page, question).encode("utf-8"), "application/json; charset=utf-8")

    def _is_own(self) -> bool:
        """Whether a request is to this server's own name and not from another page; if not, the refusal is sent."""
        own = {f"{name}:{self.server.server_port}" for name in ("127.0.0.1", "localhost")}
        origin = self.headers.get("Origin")
        is_own = self.headers.get("Host") in own and (origin is None or origin in {f"http://{name}" for name in own})
        if not is_own or self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            self._refuse(403, "This server answers its own page only.")
            return False
        return True

    def _refuse(self, code: int, text: str) -> None:
        self._send(code, (text + "\n").encode(), "text/plain; charset=utf-8", Connection="close")
        self.close_connection = True

    def _send(self, code: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(code)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), *HEADERS, *headers.items()):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: Optional[str] = None, explain: Optional[str] = None) -> None:
        """What the base class refuses, such as a request line that is too long, is refused in plain text."""
        self.command = getattr(self, "command", None) or "GET"
        self._refuse(code, message or "This cannot be answered.")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def find(path: str) -> Optional[str]:
    """The file at the path of an address; None if it is not one of those that are served, or is outside of the project.

    >>> find("/web/../../etc/passwd"), find("/.git/config")
    (None, None)
    """
    parts = path.split("/")[1:]
    if "\\" in path or "\0" in path or posixpath.normpath(path) != path or not path.startswith("/"):
        return None
    if not (parts[0] in FOLDERS and len(parts) > 1 or path[1:] in FILES):
        return None
    if any(part.startswith(".") or part == "node_modules" for part in parts):
        return None
    file = os.path.join(ROOT, *parts)
    if os.path.splitext(file)[1] not in KINDS or os.path.realpath(file) != os.path.join(os.path.realpath(ROOT), *parts):
        return None
    return file if os.path.isfile(file) else None


def serve(port: int, opens: bool) -> None:
    """Serve until Ctrl-C; say where, and open the browser there. Raises PurennError where the port cannot be used."""
    try:
        server = Server(port)
    except OSError as error:
        raise PurennError(f"page: port {port} cannot be used ({error.strerror}); end what uses it, or take another "
                          "port") from None
    with server:
        Terminal().line(f"The page is at {server.url} until you press Ctrl-C.")
        if opens:
            import webbrowser
            webbrowser.open(server.url)
        try:
            server.serve_forever(0.1)
        except KeyboardInterrupt:                           # which is how it is meant to end
            pass
