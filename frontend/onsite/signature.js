// The client signs on the glass. Strokes are kept with the draft, so that a turned phone or a closed page loses nothing.
import SignaturePad from "signature_pad";

export class Signature {
  constructor(box, changed) {
    this.canvas = box.querySelector("canvas");
    this.pad = new SignaturePad(this.canvas, { penColor: "#10202f", minWidth: 0.8, maxWidth: 2.6 });
    this.pad.addEventListener("endStroke", changed);
    box.querySelector("[data-sign-off]").addEventListener("click", () => {
      this.pad.clear();
      changed();
    });
    this.width = 0;
    addEventListener("resize", () => this.fit());
    this.fit();
  }

  // The drawing has as many points as the glass; a changed width keeps the strokes at their scale.
  fit() {
    const { offsetWidth: width, offsetHeight: height } = this.canvas;
    if (!width || width === this.width) return;
    const strokes = this.scaled(this.pad.toData(), this.width ? width / this.width : 1);
    const ratio = Math.min(2, Math.max(1, devicePixelRatio || 1));
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.canvas.getContext("2d").scale(ratio, ratio);
    this.width = width;
    this.pad.clear();
    if (strokes.length) this.pad.fromData(strokes);
  }

  scaled(strokes, by) {
    if (by >= 1) return strokes;
    return strokes.map((stroke) => ({ ...stroke, points: stroke.points.map((p) => ({ ...p, x: p.x * by, y: p.y * by })) }));
  }

  get isEmpty() {
    return this.pad.isEmpty();
  }

  get drawn() {
    return { strokes: this.pad.toData(), width: this.width };
  }

  set drawn(kept) {
    this.pad.clear();
    if (!kept?.strokes?.length) return;
    this.pad.fromData(this.scaled(kept.strokes, kept.width ? this.width / kept.width : 1));
  }

  picture() {
    return new Promise((done) => this.canvas.toBlob(done, "image/png"));
  }
}
