//! `hipaa-iac evidence`, and recording what `check` found.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

use chrono::{DateTime, SecondsFormat, Utc};
use hipaa_iac_engine::{self as engine, RestoreRecord, RestoreRecords};
use hipaa_iac_evidence::{
    self as evidence, Checkpoint, Directory, Envelope, Immutability, KeyList, ListedKey, Log,
    PublicKey, S3, Signer, Statement, Store, Subject, Trust, VERIFIER,
};
use hipaa_iac_report::CheckResult;
use hipaa_iac_source::{self as source, Diagnostic, Level, Sources, WalkEntry};
use serde_json::{Value, json};

use crate::{
    Exit, Failure, Outcome,
    args::{EvidenceCommand, EvidenceVerifyArgs, KeyListArgs, ListFormat, RecordArgs},
    note, print, review,
};

/// What the predicate of a recorded check is.
const CHECK: &str = "https://hipaa-iac.dev/attestation/check/v1";

pub(crate) fn run(command: &EvidenceCommand) -> Outcome {
    match command {
        EvidenceCommand::Keygen { file } => keygen(file),
        EvidenceCommand::KeyList(arguments) => key_list(arguments),
        EvidenceCommand::Verify(arguments) => verify(arguments),
        EvidenceCommand::Review(arguments) => review::review(arguments),
        EvidenceCommand::Exceptions(arguments) => review::exceptions(arguments),
        EvidenceCommand::List { log, format } => list(log, *format),
        EvidenceCommand::Show { log, index } => show(log, *index),
        EvidenceCommand::Probe { log } => probe(log),
        EvidenceCommand::Verifier => print(VERIFIER),
    }
}

/// The store that a folder or URL names.
pub(crate) fn store(location: &str) -> Result<Box<dyn Store>, Failure> {
    if location.starts_with("s3://") {
        Ok(Box::new(S3::from_url(location)?))
    } else if location.contains("://") {
        Err(Failure(format!(
            "{location}: a log is in a folder or at s3://bucket/prefix"
        )))
    } else {
        Ok(Box::new(Directory::new(location)))
    }
}

/// The private key in a file.
pub(crate) fn signer(file: &Path) -> Result<Signer, Failure> {
    let pem = read(file)?;
    Signer::from_pem(&String::from_utf8_lossy(&pem))
        .map_err(|error| Failure(format!("{}: {error}", file.display())))
}

pub(crate) fn public_key(file: &Path) -> Result<PublicKey, Failure> {
    let pem = read(file)?;
    PublicKey::from_pem(&String::from_utf8_lossy(&pem))
        .map_err(|error| Failure(format!("{}: {error}", file.display())))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|error| Failure(format!("{}: {error}", file.display())))
}

/// Now, in UTC, as RFC 3339 with milliseconds: two records of one second are two records.
pub(crate) fn now() -> String {
    DateTime::<Utc>::from(SystemTime::now()).to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn keygen(file: &Path) -> Outcome {
    let signer = Signer::generate()?;
    let mut public = file.as_os_str().to_owned();
    public.push(".pub");
    let public = PathBuf::from(public);
    create(file, signer.to_pem()?.as_bytes(), 0o600)?;
    create(&public, signer.public().to_pem().as_bytes(), 0o644)?;
    print(&format!(
        "key {}\n  private: {} (signs; keep it where only the recorder can read it)\n  public:  {} (verifies; give it to the auditor)\n",
        signer.public().id(),
        file.display(),
        public.display()
    ))
}

/// Writes a file that must not be there.
fn create(file: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options
        .open(file)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .map_err(|error| Failure(format!("{}: {error}", file.display())))
}

/// A moment: RFC 3339 in UTC, or a day, which is its first second.
fn moment(text: &str) -> String {
    if text.len() == "2026-11-24".len() {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    }
}

/// The list of keys in a file, if this root key has signed it.
fn opened_list(file: &Path, root: &PublicKey) -> Result<KeyList, Failure> {
    KeyList::open(&read(file)?, root)
        .map_err(|error| Failure(format!("{}: {error}", file.display())))
}

/// Makes the next list of keys, from the one before.
fn key_list(arguments: &KeyListArgs) -> Outcome {
    let root = signer(&arguments.root_key)?;
    let mut keys = match &arguments.previous {
        Some(file) => opened_list(file, root.public())?.keys().to_vec(),
        None => Vec::new(),
    };
    let part = |option: &str, text: &str| {
        let (file, time) = text
            .rsplit_once('=')
            .ok_or_else(|| Failure(format!("{option} {text}: FILE=TIME")))?;
        Ok::<_, Failure>((public_key(Path::new(file))?, moment(time)))
    };
    for added in &arguments.keys {
        let (key, not_before) = part("--key", added)?;
        keys.push(ListedKey {
            key,
            not_before,
            not_after: None,
            records: BTreeMap::new(),
        });
    }
    for ended in &arguments.ends {
        let (key, until) = part("--end", ended)?;
        let listed = keys
            .iter_mut()
            .find(|listed| listed.key == key)
            .ok_or_else(|| Failure(format!("--end {ended}: the list has no such key")))?;
        listed.not_after = Some(until);
        for log in &arguments.logs {
            let (origin, size) = size_of(log)?;
            // What an earlier list said of the log stays: who has the key may have written since.
            listed.records.entry(origin).or_insert(size);
        }
    }
    let list = KeyList::new(now(), keys)?;
    let file = &arguments.output;
    create(file, &list.sign(&root)?.to_json(), 0o644)?;
    let mut text = format!("{}: issued {}\n", file.display(), list.issued_at());
    for listed in list.keys() {
        let until = listed.not_after.as_deref().unwrap_or("-");
        let _ = writeln!(
            text,
            "  {}  {}  {until}",
            listed.key.id(),
            listed.not_before
        );
    }
    print(&text)
}

/// The name of a log and how many records it has, by its newest checkpoint; unverified, for whoever makes a list has seen it.
fn size_of(location: &str) -> Result<(String, u64), Failure> {
    let store = store(location)?;
    let note = store
        .get("checkpoint")?
        .ok_or_else(|| Failure(format!("{location}: no evidence log")))?;
    let mut keys = Vec::new();
    for key in store.list("keys/")? {
        let pem = store.get(&key)?.unwrap_or_default();
        keys.push(PublicKey::from_pem(&String::from_utf8_lossy(&pem))?);
    }
    let (checkpoint, _) = Checkpoint::open(&note, &keys)
        .map_err(|error| Failure(format!("{location}: checkpoint: {error}")))?;
    Ok((checkpoint.origin, checkpoint.size))
}

fn verify(arguments: &EvidenceVerifyArgs) -> Outcome {
    let location = &arguments.log;
    let store = store(location)?;
    let mut trust = Trust::default();
    for file in &arguments.trusted_keys {
        trust.keys.push(public_key(file)?);
    }
    if let (Some(file), Some(root)) = (&arguments.key_list, &arguments.root_key) {
        trust.key_list = Some(opened_list(file, &public_key(root)?)?);
    }
    for file in &arguments.checkpoints {
        let name = file.display().to_string();
        trust.witnesses.push((name, read(file)?));
    }
    let found = evidence::verify(&store, &trust)?;
    let whole = found.findings.is_empty();
    let text = match arguments.format {
        ListFormat::Json => format!("{}\n", serde_json::to_string_pretty(&found)?),
        ListFormat::Text => {
            let mut text = String::new();
            for finding in &found.findings {
                let _ = writeln!(
                    text,
                    "{} {}: {}",
                    finding.code,
                    evidence::shown(&finding.object),
                    finding.message
                );
            }
            if whole {
                let _ = writeln!(
                    text,
                    "verified: {} of {}, keys {}",
                    crate::count(usize::try_from(found.size)?, "record", "records"),
                    evidence::shown(found.origin.as_deref().unwrap_or_default()),
                    found.keys.join(", ")
                );
                if let Some(issued) = &found.key_list {
                    let _ = writeln!(
                        text,
                        "note: by the list of keys of {issued}; a newer one may end keys that count here"
                    );
                }
                if !found.trusted {
                    text.push_str("note: the keys are those that the log itself holds; give --trusted-key to know whose it is\n");
                }
                if found.witnesses == 0 {
                    text.push_str("note: without --checkpoint it cannot be told whether the newest records were cut off\n");
                }
                // One that cannot be read is none of this version either.
                let copy = store.get("verify.py").unwrap_or(Some(Vec::new()));
                if copy.is_some_and(|copy| copy != VERIFIER.as_bytes()) {
                    text.push_str("note: its verify.py is not the one of this version; run the one that `hipaa-iac evidence verifier` prints\n");
                }
            } else {
                let _ = writeln!(
                    text,
                    "NOT VERIFIED: {} in {location}",
                    crate::count(found.findings.len(), "finding", "findings")
                );
            }
            text
        }
    };
    print(&text)?;
    if !whole {
        return Ok(Exit::Findings);
    }
    if let Some(file) = &arguments.save_checkpoint {
        let newest = store.get("checkpoint")?.unwrap_or_default();
        keep(file, &newest)?;
    }
    Ok(Exit::Clean)
}

/// Writes a checkpoint over an older one, whole or not at all.
fn keep(file: &Path, checkpoint: &[u8]) -> Result<(), Failure> {
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let name = file.file_name().unwrap_or_default().to_owned();
    Directory::new(folder).replace(&name.to_string_lossy(), checkpoint)?;
    Ok(())
}

/// The records of a log, as they are: unverified.
pub(crate) fn records(store: &dyn Store) -> Result<Vec<(u64, Envelope, Statement)>, Failure> {
    let mut records = Vec::new();
    for key in store.list("records/")? {
        let index = key
            .trim_start_matches("records/")
            .trim_end_matches(".dsse.json")
            .parse();
        let Ok(index) = index else { continue };
        let envelope = Envelope::from_json(&store.get(&key)?.unwrap_or_default())
            .map_err(|error| Failure(format!("{key}: {error}")))?;
        let statement = envelope
            .unverified()
            .map_err(|error| Failure(format!("{key}: {error}")))?;
        records.push((index, envelope, statement));
    }
    Ok(records)
}

/// What the log that `restore` of the configuration names tells, and what is wrong with it: nothing in a log counts that is
/// not whole, or not signed by a trusted key.
pub(crate) fn restores(
    restore: &engine::Restore,
    path: impl Fn(&str) -> PathBuf,
) -> Result<(RestoreRecords, Option<Diagnostic>), Failure> {
    let folder = path(&restore.evidence);
    let store = Directory::new(&folder);
    let mut trust = Trust::default();
    for file in &restore.trusted_keys {
        trust.keys.push(public_key(&path(file))?);
    }
    if let (Some(file), Some(root)) = (&restore.key_list, &restore.root_key) {
        trust.key_list = Some(opened_list(&path(file), &public_key(&path(root))?)?);
    }
    if let Some(file) = &restore.checkpoint {
        let file = path(file);
        trust
            .witnesses
            .push((file.display().to_string(), read(&file)?));
    }
    let unverified = |problem: String| {
        let diagnostic = Diagnostic::new(
            Level::Error,
            "restore-evidence",
            format!("the evidence log of `restore` proves nothing: {problem}"),
        )
        .in_path(source::display_path(&folder))
        .remedy("`hipaa-iac evidence verify` tells what is wrong; nothing in a log counts that is not whole");
        Ok((RestoreRecords::Unverified, Some(diagnostic)))
    };
    if !folder.is_dir() {
        return unverified("no such folder".to_owned());
    }
    let found = evidence::verify(&store, &trust)?;
    if let Some(first) = found.findings.first() {
        return unverified(format!(
            "{} {}: {}",
            first.code, first.object, first.message
        ));
    }
    let mut all = Vec::new();
    for (_, _, statement) in records(&store)? {
        if statement.predicate_type != hipaa_iac_restore::record::PREDICATE {
            continue;
        }
        let text = |pointer: &str| statement.predicate.pointer(pointer).and_then(Value::as_str);
        let passed = match text("/verdict") {
            // A restore of which something may be left is no proof, whatever it found.
            Some("Passed")
                if text("/scratch/destroyed").is_none_or(|destroyed| destroyed == "Verified") =>
            {
                true
            }
            Some("Failed") => false,
            // What came to no conclusion says nothing of a backup.
            _ => continue,
        };
        let day = text("/finishedAt").and_then(|time| time.get(..10)?.parse().ok());
        if let (Some(name), Some(day)) = (text("/verification/name"), day) {
            let within = ["/verification/cluster", "/verification/namespace"];
            let path: Vec<&str> = within.into_iter().filter_map(text).chain([name]).collect();
            all.push(RestoreRecord {
                verification: path.join("/"),
                day,
                passed,
            });
        }
    }
    Ok((RestoreRecords::Verified(all), None))
}

fn list(location: &str, format: ListFormat) -> Outcome {
    let store = store(location)?;
    let records = records(&*store)?;
    let text = match format {
        ListFormat::Json => {
            let all: Vec<Value> = records
                .iter()
                .map(|(index, envelope, statement)| {
                    json!({
                        "index": index,
                        "predicateType": statement.predicate_type,
                        "time": statement.time(),
                        "keys": envelope.key_ids().collect::<Vec<_>>(),
                        "subjects": statement.subjects,
                    })
                })
                .collect();
            format!("{}\n", serde_json::to_string_pretty(&all)?)
        }
        ListFormat::Text => {
            let mut text = String::new();
            for (index, _, statement) in &records {
                let kind = statement
                    .predicate_type
                    .rsplit_once("/attestation/")
                    .map_or(statement.predicate_type.as_str(), |(_, kind)| kind);
                let subject = statement.subjects.first();
                let _ = writeln!(
                    text,
                    "{index:>6}  {:<20}  {kind:<20}  {}",
                    statement.time().unwrap_or("-"),
                    subject.map_or("", |subject| subject.name.as_str())
                );
            }
            text
        }
    };
    print(&text)
}

fn show(location: &str, index: u64) -> Outcome {
    let store = store(location)?;
    let (_, _, statement) = records(&*store)?
        .into_iter()
        .find(|(at, _, _)| *at == index)
        .ok_or_else(|| Failure(format!("{location}: no record {index}")))?;
    print(&format!("{}\n", serde_json::to_string_pretty(&statement)?))
}

fn probe(location: &str) -> Outcome {
    match store(location)?.probe()? {
        Immutability::Immutable => print(
            "immutable: removing a version, shortening a lock and writing over were tried and refused\n",
        ),
        Immutability::Mutable(reason) => {
            print(&format!("mutable: {reason}\n"))?;
            Ok(Exit::Findings)
        }
    }
}

/// Where a check is to be recorded, ready before the work begins.
pub(crate) struct Recorder {
    log: Log<Box<dyn Store>>,
    checkpoint: Option<PathBuf>,
}

impl Recorder {
    /// From the options of a command; `None` without `--evidence`.
    pub(crate) fn new(arguments: &RecordArgs) -> Result<Option<Self>, Failure> {
        let (Some(location), Some(key)) = (&arguments.evidence, &arguments.evidence_key) else {
            return Ok(None);
        };
        let mut log = Log::new(store(location)?, signer(key)?);
        for file in &arguments.trusted_keys {
            log = log.trust(public_key(file)?);
        }
        let checkpoint = arguments.evidence_checkpoint.clone();
        if let Some(file) = checkpoint.as_ref().filter(|file| file.exists()) {
            log = log.witness(read(file)?);
        }
        Ok(Some(Self { log, checkpoint }))
    }

    /// The public half of the key that signs.
    pub(crate) fn key(&self) -> &PublicKey {
        self.log.key()
    }

    /// Appends a statement, and keeps the checkpoint that has it.
    pub(crate) fn record(&self, statement: &Statement) -> Result<evidence::Receipt, Failure> {
        let receipt = self.log.append(statement)?;
        if let Some(file) = &self.checkpoint {
            keep(file, receipt.checkpoint.as_bytes())?;
        }
        Ok(receipt)
    }

    /// Records what a check found. What looks like health information in it, such as the address of somebody who approved a
    /// waiver, is left out of the record, which says so.
    pub(crate) fn check(
        &self,
        result: &CheckResult,
        sources: &Sources,
        files: &[WalkEntry],
    ) -> Result<(), Failure> {
        let mut result_json = serde_json::to_value(result)?;
        let redacted: Vec<Value> = evidence::redact(&mut result_json)
            .into_iter()
            .map(|suspect| json!({"pointer": suspect.pointer, "looksLike": suspect.looks_like.as_str()}))
            .collect();
        let left_out = redacted.len();
        let predicate = json!({
            "recordedAt": now(),
            "redacted": redacted,
            "result": result_json,
        });
        let mut subjects = inputs(result, sources, files);
        if let Some(digest) = result.policy_bundle.digest.strip_prefix("sha256:") {
            subjects.push(Subject::sha256("policies", digest));
        }
        for subject in &mut subjects {
            let mut name = Value::String(std::mem::take(&mut subject.name));
            evidence::redact(&mut name);
            name.as_str()
                .unwrap_or_default()
                .clone_into(&mut subject.name);
        }
        let receipt = self.record(&Statement::new(subjects, CHECK, predicate)?)?;
        if left_out > 0 {
            note(&format!(
                "note: {} left out of the evidence, for it looks like health information",
                crate::count(left_out, "text was", "texts were")
            ));
        }
        self.tell(&receipt);
        Ok(())
    }

    /// Says where a statement went.
    pub(crate) fn tell(&self, receipt: &evidence::Receipt) {
        note(&format!(
            "recorded as {} of {}",
            receipt.index,
            self.log.store().place()
        ));
    }
}

/// What was judged: each input with a digest over its files, which `sha256sum` makes again: that of the lines that it prints for
/// them, sorted by path.
fn inputs(result: &CheckResult, sources: &Sources, files: &[WalkEntry]) -> Vec<Subject> {
    let mut digests: Vec<(String, String)> = files
        .iter()
        .filter_map(|entry| {
            let path = source::display_path(&entry.path);
            let file = sources.find(&path)?;
            Some((path, evidence::sha256(file.text().as_bytes())))
        })
        .collect();
    digests.sort();
    digests.dedup();
    let mut subjects: Vec<Subject> = Vec::new();
    for input in &result.inputs {
        let below = |path: &str| {
            input.path == "."
                || path == input.path
                || path
                    .strip_prefix(input.path.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        let mut lines = String::new();
        for (path, digest) in digests.iter().filter(|(path, _)| below(path)) {
            let _ = writeln!(lines, "{digest}  {path}");
        }
        let subject = Subject::sha256(input.path.clone(), evidence::sha256(lines.as_bytes()));
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    subjects
}
