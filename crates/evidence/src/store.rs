//! Where a log is kept: objects that are created once and never change.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

/// The largest object that is read, in bytes.
pub(crate) const MAX_OBJECT: u64 = 64 << 20;

/// What went wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system's or the server's refusal, with the object's place.
    #[error("{}: {problem}", shown(.place))]
    Io {
        /// The file or URL.
        place: String,
        /// What was said of it.
        problem: String,
    },
    /// An object that no log holds.
    #[error("{}: too large for an object of a log", shown(.0))]
    TooLarge(String),
}

/// A text on one line, without what a terminal would obey: the names of objects are the words of whoever can write in the store.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || turns {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// What creating an object came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is there now, whole and durable.
    New,
    /// It was there before, and stays as it was.
    Exists,
}

/// Whether what is written to a store can be changed or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Immutability {
    /// It was tried, and the store refused.
    Immutable,
    /// It can. The text says why this is believed.
    Mutable(String),
}

/// A store of objects by key. A key has the form of a relative path with `/`.
///
/// The calls block. In asynchronous code they belong on a thread of their own (`spawn_blocking`).
pub trait Store {
    /// The bytes of an object; `None` where there is none.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Creates an object that must not be there: whole, or not at all, and never over another, whoever else tries.
    fn create(&self, key: &str, bytes: &[u8]) -> Result<Created, StoreError>;

    /// Writes an object over what is there. Nothing that is evidence is written so.
    fn replace(&self, key: &str, bytes: &[u8]) -> Result<(), StoreError>;

    /// The keys that begin with a prefix, sorted.
    fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError>;

    /// Tries to change and to remove an object of its own, and tells what became of it.
    fn probe(&self) -> Result<Immutability, StoreError>;

    /// The store's place, for messages.
    fn place(&self) -> String;
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).get(key)
    }

    fn create(&self, key: &str, bytes: &[u8]) -> Result<Created, StoreError> {
        (**self).create(key, bytes)
    }

    fn replace(&self, key: &str, bytes: &[u8]) -> Result<(), StoreError> {
        (**self).replace(key, bytes)
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        (**self).list(prefix)
    }

    fn probe(&self) -> Result<Immutability, StoreError> {
        (**self).probe()
    }

    fn place(&self) -> String {
        (**self).place()
    }
}

/// Where a directory store writes before it names: a run that is killed leaves its unfinished file there, and nowhere else.
const UNFINISHED: &str = "tmp";

/// A store in a folder of the file system.
#[derive(Clone, Debug)]
pub struct Directory(PathBuf);

impl Directory {
    /// The store in a folder, which is made when something is written.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    fn path(&self, key: &str) -> PathBuf {
        self.0.join(key)
    }

    /// The bytes in a file that has no name yet, durable.
    fn written(&self, bytes: &[u8], mode: u32) -> io::Result<tempfile::NamedTempFile> {
        let folder = self.path(UNFINISHED);
        fs::create_dir_all(&folder)?;
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
        #[cfg(not(unix))]
        let _ = mode;
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(file)
    }

    /// Makes the folder of a file, and the folder's own name durable.
    fn folder_of(path: &Path) -> io::Result<()> {
        let Some(folder) = path.parent() else {
            return Ok(());
        };
        if !folder.is_dir() {
            fs::create_dir_all(folder)?;
            if let Some(above) = folder.parent() {
                sync(above)?;
            }
        }
        Ok(())
    }
}

/// Makes the names in a folder durable.
fn sync(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened, and the system orders names and contents itself.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Opens a file to read. What is none, such as a pipe, would keep whoever opens it waiting.
fn open_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        nix::fcntl::OFlag::O_NONBLOCK.bits(),
    );
    let file = options.open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"))
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let place = path.display().to_string();
    move |error| StoreError::Io {
        place,
        problem: error.to_string(),
    }
}

impl Store for Directory {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(key);
        let file = match open_file(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(&path)(error)),
        };
        let mut bytes = Vec::new();
        file.take(MAX_OBJECT + 1)
            .read_to_end(&mut bytes)
            .map_err(at(&path))?;
        if bytes.len() as u64 > MAX_OBJECT {
            return Err(StoreError::TooLarge(path.display().to_string()));
        }
        Ok(Some(bytes))
    }

    fn create(&self, key: &str, bytes: &[u8]) -> Result<Created, StoreError> {
        let path = self.path(key);
        let create = || {
            if path.exists() {
                return Ok(Created::Exists);
            }
            Self::folder_of(&path)?;
            match self.written(bytes, 0o444)?.persist_noclobber(&path) {
                Ok(_) => {}
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                    return Ok(Created::Exists);
                }
                Err(error) => return Err(error.error),
            }
            sync(path.parent().unwrap_or(&self.0))?;
            Ok(Created::New)
        };
        create().map_err(at(&path))
    }

    fn replace(&self, key: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.path(key);
        let replace = || {
            Self::folder_of(&path)?;
            self.written(bytes, 0o644)?
                .persist(&path)
                .map_err(|error| error.error)?;
            sync(path.parent().unwrap_or(&self.0))
        };
        replace().map_err(at(&path))
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let mut keys = Vec::new();
        let mut folders = vec![(self.0.clone(), String::new())];
        while let Some((folder, above)) = folders.pop() {
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(at(&folder)(error)),
            };
            for entry in entries {
                let entry = entry.map_err(at(&folder))?;
                let key = format!("{above}{}", entry.file_name().to_string_lossy());
                let kind = entry.file_type().map_err(at(&folder))?;
                if kind.is_dir() {
                    let below = format!("{key}/");
                    if below.starts_with(prefix) || prefix.starts_with(&below) {
                        folders.push((entry.path(), below));
                    }
                } else if key.starts_with(prefix) {
                    keys.push(key);
                }
            }
        }
        keys.sort();
        Ok(keys)
    }

    fn probe(&self) -> Result<Immutability, StoreError> {
        let reason = "a folder: whoever may write in it can change what is there";
        Ok(Immutability::Mutable(reason.to_owned()))
    }

    fn place(&self) -> String {
        self.0.display().to_string()
    }
}
