//! Tests of the promises in the README. Faults, wrong answers and load never make a verdict readier, and a run writes
//! nothing.

mod arm_faults;
mod failing_cases;
mod fake_postgres;
mod fault_matrix;
mod fuzz;
mod monotonicity;
mod outcome_compare;
mod read_only;
mod samples;
mod source_load;
mod sql_faults;
mod supply_chain;
