//! Signatures of requests, as Standard Webhooks 1.0.0 has them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tandem_foundation::Pii;
use tandem_switchboard::ports::webhook::Signing;
use tandem_switchboard::ports::webhooks::Signature;
use tandem_switchboard::records::{Delivery, UnixMs};

/// `webhook-id`, `webhook-timestamp` and `webhook-signature` of a body.
pub(crate) fn headers(signing: &Signing, body: &str) -> [(&'static str, String); 3] {
    standard(&signing.id, signing.at, std::slice::from_ref(&signing.secret), body)
}

/// The headers that a delivery is signed with at `at`, by the secrets that are live, the newest first.
pub(crate) fn of(
    signature: Signature,
    secrets: &[Pii<String>],
    delivery: &Delivery,
    at: UnixMs,
) -> Vec<(&'static str, String)> {
    let body = delivery.body.as_str();
    match signature {
        Signature::Standard => standard(&delivery.id, at, secrets, body).into(),
        Signature::Hex { header } => {
            let signed = secrets.first().map(|secret| {
                let mac = mac(secret.as_str().as_bytes(), body);
                mac.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
            });
            let id = ("webhook-id", delivery.id.clone());
            signed.map(|signed| (header, signed)).into_iter().chain([id]).collect()
        }
        Signature::None => vec![("webhook-id", delivery.id.clone())],
    }
}

fn standard(id: &str, at: UnixMs, secrets: &[Pii<String>], body: &str) -> [(&'static str, String); 3] {
    let seconds = at.0.div_euclid(1_000).to_string();
    let signed = format!("{id}.{seconds}.{body}");
    let sign = |secret: &Pii<String>| {
        let secret = secret.as_str();
        // A secret in the standard's own writing is Base64; any other is taken as it is.
        let key = secret.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
        let key = key.unwrap_or_else(|| secret.as_bytes().to_vec());
        format!("v1,{}", STANDARD.encode(mac(&key, &signed)))
    };
    let signatures: Vec<_> = secrets.iter().map(sign).collect();
    [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds),
        ("webhook-signature", signatures.join(" ")),
    ]
}

/// Random bytes (24 to 64 of them) as a secret in the standard's writing.
pub fn new_secret(random: &[u8]) -> Pii<String> {
    format!("whsec_{}", STANDARD.encode(random)).into()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_standards_own_example() {
        let signing = Signing {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek".into(),
            at: UnixMs(1_614_265_330_000),
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(),
        };
        let [id, time, signature] = headers(&signing, r#"{"test": 2432232314}"#);
        assert_eq!(id.1, "msg_p5jXN8AQM9LWM0D4loKWxJek");
        assert_eq!(time.1, "1614265330");
        assert_eq!(signature.1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_plain_secret_signs_as_it_is() {
        let signing = |secret: &str| Signing { id: "a".into(), at: UnixMs(0), secret: secret.into() };
        let [_, _, (_, one)] = headers(&signing("hush"), "{}");
        let [_, _, (_, other)] = headers(&signing("hash"), "{}");
        assert_ne!(one, other);
    }
}
