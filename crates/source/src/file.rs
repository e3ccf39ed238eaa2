//! Files held in memory, and places in them.

use std::{
    fs,
    io::{self, Read as _},
    num::NonZeroU32,
    path::Path,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

/// The largest file that is read, in bytes (64 MiB). A larger one is refused with a diagnostic.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// The number of a file in [`Sources`], from one on: a place that is none costs no more. Numbers depend on the order of reading: sort by path, never by this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileId(NonZeroU32);

/// A half-open range of bytes in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `range` in `file`. Offsets beyond 4 GiB, which no file reaches ([`MAX_FILE_BYTES`]), are cut.
    pub fn new(file: FileId, range: std::ops::Range<usize>) -> Self {
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            file,
            start: cut(range.start),
            end: cut(range.end),
        }
    }

    /// The span as a byte range, for slicing the file's text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A column: 1-based, counted in Unicode scalar values, as SARIF's `unicodeCodePoints` and editors count.
pub type Column = u32;

/// A place for people: line and column, both 1-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: Column,
}

/// One file: its text without a byte order mark, and its lines.
#[derive(Debug)]
pub struct SourceFile {
    id: FileId,
    path: Arc<str>,
    text: Arc<str>,
    lines: OnceLock<Vec<u32>>,
    /// How many characters begin before each [`BLOCK`] of bytes: a plan may be one line of many megabytes.
    characters: OnceLock<Vec<u32>>,
}

/// Lines up to this many bytes are counted anew for each place.
const BLOCK: usize = 4096;

/// How many characters begin in some bytes of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

impl SourceFile {
    /// Its number.
    pub fn id(&self) -> FileId {
        self.id
    }

    /// The path as reports show it: with `/`, relative to the working folder where it lies below it.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The text, without a byte order mark.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let newlines = self
                .text
                .bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0)
                .chain(newlines.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
                .collect()
        })
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        let lines = self.lines();
        let line = lines.partition_point(|start| *start <= offset).max(1);
        let start = lines.get(line - 1).copied().unwrap_or(0) as usize;
        let mut end = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let column = if end.saturating_sub(start) <= BLOCK {
            characters(self.text.as_bytes().get(start..end).unwrap_or_default())
        } else {
            self.characters_before(end) - self.characters_before(start)
        };
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
        }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let blocks = self.characters.get_or_init(|| {
            let mut before = 0;
            let counts = self.text.as_bytes().chunks(BLOCK).map(|block| {
                let count = before;
                before += u32::try_from(characters(block)).unwrap_or(u32::MAX);
                count
            });
            counts.collect()
        });
        let block = offset / BLOCK;
        let rest = self
            .text
            .as_bytes()
            .get(block * BLOCK..offset)
            .unwrap_or_default();
        blocks
            .get(block)
            .map_or_else(|| characters(self.text.as_bytes()), |count| *count as usize)
            + characters(rest)
    }

    /// The byte offset at which a 1-based line starts; `None` past the last line.
    pub fn line_start(&self, line: u32) -> Option<u32> {
        self.lines().get((line as usize).checked_sub(1)?).copied()
    }

    /// The text of a 1-based line, without its line ending.
    pub fn line(&self, line: u32) -> Option<&str> {
        let start = self.line_start(line)? as usize;
        self.text.get(start..)?.lines().next().or(Some(""))
    }

    /// The text of a span in this file; empty where the span is not of this file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is larger than [`MAX_FILE_BYTES`].
    #[error("the file has {0} bytes, more than the {MAX_FILE_BYTES} that are read")]
    TooLarge(u64),
    /// It is not UTF-8; the offset of the first bad byte.
    #[error("not valid UTF-8 at byte {0}")]
    NotUtf8(usize),
}

fn text(bytes: Vec<u8>) -> Result<String, ReadError> {
    String::from_utf8(bytes).map_err(|error| ReadError::NotUtf8(error.utf8_error().valid_up_to()))
}

/// All files of a run. Shared between threads; files are only ever added.
#[derive(Debug, Default)]
pub struct Sources {
    files: RwLock<Vec<Arc<SourceFile>>>,
}

impl Sources {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under the path that reports show. A leading byte order mark is dropped, so spans count from behind it.
    pub fn add(&self, path: impl Into<Arc<str>>, text: &str) -> Arc<SourceFile> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let number = u32::try_from(files.len() + 1)
            .ok()
            .and_then(NonZeroU32::new);
        let id = FileId(number.unwrap_or(NonZeroU32::MAX));
        let file = Arc::new(SourceFile {
            id,
            path: path.into(),
            text: text.into(),
            lines: OnceLock::new(),
            characters: OnceLock::new(),
        });
        files.push(Arc::clone(&file));
        file
    }

    /// Reads a file from disk and adds it.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(&self, path: &Path) -> Result<Arc<SourceFile>, ReadError> {
        let text = Self::read_text(path)?;
        Ok(self.add(display_path(path), &text))
    }

    /// Reads a file's text without adding it.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read_text(path: &Path) -> Result<String, ReadError> {
        text(Self::read_bytes(path)?)
    }

    /// Reads a file without adding it.
    ///
    /// # Errors
    /// See [`ReadError`]; any bytes will do.
    pub fn read_bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
        let file = fs::File::open(path)?;
        let size = file.metadata()?.len();
        if size > MAX_FILE_BYTES {
            return Err(ReadError::TooLarge(size));
        }
        Self::collect(file, size)
    }

    /// Reads a text from a pipe, up to the limit of files.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn text_of(pipe: impl io::Read) -> Result<String, ReadError> {
        text(Self::collect(pipe, 0)?)
    }

    fn collect(from: impl io::Read, size: u64) -> Result<Vec<u8>, ReadError> {
        // A pipe or a file of /proc reports no size: the limit holds for what is read.
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        from.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(ReadError::TooLarge(bytes.len() as u64));
        }
        Ok(bytes)
    }

    /// The file of a number.
    pub fn get(&self, id: FileId) -> Option<Arc<SourceFile>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.get(id.0.get() as usize - 1).cloned()
    }

    /// The first file that was added under a path, as reports show it.
    pub fn find(&self, path: &str) -> Option<Arc<SourceFile>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.iter().find(|file| &*file.path == path).cloned()
    }

    /// Path, start and end of a span, for people.
    pub fn locate(&self, span: Span) -> Option<(Arc<str>, Position, Position)> {
        let file = self.get(span.file)?;
        Some((
            Arc::clone(file.path()),
            file.position(span.start),
            file.position(span.end),
        ))
    }
}

/// A path as reports show it: `/` between parts, no leading `./`.
pub fn display_path(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let mut text = text.as_str();
    while let Some(rest) = text.strip_prefix("./") {
        text = rest;
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_lines() {
        let sources = Sources::new();
        let file = sources.add("a.tf", "ä = 1\r\nb = 2");
        assert_eq!(file.position(0), Position { line: 1, column: 1 });
        assert_eq!(file.position(2), Position { line: 1, column: 2 });
        assert_eq!(file.position(8), Position { line: 2, column: 1 });
        assert_eq!(file.position(99), Position { line: 2, column: 6 });
        assert_eq!(file.line(1), Some("ä = 1"));
        assert_eq!(file.line(3), None);
    }

    #[test]
    fn columns_of_long_lines_count_characters() {
        for filler in ["x", "ä", "日本", "xä🏥"] {
            let text = format!("a\n{}", filler.repeat(5000));
            let file = Sources::new().add("plan.json", &text);
            for (column, (at, _)) in text[2..].char_indices().enumerate().step_by(997) {
                let place = Position {
                    line: 2,
                    column: u32::try_from(column + 1).unwrap(),
                };
                assert_eq!(
                    file.position(u32::try_from(at + 2).unwrap()),
                    place,
                    "{filler}"
                );
            }
            let last = u32::try_from(text[2..].chars().count() + 1).unwrap();
            assert_eq!(
                file.position(u32::MAX),
                Position {
                    line: 2,
                    column: last
                }
            );
        }
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        assert_eq!(
            &**Sources::new().add("a.tf", "\u{feff}x = 1").text(),
            "x = 1"
        );
    }

    #[test]
    fn what_is_not_utf8_is_refused_with_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.tf");
        fs::write(&path, b"ab\xff").unwrap();
        assert!(matches!(
            Sources::new().read(&path),
            Err(ReadError::NotUtf8(2))
        ));
    }
}
