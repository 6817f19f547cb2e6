//! The JavaScript surface: thin, no logic of its own.
