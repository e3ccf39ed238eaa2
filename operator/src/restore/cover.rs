//! Which databases are verified, by the policy that asks for it, and which would not be any more were a verification suspended, changed or
//! deleted.

use std::{collections::BTreeSet, sync::Arc};

use hipaa_iac_engine::{Finding, Verdict};
use hipaa_iac_source::{Inventory, Node, Resource};

use crate::{
    args::Mode,
    catalog::{Catalog, RESTORE_POLICY, RestoreRules},
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
    restores
        .rules
        .policies
        .evaluate(&inventory, 0, &waivers, false, Some(unix_now()))
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

/// The databases of a namespace that `was` covers and no other verification that runs, and that `is`, which takes its place, does not.
pub fn lost(
    catalog: &Catalog,
    cluster: &Cluster,
    was: &Resource,
    is: Option<&Resource>,
) -> Vec<Arc<str>> {
    let Some(restores) = &catalog.restores else {
        return Vec::new();
    };
    let with = |one: Option<&Resource>| {
        let one = one.filter(|one| !is_suspended(one)).cloned();
        move |inventory: &mut Inventory| {
            inventory.resources.retain(|known| {
                !is_verification(known) || (known.kind != was.kind && !is_suspended(known))
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
        .filter(|database| {
            let after = failures(database, is);
            !after.is_empty() && !after.is_subset(&failures(database, Some(was)))
        })
        .map(|database| Arc::clone(&database.address))
        .collect()
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

/// Judges what is done to a verification. Nothing is denied: who may write it may end it, and it is told and recorded what that means.
pub fn judge(catalog: &Catalog, cluster: &Cluster, request: &Request<Node>) -> Decision {
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
    let lost = lost(catalog, cluster, &was, is.as_ref());
    if lost.is_empty() {
        return Decision::of(Answer::allow());
    }
    let what = match &is {
        None => "is deleted",
        Some(is) if is_suspended(is) => "is suspended",
        Some(_) => "is changed",
    };
    let mut answer = Answer::allow();
    for database in lost.iter().take(MAX_TOLD) {
        answer = answer.warn(format!(
            "hipaa-iac: {} {what}, and no other verifies the restore of {database} (45 CFR 164.308(a)(7)(ii)(D)); this is recorded",
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
    use super::*;

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
