"use strict";
// The report's page: tables and plots from the profile that stands in it.  All text goes in as text.
const profile = JSON.parse(document.getElementById("profile").textContent);

// MARK: Pieces

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "class") node.className = value; else if (key.startsWith("on")) node[key] = value;
    else node.setAttribute(key, value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined) node.append(child);
  return node;
}
const hex = (number) => (number >>> 0).toString(16).padStart(8, "0");
const count = (number) => Math.round(number).toLocaleString("en-US");
const percent = (part, digits = 2) => (100 * part).toFixed(digits) + " %";
const bytes = (number) => number < 10240 ? number + " B" : number < 1 << 20 ? (number / 1024).toFixed(0) + " KiB"
  : (number / 1048576).toFixed(1) + " MiB";

// Columns: [title, function of a row, class]; `chosen` makes rows links.
function table(columns, rows, chosen) {
  const head = element("tr", {}, columns.map(([title, , kind]) => element("th", { class: kind || "" }, title)));
  const body = rows.map((row) => {
    const cells = columns.map(([, cell, kind]) => element("td", { class: kind || "" }, cell(row)));
    if (!chosen) return element("tr", {}, cells);
    const go = () => chosen(row);
    return element("tr", { class: "link", tabindex: "0", onclick: go,
      onkeydown: (event) => { if (event.key === "Enter") go(); } }, cells);
  });
  return element("div", { class: "scroll" }, element("table", {}, element("thead", {}, head), element("tbody", {}, body)));
}
function section(id, title, text, ...children) {
  document.getElementById("links").append(element("a", { href: "#" + id }, title));
  document.querySelector("main").append(
    element("section", { id }, element("h2", {}, title), text ? element("p", {}, text) : null, children));
}
function bar(part) {
  if (!(part > 0)) return null;
  const node = element("span", { class: "bar" });
  node.style.width = 100 * part + "px";
  return node;
}

// MARK: Head

const statistics = profile.statistics;
document.title = "Profile of " + profile.guest.image.split("/").pop();
document.querySelector("header").append(
  element("h1", { title: profile.guest.image }, "Profile of " + profile.guest.image.split("/").pop()),
  element("p", {}, `${profile.guest.kind}, ${bytes(profile.guest.memory)} of memory; ended by ${profile.exit.reason}, `
    + `status ${profile.exit.status}; Vellum ${profile.vellum}. Counts are the same on every run.`),
  element("div", { class: "figures" }, [
    [count(statistics.instructions.executed), "guest instructions"],
    [percent(statistics.cache.hit_rate, 4), "of entries found translated"],
    [percent(statistics.cache.chained / Math.max(1, statistics.cache.entries)), "of entries through links"],
    [count(statistics.cache.misses), "misses"],
    [count(statistics.cache.invalidations), "invalidations"],
    [count(statistics.hypervisor_calls.total), "hypervisor calls"],
    [bytes(statistics.cache.bytes), "of cache in use at the end"],
    [profile.time.guest_mips.toFixed(0), "million instructions a second"],
  ].map(([number, name]) => element("div", {}, element("b", {}, number), element("span", {}, name)))));

// MARK: Over time

const columns = Object.fromEntries(profile.timeline.columns.map((name, index) => [name, index]));
function series(compute) {
  const rows = profile.timeline.rows, points = [];
  for (let index = 1; index < rows.length; index += 1) {
    const delta = (name) => rows[index][columns[name]] - rows[index - 1][columns[name]];
    const milliseconds = Math.max(delta("time_ns") / 1e6, 1e-6);
    const seconds = profile.time.timeline_seconds[index] - profile.time.timeline_seconds[index - 1];
    points.push([rows[index][columns.time_ns] / 1e6,
      ...compute(delta, milliseconds, (name) => rows[index][columns[name]], seconds)]);
  }
  return points;
}
const part = (delta, name, of) => delta(of) > 0 ? 100 * delta(name) / delta(of) : null;
const rings = (delta) => [0, 1, 2, 3].map((ring) => {
  const all = [0, 1, 2, 3].reduce((sum, other) => sum + delta("ring" + other), 0);
  return all > 0 ? 100 * delta("ring" + ring) / all : null;
});
const plots = [
  ["Entries found translated, %", ["hit rate"], (d) => [d("entries") > 0 ? 100 - part(d, "misses", "entries") : null]],
  ["Entries through links, %", ["chained"], (d) => [part(d, "chained", "entries")]],
  ["Translations and losses, per millisecond", ["translations", "invalidations", "evictions"],
    (d, ms) => [d("translations") / ms, d("invalidations") / ms, d("evictions") / ms]],
  ["Cache in use, KiB", ["cache"], (d, ms, now) => [now("cache_bytes") / 1024]],
  ["Hypervisor calls and TLB misses, per millisecond", ["calls", "TLB misses"],
    (d, ms) => [d("hypervisor_calls") / ms, d("tlb_misses") / ms]],
  ["Instructions by ring, %", ["ring 0", "ring 1", "ring 2", "ring 3"], (d) => rings(d)],
  ["Guest MIPS, real time", ["MIPS"], (d, ms, now, s) => [s > 0 ? d("instructions") / s / 1e6 : null]],
];
function drawPlots() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const colors = dark ? ["#6cb6f2", "#f0a15e", "#8fd694", "#d58ff0"] : ["#0b62a4", "#c2570c", "#2f7d32", "#8436a8"];
  const line = dark ? "#333a43" : "#dfdcd4";
  const graphs = [];
  let zooming = false;
  const zoomed = (from, to) => {
    if (zooming) return;
    zooming = true;
    for (const graph of graphs) graph.updateOptions({ dateWindow: from === null ? null : [from, to] });
    zooming = false;
  };
  // All places first: a plot takes its width when it is drawn.
  const places = plots.map(([title]) => {
    const legend = element("div", { class: "legend" }), place = element("div", { class: "graph" });
    document.getElementById("plots").append(element("div", { class: "plot" }, element("h3", {}, title), place, legend));
    return [place, legend];
  });
  for (const [number, [title, labels, compute]] of plots.entries()) {
    const [place, legend] = places[number];
    const name = labels.map((label, index) => {
      const mark = element("span", {}, "■ ");
      mark.style.color = colors[index];
      const value = element("span", {});
      legend.append(mark, label + " ", value, "  ");
      return value;
    });
    graphs.push(new Dygraph(place, series(compute), {
      labels: ["ms", ...labels], colors: colors.slice(0, labels.length), strokeWidth: 1.2, axisLineColor: line,
      gridLineColor: line, legend: "never", includeZero: title !== plots[0][0], connectSeparatedPoints: true, animatedZooms: false,
      axes: { x: { axisLabelFormatter: (ms) => ms >= 10000 ? ms / 1000 + " s" : ms + " ms" } },
      highlightCallback: (event, x, points) => points.forEach((point) => {
        const index = labels.indexOf(point.name);
        if (index >= 0) name[index].textContent = point.yval === null ? "–" : (+point.yval.toPrecision(4)).toString();
      }),
      unhighlightCallback: () => name.forEach((value) => { value.textContent = ""; }),
      zoomCallback: (from, to) => zoomed(from, to),
      drawCallback: (graph, first) => { if (!first && !graph.isZoomed("x")) zoomed(null); },
    }));
  }
}
section("time", "Over time", "Guest time, from the virtual clock. Drag over a plot to zoom all of them, double-click for "
  + "the whole run.", element("div", { class: "plots", id: "plots" }));
if (profile.timeline.rows.length < 2) {
  document.getElementById("plots").append("The run was too short for samples.");
} else if (typeof Dygraph === "undefined") {
  document.getElementById("plots").append(element("p", { class: "note" },
    "The plotting library was not there when the report was written (apt-get install libjs-dygraphs)."));
} else {
  drawPlots();
}

// MARK: Misses and invalidations

const causes = { "first-seen": "nothing had been translated there", "mode-change": "translated for another mode alone",
  "single-instruction": "an event or a trap asked for one instruction", "evicted": "had to make room",
  "invalidated": "its bytes were written", "remapped": "its second page was mapped elsewhere",
  "uncached": "the code is in a device's memory" };
section("misses", "Why misses happened", `Each fragment that had to be made, by cause; they add up to ${count(profile.misses.total)}.`,
  table([["cause", (r) => r[0]], ["", (r) => causes[r[0]] || ""], ["misses", (r) => count(r[1]), "number"],
    ["share", (r) => percent(r[1] / Math.max(1, profile.misses.total)), "number"],
    ["", (r) => bar(r[1] / Math.max(1, profile.misses.total))]], Object.entries(profile.misses.by_cause)));

const byEIP = new Map(profile.fragments.list.map((fragment) => [fragment.eip, fragment.id]));
const fragments = new Map(profile.fragments.list.map((fragment) => [fragment.id, fragment]));
const place = (linear, name) => element("span", { class: "place" }, element("code", {}, hex(linear)), name ? " " + name : "");
const kills = profile.invalidations.list.reduce((sum, one) => sum + one.kills, 0);
const patches = profile.invalidations.list.reduce((sum, one) => sum + one.patches, 0);
section("blame", "Which writes killed code",
  (kills === 0 ? "No fragment was lost to a write. " : "The instruction that wrote, the code it hit, how often, and what it cost to translate that again. A row leads to the code that was hit. ")
  + (patches === 0 ? "" : "Patches are writes that changed an immediate or a displacement and nothing else: the fragment was changed in place."),
  kills + patches === 0 ? null : table([
    ["kills", (r) => count(r.kills), "number"], ["", (r) => bar(r.kills / Math.max(1, kills))],
    ["patches", (r) => count(r.patches), "number"],
    ["writer", (r) => r.writer], ["instruction", (r) => r.instruction === null || r.instruction === undefined ? "" : place(r.instruction, r.name)],
    ["", (r) => element("code", {}, r.text || "")], ["hit", (r) => place(r.victim_linear, r.victim_name)],
    ["made again", (r) => count(r.retranslations), "number"],
    ["instructions", (r) => count(r.retranslated_instructions), "number"],
  ], profile.invalidations.list, (r) => show(r.victim)));

// MARK: Fragments

const detail = element("div", { id: "detail" });
const rows = new Map();
const all = Math.max(1, profile.fragments.instructions);
section("fragments", "Hottest fragments", `${count(profile.fragments.listed)} of ${count(profile.fragments.places)} places, with `
  + `${percent(profile.fragments.instructions_listed / all)} of all instructions.`, (() => {
  const list = table([
    ["", (r) => bar(r.instructions / Math.max(1, profile.fragments.list[0].instructions))],
    ["share", (r) => percent(r.instructions / all), "number"], ["entries", (r) => count(r.entries), "number"],
    ["place", (r) => place(r.linear, r.name)], ["ends", (r) => r.ending],
  ], profile.fragments.list, (r) => show(r.id, false));
  list.querySelectorAll("tbody tr").forEach((row, index) => rows.set(profile.fragments.list[index].id, row));
  return element("div", { class: "split" }, list, detail);
})());
function link(id, text) {
  return fragments.has(id) ? element("a", { href: "#fragments", onclick: () => show(id) }, text) : text;
}
function show(id, scrolls = true) {
  const fragment = fragments.get(id);
  if (!fragment) { detail.replaceChildren(element("p", {}, "That place is not among those listed (--fragments N).")); return; }
  document.querySelectorAll("tr.chosen").forEach((row) => row.classList.remove("chosen"));
  rows.get(id).classList.add("chosen");
  if (scrolls) { rows.get(id).scrollIntoView({ block: "center" }); document.getElementById("fragments").scrollIntoView(); }
  const sum = Math.max(1, fragment.successors.reduce((total, one) => total + one[1], 0));
  detail.replaceChildren(
    element("h3", {}, place(fragment.linear, fragment.name)),
    element("dl", { class: "facts" }, [
      ["mode", `${fragment.mode}, ring ${fragment.cpl}`],
      ["entries", `${count(fragment.entries)}, ${count(fragment.instructions)} instructions`],
      ["translated", `${count(fragment.translations)} times; invalidated ${count(fragment.invalidations)}, evicted ${count(fragment.evictions)}`],
      ["size", `${fragment.length} instructions, ${fragment.guest_bytes} bytes of the guest's, ${fragment.cache_bytes} in the cache`],
      ["ends in", fragment.ending],
      ["goes on at", fragment.successors.length > 0
        ? fragment.successors.map((one, index) => [index ? ", " : "", link(one[0], hex(one[2])), ` ${percent(one[1] / sum, 1)}`])
        : fragment.targets.length > 0 ? fragment.targets.map((eip, index) => [index ? ", " : "", link(byEIP.get(eip), hex(eip))]) : "–"],
    ].map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
    table([["at", (r) => hex(r[0]), "code"], ["bytes", (r) => r[1], "code"], ["instruction", (r) => r[2], "code"],
      ["micro-ops", (r) => r[3].map((text, index) => [index ? element("br") : "", text]), "code"]], fragment.code || []));
}
if (profile.fragments.list.length > 0) show(profile.fragments.list[0].id, false);

// MARK: Sensitive instructions, rings, faults

section("sensitive", "Sensitive instructions", "What a virtual machine must not run as it stands, by Popek and Goldberg's "
  + "class: privileged ones trap on a real machine outside ring 0, sensitive ones do not, and give themselves away.",
  table([["kind", (r) => r.kind], ["class", (r) => r.class], ["count", (r) => count(r.count), "number"],
    ["ring 0", (r) => count(r.by_ring[0]), "number"], ["1", (r) => count(r.by_ring[1]), "number"],
    ["2", (r) => count(r.by_ring[2]), "number"], ["3", (r) => count(r.by_ring[3]), "number"],
    ["faulted", (r) => count(r.faulted), "number"], ["handled by", (r) => r.handled]], profile.sensitive.by_kind),
  element("h2", {}, "Where"),
  table([["count", (r) => count(r.count), "number"], ["place", (r) => place(r.linear, r.name)],
    ["instruction", (r) => element("code", {}, r.text)], ["class", (r) => r.class], ["ring", (r) => r.ring, "number"],
    ["handled by", (r) => r.handled]], profile.sensitive.list));

const vector = (number) => number === null || number === undefined ? "" : String(number);
section("rings", "Ring changes and faults", profile.ring_changes.length === 0 ? "The guest stayed in one ring." : null,
  profile.ring_changes.length === 0 ? null : table([["count", (r) => count(r.count), "number"], ["gate", (r) => r.gate],
    ["vector", (r) => vector(r.vector), "number"],
    ["from", (r) => `ring ${r.from}${r.from_virtual8086 ? ", virtual 8086" : ""}`],
    ["to", (r) => `ring ${r.to}${r.to_virtual8086 ? ", virtual 8086" : ""}`],
    ["stack", (r) => r.stack_switched ? "switched" : "kept"],
    ["first", (r) => [element("code", {}, hex(r.first_source)), " → ", element("code", {}, hex(r.first_target))]]], profile.ring_changes),
  profile.faults.list.length === 0 ? element("p", {}, "No exception was raised.") : [element("h2", {}, "Exceptions, and the rule that raised each"),
    table([["count", (r) => count(r.count), "number"], ["vector", (r) => r.vector, "number"],
      ["error", (r) => r.error_code === null || r.error_code === undefined ? "" : r.error_code.toString(16), "number"],
      ["place", (r) => place(r.linear, r.name)], ["ring", (r) => r.cpl, "number"],
      ["instruction", (r) => element("code", {}, r.instruction || "")], ["rule", (r) => r.rule || ""]], profile.faults.list)]);

// MARK: What if

section("whatif", "What if", "The recorded entries replayed against other settings. Exact rows are what a real run with the "
  + "options counts; the others are estimates.",
  table([["options", (r) => element("code", {}, r.options.length ? r.options.join(" ") : "as run")],
    ["hit rate", (r) => percent(r.hit_rate, 4), "number"], ["chained", (r) => percent(r.chained / Math.max(1, r.entries)), "number"],
    ["misses", (r) => count(r.misses), "number"], ["made again", (r) => count(r.retranslations), "number"],
    ["evictions", (r) => count(r.evictions), "number"], ["", (r) => r.exact ? "exact" : "estimate"]], profile.what_if.rows));
