//! The real program's answer.

use std::{
    collections::BTreeMap,
    fs, io,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value as Json;

use crate::{Said, said};

/// Plans a configuration in a copy of its folder and gives what the plan says of every managed resource.
pub(crate) fn plan(folder: &Path) -> Result<BTreeMap<String, Said>, String> {
    let copy = tempfile::tempdir().map_err(|error| error.to_string())?;
    copy_tree(folder, copy.path()).map_err(|error| error.to_string())?;
    let program = ["terraform", "tofu"]
        .into_iter()
        .find(|program| Command::new(program).arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success()))
        .ok_or("neither terraform nor tofu is on the PATH; `cargo xtask test differential` builds one")?;
    let run = |arguments: &[&str]| -> Result<Vec<u8>, String> {
        let output = Command::new(program)
            .current_dir(copy.path())
            .args(arguments)
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .output()
            .map_err(|error| error.to_string())?;
        if output.status.success() { Ok(output.stdout) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    };
    run(&["init", "-backend=false", "-input=false", "-no-color"])?;
    run(&["plan", "-input=false", "-no-color", "-out=plan.bin"])?;
    let plan: Json = serde_json::from_slice(&run(&["show", "-json", "plan.bin"])?).map_err(|error| error.to_string())?;
    let changes = plan["resource_changes"].as_array().cloned().unwrap_or_default();
    Ok(changes
        .iter()
        .filter(|change| change["mode"] == "managed")
        .map(|resource| {
            let change = &resource["change"];
            let address = resource["address"].as_str().unwrap_or_default().to_owned();
            (address, said(&change["after"], &change["after_unknown"], &change["after_sensitive"]))
        })
        .collect())
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
