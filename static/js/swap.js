// Puts fresh regions of a page in place of the old ones, keeping what the reader has open, scrolled to and focused.

const FRAMED = ["list", "head", "sheet-tally"];

/** Swaps every `[data-swap]` region that `page` has too; `framed` when only the map's frame has changed. */
export function swapRegions(page, framed) {
  const kept = remember();
  for (const region of document.querySelectorAll("[data-swap]")) {
    const name = region.dataset.swap, fresh = page.querySelector(`[data-swap="${name}"]`);
    if (!fresh || (framed && !FRAMED.includes(name))) continue;
    if (framed && name === "list" && fresh.querySelector(".state")) continue; // never blank the list because the map moved
    region.replaceWith(document.adoptNode(fresh));
  }
  document.title = page.title;
  restore(kept);
  const status = document.querySelector("[data-status]"), said = document.querySelector(".tally span");
  if (status && said) status.textContent = said.textContent.trim();
}

function remember() {
  const panel = document.querySelector("[data-panel]"), form = panel && panel.querySelector(".panel-form");
  const focus = document.activeElement, region = focus && focus.closest("[data-swap]");
  return {
    open: Boolean(panel && panel.open),
    top: form ? form.scrollTop : 0,
    facets: [...document.querySelectorAll("details[data-facet][open]")].map((facet) => facet.dataset.facet),
    input: focus && focus.name && focus.type === "checkbox" ? [focus.name, focus.value] : null,
    region: region && region.dataset.swap,
    place: region ? reachable(region).indexOf(focus) : -1,
    sign: region ? sign(focus) : "",
  };
}

function restore(kept) {
  const panel = document.querySelector("[data-panel]");
  if (panel) panel.open = kept.open;
  for (const facet of document.querySelectorAll("details[data-facet]")) if (kept.facets.includes(facet.dataset.facet)) facet.open = true;
  const form = panel && panel.querySelector(".panel-form");
  if (form) form.scrollTop = kept.top;
  const region = kept.region && document.querySelector(`[data-swap="${kept.region}"]`);
  if (!region || region.contains(document.activeElement)) return;
  const same = kept.input && [...region.querySelectorAll("input")].find((i) => i.name === kept.input[0] && i.value === kept.input[1]);
  const all = reachable(region), alike = all.find((e) => sign(e) === kept.sign);
  const next = same || alike || all[Math.min(kept.place, all.length - 1)];
  if (next) next.focus({ preventScroll: true });
}

/** What tells an element apart from its neighbours whatever the counts are: which question, which kind, which words. */
function sign(element) {
  const facet = element.closest("[data-facet]"), words = (element.getAttribute("aria-label") || element.textContent).replace(/[\d\s]+/g, "");
  return [facet ? facet.dataset.facet : "", element.tagName, element.type || "", words].join("|");
}

function reachable(region) {
  return [...region.querySelectorAll("a[href],button,input:not([type=hidden]),summary")].filter((e) => e.offsetParent !== null);
}
