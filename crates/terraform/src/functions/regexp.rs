//! Regular expressions in Go's syntax (RE2), by the `regex` crate, which descends from it.

use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};

use super::{Args, Val};
use crate::value::{Attribute, Kind, Members, Type};

/// The largest compiled expression, in bytes.
const MAX_COMPILED: usize = 1 << 20;

/// Compiles an expression as Go means it: `\d`, `\w`, `\s` and `\b` are of ASCII, and within brackets `[`, `&` and `~`
/// mean themselves.
fn compile(pattern: &str, args: &Args<'_>) -> Result<Regex, String> {
    args.spend(64 + pattern.len())?;
    let invalid = || "the regular expression is not valid or too large".to_owned();
    RegexBuilder::new(&translate(pattern).ok_or_else(invalid)?)
        .octal(true)
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .nest_limit(100)
        .build()
        .map_err(|_| invalid())
}

/// The same expression in the syntax of the `regex` crate; `None` where Go refuses what that would take.
fn translate(pattern: &str) -> Option<String> {
    let mut translator = Translator {
        out: String::with_capacity(pattern.len() + 16),
        rest: pattern,
    };
    // Whether a repetition stands right before: Go refuses to repeat one.
    let mut repeated = false;
    while let Some(c) = translator.next() {
        let before = std::mem::take(&mut repeated);
        match c {
            '\\' => translator.escape(false)?,
            '[' => translator.class()?,
            '*' | '+' | '?' => {
                translator.out.push(c);
                translator.lazy();
                repeated = true;
            }
            '{' => match translator.counts() {
                Some(length) => {
                    translator.out.push('{');
                    translator.copy(length);
                    translator.lazy();
                    repeated = true;
                }
                None => translator.out.push_str("\\{"),
            },
            '}' | ']' => translator.out.extend(['\\', c]),
            '(' => {
                translator.out.push('(');
                if let Some(flags) = translator.rest.strip_prefix('?') {
                    let end = flags.find([')', ':', 'P', '<'])?;
                    if !flags.get(..end)?.chars().all(|flag| "imsU-".contains(flag)) {
                        return None;
                    }
                    translator.copy(end + 1);
                }
            }
            _ => translator.out.push(c),
        }
        if before && repeated {
            return None;
        }
    }
    Some(translator.out)
}

struct Translator<'a> {
    out: String,
    rest: &'a str,
}

impl Translator<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..)?;
        Some(c)
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.rest.strip_prefix(c);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn copy(&mut self, length: usize) {
        let (copied, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        self.out.push_str(copied);
        self.rest = rest;
    }

    /// The question mark behind a repetition.
    fn lazy(&mut self) {
        if self.take('?') {
            self.out.push('?');
        }
    }

    /// The length of `3}`, `3,}` or `3,5}`; a brace before anything else means itself.
    fn counts(&self) -> Option<usize> {
        let end = self.rest.find('}')?;
        let counts = self.rest.get(..end)?;
        let (low, high) = counts.split_once(',').unwrap_or((counts, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        (!low.is_empty() && digits(low) && digits(high)).then_some(end + 1)
    }

    /// What follows a backslash.
    fn escape(&mut self, class: bool) -> Option<()> {
        let c = self.next()?;
        self.out.push_str(match (c, class) {
            ('d', false) => "[0-9]",
            ('d', true) => "0-9",
            ('D', _) => "[^0-9]",
            ('w', false) => "[0-9A-Za-z_]",
            ('w', true) => "0-9A-Za-z_",
            ('W', _) => "[^0-9A-Za-z_]",
            ('s', false) => r"[\t\n\x0c\r ]",
            ('s', true) => r"\t\n\x0c\r ",
            ('S', _) => r"[^\t\n\x0c\r ]",
            ('b', false) => r"(?-u:\b)",
            ('b' | 'B' | 'A' | 'z', true) => return None,
            ('Q', false) => {
                let (literal, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
                self.out.push_str(&regex::escape(literal));
                self.rest = rest;
                return Some(());
            }
            _ if c.is_ascii_punctuation() => {
                self.literal(c);
                return Some(());
            }
            _ => {
                self.out.extend(['\\', c]);
                // The braces of `\p{Greek}` and `\x{41}`.
                if matches!(c, 'p' | 'P' | 'x') && self.rest.starts_with('{') {
                    self.copy(self.rest.find('}')? + 1);
                }
                return Some(());
            }
        });
        Some(())
    }

    /// A character that means itself.
    fn literal(&mut self, c: char) {
        // The crate gives `\<` and `\>` a meaning.
        if c.is_ascii_punctuation() && !matches!(c, '<' | '>') {
            self.out.push('\\');
        }
        self.out.push(c);
    }

    /// What stands in brackets, up to the closing one.
    fn class(&mut self) -> Option<()> {
        self.out.push('[');
        if self.take('^') {
            self.out.push('^');
        }
        let mut first = true;
        while !self.rest.is_empty() {
            if !first && self.take(']') {
                self.out.push(']');
                return Some(());
            }
            first = false;
            if self.rest.starts_with("[:")
                && let Some(end) = self.rest.find(":]")
            {
                self.copy(end + 2);
                continue;
            }
            self.member()?;
            // A hyphen makes a range unless it comes last.
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                self.next();
                self.out.push('-');
                self.member()?;
            }
        }
        None
    }

    /// A character of a class, or a class within it.
    fn member(&mut self) -> Option<()> {
        match self.next()? {
            '\\' => {
                let perl = self
                    .rest
                    .starts_with(['d', 'D', 'w', 'W', 's', 'S', 'p', 'P']);
                self.escape(true)?;
                // Behind such a class a hyphen means itself.
                if perl && self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                    self.next();
                    self.out.push_str("\\-");
                }
            }
            c => self.literal(c),
        }
        Some(())
    }
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

/// The type of what the expression finds, which is known before the text is.
fn shape(regex: &Regex) -> Type {
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.is_empty() {
        return Type::String;
    }
    match names.iter().copied().collect::<Option<Vec<_>>>() {
        Some(names) => Type::Object(Arc::new(
            names
                .into_iter()
                .map(|name| (name.into(), Attribute::required(Type::String)))
                .collect(),
        )),
        None => Type::Tuple(Arc::new(vec![Type::String; names.len()])),
    }
}

/// What will be found in a text that is not known.
fn unfound(args: &Args<'_>, ty: impl Fn(Type) -> Type) -> Result<Val, String> {
    let mut result = args.unknown();
    if let (Kind::Unknown(unk), Some(pattern)) = (&mut result.kind, args.get(0)?.as_str()) {
        let unk = Arc::make_mut(unk);
        unk.ty = ty(shape(&compile(pattern, args)?));
        unk.not_null = true;
        unk.set = unk.is_set();
    }
    Ok(result)
}

pub(super) fn regex(args: &Args<'_>) -> Result<Val, String> {
    if !args.rest(0).iter().all(Val::is_known) {
        return unfound(args, |ty| ty);
    }
    let regex = compile(args.text(0)?, args)?;
    let text = args.text(1)?;
    args.spend(text.len() / 8)?;
    let captures = regex
        .captures(text)
        .ok_or("pattern did not match any part of the given string")?;
    result(&regex, &captures)
}

pub(super) fn regexall(args: &Args<'_>) -> Result<Val, String> {
    if !args.rest(0).iter().all(Val::is_known) {
        return unfound(args, Type::list_of);
    }
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
