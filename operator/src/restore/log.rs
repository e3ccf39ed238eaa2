//! The log of an evidence store, as the operator opens it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use hipaa_iac_evidence::{Log, PublicKey, S3, Signer};

/// The log at a URL, with the key of that file, which signs, and those that it follows; one that does not go on from the witness takes nothing.
///
/// # Errors
/// One of them cannot be read, with what is wrong.
pub fn open(url: &str, key: &Path, witness: Option<&str>) -> Result<Log<S3>, String> {
    let signer = Signer::from_pem(&read(key)?).map_err(|error| error.to_string())?;
    let store = S3::from_url(url).map_err(|error| error.to_string())?;
    let log = earlier(key)?
        .into_iter()
        .fold(Log::new(store, signer), Log::trust);
    Ok(match witness {
        Some(witness) => log.witness(witness.as_bytes().to_vec()),
        None => log,
    })
}

/// The public keys that signed before this one, and are trusted: files in its folder that end in `.pub`.
fn earlier(key: &Path) -> Result<Vec<PublicKey>, String> {
    let folder = key
        .parent()
        .filter(|folder| *folder != Path::new(""))
        .unwrap_or(Path::new("."));
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(told)? {
        files.push(entry.map_err(told)?.path());
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "pub"));
    files.sort();
    let keys = files.iter().map(|file| {
        PublicKey::from_pem(&read(file)?).map_err(|error| format!("{}: {error}", file.display()))
    });
    keys.collect()
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_beside_the_key_as_a_public_key_is_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let signer = |seed: u8| Signer::from_seed(&[seed; 32]).unwrap();
        let key = folder.path().join("evidence.key");
        file("evidence.key", &signer(2).to_pem().unwrap());
        assert_eq!(earlier(&key), Ok(Vec::new()));
        file("2026.pub", signer(1).public().to_pem());
        file("notes.txt", "not a key");
        assert_eq!(earlier(&key), Ok(vec![signer(1).public().clone()]));
        // One that is none would be missed when the log is opened: it is told.
        file("2025.pub", "not a key");
        assert!(earlier(&key).unwrap_err().contains("2025.pub"));
    }
}
