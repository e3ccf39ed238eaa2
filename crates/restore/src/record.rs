//! A result as evidence: the statement that is signed.

use hipaa_iac_evidence::{Statement, StatementError, Subject, Suspect, redact};
use serde_json::Value;

use crate::result::{Control, RestoreResult};

/// The predicate of a verification's record.
pub const PREDICATE: &str = "https://hipaa-iac.dev/attestation/restore-result/v1";

/// The statement of a result about its specification and its backup, and what was left out of it because it looks like health
/// information.
///
/// # Errors
/// The result cannot be written as canonical JSON.
pub fn statement(result: &RestoreResult) -> Result<(Statement, Vec<Suspect>), StatementError> {
    let mut predicate = serde_json::to_value(result).map_err(|_| StatementError::Form)?;
    let left_out = redact(&mut predicate);
    let digest = result
        .verification
        .spec_digest
        .trim_start_matches("sha256:");
    let specification = format!("specification of {}", result.verification.name);
    let mut subjects = vec![subject(specification, digest)];
    if let Some(artifact) = &result.artifact
        && let Some(digest) = artifact
            .digest
            .as_deref()
            .and_then(|digest| digest.strip_prefix("sha256:"))
    {
        subjects.insert(0, subject(artifact.uri.clone(), digest));
    }
    Ok((Statement::new(subjects, PREDICATE, predicate)?, left_out))
}

/// A subject. A name that looks like health information is left out: with it nothing could be signed.
fn subject(name: String, digest: &str) -> Subject {
    let mut name = Value::String(name);
    redact(&mut name);
    Subject::sha256(name.as_str().unwrap_or_default(), digest)
}

/// What a verification is evidence for.
pub fn controls() -> Vec<Control> {
    [
        ("HIPAA", "164.308(a)(7)(ii)(A)"),
        ("HIPAA", "164.308(a)(7)(ii)(B)"),
        ("HIPAA", "164.308(a)(7)(ii)(D)"),
        ("HIPAA", "164.310(d)(2)(iv)"),
        ("HIPAA", "164.312(c)(1)"),
        ("NIST-800-53r5", "CP-4"),
        ("NIST-800-53r5", "CP-9(1)"),
        ("NIST-800-53r5", "CP-9(2)"),
    ]
    .into_iter()
    .map(|(framework, id)| Control {
        framework: framework.to_owned(),
        id: id.to_owned(),
    })
    .collect()
}
