//! Tests of the promises in the README. Faults, wrong answers and load never make a verdict readier, and a run writes
//! nothing.

mod arm_faults;
mod cases;
mod faults;
mod fuzz;
mod judged;
mod load;
mod monotony;
mod reads;
mod spoken;
mod sql_faults;
mod supply;
mod worlds;
