// Names on the map: under the marks, inside their county or left out, each with its dashed counts beside it.
import { chosen } from "./basemap.js";
import { readNames } from "./names.js";
import { ring, settle, wide } from "./settle.js";

const RANK = { province: 1, city: 2, county: 3, township: 4 };
const TAG = 26;

/** Keeps the names; `draw` puts them anew and answers where each county's counts belong. */
export class Labels {
  constructor(map, lang) {
    this.map = map;
    this.lang = lang;
    this.drawn = new Map();
    const pane = map.createPane("names");
    pane.className += " pane-names";
    pane.setAttribute("aria-hidden", "true");
  }

  /** Reads the names around the map's present bounds. */
  async read(view, zoom) {
    return view ? readNames(this.map, view, zoom, this.lang) : { names: [], inside: () => true };
  }

  /**
   * `read` from above, `selected` area codes, `counts` {county code: how many tags}, `taken` boxes of the marks.
   * Answers {county code: {x, y}}: where its first tag goes.
   */
  draw({ names, inside }, zoom, selected, counts, taken) {
    const bounds = this.map.getPixelBounds(this.map.getCenter(), zoom);
    const whole = (box) => box.x - box.w > bounds.min.x && box.x + box.w < bounds.max.x && box.y - box.h > bounds.min.y && box.y + box.h < bounds.max.y;
    const items = names.map((name) => sized(name, selected, counts[name.code] || 0, whole, inside)).sort((a, b) => a.rank - b.rank || a.text.length - b.text.length);
    const spots = {}, kept = new Set();
    for (const { name, x, y } of settle(items, taken)) {
      if (name.tags) spots[name.code] = { x: x + name.w - name.tags * TAG + TAG / 2 - 2, y };
      kept.add(this.put(name, x - (name.tags * TAG) / 2, y, zoom));
    }
    for (const [key, marker] of this.drawn) if (!kept.has(key)) { marker.remove(); this.drawn.delete(key); }
    return spots;
  }

  put(name, x, y, zoom) {
    const key = `${zoom}|${name.code}|${Math.round(x)}|${Math.round(y)}|${name.look}`;
    if (this.drawn.has(key)) return key;
    const text = document.createElement("span");
    text.textContent = name.text;
    const icon = L.divIcon({ html: text, className: `m-name ${name.look}`, iconSize: [0, 0] });
    this.drawn.set(key, L.marker(this.map.unproject([x, y], zoom), { icon, pane: "names", interactive: false, keyboard: false }).addTo(this.map));
    return key;
  }
}

function sized(name, selected, tags, whole, inside) {
  const on = !selected.length || chosen(selected, name.code), town = name.kind === "township";
  const size = town || !on ? 12 : 15, w = wide(name.text, size, town ? 0 : 2) / 2 + 2 + (tags * TAG) / 2, h = size * 0.7;
  const look = `${name.kind}${on ? "" : " off"}${selected.includes(name.code) ? " on" : ""}`;
  const beside = (far) => [[w + far, 0], [-w - far, 0], [0, -h - far], [0, h + far]];
  return {
    ...name, w, h, tags, look, must: tags > 0,
    rank: RANK[name.kind] + (on ? 0 : 10) - (tags ? 5 : 0) - (selected.includes(name.code) ? 6 : 0),
    offsets: town ? beside(5) : ring(w, h),
    fits: (box) => whole(box) && (name.kind !== "county" || (inside(name.code, box.x - w * 0.85, box.y) && inside(name.code, box.x + w * 0.85, box.y))),
  };
}
