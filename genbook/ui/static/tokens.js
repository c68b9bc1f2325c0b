// A text as it is written: every symbol in the colour of its probability, what else could have stood in its place, and
// how temperature, top-k and top-p change that. A symbol is [itself, probability, [[alternative, probability], ...],
// how many others there are]; "" is the end of a text.

let writings = 0;

// What `tempered` of genbook.core does: probabilities made sharper or flatter, and then cut. Symbols that were not sent
// share what is missing to one.
function reranked(alternatives, others, { temperature = 1, top_k = 0, top_p = 1 }) {
  if (temperature === 0) return { shares: alternatives.map((_, i) => (i ? 0 : 1)), rest: 0 };
  const first = alternatives[0][1], sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  const each = others ? Math.max(0, 1 - sum(alternatives.map(([, p]) => p))) / others : 0;
  const sharper = (p) => (p / first) ** (1 / temperature);
  const weights = alternatives.map(([, p]) => sharper(p)), tail = others * sharper(each);
  const total = sum(weights) + tail;
  let before = 0;
  const kept = weights.map((w, i) => {
    const stays = !i || (before < top_p && (!top_k || i < top_k));
    before += w / total;
    return stays ? w / total : 0;
  });
  const room = top_k ? Math.max(0, Math.min(others, top_k - kept.length)) : others;
  const needed = others && tail ? Math.ceil((top_p - before) / (tail / total / others) - 1e-9) : 0;
  const rest = others ? (tail / total) * Math.max(0, Math.min(room, needed, others)) / others : 0;
  const left = sum(kept) + rest;
  return { shares: kept.map((p) => p / left), rest: rest / left };
}

function render({ model, el, signal }) {
  const { over, listen } = lifetime(model, signal);
  const about = model.get("about"), options = model.get("options"), accepts = model.get("accepts");
  const me = `genbook-tokens-${++writings}-${Math.random().toString(36).slice(2)}`;
  let values = model.get("values"), conditions = model.get("condition_values");
  let seed = model.get("seed"), item = model.get("item"), base = model.get("base"), written = model.get("tokens");
  let live = false, mine = false; // whether there is a kernel; whether this view changes the model now
  let selected = 0, looked = null; // a symbol's place, and the symbol
  const all = () => [...base, ...written];
  const between = about.apart ? " " : "";

  // ---- what is on the page
  const prefix = make("span", { className: "genbook-prefix" });
  const list = control("span", { className: "genbook-written", tabIndex: 0, role: "listbox" });
  list.setAttribute("aria-label", `Text by ${about.name}, symbol by symbol`);
  const text = make("div", { className: "genbook-text" }, prefix, list);
  const status = make("p", { className: "genbook-status", ariaLive: "polite" });
  const alert = make("p", { className: "genbook-alert", role: "alert", hidden: true });
  const meter = make("span", { className: "genbook-meter" });
  const code = make("code"), codeBox = make("pre", { className: "genbook-code", tabIndex: 0, hidden: true }, code);
  const read = make("p", { className: "genbook-read" });
  const bars = control("ol", { className: "genbook-bars", tabIndex: 0 });
  bars.setAttribute("aria-label", "Alternatives");
  const scale = [1, 0.5, 0.1, 0.01].map((p) => {
    const sample = make("span", { className: "genbook-token", textContent: inPercent(p) });
    tint(sample, surprise(p));
    return sample;
  });
  const legend = make("p", { className: "genbook-legend" }, make("span", { textContent: "Probability" }), ...scale);

  const inPython = () => { // what draws this text
    const own = base.map(([symbol]) => symbol).filter((symbol) => symbol), before = conditions.prefix ?? "";
    const on = asArguments(accepts, { ...conditions, prefix: own.length ? "" : before });
    const how = asArguments(options, values);
    if (own.length) {
      const begins = [...about.begins, ...(about.apart ? before.split(" ") : [before]), ...own].filter(Boolean);
      on.push(`prefix=${JSON.stringify(about.apart ? begins : begins.join(""))}`);
    }
    const conditioned = on.length ? `.given(${on.join(", ")})` : "";
    return `${own.length ? about.free : about.code}${conditioned}.sample(${[item + 1, `seed=${seed}`, ...how].join(", ")})${item ? `[${item}]` : ""}`;
  };

  // ---- the text
  const spanOf = ([symbol, p], i) => {
    const end = symbol === "" ? " genbook-end" : symbol.includes("\n") ? " genbook-newline" : "";
    const said = `${visible(symbol)}, ${inPercent(p)}`;
    const span = make("span", {
      className: `genbook-token${end}`, id: `${me}-${i}`, role: "option", title: said, textContent: symbol,
    });
    span.setAttribute("aria-label", said);
    span.setAttribute("aria-selected", "false");
    span.dataset.place = i;
    tint(span, surprise(p));
    return span;
  };
  const append = (tokens, start) => tokens.forEach((one, k) => {
    if (between && start + k && one[0]) list.append(between);
    list.append(spanOf(one, start + k));
  });
  const spanAt = (i) => list.querySelector(`[data-place="${i}"]`);
  const drawText = () => {
    const begins = [...about.begins, conditions.prefix ?? ""].filter(Boolean);
    prefix.textContent = begins.join(between) + (begins.length ? between : "");
    list.replaceChildren();
    append(all(), 0);
  };

  // ---- one symbol, and what else could have stood there
  const look = (i, { focus = false } = {}) => {
    const tokens = all();
    if (!tokens.length) return;
    spanAt(selected)?.setAttribute("aria-selected", "false");
    selected = Math.max(0, Math.min(tokens.length - 1, i));
    const span = spanAt(selected);
    looked = tokens[selected];
    span.setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", span.id);
    if (focus) {
      list.focus({ preventScroll: true });
      const box = text.getBoundingClientRect(), at = span.getBoundingClientRect();
      if (at.top < box.top || at.bottom > box.bottom) text.scrollTop += at.top - box.top - box.height / 2;
    }
    drawBars();
  };
  const drawBars = () => {
    if (!looked) return;
    const [symbol, p, alternatives, others] = looked;
    const { shares, rest } = reranked(alternatives, others, values);
    const bits = -Math.log2(p), rank = alternatives.findIndex(([name]) => name === symbol) + 1;
    const place = rank ? `, number ${rank} of ${(alternatives.length + others).toLocaleString("en")}` : "";
    read.textContent = `Symbol ${selected + 1}: \u201c${visible(symbol)}\u201d had ${inPercent(p)}${place}, ${brief(bits, 1)} bits.`;
    const row = (name, share, learnt, chosen) => {
      const bar = make("span", { className: "genbook-bar", ariaHidden: "true" });
      bar.style.setProperty("--share", share);
      bar.style.setProperty("--learnt", learnt);
      const parts = [make("span", { className: "genbook-name", textContent: name }), bar,
        make("span", { className: "genbook-number", textContent: inPercent(share) })];
      return { parts, title: `learnt: ${inPercent(learnt)}`, chosen };
    };
    const focused = [...bars.children].findIndex((one) => one.contains(document.activeElement));
    bars.replaceChildren(...alternatives.map(([name, learnt], i) => {
      const { parts, title, chosen } = row(visible(name), shares[i], learnt, name === symbol);
      const line = live
        ? button("", () => choose(name, learnt), title)
        : make("div", { title });
      line.append(...parts);
      line.classList.add("genbook-alternative");
      if (chosen) line.setAttribute("aria-current", "true");
      return make("li", {}, line);
    }));
    if (others) {
      const learnt = Math.max(0, 1 - alternatives.reduce((sum, [, each]) => sum + each, 0));
      const line = make("div", { className: "genbook-alternative genbook-others" });
      line.append(...row(`${others.toLocaleString("en")} others`, rest, learnt).parts);
      bars.append(make("li", {}, line));
    }
    if (focused >= 0) bars.children[focused]?.querySelector("button")?.focus({ preventScroll: true });
  };

  // ---- requests: one for each frame of the screen at most, and the kernel drops all but the newest
  let asked = 0, answered = 0, frame = 0;
  const ask = () => {
    frame = 0;
    status.textContent = "Writing";
    const stands = base.map(([symbol]) => symbol);
    model.send({ kind: "write", view: me, id: ++asked, item, seed, options: values, conditions, base: stands });
    enable();
  };
  const refresh = () => {
    code.textContent = inPython();
    if (live) frame ||= requestAnimationFrame(ask);
  };
  const choose = (symbol, p) => {
    base = [...all().slice(0, selected), [symbol, p, looked[2], looked[3]]];
    written = [];
    tell("base", base);
    commit();
    drawText();
    look(selected, { focus: true });
    refresh();
  };
  const ended = () => {
    const last = all().at(-1), longest = values.max_length;
    if (last?.[0] === "") return "The text has ended";
    return written.length === longest ? `Cut after ${longest} symbols: max length` : "";
  };
  listen("msg:custom", (message) => {
    if (message.view !== me || message.id < asked) return;
    if (message.kind === "error") {
      answered = message.id;
      alert.textContent = message.error;
      alert.hidden = false;
      status.textContent = "";
      return enable();
    }
    alert.hidden = true;
    if (message.start === 0) {
      written = [];
      drawText();
    }
    append(message.tokens, base.length + written.length);
    written = [...written, ...message.tokens];
    if (message.over) {
      answered = message.id;
      status.textContent = ended();
      const rate = (1000 * written.length) / message.ms;
      meter.textContent = `${written.length} symbols in ${(message.ms / 1000).toFixed(2)} s, ${rate.toFixed(0)} a second`;
    }
    if (all().length > selected || message.over) look(selected);
    enable();
  });

  // ---- the inputs
  const tell = (name, value) => {
    mine = true;
    model.set(name, value);
    mine = false;
  };
  const commit = () => model.save_changes();
  const anew = () => { // what was chosen belongs to another text
    base = [];
    tell("base", base);
    commit();
    refresh();
  };
  const inputs = options.map((option, k) => ({ name: option.name, ...optionInput({
    id: `${me}-option-${k}`, option, onChange: commit,
    onInput(value) {
      values = { ...values, [option.name]: value };
      tell("values", values);
      drawBars();
      refresh();
    },
  }) }));
  const bends = new Set(["temperature", "top_k", "top_p"]); // what the page can do alone
  const fields = conditionFields({ me, accepts, choose: (name, value) => {
    conditions = { ...conditions };
    if (value === "") delete conditions[name];
    else conditions[name] = value;
    tell("condition_values", conditions);
    anew();
  } });
  const setSeed = (value) => {
    seed = value;
    seedInput.show(seed);
    tell("seed", seed);
    anew();
  };
  const seedInput = numberInput({ id: `${me}-seed`, label: "seed", low: 0, onChange: setSeed });
  const itemInput = numberInput({
    id: `${me}-item`, label: "item", low: 0,
    onChange(value) {
      item = value;
      tell("item", item);
      anew();
    },
  });
  const showInputs = () => {
    inputs.forEach(({ name, show }) => show(values[name]));
    fields.forEach(({ show }) => show(conditions));
    seedInput.show(seed);
    itemInput.show(item);
    code.textContent = inPython();
  };

  // ---- pointer and keys
  list.addEventListener("click", (event) => {
    const span = event.target.closest("[data-place]");
    if (span) look(Number(span.dataset.place), { focus: true });
  });
  const line = (down) => { // the symbol above or below
    const here = spanAt(selected).getBoundingClientRect(), middle = here.left + here.width / 2;
    let best = selected, least = Infinity, level = null;
    const step = down ? 1 : -1;
    for (let i = selected + step; spanAt(i); i += step) {
      const at = spanAt(i).getBoundingClientRect();
      if (down ? at.top < here.bottom - 1 : at.bottom > here.top + 1) continue;
      level ??= at.top;
      if (Math.abs(at.top - level) > here.height / 2) break;
      const far = Math.abs(at.left + at.width / 2 - middle);
      if (far < least) [best, least] = [i, far];
    }
    return best;
  };
  list.addEventListener("keydown", (event) => {
    const to = {
      ArrowLeft: () => selected - 1, ArrowRight: () => selected + 1, ArrowUp: () => line(false),
      ArrowDown: () => line(true), Home: () => 0, End: () => all().length - 1,
    }[event.key];
    if (to && all().length) look(to(), { focus: true });
    else if (event.key === "Enter") (bars.querySelector("[aria-current]") ?? bars.querySelector("button"))?.focus();
    else return;
    event.preventDefault();
  });
  bars.addEventListener("keydown", (event) => {
    const rows = [...bars.querySelectorAll("button")], at = rows.indexOf(document.activeElement);
    if (event.key === "Escape") list.focus();
    else if (event.key === "ArrowDown") rows[Math.min(rows.length - 1, at + 1)]?.focus();
    else if (event.key === "ArrowUp") rows[Math.max(0, at - 1)]?.focus();
    else return;
    event.preventDefault();
  });

  // ---- the buttons
  const earlier = button("Previous", () => look(selected - 1), "The symbol before");
  const later = button("Next", () => look(selected + 1), "The symbol behind");
  const another = button("New seed", () => setSeed(Math.floor(Math.random() * 2 ** 32)), "Another text, with the same options");
  const restart = button("Undo choices", anew, "The text as the model wrote it");
  const reset = button("Reset", () => {
    values = Object.fromEntries(options.map((option) => [option.name, option.default]));
    tell("values", values);
    commit();
    showInputs();
    drawBars();
    refresh();
  }, "Every option as it is by default");
  const stop = button("Stop", () => model.send({ kind: "stop", view: me }), "Stop writing, and keep what is there");
  const copy = button("Copy Python", async () => {
    codeBox.hidden = false;
    status.textContent = await copyText(code);
  }, "The Python that writes this text");

  const root = make("div", { className: "genbook-explorer genbook-tokens", role: "group" },
    make("div", { className: "genbook-body" },
      make("div", { className: "genbook-look" }, text, legend,
        make("div", { className: "genbook-buttons" }, another, restart, reset, stop, copy), status, alert),
      make("div", { className: "genbook-controls" },
        group("What else could have stood there", read,
          make("div", { className: "genbook-buttons" }, earlier, later), bars),
        ...(inputs.length ? [group("Sampling", ...inputs.map((i) => i.row))] : []),
        ...(fields.length ? [group("Conditions", ...fields.map((f) => f.row))] : []),
        group("Draw", seedInput.row, itemInput.row))),
    make("div", { className: "genbook-foot" }, meter), codeBox);
  root.setAttribute("aria-label", `Text by ${about.name}`);

  // ---- what can be used now
  const enable = () => {
    for (const each of root.querySelectorAll("button, input, select")) each.disabled = !live;
    for (const { name, input } of inputs) input.disabled = !live && !bends.has(name);
    for (const each of [earlier, later, copy]) each.disabled = false;
    reset.disabled = false;
    restart.disabled = !live || !base.length;
    stop.disabled = !live || answered >= asked;
    if (live) return;
    if (about.still) meter.textContent = "no kernel: the symbols that are there can be looked at";
    else status.textContent = "This view has no kernel: run the cell again to write on.";
  };
  const check = () => {
    live = !about.still && hasKernel(model);
    answered = asked;
    drawBars();
    enable();
  };
  const follow = (name, take) => listen(`change:${name}`, () => {
    if (mine) return;
    take(model.get(name));
    drawText();
    showInputs();
    refresh();
  });
  follow("values", (now) => (values = now));
  follow("condition_values", (now) => (conditions = now));
  follow("seed", (now) => (seed = now));
  follow("item", (now) => (item = now));
  follow("base", (now) => (base = now));
  listen("change:tokens", () => { // what was begun before there was a view, or what another view asked for
    if (asked > answered || frame) return;
    written = model.get("tokens");
    drawText();
    look(selected);
    status.textContent = ended();
    enable();
  });
  listen("comm_live_update", check);

  const stopKeeping = keep(model, () => (
    { values, condition_values: conditions, seed, item, base, tokens: written }));
  over.signal.addEventListener("abort", () => {
    cancelAnimationFrame(frame);
    stopKeeping();
    if (live && answered < asked) model.send({ kind: "stop", view: me });
  });

  el.append(root);
  drawText();
  showInputs();
  status.textContent = all().length ? ended() : about.still ? "" : "Writing";
  look(0);
  check();
  return () => over.abort();
}

const initialize = ({ model }) => void revive(model);

export default { initialize, render };
