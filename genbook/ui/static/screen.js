// The screen: a histogram of scores with a threshold to drag. All that it says is computed here, from the sorted scores, so that it needs no kernel.

const STEPS = 500; // of the slider, from the lowest to the highest score

let screens = 0;

const LANCZOS = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];
function logGamma(x) { // x from 1
  let sum = LANCZOS[0];
  for (let i = 1; i < 9; i++) sum += LANCZOS[i] / (x - 1 + i);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(x + 6.5) - x - 6.5 + Math.log(sum);
}

// The share of the Beta distribution below x, by its continued fraction (Abramowitz and Stegun 26.5.8, evaluated as Lentz does).
function betaBelow(x, a, b) {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaBelow(1 - x, b, a);
  let c = 1, d = 1 / (1 - ((a + b) * x) / (a + 1)), fraction = d;
  for (let m = 1; m < 500; m++) {
    for (const step of [(m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)), (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))]) {
      d = 1 / (1 + step * d);
      c = 1 + step / c;
      fraction *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-14) break;
  }
  return (Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) * fraction) / a;
}

// As `share_of` in genbook.analysis: a share with its exact 95 % interval (Clopper and Pearson, 1934).
function shareOf(count, of) {
  const solve = (share, a, b) => {
    let low = 0, high = 1;
    for (let i = 0; i < 50; i++) {
      const middle = (low + high) / 2;
      if (betaBelow(middle, a, b) < share) low = middle;
      else high = middle;
    }
    return low;
  };
  return { value: count / of, low: count ? solve(0.025, count, of - count + 1) : 0, high: count < of ? solve(0.975, count + 1, of - count) : 1 };
}

function above(sorted, x) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] > x) high = middle;
    else low = middle + 1;
  }
  return sorted.length - low;
}

const percent = (x) => `${(100 * x).toFixed(x > 0 && x < 0.1 ? 1 : 0)}%`;

function render({ model, el, signal }) {
  const { over, listen } = lifetime(model, signal);

  const me = `genbook-screen-${++screens}`;
  const { unit, low, high, digits } = model.get("about");
  const groups = model.get("groups").map((group) => ({ ...group, sorted: new Float64Array(Uint8Array.from(atob(group.scores), (c) => c.charCodeAt(0)).buffer) }));
  const bars = model.get("bars");
  const short = (x) => brief(x, digits);
  let now = model.get("threshold");

  // ---- the histogram: held-out items upwards, new ones downwards, each group as high as its fullest bar
  const most = groups.map((_, g) => Math.max(1, ...bars.map((bar) => bar.counts[g])));
  const count = (bar) => groups.map((group, g) => `${bar.counts[g]} ${group.name}`).join(", ");
  const columns = bars.map((bar, i) => {
    const column = control("button", { type: "button", className: "genbook-bar", tabIndex: i ? -1 : 0, title: `${count(bar)}: ${bar.label}`, ariaLabel: `Scores ${bar.label}: ${count(bar)}` });
    column.append(...groups.map((_, g) => {
      const room = make("span", { className: `genbook-up genbook-group-${g}` }), box = make("span");
      box.style.height = `${bar.counts[g] ? Math.max(2, (100 * bar.counts[g]) / most[g]) : 0}%`;
      room.append(box);
      return room;
    }));
    column.addEventListener("click", () => open(i));
    return column;
  });
  const line = make("div", { className: "genbook-threshold", ariaHidden: "true" });
  const plot = make("div", { className: "genbook-histogram", role: "group", ariaLabel: "Histogram of scores: a bar shows its items" }, ...columns, line);

  const focusBar = (i) => {
    columns.forEach((column, k) => (column.tabIndex = k === i ? 0 : -1));
    columns[i].focus();
  };
  plot.addEventListener("keydown", (event) => {
    const i = columns.indexOf(event.target), last = columns.length - 1;
    const to = { ArrowLeft: Math.max(0, i - 1), ArrowRight: Math.min(last, i + 1), Home: 0, End: last }[event.key];
    if (i < 0 || to === undefined) return;
    event.preventDefault();
    focusBar(to);
  });

  // ---- the items of a bar
  const items = make("div", { className: "genbook-items", hidden: true, ariaLive: "polite" });
  const open = (i) => {
    columns.forEach((column, k) => Object.assign(column, { ariaPressed: String(k === i), tabIndex: k === i ? 0 : -1 }));
    items.hidden = false;
    items.replaceChildren(...groups.flatMap((group, g) => {
      const shown = bars[i].shown[g], total = bars[i].counts[g];
      if (!shown) return [];
      const figure = make("figure", {}, make("figcaption", { textContent: `${shown.count < total ? `${shown.count} of ` : ""}${total} ${group.name} with scores ${bars[i].label}` }));
      if (shown.picture) {
        const image = make("img", { src: shown.picture, alt: `${shown.count} pictures, the oddest first` });
        image.style.width = `${8 * shown.count}em`; // as wide for one as for eight
        figure.append(image);
      }
      if (shown.html) {
        const box = control("div", { className: "genbook-table", tabIndex: 0, role: "region", ariaLabel: `Items with scores ${bars[i].label}` });
        box.innerHTML = shown.html; // as the modality shows its items: its text is escaped
        figure.append(box);
      }
      if (shown.text) figure.append(make("pre", { textContent: shown.text }));
      return [figure];
    }));
    if (!items.children.length) items.append(make("p", { textContent: `No items have scores ${bars[i].label}.` }));
  };

  // ---- the threshold
  const input = control("input", { type: "range", id: `${me}-threshold`, min: 0, max: STEPS, step: 1 });
  const value = make("span", { className: "genbook-number" });
  const says = groups.map((group, g) => make("p", { className: `genbook-says genbook-group-${g}` }));
  const share = (x) => (100 * (Math.min(high, Math.max(low, x)) - low)) / (high - low);
  const show = () => {
    input.value = Math.round((share(now) / 100) * STEPS);
    value.textContent = short(now);
    line.style.left = `${share(now)}%`;
    input.style.setProperty("--from", `${share(now)}%`);
    input.style.setProperty("--to", "100%");
    columns.forEach((column, i) => column.classList.toggle("genbook-alarm", (bars[i].low + bars[i].high) / 2 > now));
    const words = groups.map((group, g) => {
      const some = Math.round((above(group.sorted, now) * group.of) / group.sorted.length), found = shareOf(some, group.of);
      return `${group.says} ${percent(found.value)}, ${some} of ${group.of} ${group.name} (95% interval ${percent(found.low)} to ${percent(found.high)})`;
    });
    words.forEach((text, g) => (says[g].textContent = text));
    input.setAttribute("aria-valuetext", `${short(now)}: ${words.join("; ")}`);
  };
  const move = (x) => model.set("threshold", Math.min(high, Math.max(low, x))); // which is shown when the model says so
  input.addEventListener("input", () => move(low * (1 - input.valueAsNumber / STEPS) + high * (input.valueAsNumber / STEPS)));
  input.addEventListener("change", () => model.save_changes());
  const place = (event) => (event.clientX - plot.getBoundingClientRect().left) / plot.clientWidth; // from 0 to 1
  let dragged = false;
  line.addEventListener("pointerdown", (event) => {
    line.setPointerCapture(event.pointerId);
    dragged = false;
    event.preventDefault();
  });
  line.addEventListener("pointermove", (event) => {
    if (!line.hasPointerCapture(event.pointerId)) return;
    dragged = true;
    move(low + place(event) * (high - low));
  });
  line.addEventListener("pointerup", (event) => {
    if (dragged) model.save_changes();
    else open(Math.min(bars.length - 1, Math.max(0, Math.floor(place(event) * bars.length)))); // the bar below was meant
  });
  listen("change:threshold", () => {
    now = model.get("threshold");
    show();
  });

  const ends = make("div", { className: "genbook-ends", ariaHidden: "true" }, make("span", { textContent: short(low) }), make("span", { textContent: unit }), make("span", { textContent: short(high) }));
  const root = make("div", { className: "genbook-explorer genbook-screen", role: "group", ariaLabel: "Threshold of a detector" },
    make("div", { className: "genbook-plot" }, plot, input, ends),
    make("div", { className: "genbook-row" }, make("label", { htmlFor: input.id, textContent: "Alarm above" }), value),
    ...says, items);
  const stopKeeping = keep(model, () => ({ threshold: now }));
  over.signal.addEventListener("abort", stopKeeping);
  show();
  el.append(root);
  return () => over.abort();
}

const initialize = ({ model }) => void revive(model);

export default { initialize, render };
