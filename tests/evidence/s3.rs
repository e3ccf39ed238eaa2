//! Logs in buckets of real servers.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use hipaa_iac_tests::{
    Ran, Tree,
    object_storage::{Bucket, Server},
    run_with,
};

use crate::support::run;

fn with(server: &Server, tree: &Tree, arguments: &[&str]) -> Ran {
    let variables = server.environment();
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    run_with(tree.path(), arguments, &variables, None).unwrap()
}

fn keyed() -> Tree {
    let tree = Tree::with(&[(
        "main.tf",
        "resource \"aws_s3_bucket\" \"phi\" {\n  bucket = \"phi\"\n}\n",
    )])
    .unwrap();
    assert_eq!(run(tree.path(), &["evidence", "keygen", "key"]).code, 0);
    tree
}

fn check(server: &Server, tree: &Tree, log: &str) -> Ran {
    with(
        server,
        tree,
        &[
            "check",
            "main.tf",
            "--quiet",
            "--evidence",
            log,
            "--evidence-key",
            "key",
            "--evidence-checkpoint",
            "witness",
        ],
    )
}

const VERIFY: &[&str] = &[
    "--trusted-key",
    "key.pub",
    "--checkpoint",
    "witness",
    "--format",
    "json",
];

#[test]
fn a_locked_bucket_is_immutable_and_keeps_a_log() {
    let server = Server::versitygw().unwrap();
    server.make_bucket("evidence", Bucket::Locked).unwrap();
    let tree = keyed();
    let log = "s3://evidence/clinic/a";
    let probe = with(&server, &tree, &["evidence", "probe", log]);
    assert_eq!(probe.code, 0, "{}{}", probe.stdout, probe.stderr);
    assert!(probe.stdout.starts_with("immutable: "));
    for _ in 0..3 {
        let ran = check(&server, &tree, log);
        assert!(
            ran.stderr.contains("recorded as "),
            "{} {}",
            ran.code,
            ran.stderr
        );
    }
    let verified = with(
        &server,
        &tree,
        &[&["evidence", "verify", log], VERIFY].concat(),
    );
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    assert_eq!(verified.json()["size"], 3);
    let listed = with(&server, &tree, &["evidence", "list", log]);
    assert_eq!(listed.stdout.lines().count(), 3);

    // Every object but the copy of the newest checkpoint is locked for six years.
    let locked = server
        .python(
            "import datetime\nfrom botocore.exceptions import ClientError\n\
             for o in s3.list_objects_v2(Bucket='evidence', Prefix='clinic/a/')['Contents']:\n\
             \x20   h = s3.head_object(Bucket='evidence', Key=o['Key'])\n\
             \x20   until = h.get('ObjectLockRetainUntilDate')\n\
             \x20   years = (until - datetime.datetime.now(datetime.timezone.utc)).days // 365 if until else 0\n\
             \x20   print(o['Key'], h.get('ObjectLockMode'), years)\n\
             \x20   if until:\n\
             \x20       try:\n\
             \x20           s3.delete_object(Bucket='evidence', Key=o['Key'], VersionId=h['VersionId'])\n\
             \x20           print('DELETED')\n\
             \x20       except ClientError as e: assert e.response['Error']['Code'] == 'AccessDenied', e",
        )
        .unwrap();
    assert!(!locked.contains("DELETED"), "{locked}");
    let mut objects = 0;
    for line in locked.lines() {
        let open = line.starts_with("clinic/a/checkpoint ");
        let probe = line.starts_with("clinic/a/probe/");
        let expected = if open {
            "None 0"
        } else if probe {
            "COMPLIANCE 0"
        } else {
            "COMPLIANCE 6"
        };
        assert!(line.ends_with(expected), "{line}");
        objects += usize::from(!open && !probe);
    }
    // 3 records, 4 checkpoints, 3 tiles, the key and the verifier.
    assert_eq!(objects, 12, "{locked}");

    // A version put over another is seen, and so is a delete marker.
    let second = "clinic/a/records/000000000001.dsse.json";
    server
        .python(&format!(
            "s3.put_object(Bucket='evidence', Key='{second}', Body=b'{{}}')"
        ))
        .unwrap();
    let found = with(
        &server,
        &tree,
        &[&["evidence", "verify", log], VERIFY].concat(),
    );
    assert_eq!(found.code, 1);
    assert_eq!(found.json()["findings"][0]["code"], "record-mismatch");
    server
        .python(&format!(
            "s3.delete_object(Bucket='evidence', Key='{second}')"
        ))
        .unwrap();
    let found = with(
        &server,
        &tree,
        &[&["evidence", "verify", log], VERIFY].concat(),
    );
    assert_eq!(found.json()["findings"][0]["code"], "record-missing");
}

#[test]
fn a_bucket_without_locks_keeps_a_log_only_where_that_is_asked_for() {
    let server = Server::versitygw().unwrap();
    server.make_bucket("plain", Bucket::Plain).unwrap();
    let tree = keyed();
    let refused = check(&server, &tree, "s3://plain/log");
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("Object Lock"), "{}", refused.stderr);
    let ran = check(&server, &tree, "s3://plain/log?lock=none");
    assert!(ran.stderr.contains("recorded as 0"), "{}", ran.stderr);
    let verified = with(
        &server,
        &tree,
        &[&["evidence", "verify", "s3://plain/log"], VERIFY].concat(),
    );
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    let probe = with(&server, &tree, &["evidence", "probe", "s3://plain/log"]);
    assert_eq!(
        (probe.code, probe.stdout.starts_with("mutable: ")),
        (1, true),
        "{}{}",
        probe.stdout,
        probe.stderr
    );
}

#[test]
fn governance_is_called_mutable() {
    let server = Server::versitygw().unwrap();
    server.make_bucket("evidence", Bucket::Locked).unwrap();
    let tree = keyed();
    let probe = with(
        &server,
        &tree,
        &[
            "evidence",
            "probe",
            "s3://evidence/log?lock=governance&retain-days=2",
        ],
    );
    assert_eq!(probe.code, 1, "{}{}", probe.stdout, probe.stderr);
    assert!(
        probe.stdout.contains("GOVERNANCE") || probe.stdout.contains("shortened"),
        "{}",
        probe.stdout
    );
}

#[test]
fn a_server_that_lies_is_found_out() {
    let server = Server::moto().unwrap();
    server.make_bucket("evidence", Bucket::Locked).unwrap();
    let tree = keyed();
    let probe = with(&server, &tree, &["evidence", "probe", "s3://evidence/log"]);
    assert_eq!(probe.code, 1, "{}{}", probe.stdout, probe.stderr);
    assert!(probe.stdout.starts_with("mutable: "), "{}", probe.stdout);
    // The log works all the same, and is verified.
    let ran = check(&server, &tree, "s3://evidence/log");
    assert!(ran.stderr.contains("recorded as 0"), "{}", ran.stderr);
    let verified = with(
        &server,
        &tree,
        &[&["evidence", "verify", "s3://evidence/log"], VERIFY].concat(),
    );
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
}

/// Stands before a server and changes what it is asked: every header of a request goes through `change`, in lower case, and is
/// left out where that gives none.
fn between(server: &Server, change: fn(&str, &str) -> Option<String>) -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}", listener.local_addr()?);
    let behind = server.url().replace("http://", "");
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let behind = behind.clone();
            thread::spawn(move || relay(&client, &behind, change));
        }
    });
    Ok(url)
}

/// One request and its answer.
fn relay(
    client: &TcpStream,
    behind: &str,
    change: fn(&str, &str) -> Option<String>,
) -> io::Result<()> {
    let mut from = BufReader::new(client.try_clone()?);
    let mut head = String::new();
    from.read_line(&mut head)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        let name = name.to_ascii_lowercase();
        if name == "content-length" {
            length = value.parse().map_err(io::Error::other)?;
        }
        if name != "connection"
            && let Some(value) = change(&name, value)
        {
            head = format!("{head}{name}: {value}\r\n");
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    let mut server = TcpStream::connect(behind)?;
    server.write_all(format!("{head}connection: close\r\n\r\n").as_bytes())?;
    server.write_all(&body)?;
    io::copy(&mut server, &mut &*client)?;
    Ok(())
}

#[test]
fn a_lock_that_is_not_there_is_no_record() {
    type Change = fn(&str, &str) -> Option<String>;
    let server = Server::moto().unwrap();
    server.make_bucket("evidence", Bucket::Locked).unwrap();
    let lies: [(&str, Change, &str); 4] = [
        ("none", |_, value| Some(value.to_owned()), "recorded as 0"),
        (
            "forgets",
            |name, value| (!name.starts_with("x-amz-object-lock")).then(|| value.to_owned()),
            "the store shows no lock on it",
        ),
        (
            "shortens",
            |name, value| {
                let year = value.get(..4).and_then(|year| year.parse::<u32>().ok());
                Some(match (name, year) {
                    ("x-amz-object-lock-retain-until-date", Some(year)) => {
                        format!("{}{}", year - 3, &value[4..])
                    }
                    _ => value.to_owned(),
                })
            },
            "the store has locked it until",
        ),
        (
            "weakens",
            |_, value| Some(value.replace("COMPLIANCE", "GOVERNANCE")),
            "the store has not locked it in COMPLIANCE mode",
        ),
    ];
    for (name, lie, expected) in lies {
        let url = between(&server, lie).unwrap();
        let tree = keyed();
        let mut variables = server.environment();
        variables[4].1 = url;
        let variables: Vec<(&str, &str)> = variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let log = format!("s3://evidence/{name}");
        let arguments = [
            "check",
            "main.tf",
            "--quiet",
            "--evidence",
            &log,
            "--evidence-key",
            "key",
        ];
        let ran = run_with(tree.path(), &arguments, &variables, None).unwrap();
        assert!(ran.stderr.contains(expected), "{name}: {}", ran.stderr);
        assert_eq!(name == "none", ran.code != 2, "{name}: {}", ran.code);
        assert_eq!(name == "none", ran.stderr.contains("recorded as"), "{name}");
    }
}

/// An answer that begins as a refusal and never ends, some megabytes a second.
fn endless(mut client: TcpStream) -> io::Result<()> {
    let mut from = BufReader::new(client.try_clone()?);
    let mut line = String::new();
    while from.read_line(&mut line)? > 2 {
        line.clear();
    }
    let refusal = "<Error><Code>AccessDenied</Code>";
    let head = "HTTP/1.1 403 Forbidden\r\ncontent-type: application/xml\r\ntransfer-encoding: chunked\r\n\r\n";
    write!(client, "{head}{:x}\r\n{refusal}\r\n", refusal.len())?;
    let more = vec![b' '; 1 << 16];
    loop {
        write!(client, "{:x}\r\n", more.len())?;
        client.write_all(&more)?;
        client.write_all(b"\r\n")?;
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(move || endless(client));
        }
    });
    let variables = [
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "a-secret"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", url.as_str()),
    ];
    let tree = keyed();
    let probe = ["evidence", "probe", "s3://evidence/log"];
    let ran = run_with(tree.path(), &probe, &variables, None).unwrap();
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("the probe was not written: 403 AccessDenied"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_the_server_refuses_is_told_without_credentials() {
    let server = Server::versitygw().unwrap();
    let tree = keyed();
    let missing = check(&server, &tree, "s3://nowhere/log");
    assert_eq!(missing.code, 2, "{}", missing.stderr);
    let mut variables = server.environment();
    variables[1].1 = "another-secret".to_owned();
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let arguments = ["evidence", "verify", "s3://nowhere/log"];
    let refused = run_with(tree.path(), &arguments, &variables, None).unwrap();
    assert_eq!(refused.code, 2);
    assert!(
        !refused.stderr.contains("another-secret"),
        "{}",
        refused.stderr
    );
}
