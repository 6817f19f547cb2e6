  // Leaf ${place} of the digest.
  {
    let index = number * ${leaves_per_digest}u + ${place}u;
    if (index < LEAVES) {
      let bucket = ${bucket};
      let slot = atomicAdd(&counters[bucket], 1u);
      if (slot < CAPACITY) {
        let at = bucket * CAPACITY + slot;
        out_a[at] = ${row_a};
        //#if out_b
        out_b[at] = ${row_b};
        //#endif
      }
    }
  }
