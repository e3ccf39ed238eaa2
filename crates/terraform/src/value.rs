//! Values as Terraform computes them: its types, conversions and equality, with what a report needs besides
//! (places, references, sensitive marks, and what is known about values that are not known).

use std::{cmp::Ordering, collections::BTreeMap, fmt::Write as _, sync::Arc};

use bigdecimal::BigDecimal;
use hipaa_iac_source::{Map, Node, Origin, Reference, Span, TemplatePart, Unknown, Value, Written};
use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::number::Num;

/// The deepest nesting of a value. A deeper one becomes unknown.
pub const MAX_DEPTH: u16 = 128;
/// The largest value, in nodes and in 32-byte pieces of text. A larger one becomes unknown.
pub const MAX_WEIGHT: u32 = 2_000_000;
/// The longest text, in bytes (16 MiB). A longer one becomes unknown.
pub const MAX_TEXT: usize = 16 << 20;
/// The most alternatives that are kept of a value that is not known.
const MAX_ALTERNATIVES: usize = 16;
/// Why it is not known what is made of the form of an argument of another resource.
pub(crate) const BY_SCHEMA: &str = "the provider's schema may convert what it is made of";
/// The members of a map or object, sorted by key as Terraform iterates over them.
pub type Members = BTreeMap<Arc<str>, Val>;

/// A value.
///
/// Cloning is cheap. Make one with [`Val::new`] or a named constructor, which keep the measure of its size;
/// do not assign a collection to [`Val::kind`].
#[derive(Clone, Debug)]
pub struct Val {
    /// The value itself.
    pub kind: Kind,
    /// Marked sensitive as a whole; members carry marks of their own.
    pub sensitive: bool,
    /// The resources whose attributes it was made from.
    pub refs: Refs,
    /// The expression that gave it.
    pub span: Option<Span>,
    /// Where the decisive value came from, when that is another place.
    pub origin: Option<Arc<Origin>>,
    /// The type of a null or of an empty collection that was converted to it.
    ty: Option<Arc<Type>>,
    weight: u32,
    depth: u16,
}

/// The kinds of values.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Null, of any type.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Num(Num),
    /// A text.
    Str(Arc<str>),
    /// A list: elements of one type.
    List(Arc<Vec<Val>>),
    /// What `[…]` writes: elements of any types.
    Tuple(Arc<Vec<Val>>),
    /// A set: sorted, without duplicates. Make it with [`Val::set`].
    Set(Arc<Vec<Val>>),
    /// A map: values of one type.
    Map(Arc<Members>),
    /// What `{…}` writes: values of any types.
    Object(Arc<Members>),
    /// Not known.
    Unknown(Arc<Unk>),
}

/// What is known about a value that is not known; see [`Unknown`], which it becomes.
#[derive(Clone, Debug, Default)]
pub struct Unk {
    /// Why, from the nearest cause outwards.
    pub reasons: Vec<String>,
    /// Its type, as far as known.
    pub ty: Type,
    /// For reports: it will be set to something, and not to the empty text.
    pub set: bool,
    /// For evaluation: Terraform itself knows that it is not null (the result of a template, an `id`).
    pub not_null: bool,
    /// Every value that it can take; empty when that is not known.
    pub alternatives: Vec<Val>,
    /// The parts of a text, in order; empty when nothing is known of it.
    pub template: Vec<Part>,
    /// How much of the template's beginning Terraform itself knows, in bytes; `None`: all of it.
    pub prefix: Option<usize>,
    /// The least, and the greatest where there is one, that the number or the length of the collection can be as far as
    /// Terraform knows.
    pub bounds: Option<Bounds>,
    /// For a text that `jsonencode` makes: the value.
    pub json: Option<Box<Val>>,
    /// As an element of a list: stands for zero or more elements.
    pub many: bool,
    /// What each element of an unknown collection looks like.
    pub element: Option<Box<Val>>,
    /// It is an object or a map, though not even Terraform knows its type: it has no elements that a splat goes through.
    pub keyed: bool,
    /// It is what a resource or data source computes, as it stands, and nothing that was made of it.
    pub verbatim: bool,
    /// If it is sensitive: only once it is known, as far as Terraform's plan says.
    pub veiled: bool,
    /// The known attributes of an object whose other attributes are not known: a resource.
    pub open: Option<Arc<Members>>,
}

/// The least, and the greatest where there is one.
pub type Bounds = (Num, Option<Num>);

/// A part of a text that is not wholly known.
#[derive(Clone, Debug)]
pub enum Part {
    /// Known text.
    Text(Arc<str>),
    /// A part that is not known.
    Hole(Val),
}

/// A sorted set of references without duplicates, shared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refs(Option<Arc<Vec<Reference>>>);

/// A type constraint, or the type of a value as far as known.
#[derive(Clone, Debug, Default)]
pub enum Type {
    /// Any type, or not known.
    #[default]
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(…)`
    List(Arc<Self>),
    /// `set(…)`
    Set(Arc<Self>),
    /// `map(…)`
    Map(Arc<Self>),
    /// `tuple([…])`
    Tuple(Arc<Vec<Self>>),
    /// `object({…})`
    Object(Arc<BTreeMap<Arc<str>, Attribute>>),
}

/// An attribute of an object type.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its type.
    pub ty: Type,
    /// Written as `optional(…)`.
    pub optional: bool,
    /// The second argument of `optional`.
    pub default: Option<Val>,
}

impl Refs {
    /// No references.
    pub const NONE: Self = Self(None);

    /// A single one.
    pub fn one(reference: Reference) -> Self {
        Self(Some(Arc::new(vec![reference])))
    }

    /// The references, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &Reference> {
        self.0.iter().flat_map(|refs| refs.iter())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether there is one to what a provider makes: its schema converts what is written. That of `terraform_data` takes
    /// any type as it is.
    pub(crate) fn to_schema(&self) -> bool {
        let builtin = |address: &str| address.split('.').any(|part| part == "terraform_data");
        self.iter().any(|reference| !builtin(&reference.address))
    }

    /// Those of both.
    pub fn union(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (_, None) => self.clone(),
            (None, _) => other.clone(),
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) || a == b => self.clone(),
            (Some(a), Some(b)) => a.iter().chain(b.iter()).cloned().collect(),
        }
    }

    /// Those of all, with one sort.
    pub fn union_all<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut all = all.into_iter().filter(|refs| !refs.is_empty());
        let Some(first) = all.next() else {
            return Self::NONE;
        };
        let mut rest = all.filter(|refs| *refs != first).peekable();
        if rest.peek().is_none() {
            return first.clone();
        }
        first
            .iter()
            .chain(rest.flat_map(Self::iter))
            .cloned()
            .collect()
    }
}

impl FromIterator<Reference> for Refs {
    fn from_iter<T: IntoIterator<Item = Reference>>(references: T) -> Self {
        let mut all: Vec<Reference> = references.into_iter().collect();
        all.sort_by(|a, b| (&a.address, &a.attribute).cmp(&(&b.address, &b.attribute)));
        all.dedup();
        Self(if all.is_empty() {
            None
        } else {
            Some(all.into())
        })
    }
}

impl Unk {
    /// Whether it is certain to be set: neither null nor the empty text.
    pub(crate) fn is_set(&self) -> bool {
        self.set || self.not_null && !matches!(self.ty, Type::String)
    }

    /// Whether a text of such parts is certain not to be empty.
    pub(crate) fn has_text(parts: &[Part]) -> bool {
        parts.iter().any(|part| match part {
            Part::Text(text) => !text.is_empty(),
            Part::Hole(hole) => hole.as_unknown().is_some_and(Self::is_set),
        })
    }

    /// Not known, for one reason.
    pub fn because(reason: impl Into<String>) -> Self {
        Self {
            reasons: vec![reason.into()],
            ..Self::default()
        }
    }
}

impl Val {
    /// A value of a kind. One that is too deep or too large becomes unknown.
    pub fn new(kind: Kind) -> Self {
        let (weight, depth) = measure(&kind);
        let kind = if depth > MAX_DEPTH {
            Kind::Unknown(Arc::new(Unk::because(format!(
                "the value is nested deeper than {MAX_DEPTH} levels"
            ))))
        } else if weight > MAX_WEIGHT {
            Kind::Unknown(Arc::new(Unk::because(
                "the value is too large to be evaluated",
            )))
        } else {
            return Self {
                kind,
                sensitive: false,
                refs: Refs::NONE,
                span: None,
                origin: None,
                ty: None,
                weight,
                depth,
            };
        };
        Self {
            kind,
            sensitive: false,
            refs: Refs::NONE,
            span: None,
            origin: None,
            ty: None,
            weight: 1,
            depth: 0,
        }
    }

    /// Null.
    pub fn null() -> Self {
        Self::new(Kind::Null)
    }

    /// A text.
    pub fn str(text: impl Into<Arc<str>>) -> Self {
        let mut text = text.into();
        // Terraform keeps texts in normal form C.
        if !text.is_ascii() && !unicode_normalization::is_nfc(&text) {
            text = text.nfc().collect::<String>().into();
        }
        if text.len() > MAX_TEXT {
            return Self::unknown(Unk::because("the text is too long to be evaluated"));
        }
        Self::new(Kind::Str(text))
    }

    /// A number.
    pub fn num(number: impl Into<Num>) -> Self {
        Self::new(Kind::Num(number.into()))
    }

    /// A list.
    pub fn list(elements: Vec<Self>) -> Self {
        Self::new(Kind::List(Arc::new(elements)))
    }

    /// A tuple.
    pub fn tuple(elements: Vec<Self>) -> Self {
        Self::new(Kind::Tuple(Arc::new(elements)))
    }

    /// A set of elements of one type: sorted as Terraform sorts them, equal ones once. A sensitive element makes the
    /// whole set sensitive, as in Terraform.
    pub fn set(elements: Vec<Self>) -> Self {
        // A null has no mark there.
        let sensitive = elements
            .iter()
            .any(|element| !element.is_null() && element.holds_marked());
        let mut keyed: Vec<(SetKey, Self)> = elements
            .into_iter()
            .map(|element| {
                let element = if sensitive || element.is_null() {
                    element.strip_sensitive()
                } else {
                    element
                };
                (SetKey::of(&element), element)
            })
            .collect();
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        keyed.dedup_by(|b, a| {
            let equal = a.0 == b.0 && a.1.is_wholly_known();
            if equal {
                a.1.refs = a.1.refs.union(&b.1.refs);
            }
            equal
        });
        let mut set = Self::new(Kind::Set(Arc::new(
            keyed.into_iter().map(|(_, element)| element).collect(),
        )));
        set.sensitive = sensitive;
        set
    }

    /// A map.
    pub fn map(members: Members) -> Self {
        Self::new(Kind::Map(Arc::new(members)))
    }

    /// An object.
    pub fn object(members: Members) -> Self {
        Self::new(Kind::Object(Arc::new(members)))
    }

    /// A value that is not known.
    pub fn unknown(unk: Unk) -> Self {
        Self::new(Kind::Unknown(Arc::new(unk)))
    }

    /// A value that is not known, for one reason.
    pub fn unknown_because(reason: impl Into<String>) -> Self {
        Self::unknown(Unk::because(reason))
    }

    /// The same, from an expression at a place.
    pub fn at(mut self, span: Option<Span>) -> Self {
        self.span = span;
        self
    }

    /// The same with further references.
    pub fn with_refs(mut self, refs: &Refs) -> Self {
        self.refs = self.refs.union(refs);
        self
    }

    /// The same, sensitive if `sensitive` is true (else as it was).
    pub fn mark(mut self, sensitive: bool) -> Self {
        self.sensitive |= sensitive;
        self
    }

    /// The same kind under other marks: keeps sensitivity, references, place and origin of `self`.
    pub fn with_kind(&self, kind: Kind) -> Self {
        Self {
            sensitive: self.sensitive,
            refs: self.refs.clone(),
            span: self.span,
            origin: self.origin.clone(),
            ..Self::new(kind)
        }
    }

    /// The same after its kind was changed in place: too deep or too large it becomes unknown.
    pub(crate) fn measured(self) -> Self {
        self.with_kind(self.kind.clone())
    }

    /// Nodes and pieces of text in it, counting shared parts each time.
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// Whether it itself is known; its members may not be.
    pub fn is_known(&self) -> bool {
        !matches!(self.kind, Kind::Unknown(_))
    }

    /// How many elements a collection has at least and at most, where Terraform knows it. Elements of a set that are not
    /// known may turn out to be one.
    pub(crate) fn lengths(&self) -> Option<Bounds> {
        let exactly = |count: usize| Some((count.into(), Some(count.into())));
        let many = |element: &Self| element.as_unknown().is_some_and(|unk| unk.many);
        match &self.kind {
            Kind::List(elements) if !elements.iter().any(many) => exactly(elements.len()),
            Kind::Set(elements) if elements.iter().all(Self::is_wholly_known) => {
                exactly(elements.len())
            }
            Kind::Map(members) => exactly(members.len()),
            Kind::Unknown(unk) if unk.ty.is_collection() => unk.bounds.clone(),
            _ => None,
        }
    }

    /// Whether it and everything in it is known.
    pub fn is_wholly_known(&self) -> bool {
        match &self.kind {
            Kind::Unknown(_) => false,
            _ => self.children().all(Self::is_wholly_known),
        }
    }

    /// Whether it or anything in it is sensitive.
    pub fn holds_sensitive(&self) -> bool {
        self.sensitive || self.children().any(Self::holds_sensitive)
    }

    /// Whether it is sensitive as a whole and Terraform's plan says so already.
    pub(crate) fn is_marked(&self) -> bool {
        self.sensitive && !self.as_unknown().is_some_and(|unk| unk.veiled)
    }

    /// Whether that holds of it or of anything in it.
    pub(crate) fn holds_marked(&self) -> bool {
        self.is_marked() || self.children().any(Self::holds_marked)
    }

    /// The references of the value and of everything in it.
    pub fn all_refs(&self) -> Refs {
        fn gather<'a>(val: &'a Val, into: &mut Vec<&'a Refs>) {
            if !val.refs.is_empty() {
                into.push(&val.refs);
            }
            for child in val.children() {
                gather(child, into);
            }
            if let Kind::Unknown(unk) = &val.kind {
                for part in &unk.template {
                    if let Part::Hole(hole) = part {
                        gather(hole, into);
                    }
                }
                let inner = unk
                    .alternatives
                    .iter()
                    .chain(unk.json.as_deref())
                    .chain(unk.element.as_deref());
                for inner in inner.chain(unk.open.iter().flat_map(|open| open.values())) {
                    gather(inner, into);
                }
            }
        }
        let mut all = Vec::new();
        gather(self, &mut all);
        Refs::union_all(all)
    }

    /// The same without sensitive marks, at any depth.
    pub fn strip_sensitive(&self) -> Self {
        if !self.holds_sensitive() {
            return self.clone();
        }
        let mut plain = self.map_children(Self::strip_sensitive);
        plain.sensitive = false;
        plain
    }

    /// Its elements or members' values, in order.
    pub fn children(&self) -> Children<'_> {
        match &self.kind {
            Kind::List(elements) | Kind::Tuple(elements) | Kind::Set(elements) => {
                Children::Elements(elements.iter())
            }
            Kind::Map(members) | Kind::Object(members) => Children::Members(members.values()),
            _ => Children::None,
        }
    }

    /// The same with each element or member's value replaced.
    pub fn map_children(&self, mut f: impl FnMut(&Self) -> Self) -> Self {
        match &self.kind {
            Kind::List(e) => self.with_kind(Kind::List(Arc::new(e.iter().map(f).collect()))),
            Kind::Tuple(e) => self.with_kind(Kind::Tuple(Arc::new(e.iter().map(f).collect()))),
            Kind::Set(e) => {
                let set = Self::set(e.iter().map(f).collect());
                let mut result = self.with_kind(set.kind);
                result.sensitive |= set.sensitive;
                result
            }
            Kind::Map(m) => self.with_kind(Kind::Map(Arc::new(
                m.iter().map(|(k, v)| (Arc::clone(k), f(v))).collect(),
            ))),
            Kind::Object(m) => self.with_kind(Kind::Object(Arc::new(
                m.iter().map(|(k, v)| (Arc::clone(k), f(v))).collect(),
            ))),
            _ => self.clone(),
        }
    }

    /// The elements of a list, tuple or set.
    pub fn elements(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(elements) | Kind::Tuple(elements) | Kind::Set(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members of a map or object.
    pub fn members(&self) -> Option<&Members> {
        match &self.kind {
            Kind::Map(members) | Kind::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Str(text) => Some(text),
            _ => None,
        }
    }

    /// A truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A number.
    pub fn as_num(&self) -> Option<&Num> {
        match &self.kind {
            Kind::Num(number) => Some(number),
            _ => None,
        }
    }

    /// What is known about it when it is not known.
    pub fn as_unknown(&self) -> Option<&Unk> {
        match &self.kind {
            Kind::Unknown(unk) => Some(unk),
            _ => None,
        }
    }

    /// The first reasons for which it, or something in it, is not known.
    pub fn reasons(&self) -> Vec<String> {
        match &self.kind {
            Kind::Unknown(unk) => unk.reasons.clone(),
            _ => self
                .children()
                .map(Self::reasons)
                .find(|reasons| !reasons.is_empty())
                .unwrap_or_default(),
        }
    }

    /// What kind of value it is, in Terraform's words.
    pub fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "bool",
            Kind::Num(_) => "number",
            Kind::Str(_) => "string",
            Kind::List(_) => "list",
            Kind::Tuple(_) => "tuple",
            Kind::Set(_) => "set",
            Kind::Map(_) => "map",
            Kind::Object(_) => "object",
            Kind::Unknown(_) => "unknown value",
        }
    }

    /// Its type, as far as known: an empty list is a list of anything.
    pub fn type_of(&self) -> Type {
        if let Some(ty) = &self.ty {
            return (**ty).clone();
        }
        let one = |elements: &[Self]| {
            let types: Vec<Type> = elements.iter().map(Self::type_of).collect();
            Arc::new(unify(&types).unwrap_or_default())
        };
        match &self.kind {
            Kind::Null => Type::Any,
            Kind::Bool(_) => Type::Bool,
            Kind::Num(_) => Type::Number,
            Kind::Str(_) => Type::String,
            Kind::List(elements) => Type::List(one(elements)),
            Kind::Set(elements) => Type::Set(one(elements)),
            Kind::Tuple(elements) => {
                Type::Tuple(Arc::new(elements.iter().map(Self::type_of).collect()))
            }
            Kind::Map(members) => {
                let types: Vec<Type> = members.values().map(Self::type_of).collect();
                Type::Map(Arc::new(unify(&types).unwrap_or_default()))
            }
            Kind::Object(members) => Type::Object(Arc::new(
                members
                    .iter()
                    .map(|(key, value)| (Arc::clone(key), Attribute::required(value.type_of())))
                    .collect(),
            )),
            Kind::Unknown(unk) => unk.ty.clone(),
        }
    }

    /// Whether two values are equal as `==` takes it: values of different types never are. `None` where that is not
    /// known. Marks, references and places do not count.
    pub fn equals(&self, other: &Self) -> Option<bool> {
        if self.is_null() && other.is_null() {
            return Some(true);
        }
        let collection = |val: &Self| val.elements().is_some() || val.members().is_some();
        if collection(self) && collection(other) {
            let (own, theirs) = (self.type_of(), other.type_of());
            // With something of no known type in them Terraform looks at the types alone.
            if self.holds_untyped() || other.holds_untyped() {
                let possible = own.conforms(&theirs) || theirs.conforms(&own);
                return if possible { None } else { Some(false) };
            }
            // Of different types they are not equal, whatever is in them.
            if own != theirs {
                let open = own.is_open() || theirs.is_open();
                // What the type of an empty collection is, is not always kept here.
                return match self.same(other) {
                    Some(true) if open => None,
                    answer if open => answer,
                    _ => Some(false),
                };
            }
        }
        self.same(other)
    }

    /// Whether something in it is not known, and not even of what type it is.
    fn holds_untyped(&self) -> bool {
        self.as_unknown().is_some_and(|unk| unk.ty.is_any())
            || self.children().any(Self::holds_untyped)
    }

    /// See [`Val::equals`]: by what is in them, not by their types.
    pub(crate) fn same(&self, other: &Self) -> Option<bool> {
        // Terraform takes elements in their order, and stops at the first that decides or is not known.
        let in_order = |pairs: &mut dyn Iterator<Item = (&Self, &Self)>| {
            for (a, b) in pairs {
                match a.same(b) {
                    Some(true) => {}
                    other => return other,
                }
            }
            Some(true)
        };
        let all = |pairs: &mut dyn Iterator<Item = (&Self, &Self)>| {
            let mut known = true;
            for (a, b) in pairs {
                match a.same(b) {
                    Some(true) => {}
                    Some(false) => return Some(false),
                    None => known = false,
                }
            }
            known.then_some(true)
        };
        match (&self.kind, &other.kind) {
            (Kind::Unknown(a), _) => a.equals(other),
            (_, Kind::Unknown(b)) => b.equals(self),
            // Within collections the types of nulls count; a literal has none, and that of others is not always kept.
            (Kind::Null, Kind::Null) => (self.type_of() == other.type_of()).then_some(true),
            (Kind::Bool(a), Kind::Bool(b)) => Some(a == b),
            (Kind::Num(a), Kind::Num(b)) => Some(a == b),
            (Kind::Str(a), Kind::Str(b)) => Some(a == b),
            (Kind::List(a), Kind::List(b)) | (Kind::Tuple(a), Kind::Tuple(b)) => {
                if a.len() == b.len() {
                    in_order(&mut a.iter().zip(b.iter()))
                } else {
                    Some(false)
                }
            }
            (Kind::Set(a), Kind::Set(b)) => {
                let known = a.iter().chain(b.iter()).all(Self::is_wholly_known);
                if !known {
                    None
                } else if a.len() == b.len() {
                    all(&mut a.iter().zip(b.iter()))
                } else {
                    Some(false)
                }
            }
            (Kind::Map(a), Kind::Map(b)) | (Kind::Object(a), Kind::Object(b)) => {
                if a.len() == b.len() && a.keys().eq(b.keys()) {
                    all(&mut a.values().zip(b.values()))
                } else {
                    Some(false)
                }
            }
            _ => Some(false),
        }
    }

    /// Converts to a type as Terraform does.
    ///
    /// # Errors
    /// What is required, in Terraform's words, without the value.
    pub fn convert(&self, to: &Type) -> Result<Self, String> {
        convert(self, to, 0)
    }

    /// As a text, by conversion.
    ///
    /// # Errors
    /// See [`Val::convert`].
    pub fn to_str(&self) -> Result<Self, String> {
        self.convert(&Type::String)
    }

    /// Whether it depends on the provider's schema that two known values are equal or not: one that a resource is given is
    /// converted, a text to a number, a tuple to a list or set.
    pub(crate) fn converts(&self, other: &Self, equal: bool) -> bool {
        let unsettled = |val: &Self| {
            val.refs.to_schema()
                && match &val.kind {
                    Kind::Str(text) => {
                        matches!(&**text, "true" | "false") || Num::parse(text).is_some()
                    }
                    Kind::Null => false,
                    _ => true,
                }
        };
        self.is_known()
            && other.is_known()
            && (!equal || unsettled(self) || unsettled(other))
            && self.may_convert_to(other)
    }

    /// The value with what a provider's schema may convert left open, for what is made of its form: a number that it keeps as a
    /// text, a list as a set, a block as an object. `None` where there is nothing such in it.
    pub(crate) fn opened(&self) -> Option<Self> {
        fn open(val: &Val, inside: bool, any: &mut bool) -> Val {
            let inside = inside || val.refs.to_schema();
            let why = || vec![BY_SCHEMA.to_owned()];
            let other = match &val.kind {
                _ if !inside => None,
                Kind::Str(text) => match &**text {
                    "true" | "false" => Some(Kind::Bool(&**text == "true")),
                    text => Num::parse(text).map(Kind::Num),
                },
                Kind::Bool(_) | Kind::Num(_) => val.to_str().ok().map(|text| text.kind),
                _ => None,
            };
            let unk = match (other, &val.kind) {
                (Some(other), _) => Unk {
                    reasons: why(),
                    set: true,
                    not_null: true,
                    alternatives: vec![val.clone(), val.with_kind(other)],
                    ..Unk::default()
                },
                (None, Kind::List(all) | Kind::Tuple(all))
                    if inside && all.iter().any(Val::is_object) =>
                {
                    Unk {
                        reasons: why(),
                        ..Unk::default()
                    }
                }
                (None, Kind::List(all) | Kind::Tuple(all)) if inside && all.len() > 1 => {
                    let elements = all.iter().map(|element| open(element, inside, any));
                    let source = Val::unknown_because(BY_SCHEMA);
                    let element = any_of(&source, elements.collect(), Type::Any);
                    Unk {
                        reasons: why(),
                        element: Some(Box::new(element)),
                        ..Unk::default()
                    }
                }
                _ => return val.map_children(|child| open(child, inside, any)),
            };
            *any = true;
            val.with_kind(Kind::Unknown(Arc::new(unk)))
        }
        if !self.all_refs().to_schema() {
            return None;
        }
        let mut any = false;
        let val = open(self, false, &mut any);
        any.then_some(val)
    }

    /// Whether it has members, though there may be others beside those that are known: what a block is.
    pub(crate) fn is_object(&self) -> bool {
        self.members().is_some() || self.as_unknown().is_some_and(|unk| unk.open.is_some())
    }

    /// Whether a schema may make two values the same. What is not known may be anything, and in a set there is no order.
    pub(crate) fn may_convert_to(&self, other: &Self) -> bool {
        const MOST: u32 = 1000;
        let text = |val: &Self| val.to_str().ok()?.as_str().map(str::to_owned);
        let primitive =
            |val: &Self| matches!(val.kind, Kind::Bool(_) | Kind::Num(_) | Kind::Str(_));
        // Of blocks whose other attributes are not known, what both have tells them apart.
        let open = |val: &Self| val.as_unknown().and_then(|unk| unk.open.clone());
        if let (Some(own), Some(others)) = (open(self), open(other)) {
            let same = |(key, one): (&Arc<str>, &Self)| {
                let other = others.get(key);
                other.is_none_or(|other| one.may_convert_to(other))
            };
            return own.iter().all(same);
        }
        if !self.is_known() || !other.is_known() || self.is_null() && other.is_null() {
            return true;
        }
        if primitive(self) && primitive(other) {
            return text(self) == text(other);
        }
        if let (Some(own), Some(others)) = (self.members(), other.members()) {
            let pair = |key: &Arc<str>, one: &Self| {
                others
                    .get(key)
                    .is_some_and(|other| one.may_convert_to(other))
            };
            return own.len() == others.len() && own.iter().all(|(key, one)| pair(key, one));
        }
        let (Some(own), Some(others)) = (self.elements(), other.elements()) else {
            return false;
        };
        let among = |all: &[Self], one: &Self| all.iter().any(|other| one.may_convert_to(other));
        self.weight().max(other.weight()) > MOST
            || own.iter().all(|one| among(others, one)) && others.iter().all(|one| among(own, one))
    }

    /// The value for policies: sets, tuples and maps become lists and objects. A place that does not lie within the
    /// place of the whole becomes the origin, so that findings point at the argument that was set.
    pub fn to_node(&self) -> Node {
        node(self, self.sensitive, self.span, self.origin.as_ref())
    }

    /// The value of a node: lists become tuples, objects become objects, as literals are.
    pub fn from_node(node: &Node) -> Self {
        let kind = match &node.value {
            Value::Null => Kind::Null,
            Value::Bool(value) => Kind::Bool(*value),
            Value::Number(number) => match Num::parse(&number.to_string()) {
                Some(number) => Kind::Num(number),
                None => Kind::Unknown(Arc::new(Unk::because(
                    "the number is too large to be evaluated",
                ))),
            },
            Value::String(text) => Kind::Str(Arc::clone(text)),
            Value::List(elements) => {
                Kind::Tuple(Arc::new(elements.iter().map(Self::from_node).collect()))
            }
            Value::Object(members) => Kind::Object(Arc::new(
                members
                    .iter()
                    .map(|(key, value)| (Arc::clone(key), Self::from_node(value)))
                    .collect(),
            )),
            Value::Unknown(unknown) => Kind::Unknown(Arc::new(Unk {
                reasons: unknown.reasons.clone(),
                set: unknown.set,
                ..Unk::default()
            })),
        };
        let mut val = Self::new(kind);
        val.sensitive = node.sensitive;
        val.refs = Refs(node.references.clone());
        val.span = node.span;
        val.origin.clone_from(&node.origin);
        val
    }
}

impl From<bool> for Val {
    fn from(value: bool) -> Self {
        Self::new(Kind::Bool(value))
    }
}
impl From<&str> for Val {
    fn from(value: &str) -> Self {
        Self::str(value)
    }
}
impl From<String> for Val {
    fn from(value: String) -> Self {
        Self::str(value)
    }
}
impl From<i64> for Val {
    fn from(value: i64) -> Self {
        Self::num(value)
    }
}
impl From<Num> for Val {
    fn from(value: Num) -> Self {
        Self::new(Kind::Num(value))
    }
}

/// Iterator of [`Val::children`].
#[derive(Clone, Debug)]
pub enum Children<'a> {
    /// Nothing in it.
    None,
    /// Of a list, tuple or set.
    Elements(std::slice::Iter<'a, Val>),
    /// Of a map or object.
    Members(std::collections::btree_map::Values<'a, Arc<str>, Val>),
}

impl<'a> Iterator for Children<'a> {
    type Item = &'a Val;
    fn next(&mut self) -> Option<&'a Val> {
        match self {
            Self::None => None,
            Self::Elements(elements) => elements.next(),
            Self::Members(members) => members.next(),
        }
    }
}

fn measure(kind: &Kind) -> (u32, u16) {
    fn all<'a>(children: impl Iterator<Item = &'a Val>) -> (u32, u16) {
        children.fold((1, 0), |(weight, depth), child| {
            (
                child.weight.saturating_add(weight),
                depth.max(child.depth.saturating_add(1)),
            )
        })
    }
    match kind {
        Kind::Str(text) => (
            1 + u32::try_from(text.len() / 32).unwrap_or(u32::MAX - 1),
            0,
        ),
        Kind::List(elements) | Kind::Tuple(elements) | Kind::Set(elements) => all(elements.iter()),
        Kind::Map(members) | Kind::Object(members) => all(members.values()),
        Kind::Unknown(unk) => {
            let holes = unk.template.iter().filter_map(|part| match part {
                Part::Hole(hole) => Some(hole),
                Part::Text(_) => None,
            });
            let inner = unk
                .alternatives
                .iter()
                .chain(holes)
                .chain(unk.json.as_deref());
            all(inner
                .chain(unk.element.as_deref())
                .chain(unk.open.iter().flat_map(|open| open.values())))
        }
        _ => (1, 0),
    }
}

/// The order of set elements: null and unknown come last, primitives by value, the rest by a text that is theirs alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SetKey {
    Bool(bool),
    Num(BigDecimal),
    Str(Arc<str>),
    Other(String),
    Unknown,
    Null,
}

impl SetKey {
    fn of(val: &Val) -> Self {
        match &val.kind {
            Kind::Null => Self::Null,
            Kind::Unknown(_) => Self::Unknown,
            Kind::Bool(value) => Self::Bool(*value),
            Kind::Num(number) => Self::Num(number.decimal().clone()),
            Kind::Str(text) => Self::Str(Arc::clone(text)),
            _ => {
                let mut key = String::new();
                write_key(val, &mut key);
                Self::Other(key)
            }
        }
    }
}

/// The text by which cty, Terraform's type library, hashes and sorts set elements (`makeSetHashBytes`).
fn write_key(val: &Val, key: &mut String) {
    match &val.kind {
        Kind::Null => key.push('~'),
        Kind::Unknown(_) => key.push('?'),
        Kind::Bool(true) => key.push('T'),
        Kind::Bool(false) => key.push('F'),
        Kind::Num(number) => key.push_str(&crate::functions::general(&number.exact(), 10, 'g')),
        Kind::Str(text) => _ = write!(key, "{text:?}"),
        Kind::List(elements) | Kind::Set(elements) => {
            key.push('[');
            for element in elements.iter() {
                write_key(element, key);
                key.push(';');
            }
            key.push(']');
        }
        Kind::Tuple(elements) => {
            key.push('<');
            for element in elements.iter() {
                write_key(element, key);
                key.push(';');
            }
            key.push('>');
        }
        Kind::Map(members) => {
            key.push('{');
            for (name, member) in members.iter() {
                _ = write!(key, "{name:?}=");
                write_key(member, key);
                key.push(';');
            }
            key.push('}');
        }
        Kind::Object(members) => {
            key.push('<');
            for member in members.values() {
                write_key(member, key);
                key.push(';');
            }
            key.push('>');
        }
    }
}

impl Unk {
    /// The beginning of the text that Terraform knows too.
    pub fn known_prefix(&self) -> &str {
        match self.json.as_deref().map(|json| &json.kind) {
            Some(Kind::Object(_) | Kind::Map(_)) => return "{",
            Some(Kind::List(_) | Kind::Tuple(_) | Kind::Set(_)) => return "[",
            Some(Kind::Unknown(unk)) => {
                return match unk.ty {
                    Type::Object(_) | Type::Map(_) => "{",
                    Type::List(_) | Type::Tuple(_) | Type::Set(_) => "[",
                    _ => "\"",
                };
            }
            _ => {}
        }
        match self.template.first() {
            Some(Part::Text(text)) => safe_prefix(
                text.get(..self.prefix.unwrap_or(text.len()))
                    .unwrap_or(text),
            ),
            _ => "",
        }
    }

    fn equals(&self, other: &Val) -> Option<bool> {
        let number = match other.lengths() {
            Some((length, _)) if other.is_known() && self.ty.is_collection() => Some(length),
            _ => other.as_num().cloned(),
        };
        if let (Some((least, most)), Some(number)) = (&self.bounds, number)
            && (number.compare(least).is_lt()
                || most
                    .as_ref()
                    .is_some_and(|most| number.compare(most).is_gt()))
        {
            return Some(false);
        }
        if other.is_null() {
            return self.not_null.then_some(false);
        }
        let ty = other.type_of();
        if other.is_known() && !self.ty.is_open() && !ty.is_open() && self.ty != ty {
            return Some(false);
        }
        // Different types are never equal, whatever the value will be.
        if other.is_known() {
            let same = match (&self.ty, &other.kind) {
                (Type::Any, _) => true,
                (Type::Bool, kind) => matches!(kind, Kind::Bool(_)),
                (Type::Number, kind) => matches!(kind, Kind::Num(_)),
                (Type::String, kind) => matches!(kind, Kind::Str(_)),
                (Type::List(_), kind) => matches!(kind, Kind::List(_)),
                (Type::Set(_), kind) => matches!(kind, Kind::Set(_)),
                (Type::Map(_), kind) => matches!(kind, Kind::Map(_)),
                (Type::Tuple(_), kind) => matches!(kind, Kind::Tuple(_)),
                (Type::Object(_), kind) => matches!(kind, Kind::Object(_)),
            };
            if !same {
                return Some(false);
            }
        }
        // A text whose known beginning or end differs.
        if let Some(text) = other.as_str()
            && !text.starts_with(self.known_prefix())
        {
            return Some(false);
        }
        None
    }

    /// Whether two texts that are not known begin in different ways. Terraform compares nothing that is not known.
    pub(crate) fn begins_unlike(&self, other: &Self) -> bool {
        let (own, other) = (self.known_prefix(), other.known_prefix());
        !own.starts_with(other) && !other.starts_with(own)
    }
}

/// The beginning of a text that stays as it is whatever follows: a letter at its end may still take an accent.
pub fn safe_prefix(text: &str) -> &str {
    const DELIMITERS: &str = "-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'";
    match text.grapheme_indices(true).next_back() {
        Some((at, last)) if !DELIMITERS.contains(last) => text.get(..at).unwrap_or_default(),
        _ => text,
    }
}

fn node(val: &Val, sensitive: bool, span: Option<Span>, origin: Option<&Arc<Origin>>) -> Node {
    let sensitive = sensitive || val.sensitive;
    let inner = |child: &Val| {
        let (at, from) = match (child.span, span) {
            (Some(own), Some(outer))
                if own.file == outer.file && own.start >= outer.start && own.end <= outer.end =>
            {
                (Some(own), child.origin.clone())
            }
            (None, _) => (span, child.origin.clone().or_else(|| origin.cloned())),
            (own, None) => (own, child.origin.clone()),
            (own, Some(_)) => {
                let from = child.origin.clone().or_else(|| {
                    Some(Arc::new(match origin {
                        Some(origin) => Origin {
                            span: own,
                            ..Origin::clone(origin)
                        },
                        None => Origin::new("a value from", own),
                    }))
                });
                (span, from)
            }
        };
        node(child, sensitive, at, from.as_ref())
    };
    let value = match &val.kind {
        Kind::Null => Value::Null,
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Num(number) => Value::Number(number.to_number()),
        Kind::Str(text) => Value::String(Arc::clone(text)),
        Kind::List(elements) | Kind::Tuple(elements) | Kind::Set(elements) => {
            Value::List(Arc::new(elements.iter().map(inner).collect()))
        }
        Kind::Map(members) | Kind::Object(members) => Value::Object(Arc::new(
            members
                .iter()
                .map(|(key, member)| (Arc::clone(key), inner(member)))
                .collect::<Map>(),
        )),
        Kind::Unknown(unk) => Value::Unknown(Arc::new(Unknown {
            reasons: unk.reasons.clone(),
            set: unk.is_set(),
            alternatives: unk.alternatives.iter().map(inner).collect(),
            template: unk
                .template
                .iter()
                .map(|part| match part {
                    Part::Text(text) => TemplatePart::Text(Arc::clone(text)),
                    Part::Hole(hole) => TemplatePart::Hole(inner(hole)),
                })
                .collect(),
            json: unk.json.as_deref().map(|json| Box::new(inner(json))),
            many: unk.many,
            element: unk
                .element
                .as_deref()
                .map(|element| Box::new(inner(element))),
            verbatim: unk.verbatim,
            identity: None,
        })),
    };
    Node {
        value,
        span,
        sensitive,
        references: val.refs.0.clone(),
        origin: origin.cloned(),
        written: if origin.is_some_and(|origin| origin.outside) {
            Written::No
        } else {
            Written::Yes
        },
    }
}

impl Attribute {
    /// A required attribute.
    pub fn required(ty: Type) -> Self {
        Self {
            ty,
            optional: false,
            default: None,
        }
    }
}

impl Type {
    /// `list(any)`
    pub fn list_of(element: Self) -> Self {
        Self::List(Arc::new(element))
    }

    /// `set(any)`
    pub fn set_of(element: Self) -> Self {
        Self::Set(Arc::new(element))
    }

    /// `map(any)`
    pub fn map_of(element: Self) -> Self {
        Self::Map(Arc::new(element))
    }

    /// Whether it is one of the primitive types.
    pub fn is_primitive(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::String)
    }

    /// Whether it is a list, set or map: of elements of one type.
    pub fn is_collection(&self) -> bool {
        matches!(self, Self::List(_) | Self::Set(_) | Self::Map(_))
    }

    /// Whether something in it is not known.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Any => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(of) | Self::Set(of) | Self::Map(of) => of.is_open(),
            Self::Tuple(all) => all.iter().any(Self::is_open),
            Self::Object(all) => all.values().any(|attribute| attribute.ty.is_open()),
        }
    }

    /// Whether a value of this type may be one of the other as it stands, which may say `any`.
    fn conforms(&self, to: &Self) -> bool {
        match (self, to) {
            (_, Self::Any) => true,
            (Self::List(a), Self::List(b))
            | (Self::Set(a), Self::Set(b))
            | (Self::Map(a), Self::Map(b)) => a.conforms(b),
            (Self::Tuple(a), Self::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.conforms(b))
            }
            (Self::Object(a), Self::Object(b)) => {
                a.keys().eq(b.keys())
                    && a.values()
                        .zip(b.values())
                        .all(|(a, b)| a.ty.conforms(&b.ty))
            }
            _ => self == to,
        }
    }

    /// Whether nothing is known of it.
    pub fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, Self::Any)
            | (Self::Bool, Self::Bool)
            | (Self::Number, Self::Number)
            | (Self::String, Self::String) => true,
            (Self::List(a), Self::List(b))
            | (Self::Set(a), Self::Set(b))
            | (Self::Map(a), Self::Map(b)) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .zip(b.iter())
                        .all(|((ka, va), (kb, vb))| ka == kb && va.ty == vb.ty)
            }
            _ => false,
        }
    }
}

/// A type as Terraform writes it.
impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::List(of) => write!(f, "list of {of}"),
            Self::Set(of) => write!(f, "set of {of}"),
            Self::Map(of) => write!(f, "map of {of}"),
            Self::Tuple(_) => f.write_str("tuple"),
            Self::Object(_) => f.write_str("object"),
        }
    }
}

/// The one type that all can be converted to, as Terraform finds it for the branches of a conditional and for the
/// elements of a list; `None` where there is none.
pub fn unify(types: &[Type]) -> Option<Type> {
    let Some(first) = types.iter().find(|ty| !ty.is_any()) else {
        return Some(Type::Any);
    };
    let known = || types.iter().filter(|ty| !ty.is_any());
    if known().all(|ty| ty == first) {
        return Some(first.clone());
    }
    let elements =
        |pick: &dyn Fn(&Type) -> Vec<Type>| unify(&known().flat_map(pick).collect::<Vec<_>>());
    let of = |ty: &Type| match ty {
        Type::List(of) | Type::Set(of) | Type::Map(of) => vec![(**of).clone()],
        Type::Tuple(all) => all.to_vec(),
        Type::Object(all) => all.values().map(|attribute| attribute.ty.clone()).collect(),
        _ => vec![],
    };
    // Beside a type that is not known nothing is certain.
    let open = types.iter().any(Type::is_any).then_some(Type::Any);
    if known().all(Type::is_primitive) {
        // Numbers and truth values become texts; they do not become each other.
        return if known().any(|ty| matches!(ty, Type::String)) {
            Some(Type::String)
        } else {
            open
        };
    }
    if known().all(|ty| matches!(ty, Type::Object(_))) {
        let Type::Object(head) = first else {
            return None;
        };
        let same = known().all(|ty| matches!(ty, Type::Object(all) if all.keys().eq(head.keys())));
        if !same {
            return Some(Type::map_of(elements(&of)?));
        }
        let mut attributes = BTreeMap::new();
        for key in head.keys() {
            let column: Vec<Type> = known()
                .filter_map(|ty| match ty {
                    Type::Object(all) => all.get(key).map(|attribute| attribute.ty.clone()),
                    _ => None,
                })
                .collect();
            attributes.insert(Arc::clone(key), Attribute::required(unify(&column)?));
        }
        return Some(Type::Object(Arc::new(attributes)));
    }
    if known().all(|ty| matches!(ty, Type::Tuple(_))) {
        let Type::Tuple(head) = first else {
            return None;
        };
        if !known().all(|ty| matches!(ty, Type::Tuple(all) if all.len() == head.len())) {
            return Some(Type::list_of(elements(&of)?));
        }
        let mut columns = Vec::new();
        for at in 0..head.len() {
            let column: Vec<Type> = known()
                .filter_map(|ty| match ty {
                    Type::Tuple(all) => all.get(at).cloned(),
                    _ => None,
                })
                .collect();
            columns.push(unify(&column)?);
        }
        return Some(Type::Tuple(Arc::new(columns)));
    }
    // The tuples become one list first, the objects one map.
    let mixed = |is_collection: fn(&Type) -> bool| {
        let (collections, literals): (Vec<&Type>, Vec<&Type>) =
            known().partition(|ty| is_collection(ty));
        let mut all: Vec<Type> = collections.into_iter().flat_map(of).collect();
        let inner: Vec<Type> = literals.into_iter().flat_map(of).collect();
        if !inner.is_empty() {
            all.push(unify(&inner)?);
        }
        unify(&all)
    };
    // Where those have no common type, one of the others to which all can be converted will do.
    let wanted = |is_collection: fn(&Type) -> bool| {
        let mut wanted = known().filter(|ty| is_collection(ty));
        wanted.find(|to| known().all(|ty| fits(ty, to))).cloned()
    };
    if known().all(|ty| matches!(ty, Type::Map(_) | Type::Object(_))) {
        let is_map: fn(&Type) -> bool = |ty| matches!(ty, Type::Map(_));
        return mixed(is_map).map(Type::map_of).or_else(|| wanted(is_map));
    }
    if known().all(|ty| matches!(ty, Type::List(_) | Type::Tuple(_))) {
        let is_list: fn(&Type) -> bool = |ty| matches!(ty, Type::List(_));
        return mixed(is_list)
            .map(Type::list_of)
            .or_else(|| wanted(is_list));
    }
    if known().all(|ty| matches!(ty, Type::Set(_))) {
        return Some(Type::set_of(elements(&of)?));
    }
    if known().all(|ty| matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_))) {
        // One of those that are there, a list before a set, to which all the others can be converted.
        let lists = known().filter(|ty| matches!(ty, Type::List(_)));
        let sets = known().filter(|ty| matches!(ty, Type::Set(_)));
        let wanted = lists.chain(sets).find(|to| known().all(|ty| fits(ty, to)));
        return wanted.cloned().or(open);
    }
    open
}

/// Converts all to their unified type; unchanged where there is none.
///
/// # Errors
/// Says that there is no common type.
pub fn unify_values(values: &[Val]) -> Result<(Type, Vec<Val>), String> {
    let types: Vec<Type> = values.iter().map(Val::type_of).collect();
    let ty = unify(&types).ok_or("all elements must have the same type")?;
    let weight = |val: &Val| -> u32 {
        let outcomes = val
            .as_unknown()
            .into_iter()
            .flat_map(|unk| &unk.alternatives);
        outcomes.map(|outcome| outcome.weight).sum()
    };
    let values = values
        .iter()
        .map(|value| {
            let mut converted = value.convert(&ty)?;
            // The type of what is not known may widen the common one: what does not fit it is not lost.
            if weight(&converted) < weight(value)
                && let Kind::Unknown(unk) = &mut converted.kind
            {
                Arc::make_mut(unk).alternatives.clear();
            }
            Ok(converted)
        })
        .collect::<Result<_, String>>()?;
    Ok((ty, values))
}

fn convert(val: &Val, to: &Type, level: u16) -> Result<Val, String> {
    if level > MAX_DEPTH {
        return Err("the type is nested too deeply".into());
    }
    if let Kind::Unknown(unk) = &val.kind {
        return convert_unknown(val, unk, to);
    }
    if val.is_null() {
        let mut null = val.clone();
        if !to.is_any() {
            if !fits(&val.type_of(), to) {
                return Err(format!("{to} required"));
            }
            null.ty = Some(Arc::new(to.clone()));
        }
        return Ok(null);
    }
    let one = |element: &Val, of: &Type| convert(element, of, level + 1);
    // The elements of `list(any)` take one type.
    let all = |elements: &[Val], of: &Type| -> Result<Vec<Val>, String> {
        if of.is_any() {
            return Ok(unify_values(elements)?.1);
        }
        let elements: Vec<Val> = elements
            .iter()
            .map(|element| one(element, of))
            .collect::<Result<_, _>>()?;
        // An `any` within takes one type too.
        Ok(if of.is_open() {
            unify_values(&elements)?.1
        } else {
            elements
        })
    };
    let members = |members: &Members, of: &Type| -> Result<Members, String> {
        let values: Vec<Val> = members.values().cloned().collect();
        Ok(members.keys().cloned().zip(all(&values, of)?).collect())
    };
    let kind = match (to, &val.kind) {
        (Type::Any, _)
        | (Type::Bool, Kind::Bool(_))
        | (Type::Number, Kind::Num(_))
        | (Type::String, Kind::Str(_)) => {
            return Ok(val.clone());
        }
        (Type::Bool, Kind::Str(text)) => match &**text {
            "true" | "1" => Kind::Bool(true),
            "false" | "0" => Kind::Bool(false),
            _ => return Err("a bool is required".into()),
        },
        (Type::Bool, _) => return Err("bool required".into()),
        (Type::Number, Kind::Str(text)) => {
            Kind::Num(Num::parse(text).ok_or("a number is required")?)
        }
        (Type::Number, _) => return Err("number required".into()),
        (Type::String, Kind::Num(number)) => Kind::Str(number.to_string().into()),
        (Type::String, Kind::Bool(value)) => {
            Kind::Str(if *value { "true" } else { "false" }.into())
        }
        (Type::String, _) => return Err("string required".into()),
        // Elements that are not known may turn out equal: then there are fewer.
        (Type::List(_), Kind::Set(elements))
            if elements.len() > 1 && !elements.iter().all(Val::is_wholly_known) =>
        {
            Kind::Unknown(Arc::new(Unk {
                reasons: val.reasons(),
                ty: to.clone(),
                set: true,
                element: Some(Box::new(any_of(val, elements.to_vec(), Type::Any))),
                ..Unk::default()
            }))
        }
        (Type::List(of), Kind::List(elements) | Kind::Tuple(elements) | Kind::Set(elements)) => {
            Kind::List(Arc::new(all(elements, of)?))
        }
        (Type::List(of), _) => return Err(format!("list of {of} required")),
        (Type::Set(of), Kind::List(elements) | Kind::Tuple(elements) | Kind::Set(elements)) => {
            let set = Val::set(all(elements, of)?);
            let mut result = val.with_kind(set.kind);
            result.sensitive |= set.sensitive;
            keep_type(&mut result, to, val);
            return Ok(result);
        }
        (Type::Set(of), _) => return Err(format!("set of {of} required")),
        (Type::Map(of), Kind::Map(m) | Kind::Object(m)) => Kind::Map(Arc::new(members(m, of)?)),
        (Type::Map(of), _) => return Err(format!("map of {of} required")),
        (Type::Tuple(types), Kind::Tuple(elements) | Kind::List(elements)) => {
            if types.len() != elements.len() {
                return Err(format!("tuple of {} elements required", types.len()));
            }
            let elements = elements
                .iter()
                .zip(types.iter())
                .map(|(element, ty)| one(element, ty));
            Kind::Tuple(Arc::new(elements.collect::<Result<_, _>>()?))
        }
        (Type::Tuple(_), _) => return Err("tuple required".into()),
        (Type::Object(attributes), Kind::Map(m) | Kind::Object(m)) => {
            let mut result = Members::new();
            let mut missing = Vec::new();
            for (name, attribute) in attributes.iter() {
                let given = m.get(name);
                let placed;
                // A default stands in for an absent attribute and for null.
                let value = match (given, &attribute.default) {
                    (Some(value), None) => value,
                    (Some(value), Some(default)) => {
                        if value.is_null() {
                            placed = from_default(name, default);
                            &placed
                        } else {
                            value
                        }
                    }
                    (None, Some(default)) => {
                        placed = from_default(name, default);
                        &placed
                    }
                    (None, None) if attribute.optional => {
                        result.insert(Arc::clone(name), one(&Val::null(), &attribute.ty)?);
                        continue;
                    }
                    (None, None) => {
                        missing.push(format!("{:?}", &**name));
                        continue;
                    }
                };
                let value = one(value, &attribute.ty)
                    .map_err(|error| format!("attribute {:?}: {error}", &**name))?;
                result.insert(Arc::clone(name), value);
            }
            match missing.as_slice() {
                [] => {}
                [name] => return Err(format!("attribute {name} is required")),
                names => return Err(format!("attributes {} are required", names.join(", "))),
            }
            Kind::Object(Arc::new(result))
        }
        (Type::Object(_), _) => return Err("object required".into()),
    };
    let mut result = val.with_kind(kind);
    keep_type(&mut result, to, val);
    Ok(result)
}

/// The default of an `optional` attribute, which says that it is one.
fn from_default(name: &str, default: &Val) -> Val {
    let mut val = default.clone();
    val.origin = val.span.map(|span| {
        let what = format!("default of the attribute {name:?}");
        Arc::new(Origin::new(what, Some(span)))
    });
    val
}

/// An empty collection keeps the type that it was converted to; its elements cannot tell.
fn keep_type(result: &mut Val, to: &Type, from: &Val) {
    let empty = match &result.kind {
        Kind::List(elements) | Kind::Set(elements) => elements.is_empty(),
        Kind::Map(members) => members.is_empty(),
        _ => false,
    };
    if !empty {
        return;
    }
    let of = match (to, from.type_of()) {
        (
            Type::List(of) | Type::Set(of) | Type::Map(of),
            Type::List(own) | Type::Set(own) | Type::Map(own),
        ) if of.is_any() => own,
        (Type::List(of) | Type::Set(of) | Type::Map(of), _) => Arc::clone(of),
        _ => return,
    };
    result.ty = Some(Arc::new(match &result.kind {
        Kind::List(_) => Type::List(of),
        Kind::Set(_) => Type::Set(of),
        _ => Type::Map(of),
    }));
}

/// Whether values of one type can be converted to another, as far as the types say.
fn fits(from: &Type, to: &Type) -> bool {
    let sequence = |ty: &Type| matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_));
    let mapping = |ty: &Type| matches!(ty, Type::Map(_) | Type::Object(_));
    match (to, from) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::List(to) | Type::Set(to), Type::List(from) | Type::Set(from)) => fits(from, to),
        (Type::List(to) | Type::Set(to), Type::Tuple(all)) => all.iter().all(|ty| fits(ty, to)),
        (Type::Tuple(to), Type::Tuple(from)) => {
            to.len() == from.len() && from.iter().zip(to.iter()).all(|(from, to)| fits(from, to))
        }
        (Type::Map(to), Type::Map(from)) => fits(from, to),
        (Type::Map(to), Type::Object(all)) => all.values().all(|attribute| fits(&attribute.ty, to)),
        (Type::Object(to), Type::Object(from)) => to.iter().all(|(name, to)| {
            from.get(name)
                .map_or(to.optional || to.default.is_some(), |from| {
                    fits(&from.ty, &to.ty)
                })
        }),
        (Type::String, from) => from.is_primitive(),
        (Type::Bool, from) => matches!(from, Type::Bool | Type::String),
        (Type::Number, from) => matches!(from, Type::Number | Type::String),
        (to, from) => sequence(to) && sequence(from) || mapping(to) && mapping(from),
    }
}

fn convert_unknown(val: &Val, unk: &Unk, to: &Type) -> Result<Val, String> {
    if !fits(&unk.ty, to) {
        return Err(format!("{to} required"));
    }
    if to.is_any() {
        return Ok(val.clone());
    }
    // A tuple that is not null has its length, and so has the list that it becomes.
    if let (Type::List(of) | Type::Set(of), Type::Tuple(types), true) = (to, &unk.ty, unk.not_null)
        && (matches!(to, Type::List(_)) || types.len() == 1)
        && let Some(of) = unify(types)
            .filter(|_| of.is_any())
            .or_else(|| (!of.is_any()).then(|| (**of).clone()))
    {
        let elements = (0..types.len()).map(|at| element_of(unk, at, &of));
        let elements = Arc::new(elements.collect());
        let mut list = val.with_kind(if matches!(to, Type::List(_)) {
            Kind::List(elements)
        } else {
            Kind::Set(elements)
        });
        keep_type(&mut list, to, val);
        return Ok(list);
    }
    let text = matches!(to, Type::String);
    // A type that leaves its elements open takes them as they are.
    let as_it_is = !unk.ty.is_any() && unk.ty.conforms(to);
    let counts = match (&unk.ty, to) {
        (_, Type::Number) | (Type::List(_) | Type::Set(_), Type::List(_)) => true,
        // Elements that differ may become equal.
        (Type::Set(_), Type::Set(_)) => as_it_is,
        (Type::Map(_), Type::Map(_)) => true,
        _ => false,
    };
    let unk = Unk {
        ty: if as_it_is { &unk.ty } else { to }.clone(),
        // A branch that cannot be converted is not an outcome that Terraform would accept.
        alternatives: unk
            .alternatives
            .iter()
            .filter_map(|value| value.convert(to).ok())
            .collect(),
        bounds: unk.bounds.clone().filter(|_| counts),
        template: if text { unk.template.clone() } else { vec![] },
        json: if text { unk.json.clone() } else { None },
        ..unk.clone()
    };
    Ok(val.with_kind(Kind::Unknown(Arc::new(unk))))
}

/// An element of a tuple that is not known.
fn element_of(unk: &Unk, at: usize, ty: &Type) -> Val {
    let outcomes: Option<Vec<Val>> = unk
        .alternatives
        .iter()
        .map(|tuple| tuple.elements()?.get(at)?.convert(ty).ok())
        .collect();
    let mut element = match outcomes {
        Some(outcomes) if !outcomes.is_empty() => one_of(unk.reasons.clone(), outcomes),
        _ => Val::unknown(Unk {
            reasons: unk.reasons.clone(),
            ..Unk::default()
        }),
    };
    if let Kind::Unknown(unk) = &mut element.kind {
        let unk = Arc::make_mut(unk);
        (unk.ty, unk.not_null, unk.veiled) = (ty.clone(), false, true);
    }
    element
}

/// A value that is one of several: unknown, with every outcome kept. Outcomes that are alternatives themselves are
/// taken apart; too many are dropped altogether.
pub fn one_of(reasons: Vec<String>, outcomes: Vec<Val>) -> Val {
    let ty = unify(&outcomes.iter().map(Val::type_of).collect::<Vec<_>>()).unwrap_or_default();
    let refs = Refs::union_all(&outcomes.iter().map(Val::all_refs).collect::<Vec<_>>());
    let sensitive = outcomes.iter().any(|outcome| outcome.sensitive);
    let mut unk = Unk {
        reasons,
        ty,
        set: true,
        not_null: true,
        ..Unk::default()
    };
    for outcome in outcomes {
        match &outcome.kind {
            Kind::Unknown(inner) => {
                unk.set &= inner.is_set();
                unk.not_null &= inner.not_null;
                if !inner.alternatives.is_empty() {
                    unk.alternatives.extend(inner.alternatives.iter().cloned());
                    continue;
                }
            }
            Kind::Null => {
                unk.set = false;
                unk.not_null = false;
            }
            Kind::Str(text) if text.is_empty() => unk.set = false,
            _ => {}
        }
        unk.alternatives.push(outcome);
    }
    if unk.alternatives.len() > MAX_ALTERNATIVES {
        unk.alternatives.clear();
    }
    Val::unknown(unk).mark(sensitive).with_refs(&refs)
}

/// A value that is not known because another is not. That the other is set says nothing of it.
pub(crate) fn unknown_from(source: &Val, ty: Type) -> Val {
    let unk = Unk {
        reasons: source.reasons(),
        ty,
        veiled: source.as_unknown().is_some_and(|unk| unk.veiled),
        ..Unk::default()
    };
    Val::unknown(unk)
        .mark(source.sensitive)
        .with_refs(&source.refs)
}

/// The same of what cannot be null: a key, an index, a text.
pub(crate) fn set_from(source: &Val, ty: Type) -> Val {
    let mut val = unknown_from(source, ty);
    if let Kind::Unknown(unk) = &mut val.kind {
        Arc::make_mut(unk).set = true;
    }
    val
}

/// An element that is any of these; of many no more is kept than their type.
pub(crate) fn any_of(collection: &Val, mut elements: Vec<Val>, ty: Type) -> Val {
    match elements.len() {
        1 => elements.pop().unwrap_or_else(Val::null),
        2..=MAX_ALTERNATIVES => {
            let alike = elements
                .windows(2)
                .all(|pair| matches!(pair, [a, b] if a.type_of() == b.type_of()));
            let mut one = one_of(collection.reasons(), elements);
            // Terraform brings together what stands in a list, not what may stand in the place of another.
            if let (Kind::Unknown(unk), false) = (&mut one.kind, alike) {
                Arc::make_mut(unk).ty = Type::Any;
            }
            one
        }
        _ => unknown_from(collection, ty),
    }
}

/// How much work is left. Shared by everything that is evaluated for one root.
#[derive(Debug)]
pub struct Fuel(std::cell::Cell<u64>);

impl Fuel {
    /// A number of steps.
    pub fn new(steps: u64) -> Self {
        Self(std::cell::Cell::new(steps))
    }

    /// Takes steps; false when none are left.
    pub fn spend(&self, steps: u64) -> bool {
        let left = self.0.get().checked_sub(steps);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.get() == 0
    }
}

/// What a function may use besides its arguments.
#[derive(Debug)]
pub struct CallContext<'a> {
    /// The steps left: a function spends about one per element or 64 bytes that it makes, before it makes them, and
    /// gives `Err("too much work")` when there are none.
    pub fuel: &'a Fuel,
}

/// Compares numbers, texts and truth values of one kind; `None` for others.
pub fn compare(a: &Val, b: &Val) -> Option<Ordering> {
    match (&a.kind, &b.kind) {
        (Kind::Num(a), Kind::Num(b)) => Some(a.compare(b)),
        (Kind::Str(a), Kind::Str(b)) => Some(a.cmp(b)),
        (Kind::Bool(a), Kind::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
