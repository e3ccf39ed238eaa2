//! The evaluator against the real Terraform (or OpenTofu): configurations of `terraform_data`, locals, variables, modules and
//! outputs need no provider, so the real program plans them offline, and `hipaa-iac inspect` must say the same.
//!
//! Three sources of cases: `cases/`, whole configurations for the features of the language; `expressions/`, tables of
//! single expressions, several for each operator and function; and a random generator. On a disagreement the
//! generator's expression is shrunk before it is shown. Of Terraform and OpenTofu each one that is there judges
//! everything.
//!
//! A random configuration is a module: six variables, eleven resources, five locals, a call of another module and 40
//! probes, 54 expressions that are compared. `HIPAA_IAC_DIFFERENTIAL_CASES` is the number of random configurations (300),
//! `HIPAA_IAC_DIFFERENTIAL_SEED` the seed (1), `HIPAA_IAC_DIFFERENTIAL_FIRST` the number of the first,
//! `HIPAA_IAC_DIFFERENTIAL_SHOWN` how many disagreements are shrunk and shown (12).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod batch;
mod claims;
mod expression;
mod generate;
mod known;
mod provider;
mod said;
mod shrink;
mod truth;
mod written;

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use hipaa_iac_tests::{in_parallel, run_with, workspace};

use crate::{
    batch::{Answer, Configuration, Disagreement, Place, Slot},
    expression::{Expr, Type},
    said::inventory,
    truth::{Program, Truth, programs},
    written::{Case, Verdict},
};

/// Configurations that are planned at once.
const BATCH: usize = 50;
/// Disagreements that are shrunk and shown.
const SHOWN: usize = 12;
/// How often the real program is asked again before a disagreement counts.
const AGAIN: usize = 8;

/// The fewest written configurations, so that none are lost unseen.
const WRITTEN: usize = 150;

#[test]
fn every_case_is_planned_as_the_real_program_plans_it() {
    let files = entries("cases");
    let cases: Vec<Case> = files
        .iter()
        .flat_map(|file| Case::read(file).unwrap())
        .collect();
    assert!(cases.len() >= WRITTEN, "only {} are left", cases.len());
    all_agree(&cases, compare);
}

/// Compares every case with every program that is there.
#[expect(clippy::print_stderr, reason = "says what was compared")]
pub(crate) fn all_agree(cases: &[Case], compare: impl Fn(Program, &Case) -> Vec<String> + Sync) {
    let mut problems = Vec::new();
    for &program in programs().unwrap() {
        let judged: Vec<&Case> = cases
            .iter()
            .filter(|case| case.only.is_none_or(|only| only == program))
            .collect();
        eprintln!("{} configurations for {}", judged.len(), program.command());
        for (case, found) in judged
            .iter()
            .zip(in_parallel(&judged, |case| compare(program, case)))
        {
            problems.extend(
                found
                    .iter()
                    .map(|problem| format!("{}: {}: {problem}", program.command(), case.name)),
            );
        }
    }
    assert!(
        problems.is_empty(),
        "{} disagreements:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

/// An expression of a table.
struct Line {
    /// `!`: both programs refuse it; `~`: a known disagreement, the comment above it says why.
    mark: Option<char>,
    /// The one program that judges it, where it is not both.
    only: Option<Program>,
    text: String,
}

/// A line of a table is an expression. `!` or `~` before it, with a space, are marks; `terraform` or `tofu` say that only
/// this program has what it needs.
fn lines(file: &Path) -> Vec<Line> {
    fs::read_to_string(file)
        .unwrap()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (mut mark, mut only, mut rest) = (None, None, line);
            while let Some((word, text)) = rest.split_once(' ') {
                match word {
                    "!" | "~" => mark = word.chars().next(),
                    "terraform" => only = Some(Program::Terraform),
                    "tofu" => only = Some(Program::OpenTofu),
                    _ => break,
                }
                rest = text;
            }
            Line {
                mark,
                only,
                text: rest.to_owned(),
            }
        })
        .collect()
}

fn tables() -> Vec<(String, Vec<Line>)> {
    entries("expressions")
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "txt"))
        .map(|file| {
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            (name, lines(file))
        })
        .collect()
}

#[test]
fn every_expression_of_the_tables_has_the_value_that_the_real_program_gives_it() {
    let preamble =
        fs::read_to_string(workspace().join("tests/differential/expressions/preamble.tf")).unwrap();
    let mut problems = Vec::new();
    for &program in programs().unwrap() {
        let mut configurations = Vec::new();
        let mut marks = BTreeMap::new();
        for (name, lines) in tables() {
            let mut slots = Vec::new();
            for line in lines {
                if line.only.is_some_and(|only| only != program) {
                    continue;
                }
                if let Some(mark) = line.mark {
                    marks.insert((configurations.len(), slots.len()), mark);
                }
                slots.push(Slot {
                    place: Place::Probe,
                    expr: Expr::leaf(line.text, Type::Text),
                });
            }
            configurations.push(Configuration {
                name,
                arguments: "  unknown_any = terraform_data.root.output\n".into(),
                preamble: preamble.clone(),
                slots,
            });
        }
        let outcome =
            batch::compare(program, &configurations).unwrap_or_else(|problem| panic!("{problem}"));
        let text = |at: (usize, usize)| {
            format!(
                "{}: {}: {}",
                program.command(),
                configurations[at.0].name,
                configurations[at.0].slots[at.1].expr
            )
        };
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
    }
    assert!(
        problems.is_empty(),
        "{} problems:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

/// What a table must hold of every function: a plain call, one that is refused, and calls with a value that is not known,
/// a secret and a null.
#[test]
fn every_function_of_the_real_program_is_in_the_tables() {
    /// Their results are others each time: only that they are not known can be compared.
    const IMPURE: [&str; 4] = ["bcrypt", "plantimestamp", "timestamp", "uuid"];
    /// They take anything.
    const NEVER_REFUSED: [&str; 12] = [
        "base64gzip",
        "can",
        "ephemeralasnull",
        "issensitive",
        "jsonencode",
        "merge",
        "nonsensitive",
        "plantimestamp",
        "sensitive",
        "timestamp",
        "uuid",
        "yamlencode",
    ];
    let all: Vec<Line> = tables().into_iter().flat_map(|(_, lines)| lines).collect();
    let mut missing = Vec::new();
    for &program in programs().unwrap() {
        for name in program.functions().unwrap() {
            let call = format!("{name}(");
            let calls = all.iter().filter(|line| {
                line.only.is_none_or(|only| only == program)
                    && line.text.match_indices(&call).any(|(at, _)| {
                        !line.text[..at]
                            .ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':')
                    })
            });
            let calls: Vec<&Line> = calls.collect();
            let has = |f: &dyn Fn(&Line) -> bool| calls.iter().any(|line| f(line));
            let mentions = |words: &'static [&'static str]| {
                move |line: &Line| words.iter().any(|word| line.text.contains(word))
            };
            let mut need = |there: bool, what: &str| {
                if !there {
                    missing.push(format!("{}: {name}: {what}", program.command()));
                }
            };
            need(!calls.is_empty(), "a call");
            if IMPURE.contains(&name.as_str()) && name != "bcrypt" {
                continue;
            }
            need(
                IMPURE.contains(&name.as_str()) || has(&|line| line.mark.is_none()),
                "a call that has a value",
            );
            need(
                NEVER_REFUSED.contains(&name.as_str()) || has(&|line| line.mark == Some('!')),
                "a call that is refused",
            );
            need(
                has(&mentions(&["local.", "var.unknown"])),
                "a value that is not known",
            );
            need(has(&mentions(&["sensitive(", "var.secret"])), "a secret");
            need(has(&mentions(&["null"])), "a null");
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn random_expressions_have_the_values_that_the_real_program_gives_them() {
    for &program in programs().unwrap() {
        random(program);
    }
}

/// Setting `HIPAA_IAC_DIFFERENTIAL_…` of the environment.
fn setting(name: &str, default: usize) -> usize {
    match env::var(format!("HIPAA_IAC_DIFFERENTIAL_{name}")) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("HIPAA_IAC_DIFFERENTIAL_{name} is no whole number")),
        Err(_) => default,
    }
}

/// Says something that the test's output does not capture: every run shows from what seed it can be made again.
fn say(line: &str) {
    io::stderr()
        .write_all(format!("{line}\n").as_bytes())
        .unwrap();
}

fn random(program: Program) {
    let (count, seed, first) = (
        setting("CASES", 300),
        setting("SEED", 1) as u64,
        setting("FIRST", 0),
    );
    say(&format!(
        "{count} configurations from seed {seed}, number {first} on, for {}",
        program.command()
    ));
    let batches: Vec<(usize, usize)> = (first..first + count)
        .step_by(BATCH)
        .map(|start| (start, (start + BATCH).min(first + count)))
        .collect();
    let outcomes = in_parallel(&batches, |(start, end)| {
        let configurations: Vec<Configuration> = (*start..*end)
            .map(|number| generate::configuration(program, seed, number))
            .collect();
        let outcome = batch::compare(program, &configurations)
            .unwrap_or_else(|problem| panic!("configurations {start} to {end}: {problem}"));
        if count > 20 * BATCH {
            say(&format!(
                "{start} to {end}: {} to be looked at",
                outcome.disagreements.len()
            ));
        }
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
    // A generator that makes nothing but errors would prove nothing.
    assert!(
        refused * 4 < expressions,
        "too many expressions are refused"
    );
    let all = outcomes.iter().flat_map(|(all, outcome)| {
        outcome
            .disagreements
            .iter()
            .map(move |one| (all[one.at.0].clone(), one.clone()))
    });
    let (by_design, found): (Vec<_>, Vec<_>) =
        all.partition(|(configuration, one)| known(configuration, one));
    let (found, changing) = without(found, |(configuration, one)| {
        changes_its_mind(program, configuration, one)
    });
    let (found, early) = without(found, |(configuration, one)| {
        known::accepted_with_values(program, configuration, one)
    });
    say(&format!(
        "{expressions} expressions, of which the real program refuses {refused}; {} known disagreements, {changing} \
         on which it changes its answer, {early} that it refuses before it has the values, {} others",
        by_design.len(),
        found.len()
    ));
    if found.is_empty() {
        return;
    }
    let total = found.len();
    let mut places: Vec<&str> = found
        .iter()
        .map(|(configuration, _)| configuration.name.as_str())
        .collect();
    places.dedup();
    say(&format!("disagreements in {}", places.join(" ")));
    let shown = found.into_iter().take(setting("SHOWN", SHOWN));
    let shown: Vec<String> = shrink::shrink(program, &shown.collect::<Vec<_>>())
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
        "{total} disagreements with {} among {expressions} expressions (seed {seed}); the first, shrunk:\n{}",
        program.command(),
        shown.join("\n")
    );
}

/// What the rule does not hold for, and of how many it holds.
fn without<T: Sync>(all: Vec<T>, rule: impl Fn(&T) -> bool + Sync) -> (Vec<T>, usize) {
    let holds = in_parallel(&all, rule);
    let before = all.len();
    let rest: Vec<T> = all
        .into_iter()
        .zip(holds)
        .filter_map(|(one, holds)| (!holds).then_some(one))
        .collect();
    let number = before - rest.len();
    (rest, number)
}

/// Whether the real program, asked again, gives the evaluator's answer: it compares the members of objects and maps in
/// random order, and stops at the first that decides or is not known.
fn changes_its_mind(program: Program, configuration: &Configuration, one: &Disagreement) -> bool {
    (0..AGAIN).any(|_| {
        batch::compare(program, std::slice::from_ref(configuration)).is_ok_and(|outcome| {
            outcome
                .disagreements
                .iter()
                .all(|other| other.at.1 != one.at.1)
        })
    })
}

/// See [`known`].
pub(crate) fn known(configuration: &Configuration, disagreement: &Disagreement) -> bool {
    let expr = &configuration.slots[disagreement.at.1].expr;
    match (&disagreement.expected, &disagreement.found) {
        (Answer::Error(message), Answer::Value(_)) => known::undecided(message),
        (Answer::Value(expected), Answer::Value(found)) => {
            let text = format!("{expr}{}", mentioned(configuration, expr));
            let compares = text.contains(" == ") || text.contains(" != ");
            compares && known::decided_by_types(expected, found)
                || text.contains("matchkeys(") && known::length_by_type(expected, found)
                || text.contains("setunion(") && known::text_by_type(expected, found)
        }
        _ => false,
    }
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

/// The one provider that is built into Terraform has functions: they are what a function of a provider is like.
#[test]
fn functions_of_a_provider_are_not_known_and_say_so() {
    if !programs().unwrap().contains(&Program::Terraform) {
        return;
    }
    let case = Case::read(&workspace().join("tests/differential/functions.txt"))
        .unwrap()
        .remove(0);
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    case.write(ours.path()).unwrap();
    case.write(theirs.path()).unwrap();
    let Truth::Planned(plan) = truth::plan(Program::Terraform, theirs.path(), &[], &[]).unwrap()
    else {
        panic!("Terraform refuses the functions of its own provider");
    };
    let ran = run_with(
        ours.path(),
        &["inspect", ".", "--format", "json"],
        &[],
        None,
    )
    .unwrap();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let found = inventory(&ran.json());
    let text = run_with(ours.path(), &["inspect", "."], &[], None).unwrap();
    let address = "terraform_data.calls";
    for name in ["tfvars", "decoded", "expr", "secret"] {
        let (expected, found) = (plan[address].member(name), found[address].member(name));
        assert_eq!(found.unknown, true, "{name}");
        assert_eq!(expected.unknown, false, "{name}");
        assert_eq!(found.sensitive, expected.sensitive, "{name}");
        let reason = format!("provider::terraform::{}", case_function(name));
        let reason = format!("input.{name} is unknown: {reason} is a function of a provider");
        assert!(text.stdout.contains(&reason), "{reason}: {}", text.stdout);
    }
}

/// The function that makes a member of the case.
fn case_function(member: &str) -> &'static str {
    match member {
        "tfvars" => "encode_tfvars",
        "decoded" => "decode_tfvars",
        _ => "encode_expr",
    }
}

fn entries(folder: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(workspace().join("tests/differential").join(folder)).unwrap();
    let mut all: Vec<PathBuf> = all.map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

/// Every disagreement on one whole configuration.
fn compare(program: Program, case: &Case) -> Vec<String> {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    case.write(ours.path()).unwrap();
    case.write(theirs.path()).unwrap();
    let truth = truth::plan(program, theirs.path(), &case.arguments, &case.environment);
    // The options have two dashes here.
    let arguments: Vec<String> = case.arguments.iter().map(|one| format!("-{one}")).collect();
    let run = |quiet: &[&'static str]| {
        let mut all = vec!["inspect", ".", "--format", "json"];
        all.extend(arguments.iter().map(String::as_str));
        all.extend(quiet);
        let environment: Vec<(&str, &str)> = case
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        run_with(ours.path(), &all, &environment, None).unwrap()
    };
    let ran = run(&["--quiet"]);
    let expected = match (truth, case.verdict) {
        (Ok(Truth::Planned(plan)), Verdict::Planned) => plan,
        (Ok(Truth::Planned(_)), _) => return vec!["the real program plans it".to_owned()],
        (Ok(Truth::Refused(_)), Verdict::Refused) if ran.code == 0 => {
            return vec!["only the real program refuses it".to_owned()];
        }
        (Ok(Truth::Refused(_)), Verdict::Refused) => return vec![],
        (Ok(Truth::Refused(_)), Verdict::Tolerated) if ran.code == 0 => return vec![],
        (Ok(Truth::Refused(_)), Verdict::Tolerated) => {
            return vec![format!("inspect refuses it too: {}", run(&[]).stderr)];
        }
        (Ok(Truth::Refused(refusals)), Verdict::Planned) => {
            return vec![format!("the real program refuses it: {refusals:?}")];
        }
        (Err(error), _) => return vec![format!("the real program cannot plan it: {error}")],
    };
    if ran.code != 0 {
        return vec![format!(
            "inspect ends with {}: {}",
            ran.code,
            run(&[]).stderr
        )];
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
