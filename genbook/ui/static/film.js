// Models while they learn, as a film: an image of each after 1, 2, 4, 8 ... steps, with a slider and a button that plays them. All frames are here, so it moves on a page without a kernel.
//
// Traits: `about` (names of the models, what is counted, a floor), `frames` (number of steps, a picture, words and a log-likelihood for each model) and `at`, the frame that is seen.

const MOMENT = 700; // milliseconds that a frame stays while it plays

let films = 0;

function render({ model, el, signal }) {
  const { over, listen } = lifetime(model, signal);
  const { names, unit, floor } = model.get("about"), me = `genbook-film-${++films}`;
  const last = () => model.get("frames").length - 1;
  let now = Math.min(model.get("at"), last()), timer = 0;

  const panels = names.map((name) => {
    const image = make("img"), said = make("span", { className: "genbook-number" });
    return { image, said, figure: make("figure", {}, image, make("figcaption", {}, make("strong", { textContent: name }), " ", said)) };
  });
  const status = make("p", { className: "genbook-status", ariaLive: "polite" });
  const show = () => {
    const frames = model.get("frames"), frame = frames[now];
    root.hidden = !frame;
    if (!frame) return;
    frame.panels.forEach(({ picture, words, value }, k) => {
      const { image, said } = panels[k];
      Object.assign(image, { src: picture, alt: `${names[k]}: ${words}` });
      said.textContent = value === null ? words : `${inDigits(value)} ${unit}`;
    });
    steps.input.max = Math.max(1, last());
    steps.input.disabled = play.disabled = last() < 1;
    steps.show(now);
  };
  const go = (k) => {
    now = k;
    model.set("at", now);
    show();
  };
  const steps = slider({
    id: `${me}-step`, label: "after step", low: 0, high: 1, whole: true, words: (k) => (model.get("frames")[k]?.number ?? 0).toLocaleString("en"),
    onInput: (k) => (halt(), go(k)), onChange: () => model.save_changes(),
  });
  const halt = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
  };
  const play = button("Play", () => {
    if (timer) return halt();
    if (now >= last()) go(0);
    play.textContent = "Pause";
    timer = setInterval(() => {
      if (now < last()) go(now + 1);
      if (now >= last()) halt();
    }, MOMENT);
  }, "Show the frames one after the other");
  const root = make("div", { className: "genbook-explorer genbook-film", role: "group", ariaLabel: `Learning: ${names.join(", ")}` },
    make("div", { className: "genbook-panels" }, ...panels.map((p) => p.figure)),
    make("div", { className: "genbook-reel" }, play, steps.row), status);
  if (floor !== null) status.textContent = `The best that any model can reach on average: ${inDigits(floor)} ${unit}`;
  root.classList.toggle("genbook-alone", names.length < 2);

  listen("change:frames", () => {
    const followed = now >= last() - 1; // whoever looks at an earlier frame stays there
    if (followed) now = last();
    show();
  });
  listen("change:at", () => {
    now = Math.min(model.get("at"), last());
    show();
  });
  const stopKeeping = keep(model, () => ({ at: now }));
  over.signal.addEventListener("abort", () => (halt(), stopKeeping()));
  el.append(root);
  show();
  return () => over.abort();
}

const initialize = ({ model }) => void revive(model);

export default { initialize, render };
