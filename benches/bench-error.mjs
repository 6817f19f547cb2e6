/** A place that could not be measured; the message says which and why. */
export class BenchError extends Error {}
