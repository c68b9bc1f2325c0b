// Draws the charts of a page from the data in it. They are SVG and take the colour of the text around them, so they follow the theme.
const draw = async figure => {
  const host = document.createElement("div"), spec = JSON.parse(figure.querySelector("script").textContent);
  const embed = spec => vegaEmbed(host, spec, { actions: false, renderer: "svg" });
  figure.append(host);
  await embed(spec);
  const room = figure.clientWidth, wide = Number(host.querySelector("svg").getAttribute("width")) > room;
  if (wide && (spec.mark || spec.layer)) await embed({ ...spec, width: room, autosize: { type: "fit", contains: "padding" } });  // narrower, with letters of the same size
};
document.querySelectorAll(".chart").forEach(draw);
