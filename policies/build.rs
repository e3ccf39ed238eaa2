//! Lists every `<area>/<name>/policy.yaml`, and writes the same as JSON, so that `lib.rs` can embed both.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let mut list = fs::File::create(out.join("policies.rs"))?;
    writeln!(list, "&[")?;
    for area in folders(&root)? {
        for policy in folders(&area)? {
            let file = policy.join("policy.yaml");
            if file.is_file() {
                let json = json(&file)?;
                // An empty text, of a policy that is no YAML, judges whatever its loader says.
                let judges = serde_json::from_str::<serde_json::Value>(&json);
                let kubernetes = judges.map_or(true, |policy| {
                    policy.pointer("/spec/match/kubernetes").is_some()
                });
                let name = file.strip_prefix(&root).map_err(io::Error::other)?;
                let (name, file) = (name.display(), file.display());
                writeln!(
                    list,
                    "    BuiltIn {{ path: r\"{name}\", text: include_str!(r\"{file}\"), json: {json:?}, kubernetes: {kubernetes} }},"
                )?;
            }
        }
        println!("cargo::rerun-if-changed={}", area.display());
    }
    writeln!(list, "]")?;
    println!("cargo::rerun-if-changed={}", root.display());
    Ok(())
}

/// The document as JSON, its keys in the order of the file. An empty text where it is no YAML: who loads the policies tells what is wrong.
fn json(file: &Path) -> io::Result<String> {
    let text = fs::read_to_string(file)?;
    let mut json = Vec::new();
    let written = serde_saphyr::with_deserializer_from_str(&text, |yaml| {
        serde_transcode::transcode(yaml, &mut serde_json::Serializer::new(&mut json))
            .map_err(serde::de::Error::custom)
    });
    match written {
        Ok(()) => String::from_utf8(json).map_err(io::Error::other),
        Err(_) => Ok(String::new()),
    }
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
