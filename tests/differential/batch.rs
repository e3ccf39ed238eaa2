//! Many expressions in one plan: each configuration is a module of one root, each expression stands in a line of its
//! own, so that an error of either program can be told to belong to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use hipaa_iac_tests::run_in;

use crate::{
    expression::Expr,
    said::{Said, inventory},
    truth::{self, Program, Truth},
};

/// How often what the real program refuses is taken out before it must accept the rest.
const PASSES: usize = 24;
/// What the real program says where a function of its own crashed: that is no answer that ought to be given.
const CRASHES: [&str; 2] = ["panic in function implementation", "this is a bug in cty"];
/// What stands in the place of an expression that the real program refuses.
const REFUSED: &str = "\"refused\"";

/// The module that every configuration may call: it hands its argument back.
const CHILD: &str = "variable \"value\" {}\n\nvariable \"text\" {\n  type    = string\n  default = null\n}\n\n\
     output \"value\" {\n  value = var.value\n}\n\noutput \"text\" {\n  value = var.text\n}\n";

/// A module: what is fixed, and the expressions that are compared.
#[derive(Clone)]
pub(crate) struct Configuration {
    /// Its name as a module.
    pub(crate) name: String,
    /// Arguments of the call, with an indent.
    pub(crate) arguments: String,
    /// Variables and resources.
    pub(crate) preamble: String,
    pub(crate) slots: Vec<Slot>,
}

/// An expression and where it stands.
#[derive(Clone)]
pub(crate) struct Slot {
    pub(crate) place: Place,
    pub(crate) expr: Expr,
}

#[derive(Clone)]
pub(crate) enum Place {
    /// A local of this name.
    Local(String),
    /// The argument of a call of the module that hands it back.
    Argument(&'static str),
    /// A member of the probed resource's `input`.
    Probe,
}

/// What a program makes of an expression.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Value(Said),
    Error(String),
}

/// An expression of which the two programs say different things.
#[derive(Clone)]
pub(crate) struct Disagreement {
    /// Index of the configuration and of the slot.
    pub(crate) at: (usize, usize),
    pub(crate) expected: Answer,
    pub(crate) found: Answer,
}

/// What a batch came to.
pub(crate) struct Outcome {
    pub(crate) disagreements: Vec<Disagreement>,
    /// What the real program refuses, with its message.
    pub(crate) refused: BTreeMap<(usize, usize), String>,
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(said) => said.fmt(f),
            Self::Error(message) => {
                let words: Vec<&str> = message.split_whitespace().take(40).collect();
                write!(f, "error: {}", words.join(" "))
            }
        }
    }
}

impl Disagreement {
    /// Whether another may well be the same.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let kind = |answer: &Answer| match answer {
            Answer::Value(said) => said.kind().to_owned(),
            Answer::Error(message) => message.split(':').next().unwrap_or_default().to_owned(),
        };
        kind(&self.expected) == kind(&other.expected) && kind(&self.found) == kind(&other.found)
    }
}

impl Configuration {
    /// The text of the module, and the slot of each line that has one.
    fn render(&self, refused: &impl Fn(usize) -> bool) -> (String, BTreeMap<u64, usize>) {
        let mut text = self.preamble.clone();
        let mut lines = BTreeMap::new();
        let push = |text: &mut String, lines: &mut BTreeMap<u64, usize>, at: usize, name: &str| {
            let expr = self
                .slots
                .get(at)
                .filter(|_| !refused(at))
                .map_or_else(|| REFUSED.to_owned(), |slot| slot.expr.to_string());
            lines.insert(text.matches('\n').count() as u64 + 1, at);
            let _ = writeln!(text, "    {name} = {expr}");
        };
        text.push_str("locals {\n");
        for (at, slot) in self.slots.iter().enumerate() {
            if let Place::Local(name) = &slot.place {
                push(&mut text, &mut lines, at, name);
            }
        }
        text.push_str("}\n\nmodule \"child\" {\n  source = \"../child\"\n");
        let call = text.matches('\n').count() as u64 - 1;
        for (at, slot) in self.slots.iter().enumerate() {
            if let Place::Argument(name) = slot.place {
                push(&mut text, &mut lines, at, name);
            }
        }
        if !self
            .slots
            .iter()
            .any(|slot| matches!(slot.place, Place::Argument("value")))
        {
            text.push_str("  value = null\n");
        }
        // Of an argument that is a secret the evaluator shows the call; only this one has a type.
        let typed = |slot: &Slot| matches!(slot.place, Place::Argument("text"));
        if let Some(at) = self.slots.iter().position(typed) {
            lines.insert(call, at);
        }
        text.push_str("}\n\nresource \"terraform_data\" \"probe\" {\n  input = {\n");
        for (at, slot) in self.slots.iter().enumerate() {
            if let Place::Probe = slot.place {
                push(&mut text, &mut lines, at, &format!("e{at}"));
            }
        }
        text.push_str("  }\n}\n");
        (text, lines)
    }
}

/// Compares what the two programs make of every expression.
///
/// # Errors
/// Where the comparison itself cannot be made: the configurations are not what they ought to be.
pub(crate) fn compare(
    program: Program,
    configurations: &[Configuration],
) -> Result<Outcome, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut refused = BTreeMap::new();
    let mut disagreements: Vec<Disagreement> = Vec::new();
    for _ in 0..PASSES {
        let lines =
            write(folder.path(), configurations, &refused).map_err(|error| error.to_string())?;
        let (mut answers, mut errors) = inspect(folder.path(), &lines)?;
        match truth::plan(program, folder.path(), &[], &[])
            .map_err(|error| format!("{error}\n{}", keep(folder.path())))?
        {
            Truth::Refused(refusals) => {
                let mut news = BTreeMap::new();
                for refusal in refusals {
                    let slot = refusal.place.as_ref().and_then(|place| lines.get(place));
                    let at =
                        slot.ok_or_else(|| format!("{} at {:?}", refusal.message, refusal.place))?;
                    news.entry(*at).or_insert(refusal.message);
                }
                for (at, message) in news {
                    // An expression that mentions one which has no value has none to compare.
                    let crashed = CRASHES.iter().any(|crash| message.contains(crash))
                        || mentions_error(configurations, at, &errors);
                    if refused.insert(at, message.clone()).is_none()
                        && !errors.contains_key(&at)
                        && !crashed
                    {
                        let said = answers.get_mut(&format!(
                            "module.{}.terraform_data.probe",
                            name(configurations, at)
                        ));
                        let found = said.map_or(Answer::Error("nothing".into()), |said| {
                            Answer::Value(said.member(&format!("e{}", at.1)))
                        });
                        disagreements.push(Disagreement {
                            at,
                            expected: Answer::Error(message),
                            found,
                        });
                    }
                }
            }
            Truth::Planned(expected) => {
                for (index, configuration) in configurations.iter().enumerate() {
                    let address = format!("module.{}.terraform_data.probe", configuration.name);
                    let (expected, found) = (expected.get(&address), answers.get(&address));
                    let expected = expected.ok_or_else(|| format!("{address} is not planned"))?;
                    for (at, slot) in configuration.slots.iter().enumerate() {
                        let key = (index, at);
                        if refused.contains_key(&key) {
                            continue;
                        }
                        let is_probe = matches!(slot.place, Place::Probe);
                        let member = format!("e{at}");
                        let expected = if is_probe {
                            expected.member(&member)
                        } else {
                            Said::nothing()
                        };
                        let found = match (errors.remove(&key), found) {
                            (Some(error), _) => Answer::Error(error),
                            (None, Some(_)) if !is_probe => continue,
                            (None, Some(found)) => Answer::Value(found.member(&member)),
                            (None, None) => Answer::Error("the resource is missing".into()),
                        };
                        if !matches!(&found, Answer::Value(found) if expected.agrees(found)) {
                            disagreements.push(Disagreement {
                                at: key,
                                expected: Answer::Value(expected),
                                found,
                            });
                        }
                    }
                }
                return Ok(Outcome {
                    disagreements,
                    refused,
                });
            }
        }
    }
    Err(format!(
        "the real program still refuses the configurations after {PASSES} passes: {}",
        keep(folder.path())
    ))
}

/// Whether an expression mentions, by way of others too, one that the evaluator has no value for.
fn mentions_error(
    configurations: &[Configuration],
    at: (usize, usize),
    errors: &BTreeMap<(usize, usize), String>,
) -> bool {
    let Some(configuration) = configurations.get(at.0) else {
        return false;
    };
    let mut failing: Vec<String> = Vec::new();
    for (index, slot) in configuration.slots.iter().enumerate() {
        let text = slot.expr.to_string();
        let mentions = failing.iter().any(|name| text.contains(name));
        if index == at.1 {
            return mentions;
        }
        if mentions || errors.contains_key(&(at.0, index)) {
            match &slot.place {
                Place::Local(name) => failing.push(format!("local.{name}")),
                Place::Argument(name) => failing.push(format!("module.child.{name}")),
                Place::Probe => {}
            }
        }
    }
    false
}

fn name(configurations: &[Configuration], at: (usize, usize)) -> &str {
    configurations
        .get(at.0)
        .map_or("", |configuration| &configuration.name)
}

/// Copies a folder to where it survives the test, for whoever looks into the failure.
fn keep(folder: &Path) -> String {
    let kept = std::env::temp_dir().join(format!("hipaa-iac-differential-{}", std::process::id()));
    match truth::copy_tree(folder, &kept) {
        Ok(()) => format!("kept in {}", kept.display()),
        Err(error) => error.to_string(),
    }
}

type Lines = BTreeMap<(String, u64), (usize, usize)>;

pub(crate) fn write(
    folder: &Path,
    configurations: &[Configuration],
    refused: &BTreeMap<(usize, usize), String>,
) -> std::io::Result<Lines> {
    let mut lines = Lines::new();
    let mut root =
        String::from("resource \"terraform_data\" \"root\" {\n  input = \"root\"\n}\n\n");
    for (index, configuration) in configurations.iter().enumerate() {
        let name = &configuration.name;
        let _ = writeln!(
            root,
            "module \"{name}\" {{\n  source = \"./{name}\"\n{}}}\n",
            configuration.arguments
        );
        let (text, own) = configuration.render(&|at| refused.contains_key(&(index, at)));
        fs::create_dir_all(folder.join(name))?;
        fs::write(folder.join(name).join("main.tf"), text)?;
        lines.extend(
            own.into_iter()
                .map(|(line, at)| ((format!("{name}/main.tf"), line), (index, at))),
        );
    }
    fs::create_dir_all(folder.join("child"))?;
    fs::write(folder.join("child/main.tf"), CHILD)?;
    fs::write(folder.join("main.tf"), root)?;
    Ok(lines)
}

type Inspected = (BTreeMap<String, Said>, BTreeMap<(usize, usize), String>);

/// What the evaluator says, and the errors that it reports by slot.
fn inspect(folder: &Path, lines: &Lines) -> Result<Inspected, String> {
    let ran =
        run_in(folder, &["inspect", ".", "--format", "json"]).map_err(|error| error.to_string())?;
    let mut errors = BTreeMap::new();
    let mut elsewhere = BTreeSet::new();
    for line in ran.stderr.lines() {
        let mut parts = line.splitn(4, ':');
        let (Some(file), Some(row), Some(_), Some(message)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let Some(message) = message.trim_start().strip_prefix("error[") else {
            continue;
        };
        let place = row
            .parse()
            .ok()
            .map(|row| (file.trim_start_matches("./").to_owned(), row));
        match place.as_ref().and_then(|place| lines.get(place)) {
            Some(at) => _ = errors.entry(*at).or_insert_with(|| message.to_owned()),
            None => _ = elsewhere.insert(line.to_owned()),
        }
    }
    if ran.code != 0 && errors.is_empty() || !elsewhere.is_empty() {
        return Err(format!("inspect ends with {}: {}", ran.code, ran.stderr));
    }
    Ok((inventory(&ran.json()), errors))
}
