//! `hipaa-iac policy …` and `explain`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use hipaa_iac_engine::{
    Agreements, Config, FixtureKind, Policy, PolicySet, Safeguard, Settings, Tested, check_fixture,
    fixture_date, fixture_moment, lint, may_be_unknown, safeguard,
};
use hipaa_iac_kubernetes as kubernetes;
use hipaa_iac_policies::BUILT_IN;
use hipaa_iac_report as report;
use hipaa_iac_source::{Diagnostic, Inventory, Level, SourceFile, Sources, WalkEntry, walk};
use hipaa_iac_terraform as terraform;
use serde_json::json;

use crate::{
    Exit, Failure, Outcome, add_line,
    args::{PolicyCommand, PolicyFolders, PolicyListFormat},
    count,
    input::read,
    inspect::say,
    note, print, terminal_width,
};

/// The columns of an explanation.
const COLUMNS: usize = 78;

/// The name of a policy's file in its folder.
const FILE: &str = "policy.yaml";

pub(crate) fn run(command: &PolicyCommand) -> Outcome {
    match command {
        PolicyCommand::List { format, policies } => list(*format, policies),
        PolicyCommand::Show { policy, policies } => show(policy, policies),
        PolicyCommand::Lint { folder } => lint_all(folder.as_deref()),
        PolicyCommand::Test { folder } => test(folder),
    }
}

/// The built-in policies and those of the user's folders, and what is wrong with them.
pub(crate) fn load<'a>(
    sources: &Sources,
    folders: impl Iterator<Item = &'a Path>,
) -> Result<(PolicySet, Vec<Diagnostic>), Failure> {
    let built_in: Vec<_> = BUILT_IN
        .iter()
        .map(|policy| Tested {
            file: sources.add(format!("built-in:{}", policy.path), policy.text),
            json: policy.json,
        })
        .collect();
    let mut own = Vec::new();
    for folder in folders {
        own.extend(files_below(sources, folder)?);
    }
    Ok(PolicySet::load(&built_in, &own))
}

/// Every policy document below a folder: `policy.yaml`, or any YAML file that is of kind Policy. A folder without any is a mistake:
/// nothing in it would be in force, and nothing in it is read as input.
fn files_below(sources: &Sources, folder: &Path) -> Result<Vec<Arc<SourceFile>>, Failure> {
    if !folder.is_dir() {
        let what = if folder.exists() {
            "not a folder"
        } else {
            "no such folder"
        };
        return Err(Failure(format!(
            "{}: {what}; name the folder that holds the policies",
            folder.display()
        )));
    }
    let mut files = Vec::new();
    for entry in walk(folder).0 {
        let is_yaml = entry
            .path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml");
        let named = entry.path.file_name().is_some_and(|name| name == FILE);
        if !is_yaml {
            continue;
        }
        let file = read(sources, &entry.path)?;
        let is_policy = file.text().lines().any(is_kind_policy)
            && file.text().contains(hipaa_iac_engine::API_VERSION);
        if named || is_policy {
            files.push(file);
        }
    }
    if files.is_empty() {
        return Err(Failure(format!(
            "{}: no policy is in the folder, neither {FILE} nor other YAML of kind Policy; name the folder that holds the policies",
            folder.display()
        )));
    }
    Ok(files)
}

/// Whether a line of YAML says `kind: Policy`, with or without quotes and a comment.
fn is_kind_policy(line: &str) -> bool {
    let Some(kind) = line.strip_prefix("kind:") else {
        return false;
    };
    let kind = kind.split(" #").next().unwrap_or_default();
    kind.trim().trim_matches(['"', '\'']) == "Policy"
}

/// A policy by its name, or what the user may have meant.
pub(crate) fn find<'a>(policies: &'a PolicySet, name: &str) -> Result<&'a Arc<Policy>, Failure> {
    policies.get(name).ok_or_else(|| {
        let meant = policies.nearest(name).map_or_else(
            || "`hipaa-iac policy list` shows all".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        Failure(format!("no policy is named {name}; {meant}"))
    })
}

/// Tells what is wrong with policies, and gives the exit code of it.
pub(crate) fn told(diagnostics: &[Diagnostic], sources: &Sources) -> Exit {
    for diagnostic in diagnostics {
        note(&say(diagnostic, sources));
    }
    if diagnostics
        .iter()
        .any(|diagnostic| diagnostic.level >= Level::Error)
    {
        Exit::Input
    } else {
        Exit::Clean
    }
}

fn list(format: PolicyListFormat, folders: &PolicyFolders) -> Outcome {
    let sources = Sources::new();
    let (set, diagnostics) = load(&sources, folders.folders.iter().map(PathBuf::as_path))?;
    let exit = told(&diagnostics, &sources);
    let text = match format {
        PolicyListFormat::Json => {
            let policies: Vec<_> = set
                .policies()
                .iter()
                .map(|policy| {
                    let spec = policy.spec();
                    json!({
                        "name": &*policy.name,
                        "title": spec.title,
                        "severity": spec.severity,
                        "safeguards": spec.safeguards,
                        "profiles": spec.profiles,
                        "match": spec.matches,
                        "see": spec.see,
                        "related": spec.related,
                    })
                })
                .collect();
            format!("{}\n", serde_json::to_string_pretty(&policies)?)
        }
        PolicyListFormat::Text => table(&set, terminal_width()),
        PolicyListFormat::Markdown => reference(&set),
    };
    print(&text)?;
    Ok(exit)
}

/// A line for each policy; for a terminal of this width two, for few titles fit beside the names.
fn table(set: &PolicySet, terminal: Option<usize>) -> String {
    let names = set.policies().iter().map(|policy| policy.name.len());
    let width = names.max().unwrap_or(0);
    let mut text = String::new();
    for policy in set.policies() {
        let (name, spec) = (&policy.name, policy.spec());
        let (severity, title, profiles) = (spec.severity.as_str(), &spec.title, profiles(policy));
        if terminal.is_some() {
            let head = format!("{name}  {severity}  [{profiles}]");
            add_line(&mut text, 0, &head, terminal);
            add_line(&mut text, 4, title, terminal);
        } else {
            let line = format!("{name:<width$}  {severity:<8}  {title}  [{profiles}]");
            add_line(&mut text, 0, &line, None);
        }
    }
    let policies = count(set.policies().len(), "policy", "policies");
    add_line(&mut text, 0, &policies, None);
    text
}

fn profiles(policy: &Policy) -> String {
    let profiles = policy.spec().profiles.iter();
    let profiles: Vec<_> = profiles.map(|profile| profile.as_str()).collect();
    profiles.join(", ")
}

/// The policy reference of the documentation.
fn reference(set: &PolicySet) -> String {
    let mut text = String::from(
        "# Built-in policies\n\n<!-- Made by `cargo xtask generate`; edit the policies, not this file. -->\n\n\
         `hipaa-iac explain NAME` prints the same for one. How they are written: [policies.md](policies.md).\n",
    );
    let mut areas: BTreeMap<&str, Vec<&Arc<Policy>>> = BTreeMap::new();
    for policy in set.policies() {
        let path = policy
            .path
            .strip_prefix("built-in:")
            .unwrap_or(&policy.path);
        areas
            .entry(path.split('/').next().unwrap_or_default())
            .or_default()
            .push(policy);
    }
    for (area, policies) in areas {
        let _ = writeln!(text, "\n## {area}\n");
        for policy in policies {
            let spec = policy.spec();
            let _ = writeln!(
                text,
                "### {}\n\n**{}** · {} · {}\n",
                policy.name,
                spec.title,
                spec.severity.as_str(),
                profiles(policy)
            );
            let _ = writeln!(text, "{}\n", spec.rationale.trim());
            for safeguard in safeguards(policy) {
                let _ = writeln!(text, "- {}", cite(safeguard));
            }
            let _ = writeln!(text, "\n*Fix.* {}", spec.remediation.text.trim());
            for (language, code) in [
                ("hcl", &spec.remediation.terraform),
                ("yaml", &spec.remediation.kubernetes),
            ] {
                if let Some(code) = code {
                    let _ = writeln!(text, "\n```{language}\n{}\n```", code.trim_end());
                }
            }
            for (what, ids) in [
                ("The same elsewhere", &spec.see),
                ("Near it", &spec.related),
            ] {
                if !ids.is_empty() {
                    let ids: Vec<_> = ids
                        .iter()
                        .map(|(tool, ids)| format!("{tool} {}", ids.join(", ")))
                        .collect();
                    let _ = writeln!(text, "\n*{what}:* {}", ids.join("; "));
                }
            }
            text.push('\n');
        }
    }
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}

fn safeguards(policy: &Policy) -> impl Iterator<Item = &'static Safeguard> {
    policy
        .spec()
        .safeguards
        .iter()
        .filter_map(|paragraph| safeguard::find(paragraph))
}

fn cite(safeguard: &Safeguard) -> String {
    format!(
        "45 CFR {} ({}): {}",
        safeguard.paragraph,
        safeguard.implementation.as_str(),
        safeguard.title
    )
}

fn show(name: &str, folders: &PolicyFolders) -> Outcome {
    let sources = Sources::new();
    let (set, diagnostics) = load(&sources, folders.folders.iter().map(PathBuf::as_path))?;
    let exit = told(&diagnostics, &sources);
    print(find(&set, name)?.text())?;
    Ok(exit)
}

pub(crate) fn explain(name: &str, folders: &PolicyFolders) -> Outcome {
    let sources = Sources::new();
    let (set, diagnostics) = load(&sources, folders.folders.iter().map(PathBuf::as_path))?;
    let exit = told(&diagnostics, &sources);
    let policy = find(&set, name)?;
    let spec = policy.spec();
    let mut text = String::new();
    let line = |text: &mut String, line: &str| add_line(text, 0, line, Some(COLUMNS));
    line(&mut text, &format!("{name} ({})", spec.severity.as_str()));
    line(&mut text, &spec.title);
    text.push('\n');
    for safeguard in safeguards(policy) {
        line(&mut text, &cite(safeguard));
    }
    for (title, prose) in [
        ("Why it matters", &spec.rationale),
        ("How to fix it", &spec.remediation.text),
    ] {
        let prose = report::wrap(prose, COLUMNS - 2).join("\n");
        let _ = writeln!(text, "\n{title}\n{}", indent(&prose));
    }
    for code in [&spec.remediation.terraform, &spec.remediation.kubernetes]
        .into_iter()
        .flatten()
    {
        let _ = writeln!(text, "\n{}", indent(code.trim_end()));
    }
    for (what, ids) in [
        ("The same elsewhere", &spec.see),
        ("Near it, but not the same", &spec.related),
    ] {
        if !ids.is_empty() {
            let ids: Vec<_> = ids
                .iter()
                .map(|(tool, ids)| format!("{tool} {}", ids.join(", ")))
                .collect();
            text.push('\n');
            line(&mut text, &format!("{what}: {}", ids.join("; ")));
        }
    }
    let _ = writeln!(text, "\nProfiles: {}", profiles(policy));
    print(&text)?;
    Ok(exit)
}

fn indent(text: &str) -> String {
    text.lines()
        .map(|line| {
            if line.is_empty() {
                String::new()
            } else {
                format!("  {line}")
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn lint_all(folder: Option<&Path>) -> Outcome {
    let sources = Sources::new();
    let (set, mut diagnostics) = match folder {
        Some(folder) => PolicySet::parse(&files_below(&sources, folder)?),
        None => load(&sources, std::iter::empty())?,
    };
    let built_in = match folder {
        Some(folder) => built_in_elsewhere(&sources, folder)?,
        None => BTreeSet::new(),
    };
    for policy in set.policies() {
        diagnostics.extend(lint(policy));
        if built_in.contains(&*policy.name) {
            let message = format!("a built-in policy is named `{}` already", policy.name);
            let mut diagnostic = Diagnostic::new(Level::Error, "policy-duplicate", message)
                .in_path(Arc::clone(&policy.path))
                .remedy("give yours another name");
            diagnostic.span = policy.locate(&["metadata", "name"]);
            diagnostics.push(diagnostic);
        }
        if folder.is_some() {
            let fixtures = fixtures(policy)?;
            let mut wanted = vec![FixtureKind::Pass, FixtureKind::Fail];
            if may_be_unknown(policy) {
                wanted.push(FixtureKind::Unknown);
            }
            for kind in wanted {
                if !fixtures.iter().any(|(found, _)| *found == kind) {
                    let message =
                        format!("policy `{}` has no {} fixture", policy.name, kind.as_str());
                    diagnostics.push(
                        Diagnostic::new(Level::Error, "policy-fixture", message)
                            .in_path(Arc::clone(&policy.path)),
                    );
                }
            }
        }
    }
    let exit = told(&diagnostics, &sources);
    let policies = count(set.policies().len(), "policy", "policies");
    let problems = count(diagnostics.len(), "problem", "problems");
    print(&format!("{policies}, {problems}\n"))?;
    Ok(exit)
}

/// The names of the built-in policies, but for those whose very files lie in the folder.
fn built_in_elsewhere(sources: &Sources, folder: &Path) -> Result<BTreeSet<String>, Failure> {
    let mut texts = BTreeSet::new();
    for file in files_below(sources, folder)? {
        texts.insert(file.text().to_string());
    }
    let (set, _) = load(sources, std::iter::empty())?;
    let here = |policy: &&Arc<Policy>| {
        BUILT_IN
            .iter()
            .any(|built_in| policy.path.ends_with(built_in.path) && texts.contains(built_in.text))
    };
    let elsewhere = set.policies().iter().filter(|policy| !here(policy));
    Ok(elsewhere.map(|policy| policy.name.to_string()).collect())
}

/// The fixtures beside a policy, sorted by path.
fn fixtures(policy: &Policy) -> Result<Vec<(FixtureKind, PathBuf)>, Failure> {
    let folder = Path::new(&*policy.path)
        .parent()
        .unwrap_or(Path::new("."))
        .to_owned();
    let mut found = Vec::new();
    for entry in
        fs::read_dir(&folder).map_err(|error| Failure(format!("{}: {error}", folder.display())))?
    {
        let path = entry?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let is_fixture = [".tf", ".yaml", ".yml", ".json"]
            .iter()
            .any(|extension| name.ends_with(extension))
            && ![".baa.yaml", ".config.yaml"]
                .iter()
                .any(|settings| name.ends_with(settings));
        if let (true, Some(kind)) = (is_fixture, FixtureKind::of(&name)) {
            found.push((kind, path));
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(found)
}

fn test(folder: &Path) -> Outcome {
    let sources = Sources::new();
    let (set, diagnostics) = PolicySet::parse(&files_below(&sources, folder)?);
    let exit = told(&diagnostics, &sources);
    let mut all = Vec::new();
    for policy in set.policies() {
        all.extend(
            fixtures(policy)?
                .into_iter()
                .map(|(kind, path)| (policy, kind, path)),
        );
    }
    // One after the other: a fixture reads and judges in parallel by itself.
    let results: Vec<_> = all
        .iter()
        .map(|(policy, kind, path)| (path, check(policy, *kind, path)))
        .collect();
    let mut text = String::new();
    let mut failed = 0_usize;
    for (path, result) in &results {
        if let Err(Failure(problem)) = result {
            failed += 1;
            let _ = writeln!(text, "FAIL {}\n{}", path.display(), indent(problem));
        }
    }
    let _ = writeln!(text, "{} passed, {failed} failed", results.len() - failed);
    print(&text)?;
    if results.is_empty() {
        return Err(Failure(format!("{}: no fixtures there", folder.display())));
    }
    Ok(exit.max(if failed > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    }))
}

/// Judges one fixture by itself.
fn check(policy: &Arc<Policy>, kind: FixtureKind, path: &Path) -> Result<(), Failure> {
    let sources = Sources::new();
    let folder = path.parent().unwrap_or(Path::new("."));
    let beside = |name: &str| Some(folder.join(name)).filter(|file| file.is_file());
    let stem = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut settings = Settings::new(fixture_date());
    settings.moment = path
        .file_name()
        .and_then(|name| fixture_moment(&name.to_string_lossy()));
    if let Some(file) = beside(&format!("{stem}.config.yaml")).or_else(|| beside("config.yaml")) {
        settings.config = Config::parse(&*read(&sources, &file)?)
            .map_err(|diagnostic| Failure(say(&diagnostic, &sources)))?;
    }
    if let Some(restore) = &settings.config.restore {
        let (restores, problem) = crate::evidence::restores(restore, |path| folder.join(path))?;
        if let Some(problem) = problem {
            return Err(Failure(say(&problem, &sources)));
        }
        settings.restores = restores;
    }
    if let Some(file) = beside(&format!("{stem}.baa.yaml")).or_else(|| beside("baa.yaml")) {
        let agreements = Agreements::parse(&*read(&sources, &file)?, fixture_date());
        settings.agreements = agreements.map_err(|found| {
            Failure(
                found
                    .iter()
                    .map(|diagnostic| say(diagnostic, &sources))
                    .collect::<Vec<_>>()
                    .join("\n"),
            )
        })?;
    }
    let inventory = read_fixture(&sources, path)?;
    check_fixture(policy, &inventory, &sources, &settings, kind).map_err(Failure)
}

fn read_fixture(sources: &Sources, path: &Path) -> Result<Inventory, Failure> {
    let entry = [WalkEntry {
        path: path.to_owned(),
        named: true,
    }];
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy().into_owned())
        .unwrap_or_default();
    if extension == "tf" {
        let mut inventory = terraform::load(sources, &entry, &terraform::Options::default());
        kubernetes::add_manifests_of_terraform(&mut inventory);
        return Ok(inventory);
    }
    if extension == "json" {
        let plan = terraform::load_json(
            sources,
            &read(sources, path)?,
            &terraform::Source::default(),
            &terraform::Options::default(),
        );
        if let Some(mut inventory) = plan {
            kubernetes::add_manifests_of_terraform(&mut inventory);
            return Ok(inventory);
        }
    }
    Ok(kubernetes::load(
        sources,
        &entry,
        &kubernetes::Options::default(),
    ))
}
