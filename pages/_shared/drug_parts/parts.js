// Parts of lists of drugs. Names come from files: they are set as text, never as HTML.

const SVG = "http://www.w3.org/2000/svg";
const BAR = 6; // with its gap, at most
const HEIGHT = 26;
const WIDTH = 110;

function made(tag, traits = {}, ...children) {
  const node = document.createElement(tag);
  Object.assign(node, traits);
  node.append(...children);
  return node;
}

function outward(href, textContent) {
  return made("a", { href, textContent, target: "_blank", rel: "noopener noreferrer" });
}

function drawing(drug) {
  const node = made("span", { className: "drawing" });
  if (drug.structure) {
    node.append(made("img", { src: drug.structure, alt: `Structure of ${drug.name}` }));
  }
  return node;
}

// Genes, each with a link to its page.
function targets(genes) {
  const title = genes.map(([gene]) => gene).join(", ");
  const linked = genes.flatMap(([gene, page], at) => [at ? ", " : "Target: ", outward(page, gene)]);
  return made("div", { className: "moa", title }, ...linked);
}

// A bar for each cell line [name, value, text], up above 0, gray where its sign is not that of the side.
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
  drug.lines.forEach(([line, value, text], at) => {
    const size = Math.max(Math.min(Math.abs(value) / side.largest, 1) * middle, 1);
    const bar = node("rect", {
      x: at * step,
      y: value > 0 ? middle - size : middle,
      width: Math.max(step - 1, 1),
      height: size,
      fill: value * side.sign > 0 ? side.color : side.gray,
    });
    const said = node("title", {});
    said.textContent = `${line} ${text ?? value.toFixed(2)}`;
    bar.append(said);
    svg.append(bar);
  });
  svg.append(node("line", { x1: 0, x2: width, y1: middle, y2: middle, stroke: side.gray }));
  return svg;
}
