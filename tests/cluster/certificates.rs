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
    pub(crate) authority_key: String,
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
    make(names, None, now + starts_in, now + starts_in + lasts).map_err(io::Error::other)
}

/// The same, over since an hour.
pub(crate) fn expired(names: Vec<String>) -> io::Result<Issued> {
    let now = OffsetDateTime::now_utc();
    let hour = Duration::from_hours(1);
    make(names, None, now - 2 * hour, now - hour).map_err(io::Error::other)
}

/// The same, valid for a day, by an authority that has three quarters of its life behind it.
pub(crate) fn by_an_old_authority(names: Vec<String>) -> io::Result<Issued> {
    let now = OffsetDateTime::now_utc();
    let day = Duration::from_hours(24);
    let life = (now - 6 * day, now + 2 * day);
    make(names, Some(life), now, now + day).map_err(io::Error::other)
}

/// Another by the same authority, valid for an hour.
pub(crate) fn again(before: &Issued, names: Vec<String>) -> io::Result<Issued> {
    let now = OffsetDateTime::now_utc();
    let key = KeyPair::from_pem(&before.authority_key).map_err(io::Error::other)?;
    let issuer = Issuer::from_ca_cert_pem(&before.authority, key).map_err(io::Error::other)?;
    let (certificate, key) =
        sign(&issuer, names, now, now + Duration::from_hours(1)).map_err(io::Error::other)?;
    Ok(Issued {
        authority: before.authority.clone(),
        authority_key: before.authority_key.clone(),
        certificate,
        key,
    })
}

fn make(
    names: Vec<String>,
    life_of_authority: Option<(OffsetDateTime, OffsetDateTime)>,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<Issued, rcgen::Error> {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    if let Some((from, until)) = life_of_authority {
        params.not_before = from;
        params.not_after = until;
    }
    let key = KeyPair::generate()?;
    let authority = params.self_signed(&key)?.pem();
    let authority_key = key.serialize_pem();
    let issuer = Issuer::new(params, key);
    let (certificate, key) = sign(&issuer, names, from, until)?;
    Ok(Issued {
        authority,
        authority_key,
        certificate,
        key,
    })
}

/// A certificate and its key.
fn sign(
    issuer: &Issuer<'_, KeyPair>,
    names: Vec<String>,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<(String, String), rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    // Clocks of one machine agree; a second lets the first use come at once.
    params.not_before = from - Duration::from_secs(1);
    params.not_after = until;
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?.pem();
    Ok((certificate, key.serialize_pem()))
}
