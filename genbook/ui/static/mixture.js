// A mixture of Gaussians over two columns: densities, responsibilities, steps of expectation-maximisation, and
// ellipses.

const SMALLEST = 1e-8; // variance, as a share of the points', at which a component has collapsed

// log of weight times density of each component at a point.
function logJoint({ weight, mean, covariance: [a, b, c] }, [x, y]) {
  const det = a * c - b * b, dx = x - mean[0], dy = y - mean[1];
  return Math.log(weight) - Math.log(2 * Math.PI) - 0.5 * Math.log(det) - (0.5 * (c * dx * dx - 2 * b * dx * dy + a * dy * dy)) / det;
}

// The E step: the responsibilities of each point, and the loss: minus the log-likelihood, nats per point.
function expectation(components, points) {
  let loss = 0;
  const shares = points.map((point) => {
    const joint = components.map((component) => logJoint(component, point));
    const top = Math.max(...joint), parts = joint.map((v) => Math.exp(v - top)), sum = parts.reduce((s, v) => s + v, 0);
    loss -= top + Math.log(sum);
    return parts.map((v) => v / sum);
  });
  return { shares, loss: loss / points.length };
}

// Covariances as their kind allows. One that is tied is the average of all, or that of the component which is `leader`.
function ofKind(components, kind, leader) {
  const own = components.map(({ covariance: [a, b, c] }) => (kind === "diagonal" ? [a, 0, c] : kind === "spherical" ? [(a + c) / 2, 0, (a + c) / 2] : [a, b, c]));
  const shared = kind === "tied" && (own[leader] ?? [0, 1, 2].map((i) => own.reduce((sum, v, k) => sum + components[k].weight * v[i], 0)));
  return components.map((component, k) => ({ ...component, covariance: shared || own[k] }));
}

// The M step: the components that the responsibilities make most likely.
function maximisation(shares, points, kind) {
  const found = shares[0].map((_, k) => {
    let n = 0, sx = 0, sy = 0, xx = 0, xy = 0, yy = 0;
    points.forEach(([x, y], i) => ((n += shares[i][k]), (sx += shares[i][k] * x), (sy += shares[i][k] * y)));
    const mean = [sx / n, sy / n];
    points.forEach(([x, y], i) => {
      const dx = x - mean[0], dy = y - mean[1], r = shares[i][k];
      ((xx += r * dx * dx), (xy += r * dx * dy), (yy += r * dy * dy));
    });
    return { weight: n / points.length, mean, covariance: [xx / n, xy / n, yy / n] };
  });
  return ofKind(found, kind);
}

// Which component has no density any more, if one has not; `spread` are the variances of the points.
function collapsed(components, spread) {
  return components.findIndex(({ weight, covariance: [a, b, c] }) => {
    const u = a / spread[0], v = c / spread[1], w = b / Math.sqrt(spread[0] * spread[1]);
    return !(weight > 1e-12 && (u + v) / 2 - Math.hypot((u - v) / 2, w) > SMALLEST);
  });
}

// ---- ellipses ----

// Lengths of the two axes (standard deviations), and the angle of the first, of a covariance [xx, xy, yy]. One without correlation keeps the axes of the plot.
function shapeOf([a, b, c]) {
  if (b === 0) return { lengths: [Math.sqrt(a), Math.sqrt(c)], angle: 0 };
  const middle = (a + c) / 2, half = Math.hypot((a - c) / 2, b);
  return { lengths: [Math.sqrt(middle + half), Math.sqrt(Math.max(middle - half, 0))], angle: 0.5 * Math.atan2(2 * b, a - c) };
}

function covarianceOf({ lengths: [p, q], angle }) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [p * p * cos * cos + q * q * sin * sin, (p * p - q * q) * cos * sin, p * p * sin * sin + q * q * cos * cos];
}
