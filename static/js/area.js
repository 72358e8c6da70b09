// Finding an area by typing: names and pinyin, over the whole nation.

/** Wires the pickers; `show` takes the address of the page for the chosen area. */
export function keepAreas(show) {
  document.addEventListener("toggle", (event) => event.target.matches?.("[data-area-pick]") && reveal(event.target), true);
  document.addEventListener("input", (event) => {
    const picker = event.target.closest("[data-area-pick]");
    if (picker) find(picker, event.target.value.trim(), show);
  });
}

function reveal(picker) {
  const box = picker.querySelector("[data-area-type]");
  box.hidden = false;
  if (picker.open) box.querySelector("input").focus({ preventScroll: true });
}

let turn = 0;
async function find(picker, text, show) {
  const mine = ++turn, list = picker.querySelector(".area-links");
  if (!picker.kept) picker.kept = [...list.children];
  if (!text) return list.replaceChildren(...picker.kept);
  const lang = document.documentElement.lang === "en" ? "en" : "zh";
  const answer = await fetch(`/facets/areas?q=${encodeURIComponent(text)}&lang=${lang}`);
  if (!answer.ok || mine !== turn) return undefined;
  const { areas } = await answer.json();
  return list.replaceChildren(...areas.map((area) => item(area, picker, show)));
}

function item(area, picker, show) {
  const li = document.createElement("li"), link = document.createElement("a"), url = new URL(location.href);
  url.searchParams.set("area", area.code);
  for (const name of ["page", "bbox", "at"]) url.searchParams.delete(name);
  link.href = url.href;
  link.className = "opt-face";
  link.textContent = area.path;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    picker.open = false;
    show(url.href);
  });
  li.append(link);
  return li;
}
