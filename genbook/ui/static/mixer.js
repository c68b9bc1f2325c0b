// Two styles mixed: a switch for each layer of a generator. The kernel makes the pictures.

let mixers = 0;

function render({ model, el, signal }) {
  const { over, listen } = lifetime(model, signal);
  const about = model.get("about"), accepts = model.get("accepts"), { layers } = about;
  const me = `genbook-mixer-${++mixers}-${Math.random().toString(36).slice(2)}`; // this view, among all of the mixer
  const { canvas, text, table, ...pictures } = easel(`What ${about.name} makes of two styles`);
  const status = make("p", { className: "genbook-status", ariaLive: "polite" });
  const alert = make("p", { className: "genbook-alert", role: "alert", hidden: true });
  const meter = make("span", { className: "genbook-meter" });
  const code = make("code"), codeBox = make("pre", { className: "genbook-code", tabIndex: 0, hidden: true }, code);
  const say = (words) => (status.textContent = words);
  const traits = ["seeds", "switches", "truncation", "noise", "condition_values"];
  const choice = () => Object.fromEntries(traits.map((name) => [name, model.get(name)]));
  const frames = frameSource({
    model, me, pictures, meter: meterOf(meter), now: () => ({ latents: new Float32Array(0), conditions: choice() }) });

  // ---- moving: other views hear at once, Python when a hand lets go
  let mine = false; // whether this view is the one that changes the model now
  const commit = () => model.save_changes();
  const python = () => {
    const { seeds, switches, truncation, noise, condition_values } = choice(), written = (on) => (on ? "True" : "False");
    const mix = `Mix((${seeds.join(", ")}), (${switches.map(written).join(", ")},), ${truncation}, ${written(noise)})`;
    const words = asArguments(accepts, condition_values), given = words.length ? `.given(${words.join(", ")})` : "";
    return `from genbook.ui import Mix\n\n${mix}.item(${about.code}${given})`;
  };
  const showAll = () => {
    const now = choice();
    seeds.forEach((seed, k) => seed.show(now.seeds[k]));
    switches.forEach((one, k) => one.show(now.switches[k]));
    truncation.show(now.truncation);
    noise.show(now.noise);
    fields.forEach(({ show }) => show(now.condition_values));
    code.textContent = python();
  };
  const set = (name, value) => {
    mine = true;
    model.set(name, value);
    mine = false;
    showAll();
    frames.refresh();
  };
  const settle = (name, value) => {
    set(name, value);
    commit();
  };
  const replaced = (list, k, value) => list.map((old, i) => (i === k ? value : old));

  const seeds = ["a", "b"].map((which, k) => numberInput({
    id: `${me}-seed-${which}`, label: `seed of ${which}`, low: 0, onChange: (value) => settle("seeds", replaced(model.get("seeds"), k, value)) }));
  const switches = layers.map((layer, k) => checkbox({
    id: `${me}-layer-${k}`, label: `${layer} from b`, onChange: (on) => settle("switches", replaced(model.get("switches"), k, on)) }));
  const truncation = slider({
    id: `${me}-truncation`, label: "truncation", low: -1, high: 2, onInput: (x) => set("truncation", x), onChange: commit });
  const noise = checkbox({ id: `${me}-noise`, label: "noise", onChange: (on) => settle("noise", on) });
  const fields = conditionFields({ me, accepts, choose(name, value) {
    const chosen = { ...model.get("condition_values") };
    if (value === "") delete chosen[name];
    else chosen[name] = value;
    settle("condition_values", chosen);
  } });
  const fresh = () => Math.floor(Math.random() * 2 ** 32);
  const random = button("Random", () => settle("seeds", [fresh(), fresh()]), "Two other styles");
  const swap = button("Swap", () => settle("seeds", [...model.get("seeds")].reverse()), "Exchange a and b");
  const copy = button("Copy Python", async () => {
    codeBox.hidden = false;
    say(await copyText(code));
  }, "The Python that makes this picture");

  const root = make("div", { className: "genbook-explorer genbook-mixer", role: "group", ariaLabel: `Mixer of styles of ${about.name}` },
    make("div", { className: "genbook-body" },
      make("div", { className: "genbook-look" },
        make("div", { className: "genbook-pictures" }, make("figure", {}, canvas, text, table)),
        make("div", { className: "genbook-buttons" }, random, swap, copy), status, alert),
      make("div", { className: "genbook-controls" },
        ...(fields.length ? [group("Conditions", ...fields.map((f) => f.row))] : []),
        group("Styles", ...seeds.map((s) => s.row), truncation.row),
        group("Layers, from coarse to fine", make("div", { className: "genbook-buttons" }, ...switches.map((s) => s.row))),
        group("Texture", noise.row))),
    make("div", { className: "genbook-foot" }, meter), codeBox);

  // ---- following the kernel and the model
  listen("msg:custom", async (message, buffers) => {
    if (message.view !== me) return;
    if (message.kind === "error") {
      alert.textContent = message.error;
      alert.hidden = false;
    }
    if (await frames.receive(message, buffers)) alert.hidden = true;
  });
  for (const name of traits) {
    listen(`change:${name}`, () => {
      if (mine) return;
      showAll();
      frames.refresh();
    });
  }
  const check = () => {
    frames.live = !about.still && hasKernel(model);
    for (const control of root.querySelectorAll("button, input, select")) control.disabled = !frames.live;
    copy.disabled = false;
    if (!frames.live) say("This view has no kernel: run the cell again to mix.");
    frames.restart();
  };
  listen("comm_live_update", check);
  const image = make("img", { src: model.get("shown").picture });
  image.decode().then(() => frames.shown || over.signal.aborted || pictures.drawBitmap(image)).catch(() => {});
  const stopKeeping = keep(model, () => ({ ...choice(), shown: pictures.still() }));
  over.signal.addEventListener("abort", () => {
    frames.stop();
    stopKeeping();
  });
  showAll();
  el.append(root);
  check();
  return () => over.abort();
}

const initialize = ({ model }) => void revive(model);

export default { initialize, render };
