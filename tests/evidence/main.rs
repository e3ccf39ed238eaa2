//! Evidence: the program as a user runs it, its two verifiers over the same mutations, and logs in real S3 servers.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod check;
mod keys;
mod mutations;
mod review;
mod s3;
mod support;
