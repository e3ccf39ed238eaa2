//! URLs and data source names in texts. Passwords are never part of what is read.

use std::sync::{Arc, LazyLock};

use hipaa_iac_source::{Map, Node};
use regex::Regex;

use crate::policy::regex;

/// A URL or a data source name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) scheme: String,
    pub(crate) hosts: Vec<String>,
    pub(crate) port: Option<i64>,
    pub(crate) has_userinfo: bool,
    pub(crate) has_password: bool,
    pub(crate) path: String,
    /// Parameters, with keys in lower case.
    pub(crate) query: Vec<(String, String)>,
    /// The password itself, for telling whether it is a literal.
    pub(crate) password: Option<String>,
}

static URL: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?i)\b(jdbc:)?([a-z][a-z0-9+.-]*)://([^\s"'<>`|]+)"#));
/// Oracle's thin driver has no `//` where the name of the service follows `@`.
static ORACLE: LazyLock<Regex> = LazyLock::new(|| {
    regex(r#"(?i)\bjdbc:oracle:thin:([^\s"'<>`/@]*(?:/[^\s"'<>`@]*)?)@(?://)?([^\s"'<>`]+)"#)
});
static KEY_VALUE: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?i)\b([a-z][a-z0-9_]*)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s;'"]+)"#));
/// ADO and ODBC: `Server=tcp:db.example,1433;Encrypt=True`.
static ADO: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)(?:^|;)\s*([a-z][a-z0-9 _]*?)\s*=\s*([^;]*)"));

/// Every URL or data source name in a text.
pub(crate) fn find(text: &str) -> Vec<Url> {
    let mut found = Vec::new();
    // Most texts hold nothing of what each of the forms must hold.
    if !text.contains("://") && !text.contains(['=', '@']) {
        return found;
    }
    for captures in ORACLE.captures_iter(text) {
        let part = |at: usize| captures.get(at).map_or("", |part| part.as_str());
        let mut url = authority(
            "oracle",
            &format!("{}@{}", part(1).replacen('/', ":", 1), part(2)),
        );
        if part(1).is_empty() {
            url.has_userinfo = false;
        }
        found.push(url);
    }
    for captures in URL.captures_iter(text) {
        let part = |at: usize| captures.get(at).map_or("", |part| part.as_str());
        let rest = part(3).trim_end_matches([',', '.', ')', ']', '}']);
        found.push(authority(&part(2).to_ascii_lowercase(), rest));
    }
    if found.is_empty() {
        found.extend(key_values(text).or_else(|| ado(text)));
    }
    found
}

/// What follows `scheme://`.
fn authority(scheme: &str, rest: &str) -> Url {
    let mut url = Url {
        scheme: scheme.to_owned(),
        ..Url::default()
    };
    // SQL Server's JDBC form has its parameters behind `;`.
    let end = rest.find(['/', '?', '#', ';']).unwrap_or(rest.len());
    // A password may hold what should have been escaped: the last `@` before the path counts.
    let (authority, behind) = match rest.rfind('@') {
        Some(at)
            if at > end
                && !rest
                    .get(end..at)
                    .is_some_and(|between| between.contains('?')) =>
        {
            let after = rest
                .get(at..)
                .and_then(|after| after.find(['/', '?', '#', ';']))
                .map_or(rest.len(), |length| at + length);
            rest.split_at(after)
        }
        _ => rest.split_at(end),
    };
    let hosts = match authority.rsplit_once('@') {
        Some((userinfo, hosts)) => {
            url.has_userinfo = !userinfo.is_empty();
            if let Some((_, password)) = userinfo.split_once(':')
                && !password.is_empty()
            {
                url.has_password = true;
                url.password = Some(password.to_owned());
            }
            hosts
        }
        None => authority,
    };
    // MySQL's Go driver writes `tcp(host:port)`.
    let hosts = hosts
        .strip_suffix(')')
        .and_then(|inner| inner.split_once('('))
        .map_or(hosts, |(_, inner)| inner);
    for host in hosts.split(',').filter(|host| !host.is_empty()) {
        let (host, port) = split_port(host);
        url.hosts.push(host.to_owned());
        url.port = url.port.or(port);
    }
    let behind = behind.split('#').next().unwrap_or("");
    let (path, query) = match behind.find(['?', ';']) {
        Some(at) => behind.split_at(at),
        None => (behind, ""),
    };
    path.clone_into(&mut url.path);
    for pair in query.split(['?', '&', ';']).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        url.add(key, &decode(value));
    }
    if url.scheme.starts_with("postgres") {
        // libpq goes where the parameter says, whatever stands before the path.
        let elsewhere = |(key, _): &&(String, String)| key == "host" || key == "hostaddr";
        let hosts: Vec<String> = url
            .query
            .iter()
            .filter(elsewhere)
            .flat_map(|(_, hosts)| hosts.split(',').map(str::to_owned))
            .collect();
        if !hosts.is_empty() {
            url.hosts = hosts;
        }
    }
    url
}

impl Url {
    /// Adds a parameter; credentials are noted and left out.
    fn add(&mut self, key: &str, value: &str) {
        let key = decode(key).trim().to_ascii_lowercase();
        match key.as_str() {
            "password" | "pwd" | "passwd" | "pass" => {
                if !value.is_empty() {
                    self.has_userinfo = true;
                    self.has_password = true;
                    self.password = Some(value.to_owned());
                }
            }
            "user" | "username" | "user id" | "uid" => self.has_userinfo = true,
            _ => self.query.push((key, value.to_owned())),
        }
    }

    /// The URL as policies see it.
    pub(crate) fn node(&self) -> Node {
        let mut members = Map::default();
        let mut add = |key: &str, node: Node| members.insert(Arc::from(key), node);
        add("scheme", self.scheme.as_str().into());
        add(
            "hosts",
            Node::list(self.hosts.iter().map(|host| host.as_str().into()).collect()),
        );
        add("port", self.port.map_or_else(Node::null, Node::int));
        add("hasUserinfo", self.has_userinfo.into());
        add("hasPassword", self.has_password.into());
        add("path", self.path.as_str().into());
        let query: Map = self
            .query
            .iter()
            .map(|(key, value)| (key.as_str().into(), value.as_str().into()))
            .collect();
        add("query", Node::object(query));
        Node::object(members)
    }
}

fn split_port(host: &str) -> (&str, Option<i64>) {
    if let Some((inner, rest)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (
            inner,
            rest.strip_prefix(':').and_then(|port| port.parse().ok()),
        );
    }
    match host.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, port.parse().ok()),
        _ => (host, None),
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, left)) = rest.split_first() {
        let hex = |byte: u8| char::from(byte).to_digit(16);
        match (first, left) {
            (b'%', [a, b, behind @ ..]) if hex(*a).is_some() && hex(*b).is_some() => {
                let value = hex(*a).unwrap_or(0) * 16 + hex(*b).unwrap_or(0);
                bytes.push(u8::try_from(value).unwrap_or(b'?'));
                rest = behind;
            }
            (byte, left) => {
                bytes.push(*byte);
                rest = left;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// libpq's form: `host=db.example sslmode=require`.
fn key_values(text: &str) -> Option<Url> {
    if text.contains(';') {
        return None;
    }
    let mut url = Url {
        scheme: "postgresql".to_owned(),
        ..Url::default()
    };
    let mut is_dsn = false;
    for captures in KEY_VALUE.captures_iter(text) {
        let part = |at: usize| captures.get(at).map_or("", |part| part.as_str());
        let value = part(2).trim_matches('\'');
        match part(1).to_ascii_lowercase().as_str() {
            "host" | "hostaddr" => {
                is_dsn = true;
                url.hosts.extend(value.split(',').map(str::to_owned));
            }
            "sslmode" => {
                is_dsn = true;
                url.add("sslmode", value);
            }
            "port" => url.port = value.split(',').next().and_then(|port| port.parse().ok()),
            "dbname" => url.path = format!("/{value}"),
            key => url.add(key, value),
        }
    }
    is_dsn.then_some(url)
}

/// The settings of ADO.NET and ODBC, of SQL Server, PostgreSQL (Npgsql) and `MySQL`.
fn ado(text: &str) -> Option<Url> {
    let mut url = Url::default();
    let mut is_dsn = false;
    let mut keys = Vec::new();
    let mut driver = String::new();
    for captures in ADO.captures_iter(text) {
        let part = |at: usize| captures.get(at).map_or("", |part| part.as_str().trim());
        let value = part(2).trim_matches(['"', '\'']);
        let key = part(1).to_ascii_lowercase();
        match key.as_str() {
            "server" | "data source" | "host" | "addr" | "address" => {
                is_dsn = true;
                let server = value.strip_prefix("tcp:").unwrap_or(value);
                if server.contains(',') || server.len() < value.len() {
                    keys.push("encrypt".to_owned());
                }
                let (host, port) = server.split_once(',').map_or_else(
                    || split_port(server),
                    |(host, port)| (host, port.parse().ok()),
                );
                url.hosts.push(host.to_owned());
                url.port = port.or(url.port);
            }
            "driver" => driver = value.to_ascii_lowercase(),
            "port" => url.port = value.parse().ok().or(url.port),
            "database" | "initial catalog" => url.path = format!("/{value}"),
            "sslmode" | "ssl mode" | "ssl-mode" => {
                let mode = value.to_ascii_lowercase();
                let mode = match mode.as_str() {
                    "verifyca" => "verify-ca",
                    "verifyfull" => "verify-full",
                    mode => mode,
                };
                url.add("sslmode", mode);
            }
            key => url.add(key, value),
        }
        keys.push(key);
    }
    ado_scheme(&url, &keys, &driver).clone_into(&mut url.scheme);
    is_dsn.then_some(url)
}

/// Which database such settings speak to. Nothing in them says it outright but the driver of ODBC.
fn ado_scheme(url: &Url, keys: &[String], driver: &str) -> &'static str {
    let has = |wanted: &[&str]| keys.iter().any(|key| wanted.contains(&key.as_str()));
    let mode = url.query.iter().find(|(key, _)| key == "sslmode");
    let mode = mode.map_or("", |(_, value)| value.as_str());
    if driver.contains("postgres") {
        return "postgresql";
    }
    if driver.contains("mysql") || driver.contains("maria") {
        return "mysql";
    }
    let sql_server = [
        "encrypt",
        "trustservercertificate",
        "trust server certificate",
        "integrated security",
        "trusted_connection",
        "multipleactiveresultsets",
        "initial catalog",
        "authentication",
    ];
    match (url.port, mode) {
        (Some(5432), _) | (_, "require" | "prefer" | "allow" | "disable") => "postgresql",
        (Some(3306), _) | (_, "required" | "preferred" | "none" | "disabled") => "mysql",
        _ if !driver.is_empty() || mode.is_empty() && has(&sql_server) => "sqlserver",
        _ if has(&["host", "username"]) => "postgresql",
        _ if has(&["port"]) || !mode.is_empty() => "mysql",
        _ => "sqlserver",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Url {
        let found = find(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        found.into_iter().next().unwrap()
    }

    #[test]
    fn the_host_of_a_parameter_is_the_one_that_libpq_goes_to() {
        let hosts = |text: &str| one(text).hosts;
        assert_eq!(
            hosts("postgres://localhost/ehr?host=a.example,b.example"),
            ["a.example", "b.example"]
        );
        assert_eq!(
            hosts("postgresql:///ehr?host=/var/run/postgresql"),
            ["/var/run/postgresql"]
        );
        assert_eq!(
            hosts("mysql://db.example/ehr?host=other"),
            ["db.example"],
            "MySQL knows no such parameter"
        );
    }

    #[test]
    fn urls_and_their_parts() {
        let url = one("postgres://app:s3cret@db.example:5432/patients?sslmode=disable");
        assert_eq!(
            (url.scheme.as_str(), url.hosts.as_slice(), url.port),
            ("postgres", &["db.example".to_owned()][..], Some(5432))
        );
        assert!(url.has_userinfo && url.has_password);
        assert_eq!(url.query, [("sslmode".to_owned(), "disable".to_owned())]);
        assert!(!format!("{:?}", url.node()).contains("s3cret"));
        let mongo = one("mongodb://a.example:27017,b.example:27018/db?tls=true");
        assert_eq!(mongo.hosts, ["a.example", "b.example"]);
        assert!(!mongo.has_userinfo);
    }

    #[test]
    fn data_source_names() {
        assert_eq!(one("jdbc:postgresql://db/p?ssl=true").scheme, "postgresql");
        let server = one("jdbc:sqlserver://db.example:1433;encrypt=true;password=x");
        assert_eq!(server.query, [("encrypt".to_owned(), "true".to_owned())]);
        assert!(server.has_password);
        let libpq = one("host=db.example port=5432 user=app password='a b' sslmode=require");
        assert_eq!(libpq.hosts, ["db.example"]);
        assert_eq!(libpq.query, [("sslmode".to_owned(), "require".to_owned())]);
        let ado =
            one("Server=tcp:db.example,1433;Initial Catalog=p;User ID=a;Password=b;Encrypt=False");
        assert_eq!(
            (ado.port, ado.query.as_slice()),
            (
                Some(1433),
                &[("encrypt".to_owned(), "False".to_owned())][..]
            )
        );
        let npgsql = one(
            "Host=db.example;Port=5432;Database=ehr;Username=app;Password=b;SSL Mode=VerifyFull",
        );
        assert_eq!(
            (npgsql.scheme.as_str(), npgsql.port, npgsql.path.as_str()),
            ("postgresql", Some(5432), "/ehr")
        );
        assert_eq!(
            npgsql.query,
            [("sslmode".to_owned(), "verify-full".to_owned())]
        );
        for (text, scheme) in [
            ("Host=db;Database=ehr;Username=app;Password=b", "postgresql"),
            (
                "Server=db;Database=ehr;User Id=a;Ssl Mode=Require",
                "postgresql",
            ),
            ("Server=db;Port=3306;Database=ehr;Uid=a;Pwd=b", "mysql"),
            (
                "Server=db;Database=ehr;Uid=a;Pwd=b;SslMode=Required",
                "mysql",
            ),
            ("Server=db;Database=ehr;User Id=a;Password=b", "sqlserver"),
            (
                "Data Source=db;Initial Catalog=ehr;Encrypt=true",
                "sqlserver",
            ),
            (
                "Driver={PostgreSQL Unicode};Server=db;Database=ehr",
                "postgresql",
            ),
            (
                "Driver={ODBC Driver 18 for SQL Server};Server=tcp:db,1433",
                "sqlserver",
            ),
        ] {
            assert_eq!(one(text).scheme, scheme, "{text}");
        }
        assert!(find("just words, key = value").is_empty());
    }

    #[test]
    fn a_list_of_urls() {
        assert_eq!(find("https://a.example, http://b.example").len(), 2);
    }
}
