// A feedforward decoder, computed in the page: no kernel, no library, nothing fetched.

const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

// Numbers of half precision (IEEE 754 binary16), as the weights are sent.
function halves(bytes) {
  const words = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const numbers = new Float32Array(words.length);
  for (let i = 0; i < words.length; i++) {
    const exponent = (words[i] >> 10) & 31, fraction = words[i] & 1023;
    const size = exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction;
    numbers[i] = words[i] & 32768 ? -size : size;
  }
  return numbers;
}

const AFTER = { relu: (x) => Math.max(0, x), sigmoid: (x) => 1 / (1 + Math.exp(-x)), none: (x) => x };

// `weights` as `page_decoder` in Python makes them -> a function from latents and conditions (as JSON) to bytes
// (height, width, channels).
function pageDecoder(weights) {
  const numbers = halves(fromBase64(weights.numbers));
  let read = 0;
  const take = (count) => numbers.subarray(read, (read += count));
  const first = Object.fromEntries(weights.conditions.map((key) => [key, take(weights.layers[0].outputs)]));
  const layers = weights.layers.map(({ inputs, outputs, after }, i) => (
    { inputs, outputs, after: AFTER[after], matrix: take(inputs * outputs), biases: i && take(outputs) }));
  const { channels, height, width } = weights;

  const decode = (latents, conditions) => {
    let x = latents;
    layers.forEach(({ inputs, outputs, after, matrix, biases }, i) => {
      const b = i ? biases : first[conditions], y = new Float32Array(outputs); // conditions are a matter of the first biases
      for (let o = 0, at = 0; o < outputs; o++) {
        let sum = b[o];
        for (let k = 0; k < inputs; k++) sum += matrix[at++] * x[k];
        y[o] = after(sum);
      }
      x = y;
    });
    const bytes = new Uint8Array(x.length), area = width * height;
    for (let c = 0, at = 0; c < channels; c++) {
      for (let p = 0; p < area; p++) bytes[p * channels + c] = Math.round(255 * Math.min(1, Math.max(0, x[at++])));
    }
    return bytes;
  };

  // the largest difference from pictures that the kernel decoded, in 255ths
  const latents = new Float32Array(fromBase64(weights.reference.latents).buffer), pixels = fromBase64(weights.reference.pixels);
  const d = weights.layers[0].inputs, size = width * height * channels;
  let difference = 0;
  for (let i = 0; i * d < latents.length; i++) {
    const here = decode(latents.subarray(i * d, (i + 1) * d), weights.reference.conditions);
    for (let p = 0; p < size; p++) difference = Math.max(difference, Math.abs(here[p] - pixels[i * size + p]));
  }
  return { decode, difference };
}
