// The filter panel: a button that shuts it, and short cuts that open it at one question.

/** Dresses the panels of the page; call again after a swap. */
export function keepPanel() {
  document.querySelectorAll("[data-panel] .panel-head").forEach(closer);
  document.querySelectorAll("[data-open-facet]").forEach((button) => {
    if (button.dataset.ready) return;
    button.dataset.ready = "yes";
    button.addEventListener("click", () => openAt(button.dataset.openFacet));
  });
}

function closer(head) {
  if (head.querySelector(".panel-close")) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "panel-close" });
  button.setAttribute("aria-label", document.documentElement.lang === "en" ? "Close" : "关上");
  button.innerHTML = '<svg class="i" viewBox="0 0 20 20" aria-hidden="true"><use href="#i-x"/></svg>';
  button.addEventListener("click", () => {
    const panel = head.closest("[data-panel]");
    panel.open = false;
    panel.querySelector("summary").focus({ preventScroll: true });
  });
  head.prepend(button);
}

function openAt(param) {
  const panel = document.querySelector("[data-panel]"), facet = panel.querySelector(`[data-facet="${param}"]`);
  panel.open = true;
  if (!facet) return;
  if (facet.tagName === "DETAILS") facet.open = true;
  const form = panel.querySelector(".panel-form"), head = panel.querySelector(".panel-head");
  form.scrollTop += facet.getBoundingClientRect().top - form.getBoundingClientRect().top - head.offsetHeight;
  const first = facet.querySelector("input,a,summary");
  if (first) first.focus({ preventScroll: true });
}
