// From strokes to the 8×8 picture that the network knows: the same steps, in the same order, as `scan` in lesson 11c.
// strokes: a list of lists of points [x, y]. Returns 64 numbers from 0 (paper) to 1 (ink), row by row.

function fit(strokes, radius) {
  const xs = strokes.flat().map(point => point[0]), ys = strokes.flat().map(point => point[1]);
  const left = Math.min(...xs), right = Math.max(...xs), top = Math.min(...ys), bottom = Math.max(...ys);
  const down = (32 - 2 * radius) / Math.max(bottom - top, 1);
  const across = Math.min((20 - 2 * radius) / Math.max(right - left, 1), 1.5 * down);
  const placed = strokes.map(stroke => stroke.map(([x, y]) =>
    [(x - (left + right) / 2) * across, (y - (top + bottom) / 2) * down]));
  const edge = 13 - radius;
  const above = placed.flat().filter(point => point[1] <= -edge).map(point => point[0]);
  const below = placed.flat().filter(point => point[1] >= edge).map(point => point[0]);
  const lean = above.length && below.length ? (Math.min(...above) - Math.min(...below)) / (2 * edge) : 0;
  return placed.map(stroke => stroke.map(([x, y]) => [x + lean * y + 16, y + 16]));
}

function pen(strokes, radius) {
  const black = new Uint8Array(32 * 32);
  for (const stroke of strokes)
    for (let k = 0; k < Math.max(stroke.length - 1, 1); k++) {
      const [ax, ay] = stroke[k], [bx, by] = stroke[Math.min(k + 1, stroke.length - 1)];
      const dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy || 1;
      for (let i = 0; i < 1024; i++) {
        const x = i % 32 + 0.5 - ax, y = Math.floor(i / 32) + 0.5 - ay;
        const t = Math.min(Math.max((x * dx + y * dy) / length, 0), 1);
        const u = x - t * dx, v = y - t * dy;
        if (u * u + v * v <= radius * radius) black[i] = 1;
      }
    }
  return black;
}

function scan(strokes) {
  let radius = 1, black = pen(fit(strokes, radius), radius);
  while (black.reduce((sum, one) => sum + one) < 312 && radius < 4) {
    radius += 0.25;
    black = pen(fit(strokes, radius), radius);
  }
  const picture = new Float32Array(64);
  black.forEach((one, i) => { picture[8 * Math.floor(i / 128) + Math.floor(i % 32 / 4)] += one / 16; });
  return picture;
}
