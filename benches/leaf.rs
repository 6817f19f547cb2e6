//! Leaf digests: for leaves of any shape, one at a time, beside the solver's kernel, a lot at a time.

use std::hint::black_box;

use aion_pow::leaf::LeafHasher;
use aion_pow::params::Params;
use aion_pow::solver::DigestLots;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn digests(criterion: &mut Criterion) {
    let (header, nonce) = ([0x5a; 32], [1; 32]);
    let mut group = criterion.benchmark_group("leaf digests");
    // The time is for as many digests in both: a lot.
    group.throughput(Throughput::Elements(DigestLots::DIGESTS.into()));

    let hasher = LeafHasher::new(&Params::AION, &header, &nonce);
    group.bench_function("plain", |bencher| {
        bencher.iter(|| {
            for number in 0..DigestLots::DIGESTS {
                black_box(hasher.digest(black_box(number)));
            }
        });
    });

    let mut lots = DigestLots::new(&header, &nonce);
    group.bench_function("bulk", |bencher| {
        bencher.iter(|| {
            black_box(lots.make(black_box(0)));
        });
    });
    group.finish();
}

criterion_group!(benches, digests);
criterion_main!(benches);
