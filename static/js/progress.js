// How far the worker is; when it is done the page shows what has come of it.

const box = document.querySelector("[data-progress]"), bar = box.querySelector("progress"), told = box.querySelector("[data-told]");
const WAIT = 1500;

async function look() {
  try {
    const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const now = await answer.json();
      if (!now.working) return location.reload();
      bar.max = Math.max(now.total, 1);
      bar.value = now.done;
      if (now.total) told.textContent = `${now.done} / ${now.total}`;
    }
  } catch (_error) {
    // without a connection it asks again
  }
  setTimeout(look, WAIT);
}

setTimeout(look, WAIT);
