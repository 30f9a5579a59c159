// What lies on this device: the line on every page, and the list on the page 现场回访.
import { flush, isCutOff } from "./outbox.js";
import { amendDraft, draftsOf, filesOf, goneOf, remove, throwAway } from "./store.js";
import { later } from "./sync.js";
import { clock, element, host, word } from "./words.js";

const PAGES = "baohou-pages";

export async function showQueue(result) {
  const all = await draftsOf(host.dataset.person);
  const waiting = all.filter((one) => one.state === "waiting");
  const stuck = all.filter((one) => one.state === "stuck");
  showLine(waiting.length, stuck.length, result, await hasNoNetwork(result));
  const list = document.querySelector("[data-queue]");
  if (list) await showList(list, all);
  await hideKnown(all);
}

// Drafts that the page lists from the server, but for those that stand in this device's own list, or went from it.
async function hideKnown(all) {
  const panel = document.querySelector("[data-server-drafts]");
  if (!panel) return;
  const known = new Set([...all, ...(await goneOf(host.dataset.person))].map((one) => one.key));
  const rows = [...panel.querySelectorAll("[data-server-draft]")];
  for (const each of rows) each.hidden = known.has(each.dataset.serverDraft);
  panel.hidden = rows.every((each) => each.hidden);
}

// What was just sent tells (result); before that the server is asked, where visits are written down.
async function hasNoNetwork(result) {
  if (result === "offline" || !navigator.onLine) return true;
  return !result && document.querySelector("form[data-visit], [data-onsite]") !== null && isCutOff();
}

function showLine(waiting, stuck, result, cutOff) {
  const line = document.querySelector("[data-outbox]");
  const said = [];
  if (cutOff) said.push(word("noNetwork"));
  if (waiting) said.push(word("waiting", { n: waiting }));
  if (stuck) said.push(word("stuckCount", { n: stuck }));
  if (waiting && ["login", "server", "forbidden"].includes(result)) said.push(word(`${result}Short`));
  line.hidden = !said.length;
  line.querySelector("[data-outbox-said]").textContent = said.join(" · ");
  line.querySelector("a").hidden = !(waiting || stuck) || document.querySelector("[data-queue]") !== null;
}

async function showList(list, all) {
  const rows = await Promise.all(all.map((one) => row(one)));
  list.replaceChildren(...rows);
  document.querySelector("[data-queue-empty]").hidden = rows.length > 0;
  const send = document.querySelector("[data-send-now]");
  send.hidden = !all.some((one) => one.state === "waiting");
}

async function row(one) {
  const files = (await filesOf(one.key)).filter((file) => file.role !== "signature").length;
  const about = [word(`state_${one.state}`), clock(one.savedAt)];
  if (files) about.push(word("shots", { n: files }));
  if (one.receivedFrom) about.push(word("receivedFrom", { name: one.receivedFrom }));
  const tone = { waiting: "soon", stuck: "late", sent: "good" }[one.state] ?? "";
  const acts = element("div", { class: "act" });
  const link = one.state === "sent" ? one.url : `${one.action}#draft=${one.key}`;
  acts.append(element("a", { class: "btn btn-sm", href: link }, word(one.state === "sent" ? "seeReport" : "openDraft")));
  if (one.state === "stuck" && one.error?.url) { // stored already: to send it again never helps
    acts.append(element("a", { class: "btn btn-sm", href: one.error.url }, word("seeReport")));
  } else if (one.state === "stuck") acts.append(button("btn btn-sm", word("retry"), () => retry(one)));
  if (one.state !== "sent") acts.append(button("plain late", word("discard"), () => discard(one)));
  return element("li", {},
    element("div", { class: "when" }, element("strong", {}, one.clientName), element("span", {}, one.kindName ?? ""), element("span", { class: `pill ${tone}` }, about[0])),
    element("div", { class: "text-secondary" }, about.slice(1).join(" · ")),
    ...(one.error?.message ? [element("div", { class: "late" }, one.error.message)] : []),
    ...(one.unpushed ? [element("div", { class: "late" }, word("serverNot", { why: one.unpushed }))] : []),
    ...(one.error?.toCopy && one.text ? [textToCopy(one)] : []),
    acts);
}

function textToCopy(one) {
  const box = element("textarea", { class: "form-control", rows: "6", readonly: "", "aria-label": word("copy") });
  box.value = one.text;
  const copy = button("btn btn-sm", word("copy"), async () => {
    box.select();
    await navigator.clipboard?.writeText(one.text);
    copy.textContent = word("copied");
  });
  return element("div", { class: "to-copy" }, box, copy);
}

function button(kind, text, act) {
  const made = element("button", { type: "button", class: kind }, text);
  made.addEventListener("click", act);
  return made;
}

async function retry(one) {
  await amendDraft(one.key, (now) => now.state === "stuck" && { ...now, state: "waiting", error: null });
  await showQueue(await flush());
}

async function discard(one) {
  const because = askToDiscard(one, word("confirmDiscard", { client: one.clientName }));
  if (because === null) return;
  await forget(one, because);
  await showQueue();
}

// Asks once more before a draft goes: why, when somebody else began it. Null when it stays.
export function askToDiscard(one, question) {
  if (!one.receivedFrom) return confirm(question) ? "" : null;
  return prompt(word("whyDiscard", { name: one.receivedFrom }))?.trim() || null;
}

export async function forget(one, because) {
  if (one.pushedAt) await throwAway(one, because);
  else await remove(one.key);
  later(0);
}

// 带到现场: the forms of the clients on the page, kept by the browser under their addresses.
export async function openTake(page) {
  const take = document.querySelector("[data-take]");
  const said = document.querySelector("[data-take-said]");
  document.querySelector("[data-send-now]").addEventListener("click", async () => showQueue(await flush()));
  if (!("caches" in window) || !navigator.serviceWorker) {
    said.textContent = word("cannotTake");
    return;
  }
  await markTaken();
  take.hidden = !document.querySelector("[data-taken]");
  take.addEventListener("click", async () => {
    take.setAttribute("disabled", "");
    const missed = await takeAll([...new Set([page.dataset.address, page.dataset.shown, ...formsOnPage()])], (n, all) => { said.textContent = word("taking", { n, all }); });
    await markTaken();
    said.textContent = missed ? word("takenPartly", { n: missed }) : word("takenAll");
    take.removeAttribute("disabled");
  });
}

function formsOnPage() {
  return [...document.querySelectorAll("[data-taken]")].map((mark) => mark.dataset.taken);
}

async function takeAll(addresses, tell) {
  const pages = await caches.open(PAGES);
  let done = 0;
  let missed = 0;
  for (const address of addresses) {
    try {
      const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" });
      if (!answer.ok || answer.redirected) throw new Error(address);
      await pages.put(address, answer);
    } catch {
      missed += 1;
    }
    done += 1;
    tell(done, addresses.length);
  }
  return missed;
}

async function markTaken() {
  const pages = await caches.open(PAGES);
  for (const mark of document.querySelectorAll("[data-taken]")) {
    const kept = await pages.match(mark.dataset.taken);
    mark.hidden = !kept;
    const at = kept?.headers.get("Date");
    if (kept) mark.querySelector("span").textContent = word("takenAt", { at: at ? clock(at) : "" });
  }
}

// Kept pages are one person's: they go when that person logs out or someone else logs in. Drafts stay.
export function guardPages() {
  if (!("caches" in window)) return;
  const before = localStorage.getItem("baohou-person");
  if (before && before !== host.dataset.person) caches.delete(PAGES);
  localStorage.setItem("baohou-person", host.dataset.person);
  for (const form of document.querySelectorAll("form[action$='/logout/']")) {
    form.addEventListener("submit", () => caches.delete(PAGES));
  }
}
