//! The solver's production rounds against a plain solver that sorts, and against the chain's reference miner.

mod leaves;
mod oracle;
mod vectors;

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aion_pow::params::Params;
use aion_pow::solution::unpack;
use aion_pow::solver::{MAX_THREADS, Outcome, Progress, Solver, SolverError};
use aion_pow::verify::verify;
use leaves::Random;

fn finish(solver: &mut Solver) -> &Outcome {
    while solver.advance(Duration::MAX) == Progress::Running {}
    solver.outcome()
}

fn solve_leaves(solver: &mut Solver, leaves: Vec<[u8; 27]>) -> BTreeSet<Vec<u32>> {
    solver.start_with_leaves(leaves).unwrap();
    let outcome = finish(solver);
    assert_eq!(outcome.dropped, 0, "nothing may be lost");
    index_lists(outcome)
}

fn index_lists(outcome: &Outcome) -> BTreeSet<Vec<u32>> {
    outcome
        .solutions
        .iter()
        .map(|s| unpack(&Params::AION, s).unwrap())
        .collect()
}

/// So many leaves, with one solution among them.
fn with_a_tree(count: usize) -> Vec<[u8; 27]> {
    let mut random = Random(count as u64);
    let mut leaves = leaves::tree(&mut random);
    leaves.extend(leaves::plain(&mut random, count - 512, None));
    random.shuffle(&mut leaves);
    leaves
}

fn by_sorting(leaves: &[[u8; 27]]) -> BTreeSet<Vec<u32>> {
    let leaves: Vec<Vec<u8>> = leaves.iter().map(|leaf| leaf.to_vec()).collect();
    oracle::solve_leaves(&Params::AION, &leaves)
}

#[test]
fn small_puzzles_as_dense_as_a_full_one_have_the_solutions_that_sorting_finds() {
    let mut solvers: Vec<Solver> = [1, 2, 5].map(|threads| Solver::new(threads).unwrap()).into();
    let mut found = 0;
    for (bits, seeds) in [
        (11, 0..12),
        (12, 20..26),
        (13, 30..33),
        (14, 40..42),
        (15, 50..52),
    ] {
        for seed in seeds {
            let leaves = leaves::dense(seed, bits);
            let expected = by_sorting(&leaves);
            for solver in &mut solvers {
                let got = solve_leaves(solver, leaves.clone());
                assert_eq!(
                    got,
                    expected,
                    "{bits} bits, seed {seed}, {} threads",
                    solver.threads()
                );
            }
            found += expected.len();
        }
    }
    assert!(
        found >= 20,
        "only {found} solutions: the puzzles are too thin to show anything"
    );
}

#[test]
fn planted_trees_are_found_wherever_their_leaves_lie() {
    let mut solver = Solver::new(2).unwrap();
    for (seed, bits) in [(1, 12), (2, 13), (3, 14), (4, 16)] {
        let mut random = Random(seed);
        let planted = 1 + seed as usize;
        let mut leaves: Vec<_> = (0..planted).flat_map(|_| leaves::tree(&mut random)).collect();
        leaves.extend(leaves::plain(&mut random, (1 << bits) - leaves.len(), None));
        random.shuffle(&mut leaves);
        let got = solve_leaves(&mut solver, leaves.clone());
        assert_eq!(got.len(), planted, "seed {seed}");
        assert_eq!(got, by_sorting(&leaves), "seed {seed}");
    }
}

#[test]
fn a_bucket_with_far_too_many_pairs_goes_through_in_windows() {
    // 1,200 leaves with one first digit make 719,400 pairs in one bucket, 44 windows full. The tree beside them
    // is planted with other digits: over equal ones every regrouping of its leaves would be a tree too.
    let mut random = Random(7);
    let mut leaves = leaves::tree(&mut random);
    leaves.extend(leaves::plain(&mut random, 1200, Some(0x15_5555)));
    random.shuffle(&mut leaves);
    let expected = by_sorting(&leaves);
    assert!(!expected.is_empty());
    for threads in [1, 3] {
        let mut solver = Solver::new(threads).unwrap();
        assert_eq!(
            solve_leaves(&mut solver, leaves.clone()),
            expected,
            "{threads} threads"
        );
    }
}

#[test]
fn a_bucket_past_its_limit_is_cut_and_every_row_lost_is_counted() {
    let mut random = Random(8);
    // All leaves in bucket 0, each with a key of its own: no pairs, only too many rows.
    let leaves: Vec<_> = (0..16_384)
        .flat_map(|i| leaves::plain(&mut random, 1, Some(i % 4096)))
        .collect();
    let mut solver = Solver::new(1).unwrap();
    solver.start_with_leaves(leaves).unwrap();
    assert_eq!(finish(&mut solver).dropped, 16_384 - 13_104);
}

#[test]
fn no_leaves_and_two_leaves_have_no_solution() {
    let mut solver = Solver::new(2).unwrap();
    assert!(solve_leaves(&mut solver, Vec::new()).is_empty());
    assert!(solve_leaves(&mut solver, vec![[0; 27]; 2]).is_empty());
    assert!(
        solve_leaves(&mut solver, vec![[0xff; 27]; 1024]).is_empty(),
        "equal leaves cancel trivially"
    );
}

#[test]
fn leaves_in_odd_number_or_past_the_limit_are_refused() {
    let mut solver = Solver::new(1).unwrap();
    for found in [1, 513, (1 << 22) + 2] {
        let refused = solver.start_with_leaves(vec![[0; 27]; found]);
        assert_eq!(refused, Err(SolverError::LeafCount { found }));
    }
}

#[test]
fn threads_out_of_range_are_refused_by_number() {
    for found in [0, MAX_THREADS + 1] {
        let error = Solver::new(found).err();
        assert_eq!(
            error,
            Some(SolverError::Threads {
                found,
                limit: MAX_THREADS
            })
        );
    }
}

#[test]
fn every_solution_of_the_reference_miner_is_found_and_every_one_found_verifies() {
    let Some(file) = vectors::read("solver-runs.json") else {
        return;
    };
    let header = vectors::bytes(&file, "header_hex");
    let mut solver = Solver::new(2).unwrap();
    let (mut expected, mut found) = (0, 0);
    for run in file["runs"].as_array().unwrap() {
        let nonce = vectors::bytes(run, "nonce");
        solver.start(&header, &nonce);
        let outcome = finish(&mut solver);
        assert_eq!(outcome.dropped, 0, "{run}");
        for solution in &outcome.solutions {
            assert_eq!(verify(&Params::AION, &header, &nonce, solution), Ok(()));
        }
        for solution in run["solutions"].as_array().unwrap() {
            let text = solution.as_str().or(solution["solution"].as_str()).unwrap();
            let packed = hex::decode(text).unwrap();
            assert!(
                outcome.solutions.contains(&packed),
                "{} lacks {text}",
                run["nonce_int"]
            );
            expected += 1;
        }
        found += outcome.solutions.len();
    }
    println!("{found} solutions; the reference miner found {expected}");
    assert!(found >= expected && expected > 40);
}

#[test]
fn a_run_in_the_smallest_slices_finds_what_one_stretch_finds() {
    let leaves = with_a_tree(1 << 12);
    let mut solver = Solver::new(2).unwrap();
    let whole = solve_leaves(&mut solver, leaves.clone());
    assert!(!whole.is_empty());
    solver.start_with_leaves(leaves).unwrap();
    let mut slices = 1;
    while solver.advance(Duration::ZERO) == Progress::Running {
        slices += 1;
    }
    assert!(slices > 1000, "{slices} slices of at most two units each");
    assert_eq!(index_lists(solver.outcome()), whole);
}

#[test]
fn a_cancelled_run_says_so_and_the_next_one_is_whole() {
    let mut solver = Solver::new(2).unwrap();
    let leaves = with_a_tree(1 << 12);
    let whole = solve_leaves(&mut solver, leaves.clone());
    for slices in [0, 1, 700, 1500, 2400] {
        solver.start_with_leaves(leaves.clone()).unwrap();
        for _ in 0..slices {
            assert_eq!(solver.advance(Duration::ZERO), Progress::Running);
        }
        solver.cancel();
        assert_eq!(solver.advance(Duration::MAX), Progress::Cancelled);
        assert_eq!(solver.advance(Duration::MAX), Progress::Cancelled, "and stays so");
        assert!(solver.outcome().solutions.is_empty());
        assert_eq!(solve_leaves(&mut solver, leaves.clone()), whole);
    }
}

#[test]
fn another_thread_cancels_a_run_in_progress() {
    let mut solver = Solver::new(1).unwrap();
    solver.start(&[0; 32], &[0; 32]);
    let flag = solver.cancel_flag();
    let progress = std::thread::scope(|scope| {
        let run = scope.spawn(|| solver.advance(Duration::MAX));
        flag.store(true, Ordering::Relaxed);
        run.join().unwrap()
    });
    assert_eq!(progress, Progress::Cancelled);
}

#[test]
fn before_any_start_there_is_nothing_to_do() {
    let mut solver = Solver::new(1).unwrap();
    assert_eq!(solver.advance(Duration::MAX), Progress::Done);
    assert_eq!(*solver.outcome(), Outcome::default());
}

#[test]
fn pages_know_the_same_limit_of_threads() {
    let options = include_str!("../www/lib/src/miner-options.ts");
    let stated = format!("export const MAX_THREADS = {MAX_THREADS};");
    assert!(options.contains(&stated), "{stated}");
}
