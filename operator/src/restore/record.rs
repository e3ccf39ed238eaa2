//! A run as evidence: what is recorded is in its status before it is recorded, so that it has the same bytes whoever writes it, another version of
//! the operator too.

use chrono::DateTime;
use hipaa_iac_api::{
    RestoreVerificationRun as Run, RestoreVerificationRunStatus as RunStatus, RunPhase, RunTrigger,
};
use hipaa_iac_evidence::{Statement, StatementError, Suspect};
use hipaa_iac_restore::{
    config::{Location, Spec, StorageTarget},
    record,
    result::{
        Destroyed, Encryption, Isolation, Prior, Reason, RestoreResult, SCHEMA_VERSION, Scratch,
        Storage, Time, Tool, Trigger, TriggerKind, Verdict, Verification,
    },
};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The grace that Kubernetes gives a pod beyond its deadline, and the time for which its Job is kept, in seconds.
const AFTER_DEADLINE: u64 = 15 + 600;

/// The statement of a run, and what was left out of it because it looks like health information.
///
/// # Errors
/// It cannot be written as canonical JSON.
pub fn statement(
    run: &Run,
    cluster: Option<&str>,
) -> Result<(Statement, Vec<Suspect>), StatementError> {
    record::statement(&frozen(run).unwrap_or_else(|| result(run, cluster)))
}

/// The evidence store that a verification's document names.
pub fn store_name(document: &Value) -> &str {
    let name = document.pointer("/spec/evidence/storeRef/name");
    name.and_then(Value::as_str).unwrap_or("default")
}

/// What is told of what was left out of a run's record: where it stood and what it looks like, never what it is. Nothing where the record is whole.
pub fn redacted(left_out: &[Suspect]) -> Option<String> {
    let first = left_out.first()?;
    let others = match left_out.len() {
        1 => String::new(),
        all => format!(", and {} more", all - 1),
    };
    Some(format!(
        "left out of the record of a run because it looks like health information: {first}{others}; see that neither the verification nor its checks say such a thing"
    ))
}

/// What is to be recorded of a run that has come to it: written into its status with the phase.
pub fn freeze(run: &Run, status: &RunStatus, cluster: Option<&str>) -> Option<Value> {
    let mut run = run.clone();
    run.status = Some(status.clone());
    serde_json::to_value(result(&run, cluster)).ok()
}

/// What was to be recorded of a run when it came to it. A result that is the runner's own has a name of its own.
fn frozen(run: &Run) -> Option<RestoreResult> {
    let status = run.status.as_ref()?;
    if !matches!(status.phase, RunPhase::Recording | RunPhase::Finished) {
        return None;
    }
    let result: RestoreResult = serde_json::from_value(status.result.clone()?).ok()?;
    (result.run_id == name(run)).then_some(result)
}

/// How long anything of a run may be there, in seconds, though no operator sees to it. A backup that was fetched is there for as long as the Job that
/// fetched it, which stays after its end for as long as the run could take when it was made.
fn lifetime(spec: &Spec) -> u64 {
    let total = spec.deadlines.total_seconds;
    let is_fetched = matches!(spec.source.location(), Location::S3(_));
    let stays = if is_fetched { total } else { 0 };
    total.saturating_add(stays).saturating_add(AFTER_DEADLINE)
}

fn time(at: Timestamp) -> Time {
    let moment = DateTime::from_timestamp_millis(at.as_millisecond());
    Time(moment.unwrap_or_default())
}

/// A run's result: its runner's, where it gave one, under the run's own name, verdict and scratch.
pub fn result(run: &Run, cluster: Option<&str>) -> RestoreResult {
    let status = run.status.clone().unwrap_or_default();
    let created = created(run);
    let started = status.started_at.as_ref().map_or(created, |time| time.0);
    let ended = status.finished_at.as_ref().map_or(started, |time| time.0);
    let reason = status
        .reason
        .clone()
        .and_then(|reason| serde_json::from_value(Value::String(reason)).ok())
        .unwrap_or(Reason::RunnerLost);
    let verification = Verification {
        cluster: cluster.map(ToOwned::to_owned),
        namespace: run.metadata.namespace.clone(),
        name: run.spec.verification_ref.name.clone(),
        uid: Some(run.spec.verification_ref.uid.clone()),
        spec_digest: run.spec.spec_digest.clone(),
    };
    let trigger = Trigger {
        kind: match run.spec.trigger {
            RunTrigger::Schedule => TriggerKind::Schedule,
            RunTrigger::Manual => TriggerKind::Manual,
            RunTrigger::Create => TriggerKind::Create,
        },
        scheduled_for: run.spec.scheduled_for.as_ref().map(|slot| time(slot.0)),
        requested_by: run.spec.requested_by.clone(),
        attempt: Some(u32::from(run.spec.attempt)),
    };
    let was_made = status.started_at.is_some();
    let spec: Option<Spec> = run
        .spec
        .template
        .get("spec")
        .and_then(|spec| serde_json::from_value(spec.clone()).ok());
    let made = spec.as_ref().filter(|_| was_made);
    let said: Option<RestoreResult> = status
        .result
        .clone()
        .and_then(|result| serde_json::from_value(result).ok());
    let scratch = Scratch {
        isolation: Isolation::TwoPod,
        storage: made.map(|spec| match spec.target.storage {
            StorageTarget::Memory(_) => Storage::Memory,
            StorageTarget::EphemeralVolume(_) => Storage::EphemeralVolume,
        }),
        max_lifetime_seconds: made.map(lifetime),
        destroyed: match (&status.scratch.verified_absent_at, was_made) {
            (Some(_), false) => Destroyed::NotCreated,
            (Some(_), true) => Destroyed::Verified,
            (None, _) => Destroyed::NotVerified,
        },
        verified_absent_at: status
            .scratch
            .verified_absent_at
            .as_ref()
            .filter(|_| was_made)
            .map(|at| time(at.0)),
    };
    let prior = run.spec.missed_slots.map(|missed| Prior {
        missed_slots: Some(missed),
        ..Prior::default()
    });
    let mut result = said.unwrap_or_else(|| RestoreResult {
        schema_version: SCHEMA_VERSION.to_owned(),
        kind: "RestoreVerificationResult".to_owned(),
        run_id: String::new(),
        verification: verification.clone(),
        trigger: trigger.clone(),
        tool: Tool {
            name: "hipaa-iac".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            git_commit: None,
            image_digest: None,
            engine: None,
        },
        started_at: time(started),
        finished_at: time(ended),
        verdict: Verdict::Inconclusive,
        reason,
        artifact: None,
        encryption: Encryption::unknown(),
        objectives: std::collections::BTreeMap::new(),
        phases: Vec::new(),
        checks: Vec::new(),
        scratch: scratch.clone(),
        controls: record::controls(),
        prior: None,
    });
    result.run_id = name(run);
    result.verification = verification;
    result.trigger = trigger;
    result.started_at = time(started);
    result.finished_at = time(ended);
    result.verdict = reason.verdict();
    result.reason = reason;
    result.scratch = scratch;
    result.prior = prior.or(result.prior);
    result
}

fn created(run: &Run) -> Timestamp {
    let created = run.metadata.creation_timestamp.as_ref();
    created.map_or(Timestamp::UNIX_EPOCH, |created| created.0)
}

/// A run's name in the evidence: a ULID of its time of making and its UID.
fn name(run: &Run) -> String {
    let digest = Sha256::digest(run.metadata.uid.as_deref().unwrap_or_default());
    let random = digest
        .iter()
        .take(10)
        .fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let milliseconds = u64::try_from(created(run).as_millisecond()).unwrap_or(0);
    ulid::Ulid::from_parts(milliseconds, random).to_string()
}

#[cfg(test)]
mod tests {
    use hipaa_iac_api::RestoreVerificationRunStatus;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as KubeTime;
    use serde_json::json;

    use super::*;
    use crate::restore::sample;

    fn run() -> Run {
        let at = |text: &str| Some(KubeTime(text.parse().unwrap()));
        let mut run = sample::run("ehr-29628180", "0c7d");
        run.spec.verification_ref.generation = 4;
        run.spec.spec_digest = format!("sha256:{}", "a".repeat(64));
        run.spec.scheduled_for = at("2026-05-02T03:00:00Z");
        run.spec.attempt = 2;
        run.spec.template = json!({"spec": {"source": {"pgDump": {"format": "Custom",
            "location": {"s3": {"bucket": "b", "prefix": "p"}},
            "encryption": {"age": {"identitySecretRef": {"name": "age", "key": "identity"}}}}}}});
        run.metadata.namespace = Some("ehr".into());
        run.metadata.creation_timestamp = at("2026-05-02T03:00:01Z");
        run.status = Some(RestoreVerificationRunStatus {
            verdict: Some("Inconclusive".into()),
            reason: Some("OutOfMemory".into()),
            started_at: at("2026-05-02T03:00:02Z"),
            finished_at: at("2026-05-02T03:10:00Z"),
            ..RestoreVerificationRunStatus::default()
        });
        run
    }

    /// The published schema is what an auditor's program reads.
    #[test]
    fn a_run_without_a_result_has_a_record_of_the_schema() {
        let schema: Value = serde_json::from_str(include_str!(
            "../../../docs/schemas/restore-result.schema.json"
        ))
        .unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut run = run();
        let unproved = serde_json::to_value(result(&run, Some("prod"))).unwrap();
        assert_eq!(unproved["scratch"]["destroyed"], "NotVerified");
        let status = run.status.as_mut().unwrap();
        status.scratch.verified_absent_at = Some(KubeTime("2026-05-02T03:10:09Z".parse().unwrap()));
        let proved = serde_json::to_value(result(&run, Some("prod"))).unwrap();
        assert_eq!(proved["scratch"]["destroyed"], "Verified");
        // Six hours, fifteen seconds and ten minutes: the default deadline, the grace of a pod, the time that a Job is kept. The Job that fetched is
        // kept for the time of the run as well, and the volume with it.
        let kept = |record: &Value| record["scratch"]["maxLifetimeSeconds"].clone();
        assert_eq!(kept(&proved), 2 * 21_600 + 15 + 600);
        let mut in_a_claim = run.clone();
        in_a_claim.spec.template["spec"]["source"]["pgDump"]["location"] =
            json!({"pvc": {"claimName": "dumps", "path": "newest.dump.age"}});
        let in_a_claim = serde_json::to_value(result(&in_a_claim, Some("prod"))).unwrap();
        assert_eq!(kept(&in_a_claim), 21_600 + 15 + 600);
        run.status.as_mut().unwrap().started_at = None;
        run.spec.missed_slots = Some(3);
        let missed = serde_json::to_value(result(&run, None)).unwrap();
        assert_eq!(missed["scratch"]["destroyed"], "NotCreated");
        assert_eq!(missed["prior"]["missedSlots"], 3);
        for record in [unproved, proved, missed] {
            let errors: Vec<String> = validator
                .iter_errors(&record)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
    }

    /// The operator dies between the log and the status, and one of another version, for a cluster that was renamed, goes on.
    #[test]
    fn what_is_recorded_is_what_was_to_be_recorded() {
        let mut run = run();
        let mut status = run.status.clone().unwrap();
        status.phase = RunPhase::Recording;
        let mut kept = freeze(&run, &status, Some("prod")).unwrap();
        kept["tool"]["version"] = json!("0.0.1-before");
        status.result = Some(kept);
        run.status = Some(status);
        let bytes = |run: &Run, cluster| statement(run, cluster).unwrap().0.to_json().unwrap();
        let before = bytes(&run, Some("prod"));
        let text = String::from_utf8_lossy(&before).into_owned();
        assert!(
            text.contains("0.0.1-before") && text.contains("prod"),
            "{text}"
        );
        assert_eq!(bytes(&run, Some("renamed")), before);
        assert_eq!(bytes(&run, None), before);

        // A result that a runner gave decides nothing of the run's own: it is taken up when the run comes to its record, and not as it is.
        let mut theirs = run.clone();
        let status = theirs.status.as_mut().unwrap();
        let result = status.result.as_mut().unwrap();
        result["verdict"] = json!("Passed");
        result["reason"] = json!("None");
        let taken = freeze(&theirs, theirs.status.as_ref().unwrap(), Some("prod")).unwrap();
        assert_eq!(
            (&taken["verdict"], &taken["reason"]),
            (&json!("Inconclusive"), &json!("OutOfMemory"))
        );
        theirs.status.as_mut().unwrap().phase = RunPhase::Collecting;
        let text = bytes(&theirs, Some("prod"));
        assert!(!String::from_utf8_lossy(&text).contains("Passed"));
    }

    /// With a name that looks like a number of a person nothing would be signed, and the run would wait for its record without end.
    #[test]
    fn a_record_can_be_signed_whatever_its_verification_is_called() {
        let mut run = run();
        run.spec.verification_ref.name = "npi-db-2024".into();
        let (statement, left_out) = statement(&run, None).unwrap();
        let pointers: Vec<&str> = left_out.iter().map(|it| &*it.pointer).collect();
        assert_eq!(pointers, ["/verification/name"]);
        let told = redacted(&left_out).unwrap();
        assert!(
            told.contains(" at /verification/name; ") && !told.contains("npi"),
            "{told}"
        );
        assert_eq!(redacted(&[]), None);
        let suspects = hipaa_iac_evidence::lint(&serde_json::to_value(&statement).unwrap());
        assert!(suspects.is_empty(), "{suspects:?}");
    }

    #[test]
    fn a_record_has_the_same_bytes_whoever_writes_it() {
        let bytes = || statement(&run(), None).unwrap().0.to_json().unwrap();
        assert_eq!(bytes(), bytes());
        // What is said of the evidence itself is not in the record.
        let mut later = run();
        later.status.as_mut().unwrap().evidence = Some(hipaa_iac_api::EvidenceStatus {
            digest: "d".into(),
            log_index: 1,
            log_size: 2,
        });
        assert_eq!(
            statement(&later, None).unwrap().0.to_json().unwrap(),
            bytes()
        );
    }
}
