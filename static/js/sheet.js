// The phone's map: a sheet over it at half height, whose handle opens and closes it; the tab stands in the address.

/** Wires tabs and handle. */
export function keepSheet() {
  const handle = document.querySelector("[data-sheet]");
  if (!handle) return;
  handle.hidden = false;
  const pane = handle.closest(".list-pane");
  handle.addEventListener("click", () => {
    const tall = pane.classList.toggle("tall");
    handle.setAttribute("aria-expanded", String(tall));
  });
  document.querySelectorAll(".tabs [data-tab]").forEach((tab) =>
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      const url = new URL(location.href);
      url.hash = tab.dataset.tab === "map" ? "map" : "";
      history.pushState(null, "", url.hash ? url : url.href.replace(/#$/, ""));
      keepSheet.byHash();
    }),
  );
  keepSheet.byHash();
}

/** Shows the tab that the address names. */
keepSheet.byHash = function byHash() {
  const root = document.documentElement, tab = location.hash === "#map" ? "map" : "list";
  if (tab === "map") root.dataset.tab = "map";
  else delete root.dataset.tab;
  document.querySelectorAll(".tabs [data-tab]").forEach((link) => {
    if (link.dataset.tab === tab) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
  const container = document.querySelector(".home .folium-map");
  if (container && container.atlas) revealed(container.atlas);
  else if (container) container.addEventListener("atlas:ready", () => revealed(container.atlas), { once: true });
};

function revealed(atlas) {
  const empty = !atlas.map.getSize().x;
  atlas.map.invalidateSize();
  if (empty || !atlas.shown) {
    atlas.shown = Boolean(atlas.map.getSize().x);
    const state = document.getElementById("map-state");
    const at = new URL(location.href).searchParams.get("at");
    if (atlas.shown && state && !at) atlas.fit(JSON.parse(state.dataset.state).bounds);
    else if (atlas.shown) atlas.map.fire("moveend");
  }
}
