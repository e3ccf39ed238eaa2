//! Requests faster than kubectl makes them: to the API server by `kubectl proxy`, to the webhook by `kubectl port-forward`.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpStream},
    process::{Child, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

use crate::cluster::{Cluster, NAMESPACE, RELEASE};

/// A kubectl that listens on a port of this machine until it is dropped.
#[derive(Debug)]
pub(crate) struct Tunnel {
    child: Child,
    pub(crate) port: u16,
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Tunnel {
    /// To the API server, with our identity, in plain HTTP.
    pub(crate) fn api_server(cluster: &Cluster) -> Self {
        Self::open(cluster, &["proxy", "--port=0"])
    }

    /// To the webhook of one pod.
    pub(crate) fn webhook(cluster: &Cluster) -> Self {
        let service = format!("service/{RELEASE}");
        Self::open(
            cluster,
            &["port-forward", "-n", NAMESPACE, &service, ":443"],
        )
    }

    /// To a port of a pod of the operator.
    pub(crate) fn pod(cluster: &Cluster, name: &str, port: u16) -> Self {
        let (pod, port) = (format!("pod/{name}"), format!(":{port}"));
        Self::open(cluster, &["port-forward", "-n", NAMESPACE, &pod, &port])
    }

    fn open(cluster: &Cluster, arguments: &[&str]) -> Self {
        let mut child = cluster
            .kubectl_command()
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // "Starting to serve on 127.0.0.1:40001", "Forwarding from 127.0.0.1:40001 -> 8443"
        let line = lines
            .next()
            .expect("kubectl says where it listens")
            .unwrap();
        let port = line
            .split_once("127.0.0.1:")
            .and_then(|(_, rest)| rest.split(' ').next()?.trim().parse().ok())
            .unwrap_or_else(|| panic!("{line}"));
        // Nobody may stop reading: kubectl tells of every connection.
        thread::spawn(move || lines.for_each(drop));
        Self { child, port }
    }
}

/// A status and a body.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Sends a request and reads the answer to its end.
pub(crate) fn exchange(mut stream: impl Read + Write, request: &[u8]) -> io::Result<Answer> {
    // Who is refused for the head of a request may see the connection closed before the rest is sent.
    let sent = stream.write_all(request).and_then(|()| stream.flush());
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if answer.is_empty() => return Err(sent.err().unwrap_or(error)),
        _ => {}
    }
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| io::Error::other(format!("no answer: {head:?}")))?;
    Ok(Answer {
        status,
        body: body.to_owned(),
    })
}

/// A POST request of HTTP/1.0, so that the answer comes whole and ends with the connection.
pub(crate) fn post(path: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend(body);
    request
}

/// A connection to a port of this machine.
pub(crate) fn connect(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.set_write_timeout(Some(Duration::from_secs(30)))?;
    Ok(stream)
}

/// Creates an object through the API server.
pub(crate) fn create(port: u16, path: &str, body: &str) -> io::Result<Answer> {
    exchange(
        connect(port)?,
        &post(path, "application/json", body.as_bytes()),
    )
}

/// A TLS connection to the webhook as the API server makes one: the name of the Service, the CA of the configuration.
pub(crate) fn tls(
    cluster: &Cluster,
    port: u16,
) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let configuration = cluster.get(&["validatingwebhookconfiguration", RELEASE]);
    let bundle = configuration["webhooks"][0]["clientConfig"]["caBundle"]
        .as_str()
        .ok_or_else(|| io::Error::other("the configuration has no CA"))?;
    let pem = BASE64_STANDARD.decode(bundle).map_err(io::Error::other)?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots
            .add(certificate.map_err(io::Error::other)?)
            .map_err(io::Error::other)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name =
        ServerName::try_from(format!("{RELEASE}.{NAMESPACE}.svc")).map_err(io::Error::other)?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    Ok(StreamOwned::new(connection, connect(port)?))
}

/// The certificate that a replica serves by a port of this machine, where it is one that API servers trust.
pub(crate) fn served(cluster: &Cluster, port: u16) -> io::Result<CertificateDer<'static>> {
    let mut connection = tls(cluster, port)?;
    // It is told to the end: a connection that is cut off ends a tunnel.
    exchange(
        &mut connection,
        &post("/validate/workloads-phi", "application/json", b""),
    )?;
    let chain = connection.conn.peer_certificates().unwrap_or_default();
    let served = chain.first().cloned();
    served.ok_or_else(|| io::Error::other("there was no certificate"))
}

/// What became of the requests of a [`Load`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) admitted: usize,
    pub(crate) denied: usize,
    /// Neither: what the API server said.
    pub(crate) failed: Vec<String>,
}

/// `ConfigMaps`, created again and again without being kept, in a namespace.
#[derive(Debug)]
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    outcome: Arc<Mutex<Outcome>>,
    workers: Vec<JoinHandle<()>>,
    _tunnel: Tunnel,
}

impl Load {
    /// Starts workers that create this object.
    pub(crate) fn start(cluster: &Cluster, namespace: &str, object: &str) -> Self {
        let tunnel = Tunnel::api_server(cluster);
        let port = tunnel.port;
        let stop = Arc::new(AtomicBool::new(false));
        let outcome = Arc::new(Mutex::new(Outcome::default()));
        let path = format!("/api/v1/namespaces/{namespace}/configmaps?dryRun=All");
        let worker = |_| {
            let (stop, outcome) = (Arc::clone(&stop), Arc::clone(&outcome));
            let (path, object) = (path.clone(), object.to_owned());
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let answer = create(port, &path, &object);
                    let mut outcome = outcome.lock().unwrap();
                    match answer {
                        Ok(answer) if answer.status == 201 => outcome.admitted += 1,
                        Ok(answer) if answer.status == 403 => outcome.denied += 1,
                        Ok(answer) => {
                            let text = format!("{} {}", answer.status, answer.body);
                            outcome.failed.push(text);
                        }
                        Err(error) => outcome.failed.push(error.to_string()),
                    }
                    drop(outcome);
                    thread::sleep(Duration::from_millis(20));
                }
            })
        };
        let workers = (0..4).map(worker).collect();
        Self {
            stop,
            outcome,
            workers,
            _tunnel: tunnel,
        }
    }

    /// What became of the requests so far.
    pub(crate) fn so_far(&self) -> Outcome {
        self.outcome.lock().unwrap().clone()
    }

    /// Stops, and says what became of the requests.
    pub(crate) fn stop(self) -> Outcome {
        self.stop.store(true, Ordering::Relaxed);
        for worker in self.workers {
            worker.join().unwrap();
        }
        let outcome = self.outcome.lock().unwrap();
        outcome.clone()
    }
}
