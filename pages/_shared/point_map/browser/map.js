// The map itself. Streamlit calls `open` whenever the page sends something; the points are read once,
// as long as their digest stays the same.

const REACH = 9; // pixels from the pointer within which a point is found
const DIMMED = 0.08; // opacity of points beside those that were picked out
const BEHIND = 0.5; // opacity of points without a color of their own
const FLUENT_MS = 25; // a view that moves is drawn coarsely if a whole picture takes longer
const STILL_MS = 200; // without a move, until all points are drawn again
const NOTHING = { drug: null, point: null, lasso: "" };
const LINKED = "gpar-drug"; // event by which a list and a map light up each other

class PointMap {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.stage = this.find(".stage");
    this.canvas = this.find(".points");
    this.marks = this.find(".marks").getContext("2d");
    this.camera = new Camera();
    this.chosen = NOTHING;
    this.members = this.polygon = this.over = this.isolated = this.lit = null;
    this.take((!emulated() && webgl(this.canvas)) || byProcessor(this.canvas));
    this.stop = new AbortController();
    this.listen(this.stop.signal);
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(this.stage);
    root.pointMap = this; // for the browser's console
  }

  take(renderer) {
    this.renderer = renderer;
    this.root.dataset.renderer = renderer.name;
  }

  // --- What the page sends

  async update(data, tell) {
    this.data = data;
    this.tell = tell;
    this.find(".badge").hidden = !data.simulated;
    this.find(".badge").style.color = data.style.yellow;
    try {
      if (this.digest !== data.points.digest) this.reading = this.takePoints(data.points);
      await this.reading;
      const scores = data.scores?.digest;
      if (this.scored !== scores) this.rating = this.takeScores(data.scores);
      await this.rating;
    } catch (error) {
      this.digest = this.scored = undefined;
      this.root.dataset.state = "failed";
      this.say(`The points could not be loaded (${error.message}). Reload the page.`);
      return;
    }
    if (data !== this.data) return; // something newer is under way
    this.dress();
    this.root.dispatchEvent(new Event(DRESSED));
  }

  async takePoints(source) {
    this.digest = source.digest;
    this.say(`Loading ${counted(source.n)} signatures …`);
    const points = await load(source);
    this.points = points;
    this.grid = null;
    this.renderer.points(points);
    this.camera.bounds = boundsOf(points);
    this.resize();
    this.camera.first = this.camera.most(boundsOfMost(points));
    const seen = viewOf(new URL(window.location.href).searchParams.get("view"));
    this.look(seen ?? this.camera.first);
    if (this.data.drug === null) return;
    this.choose({ ...NOTHING, drug: this.data.drug });
    if (!seen) this.look(this.camera.closeTo(boundsOf(points, this.members)));
  }

  async takeScores(source) {
    this.scored = source?.digest;
    this.scores = source ? await load(source) : null;
  }

  // Colors and groups.
  dress() {
    const { data, points } = this;
    const wanted = JSON.stringify([data.color, data.only, this.digest, this.scored]);
    if (this.dressed !== wanted) {
      this.dressed = wanted;
      this.isolated = null;
      this.coloring = coloring(points, this.scores, data.color, data.only, rgb(data.style.gray));
    }
    const groupOf = new Uint8Array(points.drugs.names.length);
    data.groups.forEach((group, at) => group.drugs.forEach((drug) => (groupOf[drug] = at + 1)));
    const members = data.groups.map(() => []);
    this.role = translated(points.drug, groupOf);
    this.role.forEach((role, i) => role && members[role - 1].push(i));
    this.groups = data.groups.map((group, at) => ({
      ...group, rgb: rgb(data.style[group.color]), members: Uint32Array.from(members[at]),
    }));
    this.paint();
    this.sum();
  }

  paint() {
    this.renderer.colors(this.coloring, (code) => this.strength(code));
    showLegend(this);
    this.redraw();
  }

  strength(code) {
    const { rest, entries } = this.coloring;
    if (this.isolated !== null) return this.isolated === code ? 1 : DIMMED;
    return code === rest && entries.length ? BEHIND : 1;
  }

  isolate(code) {
    this.isolated = code;
    this.paint();
  }

  // --- View

  resize() {
    this.camera.resize(this.stage.clientWidth, this.stage.clientHeight);
    this.fit();
  }

  fit() {
    const { ratio } = this.camera;
    this.moving = false;
    for (const canvas of [this.canvas, this.marks.canvas]) {
      canvas.width = Math.round(this.camera.width * ratio);
      canvas.height = Math.round(this.camera.height * ratio);
    }
    this.draw(); // at once: a canvas that changes its size is empty
  }

  look(view) {
    this.camera.look(view);
    this.moving = true;
    this.redraw();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), STILL_MS);
  }

  settle() {
    this.moving = false;
    if (this.coarse) this.redraw();
    this.remember();
  }

  // The view stands in the address, without a word to the server.
  remember() {
    if (this.flight || !this.coloring || !this.camera.width) return; // a flight's last step is remembered
    const address = new URL(window.location.href);
    if (this.camera.isFirst) address.searchParams.delete("view");
    else address.searchParams.set("view", this.camera.text);
    if (address.href !== window.location.href) {
      window.history.replaceState(window.history.state, "", address);
    }
  }

  flyTo(members) {
    const { x, y, zoom } = this.camera;
    const to = this.camera.closeTo(boundsOf(this.points, members));
    const begun = performance.now();
    const step = (now) => {
      const t = Math.min(Math.max((now - begun) / 600, 0), 1);
      const s = t * t * (3 - 2 * t);
      const between = zoom * (to.zoom / zoom) ** s;
      this.look({ x: x + (to.x - x) * s, y: y + (to.y - y) * s, zoom: between });
      this.flight = t < 1 ? requestAnimationFrame(step) : 0;
    };
    this.land();
    this.flight = requestAnimationFrame(step);
  }

  land() {
    cancelAnimationFrame(this.flight);
    this.flight = 0;
  }

  pixelOf(i) {
    return this.camera.pixelOf(this.points.x[i] / 65535, this.points.y[i] / 65535);
  }

  visible() {
    const { width, height } = this.camera;
    const found = [];
    for (let i = 0; i < this.points.n; i++) {
      const [left, top] = this.pixelOf(i);
      if (left >= 0 && top >= 0 && left <= width && top <= height) found.push(i);
    }
    return found;
  }

  // --- Drawing

  redraw() {
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  // Pixels and opacity: fewer points are larger, and zooming in makes them larger.
  dots() {
    const { n } = this.points;
    const [base, alpha] = n > 2e5 ? [2.2, 0.7] : n > 1e4 ? [3.5, 0.8] : n > 2000 ? [5, 0.85] : [7, 0.9];
    const room = Math.min(Math.max(Math.min(this.camera.width, this.camera.height) / 700, 0.6), 1);
    const size = Math.min(base * room * Math.sqrt(Math.max(this.camera.zoom, 1)), 10);
    const marked = this.groups.some((group) => group.members.length);
    return { size, larger: Math.max(size * 1.5, 5.5), alpha: marked ? alpha * 0.7 : alpha };
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    if (!this.coloring || !this.canvas.width || !this.canvas.height) return;
    this.coarse = this.moving && this.slow;
    const dots = { ...this.dots(), coarse: this.coarse };
    const begun = performance.now();
    this.renderer.draw(this.camera, dots, this.groups);
    if (!this.coarse) this.slow = performance.now() - begun > FLUENT_MS;
    this.mark();
    this.root.dataset.state = "drawn";
  }

  // What lies over the points, which stay as they are.
  mark() {
    drawMarks(this, this.dots().size);
  }

  // Draw with more canvas pixels per pixel, take pictures, and go back.
  atRatio(ratio, act) {
    const own = this.camera.ratio;
    this.camera.ratio = ratio;
    this.fit();
    act();
    this.camera.ratio = own;
    this.fit();
  }

  // --- Choosing

  choose(chosen) {
    const { drug } = chosen;
    if (drug !== this.chosen.drug) {
      this.members = drug === null ? null : this.ofDrug(drug);
    }
    this.chosen = chosen;
    this.find('[data-do="clear"]').disabled = drug === null && !this.polygon;
    if (!this.coloring) return;
    showLegend(this);
    this.sum();
    this.mark();
  }

  send(change) {
    this.choose({ ...this.chosen, ...change });
    if (this.data.listed.length) this.tellList(this.chosen.drug, "pick");
    else this.tell("chosen", this.chosen);
  }

  // --- A list beside the map

  tellList(code, act) {
    const drug = this.data.listed.find((each) => each.code === code)?.drug ?? "";
    window.dispatchEvent(new CustomEvent(LINKED, { detail: { drug, act, from: "map" } }));
  }

  fromList({ drug, act, from }) {
    if (from === "map" || !this.data.listed.length || !this.coloring) return;
    const code = this.data.listed.find((each) => each.drug === drug)?.code ?? null;
    if (act === "pick") this.choose({ ...NOTHING, drug: code });
    this.lit = code === null ? null : this.ofDrug(code);
    this.mark();
  }

  ofDrug(drug) {
    const found = [];
    this.points.drug.forEach((own, i) => own === drug && found.push(i));
    return found;
  }

  beginLasso(place) {
    this.lassoing = true;
    this.leave();
    this.polygon = [place];
  }

  drawLasso(place) {
    this.polygon.push(place);
    this.mark();
  }

  dropLasso() {
    if (this.lassoing) this.polygon = null;
    this.lassoing = false;
    this.mark();
  }

  endLasso() {
    if (this.polygon.length < 3) return this.dropLasso();
    this.lassoing = false;
    const found = inside(this.points, this.polygon);
    this.nInside = found.length;
    this.send({ lasso: asText(found) });
  }

  click(left, top) {
    const point = this.nearest(left, top);
    if (point === null) return;
    this.hover(left, top);
    this.send({ drug: this.points.drug[point], point });
  }

  act(action) {
    const { width, height, middle } = this.camera;
    const done = (text) => this.say(text);
    if (action === "in") this.look(this.camera.around(width / 2, height / 2, 1.5));
    if (action === "out") this.look(this.camera.around(width / 2, height / 2, 1 / 1.5));
    if (action === "fit") this.look(middle);
    if (action === "png") savePng(this).then(done);
    if (action === "svg") done(saveSvg(this));
    if (action === "clear") {
      this.polygon = null;
      this.find("input").value = "";
      this.send(NOTHING);
    }
    if (action === "lasso") {
      this.tool = this.tool === "lasso" ? "move" : "lasso";
      this.find('[data-do="lasso"]').setAttribute("aria-pressed", this.tool === "lasso");
      this.stage.classList.toggle("lasso", this.tool === "lasso");
    }
  }

  listen(signal) {
    listenToPointer(this, signal);
    listenToSearch(this, signal);
    window.addEventListener(LINKED, (event) => this.fromList(event.detail), { signal });
    this.find(".tools").addEventListener("click", (event) => {
      const action = event.target.closest("button")?.dataset.do;
      if (action && this.coloring) this.act(action);
    }, { signal });
    window.addEventListener("beforeprint", () => this.draw(), { signal });
    // A page that changes the address does not know the view.
    const again = () => setTimeout(() => signal.aborted || this.remember(), STILL_MS);
    window.navigation?.addEventListener("currententrychange", again, { signal });
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault(), { signal });
    this.canvas.addEventListener("webglcontextrestored", () => {
      this.take(webgl(this.canvas));
      this.renderer.points(this.points);
      this.paint();
    }, { signal });
  }

  // --- Hovering

  // The nearest point within reach of a pixel, those of groups before others; null where none is.
  nearest(left, top) {
    const { points, role } = this;
    this.grid ??= gridOf(points);
    const { k } = this.camera;
    const [x, y] = this.camera.placeOf(left, top);
    let [best, least] = [null, REACH * REACH];
    around(this.grid, x, y, REACH / k, (i) => {
      const [across, up] = [points.x[i] / 65535 - x, points.y[i] / 65535 - y];
      const apart = (across * across + up * up) * k * k;
      const rank = role[i] ? apart / 16 : apart;
      if (apart < REACH * REACH && rank < least) [best, least] = [i, rank];
    });
    return best;
  }

  hover(left, top) {
    const point = this.coloring ? this.nearest(left, top) : null;
    if (point === null) return this.leave();
    if (point !== this.over) {
      this.over = point;
      this.stage.classList.add("over");
      this.mark();
      if (this.data.listed.length) this.tellList(this.points.drug[point], "over");
    }
    const tip = this.find(".tip");
    const [name, ...lines] = this.about(point);
    tip.replaceChildren(made("b", name), ...lines.map((line) => made("span", line)));
    tip.hidden = false;
    const { width, height } = this.camera;
    const beside = left + 14 + tip.offsetWidth > width ? left - 14 - tip.offsetWidth : left + 14;
    tip.style.left = `${Math.max(beside, 4)}px`;
    tip.style.top = `${Math.max(Math.min(top + 14, height - tip.offsetHeight - 4), 4)}px`;
  }

  leave() {
    this.find(".tip").hidden = true;
    if (this.over === null) return;
    this.over = null;
    this.stage.classList.remove("over");
    this.mark();
    if (this.data.listed.length) this.tellList(null, "over");
  }

  // What is known of a point, line by line, the drug first.
  about(i) {
    const { points, scores, role } = this;
    const where = [points.cells[points.cell[i]], points.doses.names[points.dose[i]]];
    where.push(points.times.names[points.time[i]]);
    const moas = points.drugs.moas[points.drug[i]] || "no MOA annotation";
    const lines = [points.drugs.names[points.drug[i]], where.filter(Boolean).join(" · "), moas];
    const targets = points.drugs.targets?.[points.drug[i]];
    if (targets) lines.push(`Target: ${targets}`);
    const quantity = (name, levels, [low, high]) => {
      if (levels[i] === UNKNOWN) return;
      lines.push(`${name} ${(low + (levels[i] / (UNKNOWN - 1)) * (high - low)).toFixed(2)}`);
    };
    quantity("TAS", points.tas, points.tas_range);
    if (scores) quantity(scores.score_name, scores.score, scores.score_range);
    if (role[i]) lines.push(this.groups[role[i] - 1].label);
    return lines;
  }

  // --- Status

  sum() {
    const parts = [];
    const signatures = (n) => `${counted(n)} signature${n === 1 ? "" : "s"}`;
    if (this.polygon && !this.lassoing) parts.push(`${signatures(this.nInside)} inside the lasso`);
    if (this.chosen.drug !== null) {
      const name = this.points.drugs.names[this.chosen.drug];
      parts.push(`${name}: ${signatures(this.members.length)}, ringed`);
    }
    if (!parts.length) {
      parts.push(`${signatures(this.points.n)}. Drag to move, wheel to zoom, click a point for its drug, ` +
        "Shift-drag to lasso points.");
    }
    this.say(parts.join(" · "));
  }

  say(text) {
    this.find(".status").textContent = text;
  }

  end() {
    this.stop.abort();
    this.watcher.disconnect();
    this.land();
    clearTimeout(this.settling);
  }
}

const maps = new WeakMap();

function open({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".map");
  if (!maps.has(root)) maps.set(root, new PointMap(root));
  const map = maps.get(root);
  const call = (map.calls = (map.calls ?? 0) + 1);
  map.update(data, setStateValue);
  // Streamlit also ends a call that a newer one has overtaken; the map belongs to the newest.
  return () => {
    if (map.calls !== call) return;
    map.end();
    maps.delete(root);
  };
}
