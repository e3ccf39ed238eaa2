//! Helm charts, rendered by `helm template`.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use hipaa_iac_source::{Diagnostic, Level, Node, SourceFile, Sources};
use indexmap::IndexMap;

use crate::{Options, paths, tool::Tools, yaml};

/// What a chart is rendered to: texts with the path that reports show, or what is to be said instead.
pub(crate) type Rendered = Result<Vec<(String, String)>, Vec<Diagnostic>>;

/// Renders the chart of a folder.
pub(crate) fn render(
    sources: &Sources,
    folder: &Path,
    options: &Options,
    tools: &Tools,
) -> Rendered {
    let shown = paths::display(folder);
    let file = sources.read(&folder.join("Chart.yaml")).map_err(|error| {
        vec![
            Diagnostic::new(
                Level::Error,
                "unreadable",
                format!("the chart {shown} was not judged: Chart.yaml cannot be read: {error}"),
            )
            .in_path(&*paths::display(&folder.join("Chart.yaml")))
            .remedy("make it readable"),
        ]
    })?;
    let mut documents = yaml::parse(&file);
    if !documents.errors.is_empty() {
        return Err(documents.errors);
    }
    let chart = documents
        .documents
        .pop()
        .map(|document| document.node)
        .unwrap_or_default();
    let text = |field: &str| chart.get(field).and_then(Node::as_str);
    if text("type") == Some("library") {
        // It holds definitions for other charts and cannot be installed.
        return Ok(Vec::new());
    }
    let mut missing = missing_dependencies(folder, &chart, &file);
    let requirements = folder.join("requirements.yaml");
    if requirements.is_file()
        && let Ok(file) = sources.read(&requirements)
    {
        for document in yaml::parse(&file).documents {
            missing.extend(missing_dependencies(folder, &document.node, &file));
        }
    }
    if !missing.is_empty() {
        return Err(missing);
    }
    let Some(helm) = tools.find("helm") else {
        return Err(vec![
            Diagnostic::new(
                Level::Error,
                "helm-missing",
                format!("the chart {shown} was not judged: `helm` is not on the PATH"),
            )
            .in_path(Arc::clone(file.path()))
            .remedy(format!(
                "install helm, or check its output: `helm template {shown} | hipaa-iac check -`"
            )),
        ]);
    };
    let mut arguments: Vec<OsString> = vec![
        "template".into(),
        release(text("name"), folder).into(),
        paths::argument(folder).into(),
    ];
    for values in &options.helm_values {
        arguments.push("--values".into());
        arguments.push(paths::argument(values).into());
    }
    match tools.run(&helm, &arguments, folder) {
        Ok(output) => Ok(split(&output, &shown)),
        Err(error) => Err(vec![
            Diagnostic::new(
                Level::Error,
                "helm-failed",
                format!("the chart {shown} was not judged: `helm template` failed: {error}"),
            )
            .in_path(Arc::clone(file.path()))
            .remedy(format!(
                "run `helm template {shown}` with the same values files to see what helm says, which may quote values, and correct the chart"
            )),
        ]),
    }
}

/// A name for the release: the chart's, as far as a release may have it.
fn release(name: Option<&str>, folder: &Path) -> String {
    let folder = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.map(str::to_owned).or(folder).unwrap_or_default();
    let name: String = name
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(53)
        .collect();
    let name = name.trim_matches('-');
    if name.is_empty() {
        "release".to_owned()
    } else {
        name.to_owned()
    }
}

fn missing_dependencies(folder: &Path, chart: &Node, file: &SourceFile) -> Vec<Diagnostic> {
    let Some(dependencies) = chart.get("dependencies").and_then(Node::as_list) else {
        return Vec::new();
    };
    let vendored = vendored(&folder.join("charts"));
    let mut diagnostics = Vec::new();
    for dependency in dependencies {
        let Some(name) = dependency.get("name").and_then(Node::as_str) else {
            continue;
        };
        let is_archive = |entry: &str| {
            entry
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('-') && rest.contains(".tgz"))
        };
        let there = vendored
            .iter()
            .any(|entry| entry == name || is_archive(entry));
        if !there {
            let shown = paths::display(folder);
            let mut diagnostic = Diagnostic::new(
                Level::Error,
                "helm-dependency",
                format!("the chart {shown} was not judged: its dependency {name} is not in its charts/ folder"),
            )
            .in_path(Arc::clone(file.path()))
            .remedy(format!("run `helm dependency build {shown}`: hipaa-iac downloads nothing"));
            diagnostic.span = dependency.get("name").and_then(|name| name.span);
            diagnostics.push(diagnostic);
        }
    }
    diagnostics
}

/// Names in a chart's `charts/` folder: of archives, of folders, and of the charts in the folders.
fn vendored(charts: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(charts) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for entry in entries.flatten() {
        names.push(entry.file_name().to_string_lossy().into_owned());
        let chart = entry.path().join("Chart.yaml");
        if let Ok(text) = Sources::read_text(&chart) {
            let documents = yaml::parse(&Sources::new().add("Chart.yaml", &text)).documents;
            names.extend(
                documents
                    .iter()
                    .filter_map(|document| Some(document.node.get("name")?.as_str()?.to_owned())),
            );
        }
    }
    names
}

/// The output of `helm template`, by the template that each document comes from.
fn split(output: &str, folder: &str) -> Vec<(String, String)> {
    let prefix = if folder == "." {
        String::new()
    } else {
        format!("{folder}/")
    };
    let mut texts: IndexMap<String, String> = IndexMap::new();
    let mut current = format!("{prefix}Chart.yaml (rendered)");
    let mut lines = output.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        if line.trim_end() == "---"
            && let Some(source) = lines
                .peek()
                .and_then(|next| next.strip_prefix("# Source: "))
        {
            // The first part is the chart's name.
            let template = source
                .trim()
                .split_once('/')
                .map_or(source.trim(), |(_, template)| template);
            current = format!("{prefix}{template} (rendered)");
        }
        match texts.get_mut(&current) {
            Some(text) => text.push_str(line),
            None => {
                texts.insert(current.clone(), line.to_owned());
            }
        }
    }
    texts.into_iter().collect()
}

/// The folders of the charts among the files: not those that another chart vendors or holds as a template.
pub(crate) fn folders<'a>(files: impl Iterator<Item = &'a Path>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = files
        .filter(|file| file.file_name().is_some_and(|name| name == "Chart.yaml"))
        .filter_map(|file| file.parent().map(Path::to_owned))
        .collect();
    folders.sort();
    folders.dedup();
    let all = folders.clone();
    folders.retain(|folder| !all.iter().any(|chart| is_part(folder, chart)));
    folders
}

/// Whether a path lies in what a chart renders itself.
pub(crate) fn is_part(path: &Path, chart: &Path) -> bool {
    path.strip_prefix(chart).is_ok_and(|inner| {
        inner
            .components()
            .next()
            .is_some_and(|first| first.as_os_str() == "templates" || first.as_os_str() == "charts")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_split_by_template() {
        let output = "---\n# Source: web/templates/a.yaml\na: 1\n---\n# Source: web/charts/db/templates/b.yaml\nb: |\n  ---\n  x\n---\n# Source: web/templates/a.yaml\nc: 3\n";
        let texts = split(output, "charts/web");
        assert_eq!(texts[0].0, "charts/web/templates/a.yaml (rendered)");
        assert_eq!(
            texts[0].1,
            "---\n# Source: web/templates/a.yaml\na: 1\n---\n# Source: web/templates/a.yaml\nc: 3\n"
        );
        assert_eq!(
            texts[1].0,
            "charts/web/charts/db/templates/b.yaml (rendered)"
        );
        assert!(texts[1].1.ends_with("b: |\n  ---\n  x\n"));
        assert_eq!(
            split("---\n# Source: w/templates/a.yaml\n", ".")[0].0,
            "templates/a.yaml (rendered)"
        );
    }

    #[test]
    fn vendored_charts_are_not_charts_of_their_own() {
        let files = [
            "web/Chart.yaml",
            "web/charts/db/Chart.yaml",
            "web/templates/x/Chart.yaml",
            "api/Chart.yaml",
            "web2/Chart.yaml",
        ];
        assert_eq!(
            folders(files.iter().map(Path::new)),
            [Path::new("api"), Path::new("web"), Path::new("web2")]
        );
    }

    #[test]
    fn release_names() {
        assert_eq!(release(Some("My_Chart"), Path::new("x")), "my-chart");
        assert_eq!(release(None, Path::new("charts/web")), "web");
        assert_eq!(release(Some("--"), Path::new("")), "release");
    }
}
