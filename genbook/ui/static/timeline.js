// The timeline: one sequence, how probable each hidden state is in each of its frames, and the Viterbi path, which is the most probable one. It draws a screenful of frames; the kernel sends
// others when they are asked for, and a page without one holds a few.

let timelines = 0;

const short = (x) => (x === null ? "missing" : inDigits(x));

function render({ model, el, signal }) {
  const { over, listen } = lifetime(model, signal);

  const me = `genbook-timeline-${++timelines}`, about = model.get("about"), stock = model.get("stock"), { names, transitions, emitted } = about;
  const colour = (k) => about.palette[k] ?? `hsl(${(205 + 137.5 * k) % 360} 55% 50%)`;
  let shown = {}, frame = 0, live = false; // the frames in view; the one that is read, counted in the whole sequence; whether a kernel answers

  // ---- what there is
  const sequence = control("input", { type: "number", id: `${me}-sequence`, min: 0, step: 1 });
  const caption = make("span", { className: "genbook-number" });
  const earlier = control("button", { type: "button", textContent: "Earlier" }), later = control("button", { type: "button", textContent: "Later" });
  const valuesTitle = make("p"), values = make("div", { className: "genbook-values", ariaHidden: "true" });
  const posterior = make("div", { ariaHidden: "true" }), path = make("div", { ariaHidden: "true" }), line = make("div", { className: "genbook-frame" });
  const words = make("p", { className: "genbook-words", hidden: true });
  const time = control("input", { type: "range", className: "genbook-time", id: `${me}-time`, step: 1 });
  const read = make("p", { className: "genbook-read" }), alert = make("p", { className: "genbook-alert", role: "alert", hidden: true }), note = make("p", { className: "genbook-status", hidden: true });
  const tracks = make("div", { className: "genbook-tracks" }, valuesTitle, values, make("p", { textContent: "How probable each state is" }), posterior, make("p", { textContent: "Viterbi path: the most probable states as a whole" }), path, line);

  const title = (k) => {
    const swatch = make("span", { className: "genbook-swatch", ariaHidden: "true" });
    swatch.style.setProperty("--state", colour(k));
    return [swatch, names[k]];
  };
  const now = names.map(() => make("td")); // how probable each state is in the frame that is read
  const rows = names.map((_, k) => make("tr", {}, make("th", { scope: "row" }, ...title(k)), now[k], make("td", { textContent: emitted[k] })));
  const head = (...cells) => make("thead", {}, make("tr", {}, ...cells.map((cell) => make("th", { scope: "col" }, ...[cell].flat()))));
  const states = make("table", {}, make("caption", { textContent: "States" }), head("state", "here", "emits"), make("tbody", {}, ...rows));
  const matrix = make("table", { className: "genbook-matrix" }, make("caption", { textContent: "Transitions" }), head("from", ...names.map((_, k) => title(k))),
    make("tbody", {}, ...transitions.map((row, i) => make("tr", {}, make("th", { scope: "row" }, ...title(i)), ...row.map((p) => {
      const cell = make("td", { textContent: p.toFixed(3) });
      cell.style.setProperty("--share", p);
      return cell;
    })))));
  const tables = control("div", { className: "genbook-tables", tabIndex: 0, role: "region", ariaLabel: "States and transitions" }, states, matrix);

  // ---- drawing
  const draw = () => {
    shown = model.get("shown");
    alert.hidden = !shown.error;
    alert.textContent = shown.error ?? "";
    sequence.value = shown.sequence;
    caption.textContent = shown.caption;
    const n = shown.path?.length ?? 0, whole = shown.error || n === shown.frames;
    note.hidden = live || (whole && stock.length >= about.sequences);
    earlier.hidden = later.hidden = whole || !live;
    earlier.disabled = !shown.start;
    later.disabled = shown.start + n >= shown.frames;
    for (const part of [tracks, time.parentElement ?? time, read]) part.hidden = Boolean(shown.error);
    if (shown.error) return;
    const box = (height, ...children) => svg("svg", { viewBox: `0 0 ${n} 1`, height, preserveAspectRatio: "none" }, ...children);
    // each frame is a column of width 1, so that neighbours with the same state are one piece
    const runs = shown.path.reduce((found, k, t) => {
      if (found.at(-1)?.k === k) found.at(-1).to = t + 1;
      else found.push({ k, from: t, to: t + 1 });
      return found;
    }, []);
    path.replaceChildren(box(14, ...runs.map(({ k, from, to }) => svg("rect", { x: from, y: 0, width: to - from, height: 1, fill: colour(k) }))));
    let below = shown.posterior.map(() => 0);
    posterior.replaceChildren(box(80, ...names.map((_, k) => {
      const above = below.map((b, t) => Math.min(1, b + shown.posterior[t][k]));
      const edge = (heights) => heights.map((h, t) => [`${t},${(1 - h).toFixed(3)}`, `${t + 1},${(1 - h).toFixed(3)}`]);
      const outline = [...edge(above).flat(), ...edge(below).flat().reverse()];
      below = above;
      return svg("polygon", { points: outline.join(" "), fill: colour(k) });
    })));
    const numbers = shown.values?.flat().filter((v) => v !== null) ?? [];
    const low = Math.min(...numbers), high = Math.max(...numbers), columns = shown.values?.[0].length ?? 0;
    values.hidden = !numbers.length;
    valuesTitle.hidden = Boolean(shown.symbols);
    valuesTitle.textContent = numbers.length ? `Observed, from ${short(low)} to ${short(high)}${about.more}` : "Nothing was observed here";
    values.replaceChildren(box(80, ...Array.from({ length: columns }, (_, c) => {
      let pen = "M";
      const d = shown.values.map((row, t) => {
        if (row[c] === null) return (pen = "M"), "";
        const y = (0.96 - (0.92 * (row[c] - low)) / (high - low || 1)).toFixed(4), piece = `${pen}${t + 0.5},${y}${pen === "M" ? `h0.01` : ""}`;
        pen = "L";
        return piece;
      });
      return svg("path", { d: d.join(""), "stroke-opacity": (1 - 0.2 * c).toFixed(1) });
    })));
    words.hidden = !shown.symbols;
    words.replaceChildren(...(shown.symbols ?? []).map((symbol, t) => {
      const word = make("span", { textContent: symbol ?? "\u2013", title: names[shown.path[t]] });
      word.style.setProperty("--state", colour(shown.path[t]));
      word.addEventListener("click", () => mark(shown.start + t, true));
      return word;
    }));
    time.min = shown.start;
    time.max = shown.start + n - 1;
    time.style.width = `calc((100% - 14px) * ${1 - 1 / n} + 14px)`; // so that its thumb, 14 pixels wide, stands below the middle of a frame
    time.style.marginLeft = `calc((100% - 14px) / ${2 * n})`;
    mark(model.get("frame"));
  };

  // ---- reading a frame
  const mark = (t, tell = false) => {
    const n = shown.path.length;
    frame = Math.min(shown.start + n - 1, Math.max(shown.start, t));
    const at = frame - shown.start, state = shown.path[at], likely = shown.posterior[at];
    time.value = frame;
    line.style.left = `calc(7px + (100% - 14px) * ${(at + 0.5) / n})`;
    const seen = shown.symbols ? shown.symbols[at] ?? "missing" : shown.values[at].map(short).join(", ");
    const order = names.map((_, k) => k).sort((a, b) => likely[b] - likely[a]).slice(0, 3).filter((k) => likely[k] > 0.005);
    read.textContent = `Frame ${frame}: ${seen}. State ${order.map((k) => `${names[k]} ${likely[k].toFixed(2)}`).join(", ")}; on the Viterbi path ${names[state]}.`;
    time.setAttribute("aria-valuetext", read.textContent);
    now.forEach((cell, k) => (cell.textContent = likely[k].toFixed(2)));
    rows.forEach((row, k) => (k === state ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current")));
    [...words.children].forEach((word, i) => (i === at ? word.setAttribute("aria-current", "true") : word.removeAttribute("aria-current")));
    if (frame === model.get("frame")) return;
    model.set("frame", frame);
    if (tell) model.save_changes();
  };
  time.addEventListener("input", () => mark(time.valueAsNumber));
  time.addEventListener("change", () => model.save_changes());
  const pointed = (event) => {
    const { left, width } = path.getBoundingClientRect();
    mark(shown.start + Math.floor(((event.clientX - left) / width) * shown.path.length));
  };
  tracks.addEventListener("pointerdown", (event) => {
    tracks.setPointerCapture(event.pointerId);
    time.focus({ preventScroll: true });
    pointed(event);
    event.preventDefault();
  });
  tracks.addEventListener("pointermove", (event) => tracks.hasPointerCapture(event.pointerId) && pointed(event));
  tracks.addEventListener("pointerup", () => model.save_changes());

  // ---- other frames, other sequences
  const go = (to, start) => {
    if (!live) return model.set("shown", stock[to]);
    model.set("sequence", to);
    model.set("start", start);
    model.save_changes();
  };
  sequence.addEventListener("change", () => {
    const to = Math.round(sequence.valueAsNumber);
    if (to >= 0 && to <= Number(sequence.max)) go(to, 0);
    else sequence.value = shown.sequence;
  });
  earlier.addEventListener("click", () => go(shown.sequence, Math.max(0, shown.start - about.most)));
  later.addEventListener("click", () => go(shown.sequence, shown.start + about.most));
  listen("change:shown", draw);
  listen("change:frame", () => model.get("frame") !== frame && !shown.error && mark(model.get("frame")));

  // without widget manager: a page; with one that keeps live models: whether we are among them; else (VS Code, Colab) there is a kernel
  const check = () => {
    live = !about.still && hasKernel(model);
    const reach = live ? about.sequences : stock.length;
    sequence.max = Math.max(0, reach - 1);
    sequence.disabled = reach < 2;
    note.textContent = reach > 1 ? `This page holds the beginnings of ${reach} of ${about.sequences} sequences.` : "This view has no kernel, and holds the frames that it shows.";
    draw();
  };
  listen("comm_live_update", check);

  const root = make("div", { className: "genbook-explorer genbook-timeline", role: "group" },
    make("div", { className: "genbook-row" }, make("label", { htmlFor: sequence.id, textContent: "Sequence" }), sequence, caption, earlier, later),
    alert, words, tracks, make("div", {}, make("label", { htmlFor: time.id, textContent: "Frame" }), time), read, tables, note);
  root.setAttribute("aria-label", `States of ${about.name} over time`);
  const stopKeeping = keep(model, () => ({ frame }));
  over.signal.addEventListener("abort", stopKeeping);
  el.append(root);
  check();
  return () => over.abort();
}

const initialize = ({ model }) => void revive(model);

export default { initialize, render };
