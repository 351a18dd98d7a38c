// What one component on the page hands to another, by name: the code of the map, and points that
// come by message.

const shelf = (globalThis[Symbol.for("gpar.shelf")] ??= new Map());

function entry(name) {
  if (!shelf.has(name)) {
    const made = {};
    made.value = new Promise((resolve) => (made.resolve = resolve));
    shelf.set(name, made);
  }
  return shelf.get(name);
}

const awaited = (name) => entry(name).value;
const hand = (name, value) => entry(name).resolve(value);
