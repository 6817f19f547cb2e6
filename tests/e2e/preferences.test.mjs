/* global document, getComputedStyle, CSSStyleSheet */
// What a person has told the browser: colours of their own, no motion, larger text, more room between letters.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fits } from "./accessibility.mjs";
import { startBrowser, until } from "./browser.mjs";
import { startProxy, SITE } from "./proxy.mjs";

const SCHEMES = ["light", "dark"];
const TABS = ["mine", "verify", "benchmark", "about"];

let proxy, browser;
before(async () => {
  proxy = await startProxy("--dev", "--site", SITE);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await proxy?.stop();
});

/** The page while it mines, with a stage's times. */
async function mining(options, by = browser) {
  const opened = await by.open(`${proxy.url}/`, options);
  const { page } = opened;
  await page.locator("#start-stop").click();
  await page.locator("#curious > summary").click();
  await until("a stage's time is shown", async () => (await page.locator("#stages tr").count()) === 10, 60);
  return opened;
}

/** Gives the page `contrast(a, b)` between two computed colours, and `canvas()`, what lies behind everything. */
async function bringContrast(page) {
  await page.evaluate(() => {
    const luminance = (colour) => {
      const [r, g, b] = colour.match(/[\d.]+/g).map((part) => {
        const c = part / 255;
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    globalThis.contrast = (one, other) => {
      const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    };
    globalThis.canvas = () => getComputedStyle(document.body).backgroundColor;
  });
}

test("with forced colours every text can be read and every control has an edge", async () => {
  const { page, faults, close } = await browser.open(`${proxy.url}/`, { forcedColors: "active" });
  await bringContrast(page);
  assert.equal(await page.evaluate("matchMedia('(forced-colors: active)').matches"), true);
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    for (const tab of [...TABS, "mine"]) {
      await page.locator(`#tab-${tab}`).click();
      if (tab === "about") await page.evaluate("document.getElementById('start-stop').click()");
      const found = await page.evaluate(() => {
        const seen = [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility());
        const name = ({ outerHTML }) => outerHTML.slice(0, 80);
        const texts = seen.filter(
          ({ childNodes, disabled }) =>
            !disabled && [...childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ""),
        );
        const controls = seen.filter((element) =>
          element.matches(
            "button:not(.link, [role=tab]), select, textarea, label.secondary, .segments, input[type=text], input[type=number]",
          ),
        );
        const canvas = globalThis.canvas();
        return {
          texts: texts.length,
          controls: controls.length,
          // The browser lays the ground's own colour behind text.
          unread: texts
            .filter((it) => globalThis.contrast(getComputedStyle(it).color, canvas) < 4.5)
            .map(name),
          edgeless: controls
            .filter((it) => {
              const { borderTopWidth, borderTopStyle, borderTopColor } = getComputedStyle(it);
              const drawn = Number.parseFloat(borderTopWidth) >= 1 && borderTopStyle !== "none";
              return !drawn || globalThis.contrast(borderTopColor, canvas) < 3;
            })
            .map(name),
        };
      });
      const { texts, controls, ...wrong } = found;
      assert.ok(texts >= 10, `${texts} texts on ${tab}`);
      assert.ok(controls >= 1 || tab === "about", `${controls} controls on ${tab}`);
      assert.deepEqual(wrong, { unread: [], edgeless: [] }, `${tab}, ${colorScheme}`);
    }
  }
  assert.deepEqual(faults, []);
  await close();
});

test("with forced colours whatever has the focus shows it", async () => {
  const { page, close } = await browser.open(`${proxy.url}/`, { forcedColors: "active" });
  await bringContrast(page);
  for (const tab of TABS) {
    await page.locator(`#tab-${tab}`).click();
    const stops = [];
    for (;;) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate(() => {
        const { activeElement } = document;
        const shown = [activeElement, ...(activeElement.labels ?? [])].map((it) => getComputedStyle(it));
        const outlined = ({ outlineStyle, outlineWidth, outlineColor }) =>
          outlineStyle !== "none" &&
          Number.parseFloat(outlineWidth) >= 2 &&
          globalThis.contrast(outlineColor, globalThis.canvas()) >= 3;
        const tag = activeElement.cloneNode().outerHTML ?? "";
        return { tag: tag.slice(0, 80), shown: activeElement === document.body || shown.some(outlined) };
      });
      // Past the last one the focus leaves the page, and comes back to the first.
      if (stops.some(({ tag }) => tag === stop.tag)) break;
      stops.push(stop);
    }
    assert.ok(stops.length >= 3, `${tab} has ${stops.length} stops`);
    assert.deepEqual(
      stops.filter(({ shown }) => !shown),
      [],
      tab,
    );
  }
  await close();
});

test("with forced colours what is chosen and how it stands differ by more than colour", async () => {
  const { page, close } = await browser.open(`${proxy.url}/`, { forcedColors: "active" });
  const shapes = await page.evaluate(() => {
    const shape = (element, pseudo) => {
      const style = getComputedStyle(element, pseudo);
      const names = [
        "borderTopWidth",
        "borderBottomWidth",
        "borderLeftWidth",
        "borderTopStyle",
        "borderTopLeftRadius",
      ];
      return names.map((name) => style[name]).join(" ");
    };
    const status = document.getElementById("mine-status");
    const state = document.getElementById("state");
    const moods = ["still", "waiting", "mining", "paused", "bad"].map((mood) => {
      state.dataset.mood = mood;
      return shape(status, "::before");
    });
    const [chosen, other] = document.querySelectorAll(".segments label");
    return {
      moods,
      tabs: [shape(document.getElementById("tab-mine")), shape(document.getElementById("tab-verify"))],
      segments: [shape(chosen), shape(other)],
    };
  });
  for (const [what, all] of Object.entries(shapes))
    assert.equal(new Set(all).size, all.length, `${what}: ${all.join("; ")}`);
  await close();
});

/** The colours that the chart's canvas is drawn in, each with its contrast to what lies behind. */
function inksOfChart(page) {
  return page.evaluate(() => {
    const drawn = document.querySelector("#chart canvas");
    const { data } = drawn.getContext("2d").getImageData(0, 0, drawn.width, drawn.height);
    const counts = new Map();
    for (let at = 0; at < data.length; at += 4) {
      const [r, g, b, alpha] = data.slice(at, at + 4);
      // Edges are drawn thinner.
      if (alpha < 200) continue;
      const ink = `rgb(${r}, ${g}, ${b})`;
      counts.set(ink, (counts.get(ink) ?? 0) + 1);
    }
    return [...counts]
      .filter(([, count]) => count > 10)
      .map(([ink]) => ({ ink, contrast: globalThis.contrast(ink, globalThis.canvas()) }));
  });
}

test("with forced colours the chart is drawn in them", async () => {
  const { page, close } = await mining({ forcedColors: "active" });
  await bringContrast(page);
  // Text comes at once, a line with the second figure.
  await until("the chart has a line", async () => (await inksOfChart(page)).length >= 2, 30);
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    const inks = await inksOfChart(page);
    assert.ok(inks.length >= 2, `lines and text: ${JSON.stringify(inks)}`);
    const faint = inks.filter(({ contrast }) => contrast < 3);
    assert.deepEqual(faint, [], colorScheme);
  }
  await close();
});

test("nothing moves where less motion is asked for, not even while it mines", async () => {
  const { page, close } = await mining({ reducedMotion: "reduce" });
  const moving = () =>
    page.evaluate(() => document.getAnimations().map(({ animationName }) => animationName));
  assert.deepEqual(await moving(), []);
  await page.locator("#start-stop").hover();
  for (const tab of TABS) {
    await page.locator(`#tab-${tab}`).click();
    assert.deepEqual(await moving(), [], tab);
  }
  await page.locator("#tab-mine").click();
  await page.emulateMedia({ reducedMotion: "no-preference" });
  assert.deepEqual(await moving(), ["breathe"], "and otherwise one thing does");
  await close();
});

test("text of twice the size and wider spacing need no sideways scrolling", async () => {
  const large = await startBrowser(["--blink-settings=defaultFontSize=32,defaultFixedFontSize=26"]);
  const { page, close } = await mining({ viewport: { width: 1280, height: 1024 } }, large);
  assert.equal(await page.evaluate("getComputedStyle(document.body).fontSize"), "32px");
  for (const tab of TABS) {
    await page.locator(`#tab-${tab}`).click();
    await fits(page, `${tab}, twice the size`);
  }
  await close();
  await large.close();

  const spaced = await mining({ viewport: { width: 375, height: 667 } });
  // As WCAG 1.4.12 has it.
  await spaced.page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }",
    );
    document.adoptedStyleSheets = [sheet];
  });
  for (const tab of TABS) {
    await spaced.page.locator(`#tab-${tab}`).click();
    await fits(spaced.page, `${tab}, wider spacing`);
  }
  await spaced.close();
});
