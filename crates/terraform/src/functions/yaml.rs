//! YAML as Terraform's `go-cty-yaml` reads and writes it.

use std::{borrow::Cow, collections::HashMap, fmt::Write as _, sync::Arc};

use granit_parser::{Event, Parser, ScalarStyle};

use super::Val;
use crate::{
    number::Num,
    value::{Kind, Members, Type, Unk},
};

/// How deep values may nest, here as in JSON.
const MAX_DEPTH: usize = 128;

/// A collection that is being read.
enum Open {
    List(Vec<Val>),
    Map(Members, Option<Key>),
}

enum Key {
    Text(Arc<str>),
    /// `<<`
    Merge,
}

/// Reads the one document of a text.
pub(super) fn decode(text: &str) -> Result<Val, String> {
    let invalid = |_| "not valid YAML".to_owned();
    let mut stack: Vec<(Open, usize)> = Vec::new();
    let mut anchors: HashMap<usize, Val> = HashMap::new();
    let mut document: Option<Val> = None;
    let (unended, length) = (!text.ends_with('\n'), text.chars().count());
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(invalid)?;
        let (value, anchor, plain) = match event {
            Event::Scalar(mut text, style, anchor, tag) => {
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                // The last line of a block has the end that the document gives it.
                if block && unended && span.end.index() >= length && text.ends_with('\n') {
                    text.to_mut().pop();
                }
                let plain = matches!(style, ScalarStyle::Plain);
                let value = match tag {
                    Some(tag) if tag.suffix() == "str" || tag.suffix() == "binary" => {
                        Val::str(&*text)
                    }
                    Some(tag)
                        if !matches!(
                            tag.suffix(),
                            "int" | "float" | "bool" | "null" | "timestamp"
                        ) =>
                    {
                        return Err("unsupported YAML tag".to_owned());
                    }
                    _ if plain => resolve(&text)?,
                    _ => Val::str(&*text),
                };
                (value, anchor, plain.then_some(text))
            }
            Event::Alias(anchor) => {
                let value = anchors.get(&anchor).cloned();
                (value.ok_or("a YAML alias refers to itself")?, 0, None)
            }
            Event::SequenceStart(_, anchor, tag) | Event::MappingStart(_, anchor, tag)
                if tag.is_some() || stack.len() >= MAX_DEPTH =>
            {
                let _ = anchor;
                return Err("unsupported YAML tag or too deep nesting".to_owned());
            }
            Event::SequenceStart(_, anchor, _) => {
                stack.push((Open::List(Vec::new()), anchor));
                continue;
            }
            Event::MappingStart(_, anchor, _) => {
                stack.push((Open::Map(Members::new(), None), anchor));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some((Open::List(elements), anchor)) => (Val::tuple(elements), anchor, None),
                Some((Open::Map(members, _), anchor)) => (Val::object(members), anchor, None),
                None => return Err("not valid YAML".to_owned()),
            },
            _ => continue,
        };
        if anchor > 0 {
            anchors.insert(anchor, value.clone());
        }
        match stack.last_mut() {
            None if document.is_some() => {
                return Err("only one YAML document is allowed".to_owned());
            }
            None => document = Some(value),
            Some((Open::List(elements), _)) => elements.push(value),
            Some((Open::Map(_, key @ None), _)) => {
                *key = Some(match (&value.kind, plain.as_deref()) {
                    (_, Some("<<")) => Key::Merge,
                    (Kind::Str(text), _) => Key::Text(Arc::clone(text)),
                    (Kind::Num(_) | Kind::Bool(_), _) => match value.convert(&Type::String)?.kind {
                        Kind::Str(text) => Key::Text(text),
                        _ => return Err("a YAML key is not a string".to_owned()),
                    },
                    _ => return Err("a YAML key is not a string".to_owned()),
                });
            }
            Some((Open::Map(members, key), _)) => {
                if let Some(Key::Text(name)) = key.take() {
                    members.insert(name, value);
                } else {
                    let merged = value.members().ok_or("only a YAML mapping can be merged")?;
                    for (name, member) in merged {
                        members
                            .entry(Arc::clone(name))
                            .or_insert_with(|| member.clone());
                    }
                }
            }
        }
    }
    document.ok_or_else(|| "missing start of YAML document".to_owned())
}

/// What a plain scalar means.
fn resolve(text: &str) -> Result<Val, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Val::null()),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => {
            return Ok(true.into());
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => {
            return Ok(false.into());
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => {
            return Ok(Val::unknown(Unk::because("the number is infinite")));
        }
        ".nan" | ".NaN" | ".NAN" => return Err("not a number".to_owned()),
        _ => {}
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && digits.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && let Ok(number) = i64::from_str_radix(digits, radix)
        {
            return Ok(Val::num(number));
        }
    }
    if let Some(number) = decimal(text) {
        return Ok(Val::num(number));
    }
    if let Some(time) = timestamp(text) {
        return Ok(Val::str(time));
    }
    Ok(Val::str(text))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn decimal(text: &str) -> Option<Num> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)),
        ),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    let sign = if text.starts_with('-') { "-" } else { "" };
    let exponent = unsigned
        .find(['e', 'E'])
        .and_then(|at| unsigned.get(at..))
        .unwrap_or_default();
    let plain = format!(
        "{sign}{}.{}{exponent}",
        if whole.is_empty() { "0" } else { whole },
        if fraction.is_empty() { "0" } else { fraction }
    );
    if well_formed {
        Num::parse(&plain)
    } else {
        None
    }
}

/// A date, or a date and time, as RFC 3339.
fn timestamp(text: &str) -> Option<String> {
    let (date, time) = text.split_at_checked(10)?;
    let shape = date.bytes().enumerate().all(|(at, byte)| {
        if at == 4 || at == 7 {
            byte == b'-'
        } else {
            byte.is_ascii_digit()
        }
    });
    if !shape {
        return None;
    }
    match time.as_bytes() {
        [] => Some(format!("{date}T00:00:00Z")),
        [b'T' | b't', ..] if time.ends_with('Z') && time.len() == 10 => {
            Some(format!("{date}T{}", time.get(1..)?))
        }
        [b' ', ..] if time.len() == 9 => Some(format!("{date}T{}Z", time.get(1..)?)),
        _ => None,
    }
}

/// Writes a value as one document in block style, with every text in double quotes or as a block.
pub(super) fn encode(value: &Val) -> String {
    let mut out = String::new();
    match &value.kind {
        Kind::Null | Kind::Bool(_) | Kind::Num(_) => {
            scalar(value, 0, &mut out);
            out.push_str("\n...");
        }
        Kind::Str(_) => scalar(value, 1, &mut out),
        _ if is_flow(value) => scalar(value, 1, &mut out),
        _ => block(value, 0, false, &mut out),
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

fn is_flow(value: &Val) -> bool {
    value.children().next().is_none()
}

/// A scalar or an empty collection; a block's lines stand `level` steps in.
fn scalar(value: &Val, level: usize, out: &mut String) {
    match &value.kind {
        Kind::Null | Kind::Unknown(_) => out.push_str("null"),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Num(number) => _ = write!(out, "{number}"),
        Kind::Str(text) => text_scalar(text, level, out),
        Kind::List(_) | Kind::Tuple(_) | Kind::Set(_) => out.push_str("[]"),
        Kind::Map(_) | Kind::Object(_) => out.push_str("{}"),
    }
}

fn block(value: &Val, level: usize, inline: bool, out: &mut String) {
    let indent = "  ".repeat(level);
    let mut first = inline;
    let mut begin = |out: &mut String| {
        if !std::mem::take(&mut first) {
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            out.push_str(&indent);
        }
    };
    if let Some(members) = value.members() {
        for (key, member) in members {
            begin(out);
            quoted(key, None, out);
            out.push(':');
            if is_flow(member) {
                out.push(' ');
                scalar(member, level + 1, out);
            } else {
                // A list in a mapping is not indented further.
                let inner = if member.members().is_some() {
                    level + 1
                } else {
                    level
                };
                block(member, inner, false, out);
            }
        }
    } else {
        for element in value.elements().unwrap_or_default() {
            begin(out);
            out.push_str("- ");
            if is_flow(element) {
                scalar(element, level + 1, out);
            } else {
                block(element, level + 1, true, out);
            }
        }
    }
}

fn printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && c != '\u{feff}'
}

fn text_scalar(text: &str, level: usize, out: &mut String) {
    let blocks = text.contains('\n')
        && text
            .chars()
            .all(|c| printable(c) && !matches!(c, '\u{2028}' | '\u{2029}'))
        && !text.ends_with(' ')
        && !text.contains(" \n");
    if !blocks {
        quoted(text, Some(level.max(1)), out);
        return;
    }
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    let body = text.trim_end_matches('\n');
    match text.len() - body.len() {
        0 => out.push('-'),
        1 if !body.is_empty() => {}
        _ => out.push('+'),
    }
    let indent = "  ".repeat(level.max(1));
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&indent);
            out.push_str(line);
        }
    }
    out.push('\n');
}

/// The column behind which a text in quotes is continued on the next line.
const WIDTH: usize = 80;

/// A text in double quotes; with a level, broken at spaces into lines of that indentation.
fn quoted(text: &str, level: Option<usize>, out: &mut String) {
    let mut column = out
        .get(out.rfind('\n').map_or(0, |at| at + 1)..)
        .map_or(0, |line| line.chars().count());
    out.push('"');
    column += 1;
    let mut spaces = false;
    let mut characters = text.chars().enumerate().peekable();
    while let Some((at, c)) = characters.next() {
        let before = out.len();
        if c == ' '
            && let (Some(level), Some((_, next))) = (level, characters.peek())
            && !spaces
            && column > WIDTH
            && at > 0
        {
            out.push('\n');
            out.push_str(&"  ".repeat(level));
            column = level * 2;
            if *next == ' ' {
                out.push('\\');
                column += 1;
            }
            spaces = true;
            continue;
        }
        spaces = c == ' ';
        write_escaped(c, out);
        column += out.get(before..).map_or(0, |added| added.chars().count());
    }
    out.push('"');
}

fn write_escaped(c: char, out: &mut String) {
    let escape: Cow<'_, str> = match c {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\0' => "\\0".into(),
        '\u{7}' => "\\a".into(),
        '\u{8}' => "\\b".into(),
        '\t' => "\\t".into(),
        '\n' => "\\n".into(),
        '\u{b}' => "\\v".into(),
        '\u{c}' => "\\f".into(),
        '\r' => "\\r".into(),
        '\u{1b}' => "\\e".into(),
        '\u{85}' => "\\N".into(),
        '\u{2028}' => "\\L".into(),
        '\u{2029}' => "\\P".into(),
        c if printable(c) => {
            out.push(c);
            return;
        }
        c if u32::from(c) <= 0xff => format!("\\x{:02X}", u32::from(c)).into(),
        c if u32::from(c) <= 0xffff => format!("\\u{:04X}", u32::from(c)).into(),
        c => format!("\\U{:08X}", u32::from(c)).into(),
    };
    out.push_str(&escape);
}
