//! What becomes of resources from one plan to the next, and what states say of them.

use std::{fs, path::Path};

use hipaa_iac_tests::{Ran, run_in};
use serde_json::Value as Json;

use super::{REQUIRED, differences, inspected, planned, real, tree};
use crate::truth::{Program, programs};

/// In all that must not be shown.
const MARKER: &str = "MARKER-7f3a";

const FIRST: &str = r#"
provider "shapes" {
  tier  = "silver"
  token = "MARKER-7f3a-token"
}

variable "password" {
  default   = "MARKER-7f3a-password"
  sensitive = true
}

resource "shapes_thing" "kept" {
  name = "kept"
}

resource "shapes_thing" "gone" {
  name = "gone"
}

resource "shapes_thing" "forgotten" {
  name = "forgotten"
}

resource "shapes_thing" "moves" {
  place = "here"
}

resource "shapes_thing" "changes" {
  size = 1
}

resource "shapes_thing" "many" {
  for_each = toset(["a", "b"])
  name     = each.key
}

resource "shapes_thing" "secrets" {
  name   = var.password
  secret = "MARKER-7f3a-secret"
  tags   = { plain = "p", hidden = var.password }
  settings = {
    secret = "MARKER-7f3a-nested"
    rules  = [{ secret = "MARKER-7f3a-rule", name = "r" }]
  }
  rule {
    name   = "r"
    secret = "MARKER-7f3a-block"
  }
  vault {
    secret = "MARKER-7f3a-set"
  }
}

resource "terraform_data" "derived" {
  input = shapes_thing.secrets.name
}

data "shapes_lookup" "l" {
  name = "MARKER-is-no-secret-here"
}

module "child" {
  source   = "./child"
  password = var.password
}
"#;

const CHILD: &str = r#"
terraform {
  required_providers {
    shapes = {
      source = "hipaa-iac.dev/tests/shapes"
    }
  }
}

variable "password" {
  type      = string
  sensitive = true
}

resource "shapes_thing" "inner" {
  name = var.password
  rule {
    name = "in the module"
  }
}
"#;

fn second() -> String {
    let first = FIRST
        .replace("resource \"shapes_thing\" \"gone\" {\n  name = \"gone\"\n}\n", "")
        .replace(
            "resource \"shapes_thing\" \"forgotten\" {\n  name = \"forgotten\"\n}\n",
            "removed {\n  from = shapes_thing.forgotten\n  lifecycle {\n    destroy = false\n  }\n}\n",
        )
        .replace("\"here\"", "\"there\"")
        .replace("size = 1", "size = 2")
        .replace("[\"a\", \"b\"]", "[\"b\", \"c\"]");
    assert_ne!(first, FIRST);
    first + "\nresource \"shapes_thing\" \"late\" {\n  name = shapes_thing.moves.id\n}\n"
}

/// Every way in which the program shows what it read: none of them shows a marker.
fn assert_silent(folder: &Path, what: &str, shows: bool) {
    let runs: [&[&str]; 9] = [
        &["check", what, "--format", "text"],
        &["check", what, "--format", "json", "--show", "all"],
        &["check", what, "--format", "json"],
        &["check", what, "--format", "sarif"],
        &["check", what, "--format", "junit"],
        &["check", what, "--format", "github"],
        &["inspect", what, "--format", "text"],
        &["inspect", what, "--format", "json"],
        &["inspect", what],
    ];
    for arguments in runs {
        let Ran { stdout, stderr, .. } = run_in(folder, arguments).unwrap();
        for text in [stdout, stderr] {
            if let Some(at) = text.find(MARKER) {
                let from = text[..at].rfind('\n').map_or(0, |at| at + 1);
                let line = text[from..].lines().next().unwrap();
                panic!("{arguments:?} of {what} shows a marker: {line}");
            }
        }
    }
    // The other way around, what is no secret is there: the marker was looked for in the right place.
    let ran = run_in(folder, &["inspect", what, "--format", "json"]).unwrap();
    assert_eq!(ran.stdout.contains("in the module"), shows, "{what}");
}

fn write(folder: &Path, main: &str) {
    fs::create_dir_all(folder.join("child")).unwrap();
    fs::write(folder.join("main.tf"), main).unwrap();
    fs::write(folder.join("child/main.tf"), CHILD).unwrap();
    fs::write(folder.join("versions.tf"), REQUIRED).unwrap();
}

fn plan(program: Program, folder: &Path) -> Json {
    real(program, folder, &["plan", "-input=false", "-out=plan.bin"]);
    let shown = real(program, folder, &["show", "-json", "plan.bin"]);
    serde_json::from_str(&shown).unwrap()
}

/// What the real program itself shows of a secret: `terraform_data` copies its input without the mark.
fn cover(tree: &mut Json) {
    match tree {
        Json::String(text) if text.contains(MARKER) => "(sensitive)".clone_into(text),
        Json::Array(elements) => elements.iter_mut().for_each(cover),
        Json::Object(members) => members.values_mut().for_each(cover),
        _ => {}
    }
}

/// Managed resources of a module of a state and of those below it.
fn resources(module: &Json, into: &mut super::Resources) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        if resource["mode"] == "managed" {
            let tree = tree(
                &resource["values"],
                &Json::Null,
                &resource["sensitive_values"],
            );
            into.insert(resource["address"].as_str().unwrap().to_owned(), tree);
        }
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        resources(child, into);
    }
}

fn lifecycle(program: Program) {
    let work = tempfile::tempdir().unwrap();
    write(work.path(), FIRST);
    let read = tempfile::tempdir().unwrap();
    // The source alone.
    let source = tempfile::tempdir().unwrap();
    write(source.path(), FIRST);
    // What the provider's schema alone calls sensitive cannot be known to be so here.
    let of_source = FIRST.replace("\"MARKER-7f3a-", "\"");
    let of_source = of_source.replace("\"password\"\n", "\"MARKER-7f3a-password\"\n");
    assert!(of_source.contains(MARKER));
    fs::write(source.path().join("main.tf"), of_source).unwrap();
    assert_silent(source.path(), ".", true);

    real(program, work.path(), &["init", "-input=false"]);
    let first = plan(program, work.path());
    fs::write(read.path().join("first.json"), first.to_string()).unwrap();
    assert_silent(read.path(), "first.json", true);
    real(
        program,
        work.path(),
        &["apply", "-input=false", "-auto-approve", "plan.bin"],
    );

    // The state, in both forms.
    let state: Json =
        serde_json::from_str(&real(program, work.path(), &["show", "-json"])).unwrap();
    fs::write(read.path().join("state.json"), state.to_string()).unwrap();
    fs::copy(
        work.path().join("terraform.tfstate"),
        read.path().join("terraform.tfstate"),
    )
    .unwrap();
    let mut expected = super::Resources::new();
    resources(&state["values"]["root_module"], &mut expected);
    expected.values_mut().for_each(cover);
    assert_eq!(expected.len(), 10, "{:?}", expected.keys());
    for name in ["state.json", "terraform.tfstate"] {
        let found = inspected(read.path(), name, name).unwrap();
        let problems = differences(&expected, &found);
        assert!(problems.is_empty(), "{name}: {}", problems.join("\n"));
        assert_silent(read.path(), name, true);
    }

    // The next plan.
    write(work.path(), &second());
    let next = plan(program, work.path());
    let actions = |address: &str| {
        let changes = next["resource_changes"].as_array().unwrap();
        let change = changes.iter().find(|change| change["address"] == address);
        change.unwrap()["change"]["actions"].clone()
    };
    // So that the test tests what it says.
    assert_eq!(actions("shapes_thing.gone"), serde_json::json!(["delete"]));
    assert_eq!(
        actions("shapes_thing.forgotten"),
        serde_json::json!(["forget"])
    );
    assert_eq!(
        actions("shapes_thing.moves"),
        serde_json::json!(["delete", "create"])
    );
    assert_eq!(actions("shapes_thing.kept"), serde_json::json!(["no-op"]));
    fs::write(read.path().join("next.json"), next.to_string()).unwrap();
    let found = inspected(read.path(), "next.json", "next.json").unwrap();
    let mut expected = planned(&next);
    expected.values_mut().for_each(cover);
    let problems = differences(&expected, &found);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let addresses: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(
        addresses,
        [
            "module.child.shapes_thing.inner",
            "shapes_thing.changes",
            "shapes_thing.kept",
            "shapes_thing.late",
            "shapes_thing.many[\"b\"]",
            "shapes_thing.many[\"c\"]",
            "shapes_thing.moves",
            "shapes_thing.secrets",
            "terraform_data.derived",
        ]
    );
    assert_silent(read.path(), "next.json", true);

    // Beside its source the plan has the lines of the source, in modules too.
    fs::write(work.path().join("next.json"), next.to_string()).unwrap();
    let ran = run_in(work.path(), &["inspect", ".", "--format", "json"]).unwrap();
    let document = ran.json();
    let place = |address: &str| {
        let all = document["resources"].as_array().unwrap();
        let one = all
            .iter()
            .find(|one| one["address"] == address && one["root"] == "next.json")
            .unwrap();
        format!("{}:{}", one["file"].as_str().unwrap(), one["line"])
    };
    let line =
        |text: &str, of: &str| 1 + of.lines().position(|line| line.starts_with(text)).unwrap();
    assert_eq!(
        place("shapes_thing.many[\"c\"]"),
        format!(
            "main.tf:{}",
            line("resource \"shapes_thing\" \"many\"", &second())
        )
    );
    assert_eq!(
        place("module.child.shapes_thing.inner"),
        format!(
            "child/main.tf:{}",
            line("resource \"shapes_thing\" \"inner\"", CHILD)
        )
    );
}

#[test]
fn plans_and_states_of_a_changing_configuration() {
    for &program in programs().unwrap() {
        lifecycle(program);
    }
}
