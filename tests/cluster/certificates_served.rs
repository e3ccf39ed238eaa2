//! Certificates of the webhook: rotated while requests run, ended, and not yet begun.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{
    Case, With,
    admission::{define, remove},
    certificates::{self, Issued},
    cluster::{Cluster, NAMESPACE, RELEASE},
    operator::{self, compliant, violating},
    resources::looked,
    traffic::Load,
};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "certificates_rotate_under_load_and_no_request_fails",
        own: false,
        with: With::Nothing,
        run: rotation,
    },
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

fn secret(cluster: &Cluster, key: &str) -> String {
    let secret = cluster.get(&["secret", "hipaa-iac-tls", "-n", NAMESPACE]);
    secret["data"][key].as_str().unwrap_or_default().to_owned()
}

fn rotation(cluster: &Cluster) {
    // What is there may be valid for years; what is made anew goes by the new lifetimes.
    cluster.helm(&["uninstall", RELEASE, "-n", NAMESPACE, "--wait"]);
    cluster.eventually("the webhook to be gone", Duration::from_mins(1), || {
        cluster
            .get(&["validatingwebhookconfiguration", RELEASE])
            .is_null()
    });
    operator::upgrade(
        cluster,
        &["tls.certificateLifetime=60s", "tls.caLifetime=180s"],
    );
    operator::ready(cluster);
    cluster.namespace("rotated", true);
    let load = Load::start(cluster, "rotated", &compliant("a"));
    let mut seen = vec![secret(cluster, "tls.crt")];
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(100) && seen.len() < 3 {
        let now = secret(cluster, "tls.crt");
        if !now.is_empty() && !seen.contains(&now) {
            seen.push(now);
        }
        thread::sleep(Duration::from_millis(500));
    }
    // Until every replica serves the last one.
    thread::sleep(Duration::from_secs(10));
    let outcome = load.stop();
    assert!(
        seen.len() >= 3,
        "{} certificates in {:?}",
        seen.len(),
        began.elapsed()
    );
    assert_eq!(outcome.failed, [""; 0]);
    assert!(outcome.admitted > 100, "{outcome:?}");
    remove(cluster, "rotated");
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
        let enter = |at| {
            let path = format!("/webhooks/{at}/clientConfig/caBundle");
            json!({"op": "add", "path": path, "value": authority})
        };
        let patch: Value = (0..webhooks.len()).map(enter).collect();
        let patch = patch.to_string();
        let configuration = ["patch", "validatingwebhookconfiguration", RELEASE];
        cluster.kubectl(&[&configuration[..], &["--type=json", "-p", &patch]].concat());
    }
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
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let _ends = Ends(&ended);
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                manage(cluster, &issued);
                thread::sleep(Duration::from_millis(500));
            }
        });
        operator::upgrade(cluster, &["tls.mode=cert-manager"]);
        operator::ready(cluster);
        let authority = BASE64_STANDARD.encode(&issued.authority);
        // A Secret that is replaced reaches the pods within a minute or two.
        cluster.eventually("PHI to be judged", Duration::from_mins(3), || {
            let configuration = cluster.get(&["validatingwebhookconfiguration", RELEASE]);
            configuration["webhooks"][1]["clientConfig"]["caBundle"] == authority
                && create(&compliant("a")).ok
        });
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
