//! The storage classes of what a run writes to disk. A volume that would stay behind, or that is not encrypted, is not made, whatever the modes of
//! the policies are: the run is not begun.

use std::cmp::Reverse;

use hipaa_iac_engine::{Finding, Policy, Verdict};
use hipaa_iac_restore::config::{Location, Spec, StorageTarget};
use hipaa_iac_source::Node;
use k8s_openapi::api::storage::v1::StorageClass;
use kube::{Api, Client, Resource as _, ResourceExt as _, api::ListParams};
use serde_json::{Value, json};

use super::jobs::Settings;
use crate::{
    catalog::{Catalog, GroupKind},
    cluster::{Cluster, ROOT},
    server::{App, unix_now},
};

/// The policies that say whether the class of a claim encrypts.
const ENCRYPTION: [&str; 2] = [
    "volume-claim-encryption-unproven",
    "volume-claim-unencrypted-class",
];

/// By which a class says that it is that of claims that name none.
const DEFAULT: [&str; 2] = [
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
];

/// Why a run cannot write what it is to write to disk.
///
/// # Errors
/// The API server did not say which classes there are.
pub async fn refusal(
    client: &Client,
    app: &App,
    template: &Value,
    settings: &Settings,
) -> Result<Option<String>, kube::Error> {
    let asked = asked(template, settings);
    if asked.is_empty() {
        return Ok(None);
    }
    let classes: Api<StorageClass> = Api::all(client.clone());
    let classes = classes.list(&ListParams::default()).await?.items;
    let catalog = app.catalog.load_full();
    Ok(asked.iter().find_map(|(place, class)| {
        let class = class.as_deref();
        let why = retained(&classes, class).or_else(|| {
            let catalog = catalog.as_deref()?;
            // What the API server will choose, which the policies may see otherwise.
            let chosen = default(&classes).filter(|_| class.is_none());
            let chosen = chosen.map(StorageClass::name_any);
            let class = class.or(chosen.as_deref());
            unencrypted(catalog, &app.cluster, &settings.namespace, class)
        })?;
        Some(format!("{place}: {why}"))
    }))
}

/// Whether the policies of the cluster show that a class encrypts, as they would of a claim of it.
pub fn encrypts(app: &App, namespace: &str, class: &str) -> bool {
    let Some(catalog) = app.catalog.load_full() else {
        return false;
    };
    let findings = findings(&catalog, &app.cluster, namespace, Some(class));
    ENCRYPTION.iter().all(|policy| {
        let mut of = findings
            .iter()
            .filter(|finding| &*finding.policy.name == *policy)
            .peekable();
        of.peek().is_some() && of.all(|finding| finding.verdict == Verdict::Pass)
    })
}

/// The classes of the volumes that a run writes to, with what names them; none of the cluster's default. A volume that is made of a snapshot is
/// not written to.
fn asked(template: &Value, settings: &Settings) -> Vec<(&'static str, Option<String>)> {
    let spec = template.get("spec").cloned().unwrap_or_default();
    let mut all = Vec::new();
    // What cannot be read is not begun.
    let Ok(spec) = serde_json::from_value::<Spec>(spec) else {
        return all;
    };
    if let StorageTarget::EphemeralVolume(disk) = spec.target.storage {
        let place = "target.storage.ephemeralVolume.storageClassName";
        all.push((place, disk.storage_class_name));
    }
    if matches!(spec.source.location(), Location::S3(_)) {
        let place = "restoreVerification.backupVolume.storageClassName of the chart";
        all.push((place, settings.backup_class.clone()));
    }
    all
}

/// What is said against a class whose volumes nobody deletes with their claims.
fn retained(classes: &[StorageClass], asked: Option<&str>) -> Option<String> {
    let class = match asked {
        Some(name) => classes.iter().find(|class| class.name_any() == name),
        None => default(classes),
    }?;
    (class.reclaim_policy.as_deref() == Some("Retain")).then(|| {
        format!(
            "StorageClass {} retains volumes, and with them what was written: name another whose reclaimPolicy is Delete",
            class.name_any()
        )
    })
}

/// The class of claims that name none, as the API server chooses it: of several the newest.
fn default(classes: &[StorageClass]) -> Option<&StorageClass> {
    let is_default = |class: &&StorageClass| {
        let mut said = DEFAULT
            .iter()
            .filter_map(|key| class.annotations().get(*key));
        said.any(|said| said == "true")
    };
    let made = |class: &StorageClass| class.meta().creation_timestamp.as_ref().map(|at| at.0);
    classes
        .iter()
        .filter(is_default)
        .max_by_key(|class| (made(class), Reverse(class.name_any())))
}

/// What the policies of the cluster have against a class. What they do not know they have nothing against, as at admission.
fn unencrypted(
    catalog: &Catalog,
    cluster: &Cluster,
    namespace: &str,
    class: Option<&str>,
) -> Option<String> {
    let failed = findings(catalog, cluster, namespace, class)
        .into_iter()
        .find(|finding| finding.verdict == Verdict::Fail)?;
    let name = class.map_or_else(
        || "the cluster's default StorageClass".to_owned(),
        |class| format!("StorageClass {class}"),
    );
    Some(format!(
        "{name}: {} ({})",
        failed.message, failed.policy.name
    ))
}

/// What the policies on encryption say of a claim of a class.
fn findings(
    catalog: &Catalog,
    cluster: &Cluster,
    namespace: &str,
    class: Option<&str>,
) -> Vec<Finding> {
    let spec = class.map_or_else(|| json!({}), |class| json!({"storageClassName": class}));
    let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": {"name": "of-a-run", "namespace": namespace}, "spec": spec});
    let claim = hipaa_iac_kubernetes::resource(Node::from(&claim), &ROOT.into(), Some(namespace));
    let rules = catalog.rules(&GroupKind::new("", "PersistentVolumeClaim"));
    let (Some(claim), Some(rules)) = (claim, rules) else {
        return Vec::new();
    };
    let inventory = cluster.inventory(claim, &rules.related);
    let wanted = |policy: &Policy| ENCRYPTION.contains(&&*policy.name);
    let policies = &rules.policies;
    policies.evaluate(&inventory, 0, &[], true, Some(unix_now()), wanted)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use hipaa_iac_engine::Date;

    use super::*;
    use crate::{
        args::Mode,
        catalog::{Base, Resources},
        cluster::{Store, kept},
    };

    fn class(name: &str, rest: &Value) -> StorageClass {
        let mut class = json!({"metadata": {"name": name}, "provisioner": "ebs.csi.aws.com"});
        for (member, value) in rest.as_object().unwrap() {
            class[member] = value.clone();
        }
        serde_json::from_value(class).unwrap()
    }

    #[test]
    fn what_a_run_writes_to_disk_is_known() {
        let settings = |class: Option<&str>| Settings {
            namespace: "restore".into(),
            image: "runner".into(),
            fetch_identities: Vec::new(),
            backup_size: "1Gi".into(),
            backup_class: class.map(Into::into),
            store_ca: None,
            snapshots: true,
        };
        let template = |location: Value, storage: Value| {
            json!({"spec": {"source": {"pgDump": {"format": "Custom", "location": location, "encryption": "serverSide"}},
                "target": {"storage": storage}}})
        };
        let s3 = json!({"s3": {"bucket": "backups", "prefix": "daily/", "region": "us-east-1"}});
        let pvc = json!({"pvc": {"claimName": "dumps", "path": "ehr.dump"}});
        let memory = json!({"memory": {"sizeLimit": "1Gi"}});
        let disk = json!({"ephemeralVolume": {"size": "1Gi", "storageClassName": "gp3"}});
        let classes = |location: &Value, storage: &Value, class| -> Vec<Option<String>> {
            let template = template(location.clone(), storage.clone());
            let all = asked(&template, &settings(class));
            all.into_iter().map(|(_, class)| class).collect()
        };
        assert!(classes(&pvc, &memory, Some("runs")).is_empty());
        assert_eq!(classes(&pvc, &disk, Some("runs")), [Some("gp3".into())]);
        assert_eq!(
            classes(&s3, &disk, Some("runs")),
            [Some("gp3".into()), Some("runs".into())]
        );
        assert_eq!(classes(&s3, &memory, None), [None]);
    }

    #[test]
    fn a_class_that_retains_volumes_is_refused() {
        let retain = json!({"reclaimPolicy": "Retain"});
        let delete = json!({"reclaimPolicy": "Delete"});
        let mut of_beta = class("beta", &retain);
        of_beta
            .annotations_mut()
            .insert(DEFAULT[1].into(), "true".into());
        let all = [
            class("kept", &retain),
            class("gone", &delete),
            // The API server takes Delete where nothing is said.
            class("silent", &json!({})),
        ];
        let refused = |classes: &[StorageClass], asked| retained(classes, asked).is_some();
        assert!(refused(&all, Some("kept")));
        for fine in ["gone", "silent", "of-volumes-made-by-hand", ""] {
            assert!(!refused(&all, Some(fine)), "{fine}");
        }
        assert!(!refused(&all, None));
        assert!(refused(&[of_beta], None));

        // Of two that are the default the newest is.
        let marked = |name: &str, rest: &Value, made: &str| {
            let mut class = class(name, rest);
            class
                .annotations_mut()
                .insert(DEFAULT[0].into(), "true".into());
            let made = serde_json::from_value(json!(made)).unwrap();
            class.metadata.creation_timestamp = Some(made);
            class
        };
        let (monday, tuesday) = ("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z");
        let two = [marked("a", &retain, monday), marked("b", &delete, tuesday)];
        assert!(!refused(&two, None));
        let two = [marked("a", &retain, tuesday), marked("b", &delete, monday)];
        assert!(refused(&two, None));
        let mut no_default = marked("a", &retain, monday);
        no_default
            .annotations_mut()
            .insert(DEFAULT[0].into(), "false".into());
        assert!(!refused(&[no_default], None));
    }

    /// In the mode that denies nobody else.
    #[test]
    fn a_class_that_is_not_shown_to_encrypt_is_refused() {
        let config =
            "parameters: {volume-claim-encryption-unproven: {encryptedClasses: [folders]}}\n";
        let base = Base::new(Some(("hipaa-iac.yaml", config)), Mode::Audit, &[], true).unwrap();
        let today = Date::new(2026, 11, 24).unwrap();
        let catalog =
            Catalog::build(&base, &Resources::default(), &mut BTreeMap::new(), today).unwrap();
        let store = Store::new();
        let is_default = json!({DEFAULT[0]: "true"});
        for (name, provisioner, parameters, annotations) in [
            ("gp2", "ebs.csi.aws.com", json!({}), json!({})),
            (
                "gp3",
                "ebs.csi.aws.com",
                json!({"encrypted": "true"}),
                json!({}),
            ),
            ("standard", "rancher.io/local-path", json!({}), is_default),
            ("folders", "rancher.io/local-path", json!({}), json!({})),
        ] {
            let class = json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
                "metadata": {"name": name, "annotations": annotations}, "provisioner": provisioner, "parameters": parameters});
            store.listed(kept(class, None).unwrap());
        }
        store.finish();
        let cluster = Cluster::default();
        let kind = GroupKind::new("storage.k8s.io", "StorageClass");
        cluster.set_stores([(kind, Arc::new(store))].into());
        let why = |class: Option<&str>| unencrypted(&catalog, &cluster, "restore", class);
        for (class, said) in [
            (Some("gp2"), Some("does not encrypt")),
            (Some("gp3"), None),
            (Some("standard"), Some("nothing shows")),
            (None, Some("nothing shows")),
            (Some("folders"), None),
            // It may be of volumes that were made by hand: nothing is known of it.
            (Some("runs"), None),
        ] {
            let why = why(class);
            let as_said = match (&why, said) {
                (Some(why), Some(said)) => why.contains(said),
                (why, said) => why.is_none() && said.is_none(),
            };
            assert!(as_said, "{class:?}: {why:?}");
        }
    }
}
