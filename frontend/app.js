// What a page does beyond links and forms: menus, row keys, file names, sums in other units. No inline handlers.
import "./typed.js";
import "@tabler/core/dist/js/tabler.esm.js";
import "./columns.js";
import "./plan.js";
import "./grading.js";
import "./ticks.js";
import "./onsite/index.js";
import "./job.js";
import "./mapping.js";

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

function move(step) {
  const all = rows();
  const now = all.indexOf(document.activeElement.closest("[data-row]"));
  const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function open(row) {
  row.querySelector("[data-open]")?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  } else if (event.key === "Enter" && event.target.matches("[data-row]")) open(event.target);
  else if (event.key === "w" && event.target.matches("[data-row]")) event.target.querySelector("[data-why]")?.click();
});

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-why-close]");
  if (close) {
    const place = close.closest("[data-why-place]");
    const opener = document.querySelector(`[data-why][hx-target="#${place.id}"]`);
    place.replaceChildren();
    opener?.setAttribute("aria-expanded", "false");
    opener?.focus();
    return;
  }
  const row = event.target.closest("[data-row]");
  if (row && !event.target.closest("a, button, input, label, summary, [data-why-place]") && !getSelection().toString()) open(row);
});

document.addEventListener("click", (event) => {
  const why = event.target.closest("[data-why]");
  if (!why || why.getAttribute("aria-expanded") !== "true") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  document.querySelector(why.getAttribute("hx-target")).replaceChildren();
  why.setAttribute("aria-expanded", "false");
}, true);

document.addEventListener("htmx:afterSwap", (event) => {
  const why = event.detail.requestConfig?.elt;
  if (why?.matches?.("[data-why]")) why.setAttribute("aria-expanded", "true");
});

document.addEventListener("htmx:responseError", (event) => tellFailure(event.detail.xhr));
document.addEventListener("htmx:sendError", () => say());
document.addEventListener("htmx:afterOnLoad", () => document.querySelector("[data-unreachable]")?.setAttribute("hidden", ""));

// The server answered and refused or broke: its own words when it gave some, and the number to quote.
function tellFailure(answer) {
  const note = document.querySelector("[data-failed]");
  if (!note) return;
  const words = answer.getResponseHeader("X-Refused");
  if (words) note.querySelector("[data-failed-said]").textContent = decodeURIComponent(words);
  note.querySelector("[data-failed-number]").textContent = answer.getResponseHeader("X-Request-ID") || "";
  note.removeAttribute("hidden");
}

function say() {
  document.querySelector("[data-unreachable]")?.removeAttribute("hidden");
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
  const kind = event.target.closest("[data-shows]");
  if (kind) show(kind);
});

function show(select) {
  for (const part of document.querySelectorAll("[data-shown-for]")) {
    const wanted = part.dataset.shownFor.split(" ").includes(select.value);
    part.hidden = !wanted;
    for (const field of part.querySelectorAll("input, select, textarea")) field.disabled = !wanted;
  }
}

document.querySelectorAll("[data-shows]").forEach(show);
document.addEventListener("typed:back", () => document.querySelectorAll("[data-shows]").forEach(show));

document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button[type=submit]")) {
    setTimeout(() => button.setAttribute("disabled", ""), 0);
  }
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[type=submit][disabled]")) button.removeAttribute("disabled");
});

// On paper the fields of a list are what stands in them: a field itself cuts a long text off.
addEventListener("beforeprint", () => {
  for (const field of document.querySelectorAll(".list input.form-control")) {
    let paper = field.nextElementSibling;
    if (!paper?.matches(".on-paper")) {
      paper = document.createElement("span");
      paper.className = "on-paper";
      field.after(paper);
    }
    paper.textContent = field.value;
  }
});
