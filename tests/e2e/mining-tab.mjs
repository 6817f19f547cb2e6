// A tab that mines through a proxy and a pool which a test takes away from it.
import assert from "node:assert/strict";
import { submits, until } from "./browser.mjs";

/** How soon a tab must mine again once what it lost is back, in seconds. */
const BACK_WITHIN = 10;

const answered = (frames) => submits(frames).filter(({ accepted }) => accepted !== undefined);

/** The submits that the pool accepted, as they went over the wire. */
export const accepted = (frames) => submits(frames).filter((submit) => submit.accepted === true);

/** The connection that the newest frame went over. */
export const lastConnection = ({ frames }) => frames.at(-1).connection;

/** Opens the page and mines until the first shares are accepted. */
export async function mine(browser, url) {
  const tab = await browser.open(`${url}/`);
  await tab.page.locator("#wallet").fill(`0xa0${"ab".repeat(31)}`);
  await tab.page.locator("#start-stop").click();
  await until("three shares are accepted", () => accepted(tab.frames).length >= 3, 60);
  return tab;
}

/** Freezes a server until a share is on its way to it, and kills it; resolves when the tab has noticed. */
export async function killAtWork(server, { page, frames }) {
  server.freeze();
  const sent = submits(frames).length;
  await until("a share is sent to what is frozen", () => submits(frames).length > sent, 60);
  await server.kill();
  await until("the tab has lost its connection", async () =>
    /Next try|Connecting/.test(await page.locator("#mine-status").textContent()),
  );
}

/** Waits until the tab mines for a job of a connection after that one, and then until shares of it are accepted. */
export async function mineAgain({ page, frames }, connection) {
  const hasJob = () =>
    frames.some((frame) => frame.connection > connection && /"mining\.notify"/.test(frame.text ?? ""));
  await until(
    "the tab mines again",
    async () => hasJob() && /^Mining at/.test(await page.locator("#mine-status").textContent()),
    BACK_WITHIN,
  );
  const before = accepted(frames).length;
  await until("shares are accepted again", () => accepted(frames).length >= before + 3, 60);
}

/** What the page says of its shares, once that is what went over the wire; no share may have gone twice. */
export async function accountOf({ page, frames }) {
  // Seldom enough that the page's figures, which it draws once a second, come to rest between two shares.
  await page.locator("#throttle").selectOption("0.25");
  const read = () =>
    page.evaluate(() =>
      Object.fromEntries(
        ["accepted", "rejected", "stale", "unanswered", "submitted"].map((name) => [
          name,
          Number(globalThis.document.getElementById(`figure-${name}`).textContent),
        ]),
      ),
    );
  const wire = () => {
    const sent = submits(frames).length;
    const verdicts = answered(frames).length;
    const good = accepted(frames).length;
    return { accepted: good, refused: verdicts - good, unanswered: sent - verdicts, submitted: sent };
  };
  let told;
  await until("the page says of every share what became of it, once", async () => {
    told = await read();
    const { rejected, stale, ...rest } = told;
    return JSON.stringify({ ...rest, refused: rejected + stale }, KEYS) === JSON.stringify(wire(), KEYS);
  });
  const sent = submits(frames).map(({ params }) => params[3]);
  assert.equal(new Set(sent).size, sent.length, "no share is sent twice");
  return told;
}

const KEYS = ["accepted", "refused", "unanswered", "submitted"];
