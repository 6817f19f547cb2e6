// Leaves: every invocation makes one digest, cuts it into leaves, and puts each into its bucket.

//#if whole_leaves
// A row of eight words in one piece.
struct Row {
  a: vec4<u32>,
  b: vec4<u32>,
}

//#endif
@group(0) @binding(0) var<storage, read_write> leaf_a: array<${leaf_a}>;
//#if leaf_b
@group(0) @binding(1) var<storage, read_write> leaf_b: array<${leaf_b}>;
//#endif
@group(0) @binding(2) var<storage, read_write> counters: array<atomic<u32>>;
@group(0) @binding(3) var<uniform> nonce: Nonce;

${digest_and_leaves}
@compute @workgroup_size(${lanes})
fn main(@builtin(global_invocation_id) invocation: vec3<u32>) {
  make_leaves(invocation.x + nonce.run.x);
}
