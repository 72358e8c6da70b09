// Colours of the style sheet, for what is drawn on canvas.

/** The value of a custom property, as `--name` holds it now. */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

/** Calls back whenever large type or the colour scheme changes. */
export function onLookChange(callback) {
  new MutationObserver(callback).observe(document.documentElement, { attributeFilter: ["data-theme", "data-size"] });
}
