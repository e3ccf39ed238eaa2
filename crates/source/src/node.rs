//! [`Node`], the one value type of the program.

use std::{fmt, sync::Arc};

use indexmap::IndexMap;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use crate::Span;

/// An object's members in the order in which they were written. The hash is seeded for each run; `SipHash` took a tenth of the time.
pub type Map = IndexMap<Arc<str>, Node, foldhash::fast::RandomState>;

/// A value with the place it was written at, and what is known about how it came to be.
///
/// Cloning is cheap: collections and strings are shared. Two nodes are equal when their values are;
/// places, marks and references do not count.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it was written; `None` for a value that no input holds (a default).
    pub span: Option<Span>,
    /// Never to be printed: marked so in the input, or made from something that is.
    pub sensitive: bool,
    /// The resources whose attributes the value was made from. Kept for known values too.
    pub references: Option<Arc<Vec<Reference>>>,
    /// Where a decisive value came from when that is another place than [`Node::span`].
    pub origin: Option<Arc<Origin>>,
    /// Whether a known value stands in the configuration.
    pub written: Written,
}

/// Whether a known value stands in the configuration. What it refers to is said by [`Node::references`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Written {
    /// It does: it was read there.
    #[default]
    Yes,
    /// It does not: whoever runs Terraform gives it (`-var`, `TF_VAR_…`), or the provider does.
    No,
    /// A plan or state does not say how it was made.
    Unclear,
}

/// The kinds of values.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Absent, or written as null.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(Arc<str>),
    /// A list, tuple or set; nested blocks are lists of objects. An element that is an [`Unknown`] with
    /// [`Unknown::many`] stands for zero or more further elements.
    List(Arc<Vec<Node>>),
    /// An object or map.
    Object(Arc<Map>),
    /// Not known from this input.
    Unknown(Arc<Unknown>),
}

/// A number as the input wrote it.
#[derive(Clone, Debug)]
pub enum Number {
    /// A whole number that fits.
    Int(i64),
    /// Any other number that a double holds exactly enough (as JSON readers take it).
    Float(f64),
    /// A number that neither holds without loss: its decimal text.
    Big(Arc<str>),
}

/// What is known about a value that is not known.
#[derive(Clone, Debug, Default)]
pub struct Unknown {
    /// Why, from the nearest cause outwards: `var.kms_key has no value`, `passed by module.data at main.tf:12`.
    pub reasons: Vec<String>,
    /// It is certain to be neither null nor the empty text: `kms_key_id = aws_kms_key.phi.arn` is set, whatever it will be.
    pub set: bool,
    /// Every value that it can take (both branches of a conditional); empty when that is not known either.
    pub alternatives: Vec<Node>,
    /// For a text with unknown parts: the parts in order. Empty when nothing is known of the text.
    pub template: Vec<TemplatePart>,
    /// For a text that `jsonencode` makes of a partly unknown value: that value.
    pub json: Option<Box<Node>>,
    /// As an element of a list: stands for zero or more elements (a `dynamic` block over an unknown collection).
    pub many: bool,
    /// With `many`, or for a whole unknown collection: what each element looks like, as far as it is known.
    pub element: Option<Box<Node>>,
    /// It is what a resource or data source computes, as it stands, not what a function makes of it.
    pub verbatim: bool,
    /// What it is the value of, as it stands: `var.project` of a module of a root. Two that are the value of the same are equal,
    /// whatever it is.
    pub identity: Option<Arc<str>>,
}

/// A part of a text.
#[derive(Clone, Debug)]
pub enum TemplatePart {
    /// Known text.
    Text(Arc<str>),
    /// A part that is not known; an unknown node with its references.
    Hole(Node),
}

/// A mention of another resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The absolute address of the resource, with instance keys where they are known:
    /// `module.db["eu"].aws_kms_key.phi[0]`, `data.aws_iam_policy_document.tls`; without keys it means every instance.
    pub address: Arc<str>,
    /// The attribute mentioned, `arn`; empty for the whole resource.
    pub attribute: Arc<str>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// In words: `default of var.encrypted`, `terraform.tfvars`, `argument of module.db`.
    pub what: Arc<str>,
    /// The place.
    pub span: Option<Span>,
    /// It is given from outside of the configuration: `-var`, `TF_VAR_…`. What has it for its origin is not [`Written`].
    pub outside: bool,
}

impl Origin {
    /// One in the configuration.
    pub fn new(what: impl Into<Arc<str>>, span: Option<Span>) -> Self {
        Self {
            what: what.into(),
            span,
            outside: false,
        }
    }
}

impl Node {
    /// A node without a place.
    pub fn new(value: Value) -> Self {
        Self {
            value,
            ..Self::default()
        }
    }

    /// Null.
    pub fn null() -> Self {
        Self::default()
    }

    /// A text.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::new(Value::String(text.into()))
    }

    /// A whole number.
    pub fn int(number: i64) -> Self {
        Self::new(Value::Number(Number::Int(number)))
    }

    /// A list.
    pub fn list(elements: Vec<Self>) -> Self {
        Self::new(Value::List(Arc::new(elements)))
    }

    /// An object.
    pub fn object(members: Map) -> Self {
        Self::new(Value::Object(Arc::new(members)))
    }

    /// A value that is not known, for one reason.
    pub fn unknown(reason: impl Into<String>) -> Self {
        Self::new(Value::Unknown(Arc::new(Unknown {
            reasons: vec![reason.into()],
            ..Unknown::default()
        })))
    }

    /// The same with a place.
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// A member of an object; `None` for everything else.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key)
    }

    /// The members of an object.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn as_list(&self) -> Option<&Vec<Self>> {
        match &self.value {
            Value::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A whole number.
    pub fn as_int(&self) -> Option<i64> {
        match &self.value {
            Value::Number(Number::Int(number)) => Some(*number),
            _ => None,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// What is known about it when it is not known.
    pub fn as_unknown(&self) -> Option<&Unknown> {
        match &self.value {
            Value::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }

    /// The references of this value itself, not of its members.
    pub fn references(&self) -> &[Reference] {
        self.references.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Whether this value or anything in it is marked sensitive.
    pub fn holds_sensitive(&self) -> bool {
        self.sensitive
            || match &self.value {
                Value::List(elements) => elements.iter().any(Self::holds_sensitive),
                Value::Object(members) => members.values().any(Self::holds_sensitive),
                _ => false,
            }
    }

    /// Whether this value or anything in it is not known.
    pub fn holds_unknown(&self) -> bool {
        match &self.value {
            Value::Unknown(_) => true,
            Value::List(elements) => elements.iter().any(Self::holds_unknown),
            Value::Object(members) => members.values().any(Self::holds_unknown),
            _ => false,
        }
    }

    /// Adds every known text in it.
    pub fn texts(&self, into: &mut Vec<Arc<str>>) {
        match &self.value {
            Value::String(text) => into.push(Arc::clone(text)),
            Value::List(elements) => elements.iter().for_each(|element| element.texts(into)),
            Value::Object(members) => members.values().for_each(|member| member.texts(into)),
            Value::Unknown(unknown) => {
                let inner = unknown.alternatives.iter();
                let inner = inner.chain(unknown.json.as_deref());
                inner
                    .chain(unknown.element.as_deref())
                    .for_each(|inner| inner.texts(into));
            }
            _ => {}
        }
    }

    /// What kind of value it is, in a word for messages.
    pub fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
            Value::Unknown(_) => "an unknown value",
        }
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Object(a), Value::Object(b)) => a == b,
            // An unknown equals nothing: nothing may be concluded from it.
            _ => false,
        }
    }
}

impl Number {
    /// The number as a double; a [`Number::Big`] is rounded.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a double is what the caller asks for"
    )]
    pub fn as_f64(&self) -> f64 {
        match self {
            Self::Int(number) => *number as f64,
            Self::Float(number) => *number,
            Self::Big(text) => text.parse().unwrap_or(f64::NAN),
        }
    }

    /// Reads a decimal number as JSON writes it: an integer that fits, else a double, else its text.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(number) = text.parse() {
            return Some(Self::Int(number));
        }
        let number: f64 = text.parse().ok()?;
        let whole = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'+');
        Some(if whole || !number.is_finite() {
            Self::Big(text.into())
        } else {
            Self::from_f64(number)
        })
    }

    /// A double; a whole one that fits becomes an integer, as `1.0` is `1` in JSON and in HCL.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::float_cmp,
        reason = "checked by converting back"
    )]
    pub fn from_f64(number: f64) -> Self {
        let whole = number as i64;
        let exact = number.abs() < 9_007_199_254_740_992.0 && whole as f64 == number;
        if exact {
            Self::Int(whole)
        } else {
            Self::Float(number)
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Big(a), Self::Big(b)) => a == b,
            _ => self.as_f64() == other.as_f64(),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
            Self::Big(text) => f.write_str(text),
        }
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::new(Value::Bool(value))
    }
}
impl From<i64> for Node {
    fn from(value: i64) -> Self {
        Self::int(value)
    }
}
impl From<f64> for Node {
    fn from(value: f64) -> Self {
        Self::new(Value::Number(Number::from_f64(value)))
    }
}
impl From<&str> for Node {
    fn from(value: &str) -> Self {
        Self::string(value)
    }
}
impl From<String> for Node {
    fn from(value: String) -> Self {
        Self::string(value)
    }
}
impl From<Vec<Self>> for Node {
    fn from(value: Vec<Self>) -> Self {
        Self::list(value)
    }
}
/// A plain JSON value, without places.
impl From<&serde_json::Value> for Node {
    fn from(value: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Json::Null => Self::null(),
            Json::Bool(value) => (*value).into(),
            Json::Number(number) => {
                Self::new(Number::parse(&number.to_string()).map_or(Value::Null, Value::Number))
            }
            Json::String(text) => text.as_str().into(),
            Json::Array(elements) => Self::list(elements.iter().map(Self::from).collect()),
            Json::Object(members) => Self::object(
                members
                    .iter()
                    .map(|(key, value)| (key.as_str().into(), value.into()))
                    .collect(),
            ),
        }
    }
}

/// From JSON, as `From<&serde_json::Value>` makes it, without the tree between: the API server sends objects of megabytes.
impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::null())
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok((&serde_json::Value::from(number)).into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok((&serde_json::Value::from(number)).into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        list.shrink_to_fit();
        Ok(Node::list(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut map = Map::default();
        while let Some((key, value)) = members.next_entry()? {
            map.insert(key, value);
        }
        Ok(Node::object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_ignores_places_and_never_holds_for_unknowns() {
        let mut marked = Node::string("a");
        marked.sensitive = true;
        assert_eq!(marked, Node::string("a"));
        assert_ne!(Node::unknown("x"), Node::unknown("x"));
        assert_eq!(Node::from(1.0), Node::int(1));
    }

    #[test]
    fn json_is_read_as_its_tree_is_taken() {
        let text = r#"{"a": [1, -2, 1.0, 0.5, 18446744073709551615], "b": {"\u003c": "<\n", "": null}, "c": true, "c": false}"#;
        let tree: serde_json::Value = serde_json::from_str(text).unwrap();
        let read: Node = serde_json::from_str(text).unwrap();
        assert_eq!(read, Node::from(&tree));
        assert_eq!(read.get("c").and_then(Node::as_bool), Some(false));
        assert!(matches!(
            read.get("a").unwrap().as_list().unwrap()[4].value,
            Value::Number(Number::Big(_))
        ));
    }

    #[test]
    fn numbers_lose_nothing() {
        assert!(matches!(
            Number::parse("9223372036854775808"),
            Some(Number::Big(_))
        ));
        assert!(matches!(Number::parse("1.0"), Some(Number::Int(1))));
        assert!(matches!(Number::parse("0.5"), Some(Number::Float(_))));
        assert!(Number::parse("x").is_none());
    }
}
