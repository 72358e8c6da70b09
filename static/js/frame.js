// One line for another site's page: <script src="(our host)/embed.js" data-slug="…" async></script>, or data-src="(an embed of ours)".
(function () {
  var here = document.currentScript, data = here && here.dataset;
  if (!here || !(data.src || /^[a-z0-9-]{3,40}$/.test(data.slug || ""))) return;
  var own = new URL(here.src).origin, source = data.src || own + "/embed/" + data.slug;
  if (new URL(source, here.src).origin !== own) return;
  if (data.ch && /^[a-z0-9-]{1,24}$/.test(data.ch)) source += (source.indexOf("?") < 0 ? "?" : "&") + "ch=" + data.ch;
  var frame = document.createElement("iframe");
  frame.src = source;
  frame.title = data.title || "归雁图";
  frame.loading = "lazy";
  frame.width = "100%";
  frame.height = data.height || "560";
  frame.style.border = "1px solid #ccc";
  frame.style.maxWidth = "100%";
  here.parentNode.insertBefore(frame, here);
  window.addEventListener("message", function (event) {
    var told = event.data;
    if (event.source !== frame.contentWindow || !told || told.type !== "guiyan:height") return;
    if (!data.height) frame.height = String(Math.max(320, Math.min(1600, Number(told.height) || 560)));
    if (!data.title && told.title) frame.title = String(told.title).slice(0, 200);
  });
})();
