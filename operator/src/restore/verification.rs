//! Which runs a verification asks for, and what its status says of them: a pure function of both.

use std::collections::BTreeMap;

use hipaa_iac_api::{
    DecisiveRun, LastRun, RestoreVerificationRun as Run, RestoreVerificationRunSpec as RunSpec,
    RestoreVerificationRunStatus as RunStatus, RestoreVerificationStatus, RunPhase, RunTrigger,
    VerificationRef,
};
use hipaa_iac_restore::result::{Reason, Verdict};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{conditions, jobs, machine, record, schedule::Schedule};

/// The annotation by which a run is asked for by hand: who asks, a space, and anything that tells this request from the last. The chart's admission
/// policy sees to it that nobody asks in the name of another.
pub const REQUEST: &str = "hipaa-iac.dev/run-requested-by";

/// When the second and the third attempt begin, after the end of the one before.
const RETRIES: [SignedDuration; 2] = [SignedDuration::from_mins(10), SignedDuration::from_mins(30)];

/// How many runs that did not pass are kept beside the newest, whatever is asked for: two in a row are an alert, and slots that were missed may lie
/// between them.
const LEAST_HISTORY: usize = 3;

/// How many records of a verification may wait for their store. Each is a run that is kept whole, and without a store they would be ever more.
const MOST_WAITING: usize = 3;

/// A second more than the jitter may be: the schema has its limit.
const LONGEST_JITTER: SignedDuration = SignedDuration::from_secs(3601);

/// A verification, at one moment.
#[derive(Clone, Debug)]
pub struct Observed<'a> {
    /// The moment.
    pub now: Timestamp,
    /// Its name.
    pub name: &'a str,
    /// Its UID.
    pub uid: &'a str,
    /// Its generation.
    pub generation: i64,
    /// When it was made.
    pub created: Timestamp,
    /// It is not to run.
    pub suspended: bool,
    /// What its annotation [`REQUEST`] says: who asks for a run by hand, and something that tells one request from the last.
    pub requested: Option<&'a str>,
    /// When it is to run; none without a schedule.
    pub schedule: Option<&'a Schedule>,
    /// Its document, and the digest of that.
    pub template: &'a Value,
    /// `sha256:` and the digest of the template.
    pub digest: &'a str,
    /// Its status, as it is stored.
    pub status: &'a RestoreVerificationStatus,
    /// Its runs.
    pub runs: &'a [Run],
    /// How many runs that passed, and others, are kept.
    pub history: (usize, usize),
}

/// What a verification asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Runs that are to be made: names and specs. That a run is there already is as good.
    pub create: Vec<(String, RunSpec)>,
    /// Runs that are to be deleted: they are over, recorded, and older than those that are kept.
    pub prune: Vec<String>,
    /// When to look again, should nothing change.
    pub again: Option<Timestamp>,
}

/// The name of the run of a slot: the same whoever makes it.
pub fn run_name(verification: &str, slot: Timestamp, attempt: u8) -> String {
    let minute = slot.as_second().div_euclid(60);
    match attempt {
        0 | 1 => format!("{verification}-{minute}"),
        _ => format!("{verification}-{minute}-r{}", attempt - 1),
    }
}

/// The name of the run of a request: the same whoever makes it. One that was made of a verification of the same name before, and is not gone
/// yet, has another.
pub fn requested_name(verification: &str, uid: &str, request: &str) -> String {
    use std::fmt::Write as _;
    let mut name = format!("{verification}-m");
    for byte in Sha256::digest(format!("{uid} {request}")).iter().take(4) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

fn reason(run: &Run) -> Option<Reason> {
    let text = run.status.as_ref()?.reason.clone()?;
    serde_json::from_value(Value::String(text)).ok()
}

/// Whether another attempt may find what this one could not: what is configured wrongly stays so, and what failed is not tried again,
/// because a backup that restores now and then is not sound.
pub const fn is_worth_retrying(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::FetchTimeout
            | Reason::OutOfMemory
            | Reason::ImageUnavailable
            | Reason::Unschedulable
            | Reason::DeadlineExceeded
            | Reason::RunnerLost
    )
}

/// Who asks for a run by hand, and the whole request. What does not name anybody is no request.
fn requester<'a>(seen: &Observed<'a>) -> Option<(&'a str, &'a str)> {
    let request = seen.requested?;
    let (who, once) = request.rsplit_once(' ')?;
    (!who.trim().is_empty() && !once.is_empty()).then_some((who, request))
}

/// Whether the run of a request is there.
fn was_made(seen: &Observed<'_>, request: &str) -> bool {
    let name = requested_name(seen.name, seen.uid, request);
    let mut runs = seen.runs.iter();
    runs.any(|run| run.metadata.name.as_ref() == Some(&name))
}

/// What a proof is of: for which databases, which backup is restored, and what is asked of it.
const SUBJECT: [&str; 5] = [
    "covers",
    "source",
    "encryptionPolicy",
    "objectives",
    "checks",
];

/// The digest of what a run proves. When it runs and who is told changes nothing of that.
pub fn subject(template: &Value) -> String {
    let spec = |field: &'static str| (field, template.pointer(&format!("/spec/{field}")));
    jobs::digest(&json!(BTreeMap::from(SUBJECT.map(spec))))
}

/// Whether so many records wait for the store that is named now that no other run is asked for. Those of one that was named before, and may never
/// come, keep nothing.
pub fn is_held(seen: &Observed<'_>) -> bool {
    let store = record::store_name(seen.template);
    let waits = |run: &&Run| {
        let status = run.status.as_ref();
        status.is_some_and(|status| status.phase == RunPhase::Recording)
            && record::store_name(&run.spec.template) == store
    };
    seen.runs.iter().filter(waits).count() >= MOST_WAITING
}

/// What a verification asks for now.
pub fn ask(seen: &Observed<'_>) -> Asked {
    let mut asked = Asked {
        prune: prune(seen),
        ..Asked::default()
    };
    let spec = |trigger, slot: Option<Timestamp>, attempt, missed| RunSpec {
        verification_ref: VerificationRef {
            name: seen.name.to_owned(),
            uid: seen.uid.to_owned(),
            generation: seen.generation,
        },
        spec_digest: seen.digest.to_owned(),
        trigger,
        scheduled_for: slot.map(Time),
        missed_slots: missed,
        requested_by: None,
        last_canary_seq: seen.status.last_canary_seq,
        attempt,
        template: seen.template.clone(),
    };
    if is_held(seen) {
        // With the suspension what was to come next is forgotten: what has passed by then is missed.
        if seen.suspended
            && seen.status.next_schedule_time.is_some()
            && let Some(schedule) = seen.schedule
        {
            let due = schedule.due(seen_to(seen, schedule), seen.now);
            let before = due.missed.map_or(0, |(_, count)| count);
            let count = before + u64::from(due.run.is_some());
            if let Some(slot) = due.run.or(due.missed.map(|(slot, _)| slot)) {
                let spec = spec(RunTrigger::Schedule, Some(slot), 1, Some(count));
                asked.create.push((run_name(seen.name, slot, 1), spec));
            }
        }
        return asked;
    }
    // Somebody may want to know while the schedule is suspended.
    if let Some((who, request)) = requester(seen)
        && seen.status.last_request.as_deref() != Some(request)
    {
        let mut run = spec(RunTrigger::Manual, None, 1, None);
        run.requested_by = Some(who.to_owned());
        let name = requested_name(seen.name, seen.uid, request);
        asked.create.push((name, run));
    }
    if seen.suspended {
        return asked;
    }
    let is_new = seen.runs.is_empty()
        && seen.status.last_run.is_none()
        && seen.status.last_schedule_time.is_none();
    if is_new {
        let name = run_name(seen.name, seen.created, 1);
        asked
            .create
            .push((name, spec(RunTrigger::Create, None, 1, None)));
    }
    if let Some(schedule) = seen.schedule {
        let due = schedule.due(seen_to(seen, schedule), seen.now);
        // Where the slot that was announced has not come, none was missed: the schedule is another now.
        let told = seen.status.next_schedule_time.as_ref();
        let is_ahead = told.is_some_and(|next| next.0 > seen.now);
        if let Some((slot, count)) = due.missed.filter(|_| !is_ahead) {
            let spec = spec(RunTrigger::Schedule, Some(slot), 1, Some(count));
            asked.create.push((run_name(seen.name, slot, 1), spec));
        }
        if let Some(slot) = due.run {
            let spec = spec(RunTrigger::Schedule, Some(slot), 1, None);
            asked.create.push((run_name(seen.name, slot, 1), spec));
        }
        asked.again = next(schedule, seen.now);
    }
    if let Some((last, at)) = retry(seen) {
        if at <= seen.now {
            let attempt = last.spec.attempt + 1;
            let slot = last.spec.scheduled_for.as_ref().map(|slot| slot.0);
            let name = run_name(seen.name, slot.unwrap_or(seen.created), attempt);
            asked
                .create
                .push((name, spec(last.spec.trigger, slot, attempt, None)));
        } else {
            asked.again = Some(asked.again.map_or(at, |again| again.min(at)));
        }
    }
    asked
}

/// Up to when slots have been seen to, or were none.
fn seen_to(seen: &Observed<'_>, schedule: &Schedule) -> Timestamp {
    let last = last_slot(seen).unwrap_or(seen.created);
    announced(seen, schedule).map_or(last, |before| before.max(last))
}

/// The next run of a schedule, jitter included.
pub fn next(schedule: &Schedule, now: Timestamp) -> Option<Timestamp> {
    let from = now.checked_sub(schedule.jitter()).ok()?;
    Some(schedule.after(from)? + schedule.jitter())
}

/// The newest slot that was seen to: by a run that is there, or by one that was.
fn last_slot(seen: &Observed<'_>) -> Option<Timestamp> {
    let stored = seen.status.last_schedule_time.as_ref().map(|time| time.0);
    let runs = seen
        .runs
        .iter()
        .filter_map(|run| Some(run.spec.scheduled_for.as_ref()?.0));
    runs.chain(stored).max()
}

/// Before when nothing was missed. The status says what was to come next: no slot is due that is earlier, and a schedule that is changed, new
/// or suspended no longer, asks for nothing that had passed by then.
fn announced(seen: &Observed<'_>, schedule: &Schedule) -> Option<Timestamp> {
    let Some(next) = &seen.status.next_schedule_time else {
        let had_none = [conditions::NO_SCHEDULE, conditions::SUSPENDED];
        let is_new = seen.status.conditions.iter().any(|condition| {
            condition.type_ == "Scheduled" && had_none.contains(&&*condition.reason)
        });
        return is_new.then_some(seen.now);
    };
    let slot = next.0.checked_sub(schedule.jitter()).ok()?;
    let before = slot.checked_sub(SignedDuration::from_secs(1)).ok()?;
    if schedule.after(before) == Some(slot) {
        return Some(before);
    }
    // It was told by another schedule, or by another jitter of this one.
    next.0.checked_sub(LONGEST_JITTER).ok()
}

/// The run that is to be tried again, and when.
fn retry<'a>(seen: &Observed<'a>) -> Option<(&'a Run, Timestamp)> {
    // Who asked for one asks again.
    let (by_hand, of_itself): (Vec<&Run>, Vec<&Run>) = seen
        .runs
        .iter()
        .partition(|run| run.spec.trigger == RunTrigger::Manual);
    let last = newest(&of_itself)?;
    let after = RETRIES.get(usize::from(last.spec.attempt.checked_sub(1)?))?;
    let status = last.status.as_ref()?;
    // What is left of it would be there twice.
    if !is_over(last) || !is_worth_retrying(reason(last)?) {
        return None;
    }
    let ended = status.finished_at.as_ref()?.0;
    // A run by hand is waited for, and where it told whether the backup restores there is nothing more to find out.
    let settles = |run: &&Run| {
        let since = run.status.as_ref().and_then(|it| it.finished_at.as_ref());
        let told = matches!(
            reason(run).map(Reason::verdict),
            Some(Verdict::Passed | Verdict::Failed)
        );
        !is_over(run) || (told && since.is_some_and(|since| since.0 > ended))
    };
    if by_hand.iter().any(settles) {
        return None;
    }
    Some((last, ended + *after))
}

/// The newest run that was more than a note of slots that were missed.
fn newest<'a>(runs: &[&'a Run]) -> Option<&'a Run> {
    runs.iter()
        .copied()
        .filter(|run| run.spec.missed_slots.is_none())
        .max_by_key(|run| order(run))
}

fn order(run: &Run) -> (Option<Timestamp>, u8, Option<Timestamp>, Option<&str>) {
    let made = run.metadata.creation_timestamp.as_ref().map(|time| time.0);
    let slot = run.spec.scheduled_for.as_ref().map(|time| time.0);
    (
        slot.or(made),
        run.spec.attempt,
        made,
        run.metadata.name.as_deref(),
    )
}

/// Whether a run is over, and nothing of it is left.
pub fn is_over(run: &Run) -> bool {
    run.status.as_ref().is_some_and(|status| {
        status.phase == RunPhase::Finished && status.scratch.verified_absent_at.is_some()
    })
}

fn prune(seen: &Observed<'_>) -> Vec<String> {
    let mut over: Vec<&Run> = seen.runs.iter().filter(|run| is_over(run)).collect();
    over.sort_by_key(|run| std::cmp::Reverse(order(run)));
    let mut kept = (0, 0);
    let mut gone = Vec::new();
    // The newest is kept, and the one that tells what is to be tried again: it would be tried once more.
    let tried = over
        .iter()
        .position(|run| run.spec.trigger != RunTrigger::Manual && run.spec.missed_slots.is_none());
    for (index, run) in over.into_iter().enumerate().skip(1) {
        if Some(index) == tried {
            continue;
        }
        let passed = run.status.as_ref().is_some_and(machine::is_proof);
        let (count, limit) = if passed {
            (&mut kept.0, seen.history.0)
        } else {
            (&mut kept.1, seen.history.1.max(LEAST_HISTORY))
        };
        *count += 1;
        if *count > limit {
            gone.extend(run.metadata.name.clone());
        }
    }
    gone
}

/// The seconds that a run measured, by objective.
fn measured(status: &RunStatus) -> BTreeMap<String, f64> {
    let objectives = status
        .result
        .as_ref()
        .and_then(|result| result.get("objectives"));
    let objectives = objectives.and_then(Value::as_object).into_iter().flatten();
    objectives
        .filter_map(|(name, objective)| {
            Some((name.clone(), objective.get("measuredSeconds")?.as_f64()?))
        })
        .collect()
}

/// The canary's number in a run that passed.
fn canary(status: &RunStatus) -> Option<i64> {
    let checks = status.result.as_ref()?.get("checks")?.as_array()?;
    let canary = checks.iter().find(|check| is_canary(check))?;
    canary.get("observed")?.as_i64()
}

/// Of a run's result what [`tell`] asks of it.
pub fn remembered(result: &Value) -> Value {
    let checks = result.get("checks").and_then(Value::as_array);
    let canary = checks.and_then(|checks| checks.iter().find(|check| is_canary(check)));
    json!({"objectives": result.get("objectives"), "checks": canary.into_iter().collect::<Vec<_>>()})
}

fn is_canary(check: &Value) -> bool {
    check.get("id").and_then(Value::as_str) == Some("canary")
}

/// The last run that told whether the backup restores. Good news counts when it is recorded, bad news at once: the store that holds the record may
/// be away for long.
fn decisive(runs: &[Run]) -> Option<DecisiveRun> {
    let told = runs.iter().filter_map(|run| {
        let status = run.status.as_ref()?;
        let verdict = status.verdict.as_deref()?;
        (verdict == "Failed" || machine::is_proof(status)).then_some(())?;
        Some(DecisiveRun {
            verdict: verdict.to_owned(),
            reason: status.reason.clone(),
            finished_at: status.finished_at.clone()?,
        })
    });
    told.max_by_key(|run| (run.finished_at.0, run.verdict == "Failed"))
}

/// The status that follows from the runs that are there, in whatever order they ended. What was said of newer ones that are gone stays.
pub fn tell(seen: &Observed<'_>) -> RestoreVerificationStatus {
    let mut said = seen.status.clone();
    said.observed_generation = Some(seen.generation);
    said.subject_digest = Some(subject(seen.template));
    let is_held = is_held(seen);
    if let Some((_, request)) = requester(seen)
        && (!is_held || was_made(seen, request))
    {
        said.last_request = Some(request.to_owned());
    }
    said.last_schedule_time = last_slot(seen).map(Time);
    let schedule = seen.schedule.filter(|_| !seen.suspended);
    said.next_schedule_time = schedule
        .and_then(|schedule| {
            if is_held {
                // A slot that comes meanwhile stays the next one: it is counted as missed afterwards.
                Some(schedule.after(seen_to(seen, schedule))? + schedule.jitter())
            } else {
                next(schedule, seen.now)
            }
        })
        .map(Time);
    said.active = seen
        .runs
        .iter()
        .filter(|run| {
            run.status
                .as_ref()
                .is_none_or(|status| status.phase != RunPhase::Finished)
        })
        .filter_map(|run| run.metadata.name.clone())
        .collect();
    said.active.sort();
    let finished: Vec<(Timestamp, &Run, &RunStatus)> = seen
        .runs
        .iter()
        .filter_map(|run| {
            let status = run.status.as_ref()?;
            let at = status.finished_at.as_ref()?.0;
            (status.phase == RunPhase::Finished).then_some((at, run, status))
        })
        .collect();
    let later = |at: Timestamp, than: Option<&Time>| than.is_none_or(|than| at > than.0);
    let proofs = finished
        .iter()
        .filter(|(_, _, status)| machine::is_proof(status));
    if let Some((at, run, status)) = proofs.max_by_key(|(at, ..)| *at)
        && later(*at, said.last_passed_time.as_ref())
    {
        said.last_passed_time = Some(Time(*at));
        said.passed_digest = Some(subject(&run.spec.template));
        said.objectives_achieved = measured(status);
        said.last_canary_seq = canary(status).or(said.last_canary_seq);
    }
    if let Some(decisive) = decisive(seen.runs)
        && later(
            decisive.finished_at.0,
            said.decisive.as_ref().map(|last| &last.finished_at),
        )
    {
        said.decisive = Some(decisive);
    }
    if let Some((at, run, status)) = finished.iter().max_by_key(|(at, ..)| *at)
        && later(
            *at,
            said.last_run
                .as_ref()
                .and_then(|last| last.finished_at.as_ref()),
        )
    {
        said.last_verdict.clone_from(&status.verdict);
        said.last_reason.clone_from(&status.reason);
        said.last_run = Some(LastRun {
            name: run.metadata.name.clone().unwrap_or_default(),
            uid: run.metadata.uid.clone().unwrap_or_default(),
            finished_at: Some(Time(*at)),
            evidence_digest: status
                .evidence
                .as_ref()
                .map(|evidence| evidence.digest.clone()),
            log_index: status.evidence.as_ref().map(|evidence| evidence.log_index),
        });
    }
    let since = finished
        .iter()
        .filter(|(at, ..)| later(*at, said.last_passed_time.as_ref()));
    (said.consecutive_failures, said.missed_slots) =
        since.fold((0, 0), |(failed, missed), (_, run, _)| {
            let bad = matches!(
                reason(run).map(Reason::verdict),
                Some(Verdict::Failed | Verdict::Inconclusive)
            );
            (
                failed + u32::from(bad),
                missed + run.spec.missed_slots.unwrap_or(0),
            )
        });
    said
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hipaa_iac_api::{EvidenceStatus, ScratchStatus};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const CREATED: &str = "2026-05-01T12:00:00Z";

    struct World {
        schedule: Option<Schedule>,
        status: RestoreVerificationStatus,
        runs: Vec<Run>,
        suspended: bool,
        requested: Option<&'static str>,
        history: (usize, usize),
    }

    impl World {
        fn daily() -> Self {
            Self {
                schedule: Some(Schedule::new("0 3 * * *", None, 0, Some(7200), "uid").unwrap()),
                status: RestoreVerificationStatus::default(),
                runs: Vec::new(),
                suspended: false,
                requested: None,
                history: (10, 20),
            }
        }

        fn seen<'a>(&'a self, now: &str, template: &'a Value) -> Observed<'a> {
            Observed {
                now: at(now),
                name: "ehr",
                uid: "uid",
                generation: 1,
                created: at(CREATED),
                suspended: self.suspended,
                requested: self.requested,
                schedule: self.schedule.as_ref(),
                template,
                digest: "sha256:ours",
                status: &self.status,
                runs: &self.runs,
                history: self.history,
            }
        }

        fn ask(&self, now: &str) -> Asked {
            ask(&self.seen(now, &Value::Null))
        }

        /// Makes what is asked for, and tells.
        fn advance(&mut self, now: &str) -> Vec<String> {
            let asked = self.ask(now);
            let mut names = Vec::new();
            for (name, spec) in asked.create {
                let mut run = Run::new(&name, spec);
                run.metadata.creation_timestamp = Some(Time(at(now)));
                self.runs.push(run);
                names.push(name);
            }
            self.status = tell(&self.seen(now, &Value::Null));
            names
        }

        fn end(&mut self, name: &str, reason: Reason, now: &str) {
            let run = self
                .runs
                .iter_mut()
                .find(|run| run.metadata.name.as_deref() == Some(name));
            run.unwrap().status = Some(RunStatus {
                phase: RunPhase::Finished,
                verdict: Some(format!("{:?}", reason.verdict())),
                reason: Some(reason.to_string()),
                finished_at: Some(Time(at(now))),
                phase_since: Some(Time(at(now))),
                scratch: ScratchStatus {
                    verified_absent_at: Some(Time(at(now))),
                    ..ScratchStatus::default()
                },
                evidence: Some(EvidenceStatus {
                    digest: "d".into(),
                    log_index: 7,
                    log_size: 8,
                }),
                ..RunStatus::default()
            });
            self.status = tell(&self.seen(now, &Value::Null));
        }
    }

    /// `date -u -d 2026-05-02T03:00Z +%s` is 1777690800, whose minute is 29628180.
    #[test]
    fn names_carry_the_minute_of_the_slot() {
        assert_eq!(
            run_name("ehr", at("2026-05-02T03:00:59Z"), 1),
            "ehr-29628180"
        );
        assert_eq!(
            run_name("ehr", at("2026-05-02T03:00:00Z"), 3),
            "ehr-29628180-r2"
        );
    }

    #[test]
    fn a_new_verification_runs_at_once_and_then_at_its_slots() {
        let mut world = World::daily();
        assert_eq!(world.advance(CREATED).len(), 1);
        assert_eq!(world.runs[0].spec.trigger, RunTrigger::Create);
        // Whoever asks again asks for nothing.
        assert!(world.advance("2026-05-01T12:00:05Z").is_empty());
        assert_eq!(
            world.status.next_schedule_time,
            Some(Time(at("2026-05-02T03:00:00Z")))
        );
        assert_eq!(world.advance("2026-05-02T03:00:01Z"), ["ehr-29628180"]);
        assert!(world.advance("2026-05-02T03:00:02Z").is_empty());
        // The run is gone; that its slot was seen to is not forgotten.
        world.runs.clear();
        assert!(world.advance("2026-05-02T03:10:00Z").is_empty());
    }

    #[test]
    fn missed_slots_are_one_record_and_counted_once() {
        let mut world = World::daily();
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
        // Away for three nights, back in time for the fourth.
        let names = world.advance("2026-05-05T04:00:00Z");
        assert_eq!(names, ["ehr-29631060", "ehr-29632500"]);
        assert_eq!(world.runs[1].spec.missed_slots, Some(3));
        assert_eq!(world.runs[2].spec.missed_slots, None);
        world.end("ehr-29631060", Reason::MissedSlot, "2026-05-05T04:00:05Z");
        assert_eq!(world.status.missed_slots, 3);
        world.end("ehr-29632500", Reason::None, "2026-05-05T04:10:00Z");
        // They count until a run passes.
        assert_eq!(world.status.missed_slots, 0);
        assert_eq!(
            world.status.last_passed_time,
            Some(Time(at("2026-05-05T04:10:00Z")))
        );
    }

    /// The store of the records is away, or there is none: what runs meanwhile would be ever more.
    #[test]
    fn no_run_is_asked_for_while_three_wait_for_their_record_and_what_passes_is_missed() {
        let mut world = World::daily();
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
        for day in 2..=4 {
            let now = format!("2026-05-0{day}T03:00:00Z");
            assert_eq!(world.advance(&now).len(), 1, "{now}");
            world.runs.last_mut().unwrap().status = Some(RunStatus {
                phase: RunPhase::Recording,
                ..RunStatus::default()
            });
        }
        world.requested = Some("jane 1");
        for now in [
            "2026-05-04T23:00:00Z",
            "2026-05-05T03:00:00Z",
            "2026-05-06T03:00:00Z",
            "2026-05-07T03:59:59Z",
        ] {
            assert!(world.advance(now).is_empty(), "{now}");
            assert_eq!(world.status.last_request, None);
        }
        let said = conditions::conditions(
            &world.seen("2026-05-07T03:59:59Z", &Value::Null),
            &world.status,
        );
        let scheduled = said.iter().find(|it| it.type_ == "Scheduled").unwrap();
        assert_eq!(scheduled.reason, conditions::HELD);
        assert_eq!(
            world.status.next_schedule_time,
            Some(Time(at("2026-05-05T03:00:00Z")))
        );
        // They wait for a store that is no longer named.
        let other = json!({"spec": {"evidence": {"storeRef": {"name": "vault"}}}});
        assert!(is_held(&world.seen("2026-05-07T03:59:59Z", &Value::Null)));
        assert!(!is_held(&world.seen("2026-05-07T03:59:59Z", &other)));
        // Who is suspended meanwhile forgets what was to come next.
        world.suspended = true;
        let asked = ask(&world.seen("2026-05-07T03:59:59Z", &Value::Null));
        world.suspended = false;
        let [(name, missed)] = &asked.create[..] else {
            panic!("{:?}", asked.create);
        };
        assert_eq!((&**name, missed.missed_slots), ("ehr-29635380", Some(3)));
        // The first of them is recorded.
        world.runs[1].status.as_mut().unwrap().phase = RunPhase::Finished;
        let names = world.advance("2026-05-07T04:00:00Z");
        let asked = requested_name("ehr", "uid", "jane 1");
        assert_eq!(names, [&*asked, "ehr-29633940", "ehr-29635380"]);
        assert_eq!(world.status.last_request.as_deref(), Some("jane 1"));
        let missed: Vec<Option<u64>> = world.runs[4..]
            .iter()
            .map(|run| run.spec.missed_slots)
            .collect();
        assert_eq!(missed, [None, Some(2), None]);
        assert!(world.advance("2026-05-07T04:00:05Z").is_empty());
        assert_eq!(
            world.status.next_schedule_time,
            Some(Time(at("2026-05-08T03:00:00Z")))
        );
    }

    /// An operator that is down over the change, on the European and on the American Sundays of 2026: each night has one slot, in summer time or not.
    #[test]
    fn slots_missed_over_a_change_of_the_clocks_are_recorded() {
        for (zone, cron, seen_to, back, missed, run) in [
            (
                "Europe/Berlin",
                "30 2 * * *",
                "2026-03-28T01:30:00Z",
                "2026-03-30T08:00:00Z",
                "2026-03-29T01:00:00Z",
                "2026-03-30T00:30:00Z",
            ),
            (
                "Europe/Berlin",
                "30 2 * * *",
                "2026-10-24T00:30:00Z",
                "2026-10-26T08:00:00Z",
                "2026-10-25T00:30:00Z",
                "2026-10-26T01:30:00Z",
            ),
            (
                "America/New_York",
                "30 2 * * *",
                "2026-03-07T07:30:00Z",
                "2026-03-09T12:00:00Z",
                "2026-03-08T07:00:00Z",
                "2026-03-09T06:30:00Z",
            ),
            (
                "America/New_York",
                "30 1 * * *",
                "2026-10-31T05:30:00Z",
                "2026-11-02T12:00:00Z",
                "2026-11-01T05:30:00Z",
                "2026-11-02T06:30:00Z",
            ),
        ] {
            let mut world = World::daily();
            world.schedule = Some(Schedule::new(cron, Some(zone), 0, None, "uid").unwrap());
            world.status.last_schedule_time = Some(Time(at(seen_to)));
            let names = world.advance(back);
            assert_eq!(
                names,
                [run_name("ehr", at(missed), 1), run_name("ehr", at(run), 1)],
                "{zone}"
            );
            assert_eq!(world.runs[0].spec.missed_slots, Some(1));
            assert_eq!(world.runs[0].spec.scheduled_for, Some(Time(at(missed))));
            assert_eq!(world.runs[1].spec.missed_slots, None);
            // Whoever looks again finds nothing more to record.
            assert!(world.advance(back).is_empty());
            world.end(&names[0], Reason::MissedSlot, back);
            assert_eq!(world.status.missed_slots, 1);
        }
    }

    /// What is signed as missed was due once.
    #[test]
    fn a_schedule_that_is_changed_or_new_misses_nothing_before() {
        let hourly = || Schedule::new("0 * * * *", None, 0, None, "uid").unwrap();
        let mut changed = World::daily();
        changed.advance(CREATED);
        let mut new = World::daily();
        new.schedule = None;
        new.advance(CREATED);
        new.status.conditions =
            conditions::conditions(&new.seen(CREATED, &Value::Null), &new.status);
        for mut world in [changed, new] {
            world.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
            world.schedule = Some(hourly());
            assert!(world.advance("2026-05-01T20:30:00Z").is_empty());
            // 2026-05-01T21:00Z is 1777669200 seconds, 29627820 minutes.
            assert_eq!(world.advance("2026-05-01T21:00:01Z"), ["ehr-29627820"]);
            assert_eq!(world.runs[1].spec.missed_slots, None);
            // From then on it counts, also when the operator was away.
            let names = world.advance("2026-05-02T01:10:00Z");
            assert_eq!(names.len(), 2);
            assert_eq!(world.runs[2].spec.missed_slots, Some(3));
        }
    }

    /// Nobody was away: what passes while a verification is suspended was not to run.
    #[test]
    fn what_passes_while_suspended_is_not_missed() {
        let mut world = World::daily();
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
        let looks = |world: &mut World, now: &str| {
            let names = world.advance(now);
            world.status.conditions =
                conditions::conditions(&world.seen(now, &Value::Null), &world.status);
            names
        };
        world.suspended = true;
        for day in 1..=7 {
            let now = format!("2026-05-0{day}T20:00:00Z");
            assert!(looks(&mut world, &now).is_empty(), "{now}");
        }
        world.suspended = false;
        assert!(looks(&mut world, "2026-05-08T20:00:00Z").is_empty());
        assert_eq!(world.status.missed_slots, 0);
        // 2026-05-09T03:00Z is 1778295600 seconds, 29638260 minutes.
        assert_eq!(looks(&mut world, "2026-05-09T03:00:01Z"), ["ehr-29638260"]);
        assert_eq!(world.runs[1].spec.missed_slots, None);
        // From then on it counts again.
        let names = looks(&mut world, "2026-05-12T04:00:00Z");
        assert_eq!(names.len(), 2, "{names:?}");
        assert_eq!(world.runs[2].spec.missed_slots, Some(2));
    }

    /// A slot that is put off by its jitter, and whose time comes when it is not suspended any more, runs.
    #[test]
    fn a_slot_that_comes_after_it_was_suspended_runs() {
        let mut world = World::daily();
        let jittered = Schedule::new("0 3 * * *", None, 3600, None, "uid").unwrap();
        assert!(jittered.jitter() > SignedDuration::from_secs(60));
        world.schedule = Some(jittered);
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
        for (suspended, now) in [
            (true, "2026-05-02T02:59:00Z"),
            (false, "2026-05-02T03:00:30Z"),
        ] {
            world.suspended = suspended;
            assert!(world.advance(now).is_empty());
            world.status.conditions =
                conditions::conditions(&world.seen(now, &Value::Null), &world.status);
        }
        assert_eq!(world.advance("2026-05-02T04:00:01Z"), ["ehr-29628180"]);
        assert_eq!(world.runs[1].spec.missed_slots, None);
    }

    /// The next slot of the old schedule was announced, and those of the new one that lie before it were never due.
    #[test]
    fn a_schedule_that_is_made_denser_misses_nothing() {
        let mut world = World::daily();
        world.schedule = Some(Schedule::new("0 * * * *", None, 0, None, "uid").unwrap());
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
        assert_eq!(world.advance("2026-05-01T13:00:01Z").len(), 1);
        world.schedule = Some(Schedule::new("3-59/5 * * * *", None, 0, None, "uid").unwrap());
        let names = world.advance("2026-05-01T13:31:00Z");
        assert_eq!(names.len(), 1, "{names:?}");
        let run = world.runs.last().unwrap();
        assert_eq!(run.spec.missed_slots, None);
        assert_eq!(
            run.spec.scheduled_for,
            Some(Time(at("2026-05-01T13:28:00Z")))
        );
    }

    /// A slot whose run was put off by the jitter is due at once when there is none any more.
    #[test]
    fn a_slot_is_not_lost_with_its_jitter() {
        let mut world = World::daily();
        let daily = |jitter| Schedule::new("0 3 * * *", None, jitter, None, "uid").unwrap();
        let jittered = daily(3600);
        assert!(
            jittered.jitter() > SignedDuration::from_secs(60),
            "{:?}",
            jittered.jitter()
        );
        world.schedule = Some(jittered);
        world.advance(CREATED);
        assert!(world.advance("2026-05-02T03:00:30Z").is_empty());
        world.schedule = Some(daily(0));
        assert_eq!(world.advance("2026-05-02T03:00:40Z"), ["ehr-29628180"]);
    }

    #[test]
    fn a_suspended_verification_asks_for_nothing() {
        let mut world = World::daily();
        world.suspended = true;
        assert_eq!(world.ask("2026-06-01T00:00:00Z"), Asked::default());
        assert_eq!(
            tell(&world.seen("2026-06-01T00:00:00Z", &Value::Null)).next_schedule_time,
            None
        );
    }

    /// `printf 'uid jane 2026-05-01T13:00:00Z' | sha256sum` begins with 5480b6b8.
    #[test]
    fn a_run_by_hand_is_made_once_for_each_request_and_names_who_asked() {
        let mut world = World::daily();
        world.schedule = None;
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
        world.suspended = true;
        world.requested = Some("jane 2026-05-01T13:00:00Z");
        assert_eq!(world.advance("2026-05-01T13:00:10Z"), ["ehr-m5480b6b8"]);
        let run = &world.runs[1];
        assert_eq!(run.spec.trigger, RunTrigger::Manual);
        assert_eq!(run.spec.requested_by.as_deref(), Some("jane"));
        assert!(world.advance("2026-05-01T13:00:20Z").is_empty());
        // A verification that is made anew, with the annotation that it had, is asked too.
        let again = requested_name("ehr", "another", "jane 2026-05-01T13:00:00Z");
        assert_ne!(again, "ehr-m5480b6b8");
        // It is not tried again by itself, and not made again when it is pruned.
        world.suspended = false;
        world.end("ehr-m5480b6b8", Reason::RunnerLost, "2026-05-01T13:05:00Z");
        assert!(world.advance("2026-05-01T14:00:00Z").is_empty());
        world.runs.clear();
        assert!(world.advance("2026-05-01T14:00:10Z").is_empty());
        world.requested = Some("system:serviceaccount:ci:drill 2");
        let name = world.advance("2026-05-01T15:00:00Z");
        assert_eq!(name.len(), 1);
        assert_eq!(
            world.runs[0].spec.requested_by.as_deref(),
            Some("system:serviceaccount:ci:drill")
        );
    }

    #[test]
    fn the_number_of_the_canary_goes_from_run_to_run() {
        let mut world = World::daily();
        world.advance(CREATED);
        let ends = |world: &mut World, name: &str, reason: Reason, seq: i64, now: &str| {
            let run = world
                .runs
                .iter_mut()
                .find(|run| run.metadata.name.as_deref() == Some(name));
            run.unwrap().status = Some(RunStatus {
                result: Some(
                    json!({"checks": [{"id": "amcheck", "observed": 7}, {"id": "canary", "observed": seq}]}),
                ),
                ..RunStatus::default()
            });
            let result = world.runs.last().unwrap().status.clone().unwrap().result;
            world.end(name, reason, now);
            world
                .runs
                .last_mut()
                .unwrap()
                .status
                .as_mut()
                .unwrap()
                .result = result;
            world.status.last_passed_time = None;
            world.status = tell(&world.seen(now, &Value::Null));
        };
        ends(
            &mut world,
            "ehr-29627280",
            Reason::None,
            41,
            "2026-05-01T12:05:00Z",
        );
        assert_eq!(world.status.last_canary_seq, Some(41));
        let name = world.advance("2026-05-02T03:00:00Z");
        assert_eq!(world.runs[1].spec.last_canary_seq, Some(41));
        // Only a run that passed moves it.
        ends(
            &mut world,
            &name[0],
            Reason::StaleData,
            50,
            "2026-05-02T03:05:00Z",
        );
        assert_eq!(world.status.last_canary_seq, Some(41));
    }

    #[test]
    fn what_is_remembered_of_a_run_tells_the_same() {
        let mut world = World::daily();
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
        world.status = RestoreVerificationStatus::default();
        let result = json!({
            "objectives": {"rto": {"measuredSeconds": 61.5, "met": true}, "dataAge": {"met": true}},
            "phases": [{"name": "restore"}],
            "checks": [{"id": "amcheck", "observed": 7}, {"id": "canary", "observed": 41}],
        });
        let told = |world: &mut World, result: Value| {
            world.runs[0].status.as_mut().unwrap().result = Some(result);
            tell(&world.seen("2026-05-01T12:06:00Z", &Value::Null))
        };
        let whole = told(&mut world, result.clone());
        assert_eq!(whole.last_canary_seq, Some(41));
        assert_eq!(json!(whole.objectives_achieved), json!({"rto": 61.5}));
        let kept = remembered(&result);
        assert_eq!(kept.get("phases"), None);
        assert_eq!(told(&mut world, kept), whole);
        // A result without any of it.
        let whole = told(&mut world, json!({}));
        let kept = remembered(&json!({}));
        assert_eq!(told(&mut world, kept), whole);
    }

    #[test]
    fn only_what_may_change_is_tried_again_and_twice_at_most() {
        let mut world = World::daily();
        world.schedule = None;
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::RunnerLost, "2026-05-01T12:30:00Z");
        assert_eq!(
            world.ask("2026-05-01T12:39:59Z").again,
            Some(at("2026-05-01T12:40:00Z"))
        );
        assert_eq!(world.advance("2026-05-01T12:40:00Z"), ["ehr-29627280-r1"]);
        world.end(
            "ehr-29627280-r1",
            Reason::OutOfMemory,
            "2026-05-01T13:00:00Z",
        );
        assert!(world.advance("2026-05-01T13:29:59Z").is_empty());
        assert_eq!(world.advance("2026-05-01T13:30:00Z"), ["ehr-29627280-r2"]);
        world.end(
            "ehr-29627280-r2",
            Reason::RunnerLost,
            "2026-05-01T14:00:00Z",
        );
        assert!(world.advance("2026-05-02T14:00:00Z").is_empty());
        assert_eq!(world.status.consecutive_failures, 3);
        for reason in [
            Reason::StaleData,
            Reason::ConfigError,
            Reason::AssertionError,
            Reason::KeyMismatch,
        ] {
            assert!(!is_worth_retrying(reason), "{reason}");
        }
    }

    /// Who asks for a run takes none from the schedule.
    #[test]
    fn a_run_by_hand_ends_no_tries_unless_it_told_of_the_backup() {
        let again: &[&str] = &["ehr-29627280-r1"];
        let none: &[&str] = &[];
        for (reason, expected) in [
            (Reason::Interrupted, again),
            (Reason::RunnerLost, again),
            (Reason::None, none),
            (Reason::StaleData, none),
        ] {
            let mut world = World::daily();
            world.schedule = None;
            world.advance(CREATED);
            world.end("ehr-29627280", Reason::RunnerLost, "2026-05-01T12:30:00Z");
            world.requested = Some("jane 1");
            let by_hand = world.advance("2026-05-01T12:35:00Z");
            assert_eq!(by_hand.len(), 1);
            // It is under way, and the two would be in each other's way.
            assert!(world.advance("2026-05-01T12:40:00Z").is_empty());
            world.end(&by_hand[0], reason, "2026-05-01T12:45:00Z");
            assert_eq!(world.advance("2026-05-01T12:45:01Z"), expected, "{reason}");
        }
    }

    /// Another attempt would leave another scratch.
    #[test]
    fn what_left_something_behind_is_not_tried_again_before_it_is_gone() {
        let mut world = World::daily();
        world.schedule = None;
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::RunnerLost, "2026-05-01T12:30:00Z");
        let status = world.runs[0].status.as_mut().unwrap();
        let gone = status.scratch.verified_absent_at.take();
        assert!(world.advance("2026-05-01T13:00:00Z").is_empty());
        let status = world.runs[0].status.as_mut().unwrap();
        status.scratch.verified_absent_at = gone;
        assert_eq!(world.advance("2026-05-01T13:00:00Z"), ["ehr-29627280-r1"]);
    }

    /// A run that ended first may be recorded last.
    #[test]
    fn runs_are_told_of_in_whatever_order_they_are_recorded() {
        let mut world = World::daily();
        world.advance(CREATED);
        let names = world.advance("2026-05-05T04:00:00Z");
        world.end(&names[0], Reason::MissedSlot, "2026-05-05T04:00:05Z");
        world.end(&names[1], Reason::None, "2026-05-05T04:00:03Z");
        assert_eq!(
            world.status.last_passed_time,
            Some(Time(at("2026-05-05T04:00:03Z")))
        );
        assert_eq!(
            (
                world.status.missed_slots,
                world.status.last_reason.as_deref()
            ),
            (3, Some("MissedSlot"))
        );
    }

    /// What is not known does not take back what is.
    #[test]
    fn a_failure_lasts_until_a_run_passes() {
        let mut world = World::daily();
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
        let verdict = |world: &World| {
            let decisive = world.status.decisive.clone().unwrap();
            (decisive.verdict, decisive.reason.unwrap_or_default())
        };
        let passed = ("Passed".to_owned(), "None".to_owned());
        let failed = ("Failed".to_owned(), "StaleData".to_owned());
        assert_eq!(verdict(&world), passed);
        for (day, reason, expected) in [
            (2, Reason::StaleData, &failed),
            (3, Reason::Interrupted, &failed),
            (4, Reason::ConfigError, &failed),
            (5, Reason::None, &passed),
            (6, Reason::OutOfMemory, &passed),
        ] {
            let name = world.advance(&format!("2026-05-0{day}T03:00:00Z"));
            world.end(&name[0], reason, &format!("2026-05-0{day}T03:05:00Z"));
            assert_eq!(&verdict(&world), expected, "{reason}");
            // The run is gone, and what it told is known still.
            world.runs.pop();
        }
    }

    #[test]
    fn a_failure_counts_before_it_is_recorded() {
        let mut world = World::daily();
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::StaleData, "2026-05-01T12:05:00Z");
        world.status = RestoreVerificationStatus::default();
        let status = world.runs[0].status.as_mut().unwrap();
        status.phase = RunPhase::Recording;
        status.evidence = None;
        let said = tell(&world.seen("2026-05-01T12:06:00Z", &Value::Null));
        assert_eq!(said.decisive.unwrap().verdict, "Failed");
        assert_eq!(said.last_run, None);
        // What passed counts when it is recorded.
        world.runs[0].status.as_mut().unwrap().verdict = Some("Passed".into());
        let said = tell(&world.seen("2026-05-01T12:06:00Z", &Value::Null));
        assert_eq!(said.decisive, None);
    }

    #[test]
    fn a_proof_is_of_the_backup_and_the_checks_that_were_run() {
        let spec = |key: &str| {
            json!({"spec": {"covers": [{"kind": "Cluster", "name": "ehr"}], "checks": {"sql": []},
            "schedule": {"cron": "0 3 * * *"}, "source": {"pgDump": {"location": {"key": key}}}}})
        };
        let mut world = World::daily();
        world.advance(CREATED);
        world.runs[0].spec.template = spec("ehr.dump");
        world.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
        let told = |template: &Value| tell(&world.seen("2026-05-01T13:00:00Z", template));
        let same = told(&spec("ehr.dump"));
        assert!(same.passed_digest.is_some());
        assert_eq!(same.passed_digest, same.subject_digest);
        let mut rescheduled = spec("ehr.dump");
        rescheduled["spec"]["schedule"]["cron"] = json!("0 4 * * *");
        assert_eq!(told(&rescheduled).subject_digest, same.passed_digest);
        let mut unchecked = spec("ehr.dump");
        unchecked["spec"]["checks"] = json!({});
        let mut uncovered = spec("ehr.dump");
        uncovered["spec"]["covers"][0]["name"] = json!("billing");
        // What passed by weaker demands is no proof by stricter ones.
        let mut encrypted = spec("ehr.dump");
        encrypted["spec"]["encryptionPolicy"] = json!({"required": "ClientSide"});
        let mut faster = spec("ehr.dump");
        faster["spec"]["objectives"] = json!({"rto": "1h"});
        for other in [spec("old.dump"), unchecked, uncovered, encrypted, faster] {
            let said = told(&other);
            assert_eq!(said.passed_digest, same.passed_digest);
            assert_ne!(said.subject_digest, same.passed_digest);
        }
    }

    #[test]
    fn what_names_nobody_is_no_request() {
        for nobody in ["", " ", "jane", " 2026-05-01T13:00:00Z", "jane "] {
            let mut world = World::daily();
            world.schedule = None;
            world.advance(CREATED);
            world.requested = Some(nobody);
            assert!(
                world.advance("2026-05-01T13:00:00Z").is_empty(),
                "{nobody:?}"
            );
            assert_eq!(world.status.last_request, None);
        }
    }

    #[test]
    fn a_run_whose_scratch_is_left_is_no_proof() {
        let mut world = World::daily();
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
        assert!(world.status.last_passed_time.is_some());
        let mut other = World::daily();
        other.advance(CREATED);
        other.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
        other.status = RestoreVerificationStatus::default();
        other.runs[0]
            .status
            .as_mut()
            .unwrap()
            .scratch
            .verified_absent_at = None;
        let said = tell(&other.seen("2026-05-01T12:06:00Z", &Value::Null));
        assert_eq!(said.last_passed_time, None);
    }

    /// Whoever keeps nothing would hear of nothing.
    #[test]
    fn two_in_a_row_are_counted_whatever_is_kept() {
        let mut world = World::daily();
        world.history = (0, 0);
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
        for day in 2..=6_u32 {
            let name = world.advance(&format!("2026-05-0{day}T03:00:00Z"));
            let ended = format!("2026-05-0{day}T03:05:00Z");
            world.end(&name[0], Reason::ConfigError, &ended);
            let gone = world.ask(&ended).prune;
            world
                .runs
                .retain(|run| !gone.contains(run.metadata.name.as_ref().unwrap()));
            world.status = tell(&world.seen(&ended, &Value::Null));
            assert!(
                world.status.consecutive_failures >= (day - 1).min(2),
                "{day}"
            );
        }
        assert!(world.runs.len() <= 4);
    }

    /// One that passed at the second try, where none that passed is kept, and whoever asked for a run meanwhile.
    #[test]
    fn what_was_tried_again_is_not_tried_once_more_when_it_is_old() {
        let mut world = World::daily();
        world.schedule = None;
        world.history = (0, 0);
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::RunnerLost, "2026-05-01T12:30:00Z");
        assert_eq!(world.advance("2026-05-01T12:40:00Z"), ["ehr-29627280-r1"]);
        world.end("ehr-29627280-r1", Reason::None, "2026-05-01T12:45:00Z");
        world.requested = Some("jane 1");
        let by_hand = world.advance("2026-05-01T13:00:00Z");
        world.end(&by_hand[0], Reason::Interrupted, "2026-05-01T13:01:00Z");
        let gone = world.ask("2026-05-01T13:02:00Z").prune;
        assert!(gone.is_empty(), "{gone:?}");
        assert!(world.advance("2026-05-01T13:02:00Z").is_empty());
    }

    #[test]
    fn old_runs_are_let_go_when_they_are_over() {
        let mut world = World::daily();
        world.history = (1, 1);
        world.advance(CREATED);
        world.end("ehr-29627280", Reason::None, "2026-05-01T12:05:00Z");
        for day in 2..=5 {
            let name = world.advance(&format!("2026-05-0{day}T03:00:00Z"));
            world.end(&name[0], Reason::None, &format!("2026-05-0{day}T03:05:00Z"));
        }
        let pruned = world.ask("2026-05-05T04:00:00Z").prune;
        // The newest stays, and one that passed before it.
        assert_eq!(pruned, ["ehr-29629620", "ehr-29628180", "ehr-29627280"]);
    }

    /// One look of an operator that may die after each of its calls.
    fn look(
        world: &mut World,
        now: Timestamp,
        made: &mut Vec<(String, RunSpec)>,
        dies: &mut impl Iterator<Item = bool>,
    ) {
        let seen = world.seen(&now.to_string(), &Value::Null);
        let asked = ask(&seen);
        let mut said = tell(&seen);
        said.conditions = conditions::conditions(&seen, &said);
        for (name, spec) in asked.create {
            let is_there = |run: &Run| run.metadata.name.as_ref() == Some(&name);
            if !world.runs.iter().any(is_there) {
                let mut run = Run::new(&name, spec.clone());
                run.metadata.creation_timestamp = Some(Time(now));
                world.runs.push(run);
                made.push((name, spec));
            }
            if dies.next() == Some(true) {
                return;
            }
        }
        world.status = said;
        if dies.next() == Some(true) {
            return;
        }
        for old in asked.prune {
            world
                .runs
                .retain(|run| run.metadata.name.as_ref() != Some(&old));
            if dies.next() == Some(true) {
                return;
            }
        }
    }

    /// Runs that have not ended end, and wait for their record.
    fn end_all(world: &mut World, reason: Reason, now: Timestamp) {
        for run in world.runs.iter_mut().filter(|run| run.status.is_none()) {
            let missed = run.spec.missed_slots.map(|_| Reason::MissedSlot);
            let reason = missed.unwrap_or(reason);
            run.status = Some(RunStatus {
                phase: RunPhase::Recording,
                verdict: Some(format!("{:?}", reason.verdict())),
                reason: Some(reason.to_string()),
                finished_at: Some(Time(now)),
                phase_since: Some(Time(now)),
                scratch: ScratchStatus {
                    verified_absent_at: Some(Time(now)),
                    ..ScratchStatus::default()
                },
                ..RunStatus::default()
            });
        }
    }

    /// The store takes the records that wait.
    fn record_all(world: &mut World) {
        for status in world.runs.iter_mut().filter_map(|run| run.status.as_mut()) {
            status.phase = RunPhase::Finished;
            status.evidence = Some(EvidenceStatus {
                digest: "d".into(),
                log_index: 7,
                log_size: 8,
            });
        }
    }

    const REASONS: [Reason; 5] = [
        Reason::None,
        Reason::StaleData,
        Reason::RunnerLost,
        Reason::ConfigError,
        Reason::Interrupted,
    ];

    const REQUESTS: [&str; 4] = ["jane 1", "jane 2", "joe 1", "jane 3"];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

        /// Rows 0 and 9 of the design's section 7: what is made of a schedule, told, and let go.
        #[test]
        fn each_slot_is_run_once_or_counted_once_whatever_dies(
            jitter in 0_u32..900,
            deadline in proptest::option::of(0_u32..5000),
            history in (0_usize..3, 0_usize..3),
            steps in proptest::collection::vec(
                (
                    prop_oneof![1_i64..60, 600_i64..9000],
                    proptest::option::of((0..REASONS.len(), any::<bool>())),
                    proptest::bool::weighted(0.1),
                ),
                1..40,
            ),
            deaths in proptest::collection::vec(proptest::bool::weighted(0.3), 0..120),
        ) {
            let schedule = Schedule::new("0 * * * *", None, jitter, deadline, "uid").unwrap();
            let jitter = schedule.jitter();
            let mut world = World { schedule: Some(schedule), history, ..World::daily() };
            let mut requests = REQUESTS.into_iter();
            let mut made = Vec::new();
            let mut dies = deaths.into_iter();
            let mut now = at(CREATED);
            look(&mut world, now, &mut made, &mut dies);
            for (pause, ended, by_hand) in steps {
                now += SignedDuration::from_secs(pause);
                if let Some((reason, is_recorded)) = ended {
                    end_all(&mut world, REASONS[reason], now);
                    if is_recorded {
                        record_all(&mut world);
                    }
                }
                if by_hand {
                    world.requested = requests.next().or(world.requested);
                }
                look(&mut world, now, &mut made, &mut dies);
            }
            // The store is back, and the operator lives.
            for _ in 0..3 {
                end_all(&mut world, Reason::None, now);
                record_all(&mut world);
                look(&mut world, now, &mut made, &mut std::iter::empty());
            }
            let names: BTreeSet<&String> = made.iter().map(|(name, _)| name).collect();
            prop_assert_eq!(names.len(), made.len(), "a run was made twice: {:?}", made);
            let hour = SignedDuration::from_hours(1);
            let mut seen_to = BTreeSet::new();
            for (name, spec) in made.iter().filter(|(_, spec)| spec.attempt == 1) {
                let Some(slot) = &spec.scheduled_for else { continue };
                let mut slot = slot.0;
                for _ in 0..spec.missed_slots.unwrap_or(1) {
                    prop_assert!(seen_to.insert(slot), "{name}: {slot} twice");
                    slot -= hour;
                }
            }
            let mut due = BTreeSet::new();
            let mut slot = at(CREATED) + hour;
            while slot + jitter <= now {
                due.insert(slot);
                slot += hour;
            }
            prop_assert_eq!(seen_to, due);
        }
    }
}
