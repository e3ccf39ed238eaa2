//! From files to evaluated resources: which folders are roots, what their variables are, and what they hold.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs,
    path::{Component, Path, PathBuf},
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
};

use hipaa_iac_source::{
    Diagnostic, Inventory, Level, Map, Node, Resource, ResourceKind, Sources, Span, TerraformId,
    Unresolved, WalkEntry,
};
use rayon::prelude::*;

use crate::{
    Options,
    graph::{Evaluator, Instance, Keys, Workspace, scope},
    module::{self, Mode, Module},
    providers::{self, Providers},
    value::Val,
    variables,
};

/// The stack of a thread that evaluates, in bytes: only what is used of it is ever backed by memory.
const STACK_BYTES: usize = 256 << 20;
/// The most files that `fileset` looks at.
const MAX_FILESET: usize = 10_000;
/// How many folders deep `**` looks.
const MAX_LEVELS: usize = 32;

/// What all roots share.
pub(crate) struct Loader<'a> {
    pub(crate) sources: &'a Sources,
    /// The workspace that the user names.
    workspace: Option<Arc<str>>,
    pub(crate) environment: Option<Arc<str>>,
    /// The files of the walked folders.
    walked: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// Modules by folder; an empty one stands for a folder without configuration.
    modules: Mutex<BTreeMap<PathBuf, Option<Arc<Module>>>>,
    /// The folders in which functions may read files.
    trees: Vec<PathBuf>,
}

impl<'a> Loader<'a> {
    fn new(sources: &'a Sources, files: &[WalkEntry], options: &Options) -> Self {
        let mut walked: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        let mut top: Option<PathBuf> = None;
        for entry in files {
            let dir = normalized(entry.path.parent().unwrap_or(Path::new("")));
            top = Some(match top {
                None => dir.clone(),
                Some(top) => common(&top, &dir),
            });
            if entry
                .path
                .file_name()
                .is_some_and(|name| module::is_configuration(&name.to_string_lossy()))
            {
                walked.entry(dir).or_default().push(entry.path.clone());
            }
        }
        let trees = top.iter().filter_map(|dir| canonical(dir)).collect();
        Self {
            sources,
            workspace: options.workspace.as_deref().map(Arc::from),
            environment: options.environment.clone(),
            walked,
            modules: Mutex::default(),
            trees,
        }
    }

    /// The module of a folder; `None` where there is no configuration.
    pub(crate) fn module(&self, dir: &Path) -> Option<Arc<Module>> {
        let known = |modules: &BTreeMap<PathBuf, Option<Arc<Module>>>| modules.get(dir).cloned();
        if let Some(module) = known(&self.modules.lock().unwrap_or_else(PoisonError::into_inner)) {
            return module;
        }
        let files = match self.walked.get(dir) {
            Some(files) => files.clone(),
            None => configuration_files(dir),
        };
        // Read under the lock: a file is read once, whoever asks first.
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = known(&modules) {
            return module;
        }
        let module = (!files.is_empty()).then(|| Arc::new(module::read(self.sources, dir, files)));
        modules.insert(dir.to_owned(), module.clone());
        module
    }

    /// The file that a path of a function means; `None` where it lies outside of the checked files.
    pub(crate) fn resolve_file(&self, root: &Path, path: &str) -> Option<PathBuf> {
        // Terraform takes it for the home folder.
        if path.starts_with('~') {
            return None;
        }
        self.inside(root, normalized(&root.join(path)))
    }

    /// The path, unless it lies outside of the checked files.
    fn inside(&self, root: &Path, path: PathBuf) -> Option<PathBuf> {
        // What does not exist has no true path; its folder has.
        let real = canonical(&path).or_else(|| {
            let name = path.file_name()?;
            Some(canonical(path.parent()?)?.join(name))
        });
        // Where there is not even a folder nothing can be read.
        let Some(real) = real else {
            return (!path.is_absolute() && !path.starts_with("..")).then_some(path);
        };
        let inside = |tree: &PathBuf| real.starts_with(tree);
        let root = canonical(root);
        (self.trees.iter().any(inside)
            || root.as_ref().is_some_and(inside)
            || self.of_module(&real))
        .then_some(path)
    }

    /// The files that a pattern matches, with `/` between parts, as Terraform's `fileset` finds them: folder and pattern are
    /// joined, links are followed. `None` where that leads out of the checked files.
    pub(crate) fn fileset(
        &self,
        root: &Path,
        path: &str,
        pattern: &str,
    ) -> Result<Option<BTreeSet<String>>, String> {
        let Some(dir) = self.resolve_file(root, path) else {
            return Ok(None);
        };
        let whole = normalized(&dir.join(pattern.trim_start_matches('/')));
        let parts: Vec<Component<'_>> = whole.components().collect();
        let wild = |part: &Component<'_>| {
            part.as_os_str()
                .to_string_lossy()
                .contains(['*', '?', '[', '{', '\\'])
        };
        // Down to the first part with a wildcard there is one folder.
        let fixed = parts.iter().take_while(|part| !wild(part)).count();
        let (base, rest) = parts.split_at(fixed.min(parts.len().saturating_sub(1)));
        let rest = rest.iter().map(|part| part.as_os_str().to_string_lossy());
        let rest: Vec<_> = rest.collect();
        let pattern = glob(&rest.join("/"))?;
        let Some(base) = self.inside(root, base.iter().collect()) else {
            return Ok(None);
        };
        let deep = rest.iter().any(|part| part == "**");
        let levels = if deep { MAX_LEVELS } else { rest.len() };
        let mut found = BTreeSet::new();
        let mut looked = 0;
        let mut pending = vec![(base, String::new(), 1)];
        while let Some((folder, prefix, level)) = pending.pop() {
            let Ok(entries) = fs::read_dir(readable(&folder)) else {
                continue;
            };
            let mut entries: Vec<_> = entries.flatten().collect();
            entries.sort_by_key(fs::DirEntry::file_name);
            for entry in entries {
                looked += 1;
                if looked > MAX_FILESET {
                    return Err(format!("more than {MAX_FILESET} files"));
                }
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                let path = folder.join(entry.file_name());
                // A link that leads nowhere matches nothing.
                let Ok(kind) = fs::metadata(&path) else {
                    continue;
                };
                let linked = entry.file_type().is_ok_and(|kind| kind.is_symlink());
                let goes_on = kind.is_dir() && level < levels;
                let matches = kind.is_file() && pattern.is_match(&name);
                if linked && (goes_on || matches) && self.inside(root, path.clone()).is_none() {
                    return Ok(None);
                }
                if goes_on {
                    pending.push((path, format!("{name}/"), level + 1));
                } else if matches {
                    found.insert(relative(&dir, &path));
                }
            }
        }
        Ok(Some(found))
    }

    /// Whether a file lies in the folder of a module that was read: one that is called may lie outside of the walked folders.
    fn of_module(&self, real: &Path) -> bool {
        let modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        let mut read = modules.values().flatten();
        read.any(|module| canonical(&module.dir).is_some_and(|dir| real.starts_with(dir)))
    }
}

/// A glob of `fileset` as a regular expression on paths, as the library doublestar reads it: `*`, `?`, `[…]` and `{a,b}` within a
/// part, `**` as a part.
fn glob(pattern: &str) -> Result<regex::Regex, String> {
    let mut text = String::from("^");
    let mut parts = pattern.split('/').peekable();
    while let Some(part) = parts.next() {
        match (part, parts.peek().is_some()) {
            ("**", true) => text.push_str("(?:[^/]+/)*"),
            ("**", false) => text.push_str(".+"),
            (part, more) => {
                glob_part(part, &mut text)?;
                text.push_str(if more { "/" } else { "" });
            }
        }
    }
    text.push('$');
    regex::Regex::new(&text).map_err(|_| "the pattern is not a glob".to_owned())
}

fn glob_part(part: &str, text: &mut String) -> Result<(), String> {
    let invalid = || "the pattern is not a glob".to_owned();
    let literal = |c: char| regex::escape(c.encode_utf8(&mut [0; 4]));
    let mut chars = part.chars().peekable();
    let mut alternatives = false;
    while let Some(c) = chars.next() {
        match c {
            '*' => text.push_str("[^/]*"),
            '?' => text.push_str("[^/]"),
            '\\' => text.push_str(&literal(chars.next().ok_or_else(invalid)?)),
            '[' => {
                text.push('[');
                if chars.next_if_eq(&'^').is_some() {
                    text.push('^');
                }
                loop {
                    match chars.next().ok_or_else(invalid)? {
                        ']' => break,
                        '-' => text.push('-'),
                        '\\' => text.push_str(&literal(chars.next().ok_or_else(invalid)?)),
                        c => text.push_str(&literal(c)),
                    }
                }
                text.push(']');
            }
            '{' if alternatives => return Err("braces in braces are not evaluated".to_owned()),
            '{' => {
                alternatives = true;
                text.push_str("(?:");
            }
            '}' if alternatives => {
                alternatives = false;
                text.push(')');
            }
            ',' if alternatives => text.push('|'),
            c => text.push_str(&literal(c)),
        }
    }
    if alternatives {
        return Err(invalid());
    }
    Ok(())
}

/// How to get from a folder to a path, both normalized, with `/` between parts.
fn relative(dir: &Path, path: &Path) -> String {
    let shared = common(dir, path).components().count();
    let up = dir.components().skip(shared).map(|_| "..".into());
    let down = path.components().skip(shared);
    let down = down.map(|part| part.as_os_str().to_string_lossy());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// A path without `.`, and without `..` where it follows a name.
pub(crate) fn normalized(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match result.components().next_back() {
                Some(Component::Normal(_)) => _ = result.pop(),
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => result.push(".."),
            },
            part => result.push(part),
        }
    }
    result
}

fn canonical(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(readable(path)).ok()
}

/// The current folder has an empty path, which cannot be read as one.
fn readable(path: &Path) -> &Path {
    if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    }
}

fn common(a: &Path, b: &Path) -> PathBuf {
    a.components()
        .zip(b.components())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a)
        .collect()
}

/// A folder as reports show it.
fn shown(dir: &Path) -> Arc<str> {
    let text = dir.to_string_lossy().replace('\\', "/");
    if text.is_empty() {
        ".".into()
    } else {
        text.into()
    }
}

fn configuration_files(dir: &Path) -> Vec<PathBuf> {
    let folder = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return vec![];
    };
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| module::is_configuration(&entry.file_name().to_string_lossy()))
        .map(|entry| dir.join(entry.file_name()))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

/// See [`crate::load`].
pub(crate) fn load<'a>(
    sources: &'a Sources,
    files: &[WalkEntry],
    options: &Options,
) -> (Inventory, Loader<'a>) {
    let loader = Loader::new(sources, files, options);
    if loader.walked.is_empty() {
        return (Inventory::default(), loader);
    }
    let inventory = pooled(|| load_all(&loader, options)).unwrap_or_else(|error| Inventory {
        diagnostics: vec![Diagnostic::new(
            Level::Error,
            "no-threads",
            format!("the system gives no thread to evaluate in: {error}"),
        )],
        ..Inventory::default()
    });
    (inventory, loader)
}

/// Does work where the stack is deep enough for it.
fn pooled<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK_BYTES)
        .build()?;
    Ok(pool.install(work))
}

/// The resources of a root that was read, evaluated once more with the variables of a plan. A plan does not say its workspace.
pub(crate) fn as_planned(loader: &Loader<'_>, root: &str, plan: &Node) -> Vec<Resource> {
    let Some(dir) = loader.walked.keys().find(|dir| &*shown(dir) == root) else {
        return vec![];
    };
    let evaluated = pooled(|| {
        let module = loader.module(dir)?;
        let given = variables::planned(plan, &module);
        Some(evaluate(loader, dir, &module, given, Workspace::Unknown).0)
    });
    evaluated
        .ok()
        .flatten()
        .map_or_else(Vec::new, |inventory| inventory.resources)
}

fn load_all(loader: &Loader<'_>, options: &Options) -> Inventory {
    // Reading is most of the work for large trees.
    let read: Vec<(PathBuf, Option<Arc<Module>>)> = loader
        .walked
        .par_iter()
        .map(|(dir, files)| {
            (
                dir.clone(),
                Some(Arc::new(module::read(loader.sources, dir, files.clone()))),
            )
        })
        .collect();
    loader
        .modules
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .extend(read);
    let roots = roots(loader);
    let settings = variables::Settings::read(loader.sources, options);
    let mut inventory = Inventory::default();
    inventory
        .diagnostics
        .extend(settings.diagnostics.iter().cloned());
    let (results, calls): (Vec<Inventory>, Vec<BTreeSet<PathBuf>>) = roots
        .par_iter()
        .map(|root| evaluate_root(loader, root, &settings))
        .unzip();
    let kept = uncalled(loader, &roots, &calls);
    for (result, _) in results.into_iter().zip(&kept).filter(|(_, kept)| **kept) {
        inventory.extend(result);
    }
    let roots = roots.iter().zip(&kept).filter(|(_, kept)| **kept);
    let modules = roots.filter_map(|(root, _)| loader.module(root));
    inventory.diagnostics.extend(settings.undeclared(modules));
    let modules = loader
        .modules
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    for module in modules.values().flatten() {
        inventory
            .diagnostics
            .extend(module.diagnostics.iter().cloned());
    }
    drop(modules);
    tidy(loader.sources, &mut inventory);
    inventory
}

/// Sorts everything, so that neither threads nor the order of files show.
fn tidy(sources: &Sources, inventory: &mut Inventory) {
    inventory
        .resources
        .sort_by(|a, b| (&a.root, &a.address).cmp(&(&b.root, &b.address)));
    inventory
        .unresolved
        .sort_by(|a: &Unresolved, b| (&a.root, &a.address).cmp(&(&b.root, &b.address)));
    inventory
        .unresolved
        .dedup_by(|b, a| a.root == b.root && a.address == b.address);
    let key = |diagnostic: &Diagnostic| {
        let place = diagnostic
            .span
            .and_then(|span| Some((sources.get(span.file)?.path().clone(), span.start)));
        let path = place
            .as_ref()
            .map(|(path, _)| Arc::clone(path))
            .or_else(|| diagnostic.path.clone());
        (
            path,
            place.map(|(_, at)| at),
            diagnostic.code,
            diagnostic.message.clone(),
        )
    };
    inventory.diagnostics.sort_by_cached_key(key);
    inventory.diagnostics.dedup_by(|b, a| {
        a.code == b.code && a.span == b.span && a.message == b.message && a.path == b.path
    });
}

/// The folders that no other walked folder calls, and those that are applied by themselves all the same: they have a backend
/// or variable files of their own. Folders that only call each other in a circle have the first of them.
fn roots(loader: &Loader<'_>) -> Vec<PathBuf> {
    let mut calls: BTreeMap<&Path, BTreeSet<PathBuf>> = BTreeMap::new();
    for dir in loader.walked.keys() {
        let targets = loader
            .module(dir)
            .map(|module| local_calls(&module))
            .unwrap_or_default();
        calls.insert(
            dir,
            targets.into_iter().filter(|target| target != dir).collect(),
        );
    }
    let called: BTreeSet<&PathBuf> = calls.values().flatten().collect();
    let mut roots: BTreeSet<PathBuf> = loader
        .walked
        .keys()
        .filter(|dir| !called.contains(dir) || stands_alone(loader, dir))
        .cloned()
        .collect();
    let mut reached: BTreeSet<&Path> = BTreeSet::new();
    let mut pending: Vec<&Path> = roots
        .iter()
        .filter_map(|dir| calls.get_key_value(dir.as_path()).map(|(dir, _)| *dir))
        .collect();
    let mut rest = loader.walked.keys();
    loop {
        while let Some(dir) = pending.pop() {
            if reached.insert(dir) {
                let targets = calls.get(dir).into_iter().flatten();
                pending.extend(targets.filter_map(|target| {
                    calls.get_key_value(target.as_path()).map(|(dir, _)| *dir)
                }));
            }
        }
        let Some(next) = rest.find(|dir| !reached.contains(dir.as_path())) else {
            break;
        };
        roots.insert(next.clone());
        pending.push(next);
    }
    roots.into_iter().collect()
}

/// Whether a folder that others call is applied by itself too.
fn stands_alone(loader: &Loader<'_>, dir: &Path) -> bool {
    loader.module(dir).is_some_and(|module| module.backend)
        || !automatic_variable_files(dir).is_empty()
}

/// Which of the roots nobody calls, now that sources are evaluated too that are no plain text (OpenTofu allows them). Of those
/// that only call each other the first counts.
fn uncalled(loader: &Loader<'_>, roots: &[PathBuf], calls: &[BTreeSet<PathBuf>]) -> Vec<bool> {
    let called: BTreeSet<&PathBuf> = calls.iter().flatten().collect();
    let mut kept: Vec<bool> = roots
        .iter()
        .map(|dir| !called.contains(dir) || stands_alone(loader, dir))
        .collect();
    let of_kept = calls.iter().zip(&kept).filter(|(_, kept)| **kept);
    let mut reached: BTreeSet<&PathBuf> = of_kept.flat_map(|(calls, _)| calls).collect();
    for ((dir, calls), kept) in roots.iter().zip(calls).zip(&mut kept) {
        if !*kept && !reached.contains(dir) {
            *kept = true;
            reached.extend(calls);
        }
    }
    kept
}

fn local_calls(module: &Module) -> BTreeSet<PathBuf> {
    let sources = module
        .calls
        .values()
        .filter_map(|call| call.body.attr("source")?.expr.text());
    sources
        .filter(|source| {
            source.starts_with("./")
                || source.starts_with("../")
                || *source == "."
                || *source == ".."
        })
        .map(|source| normalized(&module.dir.join(source)))
        .collect()
}

/// What a root makes, and the folders of the modules that it calls.
fn evaluate_root(
    loader: &Loader<'_>,
    dir: &Path,
    settings: &variables::Settings,
) -> (Inventory, BTreeSet<PathBuf>) {
    let Some(module) = loader.module(dir) else {
        return (Inventory::default(), BTreeSet::new());
    };
    let mut diagnostics = Vec::new();
    let given = settings.of_root(loader.sources, dir, &module, &mut diagnostics);
    let workspace = match &loader.workspace {
        Some(name) => Workspace::Named(Arc::clone(name)),
        None => Workspace::Assumed,
    };
    let (mut inventory, called) = evaluate(loader, dir, &module, given, workspace);
    inventory.diagnostics.append(&mut diagnostics);
    (inventory, called)
}

fn evaluate(
    loader: &Loader<'_>,
    dir: &Path,
    module: &Arc<Module>,
    given: BTreeMap<Arc<str>, Val>,
    workspace: Workspace,
) -> (Inventory, BTreeSet<PathBuf>) {
    let mut inventory = Inventory::default();
    let root = shown(dir);
    let installed = installed(dir, &mut inventory.diagnostics);
    let lock = providers::lock_file(loader.sources, dir, &mut inventory.diagnostics);
    let evaluator = Evaluator::new(
        loader,
        dir.to_owned(),
        Arc::clone(&root),
        given,
        installed,
        Providers::new(module, &lock),
        workspace,
    );
    let instance = Instance::root(Arc::clone(module));
    let mut output = Output {
        evaluator: &evaluator,
        root,
        inventory: &mut inventory,
        configured: BTreeSet::new(),
        required: BTreeMap::new(),
    };
    output.root(&instance);
    inventory
        .diagnostics
        .append(&mut evaluator.diagnostics.borrow_mut());
    inventory
        .unresolved
        .append(&mut evaluator.unresolved.borrow_mut());
    (inventory, evaluator.called.take())
}

/// A module that was downloaded.
pub(crate) struct Installed {
    pub(crate) dir: PathBuf,
    source: String,
    version: Option<String>,
}

impl Installed {
    /// What was downloaded, where the call asks for something else by now: Terraform refuses that too.
    pub(crate) fn stale(&self, source: &str, version: Option<&str>) -> Option<String> {
        let other = !self.source.is_empty() && module_parts(source) != module_parts(&self.source);
        let outside = match (version, &self.version) {
            (Some(constraint), Some(version)) => providers::excludes(constraint, version),
            _ => false,
        };
        (other || outside).then(|| match &self.version {
            Some(version) => format!("{} {version}", self.source),
            None => self.source.clone(),
        })
    }
}

/// What of a module's source is the same however it is written: the last three names of the package, the folder in it, the
/// revision. `github.com/org/repo` is recorded as `git::https://github.com/org/repo.git`.
fn module_parts(source: &str) -> (Vec<&str>, &str, Option<&str>) {
    let (path, query) = source.split_once('?').unwrap_or((source, ""));
    let path = path.rsplit("://").next().unwrap_or(path);
    let (mut package, mut folder) = path.split_once("//").unwrap_or((path, ""));
    // `github.com/org/repo/folder` is short for `github.com/org/repo//folder`.
    if folder.is_empty()
        && let Some((at, _)) = package.match_indices('/').nth(2)
        && package.starts_with("github.com/")
    {
        (package, folder) = package.split_at(at);
    }
    let package = package.strip_suffix(".git").unwrap_or(package);
    let mut names: Vec<&str> = package.rsplit(['/', ':', '@']).take(3).collect();
    names.reverse();
    let revision = query
        .split('&')
        .find_map(|argument| argument.strip_prefix("ref="));
    (names, folder.trim_matches('/'), revision)
}

/// The downloaded modules, from `.terraform/modules/modules.json`.
fn installed(dir: &Path, diagnostics: &mut Vec<Diagnostic>) -> BTreeMap<String, Installed> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Manifest {
        modules: Vec<Entry>,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Entry {
        key: String,
        dir: String,
        #[serde(default)]
        source: String,
        version: Option<String>,
    }
    let path = dir.join(".terraform/modules/modules.json");
    let Ok(text) = Sources::read_text(&path) else {
        return BTreeMap::new();
    };
    let Ok(manifest) = serde_json::from_str::<Manifest>(&text) else {
        diagnostics.push(
            Diagnostic::new(
                Level::Error,
                "modules-json",
                "the list of downloaded modules cannot be read",
            )
            .in_path(shown(&path))
            .remedy("run `terraform init` again"),
        );
        return BTreeMap::new();
    };
    manifest
        .modules
        .into_iter()
        .map(|entry| {
            let installed = Installed {
                dir: normalized(&dir.join(entry.dir)),
                source: entry.source,
                version: entry.version,
            };
            (entry.key, installed)
        })
        .collect()
}

/// Where a module requires a provider, and its local name there.
type Required = (Arc<Module>, Arc<str>, Option<Span>);

struct Output<'a> {
    evaluator: &'a Evaluator<'a>,
    root: Arc<str>,
    inventory: &'a mut Inventory,
    /// The sources of the providers that blocks configure.
    configured: BTreeSet<Arc<str>>,
    /// By source, where a provider is first required.
    required: BTreeMap<Arc<str>, Required>,
}

impl Output<'_> {
    /// Everything in a root.
    fn root(&mut self, instance: &Rc<Instance>) {
        self.instance(instance);
        // A provider that is required and nowhere configured is in use all the same, with an empty configuration.
        for (source, (module, local, span)) in std::mem::take(&mut self.required) {
            if !self.configured.contains(&source) {
                let body = Node::object(Map::default());
                self.push_provider(instance, &module, &local, "", body, (span, span));
            }
        }
    }

    /// Everything in an instance of a module and below.
    fn instance(&mut self, instance: &Rc<Instance>) {
        let module = Arc::clone(&instance.module);
        for block in &module.providers {
            self.provider(instance, block);
        }
        for (local, requirement) in &module.required {
            let (source, _) = self.evaluator.providers.of(&module, local);
            self.required.entry(source).or_insert_with(|| {
                (
                    Arc::clone(&instance.module),
                    Arc::clone(local),
                    requirement.span,
                )
            });
        }
        for (at, block) in module.resources.iter().enumerate() {
            // The module's files were read, and nothing asks for a resource that is being worked out at this point.
            let Some(resource) = self.evaluator.resource(instance, at, block) else {
                continue;
            };
            let provider_config = block.provider().and_then(|(local, alias)| {
                let found = self.evaluator.configuration(instance, &local, &alias)?;
                Some(found.address)
            });
            for which in 0..resource.keys.len() {
                let Some(body) = self.evaluator.body(instance, block, &resource, which) else {
                    continue;
                };
                let suffix = resource.keys.suffix(which);
                let address = format!(
                    "{}{}{}.{}{suffix}",
                    instance.path,
                    block.mode.prefix(),
                    block.type_,
                    block.name
                );
                let (provider, provider_major) =
                    self.evaluator.providers.of(&module, &block.provider_name());
                self.inventory.resources.push(Resource {
                    address: address.into(),
                    kind: ResourceKind::Terraform(TerraformId {
                        mode: block.mode.as_str().into(),
                        type_: Arc::clone(&block.type_),
                        name: Arc::clone(&block.name),
                        provider: if &*block.type_ == "terraform_data"
                            && block.mode == Mode::Managed
                        {
                            "terraform.io/builtin/terraform".into()
                        } else {
                            provider
                        },
                        provider_major,
                        provider_config: provider_config.clone(),
                    }),
                    root: Arc::clone(&self.root),
                    environment: self.evaluator.loader.environment.clone(),
                    body: body.node.clone(),
                    span: Some(block.block.header),
                    extent: Some(block.block.extent),
                    symbolic: instance.symbolic || matches!(resource.keys, Keys::Symbolic(..)),
                });
            }
        }
        for name in module.calls.keys() {
            let Some(call) = self.evaluator.module_call(instance, name) else {
                continue;
            };
            for child in call.children.iter().flatten() {
                self.instance(child);
            }
        }
    }

    fn provider(&mut self, instance: &Rc<Instance>, block: &crate::syntax::Block) {
        let module = Arc::clone(&instance.module);
        let Some(local) = block.labels.first() else {
            return;
        };
        let alias = module::alias(block);
        let scope = scope(instance);
        let skipped = ["alias", "version", "for_each"];
        let (body, _) = self
            .evaluator
            .block_value(&block.body, scope, &skipped, block.header, 0);
        let place = (Some(block.header), Some(block.extent));
        self.push_provider(instance, &module, local, &alias, body, place);
    }

    fn push_provider(
        &mut self,
        instance: &Instance,
        module: &Module,
        local: &str,
        alias: &str,
        body: Node,
        (span, extent): (Option<Span>, Option<Span>),
    ) {
        let address: Arc<str> = providers::address(&instance.path, local, alias).into();
        let (provider, provider_major) = self.evaluator.providers.of(module, local);
        self.configured.insert(Arc::clone(&provider));
        self.inventory.resources.push(Resource {
            address: Arc::clone(&address),
            kind: ResourceKind::Terraform(TerraformId {
                mode: "provider".into(),
                type_: providers::type_of(&provider),
                name: alias.into(),
                provider,
                provider_major,
                provider_config: Some(address),
            }),
            root: Arc::clone(&self.root),
            environment: self.evaluator.loader.environment.clone(),
            body,
            span,
            extent,
            symbolic: instance.symbolic,
        });
    }
}

/// The variable files that Terraform loads by itself, in its order.
pub(crate) fn automatic_variable_files(dir: &Path) -> Vec<PathBuf> {
    let folder = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    let mut files: Vec<PathBuf> = ["terraform.tfvars", "terraform.tfvars.json"]
        .map(|name| dir.join(name))
        .into_iter()
        .filter(|path| path.is_file())
        .collect();
    let Ok(entries) = fs::read_dir(folder) else {
        return files;
    };
    let mut automatic: Vec<_> = entries
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name: &std::ffi::OsString| {
            let name = OsStr::to_string_lossy(name);
            name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json")
        })
        .collect();
    automatic.sort();
    files.extend(automatic.into_iter().map(|name| dir.join(name)));
    files
}
