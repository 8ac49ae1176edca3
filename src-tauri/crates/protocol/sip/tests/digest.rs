//! Digest authentication against the vectors of RFC 2617, RFC 7616 and its errata, and both of our sides against each
//! other.

use tandem_sip::digest::{
    Algorithm, Attempt, Challenge, Credentials, DigestError, Qop, Secret, best_challenge, ha1,
};
use tandem_sip::message::Headers;

fn attempt<'a>(user: &'a str, password: &'a str, uri: &'a str, cnonce: &'a str) -> Attempt<'a> {
    Attempt { method: "GET", uri, user, password, body: b"", cnonce, nc: 1 }
}

#[test]
fn rfc_2617_section_3_5() {
    let challenge: Challenge = r#"Digest realm="testrealm@host.com", qop="auth,auth-int",
        nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#
        .replace('\n', " ")
        .parse()
        .unwrap();
    let answer = challenge.answer(&attempt("Mufasa", "Circle Of Life", "/dir/index.html", "0a4f113b"));
    assert_eq!(answer.response, "6629fae49393a05397450978507c4ef1");
    assert_eq!(answer.opaque.as_deref(), Some("5ccc069c403ebaf9f0171e9517f40e41"));
}

#[test]
fn rfc_7616_section_3_9_1() {
    let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    for (algorithm, response) in [
        (Algorithm::Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        (Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
    ] {
        let challenge = Challenge::new(
            algorithm,
            "http-auth@example.org",
            "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        );
        let answer = challenge.answer(&attempt("Mufasa", "Circle of Life", "/dir/index.html", cnonce));
        assert_eq!(answer.response, response);
    }
}

/// RFC 7616 section 3.9.2 prints a wrong response; this one is of erratum 4897.
#[test]
fn rfc_7616_section_3_9_2_as_corrected() {
    let challenge = Challenge::new(
        Algorithm::Sha512_256,
        "api@example.org",
        "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
    );
    let cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v";
    let answer = challenge.answer(&attempt("J\u{e4}s\u{f8}n Doe", "Secret, or not?", "/doe.json", cnonce));
    assert_eq!(answer.response, "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5");
}

/// RFC 8760: the header carries the algorithm's registered name, and the strongest known one is answered.
#[test]
fn the_strongest_known_algorithm_is_answered() {
    let mut headers = Headers::new();
    headers.push("WWW-Authenticate", r#"Digest realm="a", nonce="1", algorithm=MD5, qop="auth""#);
    headers.push("WWW-Authenticate", r#"Basic realm="a""#);
    headers
        .push("WWW-Authenticate", r#"Digest realm="a", nonce="2", algorithm=SHA-256, qop="auth,auth-int""#);
    headers.push("WWW-Authenticate", r#"Digest realm="a", nonce="3", algorithm=SHA3-512, qop="auth""#);
    let best = best_challenge(&headers, "WWW-Authenticate").unwrap();
    assert_eq!((best.algorithm, best.nonce.as_str()), (Algorithm::Sha256, "2"));
    assert_eq!(best.qop, [Qop::Auth, Qop::AuthInt]);
    assert!(best.answer(&attempt("u", "p", "sip:h", "c")).to_string().contains("algorithm=SHA-256,"));
}

#[test]
fn several_challenges_in_one_line_are_told_apart() {
    let mut headers = Headers::new();
    headers.push(
        "Proxy-Authenticate",
        r#"Basic realm="x", Digest realm="a", nonce="1", Digest realm = "b,c", nonce = "2", algorithm = SHA-512-256"#,
    );
    let best = best_challenge(&headers, "Proxy-Authenticate").unwrap();
    assert_eq!(
        (best.realm.as_str(), best.nonce.as_str(), best.algorithm),
        ("b,c", "2", Algorithm::Sha512_256)
    );
}

#[test]
fn both_sides_agree_for_every_algorithm_and_qop() {
    for algorithm in [
        Algorithm::Md5,
        Algorithm::Md5Sess,
        Algorithm::Sha256,
        Algorithm::Sha256Sess,
        Algorithm::Sha512_256,
        Algorithm::Sha512_256Sess,
    ] {
        for qop in [vec![], vec![Qop::Auth], vec![Qop::AuthInt]] {
            let challenge = Challenge { qop, ..Challenge::new(algorithm, "tandem", "n0") };
            let challenge: Challenge = challenge.to_string().parse().unwrap();
            let body = b"v=0";
            let try_it = Attempt { method: "INVITE", body, ..attempt("ann \"a\"", "pw", "sip:b@h", "cn") };
            let wire = challenge.answer(&try_it).to_string();
            let credentials: Credentials = wire.parse().unwrap();
            assert!(challenge.covers(&credentials), "{wire}");
            assert!(credentials.verify("INVITE", Secret::Password("pw"), body), "{wire}");
            let key = ha1(algorithm, "ann \"a\"", "tandem", "pw");
            assert!(credentials.verify("INVITE", Secret::Ha1(&key), body), "{wire}");
            assert!(!credentials.verify("INVITE", Secret::Password("pW"), body), "{wire}");
            assert!(!credentials.verify("BYE", Secret::Password("pw"), body), "{wire}");
            let other_body = credentials.verify("INVITE", Secret::Password("pw"), b"v=1");
            assert_eq!(other_body, credentials.qop != Some(Qop::AuthInt), "{wire}");
        }
    }
}

#[test]
fn nonce_counts_are_eight_hex_digits() {
    let challenge = Challenge::new(Algorithm::Md5, "tandem", "n0");
    for (count, written) in [(1, "00000001"), (10, "0000000a"), (16, "00000010"), (256, "00000100")] {
        let credentials = challenge.answer(&Attempt { nc: count, ..attempt("u", "p", "sip:h", "c") });
        assert!(credentials.to_string().contains(&format!("nc={written}")));
        let read: Credentials = credentials.to_string().parse().unwrap();
        assert_eq!(read.nonce_count(), Some(count));
        assert!(read.verify("GET", Secret::Password("p"), b""), "nc={written}");
    }
    let short = challenge.answer(&attempt("u", "p", "sip:h", "c")).to_string().replace("nc=00000001", "nc=1");
    assert_eq!(short.parse::<Credentials>(), Err(DigestError::NonceCount));
}

/// A peer that answers with qop or an algorithm other than offered must not pass.
#[test]
fn a_weaker_answer_than_asked_for_is_not_covered() {
    let asked = Challenge::new(Algorithm::Sha256, "tandem", "n0");
    let without_qop = Challenge { qop: vec![], ..asked.clone() };
    let with_md5 = Challenge { algorithm: Algorithm::Md5, ..asked.clone() };
    let other_nonce = Challenge { nonce: "n1".to_owned(), ..asked.clone() };
    for weaker in [without_qop, with_md5, other_nonce] {
        assert!(!asked.covers(&weaker.answer(&attempt("u", "p", "sip:h", "c"))));
    }
}

#[test]
fn credentials_without_a_count_do_not_pass_for_qop() {
    let challenge = Challenge::new(Algorithm::Md5, "tandem", "n0");
    let mut credentials = challenge.answer(&attempt("u", "p", "sip:h", "c"));
    credentials.nc = None;
    assert!(!credentials.verify("GET", Secret::Password("p"), b""));
}

#[test]
fn stale_and_unknown_schemes_are_read() {
    let stale: Challenge = r#"digest Realm="a",nonce="",STALE=TRUE,qop=auth"#.parse().unwrap();
    assert!(stale.stale && stale.qop == [Qop::Auth]);
    assert_eq!("NoOneKnowsThisScheme opaque-data=here".parse::<Credentials>(), Err(DigestError::Scheme));
    assert_eq!(r#"Digest realm="a""#.parse::<Challenge>(), Err(DigestError::Missing("nonce")));
    assert_eq!(r#"Digest realm="a, nonce=1"#.parse::<Challenge>(), Err(DigestError::Parameters));
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let tried = attempt("ann", "hunter2", "sip:+15551234@h", "c");
    let answer = Challenge::new(Algorithm::Md5, "tandem", "n0").answer(&tried);
    let shown = format!("{tried:?} {answer:?} {:?}", Secret::Password("hunter2"));
    assert!(!shown.contains("hunter2") && !shown.contains("ann") && !shown.contains("5551234"), "{shown}");
}
