// `npm run icons`: draws the page's PNG icons from favicon.svg, in Chromium. They are kept in the repository.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { findChromium } from "./bootstrap/chromium.mjs";
import { thisMachine } from "./bootstrap/machine.mjs";
import { root } from "./checkout.mjs";

const SOURCE = join(root, "www/app/src/favicon.svg");
const FOLDER = join(root, "www/app/src/icons");

// Systems that cut an icon to their own shape want it to its edges, and what matters within the inner 80 percent.
const ICONS = [
  { name: "icon-180.png", size: 180, cut: true },
  { name: "icon-192.png", size: 192, cut: false },
  { name: "icon-512.png", size: 512, cut: false },
  { name: "icon-maskable.png", size: 512, cut: true },
];

const svg = await readFile(SOURCE, "utf8");
const uncut = svg
  .replace(/ rx="\d+"/, "")
  .replace('d="M16', 'transform="translate(4.8 4.8) scale(0.7)" d="M16');
if (uncut === svg) throw new Error(`${SOURCE} has no rounded corners and no triangle to change`);

const browser = await chromium.launch({
  executablePath: findChromium(thisMachine, process.env),
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
try {
  await mkdir(FOLDER, { recursive: true });
  for (const { name, size, cut } of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const drawn = (cut ? uncut : svg).replace("<svg ", `<svg width="${size}" height="${size}" `);
    await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${drawn}`);
    await writeFile(join(FOLDER, name), await page.screenshot({ omitBackground: true }));
    await page.close();
    console.log(`${name}: ${size} × ${size}`);
  }
} finally {
  await browser.close();
}
