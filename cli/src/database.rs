//! The database that is backed up: found by a connection string, and spoken to in the open on this machine only.

use std::{
    collections::BTreeMap, env, error::Error as _, net::IpAddr, ops::Range, path::Path, sync::Arc,
};

use postgres::{
    Client, Config,
    config::{Host, SslMode},
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::Failure;

/// What of libpq's words for TLS is read here, for the driver has others.
const TLS_WORDS: [&str; 4] = ["sslmode", "sslrootcert", "sslcert", "sslkey"];

/// A session on the database that a connection string names, or on another of the same server; what the string lacks is
/// taken from libpq's variables.
pub(crate) fn connect(dsn: &str, other: Option<&str>) -> Result<Client, Failure> {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let (rest, mut tls) = split(dsn)?;
    let mut config: Config = rest.parse().map_err(|error| told(&error))?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        config.host(&variable("PGHOST").unwrap_or_else(|| "/var/run/postgresql".to_owned()));
    }
    if config.get_user().is_none() {
        let user = variable("PGUSER").or_else(|| variable("USER"));
        config.user(&user.unwrap_or_else(|| "postgres".to_owned()));
    }
    if config.get_password().is_none()
        && let Some(password) = variable("PGPASSWORD")
    {
        config.password(password);
    }
    if let Some(database) = other {
        config.dbname(database);
    } else if config.get_dbname().is_none()
        && let Some(database) = variable("PGDATABASE")
    {
        config.dbname(&database);
    }
    if config.get_ports().is_empty()
        && let Some(port) = variable("PGPORT")
    {
        config.port(port.parse()?);
    }
    let mut word = |name: &str| {
        let given = tls.remove(name).filter(|value| !value.is_empty());
        given.or_else(|| variable(&format!("PG{}", name.to_uppercase())))
    };
    let mode = word("sslmode");
    let session = if is_encrypted(&config, mode.as_deref())? {
        config.ssl_mode(SslMode::Require);
        let (roots, own) = (word("sslrootcert"), own(word("sslcert"), word("sslkey"))?);
        config.connect(MakeRustlsConnect::new(speaking(roots.as_deref(), own)?))
    } else {
        config.ssl_mode(SslMode::Disable);
        config.connect(postgres::NoTls)
    };
    session.map_err(|error| told(&error))
}

/// Whether TLS is spoken. It is only with a server whose certificate is verified to the name: less would protect from
/// nobody who can answer in its place, and the password and every row would be theirs.
fn is_encrypted(config: &Config, mode: Option<&str>) -> Result<bool, Failure> {
    let is_loopback = |name: &str| {
        name == "localhost"
            || name
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    };
    let hosts = config.get_hosts();
    let addresses = config.get_hostaddrs();
    // An address goes before the name, which then is only what the certificate must say.
    let is_here = addresses.iter().all(IpAddr::is_loopback)
        && hosts.iter().all(|host| match host {
            Host::Unix(_) => true,
            Host::Tcp(name) => is_loopback(name),
        });
    let is_socket = addresses.is_empty() && hosts.iter().all(|host| matches!(host, Host::Unix(_)));
    match mode {
        None => Ok(!is_here),
        Some("verify-full") => Ok(!is_socket),
        Some("disable" | "allow" | "prefer") if is_here => Ok(false),
        Some(mode @ ("disable" | "allow" | "prefer" | "require" | "verify-ca")) => {
            Err(Failure(format!(
                "sslmode={mode} does not tell who answers: write sslmode=verify-full, with sslrootcert=FILE for a certificate authority of your own"
            )))
        }
        Some(_) => Err(Failure(
            "sslmode is none of PostgreSQL's: write sslmode=verify-full".to_owned(),
        )),
    }
}

/// A certificate of ours with those between it and its authority, and its key with the file that it is in.
struct Own {
    certificates: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    key_file: String,
}

/// What a server is shown that asks who we are, from files of PEM.
fn own(certificate: Option<String>, key: Option<String>) -> Result<Option<Own>, Failure> {
    match (certificate, key) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key_file)) => Ok(Some(Own {
            certificates: certificates("sslcert", &certificate)?,
            key: PrivateKeyDer::from_pem_file(&key_file)
                .map_err(|error| Failure(format!("sslkey={key_file}: {error}")))?,
            key_file,
        })),
        _ => Err(Failure(
            "a certificate is shown with its key: give both sslcert and sslkey".to_owned(),
        )),
    }
}

/// The certificates in a file of PEM, which a word names.
fn certificates(word: &str, file: &str) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let wrong = |problem: String| Failure(format!("{word}={file}: {problem}"));
    let found = CertificateDer::pem_file_iter(Path::new(file))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| wrong(error.to_string()))?;
    if found.is_empty() {
        return Err(wrong("no certificate in it (PEM)".to_owned()));
    }
    Ok(found)
}

/// TLS with who has a certificate by the authorities in a file of PEM; by those of the system without one.
fn speaking(roots: Option<&str>, own: Option<Own>) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = match roots.filter(|file| *file != "system") {
        None => builder.with_platform_verifier()?,
        Some(file) => {
            let mut store = RootCertStore::empty();
            for certificate in certificates("sslrootcert", file)? {
                store
                    .add(certificate)
                    .map_err(|error| Failure(format!("sslrootcert={file}: {error}")))?;
            }
            builder.with_root_certificates(store)
        }
    };
    let Some(own) = own else {
        return Ok(builder.with_no_client_auth());
    };
    builder
        .with_client_auth_cert(own.certificates, own.key)
        .map_err(|error| Failure(format!("sslkey={}: {error}", own.key_file)))
}

/// An error with its causes, which the driver's own words leave out.
fn told(error: &postgres::Error) -> Failure {
    let mut text = format!("the database: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    Failure(text)
}

/// A connection string without its words for TLS, and those words.
fn split(dsn: &str) -> Result<(String, BTreeMap<String, String>), Failure> {
    let is_url = dsn.starts_with("postgres://") || dsn.starts_with("postgresql://");
    let pairs = if is_url { of_url(dsn) } else { of_words(dsn) };
    let (mut rest, mut tls) = (dsn.to_owned(), BTreeMap::new());
    for (place, key, value) in pairs.into_iter().rev() {
        if !TLS_WORDS.contains(&key.as_str()) {
            continue;
        }
        if is_url && value.contains('%') {
            return Err(Failure(format!(
                "{key} in a URL cannot be percent-encoded here: write the connection string as key=value"
            )));
        }
        rest.replace_range(place, "");
        // The last of several counts, as for libpq.
        tls.entry(key).or_insert(value);
    }
    Ok((rest, tls))
}

/// A part of a connection string: where it is, its key and its value.
type Pair = (Range<usize>, String, String);

/// The pairs behind the `?` of a URL, each with the `&` that follows it.
fn of_url(dsn: &str) -> Vec<Pair> {
    let Some(question) = dsn.find('?') else {
        return Vec::new();
    };
    let mut at = question + 1;
    let mut pairs = Vec::new();
    for part in dsn.get(at..).unwrap_or_default().split_inclusive('&') {
        let place = at..at + part.len();
        at = place.end;
        if let Some((key, value)) = part.trim_end_matches('&').split_once('=') {
            pairs.push((place, key.to_owned(), value.to_owned()));
        }
    }
    pairs
}

/// The pairs of `key = value`, by libpq's rules for quotes and backslashes. What is none of them is left to the driver,
/// which says what is wrong with it.
fn of_words(dsn: &str) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut rest = dsn.char_indices().peekable();
    loop {
        while rest.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        let Some(&(start, _)) = rest.peek() else {
            return pairs;
        };
        let mut key = String::new();
        while let Some((_, c)) = rest.next_if(|(_, c)| *c != '=' && !c.is_whitespace()) {
            key.push(c);
        }
        while rest.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        if rest.next_if(|(_, c)| *c == '=').is_none() {
            return pairs;
        }
        while rest.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        let quoted = rest.next_if(|(_, c)| *c == '\'').is_some();
        let mut value = String::new();
        while let Some((_, c)) = rest.next_if(|(_, c)| quoted || !c.is_whitespace()) {
            match c {
                '\\' => value.extend(rest.next().map(|(_, c)| c)),
                '\'' if quoted => break,
                _ => value.push(c),
            }
        }
        let end = rest.peek().map_or(dsn.len(), |(at, _)| *at);
        pairs.push((start..end, key, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(dsn: &str) -> Result<bool, String> {
        let (rest, tls) = split(dsn).map_err(|failure| failure.0)?;
        let config = rest.parse::<Config>().map_err(|error| error.to_string())?;
        let mode = tls.get("sslmode").map(String::as_str);
        is_encrypted(&config, mode).map_err(|failure| failure.0)
    }

    #[test]
    fn another_machine_is_never_spoken_to_in_the_open() {
        for here in [
            "host=/run/postgresql",
            "host=localhost sslmode=disable",
            "host=127.0.0.1",
            "host=::1 dbname=x",
            "host=/run/postgresql sslmode=verify-full",
            "postgres://localhost/ehr?sslmode=prefer",
        ] {
            assert_eq!(mode(here), Ok(false), "{here}");
        }
        for there in [
            "host=db.example.org",
            "host=db.example.org sslmode=verify-full",
            "host=localhost sslmode = 'verify-full'",
            "host=localhost hostaddr=10.0.0.5",
            "hostaddr=10.0.0.5",
            "host=db.example.org hostaddr=127.0.0.1",
            "host=/run/postgresql,db.example.org",
            "postgres://db.example.org/ehr?connect_timeout=3&sslmode=verify-full&application_name=x",
        ] {
            assert_eq!(mode(there), Ok(true), "{there}");
        }
        for weak in [
            "host=db.example.org sslmode=disable",
            "host=db.example.org sslmode=prefer",
            "host=db.example.org sslmode=require",
            "host=db.example.org sslmode=verify-ca",
            "host=localhost sslmode=require",
            "host=localhost hostaddr=10.0.0.5 sslmode=disable",
            "host=localhost sslmode=verify-all",
            "postgresql://db.example.org/ehr?sslmode=require",
        ] {
            let problem = mode(weak).unwrap_err();
            assert!(problem.contains("sslmode=verify-full"), "{weak}: {problem}");
        }
    }

    #[test]
    fn connection_strings_are_read_as_libpq_reads_them() {
        let (rest, tls) = split(
            r"host=db sslrootcert = '/a b/it\'s.pem' password='sslmode=x y' sslmode=verify-full",
        )
        .unwrap();
        assert_eq!(
            tls.get("sslrootcert").map(String::as_str),
            Some("/a b/it's.pem")
        );
        assert_eq!(tls.get("sslmode").map(String::as_str), Some("verify-full"));
        let config: Config = rest.parse().unwrap();
        assert_eq!(config.get_password(), Some(&b"sslmode=x y"[..]));
        let (rest, tls) =
            split("postgres://u@db:5433/ehr?sslmode=verify-full&sslrootcert=/ca.pem").unwrap();
        assert_eq!(tls.len(), 2);
        let config: Config = rest.parse().unwrap();
        assert_eq!(
            (config.get_ports(), config.get_dbname()),
            (&[5433][..], Some("ehr"))
        );
        // The last of two counts.
        let (_, tls) = split("sslmode=disable sslmode=verify-full").unwrap();
        assert_eq!(tls.get("sslmode").map(String::as_str), Some("verify-full"));
        assert!(split("postgres://db/?sslrootcert=%2Fca.pem").is_err());
        assert_eq!(split("").unwrap(), (String::new(), BTreeMap::new()));
    }
}
