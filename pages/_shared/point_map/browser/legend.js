// What the colors mean: groups first, then the coloring.

function legendOf({ data, groups, coloring, chosen, points }) {
  const roles = groups.toReversed().filter((group) => group.members.length);
  const entries = roles.map((group) => ({ label: group.label, rgb: group.rgb }));
  const colors = coloring.entries;
  if (entries.length && !colors.length) entries.push({ label: "Others", rgb: rgb(data.style.gray) });
  if (chosen.drug !== null) entries.push({ label: points.drugs.names[chosen.drug], ring: true });
  return colors.length ? [...entries, { heading: data.color_label }, ...colors] : entries;
}

// A click on an entry leaves its points in color and dims the others.
function showLegend(map) {
  const lines = legendOf(map).map((entry) => {
    if (entry.heading) return made("b", entry.heading);
    const line = made(entry.code === undefined ? "span" : "button", "");
    if (entry.ramp) {
      const bar = made("i", "", "ramp");
      bar.style.background = `linear-gradient(to right, ${RAMP.map(css).join(", ")})`;
      line.append(entry.from, bar, entry.to);
      return line;
    }
    const dot = made("i", "", entry.ring ? "ring" : "");
    if (entry.rgb) dot.style.background = css(entry.rgb);
    line.append(dot, entry.label);
    if (entry.code !== undefined) {
      line.title = "Only these; once more for all";
      line.classList.toggle("dim", map.isolated !== null && map.isolated !== entry.code);
      line.onclick = () => map.isolate(map.isolated === entry.code ? null : entry.code);
    }
    return line;
  });
  map.find(".legend").replaceChildren(...lines);
}

function made(tag, text, name = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = name;
  return element;
}
