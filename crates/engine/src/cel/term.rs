//! Expressions as they are evaluated: the CEL library's syntax tree, checked and with its names resolved.

use std::{
    cell::Cell,
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use ::cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators,
};
use regex::Regex;

use super::{
    functions::{self, Function},
    library,
    value::Val,
};

/// The longest expression, in bytes.
const MAX_BYTES: usize = 4096;
/// The most nodes of an expression.
const MAX_NODES: usize = 500;
/// How deep an expression may nest.
const MAX_DEPTH: usize = 64;
/// How deep comprehensions (`all`, `exists`, `map`, `filter`, …) may nest.
const MAX_COMPREHENSIONS: usize = 2;
/// How deep brackets and operators in front may nest before the text is handed to the parser, which recurses.
const MAX_BRACKETS: usize = 64;
/// The depth of the library's tree, with macros expanded, that the translation follows.
const MAX_TREE_DEPTH: usize = 400;

#[derive(Debug)]
pub(crate) enum Term {
    Const(Val),
    Name(Name),
    Select {
        operand: Box<Self>,
        field: Arc<str>,
        test: bool,
        optional: bool,
    },
    Index {
        operand: Box<Self>,
        index: Box<Self>,
        optional: bool,
    },
    Or(Box<Self>, Box<Self>),
    And(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Cond(Box<Self>, Box<Self>, Box<Self>),
    Binary(Binary, Box<Self>, Box<Self>),
    Negate(Box<Self>),
    List(Vec<(Self, bool)>),
    Map(Vec<(Self, Self, bool)>),
    Fold {
        kind: Fold,
        range: Box<Self>,
    },
    /// Evaluates the second with the first bound to a new local name.
    Bind(Box<Self>, Box<Self>),
    Call {
        function: &'static Function,
        args: Vec<Self>,
    },
    /// A pattern that stands in the policy is compiled once.
    Matches(Box<Self>, Regex),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    This,
    Element,
    Resource,
    Pod,
    Params,
    Variable(usize),
    /// A name that a comprehension binds, by its place on the stack.
    Local(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

#[derive(Debug)]
pub(crate) enum Fold {
    All(Box<Term>),
    Exists(Box<Term>),
    ExistsOne(Box<Term>),
    /// With an optional guard.
    Map(Option<Box<Term>>, Box<Term>),
}

/// What an expression may name.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    /// The policy's variables before it.
    pub(crate) variables: Vec<String>,
    pub(crate) parameters: BTreeSet<&'a str>,
    /// Whether `pod` is there.
    pub(crate) pod: bool,
    /// How many regular expressions the policy may still write.
    pub(crate) patterns: Cell<usize>,
}

/// Names that no variable may take.
pub(crate) const RESERVED: [&str; 5] = ["self", "element", "resource", "pod", "params"];

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Program {
    pub(super) term: Term,
    reads_self: bool,
    reads_element: bool,
    variables: BTreeSet<usize>,
}

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Why it is refused, as a lowercase fragment.
    pub(crate) fn compile(text: &str, names: &Names<'_>) -> Result<Self, String> {
        if text.len() > MAX_BYTES {
            return Err(format!("an expression has at most {MAX_BYTES} bytes"));
        }
        check_nesting(text)?;
        // The generated parser is not ours: should it fail on some text, that text is refused.
        let parsed = std::panic::catch_unwind(|| library::parse(text))
            .unwrap_or_else(|_| Err("not an expression".to_owned()))?;
        if tree_depth(&parsed) > MAX_TREE_DEPTH {
            return Err(format!("an expression nests at most {MAX_DEPTH} deep"));
        }
        let mut compiler = Compiler {
            names,
            locals: Vec::new(),
            nodes: 0,
            depth: 0,
            comprehensions: 0,
            reads_self: false,
            reads_element: false,
            variables: BTreeSet::new(),
        };
        let term = compiler.term(&parsed)?;
        let Compiler {
            reads_self,
            reads_element,
            variables,
            ..
        } = compiler;
        Ok(Self {
            term,
            reads_self,
            reads_element,
            variables,
        })
    }

    /// `null`: in the place of an expression that does not compile, to find what else is wrong.
    pub(crate) fn null() -> Self {
        Self {
            term: Term::Const(Val::Null),
            reads_self: false,
            reads_element: false,
            variables: BTreeSet::new(),
        }
    }

    /// Whether the answer is certainly true, false or unknown. `parameter` and `variable` tell it of those.
    pub(crate) fn is_boolean(
        &self,
        parameter: &dyn Fn(&str) -> bool,
        variable: &dyn Fn(usize) -> bool,
    ) -> bool {
        is_boolean(&self.term, parameter, variable)
    }

    /// Whether it reads a value of the input, beyond what a resource is.
    pub(crate) fn reads_input(&self) -> bool {
        reads_input(&self.term)
    }

    pub(crate) fn reads_self(&self) -> bool {
        self.reads_self
    }

    pub(crate) fn reads_element(&self) -> bool {
        self.reads_element
    }

    /// Tells every function that it calls, with the first argument behind the receiver where that is a text that stands in it.
    pub(crate) fn calls(&self, tell: &mut impl FnMut(&str, Option<&str>)) {
        let mut open = vec![&self.term];
        while let Some(term) = open.pop() {
            match term {
                Term::Const(_) | Term::Name(_) => {}
                Term::Select { operand, .. } => open.push(operand),
                Term::Index { operand, index, .. } => open.extend([&**operand, index]),
                Term::Or(a, b) | Term::And(a, b) | Term::Binary(_, a, b) | Term::Bind(a, b) => {
                    open.extend([&**a, b]);
                }
                Term::Not(inner) | Term::Negate(inner) | Term::Matches(inner, _) => {
                    open.push(inner);
                }
                Term::Cond(a, b, c) => open.extend([&**a, b, c]),
                Term::List(elements) => open.extend(elements.iter().map(|(term, _)| term)),
                Term::Map(entries) => {
                    open.extend(entries.iter().flat_map(|(key, value, _)| [key, value]));
                }
                Term::Fold { kind, range } => {
                    open.push(range);
                    match kind {
                        Fold::All(body) | Fold::Exists(body) | Fold::ExistsOne(body) => {
                            open.push(body);
                        }
                        Fold::Map(guard, body) => {
                            open.extend(guard.as_deref());
                            open.push(body);
                        }
                    }
                }
                Term::Call { function, args } => {
                    let first = usize::from(function.member);
                    let word = match args.get(first) {
                        Some(Term::Const(Val::Str(text))) => Some(&**text),
                        _ => None,
                    };
                    tell(function.name, word);
                    open.extend(args);
                }
            }
        }
    }

    /// The policy's variables that it reads, by their place.
    pub(crate) fn variables(&self) -> &BTreeSet<usize> {
        &self.variables
    }
}

/// Functions that answer true or false.
const BOOLEAN: [&str; 18] = [
    "phi",
    "isSet",
    "isLiteral",
    "isKnown",
    "cidrContains",
    "isPublicCidr",
    "portsInclude",
    "unknown",
    "versionAtLeast",
    "looksLikeCredential",
    "baaCovers",
    "startsWith",
    "endsWith",
    "contains",
    "matches",
    "hasValue",
    "bool",
    "dyn",
];

fn is_boolean(
    term: &Term,
    parameter: &dyn Fn(&str) -> bool,
    variable: &dyn Fn(usize) -> bool,
) -> bool {
    let boolean = |term: &Term| is_boolean(term, parameter, variable);
    match term {
        Term::Const(value) => matches!(value, Val::Bool(_)),
        Term::Name(Name::Variable(at)) => variable(*at),
        Term::Select { test: true, .. }
        | Term::Or(..)
        | Term::And(..)
        | Term::Not(_)
        | Term::Matches(..) => true,
        Term::Select { operand, field, .. } => {
            matches!(**operand, Term::Name(Name::Params)) && parameter(field)
        }
        Term::Cond(_, yes, no) => boolean(yes) && boolean(no),
        Term::Bind(_, inner) => boolean(inner),
        Term::Binary(operator, ..) => !matches!(
            operator,
            Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Modulo
        ),
        Term::Fold { kind, .. } => !matches!(kind, Fold::Map(..)),
        Term::Call { function, args } if function.name == "orValue" => {
            args.get(1).is_some_and(boolean)
        }
        Term::Call { function, .. } => BOOLEAN.contains(&function.name),
        Term::Name(_) | Term::Index { .. } | Term::Negate(_) | Term::List(_) | Term::Map(_) => {
            false
        }
    }
}

fn reads_input(term: &Term) -> bool {
    match term {
        Term::Const(_) => false,
        Term::Name(name) => matches!(name, Name::This | Name::Element | Name::Pod),
        Term::Select { operand, .. } => {
            matches!(**operand, Term::Name(Name::Resource)) || reads_input(operand)
        }
        Term::Index { operand, index, .. } => {
            matches!(**operand, Term::Name(Name::Resource))
                || reads_input(operand)
                || reads_input(index)
        }
        Term::Or(a, b) | Term::And(a, b) | Term::Bind(a, b) | Term::Binary(_, a, b) => {
            reads_input(a) || reads_input(b)
        }
        Term::Not(a) | Term::Negate(a) | Term::Matches(a, _) => reads_input(a),
        Term::Cond(a, b, c) => reads_input(a) || reads_input(b) || reads_input(c),
        Term::List(elements) => elements.iter().any(|(element, _)| reads_input(element)),
        Term::Map(members) => members
            .iter()
            .any(|(key, value, _)| reads_input(key) || reads_input(value)),
        Term::Fold { kind, range } => {
            reads_input(range)
                || match kind {
                    Fold::All(a) | Fold::Exists(a) | Fold::ExistsOne(a) => reads_input(a),
                    Fold::Map(guard, a) => {
                        reads_input(a) || guard.as_deref().is_some_and(reads_input)
                    }
                }
        }
        Term::Call { function, args } => {
            let relation = [
                "ref",
                "refs",
                "referrers",
                "resources",
                "isSet",
                "isLiteral",
                "isKnown",
                "json",
                "iamPolicy",
                "providerMajor",
                "provider",
                "region",
                "sameAccount",
                "sameRegion",
                "unknown",
            ];
            relation.contains(&function.name) || args.iter().any(reads_input)
        }
    }
}

/// The parser recurses once for each bracket and each operator in front: they are counted before it sees the text.
fn check_nesting(text: &str) -> Result<(), String> {
    let mut depth = 0_usize;
    let mut run = 0_usize;
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for c in text.chars() {
        if let Some(end) = quote {
            if escaped {
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == end {
                quote = None;
            }
            continue;
        }
        match c {
            '"' | '\'' => quote = Some(c),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '!' | '-' | '?' => run += 1,
            _ => {}
        }
        if depth > MAX_BRACKETS || run > MAX_BRACKETS {
            return Err(format!("an expression nests at most {MAX_DEPTH} deep"));
        }
    }
    Ok(())
}

/// The depth of a tree, without recursion.
fn tree_depth(root: &IdedExpr) -> usize {
    let mut deepest = 0;
    let mut open = vec![(root, 1)];
    while let Some((expr, depth)) = open.pop() {
        deepest = deepest.max(depth);
        let mut add = |child| open.push((child, depth + 1));
        match &expr.expr {
            Expr::Call(call) => call
                .target
                .as_deref()
                .into_iter()
                .chain(&call.args)
                .for_each(&mut add),
            Expr::Comprehension(fold) => {
                [
                    &fold.iter_range,
                    &fold.accu_init,
                    &fold.loop_cond,
                    &fold.loop_step,
                    &fold.result,
                ]
                .into_iter()
                .for_each(&mut add);
            }
            Expr::List(list) => list.elements.iter().for_each(&mut add),
            Expr::Map(map) => entries(&map.entries)
                .flat_map(|(key, value, _)| [key, value])
                .for_each(&mut add),
            Expr::Select(select) => add(&select.operand),
            Expr::Struct(_) | Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
        }
    }
    deepest
}

fn entries(
    entries: &[::cel::common::ast::IdedEntryExpr],
) -> impl Iterator<Item = (&IdedExpr, &IdedExpr, bool)> {
    entries.iter().filter_map(|entry| match &entry.expr {
        EntryExpr::MapEntry(entry) => Some((&entry.key, &entry.value, entry.optional)),
        EntryExpr::StructField(_) => None,
    })
}

struct Compiler<'a> {
    names: &'a Names<'a>,
    locals: Vec<String>,
    nodes: usize,
    depth: usize,
    comprehensions: usize,
    reads_self: bool,
    reads_element: bool,
    variables: BTreeSet<usize>,
}

impl Compiler<'_> {
    fn term(&mut self, expr: &IdedExpr) -> Result<Term, String> {
        self.nodes += 1;
        self.depth += 1;
        if self.nodes > MAX_NODES {
            return Err(format!("an expression has at most {MAX_NODES} nodes"));
        }
        if self.depth > MAX_DEPTH {
            return Err(format!("an expression nests at most {MAX_DEPTH} deep"));
        }
        let term = match &expr.expr {
            Expr::Literal(literal) => Ok(Term::Const(constant(literal))),
            Expr::Ident(name) => self.name(name),
            Expr::Select(select) => self.select(&select.operand, &select.field, select.test, false),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(fold) => self.fold(fold),
            Expr::List(list) => {
                let elements = list.elements.iter().enumerate();
                let elements = elements.map(|(at, element)| {
                    Ok((self.term(element)?, list.optional_indices.contains(&at)))
                });
                Ok(Term::List(elements.collect::<Result<_, String>>()?))
            }
            Expr::Map(map) => {
                let entries = entries(&map.entries).map(|(key, value, optional)| {
                    Ok((self.term(key)?, self.term(value)?, optional))
                });
                Ok(Term::Map(entries.collect::<Result<_, String>>()?))
            }
            Expr::Struct(_) => Err("messages (`Type{…}`) are not part of this language".to_owned()),
            Expr::Unspecified => Err("the expression is incomplete".to_owned()),
        }?;
        self.depth -= 1;
        Ok(term)
    }

    fn boxed(&mut self, expr: &IdedExpr) -> Result<Box<Term>, String> {
        self.term(expr).map(Box::new)
    }

    fn name(&mut self, name: &str) -> Result<Term, String> {
        if let Some(at) = self.locals.iter().rposition(|local| local == name) {
            return Ok(Term::Name(Name::Local(at)));
        }
        if let Some(at) = self
            .names
            .variables
            .iter()
            .position(|variable| variable == name)
        {
            self.variables.insert(at);
            return Ok(Term::Name(Name::Variable(at)));
        }
        let name = match name {
            "self" => {
                self.reads_self = true;
                Name::This
            }
            "element" => {
                self.reads_element = true;
                Name::Element
            }
            "resource" => Name::Resource,
            "params" => Name::Params,
            "pod" if self.names.pod => Name::Pod,
            "pod" => return Err("`pod` is there only with `podSpec: true`".to_owned()),
            _ if TYPES.contains(&name) => return Ok(Term::Const(Val::Type(name.into()))),
            _ => {
                let known = RESERVED
                    .into_iter()
                    .chain(self.names.variables.iter().map(String::as_str));
                let near = crate::policy::nearest(name, known);
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                return Err(format!("nothing is named `{name}`{near}"));
            }
        };
        Ok(Term::Name(name))
    }

    fn select(
        &mut self,
        operand: &IdedExpr,
        field: &str,
        test: bool,
        optional: bool,
    ) -> Result<Term, String> {
        if matches!(&operand.expr, Expr::Ident(name) if name == "params" && !self.locals.iter().any(|local| local == name))
            && !self.names.parameters.contains(field)
        {
            return Err(format!("the policy has no parameter `{field}`"));
        }
        if let Some(name) = qualified(operand).map(|name| format!("{name}.{field}"))
            && TYPES.contains(&name.as_str())
        {
            return Ok(Term::Const(Val::Type(name.into())));
        }
        Ok(Term::Select {
            operand: self.boxed(operand)?,
            field: field.into(),
            test,
            optional,
        })
    }

    fn call(&mut self, call: &CallExpr) -> Result<Term, String> {
        if call.target.is_none()
            && let Some(term) = self.operator(&call.func_name, &call.args)?
        {
            return Ok(term);
        }
        // `math.abs(x)` is a call of the function `math.abs`, not of a method of `math`.
        let (name, target) = match call.target.as_deref() {
            Some(IdedExpr {
                expr: Expr::Ident(space),
                ..
            }) if functions::NAMESPACES.contains(&space.as_str())
                && !self.locals.contains(space) =>
            {
                (format!("{space}.{}", call.func_name), None)
            }
            target => (call.func_name.clone(), target),
        };
        let arity = call.args.len();
        let function = functions::find(&name, target.is_some(), arity).ok_or_else(|| {
            functions::similar(&name, target.is_some(), arity)
                .unwrap_or_else(|| format!("no function is named `{name}`"))
        })?;
        let mut args = Vec::with_capacity(arity + 1);
        if let Some(target) = target {
            args.push(self.term(target)?);
        }
        for arg in &call.args {
            args.push(self.term(arg)?);
        }
        if function.name == "matches"
            && let [_, Term::Const(Val::Str(pattern))] = args.as_slice()
        {
            let left = self.names.patterns.get().checked_sub(1);
            self.names.patterns.set(left.ok_or_else(|| {
                format!("a policy has at most {MAX_LITERAL_PATTERNS} regular expressions")
            })?);
            let pattern = compile_pattern(pattern)?;
            let subject = args.into_iter().next().unwrap_or(Term::Const(Val::Null));
            return Ok(Term::Matches(Box::new(subject), pattern));
        }
        Ok(Term::Call { function, args })
    }

    fn operator(&mut self, name: &str, args: &[IdedExpr]) -> Result<Option<Term>, String> {
        let binary = match name {
            operators::EQUALS => Some(Binary::Equal),
            operators::NOT_EQUALS => Some(Binary::NotEqual),
            operators::LESS => Some(Binary::Less),
            operators::LESS_EQUALS => Some(Binary::LessEqual),
            operators::GREATER => Some(Binary::Greater),
            operators::GREATER_EQUALS => Some(Binary::GreaterEqual),
            operators::IN => Some(Binary::In),
            operators::ADD => Some(Binary::Add),
            operators::SUBSTRACT => Some(Binary::Subtract),
            operators::MULTIPLY => Some(Binary::Multiply),
            operators::DIVIDE => Some(Binary::Divide),
            operators::MODULO => Some(Binary::Modulo),
            _ => None,
        };
        Ok(Some(match (name, args) {
            (_, [a, b]) if binary.is_some() => {
                let operator = binary.unwrap_or(Binary::Equal);
                Term::Binary(operator, self.boxed(a)?, self.boxed(b)?)
            }
            (operators::LOGICAL_OR, [a, b]) => Term::Or(self.boxed(a)?, self.boxed(b)?),
            (operators::LOGICAL_AND, [a, b]) => Term::And(self.boxed(a)?, self.boxed(b)?),
            (operators::LOGICAL_NOT, [a]) => Term::Not(self.boxed(a)?),
            (operators::NEGATE, [a]) => Term::Negate(self.boxed(a)?),
            (operators::CONDITIONAL, [a, b, c]) => {
                Term::Cond(self.boxed(a)?, self.boxed(b)?, self.boxed(c)?)
            }
            (operators::INDEX, [a, b]) => Term::Index {
                operand: self.boxed(a)?,
                index: self.boxed(b)?,
                optional: false,
            },
            (operators::OPT_INDEX, [a, b]) => Term::Index {
                operand: self.boxed(a)?,
                index: self.boxed(b)?,
                optional: true,
            },
            (operators::OPT_SELECT, [a, b]) => match &b.expr {
                Expr::Literal(LiteralValue::String(field)) => {
                    self.select(a, field.inner(), false, true)?
                }
                _ => return Err("`.?` needs a name behind it".to_owned()),
            },
            _ => return Ok(None),
        }))
    }

    /// Macros arrive expanded: `xs.all(x, p)` as a fold whose step is `@result && p`. Each is recognised by its step.
    fn fold(&mut self, fold: &ComprehensionExpr) -> Result<Term, String> {
        let unsupported = || Err("this comprehension is not part of this language".to_owned());
        if fold.iter_var2.is_some() {
            return unsupported();
        }
        // `sortBy` binds its list to a name, by a fold over nothing.
        if matches!(&fold.iter_range.expr, Expr::List(list) if list.elements.is_empty())
            && fold.iter_var == "#unused"
        {
            let init = self.boxed(&fold.accu_init)?;
            self.locals.push(fold.accu_var.clone());
            let body = self.boxed(&fold.result);
            self.locals.pop();
            return Ok(Term::Bind(init, body?));
        }
        let range = self.boxed(&fold.iter_range)?;
        self.comprehensions += 1;
        if self.comprehensions > MAX_COMPREHENSIONS {
            return Err(format!(
                "comprehensions nest at most {MAX_COMPREHENSIONS} deep"
            ));
        }
        self.locals.push(fold.iter_var.clone());
        let kind = self.fold_kind(fold);
        self.locals.pop();
        self.comprehensions -= 1;
        match kind? {
            Some(kind) => Ok(Term::Fold { kind, range }),
            None => unsupported(),
        }
    }

    fn fold_kind(&mut self, fold: &ComprehensionExpr) -> Result<Option<Fold>, String> {
        let is_accu =
            |expr: &IdedExpr| matches!(&expr.expr, Expr::Ident(name) if *name == fold.accu_var);
        let Expr::Call(step) = &fold.loop_step.expr else {
            return Ok(None);
        };
        Ok(match (step.func_name.as_str(), step.args.as_slice()) {
            (operators::LOGICAL_AND, [accu, predicate]) if is_accu(accu) => {
                Some(Fold::All(self.boxed(predicate)?))
            }
            (operators::LOGICAL_OR, [accu, predicate]) if is_accu(accu) => {
                Some(Fold::Exists(self.boxed(predicate)?))
            }
            (
                operators::ADD,
                [
                    accu,
                    IdedExpr {
                        expr: Expr::List(list),
                        ..
                    },
                ],
            ) if is_accu(accu) => match list.elements.as_slice() {
                [element] => Some(Fold::Map(None, self.boxed(element)?)),
                _ => None,
            },
            (
                operators::CONDITIONAL,
                [
                    guard,
                    IdedExpr {
                        expr: Expr::Call(add),
                        ..
                    },
                    accu,
                ],
            ) if is_accu(accu) && add.func_name == operators::ADD => {
                match add.args.get(1).map(|added| &added.expr) {
                    Some(Expr::List(list)) => match list.elements.as_slice() {
                        [element] => {
                            Some(Fold::Map(Some(self.boxed(guard)?), self.boxed(element)?))
                        }
                        _ => None,
                    },
                    Some(Expr::Literal(LiteralValue::Int(_))) => {
                        Some(Fold::ExistsOne(self.boxed(guard)?))
                    }
                    _ => None,
                }
            }
            _ => None,
        })
    }
}

/// CEL's names of types.
const TYPES: [&str; 13] = [
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "type",
    "uint",
    "optional_type",
    "google.protobuf.Duration",
    "google.protobuf.Timestamp",
];

fn qualified(expr: &IdedExpr) -> Option<String> {
    match &expr.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) if !select.test => {
            Some(format!("{}.{}", qualified(&select.operand)?, select.field))
        }
        _ => None,
    }
}

fn constant(literal: &LiteralValue) -> Val {
    match literal {
        LiteralValue::Boolean(value) => Val::Bool(*value.inner()),
        LiteralValue::Int(value) => Val::Int(*value.inner()),
        LiteralValue::UInt(value) => Val::Uint(*value.inner()),
        LiteralValue::Double(value) => Val::Double(*value.inner()),
        LiteralValue::String(text) => Val::Str(text.inner().into()),
        LiteralValue::Bytes(bytes) => Val::Bytes(bytes.inner().into()),
        LiteralValue::Null => Val::Null,
    }
}

/// How many computed patterns of a policy are kept at a time.
const MAX_PATTERNS: usize = 16;
/// The most regular expressions that a policy has in its text: each is compiled with it, and stays.
pub(crate) const MAX_LITERAL_PATTERNS: usize = 64;
/// The most memory of a compiled regular expression, in bytes.
const PATTERN_LIMIT: usize = 256 << 10;

/// The patterns that a policy computes. Most are texts of its variables, the same for every resource, and compiling one takes far longer than asking it.
#[derive(Debug, Default)]
pub(crate) struct Patterns(Mutex<HashMap<Arc<str>, Arc<Regex>>>);

impl Patterns {
    /// A pattern, compiled. See [`compile_pattern`].
    pub(crate) fn get(&self, pattern: &Arc<str>) -> Result<Arc<Regex>, String> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = known.get(pattern) {
            return Ok(Arc::clone(compiled));
        }
        let compiled = Arc::new(compile_pattern(pattern)?);
        if known.len() >= MAX_PATTERNS {
            known.clear();
        }
        known.insert(Arc::clone(pattern), Arc::clone(&compiled));
        Ok(compiled)
    }
}

/// Compiles a regular expression of a policy, within bounds.
fn compile_pattern(pattern: &str) -> Result<Regex, String> {
    regex::RegexBuilder::new(pattern)
        .size_limit(PATTERN_LIMIT)
        .nest_limit(64)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                format!("`{pattern}` is too large a regular expression")
            }
            _ => format!("`{pattern}` is not a regular expression"),
        })
}
