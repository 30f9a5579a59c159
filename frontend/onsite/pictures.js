// Photos from the camera, made smaller before they are kept; documents as they are.
import { element, icon, word } from "./words.js";
import { filesOf, newKey, removeFile, saveFile } from "./store.js";

const LONGEST_SIDE = 1600;
const QUALITY = 0.82;

async function smaller(file) {
  if (!file.type.startsWith("image/")) return file;
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file; // a picture this browser cannot read; the server says what it takes
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = element("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY))) ?? file;
}

export class Pictures {
  // `key` gives the draft's key, `place` where the device was last told to be, `changed` is called after each change,
  // `unkept` when the device takes no more.
  constructor(box, { key, place, changed, unkept }) {
    Object.assign(this, { box, key, place, changed, unkept });
    this.list = box.querySelector("[data-shots]");
    this.status = box.querySelector("[data-shots-said]");
    for (const input of box.querySelectorAll("input[type=file]")) {
      input.addEventListener("change", async () => {
        const chosen = [...input.files];
        input.value = "";
        await this.add(chosen);
      });
    }
  }

  async add(chosen) {
    try {
      for (const file of chosen) await this.keep(file);
      await this.changed();
    } catch (problem) {
      this.unkept();
      throw problem;
    } finally {
      await this.show();
    }
  }

  async keep(file) {
    const blob = await smaller(file);
    const photo = blob.type.startsWith("image/");
    const name = photo ? `${word("photo")}${await this.nextNumber()}.${blob.type === "image/png" ? "png" : "jpg"}` : file.name;
    await saveFile({
      id: newKey(), key: this.key(), role: photo ? "photo" : "document", name, blob, sha256: null, at: Date.now(),
      takenAt: new Date(file.lastModified || Date.now()).toISOString(), place: this.place(),
    });
  }

  // One more than the last photo's, so that two never share a name when one between was taken off.
  async nextNumber() {
    const photos = (await filesOf(this.key())).filter((one) => one.role === "photo");
    return 1 + Math.max(0, ...photos.map((one) => Number(/(\d+)\.\w+$/.exec(one.name)?.[1] ?? 0)));
  }

  async show() {
    for (const img of this.list.querySelectorAll("img")) URL.revokeObjectURL(img.src);
    const files = (await filesOf(this.key())).filter((one) => one.role !== "signature");
    this.list.replaceChildren(...files.map((file) => this.shot(file)));
    this.list.hidden = !files.length;
    this.status.textContent = files.length ? word("shots", { n: files.length }) : "";
  }

  shot(file) {
    const remove = element("button", { type: "button", class: "shot-off", "aria-label": word("takeOff", { name: file.name }) }, icon("x"));
    remove.addEventListener("click", async () => {
      await removeFile(file.id);
      await this.changed();
      await this.show();
    });
    if (file.role !== "photo") return element("li", { class: "shot file" }, icon("file-text"), element("span", {}, file.name), remove);
    return element("li", { class: "shot" }, element("img", { src: URL.createObjectURL(file.blob), alt: file.name }), remove);
  }
}
