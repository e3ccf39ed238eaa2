//! What Prometheus sees of restore verification. The leader alone tells; a replica that does not lead has none of these figures.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, atomic::AtomicU64};

use hipaa_iac_api::{
    ConditionStatus, EvidenceStore, RestoreVerification, RestoreVerificationRun as Run, RunPhase,
};
use hipaa_iac_engine::Verdict;
use hipaa_iac_restore::config::Span;
use jiff::Timestamp;
use kube::{Resource as _, ResourceExt as _};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::machine::SCRATCH_DESTROYED;

/// How old a proof may be where a verification says nothing, in seconds: 31 days.
const MAX_AGE: u64 = 31 * 86_400;
/// How long a new verification may be without one, in seconds: 72 hours.
const GRACE_PERIOD: u64 = 72 * 3600;

/// A verification. Prometheus itself has a label `namespace`, which is the operator's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct VerificationLabels {
    /// Its namespace.
    pub verification_namespace: String,
    /// Its name.
    pub verification: String,
}

/// A verdict of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct VerdictLabels {
    /// Its namespace.
    pub verification_namespace: String,
    /// Its name.
    pub verification: String,
    /// `Passed`, `Failed`, `Inconclusive`, `Skipped` or `Aborted`.
    pub verdict: String,
    /// Why.
    pub reason: String,
}

/// Something that a verification measured.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ObjectiveLabels {
    /// Its namespace.
    pub verification_namespace: String,
    /// Its name.
    pub verification: String,
    /// `rto`, `backupAge`, `dataAge` or `recoveryPointLag`.
    pub objective: String,
}

/// What the policy says of a database.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct DatabaseLabels {
    /// `pass`, `waived`, `fail`, `unknown` or `error`.
    pub verdict: &'static str,
}

/// What was seen of an evidence store.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct StoreLabels {
    /// Its name.
    pub store: String,
    /// `Writable`, `Immutable` or `ChainConsistent`.
    pub condition: String,
}

/// An evidence store.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct SizeLabels {
    /// Its name.
    pub store: String,
}

/// Gauges of numbers that are no whole ones.
type FloatGauge = Gauge<f64, AtomicU64>;

/// Every figure.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Held while they are told anew: who reads them sees all of them or none.
    whole: Arc<RwLock<()>>,
    looked: Gauge,
    last_pass: Family<VerificationLabels, Gauge>,
    expires: Family<VerificationLabels, Gauge>,
    failures: Family<VerificationLabels, Gauge>,
    missed: Family<VerificationLabels, Gauge>,
    suspended: Family<VerificationLabels, Gauge>,
    last_verdict: Family<VerdictLabels, Gauge>,
    decisive: Family<VerdictLabels, Gauge>,
    verdicts: Family<VerdictLabels, Counter>,
    duration: Family<VerificationLabels, FloatGauge>,
    objectives: Family<ObjectiveLabels, FloatGauge>,
    pending: Gauge,
    redacted: Counter,
    scratch_left: Gauge,
    orphans: Counter,
    databases: Family<DatabaseLabels, Gauge>,
    cover_lost: Gauge,
    stores: Family<StoreLabels, Gauge>,
    sizes: Family<SizeLabels, Gauge>,
}

fn number<T: TryInto<i64>>(number: T) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

impl Figures {
    /// Shows them under their names.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "restore_looked_timestamp_seconds",
            "Unix time at which this replica last saw to all verifications and runs; 0 where it does not lead",
            self.looked.clone(),
        );
        registry.register(
            "restore_last_pass_timestamp_seconds",
            "Unix time at which a verification last passed",
            self.last_pass.clone(),
        );
        registry.register(
            "restore_pass_expires_timestamp_seconds",
            "Unix time at which a verification has no proof any more, or never had one in its grace period",
            self.expires.clone(),
        );
        registry.register(
            "restore_consecutive_failures",
            "Runs since the last that passed which failed or were inconclusive",
            self.failures.clone(),
        );
        registry.register(
            "restore_missed_slots",
            "Slots that passed without a run since the last that passed",
            self.missed.clone(),
        );
        registry.register(
            "restore_suspended",
            "Whether a verification is suspended",
            self.suspended.clone(),
        );
        registry.register(
            "restore_last_verdict",
            "What the last run of a verification came to, as labels of a one",
            self.last_verdict.clone(),
        );
        registry.register(
            "restore_decisive_verdict",
            "What the last run came to that passed or failed, as labels of a one",
            self.decisive.clone(),
        );
        registry.register(
            "restore_verdicts",
            "Runs that ended while this replica led, by what they came to",
            self.verdicts.clone(),
        );
        registry.register(
            "restore_duration_seconds",
            "Seconds from the start to the end of the last run that was started",
            self.duration.clone(),
        );
        registry.register(
            "restore_objective_seconds",
            "Seconds that the last run that passed measured, by objective",
            self.objectives.clone(),
        );
        registry.register(
            "restore_evidence_pending",
            "Runs whose record is not in the evidence log yet",
            self.pending.clone(),
        );
        registry.register(
            "restore_evidence_redacted",
            "Records, written while this replica led, of which something was left out that looks like health information",
            self.redacted.clone(),
        );
        registry.register(
            "restore_scratch_left",
            "Runs of which something is still there after the time to delete it",
            self.scratch_left.clone(),
        );
        registry.register(
            "restore_orphans_reaped",
            "Objects of runs that were over or gone, deleted while this replica led",
            self.orphans.clone(),
        );
        registry.register(
            "restore_databases",
            "PHI databases, by what the policy database-restore-unverified says of them",
            self.databases.clone(),
        );
        registry.register(
            "restore_cover_lost",
            "PHI databases that only a suspended verification covers",
            self.cover_lost.clone(),
        );
        registry.register(
            "evidence_store_condition",
            "Whether a condition of an EvidenceStore holds",
            self.stores.clone(),
        );
        registry.register(
            "evidence_tree_size",
            "Records in the log of an EvidenceStore, as it was last seen to go on",
            self.sizes.clone(),
        );
    }

    /// Keeps them as they are while they are read.
    pub fn read(&self) -> RwLockReadGuard<'_, ()> {
        self.whole.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, ()> {
        self.whole.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what a leader knows.
    pub fn clear(&self) {
        let _whole = self.write();
        self.clear_verifications();
        self.verdicts.clear();
        self.databases.clear();
        self.stores.clear();
        self.sizes.clear();
        for gauge in [
            &self.looked,
            &self.pending,
            &self.scratch_left,
            &self.cover_lost,
        ] {
            gauge.set(0);
        }
    }

    /// Of a verification that is gone nothing is told any more.
    fn clear_verifications(&self) {
        self.last_pass.clear();
        self.expires.clear();
        self.failures.clear();
        self.missed.clear();
        self.suspended.clear();
        self.last_verdict.clear();
        self.decisive.clear();
        self.duration.clear();
        self.objectives.clear();
    }

    /// Tells of verifications and runs as they are.
    pub fn tell(&self, verifications: &[RestoreVerification], runs: &[Run]) {
        let _whole = self.write();
        self.clear_verifications();
        for verification in verifications {
            self.tell_one(verification, runs);
        }
        let status = |run: &&Run| run.status.clone().unwrap_or_default();
        let pending = runs
            .iter()
            .filter(|run| status(run).phase == RunPhase::Recording);
        self.pending.set(number(pending.count()));
        let left = runs.iter().filter(|run| {
            let status = status(run);
            status.scratch.verified_absent_at.is_none()
                && status.conditions.iter().any(|condition| {
                    condition.type_ == SCRATCH_DESTROYED
                        && condition.status == ConditionStatus::False
                })
        });
        self.scratch_left.set(number(left.count()));
    }

    fn tell_one(&self, verification: &RestoreVerification, runs: &[Run]) {
        let labels = VerificationLabels {
            verification_namespace: verification.namespace().unwrap_or_default(),
            verification: verification.name_any(),
        };
        let status = verification.status.clone().unwrap_or_default();
        let spec = &verification.spec.0;
        if let Some(passed) = &status.last_passed_time {
            self.last_pass
                .get_or_create(&labels)
                .set(passed.0.as_second());
        }
        if let Some(expires) = expires(verification) {
            self.expires.get_or_create(&labels).set(expires.as_second());
        }
        self.failures
            .get_or_create(&labels)
            .set(status.consecutive_failures.into());
        self.missed
            .get_or_create(&labels)
            .set(number(status.missed_slots));
        self.suspended
            .get_or_create(&labels)
            .set(spec.suspend.into());
        if let Some(verdict) = &status.last_verdict {
            let labels = verdict_labels(
                verification,
                verdict,
                status.last_reason.as_deref().unwrap_or_default(),
            );
            self.last_verdict.get_or_create(&labels).set(1);
        }
        if let Some(decisive) = &status.decisive {
            let reason = decisive.reason.as_deref().unwrap_or_default();
            let labels = verdict_labels(verification, &decisive.verdict, reason);
            self.decisive.get_or_create(&labels).set(1);
        }
        for (objective, seconds) in &status.objectives_achieved {
            let labels = ObjectiveLabels {
                verification_namespace: labels.verification_namespace.clone(),
                verification: labels.verification.clone(),
                objective: objective.clone(),
            };
            self.objectives.get_or_create(&labels).set(*seconds);
        }
        let uid = verification.uid();
        let last = runs
            .iter()
            .filter(|run| Some(&run.spec.verification_ref.uid) == uid.as_ref())
            .filter_map(|run| {
                let status = run.status.as_ref()?;
                Some((
                    status.finished_at.as_ref()?.0,
                    status.started_at.as_ref()?.0,
                ))
            })
            .max();
        if let Some((ended, began)) = last {
            self.duration
                .get_or_create(&labels)
                .set(ended.duration_since(began).as_secs_f64());
        }
    }

    /// All verifications and runs were seen to.
    pub fn looked(&self, now: Timestamp) {
        self.looked.set(now.as_second());
    }

    /// A run of a verification came to an end.
    pub fn ended(&self, run: &Run, verdict: &str, reason: &str) {
        let labels = VerdictLabels {
            verification_namespace: run.namespace().unwrap_or_default(),
            verification: run.spec.verification_ref.name.clone(),
            verdict: verdict.to_owned(),
            reason: reason.to_owned(),
        };
        self.verdicts.get_or_create(&labels).inc();
    }

    /// Something was left out of a record because it looks like health information.
    pub fn redacted(&self) {
        self.redacted.inc();
    }

    /// An object of a run that is over or gone was deleted.
    pub fn reaped(&self) {
        self.orphans.inc();
    }

    /// Databases by verdict, and those that only a suspended verification covers.
    pub fn cover(&self, verdicts: &[Verdict], lost: usize) {
        for verdict in [
            Verdict::Pass,
            Verdict::Waived,
            Verdict::Fail,
            Verdict::Unknown,
            Verdict::Error,
        ] {
            let count = verdicts.iter().filter(|known| **known == verdict).count();
            let labels = DatabaseLabels {
                verdict: verdict.as_str(),
            };
            self.databases.get_or_create(&labels).set(number(count));
        }
        self.cover_lost.set(number(lost));
    }

    /// Evidence stores as they were seen.
    pub fn stores(&self, stores: &[EvidenceStore]) {
        let _whole = self.write();
        self.stores.clear();
        self.sizes.clear();
        for store in stores {
            if let Some(size) = store.status.as_ref().and_then(|status| status.tree_size) {
                let labels = SizeLabels {
                    store: store.name_any(),
                };
                self.sizes.get_or_create(&labels).set(number(size));
            }
            for condition in store.status.iter().flat_map(|status| &status.conditions) {
                let labels = StoreLabels {
                    store: store.name_any(),
                    condition: condition.type_.clone(),
                };
                let holds = condition.status == ConditionStatus::True;
                self.stores.get_or_create(&labels).set(holds.into());
            }
        }
    }
}

fn verdict_labels(
    verification: &RestoreVerification,
    verdict: &str,
    reason: &str,
) -> VerdictLabels {
    VerdictLabels {
        verification_namespace: verification.namespace().unwrap_or_default(),
        verification: verification.name_any(),
        verdict: verdict.to_owned(),
        reason: reason.to_owned(),
    }
}

/// When a verification has no proof any more, or, where none of its runs passed that proved what it asks for now, when its grace period ends.
pub fn expires(verification: &RestoreVerification) -> Option<Timestamp> {
    let enforcement = verification.spec.0.enforcement.as_ref();
    let seconds = |span: Option<Span>, otherwise| {
        let seconds = span.map_or(otherwise, |span| span.0);
        jiff::SignedDuration::from_secs(number(seconds))
    };
    let passed = verification
        .status
        .as_ref()
        .filter(|status| status.passed_digest == status.subject_digest)
        .and_then(|status| status.last_passed_time.as_ref());
    if let Some(passed) = passed {
        let max_age = seconds(enforcement.and_then(|it| it.max_age), MAX_AGE);
        return passed.0.checked_add(max_age).ok();
    }
    let grace = seconds(enforcement.and_then(|it| it.grace_period), GRACE_PERIOD);
    let made = verification.meta().creation_timestamp.as_ref()?;
    made.0.checked_add(grace).ok()
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;
    use serde_json::{Value, json};

    use super::*;

    fn verification(status: &Value, enforcement: &Value) -> RestoreVerification {
        let mut spec = json!({"source": {"pgDump": {"format": "Custom",
            "location": {"pvc": {"claimName": "b", "path": "b.age"}},
            "encryption": {"age": {"identitySecretRef": {"name": "age", "key": "identity"}}}}}});
        if !enforcement.is_null() {
            spec["enforcement"] = enforcement.clone();
        }
        serde_json::from_value(json!({
            "apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "RestoreVerification",
            "metadata": {"name": "ehr", "namespace": "clinic", "uid": "b8a5", "creationTimestamp": "2026-05-01T12:00:00Z"},
            "spec": spec, "status": status,
        }))
        .unwrap()
    }

    #[test]
    fn a_proof_expires_by_the_age_that_its_verification_gives() {
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let never = json!({});
        let passed = json!({"lastPassedTime": "2026-05-10T03:00:00Z", "passedDigest": "sha256:a", "subjectDigest": "sha256:a"});
        let edited = json!({"lastPassedTime": "2026-05-10T03:00:00Z", "passedDigest": "sha256:a", "subjectDigest": "sha256:b"});
        for (status, enforcement, expected) in [
            (&never, json!(null), at("2026-05-04T12:00:00Z")),
            (
                &never,
                json!({"mode": "Deny", "gracePeriod": "1h30m"}),
                at("2026-05-01T13:30:00Z"),
            ),
            (&passed, json!(null), at("2026-06-10T03:00:00Z")),
            (&edited, json!(null), at("2026-05-04T12:00:00Z")),
            (
                &passed,
                json!({"mode": "Deny", "maxAge": "7d"}),
                at("2026-05-17T03:00:00Z"),
            ),
        ] {
            assert_eq!(expires(&verification(status, &enforcement)), expected);
        }
    }

    /// Figures, and what is read of them.
    fn registered() -> (Figures, impl Fn() -> String) {
        let figures = Figures::default();
        let mut registry = Registry::with_prefix("hipaa_iac");
        figures.register(&mut registry);
        let text = move || {
            let mut text = String::new();
            encode(&mut text, &registry).unwrap();
            text
        };
        (figures, text)
    }

    #[test]
    fn a_verification_is_told_and_forgotten() {
        let (figures, text) = registered();
        let status = json!({"lastPassedTime": "2026-05-10T03:00:00Z", "lastVerdict": "Aborted", "lastReason": "Interrupted",
            "decisive": {"verdict": "Failed", "reason": "StaleData", "finishedAt": "2026-05-11T03:00:00Z"},
            "consecutiveFailures": 2, "missedSlots": 3, "objectivesAchieved": {"rto": 61.5}});
        figures.tell(&[verification(&status, &Value::Null)], &[]);
        let told = text();
        let of = "verification_namespace=\"clinic\",verification=\"ehr\"";
        // `date -u -d 2026-05-10T03:00Z +%s` is 1778382000; 31 days later it is 1781060400.
        for line in [
            format!("hipaa_iac_restore_last_pass_timestamp_seconds{{{of}}} 1778382000"),
            format!("hipaa_iac_restore_pass_expires_timestamp_seconds{{{of}}} 1781060400"),
            format!("hipaa_iac_restore_consecutive_failures{{{of}}} 2"),
            format!("hipaa_iac_restore_missed_slots{{{of}}} 3"),
            format!(
                "hipaa_iac_restore_last_verdict{{{of},verdict=\"Aborted\",reason=\"Interrupted\"}} 1"
            ),
            format!(
                "hipaa_iac_restore_decisive_verdict{{{of},verdict=\"Failed\",reason=\"StaleData\"}} 1"
            ),
            format!("hipaa_iac_restore_objective_seconds{{{of},objective=\"rto\"}} 61.5"),
        ] {
            assert!(
                told.contains(&format!("{line}\n")),
                "{line} is not in\n{told}"
            );
        }
        figures.tell(&[], &[]);
        assert!(!text().contains("clinic"));
    }

    #[test]
    fn when_it_looked_last_is_told_and_forgotten() {
        let (figures, text) = registered();
        figures.looked("2026-05-10T03:00:00Z".parse().unwrap());
        figures.redacted();
        assert!(text().contains("hipaa_iac_restore_evidence_redacted_total 1\n"));
        let line = "hipaa_iac_restore_looked_timestamp_seconds";
        assert!(text().contains(&format!("{line} 1778382000\n")));
        figures.clear();
        assert!(text().contains(&format!("{line} 0\n")));
    }

    #[test]
    fn a_store_is_told_with_its_size_and_forgotten() {
        let (figures, text) = registered();
        let store = json!({"apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "EvidenceStore", "metadata": {"name": "default"},
            "spec": {"s3": {"bucket": "evidence"}},
            "status": {"treeSize": 42, "conditions": [{"type": "ChainConsistent", "status": "False", "reason": "Broken", "message": "",
                "lastTransitionTime": "2026-05-02T03:00:00Z"}]}});
        figures.stores(&[serde_json::from_value(store).unwrap()]);
        for line in [
            "hipaa_iac_evidence_tree_size{store=\"default\"} 42\n",
            "hipaa_iac_evidence_store_condition{store=\"default\",condition=\"ChainConsistent\"} 0\n",
        ] {
            assert!(text().contains(line), "{}", text());
        }
        figures.stores(&[]);
        assert!(!text().contains("default"));
    }
}
