//! A cluster in memory, in which the operator dies after any call that it makes.

use std::collections::BTreeSet;

use hipaa_iac_restore::result::{
    CheckResult, Destroyed, Encryption, Isolation, Objective, ObjectiveName, SCHEMA_VERSION,
    Severity, Time as ResultTime, Tool, Trigger, TriggerKind, Verification,
};
use proptest::prelude::*;

use super::*;

/// What becomes of a run's pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Passes,
    Fails(Reason),
    /// It says `Passed` though a required check did not run.
    Unearned,
    /// It says `Passed` of another document.
    OfAnother,
    /// Its pod is gone without a word.
    Lost,
    OutOfMemory,
    /// It never ends by itself, and a long recovery time is promised.
    Hangs,
    /// It never ends by itself, and a recovery time is promised that is shorter than the deadline.
    HangsBeyondRto,
    FetchFails(Reason),
    FetchHangs,
    NoImage,
    NoNode,
    /// Nobody makes its pod, and a recovery time is promised that is shorter than the deadline.
    NoPod,
    /// Admission refuses its pod.
    PodRefused,
    /// What it made cannot be deleted.
    Stuck,
    BadPlan,
    /// The API server refuses what it makes.
    Refused,
    Missed,
}

const FATES: [Fate; 19] = [
    Fate::Passes,
    Fate::Fails(Reason::StaleData),
    Fate::Unearned,
    Fate::OfAnother,
    Fate::Lost,
    Fate::OutOfMemory,
    Fate::Hangs,
    Fate::HangsBeyondRto,
    Fate::FetchFails(Reason::FetchDenied),
    Fate::FetchFails(Reason::BackupMissing),
    Fate::FetchHangs,
    Fate::NoImage,
    Fate::NoNode,
    Fate::NoPod,
    Fate::PodRefused,
    Fate::Stuck,
    Fate::BadPlan,
    Fate::Refused,
    Fate::Missed,
];

/// Every fate, of a backup that is fetched and of a snapshot, as far as it can be of both.
fn fates() -> impl Iterator<Item = (Fate, bool)> {
    let all = FATES
        .into_iter()
        .flat_map(|fate| [(fate, true), (fate, false)]);
    all.filter(|(fate, fetches)| {
        *fetches || !matches!(fate, Fate::FetchFails(_) | Fate::FetchHangs)
    })
}

impl Fate {
    /// Section 8 of the closed list, by hand.
    const fn expected(self) -> (&'static str, Reason) {
        match self {
            Self::Passes => ("Passed", Reason::None),
            Self::Fails(reason) => ("Failed", reason),
            Self::Unearned | Self::OfAnother | Self::Lost | Self::Stuck => {
                ("Inconclusive", Reason::RunnerLost)
            }
            Self::OutOfMemory => ("Inconclusive", Reason::OutOfMemory),
            Self::Hangs | Self::NoPod => ("Inconclusive", Reason::DeadlineExceeded),
            Self::HangsBeyondRto => ("Failed", Reason::RtoExceeded),
            Self::FetchFails(Reason::BackupMissing) => ("Failed", Reason::BackupMissing),
            Self::FetchFails(reason) => ("Inconclusive", reason),
            Self::FetchHangs => ("Inconclusive", Reason::FetchTimeout),
            Self::NoImage => ("Inconclusive", Reason::ImageUnavailable),
            Self::NoNode => ("Inconclusive", Reason::Unschedulable),
            Self::BadPlan | Self::Refused | Self::PodRefused => {
                ("Inconclusive", Reason::ConfigError)
            }
            Self::Missed => ("Skipped", Reason::MissedSlot),
        }
    }

    /// `Admitted`, `Provisioned`, `RestoreSucceeded` and `ChecksPassed` in the end, by hand: true, false, unknown, or never said.
    const fn conditions(self) -> &'static str {
        match self {
            // What failed was the age of the data: it was restored, and its checks passed.
            Self::Passes | Self::Fails(_) | Self::Stuck => "TTTT",
            Self::Unearned | Self::OfAnother | Self::Lost | Self::OutOfMemory | Self::Hangs => {
                "TTUU"
            }
            Self::HangsBeyondRto => "TTFU",
            Self::NoPod => "TFUU",
            Self::FetchFails(_)
            | Self::FetchHangs
            | Self::NoImage
            | Self::NoNode
            | Self::PodRefused
            | Self::Refused => "TF--",
            Self::BadPlan | Self::Missed => "F---",
        }
    }
}

/// What conditions a status has, in the same letters.
fn conditions(status: &Status) -> String {
    let kinds = [ADMITTED, PROVISIONED, RESTORE_SUCCEEDED, CHECKS_PASSED];
    let of = |kind: &str| {
        let mut all = status.conditions.iter();
        match all.find(|known| known.type_ == kind).map(|it| it.status) {
            Some(ConditionStatus::True) => 'T',
            Some(ConditionStatus::False) => 'F',
            Some(ConditionStatus::Unknown) => 'U',
            None => '-',
        }
    };
    kinds.into_iter().map(of).collect()
}

const TOTAL: i64 = 1800;

struct Thing {
    part: Part,
    object: Object,
    made: Timestamp,
    /// From when on its pod can begin: what it mounts is there.
    ready: Option<Timestamp>,
}

struct Subject {
    place: Place,
    fate: Fate,
    fetches: bool,
    status: Status,
    version: u64,
    finalizer: bool,
    deleted_at: Option<Timestamp>,
    /// Until when nothing of it can be deleted.
    stuck_until: Timestamp,
    things: Vec<Thing>,
    /// Every Job that was ever made.
    jobs: Vec<Part>,
    /// Only in the operator's memory.
    receipt: Option<EvidenceStatus>,
    /// The same.
    refused: bool,
}

struct World {
    now: Timestamp,
    subjects: Vec<Subject>,
    log: Vec<(usize, String)>,
    log_down_until: Timestamp,
    limit: usize,
    calls: usize,
    next_uid: u64,
    /// After each call, how many looks ago another operator saw what it acts on then.
    late: Vec<Option<usize>>,
    /// What it saw, with the run and its version.
    looks: Vec<(usize, u64, Observed)>,
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

impl Subject {
    /// Whether it was made.
    fn is_there(&self, now: Timestamp) -> bool {
        self.place.created <= now
    }

    /// What cannot be deleted of it can be after so many seconds.
    fn lets_go_after(&mut self, start: Timestamp, after: i64) {
        if self.fate == Fate::Stuck {
            self.stuck_until = start + seconds(after);
        }
    }

    /// Whether somebody has deleted it.
    fn is_deleted(&self, now: Timestamp) -> bool {
        self.deleted_at.is_some_and(|at| at <= now)
    }

    fn plan(&self) -> Result<Plan, String> {
        if self.fate == Fate::BadPlan {
            return Err("it has a mistake".to_owned());
        }
        Ok(Plan {
            fetches: self.fetches,
            snapshot: !self.fetches,
            total: seconds(TOTAL),
            rto: seconds(match self.fate {
                Fate::HangsBeyondRto | Fate::NoPod => 600,
                _ => 72 * 3600,
            }),
            spec_digest: "sha256:ours".to_owned(),
            namespace: "scratch".to_owned(),
            run: self.place.uid.clone(),
        })
    }

    /// A Job as Kubernetes shows it, so long after it was made.
    fn job(&self, part: Part, now: Timestamp) -> Option<Job> {
        let thing = self.things.iter().find(|thing| thing.part == part)?;
        let age = thing
            .ready
            .map_or(seconds(-1), |ready| now.duration_since(ready));
        let mut job = Job {
            started: age >= seconds(5),
            ..Job::default()
        };
        let is_fetch = part == Part::Fetch;
        match self.fate {
            Fate::NoImage => {
                job.started = false;
                job.pull_fails_since = (age >= seconds(5)).then(|| now - age + seconds(5));
            }
            Fate::NoNode => {
                job.started = false;
                job.unschedulable_since = Some(thing.made);
            }
            Fate::NoPod if !is_fetch => job.started = false,
            Fate::PodRefused => job.started = false,
            Fate::FetchHangs if is_fetch => {}
            Fate::FetchFails(reason) if is_fetch && age >= seconds(20) => {
                job.state = JobState::Failed;
                job.message = Some(Message::Stopped(reason));
            }
            Fate::Hangs | Fate::HangsBeyondRto if !is_fetch => {}
            _ if age < seconds(40) => {}
            _ if is_fetch => job.state = JobState::Complete,
            Fate::Lost => job.state = JobState::Failed,
            Fate::OutOfMemory => {
                job.state = JobState::Failed;
                job.out_of_memory = true;
            }
            fate => {
                job.state = JobState::Complete;
                // A kubelet tells of the end of a container a little later.
                job.message = (age >= seconds(43)).then(|| Message::Result(Box::new(result(fate))));
            }
        }
        if job.state == JobState::Active && now > thing.made + self.left(thing) {
            job.state = JobState::DeadlineExceeded;
        }
        Some(job)
    }

    /// What was left of the time of the run when a thing was made, and never nothing: `activeDeadlineSeconds`.
    fn left(&self, thing: &Thing) -> SignedDuration {
        let deadline = self.status.deadline.as_ref();
        let left = deadline.map(|deadline| deadline.0.duration_since(thing.made));
        left.unwrap_or_default().max(seconds(1))
    }

    /// Whether events tell by now that its pod is refused.
    fn pod_refused(&self, now: Timestamp) -> bool {
        let jobs = self.things.iter();
        let mut jobs = jobs.filter(|thing| matches!(thing.part, Part::Fetch | Part::Restore));
        self.fate == Fate::PodRefused && jobs.any(|job| now > job.made + seconds(120))
    }

    /// Whether a Job ended so long ago that its time to live is over.
    fn ended(&self, thing: &Thing, now: Timestamp) -> bool {
        let stays = match thing.part {
            Part::Fetch => self.left(thing) + TTL,
            _ => TTL,
        };
        let then = now - stays;
        self.job(thing.part, then)
            .is_some_and(|job| thing.made <= then && job.state != JobState::Active)
    }

    /// The garbage collector: what a Job that is gone owned is asked to go.
    fn collect(&mut self, now: Timestamp) {
        let has_owner = self.things.iter().any(|thing| thing.part == Part::Fetch);
        for thing in &mut self.things {
            if thing.part == Part::Volume && !has_owner {
                thing.object.terminating = true;
                thing.object.terminating_since.get_or_insert(now);
            }
        }
    }
}

fn result(fate: Fate) -> RestoreResult {
    let time = ResultTime::now();
    let reason = match fate {
        Fate::Fails(reason) => reason,
        _ => Reason::None,
    };
    let check = |id: &str, status| CheckResult {
        id: id.to_owned(),
        status,
        severity: Severity::High,
        required: true,
        expected: None,
        observed: None,
        duration_ms: None,
        not_run_reason: None,
    };
    RestoreResult {
        schema_version: SCHEMA_VERSION.to_owned(),
        kind: "RestoreVerificationResult".to_owned(),
        run_id: String::new(),
        verification: Verification {
            cluster: None,
            namespace: None,
            name: "ehr".to_owned(),
            uid: None,
            spec_digest: if fate == Fate::OfAnother {
                "sha256:other"
            } else {
                "sha256:ours"
            }
            .to_owned(),
        },
        trigger: Trigger {
            kind: TriggerKind::Schedule,
            scheduled_for: None,
            requested_by: None,
            attempt: None,
        },
        tool: Tool {
            name: "hipaa-iac".to_owned(),
            version: String::new(),
            git_commit: None,
            image_digest: None,
            engine: None,
        },
        started_at: time,
        finished_at: time,
        verdict: reason.verdict(),
        reason,
        artifact: None,
        encryption: Encryption::unknown(),
        objectives: [(ObjectiveName::Rto, Objective::judge(10.0, Some(1.0)))].into(),
        phases: Vec::new(),
        checks: vec![
            check("dump-trailer", CheckStatus::Pass),
            check(
                "amcheck",
                if fate == Fate::Unearned {
                    CheckStatus::NotRun
                } else {
                    CheckStatus::Pass
                },
            ),
        ],
        scratch: hipaa_iac_restore::result::Scratch {
            isolation: Isolation::TwoPod,
            storage: None,
            max_lifetime_seconds: None,
            destroyed: Destroyed::Verified,
            verified_absent_at: None,
        },
        controls: Vec::new(),
        prior: None,
    }
}

impl World {
    fn new(fates: &[(Fate, bool)], limit: usize, one_verification: bool) -> Self {
        let now: Timestamp = "2026-11-24T03:17:00Z".parse().unwrap();
        let subjects = fates
            .iter()
            .enumerate()
            .map(|(index, (fate, fetches))| Subject {
                place: Place {
                    uid: format!("ehr-{index}"),
                    verification: if one_verification {
                        "v".to_owned()
                    } else {
                        format!("v{index}")
                    },
                    created: now + seconds(i64::try_from(index).unwrap()),
                    phase: RunPhase::Pending,
                    started: false,
                    missed: *fate == Fate::Missed,
                    replaces: false,
                    can_run: true,
                },
                fate: *fate,
                fetches: *fetches,
                status: Status::default(),
                version: 0,
                finalizer: true,
                deleted_at: None,
                stuck_until: if *fate == Fate::Stuck {
                    Timestamp::MAX
                } else {
                    now
                },
                things: Vec::new(),
                jobs: Vec::new(),
                receipt: None,
                refused: false,
            });
        Self {
            now,
            subjects: subjects.collect(),
            log: Vec::new(),
            log_down_until: now,
            limit,
            calls: 0,
            next_uid: 0,
            late: Vec::new(),
            looks: Vec::new(),
        }
    }

    /// What Kubernetes does by itself.
    fn tick(&mut self) {
        for subject in &mut self.subjects {
            let now = self.now;
            let expired: Vec<Part> = subject
                .things
                .iter()
                .filter(|thing| matches!(thing.part, Part::Fetch | Part::Restore))
                .filter(|thing| subject.ended(thing, now))
                .map(|thing| thing.part)
                .collect();
            if expired.contains(&Part::Fetch) {
                let restore = subject.job(Part::Restore, now);
                assert!(
                    restore.is_none_or(|job| job.state != JobState::Active),
                    "the backup goes while it is restored"
                );
            }
            let stuck = now < subject.stuck_until;
            subject.things.retain(|thing| {
                let gone = thing
                    .object
                    .terminating_since
                    .is_some_and(|since| now >= since + seconds(3));
                !expired.contains(&thing.part) && (stuck || !gone)
            });
            subject.collect(now);
        }
    }

    fn observe(&self, index: usize) -> Observed {
        let subject = &self.subjects[index];
        let place = |subject: &Subject| Place {
            phase: subject.status.phase,
            started: subject.status.started_at.is_some(),
            can_run: subject.plan().is_ok() && !subject.is_deleted(self.now),
            ..subject.place.clone()
        };
        let there = self.subjects.iter().filter(|it| it.is_there(self.now));
        let places: Vec<Place> = there.map(place).collect();
        let precedence = precedence(&place(subject), &places, self.limit);
        Observed {
            now: self.now,
            status: subject.status.clone(),
            stopped: subject.is_deleted(self.now) || precedence.replaced,
            finalizer: subject.finalizer,
            plan: subject.plan(),
            missed: subject.fate == Fate::Missed,
            sibling: precedence.sibling,
            turn: precedence.turn,
            scratch: Scratch {
                objects: subject
                    .things
                    .iter()
                    .map(|thing| thing.object.clone())
                    .collect(),
                parts: subject.things.iter().map(|thing| thing.part).collect(),
                fetch: subject.job(Part::Fetch, self.now),
                restore: subject.job(Part::Restore, self.now),
            },
            recorded: subject.receipt.clone(),
            refused: (subject.refused || subject.pod_refused(self.now))
                .then(|| (Reason::ConfigError, "denied the request".to_owned())),
        }
    }

    /// One call of the operator. What it was decided on may be older than the world: a status is refused then.
    fn call(&mut self, index: usize, version: u64, seen: &Status, action: Action) {
        self.calls += 1;
        let subject = &mut self.subjects[index];
        match action {
            Action::Write(status) => {
                if subject.version == version {
                    let was = &subject.status;
                    assert!(was.phase <= status.phase, "a run goes back");
                    if was.phase >= RunPhase::Recording {
                        let of = |status: &Status| {
                            let (verdict, reason) = (&status.verdict, &status.reason);
                            (verdict.clone(), reason.clone(), status.result.clone())
                        };
                        assert_eq!(of(was), of(&status), "another than was recorded");
                    }
                    subject.status = *status;
                    subject.version += 1;
                }
            }
            Action::Create(part) => {
                let (kind, name) = part.object(&subject.place.uid);
                let told = format!("{kind}/{name}");
                let objects = &subject.status.scratch.objects;
                assert!(objects.contains(&told), "{told} was not written ahead");
                if subject.fate == Fate::Refused && part != Part::Config {
                    subject.refused = true;
                } else if subject.things.iter().all(|thing| thing.part != part) {
                    self.next_uid += 1;
                    if part == Part::Volume {
                        let mut things = subject.things.iter_mut();
                        let owner = things.find(|thing| thing.part == Part::Fetch);
                        owner.expect("a volume without its owner").ready = Some(self.now);
                    }
                    subject.things.push(Thing {
                        part,
                        object: Object {
                            kind: kind.to_owned(),
                            name,
                            uid: self.next_uid.to_string(),
                            terminating: false,
                            terminating_since: None,
                        },
                        made: self.now,
                        ready: (part != Part::Fetch).then_some(self.now),
                    });
                    if matches!(part, Part::Fetch | Part::Restore) {
                        subject.jobs.push(part);
                    }
                }
            }
            Action::Delete(object) => {
                for thing in &mut subject.things {
                    if thing.object.uid == object.uid {
                        thing.object.terminating = true;
                        thing.object.terminating_since.get_or_insert(self.now);
                    }
                }
            }
            Action::Record => {
                if self.now >= self.log_down_until {
                    let bytes = serde_json::to_string(seen).unwrap();
                    let entry = (index, bytes);
                    let at = self
                        .log
                        .iter()
                        .position(|known| *known == entry)
                        .unwrap_or_else(|| {
                            self.log.push(entry);
                            self.log.len() - 1
                        });
                    subject.receipt = Some(EvidenceStatus {
                        digest: format!("{at}"),
                        log_index: at as u64,
                        log_size: 1,
                    });
                }
            }
            Action::Release => subject.finalizer = false,
            Action::Wait(_) => {}
        }
    }

    /// Another operator looks at all runs, and acts on what it saw so many looks ago. Its statuses are refused where another was written since. What it
    /// makes, and that it lets a run begin, nothing would refuse: that it does neither late is its lease's to see to.
    fn act_late(&mut self, age: Option<usize>) {
        for (index, subject) in self.subjects.iter().enumerate() {
            let look = (index, subject.version, self.observe(index));
            self.looks.push(look);
        }
        let at = age.and_then(|age| self.looks.len().checked_sub(age + 1));
        let Some((index, version, mut seen)) = at.map(|at| self.looks[at].clone()) else {
            return;
        };
        let begins = |seen: &Observed, action: &Action| match action {
            Action::Write(status) => {
                seen.status.phase < RunPhase::Provisioning && status.phase == RunPhase::Provisioning
            }
            action => matches!(action, Action::Create(_)),
        };
        for action in reduce(&seen) {
            if begins(&seen, &action) {
                continue;
            }
            let is_record = action == Action::Record;
            let theirs = self.subjects[index].receipt.take();
            self.call(index, version, &seen.status, action);
            seen.recorded = std::mem::replace(&mut self.subjects[index].receipt, theirs);
            self.check();
            if is_record && seen.recorded.is_some() {
                for action in reduce(&seen) {
                    self.call(index, version, &seen.status, action);
                    self.check();
                }
            }
        }
    }

    /// The invariants of the design's section 7, and that the key comes after the network.
    fn check(&self) {
        let is_active = |subject: &&Subject| {
            let mut parts = [Part::Fetch, Part::Restore].into_iter();
            parts.any(|part| {
                subject
                    .job(part, self.now)
                    .is_some_and(|job| job.state == JobState::Active)
            })
        };
        let under_way: Vec<&Subject> = self.subjects.iter().filter(is_active).collect();
        assert!(under_way.len() <= self.limit, "I1");
        let verifications: BTreeSet<&str> = under_way
            .iter()
            .map(|subject| &*subject.place.verification)
            .collect();
        assert_eq!(
            verifications.len(),
            under_way.len(),
            "two of one verification"
        );
        for (index, subject) in self.subjects.iter().enumerate() {
            for part in [Part::Fetch, Part::Restore] {
                let made = subject.jobs.iter().filter(|made| **made == part).count();
                assert!(made <= 1, "I2: {made} Jobs for one run");
            }
            if subject.fetches && subject.jobs.contains(&Part::Restore) {
                assert!(
                    subject.status.fetched_at.is_some(),
                    "the key before the end of the network"
                );
            }
            let records: Vec<Status> = self
                .log
                .iter()
                .filter(|(run, _)| *run == index)
                .map(|(_, bytes)| serde_json::from_str(bytes).unwrap())
                .collect();
            let finished = subject.status.phase == RunPhase::Finished;
            assert!(
                records.len() <= 1 && (!finished || records.len() == 1),
                "I3: {} records",
                records.len()
            );
            for recorded in &records {
                assert_eq!(
                    (&recorded.verdict, &recorded.reason),
                    (&subject.status.verdict, &subject.status.reason),
                    "I3: the record of another verdict"
                );
                assert!(
                    !is_proof(&subject.status) || recorded.scratch.verified_absent_at.is_some(),
                    "a proof whose record does not say that the scratch is gone"
                );
            }
            let told = subject.status.conditions.iter().any(|condition| {
                condition.type_ == SCRATCH_DESTROYED && condition.status == ConditionStatus::False
            });
            assert!(!finished || told || subject.things.is_empty(), "I4");
            if subject.status.verdict.as_deref() == Some("Passed") {
                let result = subject.status.result.clone().unwrap();
                let result: RestoreResult = serde_json::from_value(result).unwrap();
                let pass =
                    |check: &CheckResult| !check.required || check.status == CheckStatus::Pass;
                assert!(
                    !result.checks.is_empty() && result.checks.iter().all(pass),
                    "I5"
                );
                assert!(result.objectives.values().all(|it| it.met), "I5");
                assert_eq!(result.verification.spec_digest, "sha256:ours", "I5");
            }
            assert!(
                !is_proof(&subject.status) || subject.things.is_empty(),
                "a proof with remains"
            );
        }
    }

    /// Runs until nothing is to be done. `dies` says of each call, and whether what it
    /// told is in the operator's memory alone, whether the operator dies after it, and for how many seconds.
    fn run(&mut self, dies: &mut dyn FnMut(usize, bool) -> Option<i64>) {
        for _ in 0..5000 {
            let mut idle = true;
            'runs: for index in 0..self.subjects.len() {
                if !self.subjects[index].is_there(self.now) {
                    idle = false;
                    continue;
                }
                loop {
                    self.tick();
                    let version = self.subjects[index].version;
                    let seen = self.observe(index);
                    let actions = reduce(&seen);
                    if actions.is_empty() {
                        continue 'runs;
                    }
                    idle = false;
                    for action in actions {
                        if matches!(action, Action::Wait(_)) {
                            continue 'runs;
                        }
                        let is_record = action == Action::Record;
                        let is_create = matches!(action, Action::Create(_));
                        self.call(index, version, &seen.status, action);
                        self.check();
                        if let Some(age) = self.late.pop() {
                            self.act_late(age);
                        }
                        let in_memory = is_record || (is_create && self.subjects[index].refused);
                        if let Some(down) = dies(self.calls, in_memory) {
                            for subject in &mut self.subjects {
                                subject.receipt = None;
                                subject.refused = false;
                            }
                            self.now += seconds(down);
                            break 'runs;
                        }
                        // The store is asked again later.
                        if is_record && self.subjects[index].receipt.is_none() {
                            continue 'runs;
                        }
                    }
                }
            }
            if idle {
                return;
            }
            self.now += seconds(2);
        }
        let phases: Vec<_> = self
            .subjects
            .iter()
            .map(|subject| subject.status.phase)
            .collect();
        panic!("not over: {phases:?}");
    }

    fn outcome(&self) -> Vec<(Option<String>, Option<String>, bool)> {
        self.subjects
            .iter()
            .map(|subject| {
                let status = &subject.status;
                (
                    status.verdict.clone(),
                    status.reason.clone(),
                    is_proof(status),
                )
            })
            .collect()
    }
}

/// A world whose things that are stuck let go in the end, so that every run comes to its end.
fn finish(world: &mut World, dies: &mut dyn FnMut(usize, bool) -> Option<i64>) {
    let stuck = world
        .subjects
        .iter()
        .any(|subject| subject.fate == Fate::Stuck);
    if stuck {
        // It is never over by itself: the operator keeps at it.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.run(dies)));
        assert!(result.is_err());
        for subject in &mut world.subjects {
            if subject.fate == Fate::Stuck {
                assert_eq!(subject.status.phase, RunPhase::Finished);
                assert!(subject.finalizer && !is_proof(&subject.status));
                subject.things.clear();
            }
        }
    }
    world.run(dies);
}

#[test]
fn every_fate_has_its_verdict() {
    for (fate, fetches) in fates() {
        let mut world = World::new(&[(fate, fetches)], 1, false);
        finish(&mut world, &mut |_, _| None);
        let subject = &world.subjects[0];
        let (verdict, reason) = fate.expected();
        assert_eq!(subject.status.verdict.as_deref(), Some(verdict), "{fate:?}");
        assert_eq!(subject.status.reason, Some(reason.to_string()), "{fate:?}");
        assert!(!subject.finalizer, "{fate:?}");
        assert_eq!(conditions(&subject.status), fate.conditions(), "{fate:?}");
    }
}

/// After each call once, and after all of them.
#[test]
fn an_operator_that_dies_after_a_call_comes_to_the_same_end() {
    for (fate, fetches) in fates() {
        let fresh = || World::new(&[(fate, fetches)], 1, false);
        let mut whole = fresh();
        finish(&mut whole, &mut |_, _| None);
        // A stuck one calls without end; its first calls are those of the others.
        let calls = if fate == Fate::Stuck { 30 } else { whole.calls };
        for dead in 0..=calls {
            let mut world = fresh();
            // Where only its memory has what a call told it dies once: who always dies there never gets on.
            let mut told = false;
            finish(&mut world, &mut |call, in_memory| {
                let again = in_memory && std::mem::replace(&mut told, true);
                (call == dead || (dead == 0 && !again)).then_some(1)
            });
            assert_eq!(
                world.outcome(),
                whole.outcome(),
                "{fate:?}, dead after {dead}"
            );
        }
    }
}

#[test]
fn a_store_that_is_down_delays_the_end_and_the_scratch_is_gone_before() {
    let mut world = World::new(&[(Fate::Passes, true)], 1, false);
    world.log_down_until = world.now + seconds(900);
    world.run(&mut |_, _| None);
    let status = &world.subjects[0].status;
    let gone = status.scratch.verified_absent_at.as_ref().unwrap().0;
    assert!(gone < world.log_down_until && world.now >= world.log_down_until);
    assert!(is_proof(status));
}

#[test]
fn a_limit_of_one_lets_the_second_wait_and_a_sibling_is_skipped() {
    let two = [(Fate::Passes, true), (Fate::Passes, true)];
    let mut world = World::new(&two, 1, false);
    world.run(&mut |_, _| None);
    assert!(world.subjects[1].status.queued_since.is_some());
    assert!(world.outcome().iter().all(|(_, _, proof)| *proof));
    let mut world = World::new(&two, 2, true);
    world.run(&mut |_, _| None);
    assert_eq!(
        world.subjects[1].status.reason.as_deref(),
        Some("ConcurrencyForbid")
    );
    assert!(world.outcome()[0].2);
}

/// One that may be replaced is over, and nothing of it is left, before the next begins.
#[test]
fn a_run_that_replaces_another_ends_it_first() {
    let runs = [
        (Fate::Hangs, true),
        (Fate::Hangs, true),
        (Fate::Passes, true),
    ];
    for limit in [1, 2] {
        let mut world = World::new(&runs, limit, true);
        let start = world.now;
        // The second comes when the first is under way, and the third before that is over.
        for (subject, after) in world.subjects.iter_mut().zip([0, 100, 101]) {
            subject.place.created = start + seconds(after);
            subject.place.replaces = true;
        }
        world.run(&mut |_, _| None);
        let outcome = world.outcome();
        for replaced in &outcome[..2] {
            assert_eq!(replaced.1.as_deref(), Some("Interrupted"), "{outcome:?}");
        }
        assert!(outcome[2].2, "{outcome:?}");
        let first = &world.subjects[0].status;
        let gone = first.scratch.verified_absent_at.as_ref().unwrap().0;
        assert!(first.started_at.is_some());
        assert!(world.subjects[2].status.started_at.as_ref().unwrap().0 >= gone);
        // It never began, and is recorded all the same.
        assert!(world.subjects[1].jobs.is_empty());
        assert_eq!(world.log.len(), 3);
    }
}

/// Neither one with a mistake, nor one that somebody deletes.
#[test]
fn a_run_that_cannot_be_run_replaces_none() {
    for (fate, is_deleted, reason) in [
        (Fate::BadPlan, false, Reason::ConfigError),
        (Fate::Passes, true, Reason::Interrupted),
    ] {
        let mut world = World::new(&[(Fate::Passes, true), (fate, true)], 1, true);
        let start = world.now;
        for (subject, after) in world.subjects.iter_mut().zip([0, 10]) {
            subject.place.created = start + seconds(after);
            subject.place.replaces = true;
        }
        world.subjects[1].deleted_at = is_deleted.then_some(start);
        world.run(&mut |_, _| None);
        let outcome = world.outcome();
        assert!(outcome[0].2, "{outcome:?}");
        assert_eq!(outcome[1].1, Some(reason.to_string()), "{outcome:?}");
    }
}

/// A run that takes its place, or who deletes it, comes after the slots that it records.
#[test]
fn slots_that_were_missed_stay_missed() {
    let mut world = World::new(&[(Fate::Missed, true)], 1, false);
    world.subjects[0].deleted_at = Some(world.now);
    world.run(&mut |_, _| None);
    let status = &world.subjects[0].status;
    assert_eq!(status.reason.as_deref(), Some("MissedSlot"));
    assert_eq!(world.log.len(), 1);
}

/// A policy that denies the volume will deny it again: waiting for the deadline would only hide why.
#[test]
fn what_the_api_server_refuses_ends_the_run_and_is_told() {
    let mut seen = World::new(&[(Fate::Passes, true)], 1, false).observe(0);
    for phase in [RunPhase::Provisioning, RunPhase::Cleaning] {
        let actions = reduce(&seen);
        let [Action::Write(status)] = &*actions else {
            panic!("{actions:?}");
        };
        assert_eq!(status.phase, phase);
        seen.status = (**status).clone();
        seen.refused = Some((Reason::ConfigError, "denied the request".to_owned()));
    }
    assert_eq!(seen.status.reason.as_deref(), Some("ConfigError"));
    let mut all = seen.status.conditions.iter();
    let condition = all.find(|known| known.type_ == PROVISIONED).unwrap();
    assert_eq!(
        (condition.status, &*condition.message),
        (ConditionStatus::False, "denied the request")
    );
}

/// Its pod has ended, and its log cannot be read: for a minute, and without end.
#[test]
fn a_result_that_cannot_be_read_is_waited_for_and_not_without_end() {
    let collecting = || {
        let mut seen = World::new(&[(Fate::Passes, false)], 1, false).observe(0);
        seen.status.phase = RunPhase::Collecting;
        seen.status.phase_since = Some(Time(seen.now));
        seen.status.deadline = Some(Time(seen.now + seconds(TOTAL)));
        seen.scratch.restore = Some(Job {
            state: JobState::Complete,
            message: Some(Message::Unreadable),
            ..Job::default()
        });
        seen
    };
    let until = |seen: &mut Observed, end: Timestamp| {
        while seen.now < end && seen.status.phase == RunPhase::Collecting {
            if let [Action::Write(status)] = reduce(seen).as_slice() {
                seen.status = (**status).clone();
            } else {
                seen.now += seconds(1);
            }
        }
    };
    let mut seen = collecting();
    let began = seen.now;
    until(&mut seen, began + seconds(60));
    assert_eq!(seen.status.phase, RunPhase::Collecting);
    let mut read = seen.clone();
    let job = read.scratch.restore.as_mut().unwrap();
    job.message = Some(Message::Result(Box::new(result(Fate::Passes))));
    until(&mut read, began + seconds(61));
    assert_eq!(read.status.verdict.as_deref(), Some("Passed"));
    // Who deletes it is heard all the while.
    let mut deleted = seen.clone();
    deleted.stopped = true;
    until(&mut deleted, began + seconds(61));
    assert_eq!(deleted.status.verdict.as_deref(), Some("Aborted"));
    until(&mut seen, began + seconds(120));
    assert_eq!(seen.status.reason.as_deref(), Some("RunnerLost"));
    // Who looks late at what was over in time says nothing of the backup.
    let mut late = collecting();
    late.now += seconds(TOTAL) * 2;
    late.status.phase_since = Some(Time(late.now));
    let began = late.now;
    until(&mut late, began + seconds(120));
    assert_eq!(late.status.reason.as_deref(), Some("RunnerLost"));
}

/// A pod that waited nine minutes for its node, and was ended at the deadline before the recovery time had passed from then on.
#[test]
fn what_a_pod_waited_for_is_not_the_time_of_its_restore() {
    let mut seen = World::new(&[(Fate::HangsBeyondRto, false)], 1, false).observe(0);
    let began = seen.now;
    let rto = seen.plan.as_ref().unwrap().rto;
    for (waited, expected) in [(0, Reason::RtoExceeded), (540, Reason::DeadlineExceeded)] {
        let mut status = Status {
            phase: RunPhase::Collecting,
            started_at: Some(Time(began)),
            finished_at: Some(Time(began + rto + seconds(60))),
            deadline: Some(Time(began + rto + seconds(60))),
            ..Status::default()
        };
        seen.now = began + seconds(waited);
        say(
            &seen,
            &mut status,
            PROVISIONED,
            true,
            "Started",
            "its restore began",
        );
        seen.now = began + rto + seconds(61);
        seen.status = status;
        seen.scratch.restore = Some(Job {
            state: JobState::DeadlineExceeded,
            ..Job::default()
        });
        let actions = reduce(&seen);
        let [Action::Write(status)] = &*actions else {
            panic!("{actions:?}");
        };
        assert_eq!(status.reason, Some(expected.to_string()), "{waited}");
    }
}

/// Patience begins with what was asked for: an operator that comes back late in it has only just asked.
#[test]
fn what_was_asked_to_go_a_moment_ago_is_waited_for() {
    let mut seen = World::new(&[(Fate::Passes, true)], 1, false).observe(0);
    seen.status.phase = RunPhase::Cleaning;
    seen.status.phase_since = Some(Time(seen.now - CLEANUP_PATIENCE - seconds(2)));
    seen.scratch.objects = vec![Object {
        kind: "Job".into(),
        name: "a".into(),
        uid: "1".into(),
        terminating: true,
        terminating_since: Some(seen.now - seconds(3)),
    }];
    let waits = |seen: &Observed| matches!(reduce(seen).as_slice(), [Action::Wait(_)]);
    assert!(waits(&seen), "{:?}", reduce(&seen));
    seen.now += CLEANUP_PATIENCE;
    assert!(!waits(&seen), "{:?}", reduce(&seen));
}

/// An operator that was away until the patience was over tries all the same; one that is refused all the time gives up in the end.
#[test]
fn what_nobody_asked_to_go_is_asked_before_it_is_given_up() {
    let mut seen = World::new(&[(Fate::Passes, true)], 1, false).observe(0);
    seen.status.phase = RunPhase::Cleaning;
    seen.status.phase_since = Some(Time(seen.now - seconds(3 * 3600)));
    let left = Object {
        kind: "Job".into(),
        name: "a".into(),
        uid: "1".into(),
        terminating: false,
        terminating_since: None,
    };
    seen.scratch.objects = vec![left.clone()];
    let written = |seen: &Observed| match reduce(seen).as_slice() {
        [Action::Write(status)] => (**status).clone(),
        other => panic!("{other:?}"),
    };
    seen.status = written(&seen);
    assert_eq!(seen.status.phase, RunPhase::Cleaning);
    assert_eq!(reduce(&seen), [Action::Delete(left)]);
    let mut gone = seen.clone();
    gone.scratch.objects.clear();
    let status = written(&gone);
    assert_eq!(status.phase, RunPhase::Recording);
    assert!(status.scratch.verified_absent_at.is_some());
    seen.now += CLEANUP_PATIENCE * 2 + seconds(1);
    let status = written(&seen);
    assert_eq!(status.phase, RunPhase::Recording);
    assert!(status.scratch.verified_absent_at.is_none());
}

/// Nobody comes back: what holds the backup goes by itself, and so does what was restored of it.
#[test]
fn what_was_fetched_goes_though_no_operator_comes_back() {
    let mut kept = 0;
    for calls in 1..=7 {
        let mut world = World::new(&[(Fate::Hangs, true)], 1, false);
        while world.calls < calls {
            world.tick();
            let seen = world.observe(0);
            let version = world.subjects[0].version;
            for action in reduce(&seen) {
                if !matches!(action, Action::Wait(_)) {
                    world.call(0, version, &seen.status, action);
                }
            }
            world.now += seconds(2);
        }
        let parts = |world: &World| -> Vec<Part> {
            let things = world.subjects[0].things.iter();
            things.map(|thing| thing.part).collect()
        };
        kept += usize::from(parts(&world).contains(&Part::Volume));
        let deadline = world.subjects[0].status.deadline.as_ref().unwrap().0;
        world.now = deadline;
        world.tick();
        let was = parts(&world).contains(&Part::Volume);
        assert_eq!(was, calls >= 4, "it goes before the deadline");
        // As the record has it: twice the time of the run, ten minutes, and the end of a pod.
        world.now = deadline + seconds(TOTAL) + TTL + seconds(1);
        world.tick();
        world.now += seconds(14);
        world.tick();
        let left = parts(&world);
        let is_harmless = |part: &Part| *part == Part::Config;
        assert!(left.iter().all(is_harmless), "{calls}: {left:?}");
    }
    assert_eq!(kept, 4);
}

/// Somebody deletes it, with the Job that owns it or without: an empty one in its place would be found to be no backup.
#[test]
fn a_backup_that_is_gone_is_not_made_anew() {
    let mut seen = World::new(&[(Fate::Passes, true)], 1, false).observe(0);
    seen.status.phase = RunPhase::Provisioning;
    seen.status.started_at = Some(Time(seen.now));
    seen.status.fetched_at = Some(Time(seen.now));
    seen.status.deadline = Some(Time(seen.now + seconds(TOTAL)));
    for parts in [vec![Part::Config, Part::Fetch], vec![Part::Config]] {
        seen.scratch.parts = parts;
        let actions = reduce(&seen);
        let [Action::Write(status)] = &*actions else {
            panic!("{actions:?}");
        };
        assert_eq!(status.reason.as_deref(), Some("RunnerLost"));
    }
}

/// The Jobs' time to live is over before the operator is back: they are not made a second time.
#[test]
fn an_operator_that_is_away_for_long_makes_no_second_job() {
    for call in 1..=12 {
        let mut world = World::new(&[(Fate::Passes, true)], 1, false);
        world.run(&mut |now, _| (now == call).then_some(3 * 3600));
        let verdict = world.subjects[0].status.verdict.clone().unwrap();
        assert!(
            ["Passed", "Inconclusive", "Failed"].contains(&&*verdict),
            "{verdict}"
        );
    }
}

/// Any of them, and more often one of which something is left for a while.
fn any_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![4 => proptest::sample::select(FATES.to_vec()), 1 => Just(Fate::Stuck)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_whatever_dies_and_whoever_deletes(
        runs in proptest::collection::vec(
            (any_fate(), any::<bool>(), proptest::option::of(0_i64..2400), 0_i64..300, any::<bool>(), 0_i64..2400),
            1..4,
        ),
        limit in 1_usize..3,
        one_verification in any::<bool>(),
        log_down in 0_i64..1200,
        deaths in proptest::collection::vec(proptest::option::weighted(0.3, 0_i64..900), 0..200),
    ) {
        let fates: Vec<(Fate, bool)> = runs
            .iter()
            .map(|(fate, fetches, ..)| (*fate, *fetches))
            .collect();
        let mut world = World::new(&fates, limit, one_verification);
        world.log_down_until = world.now + seconds(log_down);
        let start = world.now;
        for (subject, (_, _, deleted, made, replaces, stuck)) in world.subjects.iter_mut().zip(&runs) {
            subject.lets_go_after(start, *stuck);
            subject.place.created = start + seconds(*made);
            subject.place.replaces = *replaces;
            subject.deleted_at = deleted.map(|after| start + seconds(after));
        }
        world.run(&mut |call, _| deaths.get(call).copied().flatten());
        for subject in &world.subjects {
            prop_assert!(subject.status.verdict.is_some());
            prop_assert!(subject.things.is_empty() && !subject.finalizer);
        }
    }

    /// Two that take themselves for the leader: one acts on what is so, the other on what was.
    #[test]
    fn invariants_hold_whatever_another_operator_does_late(
        runs in proptest::collection::vec(
            (any_fate(), any::<bool>(), proptest::option::of(0_i64..2400), 0_i64..2400),
            1..4,
        ),
        limit in 1_usize..3,
        one_verification in any::<bool>(),
        log_down in 0_i64..600,
        late in proptest::collection::vec(proptest::option::weighted(0.5, 0_usize..60), 1..100),
    ) {
        let fates: Vec<(Fate, bool)> = runs
            .iter()
            .map(|(fate, fetches, ..)| (*fate, *fetches))
            .collect();
        let mut world = World::new(&fates, limit, one_verification);
        world.log_down_until = world.now + seconds(log_down);
        world.late = late;
        let start = world.now;
        for (subject, (_, _, deleted, stuck)) in world.subjects.iter_mut().zip(&runs) {
            subject.lets_go_after(start, *stuck);
            subject.deleted_at = deleted.map(|after| start + seconds(after));
        }
        world.run(&mut |_, _| None);
        for subject in &world.subjects {
            prop_assert!(subject.status.verdict.is_some());
            prop_assert!(subject.things.is_empty() && !subject.finalizer);
        }
    }
}
