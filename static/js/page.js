// Makes links and forms of a list answer in place, keeps list, map and address in step.
import { keepAreas } from "./area.js";
import { fill, keepCounts } from "./counts.js";
import { keepNear, measure } from "./near.js";
import { keepPanel } from "./panel.js";
import { keepSettings } from "./settings.js";
import { keepShare } from "./share.js";
import { keepSheet } from "./sheet.js";
import { keepSuggest } from "./suggest.js";
import { swapRegions } from "./swap.js";

const container = document.querySelector(".folium-map");
const follow = document.querySelector("[data-follow]");
let asked = 0, current = null;

/** Shows an address of this page: fetches it, puts in the regions that change, tells the map. */
async function show(url, { push = true, list = null } = {}) {
  const mine = ++asked, body = document.querySelector("[data-swap=list]");
  if (!body) return location.assign(url);
  body.classList.add("busy");
  try {
    const answer = await fetch(list || url, { headers: { Accept: "text/html" } });
    if (mine !== asked) return undefined;
    if (!answer.ok) return location.assign(url);
    swapRegions(new DOMParser().parseFromString(await answer.text(), "text/html"), Boolean(list));
    if (push && url !== location.href) history.pushState(null, "", url);
    dress();
    if (!list) tellMap();
  } catch (_error) {
    offline(url);
  } finally {
    body.classList.remove("busy");
  }
  return undefined;
}

/** The network is gone: what was shown stays, with a way to try again. */
function offline(url) {
  const told = document.getElementById("offline"), list = document.querySelector("[data-swap=list]");
  if (!told) return location.assign(url);
  list.querySelectorAll(".notice").forEach((old) => old.remove());
  list.prepend(told.content.cloneNode(true));
  list.querySelector("[data-retry]").addEventListener("click", () => show(url));
  return undefined;
}

function tellMap() {
  const state = document.getElementById("map-state"), atlas = container && container.atlas;
  if (!state || !atlas) return;
  const { layers, bounds } = JSON.parse(state.dataset.state);
  const before = container.dataset.selected || "";
  atlas.setLayers(layers);
  if (before !== state.dataset.selected) {
    container.dataset.selected = state.dataset.selected;
    atlas.select(state.dataset.selected ? state.dataset.selected.split(",") : []);
    atlas.fit(bounds);
  }
}

/** What scripts add to freshly shown regions. */
function dress() {
  keepPanel();
  document.querySelectorAll("[data-panel][open],.side,.side details[data-facet][open]").forEach(fill);
  markOpen();
  measure();
  document.querySelectorAll("[data-near]").forEach((field) => (field.hidden = false));
  document.querySelectorAll(".quick").forEach((item) => (item.hidden = false));
  const keys = document.querySelector("[data-keys]");
  if (keys && innerWidth < 1024) keys.open = false;
}

function formUrl(form) {
  const url = new URL(form.action, location.href), values = new Map();
  for (const [name, value] of new FormData(form)) if (value) values.set(name, values.has(name) ? `${values.get(name)},${value}` : value);
  for (const [name, value] of values) url.searchParams.set(name, value);
  const at = new URL(location.href).searchParams.get("at");
  if (at && container) url.searchParams.set("at", at);
  url.search = url.search.replace(/%2C/g, ",").replace(/%3C/g, "<");
  return url.href + location.hash;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-ask]");
  if (link && !event.metaKey && !event.ctrlKey && event.button === 0) {
    event.preventDefault();
    link.closest("details.sort,details.area-pick")?.removeAttribute("open");
    show(link.href + location.hash);
  }
  const outside = [...document.querySelectorAll("details.sort[open],details.area-pick[open]")].filter((d) => !d.contains(event.target));
  outside.forEach((d) => d.removeAttribute("open"));
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-filter]");
  if (form) show(formUrl(form));
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-filter],form[data-search]");
  if (!form) return;
  event.preventDefault();
  const panel = form.closest("[data-panel]");
  if (panel) panel.open = false;
  show(formUrl(form));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest && event.target.closest("details[open]:not(.keys):not(.fold)");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

addEventListener("popstate", () => {
  keepSheet.byHash();
  if (document.querySelector("[data-swap=list]")) show(location.href, { push: false });
});

function round(values, places) {
  return values.map((value) => +value.toFixed(places)).join(",");
}

document.addEventListener("atlas:moved", ({ detail }) => {
  if (!document.body.classList.contains("home")) return;
  const url = new URL(location.href);
  const { selected } = document.getElementById("map-state").dataset;
  if (selected && !url.searchParams.has("area")) url.searchParams.set("area", selected); // a bare address stands for the default area
  url.searchParams.set("at", round(detail.at, 5));
  url.search = url.search.replace(/%2C/g, ",");
  history.replaceState(null, "", url);
  if (!follow || !follow.querySelector("input").checked) return;
  url.searchParams.delete("page");
  url.searchParams.set("bbox", round(detail.bbox.map((v, i) => Math.max(i % 2 ? -85 : -180, Math.min(i % 2 ? 85 : 180, v))), 5));
  show(location.href, { push: false, list: url.href });
});

function entryOf(detail) {
  return detail && document.querySelector(`.entry[data-place="${detail.layer}:${detail.id}"]`);
}

document.addEventListener("atlas:hover", ({ detail }) => {
  document.querySelectorAll(".entry.lit").forEach((entry) => entry.classList.remove("lit"));
  entryOf(detail)?.classList.add("lit");
});

/** Marks the entry whose card is open on the map. */
function markOpen() {
  document.querySelectorAll(".entry[aria-current]").forEach((entry) => entry.removeAttribute("aria-current"));
  const entry = entryOf(current);
  if (entry) entry.setAttribute("aria-current", "true");
  return entry;
}

document.addEventListener("atlas:open", ({ detail }) => {
  current = detail;
  const entry = markOpen(), body = document.getElementById("list-body");
  if (!entry || !body) return;
  const off = entry.getBoundingClientRect().top - body.getBoundingClientRect().top;
  body.scrollTop += off - (innerWidth < 1024 ? 0 : document.querySelector(".list-head").offsetHeight);
});

for (const kind of ["mouseover", "focusin"])
  document.addEventListener(kind, (event) => {
    const entry = event.target.closest && event.target.closest(".entry");
    if (container && container.atlas && entry) container.atlas.highlight(entry.dataset.place);
  });

if (follow && container) {
  follow.hidden = false;
  follow.querySelector("input").addEventListener("change", (event) => {
    if (!event.target.checked) show(location.href, { push: false });
    else container.atlas.map.fire("moveend");
  });
}
if (container) container.dataset.selected = document.getElementById("map-state")?.dataset.selected || "";
keepAreas(show);
keepCounts();
keepSuggest(show);
keepNear(show);
keepSettings();
keepShare();
keepSheet();
dress();
