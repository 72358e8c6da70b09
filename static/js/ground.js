// Stations, airports, towns and zones: small symbols with names that give way to the marks and are never counted together.
import { settle, spiral, wide } from "./settle.js";
import { LESS } from "./tiles.js";

const NS = "http://www.w3.org/2000/svg";
const SYMBOLS = {
  station: "M-4.5-4.5h9v9h-9z", airport: "M0-8 1.6-2.5 8 1v2L1.6 1 1 5l2 2v1L0 7l-3 1V7l2-2-.6-4L-8 3V1l6.4-3.5z",
  interchange: "M0-5 5 0 0 5-5 0z", port: "M-5-3h10l-2 6h-6zM0-7v4", town: "M0-4a4 4 0 1 0 .1 0z",
};
const NAMES_FROM = { airport: 8, station: 10, interchange: 12, port: 10, town: 10 };
const BESIDE = (w) => [[w + 8, 0], [-w - 8, 0], [0, 14], [0, -14]], ROOM = spiral(40, 40, 10);

/** Is the feature drawn by `Ground` at this zoom? Far out, and when only its county is known, it is not drawn at all. */
export function onGround(f, zoom) {
  return f.layer.ground && zoom - LESS >= f.layer.clusterBelow && f.precision !== "county" && f.count === 1;
}

/** Keeps the symbols; `draw` puts them anew after the marks, `name` puts their names after the map's own. */
export class Ground {
  constructor(map, opened) {
    this.map = map;
    this.opened = opened;
    this.drawn = new Map();
  }

  /** Symbols of `features` where `taken` leaves room; their boxes join `taken`. Answers what is to be named. */
  draw(features, zoom, taken) {
    const items = features.filter((f) => f.layer.shape !== "area").map((f) => ({ f, x: f.x, y: f.y, w: 5, h: 5, offsets: [[0, 0]], fits: () => true }));
    const kept = new Set(), shown = settle(items, taken).map(({ name }) => name.f);
    for (const f of shown) kept.add(this.put(f, `${zoom}|${f.layer.key}${f.id}`, f.x, f.y, zoom, symbol(f)));
    this.kept = kept;
    return [...features.filter((f) => f.layer.shape === "area"), ...shown.filter((f) => zoom >= (NAMES_FROM[kindOf(f)] || 10))];
  }

  /** Names beside the symbols, and of zones inside them; then whatever is no longer wanted goes. */
  name(features, zoom, taken) {
    const items = features.map((f) => {
      const area = f.layer.shape === "area", w = wide(f.name, 12) / 2 + 2;
      return { f, area, x: f.x, y: f.y, w, h: area ? 11 : 8, offsets: area ? ROOM : BESIDE(w), fits: () => true };
    });
    for (const { name: item, x, y } of settle(items, taken)) {
      const text = Object.assign(document.createElement("span"), { textContent: item.f.name });
      this.kept.add(this.put(item.f, `${zoom}|n${item.f.layer.key}${item.f.id}|${Math.round(x)}|${Math.round(y)}`, x, y, zoom, text, !item.area));
    }
    for (const [key, marker] of this.drawn) if (!this.kept.has(key)) { marker.remove(); this.drawn.delete(key); }
  }

  put(f, key, x, y, zoom, element, silent = false) {
    if (this.drawn.has(key)) return key;
    const look = element.tagName === "SPAN" ? "g-name" : "g-mark";
    const icon = L.divIcon({ html: element, className: `${look} ${f.layer.shape}`, iconSize: silent || look === "g-name" ? [0, 0] : [24, 24] });
    const marker = L.marker(this.map.unproject([x, y], zoom), { icon, title: f.name, interactive: !silent, keyboard: !silent, zIndexOffset: -500 }).addTo(this.map);
    this.drawn.set(key, marker);
    const made = marker.getElement();
    if (silent) {
      made.setAttribute("aria-hidden", "true");
      return key;
    }
    made.setAttribute("role", "button");
    made.setAttribute("aria-label", f.name);
    made.dataset.mark = `${f.layer.key}:${f.id}`;
    marker.on("click keypress", (event) => {
      if (event.type === "click" || event.originalEvent.key === "Enter") this.opened(f, made);
    });
    return key;
  }
}

function kindOf(f) {
  return f.layer.shape === "town" ? "town" : f.kind || "station";
}

function symbol(f) {
  const svg = document.createElementNS(NS, "svg"), path = document.createElementNS(NS, "path");
  for (const [name, value] of Object.entries({ viewBox: "-12 -12 24 24", width: 24, height: 24, "aria-hidden": "true" })) svg.setAttribute(name, value);
  path.setAttribute("d", SYMBOLS[kindOf(f)] || SYMBOLS.station);
  path.setAttribute("class", `g-sym ${kindOf(f)}${f.precision === "township" ? " rough" : ""}`);
  svg.append(path);
  return svg;
}
