// What is written about a symbol of a text, and its colour.

const MOST_BITS = 8; // of surprise, at which the colour is strongest

const surprise = (p) => Math.min(1, -Math.log2(Math.max(p, 1e-9)) / MOST_BITS);

function inPercent(p) {
  if (p === 0) return "0 %";
  if (p < 0.001) return "below 0.1 %";
  return `${(100 * p).toFixed(p >= 0.0995 ? 0 : 1)} %`;
}

// A symbol where it has to be seen that it is a space, a new line or the end.
function visible(symbol) {
  if (symbol === "") return "end";
  return symbol.replaceAll("\n", "\u23ce").replaceAll("\t", "\u21e5").replace(/^ | $/g, "\u2423");
}

// The colour of a symbol, and the line below it: `strength` from 0, what had to come, to 1.
function tint(span, strength) {
  span.style.setProperty("--surprise", `${(50 * strength).toFixed(1)}%`);
  span.style.setProperty("--line", `${(3 * strength).toFixed(1)}px`);
}
