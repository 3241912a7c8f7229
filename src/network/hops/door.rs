use super::unknown;
use crate::facts::Facts;
use crate::facts::reach::hba::Rule;
use crate::network::admission::{Visit, keeper, visits};
use crate::network::hop::{Hop, State};

/// Returns the hop for pg_hba.conf of the source. `None` if a provider manages that file.
pub(super) fn door(facts: &Facts) -> Option<Hop> {
    if keeper(facts).is_some() {
        return None;
    }
    let name = "pg_hba.conf of the source";
    let databases = match &facts.databases {
        Err(missing) => return Some(unknown(name, missing)),
        Ok(databases) => databases.selected().0,
    };
    let names: Vec<&str> = databases.iter().map(|d| d.name.as_str()).collect();
    Some(match visits(facts, &names) {
        Err(missing) => unknown(name, &missing),
        Ok(visits) => {
            let (state, by) = ruled(&visits);
            Hop::new(name, state, by)
        }
    })
}

/// Returns the first certain rejection, otherwise the first uncertain result, otherwise the rules that accept the
/// service.
fn ruled(visits: &[Visit]) -> (State, String) {
    let mut shut = visits.iter().filter(|v| v.admitted_by().is_none());
    let Some(visit) = shut.clone().find(|v| v.is_sure()).or(shut.next()) else {
        let mut places: Vec<String> = visits
            .iter()
            .filter_map(|v| v.admitted_by().map(Rule::place))
            .collect();
        places.dedup();
        return match places.is_empty() {
            true => (State::Unknown, "no database to visit".to_owned()),
            false => (State::Open, places.join(", ")),
        };
    };
    let way = format!("`{}` into `{}`", visit.user, visit.database);
    if let Some(rule) = visit.by_password() {
        let user = visit.user;
        let by = format!(
            "{} asks {way} for SCRAM; how `{user}`'s password is kept is not known",
            rule.place()
        );
        return (State::Unknown, by);
    }
    match (visit.unsure(), visit.turned_away_by()) {
        (Some((rule, why)), _) => (
            State::Unknown,
            format!("{} may decide for {way}, and {why}", rule.place()),
        ),
        (None, Some(rule)) => (State::Closed, format!("{} turns away {way}", rule.place())),
        (None, None) => (State::Closed, format!("no rule lets {way}")),
    }
}
