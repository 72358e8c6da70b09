// What lies under the marks: our own outlines with names, or the operator's raster tiles.
import { token } from "./tokens.js";

const FONT = '"PingFang SC","HarmonyOS Sans SC","MiSans","Microsoft YaHei","Noto Sans CJK SC",sans-serif';

/** Is an area chosen, or does it lie under one that is? */
function chosen(selected, code) {
  return selected.some((area) => String(code).startsWith(area.replace(/0+$/, "").padEnd(area.endsWith("0000") ? 2 : 4, "0")));
}

function paintRules(protomaps, selected) {
  const { PolygonSymbolizer, LineSymbolizer } = protomaps;
  const on = (_zoom, f) => selected.length === 0 || chosen(selected, f.props.code);
  const off = (zoom, f) => !on(zoom, f);
  const edge = token("land-edge"), city = token("city-edge");
  return [
    { dataLayer: "province", symbolizer: new PolygonSymbolizer({ fill: token("land-out") }) },
    { dataLayer: "county", symbolizer: new PolygonSymbolizer({ fill: token("land-out"), stroke: edge, width: 0.5 }), filter: off },
    { dataLayer: "city", symbolizer: new LineSymbolizer({ color: city, width: 9, opacity: 0.16 }), filter: on },
    { dataLayer: "city", symbolizer: new PolygonSymbolizer({ fill: token("land") }), filter: on },
    { dataLayer: "county", symbolizer: new PolygonSymbolizer({ fill: token("land"), stroke: edge, width: 0.9 }), filter: on },
    {
      dataLayer: "county",
      symbolizer: new PolygonSymbolizer({ fill: token("land-on"), stroke: token("accent"), width: 1.8 }),
      filter: (_zoom, f) => selected.includes(f.props.code),
    },
    { dataLayer: "city", symbolizer: new LineSymbolizer({ color: city, width: 1.4 }) },
    { dataLayer: "province", symbolizer: new LineSymbolizer({ color: city, width: 1.2 }) },
    { dataLayer: "boundary", symbolizer: new LineSymbolizer({ color: city, width: 1.4 }) },
  ];
}

function labelRules(protomaps, lang) {
  const labelProps = lang === "en" ? ["name_en", "name"] : ["name"];
  const text = (kind, size, weight, fill) => ({
    dataLayer: "labels",
    symbolizer: new protomaps.CenteredTextSymbolizer({
      labelProps, fill: token(fill), stroke: token("halo"), width: 3, font: `${weight} ${size}px ${FONT}`, letterSpacing: 1,
    }),
    filter: (_zoom, f) => f.props.kind === kind,
  });
  const town = (_zoom, f) => f.props.kind === "township";
  return [
    text("province", 15, 500, "ink-soft"),
    text("city", 15, 700, "ink"),
    text("county", 15, 500, "ink-soft"),
    {
      dataLayer: "labels",
      filter: town,
      symbolizer: new protomaps.GroupSymbolizer([
        new protomaps.CircleSymbolizer({ radius: 2.2, fill: token("surface"), stroke: token("ink-soft"), width: 1.2 }),
        new protomaps.OffsetTextSymbolizer({
          labelProps, fill: token("ink"), stroke: token("halo"), width: 3, font: `400 12px ${FONT}`, offsetX: 5, offsetY: 0,
        }),
      ]),
    },
  ];
}

/** Puts the basemap under the map; returns a function that draws it anew, for other areas or colours. */
export function addBasemap(map, options) {
  let selected = options.basemap.selected, layers = [];
  function draw(areas) {
    selected = areas || selected;
    layers.forEach((layer) => layer.remove());
    layers = (options.basemap.tiles || []).map((tiles) =>
      L.tileLayer(tiles.url, { subdomains: "01234567", maxNativeZoom: tiles.maxZoom, maxZoom: 18 }),
    );
    if (!layers.length) {
      layers = [
        protomapsL.leafletLayer({
          url: options.basemap.plain, maxDataZoom: 12, attribution: "", lang: options.lang, noWrap: true,
          paintRules: paintRules(protomapsL, selected), labelRules: labelRules(protomapsL, options.lang),
        }),
      ];
    }
    layers.forEach((layer) => layer.addTo(map));
  }
  draw();
  return draw;
}

/** The outlines of places (parks, zones …) above the basemap. */
export function shapesLayer(layer) {
  const colour = token(layer.color);
  return protomapsL.leafletLayer({
    url: layer.tiles, minZoom: 11, maxDataZoom: layer.clusterBelow, levelDiff: 0, attribution: "", noWrap: true, pane: "shapes",
    paintRules: [
      { dataLayer: layer.key + "_shapes", symbolizer: new protomapsL.PolygonSymbolizer({ fill: colour, opacity: 0.16 }) },
      { dataLayer: layer.key + "_shapes", symbolizer: new protomapsL.LineSymbolizer({ color: colour, width: 1.6 }) },
    ],
    labelRules: [],
  });
}
