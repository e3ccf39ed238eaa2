//! Appending: what a killed run leaves, what two writers do to each other, and what is refused.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    cell::Cell,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hipaa_iac_evidence::{
    AppendError, Created, Directory, Envelope, Immutability, Log, PublicKey, Signer, Statement,
    Store, StoreError, Subject, Trust, sha256, verify,
};
use serde_json::{Value, json};

fn signer(seed: u8) -> Signer {
    Signer::from_seed(&[seed; 32]).unwrap()
}

fn statement(number: usize) -> Statement {
    let subject = Subject::sha256(format!("input-{number}"), format!("{number:064x}"));
    let predicate = json!({"number": number, "recordedAt": "2026-11-24T03:17:00Z"});
    Statement::new(
        vec![subject],
        "https://example.com/attestation/test/v1",
        predicate,
    )
    .unwrap()
}

fn log_of(folder: &Path, records: std::ops::Range<usize>) {
    let log = Log::new(Directory::new(folder), signer(1));
    for number in records {
        log.append(&statement(number)).unwrap();
    }
}

fn found(folder: &Path) -> Vec<String> {
    let trust = Trust {
        keys: vec![signer(1).public().clone()],
        witnesses: Vec::new(),
        ..Trust::default()
    };
    let found = verify(&Directory::new(folder), &trust).unwrap().findings;
    found
        .iter()
        .map(|finding| format!("{} {}", finding.code, finding.object))
        .collect()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let store = Directory::new(folder);
    let keys = store.list("").unwrap();
    keys.into_iter()
        .map(|key| {
            let bytes = store.get(&key).unwrap().unwrap();
            (key, bytes)
        })
        .collect()
}

fn copy(from: &Path, to: &Path) {
    for (key, bytes) in files(from) {
        let path = to.join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// A store whose process dies at a write: before it, or after it.
struct Dying {
    store: Directory,
    writes_left: Cell<usize>,
    after: bool,
}

impl Dying {
    fn write<T>(&self, write: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let left = self.writes_left.get();
        let dead = || StoreError::Io {
            place: "here".into(),
            problem: "killed".into(),
        };
        if left == 0 {
            if self.after {
                write()?;
            }
            return Err(dead());
        }
        self.writes_left.set(left - 1);
        write()
    }
}

impl Store for Dying {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(key)
    }

    fn create(&self, key: &str, bytes: &[u8]) -> Result<Created, StoreError> {
        self.write(|| self.store.create(key, bytes))
    }

    fn replace(&self, key: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.write(|| self.store.replace(key, bytes))
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.store.list(prefix)
    }

    fn probe(&self) -> Result<Immutability, StoreError> {
        self.store.probe()
    }

    fn place(&self) -> String {
        self.store.place()
    }
}

#[test]
fn a_killed_run_is_completed_with_the_same_bytes() {
    // The 256th record also writes a tile of the second level.
    for size in [0_usize, 1, 6, 255] {
        let base = tempfile::tempdir().unwrap();
        log_of(base.path(), 0..size);
        let whole = tempfile::tempdir().unwrap();
        copy(base.path(), whole.path());
        let appended = Log::new(Directory::new(whole.path()), signer(1))
            .append(&statement(size))
            .unwrap();
        assert_eq!(appended.index, size as u64);
        let mut deaths = 0;
        'deaths: for writes in 0.. {
            for after in [false, true] {
                let folder = tempfile::tempdir().unwrap();
                copy(base.path(), folder.path());
                let dying = Dying {
                    store: Directory::new(folder.path()),
                    writes_left: Cell::new(writes),
                    after,
                };
                if Log::new(dying, signer(1)).append(&statement(size)).is_ok() {
                    break 'deaths;
                }
                deaths += 1;
                // The run that comes next appends the same statement, as one that kept it would.
                let again = Log::new(Directory::new(folder.path()), signer(1));
                let receipt = again.append(&statement(size)).unwrap();
                assert_eq!(
                    (receipt.index, receipt.size),
                    (size as u64, size as u64 + 1)
                );
                // A new log has a name of its own.
                if size > 0 {
                    assert_eq!(
                        files(folder.path()),
                        files(whole.path()),
                        "{size} {writes} {after}"
                    );
                    assert_eq!(receipt, appended);
                }
                assert_eq!(found(folder.path()), [""; 0]);
                // And a third time it is there already.
                assert_eq!(again.append(&statement(size)).unwrap(), receipt);

                // Another statement first: what was begun is completed before it, once.
                let folder = tempfile::tempdir().unwrap();
                copy(base.path(), folder.path());
                let dying = Dying {
                    store: Directory::new(folder.path()),
                    writes_left: Cell::new(writes),
                    after,
                };
                assert!(Log::new(dying, signer(1)).append(&statement(size)).is_err());
                let next = Log::new(Directory::new(folder.path()), signer(1));
                let other = next.append(&statement(9_999)).unwrap();
                let begun = next.append(&statement(size)).unwrap();
                let total = next.store().list("records/").unwrap().len();
                assert_eq!(total, size + 2);
                assert!(other.index + begun.index == 2 * size as u64 + 1);
                assert_eq!(found(folder.path()), [""; 0]);
            }
        }
        assert!(deaths >= 8, "{deaths} deaths at {size}");
    }
}

#[test]
fn writers_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let folder = folder.path();
            scope.spawn(move || {
                for number in 0..10 {
                    let log = Log::new(Directory::new(folder), signer(1));
                    log.append(&statement(writer * 100 + number)).unwrap();
                }
            });
        }
    });
    assert_eq!(found(folder.path()), [""; 0]);
    let records = Directory::new(folder.path()).list("records/").unwrap();
    assert_eq!(records.len(), 40);
}

#[test]
fn nothing_is_appended_to_a_log_that_is_not_what_its_checkpoint_says() {
    let base = tempfile::tempdir().unwrap();
    log_of(base.path(), 0..5);
    let witness = fs::read(base.path().join("checkpoint")).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    log_of(elsewhere.path(), 0..5);
    let refused = |folder: &Path, witness: Option<&[u8]>| {
        let before = files(folder);
        let mut log = Log::new(Directory::new(folder), signer(1));
        if let Some(witness) = witness {
            log = log.witness(witness.to_vec());
        }
        let error = log.append(&statement(77)).unwrap_err();
        assert!(matches!(error, AppendError::Open(_)), "{error}");
        assert_eq!(files(folder), before);
        error.to_string()
    };
    let changed = |change: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().unwrap();
        copy(base.path(), folder.path());
        change(folder.path());
        refused(folder.path(), None)
    };
    let flip = |path: PathBuf| {
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    assert!(changed(&|folder| flip(folder.join("tile/0/000.p/5"))).contains("root"));
    changed(&|folder| fs::remove_file(folder.join("tile/0/000.p/5")).unwrap());
    changed(&|folder| flip(folder.join("records/000000000004.dsse.json")));
    changed(&|folder| fs::remove_file(folder.join("records/000000000004.dsse.json")).unwrap());
    changed(&|folder| flip(folder.join("checkpoint")));
    changed(&|folder| {
        fs::copy(
            elsewhere.path().join("checkpoint"),
            folder.join("checkpoint"),
        )
        .unwrap();
    });
    changed(&|folder| {
        fs::remove_file(folder.join("checkpoint")).unwrap();
        fs::remove_dir_all(folder.join("checkpoints")).unwrap();
    });
    // A record that nobody here signed, and a copy of one that somebody did, at the place of the next.
    changed(&|folder| fs::write(folder.join("records/000000000005.dsse.json"), "{}").unwrap());
    changed(&|folder| {
        let records = folder.join("records");
        fs::copy(
            records.join("000000000001.dsse.json"),
            records.join("000000000005.dsse.json"),
        )
        .unwrap();
    });
    changed(&|folder| fs::write(folder.join("records/000000000006.dsse.json"), "{}").unwrap());

    // The tail cut off: only the witness knows.
    let folder = tempfile::tempdir().unwrap();
    copy(base.path(), folder.path());
    for file in [
        "records/000000000004.dsse.json",
        "checkpoints/000000000005",
        "tile/0/000.p/5",
    ] {
        fs::remove_file(folder.path().join(file)).unwrap();
    }
    fs::copy(
        folder.path().join("checkpoints/000000000004"),
        folder.path().join("checkpoint"),
    )
    .unwrap();
    assert!(refused(folder.path(), Some(&witness)).contains("it saw 5 records, here are 4"));
    Log::new(Directory::new(folder.path()), signer(1))
        .append(&statement(8))
        .unwrap();
    assert!(refused(folder.path(), Some(&witness)).contains("the first 5 records are others"));
    assert!(refused(elsewhere.path(), Some(&witness)).contains("it saw hipaa-iac.dev/evidence/"));

    // And the witness of a log that goes on is no hindrance.
    let log = Log::new(Directory::new(base.path()), signer(1)).witness(witness);
    assert_eq!(log.append(&statement(5)).unwrap().index, 5);
}

/// A store to whose log somebody appends two records when its tiles are read.
struct Busy {
    store: Directory,
    folder: PathBuf,
    is_next: Cell<bool>,
}

fn read_only(key: &str) -> StoreError {
    StoreError::Io {
        place: key.to_owned(),
        problem: "read-only".to_owned(),
    }
}

impl Store for Busy {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        if key.starts_with("tile/") && self.is_next.replace(false) {
            log_of(&self.folder, 3..5);
        }
        self.store.get(key)
    }

    fn create(&self, key: &str, _: &[u8]) -> Result<Created, StoreError> {
        Err(read_only(key))
    }

    fn replace(&self, key: &str, _: &[u8]) -> Result<(), StoreError> {
        Err(read_only(key))
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.store.list(prefix)
    }

    fn probe(&self) -> Result<Immutability, StoreError> {
        self.store.probe()
    }

    fn place(&self) -> String {
        self.store.place()
    }
}

#[test]
fn a_look_writes_nothing_and_is_of_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let look = |is_next: bool, witness: Option<&[u8]>| {
        let busy = Busy {
            store: Directory::new(folder.path()),
            folder: folder.path().to_owned(),
            is_next: Cell::new(is_next),
        };
        let log = Log::new(busy, signer(1));
        match witness {
            Some(witness) => log.witness(witness.to_vec()).look(),
            None => log.look(),
        }
    };
    assert_eq!(look(false, None).unwrap(), None);
    log_of(folder.path(), 0..3);
    let witness = fs::read(folder.path().join("checkpoint")).unwrap();
    let (checkpoint, note) = look(true, Some(&witness)).unwrap().unwrap();
    assert_eq!(checkpoint.size, 5);
    let newest = fs::read(folder.path().join("checkpoints/000000000005")).unwrap();
    assert_eq!(note.as_bytes(), newest);

    // Who saw a log takes no empty store for it, and begins none there.
    let empty = tempfile::tempdir().unwrap();
    let log = Log::new(Directory::new(empty.path()), signer(1)).witness(newest);
    assert!(log.look().unwrap_err().to_string().contains("here is none"));
    assert!(log.append(&statement(0)).is_err());
    assert!(files(empty.path()).is_empty());
}

#[test]
fn health_information_is_not_signed() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::new(Directory::new(folder.path()), signer(1));
    let subject = || vec![Subject::sha256("s", "00")];
    for (subjects, predicate) in [
        (subject(), json!({"observed": "078-05-1120"})),
        (subject(), json!({"note": ["ok", "MRN: 00123456"]})),
        (subject(), json!({"x": "y".repeat(10_000)})),
        (vec![Subject::sha256("jane@example.org", "00")], Value::Null),
    ] {
        let statement = Statement::new(subjects, "t", predicate).unwrap();
        let error = log.append(&statement).unwrap_err();
        assert!(matches!(error, AppendError::Phi(_)), "{error}");
        for secret in ["1120", "123456", "jane"] {
            assert!(!error.to_string().contains(secret));
        }
    }
    assert!(files(folder.path()).is_empty());
}

#[test]
fn a_key_that_follows_another_continues_its_log() {
    let folder = tempfile::tempdir().unwrap();
    log_of(folder.path(), 0..3);
    let untrusting = Log::new(Directory::new(folder.path()), signer(2));
    assert!(untrusting.append(&statement(3)).is_err());
    let log = Log::new(Directory::new(folder.path()), signer(2)).trust(signer(1).public().clone());
    assert_eq!(log.append(&statement(3)).unwrap().index, 3);
    let both = Trust {
        keys: vec![signer(1).public().clone(), signer(2).public().clone()],
        witnesses: Vec::new(),
        ..Trust::default()
    };
    let verified = verify(&Directory::new(folder.path()), &both).unwrap();
    assert_eq!(verified.findings, []);
    assert_eq!(verified.keys.len(), 2);
    // Who trusts only the first sees that another has signed.
    assert!(
        found(folder.path()).contains(&"record-invalid records/000000000003.dsse.json".to_owned())
            || found(folder.path())
                .iter()
                .any(|finding| finding.starts_with("checkpoint-invalid"))
    );
}

/// A process that dies between the record and what is told of it finds another key when it is back.
#[test]
fn a_statement_has_one_record_whichever_trusted_key_signs() {
    let both = || [signer(1).public().clone(), signer(2).public().clone()];
    let mut deaths = 0;
    'deaths: for writes in 0.. {
        for after in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            log_of(folder.path(), 0..3);
            let dying = Dying {
                store: Directory::new(folder.path()),
                writes_left: Cell::new(writes),
                after,
            };
            let whole = Log::new(dying, signer(1)).append_once(&statement(3));
            let [old, new] = both();
            let next = Log::new(Directory::new(folder.path()), signer(2)).trust(old);
            let receipt = next.append_once(&statement(3)).unwrap();
            assert_eq!((receipt.index, receipt.size), (3, 4));
            let record = fs::read(folder.path().join("records/000000000003.dsse.json")).unwrap();
            assert_eq!(receipt.digest, sha256(&record));
            // Also behind another record, and where the first key is back.
            next.append_once(&statement(4)).unwrap();
            let back = Log::new(Directory::new(folder.path()), signer(1)).trust(new);
            let again = back.append_once(&statement(3)).unwrap();
            assert_eq!(
                (again.index, &again.digest, again.size),
                (3, &receipt.digest, 5)
            );
            let records = next.store().list("records/").unwrap();
            assert_eq!(records.len(), 5, "{writes} {after}");
            let trust = Trust {
                keys: both().to_vec(),
                ..Trust::default()
            };
            let verified = verify(next.store(), &trust).unwrap();
            assert_eq!(verified.findings, []);
            if whole.is_ok() {
                break 'deaths;
            }
            deaths += 1;
        }
    }
    assert!(deaths >= 8, "{deaths}");
    // A record that is damaged could be the one: nothing is appended.
    let folder = tempfile::tempdir().unwrap();
    log_of(folder.path(), 0..3);
    let [old, _] = both();
    let next = Log::new(Directory::new(folder.path()), signer(2)).trust(old);
    fs::write(folder.path().join("records/000000000001.dsse.json"), "{}").unwrap();
    let error = next.append_once(&statement(3)).unwrap_err();
    assert!(error.to_string().contains("record 1"), "{error}");
}

#[test]
fn other_implementations_accept_what_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    log_of(folder.path(), 0..3);
    let key = signer(1).public().clone();
    let spki = BASE64_STANDARD
        .decode(key.to_pem().lines().nth(1).unwrap())
        .unwrap();
    let raw = &spki[12..];

    let record = fs::read(folder.path().join("records/000000000002.dsse.json")).unwrap();
    let theirs = dsse::Envelope::from_json(&record).unwrap();
    let verifier = dsse::Ed25519Verifier::from_bytes(raw)
        .unwrap()
        .with_key_id(key.id());
    dsse::verify(&theirs, &[&verifier], 1).unwrap();
    let ours = Envelope::from_json(&record).unwrap();
    assert_eq!(ours.verify([&key]).unwrap().0, statement(2));

    let note = fs::read(folder.path().join("checkpoint")).unwrap();
    let origin = String::from_utf8_lossy(&note)
        .lines()
        .next()
        .unwrap()
        .to_owned();
    let typed = [&[1], raw].concat();
    let id = signed_note::key_id(&origin, &typed);
    let vkey = format!("{origin}+{id:08x}+{}", BASE64_STANDARD.encode(&typed));
    let verifier = signed_note::StandardVerifier::new(&vkey).unwrap();
    let list = signed_note::VerifierList::new(vec![Box::new(verifier)]);
    let theirs = signed_note::Note::from_bytes(&note).unwrap();
    let (verified, unknown) = theirs.verify(&list).unwrap();
    assert_eq!((verified.len(), unknown.len()), (1, 0));
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(theirs.text()).unwrap();
    assert_eq!(
        (checkpoint.origin(), checkpoint.size()),
        (origin.as_str(), 3)
    );
}

#[test]
fn keys_are_those_of_the_standards() {
    // RFC 8410, section 10.3 and 10.1: a private key and its public half.
    let private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    let public = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let signer = Signer::from_pem(private).unwrap();
    assert_eq!(signer.public().to_pem(), public);
    assert_eq!(PublicKey::from_pem(public).unwrap(), *signer.public());
    let made = Signer::generate().unwrap();
    assert_eq!(
        Signer::from_pem(&made.to_pem().unwrap()).unwrap().public(),
        made.public()
    );
    assert_ne!(Signer::generate().unwrap().public(), made.public());
    assert!(!format!("{made:?}").contains(made.to_pem().unwrap().lines().nth(1).unwrap()));
    for wrong in [
        "",
        public,
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ] {
        assert!(Signer::from_pem(wrong).is_err());
    }
    // A key of small order, with which anything verifies.
    let weak = [&spki_prefix()[..], &[1], &[0; 31]].concat();
    let weak = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        BASE64_STANDARD.encode(weak)
    );
    assert!(PublicKey::from_pem(&weak).is_err());
}

fn spki_prefix() -> [u8; 12] {
    [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]
}
