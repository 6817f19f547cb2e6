// `npm run screens [-- STATE…]`: writes a picture of every state of the page into docs/screens/, from the real page in a real
// Chromium, with the real proxy behind it. Build the page first. CHROMIUM, STRATUM_PROXY and AION_VECTORS as in the tests.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { until } from "../tests/e2e/browser.mjs";
import { settled, STATES, StatesStage } from "../tests/e2e/states.mjs";
import { findChromium } from "./bootstrap/chromium.mjs";
import { thisMachine } from "./bootstrap/machine.mjs";
import { program } from "./builds.mjs";
import { root } from "./checkout.mjs";

const FOLDER = join(root, "docs/screens");
/** Widths in CSS pixels, and what of the page's height is shown at the most. */
const SIZES = [
  { width: 375, most: 1500 },
  { width: 1280, most: 1000 },
  { width: 2560, most: 1000 },
];
/** With forced colours one width is enough: the layout is the same. */
const FORCED_SIZES = SIZES.filter(({ width }) => width === 1280);

/** The page's own colours, and what lies between them where text is drawn: as many as a pixel of four bits can name. */
const INKS = [
  "ground",
  "raised",
  "line",
  "edge",
  "quiet",
  "ink",
  "accent",
  "on-accent",
  "second",
  "good",
  "bad",
];
const BLENDS = [
  ["ink", 0.25],
  ["ink", 0.5],
  ["ink", 0.75],
  ["accent", 0.1],
  ["accent", 0.5],
];

/** The colours of the page as it stands, as numbers. */
async function palette(page) {
  const own = await page.evaluate((names) => {
    const { document, getComputedStyle } = globalThis;
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.setProperty("forced-color-adjust", "none");
    const colours = names.map((name) => {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe)
        .color.match(/[\d.]+/g)
        .slice(0, 3)
        .map(Number);
    });
    probe.remove();
    return Object.fromEntries(names.map((name, i) => [name, colours[i]]));
  }, INKS);
  const blend = ([name, part]) => own[name].map((value, i) => part * value + (1 - part) * own.ground[i]);
  return [...Object.values(own), ...BLENDS.map(blend)];
}

/** A picture in those colours alone, each pixel in the nearest: it takes a fifth of the bytes, and shows the same. */
async function smaller(png, colours) {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const nearest = new Map();
  for (let at = 0; at < data.length; at += 3) {
    const key = data.readUIntBE(at, 3);
    if (!nearest.has(key)) {
      const far = ([r, g, b]) => (r - data[at]) ** 2 + (g - data[at + 1]) ** 2 + (b - data[at + 2]) ** 2;
      nearest.set(
        key,
        colours.reduce((best, colour) => (far(colour) < far(best) ? colour : best)),
      );
    }
    data.set(nearest.get(key), at);
  }
  const { width, height } = info;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png({ palette: true, colours: 16, effort: 10, compressionLevel: 9, dither: 0 })
    .toBuffer();
}

async function shoot(page, name, sizes = SIZES) {
  let bytes = 0;
  for (const { width, most } of sizes) {
    await page.setViewportSize({ width, height: 800 });
    const height = Math.min(most, await page.evaluate("document.documentElement.scrollHeight"));
    await page.setViewportSize({ width, height });
    await page.evaluate("scrollTo(0, 0)");
    const picture = await smaller(await page.screenshot({ animations: "disabled" }), await palette(page));
    await writeFile(join(FOLDER, `${name}-${width}.png`), picture);
    bytes += picture.length;
  }
  console.log(`${name}: ${Math.round(bytes / 1024)} KiB`);
  return bytes;
}

/** Takes the pictures of a state. */
async function portray(stage, state) {
  const { name, schemes = [], forced = false, ripen } = state;
  const { page, close } = await stage.show(state);
  await ripen?.(page);
  // Long enough for a chart.
  if (name === "mining")
    await until("it ran", async () => (await page.locator("#figure-runs").textContent()) >= 20, 60);
  let bytes = 0;
  for (const colorScheme of ["light", ...schemes]) {
    await page.emulateMedia({ colorScheme });
    await settled();
    bytes += await shoot(page, colorScheme === "light" ? name : `${name}-${colorScheme}`);
  }
  if (forced) {
    await page.emulateMedia({ colorScheme: "dark", forcedColors: "active" });
    await settled();
    bytes += await shoot(page, `${name}-forced-colours`, FORCED_SIZES);
  }
  await close();
  return bytes;
}

process.env.CHROMIUM = findChromium(thisMachine, process.env);
process.env.STRATUM_PROXY ??= await program("stratum-proxy");
const wanted = process.argv.slice(2);
const strange = wanted.filter((name) => !STATES.some((state) => state.name === name));
if (strange.length > 0) throw new Error(`no state is named ${strange.join(", ")}`);
if (wanted.length === 0) await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
const stage = new StatesStage();
let bytes = 0;
try {
  await stage.set();
  for (const state of STATES)
    if (wanted.length === 0 || wanted.includes(state.name)) bytes += await portray(stage, state);
} finally {
  await stage.clear();
}
console.log(`${Math.round(bytes / 1024)} KiB in all`);
