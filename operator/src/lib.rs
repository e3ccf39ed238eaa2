//! The admission webhook of hipaa-iac: the policies that `hipaa-iac check` evaluates in CI decide in the cluster, with the same verdicts.
//!
//! [`judge`] and [`guard`] are pure functions of a request and of what is in force ([`catalog`], [`cluster`]); [`server`] carries them. A review
//! asks nobody: everything it needs is in memory, or unknown.

pub mod args;
pub mod audit;
pub mod catalog;
pub mod certificates;
pub mod cluster;
pub mod connections;
pub mod discovery;
pub mod guard;
pub mod judge;
pub mod lease;
pub mod metrics;
pub mod register;
pub mod restore;
pub mod review;
pub mod run;
pub mod secret;
pub mod server;
pub mod standing;
pub mod status;
pub mod tls;
pub mod waive;
pub mod watch;

/// A review makes and drops thousands of small values, which glibc's allocator takes a quarter of the time for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
