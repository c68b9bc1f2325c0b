// The sampler: sliders over the sampling options of a model, and its samples under the hand; as they form, if it streams.
// Beside them may stand the same items with other options, which were held with "Compare".

const MOST_KEPT = 200; // steps of a model that streams that can be looked at again

let samplers = 0;

// Samples as the kernel sends them: a sheet of images, HTML of their modality (which escapes what is in its items), or
// text.
function galleryOf(shown, label) {
  if (shown.picture) return make("img", { src: shown.picture, alt: label });
  if (shown.html) return make("div", { innerHTML: shown.html });
  return make("pre", { textContent: shown.text });
}

// A place for samples, with the steps in which they formed.
function panelOf(name) {
  const place = make("div", { className: "genbook-drawn", tabIndex: 0, role: "region", ariaLabel: name });
  const caption = make("figcaption", { hidden: true });
  return { place, caption, figure: make("figure", {}, place, caption), kept: [], newest: {} };
}

// The step of a panel at a share of the way, from 0 to 1.
const stepAt = ({ kept }, share) => kept[Math.round(share * (kept.length - 1))];

function render({ model, el, signal }) {
  const { over, listen } = lifetime(model, signal);
  const about = model.get("about"), options = model.get("options"), accepts = model.get("accepts");
  const me = `genbook-sampler-${++samplers}-${Math.random().toString(36).slice(2)}`;
  let values = model.get("values"), conditions = model.get("condition_values");
  const whole = (some = {}) => (Object.keys(some).length ? { ...values, ...some } : {});
  let beside = whole(model.get("beside")); // options of the samples that are held; empty: there are none
  let seed = model.get("seed"), n = model.get("n");
  let live = false, mine = false; // whether there is a kernel; whether this view changes the model now

  // ---- what is on the page
  const ariaLabel = `Samples of ${about.name}`;
  const main = panelOf(ariaLabel), held = panelOf(`${ariaLabel}, held`);
  const compares = () => Object.keys(beside).length > 0;
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
  main.newest = model.get("shown");
  const panels = () => (compares() ? [held, main] : [main]);
  const show = (panel, shown) => {
    alert.hidden = !shown.error;
    if (shown.error) return void (alert.textContent = shown.error);
    if (shown.number === undefined) return void (status.textContent = about.still ? "" : "Drawing");
    panel.shown = shown;
    panel.place.replaceChildren(galleryOf(shown, `${n} samples of ${about.name}, seed ${seed}`));
    const where = ({ shown }) => (shown?.total > 1 ? `step ${shown.number} of ${shown.total}` : "");
    status.textContent = [...new Set(panels().map(where).filter(Boolean))].join("; ");
  };
  const longest = () => Math.max(...panels().map(({ kept }) => kept.length));
  const showAt = (k) => { // of all panels the same share of the way
    for (const panel of panels()) if (panel.kept.length) show(panel, stepAt(panel, k / Math.max(1, longest() - 1)));
  };
  const steps = slider({
    id: `${me}-step`, label: "step", low: 0, high: 1, whole: true, onChange() {},
    words: (k) => (main.kept.length ? stepAt(main, k / Math.max(1, longest() - 1)).number : ""), // the model's own
    onInput(k) {
      stopReplay();
      showAt(k);
    },
  });
  const placeSteps = () => {
    const last = longest() - 1;
    steps.input.max = Math.max(1, last);
    steps.show(last);
    for (const part of [steps.row, replay]) part.hidden = last < 1;
  };
  steps.row.hidden = true;
  const keepStep = (panel, shown) => {
    panel.newest = shown;
    panel.kept.push(shown);
    if (panel.kept.length > MOST_KEPT) panel.kept = panel.kept.filter((_, i, all) => (all.length - 1 - i) % 2 === 0);
    placeSteps();
  };

  // ---- once more, from the first step to the last
  let playing = 0;
  const stopReplay = () => { clearInterval(playing); playing = 0; };
  const play = () => {
    stopReplay();
    let k = 0;
    playing = setInterval(() => {
      steps.show(k);
      showAt(k);
      if (++k >= longest()) stopReplay();
    }, Math.max(60, 2500 / longest()));
  };

  // ---- requests: one for each frame of the screen at most, and the kernel drops all but the newest; so a panel waits
  // until the other has been drawn
  const waiting = new Set();
  let asked = 0, answered = 0, frame = 0, drawn = main; // `drawn`: whose samples were asked for last
  const drawing = () => answered < asked || waiting.size > 0;
  const ask = () => {
    frame = 0;
    stopReplay();
    drawn = waiting.has(main) ? main : held;
    waiting.delete(drawn);
    drawn.kept = [];
    const how = drawn === main ? values : beside;
    model.send({ kind: "draw", view: me, id: ++asked, n, seed, options: how, conditions });
    if (!about.streams) status.textContent = "Drawing";
    enable();
  };
  const refresh = (which = panels()) => {
    code.textContent = reproduction();
    if (!live) return;
    if (answered < asked && compares()) waiting.add(drawn); // it is given up, and drawn later
    for (const panel of which) waiting.add(panel);
    frame ||= requestAnimationFrame(ask);
  };
  const halt = () => {
    waiting.clear();
    model.send({ kind: "stop", view: me });
    status.textContent = "Stopped: what had formed is kept";
  };
  listen("msg:custom", (message) => {
    if (message.view !== me || message.id < answered) return;
    const next = () => {
      if (waiting.size && answered === asked) frame ||= requestAnimationFrame(ask);
      enable();
    };
    if (message.kind === "error") {
      answered = message.id;
      alert.textContent = message.error;
      alert.hidden = false;
      status.textContent = "";
      return next();
    }
    if (message.id < asked && (message.total > 1 || compares())) return; // not wanted any more
    alert.hidden = true;
    if (message.over) answered = message.id;
    if (message.total > 1) keepStep(drawn, message);
    else drawn.newest = message;
    show(drawn, message);
    meter.textContent = `drawn by the kernel in ${message.ms.toFixed(message.ms < 9.5 ? 1 : 0)} ms`;
    next();
  });

  // ---- the same items with other options, side by side
  const captions = () => {
    const other = Object.keys(beside).filter((name) => String(beside[name]) !== String(values[name]));
    const words = (how) => other.map((name) => `${name.replaceAll("_", " ")} ${how[name]}`).join(", ");
    held.caption.textContent = other.length ? words(beside) : "The same options";
    main.caption.textContent = words(values);
  };
  const arrange = () => {
    const two = compares();
    held.figure.hidden = held.caption.hidden = main.caption.hidden = !two;
    pair.classList.toggle("genbook-two", two);
    compare.textContent = two ? "Close comparison" : "Compare";
    compare.title = two ? "Show one sheet of samples" : "Hold these beside what the sliders make of the same seed";
    captions();
  };
  const hold = (options) => {
    const formed = main.kept.includes(main.shown);
    beside = options;
    [held.kept, held.newest] = formed ? [main.kept, main.newest] : [[], main.shown ?? {}];
    held.shown = undefined;
    tell("beside", beside);
    commit();
    arrange();
    if (compares()) show(held, held.newest);
    if (longest() > 1) placeSteps();
    enable();
  };

  // ---- a page without a kernel shows what was drawn beforehand
  const fromStock = (name, value) => {
    const near = (one) => (typeof value === "number" ? Math.abs(one.value - value) : String(one.value) !== value);
    const same = (model.get("stock") ?? []).filter((one) => one.name === name).sort((a, b) => near(a) - near(b));
    if (!same.length) return;
    values = { ...model.get("values"), [name]: same[0].value };
    showInputs();
    showFormed(false);
    show(main, same[0].shown);
  };

  const showFormed = (there) => { // the steps are those of the first samples
    stopReplay();
    for (const part of [steps.row, replay]) part.hidden = !there || longest() < 2;
    if (there) steps.show(longest() - 1);
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
      captions();
      refresh([main]);
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
    captions();
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
      show(main, main.newest);
    }
    refresh([main]);
  }, "Every option as it is by default");
  const replay = button("Replay", play, "Show once more how they formed");
  replay.hidden = true;
  const stop = button("Stop", halt, "Stop drawing, and keep what has formed");
  stop.hidden = !about.streams;
  const compare = button("Compare", () => hold(compares() ? {} : { ...values }));
  compare.hidden = !options.length;
  const copy = button("Copy Python", async () => {
    codeBox.hidden = false;
    status.textContent = await copyText(code);
  }, "The Python that draws these samples");

  const pair = make("div", { className: "genbook-pair" }, held.figure, main.figure);
  const root = make("div", { className: "genbook-explorer genbook-sampler", role: "group" },
    make("div", { className: "genbook-body" },
      make("div", { className: "genbook-look" },
        pair, steps.row, make("div", { className: "genbook-buttons" }, another, reset, compare, stop, replay, copy),
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
    compare.disabled = !main.shown || (!live && !about.still);
    stop.disabled = !live || !drawing();
    steps.input.disabled = replay.disabled = longest() < 2;
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
  follow("beside", (now) => {
    beside = whole(now);
    [held.kept, held.newest, held.shown] = [[], {}];
    arrange();
    placeSteps();
  });
  follow("condition_values", (now) => (conditions = now));
  follow("seed", (now) => (seed = now));
  follow("n", (now) => (n = now));
  listen("change:shown", () => { // those that were begun before there was a view
    if (asked) return;
    const shown = model.get("shown");
    if (shown.total > 1) keepStep(main, shown);
    else main.newest = shown;
    show(main, shown);
    if (shown.over && compares() && live) refresh([held]);
    enable();
  });
  listen("comm_live_update", check);

  const stopKeeping = keep(model, () => ({ values, condition_values: conditions, seed, n, shown: main.newest, beside: {} }));
  over.signal.addEventListener("abort", () => {
    cancelAnimationFrame(frame);
    stopReplay();
    stopKeeping();
    if (live && drawing()) model.send({ kind: "stop", view: me });
  });

  el.append(root);
  arrange();
  if (about.still) {
    for (const step of model.get("formed") ?? []) keepStep(main, step);
    for (const step of model.get("formed_beside") ?? []) keepStep(held, step);
    if (compares()) show(held, held.newest);
  }
  showInputs();
  show(main, main.newest);
  check();
  if (live && compares() && main.newest.over) refresh([held]);
  return () => over.abort();
}

const initialize = ({ model }) => void revive(model);

export default { initialize, render };
