//! A load on the served webhook over TLS: the server in a process of its own, on one core where `taskset` is there, all built-in policies in
//! force, ten thousand objects known, and requests for a mix of kinds at a fixed rate.
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
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use hipaa_iac_operator::cluster::kept;
use serde_json::{Value, json};
use served::{Client, Served, Setup, request, review};

const CONNECTIONS: usize = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "--serve") {
        serve(
            arguments
                .get(1)
                .and_then(|count| count.parse().ok())
                .unwrap_or(0),
        );
        return;
    }
    let numbers: Vec<u64> = arguments
        .iter()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let seconds = numbers.first().copied().unwrap_or(10);
    let rate = numbers.get(1).copied().unwrap_or(500);
    let objects = numbers.get(2).copied().unwrap_or(10_000);
    measure(seconds, rate, objects);
}

fn serve(count: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let served = Served::start(Setup::default()).await;
        let mut objects = Vec::new();
        for at in 0..count.max(200) {
            let namespace = format!("team-{}", at % 200);
            let object = if at < 200 {
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": format!("team-{at}"), "labels": {"hipaa-iac.dev/data-class": "phi"}}})
            } else {
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": format!("settings-{at}"), "namespace": namespace,
                    "labels": {"app.kubernetes.io/name": "web", "app.kubernetes.io/part-of": "clinic"}},
                    "data": {"LOG_LEVEL": "info", "PGHOST": "db.clinic.svc", "PGSSLMODE": "verify-full", "FEATURES": "a,b,c,d,e,f"}})
            };
            let namespace = (at >= 200).then_some(namespace);
            objects.push(kept(object, namespace.as_deref()).unwrap());
        }
        served.know(&objects);
        drop(objects);
        println!("{}", served.address);
        println!("{}", served.authorities.replace('\n', "|"));
        std::io::stdout().flush().unwrap();
        // Until the other process lets go.
        tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()).unwrap())
            .await
            .unwrap();
    });
}

/// Objects of twenty kinds, as a cluster sees them.
fn mix() -> Vec<String> {
    let pod = json!({"securityContext": {"runAsNonRoot": true}, "serviceAccountName": "web", "containers": (0..3).map(|at| json!({
        "name": format!("c{at}"), "image": format!("registry.example.com/clinic/web:{at}"), "ports": [{"containerPort": 8080}],
        "env": (0..20).map(|at| json!({"name": format!("SETTING_{at}"), "value": format!("value-{at}")})).collect::<Vec<_>>(),
        "envFrom": [{"configMapRef": {"name": "settings-400"}}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}}, "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]})).collect::<Vec<_>>(),
        "volumes": [{"name": "tmp", "emptyDir": {}}]});
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": pod});
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
                "metadata": {"name": format!("web-{at}"), "namespace": format!("team-{}", at * 7), "labels": {"app": "web"}}});
            if kind == "RoleBinding" {
                object["roleRef"] = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"});
                object["subjects"] = json!([{"kind": "ServiceAccount", "name": "web", "namespace": "team-1"}]);
            }
            review(request("CREATE", &object, None))
        })
        .collect()
}

fn resident(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
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

fn measure(seconds: u64, rate: u64, objects: u64) {
    let own = std::env::current_exe().unwrap();
    let pinned = Command::new("taskset").arg("-V").output().is_ok();
    let mut command = if pinned {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(own);
        command
    } else {
        Command::new(own)
    };
    let began = Instant::now();
    let mut server = command
        .args(["--serve", &objects.to_string()])
        .env("RAYON_NUM_THREADS", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let address = lines.next().unwrap().unwrap().parse().unwrap();
    let authorities = lines.next().unwrap().unwrap().replace('|', "\n");
    println!(
        "started with {objects} objects in {:.2} s",
        began.elapsed().as_secs_f64()
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let bodies = std::sync::Arc::new(mix());
    let run = |seconds: u64| {
        let (bodies, authorities) = (bodies.clone(), authorities.clone());
        runtime.block_on(async move {
            let period = Duration::from_secs_f64(CONNECTIONS as f64 / rate as f64);
            let mut tasks = Vec::new();
            for number in 0..CONNECTIONS {
                let (bodies, authorities) = (bodies.clone(), authorities.clone());
                tasks.push(tokio::spawn(async move {
                    let mut client = Client::connect(address, &authorities, None).await.unwrap();
                    let start = Instant::now() + period.mul_f64(number as f64 / CONNECTIONS as f64);
                    let mut times = Vec::new();
                    for at in 0.. {
                        let due = start + period * at;
                        if due.duration_since(start) >= Duration::from_secs(seconds) {
                            break;
                        }
                        tokio::time::sleep_until(due.into()).await;
                        let body = &bodies[(at as usize * CONNECTIONS + number) % bodies.len()];
                        let (status, _) = client.review("workloads-phi", body).await;
                        assert_eq!(status, 200);
                        // From the moment it was due: a queue counts.
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
    // The first reviews of a kind compile its policies.
    run(2);
    let before = resident(server.id());
    let worked = processor_seconds(server.id());
    let times = run(seconds);
    let worked = processor_seconds(server.id()) - worked;
    let after = resident(server.id());
    let quantile = |q: f64| times[((times.len() - 1) as f64 * q) as usize];
    println!(
        "{} reviews at {rate} a second{}: p50 {:.2} ms, p90 {:.2} ms, p99 {:.2} ms, longest {:.2} ms",
        times.len(),
        if pinned {
            ", the server on one core"
        } else {
            ""
        },
        quantile(0.5),
        quantile(0.9),
        quantile(0.99),
        quantile(1.0)
    );
    println!(
        "processor time of the server: {:.2} ms a review",
        worked * 1000.0 / times.len() as f64
    );
    println!("resident: {before:.1} MiB before, {after:.1} MiB after");
    drop(server.stdin.take());
    server.wait().unwrap();
}
