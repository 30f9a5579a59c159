// The form of a visit on a device: kept while one types, queued when it is done, sent when there is a network.
import { flush } from "./outbox.js";
import { Pictures } from "./pictures.js";
import { askToDiscard, forget } from "./queue.js";
import { ServerCopy } from "./server_copy.js";
import { Signature } from "./signature.js";
import { draft, draftsOf, filesOf, newKey, removeFile, save, saveFile } from "./store.js";
import { later } from "./sync.js";
import { clock, element, host, word } from "./words.js";

const PAUSE = 400;
const OF_THE_DEVICE = ["csrfmiddlewaretoken", "key", "signature", "latitude", "longitude", "accuracy_m", "finished_at", "file"];

export async function openForm(form) {
  const page = new VisitForm(form);
  await page.open();
}

class VisitForm {
  constructor(form) {
    this.form = form;
    this.owner = host.dataset.person;
    this.said = form.querySelector("[data-kept-said]");
    this.address = new URLSearchParams(location.search);
    this.server = new ServerCopy(this);
  }

  async open() {
    for (const part of this.form.querySelectorAll("[data-js]")) part.hidden = false;
    for (const part of this.form.querySelectorAll("[data-plain]")) part.remove();
    this.catchUp();
    this.draft = await this.chosen();
    this.signature = new Signature(this.form.querySelector("[data-sign]"), () => this.changed());
    this.pictures = new Pictures(this.form.querySelector("[data-pictures]"), {
      key: () => this.draft.key, place: () => this.draft.place, changed: () => this.keep(), orTell: (write) => this.orTell(write),
    });
    if (this.draft.savedAt) await this.restore();
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("change", () => this.changed());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      this.submit();
    });
    const keepPending = () => this.pending && this.keep();
    addEventListener("pagehide", keepPending);
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keepPending());
    this.form.addEventListener("click", (event) => this.sayQuickly(event.target.closest("[data-say]")));
    document.querySelector("[data-begin-anew]").addEventListener("click", () => this.beginAnew());
    this.openPlace();
    await this.showOthers();
    this.server.watch();
    this.form.dataset.ready = "yes";
  }

  // A page kept on the device may be of another day, and says nothing of the kind that the address asks for.
  catchUp() {
    const on = this.field("on");
    const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
    if (this.form.dataset.servedOn < today && !this.form.dataset.bound) {
      on.max = today;
      on.value = today;
    }
    for (const name of ["kind", "guarantee"]) {
      const field = this.field(name);
      const wanted = this.address.get(name);
      if (!wanted || this.form.dataset.bound || ![...field.options].some((option) => option.value === wanted)) continue;
      field.value = wanted;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  // The draft that the address names; else one of this client and kind begun before; else a new one.
  async chosen() {
    const named = location.hash.startsWith("#draft=") ? await draft(location.hash.slice(7)) : null;
    if (named?.owner === this.owner && !["sent", "gone"].includes(named.state) && named.action === this.form.dataset.action) return named;
    const begun = (await this.ofThisClient()).filter((one) => one.state === "draft");
    const fits = (kind, guarantee) => !this.address.get("kind") || (kind === this.address.get("kind") && guarantee === (this.address.get("guarantee") ?? guarantee));
    const found = begun.find((one) => fits(of(one, "kind"), of(one, "guarantee")));
    if (found && !location.hash.startsWith("#draft=")) return found;
    return (await this.server.chosen(fits)) ?? found ?? this.newDraft();
  }

  async ofThisClient() {
    return (await draftsOf(this.owner)).filter((one) => one.action === this.form.dataset.action && one.state !== "sent");
  }

  newDraft() {
    const { action, client, clientName } = this.form.dataset;
    return { key: newKey(), owner: this.owner, action, client, clientName, state: "draft", fields: [], place: null };
  }

  field(name) {
    return this.form.elements.namedItem(name);
  }

  fields() {
    const found = [];
    for (const field of this.form.elements) {
      if (!field.name || field.type === "file" || OF_THE_DEVICE.includes(field.name)) continue;
      if (field.type === "checkbox" && !field.checked) continue;
      found.push([field.name, field.type === "checkbox" ? "on" : field.value]);
    }
    return found;
  }

  // All that was filled in, in words: should the server never take it, somebody else can.
  text() {
    const lines = [];
    for (const field of this.form.elements) {
      if (!field.name || field.type === "file" || field.type === "hidden" || OF_THE_DEVICE.includes(field.name)) continue;
      if (field.closest("[data-shown-for]")?.hidden || (field.type === "checkbox" && !field.checked)) continue;
      const value = field.type === "checkbox" ? "✓" : field.selectedOptions ? field.selectedOptions[0]?.text : field.value.trim();
      const label = field.labels?.[0]?.textContent.trim().replace(/\s*\*$/, "") || field.getAttribute("aria-label");
      if (value) lines.push(`${label}：${value}`);
    }
    return [this.form.dataset.clientName, ...lines].join("\n");
  }

  async restore() {
    const told = new Map(this.draft.fields);
    for (const field of this.form.elements) {
      if (!field.name || field.type === "file" || OF_THE_DEVICE.includes(field.name)) continue;
      if (field.type === "checkbox") field.checked = told.has(field.name);
      else if (told.has(field.name) && offered(field, told.get(field.name))) field.value = told.get(field.name);
    }
    this.field("kind").dispatchEvent(new Event("change", { bubbles: true }));
    this.signature.drawn = this.draft.signed;
    this.form.querySelector("[data-restored]").hidden = false;
    this.form.querySelector("[data-restored-said]").textContent = word("restored", { at: clock(this.draft.savedAt) });
    await this.pictures.show();
    this.showPlace();
    if (this.draft.error) this.showErrors(this.draft.error);
  }

  // What else of this client lies on the device: a word and a way to it.
  async showOthers() {
    const others = (await this.ofThisClient()).filter((one) => one.key !== this.draft.key);
    const box = this.form.querySelector("[data-others]");
    others.push(...(await this.server.others(others)));
    box.hidden = !others.length;
    box.querySelector("span").replaceChildren(...others.map((one) => {
      const said = one.receivedFrom ? "receivedDraft" : "otherDraft";
      const link = element("a", { href: `${one.action}#draft=${one.key}` }, word(said, { kind: one.kindName, at: clock(one.savedAt), name: one.receivedFrom }));
      link.addEventListener("click", () => setTimeout(() => location.reload(), 0));
      return element("span", { class: "d-block" }, link);
    }));
  }

  changed() {
    clearTimeout(this.pending);
    this.pending = setTimeout(() => this.keep(), PAUSE);
  }

  async keep(state = "draft") {
    clearTimeout(this.pending);
    this.pending = null;
    const stored = await draft(this.draft.key);
    if (stored?.state === "sent") {
      location.assign(stored.url); // sent meanwhile by another window: what is stored is not edited
      return;
    }
    const kind = this.field("kind");
    Object.assign(this.draft, {
      state, fields: this.fields(), text: this.text(), signed: this.signature.drawn, savedAt: Date.now(),
      kindName: kind.options[kind.selectedIndex].text,
    });
    await this.orTell(() => save(this.draft));
    if (state === "draft") later();
    navigator.storage?.persist?.();
    this.said.classList.remove("late");
    this.said.textContent = word("kept", { at: clock(this.draft.savedAt) });
  }

  // The device takes no more (it is full, or the browser forbids it): said at once, while what was typed is on the page.
  async orTell(write) {
    try {
      await write();
    } catch (problem) {
      this.said.classList.add("late");
      this.said.textContent = word("unkept");
      this.showErrors({ message: word("unkept") });
      throw problem;
    }
  }

  async beginAnew() {
    const because = askToDiscard(this.draft, word("confirmAnew"));
    if (because === null) return;
    clearTimeout(this.pending);
    this.pending = null;
    await forget(this.draft, because);
    location.replace(location.pathname + location.search);
    if (location.hash) location.reload();
  }

  openPlace() {
    const box = this.form.querySelector("[data-place]");
    const said = box.querySelector("[data-place-said]");
    const ask = box.querySelector("[data-place-ask]");
    if (!navigator.geolocation || !isSecureContext) {
      box.hidden = true;
      return;
    }
    ask.addEventListener("click", () => {
      said.textContent = word("placeSought");
      navigator.geolocation.getCurrentPosition(async ({ coords }) => {
        this.draft.place = {
          latitude: coords.latitude.toFixed(6), longitude: coords.longitude.toFixed(6), accuracy: Math.round(coords.accuracy),
        };
        await this.keep();
        this.showPlace();
      }, () => { said.textContent = word("placeNone"); }, { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 });
    });
    box.querySelector("[data-place-off]").addEventListener("click", async () => {
      this.draft.place = null;
      await this.keep();
      this.showPlace();
    });
    this.showPlace();
  }

  showPlace() {
    const { place } = this.draft;
    this.form.querySelector("[data-place-said]").textContent = place ? word("placeIs", place) : "";
    this.form.querySelector("[data-place-off]").hidden = !place;
  }

  // A matter of which nothing is written is answered with one touch.
  sayQuickly(button) {
    const field = button?.closest(".quick").previousElementSibling?.querySelector("textarea");
    if (!field || field.value) return;
    field.value = button.dataset.say;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }

  // The same that the server asks for, said while the client is still there.
  faults() {
    const faults = {};
    const told = new Map(this.fields());
    const say = (name, sentence) => { faults[name] = [word(sentence)]; };
    if (!told.get("on")) say("on", "needDay");
    if (told.get("kind") === "routine" && !told.get("guarantee")) say("guarantee", "needGuarantee");
    const arranged = ["arranged_by", "arranged_on", "arranged_with"];
    const lacking = arranged.filter((name) => !told.get(name)?.trim());
    if (lacking.length < arranged.length) for (const name of lacking) say(name, "needArranged");
    if (!lacking.length && told.get("on") && told.get("arranged_on") > told.get("on")) say("arranged_on", "arrangedLate");
    if (![...told].some(([name, value]) => name.startsWith("method-") || (name.startsWith("found-") && value.trim()))) say("__all__", "needMethod");
    const empty = (name) => !told.get(name)?.trim();
    for (const name of told.keys()) if (name.startsWith("method-") && empty(name.replace("method-", "found-"))) say(name.replace("method-", "found-"), "needFound");
    for (const field of this.form.querySelectorAll(`[name^="${told.get("kind")}-"]`)) if (empty(field.name)) say(field.name, "needAnswer");
    if (empty("summary")) say("summary", "needConclusion");
    if (this.signature.isEmpty && !told.get("unsigned_because")?.trim()) say("unsigned_because", "needSignature");
    if (!this.signature.isEmpty && !told.get("signer")?.trim()) say("signer", "needSigner");
    return faults;
  }

  async submit() {
    const faults = this.faults();
    this.showErrors({ errors: faults });
    if (Object.keys(faults).length) return;
    this.busy(true);
    try {
      await this.keepSignature();
      this.draft.error = null;
      this.draft.finishedAt = new Date().toISOString();
      await this.keep("waiting");
      await this.answer(await flush());
    } finally {
      this.busy(false);
    }
  }

  // Of the same strokes the picture of before is kept: another one, drawn on another glass, would be another report.
  async keepSignature() {
    const { key } = this.draft;
    const strokes = JSON.stringify(this.signature.drawn);
    for (const file of await filesOf(key)) {
      if (file.role !== "signature") continue;
      if (file.strokes === strokes) return;
      await removeFile(file.id);
    }
    if (this.signature.isEmpty) return;
    const blob = await this.signature.picture();
    await this.orTell(() => saveFile({ id: newKey(), key, role: "signature", name: "signature.png", blob, strokes, sha256: null, at: Date.now() }));
  }

  async answer(result) {
    const now = await draft(this.draft.key);
    if (now?.state === "sent") {
      location.assign(now.url);
      return;
    }
    if (now?.state === "stuck") {
      this.draft = now;
      this.showErrors(now.error);
      return;
    }
    this.form.querySelector("[data-queued-said]").textContent = word(result === "sent" ? "offline" : result);
    this.form.querySelector("[data-login]").hidden = result !== "login";
    this.form.querySelector("[data-whole]").hidden = true;
    const queued = this.form.querySelector("[data-queued]");
    queued.hidden = false;
    queued.querySelector("[data-go-on]").onclick = async () => {
      await this.keep("draft");
      this.form.querySelector("[data-whole]").hidden = false;
      queued.hidden = true;
      this.signature.fit();
    };
    queued.querySelector("h2").focus();
    document.dispatchEvent(new CustomEvent("baohou:outbox", { detail: result }));
  }

  busy(yes) {
    for (const button of this.form.querySelectorAll("button[type=submit]")) button.toggleAttribute("disabled", yes);
  }

  // {message, url, errors: {field: [sentence]}}: each beside its field; what has no field above the form.
  showErrors({ message, url, errors = {} }) {
    for (const old of this.form.querySelectorAll("[data-error]")) old.remove();
    for (const field of this.form.querySelectorAll(".is-invalid")) field.classList.remove("is-invalid");
    const above = [];
    let first = null;
    for (const [name, sentences] of Object.entries(errors)) {
      const field = this.field(name);
      if (!field || field.type === "hidden" || !field.offsetParent) {
        above.push(...sentences);
        continue;
      }
      field.classList.add("is-invalid");
      const id = `error-${name}`;
      field.setAttribute("aria-describedby", id);
      field.after(element("div", { class: "invalid-feedback d-block", id, "data-error": "" }, sentences.join(" ")));
      if (!first || field.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING) first = field;
    }
    if (message && !Object.keys(errors).length) above.unshift(message);
    const note = this.form.querySelector("[data-refused]");
    note.hidden = !above.length;
    note.querySelector("[data-refused-said]").textContent = above.join(" ");
    const link = note.querySelector("a");
    link.hidden = !url;
    if (url) link.href = url;
    if (above.length) note.scrollIntoView({ block: "center" });
    else first?.focus();
  }
}

// Whether a field can take a value: a choice may have been there on another day, or for another person.
function offered(field, value) {
  return !field.options || [...field.options].some((option) => option.value === value);
}

function of(one, name) {
  return new Map(one.fields).get(name) ?? "";
}
