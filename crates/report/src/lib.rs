//! crates/report
