//! JSON syntax (`.tf.json`), brought into the evaluator's form.

use std::sync::Arc;

use hipaa_iac_source::{Diagnostic, Level, Node, SourceFile, Span, Value};

use crate::{
    json,
    parse::{literal, parse_expr_at, parse_template_at},
    syntax::{Attr, Block, Body, Expr, ExprKind, Item},
    value::Val,
};

/// Arguments which hold maps or objects; every other object in a resource is a nested block. JSON syntax does not
/// tell them apart, and Terraform asks the provider's schema.
const MAPS: [&str; 33] = [
    "tags",
    "tags_all",
    "default_tags",
    "labels",
    "user_labels",
    "resource_labels",
    "annotations",
    "metadata",
    "variables",
    "environment_variables",
    "parameters",
    "options",
    "triggers",
    "triggers_replace",
    "keepers",
    "for_each",
    "input",
    "inputs",
    "values",
    "data",
    "string_data",
    "headers",
    "query",
    "request_parameters",
    "response_parameters",
    "request_templates",
    "response_templates",
    "match_labels",
    "app_settings",
    "settings_map",
    "app_specific_settings",
    "stage_variables",
    "context",
];

/// Reads a file of JSON syntax.
///
/// # Errors
/// The JSON parser's diagnostic, or `hcl-syntax` where the document is not a configuration; what can be read of it
/// is lost then, as in Terraform.
pub(crate) fn parse(file: &SourceFile) -> Result<(Body, Vec<Diagnostic>), Diagnostic> {
    let node = json::parse_configuration(file)?;
    let mut lowering = Lowering {
        whole: Span::new(file.id(), 0..0),
        diagnostics: vec![],
    };
    let mut body = Body::default();
    for (kind, node) in lowering.objects(&node) {
        lowering.top_level(&kind, &node, &mut body);
    }
    Ok((body, lowering.diagnostics))
}

/// The values of a `.tfvars.json` file: plain values, no templates.
///
/// # Errors
/// The JSON parser's diagnostic.
pub(crate) fn values(file: &SourceFile) -> Result<Vec<(Arc<str>, Val, Span)>, Diagnostic> {
    let node = json::parse_configuration(file)?;
    let Some(members) = node.as_map() else {
        let place = node.span.unwrap_or_else(|| Span::new(file.id(), 0..0));
        return Err(Diagnostic::new(
            Level::Error,
            "hcl-syntax",
            "an object of variable values is needed",
        )
        .at(place));
    };
    let place = Span::new(file.id(), 0..0);
    Ok(members
        .iter()
        .map(|(name, node)| {
            (
                Arc::clone(name),
                Val::from_node(node),
                node.span.unwrap_or(place),
            )
        })
        .collect())
}

struct Lowering {
    whole: Span,
    diagnostics: Vec<Diagnostic>,
}

impl Lowering {
    fn span(&self, node: &Node) -> Span {
        node.span.unwrap_or(self.whole)
    }

    fn complain(&mut self, node: &Node, message: impl Into<String>) {
        let place = self.span(node);
        self.diagnostics
            .push(Diagnostic::new(Level::Error, "hcl-syntax", message).at(place));
    }

    /// The members of an object, or of every object of a list, without comments.
    fn objects(&mut self, node: &Node) -> Vec<(Arc<str>, Node)> {
        match &node.value {
            Value::Object(members) => members
                .iter()
                .filter(|(key, _)| &***key != "//")
                .map(|(key, value)| (Arc::clone(key), value.clone()))
                .collect(),
            Value::List(elements) => elements
                .iter()
                .flat_map(|element| self.objects(element))
                .collect(),
            Value::Null => vec![],
            _ => {
                self.complain(node, "an object is needed here");
                vec![]
            }
        }
    }

    fn top_level(&mut self, kind: &Arc<str>, node: &Node, body: &mut Body) {
        let labels = match &**kind {
            "resource" | "data" | "ephemeral" | "action" => 2,
            "variable" | "output" | "module" | "provider" | "check" => 1,
            "locals" | "terraform" | "moved" | "removed" | "import" => 0,
            _ => {
                self.complain(node, format!("there is no block {kind:?}"));
                return;
            }
        };
        self.labelled(kind, labels, &mut vec![], node, body);
    }

    fn labelled(
        &mut self,
        kind: &Arc<str>,
        missing: usize,
        labels: &mut Vec<Arc<str>>,
        node: &Node,
        body: &mut Body,
    ) {
        if missing > 0 {
            for (label, inner) in self.objects(node) {
                labels.push(label);
                self.labelled(kind, missing - 1, labels, &inner, body);
                labels.pop();
            }
            return;
        }
        if let Value::List(elements) = &node.value {
            for element in elements.iter() {
                self.labelled(kind, 0, labels, element, body);
            }
            return;
        }
        let extent = self.span(node);
        let inner = self.block_body(kind, node);
        body.items.push(Item::Block(Block {
            kind: Arc::clone(kind),
            labels: labels.clone(),
            body: inner,
            header: header(extent),
            extent,
        }));
    }

    fn block_body(&mut self, kind: &str, node: &Node) -> Body {
        let mut body = Body::default();
        for (name, value) in self.objects(node) {
            let span = self.span(&value);
            let attribute = |expr| {
                Item::Attr(Attr {
                    name: Arc::clone(&name),
                    span,
                    expr,
                })
            };
            match (kind, &*name) {
                // Written as text, meant as an expression or a keyword.
                (_, "provider" | "depends_on" | "provisioner" | "connection" | "lifecycle")
                    if matches!(kind, "resource" | "data" | "ephemeral" | "module") =>
                {
                    body.items.push(attribute(self.verbatim(&value)));
                }
                ("variable", "type") => {
                    let expr = match value.as_str().map(|text| parse_expr_at(text, span)) {
                        Some(Ok(expr)) => expr,
                        _ => self.verbatim(&value),
                    };
                    body.items.push(attribute(expr));
                }
                ("variable", "validation") | ("output", "precondition") => {}
                ("variable", _) => body.items.push(attribute(self.verbatim(&value))),
                ("terraform", "required_providers" | "backend" | "cloud" | "provider_meta") => {
                    for block in each(&value) {
                        let inner = self.attributes(block);
                        self.push_block(&mut body, &name, vec![], inner, block);
                    }
                }
                ("resource" | "data" | "ephemeral" | "provider" | "nested", "dynamic") => {
                    for (label, blocks) in self.objects(&value) {
                        for block in each(&blocks) {
                            let inner = self.block_body("dynamic", block);
                            self.push_block(
                                &mut body,
                                &name,
                                vec![Arc::clone(&label)],
                                inner,
                                block,
                            );
                        }
                    }
                }
                ("dynamic", "content") => {
                    let inner = self.block_body("nested", &value);
                    self.push_block(&mut body, &name, vec![], inner, &value);
                }
                ("dynamic", "iterator") => {
                    let expr = value
                        .as_str()
                        .and_then(|text| parse_expr_at(text, span).ok());
                    let expr = expr.unwrap_or_else(|| self.verbatim(&value));
                    body.items.push(attribute(expr));
                }
                ("resource" | "data" | "ephemeral" | "provider" | "nested", _)
                    if is_blocks(&name, &value) =>
                {
                    for block in each(&value) {
                        let inner = self.block_body("nested", block);
                        self.push_block(&mut body, &name, vec![], inner, block);
                    }
                }
                _ => {
                    let expr = self.expr(&value);
                    body.items.push(attribute(expr));
                }
            }
        }
        body
    }

    fn push_block(
        &self,
        body: &mut Body,
        kind: &Arc<str>,
        labels: Vec<Arc<str>>,
        inner: Body,
        node: &Node,
    ) {
        let extent = self.span(node);
        body.items.push(Item::Block(Block {
            kind: Arc::clone(kind),
            labels,
            body: inner,
            header: header(extent),
            extent,
        }));
    }

    fn attributes(&mut self, node: &Node) -> Body {
        let items = self
            .objects(node)
            .into_iter()
            .map(|(name, value)| {
                Item::Attr(Attr {
                    name,
                    span: self.span(&value),
                    expr: self.verbatim(&value),
                })
            })
            .collect();
        Body { items }
    }

    /// An expression whose texts are no templates.
    fn verbatim(&self, node: &Node) -> Expr {
        let span = self.span(node);
        match &node.value {
            Value::List(elements) => {
                let elements = elements
                    .iter()
                    .map(|element| self.verbatim(element))
                    .collect();
                Expr {
                    kind: ExprKind::Tuple(elements),
                    span,
                }
            }
            Value::Object(members) => {
                let members = members
                    .iter()
                    .map(|(key, value)| {
                        (
                            literal(Val::str(Arc::clone(key)), self.span(value)),
                            self.verbatim(value),
                        )
                    })
                    .collect();
                Expr {
                    kind: ExprKind::Object(members),
                    span,
                }
            }
            _ => literal(Val::from_node(node), span),
        }
    }

    /// An expression: texts and keys are templates.
    fn expr(&mut self, node: &Node) -> Expr {
        let span = self.span(node);
        match &node.value {
            Value::String(text) => self.template(text, node),
            Value::List(elements) => {
                let elements = elements.iter().map(|element| self.expr(element)).collect();
                Expr {
                    kind: ExprKind::Tuple(elements),
                    span,
                }
            }
            Value::Object(members) => {
                let members = members
                    .iter()
                    .map(|(key, value)| (self.template(key, value), self.expr(value)))
                    .collect();
                Expr {
                    kind: ExprKind::Object(members),
                    span,
                }
            }
            _ => literal(Val::from_node(node), span),
        }
    }

    fn template(&mut self, text: &str, node: &Node) -> Expr {
        let span = self.span(node);
        match parse_template_at(text, span) {
            Ok(expr) => expr,
            Err(message) => {
                self.complain(node, message);
                literal(Val::unknown_because("the template could not be read"), span)
            }
        }
    }
}

/// Where findings about something absent point: the opening brace.
fn header(extent: Span) -> Span {
    Span {
        end: extent.end.min(extent.start.saturating_add(1)),
        ..extent
    }
}

/// A block once, or every block of a list.
fn each(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::List(elements) => elements.iter().collect(),
        _ => vec![node],
    }
}

fn is_blocks(name: &str, node: &Node) -> bool {
    match &node.value {
        Value::Object(_) => !MAPS.contains(&name),
        Value::List(elements) => {
            !elements.is_empty()
                && elements
                    .iter()
                    .all(|element| matches!(element.value, Value::Object(_)))
        }
        _ => false,
    }
}
