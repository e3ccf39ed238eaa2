//! Policies, and the verdicts they give on an inventory of resources.
//!
//! [`PolicySet::parse`] reads policies, [`evaluate`] judges; both are pure functions of their arguments. The language is described in
//! `docs/policies.md`.

mod agreement;
mod cel;
mod classification;
mod config;
mod credential;
mod date;
mod duration;
mod evaluate;
mod fixtures;
mod iam;
mod json_text;
mod lint;
mod pod_environment;
mod pods;
mod policy;
mod pool;
mod relations;
mod restore;
pub mod safeguard;
mod schedule;
mod url_text;
pub mod vendor;
mod waiver;
mod world;
mod yaml;

#[cfg(test)]
mod tests;

pub use agreement::{
    Agreement, AgreementList, AgreementScope, AgreementSettings, Agreements, DeclaredVendor,
    Exception, ExceptionMatch, Signatory, Status,
};
pub use cel::OUT_OF_STEPS;
pub use config::{
    Class, Classification, ClassificationRule, Config, CoveredDatabase, Environment, FailOn, Helm,
    Restore, SeverityOverride, WaiverEntry,
};
pub use date::Date;
pub use evaluate::{
    Evaluation, Finding, Prepared, Selection, Settings, Verdict, evaluate, selected,
};
pub use fixtures::{FixtureKind, check_fixture, fixture_date, fixture_moment};
pub use lint::{lint, may_be_unknown};
pub use pods::holds_pods;
pub use policy::{
    API_VERSION, Absent, KubernetesMatch, Matches, Metadata, Policy, PolicyDocument, PolicySet,
    PolicySpec, Profile, Reach, RelatedKinds, Remediation, Rule, Scope, Severity, Tested,
    pod_spec_kinds,
};
pub use restore::{RestoreRecord, RestoreRecords};
pub use safeguard::{Safeguard, find as safeguard};
pub use waiver::{AppliedWaiver, WaiverSource, is_self_approved};

/// The JSON Schema of policy documents.
pub fn policy_schema() -> schemars::Schema {
    schemars::schema_for!(PolicyDocument)
}

/// The JSON Schema of `hipaa-iac.yaml`.
pub fn config_schema() -> schemars::Schema {
    schemars::schema_for!(Config)
}

/// The JSON Schema of `baa.yaml`.
pub fn agreements_schema() -> schemars::Schema {
    schemars::schema_for!(AgreementList)
}
