//! The guard: labels of PHI Namespaces, and our own custom resources.

use hipaa_iac_api::{GROUP, WaiverSpec};
use hipaa_iac_engine::{Agreement, Date, is_self_approved};
use serde::Deserialize as _;
use serde_json::Value;

use crate::{
    args::Mode,
    catalog::{Base, MODE_KEY, check_agreement, check_waiver, compile},
    judge::Decision,
    register::is_never_asked,
    review::{Answer, Operation, Request},
};

/// The label that says what a Namespace holds.
pub const CLASS_KEY: &str = "hipaa-iac.dev/data-class";
/// The annotation that allows what the guard otherwise denies: by whom, and why.
///
/// It counts for the request that writes it: what was approved once is not approved for ever.
pub const APPROVAL_KEY: &str = "hipaa-iac.dev/approved-by";
/// The annotation that allows to delete a PHI Namespace: by whom, and why.
pub const DISPOSAL_KEY: &str = "hipaa-iac.dev/disposal-approved-by";

/// Judges a request of the guard.
pub fn judge(
    waiver_namespaces: &[String],
    default_mode: Mode,
    today: Date,
    request: &Request<Value>,
) -> Decision {
    let subresource = request.subresource();
    let keeps_labels = matches!(subresource, None | Some("status" | "finalize"));
    if !keeps_labels || request.operation == Operation::Connect {
        return Decision::of(Answer::allow());
    }
    let (old, new) = (&request.old_object, &request.object);
    let spec = new.get("spec").unwrap_or(&Value::Null);
    let answer = match (&*request.kind.group, &*request.kind.kind) {
        ("", "Namespace") => namespace(default_mode, request),
        (GROUP, _) if request.operation == Operation::Delete => Answer::allow(),
        (GROUP, _) if !spec.is_null() && old.get("spec") == Some(spec) => {
            mode_annotation(new).map_or_else(Answer::allow, refuse)
        }
        (GROUP, "Policy") => policy(request, spec),
        (GROUP, "Waiver") => waiver(waiver_namespaces, today, request, spec),
        (GROUP, "Agreement") => agreement(today, spec),
        _ => Answer::allow().warn(format!(
            "hipaa-iac: the guard does not know the kind {}",
            request.kind.kind
        )),
    };
    Decision::of(answer)
}

fn refuse(message: impl std::fmt::Display) -> Answer {
    Answer::deny(422, format!("hipaa-iac: {message}"))
}

fn label<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get("metadata")?.get("labels")?.get(key)?.as_str()
}

fn annotation<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object
        .get("metadata")?
        .get("annotations")?
        .get(key)?
        .as_str()
        .filter(|text| !text.trim().is_empty())
}

fn is_phi(object: &Value) -> bool {
    label(object, CLASS_KEY).is_some_and(says_phi)
}

/// Whether the class of a Namespace is PHI.
pub(crate) fn says_phi(class: &str) -> bool {
    class.trim().eq_ignore_ascii_case("phi")
}

fn namespace(default_mode: Mode, request: &Request<Value>) -> Answer {
    let (old, new) = (&request.old_object, &request.object);
    if request.operation == Operation::Delete {
        if !is_phi(old) {
            return Answer::allow();
        }
        return approved(
            annotation(old, DISPOSAL_KEY),
            DISPOSAL_KEY,
            &format!(
                "Namespace {} is labelled PHI, and deleting it disposes of what it holds (45 CFR 164.310(d)(2)(i))",
                request.name
            ),
        );
    }
    for (key, known) in [
        (CLASS_KEY, &["phi", "none"][..]),
        (MODE_KEY, &["audit", "warn", "enforce"][..]),
    ] {
        if let Some(value) = label(new, key)
            && !known.contains(&value)
            && label(old, key) != Some(value)
        {
            return refuse(format!(
                "label {key}: `{value}` is not known; write one of {}",
                known.join(", ")
            ));
        }
    }
    let was_phi = is_phi(old);
    if !was_phi && !is_phi(new) {
        return Answer::allow();
    }
    let approval =
        annotation(new, APPROVAL_KEY).filter(|by| annotation(old, APPROVAL_KEY) != Some(by));
    // What becomes PHI had the mode of the cluster.
    let was: Mode = label(old, MODE_KEY)
        .filter(|_| was_phi)
        .and_then(|mode| mode.parse().ok())
        .unwrap_or(default_mode);
    let is: Mode = label(new, MODE_KEY)
        .and_then(|mode| mode.parse().ok())
        .unwrap_or(default_mode);
    if !is_phi(new) {
        return approved(
            approval,
            APPROVAL_KEY,
            &format!(
                "Namespace {} would no longer be labelled PHI, and what it holds no longer be judged as such",
                request.name
            ),
        );
    }
    if is < was {
        return approved(
            approval,
            APPROVAL_KEY,
            &format!(
                "the mode of PHI Namespace {} would go from {} to {}",
                request.name,
                was.as_str(),
                is.as_str()
            ),
        );
    }
    Answer::allow()
}

fn approved(by: Option<&str>, key: &str, what: &str) -> Answer {
    match by {
        Some(by) => {
            let mut answer = Answer::allow().warn(format!("hipaa-iac: {what}; approved"));
            answer.annotations.insert("approved-by", by.to_owned());
            answer
        }
        None => Answer::deny(
            403,
            format!(
                "hipaa-iac: {what}; say who approved this, and why, in the annotation {key} of the Namespace"
            ),
        ),
    }
}

fn mode_annotation(object: &Value) -> Option<String> {
    let mode = annotation(object, MODE_KEY)?;
    mode.parse::<Mode>()
        .err()
        .map(|problem| format!("annotation {MODE_KEY}: {problem}"))
}

fn policy(request: &Request<Value>, spec: &Value) -> Answer {
    if let Some(problem) = mode_annotation(&request.object) {
        return refuse(problem);
    }
    let name = request
        .object
        .pointer("/metadata/name")
        .and_then(Value::as_str)
        .unwrap_or(&request.name);
    match compile(name, spec) {
        Ok(policy) if policy.spec().matches.kubernetes.is_empty() => Answer::allow().warn(format!(
            "hipaa-iac: policy `{name}` matches no Kubernetes kind, so it judges nothing in a cluster"
        )),
        Ok(policy) => {
            let wanted = policy.spec().matches.kubernetes.iter();
            let unasked: Vec<&str> = wanted
                .filter_map(|wanted| {
                    let (group, kind) = (wanted.group.as_deref(), wanted.kind.as_deref()?);
                    is_never_asked(group.unwrap_or_default(), kind).then_some(kind)
                })
                .collect();
            if unasked.is_empty() {
                return Answer::allow();
            }
            Answer::allow().warn(format!(
                "hipaa-iac: policy `{name}`: the webhook is never asked about {}, for the cluster hangs on them, so none is judged in a cluster",
                unasked.join(", ")
            ))
        }
        Err(message) => refuse(message),
    }
}

fn waiver(namespaces: &[String], today: Date, request: &Request<Value>, spec: &Value) -> Answer {
    let spec = match WaiverSpec::deserialize(spec) {
        Ok(spec) => spec,
        Err(error) => return refuse(format!("the waiver cannot be read: {error}")),
    };
    if let Err(message) = check_waiver(&spec, today) {
        return refuse(message);
    }
    if spec.until < today {
        return refuse(format!("the waiver ended on {} already", spec.until));
    }
    let mut answer = Answer::allow();
    if !Base::is_built_in(&spec.policy) {
        answer = answer.warn(format!(
            "hipaa-iac: no built-in policy is named `{}`; the waiver counts if a Policy of the cluster is",
            spec.policy
        ));
    }
    let by = spec.approved_by.trim();
    if is_self_approved(&spec.owner, Some(by)) {
        answer = answer.warn(format!(
            "hipaa-iac: the waiver was approved by its own owner, {by}; have somebody else approve it"
        ));
    } else if is_self_approved(&request.user_info.username, Some(by)) {
        answer = answer.warn(format!(
            "hipaa-iac: the waiver is written by who approved it, {by}; have somebody else look at it"
        ));
    }
    let namespace = request.namespace.as_deref().unwrap_or_default();
    if !namespaces.iter().any(|known| known == namespace) {
        answer = answer.warn(format!(
            "hipaa-iac: Waivers of namespace {namespace} do not count; those of {} do",
            namespaces.join(", ")
        ));
    }
    answer
}

fn agreement(today: Date, spec: &Value) -> Answer {
    match Agreement::deserialize(spec) {
        Ok(spec) => match check_agreement(&spec, today) {
            Ok(()) => Answer::allow(),
            Err(message) => refuse(message),
        },
        Err(error) => refuse(format!("the agreement cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::review::{GroupResource, Gvk, UserInfo};

    fn request(
        group: &str,
        kind: &str,
        operation: Operation,
        old: Value,
        new: Value,
    ) -> Request<Value> {
        Request {
            uid: "u".into(),
            kind: Gvk {
                group: group.into(),
                version: "v1".into(),
                kind: kind.into(),
            },
            resource: GroupResource::default(),
            sub_resource: None,
            name: "a".into(),
            namespace: Some("hipaa-iac-system".into()),
            operation,
            user_info: UserInfo::default(),
            object: new,
            old_object: old,
            dry_run: None,
        }
    }

    fn ask(request: &Request<Value>) -> Answer {
        judge(
            &["hipaa-iac-system".to_owned()],
            Mode::Audit,
            Date::new(2026, 11, 24).unwrap(),
            request,
        )
        .answer
    }

    #[test]
    fn what_becomes_phi_in_a_weaker_mode_than_the_cluster_s_is_approved() {
        let labels = json!({"hipaa-iac.dev/data-class": "phi", "hipaa-iac.dev/mode": "audit"});
        let create = |annotations: Value| {
            let new = namespace(labels.clone(), annotations);
            let asked = request("", "Namespace", Operation::Create, Value::Null, new);
            judge(&[], Mode::Enforce, Date::MIN, &asked).answer.allowed
        };
        assert!(!create(json!({})));
        assert!(create(
            json!({"hipaa-iac.dev/approved-by": "ciso, rollout"})
        ));
    }

    #[expect(clippy::needless_pass_by_value, reason = "made for the call")]
    fn namespace(labels: Value, annotations: Value) -> Value {
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "labels": labels, "annotations": annotations}})
    }

    /// The API server does not ask about them.
    #[test]
    fn namespaces_without_phi_are_nobody_s_business() {
        let none = namespace(json!({"hipaa-iac.dev/data-class": "none"}), json!({}));
        let silent = namespace(json!({}), json!({}));
        for (operation, old, new) in [
            (Operation::Create, &Value::Null, &none),
            (Operation::Delete, &none, &Value::Null),
            (Operation::Update, &none, &silent),
            (Operation::Update, &silent, &none),
        ] {
            let asked = request("", "Namespace", operation, old.clone(), new.clone());
            assert_eq!(ask(&asked), Answer::allow(), "{operation:?}");
        }
    }

    #[test]
    fn phi_namespaces_keep_their_labels() {
        let phi = json!({"hipaa-iac.dev/data-class": "phi", "hipaa-iac.dev/mode": "enforce"});
        let approved = json!({"hipaa-iac.dev/approved-by": "ciso, synthetic data"});
        let old = namespace(phi.clone(), json!({}));
        let update = |new: Value| {
            ask(&request(
                "",
                "Namespace",
                Operation::Update,
                old.clone(),
                new,
            ))
        };
        assert!(update(old.clone()).allowed);
        // What was approved before was another change.
        let approved_once = namespace(phi.clone(), approved.clone());
        let later = |new| {
            let old = approved_once.clone();
            ask(&request("", "Namespace", Operation::Update, old, new)).allowed
        };
        assert!(!later(namespace(json!({}), approved.clone())));
        let anew = json!({"hipaa-iac.dev/approved-by": "ciso, it moved"});
        assert!(later(namespace(json!({}), anew)));
        // A status and a finalization carry labels too.
        for subresource in ["status", "finalize"] {
            let new = namespace(json!({}), json!({}));
            let mut asked = request("", "Namespace", Operation::Update, old.clone(), new);
            asked.sub_resource = Some(subresource.to_owned());
            assert!(!ask(&asked).allowed, "{subresource}");
        }
        assert!(!update(namespace(json!({}), json!({}))).allowed);
        assert!(update(namespace(json!({}), approved.clone())).allowed);
        let weaker = json!({"hipaa-iac.dev/data-class": "phi", "hipaa-iac.dev/mode": "warn"});
        assert!(!update(namespace(weaker.clone(), json!({}))).allowed);
        assert!(update(namespace(weaker, approved.clone())).allowed);
        let misspelt = json!({"hipaa-iac.dev/data-class": "phii"});
        assert!(!update(namespace(misspelt.clone(), approved.clone())).allowed);
        assert!(
            !ask(&request(
                "",
                "Namespace",
                Operation::Create,
                Value::Null,
                namespace(misspelt, json!({}))
            ))
            .allowed
        );
        assert!(
            ask(&request(
                "",
                "Namespace",
                Operation::Create,
                Value::Null,
                namespace(phi.clone(), json!({}))
            ))
            .allowed
        );
        let delete = |old: Value| {
            ask(&request(
                "",
                "Namespace",
                Operation::Delete,
                old,
                Value::Null,
            ))
        };
        assert!(!delete(old.clone()).allowed);
        assert!(!delete(namespace(phi.clone(), approved)).allowed);
        let disposal = json!({"hipaa-iac.dev/disposal-approved-by": "ciso, it was empty"});
        assert!(delete(namespace(phi, disposal)).allowed);
        assert!(delete(namespace(json!({}), json!({}))).allowed);
    }

    fn policy(require: &str) -> Value {
        json!({"metadata": {"name": "service-external-name"}, "spec": {"title": "t", "severity": "low", "safeguards": ["164.312(e)(1)"],
            "match": {"kubernetes": [{"group": "", "kind": "Service"}]}, "rules": [{"require": require, "message": "m"}]}})
    }

    #[test]
    fn a_policy_that_does_not_compile_is_refused_with_the_message_of_the_compiler() {
        let create = |object: Value| {
            ask(&request(
                GROUP,
                "Policy",
                Operation::Create,
                Value::Null,
                object,
            ))
        };
        assert!(create(policy("resource.spec.type != 'ExternalName'")).allowed);
        let answer = create(policy("resource.spec.type != ("));
        assert!(!answer.allowed);
        assert!(
            answer.message.contains("service-external-name"),
            "{}",
            answer.message
        );
        let answer = create(policy("resources(resource.kind).size() > 0"));
        assert!(
            !answer.allowed && answer.message.contains("written out"),
            "{}",
            answer.message
        );
        let mut taken = policy("true");
        taken["metadata"]["name"] = json!("ingress-without-tls");
        assert!(create(taken).message.contains("built in"));
        let mut nodes = policy("true");
        nodes["spec"]["match"] = json!({"kubernetes": [{"group": "", "kind": "Pod"}, {"group": "", "kind": "Node"},
            {"group": "coordination.k8s.io", "kind": "Lease"}]});
        let answer = create(nodes);
        assert!(answer.allowed);
        assert!(
            answer.warnings[0].contains("never asked about Node, Lease"),
            "{answer:?}"
        );
        let mut wrong_mode = policy("true");
        wrong_mode["metadata"]["annotations"] = json!({"hipaa-iac.dev/mode": "deny"});
        assert!(!create(wrong_mode).allowed);
    }

    #[test]
    fn waivers_are_exact_and_end() {
        let waiver = |change: &dyn Fn(&mut Value)| {
            let mut spec = json!({"policy": "ingress-without-tls", "target": {"group": "networking.k8s.io", "kind": "Ingress", "namespace": "x", "name": "y"},
                "reason": "r", "owner": "o", "approvedBy": "a", "compensatingControl": "c", "until": "2027-01-31"});
            change(&mut spec);
            ask(&request(
                GROUP,
                "Waiver",
                Operation::Create,
                Value::Null,
                json!({"spec": spec}),
            ))
        };
        assert_eq!(waiver(&|_| ()), Answer::allow());
        assert!(!waiver(&|spec| spec["policy"] = json!("*")).allowed);
        assert!(!waiver(&|spec| spec["target"]["name"] = json!("*")).allowed);
        assert!(!waiver(&|spec| spec["until"] = json!("2026-11-23")).allowed);
        assert!(!waiver(&|spec| spec["until"] = json!("2028-01-01")).allowed);
        assert!(!waiver(&|spec| spec["approvedBy"] = json!(" ")).allowed);
        // Who answers for it should not be who approves it.
        let alone = waiver(&|spec| spec["approvedBy"] = json!(" O"));
        assert!(
            alone.allowed && alone.warnings[0].contains("its own owner"),
            "{alone:?}"
        );
        assert!(
            !waiver(&|spec| {
                spec.as_object_mut().unwrap().remove("owner");
            })
            .allowed
        );
    }

    #[test]
    fn waivers_of_other_namespaces_are_told_not_to_count() {
        let spec = json!({"policy": "ingress-without-tls", "target": {"group": "networking.k8s.io", "kind": "Ingress", "namespace": "x", "name": "y"},
            "reason": "r", "owner": "o", "approvedBy": "a", "compensatingControl": "c", "until": "2027-01-31"});
        let mut request = request(
            GROUP,
            "Waiver",
            Operation::Create,
            Value::Null,
            json!({"spec": spec}),
        );
        request.namespace = Some("x".into());
        assert!(ask(&request).warnings[0].contains("do not count"));
    }
}
