// The network: a square for each neuron with its own activation over the unit square, a line for each weight.

import { $, css, fit, html, mapImage, scale, short, svg } from "./draw.js";
import { now } from "./training.js";

const MANY = 300;                       // lines: if there are more, all are drawn straight, thin and without dashes, which is quicker
const small = document.createElement("canvas");
let shape = "";                         // what is laid out: sizes and width
let place = null;                       // where: { width, height, side, x(column), y(column, j) }
let lines = [];                         // the lines, as [path, row of the parameters, k]
let neurons = [];                       // the groups of neurons, by column
let choose = () => {};                  // called with { column, place, source }, and whether it is to stay
let chosen = null;
let dpr = 1;
let [drawn, lined] = [null, null];      // the maps that are drawn, and the state whose lines are drawn

export function setUp(onChoose, onColumn) {
  choose = onChoose;
  const picture = $("network");
  const found = (event) => event.target.closest?.("[data-column]");
  picture.addEventListener("pointerover", (event) => { const at = found(event); if (at) choose(of(at), false); });
  picture.addEventListener("pointerleave", () => choose(null, false));
  picture.addEventListener("click", (event) => { const at = found(event); if (at) choose(of(at), true); });
  picture.addEventListener("focusin", (event) => { const at = found(event); if (at) choose(of(at), true); });
  picture.addEventListener("keydown", (event) => {
    const at = found(event);
    if (at && move(of(at), event.key)) event.preventDefault();
  });
  $("columns").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) onColumn(button.dataset.what, Number(button.dataset.column));
  });
  new ResizeObserver(() => { if (now.state) draw(); }).observe($("stage"));
}

function of(element) {
  const { column, place: j, source } = element.dataset;
  return { column: Number(column), place: Number(j), source: source === undefined ? null : Number(source) };
}

function move({ column, place: j, source }, key) {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!step || source !== null) return false;
  const to = column + step[0];
  if (to < 0 || to >= neurons.length) return true;
  const at = Math.max(0, Math.min(neurons[to].length - 1, j + step[1]));
  for (const group of neurons.flat()) group.setAttribute("tabindex", group === neurons[to][at] ? 0 : -1);
  neurons[to][at].focus();
  return true;
}

function layOut() {
  const { sizes } = now.state;
  const width = Math.round($("stage").clientWidth);
  const key = [width, devicePixelRatio, ...sizes].join(" ");
  if (key === shape) return;
  shape = key;
  dpr = devicePixelRatio || 1;
  const pitch = (width - 60) / (sizes.length - 1);
  const isNarrow = pitch < 60;          // then the buttons of a column stand one above the other
  const top = isNarrow ? 68 : 40;
  $("columns").classList.toggle("narrow", isNarrow);
  const height = Math.max(width < 500 ? 270 : 330, top + Math.max(...sizes) * 26 + 30);
  const side = Math.floor(Math.max(16, Math.min(46, pitch * 0.6, (height - top - 26) / Math.max(...sizes) - 6)));
  place = { width, height, side, x: (column) => 30 + pitch * column,
    y: (column, j) => top + (height - top - 26) * (j + 0.5) / sizes[column] };
  fit($("network"), height);
  $("network").style.height = `${height}px`;
  for (const canvas of [$("edges"), $("neurons")]) {
    canvas.width = Math.round(width * dpr);
    canvas.height = Math.round(height * dpr);
    canvas.style.height = `${height}px`;
  }
  forget();
  build(sizes);
}

function build(sizes) {
  const focused = $("network").contains(document.activeElement) ? of(document.activeElement) : null;
  const picture = $("network");
  picture.replaceChildren();
  const { side, x, y } = place;
  lines = [];
  neurons = [];
  const many = sizes.reduce((count, size, c) => count + (c ? size * sizes[c - 1] : 0), 0) > MANY;
  let row = 0;
  for (let c = 1; c < sizes.length; c++) {
    for (let j = 0; j < sizes[c]; j++) {
      for (let k = 0; k < sizes[c - 1]; k++) {
        const [x1, x2, y1, y2] = [x(c - 1) + side / 2, x(c) - side / 2, y(c - 1, k), y(c, j)];
        const d = many ? `M${x1} ${y1}L${x2} ${y2}` : `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`;
        lines.push([new Path2D(d), row, k]);
        svg(picture, "path", { class: "reach", d, "data-column": c, "data-place": j, "data-source": k });
      }
      row += 1;
    }
    row += 1;                           // the biases
  }
  sizes.forEach((size, c) => {
    neurons.push([]);
    for (let j = 0; j < size; j++) {
      const group = svg(picture, "g", { class: "neuron", role: "button", tabindex: c === 1 && j === 0 ? 0 : -1, "aria-label": nameOf(c, j),
        "data-column": c, "data-place": j });
      svg(group, "rect", { x: x(c) - side / 2, y: y(c, j) - side / 2, width: side, height: side, rx: 4 });
      neurons[c].push(group);
    }
  });
  for (let k = 0; k < 2; k++) svg(picture, "text", { x: x(0), y: y(0, k) + side / 2 + 15, "text-anchor": "middle" }, `x${k + 1}`);
  svg(picture, "text", { x: x(sizes.length - 1), y: y(sizes.length - 1, 0) + side / 2 + 15, "text-anchor": "middle" }, "output");
  buttons(sizes);
  if (focused && neurons[focused.column]?.[focused.place]) neurons[focused.column][focused.place].focus();
  mark(chosen);
}

function buttons(sizes) {
  const row = $("columns");
  const had = row.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
  row.replaceChildren();
  for (let c = 1; c < sizes.length - 1; c++) {
    const pair = html(row, "div", { class: "column" });
    pair.style.left = `${100 * place.x(c) / place.width}%`;
    const add = html(pair, "button", { type: "button", "data-what": "add_neuron", "data-column": c,
      "aria-label": `Add a neuron to hidden layer ${c}` }, "+");
    const less = html(pair, "button", { type: "button", "data-what": "remove", "data-column": c,
      "aria-label": `Remove a neuron from hidden layer ${c}` }, "−");
    add.disabled = sizes[c] >= 16;
    for (const each of [add, less]) if (each.getAttribute("aria-label") === had) each.focus();
  }
}

export function nameOf(column, j) {
  const last = now.state.sizes.length - 1;
  if (column === 0) return `Input x${j + 1}`;
  return column === last ? "The output neuron" : `Hidden layer ${column}, neuron ${j}`;
}

export function forget() {
  drawn = lined = null;
}

// During training, new maps are drawn in one frame and the lines in the next, so that no frame takes long.
export function draw() {
  layOut();
  const isNew = drawn !== now.maps;
  if (isNew || !now.running) drawMaps(blank("neurons"));
  drawn = now.maps;
  if (isNew && now.running) requestAnimationFrame(drawLines);
  else drawLines();
}

function blank(id) {
  const context = $(id).getContext("2d");
  context.setTransform(dpr, 0, 0, dpr, 0, 0);
  context.clearRect(0, 0, place.width, place.height);
  return context;
}

// The rows of numbers that the lines show, in the order of the parameters.
function rows() {
  if (now.lines === "slopes" && now.slopes) return now.slopes;
  return now.state.parameters.map(([, values]) => values);
}

function drawLines() {
  if (now.running && lined === now.state) return;
  lined = now.state;
  const context = blank("edges");
  const values = rows();
  const [zero, one] = [css("--zero"), css("--one")];
  let most = 1e-9;
  for (const [, row, k] of lines) most = Math.max(most, Math.abs(values[row]?.[k] ?? 0));
  const many = lines.length > MANY;
  const widest = Math.min(6, 40 / Math.sqrt(lines.length));
  for (const [line, row, k] of lines) {
    const value = values[row]?.[k] ?? 0;
    const share = Math.abs(value) / most;
    if (share < 0.03 && many) continue;                                 // it could not be seen
    context.strokeStyle = value < 0 ? zero : one;
    context.lineWidth = many ? 1 / dpr : 0.4 + (widest - 0.4) * share;          // a line of one pixel is drawn in half the time
    context.globalAlpha = many ? share : 0.3 + 0.65 * share;
    context.setLineDash(value < 0 && !many ? [7, 3] : []);
    context.stroke(line);
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
}

function drawMaps(context) {
  context.imageSmoothingEnabled = true;
  const { sizes, settings } = now.state;
  const { side, x, y } = place;
  const count = 16;
  const put = (c, j, values, center, reach) => {
    mapImage(small, values, center, reach);
    context.drawImage(small, x(c) - side / 2, y(c, j) - side / 2, side, side);
  };
  for (let k = 0; k < 2; k++) {         // the inputs themselves
    put(0, k, Array.from({ length: count * count }, (_, i) => (k ? 1 - Math.floor(i / count) / (count - 1) : (i % count) / (count - 1))), 0.5, 0.5);
  }
  now.maps?.forEach((layer, i) => layer.forEach((values, j) => {
    if (i + 1 < sizes.length && j < sizes[i + 1]) {
      const isLast = i + 2 === sizes.length;
      put(i + 1, j, values, ...(isLast ? [0.5, 0.5] : scale(settings.activation, values)));
    }
  }));
}

// Show which neuron or line the card is about.
export function mark(what) {
  chosen = what;
  const picture = $("network");
  picture.querySelectorAll(".chosen").forEach((each) => each.classList.remove("chosen"));
  if (!what) return;
  const selector = `[data-column="${what.column}"][data-place="${what.place}"]` + (what.source === null ? ":not([data-source])" : `[data-source="${what.source}"]`);
  picture.querySelector(selector)?.classList.add("chosen");
}

// The value of a line or a bias in the state, with its name.
export function parameterOf({ column, place: j, source }) {
  let row = 0;
  for (let c = 1; c < column; c++) row += now.state.sizes[c] + 1;
  const [name, values] = now.state.parameters[source === null ? row + now.state.sizes[column] : row + j];
  const at = source === null ? j : source;
  return { name, place: at, value: values[at], slope: now.slopes?.[source === null ? row + now.state.sizes[column] : row + j]?.[at],
    text: `${name}[${at}] = ${short(values[at])}` };
}
