//! Which form is quickest here: natively the widest that the processor has, in WebAssembly by trying.
//!
//! Two digests in vector lanes, or three at once: which is quicker depends on processor and engine, and neither can
//! be asked. A trial takes about a millisecond and is made anew for every run, because engines compile a form
//! better once it was used, and a verdict on unoptimised code says nothing about the optimised.

use super::Form;
#[cfg(any(test, target_arch = "wasm32"))]
use std::time::Duration;

impl Form {
    /// The form for a run that begins now.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn for_a_run() -> Form {
        Form::widest()
    }

    /// The form for a run that begins now.
    #[cfg(target_arch = "wasm32")]
    pub fn for_a_run() -> Form {
        use super::{DIGEST_WORDS, LOT, Nonce};
        use crate::params::Params;

        let nonce = Nonce::new(&Params::AION, &[0; 32], &[0; 32]);
        let mut lot = Box::new([0; LOT * DIGEST_WORDS]);
        quickest(Form::ALL, |form| {
            let start = web_time::Instant::now();
            nonce.lot(form, 0, LOT, &mut lot);
            std::hint::black_box(&lot);
            start.elapsed()
        })
    }
}

/// Lots that each form makes in a trial.
#[cfg(any(test, target_arch = "wasm32"))]
const TURNS: usize = 8;

/// The form with the shortest lot; of equals, the one that took the shortest time in all, and then the widest.
/// `time` makes a lot and says how long that took. Forms take turns, so that a disturbance meets them alike. Where
/// clocks are coarse all shortest lots are zero, and the sum decides.
#[cfg(any(test, target_arch = "wasm32"))]
fn quickest(forms: &[Form], mut time: impl FnMut(Form) -> Duration) -> Form {
    let mut trials: Vec<_> = forms
        .iter()
        .map(|&form| (Duration::MAX, Duration::ZERO, form))
        .collect();
    for _ in 0..TURNS {
        for (shortest, sum, form) in &mut trials {
            let took = time(*form);
            *shortest = took.min(*shortest);
            *sum += took;
        }
    }
    // Of equal keys `min_by_key` takes the first, and the widest form stands last.
    let best = trials
        .iter()
        .rev()
        .min_by_key(|(shortest, sum, _)| (*shortest, *sum));
    best.map_or(Form::One, |&(_, _, form)| form)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The place in `Form::ALL` of the form chosen where `time(form's place, turn)` microseconds pass for a lot.
    fn chosen(time: impl Fn(usize, usize) -> u64) -> usize {
        let place = |form| Form::ALL.iter().position(|&other| other == form).unwrap();
        let mut calls = 0;
        let form = quickest(Form::ALL, |form| {
            let turn = calls / Form::ALL.len();
            calls += 1;
            Duration::from_micros(time(place(form), turn))
        });
        assert_eq!(calls, TURNS * Form::ALL.len());
        place(form)
    }

    #[test]
    fn the_form_with_the_shortest_lot_is_chosen() {
        for quick in 0..Form::ALL.len() {
            assert_eq!(chosen(|place, _| if place == quick { 30 } else { 31 }), quick);
        }
    }

    #[test]
    fn one_undisturbed_lot_is_enough() {
        for quick in 0..Form::ALL.len() {
            let time = |place, turn| match (place == quick, turn) {
                (true, 5) => 30,
                (true, _) => 9000,
                (false, _) => 40,
            };
            assert_eq!(chosen(time), quick);
        }
    }

    #[test]
    fn a_coarse_clock_decides_by_the_sum() {
        for quick in 0..Form::ALL.len() {
            let time = |place, turn| if turn == 3 && place != quick { 100 } else { 0 };
            assert_eq!(chosen(time), quick);
        }
    }

    #[test]
    fn without_a_difference_the_widest_is_chosen() {
        assert_eq!(chosen(|_, _| 0), Form::ALL.len() - 1);
    }

    #[test]
    fn without_forms_the_plain_one_is_chosen() {
        assert_eq!(quickest(&[], |_| Duration::ZERO), Form::One);
    }
}
