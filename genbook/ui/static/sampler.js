// The sampler: sliders over the sampling options of a model, and its samples under the hand; as they form, if it streams.

const MOST_KEPT = 200; // steps of a model that streams that can be looked at again

let samplers = 0;

// Samples as the kernel sends them: a sheet of images, HTML of their modality (which escapes what is in its items), or
// text.
function galleryOf(shown, label) {
  if (shown.picture) return make("img", { src: shown.picture, alt: label });
  if (shown.html) return make("div", { innerHTML: shown.html });
  return make("pre", { textContent: shown.text });
}

function render({ model, el, signal }) {
  const { over, listen } = lifetime(model, signal);
  const about = model.get("about"), options = model.get("options"), accepts = model.get("accepts");
  const me = `genbook-sampler-${++samplers}-${Math.random().toString(36).slice(2)}`;
  let values = model.get("values"), conditions = model.get("condition_values");
  let seed = model.get("seed"), n = model.get("n");
  let live = false, mine = false; // whether there is a kernel; whether this view changes the model now

  // ---- what is on the page
  const ariaLabel = `Samples of ${about.name}`;
  const place = make("div", { className: "genbook-drawn", tabIndex: 0, role: "region", ariaLabel });
  const status = make("p", { className: "genbook-status", ariaLive: "polite" });
  const alert = make("p", { className: "genbook-alert", role: "alert", hidden: true });
  const meter = make("span", { className: "genbook-meter" });
  const code = make("code"), codeBox = make("pre", { className: "genbook-code", tabIndex: 0, hidden: true }, code);

  const reproduction = () => {
    const on = asArguments(accepts, conditions), how = asArguments(options, values);
    const conditioned = on.length ? `.given(${on.join(", ")})` : "";
    return `${about.code}${conditioned}.sample(${[n, `seed=${seed}`, ...how].join(", ")})`;
  };

  // ---- samples, and the steps in which they formed
  let newest = model.get("shown"), kept = [];
  const show = (shown) => {
    alert.hidden = !shown.error;
    if (shown.error) return void (alert.textContent = shown.error);
    if (shown.number === undefined) return void (status.textContent = about.still ? "" : "Drawing");
    if (status.textContent === "Drawing") status.textContent = "";
    place.replaceChildren(galleryOf(shown, `${n} samples of ${about.name}, seed ${seed}`));
    if (shown.total > 1) status.textContent = `step ${shown.number} of ${shown.total}`;
  };
  const steps = slider({
    id: `${me}-step`, label: "step", low: 0, high: 1, whole: true, onChange() {},
    words: (k) => kept[k]?.number ?? "", // the model's own
    onInput(k) {
      stopReplay();
      show(kept[Math.min(k, kept.length - 1)]);
    },
  });
  steps.row.hidden = true;
  const keepStep = (shown) => {
    newest = shown;
    kept.push(shown);
    if (kept.length > MOST_KEPT) kept = kept.filter((_, i) => (kept.length - 1 - i) % 2 === 0);
    steps.input.max = kept.length - 1;
    steps.show(kept.length - 1);
    steps.row.hidden = kept.length < 2;
    replay.hidden = kept.length < 2;
  };

  // ---- once more, from the first step to the last
  let playing = 0;
  const stopReplay = () => { clearInterval(playing); playing = 0; };
  const play = () => {
    stopReplay();
    let k = 0;
    playing = setInterval(() => {
      steps.show(k);
      show(kept[k]);
      if (++k >= kept.length) stopReplay();
    }, Math.max(60, 2500 / kept.length));
  };

  // ---- requests: one for each frame of the screen at most, and the kernel drops all but the newest
  let asked = 0, answered = 0, frame = 0;
  const drawing = () => answered < asked;
  const ask = () => {
    frame = 0;
    stopReplay();
    kept = [];
    model.send({ kind: "draw", view: me, id: ++asked, n, seed, options: values, conditions });
    if (!about.streams) status.textContent = "Drawing";
    enable();
  };
  const refresh = () => {
    code.textContent = reproduction();
    if (live) frame ||= requestAnimationFrame(ask);
  };
  const halt = () => {
    model.send({ kind: "stop", view: me });
    status.textContent = "Stopped: what had formed is kept";
  };
  listen("msg:custom", (message) => {
    if (message.view !== me || message.id < answered) return;
    if (message.kind === "error") {
      answered = message.id;
      alert.textContent = message.error;
      alert.hidden = false;
      status.textContent = "";
      return enable();
    }
    if (message.id < asked && message.total > 1) return; // the beginning of what is not wanted any more
    alert.hidden = true;
    if (message.over) answered = message.id;
    if (message.total > 1) keepStep(message);
    else newest = message;
    show(newest);
    meter.textContent = `drawn by the kernel in ${message.ms.toFixed(message.ms < 9.5 ? 1 : 0)} ms`;
    enable();
  });

  // ---- a page without a kernel shows what was drawn beforehand
  const fromStock = (name, value) => {
    const near = (one) => (typeof value === "number" ? Math.abs(one.value - value) : String(one.value) !== value);
    const same = (model.get("stock") ?? []).filter((one) => one.name === name).sort((a, b) => near(a) - near(b));
    if (!same.length) return;
    values = { ...model.get("values"), [name]: same[0].value };
    showInputs();
    showFormed(false);
    show(same[0].shown);
  };

  const showFormed = (there) => { // the steps are those of the first samples
    stopReplay();
    for (const part of [steps.row, replay]) part.hidden = !there || kept.length < 2;
    if (there && kept.length) steps.show(kept.length - 1);
  };

  // ---- the inputs
  const tell = (name, value) => {
    mine = true;
    model.set(name, value);
    mine = false;
  };
  const commit = () => model.save_changes();
  const inputs = options.map((option, k) => ({ name: option.name, ...optionInput({
    id: `${me}-option-${k}`, option, onChange: commit,
    onInput(value) {
      if (about.still) return fromStock(option.name, value);
      values = { ...values, [option.name]: value };
      tell("values", values);
      refresh();
    },
  }) }));
  const choose = (name, value) => {
    conditions = { ...conditions };
    if (value === "") delete conditions[name];
    else conditions[name] = value;
    tell("condition_values", conditions);
    commit();
    refresh();
  };
  const fields = conditionFields({ me, accepts, choose });
  const setSeed = (value) => {
    seed = value;
    seedInput.show(seed);
    tell("seed", seed);
    commit();
    refresh();
  };
  const seedInput = numberInput({ id: `${me}-seed`, label: "seed", low: 0, onChange: setSeed });
  const countInput = numberInput({
    id: `${me}-n`, label: "samples", low: 1, high: 100,
    onChange(value) {
      n = value;
      tell("n", n);
      commit();
      refresh();
    },
  });
  const showInputs = () => {
    inputs.forEach(({ name, show }) => show(values[name]));
    fields.forEach(({ show }) => show(conditions));
    seedInput.show(seed);
    countInput.show(n);
    code.textContent = reproduction();
  };

  // ---- the buttons
  const anySeed = () => Math.floor(Math.random() * 2 ** 32);
  const another = button("New seed", () => setSeed(anySeed()), "Draw other samples, with the same options");
  const reset = button("Reset", () => {
    values = Object.fromEntries(options.map((option) => [option.name, option.default]));
    tell("values", values);
    commit();
    showInputs();
    if (about.still) {
      showFormed(true);
      show(newest);
    }
    refresh();
  }, "Every option as it is by default");
  const replay = button("Replay", play, "Show once more how they formed");
  replay.hidden = true;
  const stop = button("Stop", halt, "Stop drawing, and keep what has formed");
  stop.hidden = !about.streams;
  const copy = button("Copy Python", async () => {
    codeBox.hidden = false;
    status.textContent = await copyText(code);
  }, "The Python that draws these samples");

  const root = make("div", { className: "genbook-explorer genbook-sampler", role: "group" },
    make("div", { className: "genbook-body" },
      make("div", { className: "genbook-look" },
        place, steps.row, make("div", { className: "genbook-buttons" }, another, reset, stop, replay, copy),
        status, alert),
      make("div", { className: "genbook-controls" },
        ...(fields.length ? [group("Conditions", ...fields.map((f) => f.row))] : []),
        ...(inputs.length ? [group("Sampling", ...inputs.map((i) => i.row))] : []),
        group("Draw", countInput.row, seedInput.row))),
    make("div", { className: "genbook-foot" }, meter), codeBox);
  root.setAttribute("aria-label", `Samples of ${about.name}`);

  // ---- what can be used now
  const enable = () => {
    for (const control of root.querySelectorAll("button, input, select")) control.disabled = !live;
    for (const { input } of inputs) input.disabled = !live && !about.still;
    reset.disabled = !live && !about.still;
    stop.disabled = !live || !drawing();
    steps.input.disabled = replay.disabled = kept.length < 2;
    copy.disabled = false;
    if (!live && !about.still) status.textContent = "This view has no kernel: run the cell again to move its sliders.";
    if (about.still) meter.textContent = "no kernel: the sliders show what was drawn beforehand";
  };
  const check = () => {
    live = !about.still && hasKernel(model);
    answered = asked;
    enable();
  };
  const follow = (name, take) => listen(`change:${name}`, () => {
    if (mine) return;
    take(model.get(name));
    showInputs();
    refresh();
  });
  follow("values", (now) => (values = now));
  follow("condition_values", (now) => (conditions = now));
  follow("seed", (now) => (seed = now));
  follow("n", (now) => (n = now));
  listen("change:shown", () => { // those that were begun before there was a view
    if (asked) return;
    const shown = model.get("shown");
    if (shown.total > 1) keepStep(shown);
    else newest = shown;
    show(newest);
    enable();
  });
  listen("comm_live_update", check);

  const stopKeeping = keep(model, () => ({ values, condition_values: conditions, seed, n, shown: newest }));
  over.signal.addEventListener("abort", () => {
    cancelAnimationFrame(frame);
    stopReplay();
    stopKeeping();
    if (live && drawing()) model.send({ kind: "stop", view: me });
  });

  el.append(root);
  if (about.still) for (const step of model.get("formed") ?? []) keepStep(step);
  showInputs();
  show(newest);
  check();
  return () => over.abort();
}

const initialize = ({ model }) => void revive(model);

export default { initialize, render };
