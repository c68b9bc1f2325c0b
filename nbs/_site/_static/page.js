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
