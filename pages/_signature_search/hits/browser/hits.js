// Lists of compounds side by side, or one below the other where there is no room. Names and MOAs
// come from files: they are set as text, never as HTML.

const SHOWN = 10; // rows of each list before all are asked for
const SVG = "http://www.w3.org/2000/svg";
const BAR = 6; // with its gap, at most
const HEIGHT = 26;
const WIDTH = 110;

export default ({ parentElement, data, setStateValue }) => {
  const root = parentElement.querySelector(".hits");
  root.checked ??= new Set();
  const check = (drug, on) => {
    if (on) root.checked.add(drug);
    else root.checked.delete(drug);
    setStateValue("checked", [...root.checked]);
  };
  root.replaceChildren(...data.sides.map((side) => list(side, root.checked, check)));
};

function made(tag, traits = {}, ...children) {
  const node = document.createElement(tag);
  Object.assign(node, traits);
  node.append(...children);
  return node;
}

function list(side, checked, check) {
  const drawn = side.rows.some((drug) => drug.structure);
  const rows = made("ol", { className: drawn ? "drawn" : "" });
  const add = (drugs) => rows.append(...drugs.map((drug) => row(drug, side, checked, check)));
  const section = made("section", {}, made("h3", { textContent: side.title }), rows);
  add(side.rows.slice(0, SHOWN));
  if (!side.rows.length) section.append(made("p", { textContent: side.none }));
  const rest = side.rows.slice(SHOWN);
  if (rest.length) {
    const more = made("button", { type: "button", textContent: `Show ${rest.length} more` });
    more.onclick = () => {
      add(rest);
      rows.children[SHOWN].querySelector("input").focus(); // the button that had it goes
      more.remove();
    };
    section.append(more);
  }
  return section;
}

function row(drug, side, checked, check) {
  const box = made("input", { type: "checkbox", checked: checked.has(drug.drug) });
  box.setAttribute("aria-label", `Check ${drug.name}`);
  box.onchange = () => check(drug.drug, box.checked);
  const drawing = made("span", { className: "drawing" });
  if (drug.structure) {
    drawing.append(made("img", { src: drug.structure, alt: `Structure of ${drug.name}` }));
  }
  const name = drug.page ? outward(drug.page, drug.name) : made("span", { textContent: drug.name });
  name.className = "name";
  const links = drug.links.map(([label, address]) => outward(address, label));
  return made(
    "li",
    {},
    made("label", { className: "box" }, box),
    drawing,
    made(
      "div",
      { className: "about" },
      made("div", {}, name),
      ...(drug.moa ? [made("div", { className: "moa", textContent: drug.moa, title: drug.moa })] : []),
      ...(drug.targets.length ? [targets(drug.targets)] : []),
      made("div", { className: "figures" }, drug.figures, ...links),
    ),
    made(
      "div",
      { className: "score" },
      made("b", { textContent: drug.score }),
      strip(drug, side),
      made("small", { textContent: drug.agree, title: drug.agreeing }),
    ),
  );
}

// Genes, each with a link to its page.
function targets(genes) {
  const title = genes.map(([gene]) => gene).join(", ");
  const linked = genes.flatMap(([gene, page], at) => [at ? ", " : "Target: ", outward(page, gene)]);
  return made("div", { className: "moa", title }, ...linked);
}

function outward(href, textContent) {
  return made("a", { href, textContent, target: "_blank", rel: "noopener noreferrer" });
}

// A bar for each cell line, up where it mimics, gray where it disagrees with the compound.
function strip(drug, side) {
  const node = (tag, traits) => {
    const found = document.createElementNS(SVG, tag);
    Object.entries(traits).forEach(([name, value]) => found.setAttribute(name, value));
    return found;
  };
  const step = Math.min(BAR, WIDTH / drug.lines.length);
  const width = step * drug.lines.length;
  const svg = node("svg", { width, height: HEIGHT, role: "img", "aria-label": drug.agree });
  const middle = HEIGHT / 2;
  drug.lines.forEach(([line, value], at) => {
    const size = Math.max(Math.min(Math.abs(value) / side.largest, 1) * middle, 1);
    const bar = node("rect", {
      x: at * step,
      y: value > 0 ? middle - size : middle,
      width: Math.max(step - 1, 1),
      height: size,
      fill: value * side.sign > 0 ? side.color : side.gray,
    });
    const said = node("title", {});
    said.textContent = `${line} ${value.toFixed(2)}`;
    bar.append(said);
    svg.append(bar);
  });
  svg.append(node("line", { x1: 0, x2: width, y1: middle, y2: middle, stroke: side.gray }));
  return svg;
}
