// Round ${round}: rows of layer ${layer} that agree in their digit, XORed in pairs and put into the buckets of the next
// layer. One workgroup a bucket, where the digit's first bits agree already; its last bits choose a chain.
//#if leaves_beside
//
// Between the workgroups of the buckets stand others, which make leaves of the next nonce: these calculate while those wait
// for memory.
//#endif

const CAPACITY = ${capacity}u;
const NEXT_CAPACITY = ${next_capacity}u;
const CHAINS = ${chains}u;
const WINDOW = ${pair_window}u;
const LANES = ${lanes}u;
// Where counters stand: of this layer's buckets, of the next one's, and of rows that found no place.
const FILLED = ${filled}u;
const NEXT_FILLED = ${next_filled}u;
const DROPPED = ${dropped}u;

//#if row
// A row of eight words in one piece.
struct Row {
  a: vec4<u32>,
  b: vec4<u32>,
}

//#endif
@group(0) @binding(0) var<storage, read> in_a: array<${in_a}>;
//#if in_b
@group(0) @binding(1) var<storage, read> in_b: array<${in_b}>;
//#endif
@group(0) @binding(2) var<storage, read_write> out_a: array<${out_a}>;
//#if out_b
@group(0) @binding(3) var<storage, read_write> out_b: array<${out_b}>;
//#endif
@group(0) @binding(4) var<storage, read_write> counters: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> references: array<u32>;
//#if leaves_beside
@group(0) @binding(6) var<storage, read_write> leaf_a: array<${leaf_a}>;
//#if leaf_b
@group(0) @binding(7) var<storage, read_write> leaf_b: array<${leaf_b}>;
//#endif
// The next nonce's.
@group(0) @binding(8) var<uniform> nonce: Nonce;

// Workgroups that make leaves, all workgroups of this dispatch, and the first digest of those made here.
const LEAF_GROUPS = ${leaf_groups}u;
const GROUPS = ${groups}u;
const FIRST_DIGEST = ${first_digest}u;

${digest_and_leaves}
//#endif

// The last row of each chain, from 1; 0 is none. A row knows the one before it in its chain.
var<workgroup> last_row: array<atomic<u32>, CHAINS>;
var<workgroup> row_before: array<u32, CAPACITY>;
var<workgroup> pairs: array<u32, WINDOW>;
var<workgroup> reserved: atomic<u32>;
var<workgroup> pairs_found: u32;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
  //#if subgroups
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
  //#endif
) {
  //#if leaves_beside
  // Evenly spread: of the first so many workgroups this part are for leaves.
  let leaf_group = group.x * LEAF_GROUPS / GROUPS;
  if ((group.x + 1u) * LEAF_GROUPS / GROUPS > leaf_group) {
    make_leaves(FIRST_DIGEST + leaf_group * LANES + lane);
    return;
  }
  let bucket = group.x - leaf_group;
  //#else
  let bucket = group.x;
  //#endif
  let first = bucket * CAPACITY;
  let filled = atomicLoad(&counters[FILLED + bucket]);
  let rows = min(filled, CAPACITY);

  // Not left to the zeroing that WebGPU promises: natively it is switched off, since some adapters are slow at it.
  for (var chain = lane; chain < CHAINS; chain += LANES) {
    atomicStore(&last_row[chain], 0u);
  }
  if (lane == 0u) {
    atomicStore(&reserved, 0u);
    if (filled > CAPACITY) {
      atomicAdd(&counters[DROPPED], filled - CAPACITY);
    }
  }
  workgroupBarrier();

  for (var row = lane; row < rows; row += LANES) {
    //#if key_in_a
    let a = in_a[first + row]${half_a};
    //#endif
    //#if key_in_b
    let b = ${plane_of_b}[first + row]${half_b};
    //#endif
    references[first + row] = ${reference};
    row_before[row] = atomicExchange(&last_row[${key}], row + 1u);
  }
  workgroupBarrier();

  // Each invocation counts its rows' pairs, and takes so many numbers at once.
  var mine = 0u;
  for (var row = lane; row < rows; row += LANES) {
    for (var other = row_before[row]; other != 0u; other = row_before[other - 1u]) {
      mine += 1u;
    }
  }
  //#if subgroups
  // One atomic operation a subgroup. The barrier also brings all of it together again.
  let before_mine = subgroupExclusiveAdd(mine);
  let of_subgroup = subgroupAdd(mine);
  var from_number = 0u;
  if (subgroup_lane == 0u) {
    from_number = atomicAdd(&reserved, of_subgroup);
  }
  workgroupBarrier();
  from_number = subgroupBroadcastFirst(from_number) + before_mine;
  //#else
  let from_number = atomicAdd(&reserved, mine);
  workgroupBarrier();
  //#endif
  if (lane == 0u) {
    pairs_found = atomicLoad(&reserved);
  }
  let found = workgroupUniformLoad(&pairs_found);

  for (var window = 0u; window < found; window += WINDOW) {
    var number = from_number;
    for (var row = lane; row < rows; row += LANES) {
      for (var other = row_before[row]; other != 0u; other = row_before[other - 1u]) {
        if (number >= window && number - window < WINDOW) {
          pairs[number - window] = (row << 16u) | (other - 1u);
        }
        number += 1u;
      }
    }
    workgroupBarrier();
    let listed = min(WINDOW, found - window);
    for (var place = lane; place < listed; place += LANES) {
      let row = pairs[place] >> 16u;
      let other = pairs[place] & 0xffffu;
      let a = in_a[first + row]${half_a} ^ in_a[first + other]${half_a};
      //#if has_b
      let b = ${plane_of_b}[first + row]${half_b} ^ ${plane_of_b}[first + other]${half_b};
      //#endif
      let next_bucket = ${next_bucket};
      // Rows that cancel altogether are nearly always made of the same leaves, and would flood the rounds to come.
      if ((next_bucket | ${any_word}) != 0u) {
        let slot = atomicAdd(&counters[NEXT_FILLED + next_bucket], 1u);
        if (slot < NEXT_CAPACITY) {
          let at = next_bucket * NEXT_CAPACITY + slot;
          let high = max(row, other);
          let low = min(row, other);
          let origin = (bucket << ${pair_bits}u) | (high * (high - 1u) / 2u + low);
          out_a[at] = ${row_a};
          //#if out_b
          out_b[at] = ${row_b};
          //#endif
        }
      }
    }
    workgroupBarrier();
  }
}
