// The outlines and lines of places above the basemap: parks, zones, railways, roads.
import { token } from "./tokens.js";

const DEEPEST = 14;

/** A canvas layer of a layer's lines and polygons, each kind in its own look. */
export function shapesLayer(layer) {
  const dataLayer = `${layer.key}_shapes`;
  return protomapsL.leafletLayer({
    url: layer.tiles, minZoom: layer.shapesFrom, maxDataZoom: DEEPEST, levelDiff: 1, attribution: "", noWrap: true, pane: "shapes",
    paintRules: (layer.byKind ? lines() : outline(layer)).map((rule) => ({ dataLayer, ...rule })), labelRules: [],
  });
}

function outline(layer) {
  const { PolygonSymbolizer, LineSymbolizer } = protomapsL, color = token(layer.color), area = layer.shape === "area";
  const edge = area ? { color, width: 1.8, dash: [6, 4] } : { color, width: 1.6 };
  return [{ symbolizer: new PolygonSymbolizer({ fill: color, opacity: area ? 0.1 : 0.16 }) }, { symbolizer: new LineSymbolizer(edge) }];
}

/** Roads below railways; the hatched line of printed maps for rails, a dashed one for what is only 示意. */
function lines() {
  const { LineSymbolizer } = protomapsL, ink = token("transport"), paper = token("surface");
  const line = (kind, look) => ({ filter: (_zoom, f) => f.props.kind === kind, symbolizer: new LineSymbolizer(look) });
  return [
    line("primary", { color: token("road-edge"), width: 1.4 }),
    line("trunk", { color: token("road-edge"), width: 2.6 }),
    line("trunk", { color: token("road"), width: 1.4 }),
    line("motorway", { color: token("road-edge"), width: 4 }),
    line("motorway", { color: token("road"), width: 2.4 }),
    line("rail", { color: ink, width: 3.2 }),
    line("rail", { color: paper, width: 1.7, dash: [8, 8] }),
    line("rail_link", { color: ink, width: 1.6, dash: [7, 5] }),
  ];
}
