"""``page`` serves the page on this machine, to its own browser window and to nobody else, and writes nothing."""
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from web import hashes, server

from .helpers import ROOT, assert_refused

pytestmark = pytest.mark.skipif(sys.platform == "emscripten", reason="no sockets, or no threads, here")


@pytest.fixture(scope="module")
def served():
    one = server.Server(0)
    thread = threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield one
    one.shutdown()
    one.server_close()
    thread.join(10)


def request(served, method, path, body=None, **headers):
    """The status, the headers and the text of the answer; a header None is left out."""
    host = "127.0.0.1:%d" % served.server_port
    connection = http.client.HTTPConnection(host, timeout=20)
    given = {"Host": host}
    if method == "POST":
        given.update({"Origin": "http://" + host, "Content-Type": "application/json", "X-Page": "test"})
        given["Content-Length"] = str(len(body or b""))
    given.update({name.replace("_", "-"): value for name, value in headers.items()})
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in given.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def ask(served, question, page="test", **values):
    body = json.dumps({"question": question, **values}).encode()
    status, _, text = request(served, "POST", "/ask", body, X_Page=page)
    assert status == 200
    return json.loads(text)


def test_the_page_and_its_files_come_with_the_right_charset_and_are_never_kept(served):
    for path, kind in (("/web/", "text/html"), ("/web/main.js", "text/javascript"), ("/web/style.css", "text/css"),
                       ("/purenn/neuron.py", "text/plain"), ("/README.md", "text/plain"),
                       ("/web/presets.json", "application/json")):
        status, headers, body = request(served, "GET", path)
        assert (status, headers["Content-Type"]) == (200, kind + "; charset=utf-8")
        assert headers["Cache-Control"] == "no-store" and headers["X-Content-Type-Options"] == "nosniff"
        body.decode("utf-8")
    assert "∂C/∂w_k".encode() in request(served, "GET", "/purenn/neuron.py")[2]
    status, headers, _ = request(served, "GET", "/")
    assert (status, headers["Location"]) == (302, "/web/")


def test_the_page_that_is_served_asks_the_server_and_has_the_hashes_of_the_files_as_they_are(served, monkeypatch):
    page = request(served, "GET", "/web/")[2].decode()
    assert 'data-python="server"' in page and hashes.renewed(page) == page
    monkeypatch.setattr(hashes, "_read", lambda name: b"edited")
    edited = request(served, "GET", "/web/?x")[2].decode()
    assert hashes.digest(b"edited") in edited and hashes.digest(b"edited") not in page


def test_head_has_the_length_and_no_body(served):
    status, headers, body = request(served, "HEAD", "/README.md")
    assert (status, body) == (200, b"") and int(headers["Content-Length"]) > 1000


def test_a_question_is_answered_as_the_browsers_own_python_answers_it(served):
    from web.session import Page
    page = Page()
    for question in ({"question": "start", "form": {"task": "xor"}}, {"question": "advance", "epochs": 5, "maps": 3}):
        expected = page.answer(json.dumps(question))
        status, _, text = request(served, "POST", "/ask", json.dumps(question).encode(), X_Page="same")
        assert (status, text.decode()) == (200, expected)


def test_two_pages_have_two_trainings(served):
    for page, seed in (("one", "1"), ("two", "2")):
        ask(served, "start", page, form={"task": "xor", "seed": seed})
    ask(served, "advance", "one", epochs=3)
    assert ask(served, "advance", "two", epochs=1)["epochs"] == 1


def test_only_the_pages_asked_last_are_kept(served):
    ask(served, "start", "first", form={"task": "xor"})
    for i in range(server.MOST_PAGES):
        ask(served, "choices", "page%d" % i)
    assert len(served.pages) == server.MOST_PAGES
    assert "no longer there" in ask(served, "advance", "first", epochs=1)["error"]["text"]


@pytest.mark.parametrize("method, path", [("GET", "/web/"), ("POST", "/ask")])
@pytest.mark.parametrize("headers", [
    {"Host": "evil.example"}, {"Host": "127.0.0.1"}, {"Host": None}, {"Host": "127.0.0.1:1"},
    {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "https://127.0.0.1:{port}"},
    {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}])
def test_another_pages_request_is_refused(served, method, path, headers):
    headers = {name: value and value.format(port=served.server_port) for name, value in headers.items()}
    question = b'{"question": "choices"}' if method == "POST" else None
    status, answered, body = request(served, method, path, question, **headers)
    assert (status, body) == (403, b"This server answers its own page only.\n")
    assert "Access-Control-Allow-Origin" not in answered


@pytest.mark.parametrize("headers, status", [
    ({"Origin": None}, 403), ({"Content_Type": "text/plain"}, 415), ({"Content_Type": None}, 415),
    ({"Content_Type": "application/x-www-form-urlencoded"}, 415), ({"Content_Length": None}, 411),
    ({"Content_Length": "-1"}, 411), ({"Content_Length": "1e3"}, 411), ({"Content_Length": "\u00b2"}, 411),
    ({"Content_Length": "9" * 30}, 411), ({"Content_Length": str(server.MOST_QUESTION + 1)}, 413),
    ({"X_Page": None}, 400), ({"X_Page": "a" * 41}, 400), ({"X_Page": "<b>"}, 400)])
def test_a_question_that_is_not_the_pages_own_is_refused(served, headers, status):
    if headers.get("Content_Length") == "\u00b2":
        headers = {"Content_Length": b"\xb2"}
    found, answered, _ = request(served, "POST", "/ask", b'{"question": "choices"}', **headers)
    assert found == status and answered["Connection"] == "close"


def test_what_is_no_json_is_answered_as_a_question_that_is_refused(served):
    for body in (b"", b"\xff\xfe", b"[" * 100000):
        status, _, text = request(served, "POST", "/ask", body)
        assert status == 200 and set(json.loads(text)) == {"error"}


@pytest.mark.parametrize("method, path", [("POST", "/web/"), ("POST", "/ask/"), ("GET", "/ask")])
def test_questions_go_to_one_address(served, method, path):
    assert request(served, method, path, b"{}" if method == "POST" else None)[0] == 404


@pytest.mark.parametrize("path", [
    "/../../../etc/passwd", "/web/../../../../etc/passwd", "/web/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/web/..%2fsetup.cfg", "//etc/passwd", "/web//main.js", "/web/./main.js", "/etc/passwd", "/web/%00",
    "/web/main.js%00.py", "/.git/config", "/web/.env", "/setup.cfg", "/tests/helpers.py",
    "/web/node_modules/pyodide/package.json", "/web/nothing.js", "/purenn/", "/purenn", "/web/..\\setup.cfg",
    "/purenn/__pycache__/", "/web/index.html/", "/C:/web/main.js"])
def test_only_the_files_of_the_page_and_of_purenn_are_served(served, path):
    assert request(served, "GET", path)[0] == 404


def test_a_link_out_of_the_project_is_not_followed(served, tmp_path, monkeypatch):
    (tmp_path / "root" / "web").mkdir(parents=True)
    (tmp_path / "secret.py").write_text("secret")
    (tmp_path / "root" / "web" / "own.py").write_text("own")
    os.symlink(str(tmp_path / "secret.py"), str(tmp_path / "root" / "web" / "link.py"))
    monkeypatch.setattr(server, "ROOT", str(tmp_path / "root"))
    assert server.find("/web/own.py") and server.find("/web/link.py") is None


@pytest.mark.parametrize("folder", ["node_modules", ".hidden"])
def test_what_npm_installed_and_what_is_hidden_is_not_served(served, tmp_path, monkeypatch, folder):
    (tmp_path / "web" / folder).mkdir(parents=True)
    (tmp_path / "web" / folder / "file.js").write_text("1")
    (tmp_path / "web" / "file.js").write_text("1")
    monkeypatch.setattr(server, "ROOT", str(tmp_path))
    assert server.find("/web/file.js") and server.find("/web/%s/file.js" % folder) is None


@pytest.mark.parametrize("line", [
    b"GET /%s HTTP/1.1\r\n" % (b"x" * 70000), b"nonsense\r\n\r\n", b"PUT /web/ HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 300 + b"\r\n", b"DELETE /README.md HTTP/1.1\r\n\r\n"])
def test_what_is_no_request_of_a_browser_is_refused_and_the_server_goes_on(served, line):
    with socket.create_connection(("127.0.0.1", served.server_port), timeout=20) as connection:
        connection.sendall(line + b"\r\n")
        assert b"Traceback" not in connection.recv(65536)
    assert request(served, "GET", "/README.md")[0] == 200


def test_a_connection_answers_many_questions_without_waiting(served):
    """A question that waited for the other side's delayed acknowledgement would take 40 ms."""
    host = "127.0.0.1:%d" % served.server_port
    connection = http.client.HTTPConnection(host, timeout=20)
    headers = {"Origin": "http://" + host, "Content-Type": "application/json", "X-Page": "quick"}
    took = []
    for _ in range(20):
        begin = time.perf_counter()
        connection.request("POST", "/ask", b'{"question": "choices"}', headers)
        assert connection.getresponse().read()
        took.append(time.perf_counter() - begin)
    connection.close()
    assert sorted(took)[10] < 0.035


def test_it_listens_on_this_machine_alone(served):
    assert served.socket.getsockname()[0] == "127.0.0.1"


# The command.

def started(*words):
    process = subprocess.Popen([sys.executable, "cli.py", "page", *words], cwd=ROOT, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, encoding="utf-8", env={**os.environ, "PYTHONUNBUFFERED": "1"})
    return process, process.stdout.readline()


def test_the_command_says_where_the_page_is_serves_it_at_once_and_ends_with_ctrl_c():
    begin = time.perf_counter()
    process, line = started("--port", "0", "--no-open")
    try:
        port = int(line.split(":")[2].split("/")[0])
        assert line == "The page is at http://127.0.0.1:%d/web/ until you press Ctrl-C.\n" % port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/web/")
        assert connection.getresponse().status == 200
        assert time.perf_counter() - begin < 5
        connection.close()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=20)
        assert (process.returncode, rest, errors) == (0, "", "")
    finally:
        process.kill()
        process.wait()


def test_it_opens_the_browser_unless_it_is_told_not_to(monkeypatch):
    import webbrowser

    from purenn.cli import page
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setattr(server.Server, "serve_forever", lambda self, poll: (_ for _ in ()).throw(KeyboardInterrupt))
    assert page.run(["--port", "0", "--no-open"]) == 0 and opened == []
    assert page.run(["--port", "0"]) == 0 and len(opened) == 1 and opened[0].startswith("http://127.0.0.1:")


def test_a_busy_port_is_said():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert_refused("page --no-open --port %d" % port, "page: port %d cannot be used" % port)


def test_where_the_folder_of_the_page_is_not_there_it_says_what_to_do(tmp_path):
    import shutil
    shutil.copytree(os.path.join(ROOT, "purenn"), str(tmp_path / "purenn"),
                    ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run([sys.executable, "-m", "purenn", "page"], cwd=str(tmp_path), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", timeout=60)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "the folder web is not part of the installed package" in done.stderr
