//! Evidence that holds without us: signed statements in a log in which nothing can be changed unseen.
//!
//! A [`Statement`] (in-toto, v1) says something of subjects named by digest. Signed with ed25519 it is an [`Envelope`] (DSSE, v1),
//! whose bytes are one leaf of a Merkle tree (RFC 6962) kept as tiles (C2SP tlog-tiles) with a signed [`Checkpoint`] (C2SP
//! tlog-checkpoint and signed-note) for each size. A [`Log`] appends, [`verify()`] finds what was edited, removed, reordered or
//! added, and with a checkpoint that was kept elsewhere also what was cut off the end.
//!
//! What a statement is about is not known here, with one exception: [`lint()`] refuses what looks like health information, for a
//! store with Object Lock would keep it for years.
//!
//! `docs/evidence.md` describes the layout of the store and how to check it without this crate.

mod dsse;
mod key;
mod keys;
mod lint;
mod log;
mod merkle;
mod note;
#[cfg(feature = "s3")]
mod s3;
mod statement;
mod store;
mod verify;

pub use dsse::{Envelope, EnvelopeError};
pub use key::{KeyError, PublicKey, Signer, sha256};
pub use keys::{KeyList, KeyListError, ListedKey};
pub use lint::{Phi, Suspect, lint, redact};
pub use log::{AppendError, Log, OpenError, Receipt};
pub use merkle::Hash;
pub use note::{Checkpoint, NoteError};
#[cfg(feature = "s3")]
pub use s3::S3;
pub use statement::{Statement, StatementError, Subject};
pub use store::{Created, Directory, Immutability, Store, StoreError, shown};
pub use verify::{Finding, Trust, VERIFIER, Verification, VerifyError, verify};
