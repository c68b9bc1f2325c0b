// What a model decodes, drawn: an image on a canvas, a row as a table, anything else as text.

const bytesOf = (buffer) => new Uint8Array(buffer.buffer ?? buffer, buffer.byteOffset ?? 0, buffer.byteLength);

// The names and values of a row's columns.
function tableOf(cells) {
  const row = ([name, value]) => make("tr", {}, make("th", { scope: "row", textContent: name }), make("td", { textContent: value }));
  return make("table", {}, make("tbody", {}, ...cells.map(row)));
}

// The places for all three, of which one is shown; `label` describes the canvas to those who cannot see it.
function easel(label) {
  const canvas = make("canvas", { width: 1, height: 1, role: "img" });
  canvas.setAttribute("aria-label", label);
  const text = make("pre", { hidden: true, tabIndex: 0 });
  const table = make("div", { className: "genbook-table", hidden: true, tabIndex: 0 });
  let words = null; // what is shown, unless it is an image

  const fit = (width, height) => {
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const times = Math.max(1, Math.floor(256 / Math.max(width, height))); // whole pixels stay sharp
    canvas.style.width = `${width * times}px`;
    canvas.classList.toggle("genbook-pixels", Math.max(width, height) <= 128);
    canvas.hidden = false;
    text.hidden = table.hidden = true;
  };
  const drawRaw = (bytes, { width, height, channels }) => {
    fit(width, height);
    const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
    for (let i = 0, n = width * height; i < n; i++) {
      for (let c = 0; c < 3; c++) rgba[4 * i + c] = bytes[channels === 1 ? i : 3 * i + c];
    }
    canvas.getContext("2d").putImageData(new ImageData(rgba, width, height), 0, 0);
  };
  const drawBitmap = (bitmap) => {
    fit(bitmap.width, bitmap.height);
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
  };
  const drawWords = (frame) => {
    words = frame;
    canvas.hidden = true;
    text.hidden = frame.cells !== undefined;
    table.hidden = !text.hidden;
    if (frame.cells) table.replaceChildren(tableOf(frame.cells));
    else text.textContent = frame.text;
  };
  // A frame as the kernel sends it; `current` tells whether it is still wanted once it is decompressed.
  const draw = async (frame, buffer, current) => {
    if (frame.text !== undefined || frame.cells) return drawWords({ text: frame.text, cells: frame.cells });
    if (!frame.mime) return drawRaw(bytesOf(buffer), frame);
    const bitmap = await createImageBitmap(new Blob([bytesOf(buffer)], { type: frame.mime }));
    if (current()) drawBitmap(bitmap);
  };
  const still = () => (canvas.hidden ? words : { picture: canvas.toDataURL() });
  return { canvas, text, table, draw, drawRaw, drawBitmap, drawWords, still };
}
