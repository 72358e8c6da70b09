// The map: basemap below, places as marks above, in step with whatever page it stands on.
import { addBasemap, shapesLayer } from "./basemap.js";
import { addControls } from "./controls.js";
import { clusterMark, countyTag, placeMark } from "./marks.js";
import { around, merge } from "./merge.js";
import { openCard, openList } from "./popup.js";
import { PlaceTiles } from "./tiles.js";
import { onLookChange } from "./tokens.js";

const COUNTY_NAME_ZOOM = 8;

/** Called by the map's script with the Leaflet map and the options that the server wrote. */
export function atlas(map, options) {
  map.createPane("shapes").classList.add("pane-shapes");
  const drawBasemap = addBasemap(map, options);
  addControls(map, options);
  const drawn = new Map(), words = options.strings, container = map.getContainer();
  let layers = [], turn = 0, lit = null;

  function setLayers(list) {
    layers.forEach((layer) => layer.shapes.remove());
    layers = list.filter((layer) => layer.on).map((layer) => ({ ...layer, places: new PlaceTiles(layer), shapes: shapesLayer(layer).addTo(map) }));
    return refresh();
  }

  async function refresh() {
    const mine = ++turn, zoom = Math.round(map.getZoom());
    const loaded = await Promise.all(layers.map((layer) => layer.places.load(map, zoom)));
    if (mine !== turn || zoom !== Math.round(map.getZoom())) return;
    const features = loaded.flatMap((l) => l.features).map((f) => ({ ...f, ...pixel(f, zoom) }));
    show(grouped(features, zoom), zoom);
    container.dataset.marks = drawn.size;
    container.dispatchEvent(new CustomEvent("atlas:drawn", { bubbles: true, detail: { failed: loaded.some((l) => l.failed) } }));
  }

  function pixel(f, zoom) {
    const at = map.project([f.lat, f.lon], zoom);
    return { x: at.x, y: at.y };
  }

  function grouped(features, zoom) {
    const county = features.filter((f) => f.precision === "county");
    const tags = county.filter((f) => f.n === undefined || f.first).map((f) => ({ ...f, count: f.n || f.count }));
    const placed = merge(features.filter((f) => f.precision !== "county"), zoom < 14 ? 0.86 : 0.55);
    return [...placed, ...merge(tags, zoom < COUNTY_NAME_ZOOM ? 0.9 : 0.5).map((group) => ({ ...group, tag: true }))];
  }

  function show(groups, zoom) {
    const wanted = new Map(groups.map((group) => [key(group, zoom), group]));
    for (const [name, marker] of drawn) if (!wanted.has(name)) { marker.remove(); drawn.delete(name); }
    for (const [name, group] of wanted) if (!drawn.has(name)) drawn.set(name, add(group, zoom));
    highlight(lit);
  }

  function key(group, zoom) {
    const ids = group.members.map((f) => `${f.layer.key}${f.id || ""}${f.county || ""}:${f.count}`).join();
    return `${zoom}|${Math.round(group.x)}|${Math.round(group.y)}|${ids}`;
  }

  function add(group, zoom) {
    const single = group.count === 1 && !group.tag, [first] = group.members;
    const mark = group.tag ? countyTag(group, first.layer.color) : single ? placeMark(first) : clusterMark(group, layers);
    const shift = group.tag ? -(String(first.county_name || "").length * 8.5 + 14) : 0;
    const icon = L.divIcon({ html: mark.element, className: "atlas-mark", iconSize: [mark.size, mark.size], iconAnchor: [mark.size / 2 + (zoom >= COUNTY_NAME_ZOOM ? shift : 0), mark.size / 2] });
    const name = group.tag ? words.onlyCounty.replace("{county}", first.county_name || "").replace("{n}", group.count) : single ? first.name : words.clusterOf.replace("{n}", group.count);
    const marker = L.marker(map.unproject([group.x, group.y], zoom), { icon, riseOnHover: true, title: name }).addTo(map);
    const element = marker.getElement();
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", name);
    if (single) element.dataset.mark = `${first.layer.key}:${first.id}`;
    marker.on("click keypress", (event) => {
      if (event.type === "click" || event.originalEvent.key === "Enter") open(group, element);
    });
    if (single) marker.on("mouseover mouseout", (event) => tell(event.type === "mouseover" ? first : null));
    return marker;
  }

  function open(group, element) {
    const [first] = group.members;
    if (group.count === 1 && !group.tag) return card(first, element);
    if (group.tag) return map.setView([first.lat, first.lon], Math.max(map.getZoom() + 1, 10));
    const [west, south, east, north] = around(group);
    const together = east - west < 1e-4 && north - south < 1e-4;
    if (!together && map.getZoom() < 17) {
      const fit = map.getBoundsZoom([[south, west], [north, east]], false, [60, 60]);
      return map.setView([(south + north) / 2, (west + east) / 2], Math.min(17, Math.max(fit, map.getZoom() + 1)));
    }
    if (group.members.every((f) => f.id)) return openList(map, group, (f) => card(f, element), element);
    return map.setView([first.lat, first.lon], Math.min(17, Math.max(14, map.getZoom() + 2)));
  }

  function card(f, element) {
    container.dispatchEvent(new CustomEvent("atlas:open", { bubbles: true, detail: { layer: f.layer.key, id: f.id } }));
    return openCard(map, f, words, element);
  }

  function tell(f) {
    container.dispatchEvent(new CustomEvent("atlas:hover", { bubbles: true, detail: f && { layer: f.layer.key, id: f.id } }));
  }

  function highlight(name) {
    lit = name;
    container.querySelectorAll(".atlas-mark.lit").forEach((element) => element.classList.remove("lit"));
    const found = name && container.querySelector(`[data-mark="${name}"]`);
    if (found) found.classList.add("lit");
  }

  let waiting, ours = false;
  map.on("moveend", () => {
    refresh();
    clearTimeout(waiting);
    if (ours) ours = false;
    else waiting = setTimeout(moved, 300);
  });
  function moved() {
    const size = map.getSize(), c = map.getCenter();
    const nw = map.containerPointToLatLng([0, 0]), se = map.containerPointToLatLng([size.x, size.y - covered()]);
    const detail = { bbox: [nw.lng, se.lat, se.lng, nw.lat], at: [c.lng, c.lat, map.getZoom()] };
    container.dispatchEvent(new CustomEvent("atlas:moved", { bubbles: true, detail }));
  }
  function fit(bounds) {
    if (!bounds || !map.getSize().x) return;
    ours = true;
    map.fitBounds([[bounds[1], bounds[0]], [bounds[3], bounds[2]]], { paddingTopLeft: [14, covered() ? 64 : 14], paddingBottomRight: [14, 14 + covered()], animate: false });
  }
  /** Pixels of the map's foot that the phone's sheet lies over. */
  function covered() {
    const pane = document.querySelector("[data-tab=map] .home .list-pane");
    return pane && getComputedStyle(pane).position === "fixed" ? Math.min(pane.offsetHeight, map.getSize().y / 2) : 0;
  }
  onLookChange(() => { drawBasemap(); setLayers(layers); });
  fit(options.bounds);
  setLayers(options.layers);
  const own = document.querySelector(".place-page");
  if (own) highlight(own.dataset.place);
  container.atlas = { map, setLayers, highlight, fit, select: drawBasemap, layers: () => options.layers };
  container.dispatchEvent(new CustomEvent("atlas:ready", { bubbles: true }));
}
