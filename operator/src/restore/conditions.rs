//! What is so about a verification: a pure function of it and its runs.

use hipaa_iac_api::{
    Condition, RestoreVerificationRun as Run, RestoreVerificationStatus, RunPhase,
};
use jiff::Timestamp;

use super::{
    notes::EVIDENCE_PATIENCE,
    verification::{self, Observed},
};

/// Why a verification is not `Scheduled` that has no slots.
pub const NO_SCHEDULE: &str = "NoSchedule";
/// Why a verification is not `Scheduled` that is suspended.
pub const SUSPENDED: &str = "Suspended";
/// Why a verification is not `Scheduled` whose records wait for their store.
pub const HELD: &str = "EvidencePending";

/// `Scheduled` and `EvidenceHealthy`; the second only once there was a record to write.
pub fn conditions(seen: &Observed<'_>, said: &RestoreVerificationStatus) -> Vec<Condition> {
    let make = |kind: &str, holds: bool, reason: &str, message: String| {
        let now = seen.now.to_string();
        Condition::new(kind, holds, reason, message, said.observed_generation, now)
    };
    let (scheduled, reason, message) = match (&said.next_schedule_time, seen.suspended) {
        (_, true) => (false, SUSPENDED, "spec.suspend is true".to_owned()),
        (Some(_), false) if verification::is_held(seen) => (
            false,
            HELD,
            "the records of its runs wait for the evidence store, and no other run begins before; slots that pass are recorded as missed".to_owned(),
        ),
        (Some(next), false) => (true, "Scheduled", format!("it runs next at {}", next.0)),
        (None, false) => (
            false,
            NO_SCHEDULE,
            "spec.schedule gives no slot: it runs when it is made, and by hand".to_owned(),
        ),
    };
    let mut all = vec![make("Scheduled", scheduled, reason, message)];
    match pending(seen.runs, seen.now) {
        Some(run) => all.push(make(
            "EvidenceHealthy",
            false,
            "EvidencePending",
            format!("the record of {run} could not be written; until then it proves nothing"),
        )),
        None if said.last_run.is_some() => all.push(make(
            "EvidenceHealthy",
            true,
            "Recorded",
            "the last record is in the log".to_owned(),
        )),
        None => {}
    }
    all
}

/// A run whose record has waited too long.
fn pending(runs: &[Run], now: Timestamp) -> Option<&str> {
    let waits = runs.iter().find(|run| {
        run.status.as_ref().is_some_and(|status| {
            let since = status.phase_since.as_ref();
            status.phase == RunPhase::Recording
                && since.is_some_and(|since| now > since.0 + EVIDENCE_PATIENCE)
        })
    })?;
    waits.metadata.name.as_deref()
}
