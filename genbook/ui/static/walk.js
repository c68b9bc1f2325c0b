// A walk to and fro between two latents.

const LEG = 3000; // ms there, and as many back

// `now()` are the latents, `go(latents)` moves them, `rest()` says that they stay; `canvas` shows what they decode to.
function walkBetween({ me, dims, canvas, now, go, rest, say }) {
  const ends = { A: null, B: null };
  const choosing = new Set(dims.filter(({ choices }) => choices.length).map(({ index }) => index));
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const thumbnail = () => make("canvas", { width: 1, height: 1, ariaHidden: "true", hidden: true });
  const thumbnails = { A: thumbnail(), B: thumbnail() };
  let playing = 0, usable = false;

  const at = (t) => go(between(ends.A, ends.B, t, choosing));
  const walk = slider({ id: `${me}-walk`, label: "walk from A to B", low: 0, high: 1, onInput: at, onChange: rest });
  walk.input.setAttribute("aria-label", "Walk from A to B");

  const setEnd = (name) => {
    ends[name] = Array.from(now());
    const small = Object.assign(thumbnails[name], { width: canvas.width, height: canvas.height });
    small.getContext("2d").drawImage(canvas, 0, 0);
    small.hidden = canvas.hidden;
    say(`${name} is set`);
    walk.show(name === "B" ? 1 : 0);
    enable(usable);
  };
  const halt = () => {
    if (!playing) return;
    cancelAnimationFrame(playing);
    playing = 0;
    play.textContent = "Play";
    rest();
  };
  const start = () => {
    play.textContent = "Pause";
    const began = performance.now();
    const step = (time) => {
      const phase = ((time - began) / LEG) % 2, t = phase < 1 ? phase : 2 - phase;
      walk.show(t);
      at(t);
      playing = requestAnimationFrame(step);
    };
    playing = requestAnimationFrame(step);
  };
  const play = button("Play", () => (playing ? halt() : start()), "Walk to and fro between A and B");
  walk.input.addEventListener("pointerdown", halt);
  walk.input.addEventListener("keydown", halt);
  const [setA, setB] = ["A", "B"].map((name) => (
    button(`Set ${name}`, () => setEnd(name), `Remember the present latents as ${name}`)));

  const enable = (moves) => {
    usable = moves;
    for (const end of [setA, setB]) end.disabled = !moves;
    for (const way of [walk.input, play]) way.disabled = !moves || !ends.A || !ends.B;
    play.hidden = calm.matches;
  };
  const row = make("div", { className: "genbook-walk" }, setA, thumbnails.A, walk.input, thumbnails.B, setB, play);
  return { row, halt, enable };
}
