// One line for another site's page: <script src="(our host)/static/js/frame.js" data-src="(an embed of ours)" data-title="…" async></script>
(function () {
  var here = document.currentScript, source = here && here.dataset.src;
  if (!source || new URL(source, here.src).origin !== new URL(here.src).origin) return;
  var frame = document.createElement("iframe");
  frame.src = source;
  frame.title = here.dataset.title || "归雁图";
  frame.loading = "lazy";
  frame.width = "100%";
  frame.height = here.dataset.height || "560";
  frame.style.border = "1px solid #ccc";
  here.parentNode.insertBefore(frame, here);
  if (here.dataset.height) return;
  window.addEventListener("message", function (event) {
    var told = event.data;
    if (event.source !== frame.contentWindow || !told || told.type !== "guiyan:height") return;
    frame.height = String(Math.max(320, Math.min(1600, Number(told.height) || 560)));
  });
})();
