// Keeps the shell and the visit forms someone took along, so that a visit can be filled in without a network.
// self.BAOHOU (build, shell, fallback) stands before this text; see desk/views/offline.py.
const { build, shell, fallback } = self.BAOHOU;
const SHELLS = "baohou-shell-";
const SHELL = SHELLS + build;
const PAGES = "baohou-pages";
const FORM = /^\/clients\/\d+\/visit\/$/;
const PATIENCE = 6000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(shell)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

// Pages kept under the build before name its files: they are fetched anew before those are thrown away.
async function takeOver() {
  await self.clients.claim();
  const old = (await caches.keys()).filter((name) => name.startsWith(SHELLS) && name !== SHELL);
  if (!old.length) return;
  const pages = await caches.open(PAGES);
  const renewed = await Promise.all((await pages.keys()).map((request) => renew(pages, request.url)));
  if (renewed.every(Boolean)) await Promise.all(old.map((name) => caches.delete(name)));
}

async function renew(pages, address) {
  try {
    const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" });
    if (!isPage(answer)) return false;
    await pages.put(address, answer);
    return true;
  } catch {
    return false;
  }
}

function isPage(answer) {
  return answer.ok && !answer.redirected && (answer.headers.get("Content-Type") || "").startsWith("text/html");
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (address.pathname === fallback || FORM.test(address.pathname)) event.respondWith(page(event, address));
    else event.respondWith(elsewhere(request));
  } else if (shell.includes(address.pathname) || /\/built\//.test(address.pathname)) {
    event.respondWith(asset(request));
  }
});

async function asset(request) {
  const current = await caches.open(SHELL);
  return (await current.match(request)) || (await caches.match(request)) || fetch(request);
}

// The network first; what was kept when it does not answer, or not soon.
async function page(event, address) {
  const pages = await caches.open(PAGES);
  // A form is the same whatever stands behind its "?"; the list of clients is not.
  const name = address.pathname === fallback ? address.pathname + address.search : address.pathname;
  const kept = await pages.match(name);
  const fetched = fetch(event.request);
  event.waitUntil(fetched.then((answer) => isPage(answer) && pages.put(name, answer.clone()), () => {}));
  if (!kept) return fetched.catch(() => toFallback(pages));
  const late = new Promise((done) => setTimeout(() => done(kept), PATIENCE));
  return Promise.race([fetched, late]).then((answer) => (answer.status >= 500 ? kept : answer), () => kept);
}

async function elsewhere(request) {
  try {
    return await fetch(request);
  } catch {
    return toFallback(await caches.open(PAGES));
  }
}

async function toFallback(pages) {
  return (await pages.match(fallback)) ? Response.redirect(fallback) : Response.error();
}
