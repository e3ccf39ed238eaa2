//! What the random test lets pass, and why.

use serde_json::Value as Json;

use crate::{
    batch::{self, Answer, Configuration, Disagreement, Place},
    expression::Expr,
    said::Said,
    truth::Program,
};

/// How often names are put in for names: locals mention locals.
const DEPTH: usize = 8;

/// Whether Terraform refuses an expression only because it looks at it before it has the values: it gives the evaluator's
/// answer once they stand in the expression itself, in place of variables of any type, locals and arguments of resources.
pub(crate) fn accepted_with_values(
    program: Program,
    configuration: &Configuration,
    one: &Disagreement,
) -> bool {
    if !matches!(
        (&one.expected, &one.found),
        (Answer::Error(_), Answer::Value(_))
    ) {
        return false;
    }
    let values = values(configuration);
    let slot = &configuration.slots[one.at.1];
    let mut text = slot.expr.to_string();
    for _ in 0..DEPTH {
        for (name, value) in &values {
            text = text.replace(name, value);
        }
    }
    if text == slot.expr.to_string() {
        return false;
    }
    let mut written = configuration.clone();
    written.slots[one.at.1].expr = Expr::leaf(text, slot.expr.ty.clone());
    batch::compare(program, &[written]).is_ok_and(|outcome| {
        !outcome.refused.contains_key(&(0, one.at.1))
            && outcome
                .disagreements
                .iter()
                .all(|other| other.at.1 != one.at.1)
    })
}

/// Names that have no type before there is a plan, with what they stand for.
fn values(configuration: &Configuration) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for slot in &configuration.slots {
        if let Place::Local(name) = &slot.place {
            all.push((format!("local.{name}"), format!("({})", slot.expr)));
        }
    }
    let after = |text: &str, word: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(word));
        line.map(str::to_owned)
    };
    for block in configuration.preamble.split("\n\n") {
        let names: Vec<&str> = block.split('"').skip(1).step_by(2).take(2).collect();
        match names.as_slice() {
            [name, ..] if block.starts_with("variable") && block.contains("type = any") => {
                let given = after(&configuration.arguments, &format!("{name} = "));
                if let Some(value) = given.or_else(|| after(block, "default = ")) {
                    let mark = if block.contains("sensitive = true") {
                        "sensitive"
                    } else {
                        ""
                    };
                    all.push((format!("var.{name}"), format!("{mark}({value})")));
                }
            }
            ["terraform_data", name] => {
                // An output has the type of its input once there is a plan.
                let text = "tostring(terraform_data.text.id)";
                for key in ["a", "b"]
                    .into_iter()
                    .filter(|_| block.contains("for_each = { a = \""))
                {
                    all.push((
                        format!("terraform_data.{name}[\"{key}\"].output"),
                        text.to_owned(),
                    ));
                }
                if let Some(value) = after(block, "input = ").filter(|_| !block.contains("count")) {
                    all.push((format!("terraform_data.{name}.input"), format!("({value})")));
                }
            }
            _ => {}
        }
    }
    all
}

/// Beginnings of what Terraform refuses though the evaluator finds a value. Before it plans, Terraform validates with
/// variables, resources and locals of unknown type, and there `tolist([[], local.names])` has no common type yet: it
/// refuses what the plan would accept. The evaluator judges with the values. A null also has a type there that the evaluator
/// does not keep. Real conflicts of types are in `expressions/`, where both must refuse.
const UNDECIDED_TYPES: &[&str] = &[
    "all list elements must have the same type",
    "all set elements must have the same type",
    "all map elements must have the same type",
    "to list of any single type",
    "to set of any single type",
    "to map of any single type",
    "element types must all match for conversion",
    "attribute types must all match for conversion",
    "cannot find a common base type for all elements",
    "This value does not have any indices",
    "cannot be applied to null sequences",
    "argument must be a string, a collection type, or a structural type",
    "coalescelist arguments must be lists or tuples",
    "string required, but received",
    "parameter: bool required",
    "parameter: number required",
    "all arguments must have the same type",
    "Inconsistent conditional result types",
    "keys and searchset must be of the same type",
    "all elements must be of the same type",
    "given sets must all have compatible element types",
    "null value cannot be formatted",
];

/// Terraform knows that two values are not equal where their types differ, the type of a null or of the elements of an
/// empty collection too; the evaluator does not keep all of those, and then does not know. It never claims more.
pub(crate) fn decided_by_types(expected: &Said, found: &Said) -> bool {
    expected.kind() == "known" && expected.values.is_boolean() && found.kind() == "unknown"
}

/// Of a value that is not known Terraform keeps the whole type: the length of a tuple, which is then that of the list that it
/// becomes.
pub(crate) fn length_by_type(expected: &Said, found: &Said) -> bool {
    let elements = expected.values.as_array().zip(expected.unknown.as_array());
    found.kind() == "unknown"
        && found.values.is_null()
        && elements.is_some_and(|(values, unknown)| {
            values.iter().all(Json::is_null) && unknown.iter().all(|mask| *mask == true)
        })
}

/// The same where an element beside it becomes a text, as what is not known is one: the evaluator has the number.
pub(crate) fn text_by_type(expected: &Said, found: &Said) -> bool {
    fn alike(expected: &Json, found: &Json) -> bool {
        match (expected, found) {
            (Json::Array(a), Json::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b))
            }
            (Json::String(text), Json::String(number)) => {
                let digits = text
                    .parse()
                    .map(|digits: f64| format!("number {digits:.13e}"));
                text == number || digits.is_ok_and(|digits| digits == *number)
            }
            (a, b) => a == b,
        }
    }
    expected.kind() == "unknown"
        && expected.unknown == found.unknown
        && expected.sensitive == found.sensitive
        && alike(&expected.values, &found.values)
}

/// Whether an error of Terraform is one of those.
pub(crate) fn undecided(message: &str) -> bool {
    UNDECIDED_TYPES.iter().any(|known| message.contains(known))
}
