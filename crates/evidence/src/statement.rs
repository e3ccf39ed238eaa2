//! in-toto Statement, version 1 (<https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// What can be wrong with a statement.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// Not the JSON of a statement. The text is not quoted: it may be anything.
    #[error("not an in-toto statement, version 1")]
    Form,
    /// Not signed for what is not pinned.
    #[error("a statement needs a subject, and every subject a digest")]
    Subject,
}

/// Something that is said of subjects: any JSON, or what a type of its own reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statement<P = Value> {
    #[serde(rename = "_type")]
    type_: Type,
    /// What it is said of.
    #[serde(rename = "subject")]
    pub subjects: Vec<Subject>,
    /// A URI that tells what the predicate is.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What is said.
    pub predicate: P,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Type {
    #[serde(rename = "https://in-toto.io/Statement/v1")]
    V1,
}

/// What a statement is said of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its name, which need not be unique.
    pub name: String,
    /// Its digests in lower-case hexadecimal digits, by algorithm: `sha256`.
    pub digest: BTreeMap<String, String>,
}

impl Subject {
    /// A subject with its SHA-256 in hexadecimal digits.
    pub fn sha256(name: impl Into<String>, digest: impl Into<String>) -> Self {
        let name = name.into();
        let digest = BTreeMap::from([("sha256".to_owned(), digest.into())]);
        Self { name, digest }
    }
}

impl Statement {
    /// A statement of these subjects.
    pub fn new(
        subjects: Vec<Subject>,
        predicate_type: impl Into<String>,
        predicate: Value,
    ) -> Result<Self, StatementError> {
        let statement = Self {
            type_: Type::V1,
            subjects,
            predicate_type: predicate_type.into(),
            predicate,
        };
        statement.checked()
    }

    /// Reads JSON.
    pub fn from_json(bytes: &[u8]) -> Result<Self, StatementError> {
        Self::read(bytes)
    }

    /// When it was made, by its own word: `recordedAt` or `finishedAt` of its predicate.
    pub fn time(&self) -> Option<&str> {
        ["recordedAt", "finishedAt"]
            .into_iter()
            .find_map(|name| self.predicate.get(name)?.as_str())
    }

    /// Its bytes: canonical JSON (RFC 8785), so that an equal statement has an equal signature.
    pub fn to_json(&self) -> Result<Vec<u8>, StatementError> {
        serde_json_canonicalizer::to_vec(self).map_err(|_| StatementError::Form)
    }
}

impl<P> Statement<P> {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, StatementError>
    where
        P: DeserializeOwned,
    {
        let statement: Self = serde_json::from_slice(bytes).map_err(|_| StatementError::Form)?;
        statement.checked()
    }

    fn checked(self) -> Result<Self, StatementError> {
        let pinned = |subject: &Subject| !subject.digest.is_empty();
        if self.subjects.is_empty() || !self.subjects.iter().all(pinned) {
            return Err(StatementError::Subject);
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn is_canonical_and_of_the_specified_form() {
        let statement = Statement::new(
            vec![Subject::sha256("a", "00")],
            "https://example.com/t",
            json!({"b": 1.50, "a": "é"}),
        )
        .unwrap();
        let expected = r#"{"_type":"https://in-toto.io/Statement/v1","predicate":{"a":"é","b":1.5},"predicateType":"https://example.com/t","subject":[{"digest":{"sha256":"00"},"name":"a"}]}"#;
        assert_eq!(
            String::from_utf8(statement.to_json().unwrap()).unwrap(),
            expected
        );
        assert_eq!(
            Statement::from_json(expected.as_bytes()).unwrap(),
            statement
        );
    }

    #[test]
    fn needs_a_subject_with_a_digest_and_the_right_type() {
        assert!(Statement::new(Vec::new(), "t", Value::Null).is_err());
        let bare = Subject {
            name: "a".into(),
            digest: BTreeMap::new(),
        };
        assert!(Statement::new(vec![bare], "t", Value::Null).is_err());
        let other = r#"{"_type":"https://in-toto.io/Statement/v0.1","predicate":1,"predicateType":"t","subject":[{"digest":{"sha256":"00"},"name":"a"}]}"#;
        assert!(Statement::from_json(other.as_bytes()).is_err());
    }
}
