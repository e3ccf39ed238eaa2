//! `hipaa-iac evidence` and `hipaa-iac check --evidence` as a user runs them.

use std::fs;

use hipaa_iac_tests::Tree;

use crate::support::{Made, program, run};

const BAD: &str = r#"
resource "aws_db_instance" "ehr" {
  identifier        = "ehr"
  engine            = "postgres"
  instance_class    = "db.t3.micro"
  storage_encrypted = false
}
"#;

fn keyed(files: &[(&str, &str)]) -> Tree {
    let tree = Tree::with(files).unwrap();
    let made = run(tree.path(), &["evidence", "keygen", "key"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    tree
}

#[test]
fn keygen_makes_a_pair_and_never_replaces_one() {
    let tree = keyed(&[]);
    let key = fs::read_to_string(tree.path().join("key")).unwrap();
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(tree.path().join("key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = run(tree.path(), &["evidence", "keygen", "key"]);
    assert_eq!(again.code, 2);
    assert_eq!(fs::read_to_string(tree.path().join("key")).unwrap(), key);
}

#[test]
fn a_check_is_recorded_with_its_inputs() {
    let tree = keyed(&[("infra/main.tf", BAD)]);
    let arguments = [
        "check",
        "infra",
        "--format",
        "json",
        "--evidence",
        "log",
        "--evidence-key",
        "key",
        "--evidence-checkpoint",
        "witness",
    ];
    let plain = run(tree.path(), &["check", "infra", "--format", "json"]);
    let first = run(tree.path(), &arguments);
    assert_eq!(
        (first.code, &first.stdout),
        (1, &plain.stdout),
        "{}",
        first.stderr
    );
    assert!(
        first.stderr.contains("recorded as 0 of log"),
        "{}",
        first.stderr
    );
    let witness = fs::read(tree.path().join("witness")).unwrap();
    assert_eq!(
        witness,
        fs::read(tree.path().join("log/checkpoint")).unwrap()
    );
    let options = ["--trusted-key", "key.pub", "--checkpoint", "witness"];
    assert_eq!(program(tree.path(), &options).code, 0);

    let shown = run(tree.path(), &["evidence", "show", "log", "0"]).json();
    assert_eq!(
        shown["predicateType"],
        "https://hipaa-iac.dev/attestation/check/v1"
    );
    assert_eq!(shown["predicate"]["result"], plain.json());
    assert_eq!(shown["predicate"]["redacted"], serde_json::json!([]));
    let time = shown["predicate"]["recordedAt"].as_str().unwrap();
    assert!(
        time.starts_with("20")
            && time.ends_with('Z')
            && time.len() == "2026-11-24T12:00:00.000Z".len(),
        "{time}"
    );
    // What was judged can be named again with sha256sum.
    let digest = |bytes: &[u8]| hipaa_iac_evidence::sha256(bytes);
    let lines = format!("{}  infra/main.tf\n", digest(BAD.as_bytes()));
    let subjects = shown["subject"].as_array().unwrap();
    assert_eq!(subjects[0]["name"], "infra");
    assert_eq!(subjects[0]["digest"]["sha256"], digest(lines.as_bytes()));
    assert_eq!(subjects[1]["name"], "policies");

    // A second one goes on from the witness; a log that was cut is refused, and says so with exit code 2.
    assert_eq!(run(tree.path(), &arguments).code, 1);
    let listed = run(tree.path(), &["evidence", "list", "log"]);
    assert_eq!(listed.stdout.lines().count(), 2, "{}", listed.stdout);
    assert!(listed.stdout.contains("check/v1"));
    for file in [
        "records/000000000001.dsse.json",
        "checkpoints/000000000002",
        "tile/0/000.p/2",
    ] {
        fs::remove_file(tree.path().join("log").join(file)).unwrap();
    }
    fs::copy(
        tree.path().join("log/checkpoints/000000000001"),
        tree.path().join("log/checkpoint"),
    )
    .unwrap();
    let refused = run(tree.path(), &arguments);
    assert_eq!((refused.code, &refused.stdout), (2, &plain.stdout));
    assert!(
        refused.stderr.contains("it saw 2 records, here are 1"),
        "{}",
        refused.stderr
    );
    assert_eq!(program(tree.path(), &options).code, 1);
}

#[test]
fn what_identifies_a_person_is_left_out_of_the_record() {
    let config = "waivers:\n  - {policy: rds-storage-unencrypted, address: aws_db_instance.ehr, reason: by the application, owner: jane.doe@clinic.example.org, until: 2027-01-31}\n";
    let tree = keyed(&[("hipaa-iac.yaml", config), ("main.tf", BAD)]);
    let ran = run(
        tree.path(),
        &[
            "check",
            "--as-of",
            "2026-11-24",
            "--format",
            "json",
            "--evidence",
            "log",
            "--evidence-key",
            "key",
        ],
    );
    assert!(
        tree.path().join("log/checkpoint").is_file(),
        "{} {}",
        ran.code,
        ran.stderr
    );
    let owner = ran.json()["findings"].to_string().contains("jane.doe");
    assert!(owner, "the waiver is not in the result: {}", ran.stdout);
    assert!(
        ran.stderr.contains("left out of the evidence"),
        "{}",
        ran.stderr
    );
    let shown = run(tree.path(), &["evidence", "show", "log", "0"]);
    assert!(!shown.stdout.contains("jane.doe"));
    let redacted = shown.json()["predicate"]["redacted"].clone();
    assert_eq!(redacted[0]["looksLike"], "email");
    assert!(
        redacted[0]["pointer"]
            .as_str()
            .unwrap()
            .ends_with("/waiver/owner"),
        "{redacted}"
    );
    assert_eq!(program(tree.path(), &["--trusted-key", "key.pub"]).code, 0);
}

#[test]
fn the_options_belong_together() {
    let tree = keyed(&[("main.tf", BAD)]);
    assert_eq!(run(tree.path(), &["check", "--evidence", "log"]).code, 2);
    assert_eq!(
        run(tree.path(), &["check", "--evidence-key", "key"]).code,
        2
    );
    let wrong = run(
        tree.path(),
        &["check", "--evidence", "log", "--evidence-key", "main.tf"],
    );
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.stderr.contains("not an ed25519 private key"),
        "{}",
        wrong.stderr
    );
    let wrong = run(
        tree.path(),
        &["check", "--evidence", "ftp://log", "--evidence-key", "key"],
    );
    assert_eq!(wrong.code, 2);
    assert!(!tree.path().join("log").exists());
}

#[test]
fn text_says_what_is_proved_and_what_is_not() {
    let made = Made::new(3);
    let ran = run(
        made.tree.path(),
        &["evidence", "verify", "log", "--save-checkpoint", "kept"],
    );
    assert_eq!(ran.code, 0);
    assert!(
        ran.stdout
            .starts_with("verified: 3 records of hipaa-iac.dev/evidence/"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("--trusted-key") && ran.stdout.contains("--checkpoint"));
    assert_eq!(made.read("kept"), made.read("log/checkpoint"));
    let ran = run(made.tree.path(), &["evidence", "probe", "log"]);
    assert_eq!((ran.code, ran.stdout.starts_with("mutable: ")), (1, true));
    let ran = run(made.tree.path(), &["evidence", "verifier"]);
    assert_eq!(ran.stdout, hipaa_iac_evidence::VERIFIER);
    made.write("log/records/000000000001.dsse.json", b"{}");
    made.write("kept", b"before");
    let ran = run(
        made.tree.path(),
        &["evidence", "verify", "log", "--save-checkpoint", "kept"],
    );
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout
            .contains("record-mismatch records/000000000001.dsse.json: "),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("NOT VERIFIED"));
    assert_eq!(made.read("kept"), b"before");
}
