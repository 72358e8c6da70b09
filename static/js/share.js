// Passing a page on: copy its address, print it, open everything else as a box over it.

/** Wires the buttons of the page, or of a part of it that has come later. */
export function keepShare(root = document) {
  root.querySelectorAll("[data-act=copy]").forEach(keepCopy);
  root.querySelectorAll("[data-act=print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
}

function keepCopy(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = button.dataset.copy, address = /^https?:/.test(text) && !("text" in button.dataset);
    if (navigator.share && address) return navigator.share({ title: document.title, url: text }).catch(() => undefined);
    try {
      await navigator.clipboard.writeText(text);
      const words = button.querySelector("span"), before = words.textContent;
      words.textContent = button.dataset.done;
      setTimeout(() => (words.textContent = before), 2500);
    } catch (_error) {
      const shown = document.querySelector("[data-copied], .address");
      if (shown && shown.select) shown.select();
      else if (shown) getSelection().selectAllChildren(shown);
    }
    return undefined;
  });
}

/** Opens the share page of a link in a dialog; a link whose page does not come leads there as links do. */
async function openShare(link) {
  const box = document.createElement("dialog"), shut = document.createElement("button");
  if (!box.showModal) return location.assign(link.href);
  box.className = "share-box";
  shut.type = "button";
  shut.className = "btn square shut";
  shut.setAttribute("aria-label", link.dataset.close || "×");
  shut.textContent = "×";
  shut.addEventListener("click", () => box.close());
  box.addEventListener("close", () => { box.remove(); link.focus(); });
  document.body.append(box);
  await fill(box, shut, link.href);
  if (box.childElementCount) box.showModal();
  return undefined;
}

async function fill(box, shut, address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    const body = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-share-body]");
    style();
    box.replaceChildren(shut, document.importNode(body, true));
    box.setAttribute("aria-label", box.querySelector("h1").textContent);
    keepShare(box);
    box.querySelectorAll("[data-share-options]").forEach((form) => form.addEventListener("submit", (event) => {
      event.preventDefault();
      fill(box, shut, `${form.action}?${new URLSearchParams(new FormData(form))}`);
    }));
  } catch (_error) {
    location.assign(address);
  }
}

/** The style sheet of the share page, once. */
function style() {
  const app = document.querySelector('link[href*="/css/app.css"]');
  if (!app || document.querySelector('link[href*="/css/share.css"]')) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = app.href.replace("app.css", "share.css");
  document.head.append(link);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest("a[data-share]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  openShare(link);
});
