// Export: the view with its title, its legend, the list beside it, and the word SIMULATED where it is
// due.

const MAX_CIRCLES = 5000;
const [MARGIN, HEAD, LINE, LETTER] = [12, 40, 20, 7];
const LIST = 300; // width of a list
const PRINT_MM = 180; // width of a figure over two columns
const PRINT_PIXELS = (PRINT_MM / 25.4) * 300;

// Returns what was saved, in words.
function saveSvg(map) {
  const { width, height } = map.camera;
  const visible = map.visible();
  const drawn = visible.length <= MAX_CIRCLES;
  const image = () => {
    map.draw(); // at once, since the canvas keeps what was drawn only until the next frame
    return `<image width="${width}" height="${height}" href="${map.canvas.toDataURL("image/png")}"/>`;
  };
  const body = drawn ? circles(map, visible) : image();
  const drawing = pictureOf(map, body, `width="${PRINT_MM}mm"`);
  save(new Blob([drawing], { type: "image/svg+xml" }), `${map.data.file}.svg`);
  if (drawn) return `Saved as a drawing of ${counted(visible.length)} points.`;
  return `Saved. The ${counted(visible.length)} points in view are one image inside the drawing; up to ` +
    `${counted(MAX_CIRCLES)} are drawn one by one: zoom in for that.`;
}

async function savePng(map) {
  const frame = new Image();
  frame.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(pictureOf(map, ""))}`;
  await frame.decode();
  const ratio = Math.max(map.camera.ratio, PRINT_PIXELS / frame.width);
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [frame.width * ratio, frame.height * ratio];
  const context = sheet.getContext("2d");
  context.drawImage(frame, 0, 0, sheet.width, sheet.height);
  map.atRatio(ratio, () => {
    for (const canvas of [map.canvas, map.marks.canvas]) {
      context.drawImage(canvas, MARGIN * ratio, HEAD * ratio);
    }
  });
  sheet.toBlob((blob) => save(blob, `${map.data.file}.png`), "image/png");
  return "Saved this view as an image.";
}

function circles(map, visible) {
  const { size, larger, alpha } = map.dots();
  const { code, palette } = map.coloring;
  const circle = (i, diameter, color, opacity) => {
    const [x, y] = map.pixelOf(i).map((v) => v.toFixed(1));
    const r = (diameter / 2).toFixed(1);
    return `<circle cx="${x}" cy="${y}" r="${r}" fill="${css(color)}" fill-opacity="${opacity}"/>`;
  };
  const faint = (i) => (alpha * map.strength(code[i])).toFixed(2);
  const lines = visible.filter((i) => !map.role[i]).map((i) => circle(i, size, palette[code[i]], faint(i)));
  map.groups.forEach((group, at) => {
    const own = visible.filter((i) => map.role[i] === at + 1);
    lines.push(...own.map((i) => circle(i, larger, group.rgb, 0.95)));
  });
  return lines.join("\n");
}

// size: attributes; without it, those of the screen.
function pictureOf(map, body, size) {
  const { width, height } = map.camera;
  const style = getComputedStyle(map.root);
  const ground = style.getPropertyValue("--st-background-color").trim() || "white";
  const { yellow } = map.data.style;
  const legend = drawnLegend(legendOf(map), width, HEAD + height + 24, style.color);
  const total = HEAD + height + 24 + legend.rows * LINE;
  const radius = (map.dots().size / 2 + 2.5).toFixed(1);
  const rings = (map.members ?? []).map((i) => {
    const [x, y] = map.pixelOf(i).map((v) => v.toFixed(1));
    return `<circle cx="${x}" cy="${y}" r="${radius}" fill="none" stroke="${style.color}"/>`;
  });
  const note = map.data.simulated
    ? `<text x="${width}" y="26" text-anchor="end" font-weight="700" fill="${yellow}">SIMULATED DATA</text>`
    : "";
  const stops = RAMP.map((c, at) => `<stop offset="${at / 2}" stop-color="${css(c)}"/>`).join("");
  const box = `width="${width}" height="${height}"`;
  const { listed } = map.data;
  const whole = width + 2 * MARGIN + (listed.length ? LIST : 0);
  const list = listed.map(({ text }, at) => {
    const y = HEAD + 12 + at * Math.min(LINE, height / listed.length);
    return `<text x="${width + 2 * MARGIN}" y="${y}" font-size="11">${escaped(short(text))}</text>`;
  });
  size ??= `width="${whole}" height="${total}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="${-MARGIN} 0 ${whole} ${total}" font-family="sans-serif" font-size="12" fill="${style.color}">
<defs><linearGradient id="ramp">${stops}</linearGradient><clipPath id="frame"><rect ${box}/></clipPath></defs>
<rect x="${-MARGIN}" width="${whole}" height="${total}" fill="${ground}"/>
<text y="26" font-size="15" font-weight="600">${escaped(map.data.title)}</text>${note}
<g transform="translate(0 ${HEAD})" clip-path="url(#frame)">${body}${rings.join("")}</g>
<rect y="${HEAD}" ${box} fill="none" stroke="${style.color}" stroke-opacity="0.3"/>
${legend.text}
${list.join("\n")}
</svg>`;
}

// Entries side by side, in as many rows as they need.
function drawnLegend(entries, width, top, ink) {
  const lines = [];
  let [left, row] = [0, 0];
  for (const entry of entries) {
    const text = entry.heading ?? entry.label ?? entry.from + entry.to;
    const needed = text.length * LETTER + (entry.ramp ? 120 : 34);
    if (left && left + needed > width) [left, row] = [0, row + 1];
    const y = top + row * LINE;
    const word = (x, shown, more = "") => `<text x="${x}" y="${y}" ${more}>${escaped(shown)}</text>`;
    if (entry.heading) lines.push(word(left, text, 'font-weight="600"'));
    else if (entry.ramp) {
      const bar = left + entry.from.length * LETTER + 8;
      const area = `x="${bar}" y="${y - 10}" width="90" height="11" fill="url(#ramp)"`;
      lines.push(word(left, entry.from), `<rect ${area}/>`, word(bar + 98, entry.to));
    } else {
      const look = entry.ring ? `fill="none" stroke="${ink}"` : `fill="${css(entry.rgb)}"`;
      lines.push(`<circle cx="${left + 6}" cy="${y - 4}" r="5" ${look}/>`, word(left + 16, text));
    }
    left += needed;
  }
  return { rows: row + 1, text: lines.join("\n") };
}

function short(text) {
  const most = LIST / 6;
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function escaped(text) {
  const signs = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => signs[sign]);
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
