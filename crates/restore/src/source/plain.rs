//! A plain dump on its way to psql: what it lists, and what it may not do here.

use std::io::{self, BufRead as _, Read, Write};

use crate::{check::CONNECT, context::Failure, result::Reason};

/// The longest line that is looked at, in bytes: a `COPY` of 1600 columns, the most that a table has.
const LINE_LIMIT: usize = 1 << 18;

/// The end of a table's rows.
const END_OF_ROWS: &[u8] = b"\\.";

/// Reads a plain dump and notes what it lists.
///
/// Each entry has three lines of comment at its head: `--`, `-- Name: patients; Type: TABLE; Schema: public; Owner: postgres`, `--`.
pub(super) struct Plain<R, W> {
    dump: R,
    list: W,
    line: Vec<u8>,
    /// Whether the line before was `--`.
    in_comment: bool,
    /// Whether these are rows of a `COPY`.
    in_rows: bool,
    /// Whether these are the roles and tablespaces of a whole cluster, which come before its databases.
    in_globals: bool,
    refused: Option<Failure>,
}

impl<R: Read, W: Write> Plain<R, W> {
    /// Over a dump, of one database or of a whole cluster. The list is as [`crate::Context::objects`] has it.
    pub(super) const fn new(dump: R, is_of_cluster: bool, list: W) -> Self {
        Self {
            dump,
            list,
            line: Vec::new(),
            in_comment: false,
            in_rows: false,
            in_globals: is_of_cluster,
            refused: None,
        }
    }

    /// Ends the list. The failure is what the dump was not let do, or that the list could not be written.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        let flushed = self.list.flush();
        match self.refused {
            Some(refused) => Err(refused),
            None => flushed.map_err(|error| Failure::system("scratch", &error)),
        }
    }

    fn scan(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let all = bytes;
            let count = bytes.skip_until(b'\n')?;
            let piece = all.get(..count).unwrap_or_default();
            // Of a row no more than tells whether it is the end of them.
            let limit = if self.in_rows {
                END_OF_ROWS.len() + 2
            } else {
                LINE_LIMIT
            };
            let room = limit.saturating_sub(self.line.len()).min(count);
            self.line
                .extend_from_slice(piece.get(..room).unwrap_or_default());
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                self.look(line.trim_ascii_end())?;
                self.line = line;
                self.line.clear();
            }
        }
        Ok(())
    }

    fn look(&mut self, line: &[u8]) -> io::Result<()> {
        if self.in_rows {
            self.in_rows = line != END_OF_ROWS;
            return Ok(());
        }
        self.in_rows = line.starts_with(b"COPY ") && line.ends_with(b" FROM stdin;");
        if self.in_globals && line.starts_with(b"CREATE TABLESPACE ") {
            let refused = Failure::new(
                Reason::ConfigError,
                "the dump makes tablespaces, in folders of the machine that was dumped: dump with pg_dumpall --no-tablespaces",
            );
            self.refused = Some(refused.clone());
            return Err(io::Error::other(refused));
        }
        if let Some(name) = line.strip_prefix(CONNECT.as_bytes()) {
            self.in_globals = false;
            let name = database(&String::from_utf8_lossy(name));
            writeln!(self.list, "{CONNECT}{name}")?;
        }
        if self.in_comment
            && let Some(entry) = line.strip_prefix(b"-- Name: ")
        {
            self.note(entry)?;
        }
        self.in_comment = line == b"--";
        Ok(())
    }

    /// Notes an entry as `pg_restore --list` would: without its numbers, and in the dump's encoding.
    fn note(&mut self, entry: &[u8]) -> io::Result<()> {
        let (rest, schema) = split_last(entry, b"; Schema: ");
        let (name, kind) = split_last(rest, b"; Type: ");
        let at = schema
            .windows(OWNER.len())
            .position(|window| window == OWNER);
        let (schema, owner) = at
            .and_then(|at| schema.split_at_checked(at))
            .unwrap_or((schema, b""));
        let owner = owner.strip_prefix(OWNER).unwrap_or(owner);
        // Behind it the tablespace may stand.
        let end = owner
            .windows(2)
            .position(|window| window == b"; ")
            .unwrap_or(owner.len());
        let owner = owner.get(..end).unwrap_or_default().trim_ascii_start();
        self.list.write_all(b"0; 0 0 ")?;
        for part in [kind, b" ", schema, b" ", name, b" ", owner, b"\n"] {
            self.list.write_all(part)?;
        }
        Ok(())
    }
}

const OWNER: &[u8] = b"; Owner:";

/// What stands before the last of these words, and what behind it.
fn split_last<'t>(text: &'t [u8], words: &[u8]) -> (&'t [u8], &'t [u8]) {
    text.windows(words.len())
        .rposition(|window| window == words)
        .and_then(|at| Some((text.get(..at)?, text.get(at + words.len()..)?)))
        .unwrap_or((text, b""))
}

impl<R: Read, W: Write> Read for Plain<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.dump.read(buffer)?;
        self.scan(buffer.get(..count).unwrap_or_default())?;
        Ok(count)
    }
}

/// The database that a `\connect` of `pg_dumpall` names (`src/fe_utils/string_utils.c`, `appendPsqlMetaConnect`).
fn database(words: &str) -> String {
    let unquoted = |text: &str| {
        text.strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .map_or_else(|| text.to_owned(), |text| text.replace("\"\"", "\""))
    };
    let Some(parameters) = words.strip_prefix("-reuse-previous=on ") else {
        return unquoted(words);
    };
    let parameters = unquoted(parameters);
    let value = parameters.strip_prefix("dbname=").unwrap_or(&parameters);
    let Some(value) = value
        .strip_prefix('\'')
        .and_then(|value| value.strip_suffix('\''))
    else {
        return value.to_owned();
    };
    let mut name = String::new();
    let mut signs = value.chars();
    while let Some(sign) = signs.next() {
        name.extend(if sign == '\\' {
            signs.next()
        } else {
            Some(sign)
        });
    }
    name
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As `pg_dump` and `pg_dumpall` of PostgreSQL 15 write it.
    const DUMP: &[u8] = b"--
-- PostgreSQL database cluster dump
--

CREATE ROLE postgres;

\\connect template1

\\connect -reuse-previous=on \"dbname='odd \"\"name'\"

--
-- Name: odd table; Type: TABLE; Schema: odd schema; Owner: postgres
--

CREATE TABLE \"odd schema\".\"odd table\" (id integer);

CREATE TABLESPACE is a sentence in a comment, behind the globals

--
-- Name: a; Type: b; Type: VIEW; Schema: public; Owner: o; Tablespace: far
--

--
-- Data for Name: odd table; Type: TABLE DATA; Schema: odd schema; Owner: postgres
--

COPY \"odd schema\".\"odd table\" (id) FROM stdin;
--
-- Name: no entry; Type: TABLE; Schema: public; Owner: postgres
\\\\.
\\.

\\connect \"Ehr\"
--
-- Name: EXTENSION citext; Type: COMMENT; Schema: -; Owner: 
--
";

    const LIST: &str = "\\connect template1
\\connect odd \"name
0; 0 0 TABLE odd schema odd table postgres
0; 0 0 VIEW public a; Type: b o
\\connect Ehr
0; 0 0 COMMENT - EXTENSION citext \n";

    /// The list, the bytes that came through, and how it ended.
    fn read(
        dump: &[u8],
        chunk: usize,
        is_of_cluster: bool,
    ) -> (String, Vec<u8>, Result<(), Failure>) {
        let mut list = Vec::new();
        let mut through = Vec::new();
        let mut plain = Plain::new(dump, is_of_cluster, &mut list);
        let mut buffer = vec![0; chunk];
        while let Ok(count @ 1..) = plain.read(&mut buffer) {
            through.extend_from_slice(&buffer[..count]);
        }
        let ended = plain.finish();
        (String::from_utf8_lossy(&list).into_owned(), through, ended)
    }

    #[test]
    fn the_entries_of_a_dump_are_listed_however_it_is_cut() {
        for chunk in [1, 2, 3, 7, 64, 4096] {
            let (list, through, ended) = read(DUMP, chunk, true);
            assert_eq!(list, LIST, "{chunk}");
            assert_eq!(through, DUMP);
            assert_eq!(ended, Ok(()));
        }
    }

    #[test]
    fn a_cluster_makes_no_tablespaces_here() {
        let dump = b"CREATE TABLESPACE far OWNER postgres LOCATION '/srv/far';\n\\connect ehr\n";
        let (_, through, ended) = read(dump, 4096, true);
        assert!(through.is_empty());
        assert_eq!(ended.unwrap_err().reason, Reason::ConfigError);
        assert_eq!(read(dump, 4096, false).2, Ok(()));
    }

    proptest! {
        #[test]
        fn every_byte_comes_through(
            pieces in prop::collection::vec(
                prop_oneof![
                    Just(b"--\n".to_vec()), Just(b"-- Name: ".to_vec()), Just(b"; Schema: ".to_vec()), Just(b"; Type: ".to_vec()),
                    Just(b"COPY t FROM stdin;\n".to_vec()), Just(b"\\.\n".to_vec()), Just(b"\\connect ".to_vec()),
                    prop::collection::vec(any::<u8>(), 0..20),
                ],
                0..40,
            ),
            chunk in 1_usize..50,
        ) {
            let dump = pieces.concat();
            let (_, through, ended) = read(&dump, chunk, false);
            prop_assert_eq!(through, dump);
            prop_assert_eq!(ended, Ok(()));
        }
    }
}
