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

use std::{sync::Arc, time::Duration};

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

/// How much more one request may take, in KiB. The chart gives 256 MiB, and what is kept beside takes 70.
const ONE: u64 = 150 << 10;

/// Figures of the process count for one test at a time.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A figure of this process, in KiB.
fn figure(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// The resident memory.
fn resident() -> u64 {
    figure("VmRSS")
}

/// How many connections stay open, and how much of a head each sends after a request that was answered, in bytes.
const CONNECTIONS: usize = 200;
const HEAD: usize = 400 << 10;

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
    let _alone = ALONE.lock().await;
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

/// A review of this object, asked by this user.
fn with((group, kind): (&str, &str), object: &str, user: &str) -> String {
    format!(
        r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"u","kind":{{"group":"{group}","version":"v1","kind":"{kind}"}},"name":"web","namespace":"clinic","operation":"CREATE","userInfo":{user},"object":{object}}}}}"#
    )
}

/// One of an object with so many objects in it, each with one member, a hundred below each other.
fn nested((group, kind): (&str, &str), count: usize) -> String {
    let chain = format!("{}0{}", r#"{"":"#.repeat(100), "}".repeat(100));
    let chains = vec![chain; count / 101].join(",");
    let object = format!(
        r#"{{"apiVersion":"{group}/v1","kind":"{kind}","metadata":{{"name":"web","namespace":"clinic"}},"spec":{{"template":{{"spec":{{"containers":[]}}}},"x":[{chains}]}}}}"#
    );
    with((group, kind), &object, NOBODY)
}

const NOBODY: &str = r#"{"username":"jane"}"#;
const DEPLOYMENT: (&str, &str) = ("apps", "Deployment");
const POLICY: (&str, &str) = ("hipaa-iac.dev", "Policy");

/// A Policy with as many regular expressions as its rules have room for, each of which takes much more memory than text.
fn patterns() -> String {
    let require = vec![r"'a'.matches('\\\\w{3}')"; 100].join(" && ");
    let rules = vec![format!(r#"{{"require":"{require}","message":"no"}}"#); 64].join(",");
    format!(
        r#"{{"apiVersion":"hipaa-iac.dev/v1alpha1","kind":"Policy","metadata":{{"name":"patterns"}},"spec":{{"title":"Patterns","severity":"low","safeguards":["164.312(d)"],"scope":"all","profiles":["hipaa"],"match":{{"kubernetes":[{{"group":"","kind":"Pod"}}]}},"rules":[{rules}],"rationale":"None.","remediation":{{"text":"None."}}}}}}"#
    )
}

/// Anybody who reaches the port may send it.
#[tokio::test(flavor = "multi_thread")]
async fn no_request_takes_the_memory_of_a_replica() {
    let _alone = ALONE.lock().await;
    let served = Served::start(Setup {
        deadline: Duration::from_mins(2),
        ..Setup::default()
    })
    .await;
    served.make_ready();
    let numbers = || format!("[{}0]", "0,".repeat(39 << 19));
    let text = || "x".repeat(39 << 20);
    let cases: [(&str, &str, &dyn Fn() -> String, u16); 10] = [
        ("no review", "workloads", &numbers, 400),
        (
            "a list in place of the request",
            "workloads",
            &|| {
                format!(
                    r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{}}}"#,
                    numbers()
                )
            },
            400,
        ),
        (
            "numbers",
            "workloads-phi",
            &|| with(DEPLOYMENT, &numbers(), NOBODY),
            200,
        ),
        (
            "numbers for the guard",
            "guard",
            &|| with(POLICY, &numbers(), NOBODY),
            200,
        ),
        (
            "objects",
            "workloads-phi",
            &|| nested(DEPLOYMENT, 299_000),
            200,
        ),
        (
            "objects for the guard",
            "guard",
            &|| nested(POLICY, 49_000),
            200,
        ),
        (
            "patterns for the guard",
            "guard",
            &|| with(POLICY, &patterns(), NOBODY),
            200,
        ),
        (
            "groups",
            "workloads",
            &|| {
                with(
                    DEPLOYMENT,
                    "null",
                    &format!(r#"{{"groups":[{}""]}}"#, r#""","#.repeat(13 << 20)),
                )
            },
            400,
        ),
        (
            "a name",
            "workloads-phi",
            &|| {
                with(
                    DEPLOYMENT,
                    &format!(r#"{{"metadata":{{"name":"{}"}}}}"#, text()),
                    NOBODY,
                )
            },
            200,
        ),
        (
            "who asks",
            "workloads",
            &|| {
                with(
                    DEPLOYMENT,
                    "null",
                    &format!(r#"{{"username":"{}"}}"#, text()),
                )
            },
            400,
        ),
    ];
    for (what, entry, body, answered) in cases {
        let body = body();
        let mut client = served.connect().await;
        // The peak is counted from here on, and not what making the body took.
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        let before = figure("VmHWM");
        let (status, answer) = client.review(entry, &body).await;
        let grown = figure("VmHWM").saturating_sub(before);
        println!(
            "{what}: {} MiB of body, {} MiB more",
            body.len() >> 20,
            grown >> 10
        );
        let shown: String = answer.chars().take(300).collect();
        assert_eq!(status, answered, "{what}: {shown}");
        let is_read = !shown.contains("cannot be read");
        assert!(is_read || !what.starts_with("objects"), "{what}: {shown}");
        let is_counted = answer.contains("at most 64 regular expressions");
        assert!(
            is_counted || !what.starts_with("patterns"),
            "{what}: {shown}"
        );
        assert!(
            grown <= ONE,
            "{what}: {before} KiB grew by {grown} KiB, and may by {ONE}"
        );
    }
}

/// Whoever reaches the port may keep connections, and leave requests half sent on them.
#[tokio::test(flavor = "multi_thread")]
async fn connections_hold_little_memory() {
    let _alone = ALONE.lock().await;
    let served = Served::start(Setup::default()).await;
    served.make_ready();
    let before = figure("VmRSS");
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = served.connect().await;
        let (status, _) = client
            .post("/nowhere", "application/json", "{}")
            .await
            .unwrap();
        assert_eq!(status, 404);
        // It may be refused before it is sent.
        let head = format!("POST /validate/guard HTTP/1.1\r\nx: {}", "x".repeat(HEAD));
        let _ = client.send(head.as_bytes()).await;
        clients.push(client);
    }
    let grown = figure("VmRSS").saturating_sub(before);
    let sent = (CONNECTIONS * HEAD) as u64 >> 10;
    assert!(
        grown < sent / 2,
        "{grown} KiB more after {sent} KiB of heads"
    );
}
