//! What policies are told of a value that is not known, against what it comes to: every random configuration is evaluated
//! as it is planned, and once more with its resources' outputs given. A value that does not fit what was said of it would
//! be a verdict that was not earned.

use std::{fs, path::Path};

use hipaa_iac_source::{Node, Sources, TemplatePart, Value, walk};
use hipaa_iac_terraform::{Options, load};

use crate::{batch, generate, in_parallel, say, setting, truth::Program};

/// What is known only after it is applied, and what stands for it: the outputs of a `terraform_data` are its inputs.
const GIVEN: [(&str, &str); 3] = [
    ("terraform_data.text.id", "\"text-id\""),
    ("terraform_data.root.id", "\"root-id\""),
    (".output", ".input"),
];

#[test]
fn what_is_said_of_an_unknown_value_holds_for_what_it_comes_to() {
    let (count, seed, first) = (
        setting("CASES", 300),
        setting("SEED", 1) as u64,
        setting("FIRST", 0),
    );
    let numbers: Vec<usize> = (first..first + count).collect();
    let outcomes = in_parallel(&numbers, |number| one(seed, *number));
    let compared: usize = outcomes.iter().map(|(compared, _)| compared).sum();
    let wrong: Vec<String> = outcomes.into_iter().flat_map(|(_, wrong)| wrong).collect();
    say(&format!(
        "{compared} values that are not known, of {count} configurations from seed {seed}: {} came to what was ruled out",
        wrong.len()
    ));
    // A run in which nothing is unknown, or nothing comes to a value, would prove nothing.
    assert!(compared > count, "only {compared} values were compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How many unknown values a configuration has that come to something, and those of which the wrong thing was said.
fn one(seed: u64, number: usize) -> (usize, Vec<String>) {
    let configuration = generate::configuration(Program::Terraform, seed, number);
    let folder = tempfile::tempdir().unwrap();
    batch::write(
        folder.path(),
        std::slice::from_ref(&configuration),
        &std::collections::BTreeMap::new(),
    )
    .unwrap();
    let planned = probe(folder.path(), &configuration.name);
    for file in [
        "main.tf".to_owned(),
        format!("{}/main.tf", configuration.name),
    ] {
        let file = folder.path().join(file);
        let text = fs::read_to_string(&file).unwrap();
        let given = GIVEN
            .iter()
            .fold(text, |text, (from, to)| text.replace(from, to));
        fs::write(file, given).unwrap();
    }
    let applied = probe(folder.path(), &configuration.name);
    let (mut compared, mut wrong) = (0, vec![]);
    for (at, slot) in configuration.slots.iter().enumerate() {
        let name = format!("e{at}");
        let (Some(said), Some(is)) = (planned.get(&name), applied.get(&name)) else {
            continue;
        };
        if is.holds_unknown() {
            continue;
        }
        let mentioned = crate::mentioned(&configuration, &slot.expr);
        let text = format!("{}{mentioned}", slot.expr);
        // Terraform plans no match where it cannot compare, and finds one when it applies.
        let unmatched = text.contains("matchkeys(");
        // It plans what can be computed, and tries the next where that fails when it applies.
        let tried = !said.holds_unknown() && text.contains("try(");
        if unmatched || tried {
            continue;
        }
        compared += 1;
        if let Err(problem) = admits(said, is) {
            wrong.push(format!(
                "{} {}\n  {problem}{mentioned}",
                configuration.name, slot.expr
            ));
        }
    }
    (compared, wrong)
}

/// The probed resource's `input`.
fn probe(folder: &Path, name: &str) -> Node {
    let (files, _) = walk(folder);
    let inventory = load(&Sources::new(), &files, &Options::default());
    let address = format!("module.{name}.terraform_data.probe");
    let resource = inventory
        .resources
        .into_iter()
        .find(|resource| &*resource.address == address.as_str())
        .unwrap_or_else(|| panic!("{address} is missing"));
    resource.body.get("input").cloned().unwrap_or_default()
}

/// Whether a value fits what was said of it; else what does not. A text that looks like the number or truth value is the
/// same: Terraform converts to the type of the branch that it does not take, once it knows that type.
fn admits(said: &Node, is: &Node) -> Result<(), String> {
    let differ = || Err(format!("said {}, is {}", shown(said), shown(is)));
    match (&said.value, &is.value) {
        (Value::Unknown(unknown), _) => {
            if unknown.set && is.is_null() {
                return Err("said to be set, is null".to_owned());
            }
            let outcomes = &unknown.alternatives;
            if !outcomes.is_empty() && outcomes.iter().all(|outcome| admits(outcome, is).is_err()) {
                return Err(format!("said {}, is {}", shown(said), shown(is)));
            }
            if let Value::String(text) = &is.value {
                template(&unknown.template, text)?;
                if let Some(json) = &unknown.json {
                    admits(json, &parsed(text)?)?;
                }
            }
            if let Some(element) = &unknown.element {
                match &is.value {
                    Value::List(all) => all.iter().try_for_each(|is| admits(element, is))?,
                    Value::Object(all) => all.values().try_for_each(|is| admits(element, is))?,
                    _ => {}
                }
            }
            Ok(())
        }
        (Value::List(said), Value::List(is)) => {
            let in_order = |(said, is)| admits(said, is);
            let listed = said.len() == is.len()
                && said
                    .iter()
                    .zip(is.iter())
                    .all(|pair| in_order(pair).is_ok());
            // A set has an order, and knows which of its elements are the same, only when it knows them all. What is a list
            // beside something of no known type may become one.
            let is_in = |one: &Node| said.iter().any(|said| admits(each(said), one).is_ok());
            let holds =
                |one: &Node| one.holds_unknown() || is.iter().any(|is| admits(one, is).is_ok());
            let unordered = is.iter().all(is_in) && said.iter().all(holds);
            if listed || unordered {
                Ok(())
            } else {
                differ()
            }
        }
        (Value::Object(said), Value::Object(is)) => {
            let absent = Node::null();
            let names = said.keys().chain(is.keys());
            let member = |of: &hipaa_iac_source::Map, name| of.get(name).unwrap_or(&absent).clone();
            names
                .into_iter()
                .try_for_each(|name| admits(&member(said, name), &member(is, name)))
        }
        (Value::List(_) | Value::Object(_), _) => differ(),
        _ if words(said).is_some() && words(said) == words(is) => Ok(()),
        _ => differ(),
    }
}

/// What each of those looks like that an element stands for.
fn each(said: &Node) -> &Node {
    let several = said.as_unknown().filter(|unknown| unknown.many);
    several
        .and_then(|unknown| unknown.element.as_deref())
        .unwrap_or(said)
}

/// A value for a message.
fn shown(node: &Node) -> String {
    let all = |nodes: &mut dyn Iterator<Item = String>| nodes.collect::<Vec<_>>().join(", ");
    match &node.value {
        Value::Unknown(unknown) => {
            let one_of = unknown.alternatives.iter();
            let each = unknown
                .element
                .iter()
                .map(|each| format!("each {}", shown(each)));
            format!("unknown({})", all(&mut one_of.map(shown).chain(each)))
        }
        Value::List(elements) => format!("[{}]", all(&mut elements.iter().map(shown))),
        Value::Object(members) => {
            format!(
                "{{{}}}",
                all(&mut members
                    .iter()
                    .map(|(name, one)| format!("{name} = {}", shown(one))))
            )
        }
        _ => words(node).unwrap_or_default(),
    }
}

/// A primitive value as a text.
fn words(node: &Node) -> Option<String> {
    Some(match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.as_f64().to_string(),
        Value::String(text) => text
            .parse::<f64>()
            .map_or_else(|_| text.to_string(), |number| number.to_string()),
        _ => return None,
    })
}

/// Whether a text has the parts that are known, in their order.
fn template(parts: &[TemplatePart], text: &str) -> Result<(), String> {
    let mut rest = text;
    for (at, part) in parts.iter().enumerate() {
        let TemplatePart::Text(known) = part else {
            continue;
        };
        let found = if at == 0 {
            rest.strip_prefix(&**known)
        } else if at + 1 == parts.len() {
            rest.strip_suffix(&**known)
        } else {
            rest.find(&**known)
                .and_then(|at| rest.get(at + known.len()..))
        };
        rest = found.ok_or_else(|| format!("said to have {known:?}, is {text:?}"))?;
    }
    Ok(())
}

fn parsed(text: &str) -> Result<Node, String> {
    serde_json::from_str(text).map_err(|error| format!("said to be JSON: {error}: {text}"))
}
