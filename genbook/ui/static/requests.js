// Pictures for latents: asked of the kernel, a few requests at a time and the newest first, or decoded in the page.

const WINDOW = 2; // requests in flight at most; the newest waits in line, those between are dropped
const TRIES = 8; // replies from a kernel on this machine that are measured with and without padding
const PATIENCE = 30_000; // ms after which a request counts as lost: the connection may have been

const middle = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

// Whether answers should be padded. A server on this machine may hold short ones back, so both ways are tried, and the
// faster is kept; a server elsewhere does not.
function paddingTrial() {
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  const waits = { true: [], false: [] };
  const wanted = () => {
    if (!local) return false;
    const [a, b] = [waits.true, waits.false];
    return a.length + b.length < TRIES ? a.length < b.length : middle(a) < middle(b);
  };
  const note = (pad, ms) => local && waits[pad].length < TRIES && waits[pad].push(ms);
  return { wanted, note };
}

// How frames are made, and how fast, in words. `say({ page, live })` without a time begins anew.
function meterOf(element) {
  const recent = [];
  const say = ({ page, live }) => {
    const ms = middle(recent);
    const speed = recent.length ? `${ms.toFixed(ms < 9.5 ? 1 : 0)} ms per frame` : "";
    const kernel = live ? "decoded by the kernel" : "no kernel";
    const where = page ? `decoded in this page: largest difference from the kernel ${page.difference}/255` : kernel;
    element.textContent = [where, speed].filter(Boolean).join(", ");
  };
  const note = (ms, how) => {
    recent.push(ms);
    if (recent.length > 15) recent.shift();
    say(how);
  };
  return { say, note, forget: () => (recent.length = 0) };
}

// Keeps `pictures` in step with `now()`, latents and conditions. `live` says whether there is a kernel, `page` is the
// page's own decoder, or null.
function frameSource({ model, me, pictures, now, meter }) {
  const padding = paddingTrial(), flying = new Map();
  const source = { live: false, page: null, shown: 0, refresh, receive, load, restart, stop };
  let asked = 0, waiting = false, drawing = 0;

  // ---- from the kernel
  function pump() {
    for (const [id, { at }] of flying) if (performance.now() - at > PATIENCE) flying.delete(id);
    if (!waiting || !source.live || flying.size >= WINDOW) return;
    waiting = false;
    const pad = padding.wanted(), { latents, conditions } = now();
    flying.set(++asked, { at: performance.now(), pad });
    model.send({ kind: "decode", view: me, id: asked, conditions, pad }, undefined, [latents.slice().buffer]);
  }
  async function answered(message, buffers) {
    const request = flying.get(message.id);
    if (!flying.delete(message.id)) return false;
    pump(); // before drawing: the kernel works meanwhile
    if (message.stale || message.id < source.shown || source.page) return false;
    source.shown = message.id;
    const ms = performance.now() - request.at;
    padding.note(request.pad, ms - message.ms);
    await pictures.draw(message, buffers[0], () => source.shown === message.id);
    meter.note(ms, source);
    return true;
  }
  function learnt(message, buffers) { // its new picture; a decoder in the page is out of date
    source.page = null;
    meter.say(source);
    if (!flying.size && !waiting) pictures.draw(message, buffers[0], () => !flying.size);
  }
  function receive(message, buffers) {
    if (message.kind === "error") {
      flying.delete(message.id);
      pump();
    } else if (!message.view) learnt(message, buffers);
    else return answered(message, buffers);
  }

  // ---- in the page
  function decodeHere() {
    drawing = 0;
    const start = performance.now(), { latents, conditions } = now();
    pictures.drawRaw(source.page.decode(latents, JSON.stringify(conditions)), model.get("weights"));
    meter.note(performance.now() - start, source);
  }
  function load() {
    const weights = model.get("weights");
    source.page = weights?.numbers ? pageDecoder(weights) : null;
    meter.forget();
    meter.say(source);
  }

  function refresh() {
    if (source.page) drawing ||= requestAnimationFrame(decodeHere);
    else {
      waiting = true;
      pump();
    }
  }
  function restart() { // after the kernel came or went
    flying.clear();
    meter.say(source);
    if (source.live || source.page) refresh();
  }
  function stop() {
    cancelAnimationFrame(drawing);
  }
  return source;
}
