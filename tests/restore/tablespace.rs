//! A cluster with a tablespace, backed up by pgBackRest: it is restored into the scratch, and never to where it was.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use hipaa_iac_restore::Reason;
use libtest_mimic::{Failed, Trial};
use serde_json::json;

use crate::{
    case,
    fixture::{BIN, PASSPHRASE, give, must, postgres},
};

pub(crate) fn trials() -> Vec<Trial> {
    ["auto", "directory"]
        .map(|isolation| {
            Trial::test(format!("pgbackrest::tablespace::{isolation}"), move || {
                restored(isolation)
            })
        })
        .into()
}

/// A cluster in a folder, which goes with it.
struct Cluster(PathBuf);

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = postgres(&format!("{BIN}/pg_ctl"))
            .args(["stop", "-m", "immediate", "-D"])
            .arg(self.0.join("pg"))
            .output();
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Cluster {
    fn make() -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("hipaa-iac-space-")
            .tempdir()?
            .keep();
        give(&folder)?;
        let cluster = Self(folder);
        for name in ["pg", "far", "repo", "spool"] {
            fs::create_dir(cluster.0.join(name))?;
            give(&cluster.0.join(name))?;
        }
        let at = cluster.0.display();
        must(
            postgres(&format!("{BIN}/initdb"))
                .args(["--no-sync", "-A", "trust", "-U", "postgres", "-D"])
                .arg(cluster.0.join("pg")),
        )?;
        fs::write(
            cluster.0.join("pgbackrest.conf"),
            format!(
                "[global]\nrepo1-path={at}/repo\nrepo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass={PASSPHRASE}\nrepo1-retention-full=9\nlock-path={at}/spool\nlog-path={at}/spool\nlog-level-file=off\nlog-level-console=warn\nstart-fast=y\ncompress-level=1\n[ehr]\npg1-path={at}/pg\npg1-socket-path={at}/spool\npg1-user=postgres\n"
            ),
        )?;
        fs::write(
            cluster.0.join("pg/postgresql.auto.conf"),
            format!(
                "listen_addresses = ''\nunix_socket_directories = '{at}/spool'\nfsync = off\nautovacuum = off\narchive_mode = on\narchive_command = 'pgbackrest --config={at}/pgbackrest.conf --stanza=ehr archive-push %p'\n"
            ),
        )?;
        must(
            postgres(&format!("{BIN}/pg_ctl"))
                .args(["start", "-w", "-t", "120", "-l"])
                .arg(cluster.0.join("spool/log"))
                .arg("-D")
                .arg(cluster.0.join("pg"))
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        )?;
        must(cluster.backrest().arg("stanza-create"))?;
        for sql in [
            format!("create tablespace far location '{at}/far'"),
            "create table patients (id int) tablespace far".to_owned(),
            "insert into patients select generate_series(1, 1000)".to_owned(),
        ] {
            must(
                postgres(&format!("{BIN}/psql"))
                    .args(["-XqU", "postgres", "-h"])
                    .arg(cluster.0.join("spool"))
                    .args(["-c", &sql]),
            )?;
        }
        must(cluster.backrest().args(["backup", "--type=full"]))?;
        Ok(cluster)
    }

    fn backrest(&self) -> Command {
        let mut command = postgres("pgbackrest");
        let config = self.0.join("pgbackrest.conf");
        command
            .arg(format!("--config={}", config.display()))
            .arg("--stanza=ehr");
        command
    }
}

/// Every file below a folder with its bytes.
fn content(folder: &Path) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
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
    let cluster = Cluster::make()?;
    let before = content(&cluster.0.join("far"))?;
    let secrets = cluster.0.join("secrets");
    fs::create_dir_all(secrets.join("pass"))?;
    fs::write(secrets.join("pass/good"), PASSPHRASE)?;
    let document = json!({
        "apiVersion": "hipaa-iac.dev/v1alpha1",
        "kind": "RestoreVerification",
        "metadata": {"name": "tablespace"},
        "spec": {
            "source": {"pgBackRest": {
                "stanza": "ehr",
                "location": {"local": {"path": cluster.0.join("repo")}},
                "cipherPassSecretRef": {"name": "pass", "key": "good"},
            }},
            "target": {"storage": {"memory": {"sizeLimit": "1Gi"}}},
            "objectives": {"rto": "4h"},
            "checks": {"sql": [
                {"id": "patients", "query": "select count(*) from public.patients", "expect": {"op": "==", "value": 1000}},
            ]},
        },
    });
    let work = cluster.0.join("work");
    fs::create_dir(&work)?;
    let isolation = [(case::ISOLATION, isolation.to_owned())];
    let (result, notes) = case::run(&work, &document, &secrets, &isolation)?;
    if result.reason != Reason::None {
        return Err(format!("{}: {notes:?}", result.reason).into());
    }
    if before.is_empty() || content(&cluster.0.join("far"))? != before {
        return Err("the living tablespace was touched".into());
    }
    Ok(())
}
