// The live view of a run: its losses as a curve, samples as they form, figures, and buttons that pause and stop it.
//
// All that is shown is a function of a few traits: `points` (rows of three float32: which loss, step, value), `progress` (figures and texts), the samples as `picture` (PNG), `html` or `text`, and `sampled`, which says what they are.
// New points come as messages and are added to `points` here, once for all views; the kernel sends the whole of it now and then, and whenever a view is shown.

const STATES = { waiting: "Getting ready", running: "Learning", paused: "Paused", stepping: "Stepping", stopped: "Stopped early", done: "Done", failed: "Failed" };
const COUNTS = [1, 10, 100]; // steps of one player alone at a press
const RATES = [0.1, 0.3, 1, 3, 10]; // what learning rates are multiplied by
const ASKED = { pause: "Pausing …", resume: "Going on …", stop: "Stopping …" };

const numbers = (data) => data?.byteLength ? new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)) : new Float32Array();

// `points` with those of `fresh` that come after them.
function joined(points, fresh) {
  const newest = new Map(), added = [];
  for (let i = 0; i < points.length; i += 3) newest.set(points[i], points[i + 1]);
  for (let i = 0; i < fresh.length; i += 3) {
    if (!(fresh[i + 1] <= newest.get(fresh[i]))) added.push(fresh[i], fresh[i + 1], fresh[i + 2]);
  }
  const all = new Float32Array(points.length + added.length);
  all.set(points);
  all.set(added, points.length);
  return all;
}

// A page that was loaded again does not know which output is the run's, so JupyterLab cannot put its outcome there as the
// kernel asks. Then this does, in the place of the view and of the room below it.
async function settle(model, outcome) {
  const { outputs, i } = (await placeOf(model)) ?? {};
  const isRoom = (output) => output?.data?.["text/plain"] === "" && !output.data[WIDGET_VIEW];
  outcome.forEach((what, k) => {
    const at = i + k;
    if (k === 0 || (at < outputs?.length && isRoom(outputs.get(at)))) outputs?.set(at, { output_type: "display_data", ...what });
  });
}

// The outcome takes the place of the view, and is drawn a moment later. Its cell keeps its height, so that what is below
// does not jump, until its outputs are cleared.
function holdHeight(el) {
  const area = el.closest(".jp-OutputArea");
  if (!area || area.style.minHeight) return;
  area.style.minHeight = `${area.offsetHeight}px`;
  const cleared = new MutationObserver(() => {
    if (area.querySelector(":scope > .jp-OutputArea-child")) return;
    area.style.minHeight = "";
    cleared.disconnect();
  });
  cleared.observe(area, { childList: true });
}

// Whether a notebook says here when it has been saved.
const savesOf = (model) => model.widget_manager?.context?.saveState;

// Once the outcome has been saved in the place of the view, the kernel need not keep it for pages that are loaded again.
function tellSaved(model) {
  const saves = savesOf(model);
  if (!saves?.connect) return () => {};
  const look = async (_, step) => {
    if (step !== "completed" || !isOver(model.get("progress")) || (await placeOf(model))) return;
    model.send({ do: "saved" });
  };
  saves.connect(look);
  return () => saves.disconnect(look);
}

function initialize({ model }) {
  const hear = (message, buffers) => {
    if (message.outcome) return void settle(model, message.outcome);
    if (!message.progress) return;
    model.set("points", new DataView(joined(numbers(model.get("points")), numbers(buffers[0])).buffer));
    model.set("progress", message.progress);
  };
  model.on("msg:custom", hear);
  const stopKeeping = keep(model, () => ({ progress: { ...model.get("progress"), kept: true } }));
  const stopTelling = tellSaved(model);
  void revive(model);
  return () => {
    model.off("msg:custom", hear);
    stopKeeping();
    stopTelling();
  };
}

// ---- the curve ----

// Powers of ten from `low` to `high`; with their doubles and fives where there are few.
function logTicks(low, high) {
  const found = [], few = Math.log10(high / low) < 3;
  const every = Math.ceil(Math.log10(high / low) / 6);
  for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) {
    if (e % every) continue;
    for (const m of few ? [1, 2, 5] : [1]) if (m * 10 ** e >= low && m * 10 ** e <= high) found.push(m * 10 ** e);
  }
  return found;
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const isHeld = ({ status }) => status === "paused" || status === "stepping";
const isOver = ({ status }) => ["done", "stopped", "failed"].includes(status);

// The points of each loss, in order: [[step, value], ...].
function curves(points, count) {
  const all = Array.from({ length: count }, () => []);
  for (let i = 0; i < points.length; i += 3) if (Number.isFinite(points[i + 2])) all[points[i]]?.push([points[i + 1], points[i + 2]]);
  return all;
}

// Whether a loss is known only now and then.
const isMarked = (members, all) => members.length === 1 && all[members[0]].length <= 20 && all.some((other) => other.length > 5 * all[members[0]].length);

// `families` says which curves belong together: [[what to call them, which], ...].
function draw(canvas, all, families, palette, lines) {
  const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width) return;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext("2d"), style = getComputedStyle(canvas);
  pen.scale(ratio, ratio);
  pen.font = `11px ${style.fontFamily}`;
  let low = Infinity, high = -Infinity, first = Infinity, last = -Infinity;
  for (const curve of all) for (const [x, y] of curve) {
    low = Math.min(low, y); high = Math.max(high, y);
    first = Math.min(first, x); last = Math.max(last, x);
  }
  for (const [, at] of lines) [low, high] = [Math.min(low, at), Math.max(high, at)];
  if (!(last > first)) return;
  const main = all[0].map(([, y]) => y), log = low > 0 && Math.max(...main) >= 100 * Math.min(...main); // the first loss is what is minimised
  const scale = log ? Math.log : (v) => v;
  if (high === low) { low -= 0.5; high += 0.5; }
  const ys = log ? logTicks(low, high) : ticks(low, high, 6);
  const left = Math.max(...ys.map((y) => pen.measureText(inDigits(y)).width), 20) + 10, right = width - 6, top = 8, bottom = height - 20;
  const px = (x) => left + (x - first) / (last - first) * (right - left);
  const py = (y) => bottom - (scale(y) - scale(low)) / (scale(high) - scale(low)) * (bottom - top);

  pen.fillStyle = pen.strokeStyle = style.color;
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  for (const y of ys) {
    pen.globalAlpha = 0.12;
    pen.fillRect(left, Math.round(py(y)), right - left, 1);
    pen.globalAlpha = 0.75;
    pen.fillText(inDigits(y), left - 7, py(y));
  }
  pen.textBaseline = "top";
  pen.textAlign = "center";
  for (const x of ticks(first, last, Math.max(2, width / 110)).filter(Number.isInteger)) { // there are no half steps
    const half = pen.measureText(whole.format(x)).width / 2;
    pen.fillText(whole.format(x), Math.min(Math.max(px(x), left), right - half), bottom + 7);
  }
  for (const [name, at] of lines) { // what the losses are compared with
    pen.setLineDash([5, 4]);
    pen.beginPath();
    pen.moveTo(left, py(at));
    pen.lineTo(right, py(at));
    pen.stroke();
    pen.setLineDash([]);
    pen.textAlign = "right";
    pen.textBaseline = "bottom";
    pen.fillText(`${name} ${inDigits(at)}`, right, py(at) - 3);
  }
  pen.globalAlpha = 1;
  pen.lineJoin = "round";
  const colored = families.map(([, members], i) => [members, palette[i % palette.length]]);
  for (const [members, color] of colored.sort(([a], [b]) => b.length - a.length)) { // many thin lines behind those that stand for themselves
    pen.strokeStyle = pen.fillStyle = color;
    [pen.lineWidth, pen.globalAlpha] = members.length > 1 ? [1, 0.6] : [1.5, 1];
    for (const i of members) {
      pen.beginPath();
      for (const [x, y] of all[i]) pen.lineTo(px(x), py(y));
      pen.stroke();
    }
    if (isMarked(members, all)) for (const [x, y] of all[members[0]]) {
      pen.beginPath();
      pen.arc(px(x), py(y), 3.5, 0, 2 * Math.PI);
      pen.fill();
    }
  }
}

// ---- the page ----

function duration(seconds, digits = 0) {
  const s = Math.round(seconds);
  if (s < 10) return `${seconds.toFixed(digits)} s`;
  if (s < 60) return `${s} s`;
  return s < 3600 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
}

function render({ model, el }) {
  const name = make("span", { className: "model" }), state = make("span", { className: "state" });
  const pause = control("button", { type: "button" }), stop = control("button", { type: "button" }, "Stop");
  const buttons = make("span", { className: "buttons" }, pause, stop);
  const alone = make("span", { className: "alone" }), rateLabel = make("label", {}, "Learning rate "), rates = control("select");
  const counts = control("select", { ariaLabel: "Steps at a press" }, ...COUNTS.map((n) => make("option", { value: n }, n === 1 ? "1 step" : `${n} steps`)));
  rateLabel.append(rates);
  const steer = make("div", { className: "steer", role: "group", ariaLabel: "Steering", hidden: true }, alone, rateLabel);
  const bar = make("progress", { max: 1, value: 0, ariaLabel: "Steps done" });
  const steps = make("li"), speed = make("li"), left = make("li"), legend = make("ul", { className: "legend" });
  const canvas = make("canvas", { role: "img" });
  const picture = make("img"), words = make("pre"), table = make("div", { className: "jp-RenderedHTMLCommon" }), caption = make("figcaption");
  const samples = make("figure", { hidden: true }, picture, table, words, caption);
  const verdict = make("p", { className: "note verdict" }), steered = make("p", { className: "note steered" });
  const note = make("p", { className: "note" }), alert = make("p", { className: "alert", role: "alert" }), spoken = make("span", { className: "spoken", role: "status" });
  const root = make("section", { className: "genbook-run" },
    make("header", {}, name, state, buttons), bar, make("ul", { className: "facts" }, steps, speed, left), steer, legend, canvas, verdict, samples, steered, note, alert, spoken);
  el.append(root);

  let asked = "", askedAt = 0, explained = false, said = "", saidAt = 0, drawing = 0, sketch, early = false, rateAt = -Infinity;
  // the kernel that learns may end before the run does
  const alive = () => hasKernel(model);
  const holdsKernel = ({ blocking, answers }) => blocking && !answers; // until the cell ends, what the buttons send is not read

  function ask(what) {
    const progress = model.get("progress");
    if (asked || model.get("progress").kept || !alive()) return;
    if (what !== "stop" && holdsKernel(progress)) {
      explained = true;
      return show();
    }
    [asked, askedAt] = [what, performance.now()];
    model.send({ do: what });
    if (what === "stop" && holdsKernel(progress)) {
      const kernel = model.widget_manager?.kernel;
      if (kernel?.interrupt) kernel.interrupt();
      else asked = "interrupt";
    }
    setTimeout(show, 1100);
    show();
  }
  pause.onclick = () => ask(isHeld(model.get("progress")) ? "resume" : "pause");
  stop.onclick = () => ask("stop");
  function stepAlone(player) {
    const progress = model.get("progress");
    early = !isHeld(progress);
    if (early || asked || !alive() || holdsKernel(progress)) return show();
    model.send({ do: "alone", player, steps: Number(counts.value) });
  }
  rates.onchange = () => {
    if (!alive()) return;
    rateAt = performance.now();
    model.send({ do: "rate", rate: Number(rates.value) });
  };

  // Buttons for players, and the rate, as far as this run has them.
  function showSteering(progress, hidden) {
    const players = progress.players ?? [], { rate } = progress;
    steer.hidden = hidden || !(rate > 0);
    if (steer.hidden) return;
    if (players.join("\n") !== steer.dataset.players) {
      steer.dataset.players = players.join("\n");
      alone.replaceChildren(...players.map((player) => control("button", { type: "button", onclick: () => stepAlone(player) }, `Step ${player}`)), ...(players.length ? [counts] : []));
    }
    const held = isHeld(progress) && asked === "" && !holdsKernel(progress);
    for (const one of alone.querySelectorAll("button")) {
      one.ariaDisabled = String(!held);
      one.title = "Let it learn alone, while learning is paused";
    }
    if (performance.now() - rateAt < 1500) return; // what was just chosen may not have arrived
    const known = [...new Set([...RATES, rate])].sort((a, b) => a - b).join();
    if (known !== rates.dataset.known) {
      rates.dataset.known = known;
      rates.replaceChildren(...known.split(",").map((times) => make("option", { value: times }, `× ${inDigits(Number(times))}`)));
    }
    rates.value = String(rate);
  }

  function show() {
    const progress = model.get("progress"), palette = model.get("palette"), { status, number, total } = progress;
    const over = isOver(progress), kept = !over && (progress.kept || !alive()), names = progress.names ?? [], families = progress.families ?? names.map((name, i) => [name, [i]]);
    if (over || (asked === "pause" && status === "paused") || (asked === "resume" && status === "running")) asked = "";
    const all = curves(numbers(model.get("points")), names.length);

    root.dataset.status = kept ? "kept" : status;
    root.ariaLabel = `${progress.model} learning`;
    name.textContent = progress.model;
    state.textContent = asked === "interrupt" ? "Use the interrupt button of the notebook: this cell holds the kernel"
      : kept ? (progress.kept ? "Saved while learning" : "Ended with its kernel")
      : asked ? ASKED[asked] + (number === 0 ? " before the first step" : performance.now() - askedAt > 1000 ? " once the kernel is free" : "")
      : STATES[status] ?? "";
    buttons.hidden = over || kept;
    // not `disabled`, which would take the focus away from whoever pressed it
    pause.textContent = isHeld(progress) ? "Resume" : "Pause";
    pause.ariaDisabled = String(asked !== "" || holdsKernel(progress));
    stop.ariaDisabled = String(asked !== "");
    stop.title = "End now and keep what was learnt";
    if (isHeld(progress)) early = false;
    showSteering(progress, over || kept);
    verdict.textContent = progress.verdict ?? "";
    verdict.hidden = !verdict.textContent;
    steered.textContent = progress.steered ? `Steered by hand, so the seed alone does not lead here: ${progress.steered}.` : "";
    steered.hidden = !steered.textContent;

    bar.max = total || 1;
    bar.value = number;
    steps.textContent = number ? `step ${whole.format(number)} of ${whole.format(total)}` : progress.waits || "before the first step";
    speed.textContent = number ? [`${whole.format(progress.speed)} items/s`, progress.precision].filter(Boolean).join(", ") : "";
    left.textContent = !number ? "" : over || kept ? `${duration(progress.seconds, 1)} in all` : `${duration(progress.left)} left`;

    const newest = families.map(([, members]) => {
      const values = members.map((i) => all[i].at(-1)?.[1]).filter(Number.isFinite).sort((a, b) => a - b);
      return [...new Set([values[0], values.at(-1)].filter(Number.isFinite).map((v) => inDigits(v)))].join(" to ");
    });
    if (families.some(([name], i) => legend.children[i]?.title !== name)) legend.replaceChildren(...families.map(([name], i) => {
      const swatch = make("i");
      swatch.style.background = palette[i % palette.length];
      return make("li", { title: name }, swatch, make("span", {}, name), make("b"));
    }));
    families.forEach(([, members], i) => {
      legend.children[i].firstChild.classList.toggle("marked", isMarked(members, all));
      legend.children[i].lastChild.textContent = newest[i];
    });
    const lines = progress.lines ?? [], known = lines.map(([name, at]) => `; ${name} ${inDigits(at)}`).join("");
    canvas.ariaLabel = number ? `Curve of the losses. At step ${number}: ${families.map(([name], i) => `${name} ${newest[i]}`).join(", ")}${known}` : "Curve of the losses, still empty";

    note.textContent = kept ? `This is how it stood when ${progress.kept ? "the notebook was saved" : "its kernel ended"}. Run the cell to learn again.`
      : explained && !over ? "This cell holds the kernel until it ends, so it can be stopped but not paused. To pause, learn in the background: genbook.run(model, x)."
      : early && !over ? "One player steps alone while learning is paused: press Pause first." : "";
    note.hidden = !note.textContent;
    const failure = [progress.error, progress.note].filter(Boolean).join(" ");
    if (alert.textContent !== failure) alert.textContent = failure;
    alert.hidden = !failure;

    if (over) holdHeight(el);

    // a screen reader is told of changes at once, of figures every ten seconds
    const now = performance.now();
    if (state.textContent !== said || now - saidAt > 10_000) {
      [said, saidAt] = [state.textContent, now];
      spoken.textContent = [said, steps.textContent, left.textContent].filter(Boolean).join(", ");
    }
    sketch = () => draw(canvas, all, families, palette, lines); // the newest, however often it changes before it is drawn
    drawing ||= requestAnimationFrame(() => {
      drawing = 0;
      sketch();
    });
  }

  function showSamples() {
    const data = model.get("picture"), html = model.get("html"), text = model.get("text");
    samples.hidden = !data?.byteLength && !html && !text;
    picture.hidden = !data?.byteLength;
    table.hidden = !picture.hidden || !html;
    words.hidden = !picture.hidden || Boolean(html);
    if (!table.hidden) table.innerHTML = html; // as its modality writes it: whatever is in an item is escaped there
    words.textContent = text;
    caption.textContent = picture.alt = model.get("sampled");
    URL.revokeObjectURL(picture.src);
    if (!picture.hidden) picture.src = URL.createObjectURL(new Blob([data], { type: "image/png" }));
  }

  let fits = 0;
  const resized = new ResizeObserver(() => {
    if (canvas.clientWidth && canvas.clientWidth !== fits) model.send({ do: "fits", width: (fits = canvas.clientWidth) });
    show();
  });
  const themed = new MutationObserver(show);
  resized.observe(canvas);
  for (const node of [document.documentElement, document.body]) themed.observe(node, { attributes: true });
  model.on("change:points", show);
  model.on("change:progress", show);
  model.on("comm_live_update", show);
  model.on("change:picture", showSamples);
  model.on("change:text", showSamples);
  model.on("change:html", showSamples);
  model.on("change:sampled", showSamples);
  show();
  showSamples();
  model.send({ do: "show", saves: Boolean(savesOf(model)?.connect) });
  // JupyterLab's way round a busy kernel is not there at once, so what was just sent may wait for the cell to end
  const again = setTimeout(() => holdsKernel(model.get("progress")) && model.send({ do: "answer" }), 1000);
  return () => {
    clearTimeout(again);
    model.send({ do: "hide" });
    resized.disconnect();
    themed.disconnect();
    cancelAnimationFrame(drawing);
    URL.revokeObjectURL(picture.src);
    model.off("change:points", show);
    model.off("change:progress", show);
    model.off("comm_live_update", show);
    model.off("change:picture", showSamples);
    model.off("change:text", showSamples);
    model.off("change:html", showSamples);
    model.off("change:sampled", showSamples);
  };
}

export default { initialize, render };
