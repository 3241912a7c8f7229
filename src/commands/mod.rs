pub mod az;
pub mod quote;
pub mod step;
pub(crate) mod step_text;
#[cfg(test)]
mod tests;
