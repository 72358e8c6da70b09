// What lies under the marks: our own outlines, or the operator's raster tiles. Names are in labels.js.
import { token } from "./tokens.js";

/** Is an area chosen, or does it lie under one that is? */
export function chosen(selected, code) {
  return selected.some((area) => String(code).startsWith(area.replace(/0+$/, "").padEnd(area.endsWith("0000") ? 2 : 4, "0")));
}

/** The city or province around what is chosen: it stays land when one county of it is lit up. */
function home(selected) {
  return selected.map((area) => (/^\d{6}/.test(area) ? `${area.slice(0, 4)}00` : area));
}

function paintRules(protomaps, selected) {
  const { PolygonSymbolizer, LineSymbolizer } = protomaps;
  const around = home(selected);
  const on = (_zoom, f) => selected.length === 0 || chosen(around, f.props.code);
  const off = (zoom, f) => !on(zoom, f);
  const lit = (_zoom, f) => selected.some((area) => f.props.code === area || (area.length > 6 && f.props.code === area.slice(0, 6)));
  const edge = token("land-edge"), city = token("city-edge");
  const line = (dataLayer, color, width, filter, opacity = 1) => ({ dataLayer, symbolizer: new LineSymbolizer({ color, width, opacity }), filter });
  const fill = (dataLayer, colour, filter) => ({ dataLayer, symbolizer: new PolygonSymbolizer({ fill: token(colour) }), filter });
  return [
    fill("province", "land-out"),
    line("county", edge, 0.6, off, 0.6),
    line("city", edge, 0.9, off, 0.8),
    line("city", city, 9, on, 0.16),
    fill("city", "land", on),
    fill("county", "land", on),
    line("county", edge, 0.9, on),
    fill("county", "land-on", lit),
    line("city", city, 1.4, on),
    line("county", token("accent"), 1.8, lit),
    line("province", city, 1.2),
    line("boundary", city, 1.4),
  ];
}

function townRules(protomaps) {
  const dot = new protomaps.CircleSymbolizer({ radius: 2.2, fill: token("surface"), stroke: token("ink-soft"), width: 1.2 });
  return [{ dataLayer: "labels", symbolizer: dot, filter: (_zoom, f) => f.props.kind === "township" }];
}

/** Puts the basemap under the map. `draw` draws it anew, for other areas or colours. */
export function addBasemap(map, options) {
  const made = { selected: options.basemap.selected, layers: [], draw };
  function draw(areas) {
    made.selected = areas || made.selected;
    const before = made.layers;
    made.layers = (options.basemap.tiles || []).map((tiles) =>
      L.tileLayer(tiles.url, { subdomains: "01234567", maxNativeZoom: tiles.maxZoom, maxZoom: 18 }),
    );
    if (!made.layers.length) {
      made.layers = [
        protomapsL.leafletLayer({
          url: options.basemap.plain, maxDataZoom: 12, attribution: "", lang: options.lang, noWrap: true,
          paintRules: [...paintRules(protomapsL, made.selected), ...townRules(protomapsL)], labelRules: [],
        }),
      ];
    }
    made.layers.forEach((layer) => layer.addTo(map));
    before.forEach((layer) => setTimeout(() => layer.remove(), 400)); // the old one stays until the new has drawn
  }
  /** The tiles of our own outlines, null under raster tiles. */
  made.view = () => (made.layers[0].views ? made.layers[0].views.get("") : null);
  draw();
  return made;
}
