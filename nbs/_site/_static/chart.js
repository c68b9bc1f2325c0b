// Draws the charts of a page from the data in it, as wide as there is room, also when that changes. They are SVG and take the colour of the text around them, so they follow the theme.

// A chart that takes `excess` pixels less: plots get narrower, rather than letters smaller, and those beside each other come to stand below each other.
const narrower = (spec, excess) => {
  const { hconcat, ...rest } = spec;
  return hconcat ? { ...rest, vconcat: hconcat }
    : spec.vconcat ? { ...spec, vconcat: spec.vconcat.map(part => narrower(part, excess)) }
    : spec.concat ? { ...spec, columns: 1 }
    : spec.spec ? { ...spec, spec: narrower(spec.spec, excess) }
    : typeof spec.width === "number" ? { ...spec, width: Math.max(100, spec.width - excess) } : spec;
};

const draw = figure => {
  const host = document.createElement("div"), spec = JSON.parse(figure.querySelector("script").textContent);
  const wide = () => Number(host.querySelector("svg").getAttribute("width"));
  let drawn, room, work = Promise.resolve();
  const embed = async fitting => {
    drawn?.finalize();
    drawn = await vegaEmbed(host, fitting, { actions: false, renderer: "svg" });
  };
  const fit = async () => {
    if (figure.clientWidth === room || !figure.clientWidth) return;
    room = figure.clientWidth;
    let fitting = spec;
    await embed(fitting);
    for (let tries = 0; tries < 3 && wide() > room; tries++) await embed(fitting = narrower(fitting, wide() - room));
  };
  figure.append(host);
  new ResizeObserver(() => { work = work.then(fit); }).observe(figure);
};
document.querySelectorAll(".chart").forEach(draw);
