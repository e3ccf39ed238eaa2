//! Lists every `<area>/<name>/policy.yaml` so that `lib.rs` can embed it.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("policies.rs");
    let mut list = fs::File::create(out)?;
    writeln!(list, "&[")?;
    for area in folders(&root)? {
        for policy in folders(&area)? {
            let file = policy.join("policy.yaml");
            if file.is_file() {
                let name = file.strip_prefix(&root).map_err(io::Error::other)?;
                let (name, file) = (name.display(), file.display());
                writeln!(list, "    (r\"{name}\", include_str!(r\"{file}\")),")?;
            }
        }
        println!("cargo::rerun-if-changed={}", area.display());
    }
    writeln!(list, "]")?;
    println!("cargo::rerun-if-changed={}", root.display());
    Ok(())
}

fn folders(of: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(of)? {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
