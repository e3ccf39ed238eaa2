//! What is judged: a few files.

use std::{fmt, fs, io, path::Path};

use hipaa_iac_source::walk;
use hipaa_iac_tests::workspace;

/// What must never be printed: the value of every sensitive thing that is planted beside an input.
pub(crate) const MARKER: &str = "Zq7PlantedSecretXk";
/// The same as Kubernetes keeps it in `data`.
pub(crate) const MARKER_BASE64: &str = "WnE3UGxhbnRlZFNlY3JldFhr";

/// The policy that is judged by in place of the built-in ones, where a tree has a file of this name.
pub(crate) const POLICY: &str = "policies/policy.yaml";

/// Paths and bytes.
#[derive(Clone, Default)]
pub(crate) struct Tree {
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

impl Tree {
    pub(crate) fn of(path: &str, text: impl Into<Vec<u8>>) -> Self {
        Self::default().with(path, text)
    }

    pub(crate) fn with(mut self, path: &str, text: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.to_owned(), text.into()));
        self
    }

    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(folder)?,
        }
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(path, bytes)?;
        }
        Ok(())
    }
}

/// The files as text, long ones cut: they are kept on disk.
impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, bytes) in &self.files {
            let text = String::from_utf8_lossy(bytes);
            let shown: String = text.chars().take(4000).collect();
            writeln!(f, "\n--- {path} ({} bytes)\n{shown:?}", bytes.len())?;
        }
        Ok(())
    }
}

/// Every file below a folder of the workspace whose name ends so: path below the folder, and text.
pub(crate) fn seeds(folder: &str, endings: &[&str]) -> Vec<(String, Vec<u8>)> {
    let root = workspace().join(folder);
    let (entries, _) = walk(&root);
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.path.strip_prefix(&root).unwrap_or(&entry.path);
        let path = path.to_string_lossy().into_owned();
        if endings.iter().any(|ending| path.ends_with(ending)) {
            found.push((path, fs::read(&entry.path).unwrap()));
        }
    }
    assert!(!found.is_empty(), "no seeds in {folder}");
    found
}
