// Sends what waits on this device: files first, each on its own, then the form, all under the draft's key, so that
// sending twice stores once. Nothing leaves the device before the server has said that it is stored.
import { amendDraft, amendFile, draft, draftsOf, filesOf, markSent } from "./store.js";
import { host, word } from "./words.js";

const SOON = 2_000;
const EVERY = 60_000;

let patience = SOON;
let timer = 0;

export class NotNow extends Error {
  constructor(why, said = "") {
    super(why);
    this.why = why;
    this.said = said; // the server's own words, when it gave some
  }
}

// "sent", "stuck", "offline" (no answer), "login" (logged out, or someone else is logged in), "forbidden"
// (the post may record no visits now), "server" (it failed).
export function flush() {
  return oneAtATime(() => sendAll());
}

// What this device sends goes in turn, also from several of its windows.
export function oneAtATime(run) {
  return navigator.locks ? navigator.locks.request("baohou-outbox", run) : run();
}

async function sendAll() {
  const waiting = (await draftsOf(host.dataset.person)).filter((one) => one.state === "waiting").reverse();
  if (!waiting.length) return again("sent");
  let result = "sent";
  try {
    const token = await freshToken();
    for (const one of waiting) if (!(await send(one, token))) result = "stuck";
  } catch (problem) {
    if (!(problem instanceof NotNow)) throw problem;
    result = problem.why;
  }
  document.dispatchEvent(new CustomEvent("baohou:outbox", { detail: result }));
  return again(result);
}

// A browser does not always notice that the network is back: what got no answer is tried again, soon at first.
function again(result) {
  const unanswered = result === "offline" || result === "server";
  const wait = unanswered ? patience : EVERY;
  patience = unanswered ? Math.min(patience * 2, EVERY) : SOON;
  clearTimeout(timer);
  timer = setTimeout(() => (document.visibilityState === "visible" ? flush() : again("sent")), wait);
  return result;
}

export async function ask(address, options) {
  let answer;
  try {
    answer = await fetch(address, {
      redirect: "manual", credentials: "same-origin", cache: "no-store", ...options,
      headers: { Accept: "application/json", ...options?.headers },
    });
  } catch {
    throw new NotNow("offline");
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new NotNow("login");
  if (answer.status >= 500 || answer.status === 429) {
    throw new NotNow("server", decodeURIComponent(answer.headers.get("X-Refused") ?? ""));
  }
  return answer;
}

// No answer at all: a browser may call itself online while nothing gets through, so the server is asked.
export async function isCutOff() {
  try {
    const answer = await fetch(host.dataset.token, { redirect: "manual", credentials: "same-origin", cache: "no-store" });
    await answer.body?.cancel();
    return false;
  } catch {
    return true;
  }
}

export async function json(answer) {
  try {
    return await answer.json();
  } catch {
    return {};
  }
}

export async function freshToken() {
  const answer = await ask(host.dataset.token);
  if (answer.status === 403) throw new NotNow("forbidden");
  const told = await json(answer);
  if (told.person !== host.dataset.person) throw new NotNow("login");
  return told.token;
}

// Whether it still waits as it is: meanwhile it may have been thrown away, or taken up again and changed.
async function stillWaits(one) {
  const now = await draft(one.key);
  return now?.state === "waiting" && now.savedAt === one.savedAt;
}

async function send(one, token, anew = true) {
  const files = await filesOf(one.key);
  for (const file of files) {
    if (file.sha256) continue;
    if (!(await stillWaits(one))) return true;
    const answer = await ask(`${one.action}files/`, { method: "POST", headers: { "X-CSRFToken": token }, body: carton(one, file) });
    const told = await json(answer);
    if (answer.status !== 201) return stuck(one, refusal(answer, told));
    file.sha256 = told.sha256;
    await amendFile(file.id, file.sha256);
  }
  if (!(await stillWaits(one))) return true;
  const answer = await ask(one.action, { method: "POST", headers: { "X-CSRFToken": token }, body: letter(one, files) });
  const told = await json(answer);
  if (answer.ok && told.url) {
    await markSent(one, told.url);
    return true;
  }
  if (told.missing && anew) {
    for (const file of files) {
      if (told.missing.includes(file.sha256)) await amendFile(file.id, null);
    }
    return send(one, token, false);
  }
  return stuck(one, { ...refusal(answer, told), errors: told.errors, url: told.url });
}

// What the server said; where it says only a number, what that means and what to do. Sending again helps against neither
// 403 nor 404: then the text is shown, for whoever manages the client now.
export function refusal(answer, told) {
  const name = { 403: "forbidden", 404: "gone" }[answer.status];
  return { message: told.message || word(name ?? "failed"), toCopy: Boolean(name) };
}

async function stuck(one, error) {
  await amendDraft(one.key, (now) => now.savedAt === one.savedAt && { ...now, state: "stuck", error });
  return false;
}

export function carton(one, file) {
  const body = new FormData();
  body.set("key", one.key);
  body.set("on", new Map(one.fields).get("on") ?? "");
  body.set("file", file.blob, file.name);
  if (file.role === "signature") body.set("is_signature", "on");
  if (file.takenAt) body.set("taken_at", file.takenAt);
  placed(body, file.place);
  return body;
}

function letter(one, files) {
  const body = new FormData();
  for (const [name, value] of one.fields) body.append(name, value);
  body.set("key", one.key);
  if (one.finishedAt) body.set("finished_at", one.finishedAt);
  placed(body, one.place);
  for (const file of files) {
    if (file.role === "signature") body.set("signature", file.sha256);
    else body.append("file", `${file.sha256} ${file.name}`);
  }
  return body;
}

function placed(body, place) {
  if (!place) return;
  body.set("latitude", place.latitude);
  body.set("longitude", place.longitude);
  body.set("accuracy_m", place.accuracy);
}

export function keepSending() {
  flush();
  addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && flush());
}
