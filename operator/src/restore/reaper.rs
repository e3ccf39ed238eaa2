//! What runs left behind: everything in the namespace of the scratch that no run needs any more.

use std::collections::BTreeMap;

use hipaa_iac_api::{RestoreVerificationRun as Run, RunPhase};
use jiff::Timestamp;
use kube::ResourceExt as _;

use super::machine::Object;

/// An object in the namespace of the scratch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The UID of its run.
    pub run: String,
    /// The object.
    pub object: Object,
    /// When it is to be gone, whoever made it.
    pub destroy_after: Option<Timestamp>,
}

/// What is to be deleted: what belongs to a run that is over, with nothing left of it, or to none, and what is past its time. A run that is
/// recorded but of which something is left deletes it itself.
pub fn orphans<'a>(labelled: &'a [Labelled], runs: &[Run], now: Timestamp) -> Vec<&'a Labelled> {
    let over: BTreeMap<String, bool> = runs
        .iter()
        .map(|run| {
            let status = run.status.clone().unwrap_or_default();
            let over =
                status.phase == RunPhase::Finished && status.scratch.verified_absent_at.is_some();
            (run.uid().unwrap_or_default(), over)
        })
        .collect();
    labelled
        .iter()
        .filter(|it| !it.object.terminating)
        .filter(|it| {
            let late = it.destroy_after.is_some_and(|then| now > then);
            late || over.get(&it.run).copied().unwrap_or(true)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use hipaa_iac_api::{RestoreVerificationRunStatus, ScratchStatus};
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

    use super::*;
    use crate::restore::sample;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn run(uid: &str, phase: RunPhase, gone: bool) -> Run {
        let mut run = sample::run(uid, uid);
        run.status = Some(RestoreVerificationRunStatus {
            phase,
            scratch: ScratchStatus {
                verified_absent_at: gone.then(|| Time(at("2026-05-02T03:00:00Z"))),
                ..ScratchStatus::default()
            },
            ..RestoreVerificationRunStatus::default()
        });
        run
    }

    #[test]
    fn nothing_outlives_its_run_or_its_time() {
        let runs = [
            run("running", RunPhase::Running, false),
            run("over", RunPhase::Finished, true),
            run("left", RunPhase::Finished, false),
        ];
        let labelled = |run: &str, name: &str, terminating, destroy_after: Option<&str>| Labelled {
            run: run.into(),
            object: Object {
                kind: "Job".into(),
                name: name.into(),
                uid: name.into(),
                terminating,
                terminating_since: None,
            },
            destroy_after: destroy_after.map(at),
        };
        let all = [
            labelled("running", "runs", false, Some("2026-05-02T09:00:00Z")),
            labelled("running", "late", false, Some("2026-05-02T03:59:59Z")),
            labelled("over", "came back", false, Some("2026-05-02T09:00:00Z")),
            labelled("over", "goes already", true, None),
            labelled("left", "deleted by its run", false, None),
            labelled("gone", "nobody's", false, None),
        ];
        let names: Vec<&str> = orphans(&all, &runs, at("2026-05-02T04:00:00Z"))
            .into_iter()
            .map(|it| &*it.object.name)
            .collect();
        assert_eq!(names, ["late", "came back", "nobody's"]);
    }
}
