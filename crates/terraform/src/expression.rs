//! Evaluation of expressions, as Terraform's HCL evaluates them.

use std::{rc::Rc, sync::Arc};

use hipaa_iac_source::{Origin, Reference, Span};

use crate::{
    functions,
    graph::{Evaluator, Instance},
    number::Num,
    syntax::{Call, Expr, ExprKind, For, Op, Part, Step},
    value::{
        self, BY_SCHEMA, Bounds, CallContext, Kind, Members, Refs, Type, Unk, Val, any_of, one_of,
        set_from, unify, unknown_from,
    },
};

/// How deep expressions may lead into each other (a local into a local into a variable …).
pub(crate) const MAX_EVALUATION_DEPTH: u32 = 3000;

/// How many known and unknown parts of one text are kept.
const MAX_PARTS: usize = 10_000;

/// Why an expression has no value: what Terraform would stop at.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) span: Span,
}

pub(crate) type Eval = Result<Val, Failure>;

/// What names mean where an expression stands.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// The module instance; none inside a template file, which sees its own variables only.
    pub(crate) instance: Option<&'a Rc<Instance>>,
    pub(crate) names: Option<&'a Names<'a>>,
    /// In `try` and `can` a failure is an answer; elsewhere the rest of an object or list is kept.
    pub(crate) strict: bool,
    /// In a branch that is not taken a failure is no error: what failed is not known, and the rest has its types and marks.
    pub(crate) lenient: bool,
}

/// A name of a `for`, a `dynamic` block, a template file; `each` and `count`.
pub(crate) struct Names<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Val,
    pub(crate) outer: Option<&'a Self>,
}

impl<'a> Scope<'a> {
    pub(crate) fn find(&self, name: &str) -> Option<&'a Val> {
        let mut names = self.names;
        while let Some(entry) = names {
            if entry.name == name {
                return Some(&entry.value);
            }
            names = entry.outer;
        }
        None
    }

    pub(crate) fn with<'b>(&self, names: &'b Names<'b>) -> Scope<'b>
    where
        'a: 'b,
    {
        Scope {
            names: Some(names),
            ..*self
        }
    }

    fn strictly(&self) -> Self {
        Self {
            strict: true,
            lenient: false,
            ..*self
        }
    }

    fn leniently(&self) -> Self {
        Self {
            strict: true,
            lenient: true,
            ..*self
        }
    }

    /// Where the operands of an operator and the arguments of a function stand: one that fails takes the whole with it.
    fn firmly(&self) -> Self {
        Self {
            lenient: false,
            ..*self
        }
    }
}

pub(crate) fn failure(span: Span, message: impl Into<String>) -> Failure {
    Failure {
        code: "evaluation",
        message: message.into(),
        span,
    }
}

/// A name that nothing has. It may be a secret that lacks its quotes, so the message is without it, and reports hide its place.
pub(crate) fn unknown_name(span: Span, message: &str) -> Failure {
    Failure {
        code: "unknown-name",
        ..failure(span, message)
    }
}

/// The same value seen from an expression: its own place becomes the origin.
pub(crate) fn seen_from(mut val: Val, span: Span, what: impl FnOnce() -> Arc<str>) -> Val {
    if val.origin.is_none()
        && let Some(own) = val.span
        && own != span
    {
        val.origin = Some(Arc::new(Origin::new(what(), Some(own))));
    }
    val.span = Some(span);
    val
}

/// A member under the marks, references and origin of its collection.
pub(crate) fn member(parent: &Val, child: &Val) -> Val {
    part(parent, child).mark(parent.sensitive)
}

/// The same without the mark.
fn part(parent: &Val, child: &Val) -> Val {
    let mut val = child.clone();
    val.refs = val.refs.union(&parent.refs);
    if val.origin.is_none()
        && let Some(origin) = &parent.origin
    {
        let span = val.span.or(origin.span);
        val.origin = Some(Arc::new(Origin {
            span,
            ..Origin::clone(origin)
        }));
    }
    val
}

impl Evaluator<'_> {
    /// Evaluates an expression.
    pub(crate) fn eval(&self, expr: &Expr, scope: Scope<'_>) -> Eval {
        self.spend(1, expr.span)?;
        if let ExprKind::Literal(val) = &expr.kind {
            return Ok(val.clone());
        }
        let _depth = self.enter(expr.span)?;
        match self.eval_kind(expr, scope) {
            Err(failure) if scope.lenient && failure.code != "evaluation-limit" => {
                let mut unk = Unk::because(format!("it cannot be evaluated: {}", failure.message));
                unk.ty = form(&expr.kind);
                Ok(Val::unknown(unk).at(Some(expr.span)))
            }
            result => result,
        }
    }

    /// Evaluates a part of an object or list: outside `try` and `can` its failure does not take the whole with it.
    fn eval_part(&self, expr: &Expr, scope: Scope<'_>) -> Eval {
        match self.eval(expr, scope) {
            Err(failure) if !scope.strict => Ok(self.recover(failure)),
            result => result,
        }
    }

    fn eval_kind(&self, expr: &Expr, scope: Scope<'_>) -> Eval {
        let scope = match &expr.kind {
            ExprKind::Not(_) | ExprKind::Negate(_) | ExprKind::Binary(..) | ExprKind::Call(_) => {
                scope.firmly()
            }
            _ => scope,
        };
        let val = match &expr.kind {
            ExprKind::Literal(val) => return Ok(val.clone()),
            ExprKind::Template(parts) => self.template(parts, expr.span, scope)?,
            ExprKind::Tuple(elements) => {
                let elements = elements
                    .iter()
                    .map(|element| self.eval_part(element, scope));
                Val::tuple(elements.collect::<Result<_, _>>()?)
            }
            ExprKind::Object(items) => self.object(items, scope)?,
            ExprKind::Variable { name, steps } => {
                return self.variable(name, steps, expr.span, scope);
            }
            ExprKind::Access { source, steps } => {
                // Of a splat of what fails nothing is known, not even the type.
                let splat = steps.iter().any(|step| matches!(step, Step::Splat(..)));
                let whole = if splat { scope.firmly() } else { scope };
                let val = self.eval(source, whole)?;
                match &val.kind {
                    // The sign stands before all that follows: `-1[*]` is `-(1[*])`, and not `(-1)[*]`.
                    Kind::Num(number)
                        if number.is_negative()
                            && matches!(source.kind, ExprKind::Literal(_))
                            && source.span.start == expr.span.start =>
                    {
                        let val = val.with_kind(Kind::Num(number.neg()));
                        let val = self.steps(val, steps, expr.span, scope.firmly())?;
                        negated(&operand(&val, &Type::Number, expr.span)?)
                    }
                    _ => self.steps(val, steps, expr.span, scope)?,
                }
            }
            ExprKind::Conditional(parts) => return self.conditional(parts, expr.span, scope),
            ExprKind::Not(inner) => {
                let val = self.eval(inner, scope)?;
                let val = operand(&val, &Type::Bool, inner.span)?;
                match &val.kind {
                    Kind::Bool(value) => val.with_kind(Kind::Bool(!value)),
                    _ => veiled(
                        computed(&[&val], Type::Bool, |vals| {
                            Some((!vals.first()?.as_bool()?).into())
                        }),
                        &val,
                    ),
                }
            }
            ExprKind::Negate(inner) => {
                let val = self.eval(inner, scope)?;
                negated(&operand(&val, &Type::Number, inner.span)?)
            }
            ExprKind::Binary(op, sides) => {
                self.binary(*op, &sides.0, &sides.1, expr.span, scope)?
            }
            ExprKind::Call(call) => return self.call(call, expr.span, scope),
            ExprKind::For(each) => self.for_expr(each, expr.span, scope)?,
        };
        Ok(val.at(Some(expr.span)))
    }

    fn object(&self, items: &[(Expr, Expr)], scope: Scope<'_>) -> Eval {
        let mut members = Members::new();
        let mut unknown_key = None;
        let mut unplaced = Vec::new();
        let mut sensitive = false;
        for (key, value) in items {
            let value = self.eval_part(value, scope)?;
            let name = self.eval(key, scope)?;
            sensitive |= name.sensitive;
            let name = name
                .to_str()
                .map_err(|error| failure(key.span, format!("cannot be an object key: {error}")))?;
            match &name.kind {
                Kind::Str(text) => _ = members.insert(Arc::clone(text), value),
                Kind::Unknown(_) => {
                    unknown_key = Some(name);
                    unplaced.push(value);
                }
                _ => return Err(failure(key.span, "an object key cannot be null")),
            }
        }
        // With a key that is not known, no key is certain.
        let val = match unknown_key {
            Some(key) => {
                unplaced.extend(members.into_values());
                let element = any_of(&key, unplaced, Type::Any);
                unknown_collection(&key, Some(element), true)
            }
            None => Val::object(members),
        };
        Ok(val.mark(sensitive))
    }

    fn variable(&self, name: &Arc<str>, steps: &[Step], span: Span, scope: Scope<'_>) -> Eval {
        if let Some(val) = scope.find(name) {
            let val = val.clone();
            let val = self.steps(val, steps, span, scope)?;
            return Ok(seen_from(val, span, || Arc::clone(name)));
        }
        let Some(instance) = scope.instance else {
            let message = "there is no variable of this name here; a text needs quotes";
            return Err(unknown_name(span, message));
        };
        let (val, rest) = self.symbol(instance, name, steps, span, scope)?;
        let val = self.steps(val, rest, span, scope)?;
        Ok(seen_from(val, span, || Arc::clone(name)))
    }

    /// Follows the steps of a traversal.
    pub(crate) fn steps(&self, val: Val, steps: &[Step], span: Span, scope: Scope<'_>) -> Eval {
        let mut val = val;
        for step in steps {
            self.spend(1, span)?;
            if val.as_unknown().is_some_and(|unk| unk.open.is_none()) {
                self.doubt();
            }
            val = match step {
                Step::Attr(name, at) => attribute(&val, name, *at)?,
                Step::Index(key) => {
                    let key_val = self.eval(key, scope)?;
                    index(&val, &key_val, key.span)?
                }
                Step::Splat(each, at) if scope.lenient => {
                    let firm = scope.firmly();
                    match self.splat(&val, *at, &|element| self.steps(element, each, span, firm)) {
                        Err(failure) if failure.code != "evaluation-limit" => {
                            // Terraform then knows no more than the type, which it finds by the types of the elements.
                            let of = |ty: &Type| {
                                let element = Val::unknown(Unk {
                                    ty: ty.clone(),
                                    ..Unk::default()
                                });
                                match self.steps(element, each, span, scope) {
                                    Err(failure) if failure.code != "evaluation-limit" => {
                                        Ok(Type::Any)
                                    }
                                    each => each.map(|each| each.type_of()),
                                }
                            };
                            let ty = match val.type_of() {
                                // There may be no element, where it is null: then not even the type is known.
                                single
                                    if !is_sequence(&single)
                                        && val.as_unknown().is_some_and(|unk| !unk.not_null) =>
                                {
                                    Type::Any
                                }
                                Type::List(element) | Type::Set(element) => {
                                    Type::list_of(of(&element)?)
                                }
                                Type::Tuple(all) => Type::Tuple(Arc::new(
                                    all.iter().map(of).collect::<Result<_, _>>()?,
                                )),
                                single => Type::Tuple(Arc::new(vec![of(&single)?])),
                            };
                            Val::unknown(Unk {
                                ty,
                                ..Unk::because(failure.message)
                            })
                            .mark(val.sensitive)
                            .with_refs(&val.all_refs())
                        }
                        all => all?,
                    }
                }
                Step::Splat(each, at) => {
                    self.splat(&val, *at, &|element| self.steps(element, each, span, scope))?
                }
            };
        }
        Ok(val)
    }

    /// `[*]` on a value.
    pub(crate) fn splat(&self, val: &Val, span: Span, each: &dyn Fn(Val) -> Eval) -> Eval {
        match &val.kind {
            Kind::Null if !val.type_of().is_any() && is_sequence(&val.type_of()) => {
                Err(failure(span, "a null list has no elements"))
            }
            Kind::Null => Ok(val.with_kind(Kind::Tuple(Arc::new(vec![])))),
            Kind::List(elements) | Kind::Tuple(elements) | Kind::Set(elements) => {
                self.spend(elements.len() as u64, span)?;
                let tuple = matches!(val.kind, Kind::Tuple(_));
                if elements.is_empty() && !tuple {
                    // What follows has to fit an element of a known type, even if there is none.
                    let of = element_type(&val.type_of());
                    if !of.is_any() {
                        each(unknown_from(val, of))?;
                    }
                }
                // A mark of the whole stays one of the whole.
                let results = elements
                    .iter()
                    .map(|element| each(part(val, element)))
                    .collect::<Result<Vec<_>, _>>()?;
                let kind = if tuple {
                    Kind::Tuple(Arc::new(results))
                } else {
                    Kind::List(Arc::new(results))
                };
                Ok(val.with_kind(kind))
            }
            // Also a single value that may turn out null has an unknown number of elements.
            Kind::Unknown(unk) if unk.open.is_none() && (is_sequence(&unk.ty) || !unk.not_null) => {
                let element = match &unk.element {
                    _ if unk.keyed || !is_sequence(&unk.ty) => val.clone(),
                    Some(element) => member(val, element),
                    None => unknown_from(val, element_type(&unk.ty)),
                };
                let mut result = unknown_from(val, Type::Any);
                let of = if is_sequence(&unk.ty) {
                    element_type(&unk.ty)
                } else {
                    unk.ty.clone()
                };
                let element = match each(element) {
                    // Of a value whose type is not known, nothing can be wrong yet.
                    Err(failure) if of.is_any() && failure.code != "evaluation-limit" => {
                        Val::unknown_because(failure.message)
                    }
                    element => element?,
                };
                result.refs = result.refs.union(&element.refs);
                if let Kind::Unknown(inner) = &mut result.kind {
                    let inner = Arc::make_mut(inner);
                    inner.set = true;
                    inner.not_null = !unk.ty.is_any() && is_sequence(&unk.ty);
                    inner.element = Some(Box::new(element));
                }
                Ok(result.measured())
            }
            _ => {
                let element = each(val.clone())?;
                let mut result = Val::tuple(vec![element]);
                result.sensitive = val.sensitive;
                Ok(result)
            }
        }
    }

    fn conditional(
        &self,
        [condition, then, otherwise]: &[Expr; 3],
        span: Span,
        scope: Scope<'_>,
    ) -> Eval {
        let test = self.eval(condition, scope)?;
        if test.is_null() {
            return Err(failure(condition.span, "the condition is null"));
        }
        // Of a condition that is not known not even the type is looked at.
        let test = match test.convert(&Type::Bool) {
            Err(error) if test.is_known() => {
                return Err(failure(condition.span, format!("the condition: {error}")));
            }
            converted => converted.unwrap_or(test),
        };
        let mismatch = || {
            failure(
                span,
                "the branches of the conditional have types that cannot be brought together",
            )
        };
        if let Some(outcome) = test.as_bool() {
            let (chosen, other) = if outcome {
                (then, otherwise)
            } else {
                (otherwise, then)
            };
            let val = self.eval(chosen, scope)?;
            // The branch not taken still has a say in the type.
            let other = self.branch(other, scope)?;
            self.spend(u64::from(val.weight() / 8 + other.weight() / 8), span)?;
            // The marks of the branch not taken count too: Terraform cannot always tell which one it will be.
            let sensitive = test.sensitive || other.is_marked();
            let marked = |mut val: Val| {
                if let Kind::Unknown(unk) = &mut val.kind
                    && sensitive
                {
                    Arc::make_mut(unk).veiled = false;
                }
                val.mark(sensitive)
            };
            if is_untyped(&val) || is_untyped(&other) {
                return Ok(marked(val));
            }
            let (own, other) = (val.type_of(), other.type_of());
            let both = if outcome { [own, other] } else { [other, own] };
            let ty = unify(&both).ok_or_else(mismatch)?;
            let val = val.convert(&ty).map_err(|error| failure(span, error))?;
            return Ok(marked(val));
        }
        let then = self.branch(then, scope)?;
        let otherwise = self.branch(otherwise, scope)?;
        self.spend(u64::from(then.weight() / 8 + otherwise.weight() / 8), span)?;
        let ty = if is_untyped(&then) || is_untyped(&otherwise) {
            Type::Any
        } else {
            unify(&[then.type_of(), otherwise.type_of()]).ok_or_else(mismatch)?
        };
        let convert = |val: &Val| val.convert(&ty).map_err(|error| failure(span, error));
        let sensitive = test.sensitive || then.sensitive || otherwise.sensitive;
        // Equal branches make the condition irrelevant, as far as Terraform sees it.
        if irrelevant(&then, &otherwise) {
            let refs = test.refs.union(&otherwise.refs);
            let sensitive = test.is_marked() || then.is_marked() || otherwise.is_marked();
            return Ok(convert(&then)?.mark(sensitive).with_refs(&refs));
        }
        if let Some(elements) = alike(&then, &otherwise, &test) {
            let refs = test.refs.union(&then.refs).union(&otherwise.refs);
            return Ok(elements.mark(sensitive).with_refs(&refs).at(Some(span)));
        }
        // The plan does not know, but the condition can only turn out one way.
        let outcomes = match certain(&test).and_then(Val::as_bool) {
            Some(true) => vec![convert(&then)?],
            Some(false) => vec![convert(&otherwise)?],
            None => vec![convert(&then)?, convert(&otherwise)?],
        };
        let mut result = one_of(test.reasons(), outcomes);
        if let Kind::Unknown(unk) = &mut result.kind {
            let unk = Arc::make_mut(unk);
            unk.bounds = either(&then, &otherwise);
            // Nor does the plan know that one of them is out of the question.
            unk.not_null &= !may_be_null(&then) && !may_be_null(&otherwise);
            unk.veiled = !(test.is_marked() || then.is_marked() || otherwise.is_marked());
            if ty.is_any() {
                (unk.ty, unk.not_null) = (Type::Any, false);
            }
        }
        Ok(result.mark(sensitive).at(Some(span)))
    }

    /// A branch that may not be taken: its failure is no error, and it keeps the type that its form gives away.
    fn branch(&self, expr: &Expr, scope: Scope<'_>) -> Eval {
        self.eval(expr, scope.leniently())
    }

    fn binary(&self, op: Op, left: &Expr, right: &Expr, span: Span, scope: Scope<'_>) -> Eval {
        let a = self.eval(left, scope)?;
        let b = self.eval(right, scope)?;
        // Marks and references are looked for in everything that is compared.
        self.spend(u64::from(a.weight() / 16 + b.weight() / 16), span)?;
        let refs = a.all_refs().union(&b.all_refs());
        let sensitive = a.holds_sensitive() || b.holds_sensitive();
        let marked = a.holds_marked() || b.holds_marked();
        let mut val = match op {
            Op::Eq | Op::NotEq => {
                let answer = |equal: bool| Val::from(equal == (op == Op::Eq));
                match a.equals(&b) {
                    Some(equal) if refs.to_schema() && a.converts(&b, equal) => Val::unknown(Unk {
                        ty: Type::Bool,
                        not_null: true,
                        ..Unk::because("the provider's schema may convert what is compared")
                    }),
                    Some(equal) => answer(equal),
                    None => computed(&[&a, &b], Type::Bool, |vals| {
                        let [a, b] = vals else { return None };
                        // What is certain to be set is not null, though Terraform's plan does not say so yet.
                        let set = |val: &Val| val.as_unknown().is_some_and(|unk| unk.set);
                        let unlike = match (a.as_unknown(), b.as_unknown()) {
                            (Some(a), Some(b)) => a.begins_unlike(b),
                            _ => false,
                        };
                        let differ = unlike || a.is_null() && set(b) || b.is_null() && set(a);
                        Some(answer(!differ && a.same(b)?))
                    }),
                }
            }
            Op::And | Op::Or => {
                let a = operand(&a, &Type::Bool, left.span)?;
                let b = operand(&b, &Type::Bool, right.span)?;
                // Terraform answers unknown even where one side decides; what it will be is kept.
                let decides = op == Op::Or;
                if let (Some(a), Some(b)) = (a.as_bool(), b.as_bool()) {
                    Val::from(if decides { a || b } else { a && b })
                } else {
                    computed(&[&a, &b], Type::Bool, |vals| {
                        let known: Vec<bool> = vals.iter().filter_map(Val::as_bool).collect();
                        if known.contains(&decides) {
                            return Some(decides.into());
                        }
                        (known.len() == 2).then(|| (!decides).into())
                    })
                }
            }
            _ => {
                let a = operand(&a, &Type::Number, left.span)?;
                let b = operand(&b, &Type::Number, right.span)?;
                if a.is_known() && b.is_known() {
                    arithmetic(op, &a, &b).ok_or_else(|| {
                        failure(span, "the result is not a number that can be held")
                    })?
                } else {
                    let ty = if matches!(op, Op::Plus | Op::Minus | Op::Mul | Op::Div | Op::Mod) {
                        Type::Number
                    } else {
                        Type::Bool
                    };
                    match compare_bounds(op, &a, &b) {
                        Some(answer) => answer.into(),
                        None => computed(&[&a, &b], ty, |vals| {
                            arithmetic(op, vals.first()?, vals.get(1)?)
                        }),
                    }
                }
            }
        };
        match &mut val.kind {
            // `&&` and `||` mark only what is known: in cty they take marked operands, but none that is not known.
            Kind::Unknown(unk) => {
                Arc::make_mut(unk).veiled = matches!(op, Op::And | Op::Or) || !marked;
            }
            _ => return Ok(val.mark(marked).with_refs(&refs)),
        }
        Ok(val.mark(sensitive).with_refs(&refs))
    }

    /// What an element looks like that Terraform does not look at yet: it cannot be wrong.
    fn shape(&self, expr: &Expr, scope: Scope<'_>) -> Eval {
        match self.eval(expr, scope.strictly()) {
            Err(failure) if failure.code != "evaluation-limit" => {
                Ok(Val::unknown_because(failure.message).at(Some(expr.span)))
            }
            result => result,
        }
    }

    /// Where there is no element, Terraform still tries the condition with one that is not known: whether it is sensitive.
    fn condition_of_none(&self, each: &For, scope: Scope<'_>) -> Result<bool, Failure> {
        let Some(condition) = &each.condition else {
            return Ok(false);
        };
        let any = || Val::unknown_because("any element");
        let test = in_for(each, any(), any(), scope, |scope| {
            self.eval(condition, scope)
        })?;
        if test.is_null() {
            return Err(failure(condition.span, "the condition is null"));
        }
        let test = test
            .convert(&Type::Bool)
            .map_err(|error| failure(condition.span, format!("the condition: {error}")))?;
        Ok(test.sensitive)
    }

    fn for_expr(&self, each: &For, span: Span, scope: Scope<'_>) -> Eval {
        let collection = self.eval(&each.collection, scope)?;
        // The mark of the whole becomes the mark of the result.
        let mut plain = collection.clone();
        plain.sensitive = false;
        let pairs = match pairs(&plain) {
            Some(pairs) => pairs,
            None if collection.is_null() => {
                return Err(failure(
                    each.collection.span,
                    "null cannot be iterated over",
                ));
            }
            None if collection.is_known() => {
                let message = format!("a {} cannot be iterated over", collection.type_name());
                return Err(failure(each.collection.span, message));
            }
            None => {
                if let Some(unk) = collection.as_unknown()
                    && unk.ty.is_primitive()
                {
                    return Err(failure(
                        each.collection.span,
                        format!("a {} cannot be iterated over", unk.ty),
                    ));
                }
                // Of a collection of unknown type it does not even try the condition: that cannot be wrong.
                let untyped = is_untyped(&collection);
                let tried = if untyped { scope.strictly() } else { scope };
                let sensitive = match self.condition_of_none(each, tried) {
                    Err(failure) if untyped && failure.code != "evaluation-limit" => false,
                    marks => marks?,
                };
                let (key, element) = symbolic_pair(&collection);
                // Terraform does not look at the rest yet: it cannot be wrong.
                let element = in_for(each, key, element, scope.strictly(), |scope| {
                    self.eval(&each.value, scope)
                });
                let element = element
                    .ok()
                    .map(|element| grouped(each, &collection, element));
                return Ok(
                    unknown_collection(&collection, element, each.key.is_some()).mark(sensitive)
                );
            }
        };
        self.spend(pairs.len() as u64, span)?;
        let mut sensitive = collection.sensitive;
        if pairs.is_empty() {
            // Only for its errors: of a known collection the mark is no longer asked for.
            self.condition_of_none(each, scope)?;
        }
        let mut refs = collection.refs.clone();
        let mut list = Vec::new();
        let mut members = Members::new();
        let mut groups: std::collections::BTreeMap<Arc<str>, Vec<Val>> =
            std::collections::BTreeMap::new();
        let mut unclear: Option<Val> = None;
        let mut unplaced = Vec::new();
        for (key, element) in pairs {
            // Once the result is not known, Terraform says nothing of a null among what follows.
            let known = unclear.is_none();
            let outcome = in_for(each, key, element, scope, |scope| {
                if let Some(condition) = &each.condition {
                    let test = self.eval(condition, scope)?;
                    if test.is_null() {
                        if !known {
                            return Ok(None);
                        }
                        return Err(failure(condition.span, "the condition is null"));
                    }
                    let test = test.convert(&Type::Bool).map_err(|error| {
                        failure(condition.span, format!("the condition: {error}"))
                    })?;
                    sensitive |= test.sensitive;
                    match test.as_bool() {
                        Some(false) => return Ok(None),
                        Some(true) => {}
                        None => return Ok(Some((test, self.shape(&each.value, scope)?))),
                    }
                }
                let key = match &each.key {
                    Some(key) => {
                        let name = self.eval(key, scope)?;
                        if name.is_null() {
                            if !known {
                                return Ok(None);
                            }
                            return Err(failure(key.span, "a key cannot be null"));
                        }
                        name.to_str()
                            .map_err(|error| failure(key.span, format!("a key: {error}")))?
                    }
                    None => Val::from(true),
                };
                let value = if key.is_known() {
                    self.eval_part(&each.value, scope)?
                } else {
                    self.shape(&each.value, scope)?
                };
                Ok(Some((key, value)))
            })?;
            let Some((key, value)) = outcome else {
                continue;
            };
            sensitive |= key.sensitive;
            match &key.kind {
                Kind::Unknown(_) => {
                    unclear = Some(key);
                    unplaced.push(value);
                }
                Kind::Str(name) if each.grouping => {
                    groups.entry(Arc::clone(name)).or_default().push(value);
                }
                Kind::Str(name) => {
                    if members.insert(Arc::clone(name), value).is_some() {
                        let key = each.key.as_ref().map_or(span, |key| key.span);
                        return Err(failure(key, "two elements give the same key"));
                    }
                }
                _ => list.push(value),
            }
        }
        if let Some(unclear) = unclear {
            refs = refs.union(&unclear.refs);
            let source = unknown_from(&unclear, Type::Any);
            // An element may be any of those that are there, and of those that may be.
            unplaced.extend(list);
            unplaced.extend(members.into_values());
            unplaced.extend(groups.into_values().flatten());
            let element = grouped(each, &source, any_of(&source, unplaced, Type::Any));
            return Ok(
                unknown_collection(&source, Some(element), each.key.is_some())
                    .mark(sensitive)
                    .with_refs(&refs),
            );
        }
        let val = if each.key.is_none() {
            Val::tuple(list)
        } else if each.grouping {
            Val::object(
                groups
                    .into_iter()
                    .map(|(key, values)| (key, Val::tuple(values)))
                    .collect(),
            )
        } else {
            Val::object(members)
        };
        Ok(val.mark(sensitive).with_refs(&refs))
    }

    fn template(&self, parts: &[Part], span: Span, scope: Scope<'_>) -> Eval {
        let mut text = Text::default();
        self.template_parts(parts, span, scope, &mut text)?;
        Ok(text.finish())
    }

    fn template_parts(
        &self,
        parts: &[Part],
        span: Span,
        scope: Scope<'_>,
        text: &mut Text,
    ) -> Result<(), Failure> {
        let _depth = self.enter(span)?;
        for part in parts {
            match part {
                Part::Text(known) => text.push(known),
                Part::Expr(expr) => {
                    let val = self.eval(expr, scope)?;
                    if val.is_null() {
                        return Err(failure(expr.span, "null cannot be part of a text"));
                    }
                    // Of a part that is not known not even the type is looked at.
                    let val = match val.to_str() {
                        Err(error) if val.is_known() => {
                            let message = format!("cannot be part of a text: {error}");
                            return Err(failure(expr.span, message));
                        }
                        text => text.unwrap_or_else(|_| text_of(&val)),
                    };
                    text.add(val);
                }
                Part::If {
                    condition,
                    then,
                    otherwise,
                } => {
                    let test = self.eval(condition, scope)?;
                    if test.is_null() {
                        return Err(failure(condition.span, "the condition is null"));
                    }
                    let test = test.convert(&Type::Bool).map_err(|error| {
                        failure(condition.span, format!("the condition: {error}"))
                    })?;
                    text.mark(&test);
                    let start = text.start();
                    // Only one of them will have to be right.
                    let branch = |parts| match self.template(parts, span, scope.strictly()) {
                        Err(failure) if failure.code != "evaluation-limit" => {
                            Ok(Val::unknown_because(failure.message))
                        }
                        result => result,
                    };
                    if let Some(taken) = test.as_bool() {
                        let (chosen, other) = if taken {
                            (then, otherwise)
                        } else {
                            (otherwise, then)
                        };
                        self.template_parts(chosen, span, scope, text)?;
                        // As in a conditional, the marks of the other count too.
                        text.mark(&branch(other)?);
                    } else {
                        let outcomes = vec![branch(then)?, branch(otherwise)?];
                        text.add(one_of(test.reasons(), outcomes));
                    }
                    text.ends(start);
                }
                Part::For {
                    key_var,
                    value_var,
                    collection,
                    body,
                } => {
                    let mut val = self.eval(collection, scope)?;
                    // What the provider may keep as a set is in no order here, as for `join`.
                    let listed =
                        matches!(&val.kind, Kind::List(all) | Kind::Tuple(all) if all.len() > 1);
                    if listed && val.refs.to_schema() {
                        let open = Unk::because(BY_SCHEMA);
                        let refs = val.all_refs();
                        val = val
                            .with_kind(Kind::Unknown(Arc::new(open)))
                            .with_refs(&refs);
                    }
                    text.mark(&val);
                    let Some(pairs) = pairs(&val) else {
                        if val.is_known() {
                            let message = format!("a {} cannot be iterated over", val.type_name());
                            return Err(failure(collection.span, message));
                        }
                        if let Some(unk) = val.as_unknown()
                            && unk.ty.is_primitive()
                        {
                            let message = format!("a {} cannot be iterated over", unk.ty);
                            return Err(failure(collection.span, message));
                        }
                        text.add(text_of(&val));
                        continue;
                    };
                    self.spend(pairs.len() as u64, span)?;
                    let start = text.start();
                    let (marked, unknowns) = (text.marked, text.unknowns);
                    for (key, element) in pairs {
                        let names = Names {
                            name: value_var,
                            value: element,
                            outer: scope.names,
                        };
                        match key_var {
                            Some(key_var) => {
                                let names = Names {
                                    name: key_var,
                                    value: key,
                                    outer: Some(&names),
                                };
                                self.template_parts(body, span, scope.with(&names), text)?;
                            }
                            None => self.template_parts(body, span, scope.with(&names), text)?,
                        }
                    }
                    // Of a loop with a part that is not known Terraform keeps no mark but that of the collection.
                    if text.unknowns > unknowns {
                        text.marked = marked;
                    }
                    text.ends(start);
                }
            }
            self.spend(1, span)?;
            if text.too_long() {
                return Err(Failure {
                    code: "evaluation-limit",
                    message: "the text is too long to be evaluated".into(),
                    span,
                });
            }
        }
        Ok(())
    }

    fn call(&self, call: &Call, span: Span, scope: Scope<'_>) -> Eval {
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        match name {
            "try" => return self.try_call(&call.args, span, scope),
            "can" => {
                let Some(arg) = call.args.first() else {
                    return Err(failure(span, "can takes one argument"));
                };
                return Ok(match self.attempt(arg, scope) {
                    Ok((val, false)) if val.is_wholly_known() => Val::from(true),
                    Ok((val, _)) => {
                        let mut unk = Unk {
                            reasons: val.reasons(),
                            ty: Type::Bool,
                            ..Unk::default()
                        };
                        unk.set = true;
                        Val::unknown(unk)
                    }
                    Err(failure) if failure.code == "evaluation-limit" => return Err(failure),
                    Err(_) => Val::from(false),
                }
                .at(Some(span)));
            }
            _ => {}
        }
        let mut args = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            args.push(self.eval(arg, scope)?);
        }
        if call.expand
            && let Some(last) = args.pop()
        {
            match &last.kind {
                Kind::List(elements) | Kind::Tuple(elements) | Kind::Set(elements) => {
                    args.extend(elements.iter().map(|element| member(&last, element)));
                }
                Kind::Unknown(_) => {
                    return Ok(unknown_from(&last, Type::Any)
                        .with_refs(&all_refs(&args))
                        .at(Some(span)));
                }
                _ => {
                    return Err(failure(
                        span,
                        format!("a list is needed before `...`, not {}", last.type_name()),
                    ));
                }
            }
        }
        if name.starts_with("provider::") {
            let reason = format!("{name} is a function of a provider");
            let sensitive = args.iter().any(Val::holds_sensitive);
            return Ok(Val::unknown_because(reason)
                .with_refs(&all_refs(&args))
                .mark(sensitive)
                .at(Some(span)));
        }
        if let Some(result) = self.file_function(name, &args, span, scope) {
            return Ok(result?.at(Some(span)));
        }
        let weight: u64 = args.iter().map(|arg| u64::from(arg.weight())).sum();
        self.spend(weight / 4 + 1, span)?;
        let context = CallContext { fuel: &self.fuel };
        let result = functions::call(name, &args, &context)
            .ok_or_else(|| unknown_name(span, "there is no function of this name"))?;
        let val = result.map_err(|message| {
            let code = if self.fuel.is_empty() {
                "evaluation-limit"
            } else {
                "evaluation"
            };
            Failure {
                code,
                message,
                span,
            }
        })?;
        Ok(seen_from(val, span, || name.into()))
    }

    /// Evaluates an argument of `try` or `can`, and whether it may fail yet: it mentions an instance that may not be there.
    fn attempt(&self, arg: &Expr, scope: Scope<'_>) -> Result<(Val, bool), Failure> {
        let before = self.doubts.get();
        let val = self.eval(arg, scope.strictly())?;
        Ok((val, self.doubts.get() != before))
    }

    fn try_call(&self, args: &[Expr], span: Span, scope: Scope<'_>) -> Eval {
        let mut last = None;
        for (at, arg) in args.iter().enumerate() {
            match self.attempt(arg, scope) {
                Ok((val, false)) if val.is_wholly_known() => {
                    return Ok(seen_from(val, span, || "try".into()));
                }
                Ok((val, doubtful)) => {
                    // Whether it will succeed is not known, nor then which argument it will be; but what a resource computes
                    // will be there to be mentioned.
                    let computed = val.as_unknown().is_some_and(|unk| {
                        unk.set && unk.alternatives.is_empty() && unk.element.is_none()
                    });
                    let mentioned = match arg.kind {
                        ExprKind::Variable { .. } => true,
                        // `values(aws_kms_key.all)[0].arn` is one, too.
                        ExprKind::Access { .. } => val.as_unknown().is_some_and(|unk| unk.verbatim),
                        _ => false,
                    };
                    if computed && !doubtful && mentioned {
                        return Ok(tried(val).at(Some(span)));
                    }
                    let elements_known = val
                        .elements()
                        .is_some_and(|elements| elements.iter().all(|e| e.as_unknown().is_none()));
                    if elements_known && !doubtful && only_mentions(arg) {
                        let reasons = val.reasons();
                        return Ok(tried(one_of(reasons, vec![val])).at(Some(span)));
                    }
                    let mut outcomes = vec![val];
                    for later in args.get(at + 1..).unwrap_or_default() {
                        match self.attempt(later, scope) {
                            Ok((val, doubtful)) => {
                                let known = val.is_wholly_known() && !doubtful;
                                outcomes.push(val);
                                if known {
                                    break;
                                }
                            }
                            Err(failure) if failure.code == "evaluation-limit" => {
                                return Err(failure);
                            }
                            Err(_) => {}
                        }
                    }
                    let reasons = outcomes.first().map(Val::reasons).unwrap_or_default();
                    return Ok(tried(one_of(reasons, outcomes)).at(Some(span)));
                }
                Err(failure) if failure.code == "evaluation-limit" => return Err(failure),
                Err(failure) => last = Some(failure),
            }
        }
        let message = last.map_or_else(
            || "try takes at least one argument".to_owned(),
            |last| {
                format!(
                    "no argument of try can be evaluated; the last: {}",
                    last.message
                )
            },
        );
        Err(failure(span, message))
    }
}

/// Whether an expression only mentions things and puts them into lists: where that could be done it can be done when all is known.
fn only_mentions(expr: &Expr) -> bool {
    let plain = |step: &Step| match step {
        Step::Attr(..) => true,
        Step::Index(key) => matches!(key.kind, ExprKind::Literal(_)),
        Step::Splat(..) => false,
    };
    match &expr.kind {
        ExprKind::Literal(_) => true,
        ExprKind::Variable { steps, .. } => steps.iter().all(plain),
        ExprKind::Tuple(elements) => elements.iter().all(only_mentions),
        ExprKind::Call(call) => {
            &*call.name == "flatten" && !call.expand && call.args.iter().all(only_mentions)
        }
        _ => false,
    }
}

/// Evaluates something with the names of a `for` bound to an element.
fn in_for<T>(
    each: &For,
    key: Val,
    element: Val,
    scope: Scope<'_>,
    body: impl FnOnce(Scope<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let names = Names {
        name: &each.value_var,
        value: element,
        outer: scope.names,
    };
    match &each.key_var {
        Some(key_var) => {
            let names = Names {
                name: key_var,
                value: key,
                outer: Some(&names),
            };
            body(scope.with(&names))
        }
        None => body(scope.with(&names)),
    }
}

/// Whether the branches of a conditional are so equal that Terraform knows the outcome: both null, the same number, or
/// empty collections of one type.
fn irrelevant(then: &Val, otherwise: &Val) -> bool {
    match (&then.kind, &otherwise.kind) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Num(a), Kind::Num(b)) => a == b,
        _ if then.type_of() != otherwise.type_of() => false,
        (Kind::List(a), Kind::List(b)) | (Kind::Set(a), Kind::Set(b)) => {
            a.is_empty() && b.is_empty()
        }
        (Kind::Map(a), Kind::Map(b)) => a.is_empty() && b.is_empty(),
        _ => false,
    }
}

/// The least that a number can be, and the greatest where there is one.
fn bounds(val: &Val) -> Option<Bounds> {
    if let Some(number) = val.as_num() {
        return Some((number.clone(), Some(number.clone())));
    }
    val.as_unknown()?.bounds.clone()
}

/// Whether it is null, or may be as far as Terraform knows.
fn may_be_null(val: &Val) -> bool {
    val.is_null() || val.as_unknown().is_some_and(|unk| !unk.not_null)
}

/// The bounds of a number that is one of two, and of the length of a collection that is one of two of the same type.
fn either(then: &Val, otherwise: &Val) -> Option<Bounds> {
    let ty = then.type_of();
    let of: fn(&Val) -> Option<Bounds> = if !ty.is_collection() {
        bounds
    } else if ty == otherwise.type_of() {
        Val::lengths
    } else {
        return None;
    };
    let ((least_a, most_a), (least_b, most_b)) = (of(then)?, of(otherwise)?);
    let most = most_a.zip(most_b).map(|(a, b)| a.largest(b));
    Some((least_a.smallest(least_b), most))
}

/// A number with its sign turned.
fn negated(val: &Val) -> Val {
    match &val.kind {
        Kind::Num(number) => val.with_kind(Kind::Num(number.neg())),
        _ => veiled(
            computed(&[val], Type::Number, |vals| {
                Some(vals.first()?.as_num()?.neg().into())
            }),
            val,
        ),
    }
}

/// What is made of an operand that is not known: Terraform marks it only once it is known.
fn veiled(mut val: Val, operand: &Val) -> Val {
    if let Kind::Unknown(unk) = &mut val.kind {
        Arc::make_mut(unk).veiled = true;
    }
    val.mark(operand.sensitive).with_refs(&operand.refs)
}

/// Whether it is not even known of what type it is.
fn is_untyped(val: &Val) -> bool {
    val.as_unknown().is_some_and(|unk| unk.ty.is_any())
}

/// Two lists of one type and length, or sets of one element, have that many elements whatever the condition.
fn alike(then: &Val, otherwise: &Val, test: &Val) -> Option<Val> {
    let either = |(a, b): (&Val, &Val)| {
        let mut element = one_of(test.reasons(), vec![a.clone(), b.clone()]);
        if let Kind::Unknown(unk) = &mut element.kind {
            Arc::make_mut(unk).not_null = false;
        }
        element
    };
    let (a, b, set) = match (&then.kind, &otherwise.kind) {
        (Kind::List(a), Kind::List(b)) => (a, b, false),
        (Kind::Set(a), Kind::Set(b)) if a.len() == 1 => (a, b, true),
        _ => return None,
    };
    if a.len() != b.len() || then.type_of() != otherwise.type_of() {
        return None;
    }
    let elements = a.iter().zip(b.iter()).map(either).collect();
    Some(if set {
        Val::set(elements)
    } else {
        Val::list(elements)
    })
}

/// The type of whatever an expression gives, as far as its form says.
fn form(kind: &ExprKind) -> Type {
    match kind {
        ExprKind::Template(_) => Type::String,
        ExprKind::Not(_) => Type::Bool,
        ExprKind::Negate(_) => Type::Number,
        ExprKind::Binary(Op::Plus | Op::Minus | Op::Mul | Op::Div | Op::Mod, _) => Type::Number,
        ExprKind::Binary(..) => Type::Bool,
        _ => Type::Any,
    }
}

/// A value of no known type as a text.
fn text_of(val: &Val) -> Val {
    let set = val.as_unknown().is_some_and(Unk::is_set);
    if set {
        set_from(val, Type::String)
    } else {
        unknown_from(val, Type::String)
    }
}

/// What `try` leaves of an unknown: its type may be another's, and Terraform marks it only once it is known.
fn tried(val: Val) -> Val {
    let mut val = untyped(val);
    if let Kind::Unknown(unk) = &mut val.kind {
        Arc::make_mut(unk).veiled = true;
    }
    val
}

/// An unknown of which not even the type is known.
fn untyped(mut val: Val) -> Val {
    if let Kind::Unknown(unk) = &mut val.kind {
        let unk = Arc::make_mut(unk);
        (unk.ty, unk.not_null) = (Type::Any, false);
    }
    val
}

pub(crate) fn all_refs(vals: &[Val]) -> Refs {
    Refs::union_all(&vals.iter().map(Val::all_refs).collect::<Vec<_>>())
}

/// The one value that an unknown can turn out to be.
pub(crate) fn certain(val: &Val) -> Option<&Val> {
    let (first, rest) = val.as_unknown()?.alternatives.split_first()?;
    rest.iter()
        .all(|other| other.equals(first) == Some(true))
        .then_some(first)
}

/// An operand of a logical or arithmetic operator.
fn operand(val: &Val, ty: &Type, span: Span) -> Eval {
    if val.is_null() {
        return Err(failure(span, "the operand is null"));
    }
    val.convert(ty)
        .map_err(|_| failure(span, format!("the operand is not a {ty}")))
}

/// The result of an operation on values that are not all known: unknown, with the results for every alternative.
fn computed(vals: &[&Val], ty: Type, f: impl Fn(&[Val]) -> Option<Val>) -> Val {
    let reasons = vals
        .iter()
        .map(|val| val.reasons())
        .find(|reasons| !reasons.is_empty())
        .unwrap_or_default();
    let mut unk = Unk {
        reasons,
        ty,
        set: true,
        not_null: true,
        ..Unk::default()
    };
    let options = |val: &Val| match val.as_unknown() {
        Some(unk) if !unk.alternatives.is_empty() => unk.alternatives.clone(),
        _ => vec![val.clone()],
    };
    let mut combinations: Vec<Vec<Val>> = vec![vec![]];
    for val in vals {
        let options = options(val);
        if combinations.len() * options.len() > 16 {
            combinations.clear();
            break;
        }
        combinations = combinations
            .into_iter()
            .flat_map(|done| {
                options.iter().map(move |option| {
                    let mut next = done.clone();
                    next.push(option.clone());
                    next
                })
            })
            .collect();
    }
    if let Some(results) = combinations
        .iter()
        .map(|vals| f(vals))
        .collect::<Option<Vec<_>>>()
    {
        unk.alternatives = results;
    }
    Val::unknown(unk)
}

/// A comparison that the bounds of a number that is not known decide.
fn compare_bounds(op: Op, a: &Val, b: &Val) -> Option<bool> {
    let ((least_a, most_a), (least_b, most_b)) = (bounds(a)?, bounds(b)?);
    // Terraform takes no notice of bounds that touch.
    let below = most_a.is_some_and(|most| most.compare(&least_b).is_lt());
    let above = most_b.is_some_and(|most| least_a.compare(&most).is_gt());
    match op {
        Op::Less | Op::LessEq if below || above => Some(below),
        Op::Greater | Op::GreaterEq if below || above => Some(above),
        _ => None,
    }
}

fn arithmetic(op: Op, a: &Val, b: &Val) -> Option<Val> {
    let (a, b) = (a.as_num()?, b.as_num()?);
    Some(match op {
        Op::Plus => a.add(b)?.into(),
        Op::Minus => a.sub(b)?.into(),
        Op::Mul => a.mul(b)?.into(),
        Op::Div => a.div(b)?.into(),
        Op::Mod => a.rem(b)?.into(),
        Op::Less => a.compare(b).is_lt().into(),
        Op::LessEq => (a.compare(b).is_lt() || a == b).into(),
        Op::Greater => a.compare(b).is_gt().into(),
        Op::GreaterEq => (a.compare(b).is_gt() || a == b).into(),
        Op::And | Op::Or | Op::Eq | Op::NotEq => return None,
    })
}

fn is_sequence(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Any | Type::List(_) | Type::Set(_) | Type::Tuple(_)
    )
}

fn element_type(ty: &Type) -> Type {
    match ty {
        Type::List(of) | Type::Set(of) | Type::Map(of) => (**of).clone(),
        Type::Tuple(all) => unify(all).unwrap_or_default(),
        _ => Type::Any,
    }
}

/// Keys and elements in Terraform's order of iteration; `None` where it is no known collection.
pub(crate) fn pairs(val: &Val) -> Option<Vec<(Val, Val)>> {
    Some(match &val.kind {
        Kind::List(elements) | Kind::Tuple(elements) => elements
            .iter()
            .enumerate()
            .map(|(at, e)| (Val::num(Num::from(at)), member(val, e)))
            .collect(),
        Kind::Set(elements) => elements
            .iter()
            .map(|e| (member(val, e), member(val, e)))
            .collect(),
        Kind::Map(members) | Kind::Object(members) => members
            .iter()
            .map(|(key, e)| {
                (
                    Val::str(Arc::clone(key)).mark(val.sensitive),
                    member(val, e),
                )
            })
            .collect(),
        _ => return None,
    })
}

/// The key and element that stand for those of a collection that is not known.
pub(crate) fn symbolic_pair(collection: &Val) -> (Val, Val) {
    let ty = collection
        .as_unknown()
        .map(|unk| unk.ty.clone())
        .unwrap_or_default();
    let unk = collection.as_unknown();
    let element = match unk.and_then(|unk| unk.element.as_deref()) {
        Some(element) => member(collection, element),
        // The elements of every outcome, where those are known.
        None => match unk.and_then(|unk| {
            unk.alternatives
                .iter()
                .map(pairs)
                .collect::<Option<Vec<_>>>()
        }) {
            Some(outcomes) => {
                let elements = outcomes.into_iter().flatten();
                let elements = elements.map(|(_, element)| single(element)).collect();
                any_of(collection, elements, element_type(&ty))
            }
            None => unknown_from(collection, element_type(&ty)),
        },
    };
    let key = match ty {
        Type::List(_) | Type::Tuple(_) => set_from(collection, Type::Number),
        Type::Map(_) | Type::Object(_) => set_from(collection, Type::String),
        Type::Set(_) => element.clone(),
        _ => set_from(collection, Type::Any),
    };
    (key, element)
}

/// One of what an element stands for that stands for several.
fn single(element: Val) -> Val {
    match element.as_unknown() {
        Some(unk) if unk.many => match unk.element.as_deref() {
            Some(one) => member(&element, one),
            None => unknown_from(&element, Type::Any),
        },
        _ => element,
    }
}

/// What a `for` makes of a value: with `...` each key has a tuple of them.
fn grouped(each: &For, source: &Val, value: Val) -> Val {
    if each.grouping {
        unknown_collection(source, Some(value), false)
    } else {
        value
    }
}

fn unknown_collection(source: &Val, element: Option<Val>, keyed: bool) -> Val {
    let mut val = set_from(source, Type::Any);
    if let Some(element) = &element {
        val.refs = val.refs.union(&element.refs);
    }
    if let Kind::Unknown(unk) = &mut val.kind {
        let unk = Arc::make_mut(unk);
        (unk.element, unk.keyed) = (element.map(Box::new), keyed);
    }
    val.measured()
}

/// `.name` on a value.
pub(crate) fn attribute(val: &Val, name: &Arc<str>, span: Span) -> Eval {
    // Whether a block that is written once is read as a list or as itself, the provider's schema says.
    if let Kind::List(elements) | Kind::Tuple(elements) = &val.kind
        && let [only] = elements.as_slice()
        && val.refs.to_schema()
    {
        return attribute(&member(val, only), name, span);
    }
    match &val.kind {
        Kind::Object(members) | Kind::Map(members) => match members.get(name) {
            Some(child) => Ok(member(val, child)),
            None if matches!(val.kind, Kind::Map(_)) => {
                Err(failure(span, format!("the map has no element {name:?}")))
            }
            None => Err(failure(
                span,
                format!("the object has no attribute {name:?}"),
            )),
        },
        Kind::Unknown(unk) => unknown_attribute(val, unk, name, span),
        Kind::Null => Err(failure(span, format!("null has no attribute {name:?}"))),
        _ => Err(failure(
            span,
            format!("a {} has no attributes", val.type_name()),
        )),
    }
}

fn unknown_attribute(val: &Val, unk: &Unk, name: &Arc<str>, span: Span) -> Eval {
    if let Some(child) = unk.open.as_ref().and_then(|open| open.get(name)) {
        let mut child = child.clone();
        child.sensitive |= val.sensitive;
        // What stands in a block is the block's resource's too.
        if !child.refs.to_schema() {
            child.refs = child.refs.union(&val.refs);
        }
        return Ok(child);
    }
    let ty = match &unk.ty {
        Type::Any => Type::Any,
        Type::Map(of) => (**of).clone(),
        Type::Object(attributes) => match attributes.get(name) {
            Some(attribute) => attribute.ty.clone(),
            None => {
                return Err(failure(
                    span,
                    format!("the object has no attribute {name:?}"),
                ));
            }
        },
        ty => return Err(failure(span, format!("a {ty} has no attributes"))),
    };
    let mut result = unknown_from(val, ty);
    if unk.open.is_some() {
        // What was a mention of the whole resource is one of the attribute.
        result.refs = result
            .refs
            .iter()
            .map(|reference| match &*reference.attribute {
                "" => Reference {
                    address: Arc::clone(&reference.address),
                    attribute: Arc::clone(name),
                },
                _ => reference.clone(),
            })
            .collect();
        if let Kind::Unknown(inner) = &mut result.kind {
            let inner = Arc::make_mut(inner);
            (inner.set, inner.verbatim) = (unk.set, true);
            for reason in &mut inner.reasons {
                if let Some(known) = reason.strip_suffix(".*") {
                    *reason = format!("{known}.{name}");
                } else if reason == "known after apply"
                    && let Some(reference) = result.refs.iter().next()
                {
                    *reason = format!(
                        "known after apply: {}.{}",
                        reference.address, reference.attribute
                    );
                }
            }
        }
    }
    if let Kind::Unknown(inner) = &mut result.kind {
        let inner = Arc::make_mut(inner);
        let outcomes: Option<Vec<Val>> = unk
            .alternatives
            .iter()
            .map(|option| attribute(option, name, span).ok())
            .collect();
        inner.alternatives = outcomes.unwrap_or_default();
    }
    Ok(result)
}

/// `[key]` on a value.
pub(crate) fn index(val: &Val, key: &Val, span: Span) -> Eval {
    let mark = |result: Val| result.mark(key.sensitive);
    if key.is_null() && val.is_known() {
        return Err(failure(span, "the index is null"));
    }
    match &val.kind {
        Kind::List(elements) | Kind::Tuple(elements) => {
            let key = key
                .convert(&Type::Number)
                .map_err(|_| failure(span, "the index of a list must be a number"))?;
            if let Some(number) = key.as_num() {
                let at = number.to_index();
                let several = |one: &Val| one.as_unknown().is_some_and(|unk| unk.many);
                // Where one stands that comes behind an element for several is not known.
                if let Some(first) = elements.iter().position(several)
                    && at.is_some_and(|at| at >= first)
                {
                    let behind = elements.iter().skip(first);
                    let behind = behind.map(|element| single(member(val, element)));
                    return Ok(mark(any_of(val, behind.collect(), Type::Any)));
                }
                let element = at
                    .and_then(|at| elements.get(at))
                    .ok_or_else(|| failure(span, "the list has no element of this index"))?;
                return Ok(mark(member(val, element)));
            }
            let outcomes: Vec<Val> = elements
                .iter()
                .take(64)
                .map(|element| single(member(val, element)))
                .collect();
            let complete = outcomes.len() == elements.len() && !outcomes.is_empty();
            let mut result = if complete {
                one_of(key.reasons(), outcomes)
            } else {
                unknown_from(&key, Type::Any)
            };
            if let Kind::Unknown(unk) = &mut result.kind {
                let unk = Arc::make_mut(unk);
                (unk.not_null, unk.veiled) = (false, !val.sensitive && !key.is_marked());
            }
            Ok(mark(if matches!(val.kind, Kind::Tuple(_)) {
                untyped(result)
            } else {
                result
            }))
        }
        Kind::Map(members) | Kind::Object(members) => {
            let key = key
                .to_str()
                .map_err(|_| failure(span, "the key of a map must be a text"))?;
            match &key.kind {
                Kind::Str(name) => {
                    let child = members
                        .get(name)
                        .ok_or_else(|| failure(span, "the map has no element of this key"))?;
                    let child = member(val, child);
                    // Which attribute an object has is no secret, as Terraform sees it.
                    Ok(if matches!(val.kind, Kind::Map(_)) {
                        mark(child)
                    } else {
                        child
                    })
                }
                _ => Ok(mark(unknown_from(&key, Type::Any))),
            }
        }
        Kind::Unknown(unk) => {
            if unk.ty.is_primitive() || matches!(unk.ty, Type::Set(_)) {
                return Err(failure(
                    span,
                    format!("a {} has no elements to index", unk.ty),
                ));
            }
            if unk.open.is_some() || matches!(unk.ty, Type::Object(_)) {
                // Reasons name the attribute, so a secret is not looked up.
                if !key.sensitive
                    && let Some(name) = key.to_str().ok().as_ref().and_then(Val::as_str)
                {
                    // Unlike `.name`, this is no error before the object is known.
                    return Ok(mark(
                        unknown_attribute(val, unk, &name.into(), span)
                            .unwrap_or_else(|_| unknown_from(val, Type::Any)),
                    ));
                }
                return Ok(mark(unknown_from(val, Type::Any)));
            }
            if let (Type::Tuple(types), Some(number)) = (&unk.ty, key.as_num()) {
                let ty = number.to_index().and_then(|at| types.get(at));
                let ty =
                    ty.ok_or_else(|| failure(span, "the tuple has no element of this index"))?;
                return Ok(mark(unknown_from(val, ty.clone())));
            }
            if let Some(element) = &unk.element {
                let element = member(val, element);
                let mut result = if element.is_known() {
                    one_of(val.reasons(), vec![element])
                } else {
                    element
                };
                if let Kind::Unknown(unk) = &mut result.kind {
                    let unk = Arc::make_mut(unk);
                    (unk.not_null, unk.veiled) = (false, !val.is_marked() && !key.is_marked());
                }
                let any = unk.ty.is_any();
                return Ok(mark(if any { untyped(result) } else { result }));
            }
            let mut result = unknown_from(val, element_type(&unk.ty));
            if let Kind::Unknown(inner) = &mut result.kind {
                let outcomes: Option<Vec<Val>> = unk
                    .alternatives
                    .iter()
                    .map(|option| index(option, key, span).ok())
                    .collect();
                Arc::make_mut(inner).alternatives = outcomes.unwrap_or_default();
            }
            Ok(mark(result))
        }
        Kind::Null => Err(failure(span, "null has no elements")),
        Kind::Set(_) => Err(failure(span, "a set has no indices")),
        _ => Err(failure(
            span,
            format!("a {} has no elements", val.type_name()),
        )),
    }
}

/// A text under construction.
#[derive(Default)]
struct Text {
    parts: Vec<value::Part>,
    known: String,
    length: usize,
    reasons: Vec<String>,
    refs: Vec<Refs>,
    sensitive: bool,
    /// Whether Terraform's plan says so, too, before the text is known.
    marked: bool,
    /// How many parts are not known.
    unknowns: usize,
    /// What is known before the first part that is not, in bytes.
    beginning: Option<usize>,
}

impl Text {
    fn push(&mut self, text: &str) {
        if self.too_long() {
            return;
        }
        self.length += text.len();
        self.known.push_str(text);
    }

    /// Where a directive starts, if all before it is known.
    fn start(&self) -> Option<usize> {
        self.beginning.is_none().then_some(self.length)
    }

    /// A directive is one part: where it is not wholly known, Terraform knows nothing of it.
    fn ends(&mut self, start: Option<usize>) {
        if self.beginning.is_some() && start.is_some() {
            self.beginning = start;
        }
    }

    fn too_long(&self) -> bool {
        self.length > value::MAX_TEXT
    }

    /// What is known of it is no longer worth keeping: holes double in locals that double each other.
    fn too_many_parts(&self) -> bool {
        self.parts.len() > MAX_PARTS
    }

    fn flush(&mut self) {
        if !self.known.is_empty() {
            self.parts
                .push(value::Part::Text(std::mem::take(&mut self.known).into()));
        }
    }

    fn mark(&mut self, val: &Val) {
        self.sensitive |= val.sensitive;
        self.marked |= val.is_marked();
    }

    fn add(&mut self, val: Val) {
        self.mark(&val);
        self.unknowns += usize::from(!val.is_known());
        if !val.refs.is_empty() {
            self.refs.push(val.refs.clone());
        }
        match &val.kind {
            Kind::Str(text) => self.push(text),
            Kind::Unknown(unk) => {
                self.beginning.get_or_insert(self.length);
                for reason in &unk.reasons {
                    if self.reasons.len() < 8 && !self.reasons.contains(reason) {
                        self.reasons.push(reason.clone());
                    }
                }
                if self.too_many_parts() {
                    return;
                }
                if unk.template.is_empty() || unk.json.is_some() {
                    self.flush();
                    self.parts.push(value::Part::Hole(val));
                    return;
                }
                for part in &unk.template {
                    match part {
                        value::Part::Text(text) => self.push(text),
                        value::Part::Hole(hole) => {
                            self.flush();
                            self.parts.push(value::Part::Hole(hole.clone()));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn finish(mut self) -> Val {
        let refs = Refs::union_all(&self.refs);
        let sensitive = self.sensitive;
        if self.parts.is_empty() {
            return Val::str(self.known).mark(sensitive).with_refs(&refs);
        }
        self.flush();
        if self.too_many_parts() {
            self.parts.clear();
        }
        let alternatives = if self.parts.is_empty() {
            vec![]
        } else {
            spelled_out(&self.parts)
        };
        let unk = Unk {
            reasons: self.reasons,
            ty: Type::String,
            set: Unk::has_text(&self.parts),
            not_null: true,
            alternatives,
            template: self.parts,
            prefix: self.beginning,
            veiled: !self.marked,
            ..Unk::default()
        };
        Val::unknown(unk).mark(sensitive).with_refs(&refs)
    }
}

/// Every text that the parts can make, where each hole has alternatives and they are few.
fn spelled_out(parts: &[value::Part]) -> Vec<Val> {
    let mut texts = vec![String::new()];
    for part in parts {
        match part {
            value::Part::Text(text) => texts.iter_mut().for_each(|known| known.push_str(text)),
            value::Part::Hole(hole) => {
                let options: Vec<&str> = hole
                    .as_unknown()
                    .map(|unk| {
                        unk.alternatives
                            .iter()
                            .map(|option| option.as_str())
                            .collect::<Option<Vec<_>>>()
                    })
                    .unwrap_or_default()
                    .unwrap_or_default();
                if options.is_empty() || options.len() * texts.len() > 16 {
                    return vec![];
                }
                texts = texts
                    .iter()
                    .flat_map(|known| options.iter().map(move |option| format!("{known}{option}")))
                    .collect();
            }
        }
        if texts.iter().map(String::len).sum::<usize>() > 1 << 16 {
            return vec![];
        }
    }
    texts.into_iter().map(Val::from).collect()
}
