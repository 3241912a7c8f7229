//! Runs futures to completion. Owns the tokio runtime.

use std::future::Future;

use super::error::CliError;

/// Runs a future to completion. A replay runs without threads and network.
///
/// # Errors
/// The operating system cannot start threads.
pub fn block_on<T>(is_live: bool, future: impl Future<Output = T>) -> Result<T, CliError> {
    if !is_live {
        return Ok(futures::executor::block_on(future));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    Ok(runtime.map_err(CliError::Runtime)?.block_on(future))
}
