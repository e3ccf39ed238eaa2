//! What a user is told about input, configuration or policies that are not as they should be.

use std::sync::Arc;

use crate::Span;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing; changes no exit code.
    Note,
    /// Likely a mistake; changes no exit code.
    Warning,
    /// Some input could not be read, parsed, resolved or evaluated: exit code 3.
    Error,
    /// The user's own configuration, options or waivers are wrong: exit code 2.
    Usage,
}

/// A user's problem with its place and remedy.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// How much it weighs.
    pub level: Level,
    /// A stable word in kebab-case for machines and docs: `hcl-syntax`, `module-unresolved`.
    pub code: &'static str,
    /// What is wrong: a lowercase fragment without a full stop, naming the thing.
    pub message: String,
    /// Where, if the file could be read.
    pub span: Option<Span>,
    /// The file or folder, where there is no span.
    pub path: Option<Arc<str>>,
    /// What to do.
    pub remedy: Option<String>,
}

impl Diagnostic {
    /// A diagnostic without a place.
    pub fn new(level: Level, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            level,
            code,
            message: message.into(),
            span: None,
            path: None,
            remedy: None,
        }
    }

    /// The same with a place.
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// The same with a file or folder.
    pub fn in_path(mut self, path: impl Into<Arc<str>>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The same with a remedy.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// A parser's sentence in the form of a [`Diagnostic::message`]: a lowercase fragment on one line, without the place.
pub fn fragment(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches('.');
    // The place is told apart.
    let line = match line.rsplit_once(" at line ") {
        Some((what, place))
            if place
                .chars()
                .all(|c| c.is_ascii_digit() || ", column".contains(c)) =>
        {
            what
        }
        _ => line,
    };
    let mut chars = line.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => line.to_owned(),
    }
}
