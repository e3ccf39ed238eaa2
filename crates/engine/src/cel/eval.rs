//! Evaluation in three values: what is not known stays so, and carries its reasons.
//!
//! `||` and `&&` follow Kleene; a conditional whose condition is not known is either of its branches; an operation on a
//! value with known alternatives is carried out on each of them.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    sync::Arc,
};

use super::{
    functions::{self, Call},
    library,
    term::{Binary, Fold, Name, Patterns, Program, Term},
    value::{Key, List, Members, Partial, Val, compare, equal},
};
use crate::{policy::Variable, world::World};

/// Why an expression has no value: a mistake in the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Error {
    /// A lowercase fragment without values of the input.
    pub(crate) message: String,
    /// Nothing absorbs it: the budget is used up.
    pub(crate) fatal: bool,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            fatal: false,
        }
    }

    fn fatal(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            fatal: true,
        }
    }
}

pub(crate) type Outcome = Result<Val, Error>;

/// The steps that looking through so many elements takes, without evaluating anything on them.
pub(crate) const fn scan(elements: usize) -> usize {
    elements / 32
}

/// The steps that one policy may take on one resource.
pub(crate) const BUDGET: u64 = 4_000_000;
/// How the message of an evaluation that was ended begins.
pub const OUT_OF_STEPS: &str = "the policy took more than";
/// How deep terms may nest, variables included.
const MAX_DEPTH: usize = 600;

/// What an expression sees.
pub(crate) struct Scope<'a> {
    pub(crate) world: &'a World<'a>,
    /// The resource that is judged.
    pub(crate) resource: usize,
    /// Terraform's conversions between texts, numbers and truth values hold.
    pub(crate) coerce: bool,
    pub(crate) params: Val,
    pub(crate) pod: Val,
    pub(crate) variables: &'a [Variable],
    pub(crate) patterns: &'a Patterns,
    values: RefCell<Vec<Option<Outcome>>>,
    pub(crate) element: RefCell<Val>,
    pub(crate) this: RefCell<Val>,
    /// The vendors whose agreements were asked for and do not cover what they were asked for.
    pub(crate) uncovered: RefCell<BTreeSet<String>>,
    fuel: Cell<u64>,
    depth: Cell<usize>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(
        world: &'a World<'a>,
        resource: usize,
        coerce: bool,
        params: Val,
        pod: Val,
        variables: &'a [Variable],
        patterns: &'a Patterns,
    ) -> Self {
        Self {
            world,
            resource,
            coerce,
            params,
            pod,
            variables,
            patterns,
            values: RefCell::new(vec![None; variables.len()]),
            element: RefCell::new(Val::Resource(resource)),
            this: RefCell::new(Val::Null),
            uncovered: RefCell::default(),
            fuel: Cell::new(BUDGET),
            depth: Cell::new(0),
        }
    }

    /// Sets `element`; variables that read it are forgotten.
    pub(crate) fn set_element(&self, element: Val) {
        *self.element.borrow_mut() = element;
        self.forget_local();
    }

    /// Sets `self`; variables that read it are forgotten.
    pub(crate) fn set_this(&self, this: Val) {
        *self.this.borrow_mut() = this;
        self.forget_local();
    }

    fn forget_local(&self) {
        for (value, variable) in self.values.borrow_mut().iter_mut().zip(self.variables) {
            if variable.local {
                *value = None;
            }
        }
    }

    /// Takes steps from the budget.
    pub(crate) fn charge(&self, steps: usize) -> Result<(), Error> {
        if let Some(left) = self.fuel.get().checked_sub(steps as u64) {
            self.fuel.set(left);
            Ok(())
        } else {
            self.fuel.set(0);
            Err(Error::fatal(format!(
                "{OUT_OF_STEPS} {BUDGET} steps on this resource"
            )))
        }
    }

    /// How many steps may still be taken.
    pub(crate) fn steps_left(&self) -> usize {
        usize::try_from(self.fuel.get()).unwrap_or(usize::MAX)
    }

    pub(crate) fn run(&self, program: &Program) -> Outcome {
        self.eval(&program.term, &mut Vec::new())
    }

    fn eval(&self, term: &Term, locals: &mut Vec<Val>) -> Outcome {
        self.charge(1)?;
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Err(Error::fatal("the policy's expressions nest too deep"));
        }
        self.depth.set(depth + 1);
        let outcome = self.eval_term(term, locals);
        self.depth.set(depth);
        outcome
    }

    fn eval_term(&self, term: &Term, locals: &mut Vec<Val>) -> Outcome {
        match term {
            Term::Const(val) => Ok(val.clone()),
            Term::Name(name) => self.name(*name, locals),
            Term::Select {
                operand,
                field,
                test,
                optional,
            } => {
                let operand = self.eval(operand, locals)?;
                self.select(&operand, field, *test, *optional)
            }
            Term::Index {
                operand,
                index,
                optional,
            } => {
                let operand = self.eval(operand, locals)?;
                let index = self.eval(index, locals)?;
                self.index(&operand, &index, *optional)
            }
            Term::Or(a, b) => self.logical(a, b, true, locals),
            Term::And(a, b) => self.logical(a, b, false, locals),
            Term::Not(a) => {
                let val = self.eval(a, locals)?;
                self.lift(&[val], |args| match args {
                    [Val::Bool(value)] => Ok((!value).into()),
                    args => Err(library::no_overload("!", args)),
                })
            }
            Term::Cond(condition, yes, no) => self.conditional(condition, yes, no, locals),
            Term::Binary(operator, a, b) => {
                let a = self.eval(a, locals)?;
                let b = self.eval(b, locals)?;
                self.binary(*operator, a, b)
            }
            Term::Negate(a) => {
                let val = self.eval(a, locals)?;
                self.lift(&[val], |args| match args {
                    [Val::Int(number)] => number
                        .checked_neg()
                        .map(Val::Int)
                        .ok_or_else(|| Error::new("a number is too large")),
                    [Val::Double(number)] => Ok(Val::Double(-number)),
                    args => Err(library::no_overload("-", args)),
                })
            }
            Term::List(elements) => {
                let mut list = Vec::with_capacity(elements.len());
                for (element, optional) in elements {
                    match (self.eval(element, locals)?, optional) {
                        (Val::Optional(None), true) => {}
                        (Val::Optional(Some(value)), true) => list.push((*value).clone()),
                        (Val::Unknown(partial), true) => {
                            list.push(Val::many(None, partial.reasons.clone()));
                        }
                        (value, _) => list.push(value),
                    }
                }
                Ok(list.into())
            }
            Term::Map(entries) => self.map(entries, locals),
            Term::Fold { kind, range } => {
                let range = self.eval(range, locals)?;
                self.fold(kind, &range, locals)
            }
            Term::Bind(value, body) => {
                let value = self.eval(value, locals)?;
                locals.push(value);
                let outcome = self.eval(body, locals);
                locals.pop();
                outcome
            }
            Term::Call { function, args } => {
                let mut values = Vec::with_capacity(args.len());
                for arg in args {
                    values.push(self.eval(arg, locals)?);
                }
                match function.call {
                    Call::Native { strict: true, run } => {
                        self.lift(&values, |args| run(self, args))
                    }
                    Call::Native { strict: false, run } => run(self, &values),
                    Call::Library => self.lift(&values, |args| {
                        self.charge(args.iter().map(weight).sum())?;
                        let args: Vec<Val> = match args.split_first() {
                            Some((first, rest)) if self.coerce && function.of_text => {
                                std::iter::once(functions::as_text(first))
                                    .chain(rest.iter().cloned())
                                    .collect()
                            }
                            _ => args.to_vec(),
                        };
                        library::call(function.name, function.member, &args)
                    }),
                }
            }
            Term::Matches(subject, pattern) => {
                let subject = self.eval(subject, locals)?;
                self.lift(&[subject], |args| match args {
                    [subject] => {
                        self.charge(weight(subject))?;
                        let text = if self.coerce {
                            functions::as_text(subject)
                        } else {
                            subject.clone()
                        };
                        match text.as_str() {
                            Some(text) => Ok(pattern.is_match(text).into()),
                            None => Err(library::no_overload("matches", args)),
                        }
                    }
                    args => Err(library::no_overload("matches", args)),
                })
            }
        }
    }

    fn name(&self, name: Name, locals: &[Val]) -> Outcome {
        Ok(match name {
            Name::This => self.this.borrow().clone(),
            Name::Element => self.element.borrow().clone(),
            Name::Resource => Val::Resource(self.resource),
            Name::Pod => self.pod.clone(),
            Name::Params => self.params.clone(),
            Name::Local(at) => locals.get(at).cloned().unwrap_or(Val::Null),
            Name::Variable(at) => {
                if let Some(Some(known)) = self.values.borrow().get(at) {
                    return known.clone();
                }
                let Some(variable) = self.variables.get(at) else {
                    return Ok(Val::Null);
                };
                let outcome = self.eval(&variable.program.term, &mut Vec::new());
                if let Some(value) = self.values.borrow_mut().get_mut(at) {
                    *value = Some(outcome.clone());
                }
                return outcome;
            }
        })
    }

    /// Carries out an operation on values some of which are not known: on every combination of their alternatives where they have
    /// some, and else the answer is not known.
    pub(crate) fn lift(&self, args: &[Val], run: impl Fn(&[Val]) -> Outcome) -> Outcome {
        if !args.iter().any(Val::is_unknown) {
            return run(args);
        }
        let mut combinations: Vec<Vec<Val>> = vec![Vec::with_capacity(args.len())];
        for arg in args {
            let choices: Vec<Val> = match arg {
                Val::Unknown(partial) if !partial.alternatives.is_empty() => {
                    partial.alternatives.clone()
                }
                Val::Unknown(_) => return Ok(Partial::of(args).into()),
                known => vec![known.clone()],
            };
            if combinations.len() * choices.len() > super::value::MAX_ALTERNATIVES {
                return Ok(Partial::of(args).into());
            }
            combinations = combinations
                .into_iter()
                .flat_map(|head| {
                    choices.iter().map(move |choice| {
                        let mut next = head.clone();
                        next.push(choice.clone());
                        next
                    })
                })
                .collect();
        }
        let mut answer: Option<Val> = None;
        for combination in &combinations {
            self.charge(1)?;
            let next = if combination.iter().any(Val::is_unknown) {
                Partial::of(combination).into()
            } else {
                match run(combination) {
                    Ok(val) => val,
                    Err(error) if error.fatal => return Err(error),
                    // With this alternative there is no answer; it may not be the one that comes true.
                    Err(_) => Partial::of(args).into(),
                }
            };
            answer = Some(match answer {
                Some(before) => Val::either(before, next, self.coerce),
                None => next,
            });
        }
        Ok(match answer {
            Some(Val::Unknown(partial)) => {
                let mut partial = (*partial).clone();
                partial.add_reasons(&Partial::of(args).reasons);
                partial.into()
            }
            Some(val) => val,
            None => Partial::of(args).into(),
        })
    }

    /// `||` where `absorbing` is true, `&&` where it is false.
    fn logical(&self, a: &Term, b: &Term, absorbing: bool, locals: &mut Vec<Val>) -> Outcome {
        let name = if absorbing { "||" } else { "&&" };
        let left = self.truth(name, self.eval(a, locals));
        if let Err(error) = &left
            && error.fatal
        {
            return left;
        }
        if matches!(left, Ok(Val::Bool(value)) if value == absorbing) {
            return left;
        }
        let right = self.truth(name, self.eval(b, locals));
        match (left, right) {
            (_, Ok(Val::Bool(value))) if value == absorbing => Ok(value.into()),
            (_, Err(error)) if error.fatal => Err(error),
            (Ok(Val::Bool(_)), right) => right,
            (left, Ok(Val::Bool(_))) => left,
            (Ok(a), Ok(b)) => Ok(Partial::of([&a, &b]).into()),
            (Ok(unknown), Err(_)) | (Err(_), Ok(unknown)) => Ok(unknown),
            (Err(error), Err(_)) => Err(error),
        }
    }

    /// A truth value, or unknown; anything else is an error.
    fn truth(&self, name: &str, outcome: Outcome) -> Outcome {
        match outcome? {
            val @ Val::Bool(_) => Ok(val),
            Val::Unknown(partial) => {
                let mut truths = partial.alternatives.iter();
                if let Some(Val::Bool(first)) = truths.next()
                    && truths.all(|other| matches!(other, Val::Bool(value) if value == first))
                {
                    return Ok((*first).into());
                }
                Ok(Val::Unknown(partial))
            }
            Val::Str(text) if self.coerce && (&*text == "true" || &*text == "false") => {
                Ok((&*text == "true").into())
            }
            other => Err(library::no_overload(name, &[other])),
        }
    }

    fn conditional(
        &self,
        condition: &Term,
        yes: &Term,
        no: &Term,
        locals: &mut Vec<Val>,
    ) -> Outcome {
        match self.truth("?:", self.eval(condition, locals))? {
            Val::Bool(true) => self.eval(yes, locals),
            Val::Bool(false) => self.eval(no, locals),
            unknown => {
                let (yes, no) = (self.eval(yes, locals), self.eval(no, locals));
                for branch in [&yes, &no] {
                    if let Err(error) = branch
                        && error.fatal
                    {
                        return Err(error.clone());
                    }
                }
                Ok(match (yes, no) {
                    (Ok(yes), Ok(no)) => match Val::either(yes, no, false) {
                        Val::Unknown(partial) => {
                            let mut partial = (*partial).clone();
                            partial.add_reasons(&Partial::of([&unknown]).reasons);
                            partial.into()
                        }
                        known => known,
                    },
                    _ => unknown_like(&unknown),
                })
            }
        }
    }

    fn map(&self, entries: &[(Term, Term, bool)], locals: &mut Vec<Val>) -> Outcome {
        let mut members = indexmap::IndexMap::new();
        for (key, value, optional) in entries {
            let key = self.eval(key, locals)?;
            let value = match (self.eval(value, locals)?, optional) {
                (Val::Optional(None), true) => continue,
                (Val::Optional(Some(value)), true) => (*value).clone(),
                (value, _) => value,
            };
            if key.is_unknown() {
                return Ok(Partial::of([&key]).into());
            }
            let Some(key) = Key::of(&key) else {
                return Err(library::no_overload("{}", &[key]));
            };
            members.insert(key, value);
        }
        Ok(Val::Map(Members::Vals(Arc::new(members))))
    }

    /// `operand.field`, `has(operand.field)` and `operand.?field`.
    fn select(&self, operand: &Val, field: &Arc<str>, test: bool, optional: bool) -> Outcome {
        match operand {
            Val::Unknown(_) => self.lift(std::slice::from_ref(operand), |args| match args {
                [operand] => self.select(operand, field, test, optional),
                _ => Ok(Val::Null),
            }),
            Val::Optional(None) if test => Ok(false.into()),
            Val::Optional(None) => Ok(Val::Optional(None)),
            Val::Optional(Some(value)) => self.select(value, field, test, true),
            Val::Map(_) | Val::Resource(_) => {
                let found = self.member(operand, &Key::Str(Arc::clone(field)));
                Self::found(found, field, test, optional)
            }
            Val::Null if optional => Ok(Val::Optional(None)),
            // Terraform refuses what is no block or object where one is meant.
            Val::Str(_) | Val::Bool(_) | Val::Int(_) | Val::Double(_) if self.coerce => {
                Ok(Val::unknown("an object is wanted here"))
            }
            other if optional => Err(library::no_overload(".?", std::slice::from_ref(other))),
            Val::Null => Err(Error::new(format!("`.{field}` of a value that is absent"))),
            other => Err(Error::new(format!(
                "`.{field}` of a value of type {}",
                other.type_name()
            ))),
        }
    }

    fn found(found: Option<Val>, field: &str, test: bool, optional: bool) -> Outcome {
        let found = found.filter(|val| !matches!(val, Val::Null));
        if test {
            return Ok(presence(found.as_ref()));
        }
        match (found, optional) {
            (None, true) => Ok(Val::Optional(None)),
            (None, false) => Err(Error::new(format!(
                "`{field}` is absent: ask `has(….{field})` first"
            ))),
            (Some(Val::Unknown(partial)), true) => {
                match presence(Some(&Val::Unknown(Arc::clone(&partial)))) {
                    Val::Bool(true) => Ok(Val::Optional(Some(Arc::new(Val::Unknown(partial))))),
                    // Whether it is there is not known either.
                    _ => Ok(optional_unknown(&partial)),
                }
            }
            (Some(val), true) => Ok(Val::Optional(Some(Arc::new(val)))),
            (Some(val), false) => Ok(val),
        }
    }

    /// The member of a map or an argument of a resource.
    pub(crate) fn member(&self, of: &Val, key: &Key) -> Option<Val> {
        match (of, key) {
            (Val::Map(members), key) => members.get(key),
            (Val::Resource(at), Key::Str(name)) => self.world.body(*at).get(name).map(Val::from),
            _ => None,
        }
    }

    /// `operand[index]` and `operand[?index]`.
    fn index(&self, operand: &Val, index: &Val, optional: bool) -> Outcome {
        match (operand, index) {
            (Val::Optional(None), _) => Ok(Val::Optional(None)),
            (Val::Optional(Some(value)), index) => self.index(value, index, true),
            (Val::Unknown(_), _) | (_, Val::Unknown(_)) => {
                self.lift(&[operand.clone(), index.clone()], |args| match args {
                    [operand, index] => self.index(operand, index, optional),
                    _ => Ok(Val::Null),
                })
            }
            (Val::List(list), Val::Int(_) | Val::Uint(_) | Val::Double(_)) => {
                let at = match index {
                    Val::Int(at) => usize::try_from(*at).ok(),
                    Val::Uint(at) => usize::try_from(*at).ok(),
                    _ => None,
                };
                // Behind an element that stands for several no index is certain.
                let before = at.map_or(list.len(), |at| at.saturating_add(1).min(list.len()));
                self.charge(scan(before))?;
                if let Some(Val::Unknown(partial)) = list.open_before(before) {
                    return Ok(Partial {
                        reasons: partial.reasons.clone(),
                        ..Partial::default()
                    }
                    .into());
                }
                match (at.and_then(|at| list.get(at)), optional) {
                    (Some(val), true) => Ok(Val::Optional(Some(Arc::new(val)))),
                    (Some(val), false) => Ok(val),
                    (None, true) => Ok(Val::Optional(None)),
                    (None, false) => Err(Error::new("a list has no element of this index")),
                }
            }
            (Val::Map(_) | Val::Resource(_), _) => {
                let Some(key) = Key::of(index) else {
                    return Err(library::no_overload(
                        "[]",
                        &[operand.clone(), index.clone()],
                    ));
                };
                let found = self.member(operand, &key);
                // A computed map may hold null as a value; a member of the input that is null is absent.
                let computed = matches!(operand, Val::Map(Members::Vals(_)));
                if computed && !optional && matches!(found, Some(Val::Null)) {
                    return Ok(Val::Null);
                }
                match found.filter(|val| !matches!(val, Val::Null)) {
                    // The key may be a secret: it is not quoted.
                    None if !optional => Err(Error::new(
                        "a map has no member of this key: use `[?key]`, or ask `key in map` first",
                    )),
                    found => Self::found(found, "", false, optional),
                }
            }
            (Val::Null, _) if optional => Ok(Val::Optional(None)),
            _ => Err(library::no_overload(
                "[]",
                &[operand.clone(), index.clone()],
            )),
        }
    }

    fn binary(&self, operator: Binary, a: Val, b: Val) -> Outcome {
        match operator {
            Binary::Equal => {
                self.charge(weight(&a).min(weight(&b)))?;
                Ok(equal(&a, &b, self.coerce))
            }
            Binary::NotEqual => {
                self.charge(weight(&a).min(weight(&b)))?;
                Ok(not(equal(&a, &b, self.coerce)))
            }
            Binary::In => self.contains(&a, &b),
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
                self.order(operator, &a, &b)
            }
            Binary::Add => match (&a, &b) {
                // What is known of a text or a list in part stays known.
                (Val::Str(_), Val::Unknown(_)) | (Val::Unknown(_), Val::Str(_)) => {
                    Ok(join_texts(&a, &b))
                }
                (Val::List(list), Val::Unknown(partial)) if partial.alternatives.is_empty() => {
                    let mut elements: Vec<Val> = list.iter().collect();
                    elements.push(Val::many(None, partial.reasons.clone()));
                    Ok(elements.into())
                }
                (Val::Unknown(partial), Val::List(list)) if partial.alternatives.is_empty() => {
                    let many = Val::many(None, partial.reasons.clone());
                    Ok(std::iter::once(many)
                        .chain(list.iter())
                        .collect::<Vec<_>>()
                        .into())
                }
                _ => self.lift(&[a, b], |args| self.arithmetic(operator, args)),
            },
            Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Modulo => {
                self.lift(&[a, b], |args| self.arithmetic(operator, args))
            }
        }
    }

    fn order(&self, operator: Binary, a: &Val, b: &Val) -> Outcome {
        // A list of at least two elements has more than one.
        if let (Val::Unknown(partial), Val::Int(number)) = (a, b)
            && let Some(least) = partial.at_least
        {
            let known = match operator {
                Binary::Greater if least > *number => Some(true),
                Binary::GreaterEqual if least >= *number => Some(true),
                Binary::Less if least >= *number => Some(false),
                Binary::LessEqual if least > *number => Some(false),
                _ => None,
            };
            if let Some(known) = known {
                return Ok(known.into());
            }
        }
        self.lift(&[a.clone(), b.clone()], |args| match args {
            [a, b] => match compare(a, b, self.coerce) {
                Some(order) => Ok(match operator {
                    Binary::Less => order.is_lt(),
                    Binary::LessEqual => order.is_le(),
                    Binary::Greater => order.is_gt(),
                    _ => order.is_ge(),
                }
                .into()),
                // Only a number that is none has no order among numbers.
                None if matches!((a, b), (Val::Double(_), _) | (_, Val::Double(_)))
                    && is_number(a)
                    && is_number(b) =>
                {
                    Ok(false.into())
                }
                // Terraform refuses what is no number where one is meant.
                None if self.coerce
                    && (is_number(a) && is_other(b) || is_other(a) && is_number(b)) =>
                {
                    Ok(Val::unknown("a number is wanted here"))
                }
                None => Err(library::no_overload("<", args)),
            },
            args => Err(library::no_overload("<", args)),
        })
    }

    fn arithmetic(&self, operator: Binary, args: &[Val]) -> Outcome {
        let overflow = || Error::new("a number is too large");
        let zero = || Error::new("division by zero");
        let [a, b] = args else {
            return Err(library::no_overload("+", args));
        };
        let symbol = match operator {
            Binary::Add => "+",
            Binary::Subtract => "-",
            Binary::Multiply => "*",
            Binary::Divide => "/",
            _ => "%",
        };
        Ok(match (operator, a, b) {
            (Binary::Add, Val::Int(a), Val::Int(b)) => {
                Val::Int(a.checked_add(*b).ok_or_else(overflow)?)
            }
            (Binary::Subtract, Val::Int(a), Val::Int(b)) => {
                Val::Int(a.checked_sub(*b).ok_or_else(overflow)?)
            }
            (Binary::Multiply, Val::Int(a), Val::Int(b)) => {
                Val::Int(a.checked_mul(*b).ok_or_else(overflow)?)
            }
            (Binary::Divide | Binary::Modulo, Val::Int(_), Val::Int(0)) => return Err(zero()),
            (Binary::Divide, Val::Int(a), Val::Int(b)) => {
                Val::Int(a.checked_div(*b).ok_or_else(overflow)?)
            }
            (Binary::Modulo, Val::Int(a), Val::Int(b)) => {
                Val::Int(a.checked_rem(*b).ok_or_else(overflow)?)
            }
            (Binary::Add, Val::Double(a), Val::Double(b)) => Val::Double(a + b),
            (Binary::Subtract, Val::Double(a), Val::Double(b)) => Val::Double(a - b),
            (Binary::Multiply, Val::Double(a), Val::Double(b)) => Val::Double(a * b),
            (Binary::Divide, Val::Double(a), Val::Double(b)) => Val::Double(a / b),
            (Binary::Add, Val::Str(a), Val::Str(b)) => {
                self.charge(a.len() + b.len())?;
                format!("{a}{b}").into()
            }
            (Binary::Add, Val::List(a), Val::List(b)) => {
                self.charge(a.len() + b.len())?;
                a.iter().chain(b.iter()).collect::<Vec<_>>().into()
            }
            _ => return library::call(&format!("_{symbol}_"), false, args),
        })
    }

    /// `needle in haystack`.
    fn contains(&self, needle: &Val, haystack: &Val) -> Outcome {
        if let Val::Unknown(partial) = needle
            && !partial.alternatives.is_empty()
        {
            return self.lift(std::slice::from_ref(needle), |args| match args {
                [needle] => self.contains(needle, haystack),
                _ => Ok(Val::Null),
            });
        }
        match haystack {
            Val::List(list) => {
                self.charge(list.len())?;
                let mut unknown: Option<Partial> = None;
                for element in list.iter() {
                    let many = element.is_many();
                    match equal(&element.shape(), needle, self.coerce) {
                        Val::Bool(true) if !many => return Ok(true.into()),
                        Val::Bool(false) => {}
                        answer => {
                            let partial = unknown.get_or_insert_with(Partial::default);
                            partial.add_reasons(&Partial::of([&answer, &element, needle]).reasons);
                        }
                    }
                }
                Ok(unknown.map_or(false.into(), Into::into))
            }
            Val::Map(_) | Val::Resource(_) if !needle.is_unknown() => Ok(match Key::of(needle) {
                Some(key) => presence(
                    self.member(haystack, &key)
                        .filter(|val| !matches!(val, Val::Null))
                        .as_ref(),
                ),
                None => false.into(),
            }),
            Val::Unknown(_) | Val::Map(_) | Val::Resource(_) => {
                self.lift(&[needle.clone(), haystack.clone()], |args| match args {
                    [needle, haystack] => self.contains(needle, haystack),
                    _ => Ok(Val::Null),
                })
            }
            other => Err(library::no_overload("in", &[needle.clone(), other.clone()])),
        }
    }

    fn fold(&self, kind: &Fold, range: &Val, locals: &mut Vec<Val>) -> Outcome {
        let list = match range {
            Val::List(list) => list.clone(),
            Val::Map(members) => List::Vals(Arc::new(members.keys())),
            Val::Resource(at) => match Val::from(self.world.body(*at)) {
                Val::Map(members) => List::Vals(Arc::new(members.keys())),
                other => return self.fold(kind, &other, locals),
            },
            Val::Unknown(partial) if partial.alternatives.is_empty() => match &partial.element {
                Some(shape) => {
                    vec![Val::many(Some(shape.clone()), partial.reasons.clone())].into_list()
                }
                None => vec![Val::many(None, partial.reasons.clone())].into_list(),
            },
            Val::Unknown(partial) => {
                let mut answer: Option<Val> = None;
                for alternative in &partial.alternatives {
                    let next = match self.fold(kind, alternative, locals) {
                        Ok(val) => val,
                        Err(error) if error.fatal => return Err(error),
                        Err(_) => unknown_like(range),
                    };
                    answer = Some(match answer {
                        Some(before) => Val::either(before, next, false),
                        None => next,
                    });
                }
                return Ok(match answer.unwrap_or_else(|| unknown_like(range)) {
                    Val::Unknown(answer) => {
                        let mut answer = (*answer).clone();
                        answer.add_reasons(&partial.reasons);
                        answer.into()
                    }
                    known => known,
                });
            }
            other => {
                return Err(Error::new(format!(
                    "a value of type {} has no elements",
                    other.type_name()
                )));
            }
        };
        self.charge(list.len())?;
        match kind {
            Fold::All(predicate) => self.quantify(&list, predicate, false, locals),
            Fold::Exists(predicate) => self.quantify(&list, predicate, true, locals),
            Fold::ExistsOne(predicate) => self.exists_one(&list, predicate, locals),
            Fold::Map(guard, element) => self.collect(&list, guard.as_deref(), element, locals),
        }
    }

    fn with(&self, element: Val, term: &Term, locals: &mut Vec<Val>) -> Outcome {
        locals.push(element);
        let outcome = self.eval(term, locals);
        locals.pop();
        outcome
    }

    /// `exists` where `absorbing` is true, `all` where it is false.
    fn quantify(
        &self,
        list: &List,
        predicate: &Term,
        absorbing: bool,
        locals: &mut Vec<Val>,
    ) -> Outcome {
        let name = if absorbing { "exists" } else { "all" };
        let mut unknown: Option<Partial> = None;
        let mut failed: Option<Error> = None;
        for element in list.iter() {
            let many = element.is_many();
            match self.truth(name, self.with(element.shape(), predicate, locals)) {
                // Of any number of elements there may be none.
                Ok(Val::Bool(value)) if value == absorbing && !many => return Ok(value.into()),
                Ok(Val::Bool(value)) if value != absorbing => {}
                Err(error) if error.fatal => return Err(error),
                Err(error) if !many => failed = failed.or(Some(error)),
                Ok(answer) => {
                    unknown
                        .get_or_insert_with(Partial::default)
                        .add_reasons(&Partial::of([&answer, &element]).reasons);
                }
                Err(_) => {
                    unknown
                        .get_or_insert_with(Partial::default)
                        .add_reasons(&Partial::of([&element]).reasons);
                }
            }
        }
        match (unknown, failed) {
            (Some(partial), _) => Ok(partial.into()),
            (None, Some(error)) => Err(error),
            (None, None) => Ok((!absorbing).into()),
        }
    }

    fn exists_one(&self, list: &List, predicate: &Term, locals: &mut Vec<Val>) -> Outcome {
        let (mut least, mut most) = (0_usize, 0_usize);
        let mut unknown = Partial::default();
        for element in list.iter() {
            let many = element.is_many();
            match self.truth("exists_one", self.with(element.shape(), predicate, locals)) {
                Ok(Val::Bool(false)) => {}
                Ok(Val::Bool(true)) if !many => {
                    least += 1;
                    most += 1;
                }
                Err(error) if error.fatal || !many => return Err(error),
                answer => {
                    if let Ok(answer) = &answer {
                        unknown.add_reasons(&Partial::of([answer]).reasons);
                    }
                    unknown.add_reasons(&Partial::of([&element]).reasons);
                    most = most.saturating_add(if many { 2 } else { 1 });
                }
            }
        }
        Ok(if least > 1 || most < 1 {
            false.into()
        } else if least == 1 && most == 1 {
            true.into()
        } else {
            unknown.into()
        })
    }

    /// `map` and `filter`.
    fn collect(
        &self,
        list: &List,
        guard: Option<&Term>,
        element: &Term,
        locals: &mut Vec<Val>,
    ) -> Outcome {
        let mut collected = Vec::new();
        for item in list.iter() {
            let many = item.is_many();
            locals.push(item.shape());
            let kept = match guard {
                Some(guard) => self.truth("filter", self.eval(guard, locals)),
                None => Ok(true.into()),
            };
            let result = match kept {
                Ok(Val::Bool(false)) => {
                    locals.pop();
                    continue;
                }
                Ok(kept) => self.eval(element, locals).map(|val| (kept, val)),
                Err(error) => Err(error),
            };
            locals.pop();
            match result {
                Ok((Val::Bool(true), val)) if !many => collected.push(val),
                Ok((kept, val)) => {
                    let reasons = Partial::of([&kept, &item]).reasons;
                    collected.push(Val::many(Some(val.shape()), reasons));
                }
                Err(error) if error.fatal || !many => return Err(error),
                Err(_) => collected.push(Val::many(None, Partial::of([&item]).reasons)),
            }
        }
        Ok(collected.into())
    }
}

trait IntoList {
    fn into_list(self) -> List;
}
impl IntoList for Vec<Val> {
    fn into_list(self) -> List {
        List::Vals(Arc::new(self))
    }
}

fn is_number(val: &Val) -> bool {
    matches!(val, Val::Int(_) | Val::Uint(_) | Val::Double(_))
}

/// Whether an argument of a resource may be it, and it is no number.
fn is_other(val: &Val) -> bool {
    matches!(val, Val::Bool(_) | Val::Str(_) | Val::List(_) | Val::Map(_))
}

fn unknown_like(val: &Val) -> Val {
    Partial::of([val]).into()
}

/// An optional of which not even this is known, whether it has a value.
fn optional_unknown(partial: &Arc<Partial>) -> Val {
    let mut alternatives = Vec::new();
    for alternative in &partial.alternatives {
        match alternative {
            Val::Null => alternatives.push(Val::Optional(None)),
            known => alternatives.push(Val::Optional(Some(Arc::new(known.clone())))),
        }
    }
    Partial {
        reasons: partial.reasons.clone(),
        set: true,
        alternatives,
        identity: partial
            .identity
            .as_ref()
            .map(|of| format!("{of}, if it is there").into()),
        ..Partial::default()
    }
    .into()
}

pub(super) fn not(val: Val) -> Val {
    match val {
        Val::Bool(value) => Val::Bool(!value),
        Val::Unknown(partial) => {
            let mut partial = (*partial).clone();
            partial.alternatives = partial.alternatives.into_iter().map(not).collect();
            partial.identity = None;
            partial.into()
        }
        other => other,
    }
}

/// Whether a value is there: `None` is not, and an unknown one may not be.
pub(super) fn presence(val: Option<&Val>) -> Val {
    match val {
        None | Some(Val::Null) => false.into(),
        Some(Val::Unknown(partial)) if partial.set => true.into(),
        Some(Val::Unknown(partial)) if !partial.alternatives.is_empty() => {
            let mut answers = partial
                .alternatives
                .iter()
                .map(|alternative| presence(Some(alternative)));
            let first = answers.next().unwrap_or(Val::Null);
            match answers.fold(first, |answer, next| Val::either(answer, next, false)) {
                Val::Unknown(answer) => {
                    let mut answer = (*answer).clone();
                    answer.add_reasons(&partial.reasons);
                    answer.into()
                }
                known => known,
            }
        }
        Some(Val::Unknown(partial)) => Partial {
            reasons: partial.reasons.clone(),
            ..Partial::default()
        }
        .into(),
        Some(_) => true.into(),
    }
}

fn join_texts(a: &Val, b: &Val) -> Val {
    let mut partial = Partial::of([a, b]);
    partial.set = true;
    for side in [a, b] {
        match side {
            Val::Str(text) => partial.template.push(Some(Arc::clone(text))),
            Val::Unknown(side) if !side.template.is_empty() => {
                partial.template.extend(side.template.iter().cloned());
            }
            _ => partial.template.push(None),
        }
    }
    partial.into()
}

/// How much work a value is, in steps.
pub(super) fn weight(val: &Val) -> usize {
    match val {
        Val::Str(text) => 1 + text.len() / 16,
        Val::Bytes(bytes) => 1 + bytes.len() / 16,
        Val::List(list) => 1 + list.len(),
        Val::Map(members) => 1 + members.len(),
        _ => 1,
    }
}
