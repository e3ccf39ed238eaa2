//! A webhook that is really served on the loopback, and a client that speaks to it.

use std::{
    collections::{BTreeMap, HashMap},
    net::{SocketAddr, TcpListener},
    sync::{Arc, atomic::AtomicBool},
};

use arc_swap::ArcSwapOption;
use axum_server::Handle;
use hipaa_iac_engine::Date;
use hipaa_iac_operator::{
    args::Mode,
    audit,
    catalog::{Base, Catalog, GroupKind, Resources},
    certificates::{self, Bundle, Profile, Step},
    cluster::{Cluster, Store},
    connections,
    judge::Options,
    metrics::Metrics,
    server::{self, App, unix_now},
    tls::{Demands, Identity},
};
use hipaa_iac_source::Resource;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Semaphore,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

pub(crate) const HOST: &str = "hipaa-iac.hipaa-iac-system.svc";

pub(crate) fn profile() -> Profile {
    Profile {
        names: vec![HOST.to_owned()],
        authority: "test CA".to_owned(),
        ca_lifetime: std::time::Duration::from_hours(24),
        lifetime: std::time::Duration::from_hours(1),
    }
}

pub(crate) fn bundle() -> Bundle {
    certificates::take_step(None, Step::Everything, &profile(), unix_now()).unwrap()
}

pub(crate) struct Setup {
    pub(crate) mode: Mode,
    pub(crate) config: &'static str,
    pub(crate) demands: Demands,
    pub(crate) connections: usize,
    pub(crate) permits: usize,
    /// A debug build on a busy machine takes its time over what is large.
    pub(crate) deadline: std::time::Duration,
    pub(crate) resources: Resources,
    pub(crate) restores: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            mode: Mode::Enforce,
            config: "",
            demands: Demands::default(),
            connections: connections::MOST,
            permits: 64,
            deadline: server::DEADLINE,
            resources: Resources::default(),
            restores: false,
        }
    }
}

pub(crate) struct Served {
    pub(crate) app: Arc<App>,
    pub(crate) address: SocketAddr,
    pub(crate) authorities: String,
    handle: Handle<SocketAddr>,
    log: tempfile::TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}

impl Served {
    #[expect(clippy::unused_async, reason = "it needs the runtime")]
    pub(crate) async fn start(setup: Setup) -> Self {
        let config = Some(("hipaa-iac.yaml", setup.config));
        let base = Base::new(config, setup.mode, &[], setup.restores).unwrap();
        let today = Date::new(2026, 11, 24).unwrap();
        let catalog = Catalog::build(&base, &setup.resources, &mut BTreeMap::new(), today).unwrap();
        let log = tempfile::tempdir().unwrap();
        let (audit, _) = audit::Log::open(
            Some(&log.path().join("audit.log")),
            None,
            false,
            "test",
            &Value::Null,
        )
        .unwrap();
        let identity = Identity::new(setup.demands).unwrap();
        let bundle = bundle();
        identity.set(&bundle.certificate, &bundle.key).unwrap();
        let app = Arc::new(App {
            base,
            catalog: ArcSwapOption::from_pointee(catalog),
            cluster: Cluster::default(),
            options: Options {
                connect_mode: Mode::Enforce,
                connect_groups: vec!["break-glass".to_owned()],
            },
            mode: setup.mode,
            waiver_namespaces: vec!["hipaa-iac-system".to_owned()],
            metrics: Metrics::new(),
            audit,
            identity,
            connections: setup.connections,
            permits: Arc::new(Semaphore::new(setup.permits)),
            turns: server::Turns::default(),
            room: server::Room::default(),
            deadline: setup.deadline,
            stopping: AtomicBool::new(false),
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let handle = Handle::new();
        tokio::spawn(server::serve_webhook(
            Arc::clone(&app),
            listener,
            handle.clone(),
        ));
        Self {
            app,
            address,
            authorities: bundle.authorities,
            handle,
            log,
        }
    }

    /// Reads a cluster that has one namespace: the webhook is ready then.
    pub(crate) fn make_ready(&self) {
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "clinic"}});
        self.know(&[hipaa_iac_operator::cluster::kept(namespace, None).unwrap()]);
        assert_eq!(self.app.ready(), Ok(()));
    }

    /// Puts objects where watches would have put them.
    pub(crate) fn know(&self, objects: &[Resource]) {
        let mut stores: HashMap<GroupKind, Arc<Store>> = HashMap::new();
        for object in objects {
            let id = object.kubernetes().unwrap();
            let store = stores
                .entry(GroupKind::new(&id.group, &id.kind))
                .or_insert_with(|| Arc::new(Store::new()));
            store.listed(object.clone());
        }
        for store in stores.values() {
            store.finish();
        }
        self.app.cluster.set_stores(stores);
    }

    /// The lines of the audit log, once `wanted` is among them.
    pub(crate) async fn audit(&self, wanted: &str) -> String {
        for _ in 0..1500 {
            let text = std::fs::read_to_string(self.log.path().join("audit.log")).unwrap();
            if text.contains(wanted) {
                return text;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("the audit log has no {wanted}")
    }

    pub(crate) async fn connect(&self) -> Client {
        Client::connect(self.address, &self.authorities, None)
            .await
            .unwrap()
    }

    /// Asks one webhook one review.
    pub(crate) async fn ask(&self, entry: &str, request: Value) -> Value {
        let mut client = self.connect().await;
        let (status, body) = client.review(entry, &review(request)).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str::<Value>(&body).unwrap()["response"].clone()
    }
}

pub(crate) fn review(request: Value) -> String {
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request})
        .to_string()
}

/// The request by which the API server would ask about an object.
pub(crate) fn request(operation: &str, object: &Value, old: Option<&Value>) -> Value {
    let any = if object.is_null() {
        old.unwrap()
    } else {
        object
    };
    let api_version = any["apiVersion"].as_str().unwrap();
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    json!({
        "uid": "0c9a8d74-9cb7-44dd-b98e-09fd62def2f4",
        "kind": {"group": group, "version": version, "kind": any["kind"]},
        "resource": {"group": group, "version": version, "resource": "x"},
        "name": any["metadata"]["name"].as_str().unwrap_or_default(),
        "namespace": any["metadata"]["namespace"].as_str().unwrap_or_default(),
        "operation": operation,
        "userInfo": {"username": "jane", "groups": ["system:authenticated"]},
        "object": object,
        "oldObject": old.cloned().unwrap_or(Value::Null),
        "dryRun": false,
    })
}

/// HTTP/1.1 over TLS, one request after the other on one connection.
pub(crate) struct Client {
    stream: TlsStream<TcpStream>,
}

impl Client {
    pub(crate) async fn connect(
        address: SocketAddr,
        authorities: &str,
        identity: Option<(&str, &str)>,
    ) -> std::io::Result<Self> {
        Self::connect_with(address, authorities, identity, rustls::ALL_VERSIONS).await
    }

    pub(crate) async fn connect_with(
        address: SocketAddr,
        authorities: &str,
        identity: Option<(&str, &str)>,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> std::io::Result<Self> {
        let tcp = TcpStream::connect(address).await?;
        Self::over(tcp, authorities, identity, versions).await
    }

    pub(crate) async fn over(
        tcp: TcpStream,
        authorities: &str,
        identity: Option<(&str, &str)>,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> std::io::Result<Self> {
        let mut roots = RootCertStore::empty();
        for authority in CertificateDer::pem_slice_iter(authorities.as_bytes()) {
            roots.add(authority.unwrap()).unwrap();
        }
        let builder =
            ClientConfig::builder_with_provider(Arc::new(hipaa_iac_operator::tls::provider()))
                .with_protocol_versions(versions)
                .unwrap()
                .with_root_certificates(roots);
        let config = match identity {
            Some((chain, key)) => builder
                .with_client_auth_cert(
                    CertificateDer::pem_slice_iter(chain.as_bytes())
                        .map(Result::unwrap)
                        .collect(),
                    PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
                )
                .unwrap(),
            None => builder.with_no_client_auth(),
        };
        tcp.set_nodelay(true)?;
        let name = ServerName::try_from(HOST).unwrap();
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, tcp)
            .await?;
        Ok(Self { stream })
    }

    pub(crate) async fn review(&mut self, entry: &str, body: &str) -> (u16, String) {
        self.post(&format!("/validate/{entry}"), "application/json", body)
            .await
            .unwrap()
    }

    pub(crate) async fn post(
        &mut self,
        path: &str,
        kind: &str,
        body: &str,
    ) -> std::io::Result<(u16, String)> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.send(head.as_bytes()).await?;
        // A server that has seen enough may answer before the end.
        let _ = self.send(body.as_bytes()).await;
        self.answer().await
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    pub(crate) async fn answer(&mut self) -> std::io::Result<(u16, String)> {
        let mut bytes = Vec::new();
        let head_end = loop {
            if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if self.stream.read_buf(&mut bytes).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        };
        let head = String::from_utf8_lossy(&bytes[..head_end]).to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.trim().parse().unwrap());
        while bytes.len() < head_end + length {
            if self.stream.read_buf(&mut bytes).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok((
            status,
            String::from_utf8_lossy(&bytes[head_end..head_end + length]).into_owned(),
        ))
    }
}
