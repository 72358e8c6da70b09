// Makes links and forms of a list answer in place, keeps list, map and address in step.
import { keepAreas } from "./area.js";
import { keepSettings } from "./settings.js";
import { keepShare } from "./share.js";
import { keepSheet } from "./sheet.js";

const container = document.querySelector(".folium-map");
const follow = document.querySelector("[data-follow]");
let asked = 0;

/** Shows an address of this page: fetches it, puts in the regions that change, tells the map. */
async function show(url, { push = true, list = null } = {}) {
  const mine = ++asked, body = document.querySelector("[data-swap=list]");
  if (!body) return location.assign(url);
  body.classList.add("busy");
  try {
    const answer = await fetch(list || url, { headers: { Accept: "text/html" } });
    if (mine !== asked) return undefined;
    if (!answer.ok) return location.assign(url);
    swap(new DOMParser().parseFromString(await answer.text(), "text/html"), Boolean(list));
    if (push && new URL(url, location.href).href !== location.href) history.pushState(null, "", url);
  } catch (_error) {
    location.assign(url);
  } finally {
    body.classList.remove("busy");
  }
  return undefined;
}

function swap(page, listOnly) {
  const open = document.querySelector("[data-panel]")?.open;
  for (const region of document.querySelectorAll("[data-swap]")) {
    const name = region.dataset.swap, fresh = page.querySelector(`[data-swap="${name}"]`);
    if (!fresh || (listOnly && !["list", "head", "sheet-tally"].includes(name))) continue;
    if (listOnly && name === "list" && fresh.querySelector(".state")) continue; // never blank the list because the map moved
    region.replaceWith(document.adoptNode(fresh));
  }
  document.title = page.title;
  const panel = document.querySelector("[data-panel]");
  if (panel && open) panel.open = true;
  dress();
  if (!listOnly) tellMap();
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
  const tally = document.querySelector("[data-tally]"), head = document.querySelector(".list-head .tally span");
  if (tally && head) tally.replaceChildren(...[...head.childNodes].map((node) => node.cloneNode(true)));
  document.querySelectorAll("[data-panel] .panel-head").forEach(closer);
}

function closer(head) {
  if (head.querySelector(".panel-close")) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "panel-close", textContent: "✕" });
  button.setAttribute("aria-label", document.documentElement.lang === "en" ? "Close" : "关上");
  head.prepend(button);
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
  if (event.target.closest(".panel-close")) document.querySelector("[data-panel]").open = false;
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
  const open = event.target.closest && event.target.closest("details[open]:not(.legend)");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

window.addEventListener("popstate", () => {
  keepSheet.byHash();
  if (document.querySelector("[data-swap=list]")) show(location.href, { push: false });
});

function round(values, places) {
  return values.map((value) => +value.toFixed(places)).join(",");
}

document.addEventListener("atlas:moved", ({ detail }) => {
  if (!document.body.classList.contains("home")) return;
  const url = new URL(location.href);
  url.searchParams.set("at", round(detail.at, 5));
  url.search = url.search.replace(/%2C/g, ",");
  history.replaceState(null, "", url);
  if (!follow || !follow.querySelector("input").checked) return;
  url.searchParams.delete("page");
  url.searchParams.set("bbox", round(detail.bbox.map((v, i) => Math.max(i % 2 ? -85 : -180, Math.min(i % 2 ? 85 : 180, v))), 5));
  show(location.href, { push: false, list: url.href });
});

document.addEventListener("atlas:hover", ({ detail }) => {
  document.querySelectorAll(".entry.lit").forEach((entry) => entry.classList.remove("lit"));
  const entry = detail && document.querySelector(`[data-place="${detail.layer}:${detail.id}"]`);
  if (entry) entry.classList.add("lit");
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
keepSettings();
keepShare();
keepSheet();
dress();
