//! Whether a setting is a credential written out.

use std::sync::LazyLock;

use regex::Regex;

use crate::{policy::regex, url_text};

/// Names of settings that hold credentials, in snake case.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(^|_)(password|passwd|pwd|pass|passphrase|secret|secrets|token|api_?key|apikey|access_?key|secret_?key|private_?key|signing_?key|encryption_?key|account_?key|auth_?key|master_?key|license_?key|credentials?|auth)(_|$)",
    )
});
/// Ends of names that speak about a credential without being one, or name the Secret of a certificate or an image registry.
static ABOUT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(_(file|files|path|dir|arn|arns|name|names|id|ids|url|uri|endpoint|host|ttl|expiry|expiration|expires|timeout|length|policy|enabled|disabled|required|ref|header|type|version|count|min|max|days|hours|minutes|seconds|rotation|algorithm|alg|issuer|audience|scope|scopes|mode|method|store|manager|provider|backend|mount|key_id|region|prefix|suffix|field|env|format|size|interval|lifetime|duration|validity|hash)|(^|_)(tls|ca|certs?|certificates?|pull)_secrets?)$",
    )
});
/// Texts that are credentials whatever the setting is called.
static SHAPE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[0-9A-Za-z]{36}|\bgithub_pat_[0-9A-Za-z_]{22,}|\bglpat-[0-9A-Za-z_-]{20,}|\bxox[abprs]-[0-9A-Za-z-]{10,}|\bsk_live_[0-9A-Za-z]{16,}|\bsk-ant-[0-9A-Za-z_-]{20,}|\bAIza[0-9A-Za-z_-]{35}|\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}|\bnpm_[0-9A-Za-z]{36}|\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}|\bAccountKey=[0-9A-Za-z+/=]{40,}|\bhvs\.[0-9A-Za-z_-]{20,})",
    )
});
/// Texts that stand for something to be filled in, or that say where the credential is.
static STANDS_FOR: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)^(<.*>|\[.*\]|\*+|x+|\.+|-+|_+|none|null|nil|true|false|yes|no|n/a|todo.*|tbd|placeholder.*|change[-_ ]?me.*|replace[-_ ]?me.*|replace[-_]with.*|your[-_ ].*|example|dummy|redacted|disabled|enabled|[0-9]{1,4}|arn:.*|vault:.*|vault/.*|secretsmanager:.*|ssm:.*|ssm-.*|op://.*|sm://.*|ref\+.*|env:.*|file:.*|aws-sm:.*|gcp-sm:.*|akv:.*|azurekeyvault:.*|projects/[^/]+/secrets/.*|@microsoft\.keyvault\(.*|\{\{.*\}\}|.*(\$\{|\$\(|\{\{|%\{|<%).*)$",
    )
});
static PATH: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^((/|\./|\.\./|~/|[A-Za-z]:\\)[^\n]*|[^\s:]+\.(pem|key|crt|cer|p12|pfx|jks|json|ya?ml|txt|env))$",
    )
});
static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)^[a-z][a-z0-9+.-]*://"));

/// Whether a setting of this name and text is a credential written out.
pub(crate) fn is_literal(name: &str, text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() {
        return false;
    }
    if SHAPE.is_match(text) || has_literal_password(text) {
        return true;
    }
    if STANDS_FOR.is_match(text) || PATH.is_match(text) || LINK.is_match(text) {
        return false;
    }
    let name = snake(name);
    NAME.is_match(&name) && !ABOUT.is_match(&name)
}

/// Whether a URL or data source name in a text holds a password written out.
pub(crate) fn has_literal_password(text: &str) -> bool {
    url_text::find(text).iter().any(|url| {
        url.password.as_deref().is_some_and(|password| {
            !STANDS_FOR.is_match(password) && !password.contains(['\u{fffc}', '$', '{', '<'])
        })
    })
}

/// `dbPassword` and `DB-PASSWORD` as `db_password`.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut lower = false;
    for c in name.chars() {
        if c.is_uppercase() && lower {
            snake.push('_');
        }
        lower = c.is_lowercase() || c.is_ascii_digit();
        if c.is_alphanumeric() {
            snake.extend(c.to_lowercase());
        } else {
            snake.push('_');
        }
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::is_literal;

    #[test]
    fn credentials_by_name_and_shape() {
        for (name, text) in [
            ("DB_PASSWORD", "hunter2!"),
            ("dbPassword", "correct horse"),
            ("API_KEY", "0123456789abcdef"),
            ("--client-secret", "correct-horse"),
            ("ANYTHING", "AKIAIOSFODNN7EXAMPLE"),
            ("DATABASE_URL", "postgres://app:hunter2@db/p"),
            ("cert", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"),
        ] {
            assert!(is_literal(name, text), "{name}={text}");
        }
    }

    #[test]
    fn what_is_no_credential() {
        for (name, text) in [
            ("DB_PASSWORD", ""),
            ("DB_PASSWORD", "${DB_PASSWORD}"),
            ("DB_PASSWORD", "$(DB_PASSWORD)"),
            ("DB_PASSWORD", "<your password>"),
            ("DB_PASSWORD", "arn:aws:secretsmanager:us-east-1:1:secret:x"),
            ("DB_PASSWORD_FILE", "/run/secrets/db"),
            ("TOKEN", "/var/run/secrets/token"),
            ("TOKEN_URL", "https://auth.example/token"),
            ("PASSWORD_MIN_LENGTH", "14"),
            ("SECRET_NAME", "db-credentials"),
            ("--tls-secret", "webhook-tls"),
            ("IMAGE_PULL_SECRETS", "registry"),
            ("DATABASE_URL", "postgres://app:${PW}@db/p"),
            ("LOG_LEVEL", "debug"),
            ("AUTHOR", "someone"),
            ("COMPASS", "north"),
        ] {
            assert!(!is_literal(name, text), "{name}={text}");
        }
    }
}
