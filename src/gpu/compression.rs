//! BLAKE2b's compression of a nonce's last block, as WGSL: one digest an invocation, 64-bit words as two of 32 bits.
//!
//! Straight-line text, made when the shader is: message words that are always zero are never added, and nothing is
//! looked up by a number that is only known when the shader runs.

use std::fmt::Write;

use crate::blake2b::{SIGMA, STEP};

/// 64-bit words in an array of `vec4<u32>`: two in each.
fn pair(array: &str, word: usize) -> String {
    let half = if word.is_multiple_of(2) { "xy" } else { "zw" };
    format!("nonce.{array}[{}].{half}", word / 2)
}

/// Declares the message words that are not always zero, for a counter in 32-bit word `counter_word` of the block. Behind
/// the counter all is zero.
pub fn message(counter_word: usize) -> String {
    let mut text = String::new();
    for word in 0..=counter_word / 2 {
        let counter = match counter_word - 2 * word {
            0 => " | vec2<u32>(number, 0u)",
            1 => " | vec2<u32>(0u, number)",
            _ => "",
        };
        let _ = writeln!(text, "  let m{word} = {}{counter};", pair("message", word));
    }
    text
}

/// Twelve rounds over `v0` to `v15`, from the nonce's start state.
pub fn rounds(counter_word: usize) -> String {
    let mut text = String::new();
    for word in 0..16 {
        let _ = writeln!(text, "  var v{word} = {};", pair("state", word));
    }
    let add_message = |sum: String, word: usize| match word <= counter_word / 2 {
        true => format!("add({sum}, m{word})"),
        false => sum,
    };
    for round in 0..12 {
        let sigma = &SIGMA[round % 10];
        for (step, [a, b, c, d]) in STEP.into_iter().enumerate() {
            for (half, (turn_d, turn_b)) in [("swap", "right24"), ("right16", "right63")]
                .into_iter()
                .enumerate()
            {
                let sum = add_message(format!("add(v{a}, v{b})"), sigma[2 * step + half]);
                let _ = writeln!(text, "  v{a} = {sum};");
                let _ = writeln!(text, "  v{d} = {turn_d}(v{d} ^ v{a});");
                let _ = writeln!(text, "  v{c} = add(v{c}, v{d});");
                let _ = writeln!(text, "  v{b} = {turn_b}(v{b} ^ v{c});");
            }
        }
    }
    text
}

/// Declares the digest's first `words` 32-bit words as `d0`, `d1` and so on, each with its first byte at the top.
pub fn digest(words: usize) -> String {
    let mut text = String::new();
    for word in 0..words.div_ceil(2) {
        let (low, high) = (2 * word, 2 * word + 1);
        let _ = writeln!(
            text,
            "  let h{word} = {} ^ v{word} ^ v{};",
            pair("chain", word),
            word + 8
        );
        let _ = writeln!(text, "  let d{low} = big_endian(h{word}.x);");
        let _ = writeln!(text, "  let d{high} = big_endian(h{word}.y);");
    }
    text
}
