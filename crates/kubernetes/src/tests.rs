//! Trees of files, read as a whole. What needs `helm` or `kubectl` says that it is skipped where they are not there.
#![cfg(unix)]

use std::{fs, path::Path};

use hipaa_iac_source::{Node, walk};
use tempfile::TempDir;

use super::*;
use crate::tool::tests::fake;

fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// A PATH without any program.
fn no_tools() -> Tools {
    Tools {
        path: None,
        ..Tools::default()
    }
}

struct Loaded {
    sources: Sources,
    inventory: Inventory,
    prefix: String,
}

impl Loaded {
    fn of(folder: &TempDir, tools: &Tools, options: &Options) -> Self {
        let sources = Sources::new();
        let (files, _) = walk(folder.path());
        let inventory = load_with(&sources, &files, options, tools);
        Self {
            sources,
            inventory,
            prefix: format!("{}/", paths::display(folder.path())),
        }
    }

    fn inner(&self, path: &str) -> String {
        format!("{path}/")
            .strip_prefix(&self.prefix)
            .unwrap_or(path)
            .trim_end_matches('/')
            .to_owned()
    }

    /// `root: address` of every resource.
    fn found(&self) -> Vec<String> {
        let resources = self.inventory.resources.iter();
        resources
            .map(|resource| format!("{}: {}", self.inner(&resource.root), resource.address))
            .collect()
    }

    /// `code path:line` of every diagnostic.
    fn said(&self) -> Vec<String> {
        let diagnostics = self.inventory.diagnostics.iter();
        diagnostics
            .map(|diagnostic| {
                let place = match diagnostic.span.and_then(|span| self.sources.locate(span)) {
                    Some((path, start, _)) => format!("{}:{}", self.inner(&path), start.line),
                    None => self.inner(diagnostic.path.as_deref().unwrap_or("?")),
                };
                format!("{} {place}", diagnostic.code)
            })
            .collect()
    }
}

fn object(kind: &str, name: &str) -> String {
    let group = if matches!(kind, "Deployment") {
        "apps/v1"
    } else {
        "v1"
    };
    format!("apiVersion: {group}\nkind: {kind}\nmetadata: {{name: {name}}}\n")
}

#[test]
fn a_tree_of_manifests_is_one_root() {
    let folder = tree(&[
        ("README.md", "apiVersion: no\n"),
        ("k8s/base/web.yaml", &object("Deployment", "web")),
        (
            "k8s/apps/db.json",
            r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"db"}}"#,
        ),
        ("k8s/apps/twice.yml", &object("Deployment", "web")),
        (".github/workflows/ci.yml", "on: push\njobs: {a: [\n"),
        ("k8s/compose.yaml", "services: {web: {image: x}}\n"),
        (
            "k8s/broken.yaml",
            "apiVersion: v1\nkind: [\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: ok}\n",
        ),
        (
            "k8s/tpl.yaml",
            "{{ if .Values.x }}\napiVersion: v1\nkind: Pod\n{{ end }}\n",
        ),
        ("k8s/.gitignore", "ignored.yaml\n"),
        ("k8s/ignored.yaml", &object("Pod", "ignored")),
        (
            "hipaa-iac.yaml",
            "apiVersion: hipaa-iac.dev/v1alpha1\nkind: [\n",
        ),
        (
            "baa.yaml",
            "apiVersion: hipaa-iac.dev/v1alpha1\nkind: AgreementList\nitems: []\n",
        ),
        ("main.tf.json", "{\"apiVersion\": \"v1\", "),
    ]);
    let loaded = Loaded::of(&folder, &no_tools(), &Options::default());
    let root = paths::display(&folder.path().join("k8s"));
    let addresses: Vec<_> = loaded
        .inventory
        .resources
        .iter()
        .map(|resource| &*resource.address)
        .collect();
    assert_eq!(
        addresses,
        [
            "Deployment/default/web",
            "Deployment/default/web",
            "Pod/default/ok",
            "Service/default/db"
        ]
    );
    assert!(
        loaded
            .inventory
            .resources
            .iter()
            .all(|resource| *resource.root == *root)
    );
    let said = loaded.said();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(
        said[0].starts_with("duplicate-object k8s/base/web.yaml:2"),
        "{said:?}"
    );
    assert!(
        said[1].starts_with("yaml-syntax k8s/broken.yaml:"),
        "{said:?}"
    );
    assert!(
        said[2].starts_with("template-not-rendered k8s/tpl.yaml:"),
        "{said:?}"
    );
    assert_eq!(loaded.inventory.diagnostics[0].level, Level::Warning);
}

#[test]
fn a_key_may_be_written_with_escapes() {
    // `kubectl annotate --local -f` takes each for a Pod.
    let folder = tree(&[
        (
            "a.yaml",
            "\"api\\x56ersion\": v1\nkind: Pod\nmetadata: {name: a}\n",
        ),
        (
            "b.json",
            r#"{"\u0061piVersion": "v1", "kind": "Pod", "metadata": {"name": "b"}}"#,
        ),
        (
            "c.yaml",
            "\"apiVersio\\U0000006E\": v1\nkind: Pod\nmetadata: {name: c}\n",
        ),
        (
            "d.json",
            r#"{"\u00e9": "\\u", "kind": "Pod", "metadata": {"name": "d"}}"#,
        ),
    ]);
    let loaded = Loaded::of(&folder, &no_tools(), &Options::default());
    let addresses = loaded.inventory.resources.iter();
    let addresses = addresses.map(|resource| &*resource.address);
    assert_eq!(
        addresses.collect::<Vec<_>>(),
        ["Pod/default/a", "Pod/default/b", "Pod/default/c"]
    );
}

#[test]
fn a_file_that_is_named_must_parse() {
    let folder = tree(&[
        ("a.txt", "a: [\n"),
        ("b.yaml", &object("Pod", "b")),
        ("c.yaml", "a: 1\n"),
        ("d.yaml", "a: [\n"),
    ]);
    let files: Vec<WalkEntry> = ["a.txt", "b.yaml", "c.yaml", "d.yaml"]
        .iter()
        .map(|name| WalkEntry {
            path: folder.path().join(name),
            named: true,
        })
        .collect();
    let sources = Sources::new();
    let inventory = load_with(&sources, &files, &Options::default(), &no_tools());
    assert_eq!(inventory.resources.len(), 1);
    let codes: Vec<_> = inventory.diagnostics.iter().map(|said| said.code).collect();
    assert_eq!(
        codes,
        ["input-unrecognised", "input-unrecognised", "yaml-syntax"]
    );
}

#[test]
fn what_is_an_object_but_for_one_thing_is_told() {
    let files = [
        ("api.yaml", "apiVersion:\nkind: Pod\nmetadata: {name: a}\n"),
        (
            "array.yaml",
            "- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n",
        ),
        ("kind.yaml", "apiVersion: v1\nmetadata: {name: a}\n"),
        // Data sources of Grafana, a Kustomization and a patch of its are none.
        ("datasources.yaml", "apiVersion: 1\ndatasources: []\n"),
        (
            "other.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nresources: []\n",
        ),
        (
            "patch.yaml",
            "- {op: add, path: /metadata/labels/apiVersion, value: v1}\n",
        ),
    ];
    let loaded = Loaded::of(&tree(&files), &no_tools(), &Options::default());
    assert!(loaded.inventory.resources.is_empty());
    assert_eq!(
        loaded.said(),
        [
            "kubernetes-api-version api.yaml:2",
            "kubernetes-array array.yaml:2",
            "kubernetes-kind kind.yaml:1"
        ]
    );
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = tree(&[("b.yaml", &object("Pod", "b")), ("data.json", "x")]);
    fs::write(
        folder.path().join("a.yaml"),
        b"apiVersion: v1\nkind: \xff\n",
    )
    .unwrap();
    fs::write(folder.path().join("data.json"), b"\xff\xfe").unwrap();
    let large = fs::File::create(folder.path().join("large.yaml")).unwrap();
    large.set_len(100 << 20).unwrap();
    let loaded = Loaded::of(&folder, &no_tools(), &Options::default());
    assert_eq!(loaded.inventory.resources.len(), 1);
    assert_eq!(
        loaded.said(),
        ["unreadable a.yaml", "unreadable large.yaml"]
    );
}

#[test]
fn two_runs_are_equal() {
    let files: Vec<(String, String)> = (0..40)
        .map(|number| {
            (
                format!("d{}/{number}.yaml", number % 7),
                format!("{}---\na: [\n", object("Pod", &format!("p{}", number % 5))),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    let folder = tree(&files);
    let once = || {
        let loaded = Loaded::of(&folder, &no_tools(), &Options::default());
        let places: Vec<_> = loaded
            .inventory
            .resources
            .iter()
            .map(|resource| loaded.sources.locate(resource.span.unwrap()).unwrap())
            .collect();
        (loaded.found(), loaded.said(), places)
    };
    assert_eq!(once(), once());
    assert_eq!(once().0.len(), 40);
}

#[test]
fn a_definition_of_the_input_says_what_is_cluster_scoped() {
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: clinics.example.org}\nspec: {group: example.org, scope: Cluster, names: {kind: Clinic}}\n";
    let clinic = "apiVersion: example.org/v1\nkind: Clinic\nmetadata: {name: north}\n";
    let folder = tree(&[("a/crd.yaml", definition), ("b/clinic.yaml", clinic)]);
    let loaded = Loaded::of(&folder, &no_tools(), &Options::default());
    let addresses: Vec<_> = loaded
        .inventory
        .resources
        .iter()
        .map(|resource| &*resource.address)
        .collect();
    assert_eq!(
        addresses,
        [
            "Clinic/north",
            "CustomResourceDefinition/clinics.example.org"
        ]
    );
}

#[test]
fn text_from_standard_input() {
    let sources = Sources::new();
    let file = sources.add(
        "-",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\nx: [\n",
    );
    let inventory = load_text(
        &sources,
        &file,
        &Options {
            environment: Some("prod".into()),
            ..Options::default()
        },
    );
    assert_eq!(inventory.resources[0].environment.as_deref(), Some("prod"));
    assert_eq!(inventory.diagnostics.len(), 1);
}

const CHART: &str = "apiVersion: v2\nname: clinic\nversion: 0.1.0\n";

#[test]
fn a_chart_is_not_read_as_yaml() {
    let files = [
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", "apiVersion: [\n"),
        ("chart/templates/a.yaml", "{{ if }}\napiVersion: v1\n"),
        ("chart/charts/db/Chart.yaml", CHART),
        ("chart/charts/db/templates/b.yaml", "apiVersion: {{ x }}\n"),
        ("b.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n"),
    ];
    let folder = tree(&files);
    let loaded = Loaded::of(&folder, &no_tools(), &Options::default());
    assert_eq!(loaded.inventory.resources.len(), 1);
    assert_eq!(loaded.said(), ["helm-missing chart/Chart.yaml"]);
    assert_eq!(loaded.inventory.diagnostics[0].level, Level::Error);
}

#[test]
fn a_chart_is_rendered_into_its_templates() {
    let script = r#"cat <<END
---
# Source: clinic/templates/web.yaml
apiVersion: v1
kind: Pod
metadata: {name: $2}
---
# Source: clinic/templates/web.yaml
apiVersion: v1
kind: Pod
metadata: {name: broken
---
# Source: clinic/templates/db.yaml
apiVersion: v1
kind: Secret
metadata: {name: "$(basename $5)"}
END"#;
    // `cat` and `basename` are outside of the PATH of the test.
    let (bin, mut tools) = fake("helm", &format!("PATH=/usr/bin:/bin\n{script}"));
    tools.path = Some(bin.path().into());
    let folder = tree(&[
        ("chart/Chart.yaml", CHART),
        ("chart/templates/web.yaml", "{{ x }}"),
    ]);
    let options = Options {
        helm_values: vec!["values/prod.yaml".into()],
        ..Options::default()
    };
    let loaded = Loaded::of(&folder, &tools, &options);
    assert_eq!(
        loaded.found(),
        [
            "chart: Pod/default/clinic",
            "chart: Secret/default/prod.yaml"
        ]
    );
    let place = |index: usize| {
        loaded
            .sources
            .locate(loaded.inventory.resources[index].span.unwrap())
            .unwrap()
    };
    assert_eq!(
        loaded.inner(&place(0).0),
        "chart/templates/web.yaml (rendered)"
    );
    assert_eq!(place(0).1.line, 4);
    assert_eq!(
        loaded.inner(&place(1).0),
        "chart/templates/db.yaml (rendered)"
    );
    let said = loaded.said();
    assert_eq!(said.len(), 1);
    assert!(
        said[0].starts_with("yaml-syntax chart/templates/web.yaml (rendered):"),
        "{said:?}"
    );
}

#[test]
fn where_helm_failed_is_told() {
    let (_bin, tools) = fake(
        "helm",
        "echo 'Error: execution error at (clinic/templates/a.yaml:1:4): image is required' >&2; exit 1",
    );
    let folder = tree(&[("Chart.yaml", CHART), ("templates/a.yaml", "{{ x }}")]);
    let loaded = Loaded::of(&folder, &tools, &Options::default());
    assert_eq!(loaded.said(), ["helm-failed Chart.yaml"]);
    assert!(
        loaded.inventory.diagnostics[0]
            .message
            .ends_with("templates/a.yaml:1)"),
        "{:?}",
        loaded.inventory.diagnostics
    );
}

#[test]
fn dependencies_are_not_downloaded() {
    let chart = format!(
        "{CHART}dependencies:\n- {{name: db, version: 1.0.0, repository: https://example.org}}\n- {{name: cache, version: 1.0.0}}\n- {{name: queue, version: 1.0.0}}\n- {{name: auth, version: 1.0.0}}\n"
    );
    let folder = tree(&[
        ("chart/Chart.yaml", &chart),
        ("chart/charts/cache/Chart.yaml", "name: cache\n"),
        ("chart/charts/other/Chart.yaml", "name: auth\n"),
        ("chart/charts/queue-1.0.0.tgz", ""),
    ]);
    let (_bin, tools) = fake("helm", "exit 1");
    let loaded = Loaded::of(&folder, &tools, &Options::default());
    assert_eq!(loaded.said(), ["helm-dependency chart/Chart.yaml:5"]);
    assert!(
        loaded.inventory.diagnostics[0]
            .remedy
            .as_deref()
            .unwrap()
            .contains("helm dependency build")
    );
}

#[test]
fn a_library_chart_holds_nothing_to_judge() {
    let folder = tree(&[("Chart.yaml", &format!("{CHART}type: library\n"))]);
    assert!(
        Loaded::of(&folder, &no_tools(), &Options::default())
            .said()
            .is_empty()
    );
}

#[test]
fn a_chart_is_rendered_by_helm_itself() {
    let tools = Tools::default();
    if tools.find("helm").is_none() {
        println!("skipped: `helm` is not on the PATH");
        return;
    }
    let template = "{{- if .Values.web }}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}-web\nspec:\n  replicas: {{ .Values.replicas }}\n{{- end }}\n";
    let folder = tree(&[
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", "web: true\nreplicas: 1\n"),
        ("chart/templates/web.yaml", template),
        (
            "chart/templates/_helpers.tpl",
            "{{ define \"x\" }}{{ end }}",
        ),
        (
            "chart/charts/db/Chart.yaml",
            "apiVersion: v2\nname: db\nversion: 0.1.0\n",
        ),
        (
            "chart/charts/db/templates/db.yaml",
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: db\n",
        ),
        ("prod.yaml", "replicas: 5\n"),
        (
            "broken/Chart.yaml",
            "apiVersion: v2\nname: broken\nversion: 0.1.0\n",
        ),
        (
            "broken/templates/a.yaml",
            "{{ required \"image is required\" .Values.image }}\n",
        ),
    ]);
    let options = Options {
        helm_values: vec![folder.path().join("prod.yaml")],
        ..Options::default()
    };
    let loaded = Loaded::of(&folder, &tools, &options);
    assert_eq!(
        loaded.found(),
        [
            "chart: Deployment/default/clinic-web",
            "chart: Service/default/db"
        ]
    );
    let deployment = &loaded.inventory.resources[0];
    assert_eq!(
        deployment
            .body
            .get("spec")
            .and_then(|spec| spec.get("replicas"))
            .and_then(Node::as_int),
        Some(5)
    );
    let files: Vec<_> = loaded
        .inventory
        .resources
        .iter()
        .map(|resource| loaded.inner(&loaded.sources.locate(resource.span.unwrap()).unwrap().0))
        .collect();
    assert_eq!(
        files,
        [
            "chart/templates/web.yaml (rendered)",
            "chart/charts/db/templates/db.yaml (rendered)"
        ]
    );
    assert_eq!(loaded.said(), ["helm-failed broken/Chart.yaml"]);
    assert!(
        loaded.inventory.diagnostics[0]
            .message
            .ends_with("templates/a.yaml:1)"),
        "{:?}",
        loaded.inventory.diagnostics
    );
}

fn overlay() -> Vec<(&'static str, String)> {
    vec![
        ("base/kustomization.yaml", "resources: [web.yaml, db]\n".into()),
        ("base/web.yaml", object("Deployment", "web")),
        ("base/db/kustomization.yml", "resources: [db.yaml]\n".into()),
        ("base/db/db.yaml", object("Service", "db")),
        ("prod/kustomization.yaml", "resources: [../base]\nnamespace: clinic\npatches:\n- path: replicas.yaml\n- patch: |-\n    apiVersion: v1\n    kind: Service\n    metadata: {name: db}\n    spec: {type: ClusterIP}\n  target: {kind: Service}\n".into()),
        ("prod/replicas.yaml", format!("{}spec: {{replicas: 3}}\n", object("Deployment", "web"))),
        ("prod/extra.yaml", object("Pod", "extra")),
    ]
}

fn tree_of(files: &[(&'static str, String)]) -> TempDir {
    tree(
        &files
            .iter()
            .map(|(path, text)| (*path, &**text))
            .collect::<Vec<_>>(),
    )
}

#[test]
fn an_overlay_takes_its_files_from_the_plain_manifests() {
    let folder = tree_of(&overlay());
    let loaded = Loaded::of(&folder, &no_tools(), &Options::default());
    assert_eq!(loaded.inventory.resources.len(), 1, "{:?}", loaded.found());
    assert_eq!(&*loaded.inventory.resources[0].address, "Pod/default/extra");
    assert_eq!(loaded.said(), ["kustomize-missing prod/kustomization.yaml"]);
}

#[test]
fn an_overlay_is_built_by_its_tool() {
    let tools = Tools::default();
    if tools
        .find("kustomize")
        .or_else(|| tools.find("kubectl"))
        .is_none()
    {
        println!("skipped: neither `kustomize` nor `kubectl` is on the PATH");
        return;
    }
    let mut files = overlay();
    files.push((
        "staging/kustomization.yaml",
        "resources: [../nowhere]\n".into(),
    ));
    let folder = tree_of(&files);
    let loaded = Loaded::of(&folder, &tools, &Options::default());
    assert!(
        loaded
            .said()
            .iter()
            .all(|said| said == "kustomize-failed staging/kustomization.yaml"),
        "{:?}",
        loaded.inventory.diagnostics
    );
    assert_eq!(loaded.said().len(), 1);
    let found = loaded.found();
    assert!(found[0].ends_with(": Pod/default/extra"));
    assert_eq!(
        &found[1..],
        ["prod: Deployment/clinic/web", "prod: Service/clinic/db"]
    );
    let deployment = &loaded.inventory.resources[1];
    assert_eq!(
        deployment
            .body
            .get("spec")
            .and_then(|spec| spec.get("replicas"))
            .and_then(Node::as_int),
        Some(3)
    );
    let place = loaded.sources.locate(deployment.span.unwrap()).unwrap();
    assert_eq!(loaded.inner(&place.0), "prod/kustomization.yaml (rendered)");
}

#[test]
fn what_no_overlay_reaches_is_built_too() {
    // It says which folder it builds.
    let (_bin, tools) = fake(
        "kustomize",
        "name=${2##*/}; test $name != alone || { echo 'no matches for Id' >&2; exit 1; }; printf 'kind: Pod\\napiVersion: v1\\nmetadata: {name: %s}\\n' $name",
    );
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n";
    let folder = tree_of(&[
        (
            "over/kustomization.yaml",
            "resources: [../base]\ncomponents: [../used]\n".into(),
        ),
        ("base/kustomization.yaml", "resources: []\n".into()),
        ("used/kustomization.yaml", component.into()),
        (
            "unused/kustomization.yaml",
            format!("{component}resources: [pod.yaml]\n"),
        ),
        ("unused/pod.yaml", object("Pod", "hidden")),
        ("alone/kustomization.yaml", component.into()),
        ("a/kustomization.yaml", "resources: [../b]\n".into()),
        ("b/kustomization.yaml", "resources: [../a, ../c]\n".into()),
        ("c/kustomization.yaml", "resources: []\n".into()),
    ]);
    let loaded = Loaded::of(&folder, &tools, &Options::default());
    assert_eq!(
        loaded.found(),
        [
            "a: Pod/default/a",
            "over: Pod/default/over",
            "unused: Pod/default/unused"
        ]
    );
    assert_eq!(loaded.said(), ["kustomize-failed alone/kustomization.yaml"]);
    assert_eq!(loaded.inventory.diagnostics[0].level, Level::Warning);
}

#[test]
fn the_network_is_refused() {
    // A tool that is run at all is a failure of the test.
    let (_bin, tools) = fake(
        "kustomize",
        "echo 'kind: Pod'; echo 'apiVersion: v1'; echo 'metadata: {name: ran}'",
    );
    let folder = tree(&[
        (
            "a/kustomization.yaml",
            "resources:\n- https://user:hunter2@example.org/x.yaml\n",
        ),
        ("b/kustomization.yaml", "resources: [../shared]\n"),
        (
            "shared/kustomization.yaml",
            "components:\n- github.com/org/repo//base?ref=v1\n",
        ),
        (
            "c/kustomization.yaml",
            "helmCharts:\n- {name: x, repo: 'oci://x'}\n",
        ),
        (
            "d/kustomization.yaml",
            "configMapGenerator:\n- name: x\n  files: ['k=https://example.org/x']\n",
        ),
        ("e/kustomization.yaml", "resources: [\n"),
    ]);
    let loaded = Loaded::of(&folder, &tools, &Options::default());
    assert!(loaded.found().is_empty(), "{:?}", loaded.found());
    let said = loaded.said();
    assert_eq!(
        &said[..4],
        [
            "kustomize-remote a/kustomization.yaml:2",
            "kustomize-remote c/kustomization.yaml:2",
            "kustomize-remote d/kustomization.yaml:3",
            "yaml-syntax e/kustomization.yaml:1",
        ]
    );
    assert_eq!(said[4], "kustomize-remote shared/kustomization.yaml:2");
    assert!(!format!("{:?}", loaded.inventory.diagnostics).contains("hunter2"));
}

#[test]
fn a_base_outside_of_the_input_is_looked_at_too() {
    let (_bin, tools) = fake("kustomize", "exit 1");
    let folder = tree(&[
        (
            "base/kustomization.yaml",
            "resources: ['git@example.org:x/y.git']\n",
        ),
        ("over/kustomization.yaml", "resources: [../base]\n"),
    ]);
    let sources = Sources::new();
    let (files, _) = walk(&folder.path().join("over"));
    let inventory = load_with(&sources, &files, &Options::default(), &tools);
    let codes: Vec<_> = inventory
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect();
    assert_eq!(codes, ["kustomize-remote"]);
    let place = sources
        .locate(inventory.diagnostics[0].span.unwrap())
        .unwrap();
    assert!(Path::new(&*place.0).ends_with("base/kustomization.yaml"));
}
