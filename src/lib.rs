//! Aion's proof of work.
