//! The `RestoreVerification` document: what is verified, against which objectives, with which checks.
//!
//! One form serves the command and the cluster. What only the cluster reads (`schedule`, `covers`, `enforcement`,
//! …) is accepted here and has no effect on a run of the command.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use hipaa_iac_source::fragment;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use crate::result::Severity;

/// The largest `objectives.rto`, in seconds: 72 hours, the limit of the proposed 45 CFR 164.308(a)(13) (90 FR 898).
pub const RTO_LIMIT: u64 = 72 * 3600;

/// The longest deadline, in seconds: 31 days, the time between two restores that the proposed rule asks for.
const DEADLINE_LIMIT: u64 = 31 * 86_400;

/// The longest document, in bytes.
const DOCUMENT_LIMIT: usize = 1 << 20;

/// A document that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", place(*.line, *.column))]
pub struct ConfigError {
    /// The line, from 1; 0 when the whole document is meant.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// What is wrong and what to do, as a lowercase fragment.
    pub what: String,
}

fn place(line: u64, column: u64) -> String {
    if line == 0 {
        String::new()
    } else {
        format!("line {line}, column {column}: ")
    }
}

impl ConfigError {
    fn new(what: impl Into<String>) -> Self {
        Self {
            line: 0,
            column: 0,
            what: what.into(),
        }
    }
}

/// A verification: the document's root.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestoreVerification {
    /// `hipaa-iac.dev/v1alpha1`.
    pub api_version: String,
    /// `RestoreVerification`.
    pub kind: String,
    /// Its name.
    pub metadata: Metadata,
    /// What it asks for.
    pub spec: Spec,
}

/// A verification's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metadata {
    /// The name: lowercase letters, digits and hyphens.
    pub name: String,
    /// The namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// What is verified and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spec {
    /// What the verification vouches for. Read in a cluster only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<Covered>,
    /// When it runs. Read in a cluster only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// Not to run for now.
    #[serde(default)]
    pub suspend: bool,
    /// How many runs are kept. Read in a cluster only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
    /// The backup.
    pub source: Source,
    /// How it must be encrypted.
    #[serde(default)]
    pub encryption_policy: EncryptionPolicy,
    /// Where it is restored.
    #[serde(default)]
    pub target: Target,
    /// How long each phase may take.
    #[serde(default)]
    pub deadlines: Deadlines,
    /// What must be met.
    #[serde(default)]
    pub objectives: Objectives,
    /// What is checked.
    #[serde(default)]
    pub checks: Checks,
    /// Where the record goes. Read in a cluster only; the command has `--evidence-dir`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// What admission does without a proof. Read in a cluster only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enforcement: Option<Enforcement>,
}

/// An object that a verification vouches for: by name or by selector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Covered {
    /// Its API group; the kind's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Its kind.
    pub kind: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
}

/// Labels that must be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabelSelector {
    /// The labels.
    #[serde(default)]
    pub match_labels: BTreeMap<String, String>,
}

/// When a verification runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schedule {
    /// A cron expression of five fields.
    pub cron: String,
    /// Its time zone, from the IANA database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// At most this many seconds are added.
    #[serde(default)]
    pub jitter_seconds: u32,
    /// A slot that is later than this many seconds is missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starting_deadline_seconds: Option<u32>,
    /// What happens when a run is still under way.
    #[serde(default)]
    pub concurrency_policy: ConcurrencyPolicy,
}

/// What happens when a run is still under way at its next slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ConcurrencyPolicy {
    /// The new run is skipped.
    #[default]
    Forbid,
    /// The old run is stopped.
    Replace,
}

/// How many runs are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct History {
    /// Passed ones.
    #[serde(default)]
    pub passed: Option<u32>,
    /// Others.
    #[serde(default)]
    pub failed: Option<u32>,
}

/// The backup: exactly one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Source {
    /// A dump by `pg_dump`.
    PgDump(PgDump),
    /// A base backup by `pg_basebackup` with its write-ahead log.
    PgBaseBackup(PgBaseBackup),
    /// A pgBackRest repository.
    PgBackRest(PgBackRest),
    /// A restic repository.
    Restic(Restic),
    /// A backup of a CloudNativePG cluster, or of whatever else calls `barman-cloud-backup` and `barman-cloud-wal-archive`.
    CnpgBackup(CnpgBackup),
    /// A snapshot of the volume that a server keeps its data folder on, taken at one moment while it runs.
    VolumeSnapshot(VolumeSnapshot),
}

/// A dump by `pg_dump`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PgDump {
    /// Its format, inside of any encryption and compression.
    pub format: DumpFormat,
    /// Where it is.
    pub location: Location,
    /// The key of the producer's manifest, in which `{artifact}` is the backup's file name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_key: Option<String>,
    /// How it is encrypted.
    pub encryption: ClientEncryption,
    /// The major version of the server it came from; read from the dump when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub major_version: Option<u32>,
    /// The database that it is restored into; not for `pg_dumpall`, which names its own.
    #[serde(default = "default_database")]
    pub database: String,
}

fn default_database() -> String {
    "restored".to_owned()
}

/// A format of `pg_dump`. Compression by gzip or zstd around it is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DumpFormat {
    /// `--format=custom`.
    Custom,
    /// `--format=directory`: the folder itself, or a tar archive of it.
    Directory,
    /// `--format=tar`.
    Tar,
    /// `--format=plain`: SQL for psql; also of `pg_dumpall`, whose roles and databases are then those of the backup.
    Plain,
}

/// A base backup by `pg_basebackup`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PgBaseBackup {
    /// Where it is: a folder (plain, or with `base.tar` and `pg_wal.tar`), or a tar archive of the data folder.
    pub location: Location,
    /// A folder of archived write-ahead log to replay after the backup's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wal: Option<Location>,
    /// The key of the producer's manifest, in which `{artifact}` is the backup's file name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_key: Option<String>,
    /// How it is encrypted.
    pub encryption: ClientEncryption,
}

/// A pgBackRest repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PgBackRest {
    /// The stanza.
    pub stanza: String,
    /// The repository.
    pub location: Location,
    /// The key of the producer's manifest of the newest backup, in which `{artifact}` is the repository's name: the
    /// last part of its path or prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_key: Option<String>,
    /// The passphrase of `repo-cipher-type=aes-256-cbc`; absent for a repository that is not encrypted by pgBackRest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cipher_pass_secret_ref: Option<SecretRef>,
    /// `latest` or a backup's label.
    #[serde(default = "latest")]
    pub set: String,
    /// How far the log is replayed.
    #[serde(default)]
    pub target: RecoveryTarget,
    /// The lowest version of pgBackRest that may restore it, such as `2.45`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_version: Option<String>,
}

fn latest() -> String {
    "latest".to_owned()
}

/// How far the write-ahead log is replayed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum RecoveryTarget {
    /// To the end of what is archived.
    #[default]
    Latest,
    /// To a moment, as PostgreSQL reads it.
    Time(String),
    /// To a named restore point.
    Name(String),
}

/// A restic repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Restic {
    /// The repository.
    pub location: Location,
    /// The key of the producer's manifest of the newest snapshot, in which `{artifact}` is the repository's name: the
    /// last part of its path or prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_key: Option<String>,
    /// Its password.
    pub password_secret_ref: SecretRef,
    /// Which snapshots count.
    #[serde(default)]
    pub selector: SnapshotSelector,
    /// `latest` or a snapshot's id.
    #[serde(default = "latest")]
    pub snapshot: String,
    /// What a snapshot holds.
    pub layout: ResticLayout,
    /// The part of the packs that `check` reads, such as `1/7` or `100%`.
    #[serde(default = "all_data")]
    pub read_data_subset: String,
}

fn all_data() -> String {
    "100%".to_owned()
}

/// Which snapshots count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SnapshotSelector {
    /// Of this host.
    pub host: Option<String>,
    /// With all of these tags.
    pub tags: Vec<String>,
    /// Of these paths.
    pub paths: Vec<String>,
}

/// What a restic snapshot holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum ResticLayout {
    /// A base backup by `pg_basebackup --format=plain`.
    PgBaseBackup,
    /// One file with a dump, from standard input.
    PgDumpStdin(DumpFormat),
}

/// A backup as `barman-cloud-backup` writes it, with the log of `barman-cloud-wal-archive`: those of CloudNativePG.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CnpgBackup {
    /// The folder of the server, which has `base` and `wals` in it; in a cluster also `cnpgCluster`.
    pub location: Location,
    /// `latest` or a backup's id, such as `20261124T031700`. Where the location is a `cnpgCluster`: `latest` or the name of a `Backup`.
    #[serde(default = "latest")]
    pub backup: String,
    /// How far the log is replayed.
    #[serde(default)]
    pub target: RecoveryTarget,
}

/// A snapshot of the one volume that holds a data folder with its `pg_wal`. A snapshot is as good as a crash: the server recovers from its log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VolumeSnapshot {
    /// In a cluster a `volumeSnapshot`; for the command, the data folder on a volume that was made of the snapshot and is mounted.
    pub location: Location,
}

/// Where a backup is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Location {
    /// A file or a folder of this machine.
    Local(LocalLocation),
    /// An object, or all objects below a prefix, of an S3-compatible store.
    S3(S3Location),
    /// A file or a folder of a `PersistentVolumeClaim`. Read in a cluster only.
    Pvc(PvcLocation),
    /// The object store of a CloudNativePG cluster, for `cnpgBackup`. Read in a cluster only.
    CnpgCluster(CnpgCluster),
    /// A `VolumeSnapshot`, for the source of that name. Read in a cluster only.
    VolumeSnapshot(SnapshotLocation),
}

/// A file or a folder of this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LocalLocation {
    /// The path: the backup itself, or with `select` the folder that it is in.
    pub path: PathBuf,
    /// Which entry of the folder is the backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Select>,
    /// Only entries whose name ends so count for `select`, such as `.dump.age`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
}

/// Which of several entries is the backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Select {
    /// The one whose name comes last, for names that carry a date sort by it. A modification time proves nothing.
    Newest,
}

/// Objects of an S3-compatible store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct S3Location {
    /// The bucket.
    pub bucket: String,
    /// The key of the backup, or with `select` the prefix of the keys that count; a repository's prefix.
    pub prefix: String,
    /// Which of the objects is the backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Select>,
    /// Only keys that end so count for `select`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// The region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The store's address, when it is not Amazon's; `http://` only for loopback addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The secret with `accessKeyId` and `secretAccessKey`, and perhaps `sessionToken`; without it the
    /// environment's credentials (`AWS_…`, web identity, instance metadata).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials_secret_ref: Option<SecretName>,
}

/// A file or a folder of a `PersistentVolumeClaim`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PvcLocation {
    /// The claim.
    pub claim_name: String,
    /// The path in it.
    pub path: PathBuf,
}

/// A CloudNativePG cluster, whose resource or whose plugin's `ObjectStore` says where its backups are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CnpgCluster {
    /// The `Cluster`, in the verification's namespace.
    pub name: String,
    /// The region of the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The secret with `accessKeyId` and `secretAccessKey`, which need to read only: the cluster's own are not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials_secret_ref: Option<SecretName>,
}

/// A `VolumeSnapshot` of the verification's namespace: by its name, or the newest of a claim or with labels. Exactly one of the three is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SnapshotLocation {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The claim whose newest snapshot it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_name: Option<String>,
    /// The labels of which the newest snapshot is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
    /// The data folder, below the root of the volume, such as `pgdata`.
    #[serde(default)]
    pub path: PathBuf,
    /// The class of the volume that is made of it; that of the claim which the snapshot is of when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class_name: Option<String>,
}

/// How a backup is encrypted by its producer: exactly one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum ClientEncryption {
    /// With age.
    Age(AgeEncryption),
    /// With `GnuPG`.
    Gpg(GpgEncryption),
    /// Not by its producer: the store or the disk encrypts.
    ServerSide,
}

/// Encryption with age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgeEncryption {
    /// The identity (`AGE-SECRET-KEY-1…`).
    pub identity_secret_ref: SecretRef,
}

/// Encryption with `GnuPG`: with a secret key or with a passphrase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GpgEncryption {
    /// The secret key, as `gpg --export-secret-keys` writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key_secret_ref: Option<SecretRef>,
    /// The passphrase of the key, or of symmetric encryption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passphrase_secret_ref: Option<SecretRef>,
}

/// A key of a secret. In a cluster a Kubernetes Secret; for the command the file `<name>/<key>` below `--secrets`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretRef {
    /// The secret.
    pub name: String,
    /// Its key.
    pub key: String,
}

impl SecretRef {
    /// A reference.
    pub fn new(name: &str, key: &str) -> Self {
        Self {
            name: name.to_owned(),
            key: key.to_owned(),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.key)
    }
}

/// A secret as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretName {
    /// The secret.
    pub name: String,
}

/// How a backup must be encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EncryptionPolicy {
    /// By whom.
    pub required: RequiredEncryption,
    /// What the store must answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_side: Option<ServerSidePolicy>,
    /// Whether the bucket, too, must encrypt by default, as `serverSide` asks, and refuse requests without TLS.
    pub bucket_settings: bool,
    /// Whether well-known keys fail.
    pub deny_known_keys: bool,
    /// Whether a key that must not open the backup is tried.
    pub negative_decrypt: bool,
    /// The only age recipients that may be able to open the backup; any when empty. A header tells how many it has, and not which.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
}

impl Default for EncryptionPolicy {
    fn default() -> Self {
        Self {
            required: RequiredEncryption::default(),
            server_side: None,
            bucket_settings: false,
            deny_known_keys: true,
            negative_decrypt: true,
            recipients: Vec::new(),
        }
    }
}

/// By whom a backup must be encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RequiredEncryption {
    /// By its producer, before it leaves the machine.
    #[default]
    ClientSide,
    /// By the store.
    ServerSide,
    /// By either.
    Any,
    /// Not at all: the verification says nothing about encryption.
    None,
}

/// What the store must answer about encryption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServerSidePolicy {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub algorithm: String,
    /// The key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_arn: Option<String>,
}

/// Where a backup is restored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Target {
    /// The server.
    pub engine: Engine,
    /// What holds the data.
    pub storage: StorageTarget,
    /// Requests and limits. Read in a cluster only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
    /// Nodes. Read in a cluster only.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub node_selector: BTreeMap<String, String>,
    /// Tolerations. Read in a cluster only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tolerations: Vec<serde_json::Value>,
}

/// Requests and limits of the runner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Resources {
    /// Requests.
    pub requests: BTreeMap<String, String>,
    /// Limits.
    pub limits: BTreeMap<String, String>,
}

/// The database server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Engine {
    /// PostgreSQL.
    pub postgres: PostgresEngine,
}

/// A PostgreSQL server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PostgresEngine {
    /// `Auto` for the backup's major version, or a major version such as `15`.
    pub version: String,
    /// The runner's image. Read in a cluster only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Extensions that the restored database must have; of several databases one at least.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<String>,
    /// Roles that the scratch server has before a dump is restored, without login: those that policies name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Settings of the scratch server, such as `shared_buffers`. What isolates the scratch cannot be set.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

impl Default for PostgresEngine {
    fn default() -> Self {
        Self {
            version: "Auto".to_owned(),
            image: None,
            extensions: Vec::new(),
            roles: Vec::new(),
            parameters: BTreeMap::new(),
        }
    }
}

/// What holds the restored data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum StorageTarget {
    /// Memory, which nothing outlives.
    Memory(MemoryStorage),
    /// A volume that lives as long as the run; for the command, a folder below `--scratch`.
    EphemeralVolume(VolumeStorage),
}

impl StorageTarget {
    /// How much it holds, in bytes.
    pub(crate) const fn size(&self) -> u64 {
        match self {
            Self::Memory(memory) => memory.size_limit.0,
            Self::EphemeralVolume(volume) => volume.size.0,
        }
    }
}

impl Default for StorageTarget {
    fn default() -> Self {
        Self::Memory(MemoryStorage {
            size_limit: Quantity(4 << 30),
        })
    }
}

/// A file system in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemoryStorage {
    /// Its size.
    pub size_limit: Quantity,
}

/// A volume.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VolumeStorage {
    /// Its class. Read in a cluster only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class_name: Option<String>,
    /// Its size.
    pub size: Quantity,
}

impl Eq for VolumeStorage {}

/// How long each phase may take, in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Deadlines {
    /// Reading the backup.
    pub fetch_seconds: u64,
    /// Restoring and recovering it.
    pub restore_seconds: u64,
    /// Checking it.
    pub checks_seconds: u64,
    /// All of it.
    pub total_seconds: u64,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            fetch_seconds: 3600,
            restore_seconds: 14_400,
            checks_seconds: 1800,
            total_seconds: 21_600,
        }
    }
}

/// What must be met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Objectives {
    /// The backup's own time of making.
    pub max_backup_age: Option<Span>,
    /// The newest time in the data.
    pub max_data_age: Option<Span>,
    /// The last transaction that can be recovered.
    pub max_recovery_point_lag: Option<Span>,
    /// From the start of the run to the last required check.
    pub rto: Span,
}

impl Default for Objectives {
    fn default() -> Self {
        Self {
            max_backup_age: None,
            max_data_age: None,
            max_recovery_point_lag: None,
            rto: Span(RTO_LIMIT),
        }
    }
}

/// What is checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Checks {
    /// The product's own checks.
    pub builtin: Builtin,
    /// The restore canary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary: Option<Canary>,
    /// The producer's manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<ManifestCheck>,
    /// Assertions on the data.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sql: Vec<SqlAssertion>,
    /// What of the observed values is stored.
    pub redaction: Redaction,
}

/// The product's own checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Builtin {
    /// That the backup is encrypted as the policy asks.
    pub encryption_proof: Requirement,
    /// That its bytes are those of the producer's manifest, or of the store's own checksum.
    pub checksum: Requirement,
    /// `pg_amcheck`.
    pub amcheck: Amcheck,
    /// `pg_checksums` over a physical backup whose cluster has checksums.
    pub pg_checksums: bool,
    /// `pg_verifybackup` over a base backup.
    pub pg_verify_backup: Auto,
    /// That a plain dump has its trailer.
    pub dump_trailer: bool,
    /// That the extensions named in `target.engine.postgres.extensions` are there.
    pub extensions: bool,
    /// That sequences are not behind their columns.
    pub sequences: bool,
    /// That there is a table with a row in it.
    pub rows: bool,
}

impl Default for Builtin {
    fn default() -> Self {
        Self {
            encryption_proof: Requirement::Required,
            checksum: Requirement::Auto,
            amcheck: Amcheck::Heapallindexed,
            pg_checksums: true,
            pg_verify_backup: Auto::Auto,
            dump_trailer: true,
            extensions: true,
            sequences: true,
            rows: true,
        }
    }
}

/// Whether a check must pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Requirement {
    /// It must run and pass.
    Required,
    /// It must pass where it can run.
    Auto,
    /// It does not run.
    Off,
}

/// Whether a check runs where it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Auto {
    /// It runs where it applies, and must pass there.
    Auto,
    /// It must apply, run and pass.
    Required,
    /// It does not run.
    Off,
}

/// How deep `pg_amcheck` looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Amcheck {
    /// Tables, indexes, and that every row is in its indexes.
    Heapallindexed,
    /// Tables and indexes.
    Standard,
    /// Not at all.
    Off,
}

/// The restore canary: a row that proves how old the data is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Canary {
    /// The table, with its schema.
    #[serde(default = "canary_table")]
    pub table: String,
    /// The database that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// The key of its MAC, at least 16 bytes.
    pub mac_key_secret_ref: SecretRef,
    /// The oldest that it may be.
    pub max_age: Span,
    /// Whether its sequence may not go back between runs.
    #[serde(default = "yes")]
    pub monotonic: bool,
    /// The cluster that it is written to, by what `select system_identifier from pg_control_system()` gives there: a row of another does not
    /// count. Without it the command remembers the cluster of the last run that passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_identifier: Option<String>,
}

fn canary_table() -> String {
    "hipaa_iac.restore_canary".to_owned()
}

const fn yes() -> bool {
    true
}

/// The check against the producer's manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestCheck {
    /// Whether there must be one.
    #[serde(default = "yes")]
    pub required: bool,
    /// The producer's public key, an ed25519 key in PEM.
    pub public_key_secret_ref: SecretRef,
    /// The key of the digests of rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest_key_secret_ref: Option<SecretRef>,
    /// How much fewer or more rows a table may hold.
    #[serde(default)]
    pub row_count_tolerance: Percent,
    /// Tables whose rows are digested.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub digests: Vec<String>,
}

/// An assertion on the restored data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SqlAssertion {
    /// Its name: lowercase letters, digits, dots and hyphens.
    pub id: String,
    /// The database; the only one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// A query for one value.
    pub query: String,
    /// What the value must be.
    pub expect: Expect,
    /// How bad it is when it does not hold.
    #[serde(default)]
    pub severity: Severity,
    /// Whether the verdict needs it.
    #[serde(default = "yes")]
    pub required: bool,
    /// The longest that it may run, in seconds.
    #[serde(default = "minute")]
    pub timeout_seconds: u32,
}

const fn minute() -> u32 {
    60
}

/// What a value must be: an operator and a value, or a field of the producer's manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expect {
    /// The operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<Operator>,
    /// The right-hand side: a number or a boolean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// A name under `values` of the producer's manifest, which the value must equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches_manifest: Option<String>,
}

/// An operator of comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "operators are their signs")]
pub enum Operator {
    #[serde(rename = "==")]
    Equal,
    #[serde(rename = "!=")]
    NotEqual,
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = ">")]
    Greater,
    #[serde(rename = ">=")]
    AtLeast,
}

impl Operator {
    /// The sign.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// A value to compare with.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Value {
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(f64),
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts beyond 2^53 are compared as doubles"
        )]
        impl de::Visitor<'_> for Visitor {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a boolean")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Boolean(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(Value::Number(value as f64))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(Value::Number(value as f64))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(Value::Number(value))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// What of the observed values is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Redaction {
    /// What is stored.
    #[serde(default)]
    pub store_values: StoreValues,
}

/// What of the observed values is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum StoreValues {
    /// Numbers and booleans.
    #[default]
    NumbersOnly,
    /// Nothing.
    Nothing,
}

/// Where the record goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    /// The store.
    pub store_ref: SecretName,
}

/// What admission does without a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Enforcement {
    /// What it does.
    pub mode: EnforcementMode,
    /// The oldest that a proof may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Span>,
    /// How long a new verification may be without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_period: Option<Span>,
}

/// What admission does without a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "modes are their names")]
pub enum EnforcementMode {
    Off,
    Warn,
    Deny,
    DenyAfterGrace,
}

/// A span of time in seconds, written as `26h`, `15m`, `31d` or `1h30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub u64);

impl Span {
    /// Its seconds as a double.
    #[expect(clippy::cast_precision_loss, reason = "no span is beyond 2^53 seconds")]
    pub const fn seconds(self) -> f64 {
        self.0 as f64
    }

    fn parse(text: &str) -> Option<Self> {
        let mut total: u64 = 0;
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            let (number, tail) = rest.split_at(digits);
            let unit = match tail.chars().next()? {
                's' => 1,
                'm' => 60,
                'h' => 3600,
                'd' => 86_400,
                'w' => 604_800,
                _ => return None,
            };
            total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
            rest = tail.get(1..)?;
        }
        // A century is longer than any retention.
        (!text.is_empty() && total <= 3_155_760_000).then_some(Self(total))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        if rest == 0 {
            return f.write_str("0s");
        }
        for (unit, sign) in [(86_400, 'd'), (3600, 'h'), (60, 'm'), (1, 's')] {
            if rest >= unit {
                write!(f, "{}{sign}", rest / unit)?;
                rest %= unit;
            }
        }
        Ok(())
    }
}

/// Bytes, written as Kubernetes writes quantities: `8Gi`, `512Mi`, `2G`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(pub u64);

impl Quantity {
    fn parse(text: &str) -> Option<Self> {
        let digits = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let factor: u64 = match unit {
            "" => 1,
            "k" => 1_000,
            "M" => 1_000_000,
            "G" => 1_000_000_000,
            "T" => 1_000_000_000_000,
            "Ki" => 1 << 10,
            "Mi" => 1 << 20,
            "Gi" => 1 << 30,
            "Ti" => 1 << 40,
            _ => return None,
        };
        number.parse::<u64>().ok()?.checked_mul(factor).map(Self)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, sign) in [
            (1 << 40, "Ti"),
            (1 << 30, "Gi"),
            (1 << 20, "Mi"),
            (1 << 10, "Ki"),
        ] {
            if self.0 >= unit && self.0.is_multiple_of(unit) {
                return write!(f, "{}{sign}", self.0 / unit);
            }
        }
        write!(f, "{}", self.0)
    }
}

/// A part, written as `0.5%`; held in parts per million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(pub u32);

impl Percent {
    fn parse(text: &str) -> Option<Self> {
        let number: f64 = text.strip_suffix('%')?.trim().parse().ok()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and a million"
        )]
        (0.0..=100.0)
            .contains(&number)
            .then(|| Self((number * 10_000.0).round() as u32))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", f64::from(self.0) / 10_000.0)
    }
}

macro_rules! text {
    ($type:ident, $example:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| {
                    de::Error::invalid_value(
                        de::Unexpected::Str(&text),
                        &concat!("a value such as ", $example),
                    )
                })
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "examples": [$example]})
            }
        }
    };
}

text!(Span, "26h");
text!(Quantity, "8Gi");
text!(Percent, "0.5%");

impl RestoreVerification {
    /// Reads a document.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        if text.len() > DOCUMENT_LIMIT {
            return Err(ConfigError::new("longer than 1 MiB"));
        }
        let document: Self =
            serde_saphyr::from_str(text).map_err(|error: serde_saphyr::Error| {
                let formatter = serde_saphyr::UserMessageFormatter;
                let options = serde_saphyr::render_options! {
                    formatter: &formatter, snippets: serde_saphyr::SnippetMode::Off
                };
                let location = error.location();
                let message = error.without_snippet().render_with_options(options);
                ConfigError {
                    line: location.map_or(0, |at| at.line()),
                    column: location.map_or(0, |at| at.column()),
                    what: fragment(&message),
                }
            })?;
        document.validate()?;
        Ok(document)
    }

    /// What serde cannot say.
    fn validate(&self) -> Result<(), ConfigError> {
        let fail = |what: String| Err(ConfigError::new(what));
        if self.api_version != "hipaa-iac.dev/v1alpha1" {
            return fail("apiVersion must be hipaa-iac.dev/v1alpha1".to_owned());
        }
        if self.kind != "RestoreVerification" {
            return fail("kind must be RestoreVerification".to_owned());
        }
        if !is_name(&self.metadata.name, "-.") {
            return fail(
                "metadata.name must be lowercase letters, digits, hyphens and dots".to_owned(),
            );
        }
        let spec = &self.spec;
        if spec.objectives.rto.0 > RTO_LIMIT {
            return fail("objectives.rto must be at most 72h (90 FR 898)".to_owned());
        }
        self.means_something()?;
        let covers_nothing = |covered: &Covered| {
            let selector = covered.selector.as_ref();
            selector.is_some_and(|selector| selector.match_labels.is_empty())
        };
        if spec.covers.iter().any(covers_nothing) {
            return fail(
                "covers: a selector must have a label: without one it selects nothing".to_owned(),
            );
        }
        if matches!(spec.source.location(), Location::CnpgCluster(_))
            && !matches!(spec.source, Source::CnpgBackup(_))
        {
            return fail("location.cnpgCluster is for source.cnpgBackup only".to_owned());
        }
        match (&spec.source, spec.source.location()) {
            (Source::VolumeSnapshot(_), Location::VolumeSnapshot(snapshot)) => {
                let given = [
                    snapshot.name.is_some(),
                    snapshot.claim_name.is_some(),
                    snapshot.selector.is_some(),
                ];
                if given.into_iter().filter(|given| *given).count() != 1 {
                    return fail(
                        "location.volumeSnapshot must have exactly one of name, claimName and selector"
                            .to_owned(),
                    );
                }
                if snapshot
                    .selector
                    .as_ref()
                    .is_some_and(|selector| selector.match_labels.is_empty())
                {
                    return fail(
                        "location.volumeSnapshot.selector must have a label: without one it is the newest snapshot of any volume"
                            .to_owned(),
                    );
                }
            }
            (Source::VolumeSnapshot(_), Location::S3(_) | Location::CnpgCluster(_)) => {
                return fail(
                    "the location of source.volumeSnapshot is a volumeSnapshot, or local: a folder on a volume made of one"
                        .to_owned(),
                );
            }
            (_, Location::VolumeSnapshot(_)) => {
                return fail(
                    "location.volumeSnapshot is for source.volumeSnapshot only".to_owned(),
                );
            }
            _ => {}
        }
        if spec.encryption_policy.bucket_settings
            && !matches!(
                spec.source.location(),
                Location::S3(_) | Location::CnpgCluster(_)
            )
        {
            return fail(
                "encryptionPolicy.bucketSettings is for a location in a store: s3 or cnpgCluster"
                    .to_owned(),
            );
        }
        let mut ids = std::collections::BTreeSet::new();
        for assertion in &spec.checks.sql {
            let id = &assertion.id;
            if id.len() > 58 || !is_name(id, "-.") {
                return fail(format!(
                    "checks.sql: the id `{id}` must be lowercase letters, digits, dots and hyphens, at most 58"
                ));
            }
            if !ids.insert(id) {
                return fail(format!("checks.sql: two assertions have the id `{id}`"));
            }
            if assertion.timeout_seconds == 0 {
                return fail(format!(
                    "checks.sql: {id}: timeoutSeconds must be at least 1"
                ));
            }
            let expect = &assertion.expect;
            let compared = expect.op.is_some() && expect.value.is_some();
            let half = expect.op.is_some() != expect.value.is_some();
            if half || compared == expect.matches_manifest.is_some() {
                return fail(format!(
                    "checks.sql: {id}: expect must have either `op` and `value` or `matchesManifest`"
                ));
            }
        }
        for reference in self.secret_refs() {
            for part in [&reference.name, &reference.key] {
                if part.is_empty() || part.starts_with('.') || part.contains(['/', '\\', '\0']) {
                    return fail(format!(
                        "the secret {reference} must be named by a plain name and a plain key"
                    ));
                }
            }
        }
        Ok(())
    }

    /// What could be read, and would do nothing or something else than it says.
    fn means_something(&self) -> Result<(), ConfigError> {
        let fail = |what: String| Err(ConfigError::new(what));
        let spec = &self.spec;
        let Deadlines {
            fetch_seconds,
            restore_seconds,
            checks_seconds,
            total_seconds,
        } = spec.deadlines;
        for (name, seconds) in [
            ("fetchSeconds", fetch_seconds),
            ("restoreSeconds", restore_seconds),
            ("checksSeconds", checks_seconds),
            ("totalSeconds", total_seconds),
        ] {
            if !(1..=DEADLINE_LIMIT).contains(&seconds) {
                return fail(format!(
                    "deadlines.{name} must be between 1 and {DEADLINE_LIMIT} (31 days)"
                ));
            }
        }
        let postgres = &spec.target.engine.postgres;
        if postgres.version != "Auto" && postgres.version.parse::<u32>().is_err() {
            return fail(format!(
                "target.engine.postgres.version `{}` must be Auto or a major version such as \"15\"",
                shown(&postgres.version)
            ));
        }
        if let Some(name) = postgres.parameters.keys().find(|name| !may_set(name)) {
            return fail(format!(
                "target.engine.postgres.parameters: `{}` cannot be set: it belongs to the scratch, or would hide damage; leave it out",
                shown(name)
            ));
        }
        if spec.target.storage.size() == 0 {
            return fail(
                "the size of target.storage must be more than nothing, such as 8Gi".to_owned(),
            );
        }
        if spec.source.manifest_key().is_some() && spec.checks.manifest.is_none() {
            return fail(
                "manifestKey is read for checks.manifest, which is not there: add it with publicKeySecretRef, the producer's public key"
                    .to_owned(),
            );
        }
        let by_age = match &spec.source {
            Source::PgDump(dump) => matches!(dump.encryption, ClientEncryption::Age(_)),
            Source::PgBaseBackup(base) => matches!(base.encryption, ClientEncryption::Age(_)),
            _ => false,
        };
        if !by_age && !spec.encryption_policy.recipients.is_empty() {
            return fail(
                "encryptionPolicy.recipients are those of age, with which the source is not encrypted: leave them out"
                    .to_owned(),
            );
        }
        let log = match &spec.source {
            Source::PgBaseBackup(base) => base.wal.as_ref(),
            _ => None,
        };
        for location in [Some(spec.source.location()), log].into_iter().flatten() {
            let (select, suffix) = match location {
                Location::Local(local) => (local.select, &local.suffix),
                Location::S3(s3) => (s3.select, &s3.suffix),
                _ => continue,
            };
            if select.is_none() && suffix.is_some() {
                return fail("location: `suffix` is read with `select: Newest` only".to_owned());
            }
        }
        Ok(())
    }

    /// Every secret that the restoring side of a run reads. Credentials of a store are not among them: key and
    /// network do not meet.
    pub fn secret_refs(&self) -> Vec<SecretRef> {
        let mut all = Vec::new();
        let mut client = |encryption: &ClientEncryption| match encryption {
            ClientEncryption::Age(age) => all.push(age.identity_secret_ref.clone()),
            ClientEncryption::Gpg(gpg) => {
                all.extend(gpg.secret_key_secret_ref.clone());
                all.extend(gpg.passphrase_secret_ref.clone());
            }
            ClientEncryption::ServerSide => {}
        };
        match &self.spec.source {
            Source::PgDump(dump) => client(&dump.encryption),
            Source::PgBaseBackup(base) => client(&base.encryption),
            Source::PgBackRest(rest) => all.extend(rest.cipher_pass_secret_ref.clone()),
            Source::Restic(restic) => all.push(restic.password_secret_ref.clone()),
            Source::CnpgBackup(_) | Source::VolumeSnapshot(_) => {}
        }
        if let Some(canary) = &self.spec.checks.canary {
            all.push(canary.mac_key_secret_ref.clone());
        }
        if let Some(manifest) = &self.spec.checks.manifest {
            all.push(manifest.public_key_secret_ref.clone());
            all.extend(manifest.digest_key_secret_ref.clone());
        }
        all
    }
}

impl Source {
    /// Whether it is a dump in a snapshot of a repository.
    pub(crate) const fn is_saved_dump(&self) -> bool {
        matches!(self, Self::Restic(restic) if matches!(restic.layout, ResticLayout::PgDumpStdin(_)))
    }

    /// Where the backup is.
    pub const fn location(&self) -> &Location {
        match self {
            Self::PgDump(dump) => &dump.location,
            Self::PgBaseBackup(base) => &base.location,
            Self::PgBackRest(rest) => &rest.location,
            Self::Restic(restic) => &restic.location,
            Self::CnpgBackup(backup) => &backup.location,
            Self::VolumeSnapshot(snapshot) => &snapshot.location,
        }
    }

    /// The key of the producer's manifest.
    pub fn manifest_key(&self) -> Option<&str> {
        match self {
            Self::PgDump(dump) => dump.manifest_key.as_deref(),
            Self::PgBaseBackup(base) => base.manifest_key.as_deref(),
            Self::PgBackRest(rest) => rest.manifest_key.as_deref(),
            Self::Restic(restic) => restic.manifest_key.as_deref(),
            Self::CnpgBackup(_) | Self::VolumeSnapshot(_) => None,
        }
    }
}

/// The JSON Schema of [`RestoreVerification`].
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(RestoreVerification)
}

/// Settings of the scratch server that a verification may not name: what isolates the scratch and keeps rows out of logs, the run's own
/// places, and what would have the server pass over damage. Nor may it name what begins with `recovery_target`.
pub const NOT_TO_SET: &[&str] = &[
    "archive_command",
    "archive_mode",
    "autovacuum",
    "config_file",
    "data_directory",
    "external_pid_file",
    "hba_file",
    "hot_standby",
    "ident_file",
    "ignore_checksum_failure",
    "ignore_invalid_pages",
    "ignore_system_indexes",
    "lc_messages",
    "listen_addresses",
    "log_connections",
    "log_destination",
    "log_error_verbosity",
    "log_line_prefix",
    "log_min_duration_statement",
    "log_min_error_statement",
    "log_statement",
    "logging_collector",
    "max_wal_senders",
    "port",
    "primary_conninfo",
    "restore_command",
    "ssl",
    "unix_socket_directories",
    "unix_socket_group",
    "unix_socket_permissions",
    "zero_damaged_pages",
];

/// Whether a verification may set this of its scratch server.
pub(crate) fn may_set(name: &str) -> bool {
    // PostgreSQL reads names in any case, and on a command line a hyphen as an underscore.
    let name = name.to_ascii_lowercase().replace('-', "_");
    let is_name = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    is_name && !name.starts_with("recovery_target") && !NOT_TO_SET.contains(&name.as_str())
}

/// A text of the document in a message: no longer than a line, and in one.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn is_name(name: &str, also: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || also.contains(c))
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever a document says, it is read or it is refused with a reason.
        #[test]
        fn no_document_is_too_hostile(
            at in 0..SMALL.len(), take in 0_usize..40,
            put in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..20),
                prop::sample::select(vec![
                    "&a [*a]", "{<<: *x}", "9223372036854775808", "-1", "1e999", ".nan", "~", "!!binary x", "\t", "? - ", "|+2", "9999999999999999Ei", "106751991167301d",
                ]).prop_map(|text| text.as_bytes().to_vec()),
            ],
        ) {
            let mut text = SMALL.as_bytes().to_vec();
            text.splice(at..(at + take).min(SMALL.len()), put);
            if let Err(error) = RestoreVerification::parse(&String::from_utf8_lossy(&text)) {
                prop_assert!(!error.to_string().is_empty());
            }
        }

        #[test]
        fn spans_and_sizes_are_numbers_or_errors(number in "[0-9]{0,25}(\\.[0-9]{1,3})?", unit in "[a-zA-Z%]{0,2}") {
            for field in ["objectives: {rto: VALUE}", "target: {storage: {memory: {sizeLimit: VALUE}}}", "checks: {manifest: {publicKeySecretRef: {name: a, key: b}, rowCountTolerance: VALUE}}"] {
                let field = field.replace("VALUE", &format!("\"{number}{unit}\""));
                let _ = RestoreVerification::parse(&format!("{SMALL}  {field}\n"));
            }
        }
    }

    pub(crate) const SMALL: &str = "apiVersion: hipaa-iac.dev/v1alpha1
kind: RestoreVerification
metadata: {name: ehr}
spec:
  source:
    pgDump:
      format: Custom
      location: {local: {path: /backups, select: Newest}}
      encryption: {age: {identitySecretRef: {name: age, key: identity}}}
";

    #[test]
    fn a_small_document_has_the_safe_defaults() {
        let verification = RestoreVerification::parse(SMALL).unwrap();
        let spec = &verification.spec;
        assert_eq!(
            spec.encryption_policy.required,
            RequiredEncryption::ClientSide
        );
        assert!(spec.encryption_policy.deny_known_keys && spec.encryption_policy.negative_decrypt);
        assert_eq!(spec.objectives.rto, Span(72 * 3600));
        assert_eq!(spec.checks.builtin.amcheck, Amcheck::Heapallindexed);
        assert_eq!(
            verification.secret_refs(),
            [SecretRef::new("age", "identity")]
        );
    }

    fn told_of_cluster(source: &str) -> Result<RestoreVerification, ConfigError> {
        let before = &SMALL[..SMALL.find("    pgDump").unwrap()];
        RestoreVerification::parse(&format!("{before}    {source}\n"))
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let told = |from: &str, to: &str| {
            RestoreVerification::parse(&SMALL.replacen(from, to, 1))
                .unwrap_err()
                .to_string()
        };
        let unknown = told("format: Custom", "fromat: Custom");
        assert!(
            unknown.starts_with("line 7, column ") && unknown.contains("fromat"),
            "{unknown}"
        );
        assert!(told("format: Custom", "format: Costum").contains("Costum"));
        assert!(told("kind: RestoreVerification", "kind: Restore").contains("kind must be"));
        assert!(told("name: ehr", "name: ../ehr").contains("metadata.name"));
        assert!(told("key: identity", "key: ../../etc/shadow").contains("plain key"));
        // What nothing would come of is no field.
        for nothing in [
            "alerting: {missedAfter: 2}",
            "target: {namespacePolicy: PerRun}",
            "target: {network: {mode: SinglePodAllowList}}",
            "evidence: {storeRef: {name: default}, formats: [oscal]}",
        ] {
            let told = RestoreVerification::parse(&format!("{SMALL}  {nothing}\n")).unwrap_err();
            assert!(told.to_string().contains("unknown field"), "{told}");
        }
        for (source, says) in [
            ("velero: {schedule: nightly}", "velero"),
            (
                "volumeSnapshot: {location: {volumeSnapshot: {path: pgdata}}}",
                "exactly one of",
            ),
            (
                "volumeSnapshot: {location: {volumeSnapshot: {name: a, claimName: b}}}",
                "exactly one of",
            ),
            (
                "volumeSnapshot: {location: {volumeSnapshot: {selector: {}}}}",
                "must have a label",
            ),
            (
                "volumeSnapshot: {location: {s3: {bucket: b, prefix: p}}}",
                "a volumeSnapshot, or local",
            ),
            (
                "pgBackRest: {stanza: ehr, location: {volumeSnapshot: {name: a}}}",
                "volumeSnapshot only",
            ),
        ] {
            let told = told_of_cluster(source).unwrap_err().to_string();
            assert!(told.contains(says), "{source}: {told}");
        }
        for location in [
            "volumeSnapshot: {claimName: data-ehr-0, path: pgdata}",
            "volumeSnapshot: {selector: {matchLabels: {app: ehr}}}",
            "local: {path: /mnt/snapshot/pgdata}",
            "pvc: {claimName: copy, path: pgdata}",
        ] {
            told_of_cluster(&format!("volumeSnapshot: {{location: {{{location}}}}}")).unwrap();
        }
        assert!(
            told_of_cluster("pgBackRest: {stanza: ehr, location: {cnpgCluster: {name: ehr}}}")
                .unwrap_err()
                .to_string()
                .contains("cnpgBackup only")
        );
        told_of_cluster("cnpgBackup: {location: {cnpgCluster: {name: ehr}}}").unwrap();
        // What would silently do nothing, or something else than it says.
        for (more, says) in [
            ("deadlines: {totalSeconds: 18446744073709551615}", "31 days"),
            ("deadlines: {fetchSeconds: 0}", "fetchSeconds"),
            (
                "target: {engine: {postgres: {version: fifteen}}}",
                "a major version",
            ),
            (
                "target: {engine: {postgres: {version: \"15.3\"}}}",
                "a major version",
            ),
            (
                "target: {engine: {postgres: {parameters: {port: \"1\"}}}}",
                "`port`",
            ),
            (
                "target: {engine: {postgres: {parameters: {zero_damaged_pages: \"on\"}}}}",
                "zero_damaged_pages",
            ),
            (
                "target: {storage: {memory: {sizeLimit: \"0\"}}}",
                "more than nothing",
            ),
            (
                "checks: {sql: [{id: a, query: select 1, timeoutSeconds: 0, expect: {op: \"==\", value: 1}}]}",
                "at least 1",
            ),
        ] {
            let told = RestoreVerification::parse(&format!("{SMALL}  {more}\n"))
                .unwrap_err()
                .to_string();
            assert!(told.contains(says), "{more}: {told}");
        }
        assert!(
            told("format: Custom", "format: Custom\n      manifestKey: m")
                .contains("checks.manifest")
        );
        assert!(
            told(
                "encryption: {age: {identitySecretRef: {name: age, key: identity}}}\n",
                "encryption: serverSide\n  encryptionPolicy: {recipients: [age1x]}\n"
            )
            .contains("recipients")
        );
        assert!(told(", select: Newest", ", suffix: .age").contains("select: Newest"));
        let covers = |selector: &str| {
            let covered = format!("  covers: [{{kind: Cluster, selector: {selector}}}]\n");
            RestoreVerification::parse(&format!("{SMALL}{covered}"))
        };
        covers("{matchLabels: {app: ehr}}").unwrap();
        for empty in ["{}", "{matchLabels: {}}"] {
            let told = covers(empty).unwrap_err().to_string();
            assert!(told.contains("selects nothing"), "{told}");
        }
        let late = format!("{SMALL}  objectives: {{rto: 4d}}\n");
        assert!(
            RestoreVerification::parse(&late)
                .unwrap_err()
                .to_string()
                .contains("72h")
        );
    }

    #[test]
    fn what_isolates_or_hides_damage_is_not_set() {
        for name in [
            "port",
            "Listen-Addresses",
            "zero_damaged_pages",
            "recovery_target_time",
            "port=1;x",
        ] {
            assert!(!may_set(name), "{name}");
        }
        for name in ["shared_buffers", "pg_stat_statements.max", "TimeZone"] {
            assert!(may_set(name), "{name}");
        }
    }

    #[test]
    fn spans_quantities_and_percents_are_read_and_written() {
        for (text, seconds) in [
            ("26h", 93_600),
            ("1h30m", 5_400),
            ("31d", 2_678_400),
            ("0s", 0),
        ] {
            assert_eq!(Span::parse(text), Some(Span(seconds)), "{text}");
        }
        for text in ["", "26", "h", "1y", "-1h", "99999999999999999999h"] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
        assert_eq!(Span(93_600).to_string(), "1d2h");
        assert_eq!(Quantity::parse("8Gi"), Some(Quantity(8 << 30)));
        assert_eq!(Quantity::parse("2G"), Some(Quantity(2_000_000_000)));
        assert_eq!(Quantity::parse("99999999999Ti"), None);
        assert_eq!(Percent::parse("0.5%"), Some(Percent(5000)));
        assert_eq!(Percent::parse("101%"), None);
    }
}
