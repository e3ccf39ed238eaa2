//! Keys: ed25519 (RFC 8032) in PEM, the private one as PKCS #8 (RFC 5958), the public one as SPKI (RFC 5280, RFC 8410), so that
//! `openssl pkey` and `cosign` read them.

use std::fmt;

use ed25519_dalek::{
    Signature, Signer as _, SigningKey, VerifyingKey,
    pkcs8::{
        DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _,
        spki::der::pem::LineEnding,
    },
};
use sha2::{Digest as _, Sha256};

/// What can be wrong with a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The text is no private key.
    #[error("not an ed25519 private key in PEM (`-----BEGIN PRIVATE KEY-----`)")]
    Private,
    /// The text is no public key, or one with which anything verifies.
    #[error("not an ed25519 public key in PEM (`-----BEGIN PUBLIC KEY-----`)")]
    Public,
    /// The system gave no randomness.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

/// A private key, which signs. It is wiped from memory when dropped, and nothing prints it.
pub struct Signer {
    key: SigningKey,
    public: PublicKey,
}

impl Signer {
    /// A new key from the system's random numbers.
    pub fn generate() -> Result<Self, KeyError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(KeyError::Random)?;
        let signer = Self::from_seed(&seed);
        seed.fill(0);
        signer
    }

    /// The key of a seed (RFC 8032, section 5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(seed);
        let public = PublicKey::new(key.verifying_key())?;
        Ok(Self { key, public })
    }

    /// The key in a PEM text.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let key = SigningKey::from_pkcs8_pem(pem.trim()).map_err(|_| KeyError::Private)?;
        let public = PublicKey::new(key.verifying_key())?;
        Ok(Self { key, public })
    }

    /// The private key as PEM text. Whoever has it signs as us.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        let pem = self.key.to_pkcs8_pem(LineEnding::LF);
        Ok(pem.map_err(|_| KeyError::Private)?.as_str().to_owned())
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The signature of a message. Equal messages have equal signatures.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("id", &self.public.id)
            .finish_non_exhaustive()
    }
}

/// A public key, which verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: String,
    pem: String,
}

impl PublicKey {
    fn new(key: VerifyingKey) -> Result<Self, KeyError> {
        if key.is_weak() {
            return Err(KeyError::Public);
        }
        let der = key.to_public_key_der().map_err(|_| KeyError::Public)?;
        let pem = key
            .to_public_key_pem(LineEnding::LF)
            .map_err(|_| KeyError::Public)?;
        let mut id = hex(&Sha256::digest(der.as_bytes()));
        id.truncate(16);
        Ok(Self { key, id, pem })
    }

    /// The key in a PEM text.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        Self::new(VerifyingKey::from_public_key_pem(pem.trim()).map_err(|_| KeyError::Public)?)
    }

    /// Its PEM text.
    pub fn to_pem(&self) -> &str {
        &self.pem
    }

    /// What it is called: the first 16 hexadecimal digits of the SHA-256 of its SPKI in DER.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The 32 bytes of the point (RFC 8032).
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Whether this key made that signature of the message; in the strict form, in which a signature has one encoding.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The SHA-256 of bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
