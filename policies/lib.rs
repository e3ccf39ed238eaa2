//! The built-in policies: data, embedded so that a run needs nothing beside the program.

/// A built-in policy.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// The path of its file below `policies/`.
    pub path: &'static str,
    /// The text of its file.
    pub text: &'static str,
    /// The same document as JSON, written when this crate was built: a start would spend more than half of its time on reading YAML.
    pub json: &'static str,
    /// Whether it judges Kubernetes objects, so that the operator need not read the others to know.
    pub kubernetes: bool,
}

/// Every built-in policy, sorted by path.
pub const BUILT_IN: &[BuiltIn] = include!(concat!(env!("OUT_DIR"), "/policies.rs"));
