//! Certificates of the webhook: rotated while requests run, ended, and not yet begun.

use std::time::{Duration, Instant};

use crate::{
    Case,
    admission::remove,
    certificates::{self, Issued},
    cluster::{Cluster, NAMESPACE, RELEASE},
    operator::{self, compliant, violating},
    traffic::Load,
};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "certificates_rotate_under_load_and_no_request_fails",
        own: false,
        run: rotation,
    },
    Case {
        name: "certificates_that_ended_or_have_not_begun_close_phi_alone",
        own: false,
        run: ended,
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
    operator::ensure_namespace(cluster);
    operator::upgrade(
        cluster,
        &["tls.certificateLifetime=60s", "tls.caLifetime=180s"],
    );
    operator::ready(cluster);
    cluster.namespace("rotated", true);
    let load = Load::start(cluster, "rotated", &compliant("a"));
    let mut seen = vec![secret(cluster, "tls.crt")];
    let mut authorities = vec![secret(cluster, "ca.key")];
    let began = Instant::now();
    let until = Instant::now() + Duration::from_secs(100);
    while Instant::now() < until && seen.len() < 4 {
        let (now, authority) = (secret(cluster, "tls.crt"), secret(cluster, "ca.key"));
        if !now.is_empty() && !seen.contains(&now) {
            seen.push(now);
        }
        if !authority.is_empty() && !authorities.contains(&authority) {
            authorities.push(authority);
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    let outcome = load.stop();
    assert!(
        seen.len() >= 3,
        "{} certificates in {:?}",
        seen.len(),
        began.elapsed()
    );
    assert_eq!(outcome.failed, [""; 0]);
    assert!(outcome.admitted > 100, "{outcome:?}");
    operator::upgrade(cluster, &[]);
    remove(cluster, "rotated");
}

fn provide(cluster: &Cluster, issued: &Issued) {
    let text = serde_json::json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
        "metadata": {"name": "given", "namespace": NAMESPACE},
        "stringData": {"tls.crt": issued.certificate, "tls.key": issued.key, "ca.crt": issued.authority},
    });
    cluster.apply(&text.to_string()).success();
}

fn ended(cluster: &Cluster) {
    operator::ensure(cluster);
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
