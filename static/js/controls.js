// What stands on the map without moving: zoom, own position, scale, and the badge that is always visible.

/** Leaflet's scale with its unit in the reader's language. */
const Scale = L.Control.Scale.extend({
  _updateMetric(most) {
    const metres = this._getRoundNum(most), { words } = this.options;
    const text = metres < 1000 ? `${metres} ${words.m}` : `${metres / 1000} ${words.km}`;
    this._updateScale(this._mScale, text, metres / most);
  },
});

function button(label, path, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.setAttribute("aria-label", label);
  made.title = label;
  made.innerHTML = `<svg class="i" viewBox="0 0 20 20" aria-hidden="true"><path d="${path}"/></svg>`;
  made.addEventListener("click", act);
  return made;
}

/** Adds the controls; the reader's position stays in the browser. */
export function addControls(map, options) {
  const words = options.strings, container = map.getContainer();
  const box = document.createElement("div");
  box.className = "map-ctl";
  box.append(
    button(words.zoomIn, "M10 4v12M4 10h12", () => map.zoomIn()),
    button(words.zoomOut, "M4 10h12", () => map.zoomOut()),
  );
  if (navigator.geolocation && !options.embed)
    box.append(button(words.locate, "M10 2v4M10 14v4M2 10h4M14 10h4M10 6a4 4 0 1 0 0 8 4 4 0 0 0 0-8", () => map.locate({ setView: true, maxZoom: 12 })));
  let here;
  map.on("locationfound", (found) => {
    if (here) here.remove();
    container.dispatchEvent(new CustomEvent("atlas:here", { bubbles: true, detail: [found.latlng.lng, found.latlng.lat] }));
    here = L.circleMarker(found.latlng, { radius: 7, className: "m-here", interactive: false }).addTo(map);
  });
  container.append(box, badge(options.badge));
  const foot = () => container.style.setProperty("--badge", `${container.querySelector(".badge").offsetHeight}px`);
  map.on("resize", foot);
  foot();
  L.DomEvent.disableClickPropagation(box);
  new Scale({ imperial: false, position: "bottomleft", maxWidth: 110, words }).addTo(map);
}

function badge(about) {
  const line = document.createElement("div"), number = document.createElement("b");
  line.className = "badge";
  number.textContent = about.approval;
  line.append(number, " " + about.sources.join(" · "));
  return line;
}
