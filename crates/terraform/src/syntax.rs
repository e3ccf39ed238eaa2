//! The configuration language as the evaluator sees it: one form for native syntax and JSON syntax.

use std::sync::Arc;

use hipaa_iac_source::Span;

use crate::value::Val;

/// The inside of a file or block.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) items: Vec<Item>,
}

#[derive(Debug)]
pub(crate) enum Item {
    Attr(Attr),
    Block(Block),
}

/// `name = expr`
#[derive(Debug)]
pub(crate) struct Attr {
    pub(crate) name: Arc<str>,
    pub(crate) span: Span,
    pub(crate) expr: Expr,
}

/// `kind "label" { … }`
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) kind: Arc<str>,
    pub(crate) labels: Vec<Arc<str>>,
    pub(crate) body: Body,
    /// From the first letter of the kind to the end of the last label.
    pub(crate) header: Span,
    /// The whole block.
    pub(crate) extent: Span,
}

#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum ExprKind {
    Literal(Val),
    Template(Vec<Part>),
    Tuple(Vec<Expr>),
    /// Keys and values in the order written; a later key wins.
    Object(Vec<(Expr, Expr)>),
    /// `var.x.y[0]`
    Variable {
        name: Arc<str>,
        steps: Vec<Step>,
    },
    /// The same on any other expression.
    Access {
        source: Box<Expr>,
        steps: Vec<Step>,
    },
    /// Condition, then, else.
    Conditional(Box<[Expr; 3]>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(Op, Box<(Expr, Expr)>),
    Call(Box<Call>),
    For(Box<For>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    And,
    Or,
    Eq,
    NotEq,
    Less,
    LessEq,
    Greater,
    GreaterEq,
    Plus,
    Minus,
    Mul,
    Div,
    Mod,
}

#[derive(Debug)]
pub(crate) struct Call {
    /// With its namespaces: `provider::aws::arn_parse`.
    pub(crate) name: Arc<str>,
    pub(crate) args: Vec<Expr>,
    /// The last argument is expanded: `f(list...)`.
    pub(crate) expand: bool,
}

#[derive(Debug)]
pub(crate) struct For {
    pub(crate) key_var: Option<Arc<str>>,
    pub(crate) value_var: Arc<str>,
    pub(crate) collection: Expr,
    /// Given: an object is made.
    pub(crate) key: Option<Expr>,
    pub(crate) value: Expr,
    pub(crate) condition: Option<Expr>,
    pub(crate) grouping: bool,
}

/// A step of a traversal.
#[derive(Debug)]
pub(crate) enum Step {
    Attr(Arc<str>, Span),
    Index(Expr),
    /// What is done with each element.
    Splat(Vec<Self>, Span),
}

/// A part of a template.
#[derive(Debug)]
pub(crate) enum Part {
    Text(Arc<str>),
    Expr(Expr),
    If {
        condition: Expr,
        then: Vec<Self>,
        otherwise: Vec<Self>,
    },
    For {
        key_var: Option<Arc<str>>,
        value_var: Arc<str>,
        collection: Expr,
        body: Vec<Self>,
    },
}

impl Body {
    pub(crate) fn attr(&self, name: &str) -> Option<&Attr> {
        self.attrs().find(|attr| &*attr.name == name)
    }

    pub(crate) fn attrs(&self) -> impl Iterator<Item = &Attr> {
        self.items.iter().filter_map(|item| match item {
            Item::Attr(attr) => Some(attr),
            Item::Block(_) => None,
        })
    }

    pub(crate) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.items.iter().filter_map(|item| match item {
            Item::Block(block) => Some(block),
            Item::Attr(_) => None,
        })
    }

    pub(crate) fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks().filter(move |block| &*block.kind == kind)
    }

    /// Whether an argument or block of the name is written, `dynamic` ones included.
    pub(crate) fn sets(&self, name: &str) -> bool {
        self.items.iter().any(|item| match item {
            Item::Attr(attr) => &*attr.name == name,
            Item::Block(block) => block.content_kind() == name,
        })
    }
}

impl Block {
    /// The kind of block that it becomes: the label of a `dynamic` block, else its own.
    pub(crate) fn content_kind(&self) -> &str {
        match self.labels.first() {
            Some(label) if &*self.kind == "dynamic" => label,
            _ => &self.kind,
        }
    }
}

impl Expr {
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Literal(val) => val.as_str(),
            _ => None,
        }
    }

    /// The text of a literal, or the path of a traversal of names: `aws.west`, `"aws.west"`.
    pub(crate) fn keyword(&self) -> Option<String> {
        match &self.kind {
            ExprKind::Literal(val) => val.as_str().map(str::to_owned),
            ExprKind::Variable { name, steps } => {
                let mut text = name.to_string();
                for step in steps {
                    let Step::Attr(name, _) = step else {
                        return None;
                    };
                    text.push('.');
                    text.push_str(name);
                }
                Some(text)
            }
            _ => None,
        }
    }
}
