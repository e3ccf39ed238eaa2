//! The command from end to end, as a user runs it: canary, manifest, verification, evidence, reports and exit codes.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

use hipaa_iac_tests::{
    Ran,
    object_storage::{Bucket, Server},
    program, run_with, workspace,
};
use libtest_mimic::{Failed, Trial};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};

use crate::{
    death::{
        FIRST, HUNGRY, Limited, OUTER, Small, descendants, is_planted, kill_all, lives, named,
        until,
    },
    fixture::{self, BIN, Cluster, must, postgres},
};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("command::recorded", recorded),
        Trial::test("command::rolled_back", rolled_back),
        Trial::test("command::long_definitions", long_definitions),
        Trial::test("command::short_digest_key", short_digest_key),
        Trial::test("command::nothing_proved", nothing_proved),
        Trial::test("command::not_destroyed", not_destroyed),
        Trial::test("command::restarted", restarted),
        Trial::test("command::folder_of_others", folder_of_others),
        Trial::test("command::fetched", fetched),
        Trial::test("command::progress", progress),
        Trial::test("command::example", example),
    ];
    for (name, end) in [
        ("signal", End::Signal),
        ("sigkill_of_outer", End::Outer),
        ("sigkill_of_first", End::First),
        ("out_of_memory", End::Memory),
        ("full_disk", End::Disk),
    ] {
        trials.push(Trial::test(format!("command::ended::{name}"), move || {
            ended(end)
        }));
    }
    trials
}

/// A clinic's server and the folder with everything else.
struct Clinic(Cluster);

/// A verification under way, by its arguments.
const VERIFY: [&str; 7] = [
    "restore",
    "verify",
    "--config",
    "verification.yaml",
    "--state",
    "state",
    "--quiet",
];

impl Clinic {
    fn open() -> Result<Self, Failed> {
        let clinic = Self(Cluster::new()?);
        let at = clinic.0.0.display();
        clinic.0.start(
            &["-A", "trust"],
            &format!("listen_addresses = ''\nunix_socket_directories = '{at}'\nfsync = off\nautovacuum = off\n"),
        )?;
        clinic.sql(
            "create table patients (id int primary key, name text);
             insert into patients select n, 'Planted Patient ' || n from generate_series(1, 100) n",
        )?;
        for folder in [
            "secrets/age",
            "secrets/canary",
            "secrets/manifest",
            "backups",
        ] {
            fs::create_dir_all(clinic.0.0.join(folder))?;
        }
        must(
            Command::new("age-keygen")
                .arg("-o")
                .arg(clinic.0.0.join("secrets/age/identity")),
        )?;
        fs::write(clinic.0.0.join("secrets/canary/mac"), "0123456789abcdef")?;
        for key in ["manifest.key", "evidence.key"] {
            clinic.is(&["evidence", "keygen", key], 0)?;
        }
        fs::copy(
            clinic.0.0.join("manifest.key.pub"),
            clinic.0.0.join("secrets/manifest/public"),
        )?;
        clinic.is(&["restore", "canary", "create"], 0)?;
        clinic.sql(
            "create role canary login;
             grant usage on schema hipaa_iac to canary;
             grant insert on hipaa_iac.restore_canary to canary;
             grant usage on sequence hipaa_iac.restore_canary_seq to canary",
        )?;
        clinic.write(&clinic.document())?;
        Ok(clinic)
    }

    fn sql(&self, sql: &str) -> Result<(), Failed> {
        must(
            postgres(&format!("{BIN}/psql"))
                .args(["-XqU", "postgres", "-v", "ON_ERROR_STOP=1", "-h"])
                .arg(&self.0.0)
                .args(["-c", sql]),
        )?;
        Ok(())
    }

    fn run(&self, arguments: &[&str]) -> Result<Ran, Failed> {
        let socket = self.0.0.to_string_lossy();
        let variables = [("PGHOST", socket.as_ref()), ("PGUSER", "postgres")];
        Ok(run_with(&self.0.0, arguments, &variables, None)?)
    }

    /// Runs the program, which must end so.
    fn is(&self, arguments: &[&str], code: i32) -> Result<Ran, Failed> {
        let ran = self.run(arguments)?;
        if ran.code == code {
            return Ok(ran);
        }
        Err(format!("{arguments:?}: expected {code}, got {ran:#?}").into())
    }

    /// Runs the verification with more arguments; its result.
    fn verify(&self, more: &[&str], code: i32) -> Result<Value, Failed> {
        let result = self
            .is(&[&VERIFY[..], &["--format", "json"], more].concat(), code)?
            .json();
        fixture::is_of_schema(&result)?;
        Ok(result)
    }

    /// A canary, and then a backup with its manifest.
    fn back_up(&self, name: &str) -> Result<(), Failed> {
        // By who may do nothing else.
        let write = ["restore", "canary", "write", "--key", "secrets/canary/mac"];
        let role = ["--dsn", "user=canary dbname=postgres"];
        self.is(&[&write[..], &role].concat(), 0)?;
        let identity = fs::read_to_string(self.0.0.join("secrets/age/identity"))?;
        let recipient = identity
            .lines()
            .find_map(|line| line.strip_prefix("# public key: "))
            .ok_or("age-keygen names no public key")?;
        let artifact = format!("backups/{name}.dump.age");
        let dump = format!(
            "{BIN}/pg_dump --snapshot={{snapshot}} -Fc postgres | age -r {recipient} -o {artifact}"
        );
        let manifest = ["restore", "manifest", "--artifact", &artifact];
        let command = ["--key", "manifest.key", "--", "sh", "-c", &dump];
        self.is(&[&manifest[..], &command].concat(), 0)?;
        Ok(())
    }

    /// A verification under way, which stays at its assertion, and the processes that come from it.
    fn start(&self, more: &[&str]) -> Result<(Child, BTreeMap<i32, String>), Failed> {
        let mut document = self.document();
        document["spec"]["checks"]["sql"][0]["query"] =
            json!("select count(*) + length(pg_sleep(500)::text) from public.patients");
        self.write(&document)?;
        let mut run = Command::new(program()?)
            .args([&VERIFY[..], more].concat())
            .current_dir(&self.0.0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let id = run.id();
        let mut ended = false;
        until("the assertion is asked", || {
            ended = run.try_wait().is_ok_and(|status| status.is_some());
            ended
                || descendants(id)
                    .values()
                    .any(|line| line.starts_with("postgres:") && line.contains("SELECT"))
        })?;
        if ended {
            return Err("the run ended too early".into());
        }
        Ok((run, descendants(id)))
    }

    fn document(&self) -> Value {
        json!({
            "apiVersion": "hipaa-iac.dev/v1alpha1",
            "kind": "RestoreVerification",
            "metadata": {"name": "clinic"},
            "spec": {
                "source": {"pgDump": {
                    "format": "Custom",
                    "location": {"local": {"path": self.0.0.join("backups"), "select": "Newest", "suffix": ".dump.age"}},
                    "manifestKey": "{artifact}.manifest.dsse.json",
                    "encryption": {"age": {"identitySecretRef": {"name": "age", "key": "identity"}}},
                }},
                "target": {"storage": {"memory": {"sizeLimit": "1Gi"}}},
                "objectives": {"maxBackupAge": "26h", "maxDataAge": "26h", "rto": "4h"},
                "checks": {
                    "canary": {"macKeySecretRef": {"name": "canary", "key": "mac"}, "maxAge": "26h"},
                    "manifest": {"publicKeySecretRef": {"name": "manifest", "key": "public"}},
                    "sql": [{"id": "patients", "query": "select count(*) from public.patients", "expect": {"op": "==", "value": 100}}],
                },
            },
        })
    }

    fn write(&self, document: &Value) -> Result<(), Failed> {
        let text = serde_json::to_vec_pretty(document)?;
        Ok(fs::write(self.0.0.join("verification.yaml"), text)?)
    }

    fn read(&self, name: &str) -> Result<String, Failed> {
        Ok(fs::read_to_string(self.0.0.join(name))?)
    }
}

fn reason(result: &Value) -> (&str, &str) {
    let text = |name: &str| result[name].as_str().unwrap_or("?");
    (text("verdict"), text("reason"))
}

fn same<T: Copy + PartialEq + std::fmt::Debug>(got: T, expected: T) -> Result<(), Failed> {
    if got == expected {
        return Ok(());
    }
    Err(format!("expected {expected:?}, got {got:?}").into())
}

const RECORD: [&str; 6] = [
    "--evidence",
    "log",
    "--evidence-key",
    "evidence.key",
    "--evidence-checkpoint",
    "checkpoint",
];

/// A run that passes and one that fails, reported in each form and recorded; both verifiers find the log whole, and find an edit.
fn recorded() -> Result<(), Failed> {
    let clinic = Clinic::open()?;
    clinic.back_up("1")?;
    let reports = [
        "--format",
        "text",
        "--format",
        "json=result.json",
        "--format",
        "junit=result.xml",
    ];
    let passed = clinic.is(&[&VERIFY[..], &reports, &RECORD].concat(), 0)?;
    let result: Value = serde_json::from_str(&clinic.read("result.json")?)?;
    fixture::is_of_schema(&result)?;
    same(reason(&result), ("Passed", "None"))?;
    no_lie_is_of_the_schema(&result)?;
    let junit = clinic.read("result.xml")?;
    let checks = result["checks"].as_array().map_or(0, Vec::len);
    for (report, words) in [
        (&passed.stdout, "Passed: clinic restores"),
        (
            &passed.stdout,
            "encryption  age-v1, a foreign key is refused",
        ),
        (&junit, r#"<testsuite name="clinic""#),
        (&junit, &*format!(r#"tests="{}""#, checks + 1)),
        (&junit, r#"failures="0""#),
    ] {
        if !report.contains(words) {
            return Err(format!("{words} is not in\n{report}").into());
        }
    }

    // Somebody takes rows away before the next backup.
    clinic.sql("delete from patients where id > 50")?;
    clinic.back_up("2")?;
    let failed = clinic.is(&[&VERIFY[..], &reports, &RECORD].concat(), 1)?;
    let result: Value = serde_json::from_str(&clinic.read("result.json")?)?;
    same(reason(&result), ("Failed", "AssertionFailed"))?;
    let junit = clinic.read("result.xml")?;
    if !failed.stdout.contains("FAIL        sql.patients") || junit.contains(r#"failures="0""#) {
        return Err(format!("the assertion is not told\n{}\n{junit}", failed.stdout).into());
    }
    // Reports that cannot be written hold up no other, and are no wrong usage.
    let full = [
        "--format",
        "json=/dev/full",
        "--format",
        "junit=no/folder/result.xml",
        "--format",
        "text",
    ];
    let untold = clinic.is(&[&VERIFY[..], &full].concat(), 3)?;
    for (output, words) in [
        (&untold.stderr, "error: not reported: /dev/full: "),
        (
            &untold.stderr,
            "error: not reported: no/folder/result.xml: ",
        ),
        (&untold.stdout, "FAIL        sql.patients"),
    ] {
        if !output.contains(words) {
            return Err(format!("{words} is not in\n{untold:#?}").into());
        }
    }

    let verify = [
        "log",
        "--trusted-key",
        "evidence.key.pub",
        "--checkpoint",
        "checkpoint",
    ];
    clinic.is(&[&["evidence", "verify"][..], &verify].concat(), 0)?;
    let python = || {
        Command::new("python3")
            .arg(workspace().join("crates/evidence/verify.py"))
            .args(verify)
            .current_dir(&clinic.0.0)
            .output()
    };
    must(
        Command::new("cmp")
            .arg(workspace().join("crates/evidence/verify.py"))
            .arg(clinic.0.0.join("log/verify.py")),
    )?;
    same(python()?.status.code(), Some(0))?;
    let record = clinic.0.0.join("log/records/000000000001.dsse.json");
    let forged = fs::read(clinic.0.0.join("log/records/000000000000.dsse.json"))?;
    fs::remove_file(&record)?;
    fs::write(&record, forged)?;
    clinic.is(&[&["evidence", "verify"][..], &verify].concat(), 1)?;
    same(python()?.status.code(), Some(1))?;

    // Nothing of the rows is in what the runs left.
    for folder in ["log", "state", "result.json", "result.xml"] {
        let found = Command::new("grep")
            .args(["-r", "-l", "Planted Patient"])
            .arg(clinic.0.0.join(folder))
            .output()?;
        same(String::from_utf8_lossy(&found.stdout).as_ref(), "")?;
    }
    clinic.is(&["restore", "gc", "--state", "state"], 0)?;
    Ok(())
}

/// The published schema refuses what says that it passed and did not, and what says more than a result may.
fn no_lie_is_of_the_schema(passed: &Value) -> Result<(), Failed> {
    let at = |id: &str| {
        let checks = passed["checks"].as_array().into_iter().flatten();
        let mut required = checks
            .enumerate()
            .filter(|(_, check)| check["required"] == true);
        required
            .find(|(_, check)| check["id"] == id)
            .map(|(at, _)| at)
    };
    let check = format!("/checks/{}", at("pg-amcheck").ok_or("no such check")?);
    let lies = [
        (format!("{check}/status"), json!("NotRun")),
        (format!("{check}/status"), json!("Error")),
        (format!("{check}/status"), json!("Fail")),
        (
            format!("{check}/observed"),
            json!({"name": "Planted Patient 1"}),
        ),
        (format!("{check}/observed"), json!("x".repeat(201))),
        ("/checks".to_owned(), json!([])),
        ("/objectives/rto/met".to_owned(), json!(false)),
        ("/scratch/destroyed".to_owned(), json!("NotVerified")),
        ("/scratch/destroyed".to_owned(), json!("NotCreated")),
        ("/encryption/negativeDecrypt".to_owned(), json!("Accepted")),
        ("/artifact".to_owned(), Value::Null),
        ("/reason".to_owned(), json!("StaleBackup")),
        ("/reason".to_owned(), json!("Fine")),
        ("/verdict".to_owned(), json!("Failed")),
        ("/verdict".to_owned(), json!("passed")),
        ("/startedAt".to_owned(), json!("2026-11-24 03:17:00")),
    ];
    for (place, lie) in lies {
        let mut result = passed.clone();
        let (parent, field) = place.rsplit_once('/').unwrap_or_default();
        let parent = result.pointer_mut(parent).ok_or(format!("no {place}"))?;
        parent[field] = lie.clone();
        if fixture::is_of_schema(&result).is_ok() {
            return Err(format!("of the schema: {place} {lie}").into());
        }
    }
    let mut more = passed.clone();
    more["rows"] = json!(["Planted Patient 1"]);
    if fixture::is_of_schema(&more).is_ok() {
        return Err("of the schema: a field that no result has".into());
    }
    Ok(())
}

/// An older backup that is genuine is told by the canary's number: the one that the state keeps, and the one that is given.
fn rolled_back() -> Result<(), Failed> {
    let clinic = Clinic::open()?;
    clinic.back_up("1")?;
    clinic.back_up("2")?;
    same(reason(&clinic.verify(&[], 0)?), ("Passed", "None"))?;
    fs::remove_file(clinic.0.0.join("backups/2.dump.age"))?;
    let rolled = ("Failed", "CanaryRolledBack");
    same(reason(&clinic.verify(&[], 1)?), rolled)?;
    // A machine without that state knows it from elsewhere.
    fs::remove_dir_all(clinic.0.0.join("state"))?;
    same(reason(&clinic.verify(&["--last-canary", "2"], 1)?), rolled)?;
    same(
        reason(&clinic.verify(&["--last-canary", "1"], 0)?),
        ("Passed", "None"),
    )?;
    // What fails is not remembered, and the higher of both counts.
    same(reason(&clinic.verify(&["--last-canary", "9"], 1)?), rolled)?;
    same(reason(&clinic.verify(&[], 0)?), ("Passed", "None"))
}

/// Rows are not digested with a key that can be guessed: no manifest is signed, and by one that was, nothing is said.
fn short_digest_key() -> Result<(), Failed> {
    let clinic = Clinic::open()?;
    let told = "the key of the digests is shorter than 16 bytes";
    fs::create_dir_all(clinic.0.0.join("secrets/digest"))?;
    fs::write(clinic.0.0.join("backups/none"), "a backup")?;
    for key in ["", "\n", "0123456789abcde\n"] {
        fs::write(clinic.0.0.join("secrets/digest/key"), key)?;
        let manifest = ["restore", "manifest", "--artifact", "backups/none"];
        let keys = [
            "--key",
            "manifest.key",
            "--digest-key",
            "secrets/digest/key",
        ];
        let refused = clinic.is(&[&manifest[..], &keys, &["--", "true"]].concat(), 2)?;
        if !refused.stderr.contains(told) {
            return Err(refused.stderr.into());
        }
    }
    same(
        clinic.read("backups/none.manifest.dsse.json").is_err(),
        true,
    )?;
    fs::remove_file(clinic.0.0.join("backups/none"))?;
    clinic.back_up("1")?;
    let mut document = clinic.document();
    document["spec"]["checks"]["manifest"]["digestKeySecretRef"] =
        json!({"name": "digest", "key": "key"});
    clinic.write(&document)?;
    let result = clinic.verify(&[], 3)?;
    same(reason(&result), ("Inconclusive", "ConfigError"))?;
    let checks = result["checks"].as_array();
    let check = checks.and_then(|checks| {
        checks
            .iter()
            .find(|check| check["id"] == "manifest.digests")
    });
    same(
        check.and_then(|check| check["notRunReason"].as_str()),
        Some(told),
    )
}

/// What is no verdict on the backup has another exit code than a failure.
fn nothing_proved() -> Result<(), Failed> {
    let clinic = Clinic::open()?;
    clinic.back_up("1")?;
    // A record that cannot be written takes the proof away: here the log is another key's.
    clinic.is(&["evidence", "keygen", "other.key"], 0)?;
    let other = ["--evidence", "log", "--evidence-key", "other.key"];
    clinic.is(&[&VERIFY[..], &other].concat(), 0)?;
    let unrecorded = clinic.is(&[&VERIFY[..], &RECORD].concat(), 3)?;
    if !unrecorded.stderr.contains("error: not recorded: ") {
        return Err(unrecorded.stderr.into());
    }
    let mut document = clinic.document();
    document["spec"]["suspend"] = json!(true);
    clinic.write(&document)?;
    same(reason(&clinic.verify(&[], 3)?), ("Skipped", "Suspended"))?;
    let mut document = clinic.document();
    document["spec"]["checks"]["sql"][0]["query"] = json!("selekt 1");
    clinic.write(&document)?;
    same(
        reason(&clinic.verify(&[], 3)?),
        ("Inconclusive", "AssertionError"),
    )?;
    let mut document = clinic.document();
    document["spec"]["sources"] = json!({});
    clinic.write(&document)?;
    let wrong = clinic.is(&VERIFY, 2)?;
    if !wrong.stderr.contains("verification.yaml: line ") || !wrong.stderr.contains("sources") {
        return Err(wrong.stderr.into());
    }
    clinic.is(&[&VERIFY[..], &["--format", "yaml"]].concat(), 2)?;
    Ok(())
}

/// What ends a run before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// SIGTERM for the caller.
    Signal,
    /// SIGKILL for the process that made the namespaces.
    Outer,
    /// SIGKILL for the first process of the sandbox.
    First,
    Memory,
    Disk,
}

/// A run that is ended says so by its exit code, its result and its record, and no row is in them.
fn ended(end: End) -> Result<(), Failed> {
    let clinic = Clinic::open()?;
    let report = [&["--format", "json=result.json"][..], &RECORD].concat();
    let (code, expected) = match end {
        End::Signal | End::Outer | End::First => {
            clinic.back_up("1")?;
            let (mut run, all) = clinic.start(&report)?;
            let (pid, signal, expected) = match end {
                End::Outer => (named(&all, OUTER)?, Signal::SIGKILL, "RunnerLost"),
                End::First => (named(&all, FIRST)?, Signal::SIGKILL, "RunnerLost"),
                _ => {
                    let caller = Pid::from_raw(i32::try_from(run.id())?);
                    (caller, Signal::SIGTERM, "Interrupted")
                }
            };
            kill(pid, signal)?;
            (run.wait()?.code(), expected)
        }
        End::Memory => {
            clinic.back_up("1")?;
            let mut document = clinic.document();
            document["spec"]["checks"]["sql"][0]["query"] = json!(HUNGRY);
            clinic.write(&document)?;
            let limited = Limited::new("recorded", 240 << 20)?;
            let mut run = Command::new(program()?);
            run.args([&VERIFY[..], &report].concat());
            let ran = limited
                .inside(&run)
                .current_dir(&clinic.0.0)
                .stdin(Stdio::null())
                .output()?;
            if limited.kills() == 0 {
                return Err(format!("nothing was killed: {ran:?}").into());
            }
            (ran.status.code(), "OutOfMemory")
        }
        End::Disk => {
            // 60 MiB, and as much log.
            clinic.sql(
                "create table scans as
                 select repeat(md5(n::text), 30) from generate_series(1, 60000) n",
            )?;
            clinic.back_up("1")?;
            let mut document = clinic.document();
            document["spec"]["target"]["storage"] = json!({"ephemeralVolume": {"size": "1Gi"}});
            clinic.write(&document)?;
            let scratch = clinic.0.0.join("scratch");
            fs::create_dir(&scratch)?;
            let _small = Small::mount(scratch, "96m")?;
            let ran = clinic.run(&[&VERIFY[..], &report, &["--scratch", "scratch"]].concat())?;
            (Some(ran.code), "StorageFull")
        }
    };
    same(code, Some(3))?;
    let result: Value = serde_json::from_str(&clinic.read("result.json")?)?;
    fixture::is_of_schema(&result)?;
    let verdict = if end == End::Signal {
        "Aborted"
    } else {
        "Inconclusive"
    };
    same(reason(&result), (verdict, expected))?;
    same(result["scratch"]["destroyed"].as_str(), Some("Verified"))?;
    let verify = ["evidence", "verify", "log", "--checkpoint", "checkpoint"];
    clinic.is(
        &[&verify[..], &["--trusted-key", "evidence.key.pub"]].concat(),
        0,
    )?;
    let shown = clinic.is(&["evidence", "show", "log", "0"], 0)?;
    same(reason(&shown.json()["predicate"]), (verdict, expected))?;
    for folder in ["log", "state", "result.json"] {
        let found = Command::new("grep")
            .args(["-r", "-l", "Planted Patient"])
            .arg(clinic.0.0.join(folder))
            .output()?;
        same(String::from_utf8_lossy(&found.stdout).as_ref(), "")?;
    }
    Ok(())
}

/// What cannot be removed is said, whatever came of the checks; `gc` finds it again.
fn not_destroyed() -> Result<(), Failed> {
    let clinic = Clinic::open()?;
    clinic.back_up("1")?;
    let mut document = clinic.document();
    document["spec"]["checks"]["sql"][0]["query"] =
        json!("select count(*) + length(pg_sleep(5)::text) from public.patients");
    clinic.write(&document)?;
    let scratch = clinic.0.0.join("scratch");
    fs::create_dir(&scratch)?;
    let folders = || -> std::io::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(&scratch)?;
        entries.map(|entry| Ok(entry?.path())).collect()
    };
    // Nor does a report that cannot be written hide it.
    let place = [
        "--scratch",
        "scratch",
        "--isolation",
        "directory",
        "--format",
        "text=/dev/full",
    ];
    let (result, held) = thread::scope(|scope| {
        let run = scope.spawn(|| {
            clinic
                .verify(&place, 4)
                .map_err(|failed| format!("{failed:?}"))
        });
        let mut made = None;
        until("a scratch", || {
            made = folders().ok().and_then(|all| all.into_iter().next());
            made.is_some() || run.is_finished()
        })?;
        let held = made
            .ok_or_else(|| Failed::from("no scratch was made"))
            .and_then(|run| {
                // A file system that somebody has put there stays.
                let at = run.join("held");
                fs::create_dir(&at)?;
                Small::mount(at, "1m")
            });
        let result = run.join().map_err(|_| "the run panicked")??;
        Ok::<_, Failed>((result, held?))
    })?;
    same(reason(&result), ("Inconclusive", "RunnerLost"))?;
    same(result["scratch"]["destroyed"].as_str(), Some("NotVerified"))?;
    let gc = ["restore", "gc", "--state", "state", "--scratch", "scratch"];
    clinic.is(&gc, 4)?;
    drop(held);
    let collected = clinic.is(&gc, 0)?;
    if !collected.stderr.contains("1 folder of dead runs removed") {
        return Err(collected.stderr.into());
    }
    same(folders()?.len(), 0)
}

/// A second run of a verification does not begin while one is under way. After a restart of the machine nothing tells of that one's scratch
/// but the state: `gc` finds it by that alone.
fn restarted() -> Result<(), Failed> {
    let clinic = Clinic::open()?;
    clinic.back_up("1")?;
    let scratch = clinic.0.0.join("scratch");
    fs::create_dir(&scratch)?;
    let place = ["--scratch", "scratch", "--isolation", "directory"];
    let (mut run, all) = clinic.start(&place)?;
    same(
        reason(&clinic.verify(&place, 3)?),
        ("Skipped", "ConcurrencyForbid"),
    )?;
    same(run.try_wait()?.is_none(), true)?;
    until("rows are on the disk", || is_planted(&all))?;
    kill_all(Pid::from_raw(i32::try_from(run.id())?), &all);
    run.wait()?;
    until("every process of the run is gone", || {
        !all.keys().any(|pid| lives(*pid))
    })?;
    let left = Command::new("grep")
        .args(["-r", "-a", "-q", "Planted Patient"])
        .arg(&scratch)
        .status()?;
    same(left.code(), Some(0))?;
    let gc = clinic.is(&["restore", "gc", "--state", "state"], 0)?;
    if !gc.stderr.contains("/scratch/hipaa-iac-restore-") {
        return Err(gc.stderr.into());
    }
    same(fs::read_dir(&scratch)?.count(), 0)
}

/// Whoever may write where the scratch is keeps nobody waiting with a pipe in the place of a lock.
fn folder_of_others() -> Result<(), Failed> {
    let place = tempfile::tempdir()?;
    let theirs = place
        .path()
        .join("hipaa-iac-restore-01ARZ3NDEKTSV4RRFFQ69G5FAV");
    fs::create_dir(&theirs)?;
    must(Command::new("mkfifo").arg(theirs.join("lock")))?;
    // What is new may be a run that is just being made.
    must(
        Command::new("touch")
            .args(["-d", "1 hour ago"])
            .arg(&theirs),
    )?;
    let ran = Command::new("timeout")
        .arg("60")
        .arg(program()?)
        .args(["restore", "gc", "--state", "state", "--scratch", "."])
        .current_dir(place.path())
        .output()?;
    same(ran.status.code(), Some(0))?;
    same(theirs.exists(), false)
}

/// The network in one process and the key in another: what the one fetched the other restores, and nothing else.
fn fetched() -> Result<(), Failed> {
    let clinic = Clinic::open()?;
    clinic.back_up("1")?;
    let server = Server::versitygw()?;
    server.make_bucket("backups", Bucket::Plain)?;
    for name in ["1.dump.age", "1.dump.age.manifest.dsse.json"] {
        let file = clinic.0.0.join("backups").join(name);
        server.python(&format!(
            "s3.put_object(Bucket='backups', Key='daily/{name}', Body=open('{}', 'rb'))",
            file.display()
        ))?;
    }
    let mut document = clinic.document();
    let source = &mut document["spec"]["source"]["pgDump"];
    source["location"] = json!({"s3": {"bucket": "backups", "prefix": "daily/", "select": "Newest", "suffix": ".dump.age"}});
    source["manifestKey"] = json!("daily/{artifact}.manifest.dsse.json");
    clinic.write(&document)?;
    fs::create_dir(clinic.0.0.join("empty"))?;
    fs::create_dir(clinic.0.0.join("fetched"))?;
    let environment = server.environment();
    let variables: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    // Without a secret to open it with.
    let fetch = ["restore", "fetch", "--config", "verification.yaml"];
    let into = ["--secrets", "empty", "--into", "fetched"];
    let ran = run_with(&clinic.0.0, &[&fetch[..], &into].concat(), &variables, None)?;
    same(ran.code, 0)?;
    drop(server);
    let place = ["--fetched", "fetched"];
    let digest = format!("sha256:{}", "0a".repeat(32));
    let image = ["--image-digest", &digest];
    let result = clinic.verify(&[place, image].concat(), 0)?;
    same(reason(&result), ("Passed", "None"))?;
    same(
        result["tool"]["imageDigest"].as_str(),
        Some(digest.as_str()),
    )?;
    same(
        result["artifact"]["uri"].as_str(),
        Some("s3://backups/daily/1.dump.age"),
    )?;
    // The time that fetching takes is a part of the recovery time: two hours of it are more than one.
    let card = clinic.0.0.join("fetched/located.json");
    let mut told: Value = serde_json::from_slice(&fs::read(&card)?)?;
    if !told["seconds"]
        .as_f64()
        .is_some_and(|seconds| seconds > 0.0)
    {
        return Err(format!("fetched in no time: {told}").into());
    }
    told["seconds"] = json!(7200.5);
    fs::write(&card, told.to_string())?;
    document["spec"]["objectives"]["rto"] = json!("1h");
    clinic.write(&document)?;
    let slow = clinic.verify(&place, 1)?;
    same(reason(&slow), ("Failed", "RtoExceeded"))?;
    let fetch = slow["phases"]
        .as_array()
        .and_then(|phases| phases.iter().find(|phase| phase["name"] == "fetch"));
    let measured = [
        &slow["objectives"]["rto"]["measuredSeconds"],
        &fetch.ok_or("no phase `fetch`")?["seconds"],
    ];
    if !measured
        .iter()
        .all(|seconds| seconds.as_f64().is_some_and(|seconds| seconds > 7200.0))
    {
        return Err(format!("{measured:?}").into());
    }
    // What was not fetched to its end proves nothing.
    fs::remove_file(card)?;
    same(
        reason(&clinic.verify(&place, 3)?),
        ("Inconclusive", "RunnerLost"),
    )
}

/// On a terminal the phases are told as they come, and their line is cleared at the end; elsewhere nothing is.
fn progress() -> Result<(), Failed> {
    let clinic = Clinic::open()?;
    clinic.back_up("1")?;
    // Long enough to be seen.
    let mut document = clinic.document();
    document["spec"]["checks"]["sql"][0]["query"] =
        json!("select count(*) from public.patients where pg_sleep(0.01)::text = ''");
    clinic.write(&document)?;
    let on_terminal = |quiet: &str| {
        let line = format!(
            "'{}' restore verify --config verification.yaml --state state {quiet} >report",
            program()?.display()
        );
        // `script` is the terminal, and writes down what is shown on it.
        must(
            Command::new("script")
                .args(["--quiet", "--return", "--command", &line, "shown"])
                .env("TERM", "xterm")
                .current_dir(&clinic.0.0),
        )?;
        Ok::<_, Failed>((clinic.read("shown")?, clinic.read("report")?))
    };
    let (shown, report) = on_terminal("")?;
    let mut rest = shown.as_str();
    for phase in ["restoring", "checking"] {
        let at = rest
            .find(phase)
            .ok_or_else(|| format!("{phase} is not shown in order: {shown:?}"))?;
        rest = &rest[at..];
    }
    // The last thing is that the line is cleared.
    let ended = shown
        .rsplit_once("\nScript done")
        .map_or(shown.as_str(), |(shown, _)| shown);
    if !ended.trim_end_matches(['\r', '\n']).ends_with("\u{1b}[2K") {
        return Err(format!("the line is not cleared: {shown:?}").into());
    }
    if !report.starts_with("Passed: clinic restores") || report.contains('\u{1b}') {
        return Err(report.into());
    }
    let (shown, _) = on_terminal("--quiet")?;
    if shown.contains("restoring") || shown.contains('\u{1b}') {
        return Err(format!("--quiet shows {shown:?}").into());
    }
    let loud: Vec<&str> = VERIFY
        .into_iter()
        .filter(|word| *word != "--quiet")
        .collect();
    same(clinic.is(&loud, 0)?.stderr.as_str(), "")
}

/// Definitions are hashed one at a time: 60 MB of them take no more memory than a few.
fn long_definitions() -> Result<(), Failed> {
    const MEASURE: &str = "import resource, subprocess, sys\nsubprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\nprint(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let clinic = Clinic::open()?;
    clinic.sql(
        "do $$ begin
             for n in 1..120 loop
                 execute format('create view long_%s as select %L::text as note', n, repeat('x', 500000));
             end loop;
         end $$",
    )?;
    fs::write(clinic.0.0.join("backups/long"), "a backup")?;
    let ran = must(
        Command::new("python3")
            .args(["-c", MEASURE])
            .arg(program()?)
            .args(["restore", "manifest", "--artifact", "backups/long"])
            .args(["--key", "manifest.key", "--", "true"])
            .env("PGHOST", &clinic.0.0)
            .env("PGUSER", "postgres")
            .current_dir(&clinic.0.0),
    )?;
    let peak: u64 = String::from_utf8_lossy(&ran.stdout).trim().parse()?;
    if peak > 40 << 10 {
        return Err(format!("{peak} KiB").into());
    }
    Ok(())
}

/// The one command of the README.
fn example() -> Result<(), Failed> {
    let place = Cluster::new()?;
    let kept = place.0.join("kept");
    // Both named from where it is called.
    std::os::unix::fs::symlink(program()?, place.folder("bin")?.join("hipaa-iac"))?;
    let ran = must(
        Command::new(workspace().join("examples/restore/run.sh"))
            .arg("kept")
            .env("HIPAA_IAC", "bin/hipaa-iac")
            .current_dir(&place.0),
    )?;
    let told = String::from_utf8_lossy(&ran.stdout);
    if !told.contains("Passed: clinic restores") {
        return Err(told.as_ref().into());
    }
    must(
        Command::new("python3")
            .arg(kept.join("evidence/verify.py"))
            .arg(kept.join("evidence"))
            .arg("--trusted-key")
            .arg(kept.join("evidence.key.pub"))
            .arg("--checkpoint")
            .arg(kept.join("checkpoint")),
    )?;
    Ok(())
}
