// Runs before the page is painted: large type and colour scheme as the reader chose them, and that scripts work.
(function () {
  var root = document.documentElement;
  root.classList.add("js");
  try {
    if (localStorage.getItem("size") === "large") root.dataset.size = "large";
    var theme = localStorage.getItem("theme");
    var dark = theme ? theme === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
    if (dark) root.dataset.theme = "dark";
  } catch (_error) {
    /* a frame without storage: the page looks as it comes */
  }
  if (location.hash === "#map") root.dataset.tab = "map";
})();
