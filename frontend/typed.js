// What was typed and not yet taken by the server, kept for this tab: a session that ends costs nobody a text.
// It stays until the server takes it, the person discards it, leaves the form by its own way back, or logs out; what
// another person typed is deleted at once. Never passwords, codes, identity numbers (data-unkept) or files.
const BEGINS = "baohou-typed ";
const LONGEST = 12 * 3600 * 1000;
const NEVER = "[type=password], [type=hidden], [type=file], [data-unkept], [autocomplete=one-time-code], [name=code], [name=secret]";
const who = document.body.dataset.who;
const main = document.getElementById("main");
// A page that answers to what was sent to an address of deeds says where it stands: there one comes back to.
if (main?.dataset.at) history.replaceState(null, "", main.dataset.at);
const page = location.pathname + location.search;

const read = (key) => {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
};
const keys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(BEGINS));
const drop = (key) => sessionStorage.removeItem(key);

function write(key, draft) {
  try {
    sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // The tab's store is full: the form works as it did, only nothing more is kept.
  }
}

// Which form of which page: a form by its address, since a page may have many, and they come and go with its rows.
function keyOf(form) {
  const action = form.getAttribute("action") ?? "";
  const alike = [...main.querySelectorAll("form")].filter((one) => (one.getAttribute("action") ?? "") === action);
  return `${BEGINS}${page} ${action} ${alike.indexOf(form)}`;
}

const isKept = (form) =>
  form && who && main.contains(form) && form.getAttribute("method") === "post" && !form.matches("[data-unkept], [data-visit], [data-submit-on-change]");

function nameOf(field) {
  const one = field.type === "checkbox" ? `=${field.value}` : "";
  return `${field.name}${one}`;
}

const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !field.matches(NEVER) && field.type !== "submit" && field.type !== "button");

function valueOf(field) {
  if (field.type === "checkbox") return field.checked;
  if (field.multiple) return [...field.selectedOptions].map((option) => option.value);
  return field.value;
}

// Whether the field says something else than the page did when it came.
function isChanged(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.value !== field.defaultValue;
}

function note(field) {
  const form = field.form;
  if (!field.name || field.matches(NEVER) || !isKept(form)) return;
  const key = keyOf(form);
  const draft = read(key) ?? { who, values: {} };
  draft.at = Date.now();
  draft.values[nameOf(field)] = valueOf(field);
  write(key, draft);
}

function give(field, value) {
  if (field.type === "checkbox") field.checked = value;
  else if (field.type === "radio") field.checked = field.value === value;
  else if (field.multiple) for (const option of field.options) option.selected = value.includes(option.value);
  else if (!field.options || [...field.options].some((option) => option.value === value)) field.value = value;
}

// The fields of a form that got something back. Ticks of a list come back only when they had been sent in vain.
function giveBack(form, draft) {
  const back = [];
  for (const field of fieldsOf(form)) {
    const value = draft.values[nameOf(field)];
    if (value === undefined || (field.matches("[data-tick], [data-paper]") && !draft.sent)) continue;
    const before = valueOf(field);
    const wasChecked = field.checked;
    give(field, value);
    if (String(valueOf(field)) !== String(before) || field.checked !== wasChecked) back.push(field);
  }
  return back;
}

// The server took what was sent when it led on from the form's page without refusing. The log-in page in between, an
// error, a form shown again: it did not.
function wasTaken(draft) {
  const how = performance.getEntriesByType("navigation")[0];
  if (!how || how.type !== "navigate" || how.redirectCount === 0 || "held" in main.dataset) return false;
  const from = document.referrer && new URL(document.referrer);
  if (!from || from.pathname + from.search !== draft.sent) return false;
  const said = [...main.querySelectorAll("[data-said]")].map((one) => one.dataset.said);
  return said.includes("success") || !said.some((level) => level === "warning" || level === "error");
}

function settle() {
  for (const key of keys()) {
    const draft = read(key);
    if (!draft || draft.who !== who || Date.now() - draft.at > LONGEST || (draft.sent && wasTaken(draft))) drop(key);
  }
}

function restore() {
  const back = [];
  const mine = [];
  for (const form of main.querySelectorAll("form")) {
    const key = isKept(form) && keyOf(form);
    const draft = key && read(key);
    if (!draft) continue;
    const fields = giveBack(form, draft);
    mine.push(key);
    back.push(...fields);
    if (draft.sent) write(key, { ...draft, sent: undefined });
  }
  if (back.length) offer(back, () => mine.forEach(drop));
}

// The quiet line; whoever wants the page as the server has it says so.
export function offer(fields, forget, reset = asItCame) {
  const line = main.querySelector("[data-typed-back]");
  for (const field of fields) field.classList.add("typed-back");
  line.hidden = false;
  document.dispatchEvent(new Event("typed:back"));
  line.querySelector("button").addEventListener("click", () => {
    for (const field of fields) {
      field.classList.remove("typed-back");
      reset(field);
    }
    forget();
    line.hidden = true;
    document.dispatchEvent(new Event("typed:back"));
    main.querySelector("h1")?.scrollIntoView({ block: "nearest" });
  });
}

function asItCame(field) {
  if (field.type === "checkbox" || field.type === "radio") field.checked = field.defaultChecked;
  else if (field.options) for (const option of field.options) option.selected = option.defaultSelected;
  else field.value = field.defaultValue;
}

// For what is sent by itself, not as a form: the rows of the grid.
export const rowKey = (name) => `${BEGINS}${page} ${name}`;
export const keep = (key, values) => who && write(key, { who, values, at: Date.now() });
export const kept = (key) => read(key)?.values;
export const forget = drop;

if (who && main) {
  settle();
  restore();
  document.addEventListener("input", (event) => note(event.target));
  document.addEventListener("change", (event) => note(event.target));
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-leaves]")) for (const key of keys()) drop(key);
    if (!isKept(event.target)) return;
    for (const field of fieldsOf(event.target)) if (isChanged(field)) note(field);
    const key = keyOf(event.target);
    const draft = read(key);
    if (draft) write(key, { ...draft, sent: page });
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest(".form-end a")) for (const key of keys()) if (key.startsWith(`${BEGINS}${page} `)) drop(key);
  });
  // A row that htmx sends: taken with the answer.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("form")) event.target.dataset.typed = keyOf(event.target);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const key = event.detail.requestConfig?.elt?.dataset?.typed;
    if (key && event.detail.successful && !event.detail.xhr.getResponseHeader("HX-Redirect")) drop(key);
  });
}
