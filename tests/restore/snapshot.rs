//! Snapshots of a volume: the data folder of a server as it was at one moment, sound and damaged.

use std::{
    fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, PoisonError},
};

use hipaa_iac_restore::{Reason, RestoreResult, result::ArtifactKind};
use hipaa_iac_tests::{
    postgresql::{self, Frozen, ROWS, must},
    run_with,
};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::{case, fixture};

/// What is done to the copy of a data folder.
type Damage = fn(&Path, &Frozen) -> io::Result<()>;

pub(crate) fn trials() -> Vec<Trial> {
    let cases: [(&'static str, &'static str, Reason, Damage); 20] = [
        ("clean", "primary", Reason::None, |_, _| Ok(())),
        ("clean_of_a_standby", "standby", Reason::None, |_, _| Ok(())),
        (
            "with_folder_of_the_file_system",
            "primary",
            Reason::None,
            |data, _| fs::create_dir(data.join("lost+found")),
        ),
        (
            "page_flipped",
            "primary",
            Reason::PhysicalCorruption,
            |data, frozen| change(&data.join(&frozen.heap), |bytes| bytes[9000] ^= 1),
        ),
        // Half of a page is of another moment.
        (
            "page_torn",
            "primary",
            Reason::PhysicalCorruption,
            |data, frozen| change(&data.join(&frozen.heap), |bytes| bytes[4096..8192].fill(0)),
        ),
        // Not of one moment: each page is whole.
        (
            "index_of_another_moment",
            "primary",
            Reason::PhysicalCorruption,
            |data, frozen| fs::write(data.join(&frozen.index), &frozen.old_index),
        ),
        (
            "table_missing",
            "primary",
            Reason::PhysicalCorruption,
            |data, frozen| fs::remove_file(data.join(&frozen.heap)),
        ),
        (
            "control_flipped",
            "primary",
            Reason::PhysicalCorruption,
            |data, _| change(&data.join("global/pg_control"), |bytes| bytes[100] ^= 1),
        ),
        (
            "control_empty",
            "primary",
            Reason::PhysicalCorruption,
            |data, _| fs::write(data.join("global/pg_control"), ""),
        ),
        (
            "control_missing",
            "primary",
            Reason::PhysicalCorruption,
            |data, _| fs::remove_file(data.join("global/pg_control")),
        ),
        (
            "log_missing_at_the_beginning",
            "primary",
            Reason::WalMissing,
            |data, _| fs::remove_file(redo(data)?),
        ),
        // The server would start, and say nothing.
        (
            "log_missing_between",
            "primary",
            Reason::WalMissing,
            |data, _| {
                let first = redo(data)?;
                let all = segments(data)?;
                let at = all.iter().position(|segment| *segment == first);
                fs::remove_file(&all[at.unwrap_or(0) + 1])
            },
        ),
        // A standby knows how far it had come.
        (
            "log_missing_at_the_end_of_a_standby",
            "standby",
            Reason::WalMissing,
            |data, _| {
                let first = redo(data)?;
                for segment in segments(data)? {
                    if segment > first {
                        fs::remove_file(segment)?;
                    }
                }
                Ok(())
            },
        ),
        ("log_gone", "primary", Reason::WalMissing, |data, _| {
            fs::remove_dir_all(data.join("pg_wal"))
        }),
        (
            "log_on_another_volume",
            "primary",
            Reason::ConfigError,
            |data, _| {
                let elsewhere = data.with_extension("wal");
                fs::rename(data.join("pg_wal"), &elsewhere)?;
                symlink(elsewhere, data.join("pg_wal"))
            },
        ),
        ("tablespace", "primary", Reason::ConfigError, |data, _| {
            symlink("/var/lib/postgresql", data.join("pg_tblspc/16999"))
        }),
        (
            "of_an_unknown_version",
            "primary",
            Reason::ToolMissing,
            |data, _| fs::write(data.join("PG_VERSION"), "29\n"),
        ),
        ("empty", "primary", Reason::BackupMissing, |data, _| {
            fs::remove_dir_all(data)?;
            fs::create_dir_all(data.join("lost+found"))
        }),
        (
            "not_a_database",
            "primary",
            Reason::ArtifactCorrupt,
            |data, _| {
                fs::remove_dir_all(data)?;
                fs::create_dir(data)?;
                fs::write(data.join("index.html"), "hello")
            },
        ),
        (
            "in_a_folder_below",
            "primary",
            Reason::ConfigError,
            |data, _| {
                let within = data.with_extension("moved");
                fs::rename(data, &within)?;
                fs::create_dir(data)?;
                fs::rename(within, data.join("pgdata"))
            },
        ),
    ];
    let mut trials: Vec<Trial> = cases
        .into_iter()
        .map(|(name, of, reason, damage)| {
            Trial::test(format!("snapshot::{name}"), move || {
                damaged(name, of, reason, damage)
            })
        })
        .collect();
    trials.push(Trial::test("snapshot::of_a_pod", of_a_pod));
    trials
}

struct Made {
    folder: tempfile::TempDir,
    frozen: Frozen,
}

static MADE: Mutex<Option<Result<Arc<Made>, String>>> = Mutex::new(None);

fn made() -> Result<Arc<Made>, Failed> {
    let make = || -> io::Result<Made> {
        let folder = tempfile::tempdir()?;
        let frozen = postgresql::frozen(folder.path())?;
        Ok(Made { folder, frozen })
    };
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.get_or_insert_with(|| make().map(Arc::new).map_err(|error| error.to_string()))
        .clone()
        .map_err(Failed::from)
}

/// Removes the copies.
pub(crate) fn forget() {
    drop(MADE.lock().unwrap_or_else(PoisonError::into_inner).take());
}

fn change(path: &Path, damage: impl Fn(&mut Vec<u8>)) -> io::Result<()> {
    let mut bytes = fs::read(path)?;
    damage(&mut bytes);
    fs::write(path, bytes)
}

/// The files of the log, in their order.
fn segments(data: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for file in fs::read_dir(data.join("pg_wal"))? {
        let file = file?;
        if file.file_name().len() == 24 {
            all.push(file.path());
        }
    }
    all.sort();
    Ok(all)
}

/// The file of the log at which recovery begins.
fn redo(data: &Path) -> io::Result<PathBuf> {
    let told = must(
        Command::new(format!("{}/pg_controldata", postgresql::BIN))
            .env("LC_ALL", "C")
            .arg(data),
    )?;
    let told = String::from_utf8_lossy(&told.stdout);
    let name = told
        .lines()
        .find_map(|line| line.strip_prefix("Latest checkpoint's REDO WAL file:"))
        .unwrap_or_default();
    Ok(data.join("pg_wal").join(name.trim()))
}

fn document(name: &str, location: &Value, visits: u64) -> Value {
    json!({
        "apiVersion": "hipaa-iac.dev/v1alpha1",
        "kind": "RestoreVerification",
        "metadata": {"name": format!("snapshot-{}", name.replace('_', "-"))},
        "spec": {
            "source": {"volumeSnapshot": {"location": location}},
            "encryptionPolicy": {"required": "None"},
            "target": {"storage": {"memory": {"sizeLimit": "2Gi"}}},
            "objectives": {"rto": "4h", "maxBackupAge": "1h", "maxRecoveryPointLag": "1h"},
            "checks": {"sql": [
                {"id": "patients", "query": "select count(*) from public.patients", "expect": {"op": "==", "value": ROWS}},
                {"id": "visits", "query": "select count(*) from public.visits", "expect": {"op": ">=", "value": visits}},
            ]},
        },
    })
}

fn expect(work: &Path, document: &Value, reason: Reason) -> Result<RestoreResult, Failed> {
    let (result, notes) = case::run(work, document, &work.join("secrets"), &[])?;
    let text = serde_json::to_string_pretty(&result)?;
    if (result.verdict, result.reason) != (reason.verdict(), reason) {
        let got = result.reason;
        return Err(format!("expected {reason}, got {got}\n{notes:#?}\n{text}").into());
    }
    fixture::is_of_schema(&serde_json::to_value(&result)?)?;
    Ok(result)
}

/// A copy of what was frozen, as a volume.
fn volume(of: &str) -> Result<(Arc<Made>, tempfile::TempDir, PathBuf), Failed> {
    let made = made()?;
    let work = tempfile::tempdir()?;
    let data = work.path().join("data");
    must(
        Command::new("cp")
            .arg("-a")
            .arg(made.folder.path().join(of))
            .arg(&data),
    )?;
    Ok((made, work, data))
}

fn damaged(name: &str, of: &str, reason: Reason, damage: Damage) -> Result<(), Failed> {
    let (made, work, data) = volume(of)?;
    damage(&data, &made.frozen)?;
    let location = json!({"local": {"path": data}});
    let mut document = document(name, &location, made.frozen.visits);
    let result = expect(work.path(), &document, reason)?;
    if reason != Reason::None {
        return Ok(());
    }
    let artifact = result.artifact.ok_or("no artifact")?;
    assert_eq!(artifact.kind, ArtifactKind::VolumeSnapshot);
    assert!(
        artifact
            .produced_at
            .is_some_and(|at| at < result.started_at)
    );
    assert!(artifact.lsn.is_some_and(|lsn| lsn.start.is_some()));
    // It is as old as its last checkpoint, at the least.
    document["spec"]["objectives"]["maxBackupAge"] = "0s".into();
    expect(work.path(), &document, Reason::StaleBackup)?;
    // The last transaction of the log is older than now, and is what recovery came to.
    document["spec"]["objectives"] = json!({"maxRecoveryPointLag": "0s"});
    expect(work.path(), &document, Reason::RecoveryPointLag)?;
    // Nobody encrypted it, and a file system does not tell.
    document["spec"]["objectives"] = json!({});
    document["spec"]["encryptionPolicy"] = json!({});
    expect(work.path(), &document, Reason::NotEncrypted)?;
    document["spec"]["encryptionPolicy"] = json!({"required": "ServerSide"});
    expect(work.path(), &document, Reason::ConfigError).map(drop)
}

/// As a pod has it: the operator says which snapshot the volume is of.
fn of_a_pod() -> Result<(), Failed> {
    let (made, work, data) = volume("primary")?;
    let claims = work.path().join("claims/volume-snapshot");
    fs::create_dir_all(&claims)?;
    fs::rename(data, claims.join("pgdata"))?;
    let location = json!({"volumeSnapshot": {"claimName": "data-ehr-0", "path": "pgdata"}});
    let mut document = document("of-a-pod", &location, made.frozen.visits);
    document["spec"]["encryptionPolicy"] = json!({"required": "ServerSide"});
    let mut known = json!({
        "uri": "volumesnapshot://ehr/monday", "uid": "5a1e", "takenAt": "2026-11-23T03:00:00Z", "encrypted": true,
        "driver": "ebs.csi.aws.com", "handle": "snap-1", "storageClass": "gp3", "size": "20Gi",
    });
    let path = |name: &str| work.path().join(name).display().to_string();
    let run = |document: &Value, known: &Value| -> Result<Value, Failed> {
        fs::write(path("verification.yaml"), document.to_string())?;
        fs::write(path("snapshot.json"), known.to_string())?;
        let arguments = [
            "restore",
            "verify",
            "--config",
            &path("verification.yaml"),
            "--claims",
            &path("claims"),
            "--snapshot",
            &path("snapshot.json"),
            "--state",
            &path("state"),
            "--format",
            "json",
        ]
        .map(str::to_owned);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = run_with(work.path(), &arguments, &[], None)?;
        serde_json::from_str(&ran.stdout)
            .map_err(|error| format!("{error}: {}{}", ran.stdout, ran.stderr).into())
    };
    // The storage says when it was taken, and that is long ago.
    let result = run(&document, &known)?;
    assert_eq!(result["reason"], "StaleBackup", "{result:#}");
    document["spec"]["objectives"] = json!({"maxRecoveryPointLag": "1h"});
    let result = run(&document, &known)?;
    assert_eq!(result["reason"], "None", "{result:#}");
    fixture::is_of_schema(&result)?;
    let artifact = &result["artifact"];
    assert_eq!(artifact["uri"], "volumesnapshot://ehr/monday");
    assert_eq!(artifact["versionId"], "5a1e");
    assert_eq!(artifact["producedAt"], "2026-11-23T03:00:00.000Z");
    assert_eq!(
        result["encryption"]["serverSide"]["algorithm"],
        "storageClass"
    );
    known["encrypted"] = false.into();
    let result = run(&document, &known)?;
    assert_eq!(result["reason"], "NotEncrypted", "{result:#}");
    Ok(())
}
