//! Parses Azure scopes: subscriptions, management groups and resource groups.

use std::fmt;
use std::str::FromStr;

use super::FleetError;
use crate::plan::is_guid;

/// A resource group in a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceGroup {
    pub subscription: String,
    pub name: String,
}

impl fmt::Display for ResourceGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (subscription, name) = (&self.subscription, &self.name);
        write!(f, "/subscriptions/{subscription}/resourceGroups/{name}")
    }
}

impl FromStr for ResourceGroup {
    type Err = FleetError;

    /// Parses `/subscriptions/<id>/resourceGroups/<name>` or `<subscription>/<name>`.
    fn from_str(text: &str) -> Result<Self, FleetError> {
        let parts: Vec<&str> = text.trim().trim_matches('/').split('/').collect();
        let (subscription, name) = match parts.as_slice() {
            [s, subscription, g, name]
                if s.eq_ignore_ascii_case("subscriptions")
                    && g.eq_ignore_ascii_case("resourceGroups") =>
            {
                (subscription, name)
            }
            [subscription, name] => (subscription, name),
            _ => return Err(FleetError::ResourceGroup(text.to_owned())),
        };
        if !is_guid(subscription) || !is_plain_name(name) {
            return Err(FleetError::ResourceGroup(text.to_owned()));
        }
        Ok(ResourceGroup {
            subscription: (*subscription).to_owned(),
            name: (*name).to_owned(),
        })
    }
}

/// Parses a subscription ID. It is validated because it becomes part of request paths.
///
/// # Errors
/// The text is not a GUID.
pub fn subscription(text: &str) -> Result<String, FleetError> {
    let text = text.trim();
    let bare = text.strip_prefix("/subscriptions/").unwrap_or(text);
    if is_guid(bare) {
        Ok(bare.to_owned())
    } else {
        Err(FleetError::Subscription(text.to_owned()))
    }
}

/// Parses the name or the resource ID of a management group, and returns the name.
///
/// # Errors
/// The name contains invalid characters.
pub fn management_group(text: &str) -> Result<String, FleetError> {
    let bare = text.trim().rsplit('/').next().unwrap_or_default();
    if is_plain_name(bare) {
        Ok(bare.to_owned())
    } else {
        Err(FleetError::ManagementGroup(text.to_owned()))
    }
}

fn is_plain_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    (1..=90).contains(&text.chars().count()) && text.chars().all(fits) && !text.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "11111111-2222-4333-8444-555555555555";

    #[test]
    fn scopes_are_parsed_in_long_and_short_form() {
        let group = format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-a");
        assert_eq!(
            group.parse::<ResourceGroup>().map(|g| g.name),
            Ok("rg-a".to_owned())
        );
        assert!("rg-a".parse::<ResourceGroup>().is_err());
        assert!(
            format!("{SUBSCRIPTION}/a?b")
                .parse::<ResourceGroup>()
                .is_err()
        );
        assert!(subscription("production").is_err() && subscription(SUBSCRIPTION).is_ok());
        assert_eq!(
            management_group("/providers/Microsoft.Management/managementGroups/mg-1"),
            Ok("mg-1".to_owned())
        );
        assert!(management_group("a b").is_err());
    }
}
