// The settings: a change of one goes to Python, and an error comes back to stand beside its field.

import { ask } from "./ask.js";
import { $, html } from "./draw.js";
import { change, now } from "./training.js";

const FIELDS = { task: "task", hidden: "hidden", activation: "activation", output_activation: "output_activation", loss: "loss-name",
  optimizer: "optimizer", lr: "lr", momentum: "momentum", batch_size: "batch_size", target_loss: "target_loss", init: "init", seed: "seed",
  noise: "noise", mistake: "mistake" };

let extra = {};                         // what is chosen without a control: epochs
let planted = [];                       // the gallery's mistakes

export function form() {
  return { ...extra, ...Object.fromEntries(Object.entries(FIELDS).map(([name, id]) => [name, $(id).value])) };
}

// Fill the controls with the form that Python has.
export function fill() {
  const { form: given, usual } = now.state;
  for (const [name, id] of Object.entries(FIELDS)) {
    const field = $(id);
    if (field !== document.activeElement || !field.getAttribute("aria-invalid")) field.value = given[name] ?? (name === "task" ? now.state.task : "");
  }
  extra = given.epochs ? { epochs: given.epochs } : {};
  for (const id of ["lr", "hidden", "momentum", "batch_size", "target_loss"]) $(id).placeholder = usual[id];
  for (const [name, id] of Object.entries(FIELDS)) {
    if (usual[name] === undefined || $(id).options?.[0]?.value !== "") continue;
    for (const option of $(id).options) option.hidden = option.value === usual[name];
    $(id).options[0].text = usual[name];                    // instead of that one
  }
}

export async function setUp(onDone) {
  const choices = await ask("choices");
  planted = choices.mistakes;
  const usual = [["", "usual"]];
  const same = (names) => names.map((name) => [name, name]);
  options("task", same(choices.tasks));
  options("activation", usual.concat(same(choices.activations)));
  options("output_activation", usual.concat(same(choices.activations)));
  options("loss-name", usual.concat(same(choices.losses)));
  options("optimizer", usual.concat(same(choices.optimizers)));
  options("init", usual.concat(same(choices.inits)));
  options("mistake", [["", "none"]].concat(planted.map(({ name, form }) => [name, form ? name : `${name} (terminal)`])));
  options("part", [["", "all of it"]].concat(same(choices.parts)));
  for (const [name, id] of Object.entries(FIELDS)) {
    const error = html($(id).parentElement, "span", { class: "field-error", id: `${id}-error` });
    error.setAttribute("aria-live", "polite");
    $(id).addEventListener("change", () => onDone(async () => (name === "mistake" ? plant() : change("change", { form: form() }))));
  }
  $("controls").addEventListener("submit", (event) => event.preventDefault());
  $("settings").disabled = $("data").disabled = false;
}

function options(id, values) {
  $(id).replaceChildren(...values.map(([value, text]) => new Option(text, value)));
}

// Begin with a planted mistake and the settings that show it. A mistake that the page cannot draw is only described.
async function plant() {
  const mistake = planted.find(({ name }) => name === $("mistake").value);
  if (!mistake) {
    $("about").hidden = true;
    return change("start", { form: { ...form(), mistake: "" } });
  }
  if (!mistake.form) {
    $("mistake").value = now.state.mistake;
    await tell(mistake);
    return {};
  }
  const answer = await change("start", { form: mistake.form });
  if (!answer.error) await tell(mistake);
  return answer;
}

// What the mistake is, and what catches it.
export async function tellMistake() {
  const mistake = planted.find(({ name }) => name === now.state.mistake);
  if (mistake) await tell(mistake);
}

async function tell(mistake) {
  const about = $("about");
  about.replaceChildren();
  const [what, lines, caught] = ["p", "p", "p"].map((name) => html(about, name, {}));
  html(what, "b", {}, `${mistake.name}. `);
  what.append(mistake.summary);
  for (const [word, line] of [["In ", mistake.where], [", right: ", mistake.right], [", wrong: ", mistake.wrong]]) {
    lines.append(word);
    html(lines, "code", {}, line);
  }
  caught.textContent = "What catches it: …";
  about.hidden = false;
  const { text } = await ask("caught", { name: mistake.name });
  caught.textContent = `What catches it: ${text}.`;
  if (!mistake.form) caught.append(` To see it at work: python3 cli.py mistakes ${mistake.name}`);
}

// An error beside its field, or, where it has none, above the figures; null takes all away.
export function say(error) {
  for (const id of Object.values(FIELDS)) {
    const own = error && FIELDS[error.field] === id;
    const place = $(`${id}-error`);
    if (place) place.textContent = own ? error.text : "";
    if (own) {
      $(id).setAttribute("aria-invalid", "true");
      $(id).setAttribute("aria-describedby", `${id}-error`);
    } else {
      $(id).removeAttribute("aria-invalid");
      $(id).removeAttribute("aria-describedby");
    }
  }
  $("error").textContent = error && !(error.field in FIELDS) ? error.text : "";
}

// Points of one's own: typed, clicked, or dropped as a CSV.

export async function addPoint(x1, x2, kind) {
  const { points } = await ask("points");
  return change("act", { what: "set_points", values: [[...points, [x1, x2, kind]]] });
}

export async function removePoint(place) {
  const { points } = await ask("points");
  if (place === null || points.length < 2) return {};
  return change("act", { what: "set_points", values: [points.filter((_, i) => i !== place)] });
}

export async function readFile(file) {
  if (!file) return {};
  if (file.size > 200000) return { error: { field: null, text: "The file is too large; at most 200,000 bytes are read." } };
  const answer = await ask("read_csv", { text: await file.text() });
  return answer.error ? answer : change("act", { what: "set_points", values: [answer.points] });
}

// The index of the nearest training point.
export function nearest(x1, x2) {
  let found = null, least = 0.05;
  now.state.points.filter((point) => point.part === "train").forEach(({ input }, i) => {
    const distance = Math.hypot(input[0] - x1, input[1] - x2);
    if (distance < least) [found, least] = [i, distance];
  });
  return found;
}
