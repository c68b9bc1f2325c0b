// Ways between two latents.

// As `slerp` in genbook.analysis: the arc from a to b, and the line where there is none.
function slerp(a, b, t) {
  const dot = (x, y) => x.reduce((sum, v, i) => sum + v * y[i], 0);
  const la = Math.sqrt(dot(a, a)), lb = Math.sqrt(dot(b, b));
  const angle = la && lb ? Math.acos(Math.min(1, Math.max(-1, dot(a, b) / la / lb))) : 0;
  if (Math.sin(angle) < 1e-3) return a.map((x, i) => (1 - t) * x + t * b[i]);
  const length = ((1 - t) * la + t * lb) / Math.sin(angle);
  return a.map((x, i) => length * ((Math.sin((1 - t) * angle) * x) / la + (Math.sin(t * angle) * b[i]) / lb));
}

// As `between` in genbook.analysis: choices change half way, all other numbers follow the arc.
function between(a, b, t, choices) {
  const rest = a.map((_, i) => i).filter((i) => !choices.has(i)), arc = slerp(rest.map((i) => a[i]), rest.map((i) => b[i]), t);
  return a.map((v, i) => (choices.has(i) ? (t < 0.5 ? v : b[i]) : arc[rest.indexOf(i)]));
}
