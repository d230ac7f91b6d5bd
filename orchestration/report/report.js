/* The report's own script: pages, filters, sums over the cubes, tables. It asks no network. All text goes in as text. */
(function () {
  "use strict";
  const ALL = -2, UNKNOWN = 0, OTHER = -1;
  const PAPER = 620; /* points that a chart has on A4, the narrower of the two, and on Letter */
  const $ = (id) => document.getElementById(id);
  const kinds = ["country", "segment", "channel", "source"];
  let data, views = {}, state, opened = new Set();

  async function unpacked(id) {
    const bytes = Uint8Array.from(atob($(id).textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  /* Words ----------------------------------------------------------------------------------------------------------- */
  const say = (english) => data.words[english] || english;
  const formats = {};
  function number(value, digits) {
    const key = JSON.stringify(digits);
    formats[key] = formats[key] || new Intl.NumberFormat(data.lang, digits);
    return formats[key].format(value).replace("-", "\u2212");
  }
  function written(value, unit) {
    if (value === null || value === undefined || !isFinite(value)) return "\u2013";
    if (unit === "money") {
      const amount = number(Math.round(value) || 0, { maximumFractionDigits: 0 });
      return data.lang.startsWith("en") ? data.currency + "\u00a0" + amount : amount + "\u00a0" + data.currency;
    }
    if (unit === "share") {
      const few = Math.abs(value) < 0.1 ? 1 : 0;
      return number(100 * value, { minimumFractionDigits: few, maximumFractionDigits: few }) + "\u00a0%";
    }
    if (unit === "hours") {
      const [n, word, few] = value < 1 ? [value * 60, "min", 0] : value < 48 ? [value, "h", 1] : [value / 24, "days", 1];
      return number(n, { minimumFractionDigits: few, maximumFractionDigits: few }) + " " + say(word);
    }
    return number(value, { maximumFractionDigits: unit === "decimal" ? 2 : 0 });
  }
  const monthOf = (m) => Math.floor(m / 12) + "-" + String((m % 12) + 1).padStart(2, "0") + "-01";
  const short = (month) => new Intl.DateTimeFormat(data.lang, { month: "short", year: "2-digit", timeZone: "UTC" }).format(new Date(month));
  const numbered = (text) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1;
  function placed(value, axis, cube, column) {
    if (column === "m") value = monthOf(value);
    if (axis.kind === "month") return new Intl.DateTimeFormat(data.lang, { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(value));
    if (axis.kind === "weekday") return value === null ? say("not known") : data.weekdays[value - 1];
    if (axis.kind === "hour") return value === null ? say("not known") : String(value).padStart(2, "0") + ":00";
    if (axis.kind === "number") return value === null ? say("not known") : number(value, { maximumFractionDigits: 2 });
    if (value === UNKNOWN) return say("not known");
    if (value === OTHER) return say("other");
    const words = kinds.includes(column) ? data.filters[column] : cube.values[column];
    const word = words[value - 1];
    return axis.kind === "country" ? data.countries[word] || word : word || say("not known");
  }

  /* The address ------------------------------------------------------------------------------------------------------ */
  function read() {
    const [page, asked] = decodeURIComponent(location.hash.slice(1)).split("?");
    const told = new URLSearchParams(asked || "");
    const found = { page: data.pages.includes(page) ? page : data.pages[0], period: "12" };
    if (data.periods[told.get("period")]) found.period = told.get("period");
    for (const kind of kinds) {
      const value = told.get(kind);
      if (value === "~") found[kind] = UNKNOWN;
      else if (value !== null && data.filters[kind].includes(value)) found[kind] = data.filters[kind].indexOf(value) + 1;
    }
    return found;
  }
  function address(of) {
    const told = new URLSearchParams();
    if (of.period !== "12") told.set("period", of.period);
    for (const kind of kinds) if (kind in of) told.set(kind, of[kind] === UNKNOWN ? "~" : data.filters[kind][of[kind] - 1]);
    const asked = told.toString();
    return "#" + of.page + (asked ? "?" + asked : "");
  }

  /* Sums ------------------------------------------------------------------------------------------------------------- */
  function span(figure, shift) {
    let [first, last] = data.periods[state.period].map(numbered);
    const overTime = figure.axes.some((axis) => axis.column === "m") && !shift;
    if (overTime && last === numbered(data.over)) last = numbered(data.running);
    return [first - (shift || 0), last - (shift || 0)];
  }
  function acting(figure) {
    return kinds.filter((kind) => kind in state && data.cubes[figure.cube].obeys.includes(kind));
  }
  function summed(figure, bounds, axes) {
    const cube = data.cubes[figure.cube], columns = cube.columns, filters = acting(figure), groups = new Map();
    const length = columns[Object.keys(columns)[0]].length, byMonth = "m" in columns && bounds;
    const segments = columns.segment, wanted = filters.includes("segment") ? state.segment : 0;
    const others = filters.filter((kind) => kind !== "segment");
    for (let i = 0; i < length; i++) {
      if (segments && segments[i] !== wanted) continue;
      if (byMonth && (columns.m[i] === null || columns.m[i] < bounds[0] || columns.m[i] > bounds[1])) continue;
      if (others.some((kind) => columns[kind][i] !== state[kind])) continue;
      const at = axes.map((axis) => columns[axis.column][i]), key = at.join("\u0000");
      let row = groups.get(key);
      if (!row) groups.set(key, (row = { at, sums: {} }));
      for (const name of figure.sums) {
        const value = columns["v_" + name][i];
        if (value !== null) row.sums[name] = (row.sums[name] || 0) + value;
      }
    }
    return [...groups.values()];
  }
  function measured(measure, sums) {
    if (!sums) return null;
    if (!measure.over) return measure.name in sums ? sums[measure.name] : measure.unit === "count" ? 0 : null;
    const [part, whole] = measure.over;
    return sums[whole] && sums[part] !== undefined ? sums[part] / sums[whole] : null;
  }
  function rowsOf(figure) {
    const cube = data.cubes[figure.cube], first = figure.measures[0];
    const rows = summed(figure, span(figure), figure.axes);
    for (const row of rows) {
      row.values = figure.measures.map((measure) => measured(measure, row.sums));
      row.names = figure.axes.map((axis, n) => placed(row.at[n], axis, cube, axis.column));
    }
    const byAxis = (a, b) => { for (let n = 0; n < a.at.length; n++) { const [x, y] = figure.axes[n].kind === "word" ? [a.names[n], b.names[n]] : [a.at[n], b.at[n]]; if (x !== y) return x === null ? 1 : y === null ? -1 : x < y ? -1 : 1; } return 0; };
    const bySize = (a, b) => (a.at[0] === OTHER) - (b.at[0] === OTHER) || (b.values[0] ?? -Infinity) - (a.values[0] ?? -Infinity) || byAxis(a, b);
    const timed = figure.axes.some((axis) => axis.column === "m") || figure.kind === "heat";
    return rows.sort(figure.in_order || timed ? byAxis : bySize).filter((row) => first.unit !== "count" || row.values.some((value) => value));
  }
  function together(figure, rows) {
    /* Bars beyond the most that are shown are one: sums may be added up, and shares follow from the sums. */
    if (rows.length <= figure.most || figure.axes.length !== 1 || figure.in_order) return rows;
    const rest = { at: [OTHER], names: [say("other") + " (" + (rows.length - figure.most + 1) + ")"], sums: {} };
    for (const row of rows.slice(figure.most - 1)) for (const name in row.sums) rest.sums[name] = (rest.sums[name] || 0) + row.sums[name];
    rest.values = figure.measures.map((measure) => measured(measure, rest.sums));
    return [...rows.slice(0, figure.most - 1), rest];
  }
  function points(figure, rows) {
    const first = figure.measures[0], cube = data.cubes[figure.cube];
    const time = (row) => (figure.axes[0].column === "m" ? monthOf(row.at[0]) : row.at[0]);
    if (figure.kind === "columns") {
      const months = rows.filter((row) => row.at[0] !== null).map((row) => row.at[0]), there = new Map(rows.map((row) => [row.at[0], row]));
      rows = [];
      for (let m = Math.min(...months); m <= Math.max(...months); m++) /* a month without any is nought */
        rows.push(there.get(m) || { at: [m], values: [0], names: [placed(m, figure.axes[0], cube, "m")] });
      const before = new Map(summed(figure, span(figure, 12), figure.axes).map((row) => [row.at[0] + 12, measured(first, row.sums)]));
      return rows.map((row) => ({ label: short(time(row)), v: row.values[0], text: written(row.values[0], first.unit), place: row.names[0],
        to: behind(figure, row), running: time(row) === data.running, before: before.get(row.at[0]) ?? null, before_text: written(before.get(row.at[0]), first.unit) }));
    }
    if (figure.kind === "lines") {
      return rows.flatMap((row) => figure.measures.map((measure, n) => ({ x: time(row), v: row.values[n], series: measure.label,
        text: written(row.values[n], measure.unit), place: row.names[0] })));
    }
    if (figure.kind === "heat") {
      const order = (n) => { const told = [...new Set(rows.map((row) => row.at[n]))]; return figure.axes[n].kind === "word" ? told : told.sort((a, b) => (a === null) - (b === null) || (a < b ? -1 : 1)); };
      const across = order(0), down = order(1);
      return rows.map((row) => ({ x: row.names[0], y: row.names[1], across: across.indexOf(row.at[0]), down: down.indexOf(row.at[1]), to: behind(figure, row), v: row.values[0], text: written(row.values[0], first.unit) }));
    }
    if (figure.kind === "map" || figure.kind === "dots") return onMap(figure, rows);
    return together(figure, rows).map((row) => ({ to: behind(figure, row), y: row.names.join(", "), v: row.values[0] || 0, text: written(row.values[0], first.unit) }));
  }
  /* Maps: the outlines as Vega draws them. What has no place on them is counted (note). */
  let land;
  function outlines() {
    if (land) return land;
    const told = data.outlines, [sx, sy] = told.transform.scale, [tx, ty] = told.transform.translate;
    const arcs = told.arcs.map((arc) => { let x = 0, y = 0; return arc.map(([dx, dy]) => [(x += dx) * sx + tx, (y += dy) * sy + ty]); });
    const ring = (ids) => ids.flatMap((id, n) => (id < 0 ? [...arcs[~id]].reverse() : arcs[id]).slice(n ? 1 : 0));
    const rings = (one) => (one.type === "Polygon" ? [one.arcs] : one.type === "MultiPolygon" ? one.arcs : []).map((polygon) => polygon.map(ring));
    land = told.objects.countries.geometries.map((one) => ({ type: "Feature", id: one.id, geometry: { type: "MultiPolygon", coordinates: rings(one) } })).filter((one) => one.geometry.coordinates.length);
    return land;
  }
  function onMap(figure, rows) {
    const first = figure.measures[0], cube = data.cubes[figure.cube], raw = (row) => figure.axes.map((axis, n) => (row.at[n] > 0 ? cube.values[axis.column][row.at[n] - 1] : ""));
    const mark = (row) => ({ v: row.values[0] || 0, text: written(row.values[0], first.unit), place: [...row.names].reverse().filter((name, n) => row.at[row.at.length - 1 - n] > 0).join(", "), to: behind(figure, row) });
    const all = rows.reduce((sum, row) => sum + (row.values[0] || 0), 0);
    let marks = [], base = outlines();
    if (figure.kind === "dots") {
      for (const row of rows) { const at = data.cities[raw(row).join("|")]; if (at) marks.push({ lon: at[0], lat: at[1], ...mark(row) }); }
      marks.sort((a, b) => b.v - a.v);
      base = [...base, ...marks];
    } else {
      const told = new Map(rows.filter((row) => row.at[0] > 0).map((row) => [raw(row)[0], row]));
      base = base.map((one) => (told.has(one.id) ? { ...one, ...mark(told.get(one.id)) } : one));
      marks = base.filter((one) => "v" in one);
    }
    const said = $("n-" + figure.key);
    said.textContent += (said.textContent ? "; " : "") + say("on the map: {n} of {all}").replace("{n}", written(marks.reduce((sum, one) => sum + one.v, 0), first.unit)).replace("{all}", written(all, first.unit));
    return base;
  }
  /* What part of the world is drawn: where there is anything, with some of what lies around. */
  function windowOf(rows, width, height) {
    const largest = (one) => one.geometry.coordinates.map((polygon) => polygon[0]).reduce((a, b) => (b.length > a.length ? b : a));
    const marked = rows.filter((row) => "v" in row).flatMap((row) => ("lon" in row ? [[row.lon, row.lat]] : largest(row)));
    const rad = Math.PI / 180, up = (lat) => Math.log(Math.tan(Math.PI / 4 + (Math.max(-60, Math.min(78, lat)) * rad) / 2));
    const xs = marked.map((at) => at[0] * rad), ys = marked.map((at) => up(at[1]));
    if (!xs.length) { xs.push(-Math.PI, Math.PI); ys.push(up(-50), up(70)); }
    const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const scale = Math.min(width / Math.max((x1 - x0) * 1.15, 0.25), height / Math.max((y1 - y0) * 1.15, 0.12));
    return { type: "mercator", scale: Math.max(scale, width / 6.4), center: [(x0 + x1) / 2 / rad, (2 * Math.atan(Math.exp((y0 + y1) / 2)) - Math.PI / 2) / rad] };
  }
  function speaksOf(figure) {
    const told = data.reach[figure.relation];
    if (!told) return null;
    let n = 0;
    const has = (kind) => kind in told, period = figure.timed ? state.period : "all";
    for (let i = 0; i < told.n.length; i++) {
      if (told.period[i] !== period || told.segment[i] !== (state.segment || 0)) continue;
      if (has("country") && "country" in state && told.country[i] !== state.country) continue;
      if (["channel", "source"].some((kind) => has(kind) && told[kind][i] !== (kind in state ? state[kind] : ALL))) continue;
      n += told.n[i];
    }
    return n;
  }

  /* From a bar to the customers behind it: only where `crm360 serve` shows the report, to who may see persons. */
  const served = location.protocol.startsWith("http") && location.pathname === "/report/index.html";
  function behind(figure, row) {
    if (!served || !figure.of_customers || (row && row.at.includes(OTHER))) return null;
    const asked = new URLSearchParams({ figure: figure.key });
    if (figure.timed) asked.set("period", state.period);
    for (const kind of acting(figure)) asked.set(kind, state[kind] === UNKNOWN ? "~" : data.filters[kind][state[kind] - 1]);
    (row ? figure.axes : []).forEach((axis, n) => {
      const value = row.at[n], words = kinds.includes(axis.column) ? data.filters[axis.column] : data.cubes[figure.cube].values[axis.column];
      if (axis.column === "m") asked.set("at" + n, value === null ? "~" : monthOf(value));
      else if (value === null || (words && value === UNKNOWN)) asked.set("at" + n, "~");
      else asked.set("at" + n, words ? words[value - 1] : String(value));
    });
    return "/list?" + asked;
  }

  /* Showing ---------------------------------------------------------------------------------------------------------- */
  function element(name, text, attributes) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    for (const key in attributes || {}) made.setAttribute(key, attributes[key]);
    return made;
  }
  function colours() {
    const style = getComputedStyle(document.documentElement), c = (name) => style.getPropertyValue("--" + name).trim();
    const text = { labelColor: c("quiet"), titleColor: c("quiet"), labelFont: "system-ui, sans-serif", titleFont: "system-ui, sans-serif", labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" };
    return {
      background: null, font: "system-ui, sans-serif", view: { stroke: null }, mark: { color: c("mark") }, bar: { color: c("mark") },
      text: { color: c("ink") }, tick: { color: c("second") }, rect: { invalid: null }, geoshape: { fill: c("track"), stroke: c("card"), strokeWidth: 0.6 }, circle: { stroke: c("card") },
      axis: { ...text, gridColor: c("line"), domainColor: c("line"), tickColor: c("line"), labelPadding: 6 }, legend: { ...text, symbolStrokeWidth: 2 },
      range: { category: [c("mark"), c("second"), c("third"), c("fourth")], heatmap: [c("track"), c("mark")], ramp: [c("track"), c("mark")] },
    };
  }
  function table(figure, rows) {
    const body = $("t-" + figure.key);
    if (!body) return;
    body.replaceChildren(...rows.slice(0, 500).map((row) => {
      const line = element("tr");
      row.names.forEach((name, n) => {
        const cell = element("td", undefined, { class: "words" }), to = n === 0 ? behind(figure, row) : null;
        cell.append(to ? element("a", name, { href: to }) : name);
        line.append(cell);
      });
      row.values.forEach((value, n) => line.append(element("td", written(value, figure.measures[n].unit), { class: "number" })));
      return line;
    }));
  }
  const quote = (text) => "'" + String(text).replaceAll("'", "''") + "'";
  function sql(figure) {
    const told = figure.sql, where = [...told.where];
    if (told.clauses.month && !(state.period === "all")) {
      const bounds = span(figure).map(monthOf);
      let n = 0;
      where.push(told.clauses.month.replace(/\?/g, () => "date " + quote(bounds[n++])));
    }
    for (const kind of acting(figure)) {
      const clause = told.clauses[kind];
      where.push(state[kind] === UNKNOWN ? clause.replace(" = ?", " is null") : clause.replace("?", quote(data.filters[kind][state[kind] - 1])));
    }
    return [told.head, where.length ? "where " + where.join("\nand ") : "", told.tail].filter(Boolean).join("\n");
  }
  function tile(figure) {
    const measure = figure.measures[0], now = measured(measure, (summed(figure, span(figure), [])[0] || {}).sums);
    const to = behind(figure, null), said = written(now, measure.unit);
    $("v-" + figure.key).replaceChildren(to ? element("a", said, { href: to }) : said);
    const [first, last] = data.periods[state.period].map(numbered), length = last - first + 1, told = [];
    const earliest = data.cubes[figure.cube].earliest;
    if (figure.timed && state.period !== "all") {
      const compared = [[length, length === 12 ? "on the year before" : "on the period before"]];
      if (length !== 12) compared.push([12, "on the year before"]);
      for (const [shift, words] of compared) {
        if (earliest === null || earliest > first - shift) continue;
        const then = measured(measure, (summed(figure, span(figure, shift), [])[0] || {}).sums);
        if (!then || now === null) continue;
        const change = measure.unit === "share" ? number(100 * (now - then), { maximumFractionDigits: 1, signDisplay: "exceptZero" }) + " " + say("points")
          : number((100 * (now - then)) / Math.abs(then), { maximumFractionDigits: 0, signDisplay: "exceptZero" }) + "\u00a0%";
        told.push(change + " " + say(words));
      }
      if (!told.length) told.push(say("nothing earlier to compare with"));
    }
    $("r-" + figure.key).textContent = told.join("; ") || (figure.timed ? "" : say("as of the day of the report"));
  }
  function note(figure) {
    const told = [], n = speaksOf(figure), idle = kinds.filter((kind) => kind in state && !data.cubes[figure.cube].obeys.includes(kind));
    if (n !== null) told.push(say(n === 1 ? "1 customer" : "{n} customers").replace("{n}", number(n, { maximumFractionDigits: 0 })));
    if (idle.length) told.push(say("not filtered by {what}").replace("{what}", idle.map((kind) => say(kind)).join(", ")));
    if (!figure.timed && state.period !== "12" && figure.kind !== "tile") told.push(say("whatever the period"));
    $("n-" + figure.key).textContent = told.join("; ");
  }
  async function draw(figure) {
    if (!data.cubes[figure.cube]) return;
    note(figure);
    const code = $("q-" + figure.key);
    if (code) code.textContent = sql(figure);
    if (figure.kind === "tile") return tile(figure);
    const rows = rowsOf(figure);
    table(figure, rows);
    const place = $("c-" + figure.key), none = $("e-" + figure.key);
    none.hidden = rows.length > 0;
    if (!figure.spec) return;
    place.hidden = rows.length === 0;
    if (!rows.length) return;
    const told = points(figure, rows);
    const map = figure.kind === "map" || figure.kind === "dots";
    if (map && views[figure.key]) { views[figure.key].finalize(); delete views[figure.key]; }
    if (map) figure.spec = { ...figure.spec, height: place.clientWidth < 520 ? 280 : 420, projection: windowOf(told, place.clientWidth, place.clientWidth < 520 ? 280 : 420) };
    if (views[figure.key]) { await views[figure.key].view.data("rows", told).resize().runAsync(); return; }
    await chart(figure.key, place, figure.spec, told);
  }
  async function chart(key, place, told, rows) {
    if (place.clientWidth < 420) told = JSON.parse(JSON.stringify(told).replaceAll('"labelLimit":190', '"labelLimit":104').replace('"right":84', '"right":70').replace('[16,900]', '[8,240]')); /* a telephone */
    const config = colours(), spec = { $schema: "https://vega.github.io/schema/vega-lite/v6.json", ...told, data: { name: "rows", values: rows }, config };
    views[key] = await crm360Charts.vegaEmbed(place, spec, {
      ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true },
      formatLocale: data.vega[0], timeFormatLocale: data.vega[1],
    });
    if (served) views[key].view.addEventListener("click", (event, item) => { if (item && item.datum && item.datum.to) location.assign(item.datum.to); });
    await views[key].view.tooltip(hint).data("rows", rows).resize().runAsync();
    place.setAttribute("tabindex", "0");
    place.setAttribute("aria-label", spec.description);
  }
  /* Charts are drawn for the screen; paper is narrower than most, and a cut chart says something else. A map is made smaller as it is. */
  function resized(width) {
    const maps = data.figures.filter((figure) => figure.kind === "map" || figure.kind === "dots").map((figure) => figure.key);
    for (const key in views) {
      const place = $("c-" + key) || $(key);
      if (place.clientWidth && !maps.includes(key)) views[key].view.width(width(place)).run();
    }
  }
  /* What a mark says, beside the pointer or the finger; Vega's own would need styles that the policy refuses. */
  function hint(handler, event, item, value) {
    const box = $("hint");
    if (!value || !event) { box.hidden = true; return; }
    box.replaceChildren(...Object.entries(value).filter(([, text]) => text !== "").map(([name, text]) => { const line = element("div"); line.append(element("span", name), element("b", String(text))); return line; }));
    box.hidden = false;
    const at = event.touches && event.touches[0] ? event.touches[0] : event, width = box.offsetWidth;
    box.style.left = Math.max(4, Math.min(at.clientX + 14, innerWidth - width - 4)) + "px";
    box.style.top = Math.max(4, at.clientY - box.offsetHeight - 14) + "px";
  }
  async function show() {
    const before = state && state.page;
    state = read();
    if (before !== state.page) scrollTo(0, 0);
    for (const page of data.pages) {
      $("page-" + page).hidden = page !== state.page;
      const tab = document.querySelector('nav a[data-page="' + page + '"]');
      if (page === state.page) { tab.setAttribute("aria-current", "page"); tab.parentElement.parentElement.scrollLeft = tab.offsetLeft - 40; } else tab.removeAttribute("aria-current");
      tab.href = address({ ...state, page });
    }
    const figures = data.figures.filter((figure) => figure.page === state.page);
    const form = $("filters"), obeyed = new Set(figures.flatMap((figure) => (data.cubes[figure.cube] || { obeys: [] }).obeys));
    form.elements.period.value = state.period;
    form.elements.period.parentElement.hidden = !figures.some((figure) => figure.timed);
    for (const kind of kinds) {
      const field = form.elements[kind];
      field.value = kind in state ? String(state[kind]) : "";
      field.parentElement.hidden = field.options.length < 3 || !(obeyed.has(kind) || kind in state);
    }
    $("clear").hidden = state.period === "12" && !kinds.some((kind) => kind in state);
    form.hidden = ![...form.querySelectorAll("label")].some((label) => !label.hidden);
    for (const figure of figures) await draw(figure);
    for (const own of data.own.filter((own) => own.page === state.page && !views[own.key])) await chart(own.key, $(own.key), own.spec, own.rows);
    document.documentElement.dataset.shown = address(state);
  }
  function fill() {
    const form = $("filters");
    for (const kind of kinds) {
      const field = form.elements[kind];
      field.append(element("option", say("all"), { value: "" }));
      data.filters[kind].forEach((word, n) => field.append(element("option", kind === "country" ? data.countries[word] || word : word, { value: n + 1 })));
      if (kind !== "segment") field.append(element("option", say("not known"), { value: UNKNOWN }));
    }
    form.addEventListener("change", () => {
      const next = { page: state.page, period: form.elements.period.value };
      for (const kind of kinds) if (form.elements[kind].value !== "") next[kind] = Number(form.elements[kind].value);
      location.hash = address(next);
    });
    $("clear").addEventListener("click", () => { location.hash = address({ page: state.page, period: "12" }); });
    document.addEventListener("click", (event) => {
      const what = event.target.dataset ? event.target.dataset.does : undefined;
      if (what) handed(event.target, what);
    });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") $("hint").hidden = true; });
    for (const bar of document.querySelectorAll(".hands")) bar.hidden = false;
  }
  async function handed(button, what) {
    const text = what === "copy-sql" ? button.parentElement.querySelector("code").textContent : lines(button.closest("details").querySelector("table"), what === "csv" ? "," : "\t");
    if (what === "csv") {
      const link = element("a", undefined, { href: URL.createObjectURL(new Blob(["\ufeff" + text], { type: "text/csv" })), download: button.dataset.name + ".csv" });
      link.click();
      return;
    }
    const area = element("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    button.textContent = done ? say("copied") : say("can't be copied here");
  }
  function lines(from, between) {
    const cell = (text) => {
      let told = text.replaceAll("\u00a0", " ");
      if (/^[=+@\t\r]|^-(?!\d)/.test(told)) told = "'" + told; /* a spreadsheet must not take it for a formula */
      return between === "," && /[",\n]/.test(told) ? '"' + told.replaceAll('"', '""') + '"' : told;
    };
    return [...from.rows].map((row) => [...row.cells].map((one) => cell(one.textContent)).join(between)).join("\r\n") + "\r\n";
  }

  async function begin() {
    data = await unpacked("cubes");
    data.own = [...document.querySelectorAll("script.own")].map((told) => JSON.parse(told.textContent));
    document.documentElement.classList.add("js");
    fill();
    for (const page of data.pages) $(page).id = "page-" + page; /* so that the address does not scroll to it */
    let last = Promise.resolve();
    const next = () => { last = last.then(show).catch((error) => { document.documentElement.dataset.failed = String(error); }); };
    addEventListener("hashchange", next);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { for (const key in views) views[key].finalize(); views = {}; next(); });
    addEventListener("beforeprint", () => resized((place) => Math.min(place.clientWidth, PAPER)));
    addEventListener("afterprint", () => resized((place) => place.clientWidth));
    next();
  }
  begin().catch((error) => { document.documentElement.dataset.failed = String(error); });
})();
