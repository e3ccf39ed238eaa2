//! Kubernetes manifests: mutated fixtures and examples, generated documents; and mutated configuration beside them.

use std::sync::LazyLock;

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
};

use crate::{
    mutation::{hostile, mutated},
    tree::{MARKER, MARKER_BASE64, Tree, seeds},
};

static FIXTURES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let mut found = seeds("policies", &[".yaml"]);
    found.retain(|(path, _)| {
        !["policy.yaml", "baa.yaml", "config.yaml"]
            .iter()
            .any(|ending| path.ends_with(ending))
    });
    found.extend(seeds("examples/clinic/kubernetes", &[".yaml"]));
    found
});
static CONFIGURATION: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let renamed = |files: Vec<(String, Vec<u8>)>, name: &str| {
        files
            .into_iter()
            .map(|(_, text)| (name.to_owned(), text))
            .collect::<Vec<_>>()
    };
    let mut found = renamed(seeds("policies", &["baa.yaml"]), "baa.yaml");
    for _ in 0..10 {
        found.extend(renamed(
            seeds("policies", &["config.yaml"]),
            "hipaa-iac.yaml",
        ));
        found.extend(renamed(
            seeds("examples/clinic", &["hipaa-iac.yaml"]),
            "hipaa-iac.yaml",
        ));
        found.extend(renamed(seeds("cli/src", &["init.yaml"]), "hipaa-iac.yaml"));
        let all = "profiles: [hipaa]\nstrict: true\nfailOn: high\nskip: [rds-storage-unencrypted]\n\
                   severity: {deployment-without-x: low, rds-storage-unencrypted: off}\nparameters: {rds-backup-retention-short: {minRetentionDays: 3}}\n\
                   classification:\n  rules:\n    - match: {addresses: ['Deployment/*']}\n      class: phi\n\
                   waivers:\n  - policy: rds-storage-unencrypted\n    address: '*'\n    reason: x\n    owner: y\n    until: 2027-01-31\n";
        found.push(("hipaa-iac.yaml".to_owned(), all.as_bytes().to_vec()));
    }
    found
});

const WORDS: &[&str] = &[
    "&a ",
    "&b ",
    "*a",
    "*b",
    "<<: *a\n",
    "<<: [*a, *b]",
    "<<: ",
    "!!int ",
    "!!binary ",
    "!!set ",
    "!!str ",
    "!!null ",
    "!!float ",
    "!!merge ",
    "!local ",
    "!<tag:yaml.org,2002:str> ",
    "? ",
    "- ",
    "---\n",
    "...\n",
    "|\n",
    "|-\n",
    ">+2\n",
    "|9\n",
    ": ",
    ":",
    "%YAML 1.1\n",
    "%YAML 9.9\n",
    "%TAG ! tag:x,2000:\n",
    "\t",
    " #",
    "'",
    "''",
    "{",
    "}",
    "[",
    "]",
    "{a: b}",
    "[a, b]",
    ", ",
    "yes",
    "No",
    "on",
    "y",
    "~",
    "0o17",
    "017",
    "1:30",
    ".inf",
    "-.INF",
    ".nan",
    "2001-01-01",
    "0b101",
    "+1",
    "1e3",
    "0x1f",
    "=",
    "kind: List\nitems:\n",
    "apiVersion: v1\n",
    "kind: Pod\n",
    "kind: Secret\n",
    "metadata:\n",
    "generateName: x-\n",
    "namespace: \"\"\n",
    "{{ .Values.x }}",
    "{{- if }}",
    "spec:\n",
    "containers:\n",
    "  ",
    "hostNetwork: true\n",
    "privileged: \"true\"\n",
    "env:\n",
    "name: x\n",
    "until: 2027-01-31\n",
    "# hipaa-iac:ignore",
    " reason=\"x\" owner=\"y\" until=2027-01-31",
];

/// Secrets that no report may hold, where Kubernetes keeps them.
pub(crate) fn planted() -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: planted}}\nstringData:\n  password: {MARKER}\n  url: postgres://u:{MARKER}@db/x?sslmode=disable\n\
         data:\n  token: {MARKER_BASE64}\n  not-base64: {MARKER}\n\
         ---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: planted, labels: {{data-class: phi}}}}\nspec:\n  selector: {{matchLabels: {{app: planted}}}}\n  \
         template:\n    metadata: {{labels: {{app: planted}}}}\n    spec:\n      containers:\n        - name: a\n          image: postgres\n          \
         envFrom: [{{secretRef: {{name: planted}}}}]\n          env:\n            - name: PGPASSWORD\n              value: {MARKER}\n            \
         - name: DATABASE_URL\n              value: postgres://u:{MARKER}@db/x?sslmode=disable\n"
    )
}

pub(crate) fn trees() -> impl Strategy<Value = Tree> {
    let fixture = mutated(&FIXTURES, WORDS).prop_map(|(_, text)| Tree::of("a.yaml", text));
    let configuration =
        (mutated(&CONFIGURATION, WORDS), any::<Index>()).prop_map(|((name, text), fixture)| {
            let (_, manifest) = fixture.get(&FIXTURES);
            Tree::of("a.yaml", manifest.clone()).with(&name, text)
        });
    prop_oneof![5 => fixture, 1 => configuration, 4 => documents()]
        .prop_map(|tree| tree.with("planted.yaml", planted()))
}

/// A value of a document: anchored, tagged, or neither.
#[derive(Clone, Debug)]
enum Yaml {
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
    Decorated(&'static str, Box<Self>),
}

const KEYS: &[&str] = &[
    "containers",
    "initContainers",
    "name",
    "image",
    "env",
    "envFrom",
    "value",
    "valueFrom",
    "secretKeyRef",
    "configMapRef",
    "key",
    "args",
    "command",
    "ports",
    "containerPort",
    "hostPort",
    "securityContext",
    "privileged",
    "runAsUser",
    "capabilities",
    "add",
    "volumes",
    "hostPath",
    "path",
    "secret",
    "configMap",
    "template",
    "spec",
    "metadata",
    "labels",
    "annotations",
    "selector",
    "matchLabels",
    "app",
    "hostNetwork",
    "runtimeClassName",
    "nodeSelector",
    "tolerations",
    "operator",
    "effect",
    "resources",
    "limits",
    "rules",
    "host",
    "http",
    "paths",
    "backend",
    "service",
    "tls",
    "hosts",
    "type",
    "loadBalancerIP",
    "storageClassName",
    "accessModes",
    "data",
    "stringData",
    "items",
    "kind",
    "apiVersion",
    "namespace",
    "ownerReferences",
    "controller",
    "ephemeralContainers",
    "<<",
    "schedule",
    "jobTemplate",
    "subjects",
    "roleRef",
    "verbs",
];

fn value() -> impl Strategy<Value = Yaml> {
    const SCALARS: &[&str] = &[
        "true",
        "\"true\"",
        "yes",
        "null",
        "~",
        "",
        "0",
        "1",
        "-1",
        "1.5",
        "'a'",
        "a",
        "Always",
        "/var/run/docker.sock",
        "postgres:15",
        "\"\\x41\\u263A\"",
        "*a",
        "*b",
        "*c",
        "0o17",
        "1:30",
        ".inf",
        "2001-01-01",
        "|\n    a\n    b\n",
        ">-\n    a\n\n    b\n",
        "postgres://u:p@h/d?sslmode=disable",
        "{}",
        "[]",
        "8080",
        "\"8080\"",
        "500m",
        "10.0.0.0/8",
        "*.example.com",
        "!!binary aGk=",
        "!!int \"3\"",
        "? a",
    ];
    let scalar = prop_oneof![
        8 => select(SCALARS).prop_map(str::to_owned),
        1 => hostile(WORDS),
        1 => any::<f64>().prop_map(|number| number.to_string()),
    ];
    let marks = select(
        &[
            "&a ", "&b ", "&c ", "!!map ", "!!seq ", "!!str ", "!x ", "!!set ", "!!omap ",
        ][..],
    );
    scalar.prop_map(Yaml::Text).prop_recursive(6, 40, 5, move |inner| {
        let key = prop_oneof![12 => select(KEYS).prop_map(str::to_owned), 1 => hostile(WORDS)];
        prop_oneof![
            2 => vec(inner.clone(), 0..4).prop_map(Yaml::List),
            4 => vec((key, inner.clone()), 0..5).prop_map(Yaml::Map),
            1 => (marks.clone(), inner).prop_map(|(mark, value)| Yaml::Decorated(mark, Box::new(value))),
        ]
    })
}

/// Documents with the outer form of objects.
fn documents() -> impl Strategy<Value = Tree> {
    const KINDS: &[(&str, &str)] = &[
        ("v1", "Pod"),
        ("apps/v1", "Deployment"),
        ("batch/v1", "CronJob"),
        ("v1", "Service"),
        ("networking.k8s.io/v1", "Ingress"),
        ("v1", "ConfigMap"),
        ("v1", "Secret"),
        ("v1", "List"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
        ("v1", "PersistentVolumeClaim"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("example.com/v1", "Anything"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("v1", "Namespace"),
        ("gateway.networking.k8s.io/v1", "Gateway"),
        ("velero.io/v1", "Schedule"),
        ("postgresql.cnpg.io/v1", "Cluster"),
    ];
    let document = (select(KINDS), value(), option::of(value()), any::<bool>()).prop_map(
        |((version, kind), spec, metadata, flow)| {
            let mut text = format!("apiVersion: {version}\nkind: {kind}\nmetadata:");
            match metadata {
                Some(metadata) => metadata.write(&mut text, 1, flow),
                None => text.push_str(" {name: x, labels: {app: a}}"),
            }
            for key in ["spec", if *kind == *"List" { "items" } else { "data" }] {
                text.extend(["\n", key, ":"]);
                spec.write(&mut text, 1, flow);
            }
            text
        },
    );
    vec(document, 1..4).prop_map(|documents| Tree::of("a.yaml", documents.join("\n---\n")))
}

impl Yaml {
    fn write(&self, text: &mut String, depth: usize, flow: bool) {
        let next = |text: &mut String| {
            text.push('\n');
            text.push_str(&"  ".repeat(depth));
        };
        match self {
            Self::Text(scalar) => text.extend([" ", scalar]),
            Self::Decorated(mark, value) => {
                text.extend([" ", mark.trim_end()]);
                value.write(text, depth, flow);
            }
            Self::List(elements) if flow || elements.is_empty() => {
                text.push_str(" [");
                for element in elements {
                    element.write(text, depth + 1, true);
                    text.push(',');
                }
                text.push(']');
            }
            Self::Map(members) if flow || members.is_empty() => {
                text.push_str(" {");
                for (key, value) in members {
                    text.extend([key, ":"]);
                    value.write(text, depth + 1, true);
                    text.push(',');
                }
                text.push('}');
            }
            Self::List(elements) => {
                for element in elements {
                    next(text);
                    text.push('-');
                    element.write(text, depth + 1, flow);
                }
            }
            Self::Map(members) => {
                for (key, value) in members {
                    next(text);
                    text.extend([key, ":"]);
                    value.write(text, depth + 1, flow);
                }
            }
        }
    }
}
