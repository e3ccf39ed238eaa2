//! A load on the served webhook over TLS: the server in a process of its own, on one core where `taskset` is there, all built-in policies in
//! force, ten thousand objects known, and requests for objects of twenty kinds, every fourth an update, at a fixed rate; then as many as it takes.
//!
//! `cargo bench --package hipaa-iac-operator --bench webhook -- [SECONDS] [REQUESTS A SECOND] [OBJECTS]`
#![allow(
    missing_docs,
    dead_code,
    reason = "a benchmark that shares the harness of the tests"
)]
#![allow(
    clippy::unwrap_used,
    clippy::iter_over_hash_type,
    clippy::needless_pass_by_value,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark: what goes wrong ends it"
)]

#[path = "../tests/webhook/served.rs"]
mod served;

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Lines, Write as _},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use hipaa_iac_operator::{
    catalog::GroupKind,
    cluster::{Store, kept, kept_as_text},
};
use serde_json::{Value, json};
use served::{Client, Served, Setup, request, review};

const CONNECTIONS: usize = 8;
const NAMESPACES: u64 = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |text: &String| text.parse::<u64>().ok();
    if arguments.first().is_some_and(|first| first == "--serve") {
        serve(arguments.get(1).and_then(number).unwrap_or(0));
        return;
    }
    let numbers: Vec<u64> = arguments.iter().filter_map(number).collect();
    let seconds = numbers.first().copied().unwrap_or(10);
    let rate = numbers.get(1).copied().unwrap_or(500);
    let objects = numbers.get(2).copied().unwrap_or(10_000);
    start();
    measure(seconds, rate, objects);
}

/// An object that a watch brings: of ten objects nine are small, as `ConfigMaps` are, and one is a Deployment.
fn known(at: u64) -> (Value, Option<String>) {
    if at < NAMESPACES {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": format!("team-{at}"), "labels": {"hipaa-iac.dev/data-class": "phi"}}});
        return (namespace, None);
    }
    let namespace = format!("team-{}", at % NAMESPACES);
    let metadata = json!({"name": format!("settings-{at}"), "namespace": namespace,
        "labels": {"app.kubernetes.io/name": "web", "app.kubernetes.io/part-of": "clinic"}});
    let object = if at.is_multiple_of(10) {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"replicas": 2,
            "selector": {"matchLabels": {"app": "web"}}, "template": template()}})
    } else {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata,
            "data": {"LOG_LEVEL": "info", "PGHOST": "db.clinic.svc", "PGSSLMODE": "verify-full", "FEATURES": "a,b,c,d,e,f"}})
    };
    (object, Some(namespace))
}

/// The server: answers reviews, and for every line that it reads tells the buckets of its histogram.
fn serve(count: u64) {
    hipaa_iac_operator::run::runtime().unwrap().block_on(async {
        let served = Served::start(Setup::default()).await;
        let mut stores: HashMap<GroupKind, Arc<Store>> = HashMap::new();
        for at in 0..count.max(NAMESPACES) {
            let (object, namespace) = known(at);
            let api_version = object["apiVersion"].as_str().unwrap();
            let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
            let kind = GroupKind::new(group, object["kind"].as_str().unwrap());
            let store = stores.entry(kind).or_insert_with(|| Arc::new(Store::new()));
            if group == "apps" {
                store.listed(kept_as_text(object, namespace.as_deref()).unwrap());
            } else {
                store.listed(kept(object, namespace.as_deref()).unwrap());
            }
        }
        for store in stores.values() {
            store.finish();
        }
        served.app.cluster.set_stores(stores);
        println!("{}", served.address);
        println!("{}", served.authorities.replace('\n', "|"));
        std::io::stdout().flush().unwrap();
        // Until the other process lets go.
        tokio::task::spawn_blocking(move || {
            for _ in std::io::stdin().lines() {
                let text = served.app.metrics.text();
                let buckets = text.lines().filter_map(|line| {
                    line.strip_prefix("hipaa_iac_admission_duration_seconds_bucket{le=\"")
                });
                let buckets: Vec<String> = buckets.map(|rest| rest.replace("\"} ", "=")).collect();
                println!("{}", buckets.join(" "));
                std::io::stdout().flush().unwrap();
            }
        })
        .await
        .unwrap();
    });
}

fn template() -> Value {
    let pod = json!({"securityContext": {"runAsNonRoot": true}, "serviceAccountName": "web", "containers": (0..3).map(|at| json!({
        "name": format!("c{at}"), "image": format!("registry.example.com/clinic/web:{at}"), "ports": [{"containerPort": 8080}],
        "env": (0..20).map(|at| json!({"name": format!("SETTING_{at}"), "value": format!("value-{at}")})).collect::<Vec<_>>(),
        "envFrom": [{"configMapRef": {"name": "settings-401"}}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}}, "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]})).collect::<Vec<_>>(),
        "volumes": [{"name": "tmp", "emptyDir": {}}]});
    json!({"metadata": {"labels": {"app": "web"}}, "spec": pod})
}

/// Objects of twenty kinds, as a cluster sees them.
fn mix() -> Vec<String> {
    let template = template();
    let pod = template["spec"].clone();
    let workload = |group: &str, kind: &str| {
        (
            group.to_owned(),
            kind.to_owned(),
            json!({"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}),
        )
    };
    let own = |group: &str, kind: &str, spec: Value| (group.to_owned(), kind.to_owned(), spec);
    let specs: Vec<(String, String, Value)> = vec![
        own("v1", "Pod", pod.clone()),
        workload("apps/v1", "Deployment"),
        workload("apps/v1", "StatefulSet"),
        workload("apps/v1", "DaemonSet"),
        workload("apps/v1", "ReplicaSet"),
        workload("v1", "ReplicationController"),
        own("batch/v1", "Job", json!({"template": template})),
        own(
            "batch/v1",
            "CronJob",
            json!({"schedule": "0 1 * * *", "jobTemplate": {"spec": {"template": template}}}),
        ),
        workload("argoproj.io/v1alpha1", "Rollout"),
        own(
            "v1",
            "Service",
            json!({"selector": {"app": "web"}, "ports": [{"port": 443, "name": "https"}]}),
        ),
        own(
            "networking.k8s.io/v1",
            "Ingress",
            json!({"ingressClassName": "nginx", "tls": [{"hosts": ["a.example.com"], "secretName": "t"}], "rules": [{"host": "a.example.com"}]}),
        ),
        own(
            "gateway.networking.k8s.io/v1",
            "Gateway",
            json!({"gatewayClassName": "x", "listeners": [{"name": "https", "port": 443, "protocol": "HTTPS", "tls": {"mode": "Terminate"}}]}),
        ),
        own(
            "security.istio.io/v1",
            "PeerAuthentication",
            json!({"mtls": {"mode": "STRICT"}}),
        ),
        own(
            "networking.istio.io/v1alpha3",
            "EnvoyFilter",
            json!({"configPatches": []}),
        ),
        own(
            "extensions.istio.io/v1alpha1",
            "WasmPlugin",
            json!({"url": "oci://registry.example.com/a@sha256:0"}),
        ),
        own(
            "postgresql.cnpg.io/v1",
            "Cluster",
            json!({"instances": 3, "storage": {"size": "1Gi"}, "backup": {"barmanObjectStore": {"destinationPath": "s3://b"}, "retentionPolicy": "30d"}}),
        ),
        own(
            "postgresql.cnpg.io/v1",
            "ScheduledBackup",
            json!({"schedule": "0 0 1 * * *", "cluster": {"name": "db"}}),
        ),
        own(
            "velero.io/v1",
            "Schedule",
            json!({"schedule": "0 1 * * *", "template": {"ttl": "720h0m0s"}}),
        ),
        own("rbac.authorization.k8s.io/v1", "RoleBinding", json!({})),
        own(
            "v1",
            "PersistentVolumeClaim",
            json!({"storageClassName": "fast", "accessModes": ["ReadWriteOnce"]}),
        ),
    ];
    specs
        .into_iter()
        .enumerate()
        .map(|(at, (api_version, kind, spec))| {
            let mut object = json!({"apiVersion": api_version, "kind": kind, "spec": spec,
                "metadata": {"name": format!("web-{at}"), "namespace": format!("team-{}", at as u64 * 7 % NAMESPACES), "labels": {"app": "web"}}});
            if kind == "RoleBinding" {
                object["roleRef"] = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"});
                object["subjects"] = json!([{"kind": "ServiceAccount", "name": "web", "namespace": "team-1"}]);
            }
            if at % 4 == 3 {
                let old = object.clone();
                object["metadata"]["labels"]["team"] = json!("records");
                return review(request("UPDATE", &object, Some(&old)));
            }
            review(request("CREATE", &object, None))
        })
        .collect()
}

/// What is resident (`VmRSS:`), or was at most (`VmHWM:`), in MiB.
fn resident(process: u32, what: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix(what))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1024.0
}

/// User and system time of a process, which other load on the machine does not change. Linux counts in hundredths of a second.
fn processor_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<f64> = stat
        .rsplit(") ")
        .next()
        .unwrap_or_default()
        .split(' ')
        .map(|field| field.parse().unwrap_or(0.0))
        .collect();
    (fields.get(11).unwrap_or(&0.0) + fields.get(12).unwrap_or(&0.0)) / 100.0
}

/// A server in a process of its own.
struct Server {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
    authorities: String,
    pinned: bool,
}

impl Server {
    fn start(objects: u64) -> Self {
        let own = std::env::current_exe().unwrap();
        let pinned = Command::new("taskset").arg("-V").output().is_ok();
        let mut command = if pinned {
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]).arg(own);
            command
        } else {
            Command::new(own)
        };
        let mut process = command
            .args(["--serve", &objects.to_string()])
            .env("RAYON_NUM_THREADS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines.next().unwrap().unwrap().parse().unwrap();
        let authorities = lines.next().unwrap().unwrap().replace('|', "\n");
        Self {
            process,
            lines,
            address,
            authorities,
            pinned,
        }
    }

    /// The upper ends of the buckets of its histogram in milliseconds, and how many reviews it has answered within each.
    fn buckets(&mut self) -> Vec<(f64, f64)> {
        self.process
            .stdin
            .as_mut()
            .unwrap()
            .write_all(b"\n")
            .unwrap();
        let line = self.lines.next().unwrap().unwrap();
        line.split(' ')
            .map(|bucket| {
                let (end, count) = bucket.split_once('=').unwrap();
                let end = end.parse::<f64>().unwrap_or(f64::INFINITY);
                (end * 1000.0, count.parse().unwrap())
            })
            .collect()
    }

    fn stop(mut self) {
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }
}

/// A quantile of what a histogram has counted between two looks at it, as Prometheus takes it.
fn of_buckets(before: &[(f64, f64)], after: &[(f64, f64)], q: f64) -> f64 {
    let counts: Vec<(f64, f64)> = before
        .iter()
        .zip(after)
        .map(|(before, after)| (after.0, after.1 - before.1))
        .collect();
    let rank = counts.last().unwrap().1 * q;
    let (mut start, mut below) = (0.0, 0.0);
    for (end, count) in counts {
        if count >= rank {
            return if end.is_infinite() {
                start
            } else {
                start + (end - start) * (rank - below) / (count - below)
            };
        }
        (start, below) = (end, count);
    }
    start
}

/// How long it takes from nothing to the first answer.
fn start() {
    let began = Instant::now();
    let server = Server::start(0);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let body = mix().remove(1);
    runtime.block_on(async {
        let mut client = Client::connect(server.address, &server.authorities, None)
            .await
            .unwrap();
        assert_eq!(client.review("workloads-phi", &body).await.0, 200);
    });
    println!(
        "start to first answer: {:.2} s",
        began.elapsed().as_secs_f64()
    );
    server.stop();
}

fn measure(seconds: u64, rate: u64, objects: u64) {
    let began = Instant::now();
    let mut server = Server::start(objects);
    println!(
        "start with {objects} objects: {:.2} s",
        began.elapsed().as_secs_f64()
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let bodies = Arc::new(mix());
    let (address, authorities) = (server.address, server.authorities.clone());
    // Milliseconds of every review: at a rate from the moment it was due, so that a queue counts; else one after the other on each connection.
    let run = |seconds: u64, rate: Option<u64>| -> Vec<f64> {
        let (bodies, authorities) = (bodies.clone(), authorities.clone());
        runtime.block_on(async move {
            let period = rate.map_or(Duration::ZERO, |rate| {
                Duration::from_secs_f64(CONNECTIONS as f64 / rate as f64)
            });
            let mut tasks = Vec::new();
            for number in 0..CONNECTIONS {
                let (bodies, authorities) = (bodies.clone(), authorities.clone());
                tasks.push(tokio::spawn(async move {
                    let mut client = Client::connect(address, &authorities, None).await.unwrap();
                    let start = Instant::now() + period.mul_f64(number as f64 / CONNECTIONS as f64);
                    let mut times = Vec::new();
                    for at in 0.. {
                        let due = match rate {
                            Some(_) => start + period * at,
                            None => Instant::now(),
                        };
                        if due.duration_since(start) >= Duration::from_secs(seconds) {
                            break;
                        }
                        tokio::time::sleep_until(due.into()).await;
                        let body = &bodies[(at as usize * CONNECTIONS + number) % bodies.len()];
                        let (status, _) = client.review("workloads-phi", body).await;
                        assert_eq!(status, 200);
                        times.push(due.elapsed().as_secs_f64() * 1000.0);
                    }
                    times
                }));
            }
            let mut all = Vec::new();
            for task in tasks {
                all.extend(task.await.unwrap());
            }
            all.sort_by(f64::total_cmp);
            all
        })
    };
    run(2, Some(rate));
    let process = server.process.id();
    let (first, before, worked) = (
        server.buckets(),
        resident(process, "VmRSS:"),
        processor_seconds(process),
    );
    let times = run(seconds, Some(rate));
    let (last, after) = (server.buckets(), resident(process, "VmRSS:"));
    let worked = processor_seconds(process) - worked;
    let quantile = |q: f64| times[((times.len() - 1) as f64 * q) as usize];
    println!(
        "{} reviews at {rate} a second in {seconds} s{}",
        times.len(),
        if server.pinned {
            ", the server on one core"
        } else {
            ""
        }
    );
    println!(
        "  handler: p50 {:.2} ms, p99 {:.2} ms (its own histogram, between its buckets)",
        of_buckets(&first, &last, 0.5),
        of_buckets(&first, &last, 0.99)
    );
    println!(
        "  client:  p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms (over TLS, from when the review was due)",
        quantile(0.5),
        quantile(0.99),
        quantile(1.0)
    );
    println!(
        "  processor time: {:.2} ms a review",
        worked * 1000.0 / times.len() as f64
    );
    println!(
        "  resident: {before:.1} MiB before, {after:.1} MiB after, growth {:+.1} MiB",
        after - before
    );
    let most = run(5, None);
    println!(
        "at full speed: {:.0} reviews a second",
        most.len() as f64 / 5.0
    );
    println!("  resident: {:.1} MiB", resident(process, "VmRSS:"));
    largest(&server, &runtime);
    server.stop();
}

/// An update of a Pod with nearly as many fields as a review may bring: forty thousand variables.
fn largest(server: &Server, runtime: &tokio::runtime::Runtime) {
    let pod = |count: usize| {
        let env = (0..count).map(|at| json!({"name": format!("A{at}"), "value": "x"}));
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "team-1"},
            "spec": {"containers": [{"name": "a", "image": "a:1", "env": env.collect::<Vec<_>>()}]}})
    };
    let body = review(request("UPDATE", &pod(40_000), Some(&pod(39_999))));
    let (took, answer) = runtime.block_on(async {
        let mut client = Client::connect(server.address, &server.authorities, None)
            .await
            .unwrap();
        let began = Instant::now();
        let (status, answer) = client.review("workloads-phi", &body).await;
        assert_eq!(status, 200);
        (began.elapsed(), answer)
    });
    let answer: Value = serde_json::from_str(&answer).unwrap();
    println!(
        "an update of a Pod with 40,000 variables ({:.1} MiB): {:.0} ms, {}, at most {:.1} MiB resident",
        body.len() as f64 / f64::from(1 << 20),
        took.as_secs_f64() * 1000.0,
        if answer["response"]["allowed"] == true {
            "admitted"
        } else {
            "denied"
        },
        resident(server.process.id(), "VmHWM:")
    );
}
