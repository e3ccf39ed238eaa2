//! The program itself, with an API server that is not there.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_hipaa-iac-operator");
/// Nobody listens there.
const NOBODY: &str = r#"{"apiVersion": "v1", "kind": "Config", "current-context": "c",
    "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
    "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}], "users": [{"name": "u", "user": {}}]}"#;

/// The first line of its standard output. Then it is killed, as a pod may be.
fn first_line(options: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let access = folder.path().join("kubeconfig");
    std::fs::write(&access, NOBODY).unwrap();
    let mut program = Command::new(PROGRAM)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(["--metrics-listen", "127.0.0.1:0"])
        .args(options)
        .env("KUBECONFIG", access)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(program.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(line.contains("\"event\":\"start\""), "{line}");
    line
}

/// The digest of the policies is one and the same, whatever the configuration and the modes make of them.
#[test]
fn the_start_tells_by_a_digest_under_which_settings_it_judges() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("hipaa-iac.yaml");
    std::fs::write(&config, "profiles: [hipaa, availability]\n").unwrap();
    let digest = |options: &[&str]| {
        let entry: Value = serde_json::from_str(&first_line(options)).unwrap();
        entry["settingsDigest"].as_str().unwrap().to_owned()
    };
    let plain = digest(&[]);
    assert_eq!(digest(&["--mode", "audit"]), plain);
    for options in [
        ["--mode", "warn"],
        ["--policy-mode", "ingress-without-tls=enforce"],
        ["--connect-mode", "enforce"],
        ["--config", config.to_str().unwrap()],
    ] {
        assert_ne!(digest(&options), plain, "{options:?}");
    }
}

/// Nobody can read standard output back: each start begins a chain.
#[test]
fn what_a_pod_wrote_before_and_after_a_restart_is_verified() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stdout");
    std::fs::write(&file, [first_line(&[]), first_line(&[])].concat()).unwrap();
    let verify = |options: &[&str]| {
        let audit = ["audit", "verify"];
        let ran = Command::new(PROGRAM)
            .args(audit)
            .args(options)
            .arg(&file)
            .output()
            .unwrap();
        let said = [ran.stdout, ran.stderr].concat();
        (ran.status.success(), String::from_utf8(said).unwrap())
    };
    let (verified, said) = verify(&["--runs"]);
    assert!(verified, "{said}");
    let cut_off = said.matches("1 entries, unbroken").count();
    assert_eq!((cut_off, said.matches("no stop").count()), (2, 2), "{said}");
    let (verified, said) = verify(&[]);
    assert!(!verified && said.contains("stdout:2: "), "{said}");
    assert!(said.contains("--runs"), "{said}");
}
