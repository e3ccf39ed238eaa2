//! The webhook as the API server sees it: over TLS, without a cluster.
#![allow(missing_docs, reason = "a test")]

mod parity;
mod served;
mod serving;
