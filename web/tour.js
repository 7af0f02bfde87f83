// The guided tour: stops that are links, each with a few sentences.

import { $ } from "./draw.js";

let stops = [];
let at = -1;
let go = async () => {};                // follows a link

export function setUp(given, onGo) {
  stops = given;
  go = onGo;
  $("tour").addEventListener("click", () => to(0));
  $("stop-before").addEventListener("click", () => to(at - 1));
  $("stop-next").addEventListener("click", () => to(at + 1));
  $("stop-end").addEventListener("click", end);
}

export function end() {
  at = -1;
  $("stop").hidden = true;
  $("tour").focus();
}

async function to(number) {
  if (number >= stops.length) {
    end();
    return;
  }
  at = Math.max(0, number);
  const { title, text, link } = stops[at];
  $("stop").hidden = false;
  $("stop-title").textContent = `${at + 1} of ${stops.length}: ${title}.`;
  $("stop-text").textContent = text;
  $("stop-before").disabled = at === 0;
  $("stop-next").textContent = at === stops.length - 1 ? "Done" : "Next";
  await go(link);
  $("stop-next").focus();
}
