//! The status of custom resources: what the operator made of them.

use hipaa_iac_api::{Condition, set_condition};
use hipaa_iac_engine::{Agreement, Date, Status};
use serde_json::{Value, json};

use crate::{
    args::Mode,
    catalog::{ActiveWaiver, Base, Catalog, PolicyInput, check_agreement, check_waiver},
};

/// Days before the end of a waiver that it is told to be expiring.
const WAIVER_SOON: i64 = 14;
/// Days before the end of an agreement that it is told to be expiring, as in `baa.yaml`.
const AGREEMENT_SOON: i64 = 60;

/// What is said of an object: its state, and the condition `Ready`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The members of the status beside the conditions.
    pub members: Vec<(&'static str, &'static str)>,
    /// Whether it is in force.
    pub ready: bool,
    /// Why, in a word.
    pub reason: &'static str,
    /// Why, in a sentence.
    pub message: String,
    /// The form of a policy that its status keeps; nothing where what it keeps stays.
    pub form: Option<String>,
}

impl Said {
    /// The status that an object should have; `None` where it has it.
    pub fn patch(&self, object: &Value, now: &str) -> Option<Value> {
        let before = object.get("status").cloned().unwrap_or_default();
        let mut conditions: Vec<Condition> = before
            .get("conditions")
            .and_then(|conditions| serde_json::from_value(conditions.clone()).ok())
            .unwrap_or_default();
        set_condition(
            &mut conditions,
            Condition::new(
                "Ready",
                self.ready,
                self.reason,
                self.message.clone(),
                object
                    .pointer("/metadata/generation")
                    .and_then(Value::as_i64),
                now.to_owned(),
            ),
        );
        let mut status = json!({"conditions": conditions});
        if let Some(members) = status.as_object_mut() {
            for (name, value) in &self.members {
                members.insert((*name).to_owned(), (*value).into());
            }
            let kept = before.get("inForce").and_then(Value::as_str);
            if let Some(form) = self.form.as_deref().or(kept) {
                members.insert("inForce".to_owned(), form.into());
            }
        }
        (status != before).then(|| json!({"status": status}))
    }
}

/// What is said of a policy.
pub fn policy(input: &PolicyInput, catalog: &Catalog) -> Said {
    let mode: Mode = catalog.mode(&input.name, None);
    let members = vec![("mode", mode.as_str())];
    // Of the catalog, which has compiled it: the spec may be newer.
    let form = catalog.forms.get(&input.name).cloned();
    if let Some(bad) = catalog
        .quarantined
        .iter()
        .find(|bad| bad.name == input.name)
    {
        let own = !Base::is_built_in(&input.name);
        let serving = if own && catalog.is_in_force(&input.name) {
            "; its last good form keeps serving"
        } else {
            ""
        };
        return Said {
            members,
            ready: false,
            reason: "Quarantined",
            message: format!("{}{serving}", bad.message),
            form,
        };
    }
    if catalog.is_asked_for(&input.name) {
        Said {
            members,
            ready: true,
            reason: "InForce",
            message: String::new(),
            form,
        }
    } else if catalog.is_in_force(&input.name) {
        Said {
            members,
            ready: false,
            reason: "NotAsked",
            message: "the webhook is never asked about what it judges, for the cluster hangs on that; `hipaa-iac check` judges it"
                .to_owned(),
            form,
        }
    } else {
        Said {
            members,
            ready: false,
            reason: "NotSelected",
            message: "it matches no Kubernetes kind, or the configuration does not select it"
                .to_owned(),
            form,
        }
    }
}

/// What is said of a waiver. `counts`: its namespace is one whose waivers count.
pub fn waiver(waiver: Option<&ActiveWaiver>, counts: bool, today: Date) -> Said {
    let said = |state, ready, reason, message| Said {
        members: vec![("state", state)],
        ready,
        reason,
        message,
        form: None,
    };
    let Some(waiver) = waiver else {
        return said(
            "Ignored",
            false,
            "Unreadable",
            "it cannot be read".to_owned(),
        );
    };
    if !counts {
        let message = "waivers of this namespace do not count".to_owned();
        return said("Ignored", false, "Namespace", message);
    }
    if let Err(message) = check_waiver(&waiver.spec, today) {
        return said("Ignored", false, "Invalid", message);
    }
    let left = today.days_until(waiver.spec.until);
    if left < 0 {
        let message = format!("it ended on {} and no longer waives", waiver.spec.until);
        said("Expired", false, "Expired", message)
    } else if left <= WAIVER_SOON {
        let message = format!("it ends on {}", waiver.spec.until);
        said("Expiring", true, "Expiring", message)
    } else {
        said("Active", true, "InForce", String::new())
    }
}

/// What is said of an agreement.
pub fn agreement(agreement: Option<&Agreement>, today: Date) -> Said {
    let said = |state, ready, reason, message| Said {
        members: vec![("state", state)],
        ready,
        reason,
        message,
        form: None,
    };
    let Some(agreement) = agreement else {
        return said(
            "NotInForce",
            false,
            "Unreadable",
            "it cannot be read".to_owned(),
        );
    };
    if let Err(message) = check_agreement(agreement, today) {
        return said("NotInForce", false, "Invalid", message);
    }
    let left = agreement.expires.map(|expires| today.days_until(expires));
    match (agreement.status, left) {
        (Status::InNegotiation, _) => said(
            "NotInForce",
            false,
            "InNegotiation",
            "it is not signed yet".to_owned(),
        ),
        (Status::Terminated, _) => said(
            "NotInForce",
            false,
            "Terminated",
            "it is at an end".to_owned(),
        ),
        (Status::Signed, Some(left)) if left < 0 => said(
            "Expired",
            false,
            "Expired",
            "it ended and covers nothing".to_owned(),
        ),
        (Status::Signed, _) if !agreement.is_current(today) => said(
            "NotInForce",
            false,
            "NotYet",
            "it is not in force yet".to_owned(),
        ),
        (Status::Signed, Some(left)) if left <= AGREEMENT_SOON => said(
            "Expiring",
            true,
            "Expiring",
            format!("it ends in {left} days"),
        ),
        (Status::Signed, _) => said("Active", true, "InForce", String::new()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::catalog::Resources;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn state(said: &Said) -> &'static str {
        said.members[0].1
    }

    #[test]
    fn agreements_go_from_active_to_expired() {
        let baa: Agreement = serde_json::from_value(json!({
            "id": "aws", "vendor": "aws", "status": "signed", "signed": "2026-01-01", "effective": "2026-02-01", "expires": "2027-01-31"
        }))
        .unwrap();
        for (today, expected) in [
            ("2026-01-15", "NotInForce"),
            ("2026-02-01", "Active"),
            ("2026-12-01", "Active"),
            ("2026-12-02", "Expiring"),
            ("2027-01-31", "Expiring"),
            ("2027-02-01", "Expired"),
        ] {
            assert_eq!(
                state(&agreement(Some(&baa), day(today))),
                expected,
                "{today}"
            );
        }
        let terminated = Agreement {
            status: Status::Terminated,
            ..baa
        };
        assert_eq!(
            state(&agreement(Some(&terminated), day("2026-03-01"))),
            "NotInForce"
        );
    }

    #[test]
    fn waivers_go_from_active_to_expired() {
        let active = ActiveWaiver {
            id: "a/b".into(),
            spec: serde_json::from_value(json!({"policy": "ingress-without-tls", "target": {"kind": "Ingress", "name": "y"},
                "reason": "r", "owner": "o", "approvedBy": "a", "compensatingControl": "c", "until": "2027-01-31"})).unwrap(),
        };
        for (today, expected) in [
            ("2026-11-24", "Active"),
            ("2027-01-17", "Expiring"),
            ("2027-01-31", "Expiring"),
            ("2027-02-01", "Expired"),
            ("2025-01-01", "Ignored"),
        ] {
            assert_eq!(
                state(&waiver(Some(&active), true, day(today))),
                expected,
                "{today}"
            );
        }
        assert_eq!(
            state(&waiver(Some(&active), false, day("2026-11-24"))),
            "Ignored"
        );
        assert_eq!(state(&waiver(None, true, day("2026-11-24"))), "Ignored");
    }

    #[test]
    fn a_policy_on_what_the_webhook_is_never_asked_about_says_so() {
        let said = |kind: &str| {
            let input = PolicyInput {
                name: "without-owner".to_owned(),
                mode: None,
                spec: json!({"title": "t", "severity": "low", "safeguards": ["164.308(a)(2)"], "rationale": "r", "remediation": {"text": "t"},
                    "match": {"kubernetes": [{"group": "", "kind": kind}]}, "rules": [{"require": "true", "message": "m"}]}),
            };
            let resources = Resources {
                policies: vec![input.clone()],
                ..Resources::default()
            };
            let base = Base::new(None, Mode::Audit, &[], false).unwrap();
            let today = day("2026-11-24");
            let catalog = Catalog::build(&base, &resources, &mut BTreeMap::new(), today).unwrap();
            policy(&input, &catalog).reason
        };
        assert_eq!(said("Node"), "NotAsked");
        assert_eq!(said("Service"), "InForce");
    }

    #[test]
    fn a_form_that_compiled_serves_a_replica_that_has_not_seen_it() {
        let spec = |require: &str| {
            json!({"title": "t", "severity": "low", "safeguards": ["164.308(a)(2)"], "rationale": "r", "remediation": {"text": "t"},
                "match": {"kubernetes": [{"group": "", "kind": "Service"}]}, "rules": [{"require": require, "message": "m"}]})
        };
        let name = "without-owner";
        // Each time by one that has just started.
        let told = |spec: Value, kept: Option<&str>| {
            let input = PolicyInput {
                name: name.to_owned(),
                mode: None,
                spec,
            };
            let kept = kept.map(|form| (name.to_owned(), form.to_owned()));
            let resources = Resources {
                policies: vec![input.clone()],
                kept: kept.into_iter().collect(),
                ..Resources::default()
            };
            let base = Base::new(None, Mode::Audit, &[], false).unwrap();
            let today = day("2026-11-24");
            let catalog = Catalog::build(&base, &resources, &mut BTreeMap::new(), today).unwrap();
            (catalog.is_in_force(name), policy(&input, &catalog))
        };
        let keeps = |said: &Said, before: &Value| {
            let object = json!({"metadata": {"generation": 1}, "status": before});
            said.patch(&object, "t").unwrap()["status"]["inForce"].clone()
        };
        let (_, good) = told(spec("true"), None);
        let form = keeps(&good, &json!({"inForce": "{}"}));
        let kept: Value = serde_json::from_str(form.as_str().unwrap()).unwrap();
        assert_eq!(kept, spec("true"));

        let broken = || spec("true &&");
        let (serves, said) = told(broken(), form.as_str());
        assert!(serves);
        assert_eq!(said.reason, "Quarantined");
        assert!(said.message.ends_with("; its last good form keeps serving"));
        assert_eq!(keeps(&said, &json!({})), form);
        // Where nothing is kept, or what does not compile, nothing serves, and what is kept stays.
        let bad = broken().to_string();
        for kept in [None, Some(""), Some("{"), Some(bad.as_str())] {
            let (serves, said) = told(broken(), kept);
            assert!(!serves, "{kept:?}");
            assert_eq!(said.form, None, "{kept:?}");
            assert_eq!(keeps(&said, &json!({"inForce": form})), form);
        }
        // What compiles is what it says now.
        let (_, said) = told(spec("1 == 1"), form.as_str());
        assert_eq!(said.form, Some(spec("1 == 1").to_string()));
        // With its spec it would not fit into etcd.
        let mut long = spec("true");
        long["rationale"] = "r".repeat(300 << 10).into();
        let (serves, said) = told(long, None);
        assert!(serves);
        assert_eq!(said.form.as_deref(), Some(""));
    }

    #[test]
    fn a_status_that_is_so_is_not_written_again() {
        let said = waiver(None, true, day("2026-11-24"));
        let object = json!({"metadata": {"generation": 2}});
        let patch = said.patch(&object, "t1").unwrap();
        assert_eq!(patch["status"]["conditions"][0]["observedGeneration"], 2);
        let written = json!({"metadata": {"generation": 2}, "status": patch["status"]});
        assert_eq!(said.patch(&written, "t2"), None);
    }
}
