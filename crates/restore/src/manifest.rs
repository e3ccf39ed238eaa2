//! The producer's manifest: what a backup must hold, said and signed where it was made.
//!
//! Only such a statement finds what was damaged before it was encrypted. It is an in-toto statement about the
//! backup's file, signed with a key of the producer's own; the digests of rows in it are keyed, for a plain digest of
//! few possible rows tells the rows.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::Path,
};

use hipaa_iac_evidence::{Envelope, PublicKey, Signer, Statement, Subject};
use hmac::{Hmac, KeyInit as _, Mac as _};
use postgres::{
    GenericClient, IsolationLevel, Row, error::SqlState, fallible_iterator::FallibleIterator as _,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    canary::KEY_LENGTH,
    check::evaluate,
    config::Value,
    result::Time,
    stream::{self, hex},
};

/// The type of the statement.
pub const PREDICATE_TYPE: &str = "https://hipaa-iac.dev/attestation/backup-manifest/v1";

/// The version of [`Manifest`].
const VERSION: &str = "1.0";

/// The largest envelope that is read, in bytes.
///
/// It is held as a whole, with what is read of it: one as long as this makes a run take 51 MiB.
pub const LIMIT: u64 = 8 << 20;

/// What went wrong with a manifest. Nothing of the server's text is in it, for that may quote rows.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// No envelope, or nobody who is trusted has signed it.
    #[error(transparent)]
    Envelope(#[from] hipaa_iac_evidence::EnvelopeError),
    /// A statement that cannot be made.
    #[error(transparent)]
    Statement(#[from] hipaa_iac_evidence::StatementError),
    /// Signed, but about something else.
    #[error("the signed statement is no manifest of a backup, version 1")]
    Form,
    /// The server refused.
    #[error(
        "the server refuses (SQLSTATE {0}): the role must be able to read every table, as pg_dump must"
    )]
    Refused(String),
    /// The server could not be reached.
    #[error("the server cannot be reached, or closed the session")]
    Unreachable,
    /// Whoever has the manifest could guess what it digests.
    #[error("the key of the digests is shorter than {KEY_LENGTH} bytes")]
    ShortKey,
    /// A query for a value.
    #[error("the query for the value `{0}` does not give one number or boolean")]
    Value(String),
    /// The backup's file.
    #[error("the backup cannot be read: {0}")]
    Artifact(#[from] io::Error),
}

impl From<postgres::Error> for ManifestError {
    fn from(error: postgres::Error) -> Self {
        error
            .code()
            .map(SqlState::code)
            .map_or(Self::Unreachable, |code| Self::Refused(code.to_owned()))
    }
}

/// What a backup must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// `1.0`.
    pub schema_version: String,
    /// The server's moment of the snapshot.
    pub produced_at: Time,
    /// The size of the backup's file as stored, in bytes.
    pub size_bytes: u64,
    /// What the database held.
    pub content: Content,
    /// What the other databases of its cluster held, for a backup of a whole cluster. Each was looked at by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Content>,
}

/// What a database holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Content {
    /// The database.
    pub database: String,
    /// The server's version.
    pub server_version: String,
    /// The hash of its definitions.
    pub schema_digest: String,
    /// Its tables by name, with their schema.
    pub tables: BTreeMap<String, Table>,
    /// Its sequences by name, with how far they are.
    pub sequences: BTreeMap<String, i64>,
    /// Its extensions by name, with their version.
    pub extensions: BTreeMap<String, String>,
    /// What else the producer asked for, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Scalar>,
}

/// A table's content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its rows.
    pub rows: u64,
    /// The keyed digest of them, in any order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// A number or a boolean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(f64),
}

impl From<Scalar> for Value {
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Boolean(value) => Self::Boolean(value),
            Scalar::Number(value) => Self::Number(value),
        }
    }
}

/// What is looked at beyond counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look<'a> {
    /// The key of the digests; without it rows are only counted.
    pub digest_key: Option<&'a [u8]>,
    /// Queries for values, by name.
    pub values: &'a [(String, String)],
}

/// The table that has a row for each large object. It is counted where there are any, and not digested: its rows name roles by numbers.
pub(crate) const LARGE_OBJECTS: &str = "pg_catalog.pg_largeobject_metadata";

/// Tables whose rows every kind of backup keeps: not those of extensions, not temporary or unlogged ones. Large objects are none of a
/// schema's, and left out of a dump of one.
const TABLES: &str = "
    select format('%I.%I', n.nspname, c.relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relpersistence = 'p'
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (select from pg_depend d
                      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    union all
    select 'pg_catalog.pg_largeobject_metadata' where exists (select from pg_catalog.pg_largeobject_metadata)
    order by 1";

const SEQUENCES: &str = "
    select format('%I.%I', n.nspname, c.relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'S' and c.relpersistence = 'p'
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (select from pg_depend d
                      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by 1";

/// Every definition that a dump carries, one a row, in an order that does not depend on the server.
const DEFINITIONS: &str = r#"
    with mine as (
        select c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) as name
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
          and not exists (select from pg_depend d
                          where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    ), definitions(line) as (
        select concat_ws(' ', 'column', m.name, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                         a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
        from mine m join pg_attribute a on a.attrelid = m.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where m.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
        union all
        select concat_ws(' ', 'constraint', m.name, quote_ident(c.conname), pg_get_constraintdef(c.oid))
        from mine m join pg_constraint c on c.conrelid = m.oid where c.contype <> 'n'
        union all
        select concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid))
        from mine m join pg_index i on i.indrelid = m.oid
        union all
        select concat_ws(' ', 'view', m.name, pg_get_viewdef(m.oid))
        from mine m where m.relkind in ('v', 'm')
        union all
        select concat_ws(' ', 'trigger', m.name, pg_get_triggerdef(t.oid))
        from mine m join pg_trigger t on t.tgrelid = m.oid and not t.tgisinternal
        union all
        select concat_ws(' ', 'policy', m.name, quote_ident(p.polname), p.polcmd, p.polpermissive,
                         pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
        from mine m join pg_policy p on p.polrelid = m.oid
        union all
        select concat_ws(' ', 'function', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid),
                         p.prokind, md5(coalesce(p.prosrc, '')))
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
          and not exists (select from pg_depend d
                          where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    )
    select line from definitions order by line collate "C""#;

/// The settings that the text of a row depends on. Row security must not hide rows: without it the query fails.
const SETTINGS: &str = "
    set local timezone = 'UTC';
    set local datestyle = 'ISO, YMD';
    set local intervalstyle = 'postgres';
    set local extra_float_digits = 1;
    set local bytea_output = 'hex';
    set local lc_monetary = 'C';
    set local xmloption = 'content';
    set local quote_all_identifiers = off;
    set local search_path = pg_catalog;
    set local row_security = off;";

impl Content {
    /// Looks at a database within a transaction, whose settings it changes.
    pub fn observe(client: &mut impl GenericClient, look: Look<'_>) -> Result<Self, ManifestError> {
        if let Some(key) = look.digest_key {
            of_length(key)?;
        }
        settle(client)?;
        let row = client.query_one(
            "select current_database()::text, current_setting('server_version')",
            &[],
        )?;
        let mut content = Self {
            database: row.try_get(0)?,
            server_version: row
                .try_get::<_, String>(1)?
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_owned(),
            ..Self::default()
        };
        content.sequences = sequences(client)?;
        content.extensions = extensions(client)?;
        content.schema_digest = schema_digest(client)?;
        for name in tables(client)? {
            let table = observe_table(client, &name, look.digest_key)?;
            content.tables.insert(name, table);
        }
        for (name, query) in look.values {
            let value = match evaluate(client, query) {
                Ok(Some(Value::Number(value))) => Scalar::Number(value),
                Ok(Some(Value::Boolean(value))) => Scalar::Boolean(value),
                _ => return Err(ManifestError::Value(name.clone())),
            };
            content.values.insert(name.clone(), value);
        }
        Ok(content)
    }
}

/// Sets what the text of a row depends on, for the rest of a transaction.
pub(crate) fn settle(client: &mut impl GenericClient) -> Result<(), postgres::Error> {
    client.batch_execute(SETTINGS)
}

/// The names of the tables, quoted where they must be.
pub(crate) fn tables(
    client: &mut impl GenericClient,
) -> Result<std::collections::BTreeSet<String>, postgres::Error> {
    let mut all = std::collections::BTreeSet::new();
    each_row(client, TABLES, |row| {
        all.insert(row.try_get(0)?);
        Ok(())
    })?;
    Ok(all)
}

/// Looks at each row of a query, one at a time: a database may have very many objects.
pub(crate) fn each_row(
    client: &mut impl GenericClient,
    query: &str,
    mut look: impl FnMut(&Row) -> Result<(), postgres::Error>,
) -> Result<(), postgres::Error> {
    let mut rows = client.query_raw(query, std::iter::empty::<bool>())?;
    while let Some(row) = rows.next()? {
        look(&row)?;
    }
    Ok(())
}

/// How far the sequences are: the last value given, or one before the first.
pub(crate) fn sequences(
    client: &mut impl GenericClient,
) -> Result<BTreeMap<String, i64>, postgres::Error> {
    let mut all = BTreeMap::new();
    for row in client.query(SEQUENCES, &[])? {
        let name: String = row.try_get(0)?;
        let query = format!(
            "select case when is_called then last_value else last_value - 1 end from {name}"
        );
        all.insert(name, client.query_one(&query, &[])?.try_get(0)?);
    }
    Ok(all)
}

/// The extensions, with their version.
pub(crate) fn extensions(
    client: &mut impl GenericClient,
) -> Result<BTreeMap<String, String>, postgres::Error> {
    client
        .query(
            "select extname::text, extversion from pg_extension order by 1",
            &[],
        )?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

/// `sha256:` and the hash of every definition.
pub(crate) fn schema_digest(client: &mut impl GenericClient) -> Result<String, postgres::Error> {
    let mut hash = Sha256::new();
    each_row(client, DEFINITIONS, |row| {
        let line: &str = row.try_get(0)?;
        hash.update(line.as_bytes());
        hash.update(b"\0");
        Ok(())
    })?;
    Ok(format!("sha256:{}", hex(&hash.finalize())))
}

/// Refuses a key that is too short to be one.
pub(crate) fn of_length(key: &[u8]) -> Result<(), ManifestError> {
    if key.len() < KEY_LENGTH {
        return Err(ManifestError::ShortKey);
    }
    Ok(())
}

/// Counts the rows of a table, and digests them with a key. The name is one that the server has quoted.
pub(crate) fn observe_table(
    client: &mut impl GenericClient,
    name: &str,
    key: Option<&[u8]>,
) -> Result<Table, postgres::Error> {
    let key = key.filter(|_| name != LARGE_OBJECTS);
    // A sum does not depend on the order of rows, which a restored table need not keep.
    let sum = if key.is_some() {
        "coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint::numeric), 0)::text"
    } else {
        "''"
    };
    let row = client.query_one(&format!("select count(*), {sum} from only {name} t"), &[])?;
    let rows: i64 = row.try_get(0)?;
    let sum: &str = row.try_get(1)?;
    let digest = key.and_then(|key| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(b"hipaa-iac table digest v1\0");
        mac.update(name.as_bytes());
        mac.update(format!("\0{rows}\0{sum}").as_bytes());
        Some(hex(&mac.finalize().into_bytes()))
    });
    Ok(Table {
        rows: u64::try_from(rows).unwrap_or_default(),
        digest,
    })
}

/// A database held still, so that what is counted is what is backed up.
pub struct Snapshot<'c> {
    transaction: postgres::Transaction<'c>,
    id: String,
    at: Time,
}

impl<'c> Snapshot<'c> {
    /// Takes a snapshot, which `pg_dump --snapshot` can share.
    pub fn export(client: &'c mut postgres::Client) -> Result<Self, ManifestError> {
        let mut transaction = Self::begin(client)?;
        let row = transaction.query_one("select pg_export_snapshot()", &[])?;
        let id = row.try_get(0)?;
        let at = Self::now(&mut transaction)?;
        Ok(Self {
            transaction,
            id,
            at,
        })
    }

    /// Joins a snapshot that another session has exported and keeps.
    pub fn join(client: &'c mut postgres::Client, id: &str) -> Result<Self, ManifestError> {
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
            return Err(ManifestError::Refused("22023".to_owned()));
        }
        let mut transaction = Self::begin(client)?;
        transaction.batch_execute(&format!("set transaction snapshot '{id}'"))?;
        let at = Self::now(&mut transaction)?;
        Ok(Self {
            transaction,
            id: id.to_owned(),
            at,
        })
    }

    fn begin(client: &'c mut postgres::Client) -> Result<postgres::Transaction<'c>, ManifestError> {
        Ok(client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()?)
    }

    fn now(transaction: &mut postgres::Transaction<'_>) -> Result<Time, ManifestError> {
        let row =
            transaction.query_one("select (extract(epoch from now()) * 1000000)::bigint", &[])?;
        chrono::DateTime::from_timestamp_micros(row.try_get(0)?)
            .map(Time)
            .ok_or(ManifestError::Unreachable)
    }

    /// What `pg_dump --snapshot` is to be given.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Looks at what the snapshot holds. Sequences know no snapshots: look before the backup is made, so that the
    /// backup's are not behind.
    pub fn observe(&mut self, look: Look<'_>) -> Result<Content, ManifestError> {
        Content::observe(&mut self.transaction, look)
    }

    /// When it was taken.
    pub const fn taken_at(&self) -> Time {
        self.at
    }
}

/// The databases of a cluster that take sessions and are no templates, by name.
pub fn databases(client: &mut impl GenericClient) -> Result<Vec<String>, ManifestError> {
    let query =
        "select datname::text from pg_database where datallowconn and not datistemplate order by 1";
    let rows = client.query(query, &[])?;
    Ok(rows
        .iter()
        .map(|row| row.try_get(0))
        .collect::<Result<_, _>>()?)
}

/// The SHA-256 of a backup, in hexadecimal, and its size in bytes. Of a folder, such as a dump in the format directory, it is that of the lines
/// that `sha256sum` prints for its files, sorted by name (`find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`).
pub fn digest(artifact: &Path) -> io::Result<(String, u64)> {
    if !artifact.is_dir() {
        return stream::digest(&mut File::open(artifact)?);
    }
    let mut files = BTreeMap::new();
    let mut folders = vec![artifact.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path();
                let name = path.strip_prefix(artifact).unwrap_or(&path);
                files.insert(name.as_os_str().as_encoded_bytes().to_owned(), path);
            }
        }
    }
    let (mut hash, mut size) = (Sha256::new(), 0);
    for (name, path) in files {
        let (digest, bytes) = stream::digest(&mut File::open(path)?)?;
        hash.update(format!("{digest}  "));
        hash.update(name);
        hash.update(b"\n");
        size += bytes;
    }
    Ok((hex(&hash.finalize()), size))
}

/// Signs what a backup must hold, as a statement about the backup, by its [`digest()`]; of a backup of several files, about the one that lists
/// the others with their hashes.
pub fn sign(
    artifact: &str,
    (sha256, size_bytes): (String, u64),
    produced_at: Time,
    (content, others): (Content, Vec<Content>),
    signer: &Signer,
) -> Result<Envelope, ManifestError> {
    let manifest = Manifest {
        schema_version: VERSION.to_owned(),
        produced_at,
        size_bytes,
        content,
        others,
    };
    let statement = Statement::new(
        vec![Subject::sha256(artifact, sha256)],
        PREDICATE_TYPE,
        serde_json::to_value(manifest).map_err(|_| ManifestError::Form)?,
    )?;
    Ok(Envelope::sign(&statement, signer)?)
}

/// A manifest whose signature is good.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// The SHA-256 of the backup, in hexadecimal.
    pub sha256: String,
    /// What it must hold.
    pub manifest: Manifest,
}

/// Verifies an envelope.
pub fn verify(envelope: &[u8], key: &PublicKey) -> Result<Verified, ManifestError> {
    let (statement, _) = Envelope::from_json(envelope)?.verify_as::<Manifest>([key])?;
    if statement.predicate_type != PREDICATE_TYPE {
        return Err(ManifestError::Form);
    }
    let manifest = statement.predicate;
    let digest = match statement.subjects.as_slice() {
        [subject] => subject.digest.get("sha256").cloned(),
        _ => None,
    };
    match digest {
        Some(sha256) if manifest.schema_version == VERSION => Ok(Verified { sha256, manifest }),
        _ => Err(ManifestError::Form),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_envelope_is_too_hostile(at in any::<prop::sample::Index>(), put in any::<u8>(), cut in any::<prop::sample::Index>()) {
            let signer = Signer::from_seed(&[7; 32]).unwrap();
            let content = (Content { database: "ehr".to_owned(), ..Content::default() }, Vec::new());
            let sound = sign("a", (String::new(), 5), Time::now(), content, &signer).unwrap().to_json();
            let mut changed = sound.clone();
            let at = at.index(changed.len());
            changed[at] = put;
            let read = verify(&changed, signer.public());
            prop_assert!(read.is_err() || read.unwrap().manifest == verify(&sound, signer.public()).unwrap().manifest);
            prop_assert!(verify(&sound[..cut.index(sound.len())], signer.public()).is_err());
        }
    }

    /// By `printf b > b.dat; printf a > 'a file'; mkdir c; printf c > c/d`, and the pipe that is documented.
    #[test]
    fn a_folder_is_digested_with_every_file_in_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("c")).unwrap();
        for (name, text) in [("b.dat", "b"), ("a file", "a"), ("c/d", "c")] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let expected = "8acf41dd398927c480642fb988e2cd529ca1169d28e276c3d62d445ccadc81e3";
        assert_eq!(digest(folder.path()).unwrap(), (expected.to_owned(), 3));
        fs::write(folder.path().join("c/d"), "C").unwrap();
        assert_ne!(digest(folder.path()).unwrap().0, expected);
    }

    #[test]
    fn a_signed_manifest_reads_back_and_a_changed_one_does_not() {
        let signer = Signer::from_seed(&[7; 32]).unwrap();
        let content = Content {
            database: "ehr".to_owned(),
            tables: BTreeMap::from([(
                "public.patients".to_owned(),
                Table {
                    rows: 3,
                    digest: None,
                },
            )]),
            values: BTreeMap::from([("schemaVersion".to_owned(), Scalar::Number(42.0))]),
            ..Content::default()
        };
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "bytes").unwrap();
        let envelope = sign(
            "a.dump.age",
            digest(file.path()).unwrap(),
            Time::now(),
            (content, Vec::new()),
            &signer,
        )
        .unwrap();
        let read = verify(&envelope.to_json(), signer.public()).unwrap();
        // sha256sum of `bytes`.
        assert_eq!(
            read.sha256,
            "277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9"
        );
        assert_eq!(read.manifest.size_bytes, 5);
        assert_eq!(read.manifest.content.tables["public.patients"].rows, 3);
        let other = Signer::from_seed(&[8; 32]).unwrap();
        assert!(verify(&envelope.to_json(), other.public()).is_err());
        let text = String::from_utf8(envelope.to_json()).unwrap();
        let changed = text.replacen("\"payload\":\"ey", "\"payload\":\"eY", 1);
        assert!(verify(changed.as_bytes(), signer.public()).is_err());
    }
}
