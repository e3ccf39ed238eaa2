//! Backups in tar: archives of everything that an archive can hold, of a folder's base backup, of CloudNativePG and of dumps. Whatever is in one,
//! a run ends soon, says so in a result that its schema allows, never passes, and touches nothing outside of its scratch.

use std::{fs, path::Path, process::Command, sync::LazyLock, time::Duration};

use hipaa_iac_tests::{program, workspace};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json};

use crate::tree::Tree;

/// What may not change: a folder that everybody may write to, beside the backup.
const OUTSIDE: &str = "outside";
/// Its only file.
const KEPT: &str = "kept";
/// What a header takes, and what everything else in an archive is filled up to, in bytes.
const BLOCK: usize = 512;

/// The seconds that a run may take by its own deadline; what waits for ever would end at it.
const DEADLINE: u64 = 60;
/// The most that a run took is far less.
const SOON: Duration = Duration::from_secs(30);

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let path = workspace().join("docs/schemas/restore-result.schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
});

/// Names of members: those of a data folder and of a dump, and ways out. `@` is the folder that may not change.
const NAMES: &[&str] = &[
    "PG_VERSION",
    "backup_label",
    "backup_manifest",
    "tablespace_map",
    "postgresql.auto.conf",
    "recovery.signal",
    "global",
    "global/pg_control",
    "base",
    "base/1",
    "base/1/1259",
    "pg_wal",
    "pg_wal/archive_status",
    "pg_wal/000000010000000000000002",
    "pg_tblspc",
    "pg_tblspc/16400",
    "pg_tblspc/16400/PG_15_202209061",
    "toc.dat",
    "4001.dat",
    "restore.sql",
    "a",
    "a/b",
    "archive_status/planted",
    "planted",
    ".",
    "..",
    "../planted",
    "../../../../../../outside/planted",
    "@/planted",
    "a/../../outside/planted",
    "",
    "-",
    "--checkpoint-action=exec=sh",
    "a\nb",
    "\u{1b}[31mred",
    "\u{202e}gpj",
];

/// Where links lead.
const TARGETS: &[&str] = &[
    "@",
    "@/kept",
    "@/planted",
    "@/../outside",
    "..",
    ".",
    "base",
    "a",
    "PG_VERSION",
    "pg_wal",
    "/etc/passwd",
    "/dev/zero",
    "/dev/stdin",
    "/proc/self/root",
    "/",
    "",
];

/// Everything that the flag of a member can say, and what none says (POSIX.1-1988, pax, GNU).
const KINDS: &[u8] = b"00000000555522222111346\x007xgLKSMVNDZ";

const SIZES: &[u64] = &[0, 1, 511, 512, 513, 1 << 20, 0o77_777_777_777];

const BODIES: &[&[u8]] = &[
    b"",
    b"15\n",
    b"999999999999999999999\n",
    b"START WAL LOCATION: 0/2000028 (file 000000010000000000000002)\nLABEL: base\nSTART TIME: 2026-11-24 03:17:00 UTC\n",
    b"16400 /srv/tablespace\n",
    b"{ \"Files\": [\n{ \"Path\": \"backup_label\", \"Last-Modified\": \"2026-11-24 19:49:16 GMT\" }\n] }",
    // The beginning of what PostgreSQL 15 dumps: versions, sizes of integers and offsets, the format.
    b"PGDMP\x01\x0e\x00\x04\x08\x03",
    b"PGDMP\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    b"30 path=../../outside/planted\n",
    b"19 size=8589934592\n",
    b"99999999999999999999 path=a\n",
    b"27 GNU.sparse.realsize=9e9\n",
];

#[derive(Clone, Debug)]
struct Member {
    name: String,
    kind: u8,
    link: String,
    body: Vec<u8>,
    /// Another size than that of the body.
    size: Option<u64>,
    mode: u32,
    /// Whether the checksum is right.
    sound: bool,
}

impl Member {
    fn file(name: &str, body: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            kind: b'0',
            link: String::new(),
            body: body.to_vec(),
            size: None,
            mode: 0o644,
            sound: true,
        }
    }

    /// Header, body and padding (POSIX.1-1988, `ustar`).
    fn bytes(&self) -> Vec<u8> {
        let mut header = vec![0; BLOCK];
        let mut put = |at: usize, most: usize, text: &[u8]| {
            let text = &text[..text.len().min(most)];
            header[at..at + text.len()].copy_from_slice(text);
        };
        put(0, 100, self.name.as_bytes());
        put(100, 8, format!("{:07o}\0", self.mode).as_bytes());
        put(108, 8, b"0000000\0");
        put(116, 8, b"0000000\0");
        let size = self.size.unwrap_or(self.body.len() as u64);
        put(124, 12, format!("{size:011o}\0").as_bytes());
        put(136, 12, b"14722313354\0");
        put(148, 8, b"        ");
        put(156, 1, &[self.kind]);
        put(157, 100, self.link.as_bytes());
        put(257, 8, b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        let sum = sum + u32::from(!self.sound);
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        header.extend_from_slice(&self.body);
        header.resize(header.len().next_multiple_of(BLOCK), 0);
        header
    }
}

fn member() -> impl Strategy<Value = Member> {
    let name = prop_oneof![
        12 => select(NAMES).prop_map(str::to_owned),
        1 => (select(NAMES), 1_usize..60).prop_map(|(name, times)| format!("{name}/").repeat(times)),
        1 => "\\PC{1,12}",
    ];
    let body = prop_oneof![
        6 => select(BODIES).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 0..700),
    ];
    let size = prop_oneof![8 => Just(None), 1 => select(SIZES).prop_map(Some)];
    let mode = select(&[0o644_u32, 0o755, 0, 0o4755, 0o7777, 0o200][..]);
    let sound = prop_oneof![30 => Just(true), 1 => Just(false)];
    (
        (name, select(KINDS), select(TARGETS)),
        body,
        (size, mode, sound),
    )
        .prop_map(|((name, kind, link), body, (size, mode, sound))| {
            let bodied = matches!(kind, b'0' | b'7' | b'x' | b'g' | b'L' | b'K' | b'Z' | 0);
            Member {
                name,
                kind,
                link: link.to_owned(),
                body: if bodied { body } else { Vec::new() },
                size,
                mode,
                sound,
            }
        })
}

/// An archive, perhaps damaged, that perhaps begins with what its kind of backup begins with.
fn archive(first: &'static [(&'static str, usize)]) -> impl Strategy<Value = Vec<u8>> {
    let damage = option::weighted(0.15, (any::<Index>(), any::<u8>()));
    let cut = option::weighted(0.1, any::<Index>());
    (
        proptest::bool::weighted(0.8),
        vec(member(), 0..8),
        damage,
        cut,
    )
        .prop_map(move |(begun, members, damage, cut)| {
            let mut bytes = Vec::new();
            if begun {
                for (name, body) in first {
                    bytes.extend(Member::file(name, BODIES[*body]).bytes());
                }
            }
            for member in members {
                bytes.extend(member.bytes());
            }
            bytes.resize(bytes.len() + 2 * BLOCK, 0);
            if let Some((at, byte)) = damage {
                let at = at.index(bytes.len());
                bytes[at] ^= byte;
            }
            if let Some(at) = cut {
                bytes.truncate(at.index(bytes.len()));
            }
            bytes
        })
}

const DATA: &[(&str, usize)] = &[("PG_VERSION", 1), ("backup_label", 3)];
const DUMP: &[(&str, usize)] = &[("toc.dat", 6)];

/// What barman-cloud says of a backup, as far as it is read.
const INFO: &str = "backup_label=None
begin_wal=000000010000000000000002
begin_xlog=0/2000028
end_time=2026-11-24 03:17:02.000000+00:00
end_wal=000000010000000000000002
end_xlog=0/2000100
pgdata=/var/lib/postgresql/data
status=DONE
systemid=7
tablespaces=None
timeline=1
version=150018
xlog_segment_size=16777216
";

/// Backups of one kind each, with the source that reads them.
pub(crate) fn trees() -> impl Strategy<Value = Tree> {
    let document = |source: Value| {
        json!({
            "apiVersion": "hipaa-iac.dev/v1alpha1",
            "kind": "RestoreVerification",
            "metadata": {"name": "ehr"},
            "spec": {
                "source": source,
                "encryptionPolicy": {"required": "None"},
                "target": {"storage": {"ephemeralVolume": {"size": "1Gi"}}},
                "deadlines": {"totalSeconds": DEADLINE},
            },
        })
        .to_string()
    };
    let one = move |kind: &'static str, more: Value| {
        let mut source = json!({"location": {"local": {"path": "@/../backup"}}});
        source
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        Tree::of("verification.json", document(json!({ kind: source })))
    };
    let server_side = || json!({"encryption": "serverSide"});
    prop_oneof![
        2 => archive(DATA).prop_map(move |base| {
            one("pgBaseBackup", server_side()).with("backup", base)
        }),
        3 => (archive(DATA), archive(&[]), option::of(archive(&[]))).prop_map(move |(base, log, space)| {
            let tree = one("pgBaseBackup", server_side())
                .with("backup/base.tar", base)
                .with("backup/pg_wal.tar", log);
            match space {
                Some(space) => tree.with("backup/16400.tar", space),
                None => tree,
            }
        }),
        3 => (archive(DATA), archive(&[])).prop_map(move |(first, second)| {
            one("cnpgBackup", json!({}))
                .with("backup/base/20261124T031700/backup.info", INFO)
                .with("backup/base/20261124T031700/data.tar", first)
                .with("backup/base/20261124T031700/data_0001.tar", second)
                .with("backup/wals/0000000100000000/000000010000000000000002", "")
        }),
        2 => archive(DUMP).prop_map(move |dump| {
            one("pgDump", json!({"format": "Directory", "encryption": "serverSide"})).with("backup", dump)
        }),
        2 => archive(DUMP).prop_map(move |dump| {
            one("pgDump", json!({"format": "Tar", "encryption": "serverSide"})).with("backup", dump)
        }),
    ]
    .prop_map(|tree| tree.with("outside/kept", KEPT))
}

/// Runs a verification of a backup, which lies in a folder, and says what is wrong with how that went. Tells whether its archives could be unpacked.
pub(crate) fn judge(tree: &Tree, folder: &Path, _sampled: bool) -> Result<bool, String> {
    let system = |error: std::io::Error| error.to_string();
    let outside = folder.join(OUTSIDE);
    open_to_all(&outside).map_err(system)?;
    // Only here is it known where the backup lies.
    for (path, bytes) in &tree.files {
        fs::write(folder.join(path), placed(bytes, &outside)).map_err(system)?;
    }
    for name in ["secrets", "scratch"] {
        fs::create_dir(folder.join(name)).map_err(system)?;
    }
    let begun = std::time::Instant::now();
    let ran = Command::new(program().map_err(system)?)
        .args(["restore", "verify", "--quiet", "--format", "json"])
        // Without namespaces nothing else keeps an archive in its place.
        .args(["--isolation", "directory", "--config", "verification.json"])
        .args([
            "--secrets",
            "secrets",
            "--scratch",
            "scratch",
            "--state",
            "state",
        ])
        .current_dir(folder)
        .output()
        .map_err(system)?;
    let said = String::from_utf8_lossy(&ran.stderr);
    if begun.elapsed() > SOON {
        return Err(format!("took {:?}: {said}", begun.elapsed()));
    }
    if !matches!(ran.status.code(), Some(1 | 3)) || said.contains("panicked") {
        return Err(format!("{}: {said}", ran.status));
    }
    let result: Value = serde_json::from_slice(&ran.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&ran.stdout)))?;
    if let Err(error) = SCHEMA.validate(&result) {
        return Err(format!("{error} at {}", error.instance_path()));
    }
    if result["scratch"]["destroyed"] == "NotVerified" {
        return Err(format!("the scratch is left: {result}"));
    }
    let names = |folder: &Path| -> Result<Vec<String>, String> {
        let entries = fs::read_dir(folder).map_err(system)?;
        Ok(entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect())
    };
    let kept = fs::read_to_string(outside.join(KEPT)).unwrap_or_default();
    if names(&outside)? != [KEPT] || kept != KEPT {
        return Err(format!(
            "outside of the scratch there are now {:?}",
            names(&outside)?
        ));
    }
    let reason = result["reason"].as_str().unwrap_or_default();
    Ok(!["ArtifactCorrupt", "ArtifactTruncated"].contains(&reason))
}

/// A text with the path of the folder that may not change in place of each `@`; in a member's header where name and link begin with it, with
/// the checksum that this makes.
fn placed(bytes: &[u8], outside: &Path) -> Vec<u8> {
    let outside = outside.to_string_lossy();
    if bytes.starts_with(b"{") {
        return String::from_utf8_lossy(bytes)
            .replace('@', &outside)
            .into_bytes();
    }
    let mut bytes = bytes.to_vec();
    for header in bytes.chunks_exact_mut(BLOCK) {
        let sum = |header: &[u8]| header.iter().map(|byte| u32::from(*byte)).sum::<u32>();
        let before = sum(header);
        for at in [0, 157] {
            let field = &mut header[at..at + 100];
            if field[0] == b'@' {
                let rest = field[1..].iter().copied().take_while(|byte| *byte != 0);
                let path: Vec<u8> = outside.bytes().chain(rest).take(100).collect();
                field.fill(0);
                field[..path.len()].copy_from_slice(&path);
            }
        }
        if header[257..262] != *b"ustar" || sum(header) == before {
            continue;
        }
        let told = String::from_utf8_lossy(&header[148..154]).into_owned();
        if let Ok(told) = u32::from_str_radix(&told, 8) {
            // The sum counts its own field as blanks: only the link has changed.
            let now = told + sum(header) - before;
            header[148..154].copy_from_slice(format!("{now:06o}").as_bytes());
        }
    }
    bytes
}

/// Lets everybody write to a folder: a run by root unpacks as another user.
fn open_to_all(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777))
}
