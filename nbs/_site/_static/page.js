// What scrolls sideways can be reached with the keyboard.
const reach = () => {
  for (const box of document.querySelectorAll("pre, .chart, .output, .table-wrapper, .katex-display, .sig")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
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
