//! What names lead to: variables, locals, outputs, resources and modules of module instances, evaluated when first
//! asked for and kept.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

use hcl_edit::Ident;
use hipaa_iac_source::{
    Diagnostic, Level, Map, Node, Origin, Reference, SourceFile, Sources, Span, Unresolved, Value,
};

use crate::{
    data::{self, Stop},
    expression::{
        Eval, Failure, MAX_EVALUATION_DEPTH, Names, Scope, attribute, certain, failure, member,
        pairs, symbolic_pair, unknown_name,
    },
    functions::of_file,
    loader::Installed,
    loader::Loader,
    module::{self, Mode, Module, ResourceBlock},
    number::Num,
    parse,
    providers::{self, Providers},
    syntax::{Attr, Block, Body, Expr, ExprKind, Item, Step},
    types,
    value::{Fuel, Kind, Members, Refs, Type, Unk, Val, set_from, unknown_from},
};

/// The workspace of who selects none.
const DEFAULT_WORKSPACE: &str = "default";
/// Steps of evaluation for one root.
const FUEL: u64 = 10_000_000;
/// Instances that one `count` or `for_each` may ask for.
const MAX_INSTANCES: usize = 100_000;
/// How many module instances one root may have.
const MAX_MODULES: usize = 10_000;
/// How deep modules may call each other.
const MAX_MODULE_DEPTH: usize = 40;
/// How deep blocks may nest.
const MAX_BLOCK_DEPTH: usize = 64;

/// Blocks and arguments of a resource that Terraform itself reads.
const META: [&str; 8] = [
    "count",
    "for_each",
    "depends_on",
    "provider",
    "lifecycle",
    "provisioner",
    "connection",
    "providers",
];

/// What is known of the workspace.
pub(crate) enum Workspace {
    /// The user names it.
    Named(Arc<str>),
    /// Nobody does.
    Assumed,
    /// It is that of a plan, which does not say it.
    Unknown,
}

/// Evaluates one root module and everything it calls.
pub(crate) struct Evaluator<'a> {
    pub(crate) loader: &'a Loader<'a>,
    pub(crate) root_dir: PathBuf,
    /// The root as reports show it.
    pub(crate) root: Arc<str>,
    /// Values of the root's variables that were given.
    pub(crate) given: BTreeMap<Arc<str>, Val>,
    /// Downloaded modules, by the key of `modules.json` (`vpc.subnets`).
    pub(crate) installed: BTreeMap<String, Installed>,
    pub(crate) providers: Providers,
    workspace: Workspace,
    pub(crate) fuel: Fuel,
    /// How often something was mentioned that may not be there: an instance of a `count` or `for_each` that is not known, a
    /// member of what is not known.
    pub(crate) doubts: Cell<u64>,
    depth: Cell<u32>,
    /// How many module instances there are so far.
    modules: Cell<usize>,
    pub(crate) diagnostics: RefCell<Vec<Diagnostic>>,
    seen: RefCell<HashSet<Said>>,
    pub(crate) unresolved: RefCell<Vec<Unresolved>>,
    /// The folders of the modules that are called.
    pub(crate) called: RefCell<BTreeSet<PathBuf>>,
    /// Template files that were read, by path.
    templates: RefCell<HashMap<PathBuf, Result<Rc<Expr>, String>>>,
}

/// What tells diagnostics apart: code, place, message.
type Said = (&'static str, Option<Span>, String);

/// One instance of a module.
pub(crate) struct Instance {
    pub(crate) module: Arc<Module>,
    /// `module.db["eu"].`, empty for the root.
    pub(crate) path: Arc<str>,
    /// The same for references: without a key where the instance is symbolic.
    reference_path: Arc<str>,
    /// The key in `modules.json`: `db`, `db.subnets`.
    key: String,
    /// It stands for any number of instances, or is part of one that does.
    pub(crate) symbolic: bool,
    parent: Option<Parent>,
    level: usize,
    variables: RefCell<HashMap<Arc<str>, Slot<Val>>>,
    locals: RefCell<HashMap<Arc<str>, Slot<Val>>>,
    outputs: RefCell<HashMap<Arc<str>, Slot<Val>>>,
    resources: RefCell<HashMap<usize, Slot<Rc<Resource>>>>,
    calls: RefCell<HashMap<Arc<str>, Slot<Rc<ModuleCall>>>>,
}

struct Parent {
    instance: Rc<Instance>,
    call: Arc<str>,
    /// `each` or `count` of the call.
    binding: Option<(&'static str, Val)>,
}

enum Slot<T> {
    Busy,
    Done(T),
}

/// A configuration of a provider.
pub(crate) struct Configuration {
    /// The address of its block, whether or not there is one.
    pub(crate) address: Arc<str>,
    /// The block: the module instance and the place among the provider blocks of its module.
    block: Option<(Rc<Instance>, usize)>,
}

/// Which instances there are of a resource or module.
pub(crate) enum Keys {
    One,
    Count(usize),
    /// Sorted by key, with the value.
    Each(Vec<(Arc<str>, Val, Val)>),
    /// Not known: one stands for all.
    Symbolic(Option<(&'static str, Val)>, Vec<String>),
}

/// A resource with its instances.
pub(crate) struct Resource {
    pub(crate) keys: Keys,
    bodies: RefCell<HashMap<usize, Slot<Rc<Evaluated>>>>,
}

/// An evaluated resource body.
pub(crate) struct Evaluated {
    pub(crate) node: Node,
    members: Arc<Members>,
}

/// The blocks of one kind: as policies see them, and as expressions do.
#[derive(Default)]
struct Blocks {
    nodes: Vec<Node>,
    vals: Vec<Val>,
    /// Why no plan knows how many there are, though they can only be these.
    unplanned: Option<Vec<String>>,
}

/// A module call with the instances of its module.
pub(crate) struct ModuleCall {
    pub(crate) keys: Keys,
    /// None where the module is not there.
    pub(crate) children: Option<Vec<Rc<Instance>>>,
    reason: String,
}

/// Counts the depth while it lives.
pub(crate) struct Depth<'a>(&'a Cell<u32>);

impl Drop for Depth<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

impl Keys {
    /// The number of instances that are evaluated.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::One | Self::Symbolic(..) => 1,
            Self::Count(count) => *count,
            Self::Each(keys) => keys.len(),
        }
    }

    /// What stands behind the name in an address.
    pub(crate) fn suffix(&self, at: usize) -> String {
        match self {
            Self::One => String::new(),
            Self::Count(_) => format!("[{at}]"),
            Self::Each(keys) => keys
                .get(at)
                .map_or_else(String::new, |(key, ..)| format!("[{}]", quoted(key))),
            Self::Symbolic(..) => "[*]".to_owned(),
        }
    }

    fn reference_suffix(&self, at: usize) -> String {
        if let Self::Symbolic(..) = self {
            String::new()
        } else {
            self.suffix(at)
        }
    }

    /// `count` or `each` of an instance.
    fn binding(&self, at: usize) -> Option<(&'static str, Val)> {
        match self {
            Self::One => None,
            Self::Count(_) => Some((
                "count",
                Val::object(Members::from([("index".into(), Val::num(Num::from(at)))])),
            )),
            Self::Each(keys) => {
                let (_, key, value) = keys.get(at)?;
                Some(("each", each_object(key.clone(), value.clone())))
            }
            Self::Symbolic(binding, _) => binding.clone(),
        }
    }
}

fn each_object(key: Val, value: Val) -> Val {
    Val::object(Members::from([
        ("key".into(), key),
        ("value".into(), value),
    ]))
}

/// An instance key as Terraform quotes it.
fn quoted(key: &str) -> String {
    let mut text = String::from("\"");
    let mut chars = key.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '$' | '%' if chars.peek() == Some(&'{') => {
                text.push(c);
                text.push(c);
            }
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

impl Instance {
    pub(crate) fn root(module: Arc<Module>) -> Rc<Self> {
        Rc::new(Self::new(
            module,
            "".into(),
            "".into(),
            String::new(),
            false,
            None,
            0,
        ))
    }

    fn new(
        module: Arc<Module>,
        path: Arc<str>,
        reference_path: Arc<str>,
        key: String,
        symbolic: bool,
        parent: Option<Parent>,
        level: usize,
    ) -> Self {
        Self {
            module,
            path,
            reference_path,
            key,
            symbolic,
            parent,
            level,
            variables: RefCell::default(),
            locals: RefCell::default(),
            outputs: RefCell::default(),
            resources: RefCell::default(),
            calls: RefCell::default(),
        }
    }
}

/// What names mean in a module instance.
pub(crate) fn scope(instance: &Rc<Instance>) -> Scope<'_> {
    Scope {
        instance: Some(instance),
        names: None,
        strict: false,
        lenient: false,
    }
}

/// Evaluates something where `each` or `count` is bound.
fn in_binding<T>(
    instance: &Rc<Instance>,
    binding: Option<&(&'static str, Val)>,
    f: impl FnOnce(Scope<'_>) -> T,
) -> T {
    match binding {
        Some((name, value)) => {
            let names = Names {
                name,
                value: value.clone(),
                outer: None,
            };
            f(scope(instance).with(&names))
        }
        None => f(scope(instance)),
    }
}

/// The value of a slot, computed when it is not there. `None`: it is being computed, so it depends on itself. `doubts` stays
/// as it was: where this fails Terraform fails, whatever `try` stands around the mention, and who asks first changes nothing.
fn memo<K: std::hash::Hash + Eq + Clone, T: Clone>(
    doubts: &Cell<u64>,
    slots: &RefCell<HashMap<K, Slot<T>>>,
    key: &K,
    compute: impl FnOnce() -> T,
) -> Option<T> {
    match slots.borrow().get(key) {
        Some(Slot::Done(value)) => return Some(value.clone()),
        Some(Slot::Busy) => return None,
        None => {}
    }
    slots.borrow_mut().insert(key.clone(), Slot::Busy);
    let before = doubts.get();
    let value = compute();
    doubts.set(before);
    slots
        .borrow_mut()
        .insert(key.clone(), Slot::Done(value.clone()));
    Some(value)
}

fn cycle(span: Span, what: &str) -> Failure {
    Failure {
        code: "cycle",
        message: format!("{what} depends on itself"),
        span,
    }
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(
        loader: &'a Loader<'a>,
        root_dir: PathBuf,
        root: Arc<str>,
        given: BTreeMap<Arc<str>, Val>,
        installed: BTreeMap<String, Installed>,
        providers: Providers,
        workspace: Workspace,
    ) -> Self {
        Self {
            loader,
            root_dir,
            root,
            given,
            installed,
            providers,
            workspace,
            fuel: Fuel::new(FUEL),
            doubts: Cell::new(0),
            depth: Cell::new(0),
            modules: Cell::new(0),
            diagnostics: RefCell::default(),
            seen: RefCell::default(),
            unresolved: RefCell::default(),
            called: RefCell::default(),
            templates: RefCell::default(),
        }
    }

    pub(crate) fn spend(&self, steps: u64, span: Span) -> Result<(), Failure> {
        if self.fuel.spend(steps) {
            return Ok(());
        }
        Err(Failure {
            code: "evaluation-limit",
            message: "the configuration takes too much work to evaluate".into(),
            span,
        })
    }

    /// Something was mentioned that may not be there.
    pub(crate) fn doubt(&self) {
        self.doubts.set(self.doubts.get() + 1);
    }

    pub(crate) fn enter(&self, span: Span) -> Result<Depth<'_>, Failure> {
        if self.depth.get() >= MAX_EVALUATION_DEPTH {
            return Err(Failure {
                code: "evaluation-limit",
                message: "the expressions lead too deep into each other".into(),
                span,
            });
        }
        self.depth.set(self.depth.get() + 1);
        Ok(Depth(&self.depth))
    }

    pub(crate) fn diagnose(&self, diagnostic: Diagnostic) {
        if self.seen.borrow_mut().insert((
            diagnostic.code,
            diagnostic.span,
            diagnostic.message.clone(),
        )) {
            self.diagnostics.borrow_mut().push(diagnostic);
        }
    }

    /// What `terraform.workspace` is. `terraform workspace select` leaves its choice in a file of one machine, which is read
    /// for no more than to say so: the same commit has the same verdict everywhere.
    fn workspace(&self) -> Val {
        match &self.workspace {
            Workspace::Named(name) => Val::str(Arc::clone(name)),
            Workspace::Assumed => {
                let path = self.root_dir.join(".terraform/environment");
                let selected = path.is_file().then(|| Sources::read_text(&path).ok());
                let selected = selected.flatten().unwrap_or_default();
                let (level, but) = match selected.trim() {
                    "" | DEFAULT_WORKSPACE => (Level::Note, String::new()),
                    other => {
                        let name: String = other.chars().take(90).collect();
                        (
                            Level::Warning,
                            format!(", though {name:?} is selected (.terraform/environment)"),
                        )
                    }
                };
                let message = format!(
                    "terraform.workspace is taken for {DEFAULT_WORKSPACE:?} in {}{but}",
                    self.root
                );
                let remedy = "name it: `--workspace`, TF_WORKSPACE, or `workspace` of an environment in hipaa-iac.yaml";
                self.diagnose(Diagnostic::new(level, "workspace-assumed", message).remedy(remedy));
                Val::str(DEFAULT_WORKSPACE)
            }
            Workspace::Unknown => {
                let mut unk = Unk::because("a plan does not say its workspace");
                (unk.ty, unk.set, unk.not_null) = (Type::String, true, true);
                Val::unknown(unk)
            }
        }
    }

    /// Reports a failure and goes on with an unknown.
    pub(crate) fn recover(&self, failure: Failure) -> Val {
        let remedy = match failure.code {
            "evaluation-limit" => "simplify the configuration, or check a plan of it",
            "cycle" => "break the circle; Terraform refuses it too",
            _ => "correct the expression; `terraform validate` or `terraform plan` refuses it too",
        };
        // One word about a limit is enough: every expression after it meets it too.
        let known_limit =
            failure.code == "evaluation-limit"
                && self.diagnostics.borrow().iter().any(|known| {
                    known.code == "evaluation-limit" && known.message == failure.message
                });
        let reason = format!("it cannot be evaluated: {}", failure.message);
        if !known_limit {
            self.diagnose(
                Diagnostic::new(Level::Error, failure.code, failure.message)
                    .at(failure.span)
                    .remedy(remedy),
            );
        }
        Val::unknown_because(reason).at(Some(failure.span))
    }

    fn place(&self, span: Span) -> String {
        match self.loader.sources.locate(span) {
            Some((path, start, _)) => format!("{path}:{}", start.line),
            None => "an unknown place".to_owned(),
        }
    }

    /// What the first name of a traversal leads to, and the steps that are left.
    pub(crate) fn symbol<'s>(
        &self,
        instance: &Rc<Instance>,
        name: &Arc<str>,
        steps: &'s [Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Result<(Val, &'s [Step]), Failure> {
        let attr = |at: usize| match steps.get(at) {
            Some(Step::Attr(name, _)) => Ok(name),
            _ => Err(failure(span, format!("a name is needed after {name:?}"))),
        };
        let rest = |count: usize| steps.get(count..).unwrap_or_default();
        let done = match &**name {
            "var" => (self.variable_value(instance, attr(0)?, span)?, rest(1)),
            "local" => (self.local_value(instance, attr(0)?, span)?, rest(1)),
            "module" => return self.module_value(instance, attr(0)?, rest(1), span, scope),
            "data" => {
                return self.resource_value(
                    instance,
                    Mode::Data,
                    attr(0)?,
                    attr(1)?,
                    rest(2),
                    span,
                    scope,
                );
            }
            "ephemeral" => {
                return self.resource_value(
                    instance,
                    Mode::Ephemeral,
                    attr(0)?,
                    attr(1)?,
                    rest(2),
                    span,
                    scope,
                );
            }
            "resource" => {
                return self.resource_value(
                    instance,
                    Mode::Managed,
                    attr(0)?,
                    attr(1)?,
                    rest(2),
                    span,
                    scope,
                );
            }
            "path" => {
                let val = match &**attr(0)? {
                    "module" => Val::str(self.relative(&instance.module.dir)),
                    "root" => Val::str("."),
                    "cwd" => {
                        let mut unk = Unk::because("path.cwd depends on the machine");
                        (unk.ty, unk.set, unk.not_null) = (Type::String, true, true);
                        Val::unknown(unk)
                    }
                    other => return Err(failure(span, format!("there is no path.{other}"))),
                };
                (val, rest(1))
            }
            "terraform" | "tofu" => match &**attr(0)? {
                "workspace" => (self.workspace(), rest(1)),
                "applying" => (
                    Val::unknown_because("terraform.applying is known at apply"),
                    rest(1),
                ),
                other => return Err(failure(span, format!("there is no terraform.{other}"))),
            },
            "self" => (Val::unknown_because("self is known after apply"), &[][..]),
            "each" | "count" => {
                return Err(failure(
                    span,
                    format!(
                        "{name} has a meaning only where {} is set",
                        if &**name == "each" {
                            "for_each"
                        } else {
                            "count"
                        }
                    ),
                ));
            }
            _ => {
                let Some(Step::Attr(of, _)) = steps.first() else {
                    let message = "nothing has this name; a text needs quotes";
                    return Err(unknown_name(span, message));
                };
                return self.resource_value(
                    instance,
                    Mode::Managed,
                    name,
                    of,
                    rest(1),
                    span,
                    scope,
                );
            }
        };
        Ok(done)
    }

    /// A folder as `path.module` gives it: relative to the root module.
    fn relative(&self, dir: &Path) -> String {
        let relative = match dir.strip_prefix(&self.root_dir) {
            Ok(below) => below.to_owned(),
            Err(_) => relative_path(dir, &self.root_dir),
        };
        let text = relative.to_string_lossy().replace('\\', "/");
        if text.is_empty() {
            ".".to_owned()
        } else {
            text
        }
    }

    fn local_value(&self, instance: &Rc<Instance>, name: &Arc<str>, span: Span) -> Eval {
        let Some(expr) = instance.module.locals.get(name) else {
            return Err(failure(span, format!("there is no local.{name}")));
        };
        memo(&self.doubts, &instance.locals, name, || {
            let val = self
                .eval(expr, scope(instance))
                .unwrap_or_else(|failure| self.recover(failure));
            with_origin(val, || format!("local.{name}"))
        })
        .ok_or_else(|| cycle(span, &format!("local.{name}")))
    }

    fn variable_value(&self, instance: &Rc<Instance>, name: &Arc<str>, span: Span) -> Eval {
        let Some(block) = instance.module.variables.get(name) else {
            return Err(failure(span, format!("there is no var.{name}")));
        };
        memo(&self.doubts, &instance.variables, name, || {
            let val = self
                .compute_variable(instance, name, block)
                .unwrap_or_else(|failure| self.recover(failure));
            let flag = |flag: &str| {
                block
                    .body
                    .attr(flag)
                    .is_some_and(|attr| literal_bool(&attr.expr))
            };
            val.mark(flag("sensitive"))
        })
        .ok_or_else(|| cycle(span, &format!("var.{name}")))
    }

    fn compute_variable(&self, instance: &Rc<Instance>, name: &Arc<str>, block: &Block) -> Eval {
        let ty = match block.body.attr("type") {
            Some(attr) => self.constraint(&attr.expr)?,
            None => Type::Any,
        };
        let nullable = block
            .body
            .attr("nullable")
            .is_none_or(|attr| !is_literal_false(&attr.expr));
        let default = || -> Option<Eval> {
            let attr = block.body.attr("default")?;
            let val = self.eval(
                &attr.expr,
                Scope {
                    instance: None,
                    names: None,
                    strict: false,
                    lenient: false,
                },
            );
            Some(val.map(|val| with_origin(val, || format!("default of var.{name}"))))
        };
        let given = match &instance.parent {
            None => self.given.get(name).cloned(),
            Some(parent) => {
                let call = parent.instance.module.calls.get(&parent.call);
                call.and_then(|call| call.body.attr(name))
                    .map(|attr| self.argument(parent, attr))
            }
        };
        if block
            .body
            .attr("ephemeral")
            .is_some_and(|attr| literal_bool(&attr.expr))
        {
            let mut unk = Unk::because(format!("var.{name} is ephemeral: no plan holds it"));
            unk.ty = ty;
            return Ok(Val::unknown(unk).mark(true).at(Some(block.header)));
        }
        let called = instance.parent.as_ref().and_then(|parent| {
            let calls = &parent.instance.module.calls;
            calls.get(&parent.call).map(|call| call.header)
        });
        let val = match given {
            Some(val) if nullable || !val.is_null() => val,
            given => match default() {
                Some(val) => val?,
                None if given.is_some() => {
                    return Err(failure(block.header, format!("var.{name} may not be null")));
                }
                None if instance.parent.is_some() => {
                    let module = instance.path.trim_end_matches('.');
                    let message = format!("{module} is not given its argument {name:?}");
                    return Err(failure(called.unwrap_or(block.header), message));
                }
                None => {
                    let mut unk = Unk::because(format!("var.{name} has no value"));
                    (unk.ty, unk.set, unk.not_null) = (ty, !nullable, !nullable);
                    return Ok(Val::unknown(unk).at(Some(block.header)));
                }
            },
        };
        // The line of a secret is not shown.
        let secret = block
            .body
            .attr("sensitive")
            .is_some_and(|attr| literal_bool(&attr.expr))
            || val.holds_sensitive();
        let place = val.span.filter(|_| !secret).or(called);
        let place = place.unwrap_or(block.header);
        val.convert(&ty).map_err(|error| {
            failure(
                place,
                format!("var.{name} is given a value of the wrong type: {error}"),
            )
        })
    }

    pub(crate) fn constraint(&self, expr: &Expr) -> Result<Type, Failure> {
        let nothing = Scope {
            instance: None,
            names: None,
            strict: true,
            lenient: false,
        };
        types::constraint(expr, &|expr| {
            self.eval(expr, nothing).map_err(|failure| failure.message)
        })
        .map_err(|error| failure(error.span, error.message))
    }

    /// An argument of a module call, evaluated where the call stands.
    fn argument(&self, parent: &Parent, attr: &Attr) -> Val {
        let evaluated = in_binding(&parent.instance, parent.binding.as_ref(), |scope| {
            self.eval(&attr.expr, scope)
        });
        let val = evaluated.unwrap_or_else(|failure| self.recover(failure));
        let mut val = with_origin(val, || format!("argument of module.{}", parent.call));
        if let Kind::Unknown(unk) = &mut val.kind
            && unk
                .reasons
                .first()
                .is_some_and(|reason| !reason.starts_with("known after apply"))
            && unk.reasons.len() < 16
        {
            let reason = format!(
                "passed by {}module.{} at {}",
                parent.instance.path,
                parent.call,
                self.place(attr.span)
            );
            Arc::make_mut(unk).reasons.push(reason);
        }
        val
    }

    // ---- count and for_each

    fn keys(&self, instance: &Rc<Instance>, body: &Body) -> Keys {
        let here = scope(instance);
        if let Some(attr) = body.attr("count") {
            return self.count(&attr.expr, here).unwrap_or_else(|failure| {
                let val = self.recover(failure);
                symbolic_count(&val)
            });
        }
        if let Some(attr) = body.attr("for_each") {
            return self.for_each(&attr.expr, here).unwrap_or_else(|failure| {
                let val = self.recover(failure);
                symbolic_each(&val)
            });
        }
        Keys::One
    }

    fn count(&self, expr: &Expr, here: Scope<'_>) -> Result<Keys, Failure> {
        let val = self.eval(expr, here)?;
        if val.is_null() {
            return Err(failure(expr.span, "count is null"));
        }
        let val = val
            .convert(&Type::Number)
            .map_err(|_| failure(expr.span, "count is not a number"))?;
        let Some(number) = val.as_num().or_else(|| certain(&val)?.as_num()) else {
            return Ok(symbolic_count(&val));
        };
        let count = number
            .to_index()
            .ok_or_else(|| failure(expr.span, "count is not a whole number from zero"))?;
        self.room(count, expr.span)?;
        Ok(Keys::Count(count))
    }

    fn for_each(&self, expr: &Expr, here: Scope<'_>) -> Result<Keys, Failure> {
        let val = self.eval(expr, here)?;
        // The keys would show in addresses. Values under keys may be sensitive.
        let shown = val.sensitive
            || matches!(&val.kind, Kind::Set(elements) if elements.iter().any(Val::holds_sensitive));
        if shown {
            return Err(failure(
                expr.span,
                "for_each is sensitive, and its keys would be seen",
            ));
        }
        let keys = match &val.kind {
            Kind::Map(members) | Kind::Object(members) => {
                self.room(members.len(), expr.span)?;
                let each = |(key, value): (&Arc<str>, &Val)| {
                    (
                        Arc::clone(key),
                        Val::str(Arc::clone(key)),
                        member(&val, value),
                    )
                };
                members.iter().map(each).collect()
            }
            Kind::Set(elements) => {
                self.room(elements.len(), expr.span)?;
                let mut keys = Vec::with_capacity(elements.len());
                for element in elements.iter() {
                    match &element.kind {
                        Kind::Str(key) => keys.push((
                            Arc::clone(key),
                            member(&val, element),
                            member(&val, element),
                        )),
                        Kind::Unknown(_) => {
                            let mut stand_in = unknown_from(element, Type::set_of(Type::String));
                            stand_in.refs = val.all_refs();
                            return Ok(symbolic_each(&stand_in));
                        }
                        _ => {
                            return Err(failure(
                                expr.span,
                                "for_each is a set of something other than texts",
                            ));
                        }
                    }
                }
                keys
            }
            Kind::Unknown(unk) => {
                if unk.ty.is_primitive() || matches!(unk.ty, Type::List(_) | Type::Tuple(_)) {
                    return Err(failure(
                        expr.span,
                        format!("for_each is a {}, not a map or a set of texts", unk.ty),
                    ));
                }
                return Ok(symbolic_each(&val));
            }
            Kind::Null => return Err(failure(expr.span, "for_each is null")),
            _ => {
                let message = format!(
                    "for_each is a {}, not a map or a set of texts",
                    val.type_name()
                );
                return Err(failure(expr.span, message));
            }
        };
        Ok(Keys::Each(keys))
    }

    fn room(&self, count: usize, span: Span) -> Result<(), Failure> {
        self.spend(count as u64, span)?;
        if count > MAX_INSTANCES {
            let message =
                format!("{count} instances are more than the {MAX_INSTANCES} that are evaluated");
            return Err(Failure {
                code: "evaluation-limit",
                message,
                span,
            });
        }
        Ok(())
    }

    // ---- resources

    /// The instances of a resource; `None` while they are being worked out.
    pub(crate) fn resource(
        &self,
        instance: &Rc<Instance>,
        at: usize,
        block: &ResourceBlock,
    ) -> Option<Rc<Resource>> {
        memo(&self.doubts, &instance.resources, &at, || {
            Rc::new(Resource {
                keys: self.keys(instance, &block.block.body),
                bodies: RefCell::default(),
            })
        })
    }

    /// The evaluated body of an instance of a resource; `None` while it is being evaluated.
    pub(crate) fn body(
        &self,
        instance: &Rc<Instance>,
        block: &ResourceBlock,
        resource: &Resource,
        at: usize,
    ) -> Option<Rc<Evaluated>> {
        memo(&self.doubts, &resource.bodies, &at, || {
            let binding = resource.keys.binding(at);
            let (mut node, mut members) = in_binding(instance, binding.as_ref(), |scope| {
                self.block_value(&block.block.body, scope, &META, block.block.header, 0)
            });
            if block.mode == Mode::Data {
                self.compute_data(instance, block, &mut node, &mut members);
            }
            Rc::new(Evaluated {
                node,
                members: Arc::new(members),
            })
        })
    }

    /// Adds what a data source computes from its arguments alone.
    fn compute_data(
        &self,
        instance: &Rc<Instance>,
        block: &ResourceBlock,
        node: &mut Node,
        members: &mut Members,
    ) {
        let names = data::computed(&block.type_);
        if names.is_empty() {
            return;
        }
        let header = block.block.header;
        let address = format!("data.{}.{}", block.type_, block.name);
        let sensitive = members.values().any(data::holds_sensitive);
        let (_, major) = self.providers.of(&instance.module, &block.provider_name());
        let computed = if data::CALLER.contains(&&*block.type_) {
            let told = self.caller_data(instance, block);
            told.map(|told| vec![told; names.len()])
                .ok_or_else(|| Stop::Unknown(vec![]))
        } else if &*block.type_ == "template_file" {
            self.template_data(members, header, major)
                .map(|val| vec![val])
        } else {
            data::compute(&block.type_, members, major)
                .map(|texts| texts.into_iter().map(Val::from).collect())
        };
        let vals: Vec<Val> = computed.unwrap_or_else(|stop| {
            let reasons = match stop {
                Stop::Unknown(reasons) => reasons,
                Stop::Refused(message) => self
                    .recover(failure(header, format!("{address}: {message}")))
                    .reasons(),
            };
            let unknown = |name: &&str| {
                let first =
                    computed_reason(Mode::Data, &format!("{}{address}", instance.path), name);
                let unk = Unk {
                    reasons: std::iter::once(first).chain(reasons.clone()).collect(),
                    ty: Type::String,
                    set: true,
                    verbatim: true,
                    ..Unk::default()
                };
                Val::unknown(unk)
            };
            names.iter().map(unknown).collect()
        });
        for (name, val) in names.iter().zip(vals) {
            let val = val.mark(sensitive).at(Some(header));
            if let Value::Object(body) = &mut node.value {
                Arc::make_mut(body).insert((*name).into(), val.to_node());
            }
            members.insert((*name).into(), val);
        }
    }

    /// What `template_file` renders.
    fn template_data(
        &self,
        arguments: &Members,
        header: Span,
        major: Option<u64>,
    ) -> Result<Val, Stop> {
        let argument = |name: &str| arguments.get(name).filter(|val| !val.is_null());
        let (given, is_file) = match (argument("template"), argument("filename")) {
            (Some(_), Some(_)) => {
                let message = "template and filename exclude each other";
                return Err(Stop::Refused(message.to_owned()));
            }
            (Some(template), None) => (template, false),
            (None, Some(_)) if major.is_some_and(|major| major > 1) => {
                return Err(Stop::Refused(
                    "filename is no longer an argument: write template = file(…)".to_owned(),
                ));
            }
            (None, Some(file)) => (file, true),
            (None, None) => return Err(Stop::Unknown(vec!["it has no template".to_owned()])),
        };
        let Some(text) = given.as_str() else {
            return Err(Stop::Unknown(given.reasons()));
        };
        let vars = match argument("vars") {
            None => Val::map(Members::new()),
            Some(vars) if vars.is_known() => vars
                .convert(&Type::map_of(Type::String))
                .map_err(|error| Stop::Refused(format!("vars: {error}")))?,
            Some(vars) => return Err(Stop::Unknown(vars.reasons())),
        };
        let names: Vec<_> = vars
            .members()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name, member(&vars, value)))
            .collect();
        // Messages name what stands in the template.
        let refused = |message: &str| {
            Stop::Refused(if given.sensitive {
                "the template cannot be rendered".to_owned()
            } else {
                format!("template: {message}")
            })
        };
        let parsed = if is_file {
            let Some(file) = self.loader.resolve_file(&self.root_dir, text) else {
                let reason = "its file is outside of the checked files";
                return Err(Stop::Unknown(vec![reason.to_owned()]));
            };
            self.template_file(&file)
        } else {
            parse::parse_template_at(text, header).map(Rc::new)
        };
        let parsed = parsed.map_err(|error| refused(&error))?;
        let val = self
            .in_template(&parsed, &names, None, false)
            .and_then(|val| val.to_str().map_err(|error| failure(header, error)))
            .map_err(|inner| refused(&inner.message))?;
        // Terraform does not read a data source whose arguments are not known.
        Ok(match val.kind {
            Kind::Unknown(unk) => Val::unknown(Unk {
                prefix: Some(0),
                ..Unk::clone(&unk)
            }),
            kind => Val::new(kind),
        })
    }

    /// A block's arguments and nested blocks: as policies see them, and as expressions do.
    pub(crate) fn block_value(
        &self,
        body: &Body,
        scope: Scope<'_>,
        skipped: &[&str],
        header: Span,
        level: usize,
    ) -> (Node, Members) {
        let mut nodes = Map::default();
        let mut members = Members::new();
        let mut lists: BTreeMap<Arc<str>, Blocks> = BTreeMap::new();
        for item in &body.items {
            match item {
                Item::Attr(attr) if skipped.contains(&&*attr.name) => {}
                Item::Attr(attr) => {
                    let mut val = self
                        .eval(&attr.expr, scope)
                        .unwrap_or_else(|failure| self.recover(failure));
                    if self.spend(u64::from(val.weight()), attr.span).is_err() {
                        val = self.recover(Failure {
                            code: "evaluation-limit",
                            message: "the configuration takes too much work to evaluate".into(),
                            span: attr.span,
                        });
                    }
                    let val = match val.span {
                        Some(_) => val,
                        None => val.at(Some(attr.expr.span)),
                    };
                    let mut node = val.to_node();
                    if let Value::Unknown(unknown) = &mut node.value {
                        Arc::make_mut(unknown).identity = self.identity(&attr.expr, scope);
                    }
                    nodes.insert(Arc::clone(&attr.name), node);
                    members.insert(Arc::clone(&attr.name), val);
                }
                Item::Block(block) if skipped.contains(&&*block.kind) => {}
                Item::Block(block) => {
                    let kind: Arc<str> = block.content_kind().into();
                    // Takes the place of the first block of its kind.
                    nodes.entry(Arc::clone(&kind)).or_default();
                    let list = lists.entry(kind).or_default();
                    if level > MAX_BLOCK_DEPTH {
                        continue;
                    }
                    if &*block.kind == "dynamic" && block.labels.len() == 1 {
                        if let Err(failure) = self.dynamic(block, scope, list, level) {
                            let val = self.recover(failure);
                            push_many(&val, None, block.header, list);
                        }
                    } else {
                        let (node, inner) =
                            self.block_value(&block.body, scope, &[], block.header, level + 1);
                        list.nodes.push(node);
                        list.vals.push(open_object(inner, &Refs::NONE, vec![]));
                    }
                }
            }
        }
        for (kind, list) in lists {
            let Blocks {
                nodes: blocks,
                vals,
                unplanned,
            } = list;
            let many = vals
                .iter()
                .any(|val| val.as_unknown().is_some_and(|unk| unk.many));
            let mut node = Node::list(blocks).at(header);
            if let Some(reasons) = &unplanned {
                node = Node::new(Value::Unknown(Arc::new(hipaa_iac_source::Unknown {
                    reasons: reasons.clone(),
                    set: true,
                    alternatives: vec![node],
                    ..hipaa_iac_source::Unknown::default()
                })))
                .at(header);
            }
            nodes.insert(Arc::clone(&kind), node);
            let val = if many || unplanned.is_some() {
                let reasons = vals
                    .iter()
                    .map(Val::reasons)
                    .chain(unplanned)
                    .find(|reasons| !reasons.is_empty())
                    .unwrap_or_default();
                Val::unknown(Unk {
                    reasons,
                    set: true,
                    ty: Type::list_of(Type::Any),
                    ..Unk::default()
                })
            } else {
                Val::list(vals)
            };
            members.insert(kind, val);
        }
        (Node::object(nodes).at(header), members)
    }

    /// The variable or local value that an expression mentions and makes nothing of. Of a module instance that stands for several
    /// each has its own.
    fn identity(&self, expr: &Expr, scope: Scope<'_>) -> Option<Arc<str>> {
        let ExprKind::Variable { name, steps } = &expr.kind else {
            return None;
        };
        let instance = scope.instance.filter(|instance| !instance.symbolic)?;
        if !matches!(&**name, "var" | "local") || scope.find(name).is_some() {
            return None;
        }
        let environment = self.loader.environment.as_deref().unwrap_or_default();
        let mut text = format!("{}\n{environment}\n{}{name}", self.root, instance.path);
        for step in steps {
            let Step::Attr(name, _) = step else {
                return None;
            };
            text.push('.');
            text.push_str(name);
        }
        Some(text.into())
    }

    fn dynamic(
        &self,
        block: &Block,
        scope: Scope<'_>,
        list: &mut Blocks,
        level: usize,
    ) -> Result<(), Failure> {
        let Some(label) = block.labels.first() else {
            return Ok(());
        };
        let Some(each) = block.body.attr("for_each") else {
            return Err(failure(block.header, "the dynamic block has no for_each"));
        };
        let Some(content) = block.body.blocks_of("content").next() else {
            return Err(failure(block.header, "the dynamic block has no content"));
        };
        let iterator = match block.body.attr("iterator") {
            Some(attr) => attr
                .expr
                .keyword()
                .ok_or_else(|| failure(attr.span, "the iterator is not a name"))?,
            None => label.to_string(),
        };
        let collection = self.eval(&each.expr, scope)?;
        // Blocks made of a secret are secret.
        let sensitive = collection.sensitive;
        let expand = |key: Val, value: Val| {
            let names = Names {
                name: &iterator,
                value: each_object(key, value),
                outer: scope.names,
            };
            let (mut node, inner) = self.block_value(
                &content.body,
                scope.with(&names),
                &[],
                block.header,
                level + 1,
            );
            node.sensitive |= sensitive;
            (node, inner)
        };
        // The plan does not know how many there are, but it can only turn out one way.
        let only = certain(&collection).and_then(pairs);
        if only.is_some() {
            list.unplanned.get_or_insert_with(|| collection.reasons());
        }
        if let Some(pairs) = only.or_else(|| pairs(&collection)) {
            for (key, value) in pairs {
                self.spend(1, each.span)?;
                let (node, inner) = expand(key, value);
                list.nodes.push(node);
                list.vals
                    .push(open_object(inner, &Refs::NONE, vec![]).mark(sensitive));
            }
            return Ok(());
        }
        if collection.is_null() {
            return Err(failure(
                each.expr.span,
                "for_each of the dynamic block is null",
            ));
        }
        if collection.is_known() {
            let message = format!(
                "for_each of the dynamic block is a {}",
                collection.type_name()
            );
            return Err(failure(each.expr.span, message));
        }
        // Where every outcome is an empty or a known collection, the shape is that of what is known.
        let (key, value) = symbolic_pair(&collection);
        let (node, _) = expand(key, value);
        push_many(&collection, Some(node), block.header, list);
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "a reference in all its parts")]
    fn resource_value<'s>(
        &self,
        instance: &Rc<Instance>,
        mode: Mode,
        type_: &Arc<str>,
        name: &Arc<str>,
        steps: &'s [Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Result<(Val, &'s [Step]), Failure> {
        let address = format!("{}{type_}.{name}", mode.prefix());
        let key = (mode, Arc::clone(type_), Arc::clone(name));
        let at = instance.module.index.get(&key);
        let Some((at, block)) = at.and_then(|at| Some((*at, instance.module.resources.get(*at)?)))
        else {
            // Two bare words with a dot may be a secret too, unless they look like the other resources.
            let provider = |type_: &Arc<str>| type_.split('_').next().map(str::to_owned);
            let mut others = instance.module.resources.iter();
            return Err(
                if mode != Mode::Managed
                    || others.any(|other| provider(&other.type_) == provider(type_))
                {
                    failure(span, format!("there is no {address}"))
                } else {
                    unknown_name(span, "there is no resource of this name")
                },
            );
        };
        let resource = self
            .resource(instance, at, block)
            .ok_or_else(|| cycle(span, &address))?;
        let one = |which: usize, steps: &'s [Step]| {
            self.instance_value(instance, block, &resource, which, steps, span)
        };
        let all = |which: &[usize]| -> Result<Vec<Val>, Failure> {
            self.spend(which.len() as u64, span)?;
            which
                .iter()
                .map(|at| one(*at, &[]).map(|(val, _)| val))
                .collect()
        };
        match (&resource.keys, steps.split_first()) {
            (Keys::One, _) => one(0, steps),
            (Keys::Count(_) | Keys::Each(_), Some((Step::Index(key), rest))) => {
                let key_val = self.eval(key, scope)?;
                let found = match &resource.keys {
                    Keys::Count(count) => {
                        let number = key_val
                            .convert(&Type::Number)
                            .map_err(|error| failure(key.span, error))?;
                        number
                            .as_num()
                            .map(|number| number.to_index().filter(|at| at < count))
                    }
                    Keys::Each(keys) => {
                        let text = key_val.to_str().map_err(|error| failure(key.span, error))?;
                        text.as_str()
                            .map(|text| keys.binary_search_by(|(key, ..)| (**key).cmp(text)).ok())
                    }
                    Keys::One | Keys::Symbolic(..) => None,
                };
                match found {
                    Some(Some(at)) => one(at, rest),
                    Some(None) => Err(failure(
                        key.span,
                        format!("{address} has no instance of this key"),
                    )),
                    None => {
                        // Which instance is not known: its attributes are those of any.
                        self.doubt();
                        let refs = Refs::one(Reference {
                            address: format!("{}{address}", instance.reference_path).into(),
                            attribute: "".into(),
                        });
                        Ok((open_object(Members::new(), &refs, key_val.reasons()), rest))
                    }
                }
            }
            // In a branch that is not taken the steps of any tuple look after what fails.
            (Keys::Count(count), Some((Step::Splat(..), _))) if scope.lenient => {
                Ok((Val::tuple(all(&(0..*count).collect::<Vec<_>>())?), steps))
            }
            (Keys::Count(count), Some((Step::Splat(each, _), rest))) => {
                self.spend(*count as u64, span)?;
                let mut vals = Vec::with_capacity(*count);
                for at in 0..*count {
                    let (val, left) = one(at, each)?;
                    vals.push(self.steps(val, left, span, scope)?);
                }
                Ok((Val::tuple(vals), rest))
            }
            (Keys::Count(_), Some((Step::Attr(..), _))) => Err(failure(
                span,
                format!("{address} has count: an index is needed"),
            )),
            (Keys::Count(count), None) => {
                Ok((Val::tuple(all(&(0..*count).collect::<Vec<_>>())?), steps))
            }
            (Keys::Each(_), Some((Step::Attr(..), _))) => Err(failure(
                span,
                format!("{address} has for_each: a key is needed"),
            )),
            (Keys::Each(keys), _) => {
                let vals = all(&(0..keys.len()).collect::<Vec<_>>())?;
                let members = keys
                    .iter()
                    .map(|(key, ..)| Arc::clone(key))
                    .zip(vals)
                    .collect();
                Ok((Val::object(members), steps))
            }
            (Keys::Symbolic(_, reasons), first) => {
                // Any instance will do; a splat gives an unknown number of them.
                self.doubt();
                match first {
                    Some((Step::Index(_), rest)) => one(0, rest),
                    Some((Step::Attr(name, _), _))
                        if &**name != "*" && block.block.body.attr("count").is_some() =>
                    {
                        Err(failure(
                            span,
                            format!("{address} has count: an index is needed"),
                        ))
                    }
                    Some((Step::Attr(..), rest)) => one(0, rest),
                    Some((Step::Splat(each, _), rest)) => {
                        let (val, left) = one(0, each)?;
                        let element = self.steps(val, left, span, scope)?;
                        Ok((many_of(element, reasons, Type::Any), rest))
                    }
                    None => {
                        let (element, _) = one(0, &[])?;
                        Ok((many_of(element, reasons, Type::Any), steps))
                    }
                }
            }
        }
    }

    /// An instance of a resource, or the attribute of it that the next step names.
    fn instance_value<'s>(
        &self,
        instance: &Rc<Instance>,
        block: &ResourceBlock,
        resource: &Resource,
        at: usize,
        steps: &'s [Step],
        span: Span,
    ) -> Result<(Val, &'s [Step]), Failure> {
        let path = format!("{}{}.{}", block.mode.prefix(), block.type_, block.name);
        let shown: Arc<str> = format!("{}{path}{}", instance.path, resource.keys.suffix(at)).into();
        let address: Arc<str> = format!(
            "{}{path}{}",
            instance.reference_path,
            resource.keys.reference_suffix(at)
        )
        .into();
        let reference = |attribute: &Arc<str>| {
            Refs::one(Reference {
                address: Arc::clone(&address),
                attribute: Arc::clone(attribute),
            })
        };
        let known = |name: &Arc<str>, members: &Members| {
            members.get(name).map(|val| {
                let mut val = val.clone();
                // The reference is to this resource; what its own value was made from is its own matter.
                val.refs = reference(name);
                let what = || format!("{shown}.{name}");
                let mut val = with_origin(val, what);
                if let Kind::Unknown(unk) = &mut val.kind {
                    let unk = Arc::make_mut(unk);
                    unk.many = false;
                }
                val
            })
        };
        let builtin = &*block.type_ == "terraform_data" && block.mode == Mode::Managed;
        if let Some((Step::Attr(name, at_span), rest)) = steps.split_first() {
            let computed_here =
                block.mode == Mode::Data && data::computed(&block.type_).contains(&&**name);
            let written = block.block.body.sets(name) && !META.contains(&&**name);
            if written || builtin || computed_here {
                let body = self
                    .body(instance, block, resource, at)
                    .ok_or_else(|| cycle(span, &path))?;
                if builtin {
                    let object = terraform_data(&shown, &body.members, &reference);
                    return Ok((attribute(&object, name, *at_span)?, rest));
                }
                // An argument set to null may be computed, like one that is not set.
                if let Some(val) = known(name, &body.members).filter(|val| !val.is_null()) {
                    return Ok((val, rest));
                }
            }
            return Ok((computed(block.mode, &shown, name, &reference(name)), rest));
        }
        let body = self
            .body(instance, block, resource, at)
            .ok_or_else(|| cycle(span, &path))?;
        if builtin {
            return Ok((terraform_data(&shown, &body.members, &reference), steps));
        }
        self.spend(body.members.len() as u64, span)?;
        let members = body.members.iter().filter(|(_, val)| !val.is_null());
        let members: Members = members
            .filter_map(|(name, _)| Some((Arc::clone(name), known(name, &body.members)?)))
            .collect();
        let reason = computed_reason(block.mode, &shown, "*");
        Ok((
            open_object(members, &reference(&"".into()), vec![reason]),
            steps,
        ))
    }

    /// The configuration that a module knows a provider by. `None` where that is not known.
    pub(crate) fn configuration(
        &self,
        instance: &Rc<Instance>,
        local: &str,
        alias: &str,
    ) -> Option<Configuration> {
        let module = &instance.module;
        let (source, _) = self.providers.of(module, local);
        let of_source = |module: &Module, name: &str| self.providers.of(module, name).0 == source;
        let call = instance
            .parent
            .as_ref()
            .and_then(|parent| Some((parent, parent.instance.module.calls.get(&parent.call)?)));
        // What the caller passes stands before a block of the module's own, which is then a proxy.
        if let Some((parent, call)) = call
            && let Some(Expr {
                kind: ExprKind::Object(passed),
                ..
            }) = call.body.attr("providers").map(|attr| &attr.expr)
        {
            let passed = passed.iter().find(|(name, _)| {
                module::local_provider(name)
                    .is_some_and(|(name, other)| other == alias && of_source(module, &name))
            });
            if let Some((_, outer)) = passed {
                let (local, alias) = module::local_provider(outer)?;
                return self.configuration(&parent.instance, &local, &alias);
            }
        }
        let label = |block: &Block| block.labels.first().cloned();
        let own = module.providers.iter().enumerate().find_map(|(at, block)| {
            let name = label(block).filter(|name| of_source(module, name))?;
            (module::alias(block) == alias).then_some((at, block, name))
        });
        if let Some((at, block, name)) = own {
            // OpenTofu makes several of such a block.
            let single = block.body.attr("for_each").is_none();
            return single.then(|| Configuration {
                address: providers::address(&instance.path, &name, alias).into(),
                block: Some((Rc::clone(instance), at)),
            });
        }
        if !alias.is_empty() {
            return None;
        }
        let Some(parent) = &instance.parent else {
            let name = self.providers.local_of(&source, local);
            return Some(Configuration {
                address: providers::address("", &name, "").into(),
                block: None,
            });
        };
        // The one without an alias is there in every module, under the name that the module gives it.
        let outer = &parent.instance.module;
        let blocks = outer.providers.iter().filter_map(label);
        let mut names = outer.required.keys().cloned().chain(blocks);
        let name = names.find(|name| of_source(outer, name));
        self.configuration(&parent.instance, name.as_deref().unwrap_or(local), "")
    }

    /// What AWS tells of who calls it, where the configuration of the provider says so already.
    fn caller_data(&self, instance: &Rc<Instance>, block: &ResourceBlock) -> Option<Val> {
        let (local, alias) = block.provider()?;
        let (at, which) = self.configuration(instance, &local, &alias)?.block?;
        let body = &at.module.providers.get(which)?.body;
        let argument = |body: &Body, name: &str| {
            let here = Scope {
                strict: true,
                ..scope(&at)
            };
            let val = self.eval(&body.attr(name)?.expr, here).ok()?;
            (!val.is_null()).then_some(val)
        };
        let region = || argument(body, "region").filter(|val| val.as_str().is_some());
        match &*block.type_ {
            // Asked for another region than the provider's.
            "aws_region"
                if block
                    .block
                    .body
                    .attrs()
                    .any(|attr| !META.contains(&&*attr.name)) =>
            {
                None
            }
            "aws_region" => region(),
            "aws_partition" => {
                let region = region()?;
                let partition = data::partition(region.as_str()?)?;
                Some(region.with_kind(Kind::Str(partition.into())))
            }
            _ => {
                let mut roles = body.blocks_of("assume_role");
                if let (Some(role), None) = (roles.next(), roles.next()) {
                    let arn = argument(&role.body, "role_arn")?;
                    let account: Arc<str> = arn.as_str()?.split(':').nth(4)?.into();
                    return Some(arn.with_kind(Kind::Str(account)));
                }
                // The provider refuses to work in any other, if it asks which one it is in.
                let asks = body.attr("skip_requesting_account_id").is_none();
                let plain = body.blocks_of("assume_role").next().is_none();
                let allowed = argument(body, "allowed_account_ids").filter(|_| asks && plain)?;
                match allowed.elements()? {
                    [only] => {
                        let only = member(&allowed, only).to_str().ok()?;
                        only.as_str().is_some().then_some(only)
                    }
                    _ => None,
                }
            }
        }
    }

    // ---- modules

    fn module_value<'s>(
        &self,
        instance: &Rc<Instance>,
        name: &Arc<str>,
        steps: &'s [Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Result<(Val, &'s [Step]), Failure> {
        let Some(call) = self.module_call(instance, name) else {
            return Err(if instance.module.calls.contains_key(name) {
                cycle(span, &format!("module.{name}"))
            } else {
                failure(span, format!("there is no module.{name}"))
            });
        };
        let Some(children) = &call.children else {
            return Ok((Val::unknown_because(call.reason.clone()), &[]));
        };
        // One child with the steps behind its key: an output, or all of them.
        let one = |at: usize, steps: &'s [Step]| -> Result<(Val, &'s [Step]), Failure> {
            let Some(child) = children.get(at) else {
                return Err(failure(
                    span,
                    format!("module.{name} has no instance of this key"),
                ));
            };
            match steps.split_first() {
                Some((Step::Attr(output, at), rest)) => {
                    Ok((self.output_value(child, output, *at)?, rest))
                }
                _ => Ok((self.all_outputs(child, span)?, steps)),
            }
        };
        match (&call.keys, steps.split_first()) {
            (Keys::One, _) => one(0, steps),
            (Keys::Count(_) | Keys::Each(_), Some((Step::Index(key), rest))) => {
                let key_val = self.eval(key, scope)?;
                let at = match &call.keys {
                    Keys::Each(keys) => key_val
                        .to_str()
                        .map_err(|error| failure(key.span, error))?
                        .as_str()
                        .map(|text| {
                            keys.binary_search_by(|(key, ..)| (**key).cmp(text))
                                .unwrap_or(usize::MAX)
                        }),
                    _ => key_val
                        .convert(&Type::Number)
                        .map_err(|error| failure(key.span, error))?
                        .as_num()
                        .map(|number| number.to_index().unwrap_or(usize::MAX)),
                };
                match at {
                    Some(at) => one(at, rest),
                    None => Ok((unknown_from(&key_val, Type::Any), &[])),
                }
            }
            (Keys::Count(_), Some((Step::Splat(each, _), rest))) => {
                let mut vals = Vec::with_capacity(children.len());
                for at in 0..children.len() {
                    let (val, left) = one(at, each)?;
                    vals.push(self.steps(val, left, span, scope)?);
                }
                Ok((Val::tuple(vals), rest))
            }
            (Keys::Count(_), _) => {
                let vals = children
                    .iter()
                    .map(|child| self.all_outputs(child, span))
                    .collect::<Result<_, _>>()?;
                Ok((Val::tuple(vals), steps))
            }
            (Keys::Each(keys), Some((Step::Attr(key, at), rest))) => {
                match keys.binary_search_by(|(known, ..)| known.cmp(key)) {
                    Ok(at) => one(at, rest),
                    Err(_) => Err(failure(
                        *at,
                        format!("module.{name} has no instance {key:?}"),
                    )),
                }
            }
            (Keys::Each(keys), _) => {
                let mut members = Members::new();
                for ((key, ..), child) in keys.iter().zip(children) {
                    members.insert(Arc::clone(key), self.all_outputs(child, span)?);
                }
                Ok((Val::object(members), steps))
            }
            (Keys::Symbolic(_, reasons), first) => {
                self.doubt();
                match first {
                    Some((Step::Index(_) | Step::Attr(..), rest)) => one(0, rest),
                    Some((Step::Splat(each, _), rest)) => {
                        let (val, left) = one(0, each)?;
                        let element = self.steps(val, left, span, scope)?;
                        Ok((many_of(element, reasons, Type::Any), rest))
                    }
                    None => {
                        let (element, _) = one(0, &[])?;
                        Ok((many_of(element, reasons, Type::Any), steps))
                    }
                }
            }
        }
    }

    fn all_outputs(&self, child: &Rc<Instance>, span: Span) -> Eval {
        let mut members = Members::new();
        for name in child.module.outputs.keys() {
            self.spend(1, span)?;
            members.insert(Arc::clone(name), self.output_value(child, name, span)?);
        }
        Ok(Val::object(members))
    }

    fn output_value(&self, child: &Rc<Instance>, name: &Arc<str>, span: Span) -> Eval {
        let module = child.path.trim_end_matches('.');
        let Some(block) = child.module.outputs.get(name) else {
            return Err(failure(span, format!("{module} has no output {name:?}")));
        };
        memo(&self.doubts, &child.outputs, name, || {
            let Some(value) = block.body.attr("value") else {
                return self.recover(failure(
                    block.header,
                    format!("output {name:?} has no value"),
                ));
            };
            let val = self
                .eval(&value.expr, scope(child))
                .unwrap_or_else(|failure| self.recover(failure));
            let val = with_origin(val, || format!("output {name:?} of {module}"));
            val.mark(
                block
                    .body
                    .attr("sensitive")
                    .is_some_and(|attr| literal_bool(&attr.expr)),
            )
        })
        .ok_or_else(|| cycle(span, &format!("{module}.{name}")))
    }

    /// A module call with its instances; `None` where there is no such call or it is being worked out.
    pub(crate) fn module_call(
        &self,
        instance: &Rc<Instance>,
        name: &Arc<str>,
    ) -> Option<Rc<ModuleCall>> {
        let block = instance.module.calls.get(name)?;
        memo(&self.doubts, &instance.calls, name, || {
            Rc::new(self.expand_call(instance, name, block))
        })
    }

    fn expand_call(&self, instance: &Rc<Instance>, name: &Arc<str>, block: &Block) -> ModuleCall {
        let keys = self.keys(instance, &block.body);
        let module_key = if instance.key.is_empty() {
            name.to_string()
        } else {
            format!("{}.{name}", instance.key)
        };
        let found = self.resolve(instance, name, block, &module_key);
        let module = match found {
            Ok(module) => module,
            Err(reason) => {
                return ModuleCall {
                    keys,
                    children: None,
                    reason,
                };
            }
        };
        // Modules that each call the next one twice would double with every level.
        let modules = self.modules.get().saturating_add(keys.len());
        if modules > MAX_MODULES {
            let failure = Failure {
                code: "evaluation-limit",
                message: format!("more than {MAX_MODULES} module instances are not evaluated"),
                span: block.header,
            };
            let reason = failure.message.clone();
            self.recover(failure);
            return ModuleCall {
                keys,
                children: None,
                reason,
            };
        }
        for attr in block.body.attrs() {
            let own = [
                "source",
                "version",
                "providers",
                "count",
                "for_each",
                "depends_on",
            ];
            if !own.contains(&&*attr.name) && !module.variables.contains_key(&attr.name) {
                self.recover(failure(
                    attr.span,
                    format!("module.{name} has no variable {:?}", &*attr.name),
                ));
            }
        }
        self.modules.set(modules);
        let children = (0..keys.len()).map(|at| {
            let child_symbolic = instance.symbolic || matches!(keys, Keys::Symbolic(..));
            let parent = Parent {
                instance: Rc::clone(instance),
                call: Arc::clone(name),
                binding: keys.binding(at),
            };
            Rc::new(Instance::new(
                Arc::clone(&module),
                format!("{}module.{name}{}.", instance.path, keys.suffix(at)).into(),
                format!(
                    "{}module.{name}{}.",
                    instance.reference_path,
                    keys.reference_suffix(at)
                )
                .into(),
                module_key.clone(),
                child_symbolic,
                Some(parent),
                instance.level + 1,
            ))
        });
        let children = children.collect();
        ModuleCall {
            keys,
            children: Some(children),
            reason: String::new(),
        }
    }

    /// The module that a call means, or why it is not there.
    fn resolve(
        &self,
        instance: &Rc<Instance>,
        name: &Arc<str>,
        block: &Block,
        key: &str,
    ) -> Result<Arc<Module>, String> {
        let address = format!("{}module.{name}", instance.path);
        let source = block.body.attr("source");
        let place = source.map_or(block.header, |attr| attr.expr.span);
        let constant = |attr: &Attr| {
            // OpenTofu lets a source be made of variables and locals.
            let val = self
                .eval(
                    &attr.expr,
                    Scope {
                        strict: true,
                        lenient: false,
                        ..scope(instance)
                    },
                )
                .ok()?;
            val.as_str().map(str::to_owned)
        };
        let Some(text) = source.and_then(constant) else {
            let reason = format!("the source of {address} is not known");
            self.diagnose(
                Diagnostic::new(Level::Error, "module-unresolved", reason.clone())
                    .at(place)
                    .remedy("give it a source, or pass --allow-unresolved"),
            );
            self.leave_unresolved(
                instance,
                &address,
                block,
                "its source is not known",
                place,
                "give the module a source",
            );
            return Err(reason);
        };
        let local = ["./", "../", ".\\", "..\\"]
            .iter()
            .any(|start| text.starts_with(start))
            || text == "."
            || text == "..";
        let mut stale = None;
        let dir = if local {
            Some(crate::loader::normalized(&instance.module.dir.join(&text)))
        } else {
            let version = block.body.attr("version").and_then(constant);
            let found = self.installed.get(key);
            stale = found.and_then(|found| found.stale(&text, version.as_deref()));
            found
                .filter(|_| stale.is_none())
                .map(|found| found.dir.clone())
        };
        if let Some(dir) = &dir {
            let mut ancestor = Some(instance);
            while let Some(at) = ancestor {
                if at.module.dir == *dir {
                    let message = format!("module.{name} calls itself");
                    self.diagnose(
                        Diagnostic::new(Level::Error, "module-cycle", message.clone())
                            .at(place)
                            .remedy("break the circle of module calls; Terraform refuses it too"),
                    );
                    return Err(message);
                }
                ancestor = at.parent.as_ref().map(|parent| &parent.instance);
            }
            if instance.level >= MAX_MODULE_DEPTH {
                let message = format!("modules call each other more than {MAX_MODULE_DEPTH} deep");
                self.diagnose(
                    Diagnostic::new(Level::Error, "evaluation-limit", message.clone())
                        .at(place)
                        .remedy("flatten the modules, or check a plan"),
                );
                return Err(message);
            }
            if let Some(module) = self.loader.module(dir) {
                self.called.borrow_mut().insert(dir.clone());
                return Ok(module);
            }
        }
        let reason = format!("{address} is not there");
        let (why, remedy) = if local {
            (
                format!("there are no files at {text:?}"),
                "correct the path, or pass --allow-unresolved",
            )
        } else {
            (
                match stale {
                    Some(other) => format!("{text} is not what is downloaded: {other}"),
                    None => format!("{text} is not downloaded"),
                },
                "run `terraform init` in the root module's folder, or pass --allow-unresolved",
            )
        };
        self.diagnose(
            Diagnostic::new(
                Level::Error,
                "module-unresolved",
                format!("{address}: {why}"),
            )
            .at(place)
            .remedy(remedy),
        );
        self.leave_unresolved(instance, &address, block, &why, place, remedy);
        Err(reason)
    }

    fn leave_unresolved(
        &self,
        instance: &Rc<Instance>,
        address: &str,
        block: &Block,
        reason: &str,
        place: Span,
        remedy: &str,
    ) {
        let mut refs = Vec::new();
        let mut texts = Vec::new();
        for attr in block.body.attrs() {
            if matches!(
                &*attr.name,
                "source" | "version" | "providers" | "depends_on"
            ) {
                continue;
            }
            // `each` and `count` are not bound here: an argument that needs them is looked at with any value.
            let any = Val::unknown_because("any instance");
            let names = Names {
                name: "count",
                value: any.clone(),
                outer: None,
            };
            let names = Names {
                name: "each",
                value: any,
                outer: Some(&names),
            };
            let scope = Scope {
                strict: true,
                lenient: false,
                ..scope(instance).with(&names)
            };
            if let Ok(val) = self.eval(&attr.expr, scope) {
                refs.extend(val.all_refs().iter().cloned());
                val.to_node().texts(&mut texts);
            }
        }
        let references: Refs = refs.into_iter().collect();
        self.unresolved.borrow_mut().push(Unresolved {
            address: address.into(),
            root: Arc::clone(&self.root),
            environment: self.loader.environment.clone(),
            reason: reason.to_owned(),
            remedy: remedy.to_owned(),
            span: Some(place),
            references: references.iter().cloned().collect(),
            texts,
        });
    }

    // ---- functions that read files

    /// `file`, `templatefile` and their like; `None` for every other function.
    pub(crate) fn file_function(
        &self,
        name: &str,
        args: &[Val],
        span: Span,
        scope: Scope<'_>,
    ) -> Option<Eval> {
        match name {
            "file" | "fileexists" | "fileset" | "templatefile" | "templatestring" => {}
            _ if of_file(name).is_some() => {}
            "abspath" | "pathexpand" => {
                let path = match args {
                    [path] if !path.is_null() => path
                        .to_str()
                        .map_err(|error| failure(span, format!("{name}: {error}"))),
                    _ => Err(failure(span, format!("{name} takes a path"))),
                };
                let path = match path {
                    Ok(path) => path,
                    Err(failure) => return Some(Err(failure)),
                };
                // What is absolute, or has no `~` to expand, is the same everywhere.
                match path.as_str() {
                    Some(text) if name == "pathexpand" && !text.starts_with('~') => {
                        return Some(Ok(path));
                    }
                    Some(text) if name == "abspath" && text.starts_with('/') => {
                        let clean = crate::loader::normalized(Path::new(text));
                        let clean = clean.to_string_lossy().into_owned();
                        return Some(Ok(path.with_kind(Kind::Str(clean.into()))));
                    }
                    _ => {}
                }
                let mut unk = Unk::because(format!("{name} depends on the machine"));
                (unk.ty, unk.set, unk.not_null) = (Type::String, true, true);
                return Some(Ok(path.with_kind(Kind::Unknown(Arc::new(unk)))));
            }
            _ => return None,
        }
        Some(self.read_function(name, args, span, scope))
    }

    fn read_function(&self, name: &str, args: &[Val], span: Span, scope: Scope<'_>) -> Eval {
        let refs = crate::expression::all_refs(args);
        let sensitive = args.iter().any(Val::holds_sensitive);
        let Some(first) = args.first() else {
            return Err(failure(span, format!("{name} takes a path")));
        };
        let text = first
            .to_str()
            .map_err(|error| failure(span, format!("{name}: {error}")))?;
        let Some(path) = text.as_str() else {
            if text.is_null() {
                return Err(failure(span, format!("{name}: the path is null")));
            }
            let ty = if name == "fileset" {
                Type::set_of(Type::String)
            } else {
                Type::String
            };
            return Ok(set_from(&text, ty).with_refs(&refs).mark(sensitive));
        };
        let finish = |val: Val| val.with_refs(&refs).mark(sensitive);
        // The call as reports show it: a path may be a secret, too.
        let shown = if first.sensitive {
            format!("{name}(…)")
        } else {
            format!("{name}({path:?})")
        };
        let outside = || Val::unknown_because(format!("{shown} is outside of the checked files"));
        match name {
            "templatefile" | "templatestring" => {
                if scope.instance.is_none() {
                    return Err(failure(
                        span,
                        format!("{name} cannot be called in a template"),
                    ));
                }
                let Some(vars) = args.get(1) else {
                    return Err(failure(
                        span,
                        format!("{name} takes variables as its second argument"),
                    ));
                };
                if !vars.is_known() {
                    return Ok(finish(set_from(vars, Type::String)));
                }
                let Some(members) = vars.members() else {
                    return Err(failure(
                        span,
                        format!("{name}: the variables are not a map"),
                    ));
                };
                let template = if name == "templatestring" {
                    parse::parse_template_at(path, span).map(Rc::new)
                } else {
                    match self.loader.resolve_file(&self.root_dir, path) {
                        Some(file) => self.template_file(&file),
                        None => return Ok(finish(outside())),
                    }
                };
                // Messages name what stands in the template.
                let secret = name == "templatestring" && first.sensitive;
                let say = |message: &str| {
                    if secret {
                        format!("{name}: the template cannot be rendered")
                    } else {
                        format!("{name}: {message}")
                    }
                };
                let template = template.map_err(|error| failure(span, say(&error)))?;
                let mut names = Vec::with_capacity(members.len());
                for (name, value) in members {
                    if Ident::try_new(&**name).is_err() {
                        return Err(failure(span, say("a variable's name is not an identifier")));
                    }
                    names.push((name, member(vars, value)));
                }
                let val = self
                    .in_template(&template, &names, None, scope.strict)
                    .map_err(|inner| Failure {
                        message: say(&inner.message),
                        span,
                        ..inner
                    })?;
                let val = if val.is_null() {
                    val
                } else {
                    val.to_str().map_err(|error| failure(span, error))?
                };
                let mut val = val;
                val.origin = Some(Arc::new(Origin::new(shown.clone(), None)));
                // The variables that the template does not use are not part of it.
                Ok(val
                    .mark(first.sensitive || vars.sensitive)
                    .with_refs(&first.all_refs()))
            }
            "fileset" => {
                let pattern = match args.get(1) {
                    Some(pattern) if !pattern.is_null() => pattern
                        .to_str()
                        .map_err(|error| failure(span, format!("fileset: {error}")))?,
                    _ => return Err(failure(span, "fileset takes a pattern".to_owned())),
                };
                let Some(pattern) = pattern.as_str() else {
                    return Ok(finish(Val::unknown(Unk {
                        reasons: vec!["the pattern of fileset is not known".into()],
                        ty: Type::set_of(Type::String),
                        ..Unk::default()
                    })));
                };
                let found = self
                    .loader
                    .fileset(&self.root_dir, path, pattern)
                    .map_err(|error| failure(span, format!("fileset: {error}")))?;
                let Some(found) = found else {
                    return Ok(finish(set_from(&outside(), Type::set_of(Type::String))));
                };
                Ok(finish(Val::set(found.into_iter().map(Val::from).collect())))
            }
            "fileexists" => match self.loader.resolve_file(&self.root_dir, path) {
                Some(file) if file.is_dir() => Err(failure(
                    span,
                    format!("{shown}: it is a folder, not a file"),
                )),
                Some(file) => Ok(finish(file.is_file().into())),
                None => Ok(finish(outside())),
            },
            _ => {
                let Some(file) = self.loader.resolve_file(&self.root_dir, path) else {
                    return Ok(finish(outside()));
                };
                let read = match of_file(name) {
                    Some(digest) => {
                        Sources::read_bytes(&file).map(|bytes| (bytes.len(), digest(&bytes)))
                    }
                    None => Sources::read_text(&file).map(|text| (text.len(), text)),
                };
                let (size, text) =
                    read.map_err(|error| failure(span, format!("{shown}: {error}")))?;
                self.spend(size as u64 / 64, span)?;
                let mut val = finish(Val::str(text));
                val.origin = Some(Arc::new(Origin::new(shown.clone(), None)));
                Ok(val)
            }
        }
    }

    fn in_template(
        &self,
        template: &Expr,
        names: &[(&Arc<str>, Val)],
        outer: Option<&Names<'_>>,
        strict: bool,
    ) -> Eval {
        // The names become a chain on the stack; a template with very many variables would make it too long.
        match names.split_first() {
            Some(((name, value), rest)) => {
                let _depth = self.enter(template.span)?;
                let entry = Names {
                    name,
                    value: value.clone(),
                    outer,
                };
                self.in_template(template, rest, Some(&entry), strict)
            }
            None => self.eval(
                template,
                Scope {
                    instance: None,
                    names: outer,
                    strict,
                    lenient: false,
                },
            ),
        }
    }

    fn template_file(&self, path: &Path) -> Result<Rc<Expr>, String> {
        if let Some(known) = self.templates.borrow().get(path) {
            return known.clone();
        }
        let read = self
            .loader
            .sources
            .read(path)
            .map_err(|error| error.to_string())
            .and_then(|file: Arc<SourceFile>| {
                parse::parse_template(file.text(), file.id()).map(Rc::new)
            });
        self.templates
            .borrow_mut()
            .insert(path.to_owned(), read.clone());
        read
    }
}

/// The one resource type that Terraform itself brings: its schema is known.
fn terraform_data(shown: &str, members: &Members, reference: &dyn Fn(&Arc<str>) -> Refs) -> Val {
    let mut object = Members::new();
    let unknown = |name: &str, ty: Type, not_null: bool| {
        let mut unk = Unk::because(computed_reason(Mode::Managed, shown, name));
        (unk.ty, unk.set, unk.not_null, unk.verbatim) = (ty, true, not_null, true);
        Val::unknown(unk).with_refs(&reference(&name.into()))
    };
    let given = |name: &str| {
        let mut val = members.get(name).cloned().unwrap_or_else(Val::null);
        val.refs = reference(&name.into());
        with_origin(val, || format!("{shown}.{name}"))
    };
    let input = given("input");
    let output = if input.is_null() {
        Val::null()
    } else {
        unknown("output", input.type_of(), false)
    };
    object.insert("id".into(), unknown("id", Type::String, true));
    object.insert("output".into(), output);
    object.insert("input".into(), input);
    object.insert("triggers_replace".into(), given("triggers_replace"));
    Val::object(object)
}

fn computed(mode: Mode, address: &str, name: &Arc<str>, refs: &Refs) -> Val {
    let mut unk = Unk::because(computed_reason(mode, address, name));
    (unk.set, unk.verbatim) = (true, true);
    Val::unknown(unk).with_refs(refs)
}

fn computed_reason(mode: Mode, address: &str, name: &str) -> String {
    match mode {
        Mode::Data => format!("known after apply: {address}.{name} is read from a data source"),
        _ => format!("known after apply: {address}.{name}"),
    }
}

fn with_origin(mut val: Val, what: impl FnOnce() -> String) -> Val {
    if val.origin.is_none() {
        val.origin = Some(Arc::new(Origin::new(what(), val.span)));
    }
    val
}

fn literal_bool(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Literal(val) if val.as_bool() == Some(true) || val.as_str() == Some("true"))
}

fn is_literal_false(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Literal(val) if val.as_bool() == Some(false) || val.as_str() == Some("false"))
}

fn symbolic_count(val: &Val) -> Keys {
    let index = set_from(val, Type::Number);
    let binding = Val::object(Members::from([("index".into(), index)]));
    Keys::Symbolic(Some(("count", binding)), val.reasons())
}

fn symbolic_each(val: &Val) -> Keys {
    let (key, value) = symbolic_pair(val);
    let key = match val.as_unknown().map(|unk| &unk.ty) {
        Some(Type::Set(_)) => key,
        _ => set_from(val, Type::String),
    };
    Keys::Symbolic(Some(("each", each_object(key, value))), val.reasons())
}

/// A collection of an unknown number of such elements.
fn many_of(element: Val, reasons: &[String], ty: Type) -> Val {
    let refs = element.all_refs();
    let sensitive = element.sensitive;
    let unk = Unk {
        reasons: reasons.to_vec(),
        ty,
        set: true,
        not_null: true,
        element: Some(Box::new(element)),
        ..Unk::default()
    };
    Val::unknown(unk).with_refs(&refs).mark(sensitive)
}

/// An object some attributes of which are known.
fn open_object(members: Members, refs: &Refs, reasons: Vec<String>) -> Val {
    let reasons = if reasons.is_empty() {
        vec!["known after apply".to_owned()]
    } else {
        reasons
    };
    let unk = Unk {
        reasons,
        set: true,
        not_null: true,
        open: Some(Arc::new(members)),
        ..Unk::default()
    };
    Val::unknown(unk).with_refs(refs)
}

/// Blocks of an unknown number.
fn push_many(source: &Val, shape: Option<Node>, span: Span, list: &mut Blocks) {
    let reasons = source.reasons();
    let unknown = hipaa_iac_source::Unknown {
        reasons: reasons.clone(),
        many: true,
        element: shape.map(Box::new),
        ..hipaa_iac_source::Unknown::default()
    };
    let mut node = Node::new(Value::Unknown(Arc::new(unknown))).at(span);
    node.references = source.to_node().references;
    list.nodes.push(node);
    list.vals.push(
        Val::unknown(Unk {
            reasons,
            many: true,
            ..Unk::default()
        })
        .with_refs(&source.refs),
    );
}

/// `to` as seen from `from`, where it does not lie below.
fn relative_path(to: &Path, from: &Path) -> PathBuf {
    let to: Vec<_> = to.components().collect();
    let from: Vec<_> = from.components().collect();
    let common = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let ups = std::iter::repeat_n("..", from.len() - common).map(PathBuf::from);
    let downs = to
        .iter()
        .skip(common)
        .map(|part| PathBuf::from(part.as_os_str()));
    ups.chain(downs).collect()
}
