// The output over the unit square, large, with the points on it and a color bar; and the loss.

import { $, fit, html, mapImage, short, svg } from "./draw.js";
import { now } from "./training.js";

const small = document.createElement("canvas");
let side = 280;
let drawn = "";                         // what the points looked like when they were drawn last
let filled = null;                      // the maps that the output was drawn from
const left = 30, top = 8;               // of the unit square in the picture

export function setUp(onPoint) {
  $("map").addEventListener("click", (event) => {
    const box = $("map").getBoundingClientRect();
    const size = box.width / (side + left + 8);
    const x1 = ((event.clientX - box.left) / size - left) / side;
    const x2 = 1 - ((event.clientY - box.top) / size - top) / side;
    if (x1 >= 0 && x1 <= 1 && x2 >= 0 && x2 <= 1) onPoint(Number(x1.toFixed(4)), Number(x2.toFixed(4)));
  });
  new ResizeObserver(() => { if (now.state) { draw(); drawCurve(); } }).observe($("map-figure"));
}

export function draw(sample) {
  const width = Math.min(420, Math.max(160, $("map").clientWidth));
  side = width - left - 8;
  const map = $("map");
  map.setAttribute("viewBox", `0 0 ${width} ${top + side + 26}`);
  drawOutput();
  const key = [width, sample ?? $("sample").value, ...now.state.points.map((point) => `${point.input}${point.target}${point.right}`)].join(" ");
  if (key === drawn) return;
  drawn = key;
  map.replaceChildren();
  svg(map, "rect", { class: "axis", x: left, y: top, width: side, height: side });
  const chosen = sample ?? Number($("sample").value || now.state.sample);
  let place = 0;
  const few = now.state.points.length > 50 ? 4.5 : 5.5;                     // the size of a point
  for (const point of now.state.points) {
    const [x, y] = [left + side * point.input[0], top + side * (1 - point.input[1])];
    const isTest = point.part === "test";
    const radius = isTest ? few * 0.6 : few;
    if (!isTest && place++ === chosen) svg(map, "circle", { class: "chosen-point", cx: x, cy: y, r: 11 });
    const kind = `point ${point.target[0] ? "one" : "zero"}${isTest ? " test" : ""}`;
    if (point.target[0]) svg(map, "circle", { class: kind, cx: x, cy: y, r: radius });
    else svg(map, "rect", { class: kind, x: x - radius + 0.5, y: y - radius + 0.5, width: 2 * radius - 1, height: 2 * radius - 1 });
    if (!point.right) svg(map, "circle", { class: "wrong", cx: x, cy: y, r: radius + (few < 5 ? 2 : 3.5), "stroke-width": few < 5 ? 1.2 : 2 });
  }
  for (const [text, x, y, anchor] of [["0", left, top + side + 20, "middle"], ["1", left + side, top + side + 20, "middle"],
    ["x1", left + side / 2, top + side + 20, "middle"], ["1", left - 12, top + 5, "end"], ["x2", left - 8, top + side / 2 + 4, "end"]]) {
    svg(map, "text", { x, y, "text-anchor": anchor }, text);
  }
  drawBar();
}

function drawOutput() {
  const values = now.maps?.at(-1)?.[0];
  const canvas = $("output");
  const dpr = devicePixelRatio || 1;
  const pixels = Math.round(side * dpr);
  if (canvas.width !== pixels) {
    filled = null;
    canvas.width = canvas.height = pixels;
    Object.assign(canvas.style, { left: `${left}px`, top: `${top}px`, width: `${side}px`, height: `${side}px` });
  }
  if (!values || filled === now.maps) return;
  filled = now.maps;
  mapImage(small, values, 0.5, 0.5);
  canvas.getContext("2d").drawImage(small, 0, 0, pixels, pixels);
}

function drawBar() {
  const bar = $("bar");
  const height = top + side + 26;
  if (bar.dataset.side === String(side) + document.documentElement.dataset.colors) return;
  bar.dataset.side = String(side) + document.documentElement.dataset.colors;
  bar.setAttribute("viewBox", `0 0 40 ${height}`);
  bar.replaceChildren();
  const canvas = document.createElement("canvas");
  mapImage(canvas, Array.from({ length: 64 * 64 }, (_, i) => 1 - Math.floor(i / 64) / 63), 0.5, 0.5);
  svg(bar, "image", { href: canvas.toDataURL(), x: 0, y: top, width: 12, height: side, preserveAspectRatio: "none" });
  svg(bar, "rect", { class: "axis", x: 0, y: top, width: 12, height: side });
  for (const value of [0, 0.5, 1]) svg(bar, "text", { x: 17, y: top + side * (1 - value) + (value === 1 ? 9 : value ? 4 : 0) }, String(value));
}

export function forget() {
  drawn = "";
  filled = null;
}

export function text() {
  const { diverged, right, counted, points } = now.state;
  const tests = points.filter((point) => point.part === "test").length;
  $("map-text").textContent = diverged ? "The numbers are no longer finite: there is nothing to see."
    : `${right} of ${counted} ${tests ? "fresh points" : "points"} are right. Circles are of class 1, squares of class 0; ` +
      `a wrong point has a ring.${tests ? " Small circles and squares are fresh points, from which the network does not learn." : ""}`;
}

// The loss of every epoch, on a logarithmic scale. If several epochs fall on one column of pixels, the smallest and the
// largest of their losses are both drawn.
export function drawCurve() {
  const curve = $("curve");
  const { losses } = now;
  const target = now.state.settings.target_loss;
  const height = 230;
  const width = fit(curve, height);
  const [x0, x1, y0, y1] = [52, width - 8, 10, height - 24];
  curve.replaceChildren();
  svg(curve, "path", { class: "axis", d: `M${x0} ${y0}V${y1}H${x1}` });
  let low = Infinity, high = -Infinity;
  for (const loss of losses) if (loss > 0) { low = Math.min(low, loss); high = Math.max(high, loss); }
  if (high === -Infinity) [low, high] = [now.state.settings.target_loss ?? 0.01, 0.5];
  if (target) [low, high] = [Math.min(low, target), Math.max(high, target)];
  const [bottom, ceiling] = [Math.log(low) - 0.15, Math.log(high) + 0.15];
  const y = (loss) => Math.min(y1, Math.max(y0, y1 - (y1 - y0) * (Math.log(Math.max(loss ?? high, 1e-300)) - bottom) / (ceiling - bottom)));
  const x = (i) => x0 + 2 + (x1 - x0 - 2) * (losses.length > 1 ? i / (losses.length - 1) : 0);
  const tick = (value, label) => {
    svg(curve, "path", { class: "tick", d: `M${x0} ${y(value)}H${x1}` });
    svg(curve, "text", { x: x0 - 5, y: y(value) + 4, "text-anchor": "end" }, label);
  };
  const decades = [];
  for (let power = Math.ceil(Math.log10(low) - 0.06); power <= Math.log10(high) + 0.06; power++) decades.push(10 ** power);
  const every = Math.ceil(decades.length / 6);
  decades.filter((_, i) => i % every === 0).forEach((value) => tick(value, short(value, 3)));
  if (!decades.length) [low, high].forEach((value) => tick(value, short(value, 3)));
  if (target) {
    svg(curve, "path", { class: "target", d: `M${x0} ${y(target)}H${x1}` });
    svg(curve, "text", { x: x1, y: y(target) - 5, "text-anchor": "end", class: "soft" }, `target ${short(target, 3)}`);
  }
  if (losses.length) {
    svg(curve, "path", { class: "losses", d: path(losses, x, y, Math.max(50, Math.round(x1 - x0))) });
    svg(curve, "text", { x: x1, y: y1 + 16, "text-anchor": "end" }, `epoch ${losses.length}`);
    svg(curve, "text", { x: x0, y: y1 + 16 }, "1");
  }
}

function path(losses, x, y, columns) {
  const size = Math.max(1, losses.length / columns);
  let d = "";
  const to = (i) => { d += `${d ? "L" : "M"}${x(i).toFixed(1)} ${y(losses[i]).toFixed(1)}`; };
  for (let c = 0; c * size < losses.length; c++) {
    const begin = Math.floor(c * size), end = Math.min(losses.length, Math.max(begin + 1, Math.floor((c + 1) * size)));
    let least = begin, most = begin;
    for (let i = begin; i < end; i++) {
      if (losses[i] < losses[least]) least = i;
      if (losses[i] > losses[most] || losses[i] === null) most = i;
    }
    to(Math.min(least, most));
    if (least !== most) to(Math.max(least, most));
  }
  to(losses.length - 1);
  return d;
}

export function curveText() {
  const { losses } = now;
  $("curve-text").textContent = losses.length
    ? `The loss went from ${short(losses[0])} in epoch 1 to ${short(losses.at(-1))} in epoch ${losses.length}.`
    : "Nothing has been learned yet.";
}

// The tables of numbers, where they are open.
export function drawTables() {
  const fill = (id, rows) => $(id).querySelector("tbody").replaceChildren(...rows.map((row) => {
    const line = document.createElement("tr");
    row.forEach((cell, i) => html(line, i ? "td" : "th", i ? {} : { scope: "row" }, cell));
    return line;
  }));
  if ($("weights").open) fill("weights", now.state.parameters.map(([name, values]) => [name, values.map((value) => short(value)).join("  ")]));
  if ($("points").open) {
    fill("points", now.state.points.map((point) => [short(point.input[0]), short(point.input[1]), String(point.target[0]),
      short(point.output[0]), point.right ? "right" : "wrong", point.part === "test" ? "fresh" : "learned"]));
  }
}
