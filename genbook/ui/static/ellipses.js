// A mixture's components as ellipses that can be dragged. All is computed here: densities, responsibilities, and steps of expectation-maximisation; the kernel, where there is one, is told what came of it.
//
// Traits: `about` (names, columns, kind of covariance, how many rows), `points` ([x, y] of each), `fitted` and `components` (weight, mean [x, y], covariance [xx, xy, yy] of each).

const LEFT = 52, BOTTOM = 40, EDGE = 8; // pixels around the points

let ellipses = 0;

// Two columns of the mixture, in `el`; returns what ends it.
function showPair(model, el) {
  const { over, listen } = lifetime(model);

  const { columns, names, kind, rows, palette } = model.get("about"), points = model.get("points");
  const me = `genbook-ellipses-${++ellipses}`;
  const colour = (k) => palette[k % palette.length];
  const rgb = palette.map((hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));

  // ---- what is seen: the range of the points, and a margin
  const range = [0, 1].map((i) => {
    const values = points.map((p) => p[i]), low = Math.min(...values), high = Math.max(...values), margin = 0.12 * (high - low);
    return [low - margin, high + margin];
  });
  const spread = [0, 1].map((i) => {
    const mean = points.reduce((s, p) => s + p[i], 0) / points.length;
    return points.reduce((s, p) => s + (p[i] - mean) ** 2, 0) / points.length;
  });
  let width = 480, height = 360;
  const scale = () => [(width - LEFT - EDGE) / (range[0][1] - range[0][0]), (height - BOTTOM - EDGE) / (range[1][1] - range[1][0])];
  const toPixels = ([x, y]) => [LEFT + (x - range[0][0]) * scale()[0], height - BOTTOM - (y - range[1][0]) * scale()[1]];
  const toData = ([u, v]) => [range[0][0] + (u - LEFT) / scale()[0], range[1][0] + (height - BOTTOM - v) / scale()[1]];

  // ---- the components; `shapes` are their axes as they are seen, kept while one is dragged
  let components = model.get("components"), shapes = [], shares = [], loss = 0, mine = false;
  const start = expectation(model.get("fitted"), points).loss;
  const seen = ({ covariance: [a, b, c] }) => {
    const [sx, sy] = scale();
    return shapeOf([a * sx * sx, b * sx * sy, c * sy * sy]);
  };
  const unseen = (shape) => {
    const [sx, sy] = scale(), [a, b, c] = covarianceOf(shape);
    return [a / sx / sx, b / sx / sy, c / sy / sy];
  };
  const put = (found, moved = -1) => {
    components = ofKind(found, kind, moved);
    const wrong = collapsed(components, spread);
    alert.hidden = wrong < 0;
    if (wrong >= 0) alert.textContent = `Component ${wrong + 1} has collapsed: it has no extent in some direction, or no weight. Press Reset, or make it larger.`;
    for (const [k, component] of components.entries()) if (k !== moved || kind === "spherical") shapes[k] = seen(component);
    ({ shares, loss } = expectation(components, points));
    request();
  };
  const change = (k, part, shape) => {
    if (shape) shapes[k] = shape;
    put(components.map((component, i) => (i === k ? { ...component, ...part, ...(shape && { covariance: unseen(shape) }) } : component)), shape ? k : -1);
  };
  const commit = () => {
    mine = true;
    model.set("components", components);
    mine = false;
    model.save_changes();
  };

  // ---- drawing, at most once a frame
  const canvas = make("canvas", { ariaHidden: "true" });
  const frame = svg("g"), drawn = svg("g");
  const picture = svg("svg", { role: "group", "aria-label": `Components over ${columns[0]} and ${columns[1]}` }, frame, drawn);
  const stage = make("div", { className: "genbook-stage" }, canvas, picture);
  let waiting = 0;
  const request = () => (waiting ||= requestAnimationFrame(draw));

  const drawFrame = () => {
    const text = (attributes, content) => {
      const element = svg("text", attributes);
      element.textContent = content;
      return element;
    };
    frame.replaceChildren(svg("path", { class: "genbook-axis", d: `M${LEFT},${EDGE}V${height - BOTTOM}H${width - EDGE}` }));
    for (const x of ticks(...range[0], width / 60)) frame.append(text({ x: toPixels([x, 0])[0], y: height - BOTTOM + 16, "text-anchor": "middle" }, inDigits(x)));
    for (const y of ticks(...range[1], height / 60)) frame.append(text({ x: LEFT - 6, y: toPixels([0, y])[1] + 4, "text-anchor": "end" }, inDigits(y)));
    frame.append(text({ x: (LEFT + width - EDGE) / 2, y: height - 6, "text-anchor": "middle" }, columns[0]));
    frame.append(text({ transform: `translate(12 ${(height - BOTTOM) / 2}) rotate(-90)`, "text-anchor": "middle" }, columns[1]));
  };
  const drawPoints = () => {
    const sharp = window.devicePixelRatio || 1;
    Object.assign(canvas, { width: width * sharp, height: height * sharp });
    const pen = canvas.getContext("2d");
    pen.scale(sharp, sharp);
    pen.globalAlpha = 0.7;
    points.forEach((point, i) => {
      const mixed = [0, 1, 2].map((c) => Math.round(shares[i].reduce((sum, r, k) => sum + r * rgb[k % rgb.length][c], 0)));
      const [u, v] = toPixels(point);
      pen.fillStyle = `rgb(${mixed})`;
      pen.beginPath();
      pen.arc(u, v, points.length > 500 ? 2 : 3, 0, 7);
      pen.fill();
    });
  };
  const draw = () => {
    waiting = 0;
    drawPoints();
    components.forEach(({ weight, mean }, k) => {
      const { outlines, handles, row } = parts[k], { lengths, angle } = shapes[k], [u, v] = toPixels(mean), turn = (-angle * 180) / Math.PI;
      outlines.forEach((outline, i) => {
        outline.setAttribute("transform", `translate(${u} ${v}) rotate(${turn})`);
        outline.setAttribute("rx", (i + 1) * lengths[0]);
        outline.setAttribute("ry", (i + 1) * lengths[1]);
      });
      [[u, v], ...[0, 1].map((i) => end(k, i))].forEach(([x, y], i) => handles[i].setAttribute("transform", `translate(${x} ${y})`));
      const deviation = components[k].covariance, sd = [Math.sqrt(deviation[0]), Math.sqrt(deviation[2])];
      handles[0].setAttribute("aria-valuenow", mean[0]);
      handles[0].setAttribute("aria-valuetext", `${columns[0]} ${inDigits(mean[0])}, ${columns[1]} ${inDigits(mean[1])}`);
      for (const i of [0, 1]) {
        handles[i + 1].setAttribute("aria-valuenow", lengths[i]);
        handles[i + 1].setAttribute("aria-valuetext", `standard deviations ${inDigits(sd[0])} of ${columns[0]}, ${inDigits(sd[1])} of ${columns[1]}`);
      }
      row.input.value = 100 * weight;
      row.input.setAttribute("aria-valuetext", `${(100 * weight).toFixed(0)} percent`);
      row.share.textContent = `${(100 * weight).toFixed(0)} %`;
      row.places.forEach((place, i) => (place.textContent = `${columns[i]}: ${meanAndSd(mean[i], sd[i])}`));
    });
    const more = loss - start, whole = names.length > 2;
    const compared = Math.abs(more) < 5e-5 ? ", as fitted" : `, ${inDigits(Math.abs(more), 2)} ${more > 0 ? "more" : "less"} than as fitted`;
    meter.textContent = !Number.isFinite(loss) ? "no density"
      : `loss ${inDigits(loss)} nats per row${whole ? " in these two columns" : ""}${compared}`
        + (whole ? `; ${inDigits(model.get("loss"))} in all ${names.length}` : "");
    meter.dataset.loss = loss;
  };

  // ---- handles: the centre, and the end of each axis, at two standard deviations
  const end = (k, i) => {
    const [u, v] = toPixels(components[k].mean), { lengths, angle } = shapes[k], at = angle + (i * Math.PI) / 2;
    return [u + 2 * lengths[i] * Math.cos(at), v - 2 * lengths[i] * Math.sin(at)];
  };
  const turns = kind === "full" || kind === "tied"; // else axes stay along those of the plot
  const stretch = (k, i, pointer) => {
    const [u, v] = toPixels(components[k].mean), [dx, dy] = [pointer[0] - u, v - pointer[1]], { lengths, angle } = shapes[k];
    const at = angle + (i * Math.PI) / 2, along = turns ? Math.hypot(dx, dy) : Math.abs(dx * Math.cos(at) + dy * Math.sin(at));
    lengthen(k, i, Math.max(along / 2, 2) / lengths[i], turns ? Math.atan2(dy, dx) - (i * Math.PI) / 2 : angle);
  };
  const lengthen = (k, i, times, angle = shapes[k].angle) => {
    const lengths = shapes[k].lengths.map((length, j) => length * (j === i || kind === "spherical" || i < 0 ? times : 1));
    change(k, {}, { lengths, angle });
  };
  const move = (k, [x, y]) => change(k, { mean: [x, y].map((v, i) => Math.min(range[i][1], Math.max(range[i][0], v))) });

  const keys = (k, i) => (event) => {
    const step = event.shiftKey ? 5 : 1, [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
    if (dx || dy) {
      if (i < 0) move(k, components[k].mean.map((v, j) => v + ([dx, dy][j] * step * (range[j][1] - range[j][0])) / 100));
      else lengthen(k, i, 1.02 ** (step * (dx + dy)));
    } else if (["+", "=", "-"].includes(event.key)) lengthen(k, i, 1.05 ** (event.key === "-" ? -1 : 1));
    else if (["[", "]"].includes(event.key) && turns) lengthen(k, i, 1, shapes[k].angle + (event.key === "[" ? 1 : -1) * (Math.PI / 60));
    else return;
    event.preventDefault();
    event.stopPropagation();
    commit();
  };
  const handle = (k, i) => {
    const label = i < 0 ? `Centre of component ${k + 1}` : `${["First", "Second"][i]} axis of component ${k + 1}`;
    const element = svg("g", { class: "genbook-handle", tabindex: 0, role: "slider", "aria-label": label, "aria-valuenow": 0 },
      svg("circle", { r: 14, class: "genbook-reach" }), i < 0 ? svg("circle", { r: 7, fill: colour(k) }) : svg("rect", { x: -5, y: -5, width: 10, height: 10, fill: colour(k) }));
    element.dataset.lmSuppressShortcuts = "true";
    let grip = null; // from the pointer to the middle of the handle
    element.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      const box = picture.getBoundingClientRect(), [u, v] = i < 0 ? toPixels(components[k].mean) : end(k, i);
      grip = [u - event.clientX + box.left, v - event.clientY + box.top];
      element.setPointerCapture(event.pointerId);
      element.focus();
      event.preventDefault();
    });
    element.addEventListener("pointermove", (event) => {
      if (!grip) return;
      const box = picture.getBoundingClientRect(), at = [event.clientX - box.left + grip[0], event.clientY - box.top + grip[1]];
      if (i < 0) move(k, toData(at));
      else stretch(k, i, at);
    });
    for (const done of ["pointerup", "pointercancel"]) element.addEventListener(done, () => {
      if (grip) commit();
      grip = null;
    });
    element.addEventListener("keydown", keys(k, i));
    return element;
  };

  // ---- the components as a list, with their weights
  const weigh = (k, weight) => {
    const others = 1 - components[k].weight;
    put(components.map((component, i) => ({ ...component, weight: i === k ? weight : others > 0 ? (component.weight * (1 - weight)) / others : (1 - weight) / (components.length - 1) })));
  };
  const parts = components.map((_, k) => {
    const outlines = [1, 2].map((i) => svg("ellipse", { class: `genbook-outline genbook-outline-${i}`, stroke: colour(k) }));
    const handles = [-1, 0, 1].map((i) => handle(k, i));
    const input = control("input", { type: "range", id: `${me}-${k}`, min: 1, max: 99, step: "any", disabled: components.length < 2 });
    input.addEventListener("input", () => weigh(k, input.valueAsNumber / 100));
    input.addEventListener("change", commit);
    const swatch = make("span", { className: "genbook-swatch", ariaHidden: "true" });
    swatch.style.background = colour(k);
    const share = make("span", { className: "genbook-number", ariaHidden: "true" }), places = columns.map(() => make("small"));
    const label = make("label", { htmlFor: input.id }, swatch, `component ${k + 1}`);
    drawn.append(...outlines, handles[1], handles[2], handles[0]);
    return { outlines, handles, row: { input, share, places, element: make("div", { className: "genbook-component" }, make("div", { className: "genbook-row" }, label, input, share), ...places) } };
  });

  // ---- steps
  const status = make("p", { className: "genbook-status", ariaLive: "polite" });
  const alert = make("p", { className: "genbook-alert", role: "alert", hidden: true });
  const meter = make("span", { className: "genbook-meter" });
  const button = (textContent, onclick, title) => control("button", { type: "button", textContent, onclick, title });
  const step = () => {
    if (collapsed(components, spread) >= 0) return 0;
    const before = loss;
    put(maximisation(shares, points, kind));
    return before - loss;
  };
  const tell = (steps, gain) => {
    commit();
    status.textContent = alert.hidden ? `${steps === 1 ? "One step" : `${steps} steps`}: the loss fell by ${inDigits(gain, 2)} nats per row` : "";
  };
  let climbing = 0;
  const halt = () => {
    cancelAnimationFrame(climbing);
    climbing = 0;
    climb.textContent = "Run EM";
  };
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const climb = button("Run EM", () => {
    if (climbing) return halt(), commit();
    let steps = 0, total = 0;
    const go = () => {
      climbing = 0;
      let gain;
      do ((gain = step()), (total += gain), steps++);
      while (calm.matches && gain > 1e-7 && steps < 500);
      if (gain > 1e-7 && steps < 500) return void (climbing = requestAnimationFrame(go));
      halt();
      tell(steps, total);
    };
    climb.textContent = "Stop";
    go();
  }, "Steps of expectation-maximisation until they gain nothing more");
  const one = button("One E step and M step", () => (halt(), tell(1, step())), "One step of expectation-maximisation from here");
  const reset = button("Reset", () => {
    halt();
    put(model.get("fitted"));
    commit();
    status.textContent = "The components as they were fitted";
  }, "The components as they were fitted");

  const left = rows > points.length ? `${points.length.toLocaleString("en")} of ${rows.toLocaleString("en")} rows are shown and counted` : `${rows.toLocaleString("en")} rows`;
  const help = `Drag a centre, or the end of an axis. Keys: arrows move or stretch, + and \u2212 scale${turns ? ", [ and ] turn" : ""}.`;
  const body = make("div", { className: "genbook-body" },
    make("div", { className: "genbook-look" }, stage, make("p", { className: "genbook-help", textContent: help })),
    make("div", { className: "genbook-controls" },
      make("fieldset", {}, make("legend", { textContent: "Components and their weights" }), ...parts.map((p) => p.row.element)),
      make("div", { className: "genbook-buttons" }, one, climb, reset), status, alert));
  const foot = make("div", { className: "genbook-foot" }, meter, make("span", { textContent: left }));

  listen("change:loss", () => request());
  listen("change:components", () => {
    if (mine) return;
    halt();
    put(model.get("components"));
  });
  const sized = sizing(stage, [canvas, picture], (...size) => {
    [width, height] = size;
    drawFrame();
    put(components);
  });
  const stopKeeping = keep(model, () => ({ components }));
  over.signal.addEventListener("abort", () => {
    halt();
    cancelAnimationFrame(waiting);
    sized.disconnect();
    stopKeeping();
  });
  put(components);
  el.replaceChildren(body, foot);
  sized.observe(stage);
  return () => over.abort();
}

// Two selects: which columns lie across and up. Those that are chosen already change places.
function columnPicker(model, me) {
  const selects = ["Across", "Up"].map((label, i) => {
    const select = control("select", { id: `${me}-${label}`, onchange() {
      const pair = [...model.get("pair")], at = Number(select.value);
      if (pair[1 - i] === at) pair[1 - i] = pair[i];
      pair[i] = at;
      model.set("pair", pair);
      model.save_changes();
    } });
    return { select, row: make("label", { htmlFor: select.id, textContent: label }) };
  });
  const show = () => selects.forEach(({ select }, i) => {
    const { names } = model.get("about");
    if (select.length !== names.length) select.replaceChildren(...names.map((name, k) => new Option(name, k)));
    select.value = model.get("pair")[i];
    const stock = model.get("stock") ?? {};
    select.disabled = !Object.keys(stock).length && !hasKernel(model);
  });
  const element = make("div", { className: "genbook-columns" }, ...selects.flatMap(({ row, select }) => [row, select]));
  element.hidden = model.get("about").names.length < 3;
  return { element, show };
}

function render({ model, el, signal }) {
  const { over, listen } = lifetime(model, signal);
  const picker = columnPicker(model, `genbook-ellipses-${++ellipses}`), place = make("div", { className: "genbook-pair" });
  const root = make("div", { className: "genbook-explorer genbook-ellipses", role: "group" }, picker.element, place);
  root.setAttribute("aria-label", `Components of ${model.get("about").name}`);
  let stop = () => {};
  const build = () => {
    stop();
    picker.show();
    stop = showPair(model, place);
  };
  listen("change:about", build);
  listen("change:pair", () => { // a page without a kernel has what it needs in stock
    const found = model.get("stock")?.[model.get("pair").join()];
    if (!found) return;
    for (const trait of ["points", "fitted", "components", "loss"]) model.set(trait, found[trait]);
    model.set("about", found.about);
  });
  over.signal.addEventListener("abort", () => stop());
  el.append(root);
  build();
  return () => over.abort();
}

const initialize = ({ model }) => void revive(model);

export default { initialize, render };
