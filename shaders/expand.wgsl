// Unfolds candidates down to their leaves, and keeps those whose leaves all differ. One workgroup at a time has a
// candidate; most have the same subtree on both sides somewhere, and are given up at that layer.

struct Nonce {
  state: array<vec4<u32>, 8>,
  message: array<vec4<u32>, 8>,
  chain: array<vec4<u32>, 4>,
  run: vec4<u32>,
}

const LANES = ${lanes}u;
const INDICES = ${indices}u;
const GROUPS = ${groups}u;
const LAST_LAYER = ${last_layer}u;
const CANDIDATES = ${candidates}u;
const FOUND = ${candidate_counter}u;
const DROPPED = ${dropped}u;
// The result buffer: how many solutions the batch has, a record a nonce, then the solutions.
const RECORDS = ${records}u;
const RECORD_WORDS = ${record_words}u;
const SOLUTIONS = ${solutions}u;
const SOLUTION_WORDS = ${solution_words}u;
const SOLUTION_PLACES = ${solution_places}u;

@group(0) @binding(0) var<storage, read> in_a: array<vec2<u32>>;
@group(0) @binding(1) var<storage, read> candidates: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read> references_low: array<u32>;
@group(0) @binding(3) var<storage, read> references_high: array<u32>;
@group(0) @binding(4) var<storage, read_write> counters: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> results: array<atomic<u32>>;
@group(0) @binding(6) var<uniform> nonce: Nonce;

var<workgroup> nodes: array<u32, INDICES>;
var<workgroup> repeated: atomic<u32>;
// What one invocation tells the others.
var<workgroup> told: u32;

// The reference of a row.
fn reference(layer: u32, bucket: u32, row: u32) -> u32 {
  switch layer {
${reference_cases}
    default: { return 0u; }
  }
}

// The references of the two rows of `layer` that a row of the next layer was made of.
fn origins(layer: u32, origin: u32) -> vec2<u32> {
  let bucket = origin >> ${pair_bits}u;
  let pair = origin & ${pair_mask}u;
  // The root may be off by a little on some adapters; the number itself has the last word.
  var high = u32((1.0 + sqrt(1.0 + 8.0 * f32(pair))) * 0.5);
  if (high * (high - 1u) / 2u > pair) {
    high -= 1u;
  }
  if (high * (high + 1u) / 2u <= pair) {
    high += 1u;
  }
  let low = pair - high * (high - 1u) / 2u;
  return vec2<u32>(reference(layer, bucket, high), reference(layer, bucket, low));
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let record = RECORDS + RECORD_WORDS * nonce.run.y;
  if (lane == 0u) {
    let found = atomicLoad(&counters[FOUND]);
    told = min(found, CANDIDATES);
    if (group.x == 0u) {
      atomicStore(&results[record], found);
      atomicStore(&results[record + 1u], atomicLoad(&counters[DROPPED]));
    }
  }
  let listed = workgroupUniformLoad(&told);

  for (var candidate = group.x; candidate < listed; candidate += GROUPS) {
    if (lane < 2u) {
      nodes[lane] = in_a[candidates[candidate][lane]].y;
    }
    if (lane == 0u) {
      atomicStore(&repeated, 0u);
    }
    workgroupBarrier();
    var width = 2u;
    for (var layer = LAST_LAYER; layer > 0u; layer -= 1u) {
      var below = vec2<u32>(0u);
      if (lane < width) {
        below = origins(layer - 1u, nodes[lane]);
      }
      workgroupBarrier();
      if (lane < width) {
        nodes[2u * lane] = below.x;
        nodes[2u * lane + 1u] = below.y;
      }
      workgroupBarrier();
      width *= 2u;
      // Equal references are the same subtree, and in the end the same leaf.
      for (var place = lane; place < width; place += LANES) {
        let node = nodes[place];
        var equal = false;
        for (var other = 0u; other < place; other += 1u) {
          equal = equal || nodes[other] == node;
        }
        if (equal) {
          atomicStore(&repeated, 1u);
        }
      }
      workgroupBarrier();
      if (lane == 0u) {
        told = atomicLoad(&repeated);
      }
      if (workgroupUniformLoad(&told) != 0u) {
        break;
      }
    }
    if (lane == 0u) {
      told = SOLUTION_PLACES;
      if (atomicLoad(&repeated) == 0u) {
        atomicAdd(&results[record + 2u], 1u);
        told = atomicAdd(&results[0], 1u);
      }
    }
    let solution = workgroupUniformLoad(&told);
    if (solution < SOLUTION_PLACES) {
      let at = SOLUTIONS + SOLUTION_WORDS * solution;
      if (lane == 0u) {
        atomicStore(&results[at], nonce.run.y);
      }
      for (var place = lane; place < INDICES; place += LANES) {
        atomicStore(&results[at + 1u + place], nodes[place]);
      }
    }
    workgroupBarrier();
  }
}
