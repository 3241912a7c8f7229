//! The path in words: its ends, and each hop with its state and what decides it.

use crate::network::drawn::DrawnPath;
use crate::network::hop::{Hop, State};

/// Where it starts and ends.
pub(super) fn ends(path: &DrawnPath) -> String {
    format!("{} to {}", path.from, path.to)
}

/// The state of a hop, and what it rests on.
pub(super) fn hop(hop: &Hop) -> (&'static str, String) {
    let state = match hop.state {
        State::Open => "open",
        State::Closed => "CLOSED",
        State::Unknown => "unknown",
    };
    (state, format!("{}: {}", hop.name, hop.decided_by))
}
