/* global GPUAdapter, BroadcastChannel */
// The GPU's worker, with a device that is destroyed when a message on the channel "lose" says so. Imported at once: a worker
// that awaits its imports misses the first message.
import "/www/lib/dist/gpu-worker.js";

const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (...descriptor) {
  const device = await requestDevice.apply(this, descriptor);
  new BroadcastChannel("lose").onmessage = () => device.destroy();
  return device;
};
