//! A run, for tests: each changes of it what it is about.

use hipaa_iac_api::{
    RestoreVerificationRun as Run, RestoreVerificationRunSpec, RunTrigger, VerificationRef,
};
use serde_json::Value;

/// The first try of a slot of the verification `ehr`.
pub(super) fn run(name: &str, uid: &str) -> Run {
    let spec = RestoreVerificationRunSpec {
        verification_ref: VerificationRef {
            name: "ehr".into(),
            uid: "b8a5".into(),
            generation: 1,
        },
        spec_digest: String::new(),
        trigger: RunTrigger::Schedule,
        scheduled_for: None,
        missed_slots: None,
        requested_by: None,
        last_canary_seq: None,
        attempt: 1,
        template: Value::Null,
    };
    let mut run = Run::new(name, spec);
    run.metadata.uid = Some(uid.into());
    run
}
