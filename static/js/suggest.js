// Suggestions while typing: a combobox (WAI-ARIA 1.2) over what /suggest answers.

const SHARED = ["area", "q"], PAUSE = 150;
let turn = 0, waiting;

/** Wires the search boxes of the page; `show` takes the address of the page for what is chosen. */
export function keepSuggest(show) {
  document.querySelectorAll("form[data-search] input[name=q]").forEach(dress);
  document.addEventListener("input", (event) => {
    const input = event.target.closest("form[data-search] input[name=q]");
    if (!input) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(input, show), PAUSE);
  });
  document.addEventListener("keydown", (event) => {
    const input = event.target.closest && event.target.closest("form[data-search] input[name=q]");
    if (input && !event.isComposing) press(event, input);
  });
  document.addEventListener("click", (event) => document.querySelectorAll("form[data-search]").forEach((form) => form.contains(event.target) || shut(form)));
  document.addEventListener("focusout", (event) => {
    const form = event.target.closest && event.target.closest("form[data-search]");
    if (form && event.relatedTarget && !form.contains(event.relatedTarget)) shut(form);
  });
}

function dress(input) {
  const form = input.form, list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label"));
  for (const [name, value] of Object.entries({ role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
  form.append(list);
}

async function ask(input, show) {
  const mine = ++turn, text = input.value.trim(), { form } = input, list = form.querySelector(".suggestions");
  if (!text) return shut(form);
  const lang = document.documentElement.lang === "en" ? "en" : "zh";
  let found;
  try {
    const answer = await fetch(`/suggest?q=${encodeURIComponent(text)}&layer=${form.dataset.layer}&lang=${lang}`);
    found = answer.ok ? (await answer.json()).suggestions : [];
  } catch (_error) {
    found = []; // without a network there are no suggestions; the search itself says what is wrong
  }
  if (mine !== turn || document.activeElement !== input) return undefined;
  list.replaceChildren(...found.map((hint, n) => option(hint, n, input, show)));
  list.hidden = !found.length;
  input.setAttribute("aria-expanded", String(Boolean(found.length)));
  return input.removeAttribute("aria-activedescendant");
}

function option(hint, n, input, show) {
  const li = document.createElement("li"), label = document.createElement("span"), note = document.createElement("span");
  li.id = `suggestion-${n}`;
  li.setAttribute("role", "option");
  li.setAttribute("aria-selected", "false");
  label.textContent = hint.label;
  note.textContent = hint.note;
  note.className = "soft small";
  li.append(label, note);
  li.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  li.addEventListener("click", () => choose(hint, input, show));
  return li;
}

function choose(hint, input, show) {
  shut(input.form);
  if (hint.href) return location.assign(hint.href + (document.documentElement.lang === "en" ? "?lang=en" : ""));
  const url = new URL(location.href);
  for (const name of ["page", "bbox", "at", "q", "sort"]) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(hint.params)) url.searchParams.set(SHARED.includes(name) ? name : input.form.dataset.prefix + name, value);
  input.value = hint.params.q || "";
  return show(url.href);
}

function press(event, input) {
  const list = input.form.querySelector(".suggestions"), options = [...list.children], now = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
  if (list.hidden) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    return void shut(input.form);
  }
  if (event.key === "Enter" && now >= 0) {
    event.preventDefault();
    return void options[now].click();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = (now + step + options.length + (now < 0 && step < 0 ? 1 : 0)) % options.length;
  options.forEach((o, n) => o.setAttribute("aria-selected", String(n === next)));
  input.setAttribute("aria-activedescendant", options[next].id);
  options[next].scrollIntoView({ block: "nearest" });
}

function shut(form) {
  const list = form.querySelector(".suggestions"), input = form.querySelector("input[name=q]");
  turn += 1;
  clearTimeout(waiting);
  if (!list) return;
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}
