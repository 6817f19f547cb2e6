//! The CPU solver for Equihash(210,9).
