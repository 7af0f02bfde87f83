// The page draws what session.py says, and asks it for more. Nothing of the network is computed here.
"use strict";

const PYODIDE = new URL(document.documentElement.dataset.pyodide.replace(/\/?$/, "/"), location).href;
const MAP_POINTS = 31;                  // of the decision map, a side
const FRAME = 40;                       // milliseconds of training between two pictures, at full speed
const CONTROLS = ["task", "hidden", "activation", "optimizer", "lr", "seed"];
const $ = (id) => document.getElementById(id);

let python = null;                      // the functions of session.py
let state = null;                       // what it said last
let chosen = null;                      // what it said when the training began
let losses = [];                        // of every epoch
let running = false;
let run = 0;                            // which training this is: an earlier one ends when it sees another number

function ask(name, ...values) {
  return JSON.parse(python[name](...values));
}

function lastLine(error) {              // of what may be Python's traceback
  return error.message.trim().split("\n").pop();
}

function command(words, choices) {      // what to type; only what is chosen
  const typed = Object.entries(choices).filter(([, value]) => value !== "" && value !== null).map(([name, value]) =>
    `--${name.replaceAll("_", "-")} ${[value].flat().join(" ") || "none"}`);
  return ["python3 cli.py", ...words, ...typed].join(" ");
}

function guarded(action) {              // whatever goes wrong is said on the page
  return async () => {
    try {
      await action();
    } catch (error) {
      running = false;
      $("error").textContent = `This should not have happened: ${lastLine(error)}. Reload the page.`;
      throw error;
    }
  };
}

function svg(parent, name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

function color(name) {                  // a color of the style sheet as [red, green, blue]
  const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

function short(value) {
  return value === null ? "nan" : Number(value.toPrecision(6)).toString();
}

// The decision map: an image of the outputs over the unit square, and the points.

function drawMap() {
  const rows = ask("grid", MAP_POINTS);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = MAP_POINTS;
  const context = canvas.getContext("2d");
  const image = context.createImageData(MAP_POINTS, MAP_POINTS);
  const [zero, middle, one] = ["--zero", "--middle", "--one"].map(color);
  rows.flat().forEach((output, i) => {
    const a = Math.min(1, Math.max(0, output ?? 0.5));
    const [from, share] = a < 0.5 ? [zero, 1 - 2 * a] : [one, 2 * a - 1];
    for (let k = 0; k < 3; k++) image.data[4 * i + k] = middle[k] + (from[k] - middle[k]) * share * 0.8;
    image.data[4 * i + 3] = 255;
  });
  context.putImageData(image, 0, 0);
  const map = $("map");
  map.replaceChildren();
  const [left, top, side] = [30, 10, 255];
  svg(map, "image", { href: canvas.toDataURL(), x: left, y: top, width: side, height: side, preserveAspectRatio: "none" });
  svg(map, "rect", { class: "axis", x: left, y: top, width: side, height: side });
  for (const point of state.points) {
    const [x, y] = [left + side * point.input[0], top + side * (1 - point.input[1])];
    if (point.target[0]) svg(map, "circle", { class: "point one", cx: x, cy: y, r: 6 });
    else svg(map, "rect", { class: "point zero", x: x - 5, y: y - 5, width: 10, height: 10 });
    if (!point.right) svg(map, "circle", { class: "wrong", cx: x, cy: y, r: 10 });
  }
  for (const [text, x, y] of [["0", 24, 284], ["1", 281, 284], ["x1", 150, 284], ["1", 8, 14], ["x2", 8, 140]]) {
    svg(map, "text", { x, y }, text);
  }
}

// The learning curve, its losses on a logarithmic scale.

function drawCurve() {
  const curve = $("curve");
  curve.replaceChildren();
  const [left, right, top, bottom] = [58, 292, 12, 265];
  svg(curve, "path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` });
  if (!losses.length) return;
  const logs = losses.map((loss) => Math.log(Math.max(loss, 1e-300)));
  const [low, high] = logs.reduce(([a, b], log) => [Math.min(a, log), Math.max(b, log)], [Infinity, -Infinity]);
  const every = Math.max(1, Math.ceil(logs.length / 400));
  const x = (i) => left + 2 + (right - left - 2) * (logs.length > 1 ? i / (logs.length - 1) : 0);
  const y = (log) => (high > low ? bottom - 4 - (bottom - top - 4) * (log - low) / (high - low) : (top + bottom) / 2);
  let path = "";
  for (let i = 0; i < logs.length; i += every) path += `${path ? "L" : "M"}${x(i).toFixed(1)} ${y(logs[i]).toFixed(1)}`;
  path += `L${x(logs.length - 1).toFixed(1)} ${y(logs[logs.length - 1]).toFixed(1)}`;
  svg(curve, "path", { class: "losses", d: path });
  const number = (log) => Number(Math.exp(log).toPrecision(3)).toString();
  svg(curve, "text", { x: left - 4, y: top + 8, "text-anchor": "end" }, number(high));
  if (high > low) svg(curve, "text", { x: left - 4, y: bottom, "text-anchor": "end" }, number(low));
  svg(curve, "text", { x: left, y: bottom + 16 }, "1");
  svg(curve, "text", { x: right, y: bottom + 16, "text-anchor": "end" }, `epoch ${losses.length}`);
}

// The network: a column for each layer, a line for each weight.

function drawNetwork() {
  const picture = $("network");
  picture.replaceChildren();
  const sizes = state.sizes;
  const x = (layer) => 50 + 490 * layer / (sizes.length - 1);
  const y = (layer, j) => 20 + 260 * (j + 0.5) / sizes[layer];
  const radius = Math.max(3, Math.min(14, 100 / Math.max(...sizes)));
  const rows = state.parameters.filter(([name]) => name.includes("weight"));
  const largest = Math.max(1e-9, ...rows.map(([, values]) => Math.max(...values.map(Math.abs))));
  let layer = 0, j = 0;
  for (const [name, values] of rows) {
    if (j === sizes[layer + 1]) { layer += 1; j = 0; }
    values.forEach((value, k) => {
      const line = svg(picture, "line", { class: value < 0 ? "weight below" : "weight", x1: x(layer), y1: y(layer, k), x2: x(layer + 1),
        y2: y(layer + 1, j), "stroke-width": (0.4 + 6 * Math.abs(value) / largest).toFixed(2), "stroke-opacity": 0.85 });
      svg(line, "title", {}, `${name}[${k}] = ${short(value)}`);
    });
    j += 1;
  }
  const biases = state.parameters.filter(([name]) => name.includes("bias"));
  sizes.forEach((size, i) => {
    for (let neuron = 0; neuron < size; neuron++) {
      const circle = svg(picture, "circle", { class: "neuron", cx: x(i), cy: y(i, neuron), r: radius });
      if (i) svg(circle, "title", {}, `${biases[i - 1][0]}[${neuron}] = ${short(biases[i - 1][1][neuron])}`);
    }
  });
  for (let k = 0; k < 2; k++) svg(picture, "text", { x: 10, y: y(0, k) + 5 }, `x${k + 1}`);
  svg(picture, "text", { x: 560, y: y(sizes.length - 1, 0) + 5 }, "output");
}

// The tables and the texts.

function fill(id, rows) {
  $(id).querySelector("tbody").replaceChildren(...rows.map((row) => {
    const line = document.createElement("tr");
    row.forEach((cell, i) => {
      const element = document.createElement(i ? "td" : "th");
      if (!i) element.scope = "row";
      element.textContent = cell;
      line.append(element);
    });
    return line;
  }));
}

function drawTables() {
  if (!state) return;
  if ($("weights").open) fill("weights", state.parameters.map(([name, values]) => [name, values.map(short).join("  ")]));
  if ($("points").open) {
    fill("points", state.points.map((point) => [short(point.input[0]), short(point.input[1]), String(point.target[0]),
      short(point.output[0]), point.right ? "right" : "wrong"]));
  }
}

function drawTexts() {                 // what the pictures show, in words
  $("map-text").textContent = state.diverged ? "The numbers are no longer finite: there is nothing to see."
    : `${state.right} of ${state.points.length} ${state.tested} are right. Circles are of class 1, squares of class 0; ` +
      "one that is wrong has a ring.";
  $("curve-text").textContent = losses.length
    ? `The loss went from ${short(losses[0])} in epoch 1 to ${short(losses[losses.length - 1])} in epoch ${losses.length}.`
    : "Nothing has been learned yet.";
}

function drawExplanation() {
  if (!$("explain").open || !state) return;
  if (running) {
    $("explain-command").textContent = "";
    $("explanation").textContent = "Pause, and the numbers of the next step stand here.";
    return;
  }
  const sample = Number($("sample").value);
  const part = $("part").value;
  const said = ask("explanation", sample, part);
  $("explain-command").textContent = said.step === null ? ""
    : command(["explain", chosen.task], {...chosen.choices, step: said.step, sample, only: part});
  if (said.html) $("explanation").innerHTML = said.html;        // escaped there
  else $("explanation").textContent = said.error;
}

function draw() {
  if (!state) return;
  $("now").textContent = [state.text + ".", state.stopped].filter(Boolean).join(" ");
  drawTexts();
  drawMap();
  drawCurve();
  drawNetwork();
  drawTables();
}

function settle() {                     // what is said, and what is drawn, when nothing runs
  draw();
  const done = state.stopped !== null;
  $("train").textContent = running ? "Pause" : "Train";
  $("reset").disabled = false;
  if (done && [$("train"), $("step")].includes(document.activeElement)) $("reset").focus();
  $("train").disabled = $("step").disabled = done;
  $("status").textContent = running ? "Training." : $("now").textContent;
  drawExplanation();
}

// The buttons.

function stop() {
  running = false;
  run += 1;
}

function begin() {
  stop();
  const settings = Object.fromEntries(CONTROLS.map((id) => [id, $(id).value]));
  const said = ask("start", JSON.stringify(settings));
  $("error").textContent = said.error ?? "";
  if (said.error) {                     // the training before stays on show, but does not go on
    if (state) settle();
    $("train").disabled = $("step").disabled = true;
    return;
  }
  state = chosen = said;
  losses = [];
  $("command").textContent = command([said.task], said.choices);
  $("first-line").textContent = said.first_line;
  $("summary").textContent = said.summary;
  for (const id of ["lr", "hidden"]) $(id).placeholder = said.usual[id];
  for (const id of ["activation", "optimizer"]) $(id).options[0].text = `usual: ${said.usual[id]}`;
  const before = $("sample").value;
  $("sample").replaceChildren(...said.samples.map(([input, target], i) => new Option(
    `${i}: x = (${input.map(short).join(", ")}), y = ${target}`, i)));
  $("sample").value = before && Number(before) < said.samples.length ? before : said.sample;
  settle();
}

function advance(epochs) {
  state = ask("advance", epochs);
  losses.push(...state.losses);
}

async function train() {
  if (running) {
    pause();
    return;
  }
  running = true;
  const mine = ++run;
  settle();
  let epochs = 1;
  while (running && mine === run && state.stopped === null) {
    const most = Number($("speed").value) || Infinity;
    const start = performance.now();
    advance(Math.min(epochs, most));
    const took = Math.max(0.1, performance.now() - start);
    epochs = Math.max(1, Math.min(2 * epochs, most, Math.round(Math.min(epochs, most) * FRAME / took)));
    draw();
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  }
  if (mine === run) pause();
}

function pause() {
  stop();
  settle();
}

function step() {
  stop();
  advance(1);
  settle();
}

// Loading: Python, the sources of purenn as they lie beside this page, and session.py.

async function load() {
  if (location.protocol === "file:") {
    throw new Error("A browser does not let a page read the files beside it. In the folder of purenn run python3 -m http.server, " +
      "and open http://localhost:8000/web/.");
  }
  const slow = setTimeout(() => { $("status").textContent += " This is taking long. Reload to try again."; }, 60000);
  const loaded = async () => {
    for (const name of ["pyodide.asm.wasm", "python_stdlib.zip"]) {     // without them it would wait for ever
      if (!(await fetch(PYODIDE + name, { method: "HEAD" })).ok) throw new Error(name);
    }
    const { loadPyodide } = await import(PYODIDE + "pyodide.mjs");
    return loadPyodide();
  };
  const loading = loaded().catch(() => {
    throw new Error(`Python could not be loaded from ${PYODIDE}. Is there a connection to it? Reload to try again.`);
  });
  const text = async (name) => {
    const answer = await fetch(name, { cache: "no-cache" });            // what has been edited is what runs
    if (!answer.ok) throw new Error(`${name} could not be loaded (${answer.status}); the folder of purenn must be served as a whole.`);
    return answer.text();
  };
  const [pyodide, names] = await Promise.all([loading, text("sources.json").then(JSON.parse)]);
  await Promise.all(["web/session.py", ...names].map(async (name) => {
    const source = await text("../" + name);
    const path = "/home/pyodide/" + name.replace(/^web\//, "");
    pyodide.FS.mkdirTree(path.replace(/\/[^/]*$/, ""));
    pyodide.FS.writeFile(path, source);
  }));
  python = pyodide.pyimport("session");
  clearTimeout(slow);
}

function options(id, values) {
  $(id).replaceChildren(...values.map(([value, text]) => new Option(text, value)));
}

async function main() {
  await load();
  const choices = ask("choices");
  options("task", choices.tasks.map((name) => [name, name]));
  const usual = [["", "usual"]];
  options("activation", usual.concat(choices.activations.map((name) => [name, name])));
  options("optimizer", usual.concat(choices.optimizers.map((name) => [name, name])));
  $("controls").addEventListener("submit", (event) => event.preventDefault());
  for (const id of CONTROLS) $(id).addEventListener("change", guarded(begin));
  $("train").addEventListener("click", guarded(train));
  $("step").addEventListener("click", guarded(step));
  $("reset").addEventListener("click", guarded(begin));
  for (const id of ["sample", "part"]) $(id).addEventListener("change", guarded(drawExplanation));
  for (const id of ["weights", "points"]) $(id).addEventListener("toggle", guarded(drawTables));
  $("explain").addEventListener("toggle", guarded(drawExplanation));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", guarded(draw));
  options("part", [["", "all of it"]].concat(choices.parts.map((name) => [name, name])));
  $("settings").disabled = false;
  begin();
  document.documentElement.dataset.ready = "yes";
}

main().catch((error) => {
  $("status").textContent = "";
  $("error").textContent = lastLine(error);
});
