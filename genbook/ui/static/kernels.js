// A kernel density of points in the plane, as `KernelDensity` computes it, and the regions that hold most of it.

const SHARES = [0.95, 0.75, 0.5, 0.25]; // of all probability, as `genbook.ui.widgets.density` draws them

// Silverman's rule: the width for each column that is about best for Gaussian data.
function silverman(points) {
  const n = points.length;
  return [0, 1].map((i) => {
    const mean = points.reduce((sum, p) => sum + p[i], 0) / n;
    return Math.sqrt(points.reduce((sum, p) => sum + (p[i] - mean) ** 2, 0) / (n - 1)) * n ** (-1 / 6);
  });
}

// The log-density at the centres of `cells` x `cells` cells, row by row from the lowest y. A Gaussian bump in the plane
// is a product of one along x and one along y, so each is computed along its own axis alone.
function kernelDensity(points, widths, spans, cells) {
  const along = [0, 1].map((i) => points.map((p) => Float64Array.from({ length: cells }, (_, k) => {
    const [low, high] = spans[i], z = (low + ((k + 0.5) / cells) * (high - low) - p[i]) / widths[i];
    return Math.abs(z) < 20 ? Math.exp(-0.5 * z * z) : 0; // e^-200: products of smaller ones would be computed slowly
  })));
  const sums = new Float64Array(cells * cells);
  points.forEach((_, n) => {
    const x = along[0][n], y = along[1][n];
    for (let row = 0; row < cells; row++) {
      if (y[row] === 0) continue;
      for (let column = 0; column < cells; column++) sums[row * cells + column] += x[column] * y[row];
    }
  });
  const constant = Math.log(2 * Math.PI * points.length * widths[0] * widths[1]);
  return sums.map((sum) => Math.log(sum) - constant);
}

// The mean of -log p of each point under the bumps of all others, nats: what cross-validation makes small.
function leftOutLoss(points, widths) {
  const n = points.length, sums = new Float64Array(n), scaled = points.map((p) => [p[0] / widths[0], p[1] / widths[1]]);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) {
    const dx = scaled[i][0] - scaled[j][0], dy = scaled[i][1] - scaled[j][1], r2 = dx * dx + dy * dy;
    if (r2 > 1200) continue; // e^-600
    const bump = Math.exp(-0.5 * r2);
    sums[i] += bump;
    sums[j] += bump;
  }
  return sums.reduce((loss, sum) => loss - Math.log(sum) / n, Math.log(2 * Math.PI * (n - 1) * widths[0] * widths[1]));
}

// Above which log-densities the smallest regions lie that hold the `SHARES` of what is seen.
function regionLevels(surface) {
  const falling = Float64Array.from(surface).sort().reverse(), held = [];
  falling.reduce((sum, value, i) => (held[i] = sum + Math.exp(value - falling[0])), 0);
  return SHARES.map((share) => falling[held.findIndex((sum) => sum >= share * held.at(-1))]);
}

// The regions in a colour (red, green, blue), the inner ones more of it, with their contours: `width` x `height` pixels.
function drawnRegions(surface, cells, [red, green, blue], width, height) {
  const levels = regionLevels(surface), least = levels[0] - 10; // minus infinity has no place between cells
  const flat = surface.map((v) => Math.max(v, least)), end = cells - 1;
  const found = new Uint8Array(width * height), image = new ImageData(width, height), pixels = new Uint32Array(image.data.buffer);
  const ink = (red | (green << 8) | (blue << 16)) >>> 0, line = new Float64Array(cells);
  const between = (k, size) => { // two cells, and how far the middle of pixel k is from the first of them
    const place = Math.min(end, Math.max(0, ((k + 0.5) / size) * cells - 0.5)), first = Math.min(end - 1, Math.floor(place));
    return [first, place - first];
  };
  const columns = Array.from({ length: width }, (_, u) => between(u, width));
  for (let v = 0, k = 0; v < height; v++) {
    const [row, up] = between(height - 1 - v, height);
    for (let c = 0; c < cells; c++) line[c] = flat[row * cells + c] * (1 - up) + flat[(row + 1) * cells + c] * up;
    for (let u = 0; u < width; u++, k++) {
      const [c, right] = columns[u], value = line[c] * (1 - right) + line[c + 1] * right;
      const bands = (value >= levels[0]) + (value >= levels[1]) + (value >= levels[2]) + (value >= levels[3]);
      const edge = (u > 0 && found[k - 1] !== bands) || (v > 0 && found[k - width] !== bands);
      found[k] = bands;
      pixels[k] = (ink | ((edge ? 150 : 28 * bands) << 24)) >>> 0;
    }
  }
  return image;
}
