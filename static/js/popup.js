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
  const popup = L.popup({ offset: [0, -12], minWidth: 240, maxWidth: 300, autoPanPadding: [16, 70] });
  popup.setLatLng([f.lat, f.lon]).setContent(box).openOn(map);
  popup.on("remove", () => back && back.isConnected && back.focus({ preventScroll: true }));
  return popup;
}
