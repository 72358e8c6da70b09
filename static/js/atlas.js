// The map: basemap and names below, places as marks above, in step with whatever page it stands on.
import { addBasemap } from "./basemap.js";
import { addControls } from "./controls.js";
import { Ground, onGround } from "./ground.js";
import { Labels } from "./labels.js";
import { clusterMark, countyTag, placeMark } from "./marks.js";
import { around, few, merge, radius } from "./merge.js";
import { openCard, openList, openWords } from "./popup.js";
import { settle, spiral } from "./settle.js";
import { shapesLayer } from "./shapes.js";
import { PlaceTiles } from "./tiles.js";
import { onLookChange } from "./tokens.js";

const COUNTY_NAME_ZOOM = 8, TAG_STEP = 26, ROOM = spiral(56, 56, 8);
/** A screen narrower than NARROW has room for MOST marks; marks further outside than EDGE are not drawn (pixels). */
const NARROW = 600, MOST = 38, EDGE = 36;

/** Called by the map's script with the Leaflet map and the options that the server wrote. */
export function atlas(map, options) {
  const drawn = new Map(), words = options.strings, container = map.getContainer();
  let layers = [], turn = 0, lit = null, waiting, ours = false, groups = [], drawnAt = -1;
  map.createPane("shapes").classList.add("pane-shapes");
  addControls(map, options);
  fit(options.bounds);
  const basemap = addBasemap(map, options), labels = new Labels(map, options.lang), ground = new Ground(map, card);

  function setLayers(list) {
    layers.forEach((layer) => layer.shapes.remove());
    layers = list.filter((layer) => layer.on).map((layer) => ({ ...layer, places: new PlaceTiles(layer), shapes: shapesLayer(layer).addTo(map) }));
    return refresh();
  }

  async function refresh() {
    if (!map.getSize().x) return;
    const mine = ++turn, zoom = Math.round(map.getZoom());
    const [named, ...loaded] = await Promise.all([labels.read(basemap.view(), zoom), ...layers.map((layer) => layer.places.load(map, zoom))]);
    if (mine !== turn || zoom !== Math.round(map.getZoom())) return;
    const all = loaded.flatMap((l) => l.features).map((f) => ({ ...f, ...pixel(f, zoom) }));
    const features = all.filter((f) => !f.layer.ground), below = all.filter((f) => onGround(f, zoom));
    const tags = counted(features.filter((f) => f.precision === "county" && (f.n === undefined || f.first)), zoom);
    const most = map.getSize().x < NARROW ? MOST - inSight(tags, zoom).length : Infinity, points = features.filter((f) => f.precision !== "county");
    const marks = zoom < 14 ? few(points, most, (found) => inSight(found, zoom).length) : merge(points, 0.6);
    groups = [...marks, ...placed(tags, marks, named, zoom, below)];
    drawnAt = zoom;
    show(zoom);
    container.dataset.marks = drawn.size;
    container.dispatchEvent(new CustomEvent("atlas:drawn", { bubbles: true, detail: { failed: loaded.some((l) => l.failed) } }));
  }

  function inSight(found, zoom) {
    const { min, max } = map.getPixelBounds(map.getCenter(), zoom);
    return found.filter(({ x, y }) => x > min.x - EDGE && x < max.x + EDGE && y > min.y - EDGE && y < max.y + EDGE);
  }

  function pixel(f, zoom) {
    const at = map.project([f.lat, f.lon], zoom);
    return { x: at.x, y: at.y };
  }

  /** Counts of what is known by its county alone: one for each county and layer; far out, by what would overlap. */
  function counted(features, zoom) {
    const found = new Map();
    for (const f of features) {
      const n = f.n || f.count, { members = [], count = 0 } = found.get(f.county) || {};
      found.set(f.county, { ...f, members: [...members, { ...f, count: n }], count: count + n });
    }
    const tags = [...found.values()].map(({ x, y, count, members }) => ({ x, y, count, members, layer: members[0].layer }));
    const together = merge(tags, zoom < COUNTY_NAME_ZOOM ? 1.3 : 0);
    return together.map((group) => ({ ...group, members: group.members.flatMap((tag) => tag.members), tag: true }));
  }

  /** Puts the names where the marks leave room, and each county's counts beside its name. */
  function placed(tags, marks, named, zoom, below) {
    const counts = {}, met = {}, code = (tag) => tag.members[0].county;
    if (zoom >= COUNTY_NAME_ZOOM) tags.forEach((tag) => { counts[code(tag)] = (counts[code(tag)] || 0) + 1; });
    const taken = marks.map((m) => ({ x: m.x, y: m.y, w: radius(m.count) + 1, h: radius(m.count) + 1 }));
    const frame = map.getPixelBounds(map.getCenter(), zoom); // the scale and the badge stand at the lower left
    taken.push({ x: frame.min.x + 90, y: frame.max.y - covered() - 28, w: 90, h: 32 });
    if (layers.some((layer) => layer.shape === "town")) named.names = named.names.filter((name) => name.kind !== "township");
    const unnamed = ground.draw(below, zoom, taken), spots = labels.draw(named, zoom, basemap.selected, counts, taken);
    ground.name(unnamed, zoom, taken);
    return tags.map((tag) => {
      const spot = spots[code(tag)], before = met[code(tag)] || 0;
      met[code(tag)] = before + 1;
      return spot ? { ...tag, x: spot.x + before * TAG_STEP, y: spot.y } : aside(tag, taken, named.inside);
    });
  }

  /** A count without a name beside it goes where the marks leave room. */
  function aside(tag, taken, inside) {
    const fits = (box) => inside(tag.members[0].county, box.x, box.y);
    const [{ x, y }] = settle([{ x: tag.x, y: tag.y, w: 14, h: 12, offsets: ROOM, fits, must: true }], taken);
    return { ...tag, x, y };
  }

  /** Draws the groups in sight; panning brings the others in before they are needed. */
  function show(zoom) {
    const wanted = new Map(inSight(groups, zoom).map((group) => [key(group, zoom), group]));
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
    const metres = (40075017 * Math.cos((first.lat * Math.PI) / 180)) / (256 * 2 ** zoom);
    const mark = group.tag ? countyTag(group, group.members.every((f) => f.layer === first.layer) ? first.layer.color : "ink-soft") : single ? placeMark(first, (first.radius * 1000) / metres) : clusterMark(group, layers);
    const icon = L.divIcon({ html: mark.element, className: `atlas-mark${group.tag ? " tag-mark" : ""}`, iconSize: [mark.size, mark.size] });
    const marker = L.marker(map.unproject([group.x, group.y], zoom), { icon, riseOnHover: true, title: named(group) }).addTo(map);
    const element = marker.getElement();
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", named(group));
    if (single) element.dataset.mark = `${first.layer.key}:${first.id}`;
    marker.on("click keypress", (event) => {
      if (event.type === "click" || event.originalEvent.key === "Enter") open(group, element);
    });
    if (single) marker.on("mouseover mouseout", (event) => tell("atlas:hover", event.type === "mouseover" ? first : null));
    return marker;
  }

  function named(group) {
    const [first] = group.members;
    if (group.tag) return words.onlyCounty.replace("{county}", first.county_name || "").replace("{n}", group.count);
    return group.count === 1 ? first.name : words.clusterOf.replace("{n}", group.count);
  }

  function open(group, element) {
    const [first] = group.members;
    if (group.tag) return openWords(map, group, named(group), element);
    if (group.count === 1) return card(first, element);
    const [west, south, east, north] = around(group);
    const together = east - west < 1e-4 && north - south < 1e-4;
    if (!together && map.getZoom() < 17) {
      const closest = map.getBoundsZoom([[south, west], [north, east]], false, [60, 60]);
      return map.setView([(south + north) / 2, (west + east) / 2], Math.min(17, Math.max(closest, map.getZoom() + 1)));
    }
    if (group.members.every((f) => f.id)) return openList(map, group, (f) => card(f, element), element);
    return map.setView([first.lat, first.lon], Math.min(17, Math.max(14, map.getZoom() + 2)));
  }

  function card(f, element) {
    tell("atlas:open", f);
    highlight(`${f.layer.key}:${f.id}`);
    return openCard(map, f, words, element);
  }

  function tell(name, f) {
    container.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: f && { layer: f.layer.key, id: f.id } }));
  }

  function highlight(name) {
    lit = name;
    container.querySelectorAll(".atlas-mark.lit").forEach((element) => element.classList.remove("lit"));
    const found = name && container.querySelector(`[data-mark="${name}"]`);
    if (found) found.classList.add("lit");
  }

  function moved() {
    const size = map.getSize(), c = map.getCenter();
    const nw = map.containerPointToLatLng([0, 0]), se = map.containerPointToLatLng([size.x, size.y - covered()]);
    const detail = { bbox: [nw.lng, se.lat, se.lng, nw.lat], at: [c.lng, c.lat, map.getZoom()] };
    container.dispatchEvent(new CustomEvent("atlas:moved", { bubbles: true, detail }));
  }

  function fit(bounds) {
    if (!bounds || !map.getSize().x) return;
    ours = true;
    const foot = covered(), below = foot || container.querySelector(".badge").offsetHeight + 4;
    map.fitBounds([[bounds[1], bounds[0]], [bounds[3], bounds[2]]], { paddingTopLeft: [6, foot ? 62 : 10], paddingBottomRight: [6, below], animate: false });
    ours = false;
  }

  /** Pixels of the map's foot that the phone's sheet lies over. */
  function covered() {
    const pane = document.querySelector("[data-tab=map] .home .list-pane");
    return pane && getComputedStyle(pane).position === "fixed" ? Math.min(pane.offsetHeight, map.getSize().y / 2) : 0;
  }

  map.on("move", () => {
    if (map.getZoom() === drawnAt) show(drawnAt);
  });
  map.on("moveend", () => {
    refresh();
    clearTimeout(waiting);
    if (!ours) waiting = setTimeout(moved, 300);
  });
  onLookChange(() => { basemap.draw(); setLayers(layers); });
  setLayers(options.layers);
  const own = document.querySelector(".place-page");
  if (own) highlight(own.dataset.place);
  container.atlas = { map, setLayers, highlight, fit, select: (areas) => { basemap.draw(areas); refresh(); }, layers: () => options.layers };
  container.dispatchEvent(new CustomEvent("atlas:ready", { bubbles: true }));
}
