//! Backups as CloudNativePG makes them: by barman-cloud's own programs, of a living server, into an S3 server.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use hipaa_iac_restore::{Reason, RestoreResult, result::ArtifactKind};
use hipaa_iac_tests::{
    object_storage::{Bucket, Server},
    postgresql::{self, ROWS, must},
};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::case;

/// What is done to the copy of a server's folder, and which backup is asked for then.
type Damage = fn(&Path, &[String]) -> io::Result<()>;

pub(crate) fn trials() -> Vec<Trial> {
    let cases: [(&'static str, Reason, Damage); 14] = [
        ("clean", Reason::None, |_, _| Ok(())),
        // As with `walStorage`: the folder of the log is a link, which is not in the backup.
        ("clean_with_log_elsewhere", Reason::None, |root, ids| {
            fs::remove_dir_all(root.join("base").join(&ids[0]))?;
            let archive = root.join("base").join(&ids[1]).join("data.tar");
            must(
                std::process::Command::new("tar")
                    .arg("--delete")
                    .arg("--file")
                    .arg(archive)
                    .arg("pg_wal"),
            )
            .map(drop)
        }),
        ("base_flipped", Reason::ArtifactCorrupt, |root, ids| {
            change(
                &root.join("base").join(&ids[0]).join("data.tar.gz"),
                |bytes| {
                    // Of its checksum: a bit of what is packed may unpack to the same, as the distance of a copy among zeros does.
                    let checksum = bytes.len() - 8;
                    bytes[checksum] ^= 1;
                },
            )
        }),
        ("base_truncated", Reason::ArtifactTruncated, |root, ids| {
            change(
                &root.join("base").join(&ids[0]).join("data.tar.gz"),
                |bytes| {
                    bytes.truncate(bytes.len() / 2);
                },
            )
        }),
        ("base_missing", Reason::ArtifactCorrupt, |root, ids| {
            fs::remove_file(root.join("base").join(&ids[0]).join("data.tar.gz"))
        }),
        ("page_flipped", Reason::PhysicalCorruption, |root, ids| {
            fs::remove_dir_all(root.join("base").join(&ids[0]))?;
            change(&root.join("base").join(&ids[1]).join("data.tar"), |bytes| {
                let at = bytes
                    .windows(7)
                    .position(|found| found == b"Planted")
                    .unwrap_or(0);
                bytes[at] ^= 1;
            })
        }),
        ("not_at_its_end", Reason::BackupMissing, |root, ids| {
            fs::remove_dir_all(root.join("base").join(&ids[1]))?;
            change(
                &root.join("base").join(&ids[0]).join("backup.info"),
                |bytes| {
                    *bytes = String::from_utf8_lossy(bytes)
                        .replace("status=DONE", "status=FAILED")
                        .into_bytes();
                },
            )
        }),
        ("nothing", Reason::BackupMissing, |root, _| {
            fs::remove_dir_all(root.join("base"))
        }),
        (
            "log_of_the_backup_missing",
            Reason::WalMissing,
            |root, ids| {
                let wal = field(root, &ids[0], "end_wal")?;
                fs::remove_file(segment(root, &wal)?)
            },
        ),
        ("log_missing_between", Reason::WalMissing, |root, _| {
            let all = segments(root)?;
            fs::remove_file(&all[all.len() - 2])
        }),
        // Nobody but a question about the data sees it.
        (
            "log_missing_at_the_end",
            Reason::AssertionFailed,
            |root, _| {
                let mut all = segments(root)?;
                // A server that stops late writes an empty one: those that hold the rows go too.
                for _ in 0..3 {
                    fs::remove_file(all.pop().unwrap_or_default())?;
                }
                Ok(())
            },
        ),
        ("log_truncated", Reason::ArtifactTruncated, |root, ids| {
            let wal = field(root, &ids[0], "end_wal")?;
            change(&segment(root, &wal)?, |bytes| {
                bytes.truncate(bytes.len() / 2);
            })
        }),
        (
            "log_cut_and_not_compressed",
            Reason::ArtifactTruncated,
            |root, _| {
                let all = segments(root)?;
                let last = all.last().cloned().unwrap_or_default();
                change(&last, |bytes| bytes.truncate(8 << 20))
            },
        ),
        (
            "log_of_another_compression",
            Reason::ConfigError,
            |root, ids| {
                let wal = segment(root, &field(root, &ids[0], "end_wal")?)?;
                fs::rename(&wal, wal.with_extension("xz"))
            },
        ),
    ];
    let mut trials: Vec<Trial> = cases
        .into_iter()
        .map(|(name, reason, damage)| {
            Trial::test(format!("cnpg::{name}"), move || {
                damaged(name, reason, damage)
            })
        })
        .collect();
    trials.push(Trial::test("cnpg::store", from_the_store));
    trials
}

/// The store, and the ids of the two backups in it.
struct Made {
    store: Server,
    ids: Vec<String>,
}

impl Made {
    fn make() -> io::Result<Self> {
        let store = Server::versitygw()?;
        store.make_bucket("backups", Bucket::Plain)?;
        let ids = postgresql::barman(&store)?;
        Ok(Self { store, ids })
    }

    /// The server's folder: versitygw keeps objects as files.
    fn stored(&self) -> PathBuf {
        self.store.folder().join("objects/backups/cnpg/ehr")
    }
}

static MADE: Mutex<Option<Result<Arc<Made>, String>>> = Mutex::new(None);

fn made() -> Result<Arc<Made>, Failed> {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.get_or_insert_with(|| {
        Made::make()
            .map(Arc::new)
            .map_err(|error| error.to_string())
    })
    .clone()
    .map_err(Failed::from)
}

/// Ends the store.
pub(crate) fn forget() {
    drop(MADE.lock().unwrap_or_else(PoisonError::into_inner).take());
}

/// The value of a field of a backup's `backup.info`.
fn field(root: &Path, id: &str, name: &str) -> io::Result<String> {
    let text = fs::read_to_string(root.join("base").join(id).join("backup.info"))?;
    text.lines()
        .find_map(|line| {
            line.strip_prefix(name)?
                .strip_prefix('=')
                .map(str::to_owned)
        })
        .ok_or_else(|| io::Error::other(format!("no {name}")))
}

/// The files of the log, in their order.
fn segments(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for folder in fs::read_dir(root.join("wals"))? {
        for file in fs::read_dir(folder?.path())? {
            let path = file?.path();
            if !path.to_string_lossy().contains(".backup") {
                all.push(path);
            }
        }
    }
    all.sort();
    Ok(all)
}

fn segment(root: &Path, name: &str) -> io::Result<PathBuf> {
    segments(root)?
        .into_iter()
        .find(|path| path.to_string_lossy().contains(name))
        .ok_or_else(|| io::Error::other(format!("no {name}")))
}

fn change(path: &Path, damage: impl Fn(&mut Vec<u8>)) -> io::Result<()> {
    let mut bytes = fs::read(path)?;
    damage(&mut bytes);
    fs::write(path, bytes)
}

fn document(name: &str, location: &Value, backup: &str) -> Value {
    json!({
        "apiVersion": "hipaa-iac.dev/v1alpha1",
        "kind": "RestoreVerification",
        "metadata": {"name": format!("cnpg-{}", name.replace('_', "-"))},
        "spec": {
            "source": {"cnpgBackup": {"location": location, "backup": backup}},
            "encryptionPolicy": {"required": "None"},
            "target": {"storage": {"memory": {"sizeLimit": "1Gi"}}},
            "objectives": {"rto": "4h", "maxBackupAge": "1h"},
            "checks": {"sql": [
                {"id": "patients", "query": "select count(*) from public.patients", "expect": {"op": "==", "value": ROWS}},
            ]},
        },
    })
}

fn expect(
    work: &Path,
    document: &Value,
    environment: &[(&'static str, String)],
    reason: Reason,
) -> Result<RestoreResult, Failed> {
    let (result, notes) = case::run(work, document, &work.join("secrets"), environment)?;
    if (result.verdict, result.reason) == (reason.verdict(), reason) {
        return Ok(result);
    }
    let text = serde_json::to_string_pretty(&result)?;
    Err(format!(
        "expected {reason}, got {}\n{notes:#?}\n{text}",
        result.reason
    )
    .into())
}

fn damaged(name: &str, reason: Reason, damage: Damage) -> Result<(), Failed> {
    let made = made()?;
    let work = tempfile::tempdir()?;
    let root = work.path().join("ehr");
    must(
        std::process::Command::new("cp")
            .arg("-r")
            .arg(made.stored())
            .arg(&root),
    )?;
    damage(&root, &made.ids)?;
    // The first, unless it was taken away.
    let backup = if root.join("base").join(&made.ids[0]).is_dir() {
        &made.ids[0]
    } else {
        "latest"
    };
    let location = json!({"local": {"path": root}});
    expect(work.path(), &document(name, &location, backup), &[], reason).map(drop)
}

/// As the pod that fetches has it: one backup and its log are copied out of a store.
fn from_the_store() -> Result<(), Failed> {
    let made = made()?;
    let work = tempfile::tempdir()?;
    let environment = made.store.environment();
    let location = json!({"s3": {"bucket": "backups", "prefix": "cnpg/ehr/"}});
    let latest = document("latest", &location, "latest");
    let result = expect(work.path(), &latest, &environment, Reason::None)?;
    let artifact = result.artifact.ok_or("no artifact")?;
    assert_eq!(artifact.kind, ArtifactKind::CnpgBackup);
    assert_eq!(artifact.uri, "s3://backups/cnpg/ehr/");
    assert_eq!(
        artifact.label.as_deref(),
        made.ids.last().map(String::as_str)
    );
    // Neither the other backup nor the log before this one.
    let begin = field(&made.stored(), &made.ids[1], "begin_wal")?;
    let mut size = 0;
    for file in fs::read_dir(made.stored().join("base").join(&made.ids[1]))? {
        size += file?.metadata()?.len();
    }
    for folder in fs::read_dir(made.stored().join("wals"))? {
        for file in fs::read_dir(folder?.path())? {
            let file = file?;
            let name = file.file_name().to_string_lossy().into_owned();
            if name.contains(".backup") || *name >= *begin {
                size += file.metadata()?.len();
            }
        }
    }
    assert_eq!(artifact.size_bytes, Some(size));

    let mut point = document("point", &location, &made.ids[0]);
    expect(work.path(), &point, &environment, Reason::None)?;
    // What is asked for and cannot be had is no pass: there is no manifest.
    let mut manifest = point.clone();
    manifest["spec"]["checks"]["builtin"] = json!({"pgVerifyBackup": "Required"});
    expect(
        work.path(),
        &manifest,
        &environment,
        Reason::PhysicalCorruption,
    )?;
    // The store says nothing of encryption, and barman-cloud does none.
    point["spec"]["encryptionPolicy"] = json!({});
    expect(work.path(), &point, &environment, Reason::NotEncrypted)?;
    let above = json!({"s3": {"bucket": "backups", "prefix": "cnpg/"}});
    expect(
        work.path(),
        &document("above", &above, "latest"),
        &environment,
        Reason::BackupMissing,
    )?;
    Ok(())
}
