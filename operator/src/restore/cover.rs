//! Which databases are verified, by the policy that asks for it, and which would not be any more were a verification suspended, changed or
//! deleted.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use hipaa_iac_api::ConditionStatus;
use hipaa_iac_engine::{Finding, Verdict};
use hipaa_iac_restore::config::Covered;
use hipaa_iac_source::{Inventory, Node, Resource};

use crate::{
    args::Mode,
    catalog::{Catalog, GroupKind, RESTORE_POLICY, RestoreRules},
    cluster::{Cluster, ROOT},
    judge::{Decision, weight},
    review::{Answer, Operation, Request},
    server::unix_now,
    waive,
};

/// How many databases an answer names.
const MAX_TOLD: usize = 5;
/// How many the audit annotation names: what the API server takes is limited.
const MAX_RECORDED: usize = 20;

/// What the policy says of a database, with other verifications than those that are known. What is waived at admission is waived here too.
fn findings(
    catalog: &Catalog,
    restores: &RestoreRules,
    cluster: &Cluster,
    database: &Resource,
    change: impl Fn(&mut Inventory),
) -> Vec<Finding> {
    let mut inventory = cluster.inventory(database.clone(), &restores.rules.related);
    change(&mut inventory);
    let waivers = waive::entries_of(catalog, database);
    let policies = &restores.rules.policies;
    policies.evaluate(&inventory, 0, &waivers, false, Some(unix_now()), |_| true)
}

/// The databases that watches know, of one namespace or of all.
pub fn databases<'a>(
    restores: &'a RestoreRules,
    cluster: &'a Cluster,
    namespace: Option<&'a str>,
) -> impl Iterator<Item = Arc<Resource>> + 'a {
    restores
        .kinds
        .iter()
        .flat_map(move |kind| cluster.objects(kind, namespace))
}

/// What the policy says of a database: the worst of its verdicts, and of a fail the message. Nothing of what is no database.
pub fn verdict(
    catalog: &Catalog,
    restores: &RestoreRules,
    cluster: &Cluster,
    database: &Resource,
) -> Option<(Verdict, String)> {
    findings(catalog, restores, cluster, database, |_| ())
        .into_iter()
        .max_by_key(|finding| weight(finding.verdict))
        .filter(|finding| finding.verdict != Verdict::NotApplicable)
        .map(|finding| (finding.verdict, finding.message))
}

/// Whether a resource is a verification.
fn is_verification(resource: &Resource) -> bool {
    resource
        .kubernetes()
        .is_some_and(|id| &*id.group == hipaa_iac_api::GROUP && &*id.kind == "RestoreVerification")
}

/// Whether it will not run any more.
fn is_suspended(verification: &Resource) -> bool {
    let suspended = verification
        .body
        .get("spec")
        .and_then(|spec| spec.get("suspend")?.as_bool());
    suspended == Some(true)
}

/// Whether admission insists on what it asks for, as the policy has it.
fn insists(verification: &Resource) -> bool {
    let mode = verification
        .body
        .get("spec")
        .and_then(|spec| spec.get("enforcement")?.get("mode")?.as_str());
    !matches!(mode, Some("Off" | "Warn"))
}

/// Whether one may stand for another: it runs, and admission insists on it where it does on the other.
fn may_stand_for(one: &Resource, other: &Resource) -> bool {
    !is_suspended(one) && (insists(one) || !insists(other))
}

/// The databases of a namespace that `was` covers and no other verification that may stand for it, and that `is`, which takes its place, does not. Once
/// `given_up` is set no further one is looked at.
pub fn lost(
    catalog: &Catalog,
    cluster: &Cluster,
    was: &Resource,
    is: Option<&Resource>,
    given_up: &AtomicBool,
) -> Vec<Arc<str>> {
    let Some(restores) = &catalog.restores else {
        return Vec::new();
    };
    let with = |one: Option<&Resource>| {
        let one = one.filter(|one| may_stand_for(one, was)).cloned();
        move |inventory: &mut Inventory| {
            inventory.resources.retain(|known| {
                !is_verification(known) || (known.kind != was.kind && may_stand_for(known, was))
            });
            inventory.resources.extend(one.clone());
        }
    };
    let failures = |database: &Resource, one: Option<&Resource>| -> BTreeSet<String> {
        findings(catalog, restores, cluster, database, with(one))
            .into_iter()
            .filter(|finding| finding.verdict == Verdict::Fail)
            .map(|finding| finding.message)
            .collect()
    };
    let namespace = was.kubernetes().and_then(|id| id.namespace.clone());
    databases(restores, cluster, namespace.as_deref())
        .take_while(|_| !given_up.load(Ordering::Relaxed))
        .filter(|database| {
            let after = failures(database, is);
            !after.is_empty() && !after.is_subset(&failures(database, Some(was)))
        })
        .map(|database| Arc::clone(&database.address))
        .collect()
}

/// Whether what a verification covers is there: whether it holds, why in a word, and in a sentence. By its document, of a verification that cannot be read
/// too. A name that is misspelt covers nothing, and its runs pass all the same.
pub fn covered(
    document: &serde_json::Value,
    namespace: &str,
    catalog: Option<&Catalog>,
    cluster: &Cluster,
) -> (ConditionStatus, &'static str, String) {
    let (no, unknown) = (ConditionStatus::False, ConditionStatus::Unknown);
    let covers = document.pointer("/spec/covers").cloned();
    let covers = covers.unwrap_or_else(|| serde_json::Value::Array(Vec::new()));
    let Ok(covers) = serde_json::from_value::<Vec<Covered>>(covers) else {
        return (
            unknown,
            "Unreadable",
            "spec.covers cannot be read".to_owned(),
        );
    };
    if covers.is_empty() {
        let why = "spec.covers names nothing: at admission it vouches for no database";
        return (no, "CoversNothing", why.to_owned());
    }
    let Some(restores) = catalog.and_then(|catalog| catalog.restores.as_ref()) else {
        let why = format!("{RESTORE_POLICY} is not in force: databases are not looked for");
        return (unknown, "NotJudged", why);
    };
    let stores = cluster.stores();
    let (mut found, mut missing, mut others, mut unread) = (0, Vec::new(), Vec::new(), Vec::new());
    for covered in &covers {
        let is_meant = |kind: &&GroupKind| {
            *kind.kind == *covered.kind
                && covered
                    .group
                    .as_ref()
                    .is_none_or(|group| **group == *kind.group)
        };
        let kinds: Vec<&GroupKind> = restores.kinds.iter().filter(is_meant).collect();
        // A kind that the cluster does not serve has no objects.
        if kinds
            .iter()
            .any(|kind| stores.contains_key(*kind) && !cluster.is_read(kind))
        {
            unread.push(description(covered));
            continue;
        }
        let named: Vec<Arc<Resource>> = kinds
            .iter()
            .flat_map(|kind| cluster.objects(kind, Some(namespace)))
            .filter(|object| is_named(covered, object))
            .collect();
        let own = named
            .iter()
            .filter(|object| !is_anothers(document, object))
            .count();
        found += own;
        match (named.is_empty(), own) {
            (true, _) => missing.push(description(covered)),
            (false, 0) => others.push(description(covered)),
            _ => {}
        }
    }
    let told = |names: &[String]| {
        let mut told = names.iter().take(MAX_TOLD).cloned().collect::<Vec<_>>();
        if names.len() > MAX_TOLD {
            told.push(format!("and {} more", names.len() - MAX_TOLD));
        }
        told.join(", ")
    };
    if !missing.is_empty() {
        let why = format!("no such database in the namespace: {}", told(&missing));
        return (no, "NotFound", why);
    }
    if !others.is_empty() {
        let why = format!("it restores the backups of another than {}", told(&others));
        return (no, "OfAnother", why);
    }
    if !unread.is_empty() {
        let why = format!("not read by the operator: {}", told(&unread));
        return (unknown, "NotRead", why);
    }
    let why = format!("objects that are there: {found}");
    (ConditionStatus::True, "Found", why)
}

/// What is covered, in words.
fn description(covered: &Covered) -> String {
    let labels = covered.selector.iter().flat_map(|it| &it.match_labels);
    let labels: Vec<String> = labels
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    match &covered.name {
        Some(name) => format!("{} {name}", covered.kind),
        None => format!("{} with {}", covered.kind, labels.join(",")),
    }
}

/// Whether a verification means an object, of the kind that it means: by name, or by labels, as the policy has it.
fn is_named(covered: &Covered, object: &Resource) -> bool {
    if let Some(name) = &covered.name {
        return object.kubernetes().is_some_and(|id| *id.name == **name);
    }
    let labels = object.body.get("metadata").and_then(|it| it.get("labels"));
    let label = |key: &str| labels?.get(key)?.as_str();
    let wanted = covered.selector.as_ref().map(|it| &it.match_labels);
    wanted.is_some_and(|wanted| {
        !wanted.is_empty()
            && wanted
                .iter()
                .all(|(key, value)| label(key) == Some(value.as_str()))
    })
}

/// Whether a verification says that the backups that it restores are of another than an object, as the policy has it.
fn is_anothers(document: &serde_json::Value, object: &Resource) -> bool {
    let Some(id) = object.kubernetes() else {
        return false;
    };
    let (kind, name) = (&*id.kind, &*id.name);
    let whose = |place: &str| {
        let field = document.pointer(&format!("/spec/source/{place}"));
        field.and_then(serde_json::Value::as_str)
    };
    let is_of_cluster = |cluster: &str| match kind {
        "Cluster" => name == cluster,
        // The log may have a claim of its own.
        "PersistentVolumeClaim" => is_numbered(name.strip_suffix("-wal").unwrap_or(name), cluster),
        _ => false,
    };
    let is_claim = |claim: &str| match kind {
        "PersistentVolumeClaim" => name == claim,
        "Cluster" => is_numbered(claim, name),
        _ => has_claim(object, claim),
    };
    whose("cnpgBackup/location/cnpgCluster/name").is_some_and(|it| !is_of_cluster(it))
        || whose("volumeSnapshot/location/volumeSnapshot/claimName").is_some_and(|it| !is_claim(it))
}

/// Whether a name is another with a number behind it, as of a claim that is made for what it is named after.
fn is_numbered(name: &str, after: &str) -> bool {
    let rest = name.strip_prefix(after).and_then(|it| it.strip_prefix('-'));
    rest.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a claim is a workload's: it names it, or it is made for it.
fn has_claim(workload: &Resource, claim: &str) -> bool {
    let spec = workload.body.get("spec");
    let list = |node: Option<&Node>, text: fn(&Node) -> Option<&str>| -> Vec<String> {
        let nodes = node.and_then(Node::as_list).into_iter().flatten();
        nodes.filter_map(text).map(str::to_owned).collect()
    };
    let volumes = spec.and_then(|it| it.get("template")?.get("spec")?.get("volumes"));
    let named = list(volumes, |volume| {
        volume
            .get("persistentVolumeClaim")?
            .get("claimName")?
            .as_str()
    });
    let templates = spec.and_then(|it| it.get("volumeClaimTemplates"));
    let made = list(templates, |template| {
        template.get("metadata")?.get("name")?.as_str()
    });
    let id = workload.kubernetes();
    let set = id.filter(|id| &*id.kind == "StatefulSet");
    named.iter().any(|it| it == claim)
        || set.is_some_and(|set| {
            made.iter()
                .any(|template| is_numbered(claim, &format!("{template}-{}", set.name)))
        })
}

/// Which others could stand for one, behind the words that there are none.
pub fn which(verification: &Resource) -> &'static str {
    if insists(verification) {
        " with an `enforcement.mode` that insists"
    } else {
        ""
    }
}

/// Databases, as the audit log names them.
fn recorded(lost: &[Arc<str>]) -> String {
    let mut names: Vec<String> = lost
        .iter()
        .take(MAX_RECORDED)
        .map(ToString::to_string)
        .collect();
    if lost.len() > MAX_RECORDED {
        names.push(format!("and {} more", lost.len() - MAX_RECORDED));
    }
    names.join(",")
}

/// Judges what is done to a verification. Nothing is denied: who may write it may end it, and it is told and recorded what that means. What comes of it
/// once `given_up` is set is nobody's.
pub fn judge(
    catalog: &Catalog,
    cluster: &Cluster,
    request: &Request<Node>,
    given_up: &AtomicBool,
) -> Decision {
    let read = |object: &Node| {
        hipaa_iac_kubernetes::resource(object.clone(), &ROOT.into(), request.object_namespace())
    };
    let was = match request.operation {
        Operation::Update | Operation::Delete if request.subresource().is_none() => {
            read(&request.old_object)
        }
        _ => None,
    };
    let Some(was) = was.filter(|was| is_verification(was) && !is_suspended(was)) else {
        return Decision::of(Answer::allow());
    };
    let is = read(&request.object).filter(|_| request.operation == Operation::Update);
    if is
        .as_ref()
        .is_some_and(|is| is.body.get("spec") == was.body.get("spec"))
    {
        return Decision::of(Answer::allow());
    }
    let lost = lost(catalog, cluster, &was, is.as_ref(), given_up);
    if lost.is_empty() {
        return Decision::of(Answer::allow());
    }
    let what = match &is {
        None => "is deleted",
        Some(is) if is_suspended(is) => "is suspended",
        Some(is) if !may_stand_for(is, &was) => "says that admission does not insist",
        Some(_) => "is changed",
    };
    let so = which(&was);
    let mut answer = Answer::allow();
    for database in lost.iter().take(MAX_TOLD) {
        answer = answer.warn(format!(
            "hipaa-iac: {} {what}, and no other verifies the restore of {database}{so} (45 CFR 164.308(a)(7)(ii)(D)); this is recorded",
            request.name
        ));
    }
    if lost.len() > MAX_TOLD {
        answer = answer.warn(format!("hipaa-iac: and of {} more", lost.len() - MAX_TOLD));
    }
    answer
        .annotations
        .insert("restore-cover-lost", recorded(&lost));
    Decision {
        answer,
        violated: vec![RESTORE_POLICY.into()],
        mode: Some(Mode::Warn),
        ..Decision::default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hipaa_iac_engine::Date;
    use serde_json::json;

    use super::*;
    use crate::{
        catalog::{Base, Resources},
        cluster::Store,
        restore::sample,
    };

    #[test]
    fn what_is_covered_and_not_there_is_told() {
        let base = Base::new(None, Mode::Audit, &[], true).unwrap();
        let today = Date::new(2026, 11, 24).unwrap();
        let catalog =
            Catalog::build(&base, &Resources::default(), &mut BTreeMap::new(), today).unwrap();
        let set = json!({"apiVersion": "apps/v1", "kind": "StatefulSet",
            "metadata": {"name": "ehr", "namespace": "clinic", "labels": {"app": "ehr", "tier": "db"}}, "spec": {}});
        let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": {"name": "scans", "namespace": "clinic"}, "spec": {}});
        let cluster = sample::cluster(&[set, claim]);
        // Of a dump it is not known whose it is.
        let source = json!({"pgDump": {"location": {"pvc": {"claimName": "dumps"}}}});
        let told = |covers: &serde_json::Value, namespace: &str| {
            let document = json!({"spec": {"covers": covers, "source": source}});
            covered(&document, namespace, Some(&catalog), &cluster)
        };
        let (yes, no) = (ConditionStatus::True, ConditionStatus::False);
        let ehr = json!({"kind": "StatefulSet", "name": "ehr"});
        for (covers, holds, reason) in [
            (json!([ehr]), yes, "Found"),
            (
                json!([{"group": "apps", "kind": "StatefulSet", "name": "ehr"}]),
                yes,
                "Found",
            ),
            (
                json!([{"group": "extensions", "kind": "StatefulSet", "name": "ehr"}]),
                no,
                "NotFound",
            ),
            (
                json!([{"kind": "StatefulSet", "selector": {"matchLabels": {"app": "ehr", "tier": "db"}}}]),
                yes,
                "Found",
            ),
            (
                json!([{"kind": "StatefulSet", "selector": {"matchLabels": {"app": "ehr", "tier": "web"}}}]),
                no,
                "NotFound",
            ),
            (
                json!([{"kind": "StatefulSet", "selector": {"matchLabels": {}}}]),
                no,
                "NotFound",
            ),
            (
                json!([{"kind": "StatefulSet", "name": "her"}]),
                no,
                "NotFound",
            ),
            // One of two is not all, and a kind that is not served has no objects.
            (
                json!([ehr, {"kind": "Cluster", "name": "ehr"}]),
                no,
                "NotFound",
            ),
            (
                json!([{"kind": "PersistentVolumeClaim", "name": "scans"}]),
                yes,
                "Found",
            ),
            (
                json!([{"kind": "Deployment", "name": "ehr"}]),
                no,
                "NotFound",
            ),
            (json!([]), no, "CoversNothing"),
            (json!(null), ConditionStatus::Unknown, "Unreadable"),
        ] {
            let (is, why, text) = told(&covers, "clinic");
            assert_eq!((is, why), (holds, reason), "{covers} {text}");
        }
        let (_, reason, why) = told(
            &json!([ehr, {"kind": "StatefulSet", "name": "her"}]),
            "clinic",
        );
        assert_eq!(reason, "NotFound");
        assert!(why.ends_with("namespace: StatefulSet her"), "{why}");
        assert_eq!(told(&json!([ehr]), "billing").1, "NotFound");

        // What is not read may be there.
        let mut stores = (*cluster.stores()).clone();
        let kind = GroupKind::new("", "PersistentVolumeClaim");
        stores.insert(kind, Arc::new(Store::new()));
        cluster.set_stores(stores);
        let document = json!({"spec": {"source": source, "covers": [{"kind": "PersistentVolumeClaim", "name": "scans"}]}});
        let unread = covered(&document, "clinic", Some(&catalog), &cluster);
        assert_eq!((unread.0, unread.1), (ConditionStatus::Unknown, "NotRead"));
        assert_eq!(covered(&document, "clinic", None, &cluster).1, "NotJudged");
    }

    /// What is there is not covered by what restores the backups of something else. The policy's fixtures have the same cases.
    #[test]
    fn whose_backups_are_restored_is_told() {
        let object = |value: serde_json::Value| {
            hipaa_iac_kubernetes::resource(Node::from(&value), &ROOT.into(), Some("clinic"))
                .unwrap()
        };
        let set = object(
            json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "ehr"},
            "spec": {"volumeClaimTemplates": [{"metadata": {"name": "data"}}],
                "template": {"spec": {"volumes": [{"name": "a", "emptyDir": {}},
                    {"name": "b", "persistentVolumeClaim": {"claimName": "archive"}}]}}}}),
        );
        let deployment = object(
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "wiki"},
            "spec": {"template": {"spec": {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "wiki"}}]}}}}),
        );
        let claim = |name: &str| {
            object(
                json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": {}}),
            )
        };
        let cluster = object(
            json!({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": {"name": "lab"}, "spec": {}}),
        );
        let snapshot = |of: &str| json!({"spec": {"source": {"volumeSnapshot": {"location": {"volumeSnapshot": {"claimName": of}}}}}});
        let backup = |of: &str| json!({"spec": {"source": {"cnpgBackup": {"location": {"cnpgCluster": {"name": of}}}}}});
        for (document, object, own) in [
            (snapshot("data-ehr-0"), &set, true),
            (snapshot("data-ehr-12"), &set, true),
            (snapshot("archive"), &set, true),
            (snapshot("data-ehr-0-0"), &set, false),
            (snapshot("data-ehr-old-0"), &set, false),
            (snapshot("data-ehr-"), &set, false),
            (snapshot("data-billing-0"), &set, false),
            (snapshot("ehr"), &set, false),
            (backup("ehr"), &set, false),
            (snapshot("wiki"), &deployment, true),
            (snapshot("wiki-0"), &deployment, false),
            (backup("wiki"), &deployment, false),
            (snapshot("lab-1"), &cluster, true),
            (snapshot("lab-1-wal"), &cluster, false),
            (snapshot("ehr-1"), &cluster, false),
            (snapshot("lab"), &cluster, false),
            (backup("lab"), &cluster, true),
            (backup("ehr"), &cluster, false),
            (snapshot("scans"), &claim("scans"), true),
            (snapshot("scans"), &claim("letters"), false),
            (backup("lab"), &claim("lab-2"), true),
            (backup("lab"), &claim("lab-2-wal"), true),
            (backup("lab"), &claim("lab-old-2"), false),
            // Of a snapshot by its labels it is not known.
            (
                json!({"spec": {"source": {"volumeSnapshot": {"location": {"volumeSnapshot": {"selector": {}}}}}}}),
                &set,
                true,
            ),
        ] {
            assert_eq!(
                !is_anothers(&document, object),
                own,
                "{document} {}",
                object.address
            );
        }
    }

    /// The covered object is there, and the verification says so, or that it is another's.
    #[test]
    fn a_cover_of_another_is_a_condition() {
        let base = Base::new(None, Mode::Audit, &[], true).unwrap();
        let today = Date::new(2026, 11, 24).unwrap();
        let catalog =
            Catalog::build(&base, &Resources::default(), &mut BTreeMap::new(), today).unwrap();
        let set = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "ehr", "namespace": "clinic"},
            "spec": {"volumeClaimTemplates": [{"metadata": {"name": "data"}}]}});
        let cluster = sample::cluster(&[set]);
        for (claim, reason) in [("data-ehr-0", "Found"), ("data-billing-0", "OfAnother")] {
            let document = json!({"spec": {"covers": [{"kind": "StatefulSet", "name": "ehr"}],
                "source": {"volumeSnapshot": {"location": {"volumeSnapshot": {"claimName": claim}}}}}});
            let told = covered(&document, "clinic", Some(&catalog), &cluster);
            assert_eq!(told.1, reason, "{claim}");
        }
    }

    #[test]
    fn a_record_names_twenty_databases_and_counts_the_rest() {
        let lost = |count: u32| -> Vec<Arc<str>> {
            (1..=count)
                .map(|number| format!("d{number}").into())
                .collect()
        };
        assert_eq!(recorded(&lost(2)), "d1,d2");
        assert!(recorded(&lost(20)).ends_with("d19,d20"));
        let long = recorded(&lost(1000));
        assert!(long.ends_with(",d20,and 980 more"), "{long}");
    }
}
