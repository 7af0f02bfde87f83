// The card of a neuron or a line: its numbers to change, its formulas, and the lines of source.

import { ask } from "./ask.js";
import { $, html, short, shortened } from "./draw.js";
import { mark, nameOf, parameterOf } from "./stage.js";
import { change, now } from "./training.js";

let shown = null;                       // { column, place, source }
let pinned = null;                      // the one to go back to when the pointer leaves
let wanted = 0;                         // a number for each request: an older answer is dropped
let report = () => {};                  // called with an error, or null

export function setUp(onError) {
  report = onError;
  if (innerWidth > 768) pinned = { column: 1, place: 0, source: null };
}

// Show the card of a neuron or a line. `stays` is true if it was chosen and not merely pointed at.
export function show(what, stays) {
  if (stays) pinned = what;
  const next = what ?? pinned;
  if (JSON.stringify(next) === JSON.stringify(shown)) return;
  shown = next;
  mark(shown);
  renew(true);
}

// After a change of the network: a neuron that is no longer there has no card.
export function check() {
  const { sizes } = now.state;
  const isThere = (what) => what && what.column < sizes.length && what.place < sizes[what.column] && (what.source === null || what.source < sizes[what.column - 1]);
  if (!isThere(pinned)) pinned = null;
  if (!isThere(shown)) shown = pinned;
  mark(shown);
  renew(true);
}

export async function renew(edits) {
  if (!shown) {
    $("card-title").textContent = "Choose a neuron or a line";
    $("card-help").hidden = false;
    $("card-edit").replaceChildren();
    $("card-body").replaceChildren();
    return;
  }
  const what = shown;
  $("card-help").hidden = true;
  $("card-title").textContent = titleOf(what);
  if (edits || !$("card-edit").contains(document.activeElement)) drawEdits(what);
  if (now.running && !edits) return;
  const mine = ++wanted;
  const answer = await ask("card", { sample: Number($("sample").value || now.state.sample), ...what });
  if (mine === wanted) drawBody(answer);
}

function titleOf(what) {
  if (what.source === null) return nameOf(what.column, what.place);
  const from = what.column === 1 ? `x${what.source + 1}` : nameOf(what.column - 1, what.source);
  const name = nameOf(what.column, what.place);
  return `${from} → ${name[0].toLowerCase()}${name.slice(1)}`;
}

function drawEdits(what) {
  const edit = $("card-edit");
  const focused = edit.contains(document.activeElement) ? document.activeElement.dataset.name : null;
  edit.replaceChildren();
  if (what.column === 0) return;
  const inputs = what.source !== null ? [[what, "weight"]] : [
    ...Array.from({ length: now.state.sizes[what.column - 1] }, (_, k) => [{ ...what, source: k }, `w_${what.place}${what.place > 9 || k > 9 ? "," : ""}${k}`]), [what, `b_${what.place}`]];
  for (const [which, name] of inputs) {
    const parameter = parameterOf(which);
    const label = html(edit, "label", {}, name + " ");
    const input = html(label, "input", { inputmode: "decimal", autocomplete: "off", "data-name": name, title: parameter.name });
    input.value = short(parameter.value, 5);
    input.addEventListener("change", () => set(parameter, input));
    if (name === focused) input.focus();
  }
  if (what.source === null && what.column < now.state.sizes.length - 1) {
    const button = html(edit, "button", { type: "button", class: "small" }, "Remove this neuron");
    button.addEventListener("click", async () => {
      const answer = await change("act", { what: "remove", values: [what.column, what.place] });
      report(answer.error ?? null);
      $("undo").focus();
    });
  }
}

async function set(parameter, input) {
  const value = Number(input.value.trim().replace(",", "."));
  if (!input.value.trim() || !Number.isFinite(value)) {
    input.setAttribute("aria-invalid", "true");
    report({ field: null, text: `A weight must be a number; found "${input.value.slice(0, 40)}".` });
    return;
  }
  report((await change("act", { what: "set_parameter", values: [parameter.name, parameter.place, value] })).error ?? null);
}

function drawBody(answer) {
  const body = $("card-body");
  body.replaceChildren();
  if (answer.error) {
    html(body, "p", { class: "help" }, answer.error.text);
    return;
  }
  const sample = now.state.samples[Number($("sample").value || now.state.sample)];
  if (sample) html(body, "p", { class: "help" }, `With x = (${sample[0].map((x) => short(x)).join(", ")}), y = ${sample[1]}:`);
  if (shown.column === 0) html(body, "p", {}, `${nameOf(0, shown.place)} of this point is ${short(sample?.[0][shown.place])}.`);
  let source = "";
  for (const quantity of answer.quantities) {
    const line = html(body, "p", { class: "quantity" });
    html(line, "b", {}, quantity.name);
    html(line, "span", {}, `= ${quantity.formula}`);
    for (const numbers of quantity.numbers) if (numbers !== quantity.formula) html(line, "span", { title: numbers }, `= ${shortened(numbers)}`);
    html(line, "span", { class: "result", title: String(quantity.result) }, `= ${short(quantity.result)}`);
    const key = `${quantity.file}:${quantity.line}`;
    if (quantity.source?.length && key !== source) {
      const figure = html(body, "div", { class: "source" });
      html(figure, "a", { href: `../${quantity.file}` }, key);
      html(figure, "pre", {}, quantity.source.join("\n"));
      source = key;
    }
  }
}
