// Points: reading them, finding them. Their bytes are described in packing.py. Places are counted in
// units of the longer side of all points, from 0 to 1, upwards; columns hold them in steps of 1/65535.

const TYPES = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array };

async function unpacked(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(stream).arrayBuffer();
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const first = Math.ceil((4 + length) / 8) * 8;
  const columns = {};
  for (const [name, [type, offset]] of Object.entries(header.columns)) {
    columns[name] = new TYPES[type](buffer, first + offset, header.n);
  }
  return { ...header, ...columns };
}

async function load({ url, digest }) {
  if (!url) return unpacked(await awaited(digest));
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return unpacked(await answer.arrayBuffer());
}

// A square grid over all points: those of a cell stand together in `items`, from `start[cell]` on.
function gridOf(points) {
  const side = Math.min(1024, Math.max(1, Math.ceil(Math.sqrt(points.n / 6))));
  const line = (v) => Math.min(side - 1, Math.floor((v / 65535) * side));
  const start = new Uint32Array(side * side + 1);
  const cells = new Uint32Array(points.n);
  for (let i = 0; i < points.n; i++) {
    cells[i] = line(points.y[i]) * side + line(points.x[i]);
    start[cells[i] + 1]++;
  }
  for (let cell = 0; cell < side * side; cell++) start[cell + 1] += start[cell];
  const items = new Uint32Array(points.n);
  const next = start.slice();
  for (let i = 0; i < points.n; i++) items[next[cells[i]]++] = i;
  return { side, start, items };
}

// Call `visit` with the points of all cells within a distance of a place.
function around({ side, start, items }, x, y, distance, visit) {
  const line = (v) => Math.min(Math.max(Math.floor(v * side), 0), side - 1);
  for (let row = line(y - distance); row <= line(y + distance); row++) {
    const from = start[row * side + line(x - distance)];
    const to = start[row * side + line(x + distance) + 1];
    for (let at = from; at < to; at++) visit(items[at]);
  }
}

// Left, right, bottom and top of all points, or of some.
function boundsOf(points, chosen) {
  let [left, right, bottom, top] = [65535, 0, 65535, 0];
  const n = chosen ? chosen.length : points.n;
  for (let place = 0; place < n; place++) {
    const i = chosen ? chosen[place] : place;
    left = Math.min(left, points.x[i]);
    right = Math.max(right, points.x[i]);
    bottom = Math.min(bottom, points.y[i]);
    top = Math.max(top, points.y[i]);
  }
  return [left, right, bottom, top].map((v) => v / 65535);
}

// Bounds without the outermost half percent of the points on each side.
function boundsOfMost(points) {
  const ends = (values) => {
    const counts = new Uint32Array(65536);
    values.forEach((value) => counts[value]++);
    const outside = Math.floor(values.length / 200);
    const place = (rank) => {
      let value = 0;
      for (let before = counts[0]; before <= rank; before += counts[value]) value++;
      return value;
    };
    return [place(outside), place(values.length - 1 - outside)];
  };
  return [...ends(points.x), ...ends(points.y)].map((v) => v / 65535);
}

// Positions, rising, of the points inside a polygon [[x, y], ...] (even-odd rule).
function inside(points, polygon) {
  const corners = polygon.map(([x, y]) => [x * 65535, y * 65535]);
  const [xs, ys] = [corners.map((c) => c[0]), corners.map((c) => c[1])];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [bottom, top] = [Math.min(...ys), Math.max(...ys)];
  const found = [];
  for (let i = 0; i < points.n; i++) {
    const [x, y] = [points.x[i], points.y[i]];
    if (x < left || x > right || y < bottom || y > top) continue;
    let within = false;
    for (let a = 0, b = corners.length - 1; a < corners.length; b = a++) {
      const across = ys[a] > y !== ys[b] > y;
      if (across && x < ((xs[b] - xs[a]) * (y - ys[a])) / (ys[b] - ys[a]) + xs[a]) within = !within;
    }
    if (within) found.push(i);
  }
  return found;
}

// Rising positions as base-36 differences.
function asText(positions) {
  let before = 0;
  const words = positions.map((at) => {
    const step = at - before;
    before = at;
    return step.toString(36);
  });
  return words.join(" ");
}
