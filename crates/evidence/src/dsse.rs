//! DSSE, version 1 (<https://github.com/secure-systems-lab/dsse/blob/master/envelope.md>): a payload with signatures over its bytes
//! and its type, so that nothing need be parsed before it is verified.

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{PublicKey, Signer, Statement, StatementError};

/// The payload type of an in-toto statement.
const IN_TOTO: &str = "application/vnd.in-toto+json";

/// What can be wrong with an envelope.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Not the JSON of an envelope.
    #[error("not a DSSE envelope with an in-toto statement")]
    Form,
    /// Nobody who is trusted has signed it.
    #[error("no trusted key has signed it (it names {})", .0.join(", "))]
    Untrusted(Vec<String>),
    /// The payload is signed, but no statement.
    #[error(transparent)]
    Statement(#[from] StatementError),
}

/// A signed statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
struct Signature {
    keyid: String,
    sig: String,
}

/// From an object alone: a derived struct would be read from an array too, which is no envelope to others.
impl TryFrom<BTreeMap<String, String>> for Signature {
    type Error = EnvelopeError;

    fn try_from(mut fields: BTreeMap<String, String>) -> Result<Self, EnvelopeError> {
        match (fields.remove("keyid"), fields.remove("sig")) {
            (Some(keyid), Some(sig)) if fields.is_empty() => Ok(Self { keyid, sig }),
            _ => Err(EnvelopeError::Form),
        }
    }
}

impl Envelope {
    /// Signs a statement, unseen: a log lints before it signs.
    pub fn sign(statement: &Statement, signer: &Signer) -> Result<Self, EnvelopeError> {
        let payload = statement.to_json()?;
        let signature = signer.sign(&pae(IN_TOTO, &payload));
        Ok(Self {
            payload: BASE64_STANDARD.encode(payload),
            payload_type: IN_TOTO.to_owned(),
            signatures: vec![Signature {
                keyid: signer.public().id().to_owned(),
                sig: BASE64_STANDARD.encode(signature),
            }],
        })
    }

    /// Whether another says the same, whoever signed it.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        (&self.payload_type, &self.payload) == (&other.payload_type, &other.payload)
    }

    /// Reads JSON. Nothing is verified yet.
    pub fn from_json(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        // As of a signature: an array of the three is none.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(EnvelopeError::Form);
        }
        serde_json::from_slice(bytes).map_err(|_| EnvelopeError::Form)
    }

    /// Its bytes: canonical JSON (RFC 8785).
    pub fn to_json(&self) -> Vec<u8> {
        // Texts in a struct: serializing them cannot fail.
        serde_json_canonicalizer::to_vec(self).unwrap_or_default()
    }

    /// The statement, if one of these keys has signed it, with that key.
    pub fn verify<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k PublicKey> + Clone,
    ) -> Result<(Statement, &'k PublicKey), EnvelopeError> {
        self.verify_as(keys)
    }

    /// The same where a type of its own reads what is said: of a long predicate a fraction of the memory is needed that any JSON takes.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an iterator that is made for the call"
    )]
    pub fn verify_as<'k, P: DeserializeOwned>(
        &self,
        keys: impl IntoIterator<Item = &'k PublicKey> + Clone,
    ) -> Result<(Statement<P>, &'k PublicKey), EnvelopeError> {
        // Base64 in its one encoding: another one would be another record with the same signature.
        let mut message = BASE64_STANDARD
            .decode(&self.payload)
            .map_err(|_| EnvelopeError::Form)?;
        if self.payload_type != IN_TOTO {
            return Err(EnvelopeError::Form);
        }
        // In place: a payload may be long.
        let header = pae_header(&self.payload_type, message.len());
        let begin = header.len();
        message.splice(0..0, header.into_bytes());
        let payload = message.get(begin..).unwrap_or_default();
        for signature in &self.signatures {
            let Ok(bytes) = BASE64_STANDARD.decode(&signature.sig) else {
                continue;
            };
            // The key id is a hint that nobody signed: the key decides.
            let named = keys
                .clone()
                .into_iter()
                .filter(|key| key.id() == signature.keyid);
            for key in named {
                if key.verifies(&message, &bytes) {
                    return Ok((Statement::read(payload)?, key));
                }
            }
        }
        let named = self.signatures.iter().take(4).map(|signature| {
            // Attacker's text, shown to a user: only what a key id may hold.
            let id = signature.keyid.chars().filter(char::is_ascii_alphanumeric);
            id.take(16).collect()
        });
        Err(EnvelopeError::Untrusted(named.collect()))
    }

    /// The keys that it names, which need not have signed it.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.signatures
            .iter()
            .map(|signature| signature.keyid.as_str())
    }

    /// The statement, unverified.
    pub fn unverified(&self) -> Result<Statement, EnvelopeError> {
        let payload = BASE64_STANDARD
            .decode(&self.payload)
            .map_err(|_| EnvelopeError::Form)?;
        Ok(Statement::from_json(&payload)?)
    }
}

/// The pre-authentication encoding: what is signed.
fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    [pae_header(payload_type, payload.len()).as_bytes(), payload].concat()
}

fn pae_header(payload_type: &str, length: usize) -> String {
    format!("DSSEv1 {} {payload_type} {length} ", payload_type.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pae_is_that_of_the_specification() {
        // The test vector of the DSSE protocol document.
        let message = pae("http://example.com/HelloWorld", b"hello world");
        assert_eq!(
            message,
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn an_envelope_is_made_of_objects() {
        let read = |text: &str| Envelope::from_json(text.as_bytes()).is_ok();
        let object =
            r#" {"payload": "", "payloadType": "", "signatures": [{"sig": "", "keyid": ""}]}"#;
        assert!(read(object));
        for other in [
            r#"["", "", []]"#,
            r#"{"payload": "", "payloadType": "", "signatures": [["", ""]]}"#,
            r#"{"payload": "", "payloadType": "", "signatures": [{"sig": ""}]}"#,
            r#"{"payload": "", "payloadType": "", "signatures": [{"sig": "", "keyid": 1}]}"#,
            r#"{"payload": "", "payloadType": "", "signatures": [{"sig": "", "keyid": "", "cert": ""}]}"#,
        ] {
            assert!(!read(other), "{other}");
        }
    }
}
