//! Any pool and any tabs on a shared connection: no answer goes astray, and nothing that a pool says brings it down.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| stratum_proxy::fuzzing::shared_connection(bytes));
