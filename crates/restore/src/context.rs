//! What sources and checks work with inside the sandbox.

use std::{
    collections::BTreeMap,
    fmt,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use crate::{
    config::{RestoreVerification, SecretRef},
    jail::Jail,
    location::Bucket,
    manifest::Verified,
    result::{Artifact, CheckResult, Encryption, ObjectiveName, Phase, PhaseTime, Reason, Time},
    server::{Installation, Server},
};

/// Why a run stops: a reason of the closed list, and what a person needs to find the cause.
///
/// The detail goes to the terminal and never into the result. It names programs, paths, exit codes and SQLSTATEs,
/// never the text of a tool, which may quote rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The reason.
    pub reason: Reason,
    /// The detail, as a lowercase fragment.
    pub detail: String,
}

impl Failure {
    /// A failure.
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }

    /// A deadline of the verification that is over, by its name.
    pub(crate) fn over(reason: Reason, deadline: &str) -> Self {
        Self::new(reason, format!("deadlines.{deadline} is over"))
    }

    /// An error of the system, by its kind alone: a full disk is told apart from the rest.
    pub fn system(what: &str, error: &std::io::Error) -> Self {
        let reason = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Reason::StorageFull
            }
            std::io::ErrorKind::OutOfMemory => Reason::OutOfMemory,
            std::io::ErrorKind::TimedOut => Reason::DeadlineExceeded,
            _ => Reason::RunnerLost,
        };
        Self::new(reason, format!("{what}: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.detail)
    }
}

impl std::error::Error for Failure {}

/// How the backup is handed into the sandbox.
pub enum Input {
    /// One file or object, as its stored bytes, once.
    Stream(Box<dyn Read + Send>),
    /// A folder, read-only: a backup of several files, or a repository.
    Tree(PathBuf),
    /// It was taken.
    Taken,
}

/// The secrets that the verification names, read before the sandbox lost sight of the machine.
#[derive(Clone, Default)]
pub struct Secrets(pub(crate) BTreeMap<SecretRef, Vec<u8>>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

/// What was seen of the backup's bytes while they were read.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Bytes as stored; of a backup of several files those of the one that lists the others.
    pub bytes: u64,
    /// The SHA-256 of them, in hexadecimal, once all were read.
    pub sha256: Option<String>,
    /// The first bytes as stored, at most [`STORED`]: what the proof of encryption looks at.
    pub stored: Vec<u8>,
    /// The last bytes of the opened and unpacked backup, at most [`TAIL`].
    pub tail: Vec<u8>,
    /// The first bytes of the opened and unpacked backup, at most [`TAIL`].
    pub head: Vec<u8>,
}

impl Seen {
    /// Notes of a backup of several files the one that lists the others, by its SHA-256 and its size.
    pub(crate) fn list(&mut self, list: Option<(String, u64)>) {
        (self.sha256, self.bytes) = list.map_or((None, 0), |(digest, size)| (Some(digest), size));
    }
}

/// How many of the stored bytes are kept for checks: an age header of many recipients, an `OpenPGP` key packet.
pub const STORED: usize = 64 << 10;

/// How many bytes of either end of a dump are kept for checks.
pub const TAIL: usize = 4096;

/// A run inside of the sandbox.
pub struct Context {
    /// What is asked for.
    pub verification: RestoreVerification,
    /// The folder that sources may fill; tools may write below it.
    pub scratch: PathBuf,
    /// Runs tools without network and without privileges.
    pub jail: Jail,
    /// The backup. A source fills in what it learns.
    pub artifact: Artifact,
    /// Its encryption. Sources and the encryption proof fill in what they see.
    pub encryption: Encryption,
    /// What was seen of the bytes.
    pub seen: Seen,
    /// The producer's manifest as found beside the backup: a DSSE envelope, not yet verified.
    pub manifest: Option<Vec<u8>>,
    /// A folder of archived write-ahead log that a base backup is to be followed by, read-only.
    pub wal: Option<PathBuf>,
    /// The canary's sequence of the last run that passed.
    pub last_canary_seq: Option<i64>,
    /// The cluster that the canary of that run was written to, where it is known.
    pub last_canary_system: Option<i64>,
    /// The canary's sequence of this run and the cluster that it was written to, when its MAC is right.
    pub canary: Option<(i64, i64)>,
    /// When the run was admitted.
    pub started_at: Time,
    /// The database that a dump of one was restored into; none for a backup of a whole cluster.
    pub dumped: Option<String>,
    /// The list that a dump has of its objects, as `pg_restore --list` writes it; before those of another database stands `\connect`
    /// and its name.
    pub objects: Option<PathBuf>,
    /// The data folder of a physical backup, once restored.
    pub data: Option<PathBuf>,
    /// The scratch server, while it runs.
    pub server: Option<Server>,
    /// Measurements for the objectives, in seconds.
    pub measured: BTreeMap<ObjectiveName, f64>,
    /// How long was tried what no recovery needs: it is no part of its time.
    pub(crate) aside: Duration,
    /// When a repository of any files took the backup in, which may be long after it was made.
    pub(crate) saved_at: Option<Time>,
    pub(crate) buckets: Vec<Bucket>,
    /// The manifest, once its signature was checked: it may be long.
    pub(crate) verified: OnceLock<Arc<Verified>>,
    /// Set once the configured key opened a repository: only then does it say something that another is refused.
    pub(crate) opened: OnceLock<()>,
    pub(crate) input: Input,
    pub(crate) secrets: Secrets,
    pub(crate) phases: Vec<PhaseTime>,
    pub(crate) checks: Vec<(CheckResult, Reason)>,
    pub(crate) phase: Option<(Phase, Instant)>,
    pub(crate) deadline: Instant,
    pub(crate) events: Box<dyn FnMut(Event) + Send>,
    pub(crate) exit_codes: BTreeMap<Phase, i32>,
}

/// What the sandbox tells while it works.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Event {
    /// A phase begins.
    Phase(Phase),
    /// A check is done.
    Check(Box<CheckResult>),
}

impl Context {
    /// A secret's bytes, without a line break at their end.
    pub fn secret(&self, reference: &SecretRef) -> Result<&[u8], Failure> {
        let bytes = self.secrets.0.get(reference).ok_or_else(|| {
            Failure::new(
                Reason::ConfigError,
                format!("the secret {reference} was not found below the folder of secrets"),
            )
        })?;
        Ok(bytes.trim_ascii_end())
    }

    /// The backup as a stream of its stored bytes. It can be taken once.
    pub fn take_stream(&mut self) -> Result<Box<dyn Read + Send>, Failure> {
        match std::mem::replace(&mut self.input, Input::Taken) {
            Input::Stream(stream) => Ok(stream),
            other => {
                self.input = other;
                Err(Failure::new(
                    Reason::ConfigError,
                    "the location is a folder, where one file is expected",
                ))
            }
        }
    }

    /// Whether the backup is a folder.
    pub const fn is_tree(&self) -> bool {
        matches!(self.input, Input::Tree(_))
    }

    /// The backup's folder, read-only.
    pub fn tree(&self) -> Result<&Path, Failure> {
        match &self.input {
            Input::Tree(path) => Ok(path),
            _ => Err(Failure::new(
                Reason::ConfigError,
                "the location is one file, where a folder is expected",
            )),
        }
    }

    /// Ends the phase before and begins another, with its deadline.
    pub fn begin(&mut self, phase: Phase) {
        self.end();
        let deadlines = &self.verification.spec.deadlines;
        let seconds = match phase {
            Phase::Locate | Phase::Fetch => deadlines.fetch_seconds,
            Phase::Decrypt | Phase::Restore | Phase::Recover => deadlines.restore_seconds,
            Phase::Checks => deadlines.checks_seconds,
            Phase::Destroy => 120,
        };
        let now = Instant::now();
        self.deadline = now + Duration::from_secs(seconds);
        self.phase = Some((phase, now));
        (self.events)(Event::Phase(phase));
    }

    /// Ends the phase.
    pub fn end(&mut self) {
        if let Some((name, since)) = self.phase.take() {
            let seconds = since.elapsed().as_secs_f64();
            let seconds = (seconds * 1000.0).round() / 1000.0;
            if let Some(same) = self.phases.iter_mut().find(|time| time.name == name) {
                same.seconds += seconds;
            } else {
                self.phases.push(PhaseTime {
                    name,
                    seconds,
                    bytes: None,
                    exit_code: None,
                });
            }
        }
    }

    /// Notes the exit code of a phase's tool.
    pub fn exit_code(&mut self, phase: Phase, code: Option<i32>) {
        self.exit_codes.insert(phase, code.unwrap_or(-1));
    }

    /// Whether the file system of the scratch has no room left.
    pub fn scratch_is_full(&self) -> bool {
        nix::sys::statvfs::statvfs(&self.scratch).is_ok_and(|stat| {
            let free = stat.blocks_available().saturating_mul(stat.fragment_size());
            // A server needs room for its next segment of log.
            free < 16 << 20
        })
    }

    /// When the phase must be over.
    pub const fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The PostgreSQL of a major version on this machine.
    pub fn installation(&self, major: u32) -> Result<Installation, Failure> {
        Installation::find(major)
    }

    /// A session on a database of the scratch server, as its superuser.
    pub fn connect(&self, database: &str) -> Result<postgres::Client, Failure> {
        self.server
            .as_ref()
            .ok_or_else(|| Failure::new(Reason::BootFailed, "the scratch server does not run"))?
            .connect(database, self.deadline)
    }

    /// The databases of the scratch server that hold restored data, by name.
    pub fn databases(&self) -> Result<Vec<String>, Failure> {
        self.server
            .as_ref()
            .ok_or_else(|| Failure::new(Reason::BootFailed, "the scratch server does not run"))?
            .databases(self.deadline)
    }
}
