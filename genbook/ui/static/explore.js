// The explorer: sliders over the latents of a model. The page owns their state.

let widgets = 0;

// Inputs for the sampling options: an item is drawn with them, and its latents are found.
function samplingOptions({ model, me, options, now, halt, tell, commit, say }) {
  let chosen = model.get("option_values") ?? {}, seed = 0, asking = 0;
  const drawItem = () => {
    asking = 0;
    model.send({ kind: "draw", view: me, seed, options: chosen, conditions: now().conditions });
    say("Drawing");
  };
  const drawSoon = () => (asking ||= requestAnimationFrame(drawItem));
  const inputs = options.map((option, k) => ({ name: option.name, ...optionInput({
    id: `${me}-option-${k}`, option, onChange: commit,
    onInput(value) {
      halt();
      chosen = { ...chosen, [option.name]: value };
      tell("option_values", chosen);
      drawSoon();
    },
  }) }));
  const show = () => inputs.forEach((input) => input.show(chosen[input.name]));
  const draw = button("Draw", () => {
    halt();
    seed = Math.floor(Math.random() * 2 ** 32);
    drawSoon();
  }, "Draw an item with the sampling options, and find its latents");
  const row = () => group("Sampling", ...inputs.map((input) => input.row), make("p", {
    className: "genbook-note",
    textContent: "These shape how an item is drawn, not what latents decode to: "
      + "when one moves, the item is drawn again, and the latents follow.",
  }));
  const take = (values) => {
    chosen = values;
    show();
  };
  const reset = () => {
    chosen = Object.fromEntries(options.map((option) => [option.name, option.default]));
    if (options.length) tell("option_values", chosen);
    show();
  };
  return { inputs, draw, row, show, take, reset, stop: () => cancelAnimationFrame(asking) };
}

// The buttons below the picture.
function explorerButtons({ model, me, about, dims, state, frames, sampling, walk, code, codeBox, put, say }) {
  const random = button("Random", () => {
    walk.halt();
    if (frames.live) model.send({ kind: "random" });
    else put(randomLatents(state.latents, dims), "Random latents");
  }, "Latents as the model draws them");
  const reset = button("Reset", () => {
    walk.halt();
    const centre = Array.from(state.latents);
    for (const { index, start } of dims) centre[index] = start;
    sampling.reset();
    put(centre, "The middle of all latents");
  }, "The middle of all latents");
  const encode = ([label, which]) => button(label, () => {
    walk.halt();
    model.send({ kind: "encode", which });
  }, "Find the latents of one of the data's items");
  const encodes = about.data ? [["Encode next", "next"], ["Encode any", "any"]].map(encode) : [];
  const save = button("Save picture", () => {
    const { latents: numbers, conditions } = state;
    model.send({ kind: "save", view: me, conditions }, undefined, [numbers.slice().buffer]);
  }, "Download the picture as a PNG that has its latents and the model's fingerprint inside");
  save.hidden = !about.picture;
  const copy = button("Copy Python", async () => {
    codeBox.hidden = false;
    say(await copyText(code));
  }, "The Python that makes this image");
  return { random, reset, encodes, save, copy };
}

// Whether the page decodes by itself: a box to tick.
function decoderSwitch({ model, me, about, tell, commit, say }) {
  const { input: here, row: part } = checkbox({
    id: `${me}-page`, label: "decode in this page", checked: model.get("in_page"), onChange(on) {
      tell("in_page", on);
      commit();
      say(on ? "Fetching the decoder" : "");
    },
  });
  part.hidden = !about.page;
  return { here, part };
}

// Where everything stands.
function explorerRoot(about, {
  shown, example, buttons, sampling, status, alert, fields, latents, shiftSliders, walk, meter, decoder, codeBox,
}) {
  const { random, reset, encodes, save, copy } = buttons, some = sampling.inputs.length > 0;
  const examples = about.data || some ? [example.figure] : [];
  const draws = some ? [sampling.draw] : [];
  const root = make("div", { className: "genbook-explorer", role: "group" },
    make("div", { className: "genbook-body" },
      make("div", { className: "genbook-look" },
        make("div", { className: "genbook-pictures" }, make("figure", {}, ...shown), ...examples),
        make("div", { className: "genbook-buttons" }, random, ...draws, reset, ...encodes, save, copy),
        status, alert),
      make("div", { className: "genbook-controls" },
        ...(fields.length ? [group("Conditions", ...fields.map((f) => f.row))] : []),
        group(about.many ? "Latents, most active first" : "Latents", latents.list, latents.more),
        ...(some ? [sampling.row()] : []),
        ...(shiftSliders.length ? [group("Directions", ...shiftSliders.map((s) => s.row))] : []),
        group("Walk", walk.row))),
    make("div", { className: "genbook-foot" }, meter, decoder.part),
    codeBox);
  root.setAttribute("aria-label", `Explorer of ${about.name}`);
  return root;
}

// What the kernel says, heard by one view.
function explorerHears({ me, alert, frames, say }) {
  return async (message, buffers) => {
    if (message.view && message.view !== me) return;
    if (message.kind === "saved") {
      download(message.name, bytesOf(buffers[0]));
      return say(`Saved ${message.name}, with the latents inside`);
    }
    if (message.kind === "error") {
      alert.textContent = message.error;
      alert.hidden = false;
    }
    if (await frames.receive(message, buffers)) alert.hidden = true;
  };
}

function render({ model, el, signal }) {
  const { over, listen } = lifetime(model, signal);
  const [about, dims, accepts, options, directions] = (
    ["about", "dims", "accepts", "options", "directions"].map((name) => model.get(name) ?? []));
  const me = `genbook-${++widgets}-${Math.random().toString(36).slice(2)}`; // this view, among all of the explorer
  const { canvas, text, table, ...pictures } = easel(`What ${about.name} decodes from the latents`);
  const example = exampleFigure();
  const status = make("p", { className: "genbook-status", ariaLive: "polite" });
  const alert = make("p", { className: "genbook-alert", role: "alert", hidden: true });
  const meter = make("span", { className: "genbook-meter" });
  const code = make("code"), codeBox = make("pre", { className: "genbook-code", tabIndex: 0, hidden: true }, code);
  const state = latentState(model, directions);
  const frames = frameSource({ model, me, pictures, now: () => state, meter: meterOf(meter) });
  const say = (words) => (status.textContent = words);
  let mine = false; // whether this view is the one that changes the model now

  // ---- moving: the model (and so other views of it) hears at once, Python when a hand lets go
  const tell = (name, value) => {
    mine = true;
    model.set(name, value);
    mine = false;
  };
  const commit = () => model.save_changes();
  const reproduction = () => {
    const words = asArguments(accepts, state.conditions), numbers = Array.from(state.latents, exact).join(", ");
    const conditioned = words.length ? `.given(${words.join(", ")})` : "";
    return `import torch\n\n${about.code}${conditioned}.decode(torch.tensor([[${numbers}]]))`;
  };
  const showSliders = () => {
    latents.show(state.latents);
    example.follow(state.latents, state.conditions);
    shiftSliders.forEach((s, i) => s.show(state.shifts[i]));
    code.textContent = reproduction();
  };
  const moved = () => {
    showSliders();
    tell("values", Array.from(state.latents));
    frames.refresh();
  };
  const moveTo = (numbers) => {
    state.moveTo(numbers);
    moved();
  };
  const put = (numbers, message) => {
    moveTo(numbers);
    commit();
    say(message);
  };

  // ---- the sliders
  const latents = latentSliders({ me, dims, onChange: commit, onInput(index, x) {
    state.set(index, x);
    moved();
  } });
  latents.more.onclick = () => {
    const next = latents.sliders.length;
    latents.add(state.latents);
    enable();
    latents.sliders[next]?.input.focus();
  };
  const shiftSliders = directions.map(({ name }, k) => slider({
    id: `${me}-direction-${k}`, label: name, low: -2, high: 2, onChange: commit,
    onInput(x) {
      state.shift(k, x);
      moved();
    },
  }));
  const fields = conditionFields({ me, accepts, choose(name, value) {
    state.conditions = { ...state.conditions };
    if (value === "") delete state.conditions[name];
    else state.conditions[name] = value;
    tell("condition_values", state.conditions);
    commit();
    showSliders();
    frames.refresh();
  } });
  const showFields = () => fields.forEach(({ show }) => show(state.conditions));
  const walk = walkBetween({ me, dims, canvas, now: () => state.latents, go: moveTo, rest: commit, say });

  const sampling = samplingOptions({
    model, me, options, now: () => state, halt: () => walk.halt(), tell, commit, say });
  const buttons = explorerButtons({
    model, me, about, dims, state, frames, sampling, walk, code, codeBox, put, say });
  const decoder = decoderSwitch({ model, me, about, tell, commit, say });
  const root = explorerRoot({ ...about, many: dims.length > 1 }, {
    shown: [canvas, text, table], example, buttons, sampling, status, alert, fields, latents, shiftSliders, walk,
    meter, decoder, codeBox });

  // ---- what can be used now
  const enable = () => {
    const moves = frames.live || frames.page !== null;
    for (const control of root.querySelectorAll("button, input, select")) control.disabled = !moves;
    const asks = [...buttons.encodes, buttons.save, decoder.here, sampling.draw];
    for (const control of asks) control.disabled = !frames.live;
    for (const { input } of sampling.inputs) input.disabled = !frames.live;
    walk.enable(moves);
    buttons.copy.disabled = false;
    latents.more.disabled = false;
    decoder.part.hidden = !about.page || !frames.live;
    if (!moves) say("This view has no kernel: run the cell again to move its sliders.");
  };

  // ---- following the kernel and the model
  listen("msg:custom", explorerHears({ me, alert, frames, say }));
  const showNow = () => {
    const now = model.get("shown");
    if (now.text !== undefined || now.cells) return pictures.drawWords(now);
    const image = make("img", { src: now.picture });
    const newer = () => frames.shown || frames.page || over.signal.aborted;
    image.decode().then(() => newer() || pictures.drawBitmap(image)).catch(() => {});
  };
  const check = () => {
    // without widget manager: a page; with one that keeps live models: whether we are among them;
    // else (VS Code, Colab) there is a kernel
    frames.live = !about.still && hasKernel(model);
    enable();
    frames.restart();
  };
  const follow = (name, take) => listen(`change:${name}`, () => mine || take(model.get(name)));
  follow("values", (now) => {
    walk.halt();
    moveTo(now);
  });
  follow("condition_values", (now) => {
    state.conditions = now;
    showFields();
    showSliders();
    frames.refresh();
  });
  follow("option_values", sampling.take);
  follow("example", (item) => {
    example.show(item, model.get("values"), model.get("condition_values"));
    const what = item.caption?.startsWith("drawn") ? "the item drawn" : item.caption;
    if (what) say(`The latents of ${what}`);
  });
  listen("change:in_page", () => (decoder.here.checked = model.get("in_page")));
  listen("change:weights", () => {
    frames.load();
    if (frames.page) say("The decoder is in this page");
    enable();
    frames.refresh();
  });
  listen("comm_live_update", check);

  const stopKeeping = keep(model, () => (
    { values: Array.from(state.latents), condition_values: state.conditions, shown: pictures.still(),
      example: example.figure.hidden ? {} : model.get("example") }));
  over.signal.addEventListener("abort", () => {
    walk.halt();
    frames.stop();
    sampling.stop();
    stopKeeping();
  });
  latents.add(state.latents);
  showFields();
  sampling.show();
  showNow();
  example.show(model.get("example"), state.latents, state.conditions);
  frames.load();
  showSliders();
  el.append(root);
  check();
  let looking = null; // the kernel sends new pictures of a model that learns, while somebody looks
  watchSight(root, over.signal, (now) => {
    if (now === looking || !frames.live) return;
    model.send({ kind: "look", view: me, on: now });
    if (now && looking === false) frames.refresh(); // what happened meanwhile
    looking = now;
  });
  return () => over.abort();
}

const initialize = ({ model }) => void revive(model);

export default { initialize, render };
