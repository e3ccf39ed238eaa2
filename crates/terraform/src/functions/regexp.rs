//! Regular expressions in Go's syntax (RE2), by the `regex` crate, which descends from it.

use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};

use super::{Args, Val};
use crate::value::Members;

/// The largest compiled expression, in bytes.
const MAX_COMPILED: usize = 1 << 20;

/// Compiles an expression as Go means it: `\d`, `\w`, `\s` and `\b` are of ASCII, and within brackets `[`, `&` and `~`
/// mean themselves.
fn compile(pattern: &str, args: &Args<'_>) -> Result<Regex, String> {
    args.spend(64 + pattern.len())?;
    RegexBuilder::new(&translate(pattern))
        .octal(true)
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .nest_limit(100)
        .build()
        .map_err(|_| "the regular expression is not valid or too large".to_owned())
}

fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    let mut class = false;
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                let Some(escaped) = rest.next() else {
                    out.push('\\');
                    break;
                };
                match (escaped, class) {
                    ('d', false) => out.push_str("[0-9]"),
                    ('d', true) => out.push_str("0-9"),
                    ('D', _) => out.push_str("[^0-9]"),
                    ('w', false) => out.push_str("[0-9A-Za-z_]"),
                    ('w', true) => out.push_str("0-9A-Za-z_"),
                    ('W', _) => out.push_str("[^0-9A-Za-z_]"),
                    ('s', false) => out.push_str(r"[\t\n\x0c\r ]"),
                    ('s', true) => out.push_str(r"\t\n\x0c\r "),
                    ('S', _) => out.push_str(r"[^\t\n\x0c\r ]"),
                    ('b', false) => out.push_str(r"(?-u:\b)"),
                    ('<' | '>', _) => out.push(escaped),
                    ('Q', false) => {
                        let mut literal = String::new();
                        while let Some(next) = rest.next() {
                            if next == '\\' && rest.peek() == Some(&'E') {
                                rest.next();
                                break;
                            }
                            literal.push(next);
                        }
                        out.push_str(&regex::escape(&literal));
                    }
                    _ => out.extend(['\\', escaped]),
                }
            }
            '[' if class => {
                out.push_str(if rest.peek() == Some(&':') {
                    "["
                } else {
                    "\\["
                });
                // The closing bracket of `[:alpha:]` is not the class's.
                if rest.peek() == Some(&':') {
                    for next in rest.by_ref() {
                        out.push(next);
                        if next == ']' {
                            break;
                        }
                    }
                }
            }
            '[' => {
                class = true;
                out.push('[');
                if rest.peek() == Some(&'^') {
                    rest.next();
                    out.push('^');
                }
                // A bracket that comes first means itself.
                if rest.peek() == Some(&']') {
                    rest.next();
                    out.push_str("\\]");
                }
            }
            ']' if class => {
                class = false;
                out.push(']');
            }
            '&' | '~' if class => out.extend(['\\', c]),
            '-' if class && rest.peek() == Some(&'-') => {
                rest.next();
                out.push_str("-\\-");
            }
            _ => out.push(c),
        }
    }
    out
}

/// The whole match, a tuple of groups, or an object of named groups.
fn result(regex: &Regex, captures: &Captures<'_>) -> Result<Val, String> {
    let group = |at: usize| {
        captures
            .get(at)
            .map_or_else(Val::null, |found| Val::str(found.as_str()))
    };
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.is_empty() {
        return Ok(group(0));
    }
    if names.iter().all(Option::is_none) {
        return Ok(Val::tuple((1..=names.len()).map(group).collect()));
    }
    let mut members = Members::new();
    for (at, name) in names.iter().enumerate() {
        let name = name.ok_or("cannot mix named and unnamed capture groups")?;
        members.insert(Arc::from(name), group(at + 1));
    }
    Ok(Val::object(members))
}

pub(super) fn regex(args: &Args<'_>) -> Result<Val, String> {
    let regex = compile(args.text(0)?, args)?;
    let text = args.text(1)?;
    args.spend(text.len() / 8)?;
    let captures = regex
        .captures(text)
        .ok_or("pattern did not match any part of the given string")?;
    result(&regex, &captures)
}

pub(super) fn regexall(args: &Args<'_>) -> Result<Val, String> {
    let regex = compile(args.text(0)?, args)?;
    let text = args.text(1)?;
    let mut all = Vec::new();
    for captures in regex.captures_iter(text) {
        args.spend(1 + captures.len() + captures.get(0).map_or(0, |found| found.len() / 8))?;
        all.push(result(&regex, &captures)?);
    }
    Ok(Val::list(all))
}

/// With slashes around it, the second argument is a regular expression.
pub(super) fn replace(args: &Args<'_>) -> Result<Val, String> {
    let (text, substring, replacement) = (args.text(0)?, args.text(1)?, args.text(2)?);
    let pattern = substring
        .strip_prefix('/')
        .and_then(|rest| rest.strip_suffix('/'));
    let Some(pattern) = pattern else {
        let count = text.matches(substring).count();
        args.spend_text(
            text.len()
                .saturating_add(count.saturating_mul(replacement.len())),
        )?;
        return Ok(Val::str(text.replace(substring, replacement)));
    };
    let regex = compile(pattern, args)?;
    let mut out = String::new();
    let mut end = 0;
    for captures in regex.captures_iter(text) {
        let Some(found) = captures.get(0) else {
            continue;
        };
        args.spend(1 + captures.len() + (found.end() - end + replacement.len()) / 8)?;
        out.push_str(text.get(end..found.start()).unwrap_or_default());
        captures.expand(replacement, &mut out);
        end = found.end();
        if out.len() > crate::value::MAX_TEXT {
            return Err("the result would be too long to be evaluated".to_owned());
        }
    }
    out.push_str(text.get(end..).unwrap_or_default());
    Ok(Val::str(out))
}
