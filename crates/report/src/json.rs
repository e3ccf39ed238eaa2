//! The result as JSON.

use crate::CheckResult;

/// The result document as JSON with two spaces of indentation and a newline at the end.
pub fn json(result: &CheckResult) -> String {
    let mut text = serde_json::to_string_pretty(result).unwrap_or_default();
    text.push('\n');
    text
}
