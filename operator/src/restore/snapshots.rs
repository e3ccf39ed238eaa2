//! Which snapshot a run restores, and what is known of it.
//!
//! It is chosen once for a run, when the run's configuration is made, and kept there: who goes on with the run after a crash restores the same.

use hipaa_iac_restore::{
    config::{Location, SnapshotLocation, Spec},
    message::Snapshot,
    result::{Reason, Time},
};
use k8s_openapi::api::{core::v1::PersistentVolumeClaim, storage::v1::StorageClass};
use kube::{
    Api, Client, Resource, ResourceExt as _,
    api::ListParams,
    core::{ApiResource, DynamicObject, GroupVersionKind},
};
use serde_json::Value;

use super::{classes, cnpg::is_name, machine::Part};
use crate::server::App;

/// Why a run has no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The API server did not answer. It is asked again.
    #[error("the API server: {0}")]
    Kube(#[from] kube::Error),
    /// There is none, or none of which a volume can be made.
    #[error("{1}")]
    No(Reason, String),
}

fn missing(text: impl Into<String>) -> Unusable {
    Unusable::No(Reason::BackupMissing, text.into())
}

fn mistake(text: impl Into<String>) -> Unusable {
    Unusable::No(Reason::ConfigError, text.into())
}

/// The kinds of snapshots in the API of the cluster.
pub fn resource(part: Part) -> ApiResource {
    let (kind, plural) = match part {
        Part::Content => ("VolumeSnapshotContent", "volumesnapshotcontents"),
        _ => ("VolumeSnapshot", "volumesnapshots"),
    };
    let kind = GroupVersionKind::gvk("snapshot.storage.k8s.io", "v1", kind);
    ApiResource::from_gvk_with_plural(&kind, plural)
}

/// The snapshot that a run's template asks for, where it asks for one.
pub fn asked(template: &Value) -> Option<SnapshotLocation> {
    let spec: Spec = serde_json::from_value(template.get("spec")?.clone()).ok()?;
    match spec.source.location() {
        Location::VolumeSnapshot(snapshot) => Some(snapshot.clone()),
        _ => None,
    }
}

/// Chooses the snapshot of a run.
///
/// # Errors
/// See [`Unusable`].
pub async fn choose(
    client: &Client,
    app: &App,
    namespace: &str,
    asked: &SnapshotLocation,
) -> Result<Snapshot, Unusable> {
    let mut wanted = ListParams::default();
    if let Some(selector) = &asked.selector {
        let labels: Vec<String> = selector
            .match_labels
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        wanted = wanted.labels(&labels.join(","));
    }
    let snapshots: Api<DynamicObject> =
        Api::namespaced_with(client.clone(), namespace, &resource(Part::Snapshot));
    let all = refused(snapshots.list(&wanted).await)?.items;
    let snapshot = newest(asked, &all)?;
    let bound = text(&snapshot.data, "/status/boundVolumeSnapshotContentName").unwrap_or_default();
    let contents: Api<DynamicObject> = Api::all_with(client.clone(), &resource(Part::Content));
    let content = get(&contents, bound).await?;
    let content = content.as_ref().filter(|content| is_of(content, snapshot));
    let content = content.ok_or_else(|| {
        missing(format!(
            "VolumeSnapshot {} has no VolumeSnapshotContent that is bound to it",
            snapshot.name_any()
        ))
    })?;
    let claim = match text(&snapshot.data, "/spec/source/persistentVolumeClaimName") {
        Some(name) => {
            let claims: Api<PersistentVolumeClaim> = Api::namespaced(client.clone(), namespace);
            get(&claims, name).await?
        }
        None => None,
    };
    let of_claim = claim.and_then(|claim| claim.spec?.storage_class_name);
    let class = asked
        .storage_class_name
        .clone()
        .or_else(|| of_claim.clone());
    let class = class.ok_or_else(|| {
        mistake(format!(
            "the claim of VolumeSnapshot {} is gone: name the class of the volume that is made of it, storageClassName",
            snapshot.name_any()
        ))
    })?;
    let classes: Api<StorageClass> = Api::all(client.clone());
    let class = get(&classes, &class)
        .await?
        .ok_or_else(|| mistake(format!("there is no StorageClass {class}")))?;
    let encrypted = of_claim.is_some_and(|class| classes::encrypts(app, namespace, &class));
    described(snapshot, content, &class, encrypted)
}

/// An object, where it is there.
async fn get<K>(api: &Api<K>, name: &str) -> Result<Option<K>, Unusable>
where
    K: Clone + std::fmt::Debug + serde::de::DeserializeOwned,
{
    if is_name(name) {
        refused(api.get_opt(name).await)
    } else {
        Ok(None)
    }
}

/// What the API server will not say now, it will not say later.
fn refused<T>(answer: Result<T, kube::Error>) -> Result<T, Unusable> {
    match answer {
        Err(kube::Error::Api(said)) if matches!(said.code, 401 | 403 | 404) => {
            Err(mistake(format!("snapshots: {}", said.message)))
        }
        answer => Ok(answer?),
    }
}

fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    value
        .pointer(path)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

/// The one that is asked for among those of a namespace: the newest that is ready, by the time that the storage says.
fn newest<'a>(
    asked: &SnapshotLocation,
    all: &'a [DynamicObject],
) -> Result<&'a DynamicObject, Unusable> {
    let claim_of = |snapshot: &'a DynamicObject| {
        text(&snapshot.data, "/spec/source/persistentVolumeClaimName")
    };
    let wanted = |snapshot: &&DynamicObject| {
        asked
            .name
            .as_ref()
            .is_none_or(|name| snapshot.name_any() == *name)
    };
    let found: Vec<&DynamicObject> = all
        .iter()
        .filter(wanted)
        .filter(|snapshot| {
            asked
                .claim_name
                .as_deref()
                .is_none_or(|claim| claim_of(snapshot) == Some(claim))
        })
        .collect();
    let ready = |snapshot: &&&DynamicObject| {
        snapshot.data.pointer("/status/readyToUse") == Some(&Value::Bool(true))
            && snapshot.meta().deletion_timestamp.is_none()
    };
    let newest = found
        .iter()
        .filter(ready)
        .max_by_key(|snapshot| (taken_at(snapshot), snapshot.name_any()));
    newest.copied().ok_or_else(|| {
        missing(if found.is_empty() {
            "there is no such VolumeSnapshot in the namespace".to_owned()
        } else {
            format!("of {} VolumeSnapshots none is readyToUse", found.len())
        })
    })
}

fn taken_at(snapshot: &DynamicObject) -> Option<Time> {
    serde_json::from_value(snapshot.data.pointer("/status/creationTime")?.clone()).ok()
}

/// Whether a content is the one that a snapshot is bound to: each must name the other, for whoever may write one of them may not write both.
fn is_of(content: &DynamicObject, snapshot: &DynamicObject) -> bool {
    let names =
        |path: &str, value: Option<&str>| value.is_some() && text(&content.data, path) == value;
    names(
        "/spec/volumeSnapshotRef/namespace",
        snapshot.meta().namespace.as_deref(),
    ) && names(
        "/spec/volumeSnapshotRef/name",
        snapshot.meta().name.as_deref(),
    ) && names(
        "/spec/volumeSnapshotRef/uid",
        snapshot.meta().uid.as_deref(),
    )
}

/// What is known of a snapshot, where a volume can be made of it.
fn described(
    snapshot: &DynamicObject,
    content: &DynamicObject,
    class: &StorageClass,
    encrypted: bool,
) -> Result<Snapshot, Unusable> {
    let name = snapshot.name_any();
    let class_name = class.name_any();
    let told = |what: String| Err(mistake(format!("VolumeSnapshot {name}: {what}")));
    let (Some(driver), Some(handle)) = (
        text(&content.data, "/spec/driver"),
        text(&content.data, "/status/snapshotHandle")
            .or_else(|| text(&content.data, "/spec/source/snapshotHandle")),
    ) else {
        return Err(missing(format!("VolumeSnapshot {name} has no handle")));
    };
    if text(&content.data, "/spec/sourceVolumeMode") == Some("Block") {
        return told("it is of a volume without a file system".to_owned());
    }
    if class.provisioner != driver {
        return told(format!(
            "its driver is {driver}, and that of StorageClass {class_name} is {}",
            class.provisioner
        ));
    }
    // What is restored has to go, and with this policy nobody would delete it.
    if class.reclaim_policy.as_deref() == Some("Retain") {
        return told(format!(
            "StorageClass {class_name} retains volumes: name another, storageClassName, whose reclaimPolicy is Delete"
        ));
    }
    let size = text(&snapshot.data, "/status/restoreSize")
        .filter(|size| *size != "0")
        .unwrap_or("1Gi");
    Ok(Snapshot {
        uri: format!(
            "volumesnapshot://{}/{name}",
            snapshot.namespace().unwrap_or_default()
        ),
        uid: snapshot.uid().unwrap_or_default(),
        taken_at: taken_at(snapshot),
        encrypted,
        driver: driver.to_owned(),
        handle: handle.to_owned(),
        class: text(&content.data, "/spec/volumeSnapshotClassName").map(str::to_owned),
        storage_class: class_name,
        size: size.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> DynamicObject {
        serde_json::from_value(value).unwrap()
    }

    fn snapshot(name: &str, claim: &str, taken: &str, ready: bool) -> DynamicObject {
        object(json!({
            "apiVersion": "snapshot.storage.k8s.io/v1", "kind": "VolumeSnapshot",
            "metadata": {"name": name, "namespace": "clinic", "uid": format!("uid-of-{name}")},
            "spec": {"source": {"persistentVolumeClaimName": claim}},
            "status": {"readyToUse": ready, "creationTime": taken, "restoreSize": "20Gi",
                "boundVolumeSnapshotContentName": format!("content-of-{name}")},
        }))
    }

    fn content(of: &DynamicObject) -> DynamicObject {
        object(json!({
            "apiVersion": "snapshot.storage.k8s.io/v1", "kind": "VolumeSnapshotContent",
            "metadata": {"name": "content"},
            "spec": {"driver": "ebs.csi.aws.com", "deletionPolicy": "Delete", "source": {"volumeHandle": "vol-1"},
                "sourceVolumeMode": "Filesystem", "volumeSnapshotClassName": "daily",
                "volumeSnapshotRef": {"name": of.name_any(), "namespace": "clinic", "uid": of.uid().unwrap()}},
            "status": {"snapshotHandle": "snap-1"},
        }))
    }

    fn class(provisioner: &str, reclaim: &str) -> StorageClass {
        serde_json::from_value(json!({"metadata": {"name": "gp3"}, "provisioner": provisioner, "reclaimPolicy": reclaim}))
            .unwrap()
    }

    fn reason<T: std::fmt::Debug>(answer: Result<T, Unusable>) -> Reason {
        match answer.unwrap_err() {
            Unusable::No(reason, _) => reason,
            Unusable::Kube(error) => panic!("{error}"),
        }
    }

    #[test]
    fn the_newest_that_is_ready_is_chosen() {
        let all = [
            snapshot("monday", "data", "2026-11-23T03:00:00Z", true),
            snapshot("tuesday", "data", "2026-11-24T03:00:00Z", true),
            snapshot("wednesday", "data", "2026-11-25T03:00:00Z", false),
            snapshot("other", "files", "2026-11-26T03:00:00Z", true),
        ];
        let of_claim = |claim: &str| SnapshotLocation {
            claim_name: Some(claim.into()),
            ..SnapshotLocation::default()
        };
        let named = |name: &str| SnapshotLocation {
            name: Some(name.into()),
            ..SnapshotLocation::default()
        };
        let chosen =
            |asked: &SnapshotLocation| newest(asked, &all).map(kube::ResourceExt::name_any);
        assert_eq!(chosen(&of_claim("data")).unwrap(), "tuesday");
        assert_eq!(chosen(&named("monday")).unwrap(), "monday");
        for asked in [named("wednesday"), named("sunday"), of_claim("logs")] {
            assert_eq!(reason(chosen(&asked)), Reason::BackupMissing);
        }
    }

    #[test]
    fn a_content_of_another_is_none() {
        let ours = snapshot("monday", "data", "2026-11-23T03:00:00Z", true);
        let theirs = snapshot("tuesday", "data", "2026-11-24T03:00:00Z", true);
        assert!(is_of(&content(&ours), &ours));
        assert!(!is_of(&content(&theirs), &ours));
        let mut elsewhere = ours.clone();
        elsewhere.metadata.namespace = Some("billing".into());
        assert!(!is_of(&content(&ours), &elsewhere));
        // Of the same name, and made later.
        let mut again = ours.clone();
        again.metadata.uid = Some("another".into());
        assert!(!is_of(&content(&ours), &again));
    }

    #[test]
    fn a_snapshot_is_described_where_a_volume_can_be_made_of_it() {
        let ours = snapshot("monday", "data", "2026-11-23T03:00:00Z", true);
        let ebs = "ebs.csi.aws.com";
        let volume =
            |content: &DynamicObject, class: &StorageClass| described(&ours, content, class, true);
        let said = volume(&content(&ours), &class(ebs, "Delete")).unwrap();
        assert_eq!(said.uri, "volumesnapshot://clinic/monday");
        assert_eq!((&*said.driver, &*said.handle), (ebs, "snap-1"));
        assert_eq!((&*said.storage_class, &*said.size), ("gp3", "20Gi"));
        assert_eq!(said.class.as_deref(), Some("daily"));
        assert_eq!(
            said.taken_at.unwrap().to_string(),
            "2026-11-23T03:00:00.000Z"
        );
        let mut block = content(&ours);
        block.data["spec"]["sourceVolumeMode"] = "Block".into();
        for (content, class) in [
            (block, class(ebs, "Delete")),
            (content(&ours), class(ebs, "Retain")),
            (content(&ours), class("pd.csi.storage.gke.io", "Delete")),
        ] {
            assert_eq!(reason(volume(&content, &class)), Reason::ConfigError);
        }
        let mut bare = content(&ours);
        bare.data["status"] = json!({});
        assert_eq!(
            reason(volume(&bare, &class(ebs, "Delete"))),
            Reason::BackupMissing
        );
    }
}
