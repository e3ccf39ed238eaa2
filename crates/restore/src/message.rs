//! What a runner in a pod says at its end: a termination message of a few bytes, and its result as a line of its log.
//!
//! A termination message has 4096 bytes at most and a log may be cut or mixed, so the message names the digest of the line: a result that
//! is not exactly what its runner wrote is none.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    result::{Reason, RestoreResult, Time, Verdict},
    stream::hex,
};

/// The snapshot that a volume is made of: what the operator knows of it, and a runner in a pod cannot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Snapshot {
    /// Where it is: `volumesnapshot://namespace/name`.
    pub uri: String,
    /// Its UID.
    pub uid: String,
    /// When the storage took it, as far as the storage says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Time>,
    /// Whether the class of the volume that it was taken of is shown to encrypt.
    pub encrypted: bool,
    /// The driver of the volume.
    pub driver: String,
    /// The driver's name for it.
    pub handle: String,
    /// Its class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The class of the volume that is made of it.
    pub storage_class: String,
    /// How large that must be, as Kubernetes writes quantities.
    pub size: String,
}

/// A termination message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ending {
    /// The verdict, where there is a result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The reason.
    pub reason: Reason,
    /// The SHA-256 of the line with the result, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// What was said at the end.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// Why there is no result.
    Stopped(Reason),
    /// The result.
    Result(Box<RestoreResult>),
}

fn digest(line: &str) -> String {
    hex(&Sha256::digest(line))
}

/// A result as a line, without its break, and the termination message for it.
///
/// # Errors
/// The result cannot be written as JSON.
pub fn write(result: &RestoreResult) -> Result<(String, String), serde_json::Error> {
    let line = serde_json::to_string(result)?;
    let ending = Ending {
        verdict: Some(result.verdict),
        reason: result.reason,
        sha256: Some(digest(&line)),
    };
    Ok((line, serde_json::to_string(&ending)?))
}

/// The termination message of a process that has no result.
///
/// # Errors
/// It cannot be written as JSON.
pub fn stopped(reason: Reason) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Ending {
        verdict: None,
        reason,
        sha256: None,
    })
}

/// Reads a termination message and the log; `None` for a message of somebody else, or a result that is not in the log as it was written.
pub fn read(message: &str, log: &str) -> Option<Said> {
    let ending: Ending = serde_json::from_str(message).ok()?;
    let Some(sha256) = &ending.sha256 else {
        // A reason that would be a pass is none without a result.
        return (ending.reason != Reason::None).then_some(Said::Stopped(ending.reason));
    };
    let line = log.lines().rev().find(|line| digest(line) == *sha256)?;
    let result: RestoreResult = serde_json::from_str(line).ok()?;
    let same = Some(result.verdict) == ending.verdict && result.reason == ending.reason;
    same.then(|| Said::Result(Box::new(result)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_result_there_is_no_pass() {
        let message = stopped(Reason::FetchDenied).unwrap();
        assert_eq!(read(&message, ""), Some(Said::Stopped(Reason::FetchDenied)));
        assert_eq!(read(&stopped(Reason::None).unwrap(), ""), None);
        for message in [
            "",
            "{}",
            "OOMKilled",
            r#"{"reason":"None","verdict":"Passed"}"#,
        ] {
            assert_eq!(read(message, "anything"), None, "{message}");
        }
    }

    #[test]
    fn a_line_that_was_changed_is_no_result() {
        let line = r#"{"schemaVersion":"1.0"}"#;
        let message = serde_json::to_string(&Ending {
            verdict: Some(Verdict::Passed),
            reason: Reason::None,
            sha256: Some(digest(line)),
        })
        .unwrap();
        // Its digest is right, but it is no result.
        assert_eq!(read(&message, line), None);
        assert!(message.len() <= 4096);
    }
}
