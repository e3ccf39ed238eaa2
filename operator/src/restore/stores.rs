//! Evidence stores as they are: whether they take a record, and whether what they took can be changed; both are tried, not asked. And whether the log in them
//! still is the one that was seen before.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use hipaa_iac_api::{
    Condition, ConditionStatus, EvidenceStore, EvidenceStoreStatus, RestoreVerificationRun as Run,
    set_condition,
};
use hipaa_iac_evidence::{Checkpoint, Immutability, Log, OpenError, S3, Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::{
    Api, Client, Resource as _, ResourceExt as _,
    api::{ListParams, PostParams},
};

use super::{figures::Figures, log, runs::Listed};
use crate::{lease::Leads, standing::Standing};

/// How often it looks.
const PERIOD: Duration = Duration::from_secs(30);
/// How often a store that was found immutable is tried again: each try leaves an object that stays for a day.
const TRIED: SignedDuration = SignedDuration::from_hours(24);
/// How often one that was not.
const FAILED: SignedDuration = SignedDuration::from_mins(10);
/// How often a log is looked at in which nothing was recorded since.
const LOOKED: Duration = Duration::from_mins(10);
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

/// What a look at a log came to.
#[derive(Debug)]
enum Chain {
    /// It goes on from what was seen before. Its checkpoint, and the signed text of that, where it has begun.
    Consistent(Option<(Checkpoint, String)>),
    /// It does not.
    Broken(String),
    /// It could not be read.
    Unread(String),
}

/// Looks at a log; whether it goes on from what was seen before, it has from its witness.
fn look<S: Store>(log: &Log<S>) -> Chain {
    match log.look() {
        Ok(found) => Chain::Consistent(found),
        Err(OpenError::Store(error)) => Chain::Unread(error.to_string()),
        Err(error) => Chain::Broken(error.to_string()),
    }
}

/// Enters what a look came to. What was seen last stays where it is not gone on from.
fn enter(status: &mut EvidenceStoreStatus, generation: Option<i64>, found: Chain, now: Timestamp) {
    let (holds, reason, message) = match found {
        Chain::Consistent(None) => (
            ConditionStatus::True,
            "NotBegun",
            "there is no record yet".to_owned(),
        ),
        Chain::Consistent(Some((checkpoint, note))) => {
            if status.checkpoint.as_ref() != Some(&note) {
                status.last_checkpoint_at = Some(Time(now));
            }
            status.tree_size = Some(checkpoint.size);
            status.root_hash = Some(checkpoint.root.to_string());
            status.checkpoint = Some(note);
            (
                ConditionStatus::True,
                "Consistent",
                "the log goes on from what was seen of it before".to_owned(),
            )
        }
        Chain::Broken(why) => (ConditionStatus::False, "Broken", why),
        Chain::Unread(why) => (ConditionStatus::Unknown, "Failed", why),
    };
    let now = now.to_string();
    let condition = Condition::new("ChainConsistent", holds, reason, message, generation, now);
    set_condition(&mut status.conditions, condition);
}

/// When a log was last looked at, and what was known then.
struct Look {
    at: Instant,
    generation: Option<i64>,
    /// The size that runs tell.
    told: Option<u64>,
    consistent: bool,
}

impl Look {
    /// Whether it is time to look again.
    fn is_over(&self, generation: Option<i64>, told: Option<u64>) -> bool {
        !self.consistent
            || self.generation != generation
            || self.told != told
            || self.at.elapsed() > LOOKED
    }
}

/// Sees to the stores as long as this replica leads, until the task is aborted.
pub async fn run(client: Client, key: PathBuf, figures: Figures, leads: Leads, listed: Listed) {
    let mut looks = BTreeMap::new();
    let mut standing = Standing::default();
    loop {
        let leads = leads.now();
        if leads {
            let runs = Arc::clone(&listed.borrow());
            let kept = keep(&client, &key, &figures, &mut looks, &runs).await;
            let trouble = kept.err();
            let told = trouble.as_ref().map(ToString::to_string);
            if standing.becomes(told.as_deref())
                && let Some(error) = trouble
            {
                tracing::warn!(%error, "the evidence stores could not be seen to");
            }
        } else {
            looks.clear();
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// Tries the stores that are due, and tells of all.
async fn keep(
    client: &Client,
    key: &Path,
    figures: &Figures,
    looks: &mut BTreeMap<String, Look>,
    runs: &[Run],
) -> Result<(), kube::Error> {
    let api: Api<EvidenceStore> = Api::all(client.clone());
    let mut stores = api.list(&ListParams::default()).await?.items;
    let now = Timestamp::now();
    looks.retain(|name, _| stores.iter().any(|store| store.name_any() == *name));
    for store in &mut stores {
        let name = store.name_any();
        let generation = store.meta().generation;
        let was = store.status.clone().unwrap_or_default();
        let mut is = was.clone();
        if is_due(store, now) {
            let tried = probe(store.spec.url()).await;
            is = status(store, tried.as_ref().map_err(Clone::clone), now);
        }
        let place = store.spec.place();
        if is.place.as_ref() != Some(&place) {
            is = EvidenceStoreStatus {
                place: Some(place),
                lock_verified_at: is.lock_verified_at,
                conditions: is.conditions,
                ..EvidenceStoreStatus::default()
            };
        }
        let told = size(&name, runs);
        if looks
            .get(&name)
            .is_none_or(|look| look.is_over(generation, told))
        {
            let found = look_at(store, key).await;
            let look = Look {
                at: Instant::now(),
                generation,
                told,
                consistent: matches!(found, Chain::Consistent(_)),
            };
            enter(&mut is, generation, found, now);
            looks.insert(name.clone(), look);
        }
        store.status = Some(is);
        if store.status.as_ref() == Some(&was) {
            continue;
        }
        match api
            .replace_status(&name, &PostParams::default(), store)
            .await
        {
            // Somebody wrote in between: what was seen is looked at again.
            Err(kube::Error::Api(answer)) if matches!(answer.code, 404 | 409) => {
                looks.remove(&name);
            }
            Err(error) => {
                looks.remove(&name);
                return Err(error);
            }
            Ok(_) => {}
        }
    }
    figures.stores(&stores);
    Ok(())
}

/// Looks at the log of a store.
async fn look_at(store: &EvidenceStore, key: &Path) -> Chain {
    let url = store.spec.url();
    let key = key.to_owned();
    let witness = store.witness().map(ToOwned::to_owned);
    let looked =
        tokio::task::spawn_blocking(move || match log::open(&url, &key, witness.as_deref()) {
            Ok(log) => look(&log),
            Err(why) => Chain::Unread(why),
        });
    match tokio::time::timeout(PATIENCE, looked).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => Chain::Unread(error.to_string()),
        Err(_) => Chain::Unread("the store did not answer within a minute".to_owned()),
    }
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

    /// The newest record is taken out with all that tells of it: the log that is left is a good one, and a shorter one than was seen.
    #[test]
    fn a_log_that_does_not_go_on_from_what_was_seen_is_told() {
        use hipaa_iac_evidence::{Directory, Signer, Statement, Subject};

        let folder = tempfile::tempdir().unwrap();
        let log = || {
            let signer = Signer::from_seed(&[1; 32]).unwrap();
            Log::new(Directory::new(folder.path()), signer)
        };
        let append = |number: u8| {
            let subject = Subject::sha256("s", format!("{number:064x}"));
            let statement = Statement::new(vec![subject], "t", json!(number)).unwrap();
            log().append(&statement).unwrap()
        };
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut store = store();
        let place = store.spec.place();
        store.status = Some(EvidenceStoreStatus {
            place: Some(place),
            ..EvidenceStoreStatus::default()
        });
        let see = |store: &mut EvidenceStore, minute: &str| {
            let log = match store.witness() {
                Some(witness) => log().witness(witness.as_bytes().to_vec()),
                None => log(),
            };
            let mut status = store.status.clone().unwrap();
            let now = at(&format!("2026-05-02T03:{minute}:00Z"));
            enter(&mut status, Some(2), look(&log), now);
            store.status = Some(status.clone());
            let condition = status.conditions.remove(0);
            (condition.status, condition.reason, status)
        };
        let (holds, reason, status) = see(&mut store, "00");
        assert_eq!(
            (holds, &*reason),
            (ConditionStatus::True, "NotBegun"),
            "{status:?}"
        );
        assert_eq!(status.checkpoint, None);
        // To look at a log does not begin it.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

        append(0);
        let second = append(1);
        let (holds, _, status) = see(&mut store, "01");
        assert_eq!(holds, ConditionStatus::True);
        assert_eq!(status.tree_size, Some(2));
        assert_eq!(status.checkpoint.as_ref(), Some(&second.checkpoint));
        // The third line of a checkpoint is the root.
        assert_eq!(
            status.root_hash.as_deref(),
            second.checkpoint.lines().nth(2)
        );
        let seen = status.last_checkpoint_at.clone();
        assert_eq!(see(&mut store, "02").2.last_checkpoint_at, seen);

        for file in [
            "records/000000000001.dsse.json",
            "checkpoints/000000000002",
            "tile/0/000.p/2",
        ] {
            std::fs::remove_file(folder.path().join(file)).unwrap();
        }
        std::fs::copy(
            folder.path().join("checkpoints/000000000001"),
            folder.path().join("checkpoint"),
        )
        .unwrap();
        let (holds, _, status) = see(&mut store, "03");
        assert_eq!(holds, ConditionStatus::False, "{status:?}");
        assert_eq!(status.checkpoint.as_ref(), Some(&second.checkpoint));
        // Another record does not make it good.
        append(2);
        assert_eq!(see(&mut store, "04").0, ConditionStatus::False);
        // Nor does an empty bucket.
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                std::fs::remove_dir_all(path).unwrap();
            } else {
                std::fs::remove_file(path).unwrap();
            }
        }
        assert_eq!(see(&mut store, "05").0, ConditionStatus::False);
        // What is at another place is another log.
        store.spec.s3.prefix = "another".into();
        assert_eq!(store.witness(), None);
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
