//! Texts.

use unicode_segmentation::UnicodeSegmentation as _;

use super::{Args, Val, holds_many, strings};
use crate::value::{Part, Type, Unk};

/// Go maps character by character: one that has no single counterpart stays.
fn map(text: &str, single: impl Fn(char) -> Option<char>) -> Val {
    Val::str(
        text.chars()
            .map(|c| single(c).unwrap_or(c))
            .collect::<String>(),
    )
}

fn only<T>(mut characters: impl Iterator<Item = T>) -> Option<T> {
    let first = characters.next();
    if characters.next().is_some() {
        None
    } else {
        first
    }
}

pub(super) fn lower(args: &Args<'_>) -> Result<Val, String> {
    // The dotted capital I has no single small letter in Unicode's full mapping; in its simple one, which Go uses, it is `i`.
    Ok(map(args.text(0)?, |c| {
        if c == 'İ' {
            Some('i')
        } else {
            only(c.to_lowercase())
        }
    }))
}

pub(super) fn upper(args: &Args<'_>) -> Result<Val, String> {
    Ok(map(args.text(0)?, |c| only(c.to_uppercase())))
}

/// Go's `strings.Title`: a letter behind anything but letters, digits and underscores becomes a capital.
pub(super) fn title(args: &Args<'_>) -> Result<Val, String> {
    let mut inside = false;
    let text: String = args
        .text(0)?
        .chars()
        .map(|c| {
            let begins = !inside;
            inside = if c.is_ascii() {
                c.is_ascii_alphanumeric() || c == '_'
            } else {
                !c.is_whitespace()
            };
            if begins {
                only(c.to_uppercase()).unwrap_or(c)
            } else {
                c
            }
        })
        .collect();
    Ok(Val::str(text))
}

pub(super) fn chomp(args: &Args<'_>) -> Result<Val, String> {
    Ok(Val::str(args.text(0)?.trim_end_matches(['\n', '\r'])))
}

pub(super) fn endswith(args: &Args<'_>) -> Result<Val, String> {
    Ok(args.text(0)?.ends_with(args.text(1)?).into())
}

/// Known also where only the beginning of the text is.
pub(super) fn startswith(args: &Args<'_>) -> Result<Val, String> {
    let Some(prefix) = args.get(1)?.as_str() else {
        return Ok(args.unknown());
    };
    if let Some(text) = args.get(0)?.as_str() {
        return Ok(text.starts_with(prefix).into());
    }
    let known = args.get(0)?.as_unknown().map_or("", Unk::known_prefix);
    Ok(if known.starts_with(prefix) {
        true.into()
    } else if known.len() >= prefix.len() {
        false.into()
    } else {
        args.unknown()
    })
}

pub(super) fn strcontains(args: &Args<'_>) -> Result<Val, String> {
    if !args.rest(0).iter().all(Val::is_known) {
        // Terraform does not promise that it is not null.
        let mut result = args.unknown();
        if let crate::value::Kind::Unknown(unk) = &mut result.kind {
            std::sync::Arc::make_mut(unk).not_null = false;
        }
        return Ok(result);
    }
    Ok(args.text(0)?.contains(args.text(1)?).into())
}

pub(super) fn trim(args: &Args<'_>) -> Result<Val, String> {
    let set = args.text(1)?;
    args.spend(set.len() / 8)?;
    Ok(Val::str(args.text(0)?.trim_matches(|c| set.contains(c))))
}

pub(super) fn trimprefix(args: &Args<'_>) -> Result<Val, String> {
    let text = args.text(0)?;
    Ok(Val::str(text.strip_prefix(args.text(1)?).unwrap_or(text)))
}

pub(super) fn trimsuffix(args: &Args<'_>) -> Result<Val, String> {
    let text = args.text(0)?;
    Ok(Val::str(text.strip_suffix(args.text(1)?).unwrap_or(text)))
}

pub(super) fn trimspace(args: &Args<'_>) -> Result<Val, String> {
    Ok(Val::str(args.text(0)?.trim()))
}

pub(super) fn indent(args: &Args<'_>) -> Result<Val, String> {
    let (spaces, text) = (args.index(0)?, args.text(1)?);
    let lines = text.bytes().filter(|byte| *byte == b'\n').count();
    args.spend_text(text.len().saturating_add(lines.saturating_mul(spaces)))?;
    Ok(Val::str(
        text.replace('\n', &format!("\n{}", " ".repeat(spaces))),
    ))
}

pub(super) fn split(args: &Args<'_>) -> Result<Val, String> {
    let (separator, text) = (args.text(0)?, args.text(1)?);
    args.spend(text.len() / separator.len().max(1))?;
    if separator.is_empty() {
        return Ok(strings(text.chars().map(String::from)));
    }
    Ok(strings(text.split(separator)))
}

/// Unknown elements leave a text whose known parts are kept.
pub(super) fn join(args: &Args<'_>) -> Result<Val, String> {
    let lists = args.rest(1);
    if lists.is_empty() {
        return Err("at least one list is required".to_owned());
    }
    let mut elements = Vec::new();
    for list in lists {
        let Some(all) = list.elements() else {
            return Ok(args.unknown());
        };
        if holds_many(list) {
            return Ok(args.unknown());
        }
        elements.extend(all);
    }
    let Some(separator) = args.get(0)?.as_str() else {
        return Ok(args.unknown());
    };
    if elements.iter().any(|element| element.is_null()) {
        // Terraform looks for null only where everything is known.
        return if elements.iter().all(|element| element.is_known()) {
            Err("a list holds null".to_owned())
        } else {
            Ok(args.unknown())
        };
    }
    let mut text = Template::default();
    for (at, element) in elements.into_iter().enumerate() {
        if at > 0 {
            text.push(separator);
        }
        match element.as_str() {
            Some(known) => text.push(known),
            None => text.hole(element),
        }
        args.spend_text(text.bytes)?;
    }
    Ok(text.finish(args, 0))
}

/// A text that is put together, some of whose parts may be unknown.
#[derive(Default)]
pub(super) struct Template {
    parts: Vec<Part>,
    current: String,
    /// How much known text there is since the last look at the fuel.
    pub(super) bytes: usize,
}

impl Template {
    pub(super) fn push(&mut self, text: &str) {
        self.current.push_str(text);
        self.bytes = text.len();
    }

    pub(super) fn hole(&mut self, value: &Val) {
        self.flush();
        match value.as_unknown() {
            // A template in a template is one template.
            Some(unk) if !unk.template.is_empty() => {
                self.parts.extend(unk.template.iter().cloned());
            }
            _ => self.parts.push(Part::Hole(value.clone())),
        }
    }

    fn flush(&mut self) {
        if !self.current.is_empty() {
            self.parts
                .push(Part::Text(std::mem::take(&mut self.current).into()));
        }
    }

    /// `beginning`: how much of the text Terraform itself knows where it does not know the whole, in bytes.
    pub(super) fn finish(mut self, args: &Args<'_>, beginning: usize) -> Val {
        if self.parts.is_empty() {
            return Val::str(self.current);
        }
        self.flush();
        let reasons = super::reasons(args.values);
        Val::unknown(Unk {
            reasons,
            ty: Type::String,
            set: Unk::has_text(&self.parts),
            not_null: true,
            template: self.parts,
            prefix: Some(beginning),
            ..Unk::default()
        })
    }
}

pub(super) fn strrev(args: &Args<'_>) -> Result<Val, String> {
    Ok(Val::str(
        args.text(0)?.graphemes(true).rev().collect::<String>(),
    ))
}

/// Counts in grapheme clusters, as Terraform does.
pub(super) fn substr(args: &Args<'_>) -> Result<Val, String> {
    let text = args.text(0)?;
    let (offset, length) = (args.int(1)?, args.int(2)?);
    let skipped = match usize::try_from(offset) {
        Ok(_) if length == 0 => return Ok(Val::str("")),
        Ok(offset) => offset,
        Err(_) => {
            let total = i64::try_from(text.graphemes(true).count()).unwrap_or(i64::MAX);
            usize::try_from(total.saturating_add(offset)).unwrap_or(0)
        }
    };
    let rest = text.graphemes(true).skip(skipped);
    // A length of zero behind a negative offset is no limit: a quirk of Terraform's.
    Ok(Val::str(match usize::try_from(length) {
        Ok(length) if length > 0 => rest.take(length).collect::<String>(),
        _ => rest.collect(),
    }))
}

/// Go's `filepath.Base` on Unix.
pub(super) fn basename(args: &Args<'_>) -> Result<Val, String> {
    let path = args.text(0)?;
    if path.is_empty() {
        return Ok(Val::str("."));
    }
    let trimmed = path.trim_end_matches('/');
    let base = trimmed.rsplit('/').next().unwrap_or_default();
    Ok(Val::str(if base.is_empty() { "/" } else { base }))
}

/// Go's `filepath.Dir` on Unix: cleaned of `.`, `..` and repeated slashes.
pub(super) fn dirname(args: &Args<'_>) -> Result<Val, String> {
    let path = args.text(0)?;
    let dir = path
        .rfind('/')
        .map_or("", |slash| path.get(..=slash).unwrap_or_default());
    let rooted = dir.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in dir.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    Ok(Val::str(match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }))
}
