//! The layout's rules and numbers.

use super::*;

#[test]
fn the_chain_s_layout_has_these_sizes() {
    let layout = Layout::aion();
    assert_eq!(
        (layout.buckets(), layout.chains(), layout.leaves()),
        (4096, 512, 1 << 22)
    );
    let words: Vec<usize> = (0..LAYERS).map(|layer| layout.words(layer)).collect();
    assert_eq!(words, [7, 6, 5, 5, 4, 3, 3, 2, 1]);
    let row_bytes: Vec<u64> = (0..LAYERS).map(|layer| layout.row_bytes(layer)).collect();
    assert_eq!(row_bytes, [32, 32, 24, 24, 24, 16, 16, 16, 8]);
    let planes = [(0, Plane::A), (0, Plane::B), (1, Plane::A), (1, Plane::B)];
    let mebibytes = planes.map(|(parity, plane)| layout.plane_bytes(parity, plane) >> 20);
    assert_eq!(mebibytes, [80, 80, 88, 80]);
    assert_eq!(layout.reference_bytes() >> 20, 162);
    assert_eq!(layout.memory_bytes() >> 20, 490);
    let megabytes: u64 = (0..=LAYERS).map(|stage| layout.stage_bytes(stage)).sum();
    assert_eq!(megabytes / 1_000_000, 1744);
}

#[test]
fn a_layout_is_tuned_to_what_the_device_has_and_no_further() {
    let aion = Layout::aion();
    assert_eq!(aion.clone().tuned(&Abilities::PROMISED), aion);
    let wide = Abilities {
        binding_bytes: 160 << 20,
        ..Abilities::PROMISED
    };
    let whole = aion.clone().tuned(&wide);
    assert!(whole.whole_rows());
    assert_eq!(whole.row_bytes(0), aion.row_bytes(0));
    assert_eq!(whole.memory_bytes() >> 20, 562);
    let narrow = Abilities {
        binding_bytes: (160 << 20) - 1,
        is_software: true,
        has_subgroups: true,
    };
    let software = aion.clone().tuned(&narrow);
    assert_eq!(
        (software.whole_rows(), software.workgroup(), software.subgroups()),
        (false, SOFTWARE_GROUP, false)
    );
    let card = Abilities {
        is_software: false,
        ..narrow
    };
    let card = aion.tuned(&card);
    assert_eq!((card.workgroup(), card.subgroups()), (256, true));
}

#[test]
fn rounds_behind_the_first_make_all_leaves_of_the_next_nonce_between_them_and_each_once() {
    let reduced = (8..=19).map(|bits| Layout::reduced(bits).unwrap());
    let narrow = Layout::aion().with_workgroup(32).unwrap();
    for layout in reduced.chain([Layout::aion(), narrow]) {
        let mut next = 0;
        for round in 2..=ROUNDS {
            let groups = layout.leaf_groups_beside(round);
            assert_eq!(groups.start, next, "round {round}");
            next = groups.end;
        }
        assert_eq!(next, layout.digests().div_ceil(layout.workgroup()));
    }
    // Most beside the round that moves most.
    let shares: Vec<usize> = (2..=ROUNDS)
        .map(|round| Layout::aion().leaf_groups_beside(round).len())
        .collect();
    assert_eq!(shares.iter().sum::<usize>(), 8192);
    assert!(shares[0] > 2 * shares[6], "{shares:?}");
}

#[test]
fn fused_rounds_move_the_bytes_of_the_leaves_too() {
    let layout = Layout::aion();
    let apart: u64 = (0..=LAYERS).map(|stage| layout.stage_bytes(stage)).sum();
    let fused: u64 = (0..=LAYERS).map(|stage| layout.fused_stage_bytes(stage)).sum();
    assert!((apart - 8..=apart).contains(&fused), "{apart}, {fused}");
    assert_eq!(layout.leaf_row_bytes() >> 20, 160);
}

#[test]
fn every_word_of_a_row_has_a_place_of_its_own_and_so_has_the_reference() {
    let apart: Vec<_> = (8..=19)
        .map(|bits| Layout::reduced(bits).unwrap())
        .chain([Layout::aion()])
        .collect();
    let whole = apart.iter().cloned();
    let whole = whole.map(|layout| layout.with_whole_rows(webgpu::BUFFER_BYTES).unwrap());
    for layout in apart.iter().cloned().chain(whole) {
        for layer in 0..LAYERS {
            let mut places: Vec<Place> = (0..layout.words(layer))
                .map(|word| layout.place(layer, word))
                .collect();
            places.push(layout.reference_place(layer));
            for (at, place) in places.iter().enumerate() {
                assert!(
                    place.component < layout.width(layer, place.plane),
                    "{layer}: {place:?}"
                );
                assert!(!places[..at].contains(place), "{layer}: {place:?} twice");
            }
        }
    }
}

#[test]
fn the_most_rows_of_a_bucket_are_the_most_whose_pairs_have_numbers() {
    let pairs = |rows: u32| rows * (rows - 1) / 2;
    assert!(pairs(MAX_PAIRED_ROWS) <= 1 << PAIR_BITS);
    assert!(pairs(MAX_PAIRED_ROWS + 1) > 1 << PAIR_BITS);
    // Their square roots are taken in 24 bits.
    const { assert!(8 << PAIR_BITS <= 1 << 24) }
}

#[test]
fn numbers_that_make_no_layout_are_named() {
    type Change<'a> = &'a dyn Fn(&mut Layout);
    let aion = Layout::aion();
    let new = |change: Change| {
        let mut layout = aion.clone();
        change(&mut layout);
        layout.check().unwrap_err().to_string()
    };
    let other = |n, k| Params::new(n, k, [0; 16]).unwrap();
    let table: [(&str, Change, &str); 13] = [
        (
            "another k",
            &|l| l.params = other(96, 5),
            "k is 5, and the shaders are for 9",
        ),
        ("no chain bits", &|l| l.chain_bits = 0, "0 chain bits"),
        (
            "too many buckets",
            &|l| l.chain_bits = 8,
            "8 chain bits leave too few or too many",
        ),
        ("no bucket bits", &|l| l.chain_bits = 21, "21 chain bits"),
        (
            "more chain bits than bits",
            &|l| l.chain_bits = 40,
            "40 chain bits",
        ),
        (
            "too wide",
            &|l| (l.params, l.chain_bits) = (other(250, 9), 13),
            "digits of 25 bits",
        ),
        (
            "no places",
            &|l| l.capacities[3] = 0,
            "layer 3 have 0 places, and may have 1 to 1448",
        ),
        (
            "pairs without numbers",
            &|l| l.capacities[7] = 1449,
            "layer 7 have 1449 places, and may have 1 to 1448",
        ),
        ("a group of three", &|l| l.workgroup = 3, "3 invocations"),
        (
            "a group of 512",
            &|l| l.workgroup = 512,
            "512 invocations in a workgroup: it takes a power of two up to 256",
        ),
        ("no pairs", &|l| l.pair_window = 0, "no places"),
        (
            "too many pairs",
            &|l| l.pair_window = 2400,
            "bytes of workgroup memory, and WebGPU promises 16384",
        ),
        (
            "a last layer that is too large",
            &|l| l.capacities[8] = 1900,
            "bytes of workgroup memory",
        ),
    ];
    for (name, change, expected) in table {
        let error = new(change);
        assert!(error.contains(expected), "{name}: {error}");
    }
    assert_eq!(
        Layout::reduced(20).unwrap_err(),
        LayoutError::Buckets {
            digit_bits: 20,
            chain_bits: 7
        }
    );
    let few = Layout::new(Params::AION, 9, [1; LAYERS], 16, 32).map(|layout| layout.places(0));
    assert_eq!(few, Ok(4096));
    let odd = Layout::new(*Layout::reduced(8).unwrap().params(), 7, [3; LAYERS], 16, 32);
    assert_eq!(odd.unwrap_err(), LayoutError::Alignment { layer: 0, rows: 3 });
}
