//! PostgreSQL of this machine, and backups of it as CloudNativePG makes them.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

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
        store,
    };
    living.start()?;
    living.sql("create table patients (id int primary key, name text)")?;
    living.insert(1000)?;
    living.backup(&["--gzip"])?;
    living.insert(500)?;
    living.sql("checkpoint")?;
    living.backup(&[])?;
    // Each in a segment of its own.
    for _ in 0..3 {
        living.insert(1)?;
        living.archived()?;
    }
    living.push_log()?;
    let listed = store.python(
        "print('\\n'.join(sorted({key['Key'].split('/')[3] for key in s3.list_objects_v2(Bucket='backups', Prefix='cnpg/ehr/base/')['Contents']})))",
    )?;
    Ok(listed.lines().map(str::to_owned).collect())
}

/// A server that is backed up.
struct Living<'a> {
    folder: PathBuf,
    store: &'a Server,
}

impl Drop for Living<'_> {
    fn drop(&mut self) {
        let _ = postgres(&format!("{BIN}/pg_ctl"))
            .args(["stop", "-m", "immediate", "-D"])
            .arg(self.folder.join("pg"))
            .output();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Living<'_> {
    fn start(&self) -> io::Result<()> {
        give(&self.folder)?;
        for name in ["pg", "socket", "wal"] {
            fs::create_dir(self.folder.join(name))?;
            give(&self.folder.join(name))?;
        }
        let at = self.folder.display().to_string();
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
                .arg(self.folder.join("pg")),
        )?;
        fs::write(
            self.folder.join("pg/postgresql.auto.conf"),
            format!(
                "listen_addresses = ''\nunix_socket_directories = '{at}/socket'\nfsync = off\nautovacuum = off\narchive_mode = on\narchive_command = 'cp %p {at}/wal/%f'\n"
            ),
        )?;
        must(
            postgres(&format!("{BIN}/pg_ctl"))
                .args(["start", "-w", "-t", "120", "-l"])
                .arg(self.folder.join("socket/log"))
                .arg("-D")
                .arg(self.folder.join("pg"))
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        )?;
        Ok(())
    }

    fn sql(&self, sql: &str) -> io::Result<String> {
        let output = must(
            postgres(&format!("{BIN}/psql"))
                .args(["-XqtAU", "postgres", "-h"])
                .arg(self.folder.join("socket"))
                .args(["-c", sql]),
        )?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
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

    fn backup(&self, arguments: &[&str]) -> io::Result<()> {
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
        self.store.barman("cloud_backup", &all)?;
        // Their ids are seconds.
        std::thread::sleep(std::time::Duration::from_secs(1));
        Ok(())
    }

    /// The archive into the store: compressed, but for the last.
    fn push_log(&self) -> io::Result<()> {
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
            self.store.barman("cloud_walarchive", &arguments)?;
        }
        Ok(())
    }
}
