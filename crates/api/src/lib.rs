//! The custom resources of the group `hipaa-iac.dev`, and the definitions that a cluster needs to serve them.
//!
//! [`definitions`] is what the chart ships; the types are what the operator reads and writes.

mod agreement;
mod policy;
mod restore;
mod status;
mod structural;
mod waiver;

pub use agreement::{Agreement, AgreementSpec, AgreementState, AgreementStatus};
pub use policy::{Policy, PolicySpec, PolicyStatus};
pub use restore::{
    DecisiveRun, EvidenceBucket, EvidenceStatus, EvidenceStore, EvidenceStoreSpec,
    EvidenceStoreStatus, LastRun, LockMode, NAME_LIMIT, ObjectLock, RestoreVerification,
    RestoreVerificationRun, RestoreVerificationRunSpec, RestoreVerificationRunStatus,
    RestoreVerificationSpec, RestoreVerificationStatus, RunPhase, RunTrigger, ScratchStatus,
    VerificationRef,
};
pub use status::{Condition, ConditionStatus, set_condition};
pub use waiver::{Waiver, WaiverSpec, WaiverState, WaiverStatus, WaiverTarget};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt as _;

/// The API group of every resource here.
pub const GROUP: &str = "hipaa-iac.dev";

/// The definitions, in the order of their names.
pub fn definitions() -> Vec<CustomResourceDefinition> {
    let mut all = vec![
        Agreement::crd(),
        EvidenceStore::crd(),
        policy::definition(),
        RestoreVerificationRun::crd(),
        RestoreVerification::crd(),
        Waiver::crd(),
    ];
    for definition in &mut all {
        for version in &mut definition.spec.versions {
            if let Some(schema) = version
                .schema
                .as_mut()
                .and_then(|schema| schema.open_api_v3_schema.as_mut())
            {
                structural::signed(schema);
            }
        }
        let labels = definition.metadata.labels.get_or_insert_default();
        labels.insert("app.kubernetes.io/name".into(), "hipaa-iac".into());
        labels.insert("app.kubernetes.io/part-of".into(), "hipaa-iac".into());
    }
    all
}

/// The definitions in YAML, each with its plural.
///
/// # Errors
/// A definition could not be written, which is a mistake in this crate.
pub fn definition_texts() -> Result<Vec<(String, String)>, serde_saphyr::SerializeError> {
    definitions()
        .iter()
        .map(|definition| {
            let text = serde_saphyr::to_string(definition)?;
            Ok((
                definition.spec.names.plural.clone(),
                format!("# Written by `cargo xtask generate`.\n{text}"),
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests;
