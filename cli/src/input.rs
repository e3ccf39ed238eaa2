//! Reading what the user named: configuration, agreements, Terraform and Kubernetes, into one inventory.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs, io,
    io::IsTerminal as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use hipaa_iac_engine::{Agreements, Config, Date};
use hipaa_iac_kubernetes as kubernetes;
use hipaa_iac_source::{
    Diagnostic, Inventory, Level, ReadError, Reference, SourceFile, Sources, Unresolved, WalkEntry,
    display_path, walk,
};
use hipaa_iac_terraform::{self as terraform, Assignment};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    Failure,
    args::{Argument, Global, InputArgs},
    note,
};

/// The name of the configuration file.
const CONFIG: &str = "hipaa-iac.yaml";
/// The name of the file of agreements, unless the configuration names another.
const AGREEMENTS: &str = "baa.yaml";

/// Configuration and agreements, as far as they could be read.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    /// The folder that the configuration's paths start from.
    pub(crate) folder: PathBuf,
    pub(crate) agreements: Agreements,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Settings {
    /// A path that the configuration gives.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        if self.folder == Path::new(".") {
            return path.into();
        }
        self.folder.join(path)
    }

    /// The folders with policies that the configuration names.
    pub(crate) fn policy_folders(&self) -> Vec<PathBuf> {
        let folders = self.config.policies.iter();
        folders.map(|folder| self.path(folder)).collect()
    }
}

/// Reads `hipaa-iac.yaml` (named, or at the root of the first path) and the agreements beside it.
pub(crate) fn settings(
    sources: &Sources,
    arguments: &InputArgs,
    as_of: Date,
) -> Result<Settings, Failure> {
    let beside = arguments
        .paths
        .first()
        .map_or_else(|| Path::new("."), |path| folder_of(path));
    let file = arguments
        .config
        .clone()
        .or_else(|| Some(beside.join(CONFIG)).filter(|file| file.is_file()));
    let mut settings = Settings {
        folder: beside.to_owned(),
        ..Settings::default()
    };
    if let Some(file) = file {
        if !file.exists() {
            return Err(Failure(format!(
                "{}: no such file; correct --config",
                file.display()
            )));
        }
        folder_of(&file).clone_into(&mut settings.folder);
        match Config::parse(&*read(sources, &file)?) {
            Ok(config) => settings.config = config,
            Err(diagnostic) => settings.diagnostics.push(diagnostic),
        }
    }
    let named = settings
        .config
        .agreements
        .as_ref()
        .map(|path| settings.path(path));
    let agreements =
        named.or_else(|| Some(settings.folder.join(AGREEMENTS)).filter(|file| file.is_file()));
    if let Some(file) = agreements {
        if !file.is_file() {
            return Err(Failure(format!(
                "{}: no such file; correct `agreements` in the configuration",
                file.display()
            )));
        }
        match Agreements::parse(&*read(sources, &file)?, as_of) {
            Ok(agreements) => settings.agreements = agreements,
            Err(diagnostics) => settings.diagnostics.extend(diagnostics),
        }
    }
    Ok(settings)
}

/// Says that the configuration of the working folder is not in force, where another folder is judged.
pub(crate) fn tell_unused(arguments: &InputArgs, global: &Global) {
    let beside = arguments
        .paths
        .first()
        .map_or_else(|| Path::new("."), |path| folder_of(path));
    let elsewhere = || {
        beside.canonicalize().ok() != Path::new(".").canonicalize().ok()
            && Path::new(CONFIG).is_file()
    };
    if !global.quiet && arguments.config.is_none() && elsewhere() {
        note(&format!(
            "note: {CONFIG} of the working folder was not used: it is looked for in {}; to use it, give --config {CONFIG}",
            beside.display()
        ));
    }
}

fn folder_of(path: &Path) -> &Path {
    if is_pipe(path) {
        return Path::new(".");
    }
    if path.is_dir() {
        return path;
    }
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Reads a file that the user named or configured.
pub(crate) fn read(sources: &Sources, path: &Path) -> Result<Arc<SourceFile>, Failure> {
    sources
        .read(path)
        .map_err(|error| Failure(format!("{}: {error}", path.display())))
}

/// What was read, and the files among which it was found.
pub(crate) struct Read {
    pub(crate) inventory: Inventory,
    pub(crate) files: Vec<WalkEntry>,
}

/// Reads everything: once for each environment of the configuration, or once. What lies in a folder of policies is no
/// input, for fixtures hold violations, unless the path that the user named is that folder or lies in it.
pub(crate) fn inventory(
    sources: &Sources,
    arguments: &InputArgs,
    settings: &Settings,
    policies: &[PathBuf],
) -> Result<Read, Failure> {
    let mut inventory = Inventory::default();
    let mut files = Vec::new();
    let mut pipes = Vec::new();
    for path in &arguments.paths {
        if path == Path::new("-") {
            let text = Sources::text_of(io::stdin().lock());
            pipes.push(("<stdin>".to_owned(), text));
        } else if is_pipe(path) {
            let text = match fs::File::open(path) {
                Ok(pipe) => Sources::text_of(pipe),
                Err(error) => Err(error.into()),
            };
            pipes.push((display_path(path), text));
        } else if path.exists() {
            let (mut found, diagnostics) = walk(path);
            for folder in policies {
                if let Some(folder) = below(folder, path) {
                    found.retain(|entry| !plain(&entry.path).starts_with(&folder));
                }
            }
            files.extend(found);
            inventory.diagnostics.extend(diagnostics);
        } else {
            return Err(Failure(format!(
                "{}: no such file or folder",
                path.display()
            )));
        }
    }
    files.sort();
    if arguments.paths.len() > 1 {
        files = once(files)?;
    }

    let environments: Vec<terraform::Options> = if settings.config.environments.is_empty() {
        vec![terraform_options(arguments, None)?]
    } else {
        let mut all = Vec::new();
        for environment in &settings.config.environments {
            let mut options = terraform_options(arguments, Some(environment.name.as_str().into()))?;
            let files = environment
                .var_files
                .iter()
                .map(|file| Assignment::ConfiguredFile(settings.path(file)));
            let vars = environment
                .var_texts()
                .into_iter()
                .map(|(name, value)| Assignment::ConfiguredVar(name, value));
            // The command line has the last word.
            options
                .assignments
                .splice(0..0, files.chain(vars).collect::<Vec<_>>());
            if let (None, Some(workspace)) = (&arguments.workspace, &environment.workspace) {
                options.workspace = Some(workspace.clone());
            }
            all.push(options);
        }
        all
    };

    let parts = parts_of_modules(&files);
    let told = parts.iter().map(|(_, told)| told.clone());
    inventory.diagnostics.extend(told);
    inventory.diagnostics.extend(terragrunt(&files));

    // What is named is a plan or state by what stands in it, whatever its name.
    let may_be_plan = |entry: &WalkEntry| {
        let extension = entry.path.extension().unwrap_or_default();
        entry.named || extension == "json" || extension == "tfstate"
    };
    let source = terraform::Source::read(sources, &files, &environments);
    // Plans and states are what they are, whatever the environment.
    let plain = terraform::Options {
        environment: None,
        ..environments.into_iter().next().unwrap_or_default()
    };
    for (shown, text) in pipes {
        inventory.extend(match text {
            Ok(text) => piped(sources, &shown, &text, &source, &plain),
            Err(error) => unread(&shown, &error),
        });
    }
    let mut manifests = Vec::new();
    for entry in &files {
        let plan = if may_be_plan(entry) {
            plan_or_state(sources, entry, &source, &plain)
        } else {
            None
        };
        match plan {
            Some(found) => inventory.extend(found),
            None => manifests.push(entry.clone()),
        }
    }
    for (folder, told) in &parts {
        let rest = rest_of_module(&source.inventory, folder, told);
        inventory.unresolved.extend(rest);
    }
    inventory.extend(source.inventory);
    let mut helm_values: Vec<PathBuf> = settings
        .config
        .helm
        .values
        .iter()
        .map(|file| settings.path(file))
        .collect();
    helm_values.extend(arguments.helm_values.iter().cloned());
    if let Some(file) = helm_values.iter().find(|file| !file.is_file()) {
        return Err(Failure(format!(
            "{}: no such file; correct --helm-values, or helm.values of the configuration",
            file.display()
        )));
    }
    let options = kubernetes::Options {
        helm_values,
        environment: None,
    };
    inventory.extend(kubernetes::load(sources, &manifests, &options));
    kubernetes::add_manifests_of_terraform(&mut inventory);
    if arguments.allow_unresolved || settings.config.allow_unresolved {
        for diagnostic in inventory
            .diagnostics
            .iter_mut()
            .filter(|diagnostic| diagnostic.code == "module-unresolved")
        {
            diagnostic.level = Level::Warning;
        }
    }
    Ok(Read { inventory, files })
}

/// Each file once: one that is named and found again below a folder is one file, and a named one. Links are not followed, for
/// roots that share a file by a link have it each.
fn once(files: Vec<WalkEntry>) -> Result<Vec<WalkEntry>, Failure> {
    let mut found: BTreeMap<PathBuf, WalkEntry> = BTreeMap::new();
    for entry in files {
        let named = entry.named;
        let path = std::path::absolute(&entry.path)?;
        found.entry(path).or_insert(entry).named |= named;
    }
    let mut files: Vec<WalkEntry> = found.into_values().collect();
    files.sort();
    Ok(files)
}

/// Folders of which Terraform files were named without the others, which are one module together, and what is to be said.
fn parts_of_modules(files: &[WalkEntry]) -> Vec<(String, Diagnostic)> {
    let is_terraform = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !name.starts_with('.')
            && [".tf", ".tofu", ".tf.json", ".tofu.json"]
                .iter()
                .any(|end| name.ends_with(end))
    };
    let read: BTreeSet<&Path> = files.iter().map(|entry| plain(&entry.path)).collect();
    let folders: BTreeSet<&Path> = files
        .iter()
        .filter(|entry| entry.named && is_terraform(&entry.path))
        .filter_map(|entry| plain(&entry.path).parent())
        .collect();
    folders
        .into_iter()
        .filter_map(|folder| {
            let shown = if folder == Path::new("") {
                Path::new(".")
            } else {
                folder
            };
            let left = fs::read_dir(shown)
                .ok()?
                .flatten()
                .map(|entry| folder.join(entry.file_name()))
                .filter(|path| is_terraform(path) && !read.contains(&**path))
                .count();
            let files = crate::count(left, "Terraform file", "Terraform files");
            let message = format!(
                "{files} beside the named ones in {} {} not read, and {} part of the same module",
                shown.display(),
                if left == 1 { "was" } else { "were" },
                if left == 1 { "is" } else { "are" },
            );
            (left > 0).then(|| {
                let told = Diagnostic::new(Level::Warning, "module-in-part", message)
                    .remedy(format!("name the folder: {}", shown.display()));
                (display_path(shown), told)
            })
        })
        .collect()
}

/// The files of a root module that were not read: a companion of any of its resources may stand there.
fn rest_of_module(source: &Inventory, root: &str, told: &Diagnostic) -> Vec<Unresolved> {
    let mut of_environments: BTreeMap<Option<Arc<str>>, Vec<Reference>> = BTreeMap::new();
    for resource in &source.resources {
        if &*resource.root == root {
            let environment = resource.environment.clone();
            let references = of_environments.entry(environment).or_default();
            references.push(Reference {
                address: Arc::clone(&resource.address),
                attribute: "".into(),
            });
        }
    }
    let unresolved = |(environment, references)| Unresolved {
        address: root.into(),
        root: root.into(),
        environment,
        reason: told.message.clone(),
        remedy: told.remedy.clone().unwrap_or_default(),
        span: None,
        references,
        texts: Vec::new(),
    };
    of_environments.into_iter().map(unresolved).collect()
}

/// Terragrunt's files, which are not read.
fn terragrunt(files: &[WalkEntry]) -> Option<Diagnostic> {
    let is_one = |entry: &&WalkEntry| {
        entry.path.file_name().is_some_and(|name| {
            name == "terragrunt.hcl"
                || name == "terragrunt.hcl.json"
                || name == "terragrunt.stack.hcl"
        })
    };
    let mut found = files.iter().filter(is_one);
    let first = found.next()?;
    let count = crate::count(found.count() + 1, "file", "files");
    let message = format!(
        "{count} of Terragrunt was passed by: which modules it calls, and what it gives them, is not known"
    );
    let diagnostic = Diagnostic::new(Level::Warning, "terragrunt-unread", message)
        .in_path(display_path(&first.path))
        .remedy("check its plans: `terragrunt plan -out=plan.out`, then `terragrunt show -json plan.out | hipaa-iac check -`");
    Some(diagnostic)
}

/// A folder as the walk from `root` writes it, where it lies below it.
fn below(folder: &Path, root: &Path) -> Option<PathBuf> {
    let (folder, real) = (folder.canonicalize().ok()?, root.canonicalize().ok()?);
    let rest = folder.strip_prefix(real).ok()?;
    (rest != Path::new("")).then(|| plain(root).join(rest))
}

/// A path without `./` in front.
fn plain(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

fn plan_or_state(
    sources: &Sources,
    entry: &WalkEntry,
    source: &terraform::Source<'_>,
    options: &terraform::Options,
) -> Option<Inventory> {
    let text = match Sources::read_text(&entry.path) {
        Ok(text) => text,
        // Nobody else reads a state; what else cannot be read is told by whoever claims the file.
        Err(error) if entry.path.extension()? == "tfstate" => {
            return Some(unread(&display_path(&entry.path), &error));
        }
        Err(_) => return None,
    };
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if !start.starts_with('{') {
        return None;
    }
    let file = sources.add(display_path(&entry.path), &text);
    terraform::load_json(sources, &file, source, options)
}

/// Whether a path is what can be read once only: a pipe, or a device such as `/dev/stdin`.
fn is_pipe(path: &Path) -> bool {
    path.exists() && !path.is_file() && !path.is_dir()
}

/// What cannot be read, told.
fn unread(shown: &str, error: &ReadError) -> Inventory {
    let message = format!("{shown} was not judged: {error}");
    let told = Diagnostic::new(Level::Error, "unreadable", message).in_path(shown);
    let mut inventory = Inventory::default();
    inventory
        .diagnostics
        .push(told.remedy("make it readable, in UTF-8, and give no more than 64 MiB at once"));
    inventory
}

/// What comes through a pipe: a plan, a state or manifests.
fn piped(
    sources: &Sources,
    shown: &str,
    text: &str,
    source: &terraform::Source<'_>,
    options: &terraform::Options,
) -> Inventory {
    let file = sources.add(shown, text);
    let plan = terraform::load_json(sources, &file, source, options);
    let is_plan = plan.is_some();
    let mut inventory = plan
        .unwrap_or_else(|| kubernetes::load_text(sources, &file, &kubernetes::Options::default()));
    if inventory.resources.is_empty() && !text.contains("apiVersion") && !is_plan {
        // A command before the pipe that failed must not look like one that had nothing to say.
        let what = if shown == "<stdin>" {
            "standard input"
        } else {
            shown
        };
        let text = format!("{what} holds no Kubernetes object, and is no plan or state");
        let remedy = "see whether the command before the pipe failed; Terraform source is read from files and folders";
        let told = Diagnostic::new(Level::Error, "input-unrecognised", text).in_path(shown);
        inventory.diagnostics.push(told.remedy(remedy));
    }
    inventory
}

fn terraform_options(
    arguments: &InputArgs,
    environment: Option<Arc<str>>,
) -> Result<terraform::Options, Failure> {
    let mut assignments = Vec::new();
    for argument in arguments.assignments.iter() {
        assignments.push(match argument {
            Argument::VarFile(path) => Assignment::File(path.clone()),
            Argument::Var(pair) => {
                let (name, value) = pair
                    .split_once('=')
                    .filter(|(name, _)| !name.trim().is_empty())
                    .ok_or_else(|| {
                        // What stands behind `=` may be a secret.
                        let name = pair.split('=').next().unwrap_or_default();
                        Failure(format!("--var {name}: wants NAME=VALUE"))
                    })?;
                Assignment::Var(name.trim().to_owned(), value.to_owned())
            }
        });
    }
    let mut tf_var_env: Vec<(String, String)> = env::vars_os()
        .filter_map(|(name, value)| {
            Some((
                name.to_str()?.strip_prefix("TF_VAR_")?.to_owned(),
                value.into_string().ok()?,
            ))
        })
        .collect();
    tf_var_env.sort();
    Ok(terraform::Options {
        assignments,
        tf_var_env,
        workspace: arguments
            .workspace
            .clone()
            .or_else(|| env::var("TF_WORKSPACE").ok())
            .filter(|name| !name.is_empty()),
        environment,
    })
}

/// Something that moves on an interactive terminal while work takes long.
pub(crate) fn progress(global: &Global) -> ProgressBar {
    if global.quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::new_spinner().with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
