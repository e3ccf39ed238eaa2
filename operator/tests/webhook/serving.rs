//! What the webhook answers, and what it survives.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use hipaa_iac_operator::{
    args::{Mode, TlsVersion},
    catalog::{ActiveWaiver, PolicyInput},
    certificates::{self, Step},
    judge,
    review::{Entry, parse},
    server::{MAX_BODY, unix_now},
    tls::Demands,
};
use hipaa_iac_source::Node;
use serde_json::{Value, json};

use crate::served::{Client, Served, Setup, bundle, profile, request, review};

fn deployment(env: &Value) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "clinic"},
        "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "web:1", "env": env}]}}},
    })
}

fn leaking() -> Value {
    deployment(&json!([{"name": "DB_PASSWORD", "value": "hunter2-Zq9!xK"}]))
}

fn policies(response: &Value, what: &str) -> Vec<String> {
    response["auditAnnotations"][what]
        .as_str()
        .unwrap_or_default()
        .split(',')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_violation_is_denied_with_policy_citation_path_and_remedy_and_without_the_secret() {
    let served = Served::start(Setup::default()).await;
    let response = served
        .ask("workloads-phi", request("CREATE", &leaking(), None))
        .await;
    assert_eq!(response["allowed"], false);
    assert_eq!(response["status"]["code"], 403);
    let message = response["status"]["message"].as_str().unwrap();
    for part in [
        "Deployment/clinic/web",
        "environment-literal-credential",
        "45 CFR 164.",
        "spec.template.spec.containers[0].env[0].value",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let whole = response.to_string();
    assert!(!whole.contains("hunter2"), "{whole}");
    let log = served.audit("\"allowed\":false").await;
    assert!(!log.contains("hunter2"));
    for part in [
        "\"user\":\"jane\"",
        "Deployment",
        "environment-literal-credential",
        "policyDigest",
    ] {
        assert!(log.contains(part), "{part}: {log}");
    }
}

/// Severity goes before name: what is critical comes first.
#[tokio::test(flavor = "multi_thread")]
async fn a_denial_reads_as_it_was_reviewed() {
    let served = Served::start(Setup::default()).await;
    let mut object = deployment(&json!([
        {"name": "DB_PASSWORD", "value": "hunter2-Zq9!xK"},
        {"name": "PGHOST", "value": "db.clinic.svc"},
        {"name": "NODE_TLS_REJECT_UNAUTHORIZED", "value": "0"},
        {"name": "API_TOKEN", "value": "hunter2-Zq9!xK"}]));
    let pod = &mut object["spec"]["template"]["spec"];
    pod["tolerations"] = json!([{"operator": "Exists"}]);
    pod["containers"][0]["args"] = json!(["--db-password=hunter2-Zq9!xK"]);
    let response = served
        .ask("workloads-phi", request("CREATE", &object, None))
        .await;
    insta::assert_snapshot!(response["status"]["message"].as_str().unwrap(), @r"
    hipaa-iac denied Deployment/clinic/web: 6 violations of argument-literal-credential, environment-literal-credential, tls-verification-disabled, postgres-sslmode-unset, toleration-of-every-taint
      - argument-literal-credential (45 CFR 164.312(d)): spec.template.spec.containers[0].args[0]: the argument holds a literal credential; Pass the credential through a file or an environment variable that a Secret fills
      - environment-literal-credential (45 CFR 164.312(d)): spec.template.spec.containers[0].env[0].value: the environment variable holds a literal credential; Keep the credential in a Secret that an external secret store fills, and refer to it
      - environment-literal-credential (45 CFR 164.312(d)): spec.template.spec.containers[0].env[3].value: the environment variable holds a literal credential; Keep the credential in a Secret that an external secret store fills, and refer to it
      - tls-verification-disabled (45 CFR 164.312(e)(1)): spec.template.spec.containers[0].env[2].value: the setting switches off the verification of certificates; Remove the setting and mount the private CA instead (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, --cacert)
      - postgres-sslmode-unset (45 CFR 164.312(e)(1)): spec.template.spec.containers[0].env[1]: PGHOST is set without PGSSLMODE, so libpq falls back to plain text; Set PGSSLMODE beside PGHOST, and mount the CA
      and 1 more: `hipaa-iac check` on the manifest tells them all
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_five_violations_are_told_one_by_one() {
    let served = Served::start(Setup::default()).await;
    let many: Vec<Value> = (0..9)
        .map(|at| json!({"name": format!("P{at}_PASSWORD"), "value": "hunter2-Zq9!xK"}))
        .collect();
    let response = served
        .ask(
            "workloads-phi",
            request("CREATE", &deployment(&json!(many)), None),
        )
        .await;
    let message = response["status"]["message"].as_str().unwrap();
    assert_eq!(message.matches("\n  - ").count(), 5, "{message}");
    assert!(message.contains("and 4 more"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn modes_decide_what_a_violation_does() {
    for (mode, warned) in [(Mode::Warn, true), (Mode::Audit, false)] {
        let served = Served::start(Setup {
            mode,
            ..Setup::default()
        })
        .await;
        let response = served
            .ask("workloads-phi", request("CREATE", &leaking(), None))
            .await;
        assert_eq!(response["allowed"], true);
        let warnings = response["warnings"].to_string();
        assert_eq!(
            warnings.contains("environment-literal-credential"),
            warned,
            "{warnings}"
        );
        assert!(
            policies(&response, "violations")
                .contains(&"environment-literal-credential".to_owned())
        );
        // The Namespace says otherwise.
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "clinic",
            "labels": {"hipaa-iac.dev/mode": "enforce"}}});
        served.know(&[hipaa_iac_operator::cluster::kept(namespace, None).unwrap()]);
        let response = served
            .ask("workloads-phi", request("CREATE", &leaking(), None))
            .await;
        assert_eq!(response["allowed"], false);
    }
}

/// `kubectl apply` of a Namespace and what is in it is faster than a watch.
#[tokio::test(flavor = "multi_thread")]
async fn what_enters_a_namespace_that_is_not_heard_of_yet_is_judged_strictly() {
    let served = Served::start(Setup {
        mode: Mode::Audit,
        ..Setup::default()
    })
    .await;
    served.make_ready();
    let ask = request("CREATE", &leaking(), None);
    // The API server calls it PHI and the watch does not, so that its mode is not known.
    let strict = served.ask("workloads-phi", ask.clone()).await;
    assert_eq!(
        policies(&strict, "denied"),
        ["environment-literal-credential"],
        "{strict}"
    );
    assert_eq!(served.ask("workloads", ask.clone()).await["allowed"], true);
    let clean = request("CREATE", &deployment(&json!([])), None);
    assert_eq!(served.ask("workloads-phi", clean).await["allowed"], true);
    // The watch brings it a moment later.
    let served = Served::start(Setup::default()).await;
    served.make_ready();
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "clinic",
        "labels": {"hipaa-iac.dev/data-class": "phi", "hipaa-iac.dev/mode": "audit"}}});
    let heard = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        served.know(&[hipaa_iac_operator::cluster::kept(namespace, None).unwrap()]);
    };
    let (audited, ()) = tokio::join!(served.ask("workloads-phi", ask), heard);
    assert_eq!(audited["allowed"], true, "{audited}");
}

/// One that slipped in while nobody refused it, or that was there before a version of the operator brought a policy of its name.
#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_is_not_in_force_changes_no_mode() {
    let mut setup = Setup::default();
    setup.resources.policies = vec![PolicyInput {
        name: "environment-literal-credential".to_owned(),
        mode: Some(Mode::Audit),
        spec: json!({"title": "t", "severity": "low", "safeguards": ["164.312(e)(1)"], "rationale": "r", "remediation": {"text": "t"},
            "match": {"kubernetes": [{"group": "", "kind": "Service"}]}, "rules": [{"require": "true", "message": "m"}]}),
    }];
    let served = Served::start(setup).await;
    let response = served
        .ask("workloads-phi", request("CREATE", &leaking(), None))
        .await;
    assert_eq!(
        policies(&response, "denied"),
        ["environment-literal-credential"],
        "{response}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_are_denied_for_what_is_new_only() {
    let served = Served::start(Setup::default()).await;
    let old = leaking();
    // Nothing that a policy reads.
    let mut same = old.clone();
    same["metadata"]["finalizers"] = json!(["x"]);
    same["status"] = json!({"replicas": 1});
    let response = served
        .ask("workloads-phi", request("UPDATE", &same, Some(&old)))
        .await;
    assert_eq!(response["allowed"], true);
    assert!(response.get("warnings").is_none());
    // What was so before becomes a warning, also where it has moved.
    let mut moved = old.clone();
    moved["spec"]["template"]["spec"]["containers"] = json!([
        {"name": "proxy", "image": "proxy:1"}, old["spec"]["template"]["spec"]["containers"][0]]);
    let response = served
        .ask("workloads-phi", request("UPDATE", &moved, Some(&old)))
        .await;
    assert_eq!(response["allowed"], true, "{response}");
    assert!(response["warnings"].to_string().contains("was so before"));
    // A new one is denied, and the old one beside it is not.
    let mut worse = old.clone();
    worse["spec"]["template"]["spec"]["containers"][0]["env"] = json!([
        {"name": "DB_PASSWORD", "value": "hunter2-Zq9!xK"}, {"name": "API_TOKEN", "value": "hunter2-Zq9!xK"}]);
    let response = served
        .ask("workloads-phi", request("UPDATE", &worse, Some(&old)))
        .await;
    assert_eq!(response["allowed"], false);
    let message = response["status"]["message"].as_str().unwrap();
    assert!(
        message.contains("env[1]") && !message.contains("env[0]"),
        "{message}"
    );
}

/// What a policy of the cluster fails on can be changed: it is the policy that has the mistake.
#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_judged_before_is_no_reason_to_deny_a_change() {
    let mut setup = Setup::default();
    setup.resources.policies = vec![PolicyInput {
        name: "deployment-careless".to_owned(),
        mode: None,
        spec: json!({"title": "t", "severity": "low", "safeguards": ["164.312(e)(1)"], "rationale": "r", "remediation": {"text": "t"},
            "match": {"kubernetes": [{"group": "apps", "kind": "Deployment"}, {"group": "", "kind": "Pod"}]},
            "rules": [
                {"require": "resource.spec.minReadySeconds >= 0", "message": "m"},
                {"require": "resource.spec.revisionHistoryLimit > 0", "message": "n"}]}),
    }];
    let served = Served::start(setup).await;
    let with = |seconds: Option<u32>, limit: Option<u32>| {
        let mut object = deployment(&json!([]));
        object["spec"]["minReadySeconds"] = json!(seconds);
        object["spec"]["revisionHistoryLimit"] = json!(limit);
        object
    };
    let ask = async |new: &Value, old: Option<&Value>| {
        let operation = if old.is_some() { "UPDATE" } else { "CREATE" };
        served
            .ask("workloads-phi", request(operation, new, old))
            .await
    };
    let old = with(None, Some(5));
    let made = ask(&old, None).await;
    assert_eq!(policies(&made, "denied"), ["deployment-careless"], "{made}");
    let changed = ask(&with(None, Some(6)), Some(&old)).await;
    assert_eq!(changed["allowed"], true, "{changed}");
    let warnings = changed["warnings"].to_string();
    assert!(warnings.contains("(was so before)"), "{warnings}");
    assert!(warnings.contains("not judged"), "{warnings}");
    // It is closed to another failure, and to the first one.
    for (new, old) in [
        (with(None, None), &old),
        (old.clone(), &with(Some(1), Some(5))),
    ] {
        let response = ask(&new, Some(old)).await;
        assert_eq!(
            policies(&response, "denied"),
            ["deployment-careless"],
            "{response}"
        );
    }
    // What it let in without this verdict is told where somebody looks for it, also where a controller made it, whom nobody warns.
    assert_eq!(policies(&changed, "errors"), ["deployment-careless"]);
    let open = served.ask("workloads", request("CREATE", &old, None)).await;
    assert_eq!(open["allowed"], true, "{open}");
    assert_eq!(policies(&open, "errors"), ["deployment-careless"]);
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "web-abc-", "namespace": "clinic",
        "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-abc", "uid": "1", "controller": true}]},
        "spec": {"minReadySeconds": null, "revisionHistoryLimit": 5, "containers": [{"name": "a", "image": "a:1"}]}});
    let mut ask = request("CREATE", &pod, None);
    ask["userInfo"]["username"] = json!("system:serviceaccount:kube-system:replicaset-controller");
    let made = served.ask("workloads", ask).await;
    assert_eq!(made["allowed"], true, "{made}");
    assert!(made.get("warnings").is_none(), "{made}");
    assert_eq!(policies(&made, "errors"), ["deployment-careless"]);
    let log = served.audit("\"controller\":\"ReplicaSet/web-abc\"").await;
    let errors = log.matches("\"errors\":[\"deployment-careless\"]").count();
    assert_eq!(errors, 6, "{log}");
}

/// As where the custom resources are not read yet.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_before_the_policies_are_known_is_recorded_as_not_judged() {
    let served = Served::start(Setup::default()).await;
    served.app.catalog.store(None);
    let ask = request("CREATE", &leaking(), None);
    let phi = served.ask("workloads-phi", ask.clone()).await;
    assert_eq!(
        (&phi["allowed"], &phi["status"]["code"]),
        (&json!(false), &json!(503))
    );
    let open = served.ask("workloads", ask).await;
    assert_eq!(open["allowed"], true);
    for response in [&phi, &open] {
        assert_eq!(response["auditAnnotations"]["unjudged"], "starting");
    }
    served.audit("\"unjudged\":\"starting\"").await;
    let metrics = served.app.metrics.text();
    assert!(metrics.contains("decision=\"starting\""), "{metrics}");
}

/// Anybody may write an owner: it makes no violation a pass, and one that goes takes what it excused with it.
#[tokio::test(flavor = "multi_thread")]
async fn owners_that_change_are_judged() {
    let served = Served::start(Setup::default()).await;
    let database = |owners: Value| {
        json!({"apiVersion": "apps/v1", "kind": "StatefulSet",
            "metadata": {"name": "db", "namespace": "clinic", "ownerReferences": owners},
            "spec": {"serviceName": "db", "selector": {"matchLabels": {"app": "db"}}, "template": {
                "metadata": {"labels": {"app": "db"}},
                "spec": {"containers": [{"name": "postgres", "image": "postgres:17.2"}]}},
                "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}]}})
    };
    let policy = "database-workload-without-backup".to_owned();
    let free = database(json!([]));
    let owned = database(
        json!([{"apiVersion": "acid.zalan.do/v1", "kind": "postgresql", "name": "acid", "uid": "1",
        "controller": true}]),
    );
    let update = async |old: &Value, new: &Value| {
        let ask = request("UPDATE", new, Some(old));
        served.ask("workloads-phi", ask).await
    };
    let taken = update(&free, &owned).await;
    assert!(policies(&taken, "unknown").contains(&policy), "{taken}");
    let left = update(&owned, &free).await;
    assert_eq!(policies(&left, "denied"), [policy], "{left}");
    // What is being deleted may lose it.
    let mut ends = owned.clone();
    ends["metadata"]["deletionTimestamp"] = json!("2026-11-24T00:00:00Z");
    let mut orphaned = ends.clone();
    orphaned["metadata"]["ownerReferences"] = json!([]);
    let response = update(&ends, &orphaned).await;
    assert_eq!(response["allowed"], true, "{response}");
    // What its owner leaves behind loses it too: the owner could not go.
    let mut ask = request("UPDATE", &free, Some(&owned));
    ask["userInfo"]["username"] =
        json!("system:serviceaccount:kube-system:generic-garbage-collector");
    let response = served.ask("workloads-phi", ask).await;
    assert_eq!(response["allowed"], true, "{response}");
}

/// Rules of an Ingress have no names.
#[tokio::test(flavor = "multi_thread")]
async fn each_old_violation_excuses_one_wherever_it_moves() {
    let served = Served::start(Setup::default()).await;
    let ingress = |hosts: &[&str]| {
        let rules: Vec<Value> = hosts.iter().map(|host| json!({"host": host})).collect();
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": {"name": "web", "namespace": "clinic", "annotations": {"nginx.ingress.kubernetes.io/ssl-redirect": "true"}},
            "spec": {"ingressClassName": "nginx", "tls": [{"hosts": ["a.example.com"], "secretName": "t"}], "rules": rules}})
    };
    let old = ingress(&["plain.example.com"]);
    let update = async |hosts: &[&str]| {
        let ask = request("UPDATE", &ingress(hosts), Some(&old));
        served.ask("workloads-phi", ask).await
    };
    let moved = update(&["a.example.com", "plain.example.com"]).await;
    assert_eq!(moved["allowed"], true, "{moved}");
    assert!(moved["warnings"].to_string().contains("was so before"));
    let more = update(&["more.example.com", "plain.example.com"]).await;
    assert_eq!(policies(&more, "denied"), ["ingress-without-tls"]);
    let message = more["status"]["message"].as_str().unwrap();
    assert!(
        message.contains("spec.rules[0]") && !message.contains("spec.rules[1]"),
        "{message}"
    );
    // The API server takes two variables of one name.
    let twice = deployment(&json!([
        {"name": "DB_PASSWORD", "value": "hunter2-Zq9!xK"}, {"name": "DB_PASSWORD", "value": "winter3-Zq9!xK"}]));
    let response = served
        .ask("workloads-phi", request("UPDATE", &twice, Some(&leaking())))
        .await;
    let message = response["status"]["message"].as_str().unwrap();
    assert!(
        message.contains("env[1]") && !message.contains("env[0]"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn terminating_objects_let_finalizers_go_but_no_new_violations_in() {
    let served = Served::start(Setup::default()).await;
    let pod = |env: Value, finalizers: Value| {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "job-x", "namespace": "clinic",
            "deletionTimestamp": "2026-11-24T00:00:00Z", "finalizers": finalizers},
            "spec": {"containers": [{"name": "a", "image": "a:1", "env": env}]}})
    };
    let secret = json!([{"name": "DB_PASSWORD", "value": "hunter2-Zq9!xK"}]);
    let old = pod(secret.clone(), json!(["batch.kubernetes.io/job-tracking"]));
    let response = served
        .ask(
            "workloads-phi",
            request("UPDATE", &pod(secret.clone(), json!([])), Some(&old)),
        )
        .await;
    assert_eq!(response["allowed"], true);
    let clean = pod(json!([]), json!(["x"]));
    let response = served
        .ask(
            "workloads-phi",
            request("UPDATE", &pod(secret, json!([])), Some(&clean)),
        )
        .await;
    assert_eq!(response["allowed"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn ephemeral_containers_are_judged() {
    let served = Served::start(Setup::default()).await;
    let pod = |ephemeral: Value| {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "clinic"},
            "spec": {"containers": [{"name": "a", "image": "a:1"}], "ephemeralContainers": ephemeral}})
    };
    let debug = json!([{"name": "debugger", "image": "busybox", "env": [{"name": "DB_PASSWORD", "value": "hunter2-Zq9!xK"}]}]);
    let mut ask = request("UPDATE", &pod(debug), Some(&pod(json!([]))));
    ask["subResource"] = json!("ephemeralcontainers");
    let response = served.ask("workloads-phi", ask).await;
    assert_eq!(response["allowed"], false, "{response}");
}

/// What the API server sends when somebody scales.
fn scale(name: &str, from: u32, to: u32) -> Value {
    let scale = |replicas: u32| {
        let mut scale = json!({"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": name, "namespace": "clinic"}, "spec": {}});
        // Zero is left out.
        if replicas > 0 {
            scale["spec"]["replicas"] = json!(replicas);
        }
        scale
    };
    let mut ask = request("UPDATE", &scale(to), Some(&scale(from)));
    ask["resource"] = json!({"group": "apps", "version": "v1", "resource": "deployments"});
    ask["subResource"] = json!("scale");
    ask
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scale_is_judged_as_the_object_that_it_makes() {
    let served = Served::start(Setup {
        config: "profiles: [hipaa, availability]\n",
        ..Setup::default()
    })
    .await;
    // Nothing is known of it: its Pods will be judged.
    let response = served.ask("workloads-phi", scale("web", 0, 3)).await;
    assert_eq!(response["allowed"], true);
    assert!(
        response["warnings"][0]
            .as_str()
            .unwrap()
            .contains("is not known")
    );

    let mut clean = deployment(&json!([]));
    clean["metadata"]["name"] = json!("clean");
    let known = |object: Value| hipaa_iac_operator::cluster::kept(object, Some("clinic")).unwrap();
    served.know(&[known(leaking()), known(clean)]);
    // It was made with no replicas before the policy was enforced, and would begin now.
    let response = served.ask("workloads-phi", scale("web", 0, 3)).await;
    assert_eq!(response["allowed"], false, "{response}");
    let message = response["status"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("hipaa-iac denied scale of Deployment/clinic/web: "),
        "{message}"
    );
    assert!(
        message.contains("environment-literal-credential"),
        "{message}"
    );
    // It runs already: what is so is told, and what becomes so is denied.
    let response = served.ask("workloads-phi", scale("web", 2, 3)).await;
    assert_eq!(response["allowed"], true, "{response}");
    assert!(response["warnings"].to_string().contains("was so before"));
    let response = served.ask("workloads-phi", scale("web", 2, 1)).await;
    assert_eq!(policies(&response, "denied"), ["workload-single-replica"]);
    assert_eq!(
        served.ask("workloads-phi", scale("clean", 2, 5)).await["allowed"],
        true
    );
    let log = served.audit("\"subresource\":\"scale\"").await;
    assert!(log.contains("\"kind\":\"apps/Deployment\""), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn shells_in_phi_pods_are_recorded_and_in_enforce_denied() {
    let served = Served::start(Setup::default()).await;
    let options = json!({"apiVersion": "v1", "kind": "PodExecOptions", "command": ["sh"]});
    let mut ask = request("CONNECT", &options, None);
    ask["subResource"] = json!("exec");
    ask["name"] = json!("db-0");
    ask["namespace"] = json!("clinic");
    let response = served.ask("workloads-phi", ask.clone()).await;
    assert_eq!(response["allowed"], false);
    ask["userInfo"]["groups"] = json!(["break-glass"]);
    assert_eq!(served.ask("workloads-phi", ask).await["allowed"], true);
    let log = served.audit("CONNECT").await;
    assert!(log.contains("\"subresource\":\"exec\"") && log.contains("db-0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_our_own_resources_is_recorded() {
    let served = Served::start(Setup::default()).await;
    let policy = json!({"apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "Policy", "metadata": {"name": "ours"}});
    let mut ask = request("DELETE", &Value::Null, Some(&policy));
    // As of each of a collection that is deleted.
    ask["name"] = json!("");
    assert_eq!(served.ask("deletions", ask).await["allowed"], true);
    let log = served.audit("hipaa-iac.dev/Policy").await;
    assert!(
        log.contains("\"user\":\"jane\"") && log.contains("\"name\":\"ours\""),
        "{log}"
    );
    // Who approved what the guard denies otherwise.
    let phi = |annotations: Value| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "clinic", "labels": {"hipaa-iac.dev/data-class": "phi"}, "annotations": annotations}});
    let delete = async |namespace: Value| {
        let ask = request("DELETE", &Value::Null, Some(&namespace));
        served.ask("guard", ask).await["allowed"].clone()
    };
    assert_eq!(delete(phi(json!({}))).await, false);
    let approved = phi(json!({"hipaa-iac.dev/disposal-approved-by": "ciso: it was empty"}));
    assert_eq!(delete(approved).await, true);
    served.audit("\"approvedBy\":\"ciso: it was empty\"").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_are_judged_whoever_claims_to_own_them_and_controllers_get_no_warnings() {
    let served = Served::start(Setup::default()).await;
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "web-abc-", "namespace": "clinic",
        "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-abc", "uid": "1", "controller": true}]},
        "spec": {"containers": [{"name": "a", "image": "a:1", "env": [{"name": "DB_PASSWORD", "value": "hunter2-Zq9!xK"}]}]}});
    let forged = served
        .ask("workloads-phi", request("CREATE", &pod, None))
        .await;
    assert_eq!(forged["allowed"], false);
    assert!(
        forged["status"]["message"]
            .as_str()
            .unwrap()
            .contains("Pod/clinic/web-abc-*")
    );
    let served = Served::start(Setup {
        mode: Mode::Warn,
        ..Setup::default()
    })
    .await;
    let mut ask = request("CREATE", &pod, None);
    ask["userInfo"]["username"] = json!("system:serviceaccount:kube-system:replicaset-controller");
    let response = served.ask("workloads-phi", ask).await;
    assert!(response.get("warnings").is_none(), "{response}");
    assert_eq!(
        response["auditAnnotations"]["controller"],
        "ReplicaSet/web-abc"
    );
}

/// A policy of the cluster may read controllers, and one that was there before violations were denied is no pass for what names it as its owner.
#[tokio::test(flavor = "multi_thread")]
async fn pods_are_judged_also_where_their_owner_is_known() {
    let mut setup = Setup::default();
    setup.resources.policies = vec![PolicyInput {
        name: "pod-without-replicaset".to_owned(),
        mode: None,
        spec: json!({"title": "t", "severity": "low", "safeguards": ["164.312(e)(1)"], "rationale": "r", "remediation": {"text": "t"},
            "match": {"kubernetes": [{"group": "", "kind": "Pod"}]},
            "rules": [{"require": "resources('apps/ReplicaSet').size() > 0", "message": "m"}]}),
    }];
    let served = Served::start(setup).await;
    let spec = json!({"containers": [{"name": "a", "image": "a:1", "env": [{"name": "DB_PASSWORD", "value": "hunter2-Zq9!xK"}]}]});
    let owner = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web-abc", "namespace": "clinic"},
        "spec": {"template": {"spec": spec}}});
    served.know(&[hipaa_iac_operator::cluster::kept(owner, Some("clinic")).unwrap()]);
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "mine", "namespace": "clinic",
        "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-abc", "uid": "1", "controller": true}]},
        "spec": spec});
    let response = served
        .ask("workloads-phi", request("CREATE", &pod, None))
        .await;
    assert_eq!(
        policies(&response, "denied"),
        ["environment-literal-credential"],
        "{response}"
    );
}

fn waiver(name: &str) -> ActiveWaiver {
    ActiveWaiver {
        id: "hipaa-iac-system/w".to_owned(),
        spec: serde_json::from_value(json!({"policy": "environment-literal-credential",
            "target": {"group": "apps", "kind": "Deployment", "namespace": "clinic", "name": name},
            "reason": "r", "owner": "o", "approvedBy": "ciso", "compensatingControl": "c", "until": "2027-01-31"}))
        .unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_covers_its_object_and_what_its_controllers_make_and_nothing_else() {
    let mut setup = Setup::default();
    setup.resources.waivers = vec![waiver("web")];
    let served = Served::start(setup).await;
    let response = served
        .ask("workloads-phi", request("CREATE", &leaking(), None))
        .await;
    assert_eq!(response["allowed"], true, "{response}");
    assert!(
        response["auditAnnotations"]["waivers"]
            .as_str()
            .unwrap()
            .contains("hipaa-iac-system/w")
    );
    let mut other = leaking();
    other["metadata"]["name"] = json!("other");
    assert_eq!(
        served
            .ask("workloads-phi", request("CREATE", &other, None))
            .await["allowed"],
        false
    );
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "web-abc-", "namespace": "clinic",
        "labels": {"pod-template-hash": "abc"},
        "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-abc", "uid": "1", "controller": true}]},
        "spec": {"containers": [{"name": "a", "image": "a:1", "env": [{"name": "DB_PASSWORD", "value": "hunter2-Zq9!xK"}]}]}});
    let mut ask = request("CREATE", &pod, None);
    assert_eq!(
        served.ask("workloads-phi", ask.clone()).await["allowed"],
        false
    );
    ask["userInfo"]["username"] = json!("system:serviceaccount:kube-system:replicaset-controller");
    assert_eq!(served.ask("workloads-phi", ask).await["allowed"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_kind_is_admitted_with_a_warning() {
    let served = Served::start(Setup::default()).await;
    let object = json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "a", "namespace": "clinic"}});
    let response = served
        .ask("workloads-phi", request("CREATE", &object, None))
        .await;
    assert_eq!(response["allowed"], true);
    assert!(response["warnings"][0].as_str().unwrap().contains("Widget"));
}

/// Without a client certificate anybody who reaches the port is answered.
#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_say_fills_neither_the_metrics_nor_the_audit_log() {
    let served = Served::start(Setup::default()).await;
    let object = json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "a", "namespace": "clinic"}});
    for (entry, operation) in [
        ("guard", "UPDATE"),
        ("deletions", "UPDATE"),
        ("restores", "UPDATE"),
        ("workloads", "UPDATE"),
        ("workloads-phi", "CONNECT"),
    ] {
        let mut ask = request(operation, &object, Some(&object));
        // As long as a name in a review may be.
        ask["name"] = json!("n".repeat(64 << 10));
        ask["userInfo"]["username"] = json!("u".repeat(64 << 10));
        served.ask(entry, ask).await;
    }
    let metrics = served.app.metrics.text();
    assert!(
        metrics.contains("kind=\"other\"") && !metrics.contains("Widget"),
        "{metrics}"
    );
    let log = served.audit("\"operation\":\"CONNECT\"").await;
    assert_eq!(log.matches("Widget").count(), 5);
    assert!(log.lines().all(|line| line.len() < 16 << 10));
}

/// Whoever may write an object may write what some policies take for an answer.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_object_says_of_itself_is_recorded() {
    let served = Served::start(Setup::default()).await;
    let service = |annotations: Value| {
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "clinic", "annotations": annotations},
            "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80, "name": "http"}]}})
    };
    let ask = async |annotations: Value| {
        let service = service(annotations);
        let ask = request("CREATE", &service, None);
        served.ask("workloads-phi", ask).await
    };
    let plain = ask(json!({})).await;
    let policy = "service-plaintext-load-balancer".to_owned();
    assert!(policies(&plain, "denied").contains(&policy), "{plain}");
    let gateway = ask(json!({"hipaa-iac.dev/ingress-gateway": "true"})).await;
    assert!(!policies(&gateway, "denied").contains(&policy), "{gateway}");
    assert_eq!(
        gateway["auditAnnotations"]["asserted"],
        "hipaa-iac.dev/ingress-gateway"
    );
    served
        .audit("\"asserted\":[\"hipaa-iac.dev/ingress-gateway\"]")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mode_that_is_none_is_told() {
    let served = Served::start(Setup::default()).await;
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab", "labels": {"hipaa-iac.dev/mode": "Enforce"}}});
    let response = served
        .ask("cluster-scoped", request("CREATE", &namespace, None))
        .await;
    let warnings = response["warnings"].to_string();
    assert!(warnings.contains("`Enforce` is no mode"), "{response}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_gets_the_same_answer() {
    let served = Served::start(Setup::default()).await;
    let wet = request("CREATE", &leaking(), None);
    let mut dry = wet.clone();
    dry["dryRun"] = json!(true);
    assert_eq!(
        served.ask("workloads-phi", wet).await,
        served.ask("workloads-phi", dry).await
    );
    assert!(served.app.metrics.text().contains("dry_run=\"true\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_review_is_refused_and_the_next_one_answered() {
    let served = Served::start(Setup::default()).await;
    let good = review(request("CREATE", &deployment(&json!([])), None));
    for (path, kind, body, status) in [
        (
            "/validate/workloads",
            "application/json",
            "{".to_owned(),
            400,
        ),
        (
            "/validate/workloads",
            "application/json",
            "\u{0}".to_owned(),
            400,
        ),
        (
            "/validate/workloads",
            "application/json",
            json!({"request": {"uid": "u1"}}).to_string(),
            400,
        ),
        ("/validate/workloads", "text/plain", good.clone(), 415),
        ("/validate/nothing", "application/json", good.clone(), 404),
        ("/validate/workloads", "application/json", good.clone(), 200),
    ] {
        // A server that refuses without reading closes the connection.
        let mut client = served.connect().await;
        let (got, answer) = client.post(path, kind, &body).await.unwrap();
        assert_eq!(got, status, "{path} {kind} {answer}");
    }
    let wrong = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "u1", "operation": "EAT"}});
    let mut client = served.connect().await;
    let (status, answer) = client.review("workloads", &wrong.to_string()).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!((status, &answer["response"]["uid"]), (400, &json!("u1")));
    assert_eq!(answer["response"]["allowed"], false);
    // One line for each status, however many there were.
    let log = served.audit("\"status\":415").await;
    let refused: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|entry: &Value| entry["event"] == "refused")
        .collect();
    let statuses: Vec<u64> = refused
        .iter()
        .map(|entry| entry["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [400, 415], "{log}");
    for entry in &refused {
        assert_eq!(entry["entry"], "workloads");
        assert_eq!(entry["from"], "127.0.0.1");
        assert_eq!(entry["unjudged"], "refused");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_mebibytes_are_judged_and_an_oversized_body_is_refused() {
    let served = Served::start(Setup {
        deadline: Duration::from_mins(2),
        ..Setup::default()
    })
    .await;
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "clinic"},
        "data": {"blob": "x ".repeat(3 << 19), "DB_PASSWORD": "hunter2-Zq9!xK"}});
    let response = served
        .ask("workloads-phi", request("UPDATE", &object, Some(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "clinic"}, "data": {}}))))
        .await;
    assert_eq!(response["allowed"], false, "{response}");
    let mut client = served.connect().await;
    let body = " ".repeat(MAX_BODY + 1);
    match client
        .post("/validate/workloads", "application/json", &body)
        .await
    {
        Ok((status, _)) => assert_eq!(status, 413),
        // The answer may be lost where the server closes while we still send.
        Err(error) => assert!(!served.app.stopping.load(Ordering::Relaxed), "{error}"),
    }
    served.audit("\"status\":413").await;
    let response = served
        .ask(
            "workloads",
            request("CREATE", &deployment(&json!([])), None),
        )
        .await;
    assert_eq!(response["allowed"], true);
}

/// The largest that an API server sends: Go writes `<` as six bytes.
fn as_go_writes(review: &str) -> String {
    review.replace('<', "\\u003c")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_six_times_as_long_in_the_review_is_judged_too() {
    let served = Served::start(Setup {
        deadline: Duration::from_mins(2),
        ..Setup::default()
    })
    .await;
    let page = |text: &str| {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "clinic"},
            "data": {"index.html": text}})
    };
    let old = page(&"<".repeat(1 << 20));
    let mut new = page(&"< ".repeat(1 << 19));
    new["data"]["DB_PASSWORD"] = json!("hunter2-Zq9!xK");
    let body = as_go_writes(&review(request("UPDATE", &new, Some(&old))));
    assert!(body.len() > 9 << 20, "{}", body.len());
    let mut client = served.connect().await;
    let (status, answer) = client.review("workloads-phi", &body).await;
    assert_eq!(status, 200);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        policies(&answer["response"], "denied"),
        ["configmap-literal-credential"],
        "{answer}"
    );
    assert_eq!(served.app.room.large.available_permits(), 8 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_client_is_given_up_and_holds_nobody_else() {
    let served = Served::start(Setup {
        permits: 1,
        ..Setup::default()
    })
    .await;
    let mut slow = served.connect().await;
    slow.send(b"POST /validate/workloads HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{")
        .await
        .unwrap();
    let response = served
        .ask(
            "workloads",
            request("CREATE", &deployment(&json!([])), None),
        )
        .await;
    assert!(response.get("warnings").is_none(), "{response}");
    let (status, _) = tokio::time::timeout(Duration::from_secs(10), slow.answer())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(status, 408);
    served.audit("\"status\":408").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_keeps_connections_takes_nobody_elses() {
    let served = Served::start(Setup {
        connections: 3,
        ..Setup::default()
    })
    .await;
    let connect = || Client::connect(served.address, &served.authorities, None);
    let mut kept = Vec::new();
    for _ in 0..3 {
        kept.push(connect().await.unwrap());
    }
    for _ in 0..3 {
        assert!(connect().await.is_err());
    }
    let metrics = served.app.metrics.text();
    let refused = "hipaa_iac_connections_refused_total 3\n";
    assert!(metrics.contains(refused), "{metrics}");
    let body = review(request("CREATE", &deployment(&json!([])), None));
    let elsewhere = tokio::net::TcpSocket::new_v4().unwrap();
    elsewhere.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let tcp = elsewhere.connect(served.address).await.unwrap();
    let mut other = Client::over(tcp, &served.authorities, None, rustls::ALL_VERSIONS)
        .await
        .unwrap();
    assert_eq!(other.review("workloads-phi", &body).await.0, 200);
    assert_eq!(kept[0].review("workloads-phi", &body).await.0, 200);
    // One that ends leaves its place.
    drop(kept.pop());
    let again = async {
        loop {
            if let Ok(client) = connect().await {
                return client;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let again = tokio::time::timeout(Duration::from_mins(1), again).await;
    let (status, _) = again.unwrap().review("workloads-phi", &body).await;
    assert_eq!(status, 200);
}

/// `{"a": {"a": …}}`, deeper than `serde_json` reads.
fn deep() -> Value {
    (0..150).fold(json!({}), |inner, _| json!({"a": inner}))
}

/// Whoever makes an object writes its `managedFields`, as deep as he likes; nothing else of it is judged the less.
#[tokio::test(flavor = "multi_thread")]
async fn managed_fields_however_deep_hide_nothing() {
    let served = Served::start(Setup::default()).await;
    let mut object = leaking();
    object["metadata"]["managedFields"] = json!([{"manager": "me", "fieldsV1": deep()}]);
    for entry in ["workloads-phi", "workloads"] {
        let response = served.ask(entry, request("CREATE", &object, None)).await;
        assert_eq!(response["allowed"], false, "{entry}: {response}");
        assert_eq!(
            policies(&response, "denied"),
            ["environment-literal-credential"],
            "{entry}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_recorded_and_closed_for_phi() {
    let served = Served::start(Setup::default()).await;
    let mut object = leaking();
    object["spec"]["strategy"] = deep();
    for object in [object, json!("text")] {
        let mut ask = request("CREATE", &leaking(), None);
        ask["object"] = object;
        let phi = served.ask("workloads-phi", ask.clone()).await;
        assert_eq!(phi["allowed"], false, "{phi}");
        assert_eq!(phi["status"]["code"], 400);
        let open = served.ask("workloads", ask).await;
        assert_eq!(open["allowed"], true);
        assert!(open["warnings"][0].as_str().unwrap().contains("not judged"));
    }
    served.audit("\"unjudged\":\"unreadable\"").await;
}

/// What it takes in memory goes by the number of its elements.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_more_elements_than_any_object_is_closed_for_phi() {
    let served = Served::start(Setup {
        deadline: Duration::from_mins(2),
        ..Setup::default()
    })
    .await;
    let with = |count: usize| {
        let mut object = leaking();
        object["spec"]["unread"] = json!(vec!["x"; count]);
        request("CREATE", &object, None)
    };
    let judged = served.ask("workloads-phi", with(290_000)).await;
    assert_eq!(
        policies(&judged, "denied"),
        ["environment-literal-credential"],
        "{judged}"
    );
    let phi = served.ask("workloads-phi", with(300_000)).await;
    assert_eq!(phi["allowed"], false, "{phi}");
    assert_eq!(phi["status"]["code"], 400);
    let open = served.ask("workloads", with(300_000)).await;
    assert_eq!(open["allowed"], true);
    let warning = open["warnings"][0].as_str().unwrap();
    assert!(warning.contains("too many elements"), "{warning}");
    served.audit("\"unjudged\":\"unreadable\"").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_there_is_no_room_for_is_refused_at_once_and_the_room_is_given_back() {
    let served = Served::start(Setup::default()).await;
    let body = review(request("CREATE", &deployment(&json!([])), None));
    let room = &served.app.room.small;
    let all = room.available_permits();
    let wanted = u32::try_from(body.len()).unwrap();
    let but_one = u32::try_from(all).unwrap() - wanted + 1;
    let held = Arc::clone(room).try_acquire_many_owned(but_one).unwrap();
    let mut client = served.connect().await;
    let (status, answer) = client.review("workloads", &body).await;
    assert_eq!(status, 429, "{answer}");
    served.audit("\"status\":429").await;
    drop(held);
    let mut client = served.connect().await;
    let (status, answer) = client.review("workloads", &body).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(room.available_permits(), all);
}

/// Most kinds keep the labels and annotations that are written with a status.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_with_a_status_is_judged() {
    let served = Served::start(Setup::default()).await;
    let ingress = |redirect: &str| {
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": {"name": "web", "namespace": "clinic", "annotations": {"nginx.ingress.kubernetes.io/ssl-redirect": redirect}},
            "spec": {"ingressClassName": "nginx", "tls": [{"hosts": ["a.example.com"], "secretName": "t"}],
                "rules": [{"host": "a.example.com"}]}})
    };
    let (old, new) = (ingress("true"), ingress("false"));
    let whole = served
        .ask("workloads-phi", request("UPDATE", &new, Some(&old)))
        .await;
    assert_eq!(whole["allowed"], false, "{whole}");
    let mut ask = request("UPDATE", &new, Some(&old));
    ask["subResource"] = json!("status");
    let status = served.ask("workloads-phi", ask).await;
    assert_eq!(policies(&status, "denied"), policies(&whole, "denied"));
    assert_eq!(status["allowed"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn overload_is_answered_at_once_closed_for_phi_and_open_elsewhere() {
    let served = Served::start(Setup {
        permits: 1,
        ..Setup::default()
    })
    .await;
    let held = served.app.permits.clone().try_acquire_owned().unwrap();
    let began = std::time::Instant::now();
    let ask = request("CREATE", &deployment(&json!([])), None);
    let phi = served.ask("workloads-phi", ask.clone()).await;
    assert_eq!(phi["allowed"], false);
    assert_eq!(phi["status"]["code"], 429);
    assert_eq!(phi["auditAnnotations"]["unjudged"], "overload");
    let open = served.ask("workloads", ask.clone()).await;
    assert_eq!(open["allowed"], true);
    assert!(open["warnings"][0].as_str().unwrap().contains("not judged"));
    assert!(began.elapsed() < Duration::from_secs(2));
    drop(held);
    assert_eq!(served.ask("workloads-phi", ask).await["allowed"], true);
    assert!(
        served
            .audit("overload")
            .await
            .contains("\"unjudged\":\"overload\"")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_too_long_is_answered_in_time_closed_for_phi_and_open_elsewhere() {
    // What is violated in a namespace that is not heard of yet waits for it, longer than that.
    let mut object = leaking();
    object["metadata"]["namespace"] = json!("elsewhere");
    let ask = async |entry: &str| {
        let served = Served::start(Setup {
            deadline: Duration::from_millis(100),
            ..Setup::default()
        })
        .await;
        served.make_ready();
        let response = served.ask(entry, request("CREATE", &object, None)).await;
        served.audit("\"unjudged\":\"deadline\"").await;
        // The work on it goes on, and has nothing more to tell when it is done.
        drop(served.app.permits.acquire_many(64).await.unwrap());
        let metrics = served.app.metrics.text();
        assert!(!metrics.contains("outcome=\""), "{metrics}");
        let mut later = request("CREATE", &object, None);
        later["uid"] = json!("the next one");
        let uid = later["uid"].to_string();
        served.ask(entry, later).await;
        let log = served.audit(&uid).await;
        assert_eq!(
            log.matches(&response["uid"].to_string()).count(),
            1,
            "{log}"
        );
        response
    };
    let phi = ask("workloads-phi").await;
    assert_eq!(phi["allowed"], false);
    assert_eq!(phi["status"]["code"], 504, "{phi}");
    let open = ask("workloads").await;
    assert_eq!(open["allowed"], true);
    let warning = open["warnings"][0].as_str().unwrap();
    assert!(warning.contains("took too long"), "{open}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_given_up_asks_no_further_policy() {
    let served = Served::start(Setup::default()).await;
    served.make_ready();
    let catalog = served.app.catalog.load_full().unwrap();
    let body = review(request("CREATE", &leaking(), None));
    let asked = parse::<Node>(body.as_bytes()).unwrap();
    let judged = |given_up: bool| {
        let (cluster, options) = (&served.app.cluster, &served.app.options);
        let given_up = AtomicBool::new(given_up);
        judge::judge(
            &catalog,
            cluster,
            options,
            Entry::Workloads,
            &asked,
            &given_up,
        )
        .outcomes
    };
    assert!(!judged(false).is_empty());
    assert!(judged(true).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_ready_answers_once_more_and_ends_the_connection() {
    let served = Served::start(Setup::default()).await;
    served.make_ready();
    let body = review(request("CREATE", &deployment(&json!([])), None));
    let mut kept = Client::connect(served.address, &served.authorities, None)
        .await
        .unwrap();
    for _ in 0..3 {
        assert_eq!(kept.review("workloads", &body).await.0, 200);
    }
    served.app.stopping.store(true, Ordering::Relaxed);
    assert_eq!(kept.review("workloads", &body).await.0, 200);
    let (path, json) = ("/validate/workloads", "application/json");
    assert!(kept.post(path, json, &body).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_change_under_load_without_a_failed_request() {
    let served = Served::start(Setup::default()).await;
    served.make_ready();
    let now = unix_now();
    let first = bundle();
    served
        .app
        .identity
        .set(&first.certificate, &first.key)
        .unwrap();
    // As the leader does it: the new CA beside the old one, then the certificate under it.
    let both = certificates::take_step(Some(&first), Step::NewAuthority, &profile(), now).unwrap();
    let done = certificates::take_step(Some(&both), Step::NewCertificate, &profile(), now).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let rounds = <[Arc<AtomicUsize>; 4]>::default();
    let mut load = Vec::new();
    for rounds in rounds.clone() {
        let (stop, address, trusted) = (stop.clone(), served.address, both.authorities.clone());
        load.push(tokio::spawn(async move {
            let body = review(request("CREATE", &deployment(&json!([])), None));
            let mut kept = Client::connect(address, &trusted, None).await.unwrap();
            while !stop.load(Ordering::Relaxed) {
                assert_eq!(kept.review("workloads", &body).await.0, 200);
                let mut fresh = Client::connect(address, &trusted, None).await.unwrap();
                assert_eq!(fresh.review("workloads", &body).await.0, 200);
                rounds.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    // Of each so many more, of which the last began meanwhile.
    let more = async || {
        let before = rounds
            .each_ref()
            .map(|rounds| rounds.load(Ordering::Relaxed));
        while std::iter::zip(&rounds, before)
            .any(|(rounds, before)| rounds.load(Ordering::Relaxed) < before + 2)
        {
            let over = load.iter().any(tokio::task::JoinHandle::is_finished);
            assert!(!over, "a request failed");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    more().await;
    served
        .app
        .identity
        .set(&done.certificate, &done.key)
        .unwrap();
    more().await;
    stop.store(true, Ordering::Relaxed);
    for task in load {
        task.await.unwrap();
    }
    // Who trusts only the old CA is refused by the new certificate, who trusts the new one is not.
    assert!(
        Client::connect(served.address, &first.authorities, None)
            .await
            .is_err()
    );
    assert!(
        Client::connect(served.address, &done.authorities, None)
            .await
            .is_ok()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_or_not_yet_valid_certificate_ends_readiness() {
    let served = Served::start(Setup::default()).await;
    assert_eq!(served.app.ready(), Err("the cluster is not read yet"));
    served.make_ready();
    for offset in [-100_000, 100_000] {
        let other =
            certificates::take_step(None, Step::Everything, &profile(), unix_now() + offset)
                .unwrap();
        served
            .app
            .identity
            .set(&other.certificate, &other.key)
            .unwrap();
        assert_eq!(served.app.ready(), Err("the certificate is not valid now"));
        assert!(
            Client::connect(served.address, &other.authorities, None)
                .await
                .is_err()
        );
    }
    // A broken one is refused, and the one before stays.
    assert!(served.app.identity.set("x", "y").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_and_client_certificates_are_demanded_as_told() {
    let clients = bundle();
    let strangers = bundle();
    let served = Served::start(Setup {
        demands: Demands {
            client_authorities: Some(clients.authorities.clone()),
            client_name: Some("kube-apiserver".to_owned()),
            minimum: TlsVersion::V1_3,
        },
        ..Setup::default()
    })
    .await;
    let client = |bundle: &certificates::Bundle, name: &str| {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
        let issuer = rcgen::Issuer::from_ca_cert_pem(
            &bundle.authorities,
            rcgen::KeyPair::from_pem(&bundle.authority_key).unwrap(),
        )
        .unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    };
    let try_with =
        async |identity: Option<&(String, String)>,
               versions: &[&'static rustls::SupportedProtocolVersion]| {
            let identity = identity.map(|(chain, key)| (chain.as_str(), key.as_str()));
            let mut client =
                Client::connect_with(served.address, &served.authorities, identity, versions)
                    .await?;
            // With TLS 1.3 the client learns of the refusal at its first read.
            let body = review(request("CREATE", &deployment(&json!([])), None));
            client
                .post("/validate/workloads", "application/json", &body)
                .await
        };
    let api_server = client(&clients, "kube-apiserver");
    assert_eq!(
        try_with(Some(&api_server), rustls::ALL_VERSIONS)
            .await
            .unwrap()
            .0,
        200
    );
    assert!(
        try_with(Some(&client(&clients, "someone")), rustls::ALL_VERSIONS)
            .await
            .is_err()
    );
    assert!(
        try_with(
            Some(&client(&strangers, "kube-apiserver")),
            rustls::ALL_VERSIONS
        )
        .await
        .is_err()
    );
    assert!(try_with(None, rustls::ALL_VERSIONS).await.is_err());
    assert!(
        try_with(Some(&api_server), &[&rustls::version::TLS12])
            .await
            .is_err()
    );
    // The API server's client CA changes.
    let identity = &served.app.identity;
    assert!(
        identity
            .set_client_authorities(&strangers.authorities)
            .unwrap()
    );
    // What is no certificate is refused, and the one before stays.
    assert!(identity.set_client_authorities("x").is_err());
    let renewed = client(&strangers, "kube-apiserver");
    let (status, _) = try_with(Some(&renewed), rustls::ALL_VERSIONS)
        .await
        .unwrap();
    assert_eq!(status, 200);
    assert!(
        try_with(Some(&api_server), rustls::ALL_VERSIONS)
            .await
            .is_err()
    );
}
