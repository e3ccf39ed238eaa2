//! Appending.
//!
//! The order of writing makes a killed run harmless: first the record, under a key that only its index gives and that can be
//! created once; then the tiles that it makes new; then the checkpoint of the new size; last the copy of it that says which is
//! the newest. Each of them follows from the record before it, so whoever comes next completes what was begun, with the same
//! bytes, before adding anything.

use crate::{
    Checkpoint, Created, Envelope, EnvelopeError, Hash, NoteError, PublicKey, Signer, Statement,
    StatementError, Store, StoreError, Suspect,
    key::{hex, sha256},
    lint,
    merkle::{self, Frontier, TILE, Tile, Tiles, Tree},
    verify::{VERIFIER, VERIFIER_KEY},
};

/// How many of the newest records are searched for one that is appended again.
const WINDOW: u64 = TILE;

/// How often another writer may come first before a writer gives up.
const ATTEMPTS: usize = 64;

/// What the name of every log of ours begins with.
const ORIGIN: &str = "hipaa-iac.dev/evidence/";

/// The copy of the newest checkpoint.
pub(crate) const NEWEST: &str = "checkpoint";

/// The key of a record.
pub(crate) fn record_key(index: u64) -> String {
    format!("records/{index:012}.dsse.json")
}

/// The key of the checkpoint of a size.
pub(crate) fn checkpoint_key(size: u64) -> String {
    format!("checkpoints/{size:012}")
}

/// The key under which the log keeps the public half of a key that signs.
pub(crate) fn public_key_key(id: &str) -> String {
    format!("keys/{id}.pem")
}

/// Why a log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A checkpoint is none, or not signed by a key that is trusted.
    #[error("{key}: {problem}")]
    Checkpoint {
        /// Its key, or that of the witness.
        key: String,
        /// What is wrong with it.
        problem: NoteError,
    },
    /// The store does not hold what its newest checkpoint says.
    #[error(
        "the log is not what its checkpoint says ({0}); nothing is added to it: run `hipaa-iac evidence verify`"
    )]
    Inconsistent(String),
    /// The store does not go on from what the witness saw.
    #[error("the log is not the one that the witness saw ({0}); nothing is added to it")]
    Witness(String),
}

/// Why a statement was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The store failed. Appending the same statement again is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log is not what it should be.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It looks like health information, which is never signed.
    #[error("not signed, because it looks like health information: {}", told(.0))]
    Phi(Vec<Suspect>),
    /// It has no bytes.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// It could not be signed.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// Too large for a record.
    #[error("{0} bytes are too large for a record")]
    TooLarge(usize),
    /// Others wrote without end.
    #[error("others keep writing to the log: try again")]
    Busy,
}

fn told(suspects: &[Suspect]) -> String {
    let mut text: Vec<String> = suspects.iter().take(5).map(ToString::to_string).collect();
    if suspects.len() > text.len() {
        text.push(format!("{} more", suspects.len() - text.len()));
    }
    text.join(", ")
}

/// What tells where a statement went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its index in the log, from 0.
    pub index: u64,
    /// The SHA-256 of its envelope's bytes, in hexadecimal digits.
    pub digest: String,
    /// The signed checkpoint of a log that has it. Kept elsewhere, it is a witness.
    pub checkpoint: String,
    /// The size that the checkpoint has.
    pub size: u64,
}

/// A log to which a key may append.
#[derive(Debug)]
pub struct Log<S> {
    store: S,
    signer: Signer,
    /// Whose signatures count: the signer's own, and those of the keys that it followed.
    trusted: Vec<PublicKey>,
    witnesses: Vec<Vec<u8>>,
}

/// What a log is now.
struct State {
    checkpoint: Checkpoint,
    note: Vec<u8>,
    frontier: Frontier,
    /// The hashes of the newest leaves.
    newest: Vec<(u64, Hash)>,
}

struct Stored<'s, S>(&'s S);

impl<S: Store> Tiles for Stored<'_, S> {
    type Error = OpenError;

    fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, OpenError> {
        let key = tile.path();
        let bytes = self.0.get(&key)?;
        let bytes = bytes.ok_or_else(|| OpenError::Inconsistent(format!("{key} is missing")))?;
        if bytes.len() as u64 == tile.width * 32 {
            Ok(bytes)
        } else {
            let problem = format!("{key} has the wrong length");
            Err(OpenError::Inconsistent(problem))
        }
    }
}

impl<S: Store> Log<S> {
    /// The log in a store. Nothing is read or written yet; an empty store becomes a log by the first statement.
    pub fn new(store: S, signer: Signer) -> Self {
        let trusted = vec![signer.public().clone()];
        Self {
            store,
            signer,
            trusted,
            witnesses: Vec::new(),
        }
    }

    /// Trusts what this key signed too: one that signed before this log's key did, or signs beside it.
    #[must_use]
    pub fn trust(mut self, key: PublicKey) -> Self {
        self.trusted.push(key);
        self
    }

    /// Appends only to a log that goes on from this signed checkpoint.
    #[must_use]
    pub fn witness(mut self, note: Vec<u8>) -> Self {
        self.witnesses.push(note);
        self
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The public half of the key that signs.
    pub fn key(&self) -> &PublicKey {
        self.signer.public()
    }

    /// Signs a statement and appends it, unless it looks like health information. A statement that is among the newest 256
    /// records is not appended again: after a failure, or a run that was killed, the same call is safe.
    pub fn append(&self, statement: &Statement) -> Result<Receipt, AppendError> {
        self.add(statement, false)
    }

    /// The same where the key may have changed since: a record of the statement that another trusted key signed is the record of it.
    /// To see that, the newest 256 records are read where other keys are trusted.
    pub fn append_once(&self, statement: &Statement) -> Result<Receipt, AppendError> {
        self.add(statement, true)
    }

    fn add(&self, statement: &Statement, once: bool) -> Result<Receipt, AppendError> {
        let whole = serde_json::to_value(statement).map_err(|_| StatementError::Form)?;
        let suspects = lint(&whole);
        if !suspects.is_empty() {
            return Err(AppendError::Phi(suspects));
        }
        let envelope = Envelope::sign(statement, &self.signer)?;
        let record = envelope.to_json();
        if record.len() as u64 > crate::store::MAX_OBJECT {
            return Err(AppendError::TooLarge(record.len()));
        }
        let leaf = Hash::leaf(&record);
        for _ in 0..ATTEMPTS {
            let mut state = self.state()?;
            let before = state.newest.iter().find(|(_, hash)| *hash == leaf);
            if let Some((index, _)) = before {
                // A run that was killed may have left the copy behind.
                self.store.replace(NEWEST, &state.note)?;
                return Ok(receipt(*index, &record, &state));
            }
            if once && let Some((index, theirs)) = self.signed_by_another(&envelope, &state)? {
                self.store.replace(NEWEST, &state.note)?;
                return Ok(receipt(index, &theirs, &state));
            }
            let index = state.frontier.size();
            let key = record_key(index);
            if self.store.create(&key, &record)? == Created::New {
                self.complete(&mut state, leaf)?;
                return Ok(receipt(index, &record, &state));
            }
            // Somebody was here: a run that was killed, or another writer. What they began comes first.
            let begun = self.store.get(&key)?.unwrap_or_default();
            let begun_leaf = self.begun(&begun, &state)?;
            self.complete(&mut state, begun_leaf)?;
            if begun_leaf == leaf {
                return Ok(receipt(index, &record, &state));
            }
        }
        Err(AppendError::Busy)
    }

    /// The record among the newest in which another trusted key says the same, with its index.
    fn signed_by_another(
        &self,
        envelope: &Envelope,
        state: &State,
    ) -> Result<Option<(u64, Vec<u8>)>, OpenError> {
        if self.trusted.iter().all(|key| key == self.key()) {
            return Ok(None);
        }
        for (index, leaf) in state.newest.iter().rev() {
            let record = self.store.get(&record_key(*index))?;
            let record = record
                .filter(|record| Hash::leaf(record) == *leaf)
                .ok_or_else(|| {
                    OpenError::Inconsistent(format!("record {index} is missing or another one"))
                })?;
            let same = Envelope::from_json(&record).is_ok_and(|known| {
                known.says_the_same(envelope) && known.verify(&self.trusted).is_ok()
            });
            if same {
                return Ok(Some((*index, record)));
            }
        }
        Ok(None)
    }

    /// The leaf of a record that is not in the tree yet, if it may come into it.
    fn begun(&self, record: &[u8], state: &State) -> Result<Hash, OpenError> {
        let index = state.frontier.size();
        let refused = |problem: &str| {
            OpenError::Inconsistent(format!(
                "record {index}, which is not in the log yet, {problem}"
            ))
        };
        let envelope = Envelope::from_json(record);
        let signed = envelope.is_ok_and(|envelope| {
            envelope.to_json() == record && envelope.verify(&self.trusted).is_ok()
        });
        if !signed {
            return Err(refused("is not signed by a trusted key"));
        }
        let leaf = Hash::leaf(record);
        let mut tree = Tree::new(Stored(&self.store), index);
        for before in 0..index {
            if tree.leaf(before)? == leaf {
                return Err(refused("is a copy of an earlier one"));
            }
        }
        Ok(leaf)
    }

    /// Makes a record that is stored a part of the log: its tiles, the checkpoint, and the copy of that.
    fn complete(&self, state: &mut State, leaf: Hash) -> Result<(), OpenError> {
        let size_before = state.frontier.size();
        let mut completed = Vec::new();
        state
            .frontier
            .push(leaf, |height, _, hash| completed.push((height, hash)));
        let size = state.frontier.size();
        let mut tree = Tree::new(Stored(&self.store), size_before);
        for tile in Tile::new_at(size) {
            let height = tile.level * 8;
            let mut bytes = if tile.width == 1 {
                Vec::new()
            } else {
                let before = Tile {
                    width: tile.width - 1,
                    ..tile
                };
                tree.tile(before)?.to_vec()
            };
            let added = completed.iter().find(|(at, _)| *at == height);
            let added = added.map(|(_, hash)| *hash).ok_or_else(|| {
                OpenError::Inconsistent("the tree does not grow as it should".to_owned())
            })?;
            bytes.extend_from_slice(&added.0);
            let key = tile.path();
            if self.store.create(&key, &bytes)? == Created::Exists
                && self.store.get(&key)?.as_ref() != Some(&bytes)
            {
                let problem = format!("{key} holds other hashes");
                return Err(OpenError::Inconsistent(problem));
            }
        }
        let key = public_key_key(self.key().id());
        self.store.create(&key, self.key().to_pem().as_bytes())?;
        if size_before == 0 {
            self.store.create(VERIFIER_KEY, VERIFIER.as_bytes())?;
        }
        let checkpoint = Checkpoint {
            origin: state.checkpoint.origin.clone(),
            size,
            root: state.frontier.root(),
        };
        state.note = self.put_checkpoint(&checkpoint)?;
        self.store.replace(NEWEST, &state.note)?;
        state.checkpoint = checkpoint;
        state.newest.push((size_before, leaf));
        Ok(())
    }

    /// Stores a checkpoint, or takes the equal one that is there; which may be signed by another key.
    fn put_checkpoint(&self, checkpoint: &Checkpoint) -> Result<Vec<u8>, OpenError> {
        let key = checkpoint_key(checkpoint.size);
        let note = checkpoint.sign(&self.signer).into_bytes();
        if self.store.create(&key, &note)? == Created::New {
            return Ok(note);
        }
        let (there, note) = self
            .checkpoint(&key)?
            .ok_or_else(|| OpenError::Inconsistent(format!("{key} comes and goes")))?;
        if there == *checkpoint {
            Ok(note)
        } else {
            let problem = format!("{key} is another one");
            Err(OpenError::Inconsistent(problem))
        }
    }

    fn checkpoint(&self, key: &str) -> Result<Option<(Checkpoint, Vec<u8>)>, OpenError> {
        let Some(note) = self.store.get(key)? else {
            return Ok(None);
        };
        let opened = Checkpoint::open(&note, &self.trusted);
        let (checkpoint, _) = opened.map_err(|problem| OpenError::Checkpoint {
            key: key.to_owned(),
            problem,
        })?;
        Ok(Some((checkpoint, note)))
    }

    /// The newest checkpoint, where the log was begun.
    fn found(&self) -> Result<Option<(Checkpoint, Vec<u8>)>, OpenError> {
        let mut newest = self.checkpoint(NEWEST)?;
        if newest.is_none() {
            newest = self.checkpoint(&checkpoint_key(0))?;
        }
        let Some(mut newest) = newest else {
            for left in ["records/", "checkpoints/", "tile/"] {
                if let Some(key) = self.store.list(left)?.first() {
                    // Another writer may have begun the log since.
                    if self.checkpoint(&checkpoint_key(0))?.is_some() {
                        return self.found();
                    }
                    let problem = format!("there is {key}, but no checkpoint");
                    return Err(OpenError::Inconsistent(problem));
                }
            }
            if self.witnesses.is_empty() {
                return Ok(None);
            }
            let problem = "it saw a log, and here is none".to_owned();
            return Err(OpenError::Witness(problem));
        };
        let key = checkpoint_key(newest.0.size);
        if self
            .checkpoint(&key)?
            .is_none_or(|(stored, _)| stored != newest.0)
        {
            let problem = format!("{key} is not what {NEWEST} is a copy of");
            return Err(OpenError::Inconsistent(problem));
        }
        // The copy may be older than the newest one: a run was killed between the two.
        while let Some((next, note)) = self.checkpoint(&checkpoint_key(newest.0.size + 1))? {
            if next.size != newest.0.size + 1 || next.origin != newest.0.origin {
                let problem = format!(
                    "{} is of another size or log",
                    checkpoint_key(newest.0.size + 1)
                );
                return Err(OpenError::Inconsistent(problem));
            }
            newest = (next, note);
        }
        Ok(Some(newest))
    }

    /// The newest checkpoint; of an empty store the first, which is written.
    fn newest(&self) -> Result<(Checkpoint, Vec<u8>), OpenError> {
        if let Some(newest) = self.found()? {
            return Ok(newest);
        }
        let mut name = [0; 16];
        getrandom::fill(&mut name)
            .map_err(|error| OpenError::Inconsistent(format!("no random name: {error}")))?;
        let first = Checkpoint {
            origin: format!("{ORIGIN}{}", hex(&name)),
            size: 0,
            root: Hash::empty(),
        };
        let key = checkpoint_key(0);
        let note = first.sign(&self.signer).into_bytes();
        if self.store.create(&key, &note)? == Created::New {
            return Ok((first, note));
        }
        let there = self.checkpoint(&key)?;
        there.ok_or_else(|| OpenError::Inconsistent(format!("{key} comes and goes")))
    }

    /// What the log is now, as its newest checkpoint and the signed text of that, if the store holds what it and the witnesses say; none where there is
    /// no log yet. Nothing is written.
    pub fn look(&self) -> Result<Option<(Checkpoint, String)>, OpenError> {
        loop {
            let Some((checkpoint, note)) = self.found()? else {
                return Ok(None);
            };
            let next = checkpoint_key(checkpoint.size + 1);
            match self.held(checkpoint, note) {
                Ok(state) => {
                    let note = String::from_utf8_lossy(&state.note).into_owned();
                    return Ok(Some((state.checkpoint, note)));
                }
                // Another writer went on meanwhile: what was read is of two moments.
                Err(_) if self.checkpoint(&next)?.is_some() => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// What the log is now, if the store holds what its newest checkpoint and the witnesses say.
    fn state(&self) -> Result<State, OpenError> {
        let (checkpoint, note) = self.newest()?;
        self.held(checkpoint, note)
    }

    /// What the log is by a checkpoint, if the store holds what that and the witnesses say.
    fn held(&self, checkpoint: Checkpoint, note: Vec<u8>) -> Result<State, OpenError> {
        let size = checkpoint.size;
        let mut tree = Tree::new(Stored(&self.store), size);
        let frontier = tree.frontier()?;
        if frontier.root() != checkpoint.root {
            let problem = format!("the tiles have another root than the checkpoint of size {size}");
            return Err(OpenError::Inconsistent(problem));
        }
        let mut newest = Vec::new();
        for index in size.saturating_sub(WINDOW)..size {
            newest.push((index, tree.leaf(index)?));
        }
        if let Some((index, leaf)) = newest.last() {
            let record = self.store.get(&record_key(*index))?;
            if record.is_none_or(|record| Hash::leaf(&record) != *leaf) {
                let problem = format!("record {index} is missing or another one");
                return Err(OpenError::Inconsistent(problem));
            }
        }
        if self.store.get(&record_key(size + 1))?.is_some() {
            let problem = format!("there is a record {}, but none before it", size + 1);
            return Err(OpenError::Inconsistent(problem));
        }
        for witness in &self.witnesses {
            let (seen, _) = Checkpoint::open(witness, &self.trusted).map_err(|problem| {
                OpenError::Checkpoint {
                    key: "the witness".to_owned(),
                    problem,
                }
            })?;
            if seen.origin != checkpoint.origin {
                let problem = format!("it saw {}, this is {}", seen.origin, checkpoint.origin);
                return Err(OpenError::Witness(problem));
            }
            if seen.size > size {
                let problem = format!("it saw {} records, here are {size}", seen.size);
                return Err(OpenError::Witness(problem));
            }
            let proof = tree.consistency(seen.size)?;
            if !merkle::consistent((seen.size, seen.root), (size, checkpoint.root), &proof) {
                let problem = format!("the first {} records are others", seen.size);
                return Err(OpenError::Witness(problem));
            }
        }
        Ok(State {
            checkpoint,
            note,
            frontier,
            newest,
        })
    }
}

fn receipt(index: u64, record: &[u8], state: &State) -> Receipt {
    Receipt {
        index,
        digest: sha256(record),
        checkpoint: String::from_utf8_lossy(&state.note).into_owned(),
        size: state.checkpoint.size,
    }
}
