//! `hcl-edit`, which refuses a whole file for what Terraform takes: the part concerned is overwritten in a copy by an
//! identifier of the same length, so places stay right, and is remembered or read by itself.
//!
//! That is a duplicate key of an object, of which Terraform takes the last, and an expression that is nested deeper than 64
//! levels or chains more than 128 operators.

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use hcl_edit::{
    expr::{BinaryOperator, Expression, UnaryOperator},
    parser,
};

use crate::{
    heredoc,
    scan::{self, Syntax},
};

/// How many parts of one text are worked around.
const MAX_PARTS: usize = 256;
/// How many levels an expression may have: what works with it recurses.
const MAX_LEVELS: usize = 2048;
/// The most levels that `hcl-edit` makes at once: of nesting, and of operators in a row.
const LEVELS_AT_ONCE: usize = 64 + 128;
const TOO_DEEP: [&str; 2] = ["64 nested levels", "128 chained binary operators"];

/// What was overwritten, by the place where it begins.
#[derive(Debug, Default)]
pub(crate) struct Overwritten {
    pub(crate) duplicates: BTreeMap<usize, Range<usize>>,
    pub(crate) deep: BTreeMap<usize, Part>,
}

/// An expression that is read by itself.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) range: Range<usize>,
    pub(crate) deep: Deep,
}

#[derive(Debug)]
pub(crate) enum Deep {
    /// The text that was read, the expression in brackets.
    Whole(Box<(String, Expression, Overwritten)>),
    /// The operands of operators; their places are counted from the beginning of the whole.
    Chain(Vec<Link>),
    /// Deeper than is evaluated.
    Beyond,
}

/// An operand.
#[derive(Debug)]
pub(crate) struct Link {
    /// What joins it to the ones before.
    pub(crate) operator: Option<BinaryOperator>,
    /// From the outside to the inside.
    pub(crate) signs: Vec<UnaryOperator>,
    pub(crate) part: Part,
}

/// Why a text cannot be read.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) message: String,
    /// It may be right, and is more than is read here.
    pub(crate) limit: bool,
}

impl Fault {
    fn of(error: &parser::Error) -> Self {
        let message = error.message();
        Self {
            at: error.location().offset(),
            message: message.to_owned(),
            limit: TOO_DEEP.iter().any(|limit| message.contains(limit)),
        }
    }

    fn after(mut self, start: usize) -> Self {
        self.at += start;
        self
    }
}

/// Reads a text with a parser of `hcl-edit`, and what it does not take.
///
/// # Errors
/// The first mistake.
pub(crate) fn read<T>(
    text: &str,
    syntax: Syntax,
    parse: impl Fn(&str) -> Result<T, parser::Error>,
) -> Result<(T, Overwritten), Fault> {
    Reader { parts: 0 }.read(text, syntax, parse, 0)
}

struct Reader {
    /// How many parts were worked around.
    parts: usize,
}

impl Reader {
    fn read<T>(
        &mut self,
        text: &str,
        syntax: Syntax,
        parse: impl Fn(&str) -> Result<T, parser::Error>,
        levels: usize,
    ) -> Result<(T, Overwritten), Fault> {
        let mut copy = match syntax {
            Syntax::Template => Cow::Borrowed(text),
            Syntax::Body | Syntax::Expression => heredoc::delimited(text),
        };
        let mut overwritten = Overwritten::default();
        loop {
            let error = match parse(&copy) {
                Ok(tree) => return Ok((tree, overwritten)),
                Err(error) => error,
            };
            let fault = Fault::of(&error);
            let duplicate = fault.message.contains("found redefined object key");
            if self.parts == MAX_PARTS || !(duplicate || fault.limit) {
                return Err(fault);
            }
            let range = if duplicate {
                key_range(text, fault.at).inspect(|range| {
                    overwritten.duplicates.insert(range.start, range.clone());
                })
            } else {
                let nested = fault.message.contains(TOO_DEEP[0]);
                let part = match scan::region(&copy, syntax, fault.at, nested) {
                    Some(region) => self.part(text, region, levels)?,
                    None => None,
                };
                part.map(|part| {
                    let range = part.range.clone();
                    overwritten.deep.insert(range.start, part);
                    range
                })
            };
            let name = range
                .as_ref()
                .and_then(|range| identifier(self.parts, range.len()));
            let (Some(range), Some(name)) = (range, name) else {
                return Err(fault);
            };
            copy.to_mut().replace_range(range, &name);
            self.parts += 1;
        }
    }

    /// Reads what was too much; `None` where it is no expression.
    fn part(
        &mut self,
        text: &str,
        region: scan::Region,
        levels: usize,
    ) -> Result<Option<Part>, Fault> {
        let range = region.range;
        let Some(written) = text.get(range.clone()) else {
            return Ok(None);
        };
        let deep = if region.whole {
            Some(self.whole(written, levels + LEVELS_AT_ONCE))
        } else {
            self.chain(written, levels + LEVELS_AT_ONCE).transpose()
        };
        match deep {
            Some(Ok(deep)) => Ok(Some(Part { range, deep })),
            Some(Err(fault)) => Err(fault.after(range.start)),
            None => Ok(None),
        }
    }

    fn whole(&mut self, text: &str, levels: usize) -> Result<Deep, Fault> {
        if levels > MAX_LEVELS {
            return Ok(Deep::Beyond);
        }
        // In brackets, newlines may stand anywhere; the mark of a heredoc stands alone on its line.
        let bracketed = format!("({text}\n)");
        let read = self.read(&bracketed, Syntax::Expression, parser::parse_expr, levels);
        let (tree, overwritten) = read.map_err(|mut fault| {
            fault.at = fault.at.saturating_sub(1).min(text.len());
            fault
        })?;
        Ok(Deep::Whole(Box::new((bracketed, tree, overwritten))))
    }

    fn chain(&mut self, text: &str, levels: usize) -> Result<Option<Deep>, Fault> {
        let Some(links) = scan::links(text) else {
            return Ok(None);
        };
        if let [link] = links.as_slice()
            && link.signs.is_empty()
        {
            // Directives in a template, and blocks in blocks, are not taken apart.
            let template = text.starts_with(['"', '<']);
            return Ok(template.then_some(Deep::Beyond));
        }
        let signs = links.iter().map(|link| link.signs.len()).max();
        let levels = levels + links.len() + signs.unwrap_or_default();
        if levels > MAX_LEVELS {
            return Ok(Some(Deep::Beyond));
        }
        let mut parts = Vec::with_capacity(links.len());
        for scan::Link {
            operator,
            signs,
            range,
        } in links
        {
            let operand = text.get(range.clone()).unwrap_or_default();
            let deep = self
                .whole(operand, levels)
                .map_err(|fault| fault.after(range.start))?;
            parts.push(Link {
                operator,
                signs,
                part: Part { range, deep },
            });
        }
        Ok(Some(Deep::Chain(parts)))
    }
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
