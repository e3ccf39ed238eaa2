//! Evidence stores as they are: whether they take a record, and whether what they took can be changed. Both are tried, not asked.

use std::time::Duration;

use hipaa_iac_api::{
    Condition, ConditionStatus, EvidenceStore, EvidenceStoreStatus, RestoreVerificationRun as Run,
    set_condition,
};
use hipaa_iac_evidence::{Immutability, S3, Store as _, StoreError};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::{
    Api, Client, Resource as _, ResourceExt as _,
    api::{ListParams, PostParams},
};

use tokio::sync::watch;

use super::figures::Figures;
use crate::standing::Standing;

/// How often it looks.
const PERIOD: Duration = Duration::from_secs(30);
/// How often a store that was found immutable is tried again: each try leaves an object that stays for a day.
const TRIED: SignedDuration = SignedDuration::from_hours(24);
/// How often one that was not.
const FAILED: SignedDuration = SignedDuration::from_mins(10);
/// How long a try may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Whether it is time to try a store.
fn is_due(store: &EvidenceStore, now: Timestamp) -> bool {
    let generation = store.meta().generation;
    let status = store.status.clone().unwrap_or_default();
    let sound = ["Writable", "Immutable"].iter().all(|kind| {
        status.conditions.iter().any(|condition| {
            condition.type_ == *kind
                && condition.status == ConditionStatus::True
                && condition.observed_generation == generation
        })
    });
    let pause = if sound { TRIED } else { FAILED };
    let current = status
        .conditions
        .iter()
        .all(|condition| condition.observed_generation == generation);
    status
        .lock_verified_at
        .is_none_or(|tried| !current || now > tried.0 + pause)
}

/// The status that follows from a try.
fn status(
    store: &EvidenceStore,
    tried: Result<&Immutability, String>,
    now: Timestamp,
) -> EvidenceStoreStatus {
    let mut status = store.status.clone().unwrap_or_default();
    let (writable, immutable) = match tried {
        Ok(Immutability::Immutable) => (
            (
                ConditionStatus::True,
                "Written",
                "a probe was written".to_owned(),
            ),
            (
                ConditionStatus::True,
                "Refused",
                "shortening the lock, writing over and removing a probe were refused".to_owned(),
            ),
        ),
        Ok(Immutability::Mutable(why)) => (
            (
                ConditionStatus::True,
                "Written",
                "a probe was written".to_owned(),
            ),
            (ConditionStatus::False, "Mutable", why.clone()),
        ),
        // What was found before is not known to be so still.
        Err(why) => (
            (ConditionStatus::False, "Failed", why.clone()),
            (ConditionStatus::Unknown, "Failed", why),
        ),
    };
    for (kind, (holds, reason, message)) in [("Writable", writable), ("Immutable", immutable)] {
        let generation = store.meta().generation;
        let condition = Condition::new(kind, holds, reason, message, generation, now.to_string());
        set_condition(&mut status.conditions, condition);
    }
    status.lock_verified_at = Some(Time(now));
    status
}

/// The size of the log of a store, as the runs that are kept tell.
fn size(store: &str, runs: &[Run]) -> Option<u64> {
    let of = |run: &&Run| {
        let name = run.spec.template.pointer("/spec/evidence/storeRef/name");
        name.and_then(serde_json::Value::as_str)
            .unwrap_or("default")
            == store
    };
    runs.iter()
        .filter(of)
        .filter_map(|run| Some(run.status.as_ref()?.evidence.as_ref()?.log_size))
        .max()
}

/// Sees to the stores as long as this replica leads, until the task is aborted.
pub async fn run(client: Client, figures: Figures, leads: watch::Receiver<bool>) {
    let mut standing = Standing::default();
    loop {
        let leads = *leads.borrow();
        if leads {
            let trouble = keep(&client, &figures).await.err();
            let told = trouble.as_ref().map(ToString::to_string);
            if standing.becomes(told.as_deref())
                && let Some(error) = trouble
            {
                tracing::warn!(%error, "the evidence stores could not be seen to");
            }
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// Tries the stores that are due, and tells of all.
async fn keep(client: &Client, figures: &Figures) -> Result<(), kube::Error> {
    let api: Api<EvidenceStore> = Api::all(client.clone());
    let runs: Api<Run> = Api::all(client.clone());
    let mut stores = api.list(&ListParams::default()).await?.items;
    let runs = runs.list(&ListParams::default()).await?.items;
    let now = Timestamp::now();
    for store in &mut stores {
        let was = store.status.clone().unwrap_or_default();
        let mut is = was.clone();
        if is_due(store, now) {
            let tried = probe(store.spec.url()).await;
            is = status(store, tried.as_ref().map_err(Clone::clone), now);
        }
        is.tree_size = is.tree_size.max(size(&store.name_any(), &runs));
        store.status = Some(is);
        if store.status.as_ref() == Some(&was) {
            continue;
        }
        match api
            .replace_status(&store.name_any(), &PostParams::default(), store)
            .await
        {
            Err(kube::Error::Api(answer)) if matches!(answer.code, 404 | 409) => {}
            Err(error) => return Err(error),
            Ok(_) => {}
        }
    }
    figures.stores(&stores);
    Ok(())
}

async fn probe(url: String) -> Result<Immutability, String> {
    let tried = tokio::task::spawn_blocking(move || {
        let store = S3::from_url(&url)?;
        store.probe()
    });
    match tokio::time::timeout(PATIENCE, tried).await {
        Ok(Ok(tried)) => tried.map_err(|error: StoreError| error.to_string()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the store did not answer within a minute".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn store() -> EvidenceStore {
        serde_json::from_value(json!({
            "apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "EvidenceStore",
            "metadata": {"name": "default", "generation": 2},
            "spec": {"s3": {"bucket": "evidence"}},
        }))
        .unwrap()
    }

    fn holds(status: &EvidenceStoreStatus) -> Vec<(&str, ConditionStatus)> {
        let conditions = status.conditions.iter();
        conditions
            .map(|condition| (&*condition.type_, condition.status))
            .collect()
    }

    #[test]
    fn what_was_found_is_told_and_tried_again_in_time() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-05-02T03:00:00Z");
        let mut store = store();
        assert!(is_due(&store, now));
        let said = status(&store, Ok(&Immutability::Immutable), now);
        assert_eq!(
            holds(&said),
            [
                ("Writable", ConditionStatus::True),
                ("Immutable", ConditionStatus::True)
            ]
        );
        store.status = Some(said);
        assert!(!is_due(&store, at("2026-05-03T03:00:00Z")));
        assert!(is_due(&store, at("2026-05-03T03:00:01Z")));
        // Another bucket is another store.
        store.metadata.generation = Some(3);
        assert!(is_due(&store, now));
        let said = status(&store, Err("no way there".to_owned()), now);
        assert_eq!(
            holds(&said),
            [
                ("Writable", ConditionStatus::False),
                ("Immutable", ConditionStatus::Unknown)
            ]
        );
        store.status = Some(said);
        assert!(!is_due(&store, at("2026-05-02T03:10:00Z")));
        assert!(is_due(&store, at("2026-05-02T03:10:01Z")));
        let mutable = Immutability::Mutable("the bucket has no Object Lock".to_owned());
        let said = status(&store, Ok(&mutable), now);
        assert_eq!(
            holds(&said),
            [
                ("Writable", ConditionStatus::True),
                ("Immutable", ConditionStatus::False)
            ]
        );
    }
}
