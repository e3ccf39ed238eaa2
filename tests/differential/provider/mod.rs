//! Nested and `dynamic` blocks, defaults of a provider, plans and states, with the provider of `tests/tools/provider`.

mod configurations;
mod lifecycle;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use hipaa_iac_tests::{run_in, workspace};
use serde_json::{Map, Value as Json};

use crate::{
    all_agree,
    truth::{self, Program, Truth},
    written::{Case, Verdict},
};

const PROGRAM: &str = "terraform-provider-shapes";
const VERSION: &str = "1.2.0";

const REQUIRED: &str = "terraform {
  required_providers {
    shapes = {
      source  = \"hipaa-iac.dev/tests/shapes\"
      version = \"~> 1.0\"
    }
  }
}
";

/// Attributes that the provider decides where they are not set.
const COMPUTED: [&str; 6] = ["id", "level", "mode", "output", "private", "tier"];
/// Attributes and blocks that are sets.
const SETS: [&str; 4] = ["grant", "groups", "labels", "peer"];

/// The file that makes the real programs take the provider from a folder.
fn configuration_file() -> &'static Path {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| {
        let paths = env::var_os("PATH").unwrap_or_default();
        let program = env::split_paths(&paths)
            .map(|folder| folder.join(PROGRAM))
            .find(|program| program.is_file())
            .unwrap_or_else(|| {
                panic!("{PROGRAM} is not on the PATH; `cargo xtask test differential` builds it")
            });
        let arch = match env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        let os = match env::consts::OS {
            "macos" => "darwin",
            other => other,
        };
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("providers");
        let folder = home.join(format!("hipaa-iac.dev/tests/shapes/{VERSION}/{os}_{arch}"));
        fs::create_dir_all(&folder).unwrap();
        fs::copy(program, folder.join(PROGRAM)).unwrap();
        let rules = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
            home.display()
        );
        let file = home.join("installation.hcl");
        fs::write(&file, rules).unwrap();
        file
    })
}

fn environment() -> Vec<(String, String)> {
    let file = configuration_file().to_string_lossy().into_owned();
    vec![("TF_CLI_CONFIG_FILE".to_owned(), file)]
}

/// Runs the real program in a folder; its standard output.
fn real(program: Program, folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program.command())
        .current_dir(folder)
        .args(arguments)
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_IN_AUTOMATION", "1")
        .envs(environment())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{} {arguments:?}: {}",
        program.command(),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Everything that is said of a resource in one tree.
fn tree(values: &Json, unknown: &Json, sensitive: &Json) -> Json {
    if *sensitive == Json::Bool(true) {
        return "(sensitive)".into();
    }
    if *unknown == Json::Bool(true) {
        return "(unknown)".into();
    }
    let none = Json::Null;
    match (values, unknown) {
        (Json::Object(_), _) | (Json::Null, Json::Object(_)) => {
            let masks = [values, unknown].map(|of| of.as_object().cloned().unwrap_or_default());
            let names: BTreeSet<&String> = masks.iter().flat_map(Map::keys).collect();
            let of = |json: &Json, name: &str| json.get(name).cloned().unwrap_or_default();
            names
                .into_iter()
                .map(|name| {
                    let inner = tree(&of(values, name), &of(unknown, name), &of(sensitive, name));
                    (name.clone(), inner)
                })
                .filter(|(_, inner)| !inner.is_null())
                .collect::<Map<_, _>>()
                .into()
        }
        (Json::Array(_), _) | (Json::Null, Json::Array(_)) => {
            let length = |json: &Json| json.as_array().map_or(0, Vec::len);
            (0..length(values).max(length(unknown)))
                .map(|at| {
                    let of = |json: &Json| json.get(at).cloned().unwrap_or(none.clone());
                    tree(&of(values), &of(unknown), &of(sensitive))
                })
                .collect()
        }
        (Json::Number(number), _) => format!("number {}", number.as_f64().unwrap()).into(),
        _ => values.clone(),
    }
}

/// The same for both sides: sets sorted, blocks that are not there and empty lists alike, what only the provider knows left
/// out. `like` is the other side.
fn normal(tree: &Json, like: &Json, key: &str, ours: bool) -> Json {
    let none = Json::Null;
    match tree {
        Json::Object(members) => {
            let kept = members.iter().filter(|(name, inner)| {
                let provider = COMPUTED.contains(&name.as_str()) && like.get(*name).is_none();
                let schema = *name == "secret" && **inner == "(sensitive)";
                let empty = inner.as_array().is_some_and(Vec::is_empty);
                !provider && !schema && !empty
            });
            kept.map(|(name, inner)| {
                let like = like.get(name).unwrap_or(&none);
                (name.clone(), normal(inner, like, name, ours))
            })
            .collect::<Map<_, _>>()
            .into()
        }
        // A block that may stand once is an object in the plan, and a list of blocks in the source.
        Json::Array(elements) if ours && like.is_object() && elements.len() == 1 => {
            normal(&elements[0], like, key, ours)
        }
        Json::Array(elements) => {
            let mut elements: Vec<Json> = elements
                .iter()
                .enumerate()
                .map(|(at, element)| {
                    let like = like.get(at).unwrap_or(&none);
                    normal(element, like, key, ours)
                })
                .collect();
            if SETS.contains(&key) {
                elements.sort_by_key(Json::to_string);
                elements.dedup();
            }
            elements.into()
        }
        other => other.clone(),
    }
}

type Resources = BTreeMap<String, Json>;

/// What `terraform show -json` says of the resources that there will be.
fn planned(plan: &Json) -> Resources {
    let changes = plan["resource_changes"].as_array().unwrap();
    changes
        .iter()
        .filter(|change| change["mode"] == "managed" && !change["change"]["after"].is_null())
        .map(|resource| {
            let change = &resource["change"];
            let tree = tree(
                &change["after"],
                &change["after_unknown"],
                &change["after_sensitive"],
            );
            (resource["address"].as_str().unwrap().to_owned(), tree)
        })
        .collect()
}

/// What `inspect` says of those of a root: a folder, a plan or a state.
fn inspected(folder: &Path, what: &str, root: &str) -> Result<Resources, String> {
    let ran = run_in(folder, &["inspect", what, "--format", "json"]).unwrap();
    if ran.code != 0 {
        return Err(ran.stderr);
    }
    let document = ran.json();
    let resources = document["resources"].as_array().unwrap();
    Ok(resources
        .iter()
        .filter(|resource| resource["mode"] == "managed" && resource["root"] == root)
        .map(|resource| {
            let tree = tree(
                &resource["values"],
                &resource["unknown"],
                &resource["sensitive"],
            );
            (resource["address"].as_str().unwrap().to_owned(), tree)
        })
        .collect())
}

fn differences(expected: &Resources, found: &Resources) -> Vec<String> {
    let none = Json::Null;
    let addresses: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    addresses
        .into_iter()
        .filter_map(|address| {
            let (expected, found) = (
                expected.get(address).unwrap_or(&none),
                found.get(address).unwrap_or(&none),
            );
            let (theirs, ours) = (
                normal(expected, found, "", false),
                normal(found, expected, "", true),
            );
            (theirs != ours).then(|| format!("{address}:\n  expected {theirs}\n  found    {ours}"))
        })
        .collect()
}

fn compare(program: Program, case: &Case) -> Vec<String> {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&ours, &theirs] {
        case.write(folder.path()).unwrap();
        fs::write(folder.path().join("versions.tf"), REQUIRED).unwrap();
    }
    let found = inspected(ours.path(), ".", ".");
    match truth::plan(program, theirs.path(), &case.arguments, &environment()) {
        Ok(Truth::Planned(_)) if case.verdict != Verdict::Planned => {
            return vec!["the real program plans it".to_owned()];
        }
        Ok(Truth::Planned(_)) => {}
        Ok(Truth::Refused(_)) if case.verdict == Verdict::Refused => {
            return match found {
                Ok(_) => vec!["only the real program refuses it".to_owned()],
                Err(_) => vec![],
            };
        }
        Ok(Truth::Refused(refusals)) => {
            return vec![format!("the real program refuses it: {refusals:?}")];
        }
        Err(error) => return vec![error],
    }
    let shown = real(program, theirs.path(), &["show", "-json", "plan.bin"]);
    let expected = planned(&serde_json::from_str(&shown).unwrap());
    let mut problems = match found {
        Ok(found) => differences(&expected, &found),
        Err(error) => vec![format!("inspect refuses it: {error}")],
    };
    // The plan itself, alone and beside the source.
    let alone = tempfile::tempdir().unwrap();
    let both = [
        ("plan", &alone, "plan.json"),
        ("plan beside the source", &ours, "."),
    ];
    for (name, folder, what) in both {
        fs::write(folder.path().join("plan.json"), &shown).unwrap();
        match inspected(folder.path(), what, "plan.json") {
            Ok(found) => problems.extend(
                differences(&expected, &found)
                    .into_iter()
                    .map(|problem| format!("{name}: {problem}")),
            ),
            Err(error) => problems.push(format!("inspect refuses the {name}: {error}")),
        }
    }
    problems
}

#[test]
fn blocks_and_plans_of_a_provider_are_as_the_real_program_has_them() {
    let file = workspace().join("tests/differential/provider/blocks.txt");
    let cases = Case::read(&file).unwrap();
    assert!(cases.len() >= 25, "only {} are left", cases.len());
    all_agree(&cases, compare);
}

/// Arguments that the provider's schema converts, read by others.
const CONVERTED: &str = r#"
resource "shapes_thing" "a" {
  name    = 5
  enabled = "true"
  size    = "7"
  tags    = { b = 2 }
  groups  = ["g2", "g1"]
  endpoint {
    name = 6
  }
  rule {
    name = 8
    size = "9"
    port {
      size = "10"
    }
  }
  rule {
    name = 8
    size = "9"
  }
  settings = { name = 11 }
}

resource "shapes_thing" "b" {
  name   = "b"
  groups = ["g1", "g1"]
}

locals {
  a     = shapes_thing.a
  rules = shapes_thing.a.rule
}

resource "terraform_data" "reads" {
  input = {
    size     = shapes_thing.a.size == 7
    text     = shapes_thing.a.size == "7"
    unlike   = shapes_thing.a.size != 7
    number   = shapes_thing.a.name == 5
    truth    = shapes_thing.a.enabled == "true"
    tagged   = shapes_thing.a.tags["b"] == 2
    name     = shapes_thing.a.name == "5"
    enabled  = shapes_thing.a.enabled == true
    tag      = shapes_thing.a.tags["b"] == "2"
    other    = shapes_thing.a.size == 8
    larger   = shapes_thing.a.size > 6
    groups   = length(shapes_thing.a.groups)
    set      = shapes_thing.a.groups == toset(["g1", "g2"])
    tuple    = shapes_thing.a.groups == ["g2", "g1"]
    has      = contains(shapes_thing.a.groups, "g1")
    hasnot   = contains(shapes_thing.a.groups, "g3")
    joined   = "${shapes_thing.a.size} ${shapes_thing.a.name} ${shapes_thing.a.enabled}"
    block    = shapes_thing.a.endpoint.name == "6"
    rule     = shapes_thing.a.rule[0].name == "8"
    port     = shapes_thing.a.rule[0].port[0].size == 10
    splat    = shapes_thing.a.rule[*].size == [9, 9]
    each     = [for r in shapes_thing.a.rule : r.size == 9]
    local    = local.a.rule[0].size == 9
    locals   = local.rules[0].size == 9
    element  = element(local.rules, 1).size == 9
    settings = shapes_thing.a.settings.name == "11"
    contains = contains(shapes_thing.a.rule[*].size, 9)
    index    = try(index([for r in local.rules : r.name], "8"), "none")
    lookup   = lookup(shapes_thing.a.tags, "b", "none") == "2"
    one      = one([shapes_thing.a.size]) == 7
    branch   = (true ? shapes_thing.a.size : 0) == 7
    list     = [shapes_thing.a.size] == [7]
    object   = { a = shapes_thing.a.size } == { a = 7 }
    whole    = shapes_thing.a.tags == tomap({ b = "2" })
    inset    = contains(toset([shapes_thing.a.size]), 7)
    filtered = [for x in ["a"] : x if shapes_thing.a.size == 7]
    chosen   = shapes_thing.a.size == 7 ? "seven" : "other"
    sorted   = sort(shapes_thing.a.groups)
    commas   = join(",", shapes_thing.a.groups)
    looped   = "%{ for group in shapes_thing.a.groups }${group},%{ endfor }"
    first    = tolist(shapes_thing.a.groups)[0]
    once     = length(shapes_thing.b.groups)
    twice    = sort(shapes_thing.b.groups)
    json     = jsonencode(shapes_thing.a.size)
    within   = jsonencode({ size = shapes_thing.a.size, groups = shapes_thing.a.groups })
    blocks   = jsonencode(shapes_thing.a.rule)
    yaml     = yamlencode({ size = shapes_thing.a.size })
    shown    = format("%#v", shapes_thing.a.size)
  }
}
"#;

/// No schema is read: what is compared with a converted argument may be unknown, and is never another than it is.
#[test]
fn conditions_on_converted_arguments_are_right_or_unknown() {
    let reads = |resources: &Resources| resources["terraform_data.reads"]["input"].clone();
    for &program in truth::programs().unwrap() {
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for folder in [&ours, &theirs] {
            fs::write(
                folder.path().join("main.tf"),
                format!("{REQUIRED}{CONVERTED}"),
            )
            .unwrap();
        }
        truth::plan(program, theirs.path(), &[], &environment()).unwrap();
        let shown = real(program, theirs.path(), &["show", "-json", "plan.bin"]);
        let expected = reads(&planned(&serde_json::from_str(&shown).unwrap()));
        let found = reads(&inspected(ours.path(), ".", ".").unwrap());
        let wrong: Vec<String> = expected
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, value)| {
                let unknown = found[*name].to_string().contains("(unknown)");
                !unknown && found[*name] != **value
            })
            .map(|(name, value)| format!("{name}: {} is {value}", found[name]))
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", program.command());
        let known = [
            "other", "larger", "groups", "has", "hasnot", "joined", "sorted",
        ];
        assert!(
            known.iter().all(|name| found[name] == expected[name]),
            "{found}"
        );
    }
}
