// Which part of the plane is seen: the place in the middle, and pixels per unit.

const MAX_ZOOM = 2000;
const MIN_ZOOM = 0.5;
const MOST_OF_THEM = 1.2; // how much larger points must get for a first view to leave out a few

class Camera {
  constructor() {
    Object.assign(this, { x: 0.5, y: 0.5, k: 1, width: 0, height: 0, ratio: 1 });
    this.bounds = [0, 1, 0, 1];
    this.first = this.middle;
  }

  // Pixels per unit at which all points are seen.
  get whole() {
    const [left, right, bottom, top] = this.bounds;
    return 0.94 * Math.min(this.width / (right - left || 0.1), this.height / (top - bottom || 0.1));
  }

  get zoom() {
    return this.k / this.whole;
  }

  get middle() {
    const [left, right, bottom, top] = this.bounds;
    return { x: (left + right) / 2, y: (bottom + top) / 2, zoom: 1 };
  }

  // A view of these bounds, which hold most points, if a few far ones would make the rest small.
  most([left, right, bottom, top]) {
    const [west, east, south, north] = this.bounds;
    const zoom = Math.min((east - west) / (right - left || 1), (north - south) / (top - bottom || 1));
    if (!(zoom > MOST_OF_THEM)) return this.middle;
    return { x: (left + right) / 2, y: (bottom + top) / 2, zoom };
  }

  get isFirst() {
    const { x, y, zoom } = this.first;
    return this.x === x && this.y === y && Math.abs(this.zoom - zoom) < 1e-6;
  }

  resize(width, height) {
    const zoom = this.width && this.height ? this.zoom : 1;
    Object.assign(this, { width, height, ratio: Math.min(window.devicePixelRatio || 1, 2) });
    this.k = zoom * this.whole;
  }

  look({ x, y, zoom }) {
    this.x = Math.min(Math.max(x, 0), 1);
    this.y = Math.min(Math.max(y, 0), 1);
    this.k = Math.min(Math.max(zoom, MIN_ZOOM), MAX_ZOOM) * this.whole;
  }

  // Zoom by a factor, what is under a pixel staying there.
  around(left, top, factor) {
    const [x, y] = this.placeOf(left, top);
    const zoom = Math.min(Math.max(this.zoom * factor, MIN_ZOOM), MAX_ZOOM);
    const ratio = zoom / this.zoom;
    return { x: x + (this.x - x) / ratio, y: y + (this.y - y) / ratio, zoom };
  }

  // A view in which these bounds fill much of the canvas.
  closeTo([left, right, bottom, top]) {
    const k = 0.6 * Math.min(this.width / (right - left || 1e-3), this.height / (top - bottom || 1e-3));
    const zoom = Math.min(Math.max(k / this.whole, 1), 12);
    return { x: (left + right) / 2, y: (bottom + top) / 2, zoom };
  }

  placeOf(left, top) {
    return [this.x + (left - this.width / 2) / this.k, this.y - (top - this.height / 2) / this.k];
  }

  pixelOf(x, y) {
    return [(x - this.x) * this.k + this.width / 2, this.height / 2 - (y - this.y) * this.k];
  }

  get text() {
    return [this.x.toFixed(4), this.y.toFixed(4), this.zoom.toPrecision(3)].join("_");
  }
}

// The view that `Camera.text` wrote, null for anything else.
function viewOf(text) {
  const [x, y, zoom] = (text ?? "").split("_").map((word) => (word ? Number(word) : NaN));
  return [x, y, zoom].every(Number.isFinite) && zoom > 0 ? { x, y, zoom } : null;
}
