//! Paths without a look at the disk.

use std::path::{Component, Path, PathBuf};

/// The path without `.` and, where a name stands before it, without `..`.
pub(crate) fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(out.components().next_back(), Some(Component::Normal(_))) =>
            {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// The path as reports show it; `.` for the working folder.
pub(crate) fn display(path: &Path) -> String {
    let text = hipaa_iac_source::display_path(path);
    if text.is_empty() {
        ".".to_owned()
    } else {
        text
    }
}

/// The path as a program's argument: never mistaken for an option, never empty.
pub(crate) fn argument(path: &Path) -> PathBuf {
    if path.is_absolute() {
        path.to_owned()
    } else {
        Path::new(".").join(path)
    }
}

/// The deepest folder that holds all of the files.
pub(crate) fn common_folder<'a>(files: impl Iterator<Item = &'a Path>) -> PathBuf {
    let mut common: Option<PathBuf> = None;
    for file in files {
        let folder = file.parent().unwrap_or(Path::new(""));
        common = Some(match common {
            None => folder.to_owned(),
            Some(common) => common
                .components()
                .zip(folder.components())
                .take_while(|(a, b)| a == b)
                .map(|(a, _)| a)
                .collect(),
        });
    }
    common.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_and_shown() {
        assert_eq!(clean(Path::new("./a/./b/../c")), Path::new("a/c"));
        assert_eq!(clean(Path::new("../../a")), Path::new("../../a"));
        assert_eq!(clean(Path::new("/a/../b")), Path::new("/b"));
        assert_eq!(clean(Path::new("a/..")), Path::new(""));
        assert_eq!(display(&clean(Path::new("./"))), ".");
        assert_eq!(argument(Path::new("-f")), Path::new("./-f"));
    }

    #[test]
    fn the_common_folder() {
        let common = |files: &[&str]| common_folder(files.iter().map(Path::new));
        assert_eq!(
            common(&["k8s/base/a.yaml", "k8s/apps/b.yaml"]),
            Path::new("k8s")
        );
        assert_eq!(common(&["k8s/a.yaml"]), Path::new("k8s"));
        assert_eq!(common(&["a.yaml", "k8s/b.yaml"]), Path::new(""));
        assert_eq!(common(&["k8s/a.yaml", "k8s-old/b.yaml"]), Path::new(""));
    }
}
