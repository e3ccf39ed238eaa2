//! Whether everything that a dump lists was restored, and whether what it belongs to is there.
//!
//! `pg_restore` and `psql` go by their own errors, and some of those are passed over on purpose: a role that is another
//! cluster's. The list is the dump's word, and the catalog of the scratch server says what there is.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
    fs::File,
    hash::{BuildHasher as _, RandomState},
    io::{BufRead, BufReader, Read as _},
};

use super::{Check, Outcome, Stage};
use crate::{
    context::Context,
    manifest::each_row,
    result::{Observed, Reason, Severity},
};

/// What a dump calls its entries (`src/bin/pg_dump/pg_dump.c`), and by what [`CATALOG`] calls them: nothing where an entry
/// makes no object of its own. The longest that fits is meant.
const KINDS: &[(&str, &str)] = &[
    ("TABLE", "relation"),
    ("TABLE DATA", ""),
    ("TABLE ATTACH", ""),
    ("FOREIGN TABLE", "relation"),
    ("VIEW", "relation"),
    ("MATERIALIZED VIEW", "relation"),
    ("MATERIALIZED VIEW DATA", ""),
    ("SEQUENCE", "relation"),
    ("SEQUENCE SET", ""),
    ("SEQUENCE OWNED BY", ""),
    ("INDEX", "relation"),
    ("INDEX ATTACH", ""),
    ("CONSTRAINT", "constraint"),
    ("CHECK CONSTRAINT", "constraint"),
    ("FK CONSTRAINT", "constraint"),
    ("DEFAULT", "default"),
    ("DEFAULT ACL", ""),
    ("TRIGGER", "trigger"),
    ("RULE", "rule"),
    ("POLICY", "policy"),
    ("ROW SECURITY", "row security"),
    ("FUNCTION", "function"),
    ("PROCEDURE", "function"),
    ("AGGREGATE", "function"),
    ("TYPE", "type"),
    ("DOMAIN", "type"),
    ("SCHEMA", "schema"),
    ("EXTENSION", "extension"),
    ("BLOB", "large object"),
    ("BLOB METADATA", ""),
    ("BLOBS", ""),
];

/// The objects of a database, as a dump names them: the kind, the schema and the name, which begins with the table's where the
/// object is a table's.
const CATALOG: &str = "
    with relation as (
        select c.oid, n.nspname || ' ' || c.relname as name, c.relrowsecurity
        from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname <> 'pg_catalog'
    )
    select 'relation ' || name from relation
    union all select 'row security ' || name from relation where relrowsecurity
    union all select 'constraint ' || r.name || ' ' || c.conname from pg_constraint c join relation r on r.oid = c.conrelid
    union all select 'constraint ' || n.nspname || ' ' || t.typname || ' ' || c.conname
        from pg_constraint c join pg_type t on t.oid = c.contypid join pg_namespace n on n.oid = t.typnamespace
    union all select 'default ' || r.name || ' ' || a.attname
        from pg_attrdef d join relation r on r.oid = d.adrelid join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    union all select 'trigger ' || r.name || ' ' || t.tgname from pg_trigger t join relation r on r.oid = t.tgrelid
    union all select 'rule ' || r.name || ' ' || w.rulename from pg_rewrite w join relation r on r.oid = w.ev_class
    union all select 'policy ' || r.name || ' ' || p.polname from pg_policy p join relation r on r.oid = p.polrelid
    union all select 'function ' || n.nspname || ' ' || p.proname
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname <> 'pg_catalog'
    union all select 'type ' || n.nspname || ' ' || t.typname
        from pg_type t join pg_namespace n on n.oid = t.typnamespace where n.nspname <> 'pg_catalog'
    union all select 'schema - ' || nspname from pg_namespace
    union all select 'extension - ' || extname from pg_extension
    union all select 'large object - ' || oid from pg_largeobject_metadata";

/// The word that begins the line in a list from which on another database is meant.
pub(crate) const CONNECT: &str = "\\connect ";

/// The longest line of a list that is read, in bytes: what is behind is passed over. Names have 63.
const LINE_LIMIT: u64 = 1 << 18;

/// Names, of each a hash alone: a database may have very many objects. Who made the backup does not know the key, and that one of a million
/// names has the hash of another that is missing happens once in 2^44 times.
#[derive(Default)]
struct Names {
    hashes: HashSet<u64>,
    key: RandomState,
}

impl Names {
    fn add(&mut self, name: &str) {
        self.hashes.insert(self.key.hash_one(name));
    }

    fn contains(&self, name: &str) -> bool {
        self.hashes.contains(&self.key.hash_one(name))
    }
}

/// Reads the next line of a list. False where there is none.
fn next_line(list: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, Outcome> {
    line.clear();
    let mut begin = list.by_ref().take(LINE_LIMIT);
    let is_line = begin.read_until(b'\n', line).map_err(|_| unread())? > 0;
    if begin.limit() == 0 && !line.ends_with(b"\n") {
        list.skip_until(b'\n').map_err(|_| unread())?;
    }
    Ok(is_line)
}

pub(super) struct Objects;

impl Check for Objects {
    fn id(&self) -> String {
        "objects".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Critical
    }

    fn stage(&self) -> Stage {
        Stage::Running
    }

    fn run(&self, context: &mut Context) -> Outcome {
        let counted = match count(context) {
            Ok(counted) => counted,
            Err(outcome) => return outcome,
        };
        let tables = [
            "TABLE",
            "FOREIGN TABLE",
            "VIEW",
            "MATERIALIZED VIEW",
            "SEQUENCE",
        ];
        let outcome = if counted.missing.is_empty() {
            Outcome::pass()
        } else if tables.iter().any(|kind| counted.missing.contains_key(kind)) {
            Outcome::fail(Reason::TableMissing)
        } else {
            Outcome::fail(Reason::SchemaMismatch)
        };
        let mut seen: Vec<String> = counted
            .missing
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        if seen.is_empty() {
            seen.push("none".to_owned());
        }
        let mut seen = format!("missing: {}", seen.join(", "));
        if counted.unread > 0 {
            let _ = write!(seen, "; {} names are not UTF-8", counted.unread);
        }
        outcome
            .expected(format!(
                "the {} objects of the dump's own list",
                counted.all
            ))
            .observed(Observed::text(&seen))
    }
}

/// Whether the roles that own what a dump lists are there. It warns: a dump of one database holds no roles, so that whoever restores it for good
/// needs them from elsewhere.
pub(super) struct Roles;

impl Roles {
    fn look(context: &Context) -> Result<usize, Outcome> {
        let mut client = context
            .connect("postgres")
            .map_err(|failure| Outcome::error(failure.reason))?;
        let roles: HashSet<String> = client
            .query("select rolname::text from pg_roles", &[])
            .map_err(|error| super::sql::failed(&error))?
            .iter()
            .map(|row| row.get(0))
            .collect();
        let mut absent = Names::default();
        let mut list = listed(context)?;
        let mut line = Vec::new();
        while next_line(&mut list, &mut line)? {
            if let Some(owner) = std::str::from_utf8(&line)
                .ok()
                .and_then(|line| absent_owner(line, &roles))
            {
                absent.add(owner);
            }
        }
        Ok(absent.hashes.len())
    }
}

/// The owner that ends a line of a list, where no role is of this name. A name with spaces in it is told by its last word.
fn absent_owner<'l>(line: &'l str, roles: &HashSet<String>) -> Option<&'l str> {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let is_entry = line.split_once("; ").is_some_and(|(number, _)| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    // Without an owner there is nothing behind the last space.
    let owner = line.rsplit_once(' ').map(|(_, owner)| owner)?;
    let is_known = line.match_indices(' ').any(|(at, _)| {
        line.get(at + 1..)
            .is_some_and(|owner| roles.contains(owner))
    });
    (is_entry && !owner.is_empty() && !is_known).then_some(owner)
}

impl Check for Roles {
    fn id(&self) -> String {
        "roles".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Medium
    }

    fn required(&self) -> bool {
        false
    }

    fn stage(&self) -> Stage {
        Stage::Running
    }

    fn run(&self, context: &mut Context) -> Outcome {
        let outcome = match Self::look(context) {
            Ok(0) => Outcome::pass().observed(0),
            Ok(absent) => Outcome::fail(Reason::SchemaMismatch).observed(absent as u64),
            Err(outcome) => return outcome,
        };
        outcome.expected(
            "0 owners without a role: back up `pg_dumpall --roles-only` too, and name the roles in target.engine.postgres.roles",
        )
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    all: u64,
    /// How many of each kind, as the dump calls it, are not there.
    missing: BTreeMap<&'static str, u64>,
    /// Names in the encoding of a dump that is not UTF-8.
    unread: u64,
}

impl Counted {
    /// Looks for what a line of a list names among the objects of its database.
    fn look(&mut self, line: &[u8], here: &Names) {
        let Ok(line) = std::str::from_utf8(line) else {
            self.unread += 1;
            return;
        };
        let Some((kind, group, name)) = entry(line) else {
            return;
        };
        self.all += 1;
        if !is_among(group, name, here) {
            *self.missing.entry(kind).or_default() += 1;
        }
    }
}

fn unread() -> Outcome {
    Outcome::not_run(
        Reason::RunnerLost,
        "the list that the dump has of its objects could not be read",
    )
}

fn listed(context: &Context) -> Result<BufReader<File>, Outcome> {
    let list = context.objects.as_ref().ok_or_else(unread)?;
    // Who restored could have put a pipe in its place.
    let list = crate::location::open_file(list).map_err(|_| unread())?;
    Ok(BufReader::new(list))
}

fn count(context: &Context) -> Result<Counted, Outcome> {
    let mut list = listed(context)?;
    let mut here = match &context.dumped {
        Some(name) => objects(context, name)?,
        None => Names::default(),
    };
    let mut counted = Counted::default();
    let mut line = Vec::new();
    while next_line(&mut list, &mut line)? {
        let line = line.trim_ascii_end();
        if let Some(name) = line.strip_prefix(CONNECT.as_bytes()) {
            here = objects(context, &String::from_utf8_lossy(name))?;
        } else {
            counted.look(line, &here);
        }
    }
    Ok(counted)
}

/// The objects of a database, a line break in a name being a space, as in a list.
fn objects(context: &Context, database: &str) -> Result<Names, Outcome> {
    let mut client = context
        .connect(database)
        .map_err(|failure| Outcome::error(failure.reason))?;
    let mut names = Names::default();
    each_row(&mut client, CATALOG, |row| {
        let name: &str = row.try_get(0)?;
        names.add(&name.replace(['\n', '\r'], " "));
        Ok(())
    })
    .map_err(|error| super::sql::failed(&error))?;
    Ok(names)
}

/// The kind, the kind's name in the catalog, and the rest of a line of `pg_restore --list`: `215; 1259 16392 TABLE public patients
/// postgres`.
fn entry(line: &str) -> Option<(&'static str, &'static str, &str)> {
    let (number, rest) = line.split_once("; ")?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut words = rest.splitn(3, ' ');
    let (catalog, oid, rest) = (words.next()?, words.next()?, words.next()?);
    if ![number, catalog, oid].into_iter().all(is_number) {
        return None;
    }
    KINDS
        .iter()
        .filter_map(|(kind, group)| {
            Some((*kind, *group, rest.strip_prefix(kind)?.strip_prefix(' ')?))
        })
        .max_by_key(|(kind, ..)| kind.len())
        .filter(|(_, group, _)| !group.is_empty())
}

/// Whether an object is there whose schema and name a text begins with. The owner follows them, and a function's arguments; names may
/// have spaces.
fn is_among(group: &str, name: &str, here: &Names) -> bool {
    let ends = name
        .char_indices()
        .filter(|(_, sign)| matches!(sign, ' ' | '('))
        .map(|(at, _)| at)
        .chain([name.len()]);
    let mut key = format!("{group} ");
    let begin = key.len();
    ends.filter_map(|end| name.get(..end)).any(|name| {
        key.truncate(begin);
        key.push_str(name);
        here.contains(&key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines as `pg_restore --list` of PostgreSQL 15 writes them.
    const LIST: &str = "\
;
; Archive created at 2026-11-30 01:20:00 UTC
7; 2615 16387 SCHEMA - odd schema postgres
2; 3079 16388 EXTENSION - citext 
3523; 0 0 COMMENT - EXTENSION citext 
219; 1259 16514 TABLE odd schema odd table postgres
273; 1255 16555 FUNCTION public f(integer, \"odd schema\".\"odd table\") postgres
3339; 0 0 TABLE ATTACH public parts1 postgres
3340; 2604 16506 DEFAULT public patients id postgres
3512; 0 16514 TABLE DATA odd schema odd table postgres
3525; 0 0 SEQUENCE SET odd schema odd table_id_seq postgres
3342; 2606 16544 CHECK CONSTRAINT public enc late postgres
3507; 0 16535 ROW SECURITY public enc postgres
3508; 3256 16562 POLICY public enc pol postgres
3509; 2613 90001 BLOB - 90001 postgres
3526; 0 0 BLOBS - BLOBS 
";

    #[test]
    fn an_owner_that_is_no_role_is_told() {
        let roles = HashSet::from(["postgres".to_owned(), "the clerk".to_owned()]);
        for (line, absent) in [
            (
                "219; 1259 16514 TABLE odd schema odd table postgres\n",
                None,
            ),
            ("219; 1259 16514 TABLE public notes the clerk\n", None),
            ("219; 1259 16514 TABLE public notes app\n", Some("app")),
            ("2; 3079 16388 EXTENSION - citext \n", None),
            ("; Archive created at 2026-11-30 01:20:00 UTC\n", None),
            ("\\connect ehr\n", None),
        ] {
            assert_eq!(absent_owner(line, &roles), absent, "{line}");
        }
    }

    #[test]
    fn what_a_list_names_is_looked_for() {
        let all = [
            "schema - odd schema",
            "extension - citext",
            "relation odd schema odd table",
            "function public f",
            "default public patients id",
            "constraint public enc late",
            "row security public enc",
            "policy public enc pol",
            "large object - 90001",
        ];
        let count = |here: &[&str]| {
            let here = names(here);
            let mut counted = Counted::default();
            for line in LIST.lines() {
                counted.look(line.as_bytes(), &here);
            }
            counted
        };
        assert_eq!(
            count(&all),
            Counted {
                all: 9,
                ..Counted::default()
            }
        );
        for lost in 0..all.len() {
            let mut here = all.to_vec();
            here.remove(lost);
            let missing = count(&here).missing;
            assert_eq!(missing.values().sum::<u64>(), 1, "{}", all[lost]);
        }
        let mut counted = Counted::default();
        counted.look(b"1; 2 3 TABLE public caf\xe9 postgres", &Names::default());
        assert_eq!((counted.all, counted.unread), (0, 1));
    }

    fn names(all: &[&str]) -> Names {
        let mut names = Names::default();
        for name in all {
            names.add(name);
        }
        names
    }

    #[test]
    fn a_line_of_any_length_is_one_line() {
        let limit = usize::try_from(LINE_LIMIT).unwrap();
        for length in [0, limit - 1, limit, limit + 1, 3 * limit] {
            let text = format!("{}\nnext", "x".repeat(length));
            let mut list = text.as_bytes();
            let mut line = Vec::new();
            assert!(next_line(&mut list, &mut line).is_ok_and(|is| is));
            assert!(line.len() <= limit && line.starts_with(&text.as_bytes()[..length.min(limit)]));
            assert!(next_line(&mut list, &mut line).is_ok_and(|is| is));
            assert_eq!(line, b"next");
            assert!(next_line(&mut list, &mut line).is_ok_and(|is| !is));
        }
    }
}
