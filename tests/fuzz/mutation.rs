//! Changes to bytes, lines and words.

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};

/// One change. Places are fractions of whatever length the text has by then.
#[derive(Clone, Debug)]
pub(crate) enum Mutation {
    FlipBit(Index, u8),
    Delete(Index, usize),
    Duplicate(Index, usize, Index),
    Insert(Index, Vec<u8>),
    /// A piece of another seed.
    Splice(Index, Index, usize, Index),
    /// In place of the word at a place.
    Word(Index, String),
    /// The word at one place in place of the word at another.
    CopyWord(Index, Index),
    SwapLines(Index, Index),
    RepeatLine(Index, usize),
    DeleteLine(Index),
    /// All line endings.
    LineEndings(&'static str),
    Truncate(Index),
}

/// Changes whose inserted words are of a language.
fn mutation(words: &'static [&'static str]) -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    let word = hostile(words);
    prop_oneof![
        2 => (at(), 0_u8..8).prop_map(|(at, bit)| Mutation::FlipBit(at, bit)),
        2 => (at(), 1_usize..40).prop_map(|(at, length)| Mutation::Delete(at, length)),
        1 => (at(), 1_usize..200, at()).prop_map(|(from, length, to)| Mutation::Duplicate(from, length, to)),
        5 => (at(), word.clone()).prop_map(|(at, word)| Mutation::Insert(at, word.into_bytes())),
        1 => (at(), vec(any::<u8>(), 1..4)).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        3 => (at(), at(), 1_usize..400, at()).prop_map(|(other, from, length, to)| Mutation::Splice(other, from, length, to)),
        8 => (at(), word).prop_map(|(at, word)| Mutation::Word(at, word)),
        5 => (at(), at()).prop_map(|(from, to)| Mutation::CopyWord(from, to)),
        2 => (at(), at()).prop_map(|(a, b)| Mutation::SwapLines(a, b)),
        2 => (at(), 1_usize..30).prop_map(|(at, times)| Mutation::RepeatLine(at, times)),
        2 => at().prop_map(Mutation::DeleteLine),
        1 => select(&["\r\n", "\r", "\n\n", "\u{2028}"][..]).prop_map(Mutation::LineEndings),
        1 => at().prop_map(Mutation::Truncate),
    ]
}

/// Words that programs stumble over: those of the language, those of every language, repeated ones.
pub(crate) fn hostile(words: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    const ANY: &[&str] = &[
        "",
        "\0",
        "\u{feff}",
        "\u{202e}",
        "é",
        "e\u{301}",
        "🏥",
        "\u{2028}",
        "\u{85}",
        "\u{a0}",
        "\t",
        "\r",
        "\r\n",
        "\u{1b}[31m",
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "1e999999",
        "1e-999999",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551616",
        "99999999999999999999999999999999",
        "0.1e1",
        "1.7976931348623157e309",
        "NaN",
        "Infinity",
        "0x1F",
        "1_000",
        "\"",
        "'",
        "\\",
        "\\u0000",
        "\\ud800",
        "\"\"",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ",",
        ":",
        "=",
        "#",
        "//",
        "/*",
        "*/",
        "<!--",
        "]]>",
        "::error::",
        "%0A",
        "*",
        "?",
        "../",
        "/etc/passwd",
        "__proto__",
        "$",
        "@",
        "&",
        "|",
        "!",
        "~",
        "-",
        ">",
        "<",
        "..",
        "...",
    ];
    let long = (select(ANY), select(&[100_usize, 1000, 20_000][..]))
        .prop_map(|(word, times)| word.repeat(times));
    prop_oneof![
        12 => select(words).prop_map(str::to_owned),
        6 => select(ANY).prop_map(str::to_owned),
        1 => long,
        1 => (select(words), 50_usize..600).prop_map(|(word, times)| word.repeat(times)),
        1 => "\\PC{1,8}",
        1 => any::<i64>().prop_map(|number| number.to_string()),
    ]
}

/// A seed with a few changes, mostly few.
pub(crate) fn mutated(
    seeds: &'static [(String, Vec<u8>)],
    words: &'static [&'static str],
) -> impl Strategy<Value = (String, Vec<u8>)> {
    let changes = prop_oneof![6 => vec(mutation(words), 1..4), 1 => vec(mutation(words), 4..25)];
    (any::<Index>(), changes).prop_map(move |(seed, changes)| {
        let (path, bytes) = seed.get(seeds);
        let mut bytes = bytes.clone();
        for change in changes {
            change.apply(&mut bytes, seeds);
        }
        (path.clone(), bytes)
    })
}

impl Mutation {
    fn apply(self, bytes: &mut Vec<u8>, seeds: &[(String, Vec<u8>)]) {
        // One place more than there are bytes: the end is a place.
        let place = |at: Index, bytes: &[u8]| at.index(bytes.len() + 1);
        let piece = |at: Index, length: usize, bytes: &[u8]| {
            let from = place(at, bytes);
            from..(from + length).min(bytes.len())
        };
        match self {
            Self::FlipBit(at, bit) => {
                let at = place(at, bytes);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            Self::Delete(at, length) => drop(bytes.drain(piece(at, length, bytes))),
            Self::Duplicate(from, length, to) => {
                let copy = bytes[piece(from, length, bytes)].to_vec();
                let to = place(to, bytes);
                bytes.splice(to..to, copy);
            }
            Self::Insert(at, new) => {
                let at = place(at, bytes);
                bytes.splice(at..at, new);
            }
            Self::Splice(other, from, length, to) => {
                let (_, other) = other.get(seeds);
                let to = place(to, bytes);
                bytes.splice(to..to, other[piece(from, length, other)].iter().copied());
            }
            Self::Word(at, new) => {
                let range = word(place(at, bytes), bytes);
                bytes.splice(range, new.into_bytes());
            }
            Self::CopyWord(from, to) => {
                let copy = bytes[word(place(from, bytes), bytes)].to_vec();
                let range = word(place(to, bytes), bytes);
                bytes.splice(range, copy);
            }
            Self::SwapLines(a, b) => {
                let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
                if !lines.is_empty() {
                    let (a, b) = (a.index(lines.len()), b.index(lines.len()));
                    lines.swap(a, b);
                    *bytes = lines.concat();
                }
            }
            Self::RepeatLine(at, times) => {
                let range = line(place(at, bytes), bytes);
                let copy = bytes[range.clone()].repeat(times);
                bytes.splice(range.start..range.start, copy);
            }
            Self::DeleteLine(at) => drop(bytes.drain(line(place(at, bytes), bytes))),
            Self::LineEndings(ending) => {
                *bytes = bytes
                    .split(|byte| *byte == b'\n')
                    .collect::<Vec<_>>()
                    .join(ending.as_bytes());
            }
            Self::Truncate(at) => bytes.truncate(place(at, bytes)),
        }
    }
}

/// The word around a place, or the single byte there.
fn word(at: usize, bytes: &[u8]) -> std::ops::Range<usize> {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let start = bytes[..at]
        .iter()
        .rposition(|byte| !part(byte))
        .map_or(0, |before| before + 1);
    let end = bytes[at..]
        .iter()
        .position(|byte| !part(byte))
        .map_or(bytes.len(), |after| at + after);
    if start < end {
        start..end
    } else {
        at..(at + 1).min(bytes.len())
    }
}

/// The line around a place, with its ending.
fn line(at: usize, bytes: &[u8]) -> std::ops::Range<usize> {
    let start = bytes[..at]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |before| before + 1);
    let end = bytes[at..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |after| at + after + 1);
    start..end
}
