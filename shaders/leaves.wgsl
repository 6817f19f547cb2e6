// Leaves: every invocation makes one digest, cuts it into leaves, and puts each into its bucket.

struct Nonce {
  // The state that the last block's compression starts from, its message but for the counter, and the chain value.
  state: array<vec4<u32>, 8>,
  message: array<vec4<u32>, 8>,
  chain: array<vec4<u32>, 4>,
  // The first digest of this dispatch, and the nonce's place in its batch.
  run: vec4<u32>,
}

const LEAVES = ${leaves}u;
const CAPACITY = ${capacity}u;

//#if whole_out
// A row of eight words in one piece.
struct Row {
  a: vec4<u32>,
  b: vec4<u32>,
}

//#endif
@group(0) @binding(0) var<storage, read_write> out_a: array<${out_a}>;
//#if out_b
@group(0) @binding(1) var<storage, read_write> out_b: array<${out_b}>;
//#endif
@group(0) @binding(2) var<storage, read_write> counters: array<atomic<u32>>;
@group(0) @binding(3) var<uniform> nonce: Nonce;

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

@compute @workgroup_size(${lanes})
fn main(@builtin(global_invocation_id) invocation: vec3<u32>) {
  let number = invocation.x + nonce.run.x;
${message}
${rounds}
${digest}
${cuts}
}
