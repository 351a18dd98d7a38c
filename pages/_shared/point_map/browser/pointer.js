// Pointer and keys: move, zoom, pinch, hover, click, lasso.

const STILL = 4; // pixels that a click may move
const DOUBLE_MS = 220; // a click waits that long for a second one

function listenToPointer(map, signal) {
  const { stage, camera } = map;
  const down = new Map();
  let [moved, clicking] = [false, 0];
  const on = (kind, act, options) => stage.addEventListener(kind, act, { signal, ...options });
  const at = (event) => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left - stage.clientLeft, event.clientY - box.top - stage.clientTop];
  };

  on("pointerdown", (event) => {
    if (!map.points || event.button) return;
    stage.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
    moved = down.size > 1;
    map.land();
    if (down.size > 1) map.dropLasso();
    else if (event.shiftKey || map.tool === "lasso") map.beginLasso(camera.placeOf(...at(event)));
  });

  on("pointermove", (event) => {
    if (!map.points) return;
    const now = at(event);
    const before = down.get(event.pointerId);
    if (!before) return map.hover(...now);
    if (map.lassoing) return map.drawLasso(camera.placeOf(...now));
    if (!moved && Math.hypot(now[0] - before[0], now[1] - before[1]) < STILL) return;
    moved = true;
    map.leave();
    if (down.size === 2) pinch(map, down, event.pointerId, before, now);
    if (down.size === 1) {
      const { x, y, k, zoom } = camera;
      map.look({ x: x - (now[0] - before[0]) / k, y: y + (now[1] - before[1]) / k, zoom });
    }
    down.set(event.pointerId, now);
  });

  const up = (event) => {
    if (!down.delete(event.pointerId)) return;
    if (map.lassoing) return map.endLasso();
    if (moved || event.type === "pointercancel") return;
    const place = at(event);
    clearTimeout(clicking);
    clicking = setTimeout(() => map.click(...place), DOUBLE_MS);
  };
  on("pointerup", up);
  on("pointercancel", up);
  on("pointerleave", () => map.leave());

  on("dblclick", () => {
    clearTimeout(clicking);
    if (map.points) map.act("fit");
  });

  on("wheel", (event) => {
    if (!map.points) return;
    event.preventDefault();
    map.leave();
    const pixels = event.deltaY * (event.deltaMode === 1 ? 30 : 1);
    map.look(camera.around(...at(event), Math.exp(-pixels * 0.0016)));
  }, { passive: false });

  on("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const action = { "+": "in", "=": "in", "-": "out", 0: "fit", Escape: "clear" }[event.key];
    if (!map.points || event.ctrlKey || event.metaKey || event.altKey || !(step || action)) return;
    event.preventDefault();
    map.leave();
    const { x, y, k, width, height, zoom } = camera;
    if (action) map.act(action);
    else map.look({ x: x + (step[0] * width) / 8 / k, y: y + (step[1] * height) / 8 / k, zoom });
  });
}

function pinch(map, down, moving, before, now) {
  const [, other] = [...down].find(([id]) => id !== moving);
  const apart = ([left, top]) => Math.hypot(left - other[0], top - other[1]);
  if (!apart(before)) return;
  const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
  map.look(map.camera.around(...middle, apart(now) / apart(before)));
}
