//! RFC 9535 JSONPath over [`Node`]s, by `jsonpath-rust`, with what a plain JSONPath cannot say:
//! whether a value that is not known may hide a match.
//!
//! Paths of names, `*` and tests whether something or some text is there, which are nearly all that policies hold, are walked here: the library
//! makes a text of the path of every node that it looks at, which was a quarter of the time of a review.

use std::{borrow::Cow, fmt::Write as _, sync::Arc};

use jsonpath_rust::{
    parser::{
        model::{
            Comparable, Comparison, Filter, FilterAtom, FnArg, JpQuery, Literal, Segment, Selector,
            SingularQuery, SingularQuerySegment, Test, TestFunction,
        },
        parse_json_path,
    },
    query::{js_path_process, queryable::Queryable},
};

use crate::{Map, Node, Unknown, Value};

/// A compiled JSONPath.
#[derive(Clone, Debug)]
pub struct Query {
    text: String,
    parsed: JpQuery,
    /// Every segment is one that [`walk`] follows.
    plain: bool,
}

/// A selected node.
#[derive(Clone, Debug)]
pub struct Match<'a> {
    /// The node.
    pub node: &'a Node,
    /// Its normalized path (RFC 9535, section 2.7): `$['logging'][0]['bucket']`.
    pub path: String,
}

/// Why a JSONPath is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The text is not a JSONPath.
    #[error("not a JSONPath: {0}")]
    Syntax(String),
    /// More than one `..`: its cost grows with the square of the document.
    #[error("`..` may stand once in a JSONPath")]
    Descendants,
    /// It is longer than [`Query::MAX_BYTES`].
    #[error("a JSONPath has at most {} bytes", Query::MAX_BYTES)]
    TooLong,
    /// Lists of selectors one behind the other choose the same nodes many times: their numbers multiply.
    #[error(
        "the selectors of a JSONPath choose in at most {} ways",
        Query::MAX_WAYS
    )]
    Ways,
}

impl Query {
    /// The longest path that is compiled.
    pub const MAX_BYTES: usize = 1024;
    /// The largest product of the numbers of selectors of a path's segments.
    pub const MAX_WAYS: usize = 256;

    /// Compiles a path.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.len() > Self::MAX_BYTES {
            return Err(QueryError::TooLong);
        }
        let query = parse_json_path(text).map_err(|error| QueryError::Syntax(error.to_string()))?;
        let (descendants, ways) = cost(&query.segments);
        if descendants > 1 {
            return Err(QueryError::Descendants);
        }
        if ways > Self::MAX_WAYS {
            return Err(QueryError::Ways);
        }
        Ok(Self {
            text: text.to_owned(),
            plain: query.segments.iter().all(is_plain),
            parsed: query,
        })
    }

    /// The text it was compiled from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The nodes that the path selects, in document order. Null is absence: it is never selected.
    /// A selected node may be unknown; see [`Query::hidden`] for matches that an unknown may hide.
    pub fn select<'a>(&'a self, root: &'a Node) -> Vec<Match<'a>> {
        let walked = self.plain.then(|| walk(&self.parsed.segments, root));
        let mut found = walked.flatten().unwrap_or_else(|| self.processed(root));
        found.retain(|found| !found.node.is_null());
        found
    }

    /// What the library selects.
    fn processed<'a>(&self, root: &'a Node) -> Vec<Match<'a>> {
        let found = js_path_process(&self.parsed, root).unwrap_or_default();
        let found = found.into_iter().map(|found| Match {
            node: found.val,
            path: found.path,
        });
        found.collect()
    }

    /// The arguments of a Terraform resource as the path wants them: what stands in the place of a list, or of an object, and is
    /// none is not known, for Terraform refuses it (`ingress = {…}`).
    pub fn expecting<'a>(&self, root: &'a Node) -> Cow<'a, Node> {
        expecting(&self.parsed.segments, root, true).map_or(Cow::Borrowed(root), Cow::Owned)
    }

    /// The unknown nodes behind which further matches may lie: the path leads into or past them, or a filter reads them;
    /// and a text, number or truth value that stands where the path wants a collection.
    pub fn hidden<'a>(&self, root: &'a Node) -> Vec<&'a Node> {
        let mut found = Vec::new();
        hidden(&self.parsed.segments, root, root, &mut found);
        found
    }
}

/// The tree with what does not fit made unknown; `None` where all fits. `element`: it was chosen from a list, or is the whole.
///
/// By a name or a number policies ask for a block of one version of a provider that is an object in another, and by a filter for
/// some of a map of objects: that one of these is not there says nothing.
fn expecting(segments: &[Segment], node: &Node, element: bool) -> Option<Node> {
    let (segment, rest) = segments.split_first()?;
    let selectors = match segment {
        Segment::Selector(selector) => std::slice::from_ref(selector),
        Segment::Selectors(selectors) => selectors,
        Segment::Descendant(_) => return None,
    };
    let names = selectors.iter().filter_map(|selector| match selector {
        Selector::Name(name) => Some(name.as_str()),
        _ => None,
    });
    let names: Vec<&str> = names.collect();
    let by_filter = selectors
        .iter()
        .all(|selector| matches!(selector, Selector::Filter(_)));
    let by_number = selectors
        .iter()
        .all(|selector| matches!(selector, Selector::Index(_) | Selector::Slice(..)));
    let is_plain_value = |node: &Node| !matches!(node.value, Value::Object(_) | Value::List(_));
    let is_object = |node: &Node| matches!(node.value, Value::Object(_) | Value::Unknown(_));
    let (value, changed) = match &node.value {
        Value::Null | Value::Unknown(_) => return None,
        Value::List(elements) if names.is_empty() => {
            let fitted = |one: &Node| expecting(rest, one, !by_number);
            let new: Vec<Option<Node>> = elements.iter().map(fitted).collect();
            let changed = new.iter().any(Option::is_some);
            let old = elements.iter().cloned();
            let all = new
                .into_iter()
                .zip(old)
                .map(|(new, old)| new.unwrap_or(old));
            (Value::List(Arc::new(all.collect())), changed)
        }
        Value::List(_) if !element => return None,
        Value::Object(_) if by_number => return None,
        Value::Object(members) if by_filter && members.values().all(is_object) => return None,
        // A map of plain values, as tags are.
        Value::Object(members)
            if names.is_empty() && rest.is_empty() && members.values().all(is_plain_value) =>
        {
            return None;
        }
        Value::Object(members) if !names.is_empty() => {
            let fit = |name: &str| {
                let new = expecting(rest, members.get(name)?, false)?;
                Some((Arc::from(name), new))
            };
            let new: Vec<(Arc<str>, Node)> = names.into_iter().filter_map(fit).collect();
            if new.is_empty() {
                return None;
            }
            let mut all = Map::clone(members);
            all.extend(new);
            (Value::Object(Arc::new(all)), true)
        }
        _ => {
            let wanted = if names.is_empty() {
                "a list"
            } else {
                "an object"
            };
            let unknown = Unknown {
                reasons: vec![format!("{wanted} is wanted here")],
                ..Unknown::default()
            };
            (Value::Unknown(Arc::new(unknown)), true)
        }
    };
    changed.then(|| Node {
        value,
        ..node.clone()
    })
}

fn is_plain(segment: &Segment) -> bool {
    let plain = |selector: &Selector| match selector {
        Selector::Name(_) | Selector::Wildcard => true,
        Selector::Filter(filter) => passes(filter, &Node::default()).is_some(),
        Selector::Index(_) | Selector::Slice(..) => false,
    };
    match segment {
        Segment::Selector(selector) => plain(selector),
        Segment::Selectors(selectors) => selectors.iter().all(plain),
        Segment::Descendant(_) => false,
    }
}

/// Whether a node passes a filter that only asks whether names lead to something, or to a text (`?@.a.b || @.name == 'x'`); nothing of any other.
fn passes(filter: &Filter, node: &Node) -> Option<bool> {
    match filter {
        Filter::Or(filters) => filters
            .iter()
            .try_fold(false, |any, filter| Some(passes(filter, node)? || any)),
        Filter::And(filters) => filters
            .iter()
            .try_fold(true, |all, filter| Some(passes(filter, node)? && all)),
        Filter::Atom(FilterAtom::Test { expr, not }) => {
            let Test::RelQuery(segments) = &**expr else {
                return None;
            };
            let mut at = Some(node);
            for segment in segments {
                let Segment::Selector(Selector::Name(name)) = segment else {
                    return None;
                };
                at = at.and_then(|node| node.get(name));
            }
            Some(at.is_some() != *not)
        }
        Filter::Atom(FilterAtom::Comparison(comparison)) => {
            let Comparison::Eq(
                Comparable::SingularQuery(SingularQuery::Current(segments)),
                Comparable::Literal(Literal::String(text)),
            ) = &**comparison
            else {
                return None;
            };
            let mut at = Some(node);
            for segment in segments {
                let SingularQuerySegment::Name(name) = segment else {
                    return None;
                };
                at = at.and_then(|node| node.get(name));
            }
            Some(at.and_then(Node::as_str) == Some(text))
        }
        Filter::Atom(FilterAtom::Filter { .. }) => None,
    }
}

/// A node on the way, the step that led to it, and where in [`Trail`] the step before stands.
type Step<'a> = (&'a Node, Key<'a>, usize);

/// The last step of a path.
#[derive(Clone, Copy, Debug)]
enum Key<'a> {
    Root,
    Name(&'a str),
    Index(usize),
}

/// What a plain path selects, as the library does it: segment by segment, of a list of selectors one after the other. Texts are made of the
/// paths of what is selected alone. Nothing where a name is not written in a path as it is.
fn walk<'a>(segments: &'a [Segment], root: &'a Node) -> Option<Vec<Match<'a>>> {
    let mut trail: Vec<Step<'a>> = vec![(root, Key::Root, 0)];
    let mut found = 0..1;
    for segment in segments {
        let selectors = match segment {
            Segment::Selector(selector) => std::slice::from_ref(selector),
            Segment::Selectors(selectors) => selectors,
            Segment::Descendant(_) => return None,
        };
        let start = trail.len();
        for selector in selectors {
            for from in found.clone() {
                step(selector, from, &mut trail)?;
            }
        }
        found = start..trail.len();
    }
    let found = trail.get(found)?.iter();
    found
        .map(|step| {
            Some(Match {
                node: step.0,
                path: path_of(step, &trail)?,
            })
        })
        .collect()
}

fn step<'a>(selector: &'a Selector, from: usize, trail: &mut Vec<Step<'a>>) -> Option<()> {
    let (node, ..) = *trail.get(from)?;
    let passes = |node: &Node| match selector {
        Selector::Filter(filter) => passes(filter, node) == Some(true),
        _ => true,
    };
    if let Selector::Name(name) = selector {
        trail.extend(node.get(name).map(|node| (node, Key::Name(name), from)));
        return Some(());
    }
    match &node.value {
        Value::List(elements) => {
            let elements = elements.iter().enumerate();
            let elements = elements.filter(|(_, node)| passes(node));
            trail.extend(elements.map(|(at, node)| (node, Key::Index(at), from)));
        }
        Value::Object(members) => {
            let members = members.iter().filter(|(_, node)| passes(node));
            trail.extend(members.map(|(name, node)| (node, Key::Name(name), from)));
        }
        _ => {}
    }
    Some(())
}

/// The normalized path of a step (RFC 9535, section 2.7), if nothing in its names is to be escaped.
fn path_of(step: &Step<'_>, trail: &[Step<'_>]) -> Option<String> {
    let mut keys = Vec::with_capacity(8);
    let (_, mut key, mut before) = *step;
    while !matches!(key, Key::Root) {
        keys.push(key);
        (_, key, before) = *trail.get(before)?;
    }
    let mut path = String::with_capacity(64);
    path.push('$');
    for key in keys.iter().rev() {
        match key {
            Key::Root => {}
            Key::Index(at) => _ = write!(path, "[{at}]"),
            Key::Name(name) if name.contains(|c: char| c < ' ' || c == '\'' || c == '\\') => {
                return None;
            }
            Key::Name(name) => path.extend(["['", name, "']"]),
        }
    }
    Some(path)
}

/// How many `..` a path holds, those of its filters too, and the product of the numbers of its selectors.
fn cost(segments: &[Segment]) -> (usize, usize) {
    let (mut descendants, mut ways) = (0, 1_usize);
    for segment in segments {
        let selectors = match segment {
            Segment::Selector(selector) => std::slice::from_ref(selector),
            Segment::Selectors(selectors) => selectors,
            Segment::Descendant(inner) => {
                let (more, product) = cost(std::slice::from_ref(inner));
                descendants += 1 + more;
                ways = ways.saturating_mul(product);
                continue;
            }
        };
        ways = ways.saturating_mul(selectors.len());
        for selector in selectors {
            if let Selector::Filter(filter) = selector {
                let (more, product) = filter_cost(filter);
                descendants += more;
                ways = ways.saturating_mul(product);
            }
        }
    }
    (descendants, ways)
}

fn filter_cost(filter: &Filter) -> (usize, usize) {
    let sum = |costs: &mut dyn Iterator<Item = (usize, usize)>| {
        costs.fold((0, 1), |(descendants, ways), (more, product)| {
            (descendants + more, ways.max(product))
        })
    };
    match filter {
        Filter::Or(filters) | Filter::And(filters) => sum(&mut filters.iter().map(filter_cost)),
        Filter::Atom(FilterAtom::Filter { expr, .. }) => filter_cost(expr),
        Filter::Atom(FilterAtom::Test { expr, .. }) => test_cost(expr),
        Filter::Atom(FilterAtom::Comparison(comparison)) => {
            let (left, right) = comparison.vals();
            sum(&mut [left, right].into_iter().map(|side| match side {
                Comparable::Function(function) => function_cost(function),
                Comparable::Literal(_) | Comparable::SingularQuery(_) => (0, 1),
            }))
        }
    }
}

fn test_cost(test: &Test) -> (usize, usize) {
    match test {
        Test::RelQuery(segments) => cost(segments),
        Test::AbsQuery(query) => cost(&query.segments),
        Test::Function(function) => function_cost(function),
    }
}

fn function_cost(function: &TestFunction) -> (usize, usize) {
    let argument = |argument: &FnArg| match argument {
        FnArg::Literal(_) => (0, 1),
        FnArg::Test(test) => test_cost(test),
        FnArg::Filter(filter) => filter_cost(filter),
    };
    let both = |a: (usize, usize), b: (usize, usize)| (a.0 + b.0, a.1.max(b.1));
    match function {
        TestFunction::Custom(_, arguments) => arguments.iter().map(argument).fold((0, 1), both),
        TestFunction::Length(a) => argument(a),
        TestFunction::Value(a) | TestFunction::Count(a) => argument(a),
        TestFunction::Search(a, b) | TestFunction::Match(a, b) => both(argument(a), argument(b)),
    }
}

fn hidden<'a>(segments: &[Segment], root: &'a Node, node: &'a Node, found: &mut Vec<&'a Node>) {
    let Some((segment, rest)) = segments.split_first() else {
        return;
    };
    if matches!(node.value, Value::Unknown(_)) {
        found.push(node);
        return;
    }
    let through = |selectors: &[Selector], node: &'a Node, found: &mut Vec<&'a Node>| {
        for selector in selectors {
            for child in chosen(selector, root, node, found) {
                // The selected unknown itself is an ordinary match, unless it stands for any number of elements.
                if rest.is_empty() && child.as_unknown().is_none_or(|unknown| !unknown.many) {
                    continue;
                }
                if rest.is_empty() {
                    found.push(child);
                } else {
                    hidden(rest, root, child, found);
                }
            }
        }
    };
    match segment {
        Segment::Selector(selector) => through(std::slice::from_ref(selector), node, found),
        Segment::Selectors(selectors) => through(selectors, node, found),
        Segment::Descendant(_) => unknowns_below(node, found),
    }
}

/// The children that a selector may lead to; for a filter those that it reads something unknown of are reported at once.
fn chosen<'a>(
    selector: &Selector,
    root: &Node,
    node: &'a Node,
    found: &mut Vec<&'a Node>,
) -> Vec<&'a Node> {
    match selector {
        Selector::Name(name) => node.get(name).into_iter().collect(),
        Selector::Index(_) | Selector::Slice(..) => {
            let elements = node.as_list().map(Vec::as_slice).unwrap_or_default();
            // Behind an element that stands for several no index is certain.
            if elements
                .iter()
                .any(|element| element.as_unknown().is_some_and(|unknown| unknown.many))
            {
                found.extend(
                    elements
                        .iter()
                        .filter(|element| element.as_unknown().is_some()),
                );
            }
            match selector {
                Selector::Index(index) => element_at(elements, *index).into_iter().collect(),
                _ => elements.iter().collect(),
            }
        }
        Selector::Wildcard => {
            // What stands where a collection is wanted is none: what it should hold is not known.
            if is_scalar(node) {
                found.push(node);
            }
            children(node)
        }
        Selector::Filter(filter) => {
            let (unclear, clear): (Vec<_>, Vec<_>) = children(node)
                .into_iter()
                .partition(|child| reads_unknown(filter, root, child));
            found.extend(unclear);
            clear
        }
    }
}

fn is_scalar(node: &Node) -> bool {
    matches!(
        node.value,
        Value::Bool(_) | Value::Number(_) | Value::String(_)
    )
}

fn children(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::List(elements) => elements.iter().collect(),
        Value::Object(members) => members.values().collect(),
        _ => Vec::new(),
    }
}

fn unknowns_below<'a>(node: &'a Node, found: &mut Vec<&'a Node>) {
    if matches!(node.value, Value::Unknown(_)) {
        found.push(node);
    }
    for child in children(node) {
        unknowns_below(child, found);
    }
}

fn reads_unknown(filter: &Filter, root: &Node, element: &Node) -> bool {
    match filter {
        Filter::Or(filters) | Filter::And(filters) => filters
            .iter()
            .any(|filter| reads_unknown(filter, root, element)),
        Filter::Atom(FilterAtom::Filter { expr, .. }) => reads_unknown(expr, root, element),
        Filter::Atom(FilterAtom::Test { expr, .. }) => test_reads_unknown(expr, root, element),
        Filter::Atom(FilterAtom::Comparison(comparison)) => {
            let (left, right) = comparison.vals();
            [left, right].into_iter().any(|side| match side {
                Comparable::Literal(_) => false,
                Comparable::SingularQuery(SingularQuery::Root(path)) => ends_unknown(path, root),
                Comparable::SingularQuery(SingularQuery::Current(path)) => {
                    ends_unknown(path, element)
                }
                Comparable::Function(function) => function_reads_unknown(function, root, element),
            })
        }
    }
}

/// Whether a path leads into or ends in an unknown.
fn ends_unknown(path: &[SingularQuerySegment], from: &Node) -> bool {
    let mut node = from;
    for step in path {
        if node.as_unknown().is_some() {
            return true;
        }
        let next = match step {
            SingularQuerySegment::Name(name) => node.get(name),
            SingularQuerySegment::Index(index) => {
                let elements = node.as_list().map(Vec::as_slice).unwrap_or_default();
                // Behind an element that stands for several no index is certain.
                let open = |element: &Node| element.as_unknown().is_some_and(|known| known.many);
                if elements.iter().any(open) {
                    return true;
                }
                element_at(elements, *index)
            }
        };
        match next {
            Some(next) => node = next,
            None => return false,
        }
    }
    node.as_unknown().is_some()
}

fn test_reads_unknown(test: &Test, root: &Node, element: &Node) -> bool {
    let (segments, from) = match test {
        Test::RelQuery(segments) => (segments, element),
        Test::AbsQuery(query) => (&query.segments, root),
        Test::Function(function) => return function_reads_unknown(function, root, element),
    };
    let mut found = Vec::new();
    hidden(segments, root, from, &mut found);
    !found.is_empty() || last_is_unknown(segments, from)
}

/// Whether a path of names ends in an unknown (which [`hidden`] takes for an ordinary match).
fn last_is_unknown(segments: &[Segment], from: &Node) -> bool {
    let mut node = from;
    for segment in segments {
        let Segment::Selector(Selector::Name(name)) = segment else {
            let mut found = Vec::new();
            unknowns_below(node, &mut found);
            return !found.is_empty();
        };
        match node.get(name) {
            Some(next) => node = next,
            None => return false,
        }
    }
    node.as_unknown().is_some()
}

fn function_reads_unknown(function: &TestFunction, root: &Node, element: &Node) -> bool {
    let argument = |argument: &FnArg| match argument {
        FnArg::Literal(_) => false,
        FnArg::Test(test) => test_reads_unknown(test, root, element),
        FnArg::Filter(filter) => reads_unknown(filter, root, element),
    };
    match function {
        TestFunction::Custom(_, arguments) => arguments.iter().any(argument),
        TestFunction::Length(a) => argument(a),
        TestFunction::Value(a) | TestFunction::Count(a) => argument(a),
        TestFunction::Search(a, b) | TestFunction::Match(a, b) => argument(a) || argument(b),
    }
}

impl Queryable for Node {
    fn get(&self, key: &str) -> Option<&Self> {
        self.as_map().and_then(|members: &Map| members.get(key))
    }

    fn as_array(&self) -> Option<&Vec<Self>> {
        self.as_list()
    }

    fn as_object(&self) -> Option<Vec<(&str, &Self)>> {
        Some(
            self.as_map()?
                .iter()
                .map(|(key, value)| (&**key, value))
                .collect(),
        )
    }

    fn as_str(&self) -> Option<&str> {
        Self::as_str(self)
    }

    fn as_i64(&self) -> Option<i64> {
        self.as_int()
    }

    fn as_f64(&self) -> Option<f64> {
        match &self.value {
            Value::Number(number) => Some(number.as_f64()),
            _ => None,
        }
    }

    fn as_bool(&self) -> Option<bool> {
        Self::as_bool(self)
    }

    fn null() -> Self {
        Self::default()
    }

    fn extension_custom(_name: &str, _args: Vec<Cow<'_, Self>>) -> Self {
        Self::default()
    }
}

/// The element of an index, which counts from the end where it is negative (RFC 9535, 2.3.3.2).
fn element_at(elements: &[Node], index: i64) -> Option<&Node> {
    let at = if index < 0 {
        index.checked_add_unsigned(elements.len() as u64)?
    } else {
        index
    };
    elements.get(usize::try_from(at).ok()?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::Unknown;

    fn object(members: Vec<(&str, Node)>) -> Node {
        Node::object(
            members
                .into_iter()
                .map(|(key, value)| (Arc::from(key), value))
                .collect(),
        )
    }

    fn rest() -> Node {
        Node::new(Value::Unknown(Arc::new(Unknown {
            many: true,
            ..Unknown::default()
        })))
    }

    fn paths(query: &str, node: &Node) -> Vec<String> {
        Query::parse(query)
            .unwrap()
            .select(node)
            .into_iter()
            .map(|found| found.path)
            .collect()
    }

    fn hides(query: &str, node: &Node) -> usize {
        Query::parse(query).unwrap().hidden(node).len()
    }

    fn tree() -> impl Strategy<Value = Node> {
        let leaf = prop_oneof![
            Just(Node::null()),
            Just(Node::new(Value::Bool(true))),
            Just(Node::string("text")),
            Just(rest()),
        ];
        leaf.prop_recursive(4, 40, 4, |inner| {
            let name = prop_oneof![Just("a"), Just("b"), Just("it's"), Just("c\\d")];
            let members = prop::collection::vec((name, inner.clone()), 0..4);
            let elements = prop::collection::vec(inner, 0..4);
            prop_oneof![members.prop_map(object), elements.prop_map(Node::list)]
        })
    }

    #[test]
    fn what_stands_in_the_place_of_a_list_or_an_object_is_not_known() {
        let of = |path: &str, json: &str| {
            let root = Node::from(&serde_json::from_str::<serde_json::Value>(json).unwrap());
            let query = Query::parse(path).unwrap();
            let fitted = query.expecting(&root);
            (query.select(&fitted).len(), query.hidden(&fitted).len())
        };
        for (path, json, expected) in [
            ("$.a[*].b", r#"{"a": [{"b": 1}, {"c": 2}]}"#, (1, 0)),
            ("$.a[*].b", r#"{"a": {"b": 1}}"#, (0, 1)),
            ("$.a[*].b", r#"{"a": {"x": {"b": 1}}}"#, (0, 1)),
            ("$.a[*].b", r#"{"a": [{"b": 1}, [{"b": 2}], 3]}"#, (1, 2)),
            ("$.a[?@.b].b", r#"{"a": {"b": 1}}"#, (0, 1)),
            ("$['a', 'b'][*]", r#"{"a": "x", "b": ["y"]}"#, (1, 1)),
            ("$.a.b", r#"{"a": [{"b": 1}]}"#, (0, 0)),
            ("$.a.b", r#"{"a": "x"}"#, (0, 1)),
            ("$.a[0].b", r#"{"a": {"b": 1}}"#, (0, 0)),
            ("$.a[?@.b].b", r#"{"a": {"x": {"b": 1}, "y": {}}}"#, (1, 0)),
            ("$.a", "[]", (0, 1)),
            ("$.a.*", r#"{"a": {"x": "y", "z": 1}}"#, (2, 0)),
            ("$.a.*", r#"{"a": {"x": "y", "z": [1]}}"#, (0, 1)),
            ("$.a[*].b", r#"{"a": null}"#, (0, 0)),
            ("$.a[*].b", "{}", (0, 0)),
        ] {
            assert_eq!(of(path, json), expected, "{path} {json}");
        }
    }

    proptest! {
        /// The library is what a path means.
        #[test]
        fn plain_paths_select_what_the_library_selects(
            root in tree(),
            segments in prop::collection::vec(prop_oneof![
                Just(".a"), Just(".b"), Just("[*]"), Just("['a','b']"), Just("['b',*]"), Just("[?@.a]"), Just("[?@.a.b]"), Just("[?!@.b]"),
                Just("[?@,'a']"), Just("[?@.a == 'text']"), Just("[?@ == 'text' || @.b]"), Just("[?@.a.b == 'text' && !@.b,'a']"),
            ], 0..4),
        ) {
            let query = Query::parse(&format!("${}", segments.concat())).unwrap();
            prop_assert!(query.plain);
            let of = |found: Vec<Match<'_>>| -> Vec<(String, *const Node)> {
                found.into_iter().map(|found| (found.path, std::ptr::from_ref(found.node))).collect()
            };
            if let Some(walked) = walk(&query.parsed.segments, &root) {
                prop_assert_eq!(of(walked), of(query.processed(&root)));
            }
        }
    }

    #[test]
    fn null_is_not_selected() {
        let node = object(vec![("a", Node::null()), ("b", true.into())]);
        assert!(paths("$.a", &node).is_empty());
        assert_eq!(paths("$['a','b']", &node), ["$['b']"]);
    }

    #[test]
    fn what_lies_in_an_unknown_is_hidden() {
        let node = object(vec![("a", Node::unknown("var.a has no value"))]);
        assert_eq!(hides("$.a.b", &node), 1);
        assert_eq!(hides("$.a", &node), 0);
        assert_eq!(hides("$.c.b", &node), 0);
        assert_eq!(hides("$..b", &node), 1);
    }

    #[test]
    fn what_should_be_a_collection_hides_what_it_should_hold() {
        let node = object(vec![("ranges", "0.0.0.0/0".into()), ("none", Node::null())]);
        assert!(paths("$.ranges[*]", &node).is_empty());
        assert_eq!(hides("$.ranges[*]", &node), 1);
        assert_eq!(hides("$.ranges[*].cidr", &node), 1);
        assert_eq!(hides("$['none','other'][*]", &node), 0);
    }

    #[test]
    fn an_element_for_many_hides_more_of_its_kind() {
        let node = object(vec![(
            "rules",
            vec![object(vec![("port", 22_i64.into())]), rest()].into(),
        )]);
        assert_eq!(paths("$.rules[*].port", &node).len(), 1);
        assert_eq!(hides("$.rules[*].port", &node), 1);
        assert_eq!(hides("$.rules[*]", &node), 1);
        assert_eq!(hides("$.rules[0].port", &node), 1);
    }

    #[test]
    fn a_filter_over_an_unknown_member_hides_only_where_it_reads_it() {
        let parameter = |name: Node, value: Node| object(vec![("name", name), ("value", value)]);
        let query = "$.parameter[?@.name == 'rds.force_ssl'].value";
        let known = object(vec![(
            "parameter",
            vec![parameter("other".into(), Node::unknown("x"))].into(),
        )]);
        assert_eq!(hides(query, &known), 0);
        let unclear = object(vec![(
            "parameter",
            vec![parameter(Node::unknown("x"), "1".into())].into(),
        )]);
        assert_eq!(hides(query, &unclear), 1);
    }

    #[test]
    fn a_filter_that_reads_the_root_hides_where_the_root_is_unknown() {
        let document = |engine: Node| {
            object(vec![
                ("engine", engine),
                (
                    "logs",
                    vec![object(vec![("name", "postgresql".into())])].into(),
                ),
            ])
        };
        for query in [
            "$.logs[?@.name == $.engine]",
            "$.logs[?$.engine == 'postgresql'].name",
            "$.logs[?match(@.name, $.engine)]",
            "$.logs[?$.engine]",
        ] {
            assert_eq!(hides(query, &document("mysql".into())), 0, "{query}");
            assert_eq!(hides(query, &document(Node::unknown("x"))), 1, "{query}");
        }
    }

    #[test]
    fn hostile_paths_are_refused() {
        assert!(matches!(
            Query::parse("$..a..b"),
            Err(QueryError::Descendants)
        ));
        assert!(matches!(
            Query::parse("$..[?@..b]"),
            Err(QueryError::Descendants)
        ));
        assert!(matches!(
            Query::parse("$[?count(@..a) > 1]..b"),
            Err(QueryError::Descendants)
        ));
        let twice = format!("${}", "['a','a']".repeat(20));
        assert!(matches!(Query::parse(&twice), Err(QueryError::Ways)));
        assert!(
            Query::parse("$['containers','initContainers','ephemeralContainers'][*].ports[*]")
                .is_ok()
        );
        assert!(matches!(
            Query::parse(&format!("$.{}", "a".repeat(2000))),
            Err(QueryError::TooLong)
        ));
        assert!(matches!(Query::parse("$.a b["), Err(QueryError::Syntax(_))));
    }
}
