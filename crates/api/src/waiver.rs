//! `Waiver`: a violation that is accepted for a time.
#![allow(
    unreachable_pub,
    reason = "the derive of schemas with rules repeats the types out of reach"
)]

use std::collections::BTreeMap;

use hipaa_iac_engine::Date;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::status::Condition;

/// A violation that is accepted for a time, with a reason and somebody who answers for it. It counts only in the namespaces that the operator is
/// told to take waivers from.
#[derive(CustomResource, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "hipaa-iac.dev",
    version = "v1alpha1",
    kind = "Waiver",
    plural = "waivers",
    namespaced,
    status = "WaiverStatus",
    category = "hipaa-iac",
    doc = "A violation that is accepted for a time, with a reason and somebody who answers for it. It counts only in the namespaces that the operator is told to take waivers from.",
    printcolumn = r#"{"name":"Policy","type":"string","jsonPath":".spec.policy"}"#,
    printcolumn = r#"{"name":"Target","type":"string","jsonPath":".spec.target.namespace"}"#,
    printcolumn = r#"{"name":"Until","type":"string","jsonPath":".spec.until"}"#,
    printcolumn = r#"{"name":"State","type":"string","jsonPath":".status.state"}"#,
    printcolumn = r#"{"name":"Owner","type":"string","jsonPath":".spec.owner","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaiverSpec {
    /// One policy by its name; never a pattern.
    #[schemars(
        length(min = 1, max = 100),
        regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")
    )]
    pub policy: String,
    /// What it is about.
    pub target: WaiverTarget,
    /// Why the violation is accepted.
    #[schemars(length(min = 1, max = 4096))]
    pub reason: String,
    /// Who answers for it.
    #[schemars(length(min = 1, max = 253))]
    pub owner: String,
    /// Who approved it.
    #[schemars(length(min = 1, max = 253))]
    pub approved_by: String,
    /// What protects instead.
    #[schemars(length(min = 1, max = 4096))]
    pub compensating_control: String,
    /// The last day it holds, `2027-01-31`; at most a year ahead.
    pub until: Date,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub ticket: Option<String>,
}

/// What a waiver is about: one object by its name, or those with certain labels, in one namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[x_kube(
    validation = Rule::new("has(self.name) != has(self.matchLabels)").message("give either name or matchLabels"),
    validation = Rule::new("!has(self.matchLabels) || self.matchLabels.size() > 0").message("matchLabels names at least one label")
)]
pub struct WaiverTarget {
    /// The API group; empty for the core group.
    #[serde(default)]
    #[schemars(length(max = 253))]
    pub group: String,
    /// The kind: `Deployment`.
    #[schemars(length(min = 1, max = 63))]
    pub kind: String,
    /// The namespace of the object; left out for a cluster-scoped one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub namespace: Option<String>,
    /// The object's name. What a built-in controller makes for it is covered too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = "^[^*]+$"))]
    pub name: Option<String>,
    /// Labels that the object has, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub match_labels: Option<BTreeMap<String, String>>,
}

/// Where a waiver stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaiverStatus {
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<WaiverState>,
    /// `Ready`: it is in force.
    #[serde(default)]
    pub conditions: Vec<Condition>,
}

/// Where a waiver stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum WaiverState {
    /// It is in force.
    Active,
    /// It is in force for two more weeks at most.
    Expiring,
    /// It no longer waives.
    Expired,
    /// It is in a namespace from which no waivers are taken, or has a mistake.
    Ignored,
}
