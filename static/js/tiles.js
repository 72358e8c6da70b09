// The places on the tiles of a view: fetched, decoded, each once.

const SIZE = 512, KEPT = 120;
/** A tile is shown twice as wide as usual: at a map's zoom z the tiles of z - 1, a quarter as many. */
export const LESS = 1;

/** One layer's tiles. `load` answers the features over the bounds; what it had stays until the new is there. */
export class PlaceTiles {
  constructor(layer) {
    this.layer = layer;
    this.source = new protomapsL.ZxySource(layer.tiles, false);
    this.tiles = new Map();
  }

  tile(z, x, y) {
    const key = `${z}/${x}/${y}`;
    let found = this.tiles.get(key);
    if (!found) {
      found = this.source.get({ z, x, y }, SIZE).then((layers) => (layers.get(this.layer.key) || []).map((f) => place(f, z, x, y, this.layer)));
      found.catch(() => this.tiles.delete(key));
      this.tiles.set(key, found);
      if (this.tiles.size > KEPT) this.tiles.delete(this.tiles.keys().next().value);
    }
    return found;
  }

  /** Features of every tile that the map's bounds touch; a single place counts once, on whatever tiles it lies. */
  async load(map, zoom) {
    const z = zoom - LESS, wanted = addresses(map, zoom).map(([x, y]) => this.tile(z, x, y));
    const settled = await Promise.allSettled(wanted);
    const once = new Map();
    let failed = 0;
    for (const tile of settled) {
      if (tile.status === "rejected") failed += 1;
      for (const f of tile.value || []) once.set(f.id ? `p${f.id}` : `c${f.lat},${f.lon},${f.count},${f.county || ""}`, f);
    }
    return { features: [...once.values()], failed };
  }
}

function addresses(map, zoom) {
  const bounds = map.getPixelBounds(map.getCenter(), zoom), last = 2 ** (zoom - LESS) - 1;
  const clamp = (value) => Math.max(0, Math.min(last, Math.floor(value / SIZE)));
  const found = [];
  for (let x = clamp(bounds.min.x); x <= clamp(bounds.max.x); x += 1)
    for (let y = clamp(bounds.min.y); y <= clamp(bounds.max.y); y += 1) found.push([x, y]);
  return found;
}

function place(feature, z, x, y, layer) {
  const [[point]] = feature.geom;
  const world = SIZE * 2 ** z;
  const east = (x * SIZE + point.x) / world, south = (y * SIZE + point.y) / world;
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * south))) * 180) / Math.PI;
  const props = { ...feature.props };
  if (document.documentElement.lang === "en") for (const name of ["name", "county_name"]) props[name] = props[`${name}_en`] || props[name];
  return { ...props, lon: east * 360 - 180, lat, layer };
}
