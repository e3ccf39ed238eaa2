//! The webhook as the API server sees it: over TLS, without a cluster.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::iter_over_hash_type,
    clippy::needless_pass_by_value,
    reason = "a test"
)]

mod parity;
mod program;
mod restores;
mod served;
mod serving;
