// The positions of a file's rows on the preview's map.
import { onLookChange, token } from "./tokens.js";

const box = document.querySelector("[data-points]");
let begun = false;

function look(feature) {
  const { precision, doubtful } = feature.properties, color = token(doubtful ? "ageing" : "accent");
  return { color, fillColor: color, fillOpacity: precision === "exact" && !doubtful ? 0.7 : 0.1, weight: 2, radius: 6, dashArray: doubtful || precision !== "exact" ? "3 3" : null };
}

document.addEventListener("atlas:drawn", async () => {
  if (begun) return;
  begun = true;
  const map = box.querySelector(".folium-map").atlas.map;
  const answer = await fetch(box.dataset.points, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const drawn = L.geoJSON(await answer.json(), {
    pointToLayer: (feature, at) => L.circleMarker(at, look(feature)),
    onEachFeature(feature, mark) {
      const words = document.createElement("span");
      words.textContent = feature.properties.text;
      mark.bindTooltip(words);
    },
  }).addTo(map);
  box.dataset.drawn = drawn.getLayers().length;
  if (drawn.getLayers().length) map.fitBounds(drawn.getBounds(), { maxZoom: 11, padding: [24, 24], animate: false });
  onLookChange(() => drawn.setStyle(look));
});
