// What all widgets are made of.

function make(tag, props = {}, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}

// A control that keeps its keys: without the mark, JupyterLab's command mode takes arrows, Enter and letters from it.
function control(tag, props, ...children) {
  const element = make(tag, props, ...children);
  element.dataset.lmSuppressShortcuts = "true";
  return element;
}

const brief = (x, digits) => (Math.abs(x) < 10 ** -digits / 2 ? 0 : x).toFixed(digits).replace("-", "\u2212"); // with a true minus

// Numbers are written as `genbook.ui.plots` writes them in Python.
const withoutZeros = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

function inDecimals(value, decimals) {
  const [whole, rest] = brief(value, decimals).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), rest].filter(Boolean).join(".");
}

// To so many significant digits, in full from a thousandth to a million.
function inDigits(value, digits = 4) {
  if (!Number.isFinite(value) || value === 0) return String(value || 0).replace("-", "\u2212");
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e6) return withoutZeros(inDecimals(value, Math.max(0, digits - 1 - Math.floor(Math.log10(size)))));
  const [mantissa, power] = value.toExponential(digits - 2).split("e");
  return `${withoutZeros(mantissa)}e${Number(power)}`.replaceAll("-", "\u2212");
}

function meanAndSd(mean, sd) {
  const decimals = sd > 0 ? Math.min(9, Math.max(0, 1 - Math.floor(Math.log10(sd)))) : 3;
  return `mean ${inDecimals(mean, decimals)}, sd ${inDecimals(sd, decimals)}`;
}

// The same for drawings.
function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// How long a view lives: `over` ends it, and with it whatever it has `listen`ed to.
function lifetime(model, signal) {
  const over = new AbortController();
  signal?.addEventListener("abort", () => over.abort());
  const listen = (event, listener) => {
    model.on(event, listener);
    over.signal.addEventListener("abort", () => model.off(event, listener));
  };
  return { over, listen };
}

// About `count` round numbers from `low` to `high`.
function ticks(low, high, count) {
  const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough) * power;
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high * (1 + 1e-12); k++) found.push(k * step);
  return found;
}

// Gives the layers of a stage the width that it has on the page, and a height to suit, and tells `resized` of both.
function sizing(stage, layers, resized) {
  let last = 0;
  return new ResizeObserver(() => {
    const width = Math.max(240, Math.round(stage.clientWidth)), height = Math.round(Math.min(420, 0.8 * width));
    if (width === last) return;
    last = width;
    stage.style.height = `${height}px`;
    for (const { style } of layers) Object.assign(style, { width: `${width}px`, height: `${height}px` });
    resized(width, height);
  });
}
