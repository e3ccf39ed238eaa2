//! Files that are made from others: JSON Schemas, the policy reference, and what the chart takes from the operator.

use std::fs;

use crate::{Outcome, build, built, root, say};

const CLI: &str = "hipaa-iac";
const OPERATOR: &str = "hipaa-iac-operator";

/// The generated files, each with the program and the arguments that make it print them.
const FILES: [(&str, &str, &[&str]); 11] = [
    (
        "docs/schemas/check-result.schema.json",
        CLI,
        &["schema", "result"],
    ),
    (
        "docs/schemas/policy.schema.json",
        CLI,
        &["schema", "policy"],
    ),
    (
        "docs/schemas/config.schema.json",
        CLI,
        &["schema", "config"],
    ),
    (
        "docs/policy-reference.md",
        CLI,
        &["policy", "list", "--format", "markdown"],
    ),
    (
        "charts/hipaa-iac/files/crds/agreements.yaml",
        OPERATOR,
        &["crds", "agreements"],
    ),
    (
        "charts/hipaa-iac/files/crds/evidencestores.yaml",
        OPERATOR,
        &["crds", "evidencestores"],
    ),
    (
        "charts/hipaa-iac/files/crds/restoreverificationruns.yaml",
        OPERATOR,
        &["crds", "restoreverificationruns"],
    ),
    (
        "charts/hipaa-iac/files/crds/restoreverifications.yaml",
        OPERATOR,
        &["crds", "restoreverifications"],
    ),
    (
        "charts/hipaa-iac/files/crds/policies.yaml",
        OPERATOR,
        &["crds", "policies"],
    ),
    (
        "charts/hipaa-iac/files/crds/waivers.yaml",
        OPERATOR,
        &["crds", "waivers"],
    ),
    ("charts/hipaa-iac/files/kinds.json", OPERATOR, &["kinds"]),
];

/// Writes them, or with `check` fails where one is not current.
pub(crate) fn run(check: bool) -> Outcome {
    build(&[CLI, OPERATOR])?;
    let mut stale = Vec::new();
    for (path, program, arguments) in FILES {
        let output = built(program)?
            .args(arguments)
            .output()
            .map_err(|error| format!("{program} could not be run: {error}"))?;
        if !output.status.success() {
            return Err(format!(
                "`{program} {}` failed: {}",
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
