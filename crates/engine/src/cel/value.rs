//! The values of an expression, known or not.

use std::{cmp::Ordering, sync::Arc};

use hipaa_iac_source::{Map, Node, Number, TemplatePart, Value as NodeValue};
use indexmap::IndexMap;

/// A value of an expression.
#[derive(Clone, Debug)]
pub(crate) enum Val {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Str(Arc<str>),
    Bytes(Arc<[u8]>),
    List(List),
    Map(Members),
    /// A resource, by its place in the inventory; a map of its arguments.
    Resource(usize),
    Optional(Option<Arc<Self>>),
    Type(Arc<str>),
    /// A value that only the CEL library handles: a duration or a timestamp.
    Foreign(::cel::Value),
    /// Not known from the input.
    Unknown(Arc<Partial>),
}

/// A list: of the input, or computed. An element that is a [`Val::Unknown`] with [`Partial::many`] stands for any number of elements.
#[derive(Clone, Debug)]
pub(crate) enum List {
    Nodes(Arc<Vec<Node>>),
    Vals(Arc<Vec<Val>>),
}

/// A map: of the input, or computed.
#[derive(Clone, Debug)]
pub(crate) enum Members {
    Nodes(Arc<Map>),
    Vals(Arc<IndexMap<Key, Val>>),
}

/// A key of a computed map.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Key {
    Bool(bool),
    Int(i64),
    Str(Arc<str>),
}

/// What is known about a value that is not known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Partial {
    /// Why it is not known.
    pub(crate) reasons: Vec<Arc<str>>,
    /// Certainly not null.
    pub(crate) set: bool,
    /// As an element of a list: any number of elements.
    pub(crate) many: bool,
    /// Every value that it can take; empty when that is not known.
    pub(crate) alternatives: Vec<Val>,
    /// For a text with unknown parts: `None` is such a part.
    pub(crate) template: Vec<Option<Arc<str>>>,
    /// For a number: it is at least this.
    pub(crate) at_least: Option<i64>,
    /// With `many`, or for an unknown collection: what each element looks like.
    pub(crate) element: Option<Val>,
    /// The node of the input that it came from.
    pub(crate) node: Option<Node>,
    /// See [`Unknown::identity`](hipaa_iac_source::Unknown::identity).
    pub(crate) identity: Option<Arc<str>>,
}

/// The most alternatives that are followed; a value with more is just unknown.
pub(crate) const MAX_ALTERNATIVES: usize = 16;
const MAX_REASONS: usize = 8;

impl Partial {
    pub(crate) fn because(reason: impl Into<Arc<str>>) -> Self {
        Self {
            reasons: vec![reason.into()],
            ..Self::default()
        }
    }

    /// Nothing known but the reasons of the unknown values among `parts`.
    pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a Val>) -> Self {
        let mut partial = Self::default();
        for part in parts {
            if let Val::Unknown(unknown) = part {
                partial.add_reasons(&unknown.reasons);
            }
        }
        partial
    }

    pub(crate) fn add_reasons(&mut self, reasons: &[Arc<str>]) {
        for reason in reasons {
            if self.reasons.len() < MAX_REASONS && !self.reasons.contains(reason) {
                self.reasons.push(Arc::clone(reason));
            }
        }
    }

    /// The known text that a text begins with, and the one that it ends with.
    pub(crate) fn known_ends(&self) -> (&str, &str) {
        let first = self
            .template
            .first()
            .and_then(Option::as_deref)
            .unwrap_or("");
        let last = self
            .template
            .last()
            .and_then(Option::as_deref)
            .unwrap_or("");
        (first, last)
    }
}

impl From<Partial> for Val {
    fn from(partial: Partial) -> Self {
        Self::Unknown(Arc::new(partial))
    }
}
impl From<bool> for Val {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
impl From<&str> for Val {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}
impl From<String> for Val {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}
impl From<Vec<Self>> for Val {
    fn from(elements: Vec<Self>) -> Self {
        Self::List(List::Vals(Arc::new(elements)))
    }
}
impl From<&Node> for Val {
    fn from(node: &Node) -> Self {
        match &node.value {
            NodeValue::Null => Self::Null,
            NodeValue::Bool(value) => Self::Bool(*value),
            NodeValue::Number(Number::Int(number)) => Self::Int(*number),
            NodeValue::Number(number) => Self::Double(number.as_f64()),
            NodeValue::String(text) => Self::Str(Arc::clone(text)),
            NodeValue::List(elements) => Self::List(List::Nodes(Arc::clone(elements))),
            NodeValue::Object(members) => Self::Map(Members::Nodes(Arc::clone(members))),
            NodeValue::Unknown(unknown) => {
                let mut alternatives = Vec::new();
                flatten_alternatives(node, &mut alternatives);
                if alternatives.len() > MAX_ALTERNATIVES {
                    alternatives.clear();
                }
                let set = unknown.set
                    || !alternatives.is_empty()
                        && alternatives.iter().all(|value| match value {
                            Self::Null => false,
                            Self::Str(text) => !text.is_empty(),
                            Self::Unknown(partial) => partial.set,
                            _ => true,
                        });
                let has_text = unknown.template.iter().any(|part| match part {
                    TemplatePart::Text(text) => !text.is_empty(),
                    TemplatePart::Hole(hole) => {
                        hole.as_unknown().is_some_and(|unknown| unknown.set)
                    }
                });
                Partial {
                    reasons: unknown
                        .reasons
                        .iter()
                        .take(MAX_REASONS)
                        .map(|reason| reason.as_str().into())
                        .collect(),
                    set: set || has_text || unknown.json.is_some(),
                    many: unknown.many,
                    alternatives,
                    template: unknown
                        .template
                        .iter()
                        .map(|part| match part {
                            TemplatePart::Text(text) => Some(Arc::clone(text)),
                            TemplatePart::Hole(_) => None,
                        })
                        .collect(),
                    at_least: None,
                    element: unknown.element.as_deref().map(Self::from),
                    node: Some(node.clone()),
                    identity: unknown.identity.clone(),
                }
                .into()
            }
        }
    }
}

/// Alternatives of alternatives are alternatives. One that is itself unknown stays among them.
fn flatten_alternatives(node: &Node, into: &mut Vec<Val>) {
    if let Some(unknown) = node.as_unknown() {
        for alternative in &unknown.alternatives {
            let nested = alternative
                .as_unknown()
                .is_some_and(|inner| !inner.alternatives.is_empty());
            if into.len() > MAX_ALTERNATIVES {
                return;
            }
            if nested {
                flatten_alternatives(alternative, into);
            } else {
                into.push(alternative.into());
            }
        }
    }
}

impl List {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Nodes(nodes) => nodes.len(),
            Self::Vals(vals) => vals.len(),
        }
    }

    pub(crate) fn get(&self, at: usize) -> Option<Val> {
        match self {
            Self::Nodes(nodes) => nodes.get(at).map(Val::from),
            Self::Vals(vals) => vals.get(at).cloned(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Val> + '_ {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// Whether an element stands for any number of elements.
    pub(crate) fn is_open(&self) -> bool {
        self.open_before(self.len()).is_some()
    }

    /// The first of the elements before an index that stands for any number of elements.
    pub(crate) fn open_before(&self, end: usize) -> Option<Val> {
        let at = match self {
            Self::Nodes(nodes) => nodes
                .iter()
                .take(end)
                .position(|node| node.as_unknown().is_some_and(|unknown| unknown.many)),
            Self::Vals(vals) => vals.iter().take(end).position(Val::is_many),
        };
        self.get(at?)
    }
}

impl Members {
    pub(crate) fn get(&self, key: &Key) -> Option<Val> {
        match (self, key) {
            (Self::Nodes(members), Key::Str(key)) => members.get(key).map(Val::from),
            (Self::Nodes(_), _) => None,
            (Self::Vals(members), key) => members.get(key).cloned(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Nodes(members) => members.values().filter(|value| !value.is_null()).count(),
            Self::Vals(members) => members.len(),
        }
    }

    pub(crate) fn entries(&self) -> Vec<(Key, Val)> {
        match self {
            // A member that is null is absent.
            Self::Nodes(members) => members
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (Key::Str(Arc::clone(key)), value.into()))
                .collect(),
            Self::Vals(members) => members
                .iter()
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        }
    }
}

impl Members {
    /// The members of which it is not known whether they are there: of the input, unknown, and perhaps null.
    pub(crate) fn open(&self) -> Vec<Val> {
        match self {
            Self::Nodes(members) => members
                .values()
                .filter(|value| value.as_unknown().is_some())
                .map(Val::from)
                .filter(|value| matches!(value, Val::Unknown(partial) if !partial.set))
                .collect(),
            Self::Vals(_) => Vec::new(),
        }
    }

    /// The keys, those of members that may not be there as any number of them.
    pub(crate) fn keys(&self) -> Vec<Val> {
        let keys = self
            .entries()
            .into_iter()
            .map(|(key, value)| match (self, &value) {
                (Self::Nodes(_), Val::Unknown(partial)) if !partial.set => {
                    Val::many(Some(key.val()), partial.reasons.clone())
                }
                _ => key.val(),
            });
        keys.collect()
    }
}

impl Key {
    pub(crate) fn of(val: &Val) -> Option<Self> {
        Some(match val {
            Val::Bool(value) => Self::Bool(*value),
            Val::Int(number) => Self::Int(*number),
            Val::Uint(number) => Self::Int(i64::try_from(*number).ok()?),
            Val::Str(text) => Self::Str(Arc::clone(text)),
            _ => return None,
        })
    }

    pub(crate) fn val(&self) -> Val {
        match self {
            Self::Bool(value) => Val::Bool(*value),
            Self::Int(number) => Val::Int(*number),
            Self::Str(text) => Val::Str(Arc::clone(text)),
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Int(number) => number.fmt(f),
            Self::Str(text) => f.write_str(text),
        }
    }
}

impl Val {
    /// Any number of elements like `shape`, for one reason.
    pub(crate) fn many(shape: Option<Self>, reasons: Vec<Arc<str>>) -> Self {
        Partial {
            reasons,
            many: true,
            element: shape,
            ..Partial::default()
        }
        .into()
    }

    pub(crate) fn unknown(reason: impl Into<Arc<str>>) -> Self {
        Partial::because(reason).into()
    }

    pub(crate) fn is_many(&self) -> bool {
        matches!(self, Self::Unknown(partial) if partial.many)
    }

    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// CEL's name of the value's type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Str(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) | Self::Resource(_) => "map",
            Self::Optional(_) => "optional_type",
            Self::Type(_) => "type",
            Self::Foreign(::cel::Value::Duration(_)) => "google.protobuf.Duration",
            Self::Foreign(_) => "google.protobuf.Timestamp",
            Self::Unknown(_) => "unknown",
        }
    }

    /// What an element that stands for many looks like: an ordinary value.
    pub(crate) fn shape(&self) -> Self {
        match self {
            Self::Unknown(partial) if partial.many => {
                partial.element.clone().unwrap_or_else(|| {
                    Partial {
                        reasons: partial.reasons.clone(),
                        ..Partial::default()
                    }
                    .into()
                })
            }
            other => other.clone(),
        }
    }

    /// Whether anything in it is not known.
    pub(crate) fn holds_unknown(&self) -> bool {
        match self {
            Self::Unknown(_) => true,
            Self::List(list) => list.iter().any(|element| element.holds_unknown()),
            Self::Map(members) => members
                .entries()
                .iter()
                .any(|(_, value)| value.holds_unknown()),
            Self::Optional(Some(value)) => value.holds_unknown(),
            _ => false,
        }
    }

    /// Either of two values.
    pub(crate) fn either(a: Self, b: Self, coerce: bool) -> Self {
        // Of values that are not known it is not asked: whether they are equal is one of several values itself, and so without end.
        if !a.holds_unknown()
            && !b.holds_unknown()
            && a.type_name() == b.type_name()
            && matches!(equal(&a, &b, coerce), Self::Bool(true))
        {
            return a;
        }
        let mut partial = Partial::of([&a, &b]);
        let set = |val: &Self| match val {
            Self::Null => false,
            Self::Unknown(partial) => partial.set,
            _ => true,
        };
        partial.set = set(&a) && set(&b);
        let all = |val: Self| match val {
            Self::Unknown(partial) if !partial.alternatives.is_empty() => {
                Some(partial.alternatives.clone())
            }
            Self::Unknown(_) => None,
            known => Some(vec![known]),
        };
        if let (Some(mut alternatives), Some(more)) = (all(a), all(b)) {
            for value in more {
                let same = |other: &Self| {
                    !value.holds_unknown()
                        && other.type_name() == value.type_name()
                        && matches!(equal(other, &value, false), Self::Bool(true))
                };
                if !alternatives.iter().any(same) {
                    alternatives.push(value);
                }
            }
            if alternatives.len() <= MAX_ALTERNATIVES {
                partial.alternatives = alternatives;
            }
        }
        partial.into()
    }
}

fn number(val: &Val) -> Option<Numeric> {
    Some(match val {
        Val::Int(number) => Numeric::Int(i128::from(*number)),
        Val::Uint(number) => Numeric::Int(i128::from(*number)),
        Val::Double(number) => Numeric::Double(*number),
        _ => return None,
    })
}

#[derive(Clone, Copy)]
enum Numeric {
    Int(i128),
    Double(f64),
}

#[expect(
    clippy::cast_precision_loss,
    reason = "integers of 64 bits are compared with doubles as CEL compares them"
)]
fn compare_numbers(a: Numeric, b: Numeric) -> Option<Ordering> {
    match (a, b) {
        (Numeric::Int(a), Numeric::Int(b)) => Some(a.cmp(&b)),
        (Numeric::Double(a), Numeric::Double(b)) => a.partial_cmp(&b),
        (Numeric::Int(a), Numeric::Double(b)) => (a as f64).partial_cmp(&b),
        (Numeric::Double(a), Numeric::Int(b)) => a.partial_cmp(&(b as f64)),
    }
}

/// Terraform converts between texts, numbers and truth values by itself: `storage_encrypted = "true"` is true.
/// With `coerce` the text of the pair becomes what the other one is.
fn coerced(a: &Val, b: &Val) -> Option<(Val, Val)> {
    let convert = |text: &str, like: &Val| match like {
        Val::Bool(_) => match text {
            "true" | "1" => Some(Val::Bool(true)),
            "false" | "0" => Some(Val::Bool(false)),
            _ => None,
        },
        Val::Int(_) | Val::Uint(_) | Val::Double(_) => match Number::parse(text)? {
            Number::Int(number) => Some(Val::Int(number)),
            other => Some(Val::Double(other.as_f64())),
        },
        _ => None,
    };
    match (a, b) {
        (Val::Str(text), other) => Some((convert(text, other)?, other.clone())),
        (other, Val::Str(text)) => Some((other.clone(), convert(text, other)?)),
        _ => None,
    }
}

/// Whether two values are equal: a truth value, or unknown.
pub(crate) fn equal(a: &Val, b: &Val, coerce: bool) -> Val {
    if let (Some(x), Some(y)) = (number(a), number(b)) {
        return (compare_numbers(x, y) == Some(Ordering::Equal)).into();
    }
    match (a, b) {
        (Val::Unknown(a), Val::Unknown(b)) if a.identity.is_some() && a.identity == b.identity => {
            true.into()
        }
        (Val::Unknown(partial), other) | (other, Val::Unknown(partial)) => {
            equal_partial(partial, other, coerce)
        }
        (Val::Null, Val::Null) => true.into(),
        (Val::Bool(a), Val::Bool(b)) => (a == b).into(),
        (Val::Str(a), Val::Str(b)) => (a == b).into(),
        (Val::Bytes(a), Val::Bytes(b)) => (a == b).into(),
        (Val::Type(a), Val::Type(b)) => (a == b).into(),
        (Val::Resource(a), Val::Resource(b)) => (a == b).into(),
        (Val::Foreign(a), Val::Foreign(b)) => (a == b).into(),
        (Val::Optional(None), Val::Optional(None)) => true.into(),
        (Val::Optional(Some(a)), Val::Optional(Some(b))) => equal(a, b, coerce),
        (Val::List(a), Val::List(b)) => equal_lists(a, b, coerce),
        (Val::Map(a), Val::Map(b)) => equal_maps(a, b, coerce),
        _ if coerce => match coerced(a, b) {
            Some((a, b)) => equal(&a, &b, false),
            None if is_refused(a, b) || is_refused(b, a) => {
                Partial::because("Terraform takes true or false here and refuses this value").into()
            }
            None => false.into(),
        },
        _ => false.into(),
    }
}

/// Whether a value stands where a truth value is wanted and Terraform converts it to none: `"yes"`, `1`, a list.
fn is_refused(wanted: &Val, value: &Val) -> bool {
    matches!(wanted, Val::Bool(_))
        && (number(value).is_some() || matches!(value, Val::Str(_) | Val::List(_) | Val::Map(_)))
}

fn equal_partial(partial: &Arc<Partial>, other: &Val, coerce: bool) -> Val {
    if !partial.alternatives.is_empty() {
        let mut answers = partial
            .alternatives
            .iter()
            .map(|alternative| equal(alternative, other, coerce));
        let first = answers.next().unwrap_or(Val::Null);
        return answers.fold(first, |answer, next| Val::either(answer, next, coerce));
    }
    let different = match other {
        Val::Null => partial.set,
        Val::Str(text) => {
            let (start, end) = partial.known_ends();
            let known: usize = partial
                .template
                .iter()
                .flatten()
                .map(|part| part.len())
                .sum();
            let caller = partial.node.as_ref().and_then(Caller::of);
            caller.is_some_and(|caller| !caller.may_be(text))
                || !text.starts_with(start)
                || !text.ends_with(end)
                || text.len() < known
        }
        Val::Int(number) => partial.at_least.is_some_and(|least| *number < least),
        // A template is a text, and a text is no other thing (with conversions it may be a number).
        Val::List(_) | Val::Map(_) | Val::Resource(_) => !partial.template.is_empty(),
        _ => false,
    };
    if different {
        false.into()
    } else {
        Partial::of([&Val::Unknown(Arc::clone(partial)), other]).into()
    }
}

/// What AWS tells of who calls it, of which the form is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Account,
    Partition,
    Region,
}

impl Caller {
    /// What a value of the input is, where it is the attribute of such a data source and nothing that was made of it.
    pub(crate) fn of(node: &Node) -> Option<Self> {
        let [reference] = node.references() else {
            return None;
        };
        node.as_unknown().filter(|unknown| unknown.verbatim)?;
        let mut address = reference.address.rsplit('.').skip(1);
        let (type_, "data") = (address.next()?, address.next()?) else {
            return None;
        };
        match (type_, &*reference.attribute) {
            ("aws_caller_identity", "account_id" | "id") => Some(Self::Account),
            ("aws_partition", "partition" | "id") => Some(Self::Partition),
            ("aws_region", "name" | "region" | "id") => Some(Self::Region),
            _ => None,
        }
    }

    /// Whether it may be this text.
    fn may_be(self, text: &str) -> bool {
        match self {
            Self::Account => text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()),
            Self::Partition => text.starts_with("aws"),
            Self::Region => {
                let named = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
                text.contains('-') && text.bytes().all(named)
            }
        }
    }

    /// A text of its form.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Account => "000000000000",
            Self::Partition => "aws",
            Self::Region => "us-east-1",
        }
    }
}

fn equal_lists(a: &List, b: &List, coerce: bool) -> Val {
    if a.is_open() || b.is_open() {
        return Partial::of(a.iter().chain(b.iter()).collect::<Vec<_>>().iter()).into();
    }
    if a.len() != b.len() {
        return false.into();
    }
    all_equal(a.iter().zip(b.iter()), coerce)
}

fn equal_maps(a: &Members, b: &Members, coerce: bool) -> Val {
    let open: Vec<Val> = a.open().into_iter().chain(b.open()).collect();
    if !open.is_empty() {
        return Partial::of(&open).into();
    }
    let (a, b) = (a.entries(), b.entries());
    if a.len() != b.len() {
        return false.into();
    }
    let b: std::collections::HashMap<_, _> = b.into_iter().collect();
    let mut pairs = Vec::new();
    for (key, value) in a {
        match b.get(&key) {
            Some(other) => pairs.push((value, other.clone())),
            None => return false.into(),
        }
    }
    all_equal(pairs.into_iter(), coerce)
}

fn all_equal(pairs: impl Iterator<Item = (Val, Val)>, coerce: bool) -> Val {
    let mut unknown: Option<Partial> = None;
    for (a, b) in pairs {
        match equal(&a, &b, coerce) {
            Val::Bool(false) => return false.into(),
            Val::Unknown(partial) => unknown
                .get_or_insert_with(Partial::default)
                .add_reasons(&partial.reasons),
            _ => {}
        }
    }
    unknown.map_or(true.into(), Into::into)
}

/// The order of two known values; `None` where CEL has none.
pub(crate) fn compare(a: &Val, b: &Val, coerce: bool) -> Option<Ordering> {
    if let (Some(x), Some(y)) = (number(a), number(b)) {
        return compare_numbers(x, y);
    }
    match (a, b) {
        (Val::Str(a), Val::Str(b)) => Some(a.cmp(b)),
        (Val::Bool(a), Val::Bool(b)) => Some(a.cmp(b)),
        (Val::Bytes(a), Val::Bytes(b)) => Some(a.cmp(b)),
        (Val::Foreign(a), Val::Foreign(b)) => a.partial_cmp(b),
        _ if coerce => coerced(a, b).and_then(|(a, b)| compare(&a, &b, false)),
        _ => None,
    }
}
