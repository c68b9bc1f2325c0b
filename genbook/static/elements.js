// Pieces of a page, for all widgets.

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
