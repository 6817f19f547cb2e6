//! Compares every layer of a nonce on the GPU with the twin's.

use aion_pow::gpu::{GpuSolver, InspectedRow, LAYERS};

use crate::gpu_twin::{equal_pairs, leaves, next_layer, value_of, xor};

/// Bits of a reference that number a pair.
const PAIR_BITS: u32 = 20;

/// Runs the nonces on both, and holds every layer's rows against the twin's as a multiset, every row against the two that
/// its reference names, and the candidates against the equal pairs.
///
/// # Panics
/// If anything differs, or a row was dropped.
pub fn compare(solver: &mut GpuSolver, header: &[u8], nonces: &[Vec<u8>]) {
    let layout = solver.layout().clone();
    let (mut first, mut expected) = (Vec::new(), Vec::new());
    let mut before: Vec<InspectedRow> = Vec::new();
    let mut last_layers = Vec::new();
    let inspected = solver.inspect(header, nonces, |nonce, layer, rows| {
        if layer == 0 {
            first = leaves(&layout, header, &nonces[nonce]);
            expected = first.clone();
        } else {
            expected = next_layer(&layout, layer - 1, &expected);
        }
        let name = format!("layer {layer} of nonce {nonce}");
        let mut found: Vec<_> = rows.iter().map(|row| value_of(&layout, layer, row)).collect();
        let parents = by_place(&before, layout.buckets());
        for (row, value) in rows.iter().zip(&found) {
            let made_of = if layer == 0 {
                first[row.reference as usize]
            } else {
                let bucket = &parents[(row.reference >> PAIR_BITS) as usize];
                let (later, earlier) = pair_of(row.reference & ((1 << PAIR_BITS) - 1));
                let value_at = |slot: usize| value_of(&layout, layer - 1, bucket[slot]);
                xor(&value_at(later), &value_at(earlier))
            };
            assert_eq!(*value, made_of, "{name}: a reference names other rows");
        }
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found.len(), expected.len(), "{name}");
        assert!(found == expected, "{name} has other rows");
        if layer == LAYERS - 1 {
            last_layers.push((rows.clone(), equal_pairs(&expected)));
        }
        before = rows;
    });
    let inspected = pollster::block_on(inspected).unwrap();
    assert_eq!((inspected.len(), last_layers.len()), (nonces.len(), nonces.len()));
    for (inspected, (rows, pairs)) in inspected.into_iter().zip(&last_layers) {
        assert_eq!(
            inspected.dropped_rows, 0,
            "choose another nonce or wider capacities"
        );
        assert_eq!(inspected.candidates.len(), *pairs);
        let parents = by_place(rows, layout.buckets());
        for [one, other] in inspected.candidates {
            let capacity = layout.capacity(LAYERS - 1);
            let row = |at: u32| parents[(at / capacity) as usize][(at % capacity) as usize];
            assert_ne!(one, other);
            let value = |at: u32| value_of(&layout, LAYERS - 1, row(at));
            assert_eq!(value(one), value(other));
        }
    }
}

fn by_place(rows: &[InspectedRow], buckets: u32) -> Vec<Vec<&InspectedRow>> {
    let mut places = vec![Vec::new(); buckets as usize];
    for row in rows {
        assert_eq!(places[row.bucket as usize].len(), row.slot as usize);
        places[row.bucket as usize].push(row);
    }
    places
}

/// The pair with that number, found by counting.
fn pair_of(number: u32) -> (usize, usize) {
    let mut later = f64::from(2 * number).sqrt() as u32;
    while later * (later + 1) / 2 <= number {
        later += 1;
    }
    (later as usize, (number - later * (later - 1) / 2) as usize)
}
