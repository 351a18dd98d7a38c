// The renderer for computers without a graphics card, and for browsers without WebGL: discs blended
// pixel by pixel. Colors are kept multiplied by their opacity, two channels to a number: red and blue
// in `rb`, green and opacity in `ga`, each in the low half of its 16 bits, shares counted in 256ths.
// A coarse picture, for a view that moves, has one point where discs would cover each other.

const HALVES = 0xff00ff;
const SIDES = [256, 512, 1024, 2048, 4096]; // of the grids, in cells, that a coarse picture thins points by

function byProcessor(canvas) {
  const context = canvas.getContext("2d");
  let [all, order, codes, colors, levels] = [null, null, null, null, null];
  return {
    name: "processor",
    points(points) {
      all = points;
      levels = null;
    },
    colors({ code, palette }, strength) {
      order = drawingOrder(code, (c) => strength(c) < 1);
      codes = code;
      colors = palette.map((rgb, c) => ({ rgb, share: strength(c) }));
    },
    draw({ x, y, k, width, height, ratio }, { size, larger, alpha, coarse }, groups) {
      const image = context.createImageData(canvas.width, canvas.height);
      const pixels = new Uint32Array(image.data.buffer);
      const [scale, left, top] = [(k * ratio) / 65535, (width / 2 - x * k) * ratio, (height / 2 + y * k) * ratio];
      const { x: xs, y: ys } = all;
      if (coarse) levels ??= levelsOf(all);
      const finest = coarse ? SIDES.filter((side) => k > side * size).length : SIDES.length;
      const thinned = finest < SIDES.length;
      const discs = (points, diameter, dabOf, thin) => {
        const reach = Math.ceil(diameter / 2);
        const [across, down] = [image.width - reach, image.height - reach];
        for (let at = 0; at < points.length; at++) {
          const i = points[at];
          if (thin && levels[i] > finest) continue;
          const column = (left + xs[i] * scale) | 0;
          const row = (top - ys[i] * scale) | 0;
          if (column < reach || row < reach || column >= across || row >= down) continue;
          blend(pixels, row * image.width + column, dabOf(i));
        }
      };
      const dabs = colors.map(({ rgb, share }) => dab(size * ratio, rgb, alpha * share, image.width));
      discs(order, size * ratio, (i) => dabs[codes[i]], thinned);
      for (const group of groups) {
        const own = dab(larger * ratio, group.rgb, 1, image.width);
        discs(group.members, larger * ratio, () => own, false);
      }
      undoMultiplication(pixels);
      context.putImageData(image, 0, 0);
    },
  };
}

// The coarsest grid of SIDES in which a point is the first of its cell; their number where there is none.
function levelsOf({ n, x, y }) {
  const levels = new Uint8Array(n).fill(SIDES.length);
  SIDES.forEach((side, level) => {
    const shift = 16 - Math.log2(side);
    const taken = new Uint8Array(side * side);
    for (let i = 0; i < n; i++) {
      const cell = (y[i] >> shift) * side + (x[i] >> shift);
      if (levels[i] < level) taken[cell] = 1;
    }
    for (let i = 0; i < n; i++) {
      const cell = (y[i] >> shift) * side + (x[i] >> shift);
      if (!taken[cell]) levels[i] = level;
      taken[cell] = 1;
    }
  });
  return levels;
}

// A disc as the pixels that it covers: their distance in the picture, and what they add and leave.
function dab(diameter, [r, g, b], alpha, lineLength) {
  const [reach, found] = [Math.ceil(diameter / 2), []];
  for (let row = -reach; row <= reach; row++) {
    for (let column = -reach; column <= reach; column++) {
      const cover = Math.min(Math.max(diameter / 2 + 0.5 - Math.hypot(row, column), 0), 1);
      if (cover < 0.25) continue; // a faint rim costs as much as the middle
      const share = Math.round(256 * cover * alpha);
      const part = (v) => (v * share) >>> 8;
      found.push([row * lineLength + column, (part(b) << 16) | part(r), (part(255) << 16) | part(g), 256 - share]);
    }
  }
  return { n: found.length, numbers: Int32Array.from(found.flat()) };
}

function blend(pixels, at, { n, numbers }) {
  for (let j = 0; j < 4 * n; j += 4) {
    const place = at + numbers[j];
    const [below, left] = [pixels[place], numbers[j + 3]];
    const rb = numbers[j + 1] + ((((below & HALVES) * left) >>> 8) & HALVES);
    const ga = numbers[j + 2] + (((((below >>> 8) & HALVES) * left) >>> 8) & HALVES);
    pixels[place] = rb | (ga << 8);
  }
}

// A canvas takes colors that are not multiplied by their opacity.
function undoMultiplication(pixels) {
  for (let at = 0; at < pixels.length; at++) {
    const pixel = pixels[at];
    const opacity = pixel >>> 24;
    if (opacity === 0 || opacity === 255) continue;
    const whole = (v) => Math.min(Math.round((v * 255) / opacity), 255);
    const [r, g, b] = [whole(pixel & 255), whole((pixel >>> 8) & 255), whole((pixel >>> 16) & 255)];
    pixels[at] = (opacity << 24) | (b << 16) | (g << 8) | r;
  }
}
