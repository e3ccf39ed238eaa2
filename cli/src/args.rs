//! The command line, as `--help` shows it.

use std::{
    env,
    path::{Component, Path, PathBuf},
};

use clap::{
    Arg, ArgAction, ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum,
    builder::{PathBufValueParser, TypedValueParser as _},
};

/// Judges Terraform and Kubernetes manifests against the HIPAA Security Rule (45 CFR part 164), offline.
#[derive(Debug, Parser)]
#[command(
    name = "hipaa-iac",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// When to colour text output (`NO_COLOR` is honoured)
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, value_name = "WHEN")]
    pub(crate) color: Color,
    /// One line for each finding, and no progress
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Tell more: why each policy matters, remedies as code, lists in full
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Threads to use [default: one for each core]
    #[arg(short, long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge Terraform (source, plan, state) and Kubernetes manifests (YAML, JSON, Helm, Kustomize)
    #[command(after_help = EXIT_CODES)]
    Check(Box<CheckArgs>),
    /// List, show, lint and test policies
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Tell why a policy matters and how to fix what it finds
    Explain {
        /// The policy's name
        policy: String,
        #[command(flatten)]
        policies: PolicyFolders,
    },
    /// Show what hipaa-iac sees: every evaluated resource, with what is unknown and why
    Inspect(Box<InspectArgs>),
    /// Keep what was found as signed records in a log in which nothing can be changed unseen
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Prove that backups restore, and prepare databases for that proof
    #[cfg(target_os = "linux")]
    #[command(subcommand)]
    Restore(RestoreCommand),
    /// Write a commented hipaa-iac.yaml into a folder
    Init {
        /// The folder
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// Replace a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Print the JSON Schema of the result, of a policy or of hipaa-iac.yaml
    Schema {
        /// Which one
        #[arg(value_enum, value_name = "WHAT")]
        of: SchemaOf,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

const EXIT_CODES: &str = "\
Exit codes (the highest applies):
  0  nothing at or above --fail-on; unknowns alone included
  1  findings at or above --fail-on; with --strict also unknowns
  2  wrong usage or configuration
  3  input could not be read, parsed, resolved or evaluated; a policy is broken;
     with --strict also nothing to judge
  4  a bug in hipaa-iac";

/// A path below the working folder as seen from there: however it is spelled, reports name its files as the repository does.
fn from_here(path: PathBuf) -> PathBuf {
    below_here(&path).unwrap_or(path)
}

fn below_here(path: &Path) -> Option<PathBuf> {
    let parts: Vec<Component<'_>> = path.components().collect();
    let up = parts.iter().rposition(|part| *part == Component::ParentDir);
    let (up, down) = parts.split_at(up.map_or(0, |at| at + 1));
    let mut whole: PathBuf = up.iter().collect();
    if !up.is_empty() {
        // Where `..` leads is the system's to say: behind a link it is another folder.
        whole = whole.canonicalize().ok()?;
    }
    whole.extend(down);
    let below = whole.strip_prefix(env::current_dir().ok()?).ok()?;
    Some(if below == Path::new("") {
        PathBuf::from(".")
    } else {
        below.to_owned()
    })
}

/// What to read and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// Files, pipes and folders to read; `-` is standard input
    #[arg(
        default_value = ".",
        value_name = "PATH",
        value_parser = PathBufValueParser::new().map(from_here),
        help_heading = None::<&str>
    )]
    pub(crate) paths: Vec<PathBuf>,
    /// The configuration [default: hipaa-iac.yaml in the first PATH]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) assignments: Assignments,
    /// The Terraform workspace [default: `TF_WORKSPACE`, else `default`]
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) workspace: Option<String>,
    /// Render Helm charts with these values too
    #[arg(long = "helm-values", value_name = "FILE")]
    pub(crate) helm_values: Vec<PathBuf>,
    /// Take modules that are not there for unknown, without exit code 3
    #[arg(long)]
    pub(crate) allow_unresolved: bool,
}

/// `--var` and `--var-file` in the order in which they were given, for Terraform lets a later one win.
#[derive(Debug, Default)]
pub(crate) struct Assignments(Vec<Argument>);

/// One of them.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    Var(String),
    VarFile(PathBuf),
}

impl Assignments {
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Argument> {
        self.0.iter()
    }
}

impl FromArgMatches for Assignments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let vars = matches
            .get_many::<String>("var")
            .unwrap_or_default()
            .map(|pair| Argument::Var(pair.clone()));
        let files = matches
            .get_many::<PathBuf>("var-file")
            .unwrap_or_default()
            .map(|file| Argument::VarFile(file.clone()));
        let mut all: Vec<(usize, Argument)> = matches
            .indices_of("var")
            .unwrap_or_default()
            .zip(vars)
            .collect();
        all.extend(
            matches
                .indices_of("var-file")
                .unwrap_or_default()
                .zip(files),
        );
        all.sort_by_key(|(at, _)| *at);
        Ok(Self(
            all.into_iter().map(|(_, argument)| argument).collect(),
        ))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Assignments {
    fn augment_args(command: clap::Command) -> clap::Command {
        let var = Arg::new("var")
            .long("var")
            .value_name("NAME=VALUE")
            .help("Set a Terraform variable of the root modules");
        let file = Arg::new("var-file")
            .long("var-file")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help("Read Terraform variables from a file");
        command.args([var, file].map(|argument| argument.action(ArgAction::Append)))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

/// Where the user's own policies are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Policies")]
pub(crate) struct PolicyFolders {
    /// Read further policies from this folder
    #[arg(long = "policy", value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) policies: PolicyFolders,
    #[arg(
        short,
        long = "format",
        help_heading = "Report",
        value_name = "FORMAT[=FILE]",
        help = "Output format: text, json, sarif, junit or github; with =FILE into that file; may be repeated [default: text]"
    )]
    pub(crate) formats: Vec<String>,
    /// The lowest severity that makes the exit code 1 [default: low]
    #[arg(long, help_heading = "Report", value_enum, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOn>,
    /// Let unknown verdicts fail the run too, and a run that judges nothing
    #[arg(long, help_heading = "Report")]
    pub(crate) strict: bool,
    /// Which verdicts the report holds
    #[arg(long, help_heading = "Report", value_enum, default_value_t = Show::Findings, value_name = "WHAT")]
    pub(crate) show: Show,
    /// Judge the policies of this profile (may be repeated) [default: hipaa]
    #[arg(long = "profile", value_name = "NAME")]
    pub(crate) profiles: Vec<String>,
    /// Judge this policy only, whatever its profile (may be repeated)
    #[arg(long, value_name = "POLICY")]
    pub(crate) only: Vec<String>,
    /// Leave this policy out (may be repeated)
    #[arg(long, value_name = "POLICY")]
    pub(crate) skip: Vec<String>,
    /// The day that waivers and agreements are judged by [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) as_of: Option<String>,
    /// Ignore waivers in comments: only those of hipaa-iac.yaml count
    #[arg(long)]
    pub(crate) no_inline_waivers: bool,
    // Last, for what stands behind it would stand under its heading in the help.
    #[command(flatten)]
    pub(crate) record: RecordArgs,
}

/// Where to record a result.
#[derive(Debug, Args)]
#[command(next_help_heading = "Evidence")]
pub(crate) struct RecordArgs {
    /// Record the result in this evidence log: a folder, or <s3://bucket/prefix>
    #[arg(long, value_name = "LOG", requires = "evidence_key")]
    pub(crate) evidence: Option<String>,
    /// The private key that signs the record (`hipaa-iac evidence keygen`)
    #[arg(long, value_name = "FILE", requires = "evidence")]
    pub(crate) evidence_key: Option<PathBuf>,
    /// Keep the log's newest checkpoint in this file, outside the log, and refuse a log that does not go on from it
    #[arg(long, value_name = "FILE", requires = "evidence")]
    pub(crate) evidence_checkpoint: Option<PathBuf>,
    /// Public key that signed records before (may be repeated)
    #[arg(
        long = "evidence-trusted-key",
        value_name = "FILE",
        requires = "evidence"
    )]
    pub(crate) trusted_keys: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// Output format
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) input: InputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    /// Findings never fail the run
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// Failures, errors, unknowns and waived findings
    Findings,
    /// Failures and errors only
    Failures,
    /// Every verdict on every resource
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyListFormat {
    Text,
    Json,
    /// The policy reference of the documentation
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    Result,
    Policy,
    Config,
    /// The document of `restore verify`
    #[cfg(target_os = "linux")]
    RestoreVerification,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// List every policy of every profile
    List {
        /// Output format
        #[arg(short, long, value_enum, default_value_t = PolicyListFormat::Text)]
        format: PolicyListFormat,
        #[command(flatten)]
        policies: PolicyFolders,
    },
    /// Print a policy's YAML
    Show {
        /// The policy's name
        policy: String,
        #[command(flatten)]
        policies: PolicyFolders,
    },
    /// Check policies for mistakes: the built-in ones, or those of a folder
    Lint {
        /// A folder with policies
        folder: Option<PathBuf>,
    },
    /// Run the fixtures beside policies
    Test {
        /// The folder with policies and their fixtures
        #[arg(default_value = "policies")]
        folder: PathBuf,
    },
}

const EVIDENCE_EXIT_CODES: &str = "\
Exit codes:
  0  the log is whole, signed, and goes on from every checkpoint given
  1  something in it was changed, removed, added or damaged
  2  wrong usage, or the log could not be read";

#[derive(Debug, Subcommand)]
pub(crate) enum EvidenceCommand {
    /// Make a key: FILE signs, FILE.pub verifies
    Keygen {
        /// The private key's file, which must not be there
        file: PathBuf,
    },
    /// Sign the list of keys that may sign evidence, each for its time, with a root key that signs nothing else
    KeyList(KeyListArgs),
    /// Find what was edited, removed, reordered, added or cut off in a log
    #[command(after_help = EVIDENCE_EXIT_CODES)]
    Verify(EvidenceVerifyArgs),
    /// Record what somebody else than the recorder decides about a record, and what is done about it
    Review(ReviewArgs),
    /// List the recorded restores that did not pass, with what is done about each; 1 where nobody has answered one
    Exceptions(ExceptionsArgs),
    /// List the records of a log, unverified
    List {
        /// The log: a folder, or <s3://bucket/prefix>
        log: String,
        /// Output format
        #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
    /// Print the statement of a record, unverified
    Show {
        /// The log: a folder, or <s3://bucket/prefix>
        log: String,
        /// The record's index
        index: u64,
    },
    /// Try to change and remove a locked object of a log's store, and tell whether that was refused
    Probe {
        /// The log: a folder, or <s3://bucket/prefix>
        log: String,
    },
    /// Print a verifier in Python that needs nothing installed
    Verifier,
}

#[derive(Debug, Args)]
pub(crate) struct EvidenceVerifyArgs {
    /// The log: a folder, or <s3://bucket/prefix>
    pub(crate) log: String,
    /// Public key of a signer, from the signer (may be repeated) [default: those in the log, which proves less]
    #[arg(long = "trusted-key", value_name = "FILE", conflicts_with = "key_list")]
    pub(crate) trusted_keys: Vec<PathBuf>,
    /// The list of keys, by which each counts for its time only (`evidence key-list`)
    #[arg(long, value_name = "FILE", requires = "root_key")]
    pub(crate) key_list: Option<PathBuf>,
    /// The public key that signed the list
    #[arg(long, value_name = "FILE", requires = "key_list")]
    pub(crate) root_key: Option<PathBuf>,
    /// A checkpoint that was kept outside the log (may be repeated)
    #[arg(long = "checkpoint", value_name = "FILE")]
    pub(crate) checkpoints: Vec<PathBuf>,
    /// Keep the newest checkpoint in this file, if the log is verified
    #[arg(long, value_name = "FILE")]
    pub(crate) save_checkpoint: Option<PathBuf>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewArgs {
    /// The log with the record: a folder, or <s3://bucket/prefix>
    pub(crate) log: String,
    /// The record's index
    pub(crate) index: u64,
    /// Public key of the record's signer (may be repeated)
    #[arg(long = "trusted-key", value_name = "FILE", required = true)]
    pub(crate) signers: Vec<PathBuf>,
    /// What is decided
    #[arg(long, value_enum)]
    pub(crate) decision: Decision,
    /// Who decides: a name and a role
    #[arg(long, value_name = "WHO")]
    pub(crate) by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// What is done about it: ticket=…,owner=…,due=YYYY-MM-DD (may be repeated)
    #[arg(long = "corrective-action", value_name = "ACTION")]
    pub(crate) corrective_actions: Vec<String>,
    #[command(flatten)]
    pub(crate) record: RecordArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Decision {
    /// The result stands, and is enough
    Accepted,
    /// It is not
    Rejected,
}

impl Decision {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ExceptionsArgs {
    /// The log with the results: a folder, or <s3://bucket/prefix>
    pub(crate) log: String,
    /// Public key of the recorder (may be repeated)
    #[arg(long = "trusted-key", value_name = "FILE", required = true)]
    pub(crate) signers: Vec<PathBuf>,
    /// The log with the reviews
    #[arg(long, value_name = "LOG", requires = "reviewers")]
    pub(crate) reviews: Option<String>,
    /// Public key of a reviewer (may be repeated)
    #[arg(long = "reviewer-key", value_name = "FILE", requires = "reviews")]
    pub(crate) reviewers: Vec<PathBuf>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct KeyListArgs {
    /// The private key that signs the list, and nothing else
    #[arg(long, value_name = "FILE")]
    pub(crate) root_key: PathBuf,
    /// The list before, whose keys stay
    #[arg(long, value_name = "FILE")]
    pub(crate) previous: Option<PathBuf>,
    /// A public key and when it begins to sign: a day, or a time in UTC (may be repeated)
    #[arg(long = "key", value_name = "FILE=TIME")]
    pub(crate) keys: Vec<String>,
    /// A public key of the list and when it ends: a day, whose first second is its last, or a time in UTC (may be repeated)
    #[arg(long = "end", value_name = "FILE=TIME")]
    pub(crate) ends: Vec<String>,
    /// A log in which the keys that end may sign nothing behind the records that it has now, whatever time those claim; in a log
    /// that is not named they count for nothing, so name each that they signed (may be repeated)
    #[arg(long = "log", value_name = "LOG", requires = "ends")]
    pub(crate) logs: Vec<String>,
    /// The file of the new list, which must not be there
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[cfg(target_os = "linux")]
const RESTORE_EXIT_CODES: &str = "\
Exit codes (the highest applies):
  0  Passed
  1  Failed: the backup is not what it must be
  2  wrong usage or configuration
  3  Inconclusive, Skipped or Aborted, or the result could not be recorded or
     reported: nothing is proved
  4  the scratch could not be shown to be destroyed";

#[cfg(target_os = "linux")]
#[derive(Debug, Subcommand)]
pub(crate) enum RestoreCommand {
    /// Restore a backup into a scratch database, check it, destroy it, and say what was seen
    #[command(after_help = RESTORE_EXIT_CODES)]
    Verify(Box<VerifyArgs>),
    /// Copy a backup, as it is stored, from its store into a folder, for `verify --fetched`: the network in one process, the key in another
    Fetch {
        /// The verification: a document of kind `RestoreVerification`
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The folder with the store's credentials [default: secrets, beside FILE]
        #[arg(long, value_name = "DIR")]
        secrets: Option<PathBuf>,
        /// An empty folder
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
        /// Where to write, for the operator, why it failed
        #[arg(long, value_name = "FILE")]
        termination_log: Option<PathBuf>,
    },
    /// Remove what killed runs left behind (every run does this first)
    Gc {
        /// A folder that runs had their scratch in (may be repeated); those of recorded runs are known
        #[arg(long, value_name = "DIR")]
        scratch: Vec<PathBuf>,
        /// The folder of state [default: /var/lib/hipaa-iac, or below ~/.local/state]
        #[arg(long, value_name = "DIR")]
        state: Option<PathBuf>,
    },
    /// Sign what a backup must hold, at the moment at which it is made
    Manifest(Box<ManifestArgs>),
    /// The canary: a row that proves how old restored data is
    #[command(subcommand)]
    Canary(CanaryCommand),
}

#[cfg(target_os = "linux")]
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The verification: a document of kind `RestoreVerification`
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// The folder of secrets, with one folder for each and one file for each key [default: secrets, beside FILE]
    #[arg(long, value_name = "DIR")]
    pub(crate) secrets: Option<PathBuf>,
    /// A folder that `restore fetch` filled, in place of the location
    #[arg(long, value_name = "DIR", conflicts_with = "claims")]
    pub(crate) fetched: Option<PathBuf>,
    /// Where the claims of locations of the kind `pvc` are mounted, each under its name; a volume made of a snapshot is `volume-snapshot`
    #[arg(long, value_name = "DIR")]
    pub(crate) claims: Option<PathBuf>,
    /// What the operator says of the snapshot that the volume was made of
    #[arg(long, value_name = "FILE", requires = "claims")]
    pub(crate) snapshot: Option<PathBuf>,
    /// Write a termination message for the operator there, and the result as the one line of standard output; in a folder nothing is restored without
    /// Landlock then
    #[arg(long, value_name = "FILE", conflicts_with = "formats")]
    pub(crate) termination_log: Option<PathBuf>,
    /// Where the scratch is [default: in memory; /var/tmp for `ephemeralVolume`]
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
    /// The folder of state [default: /var/lib/hipaa-iac, or below ~/.local/state]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// The canary's number in the last run that passed, where the folder of state does not remember it
    #[arg(long, value_name = "NUMBER")]
    pub(crate) last_canary: Option<i64>,
    /// The image that this program runs from, as `sha256:` and its digest, for the record
    #[arg(long, value_name = "DIGEST", value_parser = image_digest)]
    pub(crate) image_digest: Option<String>,
    /// What keeps the scratch from the machine
    #[arg(long, value_enum, default_value_t = Isolation::Auto, value_name = "HOW")]
    pub(crate) isolation: Isolation,
    #[arg(
        short,
        long = "format",
        help_heading = "Report",
        value_name = "FORMAT[=FILE]",
        help = "Output format: text, json or junit; with =FILE into that file; may be repeated [default: text]"
    )]
    pub(crate) formats: Vec<String>,
    #[command(flatten)]
    pub(crate) record: RecordArgs,
}

/// What the record's schema takes for a digest.
#[cfg(target_os = "linux")]
fn image_digest(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix("sha256:").unwrap_or_default();
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    if digits.len() == 64 && digits.chars().all(is_digit) {
        Ok(text.to_owned())
    } else {
        Err("a digest is sha256: and 64 hexadecimal digits".to_owned())
    }
}

#[cfg(target_os = "linux")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Isolation {
    /// Namespaces where this user may make them, else a private folder
    Auto,
    /// Namespaces, or the run is Inconclusive
    Namespaces,
    /// A private folder
    Directory,
}

/// The database that is backed up.
#[cfg(target_os = "linux")]
#[derive(Debug, Args)]
pub(crate) struct DatabaseArgs {
    /// The database, as `host=/run/postgresql dbname=ehr` or as a URL; what it lacks is read from `PGHOST`, `PGPORT`,
    /// `PGUSER`, `PGPASSWORD`, `PGDATABASE`, `PGSSLMODE`, `PGSSLROOTCERT`, `PGSSLCERT` and `PGSSLKEY`. On another machine it is spoken
    /// to over TLS only, with its certificate verified to its name (`sslmode=verify-full sslrootcert=FILE`), and with a certificate of
    /// ours where it asks for one (`sslcert=FILE sslkey=FILE`)
    #[arg(
        long,
        default_value = "",
        value_name = "DSN",
        hide_default_value = true
    )]
    pub(crate) dsn: String,
}

#[cfg(target_os = "linux")]
#[derive(Debug, Args)]
pub(crate) struct ManifestArgs {
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    /// The backup's file, which is there once COMMAND has ended, or the folder of `pg_dump --format=directory`; of another backup of several
    /// files the one that lists the others with their hashes, such as `backup_manifest` of a base backup, `backup.manifest` of pgBackRest,
    /// or the file of a restic snapshot
    #[arg(long, value_name = "FILE")]
    pub(crate) artifact: PathBuf,
    /// The private key that signs manifests, which is not the one of the evidence (`hipaa-iac evidence keygen`)
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The key of the digests of rows, 16 bytes at least; without it rows are only counted
    #[arg(long, value_name = "FILE")]
    pub(crate) digest_key: Option<PathBuf>,
    /// A query for a number or a boolean that the restored data must give again (may be repeated)
    #[arg(long = "value", value_name = "NAME=QUERY")]
    pub(crate) values: Vec<String>,
    /// Look at every database of the cluster, for a backup of all of it (`pg_dumpall`, `pg_basebackup`); each has a snapshot of
    /// its own, so what is written meanwhile needs `rowCountTolerance`
    #[arg(long, conflicts_with = "snapshot")]
    pub(crate) all_databases: bool,
    /// Look at this exported snapshot, and run no command
    #[arg(long, value_name = "ID", conflicts_with = "command")]
    pub(crate) snapshot: Option<String>,
    /// The manifest's file [default: FILE.manifest.dsse.json]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The command that makes the backup, in which `{snapshot}` is the snapshot for `pg_dump --snapshot`
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

#[cfg(target_os = "linux")]
#[derive(Debug, Subcommand)]
pub(crate) enum CanaryCommand {
    /// Make the canary's table
    Create {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The table
        #[arg(long, default_value = hipaa_iac_restore::canary::TABLE, value_name = "TABLE")]
        table: String,
    },
    /// Write a new canary: before each backup
    Write {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The table
        #[arg(long, default_value = hipaa_iac_restore::canary::TABLE, value_name = "TABLE")]
        table: String,
        /// The file with the key of its MAC
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use clap::Parser as _;

    use super::Cli;

    #[test]
    fn documented_schedules_remove_what_killed_runs_left() {
        let document = include_str!("../../docs/restore-verification.md");
        let gc = "/usr/local/bin/hipaa-iac restore gc";
        for before in [
            "\nExecStopPost=",
            "\nExecStart=",
            "|| { echo \"$report\"; ",
            "\n@reboot root report=$(",
        ] {
            assert!(document.contains(&format!("{before}{gc}")), "{before}");
        }
        assert!(Cli::try_parse_from(gc.split(' ')).is_ok());
    }
}
