/**
 * Takes a picture of every screen in both themes and runs axe on it, contrast included:
 * `npm run build && npm run look -- [folder] [calls] [screen,screen]`. Needs a Chromium (CHROMIUM, else /usr/bin/chromium).
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [folder = "/tmp/tandem-look", calls = "40", only = ""] = process.argv.slice(2);
const port = 7799;
const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const first = "call_0003";
/** Keys pressed after a screen is there, to open what floats above it. */
const presses = {
  desk: "r",
  place: "n",
  palette: "Control+k",
  end: "e",
  taken: "t",
  join: "c",
  "desk-call": "a",
  "desk-held": "h",
  "desk-keypad": ["k", "1", "2"],
  "desk-transfer": ["h", "t"],
  "desk-give": ["t", "b", "e", "n", "Enter"],
  dial: ["j", ..."0812345678"],
  "desk-wrap-up": ["b", "e", "Enter"],
};
/** What is further down a screen, by its accessible name. */
const below = { sip: "SIP messages in order" };
const screens = {
  floor: calls === "0" ? "/floor" : `/floor?call=${first}`,
  ...(calls === "0"
    ? {}
    : { "floor-none": "/floor", past: "/history/call_" + String(Number(calls) + 1).padStart(4, "0") }),
  ...(calls === "0" ? {} : { sip: `/history/call_${String(Number(calls) + 1).padStart(4, "0")}` }),
  ...(calls === "0" ? {} : { end: `/floor?call=${first}`, taken: `/floor?call=${first}` }),
  desk: "/desk",
  "desk-call": "/desk",
  "desk-held": "/desk",
  "desk-keypad": "/desk",
  "desk-transfer": "/desk",
  "desk-give": "/desk",
  "desk-consulting": "/desk",
  "desk-wrap-up": "/desk",
  dial: "/desk",
  place: "/floor",
  palette: "/floor",
  history: "/history",
  assistants: "/assistants",
  assistant: "/assistants/asst_jane",
  lines: "/lines",
  phone: "/phone",
  people: "/settings",
  keys: "/settings?tab=keys",
  queues: "/settings?tab=queues",
  standings: "/floor?view=queues",
  "standings-call": `/floor?view=queues&call=${first}`,
  conferences: "/floor?view=conferences",
  "conferences-call": `/floor?view=conferences&call=${first}`,
  join: calls === "0" ? "/floor" : `/floor?call=${first}`,
  providers: "/settings?tab=providers",
  provider: "/settings?tab=providers",
  webhooks: "/settings?tab=webhooks",
  integrations: "/settings?tab=integrations",
  retention: "/settings?tab=retention",
  shortcuts: "/settings?tab=shortcuts",
};

mkdirSync(folder, { recursive: true });
const server = spawn(process.execPath, ["dev/mock-server.mjs", calls, String(port)], { stdio: "inherit" });
await new Promise((resolve) => setTimeout(resolve, 700));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
  ],
});
let violations = 0;
for (const colorScheme of ["light", "dark"]) {
  const page = await browser.newPage({
    colorScheme,
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
  });
  page.on("pageerror", (error) => process.stdout.write(`page error: ${error.message}\n`));
  page.on(
    "console",
    (message) => message.type() === "error" && process.stdout.write(`console: ${message.text()}\n`),
  );
  for (const [name, path] of Object.entries(screens)) {
    if (only !== "" && !only.split(",").includes(name)) continue;
    await page.goto(`http://127.0.0.1:${port}${path}`);
    await page.waitForTimeout(900);
    if (presses[name] !== undefined) {
      for (const key of [presses[name]].flat()) {
        await page.keyboard.press(key);
        await page.waitForTimeout(500);
      }
    }
    if (below[name] !== undefined) await page.getByLabel(below[name]).scrollIntoViewIfNeeded();
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${calls}.png` });
    await page.evaluate(axe);
    const found = await page.evaluate(() =>
      window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] }),
    );
    for (const { id, nodes } of found.violations) {
      violations += 1;
      process.stdout.write(
        `${name} ${colorScheme}: ${id} ${nodes
          .slice(0, 3)
          .map(({ html, any }) => html.slice(0, 160) + " " + (any[0]?.message ?? ""))
          .join("\n    ")}\n`,
      );
    }
  }
  await page.close();
}
await browser.close();
server.kill();
process.stdout.write(`${violations} violations\n`);
process.exitCode = violations === 0 ? 0 : 1;
