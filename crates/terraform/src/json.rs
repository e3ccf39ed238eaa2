//! JSON with places: every value of the tree knows the bytes it was written in.
//!
//! Strict (RFC 8259): no comments, no trailing commas. Of duplicate keys the last wins, as in Go and so in plans; in a
//! configuration they stand beside each other.

use std::{collections::HashMap, ops::Range, sync::Arc};

use hipaa_iac_source::{Diagnostic, FileId, Level, Map, Node, Number, SourceFile, Span, Value};

/// How deep arrays and objects may nest. `serde_json` has the same limit.
pub const MAX_DEPTH: usize = 128;

/// Reads a JSON document.
///
/// # Errors
/// A diagnostic `json-syntax` at the first byte that is not JSON, or where the nesting exceeds [`MAX_DEPTH`].
/// It never quotes the file.
pub fn parse(file: &SourceFile) -> Result<Node, Diagnostic> {
    parse_without(file, &|_| false)
}

/// Reads a configuration: blocks whose key stands there twice are all there, as if they stood in one array, and an
/// argument that is set twice is an error, as Terraform has it.
///
/// # Errors
/// See [`parse`].
pub(crate) fn parse_configuration(file: &SourceFile) -> Result<Node, Diagnostic> {
    read(file, &|_| false, Duplicates::Join)
}

/// The same, leaving out the members that `skip` names by the keys on the way to them (array elements add none).
/// They are checked but not built: a plan holds every value several times.
pub(crate) fn parse_without(
    file: &SourceFile,
    skip: &dyn Fn(&[&str]) -> bool,
) -> Result<Node, Diagnostic> {
    read(file, skip, Duplicates::Last)
}

fn read(
    file: &SourceFile,
    skip: &dyn Fn(&[&str]) -> bool,
    duplicates: Duplicates,
) -> Result<Node, Diagnostic> {
    let text: &str = file.text();
    document(text, Some(file.id()), skip, duplicates).map_err(|error| {
        let end = text
            .get(error.at..)
            .and_then(|rest| rest.chars().next())
            .map_or(error.at, |c| error.at + c.len_utf8());
        Diagnostic::new(Level::Error, "json-syntax", error.message)
            .at(Span::new(file.id(), error.at..end))
            .remedy("correct the JSON here")
    })
}

/// Reads a text that is no file: its values have no places.
pub(crate) fn parse_text(text: &str) -> Result<Node, &'static str> {
    document(text, None, &|_| false, Duplicates::Last).map_err(|error| error.message)
}

fn document(
    text: &str,
    file: Option<FileId>,
    skip: &dyn Fn(&[&str]) -> bool,
    duplicates: Duplicates,
) -> Result<Node, SyntaxError> {
    let path = Vec::new();
    let mut parser = Parser {
        text,
        file,
        at: 0,
        depth: 0,
        path,
        keys: HashMap::new(),
        skip,
        duplicates,
        building: true,
    };
    let node = parser.value()?;
    parser.space();
    if parser.at < text.len() {
        Err(parser.error("unexpected text after the end of the document"))
    } else {
        Ok(node)
    }
}

/// What is wrong, and the byte where.
struct SyntaxError {
    message: &'static str,
    at: usize,
}

/// What becomes of keys that stand in an object more than once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Duplicates {
    Last,
    Join,
}

struct Parser<'a> {
    text: &'a str,
    file: Option<FileId>,
    at: usize,
    depth: usize,
    /// The keys on the way to the value that is being read, as written (escapes and all).
    path: Vec<&'a str>,
    /// A plan repeats the same keys over and over: each is held once.
    keys: HashMap<&'a str, Arc<str>>,
    skip: &'a dyn Fn(&[&str]) -> bool,
    duplicates: Duplicates,
    /// Whether nodes are built, or the text only checked.
    building: bool,
}

impl Parser<'_> {
    fn error(&self, message: &'static str) -> SyntaxError {
        SyntaxError {
            message,
            at: self.at,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self) -> Result<Node, SyntaxError> {
        self.space();
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => {
                let range = self.string()?;
                if self.building {
                    Value::String(self.unescape(range)?)
                } else {
                    Value::Null
                }
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(_) => return Err(self.error("expected a JSON value")),
            None => return Err(self.error("the document ends where a JSON value is expected")),
        };
        let span = self.file.map(|file| Span::new(file, start..self.at));
        Ok(Node {
            value,
            span,
            ..Node::default()
        })
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Value, SyntaxError>,
    ) -> Result<Value, SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error("arrays and objects nest deeper than 128 levels"));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Result<Value, SyntaxError> {
        let mut elements = Vec::new();
        self.space();
        if !self.take(b']') {
            loop {
                let element = self.value()?;
                if self.building {
                    elements.push(element);
                }
                self.space();
                if self.take(b']') {
                    break;
                }
                if !self.take(b',') {
                    return Err(self.error("expected `,` or `]`"));
                }
            }
        }
        elements.shrink_to_fit();
        Ok(Value::List(Arc::new(elements)))
    }

    fn object(&mut self) -> Result<Value, SyntaxError> {
        let mut members = Map::default();
        self.space();
        if !self.take(b'}') {
            loop {
                self.space();
                if self.peek() != Some(b'"') {
                    return Err(self.error("expected a key in double quotes"));
                }
                let range = self.string()?;
                let raw = self.text.get(range.clone()).unwrap_or_default();
                let known = self.keys.get(raw).cloned();
                let key = if let Some(key) = known {
                    key
                } else {
                    let key = self.unescape(range)?;
                    self.keys.insert(raw, Arc::clone(&key));
                    key
                };
                self.space();
                if !self.take(b':') {
                    return Err(self.error("expected `:`"));
                }
                let building = self.building;
                self.path.push(raw);
                self.building = building && !(self.skip)(&self.path);
                let value = self.value()?;
                self.path.pop();
                if self.building {
                    let value = match members.get(&key) {
                        // `"//"` is a comment.
                        Some(before) if self.duplicates == Duplicates::Join && &*key != "//" => {
                            self.joined(before, value)?
                        }
                        _ => value,
                    };
                    members.insert(key, value);
                }
                self.building = building;
                self.space();
                if self.take(b'}') {
                    break;
                }
                if !self.take(b',') {
                    return Err(self.error("expected `,` or `}`"));
                }
            }
        }
        members.shrink_to_fit();
        Ok(Value::Object(Arc::new(members)))
    }

    /// Blocks of one kind that are written under two keys.
    fn joined(&self, before: &Node, value: Node) -> Result<Node, SyntaxError> {
        let blocks = |node: &Node| match &node.value {
            Value::Object(_) => Some(vec![node.clone()]),
            Value::List(all) if all.iter().all(|one| one.as_map().is_some()) => Some(all.to_vec()),
            _ => None,
        };
        match (blocks(before), blocks(&value)) {
            (Some(before), Some(more)) => Ok(Node {
                value: Value::List(Arc::new([before, more].concat())),
                ..value
            }),
            _ => Err(self.error("the argument is set twice")),
        }
    }

    fn word(&mut self, word: &'static str, value: Value) -> Result<Value, SyntaxError> {
        if self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word))
        {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.error("expected a JSON value"))
        }
    }

    fn digits(&mut self) -> Result<(), SyntaxError> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.error("expected a digit"));
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, SyntaxError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        match Number::parse(text) {
            // More digits than a double holds.
            Some(Number::Float(double)) if text.len() > 15 && double.to_string() != text => {
                Ok(Value::Number(Number::Big(text.into())))
            }
            Some(number) => Ok(Value::Number(number)),
            None => Err(SyntaxError {
                message: "not a number",
                at: start,
            }),
        }
    }

    /// Moves behind a string; the range between its quotes.
    fn string(&mut self) -> Result<Range<usize>, SyntaxError> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(start..self.at - 1);
                }
                Some(b'\\') => {
                    let length = match self.text.as_bytes().get(self.at + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
                        Some(b'u') => {
                            let digits = self.text.as_bytes().get(self.at + 2..self.at + 6);
                            if !digits
                                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
                            {
                                return Err(
                                    self.error("expected four hexadecimal digits after `\\u`")
                                );
                            }
                            6
                        }
                        _ => return Err(self.error("unknown escape in a string")),
                    };
                    self.at += length;
                }
                Some(0..=0x1f) => {
                    return Err(self.error("a control character in a string must be escaped"));
                }
                Some(_) => self.at += 1,
                None => {
                    return Err(SyntaxError {
                        message: "a string is not closed",
                        at: start - 1,
                    });
                }
            }
        }
    }

    /// The text of a string whose escapes [`Parser::string`] checked. Half a surrogate pair becomes U+FFFD, as in Go.
    fn unescape(&self, range: Range<usize>) -> Result<Arc<str>, SyntaxError> {
        let at = range.start;
        let raw = self.text.get(range).ok_or(SyntaxError {
            message: "not a string",
            at,
        })?;
        if !raw.contains('\\') {
            return Ok(raw.into());
        }
        let mut text = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(escape) = rest.find('\\') {
            let (plain, escaped) = rest.split_at(escape);
            text.push_str(plain);
            let mut length = 2;
            text.push(match escaped.as_bytes().get(1) {
                Some(b'b') => '\u{8}',
                Some(b'f') => '\u{c}',
                Some(b'n') => '\n',
                Some(b'r') => '\r',
                Some(b't') => '\t',
                Some(b'u') => {
                    length = 6;
                    let high = hex(escaped);
                    let low = escaped
                        .get(6..)
                        .filter(|next| next.starts_with("\\u"))
                        .map_or(0, hex);
                    if (0xd800..0xdc00).contains(&high) && (0xdc00..0xe000).contains(&low) {
                        length = 12;
                        char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
                            .unwrap_or('\u{fffd}')
                    } else {
                        char::from_u32(high).unwrap_or('\u{fffd}')
                    }
                }
                Some(other) => char::from(*other),
                None => '\\',
            });
            rest = escaped.get(length..).unwrap_or_default();
        }
        text.push_str(rest);
        Ok(text.into())
    }
}

/// The code unit of `\uXXXX`; 0 where that does not stand there.
fn hex(escape: &str) -> u32 {
    escape
        .get(2..6)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use hipaa_iac_source::Sources;
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Node, Diagnostic> {
        parse(&Sources::new().add("a.json", text))
    }

    #[test]
    fn every_value_knows_its_place() {
        let sources = Sources::new();
        let file = sources.add("a.json", "{\n \"a\": [1, {\"b\": \"x\\ny\"}] }");
        let node = parse(&file).unwrap();
        let list = node.get("a").unwrap();
        assert_eq!(file.slice(list.span.unwrap()), "[1, {\"b\": \"x\\ny\"}]");
        let text = list.as_list().unwrap()[1].get("b").unwrap();
        assert_eq!(text.as_str(), Some("x\ny"));
        assert_eq!(file.slice(text.span.unwrap()), "\"x\\ny\"");
    }

    #[test]
    fn the_last_of_duplicate_keys_wins_and_keys_keep_their_order() {
        let node = read(r#"{"z": 1, "a": 2, "z": 3}"#).unwrap();
        let keys: Vec<_> = node.as_map().unwrap().keys().map(|key| &**key).collect();
        assert_eq!(keys, ["z", "a"]);
        assert_eq!(node.get("z").unwrap().as_int(), Some(3));
    }

    #[test]
    fn numbers_lose_nothing() {
        let node = read("[18446744073709551616, 0.1, -0, 1e2, 1e400]").unwrap();
        let texts: Vec<_> = node
            .as_list()
            .unwrap()
            .iter()
            .map(|node| format!("{:?}", node.value))
            .collect();
        assert_eq!(
            texts,
            [
                "Number(Big(\"18446744073709551616\"))",
                "Number(Float(0.1))",
                "Number(Int(0))",
                "Number(Int(100))",
                "Number(Big(\"1e400\"))"
            ]
        );
    }

    #[test]
    fn surrogates_are_joined_and_halves_replaced() {
        assert_eq!(
            read(r#""\ud83d\ude00 \ud83d \u0041\/""#).unwrap().as_str(),
            Some("😀 \u{fffd} A/")
        );
    }

    #[test]
    fn mistakes_are_placed() {
        for (text, at, message) in [
            ("", 0, "the document ends where a JSON value is expected"),
            ("[1,]", 3, "expected a JSON value"),
            ("{\"a\" 1}", 5, "expected `:`"),
            ("{a: 1}", 1, "expected a key in double quotes"),
            ("[1 2]", 3, "expected `,` or `]`"),
            ("01", 1, "unexpected text after the end of the document"),
            ("\"a", 0, "a string is not closed"),
            ("\"\\x\"", 1, "unknown escape in a string"),
            (
                "\"\\u12g4\"",
                1,
                "expected four hexadecimal digits after `\\u`",
            ),
            ("1.", 2, "expected a digit"),
            ("nul", 0, "expected a JSON value"),
            (
                "\"\n\"",
                1,
                "a control character in a string must be escaped",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(
                (error.span.unwrap().start, &*error.message),
                (at, message),
                "{text}"
            );
        }
    }

    #[test]
    fn deep_nesting_is_refused_without_recursion() {
        assert!(
            read(&format!(
                "{}{}",
                "[".repeat(MAX_DEPTH),
                "]".repeat(MAX_DEPTH)
            ))
            .is_ok()
        );
        assert!(
            read(&"[".repeat(MAX_DEPTH + 1))
                .unwrap_err()
                .message
                .contains("128")
        );
        assert!(read(&"{\"a\":".repeat(1_000_000)).is_err());
    }

    #[test]
    fn skipped_members_are_checked_but_not_built() {
        let sources = Sources::new();
        let skip = |path: &[&str]| path == ["a", "b"];
        let file = sources.add("a.json", r#"{"a": [{"b": [1, {"c": 2}], "d": 1}], "b": 2}"#);
        let node = parse_without(&file, &skip).unwrap();
        assert_eq!(node, read(r#"{"a": [{"d": 1}], "b": 2}"#).unwrap());
        assert!(parse_without(&sources.add("b.json", r#"{"a": {"b": [1,]}}"#), &skip).is_err());
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<u64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(5, 60, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
                prop::collection::vec((any::<String>(), inner), 0..8)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_what_serde_json_writes(value in json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            prop_assert_eq!(read(&text).unwrap(), Node::from(&value));
        }

        #[test]
        fn it_accepts_what_serde_json_accepts(value in json(), at in any::<prop::sample::Index>(), insert in "[\\[\\]{}:,\"\\\\u0-9eE.+\\-ntf \u{b}\u{a0}x]{0,3}", cut in 0_usize..3) {
            let text = serde_json::to_string(&value).unwrap();
            let characters: Vec<char> = text.chars().collect();
            let at = at.index(characters.len() + 1);
            let mutated: String = characters[..at].iter().copied().chain(insert.chars()).chain(characters.iter().copied().skip(at + cut)).collect();
            match (read(&mutated), serde_json::from_str::<serde_json::Value>(&mutated)) {
                (Ok(_), Ok(_)) | (Err(_), Err(_)) => {}
                // What we take and serde_json does not: numbers beyond a double, and half surrogate pairs.
                (Ok(_), Err(error)) => prop_assert!(
                    ["number out of range", "surrogate", "hex escape"].iter().any(|known| error.to_string().contains(known)),
                    "{}: {}", mutated, error
                ),
                (Err(error), Ok(_)) => prop_assert!(false, "{}: {}", mutated, error.message),
            }
        }
    }
}
