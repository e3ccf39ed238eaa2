use std::{fmt::Write as _, sync::Arc};

use hipaa_iac_source::{
    Diagnostic, Inventory, KubernetesId, Level, Node, Resource, ResourceKind, Sources, Span,
    TerraformId, Unknown, Value,
};

use crate::{
    Agreements, Config, Date, Evaluation, FixtureKind, PolicySet, Profile, Settings, Tested,
    Verdict, check_fixture, evaluate, fixture_date, lint,
};

/// A policy of a name whose `spec` holds, beside what every policy needs, these lines.
fn policy(name: &str, spec: &str) -> String {
    let mut text = format!(
        "apiVersion: hipaa-iac.dev/v1alpha1\nkind: Policy\nmetadata: {{name: {name}}}\nspec:\n  title: Title\n  severity: high\n  safeguards: [\"164.312(a)(2)(iv)\"]\n  rationale: Why.\n  remediation: {{text: How.}}\n"
    );
    for line in spec.lines() {
        writeln!(text, "  {line}").unwrap();
    }
    text
}

const ENCRYPTED: &str = "match: {terraform: [aws_db_instance]}
rules:
  - select: $.storage_encrypted
    absent: fail
    require: self == true
    message: storage is not encrypted";

struct World {
    sources: Sources,
    policies: PolicySet,
    inventory: Inventory,
    settings: Settings,
}

impl World {
    fn new(policies: &[String]) -> Self {
        let sources = Sources::new();
        let files: Vec<_> = policies
            .iter()
            .enumerate()
            .map(|(at, text)| sources.add(format!("policies/{at}.yaml"), text))
            .collect();
        let (policies, diagnostics) = PolicySet::parse(&files);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        Self {
            sources,
            policies,
            inventory: Inventory::default(),
            settings: Settings::new(fixture_date()),
        }
    }

    fn one(spec: &str) -> Self {
        Self::new(&[policy("p", spec)])
    }

    fn terraform(&mut self, address: &str, body: Node) -> &mut Resource {
        let plain = address
            .rsplit_once("module.")
            .map_or(address, |(_, rest)| rest.split_once('.').unwrap().1);
        let (type_, name) = plain.split_once('.').unwrap();
        self.inventory.resources.push(Resource {
            address: address.into(),
            kind: ResourceKind::Terraform(TerraformId {
                mode: "managed".into(),
                type_: type_.into(),
                name: name.into(),
                provider: "hashicorp/aws".into(),
                provider_major: None,
                provider_config: None,
            }),
            root: ".".into(),
            environment: None,
            body,
            span: None,
            extent: None,
            symbolic: false,
        });
        self.inventory.resources.last_mut().unwrap()
    }

    fn kubernetes(&mut self, kind: &str, namespace: Option<&str>, name: &str, body: Node) {
        let (group, kind) = kind.split_once('/').unwrap_or(("", kind));
        let address = namespace.map_or_else(
            || format!("{kind}/{name}"),
            |namespace| format!("{kind}/{namespace}/{name}"),
        );
        self.inventory.resources.push(Resource {
            address: address.into(),
            kind: ResourceKind::Kubernetes(KubernetesId {
                group: group.into(),
                version: "v1".into(),
                kind: kind.into(),
                namespace: namespace.map(Into::into),
                name: name.into(),
            }),
            root: "k8s".into(),
            environment: None,
            body,
            span: None,
            extent: None,
            symbolic: false,
        });
    }

    fn evaluate(&self) -> Evaluation {
        evaluate(
            &self.policies,
            &self.inventory,
            &self.sources,
            &self.settings,
        )
    }

    /// The verdicts, with attributes where a finding has one, in order.
    fn verdicts(&self) -> Vec<String> {
        let describe = |finding: &crate::Finding| match &finding.attribute {
            Some(attribute) => format!("{} {attribute}", finding.verdict),
            None => finding.verdict.to_string(),
        };
        self.evaluate().findings.iter().map(describe).collect()
    }

    fn config(&mut self, text: &str) {
        self.settings.config = Config::parse(&self.sources.add("hipaa-iac.yaml", text)).unwrap();
    }
}

fn json(text: &str) -> Node {
    Node::from(&serde_json::from_str::<serde_json::Value>(text).unwrap())
}

fn with(key: &str, node: Node) -> Node {
    Node::object(std::iter::once((Arc::from(key), node)).collect())
}

fn unknown(change: impl FnOnce(&mut Unknown)) -> Node {
    let mut unknown = Unknown {
        reasons: vec!["var.x has no value".to_owned()],
        ..Unknown::default()
    };
    change(&mut unknown);
    Node::new(Value::Unknown(Arc::new(unknown)))
}

fn either(alternatives: Vec<Node>) -> Node {
    unknown(|unknown| unknown.alternatives = alternatives)
}

/// The verdicts of one policy on one instance with this value of `storage_encrypted`.
fn encrypted(spec: &str, value: Option<Node>) -> Vec<String> {
    let mut world = World::one(spec);
    world.terraform(
        "aws_db_instance.a",
        value.map_or_else(|| json("{}"), |value| with("storage_encrypted", value)),
    );
    world.verdicts()
}

#[test]
fn a_selected_value_passes_fails_or_is_unknown() {
    let attribute = "$['storage_encrypted']";
    assert_eq!(encrypted(ENCRYPTED, Some(true.into())), ["pass"]);
    assert_eq!(encrypted(ENCRYPTED, Some("true".into())), ["pass"]);
    assert_eq!(
        encrypted(ENCRYPTED, Some(false.into())),
        [format!("fail {attribute}")]
    );
    assert_eq!(encrypted(ENCRYPTED, None), [format!("fail {attribute}")]);
    assert_eq!(
        encrypted(ENCRYPTED, Some(Node::null())),
        [format!("fail {attribute}")]
    );
    assert_eq!(
        encrypted(ENCRYPTED, Some(unknown(|_| ()))),
        [format!("unknown {attribute}")]
    );
    assert_eq!(
        encrypted(ENCRYPTED, Some(either(vec![true.into(), true.into()]))),
        ["pass"]
    );
    assert_eq!(
        encrypted(ENCRYPTED, Some(either(vec![true.into(), "true".into()]))),
        ["pass"]
    );
    assert_eq!(
        encrypted(ENCRYPTED, Some(either(vec![false.into(), Node::null()]))),
        [format!("fail {attribute}")]
    );
    assert_eq!(
        encrypted(ENCRYPTED, Some(either(vec![true.into(), Node::null()]))),
        [format!("unknown {attribute}")]
    );
}

#[test]
fn what_absence_means() {
    let spec = |absent: &str| ENCRYPTED.replace("absent: fail", &format!("absent: {absent}"));
    assert_eq!(encrypted(&spec("pass"), None), ["pass"]);
    assert_eq!(encrypted(&spec("{value: true}"), None), ["pass"]);
    assert_eq!(
        encrypted(&spec("{value: false}"), None),
        ["fail $['storage_encrypted']"]
    );
    assert_eq!(
        encrypted(
            &spec("{value: true}"),
            Some(either(vec![true.into(), Node::null()]))
        ),
        ["pass"]
    );
    // Whether it is there is not known, and it may be false.
    assert_eq!(
        encrypted(&spec("{value: true}"), Some(unknown(|_| ()))),
        ["unknown $['storage_encrypted']"]
    );
    // A reference known only after apply is certainly there.
    let set = spec("fail").replace("self == true", "self != ''");
    assert_eq!(
        encrypted(&set, Some(unknown(|unknown| unknown.set = true))),
        ["unknown $['storage_encrypted']"]
    );
    let given = spec("fail").replace("self == true", "isSet(resource, 'storage_encrypted')");
    assert_eq!(
        encrypted(&given, Some(unknown(|unknown| unknown.set = true))),
        ["pass"]
    );
}

#[test]
fn conditions_of_rules() {
    let spec =
        |when: &str| ENCRYPTED.replace("  - select", &format!("  - when: {when}\n    select"));
    assert_eq!(encrypted(&spec("\"false\""), None), ["not-applicable"]);
    assert_eq!(
        encrypted(
            &spec("has(resource.storage_encrypted)"),
            Some(unknown(|_| ()))
        ),
        ["unknown $['storage_encrypted']"]
    );
    let unclear = |value: bool| {
        let mut world = World::one(&spec("resource.engine == 'postgres'"));
        let body = [
            ("storage_encrypted", Node::from(value)),
            ("engine", unknown(|_| ())),
        ];
        world.terraform(
            "aws_db_instance.a",
            Node::object(
                body.into_iter()
                    .map(|(key, node)| (key.into(), node))
                    .collect(),
            ),
        );
        world.verdicts()
    };
    assert_eq!(unclear(true), ["pass"]);
    assert_eq!(unclear(false), ["unknown $['storage_encrypted']"]);
}

const BLOCKS: &str = "match: {terraform: [aws_security_group]}
rules:
  - each: $.ingress[*]
    select: $.cidr
    absent: pass
    require: self != '0.0.0.0/0'
    message: open to the world";

#[test]
fn elements_are_judged_one_by_one() {
    let judge = |ingress: Node| {
        let mut world = World::one(BLOCKS);
        world.terraform("aws_security_group.a", with("ingress", ingress));
        world.verdicts()
    };
    assert_eq!(judge(json("[]")), ["not-applicable"]);
    assert_eq!(
        judge(json(
            r#"[{"cidr": "10.0.0.0/8"}, {"cidr": "0.0.0.0/0"}, {"cidr": "0.0.0.0/0"}]"#
        )),
        [
            "fail $['ingress'][1]['cidr']",
            "fail $['ingress'][2]['cidr']"
        ]
    );
    let many = |shape: Option<&str>| {
        unknown(|unknown| {
            (unknown.many, unknown.element) = (true, shape.map(|shape| Box::new(json(shape))));
        })
    };
    // Of blocks over an unknown collection the form may be known: then it decides.
    assert_eq!(
        judge(Node::list(vec![many(Some(r#"{"cidr": "10.0.0.0/8"}"#))])),
        ["pass"]
    );
    assert_eq!(
        judge(Node::list(vec![many(Some(r#"{"cidr": "0.0.0.0/0"}"#))])),
        ["unknown $['ingress'][0]['cidr']"]
    );
    assert_eq!(
        judge(Node::list(vec![many(None)])),
        ["unknown $['ingress'][*]"]
    );
    assert_eq!(judge(unknown(|_| ())), ["unknown $['ingress'][*]"]);
    assert_eq!(
        judge(Node::list(vec![
            json(r#"{"cidr": "0.0.0.0/0"}"#),
            many(None)
        ])),
        ["unknown $['ingress'][*]", "fail $['ingress'][0]['cidr']"]
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .tap_sorted()
    );
}

trait TapSorted {
    fn tap_sorted(self) -> Self;
}
impl TapSorted for Vec<String> {
    fn tap_sorted(mut self) -> Self {
        self.sort_by_key(|text| text.rsplit(' ').next().map(str::to_owned));
        self
    }
}

#[test]
fn a_mistake_in_a_policy_is_an_error_and_never_a_pass() {
    let mut world = World::one(
        "match: {terraform: [aws_db_instance]}\nrules: [{require: resource.missing == 1, message: m}]",
    );
    world.terraform("aws_db_instance.a", json("{}"));
    let evaluation = world.evaluate();
    assert_eq!(evaluation.findings[0].verdict, Verdict::Error);
    assert!(
        evaluation.findings[0]
            .message
            .contains("`missing` is absent"),
        "{}",
        evaluation.findings[0].message
    );
    let mut world = World::one(
        "match: {terraform: [aws_db_instance]}\nrules: [{require: '1 + 1', message: m}]",
    );
    world.terraform("aws_db_instance.a", json("{}"));
    assert_eq!(world.verdicts(), ["error"]);
}

/// The keys of a map that is sensitive as a whole may be the secret.
#[test]
fn no_path_leads_into_what_is_sensitive_as_a_whole() {
    let mut world = World::one(
        "match: {terraform: [aws_db_instance]}\nrules: [{select: '$.tags.*', absent: pass, require: 'false', message: m}]",
    );
    let mut tags = json(r#"{"S3CR-key": "S3CR-value"}"#);
    tags.sensitive = true;
    world.terraform("aws_db_instance.a", with("tags", tags));
    world.terraform("aws_db_instance.b", json(r#"{"tags": {"plain": 1}}"#));
    let evaluation = world.evaluate();
    let seen: Vec<_> = evaluation
        .findings
        .iter()
        .map(|finding| (finding.attribute.as_deref(), finding.redact))
        .collect();
    assert_eq!(
        seen,
        [
            (Some("$['tags']"), true),
            (Some("$['tags']['plain']"), false)
        ]
    );
}

#[test]
fn variables_are_evaluated_for_each_element() {
    let spec = "match: {terraform: [aws_security_group]}
variables:
  open: element.cidr == '0.0.0.0/0'
  danger: open && element.port == 22
rules:
  - each: $.ingress[*]
    when: open
    require: '!danger'
    message: m";
    let mut world = World::one(spec);
    let ingress = r#"{"ingress": [{"cidr": "0.0.0.0/0", "port": 22}, {"cidr": "10.0.0.0/8", "port": 22}, {"cidr": "0.0.0.0/0", "port": 443}]}"#;
    world.terraform("aws_security_group.a", json(ingress));
    assert_eq!(world.verdicts(), ["fail $['ingress'][0]"]);
}

const PRIVILEGED: &str = "match: {kubernetes: [{podSpec: true}]}
rules:
  - each: $['containers','initContainers','ephemeralContainers'][*]
    select: $.securityContext.privileged
    absent: pass
    require: self == false
    message: privileged";

const DEPLOYMENT: &str = r#"{"kind": "Deployment", "metadata": {"name": "d"}, "spec": {"template": {"metadata": {"labels": {"app": "web"}}, "spec":
    {"containers": [{"name": "a"}, {"name": "b", "securityContext": {"privileged": true}}]}}}}"#;

#[test]
fn pod_specs_wherever_they_are() {
    let mut world = World::one(PRIVILEGED);
    world.kubernetes("apps/Deployment", Some("x"), "d", json(DEPLOYMENT));
    let privileged = r#"{"initContainers": [{"securityContext": {"privileged": true}}]}"#;
    let cron = format!(
        r#"{{"spec": {{"jobTemplate": {{"spec": {{"template": {{"spec": {privileged}}}}}}}}}}}"#
    );
    world.kubernetes("batch/CronJob", Some("x"), "c", json(&cron));
    world.kubernetes(
        "Pod",
        Some("x"),
        "p",
        json(&format!(r#"{{"spec": {privileged}}}"#)),
    );
    world.kubernetes(
        "Service",
        Some("x"),
        "s",
        json(r#"{"spec": {"containers": 1}}"#),
    );
    assert_eq!(
        world.verdicts(),
        [
            "fail $['spec']['jobTemplate']['spec']['template']['spec']['initContainers'][0]['securityContext']['privileged']",
            "fail $['spec']['template']['spec']['containers'][1]['securityContext']['privileged']",
            "fail $['spec']['initContainers'][0]['securityContext']['privileged']",
        ]
    );
}

#[test]
fn pod_templates_of_kinds_that_are_not_listed() {
    let container = r#"{"name": "a", "image": "a", "securityContext": {"privileged": true}}"#;
    let pod = format!(r#"{{"containers": [{container}]}}"#);
    for (word, body, paths) in [
        (
            "kubeflow.org/PyTorchJob",
            format!(
                r#"{{"spec": {{"pytorchReplicaSpecs": {{"Master": {{"template": {{"spec": {pod}}}}}, "Worker": {{"template": {{"spec": {pod}}}}}}}}}}}"#
            ),
            &[
                "$['spec']['pytorchReplicaSpecs']['Master']['template']['spec']",
                "$['spec']['pytorchReplicaSpecs']['Worker']['template']['spec']",
            ][..],
        ),
        (
            "keda.sh/ScaledJob",
            format!(r#"{{"spec": {{"jobTargetRef": {{"template": {{"spec": {pod}}}}}}}}}"#),
            &["$['spec']['jobTargetRef']['template']['spec']"],
        ),
        (
            "apps.kruise.io/StatefulSet",
            format!(r#"{{"spec": {{"template": {{"spec": {pod}}}}}}}"#),
            &["$['spec']['template']['spec']"],
        ),
        // A patch of what the controller makes.
        (
            "monitoring.coreos.com/Prometheus",
            r#"{"spec": {"containers": [{"name": "prometheus", "securityContext": {"privileged": true}}]}}"#
                .to_owned(),
            &["$['spec']"],
        ),
        // What lies below a pod is looked at too.
        (
            "example.org/Nested",
            format!(
                r#"{{"spec": {{"containers": [{container}], "worker": {{"template": {{"spec": {pod}}}}}}}}}"#
            ),
            &["$['spec']", "$['spec']['worker']['template']['spec']"],
        ),
        (
            "jobset.x-k8s.io/JobSet",
            format!(
                r#"{{"spec": {{"replicatedJobs": [{{"name": "a"}}, {{"template": {{"spec": {{"template": {{"spec": {pod}}}}}}}}}]}}}}"#
            ),
            &["$['spec']['replicatedJobs'][1]['template']['spec']['template']['spec']"],
        ),
        // What is no pod: patterns of policies, a list of names, the status.
        (
            "kyverno.io/ClusterPolicy",
            format!(r#"{{"spec": {{"rules": [{{"validate": {{"pattern": {{"spec": {pod}}}}}}}]}}}}"#),
            &[],
        ),
        (
            "example.org/Thing",
            format!(r#"{{"spec": {{"containers": [{{"name": "a"}}, "b"]}}, "status": {pod}}}"#),
            &[],
        ),
    ] {
        let mut world = World::one(PRIVILEGED);
        world.kubernetes(word, Some("x"), "a", json(&body));
        let wanted: Vec<String> = paths
            .iter()
            .map(|path| format!("fail {path}['containers'][0]['securityContext']['privileged']"))
            .collect();
        assert_eq!(world.verdicts(), wanted, "{word}");
        assert_eq!(world.evaluate().diagnostics.len(), 0, "{word}");
    }
}

#[test]
fn the_pod_of_a_found_template_is_its_own() {
    let mut world = World::one(
        "match: {kubernetes: [{podSpec: true}]}
rules:
  - each: $.containers[*]
    select: $.args[*]
    absent: pass
    require: pod.metadata.labels.app == 'web' && self == 'x'
    message: m",
    );
    let template = |value: &str| {
        format!(
            r#"{{"metadata": {{"labels": {{"app": "web"}}}}, "spec": {{"containers": [{{"name": "a", "args": ["$(X)"], "env": [{{"name": "X", "value": "{value}"}}]}}]}}}}"#
        )
    };
    let body = format!(
        r#"{{"spec": {{"sets": [{}, {}]}}}}"#,
        template("x"),
        template("y")
    );
    world.kubernetes("example.org/Thing", Some("x"), "a", json(&body));
    assert_eq!(
        world.verdicts(),
        ["fail $['spec']['sets'][1]['spec']['containers'][0]['args'][0]"]
    );
}

#[test]
fn containers_outside_of_pod_templates_are_told() {
    let mut world = World::one(PRIVILEGED);
    let workflow = r#"{"spec": {"templates": [{"container": {"image": "a", "securityContext": {"privileged": true}}}]}}"#;
    for name in ["a", "b", "c", "d"] {
        world.kubernetes("argoproj.io/Workflow", Some("x"), name, json(workflow));
    }
    world.terraform("kubernetes_deployment.web", json("{}"));
    world.terraform("aws_db_instance.web", json("{}"));
    let told: Vec<_> = world
        .evaluate()
        .diagnostics
        .into_iter()
        .map(|diagnostic| (diagnostic.level, diagnostic.message))
        .collect();
    assert_eq!(
        told,
        [
            (Level::Warning, "the policies for Kubernetes did not judge what kubernetes_deployment makes: kubernetes_deployment.web".to_owned()),
            (Level::Warning, "containers of argoproj.io/Workflow were not judged, for they stand in no pod template: Workflow/x/a, Workflow/x/b, Workflow/x/c and 1 more".to_owned()),
        ]
    );
    // Who asks for no policy of pods is told nothing of pods.
    let mut world = World::one(
        "match: {kubernetes: [{group: \"\", kind: Service}]}\nrules: [{require: 'true', message: m}]",
    );
    world.terraform("kubernetes_deployment.web", json("{}"));
    assert_eq!(world.evaluate().diagnostics.len(), 0);
}

const DEPLOYMENT_POD: &str =
    r#"{"containers": [{"name": "a", "securityContext": {"privileged": false}}]}"#;

#[test]
fn pods_of_a_controller_in_the_input_are_judged_there() {
    let pod = |kind: &str, owner: &str, spec: &str| {
        let version = if kind == "Pod" { "v1" } else { "apps/v1" };
        json(&format!(
            r#"{{"metadata": {{"ownerReferences": [{{"apiVersion": "{version}", "kind": "{kind}", "name": "{owner}", "controller": true}}]}}, "spec": {spec}}}"#
        ))
    };
    let as_template =
        DEPLOYMENT_POD.replace("}]}", ", \"volumeMounts\": []}], \"nodeName\": \"n\"}");
    let mut world = World::one(PRIVILEGED);
    let deployment = format!(r#"{{"spec": {{"template": {{"spec": {DEPLOYMENT_POD}}}}}}}"#);
    world.kubernetes("apps/Deployment", Some("x"), "d", json(&deployment));
    world.kubernetes(
        "Pod",
        Some("x"),
        "d-1",
        pod("Deployment", "d", &as_template),
    );
    world.kubernetes(
        "Pod",
        Some("x"),
        "other",
        pod("Deployment", "gone", &as_template),
    );
    // What only says that it belongs to one is judged itself.
    let unlike = DEPLOYMENT_POD.replace("false", "true");
    world.kubernetes("Pod", Some("x"), "unlike", pod("Deployment", "d", &unlike));
    world.kubernetes("Pod", Some("x"), "self", pod("Pod", "self", &unlike));
    let evaluation = world.evaluate();
    let mut judged: Vec<_> = evaluation
        .findings
        .iter()
        .map(|finding| {
            let address = &world.inventory.resources[finding.resource].address;
            format!("{address} {}", finding.verdict)
        })
        .collect();
    judged.sort();
    assert_eq!(
        judged,
        [
            "Deployment/x/d pass",
            "Pod/x/other pass",
            "Pod/x/self fail",
            "Pod/x/unlike fail"
        ]
    );
}

#[test]
fn an_object_written_twice_is_either() {
    let mut world = World::new(&[]);
    let pod = r#"{"spec": {"containers": [{"name": "a", "envFrom": [{"configMapRef": {"name": "c"}}], "env": [{"name": "K", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "A"}}}]}]}}"#;
    world.kubernetes("Pod", Some("x"), "p", json(pod));
    for (name, a) in [("c", "1"), ("c", "2"), ("same", "1"), ("same", "1")] {
        let data = format!(r#"{{"data": {{"A": "{a}", "B": "3"}}}}"#);
        world.kubernetes("ConfigMap", Some("x"), name, json(&data));
    }
    for (question, expected) in [
        ("resource.lookup('ConfigMap', 'c') != null", "pass"),
        ("resource.lookup('ConfigMap', 'c').data.A == '1'", "unknown"),
        ("resource.lookup('ConfigMap', 'c').data.B == '3'", "pass"),
        ("resource.lookup('ConfigMap', 'same').data.A == '1'", "pass"),
        (
            "podEnv(resource.spec.containers[0]).exists(e, e.name == 'K' && e.value == '1')",
            "unknown",
        ),
        (
            "podEnv(resource.spec.containers[0]).exists(e, e.name == 'A' && e.value == '1')",
            "unknown",
        ),
    ] {
        assert_eq!(asks(&mut world, "Pod", question), expected, "{question}");
    }
}

/// What `require` gives for the first object of a kind.
fn asks(world: &mut World, kind: &str, require: &str) -> String {
    let (group, name) = kind.split_once('/').unwrap_or(("", kind));
    let quoted = require.replace('\'', "''");
    let spec = format!(
        "match: {{kubernetes: [{{group: '{group}', kind: {name}}}]}}\nrules: [{{require: '{quoted}', message: m}}]"
    );
    let file = world
        .sources
        .add(format!("{require}.yaml"), &policy("q", &spec));
    let (policies, diagnostics) = PolicySet::parse(&[file]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    world.policies = policies;
    let evaluation = world.evaluate();
    let finding = &evaluation.findings[0];
    if finding.verdict == Verdict::Error {
        finding.message.clone()
    } else {
        finding.verdict.to_string()
    }
}

#[test]
fn kubernetes_relations() {
    let mut world = World::new(&[]);
    world.kubernetes(
        "Namespace",
        None,
        "x",
        json(r#"{"metadata": {"name": "x", "labels": {"team": "a"}}}"#),
    );
    world.kubernetes("apps/Deployment", Some("x"), "d", json(DEPLOYMENT));
    world.kubernetes(
        "Service",
        Some("x"),
        "s",
        json(r#"{"spec": {"selector": {"app": "web"}}}"#),
    );
    world.kubernetes(
        "Service",
        Some("x"),
        "other",
        json(r#"{"spec": {"selector": {"app": "db"}}}"#),
    );
    world.kubernetes(
        "Service",
        Some("y"),
        "elsewhere",
        json(r#"{"spec": {"selector": {"app": "web"}}}"#),
    );
    world.kubernetes("Service", Some("x"), "none", json(r#"{"spec": {}}"#));
    world.kubernetes(
        "networking.k8s.io/NetworkPolicy",
        Some("x"),
        "all",
        json(r#"{"spec": {"podSelector": {}}}"#),
    );
    world.kubernetes(
        "networking.k8s.io/NetworkPolicy",
        Some("x"),
        "expression",
        json(r#"{"spec": {"podSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}}}"#),
    );
    world.kubernetes(
        "ConfigMap",
        Some("x"),
        "c",
        json(r#"{"data": {"PGSSLMODE": "disable", "A": "1"}}"#),
    );
    for (kind, require, expected) in [
        (
            "apps/Deployment",
            "resource.selectedBy('Service').size() == 1",
            "pass",
        ),
        (
            "apps/Deployment",
            "resource.selectedBy('Service').all(s, s.name() == 's')",
            "pass",
        ),
        (
            "apps/Deployment",
            "resource.selectedBy('networking.k8s.io/NetworkPolicy').map(n, n.name()) == ['all']",
            "pass",
        ),
        (
            "apps/Deployment",
            "resource.namespaceObject().metadata.labels.team == 'a'",
            "pass",
        ),
        (
            "apps/Deployment",
            "resource.lookup('ConfigMap', 'c').data.A == '1'",
            "pass",
        ),
        (
            "apps/Deployment",
            "resource.lookup('Namespace', 'x') != null",
            "pass",
        ),
        (
            "apps/Deployment",
            "resource.lookup('ConfigMap', 'gone') == null",
            "pass",
        ),
        (
            "apps/Deployment",
            "resource.owner() == null && resource.namespace() == 'x'",
            "pass",
        ),
        (
            "networking.k8s.io/NetworkPolicy",
            "resource.selects().exists(p, p.name() == 'd')",
            "pass",
        ),
        (
            "Service",
            "resource.selects().exists(p, p.name() == 'd')",
            "fail",
        ),
    ] {
        assert_eq!(
            asks(&mut world, kind, require),
            expected,
            "{kind}: {require}"
        );
    }
}

#[test]
fn environments_of_containers() {
    let container = r#"{"name": "a", "envFrom": [{"configMapRef": {"name": "c"}, "prefix": "P_"}, {"secretRef": {"name": "s"}}],
        "env": [{"name": "LITERAL", "value": "1"}, {"name": "P_A", "value": "2"}, {"name": "EMPTY"},
                {"name": "KEY", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "A"}}},
                {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                {"name": "GONE", "valueFrom": {"configMapKeyRef": {"name": "gone", "key": "k"}}}]}"#;
    let mut world = World::new(&[]);
    world.kubernetes(
        "Pod",
        Some("x"),
        "p",
        json(&format!(r#"{{"spec": {{"containers": [{container}]}}}}"#)),
    );
    world.kubernetes(
        "ConfigMap",
        Some("x"),
        "c",
        json(r#"{"data": {"PGSSLMODE": "disable", "A": "1"}}"#),
    );
    let env = "podEnv(resource.spec.containers[0])";
    for (question, expected) in [
        (
            "exists(e, e.name == 'LITERAL' && e.value == '1' && e.from == 'literal')",
            "pass",
        ),
        (
            // The Secret is read after the ConfigMap, and may set it again.
            "exists(e, e.name == 'P_PGSSLMODE' && e.value == 'disable')",
            "unknown",
        ),
        (
            "filter(e, e.name == 'P_A').all(e, e.value == '2')",
            "unknown",
        ),
        ("exists(e, e.name == 'KEY' && e.value == '1')", "pass"),
        ("exists(e, e.name == 'EMPTY' && e.value == '')", "pass"),
        ("exists(e, e.name == 'SECRET' && e.value == 'x')", "unknown"),
        ("exists(e, e.name == 'GONE' && e.value == 'x')", "unknown"),
        // The Secret behind `envFrom` may hold any name.
        ("exists(e, e.name == 'OTHER')", "unknown"),
    ] {
        assert_eq!(
            asks(&mut world, "Pod", &format!("{env}.{question}")),
            expected,
            "{question}"
        );
    }
}

#[test]
fn a_module_that_could_not_be_read_may_hold_a_partner() {
    let spec = "match: {terraform: [aws_s3_bucket]}
rules: [{require: \"resource.referrers('aws_s3_bucket_versioning', 'bucket').size() > 0\", message: m}]";
    let mut world = World::one(spec);
    world.terraform("aws_s3_bucket.a", json(r#"{"bucket": "a"}"#));
    assert_eq!(world.verdicts(), ["fail"]);
    world
        .inventory
        .unresolved
        .push(hipaa_iac_source::Unresolved {
            address: "module.x".into(),
            root: ".".into(),
            environment: None,
            reason: "the module is not there".to_owned(),
            remedy: String::new(),
            span: None,
            references: vec![hipaa_iac_source::Reference {
                address: "aws_s3_bucket.a".into(),
                attribute: "id".into(),
            }],
            texts: Vec::new(),
        });
    assert_eq!(world.verdicts(), ["unknown"]);
    assert_eq!(
        world.evaluate().findings[0].reasons,
        ["module.x: the module is not there"]
    );
    for (handed, verdict) in [
        ("a", "unknown"),
        ("arn:aws:s3:::a", "unknown"),
        ("arn:aws:s3:::ab", "fail"),
        ("", "fail"),
        ("a bucket", "fail"),
    ] {
        let unresolved = &mut world.inventory.unresolved[0];
        unresolved.references.clear();
        unresolved.texts = vec![handed.into()];
        assert_eq!(world.verdicts(), [verdict], "{handed}");
    }
}

/// Of which element a plan speaks it does not say.
#[test]
fn a_list_refers_to_nothing_for_certain_where_an_element_may_be_anything() {
    let spec = "match: {terraform: [aws_db_instance]}
rules: [{require: \"resource.referrers('aws_backup_selection', 'resources').exists(s, s.type() == 'aws_backup_selection')\", message: m}]";
    for (verbatim, verdict) in [
        ([true, true], "pass"),
        ([true, false], "unknown"),
        ([false, false], "unknown"),
    ] {
        let mut world = World::one(spec);
        world.terraform("aws_db_instance.a", json("{}"));
        let element = |verbatim| unknown(|unknown| unknown.verbatim = verbatim);
        let mut list = Node::list(verbatim.map(element).to_vec());
        let mentioned = hipaa_iac_source::Reference {
            address: "aws_db_instance.a".into(),
            attribute: "arn".into(),
        };
        list.references = Some(vec![mentioned].into());
        world.terraform("aws_backup_selection.s", with("resources", list));
        assert_eq!(world.verdicts(), [verdict], "{verbatim:?}");
    }
}

#[test]
fn relations_hold_within_a_root_and_environment() {
    let spec = "match: {terraform: [aws_s3_bucket]}
rules: [{require: \"resources('aws_backup_plan').size() > 0\", message: m}]";
    let mut world = World::one(spec);
    world.terraform("aws_s3_bucket.a", json("{}"));
    world.terraform("aws_backup_plan.b", json("{}")).root = "elsewhere".into();
    assert_eq!(world.verdicts(), ["fail"]);
    world.terraform("aws_backup_plan.c", json("{}"));
    assert_eq!(world.verdicts(), ["pass"]);
}

#[test]
fn what_holds_no_phi_is_not_judged() {
    let tagged = |tags: &str| {
        let mut world = World::one(ENCRYPTED);
        world.terraform("aws_db_instance.a", json(&format!(r#"{{"tags": {tags}}}"#)));
        world
    };
    assert_eq!(
        tagged(r#"{"data-class": "none"}"#).verdicts(),
        ["not-applicable"]
    );
    assert_eq!(
        tagged(r#"{"hipaa-iac.dev/data-class": "NONE"}"#).verdicts(),
        ["not-applicable"]
    );
    assert_eq!(
        tagged(r#"{"data-class": "public"}"#).verdicts(),
        ["fail $['storage_encrypted']"]
    );
    assert_eq!(
        tagged(r#"{"sensitivity": "none"}"#).verdicts(),
        ["fail $['storage_encrypted']"]
    );
    let mut configured = tagged(r#"{"sensitivity": "none"}"#);
    configured.config("classification: {labels: [sensitivity]}");
    assert_eq!(configured.verdicts(), ["not-applicable"]);
    let mut by_address = tagged("{}");
    by_address.config("classification: {rules: [{address: 'aws_db_*', class: none}]}");
    assert_eq!(by_address.verdicts(), ["not-applicable"]);
    by_address.settings.all_phi = true;
    assert_eq!(by_address.verdicts(), ["fail $['storage_encrypted']"]);
    let mut default = tagged(r#"{"data-class": "phi"}"#);
    default.config("classification: {default: none}");
    assert_eq!(default.verdicts(), ["fail $['storage_encrypted']"]);
}

#[test]
fn a_namespace_decides_and_a_workload_can_only_raise() {
    let phi = |namespace: &str, own: &str| {
        let mut world = World::one(PRIVILEGED);
        let labels = |class: &str| {
            if class.is_empty() {
                "{}".to_owned()
            } else {
                format!(r#"{{"data-class": "{class}"}}"#)
            }
        };
        world.kubernetes(
            "Namespace",
            None,
            "x",
            json(&format!(
                r#"{{"metadata": {{"labels": {}}}}}"#,
                labels(namespace)
            )),
        );
        let pod = format!(
            r#"{{"metadata": {{"labels": {}}}, "spec": {{"containers": []}}}}"#,
            labels(own)
        );
        world.kubernetes("Pod", Some("x"), "p", json(&pod));
        world.evaluate().phi[1]
    };
    assert!(!phi("none", ""));
    assert!(phi("none", "phi"));
    assert!(phi("", "none"));
    assert!(phi("phi", "none"));
}

const WAIVED: &str = "match: {terraform: [aws_db_instance]}
scope: all
rules: [{select: $.storage_encrypted, absent: fail, require: self == true, message: m}]";

/// A Terraform file with one instance, whose lines 2 to 4 are the block.
fn waived(text: &str, change: impl FnOnce(&mut World)) -> (Vec<String>, Vec<Diagnostic>) {
    let mut world = World::new(&[policy("unencrypted", WAIVED)]);
    let file = world.sources.add("main.tf", text);
    let start = text.find("resource").unwrap();
    let value = text.find("false").unwrap();
    let end = text.rfind('}').unwrap() + 1;
    let body = with(
        "storage_encrypted",
        Node::from(false).at(Span::new(file.id(), value..value + 5)),
    );
    let resource = world.terraform("module.sandbox.aws_db_instance.a", body);
    resource.span = Some(Span::new(
        file.id(),
        start..text[start..].find('\n').unwrap() + start,
    ));
    resource.extent = Some(Span::new(file.id(), start..end));
    change(&mut world);
    let evaluation = world.evaluate();
    (
        evaluation
            .findings
            .iter()
            .map(|finding| finding.verdict.to_string())
            .collect(),
        evaluation.diagnostics,
    )
}

const FIELDS: &str =
    r#"unencrypted reason="synthetic data" owner="data-platform" until=2027-01-31"#;

#[test]
fn comments_waive_what_they_stand_at() {
    let block = "resource \"aws_db_instance\" \"a\" {\n  storage_encrypted = false\n}\n";
    let above = format!("# hipaa-iac:ignore {FIELDS}\n{block}");
    for text in [
        above.clone(),
        format!("// hipaa-iac:ignore {FIELDS}\n# why\n{block}"),
        block.replace("{\n", &format!("{{ # hipaa-iac:ignore {FIELDS}\n")),
        block.replace(
            "  storage",
            &format!("  # hipaa-iac:ignore {FIELDS}\n  storage"),
        ),
        block.replace("\n}", &format!("\n  /* hipaa-iac:ignore {FIELDS} */\n}}")),
    ] {
        let (verdicts, diagnostics) = waived(&text, |_| ());
        assert_eq!(verdicts, ["waived"], "{text}");
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
    }
    // Not at the block.
    let (verdicts, diagnostics) = waived(
        &format!("# hipaa-iac:ignore {FIELDS}\nlocals {{}}\n{block}"),
        |_| (),
    );
    assert_eq!(verdicts, ["fail"]);
    assert_eq!(
        (diagnostics[0].level, diagnostics[0].code),
        (Level::Warning, "waiver-unused")
    );
    let (verdicts, diagnostics) = waived(&above, |world| world.settings.inline_waivers = false);
    assert_eq!(
        (verdicts.as_slice(), diagnostics.len()),
        (&["fail".to_owned()][..], 0)
    );
}

#[test]
fn waivers_that_are_not_right_waive_nothing() {
    let block = "resource \"aws_db_instance\" \"a\" {\n  storage_encrypted = false\n}\n";
    for (comment, level, words) in [
        (
            FIELDS.replace("2027-01-31", "2026-11-23"),
            Level::Warning,
            "expired on 2026-11-23",
        ),
        (
            FIELDS.replace("2027-01-31", "2028-01-31"),
            Level::Usage,
            "more than a year",
        ),
        (
            FIELDS.replace("2027-01-31", "soon"),
            Level::Usage,
            "not a date",
        ),
        (
            FIELDS.replace("owner", "oner"),
            Level::Usage,
            "did you mean `owner`",
        ),
        (
            FIELDS.replace("reason=\"synthetic data\"", ""),
            Level::Usage,
            "needs a reason",
        ),
        (
            FIELDS.replace("unencrypted", "unencripted"),
            Level::Usage,
            "did you mean `unencrypted`",
        ),
        (
            FIELDS.replace("unencrypted", "*"),
            Level::Usage,
            "never a pattern",
        ),
        (String::new(), Level::Usage, "names its policy"),
    ] {
        let (verdicts, diagnostics) =
            waived(&format!("# hipaa-iac:ignore {comment}\n{block}"), |_| ());
        assert_eq!(verdicts, ["fail"], "{comment}");
        let found = diagnostics
            .iter()
            .find(|diagnostic| diagnostic.message.contains(words));
        assert_eq!(
            found.map(|found| found.level),
            Some(level),
            "{comment}: {diagnostics:?}"
        );
    }
    // The last day counts.
    let (verdicts, _) = waived(
        &format!(
            "# hipaa-iac:ignore {}\n{block}",
            FIELDS.replace("2027-01-31", "2026-11-24")
        ),
        |_| (),
    );
    assert_eq!(verdicts, ["waived"]);
}

#[test]
fn a_waiver_that_its_owner_approved_is_told() {
    let block = "resource \"aws_db_instance\" \"a\" {\n  storage_encrypted = false\n}\n";
    let warned = |more: &str| {
        let (verdicts, diagnostics) = waived(
            &format!("# hipaa-iac:ignore {FIELDS}{more}\n{block}"),
            |_| (),
        );
        assert_eq!(verdicts, ["waived"]);
        diagnostics
            .iter()
            .any(|diagnostic| diagnostic.code == "waiver-self-approved")
    };
    assert!(warned(" approvedBy=\"Data-Platform \""));
    assert!(!warned(" approvedBy=\"privacy officer\""));
    assert!(!warned(""));

    let configured = |approved: &str| {
        let entry = format!(
            "waivers: [{{policy: unencrypted, address: 'module.sandbox.*', reason: r, owner: o, approvedBy: {approved}, until: 2027-01-31}}]"
        );
        waived(block, |world| world.config(&entry)).1
    };
    assert_eq!(configured("O")[0].code, "waiver-self-approved");
    assert!(configured("O")[0].span.is_some());
    assert!(configured("p").is_empty());
}

#[test]
fn waivers_of_the_configuration() {
    let block = "resource \"aws_db_instance\" \"a\" {\n  storage_encrypted = false\n}\n";
    let entry = "waivers: [{policy: unencrypted, address: 'module.sandbox.*', reason: r, owner: o, until: 2027-01-31, ticket: T-1}]";
    let (verdicts, diagnostics) = waived(block, |world| world.config(entry));
    assert_eq!(verdicts, ["waived"]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let (verdicts, diagnostics) = waived(block, |world| {
        world.config(&entry.replace("sandbox", "production"));
    });
    assert_eq!(
        (verdicts.as_slice(), diagnostics[0].code),
        (&["fail".to_owned()][..], "waiver-unused")
    );
    let (verdicts, diagnostics) = waived(block, |world| {
        world.config(&entry.replace("2027-01-31", "2028-01-31"));
    });
    assert_eq!(
        (verdicts.as_slice(), diagnostics[0].level),
        (&["fail".to_owned()][..], Level::Usage)
    );
    assert!(diagnostics[0].span.is_some());
    let parse = |text: &str| Config::parse(&Sources::new().add("c.yaml", text));
    assert!(
        parse("waivers: [{policy: p, address: a, owner: o, until: 2027-01-31}]")
            .unwrap_err()
            .message
            .contains("reason")
    );
    assert!(
        parse("waivers: [{policy: p, address: a, reason: r, owner: o, until: 2027-02-31}]")
            .is_err()
    );
}

#[test]
fn which_policies_run() {
    let hardening = policy("b", &format!("profiles: [hardening]\n{ENCRYPTED}"));
    let mut world = World::new(&[policy("a", ENCRYPTED), hardening]);
    let selected = |world: &World| {
        world
            .evaluate()
            .selected
            .iter()
            .map(|policy| policy.name.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(selected(&world), ["a"]);
    world.settings.selection.profiles = vec![Profile::Hardening];
    assert_eq!(selected(&world), ["b"]);
    world.settings.selection.only = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(selected(&world), ["a", "b"]);
    world.settings.selection.skip = vec!["a".to_owned()];
    assert_eq!(selected(&world), ["b"]);
    world.settings.selection = crate::Selection::default();
    world.config("severity: {a: off}\nprofiles: [hipaa, hardening]");
    assert_eq!(selected(&world), ["b"]);
}

#[test]
fn the_configuration_overrides_and_is_checked() {
    let spec = "match: {terraform: [aws_db_instance]}
parameters: {minDays: 7}
rules: [{select: $.days, absent: fail, require: self >= params.minDays, message: m}]";
    let mut world = World::new(&[policy("backup-short", spec)]);
    world.terraform("aws_db_instance.a", json(r#"{"days": 10}"#));
    assert_eq!(world.verdicts(), ["pass"]);
    world.config("parameters: {backup-short: {minDays: 30}}\nseverity: {backup-short: low}");
    let evaluation = world.evaluate();
    assert_eq!(
        (
            evaluation.findings[0].verdict,
            evaluation.findings[0].severity
        ),
        (Verdict::Fail, crate::Severity::Low)
    );
    assert!(evaluation.diagnostics.is_empty());
    for (text, words) in [
        (
            "parameters: {backup-short: {minDay: 30}}",
            "did you mean `minDays`",
        ),
        (
            "parameters: {backup-short: {minDays: many}}",
            "is a number, not a text",
        ),
        (
            "severity: {backup-shrt: low}",
            "did you mean `backup-short`",
        ),
        ("skip: [other]", "no policy is named `other`"),
        ("only: [backup-shor]", "did you mean"),
    ] {
        world.config(text);
        let diagnostics = world.evaluate().diagnostics;
        assert!(
            diagnostics.len() == 1 && diagnostics[0].message.contains(words),
            "{text}: {diagnostics:?}"
        );
        assert!(diagnostics[0].level == Level::Usage && diagnostics[0].span.is_some());
    }
}

#[test]
fn configurations_that_are_refused() {
    let parse = |text: &str| Config::parse(&Sources::new().add("c.yaml", text));
    assert!(parse("").is_ok());
    assert!(parse("# nothing yet\n---\n").is_ok());
    for text in [
        "colour: red",
        "severity: {a: huge}",
        "profiles: [gdpr]",
        "failOn: sometimes",
        "classification: {rules: [{class: none}]}",
        "classification: {rules: [{path: 'a[', class: none}]}",
        "environments: [{name: a}, {name: a}]",
        "severity: [a]",
        "a: b: c",
    ] {
        let diagnostic = parse(text).unwrap_err();
        assert_eq!(diagnostic.level, Level::Usage, "{text}");
        assert!(diagnostic.span.is_some(), "{text}: {diagnostic:?}");
        assert!(diagnostic.path.is_some());
    }
}

#[test]
fn policies_that_are_refused_say_where_and_why() {
    let good = policy("p", ENCRYPTED);
    for (from, to, words) in [
        ("severity: high", "severity: huge", "huge"),
        ("title: Title", "titel: Title", "titel"),
        ("164.312(a)(2)(iv)", "164.999", "no paragraph"),
        ("name: p", "name: P_1", "lower-case"),
        (
            "require: self == true",
            "require: self ==",
            "not an expression",
        ),
        (
            "require: self == true",
            "require: selv == true",
            "did you mean `self`",
        ),
        (
            "select: $.storage_encrypted",
            "select: storage[",
            "not a JSONPath",
        ),
        (
            "absent: fail",
            "when: self == 1\n      absent: fail",
            "cannot read `self`",
        ),
        ("      absent: fail\n", "", "needs `absent`"),
        ("[aws_db_instance]", "['AWS DB']", "no resource type"),
        (
            "terraform: [aws_db_instance]",
            "kubernetes: [{kind: Pod}]",
            "`group` is missing",
        ),
        (
            "match: {terraform: [aws_db_instance]}",
            "match: {}",
            "matches nothing",
        ),
        ("v1alpha1", "v9", "apiVersion"),
        ("kind: Policy", "kind: Waiver", "kind must be"),
        (
            "  rules:",
            "  variables: {self: '1'}\n  rules:",
            "cannot be the name",
        ),
        (
            "  rules:",
            "  variables: {a: b, b: '1'}\n  rules:",
            "nothing is named `b`",
        ),
    ] {
        assert!(good.contains(from), "{from}");
        let sources = Sources::new();
        let (set, diagnostics) =
            PolicySet::parse(&[sources.add("p.yaml", &good.replacen(from, to, 1))]);
        assert!(set.policies().is_empty(), "{to}");
        let found = diagnostics
            .iter()
            .find(|diagnostic| diagnostic.message.contains(words));
        let found = found.unwrap_or_else(|| panic!("{to}: {diagnostics:?}"));
        assert!(
            found.span.is_some() && found.level == Level::Error,
            "{to}: {found:?}"
        );
    }
    let place = |text: &str, path: &[&str]| {
        let sources = Sources::new();
        let file = sources.add("p.yaml", text);
        crate::yaml::locate(&file, path).map(|span| file.slice(span).to_owned())
    };
    assert_eq!(
        place(&good, &["spec", "rules", "0", "require"]).as_deref(),
        Some("self == true")
    );
    assert_eq!(
        place(&good, &["spec", "safeguards", "0"]).as_deref(),
        Some("\"164.312(a)(2)(iv)\"")
    );
}

/// Thousands of waivers are found in one reading, at the places that reading for each finds.
#[test]
fn elements_of_a_list_are_located_at_once() {
    let sources = Sources::new();
    let text = "strict: true\nwaivers:\n  - {policy: a}\n  - policy: b\n    owner: me\n";
    let file = sources.add("hipaa-iac.yaml", text);
    let one = |at| crate::yaml::locate(&file, &["waivers", at]);
    let all = crate::yaml::locate_elements(&file, "waivers");
    assert_eq!(all, [one("0"), one("1")]);
    assert!(all.iter().all(Option::is_some));
    assert!(crate::yaml::locate_elements(&file, "strict").is_empty());
    assert!(crate::yaml::locate_elements(&file, "none").is_empty());
}

#[test]
fn two_policies_of_one_name_and_empty_files_are_told() {
    let sources = Sources::new();
    let text = policy("p", ENCRYPTED);
    let files = [
        sources.add("a.yaml", &text),
        sources.add("b.yaml", &text),
        sources.add("c.yaml", " \n"),
    ];
    let (set, diagnostics) = PolicySet::parse(&files);
    assert_eq!(set.policies().len(), 1);
    assert_eq!(
        diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code)
            .collect::<Vec<_>>(),
        ["policy-duplicate", "policy-syntax"]
    );
}

#[test]
fn a_policy_that_was_not_compiled_yet_is_never_skipped() {
    let text = policy("p", &ENCRYPTED.replace("self == true", "selv == true"));
    let sources = Sources::new();
    let tested = Tested {
        file: sources.add("p.yaml", &text),
        json: "",
    };
    let (policies, diagnostics) = PolicySet::load(&[tested], &[]);
    assert!(diagnostics.is_empty());
    let mut world = World::new(&[]);
    world.policies = policies;
    world.terraform("aws_db_instance.a", json("{}"));
    assert_eq!(world.verdicts(), ["error"]);
    assert!(!lint(&world.policies.policies()[0]).is_empty());
}

#[test]
fn the_digest_is_of_paths_and_texts_whatever_the_order() {
    let digest = |files: &[(&str, &str)]| {
        let sources = Sources::new();
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| sources.add(*path, text))
            .collect();
        PolicySet::parse(&files).0.digest().to_owned()
    };
    assert_eq!(
        digest(&[("a", "x\n"), ("b", "y")]),
        digest(&[("b", "y"), ("a", "x\r\n")])
    );
    assert_ne!(
        digest(&[("a", "x"), ("b", "y")]),
        digest(&[("a", "y"), ("b", "x")])
    );
    assert_ne!(digest(&[("a", "xb")]), digest(&[("ax", "b")]));
}

const AGREEMENTS: &str = "apiVersion: hipaa-iac.dev/v1alpha1
kind: AgreementList
agreements:
  - id: vercel-2026
    vendor: vercel
    status: signed
    signed: 2026-03-02
    expires: 2027-03-02
    lastReviewed: 2026-09-01
    scope:
      services: [vercel-node-functions]
      excludes: [vercel-middleware]
  - {id: gcp, vendor: gcp, status: signed, signed: 2026-01-01, evergreen: true}
";

#[test]
fn agreements_cover_what_they_name_while_they_hold() {
    let day = |text: &str| text.parse::<Date>().unwrap();
    let parse = |text: &str, as_of: &str| {
        Agreements::parse(&Sources::new().add("baa.yaml", text), day(as_of))
    };
    let agreements = parse(AGREEMENTS, "2026-11-24").unwrap();
    assert!(
        agreements.diagnostics().is_empty(),
        "{:?}",
        agreements.diagnostics()
    );
    let covers = |vendor: &str, service: &str, as_of: &str| {
        let accounts = crate::agreement::Accounts::default();
        agreements.covers(vendor, service, None, &accounts, day(as_of)) == Some(true)
    };
    assert!(covers("vercel", "", "2026-11-24"));
    assert!(covers("vercel", "vercel-node-functions", "2027-03-02"));
    assert!(!covers("vercel", "vercel-node-functions", "2027-03-03"));
    assert!(!covers("vercel", "vercel-node-functions", "2026-03-01"));
    assert!(!covers("vercel", "vercel-edge-functions", "2026-11-24"));
    assert!(!covers("vercel", "vercel-middleware", "2026-11-24"));
    assert!(!covers("cloudflare", "", "2026-11-24"));
    // An agreement with Google covers Firebase, which belongs to it.
    assert!(covers("firebase", "firebase", "2026-11-24"));
    for (from, to) in [
        ("status: signed", "status: in-negotiation"),
        ("services: [vercel-node-functions]", "services: ['*']"),
    ] {
        let changed = parse(&AGREEMENTS.replacen(from, to, 1), "2026-11-24").unwrap();
        assert_eq!(
            changed.covers(
                "vercel",
                "vercel-edge-functions",
                None,
                &crate::agreement::Accounts::default(),
                day("2026-11-24")
            ),
            Some(to.contains('*')),
            "{to}"
        );
    }
    let warned = |as_of: &str| {
        parse(AGREEMENTS, as_of)
            .unwrap()
            .diagnostics()
            .iter()
            .map(|found| found.message.clone())
            .collect::<Vec<_>>()
    };
    assert!(
        warned("2027-02-01")
            .iter()
            .any(|message| message.contains("expires on 2027-03-02"))
    );
    assert!(
        warned("2027-04-01")
            .iter()
            .any(|message| message.contains("expired on 2027-03-02"))
    );
    assert!(
        warned("2028-01-01")
            .iter()
            .any(|message| message.contains("not reviewed"))
    );
    for (from, to) in [
        ("vendor: vercel", "vendor: vercell"),
        ("expires: 2027-03-02", "expires: 2025-03-02"),
        ("    expires: 2027-03-02\n", ""),
        ("signed: 2026-03-02", "color: red"),
        ("id: gcp", "id: vercel-2026"),
        ("kind: AgreementList", "kind: List"),
        ("2026-09-01", "2026-09-31"),
    ] {
        let refused = parse(&AGREEMENTS.replacen(from, to, 1), "2026-11-24").unwrap_err();
        assert!(
            refused[0].level == Level::Usage && refused[0].span.is_some(),
            "{to}: {refused:?}"
        );
    }
}

#[test]
fn fixtures_are_compared_line_by_line() {
    let text = "resource \"aws_db_instance\" \"a\" {\n  storage_encrypted = false # expect: p\n}\n";
    let check = |text: &str, value: bool, kind: FixtureKind| {
        let mut world = World::one(ENCRYPTED);
        let file = world.sources.add("fail.tf", text);
        let at = text.find("storage").unwrap();
        let body = with(
            "storage_encrypted",
            Node::from(value).at(Span::new(file.id(), at..at + 7)),
        );
        world.terraform("aws_db_instance.a", body).span = Some(Span::new(file.id(), 0..8));
        let policy = Arc::clone(&world.policies.policies()[0]);
        check_fixture(
            &policy,
            &world.inventory,
            &world.sources,
            &world.settings,
            kind,
        )
    };
    assert_eq!(check(text, false, FixtureKind::Fail), Ok(()));
    assert!(
        check(text, true, FixtureKind::Fail)
            .unwrap_err()
            .contains("fail.tf:2: expected, but not reported")
    );
    let unannounced = text.replace(" # expect: p", "");
    assert!(
        check(&unannounced, false, FixtureKind::Fail)
            .unwrap_err()
            .contains("not expected: fail.tf:2: fail")
    );
    assert_eq!(check(&unannounced, true, FixtureKind::Pass), Ok(()));
    assert!(check(&unannounced, false, FixtureKind::Pass).is_err());
    assert!(check(text, false, FixtureKind::Unknown).is_err());
}

#[test]
fn lint_finds_what_cannot_be_right() {
    let lints = |spec: &str| {
        let world = World::one(spec);
        lint(&world.policies.policies()[0])
            .into_iter()
            .map(|diagnostic| diagnostic.message)
            .collect::<Vec<_>>()
    };
    assert!(lints(ENCRYPTED).is_empty(), "{:?}", lints(ENCRYPTED));
    for (from, to, words) in [
        (
            "aws_db_instance",
            "aws_db_instanze",
            "did you mean `aws_db_instance`",
        ),
        ("message: storage is", "message: Storage is", "lowercase"),
        ("not encrypted", "not encrypted.", "full stop"),
        (
            "rules:",
            "parameters: {unused: 1}\nrules:",
            "`unused` is not used",
        ),
        (
            "rules:",
            "variables: {unused: '1'}\nrules:",
            "`unused` is not used",
        ),
        ("rules:", "see: {chekov: [A]}\nrules:", "no tool"),
        ("rules:", "profiles: []\nrules:", "never runs"),
        (
            "self == true",
            "vendorBaa('vercell') == 'yes'",
            "no vendor `vercell`",
        ),
        ("$.storage_encrypted", "$[?length(@.a)]", "RFC 9535"),
    ] {
        let found = lints(&ENCRYPTED.replacen(from, to, 1));
        assert!(
            found.iter().any(|message| message.contains(words)),
            "{to}: {found:?}"
        );
    }
}

#[test]
fn findings_are_in_order_and_equal_from_run_to_run() {
    let mut world = World::new(&[policy("b", ENCRYPTED), policy("a", ENCRYPTED)]);
    for (path, offset) in [("z.tf", 0), ("a.tf", 10), ("a.tf", 0)] {
        let file = world.sources.add(path, "0123456789abcdef");
        world
            .terraform(
                &format!("aws_db_instance.{}", path.len() + offset),
                json("{}"),
            )
            .span = Some(Span::new(file.id(), offset..offset + 1));
    }
    let run = |world: &World| {
        let evaluation = world.evaluate();
        let place = |finding: &crate::Finding| {
            world
                .sources
                .locate(finding.span.unwrap())
                .map(|(path, start, _)| (path, start.column))
                .unwrap()
        };
        evaluation
            .findings
            .iter()
            .map(|finding| (place(finding), finding.policy.name.clone()))
            .collect::<Vec<_>>()
    };
    let first = run(&world);
    assert!(first.is_sorted());
    assert_eq!(first.len(), 6);
    for _ in 0..5 {
        assert_eq!(run(&world), first);
    }
}

#[test]
fn sensitive_values_are_marked_and_not_told() {
    let mut world = World::one(
        "match: {terraform: [aws_db_instance]}\nrules: [{select: $.password, absent: pass, require: \"self + 1 == ''\", message: m}]",
    );
    let mut secret = Node::string("hunter2");
    secret.sensitive = true;
    world.terraform("aws_db_instance.a", with("password", secret));
    let evaluation = world.evaluate();
    assert!(evaluation.findings[0].redact);
    assert!(
        !evaluation.findings[0].message.contains("hunter2"),
        "{}",
        evaluation.findings[0].message
    );
}

#[test]
fn schemas_can_be_made() {
    for schema in [
        crate::policy_schema(),
        crate::config_schema(),
        crate::agreements_schema(),
    ] {
        assert_eq!(
            schema.as_value()["additionalProperties"],
            serde_json::Value::Bool(false)
        );
    }
}

#[test]
fn variables_in_containers_are_expanded_as_the_kubelet_does() {
    let container = r#"{"name": "a", "envFrom": [{"configMapRef": {"name": "c"}}],
        "args": ["--url=$(URL)", "$$(URL)", "--key=$(SECRET)", "$(GONE)"],
        "env": [{"name": "EARLY", "value": "$(MODE)"}, {"name": "MODE", "value": "verify-full"},
                {"name": "URL", "value": "postgres://db/ehr?sslmode=$(MODE)"},
                {"name": "MAP", "value": "$(FROM_MAP)"}, {"name": "OPEN", "value": "$(MODE"},
                {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                {"name": "HOLE", "value": "a $(SECRET)"}, {"name": "HOST", "value": "$(DB_SERVICE_HOST)"}]}"#;
    let mut world = World::new(&[]);
    world.kubernetes(
        "Pod",
        Some("x"),
        "p",
        json(&format!(r#"{{"spec": {{"containers": [{container}]}}}}"#)),
    );
    world.kubernetes(
        "ConfigMap",
        Some("x"),
        "c",
        json(r#"{"data": {"FROM_MAP": "1"}}"#),
    );
    let container = "resource.spec.containers[0]";
    let env = |name: &str, value: &str| {
        format!("podEnv({container}).exists(e, e.name == '{name}' && e.value == '{value}')")
    };
    for (question, expected) in [
        (env("URL", "postgres://db/ehr?sslmode=verify-full"), "pass"),
        // An entry sees only those above it.
        (env("EARLY", "$(MODE)"), "pass"),
        (env("MAP", "1"), "pass"),
        (env("OPEN", "$(MODE"), "pass"),
        (env("HOLE", "a b"), "unknown"),
        (env("HOST", "x"), "unknown"),
        (
            format!("{container}.args[0] == '--url=postgres://db/ehr?sslmode=verify-full'"),
            "pass",
        ),
        (format!("{container}.args[1] == '$(URL)'"), "pass"),
        (format!("{container}.args[2] == '--key=$(SECRET)'"), "pass"),
        (format!("{container}.args[3] == '$(GONE)'"), "pass"),
    ] {
        assert_eq!(asks(&mut world, "Pod", &question), expected, "{question}");
    }
}

const VENDOR: &str = "match: {terraform: [vercel_project]}
rules: [{require: \"baaCovers('vercel', '')\", message: m}]";

fn agreed(world: &mut World, agreements: &str) {
    let text = format!("apiVersion: hipaa-iac.dev/v1alpha1\nkind: AgreementList\n{agreements}");
    let file = world.sources.add("baa.yaml", &text);
    let as_of = world.settings.as_of;
    world.settings.agreements = Agreements::parse(&file, as_of).unwrap();
}

#[test]
fn an_agreement_for_accounts_covers_those() {
    let agreement = "agreements: [{id: v, vendor: vercel, status: signed, signed: 2026-01-01, evergreen: true, accounts: [team_a]}]";
    for (team, verdict) in [
        (Some("team_a".into()), "pass"),
        (Some("team_b".into()), "fail"),
        (Some(Node::unknown("var.team has no value")), "unknown"),
        (None, "unknown"),
    ] {
        let mut world = World::one(VENDOR);
        let body = Node::object(
            team.into_iter()
                .map(|team| ("team_id".into(), team))
                .collect(),
        );
        world.terraform("vercel_project.a", body);
        agreed(&mut world, agreement);
        assert_eq!(world.verdicts(), [verdict]);
    }
}

#[test]
fn an_exception_waives_what_it_names_and_is_told_where_it_does_not() {
    let exception = |address: &str, until: &str| {
        format!(
            "exceptions: [{{vendor: vercel, match: {{address: '{address}'}}, reason: no PHI, approvedBy: Privacy Officer, expires: {until}}}]"
        )
    };
    for (address, until, verdict, told) in [
        ("vercel_project.*", "2027-01-31", "waived", None),
        ("netlify.*", "2027-01-31", "fail", Some("exception-unused")),
        ("*", "2026-01-31", "fail", Some("exception-expired")),
    ] {
        let mut world = World::one(VENDOR);
        world.terraform("vercel_project.a", json("{}"));
        agreed(&mut world, &exception(address, until));
        let evaluation = world.evaluate();
        let found = &evaluation.findings[0];
        assert_eq!(found.verdict.as_str(), verdict, "{address}");
        assert_eq!(
            found.waiver.as_ref().map(|waiver| waiver.reason.as_str()),
            (verdict == "waived").then_some("no PHI")
        );
        let codes: Vec<_> = evaluation
            .diagnostics
            .iter()
            .map(|found| found.code)
            .collect();
        assert_eq!(codes, Vec::from_iter(told), "{address}");
    }
}

#[test]
fn a_waiver_that_could_mean_two_roots_waives_in_none_unless_it_says_so() {
    for (root, verdicts, told) in [
        ("", ["fail", "fail"], 1),
        (", root: elsewhere", ["fail", "waived"], 0),
        (", root: '*'", ["waived", "waived"], 0),
    ] {
        let mut world = World::one(ENCRYPTED);
        world.terraform("aws_db_instance.a", json("{}"));
        world.terraform("aws_db_instance.a", json("{}")).root = "elsewhere".into();
        let text = format!(
            "waivers: [{{policy: p, address: 'aws_db_instance.a', reason: r, owner: o, until: 2027-01-31{root}}}]"
        );
        let name = world.policies.policies()[0].name.clone();
        let text = text.replace("policy: p", &format!("policy: {name}"));
        world.settings.config = Config::parse(&world.sources.add("hipaa-iac.yaml", &text)).unwrap();
        let evaluation = world.evaluate();
        let mut found: Vec<_> = evaluation
            .findings
            .iter()
            .map(|finding| {
                (
                    &*world.inventory.resources[finding.resource].root,
                    finding.verdict.as_str(),
                )
            })
            .collect();
        found.sort_unstable();
        assert_eq!(
            found,
            [(".", verdicts[0]), ("elsewhere", verdicts[1])],
            "{root}"
        );
        let ambiguous = evaluation
            .diagnostics
            .iter()
            .filter(|found| found.code == "waiver-ambiguous");
        assert_eq!(ambiguous.count(), told, "{root}");
    }
}

#[test]
fn conditions_that_are_neither_true_nor_false_are_told() {
    let told = |require: &str| {
        let spec = format!(
            "match: {{terraform: [aws_db_instance]}}\nrules: [{{require: \"{require}\", message: m}}]"
        );
        let world = World::one(&spec);
        let found = lint(&world.policies.policies()[0]);
        found
            .iter()
            .any(|found| found.message.contains("neither true nor false"))
    };
    for wrong in [
        "resource.name",
        "resource.type()",
        "1 + 1",
        "[true]",
        "self",
    ] {
        assert!(told(wrong), "{wrong}");
    }
    for right in [
        "resource.name == 'a'",
        "has(resource.name) && resource.phi()",
        "resource.?encrypted.orValue(false)",
        "resource.x.all(y, y == 1)",
        "resource.phi() ? unknown('why') : true",
    ] {
        assert!(!told(right), "{right}");
    }
}
