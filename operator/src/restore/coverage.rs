//! The databases that are there, judged again and again: what admission asked when they were made may have changed since.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use hipaa_iac_engine::Verdict;
use hipaa_iac_source::{Node, Resource, Value};
use k8s_openapi::api::core::v1::ObjectReference;
use kube::runtime::events::Recorder;

use super::{
    cover,
    events::{self, Told},
};
use crate::{
    catalog::{Catalog, GroupKind},
    cluster::Cluster,
    lease::Leads,
    server::App,
};

/// How often it looks.
const PERIOD: Duration = Duration::from_secs(15);

/// What was seen before: verdicts by database, and verifications whose suspension leaves a database without one.
#[derive(Debug, Default)]
struct Seen {
    verdicts: BTreeMap<Arc<str>, Verdict>,
    suspended: BTreeSet<Arc<str>>,
}

/// Something to tell, of an object.
#[derive(Debug)]
struct News {
    about: Arc<Resource>,
    reason: &'static str,
    warning: bool,
    text: String,
}

/// What there is now.
#[derive(Debug, Default)]
struct Look {
    seen: Seen,
    verdicts: Vec<Verdict>,
    lost: usize,
    news: Vec<News>,
}

/// Looks as long as this replica leads, until the task is aborted.
pub async fn run(app: Arc<App>, recorder: Recorder, leads: Leads) {
    let mut before: Option<Seen> = None;
    loop {
        let catalog = app.catalog.load_full();
        let leads = leads.now();
        if let (true, Some(catalog)) = (leads, catalog)
            && app.cluster.is_synced()
        {
            let was = before.take();
            let for_look = Arc::clone(&app);
            let look = tokio::task::spawn_blocking(move || {
                look(&catalog, &for_look.cluster, was.as_ref())
            });
            if let Ok(look) = look.await {
                app.metrics.restores.cover(&look.verdicts, look.lost);
                for news in look.news {
                    publish(&recorder, news).await;
                }
                before = Some(look.seen);
            }
        } else {
            before = None;
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// What is so, and what is new since an earlier look. The first look tells nothing: what it finds is no news.
fn look(catalog: &Catalog, cluster: &Cluster, before: Option<&Seen>) -> Look {
    let mut look = Look::default();
    let Some(restores) = &catalog.restores else {
        return look;
    };
    for database in cover::databases(restores, cluster, None) {
        let Some((verdict, message)) = cover::verdict(catalog, restores, cluster, &database) else {
            continue;
        };
        let was = before.map(|before| before.verdicts.get(&database.address).copied());
        look.verdicts.push(verdict);
        look.seen
            .verdicts
            .insert(Arc::clone(&database.address), verdict);
        let failed = |verdict| verdict == Some(Verdict::Fail);
        let news = match was {
            Some(was) if verdict == Verdict::Fail && !failed(was) => {
                Some(("RestoreUnverified", true, message))
            }
            Some(was) if verdict == Verdict::Pass && failed(was) => Some((
                "RestoreVerified",
                false,
                "a restore of its backup has passed".to_owned(),
            )),
            _ => None,
        };
        look.news.extend(news.map(|(reason, warning, text)| News {
            about: database,
            reason,
            warning,
            text,
        }));
    }
    let mut lost = BTreeSet::new();
    let verifications = GroupKind::new(hipaa_iac_api::GROUP, "RestoreVerification");
    for verification in cluster.objects(&verifications, None) {
        let Some(running) = resumed(&verification) else {
            continue;
        };
        let alone = cover::lost(catalog, cluster, &running, None, &AtomicBool::new(false));
        if alone.is_empty() {
            continue;
        }
        let address = Arc::clone(&verification.address);
        if before.is_some_and(|before| !before.suspended.contains(&address)) {
            look.news.push(News {
                about: verification,
                reason: "SuspendedOnlyCover",
                warning: true,
                text: format!(
                    "it is suspended, and no other verifies the restore of {}{}",
                    alone.join(", "),
                    cover::which(&running)
                ),
            });
        }
        look.seen.suspended.insert(address);
        lost.extend(alone);
    }
    look.lost = lost.len();
    look
}

/// A suspended verification as it would be if it ran; nothing where it does.
fn resumed(verification: &Resource) -> Option<Resource> {
    let mut running = verification.clone();
    let Value::Object(members) = &mut running.body.value else {
        return None;
    };
    let Value::Object(spec) = &mut Arc::make_mut(members).get_mut("spec")?.value else {
        return None;
    };
    let suspend = Arc::make_mut(spec).get_mut("suspend")?;
    (suspend.as_bool() == Some(true)).then(|| *suspend = Node::from(false))?;
    Some(running)
}

async fn publish(recorder: &Recorder, news: News) {
    let text = |path: &[&str]| {
        let found = path
            .iter()
            .try_fold(&news.about.body, |node, step| node.get(step));
        found.and_then(Node::as_str).map(str::to_owned)
    };
    let about = ObjectReference {
        api_version: text(&["apiVersion"]),
        kind: text(&["kind"]),
        name: text(&["metadata", "name"]),
        namespace: text(&["metadata", "namespace"]),
        uid: text(&["metadata", "uid"]),
        ..ObjectReference::default()
    };
    tracing::info!(object = %news.about.address, reason = news.reason, "{}", news.text);
    let told = Told {
        warning: news.warning,
        reason: news.reason.to_owned(),
        text: news.text,
        action: "Judge",
        secondary: None,
    };
    events::publish(recorder, &about, told).await;
}

#[cfg(test)]
mod tests {
    use hipaa_iac_engine::Date;
    use serde_json::json;

    use super::*;
    use crate::{
        args::Mode,
        catalog::{Base, Resources},
        restore::sample::cluster,
    };

    fn verification(passed_hours_ago: i64, suspend: bool) -> serde_json::Value {
        let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(passed_hours_ago);
        json!({"apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "RestoreVerification",
            "metadata": {"name": "ehr", "namespace": "clinic", "uid": "v", "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"suspend": suspend, "covers": [{"kind": "Cluster", "name": "ehr"}]},
            "status": {"lastPassedTime": at.to_string(), "passedDigest": "sha256:a", "subjectDigest": "sha256:a",
                "decisive": {"verdict": "Passed", "finishedAt": at.to_string()}}})
    }

    fn database() -> serde_json::Value {
        json!({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster",
            "metadata": {"name": "ehr", "namespace": "clinic", "labels": {"hipaa-iac.dev/data-class": "phi"}},
            "spec": {"instances": 3}})
    }

    #[test]
    fn what_changes_is_news_once() {
        let base = Base::new(None, Mode::Audit, &[], true).unwrap();
        let today = Date::new(2026, 11, 24).unwrap();
        let catalog =
            Catalog::build(&base, &Resources::default(), &mut BTreeMap::new(), today).unwrap();
        let mut before: Option<Seen> = None;
        let mut step = |objects: &[serde_json::Value]| {
            let look = look(&catalog, &cluster(objects), before.as_ref());
            before = Some(look.seen);
            let news: Vec<&str> = look.news.iter().map(|news| news.reason).collect();
            (look.verdicts, look.lost, news)
        };
        let proved = [database(), verification(1, false)];
        assert_eq!(step(&proved), (vec![Verdict::Pass], 0, vec![]));
        // Somebody suspends it: it is proved for now, and nobody will prove it again.
        let suspended = [database(), verification(1, true)];
        assert_eq!(
            step(&suspended),
            (vec![Verdict::Pass], 1, vec!["SuspendedOnlyCover"])
        );
        assert_eq!(step(&suspended), (vec![Verdict::Pass], 1, vec![]));
        // Somebody deletes it.
        assert_eq!(
            step(&[database()]),
            (vec![Verdict::Fail], 0, vec!["RestoreUnverified"])
        );
        assert_eq!(step(&[database()]), (vec![Verdict::Fail], 0, vec![]));
        assert_eq!(
            step(&proved),
            (vec![Verdict::Pass], 0, vec!["RestoreVerified"])
        );
        // Time passes.
        let stale = [database(), verification(32 * 24, false)];
        assert_eq!(
            step(&stale),
            (vec![Verdict::Fail], 0, vec!["RestoreUnverified"])
        );
    }
}
