//! A backup as a stream: hashed as it is stored, opened, unpacked, and never held as a whole.
//!
//! Several layers lie between the stored bytes and the tool that restores them, and the tool's own word about a
//! stream that broke is worth little. So the layer that sees the cause first notes it in [`Cause`].

use std::{
    error::Error,
    io::{self, BufRead, BufReader, Read},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use crate::{
    check::{Magic, magic},
    config::ClientEncryption,
    context::{Context, Failure, STORED, Seen, TAIL},
    jail::{self, Filter},
    result::Reason,
};

/// How much is read at once, in bytes.
const CHUNK: usize = 1 << 16;

/// The first thing that went wrong with a stream.
#[derive(Clone, Debug, Default)]
pub struct Cause {
    first: Arc<Mutex<Option<Failure>>>,
    /// Whether nobody wants the rest of the stream.
    abandoned: Arc<AtomicBool>,
}

impl Cause {
    /// Notes a failure, unless one is noted.
    fn note(&self, failure: Failure) {
        self.first
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(failure);
    }

    /// What was noted.
    pub fn get(&self) -> Option<Failure> {
        self.first
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// What a stream's layers saw, shared with the run.
type Shared = Arc<Mutex<Seen>>;

/// An opened backup.
pub struct Opened {
    /// The bytes of the dump, decrypted and unpacked.
    pub reader: Box<dyn BufRead + Send>,
    /// What went wrong first.
    pub cause: Cause,
    seen: Shared,
    filter: Option<Arc<Mutex<Option<Filter>>>>,
}

impl Opened {
    /// Reads the rest, so that all of it is hashed and authenticated, and gives what was seen. A failure is the first
    /// thing that went wrong with the stream itself.
    pub fn finish(mut self) -> (Seen, Option<Failure>) {
        let mut buffer = vec![0; CHUNK];
        while self.reader.read(&mut buffer).is_ok_and(|count| count > 0) {}
        drop(self.reader);
        if let Some(filter) = self.filter.take() {
            let filter = filter.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(filter) = filter
                && let Ok((output, _)) = filter.finish()
                && !output.success()
            {
                self.cause.note(gpg_failure(&output));
            }
        }
        let seen = std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        (seen, self.cause.get())
    }
}

impl Opened {
    /// Leaves the rest unread: the run has failed for a cause that is not the backup's.
    pub fn abandon(self) -> Seen {
        self.cause.abandoned.store(true, Ordering::Relaxed);
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Opens the stream of a run: hashes it, decrypts it as the configuration says, and unpacks gzip or zstd.
///
/// The bytes seen go into [`Context::seen`] when [`Opened::finish`]'s are put there.
pub fn open(context: &mut Context, encryption: &ClientEncryption) -> Result<Opened, Failure> {
    let stored = context.take_stream()?;
    let deadline = context.deadline();
    open_reader(context, stored, encryption, deadline)
}

/// As [`open`], for a stream that came from elsewhere, such as a repository.
pub fn open_reader(
    context: &mut Context,
    stored: Box<dyn Read + Send>,
    encryption: &ClientEncryption,
    deadline: Instant,
) -> Result<Opened, Failure> {
    let cause = Cause::default();
    let seen = Shared::default();
    let mut tap = BufReader::with_capacity(
        CHUNK,
        Tap {
            inner: stored,
            hash: Sha256::new(),
            seen: Arc::clone(&seen),
            cause: cause.clone(),
            is_broken: false,
        },
    );
    // A look at the first bytes, which stay in the buffer.
    let first = peek(&mut tap);
    let mut filter = None;
    // Whatever comes of it, the first bytes were seen.
    let opened = first.and_then(|first| {
        let opened: Box<dyn BufRead + Send> = match encryption {
            ClientEncryption::ServerSide => Box::new(tap),
            ClientEncryption::Age(age) => {
                let identity = context.secret(&age.identity_secret_ref)?;
                age_reader(tap, &first, identity, &cause)?
            }
            ClientEncryption::Gpg(gpg) => {
                expect_magic(&first, Magic::OpenPgp)?;
                let secret = |reference| context.secret(reference);
                let key = gpg.secret_key_secret_ref.as_ref().map(secret).transpose()?;
                let passphrase = gpg.passphrase_secret_ref.as_ref().map(secret).transpose()?;
                let running = gpg_reader(context, Box::new(tap), key, passphrase, deadline)?;
                let shared = Arc::new(Mutex::new(Some(running)));
                filter = Some(Arc::clone(&shared));
                Box::new(BufReader::with_capacity(
                    CHUNK,
                    Gpg {
                        filter: shared,
                        cause: cause.clone(),
                    },
                ))
            }
        };
        Ok(opened)
    });
    let opened = match opened {
        Ok(reader) => reader,
        Err(failure) => {
            cause.note(failure.clone());
            context.seen =
                std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
            return Err(failure);
        }
    };
    let reader = unpack(opened, &cause);
    let reader = match reader {
        Ok(reader) => reader,
        Err(error) => {
            let failure = cause.get().unwrap_or_else(|| corrupt(&error));
            // What there is of it is still hashed and looked at.
            let rest = Opened {
                reader: Box::new(io::empty()),
                cause,
                seen,
                filter,
            };
            let (seen, noted) = rest.finish();
            context.seen = seen;
            return Err(noted.unwrap_or(failure));
        }
    };
    let reader = Ends {
        inner: reader,
        seen: Arc::clone(&seen),
        tail: Vec::new(),
    };
    Ok(Opened {
        reader: Box::new(BufReader::with_capacity(CHUNK, reader)),
        cause,
        seen,
        filter,
    })
}

fn peek(reader: &mut impl BufRead) -> Result<Vec<u8>, Failure> {
    match reader.fill_buf() {
        Ok([]) => Err(Failure::new(
            Reason::ArtifactTruncated,
            "the backup is empty",
        )),
        Ok(bytes) => Ok(bytes.to_vec()),
        Err(error) => Err(failure_of(&error)),
    }
}

/// The failure that an error carries, else one by its kind.
pub(crate) fn failure_of(error: &io::Error) -> Failure {
    error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Failure>())
        .cloned()
        .unwrap_or_else(|| Failure::system("reading the backup", error))
}

fn corrupt(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            Failure::new(Reason::ArtifactTruncated, "the backup ends before its end")
        }
        _ => Failure::new(Reason::ArtifactCorrupt, "the backup's bytes are damaged"),
    }
}

/// The stored bytes, hashed and counted on their way.
struct Tap {
    inner: Box<dyn Read + Send>,
    hash: Sha256,
    seen: Shared,
    cause: Cause,
    /// Whether the bytes ended before their end: what was read then has no digest.
    is_broken: bool,
}

impl Read for Tap {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_broken {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let count = match self.inner.read(buffer) {
            Ok(count) => count,
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.is_broken = true;
                    self.cause.note(failure_of(&error));
                }
                return Err(error);
            }
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes.is_empty() {
            if seen.sha256.is_none() && !buffer.is_empty() {
                seen.sha256 = Some(hex(&self.hash.clone().finalize()));
            }
            return Ok(0);
        }
        seen.bytes += count as u64;
        let room = STORED.saturating_sub(seen.stored.len()).min(count);
        seen.stored
            .extend_from_slice(bytes.get(..room).unwrap_or_default());
        drop(seen);
        self.hash.update(bytes);
        Ok(count)
    }
}

impl Drop for Tap {
    /// What the layers above left is hashed too: bytes after the end of the encryption are bytes of the backup.
    fn drop(&mut self) {
        let mut buffer = vec![0; CHUNK];
        while !self.cause.abandoned.load(Ordering::Relaxed)
            && self.read(&mut buffer).is_ok_and(|count| count > 0)
        {}
    }
}

/// The SHA-256 of everything in hexadecimal, and how many bytes it was.
pub(crate) fn digest(from: &mut dyn Read) -> io::Result<(String, u64)> {
    let mut hash = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            return Ok((hex(&hash.finalize()), size));
        }
        hash.update(buffer.get(..count).unwrap_or_default());
        size += count as u64;
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The opened bytes, with both ends kept.
struct Ends {
    inner: Box<dyn BufRead + Send>,
    seen: Shared,
    tail: Vec<u8>,
}

impl Read for Ends {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let bytes = buffer.get(..count).unwrap_or_default();
        if bytes.is_empty() {
            if !buffer.is_empty() {
                let from = self.tail.len().saturating_sub(TAIL);
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.tail = self.tail.get(from..).unwrap_or_default().to_vec();
            }
            return Ok(0);
        }
        if self.tail.len() < TAIL {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let room = TAIL.saturating_sub(seen.head.len()).min(count);
            seen.head
                .extend_from_slice(bytes.get(..room).unwrap_or_default());
        }
        if count >= TAIL {
            self.tail.clear();
            self.tail
                .extend_from_slice(bytes.get(count - TAIL..).unwrap_or_default());
        } else {
            self.tail.extend_from_slice(bytes);
            if self.tail.len() > 4 * TAIL {
                self.tail.drain(..self.tail.len() - TAIL);
            }
        }
        Ok(count)
    }
}

/// Notes the damage that a layer finds.
struct Guard<R> {
    inner: R,
    cause: Cause,
    what: &'static str,
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                let failure = corrupt(error);
                self.cause.note(Failure::new(
                    failure.reason,
                    format!("{}: {}", self.what, failure.detail),
                ));
            }
        })
    }
}

/// That the stored bytes are what the configuration says: a backup that lies there in the open is the finding.
fn expect_magic(first: &[u8], expected: Magic) -> Result<(), Failure> {
    match magic(first) {
        seen if seen == expected => Ok(()),
        Magic::Plain(format) => Err(Failure::new(
            Reason::NotEncrypted,
            format!("the backup is not encrypted: its first bytes are those of {format}"),
        )),
        _ => Err(Failure::new(
            Reason::ArtifactCorrupt,
            "the backup does not begin as its encryption does",
        )),
    }
}

fn age_reader(
    stored: BufReader<Tap>,
    first: &[u8],
    identity: &[u8],
    cause: &Cause,
) -> Result<Box<dyn BufRead + Send>, Failure> {
    expect_magic(first, Magic::Age)?;
    let wrong_key = || {
        Failure::new(
            Reason::ConfigError,
            "the identity is not an age identity (AGE-SECRET-KEY-1…)",
        )
    };
    let identities: Vec<age::x25519::Identity> = std::str::from_utf8(identity)
        .map_err(|_| wrong_key())?
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.parse().map_err(|_| wrong_key()))
        .collect::<Result<_, _>>()?;
    if identities.is_empty() {
        return Err(wrong_key());
    }
    let armored = age::armor::ArmoredReader::new(stored);
    let opened = age::Decryptor::new_buffered(armored)
        .and_then(|opened| {
            opened.decrypt(
                identities
                    .iter()
                    .map(|identity| identity as &dyn age::Identity),
            )
        })
        .map_err(|error| match error {
            age::DecryptError::NoMatchingKeys
            | age::DecryptError::DecryptionFailed
            | age::DecryptError::KeyDecryptionFailed => {
                Failure::new(Reason::KeyMismatch, "age: no identity opens the backup")
            }
            age::DecryptError::Io(error) => match failure_of(&error) {
                failure
                    if error
                        .get_ref()
                        .is_some_and(<dyn Error + Send + Sync>::is::<Failure>) =>
                {
                    failure
                }
                _ => corrupt(&error),
            },
            _ => Failure::new(Reason::ArtifactCorrupt, "age: the header is damaged"),
        })?;
    let guarded = Guard {
        inner: opened,
        cause: cause.clone(),
        what: "age",
    };
    Ok(Box::new(BufReader::with_capacity(CHUNK, guarded)))
}

/// gpg as a filter, and what it says at its end.
struct Gpg {
    filter: Arc<Mutex<Option<Filter>>>,
    cause: Cause,
}

impl Read for Gpg {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut slot = self.filter.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(filter) = slot.as_mut() else {
            return Ok(0);
        };
        let count = filter.read(buffer)?;
        if count > 0 || buffer.is_empty() {
            return Ok(count);
        }
        // gpg writes before it has seen that all is well: its exit code decides.
        if let Some(filter) = slot.take() {
            let (output, problem) = filter.finish().map_err(io::Error::other)?;
            if let Some(problem) = problem {
                return Err(problem);
            }
            if !output.success() {
                let failure = gpg_failure(&output);
                self.cause.note(failure.clone());
                return Err(io::Error::other(failure));
            }
        }
        Ok(0)
    }
}

fn gpg_failure(output: &jail::Output) -> Failure {
    let status = output.stderr_text();
    let says = |word: &str| status.contains(word);
    let reason = if says("[GNUPG:] NO_SECKEY") && !says("[GNUPG:] DECRYPTION_OKAY")
        || says("Bad session key")
        || says("Bad passphrase")
        || says("No secret key")
    {
        Reason::KeyMismatch
    } else if says("[GNUPG:] NODATA") {
        Reason::ArtifactCorrupt
    } else if says("unexpected end of file") || says("premature eof") || says("Unexpected EOF") {
        Reason::ArtifactTruncated
    } else {
        Reason::ArtifactCorrupt
    };
    output.failure(reason)
}

fn gpg_reader(
    context: &Context,
    stored: Box<dyn Read + Send>,
    key: Option<&[u8]>,
    passphrase: Option<&[u8]>,
    deadline: Instant,
) -> Result<Filter, Failure> {
    let gpg = jail::find("gpg")?;
    let home: PathBuf = context.scratch.join("gnupg");
    context.jail.folder(&home)?;
    let secret = home.join("passphrase");
    context.jail.file(&secret, passphrase.unwrap_or_default())?;
    let tool = || {
        context
            .jail
            .tool(&gpg)
            .arg("--homedir")
            .arg(&home)
            .args([
                "--batch",
                "--no-tty",
                "--status-fd",
                "2",
                "--pinentry-mode",
                "loopback",
            ])
            .arg("--passphrase-file")
            .arg(&secret)
    };
    if let Some(key) = key {
        let (output, _) = tool().arg("--import").feed(&mut &*key, deadline)?;
        if !output.success() {
            return Err(output.failure(Reason::ConfigError));
        }
    }
    tool().arg("--decrypt").filter(stored, deadline)
}

/// How backups may be compressed that are not unpacked here, by their first bytes.
const NOT_UNPACKED: [(&[u8], &str); 3] = [
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
];

/// Unpacks gzip or zstd, when that is what it is.
fn unpack(
    mut opened: Box<dyn BufRead + Send>,
    cause: &Cause,
) -> io::Result<Box<dyn BufRead + Send>> {
    let first = opened.fill_buf()?;
    if let Some((_, name)) = NOT_UNPACKED
        .iter()
        .find(|(magic, _)| first.starts_with(magic))
    {
        let failure = Failure::new(
            Reason::ConfigError,
            format!("the backup is compressed by {name}, which is not read yet: use gzip or zstd"),
        );
        cause.note(failure.clone());
        return Err(io::Error::other(failure));
    }
    if first.starts_with(b"\x1f\x8b") {
        let guarded = Guard {
            inner: MultiGzDecoder::new(opened),
            cause: cause.clone(),
            what: "gzip",
        };
        return Ok(Box::new(BufReader::with_capacity(CHUNK, guarded)));
    }
    if first.starts_with(b"\x28\xb5\x2f\xfd") {
        let frames = Zstd {
            input: Some(opened),
            frame: None,
        };
        let guarded = Guard {
            inner: frames,
            cause: cause.clone(),
            what: "zstd",
        };
        return Ok(Box::new(BufReader::with_capacity(CHUNK, guarded)));
    }
    Ok(opened)
}

type Frame =
    ruzstd::decoding::StreamingDecoder<Box<dyn BufRead + Send>, ruzstd::decoding::FrameDecoder>;

/// zstd's frames, one after the other, each held against its checksum, where it has one: the decoder reads it and does not compare.
struct Zstd {
    input: Option<Box<dyn BufRead + Send>>,
    frame: Option<Frame>,
}

impl Read for Zstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let count = frame.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
                if let Some((input, frame)) = self.frame.take().map(Frame::into_parts) {
                    let stored = frame.get_checksum_from_data();
                    if stored.is_some() && stored != frame.get_calculated_checksum() {
                        return Err(io::Error::new(
                            io::ErrorKind::InvalidData,
                            "the content is not what its checksum says",
                        ));
                    }
                    self.input = Some(input);
                }
            }
            let Some(mut input) = self.input.take() else {
                return Ok(0);
            };
            if input.fill_buf()?.is_empty() {
                self.input = Some(input);
                return Ok(0);
            }
            self.frame =
                Some(Frame::new(input).map_err(|error| {
                    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
                })?);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn packed() -> [Vec<u8>; 2] {
        let rows = b"1\tPlanted\t2026-11-24\n".repeat(300);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&rows).unwrap();
        let zstd = ruzstd::encoding::compress_to_vec(
            rows.as_slice(),
            ruzstd::encoding::CompressionLevel::Fastest,
        );
        [gzip.finish().unwrap(), zstd]
    }

    /// They are no damage.
    #[test]
    fn what_is_not_unpacked_is_told() {
        // The first bytes of what `lz4`, `xz` and `bzip2` write.
        for (first, name) in [
            (&b"\x04\x22\x4d\x18\x64\x40\xa7"[..], "lz4"),
            (b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46", "xz"),
            (b"BZh91AY&SY", "bzip2"),
        ] {
            let cause = Cause::default();
            assert!(unpack(Box::new(io::Cursor::new(first)), &cause).is_err());
            let failure = cause.get().unwrap();
            assert_eq!(failure.reason, Reason::ConfigError);
            assert!(failure.detail.contains(name), "{failure}");
        }
    }

    /// A letter of a row, as it lies in a frame that does not compress it: it unpacks as well as before.
    #[test]
    fn a_changed_letter_in_zstd_is_seen() {
        let row = b"1\tPlanted\t2026-11-24\n";
        let good = ruzstd::encoding::compress_to_vec(
            row.as_slice(),
            ruzstd::encoding::CompressionLevel::Uncompressed,
        );
        let at = good
            .windows(7)
            .position(|window| window == b"Planted")
            .unwrap();
        let mut bad = good.clone();
        bad[at] ^= 1;
        for (bytes, is_good) in [(good, true), (bad, false)] {
            let cause = Cause::default();
            let mut opened = unpack(Box::new(io::Cursor::new(bytes)), &cause).unwrap();
            let mut rows = Vec::new();
            assert_eq!(opened.read_to_end(&mut rows).is_ok(), is_good);
            assert_eq!(cause.get().is_none(), is_good);
        }
    }

    proptest! {
        /// A damaged stream ends with an error or gives bytes, and never more than a little of either takes down the run.
        #[test]
        fn no_compressed_stream_is_too_hostile(
            which in 0_usize..2, at in any::<prop::sample::Index>(), put in prop::collection::vec(any::<u8>(), 1..8),
        ) {
            let mut bytes = packed()[which].clone();
            // Behind the four bytes that tell what it is.
            let at = 4 + at.index(bytes.len() - 4);
            let end = (at + put.len()).min(bytes.len());
            bytes.splice(at..end, put);
            let cause = Cause::default();
            let Ok(opened) = unpack(Box::new(io::Cursor::new(bytes)), &cause) else { return Ok(()) };
            let mut rest = opened.take(64 << 20);
            let ended = io::copy(&mut rest, &mut io::sink());
            prop_assert_eq!(ended.is_err(), cause.get().is_some());
        }
    }
}
