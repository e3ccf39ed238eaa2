//! What a program says of a resource, in a form in which two answers can be compared.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// The values with what is sensitive cut out, and the two masks.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) values: Json,
    pub(crate) unknown: Json,
    pub(crate) sensitive: Json,
}

/// The arguments of `terraform_data` that a configuration sets (`id` and `output` are the provider's).
const ARGUMENTS: [&str; 2] = ["input", "triggers_replace"];

/// The arguments alone, with absent and null alike (a plan has every argument of the schema).
pub(crate) fn said(values: &Json, unknown: &Json, sensitive: &Json) -> Said {
    let arguments = |of: &Json| -> Json {
        let members = ARGUMENTS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), of.get(name)?.clone())));
        members
            .filter(|(_, value)| !value.is_null())
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    Said {
        values: normal(&arguments(&cut(values, sensitive))),
        unknown: arguments(unknown),
        sensitive: arguments(sensitive),
    }
}

/// The managed resources that `inspect` shows.
pub(crate) fn inventory(document: &Json) -> BTreeMap<String, Said> {
    let resources = document["resources"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let managed = resources
        .iter()
        .filter(|resource| resource["mode"] == "managed");
    managed
        .map(|resource| {
            let address = resource["address"].as_str().unwrap_or_default().to_owned();
            (
                address,
                said(
                    &resource["values"],
                    &resource["unknown"],
                    &resource["sensitive"],
                ),
            )
        })
        .collect()
}

impl Said {
    /// What an expression that is not shown says.
    pub(crate) fn nothing() -> Self {
        Self {
            values: Json::Null,
            unknown: Json::Bool(false),
            sensitive: Json::Bool(false),
        }
    }

    /// What is said of one member of `input`.
    pub(crate) fn member(&self, name: &str) -> Self {
        let of = |json: &Json| match &json["input"] {
            Json::Bool(whole) => Json::Bool(*whole),
            input => input[name].clone(),
        };
        // No mark and an empty mask are alike.
        let mask = |json: &Json| Some(of(json)).filter(marks).unwrap_or(Json::Bool(false));
        Self {
            values: of(&self.values),
            unknown: mask(&self.unknown),
            sensitive: mask(&self.sensitive),
        }
    }
}

impl Said {
    /// Whether `found` says the same. Where a value is not known, it may be marked sensitive though Terraform's plan does
    /// not say so: functions that look after marks themselves drop those of unknown operands there, and the value is
    /// sensitive once it is known.
    pub(crate) fn agrees(&self, found: &Self) -> bool {
        cut(&self.values, &found.sensitive) == cut(&found.values, &self.sensitive)
            && same_mask(&self.unknown, &found.unknown, &Json::Bool(false))
            && same_mask(&self.sensitive, &found.sensitive, &self.unknown)
    }

    /// Known, unknown, sensitive.
    pub(crate) fn kind(&self) -> &'static str {
        match (marks(&self.unknown), marks(&self.sensitive)) {
            (false, false) => "known",
            (true, false) => "unknown",
            (false, true) => "sensitive",
            (true, true) => "unknown and sensitive",
        }
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.values)?;
        for (name, mask) in [("unknown", &self.unknown), ("sensitive", &self.sensitive)] {
            if marks(mask) {
                write!(f, " {name} {mask}")?;
            }
        }
        Ok(())
    }
}

/// Whether a mask marks anything.
fn marks(mask: &Json) -> bool {
    match mask {
        Json::Bool(marked) => *marked,
        Json::Array(elements) => elements.iter().any(marks),
        Json::Object(members) => members.values().any(marks),
        _ => false,
    }
}

/// Whether two masks mark the same; where `unknown` marks, the second may mark what the first does not.
fn same_mask(expected: &Json, found: &Json, unknown: &Json) -> bool {
    if expected == found || !marks(expected) && !marks(found) {
        return true;
    }
    let part = |of: &Json, part: &Json| match part.as_u64() {
        Some(index) => of
            .get(usize::try_from(index).unwrap_or(usize::MAX))
            .cloned(),
        None => of.get(part.as_str().unwrap_or_default()).cloned(),
    };
    // A set with a sensitive element is sensitive as a whole.
    if *unknown == Json::Bool(true) || *found == Json::Bool(true) && marks(unknown) {
        return !marks(expected) || marks(found);
    }
    if [expected, found]
        .iter()
        .any(|mask| **mask == Json::Bool(true))
    {
        return false;
    }
    let parts = |of: &Json| -> Vec<Json> {
        match of {
            Json::Array(elements) => (0..elements.len()).map(Json::from).collect(),
            Json::Object(members) => members.keys().map(|key| Json::from(key.as_str())).collect(),
            _ => vec![],
        }
    };
    let mut all = [parts(expected), parts(found)].concat();
    all.dedup();
    all.iter().all(|at| {
        let of = |json: &Json| part(json, at).unwrap_or(Json::Bool(false));
        same_mask(&of(expected), &of(found), &of(unknown))
    })
}

/// A value without what a mask marks.
fn cut(value: &Json, mask: &Json) -> Json {
    match (value, mask) {
        (_, Json::Bool(true)) => Json::Null,
        (Json::Object(members), Json::Object(masks)) => members
            .iter()
            .map(|(key, value)| {
                (
                    key.clone(),
                    masks
                        .get(key)
                        .map_or_else(|| value.clone(), |mask| cut(value, mask)),
                )
            })
            .collect(),
        (Json::Array(elements), Json::Array(masks)) => elements
            .iter()
            .enumerate()
            .map(|(index, value)| {
                masks
                    .get(index)
                    .map_or_else(|| value.clone(), |mask| cut(value, mask))
            })
            .collect(),
        _ => value.clone(),
    }
}

/// Numbers by value: `1.0` and `1` are one number.
fn normal(value: &Json) -> Json {
    match value {
        // Neither side's JSON library reads the last digit for sure; digits are compared as texts elsewhere.
        Json::Number(number) => number.as_f64().map_or_else(
            || value.clone(),
            |number| Json::from(format!("number {number:.13e}")),
        ),
        Json::Array(elements) => elements.iter().map(normal).collect(),
        Json::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), normal(value)))
            .collect(),
        _ => value.clone(),
    }
}
