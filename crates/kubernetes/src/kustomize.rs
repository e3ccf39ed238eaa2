//! Kustomize folders, built by `kustomize build` or `kubectl kustomize`.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    path::{Path, PathBuf},
    sync::Arc,
};

use hipaa_iac_source::{Diagnostic, Level, Node, SourceFile, Sources, Span};

use crate::{paths, tool::Tools, yaml};

/// The names that Kustomize looks for, in its order.
pub(crate) const FILE_NAMES: [&str; 3] =
    ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// The most folders that one overlay is followed into.
const MAX_FOLDERS: usize = 1000;

/// A `kustomization.yaml` that was read.
#[derive(Debug)]
struct Kustomization {
    file: Arc<SourceFile>,
    /// Every text in it that may name a file, folder or URL.
    mentions: Vec<(Arc<str>, Option<Span>)>,
    /// It asks Kustomize to run Helm, which downloads charts.
    helm: Option<Span>,
    component: bool,
    errors: Vec<Diagnostic>,
}

impl Kustomization {
    fn read(sources: &Sources, path: &Path) -> Result<Self, Diagnostic> {
        let file = sources.read(path).map_err(|error| {
            Diagnostic::new(
                Level::Error,
                "unreadable",
                format!("the kustomization cannot be read: {error}"),
            )
            .in_path(&*paths::display(path))
            .remedy("make it readable")
        })?;
        let documents = yaml::parse(&file);
        let mut kustomization = Self {
            file,
            mentions: Vec::new(),
            helm: None,
            component: false,
            errors: documents.errors,
        };
        for document in &documents.documents {
            kustomization.component |=
                document.node.get("kind").and_then(Node::as_str) == Some("Component");
            for field in ["helmCharts", "helmChartInflationGenerator"] {
                if let Some(charts) = document.node.get(field).filter(|node| !node.is_null()) {
                    kustomization.helm =
                        kustomization.helm.or(charts.span).or(Some(document.extent));
                }
            }
            kustomization.collect(&document.node);
        }
        Ok(kustomization)
    }

    fn collect(&mut self, node: &Node) {
        let texts = |node: Option<&Node>, found: &mut Vec<(Arc<str>, Option<Span>)>| {
            let elements = node.and_then(Node::as_list).into_iter().flatten();
            found.extend(
                elements.filter_map(|element| Some((Arc::from(element.as_str()?), element.span))),
            );
        };
        for field in [
            "resources",
            "bases",
            "components",
            "crds",
            "generators",
            "transformers",
            "validators",
            "configurations",
            "patchesStrategicMerge",
        ] {
            texts(node.get(field), &mut self.mentions);
        }
        let mut path = |holder: &Node| {
            if let Some(path) = holder.get("path")
                && let Some(text) = path.as_str()
            {
                self.mentions.push((text.into(), path.span));
            }
        };
        for field in ["patches", "patchesJson6902", "replacements"] {
            node.get(field)
                .and_then(Node::as_list)
                .into_iter()
                .flatten()
                .for_each(&mut path);
        }
        node.get("openapi").into_iter().for_each(path);
        for field in ["configMapGenerator", "secretGenerator"] {
            for generator in node
                .get(field)
                .and_then(Node::as_list)
                .into_iter()
                .flatten()
            {
                for field in ["files", "envs"] {
                    let mut found = Vec::new();
                    texts(generator.get(field), &mut found);
                    // `key=file`
                    self.mentions.extend(found.into_iter().map(|(text, span)| {
                        match text.split_once('=') {
                            Some((_, file)) if !is_remote(&text) => (file.into(), span),
                            _ => (text, span),
                        }
                    }));
                }
                if let Some(env) = generator.get("env")
                    && let Some(text) = env.as_str()
                {
                    self.mentions.push((text.into(), env.span));
                }
            }
        }
        // A patch written in place is no path.
        self.mentions.retain(|(text, _)| !text.contains('\n'));
    }
}

/// The kustomizations among the files.
#[derive(Debug, Default)]
pub(crate) struct Kustomizations {
    by_folder: BTreeMap<PathBuf, Kustomization>,
    /// The folders that no other kustomization builds on.
    pub(crate) roots: Vec<PathBuf>,
    /// Files that a kustomization takes in, and that are therefore not judged as they stand.
    pub(crate) listed: BTreeSet<PathBuf>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Kustomizations {
    /// Reads the kustomizations at the given paths, which are clean.
    pub(crate) fn read<'a>(sources: &Sources, files: impl Iterator<Item = &'a Path>) -> Self {
        let mut all = Self::default();
        for path in files {
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            if all.by_folder.contains_key(&folder) {
                continue;
            }
            match Kustomization::read(sources, path) {
                Ok(kustomization) => {
                    all.by_folder.insert(folder, kustomization);
                }
                Err(diagnostic) => all.diagnostics.push(diagnostic),
            }
        }
        for (folder, kustomization) in &all.by_folder {
            all.listed.extend(
                kustomization
                    .mentions
                    .iter()
                    .map(|(text, _)| paths::clean(&folder.join(&**text))),
            );
        }
        // A component that no overlay here uses is built alone: nothing else would show what it holds.
        let unlisted = all.by_folder.keys();
        all.roots = unlisted
            .filter(|folder| !all.listed.contains(*folder))
            .cloned()
            .collect();
        // Those that only build on each other, in a circle, have the first of them: Kustomize says what is wrong.
        let mut reached: BTreeSet<&Path> = BTreeSet::new();
        let mut circles = Vec::new();
        let every = all.roots.iter().chain(all.by_folder.keys());
        for (at, start) in every.enumerate() {
            if at >= all.roots.len() && !reached.contains(&**start) {
                circles.push(start.clone());
            }
            let mut pending: Vec<&Path> = vec![start];
            while let Some(folder) = pending.pop() {
                if !reached.insert(folder) {
                    continue;
                }
                let mentions = all.by_folder.get(folder).map(|found| &*found.mentions);
                for (text, _) in mentions.unwrap_or_default() {
                    let target = paths::clean(&folder.join(&**text));
                    let known = all.by_folder.get_key_value(&target);
                    pending.extend(known.map(|(folder, _)| &**folder));
                }
            }
        }
        all.roots.extend(circles);
        all.roots.sort();
        all
    }

    /// Builds an overlay: its text with the path that reports show, or what is to be said instead.
    pub(crate) fn build(
        &self,
        sources: &Sources,
        folder: &Path,
        tools: &Tools,
    ) -> Result<(String, String), Vec<Diagnostic>> {
        let shown = paths::display(folder);
        let Some(kustomization) = self.by_folder.get(folder) else {
            return Err(Vec::new());
        };
        let path = Arc::clone(kustomization.file.path());
        let refused = self.refused(sources, folder, &shown);
        if !refused.is_empty() {
            return Err(refused);
        }
        let (program, mut arguments) = if let Some(kustomize) = tools.find("kustomize") {
            (kustomize, vec![OsString::from("build")])
        } else if let Some(kubectl) = tools.find("kubectl") {
            (kubectl, vec![OsString::from("kustomize")])
        } else {
            return Err(vec![
                Diagnostic::new(
                    Level::Error,
                    "kustomize-missing",
                    format!("the overlay {shown} was not judged: neither `kustomize` nor `kubectl` is on the PATH"),
                )
                .in_path(path)
                .remedy(format!("install one of them, or check its output: `kustomize build {shown} | hipaa-iac check -`")),
            ]);
        };
        arguments.push(paths::argument(folder).into());
        match tools.run(&program, &arguments, folder) {
            Ok(output) => Ok((format!("{path} (rendered)"), output)),
            // Its patches may be for what is elsewhere.
            Err(error) if kustomization.component => Err(vec![
                Diagnostic::new(
                    Level::Warning,
                    "kustomize-failed",
                    format!("the component {shown}, which no overlay here uses, was not judged: kustomize failed: {error}"),
                )
                .in_path(path)
                .remedy("check it with the overlays that use it"),
            ]),
            Err(error) => Err(vec![
                Diagnostic::new(
                    Level::Error,
                    "kustomize-failed",
                    format!("the overlay {shown} was not judged: kustomize failed: {error}"),
                )
                .in_path(path)
                .remedy(format!(
                    "run `kustomize build {shown}` to see what it says, which may quote values, and correct the kustomization"
                )),
            ]),
        }
    }

    /// What of an overlay, or of anything that it builds on, would go to the network or cannot be read.
    fn refused(&self, sources: &Sources, folder: &Path, shown: &str) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        let mut seen = BTreeSet::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            if !seen.insert(folder.clone()) || seen.len() > MAX_FOLDERS {
                continue;
            }
            let read;
            let kustomization = if let Some(known) = self.by_folder.get(&folder) {
                known
            } else {
                // A base outside of the input.
                let Some(file) = FILE_NAMES
                    .iter()
                    .map(|name| folder.join(name))
                    .find(|file| file.is_file())
                else {
                    continue;
                };
                match Kustomization::read(sources, &file) {
                    Ok(kustomization) => {
                        read = kustomization;
                        &read
                    }
                    Err(diagnostic) => {
                        diagnostics.push(diagnostic);
                        continue;
                    }
                }
            };
            diagnostics.extend(kustomization.errors.iter().cloned());
            if let Some(span) = kustomization.helm {
                diagnostics.push(
                    Diagnostic::new(Level::Error, "kustomize-remote", format!("the overlay {shown} was not judged: it has Helm charts downloaded"))
                        .at(span)
                        .remedy(format!("build it where the network may be used: `kustomize build --enable-helm {shown} | hipaa-iac check -`")),
                );
            }
            for (text, span) in &kustomization.mentions {
                if is_remote(text) {
                    let mut diagnostic = Diagnostic::new(
                        Level::Error,
                        "kustomize-remote",
                        format!("the overlay {shown} was not judged: {} is not on this machine", without_userinfo(text)),
                    )
                    .in_path(Arc::clone(kustomization.file.path()))
                    .remedy(format!("keep a copy in the repository, or build it where the network may be used: `kustomize build {shown} | hipaa-iac check -`"));
                    diagnostic.span = *span;
                    diagnostics.push(diagnostic);
                } else {
                    folders.push(paths::clean(&folder.join(&**text)));
                }
            }
        }
        diagnostics
    }
}

/// Whether Kustomize would fetch it: a URL or what its Git support takes for one.
fn is_remote(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    let host = [
        "github.com",
        "gitlab.com",
        "bitbucket.org",
        "dev.azure.com",
        "ssh.dev.azure.com",
        "vs-ssh.visualstudio.com",
        "gitea.com",
        "codeberg.org",
    ];
    lower.contains("://")
        || lower.starts_with("git::")
        || lower.starts_with("git@")
        || lower.contains("?ref=")
        || lower.contains("?version=")
        || lower.contains("&ref=")
        || lower.contains("_git/")
        || host.iter().any(|host| lower.strip_prefix(host).is_some_and(|rest| rest.starts_with(['/', ':'])))
        // `user@host:path`, as SSH has it.
        || lower.split_once(':').is_some_and(|(before, _)| before.contains('@') && !before.contains('/'))
}

/// A URL without the credentials that may stand in it.
fn without_userinfo(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let authority = rest.find('/').unwrap_or(rest.len());
    match rest
        .get(..authority)
        .and_then(|authority| authority.rfind('@'))
    {
        Some(at) => format!("{scheme}://{}", rest.get(at + 1..).unwrap_or("")),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remote_things_are_known() {
        for text in [
            "https://example.com/x.yaml",
            "github.com/org/repo//base?ref=v1",
            "github.com/org/repo",
            "git@github.com:org/repo.git",
            "ssh://git@host/x",
            "git::https://host/x",
            "user@host:org/repo",
            "host.example/org/repo?ref=main",
        ] {
            assert!(is_remote(text), "{text}");
        }
        for text in [
            "../base",
            "deployment.yaml",
            "a@b.yaml",
            "github.com.yaml",
            "x/y:z.yaml",
        ] {
            assert!(!is_remote(text), "{text}");
        }
    }

    #[test]
    fn credentials_of_a_url_are_not_told() {
        assert_eq!(
            without_userinfo("https://user:pw@host/x@y"),
            "https://host/x@y"
        );
        assert_eq!(without_userinfo("https://host/x@y"), "https://host/x@y");
        assert_eq!(without_userinfo("../base"), "../base");
    }
}
