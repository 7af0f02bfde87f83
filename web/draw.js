// What the figures share: elements, numbers as text, colors.

export const $ = (id) => document.getElementById(id);

export function svg(parent, name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  parent?.append(element);
  return element;
}

export function html(parent, name, attributes, text) {
  const element = document.createElement(name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  parent?.append(element);
  return element;
}

export function short(value, digits = 6) {
  if (value === null || value === undefined) return "nan";
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(digits - 1).replace(/\.?0*e/, "e");
  return Number(value.toPrecision(digits)).toString();
}

// The text, with long numbers shortened to this number of digits.
export function shortened(text, digits = 4) {
  return text.replace(/\d+\.\d+(e[+-]?\d+)?/g, (number) => short(Number(number), digits));
}

// A drawing is as wide as its place on the page, so that text in it keeps its size.
export function fit(picture, height) {
  const width = Math.max(200, Math.round(picture.getBoundingClientRect().width));
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  return width;
}

let palette = null;

export function forgetColors() {
  palette = null;
}

function color(name) {
  const hex = css(name);
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

export function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// 256 colors: from orange (-1) through the middle color (0) to blue (1).
function colors() {
  if (palette) return palette;
  const [zero, middle, one] = ["--zero", "--middle", "--one"].map(color);
  palette = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const t = i / 127.5 - 1;
    const to = t < 0 ? zero : one;
    for (let k = 0; k < 3; k++) palette[3 * i + k] = middle[k] + (to[k] - middle[k]) * Math.abs(t) * 0.9;
  }
  return palette;
}

// A small canvas with a map of values: `center` is the middle color, `center` ± `reach` the ends.
export function mapImage(canvas, values, center, reach) {
  const count = Math.round(Math.sqrt(values.length));
  if (canvas.width !== count) canvas.width = canvas.height = count;
  const context = canvas.getContext("2d");
  const image = context.createImageData(count, count);
  const table = colors();
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? center;
    const t = Math.max(0, Math.min(255, Math.round(127.5 + 127.5 * (value - center) / reach)));
    image.data[4 * i] = table[3 * t];
    image.data[4 * i + 1] = table[3 * t + 1];
    image.data[4 * i + 2] = table[3 * t + 2];
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

// How the values of an activation become colors: [center, reach].
export function scale(activation, values) {
  if (activation === "sigmoid") return [0.5, 0.5];
  let most = 1;
  if (activation !== "tanh") for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return [0, most];
}
