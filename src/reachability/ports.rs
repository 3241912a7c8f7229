//! Parses and matches ports and port ranges of security rules: `*`, `5432`, `5000-6000`.

use super::tristate::Tristate;

/// The range from which operating systems choose client ports (RFC 6056).
const EPHEMERAL_PORTS: (u16, u16) = (1024, u16::MAX);

/// Returns whether the ports of a rule contain this port.
pub(crate) fn contain_port(ports: &[String], port: u16) -> Tristate {
    contain_range(ports, (port, port))
}

/// Returns whether the ports of a rule contain every port that a client can choose.
pub(crate) fn contain_ephemeral_ports(ports: &[String]) -> Tristate {
    contain_range(ports, EPHEMERAL_PORTS)
}

/// Returns whether the ports together contain all of `required`.
fn contain_range(ports: &[String], required: (u16, u16)) -> Tristate {
    if ports.is_empty() {
        return Tristate::Unknown("it names no port".to_owned());
    }
    let parsed: Vec<Option<(u16, u16)>> = ports.iter().map(|p| parse_range(p)).collect();
    let mut known: Vec<(u16, u16)> = parsed.iter().copied().flatten().collect();
    known.sort_unstable();
    let mut next = u32::from(required.0);
    for (first, last) in &known {
        if u32::from(*first) <= next {
            next = next.max(u32::from(*last) + 1);
        }
    }
    if next > u32::from(required.1) {
        return Tristate::Yes;
    }
    if parsed.contains(&None) {
        return Tristate::Unknown(format!("its ports are `{}`", ports.join("`, `")));
    }
    let touches = |(first, last): &(u16, u16)| *first <= required.1 && required.0 <= *last;
    if known.iter().any(touches) {
        return Tristate::Unknown("it holds some of a client's own ports only".to_owned());
    }
    Tristate::No
}

fn parse_range(text: &str) -> Option<(u16, u16)> {
    let text = text.trim();
    if text == "*" {
        return Some((0, u16::MAX));
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}
