//! `Agreement`: a business associate agreement.

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::status::Condition;

/// A business associate agreement: an entry of `baa.yaml`.
#[derive(CustomResource, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "hipaa-iac.dev",
    version = "v1alpha1",
    kind = "Agreement",
    plural = "agreements",
    shortname = "baa",
    status = "AgreementStatus",
    category = "hipaa-iac",
    doc = "A business associate agreement (45 CFR 164.308(b), 164.504(e)) with a vendor that creates, receives, keeps or transmits PHI. The spec is an entry of baa.yaml.",
    validation = Rule::new("self.spec.status != 'signed' || has(self.spec.signed)").message("a signed agreement has the day it was signed"),
    validation = Rule::new("self.spec.status != 'signed' || has(self.spec.expires) != (has(self.spec.evergreen) && self.spec.evergreen)").message("it either expires or is evergreen: true"),
    printcolumn = r#"{"name":"Vendor","type":"string","jsonPath":".spec.vendor"}"#,
    printcolumn = r#"{"name":"State","type":"string","jsonPath":".status.state"}"#,
    printcolumn = r#"{"name":"Expires","type":"string","jsonPath":".spec.expires"}"#,
    printcolumn = r#"{"name":"Reviewed","type":"string","jsonPath":".spec.lastReviewed","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(transparent)]
pub struct AgreementSpec(pub hipaa_iac_engine::Agreement);

/// Where an agreement stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgreementStatus {
    /// Where it stands today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<AgreementState>,
    /// `Ready`: it is in force.
    #[serde(default)]
    pub conditions: Vec<Condition>,
}

/// Where an agreement stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum AgreementState {
    /// It is in force.
    Active,
    /// It is in force for 60 more days at most.
    Expiring,
    /// It covers nothing any more.
    Expired,
    /// It is not in force yet, in negotiation, or terminated.
    NotInForce,
}
