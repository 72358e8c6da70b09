// The editor: keeps what is typed, says what is wrong beside it, and shows the place as the public would see it.
import { pick } from "./pick.js";

const form = document.getElementById("draft"), words = document.getElementById("draft-words").dataset;
const saved = form.querySelector("[data-saved]"), WAIT = 1500;
let waiting, busy = false, again = false, stale = false;

function say(text) {
  saved.textContent = text;
}

/** Problems and warnings beside their inputs; what is no longer wrong is no longer said. */
function tell(kind, found) {
  form.querySelectorAll(`p.${kind}[id]`).forEach((line) => {
    const name = line.id.slice(2), text = found[name] || "";
    if (["coords", "upload", "publish_at"].includes(name)) return;
    line.textContent = text;
    line.hidden = !text;
    if (kind === "problem") {
      const box = line.closest(".field");
      if (box) box.classList.toggle("bad", Boolean(text));
      const input = document.getElementById(`f-${name}`);
      if (input && input.name) input.setAttribute("aria-invalid", String(Boolean(text)));
    }
  });
}

function measure(answer) {
  document.querySelector("[data-have]").textContent = `${answer.have} / ${answer.need}`;
  document.querySelectorAll(".meter i").forEach((part, n) => part.classList.toggle("on", Boolean(answer.parts[n])));
  const names = new Set(answer.missing);
  document.querySelectorAll("[data-todo]").forEach((line) => (line.hidden = !names.has(line.dataset.todo)));
}

async function preview() {
  const answer = await fetch(form.dataset.preview);
  if (answer.ok) document.querySelector("[data-preview-here]").innerHTML = await answer.text();
}

async function keep() {
  if (stale) return;
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  again = false;
  say(words.saving);
  const sent = new FormData(form);
  sent.delete("upload");
  sent.delete("publish_at"); // asked for when it is handed in
  sent.delete("coords"); // longitude and latitude say it already
  sent.set("act", "save");
  try {
    const answer = await fetch(location.pathname, { method: "POST", body: sent, headers: { Accept: "application/json" } });
    if (answer.status === 409) {
      stale = true;
      say(words.stale);
    } else if (answer.ok) {
      const told = await answer.json();
      document.querySelectorAll("input[name=version]").forEach((input) => (input.value = told.version));
      tell("problem", told.problems);
      tell("warning", told.warnings);
      measure(told);
      say(words.saved.replace("{time}", new Date().toTimeString().slice(0, 5)));
      await preview();
    } else throw new Error(String(answer.status));
  } catch (_error) {
    say(words.failed);
    soon(10000);
  }
  busy = false;
  if (again) soon(0);
}

function soon(wait = WAIT) {
  clearTimeout(waiting);
  waiting = setTimeout(keep, wait);
}

form.addEventListener("input", (event) => {
  if (event.target.type === "file" || ["coords", "datum", "epsg", "publish_at"].includes(event.target.name)) return;
  soon();
});
form.addEventListener("submit", () => clearTimeout(waiting));
form.querySelector("[name=upload]").addEventListener("change", (event) => {
  if (event.target.files.length) form.querySelector("button[value=save]").click();
});
window.addEventListener("online", () => soon(0));
pick(form, words, soon);
