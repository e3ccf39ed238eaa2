//! Checkpoints (<https://c2sp.org/tlog-checkpoint>): what a log was at a size, as a signed note (<https://c2sp.org/signed-note>).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};

use crate::{Hash, PublicKey, Signer};

/// The longest text that is read as a checkpoint, in bytes.
const MAX_BYTES: usize = 16 << 10;

/// What can be wrong with a checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// Not the text of a checkpoint.
    #[error("not a signed checkpoint (C2SP tlog-checkpoint)")]
    Form,
    /// Nobody who is trusted has signed it.
    #[error("no trusted key has signed it")]
    Untrusted,
    /// The signature is not that of the key that it names.
    #[error("its signature does not verify")]
    Signature,
}

/// What a log was at a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, which no other log has.
    pub origin: String,
    /// How many leaves it had.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// The key's name, and its id with the signature.
type Signatures<'a> = Vec<(&'a str, Vec<u8>)>;

impl Checkpoint {
    fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// The signed note.
    pub(crate) fn sign(&self, signer: &Signer) -> String {
        let body = self.body();
        let signature = signer.sign(body.as_bytes());
        let key = note_key(&self.origin, signer.public());
        let signature = BASE64_STANDARD.encode([key.as_slice(), &signature].concat());
        format!("{body}\n\u{2014} {} {signature}\n", self.origin)
    }

    /// Reads a signed note and verifies it: one of these keys must have signed it, and none of them wrongly. Signatures of others,
    /// such as witnesses, are passed over.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an iterator that is made for the call"
    )]
    pub fn open<'k>(
        note: &[u8],
        keys: impl IntoIterator<Item = &'k PublicKey> + Clone,
    ) -> Result<(Self, &'k PublicKey), NoteError> {
        let (checkpoint, signatures) = Self::parse(note).ok_or(NoteError::Form)?;
        let body = checkpoint.body();
        let mut signer = None;
        for (name, bytes) in &signatures {
            let Some((id, signature)) = bytes.split_at_checked(4) else {
                return Err(NoteError::Form);
            };
            for key in keys.clone() {
                if *name != checkpoint.origin || note_key(name, key) != *id {
                    continue;
                }
                if !key.verifies(body.as_bytes(), signature) {
                    return Err(NoteError::Signature);
                }
                signer = Some(key);
            }
        }
        let signer = signer.ok_or(NoteError::Untrusted)?;
        Ok((checkpoint, signer))
    }

    fn parse(note: &[u8]) -> Option<(Self, Signatures<'_>)> {
        let note = std::str::from_utf8(note).ok()?;
        if note.len() > MAX_BYTES {
            return None;
        }
        let (body, signatures) = note.split_once("\n\n")?;
        let mut lines = body.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        // An extension line would be something signed that is not understood.
        if lines.next().is_some() || !is_name(origin) {
            return None;
        }
        let checkpoint = Self {
            origin: origin.to_owned(),
            size: size.parse().ok()?,
            root: Hash::from_base64(root)?,
        };
        // Numbers and base64 in their one form: what was signed is what was read.
        if checkpoint.body().strip_suffix('\n') != Some(body) {
            return None;
        }
        let mut found = Vec::new();
        for line in signatures.strip_suffix('\n')?.split('\n') {
            let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
            if !is_name(name) {
                return None;
            }
            let bytes = BASE64_STANDARD.decode(signature).ok()?;
            found.push((name, bytes));
        }
        Some((checkpoint, found))
    }
}

/// What a name in a note may be.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// The four bytes by which a note names an ed25519 key.
fn note_key(name: &str, key: &PublicKey) -> [u8; 4] {
    let mut hash = Sha256::new();
    hash.update(name);
    hash.update(b"\n\x01");
    hash.update(key.bytes());
    let hash: [u8; 32] = hash.finalize().into();
    let [a, b, c, d, ..] = hash;
    [a, b, c, d]
}
