// The explorer: sliders over the latents of a model. The page owns their state, and asks the kernel for pictures, or decodes them itself.

const WINDOW = 2; // requests in flight at most; the newest waits in line, those between are dropped
const TRIES = 8; // replies from a kernel on this machine that are measured with and without padding, before the faster way is kept
const PATIENCE = 30_000; // ms after which a request counts as lost: the connection may have been
const FIRST = 8; // sliders to begin with, and how many more each time

let widgets = 0;

const middle = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

function render({ model, el, signal }) {
  const { over, listen } = lifetime(model, signal);

  const about = model.get("about"), dims = model.get("dims"), accepts = model.get("accepts"), directions = model.get("directions");
  const me = `genbook-${++widgets}-${Math.random().toString(36).slice(2)}`; // this view, among all that show the same explorer
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);

  // ---- what is on the page
  const { canvas, text, table, ...pictures } = easel(`What ${about.name} decodes from the latents`);
  const example = make("figure", { className: "genbook-example", hidden: true });
  const status = make("p", { className: "genbook-status", ariaLive: "polite" });
  const alert = make("p", { className: "genbook-alert", role: "alert", hidden: true });
  const meter = make("span", { className: "genbook-meter" });

  // ---- the latents, and who may change them
  let latents = Float32Array.from(model.get("values")); // what the sliders show
  let base = latents; // the same without the directions
  let shifts = directions.map(() => 0);
  let conditions = model.get("condition_values");
  let mine = false; // whether this view is the one that changes the model now

  // Tell the model (and so other views of it) about the latents; `commit` tells Python.
  const share = () => {
    mine = true;
    model.set("values", Array.from(latents));
    mine = false;
  };
  const commit = () => model.save_changes();
  const showSliders = () => {
    sliders.forEach((s, i) => s.show(latents[dims[i].index]));
    shiftSliders.forEach((s, i) => s.show(shifts[i]));
    code.textContent = reproduction();
  };
  const moveTo = (numbers, keepShifts = false) => {
    latents = Float32Array.from(numbers);
    if (!keepShifts) {
      base = latents;
      shifts = directions.map(() => 0);
    }
    showSliders();
    share();
    refresh();
  };
  const put = (numbers, message) => {
    moveTo(numbers);
    commit();
    if (message) status.textContent = message;
  };

  const reproduction = () => {
    const words = asArguments(accepts, conditions);
    return `${about.code}${words.length ? `.given(${words.join(", ")})` : ""}.decode(torch.tensor([[${Array.from(latents, exact).join(", ")}]]))`;
  };

  // ---- frames: from the kernel
  let live = false, page = null;
  let asked = 0, shown = 0, flying = new Map(), waiting = false;
  const recent = [], latency = { true: [], false: [] };

  const padded = () => {
    if (!local) return false; // the stall that padding avoids is that of a server on this machine
    const [a, b] = [latency.true, latency.false];
    return a.length + b.length < TRIES ? a.length < b.length : middle(a) < middle(b);
  };
  const pump = () => {
    for (const [id, { at }] of flying) if (performance.now() - at > PATIENCE) flying.delete(id);
    if (!waiting || !live || flying.size >= WINDOW) return;
    waiting = false;
    const pad = padded();
    flying.set(++asked, { at: performance.now(), pad });
    model.send({ kind: "decode", view: me, id: asked, conditions, pad }, undefined, [latents.slice().buffer]);
  };
  const measured = (ms) => {
    recent.push(ms);
    if (recent.length > 15) recent.shift();
    showMeter();
  };
  const showMeter = () => {
    const speed = recent.length ? `${middle(recent).toFixed(middle(recent) < 9.5 ? 1 : 0)} ms per frame` : "";
    const where = page ? `decoded in this page: largest difference from the kernel ${page.difference}/255` : live ? "decoded by the kernel" : "no kernel";
    meter.textContent = [where, speed].filter(Boolean).join(", ");
  };

  // ---- frames: in the page
  let drawing = 0;
  const decodeHere = () => {
    drawing = 0;
    const start = performance.now();
    pictures.drawRaw(page.decode(latents, JSON.stringify(conditions)), model.get("weights"));
    measured(performance.now() - start);
  };
  const loadPage = () => {
    const weights = model.get("weights");
    page = weights?.numbers ? pageDecoder(weights) : null;
    recent.length = 0;
    showMeter();
  };

  function refresh() {
    if (page) drawing ||= requestAnimationFrame(decodeHere);
    else {
      waiting = true;
      pump();
    }
  }

  // ---- what the kernel says
  const receive = async (message, buffers) => {
    if (message.kind === "saved" && message.view === me) {
      const link = make("a", { href: URL.createObjectURL(new Blob([bytesOf(buffers[0])])), download: message.name });
      link.click();
      URL.revokeObjectURL(link.href);
      status.textContent = `Saved ${message.name}, with the latents inside`;
    }
    if (message.kind === "error" && (message.view === me || !message.view)) {
      flying.delete(message.id);
      alert.textContent = message.error;
      alert.hidden = false;
      pump();
    }
    if (message.kind === "frame" && !message.view) { // the model learnt: its new picture, and a decoder in the page that is out of date
      page = null;
      showMeter();
      if (!flying.size && !waiting) pictures.draw(message, buffers[0], () => !flying.size);
    }
    if (message.kind === "frame" && message.view === me) {
      const request = flying.get(message.id);
      if (!flying.delete(message.id)) return;
      pump(); // before drawing: the kernel works meanwhile
      if (message.stale || message.id < shown || page) return;
      shown = message.id;
      alert.hidden = true;
      const now = performance.now() - request.at;
      if (local && latency[request.pad].length < TRIES) latency[request.pad].push(now - message.ms);
      await pictures.draw(message, buffers[0], () => shown === message.id);
      measured(now);
    }
  };
  listen("msg:custom", receive);

  // ---- the controls
  const sliders = [], shiftSliders = [];
  const list = make("div");
  const addSliders = (count) => {
    for (const { index, low, high, start, choices } of dims.slice(sliders.length, sliders.length + count)) {
      const s = (choices.length ? selector : slider)({
        id: `${me}-${index}`, label: `latent ${index}`, low, high, centre: start, choices, onChange: commit,
        onInput(x) {
          const moved = x - latents[index];
          base = base.map((v, i) => (i === index ? v + moved : v));
          moveTo(latents.map((v, i) => (i === index ? x : v)), true);
        },
      });
      s.show(latents[index]);
      sliders.push(s);
      list.append(s.row);
    }
    more.hidden = sliders.length >= dims.length;
    more.textContent = `${dims.length - sliders.length} more`;
  };
  const more = button("", () => {
    const next = sliders.length;
    addSliders(FIRST);
    enable();
    sliders[next]?.input.focus();
  }, "Show more sliders, in the order of how much they change");
  more.className = "genbook-more";

  directions.forEach(({ name, vector }, k) => {
    const s = slider({
      id: `${me}-direction-${k}`, label: name, low: -2, high: 2, onChange: commit,
      onInput(x) {
        shifts[k] = x;
        moveTo(base.map((v, i) => v + directions.reduce((sum, direction, j) => sum + shifts[j] * direction.vector[i], 0)), true);
      },
    });
    shiftSliders.push(s);
  });

  const choose = (name, value) => {
    conditions = { ...conditions };
    if (value === "") delete conditions[name];
    else conditions[name] = value;
    mine = true;
    model.set("condition_values", conditions);
    mine = false;
    commit();
    showSliders();
    refresh();
  };
  const fields = conditionFields({ me, accepts, choose });
  const showFields = () => fields.forEach(({ show }) => show(conditions));

  // ---- a walk between two latents
  const ends = { A: null, B: null };
  let playing = 0;
  const thumbnails = { A: make("canvas", { width: 1, height: 1, ariaHidden: "true" }), B: make("canvas", { width: 1, height: 1, ariaHidden: "true" }) };
  const choosing = new Set(dims.filter(({ choices }) => choices.length).map(({ index }) => index));
  const go = (t) => moveTo(between(ends.A, ends.B, t, choosing));
  const walk = slider({ id: `${me}-walk`, label: "walk from A to B", low: 0, high: 1, onInput: go, onChange: commit });
  walk.input.setAttribute("aria-label", "Walk from A to B");
  const setEnd = (name) => () => {
    ends[name] = Array.from(latents);
    Object.assign(thumbnails[name], { width: canvas.width, height: canvas.height }).getContext("2d").drawImage(canvas, 0, 0);
    thumbnails[name].hidden = canvas.hidden;
    status.textContent = `${name} is set`;
    if (name === "B") walk.show(1);
    else walk.show(0);
    enable();
  };
  const halt = () => {
    if (!playing) return;
    cancelAnimationFrame(playing);
    playing = 0;
    play.textContent = "Play";
    commit();
  };
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const play = button("Play", () => {
    if (playing) return halt();
    play.textContent = "Pause";
    const start = performance.now();
    const step = (now) => {
      const phase = ((now - start) / 3000) % 2; // three seconds there, three back
      const t = phase < 1 ? phase : 2 - phase;
      walk.show(t);
      go(t);
      playing = requestAnimationFrame(step);
    };
    playing = requestAnimationFrame(step);
  }, "Walk to and fro between A and B");
  walk.input.addEventListener("pointerdown", halt);
  walk.input.addEventListener("keydown", halt);
  const [setA, setB] = ["A", "B"].map((name) => button(`Set ${name}`, setEnd(name), `Remember the present latents as ${name}`));

  // ---- the buttons
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  const random = button("Random", () => {
    halt();
    if (live) return model.send({ kind: "random" });
    const drawn = Array.from(latents);
    for (const { index, low, high, choices } of dims) drawn[index] = choices.length ? Math.floor(choices.length * Math.random()) : (low + high) / 2 + ((high - low) / 6) * normal(); // sliders reach three standard deviations
    put(drawn, "Random latents");
  }, "Latents as the model draws them");
  const reset = button("Reset", () => {
    halt();
    const centre = Array.from(latents);
    for (const { index, start } of dims) centre[index] = start;
    put(centre, "The middle of all latents");
  }, "The middle of all latents");
  const encodes = about.data ? [["Encode next", "next"], ["Encode any", "any"]].map(([label, which]) => button(label, () => {
    halt();
    model.send({ kind: "encode", which });
  }, "Find the latents of one of the data's items")) : [];
  const save = button("Save picture", () => model.send({ kind: "save", view: me, conditions }, undefined, [latents.slice().buffer]), "Download the picture as a PNG that has its latents and the model's fingerprint inside");
  save.hidden = !about.picture;
  const code = make("code");
  const codeBox = make("pre", { className: "genbook-code", tabIndex: 0, hidden: true }, code);
  const copy = button("Copy code", async () => {
    codeBox.hidden = false;
    status.textContent = await copyText(code);
  }, "The Python that makes this image");
  const here = control("input", { type: "checkbox", id: `${me}-page`, onchange() {
    mine = true;
    model.set("in_page", here.checked);
    mine = false;
    model.save_changes();
    status.textContent = here.checked ? "Fetching the decoder" : "";
  } });
  const herePart = make("span", { className: "genbook-here", hidden: !about.page }, here, make("label", { htmlFor: here.id, textContent: "decode in this page" }));

  // ---- what can be used now
  const enable = () => {
    const moves = live || page !== null;
    for (const control of root.querySelectorAll("button, input, select")) control.disabled = !moves;
    for (const control of [...encodes, save, here]) control.disabled = !live;
    for (const control of [walk.input, play]) control.disabled = !moves || !ends.A || !ends.B;
    copy.disabled = false;
    more.disabled = false;
    play.hidden = calm.matches;
    herePart.hidden = !about.page || !live;
    if (!moves) status.textContent = "This view has no kernel: run the cell again to move its sliders.";
  };

  const root = make("div", { className: "genbook-explorer", role: "group" }, make("div", { className: "genbook-body" },
    make("div", { className: "genbook-look" },
      make("div", { className: "genbook-pictures" }, make("figure", {}, canvas, text, table), ...(about.data ? [example] : [])),
      make("div", { className: "genbook-buttons" }, random, reset, ...encodes, save, copy),
      status, alert),
    make("div", { className: "genbook-controls" },
      ...(fields.length ? [group("Conditions", ...fields.map((f) => f.row))] : []),
      group(dims.length > 1 ? "Latents, most active first" : "Latents", list, more),
      ...(directions.length ? [group("Directions", ...shiftSliders.map((s) => s.row))] : []),
      group("Walk", make("div", { className: "genbook-walk" }, setA, thumbnails.A, walk.input, thumbnails.B, setB, play)))),
    make("div", { className: "genbook-foot" }, meter, herePart),
    codeBox);
  root.setAttribute("aria-label", `Explorer of ${about.name}`);
  thumbnails.A.hidden = thumbnails.B.hidden = true;

  // ---- following the model
  const showExample = () => {
    const item = model.get("example");
    example.hidden = !item?.caption;
    if (example.hidden) return;
    const picture = item.picture ? make("img", { src: item.picture, alt: item.caption, className: "genbook-pixels" }) : item.cells ? tableOf(item.cells) : make("pre", { textContent: item.text, tabIndex: 0 });
    example.replaceChildren(picture, make("figcaption", { textContent: item.caption }));
  };
  const showNow = () => {
    const now = model.get("shown");
    if (now.text !== undefined || now.cells) return pictures.drawWords(now);
    const image = make("img", { src: now.picture });
    image.decode().then(() => shown || page || over.signal.aborted || pictures.drawBitmap(image)).catch(() => {});
  };
  const check = () => {
    // without widget manager: a page; with one that keeps live models: whether we are among them; else (VS Code, Colab) there is a kernel
    live = Boolean(!about.still && (!model.widget_manager?.get_state_sync || liveEntry(model)));
    flying.clear();
    enable();
    showMeter();
    if (live || page) refresh();
  };
  listen("change:values", () => {
    if (mine) return;
    halt();
    moveTo(model.get("values"));
  });
  listen("change:condition_values", () => {
    if (mine) return;
    conditions = model.get("condition_values");
    showFields();
    showSliders();
    refresh();
  });
  listen("change:example", () => {
    showExample();
    if (model.get("example").caption) status.textContent = `The latents of ${model.get("example").caption}`;
  });
  listen("change:in_page", () => (here.checked = model.get("in_page")));
  listen("change:weights", () => {
    loadPage();
    if (page) status.textContent = "The decoder is in this page";
    enable();
    refresh();
  });
  listen("comm_live_update", check);

  // the kernel sends new pictures of a model that learns, while somebody looks
  let onScreen = true, looking = null;
  const look = () => {
    const now = onScreen && document.visibilityState === "visible" && !over.signal.aborted;
    if (now === looking || !live) return;
    model.send({ kind: "look", view: me, on: now });
    if (now && looking === false) refresh(); // what happened meanwhile
    looking = now;
  };
  const observer = new IntersectionObserver(([entry]) => {
    onScreen = entry.isIntersecting;
    look();
  });
  observer.observe(root);
  document.addEventListener("visibilitychange", look, { signal: over.signal });

  const stopKeeping = keep(model, () => ({ values: Array.from(latents), condition_values: conditions, shown: pictures.still() }));
  over.signal.addEventListener("abort", () => {
    halt();
    cancelAnimationFrame(drawing);
    observer.disconnect();
    stopKeeping();
    look();
  });

  addSliders(FIRST);
  here.checked = model.get("in_page");
  showFields();
  showNow();
  showExample();
  loadPage();
  showSliders();
  el.append(root);
  check();
  return () => over.abort();
}

const initialize = ({ model }) => void revive(model);

export default { initialize, render };
