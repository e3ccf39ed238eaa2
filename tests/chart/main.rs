//! The Helm chart without a cluster: lint, schema, what it renders, and our own policies on it.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeSet, env, fs, path::PathBuf, process::Command};

use hipaa_iac_tests::{Ran, Tree, run_in, workspace};
use serde_json::Value;

const CHART: &str = "charts/hipaa-iac";

/// Every option that adds objects or fields.
const EVERYTHING: &str = "
image: {digest: 'sha256:0000000000000000000000000000000000000000000000000000000000000000'}
imagePullSecrets: [{name: registry}]
fullnameOverride: guardian
mode: enforce
policyModes: {ingress-without-tls: warn, container-privileged: enforce}
excludeNamespaces: [monitoring, ci]
waiverNamespaces: [compliance]
connect: {mode: enforce, groups: [on-call, sre]}
config: {classification: {default: phi}}
tls: {mode: cert-manager, minVersion: '1.3', client: {secretName: api-server, name: kube-apiserver}}
auditLog: {stdout: false, file: true, existingClaim: audit}
restoreVerification:
  enabled: true
  image: registry.example.org/runner@sha256:0000000000000000000000000000000000000000000000000000000000000000
  evidenceKeySecret: evidence
  cluster: clinic
  volumeSnapshots: true
  fetchIdentities: {clinic: {role: fetch}, '123': {}}
  storeCIDRs: [10.1.0.0/24]
  storeCA: ca
  evidenceStore: {region: us-east-1, endpoint: 'https://objects.example.org', credentialsSecret: store}
rbac: {secrets: true, extraReads: [{apiGroups: [example.com], resources: [things]}]}
serviceAccount: {annotations: {a: b}}
podAnnotations: {a: b}
podLabels: {team: security}
nodeSelector: {kubernetes.io/os: linux}
tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists, effect: NoSchedule}]
networkPolicy: {apiServerCIDRs: [10.0.0.0/24], metricsFrom: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]}
serviceMonitor: {enabled: true}
prometheusRule: {enabled: true}
";

fn helm(arguments: &[&str]) -> Ran {
    let output = Command::new("helm")
        .current_dir(workspace())
        .args(arguments)
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// What the chart renders with a file of values.
fn rendered(values: &str) -> String {
    let tree = Tree::with(&[("values.yaml", values)]).unwrap();
    let file = tree.path().join("values.yaml").display().to_string();
    let ran = helm(&[
        "template",
        "hipaa-iac",
        CHART,
        "-n",
        "hipaa-iac-system",
        "-f",
        &file,
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout
}

#[test]
fn helm_finds_nothing_to_say() {
    let ran = helm(&["lint", "--strict", CHART]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stdout.contains("WARNING"), "{}", ran.stdout);
}

#[test]
fn values_that_mean_nothing_are_refused() {
    for (set, named) in [
        ("mode=deny", "mode"),
        ("policyModes.a=off", "policyModes"),
        ("tls.mode=provided", "tls.secretName"),
        ("tls.minVersion=1.1", "minVersion"),
        ("replicas=-1", "replicas"),
        // Nobody would answer, and PHI namespaces would be closed.
        ("replicas=0", "replicas"),
        (
            "policyModes.ingres-without-tls=enforce",
            "ingres-without-tls",
        ),
        (
            "excludeNamespaces={a,b},waiverNamespaces={b}",
            "waiverNamespaces: b",
        ),
        (
            "waiverNamespaces={kube-system}",
            "waiverNamespaces: kube-system",
        ),
        (
            "podLabels.app\\.kubernetes\\.io/name=other",
            "app.kubernetes.io/name",
        ),
        ("podLabels.helm\\.sh/chart=other", "helm.sh/chart"),
        (
            "podAnnotations.hipaa-iac\\.dev/config-digest=x",
            "podAnnotations",
        ),
        ("auditLog.stdout=false", "auditLog"),
        ("auditLog.sizeLimit=lots", "sizeLimit"),
        ("mood=enforce", "mood"),
        ("image.digest=sha256:1", "digest"),
        ("image.tag=a b", "tag"),
        // Two ports of one number, which the API server refuses.
        ("service.port=8080", "port"),
        ("fullnameOverride=Foo_Bar", "fullnameOverride"),
        ("fullnameOverride=on", "fullnameOverride"),
        // No node could ever be drained.
        ("podDisruptionBudget.maxUnavailable=0", "maxUnavailable"),
        ("podDisruptionBudget.maxUnavailable=0%", "maxUnavailable"),
        ("tls.certificateLifetime=0h", "certificateLifetime"),
        ("serviceMonitor.enabled=true", "networkPolicy.metricsFrom"),
        // Everybody would be taken for the API server.
        ("tls.client.name=kube-apiserver", "tls.client.name"),
        // One group that would be taken for two.
        (r"connect.groups={cn=ops\,dc=clinic}", "groups"),
        (
            "restoreVerification.enabled=true,restoreVerification.namespace=kube-system",
            "restoreVerification.namespace: kube-system",
        ),
        (
            "restoreVerification.enabled=true,restoreVerification.namespace=a,excludeNamespaces={a}",
            "restoreVerification.namespace: a",
        ),
        (
            "restoreVerification.fetchAnnotations.role=a",
            "fetchAnnotations",
        ),
        ("restoreVerification.fetchIdentities.A_b.role=a", "A_b"),
        (
            "rbac.extraReads[0].apiGroups={*},rbac.extraReads[0].resources={a}",
            "extraReads",
        ),
    ] {
        let ran = helm(&["template", "x", CHART, "--set", set]);
        assert_ne!(ran.code, 0, "{set}");
        assert!(ran.stderr.contains(named), "{set}: {}", ran.stderr);
    }
}

/// Without one, GKE admits no pod of the class outside of kube-system.
#[test]
fn a_system_priority_class_comes_with_its_quota() {
    let quota = |values: &str| {
        let text = rendered(values);
        let found = text
            .split("\n---\n")
            .find(|document| document.contains("kind: ResourceQuota\n"));
        found.map(str::to_owned)
    };
    let text = quota("").unwrap();
    assert!(
        text.contains("scopeName: PriorityClass\n        operator: In\n        values: [system-cluster-critical]"),
        "{text}"
    );
    assert_eq!(quota("priorityClassName: ''\n"), None);
    assert_eq!(quota("priorityClassName: ours\n"), None);
}

/// Names may look like numbers and truths.
#[test]
fn lists_are_texts_whatever_they_hold() {
    let text = rendered(
        "excludeNamespaces: ['123']\nwaiverNamespaces: ['0x1']\nconnect: {groups: ['on', 'a: b']}\n",
    );
    for line in [
        "value: \"123\"\n",
        "value: \"0x1\"\n",
        "value: \"on,a: b\"\n",
    ] {
        assert!(text.contains(line), "{line}");
    }
}

#[test]
fn names_of_namespaces_and_releases_are_texts_whatever_they_look_like() {
    let tree = Tree::with(&[("values.yaml", EVERYTHING)]).unwrap();
    let file = tree.path().join("values.yaml").display().to_string();
    for (release, namespace) in [("on", "123"), ("off", "0x1"), ("y", "1e3"), ("yes", "no")] {
        let set = format!("restoreVerification.namespace={namespace}9");
        let ran = helm(&[
            "template",
            release,
            CHART,
            "-n",
            namespace,
            "-f",
            &file,
            "--set-string",
            &set,
        ]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        for name in [release, namespace] {
            let bare = |line: &&str| {
                let value = line.split_once(": ").map(|(_, value)| value);
                value == Some(name) || line.trim_start().strip_prefix("- ") == Some(name)
            };
            let found: Vec<&str> = ran.stdout.lines().filter(bare).collect();
            assert!(found.is_empty(), "{found:?}");
        }
        let line = format!("namespace: \"{namespace}\"\n");
        assert!(ran.stdout.contains(&line), "{line}");
    }
}

/// There is no image but the one that its reader has built.
#[test]
fn the_documentation_installs_what_it_builds() {
    let text = |file: &str| fs::read_to_string(workspace().join(file)).unwrap();
    for (file, install) in [
        ("docs/operator.md", "helm install hipaa-iac "),
        (
            "docs/restore-verification.md",
            "helm upgrade --install hipaa-iac ",
        ),
    ] {
        let text = text(file).replace("\\\n", "");
        let command = text.lines().find_map(|line| line.split_once(install));
        let (_, arguments) = command.unwrap();
        let arguments = arguments.replace('…', &"0".repeat(64));
        let mut all = vec!["template", "hipaa-iac"];
        all.extend(arguments.split_whitespace());
        let ran = helm(&all);
        assert_eq!(ran.code, 0, "{file}: {}", ran.stderr);
        let image = format!(
            "image: registry.example.org/hipaa-iac-operator@sha256:{}\n",
            "0".repeat(64)
        );
        assert!(ran.stdout.contains(&image), "{file}: {}", ran.stdout);
    }
    let guide = text("docs/operator.md");
    for line in text("operator/Dockerfile").lines() {
        let Some(command) = line.strip_prefix("#   ") else {
            continue;
        };
        for part in command.split(" target/") {
            assert!(guide.contains(part), "{part}");
        }
    }
}

/// A pod that is killed while it drains fails the requests that it has taken.
#[test]
fn pods_have_the_time_to_drain() {
    for (drain, grace) in [("10s", 45), ("2m", 155), ("1500ms", 37), ("1h", 3635)] {
        let text = rendered(&format!("drain: {drain}\n"));
        let line = format!("terminationGracePeriodSeconds: {grace}\n");
        assert!(text.contains(&line), "{drain}");
    }
}

/// The kubelet evicts a pod whose volume is full, so the operator hears how large the volume is; what is in a claim is kept for years.
#[test]
fn the_audit_log_stays_within_its_volume() {
    let text = rendered("auditLog: {file: true, sizeLimit: 1Gi}\n");
    assert!(text.contains("sizeLimit: 1Gi\n"), "{text}");
    assert!(
        text.contains("- name: HIPAA_IAC_AUDIT_LOG_LIMIT\n              value: 1Gi\n"),
        "{text}"
    );
    let claim = rendered("auditLog: {file: true, existingClaim: audit}\n");
    assert!(claim.contains("HIPAA_IAC_AUDIT_LOG\n") && !claim.contains("AUDIT_LOG_LIMIT"));
}

/// `HIPAA_IAC_UPDATE_GOLDENS=1` writes the files anew; a reader of the change judges them.
#[test]
fn it_renders_what_was_reviewed() {
    let folder = workspace().join("tests/chart/golden");
    for (name, values) in [("default", ""), ("everything", EVERYTHING)] {
        let file: PathBuf = folder.join(format!("{name}.yaml"));
        // The definitions of our kinds are generated, and tested where they are.
        let text: String = rendered(values)
            .split("\n---\n")
            .filter(|document| !document.contains("kind: CustomResourceDefinition"))
            .collect::<Vec<_>>()
            .join("\n---\n");
        if env::var_os("HIPAA_IAC_UPDATE_GOLDENS").is_some() {
            fs::write(&file, &text).unwrap();
        }
        let golden = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(text, golden, "{}", file.display());
    }
}

#[test]
fn our_own_policies_pass_on_our_own_chart() {
    for values in ["", EVERYTHING] {
        let tree = Tree::with(&[
            ("rendered.yaml", &rendered(values)),
            ("hipaa-iac.yaml", "classification: {default: phi}\n"),
        ])
        .unwrap();
        let ran = run_in(tree.path(), &["check", "--strict", "."]).unwrap();
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    }
}

/// Resources of a role's rules with a verb, each with its group.
fn allowed(role: &str, verb: &str) -> BTreeSet<(String, String)> {
    let list = |line: &str, field: &str| -> Option<Vec<String>> {
        let rest = line.trim().trim_start_matches("- ").strip_prefix(field)?;
        let inner = rest.trim().strip_prefix('[')?.strip_suffix(']')?;
        let names = inner.split(',').map(|name| name.trim().trim_matches('"'));
        Some(names.map(str::to_owned).collect())
    };
    let (mut groups, mut resources) = (Vec::new(), Vec::new());
    let mut found = BTreeSet::new();
    for line in role.lines() {
        if let Some(names) = list(line, "apiGroups:") {
            groups = names;
        } else if let Some(names) = list(line, "resources:") {
            resources = names;
        } else if list(line, "verbs:").is_some_and(|verbs| verbs.iter().any(|known| known == verb))
        {
            for group in &groups {
                found.extend(resources.iter().map(|name| (group.clone(), name.clone())));
            }
        }
    }
    found
}

#[test]
fn the_role_watches_what_policies_read_and_nothing_else() {
    let kinds = fs::read_to_string(workspace().join(CHART).join("files/kinds.json")).unwrap();
    let kinds: Value = serde_json::from_str(&kinds).unwrap();
    let mut wanted: BTreeSet<(String, String)> = kinds["watched"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| {
            let text = |field: &str| kind[field].as_str().unwrap().to_owned();
            (text("group"), text("resource"))
        })
        .collect();
    for own in ["policies", "waivers", "agreements"] {
        wanted.insert(("hipaa-iac.dev".to_owned(), own.to_owned()));
    }
    let definitions = "customresourcedefinitions".to_owned();
    wanted.insert(("apiextensions.k8s.io".to_owned(), definitions));
    let text = rendered("rbac: {secrets: true}\n");
    let role = text
        .split("\n---\n")
        .find(|document| document.contains("\nkind: ClusterRole\n"))
        .unwrap();
    assert_eq!(allowed(role, "watch"), wanted);
}

#[test]
fn roles_name_what_they_allow() {
    let text = rendered(EVERYTHING);
    for line in text.lines() {
        let rule = ["apiGroups:", "resources:", "verbs:", "resourceNames:"];
        if rule.iter().any(|field| line.contains(field)) {
            assert!(!line.contains('*'), "{line}");
        }
    }
    let secrets = rendered("");
    // Without `rbac.secrets` the only Secret is the one of the certificates.
    assert_eq!(secrets.matches("resources: [secrets]").count(), 1);
    assert!(secrets.contains("resourceNames: [hipaa-iac-tls]"));
}

/// But the Lease, which is asked for in a way that has no name.
#[test]
fn roles_name_what_may_be_made() {
    let text = rendered("");
    let makes = |rule: &&str| {
        let mut verbs = rule.lines().filter(|line| line.starts_with("    verbs: "));
        verbs.any(|verbs| verbs.contains("create"))
    };
    let unnamed: Vec<&str> = text
        .split("  - apiGroups: ")
        .filter(makes)
        .filter(|rule| !rule.contains("resourceNames: "))
        .filter_map(|rule| rule.lines().nth(1))
        .collect();
    assert_eq!(unnamed, ["    resources: [leases]"]);
}
