//! Values of root variables, with Terraform's precedence.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use hipaa_iac_source::{Diagnostic, Level, Node, Origin, SourceFile, Sources, Span};

use crate::{
    Assignment, Options, json_syntax,
    loader::automatic_variable_files,
    module::{self, Module},
    parse,
    syntax::{Expr, ExprKind},
    value::{Members, Val},
};

type Values = BTreeMap<Arc<str>, Val>;

/// What the options say about variables, for every root.
pub(crate) struct Settings {
    env: Vec<(Arc<str>, Text)>,
    /// `--var-file` and `--var`, in order.
    given: Vec<Given>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// What one option of the command line gives.
enum Given {
    File(Values),
    Var(Arc<str>, Text),
    Configured(Arc<str>, Text),
}

/// A value as it stands on a command line.
struct Text {
    file: Arc<SourceFile>,
    what: Arc<str>,
    /// It is not written in a file that belongs to the configuration.
    outside: bool,
}

impl Settings {
    pub(crate) fn read(sources: &Sources, options: &Options) -> Self {
        let mut diagnostics = Vec::new();
        let text = |what: String, value: &str, outside: bool| Text {
            file: sources.add(format!("<{what}>"), value),
            what: what.into(),
            outside,
        };
        let mut given = Vec::new();
        for assignment in &options.assignments {
            let (path, remedy) = match assignment {
                Assignment::File(path) => (path, "correct the path of --var-file"),
                Assignment::ConfiguredFile(path) => (
                    path,
                    "correct the path under `varFiles` of the environment in the configuration",
                ),
                Assignment::Var(name, value) => {
                    let text = text(format!("--var {name}"), value, true);
                    given.push(Given::Var(name.as_str().into(), text));
                    continue;
                }
                Assignment::ConfiguredVar(name, value) => {
                    let of = options.environment.as_deref().unwrap_or_default();
                    let what = format!("vars.{name} of environment {of}");
                    let text = text(what, value, false);
                    given.push(Given::Configured(name.as_str().into(), text));
                    continue;
                }
            };
            match sources.read(path) {
                Ok(file) => match file_values(&file) {
                    Ok(values) => given.push(Given::File(values)),
                    Err(diagnostic) => diagnostics.push(Diagnostic {
                        level: Level::Usage,
                        ..diagnostic
                    }),
                },
                Err(error) => {
                    let shown = path.to_string_lossy().replace('\\', "/");
                    diagnostics.push(
                        Diagnostic::new(
                            Level::Usage,
                            "var-file",
                            format!("the variable file cannot be read: {error}"),
                        )
                        .in_path(shown)
                        .remedy(remedy),
                    );
                }
            }
        }
        let env = options
            .tf_var_env
            .iter()
            .map(|(name, value)| {
                let text = text(format!("TF_VAR_{name}"), value, true);
                (name.as_str().into(), text)
            })
            .collect();
        Self {
            env,
            given,
            diagnostics,
        }
    }

    /// The given values of a root's variables. What is not given has its default.
    pub(crate) fn of_root(
        &self,
        sources: &Sources,
        dir: &Path,
        module: &Module,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Values {
        let mut values = Values::new();
        let mut add = |name: &Arc<str>, val: Val| {
            if module.variables.contains_key(name) {
                values.insert(Arc::clone(name), val);
            }
        };
        let mut add_text = |name: &Arc<str>, text: &Text, add: &mut dyn FnMut(&Arc<str>, Val)| {
            if let Some(block) = module.variables.get(name) {
                match text.value(block.body.attr("type").map(|attr| &attr.expr)) {
                    Ok(val) => add(name, val),
                    Err(diagnostic) => {
                        add(
                            name,
                            Val::unknown_because("what is given for it cannot be read"),
                        );
                        diagnostics.push(diagnostic);
                    }
                }
            }
        };
        for (name, text) in &self.env {
            add_text(name, text, &mut add);
        }
        let mut unreadable = Vec::new();
        for path in automatic_variable_files(dir) {
            let read = sources
                .read(&path)
                .map_err(|error| module::unreadable(&path, &error));
            match read.and_then(|file| file_values(&file)) {
                Ok(found) => found.iter().for_each(|(name, val)| add(name, val.clone())),
                Err(diagnostic) => {
                    // It may have given a value to any of them.
                    let file = path.file_name().unwrap_or_default().to_string_lossy();
                    for name in module.variables.keys() {
                        add(name, Val::unknown_because(format!("{file} cannot be read")));
                    }
                    unreadable.push(diagnostic);
                }
            }
        }
        for given in &self.given {
            match given {
                Given::File(values) => values.iter().for_each(|(name, val)| add(name, val.clone())),
                Given::Var(name, text) | Given::Configured(name, text) => {
                    add_text(name, text, &mut add);
                }
            }
        }
        diagnostics.extend(unreadable);
        values
    }

    /// Variables of `--var` that no root declares.
    pub(crate) fn undeclared(&self, roots: impl Iterator<Item = Arc<Module>>) -> Vec<Diagnostic> {
        let roots: Vec<Arc<Module>> = roots.collect();
        let names = self.given.iter().filter_map(|given| match given {
            Given::Var(name, _) => Some((name, "correct the name given to --var")),
            Given::Configured(name, _) => Some((
                name,
                "correct the name under `vars` of the environment in the configuration",
            )),
            Given::File(_) => None,
        });
        names
            .filter(|(name, _)| {
                !roots
                    .iter()
                    .any(|module| module.variables.contains_key(*name))
            })
            .map(|(name, remedy)| {
                Diagnostic::new(
                    Level::Usage,
                    "undeclared-variable",
                    format!("no root module declares var.{name}"),
                )
                .remedy(remedy)
            })
            .collect()
    }
}

/// The values of a root's variables that a plan in JSON was made with: it lists every one, defaults too. What it does not
/// list is not known.
pub(crate) fn planned(plan: &Node, module: &Module) -> Values {
    let listed = plan.get("variables");
    let declared = plan
        .get("configuration")
        .and_then(|configuration| configuration.get("root_module"))
        .and_then(|root| root.get("variables"));
    let of_plan = |name: &Arc<str>| {
        let declared = declared.and_then(|all| all.get(name));
        let secret = declared
            .and_then(|variable| variable.get("sensitive")?.as_bool())
            .unwrap_or_default();
        let val = match listed.and_then(|all| all.get(name)?.get("value")) {
            Some(node) => {
                let mut val = Val::from_node(node);
                // It may be that of a variable file.
                val.origin = Some(Arc::new(Origin::new("variables of the plan", node.span)));
                val
            }
            None => Val::unknown_because(format!("var.{name} has no value in the plan")),
        };
        val.mark(secret)
    };
    let names = module.variables.keys();
    names
        .map(|name| (Arc::clone(name), of_plan(name)))
        .collect()
}

impl Text {
    /// A text where the variable is one or has no type; else an expression, as Terraform takes it.
    fn value(&self, ty: Option<&Expr>) -> Result<Val, Diagnostic> {
        let text = self.file.text();
        let place = Span::new(self.file.id(), 0..text.len());
        let simple = ty.is_none_or(|ty| match &ty.kind {
            ExprKind::Variable { name, steps } => {
                steps.is_empty() && matches!(&**name, "string" | "number" | "bool")
            }
            ExprKind::Literal(val) => matches!(val.as_str(), Some("string" | "number" | "bool")),
            _ => false,
        });
        let origin = Some(Arc::new(Origin {
            outside: self.outside,
            ..Origin::new(Arc::clone(&self.what), None)
        }));
        let mut val = if simple {
            Val::str(Arc::clone(text))
        } else {
            let wrong = |message: String| {
                Diagnostic::new(
                    Level::Usage,
                    "variable-value",
                    format!("{} is not an expression: {message}", self.what),
                )
                .remedy("write it as in a .tfvars file")
            };
            let expr = parse::parse_expr_at(text, place).map_err(wrong)?;
            constant(&expr).ok_or_else(|| wrong("it is not a constant".to_owned()))?
        };
        val.origin = origin;
        val.span = None;
        Ok(val)
    }
}

/// The values of a variable file. Which of them are secrets is said elsewhere, so a diagnostic names the line and does not
/// show it.
fn file_values(file: &Arc<SourceFile>) -> Result<Values, Diagnostic> {
    read_values(file).map_err(|diagnostic| {
        let line = diagnostic
            .span
            .map(|span| format!("line {}: ", file.position(span.start).line));
        Diagnostic {
            message: line.unwrap_or_default() + &diagnostic.message,
            span: None,
            ..diagnostic
        }
        .in_path(Arc::clone(file.path()))
    })
}

fn read_values(file: &Arc<SourceFile>) -> Result<Values, Diagnostic> {
    let what: Arc<str> = file.path().rsplit('/').next().unwrap_or_default().into();
    let origin = |mut val: Val, span: Span| {
        let origin = Origin::new(Arc::clone(&what), Some(val.span.unwrap_or(span)));
        val.origin = Some(Arc::new(origin));
        val
    };
    let mut values = Values::new();
    if file.path().ends_with(".json") {
        for (name, val, span) in json_syntax::values(file)? {
            values.insert(name, origin(val, span));
        }
        return Ok(values);
    }
    let body = parse::parse(file)?;
    for attr in body.attrs() {
        let Some(val) = constant(&attr.expr) else {
            return Err(Diagnostic::new(
                Level::Error,
                "hcl-syntax",
                format!("the value of {:?} is not a constant", &*attr.name),
            )
            .at(attr.expr.span)
            .remedy("variable files hold no references and call no functions"));
        };
        values.insert(Arc::clone(&attr.name), origin(val, attr.expr.span));
    }
    if let Some(block) = body.blocks().next() {
        return Err(Diagnostic::new(
            Level::Error,
            "hcl-syntax",
            "a variable file holds no blocks",
        )
        .at(block.header)
        .remedy("write `name = value`"));
    }
    Ok(values)
}

/// The value of an expression without references and calls.
fn constant(expr: &Expr) -> Option<Val> {
    Some(match &expr.kind {
        ExprKind::Literal(val) => val.clone(),
        ExprKind::Tuple(elements) => {
            Val::tuple(elements.iter().map(constant).collect::<Option<_>>()?).at(Some(expr.span))
        }
        ExprKind::Object(items) => {
            let mut members = Members::new();
            for (key, value) in items {
                let key = constant(key)?.to_str().ok()?;
                members.insert(key.as_str()?.into(), constant(value)?);
            }
            Val::object(members).at(Some(expr.span))
        }
        ExprKind::Negate(inner) => {
            let val = constant(inner)?;
            Val::from(val.as_num()?.neg()).at(Some(expr.span))
        }
        _ => return None,
    })
}
