import { MinePanel } from "./mine-panel.js";
import { startTabs } from "./tabs.js";
import { VerifyPanel } from "./verify-panel.js";

startTabs();
new VerifyPanel().start();
await new MinePanel().start();
