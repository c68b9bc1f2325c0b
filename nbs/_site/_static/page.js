// What scrolls sideways can be reached with the keyboard, says what it is, and shows at which edges it goes on.
const nameOf = (box, number) => {
  const heading = [...document.querySelectorAll("h1, h2, h3")].filter(h => h.compareDocumentPosition(box) & 4).at(-1);
  const kind = box.querySelector("table") ? "Table" : box.matches(".chart") ? "Chart" : "Code or text";
  return `${kind} ${number} under “${(heading?.firstChild.textContent ?? document.title).trim()}”, scrolls sideways`;
};
const reach = () => {
  let number = 0;
  for (const box of document.querySelectorAll("pre, .chart, .output, .table-wrapper, .katex-display, .sig")) {
    const wide = box.scrollWidth > box.clientWidth + 1;
    box.toggleAttribute("data-wide", wide);
    if (wide) {
      box.tabIndex = 0;
      if (box.matches(".output, .table-wrapper, .chart")) { box.role = "region"; box.ariaLabel = nameOf(box, ++number); }
    } else for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    edges(box);
  }
};
const edges = box => {
  const rest = box.scrollWidth - box.clientWidth - box.scrollLeft;
  box.toggleAttribute("data-more-left", box.scrollLeft > 1);
  box.toggleAttribute("data-more-right", rest > 1);
};
addEventListener("scroll", event => event.target.matches?.("[data-wide]") && edges(event.target), true);
addEventListener("load", reach);
addEventListener("resize", reach);

// A long line of code goes on below itself, further in than it began.
for (const line of document.querySelectorAll(".highlight [data-line]")) line.style.setProperty("--indent", line.textContent.search(/[^ ]|$/));

// What moves can be held: each picture, or a gallery as a whole. (Those who asked for less motion see the last frames.)
const hold = place => {
  const films = place.matches(".gallery") ? [...place.querySelectorAll("img.moving")] : [place.querySelector("img.moving")];
  const button = Object.assign(document.createElement("button"), { className: "hold", textContent: "Pause", type: "button" });
  const others = films.map(film => film.parentElement.querySelector("source").getAttribute("srcset"));
  button.addEventListener("click", () => {
    films.forEach((film, i) => { [film.src, others[i]] = [others[i], film.src]; });
    button.textContent = button.textContent === "Pause" ? "Play" : "Pause";
  });
  place.matches(".gallery") ? place.before(button) : place.after(button);
};
if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
  document.querySelectorAll(".gallery").forEach(hold);
  document.querySelectorAll("picture:has(> img.moving)").forEach(picture => picture.closest(".gallery") || hold(picture));
}
