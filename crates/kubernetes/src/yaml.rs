//! YAML (and with it JSON) to [`Node`]s that know their place.
//!
//! `granit-parser` gives events with byte ranges and goes on behind a broken document. What the scalars mean, merge
//! keys, aliases and duplicate keys follow the API server's decoder, `sigs.k8s.io/yaml`.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StructureStyle};
use hipaa_iac_source::{Diagnostic, Level, Map, Node, Origin, SourceFile, Span, Value};

use crate::scalar::{self, Tag};

/// The most nodes that aliases and merges may add to a document. An object that the API server takes has at most 3 MiB.
const MAX_EXPANDED: usize = 1_000_000;
/// The most nodes that are written out in a document.
const MAX_NODES: usize = 8_000_000;
/// The deepest nesting, aliases followed.
const MAX_DEPTH: usize = 200;
/// How many syntax errors of a file are told.
const MAX_ERRORS: usize = 50;
/// How many oddities of each level are told of a document.
const MAX_WARNINGS: usize = 50;

/// A document that could be read.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its value.
    pub node: Node,
    /// From its first to its last character that says something.
    pub extent: Span,
    /// What is odd in it: duplicate keys, values that JSON does not have.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a file holds.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    /// The documents that could be read, in their order. Empty ones are left out.
    pub documents: Vec<Document>,
    /// One for each document that could not be read.
    pub errors: Vec<Diagnostic>,
}

impl Documents {
    /// Adds the error of a document, unless the document has one already: behind a first error, more follow from it.
    fn error(&mut self, diagnostic: Diagnostic, text: &str) {
        let start = |diagnostic: &Diagnostic| diagnostic.span.map_or(0, |span| span.start as usize);
        if let Some(last) = self.errors.last() {
            let between = text.get(start(last)..start(&diagnostic)).unwrap_or("");
            if !between.contains("\n---") {
                return;
            }
        }
        self.errors.push(diagnostic);
    }
}

/// Reads every document of a file; a broken one does not hide its neighbours.
pub fn parse(file: &SourceFile) -> Documents {
    let text: &str = file.text();
    let mut options = granit_parser::options! {
        emit_unresolved_aliases: true,
        // As the decoder of the API server reads the end of a file.
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    options.set_emit_comments(false);
    let mut parser = Parser::new_from_str_with_options(text, options.clone());
    // Where the text that the parser reads begins.
    let mut base = 0;
    let mut builder = Builder::new(file);
    let mut out = Documents::default();
    let mut document_start = 0;
    while let Some(event) = parser.next_event() {
        match event {
            Ok((Event::StreamEnd, _)) => break,
            Ok((Event::StreamStart, _)) => {}
            Ok((Event::DocumentStart(..), span)) => {
                document_start = base + span.byte_range().map_or(0, |range| range.start);
                builder.reset();
            }
            Ok((Event::DocumentEnd, _)) => match builder.finish() {
                Ok(Some(document)) => out.documents.push(document),
                Ok(None) => {}
                Err(error) => out.error(explain(error, text, document_start), text),
            },
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                builder.event(event, base + range.start..base + range.end);
            }
            Err(error) => {
                let at = base + error.marker().byte_offset().unwrap_or(0);
                // JSON documents need nothing between them, as kubectl reads them.
                if matches!(error.kind(), ErrorKind::ExpectedDocumentStart)
                    && at > base
                    && let Some(rest) = text.get(at..).filter(|rest| rest.starts_with('{'))
                    && text.trim_start().starts_with('{')
                {
                    base = at;
                    parser = Parser::new_from_str_with_options(rest, options.clone());
                    continue;
                }
                let earlier = builder.failed.take();
                builder.reset();
                let diagnostic = earlier.unwrap_or_else(|| syntax_error(file, base, &error));
                out.error(explain(diagnostic, text, document_start), text);
                match parser.proceed_next_document() {
                    Ok(true) => document_start = text.len(),
                    Ok(false) | Err(_) => break,
                }
            }
        }
        if out.errors.len() >= MAX_ERRORS {
            break;
        }
    }
    out
}

fn syntax_error(file: &SourceFile, base: usize, error: &ScanError) -> Diagnostic {
    let text: &str = file.text();
    let mut at = error
        .marker()
        .byte_offset()
        .map_or(text.len(), |at| base + at)
        .min(text.len());
    // An error at the end of the text points behind everything: the last written character is where to look.
    if text.get(at..).is_none_or(|rest| rest.trim().is_empty()) {
        at = text
            .trim_end()
            .char_indices()
            .next_back()
            .map_or(0, |(start, _)| start);
    }
    let width = text
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    let span = Span::new(file.id(), at..at + width);
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return too_deep(span);
    }
    let message = error.info();
    let mut message = message.trim_end_matches('.').to_owned();
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    Diagnostic::new(
        Level::Error,
        "yaml-syntax",
        format!("the document is not valid YAML: {message}"),
    )
    .at(span)
    .remedy("correct the document; the other documents of the file were read")
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(
        Level::Error,
        "yaml-budget",
        format!("the document is nested deeper than {MAX_DEPTH} levels"),
    )
    .at(span)
    .remedy("flatten it; the API server does not take such an object either")
}

/// A document that is the source of a template says so, instead of where its syntax breaks.
fn explain(diagnostic: Diagnostic, text: &str, document_start: usize) -> Diagnostic {
    let Some(span) = diagnostic.span.filter(|_| diagnostic.code == "yaml-syntax") else {
        return diagnostic;
    };
    let at = span.start as usize;
    let start = if document_start <= at {
        document_start
    } else {
        text.get(..at)
            .and_then(|before| before.rfind("\n---"))
            .unwrap_or(0)
    };
    let end = text
        .get(at..)
        .and_then(|behind| behind.find("\n---"))
        .map_or(text.len(), |found| at + found);
    if !text
        .get(start..end)
        .is_some_and(|document| document.contains("{{"))
    {
        return diagnostic;
    }
    Diagnostic::new(
        Level::Error,
        "template-not-rendered",
        "the document is a template that was not rendered",
    )
    .at(span)
    .remedy("render it: give hipaa-iac the chart folder, or `helm template … | hipaa-iac check -`")
}

/// A value that an anchor names.
struct Anchored {
    node: Node,
    /// Nodes in it, aliases followed.
    size: usize,
    height: usize,
}

enum Key {
    Name(Arc<str>, Span),
    Merge(Span),
}

enum Shape {
    List(Vec<Node>),
    Map {
        members: Map,
        key: Option<Key>,
        /// Names that merges brought and nothing has overwritten.
        merged: HashSet<Arc<str>>,
    },
}

struct Frame {
    shape: Shape,
    anchor: usize,
    flow: bool,
    start: usize,
    end: usize,
    size: usize,
    height: usize,
}

struct Builder<'a> {
    file: &'a SourceFile,
    names: HashSet<Arc<str>>,
    frames: Vec<Frame>,
    root: Option<Node>,
    anchors: HashMap<usize, Anchored>,
    open_anchors: HashSet<usize>,
    nodes: usize,
    expanded: usize,
    failed: Option<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    fn new(file: &'a SourceFile) -> Self {
        Self {
            file,
            names: HashSet::new(),
            frames: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            open_anchors: HashSet::new(),
            nodes: 0,
            expanded: 0,
            failed: None,
            warnings: Vec::new(),
        }
    }

    fn reset(&mut self) {
        self.frames.clear();
        self.root = None;
        self.anchors.clear();
        self.open_anchors.clear();
        self.nodes = 0;
        self.expanded = 0;
        self.failed = None;
        self.warnings.clear();
    }

    fn finish(&mut self) -> Result<Option<Document>, Diagnostic> {
        let root = self.root.take();
        let failed = self.failed.take();
        let warnings = std::mem::take(&mut self.warnings);
        self.reset();
        if let Some(failed) = failed {
            return Err(failed);
        }
        Ok(root.filter(|node| !node.is_null()).and_then(|node| {
            let extent = node.span?;
            Some(Document {
                node,
                extent,
                diagnostics: warnings,
            })
        }))
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file.id(), range)
    }

    /// The document cannot be read: the first reason counts.
    fn fail(&mut self, diagnostic: Diagnostic) {
        if self.failed.is_none() {
            self.failed = Some(diagnostic);
        }
        self.frames.clear();
        self.root = None;
        self.anchors.clear();
    }

    fn fail_syntax(&mut self, range: Range<usize>, message: &str) {
        let span = self.span(range);
        self.fail(
            Diagnostic::new(Level::Error, "yaml-syntax", message)
                .at(span)
                .remedy("correct the document; the other documents of the file were read"),
        );
    }

    fn over_budget(&mut self, range: Range<usize>) {
        let span = self.span(range);
        self.fail(
            Diagnostic::new(
                Level::Error,
                "yaml-budget",
                "the document grows beyond what is read when its aliases are followed",
            )
            .at(span)
            .remedy("write the values out, or split the document"),
        );
    }

    fn warn(&mut self, diagnostic: Diagnostic) {
        if self
            .warnings
            .iter()
            .filter(|told| told.level == diagnostic.level)
            .count()
            < MAX_WARNINGS
        {
            self.warnings.push(diagnostic);
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if self.failed.is_some() {
            return;
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref().map(read_tag);
                self.scalar(&text, style, anchor, tag.as_ref(), range);
            }
            Event::SequenceStart(style, anchor, _) => {
                self.open(Shape::List(Vec::new()), style, anchor, range);
            }
            Event::MappingStart(style, anchor, _) => {
                let shape = Shape::Map {
                    members: Map::default(),
                    key: None,
                    merged: HashSet::new(),
                };
                self.open(shape, style, anchor, range);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&range),
            Event::Alias(id) => self.alias(id, range),
            // Its name may be a password that is written without quotes.
            Event::UnresolvedAlias(_) => self.fail_syntax(
                range,
                "no anchor stands before the alias; a text that begins with `*` needs quotes",
            ),
            _ => {}
        }
    }

    fn count(&mut self, range: &Range<usize>) -> bool {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            self.over_budget(range.clone());
        }
        self.failed.is_none()
    }

    fn open(&mut self, shape: Shape, style: StructureStyle, anchor: usize, range: Range<usize>) {
        if !self.count(&range) {
            return;
        }
        if self.frames.len() >= MAX_DEPTH {
            let span = self.span(range);
            self.fail(too_deep(span));
            return;
        }
        if matches!(
            self.frames.last(),
            Some(Frame {
                shape: Shape::Map { key: None, .. },
                ..
            })
        ) {
            self.fail_syntax(
                range,
                "a list or an object is no key: the API server takes texts only",
            );
            return;
        }
        if anchor != 0 {
            self.open_anchors.insert(anchor);
        }
        let flow = style == StructureStyle::Flow;
        self.frames.push(Frame {
            shape,
            anchor,
            flow,
            start: range.start,
            end: range.end,
            size: 1,
            height: 0,
        });
    }

    fn close(&mut self, range: &Range<usize>) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let end = if frame.flow { range.end } else { frame.end };
        let value = match frame.shape {
            Shape::List(elements) => Value::List(Arc::new(elements)),
            Shape::Map { members, .. } => Value::Object(Arc::new(members)),
        };
        let node = Node::new(value).at(self.span(frame.start..end.max(frame.start)));
        if frame.anchor != 0 {
            self.open_anchors.remove(&frame.anchor);
        }
        self.place(node, frame.anchor, frame.size, frame.height + 1, end);
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag<'_>>,
        range: Range<usize>,
    ) {
        if !self.count(&range) {
            return;
        }
        let plain = style == ScalarStyle::Plain;
        let range = if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            let written = self
                .file
                .text()
                .get(range.clone())
                .map_or(0, |text| text.trim_end().len());
            range.start..range.start + written
        } else {
            range
        };
        let in_key = matches!(
            self.frames.last(),
            Some(Frame {
                shape: Shape::Map { key: None, .. },
                ..
            })
        );
        if in_key && plain && text == "<<" && tag.is_none_or(|tag| *tag == Tag::Merge) {
            let span = self.span(range);
            self.set_key(Key::Merge(span));
            return;
        }
        if in_key && anchor == 0 && scalar::is_text(text, plain, tag) {
            self.named(text, range);
            return;
        }
        let value = match scalar::resolve(text, plain, tag) {
            Ok(value) => value,
            Err(error) => {
                let span = self.span(range.clone());
                self.warn(
                    Diagnostic::new(Level::Error, "yaml-value", error.to_string())
                        .at(span)
                        .remedy("write a value that JSON can hold"),
                );
                Node::unknown(error.to_string()).value
            }
        };
        if in_key && anchor == 0 {
            self.key(&value, range);
            return;
        }
        // What is left out (`a:`) points at its key.
        let span = match self.frames.last() {
            Some(Frame {
                shape:
                    Shape::Map {
                        key: Some(Key::Name(_, span)),
                        ..
                    },
                ..
            }) if range.is_empty() => *span,
            _ => self.span(range.clone()),
        };
        self.place(Node::new(value).at(span), anchor, 1, 0, range.end);
    }

    fn alias(&mut self, id: usize, range: Range<usize>) {
        if self.open_anchors.contains(&id) {
            self.fail_syntax(range, "the value of an anchor contains its own alias");
            return;
        }
        let Some(anchored) = self.anchors.get(&id) else {
            self.fail_syntax(range, "the alias names nothing");
            return;
        };
        let (mut node, size, height) = (anchored.node.clone(), anchored.size, anchored.height);
        self.expanded = self.expanded.saturating_add(size);
        if self.expanded > MAX_EXPANDED {
            self.over_budget(range);
            return;
        }
        if self.frames.len() + height > MAX_DEPTH {
            let span = self.span(range);
            self.fail(too_deep(span));
            return;
        }
        let name = self
            .file
            .text()
            .get(range.clone())
            .unwrap_or("")
            .trim_start_matches('*');
        node.origin = Some(Arc::new(Origin::new(format!("anchor {name}"), node.span)));
        node.span = Some(self.span(range.clone()));
        self.place(node, 0, size, height, range.end);
    }

    /// A complete value takes its place in what holds it.
    fn place(&mut self, node: Node, anchor: usize, size: usize, height: usize, end: usize) {
        if anchor != 0 {
            self.anchors.insert(
                anchor,
                Anchored {
                    node: node.clone(),
                    size,
                    height,
                },
            );
        }
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.size = frame.size.saturating_add(size);
        frame.height = frame.height.max(height);
        frame.end = frame.end.max(end);
        let key = match &mut frame.shape {
            Shape::List(elements) => {
                elements.push(node);
                return;
            }
            Shape::Map { key, .. } => key.take(),
        };
        match key {
            None => {
                let range = node.span.map_or(end..end, Span::range);
                self.key(&node.value, range);
            }
            Some(Key::Name(name, span)) => self.member(&name, span, node),
            Some(Key::Merge(span)) => self.merge(span, &node),
        }
    }

    fn set_key(&mut self, new: Key) {
        if let Some(Frame {
            shape: Shape::Map { key, .. },
            ..
        }) = self.frames.last_mut()
        {
            *key = Some(new);
        }
    }

    fn key(&mut self, value: &Value, range: Range<usize>) {
        let Some(name) = scalar::key(value) else {
            self.fail_syntax(range, "this is no key: the API server takes texts only");
            return;
        };
        self.named(&name, range);
    }

    /// A key whose text is known.
    fn named(&mut self, text: &str, range: Range<usize>) {
        let name = if let Some(known) = self.names.get(text) {
            Arc::clone(known)
        } else {
            let name = Arc::<str>::from(text);
            self.names.insert(Arc::clone(&name));
            name
        };
        let end = range.end;
        let span = self.span(range);
        self.set_key(Key::Name(name, span));
        if let Some(frame) = self.frames.last_mut() {
            frame.end = frame.end.max(end);
        }
    }

    fn member(&mut self, name: &Arc<str>, span: Span, node: Node) {
        let Some(Frame {
            shape: Shape::Map {
                members, merged, ..
            },
            ..
        }) = self.frames.last_mut()
        else {
            return;
        };
        let again = members.insert(Arc::clone(name), node).is_some();
        if again && !merged.remove(name) {
            self.warn(
                Diagnostic::new(
                    Level::Warning,
                    "yaml-duplicate-key",
                    // The keys of a Secret may be secrets themselves.
                    "a key is set twice; the last one counts",
                )
                .at(span)
                .remedy("remove one of them: a strict API server rejects the object"),
            );
        }
    }

    /// `<<: *defaults` or a list of such. As in the API server's decoder, a merge overwrites what stands before it.
    fn merge(&mut self, span: Span, node: &Node) {
        let sources: Vec<&Node> = match &node.value {
            Value::Object(_) => vec![node],
            // The first of the list wins: it is merged last.
            Value::List(elements) => elements.iter().rev().collect(),
            _ => Vec::new(),
        };
        if sources.is_empty() && node.as_list().is_none()
            || sources.iter().any(|source| source.as_map().is_none())
        {
            self.fail_syntax(span.range(), "`<<` takes an object or a list of objects");
            return;
        }
        let added: usize = sources
            .iter()
            .filter_map(|source| source.as_map())
            .map(Map::len)
            .sum();
        self.expanded = self.expanded.saturating_add(added);
        if self.expanded > MAX_EXPANDED {
            self.over_budget(span.range());
            return;
        }
        let Some(Frame {
            shape: Shape::Map {
                members, merged, ..
            },
            ..
        }) = self.frames.last_mut()
        else {
            return;
        };
        for (name, value) in sources.into_iter().filter_map(Node::as_map).flatten() {
            members.insert(Arc::clone(name), value.clone());
            merged.insert(Arc::clone(name));
        }
    }
}

fn read_tag(tag: &granit_parser::Tag) -> Tag<'_> {
    match tag.suffix_in_namespace("tag:yaml.org,2002:") {
        Some(name) if matches!(&*name, "int" | "float" | "bool" | "null" | "timestamp") => {
            Tag::Core(name)
        }
        Some(name) if name == "binary" => Tag::Binary,
        Some(name) if name == "merge" => Tag::Merge,
        _ => Tag::Text,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use hipaa_iac_source::Sources;
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;

    fn read(text: &str) -> (Arc<SourceFile>, Documents) {
        let file = Sources::new().add("a.yaml", text);
        let documents = parse(&file);
        (file, documents)
    }

    pub(crate) fn to_json(node: &Node) -> Json {
        match &node.value {
            Value::Null => Json::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => serde_json::from_str(&number.to_string()).unwrap(),
            Value::String(text) => (&**text).into(),
            Value::List(elements) => elements.iter().map(to_json).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| (key.to_string(), to_json(value)))
                .collect(),
            Value::Unknown(_) => "unknown".into(),
        }
    }

    fn one(text: &str) -> Json {
        let (_, documents) = read(text);
        assert!(
            documents.errors.is_empty(),
            "{text}: {:?}",
            documents.errors
        );
        assert_eq!(documents.documents.len(), 1, "{text}");
        to_json(&documents.documents[0].node)
    }

    fn codes(documents: &Documents) -> Vec<&'static str> {
        let inner = documents
            .documents
            .iter()
            .flat_map(|document| &document.diagnostics);
        documents
            .errors
            .iter()
            .chain(inner)
            .map(|diagnostic| diagnostic.code)
            .collect()
    }

    /// Observed by running `sigs.k8s.io/yaml` v1.4.0.
    #[test]
    fn documents_are_what_the_api_server_takes_them_for() {
        for (text, expected) in [
            ("a: 1\n<<: {a: 2, b: 3}", json!({"a": 2, "b": 3})),
            ("<<: {a: 2, b: 3}\na: 1", json!({"a": 1, "b": 3})),
            ("<<: [{a: 1},{a: 2, b: 3}]", json!({"a": 1, "b": 3})),
            (
                "x: &x {a: {k: 1}}\ny:\n  <<: *x\n  a: 5",
                json!({"x": {"a": {"k": 1}}, "true": {"a": 5}}),
            ),
            ("a: 1\na: 2", json!({"a": 2})),
            ("1: 2\nyes: 1", json!({"1": 2, "true": 1})),
            ("1.0: x", json!({"1": "x"})),
            ("0x10: x", json!({"16": "x"})),
            ("'<<': {a: 1}", json!({"<<": {"a": 1}})),
            ("<<: {a: 1}\n<<: {b: 2}", json!({"a": 1, "b": 2})),
            ("!!merge <<: {a: 1}", json!({"a": 1})),
            ("!!str <<: {a: 1}", json!({"<<": {"a": 1}})),
            ("a: &x 1\nb: *x", json!({"a": 1, "b": 1})),
            ("a: !foo bar", json!({"a": "bar"})),
            ("a: !foo {b: 1}", json!({"a": {"b": 1}})),
            ("a: !!set {b}", json!({"a": {"b": null}})),
            ("a: ! 5", json!({"a": "5"})),
            ("a: !<tag:yaml.org,2002:str> 5", json!({"a": "5"})),
            ("a: !!str", json!({"a": ""})),
            ("a: !!int '5'", json!({"a": 5})),
            (
                "a: !!binary aGk= \nb: !!binary |\n  aG\n  k=\n",
                json!({"a": "hi", "b": "hi"}),
            ),
            ("a: |\n  5\n", json!({"a": "5\n"})),
            ("a: |\n  5", json!({"a": "5"})),
            ("a: 'yes'", json!({"a": "yes"})),
            ("a: \"\\u0041\"", json!({"a": "A"})),
            ("12:30:45: x", json!({"12:30:45": "x"})),
            ("=: x", json!({"=": "x"})),
            ("a:\nb: []", json!({"a": null, "b": []})),
        ] {
            assert_eq!(one(text), expected, "{text}");
        }
    }

    #[test]
    fn an_alias_without_an_anchor_may_be_a_password() {
        let (_, documents) = read("stringData:\n  password: *hunter2\n");
        let [error] = documents.errors.as_slice() else {
            panic!("{:?}", documents.errors);
        };
        assert!(error.span.is_some());
        assert!(error.message.contains("alias"), "{error:?}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }

    /// Observed as above: the decoder refuses these.
    #[test]
    fn what_the_api_server_cannot_decode_is_an_error() {
        for text in [
            "null: 4",
            "? [1,2]\n: 3",
            "{a: b}: x",
            "<<: 5",
            "<<: [1]",
            "a: {<<: null}",
            "a: *x",
            "a: &a [*a]",
            "a: [",
            "a: -",
        ] {
            let (_, documents) = read(text);
            assert_eq!(codes(&documents), ["yaml-syntax"], "{text}");
        }
        for text in ["a: .inf", "a: .nan", "a: !!bool x", "a: !!binary '###'"] {
            let (_, documents) = read(text);
            assert_eq!(codes(&documents), ["yaml-value"], "{text}");
            assert!(
                documents.documents[0]
                    .node
                    .get("a")
                    .unwrap()
                    .as_unknown()
                    .is_some()
            );
        }
    }

    #[test]
    fn json_is_yaml() {
        let text = "{\n\t\"a\": [1, true, null, \"x\\/y\"],\n\t\"b\": {\"c\":\"d\"}\n}\n";
        assert_eq!(
            one(text),
            json!({"a": [1, true, null, "x/y"], "b": {"c": "d"}})
        );
    }

    #[test]
    fn json_documents_may_follow_each_other() {
        let (file, documents) = read("{\n  \"a\": 1\n}\n{\"b\": 2}{\"c\": [3]}\n");
        assert!(documents.errors.is_empty(), "{:?}", documents.errors);
        let read: Vec<_> = documents
            .documents
            .iter()
            .map(|document| to_json(&document.node))
            .collect();
        assert_eq!(read, [json!({"a": 1}), json!({"b": 2}), json!({"c": [3]})]);
        assert_eq!(
            file.slice(documents.documents[2].node.get("c").unwrap().span.unwrap()),
            "[3]"
        );
        assert_eq!(
            codes(&parse(&Sources::new().add("a.yaml", "{a: 1}\nb: 2"))),
            ["yaml-syntax"]
        );
    }

    #[test]
    fn places() {
        let text = "# top\nkind: Pod\nspec:\n  list:\n  - a: yes\n    b: |\n      x\n\n  # end\n---\nx: {a: 1 }\n";
        let (file, documents) = read(text);
        let slice = |node: &Node| file.slice(node.span.unwrap()).to_owned();
        let first = &documents.documents[0];
        assert_eq!(
            file.slice(first.extent),
            text[6..].split("\n\n  # end").next().unwrap()
        );
        let item = &first
            .node
            .get("spec")
            .unwrap()
            .get("list")
            .unwrap()
            .as_list()
            .unwrap()[0];
        assert_eq!(slice(item.get("a").unwrap()), "yes");
        assert!(slice(item.get("b").unwrap()).ends_with('x'));
        assert_eq!(slice(item), "a: yes\n    b: |\n      x");
        assert_eq!(
            slice(documents.documents[1].node.get("x").unwrap()),
            "{a: 1 }"
        );
    }

    #[test]
    fn an_alias_stands_where_it_is_used_and_knows_where_it_is_from() {
        let (file, documents) = read("a: &web {x: 1}\nb: *web\nc:\n");
        let node = &documents.documents[0].node;
        let alias = node.get("b").unwrap();
        assert_eq!(file.slice(alias.span.unwrap()), "*web");
        let origin = alias.origin.as_ref().unwrap();
        assert_eq!(
            (&*origin.what, file.slice(origin.span.unwrap())),
            ("anchor web", "{x: 1}")
        );
        assert_eq!(file.slice(node.get("c").unwrap().span.unwrap()), "c");
    }

    #[test]
    fn a_broken_document_does_not_hide_its_neighbours() {
        let text = "a: 1\n---\nb: [\n---\nc: 3\n---\nkey: {{ .Values.x }}\n---\n{{- if .Values.y }}\nd: 4\n{{- end }}\n---\ne: 5\n---\n";
        let (file, documents) = read(text);
        let read: Vec<_> = documents
            .documents
            .iter()
            .map(|document| to_json(&document.node))
            .collect();
        assert_eq!(read, [json!({"a": 1}), json!({"c": 3}), json!({"e": 5})]);
        let lines: Vec<_> = documents
            .errors
            .iter()
            .map(|error| (error.code, file.position(error.span.unwrap().start).line))
            .collect();
        assert_eq!(lines[0].0, "yaml-syntax");
        assert!((3..=4).contains(&lines[0].1), "{lines:?}");
        assert_eq!(lines[1], ("template-not-rendered", 7));
        assert_eq!(lines[2].0, "template-not-rendered");
        assert!((9..=11).contains(&lines[2].1), "{lines:?}");
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn duplicate_keys_are_told_and_the_last_one_counts() {
        let (file, documents) = read("a: 1\nb: 2\na: 3\n");
        assert_eq!(codes(&documents), ["yaml-duplicate-key"]);
        let warning = &documents.documents[0].diagnostics[0];
        assert_eq!(warning.level, Level::Warning);
        assert_eq!(file.position(warning.span.unwrap().start).line, 3);
    }

    #[test]
    fn bombs_are_refused_and_their_neighbours_read() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..20 {
            let alias = format!("*a{}", level - 1);
            writeln!(bomb, "a{level}: &a{level} [{}]", vec![alias; 9].join(", ")).unwrap();
        }
        let mut merges = "m0: &m0 {k: 1}\n".to_owned();
        for level in 1..4000 {
            writeln!(
                merges,
                "m{level}: &m{level}\n  <<: *m{}\n  k{level}: 1",
                level - 1
            )
            .unwrap();
        }
        for bomb in [bomb, merges] {
            let (_, documents) = read(&format!("ok: 1\n---\n{bomb}---\nok: 2\n"));
            assert_eq!(codes(&documents), ["yaml-budget"]);
            assert_eq!(documents.documents.len(), 2);
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        let mut chain = "a0: &a0 [x]\n".to_owned();
        for level in 1..1000 {
            writeln!(chain, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
        }
        let blocks = (0..1000)
            .map(|depth| " ".repeat(depth) + "a:\n")
            .collect::<String>();
        for text in [
            chain,
            "[".repeat(100_000),
            "{a: ".repeat(100_000),
            blocks,
            "- ".repeat(100_000),
        ] {
            let (_, documents) = read(&format!("{text}\n---\nok: 1\n"));
            assert_eq!(codes(&documents), ["yaml-budget"], "{}", &text[..20]);
        }
        assert_eq!(
            one(&format!("{}{}", "[".repeat(199), "]".repeat(199)))
                .to_string()
                .len(),
            398
        );
    }

    fn fragments() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "a",
            "b: ",
            "- ",
            "\n",
            "  ",
            "    ",
            "---\n",
            "...\n",
            "&x ",
            "*x",
            "<<: ",
            "{",
            "}",
            "[",
            "]",
            ",",
            "? ",
            ": ",
            "!!str ",
            "!!int ",
            "!!binary ",
            "! ",
            "|\n",
            ">-\n",
            "'",
            "\"",
            "#",
            "{{",
            "}}",
            "yes",
            "1",
            "~",
            ".inf",
            "\t",
            "ü",
            "\r\n",
            "%YAML 1.1\n",
            "@",
            "\\",
            "\u{feff}",
            "\0",
            "<<",
            "null",
            "kind: Pod\n",
        ]);
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn no_text_breaks_the_reader(text in fragments()) {
            let (file, documents) = read(&text);
            for document in &documents.documents {
                let mut nodes = vec![&document.node];
                while let Some(node) = nodes.pop() {
                    let span = node.span.unwrap();
                    prop_assert!(file.text().get(span.range()).is_some(), "{:?} is no range of {:?}", span, text);
                    match &node.value {
                        Value::List(elements) => nodes.extend(elements.iter()),
                        Value::Object(members) => nodes.extend(members.values()),
                        _ => {}
                    }
                }
            }
            for error in &documents.errors {
                prop_assert!(file.text().get(error.span.unwrap().range()).is_some());
            }
        }

        #[test]
        fn any_characters(text in any::<String>()) {
            let _ = read(&text);
        }
    }
}
