"""The page in a browser, in both ways of running: served by ``cli.py page``, and with the browser's own Python."""
import json
import os
import re
import threading
import time

import pytest

from web import planting, server
from web.training import Session

from . import anywhere, chromium
from .helpers import ROOT, cli, needed

pytestmark = pytest.mark.slow
WEB = os.path.join(ROOT, "web")


def text_of(name):
    with open(os.path.join(WEB, name), encoding="utf-8") as file:
        return file.read()


PRESETS = json.loads(text_of("presets.json"))
MISTAKES = [mistake["name"] for mistake in planting.mistakes() if mistake["form"]]


@pytest.fixture(scope="module")
def chrome():
    needed(anywhere.chromium(), "Chromium is not here: apt-get install chromium")
    with chromium.Browser() as one:
        yield one


@pytest.fixture(scope="module")
def from_server():
    """The address of the page as ``cli.py page`` serves it."""
    one = server.Server(0)
    thread = threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield one.url
    one.shutdown()
    one.server_close()


@pytest.fixture(scope="module")
def from_files():
    """The address of the page as plain files, with Pyodide, and the pages that are only here."""
    needed([each for each in anywhere.from_npm() if each.name == "Pyodide"],
           "Pyodide is not here: npm install --prefix web (and Node)")
    pages = {"/web/": chromium.page()}
    with chromium.Server(pages) as address:
        yield address + "web/", pages


@pytest.fixture
def browser(chrome, from_server):
    """Where the way of running makes no difference: served, which begins sooner."""
    chrome.address = from_server
    return chrome


@pytest.fixture(params=["server", "pyodide"])
def both(chrome, request):
    """The browser in each of the two ways of running."""
    chrome.address = request.getfixturevalue("from_server") if request.param == "server" else request.getfixturevalue(
        "from_files")[0]
    return chrome


def opened(browser, link="", **how):
    """The browser, with the page loaded anew."""
    browser.call("Page.navigate", url="about:blank")
    browser.until("location.href === 'about:blank'")
    browser.problems.clear()
    browser.open(browser.address + ("#" + link if link else ""), **how)
    browser.until("document.documentElement?.dataset.ready === 'yes'", 120)
    browser.run("Promise.all([import('./training.js'), import('./ask.js')]).then(([t, a]) => {"
                "window.now = t.now; window.ask = a.ask; })")
    return browser


def click(browser, name):
    browser.run("document.getElementById(%r).click()" % name)


def change(browser, selector, value):
    """Give a control another value as a user does."""
    browser.run("{const e = document.querySelector(%r); e.value = %r; e.dispatchEvent(new Event('change'))}"
                % (selector, value))


def settled(browser):
    """Wait until all that was asked has been answered and drawn."""
    browser.run("ask('choices').then(() => ask('choices'))")
    browser.until("!now.working && !now.running")


def choose(browser, **settings):
    """Change controls as a user does."""
    for name, value in settings.items():
        change(browser, "#" + name, value)
        settled(browser)


def train_until(browser, script, seconds=60):
    """Train until that is true, and pause."""
    click(browser, "train")
    browser.until(script, seconds)
    browser.run("now.running && document.getElementById('train').click()")
    settled(browser)


def says(browser, name="now"):
    return browser.run("document.getElementById(%r).textContent" % name)


def parameters(session):
    return [list(pair) for pair in session.state()["parameters"]]


def test_the_page_trains_xor_steps_and_resets_with_the_digits_of_the_command_line(both):
    browser = opened(both)
    here = Session("xor", {})
    assert browser.run("now.state.parameters") == parameters(here)
    assert says(browser) == here.state()["text"] + "."
    for _ in range(3):
        click(browser, "step")
        settled(browser)
        assert browser.run("now.losses.at(-1)") == pytest.approx(here.advance(1)[0], rel=1e-12)
        assert says(browser) == here.state()["text"] + "."
    click(browser, "train")
    browser.until("document.getElementById('train').textContent === 'Pause'")
    browser.until("document.getElementById('status').textContent.includes('Stopped')", 120)
    last = cli("xor", "--quiet").stdout.strip()
    assert says(browser) == last + ". Stopped: the loss is below 0.005." and "21/21" in last
    assert says(browser, "map-text").startswith("21 of 21 points are right") and says(browser, "right") == "21/21"
    assert browser.run("document.querySelectorAll('#map .wrong').length") == 0
    assert says(browser, "train") == "Train on" and says(browser, "command") == "python3 cli.py xor"
    click(browser, "reset")
    browser.until("now.losses.length === 0")
    settled(browser)
    assert browser.run("now.state.parameters") == parameters(Session("xor", {}))
    assert browser.problems == []


def test_pause_stops_and_train_goes_on_and_a_changed_setting_keeps_the_weights(browser):
    opened(browser)
    choose(browser, speed="1")
    train_until(browser, "now.losses.length > 3")
    paused = browser.run("new Promise(done => setTimeout(() => done(now.losses.length), 300))")
    assert browser.run("now.losses.length") == paused and says(browser, "train") == "Train"
    train_until(browser, "now.losses.length > %d" % (paused + 3))
    count, before = browser.run("[now.losses.length, now.state.parameters]")
    choose(browser, optimizer="adam", lr="0,02")
    assert browser.run("[now.losses.length, now.state.parameters]") == [count, before]
    assert browser.run("now.state.settings.lr") == 0.02 and browser.run("document.getElementById('same').hidden")
    click(browser, "train")
    browser.until("now.running && now.losses.length > %d" % count)
    choose(browser, task="linear")                          # another task begins anew
    assert browser.run("now.losses.length") == 0
    assert browser.run("now.state.points.map((point) => point.part).filter((part) => part === 'test').length") == 100
    assert browser.problems == []


def test_before_the_first_epoch_the_command_line_is_said(browser):
    opened(browser)
    choose(browser, hidden="5, 3", activation="tanh", optimizer="adam", batch_size="all", target_loss="none")
    assert says(browser, "command") == ("python3 cli.py xor --hidden 5 3 --activation tanh --optimizer adam "
                                        "--batch-size all --target-loss none")
    assert "network 2-5-3-1 (37 parameters), tanh, output sigmoid, mse loss, adam lr 0.01" in says(
        browser, "first-line")


def test_it_trains_on_after_success(browser):
    opened(browser, "task=xor&optimizer=adam&lr=0.1&epochs=5000")
    done = browser.run("now.losses.length")
    assert done < 5000 and says(browser, "train") == "Train on"
    train_until(browser, "now.losses.length > %d" % (done + 30))
    assert says(browser, "train") == "Train" and browser.run("document.getElementById('target_loss').value") == "none"


def test_an_error_stands_beside_its_field_and_right_input_takes_it_away(both):
    browser = opened(both)
    choose(browser, lr="fast")
    assert says(browser, "lr-error").startswith("found 'fast'; it must be a number above 0")
    assert says(browser, "error") == ""
    assert browser.run("document.getElementById('lr').getAttribute('aria-invalid')") == "true"
    assert browser.run("document.getElementById('lr').value") == "fast"
    choose(browser, lr="2")
    assert says(browser, "lr-error") == "" and browser.run("now.state.settings.lr") == 2
    choose(browser, lr="", seed="1" * 400)
    assert browser.run("document.scrollingElement.scrollWidth <= innerWidth")
    choose(browser, hidden="99")
    assert "at most 16" in says(browser, "hidden-error")
    assert browser.problems == []


def test_layers_and_neurons_are_added_and_removed_by_click_and_undone(both):
    browser = opened(both)
    click(browser, "step")
    settled(browser)
    before = browser.run("now.state.parameters")
    for name, sizes in (("Add a neuron to hidden layer 1", [2, 5, 4, 1]),
                        ("Remove a neuron from hidden layer 2", [2, 5, 3, 1])):
        browser.run("document.querySelector('[aria-label=\"%s\"]').click()" % name)
        browser.until("String(now.state.sizes) === '%s'" % ",".join(map(str, sizes)))
        settled(browser)
    click(browser, "add-layer")
    browser.until("now.state.sizes.length === 5")
    settled(browser)
    assert browser.run("document.querySelectorAll('#network .neuron').length") == 2 + 5 + 3 + 3 + 1
    for left in (2, 1, 0):
        click(browser, "undo")
        browser.until("now.state.log.length === %d" % left)
        settled(browser)
    assert browser.run("now.state.parameters") == before and browser.problems == []


def test_a_card_shows_the_formula_the_numbers_and_the_source_and_edits_a_weight(both):
    browser = opened(both)
    browser.run("document.querySelector('.neuron[data-column=\"2\"][data-place=\"1\"]').focus()")
    browser.until("document.getElementById('card-body').textContent.includes('w⁽²⁾_13·a⁽¹⁾_3')")
    assert says(browser, "card-title") == "Hidden layer 2, neuron 1"
    assert "z += weights[k] * inputs[k]" in says(browser, "card-body")
    assert "purenn/neuron.py:" in says(browser, "card-body")
    browser.run("document.querySelector('.reach[data-column=\"1\"][data-place=\"0\"][data-source=\"1\"]')"
                ".dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    browser.until("document.getElementById('card-title').textContent === 'x2 → hidden layer 1, neuron 0'")
    browser.until("document.getElementById('card-body').textContent.includes('∂C/∂w⁽⁰⁾_01')")
    change(browser, "#card-edit input", "0,75")
    browser.until("now.state.parameters[0][1][1] === 0.75")
    settled(browser)
    assert "0.75" in browser.run("decodeURIComponent(location.hash)") and browser.problems == []
    change(browser, "#card-edit input", "<b>")
    assert says(browser, "error") == 'A weight must be a number; found "<b>".'


def test_points_are_clicked_in_and_out_and_picked(both):
    browser = opened(both)
    at = browser.run("""(() => { const box = document.querySelector('#map rect.axis').getBoundingClientRect();
        return [box.left, box.top, box.width]; })()""")

    def click_map(x1, x2):
        for kind in ("mousePressed", "mouseReleased"):
            browser.call("Input.dispatchMouseEvent", type=kind, x=at[0] + at[2] * x1, y=at[1] + at[2] * (1 - x2),
                         button="left", clickCount=1)
        settled(browser)

    browser.run("document.querySelector('[name=brush][value=\"1\"]').click()")
    click_map(0.25, 0.5)
    browser.until("now.state.points.length === 22")
    point = browser.run("now.state.points.at(-1)")
    assert point["target"] == [1.0] and point["input"] == [pytest.approx(0.25, abs=0.01), pytest.approx(0.5, abs=0.01)]
    browser.run("document.querySelector('[name=brush][value=remove]').click()")
    click_map(0.25, 0.5)
    browser.until("now.state.points.length === 21")
    browser.run("document.querySelector('[name=brush][value=\"\"]').click()")
    click_map(0.0, 0.0)
    assert browser.run("document.getElementById('sample').value") == "0"
    choose(browser, **{"point-x1": "0,3", "point-x2": "0.4", "point-class": "0"})
    click(browser, "add-point")
    browser.until("now.state.points.length === 22")
    assert browser.run("now.state.points.at(-1).input") == [0.3, 0.4] and browser.problems == []


DROP = """(() => {
    const data = new DataTransfer();
    data.items.add(new File([%s], 'own.csv'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
})()"""


def test_a_csv_that_is_dropped_is_learned_from(both):
    browser = opened(both)
    browser.run(DROP % json.dumps("a,b,kind\n1,10,low\n2,20,high\n3,10,low\n"))
    browser.until("now.state.points.length === 3")
    settled(browser)
    assert browser.run("now.state.points[1]")["input"] == [0.5, 1.0]
    click(browser, "step")
    browser.until("now.losses.length === 1")
    browser.run(DROP % json.dumps("1,2,<img src=x onerror=alert(1)>\n3,oops,<script>\n"))
    browser.until("document.getElementById('error').textContent")
    assert says(browser, "error").startswith("Line 2: expected two numbers and a class")
    assert browser.run("document.querySelectorAll('img, main script').length") == 0
    assert browser.run("now.state.points.length") == 3 and browser.problems == []


def test_a_link_brings_the_same_state_back(both):
    browser = opened(both, "task=xor&seed=4&noise=0.05")
    click(browser, "step")
    settled(browser)
    choose(browser, activation="tanh")
    browser.run("document.querySelector('[aria-label=\"Add a neuron to hidden layer 1\"]').click()")
    browser.until("now.state.sizes[1] === 5")
    settled(browser)
    click(browser, "step")
    browser.until("now.losses.length === 2")
    browser.run("document.querySelector('[name=lines][value=slopes]').click()")
    browser.until("location.hash.includes('slopes')")
    link, state, losses = browser.run("[location.hash, now.state.parameters, now.losses]")
    opened(browser, link[1:])
    settled(browser)
    assert browser.run("[location.hash, now.state.parameters, now.losses]") == [link, state, losses]
    assert browser.run("document.querySelector('[name=lines]:checked').value") == "slopes"
    browser.run("location.hash = 'task=gate&seed=7&epochs=12'")
    browser.until("now.state.task === 'gate' && now.losses.length === 12")
    browser.until("document.getElementById('seed').value === '7'")
    assert browser.problems == []


@pytest.mark.parametrize("link", [
    "task=%3Cscript%3Ealert(1)%3C/script%3E", "task=xor&hidden=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "then=%5B%5B",
    "then=[[0,%22set_parameter%22,[%22%3Cb%3E%22,0,1]]]", "then=[null]", "then=7", "epochs=x", "x=%E0%A4%A", "&&&=",
    "task=xor&mistake=%3Cb%3E", "lr=nan", "__proto__=1", "then=[[5,%22change%22,{%22lr%22:%22%3Cb%3E%22}]]"])
def test_a_link_that_is_damaged_or_hostile_does_no_harm(browser, link):
    opened(browser, link)
    settled(browser)
    assert browser.run("now.state.sizes.length") >= 2
    is_harmless = link in ("x=%E0%A4%A", "&&&=", "__proto__=1", "epochs=x")
    assert is_harmless or says(browser, "error").startswith("The link cannot be followed: ")
    assert browser.run("document.querySelectorAll('img, main script').length") == 0
    click(browser, "step")
    browser.until("now.losses.length > 0")
    assert browser.problems == []


@pytest.mark.parametrize("number", range(len(PRESETS["presets"])))
def test_each_preset_is_a_state_and_a_sentence(browser, number):
    opened(browser)
    preset = PRESETS["presets"][number]
    change(browser, "#preset", str(number))
    text = json.dumps(preset["name"] + ". " + preset["sentence"])
    browser.until("document.getElementById('about').textContent === %s" % text)
    settled(browser)
    assert browser.run("location.hash.slice(1)") == preset["link"].replace(" ", "+")
    assert browser.problems == []


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_planted_and_told_of(browser, name):
    opened(browser)
    change(browser, "#mistake", name)
    browser.until("now.state.mistake === %r" % name)
    browser.run("document.getElementById('train').click()")
    browser.until("now.losses.length > 0 || now.state.diverged")
    browser.run("now.running && document.getElementById('train').click()")
    browser.until("document.getElementById('about').textContent.includes('What catches it: ') && "
                  "!document.getElementById('about').textContent.endsWith('…')")
    assert says(browser, "about").startswith(name + ". ")
    browser.until("!now.running")
    assert browser.problems == []


def test_a_mistake_that_cannot_be_drawn_is_told_of_too(browser):
    opened(browser)
    choose(browser, mistake="softmax-diagonal")
    browser.until("document.getElementById('about').textContent.includes('python3 cli.py mistakes softmax-diagonal')")
    assert browser.run("now.state.mistake") == ""


def test_the_tour_goes_through_its_six_stops_and_back(both):
    browser = opened(both)
    click(browser, "tour")
    for number, stop in enumerate(PRESETS["tour"], 1):
        browser.until("document.getElementById('stop-title').textContent.startsWith('%d of 6')" % number)
        browser.until("document.activeElement.id === 'stop-next'", 120)
        settled(browser)
        assert says(browser, "stop-text") == stop["text"]
        if number < 6:
            click(browser, "stop-next")
    click(browser, "stop-before")
    browser.until("document.getElementById('stop-title').textContent.startsWith('5 of 6')")
    browser.until("document.activeElement.id === 'stop-next'", 120)
    click(browser, "stop-end")
    assert browser.run("document.getElementById('stop').hidden") and browser.problems == []


def test_the_step_on_the_page_is_that_of_explain(both):
    browser = opened(both)
    click(browser, "step")
    settled(browser)
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
    browser.until("document.getElementById('explanation').textContent !== %s" % json.dumps(before))
    change(browser, "#part", "cost")
    browser.until("document.getElementById('explanation').textContent.startsWith('Cost: how wrong the output is')")


PRESS = """new Promise((done) => {
    const key = (name) => document.getElementById('step-slider').dispatchEvent(
        new KeyboardEvent('keydown', {key: name, bubbles: true, cancelable: true}));
    const before = document.getElementById('step-count').textContent;
    key(%r);
    let left = 400;
    const look = () => (document.getElementById('step-count').textContent !== before || !left-- ? done(
        document.getElementById('step-count').textContent) : setTimeout(look, 2));
    look();
})"""


def test_a_whole_step_is_walked_through_and_back_with_the_arrow_keys(both):
    browser = opened(both)
    click(browser, "walk")
    browser.until("!document.getElementById('stepper').hidden")
    browser.until("document.activeElement.id === 'step-slider'")
    last = browser.run("Number(document.getElementById('step-slider').max)")
    phases, formulas = [], set()
    for number in range(1, last + 1):
        assert browser.run(PRESS % "ArrowRight") == "%d of %d" % (number, last)
        if number % 40 == 0:
            formulas.add(says(browser, "step-said"))
            phases.append(browser.run("document.querySelector('#crumbs button').textContent"))
    assert len(formulas) > 10 and sorted(set(phases)) == ["backward", "cost", "forward", "update"]
    for number in reversed(range(last)):
        assert browser.run(PRESS % "ArrowLeft") == "%d of %d" % (number, last)
    assert browser.run("document.querySelectorAll('#step-phases rect').length") == 4 and browser.problems == []


def test_the_levels_over_out_an_edge_and_a_link_lead_through_the_step(both):
    browser = opened(both, "task=xor&epochs=5&sample=4&step=300")
    browser.until("document.getElementById('step-count').textContent.startsWith('300 of')")
    assert "step=300" in browser.run("location.hash") and "sample=4" in browser.run("location.hash")
    assert "sample 4" in says(browser, "crumbs") and "delta" in says(browser, "step-variables")
    for key in "lni":
        browser.run(PRESS % key)
    assert browser.run("document.querySelectorAll('#network .reach.chosen').length") == 1
    browser.run("{const e = document.getElementById('step-slider'); e.value = 480;"
                " e.dispatchEvent(new Event('input'))}")
    browser.until("document.getElementById('step-count').textContent.startsWith('480 of')")
    browser.run("document.querySelector('.reach[data-column=\"2\"][data-place=\"1\"][data-source=\"3\"]')"
                ".dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    browser.until("document.getElementById('crumbs').textContent.includes('neuron 1')")
    browser.until("document.getElementById('step-source').textContent.includes('weight_grads[k] +=')")
    assert "·" in says(browser, "step-said") and "Linear.backward" in says(browser, "step-stack")
    number = says(browser, "step-count")
    for name in ("step-out", "step-over", "step-on"):
        click(browser, name)
        browser.until("document.getElementById('step-count').textContent !== %r" % number)
        number = says(browser, "step-count")
    click(browser, "step-close")
    assert browser.run("document.getElementById('stepper').hidden") and "step=" not in browser.run("location.hash")
    assert browser.problems == []


def test_a_prediction_is_asked_for_and_checked(browser):
    opened(browser)
    click(browser, "walk")
    browser.until("!document.getElementById('stepper').hidden")
    click(browser, "step-hides")
    for _ in range(60):
        if not browser.run("document.getElementById('step-guess').hidden"):
            break
        browser.run(PRESS % "ArrowRight")
    assert says(browser, "step-said").endswith(" = ?")
    check = "document.getElementById('step-answer').value = %r; document.querySelector('#step-guess button').click()"
    browser.run(check % "123")
    browser.until("document.getElementById('step-verdict').textContent.startsWith('Not quite: it is ')")
    answer = says(browser, "step-verdict").rpartition(" ")[2]
    browser.run(check % answer.replace(".", ","))
    browser.until("document.getElementById('step-verdict').textContent.startsWith('Right: ')")


def test_training_closes_the_step(browser):
    opened(browser, "step=10")
    browser.until("!document.getElementById('stepper').hidden")
    click(browser, "step")
    browser.until("now.losses.length === 1")
    settled(browser)
    assert browser.run("document.getElementById('stepper').hidden")
    assert browser.problems == []


def test_the_keyboard_alone_is_enough(browser):
    opened(browser)
    order, rings = [], set()
    for _ in range(50):
        browser.press("Tab")
        order.append(browser.run("document.activeElement.id || document.activeElement.getAttribute('class') || "
                                 "document.activeElement.name || document.activeElement.tagName"))
        rings.add(browser.run("""(() => {
            const e = document.activeElement;
            const style = getComputedStyle(e.closest('.neuron')?.firstChild ?? e);
            return style.outlineStyle !== 'none' || style.strokeWidth === '4px'; })()"""))
    wanted = ["preset", "tour", "copy", "train", "step", "reset", "brush", "lines", "add-layer", "neuron chosen",
              "task", "lr", "point-x1", "csv", "SUMMARY"]
    places = [order.index(name) if name in order else -1 for name in wanted]
    assert -1 not in places and places == sorted(places), order
    assert rings == {True}
    browser.run("document.getElementById('step').focus()")
    browser.press("Enter", "\r")
    browser.until("now.losses.length === 1")
    browser.run("document.getElementById('train').focus()")
    browser.press(" ", " ")
    browser.until("now.losses.length > 30")
    browser.press(" ", " ")
    browser.until("!now.running")
    browser.run("document.querySelector('.neuron[tabindex=\"0\"]').focus()")
    for key, title in (("ArrowRight", "Hidden layer 2, neuron 0"), ("ArrowDown", "Hidden layer 2, neuron 1"),
                       ("ArrowRight", "The output neuron"), ("ArrowUp", "The output neuron"),
                       ("ArrowLeft", "Hidden layer 2, neuron 0")):
        browser.press(key)
        browser.until("document.getElementById('card-title').textContent === %r" % title)
    browser.run("document.querySelector('#explain summary').focus()")
    browser.press("Enter", "\r")
    browser.until("document.getElementById('explanation').textContent.length > 1000")


def test_a_screen_reader_is_told_what_everything_is(browser):
    opened(browser)
    nodes = browser.nodes()
    for role, name in [("heading", "purenn: watch a network learn"), ("form", "Settings"), ("combobox", "Task"),
                       ("textbox", "Hidden layers"), ("textbox", "Learning rate"), ("combobox", "Loss"),
                       ("button", "Train"), ("button", "One epoch"), ("button", "Undo"),
                       ("button", "Hidden layer 1, neuron 0"),
                       ("button", "Add a neuron to hidden layer 2"), ("radio", "slopes ∂C/∂w"), ("status", "")]:
        assert (role, name) in nodes, (role, name)
    assert all(name for role, name in nodes if role in (
        "button", "combobox", "textbox", "image", "link", "region", "radio"))
    pictures = [name for role, name in nodes if role == "image"]
    assert sorted(pictures)[0].startswith("10 of 21 points are right") and len(pictures) == 2
    assert browser.run("document.documentElement.lang") == "en"
    click(browser, "step")
    settled(browser)
    browser.until("document.getElementById('status').textContent === document.getElementById('now').textContent")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("step", ["", "step=121"])
def test_axe_finds_nothing(browser, width, scheme, step):
    file = os.path.join(anywhere.MODULES, "axe-core", "axe.min.js")
    needed(os.path.exists(file), "axe-core is not here: npm install --prefix web")
    opened(browser, step, width=width, height=844, scheme=scheme)
    if not step:
        click(browser, "step")
        settled(browser)
        click(browser, "tour")
        browser.until("document.activeElement.id === 'stop-next'")
    choose(browser, lr="fast")
    assert browser.run("document.getElementById('stepper').hidden") == (not step)
    browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    browser.until("document.getElementById('explanation').textContent.length > 1000")
    with open(file, encoding="utf-8") as handle:
        browser.run(handle.read() + ";0")
    found = browser.run("""axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations.map(
        (each) => [each.id, each.help, each.nodes.slice(0, 3).map((node) => node.html.slice(0, 200))]))""")
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 640, 390, 320])
def test_everything_fits_and_can_be_read(browser, width, scheme, tmp_path):
    opened(browser, "task=linear&hidden=16+16+16+16&epochs=2", width=width, height=844, scheme=scheme)
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
    sizes = browser.run("""[...document.querySelectorAll('svg text')].map((text) => {
        const frame = text.ownerSVGElement.getBoundingClientRect();
        return 12 * frame.width / text.ownerSVGElement.viewBox.baseVal.width;})""")
    assert min(sizes) > 11.5 and max(sizes) < 12.5              # text in pictures keeps its size
    small = browser.run("""[...document.querySelectorAll('button, select, form input, summary')].filter((each) => {
        const least = each.matches('.small, #columns button') ? 24 : 38;
        return each.offsetParent && each.getBoundingClientRect().height < least;
    }).map((each) => each.id || each.textContent)""")
    assert small == []
    overlapping = browser.run("""(() => {
        const boxes = [...document.querySelectorAll('.column')].map((each) => each.getBoundingClientRect());
        return boxes.filter((box, i) => i && box.left < boxes[i - 1].right - 0.5).length; })()""")
    assert overlapping == 0
    browser.screenshot(tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 20000


# How the pictures lie: the frame of a picture and the canvas below it, the size of text, what is wider or higher than
# its box, which controls are shown, the color in the middle of the output's map.
LAYOUT = """(() => {
    const box = (e) => {
        const {left, top, width, height} = e.getBoundingClientRect();
        return [left, top, width, height].map(Math.round);
    };
    const $ = (selector) => document.querySelector(selector);
    const output = $('#output');
    return {
        width: Math.round($('main').getBoundingClientRect().width),
        boxes: [[box($('#neurons')), box($('#network'))], [box(output), box($('#map .axis'))]],
        pixels: ['#neurons', '#output'].map((name) => $(name).width / $(name).clientWidth),
        text: [...document.querySelectorAll('svg text')].map((text) => {
            const frame = text.ownerSVGElement;
            return 12 * frame.getBoundingClientRect().width / frame.viewBox.baseVal.width; }),
        cut: [...document.querySelectorAll('.scroll, #card, #stepper, pre, figure, body')].filter((e) =>
            e.offsetParent && (e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
        ).map((e) => e.id || e.className || e.tagName),
        controls: [...document.querySelectorAll('button, select, input')].filter(
            (e) => e.offsetParent).map((e) => e.id),
        middle: [...output.getContext('2d').getImageData(output.width / 2, output.height / 2, 1, 1).data],
        paper: getComputedStyle(document.body).backgroundColor,
    }; })()"""


@pytest.mark.parametrize("step", ["", "step=30"])
@pytest.mark.parametrize("width, scheme", [(1280, "dark"), (1280, "light"), (390, "dark")])
def test_on_paper_everything_is_shown_light_and_in_its_place(browser, width, scheme, step):
    opened(browser, "task=linear&hidden=8+8&epochs=2&" + step, width=width, height=844, scheme=scheme)
    browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    browser.until("document.getElementById('explanation').textContent.length > 1000")
    before = browser.run(LAYOUT)
    browser.run("addEventListener('beforeprint', () => { window.printed = %s; })" % LAYOUT)
    browser.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)
    printed = browser.run("window.printed")
    assert printed["width"] <= 8.27 * 96 - 76                           # A4 within margins of 1 cm
    for canvas, frame in printed["boxes"]:
        assert canvas == pytest.approx(frame, abs=1)
    assert min(printed["text"]) > 11.5 and max(printed["text"]) < 12.5
    assert printed["cut"] == [] and set(printed["controls"]) <= {"sample", "part", ""}
    assert min(printed["middle"]) > 150 and printed["paper"] == "rgb(255, 255, 255)"
    browser.until("JSON.stringify(%s) === %s" % (LAYOUT, json.dumps(json.dumps(before, separators=(",", ":")))))
    assert browser.problems == []


@pytest.mark.parametrize("link", ["task=xor&epochs=100", "task=xor&epochs=5&sample=4&step=300"])
def test_zoomed_to_200_percent_the_page_stays_sharp_and_whole(browser, link):
    opened(browser, link)
    browser.call("Emulation.setDeviceMetricsOverride", width=640, height=450, deviceScaleFactor=2, mobile=False)
    browser.until("document.getElementById('neurons').width > document.getElementById('neurons').clientWidth")
    browser.until("document.getElementById('output').width > document.getElementById('output').clientWidth")
    found = browser.run(LAYOUT)
    assert browser.run("document.scrollingElement.scrollWidth") <= 640
    assert found["pixels"] == pytest.approx([2, 2], rel=0.01)           # a canvas of half the pixels is blurred
    for canvas, frame in found["boxes"]:
        assert canvas == pytest.approx(frame, abs=1)
    assert min(found["text"]) > 11.5 and max(found["text"]) < 12.5
    over = browser.run("""[...document.querySelectorAll(
        '.transport, .transport *, .choice > *, figure, #card, #stepper')].filter((each) => {
        const {left, right} = each.getBoundingClientRect();
        const isCut = each.clientWidth && each.scrollWidth > each.clientWidth + 1;
        return each.offsetParent && (left < 0 || right > 640 || isCut);
    }).map((each) => each.id || each.className)""")
    assert over == []
    assert browser.run("getComputedStyle(document.querySelector('.transport')).position") == "static"    # hides nothing


def test_on_a_phone_the_map_and_train_are_on_the_first_screen(browser):
    opened(browser, width=390, height=844)
    for name in ("train", "map"):
        box = browser.run("(({top, bottom}) => [top, bottom])(document.getElementById(%r).getBoundingClientRect())"
                          % name)
        assert 0 <= box[0] < box[1] <= 844, name
    for epoch in ("0", "100,000"):                          # more digits do not push the page down
        browser.run("document.getElementById('epoch').textContent = %r" % epoch)
        browser.run("document.getElementById('right').textContent = '100/100'")
        assert browser.run("document.querySelector('.transport').offsetHeight") < 115


def test_what_is_drawn_is_what_was_computed(browser):
    opened(browser, "task=linear&seed=2&lr=5&epochs=60")
    points = browser.run("now.state.points")
    square = "(({x, y, width}) => [x, y, width].map((each) => each.baseVal.value))(document.querySelector(%r))"
    axis = browser.run(square % "#map .axis")
    for part, selector in (("train", ":not(.test)"), ("test", ".test")):
        circles = browser.run("[...document.querySelectorAll('#map circle.one%s')].map((e) => [e.cx.baseVal.value, "
                              "e.cy.baseVal.value])" % selector)
        ones = [point["input"] for point in points if point["target"] == [1] and point["part"] == part]
        assert len(circles) == len(ones) > 30
        for (x, y), (x1, x2) in zip(circles, ones):
            assert (x, y) == (pytest.approx(axis[0] + axis[2] * x1, abs=0.1),
                              pytest.approx(axis[1] + axis[2] * (1 - x2), abs=0.1))
    pixel = """((id, x, y) => [...document.getElementById(id).getContext('2d').getImageData(x, y, 1, 1).data])(
        %r, %d, %d)"""
    side = browser.run("document.getElementById('output').width")
    (red, _, blue, _), (other_red, _, other_blue, _) = [browser.run(pixel % ("output", x, y)) for x, y in (
        (10, 10), (side - 10, side - 10))]
    assert blue > red and other_red > other_blue                         # 1, blue, where x1 < x2: above on the left
    box = browser.run(square % '.neuron[data-column="3"] rect')
    small = [browser.run(pixel % ("neurons", box[0] + box[2] * share, box[1] + box[2] * share))
             for share in (0.15, 0.85)]
    assert small[0][2] > small[0][0] and small[1][0] > small[1][2]       # the output neuron's own map is the same
    assert browser.run("document.querySelectorAll('#network .reach').length") == 28


def test_the_curve_shows_every_spike_and_the_target(browser):
    opened(browser)
    browser.run("""import('./map.js').then((map) => {
        now.losses = Array.from({length: 100000}, (_, i) => i === 77777 ? 90 : 0.2 - i * 1e-6);
        map.drawCurve(); })""")
    browser.until("document.querySelector('#curve .losses') !== null")
    heights = [float(pair.split()[1]) for pair in re.split("[ML]", browser.run(
        "document.querySelector('#curve .losses').getAttribute('d')"))[1:]]
    assert min(heights) < 25 < sorted(heights)[1] and len(heights) < 2000
    target = browser.run("document.querySelector('#curve .target').getAttribute('d')")
    assert float(re.match(r"M\S+ (\S+)H", target).group(1)) > max(heights)


WATCHED = """(() => {
    const counts = {stroke: 0, drawImage: 0};
    for (const name in counts) {
        const own = CanvasRenderingContext2D.prototype[name];
        CanvasRenderingContext2D.prototype[name] = function (...values) {
            counts[name] += 1;
            return own.apply(this, values);
        };
    }
    const seen = window.seen = {pictures: [], gaps: []};
    let last = performance.now(), begin = last, gap = 0;
    const beat = () => {
        const time = performance.now();
        gap = Math.max(gap, time - last);
        last = time;
        if (time - begin > 2000) { seen.gaps.push(gap); gap = 0; begin = time; }
        setTimeout(beat);
    };
    const picture = () => {
        seen.pictures.push([counts.drawImage, counts.stroke]);
        counts.stroke = counts.drawImage = 0;
        requestAnimationFrame(picture);
    };
    beat();
    picture(); })()"""


def test_four_layers_of_sixteen_do_not_stop_the_page(browser):
    opened(browser, "task=xor&hidden=16+16+16+16")
    click(browser, "train")
    browser.until("now.losses.length > 50")
    browser.run(WATCHED)
    browser.until("seen.gaps.some((gap) => gap <= 50)", 40)         # other programs make it longer, never shorter
    maps, lines = [sum(1 for picture in browser.run("seen.pictures") if picture[i] > 60) for i in (0, 1)]
    assert maps > 10 and lines > 10                                             # both go on while it trains
    assert not [picture for picture in browser.run("seen.pictures") if min(picture) > 60]
    click(browser, "train")
    settled(browser)
    drawn = "document.getElementById('%s').toDataURL()"
    before = browser.run(drawn % "edges"), browser.run(drawn % "neurons"), browser.run(drawn % "output")
    browser.run("import('./stage.js').then((stage) => import('./map.js').then((map) => {"
                " stage.forget(); map.forget(); stage.draw(); map.draw(); }))")
    assert before == (browser.run(drawn % "edges"), browser.run(drawn % "neurons"), browser.run(drawn % "output"))
    assert browser.problems == []


def test_clicks_in_quick_succession_leave_one_training(browser):
    opened(browser)
    choose(browser, speed="1")
    browser.run("for (let i = 0; i < 3; i++) document.getElementById('train').click()")
    browser.run("for (let i = 0; i < 4; i++) document.getElementById('step').click()")
    browser.until("!now.running")
    settled(browser)
    click(browser, "train")
    browser.until("now.losses.length > 20")
    assert browser.run("now.losses.length - now.state.epochs") == 0
    click(browser, "train")
    settled(browser)
    assert says(browser, "train") == "Train" and browser.problems == []


def test_when_it_diverges_the_focus_is_not_lost_and_undo_brings_it_back(browser):
    opened(browser, "task=xor&activation=identity")
    choose(browser, lr="1e300")
    browser.run("document.getElementById('train').focus()")
    browser.press("Enter", "\r")
    browser.until("document.getElementById('status').textContent.includes('Diverged')", 120)
    settled(browser)
    assert browser.run("document.activeElement.id") == "reset"
    assert browser.run("document.getElementById('train').disabled")
    click(browser, "undo")
    browser.until("now.state.settings.lr === 1")
    settled(browser)
    assert not browser.run("document.getElementById('train').disabled")


def test_where_the_server_has_ended_the_page_says_so(chrome):
    one = server.Server(0)
    threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
    chrome.address = one.url
    opened(chrome)
    one.shutdown()
    one.server_close()
    chrome.run("fetch = () => Promise.reject(new TypeError('Failed to fetch'))")
    click(chrome, "step")
    chrome.until("document.getElementById('error').textContent")
    assert says(chrome, "error") == "The program that serves this page has ended. Start it again: python3 cli.py page"


def test_a_source_that_has_been_edited_is_what_runs(chrome, from_files):
    chrome.address, pages = from_files
    source = text_of("training.py")
    try:
        for word in ("first", "second"):
            pages["/web/training.py"] = source.replace('"After "', '"%s "' % word).replace(
                "if self.diverged():\n            return words", "return words").encode()
            assert says(opened(chrome)) == word + " 0 epochs."
    finally:
        del pages["/web/training.py"]


@pytest.mark.parametrize("changed", ["draw.js", "pyodide.mjs", "python_stdlib.zip"])
def test_a_script_that_was_changed_on_its_way_does_not_run(chrome, from_files, changed):
    chrome.address, pages = from_files
    folder = WEB if changed == "draw.js" else os.path.join(anywhere.MODULES, "pyodide")
    with open(os.path.join(folder, changed), "rb") as file:
        body = file.read()
    path = "/web/%s%s" % ("" if changed == "draw.js" else "node_modules/pyodide/", changed)
    if changed == "draw.js":
        path += re.search(r'"\./draw\.js(\?\w+)": "sha384', text_of("index.html")).group(1)
    pages[path] = body + b"\n// changed"
    try:
        chrome.call("Network.enable")
        chrome.call("Network.clearBrowserCache")
        chrome.call("Page.navigate", url="about:blank")
        chrome.open(chrome.address)
        if changed == "draw.js":
            chrome.until("document.readyState === 'complete'")
            time.sleep(1)
            assert chrome.run("document.documentElement.dataset.ready") is None
        else:
            chrome.until("document.getElementById('error')?.textContent")
            assert says(chrome, "error").startswith("Python could not be loaded from ")
    finally:
        del pages[path]
        chrome.call("Network.clearBrowserCache")


@pytest.mark.parametrize("missing", ["pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip"])
def test_where_pyodide_cannot_be_had_the_page_says_so(chrome, from_files, monkeypatch, tmp_path, missing):
    chrome.address, _ = from_files
    (tmp_path / "pyodide").mkdir()
    for name in os.listdir(os.path.join(anywhere.MODULES, "pyodide")):
        if name != missing:
            (tmp_path / "pyodide" / name).symlink_to(os.path.join(anywhere.MODULES, "pyodide", name))
    monkeypatch.setattr(chromium, "MODULES", str(tmp_path))
    chrome.call("Network.enable")
    chrome.call("Network.clearBrowserCache")
    chrome.call("Page.navigate", url="about:blank")
    chrome.open(chrome.address)
    chrome.until("document.getElementById('error')?.textContent")
    chrome.call("Network.clearBrowserCache")
    assert says(chrome, "error") == ("Python could not be loaded from %snode_modules/pyodide/. Is there a connection "
                                     "to it? Reload to try again." % chrome.address)
    assert chrome.run("document.getElementById('train').disabled")


def test_the_network_is_shown_before_python_has_arrived(chrome, from_files):
    chrome.address, _ = from_files
    chrome.call("Page.navigate", url="about:blank")
    chrome.open(chrome.address)
    chrome.until("document.querySelectorAll('#network .neuron').length === 11")
    assert chrome.run("document.documentElement.dataset.ready") is None
    assert chrome.run("document.getElementById('train').disabled")
    chrome.until("document.documentElement?.dataset.ready === 'yes'", 120)


def test_what_should_not_happen_is_said_on_the_page(browser):
    opened(browser)
    browser.run("fetch = () => Promise.resolve(new Response('planted', {status: 500}))")
    click(browser, "step")
    browser.until("document.getElementById('error').textContent === 'planted'")
    browser.until("true")
    assert "planted" in " ".join(browser.problems)
