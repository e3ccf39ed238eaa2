//! The result as JSON.

use std::io;

use crate::CheckResult;

/// Writes the result document as JSON with two spaces of indentation and a newline at the end. It is written as it is made:
/// as a text it would take more memory than all that it tells of.
///
/// # Errors
/// What `out` says.
pub fn json(result: &CheckResult, out: &mut impl io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, result)?;
    out.write_all(b"\n")
}
