// Drafts are kept on the server as well, without haste: whoever changes the device, or takes the work over, continues
// there. What does not get through stays on the device as it is and goes up when the network is back.
import { ask, carton, freshToken, json, NotNow, oneAtATime, refusal } from "./outbox.js";
import { amendDraft, amendFile, device, draft, draftsOf, filesOf, goneOf, remove, save, saveFile } from "./store.js";
import { host, word } from "./words.js";

const AFTER = 3_000;
const EVERY = 60_000;
const PATIENCE = 2_500;
let timer = 0;

export function later(wait = AFTER) {
  clearTimeout(timer);
  timer = setTimeout(push, wait);
}

export function push() {
  clearTimeout(timer);
  return oneAtATime(() => pushAll());
}

export function keepPushing() {
  push();
  addEventListener("online", () => push());
  document.addEventListener("visibilitychange", () => push());
}

async function pushAll() {
  const owner = host.dataset.person;
  const due = (await draftsOf(owner)).filter((one) => one.state === "draft" && !one.overtaken && one.savedAt > (one.pushedAt ?? 0));
  const gone = await goneOf(owner);
  if (!due.length && !gone.length) return;
  try {
    const token = await freshToken();
    for (const one of gone) await discard(one, token);
    for (const one of due) await pushOne(one, token);
  } catch (problem) {
    if (!(problem instanceof NotNow)) throw problem;
    for (const one of due) if (problem.said) tell(one.key, { said: word("serverNot", { why: problem.said }), late: true });
    later(EVERY);
  }
}

// The words first, then the files that have not arrived, then what they are: nothing waits for a large photo.
async function pushOne(one, token) {
  const files = await attached(one);
  const unsent = files.filter((file) => !file.sha256);
  if (unsent.length && !(await pushWords(one, files, token))) return;
  for (const file of unsent) {
    if ((await draft(one.key))?.state !== "draft") return;
    const answer = await ask(`${one.action}files/`, { method: "POST", headers: { "X-CSRFToken": token }, body: carton(one, file) });
    const told = await json(answer);
    if (answer.status !== 201) return note(one, { unpushed: refusal(answer, told).message });
    await amendFile(file.id, told.sha256);
  }
  await pushWords(one, await attached(one), token, true);
}

async function attached(one) {
  return (await filesOf(one.key)).filter((file) => file.role !== "signature");
}

async function pushWords(one, files, token, whole = false) {
  const answer = await ask(`${one.action}draft/`, { method: "POST", headers: { "X-CSRFToken": token }, body: page(one, files) });
  const told = await json(answer);
  if (answer.ok) {
    for (const file of files) if (told.lacking.includes(file.sha256)) await amendFile(file.id, null);
    if (!(await draft(one.key))) { // thrown away here while it was on its way
      await discard(one, token);
      return false;
    }
    one.version = told.version;
    if (told.lacking.length) later(EVERY);
    const pushed = whole && !told.lacking.length ? { pushedAt: one.savedAt } : {};
    await note(one, { version: told.version, unpushed: null, ...pushed }, told.overtook ? "overtook" : "serverKept");
    return true;
  }
  // Also of a visit that was sent meanwhile: these words are not the ones that were stored, so they stay here.
  if (told.version) await note(one, { overtaken: { version: told.version, at: told.changedAt } });
  else await note(one, { unpushed: refusal(answer, told).message, pushedAt: one.savedAt });
  return false;
}

function page(one, files) {
  const body = new FormData();
  const fields = Object.fromEntries(one.fields);
  const named = files.map((file) => ({ sha256: file.sha256 ?? "", name: file.name }));
  body.set("key", one.key);
  body.set("device", device());
  body.set("seen", one.version ?? 0);
  body.set("changed_at", new Date(one.savedAt).toISOString());
  body.set("kind", fields.kind ?? "");
  body.set("on", fields.on ?? "");
  body.set("content", JSON.stringify({ fields, files: named, signed: one.signed, place: one.place }));
  return body;
}

async function discard(one, token) {
  const body = new FormData();
  body.set("because", one.because ?? "");
  const answer = await ask(`${host.dataset.drafts}${one.key}/discard/`, { method: "POST", headers: { "X-CSRFToken": token }, body });
  if (answer.ok || answer.status === 404) await remove(one.key);
}

// What came of it goes to the store, and to the form that is open.
async function note(one, news, said = "") {
  await amendDraft(one.key, (now) => now.state === "draft" && { ...now, ...news });
  const why = news.unpushed;
  tell(one.key, { news, said: why ? word("serverNot", { why }) : said, late: Boolean(why) });
}

function tell(key, detail) {
  document.dispatchEvent(new CustomEvent("baohou:pushed", { detail: { key, ...detail } }));
}

// What the server has of a client that this device may continue; nothing when it does not answer soon.
export async function offers(client) {
  const patience = new AbortController();
  setTimeout(() => patience.abort(), PATIENCE);
  try {
    const answer = await ask(`${host.dataset.drafts}?client=${client}`, { signal: patience.signal });
    return answer.ok ? ((await json(answer)).drafts ?? []) : [];
  } catch (problem) {
    if (problem instanceof NotNow) return [];
    throw problem;
  }
}

// Takes a draft to this device, with all files that have arrived, or not at all; null when it cannot be had now.
export async function adopt(key) {
  try {
    const answer = await ask(`${host.dataset.drafts}${key}/`);
    if (!answer.ok) return null;
    const told = await json(answer);
    const files = await Promise.all(told.files.map((file) => fetched(key, file)));
    const at = Date.parse(told.changedAt);
    const { action, client, clientName, kindName, place, signed, version, receivedFrom, lacking } = told;
    await remove(key);
    for (const file of files) await saveFile(file);
    const one = {
      key, owner: host.dataset.person, action, client: `${client}`, clientName, kindName, state: "draft", place, signed,
      version, receivedFrom, lacking, fields: Object.entries(told.fields), savedAt: at, pushedAt: at,
    };
    await save(one);
    return one;
  } catch (problem) {
    if (problem instanceof NotNow) return null;
    throw problem;
  }
}

async function fetched(key, file) {
  const answer = await ask(file.url);
  if (!answer.ok) throw new NotNow("server");
  const { sha256, name, type, takenAt, place } = file;
  const role = type.startsWith("image/") ? "photo" : "document";
  const id = `${key}-${sha256}`;
  return { id, key, role, name, blob: await answer.blob(), sha256, at: takenAt ? Date.parse(takenAt) : 0, takenAt, place };
}
