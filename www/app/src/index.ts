import { MinePanel } from "./mine-panel.js";
import { startTabs } from "./tabs.js";
import { VerifyPanel } from "./verify-panel.js";

const verify = new VerifyPanel();
const tabs = startTabs((name) => {
  if (name === "verify") verify.opened();
});
verify.start(tabs);
await new MinePanel().start();
