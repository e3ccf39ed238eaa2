//! The evaluator against the real Terraform (or OpenTofu): configurations of `terraform_data`, locals, variables, modules and
//! outputs need no provider, so the real program plans them offline, and `hipaa-iac inspect` must say the same.
#![expect(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod truth;

use std::{collections::BTreeMap, fs, path::Path};

use hipaa_iac_tests::{run_in, workspace};
use serde_json::Value as Json;

/// What a resource of a plan says: the values with what is sensitive cut out, and the two masks.
#[derive(Debug, PartialEq)]
struct Said {
    values: Json,
    unknown: Json,
    sensitive: Json,
}

/// The arguments of `terraform_data` that a configuration sets (`id` and `output` are the provider's).
const ARGUMENTS: [&str; 2] = ["input", "triggers_replace"];

#[test]
fn every_case_is_planned_as_terraform_plans_it() {
    let cases = workspace().join("tests/differential/cases");
    let mut folders: Vec<_> = fs::read_dir(&cases).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    let mut problems = Vec::new();
    for folder in &folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        problems.extend(compare(folder).into_iter().map(|problem| format!("{name}: {problem}")));
    }
    assert!(problems.is_empty(), "{} disagreements:\n{}", problems.len(), problems.join("\n"));
}

/// Every disagreement on one configuration.
fn compare(folder: &Path) -> Vec<String> {
    let expected = match truth::plan(folder) {
        Ok(plan) => plan,
        Err(error) => return vec![format!("the real program refuses it: {error}")],
    };
    let ran = run_in(folder, &["inspect", ".", "--format", "json", "--quiet"]).unwrap();
    if ran.code != 0 {
        return vec![format!("inspect ends with {}: {}", ran.code, ran.stderr)];
    }
    let found = inventory(&ran.json());
    let mut problems = Vec::new();
    for (address, expected) in &expected {
        match found.get(address) {
            None => problems.push(format!("{address} is missing")),
            Some(found) if found == expected => {}
            Some(found) => problems.push(format!("{address}:\n  expected {}\n  found    {}", show(expected), show(found))),
        }
    }
    problems.extend(found.keys().filter(|address| !expected.contains_key(*address)).map(|address| format!("{address} is not in the plan")));
    problems
}

fn show(said: &Said) -> String {
    format!("{} unknown {} sensitive {}", said.values, said.unknown, said.sensitive)
}

/// The managed resources that `inspect` shows.
fn inventory(document: &Json) -> BTreeMap<String, Said> {
    let resources = document["resources"].as_array().unwrap();
    resources
        .iter()
        .filter(|resource| resource["mode"] == "managed")
        .map(|resource| (resource["address"].as_str().unwrap().to_owned(), said(&resource["values"], &resource["unknown"], &resource["sensitive"])))
        .collect()
}

/// The arguments alone, with absent and null alike (a plan has every argument of the schema).
fn said(values: &Json, unknown: &Json, sensitive: &Json) -> Said {
    let arguments = |of: &Json| -> Json {
        let members = ARGUMENTS.iter().filter_map(|name| Some(((*name).to_owned(), of.get(name)?.clone())));
        members.filter(|(_, value)| *value != Json::Null && *value != Json::Bool(false)).collect::<serde_json::Map<_, _>>().into()
    };
    let sensitive = arguments(sensitive);
    Said { values: normal(&cut(&arguments(values), &sensitive)), unknown: arguments(unknown), sensitive }
}

/// A value without what a mask marks.
fn cut(value: &Json, mask: &Json) -> Json {
    match (value, mask) {
        (_, Json::Bool(true)) => Json::Null,
        (Json::Object(members), Json::Object(masks)) => {
            members.iter().map(|(key, value)| (key.clone(), masks.get(key).map_or_else(|| value.clone(), |mask| cut(value, mask)))).collect()
        }
        (Json::Array(elements), Json::Array(masks)) => {
            elements.iter().enumerate().map(|(index, value)| masks.get(index).map_or_else(|| value.clone(), |mask| cut(value, mask))).collect()
        }
        _ => value.clone(),
    }
}

/// Numbers by value: `1.0` and `1` are one number.
fn normal(value: &Json) -> Json {
    match value {
        Json::Number(number) => number.as_f64().map_or_else(|| value.clone(), Json::from),
        Json::Array(elements) => elements.iter().map(normal).collect(),
        Json::Object(members) => members.iter().map(|(key, value)| (key.clone(), normal(value))).collect(),
        _ => value.clone(),
    }
}
