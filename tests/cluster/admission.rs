//! What users meet: denials they can read, and doors that look closed and must be.

use std::{fs, time::Duration};

use serde_json::Value;

use crate::{
    Case, With,
    cluster::{Cluster, NAMESPACE, RELEASE},
    operator::{self, DEPLOYMENT},
    outage,
    resources::recorded,
    traffic::{self, Tunnel},
};

pub(crate) const CASES: &[Case] = &[
    case(
        "it_installs_with_three_replicas_and_registers",
        With::Nothing,
        installs,
    ),
    case(
        "the_role_allows_what_is_needed_and_no_more",
        With::Others,
        role,
    ),
    case("objects_of_three_mebibytes_are_judged", With::Others, large),
    case(
        "what_the_operator_is_sent_amiss_is_refused",
        With::Others,
        outage::amiss,
    ),
    case(
        "probes_and_metrics_answer_without_tls",
        With::Others,
        outage::metrics,
    ),
    Case {
        own: true,
        ..case(
            "denials_reach_the_audit_log_of_the_api_server",
            With::Others,
            annotations,
        )
    },
    case(
        "a_policy_of_the_cluster_denies_and_ends_while_requests_run",
        With::Nothing,
        policy,
    ),
    // It brings kinds with it by which every new namespace is judged.
    case(
        "the_clinic_is_denied_with_readable_reasons_and_admitted_when_put_right",
        With::Nothing,
        clinic,
    ),
    case(
        "a_kind_that_is_new_is_judged_within_seconds",
        With::Others,
        new_kind,
    ),
    case(
        "a_deployment_of_no_replicas_that_is_scaled_gets_no_pods",
        With::Others,
        scaled,
    ),
    case("kubectl_debug_meets_the_same_policies", With::Others, debug),
    case("a_job_on_violating_pods_still_ends", With::Others, job),
    case("a_dry_run_is_judged_alike", With::Others, dry_run),
    case(
        "what_is_written_with_a_status_or_a_finalizer_is_judged",
        With::Others,
        statuses,
    ),
];

const fn case(name: &'static str, with: With, run: fn(&Cluster)) -> Case {
    Case {
        name,
        own: false,
        with,
        run,
    }
}

fn installs(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    let deployment = cluster.get(&[DEPLOYMENT, "-n", NAMESPACE]);
    assert_eq!(deployment["status"]["readyReplicas"], 3);
    let mut quickest = f64::INFINITY;
    for pod in operator::pods(cluster) {
        let log = cluster.kubectl(&["logs", &pod, "-n", NAMESPACE]).success();
        let line = log
            .lines()
            .find(|line| line.contains("ready to answer reviews"));
        let line: Value = serde_json::from_str(line.unwrap()).unwrap();
        let seconds = line["fields"]["seconds"].as_f64().unwrap();
        eprintln!("{pod} was ready after {seconds:.2} s");
        assert!(seconds < 20.0, "{seconds} s");
        quickest = quickest.min(seconds);
    }
    // All of them start at once, beside the installation.
    assert!(quickest < 2.0, "{quickest} s");
    operator::memory(cluster, "installed,");
    let configuration = cluster.get(&["validatingwebhookconfiguration", RELEASE]);
    let entries: Vec<(&str, &str)> = configuration["webhooks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|webhook| {
            (
                webhook["name"].as_str().unwrap(),
                webhook["failurePolicy"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        entries,
        [
            ("guard.hipaa-iac.dev", "Fail"),
            ("workloads-phi.hipaa-iac.dev", "Fail"),
            ("workloads.hipaa-iac.dev", "Ignore"),
            ("cluster-scoped.hipaa-iac.dev", "Ignore"),
            ("deletions.hipaa-iac.dev", "Ignore"),
        ]
    );
    let owner = &configuration["metadata"]["ownerReferences"][0];
    assert_eq!(
        (&owner["kind"], &owner["name"]),
        (&"ClusterRole".into(), &RELEASE.into())
    );
    for name in ["policies", "waivers", "agreements"] {
        let name = format!("{name}.hipaa-iac.dev");
        assert!(!cluster.get(&["crd", &name]).is_null(), "{name}");
    }
}

fn role(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    let account = format!("--as=system:serviceaccount:{NAMESPACE}:{RELEASE}");
    let may = |arguments: &[&str]| {
        let mut all = vec!["auth", "can-i", &account];
        all.extend(arguments);
        let ran = cluster.kubectl(&all);
        match ran.stdout.split_whitespace().next() {
            Some("yes") => true,
            Some("no") => false,
            _ => panic!("{arguments:?}: {ran:?}"),
        }
    };
    // What it says that it watches, as far as this cluster serves it.
    let kinds: Value = serde_json::from_str(
        &cluster
            .kubectl(&[
                "exec",
                "-n",
                NAMESPACE,
                DEPLOYMENT,
                "--",
                "/hipaa-iac-operator",
                "kinds",
            ])
            .success(),
    )
    .unwrap();
    let role = cluster.get(&["clusterrole", RELEASE]);
    let rules = role["rules"].as_array().unwrap();
    for kind in kinds["watched"].as_array().unwrap() {
        if kind["kind"] == "Secret" {
            continue;
        }
        let has =
            |list: &Value, word: &Value| list.as_array().is_some_and(|list| list.contains(word));
        assert!(
            rules.iter().any(|rule| {
                has(&rule["apiGroups"], &kind["group"])
                    && has(&rule["resources"], &kind["resource"])
                    && has(&rule["verbs"], &"watch".into())
            }),
            "may not watch {kind}"
        );
    }
    let registration = format!("validatingwebhookconfigurations/{RELEASE}");
    let state = format!("configmaps/{RELEASE}-state");
    assert!(may(&["watch", "storageclasses"]));
    assert!(may(&["create", &registration]));
    assert!(may(&["create", &state, "-n", NAMESPACE]));
    for no in [
        &["create", "pods", "-A"][..],
        &["get", "secrets", "-A"],
        &["list", "secrets", "-n", NAMESPACE],
        &["create", "secrets", "-n", NAMESPACE],
        &["update", "clusterroles"],
        &["delete", "namespaces"],
        &["create", "policies.hipaa-iac.dev"],
        &["create", "validatingwebhookconfigurations"],
        &["create", "validatingwebhookconfigurations/another"],
        &["patch", "validatingwebhookconfigurations/another"],
        &["create", "configmaps", "-n", NAMESPACE],
        &["create", "configmaps/another", "-n", NAMESPACE],
        &["patch", "configmaps", "-n", NAMESPACE],
        &["impersonate", "users"],
    ] {
        assert!(!may(no), "may {no:?}");
    }
    let log = cluster
        .kubectl(&[
            "logs",
            "-n",
            NAMESPACE,
            "-l",
            "app.kubernetes.io/name=hipaa-iac",
            "--tail=-1",
        ])
        .success();
    let refused: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("forbidden") || line.contains("does not allow"))
        .filter(|line| !line.contains("secret") && !line.contains("Secret"))
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
}

fn clinic(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    let apply = |file: &str| {
        cluster.kubectl(&["apply", "-f", &format!("examples/clinic/kubernetes/{file}")])
    };
    apply("namespace.yaml").success();
    let mut said = apply("messaging.yaml").failure();
    said += &apply("storage.yaml").failure();
    for word in [
        // Denied by which webhook, for which violation, of which paragraph, where.
        "workloads-phi.hipaa-iac.dev",
        "hipaa-iac denied Deployment/messaging/messaging: ",
        "environment-literal-credential",
        "postgres-connection-without-tls",
        "ingress-without-tls",
        "cluster-admin-without-break-glass",
        "ebs-storage-class-unencrypted",
        "164.312",
        "spec.template.spec.containers",
    ] {
        assert!(said.contains(word), "{word} is not in\n{said}");
    }
    assert!(!said.contains("hunter2"), "{said}");
    assert!(
        cluster
            .get(&["deployment", "messaging", "-n", "messaging"])
            .is_null()
    );
    remove(cluster, "messaging");
    clinic_compliant(cluster);
}

/// Defines a kind, of objects of any form. The first of its versions is stored.
pub(crate) fn define(cluster: &Cluster, group: &str, versions: &[&str], kind: &str, plural: &str) {
    let version = |name: &&str| {
        let stored = *name == versions[0];
        format!(
            "{{name: {name}, served: true, storage: {stored}, schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}}}"
        )
    };
    let versions: Vec<String> = versions.iter().map(version).collect();
    let versions = versions.join(", ");
    cluster
        .apply(&format!(
            "{{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {{name: {plural}.{group}, annotations: {{api-approved.kubernetes.io: unapproved}}}}, spec: {{group: {group}, scope: Namespaced,
names: {{kind: {kind}, plural: {plural}}}, versions: [{versions}]}}}}"
        ))
        .success();
    let name = format!("crd/{plural}.{group}");
    cluster
        .kubectl(&[
            "wait",
            "--for=condition=Established",
            &name,
            "--timeout=30s",
        ])
        .success();
}

fn new_kind(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("listening", true);
    let group = "gateway.networking.k8s.io";
    let versions = ["v1", "v1beta1"];
    define(cluster, group, &versions, "Gateway", "gateways");
    // By whatever version it is written. Its definition is heard of; looking around once a minute would not be soon enough.
    for version in versions {
        let gateway = format!(
            "{{apiVersion: {group}/{version}, kind: Gateway, metadata: {{name: edge, namespace: listening}}, spec: {{gatewayClassName: envoy, listeners: [{{name: hl7, port: 2575, protocol: TCP}}]}}}}"
        );
        let create = ["create", "--dry-run=server", "-f", "-"];
        cluster.eventually("the new kind to be judged", Duration::from_secs(30), || {
            let ran = cluster.kubectl_with(&create, &gateway);
            !ran.ok && ran.stderr.contains("gateway-listener-raw-transport")
        });
    }
    cluster
        .kubectl(&["delete", "crd", &format!("gateways.{group}")])
        .success();
    remove(cluster, "listening");
}

fn clinic_compliant(cluster: &Cluster) {
    // Kinds of operators that the clinic has and this cluster has not.
    let kinds = [
        ("velero.io", "v1", "Schedule", "schedules"),
        (
            "external-secrets.io",
            "v1",
            "ExternalSecret",
            "externalsecrets",
        ),
    ];
    for (group, version, kind, plural) in kinds {
        define(cluster, group, &[version], kind, plural);
    }
    cluster.namespace("velero", false);
    // As a GitOps tool does: again until everything is in. Namespace and database wait for the schedule that backs them up, and all of it for the
    // namespace of before to be gone.
    let folder = ["apply", "-f", "examples/clinic-compliant/kubernetes"];
    cluster.eventually("everything to be admitted", Duration::from_mins(3), || {
        cluster.kubectl(&folder).ok
    });
    for object in [
        "deployment/messaging",
        "statefulset/records",
        "ingress/messaging",
    ] {
        assert!(
            !cluster.get(&[object, "-n", "messaging"]).is_null(),
            "{object}"
        );
    }
    remove(cluster, "messaging");
    cluster
        .kubectl(&["delete", "namespace", "velero", "--wait=false"])
        .success();
    cluster
        .kubectl(&["delete", "storageclass", "encrypted"])
        .success();
    for (group, _, _, plural) in kinds {
        cluster
            .kubectl(&["delete", "crd", &format!("{plural}.{group}")])
            .success();
    }
}

/// Removes a PHI namespace as an administrator does: again where the connection to a replica that was killed is still waited for. It goes while
/// other tests run.
pub(crate) fn remove(cluster: &Cluster, namespace: &str) {
    let approve = "hipaa-iac.dev/disposal-approved-by=tests: it held nothing";
    let annotate = ["annotate", "namespace", namespace, "--overwrite", approve];
    let delete = ["delete", "namespace", namespace, "--wait=false"];
    cluster.eventually("the namespace to be let go", Duration::from_mins(1), || {
        cluster.kubectl(&annotate).ok && cluster.kubectl(&delete).ok
    });
}

/// A workload of no replicas, or a Job, with a password in its environment.
pub(crate) fn violating_workload(namespace: &str, kind: &str) -> String {
    let image = Cluster::pause_image();
    let template = format!(
        "template: {{metadata: {{labels: {{app: a}}}}, spec: {{terminationGracePeriodSeconds: 0, {} containers: [{{name: main, image: {image:?}, imagePullPolicy: IfNotPresent, env: [{{name: SMTP_PASSWORD, value: hunter2-winter-24}}]}}]}}}}",
        if kind == "Job" {
            "restartPolicy: Never,"
        } else {
            ""
        }
    );
    let (version, spec) = match kind {
        "Job" => ("batch/v1", template),
        _ => (
            "apps/v1",
            format!("replicas: 0, selector: {{matchLabels: {{app: a}}}}, {template}"),
        ),
    };
    format!(
        "{{apiVersion: {version}, kind: {kind}, metadata: {{name: a, namespace: {namespace}}}, spec: {{{spec}}}}}"
    )
}

/// Makes a namespace one of PHI.
fn label_phi(cluster: &Cluster, namespace: &str) {
    cluster
        .kubectl(&[
            "label",
            "namespace",
            namespace,
            "--overwrite",
            "hipaa-iac.dev/data-class=phi",
            "hipaa-iac.dev/mode=enforce",
        ])
        .success();
}

/// A namespace where violations are only logged.
pub(crate) fn audited(cluster: &Cluster, name: &str) {
    cluster
        .apply(&format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{hipaa-iac.dev/mode: audit}}}}}}"
        ))
        .success();
    cluster.eventually("the namespace's account", Duration::from_mins(2), || {
        !cluster
            .get(&["serviceaccount", "default", "-n", name])
            .is_null()
    });
    // The operator hears of the namespace by its watch.
    cluster.eventually("violations to be admitted", Duration::from_secs(90), || {
        cluster
            .kubectl_with(
                &["create", "--dry-run=server", "-n", name, "-f", "-"],
                &operator::violating("probe"),
            )
            .ok
    });
}

fn scaled(cluster: &Cluster) {
    operator::ensure(cluster);
    audited(cluster, "scaled");
    cluster
        .apply(&violating_workload("scaled", "Deployment"))
        .success();
    label_phi(cluster, "scaled");
    let said = cluster
        .kubectl(&["scale", "deployment", "a", "-n", "scaled", "--replicas=2"])
        .failure();
    assert!(said.contains("environment-literal-credential"), "{said}");
    // An update that brings no new violation is admitted with a warning; the Pods that it would bring about are denied.
    let patch = ["patch", "deployment", "a", "-n", "scaled", "--type=merge"];
    let patched = cluster.kubectl(&[&patch[..], &["-p", r#"{"spec":{"replicas":2}}"#]].concat());
    assert!(
        patched.stderr.contains("environment-literal-credential"),
        "{}",
        patched.stderr
    );
    patched.success();
    cluster.eventually("the ReplicaSet to be told", Duration::from_mins(1), || {
        let events = cluster.get(&[
            "events",
            "-n",
            "scaled",
            "--field-selector",
            "reason=FailedCreate",
        ]);
        events
            .to_string()
            .contains("environment-literal-credential")
    });
    let pods = cluster.get(&["pods", "-n", "scaled"]);
    assert_eq!(pods["items"].as_array().unwrap().len(), 0);
    remove(cluster, "scaled");
}

fn debug(cluster: &Cluster) {
    operator::ensure(cluster);
    cluster.namespace("debugged", true);
    let image = Cluster::pause_image();
    cluster
        .apply(&format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: a, namespace: debugged}}, spec: {{terminationGracePeriodSeconds: 0, containers: [{{name: main, image: {image:?}, imagePullPolicy: IfNotPresent}}]}}}}"
        ))
        .success();
    cluster
        .kubectl(&[
            "wait",
            "--for=condition=Ready",
            "pod/a",
            "-n",
            "debugged",
            "--timeout=60s",
        ])
        .success();
    let image = format!("--image={image}");
    let debug = |more: &str| {
        cluster.kubectl(&[
            "debug",
            "pod/a",
            "-n",
            "debugged",
            &image,
            "--profile=restricted",
            more,
        ])
    };
    let said = debug("--env=SMTP_PASSWORD=hunter2-winter-24").failure();
    assert!(said.contains("environment-literal-credential"), "{said}");
    // Without the password it is let in: the door is judged, not shut.
    debug("--env=COLOR=blue").success();
    // Who opens a shell is recorded.
    cluster
        .kubectl(&[
            "exec", "a", "-n", "debugged", "-c", "main", "--", "/pause", "end",
        ])
        .success();
    recorded(
        cluster,
        &["\"subresource\":\"exec\"", "\"namespace\":\"debugged\""],
    );
    // And who opens a port, before there is anything to speak through.
    let path = "/api/v1/namespaces/debugged/pods/a/portforward";
    cluster.kubectl(&["get", "--raw", path]).failure();
    recorded(
        cluster,
        &[
            "\"subresource\":\"portforward\"",
            "\"namespace\":\"debugged\"",
        ],
    );
    remove(cluster, "debugged");
}

/// A PHI namespace with a Job whose pod no policy would let in now.
pub(crate) fn with_violating_job(cluster: &Cluster, namespace: &str) {
    audited(cluster, namespace);
    cluster
        .apply(&violating_workload(namespace, "Job"))
        .success();
    cluster.eventually("the job's pod to run", Duration::from_mins(1), || {
        cluster.get(&["pods", "-n", namespace])["items"][0]["status"]["phase"] == "Running"
    });
    label_phi(cluster, namespace);
}

/// Deletes that pod, which its Job's controller takes a finalizer off, and the Job.
pub(crate) fn end_violating_job(cluster: &Cluster, namespace: &str) {
    let pods = cluster.get(&["pods", "-n", namespace]);
    let pod = &pods["items"][0]["metadata"];
    assert_eq!(pod["finalizers"][0], "batch.kubernetes.io/job-tracking");
    let pod = format!("pod/{}", pod["name"].as_str().unwrap());
    for name in [pod.as_str(), "job/a"] {
        cluster
            .kubectl(&["delete", name, "-n", namespace, "--timeout=60s"])
            .success();
    }
}

fn job(cluster: &Cluster) {
    operator::ensure(cluster);
    with_violating_job(cluster, "jobs");
    end_violating_job(cluster, "jobs");
    remove(cluster, "jobs");
}

fn large(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("large", true);
    let deployment = |container: &str| {
        format!(
            r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"a"}},"spec":{{"selector":{{"matchLabels":{{"app":"a"}}}},"template":{{"metadata":{{"labels":{{"app":"a"}}}},"spec":{{"containers":[{{"name":"a","image":"localhost/pause:1",{container}}}]}}}}}}}}"#
        )
    };
    let tunnel = Tunnel::api_server(cluster);
    let create = |object: &str| {
        // Just below the 3 MiB at which the API server stops reading.
        assert!(
            (2_600_000..3 << 20).contains(&object.len()),
            "{}",
            object.len()
        );
        let path = "/apis/apps/v1/namespaces/large/deployments?dryRun=All";
        traffic::create(tunnel.port, path, object).unwrap()
    };
    let text = format!(r#""args":["{}"]"#, "lorem ipsum ".repeat(240_000));
    let answer = create(&deployment(&text));
    let shown = answer.body.get(..2000).unwrap_or(&answer.body);
    assert_eq!(answer.status, 201, "{shown}");
    let env = r#""env":[{"name":"SMTP_PASSWORD","value":"hunter2-winter-24"}]"#;
    let answer = create(&deployment(&format!("{text},{env}")));
    let shown = answer.body.get(..2000).unwrap_or(&answer.body);
    assert_eq!(answer.status, 403, "{shown}");
    assert!(shown.contains("environment-literal-credential"), "{shown}");
    // What is padded until a policy gives up is not let in for it.
    let value = "lorem ipsum ".repeat(216);
    let variables: Vec<String> = (0..1100)
        .map(|number| format!(r#"{{"name":"TEXT_{number}","value":"{value}"}}"#))
        .collect();
    let answer = create(&deployment(&format!(
        r#""env":[{},{{"name":"SMTP_PASSWORD","value":"hunter2-winter-24"}}]"#,
        variables.join(",")
    )));
    assert!(
        [403, 504].contains(&answer.status),
        "{} {}",
        answer.status,
        answer.body
    );
    // It stands up to them: nothing else waits, no replica dies of them.
    cluster
        .kubectl_with(
            &["create", "--dry-run=server", "-n", "large", "-f", "-"],
            &operator::compliant("a"),
        )
        .success();
    operator::ready(cluster);
    remove(cluster, "large");
}

pub(crate) const POLICY: &str = "
apiVersion: hipaa-iac.dev/v1alpha1
kind: Policy
metadata: {name: configmap-without-owner}
spec:
  title: ConfigMaps name their owner
  severity: low
  safeguards: [\"164.308(a)(2)\"]
  scope: all
  match: {kubernetes: [{group: \"\", kind: ConfigMap}]}
  rules:
    - select: $.metadata.labels.owner
      absent: fail
      require: self != ''
      message: there is no label owner
  rationale: Nobody can be asked about it.
  remediation: {text: Set the label owner.}
";

fn policy(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("owned", true);
    let wrong = POLICY.replace("self != ''", "self !=");
    let said = cluster.apply(&wrong).failure();
    assert!(said.contains("configmap-without-owner"), "{said}");
    cluster.apply(POLICY).success();
    let denied = || {
        let ran = cluster.kubectl_with(
            &["create", "--dry-run=server", "-n", "owned", "-f", "-"],
            &operator::compliant("a"),
        );
        !ran.ok && ran.stderr.contains("configmap-without-owner")
    };
    cluster.eventually("the policy to be in force", Duration::from_secs(30), denied);
    let load = traffic::Load::start(cluster, "owned", &operator::compliant("b"));
    cluster.eventually("requests to be denied", Duration::from_secs(30), || {
        load.so_far().denied > 20
    });
    cluster
        .kubectl(&[
            "delete",
            "policies.hipaa-iac.dev",
            "configmap-without-owner",
        ])
        .success();
    cluster.eventually("requests to be admitted", Duration::from_secs(30), || {
        load.so_far().admitted > 20
    });
    let outcome = load.stop();
    assert_eq!(outcome.failed, [""; 0]);
    operator::admitting(cluster, "owned");
    remove(cluster, "owned");
}

fn dry_run(cluster: &Cluster) {
    operator::ensure(cluster);
    cluster.namespace("dry", true);
    let create = |more: &[&str], object: &str| {
        let mut arguments = vec!["create", "-n", "dry", "-f", "-"];
        arguments.extend(more);
        cluster.kubectl_with(&arguments, object)
    };
    let dry = create(&["--dry-run=server"], &operator::violating("a")).failure();
    let real = create(&[], &operator::violating("a")).failure();
    assert_eq!(dry, real);
    // Names that the API server makes up are not there yet when the webhook is asked.
    let generated = operator::violating("a").replace("\"name\"", "\"generateName\"");
    let said = create(&[], &generated).failure();
    assert!(said.contains("configmap-literal-credential"), "{said}");
    recorded(cluster, &["\"dryRun\":true", "\"namespace\":\"dry\""]);
    remove(cluster, "dry");
}

/// The API server's own audit log tells what we say of a request.
fn annotations(cluster: &Cluster) {
    operator::ensure(cluster);
    cluster.namespace("annotated", true);
    let create = ["create", "-n", "annotated", "-f", "-"];
    cluster
        .kubectl_with(&create, &operator::violating("a"))
        .failure();
    let log = cluster.node().unwrap().audit_log();
    cluster.eventually("the annotations", Duration::from_secs(20), || {
        fs::read_to_string(&log).unwrap().lines().any(|line| {
            line.contains(".hipaa-iac.dev/") && line.contains("\"namespace\":\"annotated\"")
        })
    });
    remove(cluster, "annotated");
}

/// Labels and annotations that come with a status, by the webhook that fails closed and by the one that fails open; and those of a Namespace.
fn statuses(cluster: &Cluster) {
    operator::ensure(cluster);
    cluster.namespace("statuses", true);
    cluster
        .apply("{apiVersion: v1, kind: Namespace, metadata: {name: statuses-open}}")
        .success();
    let webhooks = [
        ("statuses", "\"workloads-phi.hipaa-iac.dev\""),
        ("statuses-open", "\"workloads.hipaa-iac.dev\""),
    ];
    for (namespace, webhook) in webhooks {
        let ingress = "
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: portal}
spec:
  tls: [{hosts: [portal.example.org], secretName: portal-tls}]
  rules: [{host: portal.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: portal, port: {number: 443}}}}]}}]
";
        cluster
            .kubectl_with(&["create", "-n", namespace, "-f", "-"], ingress)
            .success();
        let patch = |patch: &str| {
            cluster.kubectl(&[
                "patch",
                "ingress",
                "portal",
                "-n",
                namespace,
                "--subresource=status",
                "--type=merge",
                "-p",
                patch,
            ])
        };
        patch(r#"{"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}}"#).success();
        let said = patch(
            r#"{"metadata":{"annotations":{"nginx.ingress.kubernetes.io/ssl-redirect":"false"}}}"#,
        )
        .failure();
        assert!(
            said.contains(webhook) && said.contains("ingress-http-allowed"),
            "{said}"
        );
    }

    let unlabel = r#"{"metadata":{"labels":{"hipaa-iac.dev/data-class":null}}}"#;
    let guarded = |said: &str| {
        assert!(
            said.contains("guard.hipaa-iac.dev") && said.contains("hipaa-iac.dev/approved-by"),
            "{said}"
        );
    };
    let patch = ["patch", "namespace", "statuses", "--type=merge", "-p"];
    let said = cluster.kubectl(&[&patch[..], &[unlabel, "--subresource=status"]].concat());
    guarded(&said.failure());
    let mut namespace = cluster.get(&["namespace", "statuses"]);
    let labels = namespace["metadata"]["labels"].as_object_mut().unwrap();
    assert!(labels.remove("hipaa-iac.dev/data-class").is_some());
    let finalize = ["replace", "--raw", "/api/v1/namespaces/statuses/finalize"];
    let said = cluster.kubectl_with(
        &[&finalize[..], &["-f", "-"]].concat(),
        &namespace.to_string(),
    );
    guarded(&said.failure());

    // That it holds none may be said of a namespace by anybody, but not that it holds none any more.
    cluster.namespace("statuses-none", false);
    label_phi(cluster, "statuses-none");
    let patch = ["patch", "namespace", "statuses-none", "--type=merge", "-p"];
    let none = r#"{"metadata":{"labels":{"hipaa-iac.dev/data-class":"none"}}}"#;
    let said = cluster.kubectl(&[&patch[..], &[none]].concat()).failure();
    guarded(&said);
    let approved = r#"{"metadata":{"labels":{"hipaa-iac.dev/data-class":"none"},"annotations":{"hipaa-iac.dev/approved-by":"tests: it held nothing"}}}"#;
    cluster
        .kubectl(&[&patch[..], &[approved]].concat())
        .success();
    for namespace in ["statuses-open", "statuses-none"] {
        cluster
            .kubectl(&["delete", "namespace", namespace, "--wait=false"])
            .success();
    }
    remove(cluster, "statuses");
}
