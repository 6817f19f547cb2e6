// How one digest is made, and cut into leaves that go into their buckets: for every stage that does this. The stage says what
// `leaf_a`, `leaf_b`, `counters` and `nonce` are bound to.

struct Nonce {
  // The state that the last block's compression starts from, its message but for the counter, and the chain value.
  state: array<vec4<u32>, 8>,
  message: array<vec4<u32>, 8>,
  chain: array<vec4<u32>, 4>,
  // The first digest of this dispatch, and the nonce's place in its batch.
  run: vec4<u32>,
}

const LEAVES = ${leaves}u;
const LEAF_CAPACITY = ${leaf_capacity}u;

fn add(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < b.x));
}

fn swap(a: vec2<u32>) -> vec2<u32> {
  return a.yx;
}

fn right24(a: vec2<u32>) -> vec2<u32> {
  return (a >> vec2<u32>(24u)) | (a.yx << vec2<u32>(8u));
}

fn right16(a: vec2<u32>) -> vec2<u32> {
  return (a >> vec2<u32>(16u)) | (a.yx << vec2<u32>(16u));
}

fn right63(a: vec2<u32>) -> vec2<u32> {
  return (a << vec2<u32>(1u)) | (a.yx >> vec2<u32>(31u));
}

fn big_endian(a: u32) -> u32 {
  return (a << 24u) | ((a & 0xff00u) << 8u) | ((a >> 8u) & 0xff00u) | (a >> 24u);
}

// The digest of that number. Where the last workgroup is not full there are numbers beyond the last; they have no leaves.
fn make_leaves(number: u32) {
${message}
${rounds}
${digest}
${cuts}
}
