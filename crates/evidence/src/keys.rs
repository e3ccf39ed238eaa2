//! The list of keys: which may sign, from when and until when, signed by a root key that signs nothing else.
//!
//! A record says itself when it was made, so whoever has a key that has ended could date a record back. Hence a key that has ended
//! can be bound to the records that its logs had then: behind those, and in any other log, its signature counts for nothing, whatever
//! time it claims.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Envelope, EnvelopeError, KeyError, PublicKey, Signer, Statement, StatementError, Subject,
};

/// The type of the statement.
const PREDICATE: &str = "https://hipaa-iac.dev/attestation/evidence-keys/v1";

/// What can be wrong with a list of keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyListError {
    /// No envelope, or the root key has not signed it.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It cannot be said.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// One of its keys is none.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Signed, but something else.
    #[error("the signed statement is no list of evidence keys, version 1")]
    Form,
    /// Nobody could sign anything.
    #[error("there is no key in the list")]
    Empty,
    /// A time in another form.
    #[error("`{0}` is not a time in UTC such as 2026-11-24T00:00:00Z")]
    Time(String),
    /// A key's time ends before it begins.
    #[error("the key {0} ends before it begins")]
    Order(String),
    /// A key stands in it twice.
    #[error("the key {0} is listed twice")]
    Twice(String),
}

/// A key with the time in which it may sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The key.
    pub key: PublicKey,
    /// The first second in which it may sign, as RFC 3339 in UTC: `2026-11-24T00:00:00Z`.
    pub not_before: String,
    /// The last second in which it may sign; none as long as it is in use.
    pub not_after: Option<String>,
    /// For each log by its name (origin), how many records it had when the key ended. It may sign nothing behind them, and nothing
    /// in a log that is not named; where none is named, this bounds nothing.
    pub records: BTreeMap<String, u64>,
}

/// Keys, as a root key vouches for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyList {
    issued_at: String,
    keys: Vec<ListedKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Predicate {
    issued_at: String,
    keys: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    pem: String,
    not_before: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_after: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    records: BTreeMap<String, u64>,
}

/// A time up to its seconds, in which texts compare as times do; `None` where it is none in UTC.
fn to_second(time: &str) -> Option<&str> {
    let (second, rest) = time.split_at_checked(19)?;
    let fits = second
        .bytes()
        .zip(b"0000-00-00T00:00:00")
        .all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            _ => byte == *form,
        });
    let fraction = rest.strip_suffix('Z')?;
    let is_fraction = fraction.is_empty()
        || fraction.strip_prefix('.').is_some_and(|digits| {
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
    (fits && is_fraction).then_some(second)
}

impl KeyList {
    /// A list, issued at a time.
    pub fn new(issued_at: String, keys: Vec<ListedKey>) -> Result<Self, KeyListError> {
        let second = |time: &str| match to_second(time) {
            Some(second) => Ok(second.to_owned()),
            None => Err(KeyListError::Time(time.chars().take(40).collect())),
        };
        second(&issued_at)?;
        if keys.is_empty() {
            return Err(KeyListError::Empty);
        }
        let mut seen = BTreeSet::new();
        for listed in &keys {
            let id = listed.key.id().to_owned();
            let from = second(&listed.not_before)?;
            if let Some(until) = &listed.not_after
                && second(until)? < from
            {
                return Err(KeyListError::Order(id));
            }
            if !seen.insert(id.clone()) {
                return Err(KeyListError::Twice(id));
            }
        }
        Ok(Self { issued_at, keys })
    }

    /// The list in an envelope that the root key has signed.
    pub fn open(envelope: &[u8], root: &PublicKey) -> Result<Self, KeyListError> {
        let (statement, _) = Envelope::from_json(envelope)?.verify([root])?;
        if statement.predicate_type != PREDICATE {
            return Err(KeyListError::Form);
        }
        let read: Predicate =
            serde_json::from_value(statement.predicate).map_err(|_| KeyListError::Form)?;
        let mut keys = Vec::new();
        for entry in read.keys {
            keys.push(ListedKey {
                key: PublicKey::from_pem(&entry.pem)?,
                not_before: entry.not_before,
                not_after: entry.not_after,
                records: entry.records,
            });
        }
        Self::new(read.issued_at, keys)
    }

    /// Signs it, as a statement about its keys.
    pub fn sign(&self, root: &Signer) -> Result<Envelope, KeyListError> {
        let mut entries = Vec::new();
        let mut subjects = Vec::new();
        for listed in &self.keys {
            let pem = listed.key.to_pem().to_owned();
            subjects.push(Subject::sha256(
                listed.key.id(),
                crate::sha256(pem.as_bytes()),
            ));
            entries.push(Entry {
                pem,
                not_before: listed.not_before.clone(),
                not_after: listed.not_after.clone(),
                records: listed.records.clone(),
            });
        }
        let predicate = Predicate {
            issued_at: self.issued_at.clone(),
            keys: entries,
        };
        let predicate = serde_json::to_value(predicate).map_err(|_| KeyListError::Form)?;
        let statement = Statement::new(subjects, PREDICATE, predicate)?;
        Ok(Envelope::sign(&statement, root)?)
    }

    /// When it was issued.
    pub fn issued_at(&self) -> &str {
        &self.issued_at
    }

    /// The keys in it, those that have ended too.
    pub fn keys(&self) -> &[ListedKey] {
        &self.keys
    }

    fn listed(&self, id: &str) -> Option<&ListedKey> {
        self.keys.iter().find(|listed| listed.key.id() == id)
    }

    /// Why a key's signature does not count on what a log holds as one of its first `size` records, or over them; none where it
    /// does. Whoever has a key can begin a log of its own, so one that is not named has no records of a key that is bound.
    pub(crate) fn bound(&self, id: &str, origin: Option<&str>, size: u64) -> Option<String> {
        let records = &self.listed(id)?.records;
        if records.is_empty() {
            return None;
        }
        let last = origin.and_then(|origin| records.get(origin)).copied();
        let last = last.unwrap_or_default();
        (size > last)
            .then(|| format!("the key {id} has ended, and may sign nothing behind {last} records"))
    }

    /// Why a key may not sign at a time; none where it may.
    pub(crate) fn at(&self, id: &str, time: &str) -> Option<String> {
        let listed = self.listed(id)?;
        let outside = match to_second(time) {
            None => true,
            Some(at) => to_second(&listed.not_before).is_none_or(|from| at < from),
        };
        let outside = outside || self.after(id, time);
        outside.then(|| {
            let until = listed.not_after.as_deref().unwrap_or("today");
            let from = &listed.not_before;
            format!("signed with the key {id}, which may sign from {from} until {until} only")
        })
    }

    /// Whether a key had ended before a time.
    pub(crate) fn after(&self, id: &str, time: &str) -> bool {
        let end = self
            .listed(id)
            .and_then(|listed| to_second(listed.not_after.as_deref()?));
        end.is_some_and(|end| to_second(time).is_some_and(|at| at > end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> Signer {
        Signer::from_seed(&[seed; 32]).unwrap()
    }

    fn listed(seed: u8, from: &str, until: Option<&str>) -> ListedKey {
        ListedKey {
            key: key(seed).public().clone(),
            not_before: from.to_owned(),
            not_after: until.map(str::to_owned),
            records: BTreeMap::new(),
        }
    }

    #[test]
    fn a_list_counts_as_its_root_key_signed_it() {
        let first = "2026-01-01T00:00:00Z";
        let list = KeyList::new(
            first.to_owned(),
            vec![
                listed(1, first, Some("2026-06-30T23:59:59Z")),
                listed(2, first, None),
            ],
        )
        .unwrap();
        let signed = list.sign(&key(9)).unwrap().to_json();
        assert_eq!(KeyList::open(&signed, key(9).public()).unwrap(), list);
        assert!(KeyList::open(&signed, key(1).public()).is_err());
        let record = Statement::new(
            vec![Subject::sha256("a", "00")],
            "https://example.com/t",
            serde_json::json!({}),
        )
        .unwrap();
        let other = Envelope::sign(&record, &key(9)).unwrap().to_json();
        assert!(matches!(
            KeyList::open(&other, key(9).public()),
            Err(KeyListError::Form)
        ));
        let id = key(1).public().id().to_owned();
        assert!(list.at(&id, "2026-06-30T23:59:59.999Z").is_none());
        assert!(list.at(&id, "2026-07-01T00:00:00Z").is_some());
        assert!(list.at(&id, "2025-12-31T23:59:59Z").is_some());
        assert!(list.at(&id, "2026-03-01T00:00:00+02:00").is_some());
    }

    #[test]
    fn a_list_that_contradicts_itself_is_none() {
        let list = |keys| KeyList::new("2026-01-01T00:00:00Z".to_owned(), keys);
        let from = "2026-01-01T00:00:00Z";
        assert!(list(vec![listed(1, from, None), listed(1, from, None)]).is_err());
        assert!(list(vec![listed(1, from, Some("2025-01-01T00:00:00Z"))]).is_err());
        for time in [
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00+00:00",
            "now",
        ] {
            assert!(list(vec![listed(1, time, None)]).is_err(), "{time}");
        }
    }
}
