// One training step, line by line as it really runs, forward and back.

import { ask } from "./ask.js";
import { $, html, svg } from "./draw.js";
import { mark } from "./stage.js";

let at = null;                          // what is shown: an answer with the number of the event; null while it is closed
let last = 0;                           // the number of the last event
let queue = Promise.resolve();
let done = () => {};                    // called when something has been shown: the address is written then

export function setUp(onShown) {
  done = onShown;
  for (const [id, how, way] of [["step-back", "line", -1], ["step-on", "line", 1], ["step-over", "over", 1], ["step-out", "out", 1]]) {
    $(id).addEventListener("click", () => go(how, way));
  }
  $("step-close").addEventListener("click", () => { close(); $("walk").focus(); });
  $("step-slider").addEventListener("input", () => to(Number($("step-slider").value)));
  $("step-hides").addEventListener("change", () => to(at.number));
  $("stepper").addEventListener("keydown", key);
  $("step-guess").addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await ask("guess", { number: at.number, text: $("step-answer").value });
    $("step-verdict").textContent = answer.error ? answer.error.text : answer.right ? `Right: ${answer.answer}` : `Not quite: it is ${answer.answer}`;
  });
}

function key(event) {
  if (event.target.matches("input:not([type=range]):not([type=checkbox])") || event.ctrlKey || event.metaKey || event.altKey) return;
  const way = event.shiftKey ? -1 : 1;
  const moves = { ArrowRight: ["line", 1], ArrowLeft: ["line", -1], ArrowDown: ["over", 1], ArrowUp: ["out", 1], p: ["phase", way],
    l: ["layer", way], n: ["neuron", way], i: ["input", way] };
  const move = moves[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!move) return;
  event.preventDefault();
  go(...move);
}

export function number() {
  return at && at.number;
}

// Record the next step on the chosen point, and show it from an event on.
export async function open(start = 0) {
  const answer = await ask("record", { sample: Number($("sample").value), number: start, hides: $("step-hides").checked });
  if (answer.error) return answer;
  last = answer.events - 1;
  $("step-slider").max = last;
  const bar = $("step-phases");
  bar.replaceChildren();
  answer.phases.forEach(([begin, phase], i) => {
    const end = answer.phases[i + 1]?.[0] ?? answer.events;
    svg(bar, "rect", { class: `phase-${phase}`, x: 100 * begin / answer.events, y: 0, width: 100 * (end - begin) / answer.events, height: 6 });
  });
  $("card").hidden = true;
  $("stepper").hidden = false;
  show(answer);
  return answer;
}

export function close() {
  if (!at) return;
  at = null;
  $("stepper").hidden = true;
  $("card").hidden = false;
  mark(null);
  done();
}

function asked(question, values) {
  queue = queue.then(async () => {
    if (!at) return;
    const answer = await ask(question, { number: at.number, hides: $("step-hides").checked, ...values });
    if (at && !answer.error) show(answer);
  });
  return queue;
}

const go = (how, way) => asked("go", { how, way });
const to = (place) => asked("view", { number: place });

// The line that last wrote the weight of an edge, or its slope.
export function wrote({ column, place, source }) {
  if (!at || source === null) return false;
  asked("wrote", { column, place, source });
  return true;
}

// Show again which neuron and edge are at work.
export function light() {
  if (!at) return false;
  const { neuron, input } = at.place;
  mark(at.column === null || neuron === null ? null : { column: at.column, place: neuron, source: input });
  return true;
}

function show(answer) {
  at = answer;
  light();
  crumbs();
  const slider = $("step-slider");
  slider.value = at.number;
  slider.setAttribute("aria-valuetext", `${at.number} of ${last}, ${at.phase}`);
  $("step-count").textContent = `${at.number} of ${last}`;
  const [name, file, line, doc] = at.function;
  const about = $("step-function");
  about.replaceChildren();
  html(about, "a", { href: `../${file}` }, `${file}:${line}`);
  about.append(` ${name}. ${doc}`);
  lines("step-source", at.source);
  lines("step-variables", at.variables);
  $("step-stack").textContent = at.stack.map(([each, where, row]) => `${each}  ${where}:${row}`).reverse().join("\n");
  const said = $("step-said");
  said.replaceChildren();
  for (const text of at.symbols) html(said, "div", { class: "symbols" }, text);
  for (const text of at.equation) html(said, "div", { class: "now" }, text);
  $("step-guess").hidden = at.asked === null;
  $("step-verdict").textContent = $("step-answer").value = "";
  done();
}

function crumbs() {
  const focused = $("crumbs").contains(document.activeElement) ? document.activeElement.dataset.level : null;
  $("crumbs").replaceChildren();
  for (const level of ["phase", "sample", "layer", "neuron", "input"]) {
    const value = at.place[level];
    if (value === null) continue;
    const text = level === "phase" ? value : `${level} ${value}`;
    if (level === "sample") {
      html($("crumbs"), "span", {}, text);
      continue;
    }
    const button = html($("crumbs"), "button", { type: "button", class: "small", "data-level": level, title: `Next ${level}; with Shift the one before` }, text);
    button.addEventListener("click", (event) => go(level, event.shiftKey ? -1 : 1));
    if (level === focused) button.focus();
  }
}

function lines(id, rows) {
  const place = $(id);
  place.replaceChildren();
  rows.forEach((row, i) => {
    if (i) place.append("\n");
    for (const [text, style] of row) {
      if (style) html(place, "span", { class: style }, text);
      else place.append(text);
    }
  });
}
