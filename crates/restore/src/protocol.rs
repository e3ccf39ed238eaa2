//! What the caller's process and the sandbox say to each other.
//!
//! To the sandbox's standard input go the request, and then the backup's bytes in frames; from its standard output
//! come messages, one JSON document a line. Its standard error is the lifeline: a socket whose other end only the
//! caller holds, so that the sandbox sees the caller's end.

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
    path::PathBuf,
    time::Duration,
};

use nix::time::ClockId;
use serde::{Deserialize, Serialize};

use crate::{
    config::RestoreVerification,
    context::{Event, Failure},
    location::Bucket,
    manifest,
    result::{Artifact, CheckResult, Encryption, ObjectiveName, PhaseTime, Reason, Time},
};

/// The longest request, in bytes.
const REQUEST_LIMIT: u32 = 8 << 20;
/// The length of a manifest that is not there.
const NO_MANIFEST: u32 = u32::MAX;
/// The longest frame, in bytes.
pub(crate) const FRAME: usize = 1 << 16;
/// The frame that says that the backup could not be read to its end; a failure follows.
const BROKEN: u32 = u32::MAX;

/// What the sandbox is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) verification: RestoreVerification,
    pub(crate) artifact: Artifact,
    pub(crate) encryption: Encryption,
    pub(crate) buckets: Vec<Bucket>,
    /// It follows the rest, as it is.
    #[serde(skip)]
    pub(crate) manifest: Option<Vec<u8>>,
    pub(crate) last_canary_seq: Option<i64>,
    pub(crate) last_canary_system: Option<i64>,
    pub(crate) started_at: Time,
    /// The same moment by [`uptime`].
    pub(crate) begun: Option<Duration>,
    /// Whether the backup comes as frames; else it is a folder.
    pub(crate) stream: bool,
    /// Whether there is a folder of archived write-ahead log.
    pub(crate) wal: bool,
}

/// What the sandbox says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Message {
    /// It stands.
    Ready,
    Event(Event),
    Done(Box<Done>),
}

/// What came of the work in the sandbox.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) artifact: Artifact,
    pub(crate) encryption: Encryption,
    pub(crate) phases: Vec<PhaseTime>,
    pub(crate) checks: Vec<(CheckResult, Reason)>,
    pub(crate) measured: BTreeMap<ObjectiveName, f64>,
    pub(crate) failure: Option<(Reason, String)>,
    pub(crate) engine: Option<String>,
    /// The canary's sequence, and the cluster that it was written to.
    pub(crate) canary: Option<(i64, i64)>,
    /// Seconds from admission to the end of the last required check.
    pub(crate) recovery_seconds: Option<f64>,
}

/// Where the sandbox's parts are on the machine, and what it may use.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Layout {
    /// This program.
    pub(crate) program: PathBuf,
    /// The process that asks.
    pub(crate) parent: i32,
    pub(crate) kind: Kind,
    /// The folder of the run.
    pub(crate) run: PathBuf,
    /// The size of the file system in memory; none for a folder on disk.
    pub(crate) memory: Option<u64>,
    /// The folder of secrets.
    pub(crate) secrets: PathBuf,
    /// The backup's folder.
    pub(crate) tree: Option<PathBuf>,
    /// The folder of archived write-ahead log.
    pub(crate) wal: Option<PathBuf>,
    /// Whether to stand up and leave again.
    pub(crate) probe: bool,
}

/// How the sandbox is kept from the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// Namespaces, by root.
    Root,
    /// Namespaces, by a user.
    User,
    /// A folder that nobody else may enter.
    Folder,
}

/// How long the machine has been up, its sleep included. By this a span from one process to another is measured: the wall clock can
/// be set back meanwhile.
pub(crate) fn uptime() -> Option<Duration> {
    Some(ClockId::CLOCK_BOOTTIME.now().ok()?.into())
}

/// Seconds from a moment of [`uptime`] to now.
pub(crate) fn seconds_since(begun: Option<Duration>) -> Option<f64> {
    let passed = uptime()?.checked_sub(begun?)?;
    Some((passed.as_secs_f64() * 1000.0).round() / 1000.0)
}

pub(crate) fn write_request(to: &mut impl Write, request: &Request) -> io::Result<()> {
    let bytes = serde_json::to_vec(request)?;
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&bytes)?;
    let manifest = request.manifest.as_deref();
    let length = manifest.map_or(Ok(NO_MANIFEST), |bytes| u32::try_from(bytes.len()));
    to.write_all(&length.map_err(io::Error::other)?.to_le_bytes())?;
    to.write_all(manifest.unwrap_or_default())?;
    to.flush()
}

pub(crate) fn read_request(from: &mut impl Read) -> io::Result<Request> {
    let length = read_length(from)?;
    if length > REQUEST_LIMIT {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length as usize];
    from.read_exact(&mut bytes)?;
    let mut request: Request = serde_json::from_slice(&bytes)?;
    let length = read_length(from)?;
    if length != NO_MANIFEST {
        if u64::from(length) > manifest::LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut bytes = vec![0; length as usize];
        from.read_exact(&mut bytes)?;
        request.manifest = Some(bytes);
    }
    Ok(request)
}

fn read_length(from: &mut impl Read) -> io::Result<u32> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    Ok(u32::from_le_bytes(length))
}

/// Sends a backup in frames. The second of the values is what went wrong with reading it.
pub(crate) fn send(from: &mut dyn Read, to: &mut impl Write) -> io::Result<Option<Failure>> {
    let mut buffer = vec![0; FRAME];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => {
                to.write_all(&0_u32.to_le_bytes())?;
                return to.flush().map(|()| None);
            }
            Ok(count) => {
                let length = u32::try_from(count).map_err(io::Error::other)?;
                to.write_all(&length.to_le_bytes())?;
                to.write_all(buffer.get(..count).unwrap_or_default())?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let failure = error
                    .get_ref()
                    .and_then(|inner| inner.downcast_ref::<Failure>())
                    .cloned()
                    .unwrap_or_else(|| {
                        Failure::new(Reason::FetchTimeout, format!("reading the backup: {error}"))
                    });
                let bytes = serde_json::to_vec(&(failure.reason, &failure.detail))?;
                to.write_all(&BROKEN.to_le_bytes())?;
                to.write_all(&u32::try_from(bytes.len()).unwrap_or(0).to_le_bytes())?;
                to.write_all(&bytes)?;
                to.flush()?;
                return Ok(Some(failure));
            }
        }
    }
}

/// The backup's bytes as they come.
pub(crate) struct Frames<R> {
    from: R,
    left: usize,
    ended: bool,
}

impl<R: Read> Frames<R> {
    pub(crate) const fn new(from: R) -> Self {
        Self {
            from,
            left: 0,
            ended: false,
        }
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            match read_length(&mut self.from)? {
                0 => {
                    self.ended = true;
                    return Ok(0);
                }
                BROKEN => {
                    self.ended = true;
                    let length = read_length(&mut self.from)?.min(1 << 16);
                    let mut bytes = vec![0; length as usize];
                    self.from.read_exact(&mut bytes)?;
                    let (reason, detail): (Reason, String) = serde_json::from_slice(&bytes)?;
                    return Err(io::Error::other(Failure::new(reason, detail)));
                }
                length if length as usize <= FRAME => self.left = length as usize,
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        let room = buffer.len().min(self.left);
        let count = self.from.read(buffer.get_mut(..room).unwrap_or_default())?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count;
        Ok(count)
    }
}
