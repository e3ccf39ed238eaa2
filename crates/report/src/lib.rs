//! Renderers of one check result: text, JSON, SARIF, JUnit, GitHub.
//!
//! [`CheckResult`] is the contract; each renderer is a pure projection of it. The sources that were read are asked for nothing but
//! the line that a finding points at, and no line leaves this crate before its secrets are hidden.

mod build;
mod cause;
mod fingerprint;
mod github;
mod json;
mod junit;
mod line_hash;
pub mod result;
mod sarif;
mod schema;
mod scrub;
mod text;

pub use build::{BuildOptions, Show, inputs};
pub use github::{GithubOptions, github, github_summary};
pub use json::json;
pub use junit::{JunitOptions, junit};
pub use result::CheckResult;
pub use sarif::{MAX_RESULTS, SarifOptions, sarif};
pub use schema::result_schema;
pub use scrub::is_hidden;
pub use text::{Detail, TextOptions, text, wrap};

#[cfg(test)]
mod tests;
