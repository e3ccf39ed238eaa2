//! What is worth telling of runs: a pure function of how they were and how they are. Told as events of the verification, where
//! `kubectl describe restoreverification` shows them, and counted.

use std::collections::BTreeMap;

use hipaa_iac_api::{
    ConditionStatus, RestoreVerificationRun as Run, RestoreVerificationRunStatus, RunPhase,
};
use jiff::{SignedDuration, Timestamp};
use kube::ResourceExt as _;

use super::machine::SCRATCH_DESTROYED;

/// How long a record may take to be written before somebody is told.
pub const EVIDENCE_PATIENCE: SignedDuration = SignedDuration::from_mins(2);

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The run's UID.
    pub run: String,
    /// It is no good news.
    pub warning: bool,
    /// A word for programs.
    pub reason: String,
    /// A sentence.
    pub text: String,
    /// The verdict and the reason, once for each run that has come to its end.
    pub ended: Option<(String, String)>,
}

/// What was told of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Told {
    verdict: bool,
    pending: bool,
    left: bool,
}

/// What was told so far.
#[derive(Debug, Default)]
pub struct Notes {
    told: Option<BTreeMap<String, Told>>,
}

/// What is to be told of a run: the verdict where it is bad news at once, else when its record is in the log.
fn state(status: &RestoreVerificationRunStatus, now: Timestamp) -> Told {
    let over = |since: SignedDuration| {
        let phase = status.phase_since.as_ref();
        phase.is_some_and(|phase| now > phase.0 + since)
    };
    let failed = status.verdict.as_deref() == Some("Failed");
    Told {
        verdict: status.verdict.is_some() && (failed || status.phase == RunPhase::Finished),
        pending: status.phase == RunPhase::Recording && over(EVIDENCE_PATIENCE),
        left: status.conditions.iter().any(|condition| {
            condition.type_ == SCRATCH_DESTROYED && condition.status == ConditionStatus::False
        }),
    }
}

impl Notes {
    /// What is new. A leader that begins does not tell again what was so before it: another did.
    pub fn news(&mut self, runs: &[Run], now: Timestamp) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut next = BTreeMap::new();
        for run in runs {
            let uid = run.uid().unwrap_or_default();
            let status = run.status.clone().unwrap_or_default();
            let is = state(&status, now);
            if let Some(told) = &self.told {
                let was = told.get(&uid).copied().unwrap_or_default();
                notes.extend(tell(run, &status, was, is));
            }
            next.insert(uid, is);
        }
        self.told = Some(next);
        notes
    }

    /// Another leads.
    pub fn forget(&mut self) {
        self.told = None;
    }
}

fn tell(run: &Run, status: &RestoreVerificationRunStatus, was: Told, is: Told) -> Vec<Note> {
    let name = run.name_any();
    let note = |warning, reason: &str, text: String| Note {
        run: run.uid().unwrap_or_default(),
        warning,
        reason: reason.to_owned(),
        text,
        ended: None,
    };
    let mut notes = Vec::new();
    if is.verdict && !was.verdict {
        let verdict = status.verdict.clone().unwrap_or_default();
        let why = status.reason.clone().unwrap_or_default();
        let text = match (&run.spec.missed_slots, &status.evidence) {
            (Some(missed), _) => {
                format!("{missed} slots passed without a run; {name} records them")
            }
            (None, Some(evidence)) => {
                format!(
                    "run {name}: {why}; record {} of the evidence log",
                    evidence.log_index
                )
            }
            (None, None) => format!("run {name}: {why}; its record is not written yet"),
        };
        let reason = if run.spec.missed_slots.is_some() {
            "MissedSlot"
        } else {
            &verdict
        };
        notes.push(Note {
            ended: Some((verdict.clone(), why)),
            ..note(verdict != "Passed", reason, text)
        });
    }
    if is.pending && !was.pending {
        let text = format!(
            "run {name}: its record could not be written to the evidence store for {} minutes; it counts when it is",
            EVIDENCE_PATIENCE.as_mins()
        );
        notes.push(note(true, "EvidencePending", text));
    }
    if is.left && !was.left {
        let left = status
            .conditions
            .iter()
            .find(|condition| condition.type_ == SCRATCH_DESTROYED);
        let message = left.map_or("", |condition| &condition.message);
        let text = format!("run {name}: what it made is not gone, {message}");
        notes.push(note(true, "ScratchNotDestroyed", text));
    }
    notes
}

#[cfg(test)]
mod tests {
    use hipaa_iac_api::{Condition, EvidenceStatus};
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

    use super::*;
    use crate::restore::sample;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn run(missed: Option<u64>) -> Run {
        let mut run = sample::run("ehr-1", "r");
        run.spec.missed_slots = missed;
        run
    }

    fn ends(run: &mut Run, phase: RunPhase, verdict: &str, reason: &str) {
        run.status = Some(RestoreVerificationRunStatus {
            phase,
            verdict: Some(verdict.into()),
            reason: Some(reason.into()),
            phase_since: Some(Time(at("2026-05-02T03:00:00Z"))),
            evidence: (phase == RunPhase::Finished).then(|| EvidenceStatus {
                digest: "d".into(),
                log_index: 7,
                log_size: 8,
            }),
            ..RestoreVerificationRunStatus::default()
        });
    }

    fn told(notes: &mut Notes, run: &Run, now: &str) -> Vec<(bool, String)> {
        let news = notes.news(std::slice::from_ref(run), at(now));
        news.into_iter()
            .map(|note| (note.warning, note.reason))
            .collect()
    }

    const NOW: &str = "2026-05-02T03:01:00Z";

    #[test]
    fn a_pass_is_told_once_when_it_is_recorded() {
        let (mut notes, mut run) = (Notes::default(), run(None));
        assert_eq!(told(&mut notes, &run, NOW), []);
        ends(&mut run, RunPhase::Recording, "Passed", "None");
        assert_eq!(told(&mut notes, &run, NOW), []);
        // The store is away.
        let later = "2026-05-02T03:02:01Z";
        assert_eq!(
            told(&mut notes, &run, later),
            [(true, "EvidencePending".into())]
        );
        assert_eq!(told(&mut notes, &run, later), []);
        ends(&mut run, RunPhase::Finished, "Passed", "None");
        let news = notes.news(std::slice::from_ref(&run), at(later));
        assert_eq!(news.len(), 1);
        assert!(
            !news[0].warning && news[0].text.contains("record 7"),
            "{news:?}"
        );
        assert_eq!(news[0].ended, Some(("Passed".into(), "None".into())));
        assert_eq!(told(&mut notes, &run, later), []);
    }

    #[test]
    fn a_failure_waits_for_no_record() {
        let (mut notes, mut run) = (Notes::default(), run(None));
        notes.news(&[], at(NOW));
        ends(&mut run, RunPhase::Cleaning, "Failed", "StaleData");
        assert_eq!(told(&mut notes, &run, NOW), [(true, "Failed".into())]);
        ends(&mut run, RunPhase::Finished, "Failed", "StaleData");
        assert_eq!(told(&mut notes, &run, NOW), []);
    }

    #[test]
    fn missed_slots_and_what_is_left_are_told() {
        let (mut notes, mut run) = (Notes::default(), run(Some(3)));
        notes.news(&[], at(NOW));
        ends(&mut run, RunPhase::Finished, "Skipped", "MissedSlot");
        assert_eq!(told(&mut notes, &run, NOW), [(true, "MissedSlot".into())]);
        run.status.as_mut().unwrap().conditions = vec![Condition {
            type_: SCRATCH_DESTROYED.into(),
            status: ConditionStatus::False,
            reason: "StillThere".into(),
            message: "still there: Pod x".into(),
            observed_generation: None,
            last_transition_time: NOW.into(),
        }];
        assert_eq!(
            told(&mut notes, &run, NOW),
            [(true, "ScratchNotDestroyed".into())]
        );
    }

    #[test]
    fn a_new_leader_does_not_repeat_the_old() {
        let (mut notes, mut run) = (Notes::default(), run(None));
        ends(&mut run, RunPhase::Finished, "Failed", "StaleData");
        assert_eq!(told(&mut notes, &run, NOW), []);
        notes.forget();
        assert_eq!(told(&mut notes, &run, NOW), []);
    }
}
