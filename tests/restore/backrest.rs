//! Clusters of their own, backed up by pgBackRest: tablespaces are restored into the scratch, and never to where they were; and
//! what the producer signed must be the newest backup of the repository.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use hipaa_iac_restore::{Reason, RestoreResult, result::CheckStatus};
use hipaa_iac_tests::run_with;
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::{
    case,
    fixture::{self, BIN, Cluster, PASSPHRASE, must, postgres},
};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = ["auto", "directory"]
        .map(|isolation| {
            Trial::test(format!("pgbackrest::tablespace::{isolation}"), move || {
                restored(isolation)
            })
        })
        .into();
    trials.push(Trial::test("pgbackrest::newest_removed", newest_removed));
    trials.push(Trial::test(
        "pgbackrest::made_without_cipher",
        without_cipher,
    ));
    trials
}

/// A cluster with a repository that has one backup.
struct Backed(Cluster);

impl Backed {
    fn make() -> io::Result<Self> {
        Self::make_with(&format!(
            "repo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass={PASSPHRASE}\n"
        ))
    }

    /// The same with these settings for the cipher.
    fn make_with(cipher: &str) -> io::Result<Self> {
        let backed = Self(Cluster::new()?);
        for name in ["far", "repo", "spool"] {
            backed.0.folder(name)?;
        }
        let at = backed.0.0.display();
        fs::write(
            backed.path("pgbackrest.conf"),
            format!(
                "[global]\nrepo1-path={at}/repo\n{cipher}repo1-retention-full=9\nlock-path={at}/spool\nlog-path={at}/spool\nlog-level-file=off\nlog-level-console=warn\nstart-fast=y\ncompress-level=1\n[ehr]\npg1-path={at}/pg\npg1-socket-path={at}/spool\npg1-user=postgres\n"
            ),
        )?;
        backed.0.start(
            &["-A", "trust"],
            &format!(
                "listen_addresses = ''\nunix_socket_directories = '{at}/spool'\nfsync = off\nautovacuum = off\narchive_mode = on\narchive_command = 'pgbackrest --config={at}/pgbackrest.conf --stanza=ehr archive-push %p'\n"
            ),
        )?;
        must(backed.backrest().arg("stanza-create"))?;
        backed.sql(&format!("create tablespace far location '{at}/far'"))?;
        backed.sql("create table patients (id int) tablespace far")?;
        backed.sql("insert into patients select generate_series(1, 1000)")?;
        // As if this machine's ICU were another than the one that the index was sorted with.
        backed.sql("create collation names (provider = icu, locale = 'en')")?;
        backed.sql("create table wards (name text collate names primary key)")?;
        backed.sql("update pg_collation set collversion = '1' where collname = 'names'")?;
        // Nobody looks into a database that takes no sessions, nor into a template.
        backed.sql("create database closed")?;
        backed.sql("alter database closed allow_connections false")?;
        backed.sql("create database patterns is_template true")?;
        must(backed.backrest().args(["backup", "--type=full"]))?;
        Ok(backed)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.0.join(name)
    }

    fn sql(&self, sql: &str) -> io::Result<()> {
        must(
            postgres(&format!("{BIN}/psql"))
                .args(["-XqU", "postgres", "-v", "ON_ERROR_STOP=1", "-h"])
                .arg(self.path("spool"))
                .args(["-c", sql]),
        )
        .map(drop)
    }

    fn backrest(&self) -> Command {
        let mut command = postgres("pgbackrest");
        let config = self.path("pgbackrest.conf");
        command
            .arg(format!("--config={}", config.display()))
            .arg("--stanza=ehr");
        command
    }

    /// A verification of the repository; what it says besides the fixture's is one assertion.
    fn document(&self, rows: u32) -> Value {
        json!({
            "apiVersion": "hipaa-iac.dev/v1alpha1",
            "kind": "RestoreVerification",
            "metadata": {"name": "backrest"},
            "spec": {
                "source": {"pgBackRest": {
                    "stanza": "ehr",
                    "location": {"local": {"path": self.path("repo")}},
                    "cipherPassSecretRef": {"name": "pass", "key": "good"},
                }},
                "target": {"storage": {"memory": {"sizeLimit": "1Gi"}}},
                "objectives": {"maxBackupAge": "1d", "rto": "4h"},
                "checks": {"sql": [
                    {"id": "patients", "query": "select count(*) from public.patients", "expect": {"op": "==", "value": rows}},
                ]},
            },
        })
    }

    fn secret(&self, name: &str, key: &str, text: &[u8]) -> io::Result<()> {
        let folder = self.path("secrets").join(name);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(key), text)
    }

    fn expect(
        &self,
        document: &Value,
        isolation: &str,
        reason: Reason,
    ) -> Result<RestoreResult, Failed> {
        self.secret("pass", "good", PASSPHRASE.as_bytes())?;
        let work = self.path("work");
        fs::create_dir_all(&work)?;
        let isolation = [(case::ISOLATION, isolation.to_owned())];
        let (result, notes) = case::run(&work, document, &self.path("secrets"), &isolation)?;
        fixture::is_of_schema(&serde_json::to_value(&result)?)?;
        if (result.verdict, result.reason) == (reason.verdict(), reason) {
            return Ok(result);
        }
        let text = serde_json::to_string_pretty(&result)?;
        Err(format!(
            "expected {reason}, got {}: {notes:#?}\n{text}",
            result.reason
        )
        .into())
    }
}

/// When the backups of the repository were done, in seconds since 1970.
fn stops(backed: &Backed) -> Result<Vec<i64>, Failed> {
    let told = must(backed.backrest().args(["info", "--output=json"]))?;
    let told: Value = serde_json::from_slice(&told.stdout)?;
    let backups = told[0]["backup"].as_array().ok_or("no backups")?;
    Ok(backups
        .iter()
        .filter_map(|backup| backup["timestamp"]["stop"].as_i64())
        .collect())
}

/// A repository that was never encrypted, whatever the document says of it.
fn without_cipher() -> Result<(), Failed> {
    let backed = Backed::make_with("repo1-cipher-type=none\n")?;
    let mut document = backed.document(1000);
    backed.expect(&document, "auto", Reason::NotEncrypted)?;
    if let Some(source) = document["spec"]["source"]["pgBackRest"].as_object_mut() {
        source.remove("cipherPassSecretRef");
    }
    backed.expect(&document, "auto", Reason::NotEncrypted)?;
    document["spec"]["encryptionPolicy"] = json!({"required": "None"});
    backed.expect(&document, "auto", Reason::None).map(drop)
}

/// Every file below a folder with its bytes.
pub(crate) fn content(folder: &Path) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            all.extend(content(&path)?);
        } else {
            let bytes = fs::read(&path)?;
            all.push((path, bytes));
        }
    }
    all.sort();
    Ok(all)
}

fn restored(isolation: &str) -> Result<(), Failed> {
    let backed = Backed::make()?;
    let before = content(&backed.path("far"))?;
    let result = backed.expect(&backed.document(1000), isolation, Reason::None)?;
    for (id, count) in [("collations", 1_u64), ("closed-databases", 2)] {
        let warned = result.checks.iter().any(|check| {
            let failed = check.status == CheckStatus::Fail && check.observed == Some(count.into());
            check.id == id && failed && !check.required
        });
        if !warned {
            return Err(format!("{id}: it is not told: {:#?}", result.checks).into());
        }
    }
    if before.is_empty() || content(&backed.path("far"))? != before {
        return Err("the living tablespace was touched".into());
    }
    Ok(())
}

/// Whoever removes the newest backup loses no rows, for the archive has the log: only its age and what was signed tell.
fn newest_removed() -> Result<(), Failed> {
    let backed = Backed::make()?;
    backed.sql("insert into patients select generate_series(1001, 1500)")?;
    // pgBackRest tells whole seconds: nobody backs up twice in one. A busy machine may take some to begin the run.
    std::thread::sleep(std::time::Duration::from_secs(6));
    let folder = &backed.0.0;
    let run = |arguments: &[&str]| {
        let ran = run_with(folder, arguments, &[], None)?;
        if ran.code == 0 {
            return Ok(());
        }
        Err(io::Error::other(ran.stderr))
    };
    run(&["evidence", "keygen", "key"])?;
    backed.secret("producer", "public", &fs::read(backed.path("key.pub"))?)?;
    backed.secret("digest", "key", b"a key for the digests of rows...")?;
    let dsn = format!("host={} user=postgres", backed.path("spool").display());
    let mut backup = backed.backrest();
    backup.args(["backup", "--type=full"]);
    let mut words = vec![
        "restore",
        "manifest",
        "--dsn",
        &dsn,
        "--all-databases",
        "--key",
        "key",
        "--digest-key",
        "secrets/digest/key",
        "--artifact",
        "repo/backup/ehr/latest/backup.manifest",
        "--output",
        "repo.manifest.dsse.json",
        "--",
    ];
    words.extend(
        std::iter::once(backup.get_program())
            .chain(backup.get_args())
            .filter_map(|word| word.to_str()),
    );
    run(&words)?;

    let mut document = backed.document(1500);
    document["spec"]["source"]["pgBackRest"]["manifestKey"] =
        json!("{artifact}.manifest.dsse.json");
    document["spec"]["checks"]["manifest"] = json!({
        "publicKeySecretRef": {"name": "producer", "key": "public"},
        "digestKeySecretRef": {"name": "digest", "key": "key"},
    });
    document["spec"]["checks"]["builtin"] = json!({"checksum": "Required"});
    // Less than the older is old by now, and the newer only in some seconds.
    let stops = stops(&backed)?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let most = i64::try_from(now.as_secs())? - stops[0] - 1;
    let objectives = json!({"maxBackupAge": format!("{most}s")});
    let mut timely = document.clone();
    timely["spec"]["objectives"] = objectives.clone();
    let result = backed.expect(&timely, "auto", Reason::None)?;
    let newest = fs::read_link(backed.path("repo/backup/ehr/latest"))?;
    let list = backed
        .path("repo/backup/ehr")
        .join(&newest)
        .join("backup.manifest");
    let sum = must(Command::new("sha256sum").arg(&list))?;
    let sum = String::from_utf8_lossy(&sum.stdout);
    let digest = result.artifact.and_then(|artifact| artifact.digest);
    if digest != sum.get(..64).map(|sum| format!("sha256:{sum}")) {
        return Err(format!("the digest is {digest:?}, sha256sum says {sum}").into());
    }

    // So whoever has the repository in a store gets it.
    let path = format!("backup/ehr/{}/backup.manifest", newest.display());
    let raw = must(backed.backrest().args(["repo-get", "--raw", &path]))?;
    if raw.stdout != fs::read(&list)? {
        return Err("repo-get --raw gives other bytes".into());
    }

    // Its copy restores as well, and nothing else tells of the difference.
    let bytes = fs::read(&list)?;
    let mut other = bytes.clone();
    other.push(0);
    fs::write(&list, &other)?;
    backed.expect(&document, "auto", Reason::ChecksumMismatch)?;
    fs::write(&list, &bytes)?;

    let label = newest.to_string_lossy();
    must(
        backed
            .backrest()
            .args(["expire", &format!("--set={label}")]),
    )?;
    let mut unsigned = backed.document(1500);
    backed.expect(&unsigned, "auto", Reason::None)?;
    unsigned["spec"]["objectives"] = objectives;
    backed.expect(&unsigned, "auto", Reason::StaleBackup)?;
    backed.expect(&document, "auto", Reason::BackupMissing)?;
    Ok(())
}
