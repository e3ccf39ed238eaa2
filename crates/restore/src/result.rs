//! What a verification says: the restore result of `docs/schemas/restore-result.schema.json`.
//!
//! Nothing in it can carry a row of the database: strings are identifiers, enumerations or at most 200
//! characters of a number's neighbourhood, and observed values are numbers, booleans or such strings.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// The version of the result's schema.
pub const SCHEMA_VERSION: &str = "1.0";

/// The longest string that a check may observe or expect, in characters.
pub const OBSERVED_LIMIT: usize = 200;

/// One verification, from the location of the backup to the proof that the scratch is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestoreResult {
    /// [`SCHEMA_VERSION`].
    pub schema_version: String,
    /// `RestoreVerificationResult`.
    pub kind: String,
    /// A ULID.
    pub run_id: String,
    /// What was verified.
    pub verification: Verification,
    /// Why it ran.
    pub trigger: Trigger,
    /// What ran it.
    pub tool: Tool,
    /// When the run was admitted: the start of the recovery time.
    pub started_at: Time,
    /// When the scratch was gone.
    pub finished_at: Time,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, `None` for Passed.
    pub reason: Reason,
    /// The backup, when one was found.
    pub artifact: Option<Artifact>,
    /// How it is encrypted.
    pub encryption: Encryption,
    /// What was to be met, and what was measured.
    pub objectives: BTreeMap<ObjectiveName, Objective>,
    /// The recovery time by phase.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<PhaseTime>,
    /// Every check, in the order in which they ran.
    pub checks: Vec<CheckResult>,
    /// Where it was restored, and whether that is gone.
    pub scratch: Scratch,
    /// The requirements that the run is evidence for.
    pub controls: Vec<Control>,
    /// What earlier runs said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<Prior>,
}

/// A moment in UTC with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub DateTime<Utc>);

impl Time {
    /// The wall clock.
    pub fn now() -> Self {
        Self(std::time::SystemTime::now().into())
    }

    /// Seconds from another moment to this one; negative when this one is earlier.
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of any real span fit a double"
    )]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0).num_milliseconds() as f64 / 1000.0
    }
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        DateTime::parse_from_rfc3339(&text)
            .map(|time| Self(time.to_utc()))
            .map_err(serde::de::Error::custom)
    }
}

/// What was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Verification {
    /// The cluster's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The namespace of the `RestoreVerification`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Its UID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// `sha256:` and the hash of the specification's bytes.
    pub spec_digest: String,
}

/// Why a verification ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trigger {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: TriggerKind,
    /// The slot of the schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_for: Option<Time>,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<String>,
    /// The attempt, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
}

/// Why a verification ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TriggerKind {
    /// Its schedule.
    Schedule,
    /// A person.
    Manual,
    /// Its creation.
    Create,
    /// `hipaa-iac restore verify`.
    Cli,
}

/// What ran the verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tool {
    /// `hipaa-iac`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The commit it was built from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_commit: Option<String>,
    /// The runner's image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_digest: Option<String>,
    /// The database server that the backup was restored into, such as `postgres 15.18`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
}

/// What came of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Every required check passed, every objective was met, and the scratch is gone.
    Passed,
    /// The backup, or what it was restored to, is not what it must be.
    Failed,
    /// Nothing is known about the backup: the verification could not run to its end.
    Inconclusive,
    /// The verification was not to run.
    Skipped,
    /// Somebody stopped it.
    Aborted,
}

/// Why a verdict was given: a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "`meaning` says what each one is")]
pub enum Reason {
    None,
    // Failed.
    BackupMissing,
    StaleBackup,
    StaleData,
    RecoveryPointLag,
    NotEncrypted,
    WeakEncryption,
    WrongServerSideKey,
    KeyMismatch,
    NegativeDecryptAccepted,
    ChecksumMismatch,
    ArtifactCorrupt,
    ArtifactTruncated,
    RestoreFailed,
    BootFailed,
    WalMissing,
    PhysicalCorruption,
    SchemaMismatch,
    TableMissing,
    RowCountLow,
    DigestMismatch,
    CanaryMissing,
    CanaryRolledBack,
    AssertionFailed,
    RtoExceeded,
    VersionUnsupported,
    TimestampInFuture,
    // Inconclusive.
    ConfigError,
    FetchDenied,
    FetchTimeout,
    StorageFull,
    OutOfMemory,
    ImageUnavailable,
    Unschedulable,
    DeadlineExceeded,
    RunnerLost,
    ToolMissing,
    EvidencePending,
    AssertionError,
    // Skipped.
    Suspended,
    ConcurrencyForbid,
    MissedSlot,
    // Aborted.
    Interrupted,
}

impl Reason {
    /// The verdict that a run with this reason gets.
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::None => Verdict::Passed,
            Self::ConfigError
            | Self::FetchDenied
            | Self::FetchTimeout
            | Self::StorageFull
            | Self::OutOfMemory
            | Self::ImageUnavailable
            | Self::Unschedulable
            | Self::DeadlineExceeded
            | Self::RunnerLost
            | Self::ToolMissing
            | Self::EvidencePending
            | Self::AssertionError => Verdict::Inconclusive,
            Self::Suspended | Self::ConcurrencyForbid | Self::MissedSlot => Verdict::Skipped,
            Self::Interrupted => Verdict::Aborted,
            _ => Verdict::Failed,
        }
    }

    /// What it means and what to do, as a sentence without its stop.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::None => "every required check passed",
            Self::BackupMissing => {
                "there is no backup where one must be: look at the backup job and the location"
            }
            Self::StaleBackup => {
                "the newest backup is older than objectives.maxBackupAge: the backup job has stopped, or writes elsewhere"
            }
            Self::StaleData => {
                "the data in the backup is older than objectives.maxDataAge: the job copies something old"
            }
            Self::RecoveryPointLag => {
                "the last transaction that can be recovered is older than objectives.maxRecoveryPointLag: WAL archiving has stopped or lost segments"
            }
            Self::NotEncrypted => "the backup is not encrypted as encryptionPolicy requires",
            Self::WeakEncryption => {
                "the backup is encrypted with a key that is well known or easily guessed: choose a new one and back up again"
            }
            Self::WrongServerSideKey => {
                "the object is not encrypted by the store with the key that encryptionPolicy.serverSide names"
            }
            Self::KeyMismatch => {
                "the key does not open the backup; a backup that cannot be decrypted is no backup"
            }
            Self::NegativeDecryptAccepted => {
                "a key that must not open the backup opens it: the encryption is only a show"
            }
            Self::ChecksumMismatch => "the backup's bytes are not those that its producer recorded",
            Self::ArtifactCorrupt => "the backup is damaged: its encryption or its format says so",
            Self::ArtifactTruncated => {
                "the backup ends before its end: look for a killed job or a full disk"
            }
            Self::RestoreFailed => "the database's own tool could not restore the backup",
            Self::BootFailed => "the restored database does not start",
            Self::WalMissing => {
                "the database cannot reach a consistent state: write-ahead log is missing or damaged"
            }
            Self::PhysicalCorruption => "the restored files are damaged, though the server starts",
            Self::SchemaMismatch => "the restored schema is not the one that is expected",
            Self::TableMissing => "a table that must be there is not",
            Self::RowCountLow => "a table holds fewer rows than its producer counted",
            Self::DigestMismatch => "a table's rows are not those that its producer digested",
            Self::CanaryMissing => {
                "the restore canary is missing, or its MAC is wrong (see `hipaa-iac restore canary write`), or it is of another cluster than before, as after pg_upgrade: then name the new one in checks.canary.systemIdentifier"
            }
            Self::CanaryRolledBack => {
                "the restore canary is older than one seen before: an old backup has taken the place of the new one"
            }
            Self::AssertionFailed => "an assertion on the restored data does not hold",
            Self::RtoExceeded => "the restore took longer than objectives.rto",
            Self::VersionUnsupported => {
                "the backup is of a newer version than what is to restore it, or does not say of which: see target.engine.postgres.version"
            }
            Self::TimestampInFuture => {
                "the backup says that it was made in the future: a clock is wrong, or somebody set it"
            }
            Self::ConfigError => "the verification is configured wrongly",
            Self::FetchDenied => "the store refuses access: look at the credentials and the policy",
            Self::FetchTimeout => "the store did not answer, or not in time",
            Self::StorageFull => {
                "the scratch is too small for the restored database: raise target.storage"
            }
            Self::OutOfMemory => "a process was killed for want of memory",
            Self::ImageUnavailable => "the runner's image could not be pulled",
            Self::Unschedulable => "no node had room for the runner",
            Self::DeadlineExceeded => {
                "the run took longer than its deadline and was stopped: see deadlines"
            }
            Self::RunnerLost => "the process that restored the backup died",
            Self::ToolMissing => {
                "a program that a required step needs is not installed, such as the server of the backup's major version (Debian's package postgresql-N); or, where the check isolation.files failed, the kernel has no Landlock"
            }
            Self::EvidencePending => "the evidence could not be recorded yet",
            Self::AssertionError => "an assertion could not be evaluated: its SQL is wrong",
            Self::Suspended => "the verification is suspended",
            Self::ConcurrencyForbid => "another run of this verification is under way",
            Self::MissedSlot => "the verification did not run when its schedule said",
            Self::Interrupted => "the run was stopped by a signal",
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

/// The kind of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the kinds are the sources' names")]
pub enum ArtifactKind {
    PgDump,
    PgBaseBackup,
    PgBackRest,
    Restic,
    CnpgBackup,
    VolumeSnapshot,
    Velero,
    RdsSnapshot,
    RdsRestoreTesting,
}

/// The backup that was restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Artifact {
    /// Its kind.
    pub kind: ArtifactKind,
    /// Where it is, without credentials.
    pub uri: String,
    /// The object's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// Its size, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// `sha256:` and the hash of its bytes as stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// When the tool that made it says that it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub produced_at: Option<Time>,
    /// The tool's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The tool and its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub producer_tool: Option<String>,
    /// Places in the write-ahead log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lsn: Option<Lsn>,
    /// The hash of the producer's manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_digest: Option<String>,
}

/// Places in the write-ahead log, as PostgreSQL writes them (`0/2000028`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Lsn {
    /// Where the backup starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Where it stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<String>,
    /// How far recovery came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered: Option<String>,
}

/// How the backup is encrypted, as seen in its bytes and in the store's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Encryption {
    /// By its producer.
    pub client_side: ClientSide,
    /// By the store.
    pub server_side: ServerSide,
    /// Whether a key that must not open it opens it.
    pub negative_decrypt: NegativeDecrypt,
}

impl Encryption {
    /// Nothing is known yet.
    pub const fn unknown() -> Self {
        Self {
            client_side: ClientSide {
                format: EncryptionFormat::Unknown,
                authenticated: None,
                key_fingerprints: Vec::new(),
                known_key: None,
            },
            server_side: ServerSide {
                algorithm: ServerSideAlgorithm::Unknown,
                key_arn: None,
                matches_expected: None,
            },
            negative_decrypt: NegativeDecrypt::NotRun,
        }
    }
}

/// Encryption by the producer of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientSide {
    /// The format, as its first bytes say.
    pub format: EncryptionFormat,
    /// Whether the format finds changed bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticated: Option<bool>,
    /// The keys that open it, as far as the format names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_fingerprints: Vec<String>,
    /// Whether a well-known key opens it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_key: Option<bool>,
}

/// A format of encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the formats are their names")]
pub enum EncryptionFormat {
    None,
    AgeV1,
    Openpgp,
    OpensslSalted,
    ResticV1,
    ResticV2,
    Kopia,
    Unknown,
}

/// Encryption by the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServerSide {
    /// The algorithm that the store names.
    pub algorithm: ServerSideAlgorithm,
    /// The key that the store names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_arn: Option<String>,
    /// Whether both are those that the policy names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches_expected: Option<bool>,
}

/// An algorithm of server-side encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerSideAlgorithm {
    /// The store does not encrypt.
    #[serde(rename = "none")]
    None,
    /// With a key of the store.
    #[serde(rename = "AES256")]
    Aes256,
    /// With a key in a key management service.
    #[serde(rename = "aws:kms")]
    AwsKms,
    /// Twice, with such a key.
    #[serde(rename = "aws:kms:dsse")]
    AwsKmsDsse,
    /// By the storage of a cluster, as the class of the volume says.
    #[serde(rename = "storageClass")]
    StorageClass,
    /// The store does not say.
    #[serde(rename = "unknown")]
    Unknown,
    /// There is no store: a file system.
    #[serde(rename = "notApplicable")]
    NotApplicable,
}

/// What came of trying a key that must not open the backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NegativeDecrypt {
    /// It was refused.
    Refused,
    /// It opened the backup.
    Accepted,
    /// It was not tried.
    NotRun,
}

/// The objectives' names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ObjectiveName {
    /// Now less the time at which the backup's tool says that it stopped.
    BackupAge,
    /// Now less the newest time in the data.
    DataAge,
    /// Now less the last transaction that was recovered.
    RecoveryPointLag,
    /// From admission to the end of the last required check.
    Rto,
}

/// An objective: its target and what was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Objective {
    /// At most this many seconds.
    pub target_seconds: f64,
    /// Seconds measured; none when they could not be.
    pub measured_seconds: Option<f64>,
    /// Whether the target was met. What was not measured was not met.
    pub met: bool,
}

impl Objective {
    /// Judges a measurement.
    pub fn judge(target_seconds: f64, measured_seconds: Option<f64>) -> Self {
        Self {
            target_seconds,
            measured_seconds,
            met: measured_seconds.is_some_and(|measured| measured <= target_seconds),
        }
    }
}

/// A phase of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Finding the backup.
    Locate,
    /// Reading it from its location.
    Fetch,
    /// Opening it.
    Decrypt,
    /// Restoring it.
    Restore,
    /// Starting the server and replaying the log.
    Recover,
    /// The checks.
    Checks,
    /// Destroying what was restored.
    Destroy,
}

/// How long a phase took. Fetching, decrypting and restoring overlap where the backup is streamed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PhaseTime {
    /// The phase.
    pub name: Phase,
    /// Its seconds.
    pub seconds: f64,
    /// Bytes read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The exit code of its tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

/// What one check saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckResult {
    /// Its name.
    pub id: String,
    /// What came of it.
    pub status: CheckStatus,
    /// How bad it is when it does not pass.
    pub severity: Severity,
    /// Whether the verdict needs it to pass.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// What it expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What it saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<Observed>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Why it did not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_run_reason: Option<String>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckStatus {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It could not be evaluated.
    Error,
    /// It did not run, which is never a pass.
    NotRun,
}

/// How bad it is when a check does not pass.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[expect(missing_docs, reason = "severities are their names")]
pub enum Severity {
    Low,
    Medium,
    #[default]
    High,
    Critical,
}

/// A value that a check saw. Text is never a cell of the database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Observed {
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(serde_json::Number),
    /// A name, an enumeration or a list of them.
    Text(String),
}

impl Observed {
    /// Text, cut at [`OBSERVED_LIMIT`].
    pub fn text(text: &str) -> Self {
        Self::Text(text.chars().take(OBSERVED_LIMIT).collect())
    }
}

impl From<u64> for Observed {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Observed {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

/// Where the backup was restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scratch {
    /// What kept it from the rest.
    pub isolation: Isolation,
    /// What held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<Storage>,
    /// The longest that it could have lived, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_lifetime_seconds: Option<u64>,
    /// Whether it is gone.
    pub destroyed: Destroyed,
    /// When that was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_absent_at: Option<Time>,
}

/// What kept the scratch from the rest of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "docs/restore-verification.md says what each is"
)]
pub enum Isolation {
    TwoPod,
    SinglePodAllowList,
    LocalNamespaces,
    LocalDirectory,
    CloudAccount,
}

/// What held the scratch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "storages are their names")]
pub enum Storage {
    Memory,
    EphemeralVolume,
    LocalDirectory,
    CloudVolume,
}

/// Whether the scratch is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destroyed {
    /// It was looked for afterwards and is not there.
    Verified,
    /// It may still be there.
    NotVerified,
    /// There was none.
    NotCreated,
}

/// A requirement that the run is evidence for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// The framework, such as `HIPAA`.
    pub framework: String,
    /// The paragraph, such as `164.308(a)(7)(ii)(D)`.
    pub id: String,
}

/// What earlier runs said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prior {
    /// When one last passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_passed_at: Option<Time>,
    /// How many slots passed without a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_slots: Option<u64>,
    /// The digest of the record before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_digest: Option<String>,
}
