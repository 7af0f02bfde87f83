// The training on show: what Python said last, and everything that changes it.

import { ask } from "./ask.js";
import { $ } from "./draw.js";

const FRAME = 12;                       // milliseconds of training for a frame, at full speed
const COUNT = 31;                       // points on each side of a neuron's map,
const QUICK = 18;                       // and while it trains
const BETWEEN = 50;                     // milliseconds between two maps while it trains

export const now = {
  state: null,                          // the last answer
  losses: [],                           // of every epoch
  maps: null,                           // of every neuron, one row after the other
  slopes: null,                         // ∂C/∂θ
  running: false,
  working: 0,                           // the number of changes that are not drawn yet
  lines: "weights",                     // or "slopes"
};

let listeners = [];                     // called with what is new: "all", "frame", "pause"
let loop = Promise.resolve();

export function listen(listener) {
  listeners.push(listener);
}

function tell(what) {
  for (const listener of listeners) listener(what);
}

function take(answer) {
  if (answer.error) return answer;
  if (answer.maps) now.maps = answer.maps;
  if (answer.slopes) now.slopes = answer.slopes;
  now.state = { ...now.state, ...answer };
  return answer;
}

// Until Python is loaded, the same answers come from a file.
export function showFirst(first) {
  now.maps = first.maps;
  now.state = first.state;
  tell("all");
}

function working(action) {
  return async (...values) => {
    now.working += 1;
    try {
      return await action(...values);
    } finally {
      now.working -= 1;
    }
  };
}

// A question that changes the whole training. Its answer has all that must be drawn, except the maps and slopes.
export const change = working(async (question, values) => {
  await pause();
  const answer = take(await ask(question, values));
  if (answer.error) return answer;
  now.losses = answer.losses;
  now.slopes = null;
  await look();
  tell("all");
  return answer;
});

async function look() {
  take(await ask("look", { maps: COUNT, slopes: now.lines === "slopes" }));
}

export async function showLines(lines) {
  now.lines = lines;
  if (now.running) return;
  await look();
  tell("frame");
}

// Train this number of epochs. The figures are drawn now and then on the way, but new maps are computed only at the end.
export const advance = working(async (epochs) => {
  await pause();
  tell("start");
  let left = epochs;
  while (left > 0) {
    const answer = take(await ask("advance", { epochs: left, milliseconds: 100 }));
    if (answer.error || !answer.losses.length) break;
    now.losses.push(...answer.losses);
    left -= answer.losses.length;
    if (left > 0) tell("frame");
  }
  await look();
  tell("frame");
  tell("pause");
});

export async function pause() {
  if (now.running) {
    now.running = false;
    tell("start");
  }
  await loop.catch(() => {});
}

export function train() {
  if (now.running) return pause();
  now.running = true;
  loop = loop.catch(() => {}).then(run);
  return loop;
}

const run = working(async () => {
  let before = 0;
  const next = () => {
    const most = Number($("speed").value);
    const due = performance.now() - before > BETWEEN;
    if (due) before = performance.now();
    return ask("advance", { epochs: most || 1000000, milliseconds: FRAME, maps: due ? QUICK : 0, slopes: due && now.lines === "slopes" });
  };
  tell("start");
  let pending = now.running ? next() : null;
  try {
    while (pending) {
      const answer = take(await pending);
      if (answer.error) throw new Error(answer.error.text);
      now.losses.push(...answer.losses);
      if (answer.stopped !== null) now.running = false;
      pending = now.running ? next() : null;
      await new Promise((done) => { requestAnimationFrame(done); setTimeout(done, 200); });     // a hidden page has no frames
      tell("frame");
    }
  } finally {
    now.running = false;
  }
  await look();
  tell("frame");
  tell("pause");
});
