//! Makes the live source of a run, and runs it: the one place that starts the asynchronous world.

use std::future::Future;
use std::time::Duration;

use clap::Args;

use super::Error;
use super::said::{Meant, env};
use crate::inputs::arm::{Arm, Auth, Cloud, Options};
use crate::inputs::dns::Dns;
use crate::inputs::live::Live;
use crate::inputs::postgres::Database;
use crate::plan::TargetSql;
use crate::question::Side;

/// How live servers are asked.
#[derive(Debug, Clone, Args)]
pub struct Ways {
    /// How to sign in to Azure
    #[arg(long, default_value = "auto", help_heading = "Asking")]
    pub auth: Auth,
    /// Which Azure
    #[arg(long, default_value = "AzureCloud", help_heading = "Asking")]
    pub cloud: Cloud,
    /// The longest that the whole run may take: 90s, 10m, 1h
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration, help_heading = "Asking")]
    pub timeout: Duration,
}

impl Ways {
    /// The servers of this migration. Nothing is asked yet.
    ///
    /// # Errors
    /// No usable credential or endpoint.
    pub fn live(&self, meant: &Meant) -> Result<Live, Error> {
        let arm = if meant.migration.asks_azure() {
            let options = Options::from_env(self.cloud, self.auth, self.timeout, &env)?;
            Some(Arm::new(options)?)
        } else {
            None
        };
        let deadline = tokio::time::Instant::now() + self.timeout;
        let source = meant.access.clone().map(|access| {
            let user = meant
                .migration
                .migration_user
                .clone()
                .unwrap_or_else(|| access.user().to_owned());
            Database::new(access, Side::Source, user, deadline)
        });
        let target = meant.target_access.clone().zip(sql_of(meant));
        let target = target.map(|(access, sql)| {
            let user = sql.migration_user().to_owned();
            Database::new(access, Side::Target, user, deadline)
        });
        let dns = Some(Dns::new(deadline));
        Ok(Live {
            arm,
            source,
            target,
            dns,
        })
    }
}

fn sql_of(meant: &Meant) -> Option<&TargetSql> {
    meant.migration.target.as_ref()?.sql.as_ref()
}

/// Runs a future to its end. Replays need no threads and no network, and get none.
///
/// # Errors
/// When the operating system gives no threads.
pub fn block_on<T>(is_live: bool, future: impl Future<Output = T>) -> Result<T, Error> {
    if !is_live {
        return Ok(futures::executor::block_on(future));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    Ok(runtime.map_err(Error::Runtime)?.block_on(future))
}

/// `90s`, `10m`, `1h`; a bare number is seconds. A run ends within a week.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let week = Duration::from_secs(604_800);
    time(text)
        .filter(|t| *t <= week)
        .ok_or_else(|| "give a time such as 90s, 10m or 1h".to_owned())
}

/// `7d`, `36h`: how old something may be.
pub(super) fn age(text: &str) -> Result<Duration, String> {
    time(text).ok_or_else(|| "give an age such as 7d or 36h".to_owned())
}

fn time(text: &str) -> Option<Duration> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    let seconds = number.parse::<u64>().ok()?.checked_mul(factor)?;
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("10m"), Ok(Duration::from_secs(600)));
        assert_eq!(duration("5"), Ok(Duration::from_secs(5)));
        assert_eq!(age("7d"), Ok(Duration::from_secs(604_800)));
        assert_eq!(age("30d"), Ok(Duration::from_secs(2_592_000)));
        assert!(duration("30d").is_err() && age("").is_err() && age("-1d").is_err());
        assert!(duration("0s").is_err() && duration("10min").is_err() && duration("soon").is_err());
    }
}
