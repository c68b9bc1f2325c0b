// Draws the charts of a page from the data in it. They are SVG and take the colour of the text around them, so they follow the theme.

// A chart that takes `excess` pixels less, where it is one plot or plots below each other.
const narrower = (spec, excess) =>
  spec.vconcat ? { ...spec, vconcat: spec.vconcat.map(part => narrower(part, excess)) }
  : spec.spec ? { ...spec, spec: narrower(spec.spec, excess) }
  : typeof spec.width === "number" ? { ...spec, width: Math.max(100, spec.width - excess) } : spec;

const draw = async figure => {
  const host = document.createElement("div"), spec = JSON.parse(figure.querySelector("script").textContent);
  const embed = spec => vegaEmbed(host, spec, { actions: false, renderer: "svg" });
  figure.append(host);
  await embed(spec);
  const excess = Number(host.querySelector("svg").getAttribute("width")) - figure.clientWidth;
  const beside = spec.hconcat || spec.concat || spec.facet?.column || spec.encoding?.column;
  if (excess > 0 && !beside) await embed(narrower(spec, excess));  // rather than smaller letters
};
document.querySelectorAll(".chart").forEach(draw);
