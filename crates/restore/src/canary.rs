//! The restore canary: a row that is written before each backup and proves, once restored, how old the data is.
//!
//! Its MAC keeps anybody who can write to the database but has not the key from making old data look new, and its
//! sequence keeps an old backup from taking the place of a new one.

use hmac::{Hmac, KeyInit as _, Mac as _};
use postgres::{Client, types::Type};
use sha2::Sha256;

use crate::result::Time;

/// The table that [`write`] writes to unless told otherwise.
pub const TABLE: &str = "hipaa_iac.restore_canary";

/// The shortest key of a MAC, in bytes.
pub const KEY_LENGTH: usize = 16;

/// What went wrong with a canary. Nothing of the server's text is in it, for that may quote rows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanaryError {
    /// The key is too short to be one.
    #[error("the key of the canary's MAC is shorter than {KEY_LENGTH} bytes")]
    ShortKey,
    /// The table's name is none.
    #[error(
        "`{0}` is not the name of a table: write schema.table in lowercase letters, digits and underscores"
    )]
    Name(String),
    /// The table is not there, or not a canary's.
    #[error("the table of the canary is missing: `hipaa-iac restore canary create` makes it")]
    Missing,
    /// The server refused.
    #[error(
        "the server refuses (SQLSTATE {0}): the role needs INSERT on the table and USAGE on its sequence"
    )]
    Refused(String),
    /// The server could not be reached.
    #[error("the server cannot be reached")]
    Unreachable,
    /// No random numbers.
    #[error("the system gives no random numbers")]
    Random,
}

impl From<postgres::Error> for CanaryError {
    fn from(error: postgres::Error) -> Self {
        match error.code().map(postgres::error::SqlState::code) {
            Some("42P01" | "3F000" | "42703") => Self::Missing,
            Some(code) => Self::Refused(code.to_owned()),
            None => Self::Unreachable,
        }
    }
}

/// The name of a canary's table, which goes into SQL: a schema and a table of plain letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName(String);

impl TableName {
    /// Reads `schema.table`.
    pub fn parse(text: &str) -> Result<Self, CanaryError> {
        let plain = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
                && part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
                && part.len() <= 50
        };
        match text.split_once('.') {
            Some((schema, table)) if plain(schema) && plain(table) => Ok(Self(text.to_owned())),
            _ => Err(CanaryError::Name(text.chars().take(120).collect())),
        }
    }

    fn schema(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }
}

/// A canary's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    /// It grows with each one.
    pub seq: i64,
    /// When it was written, in microseconds since 1970.
    pub written_at: i64,
    /// The cluster that it was written to.
    pub system_identifier: i64,
    nonce: Vec<u8>,
    mac: Vec<u8>,
}

impl Canary {
    /// When it was written.
    pub fn time(&self) -> Option<Time> {
        chrono::DateTime::from_timestamp_micros(self.written_at).map(Time)
    }

    /// Whether somebody with the key wrote it.
    pub fn is_genuine(&self, key: &[u8]) -> Result<bool, CanaryError> {
        Ok(self.authenticator(key)?.verify_slice(&self.mac).is_ok())
    }

    /// The fields of fixed length first, so that no two rows have the same bytes.
    fn authenticator(&self, key: &[u8]) -> Result<Hmac<Sha256>, CanaryError> {
        if key.len() < KEY_LENGTH {
            return Err(CanaryError::ShortKey);
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| CanaryError::ShortKey)?;
        mac.update(b"hipaa-iac restore canary v1\0");
        mac.update(&self.seq.to_be_bytes());
        mac.update(&self.written_at.to_be_bytes());
        mac.update(&self.system_identifier.to_be_bytes());
        mac.update(&self.nonce);
        Ok(mac)
    }
}

/// Makes the table and its sequence where they are not there.
pub fn create(client: &mut Client, table: &TableName) -> Result<(), CanaryError> {
    let (schema, table) = (table.schema(), &table.0);
    client.batch_execute(&format!(
        "create schema if not exists {schema};
         create sequence if not exists {table}_seq;
         create table if not exists {table} (
             seq bigint primary key,
             written_at timestamptz not null,
             system_identifier bigint not null,
             nonce bytea not null,
             mac bytea not null
         );"
    ))?;
    Ok(())
}

/// Writes a canary, and gives it. The role needs INSERT on the table, USAGE on its schema and its sequence, and no more.
pub fn write(client: &mut Client, table: &TableName, key: &[u8]) -> Result<Canary, CanaryError> {
    let table = &table.0;
    let row = client.query_typed_one(
        &format!(
            "select nextval('{table}_seq'),
                    (extract(epoch from clock_timestamp()) * 1000000)::bigint,
                    system_identifier from pg_control_system()"
        ),
        &[] as &[(&(dyn postgres::types::ToSql + Sync), Type)],
    )?;
    let mut nonce = vec![0; 16];
    getrandom::fill(&mut nonce).map_err(|_| CanaryError::Random)?;
    let mut canary = Canary {
        seq: row.try_get(0)?,
        written_at: row.try_get(1)?,
        system_identifier: row.try_get(2)?,
        nonce,
        mac: Vec::new(),
    };
    canary.mac = canary.authenticator(key)?.finalize().into_bytes().to_vec();
    client.execute_typed(
        &format!(
            "insert into {table} (seq, written_at, system_identifier, nonce, mac)
             values ($1, timestamptz 'epoch' + $2 * interval '1 microsecond', $3, $4, $5)"
        ),
        &[
            (&canary.seq, Type::INT8),
            (&canary.written_at, Type::INT8),
            (&canary.system_identifier, Type::INT8),
            (&canary.nonce, Type::BYTEA),
            (&canary.mac, Type::BYTEA),
        ],
    )?;
    Ok(canary)
}

/// The newest canary; none in an empty table.
pub fn newest(client: &mut Client, table: &TableName) -> Result<Option<Canary>, CanaryError> {
    let row = client.query_opt(
        &format!(
            "select seq, (extract(epoch from written_at) * 1000000)::bigint, system_identifier,
                    substr(nonce, 1, 64), substr(mac, 1, 64)
             from only {} order by seq desc limit 1",
            table.0
        ),
        &[],
    )?;
    row.map(|row| {
        Ok(Canary {
            seq: row.try_get(0)?,
            written_at: row.try_get(1)?,
            system_identifier: row.try_get(2)?,
            nonce: row.try_get(3)?,
            mac: row.try_get(4)?,
        })
    })
    .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canary(key: &[u8]) -> Canary {
        let mut canary = Canary {
            seq: 7,
            written_at: 1_763_900_000_000_000,
            system_identifier: 42,
            nonce: vec![1; 16],
            mac: Vec::new(),
        };
        canary.mac = canary
            .authenticator(key)
            .unwrap()
            .finalize()
            .into_bytes()
            .to_vec();
        canary
    }

    #[test]
    fn every_field_is_under_the_mac() {
        let key = [9; 32];
        let good = canary(&key);
        assert!(good.is_genuine(&key).unwrap());
        let changes: [fn(&mut Canary); 5] = [
            |c| c.seq += 1,
            |c| c.written_at += 1,
            |c| c.system_identifier += 1,
            |c| c.nonce[0] ^= 1,
            |c| c.mac[0] ^= 1,
        ];
        for change in changes {
            let mut changed = good.clone();
            change(&mut changed);
            assert!(!changed.is_genuine(&key).unwrap());
        }
        assert!(!good.is_genuine(&[8; 32]).unwrap());
        assert_eq!(good.is_genuine(b"short"), Err(CanaryError::ShortKey));
    }

    #[test]
    fn a_table_name_cannot_carry_sql() {
        assert!(TableName::parse(TABLE).is_ok());
        for bad in [
            "t",
            "a.b; drop table c",
            "a.\"b\"",
            "A.b",
            "a.b.c",
            ".b",
            "a.",
        ] {
            assert!(TableName::parse(bad).is_err(), "{bad}");
        }
    }
}
