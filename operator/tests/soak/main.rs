//! The memory of the webhook under load, while what it knows of the cluster changes, in a process of its own. The soak of ten minutes is the benchmark's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::iter_over_hash_type,
    clippy::needless_pass_by_value,
    dead_code,
    reason = "a test that shares the harness of others"
)]

#[path = "../webhook/served.rs"]
mod served;

use std::sync::Arc;

use hipaa_iac_operator::{
    catalog::GroupKind,
    cluster::{Store, kept},
};
use serde_json::json;
use served::{Client, Served, Setup, request, review};

/// How many reviews the memory is measured over, and before that.
const REVIEWS: u32 = 600;
const FIRST: u32 = 200;
/// What each review brings that no other does, in bytes.
const PADDING: usize = 32 << 10;
/// How much more memory may be taken after [`REVIEWS`], in KiB: a quarter of what they brought.
const GROWTH: u64 = REVIEWS as u64 * (PADDING as u64 >> 10) / 4;

/// How many objects a watch knows, how often each changes, and how often before the memory is measured.
const OBJECTS: u32 = 2000;
const CHANGES: u32 = 40;
const FIRST_CHANGES: u32 = 3;

/// The resident memory of this process, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Reviews of Deployments that have nothing in common: names, users, labels, what is violated, and a text.
async fn ask(client: &mut Client, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let object = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": format!("web-{number}"), "namespace": "clinic",
                "labels": {format!("l{number}"): format!("v{number}")},
                "annotations": {"text": format!("{number} ").repeat(PADDING / (number.to_string().len() + 1))}},
            "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": format!("c{number}"), "image": format!("web:{number}"),
                    "env": [{"name": format!("P{number}_PASSWORD"), "value": format!("hunter2-Zq9!xK{number}")}]}]}}},
        });
        let mut request = request("CREATE", &object, None);
        request["uid"] = json!(format!("u-{number}"));
        request["userInfo"]["username"] = json!(format!("user-{number}"));
        let (status, body) = client.review("workloads-phi", &review(request)).await;
        assert_eq!(status, 200);
        assert!(body.contains("environment-literal-credential"), "{body}");
    }
}

/// A watch that brings every object anew, with texts that none had before, and takes every second one away for a while.
fn change(store: &Store, times: std::ops::Range<u32>) {
    for time in times {
        for number in 0..OBJECTS {
            let name = format!("settings-{number}");
            if (number + time).is_multiple_of(2) {
                store.delete(Some("records"), &name);
                continue;
            }
            let object = json!({"apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": name, "namespace": "records", "resourceVersion": format!("{time}{number}")},
                "data": {format!("K{time}_{number}"): format!("value {time} of {number}"), "text": format!("{time}-{number} ").repeat(40)}});
            store.apply(kept(object, Some("records")).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_does_not_grow_with_what_was_judged() {
    let served = Served::start(Setup::default()).await;
    served.make_ready();
    let store = Arc::new(Store::new());
    store.finish();
    let config_maps = GroupKind::new("", "ConfigMap");
    let mut stores = (*served.app.cluster.stores()).clone();
    stores.insert(config_maps, Arc::clone(&store));
    served.app.cluster.set_stores(stores);
    let mut client = served.connect().await;
    change(&store, 0..FIRST_CHANGES);
    ask(&mut client, 0..FIRST).await;
    let before = resident();
    change(&store, FIRST_CHANGES..CHANGES);
    ask(&mut client, FIRST..FIRST + REVIEWS).await;
    let after = resident();
    assert!(
        after <= before + GROWTH,
        "{before} KiB grew to {after} KiB, and may grow by {GROWTH}"
    );
}
