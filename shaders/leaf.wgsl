  // Leaf ${place} of the digest.
  {
    let index = number * ${leaves_per_digest}u + ${place}u;
    if (index < LEAVES) {
      let bucket = ${bucket};
      let slot = atomicAdd(&counters[bucket], 1u);
      if (slot < LEAF_CAPACITY) {
        let at = bucket * LEAF_CAPACITY + slot;
        leaf_a[at] = ${row_a};
        //#if leaf_b
        leaf_b[at] = ${row_b};
        //#endif
      }
    }
  }
