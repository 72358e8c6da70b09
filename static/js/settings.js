// Large type and the dark scheme, remembered in the browser.

function remember(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch (_error) {
    /* no storage: it lasts as long as the page */
  }
}

/** Wires the two buttons. */
export function keepSettings() {
  const root = document.documentElement;
  document.querySelectorAll("[data-act=size]").forEach((button) => {
    const tell = () => (button.textContent = root.dataset.size === "large" ? button.dataset.on : button.dataset.off);
    button.hidden = false;
    tell();
    button.addEventListener("click", () => {
      if (root.dataset.size === "large") delete root.dataset.size;
      else root.dataset.size = "large";
      remember("size", root.dataset.size);
      tell();
    });
  });
  document.querySelectorAll("[data-act=theme]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const dark = root.dataset.theme !== "dark";
      if (dark) root.dataset.theme = "dark";
      else delete root.dataset.theme;
      remember("theme", dark ? "dark" : "light");
    });
  });
}
