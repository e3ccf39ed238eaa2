//! Finding the files of a tree.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::{Diagnostic, Level, file::display_path};

/// A file of the walked tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WalkEntry {
    /// Its path, beginning with the path that was walked.
    pub path: PathBuf,
    /// It was named by the user, not found below a folder.
    pub named: bool,
}

/// Folders that never hold input of their own.
const SKIPPED: [&str; 4] = [".git", ".terraform", "node_modules", ".terragrunt-cache"];

/// All files below `root` (or `root` itself, if it is a file), sorted by path. `.git`, `.terraform`, `node_modules`
/// and what `.gitignore` names are skipped; links are followed, and one that leads into itself is a diagnostic.
pub fn walk(root: &Path) -> (Vec<WalkEntry>, Vec<Diagnostic>) {
    let mut files = Vec::new();
    let mut diagnostics = Vec::new();
    if root.is_file() {
        files.push(WalkEntry {
            path: root.to_owned(),
            named: true,
        });
        return (files, diagnostics);
    }
    let walker = WalkBuilder::new(root)
        .hidden(false)
        .follow_links(true)
        .require_git(false)
        .git_global(false)
        .git_exclude(false)
        .ignore(false)
        .filter_entry(|entry| {
            entry.depth() == 0
                || !entry.path().is_dir()
                || !SKIPPED.iter().any(|name| entry.file_name() == *name)
        })
        .sort_by_file_path(Path::cmp)
        .build();
    for entry in walker {
        match entry {
            Ok(entry) if entry.path().is_file() => files.push(WalkEntry {
                path: entry.into_path(),
                named: false,
            }),
            Ok(_) => {}
            Err(error) => {
                let mut diagnostic = Diagnostic::new(Level::Error, "unreadable", error.to_string());
                if let Some(path) = error_path(&error) {
                    diagnostic = diagnostic.in_path(display_path(path));
                }
                diagnostics.push(
                    diagnostic
                        .remedy("make it readable, or name it in .gitignore if it is not input"),
                );
            }
        }
    }
    files.sort();
    (files, diagnostics)
}

fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            error_path(err)
        }
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn ignored_and_foreign_folders_are_skipped() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for path in [
            ".git/a.tf",
            ".terraform/b.tf",
            "node_modules/c.tf",
            "build/d.tf",
            "e.tf",
            ".hidden/f.tf",
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        fs::write(root.join(".gitignore"), "build/\n").unwrap();
        let (files, diagnostics) = walk(root);
        let names: Vec<_> = files
            .iter()
            .map(|file| file.path.strip_prefix(root).unwrap().to_owned())
            .collect();
        assert_eq!(
            names,
            [
                Path::new(".gitignore"),
                Path::new(".hidden/f.tf"),
                Path::new("e.tf")
            ]
        );
        assert!(diagnostics.is_empty());
    }

    #[test]
    #[cfg(unix)]
    fn a_link_into_itself_is_said() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.tf"), "").unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
        let (files, diagnostics) = walk(dir.path());
        assert_eq!(files.len(), 1);
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].level, Level::Error);
    }
}
