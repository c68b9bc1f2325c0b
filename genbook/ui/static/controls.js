// Sliders, lists and inputs with a label.

// About a hundredth of `width`, in round numbers.
function roundStep(width) {
  const unit = 10 ** Math.floor(Math.log10(width / 100)), times = width / 100 / unit;
  return Number(((times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10) * unit).toPrecision(1));
}

// A row of a form: label, input, and perhaps the value in words.
function rowOf(id, label, ...parts) {
  const name = make("label", { htmlFor: id, textContent: label, title: label });
  return make("div", { className: "genbook-row" }, name, ...parts);
}

// A labelled range input with its value beside it, as `words` say it. `show(value)` moves it without telling anybody.
function slider({ id, label, low, high, centre = 0, whole = false, words, onInput, onChange }) {
  const step = whole ? 1 : roundStep(high - low);
  const digits = whole ? 0 : Math.max(2, Math.ceil(-Math.log10(step)));
  const input = control("input", { type: "range", id, min: low, max: high, step });
  const value = make("span", { className: "genbook-number", ariaHidden: "true" });
  const say = words ?? ((x) => brief(x, digits));
  const share = (x) => (100 * (Math.min(Number(input.max), Math.max(low, x)) - low)) / (Number(input.max) - low);
  const show = (x) => {
    input.value = x;
    value.textContent = say(x);
    input.setAttribute("aria-valuetext", `${label} ${say(x)}`);
    input.style.setProperty("--from", `${Math.min(share(x), share(centre))}%`);
    input.style.setProperty("--to", `${Math.max(share(x), share(centre))}%`);
  };
  input.addEventListener("input", () => {
    show(input.valueAsNumber);
    onInput(input.valueAsNumber);
  });
  input.addEventListener("change", () => onChange());
  show(centre);
  return { show, input, row: rowOf(id, label, input, value) };
}

// The same for a number that is one of a few choices: a list of their names.
function selector({ id, label, choices, onInput, onChange }) {
  const options = choices.map((name, i) => make("option", { value: i, textContent: name }));
  const input = control("select", { id }, ...options);
  input.addEventListener("change", () => {
    onInput(Number(input.value));
    onChange();
  });
  const show = (x) => (input.value = Math.min(choices.length - 1, Math.max(0, Math.round(x))));
  return { show, input, row: rowOf(id, label, input) };
}

// An input for each condition of a model: a list, a number or a text. `choose(name, value)` hears of a change.
function conditionFields({ me, accepts, choose }) {
  return accepts.map(({ name, kind, choices, low, high, optional }, k) => {
    const id = `${me}-condition-${k}`, number = kind === "number";
    const any = optional ? [make("option", { value: "", textContent: "any" })] : [];
    const options = choices.map((c) => make("option", { value: c.text, textContent: c.text }));
    const range = number && { min: low, max: high, step: "any" };
    const field = kind === "choice"
      ? control("select", { id }, ...any, ...options)
      : control("input", { id, type: number ? "number" : "text", ...range });
    const chosen = () => (number && field.value !== "" ? field.valueAsNumber : field.value);
    field.addEventListener("change", () => choose(name, chosen()));
    const show = (conditions) => (field.value = conditions[name] ?? "");
    return { name, field, show, row: rowOf(id, name, field) };
  });
}

// An input for a sampling option: a list of its choices, a slider over its range, or a text.
function optionInput({ id, option, onInput, onChange }) {
  const { name, kind, choices, low, high, whole } = option;
  const label = name.replaceAll("_", " "), start = option.default;
  if (choices.length) {
    const names = choices.map((c) => c.text);
    const list = selector({ id, label, choices: names, onInput: (i) => onInput(names[i]), onChange });
    return { ...list, show: (value) => list.show(Math.max(0, names.indexOf(String(value)))) };
  }
  if (kind === "number" && Number.isFinite(low) && Number.isFinite(high)) {
    return slider({ id, label, low, high, centre: start, whole, onInput, onChange });
  }
  const input = control("input", { id, type: "text" });
  input.addEventListener("change", () => {
    onInput(input.value);
    onChange();
  });
  return { input, show: (value) => (input.value = value), row: rowOf(id, label, input) };
}

// A whole number with its label.
function numberInput({ id, label, low, high = Number.MAX_SAFE_INTEGER, onChange }) {
  const input = control("input", { id, type: "number", min: low, max: high, step: 1 });
  input.addEventListener("change", () => {
    const value = Math.round(Math.min(high, Math.max(low, input.valueAsNumber || low)));
    input.value = value;
    onChange(value);
  });
  return { input, show: (value) => (input.value = value), row: rowOf(id, label, input) };
}

// A box to tick, with its label.
function checkbox({ id, label, checked = false, onChange }) {
  const input = control("input", { type: "checkbox", id, checked, onchange: () => onChange(input.checked) });
  const row = make("span", { className: "genbook-here" }, input, make("label", { htmlFor: id, textContent: label }));
  return { input, show: (on) => (input.checked = on), row };
}

// What is chosen, as arguments in Python.
function asArguments(inputs, values) {
  const written = ({ name, choices }) => (
    choices.find((c) => c.text === String(values[name]))?.code ?? JSON.stringify(values[name]));
  const chosen = inputs.filter(({ name }) => values[name] !== undefined && values[name] !== "");
  return chosen.map((input) => `${input.name}=${written(input)}`);
}

// Controls that belong together.
const group = (legend, ...children) => make("fieldset", {}, make("legend", { textContent: legend }), ...children);

const button = (textContent, onclick, title = "") => (
  control("button", { type: "button", textContent, onclick, title }));

// Copy `source.textContent`, or select it where pages may not write to the clipboard; what was done, in words.
async function copyText(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return "Copied";
  } catch {
    getSelection().selectAllChildren(source);
    return "Selected: copy it with the keyboard";
  }
}

// The shortest decimal that is the same number in single precision.
function exact(x) {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === Math.fround(x)) return String(short);
  }
  return String(Number(x.toPrecision(9)));
}
