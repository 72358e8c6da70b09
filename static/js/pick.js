// The place on the map: pointed at, dragged, or pasted with the datum that it was copied from.

const PIN = '<svg class="pin" viewBox="0 0 26 34" aria-hidden="true"><path d="M13 33C7 24 2 18 2 12a11 11 0 0 1 22 0c0 6-5 12-11 21Z"/></svg>';

/** Wires the position's inputs to the form's map; `changed` is called when they change by it. */
export function pick(form, words, changed) {
  const box = form.querySelector("[data-pick]"), answer = box.querySelector("[data-answer]"), field = (name) => form.elements[name];
  let map, pin, ghost, turn = 0, waiting;

  function known() {
    const lon = parseFloat(field("lon").value), lat = parseFloat(field("lat").value);
    return Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lat) < 85 ? [lat, lon] : null;
  }

  function precision() {
    const on = form.querySelector("[name=precision]:checked");
    return on ? on.value : "";
  }

  function show() {
    box.classList.toggle("off", precision() === "county");
    const wide = box.querySelector("[data-field=radius_km]");
    if (wide) wide.hidden = precision() !== "township";
    if (!map || box.classList.contains("off")) return;
    map.invalidateSize();
    const at = known();
    if (!at) return;
    if (!pin) {
      pin = L.marker(at, { draggable: true, icon: L.divIcon({ className: "pin-icon", html: PIN, iconSize: [26, 34], iconAnchor: [13, 33] }), title: words.drag, alt: words.drag }).addTo(map);
      pin.on("dragend", () => put(pin.getLatLng().lng, pin.getLatLng().lat));
    }
    pin.setLatLng(at);
    if (!map.getBounds().contains(at)) map.setView(at, Math.max(map.getZoom(), 12), { animate: false });
  }

  /** A position that somebody has pointed at, degrees. */
  function put(lon, lat, quietly) {
    field("lon").value = lon.toFixed(6);
    field("lat").value = lat.toFixed(6);
    if (field("shape")) field("shape").value = "";
    if (!quietly) {
      field("coords").value = "";
      answer.replaceChildren();
    }
    if (!precision() && form.querySelector("[name=precision][value=exact]")) form.querySelector("[name=precision][value=exact]").checked = true;
    show();
    changed(quietly ? 0 : 300);
  }

  function line(kind, text) {
    const made = document.createElement("p");
    made.className = kind;
    made.textContent = text;
    answer.append(made);
    return made;
  }

  function asked(question) {
    const made = line("ask", question.text);
    if (!question.datum) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = words.use;
    button.addEventListener("click", () => {
      const radio = form.querySelector(`[name=datum][value=${question.datum}]`);
      if (radio) radio.checked = true;
      pasted();
    });
    made.append(document.createElement("br"), button);
    if (map && question.lat) ghost = L.marker([question.lat, question.lon], { icon: L.divIcon({ className: "ghost-icon", iconSize: [22, 22] }), interactive: false, keyboard: false }).addTo(map);
  }

  async function pasted() {
    const coords = field("coords").value.trim(), datum = form.querySelector("[name=datum]:checked");
    const mine = ++turn, at = known(), zone = box.querySelector("[data-zone]");
    if (ghost) ghost.remove();
    if (!coords) return answer.replaceChildren();
    const asking = new URLSearchParams({ coords, datum: datum ? datum.value : "", epsg: field("epsg").value, area: field("area").value });
    if (at) asking.set("lon", at[1]), asking.set("lat", at[0]);
    const reply = await fetch(`${form.dataset.locate}?${asking}`, { headers: { Accept: "application/json" } });
    const told = await reply.json();
    if (mine !== turn) return;
    answer.replaceChildren();
    if (!reply.ok) {
      if (told.zone) zone.hidden = false;
      line("wrong", told.title);
      return;
    }
    put(told.lon, told.lat, true);
    line(told.sure ? "fine" : "ask", told.said);
    told.questions.forEach(asked);
  }

  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(pasted, 500);
  }

  field("coords").addEventListener("input", later);
  box.addEventListener("change", (event) => ["datum", "epsg"].includes(event.target.name) && pasted());
  form.addEventListener("change", (event) => event.target.name === "precision" && show());
  ["lon", "lat"].forEach((name) => field(name).addEventListener("change", show));
  document.addEventListener("atlas:drawn", () => {
    if (map) return;
    map = box.querySelector(".folium-map").atlas.map;
    map.on("click", (event) => put(event.latlng.lng, event.latlng.lat));
    show();
  });
  show();
}
