/** The GPU's solver inside the artifact `gpu`: batches of nonces in, promises of their outcomes out. */
export interface GpuCore {
  /** The adapter as JSON of a {@link GpuAdapter}. */
  adapter(): string;
  /** How many nonces the next batch should have. */
  batchNonces(): number;
  /**
   * Submits whole nonces, one after another in `nonces`, for a mine hash and a target of 32 bytes (big-endian). Two
   * batches may be in flight. Resolves with JSON of a {@link NonceOutcome} for each nonce; rejects with {@link ABANDONED}
   * as the error's name where the batch was given up.
   */
  submit(headerHash: Uint8Array, nonces: Uint8Array, target: Uint8Array): Promise<string>;
  /** Gives up all batches of which a part is not with the device yet. The others come back as usual. */
  abandon(): void;
}

/** The name of the error that an abandoned batch ends with. */
export const ABANDONED = "abandoned";

/** What an adapter says of itself. */
export interface GpuAdapter {
  /** Its name; browsers may keep it to themselves. */
  readonly name: string;
  readonly driver: string;
  readonly backend: string;
  /** Whether it is a program on the CPU. */
  readonly software: boolean;
  /** Memory of the solver on the device, in bytes. */
  readonly memoryBytes: number;
}

/** What a nonce of a batch gave. */
export interface NonceOutcome {
  readonly solutions: number;
  readonly dropped: number;
  readonly shares: readonly { readonly solution: string; readonly powHash: string }[];
}

/** What the artifact `gpu` exports; the generated module is checked against this where it is loaded. */
export interface GpuModule {
  default(init?: { module_or_path: string | URL }): Promise<unknown>;
  readonly GpuCore: { open(hardware: boolean): Promise<GpuCore> };
}
