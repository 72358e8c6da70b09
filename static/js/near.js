// Distances: from a place that is picked by name (in the address), or from where the reader is (never leaves the browser).

const REACH_KM = 100;
let here = null, turn = 0;

/** Wires the field "near what" of the sort menu; `show` takes the address of the page for it. */
export function keepNear(show) {
  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-near]");
    if (field) suggest(field, event.target.value.trim(), show);
  });
  document.addEventListener("atlas:here", ({ detail }) => {
    here = detail;
    measure();
  });
}

async function suggest(field, text, show) {
  const mine = ++turn, list = field.querySelector("ul"), lang = document.documentElement.lang === "en" ? "en" : "zh";
  if (!text) return list.replaceChildren();
  const answer = await fetch(`/facets/areas?q=${encodeURIComponent(text)}&lang=${lang}`);
  if (!answer.ok || mine !== turn) return undefined;
  const { areas } = await answer.json();
  return list.replaceChildren(...areas.filter((area) => area.at).slice(0, 6).map((area) => choice(area, field, show)));
}

function choice(area, field, show) {
  const li = document.createElement("li"), link = document.createElement("a"), url = new URL(location.href);
  for (const name of ["page", "bbox", "at", "radius"]) url.searchParams.delete(name);
  for (const [name, value] of Object.entries({ near: area.at.join(), radius: REACH_KM, sort: "near" })) url.searchParams.set(name, value);
  url.search = url.search.replace(/%2C/g, ",");
  link.href = url.href;
  link.textContent = area.path;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    field.closest("details").open = false;
    show(url.href);
  });
  li.append(link);
  return li;
}

/** Writes on the shown entries how far they are from the reader, and puts the nearest first. */
export function measure() {
  if (!here) return;
  for (const list of document.querySelectorAll(".entries")) {
    const entries = [...list.querySelectorAll(".entry[data-at]")].map((entry) => ({ entry, km: kilometres(here, entry.dataset.at.split(",").map(Number)) }));
    for (const { entry, km } of entries) said(entry).textContent = ` · ${list.dataset.away.replace("{km}", km < 10 ? km.toFixed(1) : Math.round(km))}`;
    list.prepend(...entries.sort((a, b) => a.km - b.km).map(({ entry }) => entry));
  }
}

function said(entry) {
  let span = entry.querySelector(".away");
  if (!span) {
    span = Object.assign(document.createElement("span"), { className: "away" });
    entry.querySelector(".entry-where").append(span);
  }
  return span;
}

function kilometres([lon1, lat1], [lon2, lat2]) {
  const rad = Math.PI / 180, a = Math.sin(((lat2 - lat1) * rad) / 2) ** 2 + Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * Math.sin(((lon2 - lon1) * rad) / 2) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.sqrt(a));
}
