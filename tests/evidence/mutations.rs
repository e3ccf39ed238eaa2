//! Every kind of change to a log is found, by both verifiers, and they tell the same.

use std::{fs, process::Command};

use hipaa_iac_evidence::{Checkpoint, Envelope, KeyList, ListedKey, VERIFIER};
use serde_json::{Value, json};

use crate::support::{Made, Said, program, python, run, signer, statement};

const KEY: &[&str] = &["--trusted-key", "key.pub"];

/// What both say, which must be the same.
fn verified(made: &Made, options: &[&str]) -> Said {
    made.write("verifier.py", VERIFIER.as_bytes());
    let folder = made.tree.path();
    let said = program(folder, options);
    let other = python(folder, options, &folder.join("verifier.py"));
    assert_eq!(said, other, "the program says the left, Python the right");
    said
}

/// Changes a copy of a log, and expects this to be found first of all.
#[track_caller]
fn found(base: &Made, change: impl FnOnce(&Made), expected: &str) {
    let made = base.copy();
    change(&made);
    let said = verified(&made, KEY);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.findings.contains(expected), "{expected}: {said:?}");
}

fn record(index: usize) -> String {
    format!("log/records/{index:012}.dsse.json")
}

/// A record with one of its texts changed in one character, still an envelope.
fn bent(made: &Made, index: usize, field: &str) {
    let text = String::from_utf8(made.read(&record(index))).unwrap();
    let at = text.find(field).unwrap() + field.len() + 20;
    let mut bytes = text.into_bytes();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    made.write(&record(index), &bytes);
}

fn flip(made: &Made, path: &str, at: usize) {
    let mut bytes = made.read(path);
    bytes[at] ^= 1;
    made.write(path, &bytes);
}

fn remove(made: &Made, path: &str) {
    fs::remove_file(made.tree.path().join(path)).unwrap();
}

#[test]
fn a_whole_log_is_verified() {
    for records in [1, 2, 7, 256, 300] {
        let made = Made::new(records);
        made.write("witness", &made.read("log/checkpoint"));
        let whole = Said {
            code: 0,
            findings: [].into(),
        };
        assert_eq!(verified(&made, KEY), whole);
        assert_eq!(verified(&made, &[]), whole);
        let old = format!("log/checkpoints/{:012}", records / 2);
        let witnesses = [KEY, &["--checkpoint", "witness", "--checkpoint", &old]].concat();
        assert_eq!(verified(&made, &witnesses), whole);
        // The verifier that lies beside the log is the one of the program.
        assert_eq!(made.read("log/verify.py"), VERIFIER.as_bytes());
    }
}

#[test]
fn every_class_of_byte_counts() {
    let base = Made::new(9);
    found(
        &base,
        |made| bent(made, 3, r#""payload":""#),
        "record-mismatch records/000000000003.dsse.json",
    );
    found(
        &base,
        |made| bent(made, 8, r#""sig":""#),
        "record-mismatch records/000000000008.dsse.json",
    );
    found(
        &base,
        |made| {
            let text = String::from_utf8(made.read(&record(0))).unwrap();
            let id = signer(1).public().id().to_owned();
            made.write(
                &record(0),
                text.replace(&id, &id.replace(&id[..1], "0")).as_bytes(),
            );
        },
        "record-mismatch records/000000000000.dsse.json",
    );
    found(
        &base,
        |made| {
            let text = String::from_utf8(made.read(&record(4))).unwrap();
            made.write(
                &record(4),
                text.replace("in-toto+json", "in-toto+jsom").as_bytes(),
            );
        },
        "record-mismatch records/000000000004.dsse.json",
    );
    found(
        &base,
        |made| {
            made.write(
                &record(5),
                &[made.read(&record(5)), b"\n".to_vec()].concat(),
            );
        },
        "record-mismatch records/000000000005.dsse.json",
    );
    found(
        &base,
        |made| flip(made, "log/tile/0/000.p/9", 100),
        "tile-mismatch tile/0/000.p/9",
    );
    found(
        &base,
        |made| flip(made, "log/tile/0/000.p/3", 0),
        "tile-mismatch tile/0/000.p/3",
    );
    found(
        &base,
        |made| remove(made, "log/tile/0/000.p/9"),
        "tile-missing tile/0/000.p/9",
    );
    // The size, the root and the signature of a checkpoint, the newest and an old one.
    for name in [
        "checkpoint",
        "checkpoints/000000000009",
        "checkpoints/000000000004",
    ] {
        let path = format!("log/{name}");
        let text = String::from_utf8(base.read(&path)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let invalid = format!("checkpoint-invalid {name}");
        let size = text.replacen(&format!("\n{}\n", lines[1]), "\n3\n", 1);
        found(&base, |made| made.write(&path, size.as_bytes()), &invalid);
        let other = if lines[2].starts_with('A') { "B" } else { "A" };
        let root = text.replacen(lines[2], &format!("{other}{}", &lines[2][1..]), 1);
        found(&base, |made| made.write(&path, root.as_bytes()), &invalid);
        found(&base, |made| flip(made, &path, text.len() - 10), &invalid);
        let origin = text.replacen("evidence/", "evidence/0", 1);
        found(&base, |made| made.write(&path, origin.as_bytes()), &invalid);
        found(
            &base,
            |made| remove(made, &path),
            &format!("checkpoint-missing {name}"),
        );
    }
    let key = format!("keys/{}.pem", signer(1).public().id());
    let other = signer(2);
    found(
        &base,
        |made| made.write(&format!("log/{key}"), other.public().to_pem().as_bytes()),
        &format!("key-mismatch {key}"),
    );
}

/// An envelope with arrays in place of its objects, which hold the same, or the names of the members for the values.
fn bent_into_arrays(envelope: &[u8]) -> Vec<Vec<u8>> {
    let whole: Value = serde_json::from_slice(envelope).unwrap();
    let signature = &whole["signatures"][0];
    let mut all = Vec::new();
    for bent in [
        json!([signature["keyid"], signature["sig"]]),
        json!(["keyid", "sig"]),
    ] {
        let mut other = whole.clone();
        other["signatures"] = json!([bent]);
        all.push(other);
    }
    all.push(json!([
        whole["payload"],
        whole["payloadType"],
        whole["signatures"]
    ]));
    all.push(json!(["payload", "payloadType", "signatures"]));
    all.iter()
        .map(|bent| serde_json::to_vec(bent).unwrap())
        .collect()
}

#[test]
fn arrays_are_no_envelope() {
    let base = Made::new(9);
    for bent in bent_into_arrays(&base.read(&record(3))) {
        found(
            &base,
            |made| made.write(&record(3), &bent),
            "record-mismatch records/000000000003.dsse.json",
        );
        found(
            &base,
            |made| made.write(&record(9), &bent),
            "record-added records/000000000009.dsse.json",
        );
    }
    // And no list of keys, though the root key signed what stands in it.
    let root = signer(9);
    let key = ListedKey {
        key: signer(1).public().clone(),
        not_before: "2026-01-01T00:00:00Z".to_owned(),
        not_after: None,
        records: [].into(),
    };
    let list = KeyList::new("2026-01-01T00:00:00Z".to_owned(), vec![key]).unwrap();
    let list = list.sign(&root).unwrap().to_json();
    base.write("root.pub", root.public().to_pem().as_bytes());
    let by = ["--key-list", "list", "--root-key", "root.pub"];
    base.write("list", &list);
    assert_eq!(verified(&base, &by).code, 0);
    for bent in bent_into_arrays(&list) {
        base.write("list", &bent);
        assert_eq!(verified(&base, &by).code, 2);
    }
}

#[test]
fn records_cannot_be_removed_doubled_swapped_or_added() {
    let base = Made::new(9);
    found(
        &base,
        |made| remove(made, &record(3)),
        "record-missing records/000000000003.dsse.json",
    );
    found(
        &base,
        |made| remove(made, &record(8)),
        "record-missing records/000000000008.dsse.json",
    );
    found(
        &base,
        |made| {
            for index in 0..9 {
                remove(made, &record(index));
            }
        },
        "record-missing records/000000000000.dsse.json",
    );
    found(
        &base,
        |made| made.write(&record(5), &base.read(&record(2))),
        "record-duplicate records/000000000005.dsse.json",
    );
    found(
        &base,
        |made| {
            made.write(&record(5), &base.read(&record(2)));
            made.write(&record(2), &base.read(&record(5)));
        },
        "record-mismatch records/000000000002.dsse.json",
    );
    found(
        &base,
        |made| made.write(&record(9), &base.read(&record(2))),
        "record-added records/000000000009.dsse.json",
    );
    found(
        &base,
        |made| made.write(&record(10), &base.read(&record(2))),
        "record-added records/000000000010.dsse.json",
    );
    found(
        &base,
        |made| made.write(&record(9), b"{}"),
        "record-added records/000000000009.dsse.json",
    );
    let signed = Envelope::sign(&statement(99), &signer(1))
        .unwrap()
        .to_json();
    found(
        &base,
        |made| made.write(&record(9), &signed),
        "record-unfinished records/000000000009.dsse.json",
    );
    let foreign = Envelope::sign(&statement(99), &signer(2))
        .unwrap()
        .to_json();
    found(
        &base,
        |made| made.write(&record(9), &foreign),
        "record-added records/000000000009.dsse.json",
    );
    found(
        &base,
        |made| made.write("log/records/3.dsse.json", b"{}"),
        "unexpected-object records/3.dsse.json",
    );
    found(
        &base,
        |made| made.write("log/tile/0/001", &[0; 8192]),
        "unexpected-object tile/0/001",
    );
}

#[cfg(unix)]
#[test]
fn what_is_listed_and_cannot_be_had_is_missing() {
    use std::os::unix::fs::symlink;

    let base = Made::new(9);
    // A link to nothing in place of an object, or as one more.
    for (object, expected) in [
        ("records/000000000003.dsse.json", "record-missing"),
        ("records/000000000008.dsse.json", "record-missing"),
        ("records/000000000009.dsse.json", "record-added"),
        ("checkpoint", "checkpoint-invalid"),
        ("checkpoints/000000000004", "checkpoint-invalid"),
        ("checkpoints/000000000009", "checkpoint-invalid"),
        ("tile/0/000.p/9", "tile-mismatch"),
        ("keys/0123456789abcdef.pem", "key-mismatch"),
    ] {
        found(
            &base,
            |made| {
                let path = made.log().join(object);
                let _ = fs::remove_file(&path);
                symlink("nothing", path).unwrap();
            },
            &format!("{expected} {object}"),
        );
    }
    // A folder.
    for (object, expected) in [
        ("records/000000000003.dsse.json", "record-missing"),
        ("checkpoint", "checkpoint-missing"),
        ("checkpoints/000000000004", "checkpoint-missing"),
        ("checkpoints/000000000009", "checkpoint-missing"),
        ("tile/0/000.p/9", "tile-missing"),
    ] {
        found(
            &base,
            |made| {
                let path = made.log().join(object);
                fs::remove_file(&path).unwrap();
                fs::create_dir(path).unwrap();
            },
            &format!("{expected} {object}"),
        );
    }
    found(
        &base,
        |made| symlink("../keys", made.log().join("records/more")).unwrap(),
        "unexpected-object records/more",
    );
    // No size is so large.
    found(
        &base,
        |made| made.write("log/checkpoints/18446744073709551616", b""),
        "unexpected-object checkpoints/18446744073709551616",
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_an_object_keeps_nobody_waiting() {
    let base = Made::new(5);
    let key = format!("keys/{}.pem", signer(1).public().id());
    for object in [
        "records/000000000003.dsse.json",
        "records/000000000005.dsse.json",
        "checkpoint",
        "checkpoints/000000000005",
        "tile/0/000.p/5",
        &key,
    ] {
        let made = base.copy();
        let path = made.log().join(object);
        let _ = fs::remove_file(&path);
        let made_it = Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made_it.success());
        assert_eq!(verified(&made, KEY).code, 2, "{object}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_listed_is_not_passed_over() {
    use std::os::unix::fs::PermissionsExt as _;

    let base = Made::new(3);
    // Deeper than a path may be long.
    let made = base.copy();
    let nest = "import os\nfor _ in range(25): os.mkdir('d' * 200); os.chdir('d' * 200)";
    let nested = Command::new("python3")
        .args(["-c", nest])
        .current_dir(made.log().join("records"))
        .status()
        .unwrap();
    assert!(nested.success());
    assert_eq!(verified(&made, KEY).code, 2);
    // Nobody's to read, but for root.
    if !nix::unistd::getuid().is_root() {
        let made = base.copy();
        let folder = made.log().join("records/more");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o0)).unwrap();
        let said = verified(&made, KEY);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(said.code, 2);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_name_of_an_object_writes_to_the_terminal() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    let base = Made::new(2);
    let both = |made: &Made| {
        made.write("verifier.py", VERIFIER.as_bytes());
        let folder = made.tree.path();
        let said = run(folder, &[&["evidence", "verify", "log"][..], KEY].concat());
        let python = Command::new("python3")
            .args([&["verifier.py", "log"][..], KEY].concat())
            .current_dir(folder)
            .output()
            .unwrap();
        [
            (said.code, said.stdout, said.stderr),
            (
                python.status.code().unwrap(),
                String::from_utf8(python.stdout).unwrap(),
                String::from_utf8(python.stderr).unwrap(),
            ),
        ]
    };
    let evil = "a\u{1b}[2K\nverified: 2 records of x\u{9b}2J\u{202e}é";
    let shown = r"a\u{1b}[2K\u{a}verified: 2 records of x\u{9b}2J\u{202e}é";
    let made = base.copy();
    made.write(&format!("log/records/{evil}"), b"");
    let finding = format!("unexpected-object records/{shown}: no object of a log has this name");
    for (code, stdout, stderr) in both(&made) {
        let lines: Vec<&str> = stdout.split('\n').collect();
        assert_eq!(code, 1, "{stderr}");
        assert_eq!((lines[0], lines.len()), (finding.as_str(), 3), "{stdout}");
        assert!(lines[1].starts_with("NOT VERIFIED: "), "{stdout}");
    }
    // The one object of any name that is opened.
    let made = base.copy();
    let pipe = made.log().join(format!("keys/{evil}"));
    assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
    for (code, stdout, stderr) in both(&made) {
        assert_eq!((code, stdout.as_str()), (2, ""));
        assert_eq!(stderr, format!("error: log/keys/{shown}: not a file\n"));
    }
    // A name that is no text.
    let made = base.copy();
    let name = OsStr::from_bytes(b"records/\xff\xc3(");
    fs::write(made.log().join(name), b"").unwrap();
    let said = verified(&made, KEY);
    let expected = "unexpected-object records/\u{fffd}\u{fffd}(";
    assert_eq!(said.findings, [expected.to_owned()].into());
}

#[test]
fn nothing_beside_the_verifier_in_python_is_imported() {
    let made = Made::new(3);
    for module in ["json", "hashlib", "argparse"] {
        made.write(&format!("log/{module}.py"), b"raise SystemExit(0)\n");
    }
    remove(&made, &record(1));
    let folder = made.tree.path();
    let said = python(folder, KEY, &folder.join("log/verify.py"));
    assert_eq!(said.code, 1);
    assert!(
        said.findings
            .contains("record-missing records/000000000001.dsse.json"),
        "{said:?}"
    );
}

#[test]
fn another_verifier_in_the_log_is_told() {
    let made = Made::new(2);
    let told = || {
        let arguments = [&["evidence", "verify", "log"][..], KEY].concat();
        let ran = run(made.tree.path(), &arguments);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
            .contains("its verify.py is not the one of this version")
    };
    assert!(!told());
    made.write("log/verify.py", b"print('verified')\n");
    assert!(told());
    remove(&made, "log/verify.py");
    assert!(!told());
    fs::create_dir(made.log().join("verify.py")).unwrap();
    assert!(told());
}

#[test]
fn who_rewrites_everything_lacks_the_key() {
    // A log that another key made, with the same records: in itself it is whole.
    let forged = Made::new(9);
    fs::remove_dir_all(forged.log()).unwrap();
    let log =
        hipaa_iac_evidence::Log::new(hipaa_iac_evidence::Directory::new(forged.log()), signer(2));
    for number in 0..9 {
        log.append(&statement(number)).unwrap();
    }
    assert_eq!(verified(&forged, &[]).code, 0);
    assert_eq!(verified(&forged, KEY).code, 1);
    let witness = Made::new(5).read("log/checkpoint");
    forged.write("witness", &witness);
    let said = verified(&forged, &["--checkpoint", "witness"]);
    assert_eq!(said.code, 1);
    assert!(
        said.findings.contains("witness-invalid witness"),
        "{said:?}"
    );
}

#[test]
fn a_cut_tail_is_found_exactly_with_a_witness() {
    let base = Made::new(9);
    base.write("witness", &base.read("log/checkpoint"));
    base.write("older", &base.read("log/checkpoints/000000000004"));
    // The same records once more, the last of them another one, and the log of others.
    let cut = Made::new(0);
    for size in [0, 4, 6, 8] {
        let made = base.copy();
        for index in size..9 {
            remove(&made, &record(index));
            remove(&made, &format!("log/checkpoints/{:012}", index + 1));
            remove(&made, &format!("log/tile/0/000.p/{}", index + 1));
        }
        made.write(
            "log/checkpoint",
            &base.read(&format!("log/checkpoints/{size:012}")),
        );
        let said = verified(&made, KEY);
        assert_eq!((said.code, said.findings.len()), (0, 0), "{said:?}");
        let said = verified(&made, &[KEY, &["--checkpoint", "witness"]].concat());
        assert_eq!(said.code, 1);
        assert_eq!(said.findings, ["tail-cut witness".to_owned()].into());
        let older = verified(&made, &[KEY, &["--checkpoint", "older"]].concat());
        assert_eq!(older.code, i32::from(size < 4), "{older:?}");
        // And written anew behind the cut, by who has the key.
        made.append(100..110);
        assert_eq!(verified(&made, KEY).code, 0);
        let said = verified(&made, &[KEY, &["--checkpoint", "witness"]].concat());
        assert_eq!(
            said.findings,
            ["witness-mismatch witness".to_owned()].into()
        );
    }
    // Half a cut: the checkpoint put back, the rest forgotten.
    found(
        &base,
        |made| made.write("log/checkpoint", &base.read("older")),
        "checkpoint-stale checkpoint",
    );
    // Nothing left.
    cut.write("witness", &base.read("witness"));
    let said = verified(&cut, &[KEY, &["--checkpoint", "witness"]].concat());
    assert!(said.findings.contains("tail-cut witness"), "{said:?}");
    assert_eq!(verified(&cut, KEY).code, 2);
}

#[test]
fn what_is_no_checkpoint_key_or_log_is_wrong_usage() {
    let made = Made::new(2);
    made.write("junk", b"junk");
    assert_eq!(verified(&made, &["--checkpoint", "junk"]).code, 2);
    assert_eq!(verified(&made, &["--checkpoint", "none"]).code, 2);
    assert_eq!(verified(&made, &["--trusted-key", "junk"]).code, 2);
    assert_eq!(verified(&made, &["--trusted-key", "key"]).code, 2);
    fs::remove_dir_all(made.log().join("keys")).unwrap();
    assert_eq!(verified(&made, &[]).code, 2);
    assert_eq!(verified(&made, KEY).code, 0);
    // A root that somebody with the key signed, over records that are others.
    let (checkpoint, _) =
        Checkpoint::open(&made.read("log/checkpoint"), [signer(1).public()]).unwrap();
    assert_eq!(checkpoint.size, 2);
}

#[test]
fn random_flips_are_all_found() {
    // Each file in turn, at places that a fixed generator chooses.
    let base = Made::new(5);
    let mut state = 0x9e37_79b9_u64;
    let mut next = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    let mut paths = Vec::new();
    for folder in ["records", "checkpoints", "tile/0/000.p"] {
        for entry in fs::read_dir(base.log().join(folder)).unwrap() {
            paths.push(format!(
                "log/{folder}/{}",
                entry.unwrap().file_name().to_string_lossy()
            ));
        }
    }
    paths.push("log/checkpoint".to_owned());
    paths.sort();
    for path in paths {
        let made = base.copy();
        let length = made.read(&path).len();
        let mut bytes = made.read(&path);
        bytes[next(length)] ^= 1 << next(8);
        made.write(&path, &bytes);
        assert_eq!(verified(&made, KEY).code, 1, "{path}");
    }
}
