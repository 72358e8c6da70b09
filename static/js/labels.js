// Names on the map: under the marks, inside their county or left out, each with its dashed counts beside it.
import { chosen } from "./basemap.js";
import { readNames } from "./names.js";
import { settle, spiral, wide } from "./settle.js";

const RANK = { province: 1, city: 2, county: 3, township: 4 };
const TAG = 26, ROOM = spiral(64, 48, 8);

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
   * Answers {county code: {x, y}}: where its first tag goes. Counties come first, with their tags, without, then looser.
   */
  draw({ names, inside }, zoom, selected, counts, taken) {
    const bounds = this.map.getPixelBounds(this.map.getCenter(), zoom);
    const whole = (box) => box.x - box.w > bounds.min.x && box.x + box.w < bounds.max.x && box.y - box.h > bounds.min.y && box.y + box.h < bounds.max.y;
    const rank = (name) => RANK[name.kind] + (lit(name, selected) ? 0 : 10) - (selected.includes(name.code) ? 6 : 0);
    const spots = {}, kept = new Set();
    let waiting = [...names].sort((a, b) => rank(a) - rank(b) || a.text.length - b.text.length);
    const towns = waiting.filter((name) => name.kind === "township");
    waiting = waiting.filter((name) => name.kind !== "township");
    const place = (some, part, tagged) => {
      const items = some.map((name) => sized(name, selected, tagged ? counts[name.code] || 0 : 0, (box) => whole(box) && within(box, part, inside)));
      for (const { name, x, y } of settle(items, taken)) {
        if (name.tags) spots[name.code] = { x: x + name.w - name.tags * TAG + TAG / 2 - 2, y };
        kept.add(this.put(name, x - (name.tags * TAG) / 2, y, zoom));
        waiting = waiting.filter((other) => other.code !== name.code);
      }
    };
    place(waiting.filter((name) => counts[name.code]), 0.7, true);
    for (const part of [0.8, 0.5]) place(waiting, part, false);
    place(towns, 0, false);
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

function lit(name, selected) {
  return !selected.length || chosen(selected, name.code);
}

/** Does this part of the box's width lie in the county it names? */
function within(box, part, inside) {
  return !box.county || (inside(box.county, box.x - box.w * part, box.y) && inside(box.county, box.x + box.w * part, box.y));
}

function sized(name, selected, tags, meets) {
  const on = lit(name, selected), town = name.kind === "township", county = name.kind === "county" && name.code;
  const size = town || !on ? 12 : 15, w = wide(name.text, size, town ? 0 : 2) / 2 + 2 + (tags * TAG) / 2, h = size * 0.7;
  const look = `${name.kind}${on ? "" : " off"}${selected.includes(name.code) ? " on" : ""}`;
  const beside = [[w + 5, 0], [-w - 5, 0], [0, -h - 5], [0, h + 5]];
  return { ...name, w, h, tags, look, offsets: town ? beside : ROOM, fits: (box) => meets({ ...box, county }) };
}
