//! The evaluator against the real Terraform (or OpenTofu): configurations of `terraform_data`, locals, variables, modules and
//! outputs need no provider, so the real program plans them offline, and `hipaa-iac inspect` must say the same.
//!
//! Three sources of cases: `cases/`, whole configurations for the features of the language; `expressions/`, tables of
//! single expressions, one for each thing that an operator or function does; and a random generator. On a
//! disagreement the generator's expression is shrunk before it is shown.
//!
//! `HIPAA_IAC_DIFFERENTIAL_CASES` is the number of random configurations (300), `HIPAA_IAC_DIFFERENTIAL_SEED` the seed
//! (1), `HIPAA_IAC_DIFFERENTIAL_FIRST` the number of the first.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod batch;
mod expression;
mod generate;
mod known;
mod said;
mod shrink;
mod truth;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use hipaa_iac_tests::{run_in, workspace};

use crate::{
    batch::{Answer, Configuration, Disagreement, Place, Slot},
    expression::{Expr, Type},
    said::inventory,
    truth::Truth,
};

/// Configurations that are planned at once.
const BATCH: usize = 50;
/// Programs that run at once.
const WORKERS: usize = 2;
/// Disagreements that are shrunk and shown.
const SHOWN: usize = 12;

#[test]
fn every_case_is_planned_as_terraform_plans_it() {
    let folders = entries("cases");
    assert!(!folders.is_empty());
    let problems = in_parallel(&folders, |folder| {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        compare(folder)
            .into_iter()
            .map(|problem| format!("{name}: {problem}"))
            .collect::<Vec<_>>()
    });
    let problems: Vec<String> = problems.into_iter().flatten().collect();
    assert!(
        problems.is_empty(),
        "{} disagreements:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

/// A line of a table is an expression. One that begins with `!` is refused by both programs. One that begins with `~` is a
/// known disagreement: the comment above it says why.
#[test]
fn every_expression_of_the_tables_has_the_value_that_terraform_gives_it() {
    let preamble =
        fs::read_to_string(workspace().join("tests/differential/expressions/preamble.tf")).unwrap();
    let mut configurations = Vec::new();
    let mut marks = BTreeMap::new();
    for file in entries("expressions")
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "txt"))
    {
        let mut slots = Vec::new();
        for line in fs::read_to_string(file)
            .unwrap()
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let mark = line
                .chars()
                .next()
                .filter(|first| matches!(first, '~'))
                .or(line.starts_with("! ").then_some('!'));
            let text = mark.map_or(line, |mark| line.trim_start_matches(mark).trim_start());
            if let Some(mark) = mark {
                marks.insert((configurations.len(), slots.len()), mark);
            }
            slots.push(Slot {
                place: Place::Probe,
                expr: Expr::leaf(text, Type::Text),
            });
        }
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        configurations.push(Configuration {
            name,
            arguments: "  unknown_any = terraform_data.root.output\n".into(),
            preamble: preamble.clone(),
            slots,
        });
    }
    let outcome = batch::compare(&configurations).unwrap_or_else(|problem| panic!("{problem}"));
    let text = |at: (usize, usize)| {
        format!(
            "{}: {}",
            configurations[at.0].name, configurations[at.0].slots[at.1].expr
        )
    };
    let mut problems = Vec::new();
    for disagreement in &outcome.disagreements {
        if marks.remove(&disagreement.at) != Some('~') {
            problems.push(format!(
                "{}\n  expected {}\n  found    {}",
                text(disagreement.at),
                disagreement.expected,
                disagreement.found
            ));
        }
    }
    for (at, message) in &outcome.refused {
        if marks.remove(at) != Some('!')
            && !outcome
                .disagreements
                .iter()
                .any(|disagreement| disagreement.at == *at)
        {
            problems.push(format!(
                "{}\n  the real program refuses it: {message}",
                text(*at)
            ));
        }
    }
    problems.extend(
        marks
            .iter()
            .map(|(at, mark)| format!("{}\n  is marked {mark} and should not be", text(*at))),
    );
    assert!(
        problems.is_empty(),
        "{} problems:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

#[test]
fn random_expressions_have_the_values_that_terraform_gives_them() {
    let setting =
        |name: &str, default: usize| match env::var(format!("HIPAA_IAC_DIFFERENTIAL_{name}")) {
            Ok(text) => text
                .parse()
                .unwrap_or_else(|_| panic!("HIPAA_IAC_DIFFERENTIAL_{name} is no whole number")),
            Err(_) => default,
        };
    let (count, seed, first) = (
        setting("CASES", 300),
        setting("SEED", 1) as u64,
        setting("FIRST", 0),
    );
    eprintln!("{count} configurations from seed {seed}");
    let batches: Vec<(usize, usize)> = (first..first + count)
        .step_by(BATCH)
        .map(|start| (start, (start + BATCH).min(first + count)))
        .collect();
    let outcomes = in_parallel(&batches, |(start, end)| {
        let configurations: Vec<Configuration> = (*start..*end)
            .map(|number| generate::configuration(seed, number))
            .collect();
        let outcome = batch::compare(&configurations)
            .unwrap_or_else(|problem| panic!("configurations {start} to {end}: {problem}"));
        (configurations, outcome)
    });
    let expressions: usize = outcomes
        .iter()
        .flat_map(|(configurations, _)| configurations)
        .map(|one| one.slots.len())
        .sum();
    let refused: usize = outcomes
        .iter()
        .map(|(_, outcome)| outcome.refused.len())
        .sum();
    eprintln!("{expressions} expressions, of which the real program refuses {refused}");
    // A generator that makes nothing but errors would prove nothing.
    assert!(
        refused * 4 < expressions,
        "too many expressions are refused"
    );
    let found = outcomes.iter().flat_map(|(all, outcome)| {
        outcome
            .disagreements
            .iter()
            .map(move |one| (all[one.at.0].clone(), one.clone()))
    });
    let found: Vec<_> = found.filter(|(_, one)| !known(one)).collect();
    if found.is_empty() {
        return;
    }
    let total = found.len();
    let shown = found.into_iter().take(setting("SHOWN", SHOWN));
    let shown: Vec<String> = shrink::shrink(&shown.collect::<Vec<_>>())
        .into_iter()
        .map(|(configuration, one)| {
            let expr = &configuration.slots[one.at.1].expr;
            format!(
                "{} {expr}\n  expected {}\n  found    {}{}",
                configuration.name,
                one.expected,
                one.found,
                mentioned(&configuration, expr)
            )
        })
        .collect();
    panic!(
        "{total} disagreements among {expressions} expressions (seed {seed}); the first, shrunk:\n{}",
        shown.join("\n")
    );
}

/// See [`known`].
pub(crate) fn known(disagreement: &Disagreement) -> bool {
    matches!((&disagreement.expected, &disagreement.found), (Answer::Error(message), Answer::Value(_)) if known::undecided(message))
}

/// What the names in an expression stand for.
fn mentioned(configuration: &Configuration, expr: &Expr) -> String {
    let text = expr.to_string();
    let blocks = configuration.preamble.split("\n\n").filter(|block| {
        let mut words = block.split('"').skip(1).step_by(2);
        match (block.starts_with("variable"), words.next(), words.next()) {
            (true, Some(name), _) => text.contains(&format!("var.{name}")),
            (_, Some(ty), Some(name)) => text.contains(&format!("{ty}.{name}.")) && name != "text",
            _ => false,
        }
    });
    let mut all: Vec<String> = blocks
        .map(|block| block.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    all.extend(
        configuration
            .arguments
            .lines()
            .filter(|line| {
                line.split_whitespace()
                    .next()
                    .is_some_and(|name| text.contains(&format!("var.{name}")))
            })
            .map(|line| format!("passed{line}")),
    );
    for slot in &configuration.slots {
        let name = match &slot.place {
            Place::Local(name) => format!("local.{name}"),
            Place::Argument(name) => format!("module.child.{name}"),
            Place::Probe => continue,
        };
        if text.contains(&name) {
            all.push(format!("{name} = {}", slot.expr));
        }
    }
    all.iter()
        .fold(String::new(), |text, line| text + "\n  where    " + line)
}

fn entries(folder: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(workspace().join("tests/differential").join(folder)).unwrap();
    let mut all: Vec<PathBuf> = all.map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

/// The results of `f` for every item, in their order.
pub(crate) fn in_parallel<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let result = f(item);
                    results.lock().unwrap().insert(at, result);
                }
            });
        }
    });
    results.into_inner().unwrap().into_values().collect()
}

/// Every disagreement on one whole configuration. A file `arguments` in its folder holds arguments for both programs.
fn compare(folder: &Path) -> Vec<String> {
    let copy = tempfile::tempdir().unwrap();
    truth::copy_tree(folder, copy.path()).unwrap();
    let expected = match truth::plan(copy.path()) {
        Ok(Truth::Planned(plan)) => plan,
        Ok(Truth::Refused(refusals)) => {
            return vec![format!("the real program refuses it: {refusals:?}")];
        }
        Err(error) => return vec![format!("the real program cannot plan it: {error}")],
    };
    let ran = run_in(folder, &["inspect", ".", "--format", "json", "--quiet"]).unwrap();
    if ran.code != 0 {
        let loud = run_in(folder, &["inspect", ".", "--format", "json"]).unwrap();
        return vec![format!("inspect ends with {}: {}", ran.code, loud.stderr)];
    }
    let found = inventory(&ran.json());
    let mut problems = Vec::new();
    for (address, expected) in &expected {
        match found.get(address) {
            None => problems.push(format!("{address} is missing")),
            Some(found) if expected.agrees(found) => {}
            // Member by member where there are members, so that the difference is seen.
            Some(found) => match expected.values["input"]
                .as_object()
                .filter(|_| found.values["input"].is_object())
            {
                Some(members) if !expected.unknown["input"].is_boolean() => {
                    let mut names: Vec<&String> = members.keys().collect();
                    let also = |json: &serde_json::Value| {
                        json["input"].as_object().cloned().unwrap_or_default()
                    };
                    let masks = [
                        also(&expected.unknown),
                        also(&found.values),
                        also(&found.unknown),
                    ];
                    names.extend(masks.iter().flat_map(|mask| mask.keys()));
                    names.sort();
                    names.dedup();
                    let before = problems.len();
                    for name in names {
                        let (expected, found) = (expected.member(name), found.member(name));
                        if !expected.agrees(&found) {
                            problems.push(format!(
                                "{address} {name}:\n  expected {expected}\n  found    {found}"
                            ));
                        }
                    }
                    if problems.len() == before {
                        problems.push(format!(
                            "{address}:\n  expected {expected:?}\n  found    {found:?}"
                        ));
                    }
                }
                _ => problems.push(format!(
                    "{address}:\n  expected {expected}\n  found    {found}"
                )),
            },
        }
    }
    problems.extend(
        found
            .keys()
            .filter(|address| !expected.contains_key(*address))
            .map(|address| format!("{address} is not in the plan")),
    );
    problems
}
