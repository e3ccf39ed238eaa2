//! Module folders: their files, put together as Terraform does.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::{Path, PathBuf},
    sync::Arc,
};

use hipaa_iac_source::{Diagnostic, Level, ReadError, SourceFile, Sources, Span, display_path};

use crate::{
    json_syntax, parse,
    syntax::{Block, Body, Expr, Item},
};

/// The mode of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Mode {
    Managed,
    Data,
    Ephemeral,
}

impl Mode {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::Data => "data",
            Self::Ephemeral => "ephemeral",
        }
    }

    /// What stands before the type in addresses.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Managed => "",
            Self::Data => "data.",
            Self::Ephemeral => "ephemeral.",
        }
    }
}

/// A module: what the files of one folder declare.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) dir: PathBuf,
    pub(crate) variables: BTreeMap<Arc<str>, Block>,
    pub(crate) locals: BTreeMap<Arc<str>, Expr>,
    pub(crate) outputs: BTreeMap<Arc<str>, Block>,
    pub(crate) resources: Vec<ResourceBlock>,
    /// Positions in `resources` by mode, type and name.
    pub(crate) index: BTreeMap<(Mode, Arc<str>, Arc<str>), usize>,
    pub(crate) calls: BTreeMap<Arc<str>, Block>,
    pub(crate) providers: Vec<Block>,
    pub(crate) required: BTreeMap<Arc<str>, Requirement>,
    /// It says where its state is kept, which only a root module needs.
    pub(crate) backend: bool,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

#[derive(Debug)]
pub(crate) struct ResourceBlock {
    pub(crate) mode: Mode,
    pub(crate) type_: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) block: Block,
}

impl ResourceBlock {
    /// The local name of the provider: that of the `provider` argument, else the first word of the type.
    pub(crate) fn provider_name(&self) -> String {
        let argument = self.block.body.attr("provider");
        let name = match argument.and_then(|attr| attr.expr.keyword()) {
            Some(name) => name.split('.').next().map(str::to_owned),
            None => self.type_.split('_').next().map(str::to_owned),
        };
        name.unwrap_or_default()
    }

    /// The provider with the alias that the `provider` argument chooses; `None` where that takes an evaluation
    /// (`aws.by_region[each.key]`).
    pub(crate) fn provider(&self) -> Option<(String, String)> {
        match self.block.body.attr("provider") {
            Some(argument) => local_provider(&argument.expr),
            None => Some((self.provider_name(), String::new())),
        }
    }
}

/// `aws.west`, or the same as a text, as local name and alias.
pub(crate) fn local_provider(expr: &Expr) -> Option<(String, String)> {
    let name = expr.keyword()?;
    let (local, alias) = name.split_once('.').unwrap_or((&name, ""));
    Some((local.to_owned(), alias.to_owned()))
}

/// The alias of a provider block, empty where it has none.
pub(crate) fn alias(block: &Block) -> String {
    let alias = block.body.attr("alias");
    alias
        .and_then(|attr| attr.expr.keyword())
        .unwrap_or_default()
}

/// An entry of `required_providers`, with versions that provider blocks ask for in the old way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requirement {
    pub(crate) source: Option<Arc<str>>,
    pub(crate) versions: Vec<String>,
    /// The entry, if there is one.
    pub(crate) span: Option<Span>,
}

/// Whether a file name is one of Terraform's or OpenTofu's configuration files.
pub(crate) fn is_configuration(name: &str) -> bool {
    stem(name).is_some()
}

/// The name without the ending, and the kind of ending: native or JSON, and whether OpenTofu's own.
fn stem(name: &str) -> Option<(&str, bool, bool)> {
    let endings = [
        (".tf", false, false),
        (".tofu", false, true),
        (".tf.json", true, false),
        (".tofu.json", true, true),
    ];
    // Editors' swap and backup files are left out, as Terraform does.
    if name.starts_with('.') || name.ends_with('~') || name.starts_with('#') && name.ends_with('#')
    {
        return None;
    }
    endings
        .into_iter()
        .find_map(|(ending, json, tofu)| Some((name.strip_suffix(ending)?, json, tofu)))
}

fn is_override(stem: &str) -> bool {
    stem == "override" || stem.ends_with("_override")
}

/// Reads the configuration files of a folder: those given, or all that are there.
pub(crate) fn read(sources: &Sources, dir: &Path, files: Vec<PathBuf>) -> Module {
    let mut files: Vec<PathBuf> = files;
    files.sort();
    let name = |path: &Path| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    // `a.tofu` stands in for `a.tf`.
    let own: Vec<(String, bool)> = files
        .iter()
        .filter_map(|path| match stem(&name(path)) {
            Some((stem, json, true)) => Some((stem.to_owned(), json)),
            _ => None,
        })
        .collect();
    let mut assembly = Assembly {
        module: Module {
            dir: dir.to_owned(),
            ..Module::default()
        },
        blocks: vec![],
    };
    let mut overrides = Vec::new();
    for path in files {
        let name = name(&path);
        let Some((stem, json, tofu)) = stem(&name) else {
            continue;
        };
        if !tofu
            && own
                .iter()
                .any(|(own, own_json)| own == stem && *own_json == json)
        {
            let end = if json { ".tofu.json" } else { ".tofu" };
            let message = format!(
                "{stem}{end} was read in its place, as OpenTofu does; Terraform reads this file"
            );
            assembly.module.diagnostics.push(
                Diagnostic::new(Level::Note, "opentofu-file", message)
                    .in_path(display_path(&path))
                    .remedy(format!(
                        "where Terraform is used, check without {stem}{end}"
                    )),
            );
            continue;
        }
        let file = match sources.read(&path) {
            Ok(file) => file,
            Err(error) => {
                assembly.module.diagnostics.push(unreadable(&path, &error));
                continue;
            }
        };
        let Some(body) = parse_file(&file, json, &mut assembly.module.diagnostics) else {
            continue;
        };
        if is_override(stem) {
            overrides.push(body);
        } else {
            assembly.add(body);
        }
    }
    for body in overrides {
        assembly.merge(body);
    }
    assembly.finish()
}

pub(crate) fn unreadable(path: &Path, error: &ReadError) -> Diagnostic {
    let shown = path.to_string_lossy().replace('\\', "/");
    let shown = shown.strip_prefix("./").unwrap_or(&shown).to_owned();
    Diagnostic::new(
        Level::Error,
        "unreadable",
        format!("the file cannot be read: {error}"),
    )
    .in_path(shown)
    .remedy("make it a readable UTF-8 file, or name it in .gitignore if it is not input")
}

fn parse_file(file: &SourceFile, json: bool, diagnostics: &mut Vec<Diagnostic>) -> Option<Body> {
    let parsed = if json {
        json_syntax::parse(file).map(|(body, found)| {
            diagnostics.extend(found);
            body
        })
    } else {
        parse::parse(file)
    };
    parsed
        .map_err(|diagnostic| diagnostics.push(diagnostic))
        .ok()
}

struct Assembly {
    module: Module,
    blocks: Vec<Block>,
}

impl Assembly {
    fn add(&mut self, body: Body) {
        for item in body.items {
            match item {
                Item::Block(block) => self.blocks.push(block),
                Item::Attr(attr) => self.module.diagnostics.push(
                    Diagnostic::new(
                        Level::Error,
                        "hcl-syntax",
                        format!("{:?} is not a block", &*attr.name),
                    )
                    .at(attr.span)
                    .remedy("arguments belong into a block"),
                ),
            }
        }
    }

    /// Merges an override file: arguments replace arguments, nested blocks replace all blocks of their kind.
    fn merge(&mut self, body: Body) {
        for item in body.items {
            let Item::Block(block) = item else { continue };
            if matches!(&*block.kind, "locals" | "terraform") {
                self.merge_settings(block);
                continue;
            }
            let base = self.blocks.iter_mut().find(|base| {
                base.kind == block.kind && base.labels == block.labels && same_alias(base, &block)
            });
            if let Some(base) = base {
                merge_bodies(&mut base.body, block.body);
                continue;
            }
            let message = format!("{} overrides nothing", describe(&block));
            self.module.diagnostics.push(
                Diagnostic::new(Level::Error, "override-without-base", message)
                    .at(block.header)
                    .remedy("declare it in a file that is no override file"),
            );
            self.blocks.push(block);
        }
    }

    fn merge_settings(&mut self, block: Block) {
        for item in &block.body.items {
            let Item::Attr(attr) = item else { continue };
            for base in self
                .blocks
                .iter_mut()
                .filter(|base| base.kind == block.kind)
            {
                base.body
                    .items
                    .retain(|item| !matches!(item, Item::Attr(old) if old.name == attr.name));
            }
        }
        for inner in block.body.blocks_of("required_providers") {
            for attr in inner.body.attrs() {
                for base in self
                    .blocks
                    .iter_mut()
                    .filter(|base| &*base.kind == "terraform")
                {
                    for item in &mut base.body.items {
                        if let Item::Block(old) = item
                            && &*old.kind == "required_providers"
                        {
                            old.body.items.retain(
                                |item| !matches!(item, Item::Attr(old) if old.name == attr.name),
                            );
                        }
                    }
                }
            }
        }
        self.blocks.push(block);
    }

    fn finish(mut self) -> Module {
        for block in std::mem::take(&mut self.blocks) {
            self.declare(block);
        }
        self.module
    }

    fn declare(&mut self, mut block: Block) {
        let module = &mut self.module;
        match (&*block.kind, block.labels.as_slice()) {
            ("resource" | "data" | "ephemeral", [type_, name]) => {
                let mode = match &*block.kind {
                    "data" => Mode::Data,
                    "ephemeral" => Mode::Ephemeral,
                    _ => Mode::Managed,
                };
                let key = (mode, Arc::clone(type_), Arc::clone(name));
                if module.index.contains_key(&key) {
                    module.diagnostics.push(duplicate(&block));
                    return;
                }
                module.index.insert(key, module.resources.len());
                let (type_, name) = (Arc::clone(type_), Arc::clone(name));
                module.resources.push(ResourceBlock {
                    mode,
                    type_,
                    name,
                    block,
                });
            }
            ("variable", [name]) => declare(
                &mut module.variables,
                Arc::clone(name),
                block,
                &mut module.diagnostics,
            ),
            ("output", [name]) => declare(
                &mut module.outputs,
                Arc::clone(name),
                block,
                &mut module.diagnostics,
            ),
            ("module", [name]) => declare(
                &mut module.calls,
                Arc::clone(name),
                block,
                &mut module.diagnostics,
            ),
            ("provider", [name]) => {
                if let Some(version) = block.body.attr("version").and_then(|attr| attr.expr.text())
                {
                    module
                        .required
                        .entry(Arc::clone(name))
                        .or_default()
                        .versions
                        .push(version.to_owned());
                }
                module.providers.push(block);
            }
            ("locals", []) => {
                for item in block.body.items.drain(..) {
                    let Item::Attr(attr) = item else { continue };
                    match module.locals.entry(attr.name) {
                        Entry::Vacant(entry) => _ = entry.insert(attr.expr),
                        Entry::Occupied(entry) => module.diagnostics.push(
                            Diagnostic::new(
                                Level::Error,
                                "duplicate",
                                format!("local.{} is declared twice", entry.key()),
                            )
                            .at(attr.span)
                            .remedy("remove one of the two; the first is the one that counts"),
                        ),
                    }
                }
            }
            ("terraform", []) => {
                module.backend |= block
                    .body
                    .blocks()
                    .any(|inner| matches!(&*inner.kind, "backend" | "cloud"));
                for inner in block.body.blocks_of("required_providers") {
                    for attr in inner.body.attrs() {
                        let entry = module.required.entry(Arc::clone(&attr.name)).or_default();
                        entry.span = Some(attr.span);
                        requirement(&attr.expr, entry);
                    }
                }
            }
            ("moved" | "removed" | "import" | "check" | "action" | "language", _) => {}
            _ => module.diagnostics.push(
                Diagnostic::new(
                    Level::Error,
                    "hcl-syntax",
                    format!("there is no block {}", describe(&block)),
                )
                .at(block.header)
                .remedy("check the kind of block and the number of its labels"),
            ),
        }
    }
}

fn declare(
    map: &mut BTreeMap<Arc<str>, Block>,
    name: Arc<str>,
    block: Block,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match map.entry(name) {
        Entry::Vacant(entry) => _ = entry.insert(block),
        Entry::Occupied(_) => diagnostics.push(duplicate(&block)),
    }
}

fn duplicate(block: &Block) -> Diagnostic {
    Diagnostic::new(
        Level::Error,
        "duplicate",
        format!("{} is declared twice", describe(block)),
    )
    .at(block.header)
    .remedy("remove one of the two; the first is the one that is judged")
}

fn describe(block: &Block) -> String {
    block
        .labels
        .iter()
        .fold(block.kind.to_string(), |text, label| {
            format!("{text} {:?}", &**label)
        })
}

fn same_alias(a: &Block, b: &Block) -> bool {
    let alias = |block: &Block| {
        block
            .body
            .attr("alias")
            .and_then(|attr| attr.expr.text().map(str::to_owned))
    };
    &*a.kind != "provider" || alias(a) == alias(b)
}

fn merge_bodies(base: &mut Body, over: Body) {
    base.items.retain(|item| {
        !over.items.iter().any(|new| match (item, new) {
            (Item::Attr(old), Item::Attr(new)) => old.name == new.name,
            (Item::Block(old), Item::Block(new)) => old.content_kind() == new.content_kind(),
            _ => false,
        })
    });
    base.items.extend(over.items);
}

fn requirement(expr: &Expr, into: &mut Requirement) {
    use crate::syntax::ExprKind;
    match &expr.kind {
        ExprKind::Literal(_) => into.versions.extend(expr.text().map(str::to_owned)),
        ExprKind::Object(members) => {
            for (key, value) in members {
                match (key.text(), value.text()) {
                    (Some("source"), Some(source)) => into.source = Some(source.into()),
                    (Some("version"), Some(version)) => into.versions.push(version.to_owned()),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}
