// Names of provinces, cities, counties and towns from the basemap's tiles, and whether a spot lies in a county.

const SIZE = 256, LAST = 12;

/** What the basemap's tiles say over the map's bounds: names with their pixel, and `inside(code, x, y)`. */
export async function readNames(map, view, zoom, lang) {
  const z = Math.max(0, Math.min(zoom - 1, LAST)), side = SIZE * 2 ** (zoom - z), drawn = view.tileCache.tileSize;
  const tiles = new Map();
  await Promise.all(addresses(map, zoom, z, side).map(async ([x, y]) => {
    try {
      tiles.set(`${x}/${y}`, await view.tileCache.get({ z, x, y }));
    } catch (_error) {
      /* a basemap tile that did not come: its names are missing, nothing else */
    }
  }));
  const names = new Map();
  for (const [address, layers] of tiles) {
    const [tx, ty] = address.split("/").map(Number);
    for (const { props, geom: [[point]] } of layers.get("labels") || []) {
      const text = (lang === "en" && props.name_en) || props.name;
      names.set(props.code, { code: props.code, kind: props.kind, text, x: (tx + point.x / drawn) * side, y: (ty + point.y / drawn) * side });
    }
  }
  return { names: [...names.values()], inside: (code, x, y) => lies(tiles, code, x / side, y / side, drawn) };
}

function addresses(map, zoom, z, side) {
  const bounds = map.getPixelBounds(map.getCenter(), zoom), last = 2 ** z - 1;
  const clamp = (value) => Math.max(0, Math.min(last, Math.floor(value / side)));
  const found = [];
  for (let x = clamp(bounds.min.x); x <= clamp(bounds.max.x); x += 1)
    for (let y = clamp(bounds.min.y); y <= clamp(bounds.max.y); y += 1) found.push([x, y]);
  return found;
}

function lies(tiles, code, x, y, drawn) {
  const layers = tiles.get(`${Math.floor(x)}/${Math.floor(y)}`);
  const px = (x - Math.floor(x)) * drawn, py = (y - Math.floor(y)) * drawn;
  return Boolean(layers) && (layers.get("county") || []).some((f) => f.props.code === code && within(f.geom, px, py));
}

/** Even-odd rule over all rings. */
function within(rings, x, y) {
  let odd = false;
  for (const ring of rings)
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const a = ring[i], b = ring[j];
      if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) odd = !odd;
    }
  return odd;
}
