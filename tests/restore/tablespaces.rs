//! A cluster with a tablespace of its own: its dumps and base backups restore without it and never touch it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use hipaa_iac_restore::Reason;
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::{
    backrest::content,
    case,
    fixture::{self, BIN, Cluster, must, postgres},
};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("dump::tablespace", dumps),
        Trial::test("dump::table_gone_by_its_own_doing", gone),
        Trial::test("base::tablespace_damaged", damaged),
    ];
    trials.extend(["auto", "directory"].map(|isolation| {
        Trial::test(
            format!("base::tablespace_restored::{isolation}"),
            move || restored(isolation),
        )
    }));
    trials
}

/// The rows of the table in the tablespace.
const ROWS: u32 = 1000;

struct Apart(Cluster);

fn document(source: &Value) -> Value {
    json!({
        "apiVersion": "hipaa-iac.dev/v1alpha1",
        "kind": "RestoreVerification",
        "metadata": {"name": "apart"},
        "spec": {
            "source": source,
            "encryptionPolicy": {"required": "None"},
            "target": {"storage": {"memory": {"sizeLimit": "1Gi"}}},
            "objectives": {"rto": "4h"},
            "checks": {"sql": [
                {"id": "patients", "query": "select count(*) from public.patients", "expect": {"op": "==", "value": ROWS}},
            ]},
        },
    })
}

impl Apart {
    fn make() -> io::Result<Self> {
        let apart = Self(Cluster::new()?);
        let far = apart.0.folder("far")?;
        let at = apart.0.0.display();
        apart.0.start(
            &["-A", "trust", "--data-checksums"],
            &format!("listen_addresses = ''\nunix_socket_directories = '{at}'\nfsync = off\nautovacuum = off\nmax_wal_senders = 4\n"),
        )?;
        apart.sql(&format!(
            "create tablespace far location '{}'",
            far.display()
        ))?;
        apart.sql("create table patients (id int primary key) tablespace far")?;
        apart.sql(&format!(
            "insert into patients select generate_series(1, {ROWS})"
        ))?;
        Ok(apart)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.0.join(name)
    }

    fn tool(&self, name: &str) -> Command {
        let mut command = postgres(&format!("{BIN}/{name}"));
        command.args(["-U", "postgres", "-h"]).arg(&self.0.0);
        command
    }

    fn sql(&self, sql: &str) -> io::Result<()> {
        must(
            self.tool("psql")
                .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql]),
        )
        .map(drop)
    }

    /// A dump of `postgres` in the format `directory`.
    fn dump_folder(&self) -> Result<PathBuf, Failed> {
        let folder = self.path("folder");
        must(
            self.tool("pg_dump")
                .args(["-Fd", "-f"])
                .arg(&folder)
                .arg("postgres"),
        )?;
        Ok(folder)
    }

    /// What a program writes into a file.
    fn dump(&self, name: &str, program: &str, arguments: &[&str]) -> io::Result<PathBuf> {
        let written = must(self.tool(program).args(arguments))?.stdout;
        let path = self.path(name);
        fs::write(&path, written)?;
        Ok(path)
    }

    fn expect(&self, document: &Value, isolation: &str, reason: Reason) -> Result<String, Failed> {
        let work = self.path("work");
        fs::create_dir_all(&work)?;
        let isolation = [(case::ISOLATION, isolation.to_owned())];
        let (result, notes) = case::run(&work, document, &self.path("secrets"), &isolation)?;
        fixture::is_of_schema(&serde_json::to_value(&result)?)?;
        let text = format!("{notes:#?}\n{}", serde_json::to_string_pretty(&result)?);
        if (result.verdict, result.reason) == (reason.verdict(), reason) {
            return Ok(text);
        }
        Err(format!("expected {reason}, got {}: {text}", result.reason).into())
    }
}

fn dumped(format: &str, stored: &Path) -> Value {
    document(&json!({"pgDump": {
        "format": format, "location": {"local": {"path": stored}}, "encryption": "serverSide",
    }}))
}

/// Where a table was kept is no part of it.
fn dumps() -> Result<(), Failed> {
    let apart = Apart::make()?;
    let custom = apart.dump("custom", "pg_dump", &["-Fc", "postgres"])?;
    let tar = apart.dump("tar", "pg_dump", &["-Ft", "postgres"])?;
    let plain = apart.dump("plain", "pg_dump", &["postgres"])?;
    let folder = apart.dump_folder()?;
    let cluster = apart.dump("cluster", "pg_dumpall", &[])?;
    let movable = apart.dump("movable", "pg_dumpall", &["--no-tablespaces"])?;
    let before = content(&apart.path("far"))?;
    for isolation in ["auto", "directory"] {
        for (format, stored) in [
            ("Custom", &custom),
            ("Tar", &tar),
            ("Plain", &plain),
            ("Directory", &folder),
            ("Plain", &movable),
        ] {
            apart.expect(&dumped(format, stored), isolation, Reason::None)?;
        }
        // This one would make it, where it was: here.
        let told = apart.expect(&dumped("Plain", &cluster), isolation, Reason::ConfigError)?;
        if !told.contains("pg_dumpall --no-tablespaces") {
            return Err(told.into());
        }
    }
    same(&before, &content(&apart.path("far"))?)
}

/// A dump that takes a table away while it is restored: no tool says a word, and the list tells.
fn gone() -> Result<(), Failed> {
    let apart = Apart::make()?;
    apart.sql("create table visits (id int)")?;
    apart.sql(
        "create function take() returns int language plpgsql as
         $$ begin if current_database() <> 'postgres' then execute 'drop table if exists public.visits'; end if; return 1; end $$",
    )?;
    apart.sql("create materialized view taken as select public.take()")?;
    let custom = apart.dump("custom", "pg_dump", &["-Fc", "postgres"])?;
    let plain = apart.dump("plain", "pg_dump", &["postgres"])?;
    let folder = apart.dump_folder()?;
    for (format, stored) in [
        ("Custom", &custom),
        ("Plain", &plain),
        ("Directory", &folder),
    ] {
        let told = apart.expect(&dumped(format, stored), "auto", Reason::TableMissing)?;
        if !told.contains("missing: 1 TABLE") {
            return Err(told.into());
        }
    }
    Ok(())
}

/// A base backup in tar format, as `pg_basebackup` leaves it.
fn base(apart: &Apart, name: &str, arguments: &[&str]) -> io::Result<PathBuf> {
    let folder = apart.0.folder(name)?;
    must(
        apart
            .tool("pg_basebackup")
            .args(["--no-sync", "-c", "fast", "-Ft", "-X", "stream", "-D"])
            .arg(&folder)
            .args(arguments),
    )?;
    Ok(folder)
}

/// The archive of the tablespace in a base backup.
fn archive(folder: &Path) -> io::Result<PathBuf> {
    let mut all = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    all.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(|c: char| c.is_ascii_digit())
    });
    all.pop()
        .ok_or_else(|| io::Error::other("no archive of a tablespace"))
}

fn of_base(folder: &Path, encryption: &Value) -> Value {
    document(&json!({"pgBaseBackup": {
        "location": {"local": {"path": folder}}, "encryption": encryption,
    }}))
}

fn restored(isolation: &str) -> Result<(), Failed> {
    let apart = Apart::make()?;
    let plain = base(&apart, "plain", &[])?;
    let packed = base(&apart, "packed", &["-z"])?;
    let before = content(&apart.path("far"))?;
    for folder in [&plain, &packed] {
        let document = of_base(folder, &json!("serverSide"));
        apart.expect(&document, isolation, Reason::None)?;
    }
    // Encrypted file by file.
    let secrets = apart.path("secrets/age");
    fs::create_dir_all(&secrets)?;
    must(
        Command::new("age-keygen")
            .arg("-o")
            .arg(secrets.join("identity")),
    )?;
    let recipient = must(
        Command::new("age-keygen")
            .arg("-y")
            .arg(secrets.join("identity")),
    )?;
    let recipient = String::from_utf8_lossy(&recipient.stdout).trim().to_owned();
    let sealed = apart.0.folder("sealed")?;
    for entry in fs::read_dir(&packed)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == "backup_manifest" {
            fs::copy(entry.path(), sealed.join(name))?;
            continue;
        }
        must(
            Command::new("age")
                .args(["-r", &recipient, "-o"])
                .arg(sealed.join(format!("{name}.age")))
                .arg(entry.path()),
        )?;
    }
    let age = json!({"age": {"identitySecretRef": {"name": "age", "key": "identity"}}});
    apart.expect(&of_base(&sealed, &age), isolation, Reason::None)?;
    same(&before, &content(&apart.path("far"))?)
}

fn damaged() -> Result<(), Failed> {
    let apart = Apart::make()?;
    let folder = base(&apart, "base", &[])?;
    let far = archive(&folder)?;
    let sound = fs::read(&far)?;
    let document = of_base(&folder, &json!("serverSide"));
    // A bit of a row.
    let mut flipped = sound.clone();
    let at = flipped.len() / 2;
    flipped[at] ^= 1;
    fs::write(&far, flipped)?;
    apart.expect(&document, "auto", Reason::PhysicalCorruption)?;
    fs::write(&far, &sound[..sound.len() / 2])?;
    apart.expect(&document, "auto", Reason::ArtifactTruncated)?;
    fs::remove_file(&far)?;
    let told = apart.expect(&document, "auto", Reason::ArtifactCorrupt)?;
    if !told.contains("the archive of the tablespace") {
        return Err(told.into());
    }
    Ok(())
}

type Files = [(PathBuf, Vec<u8>)];

fn same(before: &Files, after: &Files) -> Result<(), Failed> {
    if before.is_empty() || before != after {
        return Err("the living tablespace was touched".into());
    }
    Ok(())
}
