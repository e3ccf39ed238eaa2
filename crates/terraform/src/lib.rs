//! crates/terraform
