//! No secret is ever printed.
//!
//! [`line()`] is the only way by which a line of an input gets into a report, and [`text`] the way of every message. Both would
//! rather hide too much than too little: what a line means is also told by the address, the attribute and the message.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
    sync::{Arc, LazyLock},
};

use hipaa_iac_source::{Inventory, Node, SourceFile, Span, Value};
use regex::Regex;

/// What stands for a hidden text.
pub(crate) const REDACTED: &str = "(redacted)";

/// Longer lines (bytes) are not printed: a plan on one line says nothing to a reader, and searching it costs.
const MAX_LINE_BYTES: usize = 2_000;

/// How many lines up the name that a value belongs to is looked for.
const LINES_ABOVE: u32 = 16;

/// How long a text must be, in bytes, to be looked for where nothing marks it.
const MIN_SECRET: usize = 8;

/// Texts that an input marks as sensitive, by their first bytes: they are secrets where they stand in plain sight, too.
pub(crate) struct Secrets(HashMap<[u8; MIN_SECRET], Vec<Arc<str>>>);

impl Secrets {
    /// Those of all resources.
    pub(crate) fn of(inventory: &Inventory) -> Self {
        fn gather(node: &Node, into: &mut Vec<Arc<str>>) {
            match &node.value {
                _ if node.sensitive => node.texts(into),
                Value::List(elements) => elements.iter().for_each(|one| gather(one, into)),
                Value::Object(members) => members.values().for_each(|one| gather(one, into)),
                _ => {}
            }
        }
        let mut texts = Vec::new();
        for resource in &inventory.resources {
            gather(&resource.body, &mut texts);
        }
        let texts: BTreeSet<Arc<str>> = texts.into_iter().collect();
        let mut secrets: HashMap<[u8; MIN_SECRET], Vec<Arc<str>>> = HashMap::new();
        for text in texts {
            if let Some(start) = text.as_bytes().first_chunk() {
                secrets.entry(*start).or_default().push(text);
            }
        }
        Self(secrets)
    }

    /// Whether [`line()`] would show one.
    pub(crate) fn shown(&self, file: &SourceFile, span: Span, sensitive: bool) -> bool {
        let number = file.position(span.start).line;
        !self.0.is_empty()
            && short_line(file, number).is_some_and(|text| self.stand_in(text))
            && line(file, span, sensitive).is_some_and(|line| self.stand_in(&line.text))
    }

    /// Whether one of them is a whole word of a text, or several.
    fn stand_in(&self, text: &str) -> bool {
        let goes_on = |next: Option<char>| next.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let mut starts = text.as_bytes().windows(MIN_SECRET).enumerate();
        starts.any(|(at, start)| {
            let Some((before, rest)) = text.split_at_checked(at) else {
                return false;
            };
            let mut secrets = self.0.get(start).into_iter().flatten();
            secrets.any(|secret| {
                rest.strip_prefix(&**secret).is_some_and(|after| {
                    !goes_on(before.chars().next_back()) && !goes_on(after.chars().next())
                })
            })
        })
    }
}

/// A line that is safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its number, from 1.
    pub(crate) number: u32,
    /// Its text, without a line ending.
    pub(crate) text: String,
    /// The bytes of `text` that a span covers. A span over several lines covers the first to its end.
    pub(crate) marked: Range<usize>,
}

/// The line in which a span starts, with secrets hidden; `sensitive` hides what the span covers as well.
/// `None` for a line too long to read.
pub(crate) fn line(file: &SourceFile, span: Span, sensitive: bool) -> Option<Line> {
    let number = file.position(span.start).line;
    let text = short_line(file, number)?;
    let offset = file.line_start(number)? as usize;
    let end = text.trim_end().len();
    let mut start = (span.start as usize).saturating_sub(offset).min(end);
    let mut stop = (span.end as usize)
        .saturating_sub(offset)
        .min(end)
        .max(start);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(stop) {
        stop += 1;
    }
    let mut hidden = secrets(text);
    hidden.extend(paired_values(file, number, text));
    if belongs_to_secret(file, number, text) {
        hidden.push(text.len() - text.trim_start().len()..end);
    }
    if sensitive {
        // What stands beside it in one collection may be as secret.
        let opened = text.get(..start).and_then(|before| before.find(['{', '[']));
        let more = text.get(stop..end).unwrap_or_default().trim_start();
        let among = opened.is_some() || more.starts_with([',', ';']);
        let stop = if among { end } else { stop };
        hidden.push(behind_name(text, opened.unwrap_or(start), stop)..stop);
    }
    let (text, marked) = hide(&without_c1(text), hidden, start..stop);
    let (text, marked) = alone(&text, marked);
    Some(Line {
        number,
        text,
        marked,
    })
}

/// Of a collection on one line the pointed member alone. What stands beside it may be a secret that nothing in the line says to
/// be one: a plan and a state mark theirs elsewhere.
fn alone(text: &str, marked: Range<usize>) -> (String, Range<usize>) {
    let before = text.get(..marked.start).unwrap_or_default();
    let pointed = text.get(marked.clone()).unwrap_or_default();
    let after = text.get(marked.end..).unwrap_or_default();
    let says_something = |rest: &str| rest.contains(char::is_alphanumeric);

    let mut out = String::with_capacity(text.len());
    let parted = (0..before.len())
        .rev()
        .find(|at| is_opener(before, *at, b"{[") || is_byte(before, *at, b",;"));
    if let Some(last) = parted {
        // What the outermost collection is the value of, if that is all that stands before it.
        let first = opener(before, b"{[");
        let lead = first.and_then(|first| before.get(..=first));
        out.push_str(
            lead.filter(|lead| !lead.contains([',', ';']))
                .unwrap_or_default(),
        );
        if first != Some(last) {
            out.push('…');
        }
        out.push_str(before.get(last + 1..).unwrap_or_default());
    } else {
        out.push_str(before);
    }

    let start = out.len();
    let among = parted.is_some()
        || text.trim_start().starts_with(['{', '['])
        || after.trim_start().starts_with([',', ';']);
    let inner = opener(pointed, if among { b"{[" } else { b"{" });
    if let Some((shown, _)) = inner
        .and_then(|at| pointed.split_at_checked(at + 1))
        .filter(|(_, rest)| says_something(rest))
    {
        out.push_str(shown);
        let end = out.len();
        out.push('…');
        return (out, start..end);
    }
    out.push_str(pointed);
    let end = out.len();
    let ends = (0..after.len())
        .find(|at| is_opener(after, *at, b"{[") || among && is_byte(after, *at, b",;}]"));
    let (shown, rest) = after.split_at(ends.unwrap_or(after.len()));
    out.push_str(shown);
    out.push_str(if says_something(rest) { "…" } else { rest });
    (out, start..end)
}

fn is_byte(text: &str, at: usize, of: &[u8]) -> bool {
    text.as_bytes()
        .get(at)
        .is_some_and(|byte| of.contains(byte))
}

/// Whether a collection is opened here by one of these brackets: `${`, `%{` and `{{` take a text in.
fn is_opener(text: &str, at: usize, brackets: &[u8]) -> bool {
    let template = || {
        at.checked_sub(1)
            .is_some_and(|before| is_byte(text, before, b"$%{"))
            || is_byte(text, at + 1, b"{")
    };
    is_byte(text, at, brackets) && (is_byte(text, at, b"[") || !template())
}

/// The first place at which a collection is opened.
fn opener(text: &str, brackets: &[u8]) -> Option<usize> {
    (0..text.len()).find(|at| is_opener(text, *at, brackets))
}

/// Where what may be secret begins: behind the `name` of a mapping, which says what it is the value of.
fn behind_name(text: &str, from: usize, stop: usize) -> usize {
    let covered = text.get(from..stop).unwrap_or_default();
    let inner = covered.trim_start_matches(['{', '[', ' ']);
    if !inner.starts_with("name:") {
        return from;
    }
    let before = covered.len() - inner.len();
    let length = inner.find(',').unwrap_or(inner.len());
    from + before + length
}

/// A line of at most [`MAX_LINE_BYTES`]. A longer one is not even looked at: a plan of 60 MB may be one line.
fn short_line(file: &SourceFile, number: u32) -> Option<&str> {
    let start = file.line_start(number)? as usize;
    let end = file
        .line_start(number + 1)
        .map_or(file.text().len(), |next| next as usize);
    if end - start > MAX_LINE_BYTES {
        None
    } else {
        file.line(number)
    }
}

/// A message with what has the shape of a credential hidden.
pub(crate) fn text(message: &str) -> String {
    hide(message, shapes(message), 0..0).0
}

/// A text with a dot for each control character of ISO 6429 beyond ASCII: some terminals obey U+009B as they do `ESC [`, and the
/// renderer of snippets knows only those of ASCII. Bytes keep their places.
pub(crate) fn without_c1(text: &str) -> String {
    text.chars()
        .map(|c| {
            if matches!(c, '\u{80}'..='\u{9f}') {
                '\u{b7}'
            } else {
                c
            }
        })
        .collect()
}

/// Replaces ranges and moves `marked` along.
fn hide(text: &str, mut hidden: Vec<Range<usize>>, marked: Range<usize>) -> (String, Range<usize>) {
    hidden.retain(|range| range.start < range.end);
    hidden.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in hidden {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    let mut out = String::with_capacity(text.len());
    let (mut start, mut end) = (marked.start, marked.end);
    let mut from = 0;
    for range in merged {
        out.push_str(text.get(from..range.start).unwrap_or_default());
        let at = out.len();
        out.push_str(REDACTED);
        // A place in the hidden text becomes its edge; one behind moves with the text.
        let moved = |place: usize, edge: usize| match place {
            place if place >= range.end => Some(out.len() + (place - range.end)),
            place if place > range.start => Some(edge),
            _ => None,
        };
        if let Some(place) = moved(marked.start, at) {
            start = place;
        }
        if let Some(place) = moved(marked.end, out.len()) {
            end = place;
        }
        from = range.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    (out, start..end.max(start))
}

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// Credentials by their shape, wherever they stand; group 1 is what is hidden.
static SHAPES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // The password of a URL or DSN, and a token in place of a user.
        r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>/:@]*:([^\s"'<>]+)@"#,
        r#"[A-Za-z][A-Za-z0-9+.-]*://([^\s"'<>/:@]{12,})@"#,
        // user:password@tcp(host) of Go's MySQL driver.
        r#"[^\s"'<>/:@]+:([^\s"'<>@]+)@(?:tcp|unix)\("#,
        r"(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[^\x22']*)",
        // The same in base64, as a Secret holds it.
        r"(LS0tLS1CRUdJT[A-Za-z0-9+/]+=*)",
        r"\b((?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{12,})\b",
        r"\b(eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?)",
        r"\b((?:gh[opsur]|github_pat)_[A-Za-z0-9_]{10,})",
        r"\b(glpat-[A-Za-z0-9_-]{10,})",
        r"\b(xox[a-z]-[A-Za-z0-9-]{6,}|xapp-[A-Za-z0-9-]{6,})",
        r"(hooks\.slack\.com/services/[A-Za-z0-9/]+)",
        r"\b((?:sk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{10,})",
        r"\b(sk-[A-Za-z0-9_-]{16,})",
        r"\b(AIza[A-Za-z0-9_-]{20,})",
        r"\b(ya29\.[A-Za-z0-9_-]{10,})",
        r"\b(hv[sb]\.[A-Za-z0-9_-]{10,})",
        r"\b(SG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})",
        r"\b((?:npm|dop_v1|pypi)[_-][A-Za-z0-9_-]{20,})",
        r"\b(AGE-SECRET-KEY-1[A-Z0-9]+)",
        r"(?i)\b(?:AccountKey|SharedAccessKey|sig)=([^;&\s\x22']+)",
        // What a command is given: `--token x`, `curl -u user:x`.
        r#"(?i)(?:^|[\s"'])--?[a-z0-9-]*(?:token|password|passwd|secret|api-?key)\s+["']?([^\s"'-][^\s"']*)"#,
        r#"(?:^|[\s"'])(?:-u|--user|--proxy-user)[\s=]+["']?[A-Za-z][^\s"':]*:([^\s"']+)"#,
        r"(?i)\b(?:bearer|basic)\s+([A-Za-z0-9+/=_.~-]{8,})",
    ]
    .into_iter()
    .filter_map(pattern)
    .collect()
});

/// A name and what parts it from its value, in HCL, YAML, JSON (also within a text), properties and shell.
static ASSIGNMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r#"(?P<key>[A-Za-z0-9_.-]+)\\?["']?\s*(?P<by>=>|==|!=|:=|:|=)[ \t]*"#)
});

/// The name in a pair of name and value.
static PAIR_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r#"(?i)\b(?:name|key)\\?["']?\s*[:=]\s*\\?["']?(?P<name>[A-Za-z0-9_.-]+)"#)
});

/// The value in a pair of name and value.
static PAIR_VALUE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r#"(?i)\bvalue\\?["']?\s*[:=][ \t]*"#));

/// A text in double quotes, with its content.
static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r#""((?:[^"\\]|\\.)*)""#));

/// An expression of HCL, in contrast to a bare text of a properties file.
static EXPRESSION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:var|local|data|module|each|count|self|path|terraform)\b|[a-z][a-z0-9]*(?:_[a-z0-9]+)+[.\[]|[a-z][a-z0-9_:]*\(|[\[{(!]|<<)",
    )
});

/// One line of a text in base64: a key, a certificate, the data of a Secret.
static BASE64_LINE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^\s*([A-Za-z0-9+/_-]{40,}={0,2})\s*$"));

/// A line that begins with a name: `password: |`, `"token": [`, `- name: x`.
static KEY_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r#"^\s*(?:- +)*["']?(?P<key>[A-Za-z0-9_.-]+)["']?\s*(?:=|:(?:\s|$))\s*(?P<rest>.*)$"#)
});

fn shapes(text: &str) -> Vec<Range<usize>> {
    SHAPES
        .iter()
        .flat_map(|shape| shape.captures_iter(text).filter_map(|found| found.get(1)))
        .filter(|found| !is_template(found.as_str()))
        .map(|found| found.range())
        .collect()
}

/// What is hidden in a line by itself.
fn secrets(line: &str) -> Vec<Range<usize>> {
    let mut hidden = shapes(line);
    let found = BASE64_LINE
        .as_ref()
        .and_then(|shape| shape.captures(line)?.get(1));
    hidden.extend(found.map(|found| found.range()));
    let Some(assignment) = ASSIGNMENT.as_ref() else {
        return hidden;
    };
    for found in assignment.captures_iter(line) {
        let (Some(all), Some(key), Some(by)) = (found.get(0), found.name("key"), found.name("by"))
        else {
            continue;
        };
        if names_secret(key.as_str()) {
            value_at(
                line,
                all.end(),
                by.as_str(),
                is_exactly_secret(key.as_str()),
                &mut hidden,
            );
        }
    }
    hidden
}

/// Hides the value that begins at `from`.
fn value_at(line: &str, from: usize, by: &str, numbers: bool, hidden: &mut Vec<Range<usize>>) {
    let rest = line.get(from..).unwrap_or_default();
    let bytes = rest.as_bytes();
    let quote = match bytes {
        [b'\\', quote @ (b'"' | b'\''), ..] => Some((2, *quote)),
        [quote @ (b'"' | b'\''), ..] => Some((1, *quote)),
        _ => None,
    };
    if let Some((open, quote)) = quote {
        let mut end = open;
        while let Some(&byte) = bytes.get(end) {
            // An escaped quote ends a text that was opened by one, and is skipped in every other.
            if byte == b'\\' && bytes.get(end + 1) == Some(&quote) && open == 2 || byte == quote {
                break;
            }
            end += if byte == b'\\' && quote == b'"' { 2 } else { 1 };
        }
        let end = end.min(rest.len());
        let inner = rest.get(open..end).unwrap_or_default();
        if !is_plain(inner, false) && !is_template(inner) {
            hidden.push(from + open..from + end);
        }
        return;
    }
    let expression = by != ":"
        && EXPRESSION
            .as_ref()
            .is_some_and(|shape| shape.is_match(rest));
    if expression || matches!(bytes, [b'{' | b'[', ..]) {
        // The literals in it, be they keys of it or not.
        for found in QUOTED
            .iter()
            .flat_map(|quoted| quoted.captures_iter(rest))
            .filter_map(|found| found.get(1))
        {
            if !is_plain(found.as_str(), false) && !is_template(found.as_str()) {
                hidden.push(from + found.start()..from + found.end());
            }
        }
        return;
    }
    let end = if by == ":" {
        let comment = rest.find(" #").unwrap_or(rest.len());
        // In a flow mapping the value ends before the next one.
        let flow = if line.get(..from).unwrap_or_default().contains('{') {
            rest.find([',', '}'])
        } else {
            None
        };
        flow.unwrap_or(rest.len()).min(comment)
    } else {
        rest.find(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '"' | '\'' | ',' | ')'))
            .unwrap_or(rest.len())
    };
    let value = rest.get(..end).unwrap_or_default().trim_end();
    let anchor = matches!(
        value.as_bytes().first(),
        Some(b'*' | b'&' | b'|' | b'>' | b'!')
    ) && by == ":";
    if !is_plain(value, numbers) && !anchor && !is_template(value) {
        hidden.push(from..from + value.len());
    }
}

/// `- name: DB_PASSWORD` beside `value: …`, on one line or on neighbours.
fn paired_values(file: &SourceFile, number: u32, line: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let Some(value) = PAIR_VALUE.as_ref().filter(|value| value.is_match(line)) else {
        return hidden;
    };
    let mut near =
        (number.saturating_sub(2)..=number + 2).filter_map(|near| short_line(file, near));
    let secret = near.any(|near| {
        let names = PAIR_NAME.iter().flat_map(|name| name.captures_iter(near));
        names
            .filter_map(|found| found.name("name"))
            .any(|name| names_secret(name.as_str()))
    });
    if secret {
        for found in value.find_iter(line) {
            let by = if found.as_str().contains('=') {
                "="
            } else {
                ":"
            };
            value_at(line, found.end(), by, true, &mut hidden);
        }
    }
    hidden
}

/// Whether a line without a name of its own is part of a value whose name, further up, is that of a secret.
fn belongs_to_secret(file: &SourceFile, number: u32, line: &str) -> bool {
    let Some(key_line) = KEY_LINE.as_ref() else {
        return false;
    };
    let own = line.trim();
    if own.is_empty() || own.starts_with('#') || own.starts_with("//") || key_line.is_match(line) {
        return false;
    }
    for above in (number.saturating_sub(LINES_ABOVE)..number).rev() {
        let Some(above) = file
            .line(above)
            .filter(|above| above.len() <= MAX_LINE_BYTES)
        else {
            return false;
        };
        if above.contains("PRIVATE KEY-----") {
            return !above.contains("-----END");
        }
        if let Some(found) = key_line.captures(above) {
            let rest = found.name("rest").map_or("", |rest| rest.as_str().trim());
            let open = rest.is_empty()
                || rest.ends_with(['[', '(', '|', '>', '-', '+'])
                || rest.contains("<<");
            return open
                && found
                    .name("key")
                    .is_some_and(|key| names_secret(key.as_str()));
        }
        if above.trim_end().ends_with(['{', '}']) {
            return false;
        }
    }
    false
}

/// Words in names of secrets, in lower case without separators.
const WORDS: [&str; 15] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "privatekey",
    "accesskey",
    "apikey",
    "credential",
    "accountkey",
    "authkey",
    "signingkey",
    "connectionstring",
    "dockerconfigjson",
    "licensekey",
];

/// Ends of names that speak about a secret without being one.
const ABOUT: [&str; 28] = [
    "name",
    "names",
    "arn",
    "ref",
    "refs",
    "namespace",
    "version",
    "length",
    "type",
    "path",
    "file",
    "mode",
    "policy",
    "days",
    "hours",
    "minutes",
    "seconds",
    "ttl",
    "expiry",
    "expiration",
    "validity",
    "lifetime",
    "enabled",
    "required",
    "count",
    "size",
    "rotation",
    "prevention",
];

fn normalized(key: &str) -> String {
    key.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Whether the text of a setting is hidden in reports, by the setting's name or by what stands in the text.
pub fn is_hidden(name: &str, text: &str) -> bool {
    if is_template(text) {
        return false;
    }
    let named = names_secret(name) && !is_plain(text, is_exactly_secret(name));
    let paired = || {
        PAIR_VALUE
            .as_ref()
            .is_some_and(|value| value.is_match(text))
            && PAIR_NAME.as_ref().is_some_and(|pair| {
                pair.captures_iter(text)
                    .filter_map(|found| found.name("name"))
                    .any(|name| names_secret(name.as_str()))
            })
    };
    named || !secrets(text).is_empty() || paired()
}

/// Whether a setting of this name holds a secret.
fn names_secret(key: &str) -> bool {
    let key = normalized(key);
    // `http_tokens` is a setting of the instance metadata service.
    let token = key
        .find("token")
        .is_some_and(|at| !key.get(at + 5..).unwrap_or_default().starts_with('s'));
    (token || key == "pass" || key.ends_with("pass") || WORDS.iter().any(|word| key.contains(word)))
        && !ABOUT.iter().any(|end| key.ends_with(end))
}

/// Whether the name says nothing but that it is a secret: then a number is one, too.
fn is_exactly_secret(key: &str) -> bool {
    let key = normalized(key);
    key.ends_with("token") || key.ends_with("pass") || WORDS.iter().any(|word| key.ends_with(word))
}

/// A value that is no secret: nothing, a truth value, and a number unless the name alone says otherwise.
fn is_plain(value: &str, numbers_hide: bool) -> bool {
    let lower = value.to_ascii_lowercase();
    matches!(
        &*lower,
        "" | "~" | "null" | "true" | "false" | "yes" | "no" | "on" | "off"
    ) || (!numbers_hide
        && value
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// A text that only takes another one in: `${var.password}`, `$(PASSWORD)`, `{{ .Values.password }}`.
fn is_template(value: &str) -> bool {
    let value = value.trim();
    let inner = [("${", "}"), ("$(", ")"), ("{{", "}}"), ("%{", "}")]
        .iter()
        .find_map(|(open, close)| value.strip_prefix(open)?.strip_suffix(close));
    inner.is_some_and(|inner| !inner.contains(['}', '"', '\'', ')']))
}

#[cfg(test)]
mod tests {
    use hipaa_iac_source::Sources;

    use super::*;

    fn first(text: &str) -> String {
        let sources = Sources::new();
        let file = sources.add("a", text);
        line(&file, Span::new(file.id(), 0..1), false).unwrap().text
    }

    /// The line with `S3CR` in it, of a text.
    fn with_marker(text: &str) -> String {
        let sources = Sources::new();
        let file = sources.add("a", text);
        let at = text.find("S3CR").unwrap();
        line(&file, Span::new(file.id(), at..at + 1), false)
            .unwrap()
            .text
    }

    #[test]
    fn planted_secrets_are_hidden() {
        for text in [
            "password = \"S3CRhunter2\"",
            "  db_password: S3CR horse battery # why",
            "password=S3CRhunter2",
            "\"password\": \"S3CR\\\"quoted\", \"x\": 1",
            "'client_secret': 'S3CR'",
            "url = \"postgres://app:S3CR@db:5432/x?sslmode=require\"",
            "url = \"postgres://app:S3CR/x:y@db:5432/x\"",
            "  value: mysql://root:S3CR@db/x",
            "clone https://S3CRabcdefghij@github.com/x",
            "dsn = \"root:S3CR@tcp(db:3306)/x\"",
            "x = \"AKIAS3CRABCDEFGHIJKL\"",
            "- sk_live_S3CRabcdefgh",
            "- ghp_S3CRabcdefghij",
            "- xoxb-S3CR-123456",
            "- AIzaS3CRabcdefghijklmnopqrstuvwx",
            "jwt: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJTM0NSIn0.S3CR",
            "key = \"-----BEGIN RSA PRIVATE KEY-----\\nS3CR\\n-----END RSA PRIVATE KEY-----\\n\"",
            "conn = \"DefaultEndpointsProtocol=https;AccountName=a;AccountKey=S3CR==;\"",
            "conn = \"Server=x;Password=S3CR;Encrypt=true\"",
            "header = \"Authorization: Bearer S3CRabcdef\"",
            "container_definitions = \"[{\\\"name\\\":\\\"DB_PASSWORD\\\",\\\"value\\\":\\\"S3CR\\\"}]\"",
            "env: [{name: DB_PASSWORD, value: S3CR}, {name: A, value: b}]",
            "- name: DB_PASSWORD\n  value: S3CR",
            "- value: S3CR\n  name: API_TOKEN",
            "  set {\n    name  = \"auth.password\"\n    value = \"S3CR\"\n  }",
            "password: |\n  S3CR\n",
            "password: >-\n  one two\n  S3CR\n",
            "tls_private_key = <<EOT\n-----BEGIN PRIVATE KEY-----\nS3CRabc\n-----END PRIVATE KEY-----\nEOT",
            "passwords: [\n  \"S3CR\",\n]",
            "  tls.key: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tS3CRabc",
            "export AWS_SECRET_ACCESS_KEY=S3CR/abc+def",
            "password = var.x != \"\" ? var.x : \"S3CR\"",
            "token: 'S3CR'",
            "PASSWORD: S3CR1",
            "curl -u app:S3CRhunter https://portal",
            "  - portal --auth-token S3CRhunter",
        ] {
            let shown = with_marker(text);
            assert!(!shown.contains("S3CR"), "{text:?} shows {shown:?}");
            assert!(shown.contains(REDACTED), "{text:?} shows {shown:?}");
        }
        assert_eq!(first("pin_token: 123456"), "pin_token: (redacted)");
    }

    #[test]
    fn what_decides_stays_readable() {
        for text in [
            "storage_encrypted = false",
            "http_tokens = \"optional\"",
            "manage_master_user_password = true",
            "password = var.db_password",
            "password = \"${var.db_password}\"",
            "password = random_password.db.result",
            "password = data.aws_secretsmanager_secret_version.db.secret_string",
            "  automountServiceAccountToken: true",
            "  automountServiceAccountToken: \"true\"",
            "secretName: portal-tls",
            "secret_arn = aws_secretsmanager_secret.db.arn",
            "password_reuse_prevention = 5",
            "minimum_password_length = 8",
            "access_token_validity = 24",
            "authorization = \"NONE\"",
            "url: http://portal.example:8080/path",
            "image: ghcr.io/clinic/portal:1.2@sha256:0000",
            "url = \"postgres://${var.user}:${var.password}@db/x\"",
            "kms_key_id = \"arn:aws:kms:us-east-1:123456789012:key/abc\"",
            "value: plain",
            "docker run --user 1000:1000 -u app x",
            "portal --password-file /run/secrets/x --token --verbose",
        ] {
            assert_eq!(first(text), text);
        }
    }

    #[test]
    fn the_mark_stays_on_its_text() {
        let sources = Sources::new();
        let text = "  a = \"x://u:pässword@h\", storage = false # naïve";
        let file = sources.add("a", text);
        let at = text.find("false").unwrap();
        let shown = line(&file, Span::new(file.id(), at..at + 5), false).unwrap();
        assert_eq!(shown.text, "… storage = false # naïve");
        assert_eq!(&shown.text[shown.marked], "false");

        let at = text.find("\"x").unwrap();
        let shown = line(&file, Span::new(file.id(), at..at + 19), true).unwrap();
        assert_eq!(&shown.text[shown.marked.clone()], REDACTED);
        assert_eq!(shown.text, "  a = (redacted)");

        for (text, shown_as) in [
            ("data: {a: x, b: secret, c: y}", "data: (redacted)"),
            ("  b: secret", "  b: (redacted)"),
            ("  b: secret, c: y}", "  b: (redacted)"),
            ("  b: secret # why", "  b: (redacted) # why"),
            ("- {name: KEY, value: secret}", "- {name: KEY(redacted)"),
            ("a: hidden, b: secret}", "… b: (redacted)}"),
        ] {
            let file = sources.add("b", text);
            let at = text.find("secret").unwrap();
            let shown = line(&file, Span::new(file.id(), at..at + 6), true).unwrap();
            assert_eq!(shown.text, shown_as);
            assert_eq!(&shown.text[shown.marked], REDACTED);
        }
    }

    #[test]
    fn of_a_collection_on_one_line_the_pointed_member_is_shown() {
        let sources = Sources::new();
        for (text, at, shown_as) in [
            (
                r#"{"after":{"db_name":"S3CRET","storage_encrypted":false,"user":"S3CRET"}}"#,
                "false",
                r#"{…"storage_encrypted":false…"#,
            ),
            (
                r#"{"after":{"db":"S3CRET","ingress":[{"a":"S3CRET"}]}}"#,
                r#"[{"a":"S3CRET"}]"#,
                r#"{…"ingress":[…"#,
            ),
            (
                "  - {name: c, securityContext: {privileged: true}, args: [--x, S3CRET]}",
                "true",
                "  - {…privileged: true…",
            ),
            (
                "    privileged: true, args: S3CRET}",
                "true",
                "    privileged: true…",
            ),
            (
                "  - {name: c, args: [S3CRET]}",
                "{name: c, args: [S3CRET]}",
                "  - {…",
            ),
            (
                "  securityContext: {a: S3CRET}",
                "securityContext",
                "  securityContext: …",
            ),
            (
                "data = { a = \"S3CRET\", b = 1 + \"x\" }",
                "1 + \"x\"",
                "data = {… b = 1 + \"x\" }",
            ),
            (
                "cidr = [\"0.0.0.0/0\", \"10.0.0.0/8\"]",
                "\"0.0.0.0/0\"",
                "cidr = [\"0.0.0.0/0\"…",
            ),
            (
                "cidr = [\"0.0.0.0/0\"]",
                "[\"0.0.0.0/0\"]",
                "cidr = [\"0.0.0.0/0\"]",
            ),
            (
                "name = \"a-${var.x}-b\"",
                "var.x",
                "name = \"a-${var.x}-b\"",
            ),
            (
                "image: {{ .Values.image }}",
                "{{ .Values.image }}",
                "image: {{ .Values.image }}",
            ),
        ] {
            let file = sources.add("a", text);
            let start = text.find(at).unwrap();
            let shown = line(&file, Span::new(file.id(), start..start + at.len()), false).unwrap();
            assert_eq!(shown.text, shown_as);
            let marked = &shown.text[shown.marked];
            assert!(at.starts_with(marked) && !marked.is_empty(), "{marked}");
        }
    }

    #[test]
    fn a_mark_inside_a_hidden_text_covers_it() {
        let sources = Sources::new();
        let text = "password = \"abc${var.x}def\"";
        let file = sources.add("a", text);
        let shown = line(&file, Span::new(file.id(), 15..23), false).unwrap();
        assert_eq!(shown.text, "password = \"(redacted)\"");
        assert_eq!(&shown.text[shown.marked], REDACTED);
    }

    #[test]
    fn a_span_of_several_lines_marks_the_first() {
        let sources = Sources::new();
        let text = "ingress {\r\n  port = 22\r\n}\r\n";
        let file = sources.add("a", text);
        let shown = line(&file, Span::new(file.id(), 0..text.len()), false).unwrap();
        assert_eq!(
            (shown.number, &*shown.text, shown.marked),
            (1, "ingress {", 0..9)
        );
    }

    #[test]
    fn lines_without_end_are_not_shown() {
        let sources = Sources::new();
        let file = sources.add("plan.json", &format!("{{\"a\": \"{}\"}}", "x".repeat(5000)));
        assert_eq!(line(&file, Span::new(file.id(), 1..4), false), None);
    }

    #[test]
    fn hostile_spans_do_no_harm() {
        let sources = Sources::new();
        for text in ["", "ä", "ä\n", "a\nb"] {
            let file = sources.add("a", text);
            for start in 0..6 {
                for end in 0..6 {
                    let shown = line(&file, Span::new(file.id(), start..end), start % 2 == 0);
                    if let Some(shown) = shown {
                        assert!(shown.text.get(shown.marked).is_some());
                    }
                }
            }
        }
    }

    #[test]
    fn messages_lose_credentials_too() {
        assert_eq!(
            text("cannot read https://u:pw@example.com/x"),
            "cannot read https://u:(redacted)@example.com/x"
        );
        assert_eq!(text("storage is not encrypted"), "storage is not encrypted");
    }
}
