// Search while typing, in the index that Sphinx makes: pages, headings, the glossary, names of the library, and texts.
// Without a choice Enter leads to the page of all results, as it does without this script.
const FEW = 8;
const root = document.documentElement.dataset.content_root;

const load = file => new Promise((done, failed) => {
  const script = Object.assign(document.createElement("script"), { src: root + file, onload: done, onerror: failed });
  document.head.append(script);  // a script can be read from files too, where `fetch` may not
});

// The index, read once, when somebody goes to the box.
let reading;
const read = () => reading ??= (async () => {
  let index;
  window.Search = { setIndex: found => { index = found; } };
  await Promise.all([load("_static/language_data.js"), load("searchindex.js"), load("_static/vendor/terms.js")]);
  return { index, named: named(index), stemmer: new Stemmer() };
})();

// Whatever has a name: what it is called, where it is, what to say of it, and how much it counts.
const named = index => {
  const found = [], page = (doc, anchor) => root + index.docnames[doc] + ".html" + (anchor ? "#" + anchor : "");
  index.titles.forEach((title, doc) => found.push({ title, href: page(doc), where: "page", worth: 8 }));
  for (const [title, places] of Object.entries(index.alltitles)) for (const [doc, anchor] of places)
    if (anchor) found.push({ title, href: page(doc, anchor), where: index.titles[doc], worth: 2 });
  for (const [title, where, href] of window.TERMS) found.push({ title, href: root + href, where, worth: 7 });
  for (const [prefix, things] of Object.entries(index.objects)) for (const [doc, kind, , anchor, name] of things) {
    const full = prefix ? `${prefix}.${name}` : name, type = index.objnames[kind][2].replace("Python ", "");
    const worth = { class: 9, function: 6, method: 1 }[type] ?? -20;
    found.push({ title: name, href: page(doc, anchor || full), where: `${type}, ${full}`, worth });
  }
  for (const thing of found) thing.text = thing.title.toLowerCase().replace(/[^\p{L}\p{N}_.]+/gu, " ").trim();
  return found;
};

const wordsOf = text => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];

// How well a name fits: the whole of it, its beginning, or the beginnings of its words.
const fit = (thing, words) => {
  const text = thing.text, query = words.join(" ");
  const how = text === query ? 60 : text.startsWith(query + " ") ? 50 : text.startsWith(query) ? 30
    : words.every(word => text.startsWith(word) || text.includes(" " + word) || text.includes("_" + word)) ? 15 : 0;
  return how && how + thing.worth - text.length / 20;
};

// The pages whose texts have all words; the last one may be unfinished.
const pagesWith = ({ index, stemmer }, words) => {
  const pages = word => {
    const stem = stemmer.stemWord(word), found = new Map();
    for (const [terms, worth] of [[index.terms, 1], [index.titleterms, 4]]) for (const [term, docs] of Object.entries(terms))
      if (term === stem || word.length > 2 && term.startsWith(word))
        for (const doc of [docs].flat()) found.set(doc, Math.max(found.get(doc) ?? 0, worth * (term === stem ? 2 : 1)));
    return found;
  };
  const each = words.map(pages);
  return [...each[0]].filter(([doc]) => each.every(found => found.has(doc)))
    .map(([doc]) => [doc, each.reduce((sum, found) => sum + found.get(doc), 0)]);
};

const search = (known, query) => {
  const words = wordsOf(query), best = new Map();
  if (!words.length) return [];
  const add = (thing, score) => { if (score > (best.get(thing.href)?.score ?? 0)) best.set(thing.href, { ...thing, score }); };
  for (const thing of known.named) add(thing, fit(thing, words));
  for (const [doc, count] of pagesWith(known, words))
    add({ title: known.index.titles[doc], href: root + known.index.docnames[doc] + ".html", where: "in its text" }, count);
  return [...best.values()].sort((a, b) => b.score - a.score);
};

const equip = form => {
  const input = form.querySelector("input"), list = document.createElement("div"), says = document.createElement("p");
  const set = (element, attributes) => Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  set(list, { id: "results", role: "listbox", "aria-label": "Results" });
  set(says, { role: "status", class: "unseen" });
  set(input, { role: "combobox", "aria-label": "Search", "aria-autocomplete": "list", "aria-controls": "results", "aria-expanded": false, autocomplete: "off" });
  list.hidden = true;
  form.append(list, says);

  let chosen = -1;
  const choose = place => {
    const options = [...list.children];
    chosen = options.length ? (place + options.length + 1) % (options.length + 1) : -1;
    if (chosen === options.length) chosen = -1;  // between the last and the first stands the box itself
    options.forEach((option, i) => option.setAttribute("aria-selected", i === chosen));
    options[chosen]?.scrollIntoView({ block: "nearest" });
    if (chosen < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", options[chosen].id);
  };
  const open = shown => {
    list.hidden = !shown;
    input.setAttribute("aria-expanded", shown);
    if (!shown) choose(-1);
  };
  const show = async () => {
    const query = input.value, found = search(await read(), query);
    if (query !== input.value) return;  // somebody types on
    list.replaceChildren(...found.slice(0, FEW).map((thing, i) => {
      const option = document.createElement("a"), where = document.createElement("small");
      set(option, { id: `result-${i}`, role: "option", href: thing.href, tabindex: -1, "aria-selected": false });
      where.textContent = thing.where;
      option.append(thing.title, where);
      return option;
    }));
    chosen = -1;
    says.textContent = !query.trim() ? "" : found.length ? `${found.length} results` : "Nothing found";
    open(list.children.length > 0);
  };

  input.addEventListener("focus", read);
  input.addEventListener("input", show);
  input.addEventListener("keydown", event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !list.hidden) choose(chosen < 0 && step < 0 ? list.children.length - 1 : chosen + step);
    else if (event.key === "Escape" && !list.hidden) open(false);
    else if (event.key === "Enter" && chosen >= 0) { const way = list.children[chosen]; open(false); way.click(); }
    else return;
    event.preventDefault();
  });
  form.addEventListener("focusout", event => form.contains(event.relatedTarget) || open(false));
  list.addEventListener("click", () => open(false));
};

// The page of all results has the index itself.
if (typeof Search === "undefined") document.querySelectorAll(".sy-head form.searchbox").forEach(equip);
