//! Certificates of the webhook: rotated while requests run, ended, and not yet begun.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};

use crate::{
    Case, With,
    admission::{define, remove},
    certificates::{self, Issued},
    cluster::{Cluster, NAMESPACE, RELEASE, Ran},
    operator::{self, compliant, violating},
    resources::looked,
    traffic::{self, Load, Tunnel},
};

pub(crate) const ROTATION: &[Case] = &[
    Case {
        name: "certificates_rotate_under_load_and_no_request_fails",
        own: false,
        with: With::Nothing,
        run: rotation,
    },
    Case {
        name: "certificates_are_made_anew_as_the_documentation_says",
        own: false,
        with: With::Nothing,
        run: anew,
    },
];

/// Whatever was installed before them, they install anew.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "certificates_that_ended_or_have_not_begun_close_phi_alone",
        own: false,
        with: With::Nothing,
        run: ended,
    },
    Case {
        name: "certificates_of_cert_manager_are_served_and_its_authority_stays",
        own: true,
        with: With::Nothing,
        run: cert_manager,
    },
];

/// How long until every replica serves what is in the Secret that it reads, and in the volume that the kubelet puts it into.
const READ: Duration = Duration::from_mins(2);
const MOUNTED: Duration = Duration::from_mins(3);

fn secret(cluster: &Cluster, key: &str) -> String {
    let secret = cluster.get(&["secret", "hipaa-iac-tls", "-n", NAMESPACE]);
    secret["data"][key].as_str().unwrap_or_default().to_owned()
}

/// An administrator keeps the webhook configuration as it is until this is dropped.
struct Held<'a>(&'a Cluster);

impl<'a> Held<'a> {
    fn new(cluster: &'a Cluster) -> Self {
        annotate(cluster, "hipaa-iac.dev/hold=ticket-124").success();
        Self(cluster)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        annotate(self.0, "hipaa-iac.dev/hold-");
    }
}

fn annotate(cluster: &Cluster, text: &str) -> Ran {
    let state = ["configmap", "hipaa-iac-state", "-n", NAMESPACE];
    cluster.kubectl(&[&["annotate"][..], &state, &[text]].concat())
}

/// Waits until every replica serves the certificate of the Secret, which the configuration says to trust.
fn all_serve(cluster: &Cluster, patience: Duration) {
    cluster.eventually("every replica to serve it", patience, || {
        let pem = BASE64_STANDARD.decode(secret(cluster, "tls.crt")).unwrap();
        let wanted = CertificateDer::from_pem_slice(&pem).unwrap();
        operator::pods(cluster).iter().all(|pod| {
            let tunnel = Tunnel::pod(cluster, pod, 8443);
            traffic::served(cluster, tunnel.port).is_ok_and(|served| served == wanted)
        })
    });
}

/// An authority with most of its life behind it is given to the operator, which replaces it, and then the certificate, as soon as it may.
fn rotation(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("rotated", true);
    let load = Load::start(cluster, "rotated", &compliant("a"));
    let service = format!("{RELEASE}.{NAMESPACE}");
    let names = ["", ".svc", ".svc.cluster.local"].map(|end| format!("{service}{end}"));
    let names = [&names[..], &[RELEASE.to_owned()]].concat();
    let old = certificates::by_an_old_authority(names).unwrap();
    let before = BASE64_STANDARD.decode(secret(cluster, "ca.crt")).unwrap();
    let authorities = old.authority.clone() + &String::from_utf8(before).unwrap();
    let encoded = BASE64_STANDARD.encode(&authorities);

    // While it is held, an authority stays: another could not be made known.
    let held = Held::new(cluster);
    enter(cluster, &encoded).success();
    looked(cluster);
    let data = json!({"stringData": {
        "ca.crt": authorities, "ca.key": old.authority_key, "tls.crt": old.certificate, "tls.key": old.key,
    }})
    .to_string();
    let patch = ["patch", "secret", "hipaa-iac-tls", "-n", NAMESPACE];
    cluster
        .kubectl(&[&patch[..], &["--type=merge", "-p", &data]].concat())
        .success();
    all_serve(cluster, READ);
    assert_eq!(secret(cluster, "ca.crt"), encoded);
    drop(held);

    // The new one stands beside it for fifteen seconds before it signs.
    cluster.eventually("another authority", Duration::from_mins(1), || {
        secret(cluster, "ca.crt") != encoded
    });
    let known = Instant::now();
    let certificate = BASE64_STANDARD.encode(&old.certificate);
    assert_eq!(secret(cluster, "tls.crt"), certificate);
    cluster.eventually("another certificate", Duration::from_mins(1), || {
        secret(cluster, "tls.crt") != certificate
    });
    assert!(
        known.elapsed() >= Duration::from_secs(14),
        "signed after {:?}",
        known.elapsed()
    );
    let authorities = secret(cluster, "ca.crt");
    let configuration = cluster.get(&["validatingwebhookconfiguration", RELEASE]);
    for webhook in configuration["webhooks"].as_array().unwrap() {
        assert_eq!(webhook["clientConfig"]["caBundle"], authorities);
    }
    all_serve(cluster, READ);
    thread::sleep(Duration::from_secs(2));
    let outcome = load.stop();
    assert_eq!(outcome.failed, [""; 0]);
    assert!(outcome.admitted > 100, "{outcome:?}");
    remove(cluster, "rotated");
}

/// What an administrator does where nothing of the certificates can be used. The operator's role may write its Secret and make none.
fn anew(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("anew", true);
    let parts = ["ca.crt", "ca.key", "tls.crt", "tls.key"];
    let before = parts.map(|part| secret(cluster, part));
    cluster
        .documented(
            "docs/operator.md",
            "-n hipaa-iac-system patch secret hipaa-iac-tls",
        )
        .success();
    cluster.eventually("everything to be made anew", Duration::from_mins(1), || {
        let now = parts.map(|part| secret(cluster, part));
        let is_new = |(now, before): (&String, &String)| !now.is_empty() && now != before;
        now.iter().zip(&before).all(is_new)
    });
    all_serve(cluster, READ);
    let create = |object: &str| {
        let create = ["create", "--dry-run=server", "-n", "anew", "-f", "-"];
        cluster.kubectl_with(&create, object)
    };
    cluster.eventually("PHI to be judged again", Duration::from_mins(1), || {
        create(&compliant("a")).ok
    });
    let said = create(&violating("a")).failure();
    assert!(said.contains("configmap-literal-credential"), "{said}");
    remove(cluster, "anew");
}

/// A Secret with a certificate.
fn holding(name: &str, issued: &Issued) -> String {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "stringData": {"tls.crt": issued.certificate, "tls.key": issued.key, "ca.crt": issued.authority},
    })
    .to_string()
}

fn provide(cluster: &Cluster, issued: &Issued) {
    cluster.apply(&holding("given", issued)).success();
}

fn ended(cluster: &Cluster) {
    operator::ensure_namespace(cluster);
    cluster.namespace("dated", true);
    cluster.namespace("undated", false);
    let names = || vec![format!("{RELEASE}.{NAMESPACE}.svc")];
    let hour = Duration::from_hours(1);
    provide(
        cluster,
        &certificates::issue(names(), Duration::ZERO, hour).unwrap(),
    );
    operator::upgrade(cluster, &["tls.mode=provided", "tls.secretName=given"]);
    operator::ready(cluster);
    let create = |namespace: &str, object: &str| {
        cluster.kubectl_with(
            &["create", "--dry-run=server", "-n", namespace, "-f", "-"],
            object,
        )
    };
    cluster.eventually(
        "the given certificate to be served",
        Duration::from_mins(1),
        || create("dated", &compliant("a")).ok,
    );
    for bad in [
        certificates::expired(names()).unwrap(),
        certificates::issue(names(), hour, hour).unwrap(),
    ] {
        provide(cluster, &bad);
        cluster.eventually("PHI to be closed", Duration::from_secs(150), || {
            let ran = create("dated", &compliant("a"));
            !ran.ok && ran.stderr.contains("failed calling webhook")
        });
        // A replica that has not heard yet answers once more.
        cluster.eventually("the rest to be open", Duration::from_secs(150), || {
            create("undated", &violating("a")).ok
        });
        provide(
            cluster,
            &certificates::issue(names(), Duration::ZERO, hour).unwrap(),
        );
        cluster.eventually("PHI to be judged again", Duration::from_secs(150), || {
            create("dated", &compliant("a")).ok
        });
        create("dated", &violating("a")).failure();
    }
    operator::upgrade(cluster, &[]);
    cluster.eventually(
        "our own certificate to be served",
        Duration::from_mins(1),
        || create("dated", &compliant("a")).ok,
    );
    // By a connection of the guard's own, too.
    let approve = "hipaa-iac.dev/disposal-approved-by=tests: it held nothing";
    cluster
        .kubectl(&["annotate", "namespace", "dated", "--overwrite", approve])
        .success();
    let delete = ["delete", "namespace", "dated", "--dry-run=server"];
    cluster.eventually("the guard to answer", Duration::from_mins(1), || {
        cluster.kubectl(&delete).ok
    });
    remove(cluster, "dated");
    cluster
        .kubectl(&["delete", "namespace", "undated", "--wait=false"])
        .success();
}

/// Does what cert-manager would, which does not run here: issues what a Certificate asks for, and enters its authority where the annotation asks for it.
fn manage(cluster: &Cluster, issued: &Issued) {
    let certificate = cluster.get(&["certificates.cert-manager.io", RELEASE, "-n", NAMESPACE]);
    let Some(name) = certificate["spec"]["secretName"].as_str() else {
        return;
    };
    let secret = cluster.get(&["secret", name, "-n", NAMESPACE]);
    if secret["data"]["tls.crt"] != BASE64_STANDARD.encode(&issued.certificate) {
        // Not before Helm has deleted that of the operator's own, which is of another type.
        cluster.apply(&holding(name, issued));
    }
    let configuration = cluster.get(&["validatingwebhookconfiguration", RELEASE]);
    let asked = &configuration["metadata"]["annotations"]["cert-manager.io/inject-ca-from"];
    if *asked != format!("{NAMESPACE}/{RELEASE}") {
        return;
    }
    let authority = BASE64_STANDARD.encode(&issued.authority);
    let webhooks = configuration["webhooks"].as_array().unwrap();
    let other = |webhook: &Value| webhook["clientConfig"]["caBundle"] != authority;
    if webhooks.iter().any(other) {
        enter(cluster, &authority);
    }
}

/// What cert-manager does when the certificate is to be renewed: the issuer signs another, or it signs itself and is an authority of its own.
fn renewed(cluster: &Cluster, before: &Issued, names: Vec<String>) -> Issued {
    let managed = |kind: &str, name: &str| {
        let kind = format!("{kind}.cert-manager.io");
        cluster.get(&[&kind, name, "-n", NAMESPACE])
    };
    let certificate = managed("certificates", RELEASE);
    let issuer = certificate["spec"]["issuerRef"]["name"].as_str().unwrap();
    let issuer = managed("issuers", issuer);
    let Some(authority) = issuer["spec"]["ca"]["secretName"].as_str() else {
        return certificates::issue(names, Duration::ZERO, Duration::from_hours(1)).unwrap();
    };
    let authority = managed("certificates", authority);
    assert_eq!(authority["spec"]["isCA"], true);
    assert_eq!(authority["spec"]["privateKey"]["rotationPolicy"], "Never");
    certificates::again(before, names).unwrap()
}

/// Enters an authority into every webhook of the configuration.
fn enter(cluster: &Cluster, authority: &str) -> Ran {
    let configuration = cluster.get(&["validatingwebhookconfiguration", RELEASE]);
    let webhooks = configuration["webhooks"].as_array().map_or(0, Vec::len);
    let enter = |at| {
        let path = format!("/webhooks/{at}/clientConfig/caBundle");
        json!({"op": "add", "path": path, "value": authority})
    };
    let patch: Value = (0..webhooks).map(enter).collect();
    let patch = patch.to_string();
    let configuration = ["patch", "validatingwebhookconfiguration", RELEASE];
    cluster.kubectl(&[&configuration[..], &["--type=json", "-p", &patch]].concat())
}

/// Ends a thread, also where a test fails.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn cert_manager(cluster: &Cluster) {
    operator::ensure(cluster);
    let kinds = [("Issuer", "issuers"), ("Certificate", "certificates")];
    for (kind, plural) in kinds {
        define(cluster, "cert-manager.io", &["v1"], kind, plural);
    }
    cluster.namespace("managed", true);
    let names = vec![format!("{RELEASE}.{NAMESPACE}.svc")];
    let create = |object: &str| {
        cluster.kubectl_with(
            &["create", "--dry-run=server", "-n", "managed", "-f", "-"],
            object,
        )
    };
    let issued =
        certificates::issue(names.clone(), Duration::ZERO, Duration::from_hours(1)).unwrap();
    let authority = BASE64_STANDARD.encode(&issued.authority);
    let issued = Mutex::new(issued);
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let _ends = Ends(&ended);
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                manage(cluster, &issued.lock().unwrap());
                thread::sleep(Duration::from_millis(500));
            }
        });
        operator::upgrade(cluster, &["tls.mode=cert-manager"]);
        operator::ready(cluster);
        // A Secret that is replaced reaches the pods within a minute or two.
        cluster.eventually("PHI to be judged", MOUNTED, || {
            let configuration = cluster.get(&["validatingwebhookconfiguration", RELEASE]);
            configuration["webhooks"][1]["clientConfig"]["caBundle"] == authority
                && create(&compliant("a")).ok
        });
        all_serve(cluster, MOUNTED);
        // It is renewed, which nobody notices.
        let load = Load::start(cluster, "managed", &compliant("a"));
        let encoded = {
            let mut issued = issued.lock().unwrap();
            *issued = renewed(cluster, &issued, names.clone());
            BASE64_STANDARD.encode(&issued.certificate)
        };
        cluster.eventually("the Secret to hold it", Duration::from_secs(30), || {
            secret(cluster, "tls.crt") == encoded
        });
        all_serve(cluster, MOUNTED);
        thread::sleep(Duration::from_secs(2));
        let outcome = load.stop();
        assert_eq!(outcome.failed, [""; 0]);
        assert!(outcome.admitted > 100, "{outcome:?}");
    });
    // What was entered stays when the leader looks at the configuration.
    looked(cluster);
    create(&compliant("a")).success();
    let said = create(&violating("a")).failure();
    assert!(said.contains("configmap-literal-credential"), "{said}");
    let certificate = cluster.get(&["certificates.cert-manager.io", RELEASE, "-n", NAMESPACE]);
    assert_eq!(certificate["spec"]["dnsNames"], json!(names));
    cluster
        .kubectl(&["delete", "secret", "hipaa-iac-tls", "-n", NAMESPACE])
        .success();
    operator::upgrade(cluster, &[]);
    for (_, plural) in kinds {
        let name = format!("{plural}.cert-manager.io");
        cluster.kubectl(&["delete", "crd", &name]).success();
    }
    cluster.eventually(
        "our own certificate to be served",
        Duration::from_mins(2),
        || create(&compliant("a")).ok,
    );
    remove(cluster, "managed");
}
