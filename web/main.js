// The page: it draws what session.py says, and asks it for more. Nothing of the network is computed here.

import { ask, connect } from "./ask.js";
import * as card from "./card.js";
import * as controls from "./controls.js";
import { $, forgetColors, short } from "./draw.js";
import * as link from "./link.js";
import * as map from "./map.js";
import * as stage from "./stage.js";
import * as step from "./step.js";
import * as tour from "./tour.js";
import { advance, change, listen, now, showFirst, showLines, train } from "./training.js";

let ready = false;
let tables = 0;                         // when the tables and the card were drawn last

function lastLine(error) {              // of what may be Python's traceback
  return error.message.trim().split("\n").pop();
}

// Whatever goes wrong is said on the page.
function guarded(action) {
  return async (...values) => {
    try {
      return await action(...values);
    } catch (error) {
      now.running = false;
      buttons();
      $("error").textContent = lastLine(error);
      throw error;
    }
  };
}

// Make a change to the training. If Python refuses it, show the error.
const doing = guarded(async (action) => {
  const answer = await action();
  controls.say(answer?.error ?? null);
  if (!answer?.error) controls.fill();
  buttons();
  return answer;
});

function command(words, choices) {      // what to type; only what is chosen
  const typed = Object.entries(choices).filter(([, value]) => value !== "").map(([name, value]) =>
    `--${name.replaceAll("_", "-")} ${value === null ? (name === "target_loss" ? "none" : "all") : [value].flat().join(" ") || "none"}`);
  return ["python3 cli.py", ...words, ...typed].join(" ");
}

// Drawing.

function numbers() {
  const { state } = now;
  $("epoch").textContent = state.epochs.toLocaleString("en");
  $("loss").textContent = /loss ([\d.e+-]+)/.exec(state.text)?.[1] ?? "–";
  $("right").textContent = state.diverged ? "–" : `${state.right}/${state.counted}`;
  $("now").textContent = [state.text + ".", state.stopped].filter(Boolean).join(" ");
}

function buttons() {
  const { state, running } = now;
  if (!state || !ready) return;
  const done = state.stopped !== null;
  $("train").textContent = running ? "Pause" : done && !state.diverged ? "Train on" : "Train";
  $("reset").disabled = false;
  if (state.diverged && [$("train"), $("step")].includes(document.activeElement)) $("reset").focus();
  $("train").disabled = state.diverged;
  $("step").disabled = state.diverged || (done && !running);
  $("undo").disabled = !state.undo;
  $("walk").disabled = state.diverged || running;
  $("add-layer").disabled = state.sizes.length >= 6;
}

function frame() {
  stage.draw();
  map.draw();
  map.text();
  map.drawCurve();
  numbers();
  if (now.running && performance.now() - tables < 250) return;
  tables = performance.now();
  map.curveText();
  map.drawTables();
  card.renew(false);
}

function all() {
  const { state } = now;
  const before = $("sample").value;
  $("sample").replaceChildren(...state.samples.map(([input, target], i) => new Option(
    `${i}: x = (${input.map((x) => short(x)).join(", ")}), y = ${target}`, i)));
  $("sample").value = before && Number(before) < state.samples.length ? before : state.sample;
  $("summary").textContent = state.summary;
  $("first-line").textContent = `At the start: ${state.first_line}`;
  $("same").hidden = state.choices === null;
  if (state.choices) $("command").textContent = command([state.task], state.choices);
  frame();
  if (!ready) return;
  map.curveText();
  step.close();
  card.check();
  settled();
}

function settled() {                    // what is said, and written, when nothing runs
  buttons();
  $("status").textContent = now.running ? "Training." : $("now").textContent;
  explanation();
  write();
}

function write() {                      // the address of what is shown
  link.write(step.number() === null ? {} : { sample: $("sample").value, step: step.number() });
}

const explanation = guarded(async () => {
  if (!$("explain").open) return;
  if (now.running) {
    $("explanation").textContent = "Pause to see the numbers of the next step here.";
    return;
  }
  const [sample, part] = [Number($("sample").value), $("part").value];
  const answer = await ask("explanation", { sample, part });
  const { choices, task } = now.state;
  const same = choices && answer.step !== null && !answer.refused;
  $("explain-same").hidden = !same;
  $("explain-command").textContent = same ? command(["explain", task], { ...choices, step: answer.step, sample, only: part }) : "";
  if (answer.html) $("explanation").innerHTML = answer.html;            // escaped there
  else $("explanation").textContent = answer.refused ?? answer.error.text;
});

// What is clicked.

async function trainOrPause() {
  const { state } = now;
  if (!now.running && state.stopped !== null) {         // on, after success or the last epoch
    const more = state.epochs >= state.settings.epochs ? { epochs: "1000000" } : {};
    const answer = await change("change", { form: { ...controls.form(), target_loss: "none", ...more } });
    controls.say(answer.error ?? null);
    if (answer.error) return;
    controls.fill();
  }
  await train();
}

const follow = (text) => doing(async () => {
  $("about").hidden = true;
  const answer = await link.follow(text);
  document.querySelector(`[name=lines][value=${now.lines}]`).checked = true;
  if (answer.error) return answer;
  await controls.tellMistake();
  if (answer.sample !== undefined && [...$("sample").options].some(({ value }) => value === answer.sample)) $("sample").value = answer.sample;
  return answer.step === undefined ? answer : step.open(Number(answer.step) || 0);
});

async function pointed(x1, x2) {
  const brush = document.querySelector("[name=brush]:checked").value;
  const place = controls.nearest(x1, x2);
  if (brush === "remove") await doing(() => controls.removePoint(place));
  else if (brush) await doing(() => controls.addPoint(x1, x2, Number(brush)));
  else if (place !== null) {
    $("sample").value = place;
    chooseSample();
  }
}

function chooseSample() {
  map.draw();
  if (step.number() !== null) step.open(step.number());
  card.renew(false);
  explanation();
}

function wire() {
  $("train").addEventListener("click", guarded(trainOrPause));
  $("step").addEventListener("click", guarded(() => advance(1)));
  $("reset").addEventListener("click", () => doing(() => change("start", { form: controls.form() })));
  $("undo").addEventListener("click", () => doing(() => change("undo")));
  $("add-layer").addEventListener("click", () => doing(() => change("act", { what: "add_layer", values: [] })));
  $("walk").addEventListener("click", () => doing(async () => {
    $("walk").textContent = "Recording …";
    const answer = await step.open();
    $("walk").textContent = "Step through";
    if (!answer.error) $("step-slider").focus();
    return answer;
  }));
  $("add-point").addEventListener("click", () => doing(() => {
    const [x1, x2] = ["point-x1", "point-x2"].map((id) => Number($(id).value.trim().replace(",", ".") || NaN));
    return controls.addPoint(x1, x2, Number($("point-class").value));
  }));
  $("csv").addEventListener("change", () => doing(() => controls.readFile($("csv").files[0])));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    doing(() => controls.readFile(event.dataTransfer.files[0]));
  });
  for (const radio of document.querySelectorAll("[name=lines]")) radio.addEventListener("change", guarded(async () => {
    await showLines(radio.value);
    write();
  }));
  for (const id of ["sample", "part"]) $(id).addEventListener("change", chooseSample);
  for (const id of ["weights", "points"]) $(id).addEventListener("toggle", map.drawTables);
  $("explain").addEventListener("toggle", explanation);
  $("copy").addEventListener("click", guarded(async () => {
    write();
    await navigator.clipboard.writeText(location.href);
    $("status").textContent = $("copy").textContent = "Copied";
    setTimeout(() => { $("copy").textContent = "Copy link"; }, 1500);
  }));
  addEventListener("hashchange", () => { if (link.isNew()) follow(location.hash); });
}

function recolor() {
  forgetColors();
  map.forget();
  stage.forget();
  document.documentElement.dataset.colors = String(Math.random());
  if (now.state) frame();
}

function wireFigures() {
  stage.setUp((what, stays) => {
    if (step.number() === null) card.show(what, stays);
    else if (!stays || !step.wrote(what)) step.light();
  }, (what, column) => doing(() => change("act", { what, values: what === "remove" ? [column, now.state.sizes[column] - 1] : [column] })));
  map.setUp(pointed);
  card.setUp(controls.say);
  listen((what) => {
    if (what === "all") all();
    if (what === "frame") frame();
    if (what === "start") {
      step.close();
      buttons();
    }
    if (what === "pause") settled();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolor);
  for (const event of ["beforeprint", "afterprint"]) addEventListener(event, () => {
    document.documentElement.toggleAttribute("data-printing", event === "beforeprint");         // on paper all is light
    recolor();
  });
}

async function begin() {
  const found = await link.presets();
  $("preset").append(...found.presets.map(({ name }, i) => new Option(name, i)));
  $("preset").addEventListener("change", guarded(async () => {
    const preset = found.presets[Number($("preset").value)];
    if ($("preset").value === "" || !preset) return;
    await follow(preset.link);
    if (now.state.mistake) return;
    $("about").textContent = `${preset.name}. ${preset.sentence}`;
    $("about").hidden = false;
  }));
  tour.setUp(found.tour, follow);
  step.setUp(write);
}

async function main() {
  wireFigures();
  if (location.hash.length < 2) {
    const answer = await fetch("first.json", { cache: "no-cache" });
    if (answer.ok) showFirst(await answer.json());
  }
  await connect((text) => { $("status").textContent = text; });
  await controls.setUp(doing);
  await begin();
  wire();
  ready = true;
  const refused = (await follow(location.hash))?.error;
  if (refused && !now.state?.form) await follow("");
  if (refused) $("error").textContent = `The link cannot be followed: ${refused.text}`;
  document.documentElement.dataset.ready = "yes";
}

main().catch((error) => {
  $("status").textContent = "";
  $("error").textContent = lastLine(error);
});
