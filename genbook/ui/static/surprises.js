// One text as several models read it: every symbol in the colour of its surprise, and what each model expected at the
// place under the hand. Models take a text apart in different ways, so places are characters. A symbol is
// [itself, probability, [[alternative, probability], ...], how many others there are].

let surprisesShown = 0;

const bitsOf = (p) => -Math.log2(p);
const inBits = (bits) => (Number.isFinite(bits) ? `${brief(bits, 1)} bits` : "impossible");

const inTable = (digits, write = brief) => (x) => (Number.isFinite(x) ? write(x, digits) : "\u221e");

// Where each symbol of a reading begins and ends in its text; items of a list are one place each.
function spansOf(tokens, apart) {
  let at = 0;
  return tokens.map(([symbol]) => {
    const start = at;
    at += apart ? Number(symbol !== "") : symbol.length;
    return [start, at];
  });
}

// The symbols of a reading that lie over some characters.
const overlapping = (spans, [start, end]) => (
  spans.flatMap(([from, to], i) => (from < end && to > start ? [i] : [])));

function render({ model, el, signal }) {
  const { over, listen } = lifetime(model, signal);
  const me = `genbook-surprises-${++surprisesShown}-${Math.random().toString(36).slice(2)}`;
  const about = model.get("about");
  let live = false, panels = [], place = [0, 1], selected = [0, 1], active = 0;

  // ---- what is on the page
  const field = control("textarea", { id: `${me}-text`, rows: 3, spellcheck: false, maxLength: about.most });
  const label = make("label", { htmlFor: field.id, textContent: "Text" });
  const side = make("div", { className: "genbook-readings" });
  const status = make("p", { className: "genbook-status", ariaLive: "polite" });
  const alert = make("p", { className: "genbook-alert", role: "alert", hidden: true });
  const where = make("p", { className: "genbook-place" });
  const expected = make("div", { className: "genbook-expected" });
  const table = make("table", { className: "genbook-totals" });
  const totals = control("div", { className: "genbook-sums", tabIndex: 0, role: "region", ariaLabel: "Numbers of the whole text" }, table);
  const scale = [0, 1, 2, 4, 8].map((bits) => {
    const sample = make("span", { className: "genbook-token", textContent: String(bits) });
    tint(sample, bits / MOST_BITS);
    return sample;
  });
  const legend = make("p", { className: "genbook-legend" }, make("span", { textContent: "Bits per character" }), ...scale);

  // ---- one reading
  const panelOf = (reading, k) => {
    const spans = spansOf(reading.tokens, about.apart);
    const list = control("span", { className: "genbook-written", tabIndex: 0, role: "listbox" });
    list.setAttribute("aria-label", `Text as ${reading.name} reads it, symbol by symbol`);
    const shown = reading.tokens.map(([symbol, p], i) => {
      const [start, end] = spans[i], bits = bitsOf(p), said = `${visible(symbol)}, ${inBits(bits)}, ${inPercent(p)}`;
      const kind = symbol.includes("\n") ? " genbook-newline" : "";
      const span = make("span", { className: `genbook-token${kind}`, id: `${me}-${k}-${i}`, role: "option", title: said, textContent: symbol });
      span.setAttribute("aria-label", said);
      span.setAttribute("aria-selected", "false");
      span.dataset.place = i;
      tint(span, Math.min(1, bits / Math.max(1, end - start) / MOST_BITS));
      return span;
    });
    shown.forEach((span, i) => list.append(...(about.apart && i ? [" ", span] : [span])));
    const before = make("span", { className: "genbook-prefix", textContent: reading.begins });
    const text = make("div", { className: "genbook-text" }, before, list);
    const name = make("p", { className: "genbook-reader", textContent: reading.name });
    const panel = { reading, spans, list, shown, text, marked: [], root: make("div", {}, name, text) };
    const at = (event) => event.target.closest("[data-place]")?.dataset.place;
    list.addEventListener("click", (event) => at(event) !== undefined && choose(k, Number(at(event)), true));
    list.addEventListener("pointerover", (event) => at(event) !== undefined && look(spans[Number(at(event))]));
    list.addEventListener("pointerleave", () => look(selected));
    list.addEventListener("focus", () => choose(k, overlapping(spans, selected)[0] ?? 0));
    list.addEventListener("keydown", (event) => {
      const here = overlapping(spans, selected)[0] ?? 0;
      const to = { ArrowLeft: here - 1, ArrowRight: here + 1, ArrowUp: here - 1, ArrowDown: here + 1, Home: 0, End: shown.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      choose(k, to);
    });
    text.addEventListener("scroll", () => panels.forEach((other) => { // what stands side by side stays side by side
      if (other.text.scrollTop !== text.scrollTop) other.text.scrollTop = text.scrollTop;
    }));
    return panel;
  };

  // ---- a place, and what each model expected there
  const choose = (k, i, focus = false) => {
    const panel = panels[k];
    if (!panel?.shown.length) return;
    active = k;
    const number = Math.max(0, Math.min(panel.shown.length - 1, i)), span = panel.shown[number];
    selected = panel.spans[number];
    for (const { list } of panels) list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    span.setAttribute("aria-selected", "true");
    panel.list.setAttribute("aria-activedescendant", span.id);
    if (focus) panel.list.focus({ preventScroll: true });
    const box = panel.text.getBoundingClientRect(), now = span.getBoundingClientRect();
    if (now.top < box.top || now.bottom > box.bottom) panel.text.scrollTop += now.top - box.top - box.height / 2;
    look(selected);
  };
  const look = (span) => {
    place = span;
    const [start, end] = place;
    where.textContent = about.apart ? `Symbol ${start + 1}` : end - start < 2 ? `Character ${start + 1}` : `Characters ${start + 1} to ${end}`;
    expected.replaceChildren(...panels.map((panel) => {
      panel.marked.forEach((i) => panel.shown[i].classList.remove("genbook-here-too"));
      panel.marked = overlapping(panel.spans, place);
      panel.marked.forEach((i) => panel.shown[i].classList.add("genbook-here-too"));
      return expectedBy(panel);
    }));
  };
  const expectedBy = ({ reading, marked }) => {
    const tokens = marked.map((i) => reading.tokens[i]);
    const bits = tokens.reduce((sum, [, p]) => sum + bitsOf(p), 0);
    const words = tokens.map(([symbol]) => visible(symbol)).join(about.apart ? " " : "");
    const name = panels.length > 1 ? `${reading.name}: ` : "";
    const line = make("p", { className: "genbook-read", textContent: `${name}\u201c${words}\u201d, ${inBits(bits)}${tokens.length === 1 ? `, ${inPercent(tokens[0][1])}` : ""}` });
    const likely = tokens.length ? tokens[0][2] : [];
    const bars = make("ol", { className: "genbook-likely" }, ...likely.map(([symbol, p]) => {
      const bar = make("span", { className: "genbook-bar", ariaHidden: "true" });
      bar.style.setProperty("--share", p);
      bar.style.setProperty("--learnt", p);
      const row = make("li", {}, make("span", { className: "genbook-name", textContent: visible(symbol) }), bar,
        make("span", { className: "genbook-number", textContent: inPercent(p) }));
      if (symbol === tokens[0][0]) row.setAttribute("aria-current", "true");
      return row;
    }));
    return make("div", {}, line, bars);
  };

  // ---- all of it
  const drawTable = (readings, text) => {
    const per = about.apart ? [] : ["Bits per character"];
    const head = make("tr", {}, ...["Model", "Symbols", "Bits", ...per, "Bits per symbol", "Perplexity"].map((word) => (
      make("th", { scope: "col", textContent: word }))));
    const rows = readings.map(({ name, tokens }) => {
      const bits = tokens.reduce((sum, [, p]) => sum + bitsOf(p), 0), each = bits / tokens.length;
      const numbers = [tokens.length.toLocaleString("en"), ...[bits, ...(about.apart ? [] : [bits / [...text].length]), each].map(inTable(2)), inTable(3, inDigits)(2 ** each)];
      return make("tr", {}, make("th", { scope: "row", textContent: name }), ...numbers.map((x) => make("td", { textContent: x })));
    });
    table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...rows));
  };
  const draw = () => {
    const readings = model.get("readings"), focused = panels.findIndex(({ list }) => list === document.activeElement);
    panels = readings.map(panelOf);
    side.style.setProperty("--readers", panels.length);
    side.replaceChildren(...panels.map(({ root }) => root));
    drawTable(readings, model.get("text"));
    const panel = panels[Math.min(active, panels.length - 1)];
    if (panel) choose(panels.indexOf(panel), overlapping(panel.spans, selected)[0] ?? 0, focused >= 0);
    say();
  };
  const say = () => {
    status.textContent = live && field.value !== model.get("text") && alert.hidden ? "Reading" : "";
  };

  // ---- another text: the kernel reads the newest of those that were typed
  let frame = 0;
  const ask = () => {
    frame = 0;
    if (!field.value || field.value === model.get("text")) return say();
    model.send({ kind: "read", text: field.value, view: me });
    say();
  };
  field.addEventListener("input", () => {
    alert.hidden = true;
    frame ||= requestAnimationFrame(ask);
  });
  listen("msg:custom", (message) => {
    if (message.kind !== "error" || message.view !== me) return;
    alert.textContent = message.error;
    alert.hidden = false;
    say();
  });
  listen("change:readings", () => {
    if (document.activeElement !== field) field.value = model.get("text");
    alert.hidden = true;
    draw();
  });
  const check = () => {
    live = !about.still && hasKernel(model);
    field.readOnly = !live;
    if (!live && !about.still) status.textContent = "This view has no kernel: run the cell again to read another text.";
  };
  listen("comm_live_update", check);

  const root = make("div", { className: "genbook-explorer genbook-tokens genbook-surprises", role: "group" },
    make("div", { className: "genbook-typed", hidden: about.apart }, label, field), side, legend, where, expected, status, alert, totals);
  root.setAttribute("aria-label", "How surprising a text is");
  const stopKeeping = keep(model);
  over.signal.addEventListener("abort", () => {
    cancelAnimationFrame(frame);
    stopKeeping();
  });
  el.append(root);
  field.value = model.get("text");
  draw();
  check();
  return () => over.abort();
}

const initialize = ({ model }) => void revive(model);

export default { initialize, render };
