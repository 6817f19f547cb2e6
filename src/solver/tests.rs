use super::*;

/// A solver over a pool of so many pages only.
fn cramped(pages: usize, threads: usize) -> Solver {
    Solver::with_pages(Crew::new(threads).unwrap(), pages).unwrap()
}

#[test]
fn a_pool_too_small_at_any_stage_is_an_incomplete_run_never_a_crash() {
    let mut whole = Solver::new(1).unwrap();
    whole.start(&[7; 32], &[1; 32]);
    assert_eq!(whole.advance(Duration::MAX), Progress::Done);
    assert_eq!(whole.outcome().dropped, 0);
    // Layer 0 takes about 33,000 pages; the peak, at layer 8, is about 42,000.
    for (pages, threads) in [
        (1, 1),
        (600, 1),
        (1500, 2),
        (20_000, 1),
        (33_500, 2),
        (36_000, 1),
        (40_000, 2),
    ] {
        let mut solver = cramped(pages, threads);
        for _ in 0..2 {
            solver.start(&[7; 32], &[1; 32]);
            assert_eq!(solver.advance(Duration::MAX), Progress::Done);
            let outcome = solver.outcome();
            assert!(outcome.dropped > 0, "{pages} pages");
            assert!(outcome.peak_bytes <= pages * PAGE, "{pages} pages");
            assert!(
                outcome
                    .solutions
                    .iter()
                    .all(|s| whole.outcome().solutions.contains(s)),
                "{pages} pages"
            );
        }
    }
}

#[test]
fn the_reservation_holds_a_last_layer_35_percent_above_its_mean() {
    // References of layers 0 to 7, layer 8 itself, a thread's open pages, and half its pages' tails.
    let layer = layout::LEAVES as f64;
    let bytes = layer * 4.0 * 8.0 + 1.35 * layer * layout::stride(8) as f64 + (2 * BUCKETS * PAGE) as f64;
    assert!(bytes < (layout::reserved_pages(2) * PAGE) as f64, "{bytes}");
}

#[test]
fn the_error_of_a_refused_reservation_says_how_many_mebibytes() {
    let text = SolverError::OutOfMemory {
        bytes: Solver::reservation(2),
    }
    .to_string();
    assert!(text.starts_with("no memory for the solver: 18"), "{text}");
}
