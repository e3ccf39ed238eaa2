//! The fault matrix: each way in which a backup was seen to be bad while its tools exit with 0, or nearly so, with the
//! reason that it must be given; and each sound kind, which must pass.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use hipaa_iac_restore::{
    Reason, Verdict,
    result::{CheckStatus, Destroyed},
};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::{
    case,
    fixture::{self, ENCOUNTERS, Fixture, LATER, must},
};

/// What a case works with: the fixture, and a folder of its own.
struct Bench<'f> {
    fixture: &'f Fixture,
    folder: PathBuf,
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
        ("dump::schema_changed", R::SchemaMismatch, |b| {
            let mut document = b.damaged("good.sql", "Plain", |bytes| {
                let at = find(bytes, b"CREATE INDEX encounters_note");
                let end = at + find(&bytes[at..], b";\n") + 2;
                bytes.drain(at..end);
            })?;
            b.add_manifest(&mut document, "good.sql.age")?;
            Ok(document)
        }),
        (
            "dump::version_that_is_not_here",
            R::VersionUnsupported,
            |b| {
                b.damaged("good.sql", "Plain", |bytes| {
                    let at = find(bytes, b"-- Dumped from database version 15") + 32;
                    bytes[at..at + 2].copy_from_slice(b"12");
                })
            },
        ),
        ("dump::stray_recipient", R::WeakEncryption, |b| {
            let mut document = b.aged("good.dump", "Custom", |_| {})?;
            document["spec"]["encryptionPolicy"] = json!({"recipients": ["age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"]});
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
        ("base::clean_encrypted_tar", R::None, |b| {
            let tar = b.folder.join("base.tar");
            must(
                Command::new("tar")
                    .arg("-C")
                    .arg(b.fixture.path("base"))
                    .arg("-cf")
                    .arg(&tar)
                    .arg("."),
            )?;
            let stored = b.folder.join("base.tar.age");
            b.fixture.age(&tar, &stored)?;
            let mut document = b.base(&stored, &age(), None);
            document["spec"]["encryptionPolicy"] = json!({"required": "ClientSide"});
            Ok(document)
        }),
        ("base::clean_with_archive", R::None, |b| {
            let mut document = b.base(
                &b.fixture.path("base-no-wal"),
                &json!("serverSide"),
                Some(&b.fixture.path("wal")),
            );
            document["spec"]["checks"]["sql"][1]["expect"]["value"] = json!(ENCOUNTERS);
            Ok(document)
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
        // restic.
        ("restic::clean", R::None, |b| b.restic("good", |_| Ok(()))),
        ("restic::clean_dump", R::None, |b| {
            let mut document = b.restic("stdin", |_| Ok(()))?;
            document["spec"]["source"]["restic"]["layout"] = json!({"pgDumpStdin": "Custom"});
            Ok(document)
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
        ("restic::wrong_password", R::KeyMismatch, |b| {
            let mut document = b.restic("good", |_| Ok(()))?;
            document["spec"]["source"]["restic"]["passwordSecretRef"]["key"] = json!("wrong");
            Ok(document)
        }),
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
    ];
    cases
        .into_iter()
        .map(|(name, reason, prepare)| Trial::test(name, move || judge(name, reason, prepare)))
        .collect()
}

fn judge(name: &str, reason: Reason, prepare: Prepare) -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let folder = fixture.path("cases").join(name.replace("::", "-"));
    fs::create_dir_all(&folder)?;
    let bench = Bench {
        fixture: &fixture,
        folder,
    };
    let document = prepare(&bench)?;
    let (result, notes) = case::run(&bench.folder, &document, &fixture.secrets, &[])?;
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
    if result.scratch.destroyed == Destroyed::NotVerified {
        return Err(format!("the scratch is not shown to be gone\n{told}").into());
    }
    if told.contains("Planted Patient") {
        return Err("the result quotes a row".into());
    }
    if result.verdict == Verdict::Passed {
        let required_not_passed = result
            .checks
            .iter()
            .any(|check| check.required && check.status != CheckStatus::Pass);
        if required_not_passed || !result.objectives.values().all(|objective| objective.met) {
            return Err(format!("passed without all that it needs\n{told}").into());
        }
    }
    fs::remove_dir_all(&bench.folder)?;
    Ok(())
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

    fn add_manifest(&self, document: &mut Value, stored: &str) -> io::Result<()> {
        let stored = self.folder.join(stored);
        let envelope = self.fixture.sign(&stored)?;
        fs::write(format!("{}.manifest.dsse.json", stored.display()), envelope)?;
        document["spec"]["source"]["pgDump"]["manifestKey"] =
            json!("{artifact}.manifest.dsse.json");
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
