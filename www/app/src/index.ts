import { BenchmarkPanel } from "./benchmark-panel.js";
import { MinePanel } from "./mine-panel.js";
import { keepForOffline } from "./offline.js";
import { startTabs } from "./tabs.js";
import { VerifyPanel } from "./verify-panel.js";

const verify = new VerifyPanel();
const mine: MinePanel = new MinePanel(() => benchmark.stop());
const benchmark: BenchmarkPanel = new BenchmarkPanel(() => mine.busy);
const tabs = startTabs((name) => {
  if (name === "verify") verify.opened();
  mine.opened(name);
});
verify.start(tabs);
benchmark.start();
keepForOffline();
await mine.start();
