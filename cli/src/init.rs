//! `hipaa-iac init`.

use std::{fs, path::Path};

use crate::{Exit, Failure, Outcome, note};

/// The file that `init` writes: everything that can be said, said by its default.
const TEMPLATE: &str = include_str!("init.yaml");

pub(crate) fn run(folder: &Path, force: bool) -> Outcome {
    let file = folder.join("hipaa-iac.yaml");
    if file.exists() && !force {
        return Err(Failure(format!(
            "{} is there already; --force replaces it",
            file.display()
        )));
    }
    fs::write(&file, TEMPLATE).map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    note(&format!(
        "wrote {}; next: hipaa-iac check {}",
        file.display(),
        folder.display()
    ));
    Ok(Exit::Clean)
}
