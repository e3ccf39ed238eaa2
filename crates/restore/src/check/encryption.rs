//! Proof of encryption: what the bytes are, which keys open them, and that others do not.
//!
//! Each kind of evidence is a check of its own, for each proves something else: a format proves nothing of its key,
//! and a store's word proves nothing against who may read the store.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
    str::FromStr as _,
    time::Instant,
};

use sha2::{Digest as _, Sha256};

use super::{Check, Outcome, Stage};
use crate::{
    config::{ClientEncryption, RequiredEncryption, ServerSidePolicy, Source, Spec},
    context::{Context, Failure, STORED},
    location::Bucket,
    result::{
        CheckStatus, EncryptionFormat, NegativeDecrypt, Observed, Reason, ServerSideAlgorithm,
        Severity,
    },
    source,
    stream::hex,
};

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Magic {
    /// Nothing at all.
    Empty,
    /// age, version 1, binary or armored.
    Age,
    /// `OpenPGP`, binary or armored.
    OpenPgp,
    /// `openssl enc`, and pgBackRest: not authenticated.
    Salted,
    /// Something that is known not to be encrypted, by its name.
    Plain(&'static str),
    /// Nothing that is known.
    Unknown,
}

/// What a file that begins with these bytes is.
pub fn magic(head: &[u8]) -> Magic {
    let plain: &[(&[u8], &str)] = &[
        (b"PGDMP", "pg_dump custom"),
        (b"-- PostgreSQL", "SQL"),
        (b"--\n-- PostgreSQL", "SQL"),
        (b"\\restrict ", "SQL"),
        (b"\x1f\x8b", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"\x04\x22\x4d\x18", "lz4"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"PK\x03\x04", "zip"),
        (b"[backrest]", "pgBackRest"),
        (b"[backup", "pgBackRest"),
        (b"SQLite format 3\0", "SQLite"),
    ];
    if head.is_empty() {
        return Magic::Empty;
    }
    if head.starts_with(b"age-encryption.org/v1\n")
        || head.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----")
    {
        return Magic::Age;
    }
    if head.starts_with(b"-----BEGIN PGP MESSAGE-----") {
        // What is only signed or stored has the same armor.
        return if is_openpgp(&unarmored(head)) {
            Magic::OpenPgp
        } else {
            Magic::Plain("OpenPGP, not encrypted")
        };
    }
    if head.starts_with(b"Salted__") {
        return Magic::Salted;
    }
    if let Some((_, name)) = plain.iter().find(|(start, _)| head.starts_with(start)) {
        return Magic::Plain(name);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Magic::Plain("tar");
    }
    // The first page of a segment of log: a magic of a major version, from 0xD097 (10) on, and flags with XLP_LONG_HEADER (2).
    if let [_, 0xD0 | 0xD1, 2 | 3 | 6 | 7, 0, ..] = head {
        return Magic::Plain("PostgreSQL log");
    }
    // The page header of a relation: its size and layout version (8192 | 4), little-endian, at byte 18.
    if head.get(18..20) == Some(&[0x04, 0x20]) {
        return Magic::Plain("PostgreSQL page");
    }
    if is_openpgp(head) {
        return Magic::OpenPgp;
    }
    let text = head.get(..head.len().min(512)).unwrap_or_default();
    if text
        .iter()
        .all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'))
    {
        return Magic::Plain("text");
    }
    Magic::Unknown
}

/// Whether the bytes begin with an `OpenPGP` packet that an encrypted message begins with (RFC 9580, sections 4.2, 5).
fn is_openpgp(head: &[u8]) -> bool {
    let Some(&first) = head.first() else {
        return false;
    };
    let (tag, version_at) = match first {
        0xC0..=0xFF => (first & 0x3F, new_length(head)),
        0x80..=0xBF => (
            (first >> 2) & 0x0F,
            match first & 3 {
                0 => Some(2),
                1 => Some(3),
                2 => Some(5),
                _ => Some(1),
            },
        ),
        _ => return false,
    };
    let version = version_at.and_then(|at| head.get(at)).copied();
    match tag {
        1 => matches!(version, Some(2 | 3 | 6)),
        3 => matches!(version, Some(4..=6)),
        18 => matches!(version, Some(1 | 2)),
        _ => false,
    }
}

/// Where the body of a packet in the new format begins.
fn new_length(head: &[u8]) -> Option<usize> {
    Some(match head.get(1)? {
        0..=191 | 224..=254 => 2,
        192..=223 => 3,
        255 => 6,
    })
}

/// The key ids that an `OpenPGP` message names, as long as its packets are short and in front.
fn openpgp_keys(head: &[u8]) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = head;
    while let [first, ..] = *rest {
        let (tag, body, length) = if first & 0xC0 == 0xC0 {
            let length = match (rest.get(1), rest.get(2)) {
                (Some(&short @ 0..=191), _) => usize::from(short),
                (Some(&high @ 192..=223), Some(&low)) => {
                    (usize::from(high) - 192) * 256 + usize::from(low) + 192
                }
                _ => break,
            };
            (first & 0x3F, new_length(rest).unwrap_or(2), length)
        } else {
            let bytes = |from: usize, to: usize| {
                rest.get(from..to).map(|length| {
                    length
                        .iter()
                        .fold(0, |value: usize, byte| value << 8 | usize::from(*byte))
                })
            };
            match first & 3 {
                0 => ((first >> 2) & 0x0F, 2, bytes(1, 2).unwrap_or(0)),
                1 => ((first >> 2) & 0x0F, 3, bytes(1, 3).unwrap_or(0)),
                _ => break,
            }
        };
        // Version 3 of a session key packet has the key id after its version.
        if tag == 1 && rest.get(body) == Some(&3) {
            keys.extend(rest.get(body + 1..body + 9).map(hex));
        } else if tag != 3 {
            break;
        }
        let Some(next) = rest.get(body + length..) else {
            break;
        };
        rest = next;
        if keys.len() >= 32 {
            break;
        }
    }
    keys
}

/// The short name of a public key.
fn fingerprint(public: &str) -> String {
    let mut name = hex(&Sha256::digest(public.as_bytes()));
    name.truncate(16);
    name
}

/// Passphrases that stand in documentation and defaults: whoever reads those opens the backup.
const KNOWN_PASSPHRASES: &[&str] = &[
    // Velero's repositories, pkg/repository/keys/keys.go.
    "static-passw0rd",
    // pgBackRest's user guide, and its test suites.
    "zWaf6XtpjIVZC5444yXB+cgFDFl7MxGlgkZSaoPvTGirhPygu4jOKOXf9LO4vjfO",
    // K8up's examples.
    "p@ssw0rd",
    "password",
    "passphrase",
    "passw0rd",
    "changeme",
    "change-me",
    "secret",
    "supersecret",
    "postgres",
    "restic",
    "pgbackrest",
    "backup",
    "admin",
    "test",
    "hunter2",
    "correct horse battery staple",
];

/// age identities that are published: the specification's, the `age` crate's and the test kit's.
const KNOWN_IDENTITIES: &[&str] = &[
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX",
    "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33",
    "AGE-SECRET-KEY-1XMWWC06LY3EE5RYTXM9MFLAZ2U56JJJ36S0MYPDRWSVLUL66MV4QX3S7F6",
];

/// The shortest passphrase, in characters.
const PASSPHRASE_LENGTH: usize = 20;

/// Why a passphrase is weak; none for a good one.
pub(crate) fn weakness(passphrase: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(passphrase);
    let text = text.trim();
    if KNOWN_PASSPHRASES
        .iter()
        .any(|known| text.eq_ignore_ascii_case(known))
    {
        return Some("well-known");
    }
    let distinct = text.chars().collect::<BTreeSet<_>>().len();
    (text.chars().count() < PASSPHRASE_LENGTH || distinct < 6).then_some("short")
}

/// The checks of the proof.
pub(super) fn of(spec: &Spec) -> Vec<Box<dyn Check>> {
    let policy = &spec.encryption_policy;
    let mut checks: Vec<Box<dyn Check>> = vec![Box::new(Format)];
    let client = client_side(&spec.source);
    if policy.server_side.is_some() || policy.required == RequiredEncryption::ServerSide {
        checks.push(Box::new(ServerSide));
    }
    if policy.bucket_settings {
        checks.push(Box::new(BucketEncryption));
        checks.push(Box::new(BucketTransport));
    }
    if client != ClientKey::None {
        checks.push(Box::new(Entropy));
        checks.push(Box::new(Keys));
        if policy.negative_decrypt {
            checks.push(Box::new(Negative));
        }
    }
    checks
}

/// How the producer encrypts, by the source's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ClientKey {
    None,
    Age,
    Gpg,
    PgBackRest,
    Restic,
}

/// Whether what is stored is encrypted by its producer, by the source's configuration.
pub(crate) const fn is_client_side(source: &Source) -> bool {
    !matches!(client_side(source), ClientKey::None)
}

const fn client_side(source: &Source) -> ClientKey {
    match source {
        Source::PgDump(config_of) => client_encryption(&config_of.encryption),
        Source::PgBaseBackup(config_of) => client_encryption(&config_of.encryption),
        Source::PgBackRest(rest) => match rest.cipher_pass_secret_ref {
            Some(_) => ClientKey::PgBackRest,
            None => ClientKey::None,
        },
        Source::Restic(_) => ClientKey::Restic,
        // barman-cloud has the store encrypt, a snapshot is of what the volume holds.
        Source::CnpgBackup(_) | Source::VolumeSnapshot(_) => ClientKey::None,
    }
}

const fn client_encryption(encryption: &ClientEncryption) -> ClientKey {
    match encryption {
        ClientEncryption::Age(_) => ClientKey::Age,
        ClientEncryption::Gpg(_) => ClientKey::Gpg,
        ClientEncryption::ServerSide => ClientKey::None,
    }
}

/// What the stored bytes are, file by file where there are several.
fn stored_format(context: &Context) -> Result<Found, Failure> {
    let of_magic = |magic| match magic {
        Magic::Age => (EncryptionFormat::AgeV1, "age"),
        Magic::OpenPgp => (EncryptionFormat::Openpgp, "OpenPGP"),
        Magic::Salted => (EncryptionFormat::OpensslSalted, "openssl"),
        Magic::Plain(name) => (EncryptionFormat::None, name),
        Magic::Empty => (EncryptionFormat::Unknown, "empty"),
        Magic::Unknown => (EncryptionFormat::Unknown, "unknown"),
    };
    // Archived log is part of the backup, and so are the rows in it.
    let log = match &context.wal {
        Some(log) => weakest_of(log, of_magic)?,
        None => None,
    };
    if !context.is_tree() {
        let found = of_magic(magic(&context.seen.stored));
        return Ok(log.map_or(found, |log| weaker(found, log)));
    }
    let tree = context.tree()?;
    if matches!(context.verification.spec.source, Source::Restic(_)) {
        // The version is inside the encrypted `config`: the source has asked for it.
        let format = context.encryption.client_side.format;
        return Ok(if is_restic(tree) {
            match format {
                EncryptionFormat::ResticV2 => (format, "restic, version 2"),
                _ => (EncryptionFormat::ResticV1, "restic, version 1"),
            }
        } else {
            (EncryptionFormat::None, "no encrypted restic repository")
        });
    }
    let found = weakest_of(tree, of_magic)?.unwrap_or((EncryptionFormat::Unknown, "empty"));
    Ok(log.map_or(found, |log| weaker(found, log)))
}

/// What some bytes are: how they are encrypted, and a name.
type Found = (EncryptionFormat, &'static str);

/// The one that is less encrypted.
const fn weaker(first: Found, second: Found) -> Found {
    match (first.0, second.0) {
        (EncryptionFormat::None, _) => first,
        (_, EncryptionFormat::None | EncryptionFormat::Unknown) => second,
        _ => first,
    }
}

/// The weakest of all files is what a folder is; nothing where there are none that hold anything.
fn weakest_of(tree: &Path, of_magic: impl Fn(Magic) -> Found) -> Result<Option<Found>, Failure> {
    let mut weakest = None;
    each_file(tree, &mut |entry| {
        let head = head(&entry.path(), 512)?;
        // An empty file has nothing in it that could be read.
        if !head.is_empty() {
            let found = of_magic(magic(&head));
            weakest = Some(weakest.map_or(found, |known| weaker(known, found)));
        }
        Ok(weakest.is_none_or(|(format, _)| format != EncryptionFormat::None))
    })?;
    Ok(weakest)
}

/// Whether a folder is a restic repository: its `config` is no JSON, its keys are wrapped with scrypt.
fn is_restic(tree: &Path) -> bool {
    let config = source::small(&tree.join("config")).unwrap_or_default();
    // An IV, a MAC and something between.
    if config.len() < 33 || serde_json::from_slice::<serde_json::Value>(&config).is_ok() {
        return false;
    }
    let Ok(keys) = fs::read_dir(tree.join("keys")) else {
        return false;
    };
    let mut any = false;
    for key in keys.flatten() {
        let json = source::small(&key.path()).unwrap_or_default();
        let wrapped = serde_json::from_slice::<serde_json::Value>(&json)
            .is_ok_and(|key| key.get("kdf").and_then(|kdf| kdf.as_str()) == Some("scrypt"));
        if !wrapped {
            return false;
        }
        any = true;
    }
    any
}

/// The names of the files of a restic repository's keys: each opens it.
fn restic_keys(tree: &Path) -> Vec<String> {
    let mut keys: Vec<String> = fs::read_dir(tree.join("keys"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|key| key.file_name().to_string_lossy().chars().take(16).collect())
        .collect();
    keys.sort();
    keys.truncate(32);
    keys
}

/// Whether a well-known password opens a restic repository, whatever the configured one is: each of its keys may have another.
fn known_opens_restic(context: &Context) -> Result<bool, Failure> {
    for (number, password) in KNOWN_PASSPHRASES.iter().enumerate() {
        let folder = format!("restic-known-{number}");
        if source::restic::opens_with(context, &folder, password)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether not even the first bytes of a backup could be read.
fn is_unread(context: &Context) -> bool {
    !context.is_tree() && context.seen.stored.is_empty() && context.seen.sha256.is_none()
}

fn unread() -> Outcome {
    Outcome::not_run(Reason::RunnerLost, "the backup was not read")
}

struct Format;

impl Check for Format {
    fn id(&self) -> String {
        "encryption.format".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Critical
    }

    fn stage(&self) -> Stage {
        Stage::Artifact
    }

    fn run(&self, context: &mut Context) -> Outcome {
        if is_unread(context) {
            return unread();
        }
        let (format, name) = match stored_format(context) {
            Ok(found) => found,
            Err(failure) => return Outcome::not_run(failure.reason, failure.detail),
        };
        let side = &mut context.encryption.client_side;
        side.format = format;
        side.authenticated = match format {
            EncryptionFormat::AgeV1
            | EncryptionFormat::Openpgp
            | EncryptionFormat::ResticV1
            | EncryptionFormat::ResticV2
            | EncryptionFormat::Kopia => Some(true),
            // aes-256-cbc: pgBackRest's integrity comes from the hashes in its manifest alone.
            EncryptionFormat::OpensslSalted => Some(false),
            EncryptionFormat::None | EncryptionFormat::Unknown => None,
        };
        let observed = Observed::text(name);
        let encrypted = !matches!(format, EncryptionFormat::None | EncryptionFormat::Unknown);
        let by_store = matches!(
            context.encryption.server_side.algorithm,
            ServerSideAlgorithm::Aes256
                | ServerSideAlgorithm::AwsKms
                | ServerSideAlgorithm::AwsKmsDsse
                | ServerSideAlgorithm::StorageClass
        );
        let (expected, holds) = match context.verification.spec.encryption_policy.required {
            RequiredEncryption::ClientSide => ("encrypted by its producer", encrypted),
            RequiredEncryption::Any => (
                "encrypted by its producer or the store",
                encrypted || by_store,
            ),
            RequiredEncryption::ServerSide | RequiredEncryption::None => ("anything", true),
        };
        let outcome = if holds {
            Outcome::pass()
        } else {
            Outcome::fail(Reason::NotEncrypted)
        };
        outcome.expected(expected).observed(observed)
    }
}

struct ServerSide;

impl Check for ServerSide {
    fn id(&self) -> String {
        "encryption.server-side".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Critical
    }

    fn stage(&self) -> Stage {
        Stage::Artifact
    }

    fn run(&self, context: &mut Context) -> Outcome {
        let policy = context
            .verification
            .spec
            .encryption_policy
            .server_side
            .clone();
        let side = &mut context.encryption.server_side;
        let outcome = judge_server_side(policy.as_ref(), side.algorithm, side.key_arn.as_deref());
        if policy.is_some() {
            side.matches_expected = Some(outcome.status == CheckStatus::Pass);
        }
        outcome
    }
}

fn judge_server_side(
    policy: Option<&ServerSidePolicy>,
    algorithm: ServerSideAlgorithm,
    key: Option<&str>,
) -> Outcome {
    let name = match algorithm {
        ServerSideAlgorithm::NotApplicable => {
            return Outcome::not_run(
                Reason::ConfigError,
                "a file system does not tell how it encrypts: encryptionPolicy.serverSide is for object stores",
            );
        }
        ServerSideAlgorithm::None | ServerSideAlgorithm::Unknown => {
            return Outcome::fail(Reason::NotEncrypted)
                .expected("encrypted by the store")
                .observed(Observed::text("the store names no encryption"));
        }
        ServerSideAlgorithm::Aes256 => "AES256",
        ServerSideAlgorithm::AwsKms => "aws:kms",
        ServerSideAlgorithm::AwsKmsDsse => "aws:kms:dsse",
        ServerSideAlgorithm::StorageClass => "storage class",
    };
    let Some(policy) = policy else {
        return Outcome::pass()
            .expected("encrypted by the store")
            .observed(Observed::text(name));
    };
    let matches = policy.algorithm == name
        && policy
            .key_arn
            .as_deref()
            .is_none_or(|expected| key == Some(expected));
    let outcome = if matches {
        Outcome::pass()
    } else {
        Outcome::fail(Reason::WrongServerSideKey)
    };
    let expected = match &policy.key_arn {
        Some(arn) => format!("{} with {arn}", policy.algorithm),
        None => policy.algorithm.clone(),
    };
    outcome.expected(expected).observed(Observed::text(name))
}

/// What is said of every bucket: the first that does not hold, or that it is not known, is what is said of all.
fn each_bucket(context: &Context, judge: impl Fn(&Bucket) -> Outcome) -> Outcome {
    let mut last = Outcome::not_run(
        Reason::ConfigError,
        "no bucket was asked: encryptionPolicy.bucketSettings is for object stores",
    );
    for bucket in &context.buckets {
        last = judge(bucket);
        if last.status != CheckStatus::Pass {
            break;
        }
    }
    last
}

/// Whether the buckets encrypt what comes next as they do this backup.
struct BucketEncryption;

impl Check for BucketEncryption {
    fn id(&self) -> String {
        "encryption.bucket-default".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::High
    }

    fn stage(&self) -> Stage {
        Stage::Artifact
    }

    fn run(&self, context: &mut Context) -> Outcome {
        let policy = &context.verification.spec.encryption_policy.server_side;
        each_bucket(context, |bucket| match &bucket.encryption {
            Ok(side) => judge_server_side(policy.as_ref(), side.algorithm, side.key_arn.as_deref()),
            Err((reason, why)) => Outcome::not_run(*reason, why.clone()),
        })
    }
}

/// Whether the policies of the buckets refuse requests without TLS.
struct BucketTransport;

impl Check for BucketTransport {
    fn id(&self) -> String {
        "encryption.bucket-transport".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::High
    }

    fn stage(&self) -> Stage {
        Stage::Artifact
    }

    fn run(&self, context: &mut Context) -> Outcome {
        each_bucket(context, |bucket| match &bucket.refuses_plaintext {
            Ok(refuses) => if *refuses {
                Outcome::pass()
            } else {
                Outcome::fail(Reason::NotEncrypted)
            }
            .expected("the bucket's policy denies everyone every request without TLS")
            .observed(*refuses),
            Err((reason, why)) => Outcome::not_run(*reason, why.clone()),
        })
    }
}

/// The lowest entropy of bytes that are encrypted, in bits a byte. A sample of 64 KiB of random ones has 7.997.
const ENTROPY: f64 = 7.9;

/// Whether the bytes look random, as encrypted ones do. Compressed ones nearly do too, so that this only warns.
struct Entropy;

impl Entropy {
    fn look(context: &Context) -> Result<Outcome, Failure> {
        let sample = if context.is_tree() {
            largest(context.tree()?)?
        } else {
            context.seen.stored.clone()
        };
        if sample.starts_with(b"-----BEGIN") {
            return Ok(Outcome::not_applicable("armored: base64 has 6 bits a byte"));
        }
        if sample.len() < STORED {
            return Ok(Outcome::not_applicable("less than 64 KiB are too few"));
        }
        let bits = entropy(&sample);
        let outcome = if bits < ENTROPY {
            Outcome::fail(Reason::WeakEncryption)
        } else {
            Outcome::pass()
        };
        let outcome = outcome.expected(format!(">= {ENTROPY} bits a byte"));
        Ok(
            match serde_json::Number::from_f64((bits * 1000.0).round() / 1000.0) {
                Some(bits) => outcome.observed(Observed::Number(bits)),
                None => outcome,
            },
        )
    }
}

impl Check for Entropy {
    fn id(&self) -> String {
        "encryption.entropy".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Low
    }

    fn required(&self) -> bool {
        false
    }

    fn stage(&self) -> Stage {
        Stage::Artifact
    }

    fn run(&self, context: &mut Context) -> Outcome {
        Self::look(context)
            .unwrap_or_else(|failure| Outcome::not_run(failure.reason, failure.detail))
    }
}

/// The entropy of bytes by how often each occurs, in bits a byte.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let all = f64::from(counts.iter().sum::<u32>());
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / all;
            -share * share.log2()
        })
        .sum()
}

/// The first bytes of the largest file below a folder.
fn largest(tree: &Path) -> Result<Vec<u8>, Failure> {
    let mut found = (0, None);
    each_file(tree, &mut |entry| {
        let size = entry.metadata()?.len();
        if size > found.0 {
            found = (size, Some(entry.path()));
        }
        Ok(true)
    })?;
    match found.1 {
        Some(file) => head(&file, STORED as u64).map_err(|error| unreadable(&error)),
        None => Ok(Vec::new()),
    }
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::system("repository", error)
}

/// The first bytes of a file.
fn head(file: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(file)?.take(limit).read_to_end(&mut head)?;
    Ok(head)
}

/// Looks at each file below a folder, for as long as `look` says to go on.
fn each_file(
    tree: &Path,
    look: &mut dyn FnMut(&fs::DirEntry) -> io::Result<bool>,
) -> Result<(), Failure> {
    let failed = |error: io::Error| unreadable(&error);
    let mut folders = vec![(tree.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() && depth < 32 {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file() && !look(&entry).map_err(failed)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

struct Keys;

impl Keys {
    fn look(context: &mut Context) -> Result<Outcome, Failure> {
        let spec = context.verification.spec.clone();
        let policy = &spec.encryption_policy;
        let mut passphrase = None;
        let mut known = false;
        let mut stray = false;
        let mut cut = false;
        let mut fingerprints = Vec::new();
        match &spec.source {
            Source::PgDump(crate::config::PgDump { encryption, .. })
            | Source::PgBaseBackup(crate::config::PgBaseBackup { encryption, .. }) => {
                match encryption {
                    ClientEncryption::Age(age) => {
                        let text = context.secret(&age.identity_secret_ref)?;
                        let text = String::from_utf8_lossy(text).into_owned();
                        known = identities(&text).any(|key| KNOWN_IDENTITIES.contains(&key));
                        let parsed = |key: &str| age::x25519::Identity::from_str(key).ok();
                        let ours: Vec<_> = identities(&text).filter_map(parsed).collect();
                        let published: Vec<_> = KNOWN_IDENTITIES
                            .iter()
                            .filter_map(|key| parsed(key))
                            .collect();
                        let tree = context.is_tree().then(|| context.tree()).transpose()?;
                        let mut opening = BTreeSet::new();
                        let mut most = 0;
                        each_age_head(tree, &context.seen.stored, &mut |head| {
                            let opens = |key: &&age::x25519::Identity| age_opens(head, key);
                            // Anybody may be one of the recipients.
                            known |= published.iter().any(|key| opens(&key));
                            let publics = ours.iter().filter(opens);
                            opening.extend(publics.map(|key| key.to_public().to_string()));
                            most = most.max(stanzas(head));
                            cut |= is_cut(head);
                        })?;
                        fingerprints.extend(opening.iter().map(|public| fingerprint(public)));
                        // A header counts its recipients, and does not name them: those whose keys are here are known by trying.
                        let listed = &policy.recipients;
                        stray = !listed.is_empty()
                            && (cut
                                || most > listed.len()
                                || opening.iter().any(|public| !listed.contains(public)));
                    }
                    ClientEncryption::Gpg(gpg) => {
                        fingerprints = openpgp_keys(&unarmored(&context.seen.stored));
                        if gpg.secret_key_secret_ref.is_none() {
                            passphrase.clone_from(&gpg.passphrase_secret_ref);
                        }
                    }
                    ClientEncryption::ServerSide => {}
                }
            }
            Source::PgBackRest(rest) => passphrase.clone_from(&rest.cipher_pass_secret_ref),
            Source::Restic(restic) => {
                passphrase = Some(restic.password_secret_ref.clone());
                fingerprints = restic_keys(context.tree()?);
                // Where there is one key, it is the one that opened it.
                if context.opened.get().is_some() && fingerprints.len() != 1 {
                    let begun = Instant::now();
                    let tried = known_opens_restic(context);
                    context.aside += begun.elapsed();
                    known = tried?;
                }
            }
            Source::CnpgBackup(_) | Source::VolumeSnapshot(_) => {}
        }
        let mut weak = None;
        if let Some(reference) = passphrase {
            weak = weakness(context.secret(&reference)?);
            known |= weak == Some("well-known");
        }
        let side = &mut context.encryption.client_side;
        side.key_fingerprints = fingerprints;
        side.known_key = Some(known);
        let expected = "a key that is neither published nor guessed, and no stray recipient";
        let observed = if known {
            "well-known"
        } else if weak.is_some() {
            "short"
        } else if cut {
            "an age header that is too long to tell who opens it"
        } else if stray {
            "a recipient that encryptionPolicy.recipients does not name"
        } else {
            return Ok(Outcome::pass().expected(expected));
        };
        if (known || weak.is_some() || cut) && !policy.deny_known_keys && !stray {
            return Ok(Outcome::pass().observed(Observed::text(observed)));
        }
        Ok(Outcome::fail(Reason::WeakEncryption)
            .expected(expected)
            .observed(Observed::text(observed)))
    }
}

/// The identities in a file of them.
fn identities(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The first bytes of an age file without its armor.
fn dearmored(stored: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = age::armor::ArmoredReader::new(stored)
        .take(STORED as u64)
        .read_to_end(&mut bytes);
    bytes
}

/// Whether an age header, or the nonce behind it, goes on beyond what is kept of a file: no identity opens that, whoever it is for.
fn is_cut(stored: &[u8]) -> bool {
    /// The beginning of the header's last line.
    const LAST: &[u8] = b"\n--- ";
    /// The code in that line, its end, and the nonce.
    const BEHIND: usize = 43 + 1 + 16;
    if stored.len() < STORED || magic(stored) != Magic::Age {
        return false;
    }
    let bytes = dearmored(stored);
    bytes
        .windows(LAST.len() + BEHIND)
        .all(|part| !part.starts_with(LAST))
}

/// How many recipients an age header has.
fn stanzas(stored: &[u8]) -> usize {
    dearmored(stored)
        .split(|byte| *byte == b'\n')
        .take_while(|line| !line.starts_with(b"---"))
        // Grease is for nobody: names that end so are reserved for it.
        .filter(|line| line.starts_with(b"-> ") && !line.windows(7).any(|part| part == b"-grease"))
        .count()
}

/// Looks at the beginning of each age file of a backup: who opens one opens a part of it.
fn each_age_head(
    tree: Option<&Path>,
    stored: &[u8],
    look: &mut dyn FnMut(&[u8]),
) -> Result<(), Failure> {
    let Some(tree) = tree else {
        look(stored);
        return Ok(());
    };
    each_file(tree, &mut |entry| {
        let head = head(&entry.path(), STORED as u64)?;
        if magic(&head) == Magic::Age {
            look(&head);
        }
        Ok(true)
    })
}

/// An `OpenPGP` message without its armor.
fn unarmored(stored: &[u8]) -> Vec<u8> {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    if !stored.starts_with(b"-----BEGIN") {
        return stored.to_vec();
    }
    let text = String::from_utf8_lossy(stored);
    let body: String = text
        .lines()
        .skip_while(|line| !line.trim().is_empty())
        .take_while(|line| !line.starts_with(['=', '-']))
        .take(64)
        .flat_map(|line| line.trim().chars())
        .collect();
    let whole = body.len() / 4 * 4;
    BASE64_STANDARD
        .decode(body.get(..whole).unwrap_or_default())
        .unwrap_or_default()
}

impl Check for Keys {
    fn id(&self) -> String {
        "encryption.keys".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::High
    }

    fn stage(&self) -> Stage {
        Stage::Artifact
    }

    fn run(&self, context: &mut Context) -> Outcome {
        Self::look(context)
            .unwrap_or_else(|failure| Outcome::not_run(failure.reason, failure.detail))
    }
}

struct Negative;

impl Check for Negative {
    fn id(&self) -> String {
        "encryption.negative-decrypt".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Critical
    }

    fn stage(&self) -> Stage {
        Stage::Artifact
    }

    fn run(&self, context: &mut Context) -> Outcome {
        if is_unread(context) {
            return unread();
        }
        let client = client_side(&context.verification.spec.source);
        let form = match client {
            ClientKey::Age => Some(Magic::Age),
            ClientKey::Gpg => Some(Magic::OpenPgp),
            ClientKey::None | ClientKey::PgBackRest | ClientKey::Restic => None,
        };
        // What no key opens refuses none.
        if form.is_some_and(|form| magic(&context.seen.stored) != form) {
            return Outcome::not_run(
                Reason::NotEncrypted,
                "the stored bytes are not such as a key opens",
            );
        }
        if matches!(client, ClientKey::PgBackRest | ClientKey::Restic)
            && context.opened.get().is_none()
        {
            return Outcome::not_run(
                Reason::RunnerLost,
                "the configured key did not open the repository, so that a refusal says nothing",
            );
        }
        let opened = match client {
            ClientKey::None => {
                return Outcome::not_applicable("nothing is encrypted by a key of ours");
            }
            ClientKey::Age => {
                match age_open(&context.seen.stored, &age::x25519::Identity::generate()) {
                    Ok(()) => Ok(true),
                    Err(age::DecryptError::NoMatchingKeys) => Ok(false),
                    Err(_) => Err(Failure::new(
                        Reason::ConfigError,
                        "the age header cannot be read to its end, so that no key was tried",
                    )),
                }
            }
            ClientKey::Gpg => gpg_opens(context),
            ClientKey::PgBackRest => source::pg_backrest::opens_with(context, &random_text()),
            ClientKey::Restic => {
                source::restic::opens_with(context, "restic-negative", &random_text())
            }
        };
        match opened {
            Ok(false) => {
                context.encryption.negative_decrypt = NegativeDecrypt::Refused;
                Outcome::pass().expected("a fresh random key is refused")
            }
            Ok(true) => {
                context.encryption.negative_decrypt = NegativeDecrypt::Accepted;
                Outcome::fail(Reason::NegativeDecryptAccepted)
                    .expected("a fresh random key is refused")
            }
            Err(failure) => Outcome::not_run(failure.reason, failure.detail),
        }
    }
}

/// A passphrase that nobody has used before.
fn random_text() -> String {
    let mut bytes = [0; 24];
    // Without randomness the text is all zeros, which still is nobody's passphrase.
    let _ = getrandom::fill(&mut bytes);
    hex(&bytes)
}

/// Whether an identity opens an age file, by its header.
fn age_opens(stored: &[u8], identity: &age::x25519::Identity) -> bool {
    age_open(stored, identity).is_ok()
}

fn age_open(stored: &[u8], identity: &age::x25519::Identity) -> Result<(), age::DecryptError> {
    age::Decryptor::new_buffered(age::armor::ArmoredReader::new(stored))
        .and_then(|file| file.decrypt(std::iter::once(identity as &dyn age::Identity)))
        .map(drop)
}

/// Whether gpg opens the message's beginning without any key of ours. A refusal is that it says so.
fn gpg_opens(context: &Context) -> Result<bool, Failure> {
    let gpg = crate::jail::find("gpg")?;
    let home = context.scratch.join("gpg-negative");
    context.jail.folder(&home)?;
    let passphrase = home.join("passphrase");
    context.jail.file(&passphrase, random_text().as_bytes())?;
    let (output, _) = context
        .jail
        .tool(gpg)
        .args([
            "--batch",
            "--no-tty",
            "--quiet",
            "--pinentry-mode",
            "loopback",
            "--status-fd",
            "2",
        ])
        .arg("--homedir")
        .arg(&home)
        .arg("--passphrase-file")
        .arg(&passphrase)
        .arg("--decrypt")
        .feed(&mut context.seen.stored.as_slice(), context.deadline())?;
    // A cut message fails in any case: what counts is whether anything came out.
    let status = output.stderr_text();
    if !output.stdout.is_empty()
        || status.contains("DECRYPTION_OKAY")
        || status.contains("PLAINTEXT")
    {
        return Ok(true);
    }
    if output.code.is_some() && !output.timed_out && status.contains("DECRYPTION_FAILED") {
        return Ok(false);
    }
    Err(output.failure(Reason::RunnerLost))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What reads the first bytes of a backup reads any.
        #[test]
        fn no_first_bytes_are_too_hostile(
            head in prop::sample::select(vec![
                &b""[..], b"age-encryption.org/v1\n-> X25519 ", b"-----BEGIN AGE ENCRYPTED FILE-----\n", b"-----BEGIN PGP MESSAGE-----\n\n",
                b"\xc1\xff", b"\x85\xff\xff\x03", b"\xc1\xdf\xff\x03", b"\x8c",
            ]),
            tail in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let bytes = [head, &tail].concat();
            let _ = magic(&bytes);
            prop_assert!(openpgp_keys(&bytes).len() <= 32);
            let _ = openpgp_keys(&unarmored(&bytes));
            let _ = stanzas(&bytes);
            prop_assert!(!age_opens(&bytes, &age::x25519::Identity::generate()));
            prop_assert!((0.0..=8.0).contains(&entropy(&bytes)) || bytes.is_empty());
        }
    }

    #[test]
    fn magics_are_told_apart() {
        let mut tar = vec![b'a'; 512];
        tar[257..262].copy_from_slice(b"ustar");
        let mut page = vec![0_u8; 64];
        page[18..20].copy_from_slice(&[0x04, 0x20]);
        for (bytes, expected) in [
            (&b""[..], Magic::Empty),
            (b"age-encryption.org/v1\n-> X25519 a\n", Magic::Age),
            (b"-----BEGIN AGE ENCRYPTED FILE-----\n", Magic::Age),
            // By `gpg --armor` of GnuPG 2.2.40: `--symmetric`, `--encrypt`, `--store` and `--sign`.
            (
                b"-----BEGIN PGP MESSAGE-----\n\njA0ECQMCjEGmORBJB+n/0jwB7wB2ffrz7V/bDwH0to+CzhG/vHVXLpPPww+bfwVJ\n",
                Magic::OpenPgp,
            ),
            (
                b"-----BEGIN PGP MESSAGE-----\nComment: nightly\n\nhF4DugwL1UVNMe4SAQdAJlZgsZRUc4R3JPQUmoMKg5TwdNwKKfms7lgJd+JksAgw\n",
                Magic::OpenPgp,
            ),
            (
                b"-----BEGIN PGP MESSAGE-----\n\nowE7zZvEkM3L+yAntaQktYgLAA==\n=/6Vi\n",
                Magic::Plain("OpenPGP, not encrypted"),
            ),
            (
                b"-----BEGIN PGP MESSAGE-----\n\nowGbwMvMwCG2kif059f38TMYT/MmMWTz8r7ISS0pSS3i6ihlYRDjYJAVU2Qpq2O8\n",
                Magic::Plain("OpenPGP, not encrypted"),
            ),
            // A session key packet as GnuPG 2.2 writes it: old format, two octets of length, version 3.
            (
                b"\x85\x01\x0c\x03\x11\x22\x33\x44\x55\x66\x77\x88",
                Magic::OpenPgp,
            ),
            // A symmetric one: old format, one octet of length, version 4.
            (
                b"\x8c\x0d\x04\x09\x03\x02\xff\xff\xff\xff\xff",
                Magic::OpenPgp,
            ),
            (b"Salted__\x01\x02", Magic::Salted),
            (b"PGDMP\x01\x0e\x00", Magic::Plain("pg_dump custom")),
            (
                b"--\n-- PostgreSQL database dump\n--\n",
                Magic::Plain("SQL"),
            ),
            (b"\x1f\x8b\x08\x00", Magic::Plain("gzip")),
            (b"\x28\xb5\x2f\xfd\x00", Magic::Plain("zstd")),
            (b"15\n", Magic::Plain("text")),
            // A segment of PostgreSQL 15.
            (
                b"\x10\xd1\x02\x00\x01\x00\x00\x00",
                Magic::Plain("PostgreSQL log"),
            ),
            (&tar, Magic::Plain("tar")),
            (&page, Magic::Plain("PostgreSQL page")),
            (b"\x00\x9f\x12\xfe\x80\x81", Magic::Unknown),
        ] {
            assert_eq!(magic(bytes), expected, "{bytes:02x?}");
        }
    }

    #[test]
    fn entropy_tells_random_bytes_from_text() {
        let every: Vec<u8> = (0..=255).cycle().take(STORED).collect();
        assert!((entropy(&every) - 8.0).abs() < 1e-9);
        assert!(entropy(&[7; 4096]).abs() < 1e-9);
        let two: Vec<u8> = [1, 2].into_iter().cycle().take(4096).collect();
        assert!((entropy(&two) - 1.0).abs() < 1e-9);
        let mut random = vec![0; STORED];
        getrandom::fill(&mut random).unwrap();
        assert!(entropy(&random) > 7.99);
    }

    #[test]
    fn key_ids_of_an_openpgp_message_are_read() {
        let mut message = vec![0x85, 0x00, 0x0b, 3, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0];
        message.extend([0xd2, 0x10, 1]);
        assert_eq!(openpgp_keys(&message), ["0102030405060708"]);
        assert!(openpgp_keys(&[0x85, 0xff]).is_empty());
    }

    #[test]
    fn published_and_short_passphrases_are_weak() {
        assert_eq!(weakness(b"static-passw0rd"), Some("well-known"));
        assert_eq!(weakness(b"Password"), Some("well-known"));
        assert_eq!(weakness(b"tr0ub4dor&3"), Some("short"));
        assert_eq!(weakness(b"aaaaaaaaaaaaaaaaaaaaaaaaaaaa"), Some("short"));
        assert_eq!(weakness(b"u7Jx2mQ0pV9sLr4TzWb6"), None);
    }

    #[test]
    fn a_fresh_identity_does_not_open_what_is_for_another() {
        let mine = age::x25519::Identity::generate();
        let sealed = age::encrypt(&mine.to_public(), b"rows").unwrap();
        assert!(!age_opens(&sealed, &age::x25519::Identity::generate()));
        // The header alone tells, however much follows it.
        assert!(age_opens(&sealed, &mine));
        assert_eq!(stanzas(&sealed), 1);
        // What cannot be read refuses nobody.
        let refused = |bytes: &[u8]| {
            let key = age::x25519::Identity::generate();
            matches!(
                age_open(bytes, &key),
                Err(age::DecryptError::NoMatchingKeys)
            )
        };
        assert!(refused(&sealed));
        assert!(!refused(&sealed[..60]));
    }

    #[test]
    fn a_header_that_is_not_seen_to_its_end_is_told() {
        let identity = age::x25519::Identity::generate();
        let sealed = age::encrypt(&identity.to_public(), b"rows").unwrap();
        assert!(!is_cut(&sealed));
        let large = age::encrypt(&identity.to_public(), &b"rows".repeat(STORED)).unwrap();
        assert!(!is_cut(&large[..STORED]));
        // Stanzas for nobody before the one that counts.
        let (version, rest) = sealed.split_at(b"age-encryption.org/v1\n".len());
        let mut long = version.to_vec();
        while long.len() < STORED {
            long.extend(b"-> x-grease\n\n");
        }
        long.extend(rest);
        let seen = &long[..STORED];
        assert!(!age_opens(seen, &identity));
        assert!(is_cut(seen));
    }

    #[test]
    fn published_identities_are_such() {
        for known in KNOWN_IDENTITIES {
            let published = age::x25519::Identity::from_str(known).unwrap();
            let sealed = age::encrypt(&published.to_public(), b"rows").unwrap();
            assert!(age_opens(&sealed, &published));
        }
    }

    #[test]
    fn of_several_files_the_one_with_the_most_recipients_counts() {
        use std::io::Write as _;

        let key = || age::x25519::Identity::generate().to_public();
        let sealed = |recipients: &[age::x25519::Recipient]| {
            let recipients = recipients
                .iter()
                .map(|recipient| recipient as &dyn age::Recipient);
            let mut out = Vec::new();
            let mut to = age::Encryptor::with_recipients(recipients)
                .unwrap()
                .wrap_output(&mut out)
                .unwrap();
            to.write_all(b"rows").unwrap();
            to.finish().unwrap();
            out
        };
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        let most = || {
            let mut most = 0;
            each_age_head(Some(folder.path()), b"", &mut |head| {
                most = most.max(stanzas(head));
            })
            .unwrap();
            most
        };
        put("pg_wal.tar.age", &sealed(&[key()]));
        assert_eq!(most(), 1);
        put("base.tar.age", &sealed(&[key(), key()]));
        put("readme", b"-> a\n-> b\n-> c\n");
        assert_eq!(most(), 2);
    }

    #[test]
    fn the_store_must_name_the_key() {
        let policy = ServerSidePolicy {
            algorithm: "aws:kms".to_owned(),
            key_arn: Some("arn:aws:kms:us-east-1:1:key/a".to_owned()),
        };
        let judge = |algorithm, key| judge_server_side(Some(&policy), algorithm, key).reason;
        assert_eq!(
            judge(
                ServerSideAlgorithm::AwsKms,
                Some("arn:aws:kms:us-east-1:1:key/a")
            ),
            Reason::None
        );
        assert_eq!(
            judge(
                ServerSideAlgorithm::AwsKms,
                Some("arn:aws:kms:us-east-1:1:key/b")
            ),
            Reason::WrongServerSideKey
        );
        assert_eq!(
            judge(ServerSideAlgorithm::AwsKms, None),
            Reason::WrongServerSideKey
        );
        assert_eq!(
            judge(ServerSideAlgorithm::Aes256, None),
            Reason::WrongServerSideKey
        );
        assert_eq!(
            judge(ServerSideAlgorithm::Unknown, None),
            Reason::NotEncrypted
        );
    }
}
