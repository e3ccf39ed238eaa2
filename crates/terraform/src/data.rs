//! Data sources that compute their result from their arguments alone, as their providers do: no service is asked.
//!
//! `aws_iam_policy_document` follows the AWS provider (`policy_document_data_source.go`, `policy_model.go`),
//! `google_iam_policy` the Google provider (`data_source_google_iam_policy.go`), `cloudinit_config` the cloudinit
//! provider (`cloudinit_config.go`). Sets have the order that the providers' SDK gives them ([`in_order_of_hashes`]).

use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hipaa_iac_source::{Node, Value};

use crate::{
    functions::write_json_text,
    json,
    value::{Kind, Members, Type, Val},
};

/// The attributes that are computed, by data source.
pub(crate) fn computed(type_: &str) -> &'static [&'static str] {
    match type_ {
        "aws_iam_policy_document" => &["json", "minified_json"],
        "google_iam_policy" => &["policy_data"],
        "aws_caller_identity" => &["account_id", "id"],
        "aws_partition" => &["id", "partition"],
        "aws_region" => &["id", "name", "region"],
        "template_file" | "cloudinit_config" | "template_cloudinit_config" => &["rendered"],
        _ => &[],
    }
}

/// Data sources by which AWS tells of who calls it: the configuration of the provider may say so already.
pub(crate) const CALLER: [&str; 3] = ["aws_caller_identity", "aws_partition", "aws_region"];

/// The partition that a region of AWS lies in, where its name is of the form that says so
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>).
pub(crate) fn partition(region: &str) -> Option<&'static str> {
    const AREAS: [&str; 10] = ["af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us", "cn"];
    let (area, rest) = region.split_once('-')?;
    if area == "us" && rest.starts_with("gov-") {
        return Some("aws-us-gov");
    }
    let (direction, number) = rest.split_once('-')?;
    let known = ["central", "north", "south", "east", "west"]
        .iter()
        .any(|point| direction.starts_with(point));
    let counted = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (AREAS.contains(&area) && known && counted).then_some(if area == "cn" {
        "aws-cn"
    } else {
        "aws"
    })
}

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum Stop {
    /// An argument, or a part of it, is not known.
    Unknown(Vec<String>),
    /// The provider refuses the arguments.
    Refused(String),
}

/// The computed attributes, in the order of [`computed`]. `major` is the provider's version.
///
/// # Errors
/// See [`Stop`]. Messages name no value.
pub(crate) fn compute(
    type_: &str,
    arguments: &Members,
    major: Option<u64>,
) -> Result<Vec<String>, Stop> {
    match type_ {
        "aws_iam_policy_document" => aws_policy(arguments, major),
        "google_iam_policy" => google_policy(arguments).map(|text| vec![text]),
        _ => cloudinit(arguments).map(|text| vec![text]),
    }
}

/// Whether an argument or anything in a nested block is sensitive.
pub(crate) fn holds_sensitive(val: &Val) -> bool {
    let block = |val: &Val| match &val.kind {
        Kind::Unknown(unk) => unk
            .open
            .iter()
            .flat_map(|open| open.values())
            .any(holds_sensitive),
        _ => false,
    };
    val.sensitive || block(val) || val.children().any(holds_sensitive)
}

fn refused<T>(message: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Refused(message.into()))
}

fn not_known<T>(val: &Val) -> Result<T, Stop> {
    Err(Stop::Unknown(val.reasons()))
}

// The arguments, as the provider's schema has them.

fn set<'a>(members: &'a Members, name: &str) -> Option<&'a Val> {
    members.get(name).filter(|val| !val.is_null())
}

fn converted(members: &Members, name: &str, to: &Type) -> Result<Option<Val>, Stop> {
    let Some(val) = set(members, name) else {
        return Ok(None);
    };
    if !val.is_wholly_known() {
        return not_known(val);
    }
    match val.convert(to) {
        Ok(val) => Ok(Some(val)),
        Err(error) => refused(format!("{name}: {error}")),
    }
}

fn text(members: &Members, name: &str) -> Result<Option<Arc<str>>, Stop> {
    let val = converted(members, name, &Type::String)?;
    Ok(val.and_then(|val| val.as_str().map(Arc::from)))
}

fn required(members: &Members, name: &str) -> Result<Arc<str>, Stop> {
    match text(members, name)? {
        Some(text) => Ok(text),
        None => refused(format!("{name} is not set")),
    }
}

fn flag(members: &Members, name: &str, default: bool) -> Result<bool, Stop> {
    let val = converted(members, name, &Type::Bool)?;
    Ok(val.and_then(|val| val.as_bool()).unwrap_or(default))
}

fn texts(members: &Members, name: &str, to: &Type) -> Result<Vec<Arc<str>>, Stop> {
    let val = converted(members, name, to)?;
    let elements = val.as_ref().and_then(Val::elements).unwrap_or_default();
    Ok(elements
        .iter()
        .filter_map(|element| element.as_str().map(Arc::from))
        .collect())
}

/// A list of texts, in its order.
fn list(members: &Members, name: &str) -> Result<Vec<Arc<str>>, Stop> {
    texts(members, name, &Type::list_of(Type::String))
}

/// A set of texts, sorted.
fn sorted(members: &Members, name: &str) -> Result<Vec<Arc<str>>, Stop> {
    texts(members, name, &Type::set_of(Type::String))
}

/// The elements of a set as the providers' SDK lists them (`schema.Set` and `SerializeValueForHash` of
/// terraform-plugin-sdk): by the digits of their hash, equal ones once. Each is given with its serialization.
fn in_order_of_hashes<T>(elements: impl IntoIterator<Item = (String, T)>) -> Vec<T> {
    let mut by_hash = BTreeMap::new();
    for (serialized, element) in elements {
        let hash = crc32fast::hash(serialized.as_bytes()).to_string();
        by_hash.entry(hash).or_insert(element);
    }
    by_hash.into_values().collect()
}

/// A set of texts, in the order of the SDK.
fn hashed(members: &Members, name: &str) -> Result<Vec<Arc<str>>, Stop> {
    let all = sorted(members, name)?.into_iter();
    Ok(in_order_of_hashes(
        all.map(|text| (format!("{text};"), text)),
    ))
}

/// The serialization of texts between brackets, for the hash of what holds them.
fn serialized(texts: &[Arc<str>]) -> String {
    texts.iter().flat_map(|text| [&**text, ";"]).collect()
}

/// Nested blocks, as they are written.
fn blocks<'a>(members: &'a Members, name: &str) -> Result<Vec<&'a Members>, Stop> {
    let Some(val) = set(members, name) else {
        return Ok(vec![]);
    };
    let Some(elements) = val.elements() else {
        // In JSON syntax a single block needs no list.
        return match val.members() {
            Some(one) => Ok(vec![one]),
            None => not_known(val),
        };
    };
    elements
        .iter()
        .map(|element| match &element.kind {
            Kind::Object(members) | Kind::Map(members) => Ok(&**members),
            Kind::Unknown(unk) => match &unk.open {
                Some(members) => Ok(&**members),
                None => not_known(element),
            },
            _ => refused(format!("{name} is not a block")),
        })
        .collect()
}

// JSON as Go writes it.

#[derive(Clone, Debug)]
enum Json {
    /// As it is written.
    Plain(String),
    Text(Arc<str>),
    List(Vec<Self>),
    Object(Vec<(Arc<str>, Self)>),
}

impl Json {
    fn texts(texts: Vec<Arc<str>>) -> Self {
        Self::List(texts.into_iter().map(Self::Text).collect())
    }

    fn of_node(node: &Node) -> Self {
        match &node.value {
            Value::Bool(value) => Self::Plain(value.to_string()),
            Value::Number(number) => Self::Plain(number.to_string()),
            Value::String(text) => Self::Text(Arc::clone(text)),
            Value::List(elements) => Self::List(elements.iter().map(Self::of_node).collect()),
            Value::Object(members) => {
                // Go's maps are written sorted by key.
                let sorted: BTreeMap<_, _> = members.iter().collect();
                let members = sorted
                    .into_iter()
                    .map(|(key, value)| (Arc::clone(key), Self::of_node(value)));
                Self::Object(members.collect())
            }
            Value::Null | Value::Unknown(_) => Self::Plain("null".to_owned()),
        }
    }

    /// `indent`: how deep this value stands, or none for the compact form.
    fn write(&self, indent: Option<usize>, out: &mut String) {
        let line = |out: &mut String, indent: Option<usize>| {
            if let Some(depth) = indent {
                out.push('\n');
                out.push_str(&"  ".repeat(depth));
            }
        };
        let inner = indent.map(|depth| depth + 1);
        match self {
            Self::Plain(text) => out.push_str(text),
            Self::Text(text) => write_json_text(text, out),
            Self::List(elements) => {
                out.push('[');
                for (at, element) in elements.iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { "," });
                    line(out, inner);
                    element.write(inner, out);
                }
                if !elements.is_empty() {
                    line(out, indent);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (key, member)) in members.iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { "," });
                    line(out, inner);
                    write_json_text(key, out);
                    out.push_str(if indent.is_some() { ": " } else { ":" });
                    member.write(inner, out);
                }
                if !members.is_empty() {
                    line(out, indent);
                }
                out.push('}');
            }
        }
    }

    fn compact(&self) -> String {
        let mut out = String::new();
        self.write(None, &mut out);
        out
    }
}

// AWS.

#[derive(Debug, Default)]
struct Policy {
    version: Arc<str>,
    id: Arc<str>,
    statements: Vec<Statement>,
}

/// The members of a statement in the order in which they are written.
#[derive(Debug, Default)]
struct Statement {
    sid: Arc<str>,
    effect: Arc<str>,
    actions: Option<Json>,
    not_actions: Option<Json>,
    resources: Option<Json>,
    not_resources: Option<Json>,
    principals: Option<Json>,
    not_principals: Option<Json>,
    conditions: Option<Json>,
}

/// Principals: one identifier written as a text, or several.
type Principals = Vec<(Arc<str>, Result<Arc<str>, Vec<Arc<str>>>)>;

impl Policy {
    /// Takes over the other's version if it is later, its id, and its statements; one with a `sid` that is there
    /// already replaces it.
    fn merge(&mut self, other: Self) {
        if !other.id.is_empty() {
            self.id = other.id;
        }
        if other.version > self.version {
            self.version = other.version;
        }
        for statement in other.statements {
            let same = self
                .statements
                .iter_mut()
                .find(|known| !statement.sid.is_empty() && known.sid == statement.sid);
            match same {
                Some(known) => *known = statement,
                None => self.statements.push(statement),
            }
        }
    }

    fn json(self, empty_sids: bool) -> Json {
        let mut members: Vec<(Arc<str>, Json)> = Vec::new();
        for (name, text) in [("Version", self.version), ("Id", self.id)] {
            if !text.is_empty() {
                members.push((name.into(), Json::Text(text)));
            }
        }
        if !self.statements.is_empty() {
            let statements = self.statements.into_iter();
            let statements = statements.map(|statement| statement.json(empty_sids));
            members.push(("Statement".into(), Json::List(statements.collect())));
        }
        Json::Object(members)
    }
}

impl Statement {
    fn json(self, empty_sids: bool) -> Json {
        let text =
            |text: Arc<str>, kept: bool| (kept || !text.is_empty()).then_some(Json::Text(text));
        let members = [
            ("Sid", text(self.sid, empty_sids)),
            ("Effect", text(self.effect, false)),
            ("Action", self.actions),
            ("NotAction", self.not_actions),
            ("Resource", self.resources),
            ("NotResource", self.not_resources),
            ("Principal", self.principals),
            ("NotPrincipal", self.not_principals),
            ("Condition", self.conditions),
        ];
        let members = members
            .into_iter()
            .filter_map(|(name, value)| Some((name.into(), value?)));
        Json::Object(members.collect())
    }
}

fn aws_policy(arguments: &Members, major: Option<u64>) -> Result<Vec<String>, Stop> {
    // Before version 5 there were these two as well, and a `sid` was written even where it is empty.
    let old = ["source_json", "override_json"];
    for name in old {
        let is_set = text(arguments, name)?.is_some_and(|text| !text.is_empty());
        if is_set && major.is_some_and(|major| major > 4) {
            return refused(format!("{name} is no longer an argument"));
        }
    }
    let document = |name: &str, text: &str| match policy_of_text(text) {
        Ok(policy) => Ok(policy),
        Err(Malformed) => refused(format!("{name} is not a policy document")),
    };
    let single = |name: &str| -> Result<Option<Policy>, Stop> {
        let text = text(arguments, name)?.filter(|text| !text.is_empty());
        text.map(|text| document(name, &text)).transpose()
    };
    let several = |name: &str| -> Result<Vec<Policy>, Stop> {
        let all = list(arguments, name)?.into_iter().enumerate();
        all.filter(|(_, text)| !text.is_empty())
            .map(|(at, text)| document(&format!("document {at} of {name}"), &text))
            .collect()
    };
    // The single document stands before the others among the sources, and behind them among the overrides.
    let mut merged = single("source_json")?.unwrap_or_default();
    for source in several("source_policy_documents")? {
        let twice = source.statements.iter().enumerate().any(|(at, statement)| {
            let before = source.statements.iter().take(at);
            !statement.sid.is_empty()
                && merged
                    .statements
                    .iter()
                    .chain(before)
                    .any(|known| known.sid == statement.sid)
        });
        if twice {
            return refused("two statements of source_policy_documents have the same sid");
        }
        merged.merge(source);
    }
    let version = text(arguments, "version")?.unwrap_or_else(|| "2012-10-17".into());
    let mut own = Policy {
        id: text(arguments, "policy_id")?.unwrap_or_default(),
        ..Policy::default()
    };
    for block in blocks(arguments, "statement")? {
        let statement = statement(block, &version)?;
        if !statement.sid.is_empty()
            && own
                .statements
                .iter()
                .any(|known| known.sid == statement.sid)
        {
            return refused("two statements have the same sid");
        }
        own.statements.push(statement);
    }
    own.version = version;
    merged.merge(own);
    let overrides = several("override_policy_documents")?;
    for document in overrides.into_iter().chain(single("override_json")?) {
        merged.merge(document);
    }
    let json = merged.json(major.is_some_and(|major| major < 5));
    let mut indented = String::new();
    json.write(Some(0), &mut indented);
    Ok(vec![indented, json.compact()])
}

fn statement(block: &Members, version: &str) -> Result<Statement, Stop> {
    // One text alone is written without brackets; several are sorted, the last first.
    let shown = |name: &str, variables: bool| -> Result<Option<Json>, Stop> {
        let mut all = sorted(block, name)?;
        if variables {
            all = with_variables(all, version)?;
        }
        Ok(one_or_several(all))
    };
    Ok(Statement {
        sid: text(block, "sid")?.unwrap_or_default(),
        effect: text(block, "effect")?.unwrap_or_else(|| "Allow".into()),
        actions: shown("actions", false)?,
        not_actions: shown("not_actions", false)?,
        resources: shown("resources", true)?,
        not_resources: shown("not_resources", true)?,
        principals: principals_of_blocks(block, "principals", version)?,
        not_principals: principals_of_blocks(block, "not_principals", version)?,
        conditions: conditions_of_blocks(block, version)?,
    })
}

fn one_or_several(mut sorted: Vec<Arc<str>>) -> Option<Json> {
    match sorted.len() {
        0 => None,
        1 => sorted.pop().map(Json::Text),
        _ => {
            sorted.reverse();
            Some(Json::texts(sorted))
        }
    }
}

/// `&{…}` stands for the policy variable `${…}`.
fn with_variables(texts: Vec<Arc<str>>, version: &str) -> Result<Vec<Arc<str>>, Stop> {
    if version == "2008-10-17" && texts.iter().any(|text| text.contains("&{")) {
        return refused("policy variables need version 2012-10-17");
    }
    Ok(texts
        .into_iter()
        .map(|text| text.replace("&{", "${").into())
        .collect())
}

fn principals_of_blocks(block: &Members, name: &str, version: &str) -> Result<Option<Json>, Stop> {
    let mut all = Vec::new();
    for block in blocks(block, name)? {
        let kind = required(block, "type")?;
        let hash = serialized(&hashed(block, "identifiers")?);
        let hash = format!("identifiers:{{{hash}}};type:{kind};");
        let mut identifiers = with_variables(sorted(block, "identifiers")?, version)?;
        let identifiers = match identifiers.len() {
            1 => identifiers.pop().ok_or(identifiers),
            _ => Err(identifiers),
        };
        all.push((hash, (kind, identifiers)));
    }
    Ok(principals(in_order_of_hashes(all)))
}

fn principals(all: Principals) -> Option<Json> {
    if let [(kind, identifiers)] = all.as_slice() {
        let only = match identifiers {
            Ok(one) => Some(one),
            Err(several) => match several.as_slice() {
                [one] => Some(one),
                _ => None,
            },
        };
        if &**kind == "*" && only.is_some_and(|only| &**only == "*") {
            return Some(Json::Text("*".into()));
        }
    }
    let mut by_type: BTreeMap<Arc<str>, Json> = BTreeMap::new();
    for (kind, identifiers) in all {
        let added = match identifiers {
            Ok(one) => match by_type.get(&kind) {
                None => {
                    by_type.insert(kind, Json::Text(one));
                    continue;
                }
                Some(_) => vec![one],
            },
            Err(mut several) => {
                several.sort();
                several.reverse();
                several
            }
        };
        let known = by_type.entry(kind).or_insert(Json::List(vec![]));
        let mut elements = match std::mem::replace(known, Json::List(vec![])) {
            Json::List(elements) => elements,
            single => vec![single],
        };
        elements.extend(added.into_iter().map(Json::Text));
        *known = Json::List(elements);
    }
    (!by_type.is_empty()).then(|| Json::Object(by_type.into_iter().collect()))
}

/// A condition of a statement.
struct Condition {
    test: Arc<str>,
    variable: Arc<str>,
    values: Vec<Arc<str>>,
}

fn conditions_of_blocks(block: &Members, version: &str) -> Result<Option<Json>, Stop> {
    let mut all = Vec::new();
    for block in blocks(block, "condition")? {
        let (test, variable) = (required(block, "test")?, required(block, "variable")?);
        let values = list(block, "values")?;
        let hash = serialized(&values);
        let hash = format!("test:{test};values:({hash});variable:{variable};");
        let values = with_variables(values, version)?;
        all.push((
            hash,
            Condition {
                test,
                variable,
                values,
            },
        ));
    }
    Ok(conditions(in_order_of_hashes(all)))
}

/// Values of one test and variable come together; one alone is written without brackets.
fn conditions(all: Vec<Condition>) -> Option<Json> {
    type Variables = BTreeMap<Arc<str>, Vec<Arc<str>>>;
    let mut tests: BTreeMap<Arc<str>, Variables> = BTreeMap::new();
    for one in all {
        let variables = tests.entry(one.test).or_default();
        variables
            .entry(one.variable)
            .or_default()
            .extend(one.values);
    }
    let value = |mut values: Vec<Arc<str>>| match values.len() {
        1 => values.pop().map_or(Json::List(vec![]), Json::Text),
        _ => Json::texts(values),
    };
    let tests = tests.into_iter().map(|(test, variables)| {
        let variables = variables.into_iter();
        let variables = variables.map(|(variable, values)| (variable, value(values)));
        (test, Json::Object(variables.collect()))
    });
    let tests: Vec<_> = tests.collect();
    (!tests.is_empty()).then_some(Json::Object(tests))
}

/// A document that the provider refuses.
struct Malformed;

/// Reads a document as Go does: names in any case, others left out.
fn policy_of_text(text: &str) -> Result<Policy, Malformed> {
    let root = json::parse_text(text).map_err(|_| Malformed)?;
    root.as_map().ok_or(Malformed)?;
    let statements = match field(&root, "Statement") {
        None => &[][..],
        Some(node) => node.as_list().ok_or(Malformed)?,
    };
    Ok(Policy {
        version: name(&root, "Version")?,
        id: name(&root, "Id")?,
        statements: statements
            .iter()
            .map(statement_of_node)
            .collect::<Result<_, _>>()?,
    })
}

fn statement_of_node(node: &Node) -> Result<Statement, Malformed> {
    node.as_map().ok_or(Malformed)?;
    let any = |name: &str| field(node, name).map(Json::of_node);
    Ok(Statement {
        sid: name(node, "Sid")?,
        effect: name(node, "Effect")?,
        actions: any("Action"),
        not_actions: any("NotAction"),
        resources: any("Resource"),
        not_resources: any("NotResource"),
        principals: principals_of_node(field(node, "Principal"))?,
        not_principals: principals_of_node(field(node, "NotPrincipal"))?,
        conditions: conditions_of_node(field(node, "Condition"))?,
    })
}

/// A member that is not null.
fn field<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    let other_case = || {
        let members = node.as_map()?;
        let mut same = members
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name));
        same.next().map(|(_, value)| value)
    };
    let found = node.get(name).or_else(other_case);
    found.filter(|value| !value.is_null())
}

/// A text, empty where it is not there.
fn name(node: &Node, name: &str) -> Result<Arc<str>, Malformed> {
    match field(node, name) {
        None => Ok("".into()),
        Some(node) => node.as_str().map(Arc::from).ok_or(Malformed),
    }
}

fn strings(node: &Node) -> Result<Vec<Arc<str>>, Malformed> {
    let elements = node.as_list().ok_or(Malformed)?.iter();
    elements
        .map(|element| element.as_str().map(Arc::from).ok_or(Malformed))
        .collect()
}

fn principals_of_node(node: Option<&Node>) -> Result<Option<Json>, Malformed> {
    let all = match node.map(|node| &node.value) {
        None => vec![],
        Some(Value::String(_)) => vec![("*".into(), Ok("*".into()))],
        Some(Value::Object(kinds)) => kinds
            .iter()
            .map(|(kind, identifiers)| {
                let identifiers = match &identifiers.value {
                    Value::String(one) => Ok(Arc::clone(one)),
                    _ => Err(strings(identifiers)?),
                };
                Ok((Arc::clone(kind), identifiers))
            })
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(Malformed),
    };
    Ok(principals(all))
}

fn conditions_of_node(node: Option<&Node>) -> Result<Option<Json>, Malformed> {
    let Some(tests) = node else {
        return Ok(None);
    };
    let mut all = Vec::new();
    for (test, variables) in tests.as_map().ok_or(Malformed)? {
        for (variable, values) in variables.as_map().ok_or(Malformed)? {
            let values = match &values.value {
                Value::String(one) => vec![Arc::clone(one)],
                Value::Bool(value) => vec![value.to_string().into()],
                Value::List(_) => strings(values)?,
                // The provider drops numbers.
                _ => continue,
            };
            all.push(Condition {
                test: Arc::clone(test),
                variable: Arc::clone(variable),
                values,
            });
        }
    }
    Ok(conditions(all))
}

// Google.

/// What bindings are put together and sorted by: the role, and of a condition the expression, the title and the
/// description.
type BindingKey = (Arc<str>, Option<[Arc<str>; 3]>);

fn google_policy(arguments: &Members) -> Result<String, Stop> {
    let mut bindings: BTreeMap<BindingKey, Vec<Arc<str>>> = BTreeMap::new();
    for block in blocks(arguments, "binding")? {
        let condition = match blocks(block, "condition")?.first() {
            Some(condition) => Some([
                required(condition, "expression")?,
                required(condition, "title")?,
                text(condition, "description")?.unwrap_or_default(),
            ]),
            None => None,
        };
        let members = bindings
            .entry((required(block, "role")?, condition))
            .or_default();
        members.extend(sorted(block, "members")?);
    }
    // Empty members are left out, as Go's `omitempty` does.
    let object = |members: Vec<(&str, Json)>| {
        let kept = members.into_iter().filter(|(_, value)| match value {
            Json::Plain(_) => true,
            Json::Text(text) => !text.is_empty(),
            Json::List(elements) => !elements.is_empty(),
            Json::Object(members) => !members.is_empty(),
        });
        Json::Object(kept.map(|(name, value)| (name.into(), value)).collect())
    };
    let bindings = bindings
        .into_iter()
        .map(|((role, condition), mut members)| {
            members.sort();
            let condition =
                condition.map_or(Json::Object(vec![]), |[expression, title, description]| {
                    object(vec![
                        ("description", Json::Text(description)),
                        ("expression", Json::Text(expression)),
                        ("title", Json::Text(title)),
                    ])
                });
            object(vec![
                ("condition", condition),
                ("members", Json::texts(members)),
                ("role", Json::Text(role)),
            ])
        });
    let bindings = Json::List(bindings.collect());
    let mut audits = Vec::new();
    for block in blocks(arguments, "audit_config")? {
        let mut logs = Vec::new();
        for log in blocks(block, "audit_log_configs")? {
            let (exempted, kind) = (hashed(log, "exempted_members")?, required(log, "log_type")?);
            let hash = serialized(&exempted);
            let hash = format!("exempted_members:{{{hash}}};log_type:{kind};");
            let log = object(vec![
                ("exemptedMembers", Json::texts(exempted)),
                ("logType", Json::Text(kind)),
            ]);
            logs.push((hash.clone(), (hash, log)));
        }
        let (hashes, logs): (Vec<String>, Vec<Json>) = in_order_of_hashes(logs).into_iter().unzip();
        let hashes: String = hashes.iter().flat_map(|hash| ["<", hash, ">;"]).collect();
        let service = required(block, "service")?;
        let hash = format!("audit_log_configs:{{{hashes}}};service:{service};");
        let audit = object(vec![
            ("auditLogConfigs", Json::List(logs)),
            ("service", Json::Text(service)),
        ]);
        audits.push((hash, audit));
    }
    let policy = object(vec![
        ("auditConfigs", Json::List(in_order_of_hashes(audits))),
        ("bindings", bindings),
    ]);
    Ok(policy.compact())
}

// cloud-init.

fn cloudinit(arguments: &Members) -> Result<String, Stop> {
    let boundary = text(arguments, "boundary")?.unwrap_or_else(|| "MIMEBOUNDARY".into());
    let allowed = |c: char| c.is_ascii_alphanumeric() || "'()+_,-./:=? ".contains(c);
    if boundary.is_empty()
        || boundary.len() > 70
        || boundary.ends_with(' ')
        || !boundary.chars().all(allowed)
    {
        return refused("boundary is not a MIME boundary");
    }
    let (gzip, base64) = (
        flag(arguments, "gzip", true)?,
        flag(arguments, "base64_encode", true)?,
    );
    if gzip && !base64 {
        return refused("gzip needs base64_encode");
    }
    let mut out = format!(
        "Content-Type: multipart/mixed; boundary=\"{boundary}\"\nMIME-Version: 1.0\r\n\r\n"
    );
    for (at, part) in blocks(arguments, "part")?.into_iter().enumerate() {
        let content = required(part, "content")?;
        let given = |name: &str| -> Result<Option<Arc<str>>, Stop> {
            Ok(text(part, name)?.filter(|text| !text.is_empty()))
        };
        out.push_str(if at == 0 { "--" } else { "\r\n--" });
        out.push_str(&boundary);
        let disposition = given("filename")?.map(|name| format!("attachment; filename=\"{name}\""));
        let content_type = given("content_type")?.unwrap_or_else(|| "text/plain".into());
        // Sorted by name, in the form that Go gives the names.
        let headers = [
            ("Content-Disposition", disposition),
            ("Content-Transfer-Encoding", Some("7bit".to_owned())),
            ("Content-Type", Some(content_type.to_string())),
            ("Mime-Version", Some("1.0".to_owned())),
            (
                "X-Merge-Type",
                given("merge_type")?.map(|text| text.to_string()),
            ),
        ];
        for (name, value) in headers {
            if let Some(value) = value {
                out.push_str("\r\n");
                out.push_str(name);
                out.push_str(": ");
                out.push_str(&value);
            }
        }
        out.push_str("\r\n\r\n");
        out.push_str(&content);
    }
    out.push_str("\r\n--");
    out.push_str(&boundary);
    out.push_str("--\r\n");
    if gzip {
        return Err(Stop::Unknown(vec![
            "the bytes that gzip makes are not computed; with gzip = false they would be"
                .to_owned(),
        ]));
    }
    Ok(if base64 { STANDARD.encode(out) } else { out })
}

#[cfg(test)]
mod tests;
