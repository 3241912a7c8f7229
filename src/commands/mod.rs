pub mod az;
pub mod quote;
pub mod step;
#[cfg(test)]
mod tests;
