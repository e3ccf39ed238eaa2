//! Heredocs, where Terraform's scanner ends them and `hcl-edit` does not.

use std::{borrow::Cow, ops::Range};

/// What the scanner is in; each stands in the one before.
enum Mode<'a> {
    /// Blocks and expressions, with so many braces open.
    Code(usize),
    Quoted,
    Heredoc(Heredoc<'a>),
}

struct Heredoc<'a> {
    /// From `<<` to the end of the mark.
    opener: Range<usize>,
    mark: &'a str,
    /// Where the line behind the opener begins.
    body: usize,
    /// No part of the line was read.
    line_start: bool,
    /// A line begins with the mark and goes on.
    ambiguous: bool,
}

/// A copy in which `hcl-edit` finds the ends of heredocs where Terraform does, every byte in its place.
///
/// It takes the end of a heredoc without a line for its first line, and reads on to the next such mark, which may stand
/// behind other resources: such a heredoc becomes `""`. And it takes a line that only begins with the mark for the end:
/// there the mark becomes another.
pub(crate) fn delimited(text: &str) -> Cow<'_, str> {
    let mut copy = Cow::Borrowed(text);
    if !text.contains("<<") {
        return copy;
    }
    let bytes = text.as_bytes();
    let at_least = |at: usize, start: &[u8]| bytes.get(at..).is_some_and(|b| b.starts_with(start));
    let mut modes = vec![Mode::Code(0)];
    let mut at = 0;
    loop {
        let nested = modes.len() > 1;
        let (Some(&byte), Some(mode)) = (bytes.get(at), modes.last_mut()) else {
            return copy;
        };
        let template = !matches!(mode, Mode::Code(_));
        if let Mode::Heredoc(heredoc) = mode
            && heredoc.line_start
        {
            heredoc.line_start = false;
            let end = text.get(at..).and_then(|rest| rest.find('\n'));
            let end = end.map_or(text.len(), |end| at + end);
            let line = text.get(at..end).unwrap_or_default();
            if line.trim() == heredoc.mark {
                let start = at + (line.len() - line.trim_start().len());
                close(&mut copy, heredoc, start..start + heredoc.mark.len(), at);
                modes.pop();
                at = end;
                continue;
            }
            heredoc.ambiguous |= line.trim_start().starts_with(heredoc.mark);
        }
        let width = match (byte, mode) {
            (b'$' | b'%', _) if template && at_least(at + 1, &[byte, b'{']) => 3,
            (b'$' | b'%', _) if template && at_least(at + 1, b"{") => {
                modes.push(Mode::Code(0));
                2
            }
            (b'\\', Mode::Quoted) => 2,
            // Without its end, such a text is no text.
            (b'"' | b'\n', Mode::Quoted) => {
                modes.pop();
                1
            }
            (b'\n', Mode::Heredoc(heredoc)) => {
                heredoc.line_start = true;
                1
            }
            (b'"', Mode::Code(_)) => {
                modes.push(Mode::Quoted);
                1
            }
            (b'#' | b'/', Mode::Code(_)) if byte == b'#' || at_least(at + 1, b"/") => {
                rest(text, at, "\n")
            }
            (b'/', Mode::Code(_)) if at_least(at + 1, b"*") => {
                2 + rest(text, at + 2, "*/") + "*/".len()
            }
            (b'{', Mode::Code(open)) => {
                *open += 1;
                1
            }
            (b'}', Mode::Code(0)) if nested => {
                modes.pop();
                1
            }
            (b'}', Mode::Code(open)) => {
                *open = open.saturating_sub(1);
                1
            }
            (b'<', Mode::Code(_)) => match opener(text, at) {
                Some(heredoc) => {
                    let width = heredoc.body - at;
                    modes.push(Mode::Heredoc(heredoc));
                    width
                }
                None => 1,
            },
            _ => 1,
        };
        at += width;
    }
}

/// How far it is from a place to a text, or to the end.
fn rest(text: &str, at: usize, to: &str) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.find(to).unwrap_or(rest.len())
}

/// The heredoc that begins at a place.
fn opener(text: &str, at: usize) -> Option<Heredoc<'_>> {
    let rest = text.get(at..)?.strip_prefix("<<")?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let length = rest.find(|c: char| !is_name(c))?;
    let (mark, behind) = rest.split_at_checked(length)?;
    // No further than to what is no space: a long line may have very many of what looks like one.
    let line = behind.find(|c: char| c == '\n' || !c.is_whitespace())?;
    if mark.is_empty() || !behind.get(line..)?.starts_with('\n') {
        return None;
    }
    let end = text.len() - behind.len();
    Some(Heredoc {
        opener: at..end,
        mark,
        body: end + line + 1,
        line_start: true,
        ambiguous: false,
    })
}

/// Writes into the copy what `hcl-edit` needs for a heredoc. `mark`: where it stands at the end; `line`: where that line begins.
fn close(copy: &mut Cow<'_, str>, heredoc: &Heredoc<'_>, mark: Range<usize>, line: usize) {
    let opener = heredoc.opener.clone();
    if line == heredoc.body {
        let blank = |length: usize| " ".repeat(length);
        let empty = format!("\"\"{}", blank(opener.len() - 2));
        copy.to_mut().replace_range(opener, &empty);
        copy.to_mut()
            .replace_range(mark.clone(), &blank(mark.len()));
    } else if heredoc.ambiguous {
        let lines = copy.get(heredoc.body..line).unwrap_or_default();
        let free = |name: &String| {
            let mut lines = lines.lines();
            !lines.any(|line| line.trim_start().starts_with(name.as_str()))
        };
        let names = (b'a'..=b'z').map(|letter| char::from(letter).to_string().repeat(mark.len()));
        if let Some(name) = names.into_iter().find(free) {
            copy.to_mut()
                .replace_range(opener.end - mark.len()..opener.end, &name);
            copy.to_mut().replace_range(mark, &name);
        }
    }
}
