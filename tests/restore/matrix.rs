//! The fault matrix: each way in which a backup was seen to be bad while its tools exit with 0, or nearly so, with the
//! reason that it must be given; and each sound kind, which must pass.
//!
//! The names are those of the rows, in their order: `dump` of `pg_dump` and age, `pgbackrest`, and `restic` of base backups. Where
//! a row reads otherwise: "dump of empty DB" is `dump::empty_database`, "RLS-filtered dump" `row_security_filtered`, "stale content,
//! fresh mtime" `stale_content` and `rolled_back`, "cipher-type=none in config" `pgbackrest::no_passphrase` and `made_without_cipher`, "stale backup only (newest
//! removed)" `newest_removed`, `stale` and `rolled_back`, "latest WAL segment" `latest_log_missing`, `latest_log_missing_by_lag` and `latest_log_flip`, "snapshot file missing"
//! `restic::snapshot_missing` and, with an older one left, `newest_snapshot_missing`, "`backup_label` removed" `label_removed`, "copy of
//! live PGDATA" `live_copy`.

use std::{
    fs,
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use hipaa_iac_restore::{
    Reason, RestoreResult, Verdict,
    canary::{self, TableName},
    manifest::{self, Content, Table},
    result::{CheckStatus, Destroyed, Isolation, NegativeDecrypt, Time},
};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::{
    case,
    fixture::{self, BIN, Cluster, ENCOUNTERS, Fixture, LATER, must, postgres},
};

/// The recipient whose identity stands in the tests of the crate `age`.
const PUBLISHED: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

/// What a case works with: the fixture, and a folder of its own.
struct Bench<'f> {
    fixture: &'f Fixture,
    folder: PathBuf,
}

impl<'f> Bench<'f> {
    /// That of a case, with a folder of its own.
    fn new(fixture: &'f Fixture, name: &str) -> io::Result<Self> {
        let folder = fixture.path("cases").join(name.replace("::", "-"));
        fs::create_dir_all(&folder)?;
        Ok(Self { fixture, folder })
    }
}

type Prepare = fn(&Bench<'_>) -> io::Result<Value>;

/// Every case: its name, the reason (`None` for Passed), and how its document is made.
pub(crate) fn trials() -> Vec<Trial> {
    use Reason as R;
    let cases: Vec<(&'static str, Reason, Prepare)> = vec![
        // Dumps.
        ("dump::clean", R::None, |b| {
            b.aged("good.dump", "Custom", |_| {})
        }),
        // Plain text does not say when it was made.
        ("dump::clean_plain", R::ConfigError, |b| {
            b.aged("good.sql", "Plain", |_| {})
        }),
        ("dump::clean_tar", R::None, |b| {
            b.aged("good.tar", "Tar", |_| {})
        }),
        ("dump::clean_with_manifest", R::None, |b| {
            b.manifested("good.dump", "Custom", |_| {})
        }),
        ("dump::clean_plain_with_manifest", R::None, |b| {
            b.manifested("good.sql", "Plain", |_| {})
        }),
        ("dump::clean_gpg", R::None, |b| b.gpg("good", |_| {})),
        ("dump::clean_gpg_public_key", R::None, |b| b.gpg_public()),
        ("dump::clean_gzip", R::None, |b| {
            b.compressed("gzip", &["--stdout"])
        }),
        ("dump::clean_zstd", R::None, |b| {
            b.compressed("zstd", &["--quiet", "--stdout"])
        }),
        ("dump::compressed_by_xz", R::ConfigError, |b| {
            b.compressed("xz", &["--stdout", "-0"])
        }),
        // A letter of a row before encryption: what unpacks it would not see, but for the checksum of the frame.
        ("dump::flip_in_zstd", R::ArtifactCorrupt, |b| {
            let plain = b.folder.join("good.sql.zst");
            let packed = must(
                Command::new("zstd")
                    .args(["--quiet", "--stdout", "--fast=100"])
                    .arg(b.fixture.path("good.sql")),
            )?;
            fs::write(&plain, packed.stdout)?;
            // md5('1234'), of which nothing is like anything before it.
            change(&plain, |bytes| {
                flip(bytes, |all| find(all, b"81dc9bdb52d04dc2") + 3);
            })?;
            let stored = b.folder.join("good.sql.zst.age");
            b.fixture.age(&plain, &stored)?;
            let mut document = b.dump(&stored, "Plain", &age());
            document["spec"]["objectives"] = json!({});
            Ok(document)
        }),
        ("dump::clean_directory", R::None, |b| {
            let mut document = b.dump(
                &b.fixture.path("dumped/ehr"),
                "Directory",
                &json!("serverSide"),
            );
            document["spec"]["encryptionPolicy"] = json!({"required": "None"});
            Ok(document)
        }),
        ("dump::clean_directory_with_manifest", R::None, |b| {
            b.signed_directory(|_| Ok(()))
        }),
        // Its list says nothing of what is in its files, and this one is as sound as before.
        ("dump::directory_file_changed", R::ChecksumMismatch, |b| {
            b.signed_directory(|folder| {
                let rows = largest(folder)?;
                must(Command::new("gzip").arg("--decompress").arg(&rows))?;
                let unpacked = rows.with_extension("");
                change(&unpacked, |bytes| {
                    flip(bytes, |all| find(all, b"81dc9bdb52d04dc2") + 3);
                })?;
                must(Command::new("gzip").arg(unpacked)).map(drop)
            })
        }),
        ("dump::signed_file_missing", R::ChecksumMismatch, |b| {
            b.signed_directory(|folder| fs::remove_file(largest(folder)?))
        }),
        ("dump::signed_file_truncated", R::ChecksumMismatch, |b| {
            b.signed_directory(|folder| {
                change(&largest(folder)?, |bytes| bytes.truncate(bytes.len() / 2))
            })
        }),
        ("dump::clean_directory_in_tar", R::None, |b| {
            b.directory(|_| Ok(()))
        }),
        ("dump::directory_file_missing", R::RestoreFailed, |b| {
            b.directory(|folder| fs::remove_file(largest(folder)?))
        }),
        ("dump::directory_file_truncated", R::RestoreFailed, |b| {
            b.directory(|folder| change(&largest(folder)?, |bytes| bytes.truncate(bytes.len() / 2)))
        }),
        ("dump::clean_cluster", R::None, |b| b.cluster(|_| {})),
        // Between two databases the end looks like that of a dump of one.
        (
            "dump::cluster_killed_between_databases",
            R::ArtifactTruncated,
            |b| {
                b.cluster(|bytes| {
                    let at = find(bytes, b"-- Database \"empty\" dump");
                    bytes.truncate(at - b"--\n".len());
                })
            },
        ),
        ("dump::cluster_without_a_database", R::TableMissing, |b| {
            b.cluster(|bytes| {
                let from = find(bytes, b"CREATE DATABASE billing");
                let to = from + find(&bytes[from..], b";\n") + 2;
                bytes.drain(from..to);
                let from = find(bytes, b"-- Database \"billing\" dump");
                let to = find(bytes, b"-- Database \"ehr\" dump");
                bytes.drain(from..to);
            })
        }),
        ("dump::cluster_sequence_behind", R::AssertionFailed, |b| {
            b.cluster(|bytes| {
                let at = find(bytes, b"'public.invoices_id_seq', 50, true");
                bytes[at + 26] = b'1';
            })
        }),
        ("dump::cluster_extension_missing", R::SchemaMismatch, |b| {
            let mut document = b.cluster(|_| {})?;
            document["spec"]["target"]["engine"]["postgres"]["extensions"] =
                json!(["citext", "hstore"]);
            Ok(document)
        }),
        ("dump::manifest_of_a_cluster", R::ConfigError, |b| {
            let mut document = b.manifested("good.dump", "Custom", |_| {})?;
            let stored = b.folder.join("good.dump.age");
            let envelope = b.fixture.sign_all(&stored, &b.fixture.cluster)?;
            fs::write(b.folder.join("good.dump.age.manifest.dsse.json"), envelope)?;
            document["spec"]["checks"]["sql"] = json!([]);
            Ok(document)
        }),
        ("dump::flip_in_ciphertext", R::ArtifactCorrupt, |b| {
            b.aged("good.dump", "Custom", |bytes| {
                flip(bytes, |all| all.len() / 2);
            })
        }),
        ("dump::flip_in_header_mac", R::ArtifactCorrupt, |b| {
            b.aged("good.dump", "Custom", |bytes| {
                flip(bytes, |all| find(all, b"--- ") + 6);
            })
        }),
        // Within a chunk age cannot tell a cut from damage.
        ("dump::truncated", R::ArtifactCorrupt, |b| {
            b.aged("good.dump", "Custom", |bytes| {
                bytes.truncate(bytes.len() * 7 / 10);
            })
        }),
        ("dump::truncated_at_chunk", R::ArtifactTruncated, |b| {
            b.aged("good.sql", "Plain", |bytes| {
                // The header ends with the line of its MAC; a nonce of 16 bytes follows, then chunks of 64 KiB and a tag.
                let line = find(bytes, b"\n--- ") + 1;
                let payload = line + find(&bytes[line..], b"\n") + 1 + 16;
                bytes.truncate(payload + 65_536 + 16);
            })
        }),
        ("dump::trailing_garbage", R::ArtifactCorrupt, |b| {
            b.aged("good.dump", "Custom", |bytes| {
                bytes.extend_from_slice(&[7; 4096]);
            })
        }),
        ("dump::wrong_key", R::KeyMismatch, |b| {
            let mut document = b.aged("good.dump", "Custom", |_| {})?;
            document["spec"]["source"]["pgDump"]["encryption"]["age"]["identitySecretRef"]["name"] =
                json!("other");
            Ok(document)
        }),
        ("dump::zero_bytes", R::ArtifactTruncated, |b| {
            b.aged("good.dump", "Custom", Vec::clear)
        }),
        ("dump::missing", R::BackupMissing, |b| {
            let document = b.aged("good.dump", "Custom", |_| {})?;
            fs::remove_file(b.folder.join("good.dump.age"))?;
            Ok(document)
        }),
        ("dump::not_encrypted", R::NotEncrypted, |b| {
            fs::copy(b.fixture.path("good.dump"), b.folder.join("good.dump.age"))?;
            Ok(b.dump(&b.folder.join("good.dump.age"), "Custom", &age()))
        }),
        ("dump::not_encrypted_nor_said_to_be", R::NotEncrypted, |b| {
            Ok(b.dump(&b.fixture.path("good.dump"), "Custom", &json!("serverSide")))
        }),
        ("dump::empty_database", R::CanaryMissing, |b| {
            b.aged("empty.dump", "Custom", |_| {})
        }),
        ("dump::schema_only", R::CanaryMissing, |b| {
            b.aged("schema.dump", "Custom", |_| {})
        }),
        // Where nobody asked what must be in it.
        ("dump::empty_database_unasked", R::TableMissing, |b| {
            b.unasked("empty.dump")
        }),
        ("dump::schema_only_unasked", R::RowCountLow, |b| {
            b.unasked("schema.dump")
        }),
        ("dump::clean_unasked", R::None, |b| b.unasked("good.dump")),
        // Nothing but our own row, which is whole and new.
        ("dump::canary_alone", R::RowCountLow, |b| {
            let mut document = b.aged("canary.dump", "Custom", |_| {})?;
            document["spec"]["checks"]["sql"] = json!([]);
            Ok(document)
        }),
        // NaN is unlike every number, and an infinity larger.
        ("dump::assertion_of_no_number", R::AssertionFailed, |b| {
            let mut document = b.aged("good.dump", "Custom", |_| {})?;
            document["spec"]["checks"]["sql"] = json!([
                {"id": "nan", "query": "select 'NaN'::numeric", "expect": {"op": "!=", "value": 1}},
            ]);
            Ok(document)
        }),
        ("dump::assertion_of_infinity", R::AssertionFailed, |b| {
            let mut document = b.aged("good.dump", "Custom", |_| {})?;
            document["spec"]["checks"]["sql"] = json!([
                {"id": "infinite", "query": "select 'infinity'::float8", "expect": {"op": ">=", "value": 1}},
            ]);
            Ok(document)
        }),
        // As doubles the two are one.
        ("dump::assertion_of_neighbours", R::AssertionError, |b| {
            let mut document = b.aged("good.dump", "Custom", |_| {})?;
            document["spec"]["checks"]["sql"] = json!([
                {"id": "large", "query": "select 9007199254740993", "expect": {"op": "==", "value": 9_007_199_254_740_992_u64}},
            ]);
            Ok(document)
        }),
        ("dump::no_such_setting", R::ConfigError, |b| {
            let mut document = b.aged("good.dump", "Custom", |_| {})?;
            document["spec"]["target"]["engine"]["postgres"]["parameters"] =
                json!({"shared_bufers": "32MB"});
            Ok(document)
        }),
        // Whoever opens a pipe that nobody writes to waits for ever, as does whoever asks for the key or the manifest there.
        ("dump::pipe", R::ConfigError, |b| {
            let mut document = b.aged("good.dump", "Custom", |_| {})?;
            let pipe = b.folder.join("pipe");
            must(Command::new("mkfifo").arg(&pipe))?;
            document["spec"]["source"]["pgDump"]["location"] = json!({"local": {"path": pipe}});
            Ok(document)
        }),
        ("dump::pipe_for_a_manifest", R::ConfigError, |b| {
            let document = b.manifested("good.dump", "Custom", |_| {})?;
            let manifest = b.folder.join("good.dump.age.manifest.dsse.json");
            fs::remove_file(&manifest)?;
            must(Command::new("mkfifo").arg(manifest))?;
            Ok(document)
        }),
        ("dump::one_table_excluded", R::AssertionFailed, |b| {
            b.aged("excluded.dump", "Custom", |_| {})
        }),
        (
            "dump::one_table_excluded_with_manifest",
            R::RowCountLow,
            |b| {
                let mut document = b.manifested("excluded.dump", "Custom", |_| {})?;
                document["spec"]["checks"]["sql"] = json!([]);
                Ok(document)
            },
        ),
        // As of one schema, or by `--no-blobs`.
        ("dump::large_objects_excluded", R::TableMissing, |b| {
            let mut document = b.manifested("no-blobs.dump", "Custom", |_| {})?;
            document["spec"]["checks"]["sql"] = json!([]);
            Ok(document)
        }),
        ("dump::row_security_filtered", R::AssertionFailed, |b| {
            b.aged("filtered.dump", "Custom", |_| {})
        }),
        ("dump::killed_custom", R::ArtifactTruncated, |b| {
            b.damaged("good.dump", "Custom", |bytes| {
                bytes.truncate(bytes.len() * 6 / 10);
            })
        }),
        ("dump::killed_plain", R::ArtifactTruncated, |b| {
            b.damaged("good.sql", "Plain", |bytes| {
                bytes.truncate(bytes.len() * 6 / 10);
            })
        }),
        (
            "dump::plain_cut_between_statements",
            R::ArtifactTruncated,
            |b| {
                b.damaged("good.sql", "Plain", |bytes| {
                    let at = find(bytes, b"ADD CONSTRAINT patients_pkey");
                    let end = at + find(&bytes[at..], b";\n") + 2;
                    bytes.truncate(end);
                })
            },
        ),
        (
            "dump::flip_before_encryption_custom",
            R::RestoreFailed,
            |b| {
                b.damaged("good.dump", "Custom", |bytes| {
                    flip(bytes, |all| all.len() / 2);
                })
            },
        ),
        ("dump::signed_and_then_flipped", R::ChecksumMismatch, |b| {
            let document = b.manifested("good.dump", "Custom", |_| {})?;
            b.damaged("good.dump", "Custom", |bytes| {
                flip(bytes, |all| all.len() / 2);
            })?;
            Ok(document)
        }),
        // Nothing but the producer's digest of the rows sees it.
        (
            "dump::flip_before_encryption_plain",
            R::DigestMismatch,
            |b| b.flipped_text(),
        ),
        ("dump::stale_content", R::StaleData, |b| {
            let mut document = b.aged("stale.dump", "Custom", |_| {})?;
            document["spec"]["checks"]["canary"]["maxAge"] = json!("1s");
            Ok(document)
        }),
        ("dump::rolled_back", R::CanaryRolledBack, |b| {
            // The run before saw a later one.
            let state = b.folder.join("state/canary");
            fs::create_dir_all(&state)?;
            fs::write(state.join(b.name()), "3")?;
            b.aged("stale.dump", "Custom", |_| {})
        }),
        ("dump::stale_backup", R::StaleBackup, |b| {
            let mut document = b.aged("good.dump", "Custom", |_| {})?;
            document["spec"]["objectives"]["maxBackupAge"] = json!("1s");
            Ok(document)
        }),
        // Of a folder of dumps the newest is gone, and the one before takes its place.
        ("dump::newest_removed", R::StaleBackup, |b| {
            let mut document = b.damaged("good.dump", "Custom", |bytes| {
                // The lowest byte of the year, behind the head of 11 bytes and six integers of a sign and four bytes.
                bytes[11 + 6 * 5 + 1] -= 1;
            })?;
            let folder = b.folder.join("dumps");
            fs::create_dir(&folder)?;
            let newest = folder.join("2026-11-30.dump.age");
            b.fixture.age(&b.fixture.path("good.dump"), &newest)?;
            fs::rename(
                b.folder.join("good.dump.age"),
                folder.join("2025-11-30.dump.age"),
            )?;
            document["spec"]["source"]["pgDump"]["location"] =
                json!({"local": {"path": folder, "select": "Newest", "suffix": ".dump.age"}});
            fs::remove_file(newest)?;
            Ok(document)
        }),
        ("dump::canary_of_another_key", R::CanaryMissing, |b| {
            let mut document = b.aged("good.dump", "Custom", |_| {})?;
            document["spec"]["checks"]["canary"]["macKeySecretRef"]["key"] = json!("other");
            Ok(document)
        }),
        ("dump::rto_exceeded", R::RtoExceeded, |b| {
            let mut document = b.aged("good.dump", "Custom", |_| {})?;
            document["spec"]["objectives"]["rto"] = json!("0s");
            Ok(document)
        }),
        // A dump's own clock has no zone: where it is ahead of UTC an old dump looks new, and the signed time tells.
        ("dump::stale_by_the_signed_time", R::StaleBackup, |b| {
            let document = b.manifested("good.dump", "Custom", |_| {})?;
            let stored = b.folder.join("good.dump.age");
            let contents = std::slice::from_ref(&b.fixture.content);
            let before = Time(b.fixture.taken_at.0 - std::time::Duration::from_hours(30));
            let envelope = b.fixture.sign_as_of(&stored, contents, before)?;
            fs::write(b.folder.join("good.dump.age.manifest.dsse.json"), envelope)?;
            Ok(document)
        }),
        // 30 hours old, by a clock that is 9 hours ahead of UTC.
        ("dump::old_by_a_clock_ahead", R::ConfigError, |b| {
            b.dumped_by_a_clock(21, "26h")
        }),
        // As young in any zone.
        ("dump::young_by_any_clock", R::None, |b| {
            b.dumped_by_a_clock(21, "36h")
        }),
        ("dump::gpg_not_encrypted", R::NotEncrypted, |b| {
            let stored = b.folder.join("good.dump.asc");
            let home = b.folder.join("gnupg");
            fs::create_dir(&home)?;
            must(
                Command::new("gpg")
                    .args(["--batch", "--quiet", "--no-tty", "--armor", "--store"])
                    .arg("--homedir")
                    .arg(&home)
                    .arg("--output")
                    .arg(&stored)
                    .arg(b.fixture.path("good.dump")),
            )?;
            Ok(b.dump(
                &stored,
                "Custom",
                &json!({"gpg": {"passphraseSecretRef": {"name": "pass", "key": "good"}}}),
            ))
        }),
        ("dump::manifest_of_another_file", R::ChecksumMismatch, |b| {
            let document = b.manifested("good.dump", "Custom", |_| {})?;
            b.fixture.age(
                &b.fixture.path("good.dump"),
                &b.folder.join("good.dump.age.new"),
            )?;
            fs::rename(
                b.folder.join("good.dump.age.new"),
                b.folder.join("good.dump.age"),
            )?;
            Ok(document)
        }),
        ("dump::manifest_of_another_key", R::ChecksumMismatch, |b| {
            let mut document = b.manifested("good.dump", "Custom", |_| {})?;
            document["spec"]["checks"]["manifest"]["publicKeySecretRef"]["key"] = json!("other");
            Ok(document)
        }),
        ("dump::manifest_absent", R::ConfigError, |b| {
            let document = b.manifested("good.dump", "Custom", |_| {})?;
            fs::remove_file(b.folder.join("good.dump.age.manifest.dsse.json"))?;
            Ok(document)
        }),
        ("dump::manifest_without_digests", R::ConfigError, |b| {
            let document = b.manifested("good.dump", "Custom", |_| {})?;
            let mut content = b.fixture.content.clone();
            for table in content.tables.values_mut() {
                table.digest = None;
            }
            let stored = b.folder.join("good.dump.age");
            let envelope = b.fixture.sign_all(&stored, &[content])?;
            fs::write(b.folder.join("good.dump.age.manifest.dsse.json"), envelope)?;
            Ok(document)
        }),
        ("dump::schema_changed", R::SchemaMismatch, |b| {
            let mut document = b.damaged("good.sql", "Plain", |bytes| {
                let at = find(bytes, b"CREATE INDEX encounters_note");
                let end = at + find(&bytes[at..], b";\n") + 2;
                bytes.drain(at..end);
            })?;
            b.add_manifest(&mut document, "good.sql.age")?;
            Ok(document)
        }),
        // psql passes over what names a role of another cluster; what the dump lists and does not make is seen all the same.
        ("dump::policy_of_a_lost_role", R::SchemaMismatch, |b| {
            b.with_sql(
                "--\n-- Name: encounters few; Type: POLICY; Schema: public; Owner: postgres\n--\n\nCREATE POLICY few ON public.encounters TO nobody_here;\n",
            )
        }),
        ("dump::table_of_a_lost_type", R::RestoreFailed, |b| {
            b.with_sql("CREATE TABLE public.lost (mood public.mood);\n")
        }),
        ("dump::rows_of_a_lost_role", R::RestoreFailed, |b| {
            b.with_sql(
                "CREATE TABLE public.lost (role regrole);\nCOPY public.lost (role) FROM stdin;\nnobody_here\n\\.\n",
            )
        }),
        ("dump::table_gone_without_an_error", R::TableMissing, |b| {
            b.with_sql("DROP TABLE public.schema_migrations;\n")
        }),
        // As `pg_dump` of PostgreSQL 17 sets it, whatever the server.
        ("dump::setting_of_a_newer_tool", R::None, |b| {
            let mut document = b.with_sql("SET transaction_timeout = 0;\nGRANT SELECT ON public.patients TO nobody_here;\nSET default_tablespace = far;\n")?;
            b.add_manifest(&mut document, "good.sql.age")?;
            Ok(document)
        }),
        // As `pg_dump` 18 writes a constraint that has a name.
        ("dump::syntax_of_a_newer_tool", R::VersionUnsupported, |b| {
            b.damaged("good.sql", "Plain", |bytes| {
                let at = find(bytes, b"-- Dumped by pg_dump version 15") + 29;
                bytes[at..at + 2].copy_from_slice(b"18");
                let end = find(bytes, b"--\n-- PostgreSQL database dump complete");
                let statement =
                    b"ALTER TABLE ONLY public.patients ADD CONSTRAINT named NOT NULL born;\n";
                bytes.splice(end..end, statement.iter().copied());
            })
        }),
        // The same error in a dump by the server's own tool is one of the dump.
        ("dump::syntax_error", R::RestoreFailed, |b| {
            b.with_sql("ALTER TABLE ONLY public.patients ADD CONSTRAINT named NOT NULL born;\n")
        }),
        ("dump::into_an_older_server", R::VersionUnsupported, |b| {
            let mut document = b.damaged("good.sql", "Plain", |bytes| {
                let at = find(bytes, b"-- Dumped from database version 15") + 32;
                bytes[at..at + 2].copy_from_slice(b"17");
            })?;
            document["spec"]["target"]["engine"]["postgres"]["version"] = json!("15");
            Ok(document)
        }),
        ("dump::of_a_newer_tool", R::VersionUnsupported, |b| {
            let mut document = b.damaged("good.dump", "Custom", |bytes| bytes[6] = 17)?;
            document["spec"]["source"]["pgDump"]["majorVersion"] = json!(15);
            Ok(document)
        }),
        ("dump::version_that_is_not_here", R::ToolMissing, |b| {
            b.damaged("good.sql", "Plain", |bytes| {
                let at = find(bytes, b"-- Dumped from database version 15") + 32;
                bytes[at..at + 2].copy_from_slice(b"12");
            })
        }),
        ("dump::stray_recipient", R::WeakEncryption, |b| {
            let mut document = b.aged("good.dump", "Custom", |_| {})?;
            document["spec"]["encryptionPolicy"] = json!({"recipients": ["age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"]});
            Ok(document)
        }),
        // Of two recipients one is anybody.
        ("dump::published_recipient", R::WeakEncryption, |b| {
            let document = b.aged("good.dump", "Custom", |_| {})?;
            must(
                Command::new("age")
                    .args(["-r", &b.fixture.recipient()?, "-r", PUBLISHED, "-o"])
                    .arg(b.folder.join("good.dump.age"))
                    .arg(b.fixture.path("good.dump")),
            )?;
            Ok(document)
        }),
        ("dump::sql_is_wrong", R::AssertionError, |b| {
            let mut document = b.aged("good.dump", "Custom", |_| {})?;
            document["spec"]["checks"]["sql"][0]["query"] = json!("selekt 1");
            Ok(document)
        }),
        ("dump::sql_gives_text", R::AssertionError, |b| {
            let mut document = b.aged("good.dump", "Custom", |_| {})?;
            document["spec"]["checks"]["sql"][0]["query"] =
                json!("select name from public.patients limit 1");
            Ok(document)
        }),
        ("dump::gpg_wrong_passphrase", R::KeyMismatch, |b| {
            let mut document = b.gpg("good", |_| {})?;
            document["spec"]["source"]["pgDump"]["encryption"]["gpg"]["passphraseSecretRef"]["key"] =
                json!("wrong");
            Ok(document)
        }),
        ("dump::gpg_flip", R::ArtifactCorrupt, |b| {
            b.gpg("good", |bytes| flip(bytes, |all| all.len() / 2))
        }),
        ("dump::gpg_known_passphrase", R::WeakEncryption, |b| {
            b.gpg("known", |_| {})
        }),
        // Base backups.
        ("base::clean_plain", R::None, |b| {
            Ok(b.base(&b.fixture.path("base"), &json!("serverSide"), None))
        }),
        ("base::clean_tar_folder", R::None, |b| {
            Ok(b.base(&b.fixture.path("base-tar"), &json!("serverSide"), None))
        }),
        ("base::compressed_by_xz", R::ConfigError, |b| {
            let folder = b.copy_of("base-tar")?;
            must(Command::new("xz").arg("-0").arg(folder.join("base.tar")))?;
            Ok(b.base(&folder, &json!("serverSide"), None))
        }),
        ("base::clean_encrypted_tar", R::None, |b| {
            let stored = b.archive(&b.fixture.path("base"))?;
            let mut document = b.base(&stored, &age(), None);
            document["spec"]["encryptionPolicy"] = json!({"required": "ClientSide"});
            Ok(document)
        }),
        ("base::clean_folder_with_manifest", R::None, |b| {
            b.base_folder("base-cluster")
        }),
        (
            "base::manifest_of_another_folder",
            R::ChecksumMismatch,
            |b| b.base_folder("base"),
        ),
        ("base::clean_with_archive", R::None, |b| {
            let mut document = b.base(
                &b.fixture.path("base-no-wal"),
                &json!("serverSide"),
                Some(&b.fixture.path("wal")),
            );
            document["spec"]["checks"]["sql"][1]["expect"]["value"] = json!(ENCOUNTERS);
            Ok(document)
        }),
        // The rows of the log lie in the open beside a base backup that does not.
        ("base::archive_not_encrypted", R::NotEncrypted, |b| {
            let stored = b.archive(&b.fixture.path("base"))?;
            let mut document = b.base(&stored, &age(), Some(&b.fixture.path("wal")));
            document["spec"]["encryptionPolicy"] = json!({"required": "ClientSide"});
            Ok(document)
        }),
        ("base::clean_several_databases", R::None, |b| {
            b.base_cluster(|_| {})
        }),
        ("base::a_database_missing", R::TableMissing, |b| {
            b.base_cluster(|contents| "archive".clone_into(&mut contents[1].database))
        }),
        (
            "base::fewer_rows_in_another_database",
            R::RowCountLow,
            |b| {
                b.base_cluster(|contents| {
                    for table in contents[1].tables.values_mut() {
                        table.rows += 1;
                    }
                })
            },
        ),
        (
            "base::extension_missing_in_another_database",
            R::SchemaMismatch,
            |b| {
                b.base_cluster(|contents| {
                    let hstore = ("hstore".to_owned(), "1.8".to_owned());
                    contents[1].extensions.extend([hstore]);
                })
            },
        ),
        (
            "base::sequence_behind_in_another_database",
            R::AssertionFailed,
            |b| {
                b.base_cluster(|contents| {
                    for value in contents[1].sequences.values_mut() {
                        *value += 1;
                    }
                })
            },
        ),
        // As a store keeps it, which knows no folders.
        ("base::without_empty_folders", R::BootFailed, |b| {
            let folder = b.copy_of("base")?;
            must(Command::new("find").arg(&folder).args([
                "-mindepth",
                "1",
                "-type",
                "d",
                "-empty",
                "-delete",
            ]))?;
            Ok(b.base(&folder, &json!("serverSide"), None))
        }),
        // A row is another, and the file as long as before.
        ("base::manifest_without_checksums", R::ConfigError, |b| {
            let folder = b.copy_of("base-no-sums")?;
            change(&folder.join(&b.fixture.heap), |bytes| {
                flip(bytes, |all| find(all, b"Planted Patient 1234"));
            })?;
            Ok(b.base(&folder, &json!("serverSide"), None))
        }),
        // A server started on such a link would write to what it leads to.
        ("base::tablespace", R::ConfigError, |b| {
            let folder = b.copy_of("base")?;
            std::os::unix::fs::symlink("/var/lib/elsewhere", folder.join("pg_tblspc/16999"))?;
            Ok(b.base(&folder, &json!("serverSide"), None))
        }),
        ("base::tablespace_map", R::ConfigError, |b| {
            let folder = b.copy_of("base")?;
            fs::write(folder.join("tablespace_map"), "16999 /var/lib/elsewhere\n")?;
            Ok(b.base(&folder, &json!("serverSide"), None))
        }),
        ("base::log_elsewhere", R::ConfigError, |b| {
            let folder = b.copy_of("base")?;
            fs::rename(folder.join("pg_wal"), b.folder.join("pg_wal"))?;
            std::os::unix::fs::symlink(b.folder.join("pg_wal"), folder.join("pg_wal"))?;
            Ok(b.base(&folder, &json!("serverSide"), None))
        }),
        ("base::without_log", R::WalMissing, |b| {
            Ok(b.base(&b.fixture.path("base-no-wal"), &json!("serverSide"), None))
        }),
        (
            "base::archive_without_the_latest",
            R::AssertionFailed,
            |b| {
                let wal = b.folder.join("wal");
                must(
                    Command::new("cp")
                        .arg("-a")
                        .arg(b.fixture.path("wal"))
                        .arg(&wal),
                )?;
                // The base backup's own log stays, up to the segment with its end.
                let own = last_own_segment(&wal, &b.fixture.path("base-no-wal"))?;
                for entry in fs::read_dir(&wal)? {
                    let entry = entry?;
                    if entry.file_name().to_string_lossy().as_ref() > own.as_str() {
                        fs::remove_file(entry.path())?;
                    }
                }
                let mut document = b.base(
                    &b.fixture.path("base-no-wal"),
                    &json!("serverSide"),
                    Some(&wal),
                );
                document["spec"]["checks"]["sql"][1]["expect"]["value"] = json!(ENCOUNTERS);
                Ok(document)
            },
        ),
        // The server recovers to the gap, and says nothing of what is behind it.
        ("base::archive_with_a_gap", R::WalMissing, |b| {
            b.with_archive(|wal, later| fs::remove_file(wal.join(&later[0])))
        }),
        // The same where a segment is damaged.
        ("base::archive_with_a_flip", R::ArtifactCorrupt, |b| {
            b.with_archive(|wal, later| {
                // In the head of the first record, behind that of the page.
                change(&wal.join(&later[0]), |bytes| flip(bytes, |_| 48))
            })
        }),
        // Of another time, or compressed: nothing would be replayed.
        ("base::archive_that_ends_before", R::WalMissing, |b| {
            b.with_archive(|wal, _| {
                for segment in files(wal)? {
                    fs::remove_file(segment)?;
                }
                fs::write(wal.join("000000010000000000000001"), [0; 8192])
            })
        }),
        ("base::archive_compressed", R::ConfigError, |b| {
            b.with_archive(|wal, _| {
                for segment in files(wal)? {
                    must(Command::new("gzip").arg("-1").arg(segment))?;
                }
                Ok(())
            })
        }),
        ("base::recovery_point_lag", R::RecoveryPointLag, |b| {
            let mut document = b.base(
                &b.fixture.path("base-no-wal"),
                &json!("serverSide"),
                Some(&b.fixture.path("wal")),
            );
            document["spec"]["objectives"]["maxRecoveryPointLag"] = json!("1s");
            Ok(document)
        }),
        ("base::not_encrypted", R::NotEncrypted, |b| {
            let mut document = b.base(&b.fixture.path("base"), &json!("serverSide"), None);
            document["spec"]["encryptionPolicy"] = json!({"required": "ClientSide"});
            Ok(document)
        }),
        // pgBackRest.
        ("pgbackrest::clean", R::None, |b| b.backrest(|_, _| Ok(()))),
        ("pgbackrest::flip_in_data", R::ArtifactCorrupt, |b| {
            b.backrest(|repo, _| change(&largest(repo)?, |bytes| flip(bytes, |all| all.len() / 2)))
        }),
        ("pgbackrest::flip_in_header", R::ArtifactCorrupt, |b| {
            b.backrest(|repo, _| change(&largest(repo)?, |bytes| flip(bytes, |_| 10)))
        }),
        ("pgbackrest::truncated", R::ArtifactCorrupt, |b| {
            b.backrest(|repo, _| change(&largest(repo)?, |bytes| bytes.truncate(bytes.len() / 2)))
        }),
        ("pgbackrest::file_missing", R::ArtifactCorrupt, |b| {
            b.backrest(|repo, _| fs::remove_file(largest(repo)?))
        }),
        ("pgbackrest::zero_bytes", R::ArtifactCorrupt, |b| {
            b.backrest(|repo, _| change(&largest(repo)?, Vec::clear))
        }),
        // Its copy is used, and nothing is lost.
        ("pgbackrest::manifest_corrupt", R::None, |b| {
            b.backrest(|repo, label| {
                damage(&repo.join("backup/ehr").join(label).join("backup.manifest"))
            })
        }),
        (
            "pgbackrest::manifest_and_copy_corrupt",
            R::ArtifactCorrupt,
            |b| {
                b.backrest(|repo, label| {
                    let folder = repo.join("backup/ehr").join(label);
                    damage(&folder.join("backup.manifest"))?;
                    damage(&folder.join("backup.manifest.copy"))
                })
            },
        ),
        (
            "pgbackrest::info_and_copy_corrupt",
            R::ArtifactCorrupt,
            |b| {
                b.backrest(|repo, _| {
                    damage(&repo.join("backup/ehr/backup.info"))?;
                    damage(&repo.join("backup/ehr/backup.info.copy"))
                })
            },
        ),
        ("pgbackrest::wrong_passphrase", R::KeyMismatch, |b| {
            let mut document = b.backrest(|_, _| Ok(()))?;
            document["spec"]["source"]["pgBackRest"]["cipherPassSecretRef"]["key"] = json!("wrong");
            Ok(document)
        }),
        ("pgbackrest::no_passphrase", R::KeyMismatch, |b| {
            let mut document = b.backrest(|_, _| Ok(()))?;
            if let Some(source) = document["spec"]["source"]["pgBackRest"].as_object_mut() {
                source.remove("cipherPassSecretRef");
            }
            Ok(document)
        }),
        ("pgbackrest::not_encrypted", R::NotEncrypted, |b| {
            b.backrest(|repo, _| {
                for name in ["backup.info", "backup.info.copy"] {
                    fs::write(
                        repo.join("backup/ehr").join(name),
                        "[backrest]\nbackrest-format=5\n",
                    )?;
                }
                Ok(())
            })
        }),
        ("pgbackrest::required_log_missing", R::WalMissing, |b| {
            b.backrest(|repo, _| fs::remove_file(segment(repo, 0)?))
        }),
        ("pgbackrest::required_log_flip", R::ArtifactCorrupt, |b| {
            b.backrest(|repo, _| {
                change(&segment(repo, 0)?, |bytes| flip(bytes, |all| all.len() / 2))
            })
        }),
        ("pgbackrest::latest_log_missing", R::AssertionFailed, |b| {
            b.backrest(|repo, _| {
                let first = segment(repo, 0)?;
                for later in segments(repo)? {
                    if later > first {
                        fs::remove_file(later)?;
                    }
                }
                Ok(())
            })
        }),
        // Where nobody counts the rows.
        (
            "pgbackrest::latest_log_missing_by_lag",
            R::RecoveryPointLag,
            |b| {
                b.backrest_within_lag(|repo, _| {
                    let first = segment(repo, 0)?;
                    for later in segments(repo)? {
                        if later > first {
                            fs::remove_file(later)?;
                        }
                    }
                    Ok(())
                })
            },
        ),
        ("pgbackrest::latest_log_within_lag", R::None, |b| {
            b.backrest_within_lag(|_, _| Ok(()))
        }),
        ("pgbackrest::log_gap", R::WalMissing, |b| {
            b.backrest(|repo, _| fs::remove_file(segment(repo, 1)?))
        }),
        ("pgbackrest::latest_log_flip", R::ArtifactCorrupt, |b| {
            b.backrest(|repo, _| {
                change(&segment(repo, 1)?, |bytes| flip(bytes, |all| all.len() / 2))
            })
        }),
        ("pgbackrest::empty", R::BackupMissing, |b| {
            b.backrest(|repo, _| {
                fs::remove_dir_all(repo.join("backup"))?;
                fs::remove_dir_all(repo.join("archive"))
            })
        }),
        ("pgbackrest::stale", R::StaleBackup, |b| {
            let mut document = b.backrest(|_, _| Ok(()))?;
            document["spec"]["objectives"]["maxBackupAge"] = json!("1s");
            Ok(document)
        }),
        // The run before saw a later one than this repository has.
        ("pgbackrest::rolled_back", R::CanaryRolledBack, |b| {
            let state = b.folder.join("state/canary");
            fs::create_dir_all(&state)?;
            fs::write(state.join(b.name()), "9")?;
            b.backrest(|_, _| Ok(()))
        }),
        // restic.
        ("restic::clean", R::None, |b| b.restic("good", |_| Ok(()))),
        ("restic::clean_dump", R::None, |b| {
            let mut document = b.restic("stdin", |_| Ok(()))?;
            document["spec"]["source"]["restic"]["layout"] = json!({"pgDumpStdin": "Custom"});
            Ok(document)
        }),
        ("restic::clean_dump_with_manifest", R::None, |b| {
            b.restic_signed(|_, _| Ok(()))
        }),
        // An older snapshot takes its place, which no age tells: it is of today.
        ("restic::signed_snapshot_missing", R::BackupMissing, |b| {
            b.restic_signed(|repo, signed| {
                let dump = b.fixture.path("good.dump");
                restic_again(repo, &dump, &["--time", &b.before_the_dump()])?;
                fs::remove_file(repo.join("snapshots").join(signed))
            })
        }),
        ("restic::unsigned_snapshot", R::ChecksumMismatch, |b| {
            let dump = b.fixture.path("good.dump");
            b.restic_signed(|repo, _| restic_again(repo, &dump, &[]))
        }),
        ("restic::flip_in_pack", R::ArtifactCorrupt, |b| {
            b.restic("good", |repo| {
                change(&largest(repo)?, |bytes| flip(bytes, |all| all.len() / 3))
            })
        }),
        ("restic::pack_truncated", R::ArtifactCorrupt, |b| {
            b.restic("good", |repo| {
                change(&largest(repo)?, |bytes| bytes.truncate(bytes.len() / 2))
            })
        }),
        ("restic::pack_missing", R::ArtifactCorrupt, |b| {
            b.restic("good", |repo| fs::remove_file(largest(repo)?))
        }),
        ("restic::indexes_missing", R::ArtifactCorrupt, |b| {
            b.restic("good", |repo| {
                fs::remove_dir_all(repo.join("index"))?;
                fs::create_dir(repo.join("index"))
            })
        }),
        ("restic::snapshot_missing", R::BackupMissing, |b| {
            b.restic("good", |repo| {
                fs::remove_dir_all(repo.join("snapshots"))?;
                fs::create_dir(repo.join("snapshots"))
            })
        }),
        // An older snapshot takes the place of the newest, and restores without a word.
        ("restic::newest_snapshot_missing", R::StaleBackup, |b| {
            b.restic("good", |repo| {
                let newest = snapshot_ids(repo, "good")?;
                must(
                    restic_in(repo)
                        .args(["backup", "--tag", "good", "--time", "2026-01-01 03:00:00"])
                        .arg(b.fixture.path("base")),
                )?;
                for id in newest {
                    fs::remove_file(repo.join("snapshots").join(id))?;
                }
                Ok(())
            })
        }),
        // Or the clock of whoever made it is wrong, and no age can be told.
        ("restic::from_the_future", R::TimestampInFuture, |b| {
            b.restic("good", |repo| {
                must(
                    restic_in(repo)
                        .args(["backup", "--tag", "good", "--time", "2100-01-01 03:00:00"])
                        .arg(b.fixture.path("base")),
                )
                .map(drop)
            })
        }),
        ("restic::wrong_password", R::KeyMismatch, |b| {
            let mut document = b.restic("good", |_| Ok(()))?;
            document["spec"]["source"]["restic"]["passwordSecretRef"]["key"] = json!("wrong");
            Ok(document)
        }),
        // Beside the configured one, which is nobody's.
        (
            "restic::well_known_second_password",
            R::WeakEncryption,
            |b| {
                b.restic("good", |repo| {
                    let second = b.folder.join("second");
                    // Not the first that is tried.
                    fs::write(&second, "p@ssw0rd")?;
                    must(
                        restic_in(repo)
                            .args(["key", "add", "--new-password-file"])
                            .arg(second),
                    )
                    .map(drop)
                })
            },
        ),
        ("restic::config_corrupt", R::ArtifactCorrupt, |b| {
            b.restic("good", |repo| damage(&repo.join("config")))
        }),
        ("restic::empty", R::BackupMissing, |b| {
            b.restic("good", |repo| {
                fs::remove_dir_all(repo)?;
                fs::create_dir(repo)
            })
        }),
        ("restic::heap_page_flip", R::PhysicalCorruption, |b| {
            b.restic("heap", |_| Ok(()))
        }),
        ("restic::index_page_flip", R::PhysicalCorruption, |b| {
            b.restic("index", |_| Ok(()))
        }),
        ("restic::relation_missing", R::PhysicalCorruption, |b| {
            b.restic("relation", |_| Ok(()))
        }),
        ("restic::without_log", R::WalMissing, |b| {
            b.restic("no-wal", |_| Ok(()))
        }),
        ("restic::label_removed", R::PhysicalCorruption, |b| {
            b.restic("label", |_| Ok(()))
        }),
        ("restic::empty_folder", R::BackupMissing, |b| {
            b.restic("empty", |_| Ok(()))
        }),
        ("restic::live_copy", R::PhysicalCorruption, |b| {
            b.restic("live", |_| Ok(()))
        }),
        // With the manifest's word set aside, the pages' own checksums and the rows in the indexes still tell.
        (
            "restic::heap_page_flip_by_checksum",
            R::PhysicalCorruption,
            |b| {
                let mut document = b.restic("heap", |_| Ok(()))?;
                document["spec"]["checks"]["builtin"] = json!({"pgVerifyBackup": "Off"});
                Ok(document)
            },
        ),
        (
            "restic::index_page_flip_by_amcheck",
            R::PhysicalCorruption,
            |b| {
                let mut document = b.restic("index", |_| Ok(()))?;
                document["spec"]["checks"]["builtin"] =
                    json!({"pgVerifyBackup": "Off", "pgChecksums": false});
                Ok(document)
            },
        ),
        ("restic::stale", R::StaleBackup, |b| {
            let mut document = b.restic("good", |_| Ok(()))?;
            document["spec"]["objectives"]["maxBackupAge"] = json!("1s");
            Ok(document)
        }),
        // A snapshot of now of a base backup that is older than the dumps: the job that makes base backups is dead, and restic is not.
        ("restic::old_base_again", R::StaleBackup, |b| {
            let mut document = b.restic("good", |repo| {
                must(
                    restic_in(repo)
                        .args(["backup", "--tag", "good"])
                        .arg(b.fixture.path("base")),
                )
                .map(drop)
            })?;
            let most = Time::now().seconds_since(b.fixture.taken_at).floor();
            document["spec"]["objectives"] =
                json!({"maxBackupAge": format!("{most}s"), "rto": "4h"});
            Ok(document)
        }),
        // 28 hours old at the least, wherever its clock is.
        ("restic::old_dump_again", R::StaleBackup, |b| {
            b.restic_by_a_clock(40)
        }),
        // Older than its snapshot, by how much no zone tells.
        ("restic::dump_older_than_snapshot", R::ConfigError, |b| {
            b.restic_by_a_clock(30)
        }),
        // Its producer signed that it is older than its clock and its snapshot say.
        ("restic::signed_older", R::StaleBackup, |b| {
            let mut document = b.restic_signed(|repo, signed| {
                let before = Time(b.fixture.taken_at.0 - std::time::Duration::from_hours(30));
                let contents = std::slice::from_ref(&b.fixture.content);
                let list = repo.join("snapshots").join(signed);
                let envelope = b.fixture.sign_as_of(&list, contents, before)?;
                fs::write(format!("{}.manifest.dsse.json", repo.display()), envelope)
            })?;
            document["spec"]["objectives"] = json!({"maxBackupAge": "26h", "rto": "4h"});
            Ok(document)
        }),
        // As of the same job, by a clock in Honolulu.
        ("restic::clean_dump_by_a_clock_behind", R::None, |b| {
            b.restic_by_a_clock(10)
        }),
    ];
    let mut trials: Vec<Trial> = cases
        .into_iter()
        .map(|(name, reason, prepare)| {
            Trial::test(name, move || judge(name, reason, None, prepare).map(drop))
        })
        .collect();
    trials.extend(without_a_tool());
    trials.extend(negative_decrypts());
    trials.push(Trial::test("restic::very_many_snapshots", many_snapshots));
    trials.push(Trial::test(
        "base::manifest_of_a_million_files",
        large_manifest,
    ));
    trials.extend(lying_tools());
    trials.extend(failing_backrest());
    trials.push(Trial::test("base::ways_out", ways_out));
    trials.push(Trial::test(
        "dump::files_of_the_machine",
        files_of_the_machine,
    ));
    trials.push(Trial::test("folder::clean", in_a_folder));
    trials.push(Trial::test("folder::without_landlock", without_landlock));
    trials.push(Trial::test("dump::of_another_cluster", another_cluster));
    trials.push(Trial::test(
        "dump::manifest_of_very_many_tables",
        many_tables,
    ));
    trials.push(Trial::test("dump::very_many_objects", many_objects));
    trials.push(Trial::test("dump::owner_without_a_role", || {
        let name = "dump::owner_without_a_role";
        let result = judge(name, Reason::None, None, |b| {
            let mut document = b.with_sql(
                "--\n-- Name: notes; Type: TABLE; Schema: public; Owner: app\n--\n\nCREATE TABLE public.notes (id int);\nALTER TABLE public.notes OWNER TO app;\n",
            )?;
            document["spec"]["objectives"] = json!({});
            Ok(document)
        })?;
        let found = result.checks.iter().find(|check| check.id == "roles");
        if found.is_some_and(|check| !check.required && check.status == CheckStatus::Fail) {
            return Ok(());
        }
        Err(format!("the role is not told: {found:?}").into())
    }));
    trials
}

/// A manifest is as long as the database has tables, and is read as a whole: its limit is what bounds the memory.
fn many_tables() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let bench = Bench::new(&fixture, "dump-manifest-of-very-many-tables")?;
    let mut document = bench.aged("good.dump", "Custom", |_| {})?;
    let stored = bench.folder.join("good.dump.age");
    bench.add_manifest_of(&mut document, "pgDump", &stored, &stored)?;
    let peak_of = |tables: usize, reason: Reason| -> Result<u64, Failed> {
        let mut content = fixture.content.clone();
        content.tables.extend((0..tables).map(|number| {
            let table = Table {
                rows: 1_000_000,
                digest: Some(format!("{number:064x}")),
            };
            (format!("clinic.appointments_of_the_day_{number:06}"), table)
        }));
        let envelope = fixture.sign_all(&stored, &[content])?;
        let (length, limit) = (envelope.len() as u64, manifest::LIMIT);
        if (length > limit) != (reason == Reason::ConfigError) || length < limit * 9 / 10 {
            return Err(format!("{length} bytes, where {limit} are read").into());
        }
        fs::write(format!("{}.manifest.dsse.json", stored.display()), envelope)?;
        let peak = [(case::PEAK, "1".to_owned())];
        let (result, notes) = case::run(&bench.folder, &document, &fixture.secrets, &peak)?;
        if result.reason != reason {
            return Err(format!("{}: {notes:?}", result.reason).into());
        }
        Ok(notes.last().ok_or("no peak is told")?.parse()?)
    };
    // Each has 176 bytes of it, in base64. They are not in the backup.
    let full = usize::try_from(manifest::LIMIT / 185)?;
    let peak = peak_of(full, Reason::TableMissing)?;
    if peak > 64 << 10 {
        return Err(format!("{peak} KiB").into());
    }
    peak_of(full * 6 / 5, Reason::ConfigError).map(drop)
}

/// A database may have any number of objects: whoever looks for those that a dump lists holds a few bytes of each. Large objects are made
/// fastest.
fn many_objects() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let bench = Bench::new(&fixture, "dump-very-many-objects")?;
    let mut document =
        bench.with_sql("select count(lo_create(n)) from generate_series(1000000, 1599999) n;\n")?;
    document["spec"]["objectives"] = json!({});
    let (result, notes) = case::run(
        &bench.folder,
        &document,
        &fixture.secrets,
        &[(case::PEAK, "1".to_owned())],
    )?;
    fs::remove_dir_all(&bench.folder)?;
    let peak: u64 = notes.last().ok_or("no peak is told")?.parse()?;
    // With the server's 32 MiB of shared memory.
    if result.reason != Reason::None || peak > 100 << 10 {
        return Err(format!("{}, {peak} KiB: {notes:?}", result.reason).into());
    }
    Ok(())
}

/// Two archives of one base backup: the link of the first is no way out for the second, with namespaces or without. And a pipe in the place of a
/// file is not waited for.
fn ways_out() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let folder = fixture.path("cases").join("base-with-a-way-out");
    let outside = folder.join("outside");
    fs::create_dir_all(&outside)?;
    // Who unpacks is another user when root restores.
    must(
        Command::new("chmod")
            .arg("a+rwx")
            .arg(&folder)
            .arg(&outside),
    )?;
    let bench = Bench {
        fixture: &fixture,
        folder,
    };
    let tar = |from: &Path, name: &str| {
        let to = bench.folder.join("backup").join(name);
        must(
            Command::new("tar")
                .arg("-C")
                .arg(from)
                .arg("-cf")
                .arg(to)
                .arg("."),
        )
    };
    fs::create_dir(bench.folder.join("backup"))?;
    let log = bench.folder.join("log");
    fs::create_dir(&log)?;
    fs::write(log.join("planted"), "planted")?;
    tar(&log, "pg_wal.tar")?;
    let data = bench.copy_of("base")?;
    let document = bench.base(&bench.folder.join("backup"), &json!("serverSide"), None);
    let run = |isolation: &str, expected: Reason| -> Result<(), Failed> {
        let isolation = [(case::ISOLATION, isolation.to_owned())];
        let (result, notes) = case::run(&bench.folder, &document, &fixture.secrets, &isolation)?;
        let planted = fs::read_dir(&outside)?.count();
        if result.reason != expected || planted > 0 {
            return Err(format!("{}, {planted} planted: {notes:?}", result.reason).into());
        }
        Ok(())
    };
    fs::remove_dir_all(data.join("pg_wal"))?;
    std::os::unix::fs::symlink(&outside, data.join("pg_wal"))?;
    tar(&data, "base.tar")?;
    run("directory", Reason::ConfigError)?;
    run("auto", Reason::ConfigError)?;
    // A link below the folder that the second is unpacked into.
    fs::remove_file(data.join("pg_wal"))?;
    fs::create_dir(data.join("pg_wal"))?;
    std::os::unix::fs::symlink(&outside, data.join("pg_wal/archive_status"))?;
    fs::create_dir(log.join("archive_status"))?;
    fs::rename(log.join("planted"), log.join("archive_status/planted"))?;
    tar(&log, "pg_wal.tar")?;
    tar(&data, "base.tar")?;
    run("directory", Reason::ConfigError)?;
    run("auto", Reason::ConfigError)?;
    fs::remove_file(data.join("backup_label"))?;
    must(Command::new("mkfifo").arg(data.join("backup_label")))?;
    tar(&data, "base.tar")?;
    run("auto", Reason::ArtifactCorrupt)
}

/// Where the scratch is a plain folder, a dump's code runs beside the machine's files: it is not the user of the server there.
fn files_of_the_machine() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let bench = Bench::new(&fixture, "dump-files-of-the-machine")?;
    let of_a_server = fixture.path("pg").join("planted");
    // Everybody may write there, and read the other.
    let anywhere = PathBuf::from(format!("/var/tmp/hipaa-iac-planted-{}", std::process::id()));
    for sql in [
        format!("copy (select 1) to '{}'", of_a_server.display()),
        format!("copy (select 1) to '{}'", anywhere.display()),
        "create table public.seen (line text); copy public.seen from '/etc/hosts'".to_owned(),
        "create table public.seen (line text); copy public.seen from program 'cat /etc/hosts'"
            .to_owned(),
    ] {
        let document = bench.with_sql(&format!("{sql};\n"))?;
        for isolation in ["directory", "auto"] {
            let environment = [(case::ISOLATION, isolation.to_owned())];
            let (result, notes) =
                case::run(&bench.folder, &document, &fixture.secrets, &environment)?;
            let planted = of_a_server.exists() || fs::remove_file(&anywhere).is_ok();
            if result.reason != Reason::RestoreFailed || planted {
                return Err(format!("{isolation}: {sql}: {}: {notes:?}", result.reason).into());
            }
        }
    }
    Ok(())
}

/// A backup of another cluster whose canary has the same key and is newer: whose it is, is remembered, or stands in the document.
fn another_cluster() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let bench = Bench::new(&fixture, "dump-of-another-cluster")?;
    let other = Cluster::new()?;
    let socket = other.folder("socket")?;
    other.start(
        &["-A", "trust"],
        &format!(
            "listen_addresses = ''\nunix_socket_directories = '{}'\nfsync = off\n",
            socket.display()
        ),
    )?;
    let mut client = ::postgres::Config::new()
        .host_path(&socket)
        .user("postgres")
        .dbname("postgres")
        .connect(::postgres::NoTls)?;
    client.batch_execute("create table patients as select generate_series(1, 2000) id; create table encounters as select generate_series(1, 3000) id")?;
    let table = TableName::parse(canary::TABLE)?;
    let key = fs::read(fixture.secrets.join("canary/mac"))?;
    canary::create(&mut client, &table)?;
    for _ in 0..9 {
        canary::write(&mut client, &table, &key)?;
    }
    let system: i64 = client
        .query_one("select system_identifier from pg_control_system()", &[])?
        .try_get(0)?;
    drop(client);
    let dumped = must(
        postgres(&format!("{BIN}/pg_dump"))
            .args(["-U", "postgres", "-Fc", "-h"])
            .arg(&socket)
            .arg("postgres"),
    )?;
    let plain = bench.folder.join("other.dump");
    fs::write(&plain, dumped.stdout)?;
    fixture.age(&plain, &bench.folder.join("other.dump.age"))?;
    let own = bench.aged("good.dump", "Custom", |_| {})?;
    let mut others = bench.dump(&bench.folder.join("other.dump.age"), "Custom", &age());
    let run = |document: &Value, expected: Reason| -> Result<(), Failed> {
        let (result, notes) = case::run(&bench.folder, document, &fixture.secrets, &[])?;
        if result.reason == expected {
            return Ok(());
        }
        Err(format!(
            "{}, not {expected}: {notes:?} {:?}",
            result.reason, result.checks
        )
        .into())
    };
    run(&own, Reason::None)?;
    run(&others, Reason::CanaryMissing)?;
    run(&own, Reason::None)?;
    // A new cluster has taken its place, and the document says so.
    others["spec"]["checks"]["canary"]["systemIdentifier"] = json!(system.to_string());
    run(&others, Reason::None)?;
    run(&own, Reason::CanaryMissing)?;
    let state = bench.folder.join("state/canary").join(bench.name());
    fs::remove_file(&state)?;
    let mut own = own;
    own["spec"]["checks"]["canary"]["systemIdentifier"] = json!(system.to_string());
    run(&own, Reason::CanaryMissing)?;
    // What is remembered and cannot be read is not nothing.
    fs::write(&state, "a number")?;
    run(&others, Reason::ConfigError)?;
    fs::remove_file(&state)?;
    fs::create_dir(&state)?;
    run(&others, Reason::ConfigError)?;
    fs::remove_dir_all(&bench.folder)?;
    Ok(())
}

/// Every tool works where the scratch is a plain folder, and the record says what kept it from the machine's files.
fn in_a_folder() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let prepare: [(&str, Prepare); 5] = [
        ("dump", |b| b.manifested("good.dump", "Custom", |_| {})),
        ("gpg", |b| b.gpg_public()),
        ("base", |b| {
            let mut document = b.base(
                &b.fixture.path("base-no-wal"),
                &json!("serverSide"),
                Some(&b.fixture.path("wal")),
            );
            document["spec"]["checks"]["sql"][1]["expect"]["value"] = json!(ENCOUNTERS);
            Ok(document)
        }),
        ("pgbackrest", |b| b.backrest(|_, _| Ok(()))),
        ("restic", |b| b.restic("good", |_| Ok(()))),
    ];
    for (name, prepare) in prepare {
        let bench = Bench::new(&fixture, &format!("folder-{name}"))?;
        let document = prepare(&bench)?;
        let environment = [(case::ISOLATION, "directory".to_owned())];
        let (result, notes) = case::run(&bench.folder, &document, &fixture.secrets, &environment)?;
        let told = result
            .checks
            .iter()
            .find(|check| check.id == "isolation.files");
        if result.reason != Reason::None
            || told.is_none_or(|check| check.required || check.status != CheckStatus::Pass)
            || !notes.iter().any(|note| note.contains("Landlock"))
        {
            return Err(format!("{name}: {}: {told:?} {notes:?}", result.reason).into());
        }
        fixture::is_of_schema(&serde_json::to_value(&result)?)?;
        fs::remove_dir_all(&bench.folder)?;
    }
    Ok(())
}

/// A kernel without Landlock keeps what is restored from nothing: in a pod, where keys and result are within its reach, nothing is restored; elsewhere the
/// record says so.
fn without_landlock() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let bench = Bench::new(&fixture, "folder-without-landlock")?;
    let document = bench.manifested("good.dump", "Custom", |_| {})?;
    for (required, reason) in [(true, Reason::ToolMissing), (false, Reason::None)] {
        let mut environment = vec![
            (case::ISOLATION, "directory".to_owned()),
            (case::NO_LANDLOCK, String::new()),
        ];
        environment.extend(required.then(|| (case::LANDLOCK_REQUIRED, String::new())));
        let (result, notes) = case::run(&bench.folder, &document, &fixture.secrets, &environment)?;
        let told = result
            .checks
            .iter()
            .find(|check| check.id == "isolation.files");
        let is_told = told
            .is_some_and(|check| check.required == required && check.status == CheckStatus::Fail);
        // Nothing was opened, located or made.
        let begun = result.artifact.is_some() || !result.phases.is_empty();
        let in_folder = result.scratch.isolation == Isolation::LocalDirectory;
        if result.reason != reason || !is_told || !in_folder || begun == required {
            return Err(format!("{required}: {}: {told:?} {notes:?}", result.reason).into());
        }
        fixture::is_of_schema(&serde_json::to_value(&result)?)?;
    }
    // Where the kernel has it the requirement is met.
    let environment = [
        (case::ISOLATION, "directory".to_owned()),
        (case::LANDLOCK_REQUIRED, String::new()),
    ];
    let (result, notes) = case::run(&bench.folder, &document, &fixture.secrets, &environment)?;
    let met = result
        .checks
        .iter()
        .any(|check| check.id == "isolation.files" && check.required);
    if result.reason != Reason::None || !met {
        return Err(format!("{}: {notes:?}", result.reason).into());
    }
    fs::remove_dir_all(&bench.folder)?;
    Ok(())
}

/// A base backup's manifest is as long as the backup has files, and none of our processes grows with it.
fn large_manifest() -> Result<(), Failed> {
    const FILES: usize = 1_000_000;
    let fixture = fixture::get()?;
    let bench = Bench::new(&fixture, "base-manifest-of-a-million-files")?;
    let data = bench.copy_of("base")?;
    let manifest = data.join("backup_manifest");
    let text = fs::read_to_string(&manifest)?;
    let (begin, rest) = text
        .split_once("\"Files\": [\n")
        .ok_or("no list of files")?;
    let mut to = BufWriter::new(fs::File::create(&manifest)?);
    writeln!(to, "{begin}\"Files\": [")?;
    for number in 0..FILES {
        writeln!(
            to,
            r#"{{ "Path": "base/16384/{number}", "Size": 8192, "Last-Modified": "2026-11-24 03:17:00 GMT", "Checksum-Algorithm": "CRC32C", "Checksum": "00000000" }},"#
        )?;
    }
    to.write_all(rest.as_bytes())?;
    to.flush()?;
    let length = fs::metadata(&manifest)?.len();
    let mut document = bench.base(&data, &json!("serverSide"), None);
    // It would miss the files, and has memory of its own.
    document["spec"]["checks"]["builtin"] = json!({"pgVerifyBackup": "Off"});
    let (result, notes) = case::run(
        &bench.folder,
        &document,
        &fixture.secrets,
        &[(case::PEAK, "1".to_owned())],
    )?;
    fs::remove_dir_all(&bench.folder)?;
    let peak: u64 = notes.last().ok_or("no peak is told")?.parse()?;
    // With the server's 32 MiB of shared memory; the manifest alone is larger.
    let most = 100 << 20;
    if result.reason != Reason::None || length <= most || peak * 1024 > most {
        return Err(format!("{}, {length} bytes, {peak} KiB: {notes:?}", result.reason).into());
    }
    Ok(())
}

/// Damaged backups whose tools end with 0 all the same: what they restored tells.
fn lying_tools() -> Vec<Trial> {
    const PG_RESTORE: &str = "/usr/lib/postgresql/15/bin/pg_restore";
    const CONTENT: &str = "#!/bin/sh\n/opt/real \"$@\"\nexit 0\n";
    // It is asked for the key as well.
    const CONTENT_OF_DATA: &str = "#!/bin/sh\ncase \" $* \" in *' check '* | *' restore '*) /opt/real \"$@\"; exit 0 ;; esac\nexec /opt/real \"$@\"\n";
    let cases: [(&'static str, [&'static str; 2], Reason, Prepare); 4] = [
        (
            "lies::flip_before_encryption_custom",
            [PG_RESTORE, CONTENT],
            Reason::SchemaMismatch,
            |b| {
                b.damaged("good.dump", "Custom", |bytes| {
                    flip(bytes, |all| all.len() / 2);
                })
            },
        ),
        (
            "lies::directory_file_missing",
            [PG_RESTORE, CONTENT],
            Reason::SchemaMismatch,
            |b| b.directory(|folder| fs::remove_file(largest(folder)?)),
        ),
        (
            "lies::directory_file_truncated",
            [PG_RESTORE, CONTENT],
            Reason::SchemaMismatch,
            |b| {
                b.directory(|folder| {
                    change(&largest(folder)?, |bytes| bytes.truncate(bytes.len() / 2))
                })
            },
        ),
        (
            "lies::flip_in_pack",
            ["/usr/bin/restic", CONTENT_OF_DATA],
            Reason::PhysicalCorruption,
            |b| {
                b.restic("good", |repo| {
                    change(&largest(repo)?, |bytes| flip(bytes, |all| all.len() / 3))
                })
            },
        ),
    ];
    cases
        .into_iter()
        .map(|(name, stand_in, reason, prepare)| {
            Trial::test(name, move || {
                judge_replaced(name, stand_in, reason, prepare)
            })
        })
        .collect()
}

/// Runs a case on a machine where a script stands in for a program.
fn judge_replaced(
    name: &str,
    [program, script]: [&str; 2],
    reason: Reason,
    prepare: Prepare,
) -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let bench = Bench::new(&fixture, name)?;
    let mut document = prepare(&bench)?;
    // Of several tables that are restored at a time, its own may be there or not.
    if let Some(checks) = document["spec"]["checks"].as_object_mut() {
        checks.remove("canary");
    }
    document["spec"]["objectives"] = json!({});
    let (folder, secrets) = (&bench.folder, &fixture.secrets);
    let (result, notes) = case::run_replaced(program, script, folder, &document, secrets)?;
    if result.reason != reason {
        let text = serde_json::to_string_pretty(&result)?;
        return Err(format!("{}: {notes:?}\n{text}", result.reason).into());
    }
    fs::remove_dir_all(&bench.folder)?;
    Ok(())
}

/// What a pgBackRest does that is no word on the backup.
fn failing_backrest() -> Vec<Trial> {
    const PROGRAM: &str = "/usr/bin/pgbackrest";
    const OLD: &str = "#!/bin/sh\ncase \"$*\" in version) echo pgBackRest 2.38; exit 0 ;; esac\nexec /opt/real \"$@\"\n";
    // As it does with an option that it does not know.
    const REFUSES: &str =
        "#!/bin/sh\ncase \"$*\" in *' verify '*) exit 31 ;; esac\nexec /opt/real \"$@\"\n";
    const DIES: &str =
        "#!/bin/sh\ncase \"$*\" in *' verify '*) kill -9 $$ ;; esac\nexec /opt/real \"$@\"\n";
    const DIES_OF_KEY: &str =
        "#!/bin/sh\ncase \"$*\" in *' repo-get '*) kill -9 $$ ;; esac\nexec /opt/real \"$@\"\n";
    // As many blanks before the list as are read.
    const LONG: &str = "#!/bin/sh\ncase \"$*\" in *' info '*) head -c 5000000 /dev/zero | tr '\\0' ' ' ;; esac\nexec /opt/real \"$@\"\n";
    let good: Prepare = |b| b.backrest(|_, _| Ok(()));
    let wrong: Prepare = |b| {
        let mut document = b.backrest(|_, _| Ok(()))?;
        document["spec"]["source"]["pgBackRest"]["cipherPassSecretRef"]["key"] = json!("wrong");
        Ok(document)
    };
    let cases: [(&'static str, &'static str, Reason, Prepare); 5] = [
        ("pgbackrest::old", OLD, Reason::ToolMissing, good),
        (
            "pgbackrest::verify_refuses",
            REFUSES,
            Reason::RunnerLost,
            good,
        ),
        ("pgbackrest::verify_dies", DIES, Reason::OutOfMemory, good),
        (
            "pgbackrest::dies_of_wrong_passphrase",
            DIES_OF_KEY,
            Reason::OutOfMemory,
            wrong,
        ),
        ("pgbackrest::long_list", LONG, Reason::ConfigError, good),
    ];
    cases
        .into_iter()
        .map(|(name, script, reason, prepare)| {
            Trial::test(name, move || {
                judge_replaced(name, [PROGRAM, script], reason, prepare)
            })
        })
        .collect()
}

/// Sound backups on a machine that lacks a program, or the file of an extension: the name, the file, and the check that did not run,
/// where the run came so far. No such run is a pass.
fn without_a_tool() -> Vec<Trial> {
    const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";
    let cases: Vec<(&'static str, String, Option<&'static str>, Prepare)> = vec![
        (
            "tool::pg_amcheck",
            format!("{PROGRAMS}/pg_amcheck"),
            Some("pg-amcheck"),
            |b| b.aged("good.dump", "Custom", |_| {}),
        ),
        (
            "tool::amcheck",
            "/usr/share/postgresql/15/extension/amcheck.control".to_owned(),
            Some("pg-amcheck"),
            |b| b.aged("good.dump", "Custom", |_| {}),
        ),
        (
            "tool::pg_verifybackup",
            format!("{PROGRAMS}/pg_verifybackup"),
            Some("pg-verifybackup"),
            |b| Ok(b.base(&b.fixture.path("base"), &json!("serverSide"), None)),
        ),
        (
            "tool::pg_checksums",
            format!("{PROGRAMS}/pg_checksums"),
            Some("pg-checksums"),
            |b| Ok(b.base(&b.fixture.path("base"), &json!("serverSide"), None)),
        ),
        (
            "tool::pg_controldata",
            format!("{PROGRAMS}/pg_controldata"),
            None,
            |b| Ok(b.base(&b.fixture.path("base"), &json!("serverSide"), None)),
        ),
        (
            "tool::pg_restore",
            format!("{PROGRAMS}/pg_restore"),
            None,
            |b| b.aged("good.dump", "Custom", |_| {}),
        ),
        ("tool::psql", format!("{PROGRAMS}/psql"), None, |b| {
            b.manifested("good.sql", "Plain", |_| {})
        }),
        ("tool::gpg", "/usr/bin/gpg".to_owned(), None, |b| {
            b.gpg("good", |_| {})
        }),
        (
            "tool::pgbackrest",
            "/usr/bin/pgbackrest".to_owned(),
            None,
            |b| b.backrest(|_, _| Ok(())),
        ),
        ("tool::restic", "/usr/bin/restic".to_owned(), None, |b| {
            b.restic("good", |_| Ok(()))
        }),
    ];
    cases
        .into_iter()
        .map(|(name, file, check, prepare)| {
            Trial::test(name, move || {
                let result = judge(name, Reason::ToolMissing, Some(&file), prepare)?;
                let Some(id) = check else { return Ok(()) };
                let found = result.checks.iter().find(|check| check.id == id);
                if found.is_some_and(|check| check.required && check.status == CheckStatus::NotRun)
                {
                    return Ok(());
                }
                Err(format!("{id} is not told: {found:?}").into())
            })
        })
        .collect()
}

/// A list of snapshots that is longer than is read is no damage; of the newest alone it is short.
fn many_snapshots() -> Result<(), Failed> {
    // As many blanks before the whole list as are read.
    const LONG: &str = "#!/bin/sh\ncase \"$*\" in *'--latest 1'*) ;; *' snapshots '*) head -c 5000000 /dev/zero | tr '\\0' ' ' ;; esac\nexec /opt/real \"$@\"\n";
    let fixture = fixture::get()?;
    let bench = Bench::new(&fixture, "restic-very-many-snapshots")?;
    let mut document = bench.restic("stdin", |_| Ok(()))?;
    document["spec"]["source"]["restic"]["layout"] = json!({"pgDumpStdin": "Custom"});
    let ids = snapshot_ids(&bench.folder.join("restic"), "stdin")?;
    for (snapshot, reason) in [
        ("latest", Reason::None),
        (ids[0].as_str(), Reason::ConfigError),
    ] {
        document["spec"]["source"]["restic"]["snapshot"] = json!(snapshot);
        let (result, notes) = case::run_replaced(
            "/usr/bin/restic",
            LONG,
            &bench.folder,
            &document,
            &fixture.secrets,
        )?;
        if result.reason != reason {
            return Err(format!("{snapshot}: {}: {notes:?}", result.reason).into());
        }
    }
    fs::remove_dir_all(&bench.folder)?;
    Ok(())
}

/// Whether a key that nobody has is refused: not where the tool that is asked dies, nor where it opens the backup.
fn negative_decrypts() -> Vec<Trial> {
    const DIES: &str =
        "#!/bin/sh\ncase \"$*\" in *-negative*) kill -9 $$ ;; esac\nexec /opt/real \"$@\"\n";
    // The tool is given the key that is configured.
    const OPENS: &str = "#!/bin/sh\nfor word do shift; set -- \"$@\" \"$(echo \"$word\" | sed s/-negative//)\"; done\nexec /opt/real \"$@\"\n";
    let restic: Prepare = |b| b.restic("good", |_| Ok(()));
    let backrest: Prepare = |b| b.backrest(|_, _| Ok(()));
    let gpg: Prepare = |b| b.gpg("good", |_| {});
    let cases: [(&'static str, &'static str, bool, Prepare); 5] = [
        ("restic::negative_dies", "/usr/bin/restic", false, restic),
        (
            "pgbackrest::negative_dies",
            "/usr/bin/pgbackrest",
            false,
            backrest,
        ),
        ("dump::gpg_negative_dies", "/usr/bin/gpg", false, gpg),
        ("restic::any_password", "/usr/bin/restic", true, restic),
        (
            "pgbackrest::any_passphrase",
            "/usr/bin/pgbackrest",
            true,
            backrest,
        ),
    ];
    let judge = |name: &str, program: &str, opens: bool, prepare: Prepare| {
        let fixture = fixture::get()?;
        let bench = Bench::new(&fixture, name)?;
        let document = prepare(&bench)?;
        let (script, reason, said, status) = if opens {
            let reason = Reason::NegativeDecryptAccepted;
            (OPENS, reason, NegativeDecrypt::Accepted, CheckStatus::Fail)
        } else {
            let reason = Reason::OutOfMemory;
            (DIES, reason, NegativeDecrypt::NotRun, CheckStatus::NotRun)
        };
        let (result, notes) =
            case::run_replaced(program, script, &bench.folder, &document, &fixture.secrets)?;
        let check = result
            .checks
            .iter()
            .find(|check| check.id == "encryption.negative-decrypt");
        if result.reason != reason
            || result.encryption.negative_decrypt != said
            || check.is_none_or(|check| check.status != status)
        {
            return Err(format!("{}: {check:?} {notes:?}", result.reason).into());
        }
        fs::remove_dir_all(&bench.folder)?;
        Ok::<(), Failed>(())
    };
    cases
        .into_iter()
        .map(|(name, program, opens, prepare)| {
            Trial::test(name, move || judge(name, program, opens, prepare))
        })
        .collect()
}

fn judge(
    name: &str,
    reason: Reason,
    without: Option<&str>,
    prepare: Prepare,
) -> Result<RestoreResult, Failed> {
    let fixture = fixture::get()?;
    let bench = Bench::new(&fixture, name)?;
    let document = prepare(&bench)?;
    let (result, notes) = match without {
        None => case::run(&bench.folder, &document, &fixture.secrets, &[])?,
        Some(file) => case::run_without(file, &bench.folder, &document, &fixture.secrets)?,
    };
    let text = serde_json::to_string_pretty(&result)?;
    let told = format!("{notes:#?}\n{text}");
    if (result.verdict, result.reason) != (reason.verdict(), reason) {
        return Err(format!(
            "expected {:?} {reason}, got {:?} {}\n{told}",
            reason.verdict(),
            result.verdict,
            result.reason
        )
        .into());
    }
    fixture::is_of_schema(&serde_json::to_value(&result)?)?;
    if result.scratch.destroyed == Destroyed::NotVerified {
        return Err(format!("the scratch is not shown to be gone\n{told}").into());
    }
    if told.contains("Planted Patient") {
        return Err("the result quotes a row".into());
    }
    // Bytes in the open refuse no key, nor does what is not there, nor what its own key does not open.
    let nothing_refuses = matches!(
        name,
        "dump::not_encrypted"
            | "pgbackrest::not_encrypted"
            | "pgbackrest::empty"
            | "pgbackrest::info_and_copy_corrupt"
            | "pgbackrest::wrong_passphrase"
            | "restic::empty"
            | "restic::wrong_password"
            | "restic::config_corrupt"
    );
    if nothing_refuses && result.encryption.negative_decrypt != NegativeDecrypt::NotRun {
        return Err(format!("a key is said to be refused\n{told}").into());
    }
    if result.verdict == Verdict::Passed {
        // What is encrypted looks like it.
        let entropy = result
            .checks
            .iter()
            .find(|check| check.id == "encryption.entropy");
        if entropy.is_some_and(|check| check.status == CheckStatus::Fail) {
            return Err(format!("it does not look encrypted\n{told}").into());
        }
        let negative = result
            .checks
            .iter()
            .any(|check| check.id == "encryption.negative-decrypt" && check.required);
        if negative != (result.encryption.negative_decrypt == NegativeDecrypt::Refused) {
            return Err(format!("a key is not said to be refused\n{told}").into());
        }
        let closed = result
            .checks
            .iter()
            .find(|check| check.id == "closed-databases");
        if closed.is_some_and(|check| check.status != CheckStatus::Pass) {
            return Err(format!("no database is closed\n{told}").into());
        }
        let required_not_passed = result
            .checks
            .iter()
            .any(|check| check.required && check.status != CheckStatus::Pass);
        if required_not_passed || !result.objectives.values().all(|objective| objective.met) {
            return Err(format!("passed without all that it needs\n{told}").into());
        }
    }
    fs::remove_dir_all(&bench.folder)?;
    Ok(result)
}

fn age() -> Value {
    json!({"age": {"identitySecretRef": {"name": "age", "key": "identity"}}})
}

impl Bench<'_> {
    fn name(&self) -> String {
        let name = self
            .folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        name.replace('_', "-")
    }

    fn dump(&self, stored: &Path, format: &str, encryption: &Value) -> Value {
        self.fixture.verification(
            &self.name(),
            &json!({"pgDump": {
                "format": format,
                "location": {"local": {"path": stored}},
                "encryption": encryption,
            }}),
        )
    }

    /// A dump, encrypted with age, then changed.
    fn aged(
        &self,
        dump: &str,
        format: &str,
        change_it: impl Fn(&mut Vec<u8>),
    ) -> io::Result<Value> {
        let stored = self.folder.join(format!("{dump}.age"));
        self.fixture.age(&self.fixture.path(dump), &stored)?;
        change(&stored, change_it)?;
        Ok(self.dump(&stored, format, &age()))
    }

    /// A dump, changed, then encrypted with age.
    fn damaged(
        &self,
        dump: &str,
        format: &str,
        change_it: impl Fn(&mut Vec<u8>),
    ) -> io::Result<Value> {
        let plain = self.folder.join(dump);
        fs::copy(self.fixture.path(dump), &plain)?;
        change(&plain, change_it)?;
        let stored = self.folder.join(format!("{dump}.age"));
        self.fixture.age(&plain, &stored)?;
        Ok(self.dump(&stored, format, &age()))
    }

    /// As [`Self::aged`], with its producer's manifest beside it.
    fn manifested(
        &self,
        dump: &str,
        format: &str,
        change_it: impl Fn(&mut Vec<u8>),
    ) -> io::Result<Value> {
        let mut document = self.aged(dump, format, change_it)?;
        self.add_manifest(&mut document, &format!("{dump}.age"))?;
        Ok(document)
    }

    /// A dump whose own clock, which says no zone, was so many hours behind ours of now, in UTC.
    fn dumped_by_a_clock(&self, hours: u64, most: &str) -> io::Result<Value> {
        let mut document = self.damaged("good.dump", "Custom", |bytes| turn_back(bytes, hours))?;
        document["spec"]["objectives"] = json!({"maxBackupAge": most, "rto": "4h"});
        Ok(document)
    }

    /// A dump of which nothing is asked.
    fn unasked(&self, dump: &str) -> io::Result<Value> {
        let mut document = self.aged(dump, "Custom", |_| {})?;
        document["spec"]["objectives"] = json!({});
        document["spec"]["checks"] = json!({});
        Ok(document)
    }

    fn add_manifest(&self, document: &mut Value, stored: &str) -> io::Result<()> {
        let stored = self.folder.join(stored);
        self.add_manifest_of(document, "pgDump", &stored, &stored)
    }

    /// The manifest of `ehr` beside a backup, signed about a file of it.
    fn add_manifest_of(
        &self,
        document: &mut Value,
        kind: &str,
        stored: &Path,
        signed: &Path,
    ) -> io::Result<()> {
        let envelope = self.fixture.sign(signed)?;
        fs::write(format!("{}.manifest.dsse.json", stored.display()), envelope)?;
        document["spec"]["source"][kind]["manifestKey"] = json!("{artifact}.manifest.dsse.json");
        document["spec"]["checks"]["manifest"] = json!({
            "publicKeySecretRef": {"name": "producer", "key": "public"},
            "digestKeySecretRef": {"name": "digest", "key": "key"},
        });
        document["spec"]["checks"]["builtin"] = json!({"checksum": "Required"});
        document["spec"]["checks"]["sql"] = json!([
            {"id": "schema", "query": "select max(version) from public.schema_migrations", "expect": {"matchesManifest": "schemaVersion"}},
        ]);
        Ok(())
    }

    /// A plain dump with more statements before its end.
    fn with_sql(&self, sql: &str) -> io::Result<Value> {
        let mut document = self.damaged("good.sql", "Plain", |bytes| {
            let end = find(bytes, b"--\n-- PostgreSQL database dump complete");
            bytes.splice(end..end, sql.bytes());
        })?;
        // It does not say when it was made.
        document["spec"]["objectives"] = json!({"maxDataAge": "1d", "rto": "4h"});
        Ok(document)
    }

    fn flipped_text(&self) -> io::Result<Value> {
        let mut document = self.damaged("good.sql", "Plain", |bytes| {
            // One letter of one row, which is as good SQL as before.
            flip(bytes, |all| find(all, b"Planted Patient 1234"));
        })?;
        self.add_manifest(&mut document, "good.sql.age")?;
        Ok(document)
    }

    fn gpg(&self, key: &str, change_it: impl Fn(&mut Vec<u8>)) -> io::Result<Value> {
        let passphrase = fs::read_to_string(self.fixture.secrets.join("pass").join(key))?;
        let home = self.folder.join("gnupg");
        fs::create_dir(&home)?;
        let stored = self.folder.join("good.dump.gpg");
        must(
            Command::new("gpg")
                .args([
                    "--batch",
                    "--quiet",
                    "--no-tty",
                    "--pinentry-mode",
                    "loopback",
                    "--symmetric",
                ])
                .arg("--homedir")
                .arg(home)
                .args([
                    "--passphrase",
                    &passphrase,
                    "--s2k-count",
                    "1024",
                    "--output",
                ])
                .arg(&stored)
                .arg(self.fixture.path("good.dump")),
        )?;
        change(&stored, change_it)?;
        Ok(self.dump(
            &stored,
            "Custom",
            &json!({"gpg": {"passphraseSecretRef": {"name": "pass", "key": key}}}),
        ))
    }

    /// A message for a public key, made in a home of its own.
    fn gpg_public(&self) -> io::Result<Value> {
        let home = self.folder.join("gnupg");
        fs::create_dir(&home)?;
        fs::set_permissions(&home, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        let gpg = || {
            let mut command = Command::new("gpg");
            command
                .args([
                    "--batch",
                    "--quiet",
                    "--no-tty",
                    "--pinentry-mode",
                    "loopback",
                ])
                .args(["--passphrase", "", "--trust-model", "always"])
                .arg("--homedir")
                .arg(&home);
            command
        };
        must(gpg().args([
            "--quick-generate-key",
            "backup@example.org",
            "future-default",
            "default",
            "never",
        ]))?;
        let secret = must(gpg().args(["--export-secret-keys", "--armor", "backup@example.org"]))?;
        // Another case may make a key at the same time.
        let case = self.folder.file_name().unwrap_or_default();
        let name = format!("gpg-{}", case.to_string_lossy());
        let secrets = self.fixture.secrets.join(&name);
        fs::create_dir_all(&secrets)?;
        fs::write(secrets.join("secret"), secret.stdout)?;
        let stored = self.folder.join("good.dump.gpg");
        must(
            gpg()
                .args(["--encrypt", "--recipient", "backup@example.org", "--output"])
                .arg(&stored)
                .arg(self.fixture.path("good.dump")),
        )?;
        let _ = Command::new("gpgconf")
            .arg("--homedir")
            .arg(&home)
            .args(["--kill", "all"])
            .output();
        Ok(self.dump(
            &stored,
            "Custom",
            &json!({"gpg": {"secretKeySecretRef": {"name": name, "key": "secret"}}}),
        ))
    }

    /// SQL, compressed by a program and then encrypted, with its manifest.
    fn compressed(&self, program: &str, arguments: &[&str]) -> io::Result<Value> {
        let packed = must(
            Command::new(program)
                .args(arguments)
                .arg(self.fixture.path("good.sql")),
        )?;
        let plain = self.folder.join("good.sql.packed");
        fs::write(&plain, packed.stdout)?;
        let stored = self.folder.join("good.sql.packed.age");
        self.fixture.age(&plain, &stored)?;
        let mut document = self.dump(&stored, "Plain", &age());
        self.add_manifest(&mut document, "good.sql.packed.age")?;
        Ok(document)
    }

    /// A dump in the format directory, changed, then in an encrypted archive.
    fn directory(&self, damage_it: impl Fn(&Path) -> io::Result<()>) -> io::Result<Value> {
        let folder = self.copy_of("dumped")?;
        damage_it(&folder)?;
        let stored = self.archive(&folder)?;
        Ok(self.dump(&stored, "Directory", &age()))
    }

    /// A dump in the format directory, signed, then changed.
    fn signed_directory(&self, change_it: impl Fn(&Path) -> io::Result<()>) -> io::Result<Value> {
        let folder = self.copy_of("dumped")?.join("ehr");
        let mut document = self.dump(&folder, "Directory", &json!("serverSide"));
        self.add_manifest_of(&mut document, "pgDump", &folder, &folder)?;
        document["spec"]["encryptionPolicy"] = json!({"required": "None"});
        change_it(&folder)?;
        Ok(document)
    }

    fn copy_of(&self, name: &str) -> io::Result<PathBuf> {
        let folder = self.folder.join(name);
        must(
            Command::new("cp")
                .arg("-a")
                .arg(self.fixture.path(name))
                .arg(&folder),
        )?;
        Ok(folder)
    }

    /// A folder as an archive, encrypted with age.
    fn archive(&self, folder: &Path) -> io::Result<PathBuf> {
        let tar = self.folder.join("archive.tar");
        must(
            Command::new("tar")
                .arg("-C")
                .arg(folder)
                .arg("-cf")
                .arg(&tar)
                .arg("."),
        )?;
        let stored = self.folder.join("archive.tar.age");
        self.fixture.age(&tar, &stored)?;
        Ok(stored)
    }

    /// The manifest of all databases beside a stored backup, and what else such a backup is asked.
    fn of_cluster(
        &self,
        document: &mut Value,
        kind: &str,
        (stored, signed): (&Path, &Path),
        contents: &[Content],
    ) -> io::Result<()> {
        let envelope = self.fixture.sign_all(signed, contents)?;
        fs::write(format!("{}.manifest.dsse.json", stored.display()), envelope)?;
        document["spec"]["source"][kind]["manifestKey"] = json!("{artifact}.manifest.dsse.json");
        document["spec"]["checks"]["manifest"] = json!({
            "publicKeySecretRef": {"name": "producer", "key": "public"},
            "digestKeySecretRef": {"name": "digest", "key": "key"},
        });
        document["spec"]["checks"]["canary"]["database"] = json!("ehr");
        document["spec"]["checks"]["sql"] = json!([
            {"id": "invoices", "database": "billing", "query": "select count(*) from public.invoices", "expect": {"op": "==", "value": 50}},
        ]);
        document["spec"]["target"]["engine"]["postgres"] =
            json!({"parameters": {"shared_buffers": "32MB"}, "extensions": ["citext"]});
        Ok(())
    }

    /// A dump by `pg_dumpall`, changed, then encrypted.
    fn cluster(&self, change_it: impl Fn(&mut Vec<u8>)) -> io::Result<Value> {
        let mut document = self.damaged("cluster.sql", "Plain", change_it)?;
        let stored = self.folder.join("cluster.sql.age");
        let places = (stored.as_path(), stored.as_path());
        self.of_cluster(&mut document, "pgDump", places, &self.fixture.cluster)?;
        Ok(document)
    }

    /// A base backup of the cluster as an encrypted archive, whose producer says something else of it.
    fn base_cluster(&self, say: impl Fn(&mut [Content])) -> io::Result<Value> {
        let stored = self.archive(&self.fixture.path("base-cluster"))?;
        let mut document = self.base(&stored, &age(), None);
        let mut contents = self.fixture.cluster.clone();
        say(&mut contents);
        let places = (stored.as_path(), stored.as_path());
        self.of_cluster(&mut document, "pgBaseBackup", places, &contents)?;
        Ok(document)
    }

    /// A base backup of the cluster as a folder, beside the manifest of a folder of the fixture.
    fn base_folder(&self, signed: &str) -> io::Result<Value> {
        let stored = self.copy_of("base-cluster")?;
        let mut document = self.base(&stored, &json!("serverSide"), None);
        let list = self.fixture.path(signed).join("backup_manifest");
        let places = (stored.as_path(), list.as_path());
        self.of_cluster(&mut document, "pgBaseBackup", places, &self.fixture.cluster)?;
        document["spec"]["checks"]["builtin"] = json!({"checksum": "Required"});
        Ok(document)
    }

    fn base(&self, stored: &Path, encryption: &Value, wal: Option<&Path>) -> Value {
        let mut base = json!({"location": {"local": {"path": stored}}, "encryption": encryption});
        if let Some(wal) = wal {
            base["wal"] = json!({"local": {"path": wal}});
        }
        let mut document = self
            .fixture
            .verification(&self.name(), &json!({"pgBaseBackup": base}));
        document["spec"]["encryptionPolicy"] = json!({"required": "None"});
        document
    }

    /// A base backup with its log and a copy of the archive, changed: the segments from the one after the backup's last on are named. Nothing is
    /// asked of the data that the archive alone has.
    fn with_archive(
        &self,
        damage_it: impl Fn(&Path, &[String]) -> io::Result<()>,
    ) -> io::Result<Value> {
        let (wal, base) = (self.copy_of("wal")?, self.fixture.path("base"));
        let own = last_own_segment(&wal, &base)?;
        let mut later: Vec<String> = files(&wal)?
            .iter()
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
            .filter(|name| name.len() == own.len() && *name > own)
            .collect();
        later.sort();
        damage_it(&wal, &later)?;
        Ok(self.base(&base, &json!("serverSide"), Some(&wal)))
    }

    fn backrest(&self, damage_it: impl Fn(&Path, &str) -> io::Result<()>) -> io::Result<Value> {
        let repo = self.folder.join("pgbackrest");
        must(
            Command::new("cp")
                .arg("-a")
                .arg(self.fixture.path("pgbackrest"))
                .arg(&repo),
        )?;
        let label = fs::read_link(repo.join("backup/ehr/latest"))?;
        damage_it(&repo, &label.to_string_lossy())?;
        let mut document = self.fixture.verification(
            &self.name(),
            &json!({"pgBackRest": {
                "stanza": "ehr",
                "location": {"local": {"path": repo}},
                "cipherPassSecretRef": {"name": "pass", "key": "good"},
            }}),
        );
        document["spec"]["checks"]["sql"][1]["expect"]["value"] = json!(ENCOUNTERS);
        Ok(document)
    }

    /// A repository whose recovery point must be no older than the last canary, which was written after the backup.
    fn backrest_within_lag(
        &self,
        damage_it: impl Fn(&Path, &str) -> io::Result<()>,
    ) -> io::Result<Value> {
        let mut document = self.backrest(damage_it)?;
        document["spec"]["checks"]["sql"][1]["expect"]["value"] = json!(ENCOUNTERS - LATER);
        let lag = self.fixture.sql(
            "ehr",
            "select ceil(extract(epoch from clock_timestamp() - max(written_at))) from hipaa_iac.restore_canary",
        )?;
        document["spec"]["objectives"]["maxRecoveryPointLag"] = json!(format!("{lag}s"));
        Ok(document)
    }

    fn restic(&self, tag: &str, damage_it: impl Fn(&Path) -> io::Result<()>) -> io::Result<Value> {
        let repo = self.folder.join("restic");
        must(
            Command::new("cp")
                .arg("-a")
                .arg(self.fixture.path("restic"))
                .arg(&repo),
        )?;
        damage_it(&repo)?;
        let mut document = self.fixture.verification(
            &self.name(),
            &json!({"restic": {
                "location": {"local": {"path": repo}},
                "passwordSecretRef": {"name": "pass", "key": "good"},
                "selector": {"tags": [tag]},
                "layout": "pgBaseBackup",
            }}),
        );
        if tag != "stdin" {
            document["spec"]["checks"]["sql"][1]["expect"]["value"] = json!(ENCOUNTERS - LATER);
        }
        Ok(document)
    }
}

impl Bench<'_> {
    /// A repository with a dump whose snapshot was signed, then changed.
    fn restic_signed(
        &self,
        change_it: impl Fn(&Path, &str) -> io::Result<()>,
    ) -> io::Result<Value> {
        let mut document = self.restic("stdin", |_| Ok(()))?;
        document["spec"]["source"]["restic"]["layout"] = json!({"pgDumpStdin": "Custom"});
        let repo = self.folder.join("restic");
        let signed = snapshot_ids(&repo, "stdin")?
            .pop()
            .ok_or_else(|| io::Error::other("no snapshot"))?;
        let list = repo.join("snapshots").join(&signed);
        self.add_manifest_of(&mut document, "restic", &repo, &list)?;
        change_it(&repo, &signed)?;
        Ok(document)
    }

    /// A snapshot of now of a dump whose own clock, which says no zone, was so many hours behind ours, in UTC.
    fn restic_by_a_clock(&self, hours: u64) -> io::Result<Value> {
        let dump = self.folder.join("ehr.dump");
        fs::copy(self.fixture.path("good.dump"), &dump)?;
        change(&dump, |bytes| turn_back(bytes, hours))?;
        let mut document = self.restic("stdin", |repo| restic_again(repo, &dump, &[]))?;
        document["spec"]["source"]["restic"]["layout"] = json!({"pgDumpStdin": "Custom"});
        document["spec"]["objectives"] = json!({"maxBackupAge": "26h", "rto": "4h"});
        Ok(document)
    }

    /// Some minutes before the dumps were made, as restic takes a time.
    fn before_the_dump(&self) -> String {
        let at = self.fixture.taken_at.0 - std::time::Duration::from_mins(10);
        at.format("%Y-%m-%d %H:%M:%S").to_string()
    }
}

fn change(path: &Path, change_it: impl Fn(&mut Vec<u8>)) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    #[expect(
        clippy::permissions_set_readonly_false,
        reason = "a file of this test alone"
    )]
    permissions.set_readonly(false);
    fs::set_permissions(path, permissions)?;
    let mut bytes = fs::read(path)?;
    change_it(&mut bytes);
    fs::write(path, bytes)
}

/// A dump as one more snapshot.
fn restic_again(repo: &Path, dump: &Path, arguments: &[&str]) -> io::Result<()> {
    must(
        restic_in(repo)
            .args(["backup", "--tag", "stdin", "--stdin"])
            .args(["--stdin-filename", "ehr.dump"])
            .args(arguments)
            .stdin(fs::File::open(dump)?),
    )
    .map(drop)
}

/// Sets the clock of a dump in the format custom to so many hours before now, in UTC.
fn turn_back(dump: &mut [u8], hours: u64) {
    let clock = Time::now().0 - std::time::Duration::from_hours(hours);
    let clock = clock.format("%S %M %H %d %m %Y").to_string();
    // Behind magic, version, sizes, format and compression: seconds, minutes, hours, day, month from 0 and year from 1900, each with
    // its sign and four bytes (`WriteHead` of `pg_backup_archiver.c`).
    for (number, (field, from)) in clock.split(' ').zip([0, 0, 0, 0, 1, 1900]).enumerate() {
        let field = field.parse::<u32>().expect("a number") - from;
        let at = 16 + 5 * number;
        dump[at] = 0;
        dump[at + 1..at + 5].copy_from_slice(&field.to_le_bytes());
    }
}

/// Turns bits in many places, so that no redundancy helps.
fn damage(path: &Path) -> io::Result<()> {
    change(path, |bytes| {
        let from = bytes.len() / 3;
        for byte in &mut bytes[from..] {
            *byte ^= 0x55;
        }
    })
}

fn flip(bytes: &mut [u8], place: impl Fn(&[u8]) -> usize) {
    let at = place(bytes);
    bytes[at] ^= 1;
}

fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes
        .windows(what.len())
        .position(|window| window == what)
        .expect("the text is in the file")
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// restic over a repository of the fixture's password.
fn restic_in(repo: &Path) -> Command {
    let mut command = Command::new("restic");
    command
        .args(["--quiet", "--no-cache", "--repo"])
        .arg(repo)
        .env("RESTIC_PASSWORD", fixture::PASSPHRASE);
    command
}

/// The snapshots with a tag.
fn snapshot_ids(repo: &Path, tag: &str) -> io::Result<Vec<String>> {
    let listed = must(restic_in(repo).args(["snapshots", "--json", "--tag", tag]))?;
    let listed: Vec<Value> = serde_json::from_slice(&listed.stdout)?;
    Ok(listed
        .iter()
        .filter_map(|snapshot| Some(snapshot["id"].as_str()?.to_owned()))
        .collect())
}

/// The largest file that holds data, of either kind of repository.
fn largest(repo: &Path) -> io::Result<PathBuf> {
    let mut all = files(repo)?;
    all.retain(|path| !path.components().any(|part| part.as_os_str() == "archive"));
    all.sort_by_key(|path| fs::metadata(path).map_or(0, |data| data.len()));
    all.pop()
        .ok_or_else(|| io::Error::other("an empty repository"))
}

/// The archived segments from the backup's first on.
fn segments(repo: &Path) -> io::Result<Vec<PathBuf>> {
    let label = files(&repo.join("archive"))?
        .into_iter()
        .filter_map(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            name.ends_with(".backup").then(|| name[..24].to_owned())
        })
        .min()
        .ok_or_else(|| io::Error::other("no backup in the archive"))?;
    let mut all = files(&repo.join("archive"))?;
    all.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.len() > 60 && name.as_bytes()[24] == b'-' && name[..24] >= *label
    });
    Ok(all)
}

fn segment(repo: &Path, index: usize) -> io::Result<PathBuf> {
    segments(repo)?
        .into_iter()
        .nth(index)
        .ok_or_else(|| io::Error::other("no such segment"))
}

/// The last segment that a base backup needs: what the archive's history file says of the backup with its label's start.
fn last_own_segment(archive: &Path, base: &Path) -> io::Result<String> {
    let file = |text: &str, line: &str| {
        let rest = text.split_once(line)?.1.split_once("(file ")?.1;
        Some(rest.split_once(')')?.0.to_owned())
    };
    let none = || io::Error::other("no history of this backup in the archive");
    let label = fs::read_to_string(base.join("backup_label"))?;
    let first = file(&label, "START WAL LOCATION").ok_or_else(none)?;
    let history = files(archive)?
        .into_iter()
        .find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(&first) && name.ends_with(".backup")
        })
        .ok_or_else(none)?;
    file(&fs::read_to_string(history)?, "STOP WAL LOCATION").ok_or_else(none)
}
