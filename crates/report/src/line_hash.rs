//! The hashes by which code scanning finds an alert again after lines moved.
//!
//! GitHub's upload action computes them from the files where a SARIF file lacks them; the API does not. What is hashed are the
//! first hundred UTF-16 units from the start of a line, without spaces and tabs and with every line ending as one newline, read
//! as the digits of a number to the base 37, modulo 2^64. The end of the file counts as one unit 0xFFFF, and zeros behind it.
//! The hash is written in hexadecimal, with the number of its occurrence in the file behind a colon.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hipaa_iac_source::{FileId, Sources};

use crate::result::Finding;

/// How many units count.
const WINDOW: usize = 100;

/// The base.
const BASE: u64 = 37;

/// The hashes of the lines that findings point at.
pub(crate) struct LineHashes(HashMap<FileId, BTreeMap<u32, String>>);

impl LineHashes {
    /// Reads each file that a finding points at once.
    pub(crate) fn of<'a>(findings: impl Iterator<Item = &'a Finding>, sources: &Sources) -> Self {
        let mut wanted: HashMap<FileId, BTreeSet<u32>> = HashMap::new();
        for (file, line) in findings.filter_map(hashable) {
            wanted.entry(file).or_default().insert(line);
        }
        let hashed = |(id, lines): (FileId, BTreeSet<u32>)| {
            Some((id, of_lines(sources.get(id)?.text(), &lines)))
        };
        Self(wanted.into_iter().filter_map(hashed).collect())
    }

    /// The hash for a finding's line.
    pub(crate) fn get(&self, finding: &Finding) -> Option<String> {
        let (file, line) = hashable(finding)?;
        self.0.get(&file)?.get(&line).cloned()
    }
}

/// The line that a finding is found again by. From the hash of a line that holds a secret, the secret could be guessed.
fn hashable(finding: &Finding) -> Option<(FileId, u32)> {
    if finding.sensitive {
        return None;
    }
    Some((finding.span?.file, finding.resource.line?))
}

/// The hashes of the wanted lines (from 1) of a text.
fn of_lines(text: &str, wanted: &BTreeSet<u32>) -> BTreeMap<u32, String> {
    let mut rolling = Rolling {
        window: [0; WINDOW],
        starts: [None; WINDOW],
        at: 0,
        hash: 0,
        highest: (0..WINDOW).fold(1_u64, |power, _| power.wrapping_mul(BASE)),
        seen: HashMap::new(),
        hashes: BTreeMap::new(),
    };
    let mut line = 0_u32;
    let mut line_begins = true;
    let mut after_return = false;
    for unit in text.encode_utf16().chain([u16::MAX]) {
        let newline_of_return = after_return && unit == u16::from(b'\n');
        after_return = unit == u16::from(b'\r');
        if newline_of_return || unit == u16::from(b' ') || unit == u16::from(b'\t') {
            continue;
        }
        let unit = if after_return { u16::from(b'\n') } else { unit };
        rolling.finish(wanted);
        if line_begins {
            line += 1;
            rolling.begin(line);
        }
        line_begins = unit == u16::from(b'\n');
        rolling.push(unit);
    }
    for _ in 0..WINDOW {
        rolling.finish(wanted);
        rolling.push(0);
    }
    rolling.hashes
}

/// The last hundred units and their hash.
struct Rolling {
    window: [u16; WINDOW],
    /// The line that begins at a unit of the window.
    starts: [Option<u32>; WINDOW],
    /// The oldest unit of the window.
    at: usize,
    hash: u64,
    /// 37 to the power of the window's length.
    highest: u64,
    seen: HashMap<u64, u32>,
    hashes: BTreeMap<u32, String>,
}

impl Rolling {
    /// The line that began a whole window ago has its hash now.
    fn finish(&mut self, wanted: &BTreeSet<u32>) {
        let Some(line) = self.starts.get_mut(self.at).and_then(Option::take) else {
            return;
        };
        let nth = self.seen.entry(self.hash).or_insert(0);
        *nth += 1;
        if wanted.contains(&line) {
            self.hashes.insert(line, format!("{:x}:{nth}", self.hash));
        }
    }

    /// A line begins with the next unit.
    fn begin(&mut self, line: u32) {
        if let Some(start) = self.starts.get_mut(self.at) {
            *start = Some(line);
        }
    }

    fn push(&mut self, unit: u16) {
        let Some(slot) = self.window.get_mut(self.at) else {
            return;
        };
        let oldest = std::mem::replace(slot, unit);
        self.hash = self
            .hash
            .wrapping_mul(BASE)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(self.highest.wrapping_mul(u64::from(oldest)));
        self.at = (self.at + 1) % WINDOW;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        of_lines(text, &(1..=20).collect()).into_values().collect()
    }

    // The vectors are those of github/codeql-action, src/fingerprints.test.ts (MIT).
    #[test]
    fn hashes_are_those_of_the_upload_action() {
        assert_eq!(all(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            all(" a\nb\n  \t\tc\n d"),
            [
                "271789c17abda88f:1",
                "54703d4cd895b18:1",
                "180aee12dab6264:1",
                "a23a3dc5e078b07b:1"
            ]
        );
        let greetings = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        assert_eq!(
            all(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n"),
            greetings
        );
        assert_eq!(
            all(" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r"),
            greetings
        );
        assert_eq!(
            all(" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n"),
            greetings
        );
        assert_eq!(
            all(" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n"),
            greetings
        );
    }

    #[test]
    fn equal_lines_are_counted() {
        assert_eq!(
            all(&"Lorem ipsum dolor sit amet.\n".repeat(10)),
            [
                "a7f2ff13bc495cf2:1",
                "a7f2ff13bc495cf2:2",
                "a7f2ff13bc495cf2:3",
                "a7f2ff13bc495cf2:4",
                "a7f2ff13bc495cf2:5",
                "a7f2ff13bc495cf2:6",
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1",
            ]
        );
    }
}
