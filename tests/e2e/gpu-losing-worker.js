/* global GPUAdapter, BroadcastChannel */
// The GPU's worker, with a device that is destroyed when a message on the channel "lose" says so.
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (...descriptor) {
  const device = await requestDevice.apply(this, descriptor);
  new BroadcastChannel("lose").onmessage = () => device.destroy();
  return device;
};
await import("/www/lib/dist/gpu-worker.js");
