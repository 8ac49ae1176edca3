//! Signatures of requests, as Standard Webhooks 1.0.0 has them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tandem_switchboard::ports::webhook::Signing;

/// `webhook-id`, `webhook-timestamp` and `webhook-signature` of a body.
pub(crate) fn headers(signing: &Signing, body: &str) -> [(&'static str, String); 3] {
    let seconds = signing.at.0.div_euclid(1_000).to_string();
    let secret = signing.secret.expose();
    // A secret in the standard's own writing is Base64; any other is taken as it is.
    let key = secret.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
    let key = key.unwrap_or_else(|| secret.as_bytes().to_vec());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
    mac.update(format!("{}.{seconds}.{body}", signing.id).as_bytes());
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    [("webhook-id", signing.id.clone()), ("webhook-timestamp", seconds), ("webhook-signature", signature)]
}

#[cfg(test)]
mod tests {
    use tandem_switchboard::records::UnixMs;

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
