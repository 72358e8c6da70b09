// The map of a file that stands alone: outlines and places from the page's own JSON, nothing is fetched.
import { around, merge, radius } from "./merge.js";
import { clusterMark, countyTag, placeMark } from "./marks.js";

/** Called by the file's folium script with its map. */
function sealed(map) {
  const data = JSON.parse(document.getElementById("data").textContent);
  const layers = data.layers, byKey = new Map(layers.map((layer) => [layer.key, layer])), drawn = [];
  const places = data.places.map((place) => ({ ...place, count: 1, layer: byKey.get(place.layer) }));
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  function land() {
    const shapes = data.land.map((county) => ({ type: "Feature", properties: { on: county.on }, geometry: county.shape }));
    const style = (f) => ({ color: token("land-edge"), weight: 1, fillColor: token(f.properties.on ? "land-on" : "land-out"), fillOpacity: 1 });
    L.geoJSON(shapes, { style, interactive: false }).addTo(map);
  }

  function pixel(place) {
    const at = map.project([place.lat, place.lon], map.getZoom());
    return { ...place, x: at.x, y: at.y };
  }

  function refresh() {
    drawn.splice(0).forEach((marker) => marker.remove());
    const known = places.filter((place) => place.precision !== "county").map(pixel);
    merge(known, 0.8).forEach((group) => drawn.push(add(group)));
    counted().forEach((group) => drawn.push(add(group)));
  }

  /** What is known by its county alone: one count for each county. */
  function counted() {
    const found = new Map();
    for (const place of places.filter((one) => one.precision === "county").map(pixel)) {
      const group = found.get(place.county) || { x: place.x, y: place.y, count: 0, members: [], tag: true };
      group.count += 1;
      group.members.push(place);
      found.set(place.county, group);
    }
    return [...found.values()];
  }

  function picture(group) {
    const [first] = group.members;
    const metres = (40075017 * Math.cos((first.lat * Math.PI) / 180)) / (256 * 2 ** map.getZoom());
    if (group.tag) return countyTag(group, first.layer.color);
    return group.count === 1 ? placeMark(first, (first.radius * 1000) / metres) : clusterMark(group, layers);
  }

  function add(group) {
    const mark = picture(group), name = named(group);
    const icon = L.divIcon({ html: mark.element, className: `atlas-mark${group.tag ? " tag-mark" : ""}`, iconSize: [mark.size, mark.size] });
    const marker = L.marker(map.unproject([group.x, group.y], map.getZoom()), { icon, title: name }).addTo(map);
    marker.getElement().setAttribute("aria-label", name);
    marker.on("click keypress", (event) => {
      if (event.type === "click" || event.originalEvent.key === "Enter") open(group, marker);
    });
    return marker;
  }

  function named(group) {
    const [first] = group.members;
    if (group.tag) return data.strings.onlyCounty.replace("{county}", first.county_name).replace("{n}", group.count);
    return group.count === 1 ? first.name : data.strings.clusterOf.replace("{n}", group.count);
  }

  function open(group, marker) {
    if (group.count > 1 && !group.tag && map.getZoom() < 14) {
      const [west, south, east, north] = around(group);
      map.fitBounds([[south, west], [north, east]], { maxZoom: 14, padding: [60, 60] });
      return;
    }
    const box = document.createElement("div");
    box.className = "popup";
    group.members.forEach((place) => box.append(card(place)));
    L.popup({ maxWidth: 280, maxHeight: 300 }).setLatLng(marker.getLatLng()).setContent(box).openOn(map);
  }

  function card(place) {
    const made = document.createElement("article");
    for (const [tag, text] of [["h2", place.name], ["p", place.where], ["p", place.money]]) {
      const line = document.createElement(tag);
      line.textContent = text;
      if (text) made.append(line);
    }
    if (place.phone) {
      const call = document.createElement("a");
      call.className = "call";
      call.href = `tel:${place.phone.replace(/[^\d+]/g, "")}`;
      call.textContent = place.phone;
      made.append(call);
    }
    return made;
  }

  land();
  L.control.zoom({ position: "bottomright", zoomInTitle: data.strings.zoomIn, zoomOutTitle: data.strings.zoomOut }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  if (data.bounds) map.fitBounds([[data.bounds[1], data.bounds[0]], [data.bounds[3], data.bounds[2]]], { animate: false });
  map.on("zoomend", refresh);
  refresh();
}
