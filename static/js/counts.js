// Counts of choices, fetched when somebody opens the questions they belong to.

/** Wires panels, pickers and folded questions; call `fill` after a swap for those that stay open. */
export function keepCounts() {
  document.addEventListener("toggle", (event) => event.target.open && event.target.matches?.("[data-panel],[data-area-pick],details[data-facet]") && fill(event.target), true);
  document.querySelectorAll("[data-panel][open],[data-area-pick][open]").forEach(fill);
}

/** Counts for every question inside an opened part that has none yet. */
export async function fill(part) {
  const source = part.closest("[data-counts]") || part.querySelector("[data-counts]");
  const open = [...part.querySelectorAll("[data-facet]:not([data-counted])"), ...(part.matches("[data-facet]:not([data-counted])") ? [part] : [])];
  const wanted = open.filter((facet) => facet.tagName !== "DETAILS" || facet.open);
  const names = [...new Set(wanted.map((facet) => facet.dataset.facet))];
  if (!source || !names.length) return;
  const url = new URL(source.dataset.counts, location.href);
  url.searchParams.set("of", names.join());
  const answer = await fetch(url.href.replace(/%2C/g, ",").replace(/%3C/g, "<"));
  if (!answer.ok) return;
  const { facets, area } = await answer.json();
  for (const facet of wanted) write(facet, facet.dataset.facet === "area" ? area : facets[facet.dataset.facet].choices);
}

function write(facet, choices) {
  const counts = new Map(choices.map(({ value, count }) => [value, count])), most = Math.max(1, ...counts.values());
  for (const option of facet.querySelectorAll("[data-value]")) {
    const count = counts.get(option.dataset.value) || 0, bar = option.querySelector(".bar rect"), input = option.querySelector("input");
    option.querySelector(".n").textContent = count;
    if (bar) bar.setAttribute("width", Math.round((100 * count) / most));
    const hide = () => (option.hidden = !count && !(input && input.checked) && !option.querySelector("[aria-current]"));
    if (option.contains(document.activeElement)) option.addEventListener("focusout", hide, { once: true }); // nobody loses their place
    else hide();
  }
  facet.dataset.counted = "yes";
}
