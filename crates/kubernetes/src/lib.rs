//! Kubernetes objects with the place of every value: from YAML and JSON manifests, from Helm charts and from
//! Kustomize folders.
//!
//! Charts and overlays are rendered by the user's own `helm`, `kustomize` or `kubectl`, without network.
//! What the API server would not take is a diagnostic and an unknown value, never a pass.

mod chart;
mod kustomize;
mod object;
mod paths;
mod scalar;
mod schema;
mod tool;
mod yaml;

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use hipaa_iac_source::{
    Diagnostic, Inventory, Level, Node, ReadError, Resource, SourceFile, Sources, Unresolved,
    WalkEntry,
};
use rayon::prelude::*;

use object::Objects;
use tool::Tools;
pub use yaml::{Document, Documents, parse as parse_yaml};

/// How manifests are read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values files that every chart is rendered with, the last one winning.
    pub helm_values: Vec<PathBuf>,
    /// The environment of `hipaa-iac.yaml` that the objects are read for.
    pub environment: Option<Arc<str>>,
}

/// Files that have their own meaning, and hold objects only where they say so.
const OTHER_FILES: [&str; 6] = [
    "Chart.yaml",
    "Chart.lock",
    "requirements.yaml",
    "requirements.lock",
    "hipaa-iac.yaml",
    "baa.yaml",
];

fn is_other(name: &str) -> bool {
    OTHER_FILES.contains(&name)
}

/// Ends of the names of files that Terraform reads, whatever stands in them.
const TERRAFORM: [&str; 6] = [
    ".tf",
    ".tofu",
    ".tf.json",
    ".tofu.json",
    ".tfvars",
    ".tfvars.json",
];

/// Ends of the names of files that nobody means as input, though a list of changed files names them.
const NO_INPUT: [&str; 36] = [
    "adoc",
    "bash",
    "c",
    "cfg",
    "cpp",
    "css",
    "csv",
    "dockerignore",
    "gif",
    "gitattributes",
    "gitignore",
    "go",
    "html",
    "ini",
    "java",
    "jpeg",
    "jpg",
    "js",
    "kt",
    "lock",
    "md",
    "mod",
    "pdf",
    "png",
    "ps1",
    "py",
    "rb",
    "rs",
    "rst",
    "sh",
    "sql",
    "sum",
    "svg",
    "toml",
    "ts",
    "tsx",
];

/// Whether a file that holds no input says by its name that it is none.
fn is_no_input(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let end = name.rsplit_once('.').map(|(_, end)| end);
    end.is_some_and(|end| NO_INPUT.binary_search(&end).is_ok())
        || matches!(
            &*name,
            ".terraform.lock.hcl" | "Dockerfile" | "LICENSE" | "Makefile"
        )
        || path.components().any(|part| part.as_os_str() == ".github")
}

/// Reads the manifests, charts and kustomizations among `files`.
///
/// Manifests have the common folder of all files with objects as their root, so that objects of neighbouring folders find
/// each other; charts and overlays have their own folder.
pub fn load(sources: &Sources, files: &[WalkEntry], options: &Options) -> Inventory {
    load_with(sources, files, options, &Tools::default())
}

/// Reads one text that is known to be manifests: standard input, or what a tool has rendered.
pub fn load_text(sources: &Sources, file: &SourceFile, options: &Options) -> Inventory {
    let mut objects = object::read(file, &".".into(), options.environment.as_ref());
    objects.diagnostics.append(&mut objects.errors);
    gather(sources, vec![objects])
}

/// Takes a JSON value that the API server holds or was sent for the object that it is; `None` where it is none.
///
/// The result is what [`load`] makes of the same object in a file, but for places. `namespace` is what the API server says,
/// `None` for a cluster-scoped kind.
pub fn resource(value: Node, root: &Arc<str>, namespace: Option<&str>) -> Option<Resource> {
    object::from_node(value, root, namespace)
}

/// Adds the objects that Terraform's `kubernetes_manifest` resources hold, at the addresses of these.
///
/// One that cannot be told to be an object is a warning: what it creates is not judged.
pub fn add_manifests_of_terraform(inventory: &mut Inventory) {
    let mut added = Vec::new();
    for resource in &inventory.resources {
        let is_manifest = resource
            .terraform()
            .is_some_and(|id| &*id.mode == "managed" && &*id.type_ == "kubernetes_manifest");
        if !is_manifest {
            continue;
        }
        let manifest = resource.body.get("manifest").cloned().unwrap_or_default();
        let objects = object::of_terraform(manifest, resource);
        if objects.is_empty() {
            let message = format!(
                "the manifest of {} is no object with a known apiVersion and kind, and was not judged",
                resource.address
            );
            let mut diagnostic = Diagnostic::new(Level::Warning, "manifest-unjudged", message)
                .remedy("give the variables that it is made of, or check a plan");
            diagnostic.span = resource.span;
            inventory.diagnostics.push(diagnostic);
        }
        added.extend(objects);
    }
    inventory.resources.extend(added);
}

fn load_with(
    sources: &Sources,
    files: &[WalkEntry],
    options: &Options,
    tools: &Tools,
) -> Inventory {
    let entries: Vec<(PathBuf, &WalkEntry)> = files
        .iter()
        .map(|entry| (paths::clean(&entry.path), entry))
        .collect();
    let charts = chart::folders(entries.iter().map(|(path, _)| &**path));
    let rendered = |path: &Path| charts.iter().any(|chart| chart::is_part(path, chart));
    let is_kustomization = |path: &Path| {
        path.file_name()
            .and_then(OsStr::to_str)
            .is_some_and(|name| kustomize::FILE_NAMES.contains(&name))
    };
    let overlays = kustomize::Kustomizations::read(
        sources,
        entries
            .iter()
            .map(|(path, _)| &**path)
            .filter(|path| is_kustomization(path) && !rendered(path)),
    );
    let values: BTreeSet<PathBuf> = options
        .helm_values
        .iter()
        .map(|path| paths::clean(path))
        .collect();
    let mut work: Vec<Work<'_>> = Vec::new();
    for (path, entry) in &entries {
        // A name that is not UTF-8 is shown with marks in it, and its file read like any other.
        let Some(name) = path.file_name().map(OsStr::to_string_lossy) else {
            continue;
        };
        let manifest = entry.named || has_manifest_extension(path) || is_other(&name);
        let of_chart = (name.starts_with("values") || is_other(&name))
            && path
                .parent()
                .is_some_and(|folder| charts.binary_search(&folder.to_owned()).is_ok());
        // Names with a dot in front Terraform passes by: nobody else tells that what was named is not read.
        let is_terraform = TERRAFORM.iter().any(|end| name.ends_with(end))
            && !(entry.named && name.starts_with('.'));
        if manifest
            && !is_kustomization(path)
            && !is_terraform
            && !of_chart
            && !values.contains(path)
            && !overlays.listed.contains(path)
            && !rendered(path)
        {
            work.push(Work::Manifest(entry));
        }
    }
    work.extend(charts.iter().map(|folder| Work::Chart(folder)));
    work.extend(overlays.roots.iter().map(|folder| Work::Overlay(folder)));

    let environment = options.environment.as_ref();
    // Where manifests belong is known when it is known which files hold some.
    let nowhere: Arc<str> = "".into();
    let mut read: Vec<Objects> = work
        .par_iter()
        .map(|work| match work {
            Work::Manifest(entry) => read_manifest(sources, entry, &nowhere, environment),
            Work::Chart(folder) => read_rendered(
                sources,
                folder,
                chart::render(sources, folder, options, tools),
                environment,
            ),
            Work::Overlay(folder) => {
                let built = overlays
                    .build(sources, folder, tools)
                    .map(|text| vec![text]);
                read_rendered(sources, folder, built, environment)
            }
        })
        .collect();
    let holding = work
        .iter()
        .zip(&read)
        .filter_map(|(work, read)| match work {
            Work::Manifest(entry) if !read.resources.is_empty() => Some(paths::clean(&entry.path)),
            _ => None,
        });
    let holding: Vec<PathBuf> = holding.collect();
    let mut folder = paths::common_folder(holding.iter().map(|path| &**path));
    // What lies beside a chart or overlay without being part of it is no companion of what that renders.
    while charts.contains(&folder) || overlays.roots.contains(&folder) {
        if !folder.pop() {
            break;
        }
    }
    let root: Arc<str> = paths::display(&folder).into();
    for resource in read.iter_mut().flat_map(|read| &mut read.resources) {
        if resource.root == nowhere {
            resource.root = Arc::clone(&root);
        }
    }
    read.push(Objects {
        diagnostics: overlays.diagnostics,
        ..Objects::default()
    });
    gather(sources, read)
}

enum Work<'a> {
    Manifest(&'a WalkEntry),
    Chart(&'a Path),
    Overlay(&'a Path),
}

fn has_manifest_extension(path: &Path) -> bool {
    path.extension()
        .and_then(OsStr::to_str)
        .is_some_and(|extension| {
            ["yaml", "yml", "json"]
                .iter()
                .any(|known| extension.eq_ignore_ascii_case(known))
        })
}

fn read_manifest(
    sources: &Sources,
    entry: &WalkEntry,
    root: &Arc<str>,
    environment: Option<&Arc<str>>,
) -> Objects {
    let shown = paths::display(&entry.path);
    let text = match Sources::read_text(&entry.path) {
        Ok(text) => text,
        Err(error) => {
            let diagnostic = unreadable(entry, &shown, &error);
            return Objects {
                diagnostics: diagnostic.into_iter().collect(),
                ..Objects::default()
            };
        }
    };
    let kubernetes = may_hold_objects(&text);
    let other = entry
        .path
        .file_name()
        .is_some_and(|name| is_other(&name.to_string_lossy()));
    // hipaa-iac's own files and those of charts are read elsewhere, for what they are.
    // A label may be in its group, too.
    let own = text.contains("apiVersion: hipaa-iac.dev/");
    let foreign = other && (!text.contains("kind") || own);
    if !kubernetes && (!entry.named || other) || foreign {
        return Objects::default();
    }
    let file = sources.add(shown, &text);
    let mut objects = if is_report(&text) {
        Objects::default()
    } else {
        object::read(&file, root, environment)
    };
    // Of what neither its name nor its text says to be YAML or JSON, what is wrong with it as such is no help.
    let is_one = kubernetes
        || entry.path.extension().is_some_and(|extension| {
            ["yaml", "yml", "json"]
                .iter()
                .any(|known| extension.eq_ignore_ascii_case(known))
        });
    if !is_one {
        objects.errors.clear();
    }
    if entry.named && !objects.recognised && objects.errors.is_empty() {
        let message =
            "the named file holds no Kubernetes object, and is no Terraform source, plan or state";
        let level = if is_no_input(&entry.path) {
            Level::Note
        } else {
            Level::Error
        };
        objects.diagnostics.push(
            Diagnostic::new(level, "input-unrecognised", message)
                .in_path(Arc::clone(file.path()))
                .remedy("see whether what wrote it failed; do not name it if it is not input"),
        );
    }
    if entry.named
        || !objects.resources.is_empty()
        || text.contains("apiVersion:")
        || text.contains("\"apiVersion\"")
    {
        objects.diagnostics.append(&mut objects.errors);
    }
    objects
}

/// Whether `apiVersion` stands in a text, be it with a letter of it written as an escape.
fn may_hold_objects(text: &str) -> bool {
    let is_letter = |behind: &str| {
        let digits = ["x", "u00", "U000000"]
            .iter()
            .find_map(|start| behind.strip_prefix(start)?.get(..2));
        digits
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .is_some_and(|letter| b"apiVersion".contains(&letter))
    };
    text.contains("apiVersion")
        || text
            .match_indices('\\')
            .any(|(at, _)| text.get(at + 1..).is_some_and(is_letter))
}

/// What hipaa-iac itself has written in JSON: large, and full of the `apiVersion` of what it judged.
fn is_report(text: &str) -> bool {
    let start: String = text
        .chars()
        .take(100)
        .filter(|c| !c.is_whitespace())
        .collect();
    start.starts_with(r#"{"schemaVersion":"1.0","kind":"CheckResult","#)
        || start.starts_with(r#"{"kind":"Inventory","resources":["#)
}

fn unreadable(entry: &WalkEntry, shown: &str, error: &ReadError) -> Option<Diagnostic> {
    // kubectl reads UTF-16 as well, where each of these letters has a zero beside it.
    let looks_like_an_object = || {
        let mut bytes = fs::read(&entry.path).unwrap_or_default();
        bytes.retain(|byte| *byte != 0);
        bytes.windows(10).any(|window| window == b"apiVersion")
    };
    if matches!(error, ReadError::NotUtf8(_)) && !entry.named && !looks_like_an_object() {
        return None;
    }
    Some(
        Diagnostic::new(
            Level::Error,
            "unreadable",
            format!("{shown} was not judged: {error}"),
        )
        .in_path(shown)
        .remedy("make it readable, or name it in .gitignore if it is not input"),
    )
}

fn read_rendered(
    sources: &Sources,
    folder: &Path,
    rendered: chart::Rendered,
    environment: Option<&Arc<str>>,
) -> Objects {
    let texts = match rendered {
        Ok(texts) => texts,
        Err(diagnostics) => {
            let unresolved = unresolved(folder, &diagnostics, environment);
            return Objects {
                diagnostics,
                unresolved,
                ..Objects::default()
            };
        }
    };
    let root: Arc<str> = paths::display(folder).into();
    let mut all = Objects::default();
    for (path, text) in texts {
        let file = sources.add(path, &text);
        let objects = object::read(&file, &root, environment);
        all.resources.extend(objects.resources);
        all.diagnostics.extend(objects.diagnostics);
        all.diagnostics.extend(objects.errors);
    }
    all
}

/// What hangs on what a chart or overlay lacks: on its dependencies, or on the tool that renders it.
fn unresolved(
    folder: &Path,
    diagnostics: &[Diagnostic],
    environment: Option<&Arc<str>>,
) -> Vec<Unresolved> {
    let root: Arc<str> = paths::display(folder).into();
    diagnostics
        .iter()
        .map(|diagnostic| Unresolved {
            address: Arc::clone(&root),
            root: Arc::clone(&root),
            environment: environment.cloned(),
            reason: diagnostic.message.clone(),
            remedy: diagnostic.remedy.clone().unwrap_or_default(),
            span: diagnostic.span,
            references: Vec::new(),
            texts: Vec::new(),
        })
        .collect()
}

/// One inventory, in the order of root and address, then of the place in the input.
fn gather(sources: &Sources, read: Vec<Objects>) -> Inventory {
    let mut inventory = Inventory::default();
    for objects in read {
        inventory.resources.extend(objects.resources);
        inventory.diagnostics.extend(objects.diagnostics);
        inventory.unresolved.extend(objects.unresolved);
    }
    object::apply_definitions(&mut inventory.resources);
    // Files came in the order of their paths, so a stable sort keeps the order of places.
    inventory
        .resources
        .sort_by(|a, b| a.root.cmp(&b.root).then_with(|| a.address.cmp(&b.address)));
    inventory
        .diagnostics
        .extend(object::duplicates(&inventory.resources));
    inventory.diagnostics.sort_by_cached_key(|diagnostic| {
        let place = diagnostic
            .span
            .and_then(|span| Some((Arc::clone(sources.get(span.file)?.path()), span.start)));
        let (path, start) =
            place.unwrap_or_else(|| (diagnostic.path.clone().unwrap_or_default(), 0));
        (path, start, diagnostic.code, diagnostic.message.clone())
    });
    inventory
}

#[cfg(test)]
mod tests;
