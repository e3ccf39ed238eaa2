//! Runs that are killed, or find no memory or room, and dumps that attack: nothing of the data outlives any of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs, io,
    net::TcpListener,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant, SystemTime},
};

use hipaa_iac_restore::{
    Reason, RestoreResult, Verdict,
    result::{Destroyed, Isolation},
};
use hipaa_iac_tests::object_storage::{Bucket, Server};
use libtest_mimic::{Failed, Trial};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, getuid},
};
use serde_json::{Value, json};

use crate::{
    case,
    fixture::{self, Fixture, must},
    s3::{self, Fault},
};

/// What every patient of the fixture is called: it must be nowhere afterwards.
const MARKER: &[u8] = NAME.as_bytes();
/// The same as text.
const NAME: &str = "Planted Patient";

/// A series of ten gigabytes.
const BOMB: &str = "create table public.bomb as select repeat(md5(g::text), 30) from generate_series(1, 10000000) g;\n";

/// How the process is started that makes the namespaces.
pub(crate) const OUTER: &str = "__restore-sandbox";
/// How the first process of the sandbox is started.
pub(crate) const FIRST: &str = "__restore-init";

/// The isolation of a caller that is not root: namespaces of a user.
const USER: &str = "user";

/// When a run is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// While the store sends the dump, whose beginning is restored already.
    Fetch,
    /// While half of the dump is restored.
    Restore,
    /// While the server of a base backup does not take sessions yet.
    Recover,
    /// While a check runs on all of the data.
    Checks,
    /// When all checks are done.
    Destroy,
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
    /// Every process at once; the next run finds what they left.
    All,
}

/// Every case.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (when_name, when) in [
        ("fetch", When::Fetch),
        ("restore", When::Restore),
        ("recover", When::Recover),
        ("checks", When::Checks),
    ] {
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
    for (name, isolation, memory) in [
        ("memory", "auto", true),
        ("disk", "auto", false),
        ("directory", "directory", false),
    ] {
        trials.push(Trial::test(
            format!("death::destroy::sigkill::{name}"),
            move || death(When::Destroy, Blow::Caller, isolation, memory),
        ));
    }
    // As who may not make namespaces but those of a user, and in a folder alone.
    for (blow_name, blow) in [
        ("sigkill", Blow::Caller),
        ("sigterm", Blow::CallerAsked),
        ("sigkill_of_first", Blow::First),
        ("sigkill_of_all", Blow::All),
    ] {
        trials.push(Trial::test(
            format!("death::user_namespace::{blow_name}"),
            move || death(When::Checks, blow, USER, true),
        ));
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
    trials.push(Trial::test("death::copy::fetch", killed_while_fetching));
    trials.push(Trial::test("death::copy::checks", killed_while_checking));
    trials.push(Trial::test("death::full_memory", full_memory));
    for isolation in ["auto", "directory"] {
        trials.push(Trial::test(
            format!("death::full_disk::{isolation}"),
            move || full_disk(isolation),
        ));
        for (name, when) in [("restore", When::Restore), ("checks", When::Checks)] {
            trials.push(Trial::test(
                format!("death::out_of_memory::{isolation}::{name}"),
                move || out_of_memory(when, isolation),
            ));
        }
    }
    trials.push(Trial::test("user_namespace::clean", user_namespace));
    for isolation in ["auto", "directory"] {
        let of = |name| format!("hostile::{name}::{isolation}");
        trials.push(Trial::test(of("program"), move || program(isolation)));
        trials.push(Trial::test(of("event_trigger"), move || {
            event_trigger(isolation)
        }));
    }
    trials.push(Trial::test("hostile::endless", endless));
    trials.push(Trial::test("hostile::bomb", bomb));
    let memory = json!({"memory": {"sizeLimit": "256Mi"}});
    let disk = json!({"ephemeralVolume": {"size": "256Mi"}});
    for (name, isolation, storage) in [("directory", "directory", memory), ("disk", "auto", disk)] {
        trials.push(Trial::test(format!("hostile::bomb::{name}"), move || {
            bomb_on_disk(isolation, &storage)
        }));
    }
    for isolation in ["directory", "auto"] {
        trials.push(Trial::test(
            format!("hostile::nested::{isolation}"),
            move || nested(isolation),
        ));
    }
    trials.push(Trial::test("hostile::told_kill", told_kill));
    trials
}

/// A folder of one case, in which the scratch, the state and the logs are.
struct Place {
    folder: PathBuf,
    /// What patients of this case alone are called.
    marker: String,
    begun: SystemTime,
}

impl Place {
    fn new(name: &str) -> io::Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let folder = tempfile::Builder::new()
            .prefix(&format!("hipaa-iac-{name}-"))
            .tempdir()?
            .keep();
        // The user that tools run as must get through to the scratch.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
        fs::create_dir(folder.join("scratch"))?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Ok(Self {
            folder,
            marker: format!("{NAME} {}x{number}z", std::process::id()),
            begun: SystemTime::now(),
        })
    }

    fn command(&self, document: &Value, secrets: &Path, isolation: &str) -> io::Result<Command> {
        let path = self.folder.join("verification.json");
        fs::write(&path, serde_json::to_vec(document)?)?;
        let mut command = if isolation == USER {
            self.as_user()?
        } else {
            Command::new(env::current_exe()?)
        };
        command
            .arg(case::RUN)
            .arg(path)
            .arg(secrets)
            .arg(self.folder.join("state"))
            .env("TMPDIR", self.folder.join("scratch"))
            .env(case::SCRATCH, self.folder.join("scratch"))
            .env(case::ISOLATION, isolation);
        self.quiet(&mut command)?;
        Ok(command)
    }

    /// A command whose output goes to files.
    fn quiet<'a>(&self, command: &'a mut Command) -> io::Result<&'a mut Command> {
        Ok(command
            .stdin(Stdio::null())
            .stdout(fs::File::create(self.folder.join("out"))?)
            .stderr(fs::File::create(self.folder.join("err"))?))
    }

    /// This program as somebody who is not root, where the folder is theirs.
    fn as_user(&self) -> io::Result<Command> {
        if !getuid().is_root() {
            return Ok(Command::new(env::current_exe()?));
        }
        for path in [self.folder.clone(), self.folder.join("scratch")] {
            fixture::give(&path)?;
        }
        // The folder of the build may be closed to others.
        let program = self.folder.join("program");
        let own = env::current_exe()?;
        // The second time it is there, and may be the very file.
        if !program.exists() && fs::hard_link(&own, &program).is_err() {
            fs::copy(own, &program)?;
        }
        Ok(fixture::postgres_with_environment(
            &program.display().to_string(),
        ))
    }

    /// The result, if the run gave one.
    fn result(&self) -> Option<(RestoreResult, Vec<String>)> {
        serde_json::from_slice(&fs::read(self.folder.join("out")).ok()?).ok()
    }

    /// A plain dump with something in it that no honest one has, encrypted.
    fn hostile(&self, fixture: &Fixture, sql: &str) -> io::Result<PathBuf> {
        let plain = self.folder.join("hostile.sql");
        let text = format!(
            "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.18\n-- Dumped by pg_dump version 15.18\n\ncreate table public.patients (name text);\ninsert into public.patients values ('{}');\n{sql}\n--\n-- PostgreSQL database dump complete\n--\n\n",
            self.marker
        );
        fs::write(&plain, text)?;
        let stored = self.folder.join("hostile.age");
        fixture.age(&plain, &stored)?;
        fs::remove_file(plain)?;
        Ok(stored)
    }

    /// The fixture's good dump with patients of this case, encrypted.
    fn good(&self, fixture: &Fixture) -> io::Result<PathBuf> {
        let plain = self.folder.join("good.sql");
        let text = fs::read_to_string(fixture.path("good.sql"))?;
        fs::write(&plain, text.replace(NAME, &self.marker))?;
        let stored = self.folder.join("stored.age");
        fixture.age(&plain, &stored)?;
        fs::remove_file(plain)?;
        Ok(stored)
    }

    /// That the data of this case is nowhere on the machine: in no file that was changed since it began, on the disk of `/` and wherever else
    /// programs leave things. What is in no file, as below `/proc`, goes with the processes.
    fn is_nowhere(&self) -> Result<(), Failed> {
        // That the search finds something is seen by what it is to find.
        let planted = self.folder.join("planted");
        fs::write(&planted, &self.marker)?;
        let mut roots: Vec<(u64, PathBuf)> = Vec::new();
        for root in [
            PathBuf::from("/"),
            env::temp_dir(),
            "/var".into(),
            "/var/tmp".into(),
            "/dev/shm".into(),
            "/run".into(),
        ] {
            let Ok(data) = fs::metadata(&root) else {
                continue;
            };
            if roots.iter().all(|(device, _)| *device != data.dev()) {
                roots.push((data.dev(), root));
            }
        }
        // The kernel's clock for files is some milliseconds behind.
        let begun = self.begun.duration_since(SystemTime::UNIX_EPOCH)?;
        let found = Command::new("sh")
            .args(["-c", SEARCH, "sh"])
            .arg(format!("@{}", begun.as_secs().saturating_sub(1)))
            .arg(&self.marker)
            .args(roots.iter().map(|(_, root)| root))
            .output()?;
        fs::remove_file(&planted)?;
        let found = String::from_utf8_lossy(&found.stdout);
        if found.lines().eq([planted.to_string_lossy()]) {
            return Ok(());
        }
        Err(format!("the data is in {found:?}").into())
    }

    /// That neither data nor a run's folder is left.
    fn is_clean(&self) -> Result<(), Failed> {
        // It has the marker in its code.
        let _ = fs::remove_file(self.folder.join("program"));
        let left: Vec<PathBuf> = files(&self.folder.join("scratch"))?;
        if !left.is_empty() {
            return Err(format!("left behind: {left:?}").into());
        }
        for folder in [self.folder.as_path(), Path::new("/var/log")] {
            for file in files(folder)? {
                if has_marker(&file) {
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

/// The names of files that were changed since a moment and hold a text, below folders and on their disks.
const SEARCH: &str = r#"
since=$1 text=$2
shift 2
find "$@" -xdev -type f -newerct "$since" -print0 2>/dev/null |
    xargs -0 -r grep --files-with-matches --no-messages --text --fixed-strings --regexp="$text"
"#;

fn has_marker(file: &Path) -> bool {
    let bytes = fs::read(file).unwrap_or_default();
    bytes.windows(MARKER.len()).any(|window| window == MARKER)
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

/// That of runs nothing is left but their folders and locks.
fn nothing_but_locks(scratch: &Path) -> Result<(), Failed> {
    for file in files(scratch)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name != "lock" && !name.starts_with("hipaa-iac-restore-") {
            return Err(format!("left behind: {}", file.display()).into());
        }
    }
    Ok(())
}

/// The processes that come from one: their numbers and command lines, in the order of their numbers.
pub(crate) fn descendants(of: u32) -> BTreeMap<i32, String> {
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

/// Whether any thread of a process lives: where the first is dead another may still hold what they share, a lock too.
pub(crate) fn lives(pid: i32) -> bool {
    let threads = fs::read_dir(format!("/proc/{pid}/task"));
    threads.into_iter().flatten().flatten().any(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(')')
            .is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
    })
}

/// Waits until the processes of a run are gone: one that is still dying may hold the run's lock.
fn gone(seen: &BTreeMap<i32, String>) -> Result<(), Failed> {
    until("every process of the run is gone", || {
        !seen.keys().any(|pid| lives(*pid))
    })
}

/// Waits for something.
pub(crate) fn until(what: &str, mut is: impl FnMut() -> bool) -> Result<(), Failed> {
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

/// A verification that takes long enough where it is to be killed.
fn lasting(place: &Place, fixture: &Fixture, when: When, memory: bool) -> Result<Value, Failed> {
    let stored = match when {
        When::Fetch => {
            // More than is held anywhere on its way.
            place.hostile(fixture, &"-- nothing\n".repeat(1 << 17))?
        }
        When::Restore => place.hostile(fixture, "select pg_sleep(500);\n")?,
        When::Recover => fixture.path("base"),
        When::Checks | When::Destroy => place.good(fixture)?,
    };
    let mut document = document(fixture, "death", &stored, memory);
    let spec = &mut document["spec"];
    match when {
        When::Fetch => {
            let port = s3::serve(fs::read(&stored)?, Fault::Stalled)?;
            spec["source"]["pgDump"]["location"] = json!({"s3": {
                "bucket": "backups",
                "prefix": "hostile.age",
                "region": "us-east-1",
                "endpoint": format!("http://127.0.0.1:{port}"),
            }});
        }
        When::Recover => {
            spec["source"] = json!({"pgBaseBackup": {
                "location": {"local": {"path": stored}},
                "encryption": "serverSide",
            }});
            spec["encryptionPolicy"] = json!({"required": "None"});
            // Whoever speaks to the server waits for a minute.
            spec["target"]["engine"]["postgres"]["parameters"]["pre_auth_delay"] = json!("60s");
        }
        When::Checks => {
            spec["checks"]["sql"] = json!([{
                "id": "slow", "query": "select count(*) + length(pg_sleep(500)::text) from public.patients",
                "expect": {"op": ">=", "value": 1}, "timeoutSeconds": 500,
            }]);
        }
        When::Restore | When::Destroy => {}
    }
    Ok(document)
}

fn death(when: When, blow: Blow, isolation: &str, memory: bool) -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("death")?;
    let document = lasting(&place, &fixture, when, memory)?;
    let mut command = place.command(&document, &fixture.secrets, isolation)?;
    let held = place.folder.join("held");
    match when {
        When::Fetch => {
            command
                .env("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
                .env("AWS_SECRET_ACCESS_KEY", "secret");
        }
        When::Destroy => {
            command.env(case::HOLD, &held);
        }
        When::Restore | When::Recover | When::Checks => {}
    }
    let mut child = command.spawn()?;
    let seen = if when == When::Destroy {
        until("the run is at its end", || held.exists())?;
        descendants(child.id())
    } else {
        reached(&mut child, when)?
    };
    strike(&mut child, blow, &seen)?;
    let status = child.wait()?;
    gone(&seen)?;
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
        Blow::All => next(&place, &fixture, document, isolation)?,
        Blow::Caller => {}
    }
    if blow == Blow::Caller && isolation == "auto" && memory {
        // In memory nothing is left but an empty folder, which the next run removes.
        nothing_but_locks(&place.folder.join("scratch"))?;
    }
    if blow == Blow::Caller {
        // The sandbox has emptied the data's folder itself, without anybody's help.
        for file in files(&place.folder.join("scratch"))? {
            if has_marker(&file) {
                return Err(format!("the data is in {}", file.display()).into());
            }
        }
        hipaa_iac_restore::scratch::collect(
            &place.folder.join("state"),
            &[place.folder.join("scratch")],
        );
    }
    // Once for each blow, for it looks through all of the machine.
    let everywhere = match blow {
        Blow::Outer | Blow::First => isolation == "auto",
        Blow::Caller | Blow::CallerAsked | Blow::All => isolation == "directory",
    };
    if everywhere && when == When::Checks {
        place.is_nowhere()?;
    }
    place.is_clean()
}

/// The next run of a verification removes what the dead one left, and says so.
fn next(
    place: &Place,
    fixture: &Fixture,
    mut document: Value,
    isolation: &str,
) -> Result<(), Failed> {
    document["spec"]["checks"]["sql"] = json!([]);
    // Plain text does not say when it was made.
    document["spec"]["objectives"] = json!({"rto": "4h"});
    expect(&finish(place, fixture, &document, isolation)?, Reason::None)?;
    let (_, notes) = place.result().ok_or("no result")?;
    let told = |note: &&String| note.ends_with(", which a dead run left");
    if notes.iter().filter(told).count() == 1 {
        return Ok(());
    }
    Err(format!("it does not say what it removed: {notes:?}").into())
}

/// Waits until the run is where it is to be killed, with data that would be left behind, and gives its processes.
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
                When::Fetch => server("restored [local]") && is_planted(&all),
                When::Restore => server("restored [local] SELECT") && is_planted(&all),
                When::Recover => is_planted(&all),
                When::Checks => server("SELECT") && is_planted(&all),
                // By then there is no server.
                When::Destroy => false,
            }
    })?;
    if ended {
        return Err("the run ended too early".into());
    }
    thread::sleep(Duration::from_millis(300));
    Ok(descendants(id))
}

/// Whether the data is in the folder that the server works in. It is in the server's own memory first.
pub(crate) fn is_planted(all: &BTreeMap<i32, String>) -> bool {
    let Some((server, _)) = all.iter().find(|(_, line)| line.starts_with("postgres:")) else {
        return false;
    };
    // Others may not look there.
    !getuid().is_root()
        || Command::new("grep")
            .args(["--recursive", "--quiet", "--no-messages", "--text"])
            .args(["--fixed-strings", "--regexp"])
            .arg(NAME)
            .arg(format!("/proc/{server}/cwd/"))
            .status()
            .is_ok_and(|status| status.success())
}

/// The process of a run that has a word in its command line.
pub(crate) fn named(seen: &BTreeMap<i32, String>, word: &str) -> Result<Pid, Failed> {
    seen.iter()
        .find(|(_, line)| line.contains(word))
        .map(|(pid, _)| Pid::from_raw(*pid))
        .ok_or_else(|| format!("no process {word}: {seen:?}").into())
}

fn killed_while_fetching() -> Result<(), Failed> {
    let port = s3::serve([MARKER, &[0; 4096]].concat(), Fault::Slow)?;
    let environment = [
        ("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
        ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")),
        ("AWS_REGION", "us-east-1".to_owned()),
    ];
    killed_with_a_copy(&environment, None)
}

fn killed_while_checking() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let server = Server::versitygw()?;
    server.make_bucket("backups", Bucket::Plain)?;
    let tar = server.folder().join("base.tar");
    must(
        Command::new("tar")
            .arg("-C")
            .arg(fixture.path("base"))
            .arg("-cf")
            .arg(&tar)
            .arg("."),
    )?;
    for (key, file) in [
        ("base.tar", tar),
        ("backup_manifest", fixture.path("base/backup_manifest")),
    ] {
        server.python(&format!(
            "s3.put_object(Bucket='backups', Key='base/{key}', Body=open('{}', 'rb'))",
            file.display()
        ))?;
    }
    killed_with_a_copy(&server.environment(), Some(When::Checks))
}

/// The copy of a folder in a store, which its producer did not encrypt, lies on disk though the rows are restored in memory. It goes with a run
/// that is killed, while it is made or later, before anybody collects what is left.
fn killed_with_a_copy(
    environment: &[(&'static str, String)],
    when: Option<When>,
) -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("copy")?;
    let location = json!({"bucket": "backups", "prefix": "base/"});
    let source =
        json!({"pgBaseBackup": {"location": {"s3": location}, "encryption": "serverSide"}});
    let mut document = fixture.verification("copy", &source);
    document["spec"]["encryptionPolicy"] = json!({"required": "None"});
    document["spec"]["checks"]["sql"] = json!([{
        "id": "slow", "query": "select count(*) + length(pg_sleep(500)::text) from public.patients",
        "database": "ehr", "expect": {"op": ">=", "value": 1}, "timeoutSeconds": 500,
    }]);
    let mut command = place.command(&document, &fixture.secrets, "auto")?;
    let mut child = command
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .spawn()?;
    let scratch = place.folder.join("scratch");
    let is_copied = || {
        files(&scratch).is_ok_and(|all| {
            all.iter().any(|file| {
                fs::read(file)
                    .is_ok_and(|bytes| bytes.windows(MARKER.len()).any(|window| window == MARKER))
            })
        })
    };
    if let Some(when) = when {
        reached(&mut child, when)?;
    }
    until("there is a copy", is_copied)?;
    let seen = descendants(child.id());
    kill(Pid::from_raw(i32::try_from(child.id())?), Signal::SIGKILL)?;
    child.wait()?;
    gone(&seen)?;
    nothing_but_locks(&scratch)?;
    hipaa_iac_restore::scratch::collect(&place.folder.join("state"), &[scratch]);
    place.is_clean()
}

/// Kills a run and all that comes from it, as a restart of the machine does: none of them notices that another is gone.
pub(crate) fn kill_all(caller: Pid, seen: &BTreeMap<i32, String>) {
    for pid in seen.keys() {
        let _ = kill(Pid::from_raw(*pid), Signal::SIGSTOP);
    }
    let _ = kill(caller, Signal::SIGKILL);
    for pid in seen.keys() {
        let _ = kill(Pid::from_raw(*pid), Signal::SIGKILL);
    }
}

fn strike(child: &mut Child, blow: Blow, seen: &BTreeMap<i32, String>) -> Result<(), Failed> {
    let caller = Pid::from_raw(i32::try_from(child.id())?);
    match blow {
        Blow::Caller => kill(caller, Signal::SIGKILL)?,
        Blow::CallerAsked => kill(caller, Signal::SIGTERM)?,
        Blow::Outer => kill(named(seen, OUTER)?, Signal::SIGKILL)?,
        Blow::First => kill(named(seen, FIRST)?, Signal::SIGKILL)?,
        Blow::All => kill_all(caller, seen),
    }
    Ok(())
}

/// A passing run of a caller that is not root.
fn user_namespace() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("user")?;
    let stored = place.folder.join("stored.age");
    fixture.age(&fixture.path("good.dump"), &stored)?;
    let mut document = document(&fixture, "user", &stored, true);
    document["spec"]["source"]["pgDump"]["format"] = json!("Custom");
    let status = place.command(&document, &fixture.secrets, USER)?.status()?;
    let (result, notes) = place.result().ok_or_else(|| {
        let err = fs::read_to_string(place.folder.join("err"));
        format!("no result: {status} {err:?}")
    })?;
    expect(&result, Reason::None)?;
    if result.scratch.isolation != Isolation::LocalNamespaces {
        return Err(
            format!("no namespaces of a user here, so nothing is proved: {notes:?}").into(),
        );
    }
    fs::remove_file(stored)?;
    place.is_clean()
}

/// A file system of its own, with little room.
pub(crate) struct Small(PathBuf);

impl Small {
    pub(crate) fn mount(at: PathBuf, size: &str) -> Result<Self, Failed> {
        nix::mount::mount(
            Some("tmpfs"),
            &at,
            Some("tmpfs"),
            nix::mount::MsFlags::empty(),
            Some(format!("size={size},mode=0755").as_str()),
        )
        .map_err(|error| format!("a small file system needs root: {error}"))?;
        Ok(Self(at))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = nix::mount::umount(&self.0);
    }
}

fn full_disk(isolation: &str) -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("disk")?;
    let _small = Small::mount(place.folder.join("scratch"), "96m")?;
    let stored = place.hostile(&fixture, BOMB)?;
    let document = document(&fixture, "disk", &stored, false);
    let result = finish(&place, &fixture, &document, isolation)?;
    fs::remove_file(stored)?;
    expect(&result, Reason::StorageFull)?;
    if isolation == "directory" {
        place.is_nowhere()?;
    }
    place.is_clean()
}

/// What needs half a gigabyte of memory in one process of the server.
pub(crate) const HUNGRY: &str =
    "select length(string_agg(repeat(md5(g::text), 32), '')) from generate_series(1, 500000) g";

/// A limit on the memory of processes, all that they write into a file system in memory included.
pub(crate) struct Limited(PathBuf);

impl Limited {
    pub(crate) fn new(name: &str, bytes: u64) -> Result<Self, Failed> {
        let name = format!("hipaa-iac-{}-{name}", std::process::id());
        let old = Path::new("/sys/fs/cgroup/memory");
        let (folder, file) = if old.is_dir() {
            (old.join(name), "memory.limit_in_bytes")
        } else {
            (Path::new("/sys/fs/cgroup").join(name), "memory.max")
        };
        fs::create_dir(&folder)
            .and_then(|()| fs::write(folder.join(file), bytes.to_string()))
            .map_err(|error| format!("a limit on memory needs root and cgroups: {error}"))?;
        let _ = fs::write(folder.join("memory.swap.max"), "0");
        Ok(Self(folder))
    }

    /// The command inside, before it starts anything: what it has started already would stay outside.
    pub(crate) fn inside(&self, command: &Command) -> Command {
        let mut inside = Command::new("sh");
        inside
            .args(["-c", r#"echo $$ > "$0" && exec "$@""#])
            .arg(self.0.join("cgroup.procs"))
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                inside.env(name, value);
            }
        }
        inside
    }

    /// How many processes were killed for want of memory.
    pub(crate) fn kills(&self) -> u64 {
        ["memory.events", "memory.oom_control"]
            .iter()
            .filter_map(|name| fs::read_to_string(self.0.join(name)).ok())
            .flat_map(|text| {
                text.lines()
                    .filter_map(|line| line.strip_prefix("oom_kill ")?.parse::<u64>().ok())
                    .collect::<Vec<_>>()
            })
            .sum()
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        for _ in 0..100 {
            if fs::remove_dir(&self.0).is_ok() {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The system kills what has taken most: the server's process, or any other. Whichever it is, nothing is left and nothing passes,
/// nor is it the backup's fault.
fn out_of_memory(when: When, isolation: &str) -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("hungry")?;
    let memory = isolation == "auto";
    let sql = if when == When::Restore {
        format!("{HUNGRY};\n")
    } else {
        String::new()
    };
    let stored = place.hostile(&fixture, &sql)?;
    let mut document = document(&fixture, "hungry", &stored, memory);
    if let Some(checks) = document["spec"]["checks"].as_object_mut() {
        checks.remove("canary");
    }
    document["spec"]["objectives"] = json!({"rto": "4h"});
    document["spec"]["checks"]["sql"] = json!([
        {"id": "hungry", "query": HUNGRY, "expect": {"op": ">=", "value": 1}},
    ]);
    let limited = Limited::new(&format!("{when:?}-{isolation}"), 240 << 20)?;
    let mut command = limited.inside(&place.command(&document, &fixture.secrets, isolation)?);
    let status = place.quiet(&mut command)?.status()?;
    if limited.kills() == 0 {
        return Err(format!("nothing was killed: {status} {:?}", place.result()).into());
    }
    if let Some((result, notes)) = place.result() {
        if !matches!(result.reason, Reason::OutOfMemory | Reason::RunnerLost) {
            return Err(format!("{}: {notes:?}", result.reason).into());
        }
        if result.scratch.destroyed != Destroyed::Verified {
            return Err(format!("not shown to be destroyed: {notes:?}").into());
        }
    } else {
        // The run itself was killed: what it left is in no file, and goes with the next run.
        until("the run's processes are gone", || {
            fs::read_to_string(limited.0.join("cgroup.procs")).is_ok_and(|all| all.is_empty())
        })?;
        hipaa_iac_restore::scratch::collect(
            &place.folder.join("state"),
            &[place.folder.join("scratch")],
        );
    }
    fs::remove_file(stored)?;
    if (when, isolation) == (When::Restore, "directory") {
        place.is_nowhere()?;
    }
    place.is_clean()
}

fn full_memory() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("full")?;
    let stored = place.good(&fixture)?;
    let mut document = document(&fixture, "full", &stored, true);
    // An empty cluster takes about 40 MiB.
    document["spec"]["target"]["storage"] = json!({"memory": {"sizeLimit": "44Mi"}});
    let result = finish(&place, &fixture, &document, "auto")?;
    fs::remove_file(stored)?;
    expect(&result, Reason::StorageFull)?;
    place.is_nowhere()?;
    place.is_clean()
}

/// Runs a verification to its end.
fn finish(
    place: &Place,
    fixture: &Fixture,
    document: &Value,
    isolation: &str,
) -> Result<RestoreResult, Failed> {
    let status = place
        .command(document, &fixture.secrets, isolation)?
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
    isolation: &str,
) -> Result<RestoreResult, Failed> {
    let stored = place.hostile(fixture, sql)?;
    let mut document = document(fixture, "hostile", &stored, true);
    document["spec"]["target"]["storage"] = json!({"memory": {"sizeLimit": "256Mi"}});
    document["spec"]["deadlines"]["restoreSeconds"] = json!(deadline);
    let result = finish(place, fixture, &document, isolation)?;
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

fn program(isolation: &str) -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("program")?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let name = format!("leak-{}-program-{isolation}", std::process::id());
    let escape = escape(listener.local_addr()?.port(), &name);
    let quoted = escape.replace('\'', "''");
    let sql = format!(
        "copy public.patients from program '{quoted}';\ncopy public.patients to program '{quoted}';\n\\! {escape}\n"
    );
    let result = hostile(&place, &fixture, &sql, 60, isolation)?;
    if isolation == "auto" && result.scratch.isolation != Isolation::LocalNamespaces {
        return Err("no namespaces here, so nothing is proved".into());
    }
    has_not_escaped(&listener, &name)
}

fn event_trigger(isolation: &str) -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("trigger")?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let name = format!("leak-{}-trigger-{isolation}", std::process::id());
    let escape = escape(listener.local_addr()?.port(), &name).replace('\'', "''''");
    let sql = format!(
        "create function public.out() returns event_trigger language plpgsql as $$ begin execute 'copy public.patients to program ''{escape}'''; end $$;\ncreate event trigger out on ddl_command_end execute function public.out();\ncreate table public.after (x int);\n"
    );
    hostile(&place, &fixture, &sql, 60, isolation)?;
    has_not_escaped(&listener, &name)
}

fn endless() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("endless")?;
    let sql = "do $$ begin loop end loop; end $$;\n";
    expect(
        &hostile(&place, &fixture, sql, 8, "auto")?,
        Reason::DeadlineExceeded,
    )
}

fn bomb() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("bomb")?;
    expect(
        &hostile(&place, &fixture, BOMB, 120, "auto")?,
        Reason::StorageFull,
    )
}

/// Where no file system of its own bounds the scratch, the size that is asked for does: the machine's disk has room for more.
fn bomb_on_disk(isolation: &str, storage: &Value) -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("bomb")?;
    let stored = place.hostile(&fixture, BOMB)?;
    let mut document = document(&fixture, "bomb", &stored, true);
    document["spec"]["target"]["storage"] = storage.clone();
    let result = finish(&place, &fixture, &document, isolation)?;
    fs::remove_file(stored)?;
    expect(&result, Reason::StorageFull)?;
    let (_, notes) = place.result().ok_or("no result")?;
    if !notes
        .iter()
        .any(|note| note.contains("268435456 bytes of target.storage"))
    {
        return Err(format!("full for another reason: {notes:?}").into());
    }
    place.is_clean()
}

/// Folders that are nested deeper than there are descriptors, and than a path is long, with the scratch on disk.
fn nested(isolation: &str) -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("nested")?;
    let sql = "copy public.patients to program 'perl -e \"for (1..3000) { mkdir q(a); chdir q(a) or exit 1 }\"';\n";
    let stored = place.hostile(&fixture, sql)?;
    let mut document = document(&fixture, "nested", &stored, true);
    document["spec"]["target"]["storage"] = json!({"ephemeralVolume": {"size": "256Mi"}});
    let command = place.command(&document, &fixture.secrets, isolation)?;
    let mut limited = Command::new("sh");
    limited
        .args(["-c", r#"ulimit -n 512 && exec "$0" "$@""#])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            limited.env(name, value);
        }
    }
    let status = place.quiet(&mut limited)?.status()?;
    let (result, notes) = place
        .result()
        .ok_or_else(|| format!("no result: {status}"))?;
    fs::remove_file(stored)?;
    // Too much, for what lies too deep to be counted may be; or the run ended before anybody counted. The program did what it was to do.
    if !matches!(result.reason, Reason::StorageFull | Reason::CanaryMissing)
        || result.scratch.destroyed != Destroyed::Verified
    {
        return Err(format!("{}: {:?}: {notes:?}", result.reason, result.scratch).into());
    }
    place.is_clean()
}

/// A dump that fails, and says what the server says when the system kills one of its processes: it is the dump's fault.
fn told_kill() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let place = Place::new("told")?;
    let told = "LOG:  server process (PID 7) was terminated by signal 9: Killed";
    let sql = format!(
        "do $$ declare pid text := split_part(pg_read_file('postmaster.pid'), E'\\n', 1); begin raise log '{told}'; raise exception E'it says\\n% {told}', pid; end $$;\n"
    );
    expect(
        &hostile(&place, &fixture, &sql, 60, "auto")?,
        Reason::RestoreFailed,
    )
}
