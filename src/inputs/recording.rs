//! Reads and writes recordings.
