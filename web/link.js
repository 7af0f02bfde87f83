// The address of a state: the form with which a training began, each change with its epoch, and how many epochs there are.

import { $ } from "./draw.js";
import { advance, change, now } from "./training.js";

const MOST = 60000;                     // characters of an address

let written = null;                     // what was written last, so that it is not taken for a new link

export function write(more = {}) {
  const { began, log } = now.state;
  const parts = new URLSearchParams(Object.entries(began).filter(([, value]) => String(value) !== ""));
  if (now.losses.length) parts.set("epochs", now.losses.length);
  if (log.length) parts.set("then", JSON.stringify(log));
  if (now.lines === "slopes") parts.set("lines", "slopes");
  for (const [name, value] of Object.entries(more)) parts.set(name, value);
  const text = String(parts);
  written = text.length > MOST ? "" : `#${text}`;
  history.replaceState(null, "", written || location.pathname);
  return written;
}

export function isNew() {
  return location.hash !== written && !(location.hash === "" && written === "");
}

// Restore the training of a link: begin it, make each of its changes after the epoch that goes with it, and train to its last epoch.
export async function follow(text) {
  const parts = new URLSearchParams(text.replace(/^#/, ""));
  const { epochs, then, lines, step, sample, ...form } = Object.fromEntries(parts);
  now.lines = lines === "slopes" ? "slopes" : "weights";
  const answer = await change("start", { form });
  if (answer.error) return answer;
  let log = [];
  try {
    log = then ? JSON.parse(then) : [];
    if (!Array.isArray(log)) throw new Error();
  } catch {
    return { error: { field: null, text: "The link is damaged: its list of changes cannot be read." } };
  }
  for (const entry of log) {
    const [epoch, what, values] = Array.isArray(entry) ? entry : [];
    await to(Number(epoch));
    const done = what === "change" ? await change("change", { form: { ...now.state.form, ...values } })
      : await change("act", { what, values });
    if (done.error) return done;
  }
  await to(Number(epochs ?? 0));
  return { ...answer, step, sample };
}

async function to(epoch) {
  const left = Math.min(1e6, epoch) - now.losses.length;
  if (left > 0) {
    $("status").textContent = `Training to epoch ${epoch} …`;
    await advance(left);
  }
}

// The presets and the stops of the tour: links, each with a sentence or two.
export async function presets() {
  return (await fetch("presets.json", { cache: "no-cache" })).json();
}

