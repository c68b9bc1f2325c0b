// A conversation with a model, turn by turn. A turn is { speaker, text, seed }; whoever is not the model is a person.
// All that is said is text, never markup.

let chats = 0;

function render({ model, el, signal }) {
  const { over, listen } = lifetime(model, signal);
  const me = `genbook-chat-${++chats}-${Math.random().toString(36).slice(2)}`;
  const about = model.get("about"), options = model.get("options");
  let values = model.get("values"), live = false, waiting = false, edited = -1;

  // ---- what is on the page
  const log = control("ol", { className: "genbook-said", tabIndex: 0 });
  log.setAttribute("aria-label", "Conversation");
  const status = make("p", { className: "genbook-status", ariaLive: "polite" });
  const alert = make("p", { className: "genbook-alert", role: "alert", hidden: true });
  const field = control("textarea", { id: `${me}-say`, rows: 2 });
  const label = make("label", { htmlFor: field.id, textContent: `${about.you} says` });

  const writing = () => waiting || model.get("writing");
  const ask = (request) => {
    alert.hidden = true;
    waiting = true;
    edited = -1;
    model.send(request);
    enable();
  };
  const say = () => {
    if (!live || writing()) return;
    if (!field.value.trim()) return refuse("Nothing was said, so there is nothing to answer: write a word or more.");
    ask({ kind: "say", text: field.value });
    field.value = "";
  };
  const refuse = (sentence) => {
    alert.textContent = sentence;
    alert.hidden = false;
  };

  // ---- turns
  const turnOf = ({ speaker, text, seed }, i) => {
    const mine = speaker !== about.other;
    const name = make("span", { className: "genbook-speaker", textContent: speaker });
    const line = make("div", { className: "genbook-line", textContent: text });
    const edit = button("Edit", () => change(i), `Say something else in turn ${i + 1}, and go on from there`);
    edit.setAttribute("aria-label", `Edit turn ${i + 1}`);
    const head = make("div", { className: "genbook-turn-head" }, name,
      make("span", { className: "genbook-seed", textContent: seed === null ? "" : `seed ${seed}` }), edit);
    return make("li", { className: mine ? "genbook-turn genbook-mine" : "genbook-turn" }, head, line);
  };
  let shown = [];
  const draw = () => { // only turns that have changed are made anew
    const turns = model.get("turns");
    const same = (a, b) => a && a.speaker === b.speaker && a.text === b.text && a.seed === b.seed;
    const first = turns.findIndex((turn, i) => !same(shown[i], turn));
    const from = first < 0 ? turns.length : first;
    const below = log.scrollHeight - log.scrollTop - log.clientHeight < 40; // whoever reads further up stays there
    while (log.children.length > from) log.lastChild.remove();
    log.append(...turns.slice(from).map((turn, k) => turnOf(turn, from + k)));
    shown = turns;
    if (below) log.scrollTop = log.scrollHeight;
    log.hidden = !turns.length;
    enable();
  };
  const change = (i) => {
    const turn = shown[i], item = log.children[i];
    if (!turn || edited >= 0) return;
    edited = i;
    const input = control("textarea", { value: turn.text, rows: 3 });
    input.setAttribute("aria-label", `Turn ${i + 1}, by ${turn.speaker}`);
    const done = (keep) => {
      edited = -1;
      if (keep && !input.value.trim()) refuse("Nothing was said, so there is nothing to answer: write a word or more.");
      if (keep && input.value.trim()) ask({ kind: "edit", turn: i, text: input.value });
      item.replaceWith(turnOf(turn, i));
      enable();
      log.children[i].querySelector("button").focus();
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") done(false);
      if (event.key === "Enter" && !event.shiftKey) done(true);
      if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) event.preventDefault();
    });
    item.lastChild.replaceWith(make("div", { className: "genbook-editing" }, input, make("div", { className: "genbook-buttons" },
      button("Go on from here", () => done(true), "What followed is left out"), button("Cancel", () => done(false)))));
    input.focus();
    enable();
  };

  // ---- buttons
  const send = button("Say", say, "Enter says it, Shift+Enter makes a new line");
  const stop = button("Stop", () => model.send({ kind: "stop" }), "Stop writing, and keep what is there");
  const again = button("Another answer", () => ask({ kind: "again" }), "The last answer with another seed");
  const file = (name, type, text) => {
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const asText = () => shown.map(({ speaker, text }) => `${speaker}:\n${text}\n`).join("\n");
  const asJson = () => JSON.stringify({ model: about.name, you: about.you, other: about.other, options: values, turns: shown }, null, 1);
  const saveText = button("Save as text", () => file("conversation.txt", "text/plain", asText()));
  const saveJson = button("Save as JSON", () => file("conversation.json", "application/json", asJson()));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    say();
  });

  // ---- how the model answers
  const inputs = options.map((option, k) => ({ name: option.name, ...optionInput({
    id: `${me}-option-${k}`, option, onChange: () => model.save_changes(),
    onInput(value) {
      values = { ...values, [option.name]: value };
      model.set("values", values);
    },
  }) }));
  inputs.forEach(({ name, show }) => show(values[name]));

  const enable = () => {
    const busy = writing();
    for (const each of [field, send]) each.disabled = !live || busy;
    stop.disabled = !live || !busy;
    again.disabled = !live || busy || shown.at(-1)?.speaker !== about.other;
    for (const each of [saveText, saveJson]) each.disabled = !shown.length;
    for (const { input } of inputs) input.disabled = !live;
    for (const each of log.querySelectorAll(".genbook-turn-head button")) each.disabled = !live || busy || edited >= 0;
    status.textContent = busy ? `${about.other} writes` : live || !shown.length ? "" : about.still
      ? "no kernel: what was said can be read" : "This view has no kernel: run the cell again to go on.";
  };
  listen("msg:custom", (message) => {
    if (message.kind !== "error") return;
    waiting = false;
    refuse(message.error);
    if (message.text && !field.value) field.value = message.text; // nothing that was typed is lost
    enable();
  });
  listen("change:turns", draw);
  listen("change:writing", () => {
    waiting = false;
    const typed = document.activeElement === document.body;
    enable();
    if (!model.get("writing") && typed && live) field.focus({ preventScroll: true });
  });
  listen("change:values", () => {
    values = model.get("values");
    inputs.forEach(({ name, show }) => show(values[name]));
  });
  const check = () => {
    live = !about.still && hasKernel(model);
    enable();
  };
  listen("comm_live_update", check);

  const more = make("details", {}, make("summary", { textContent: "Sampling" }), ...inputs.map(({ row }) => row));
  const root = make("div", { className: "genbook-explorer genbook-chat", role: "group" },
    log, status, alert, make("div", { className: "genbook-typed" }, label, field),
    make("div", { className: "genbook-buttons" }, send, stop, again, saveText, saveJson), more);
  root.setAttribute("aria-label", `Conversation with ${about.name}`);
  more.querySelector("summary").dataset.lmSuppressShortcuts = "true";
  const stopKeeping = keep(model, () => ({ values, turns: model.get("turns"), writing: false }));
  over.signal.addEventListener("abort", stopKeeping);
  el.append(root);
  draw();
  check();
  return () => over.abort();
}

const initialize = ({ model }) => void revive(model);

export default { initialize, render };
