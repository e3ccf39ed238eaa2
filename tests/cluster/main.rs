//! The operator as its users have it: installed by its chart on a real Kubernetes, and put under stress.
//!
//! `cargo xtask test cluster` builds what is needed and runs this. With `HIPAA_IAC_CLUSTER=given` the cluster of
//! `KUBECONFIG` is used instead of our own.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests say what went wrong by panicking"
)]

mod admission;
mod certificates;
mod certificates_served;
mod clinic;
mod cluster;
mod lifecycle;
mod node;
mod operator;
mod order;
mod outage;
mod pods;
mod resources;
mod restore;
mod restore_admission;
mod restore_cnpg;
mod restore_network;
mod restore_repositories;
mod restore_snapshots;
mod traffic;
mod world;

use std::{
    env, io,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    process::ExitCode,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::{Arguments, Trial};

use crate::cluster::Cluster;

/// A test.
struct Case {
    name: &'static str,
    /// Whether it needs our own cluster rather than a given one.
    own: bool,
    with: With,
    run: fn(&Cluster),
}

/// What may run beside a test: most of the time they wait.
#[derive(Clone, Copy, PartialEq, Eq)]
enum With {
    /// Nothing: it changes or takes down what the others need.
    Nothing,
    /// Those next to it that say so too.
    Others,
}

/// How many run beside one another.
const THREADS: usize = 4;

/// The tests that failed.
static FAILED: Mutex<Vec<&str>> = Mutex::new(Vec::new());

/// Whether something was not as it must be each time.
static WRONG: AtomicBool = AtomicBool::new(false);

/// Looks at what must be so each time, such as the number of records. Where it is not, no test is tried again: a second attempt would most likely not
/// show what is rare.
fn each_time(look: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(look)) {
        WRONG.store(true, Ordering::Relaxed);
        resume_unwind(panic);
    }
}

/// In the order in which they run: the chart is installed by the first that needs it, and those that want other values follow one another, so that
/// few of them install it anew.
const CASES: &[&[Case]] = &[
    pods::CASES,
    admission::CASES,
    resources::CASES,
    outage::CASES,
    certificates_served::ROTATION,
    lifecycle::CASES,
    certificates_served::CASES,
    restore_admission::CASES,
    restore::CASES,
    restore_cnpg::CASES,
    restore_repositories::CASES,
    restore_snapshots::CASES,
    restore_network::CASES,
    restore::OUTAGES,
];

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<ExitCode> {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(THREADS);
    let given = env::var("HIPAA_IAC_CLUSTER").is_ok_and(|value| value == "given");
    if arguments.list {
        return Ok(libtest_mimic::run(&arguments, trials(None, given)).exit_code());
    }
    if given {
        let folder = tempfile::tempdir()?;
        let cluster = Arc::new(Cluster::given(folder.path())?);
        return Ok(libtest_mimic::run(&arguments, trials(Some(&cluster), given)).exit_code());
    }
    let Some(folder) = world::inside() else {
        return world::enter();
    };
    let started = Instant::now();
    let cluster = Arc::new(Cluster::start(&folder)?);
    eprintln!(
        "cluster ready after {:.1} s",
        started.elapsed().as_secs_f32()
    );
    let conclusion = libtest_mimic::run(&arguments, trials(Some(&cluster), given));
    let failed = FAILED.lock().unwrap_or_else(PoisonError::into_inner);
    let again: &[&str] = if WRONG.load(Ordering::Relaxed) {
        &[]
    } else {
        &failed
    };
    world::failed(&folder, again)?;
    drop(failed);
    if env::var_os("HIPAA_IAC_CLUSTER_KEEP").is_some() {
        eprintln!(
            "kept until Ctrl-C; its kubeconfig is {}/admin.kubeconfig, and \
             `nsenter --all --target $(pgrep -f cluster-)` goes where it works",
            folder.display()
        );
        loop {
            thread::sleep(Duration::from_hours(1));
        }
    }
    Ok(conclusion.exit_code())
}

fn trials(cluster: Option<&Arc<Cluster>>, given: bool) -> Vec<Trial> {
    let again = world::again();
    let asked = |case: &&Case| {
        again
            .as_ref()
            .is_none_or(|names| names.iter().any(|name| name == case.name))
    };
    let cases = CASES.iter().flat_map(|cases| cases.iter());
    cases
        .filter(asked)
        .map(|case| {
            let cluster = cluster.cloned();
            Trial::test(case.name, move || {
                if let Some(cluster) = cluster {
                    let _turn = order::turn(case.with == With::Nothing);
                    let ran = catch_unwind(AssertUnwindSafe(|| (case.run)(&cluster)));
                    if let Err(panic) = ran {
                        let mut failed = FAILED.lock().unwrap_or_else(PoisonError::into_inner);
                        failed.push(case.name);
                        drop(failed);
                        resume_unwind(panic);
                    }
                }
                Ok(())
            })
            .with_ignored_flag(given && case.own)
        })
        .collect()
}
