// The search box: names as they are typed; the one that is picked is flown to.

const MAX_FOUND = 8;
const DRESSED = "dressed"; // event of a map whose points can be found

function listenToSearch(map, signal) {
  const [box, input, list] = [".search", "input", ".found"].map((selector) => map.find(selector));
  const close = () => list.replaceChildren();
  const pick = (drug) => {
    input.value = map.points.drugs.names[drug];
    close();
    map.send({ drug, point: null });
    map.flyTo(map.members);
  };
  const line = (drug) => {
    const button = made("button", map.points.drugs.names[drug]);
    button.setAttribute("role", "option");
    button.append(" ", made("small", map.points.drugs.moas[drug]));
    button.onclick = () => pick(drug);
    return button;
  };
  const show = () => {
    const wanted = input.value.trim().toLowerCase();
    const found = wanted ? search(map.points.drugs.names, wanted) : [];
    list.replaceChildren(...found.map(line));
    if (wanted && !found.length) list.append(made("p", "Not on this map"));
    return found;
  };
  let early = false; // whether Enter was pressed before the points were there
  const enter = () => {
    early = !map.coloring;
    if (!early) show().slice(0, 1).forEach(pick);
  };
  // A full name that begins no other needs no Enter.
  const type = () => {
    early = false;
    if (!map.coloring) return;
    const [first, ...others] = show();
    const name = map.points.drugs.names[first]?.toLowerCase();
    if (!others.length && name === input.value.trim().toLowerCase()) pick(first);
  };
  input.addEventListener("input", type, { signal });
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") enter();
    if (event.key === "Escape") close();
    if (event.key === "ArrowDown") list.querySelector("button")?.focus();
  }, { signal });
  list.addEventListener("keydown", (event) => {
    const next = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (event.key === "Escape") close();
    if (!next) return;
    event.preventDefault();
    (event.target[next] ?? input).focus();
  }, { signal });
  map.root.addEventListener(DRESSED, () => (early ? enter() : input.value && type()), {
    signal, once: true,
  });
  box.addEventListener("focusout", (event) => {
    if (!box.contains(event.relatedTarget)) close();
  }, { signal });
}

// Names that begin with the text, the shortest first, then those that hold it.
function search(names, wanted) {
  const [begin, hold] = [[], []];
  names.forEach((name, drug) => {
    const at = name.toLowerCase().indexOf(wanted);
    if (at === 0) begin.push(drug);
    else if (at > 0) hold.push(drug);
  });
  begin.sort((a, b) => names[a].length - names[b].length);
  return [...begin, ...hold].slice(0, MAX_FOUND);
}
