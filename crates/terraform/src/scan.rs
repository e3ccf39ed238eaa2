//! A scanner of native syntax that knows no more than where expressions begin and end.

use std::ops::Range;

use hcl_edit::expr::{BinaryOperator, UnaryOperator};

use crate::heredoc;

/// What stands at a place of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// Spaces, comments, and newlines that end nothing.
    Space,
    /// Text of a template.
    Text,
    /// A name, a number, a dot.
    Word,
    Sign(UnaryOperator),
    Operator,
    /// What ends one expression and begins another: `,`, `=`, `?`, `:`, a newline, the `in` of a `for`.
    Separator(char),
    Open,
    Close,
}

/// What the scanner is in; each stands in the one before.
#[derive(Debug)]
enum Mode<'a> {
    /// Blocks and expressions.
    Code {
        /// A newline ends an expression: in braces, and outside of everything.
        lines: bool,
        /// `for`, `in`, `if` are no names: in a `for` expression or a directive.
        keywords: bool,
    },
    Quoted,
    /// A heredoc with its mark, or the whole text as a template.
    Lines(Option<&'a str>),
}

#[derive(Debug)]
struct Frame<'a> {
    mode: Mode<'a>,
    /// Where the expression begins.
    start: Option<usize>,
    /// An operand was read, so `-` is an operator.
    operand: bool,
    /// Nothing was read.
    fresh: bool,
}

impl<'a> Frame<'a> {
    fn new(mode: Mode<'a>) -> Self {
        Self {
            mode,
            start: None,
            operand: false,
            fresh: true,
        }
    }

    fn code(lines: bool, keywords: bool) -> Self {
        Self::new(Mode::Code { lines, keywords })
    }

    fn is_code(&self) -> bool {
        matches!(self.mode, Mode::Code { .. })
    }
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    Body,
    Expression,
    Template,
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    frames: Vec<Frame<'a>>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, syntax: Syntax) -> Self {
        let frame = match syntax {
            Syntax::Body => Frame::code(true, false),
            Syntax::Expression => Frame::code(false, false),
            Syntax::Template => Frame::new(Mode::Lines(None)),
        };
        Self {
            text,
            at: 0,
            frames: vec![frame],
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes over what begins here; `None` at the end.
    fn next(&mut self) -> Option<(Token, Range<usize>)> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        let start = self.at;
        let frame = self.frames.last()?;
        let (token, length) = match frame.mode {
            Mode::Code { .. } => self.code(rest, first),
            Mode::Quoted => self.quoted(rest, first),
            Mode::Lines(mark) => self.lines(rest, mark),
        };
        self.at += length;
        Some((token, start..self.at))
    }

    fn code(&mut self, rest: &'a str, first: char) -> (Token, usize) {
        let at = self.at;
        let dotted = self.text.get(..at).is_some_and(|text| text.ends_with('.'));
        let nested = self.frames.len() > 1;
        let Some(frame) = self.frames.last_mut() else {
            return (Token::Space, first.len_utf8());
        };
        let Mode::Code {
            lines,
            ref mut keywords,
        } = frame.mode
        else {
            return (Token::Space, first.len_utf8());
        };
        let up_to = |end: &str| rest.find(end).unwrap_or(rest.len());
        let fresh = frame.fresh;
        let heredoc = heredoc::opener(self.text, at).filter(|_| !frame.operand);
        let (token, length) = match first {
            '\n' if lines => (Token::Separator(first), 1),
            _ if first.is_whitespace() => (Token::Space, first.len_utf8()),
            '#' => (Token::Space, up_to("\n")),
            '/' if rest.starts_with("//") => (Token::Space, up_to("\n")),
            '/' if rest.starts_with("/*") => {
                let end = rest.find("*/").map_or(rest.len(), |end| end + 2);
                (Token::Space, end)
            }
            // A strip marker.
            '~' => (Token::Space, 1),
            '"' | '(' | '[' | '{' => (Token::Open, 1),
            ')' | ']' | '}' if nested => (Token::Close, 1),
            '<' if heredoc.is_some() => {
                let body = heredoc.as_ref().map_or(at, |heredoc| heredoc.body);
                (Token::Open, body - at)
            }
            '.' if rest.starts_with("...") => (Token::Separator(first), 3),
            ':' if rest.starts_with("::") => (Token::Word, 2),
            '=' if rest.starts_with("=>") => (Token::Separator(first), 2),
            '=' | '!' | '<' | '>' if rest.as_bytes().get(1) == Some(&b'=') => (Token::Operator, 2),
            '&' if rest.starts_with("&&") => (Token::Operator, 2),
            '|' if rest.starts_with("||") => (Token::Operator, 2),
            '!' => (Token::Sign(UnaryOperator::Not), 1),
            '-' if !frame.operand => (Token::Sign(UnaryOperator::Neg), 1),
            '<' | '>' | '+' | '-' | '*' | '/' | '%' => (Token::Operator, 1),
            '=' | ',' | '?' | ':' | ')' | ']' | '}' => (Token::Separator(first), 1),
            _ if first.is_ascii_digit() => (Token::Word, number(rest)),
            _ if first.is_alphabetic() || first == '_' => {
                let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
                let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                let (word, behind) = rest.split_at_checked(length).unwrap_or_default();
                // Whether it is a `for` expression shows in its first word.
                *keywords |=
                    fresh && word == "for" && behind.starts_with([' ', '\t', '#', '/', '\n']);
                let keyword = matches!(word, "for" | "in" | "if" | "else" | "endif" | "endfor");
                if *keywords && keyword && !dotted {
                    (Token::Separator(first), length)
                } else {
                    (Token::Word, length)
                }
            }
            _ => (Token::Word, first.len_utf8()),
        };
        match token {
            Token::Space | Token::Text => return (token, length),
            Token::Separator(_) => {
                frame.start = None;
                frame.operand = false;
            }
            Token::Word | Token::Open | Token::Close => frame.operand = true,
            Token::Sign(_) | Token::Operator => frame.operand = false,
        }
        frame.fresh = false;
        match token {
            Token::Separator(_) | Token::Close => {}
            _ => _ = frame.start.get_or_insert(at),
        }
        match (token, first) {
            (Token::Open, '"') => self.frames.push(Frame::new(Mode::Quoted)),
            (Token::Open, '<') => {
                let mark = heredoc.map(|heredoc| heredoc.mark);
                self.frames.push(Frame::new(Mode::Lines(mark)));
            }
            (Token::Open, _) => self.frames.push(Frame::code(first == '{', false)),
            (Token::Close, _) => _ = self.frames.pop(),
            _ => {}
        }
        (token, length)
    }

    fn quoted(&mut self, rest: &str, first: char) -> (Token, usize) {
        match first {
            // Without its end, such a text is no text.
            '"' | '\n' => {
                self.frames.pop();
                (Token::Close, 1)
            }
            '\\' => {
                let escaped = rest.chars().nth(1).map_or(0, char::len_utf8);
                (Token::Text, 1 + escaped)
            }
            _ => self.template(rest, &['"', '\n', '\\']),
        }
    }

    fn lines(&mut self, rest: &str, mark: Option<&str>) -> (Token, usize) {
        let before = self.text.get(..self.at).unwrap_or_default();
        if let Some(mark) = mark
            && before.ends_with('\n')
            && let Some(line) = rest.lines().next()
            && line.trim() == mark
        {
            self.frames.pop();
            return (Token::Close, line.trim_end().len());
        }
        if rest.starts_with('\n') {
            return (Token::Text, 1);
        }
        self.template(rest, &['\n'])
    }

    /// A piece of a template, which one of `ends` ends too.
    fn template(&mut self, rest: &str, ends: &[char]) -> (Token, usize) {
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            return (Token::Text, 3);
        }
        if rest.starts_with("${") || rest.starts_with("%{") {
            let directive = rest.starts_with('%');
            self.frames.push(Frame::code(false, directive));
            return (Token::Open, 2);
        }
        let mut chars = rest.char_indices().skip(1);
        let end = chars.find(|(_, c)| matches!(c, '$' | '%') || ends.contains(c));
        (Token::Text, end.map_or(rest.len(), |(end, _)| end))
    }
}

/// How long the number is that a text begins with.
fn number(text: &str) -> usize {
    let behind_digits = |text: &str| text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut left = behind_digits(text);
    let behind = |left: usize| text.get(text.len() - left..).unwrap_or_default();
    if let Some(fraction) = behind(left).strip_prefix('.')
        && behind_digits(fraction) < fraction.len()
    {
        left = behind_digits(fraction);
    }
    if let Some(exponent) = behind(left).strip_prefix(['e', 'E']) {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if behind_digits(unsigned) < unsigned.len() {
            left = behind_digits(unsigned);
        }
    }
    text.len() - left
}

/// An expression in a text.
pub(crate) struct Region {
    pub(crate) range: Range<usize>,
    /// With conditionals, if it is one; else what one of its operators belongs to.
    pub(crate) whole: bool,
}

/// The innermost expression around a place: all of it where it begins there and `whole` is wanted, else up to the next `?` or `:`.
/// Within a template, the expression that the template is.
pub(crate) fn region(text: &str, syntax: Syntax, place: usize, whole: bool) -> Option<Region> {
    let mut scanner = Scanner::new(text, syntax);
    let mut level;
    let mut end;
    loop {
        level = scanner.frames.len();
        let (_, range) = scanner.next()?;
        end = range.end;
        if range.end > place {
            break;
        }
    }
    level = level.min(scanner.frames.len());
    while !scanner.frames.get(level.checked_sub(1)?)?.is_code() {
        level -= 1;
    }
    let start = scanner.frames.get(level - 1)?.start?;
    let whole = whole && start == place;
    let mut conditionals = 0;
    loop {
        let before = scanner.frames.len();
        let Some((token, range)) = scanner.next() else {
            break;
        };
        let after = scanner.frames.len();
        if after < level {
            break;
        }
        match token {
            _ if before > level && after > level => {}
            Token::Space => continue,
            Token::Separator('?') if whole => conditionals += 1,
            Token::Separator(':') if conditionals > 0 => conditionals -= 1,
            Token::Separator(_) => break,
            _ => {}
        }
        if before.min(after) == level {
            end = range.end;
        }
    }
    Some(Region {
        range: start..end,
        whole,
    })
}

/// An operand of a chain of operators.
pub(crate) struct Link {
    /// What joins it to the ones before.
    pub(crate) operator: Option<BinaryOperator>,
    /// From the outside to the inside.
    pub(crate) signs: Vec<UnaryOperator>,
    pub(crate) range: Range<usize>,
}

/// The operands of an expression that is no conditional; `None` where it is not written as one.
pub(crate) fn links(text: &str) -> Option<Vec<Link>> {
    let link = |operator| Link {
        operator,
        signs: vec![],
        range: 0..0,
    };
    let mut scanner = Scanner::new(text, Syntax::Expression);
    let mut links = vec![link(None)];
    loop {
        let nested = scanner.frames.len() > 1;
        let Some((token, range)) = scanner.next() else {
            break;
        };
        let last = links.last_mut()?;
        match token {
            _ if nested => last.range.end = range.end,
            Token::Space => {}
            Token::Sign(sign) if last.range.is_empty() => last.signs.push(sign),
            Token::Operator => links.push(link(Some(text.get(range)?.parse().ok()?))),
            Token::Word | Token::Open if last.range.is_empty() => last.range = range,
            Token::Word | Token::Open => last.range.end = range.end,
            _ => return None,
        }
    }
    let complete = links.iter().all(|link| !link.range.is_empty());
    complete.then_some(links)
}
