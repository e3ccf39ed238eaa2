//! Expressions as trees of text, which is all that generating and shrinking need to know of them.

use std::fmt;

/// Where a child stands in the form of its parent.
pub(crate) const HOLE: char = '\u{1}';

/// A type, as far as the generator keeps to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    Number,
    Text,
    List(Box<Self>),
    Set(Box<Self>),
    Map(Box<Self>),
    Tuple(Vec<Self>),
    Object(Vec<(&'static str, Self)>),
}

impl Type {
    pub(crate) fn is_primitive(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::Text)
    }
}

/// An expression: a text with a hole for each child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expr {
    pub(crate) form: String,
    pub(crate) children: Vec<Self>,
    pub(crate) ty: Type,
}

impl Expr {
    /// An expression without children.
    pub(crate) fn leaf(text: impl Into<String>, ty: Type) -> Self {
        Self {
            form: text.into(),
            children: vec![],
            ty,
        }
    }

    /// Expressions that are smaller by one step anywhere in this one, the smallest first.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let mut all = self.steps();
        let own = self.to_string();
        all.retain(|candidate| {
            let text = candidate.to_string();
            (text.len(), &text) < (own.len(), &own)
        });
        all.sort_by_cached_key(|candidate| {
            let text = candidate.to_string();
            (text.len(), text)
        });
        all.dedup();
        all
    }

    fn steps(&self) -> Vec<Self> {
        let mut all = self.children.clone();
        let plain = match &self.ty {
            Type::Bool => &["true", "false"][..],
            Type::Number => &["1"],
            Type::Text => &["\"a\""],
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => &["[]", "[1]"],
            Type::Map(_) | Type::Object(_) => &["{}", "{ a = 1 }"],
        };
        let other = if self.ty.is_primitive() {
            &["1", "terraform_data.text.output"][..]
        } else {
            &[]
        };
        all.extend(
            plain
                .iter()
                .chain(other)
                .map(|text| Self::leaf(*text, self.ty.clone())),
        );
        for (at, child) in self.children.iter().enumerate() {
            for step in child.steps() {
                let mut next = self.clone();
                next.children[at] = step;
                all.push(next);
            }
        }
        all
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut children = self.children.iter();
        for (at, text) in self.form.split(HOLE).enumerate() {
            if at > 0
                && let Some(child) = children.next()
            {
                child.fmt(f)?;
            }
            f.write_str(text)?;
        }
        Ok(())
    }
}

/// The type as a constraint is written.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::Text => f.write_str("string"),
            Self::List(of) => write!(f, "list({of})"),
            Self::Set(of) => write!(f, "set({of})"),
            Self::Map(of) => write!(f, "map({of})"),
            Self::Tuple(all) => {
                let all: Vec<String> = all.iter().map(ToString::to_string).collect();
                write!(f, "tuple([{}])", all.join(", "))
            }
            Self::Object(all) => {
                let all: Vec<String> = all
                    .iter()
                    .map(|(name, ty)| format!("{name} = {ty}"))
                    .collect();
                write!(f, "object({{ {} }})", all.join(", "))
            }
        }
    }
}
