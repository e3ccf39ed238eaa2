//! Native syntax, by `hcl-edit`, brought into the evaluator's form.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use hcl_edit::{
    Decorated, Ident, Span as _,
    expr::{
        BinaryOperator, Expression, FuncCall, ObjectKey, Traversal, TraversalOperator,
        UnaryOperator,
    },
    parser,
    structure::{self, BlockLabel, Structure},
    template::{Directive, Element, Strip, Template},
};
use hipaa_iac_source::{Diagnostic, FileId, Level, SourceFile, Span};

use crate::{
    heredoc,
    number::Num,
    syntax::{Attr, Block, Body, Call, Expr, ExprKind, For, Item, Op, Part, Step},
    value::Val,
};

/// How many splats one traversal may have.
const MAX_SPLATS: usize = 128;
/// How many duplicate keys of one file are worked around.
const MAX_DUPLICATES: usize = 256;
/// What `hcl-edit` says of what is right and more than it reads.
const LIMITS: [&str; 2] = ["64 nested levels", "128 chained binary operators"];

/// Reads a file of native syntax.
///
/// # Errors
/// `hcl-syntax` with the place.
pub(crate) fn parse(file: &SourceFile) -> Result<Body, Diagnostic> {
    let text = file.text();
    let (body, duplicates) = parse_lenient(text).map_err(|error| {
        let at = error.location().offset().min(text.len());
        let end = text
            .get(at..)
            .and_then(|rest| rest.chars().next())
            .map_or(at, |c| at + c.len_utf8());
        Diagnostic::new(Level::Error, "hcl-syntax", error.message().to_owned())
            .at(Span::new(file.id(), at..end))
            .remedy(if LIMITS.iter().any(|limit| error.message().contains(limit)) {
                "Terraform may take it, and the parser here does not: nest it less deep, or split it into locals"
            } else {
                "correct the syntax; `terraform fmt -check` shows the same place"
            })
    })?;
    Ok(Lowering {
        text,
        file: file.id(),
        fixed: None,
        duplicates,
    }
    .body(&body))
}

/// Reads a template (of `templatefile`). The expressions' places are places in the file.
///
/// # Errors
/// The parser's message.
pub(crate) fn parse_template(text: &str, file: FileId) -> Result<Expr, String> {
    let template = parser::parse_template(text).map_err(|error| error.message().to_owned())?;
    let span = Span::new(file, 0..text.len());
    let lowering = Lowering {
        text,
        file,
        fixed: None,
        duplicates: BTreeMap::new(),
    };
    Ok(lowering.template(&template, span, Literals::Lines { flush: false }))
}

/// Reads a template or expression that is written inside another text (JSON syntax, a command line): every
/// expression has the place of the whole.
///
/// # Errors
/// The parser's message.
pub(crate) fn parse_template_at(text: &str, span: Span) -> Result<Expr, String> {
    if !text.contains("${") && !text.contains("%{") {
        return Ok(literal(Val::str(text), span));
    }
    let template = parser::parse_template(text).map_err(|error| error.message().to_owned())?;
    let lowering = Lowering {
        text,
        file: span.file,
        fixed: Some(span),
        duplicates: BTreeMap::new(),
    };
    Ok(lowering.template(&template, span, Literals::Lines { flush: false }))
}

/// Reads an expression that is written inside another text.
///
/// # Errors
/// The parser's message.
pub(crate) fn parse_expr_at(text: &str, span: Span) -> Result<Expr, String> {
    let expr = parser::parse_expr(text.trim()).map_err(|error| error.message().to_owned())?;
    let lowering = Lowering {
        text: text.trim(),
        file: span.file,
        fixed: Some(span),
        duplicates: BTreeMap::new(),
    };
    Ok(lowering.expr(&expr))
}

pub(crate) fn literal(val: Val, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Literal(val.at(Some(span))),
        span,
    }
}

/// Terraform takes the last of duplicate object keys; `hcl-edit` refuses the file. The later key is overwritten in a
/// copy by an identifier of the same length, so places stay right; its range is remembered.
fn parse_lenient(
    text: &str,
) -> Result<(structure::Body, BTreeMap<usize, Range<usize>>), parser::Error> {
    let mut duplicates = BTreeMap::new();
    let mut copy = heredoc::delimited(text);
    let mut error = match parser::parse_body(&copy) {
        Ok(body) => return Ok((body, duplicates)),
        Err(error) => error,
    };
    let mut tries = 0;
    while error.message().contains("found redefined object key") && tries < MAX_DUPLICATES {
        let start = error.location().offset();
        let Some(range) = key_range(text, start) else {
            return Err(error);
        };
        let Some(name) = identifier(tries, range.len()) else {
            return Err(error);
        };
        copy.to_mut().replace_range(range.clone(), &name);
        duplicates.insert(start, range);
        tries += 1;
        error = match parser::parse_body(&copy) {
            Ok(body) => return Ok((body, duplicates)),
            Err(error) => error,
        };
    }
    Err(error)
}

/// The range of an object key that begins at `start`: a word or a quoted text without escapes.
fn key_range(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let length = if let Some(quoted) = rest.strip_prefix('"') {
        let end = quoted.find(['"', '\\', '\n', '$', '%'])?;
        if quoted.as_bytes().get(end) != Some(&b'"') {
            return None;
        }
        end + 2
    } else {
        rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
            .unwrap_or(rest.len())
    };
    (length > 0).then(|| start..start + length)
}

/// The `number`-th identifier of `length` bytes, counted from `z…z` downwards: keys that people write come last.
fn identifier(number: usize, length: usize) -> Option<String> {
    let mut number = number;
    let mut letters = vec![b'z'; length];
    for letter in letters.iter_mut().rev() {
        *letter = b'z' - u8::try_from(number % 26).ok()?;
        number /= 26;
    }
    if number > 0 {
        None
    } else {
        String::from_utf8(letters).ok()
    }
}

struct Lowering<'a> {
    text: &'a str,
    file: FileId,
    /// The one place of everything.
    fixed: Option<Span>,
    /// Keys that [`parse_lenient`] overwrote, by their start.
    duplicates: BTreeMap<usize, Range<usize>>,
}

/// How the literal parts of a template are split into tokens; strip markers and indentation work on tokens.
#[derive(Clone, Copy)]
enum Literals {
    /// One token for each run of text, escapes not yet resolved: a directive in a quoted string.
    Raw,
    /// One token for each run of text, escapes resolved by the parser: a quoted string.
    Whole,
    /// One for each line, as written but for `$${`; with `flush`, common indentation is cut: a heredoc, a file.
    Lines { flush: bool },
}

enum Token<'a> {
    Text(String),
    Expr(&'a Expression),
    If(&'a Expression),
    Else,
    End,
    For {
        key_var: Option<&'a Ident>,
        value_var: &'a Ident,
        collection: &'a Expression,
    },
}

impl Lowering<'_> {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        self.fixed
            .unwrap_or_else(|| Span::new(self.file, range.unwrap_or(0..0)))
    }

    fn body(&self, body: &structure::Body) -> Body {
        Body {
            items: body.iter().map(|structure| self.item(structure)).collect(),
        }
    }

    fn item(&self, structure: &Structure) -> Item {
        match structure {
            Structure::Attribute(attribute) => Item::Attr(Attr {
                name: attribute.key.as_str().into(),
                span: self.span(attribute.key.span()),
                expr: self.expr(&attribute.value),
            }),
            Structure::Block(block) => {
                let start = block.ident.span().map_or(0, |range| range.start);
                let last = block
                    .labels
                    .last()
                    .and_then(hcl_edit::Span::span)
                    .or_else(|| block.ident.span());
                let header = start..last.map_or(start, |range| range.end);
                let extent = start..block.span().map_or(header.end, |range| range.end);
                Item::Block(Block {
                    kind: block.ident.as_str().into(),
                    labels: block
                        .labels
                        .iter()
                        .map(|label| match label {
                            BlockLabel::Ident(ident) => ident.as_str().into(),
                            BlockLabel::String(text) => text.as_str().into(),
                        })
                        .collect(),
                    body: self.body(&block.body),
                    header: self.span(Some(header)),
                    extent: self.span(Some(extent)),
                })
            }
        }
    }

    fn expr(&self, expr: &Expression) -> Expr {
        let span = self.span(expr.span());
        let kind = match expr {
            Expression::Null(_) => return literal(Val::null(), span),
            Expression::Bool(value) => return literal((*value.value()).into(), span),
            Expression::Number(number) => {
                // The text is read again: the parser holds large and long numbers as doubles.
                let text = number
                    .as_repr()
                    .map_or_else(|| number.value().to_string(), |repr| repr.to_string());
                let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
                let val = match Num::parse(&text) {
                    Some(number) => Val::from(number),
                    None => Val::unknown_because("the number is too large to be evaluated"),
                };
                return literal(val, span);
            }
            Expression::String(text) => return literal(Val::str(text.as_str()), span),
            Expression::Array(array) => {
                ExprKind::Tuple(array.iter().map(|element| self.expr(element)).collect())
            }
            Expression::Object(object) => ExprKind::Object(
                object
                    .iter()
                    .map(|(key, value)| (self.object_key(key), self.expr(value.expr())))
                    .collect(),
            ),
            Expression::StringTemplate(template) => {
                let elements: Vec<&Element> = template.iter().collect();
                return self.elements(&elements, span, Literals::Whole);
            }
            Expression::HeredocTemplate(heredoc) => {
                let flush = self
                    .text
                    .get(self.start(expr.span())..)
                    .is_some_and(|text| text.starts_with("<<-"));
                return self.template(&heredoc.template, span, Literals::Lines { flush });
            }
            Expression::Parenthesis(inner) => return self.expr(inner.inner()),
            Expression::Variable(name) => ExprKind::Variable {
                name: name.as_str().into(),
                steps: vec![],
            },
            Expression::Conditional(conditional) => ExprKind::Conditional(Box::new([
                self.expr(&conditional.cond_expr),
                self.expr(&conditional.true_expr),
                self.expr(&conditional.false_expr),
            ])),
            Expression::FuncCall(call) => ExprKind::Call(Box::new(self.call(call))),
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::UnaryOp(op) => {
                let inner = Box::new(self.expr(&op.expr));
                match op.operator.value() {
                    UnaryOperator::Neg => ExprKind::Negate(inner),
                    UnaryOperator::Not => ExprKind::Not(inner),
                }
            }
            Expression::BinaryOp(op) => {
                let sides = Box::new((self.expr(&op.lhs_expr), self.expr(&op.rhs_expr)));
                ExprKind::Binary(operator(*op.operator.value()), sides)
            }
            Expression::ForExpr(each) => ExprKind::For(Box::new(For {
                key_var: each.intro.key_var.as_ref().map(name),
                value_var: name(&each.intro.value_var),
                collection: self.expr(&each.intro.collection_expr),
                key: each.key_expr.as_ref().map(|key| self.expr(key)),
                value: self.expr(&each.value_expr),
                condition: each
                    .cond
                    .as_ref()
                    .map(|condition| self.expr(&condition.expr)),
                grouping: each.grouping,
            })),
        };
        Expr { kind, span }
    }

    fn start(&self, range: Option<Range<usize>>) -> usize {
        range.map_or(self.text.len(), |range| range.start)
    }

    fn object_key(&self, key: &ObjectKey) -> Expr {
        let range = match key {
            ObjectKey::Ident(ident) => ident.span(),
            ObjectKey::Expression(expr) => expr.span(),
        };
        let span = self.span(range.clone());
        // An overwritten key is read from the text as it was written.
        if let Some(range) = range
            .as_ref()
            .and_then(|range| self.duplicates.get(&range.start))
        {
            let written = self.text.get(range.clone()).unwrap_or_default();
            return literal(
                Val::str(written.trim_matches('"')),
                self.span(Some(range.clone())),
            );
        }
        match key {
            ObjectKey::Ident(ident) => literal(Val::str(ident.as_str()), span),
            // A bare word is a key, not a variable.
            ObjectKey::Expression(Expression::Variable(ident)) => {
                literal(Val::str(ident.as_str()), span)
            }
            ObjectKey::Expression(Expression::Null(_)) => literal(Val::str("null"), span),
            ObjectKey::Expression(expr) => self.expr(expr),
        }
    }

    fn call(&self, call: &FuncCall) -> Call {
        let mut full = String::new();
        for namespace in &call.name.namespace {
            full.push_str(namespace.as_str());
            full.push_str("::");
        }
        full.push_str(call.name.name.as_str());
        Call {
            name: full.into(),
            args: call.args.iter().map(|arg| self.expr(arg)).collect(),
            expand: call.args.expand_final(),
        }
    }

    fn traversal(&self, traversal: &Traversal) -> ExprKind {
        // What follows a splat is nested in it, which the parser's limit on nesting does not count.
        let operators = traversal.operators.iter();
        let splats = operators.filter(|operator| {
            matches!(
                operator.value(),
                TraversalOperator::FullSplat(_) | TraversalOperator::AttrSplat(_)
            )
        });
        if splats.count() > MAX_SPLATS {
            return ExprKind::Literal(Val::unknown_because(format!(
                "more than {MAX_SPLATS} splats in a row are not evaluated"
            )));
        }
        let steps = self.steps(&traversal.operators);
        match &traversal.expr {
            Expression::Variable(name) => ExprKind::Variable {
                name: name.as_str().into(),
                steps,
            },
            source => ExprKind::Access {
                source: Box::new(self.expr(source)),
                steps,
            },
        }
    }

    fn steps(&self, operators: &[Decorated<TraversalOperator>]) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut rest = operators;
        while let Some((operator, after)) = rest.split_first() {
            rest = after;
            let span = self.span(operator.span());
            match operator.value() {
                TraversalOperator::GetAttr(name) => {
                    let span = self.span(name.span().or_else(|| operator.span()));
                    steps.push(Step::Attr(name.as_str().into(), span));
                }
                TraversalOperator::Index(key) => steps.push(Step::Index(self.expr(key))),
                TraversalOperator::LegacyIndex(index) => {
                    let index = i64::try_from(*index.value()).unwrap_or(i64::MAX);
                    steps.push(Step::Index(literal(index.into(), span)));
                }
                // `[*]` takes everything that follows with it, `.*` the names and numbers behind dots only.
                TraversalOperator::FullSplat(_) => {
                    steps.push(Step::Splat(self.steps(rest), span));
                    return steps;
                }
                TraversalOperator::AttrSplat(_) => {
                    let names = rest
                        .iter()
                        .take_while(|operator| {
                            matches!(
                                operator.value(),
                                TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_)
                            )
                        })
                        .count();
                    let (each, after) = rest.split_at(names);
                    steps.push(Step::Splat(self.steps(each), span));
                    rest = after;
                }
            }
        }
        steps
    }

    fn template(&self, template: &Template, span: Span, literals: Literals) -> Expr {
        let elements: Vec<&Element> = template.iter().collect();
        self.elements(&elements, span, literals)
    }

    fn elements(&self, elements: &[&Element], span: Span, literals: Literals) -> Expr {
        let mut tokens = Tokens::default();
        self.flatten(elements.iter().copied(), literals, &mut tokens);
        let mut tokens = tokens.all;
        if let Literals::Lines { flush: true } = literals {
            flush_indentation(&mut tokens);
        }
        // A lone interpolation is its value, not a text.
        if let [Token::Expr(expr)] = tokens.as_slice() {
            return self.expr(expr);
        }
        let mut tokens = tokens.into_iter().peekable();
        let mut parts = self.parts(&mut tokens, 0);
        match parts.as_slice() {
            [] => return literal(Val::str(""), span),
            [Part::Text(_)] => {
                if let Some(Part::Text(text)) = parts.pop() {
                    return literal(Val::str(text), span);
                }
            }
            _ => {}
        }
        Expr {
            kind: ExprKind::Template(parts),
            span,
        }
    }

    /// Writes a template out as the flat row of tokens on which Terraform works.
    fn flatten<'t>(
        &self,
        elements: impl Iterator<Item = &'t Element>,
        literals: Literals,
        tokens: &mut Tokens<'t>,
    ) {
        // In a directive the parser does not resolve escapes.
        let within = match literals {
            Literals::Whole => Literals::Raw,
            other => other,
        };
        for element in elements {
            match element {
                Element::Literal(text) => match literals {
                    Literals::Whole => tokens.text(text.as_str().to_owned()),
                    Literals::Raw => {
                        let raw = text.span().and_then(|range| self.text.get(range));
                        tokens.text(unescaped(raw.unwrap_or(text.as_str())));
                    }
                    Literals::Lines { .. } => {
                        let raw = text
                            .span()
                            .and_then(|range| self.text.get(range))
                            .unwrap_or(text.as_str());
                        for line in raw.split_inclusive('\n') {
                            tokens.text(line.replace("$${", "${").replace("%%{", "%{"));
                        }
                    }
                },
                Element::Interpolation(inner) => {
                    tokens.sequence(Token::Expr(&inner.expr), inner.strip);
                }
                Element::Directive(directive) => match &**directive {
                    Directive::If(each) => {
                        tokens.sequence(Token::If(&each.if_expr.cond_expr), each.if_expr.strip);
                        self.flatten(each.if_expr.template.iter(), within, tokens);
                        if let Some(otherwise) = &each.else_expr {
                            tokens.sequence(Token::Else, otherwise.strip);
                            self.flatten(otherwise.template.iter(), within, tokens);
                        }
                        tokens.sequence(Token::End, each.endif_expr.strip);
                    }
                    Directive::For(each) => {
                        let head = &each.for_expr;
                        let token = Token::For {
                            key_var: head.key_var.as_ref().map(Decorated::value),
                            value_var: head.value_var.value(),
                            collection: &head.collection_expr,
                        };
                        tokens.sequence(token, head.strip);
                        self.flatten(head.template.iter(), within, tokens);
                        tokens.sequence(Token::End, each.endfor_expr.strip);
                    }
                },
            }
        }
    }

    /// Builds the tree of parts up to the end of the directive.
    fn parts<'t>(
        &self,
        tokens: &mut std::iter::Peekable<impl Iterator<Item = Token<'t>>>,
        level: usize,
    ) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut text = String::new();
        let end = |text: &mut String, parts: &mut Vec<Part>| {
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(text).into()));
            }
        };
        while let Some(token) = tokens.peek() {
            if level > 0 && matches!(token, Token::Else | Token::End) {
                break;
            }
            let Some(token) = tokens.next() else { break };
            match token {
                Token::Text(more) => {
                    text.push_str(&more);
                    continue;
                }
                Token::Else | Token::End => continue,
                _ => end(&mut text, &mut parts),
            }
            match token {
                Token::Expr(expr) => parts.push(Part::Expr(self.expr(expr))),
                Token::If(condition) => {
                    let then = self.parts(tokens, level + 1);
                    let otherwise = match tokens.next() {
                        Some(Token::Else) => {
                            let otherwise = self.parts(tokens, level + 1);
                            tokens.next();
                            otherwise
                        }
                        _ => vec![],
                    };
                    parts.push(Part::If {
                        condition: self.expr(condition),
                        then,
                        otherwise,
                    });
                }
                Token::For {
                    key_var,
                    value_var,
                    collection,
                } => {
                    let body = self.parts(tokens, level + 1);
                    tokens.next();
                    parts.push(Part::For {
                        key_var: key_var.map(|name| name.as_str().into()),
                        value_var: value_var.as_str().into(),
                        collection: self.expr(collection),
                        body,
                    });
                }
                Token::Text(_) | Token::Else | Token::End => {}
            }
        }
        end(&mut text, &mut parts);
        parts
    }
}

/// The text that a part of a quoted string means.
fn unescaped(raw: &str) -> String {
    let raw = raw.replace("$${", "${").replace("%%{", "%{");
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw.as_str();
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let mut chars = after.chars();
        let code = |digits: usize| {
            let code = after.get(1..=digits)?;
            let code = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
            Some((code, after.get(digits + 1..)?))
        };
        let (c, left) = match chars.next() {
            Some('n') => ('\n', chars.as_str()),
            Some('r') => ('\r', chars.as_str()),
            Some('t') => ('\t', chars.as_str()),
            Some(c @ ('"' | '\\')) => (c, chars.as_str()),
            Some('u') => code(4).unwrap_or(('\\', after)),
            Some('U') => code(8).unwrap_or(('\\', after)),
            _ => ('\\', after),
        };
        text.push(c);
        rest = left;
    }
    text + rest
}

#[derive(Default)]
struct Tokens<'a> {
    all: Vec<Token<'a>>,
    /// The sequence before ended with `~}`.
    trim_next: bool,
}

impl<'a> Tokens<'a> {
    fn text(&mut self, mut text: String) {
        if std::mem::take(&mut self.trim_next) {
            text.drain(..text.len() - text.trim_start().len());
        }
        self.all.push(Token::Text(text));
    }

    fn sequence(&mut self, token: Token<'a>, strip: Strip) {
        if strip.strip_start()
            && let Some(Token::Text(text)) = self.all.last_mut()
        {
            text.truncate(text.trim_end().len());
        }
        self.trim_next = strip.strip_end();
        self.all.push(token);
    }
}

/// Cuts the indentation that all lines share (`<<-`), as `flushHeredocTemplateParts` of Terraform's HCL does: counted
/// on the literal beginnings of lines, without blank ones.
fn flush_indentation(tokens: &mut [Token<'_>]) {
    let mut least = usize::MAX;
    let mut beginnings = Vec::new();
    let mut at_line_start = true;
    for (at, token) in tokens.iter().enumerate() {
        let text = match token {
            Token::Text(text) => Some(text),
            _ => None,
        };
        if std::mem::take(&mut at_line_start) {
            let spaces = match text {
                Some(text) if text.trim_start().is_empty() && text.ends_with('\n') => usize::MAX,
                Some(text) => {
                    beginnings.push(at);
                    text.chars().take_while(|c| c.is_whitespace()).count()
                }
                None => 0,
            };
            least = least.min(spaces);
        }
        at_line_start = text.is_some_and(|text| text.ends_with('\n'));
    }
    for at in beginnings {
        if let Some(Token::Text(text)) = tokens.get_mut(at) {
            let cut = text
                .char_indices()
                .nth(least)
                .map_or(text.len(), |(cut, _)| cut);
            text.drain(..cut);
        }
    }
}

fn name(ident: &Decorated<Ident>) -> Arc<str> {
    ident.as_str().into()
}

fn operator(op: BinaryOperator) -> Op {
    match op {
        BinaryOperator::And => Op::And,
        BinaryOperator::Or => Op::Or,
        BinaryOperator::Eq => Op::Eq,
        BinaryOperator::NotEq => Op::NotEq,
        BinaryOperator::Less => Op::Less,
        BinaryOperator::LessEq => Op::LessEq,
        BinaryOperator::Greater => Op::Greater,
        BinaryOperator::GreaterEq => Op::GreaterEq,
        BinaryOperator::Plus => Op::Plus,
        BinaryOperator::Minus => Op::Minus,
        BinaryOperator::Mul => Op::Mul,
        BinaryOperator::Div => Op::Div,
        BinaryOperator::Mod => Op::Mod,
    }
}
