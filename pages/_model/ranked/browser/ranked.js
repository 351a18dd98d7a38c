// Ranked drugs, one row each. A click or Enter opens a row; j, k and the arrows walk the rows.

const HEADS = [
  ["rank", "#", "Position in the ranked list"],
  ["structure", "Structure", ""],
  ["drug", "Drug", "Name, known MOA and target; bold where it shares the MOA of the training drugs"],
  ["evidence", "Evidence", "Enrichment score (ES), FDR, and number of signatures"],
  ["lines", "Cell lines", "Mean percentile of its signatures in each cell line: above the middle if up"],
  ["others", "Specificity", "In how many other MOAs' lists it is among the first 20"],
  ["links", "Links", ""],
];
const LINKED = "gpar-drug"; // event by which a list and a map light up each other
const FOLLOW_MS = 250; // walking opens a row once the keys rest
const PANEL = ".st-key-opened-compound"; // what Streamlit shows of the opened row
const HEADER = "4rem"; // of Streamlit, which lies over the page
const PANEL_MS = 5000; // until the panel is there, at most

export default ({ parentElement, data, setStateValue }) => {
  const root = parentElement.querySelector(".ranked");
  root.list ??= new RankedList(root);
  root.list.update(data, setStateValue);
  return () => root.list.stop();
};

class RankedList {
  constructor(root) {
    this.root = root;
    this.opened = this.current = "";
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("click", (event) => {
      const row = event.target.closest(".row[data-drug]");
      if (row && !event.target.closest("a")) this.show(row);
    });
    root.addEventListener("pointerover", (event) => this.tellMap(event.target.closest(".row[data-drug]"), "over"));
    root.addEventListener("pointerleave", () => this.tellMap(null, "over"));
    root.addEventListener("focusin", (event) => {
      const row = event.target.closest(".row[data-drug]");
      if (row) this.come(row);
    });
    this.hear = (event) => this.fromMap(event.detail);
  }

  update(data, tell) {
    this.data = data;
    this.tell = tell;
    const scrolled = this.root.querySelector(".grid")?.scrollTop ?? 0;
    const hadFocus = this.root.contains(this.root.getRootNode().activeElement);
    this.root.style.setProperty("--bar", data.color);
    const grid = made("div", { className: "grid" });
    grid.classList.toggle("drawn", data.drawn);
    grid.classList.toggle("brief", data.linked);
    grid.setAttribute("role", "grid");
    grid.setAttribute("aria-label", "Ranked drugs");
    grid.append(head(), ...data.rows.map((drug) => row(drug, data)));
    this.root.replaceChildren(grid, ...this.more());
    this.rows = [...grid.querySelectorAll(".row[data-drug]")];
    grid.scrollTop = scrolled;
    const current = this.rowOf(this.current) ?? this.rows[0];
    if (current) this.come(current);
    if (hadFocus) current?.focus({ preventScroll: true });
    this.mark();
    window.removeEventListener(LINKED, this.hear);
    if (data.linked) window.addEventListener(LINKED, this.hear);
  }

  stop() {
    window.removeEventListener(LINKED, this.hear);
  }

  more() {
    const { rows, n_passing, most, step } = this.data;
    const left = Math.min(n_passing, most) - rows.length;
    if (left <= 0) return [];
    const button = made("button", { type: "button", textContent: `Show ${Math.min(left, step)} more` });
    button.onclick = () => this.tell("shown", rows.length + step);
    return [button];
  }

  rowOf(drug) {
    return this.rows.find((each) => each.dataset.drug === drug);
  }

  // Only the current row and its links are stops of the Tab key.
  come(row) {
    this.current = row.dataset.drug;
    for (const each of this.rows) {
      const here = each === row;
      each.tabIndex = here ? 0 : -1;
      each.querySelectorAll("a").forEach((link) => (link.tabIndex = here ? 0 : -1));
    }
  }

  key(event) {
    const row = event.target.closest(".row[data-drug]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.rows.indexOf(row);
    const last = this.rows.length - 1;
    const to = {
      j: at + 1, ArrowDown: at + 1, k: at - 1, ArrowUp: at - 1, Home: 0, End: last,
    }[event.key];
    if (to !== undefined) this.walk(Math.min(Math.max(to, 0), last));
    else if (event.key === "Enter" && event.target === row) this.show(row);
    else if (event.key === " " && event.target === row) this.show(row);
    else if (event.key === "Escape" && this.opened) this.open(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  walk(to) {
    const row = this.rows[to];
    row.focus();
    this.tellMap(row, "over");
    clearTimeout(this.following);
    if (this.opened) this.following = setTimeout(() => this.open(row), FOLLOW_MS);
  }

  open(row) {
    this.opened = row?.dataset.drug ?? "";
    if (row) this.come(row);
    this.mark();
    this.tellMap(row, "pick");
    if (!this.data.linked) this.tell("opened", { drug: this.opened, at: Date.now() });
  }

  // Open a row, and scroll to its panel where that stands below the list, as on a phone.
  show(row) {
    this.open(row);
    if (this.data.linked) return;
    const name = row.querySelector(".name").textContent;
    const until = Date.now() + PANEL_MS;
    const look = () => {
      if (row.dataset.drug !== this.opened || Date.now() > until) return;
      const panel = document.querySelector(PANEL);
      if (panel?.querySelector("h2")?.textContent !== name) setTimeout(look, 100);
      else if (panel.getBoundingClientRect().top >= this.root.getBoundingClientRect().bottom) {
        panel.style.scrollMarginTop = HEADER;
        panel.scrollIntoView();
      }
    };
    look();
  }

  mark() {
    for (const each of this.rows) each.setAttribute("aria-selected", each.dataset.drug === this.opened);
  }

  tellMap(row, act) {
    if (!this.data.linked) return;
    const drug = row?.dataset.drug ?? "";
    window.dispatchEvent(new CustomEvent(LINKED, { detail: { drug, act, from: "list" } }));
  }

  fromMap({ drug, act, from }) {
    if (from === "list") return;
    for (const each of this.rows) each.classList.toggle("lit", each.dataset.drug === drug);
    const row = this.rowOf(drug);
    if (!row) return;
    row.scrollIntoView({ block: "nearest" });
    if (act !== "pick") return;
    this.opened = drug;
    this.come(row);
    this.mark();
  }
}

function cell(name, ...children) {
  const node = made("div", { className: name }, ...children);
  node.setAttribute("role", "gridcell");
  return node;
}

function line(className, textContent) {
  return made("div", { className, textContent, title: textContent });
}

function head() {
  const node = made("div", { className: "row head" });
  node.setAttribute("role", "row");
  for (const [name, textContent, title] of HEADS) {
    const label = made("div", { className: name, textContent, title });
    label.setAttribute("role", "columnheader");
    node.append(label);
  }
  return node;
}

function row(drug, data) {
  const name = outward(drug.page, drug.name);
  name.className = "name";
  name.title = "Open compound";
  const figures = drug.figures.map(([label, value]) =>
    made("span", {}, made("small", { textContent: label }), ` ${value}`));
  const node = made(
    "div",
    { className: "row" },
    cell("rank", String(drug.rank), ...sortedBy(drug.by)),
    cell("structure", drawing(drug)),
    cell(
      "drug",
      made("div", {}, name),
      line(drug.shares ? "moa shares" : "moa", drug.moa),
      ...(drug.targets.length ? [targets(drug.targets)] : []),
    ),
    cell("evidence", bar(drug), line("", drug.fdr), line("faint", drug.k)),
    cell("lines", strip(drug, data), made("small", { textContent: drug.agree, title: drug.agreeing })),
    cell("others", made("span", { textContent: drug.others || "—", title: drug.named })),
    cell("links", ...drug.links.map(([label, address]) => outward(address, label))),
    ...(figures.length ? [cell("figures", ...figures)] : []),
  );
  node.setAttribute("role", "row");
  node.dataset.drug = drug.drug;
  return node;
}

// The figure that the list is sorted by, where no other column shows it.
function sortedBy([label, value]) {
  return value ? [made("small", { textContent: value, title: label })] : [];
}

// The enrichment score, -1 to 1, as a bar from 0.
function bar(drug) {
  const fill = made("i");
  fill.style.width = `${Math.min(Math.abs(drug.es), 1) * 100}%`;
  if (drug.es < 0) fill.className = "below";
  const value = made("b", { textContent: drug.evidence });
  return made("div", { className: "es", title: "Enrichment score, -1 to 1" }, made("span", {}, fill), value);
}
