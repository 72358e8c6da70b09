// Counts a page shown, a place opened, a phone touched: sums by channel, no cookie, no storage, nothing about the person.

const { body } = document, address = new URL(location.href);
const channel = address.searchParams.get("ch") || "", named = /(?:^|&)v=([a-z0-9-]{3,40})/.exec(location.hash.slice(1));
const view = body.dataset.view || (named ? named[1] : "");
const asked = navigator.doNotTrack === "1" || window.doNotTrack === "1" || navigator.globalPrivacyControl === true;

/** The host of the page around ours, "" on our own pages. */
function around() {
  if (parent === window) return "";
  try {
    const origins = location.ancestorOrigins, first = (origins && origins[0]) || document.referrer;
    return first ? new URL(first).host : "?";
  } catch (_error) {
    return "?";
  }
}

const host = around(), about = body.dataset.about || "";

function send(kind, layer, id) {
  if (asked || !navigator.sendBeacon) return;
  const told = { kind, layer: layer || "", place: Number(id) || 0, area: about, view, ch: channel, host };
  navigator.sendBeacon("/count", JSON.stringify(told));
}

/** [layer, id] of the place that an element belongs to. */
function placeOf(element) {
  const near = element && element.closest("[data-place]"), page = near || document.querySelector(".place-page[data-place]");
  return page ? page.dataset.place.split(":") : ["", 0];
}

if (body.dataset.tally) {
  const [layer, id] = document.querySelector(".place-page[data-place]") ? placeOf(null) : [body.dataset.layer, 0];
  send("view", body.dataset.layer, 0);
  if (id) send("place", layer, id);
  // what somebody copies from the address bar is the page, not the way they came by
  if (parent === window && (channel || named)) {
    address.searchParams.delete("ch");
    address.hash = named ? "" : address.hash;
    history.replaceState(history.state, "", address.href.replace(/#$/, "").replace(/%2C/g, ",").replace(/%3C/g, "<"));
  }
}

let opened = ["", 0];
document.addEventListener("atlas:open", ({ detail }) => {
  if (!detail) return;
  opened = [detail.layer, detail.id];
  send("place", detail.layer, detail.id);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest("a[href]");
  if (!link) return;
  if (link.protocol === "tel:") {
    const inside = link.closest("[data-place],.leaflet-popup"), own = inside && inside.dataset.place ? placeOf(link) : inside ? opened : placeOf(null);
    send("phone", ...own);
  } else if (channel && link.origin === location.origin && !("ask" in link.dataset) && parent === window) {
    const next = new URL(link.href);
    if (!next.searchParams.has("ch")) next.searchParams.set("ch", channel);
    link.href = next.href.replace(/%2C/g, ",").replace(/%3C/g, "<");
  }
}, true);
