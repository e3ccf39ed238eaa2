//! The built-in policies: data, embedded so that a run needs nothing beside the program.

/// Path below `policies/` and text of every built-in policy, sorted by path.
pub const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/policies.rs"));
