//! The command line, as `--help` shows it.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum};

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
  3  some input could not be read, parsed, resolved or evaluated, or a policy is broken
  4  a bug in hipaa-iac";

/// What to read and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// Files and folders to read; `-` is standard input
    #[arg(default_value = ".", value_name = "PATH", help_heading = None::<&str>)]
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
    /// Let unknown verdicts fail the run too
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
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,
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
