//! Runs as they are read from the API server: in pages, and of those that are over as much as is needed still.
//!
//! Runs are kept for months, each with its document and its result. All of them at once, as the API server has them, would be what takes most of
//! the memory of a pod that answers admission too.

use std::{fmt::Debug, sync::Arc};

use hipaa_iac_api::{RestoreVerificationRun as Run, RunPhase};
use kube::{Api, Client, api::ListParams};
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use super::verification;

/// All runs, as they were listed last.
pub type Listed = watch::Receiver<Arc<Vec<Run>>>;

/// How many objects are read at once.
const PAGE: u32 = 100;

/// Lists objects, and keeps of each what is made of it. What comes is as it was when the first page was asked for.
pub async fn list<K, T>(api: &Api<K>, keep: impl Fn(K) -> Option<T>) -> Result<Vec<T>, kube::Error>
where
    K: Clone + Debug + DeserializeOwned,
{
    let mut asked = ListParams::default().limit(PAGE);
    let mut all = Vec::new();
    loop {
        let page = api.list(&asked).await?;
        all.extend(page.items.into_iter().filter_map(&keep));
        match page.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => asked = asked.continue_token(&token),
            None => return Ok(all),
        }
    }
}

/// All runs.
pub async fn all(client: &Client) -> Result<Vec<Run>, kube::Error> {
    let api: Api<Run> = Api::all(client.clone());
    list(&api, |run| Some(reduced(run))).await
}

/// A run as it is kept in memory. One that is over, with nothing of it left, is written no more, and its record is in the log: of its result only
/// what its verification tells of it is needed.
fn reduced(mut run: Run) -> Run {
    if verification::is_over(&run) {
        run.metadata.managed_fields = None;
        let status = run.status.as_mut();
        if let Some(result) = status.and_then(|status| status.result.as_mut()) {
            *result = verification::remembered(result);
        }
    }
    run
}

/// Whether the volumes of the cluster tell something of a run: whether what it made is gone, and until it is known to be.
pub fn waits_for_volumes(run: &Run) -> bool {
    run.status.as_ref().is_some_and(|status| {
        let left = status.scratch.verified_absent_at.is_none();
        status.phase == RunPhase::Cleaning || (status.phase == RunPhase::Finished && left)
    })
}

#[cfg(test)]
mod tests {
    use axum::{Router, extract::RawQuery, routing::get};
    use hipaa_iac_api::{RestoreVerificationRunStatus, ScratchStatus};
    use jiff::Timestamp;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, Time};
    use kube::ResourceExt as _;
    use serde_json::json;

    use super::*;
    use crate::restore::sample;

    fn run(phase: RunPhase, gone: bool) -> Run {
        let mut run = sample::run("ehr-1", "r");
        run.metadata.managed_fields = Some(vec![ManagedFieldsEntry::default()]);
        run.status = Some(RestoreVerificationRunStatus {
            phase,
            scratch: ScratchStatus {
                verified_absent_at: gone.then_some(Time(Timestamp::UNIX_EPOCH)),
                ..ScratchStatus::default()
            },
            result: Some(
                json!({"objectives": {"rto": {"measuredSeconds": 61.5}}, "phases": ["fetch"],
                "checks": [{"id": "amcheck", "observed": 7}, {"id": "canary", "observed": 41}]}),
            ),
            ..RestoreVerificationRunStatus::default()
        });
        run
    }

    #[test]
    fn what_is_written_once_more_is_kept_whole() {
        for (phase, gone) in [
            (RunPhase::Collecting, false),
            (RunPhase::Cleaning, false),
            // What was seen to be gone before it is recorded.
            (RunPhase::Recording, true),
            // What is to be written when it is gone.
            (RunPhase::Finished, false),
        ] {
            let run = run(phase, gone);
            let (whole, kept) = (json!(run), json!(reduced(run)));
            assert_eq!(kept, whole, "{phase:?}");
        }
        let kept = reduced(run(RunPhase::Finished, true));
        assert_eq!(kept.metadata.managed_fields, None);
        let result = kept.status.unwrap().result.unwrap();
        assert_eq!(
            result,
            json!({"objectives": {"rto": {"measuredSeconds": 61.5}}, "checks": [{"id": "canary", "observed": 41}]})
        );
    }

    #[test]
    fn volumes_are_asked_for_while_they_tell_something() {
        for (phase, gone, asked) in [
            (RunPhase::Queued, false, false),
            (RunPhase::Running, false, false),
            (RunPhase::Cleaning, false, true),
            (RunPhase::Recording, true, false),
            (RunPhase::Finished, false, true),
            (RunPhase::Finished, true, false),
        ] {
            assert_eq!(waits_for_volumes(&run(phase, gone)), asked, "{phase:?}");
        }
        assert!(!waits_for_volumes(&sample::run("ehr-1", "r")));
    }

    /// An API server that has three pages.
    #[tokio::test]
    async fn all_pages_are_read() {
        let page = |RawQuery(query): RawQuery| async move {
            let query = query.unwrap_or_default();
            assert!(query.contains("limit=100"), "{query}");
            let (names, next) = match query.split_once("continue=").map(|(_, token)| token) {
                None => (["ehr-1", "ehr-2"], "b"),
                Some("b") => (["ehr-3", "ehr-4"], "c"),
                Some("c") => (["ehr-5", "ehr-6"], ""),
                Some(other) => panic!("{other}"),
            };
            let items = names.map(|name| sample::run(name, name));
            json!({"apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "RestoreVerificationRunList",
                "metadata": {"resourceVersion": "7", "continue": next}, "items": items})
            .to_string()
        };
        let path = "/apis/hipaa-iac.dev/v1alpha1/restoreverificationruns";
        let client = Client::new(Router::new().route(path, get(page)), "default");
        let runs = all(&client).await.unwrap();
        let names: Vec<String> = runs.iter().map(Run::name_any).collect();
        assert_eq!(
            names,
            ["ehr-1", "ehr-2", "ehr-3", "ehr-4", "ehr-5", "ehr-6"]
        );
    }
}
