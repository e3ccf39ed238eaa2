//! Files that are made from others: JSON Schemas and the policy reference.

use std::fs;

use crate::{Outcome, cargo, root, say};

/// The generated files, each with the arguments that make `hipaa-iac` print it.
const FILES: [(&str, &[&str]); 4] = [
    (
        "docs/schemas/check-result.schema.json",
        &["schema", "result"],
    ),
    ("docs/schemas/policy.schema.json", &["schema", "policy"]),
    ("docs/schemas/config.schema.json", &["schema", "config"]),
    (
        "docs/policy-reference.md",
        &["policy", "list", "--format", "markdown"],
    ),
];

/// Writes them, or with `check` fails where one is not current.
pub(crate) fn run(check: bool) -> Outcome {
    let mut stale = Vec::new();
    for (path, arguments) in FILES {
        let output = cargo(&["run", "--quiet", "--package", "hipaa-iac", "--"])
            .args(arguments)
            .output()
            .map_err(|error| format!("hipaa-iac could not be run: {error}"))?;
        if !output.status.success() {
            return Err(format!(
                "`hipaa-iac {}` failed: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        let file = root().join(path);
        if fs::read(&file).ok().as_deref() == Some(&*output.stdout) {
            continue;
        }
        if check {
            stale.push(path);
            continue;
        }
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        fs::write(&file, output.stdout).map_err(|error| format!("{path}: {error}"))?;
        say(&format!("wrote {path}"));
    }
    if stale.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "not current: {}; run `cargo xtask generate`",
            stale.join(", ")
        ))
    }
}
