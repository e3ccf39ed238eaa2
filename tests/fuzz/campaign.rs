//! Many inputs, one after the other, for a time.

use std::{
    cell::Cell,
    env, fs,
    path::{Path, PathBuf},
    process,
    str::FromStr,
    sync::{Mutex, MutexGuard, Once, PoisonError},
    thread,
    time::{Duration, Instant},
};

use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};

use crate::{judge, tree::Tree};

/// What the inputs are made from unless `HIPAA_IAC_FUZZ_SEED` says so.
const SEED: u64 = 164_312;
/// How long a campaign takes unless `HIPAA_IAC_FUZZ_SECONDS` says so.
const SECONDS: u64 = 20;
/// The most CPU time that judging one input may take.
const MOST: Duration = Duration::from_secs(2);
/// After this time on one input, or above this memory, the watchdog ends the process.
const HUNG: Duration = Duration::from_mins(2);
const MOST_MEMORY: u64 = 4 << 30;
/// Of this many inputs one is judged twice, and its JSON held against the schema.
const SAMPLE: u64 = 8;

/// One input at a time in the whole process: panics and CPU time are counted for the process.
static TURN: Mutex<()> = Mutex::new(());
/// Since when which input is judged.
static CURRENT: Mutex<Option<(Instant, PathBuf)>> = Mutex::new(None);
static WATCHDOG: Once = Once::new();

/// How an input is judged that lies in a folder, closely or not: whether it was understood, or what is wrong.
pub(crate) type Judge<'j> = &'j dyn Fn(&Tree, &Path, bool) -> Result<bool, String>;

/// Judges inputs until the time is over, as the program judges infrastructure.
pub(crate) fn run(name: &str, trees: &impl Strategy<Value = Tree>) {
    run_by(name, trees, &|tree, folder, sampled| {
        timed_check(tree, folder, MOST, sampled)
    });
}

/// Judges inputs until the time is over.
pub(crate) fn run_by(name: &str, trees: &impl Strategy<Value = Tree>, judge: Judge<'_>) {
    let turn = turn();
    let deadline = Instant::now() + Duration::from_secs(setting("HIPAA_IAC_FUZZ_SECONDS", SECONDS));
    let seed = setting("HIPAA_IAC_FUZZ_SEED", SEED);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..8 + name.len()].copy_from_slice(name.as_bytes());
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let folder = folder(name);
    let judged = Cell::new(0_u64);
    let understood = Cell::new(0_u64);
    let failed = Cell::new(false);
    while Instant::now() < deadline {
        let config = Config {
            cases: 32,
            failure_persistence: None,
            max_shrink_time: 60_000,
            max_shrink_iters: 2000,
            ..Config::default()
        };
        let mut runner = TestRunner::new_with_rng(config, rng);
        rng = runner.new_rng();
        let result = runner.run(trees, |tree| {
            judged.set(judged.get() + 1);
            // While a failure is shrunk every input is looked at as that one was.
            let sampled = failed.get() || judged.get().is_multiple_of(SAMPLE);
            let understandable = watched(&tree, &folder, judge, sampled).map_err(|problem| {
                failed.set(true);
                TestCaseError::fail(problem)
            })?;
            understood.set(understood.get() + u64::from(understandable));
            Ok(())
        });
        match result {
            Ok(()) => {}
            Err(TestError::Fail(reason, tree)) => {
                let kept = folder.with_file_name(format!("{name}-failed"));
                tree.write(&kept).unwrap();
                drop(turn);
                panic!("{reason}\nseed {seed}; kept in {}{tree:?}", kept.display());
            }
            Err(TestError::Abort(reason)) => panic!("{reason}"),
        }
    }
    drop(turn);
    eprintln!(
        "{name}: {} inputs judged, {} of them without an error, seed {seed}",
        judged.get(),
        understood.get()
    );
    // A campaign whose every input is refused at the door tests nothing behind it.
    assert!(
        understood.get() * 20 > judged.get(),
        "{name}: nearly every input is refused"
    );
}

/// Judges one input as the program judges infrastructure, and says what is wrong with how that went. Tells whether it was understood.
pub(crate) fn check(
    tree: &Tree,
    folder: &Path,
    most: Duration,
    sampled: bool,
) -> Result<bool, String> {
    watched(
        tree,
        folder,
        &|tree, folder, sampled| timed_check(tree, folder, most, sampled),
        sampled,
    )
}

/// Judges one input under the eyes of the watchdog.
fn watched(tree: &Tree, folder: &Path, judge: Judge<'_>, sampled: bool) -> Result<bool, String> {
    WATCHDOG.call_once(|| drop(thread::spawn(watch)));
    tree.write(folder).map_err(|error| error.to_string())?;
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) =
        Some((Instant::now(), folder.to_owned()));
    let result = judge(tree, folder, sampled);
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = None;
    result
}

fn timed_check(tree: &Tree, folder: &Path, most: Duration, sampled: bool) -> Result<bool, String> {
    let judge = || {
        let clock = Clock::start();
        judge::judge(tree, folder).map(|report| (report, clock.elapsed()))
    };
    let (report, mut took) = judge()?;
    if took > most {
        // Once more: the machine may have been busy.
        took = took.min(judge()?.1);
    }
    if took > most {
        return Err(format!("took {took:?}"));
    }
    report.check()?;
    if sampled {
        report.check_schema()?;
        if judge()?.0.texts != report.texts {
            return Err("two runs differ".to_owned());
        }
    }
    Ok(report.understood())
}

pub(crate) fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the input that is being judged lies.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("fuzz")
        .join(name)
}

fn setting<T: FromStr>(name: &str, default: T) -> T {
    env::var(name).ok().map_or(default, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is not a number: {text}"))
    })
}

/// CPU time of the process where the system tells it, so that a busy machine fails no test; else the wall's.
struct Clock {
    cpu: Option<Duration>,
    wall: Instant,
}

impl Clock {
    fn start() -> Self {
        Self {
            cpu: cpu_time(),
            wall: Instant::now(),
        }
    }

    fn elapsed(&self) -> Duration {
        let wall = self.wall.elapsed();
        match (self.cpu, cpu_time()) {
            (Some(before), Some(after)) => wall.min(after.saturating_sub(before)),
            _ => wall,
        }
    }
}

/// User and system time of the process, in steps of 10 ms.
fn cpu_time() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, behind_name) = stat.rsplit_once(')')?;
    let ticks = behind_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse::<u64>);
    Some(Duration::from_millis(
        ticks.sum::<Result<u64, _>>().ok()? * 10,
    ))
}

/// Resident memory in bytes.
fn memory() -> Option<u64> {
    let pages = fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split_whitespace().nth(1)?.parse::<u64>().ok()? * 4096)
}

fn watch() {
    loop {
        thread::sleep(Duration::from_millis(100));
        let current = CURRENT
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Some((since, folder)) = current else {
            continue;
        };
        let memory = memory().unwrap_or(0);
        if since.elapsed() > HUNG || memory > MOST_MEMORY {
            eprintln!(
                "no end after {:?}, {} MiB in use: {}",
                since.elapsed(),
                memory >> 20,
                folder.display()
            );
            process::abort();
        }
    }
}
