//! Keys that come and go: the list of them, made as a user makes it, and both verifiers by it.

use std::fs;

use hipaa_iac_evidence::{Directory, Envelope, Log, Statement, Subject, VERIFIER};
use serde_json::json;

use crate::support::{Made, Said, program, python, run, signer};

const OLD: u8 = 1;
const NEW: u8 = 2;
const ROOT: u8 = 9;

/// A log of these records: who signed, and the time that they claim.
fn made(records: &[(u8, Option<&str>)]) -> Made {
    let made = Made::new(0);
    for (number, (by, time)) in records.iter().enumerate() {
        append(&made, *by, number, *time);
    }
    for (name, seed) in [("old", OLD), ("new", NEW), ("root", ROOT)] {
        let key = signer(seed);
        made.write(&format!("{name}.pub"), key.public().to_pem().as_bytes());
        made.write(name, key.to_pem().unwrap().as_bytes());
    }
    made
}

fn append(made: &Made, by: u8, number: usize, time: Option<&str>) {
    let mut predicate = json!({"number": number});
    if let Some(time) = time {
        predicate["recordedAt"] = json!(time);
    }
    let subject = Subject::sha256(format!("input-{number}"), format!("{number:064x}"));
    let statement = Statement::new(
        vec![subject],
        "https://hipaa-iac.dev/attestation/test/v1",
        predicate,
    )
    .unwrap();
    let log = Log::new(Directory::new(made.log()), signer(by))
        .trust(signer(OLD).public().clone())
        .trust(signer(NEW).public().clone());
    log.append(&statement).unwrap();
}

#[track_caller]
fn list(made: &Made, arguments: &[&str]) {
    let whole = [&["evidence", "key-list", "--root-key", "root"], arguments].concat();
    let ran = run(made.tree.path(), &whole);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

/// The list `first` with the old key at its end, bound to these logs.
fn ended(made: &Made, logs: &[&str], output: &str) {
    let end = ["--previous", "first", "--end", "old.pub=2026-03-01"];
    list(made, &[&end[..], logs, &["-o", output]].concat());
}

/// What both verifiers say by a list, which must be the same.
#[track_caller]
fn by(made: &Made, list: &str, root: &str) -> Said {
    made.write("verifier.py", VERIFIER.as_bytes());
    let folder = made.tree.path();
    let options = ["--key-list", list, "--root-key", root];
    let said = program(folder, &options);
    let other = python(folder, &options, &folder.join("verifier.py"));
    assert_eq!(said, other, "the program says the left, Python the right");
    said
}

fn findings(said: &Said) -> Vec<&str> {
    said.findings.iter().map(String::as_str).collect()
}

const BOTH: &[(u8, Option<&str>)] = &[
    (OLD, Some("2026-01-05T03:17:00Z")),
    (OLD, Some("2026-02-05T03:17:00.250Z")),
    (NEW, Some("2026-03-05T03:17:00Z")),
    (NEW, Some("2026-04-05T03:17:00Z")),
];

#[test]
fn keys_that_follow_each_other_count_each_for_its_time() {
    let made = made(BOTH);
    list(&made, &["--key", "old.pub=2026-01-01", "-o", "first"]);
    // The new key is in no list yet.
    let said = by(&made, "first", "root.pub");
    assert_eq!(said.code, 1);
    assert!(
        findings(&said).contains(&"checkpoint-invalid checkpoints/000000000003"),
        "{said:?}"
    );
    list(
        &made,
        &[
            "--previous",
            "first",
            "--key",
            "new.pub=2026-03-01",
            "--end",
            "old.pub=2026-03-01T00:00:00Z",
            "-o",
            "second",
        ],
    );
    let said = by(&made, "second", "root.pub");
    assert_eq!((said.code, findings(&said)), (0, vec![]));
    let shown = run(
        made.tree.path(),
        &[
            "evidence",
            "verify",
            "log",
            "--key-list",
            "second",
            "--root-key",
            "root.pub",
        ],
    );
    assert!(
        shown.stdout.contains("note: by the list of keys of 20"),
        "{}",
        shown.stdout
    );
    assert!(!shown.stdout.contains("--trusted-key"));
}

#[test]
fn who_signs_outside_of_the_time_is_found() {
    let made = made(BOTH);
    // The old key ends before its second record, the new one begins behind its first.
    list(
        &made,
        &[
            "--key",
            "old.pub=2026-01-01",
            "--key",
            "new.pub=2026-03-06",
            "-o",
            "first",
        ],
    );
    list(
        &made,
        &[
            "--previous",
            "first",
            "--end",
            "old.pub=2026-02-01",
            "-o",
            "second",
        ],
    );
    let early = "key-not-valid records/000000000002.dsse.json";
    let said = by(&made, "first", "root.pub");
    assert_eq!((said.code, findings(&said)), (1, vec![early]));
    let said = by(&made, "second", "root.pub");
    let expected = [
        "key-not-valid checkpoints/000000000002",
        "key-not-valid records/000000000001.dsse.json",
        early,
    ];
    assert_eq!((said.code, findings(&said)), (1, expected.to_vec()));
}

#[test]
fn a_stolen_key_cannot_date_back_behind_its_end() {
    let made = made(BOTH);
    list(
        &made,
        &[
            "--key",
            "old.pub=2026-01-01",
            "--key",
            "new.pub=2026-03-01",
            "-o",
            "first",
        ],
    );
    ended(&made, &[], "unbound");
    ended(&made, &["--log", "log"], "bound");
    for name in ["unbound", "bound"] {
        assert_eq!(by(&made, name, "root.pub").code, 0, "{name}");
    }
    append(&made, OLD, 99, Some("2026-02-20T00:00:00Z"));
    // By its own word it is in time.
    assert_eq!(by(&made, "unbound", "root.pub").code, 0);
    let expected = [
        "key-not-valid checkpoint",
        "key-not-valid checkpoints/000000000005",
        "key-not-valid records/000000000004.dsse.json",
    ];
    let said = by(&made, "bound", "root.pub");
    assert_eq!((said.code, findings(&said)), (1, expected.to_vec()));
    // A later list does not forget, though the log has grown.
    list(
        &made,
        &[
            "--previous",
            "bound",
            "--end",
            "old.pub=2026-03-01",
            "--log",
            "log",
            "-o",
            "later",
        ],
    );
    assert_eq!(by(&made, "later", "root.pub"), said);
}

#[test]
fn a_stolen_key_cannot_date_back_in_a_log_of_its_own() {
    let made = made(BOTH);
    list(&made, &["--key", "old.pub=2026-01-01", "-o", "first"]);
    ended(&made, &[], "unbound");
    ended(&made, &["--log", "log"], "bound");
    // Shorter than the log that the list knows, and within the key's time by its own word.
    fs::rename(made.log(), made.tree.path().join("moved")).unwrap();
    append(&made, OLD, 99, Some("2026-02-20T00:00:00Z"));
    assert_eq!(by(&made, "unbound", "root.pub").code, 0);
    let expected = [
        "key-not-valid checkpoint",
        "key-not-valid checkpoints/000000000001",
        "key-not-valid records/000000000000.dsse.json",
    ];
    let said = by(&made, "bound", "root.pub");
    assert_eq!((said.code, findings(&said)), (1, expected.to_vec()));
    // A log that the key signed too counts as soon as the list names it.
    ended(&made, &["--log", "moved", "--log", "log"], "both");
    assert_eq!(by(&made, "both", "root.pub").code, 0);
}

#[test]
fn a_record_without_a_time_is_told() {
    let made = made(&[(OLD, Some("2026-01-05T03:17:00Z")), (OLD, None)]);
    list(&made, &["--key", "old.pub=2026-01-01", "-o", "first"]);
    let said = by(&made, "first", "root.pub");
    let expected = vec!["record-undated records/000000000001.dsse.json"];
    assert_eq!((said.code, findings(&said)), (1, expected));
}

#[test]
fn only_the_root_key_makes_a_list() {
    let made = made(BOTH);
    list(&made, &["--key", "old.pub=2026-01-01", "-o", "first"]);
    assert_eq!(by(&made, "first", "old.pub").code, 2);
    // A record of the log is no list, whoever signed it.
    fs::copy(
        made.log().join("records/000000000000.dsse.json"),
        made.tree.path().join("record"),
    )
    .unwrap();
    assert_eq!(by(&made, "record", "old.pub").code, 2);
    // Nor is one that a root key signed with another content.
    for (name, keys) in [
        ("none", json!([])),
        ("no-time", json!([{"pem": signer(OLD).public().to_pem()}])),
        (
            "backwards",
            json!([{"pem": signer(OLD).public().to_pem(), "notBefore": "2026-02-01T00:00:00Z", "notAfter": "2026-01-01T00:00:00Z"}]),
        ),
        (
            "more",
            json!([{"pem": signer(OLD).public().to_pem(), "notBefore": "2026-02-01T00:00:00Z", "for": "all"}]),
        ),
    ] {
        let statement = Statement::new(
            vec![Subject::sha256("key", "00")],
            "https://hipaa-iac.dev/attestation/evidence-keys/v1",
            json!({"issuedAt": "2026-01-01T00:00:00Z", "keys": keys}),
        )
        .unwrap();
        let envelope = Envelope::sign(&statement, &signer(ROOT)).unwrap();
        made.write(name, &envelope.to_json());
        assert_eq!(by(&made, name, "root.pub").code, 2, "{name}");
    }
    for wrong in [
        &["--key", "old.pub=tomorrow", "-o", "x"][..],
        &["--key", "old.pub=2026-01-01", "-o", "first"],
        &["--end", "old.pub=2026-01-01", "-o", "x"],
        &[
            "--key",
            "old.pub=2026-01-01",
            "--key",
            "old.pub=2026-02-01",
            "-o",
            "x",
        ],
        &["-o", "x"],
    ] {
        let whole = [&["evidence", "key-list", "--root-key", "root"], wrong].concat();
        assert_eq!(run(made.tree.path(), &whole).code, 2, "{wrong:?}");
    }
    let both = [
        "evidence",
        "verify",
        "log",
        "--key-list",
        "first",
        "--root-key",
        "root.pub",
        "--trusted-key",
        "old.pub",
    ];
    assert_eq!(run(made.tree.path(), &both).code, 2);
}
