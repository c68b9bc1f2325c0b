// Draws the charts of a page from the data in it. They are SVG and take the colour of the text around them, so they follow the theme.
for (const figure of document.querySelectorAll(".chart")) {
  const host = document.createElement("div");
  figure.append(host);
  vegaEmbed(host, JSON.parse(figure.querySelector("script").textContent), { actions: false, renderer: "svg" });
}
