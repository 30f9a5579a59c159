// What the server has of the draft that a form is about: taken up where this device has none, and told where another
// device wrote later.
import { device, draft, draftsOf } from "./store.js";
import { adopt, later, offers } from "./sync.js";
import { clock, word } from "./words.js";

export class ServerCopy {
  constructor(form) {
    this.page = form;
    this.form = form.form;
    this.said = this.form.querySelector("[data-server-said]");
    this.note = this.form.querySelector("[data-overtaken]");
    this.note.querySelector("[data-take-theirs]").addEventListener("click", () => this.takeTheirs());
    this.note.querySelector("[data-keep-mine]").addEventListener("click", () => this.keepMine());
    document.addEventListener("baohou:pushed", (event) => this.hear(event.detail));
  }

  // The server is asked once for each page; it may not answer, and then the device does with what it has.
  asked() {
    this.offered ??= offers(this.form.dataset.client);
    return this.offered;
  }

  // The draft that the address names, else one's own of this kind; whatever was received is offered by a link.
  async chosen(fits) {
    const named = location.hash.startsWith("#draft=") ? location.hash.slice(7) : "";
    const known = new Set((await draftsOf(this.page.owner)).map((one) => one.key));
    const all = (await this.asked()).filter((one) => !known.has(one.key));
    const isMine = (one) => one.version && !one.receivedFrom && fits(one.kind, one.guarantee);
    const wanted = all.find(named ? (one) => one.key === named : isMine);
    if (!wanted || (await draft(wanted.key))?.state === "gone") {
      if (named) this.said.textContent = word("notHad");
      return null;
    }
    const taken = await adopt(wanted.key);
    if (!taken) this.said.textContent = word("notHad");
    return taken;
  }

  // What else of this client can be continued here, and is not on this device.
  async others(here) {
    const known = new Set([this.page.draft.key, ...here.map((one) => one.key)]);
    const found = [];
    for (const one of await this.asked()) {
      if (known.has(one.key) || !one.version || (await draft(one.key))) continue;
      found.push({ ...one, savedAt: Date.parse(one.changedAt) });
    }
    return found;
  }

  // Once the form is open: has another device written since?
  async watch() {
    const { draft: mine } = this.page;
    if (mine.lacking?.length) this.said.textContent = word("lacking", { names: mine.lacking.join("、") });
    if (mine.overtaken) this.show();
    const theirs = (await this.asked()).find((one) => one.key === mine.key);
    if (!theirs || theirs.device === device() || theirs.version <= (mine.version ?? 0)) return;
    if (!this.page.pending && mine.savedAt <= (mine.pushedAt ?? 0)) return this.takeTheirs();
    if (Date.parse(theirs.changedAt) > mine.savedAt) this.hear({ key: mine.key, news: { overtaken: { version: theirs.version, at: theirs.changedAt } } });
  }

  hear({ key, news, said, late }) {
    const { draft: mine } = this.page;
    if (key !== mine?.key) return;
    Object.assign(mine, news);
    if (said) this.said.textContent = word(said) || said;
    this.said.classList.toggle("late", Boolean(late));
    this.show();
  }

  show() {
    const { overtaken } = this.page.draft;
    this.note.hidden = !overtaken;
    if (overtaken) this.note.querySelector("[data-overtaken-said]").textContent = word("overtaken", { at: clock(overtaken.at) });
  }

  async takeTheirs() {
    clearTimeout(this.page.pending);
    this.page.pending = null;
    if (await adopt(this.page.draft.key)) {
      location.hash = `draft=${this.page.draft.key}`;
      location.reload();
    } else this.said.textContent = word("notHad");
  }

  async keepMine() {
    const { draft: mine } = this.page;
    Object.assign(mine, { version: mine.overtaken.version, overtaken: null });
    this.show();
    await this.page.keep();
    later(0);
  }
}
