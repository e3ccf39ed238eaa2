//! What the evidence tests share.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use hipaa_iac_evidence::{Directory, Log, Signer, Statement, Subject};
use hipaa_iac_tests::{Ran, Tree, run_with};
use serde_json::json;

/// A log with its key beside it.
pub(crate) struct Made {
    pub(crate) tree: Tree,
}

pub(crate) fn signer(seed: u8) -> Signer {
    Signer::from_seed(&[seed; 32]).unwrap()
}

pub(crate) fn statement(number: usize) -> Statement {
    let subject = Subject::sha256(format!("input-{number}"), format!("{number:064x}"));
    let predicate = json!({"number": number, "finishedAt": "2026-11-24T03:17:00Z"});
    let kind = "https://hipaa-iac.dev/attestation/test/v1";
    Statement::new(vec![subject], kind, predicate).unwrap()
}

impl Made {
    /// A log of so many records.
    pub(crate) fn new(records: usize) -> Self {
        let tree = Tree::new().unwrap();
        let made = Self { tree };
        made.append(0..records);
        made.write("key.pub", signer(1).public().to_pem().as_bytes());
        made.write("key", signer(1).to_pem().unwrap().as_bytes());
        made
    }

    pub(crate) fn append(&self, numbers: std::ops::Range<usize>) {
        let log = Log::new(Directory::new(self.log()), signer(1));
        for number in numbers {
            log.append(&statement(number)).unwrap();
        }
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.tree.path().join("log")
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.tree.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // What the log keeps is written read-only.
        let _ = fs::remove_file(&path);
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.tree.path().join(path)).unwrap()
    }

    pub(crate) fn copy(&self) -> Self {
        let tree = Tree::new().unwrap();
        copy(self.tree.path(), tree.path());
        Self { tree }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::write(target, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

/// What a verifier says: its exit code, and the word and object of each finding.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) findings: BTreeSet<String>,
}

/// What the program says of the log in a folder, with these further options.
pub(crate) fn program(folder: &Path, options: &[&str]) -> Said {
    let mut arguments = vec!["evidence", "verify", "log", "--format", "json"];
    arguments.extend(options);
    let ran = run_with(folder, &arguments, &[], None).unwrap();
    let findings = ran.json()["findings"].as_array().cloned();
    let word = |finding: &serde_json::Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let findings = findings.unwrap_or_default();
    Said {
        code: ran.code,
        findings: findings
            .iter()
            .map(|finding| format!("{} {}", word(finding, "code"), word(finding, "object")))
            .collect(),
    }
}

/// What the verifier in Python says of it: the one that the log itself carries.
pub(crate) fn python(folder: &Path, options: &[&str], verifier: &Path) -> Said {
    let ran = Command::new("python3")
        .arg(verifier)
        .arg("log")
        .args(options)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    let error = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(!error.contains("Traceback"), "{error}");
    Said {
        code: ran.status.code().unwrap(),
        findings: text
            .lines()
            .filter(|line| {
                !["verified: ", "NOT VERIFIED: ", "note: "]
                    .iter()
                    .any(|start| line.starts_with(start))
            })
            .map(|line| line.split_once(": ").unwrap().0.to_owned())
            .collect(),
    }
}

/// Runs the program without further variables.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_with(folder, arguments, &[], None).unwrap()
}
