//! crates/kubernetes
