// Colorings: a code (0 to 255) of each point, a palette, and entries of the legend. An entry has a
// label and a color, and the code that it stands for where it can be picked out. rest: the code of
// points without a color of their own, which are drawn first. COLORS come from the page.

const RAMP = [[59, 111, 216], [154, 111, 176], [232, 102, 42]];
const FEW_AMOUNTS = 8; // up to so many have each their entry in the legend
const UNKNOWN = 255;

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;
const counted = (n) => n.toLocaleString("en");

function ramp(share) {
  const at = Math.min(Math.max(share, 0), 1) * (RAMP.length - 1);
  const low = Math.min(Math.floor(at), RAMP.length - 2);
  return RAMP[low].map((v, c) => Math.round(v + (RAMP[low + 1][c] - v) * (at - low)));
}

// only: names that get a color; none for the most frequent.
function coloring(points, scores, color, only, gray) {
  const { drugs } = points;
  if (color === "moa") {
    return byClass(points, drugs.moas_of, drugs.moa_names, only, "Other MOAs, or none", gray);
  }
  if (color === "target" && drugs.targets_of) {
    const rest = "Other targets, or none";
    return byClass(points, drugs.targets_of, drugs.target_names, only, rest, gray);
  }
  if (color === "cell") return byCell(points, only, gray);
  if (color === "dose") return byAmount(points.dose, points.doses, gray);
  if (color === "time") return byAmount(points.time, points.times, gray);
  if (color === "tas") return byLevel(points.tas, points.tas_range, gray);
  if (color === "score" && scores) {
    return byLevel(scores.score, scores.score_range, gray, scores.score_stretch);
  }
  return { code: new Uint8Array(points.n), palette: [gray], entries: [], rest: 0 };
}

// A drug of several classes bears the color of the first one that has a color.
// of: the classes of each drug. names: of the classes.
function byClass(points, of, names, only, rest, gray) {
  const perDrug = counts(points.drug, of.length);
  const perClass = new Uint32Array(names.length);
  of.forEach((own, drug) => own.forEach((one) => (perClass[one] += perDrug[drug])));
  const shown = colored(names, perClass, only);
  const place = places(shown, names.length);
  const ofDrug = of.map((own) => Math.min(...own.map((one) => place[one] || 255)));
  const table = ofDrug.map((at) => (at > shown.length ? 0 : at));
  return named(points.drug, table, names, shown, rest, gray);
}

function byCell(points, only, gray) {
  const shown = colored(points.cells, counts(points.cell, points.cells.length), only);
  const table = places(shown, points.cells.length);
  const rest = points.cells.length - shown.length ? "Other cell lines" : "";
  return named(points.cell, table, points.cells, shown, rest, gray);
}

function counts(codes, n) {
  const found = new Uint32Array(n);
  for (let i = 0; i < codes.length; i++) found[codes[i]]++;
  return found;
}

// Codes of the names that get a color, those with most points first.
function colored(names, count, only) {
  const codes = [...names.keys()].filter((c) => count[c] && (!only.length || only.includes(names[c])));
  return codes.sort((a, b) => count[b] - count[a]).slice(0, COLORS.length);
}

function places(shown, n) {
  const place = new Uint8Array(n);
  shown.forEach((code, at) => (place[code] = at + 1));
  return place;
}

function named(codes, table, names, shown, rest, gray) {
  const entries = shown.map((c, at) => ({ label: names[c], rgb: rgb(COLORS[at]), code: at + 1 }));
  if (rest) entries.push({ label: rest, rgb: gray, code: 0 });
  const palette = [gray, ...shown.map((_, at) => rgb(COLORS[at]))];
  return { code: translated(codes, table), palette, entries, rest: 0 };
}

function translated(codes, table) {
  const code = new Uint8Array(codes.length);
  for (let i = 0; i < codes.length; i++) code[i] = table[codes[i]];
  return code;
}

// Amounts with units: by their logarithm where they span more than a hundredfold.
function byAmount(codes, { names, numbers }, gray) {
  const known = numbers.filter((v) => v > 0);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const by = high / low > 100 ? Math.log : (v) => v;
  const share = (v) => (high > low ? (by(Math.max(v, low)) - by(low)) / (by(high) - by(low)) : 0.5);
  const level = numbers.map((v) => (v === null ? UNKNOWN : Math.round(share(v) * 254)));
  const palette = levels(gray);
  let entries = names.map((name, c) => ({
    label: name || "Unknown", rgb: palette[level[c]], code: level[c],
  }));
  if (names.length > FEW_AMOUNTS || new Set(level).size < level.length) {
    const unknown = entries.filter((entry) => entry.code === UNKNOWN);
    const [from, to] = [low, high].map((v) => names[numbers.indexOf(v)]);
    entries = [{ ramp: true, from, to }, ...unknown];
  }
  return { code: translated(codes, level), palette, entries, rest: UNKNOWN };
}

// stretch: how much sooner than at the ends of their range levels have the colors of the ends.
function byLevel(code, [low, high], gray, stretch = 1) {
  const entries = [{ ramp: true, from: low.toFixed(2), to: high.toFixed(2) }];
  if (stretch > 1) {
    entries[0].from = `≤ ${(low / stretch).toFixed(2)}`;
    entries[0].to = `≥ ${(high / stretch).toFixed(2)}`;
  }
  if (code.includes(UNKNOWN)) entries.push({ label: "Unknown", rgb: gray, code: UNKNOWN });
  return { code, palette: levels(gray, stretch), entries, rest: UNKNOWN };
}

// Positions of all points, those of faint codes first.
function drawingOrder(code, faint) {
  const order = new Uint32Array(code.length);
  const first = Uint8Array.from({ length: 256 }, (_, c) => faint(c));
  let at = 0;
  for (const wanted of [1, 0]) {
    for (let i = 0; i < code.length; i++) if (first[code[i]] === wanted) order[at++] = i;
  }
  return order;
}

function levels(gray, stretch = 1) {
  const share = (level) => 0.5 + (level / 254 - 0.5) * stretch;
  return [...Array.from({ length: UNKNOWN }, (_, level) => ramp(share(level))), gray];
}
