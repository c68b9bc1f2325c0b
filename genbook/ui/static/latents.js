// Pieces of the explorer: its latents, a slider for each, and the item that they were found from.

const FIRST = 8; // sliders to begin with, and how many more each time

// A slider, or a list of choices, for each latent dimension: the first few, and more when asked.
function latentSliders({ me, dims, onInput, onChange }) {
  const sliders = [], list = make("div");
  const add = (latents) => {
    for (const { index, low, high, start, choices } of dims.slice(sliders.length, sliders.length + FIRST)) {
      const s = (choices.length ? selector : slider)({
        id: `${me}-${index}`, label: `z${index}`, low, high, centre: start, choices, onChange,
        onInput: (x) => onInput(index, x),
      });
      s.show(latents[index]);
      sliders.push(s);
      list.append(s.row);
    }
    more.hidden = sliders.length >= dims.length;
    more.textContent = `${dims.length - sliders.length} more`;
  };
  const more = button("", () => {}, "Show more sliders, in the order of how much they change");
  more.className = "genbook-more";
  const show = (latents) => sliders.forEach((s, i) => s.show(latents[dims[i].index]));
  return { list, more, add, show, sliders };
}

// The item whose latents were found last, with its caption; it is seen while the latents are still those.
function exampleFigure() {
  let found = null; // the latents of the item, and what they were conditioned on
  const asText = (latents, conditions) => JSON.stringify([Array.from(Float32Array.from(latents)), conditions]);
  const figure = make("figure", { className: "genbook-example", hidden: true });
  const pictureOf = (item) => {
    if (item.picture) return make("img", { src: item.picture, alt: item.caption, className: "genbook-pixels" });
    return item.cells ? tableOf(item.cells) : make("pre", { textContent: item.text, tabIndex: 0 });
  };
  const follow = (latents, conditions) => (figure.hidden = found !== asText(latents, conditions));
  const show = (item, latents, conditions) => {
    found = item?.caption ? asText(latents, conditions) : null;
    figure.hidden = found === null;
    if (figure.hidden) return;
    figure.replaceChildren(pictureOf(item), make("figcaption", { textContent: item.caption }));
  };
  return { figure, show, follow };
}

// Latents in the page, where no kernel draws them: sliders reach three standard deviations.
function randomLatents(latents, dims) {
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  const drawn = Array.from(latents);
  for (const { index, low, high, choices } of dims) {
    const any = () => (low + high) / 2 + ((high - low) / 6) * normal();
    drawn[index] = choices.length ? Math.floor(choices.length * Math.random()) : any();
  }
  return drawn;
}

// Have the browser keep a file.
function download(name, bytes) {
  const link = make("a", { href: URL.createObjectURL(new Blob([bytes])), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

// Calls `tell(on)` when `root` comes into sight or leaves it, until `signal` says that it is gone.
function watchSight(root, signal, tell) {
  let onScreen = true;
  const look = () => tell(onScreen && document.visibilityState === "visible" && !signal.aborted);
  const observer = new IntersectionObserver(([entry]) => {
    onScreen = entry.isIntersecting;
    look();
  });
  observer.observe(root);
  document.addEventListener("visibilitychange", look, { signal });
  signal.addEventListener("abort", () => {
    observer.disconnect();
    look();
  });
}

// The latents of a page: a base, moved along directions.
function latentState(model, directions) {
  const state = { latents: Float32Array.from(model.get("values")), conditions: model.get("condition_values") };
  let base = state.latents;
  const still = () => directions.map(() => 0);
  state.shifts = still();
  state.moveTo = (numbers) => {
    state.latents = base = Float32Array.from(numbers);
    state.shifts = still();
  };
  state.set = (index, x) => {
    const moved = x - state.latents[index];
    base = base.map((v, i) => (i === index ? v + moved : v));
    state.latents = state.latents.map((v, i) => (i === index ? x : v));
  };
  state.shift = (k, x) => {
    state.shifts[k] = x;
    const along = (i) => directions.reduce((sum, { vector }, j) => sum + state.shifts[j] * vector[i], 0);
    state.latents = base.map((v, i) => v + along(i));
  };
  return state;
}
