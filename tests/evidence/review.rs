//! Reviews of recorded restores, and the list of those that nobody has answered.

use hipaa_iac_evidence::{Directory, Log, Statement, Subject};
use hipaa_iac_tests::Ran;
use serde_json::{Value, json};

use crate::support::{Made, Said, program, python, run, signer};

/// A log of restores of `ehr`, one for each reason; `None` passed.
fn restores(reasons: &[&str]) -> Made {
    let verification = json!({"name": "ehr"});
    let all: Vec<_> = reasons
        .iter()
        .map(|reason| (verification.clone(), *reason))
        .collect();
    restores_of(&all)
}

/// The same of these verifications.
fn restores_of(restores: &[(Value, &str)]) -> Made {
    let made = Made::new(0);
    let log = Log::new(Directory::new(made.log()), signer(1));
    for (number, (verification, reason)) in restores.iter().enumerate() {
        let verdict = if *reason == "None" {
            "Passed"
        } else {
            "Failed"
        };
        let predicate = json!({
            "verification": verification,
            "verdict": verdict,
            "reason": reason,
            "finishedAt": format!("2026-11-{:02}T03:17:00Z", number + 1),
        });
        let subject = Subject::sha256("backup", format!("{number:064x}"));
        let kind = "https://hipaa-iac.dev/attestation/restore-result/v1";
        let statement = Statement::new(vec![subject], kind, predicate).unwrap();
        log.append(&statement).unwrap();
    }
    let reviewer = signer(3);
    made.write("reviewer", reviewer.to_pem().unwrap().as_bytes());
    made.write("reviewer.pub", reviewer.public().to_pem().as_bytes());
    made
}

fn review(made: &Made, index: &str, more: &[&str]) -> Ran {
    let first = [
        "evidence",
        "review",
        "log",
        index,
        "--trusted-key",
        "key.pub",
        "--by",
        "J. Smith, Security Officer",
    ];
    run(made.tree.path(), &[&first[..], more].concat())
}

const INTO: [&str; 4] = ["--evidence", "reviews", "--evidence-key", "reviewer"];

fn exceptions(made: &Made, more: &[&str]) -> (i32, Value) {
    let first = [
        "evidence",
        "exceptions",
        "log",
        "--trusted-key",
        "key.pub",
        "--format",
        "json",
    ];
    let ran = run(made.tree.path(), &[&first[..], more].concat());
    (ran.code, ran.json())
}

const BY: [&str; 4] = ["--reviews", "reviews", "--reviewer-key", "reviewer.pub"];

#[test]
fn a_failure_is_open_until_somebody_answers_it() {
    let made = restores(&["None", "StaleData", "None", "CanaryMissing"]);
    let (code, all) = exceptions(&made, &[]);
    let indices: Vec<&Value> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["index"])
        .collect();
    assert_eq!((code, indices), (1, vec![&json!(1), &json!(3)]));
    assert_eq!(
        (&all[0]["passedSince"], &all[1]["passedSince"]),
        (&json!(2), &Value::Null)
    );

    // A decision alone is no answer.
    let seen = [
        &["--decision", "rejected", "--note", "the dump job was off"][..],
        &INTO,
    ]
    .concat();
    let ran = review(&made, "3", &seen);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let action = [
        "--decision",
        "accepted",
        "--corrective-action",
        "ticket=OPS-12,owner=DBA,due=2026-12-01",
    ];
    let ran = review(&made, "1", &[&action[..], &INTO].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (code, all) = exceptions(&made, &BY);
    assert_eq!(code, 1);
    assert_eq!(
        (&all[0]["index"], &all[0]["open"]),
        (&json!(3), &json!(true))
    );
    assert_eq!(all[0]["decisions"], json!(["rejected"]));
    assert_eq!(
        (&all[1]["index"], &all[1]["open"]),
        (&json!(1), &json!(false))
    );
    assert_eq!(
        all[1]["correctiveActions"],
        json!([{"ticket": "OPS-12", "owner": "DBA", "due": "2026-12-01"}])
    );
    let ran = review(&made, "3", &[&action[..], &INTO].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(exceptions(&made, &BY).0, 0);
    let first = ["evidence", "exceptions", "log", "--trusted-key", "key.pub"];
    let ran = run(made.tree.path(), &[&first[..], &BY].concat());
    assert!(
        ran.stdout
            .contains("answered  ehr: Failed CanaryMissing; OPS-12 by DBA until 2026-12-01"),
        "{}",
        ran.stdout
    );

    // The record reviewed is pinned, and the reviews are a log as any other.
    let shown = run(made.tree.path(), &["evidence", "show", "reviews", "0"]).json();
    let bytes = made.read("log/records/000000000003.dsse.json");
    assert_eq!(
        shown["subject"][0]["digest"]["sha256"],
        hipaa_iac_evidence::sha256(&bytes)
    );
    assert_eq!(shown["predicate"]["reviewed"]["reason"], "CanaryMissing");
    std::fs::rename(
        made.tree.path().join("reviews"),
        made.tree.path().join("moved"),
    )
    .unwrap();
    std::fs::rename(made.log(), made.tree.path().join("results")).unwrap();
    std::fs::rename(made.tree.path().join("moved"), made.log()).unwrap();
    let options = ["--trusted-key", "reviewer.pub"];
    let whole = Said {
        code: 0,
        findings: [].into(),
    };
    assert_eq!(program(made.tree.path(), &options), whole);
    let verifier = made.log().join("verify.py");
    assert_eq!(python(made.tree.path(), &options, &verifier), whole);
}

#[test]
fn a_review_is_anothers_and_of_a_log_that_is_whole() {
    let made = restores(&["StaleData"]);
    let own = [
        "--decision",
        "accepted",
        "--evidence",
        "reviews",
        "--evidence-key",
        "key",
    ];
    let ran = review(&made, "0", &own);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("cannot review it"), "{}", ran.stderr);
    let seen = [&["--decision", "accepted"][..], &INTO].concat();
    assert_eq!(review(&made, "7", &seen).code, 2);
    assert_eq!(review(&made, "0", &["--decision", "accepted"]).code, 2);
    for action in [
        "ticket=1",
        "ticket=1,owner=x,due=soon",
        "ticket=1,owner=,due=2026-12-01",
        "x",
    ] {
        let wrong = [
            &["--decision", "accepted", "--corrective-action", action][..],
            &INTO,
        ]
        .concat();
        assert_eq!(review(&made, "0", &wrong).code, 2, "{action}");
    }
    // Whom to ask is never an address.
    let address = [
        &[
            "--decision",
            "accepted",
            "--note",
            "ask jane.doe@clinic.example.org",
        ][..],
        &INTO,
    ]
    .concat();
    let ran = review(&made, "0", &address);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("looks like health information"),
        "{}",
        ran.stderr
    );
    assert!(!made.tree.path().join("reviews/checkpoint").exists());

    let record = "log/records/000000000000.dsse.json";
    let mut bytes = made.read(record);
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    made.write(record, &bytes);
    let ran = review(&made, "0", &seen);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("record-mismatch"), "{}", ran.stderr);
    assert_eq!(exceptions(&made, &[]).0, 2);
}

#[test]
fn another_verification_of_the_same_name_answers_nothing() {
    let one = |cluster: &str, namespace: &str| json!({"cluster": cluster, "namespace": namespace, "name": "ehr"});
    let made = restores_of(&[
        (one("east", "clinic"), "StaleData"),
        (one("east", "test"), "None"),
        (one("west", "clinic"), "None"),
        (json!({"name": "ehr"}), "None"),
    ]);
    let (code, all) = exceptions(&made, &[]);
    assert_eq!((code, &all[0]["passedSince"]), (1, &Value::Null));
    let made = restores_of(&[
        (one("east", "clinic"), "StaleData"),
        (one("east", "test"), "None"),
        (one("east", "clinic"), "None"),
    ]);
    let (code, all) = exceptions(&made, &[]);
    assert_eq!((code, &all[0]["passedSince"]), (1, &json!(2)));
}

#[test]
fn a_recorder_does_not_answer_its_own_failures() {
    let made = restores(&["StaleData"]);
    let answer = [
        "--decision",
        "accepted",
        "--corrective-action",
        "ticket=OPS-12,owner=DBA,due=2026-12-01",
    ];
    let ran = review(&made, "0", &[&answer[..], &INTO].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(exceptions(&made, &BY).0, 0);
    // Whoever records holds this key too, whatever signed the record that was reviewed.
    let first = ["evidence", "exceptions", "log", "--trusted-key", "key.pub"];
    let ran = run(
        made.tree.path(),
        &[&first[..], &["--trusted-key", "reviewer.pub"], &BY].concat(),
    );
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("--reviewer-key") && ran.stderr.contains(signer(3).public().id()),
        "{}",
        ran.stderr
    );
}
