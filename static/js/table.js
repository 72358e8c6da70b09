// Lists of places: all of a page ticked at once, how many are ticked, and filters that go when they change.

const all = document.querySelector("[data-all]"), told = document.querySelector("[data-picked]");
const rows = () => [...document.querySelectorAll("#bulk input[name=id]")];

function count() {
  const on = rows().filter((row) => row.checked);
  if (told) told.textContent = on.length ? told.dataset.words.replace("{n}", on.length) : "";
  if (all) {
    all.checked = on.length > 0 && on.length === rows().length;
    all.indeterminate = on.length > 0 && !all.checked;
  }
  rows().forEach((row) => row.closest("tr").setAttribute("aria-selected", String(row.checked)));
}

if (all) {
  all.addEventListener("change", () => {
    rows().forEach((row) => (row.checked = all.checked));
    count();
  });
  document.getElementById("bulk").addEventListener("change", count);
  count();
}
document.querySelectorAll("select[data-go]").forEach((select) => select.addEventListener("change", () => select.form.requestSubmit()));
