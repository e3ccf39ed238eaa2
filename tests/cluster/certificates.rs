//! Certificates for tests.

use std::{io, time::Duration};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use time::OffsetDateTime;

/// A certificate of a server or a client, and who vouches for it, as PEM.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) authority: String,
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// A certificate for these names and addresses that becomes valid after a time and stays so for another; `Duration::ZERO`
/// and a past end make one that has expired.
pub(crate) fn issue(
    names: Vec<String>,
    starts_in: Duration,
    lasts: Duration,
) -> io::Result<Issued> {
    let now = OffsetDateTime::now_utc();
    make(names, now + starts_in, now + starts_in + lasts).map_err(io::Error::other)
}

/// The same, over since an hour.
pub(crate) fn expired(names: Vec<String>) -> io::Result<Issued> {
    let now = OffsetDateTime::now_utc();
    let hour = Duration::from_hours(1);
    make(names, now - 2 * hour, now - hour).map_err(io::Error::other)
}

fn make(
    names: Vec<String>,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<Issued, rcgen::Error> {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    let authority = params.self_signed(&key)?.pem();
    let issuer = Issuer::new(params, key);

    let mut params = CertificateParams::new(names)?;
    // Clocks of one machine agree; a second lets the first use come at once.
    params.not_before = from - Duration::from_secs(1);
    params.not_after = until;
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &issuer)?.pem();
    Ok(Issued {
        authority,
        certificate,
        key: key.serialize_pem(),
    })
}
