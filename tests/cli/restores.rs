//! `restore` of `hipaa-iac.yaml`: what a signed log tells of a database's backup, and what it does not.

use std::{fs, io, path::Path};

use hipaa_iac_evidence::{Directory, Log, Signer, Statement, Subject};
use hipaa_iac_restore::record::PREDICATE;
use hipaa_iac_tests::{Ran, Tree, run_in, workspace};

const DATABASE: &str = "resource \"aws_db_instance\" \"ehr\" {\n  identifier = \"ehr\"\n  engine     = \"postgres\"\n}\n";

/// The log of the policy's fixtures: `ehr` passed on 2026-11-20, `broken` passed on 2026-11-10 and failed on 2026-11-17.
fn log(to: &Path) -> io::Result<()> {
    let fixtures = workspace().join("policies/backup/database-restore-unproven");
    fs::copy(fixtures.join("evidence.key.pub"), to.join("key.pub"))?;
    copy(&fixtures.join("evidence"), &to.join("evidence"))
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            // Written anew, for the log's own files are read-only.
            fs::write(target, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

fn tree(restore: &str) -> Tree {
    let tree = Tree::with(&[("main.tf", DATABASE), ("hipaa-iac.yaml", restore)]).unwrap();
    log(tree.path()).unwrap();
    tree
}

fn check(tree: &Tree, as_of: &str) -> Ran {
    let as_of = format!("--as-of={as_of}");
    let only = "--only=database-restore-unproven";
    run_in(
        tree.path(),
        &["check", ".", only, "--format", "json", &as_of],
    )
    .unwrap()
}

/// `restore` with an entry for the database.
fn of(verification: &str, more: &str) -> String {
    format!(
        "restore:\n  evidence: evidence\n  trustedKeys: [key.pub]\n{more}  databases:\n    - {{address: aws_db_instance.ehr, verification: {verification}}}\n"
    )
}

fn message(ran: &Ran) -> String {
    ran.json()["findings"][0]["message"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn a_recent_passed_record_is_a_pass_as_of_its_day() {
    let tree = tree(&of("ehr", ""));
    let fails = ["database-restore-unproven fail main.tf:1"];
    let first = check(&tree, "2026-11-24");
    assert_eq!(first.code, 0, "{}", first.stdout);
    assert_eq!(first.stdout, check(&tree, "2026-11-24").stdout);
    // 31 days after the 20th of November, and one more.
    assert_eq!(check(&tree, "2026-12-21").code, 0);
    let old = check(&tree, "2026-12-22");
    assert_eq!(
        (old.code, old.findings()),
        (1, fails.map(str::to_owned).to_vec())
    );
    assert!(message(&old).contains("too old"), "{}", message(&old));
    // On the day before there was no record yet.
    let early = check(&tree, "2026-11-19");
    assert_eq!(early.findings(), fails);
    assert!(
        message(&early).contains("no restore"),
        "{}",
        message(&early)
    );
    // Another age, for all and for one.
    tree.write("hipaa-iac.yaml", of("ehr", "  maxAge: 3d\n").as_bytes())
        .unwrap();
    assert_eq!(check(&tree, "2026-11-24").findings(), fails);
}

#[test]
fn what_did_not_pass_last_or_is_not_covered_is_a_finding() {
    for (restore, said) in [
        (of("broken", ""), "failed"),
        (of("never", ""), "no restore"),
        (
            of("ehr", "").replace("aws_db_instance.ehr", "aws_db_instance.other"),
            "covers",
        ),
    ] {
        let ran = check(&tree(&restore), "2026-11-24");
        assert_eq!(ran.findings(), ["database-restore-unproven fail main.tf:1"]);
        assert!(message(&ran).contains(said), "{}", message(&ran));
    }
    // Without `restore` the policy has nothing to say.
    let tree = tree("{}\n");
    assert_eq!(check(&tree, "2026-11-24").findings(), [""; 0]);
}

#[test]
fn by_a_list_of_keys_each_counts_for_its_time() {
    let listed = of("ehr", "").replace(
        "trustedKeys: [key.pub]",
        "keyList: keys.json\n  rootKey: root.pub",
    );
    let root = Signer::from_seed(&[77; 32]).unwrap();
    for (from, code) in [("2026-01-01", 0), ("2026-11-24", 3)] {
        let tree = tree(&listed);
        tree.write("root", root.to_pem().unwrap().as_bytes())
            .unwrap();
        tree.write("root.pub", root.public().to_pem().as_bytes())
            .unwrap();
        let key = format!("key.pub={from}");
        let made = run_in(
            tree.path(),
            &[
                "evidence",
                "key-list",
                "--root-key",
                "root",
                "--key",
                &key,
                "-o",
                "keys.json",
            ],
        );
        assert_eq!(made.unwrap().code, 0);
        let ran = check(&tree, "2026-11-24");
        assert_eq!(ran.code, code, "{from}: {} {}", ran.stdout, ran.stderr);
        assert_eq!(
            ran.stdout.contains("key-not-valid"),
            code == 3,
            "{}",
            ran.stdout
        );
        // A list that another key signed is none.
        tree.write("root.pub", &fs::read(tree.path().join("key.pub")).unwrap())
            .unwrap();
        assert_eq!(check(&tree, "2026-11-24").code, 2);
    }
    let half = of("ehr", "  keyList: keys.json\n");
    assert_eq!(check(&tree(&half), "2026-11-24").code, 2);
}

#[test]
fn nothing_counts_in_a_log_that_is_not_whole() {
    type Harm = fn(&Path) -> io::Result<()>;
    let harms: [(&str, Harm); 4] = [
        ("edited", |at| {
            let record = at.join("evidence/records/000000000003.dsse.json");
            let text = fs::read_to_string(&record)?;
            fs::write(record, text.replacen("\"sig\":\"", "\"sig\":\"A", 1))
        }),
        ("removed", |at| {
            fs::remove_file(at.join("evidence/records/000000000003.dsse.json"))
        }),
        ("another's", |at| {
            let key = Signer::from_seed(&[25; 32]).map_err(io::Error::other)?;
            fs::write(at.join("key.pub"), key.public().to_pem())
        }),
        ("missing", |at| fs::remove_dir_all(at.join("evidence"))),
    ];
    for (name, harm) in harms {
        let tree = tree(&of("ehr", ""));
        harm(tree.path()).unwrap();
        let ran = check(&tree, "2026-11-24");
        let unknown = ["database-restore-unproven unknown main.tf:1"];
        assert_eq!(
            (ran.code, ran.findings()),
            (3, unknown.map(str::to_owned).to_vec()),
            "{name}"
        );
        assert!(ran.stdout.contains("restore-evidence"), "{name}");
    }
}

#[test]
fn a_cut_tail_is_found_with_a_checkpoint_from_elsewhere() {
    let cut = |restore: &str| {
        let tree = tree(restore);
        let log = tree.path().join("evidence");
        fs::copy(log.join("checkpoint"), tree.path().join("witness")).unwrap();
        // The failed record and all behind it, with everything that tells of them.
        for size in 4..=6 {
            fs::remove_file(log.join(format!("records/{:012}.dsse.json", size - 1))).unwrap();
            fs::remove_file(log.join(format!("checkpoints/{size:012}"))).unwrap();
            fs::remove_file(log.join(format!("tile/0/000.p/{size}"))).unwrap();
        }
        fs::copy(log.join("checkpoints/000000000003"), log.join("checkpoint")).unwrap();
        check(&tree, "2026-11-24")
    };
    assert_eq!(cut(&of("broken", "")).code, 0);
    let seen = cut(&of("broken", "  checkpoint: witness\n"));
    assert_eq!(
        seen.findings(),
        ["database-restore-unproven unknown main.tf:1"]
    );
    assert_eq!(seen.code, 3);
    assert!(seen.stdout.contains("tail-cut"), "{}", seen.stdout);
}

#[test]
fn the_proof_of_one_database_does_not_count_for_its_namesake() {
    let restore = of("ehr", "");
    let tree = Tree::with(&[
        ("prod/main.tf", DATABASE),
        ("staging/main.tf", DATABASE),
        ("hipaa-iac.yaml", &restore),
    ])
    .unwrap();
    log(tree.path()).unwrap();
    let ran = check(&tree, "2026-11-24");
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stdout.contains("restore-ambiguous"));
    assert_eq!(
        ran.findings(),
        [
            "database-restore-unproven fail prod/main.tf:1",
            "database-restore-unproven fail staging/main.tf:1"
        ]
    );
    let rooted = restore.replace("verification:", "root: prod, verification:");
    tree.write("hipaa-iac.yaml", rooted.as_bytes()).unwrap();
    let ran = check(&tree, "2026-11-24");
    assert_eq!(
        ran.findings(),
        ["database-restore-unproven fail staging/main.tf:1"]
    );
    assert_eq!(ran.code, 1);
}

/// In a cluster a verification has a namespace, and another may have one of its name.
#[test]
fn the_proof_of_one_namespace_does_not_count_in_another() {
    let record = |cluster: &str, namespace: &str, verdict: &str, destroyed: &str| {
        let predicate = serde_json::json!({
            "verification": {"cluster": cluster, "namespace": namespace, "name": "ehr"},
            "verdict": verdict, "finishedAt": "2026-11-20T03:17:00Z", "scratch": {"destroyed": destroyed},
        });
        let subject = Subject::sha256(format!("{namespace}/{verdict}"), "00");
        Statement::new(vec![subject], PREDICATE, predicate).unwrap()
    };
    let judged = |name: &str, records: &[Statement]| {
        let tree = Tree::with(&[("main.tf", DATABASE), ("hipaa-iac.yaml", &of(name, ""))]).unwrap();
        let signer = Signer::from_seed(&[7; 32]).unwrap();
        tree.write("key.pub", signer.public().to_pem().as_bytes())
            .unwrap();
        let log = Log::new(Directory::new(tree.path().join("evidence")), signer);
        for record in records {
            log.append(record).unwrap();
        }
        let ran = check(&tree, "2026-11-24");
        (ran.code, ran.stdout.contains("restore-ambiguous"))
    };
    let ours = record("prod", "clinic", "Failed", "Verified");
    let theirs = record("prod", "staging", "Passed", "Verified");
    let both = [ours.clone(), theirs.clone()];
    // The last of this name passed, in another namespace.
    assert_eq!(judged("ehr", &both), (2, true));
    assert_eq!(judged("clinic/ehr", &both), (1, false));
    assert_eq!(judged("staging/ehr", &both), (0, false));
    assert_eq!(judged("prod/staging/ehr", &both), (0, false));
    assert_eq!(judged("ehr", &[theirs]), (0, false));
    assert_eq!(judged("hr", &both), (1, false));
    let clusters = [record("test", "clinic", "Passed", "Verified"), ours];
    assert_eq!(judged("clinic/ehr", &clusters), (2, true));
    // Something of the patients' data may be left.
    let left = record("prod", "clinic", "Passed", "NotVerified");
    assert_eq!(judged("ehr", &[left]), (1, false));
}

#[test]
fn a_configuration_that_would_prove_nothing_is_refused() {
    for restore in [
        of("ehr", "").replace("evidence: evidence", "evidence: \"s3://clinic/log\""),
        of("ehr", "").replace("[key.pub]", "[]"),
        of("ehr", "").replace("[key.pub]", "[other.pub]"),
        of("ehr", "  maxAge: soon\n"),
        of("ehr", "  checkpoint: nowhere\n"),
    ] {
        let ran = check(&tree(&restore), "2026-11-24");
        assert_eq!(ran.code, 2, "{restore}\n{}", ran.stderr);
    }
}
