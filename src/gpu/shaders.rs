//! The WGSL of each stage for a layout.

use std::ops::Range;

use super::compression;
use super::layout::{
    CANDIDATES, EXPAND_GROUPS, LAYERS, Layout, PAIR_BITS, Place, Plane, ROUNDS, WHOLE_ROW, WIDE_GROUP,
};
use super::results::ResultLayout;
use super::template::Filling;

const LEAVES: &str = include_str!("../../shaders/leaves.wgsl");
const DIGEST: &str = include_str!("../../shaders/digest.wgsl");
const LEAF: &str = include_str!("../../shaders/leaf.wgsl");
const ROUND: &str = include_str!("../../shaders/round.wgsl");
const LAST: &str = include_str!("../../shaders/last.wgsl");
const EXPAND: &str = include_str!("../../shaders/expand.wgsl");

/// Leaves of the next nonce that a round makes beside its own work.
#[derive(Clone, Debug)]
pub struct LeavesBeside {
    /// Workgroups that make them, of all that make a nonce's leaves.
    pub groups: Range<u32>,
    /// The counter's 32-bit word in the last block.
    pub counter_word: usize,
}

/// The stage that makes leaves, for messages whose counter is in 32-bit word `counter_word` of their last block.
pub fn leaves(layout: &Layout, counter_word: usize) -> String {
    leaf_rows(Filling::default(), layout)
        .hole("lanes", WIDE_GROUP)
        .hole("digest_and_leaves", digest(layout, counter_word))
        .condition("whole_leaves", layout.width(0, Plane::A) == WHOLE_ROW)
        .fill(LEAVES)
}

/// How a digest is made and cut.
fn digest(layout: &Layout, counter_word: usize) -> String {
    let params = layout.params();
    let per_digest = params.leaves_per_digest();
    let cuts: String = (0..per_digest).map(|place| leaf(layout, place)).collect();
    Filling::default()
        .hole("leaves", layout.leaves())
        .hole("leaf_capacity", layout.capacity(0))
        .hole("message", compression::message(counter_word))
        .hole("rounds", compression::rounds(counter_word))
        .hole("digest", compression::digest(params.digest_bytes().div_ceil(4)))
        .hole("cuts", cuts)
        .fill(DIGEST)
}

/// Cuts the leaf at one place of a digest.
fn leaf(layout: &Layout, place: usize) -> String {
    let params = layout.params();
    let start = 8 * (place * params.leaf_bytes()) as u32;
    let bucket = digest_bits(start, layout.bucket_bits());
    // What is left of the leaf is right-aligned: its last 32 bits are word 0.
    let end = start + params.n();
    let word = |word: usize| {
        let bits = (layout.stored_bits(0) - 32 * word as u32).min(32);
        digest_bits(end - 32 * word as u32 - bits, bits)
    };
    let index = "index".to_owned();
    Filling::default()
        .hole("place", place)
        .hole("leaves_per_digest", params.leaves_per_digest())
        .hole("bucket", bucket)
        .hole("row_a", vector(layout, 0, Plane::A, &word, &index))
        .hole("row_b", vector(layout, 0, Plane::B, &word, &index))
        .condition("leaf_b", layout.width(0, Plane::B) > 0)
        .fill(LEAF)
}

/// The round that makes layer `round` from the one before, and perhaps leaves of the next nonce.
pub fn round(layout: &Layout, round: usize, beside: Option<&LeavesBeside>) -> String {
    let (layer, next) = (round - 1, round);
    let word = |word: usize| component(layout.place(layer, word));
    let stored = layout.stored_bits(layer);
    let digit_bits = layout.params().digit_bits();
    let key = row_bits(&word, stored - layout.chain_bits(), layout.chain_bits());
    let next_bucket = row_bits(&word, stored - digit_bits, layout.bucket_bits());
    // The next row is the low words of this one, the top one masked.
    let kept = |at: usize| {
        let bits = (layout.stored_bits(next) - 32 * at as u32).min(32);
        row_bits(&word, 32 * at as u32, bits)
    };
    let any_word: Vec<String> = (0..layout.words(next)).map(kept).collect();
    let reference = layout.reference_place(layer);
    // Words that the key lies in.
    let top_words = (stored - layout.chain_bits()) as usize / 32..layout.words(layer);
    let needs = |half: &str| {
        half_of(reference) == half
            || top_words
                .clone()
                .any(|word| half_of(layout.place(layer, word)) == half)
    };
    let origin = "origin".to_owned();
    let whole = |layer| layout.width(layer, Plane::A) == WHOLE_ROW;
    let any_whole = whole(layer) || whole(next) || beside.is_some() && whole(0);
    let filling = rows_in(Filling::default(), layout, layer).condition("row", any_whole);
    let filling = leaves_beside(filling, layout, beside);
    rows_out(filling, layout, next)
        .hole("round", round)
        .hole("layer", layer)
        .hole("capacity", layout.capacity(layer))
        .hole("next_capacity", layout.capacity(next))
        .hole("chains", layout.chains())
        .hole("pair_window", layout.pair_window())
        .hole("lanes", layout.workgroup())
        .hole("filled", layer as u32 * layout.buckets())
        .hole("next_filled", next as u32 * layout.buckets())
        .hole("dropped", layout.dropped_counter())
        .hole("reference", component(reference))
        .hole("key", key)
        .hole("next_bucket", next_bucket)
        .hole("any_word", any_word.join(" | "))
        .hole("pair_bits", PAIR_BITS)
        .hole("row_a", vector(layout, next, Plane::A, &kept, &origin))
        .hole("row_b", vector(layout, next, Plane::B, &kept, &origin))
        .condition("key_in_a", needs("a"))
        .condition("key_in_b", needs("b"))
        .condition("subgroups", layout.subgroups())
        .fill(ROUND)
}

fn leaves_beside(filling: Filling, layout: &Layout, beside: Option<&LeavesBeside>) -> Filling {
    let filling = filling.condition("leaves_beside", beside.is_some());
    let Some(beside) = beside else {
        return filling.condition("leaf_b", false);
    };
    let groups = beside.groups.len() as u32;
    leaf_rows(filling, layout)
        .hole("leaf_groups", groups)
        .hole("groups", layout.buckets() + groups)
        .hole("first_digest", beside.groups.start * layout.workgroup())
        .hole("digest_and_leaves", digest(layout, beside.counter_word))
}

/// The round that finds the roots.
pub fn last(layout: &Layout) -> String {
    Filling::default()
        .hole("capacity", layout.capacity(ROUNDS))
        .hole("chains", layout.chains())
        .hole("lanes", layout.workgroup())
        .hole("candidates", CANDIDATES)
        .hole("filled", ROUNDS as u32 * layout.buckets())
        .hole("candidate_counter", layout.candidate_counter())
        .hole("dropped", layout.dropped_counter())
        .hole("key_shift", layout.stored_bits(ROUNDS) - layout.chain_bits())
        .fill(LAST)
}

/// The stage that unfolds candidates.
pub fn expand(layout: &Layout, results: &ResultLayout) -> String {
    let split = layout.reference_split();
    let cases: Vec<String> = (0..ROUNDS)
        .map(|layer| {
            let (half, begins) = match layer < split {
                true => ("references_low", 0),
                false => ("references_high", layout.reference_start(split)),
            };
            let start = layout.reference_start(layer) - begins;
            let capacity = layout.capacity(layer);
            format!("    case {layer}u: {{ return {half}[{start}u + bucket * {capacity}u + row]; }}")
        })
        .collect();
    Filling::default()
        .hole("lanes", WIDE_GROUP)
        .hole("indices", layout.params().indices())
        .hole("groups", EXPAND_GROUPS)
        .hole("last_layer", LAYERS - 1)
        .hole("candidates", CANDIDATES)
        .hole("candidate_counter", layout.candidate_counter())
        .hole("dropped", layout.dropped_counter())
        .hole("records", ResultLayout::RECORDS)
        .hole("record_words", ResultLayout::RECORD_WORDS)
        .hole("solutions", results.solutions_at())
        .hole("solution_words", results.solution_words())
        .hole("solution_places", results.solution_places())
        .hole("reference_cases", cases.join("\n"))
        .hole("pair_bits", PAIR_BITS)
        .hole("pair_mask", (1u32 << PAIR_BITS) - 1)
        .fill(EXPAND)
}

/// How rows are read: each is two vectors called `a` and `b`, or one, from two buffers or from the halves of one.
fn rows_in(filling: Filling, layout: &Layout, layer: usize) -> Filling {
    let (a, b) = (layout.width(layer, Plane::A), layout.width(layer, Plane::B));
    let whole = a == WHOLE_ROW;
    filling
        .hole("in_a", vector_type(a))
        .hole("in_b", vector_type(b))
        .hole("half_a", if whole { ".a" } else { "" })
        .hole("plane_of_b", if whole { "in_a" } else { "in_b" })
        .hole("half_b", if whole { ".b" } else { "" })
        .condition("in_b", b > 0)
        .condition("has_b", b > 0 || whole)
}

fn rows_out(filling: Filling, layout: &Layout, layer: usize) -> Filling {
    let (a, b) = (layout.width(layer, Plane::A), layout.width(layer, Plane::B));
    filling
        .hole("out_a", vector_type(a))
        .hole("out_b", vector_type(b))
        .condition("out_b", b > 0)
}

/// How leaves are written.
fn leaf_rows(filling: Filling, layout: &Layout) -> Filling {
    let b = layout.width(0, Plane::B);
    filling
        .hole("leaf_a", vector_type(layout.width(0, Plane::A)))
        .hole("leaf_b", vector_type(b))
        .condition("leaf_b", b > 0)
}

fn vector_type(width: usize) -> String {
    match width {
        WHOLE_ROW => "Row".to_owned(),
        _ => format!("vec{width}<u32>"),
    }
}

/// The vector that a component is in: the one of its plane, or of its half of a whole row.
fn half_of(place: Place) -> &'static str {
    match place.plane {
        Plane::A if place.component < 4 => "a",
        _ => "b",
    }
}

/// A component of a row whose vectors are called `a` and `b`.
fn component(place: Place) -> String {
    format!("{}.{}", half_of(place), ["x", "y", "z", "w"][place.component % 4])
}

/// What a plane holds of a layer's row, from its words and its reference; what is left over is zero.
fn vector(
    layout: &Layout,
    layer: usize,
    plane: Plane,
    word: &dyn Fn(usize) -> String,
    reference: &str,
) -> String {
    let width = layout.width(layer, plane);
    let mut components = vec!["0u".to_owned(); width];
    for at in 0..layout.words(layer) {
        let place = layout.place(layer, at);
        if place.plane == plane {
            components[place.component] = word(at);
        }
    }
    let place = layout.reference_place(layer);
    if place.plane == plane {
        components[place.component] = reference.to_owned();
    }
    let vectors: Vec<String> = components
        .chunks(4)
        .map(|part| format!("{}({})", vector_type(part.len()), part.join(", ")))
        .collect();
    match width {
        WHOLE_ROW => format!("{}({})", vector_type(width), vectors.join(", ")),
        _ => vectors.concat(),
    }
}

/// `bits` bits, 1 to 32, of a little-endian row from bit `low` on.
fn row_bits(word: &dyn Fn(usize) -> String, low: u32, bits: u32) -> String {
    let (at, shift) = (low as usize / 32, low % 32);
    let here = match shift {
        0 => word(at),
        _ => format!("({} >> {shift}u)", word(at)),
    };
    if bits == 32 - shift {
        return here;
    }
    if bits < 32 - shift {
        return format!("({here} & {}u)", low_bits(bits));
    }
    format!(
        "(({here} | ({} << {}u)) & {}u)",
        word(at + 1),
        32 - shift,
        low_bits(bits)
    )
}

/// `bits` bits, 1 to 32, of a digest that is held as big-endian words `d0`, `d1` and so on, from bit `start` on.
fn digest_bits(start: u32, bits: u32) -> String {
    let (word, shift) = (start / 32, start % 32);
    let mut top = match shift {
        0 => format!("d{word}"),
        _ => format!("(d{word} << {shift}u)"),
    };
    if shift + bits > 32 {
        top = format!("({top} | (d{} >> {}u))", word + 1, 32 - shift);
    }
    match bits {
        32 => top,
        _ => format!("({top} >> {}u)", 32 - bits),
    }
}

fn low_bits(bits: u32) -> u32 {
    u32::MAX >> (32 - bits)
}

#[cfg(test)]
mod tests {
    use wgpu::naga::front::wgsl;
    use wgpu::naga::valid::{Capabilities, ValidationFlags, Validator};
    use wgpu::naga::{AddressSpace, Module};

    use super::super::layout::webgpu;
    use super::*;

    fn layouts() -> Vec<Layout> {
        let mut layouts = vec![Layout::aion(), Layout::aion().with_workgroup(32).unwrap()];
        layouts.extend((8..=19).map(|bits| Layout::reduced(bits).unwrap()));
        let whole = layouts.clone().into_iter();
        layouts.extend(whole.map(|layout| layout.with_whole_rows(webgpu::BUFFER_BYTES).unwrap()));
        layouts.push(Layout::aion().with_subgroups(true));
        layouts
    }

    fn all(layout: &Layout) -> Vec<(String, String)> {
        let results = ResultLayout::new(layout, 64).unwrap();
        let mut shaders: Vec<(String, String)> = [3, 16, 31]
            .map(|word| (format!("leaves, counter in word {word}"), leaves(layout, word)))
            .into();
        shaders.extend((1..=ROUNDS).map(|at| (format!("round {at}"), round(layout, at, None))));
        shaders.extend((2..=ROUNDS).map(|at| {
            let beside = LeavesBeside {
                groups: layout.leaf_groups_beside(at),
                counter_word: 16,
            };
            (
                format!("round {at} with leaves"),
                round(layout, at, Some(&beside)),
            )
        }));
        shaders.push(("last round".into(), last(layout)));
        shaders.push(("expand".into(), expand(layout, &results)));
        shaders
    }

    /// The module, if it is valid where WebGPU promises nothing, or else subgroups.
    fn valid(name: &str, shader: &str, subgroups: bool) -> Module {
        let module = wgsl::parse_str(shader)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(shader)));
        let mut capabilities = Capabilities::empty();
        capabilities.set(Capabilities::SUBGROUP, subgroups);
        let mut validator = Validator::new(ValidationFlags::all(), capabilities);
        if let Err(error) = validator.validate(&module) {
            panic!("{name}: {}", error.emit_to_string(shader));
        }
        module
    }

    #[test]
    fn every_shader_of_every_layout_is_valid_and_keeps_within_what_webgpu_promises() {
        for layout in layouts() {
            for (name, shader) in all(&layout) {
                let name = format!("{name} of {} bits", layout.params().digit_bits());
                let module = valid(&name, &shader, layout.subgroups());
                let size = |space| {
                    let variables = module.global_variables.iter();
                    let of_space = variables.filter(|(_, variable)| variable.space == space);
                    of_space
                        .map(|(_, variable)| module.types[variable.ty].inner.size(module.to_ctx()))
                        .sum::<u32>()
                };
                assert!(size(AddressSpace::WorkGroup) <= webgpu::WORKGROUP_BYTES, "{name}");
                let storage = module.global_variables.iter();
                let storage =
                    storage.filter(|(_, variable)| matches!(variable.space, AddressSpace::Storage { .. }));
                assert!(storage.count() <= webgpu::STORAGE_BUFFERS, "{name}");
                let [x, y, z] = module.entry_points[0].workgroup_size;
                assert!(x * y * z <= webgpu::WORKGROUP, "{name}");
            }
        }
    }

    #[test]
    fn workgroup_memory_is_what_the_layout_says() {
        let layout = Layout::aion();
        let bytes = |shader: &str| {
            let module = valid("it", shader, false);
            let variables = module.global_variables.iter();
            let shared = variables.filter(|(_, variable)| variable.space == AddressSpace::WorkGroup);
            shared
                .map(|(_, variable)| module.types[variable.ty].inner.size(module.to_ctx()))
                .sum::<u32>()
        };
        for at in 1..=ROUNDS {
            assert_eq!(
                bytes(&round(&layout, at, None)),
                layout.round_workgroup_bytes(at - 1),
                "round {at}"
            );
        }
        assert_eq!(bytes(&last(&layout)), layout.last_workgroup_bytes());
    }

    #[test]
    fn bits_of_rows_and_digests_are_cut_where_they_lie() {
        let word = |at: usize| format!("w{at}");
        for (low, bits, expected) in [
            (0, 32, "w0"),
            (64, 5, "(w2 & 31u)"),
            (40, 24, "(w1 >> 8u)"),
            (40, 9, "((w1 >> 8u) & 511u)"),
            (60, 9, "(((w1 >> 28u) | (w2 << 4u)) & 511u)"),
        ] {
            assert_eq!(row_bits(&word, low, bits), expected, "{low}, {bits}");
        }
        for (start, bits, expected) in [
            (0, 32, "d0"),
            (216, 12, "((d6 << 24u) | (d7 >> 8u)) >> 20u"),
            (64, 12, "d2 >> 20u"),
            (68, 12, "(d2 << 4u) >> 20u"),
        ] {
            let wrapped = if bits == 32 {
                expected.to_owned()
            } else {
                format!("({expected})")
            };
            assert_eq!(digest_bits(start, bits), wrapped, "{start}, {bits}");
        }
    }
}
