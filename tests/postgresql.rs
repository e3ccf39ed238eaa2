//! PostgreSQL of this machine, and backups of it as CloudNativePG makes them.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use nix::sys::signal::Signal;

use crate::object_storage::Server;

/// Where Debian keeps the programs of PostgreSQL 15.
pub const BIN: &str = "/usr/lib/postgresql/15/bin";

/// A program run as a user that PostgreSQL accepts.
pub fn postgres(program: &str) -> Command {
    let mut command = postgres_with_environment(program);
    command
        .env_clear()
        .env("PATH", format!("{BIN}:/usr/local/bin:/usr/bin:/bin"))
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .env("HOME", "/nonexistent")
        .current_dir("/")
        .stdin(Stdio::null());
    command
}

/// The same in this program's environment and folder.
pub fn postgres_with_environment(program: &str) -> Command {
    let mut command;
    if nix::unistd::getuid().is_root() {
        command = Command::new("setpriv");
        command.args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "--",
            program,
        ]);
    } else {
        command = Command::new(program);
    }
    command
}

/// Gives a file or folder to the user that [`postgres`] runs programs as.
pub fn give(path: &Path) -> io::Result<()> {
    if nix::unistd::getuid().is_root() {
        let user = nix::unistd::User::from_name("postgres")?
            .ok_or_else(|| io::Error::other("there is no user postgres"))?;
        std::os::unix::fs::chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
    }
    Ok(())
}

/// Runs a command that must succeed.
pub fn must(command: &mut Command) -> io::Result<Output> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(output);
    }
    Err(io::Error::other(format!(
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )))
}

/// Copies of the data folders of two servers, each at one moment while a client writes: what a snapshot of the volume holds.
#[derive(Clone, Debug)]
pub struct Frozen {
    /// Rows of `visits` that were committed before the copies were made.
    pub visits: u64,
    /// The file of the table `patients`, below the data folder. It is not written to after the checkpoint.
    pub heap: String,
    /// The file of the index of `letters`, below the data folder.
    pub index: String,
    /// The bytes of that file before the last rows of the checkpoint were in it.
    pub old_index: Vec<u8>,
}

/// Makes `primary` and `standby` in a folder: see [`Frozen`]. The servers are gone then.
///
/// # Errors
/// What a program said.
pub fn frozen(to: &Path) -> io::Result<Frozen> {
    let folder = tempfile::Builder::new()
        .prefix("hipaa-iac-frozen-")
        .tempdir()?
        .keep();
    let primary = Living { folder };
    primary.make(
        &["--wal-segsize=1"],
        "fsync = off\nautovacuum = off\ncheckpoint_timeout = 1h\nmax_wal_size = 4GB\nwal_keep_size = 1GB\n",
    )?;
    primary.sql("create table patients (id int primary key, name text)")?;
    primary.insert(ROWS)?;
    primary.sql("create table letters (id int primary key, text text); insert into letters select g, md5(g::text) from generate_series(1, 500) g")?;
    primary.sql(
        "create table visits (id bigint generated always as identity primary key, note text)",
    )?;
    primary.sql("checkpoint")?;
    let file = |name: &str| primary.sql(&format!("select pg_relation_filepath('{name}')"));
    let (heap, index) = (file("patients")?, file("letters_pkey")?);
    let data = primary.folder.join("pg");
    let old_index = fs::read(data.join(&index))?;
    primary.sql(
        "insert into letters select g, md5(g::text) from generate_series(501, 1000) g; checkpoint",
    )?;
    let standby = Living {
        folder: tempfile::Builder::new()
            .prefix("hipaa-iac-frozen-")
            .tempdir()?
            .keep(),
    };
    standby.follow(&primary)?;
    // Several segments of log that no checkpoint follows.
    primary.sql("create table scans as select g as id, repeat(md5(g::text), 30) as text from generate_series(1, 4000) g")?;
    let mut writer = primary
        .client(
            "do $$ begin loop insert into visits (note) values ('seen'); commit; end loop; end $$",
        )
        .stderr(Stdio::null())
        .spawn()?;
    let made = || -> io::Result<u64> {
        let mut visits = 0;
        for _ in 0..600 {
            std::thread::sleep(std::time::Duration::from_millis(100));
            visits = standby
                .sql("select count(*) from visits")?
                .parse()
                .unwrap_or(0);
            if visits > 100 {
                break;
            }
        }
        standby.freeze(&to.join("standby"))?;
        primary.freeze(&to.join("primary"))?;
        Ok(visits)
    };
    let made = made();
    let _ = writer.kill();
    let _ = writer.wait();
    Ok(Frozen {
        visits: made?,
        heap,
        index,
        old_index,
    })
}

/// The rows of `patients` in all of what [`barman`] leaves.
pub const ROWS: u32 = 1503;

/// Backups of a server by barman-cloud's own programs, below `s3://backups/cnpg/ehr`, and their ids: the first compressed by gzip; the second
/// not at all, and 500 rows later; 3 more rows are in the log alone. The server is gone then.
///
/// # Errors
/// What a program said.
pub fn barman(store: &Server) -> io::Result<Vec<String>> {
    let living = Living {
        folder: tempfile::Builder::new()
            .prefix("hipaa-iac-barman-")
            .tempdir()?
            .keep(),
    };
    let archive = living.folder.join("wal");
    living.make(
        &[],
        &format!(
            "fsync = off\nautovacuum = off\narchive_mode = on\narchive_command = 'cp %p {}/%f'\n",
            archive.display()
        ),
    )?;
    living.sql("create table patients (id int primary key, name text)")?;
    living.insert(1000)?;
    living.backup(store, &["--gzip"])?;
    living.insert(500)?;
    living.sql("checkpoint")?;
    living.backup(store, &[])?;
    // Each in a segment of its own.
    for _ in 0..3 {
        living.insert(1)?;
        living.archived()?;
    }
    living.push_log(store)?;
    let listed = store.python(
        "print('\\n'.join(sorted({key['Key'].split('/')[3] for key in s3.list_objects_v2(Bucket='backups', Prefix='cnpg/ehr/base/')['Contents']})))",
    )?;
    Ok(listed.lines().map(str::to_owned).collect())
}

/// The passphrase of the repositories that [`repositories`] makes.
pub const PASSPHRASE: &str = "k3Wq8-zT1vYh5Rm0-of-repositories";

/// The rows of `patients` in the base backups of [`repositories`]; with the log that follows there are [`ROWS`].
pub const BASE_ROWS: u32 = 1000;

/// Backups of one server in a folder, for anybody to read: `base`, the archives of `pg_basebackup`, with the archived log `wal`; `pgbackrest`, a
/// repository of the stanza `ehr`; `restic`, one with a plain base backup. The server is gone then.
///
/// # Errors
/// What a program said.
pub fn repositories(to: &Path) -> io::Result<()> {
    let living = Living {
        folder: tempfile::Builder::new()
            .prefix("hipaa-iac-repositories-")
            .tempdir()?
            .keep(),
    };
    let path = |name: &str| living.folder.join(name);
    for name in ["spool", "pgbackrest"] {
        fs::create_dir(path(name))?;
        give(&path(name))?;
    }
    let at = living.folder.display();
    fs::write(
        path("pgbackrest.conf"),
        format!(
            "[global]\nrepo1-path={at}/pgbackrest\nrepo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass={PASSPHRASE}\nrepo1-retention-full=9\nlock-path={at}/spool\nlog-path={at}/spool\nlog-level-file=off\nlog-level-console=warn\nstart-fast=y\ncompress-level=1\n[ehr]\npg1-path={at}/pg\npg1-socket-path={at}/socket\npg1-user=postgres\n"
        ),
    )?;
    let backrest = |arguments: &[&str]| {
        must(
            postgres("pgbackrest")
                .arg(format!("--config={at}/pgbackrest.conf"))
                .arg("--stanza=ehr")
                .args(arguments),
        )
    };
    living.make(
        &[],
        &format!(
            "fsync = off\nautovacuum = off\narchive_mode = on\narchive_command = 'pgbackrest --config={at}/pgbackrest.conf --stanza=ehr archive-push %p && cp %p {at}/wal/%f'\n"
        ),
    )?;
    backrest(&["stanza-create"])?;
    living.sql("create table patients (id int primary key, name text)")?;
    living.insert(BASE_ROWS)?;
    backrest(&["backup", "--type=full"])?;
    for (name, format) in [("base", "tar"), ("plain", "plain")] {
        must(
            postgres(&format!("{BIN}/pg_basebackup"))
                .args(["--wal-method=stream", "--checkpoint=fast", "--no-sync"])
                .args(["--format", format, "-U", "postgres", "-h"])
                .arg(path("socket"))
                .arg("-D")
                .arg(path(name)),
        )?;
    }
    living.insert(ROWS - BASE_ROWS)?;
    living.archived()?;
    let restic = |arguments: &[&str], folder: &[PathBuf]| {
        must(
            Command::new("restic")
                .args(["--quiet", "--no-cache", "--repo"])
                .arg(to.join("restic"))
                .args(arguments)
                .args(folder)
                .env("RESTIC_PASSWORD", PASSPHRASE)
                .stdin(Stdio::null()),
        )
    };
    restic(&["init"], &[])?;
    restic(&["backup"], &[path("plain")])?;
    for name in ["base", "wal", "pgbackrest"] {
        must(Command::new("cp").arg("-r").arg(path(name)).arg(to))?;
    }
    must(Command::new("chmod").args(["-R", "a+rX"]).arg(to)).map(drop)
}

/// A dump, in the custom format, of the database that such a dump is of, as it is after a change: that is given its connection string. The server is
/// gone then.
///
/// # Errors
/// What a program, or the change, said.
pub fn dump_of_later(
    dump: &Path,
    change: impl FnOnce(&str) -> io::Result<()>,
) -> io::Result<Vec<u8>> {
    let living = Living {
        folder: tempfile::Builder::new()
            .prefix("hipaa-iac-later-")
            .tempdir()?
            .keep(),
    };
    living.make(&[], "fsync = off\nautovacuum = off\n")?;
    living.sql("create database later")?;
    let socket = living.folder.join("socket");
    let client = |program: &str| {
        let mut client = postgres(&format!("{BIN}/{program}"));
        client.args(["-U", "postgres", "-d", "later", "-h"]);
        client.arg(&socket);
        client
    };
    // The user of the programs may not enter the folder that the dump is in.
    must(client("pg_restore").stdin(fs::File::open(dump)?))?;
    change(&format!(
        "host={} user=postgres dbname=later",
        socket.display()
    ))?;
    Ok(must(client("pg_dump").arg("--format=custom"))?.stdout)
}

/// A server that is backed up.
struct Living {
    folder: PathBuf,
}

impl Drop for Living {
    fn drop(&mut self) {
        let _ = postgres(&format!("{BIN}/pg_ctl"))
            .args(["stop", "-m", "immediate", "-D"])
            .arg(self.folder.join("pg"))
            .output();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Living {
    /// Makes a cluster with these options and settings, and starts its server.
    fn make(&self, initdb: &[&str], settings: &str) -> io::Result<()> {
        self.folders()?;
        must(
            postgres(&format!("{BIN}/initdb"))
                .args([
                    "--data-checksums",
                    "--no-sync",
                    "-A",
                    "trust",
                    "-U",
                    "postgres",
                    "-D",
                ])
                .arg(self.folder.join("pg"))
                .args(initdb),
        )?;
        fs::write(
            self.folder.join("pg/postgresql.auto.conf"),
            format!("listen_addresses = ''\n{settings}"),
        )?;
        self.start("")
    }

    fn folders(&self) -> io::Result<()> {
        give(&self.folder)?;
        for name in ["pg", "socket", "wal"] {
            let path = self.folder.join(name);
            fs::create_dir(&path)?;
            // No server starts on a folder that others may read.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700))?;
            give(&path)?;
        }
        Ok(())
    }

    fn start(&self, options: &str) -> io::Result<()> {
        let socket = self.folder.join("socket");
        must(
            postgres(&format!("{BIN}/pg_ctl"))
                .args(["start", "-w", "-t", "120", "-l"])
                .arg(socket.join("log"))
                .arg("-D")
                .arg(self.folder.join("pg"))
                .arg("-o")
                .arg(format!(
                    "-c unix_socket_directories={} {options}",
                    socket.display()
                ))
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        )
        .map(drop)
    }

    /// Makes a standby, which writes its pages early for want of memory.
    fn follow(&self, primary: &Self) -> io::Result<()> {
        self.folders()?;
        must(
            postgres(&format!("{BIN}/pg_basebackup"))
                .args(["--write-recovery-conf", "--wal-method=stream"])
                .args(["--checkpoint=fast", "--no-sync", "-U", "postgres", "-h"])
                .arg(primary.folder.join("socket"))
                .arg("-D")
                .arg(self.folder.join("pg")),
        )?;
        self.start("-c shared_buffers=128kB")
    }

    /// Copies the data folder while nothing of the server runs, and lets it go on.
    fn freeze(&self, to: &Path) -> io::Result<()> {
        let data = self.folder.join("pg");
        let pid = fs::read_to_string(data.join("postmaster.pid"))?;
        let first = pid.lines().next().and_then(|pid| pid.parse().ok());
        let postmaster: i32 = first.ok_or_else(|| io::Error::other("no postmaster"))?;
        let signal = |pid, signal| {
            nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal).map_err(io::Error::from)
        };
        // One that is stopped starts no other.
        signal(postmaster, Signal::SIGSTOP)?;
        stopped(postmaster)?;
        let children = children(postmaster)?;
        for child in &children {
            signal(*child, Signal::SIGSTOP)?;
        }
        for child in &children {
            stopped(*child)?;
        }
        let copied = must(Command::new("cp").arg("-a").arg(&data).arg(to));
        for pid in children.into_iter().chain([postmaster]) {
            signal(pid, Signal::SIGCONT)?;
        }
        copied.map(drop)
    }

    fn sql(&self, sql: &str) -> io::Result<String> {
        let output = must(&mut self.client(sql))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn client(&self, sql: &str) -> Command {
        let mut client = postgres(&format!("{BIN}/psql"));
        client
            .args(["-XqtAU", "postgres", "-h"])
            .arg(self.folder.join("socket"))
            .args(["-c", sql]);
        client
    }

    fn insert(&self, rows: u32) -> io::Result<()> {
        self.sql(&format!(
            "insert into patients select last.id + g, 'Planted Person ' || g from generate_series(1, {rows}) g, (select coalesce(max(id), 0) as id from patients) last"
        ))
        .map(drop)
    }

    /// Waits until the log up to now is in the archive.
    fn archived(&self) -> io::Result<()> {
        let last = self.sql("select pg_walfile_name(pg_switch_wal())")?;
        for _ in 0..600 {
            if self.sql("select last_archived_wal from pg_stat_archiver")? >= last {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        Err(io::Error::other("the log is not archived"))
    }

    fn backup(&self, store: &Server, arguments: &[&str]) -> io::Result<()> {
        let socket = self.folder.join("socket").display().to_string();
        let mut all = vec![
            "--host",
            &*socket,
            "--user",
            "postgres",
            "--immediate-checkpoint",
        ];
        all.extend(arguments);
        all.extend(["s3://backups/cnpg", "ehr"]);
        store.barman("cloud_backup", &all)?;
        // Their ids are seconds.
        std::thread::sleep(std::time::Duration::from_secs(1));
        Ok(())
    }

    /// The archive into the store: compressed, but for the last.
    fn push_log(&self, store: &Server) -> io::Result<()> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.folder.join("wal"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<_>>()?;
        files.sort();
        let last = files.len() - 1;
        for (at, file) in files.iter().enumerate() {
            let file = file.display().to_string();
            let mut arguments = Vec::new();
            if at < last {
                arguments.push("--gzip");
            }
            arguments.extend(["s3://backups/cnpg", "ehr", &file]);
            store.barman("cloud_walarchive", &arguments)?;
        }
        Ok(())
    }
}

/// Waits until a process that was told to stop has, or is dead: a call that had begun ends first.
fn stopped(pid: i32) -> io::Result<()> {
    for _ in 0..6000 {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name, in parentheses, may have anything in it.
        let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
        if after.trim_start().starts_with(['T', 't', 'Z']) {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Err(io::Error::other(format!("process {pid} does not stop")))
}

/// The processes that a process started.
fn children(parent: i32) -> io::Result<Vec<i32>> {
    let mut all = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name, in parentheses, may have anything in it.
        let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
        let ppid = after.split_whitespace().nth(1);
        if ppid.and_then(|ppid| ppid.parse().ok()) == Some(parent) {
            all.push(pid);
        }
    }
    Ok(all)
}
