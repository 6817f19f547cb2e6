// The last round: rows of the last layer that agree in all that is left, in pairs. One workgroup a bucket.

const CAPACITY = ${capacity}u;
const CHAINS = ${chains}u;
const LANES = ${lanes}u;
const CANDIDATES = ${candidates}u;
const FILLED = ${filled}u;
const FOUND = ${candidate_counter}u;
const DROPPED = ${dropped}u;

@group(0) @binding(0) var<storage, read> in_a: array<vec2<u32>>;
@group(0) @binding(1) var<storage, read_write> counters: array<atomic<u32>>;
// The positions of the rows of each pair.
@group(0) @binding(2) var<storage, read_write> candidates: array<vec2<u32>>;

var<workgroup> last_row: array<atomic<u32>, CHAINS>;
var<workgroup> row_before: array<u32, CAPACITY>;
var<workgroup> words: array<u32, CAPACITY>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let bucket = group.x;
  let first = bucket * CAPACITY;
  let filled = atomicLoad(&counters[FILLED + bucket]);
  let rows = min(filled, CAPACITY);

  for (var chain = lane; chain < CHAINS; chain += LANES) {
    atomicStore(&last_row[chain], 0u);
  }
  if (lane == 0u && filled > CAPACITY) {
    atomicAdd(&counters[DROPPED], filled - CAPACITY);
  }
  workgroupBarrier();

  for (var row = lane; row < rows; row += LANES) {
    let word = in_a[first + row].x;
    words[row] = word;
    row_before[row] = atomicExchange(&last_row[word >> ${key_shift}u], row + 1u);
  }
  workgroupBarrier();

  for (var row = lane; row < rows; row += LANES) {
    for (var other = row_before[row]; other != 0u; other = row_before[other - 1u]) {
      if (words[other - 1u] == words[row]) {
        let candidate = atomicAdd(&counters[FOUND], 1u);
        if (candidate < CANDIDATES) {
          candidates[candidate] = vec2<u32>(first + row, first + other - 1u);
        }
      }
    }
  }
}
