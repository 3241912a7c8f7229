//! The promises of the first page, as evidence: faults, lies and load never make a verdict greener, and nothing is written.

mod arm_faults;
mod cases;
mod faults;
mod fuzz;
mod load;
mod monotony;
mod reads;
mod spoken;
mod sql_faults;
mod supply;
mod worlds;
