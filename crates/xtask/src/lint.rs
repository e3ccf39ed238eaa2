//! What CI checks beside the tests.

use crate::{Outcome, cargo, generate, must, tools};

/// Format, clippy with warnings denied, licences and sources of dependencies, generated files.
pub(crate) fn run() -> Outcome {
    must(&mut cargo(&["fmt", "--all", "--check"]))?;
    must(&mut cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]))?;
    generate::run(true)?;
    tools::cargo_deny()?;
    // What only an optional feature or another system needs has not been downloaded by a build.
    must(&mut cargo(&["fetch", "--locked", "--quiet"]))?;
    must(
        cargo(&[
            "deny",
            "--offline",
            "check",
            "--hide-inclusion-graph",
            "bans",
            "licenses",
            "sources",
        ])
        .env("PATH", tools::path()),
    )
}
