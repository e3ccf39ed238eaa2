//! Verifying a whole log, offline. `verify.py` beside this crate does the same in Python, from the same description, and the tests
//! hold them against each other.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    Checkpoint, Envelope, Hash, KeyList, PublicKey, Store, StoreError,
    log::{NEWEST, checkpoint_key, public_key_key, record_key},
    merkle::{Frontier, Tile},
};

/// The verifier for those who would not trust this one: Python 3, with nothing installed.
pub const VERIFIER: &str = include_str!("../verify.py");

/// Where the verifier is put in a log.
pub(crate) const VERIFIER_KEY: &str = "verify.py";

/// How many findings are told of.
const MAX_FINDINGS: usize = 1000;

/// Why a log could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is nothing to verify.
    #[error("{0}: no evidence log")]
    NoLog(String),
    /// Nobody's signature counts.
    #[error("{0}: the log holds no public key, and none was given")]
    NoKey(String),
    /// What was given as a witness is none.
    #[error("{0}: not a signed checkpoint")]
    Witness(String),
}

/// Against what a log is verified.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The keys whose signatures count. With none, those that the log itself holds: then the log is shown to be whole, but not
    /// whose it is.
    pub keys: Vec<PublicKey>,
    /// Or a list of them, by which each counts for its time only.
    pub key_list: Option<KeyList>,
    /// Signed checkpoints that were kept elsewhere, each with a name for messages.
    pub witnesses: Vec<(String, Vec<u8>)>,
}

/// What verifying a log came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// The name of the log.
    pub origin: Option<String>,
    /// How many records its newest checkpoint counts.
    pub size: u64,
    /// The root over them, in base64.
    pub root: Option<String>,
    /// The keys that have signed something in it.
    pub keys: Vec<String>,
    /// Whether the keys were given, and not taken from the log itself.
    pub trusted: bool,
    /// When the list of keys was issued by which it was verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_list: Option<String>,
    /// How many checkpoints kept elsewhere it was held against.
    pub witnesses: usize,
    /// What is wrong with it, sorted; of very much the first thousand.
    pub findings: Vec<Finding>,
}

/// Something that is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// A stable word in kebab-case.
    pub code: &'static str,
    /// The object's key in the store, or the witness.
    pub object: String,
    /// What is wrong: a lowercase fragment.
    pub message: String,
}

/// A log under verification.
struct Verifier<'a, S> {
    store: &'a S,
    keys: Vec<PublicKey>,
    key_list: Option<&'a KeyList>,
    signers: BTreeSet<String>,
    /// The checkpoints by object, with their sizes and the keys that signed them.
    opened: Vec<(String, u64, String)>,
    findings: Vec<Finding>,
}

/// A record as it is stored.
struct Record {
    leaf: Hash,
    /// The key that signed it and the time that it claims, if it is an envelope in its one form that a trusted key has signed.
    signed: Option<(String, Option<String>)>,
}

/// Verifies everything that a store holds of a log.
pub fn verify<S: Store>(store: &S, trust: &Trust) -> Result<Verification, VerifyError> {
    let listed_keys = trust.key_list.iter().flat_map(KeyList::keys);
    let listed_keys = listed_keys.map(|listed| listed.key.clone());
    let mut verifier = Verifier {
        store,
        keys: trust.keys.iter().cloned().chain(listed_keys).collect(),
        key_list: trust.key_list.as_ref(),
        signers: BTreeSet::new(),
        opened: Vec::new(),
        findings: Vec::new(),
    };
    let witnesses = verifier.witnesses(trust)?;
    let listed = Listed::new(store.list("")?);
    if listed.is_empty() && witnesses.is_empty() {
        return Err(VerifyError::NoLog(store.place()));
    }
    verifier.listed_keys(&listed)?;
    if verifier.keys.is_empty() && !listed.is_empty() {
        return Err(VerifyError::NoKey(store.place()));
    }
    for key in &listed.unexpected {
        verifier.tell("unexpected-object", key, "no object of a log has this name");
    }

    let checkpoints = verifier.checkpoints(&listed)?;
    let newest = checkpoints.values().next_back().cloned();
    let size = newest.as_ref().map_or(0, |newest| newest.size);
    verifier.missing_checkpoints(size, &checkpoints, &listed);

    let stored = verifier.stored_leaves(&listed, size)?;
    let mut tree = Recomputed::default();
    let mut roots = BTreeMap::from([(0, Hash::empty())]);
    let mut seen = BTreeSet::new();
    let mut signed = BTreeMap::new();
    let mut missing = Vec::new();
    // What is missing at the end is one finding, however large a signed number is.
    let last = listed
        .records
        .last()
        .map_or(0, |last| last.saturating_add(1));
    for index in 0..size.min(last) {
        // What is listed may be gone when it is asked for, or be a link to nothing.
        let record = if listed.records.contains(&index) {
            verifier.record(index)?
        } else {
            None
        };
        if record.is_none() {
            missing.push(index);
        }
        let tile = stored.get(&index).copied();
        let expected = checkpoints.get(&(index + 1)).map(|next| next.root);
        let candidates = [record.as_ref().map(|record| record.leaf), tile];
        let fits =
            |leaf: &Hash| expected.is_none_or(|root| tree.frontier_with(*leaf).root() == root);
        let fitting = candidates.into_iter().flatten().find(fits);
        let chosen = fitting.or(candidates.into_iter().flatten().next());
        let key = record_key(index);
        if let Some(record) = &record
            && !seen.insert(record.leaf)
        {
            verifier.tell("record-duplicate", &key, "a copy of an earlier record");
        }
        if let Some(record) = record {
            if fitting != Some(record.leaf) {
                let message = "not the record that was appended here";
                verifier.tell("record-mismatch", &key, message);
            } else if let Some(by) = record.signed {
                signed.insert(index, by);
            } else {
                let message = "no trusted key has signed it, or it is no envelope in its one form";
                verifier.tell("record-invalid", &key, message);
            }
        }
        // Without a leaf the tree ends here; that a record is missing is told.
        let Some(chosen) = chosen else { break };
        tree.push(chosen);
        roots.insert(index + 1, tree.frontier.root());
    }
    if size > last {
        missing.extend(last..size.min(last + MAX_FINDINGS as u64));
    }
    for index in missing {
        verifier.tell("record-missing", &record_key(index), "missing");
    }
    for (at, checkpoint) in &checkpoints {
        if roots.get(at).is_some_and(|root| *root != checkpoint.root) {
            let message = "the records have another root";
            verifier.tell("checkpoint-mismatch", &checkpoint_key(*at), message);
        }
    }
    verifier.tiles(&listed, &tree, size)?;
    verifier.added(&listed, &seen, size)?;
    let origin = newest.as_ref().map(|newest| newest.origin.clone());
    verifier.validity(&signed, origin.as_deref());
    for (name, note) in &witnesses {
        verifier.witness(name, note, origin.as_deref(), size, &roots);
    }
    verifier.findings.sort();
    verifier.findings.dedup();
    verifier.findings.truncate(MAX_FINDINGS);
    Ok(Verification {
        origin,
        size,
        root: newest.map(|newest| newest.root.to_string()),
        keys: verifier.signers.into_iter().collect(),
        trusted: !trust.keys.is_empty() || trust.key_list.is_some(),
        key_list: trust
            .key_list
            .as_ref()
            .map(|list| list.issued_at().to_owned()),
        witnesses: witnesses.len(),
        findings: verifier.findings,
    })
}

/// The objects of a log, by what they are.
#[derive(Default)]
struct Listed {
    newest: bool,
    checkpoints: BTreeSet<u64>,
    records: BTreeSet<u64>,
    tiles: BTreeSet<Tile>,
    keys: Vec<String>,
    unexpected: Vec<String>,
}

impl Listed {
    fn new(keys: Vec<String>) -> Self {
        let mut listed = Self::default();
        for key in keys {
            let (folder, name) = key.split_once('/').unwrap_or(("", &key));
            let number = |name: &str| -> Option<u64> { name.parse().ok() };
            let known = match folder {
                "" => {
                    listed.newest |= key == NEWEST;
                    true
                }
                "checkpoints" => number(name)
                    .filter(|size| checkpoint_key(*size) == key)
                    .map(|size| listed.checkpoints.insert(size))
                    .is_some(),
                "records" => number(name.strip_suffix(".dsse.json").unwrap_or_default())
                    .filter(|index| record_key(*index) == key)
                    .map(|index| listed.records.insert(index))
                    .is_some(),
                "tile" => Tile::from_path(&key)
                    .map(|tile| listed.tiles.insert(tile))
                    .is_some(),
                "keys" => {
                    listed.keys.push(key.clone());
                    true
                }
                // What else shares the store is none of ours.
                _ => true,
            };
            if !known {
                listed.unexpected.push(key);
            }
        }
        listed
    }

    fn is_empty(&self) -> bool {
        !self.newest
            && self.checkpoints.is_empty()
            && self.records.is_empty()
            && self.tiles.is_empty()
    }
}

/// The tree as its leaves give it.
#[derive(Default)]
struct Recomputed {
    frontier: Frontier,
    /// The hashes of the tiles of each level.
    levels: Vec<Vec<Hash>>,
}

impl Recomputed {
    fn frontier_with(&self, leaf: Hash) -> Frontier {
        let mut frontier = self.frontier.clone();
        frontier.push(leaf, |_, _, _| {});
        frontier
    }

    fn push(&mut self, leaf: Hash) {
        let levels = &mut self.levels;
        self.frontier.push(leaf, |height, _, hash| {
            if height % 8 == 0 {
                let level = height as usize / 8;
                levels.resize_with(levels.len().max(level + 1), Vec::new);
                if let Some(hashes) = levels.get_mut(level) {
                    hashes.push(hash);
                }
            }
        });
    }

    fn tile(&self, tile: Tile) -> Option<Vec<u8>> {
        let start = usize::try_from(tile.index.checked_mul(256)?).ok()?;
        let end = start.checked_add(usize::try_from(tile.width).ok()?)?;
        let hashes = self.levels.get(tile.level as usize)?.get(start..end)?;
        Some(hashes.iter().flat_map(|hash| hash.0).collect())
    }
}

impl<S: Store> Verifier<'_, S> {
    fn tell(&mut self, code: &'static str, object: &str, message: &str) {
        self.findings.push(Finding {
            code,
            object: object.to_owned(),
            message: message.to_owned(),
        });
    }

    fn witnesses(&self, trust: &Trust) -> Result<Vec<(String, Vec<u8>)>, VerifyError> {
        for (name, note) in &trust.witnesses {
            if let Err(crate::NoteError::Form) = Checkpoint::open(note, &self.keys) {
                return Err(VerifyError::Witness(name.clone()));
            }
        }
        Ok(trust.witnesses.clone())
    }

    /// The keys that the log holds, which count where none were given.
    fn listed_keys(&mut self, listed: &Listed) -> Result<(), VerifyError> {
        let mut found = Vec::new();
        for key in &listed.keys {
            let bytes = self.store.get(key)?.unwrap_or_default();
            let public = std::str::from_utf8(&bytes)
                .ok()
                .and_then(|pem| PublicKey::from_pem(pem).ok());
            match public {
                // In its one form, as the log writes it: so there is nothing to read in different ways.
                Some(public)
                    if public_key_key(public.id()) == *key
                        && public.to_pem().as_bytes() == bytes =>
                {
                    found.push(public);
                }
                _ => self.tell("key-mismatch", key, "not the public key that its name says"),
            }
        }
        if self.keys.is_empty() {
            self.keys = found;
        }
        Ok(())
    }

    fn open(&mut self, key: &str) -> Result<Option<Checkpoint>, VerifyError> {
        let note = self.store.get(key)?.unwrap_or_default();
        match Checkpoint::open(&note, &self.keys) {
            Ok((checkpoint, signer)) => {
                let by = signer.id().to_owned();
                self.signers.insert(by.clone());
                self.opened.push((key.to_owned(), checkpoint.size, by));
                Ok(Some(checkpoint))
            }
            Err(problem) => {
                self.tell("checkpoint-invalid", key, &problem.to_string());
                Ok(None)
            }
        }
    }

    /// The checkpoints that are signed and of one log, by size.
    fn checkpoints(&mut self, listed: &Listed) -> Result<BTreeMap<u64, Checkpoint>, VerifyError> {
        let mut by_size: BTreeMap<u64, Checkpoint> = BTreeMap::new();
        for size in &listed.checkpoints {
            let key = checkpoint_key(*size);
            let Some(checkpoint) = self.open(&key)? else {
                continue;
            };
            let first = by_size.values().next();
            if checkpoint.size != *size {
                self.tell("checkpoint-mismatch", &key, "of another size");
            } else if first.is_some_and(|first| first.origin != checkpoint.origin) {
                self.tell("checkpoint-mismatch", &key, "of another log");
            } else {
                by_size.insert(*size, checkpoint);
            }
        }
        if !listed.newest {
            self.tell("checkpoint-missing", NEWEST, "missing");
            return Ok(by_size);
        }
        let Some(newest) = self.open(NEWEST)? else {
            return Ok(by_size);
        };
        let first = by_size.values().next();
        if first.is_some_and(|first| first.origin != newest.origin) {
            self.tell("checkpoint-mismatch", NEWEST, "of another log");
        } else if by_size
            .keys()
            .next_back()
            .is_some_and(|last| newest.size < *last)
        {
            let message = "not the newest one; a run that was killed leaves it so until the next record, or somebody put it back";
            self.tell("checkpoint-stale", NEWEST, message);
        }
        match by_size.get(&newest.size) {
            Some(same) if *same != newest => {
                self.tell(
                    "checkpoint-mismatch",
                    NEWEST,
                    "another one of that size is stored too",
                );
            }
            Some(_) => {}
            None => {
                by_size.insert(newest.size, newest);
            }
        }
        Ok(by_size)
    }

    fn missing_checkpoints(
        &mut self,
        size: u64,
        checkpoints: &BTreeMap<u64, Checkpoint>,
        listed: &Listed,
    ) {
        let mut told = 0;
        let invalid: BTreeSet<String> = self
            .findings
            .iter()
            .map(|finding| finding.object.clone())
            .collect();
        for at in 0..size {
            let key = checkpoint_key(at);
            if !checkpoints.contains_key(&at) && !invalid.contains(&key) {
                self.tell("checkpoint-missing", &key, "missing");
                told += 1;
                if told == MAX_FINDINGS {
                    break;
                }
            }
        }
        if !listed.checkpoints.contains(&size) {
            self.tell("checkpoint-missing", &checkpoint_key(size), "missing");
        }
    }

    /// The leaves as the tiles of the lowest level have them, where those can be read at all.
    fn stored_leaves(
        &mut self,
        listed: &Listed,
        size: u64,
    ) -> Result<BTreeMap<u64, Hash>, VerifyError> {
        let mut leaves = BTreeMap::new();
        let mut tiles: BTreeMap<u64, Tile> = BTreeMap::new();
        for tile in listed.tiles.iter().filter(|tile| tile.level == 0) {
            if tile.index.saturating_mul(256).saturating_add(tile.width) <= size {
                // The widest of each place comes last.
                tiles.insert(tile.index, *tile);
            }
        }
        for tile in tiles.values() {
            let bytes = self.store.get(&tile.path())?.unwrap_or_default();
            let places = tile.index * 256..tile.index * 256 + tile.width;
            for (index, hash) in places.zip(bytes.chunks_exact(32)) {
                leaves.insert(index, Hash(hash.try_into().unwrap_or_default()));
            }
        }
        Ok(leaves)
    }

    fn record(&mut self, index: u64) -> Result<Option<Record>, VerifyError> {
        let Some(bytes) = self.store.get(&record_key(index))? else {
            return Ok(None);
        };
        let mut signed = None;
        if let Ok(envelope) = Envelope::from_json(&bytes)
            && let Ok((statement, signer)) = envelope.verify(&self.keys)
        {
            let by = signer.id().to_owned();
            self.signers.insert(by.clone());
            if envelope.to_json() == bytes {
                signed = Some((by, statement.time().map(str::to_owned)));
            }
        }
        let leaf = Hash::leaf(&bytes);
        Ok(Some(Record { leaf, signed }))
    }

    /// Whether each key signed within its time, where there is a list of them. A checkpoint says no time; it is no older than the
    /// newest record that it counts.
    fn validity(&mut self, signed: &BTreeMap<u64, (String, Option<String>)>, origin: Option<&str>) {
        let Some(list) = self.key_list else { return };
        for (index, (by, time)) in signed {
            let key = record_key(*index);
            if let Some(problem) = list.bound(by, origin, index + 1) {
                self.tell("key-not-valid", &key, &problem);
            } else if let Some(time) = time {
                if let Some(problem) = list.at(by, time) {
                    self.tell("key-not-valid", &key, &problem);
                }
            } else {
                let message =
                    "does not say when it was made, so whether its key was valid is not known";
                self.tell("record-undated", &key, message);
            }
        }
        for (key, size, by) in std::mem::take(&mut self.opened) {
            let newest = size.checked_sub(1).and_then(|last| signed.get(&last));
            let newest = newest.and_then(|(_, time)| time.as_deref());
            if let Some(problem) = list.bound(&by, origin, size) {
                self.tell("key-not-valid", &key, &problem);
            } else if newest.is_some_and(|time| list.after(&by, time)) {
                let message = format!("signed with the key {by} after its end");
                self.tell("key-not-valid", &key, &message);
            }
        }
    }

    fn tiles(&mut self, listed: &Listed, tree: &Recomputed, size: u64) -> Result<(), VerifyError> {
        for tile in &listed.tiles {
            let key = tile.path();
            match tree.tile(*tile) {
                None => self.tell("unexpected-object", &key, "the tree has no such tile"),
                Some(expected) => {
                    if self.store.get(&key)?.as_ref() != Some(&expected) {
                        self.tell("tile-mismatch", &key, "not the hashes of the records");
                    }
                }
            }
        }
        if tree.frontier.size() == size {
            for tile in Tile::all(size) {
                if !listed.tiles.contains(&tile) {
                    self.tell("tile-missing", &tile.path(), "missing");
                }
            }
        }
        Ok(())
    }

    /// Records behind the end.
    fn added(
        &mut self,
        listed: &Listed,
        seen: &BTreeSet<Hash>,
        size: u64,
    ) -> Result<(), VerifyError> {
        for index in listed.records.range(size..) {
            let key = record_key(*index);
            let record = self.record(*index)?;
            let begun = *index == size
                && record
                    .is_some_and(|record| record.signed.is_some() && !seen.contains(&record.leaf));
            if begun {
                let message = "not in the log; a run that was killed leaves it so until the next record, or the end of the log was cut off";
                self.tell("record-unfinished", &key, message);
            } else {
                self.tell(
                    "record-added",
                    &key,
                    "not in the log, and not begun by a run",
                );
            }
        }
        Ok(())
    }

    fn witness(
        &mut self,
        name: &str,
        note: &[u8],
        origin: Option<&str>,
        size: u64,
        roots: &BTreeMap<u64, Hash>,
    ) {
        let seen = match Checkpoint::open(note, &self.keys) {
            Ok((seen, _)) => seen,
            Err(problem) => {
                self.tell("witness-invalid", name, &problem.to_string());
                return;
            }
        };
        if origin.is_some_and(|origin| origin != seen.origin) {
            self.tell("witness-mismatch", name, "it saw another log");
        } else if seen.size > size {
            let message = format!("it saw {} records, here are {size}", seen.size);
            self.tell("tail-cut", name, &message);
        } else if roots.get(&seen.size).is_none_or(|root| *root != seen.root) {
            let message = format!("the first {} records are not those that it saw", seen.size);
            self.tell("witness-mismatch", name, &message);
        }
    }
}
