// The explorer: sliders over the latents of a model. The page owns their state.

let widgets = 0;

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
    return `${about.code}${conditioned}.decode(torch.tensor([[${numbers}]]))`;
  };
  const showSliders = () => {
    latents.show(state.latents);
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

  // ---- sampling options: an item is drawn with them, and its latents are found
  let chosen = model.get("option_values") ?? {}, seed = 0, asking = 0;
  const drawItem = () => {
    asking = 0;
    model.send({ kind: "draw", view: me, seed, options: chosen, conditions: state.conditions });
    say("Drawing");
  };
  const drawSoon = () => (asking ||= requestAnimationFrame(drawItem));
  const optionInputs = options.map((option, k) => ({ name: option.name, ...optionInput({
    id: `${me}-option-${k}`, option, onChange: commit,
    onInput(value) {
      walk.halt();
      chosen = { ...chosen, [option.name]: value };
      tell("option_values", chosen);
      drawSoon();
    },
  }) }));
  const showOptions = () => optionInputs.forEach(({ name, show }) => show(chosen[name]));
  const draw = button("Draw", () => {
    walk.halt();
    seed = Math.floor(Math.random() * 2 ** 32);
    drawSoon();
  }, "Draw an item with the sampling options, and find its latents");
  const sampling = () => group("Sampling", ...optionInputs.map((i) => i.row), make("p", {
    className: "genbook-note",
    textContent: "These shape how an item is drawn, not what latents decode to: "
      + "when one moves, the item is drawn again, and the latents follow.",
  }));

  // ---- the buttons
  const random = button("Random", () => {
    walk.halt();
    if (frames.live) model.send({ kind: "random" });
    else put(randomLatents(state.latents, dims), "Random latents");
  }, "Latents as the model draws them");
  const reset = button("Reset", () => {
    walk.halt();
    const centre = Array.from(state.latents);
    for (const { index, start } of dims) centre[index] = start;
    chosen = Object.fromEntries(options.map((option) => [option.name, option.default]));
    if (options.length) tell("option_values", chosen);
    showOptions();
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
  const copy = button("Copy code", async () => {
    codeBox.hidden = false;
    say(await copyText(code));
  }, "The Python that makes this image");
  const here = control("input", { type: "checkbox", id: `${me}-page`, onchange() {
    tell("in_page", here.checked);
    commit();
    say(here.checked ? "Fetching the decoder" : "");
  } });
  const hereLabel = make("label", { htmlFor: here.id, textContent: "decode in this page" });
  const herePart = make("span", { className: "genbook-here", hidden: !about.page }, here, hereLabel);

  // ---- where everything stands
  const examples = about.data || options.length ? [example.figure] : [];
  const draws = options.length ? [draw] : [];
  const root = make("div", { className: "genbook-explorer", role: "group" },
    make("div", { className: "genbook-body" },
      make("div", { className: "genbook-look" },
        make("div", { className: "genbook-pictures" }, make("figure", {}, canvas, text, table), ...examples),
        make("div", { className: "genbook-buttons" }, random, ...draws, reset, ...encodes, save, copy),
        status, alert),
      make("div", { className: "genbook-controls" },
        ...(fields.length ? [group("Conditions", ...fields.map((f) => f.row))] : []),
        group(dims.length > 1 ? "Latents, most active first" : "Latents", latents.list, latents.more),
        ...(options.length ? [sampling()] : []),
        ...(directions.length ? [group("Directions", ...shiftSliders.map((s) => s.row))] : []),
        group("Walk", walk.row))),
    make("div", { className: "genbook-foot" }, meter, herePart),
    codeBox);
  root.setAttribute("aria-label", `Explorer of ${about.name}`);

  // ---- what can be used now
  const enable = () => {
    const moves = frames.live || frames.page !== null;
    for (const control of root.querySelectorAll("button, input, select")) control.disabled = !moves;
    for (const control of [...encodes, save, here, draw]) control.disabled = !frames.live;
    for (const { input } of optionInputs) input.disabled = !frames.live;
    walk.enable(moves);
    copy.disabled = false;
    latents.more.disabled = false;
    herePart.hidden = !about.page || !frames.live;
    if (!moves) say("This view has no kernel: run the cell again to move its sliders.");
  };

  // ---- what the kernel says
  listen("msg:custom", async (message, buffers) => {
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
  });

  // ---- following the model
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
    frames.live = Boolean(!about.still && (!model.widget_manager?.get_state_sync || liveEntry(model)));
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
  follow("option_values", (now) => {
    chosen = now;
    showOptions();
  });
  follow("example", (item) => {
    example.show(item);
    const what = item.caption?.startsWith("drawn") ? "the item drawn" : item.caption;
    if (what) say(`The latents of ${what}`);
  });
  listen("change:in_page", () => (here.checked = model.get("in_page")));
  listen("change:weights", () => {
    frames.load();
    if (frames.page) say("The decoder is in this page");
    enable();
    frames.refresh();
  });
  listen("comm_live_update", check);

  const stopKeeping = keep(model, () => (
    { values: Array.from(state.latents), condition_values: state.conditions, shown: pictures.still() }));
  over.signal.addEventListener("abort", () => {
    walk.halt();
    frames.stop();
    cancelAnimationFrame(asking);
    stopKeeping();
  });
  latents.add(state.latents);
  here.checked = model.get("in_page");
  showFields();
  showOptions();
  showNow();
  example.show(model.get("example"));
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
