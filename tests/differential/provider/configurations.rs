//! Which configuration of a provider a resource belongs to: the default one, one with an alias, or what module calls pass.

use std::{collections::BTreeMap, fs, path::Path};

use hipaa_iac_tests::run_in;
use serde_json::Value as Json;

use super::{REQUIRED, real};
use crate::truth::{Program, programs};

const MAIN: &str = r#"
provider "shapes" {
  tier = "silver"
}

provider "shapes" {
  alias = "gold"
  tier  = "gold"
}

provider "shapes" {
  alias = "bronze"
  tier  = "bronze"
}

resource "shapes_thing" "default" {}

resource "shapes_thing" "gold" {
  provider = shapes.gold
}

module "inherits" {
  source = "./child"
}

module "passed" {
  source    = "./child"
  for_each  = toset(["a", "b"])
  providers = { shapes = shapes.gold }
}

module "aliased" {
  source    = "./aliased"
  providers = { shapes.other = shapes.bronze }
}

module "renamed" {
  source    = "./renamed"
  providers = { things = shapes.gold }
}
"#;

const CHILD: &str = r#"
resource "shapes_thing" "one" {}

module "inner" {
  source = "../inner"
  count  = 2
}
"#;

const INNER: &str = "resource \"shapes_thing\" \"two\" {}\n";

const ALIASED: &str = r#"
terraform {
  required_providers {
    shapes = {
      source                = "hipaa-iac.dev/tests/shapes"
      configuration_aliases = [shapes.other]
    }
  }
}

resource "shapes_thing" "default" {}

resource "shapes_thing" "other" {
  provider = shapes.other
}

module "deep" {
  source    = "../inner"
  providers = { shapes = shapes.other }
}
"#;

const RENAMED: &str = r#"
terraform {
  required_providers {
    things = {
      source = "hipaa-iac.dev/tests/shapes"
    }
  }
}

resource "shapes_thing" "three" {
  provider = things
}

module "inner" {
  source = "./inner"
}
"#;

fn write(folder: &Path) {
    let file = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    file("main.tf", MAIN);
    file("versions.tf", REQUIRED);
    for module in ["child", "inner", "renamed/inner"] {
        file(&format!("{module}/versions.tf"), REQUIRED);
    }
    file("child/main.tf", CHILD);
    file("inner/main.tf", INNER);
    file("aliased/main.tf", ALIASED);
    file("renamed/main.tf", RENAMED);
    file("renamed/inner/main.tf", INNER);
}

/// The tier of each resource of a state, by address: those of a module and of the modules below it.
fn tiers(module: &Json, into: &mut BTreeMap<String, String>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        let text = |json: &Json| json.as_str().unwrap().to_owned();
        into.insert(
            text(&resource["address"]),
            text(&resource["values"]["tier"]),
        );
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        tiers(child, into);
    }
}

/// The configuration of each managed resource, and what tier each configuration gives.
fn configurations(folder: &Path, what: &str) -> [BTreeMap<String, String>; 2] {
    let ran = run_in(folder, &["inspect", what, "--format", "json"]).unwrap();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (mut configurations, mut tiers) = (BTreeMap::new(), BTreeMap::new());
    for resource in ran.json()["resources"].as_array().unwrap() {
        let address = resource["address"].as_str().unwrap().to_owned();
        let configuration = resource["providerConfig"].as_str();
        if resource["mode"] == "managed" {
            configurations.insert(address, configuration.unwrap().to_owned());
        } else {
            assert_eq!(configuration, Some(&*address));
            tiers.insert(
                address,
                resource["values"]["tier"].as_str().unwrap().to_owned(),
            );
        }
    }
    [configurations, tiers]
}

fn follow(program: Program) {
    let work = tempfile::tempdir().unwrap();
    write(work.path());
    let [of_source, blocks] = configurations(work.path(), ".");
    real(program, work.path(), &["init", "-input=false"]);
    real(
        program,
        work.path(),
        &["plan", "-input=false", "-out=plan.bin"],
    );
    let plan = real(program, work.path(), &["show", "-json", "plan.bin"]);
    real(
        program,
        work.path(),
        &["apply", "-input=false", "-auto-approve", "plan.bin"],
    );
    let state: Json =
        serde_json::from_str(&real(program, work.path(), &["show", "-json"])).unwrap();
    // The provider gives each resource the tier of the configuration that it was called with.
    let mut expected = BTreeMap::new();
    tiers(&state["values"]["root_module"], &mut expected);
    assert_eq!(expected.len(), 16, "{expected:?}");
    let found: BTreeMap<String, String> = of_source
        .iter()
        .map(|(address, configuration)| (address.clone(), blocks[configuration].clone()))
        .collect();
    assert_eq!(found, expected);
    let read = tempfile::tempdir().unwrap();
    fs::write(read.path().join("plan.json"), plan).unwrap();
    // What is inherited from a module that calls the provider by another name, Terraform's plan itself gets wrong.
    let mut of_plan = of_source.clone();
    let renamed = "module.renamed.module.inner.shapes_thing.two";
    of_plan.insert(renamed.to_owned(), "provider.shapes".to_owned());
    assert_eq!(configurations(read.path(), "plan.json"), [of_plan, blocks]);
    fs::copy(
        work.path().join("terraform.tfstate"),
        read.path().join("terraform.tfstate"),
    )
    .unwrap();
    let [of_state, _] = configurations(read.path(), "terraform.tfstate");
    let of_source: BTreeMap<String, String> = of_source
        .into_iter()
        .map(|(address, configuration)| {
            let written = "provider[\"hipaa-iac.dev/tests/shapes\"]";
            (address, configuration.replace("provider.shapes", written))
        })
        .collect();
    assert_eq!(of_state, of_source);
}

#[test]
fn resources_belong_to_the_configuration_of_their_provider() {
    for &program in programs().unwrap() {
        follow(program);
    }
}
