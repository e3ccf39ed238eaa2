//! What comes next in a run: a pure function of what is seen.
//!
//! A run's status and the objects that carry its UID are all that is remembered. A status is written before what it announces is done, every
//! object has a name that follows from the run's, and every action may be repeated: whoever reads the same state, after whatever crash,
//! goes on from there.

use hipaa_iac_api::{
    Condition, ConditionStatus, EvidenceStatus, RestoreVerificationRunStatus as Status, RunPhase,
    set_condition,
};
use hipaa_iac_restore::result::{CheckStatus, ObjectiveName, Reason, RestoreResult, Verdict};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

/// How long a Job stays after its end, at least. The chart's Jobs and the patience of this machine agree on it.
pub const TTL: SignedDuration = SignedDuration::from_mins(10);
/// How long after the deadline of a run the operator itself ends it, should Kubernetes not have.
pub const BACKSTOP: SignedDuration = SignedDuration::from_secs(60);
/// How long an image may fail to be pulled.
pub const PULL_PATIENCE: SignedDuration = SignedDuration::from_mins(5);
/// How long a pod may wait for a node.
pub const NODE_PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// How long what a run made may take to be gone before somebody is told.
pub const CLEANUP_PATIENCE: SignedDuration = SignedDuration::from_mins(15);
/// How often a result is looked for.
pub const COLLECT_ATTEMPTS: u8 = 5;
/// Between the first two looks. The pauses grow, and the last ends after 80 seconds: a kubelet that is started anew is away for less.
pub const COLLECT_PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// The condition that nothing of a run is left.
pub const SCRATCH_DESTROYED: &str = "ScratchDestroyed";
/// The condition that a run was let begin.
pub const ADMITTED: &str = "Admitted";
/// The condition that what a run makes was made, and its restore began.
pub const PROVISIONED: &str = "Provisioned";
/// The condition that the backup was restored in time, so that all checks could be made.
pub const RESTORE_SUCCEEDED: &str = "RestoreSucceeded";
/// The condition that the required checks passed.
pub const CHECKS_PASSED: &str = "ChecksPassed";
/// The condition that a run's record is in the log.
pub const EVIDENCE_RECORDED: &str = "EvidenceRecorded";

/// What is seen of a run, at one moment.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The moment.
    pub now: Timestamp,
    /// Its status, as it is stored.
    pub status: Status,
    /// Somebody deletes it, or another run is to take its place.
    pub stopped: bool,
    /// It has the finalizer.
    pub finalizer: bool,
    /// What its template asks for; an error where it cannot be run.
    pub plan: Result<Plan, String>,
    /// Its slot was missed: it only records that.
    pub missed: bool,
    /// An older run of the same verification is under way.
    pub sibling: bool,
    /// There is room: fewer runs are under way than may be, and none waits longer than this one.
    pub turn: bool,
    /// What carries its UID.
    pub scratch: Scratch,
    /// Its record is in the log.
    pub recorded: Option<EvidenceStatus>,
    /// Why what it makes, or what is made for it, cannot be made, and asking again would not help: an admission policy, a right or a snapshot that
    /// is missing.
    pub refused: Option<(Reason, String)>,
}

/// What a template asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Whether the backup is fetched by a pod of its own.
    pub fetches: bool,
    /// Whether it is a snapshot, of which a volume is made.
    pub snapshot: bool,
    /// How long all of it may take.
    pub total: SignedDuration,
    /// The recovery time that must be met.
    pub rto: SignedDuration,
    /// The digest that its result must name.
    pub spec_digest: String,
    /// The namespace of the scratch.
    pub namespace: String,
    /// What the names of its objects begin with.
    pub run: String,
}

/// What a run makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The document that the runner reads.
    Config,
    /// The volume through which the backup goes from one pod to the other, as its store gave it. It is owned by the Job that fetches, and goes
    /// with it though no operator is there.
    Volume,
    /// The snapshot of which a volume is made, as the storage knows it: a name for what is the user's, whose end deletes nothing.
    Content,
    /// The same in the namespace of the scratch, where a claim can name it.
    Snapshot,
    /// The Job with the network and without the key.
    Fetch,
    /// The Job with the key and without the network.
    Restore,
}

impl Part {
    /// Its name, and its kind: written into the status before it is made.
    pub fn object(self, run: &str) -> (&'static str, String) {
        match self {
            Self::Config => ("ConfigMap", format!("{run}-spec")),
            Self::Volume => ("PersistentVolumeClaim", format!("{run}-backup")),
            Self::Content => ("VolumeSnapshotContent", format!("hipaa-iac-{run}")),
            Self::Snapshot => ("VolumeSnapshot", format!("{run}-snapshot")),
            Self::Fetch => ("Job", format!("{run}-f")),
            Self::Restore => ("Job", format!("{run}-r")),
        }
    }
}

impl Plan {
    /// What is made, in its order.
    pub fn parts(&self) -> Vec<Part> {
        if self.fetches {
            // An owner is there before what it owns; its pod waits for the volume.
            vec![Part::Config, Part::Fetch, Part::Volume, Part::Restore]
        } else if self.snapshot {
            vec![Part::Config, Part::Content, Part::Snapshot, Part::Restore]
        } else {
            vec![Part::Config, Part::Restore]
        }
    }
}

/// What carries a run's UID, from a list that is no older than the status.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// Objects, with those that nobody here made: pods, volumes.
    pub objects: Vec<Object>,
    /// The parts that are there.
    pub parts: Vec<Part>,
    /// The Job that fetches.
    pub fetch: Option<Job>,
    /// The Job that restores.
    pub restore: Option<Job>,
}

/// An object that carries a run's UID.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its UID: what has the same name later is another.
    pub uid: String,
    /// It is being deleted.
    pub terminating: bool,
    /// Since when, of what was asked to be deleted itself.
    pub terminating_since: Option<Timestamp>,
}

/// A Job and its one pod.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Job {
    /// What came of it.
    pub state: JobState,
    /// Its pod has begun.
    pub started: bool,
    /// Since when its image cannot be pulled.
    pub pull_fails_since: Option<Timestamp>,
    /// Since when there is no node for it.
    pub unschedulable_since: Option<Timestamp>,
    /// Its container was killed for want of memory.
    pub out_of_memory: bool,
    /// What its container said at its end.
    pub message: Option<Message>,
}

/// What came of a Job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JobState {
    /// It is under way.
    #[default]
    Active,
    /// It ended well.
    Complete,
    /// It ended badly.
    Failed,
    /// It was stopped at its deadline.
    DeadlineExceeded,
}

/// What a runner said.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The fetcher could not fetch.
    Stopped(Reason),
    /// A result, whose digest agreed with the one in the termination message.
    Result(Box<RestoreResult>),
    /// Something else, or a result that was cut.
    Unreadable,
}

/// What is done next.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// The status is written, against the resource version that was seen.
    Write(Box<Status>),
    /// A part is made; that it is there already is as good.
    Create(Part),
    /// An object is deleted, if it has this UID.
    Delete(Object),
    /// The record is appended to the log; that it is in it already is as good.
    Record,
    /// The finalizer is taken off.
    Release,
    /// Nothing, before this moment or before something changes.
    Wait(Timestamp),
}

/// What comes next. Deletions may come several at once, everything else alone.
pub fn reduce(seen: &Observed) -> Vec<Action> {
    let status = &seen.status;
    match status.phase {
        RunPhase::Pending | RunPhase::Queued => vec![admit(seen)],
        RunPhase::Provisioning => vec![provision(seen)],
        RunPhase::Running => vec![run(seen)],
        RunPhase::Collecting => vec![collect(seen)],
        RunPhase::Cleaning => clean(seen),
        RunPhase::Recording => vec![record(seen)],
        RunPhase::Finished => finish(seen),
    }
}

/// Whether a run counts as a proof: it passed, its record is in the log, and the record says that its scratch was gone. What was seen to be
/// gone later is not what was recorded.
pub fn is_proof(status: &Status) -> bool {
    let recorded = status.phase_since.as_ref();
    let gone = status.scratch.verified_absent_at.as_ref();
    status.phase == RunPhase::Finished
        && status.verdict.as_deref() == Some("Passed")
        && status.evidence.is_some()
        && gone.is_some_and(|gone| recorded.is_some_and(|recorded| gone.0 <= recorded.0))
}

fn wait(seen: &Observed, seconds: i64) -> Action {
    Action::Wait(seen.now + SignedDuration::from_secs(seconds))
}

fn write(status: Status) -> Action {
    Action::Write(Box::new(status))
}

/// The status in another phase.
fn enter(seen: &Observed, phase: RunPhase) -> Status {
    let mut status = seen.status.clone();
    status.phase = phase;
    status.phase_since = Some(Time(seen.now));
    status
}

/// The status of a run that is over for a reason: what it made is to go.
fn stopped(seen: &Observed, reason: Reason) -> Status {
    let mut status = enter(seen, RunPhase::Cleaning);
    status.finished_at = Some(Time(seen.now));
    decide(&mut status, reason);
    let word = reason.to_string();
    match seen.status.phase {
        RunPhase::Pending | RunPhase::Queued => {
            let why = match &seen.plan {
                Err(why) if reason == Reason::ConfigError => why.as_str(),
                _ => "it was not begun",
            };
            say(seen, &mut status, ADMITTED, false, &word, why);
        }
        RunPhase::Provisioning => {
            let why = "its restore did not begin";
            say(seen, &mut status, PROVISIONED, false, &word, why);
        }
        _ => {
            let why = "there is no result";
            let holds = unless_failed(reason);
            say(seen, &mut status, RESTORE_SUCCEEDED, holds, &word, why);
            let unknown = ConditionStatus::Unknown;
            say(seen, &mut status, CHECKS_PASSED, unknown, &word, why);
        }
    }
    status
}

/// What is known of what a run was to show and did not: nothing, unless it failed.
fn unless_failed(reason: Reason) -> ConditionStatus {
    if reason.verdict() == Verdict::Failed {
        ConditionStatus::False
    } else {
        ConditionStatus::Unknown
    }
}

/// Enters a condition.
fn say(
    seen: &Observed,
    status: &mut Status,
    kind: &str,
    holds: impl Into<ConditionStatus>,
    reason: &str,
    message: &str,
) {
    let now = seen.now.to_string();
    let condition = Condition::new(kind, holds, reason, message.to_owned(), None, now);
    set_condition(&mut status.conditions, condition);
}

/// Enters what a result says of the restore and the checks, as far as it is believed.
fn say_result(seen: &Observed, status: &mut Status, result: &RestoreResult, reason: Reason) {
    let unknown = ConditionStatus::Unknown;
    let word = reason.to_string();
    if reason != result.reason {
        let why = "the result is not of this run, or its checks do not bear it out";
        say(seen, status, RESTORE_SUCCEEDED, unknown, &word, why);
        say(seen, status, CHECKS_PASSED, unknown, &word, why);
        return;
    }
    // What was measured ends with the checks; where the time was over before, it is the time until then.
    let rto = result.objectives.get(&ObjectiveName::Rto);
    let measured = rto.is_some_and(|rto| rto.measured_seconds.is_some());
    let (holds, word, why) = if rto.is_some_and(|rto| rto.met) {
        let why = "the backup was restored, and the checks were made in time";
        (ConditionStatus::True, "Restored".to_owned(), why)
    } else if measured {
        let why = "the checks were not made within the recovery time";
        (ConditionStatus::False, Reason::RtoExceeded.to_string(), why)
    } else {
        (unless_failed(reason), word, "the checks were not all made")
    };
    say(seen, status, RESTORE_SUCCEEDED, holds, &word, why);
    let open: Vec<&str> = result
        .checks
        .iter()
        .filter(|check| check.required && check.status != CheckStatus::Pass)
        .map(|check| &*check.id)
        .take(5)
        .collect();
    let failed = result
        .checks
        .iter()
        .any(|check| check.required && check.status == CheckStatus::Fail);
    let (holds, word) = if failed {
        (ConditionStatus::False, "Failed")
    } else if !open.is_empty() || result.checks.is_empty() {
        (unknown, "NotRun")
    } else {
        (ConditionStatus::True, "Passed")
    };
    let why = if open.is_empty() {
        format!("of {} checks", result.checks.len())
    } else {
        format!("did not pass: {}", open.join(", "))
    };
    say(seen, status, CHECKS_PASSED, holds, word, &why);
}

fn stop(seen: &Observed, reason: Reason) -> Action {
    write(stopped(seen, reason))
}

fn decide(status: &mut Status, reason: Reason) {
    status.verdict = Some(format!("{:?}", reason.verdict()));
    status.reason = Some(reason.to_string());
}

fn admit(seen: &Observed) -> Action {
    // It only records what was so: nobody can stop that.
    if seen.missed {
        return stop(seen, Reason::MissedSlot);
    }
    if seen.stopped {
        return stop(seen, Reason::Interrupted);
    }
    let Ok(plan) = &seen.plan else {
        return stop(seen, Reason::ConfigError);
    };
    if seen.sibling {
        return stop(seen, Reason::ConcurrencyForbid);
    }
    if !seen.turn {
        if seen.status.phase == RunPhase::Queued {
            return wait(seen, 30);
        }
        let mut status = enter(seen, RunPhase::Queued);
        status.queued_since = Some(Time(seen.now));
        let why = "it waits for its turn";
        say(seen, &mut status, ADMITTED, false, "Queued", why);
        return write(status);
    }
    let mut status = enter(seen, RunPhase::Provisioning);
    status.started_at = Some(Time(seen.now));
    let why = "it was its turn";
    say(seen, &mut status, ADMITTED, true, "Admitted", why);
    status.deadline = Some(Time(seen.now + plan.total));
    status.scratch.namespace = Some(plan.namespace.clone());
    status.scratch.objects = plan
        .parts()
        .into_iter()
        .map(|part| {
            let (kind, name) = part.object(&plan.run);
            format!("{kind}/{name}")
        })
        .collect();
    write(status)
}

/// Whether the run is past its deadline, even for Kubernetes.
fn is_late(seen: &Observed) -> bool {
    seen.status
        .deadline
        .as_ref()
        .is_none_or(|deadline| seen.now > deadline.0 + BACKSTOP)
}

fn provision(seen: &Observed) -> Action {
    if seen.stopped {
        return stop(seen, Reason::Interrupted);
    }
    let Ok(plan) = &seen.plan else {
        return stop(seen, Reason::ConfigError);
    };
    if is_late(seen) {
        return stop(seen, Reason::DeadlineExceeded);
    }
    if let Some((reason, why)) = &seen.refused {
        let mut status = stopped(seen, *reason);
        say(seen, &mut status, PROVISIONED, false, "Refused", why);
        return write(status);
    }
    let fetched = !plan.fetches || seen.status.fetched_at.is_some();
    for part in plan.parts() {
        if seen.scratch.parts.contains(&part) || (fetched && matches!(part, Part::Fetch)) {
            continue;
        }
        if part == Part::Restore && !fetched {
            break;
        }
        // What was fetched is gone with its volume.
        if part == Part::Volume && fetched {
            return stop(seen, Reason::RunnerLost);
        }
        // A Job that was there and is not any more has ended and outlived its time. It is not made a second time.
        let since = match part {
            Part::Restore if plan.fetches => seen.status.fetched_at.as_ref(),
            _ => seen.status.started_at.as_ref(),
        };
        return if since.is_some_and(|since| seen.now < since.0 + TTL) {
            Action::Create(part)
        } else {
            stop(seen, Reason::RunnerLost)
        };
    }
    if !fetched && let Some(job) = &seen.scratch.fetch {
        return match job.state {
            JobState::Complete => {
                let mut status = seen.status.clone();
                status.fetched_at = Some(Time(seen.now));
                write(status)
            }
            JobState::Failed | JobState::DeadlineExceeded => stop(seen, fetch_reason(job)),
            JobState::Active => waiting(seen, job),
        };
    }
    match &seen.scratch.restore {
        Some(job) if job.started || job.state != JobState::Active => {
            let mut status = enter(seen, RunPhase::Running);
            let began = job.started || job.state == JobState::Complete;
            let (word, why) = if began {
                ("Started", "its restore began")
            } else {
                ("Ended", "its Job ended before its pod was seen to run")
            };
            say(seen, &mut status, PROVISIONED, began, word, why);
            write(status)
        }
        Some(job) => waiting(seen, job),
        None => wait(seen, 5),
    }
}

/// A Job whose pod has perhaps not begun.
fn waiting(seen: &Observed, job: &Job) -> Action {
    let over =
        |since: Option<Timestamp>, patience| since.is_some_and(|since| seen.now > since + patience);
    if over(job.pull_fails_since, PULL_PATIENCE) {
        return stop(seen, Reason::ImageUnavailable);
    }
    if over(job.unschedulable_since, NODE_PATIENCE) {
        return stop(seen, Reason::Unschedulable);
    }
    wait(seen, 30)
}

fn fetch_reason(job: &Job) -> Reason {
    match (&job.message, job.state) {
        (Some(Message::Stopped(reason)), _) => *reason,
        _ if job.out_of_memory => Reason::OutOfMemory,
        (_, JobState::DeadlineExceeded) => Reason::FetchTimeout,
        _ => Reason::RunnerLost,
    }
}

fn run(seen: &Observed) -> Action {
    if seen.stopped {
        return stop(seen, Reason::Interrupted);
    }
    let ended = seen
        .scratch
        .restore
        .as_ref()
        .is_none_or(|job| job.state != JobState::Active);
    if ended || is_late(seen) {
        let mut status = enter(seen, RunPhase::Collecting);
        status.finished_at = Some(Time(seen.now));
        return write(status);
    }
    wait(seen, 60)
}

fn collect(seen: &Observed) -> Action {
    let Some(job) = &seen.scratch.restore else {
        return stop(
            seen,
            if seen.stopped {
                Reason::Interrupted
            } else {
                Reason::RunnerLost
            },
        );
    };
    if let Some(Message::Result(result)) = &job.message {
        let mut status = enter(seen, RunPhase::Cleaning);
        let reason = earned(result, seen.plan.as_ref().ok());
        decide(&mut status, reason);
        say_result(seen, &mut status, result, reason);
        status.result = serde_json::to_value(result).ok();
        return write(status);
    }
    if seen.stopped {
        return stop(seen, Reason::Interrupted);
    }
    if let Some(Message::Stopped(reason)) = &job.message {
        return stop(seen, *reason);
    }
    if job.out_of_memory {
        return stop(seen, Reason::OutOfMemory);
    }
    // One that is over by itself was in time: what is late is the look, and the attempts bound that.
    if job.state == JobState::DeadlineExceeded || (job.state == JobState::Active && is_late(seen)) {
        return stop(seen, late_reason(seen));
    }
    // The pod's end may be known a little later than the Job's.
    if seen.status.collect_attempts >= COLLECT_ATTEMPTS {
        return stop(seen, Reason::RunnerLost);
    }
    let attempts = i32::from(seen.status.collect_attempts);
    let since = seen.status.phase_since.as_ref();
    let due = since.map(|since| since.0 + COLLECT_PAUSE * (attempts * attempts));
    match due {
        Some(due) if seen.now < due => Action::Wait(due),
        _ => {
            let mut status = seen.status.clone();
            status.collect_attempts += 1;
            write(status)
        }
    }
}

/// A restore that took longer than the recovery time that is promised has shown that it cannot be kept. It counts from when its pod was seen to
/// run: a pod that waits for its node or its image, or that nobody makes, shows nothing of the backup. What it took is not what passed until
/// somebody looked: it had no longer than its deadline.
fn late_reason(seen: &Observed) -> Reason {
    let status = &seen.status;
    let mut conditions = status.conditions.iter();
    let began = conditions
        .find(|known| known.type_ == PROVISIONED && known.status == ConditionStatus::True)
        .and_then(|known| known.last_transition_time.parse::<Timestamp>().ok());
    if let (Some(began), Some(ended), Some(deadline)) =
        (began, &status.finished_at, &status.deadline)
        && let Ok(plan) = &seen.plan
        && ended.0.min(deadline.0) > began + plan.rto
    {
        return Reason::RtoExceeded;
    }
    Reason::DeadlineExceeded
}

/// The reason of a result, which is only believed when it says `Passed` as far as its own checks and objectives say so.
fn earned(result: &RestoreResult, plan: Option<&Plan>) -> Reason {
    let ours = plan.is_some_and(|plan| plan.spec_digest == result.verification.spec_digest);
    if !ours || result.reason.verdict() != result.verdict {
        return Reason::RunnerLost;
    }
    if result.verdict != Verdict::Passed {
        return result.reason;
    }
    let passed = |status| status == CheckStatus::Pass;
    let checked = result.checks.iter().any(|check| passed(check.status))
        && result
            .checks
            .iter()
            .all(|check| !check.required || passed(check.status));
    if checked && result.objectives.values().all(|objective| objective.met) {
        Reason::None
    } else {
        Reason::RunnerLost
    }
}

/// Deletes what is left and is not being deleted.
fn deletions(seen: &Observed) -> Vec<Action> {
    seen.scratch
        .objects
        .iter()
        .filter(|object| !object.terminating)
        .cloned()
        .map(Action::Delete)
        .collect()
}

fn destroyed(seen: &Observed, status: &mut Status) {
    status.scratch.verified_absent_at = Some(Time(seen.now));
    let why = "no object that carries the run's UID is left";
    say(seen, status, SCRATCH_DESTROYED, true, "VerifiedAbsent", why);
}

fn clean(seen: &Observed) -> Vec<Action> {
    if seen.scratch.objects.is_empty() {
        let mut status = enter(seen, RunPhase::Recording);
        destroyed(seen, &mut status);
        return vec![write(status)];
    }
    let over =
        |since: Option<Timestamp>, patience| since.is_none_or(|since| seen.now > since + patience);
    let began = seen.status.phase_since.as_ref().map(|since| since.0);
    let objects = seen.scratch.objects.iter();
    // An operator that was away has asked late, or not yet.
    let asked = objects
        .filter_map(|object| object.terminating_since)
        .chain(began)
        .max();
    let deletions = deletions(seen);
    let late = over(began, CLEANUP_PATIENCE * 2);
    let begins_anew = seen
        .status
        .conditions
        .iter()
        .any(|condition| condition.type_ == SCRATCH_DESTROYED);
    if late && !deletions.is_empty() && !begins_anew {
        // An operator that was away all the time has asked for nothing: it has its patience once more, and once only.
        let mut status = enter(seen, RunPhase::Cleaning);
        let why = "what is left was not asked to go in time; it is now";
        say(
            seen,
            &mut status,
            SCRATCH_DESTROYED,
            false,
            "BegunAnew",
            why,
        );
        return vec![write(status)];
    }
    if late || (deletions.is_empty() && over(asked, CLEANUP_PATIENCE)) {
        let mut status = enter(seen, RunPhase::Recording);
        let left: Vec<String> = seen
            .scratch
            .objects
            .iter()
            .take(5)
            .map(|object| format!("{} {}", object.kind, object.name))
            .collect();
        // What was restored may still be somewhere: that is no pass, here or in the record.
        if status.verdict.as_deref() == Some("Passed") {
            decide(&mut status, Reason::RunnerLost);
        }
        let message = format!("still there: {}", left.join(", "));
        say(
            seen,
            &mut status,
            SCRATCH_DESTROYED,
            false,
            "StillThere",
            &message,
        );
        return vec![write(status)];
    }
    if deletions.is_empty() {
        return vec![wait(seen, 2)];
    }
    deletions
}

fn record(seen: &Observed) -> Action {
    let Some(recorded) = &seen.recorded else {
        return Action::Record;
    };
    let mut status = enter(seen, RunPhase::Finished);
    status.evidence = Some(recorded.clone());
    let why = "the record is in the log";
    say(seen, &mut status, EVIDENCE_RECORDED, true, "Appended", why);
    write(status)
}

fn finish(seen: &Observed) -> Vec<Action> {
    if seen.status.scratch.verified_absent_at.is_none() {
        if seen.scratch.objects.is_empty() {
            let mut status = seen.status.clone();
            destroyed(seen, &mut status);
            return vec![write(status)];
        }
        let deletions = deletions(seen);
        return if deletions.is_empty() {
            vec![wait(seen, 60)]
        } else {
            deletions
        };
    }
    if seen.finalizer {
        return vec![Action::Release];
    }
    Vec::new()
}

/// A run among the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its UID.
    pub uid: String,
    /// The UID of its verification.
    pub verification: String,
    /// When it was made.
    pub created: Timestamp,
    /// Where it is.
    pub phase: RunPhase,
    /// It was admitted.
    pub started: bool,
    /// It only records slots that were missed.
    pub missed: bool,
    /// It takes the place of an older run of the same verification.
    pub replaces: bool,
    /// It may come to a restore: its template has no mistake, and nobody deletes it.
    pub can_run: bool,
}

impl Place {
    /// It has, or may have, something in the cluster.
    const fn is_under_way(&self) -> bool {
        self.started
            && matches!(
                self.phase,
                RunPhase::Provisioning
                    | RunPhase::Running
                    | RunPhase::Collecting
                    | RunPhase::Cleaning
            )
    }

    const fn waits(&self) -> bool {
        !self.missed && matches!(self.phase, RunPhase::Pending | RunPhase::Queued)
    }

    fn rank(&self) -> (Timestamp, &str) {
        (self.created, &self.uid)
    }
}

/// Whether an older run of the same verification is not over yet.
fn has_sibling(run: &Place, all: &[Place]) -> bool {
    all.iter().any(|other| {
        other.uid != run.uid
            && other.verification == run.verification
            && (other.is_under_way() || (other.waits() && other.rank() < run.rank()))
    })
}

/// What the others mean for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Precedence {
    /// Another run is to take its place.
    pub replaced: bool,
    /// An older run of the same verification is not over yet, and this one is not to take its place.
    pub sibling: bool,
    /// It may begin: a run whose place it takes is over.
    pub turn: bool,
}

/// What the others mean for a run, of which so many may be under way.
pub fn precedence(run: &Place, all: &[Place], limit: usize) -> Precedence {
    let sibling = has_sibling(run, all);
    let replaced = all.iter().any(|other| {
        // One that cannot be run would end one that can for nothing.
        other.replaces
            && other.can_run
            && other.waits()
            && other.verification == run.verification
            && other.created > run.created
    });
    Precedence {
        replaced,
        sibling: sibling && !run.replaces,
        turn: has_turn(run, all, limit) && !(sibling && run.replaces),
    }
}

/// Whether it is a run's turn: there is room, and none that waits is older.
fn has_turn(run: &Place, all: &[Place], limit: usize) -> bool {
    let under_way = all.iter().filter(|other| other.is_under_way()).count();
    let first = all
        .iter()
        .filter(|other| other.waits())
        .all(|other| other.rank() >= run.rank());
    under_way < limit && first
}

#[cfg(test)]
#[path = "simulation.rs"]
mod simulation;
