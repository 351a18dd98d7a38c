// Lists of compounds side by side, or one below the other where there is no room.

const SHOWN = 10; // rows of each list before all are asked for

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

function list(side, checked, check) {
  const drawn = side.rows.some((drug) => drug.structure);
  const rows = made("ol", { className: drawn ? "drawn" : "" });
  const add = (drugs) => rows.append(...drugs.map((drug) => row(drug, side, checked, check)));
  const section = made("section", {}, made("h2", { textContent: side.title }), rows);
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
  const name = drug.page ? outward(drug.page, drug.name) : made("span", { textContent: drug.name });
  name.className = "name";
  const links = drug.links.map(([label, address]) => outward(address, label));
  return made(
    "li",
    {},
    made("label", { className: "box" }, box),
    drawing(drug),
    made(
      "div",
      { className: "about" },
      made("div", {}, name, ...(drug.own ? [made("em", { textContent: "the query itself" })] : [])),
      ...(drug.moa ? [made("div", { className: "moa", textContent: drug.moa, title: drug.moa })] : []),
      ...(drug.targets.length ? [targets(drug.targets)] : []),
      made("div", { className: "figures" }, made("span", { textContent: drug.figures }), ...links),
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
