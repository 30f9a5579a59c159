// Visits on site: begins on pages of people who may record visits.
import { openForm } from "./form.js";
import { keepSending } from "./outbox.js";
import { guardPages, openTake, showQueue } from "./queue.js";
import { usable } from "./store.js";
import { keepPushing } from "./sync.js";
import { host } from "./words.js";

async function begin() {
  if (!host || !(await usable())) return; // without a store on the device the plain form does it all
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(host.dataset.worker);
  guardPages();
  document.addEventListener("baohou:outbox", (event) => showQueue(event.detail));
  addEventListener("online", () => showQueue());
  addEventListener("offline", () => showQueue());
  const form = document.querySelector("form[data-visit]");
  if (form) await openForm(form);
  const page = document.querySelector("[data-onsite]");
  if (page) await openTake(page);
  await showQueue();
  keepSending();
  keepPushing();
}

begin();
