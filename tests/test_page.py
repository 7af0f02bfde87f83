"""The page is the command line in a browser: the same Python, the same digits."""
import importlib.util
import json
import os
import re
import subprocess
import sys

import pytest

from purenn.cli.options import typed
from purenn.show.explanation import blocks
from purenn.study.formulas import PARTS

from . import anywhere, chromium
from .helpers import ROOT, cli, needed

WEB = os.path.join(ROOT, "web")
spec = importlib.util.spec_from_file_location("session", os.path.join(WEB, "session.py"))
session = importlib.util.module_from_spec(spec)
spec.loader.exec_module(session)


def text_of(name):
    with open(os.path.join(WEB, name), encoding="utf-8") as file:
        return file.read()


def start(**settings):
    return json.loads(session.start(json.dumps({"task": "xor", **settings})))


def trained(task, **choices):
    """A Session that has come to its end."""
    one = session.Session(task, choices)
    while one.stopped is None:
        one.advance(500)
    return one


# What the page computes.

@pytest.mark.parametrize("line, choices", [
    ("xor --optimizer adam --lr 0.1", {"optimizer": "adam", "lr": 0.1}),
    ("xor --epochs 30 --hidden 16 16 16 16", {"epochs": 30, "hidden": [16] * 4}),
    ("linear --lr 5 --epochs 50", {"lr": 5.0, "epochs": 50}),
    ("gate --hidden 3 --activation tanh --epochs 200", {"hidden": [3], "activation": "tanh", "epochs": 200})])
def test_a_session_ends_with_the_digits_of_the_command_line(line, choices):
    words = line.split()
    expected = json.loads(cli(*words, "--json").stdout)
    result = trained(words[0], **choices).run.result().as_json()
    assert result["stopped"] == ("target" if "adam" in line else "epochs")
    expected["settings"]["engine"] = "Unrolled()"
    assert {**result, "seconds": 0} == {**expected, "seconds": 0}


def losses(one):
    """Those of a Session's epochs so far."""
    return [epoch.loss for epoch in one.run.curve]


def test_epochs_one_by_one_are_the_same_as_many_at_once():
    one, other = session.Session("xor", {}), session.Session("xor", {})
    for _ in range(20):
        one.advance(1)
    assert len(other.advance(20)) == 20
    assert losses(one) == losses(other) and one.state() == other.state()


def test_a_session_begins_with_the_loss_of_the_first_epoch():
    one = session.Session("xor", {})
    text = one.state()["text"]
    assert text == "After 0 epochs: loss 0.250400, accuracy 10/21 (47.6%)"
    assert one.run.measured().train.loss == one.advance(1)[0]


def test_the_map_has_x2_upward_and_x1_to_the_right():
    one = trained("linear", lr=5.0)          # class 0 where x1 > x2
    grid = one.grid(11)
    assert grid[0][0] > 0.9 and grid[10][10] < 0.9 and grid[0][2] > 0.9 > 0.1 > grid[10][8]
    assert grid[0][0] == round(one.run.network.predict([[0.0, 1.0]])[0][0], 3)


def test_an_explanation_is_that_of_the_command_line_and_changes_nothing():
    start(seed="3")
    session.advance(7)
    before = session.session.state()
    said = json.loads(session.explanation(4, "backward"))
    assert said["step"] == 7
    expected = cli("explain", "xor", "--seed", 3, "--step", 7, "--sample", 4, "--only", "backward").stdout
    numbers = re.findall(r"-?\d+\.\d{6,}", expected.split("BACKWARD")[1])
    assert len(numbers) > 100
    assert re.findall(r"-?\d+\.\d{6,}", said["html"]) == numbers
    assert session.session.state() == before


def test_each_part_of_a_step_can_be_explained_alone():
    start()
    whole = json.loads(session.explanation(0, ""))["html"]
    assert whole.count("<h2>") == 4
    assert [json.loads(session.explanation(0, part))["html"].count("<h2>") for part in PARTS] == [1] * 4


def test_html_is_escaped():
    def source():
        pass
    source.__qualname__ = "<q>"
    section = session.explain(*_tiny())[0]
    odd = section.quantities[0]._replace(name="<i>", symbols=["<s>"], numbers=[["<n>"]], source=source)
    text = "\n".join("\n".join(block) for block in blocks([section._replace(title="<t> & x", quantities=[odd])], "html",
                                                          {("forward", section.layer, "<i>"): "<o>"}))
    for mark in ("i", "s", "n", "q", "t", "o"):
        assert "<%s>" % mark not in text and text.count("&lt;%s&gt;" % mark) == 1
    assert "&amp; x" in text


def _tiny():
    run = session.Session("gate", {"hidden": []}).run
    return run.network, run.loss, run.optimizer, [0.0, 1.0], [1.0]


@pytest.mark.parametrize("settings, message", [
    ({"hidden": "4 17"}, "hidden: found 17 neurons; the page draws at most 16 in a layer"),
    ({"hidden": "+1_7"}, "hidden: found 17 neurons"),
    ({"hidden": "1 1 1 1 1"}, "hidden: found 5 layers; the page draws at most 4"),
    ({"hidden": "none 3"}, "hidden: found 'none 3'; it must be sizes such as 4 4, or the word none"),
    ({"hidden": "\u00b2"}, "hidden: found '\u00b2'"),
    ({"hidden": "-h"}, "hidden: found '-h'; it must be sizes"),
    ({"hidden": "4 0"}, "hidden: found '4 0'; it must be sizes"),
    ({"hidden": "four"}, "hidden: found 'four'"),
    pytest.param({"hidden": "9" * 5000}, "hidden: found ", id="a long number"),
    ({"lr": "-1"}, "lr: found -1.0; it must be a number above 0"),
    ({"lr": "nan"}, "lr: found nan; it must be a number above 0"),
    ({"lr": "0,5"}, "lr: found '0,5'; it must be a number above 0"),
    ({"lr": "1 2"}, "lr: found '1 2'; it must be a number above 0"),
    ({"seed": "--json"}, "seed: found '--json'; it must be a whole number from 0 up"),
    ({"seed": "-1"}, "seed: found -1; it must be a whole number from 0 up"),
    ({"seed": "1.5"}, "seed: found '1.5'"),
    ({"optimizer": "--json"}, "optimizer: found '--json'; it must be one of sgd, momentum"),
    ({"activation": "softmax 3"}, "activation: found 'softmax 3'; it must be one of sigmoid, tanh"),
])
def test_what_the_command_line_refuses_is_refused_in_a_line_and_the_session_before_stays(settings, message):
    start()
    before = session.session
    said = start(**settings)
    assert said["error"].startswith(message) and "\n" not in said["error"] and len(said["error"]) < 200
    assert set(said) == {"error"} and session.session is before


def test_a_training_that_diverges_is_said_and_leaves_json_that_a_browser_reads():
    start(task="gate", lr="1e300", activation="identity")
    said = session.advance(10)
    assert "NaN" not in said and "Infinity" not in said
    state = json.loads(said)
    assert state["stopped"].startswith("Diverged: the loss became nan in epoch 1")
    assert state["diverged"] and "accuracy" not in state["text"]
    assert "NaN" not in session.grid(3)
    said = json.loads(session.explanation(0, ""))
    assert said["error"].startswith("the loss became nan: training diverged")
    assert said["step"] is None
    assert state["right"] == 0
    assert json.loads(session.advance(10))["losses"] == []


def test_a_last_step_that_diverges_is_found_as_on_the_command_line():
    assert cli("xor", "--epochs", 1, "--lr", "1e300", "--activation", "identity").returncode == 3
    one = trained("xor", epochs=1, lr=1e300, activation="identity")
    assert one.diverged() and one.stopped.startswith("Diverged: ") and len(losses(one)) == 1


def test_a_step_that_diverges_is_said_before_the_next_one_is_asked_for():
    start(lr="1e300", activation="identity")
    state = json.loads(session.advance(1))
    assert len(state["losses"]) == 1 and state["diverged"] and state["text"] == "After 1 epoch"
    assert state["stopped"].startswith("Diverged: the loss became nan in epoch 1")
    assert json.loads(session.advance(1))["losses"] == []


@pytest.mark.parametrize("lr", ["0.123456789012", "1.5e-12", "0.1"])
def test_what_was_chosen_is_said_with_every_digit(lr):
    said = start(lr=lr)
    assert (said["task"], said["choices"]) == ("xor", {"lr": float(lr)})
    assert typed([said["task"]], said["choices"]) == "xor --lr " + lr


def test_training_ends_where_the_loss_is_below_its_target_before_and_after_the_step():
    one = trained("xor", optimizer="adam", lr=0.3, seed=3)
    assert losses(one)[-1] < 0.005 and one.run.result().train.loss < 0.005
    early = [loss for loss in losses(one)[:-1] if loss < 0.005]
    assert early                                    # once below is not enough: the step went up again


def test_a_task_that_is_not_learned_says_why():
    start(hidden="none", lr="0.5")
    run = session.session.run
    run.settings = run.settings._replace(epochs=50)
    state = json.loads(session.advance(100))
    assert len(state["losses"]) == 50
    assert state["stopped"].startswith("Stopped: the last epoch is done. Not learned. ")


# What the page is made of.

@pytest.mark.skipif(sys.implementation.name != "cpython", reason="auto picks other engines there")
def test_the_page_fetches_the_modules_that_a_session_needs_and_no_others():
    script = """
import json, os, sys
sys.path[:0] = [%r, %r]
import session
for task in ("xor", "linear", "gate"):
    for hidden in ("", "none", "16 16 16 16"):
        session.start(json.dumps({"task": task, "hidden": hidden}))
        session.advance(2), session.grid(3), session.explanation(0, "")
for optimizer in ("momentum", "adagrad", "rmsprop", "adam"):
    session.start(json.dumps({"task": "xor", "optimizer": optimizer, "activation": "tanh"}))
    session.advance(2), session.explanation(0, "")
session.session.run.settings = session.session.run.settings._replace(epochs=5)
session.advance(9)
session.start(json.dumps({"task": "xor", "lr": "1e300", "activation": "identity"}))
session.advance(2), session.start(json.dumps({"task": "xor", "lr": "0"}))
print(json.dumps(sorted(module.__file__ for name, module in sys.modules.items() if name.split(".")[0] == "purenn")))
""" % (ROOT, WEB)
    said = subprocess.run([sys.executable, "-S", "-E", "-c", script], stdout=subprocess.PIPE, encoding="utf-8",
                          timeout=300)
    names = [os.path.relpath(path, ROOT).replace(os.sep, "/") for path in json.loads(said.stdout)]
    assert json.loads(text_of("sources.json")) == names


def test_the_page_loads_the_pyodide_that_the_tests_run():
    version = json.loads(text_of("package.json"))["dependencies"]["pyodide"]
    assert 'data-pyodide="https://cdn.jsdelivr.net/npm/pyodide@%s/"' % version in text_of("index.html")
    addresses = re.findall(r"https?://[^\s\"]+", text_of("page.js") + text_of("style.css"))
    assert addresses == ["http://www.w3.org/2000/svg", "http://localhost:8000/web/."]


def test_every_element_that_the_script_asks_for_is_on_the_page():
    script, page = text_of("page.js"), text_of("index.html")
    asked = set(re.findall(r'\$\("([\w-]+)"\)', script))
    assert len(asked) > 15
    assert asked <= set(re.findall(r'id="([\w-]+)"', page))


# The page in a browser.

@pytest.fixture(scope="module")
def browser():
    needed(anywhere.chromium(), "Chromium is not here: apt-get install chromium")
    needed([each for each in anywhere.from_npm() if each.name == "Pyodide"],
           "Pyodide is not here: npm install --prefix web (and Node)")
    pages = {"/web/": chromium.page()}
    with chromium.Server(pages) as address, chromium.Browser() as one:
        one.address, one.pages = address + "web/", pages
        yield one


def opened(browser, **how):
    """The browser, with the page loaded anew."""
    browser.problems.clear()
    browser.open(browser.address, **how)
    browser.until("document.documentElement?.dataset.ready === 'yes'", 120)
    return browser


def click(browser, name):
    browser.run("document.getElementById(%r).click()" % name)


def choose(browser, **settings):
    """Change controls as a user does."""
    for name, value in settings.items():
        browser.run("{const e = document.getElementById(%r); e.value = %r; e.dispatchEvent(new Event('change'))}"
                    % (name, value))


def says(browser, name="now"):
    return browser.run("document.getElementById(%r).textContent" % name)


@pytest.mark.slow
def test_the_page_trains_xor_steps_and_resets_with_the_digits_of_the_command_line(browser):
    opened(browser)
    here = session.Session("xor", {})
    assert browser.run("state.parameters") == [list(pair) for pair in here.state()["parameters"]]
    assert says(browser) == here.state()["text"] + "."
    for _ in range(3):
        click(browser, "step")
        assert browser.run("losses[losses.length - 1]") == pytest.approx(here.advance(1)[0], rel=1e-12)
        assert says(browser) == here.state()["text"] + "."
    click(browser, "train")
    assert says(browser, "train") == "Pause"
    browser.until("document.getElementById('status').textContent.includes('Stopped')", 120)
    last = cli("xor", "--quiet").stdout.strip()
    assert says(browser) == last + ". Stopped: the loss is below 0.005." and "21/21" in last
    assert says(browser, "map-text").startswith("21 of 21 points are right")
    assert browser.run("document.querySelectorAll('#map .wrong').length") == 0
    assert browser.run("document.getElementById('train').disabled")
    click(browser, "reset")
    fresh = session.Session("xor", {}).state()
    assert browser.run("state.parameters") == [list(pair) for pair in fresh["parameters"]]
    assert says(browser) == fresh["text"] + "." and browser.run("losses.length") == 0
    assert browser.problems == []


@pytest.mark.slow
def test_pause_stops_and_train_goes_on_and_a_changed_setting_begins_anew(browser):
    opened(browser)
    choose(browser, speed="1")
    click(browser, "train")
    browser.until("losses.length > 3")
    assert browser.run("(() => { $('train').click(); return $('train').textContent + running; })()") == "Trainfalse"
    paused = browser.run("new Promise(done => setTimeout(() => done(losses.length), 300))")
    assert browser.run("new Promise(done => setTimeout(() => done(losses.length), 300))") == paused
    click(browser, "train")
    browser.until("losses.length > %d" % (paused + 3))
    choose(browser, optimizer="adam", activation="tanh", hidden="5, 3", lr="0.02")
    assert browser.run("losses.length") == 0 and not browser.run("running")
    assert says(browser, "command") == "python3 cli.py xor --hidden 5 3 --activation tanh --optimizer adam --lr 0.02"
    assert "network 2-5-3-1 (37 parameters), tanh, output sigmoid, mse loss, adam lr 0.02" in says(
        browser, "first-line")
    click(browser, "train")
    click(browser, "step")                          # a step pauses
    count = browser.run("losses.length")
    assert browser.run("new Promise(done => setTimeout(() => done(losses.length), 300))") == count
    choose(browser, task="linear")
    assert browser.run("state.points.length") == 100
    assert browser.problems == []


@pytest.mark.slow
def test_wrong_input_is_said_in_a_line_and_right_input_takes_it_away(browser):
    opened(browser)
    choose(browser, lr="fast")
    assert says(browser, "error").startswith("lr: found 'fast'; it must be a number above 0")
    assert ("alert", "") in browser.nodes()
    assert browser.run("document.getElementById('train').disabled && document.getElementById('step').disabled")
    choose(browser, lr="2")
    assert says(browser, "error") == "" and not browser.run("document.getElementById('train').disabled")
    choose(browser, lr="", seed="1" * 400)
    assert browser.run("document.scrollingElement.scrollWidth <= innerWidth")
    choose(browser, hidden="99")
    assert "at most 16" in says(browser, "error")
    assert browser.problems == []


@pytest.mark.slow
def test_the_step_on_the_page_is_that_of_explain(browser):
    opened(browser)
    click(browser, "step")
    browser.run("document.getElementById('explain').open = true")
    browser.until("document.getElementById('explanation').textContent.length > 1000")
    command = says(browser, "explain-command")
    assert command == "python3 cli.py explain xor --step 1 --sample 3"
    numbers = [re.findall(r"-?\d+\.\d{6,}", text) for text in (cli(*command.split()[2:]).stdout,
                                                              says(browser, "explanation"))]
    assert len(numbers[0]) == len(numbers[1]) > 300
    for a, b in zip(*numbers):
        assert float(a) == pytest.approx(float(b), rel=1e-9, abs=1e-15)
    before = says(browser, "explanation")
    click(browser, "step")
    assert says(browser, "explanation") != before
    choose(browser, part="cost")
    assert says(browser, "explanation").startswith("Cost: how wrong the output is")


@pytest.mark.slow
def test_the_keyboard_alone_is_enough(browser):
    opened(browser)
    order, rings = [], set()
    for _ in range(13):
        browser.press("Tab")
        order.append(browser.run("document.activeElement.id || document.activeElement.parentElement.id"))
        rings.add(browser.run("getComputedStyle(document.activeElement).outlineStyle"))
    assert order == ["task", "hidden", "activation", "optimizer", "lr", "seed", "speed", "train", "step", "reset",
                     "weights", "points", "explain"]
    assert rings == {"solid"}
    browser.run("document.getElementById('step').focus()")
    browser.press("Enter", "\r")
    assert browser.run("losses.length") == 1
    browser.run("document.getElementById('train').focus()")
    browser.press(" ", " ")
    browser.until("losses.length > 30")
    browser.press(" ", " ")
    assert not browser.run("running") and browser.run("document.activeElement.id") == "train"
    browser.run("document.querySelector('#explain summary').focus()")
    browser.press("Enter", "\r")
    browser.until("document.getElementById('explanation').textContent.length > 1000")


@pytest.mark.slow
def test_a_screen_reader_is_told_what_everything_is(browser):
    opened(browser)
    nodes = browser.nodes()
    for role, name in [("heading", "purenn: watch a network learn"), ("form", "Settings"), ("combobox", "Task"),
                       ("textbox", "Hidden layers"), ("combobox", "Activation"), ("combobox", "Optimizer"),
                       ("textbox", "Learning rate"), ("textbox", "Seed"), ("combobox", "Epochs a frame"),
                       ("button", "Train"), ("button", "Step"), ("button", "Reset"), ("status", "")]:
        assert (role, name) in nodes, (role, name)
    assert all(name for role, name in nodes if role in ("button", "combobox", "textbox", "image", "link", "region"))
    pictures = [name for role, name in nodes if role == "image"]
    assert len(pictures) == 3 and pictures[0].startswith("10 of 21 points are right")
    assert browser.run("document.documentElement.lang") == "en"
    click(browser, "step")
    assert says(browser, "status") == says(browser)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_everything_fits_and_can_be_read(browser, width, scheme, tmp_path):
    opened(browser, width=width, height=844, scheme=scheme)
    for _ in range(2):
        click(browser, "step")
    browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    browser.until("document.getElementById('explanation').textContent.length > 1000")
    assert browser.run("document.scrollingElement.scrollWidth") <= width
    cut = browser.run("""[...document.querySelectorAll('svg')].flatMap((picture) => {
        const frame = picture.getBoundingClientRect();
        return [...picture.querySelectorAll('text')].filter((text) => {
            const box = text.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1;
        }).map((text) => text.textContent)})""")
    assert cut == []
    small = browser.run("""[...document.querySelectorAll('button, select, form input, summary')].filter(
        (each) => each.getBoundingClientRect().height < 40).map((each) => each.id || each.textContent)""")
    assert small == []
    for name in ("h1", "p.help", "#now", "td", "th", "code", ".quantity small", "a", "label", "select", "#train",
                 "#error"):
        assert contrast(browser, name) >= 4.5, name
    browser.screenshot(tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 20000


def contrast(browser, selector):
    """The ratio of an element's color to its background's, as WCAG 2 defines it: 1 to 21."""
    colors = browser.run("""(() => {
        let element = document.querySelector(%r);
        const ink = getComputedStyle(element).color;
        const back = () => getComputedStyle(element).backgroundColor;
        while (back() === 'rgba(0, 0, 0, 0)') element = element.parentElement;
        return [ink, back()];
    })()""" % selector)
    light = []
    for color in colors:
        channels = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        light.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(light) + 0.05) / (min(light) + 0.05)


@pytest.mark.slow
def test_a_source_that_has_been_edited_is_what_runs(browser):
    source = text_of("session.py")
    try:
        for word in ("first", "second"):
            browser.pages["/web/session.py"] = source.replace('"After "', '"%s "' % word).replace(
                "if not self.diverged():", "if False:").encode()
            assert says(opened(browser)) == word + " 0 epochs."
    finally:
        del browser.pages["/web/session.py"]


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip"])
def test_where_pyodide_cannot_be_had_the_page_says_so(browser, monkeypatch, tmp_path, missing):
    (tmp_path / "pyodide").mkdir()
    for name in os.listdir(os.path.join(anywhere.MODULES, "pyodide")):
        if name != missing:
            (tmp_path / "pyodide" / name).symlink_to(os.path.join(anywhere.MODULES, "pyodide", name))
    monkeypatch.setattr(chromium, "MODULES", str(tmp_path))
    browser.call("Network.enable")
    browser.call("Network.setCacheDisabled", cacheDisabled=True)
    browser.open(browser.address)
    browser.until("document.getElementById('error')?.textContent")
    browser.call("Network.setCacheDisabled", cacheDisabled=False)
    assert says(browser, "error") == ("Python could not be loaded from %snode_modules/pyodide/. Is there a connection "
                                      "to it? Reload to try again." % browser.address)
    assert browser.run("document.getElementById('train').disabled")


@pytest.mark.slow
def test_what_is_drawn_is_what_was_computed(browser):
    opened(browser)
    choose(browser, seed="2", task="linear", lr="5")
    click(browser, "train")
    browser.until("losses.length > 60")
    click(browser, "train")
    choose(browser, speed="1")
    click(browser, "train")
    assert browser.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done([running, "
                       "$('curve-text').textContent.includes('in epoch ' + losses.length + '.'), "
                       "$('map-text').textContent.startsWith(state.right + ' of 100')]))))") == [True, True, True]
    click(browser, "train")
    curve = browser.run("document.querySelector('#curve .losses').getAttribute('d')")
    heights = [float(pair.split()[1]) for pair in re.split("[ML]", curve)[1:]]
    assert len(heights) > 30 and heights[-1] > heights[0] + 100         # downward, in a picture
    points = browser.run("state.points")
    circles = browser.run("[...document.querySelectorAll('#map circle.one')].map((e) => [e.cx.baseVal.value, "
                          "e.cy.baseVal.value])")
    ones = [point["input"] for point in points if point["target"] == [1]]
    assert len(circles) == len(ones) and len(ones) + browser.run(
        "document.querySelectorAll('#map rect.zero').length") == len(points)
    for (x, y), (x1, x2) in zip(circles, ones):
        assert (x, y) == (pytest.approx(30 + 255 * x1, abs=0.1), pytest.approx(10 + 255 * (1 - x2), abs=0.1))
    colors = browser.run("""new Promise((done) => {
        const image = new Image();
        image.onload = () => {
            const canvas = document.createElement('canvas');
            canvas.width = canvas.height = MAP_POINTS;
            const context = canvas.getContext('2d');
            context.drawImage(image, 0, 0);
            done([[1, 1], [29, 29]].map(([x, y]) => [...context.getImageData(x, y, 1, 1).data]));
        };
        image.src = document.querySelector('#map image').getAttribute('href');
    })""")
    (red, _, blue, _), (other_red, _, other_blue, _) = colors
    assert blue > red and other_red > other_blue                         # 1, blue, where x1 < x2: above on the left
    weights = [value for name, values in browser.run("state.parameters") if "weight" in name for value in values]
    below = [value for value in weights if value < 0]
    assert browser.run("document.querySelectorAll('#network .weight.below').length") == len(below) > 3
    assert browser.run("document.querySelectorAll('#network .weight').length") == len(weights) == 28
    assert browser.run("document.querySelector('#network line title').textContent").startswith("0.weight[0][0] = ")


@pytest.mark.slow
def test_clicks_in_quick_succession_leave_one_training(browser):
    opened(browser)
    choose(browser, speed="1")
    browser.run("for (let i = 0; i < 3; i++) document.getElementById('train').click()")
    browser.until("losses.length > 20")
    counts = browser.run("""new Promise((done) => {
        const counts = [];
        const look = () => {
            counts.push(losses.length);
            counts.length < 20 ? requestAnimationFrame(look) : done(counts);
        };
        look();
    })""")
    assert max(after - before for before, after in zip(counts, counts[1:])) <= 1
    click(browser, "train")
    assert says(browser, "train") == "Train" and browser.problems == []


@pytest.mark.slow
def test_a_large_network_is_drawn_while_it_learns(browser):
    opened(browser)
    choose(browser, task="linear", hidden="16 16 16 16")
    click(browser, "train")
    browser.until("losses.length > 5")
    assert browser.run("document.querySelector('#curve .losses') !== null")
    assert re.match("After [1-9]", says(browser))
    click(browser, "train")


@pytest.mark.slow
def test_when_training_ends_the_focus_is_not_lost(browser):
    opened(browser)
    choose(browser, optimizer="adam", lr="0.1")
    browser.run("document.getElementById('train').focus()")
    browser.press("Enter", "\r")
    browser.until("document.getElementById('status').textContent.includes('Stopped')", 120)
    assert browser.run("document.activeElement.id") == "reset"


@pytest.mark.slow
def test_what_should_not_happen_is_said_on_the_page(browser):
    opened(browser)
    browser.run("ask = () => { throw new Error('planted'); }")
    click(browser, "step")
    assert says(browser, "error") == "This should not have happened: planted. Reload the page."
    browser.until("true")
    assert "planted" in " ".join(browser.problems)
