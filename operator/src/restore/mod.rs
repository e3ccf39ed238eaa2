//! Restore verification in the cluster.
//!
//! [`schedule`] says when, [`machine`] what comes next in a run; both are pure functions, and all that they remember is in the status of
//! custom resources.

pub mod classes;
pub mod cnpg;
pub mod conditions;
pub mod controller;
pub mod cover;
pub mod coverage;
pub mod events;
pub mod figures;
pub mod jobs;
pub mod log;
pub mod machine;
pub mod notes;
pub mod reading;
pub mod reaper;
pub mod record;
pub mod runs;
#[cfg(test)]
mod sample;
pub mod schedule;
pub mod snapshots;
pub mod stores;
pub mod verification;
