//! The TLS side of the webhook: TLS 1.2 and 1.3 only, certificates that change while connections stay, client certificates if asked for.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum_server::tls_rustls::RustlsConfig;
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error as RustlsError, RootCertStore, ServerConfig,
    SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject as _},
    server::{
        WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};

use crate::{
    args::TlsVersion,
    certificates::{Validity, validity},
};

/// Why TLS cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate is none.
    #[error("the server certificate is no certificate in PEM")]
    Certificate,
    /// The key is none.
    #[error("the key of the server certificate is no private key in PEM")]
    Key,
    /// The CA file of clients holds none.
    #[error("the CA file for client certificates holds no certificate in PEM")]
    ClientAuthority,
    /// rustls refuses.
    #[error("{0}")]
    Rustls(#[from] RustlsError),
    /// The CAs of clients are refused.
    #[error("the CAs for client certificates are refused: {0}")]
    Verifier(String),
}

/// The cryptography of the process: aws-lc-rs, its validated module with the feature `fips`.
pub fn provider() -> CryptoProvider {
    #[cfg(feature = "fips")]
    {
        rustls::crypto::default_fips_provider()
    }
    #[cfg(not(feature = "fips"))]
    {
        rustls::crypto::aws_lc_rs::default_provider()
    }
}

/// What is demanded of clients, and the oldest version spoken.
#[derive(Clone, Debug, Default)]
pub struct Demands {
    /// CAs of client certificates, in PEM.
    pub client_authorities: Option<String>,
    /// The name that a client certificate must have.
    pub client_name: Option<String>,
    /// The oldest version.
    pub minimum: TlsVersion,
}

/// A server configuration from a chain and a key in PEM.
///
/// # Errors
/// See [`TlsError`].
pub fn server_config(
    chain: &str,
    key: &str,
    demands: &Demands,
) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(provider());
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(chain.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|_| TlsError::Certificate)?;
    if certificates.is_empty() {
        return Err(TlsError::Certificate);
    }
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| TlsError::Key)?;
    let versions: &[&rustls::SupportedProtocolVersion] = match demands.minimum {
        TlsVersion::V1_2 => &[&rustls::version::TLS13, &rustls::version::TLS12],
        TlsVersion::V1_3 => &[&rustls::version::TLS13],
    };
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)?;
    let builder = match &demands.client_authorities {
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            for authority in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                roots.add(authority.map_err(|_| TlsError::ClientAuthority)?)?;
            }
            if roots.is_empty() {
                return Err(TlsError::ClientAuthority);
            }
            let inner = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                .build()
                .map_err(|error| TlsError::Verifier(error.to_string()))?;
            builder.with_client_cert_verifier(Arc::new(NamedClient {
                inner,
                name: demands.client_name.clone(),
            }))
        }
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(certificates, key)?;
    // What an API server speaks to webhooks. Over HTTP/2 each connection could hold a megabyte before anybody counts it.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A ticket would keep an old identity alive after the certificate has changed.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    Ok(Arc::new(config))
}

/// Takes client certificates of the given CAs that carry the demanded name.
#[derive(Debug)]
struct NamedClient {
    inner: Arc<dyn ClientCertVerifier>,
    name: Option<String>,
}

impl ClientCertVerifier for NamedClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.inner.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, RustlsError> {
        let verified = self
            .inner
            .verify_client_cert(end_entity, intermediates, now)?;
        match &self.name {
            Some(name) if !has_name(end_entity, name) => Err(RustlsError::InvalidCertificate(
                rustls::CertificateError::ApplicationVerificationFailure,
            )),
            _ => Ok(verified),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, RustlsError> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, RustlsError> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

fn has_name(certificate: &CertificateDer<'_>, name: &str) -> bool {
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(certificate) else {
        return false;
    };
    let common = certificate
        .subject()
        .iter_common_name()
        .any(|common| common.as_str() == Ok(name));
    let alternative = certificate
        .subject_alternative_name()
        .ok()
        .flatten()
        .is_some_and(|names| {
            names.value.general_names.iter().any(|general| {
                matches!(general, x509_parser::extensions::GeneralName::DNSName(dns) if *dns == name)
            })
        });
    common || alternative
}

/// The certificate that is served and how long, and what is demanded of clients.
pub struct Identity {
    config: RustlsConfig,
    serving: Mutex<Serving>,
}

/// What the configuration is made of.
struct Serving {
    demands: Demands,
    current: Option<Current>,
}

struct Current {
    chain: String,
    key: String,
    validity: Validity,
}

/// Without its key.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let validity = self.validity();
        f.debug_struct("Identity")
            .field("demands", &self.serving().demands)
            .field("validity", &validity)
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// One without a certificate yet: handshakes fail.
    ///
    /// # Errors
    /// The demands are refused.
    pub fn new(demands: Demands) -> Result<Self, TlsError> {
        let empty = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(rustls::server::ResolvesServerCertUsingSni::new()));
        Ok(Self {
            config: RustlsConfig::from_config(Arc::new(empty)),
            serving: Mutex::new(Serving {
                demands,
                current: None,
            }),
        })
    }

    /// What the listener takes.
    pub fn config(&self) -> RustlsConfig {
        self.config.clone()
    }

    /// Serves another certificate from the next handshake on. Whether it was another.
    ///
    /// # Errors
    /// It is refused; the one before stays.
    pub fn set(&self, chain: &str, key: &str) -> Result<bool, TlsError> {
        let mut serving = self.serving();
        let known = serving.current.as_ref();
        if known.is_some_and(|known| known.chain == chain && known.key == key) {
            return Ok(false);
        }
        let validity = validity(chain).ok_or(TlsError::Certificate)?;
        self.config
            .reload_from_config(server_config(chain, key, &serving.demands)?);
        serving.current = Some(Current {
            chain: chain.to_owned(),
            key: key.to_owned(),
            validity,
        });
        Ok(true)
    }

    /// Takes client certificates of these CAs alone, in PEM, from the next handshake on. Whether they were others.
    ///
    /// # Errors
    /// They are refused; the ones before stay.
    pub fn set_client_authorities(&self, pem: &str) -> Result<bool, TlsError> {
        let mut serving = self.serving();
        if serving.demands.client_authorities.as_deref() == Some(pem) {
            return Ok(false);
        }
        let demands = Demands {
            client_authorities: Some(pem.to_owned()),
            ..serving.demands.clone()
        };
        if let Some(Current { chain, key, .. }) = &serving.current {
            self.config
                .reload_from_config(server_config(chain, key, &demands)?);
        }
        serving.demands = demands;
        Ok(true)
    }

    /// From when and until when the certificate is valid.
    pub fn validity(&self) -> Option<Validity> {
        let serving = self.serving();
        serving.current.as_ref().map(|current| current.validity)
    }

    fn serving(&self) -> MutexGuard<'_, Serving> {
        self.serving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificates::{Profile, Step, take_step};

    fn profile() -> Profile {
        Profile {
            names: vec!["hipaa-iac".to_owned()],
            authority: "test CA".to_owned(),
            ca_lifetime: std::time::Duration::from_hours(2),
            lifetime: std::time::Duration::from_hours(1),
        }
    }

    /// All that a server of the build with the validated module may speak is approved, and nothing of the other build claims to be.
    #[test]
    fn a_build_is_fips_if_it_was_asked_for() {
        let now = crate::server::unix_now();
        let bundle = take_step(None, Step::Everything, &profile(), now).unwrap();
        let config = server_config(&bundle.certificate, &bundle.key, &Demands::default()).unwrap();
        assert_eq!(config.fips(), cfg!(feature = "fips"));
    }

    #[test]
    fn keys_are_not_written_with_what_holds_them() {
        let bundle = take_step(None, Step::Everything, &profile(), 1_800_000_000).unwrap();
        let identity = Identity::new(Demands::default()).unwrap();
        identity.set(&bundle.certificate, &bundle.key).unwrap();
        let written = format!("{bundle:?} {identity:?}").replace("\\n", "\n");
        assert!(written.contains("BEGIN CERTIFICATE"), "{written}");
        for key in [&bundle.key, &bundle.authority_key] {
            let line = key.lines().nth(1).unwrap();
            assert!(line.len() > 40 && !written.contains(line), "{written}");
        }
        assert!(!written.contains("PRIVATE KEY"), "{written}");
    }
}
