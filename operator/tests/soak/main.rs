//! The memory of the webhook under load, in a process of its own. The soak of ten minutes is the benchmark's.
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

use serde_json::json;
use served::{Client, Served, Setup, request, review};

/// How many reviews the memory is measured over, and before that.
const REVIEWS: u32 = 600;
const FIRST: u32 = 200;
/// What each review brings that no other does, in bytes.
const PADDING: usize = 32 << 10;
/// How much more memory may be taken after [`REVIEWS`], in KiB: a quarter of what they brought.
const GROWTH: u64 = REVIEWS as u64 * (PADDING as u64 >> 10) / 4;

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

#[tokio::test(flavor = "multi_thread")]
async fn memory_does_not_grow_with_what_was_judged() {
    let served = Served::start(Setup::default()).await;
    served.make_ready();
    let mut client = served.connect().await;
    ask(&mut client, 0..FIRST).await;
    let before = resident();
    ask(&mut client, FIRST..FIRST + REVIEWS).await;
    let after = resident();
    assert!(
        after <= before + GROWTH,
        "{before} KiB grew to {after} KiB, and may grow by {GROWTH}"
    );
}
