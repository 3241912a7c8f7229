//! Authentication methods of the target: passwords and Microsoft Entra tokens.

use super::Body;
use crate::facts::Fact;

/// `properties.authConfig`.
#[derive(Debug, Clone)]
pub struct Auth {
    pub password: Fact<bool>,
    pub entra: Fact<bool>,
}

/// Since API version 2022-12-01. Earlier previews used `…Enabled` keys with `true` and `false`.
pub(super) fn read(shape: &Body) -> Fact<Auth> {
    let since = "2022-12-01";
    let one = |name: &str, older: &str| {
        if let Some(flag) = shape.switch(&format!("properties.authConfig.{older}"), "")? {
            return Ok(flag);
        }
        let path = format!("properties.authConfig.{name}");
        shape
            .switch(&path, since)?
            .ok_or_else(|| shape.absent(&path))
    };
    Ok(Auth {
        password: one("passwordAuth", "passwordAuthEnabled"),
        entra: one("activeDirectoryAuth", "activeDirectoryAuthEnabled"),
    })
}
