//! Verifications as the API server has them.
//!
//! Its schema lets through what the document's own reader does not, a text to compare a number with, and an earlier one let through more. Such an
//! object stands in nobody's way: in a list it would hide all the others.

use hipaa_iac_api::RestoreVerification;
use hipaa_iac_restore::config::Spec;
use kube::{ResourceExt as _, core::DynamicObject};
use serde_json::{Map, Value, json};

/// A verification, and its document.
#[derive(Clone, Debug)]
pub struct Found {
    /// It. Where its spec cannot be read there is only what can be read by itself: when it runs, what is kept, what admission does.
    pub object: RestoreVerification,
    /// The document that a run of it freezes, with the spec as it is; nothing is restored by one that cannot be read.
    pub document: Value,
}

/// Reads a verification.
///
/// # Errors
/// Its metadata or status are none of ours.
pub fn read(object: &DynamicObject) -> Result<Found, serde_json::Error> {
    let whole = serde_json::to_value(object)?;
    if let Ok(object) = serde_json::from_value::<RestoreVerification>(whole.clone()) {
        let document = document(&object, json!(object.spec));
        return Ok(Found { object, document });
    }
    let mut whole = match whole {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let spec = whole.remove("spec").unwrap_or_default();
    whole.insert("spec".to_owned(), readable(&spec));
    let object: RestoreVerification = serde_json::from_value(whole.into())?;
    let document = document(&object, spec);
    Ok(Found { object, document })
}

/// The document of a verification. Whoever asks for a run, by hand perhaps, of one that is suspended wants it to run.
fn document(object: &RestoreVerification, mut spec: Value) -> Value {
    if let Some(members) = spec.as_object_mut() {
        members.insert("suspend".to_owned(), false.into());
    }
    json!({
        "apiVersion": "hipaa-iac.dev/v1alpha1",
        "kind": "RestoreVerification",
        "metadata": {"name": object.name_any(), "namespace": object.namespace()},
        "spec": spec,
    })
}

/// What can be read of a spec, each field by itself, beside a source of nothing.
fn readable(spec: &Value) -> Value {
    let mut members = Map::new();
    members.insert(
        "source".to_owned(),
        json!({"volumeSnapshot": {"location": {"local": {"path": ""}}}}),
    );
    for field in ["suspend", "schedule", "history", "enforcement"] {
        let Some(value) = spec.get(field) else {
            continue;
        };
        let mut with = members.clone();
        with.insert(field.to_owned(), value.clone());
        if serde_json::from_value::<Spec>(with.clone().into()).is_ok() {
            members = with;
        }
    }
    members.into()
}

#[cfg(test)]
mod tests {
    use hipaa_iac_restore::RestoreVerification as Document;

    use super::*;

    fn object(more: &Value) -> DynamicObject {
        let mut spec = json!({
            "source": {"pgDump": {"format": "Custom", "location": {"pvc": {"claimName": "b", "path": "b.age"}},
                "encryption": {"age": {"identitySecretRef": {"name": "age", "key": "identity"}}}}},
            "schedule": {"cron": "17 3 * * 0"},
            "enforcement": {"mode": "Deny", "maxAge": "7d"},
        });
        for (field, value) in more.as_object().unwrap() {
            spec[field] = value.clone();
        }
        serde_json::from_value(json!({
            "apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "RestoreVerification",
            "metadata": {"name": "ehr", "namespace": "clinic", "uid": "b8a5", "generation": 3},
            "spec": spec,
            "status": {"missedSlots": 2, "consecutiveFailures": 0, "active": [], "conditions": []},
        }))
        .unwrap()
    }

    /// What a schema lets through that says no more than that there is a text, a number or anything.
    #[test]
    fn what_cannot_be_read_is_found_with_what_can() {
        for more in [
            json!({"target": {"storage": {"memory": {"sizeLimit": "8GB"}}}}),
            json!({"objectives": {"maxBackupAge": "999999999w"}}),
            json!({"history": {"passed": 5_000_000_000_u64}}),
            json!({"checks": {"sql": [{"id": "a", "query": "select 1", "expect": {"op": "==", "value": "1"}}]}}),
            json!({"source": {"pgDump": {"format": "Custom", "location": {"pvc": {"claimName": "b", "path": "b"}}, "encryption": "None"}}}),
        ] {
            let object = object(&more);
            assert!(
                object.clone().try_parse::<RestoreVerification>().is_err(),
                "{more}"
            );
            let found = read(&object).unwrap();
            assert_eq!(found.object.name_any(), "ehr");
            assert_eq!(found.object.metadata.generation, Some(3));
            assert_eq!(found.object.status.unwrap().missed_slots, 2);
            let spec = &found.object.spec.0;
            assert_eq!(spec.schedule.as_ref().unwrap().cron, "17 3 * * 0");
            let max_age = spec.enforcement.as_ref().unwrap().max_age;
            assert_eq!(max_age.map(|span| span.0), Some(7 * 86_400));
            // A run of it is of what is written there, and restores nothing.
            for (field, value) in more.as_object().unwrap() {
                assert_eq!(found.document["spec"][field], *value);
            }
            assert!(Document::parse(&found.document.to_string()).is_err());
        }
    }

    #[test]
    fn a_run_of_a_suspended_one_runs() {
        let running = read(&object(&json!({}))).unwrap();
        let suspended = read(&object(&json!({"suspend": true}))).unwrap();
        assert!(suspended.object.spec.0.suspend && !running.object.spec.0.suspend);
        assert_eq!(suspended.document, running.document);
        let document = Document::parse(&suspended.document.to_string()).unwrap();
        assert!(!document.spec.suspend);
        assert_eq!(document.metadata.namespace.as_deref(), Some("clinic"));
    }
}
