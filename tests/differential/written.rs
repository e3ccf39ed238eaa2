//! Whole configurations, as `cases/*.txt` writes them down.
//!
//! A line `=== name` begins a configuration; what follows is its `main.tf`, and what follows a line `--- path` another of
//! its files. Before the name may stand, each with a space behind it: `!`, both programs refuse it; `~`, the real one
//! refuses it though `inspect` does not, for the reason that a comment gives; `terraform` or `tofu`, only this program
//! judges it. Two files are not written: the lines of `arguments` are arguments of the plan, those of `environment`
//! variables.

use std::{fs, io, path::Path};

use crate::truth::Program;

/// What the programs make of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Planned,
    Refused,
    /// The real program alone refuses it.
    Tolerated,
}

/// A configuration.
pub(crate) struct Case {
    /// The file's name and its own.
    pub(crate) name: String,
    pub(crate) verdict: Verdict,
    /// The one program that judges it, where it is not both.
    pub(crate) only: Option<Program>,
    files: Vec<(String, String)>,
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
}

impl Case {
    /// The configurations of a file.
    pub(crate) fn read(path: &Path) -> io::Result<Vec<Self>> {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let mut cases: Vec<Self> = Vec::new();
        for line in fs::read_to_string(path)?.lines() {
            if let Some(title) = line.strip_prefix("=== ") {
                cases.push(Self::titled(&stem, title));
                continue;
            }
            let Some(case) = cases.last_mut() else {
                continue;
            };
            if let Some(path) = line.strip_prefix("--- ") {
                case.files.push((path.to_owned(), String::new()));
            } else if let Some((_, text)) = case.files.last_mut() {
                text.push_str(line);
                text.push('\n');
            }
        }
        for case in &mut cases {
            let mut lines = |name: &str| -> Vec<String> {
                let at = case.files.iter().position(|(path, _)| path == name);
                let text = at.map(|at| case.files.remove(at).1).unwrap_or_default();
                text.lines().map(str::to_owned).collect()
            };
            let (arguments, environment) = (lines("arguments"), lines("environment"));
            case.arguments = arguments;
            case.environment = environment
                .iter()
                .filter_map(|line| line.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            case.files.retain(|(_, text)| !text.is_empty());
        }
        Ok(cases)
    }

    fn titled(stem: &str, title: &str) -> Self {
        let (mut verdict, mut only, mut rest) = (Verdict::Planned, None, title);
        while let Some((word, name)) = rest.split_once(' ') {
            match word {
                "!" => verdict = Verdict::Refused,
                "~" => verdict = Verdict::Tolerated,
                "terraform" => only = Some(Program::Terraform),
                "tofu" => only = Some(Program::OpenTofu),
                _ => break,
            }
            rest = name;
        }
        Self {
            name: format!("{stem}: {rest}"),
            verdict,
            only,
            files: vec![("main.tf".to_owned(), String::new())],
            arguments: vec![],
            environment: vec![],
        }
    }

    /// Writes its files into a folder.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        for (path, text) in &self.files {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, text)?;
        }
        Ok(())
    }
}
