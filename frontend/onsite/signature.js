// The client signs on the glass. Strokes are kept as they were drawn, with how wide the glass was then, so that a turned
// phone or a closed page loses nothing: a narrower glass shows them smaller, and a wide one again as they were.
import SignaturePad from "signature_pad";

const NOTHING = { strokes: [], width: 0 };

export class Signature {
  constructor(box, changed) {
    this.canvas = box.querySelector("canvas");
    this.pad = new SignaturePad(this.canvas, { penColor: "#10202f", minWidth: 0.8, maxWidth: 2.6 });
    this.kept = NOTHING;
    this.width = 0;
    this.pad.addEventListener("endStroke", () => {
      this.kept = { strokes: JSON.parse(JSON.stringify(this.pad.toData())), width: this.width };
      changed();
    });
    box.querySelector("[data-sign-off]").addEventListener("click", () => {
      this.drawn = NOTHING;
      changed();
    });
    addEventListener("resize", () => this.fit());
    this.fit();
  }

  // The drawing has as many points as the glass.
  fit() {
    const { offsetWidth: width, offsetHeight: height } = this.canvas;
    if (!width || width === this.width) return;
    const ratio = Math.min(2, Math.max(1, devicePixelRatio || 1));
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.canvas.getContext("2d").scale(ratio, ratio);
    this.width = width;
    this.draw();
  }

  draw() {
    this.pad.clear();
    if (this.isEmpty) return;
    const by = Math.min(1, this.width / this.kept.width);
    const small = (stroke) => ({ ...stroke, points: stroke.points.map((p) => ({ ...p, x: p.x * by, y: p.y * by })) });
    this.pad.fromData(this.kept.strokes.map(small));
  }

  get isEmpty() {
    return !this.kept.strokes.length;
  }

  get drawn() {
    return this.kept;
  }

  set drawn(kept) {
    this.kept = kept?.strokes?.length ? kept : NOTHING;
    this.draw();
  }

  picture() {
    return new Promise((done) => this.canvas.toBlob(done, "image/png"));
  }
}
