// Drafts and their files on this device (IndexedDB). Each draft belongs to the person who wrote it.
// A draft is: draft (being written), waiting (to be sent), stuck (the server said no), sent (only where it went), gone
// (thrown away here, and the server has not heard of it yet). `version` is the server's own, `pushedAt` how far it has it.
import { openDB } from "idb";

const SENT_KEPT = 10;
let opened = null;

function database() {
  opened ??= openDB("baohou", 1, {
    upgrade(db) {
      db.createObjectStore("drafts", { keyPath: "key" }).createIndex("owner", "owner");
      db.createObjectStore("files", { keyPath: "id" }).createIndex("key", "key");
    },
    terminated() {
      opened = null; // the system closed it, as phones do to sleeping pages: the next call opens it again
    },
  });
  return opened;
}

export async function usable() {
  try {
    await database();
    return true;
  } catch {
    return false;
  }
}

// crypto.randomUUID is there on secure addresses only.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export async function draftsOf(owner) {
  const found = await allOf(owner);
  return found.filter((one) => one.state !== "gone").sort((a, b) => b.savedAt - a.savedAt);
}

export async function goneOf(owner) {
  return (await allOf(owner)).filter((one) => one.state === "gone");
}

async function allOf(owner) {
  return (await database()).getAllFromIndex("drafts", "owner", owner);
}

// This device's own number.
export function device() {
  const known = localStorage.getItem("baohou-device");
  if (known) return known;
  const made = newKey();
  localStorage.setItem("baohou-device", made);
  return made;
}

export async function draft(key) {
  return (await database()).get("drafts", key);
}

export async function save(one) {
  await (await database()).put("drafts", one);
}

// What came of sending a draft or a file is written to what is there now: what was typed meanwhile stays, and what was
// taken away stays away. `change` gives what is to be there, or nothing when it is to stay as it is.
async function amend(store, key, change) {
  const transaction = (await database()).transaction(store, "readwrite");
  const now = await transaction.store.get(key);
  const then = now && change(now);
  if (then) await transaction.store.put(then);
  await transaction.done;
}

export function amendDraft(key, change) {
  return amend("drafts", key, change);
}

// The digest under which the server has a file; null when it lacks it after all.
export function amendFile(id, sha256) {
  return amend("files", id, (file) => ({ ...file, sha256 }));
}

export async function filesOf(key) {
  const found = await (await database()).getAllFromIndex("files", "key", key);
  return found.sort((a, b) => a.at - b.at);
}

export async function saveFile(file) {
  await (await database()).put("files", file);
}

export async function removeFile(id) {
  await (await database()).delete("files", id);
}

export async function remove(key) {
  const transaction = (await database()).transaction(["drafts", "files"], "readwrite");
  await transaction.objectStore("drafts").delete(key);
  const files = transaction.objectStore("files");
  for (const id of await files.index("key").getAllKeys(key)) await files.delete(id);
  await transaction.done;
}

// Thrown away: nothing of it stays but its key, until the server has thrown it away as well.
export async function throwAway(one, because = "") {
  await remove(one.key);
  await save({ key: one.key, owner: one.owner, state: "gone", because, savedAt: Date.now() });
}

// Sent: what it said leaves the device, where it went stays for a while.
export async function markSent(one, url) {
  await remove(one.key);
  const { key, owner, client, clientName, kindName } = one;
  await save({ key, owner, client, clientName, kindName, url, state: "sent", savedAt: Date.now() });
  const sent = (await draftsOf(owner)).filter((other) => other.state === "sent");
  for (const old of sent.slice(SENT_KEPT)) await remove(old.key);
}
