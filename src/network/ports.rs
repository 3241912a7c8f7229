//! Parses and matches ports and port ranges of security rules: `*`, `5432`, `5000-6000`.

use super::matching::Match;

/// The range from which operating systems choose client ports (RFC 6056).
const EPHEMERAL: (u16, u16) = (1024, u16::MAX);

/// Returns whether the ports of a rule contain this port.
pub(super) fn hold(ports: &[String], port: u16) -> Match {
    within(ports, (port, port))
}

/// Returns whether the ports of a rule contain every port that a client can choose.
pub(super) fn hold_ephemeral(ports: &[String]) -> Match {
    within(ports, EPHEMERAL)
}

/// Returns whether the ports together contain all of `required`.
fn within(ports: &[String], wanted: (u16, u16)) -> Match {
    if ports.is_empty() {
        return Match::Maybe("it names no port".to_owned());
    }
    let parsed: Vec<Option<(u16, u16)>> = ports.iter().map(|p| range(p)).collect();
    let mut known: Vec<(u16, u16)> = parsed.iter().copied().flatten().collect();
    known.sort_unstable();
    let mut next = u32::from(wanted.0);
    for (first, last) in &known {
        if u32::from(*first) <= next {
            next = next.max(u32::from(*last) + 1);
        }
    }
    if next > u32::from(wanted.1) {
        return Match::Yes;
    }
    if parsed.contains(&None) {
        return Match::Maybe(format!("its ports are `{}`", ports.join("`, `")));
    }
    let touches = |(first, last): &(u16, u16)| *first <= wanted.1 && wanted.0 <= *last;
    if known.iter().any(touches) {
        return Match::Maybe("it holds some of a client's own ports only".to_owned());
    }
    Match::No
}

fn range(text: &str) -> Option<(u16, u16)> {
    let text = text.trim();
    if text == "*" {
        return Some((0, u16::MAX));
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}
