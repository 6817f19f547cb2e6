//! The JavaScript surface: thin, no logic of its own.

pub mod verify;
