// The popup of a place, fetched when it is asked for, and the list of several places at one spot.

/** Opens the card of a place; the fragment comes escaped from our own server. */
export async function openCard(map, f, strings, back) {
  const box = panel();
  box.append(skeleton());
  const popup = open(map, f, box, back);
  try {
    const answer = await fetch(f.layer.card.replace("{id}", f.id));
    if (!answer.ok) throw new Error(answer.status);
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    box.replaceChildren(...parsed.body.childNodes);
  } catch (_error) {
    box.textContent = strings.failed;
  }
  popup.update();
  popup.aside();
  const first = box.querySelector("a");
  if (first && back) first.focus({ preventScroll: true });
}

/** Opens the names of places that share one spot. */
export function openList(map, group, choose, back) {
  const box = panel(), list = document.createElement("ul");
  list.className = "popup-list";
  for (const f of group.members.filter((m) => m.id)) {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.textContent = f.name;
    button.addEventListener("click", () => choose(f));
    item.append(button);
    list.append(item);
  }
  box.append(list);
  open(map, group.members[0], box, back);
  list.querySelector("button").focus({ preventScroll: true });
}

/** Says what a dashed count stands for, with the way to its list. */
export function openWords(map, group, text, back) {
  const box = panel(), [first] = group.members, head = document.createElement("p"), list = document.createElement("ul");
  head.textContent = text;
  list.className = "popup-list";
  for (const layer of new Set(group.members.map((f) => f.layer))) {
    const mine = group.members.filter((f) => f.layer === layer), item = document.createElement("li"), link = document.createElement("a");
    link.href = listOf(layer, mine.map((f) => f.county));
    if (layer.list) link.target = "_self";
    link.textContent = `${layer.title} ${mine.reduce((sum, f) => sum + f.count, 0)}`;
    item.append(link);
    list.append(item);
  }
  box.append(head, list);
  open(map, { ...first, ...at(map, group) }, box, back);
  list.querySelector("a").focus({ preventScroll: true });
}

/** The directory's page of what the map shows of a layer, narrowed to what is known by these counties alone. */
function listOf(layer, counties) {
  if (layer.list) return within(layer, counties);
  const asked = new URLSearchParams(layer.tiles.split("?")[1] || "");
  asked.set("area", [...new Set(counties)].join(","));
  asked.set("precision", "county");
  if (document.documentElement.lang === "en") asked.set("lang", "en");
  return `${layer.page.split("/{id}")[0]}?${asked}`;
}

/** The same in the frame of a saved view, which answers no more than the view holds. */
function within(layer, counties) {
  const url = new URL(layer.list, location.href);
  url.searchParams.set("area", [...new Set(counties)].join(","));
  url.searchParams.set(`${layer.key}.precision`, "county");
  return url.href.replace(/%2C/g, ",");
}

function at(map, group) {
  const spot = map.unproject([group.x, group.y], Math.round(map.getZoom()));
  return { lat: spot.lat, lon: spot.lng };
}

function panel() {
  const box = document.createElement("div");
  box.className = "popup";
  return box;
}

function skeleton() {
  const lines = document.createElement("div");
  for (let i = 0; i < 3; i += 1) lines.append(Object.assign(document.createElement("span"), { className: "sk" }));
  return lines;
}

function open(map, f, box, back) {
  const popup = L.popup({ offset: [0, -12], minWidth: map.getSize().x < 700 ? 250 : 310, maxWidth: map.getSize().x < 700 ? 290 : 340, autoPanPadding: [16, 70] });
  popup.setLatLng([f.lat, f.lon]).setContent(box).openOn(map);
  popup.aside = () => beside(map, popup, f);
  popup.aside();
  box.addEventListener("keydown", (event) => event.key === "Escape" && map.closePopup(popup));
  popup.on("remove", () => back && back.isConnected && back.focus({ preventScroll: true }));
  return popup;
}

/** Pixels to keep free at the right, so that the legend does not lie over the popup. */
function clear(map, f, element) {
  const legend = document.querySelector(".map-pane .legend"), y = map.latLngToContainerPoint([f.lat, f.lon]).y;
  return legend && y - element.offsetHeight / 2 < legend.offsetTop + legend.offsetHeight ? legend.offsetWidth + 32 : 16;
}

/** On a wide map the popup stands beside its mark, on the side away from the middle, so that the city stays in sight. */
function beside(map, popup, f) {
  const element = popup.getElement(), size = map.getSize();
  if (size.x < 700 || !element) return popup.update();
  const east = map.latLngToContainerPoint([f.lat, f.lon]).x > size.x / 2;
  element.classList.add("beside", east ? "east" : "west");
  popup.options.autoPanPaddingBottomRight = L.point(east ? clear(map, f, element) : 16, 30);
  popup.options.offset = L.point((element.offsetWidth / 2 + 22) * (east ? 1 : -1), Math.round(element.offsetHeight / 2));
  return popup.update();
}
