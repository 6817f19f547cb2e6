// A Vulkan adapter for the tests of the GPU: whatever the machine has, or one that runs on the CPU.
import { install } from "./apt.mjs";

/** Where drivers announce themselves to Vulkan's loader. */
const DRIVERS = "/usr/share/vulkan/icd.d";

/** Installs a software adapter where there is no driver. Its lack is said and no error: the tests skip, and say so. */
export function findVulkan(machine) {
  if (machine.exists(DRIVERS)) return;
  const failed = install(machine, ["libvulkan1", "mesa-vulkan-drivers"]);
  if (!failed && machine.exists(DRIVERS)) return;
  machine.say(
    `no Vulkan driver in ${DRIVERS} (${failed ?? "the packages bring none"}): tests of the GPU will skip`,
  );
}
