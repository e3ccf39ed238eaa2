//! Conditions, as Kubernetes means them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is so about an object, as far as the operator has seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// What it is about: `Ready`.
    #[serde(rename = "type")]
    #[schemars(length(min = 1, max = 316))]
    pub type_: String,
    /// Whether it is so.
    pub status: ConditionStatus,
    /// Why, in a word for programs: `Compiled`.
    #[schemars(length(min = 1, max = 1024))]
    pub reason: String,
    /// Why, in a sentence.
    #[schemars(length(max = 32768))]
    pub message: String,
    /// The generation of the object that this was said about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// When `status` last changed, in RFC 3339.
    pub last_transition_time: String,
}

impl Condition {
    /// What is so about the object of a generation at a time, in RFC 3339.
    pub fn new(
        kind: &str,
        status: impl Into<ConditionStatus>,
        reason: &str,
        message: String,
        observed_generation: Option<i64>,
        now: String,
    ) -> Self {
        Self {
            type_: kind.to_owned(),
            status: status.into(),
            reason: reason.to_owned(),
            message,
            observed_generation,
            last_transition_time: now,
        }
    }
}

impl From<bool> for ConditionStatus {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

/// Whether a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ConditionStatus {
    /// It does.
    True,
    /// It does not.
    False,
    /// That is not known.
    Unknown,
}

/// Enters a condition in place of the one of its type. The time of the change is kept where nothing changed.
pub fn set_condition(conditions: &mut Vec<Condition>, mut new: Condition) {
    match conditions.iter_mut().find(|known| known.type_ == new.type_) {
        Some(known) => {
            if known.status == new.status {
                new.last_transition_time
                    .clone_from(&known.last_transition_time);
            }
            *known = new;
        }
        None => conditions.push(new),
    }
}
