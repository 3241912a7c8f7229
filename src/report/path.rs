//! Text for the network path.

use crate::network::drawn::DrawnPath;
use crate::network::hop::{Hop, State};

/// Returns the two ends of the path.
pub(super) fn ends(path: &DrawnPath) -> String {
    format!("{} to {}", path.from, path.to)
}

/// Returns the state of a hop and the evidence for it.
pub(super) fn hop(hop: &Hop) -> (&'static str, String) {
    let state = match hop.state {
        State::Open => "open",
        State::Closed => "CLOSED",
        State::Unknown => "unknown",
    };
    (state, format!("{}: {}", hop.name, hop.decided_by))
}
