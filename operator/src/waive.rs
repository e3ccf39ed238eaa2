//! Which waivers concern an object, and who made it.

use hipaa_iac_engine::WaiverEntry;
use hipaa_iac_source::{Node, Resource};

use crate::{
    catalog::{ActiveWaiver, Catalog},
    review::{Request, UserInfo},
};

/// The object that a controller made another one for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Group of its kind.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Name.
    pub name: String,
}

/// The accounts of the built-in controllers, each with the kinds of the objects it makes and the kinds it makes them for.
const CONTROLLERS: [(&str, &str, &str); 7] = [
    ("replicaset-controller", "Pod", "ReplicaSet"),
    ("deployment-controller", "ReplicaSet", "Deployment"),
    ("statefulset-controller", "Pod", "StatefulSet"),
    ("daemon-set-controller", "Pod", "DaemonSet"),
    ("job-controller", "Pod", "Job"),
    ("cronjob-controller", "Job", "CronJob"),
    ("replication-controller", "Pod", "ReplicationController"),
];

/// The owner of an object that a built-in controller makes. An owner reference alone proves nothing, for anybody can write one: the account of the
/// controller must be the one that asks, and it makes only what it is for.
pub fn controller(object: &Node, user: &UserInfo) -> Option<Owner> {
    let account = user
        .username
        .strip_prefix("system:serviceaccount:kube-system:");
    let made = object.get("kind")?.as_str()?;
    let owners = object.get("metadata")?.get("ownerReferences")?.as_list()?;
    let owner = owners
        .iter()
        .find(|owner| owner.get("controller").and_then(Node::as_bool) == Some(true))?;
    let text = |field: &str| owner.get(field).and_then(Node::as_str).map(str::to_owned);
    let (kind, name, version) = (text("kind")?, text("name")?, text("apiVersion")?);
    let trusted = match account {
        Some(account) => CONTROLLERS
            .iter()
            .any(|(known, makes, of)| *known == account && *makes == made && *of == kind),
        // A controller manager that does not use an account for each controller.
        None => {
            user.username == "system:kube-controller-manager"
                && CONTROLLERS
                    .iter()
                    .any(|(_, makes, of)| *makes == made && *of == kind)
        }
    };
    trusted.then(|| Owner {
        group: version
            .split_once('/')
            .map(|(group, _)| group.to_owned())
            .unwrap_or_default(),
        kind,
        name,
    })
}

/// The owners of what a built-in controller makes, as far as names tell: the ReplicaSet of a Pod and its Deployment, the Job and its CronJob.
fn owners(object: &Node, user: &UserInfo) -> Vec<Owner> {
    let Some(owner) = controller(object, user) else {
        return Vec::new();
    };
    let mut all = vec![owner.clone()];
    // The controllers build these names: `<deployment>-<hash>`, with the hash as a label too, and `<cronjob>-<minutes>`.
    let parent = match &*owner.kind {
        "ReplicaSet" => object
            .get("metadata")
            .and_then(|metadata| metadata.get("labels")?.get("pod-template-hash")?.as_str())
            .and_then(|hash| owner.name.strip_suffix(hash)?.strip_suffix('-'))
            .map(|name| ("apps", "Deployment", name)),
        "Job" => owner
            .name
            .rsplit_once('-')
            .filter(|(_, minutes)| {
                !minutes.is_empty() && minutes.bytes().all(|byte| byte.is_ascii_digit())
            })
            .map(|(name, _)| ("batch", "CronJob", name)),
        _ => None,
    };
    if let Some((group, kind, name)) = parent {
        all.push(Owner {
            group: group.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
        });
    }
    all
}

/// The waivers that concern an object, as the entries that the engine takes. They name the object itself, so none reaches further.
pub fn entries(catalog: &Catalog, request: &Request<Node>, object: &Resource) -> Vec<WaiverEntry> {
    if catalog.waivers.is_empty() {
        return Vec::new();
    }
    of(catalog, object, &owners(&object.body, &request.user_info))
}

/// The same of an object that is there, whoever made it.
pub fn entries_of(catalog: &Catalog, object: &Resource) -> Vec<WaiverEntry> {
    of(catalog, object, &[])
}

fn of(catalog: &Catalog, object: &Resource, owners: &[Owner]) -> Vec<WaiverEntry> {
    catalog
        .waivers
        .iter()
        .filter(|waiver| concerns(waiver, object, owners))
        .map(|waiver| WaiverEntry {
            policy: waiver.spec.policy.clone(),
            address: object.address.to_string(),
            root: None,
            reason: waiver.spec.reason.clone(),
            owner: waiver.spec.owner.clone(),
            until: waiver.spec.until,
            // The reference in the log and the annotations.
            ticket: Some(waiver.id.clone()),
            approved_by: Some(waiver.spec.approved_by.clone()),
            compensating_control: Some(waiver.spec.compensating_control.clone()),
        })
        .collect()
}

fn concerns(waiver: &ActiveWaiver, object: &Resource, owners: &[Owner]) -> bool {
    let target = &waiver.spec.target;
    let Some(id) = object.kubernetes() else {
        return false;
    };
    if target.namespace.as_deref() != id.namespace.as_deref() {
        return false;
    }
    let is_kind = *target.group == *id.group && *target.kind == *id.kind;
    if let Some(name) = &target.name {
        return is_kind && **name == *id.name
            || owners.iter().any(|owner| {
                owner.group == target.group && owner.kind == target.kind && owner.name == *name
            });
    }
    let Some(labels) = target
        .match_labels
        .as_ref()
        .filter(|labels| !labels.is_empty())
    else {
        return false;
    };
    let has_all = |metadata: Option<&Node>| {
        let found = metadata.and_then(|metadata| metadata.get("labels"));
        labels.iter().all(|(key, value)| {
            found.and_then(|found| found.get(key)?.as_str()) == Some(value.as_str())
        })
    };
    is_kind && has_all(object.body.get("metadata"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn user(name: &str) -> UserInfo {
        UserInfo {
            username: name.to_owned(),
            groups: Vec::new(),
        }
    }

    #[test]
    fn an_owner_reference_alone_proves_nothing() {
        let pod = Node::from(
            &json!({"kind": "Pod", "metadata": {"labels": {"pod-template-hash": "abc"}, "ownerReferences": [
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-abc", "controller": true}]}}),
        );
        let names = |user: &UserInfo| -> Vec<String> {
            owners(&pod, user)
                .into_iter()
                .map(|owner| format!("{}/{}", owner.kind, owner.name))
                .collect()
        };
        assert_eq!(
            names(&user(
                "system:serviceaccount:kube-system:replicaset-controller"
            )),
            ["ReplicaSet/web-abc", "Deployment/web"]
        );
        assert_eq!(names(&user("system:kube-controller-manager")).len(), 2);
        for forger in [
            "jane",
            "system:serviceaccount:default:replicaset-controller",
            "system:serviceaccount:kube-system:job-controller",
        ] {
            assert!(names(&user(forger)).is_empty(), "{forger}");
        }
    }
}
