//! Events, which `kubectl describe` shows.

use k8s_openapi::api::core::v1::ObjectReference;
use kube::{
    Client,
    runtime::events::{Event, EventType, Recorder, Reporter},
};

/// Who writes events.
pub fn recorder(client: Client, pod: &str) -> Recorder {
    let reporter = Reporter {
        controller: "hipaa-iac".to_owned(),
        instance: Some(pod.to_owned()),
    };
    Recorder::new(client, reporter)
}

/// Something to tell.
#[derive(Clone, Debug)]
pub struct Told {
    /// Whether somebody should look.
    pub warning: bool,
    /// Why, in a word.
    pub reason: String,
    /// The same in a sentence.
    pub text: String,
    /// What was done.
    pub action: &'static str,
    /// What it is about beside its object.
    pub secondary: Option<ObjectReference>,
}

/// Tells something of an object. An event is no evidence: what cannot be told is logged, and everything goes on without it.
pub async fn publish(recorder: &Recorder, about: &ObjectReference, told: Told) {
    let event = Event {
        type_: if told.warning {
            EventType::Warning
        } else {
            EventType::Normal
        },
        reason: told.reason,
        note: Some(told.text),
        action: told.action.to_owned(),
        secondary: told.secondary,
    };
    if let Err(error) = recorder.publish(&event, about).await {
        tracing::warn!(%error, "an event could not be written");
    }
}
