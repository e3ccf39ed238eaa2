//! The command line. Every option of `serve` can also be given as an environment variable, which is what the chart does.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The admission webhook of hipaa-iac.
#[derive(Debug, Parser)]
#[command(name = "hipaa-iac-operator", version, about, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the webhook, and keep its certificates, its configuration and the status of its custom resources
    Serve(Box<Serve>),
    /// Check an audit log
    Audit {
        /// What to do with it.
        #[command(subcommand)]
        command: Audit,
    },
    /// Print the definitions of the custom resources as YAML
    Crds {
        /// One of them, by its plural: agreements, evidencestores, policies, restoreverificationruns, restoreverifications, waivers
        name: Option<String>,
    },
    /// Print, as JSON, the built-in policies that judge Kubernetes objects, the kinds that they judge and those that they read beside: what the
    /// operator's role must allow
    Kinds,
}

/// What to do with an audit log.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Follow the chain of hashes from the first entry to the last: a line that was removed, changed or moved is found
    Verify {
        /// The file, or the files of one log from the oldest to the newest: `audit.jsonl.1 audit.jsonl`
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The hash of the entry before the first one, where the files before are gone
        #[arg(long, value_name = "SHA256")]
        after: Option<String>,
        /// The hash of the last entry, as it was noted elsewhere: finds lines that were cut off the end too. May be given for each run
        #[arg(long, value_name = "SHA256")]
        head: Vec<String>,
        /// The files hold standard output, on which each start begins a chain of its own: each one is followed
        #[arg(long)]
        runs: bool,
    },
}

/// What happens to an object that violates a policy.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, serde::Serialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It is admitted; the audit log, the audit annotations and the metrics tell.
    #[default]
    Audit,
    /// It is admitted with a warning to the user.
    Warn,
    /// It is denied.
    Enforce,
}

impl Mode {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Warn => "warn",
            Self::Enforce => "enforce",
        }
    }
}

impl std::str::FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "audit" => Ok(Self::Audit),
            "warn" => Ok(Self::Warn),
            "enforce" => Ok(Self::Enforce),
            _ => Err(format!("`{text}` is no mode: enforce, warn or audit")),
        }
    }
}

/// The oldest version of TLS that is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TlsVersion {
    /// TLS 1.2
    #[default]
    #[value(name = "1.2")]
    V1_2,
    /// TLS 1.3
    #[value(name = "1.3")]
    V1_3,
}

/// Options of `serve`.
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// Where the webhook listens
    #[arg(long, env = "HIPAA_IAC_LISTEN", default_value = "0.0.0.0:8443")]
    pub listen: SocketAddr,
    /// Where /healthz, /readyz, /startupz and /metrics listen, without TLS
    #[arg(long, env = "HIPAA_IAC_METRICS_LISTEN", default_value = "0.0.0.0:8080")]
    pub metrics_listen: SocketAddr,
    /// The operator's own namespace
    #[arg(long, env = "POD_NAMESPACE", default_value = "hipaa-iac-system")]
    pub namespace: String,
    /// The name of this pod: the holder of the lease, and the replica in the audit log
    #[arg(long, env = "POD_NAME", default_value = "hipaa-iac")]
    pub pod_name: String,
    /// The prefix of everything that the operator writes: the webhook configuration, the lease, the ConfigMap of its state
    #[arg(long, env = "HIPAA_IAC_NAME", default_value = "hipaa-iac")]
    pub name: String,
    /// The Service through which the API server reaches the webhook
    #[arg(long, env = "HIPAA_IAC_SERVICE", default_value = "hipaa-iac")]
    pub service: String,
    /// The port of the Service
    #[arg(long, env = "HIPAA_IAC_SERVICE_PORT", default_value_t = 443)]
    pub service_port: u16,
    /// A ClusterRole of the installation: it becomes the owner of the webhook configuration, which the garbage collector then removes with it
    #[arg(long, env = "HIPAA_IAC_OWNER_CLUSTER_ROLE", value_name = "NAME")]
    pub owner_cluster_role: Option<String>,
    /// Do not write the webhook configuration
    #[arg(long, env = "HIPAA_IAC_NO_REGISTER")]
    pub no_register: bool,

    /// The Secret of the self-managed certificates
    #[arg(long, env = "HIPAA_IAC_TLS_SECRET", default_value = "hipaa-iac-tls")]
    pub tls_secret: String,
    /// How long a self-managed CA is valid: `8760h`, `30m`
    #[arg(long, env = "HIPAA_IAC_CA_LIFETIME", default_value = "26280h", value_parser = duration)]
    pub ca_lifetime: Duration,
    /// How long a self-managed certificate is valid
    #[arg(long, env = "HIPAA_IAC_CERTIFICATE_LIFETIME", default_value = "2160h", value_parser = duration)]
    pub certificate_lifetime: Duration,
    /// A certificate chain in PEM in place of the self-managed one; read again when it changes
    #[arg(
        long,
        env = "HIPAA_IAC_TLS_CERT_FILE",
        requires = "tls_key_file",
        value_name = "FILE"
    )]
    pub tls_cert_file: Option<PathBuf>,
    /// Its private key in PEM
    #[arg(
        long,
        env = "HIPAA_IAC_TLS_KEY_FILE",
        requires = "tls_cert_file",
        value_name = "FILE"
    )]
    pub tls_key_file: Option<PathBuf>,
    /// The CA of the given certificate, for the webhook configuration; without it cert-manager or somebody else enters it there
    #[arg(
        long,
        env = "HIPAA_IAC_TLS_CA_FILE",
        requires = "tls_cert_file",
        value_name = "FILE"
    )]
    pub tls_ca_file: Option<PathBuf>,
    /// The Certificate (`namespace/name`) that cert-manager injects the CA of into the webhook configuration
    #[arg(
        long,
        env = "HIPAA_IAC_CERT_MANAGER_CERTIFICATE",
        value_name = "NAMESPACE/NAME"
    )]
    pub cert_manager_certificate: Option<String>,
    /// Demand a client certificate of one of the CAs in this file from whoever calls the webhook
    #[arg(long, env = "HIPAA_IAC_CLIENT_CA_FILE", value_name = "FILE")]
    pub client_ca_file: Option<PathBuf>,
    /// The common name, or DNS name, that the client certificate must have
    #[arg(
        long,
        env = "HIPAA_IAC_CLIENT_NAME",
        requires = "client_ca_file",
        value_name = "NAME"
    )]
    pub client_name: Option<String>,
    /// The oldest version of TLS that is spoken
    #[arg(long, env = "HIPAA_IAC_TLS_MIN", value_enum, default_value = "1.2")]
    pub tls_min: TlsVersion,

    /// hipaa-iac.yaml: classification, profiles, severities, parameters. Its waivers count too
    #[arg(long, env = "HIPAA_IAC_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The mode of policies and namespaces that say nothing
    #[arg(long, env = "HIPAA_IAC_MODE", value_enum, default_value = "audit")]
    pub mode: Mode,
    /// The mode of one policy, whatever a namespace says: `ingress-without-tls=enforce`
    #[arg(
        long = "policy-mode",
        env = "HIPAA_IAC_POLICY_MODES",
        value_name = "POLICY=MODE",
        value_delimiter = ',',
        value_parser = policy_mode
    )]
    pub policy_modes: Vec<(String, Mode)>,
    /// Namespaces that the webhook is never asked about, beside kube-system, kube-public, kube-node-lease and its own
    #[arg(
        long = "exclude-namespace",
        env = "HIPAA_IAC_EXCLUDE_NAMESPACES",
        value_name = "NAMESPACE",
        value_delimiter = ','
    )]
    pub exclude_namespaces: Vec<String>,
    /// Namespaces whose Waivers count; the operator's own unless given
    #[arg(
        long = "waiver-namespace",
        env = "HIPAA_IAC_WAIVER_NAMESPACES",
        value_name = "NAMESPACE",
        value_delimiter = ','
    )]
    pub waiver_namespaces: Vec<String>,
    /// What happens when somebody opens a shell or a port in a pod of a PHI namespace (exec, attach, port-forward)
    #[arg(
        long,
        env = "HIPAA_IAC_CONNECT_MODE",
        value_enum,
        default_value = "audit"
    )]
    pub connect_mode: Mode,
    /// Groups that may do so in mode `enforce`
    #[arg(
        long = "connect-group",
        env = "HIPAA_IAC_CONNECT_GROUPS",
        value_name = "GROUP",
        value_delimiter = ','
    )]
    pub connect_groups: Vec<String>,

    /// Reviews that are worked on at once; what comes on top is answered at once, unjudged: denied in PHI namespaces, admitted with a warning
    /// elsewhere
    #[arg(long, env = "HIPAA_IAC_MAX_CONCURRENT", default_value_t = 128)]
    pub max_concurrent: usize,
    /// Append the audit log to this file; it goes to standard output too
    #[arg(long, env = "HIPAA_IAC_AUDIT_LOG", value_name = "FILE")]
    pub audit_log: Option<PathBuf>,
    /// How much room the file may take, as `256Mi`: it is kept as `FILE.1`, in place of the one before, when it gives way to a new one. Without a
    /// limit it grows
    #[arg(long, env = "HIPAA_IAC_AUDIT_LOG_LIMIT", value_name = "QUANTITY", value_parser = bytes, requires = "audit_log")]
    pub audit_log_limit: Option<u64>,
    /// Do not write the audit log to standard output
    #[arg(long, env = "HIPAA_IAC_NO_AUDIT_STDOUT")]
    pub no_audit_stdout: bool,
    /// How long requests are still taken after readiness has ended, when the operator is told to stop
    #[arg(long, env = "HIPAA_IAC_DRAIN", default_value = "5s", value_parser = duration)]
    pub drain: Duration,
    /// What is logged, as a filter of the `tracing` crate. Objects are never logged
    #[arg(long, env = "HIPAA_IAC_LOG", default_value = "info")]
    pub log: String,

    /// Restore verification.
    #[command(flatten)]
    pub restore: Restore,
}

/// Options of restore verification. It is off without a namespace.
#[derive(Clone, Debug, Default, Args)]
pub struct Restore {
    /// Run `RestoreVerifications`: the namespace, of nothing else, in which backups are restored
    #[arg(long, env = "HIPAA_IAC_RESTORE_NAMESPACE", value_name = "NAMESPACE", requires_all = ["restore_image", "evidence_key_file"])]
    pub restore_namespace: Option<String>,
    /// The image that fetches and restores, with its digest
    #[arg(long, env = "HIPAA_IAC_RESTORE_IMAGE", value_name = "IMAGE")]
    pub restore_image: Option<String>,
    /// A namespace whose verifications may fetch backups without a Secret: its pods run as the service account `hipaa-iac-fetch.NAMESPACE`
    #[arg(
        long = "restore-fetch-identity",
        env = "HIPAA_IAC_RESTORE_FETCH_IDENTITIES",
        value_name = "NAMESPACE",
        value_delimiter = ','
    )]
    pub restore_fetch_identities: Vec<String>,
    /// How many runs may be under way at once
    #[arg(long, env = "HIPAA_IAC_RESTORE_LIMIT", default_value_t = 1)]
    pub restore_limit: usize,
    /// The size of the volume that a backup is fetched into
    #[arg(
        long,
        env = "HIPAA_IAC_RESTORE_BACKUP_SIZE",
        value_name = "QUANTITY",
        default_value = "10Gi"
    )]
    pub restore_backup_size: String,
    /// The class of that volume; the cluster's default unless given
    #[arg(long, env = "HIPAA_IAC_RESTORE_BACKUP_CLASS", value_name = "NAME")]
    pub restore_backup_class: Option<String>,
    /// A ConfigMap of the namespace of the scratch whose `ca.crt` holds the authorities that pods that fetch trust; the image's unless given
    #[arg(long, env = "HIPAA_IAC_RESTORE_STORE_CA", value_name = "NAME")]
    pub restore_store_ca: Option<String>,
    /// Make volumes of `VolumeSnapshots`, for verifications that name them
    #[arg(long, env = "HIPAA_IAC_RESTORE_SNAPSHOTS")]
    pub restore_snapshots: bool,
    /// The private key that signs evidence, in PEM, as `hipaa-iac evidence keygen` makes it
    #[arg(long, env = "HIPAA_IAC_EVIDENCE_KEY_FILE", value_name = "FILE")]
    pub evidence_key_file: Option<PathBuf>,
    /// The cluster's name, for the evidence
    #[arg(long, env = "HIPAA_IAC_CLUSTER", value_name = "NAME")]
    pub cluster: Option<String>,
}

impl Restore {
    /// What the controller needs to know; nothing where restore verification is off.
    pub fn options(&self) -> Option<crate::restore::controller::Options> {
        Some(crate::restore::controller::Options {
            settings: crate::restore::jobs::Settings {
                namespace: self.restore_namespace.clone()?,
                image: self.restore_image.clone()?,
                fetch_identities: self.restore_fetch_identities.clone(),
                backup_size: self.restore_backup_size.clone(),
                backup_class: self.restore_backup_class.clone(),
                store_ca: self.restore_store_ca.clone(),
                snapshots: self.restore_snapshots,
            },
            limit: self.restore_limit.max(1),
            cluster: self.cluster.clone(),
            key: self.evidence_key_file.clone()?,
        })
    }
}

impl Serve {
    /// The namespaces that no selector lets through.
    pub fn excluded(&self) -> Vec<String> {
        let mut all: Vec<String> = ["kube-system", "kube-public", "kube-node-lease"]
            .into_iter()
            .map(str::to_owned)
            .chain([self.namespace.clone()])
            .chain(self.exclude_namespaces.iter().cloned())
            .filter(|name| !name.is_empty())
            .collect();
        all.sort();
        all.dedup();
        all
    }

    /// The namespaces that the guard is not asked about: all that are excluded but the operator's own, in which Waivers are.
    pub fn unguarded(&self) -> Vec<String> {
        let mut names = self.excluded();
        names.retain(|name| *name != self.namespace);
        names
    }

    /// The namespaces whose Waivers count: none that is unguarded, for anybody could write anything there.
    pub fn waiver_namespaces(&self) -> Vec<String> {
        let given: Vec<&String> = self
            .waiver_namespaces
            .iter()
            .filter(|name| !name.is_empty())
            .collect();
        if given.is_empty() {
            return vec![self.namespace.clone()];
        }
        let unguarded = self.unguarded();
        given
            .into_iter()
            .filter(|name| !unguarded.contains(name))
            .cloned()
            .collect()
    }
}

fn policy_mode(text: &str) -> Result<(String, Mode), String> {
    let (policy, mode) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is not POLICY=MODE"))?;
    Ok((policy.trim().to_owned(), mode.trim().parse()?))
}

/// A number of bytes as Kubernetes writes them: `512Ki`, `256Mi`, `1Gi`.
fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size such as 256Mi or 1Gi");
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(digits);
    let shift = match unit {
        "Ki" => 10,
        "Mi" => 20,
        "Gi" => 30,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).ok_or_else(wrong)
}

/// A duration of one number and one unit: `500ms`, `5s`, `30m`, `24h`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration such as 5s, 30m or 24h");
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let milliseconds = match unit {
        "ms" => Some(number),
        "s" => number.checked_mul(1000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => return Err(wrong()),
    };
    milliseconds.map(Duration::from_millis).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_and_modes() {
        assert_eq!(duration("90m"), Ok(Duration::from_mins(90)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["", "5", "s", "5d", "-1s", "99999999999999999999s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert_eq!(bytes("256Mi"), Ok(268_435_456));
        for wrong in ["", "5", "Mi", "5M", "-1Mi", "99999999999999999Gi"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            policy_mode("a-b=enforce"),
            Ok(("a-b".to_owned(), Mode::Enforce))
        );
        assert!(policy_mode("a-b").is_err());
        assert!(policy_mode("a-b=deny").is_err());
    }

    #[test]
    fn waivers_count_where_they_are_guarded_alone() {
        let parse = |namespaces: &str| {
            let more = ["--exclude-namespace", "a", "--waiver-namespace", namespaces];
            let own = ["x", "serve", "--namespace", "own"];
            match Cli::parse_from([&own[..], &more].concat()).command {
                Command::Serve(serve) => serve.waiver_namespaces(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(parse("own,b"), ["own", "b"]);
        assert_eq!(parse("a,kube-system,b"), ["b"]);
    }

    #[test]
    fn system_namespaces_are_always_excluded() {
        let Cli {
            command: Command::Serve(serve),
        } = Cli::parse_from([
            "hipaa-iac-operator",
            "serve",
            "--namespace",
            "own",
            "--exclude-namespace",
            "a,b",
        ])
        else {
            panic!("not serve")
        };
        assert_eq!(
            serve.excluded(),
            [
                "a",
                "b",
                "kube-node-lease",
                "kube-public",
                "kube-system",
                "own"
            ]
        );
        assert_eq!(serve.waiver_namespaces(), ["own"]);
    }
}
