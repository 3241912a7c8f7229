//! The path as lines of text: where it starts and ends, and each hop with its state and what decides it.

use crate::network::drawn::DrawnPath;
use crate::network::hop::{Hop, State};

/// The lines of the path, the first one naming its ends.
pub(super) fn lines(path: &DrawnPath) -> Vec<String> {
    let mut lines = vec![format!("path  {} to {}", path.from, path.to)];
    lines.extend(path.hops.iter().map(line));
    lines
}

fn line(hop: &Hop) -> String {
    let state = match hop.state {
        State::Open => "open",
        State::Closed => "CLOSED",
        State::Unknown => "unknown",
    };
    format!("      {state:<7}  {}: {}", hop.name, hop.decided_by)
}
