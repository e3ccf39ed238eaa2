//! Whatever happens to the operator: the cluster keeps working, and nothing enters a PHI namespace unseen.

use std::{fs, thread, time::Duration};

use nix::sys::signal::{Signal, kill};
use serde_json::Value;

use crate::{
    Case, With,
    admission::{audited, end_violating_job, remove, with_violating_job},
    cluster::{Cluster, NAMESPACE, RELEASE},
    each_time,
    node::Node,
    operator::{self, compliant, violating},
    resources::looked,
    restore::operator_processes,
    traffic::{self, Load, Tunnel},
};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "a_rolling_restart_fails_no_request",
        own: false,
        with: With::Nothing,
        run: rolling,
    },
    Case {
        name: "replicas_killed_in_a_burst_let_nothing_through",
        own: true,
        with: With::Nothing,
        run: killed,
    },
    Case {
        name: "with_all_replicas_down_phi_is_closed_and_the_rest_is_open",
        own: true,
        with: With::Nothing,
        run: all_down,
    },
    Case {
        name: "with_the_network_cut_phi_is_closed_and_the_rest_is_open",
        own: true,
        with: With::Nothing,
        run: network_cut,
    },
    Case {
        name: "the_api_server_restarts",
        own: true,
        with: With::Nothing,
        run: api_server,
    },
    Case {
        name: "a_changed_webhook_configuration_is_put_right",
        own: false,
        with: With::Nothing,
        run: changed_configuration,
    },
    Case {
        name: "the_leader_alone_tells_that_the_webhook_is_registered",
        own: false,
        with: With::Nothing,
        run: one_tells,
    },
    Case {
        name: "the_break_glass_holds",
        own: false,
        with: With::Nothing,
        run: break_glass,
    },
];

fn create(cluster: &Cluster, namespace: &str, object: &str) -> crate::cluster::Ran {
    cluster.kubectl_with(
        &["create", "--dry-run=server", "-n", namespace, "-f", "-"],
        object,
    )
}

fn rolling(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    operator::memory(cluster, "after the tests so far");
    cluster.namespace("rolling", true);
    let load = Load::start(cluster, "rolling", &compliant("a"));
    operator::roll(cluster);
    // The last of the old ones still drains.
    thread::sleep(Duration::from_secs(15));
    let outcome = load.stop();
    assert_eq!(outcome.failed, [""; 0]);
    assert_eq!(outcome.denied, 0);
    assert!(outcome.admitted > 100, "{outcome:?}");
    remove(cluster, "rolling");
}

fn killed(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("burst", true);
    cluster.namespace("burst-open", false);
    let bad = Load::start(cluster, "burst", &violating("a"));
    let open = Load::start(cluster, "burst-open", &compliant("b"));
    let before = restarts(cluster);
    for _ in 0..2 {
        cluster.eventually("three to run", Duration::from_mins(1), || {
            operator_processes().len() >= 3
        });
        for process in operator_processes().into_iter().take(2) {
            kill(process, Signal::SIGKILL).unwrap();
        }
        thread::sleep(Duration::from_secs(3));
    }
    operator::ready(cluster);
    assert_ne!(restarts(cluster), before, "none was killed");
    let (bad, open) = (bad.stop(), open.stop());
    each_time(|| assert_eq!(bad.admitted, 0, "violations were let through"));
    assert!(bad.denied > 100, "{bad:?}");
    for text in &bad.failed {
        assert!(text.contains("failed calling webhook"), "{text}");
    }
    // Nobody else is held up.
    assert_eq!(open.failed, [""; 0]);
    assert_eq!(open.denied, 0);
    // The API server may hold on to the connection to one that was killed for a while.
    cluster.eventually("violations to be denied", Duration::from_mins(1), || {
        let ran = create(cluster, "burst", &violating("c"));
        !ran.ok && ran.stderr.contains("configmap-literal-credential")
    });
    remove(cluster, "burst");
    cluster
        .kubectl(&["delete", "namespace", "burst-open", "--wait=false"])
        .success();
}

fn all_down(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("closed", true);
    cluster.namespace("open", false);
    with_violating_job(cluster, "closed-jobs");
    // One that is being deleted when they go.
    cluster.namespace("leaving", true);
    let held = compliant("held").replace(
        "\"name\":\"held\"",
        "\"name\":\"held\",\"finalizers\":[\"hipaa-iac.dev/tests\"]",
    );
    cluster
        .kubectl_with(&["create", "-n", "leaving", "-f", "-"], &held)
        .success();
    let approve = "hipaa-iac.dev/disposal-approved-by=tests: it held nothing";
    cluster
        .kubectl(&["annotate", "namespace", "leaving", approve])
        .success();
    cluster
        .kubectl(&["delete", "namespace", "leaving", "--wait=false"])
        .success();
    operator::take_down(cluster);

    // The last answers come from pods that drain.
    cluster.eventually("nobody to answer", Duration::from_secs(90), || {
        let ran = create(cluster, "closed", &compliant("a"));
        !ran.ok && ran.stderr.contains("failed calling webhook")
    });
    let said = cluster
        .kubectl(&["label", "namespace", "closed", "hipaa-iac.dev/data-class-"])
        .failure();
    assert!(said.contains("guard.hipaa-iac.dev"), "{said}");
    // What changes nothing that is guarded is not held up, and a namespace that is being deleted goes.
    cluster
        .kubectl(&["label", "namespace", "closed", "team=records"])
        .success();
    cluster
        .kubectl(&[
            "patch",
            "configmap",
            "held",
            "-n",
            "leaving",
            "--as=system:serviceaccount:kube-system:generic-garbage-collector",
            "--type=merge",
            "-p",
            r#"{"metadata":{"finalizers":null}}"#,
        ])
        .success();
    // What controllers take off the pods of a Job is not held up either.
    end_violating_job(cluster, "closed-jobs");
    create(cluster, "open", &violating("a")).success();
    // What nobody judged can be found afterwards.
    let log = cluster.node().unwrap().audit_log();
    cluster.eventually(
        "what failed open to be told",
        Duration::from_secs(10),
        || {
            fs::read_to_string(&log).unwrap().lines().any(|line| {
                line.contains("failed-open.validating.webhook.admission.k8s.io/")
                    && line.contains("\"workloads.hipaa-iac.dev\"")
                    && line.contains("\"namespace\":\"open\"")
            })
        },
    );
    let image = Cluster::pause_image();
    let pod = |namespace: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: a, namespace: {namespace}}}, spec: {{containers: [{{name: main, image: {image:?}}}]}}}}"
        )
    };
    cluster.apply(&pod("open")).success();
    cluster.apply(&pod("kube-system")).success();
    cluster
        .apply("{apiVersion: v1, kind: Node, metadata: {name: another}}")
        .success();
    cluster.kubectl(&["delete", "node", "another"]).success();
    cluster
        .apply("{apiVersion: v1, kind: Namespace, metadata: {name: fresh}}")
        .success();
    cluster
        .kubectl(&["delete", "namespace", "fresh", "--wait=false"])
        .success();
    // One that says that it holds no PHI comes and goes as well.
    cluster.namespace("fresh-without", false);
    cluster
        .kubectl(&["delete", "namespace", "fresh-without", "--wait=false"])
        .success();

    // The control plane starts anew and must get its leases.
    let holder = |lease: &str| {
        cluster.get(&["lease", lease, "-n", "kube-system"])["spec"]["holderIdentity"].clone()
    };
    let before = holder("kube-scheduler");
    cluster.node().unwrap().restart_controllers().unwrap();
    cluster.eventually(
        "the scheduler to lead again",
        Duration::from_mins(3),
        || {
            let now = holder("kube-scheduler");
            now.is_string() && now != before
        },
    );
    cluster.eventually("the namespace to go", Duration::from_mins(3), || {
        cluster.get(&["namespace", "leaving"]).is_null()
    });

    // It comes back by itself.
    operator::let_back(cluster);
    operator::ready(cluster);
    cluster.eventually("PHI to be judged again", Duration::from_secs(30), || {
        create(cluster, "closed", &compliant("a")).ok
    });
    create(cluster, "closed", &violating("a")).failure();
    cluster
        .kubectl(&[
            "delete",
            "pod",
            "a",
            "-n",
            "kube-system",
            "--force",
            "--grace-period=0",
        ])
        .success();
    cluster
        .kubectl(&["delete", "namespace", "open", "--wait=false"])
        .success();
    remove(cluster, "closed-jobs");
    remove(cluster, "closed");
}

/// Nobody refuses a connection: each request waits until the API server gives up on the webhook.
fn network_cut(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("cut", true);
    cluster.namespace("uncut", false);
    let lease = || cluster.get(&["lease", "kube-scheduler", "-n", "kube-system"])["spec"].clone();
    let before = lease()["holderIdentity"].clone();
    let cut = Node::cut(8443).unwrap();
    let said = create(cluster, "cut", &compliant("a")).failure();
    assert!(
        said.contains("failed calling webhook \"workloads-phi.hipaa-iac.dev\""),
        "{said}"
    );
    create(cluster, "uncut", &violating("a")).success();
    cluster
        .kubectl(&["label", "namespace", "cut", "team=records"])
        .success();
    let image = Cluster::pause_image();
    cluster
        .apply(&format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: cut, namespace: kube-system}}, spec: {{terminationGracePeriodSeconds: 0, containers: [{{name: main, image: {image:?}, imagePullPolicy: IfNotPresent}}]}}}}"
        ))
        .success();
    cluster
        .apply("{apiVersion: v1, kind: Node, metadata: {name: another}}")
        .success();
    cluster.kubectl(&["delete", "node", "another"]).success();
    let renewed = lease()["renewTime"].clone();
    cluster.eventually("leases to be renewed", Duration::from_secs(30), || {
        lease()["renewTime"] != renewed
    });
    assert_eq!(lease()["holderIdentity"], before);
    drop(cut);
    cluster.eventually("PHI to be judged again", Duration::from_secs(30), || {
        create(cluster, "cut", &compliant("a")).ok
    });
    create(cluster, "cut", &violating("a")).failure();
    cluster
        .kubectl(&["delete", "pod", "cut", "-n", "kube-system", "--wait=false"])
        .success();
    cluster
        .kubectl(&["delete", "namespace", "uncut", "--wait=false"])
        .success();
    remove(cluster, "cut");
}

fn restarts(cluster: &Cluster) -> Vec<Value> {
    let pods = cluster.get(&[
        "pods",
        "-n",
        NAMESPACE,
        "-l",
        "app.kubernetes.io/name=hipaa-iac",
    ]);
    pods["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pod| {
            Value::from(vec![
                pod["metadata"]["name"].clone(),
                pod["status"]["containerStatuses"][0]["restartCount"].clone(),
            ])
        })
        .collect()
}

fn api_server(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("restarted", true);
    let before = restarts(cluster);
    let bad = Load::start(cluster, "restarted", &violating("b"));
    let denied = |more: usize| {
        cluster.eventually("violations to be denied", Duration::from_mins(1), || {
            bad.so_far().denied >= more
        });
    };
    denied(20);
    cluster.node().unwrap().restart_api_server().unwrap();
    operator::ready(cluster);
    denied(bad.so_far().denied + 20);
    let bad = bad.stop();
    each_time(|| assert_eq!(bad.admitted, 0, "violations were let through"));
    cluster.eventually("PHI to be judged again", Duration::from_secs(30), || {
        create(cluster, "restarted", &compliant("a")).ok
    });
    cluster.eventually("violations to be denied", Duration::from_secs(30), || {
        let ran = create(cluster, "restarted", &violating("a"));
        !ran.ok && ran.stderr.contains("configmap-literal-credential")
    });
    // Watches go on: the mode of a namespace that comes afterwards is heard of.
    audited(cluster, "restarted-audited");
    cluster
        .kubectl(&["delete", "namespace", "restarted-audited", "--wait=false"])
        .success();
    assert_eq!(restarts(cluster), before, "it was restarted too");
    remove(cluster, "restarted");
}

fn review(uid: &str, object: &str) -> String {
    format!(
        r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"{uid}","kind":{{"group":"","version":"v1","kind":"ConfigMap"}},"resource":{{"group":"","version":"v1","resource":"configmaps"}},"name":"a","namespace":"amiss","operation":"CREATE","userInfo":{{"username":"tests","groups":[]}},"object":{object}}}}}"#
    )
}

pub(crate) fn amiss(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    let before = restarts(cluster);
    cluster.namespace("amiss", true);
    let tunnel = Tunnel::webhook(cluster);
    let path = "/validate/workloads-phi";
    let send = |path: &str, kind: &str, body: &[u8]| {
        let connection = traffic::tls(cluster, tunnel.port).unwrap();
        traffic::exchange(connection, &traffic::post(path, kind, body))
    };
    let json = "application/json";
    let good = review("u-1", &violating("a"));
    let answer = send(path, json, good.as_bytes()).unwrap();
    assert_eq!(answer.status, 200);
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(answer["response"]["uid"], "u-1");
    assert_eq!(answer["response"]["allowed"], false);

    for (what, body) in [
        ("nothing", String::new()),
        ("no JSON", "{".to_owned()),
        ("no review", "[]".to_owned()),
        (
            "no request",
            r#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}"#.to_owned(),
        ),
        (
            "another version",
            good.replace("k8s.io/v1\"", "k8s.io/v9\""),
        ),
        ("no object", review("u-2", "7")),
        (
            "too deep",
            review(
                "u-3",
                &format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
            ),
        ),
    ] {
        let answer = send(path, json, body.as_bytes()).unwrap();
        // An answer to a review that can be told by its id, else a refusal.
        let refused = answer.status == 400 || answer.body.contains("\"allowed\":false");
        assert!(refused, "{what}: {} {}", answer.status, answer.body);
    }
    let answer = send(path, "text/plain", good.as_bytes()).unwrap();
    assert_eq!(answer.status, 415);
    assert_eq!(
        send("/validate/another", json, good.as_bytes())
            .unwrap()
            .status,
        404
    );
    // Refused, or cut off: not read to its end. kubectl takes a connection that is cut off for the end of everything.
    let own = Tunnel::webhook(cluster);
    let send_large = |body: &[u8]| {
        let connection = traffic::tls(cluster, own.port).unwrap();
        traffic::exchange(connection, &traffic::post(path, json, body))
    };
    match send_large(&vec![b' '; 41 << 20]) {
        Ok(answer) => assert_eq!(answer.status, 413),
        Err(error) => eprintln!("cut off: {error}"),
    }

    // Somebody who holds on to connections and sends nothing keeps nobody waiting, and is sent away.
    let slow: Vec<_> = (0..50)
        .map(|_| {
            let mut connection = traffic::tls(cluster, tunnel.port).unwrap();
            let head = format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {json}\r\nContent-Length: 1000\r\n\r\n{{");
            std::io::Write::write_all(&mut connection, head.as_bytes()).unwrap();
            connection
        })
        .collect();
    let answer = send(path, json, good.as_bytes()).unwrap();
    assert_eq!(answer.status, 200);
    for connection in slow {
        let answer = traffic::exchange(connection, b"").unwrap();
        assert_eq!(answer.status, 408);
    }
    create(cluster, "amiss", &compliant("a")).success();
    assert_eq!(restarts(cluster), before);
    remove(cluster, "amiss");
}

pub(crate) fn metrics(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    let pods = operator::pods(cluster);
    let pod = &pods[0];
    // Some figures are there when there is something to count.
    let webhook = Tunnel::pod(cluster, pod, 8443);
    let connection = traffic::tls(cluster, webhook.port).unwrap();
    let asked = review("m-1", &violating("a"));
    let asked = traffic::post(
        "/validate/workloads-phi",
        "application/json",
        asked.as_bytes(),
    );
    assert_eq!(traffic::exchange(connection, &asked).unwrap().status, 200);
    let tunnel = Tunnel::pod(cluster, pod, 8080);
    let get = |path: &str| {
        let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
        traffic::exchange(traffic::connect(tunnel.port).unwrap(), request.as_bytes()).unwrap()
    };
    for path in ["/healthz", "/readyz", "/startupz"] {
        assert_eq!(get(path).status, 200, "{path}");
    }
    // Names that alerts and dashboards rely on.
    let names = [
        "hipaa_iac_admission_requests_total",
        "hipaa_iac_admission_duration_seconds_bucket",
        "hipaa_iac_webhook_cert_not_after_seconds{role=\"leaf\"}",
        "hipaa_iac_webhook_registered",
        "hipaa_iac_policies{state=\"quarantined\"}",
        "hipaa_iac_webhook_cert_not_after_seconds{role=\"ca\"}",
        "hipaa_iac_rule_evaluations",
        "hipaa_iac_context_cache_age_seconds{kind=\"Namespace\"}",
        "hipaa_iac_exceptions{state=\"Expiring\"}",
        "hipaa_iac_agreements{state=\"Expiring\"}",
        "hipaa_iac_leader",
        "dry_run=\"",
        "hipaa_iac_audit_log_dropped",
    ];
    // Gauges are set every five seconds.
    cluster.eventually(&format!("{names:?}"), Duration::from_secs(20), || {
        let metrics = get("/metrics").body;
        names.iter().all(|name| metrics.contains(name))
    });
}

/// What another adds to lists that are keyed by name, and to selectors, survives server-side apply.
fn changed_configuration(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("changed", true);
    let patch = r#"[
        {"op": "add", "path": "/webhooks/1/matchConditions/-", "value": {"name": "never", "expression": "false"}},
        {"op": "add", "path": "/webhooks/1/objectSelector", "value": {"matchLabels": {"never": "there"}}},
        {"op": "remove", "path": "/webhooks/1/clientConfig/caBundle"}
    ]"#;
    let configuration = ["validatingwebhookconfiguration", RELEASE];
    cluster
        .kubectl(&[
            "patch",
            configuration[0],
            configuration[1],
            "--type=json",
            "-p",
            patch,
        ])
        .success();
    cluster.eventually("violations to be denied", Duration::from_mins(1), || {
        let said = cluster.kubectl_with(
            &["create", "--dry-run=server", "-n", "changed", "-f", "-"],
            &violating("a"),
        );
        !said.ok && said.stderr.contains("configmap-literal-credential")
    });
    let text = cluster.get(&configuration).to_string();
    assert!(!text.contains("never"), "{text}");
    remove(cluster, "changed");
}

/// The alert asks for the largest of all replicas.
fn one_tells(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    let lease = cluster.get(&["lease", RELEASE, "-n", NAMESPACE]);
    let leader = lease["spec"]["holderIdentity"].as_str().unwrap().to_owned();
    let names: Vec<String> = restarts(cluster)
        .iter()
        .map(|pod| pod[0].as_str().unwrap().to_owned())
        .collect();
    let telling = || -> Vec<String> {
        let tells = |name: &&String| {
            let path = format!("/api/v1/namespaces/{NAMESPACE}/pods/{name}:8080/proxy/metrics");
            let metrics = cluster.kubectl(&["get", "--raw", &path]).stdout;
            metrics
                .lines()
                .any(|line| line == "hipaa_iac_webhook_registered 1")
        };
        names.iter().filter(tells).cloned().collect()
    };
    cluster.eventually("the leader to tell", Duration::from_secs(30), || {
        telling() == [leader.clone()]
    });
    // As when it could not renew its lease in time.
    let other = names.iter().find(|name| **name != leader).unwrap();
    let patch = format!(r#"{{"spec":{{"holderIdentity":"{other}"}}}}"#);
    let lease = ["patch", "lease", RELEASE, "-n", NAMESPACE];
    cluster
        .kubectl(&[&lease[..], &["--type=merge", "-p", &patch]].concat())
        .success();
    cluster.eventually("the next one alone to tell", Duration::from_mins(1), || {
        telling() == [other.clone()]
    });
}

fn break_glass(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster
        .kubectl(&[
            "delete",
            "validatingwebhookconfiguration",
            "-l",
            "app.kubernetes.io/name=hipaa-iac",
        ])
        .success();
    // Neither the leader nor the next one undoes it.
    let tells = |pod: &str| {
        let log = cluster.kubectl(&["logs", pod, "-n", NAMESPACE]).stdout;
        log.lines()
            .any(|line| line.contains("is left alone") && line.contains("somebody deleted it"))
    };
    looked(cluster);
    cluster.eventually("the leader to tell", Duration::from_secs(30), || {
        tells(&operator::leader(cluster))
    });
    let first = operator::leader(cluster);
    cluster
        .kubectl(&["delete", "pod", &first, "-n", NAMESPACE, "--wait=false"])
        .success();
    cluster.eventually("the next one to tell", Duration::from_mins(1), || {
        let leader = operator::leader(cluster);
        !leader.is_empty() && leader != first && tells(&leader)
    });
    assert!(
        cluster
            .get(&["validatingwebhookconfiguration", RELEASE])
            .is_null()
    );
    cluster
        .kubectl(&["delete", "configmap", "hipaa-iac-state", "-n", NAMESPACE])
        .success();
    operator::registered(cluster);
}
