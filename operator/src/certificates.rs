//! Self-managed certificates: a CA and a server certificate, and when they are renewed.
//!
//! Everything here is a function of its arguments, the clock included. A renewal of the CA has two steps, so that no request is lost: first the
//! new CA stands beside the old one in what the API server trusts, then the server certificate is made anew under it.

use std::{collections::BTreeSet, fmt, time::Duration};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SerialNumber,
};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

/// A certificate that ends within so many seconds is renewed whatever else is so: it can only get better.
const LAST_MOMENT: i64 = 30;
/// How far back certificates are valid: clocks differ.
const BACKDATED: Duration = Duration::from_mins(5);

/// Why certificates could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// They could not be made.
    #[error("a certificate could not be made: {0}")]
    Make(#[from] rcgen::Error),
    /// What should be a certificate is none.
    #[error("{0} holds no certificate in PEM")]
    Read(&'static str),
}

/// How long certificates are valid, and for which names.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The DNS names of the Service.
    pub names: Vec<String>,
    /// The common name of the CA.
    pub authority: String,
    /// How long a CA is valid.
    pub ca_lifetime: Duration,
    /// How long a server certificate is valid.
    pub lifetime: Duration,
}

/// What the Secret holds, all of it in PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The CAs that are trusted: the current one first, then the one before as long as it is valid.
    pub authorities: String,
    /// The key of the current CA.
    pub authority_key: String,
    /// The server certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
}

/// Without its keys.
impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bundle")
            .field("authorities", &self.authorities)
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

/// From when and until when a certificate is valid, in Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First second.
    pub not_before: i64,
    /// Last second.
    pub not_after: i64,
}

impl Validity {
    /// When it is time to renew: after two thirds of the time.
    pub fn renew_at(self) -> i64 {
        self.not_before + (self.not_after - self.not_before) / 3 * 2
    }

    /// Whether it is valid at a time.
    pub fn holds_at(self, now: i64) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }
}

/// What has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    None,
    /// Make everything anew: there is nothing that could be kept.
    Everything,
    /// Put a new CA beside the old one; the server certificate stays.
    NewAuthority,
    /// Make a new server certificate under the current CA.
    NewCertificate,
}

/// Whose certificates API servers take for the webhook's, as the leader sees the webhook configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// It was not looked at yet.
    #[default]
    Unknown,
    /// There is none, and none is written: nobody asks.
    Nobody,
    /// It is there.
    In {
        /// The CAs that it names, in PEM; several texts where its webhooks differ.
        authorities: BTreeSet<String>,
        /// An administrator keeps it as it is: another CA does not get there.
        held: bool,
    },
}

/// The certificates of a text in PEM.
fn certificates(pem: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem.as_bytes())
        .filter_map(Result::ok)
        .collect()
}

/// The validity of the first certificate of a text in PEM.
pub fn validity(pem: &str) -> Option<Validity> {
    let certificates = certificates(pem);
    let (_, certificate) = x509_parser::parse_x509_certificate(certificates.first()?).ok()?;
    Some(Validity {
        not_before: certificate.validity().not_before.timestamp(),
        not_after: certificate.validity().not_after.timestamp(),
    })
}

/// Whether the first certificate of `certificate` was signed by the first CA of `authorities`.
fn is_signed_by(certificate: &str, authorities: &str) -> bool {
    let (leaf, authority) = (certificates(certificate), certificates(authorities));
    let parse = |der: &[CertificateDer<'static>]| {
        let der = der.first()?.clone();
        let (_, parsed) = x509_parser::parse_x509_certificate(&der).ok()?;
        let own = extension(&parsed, |extension| match extension {
            x509_parser::extensions::ParsedExtension::SubjectKeyIdentifier(id) => {
                Some(id.0.to_vec())
            }
            _ => None,
        });
        let of = extension(&parsed, |extension| match extension {
            x509_parser::extensions::ParsedExtension::AuthorityKeyIdentifier(id) => {
                id.key_identifier.as_ref().map(|id| id.0.to_vec())
            }
            _ => None,
        });
        Some((own, of))
    };
    match (parse(&leaf), parse(&authority)) {
        (Some((_, Some(of))), Some((Some(own), _))) => of == own,
        _ => false,
    }
}

/// Whether a text in PEM holds the current CA of `authorities`.
fn trusts(pem: &str, authorities: &str) -> bool {
    certificates(authorities)
        .first()
        .is_some_and(|current| certificates(pem).contains(current))
}

fn extension<T>(
    certificate: &x509_parser::certificate::X509Certificate<'_>,
    find: impl Fn(&x509_parser::extensions::ParsedExtension<'_>) -> Option<T>,
) -> Option<T> {
    certificate
        .extensions()
        .iter()
        .find_map(|extension| find(extension.parsed_extension()))
}

/// Whether a certificate is for all of these names.
fn names(pem: &str) -> Vec<String> {
    let certificates = certificates(pem);
    let Some(first) = certificates.first() else {
        return Vec::new();
    };
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(first) else {
        return Vec::new();
    };
    extension(&certificate, |extension| match extension {
        x509_parser::extensions::ParsedExtension::SubjectAlternativeName(names) => Some(
            names
                .general_names
                .iter()
                .filter_map(|name| match name {
                    x509_parser::extensions::GeneralName::DNSName(name) => Some((*name).to_owned()),
                    _ => None,
                })
                .collect(),
        ),
        _ => None,
    })
    .unwrap_or_default()
}

/// What has to be done with a bundle at a time, in Unix seconds.
pub fn next_step(bundle: Option<&Bundle>, profile: &Profile, now: i64) -> Step {
    let Some(bundle) = bundle else {
        return Step::Everything;
    };
    let (Some(authority), true) = (
        validity(&bundle.authorities),
        KeyPair::from_pem(&bundle.authority_key).is_ok(),
    ) else {
        return Step::Everything;
    };
    // A clock that stands before the certificates cannot be mended by new ones of the same clock's past.
    if now > authority.not_after {
        return Step::Everything;
    }
    if now >= authority.renew_at() {
        return Step::NewAuthority;
    }
    certificate_step(bundle, profile, now)
}

/// What has to be done with the server certificate under the CA that there is.
fn certificate_step(bundle: &Bundle, profile: &Profile, now: i64) -> Step {
    let usable = KeyPair::from_pem(&bundle.key).is_ok()
        && is_signed_by(&bundle.certificate, &bundle.authorities);
    let named = {
        let found = names(&bundle.certificate);
        profile.names.iter().all(|name| found.contains(name))
    };
    match validity(&bundle.certificate) {
        Some(leaf) if usable && named && now < leaf.renew_at() && leaf.not_before <= now => {
            Step::None
        }
        _ => Step::NewCertificate,
    }
}

/// The step that can be taken now without a request that fails: a CA is replaced where the new one can be made known, and signs once it is. `settled`
/// says that API servers have had time to hear of what `trust` says.
pub fn safe_step(
    bundle: Option<&Bundle>,
    profile: &Profile,
    now: i64,
    trust: &Trust,
    settled: bool,
) -> Step {
    let step = next_step(bundle, profile, now);
    let Some(bundle) = bundle else {
        return step;
    };
    let may_replace = match trust {
        Trust::Unknown => false,
        Trust::Nobody => true,
        Trust::In { held, .. } => !held,
    };
    let step = match step {
        Step::NewAuthority if !may_replace => certificate_step(bundle, profile, now),
        step => step,
    };
    if step != Step::NewCertificate {
        return step;
    }
    let serves = validity(&bundle.certificate)
        .is_some_and(|validity| validity.holds_at(now + LAST_MOMENT))
        && KeyPair::from_pem(&bundle.key).is_ok();
    let is_known = match trust {
        Trust::Unknown => false,
        Trust::Nobody => true,
        Trust::In { authorities, .. } => {
            settled
                && authorities
                    .iter()
                    .all(|pem| trusts(pem, &bundle.authorities))
        }
    };
    if serves && !is_known {
        Step::None
    } else {
        step
    }
}

/// Takes a step.
///
/// # Errors
/// See [`CertificateError`].
pub fn take_step(
    bundle: Option<&Bundle>,
    step: Step,
    profile: &Profile,
    now: i64,
) -> Result<Bundle, CertificateError> {
    match (step, bundle) {
        (Step::None, Some(bundle)) => Ok(bundle.clone()),
        (Step::NewAuthority, Some(bundle)) => {
            let (authority, key) = new_authority(profile, now)?;
            Ok(Bundle {
                authorities: join_valid(&authority, &bundle.authorities, now),
                authority_key: key,
                ..bundle.clone()
            })
        }
        (Step::NewCertificate, Some(bundle)) => {
            let (certificate, key) =
                new_certificate(&bundle.authorities, &bundle.authority_key, profile, now)?;
            Ok(Bundle {
                certificate,
                key,
                ..bundle.clone()
            })
        }
        _ => {
            let (authorities, authority_key) = new_authority(profile, now)?;
            let (certificate, key) = new_certificate(&authorities, &authority_key, profile, now)?;
            Ok(Bundle {
                authorities,
                authority_key,
                certificate,
                key,
            })
        }
    }
}

/// The new CA, and of the old ones the newest that is still valid.
fn join_valid(new: &str, old: &str, now: i64) -> String {
    const END: &str = "-----END CERTIFICATE-----";
    let kept = old
        .split_inclusive(END)
        .filter(|pem| validity(pem).is_some_and(|validity| validity.holds_at(now)))
        .take(1);
    let mut all = new.trim_end().to_owned();
    all.push('\n');
    for pem in kept {
        all.push_str(pem.trim());
        all.push('\n');
    }
    all
}

fn params(now: i64, lifetime: Duration) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    let at = |seconds: i64| {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    };
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX / 4);
    // Of a short life, as tests have it, not most of it lies in the past.
    let back = BACKDATED.min(lifetime / 10);
    params.not_before = at(now - seconds(back));
    params.not_after = at(now + seconds(lifetime));
    Ok(params)
}

fn serial(key: &KeyPair, now: i64) -> SerialNumber {
    let mut hash = Sha256::new();
    hash.update(rcgen::PublicKeyData::der_bytes(key));
    hash.update(now.to_be_bytes());
    let mut bytes: Vec<u8> = hash.finalize().iter().take(16).copied().collect();
    // Positive, as RFC 5280 demands.
    if let Some(first) = bytes.first_mut() {
        *first &= 0x7f;
    }
    SerialNumber::from(bytes)
}

fn new_authority(profile: &Profile, now: i64) -> Result<(String, String), CertificateError> {
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let mut params = params(now, profile.ca_lifetime)?;
    params
        .distinguished_name
        .push(DnType::CommonName, profile.authority.clone());
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    params.serial_number = Some(serial(&key, now));
    let certificate = params.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

fn new_certificate(
    authorities: &str,
    authority_key: &str,
    profile: &Profile,
    now: i64,
) -> Result<(String, String), CertificateError> {
    let all = certificates(authorities);
    let authority = all.first().ok_or(CertificateError::Read("the CA"))?;
    let issuer = Issuer::from_ca_cert_der(authority, KeyPair::from_pem(authority_key)?)?;
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    // A certificate that outlives its CA is worth nothing after.
    let left = validity(authorities).map_or(0, |validity| validity.not_after - now);
    let lifetime = profile
        .lifetime
        .min(Duration::from_secs(u64::try_from(left).unwrap_or(0)));
    let mut params = params(now, lifetime)?;
    params.subject_alt_names = CertificateParams::new(profile.names.clone())?.subject_alt_names;
    if let Some(name) = profile.names.first() {
        // A common name has at most 64 letters, and nobody reads it.
        if name.len() <= 64 {
            params
                .distinguished_name
                .push(DnType::CommonName, name.clone());
        }
    }
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.serial_number = Some(serial(&key, now));
    let certificate = params.signed_by(&key, &issuer)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;
    const NOW: i64 = 1_800_000_000;

    fn profile() -> Profile {
        Profile {
            names: vec!["hipaa-iac.hipaa-iac-system.svc".into()],
            authority: "hipaa-iac".into(),
            ca_lifetime: Duration::from_hours(21600),
            lifetime: Duration::from_hours(2160),
        }
    }

    fn step(bundle: &Bundle, now: i64) -> Step {
        next_step(Some(bundle), &profile(), now)
    }

    #[test]
    fn the_certificate_is_renewed_after_two_thirds_of_its_life() {
        let bundle = take_step(None, Step::Everything, &profile(), NOW).unwrap();
        assert_eq!(step(&bundle, NOW), Step::None);
        assert_eq!(step(&bundle, NOW + 59 * DAY), Step::None);
        assert_eq!(step(&bundle, NOW + 61 * DAY), Step::NewCertificate);
        let renewed = take_step(
            Some(&bundle),
            Step::NewCertificate,
            &profile(),
            NOW + 61 * DAY,
        )
        .unwrap();
        assert_eq!(renewed.authorities, bundle.authorities);
        assert_ne!(renewed.key, bundle.key);
        assert_eq!(step(&renewed, NOW + 61 * DAY), Step::None);
    }

    #[test]
    fn a_new_authority_stands_beside_the_old_one_before_it_signs() {
        let bundle = take_step(None, Step::Everything, &profile(), NOW).unwrap();
        let now = NOW + 601 * DAY;
        assert_eq!(step(&bundle, now), Step::NewAuthority);
        let both = take_step(Some(&bundle), Step::NewAuthority, &profile(), now).unwrap();
        assert_eq!(certificates(&both.authorities).len(), 2);
        assert_eq!(both.certificate, bundle.certificate);
        assert_eq!(step(&both, now), Step::NewCertificate);
        let done = take_step(Some(&both), Step::NewCertificate, &profile(), now).unwrap();
        assert_eq!(step(&done, now), Step::None);
        assert!(is_signed_by(&done.certificate, &done.authorities));
        assert!(!is_signed_by(&bundle.certificate, &done.authorities));
        // At the next renewal the one that has ended goes.
        let later = now + 601 * DAY;
        let next = take_step(Some(&done), Step::NewAuthority, &profile(), later).unwrap();
        assert_eq!(certificates(&next.authorities).len(), 2);
        assert!(!next.authorities.contains(bundle.authorities.trim()));
    }

    fn named(authorities: &str, held: bool) -> Trust {
        Trust::In {
            authorities: [authorities.to_owned()].into(),
            held,
        }
    }

    fn safe(bundle: &Bundle, now: i64, trust: &Trust) -> Step {
        safe_step(Some(bundle), &profile(), now, trust, true)
    }

    #[test]
    fn a_certificate_waits_until_its_authority_is_known() {
        let bundle = take_step(None, Step::Everything, &profile(), NOW).unwrap();
        let now = NOW + 601 * DAY;
        let renewed =
            take_step(Some(&bundle), Step::NewCertificate, &profile(), now - DAY).unwrap();
        let old = named(&renewed.authorities, false);
        assert_eq!(safe(&renewed, now, &old), Step::NewAuthority);
        assert_eq!(safe(&renewed, now, &Trust::Unknown), Step::None);
        let both = take_step(Some(&renewed), Step::NewAuthority, &profile(), now).unwrap();
        // A new leader does not know what is published, and what is may be the old one alone.
        assert_eq!(safe(&both, now, &Trust::Unknown), Step::None);
        assert_eq!(safe(&both, now, &old), Step::None);
        let new = named(&both.authorities, false);
        assert_eq!(
            safe_step(Some(&both), &profile(), now, &new, false),
            Step::None
        );
        assert_eq!(safe(&both, now, &new), Step::NewCertificate);
        // One webhook of several was left behind.
        let differ = Trust::In {
            authorities: [both.authorities.clone(), renewed.authorities.clone()].into(),
            held: false,
        };
        assert_eq!(safe(&both, now, &differ), Step::None);
        // Nobody asks; or what is served ends in a moment.
        assert_eq!(safe(&both, now, &Trust::Nobody), Step::NewCertificate);
        let end = validity(&both.certificate).unwrap().not_after;
        assert_eq!(safe(&both, end - 20, &old), Step::NewCertificate);
        assert_eq!(safe(&both, end - 40, &old), Step::None);
    }

    #[test]
    fn a_held_configuration_is_served_under_its_own_authority() {
        let bundle = take_step(None, Step::Everything, &profile(), NOW).unwrap();
        let now = NOW + 601 * DAY;
        let renewed =
            take_step(Some(&bundle), Step::NewCertificate, &profile(), now - DAY).unwrap();
        let held = named(&renewed.authorities, true);
        assert_eq!(step(&renewed, now), Step::NewAuthority);
        assert_eq!(safe(&renewed, now, &held), Step::None);
        // The certificate goes on being renewed, under the same CA.
        let later = now + 61 * DAY;
        assert_eq!(safe(&renewed, later, &held), Step::NewCertificate);
        let again = take_step(Some(&renewed), Step::NewCertificate, &profile(), later).unwrap();
        assert_eq!(again.authorities, renewed.authorities);
        assert!(is_signed_by(&again.certificate, &renewed.authorities));
        assert_eq!(safe(&again, later, &held), Step::None);
        // It was held between the new CA and its publication.
        let both = take_step(Some(&renewed), Step::NewAuthority, &profile(), now).unwrap();
        assert_eq!(safe(&both, now, &held), Step::None);
        // A CA that has ended is worth nothing.
        assert_eq!(safe(&again, NOW + 901 * DAY, &held), Step::Everything);
    }

    #[test]
    fn a_certificate_never_outlives_its_authority() {
        let short = Profile {
            ca_lifetime: Duration::from_hours(240),
            ..profile()
        };
        let bundle = take_step(None, Step::Everything, &short, NOW).unwrap();
        let (authority, leaf) = (
            validity(&bundle.authorities).unwrap(),
            validity(&bundle.certificate).unwrap(),
        );
        assert!(leaf.not_after <= authority.not_after);
    }

    #[test]
    fn what_is_broken_or_expired_is_made_anew() {
        let bundle = take_step(None, Step::Everything, &profile(), NOW).unwrap();
        assert_eq!(step(&bundle, NOW + 901 * DAY), Step::Everything);
        let broken = Bundle {
            authorities: "x".into(),
            ..bundle.clone()
        };
        assert_eq!(step(&broken, NOW), Step::Everything);
        let broken = Bundle {
            key: String::new(),
            ..bundle.clone()
        };
        assert_eq!(step(&broken, NOW), Step::NewCertificate);
        let renamed = Profile {
            names: vec!["other.svc".into()],
            ..profile()
        };
        assert_eq!(
            next_step(Some(&bundle), &renamed, NOW),
            Step::NewCertificate
        );
        assert_eq!(next_step(None, &profile(), NOW), Step::Everything);
    }
}
