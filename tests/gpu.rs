//! The GPU's stages, at reduced sizes, against their twin on the CPU and against a solver that only sorts.
//!
//! Whatever adapter the machine has will do; where there is none, each test says so.

mod gpu_layers;
mod gpu_twin;
mod oracle;

use std::collections::BTreeSet;

use aion_pow::gpu::{BATCHES, GpuError, GpuSolver, LAYERS, Layout, Outcome, blocking};
use aion_pow::solution::unpack;
use aion_pow::verify::verify;

const HEADER: [u8; 32] = [0x3c; 32];

fn nonce(number: u8) -> Vec<u8> {
    let mut nonce = vec![0; 32];
    nonce[0] = number;
    nonce
}

fn indices(layout: &Layout, outcome: &Outcome) -> BTreeSet<Vec<u32>> {
    let unpacked = outcome
        .solutions
        .iter()
        .map(|solution| unpack(layout.params(), solution).unwrap());
    unpacked.collect()
}

fn solve(solver: &mut GpuSolver, header: &[u8], nonces: &[Vec<u8>]) -> Vec<Outcome> {
    let batch = blocking::submit(solver, header, nonces).unwrap();
    blocking::outcomes(batch).unwrap()
}

#[test]
fn every_layer_has_the_rows_of_the_twin() {
    // Three leaves a digest, then two; digits that straddle words in other places each time.
    for bits in [13, 15, 17] {
        let Some(mut solver) = gpu_twin::open(Layout::reduced(bits).unwrap()) else {
            return;
        };
        gpu_layers::compare(&mut solver, &HEADER, &[nonce(1)]);
    }
}

#[test]
fn layers_are_the_same_where_rows_lie_in_one_piece() {
    // Rows of eight words in the first layer, and in the first two, as the chain's puzzle has them.
    let narrow = Layout::reduced(18).unwrap();
    let params = *Layout::reduced(19).unwrap().params();
    let capacities = [1280, 1280, 1280, 1280, 1280, 1280, 1280, 1408, 1664];
    let deeper = Layout::new(params, 9, capacities, 1792, 256).unwrap();
    for (layout, wide) in [(narrow, 1), (deeper, 2)] {
        let whole = layout.with_whole_rows(256 << 20).unwrap();
        let found = (0..LAYERS).filter(|&layer| whole.row_bytes(layer) == 32);
        assert_eq!(found.count(), wide);
        let Some(mut solver) = gpu_twin::open(whole) else {
            return;
        };
        gpu_layers::compare(&mut solver, &HEADER, &[nonce(4)]);
    }
}

#[test]
fn layers_do_not_depend_on_workgroups_windows_or_the_place_of_the_counter() {
    let layout = Layout::reduced(14).unwrap();
    let narrow = Layout::new(*layout.params(), 7, [1280; LAYERS], 50, 32).unwrap();
    let Some(mut solver) = gpu_twin::open(narrow) else {
        return;
    };
    gpu_layers::compare(&mut solver, &HEADER, &[nonce(2)]);
    // The counter in the first word, in an odd word of a later block, and in the last word.
    for header in [0, 108, 92, 96 + 128] {
        let header = vec![7; header];
        let nonce = if header.is_empty() { Vec::new() } else { nonce(3) };
        gpu_layers::compare(&mut solver, &header, &[nonce]);
    }
}

#[test]
fn layers_are_the_same_where_leaves_are_made_beside_the_rounds_of_the_nonce_before() {
    // Rows apart and whole; more workgroups of leaves than buckets, and fewer; the counter in another word, for which
    // the shaders are made anew.
    let narrow = Layout::reduced(13).unwrap().with_workgroup(32).unwrap();
    let whole = Layout::reduced(18).unwrap().with_whole_rows(256 << 20).unwrap();
    let long = [7; 108];
    for (layout, header, nonces) in [
        (
            Layout::reduced(14).unwrap(),
            &HEADER[..],
            vec![nonce(1), nonce(4), nonce(9)],
        ),
        (narrow, &long, vec![nonce(5), nonce(6)]),
        (whole, &HEADER, vec![nonce(1), nonce(2)]),
    ] {
        let Some(mut solver) = gpu_twin::open(layout.clone()) else {
            return;
        };
        let before = solver.memory_bytes();
        pollster::block_on(solver.fuse_leaves()).unwrap();
        assert_eq!(solver.memory_bytes() - before, layout.leaf_row_bytes());
        gpu_layers::compare(&mut solver, header, &nonces);
    }
}

#[test]
fn a_batch_with_fused_leaves_gives_what_its_nonces_give_alone() {
    let Some(mut solver) = gpu_twin::open(Layout::reduced(16).unwrap()) else {
        return;
    };
    let nonces: Vec<_> = (10..22).map(nonce).collect();
    let apart = solve(&mut solver, &HEADER, &nonces);
    assert!(apart.iter().map(|outcome| outcome.solutions.len()).sum::<usize>() > 5);
    pollster::block_on(solver.fuse_leaves()).unwrap();
    assert!(solver.has_fused_leaves());
    let first = blocking::submit(&mut solver, &HEADER, &nonces[..7]).unwrap();
    let second = blocking::submit(&mut solver, &HEADER, &nonces[7..11]).unwrap();
    let mut fused = blocking::outcomes(first).unwrap();
    fused.extend(blocking::outcomes(second).unwrap());
    // A single nonce between batches, which has nothing to be fused with.
    fused.extend(solve(&mut solver, &HEADER, &nonces[11..]));
    assert_eq!(fused, apart);
    assert_eq!(solve(&mut solver, &HEADER, &nonces), apart);
    solver.part_leaves();
    assert!(!solver.has_fused_leaves());
    assert_eq!(solve(&mut solver, &HEADER, &nonces), apart);
}

#[test]
fn leaves_are_counted_against_the_nonce_that_lost_them_where_they_are_fused() {
    let wide = Layout::reduced(13).unwrap();
    let mut capacities = [1280; LAYERS];
    capacities[0] = 256;
    let tight = Layout::new(*wide.params(), 7, capacities, 1024, 64).unwrap();
    let Some(mut solver) = gpu_twin::open(tight) else {
        return;
    };
    let nonces: Vec<_> = (0..4).map(nonce).collect();
    let dropped = |outcomes: Vec<Outcome>| outcomes.iter().map(|outcome| outcome.dropped).collect();
    let apart: Vec<u64> = dropped(solve(&mut solver, &HEADER, &nonces));
    assert!(apart.windows(2).any(|two| two[0] != two[1]), "{apart:?}");
    pollster::block_on(solver.fuse_leaves()).unwrap();
    let fused: Vec<u64> = dropped(solve(&mut solver, &HEADER, &nonces));
    assert_eq!(fused, apart);
}

#[test]
fn a_device_keeps_what_it_measured_to_be_faster_and_solves_as_before() {
    let Some(mut solver) = gpu_twin::open(Layout::reduced(14).unwrap()) else {
        return;
    };
    let nonces: Vec<_> = (8..12).map(nonce).collect();
    let before = solve(&mut solver, &HEADER, &nonces);
    let timed = pollster::block_on(solver.try_leaves(6)).unwrap().unwrap();
    println!("{}: {timed:?} ms a nonce", solver.adapter().name);
    assert_eq!(solver.has_fused_leaves(), timed.is_worth_it());
    assert_eq!(solve(&mut solver, &HEADER, &nonces), before);
    // Without a nonce whose solutions are known nothing is tried.
    let mut solver = gpu_twin::open(Layout::reduced(13).unwrap()).unwrap();
    let timed = pollster::block_on(solver.try_leaves(6)).unwrap();
    assert_eq!((timed, solver.has_fused_leaves()), (None, false));
}

#[test]
fn pairs_are_the_same_where_subgroups_number_them() {
    let layout = Layout::reduced(15).unwrap();
    // Several windows of pairs, and workgroups of one subgroup, or a few, or many.
    for (window, workgroup) in [(1024, 256), (50, 32), (1024, 4)] {
        let layout = Layout::new(*layout.params(), 7, [1280; LAYERS], window, workgroup).unwrap();
        let Some(mut solver) = gpu_twin::open(layout.with_subgroups(true)) else {
            return;
        };
        gpu_layers::compare(&mut solver, &HEADER, &[nonce(2)]);
        pollster::block_on(solver.fuse_leaves()).unwrap();
        gpu_layers::compare(&mut solver, &HEADER, &[nonce(3), nonce(4)]);
    }
}

#[test]
fn solutions_are_those_that_sorting_finds() {
    let layout = Layout::reduced(17).unwrap();
    let Some(mut solver) = gpu_twin::open(layout.clone()) else {
        return;
    };
    let nonces: Vec<_> = (8..14).map(nonce).collect();
    let outcomes = solve(&mut solver, &HEADER, &nonces);
    let mut found = 0;
    for (nonce, outcome) in nonces.iter().zip(&outcomes) {
        assert_eq!(outcome.dropped, 0, "nonce {}", nonce[0]);
        let expected = oracle::solve(layout.params(), &HEADER, nonce);
        assert_eq!(indices(&layout, outcome), expected, "nonce {}", nonce[0]);
        for solution in &outcome.solutions {
            assert_eq!(verify(layout.params(), &HEADER, nonce, solution), Ok(()));
        }
        found += expected.len();
    }
    println!("{found} solutions of {} nonces", nonces.len());
    assert!(found >= 6, "{found} solutions are too few to show anything");
}

#[test]
fn the_nonces_that_devices_are_tested_by_have_the_solutions_that_sorting_finds() {
    for bits in [14, 16, 17] {
        let layout = Layout::reduced(bits).unwrap();
        let known = layout.known_nonce().unwrap();
        let expected = oracle::solve(layout.params(), &known.header, &known.nonce);
        assert_eq!(expected.len(), known.solutions, "{bits} bits");
        assert!(
            known.solutions > 1,
            "{bits} bits: one solution is easily missed, none shows nothing"
        );
    }
}

#[test]
fn rows_without_a_place_are_counted_one_by_one() {
    let wide = Layout::reduced(13).unwrap();
    // Half of the buckets of layer 0 have more rows than this on the mean.
    let mut capacities = [1280; LAYERS];
    capacities[0] = 256;
    let tight = Layout::new(*wide.params(), 7, capacities, 1024, 64).unwrap();
    let Some(mut solver) = gpu_twin::open(tight.clone()) else {
        return;
    };
    let mut filled = vec![0u64; tight.buckets() as usize];
    for leaf in gpu_twin::leaves(&tight, &HEADER, &nonce(5)) {
        let [bucket, ..] = gpu_twin::shifted(leaf, tight.stored_bits(0));
        filled[bucket as usize] += 1;
    }
    let expected: u64 = filled
        .iter()
        .map(|&rows| u64::from(rows > 256) * (rows.max(256) - 256))
        .sum();
    assert!(expected > 0);
    let outcome = &solve(&mut solver, &HEADER, &[nonce(5)])[0];
    assert_eq!(outcome.dropped, expected);
}

#[test]
fn a_batch_gives_what_its_nonces_give_alone_and_two_batches_are_in_flight() {
    let layout = Layout::reduced(15).unwrap();
    let Some(mut solver) = gpu_twin::open(layout) else {
        return;
    };
    let nonces: Vec<_> = (10..19).map(nonce).collect();
    let alone: Vec<Outcome> = nonces
        .iter()
        .flat_map(|nonce| solve(&mut solver, &HEADER, std::slice::from_ref(nonce)))
        .collect();
    let first = blocking::submit(&mut solver, &HEADER, &nonces[..4]).unwrap();
    let second = blocking::submit(&mut solver, &HEADER, &nonces[4..]).unwrap();
    let third = blocking::submit(&mut solver, &HEADER, &nonces).err();
    assert_eq!(third, Some(GpuError::Busy { limit: BATCHES }));
    assert_eq!((first.nonces(), second.nonces()), (4, 5));
    let mut together = blocking::outcomes(first).unwrap();
    // A batch that nobody wants any more frees its place.
    let unwanted = blocking::submit(&mut solver, &HEADER, &nonces).unwrap();
    drop(unwanted);
    together.extend(blocking::outcomes(second).unwrap());
    assert_eq!(together, alone);
    assert_eq!(solve(&mut solver, &HEADER, &nonces), alone);
    assert!(solver.nonce_milliseconds().unwrap() > 0.0);
    assert!((1..=64).contains(&solver.batch_nonces()));
}

#[test]
fn what_is_not_with_the_device_yet_can_be_held_back() {
    let Some(mut solver) = gpu_twin::open(Layout::reduced(15).unwrap()) else {
        return;
    };
    // Of a device that is not known yet a nonce is in four pieces, of which two go at once.
    let expected = solve(&mut solver, &HEADER, &[nonce(10)]);
    solver.forget_speed();
    let first = blocking::submit(&mut solver, &HEADER, &[nonce(11)]).unwrap();
    let second = blocking::submit(&mut solver, &HEADER, &[nonce(12)]).unwrap();
    solver.abandon();
    assert_eq!(blocking::outcomes(first).err(), Some(GpuError::Abandoned));
    assert_eq!(blocking::outcomes(second).err(), Some(GpuError::Abandoned));
    // Half a nonce is in the buffers, and what follows does not mind.
    assert_eq!(solve(&mut solver, &HEADER, &[nonce(10)]), expected);

    // One alone is given up by dropping it, and the one behind it goes on.
    solver.forget_speed();
    let unwanted = blocking::submit(&mut solver, &HEADER, &[nonce(11)]).unwrap();
    let wanted = blocking::submit(&mut solver, &HEADER, &[nonce(10)]).unwrap();
    drop(unwanted);
    assert_eq!(blocking::outcomes(wanted).unwrap(), expected);
}

#[test]
fn what_cannot_be_submitted_is_named() {
    let Some(mut solver) = gpu_twin::open(Layout::reduced(13).unwrap()) else {
        return;
    };
    let many: Vec<_> = (0..65).map(nonce).collect();
    let of_lengths = [vec![0; 32], vec![0; 28]];
    type Row<'a> = (&'a str, &'a [u8], &'a [Vec<u8>], &'a str);
    let table: [Row; 4] = [
        (
            "no nonce",
            &HEADER,
            &[],
            "a batch of 0 nonces: this device takes 1 to 64",
        ),
        ("too many nonces", &HEADER, &many, "a batch of 65 nonces"),
        (
            "an odd length",
            &[0; 31],
            &many[..1],
            "are 63 bytes, and the GPU takes multiples of four",
        ),
        ("two lengths", &HEADER, &of_lengths, "are 60 bytes"),
    ];
    for (name, header, nonces, expected) in table {
        let error = blocking::submit(&mut solver, header, nonces)
            .err()
            .expect(name)
            .to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
    assert_eq!(solve(&mut solver, &HEADER, &many[..64]).len(), 64);
}

#[test]
fn a_lost_device_ends_what_is_in_flight_and_all_that_comes_after() {
    let Some(mut solver) = gpu_twin::open(Layout::reduced(14).unwrap()) else {
        return;
    };
    let batch = blocking::submit(&mut solver, &HEADER, &[nonce(0)]).unwrap();
    solver.lose_device();
    let lost = |kind: Option<&str>| assert_eq!(kind, Some("device-lost"));
    lost(blocking::outcomes(batch).err().map(|error| error.kind()));
    let after = blocking::submit(&mut solver, &HEADER, &[nonce(0)]);
    lost(after.err().map(|error| error.kind()));
}

#[test]
fn an_adapter_that_is_not_there_is_named_beside_those_that_are() {
    let error = blocking::open(Some("no such adapter"), Layout::aion())
        .err()
        .expect("there is none");
    let adapters = blocking::all_adapters();
    assert!(matches!(error, GpuError::NoAdapter { .. }), "{error}");
    let said = error.to_string();
    assert!(
        said.starts_with("no GPU adapter is called \"no such adapter\"; there"),
        "{said}"
    );
    assert!(
        adapters.iter().all(|adapter| said.contains(&adapter.name)),
        "{said}"
    );
}

#[test]
fn stages_are_timed_by_the_adapter_s_own_clock() {
    let Some(mut solver) = gpu_twin::open(Layout::reduced(14).unwrap()) else {
        return;
    };
    match pollster::block_on(solver.stage_milliseconds(&HEADER, &nonce(0))) {
        Ok(stages) => assert!(stages.iter().sum::<f64>() > 0.0, "{stages:?}"),
        Err(error) => assert_eq!(error, GpuError::NoTimestamps),
    }
    assert!(pollster::block_on(solver.copy_bytes_per_second()).unwrap() > 0.0);
}
