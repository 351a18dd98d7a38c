// Notices in a corner of the window. They are told to screen readers, take no focus, and go by
// themselves, but not while the pointer or the focus is on one.

const SECONDS = 15;

export default ({ data, setTriggerValue }) => {
  const corner = document.querySelector(".gpar-notices") ?? begun();
  corner.open = (id) => setTriggerValue("opened", id);
  for (const notice of data.notices) {
    if (corner.told.has(notice.id)) continue;
    corner.told.add(notice.id);
    show(notice, corner);
  }
};

// Of the whole window: there before its first notice, or that would not be told, and on every page.
function begun() {
  const corner = document.createElement("div");
  corner.className = "gpar-notices";
  corner.setAttribute("role", "status");
  corner.told = new Set();
  document.body.append(corner);
  return corner;
}

function show(notice, corner) {
  const node = document.createElement("div");
  const text = document.createElement("span");
  text.textContent = notice.text;
  node.append(text);
  if (notice.action) node.append(button(notice.action, () => corner.open(notice.id)));
  const close = button("×", () => {});
  close.setAttribute("aria-label", "Close notice");
  node.append(close);
  for (const each of node.querySelectorAll("button")) each.addEventListener("click", () => node.remove());
  let timer;
  const wait = () => (timer = setTimeout(() => node.remove(), SECONDS * 1000));
  for (const held of ["mouseenter", "focusin"]) node.addEventListener(held, () => clearTimeout(timer));
  for (const free of ["mouseleave", "focusout"]) node.addEventListener(free, wait);
  wait();
  corner.append(node);
}

function button(textContent, onclick) {
  return Object.assign(document.createElement("button"), { type: "button", textContent, onclick });
}
