// In another site's frame: says how high the content would like to be, keeps nothing, asks nobody but our own host.
import "./tally.js";

const LEAST = 320;

function tell() {
  const list = document.querySelector(".embed-list"), head = document.querySelector(".embed-head");
  const wanted = list && getComputedStyle(list).flexBasis === "auto" ? head.offsetHeight + 360 + list.scrollHeight : document.documentElement.scrollHeight;
  parent.postMessage({ type: "guiyan:height", height: Math.max(LEAST, Math.round(wanted)), title: document.title }, "*");
}

if (parent !== window) {
  addEventListener("load", tell);
  addEventListener("resize", tell);
  addEventListener("message", (event) => {
    if (event.source === parent && event.data === "guiyan:height?") tell();
  });
}
