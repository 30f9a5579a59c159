// The visit plan by keyboard: arrows between the days, saved when left; ticking rows; one deed for those ticked.
const fields = () => [...document.querySelectorAll("[data-plan-date]")];
const ticks = () => [...document.querySelectorAll("[data-tick]")];
const here = fields().length > 0;
const touch = matchMedia("(pointer: coarse)");

// A finger picks a day from the device's own calendar, where a keyboard writes "10-12".
function suit() {
  if (!touch.matches) return;
  for (const field of fields()) {
    if (field.type !== "date" && (!field.value || /^\d{4}-\d{2}-\d{2}$/.test(field.value))) field.type = "date";
  }
}

function count() {
  const ticked = ticks().filter((tick) => tick.checked).length;
  for (const place of document.querySelectorAll("[data-ticked]")) place.textContent = ticked;
  for (const part of document.querySelectorAll("[data-ticked-part]")) part.hidden = ticked === 0;
  const all = document.querySelector("[data-tick-all]");
  if (all) {
    all.checked = ticked > 0 && ticked === ticks().length;
    all.indeterminate = ticked > 0 && ticked < ticks().length;
  }
}

document.addEventListener("keydown", (event) => {
  if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("[data-plan-date]")) {
    const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") event.target.value = event.target.defaultValue;
    if (!step) return;
    event.preventDefault();
    const all = fields();
    const next = all[all.indexOf(event.target) + step];
    if (next) {
      next.focus();
      if (next.type !== "date") next.select();
    } else event.target.blur();
    return;
  }
  if (event.key !== "x" && event.key !== " ") return;
  const tick = event.target.matches("[data-row]") && event.target.querySelector("[data-tick]");
  if (!tick) return;
  event.preventDefault();
  tick.checked = !tick.checked;
  count();
});

document.addEventListener("change", (event) => {
  if (!here) return;
  if (event.target.matches("[data-plan-date]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-tick-all]")) {
    for (const tick of ticks()) tick.checked = event.target.checked;
  }
  if (event.target.matches("[data-tick], [data-tick-all]")) count();
});

document.addEventListener("click", (event) => {
  if (!here) return;
  const doing = event.target.closest("[data-deed]");
  if (doing) document.querySelector("[data-deed-field]").value = doing.dataset.deed;
  const keep = event.target.closest("[data-take]");
  if (keep) {
    const form = keep.closest("form");
    const field = form.querySelector("[data-plan-date]");
    field.value = keep.dataset.take;
    form.requestSubmit();
  }
});

// A day that was typed before the session ended is saved when it is left, as one typed now.
document.addEventListener("focusout", (event) => {
  const field = event.target;
  if (!field.matches("[data-plan-date].typed-back") || field.value === field.defaultValue) return;
  field.classList.remove("typed-back");
  field.form.requestSubmit();
});
document.addEventListener("typed:back", count);

// A row that comes back must stay ticked, and the field one is in must stay in hand.
let held = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const row = here && event.detail.target.closest?.("tr");
  if (!row) return;
  held = { tick: row.querySelector("[data-tick]")?.checked, id: row.id, focus: row.contains(document.activeElement) };
});
document.addEventListener("htmx:afterSwap", () => {
  if (!here) return;
  suit();
  if (!held) return;
  const row = document.getElementById(held.id);
  const tick = row?.querySelector("[data-tick]");
  if (tick) tick.checked = held.tick;
  if (held.focus) row?.querySelector("[data-plan-date]")?.focus();
  held = null;
  count();
});

if (here) {
  suit();
  count();
}
if (matchMedia("(max-width: 767.98px)").matches) {
  for (const part of document.querySelectorAll("[data-fold]")) part.open = ticks().some((tick) => tick.checked);
}
