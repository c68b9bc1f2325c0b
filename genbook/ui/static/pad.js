// A pad to draw points on, with mouse, finger or keys; a kernel density of them follows, computed here, so that all of it works on a page without a kernel.
//
// Traits: `about` (columns, spans, most, palette), `drawn` ([x, y] of each point), `width` of the brush and `bandwidth` in shares of Silverman's rule.

const LEFT = 44, BOTTOM = 36, EDGE = 8; // pixels around the paper
const CELLS = 64; // of the density, along each side
const AT_ONCE = 8, EVERY = 30; // points of a dab; milliseconds from a point to the next while the brush is held down

let pads = 0;

// Random numbers that depend on nothing but a seed: the same strokes on the same drawing make the same points.
function mulberry(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function render({ model, el, signal }) {
  const { over, listen } = lifetime(model, signal);
  const { columns, spans, most, palette } = model.get("about"), me = `genbook-pad-${++pads}`;
  const rgb = palette.map((hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
  let points = model.get("drawn"), before = [], mine = false, rubs = false;
  let width = 480, height = 360, cursor = spans.map(([low, high]) => (low + high) / 2), aims = false;

  // ---- places
  const size = () => [width - LEFT - EDGE, height - BOTTOM - EDGE]; // of the paper
  const reach = (i) => model.get("width") * (spans[i][1] - spans[i][0]); // of the brush, in units of a column
  const inside = (place) => place.map((v, i) => Math.min(spans[i][1], Math.max(spans[i][0], v)));
  const toPixels = ([x, y]) => [
    LEFT + ((x - spans[0][0]) / (spans[0][1] - spans[0][0])) * size()[0],
    height - BOTTOM - ((y - spans[1][0]) / (spans[1][1] - spans[1][0])) * size()[1]];
  const placeOfEvent = (event) => {
    const box = stage.getBoundingClientRect(), [w, h] = size();
    return inside([
      spans[0][0] + ((event.clientX - box.left - LEFT) / w) * (spans[0][1] - spans[0][0]),
      spans[1][0] + ((height - BOTTOM - event.clientY + box.top) / h) * (spans[1][1] - spans[1][0])]);
  };

  // ---- the brush
  const paint = (count) => {
    const random = mulberry(points.length * 7919 + count), room = Math.min(count, most - points.length);
    const fresh = Array.from({ length: Math.max(0, room) }, () => {
      const far = Math.sqrt(-2 * Math.log(1 - random())) / 2, turn = 2 * Math.PI * random();
      return inside([cursor[0] + reach(0) * far * Math.cos(turn), cursor[1] + reach(1) * far * Math.sin(turn)]);
    });
    points = [...points, ...fresh.map((place) => place.map((v) => Number(v.toPrecision(6))))];
    alert.hidden = room > 0;
    if (room <= 0) alert.textContent = `The paper holds ${most.toLocaleString("en")} points at most: rub some out, or press Undo.`;
  };
  const rub = () => {
    points = points.filter((p) => Math.hypot(...[0, 1].map((i) => (p[i] - cursor[i]) / reach(i))) > 1);
    alert.hidden = true;
  };
  const dab = (count) => {
    if (rubs) rub();
    else paint(count);
    request();
  };
  const begin = () => (before = [...before.slice(-99), points]);
  const commit = (words) => {
    mine = true;
    model.set("drawn", points);
    mine = false;
    model.save_changes();
    status.textContent = words ?? `${points.length} points`;
    undo.disabled = !before.length;
    clear.disabled = !points.length;
  };
  const goBack = () => {
    if (!before.length) return;
    points = before.pop();
    alert.hidden = true;
    request();
    commit(`Undone: ${points.length} points`);
  };

  // ---- drawing, at most once a frame
  const canvas = make("canvas", { ariaHidden: "true" }), frame = svg("g");
  const mark = svg("ellipse", { class: "genbook-cursor" });
  const picture = svg("svg", { "aria-hidden": "true" }, frame, mark);
  const stage = control("div", { className: "genbook-stage genbook-paper", tabIndex: 0, ariaLabel: `Paper of ${columns[0]} and ${columns[1]}` });
  stage.setAttribute("role", "application");
  stage.setAttribute("aria-describedby", `${me}-help`);
  stage.append(canvas, picture);
  let waiting = 0;
  const request = () => (waiting ||= requestAnimationFrame(draw));
  const drawFrame = () => {
    const text = (attributes, textContent) => Object.assign(svg("text", attributes), { textContent });
    frame.replaceChildren(svg("path", { class: "genbook-axis", d: `M${LEFT},${EDGE}V${height - BOTTOM}H${width - EDGE}` }));
    for (const x of ticks(...spans[0], width / 60)) frame.append(text({ x: toPixels([x, 0])[0], y: height - BOTTOM + 16, "text-anchor": "middle" }, inDigits(x)));
    for (const y of ticks(...spans[1], height / 60)) frame.append(text({ x: LEFT - 6, y: toPixels([0, y])[1] + 4, "text-anchor": "end" }, inDigits(y)));
    frame.append(text({ x: (LEFT + width - EDGE) / 2, y: height - 4, "text-anchor": "middle" }, columns[0]));
    frame.append(text({ transform: `translate(10 ${(height - BOTTOM) / 2}) rotate(-90)`, "text-anchor": "middle" }, columns[1]));
  };
  // While the brush is down, the density is computed anew when three times as long has passed as that takes.
  let regions, said = "", due = 0;
  const computeDensity = () => {
    const began = performance.now(), widths = silverman(points).map((w) => w * model.get("bandwidth")), [w, h] = size().map(Math.round);
    regions = make("canvas", { width: w, height: h });
    said = "";
    if (points.length < 2 || !widths.every((w) => w > 0)) return;
    regions.getContext("2d").putImageData(drawnRegions(kernelDensity(points, widths, spans, CELLS), CELLS, rgb[0], w, h), 0, 0);
    said = `; kernel density: loss ${inDigits(leftOutLoss(points, widths))} nats per point, each left out in turn`;
    due = performance.now() + 3 * (performance.now() - began);
  };
  const draw = () => {
    waiting = 0;
    const sharp = window.devicePixelRatio || 1, pen = canvas.getContext("2d");
    Object.assign(canvas, { width: width * sharp, height: height * sharp });
    pen.scale(sharp, sharp);
    if (shows.checked && !(held && regions && performance.now() < due)) computeDensity();
    if (shows.checked) pen.drawImage(regions, LEFT, EDGE, ...size());
    pen.fillStyle = palette[1];
    for (const point of points) {
      pen.beginPath();
      pen.arc(...toPixels(point), 2, 0, 7);
      pen.fill();
    }
    const [u, v] = toPixels(cursor), [w, h] = size();
    for (const [name, value] of Object.entries({ cx: u, cy: v, rx: model.get("width") * w, ry: model.get("width") * h })) mark.setAttribute(name, value);
    mark.style.display = aims ? "" : "none";
    meter.textContent = `${points.length} points${shows.checked ? said : ""}`;
  };

  // ---- mouse and finger
  let held = 0;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    stage.setPointerCapture(event.pointerId);
    stage.focus({ preventScroll: true });
    event.preventDefault();
    begin();
    [cursor, aims] = [placeOfEvent(event), true];
    dab(AT_ONCE);
    clearInterval(held);
    held = setInterval(() => dab(1), EVERY);
  });
  stage.addEventListener("pointermove", (event) => {
    [cursor, aims] = [placeOfEvent(event), true];
    if (held) dab(1);
    else request();
  });
  const lift = () => {
    if (!held) return;
    clearInterval(held);
    held = 0;
    request();
    commit();
  };
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) stage.addEventListener(name, lift);
  stage.addEventListener("pointerleave", () => {
    aims = document.activeElement === stage || stage.getRootNode().activeElement === stage;
    request();
  });

  // ---- keys
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
  stage.addEventListener("keydown", (event) => {
    const { key } = event, step = STEPS[key];
    if (key === "z" && (event.ctrlKey || event.metaKey)) goBack();
    else if (step) {
      const far = event.shiftKey ? 0.1 : 0.02;
      cursor = inside(cursor.map((v, i) => v + step[i] * far * (spans[i][1] - spans[i][0])));
      status.textContent = `${columns[0]} ${inDigits(cursor[0], 2)}, ${columns[1]} ${inDigits(cursor[1], 2)}`;
      request();
    } else if (key === " " || key === "Enter") {
      begin();
      dab(AT_ONCE);
      commit();
    } else return;
    aims = true;
    event.preventDefault();
  });
  stage.addEventListener("focus", () => ((aims = true), request()));
  stage.addEventListener("blur", () => ((aims = false), request()));

  // ---- controls
  const status = make("p", { className: "genbook-status", ariaLive: "polite" });
  const alert = make("p", { className: "genbook-alert", role: "alert", hidden: true });
  const meter = make("span", { className: "genbook-meter" });
  const undo = button("Undo", goBack, "Take back the last stroke");
  const clear = button("Clear", () => {
    begin();
    points = [];
    alert.hidden = true;
    request();
    commit("The paper is empty");
  }, "Take all points away");
  const number = (name, label, low, high, words) => slider({
    id: `${me}-${name}`, label, low, high, centre: model.get(name), words,
    onInput(value) {
      model.set(name, value);
      request();
    },
    onChange: () => model.save_changes(),
  });
  const brush = number("width", "brush", 0.01, 0.3, (x) => `${Math.round(100 * x)} %`);
  const bandwidth = number("bandwidth", "bandwidth", 0.1, 2, (x) => `${inDigits(x, 2)} \u00d7`);
  const { input: shows, row: showsRow } = checkbox({ id: `${me}-density`, label: "kernel density", checked: true, onChange(on) {
    bandwidth.input.disabled = !on;
    request();
  } });
  const { row: rubberRow } = checkbox({ id: `${me}-rubber`, label: "rub out", onChange: (on) => (rubs = on) });
  const help = make("p", { className: "genbook-help", id: `${me}-help`, textContent: "Draw with the mouse or a finger. Keys: arrows move the brush (farther with Shift), space draws, Ctrl and Z undo." });
  const root = make("div", { className: "genbook-explorer genbook-pad", role: "group", ariaLabel: "Points to draw" },
    make("div", { className: "genbook-body" },
      make("div", { className: "genbook-look" }, stage, help),
      make("div", { className: "genbook-controls" },
        make("div", { className: "genbook-buttons" }, undo, clear), group("Brush", brush.row, rubberRow),
        group("Seen below the points", showsRow, bandwidth.row), status, alert)),
    make("div", { className: "genbook-foot" }, meter));

  listen("change:drawn", () => {
    if (mine) return;
    [points, before] = [model.get("drawn"), []];
    undo.disabled = true;
    clear.disabled = !points.length;
    request();
  });
  for (const [name, input] of [["width", brush], ["bandwidth", bandwidth]]) listen(`change:${name}`, () => {
    if (input.input.valueAsNumber !== model.get(name)) input.show(model.get(name));
    request();
  });
  const sized = sizing(stage, [canvas, picture], (...size) => {
    [width, height] = size;
    drawFrame();
    request();
  });
  const stopKeeping = keep(model, () => ({ drawn: points, width: model.get("width"), bandwidth: model.get("bandwidth") }));
  over.signal.addEventListener("abort", () => {
    clearInterval(held);
    cancelAnimationFrame(waiting);
    sized.disconnect();
    stopKeeping();
  });
  undo.disabled = true;
  clear.disabled = !points.length;
  el.append(root);
  sized.observe(stage);
  return () => over.abort();
}

const initialize = ({ model }) => void revive(model);

export default { initialize, render };
