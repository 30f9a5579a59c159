// Ticking rows of a list: x or space on a row, a click on it, or all of the page at once; how many are ticked.
const boxes = (form) => [...form.querySelectorAll("[data-tick]")];

function count(form) {
  const all = boxes(form);
  const ticked = all.filter((box) => box.checked).length;
  const shown = form.querySelector("[data-ticked]");
  if (shown) shown.textContent = String(ticked);
  const whole = form.querySelector("[data-tick-all]");
  if (whole) {
    whole.checked = ticked > 0 && ticked === all.length;
    whole.indeterminate = ticked > 0 && ticked < all.length;
  }
}

function tick(row) {
  const box = row.querySelector("[data-tick]");
  if (!box) return false;
  box.checked = !box.checked;
  count(box.form);
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !event.target.matches("[data-ticks] [data-row]")) return;
  if ((event.key === "x" || event.key === " ") && tick(event.target)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-ticks] [data-row]");
  if (row && !event.target.closest("a, button, input, label, select") && !getSelection().toString()) tick(row);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-ticks]");
  if (!form) return;
  if (event.target.matches("[data-tick-all]")) {
    for (const box of [...boxes(form), ...form.querySelectorAll("[data-paper]")]) box.checked = event.target.checked;
  }
  count(form);
});

document.querySelectorAll("[data-ticks]").forEach(count);
document.addEventListener("typed:back", () => document.querySelectorAll("[data-ticks]").forEach(count));
addEventListener("pageshow", () => document.querySelectorAll("[data-ticks]").forEach(count));
