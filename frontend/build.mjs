// Bundles the window's styles and script, and the icons it uses, into src/baohou/static/built.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const out = "src/baohou/static/built";
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  entryPoints: ["frontend/app.js", "frontend/charts.js", "frontend/sw.js", "frontend/app.css"],
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome100", "firefox100", "safari15"],
  legalComments: "inline",
  logLevel: "warning",
});

const names = (await readFile("frontend/icons.txt", "utf8")).split("\n").map((line) => line.trim()).filter(Boolean);
const symbols = [];
for (const name of names) {
  const svg = await readFile(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
  const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).trim();
  symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`);
}
const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
await writeFile(`${out}/icons.svg`, sprite);
console.log(`${out}: app.js, charts.js, app.css, icons.svg (${names.length} icons)`);
