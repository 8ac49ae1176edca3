//! What is shown of a message, and what never is.

use super::*;

const INVITE: &str = "INVITE sip:+62812345678@198.51.100.7 SIP/2.0\r\n\
    Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKplain\r\n\
    From: \"Rina\" <sip:+62215551234@192.0.2.1>;tag=a1\r\n\
    To: <sip:+62812345678@198.51.100.7>\r\n\
    Call-ID: call_1@tandem\r\n\
    CSeq: 2 INVITE\r\n\
    Proxy-Authorization: Digest username=\"tandem\", realm=\"a, b\", nonce=\"pl@nted1\", uri=\"sip:x\",\r\n\
    \tresponse=\"planted2\", cnonce=\"planted3\", opaque=planted4, qop=auth, nc=00000001, unknown=\"planted5\"\r\n\
    Identity: eyJhbGci.planted6.sig;info=<https://cert.example>;alg=ES256\r\n\
    Content-Type: application/sdp\r\n\
    Content-Length: 100\r\n\r\n\
    v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nk=clear:planted7\r\nm=audio 4000 RTP/SAVP 0\r\n\
    a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:planted8|2^20|1:32 UNENCRYPTED_SRTCP\r\n\
    a=ice-ufrag:8hhY\r\na=ice-pwd:planted9\r\na=key-mgmt:mikey planted0\r\na=sendrecv\r\n";

#[test]
fn an_invite_keeps_its_numbers_and_loses_its_secrets() {
    let read = message(INVITE.as_bytes());
    assert_eq!(
        (read.method.as_str(), read.status, read.cseq, read.call_id.as_str()),
        ("INVITE", None, 2, "call_1@tandem")
    );
    assert_eq!(read.start_line, "INVITE sip:+62812345678@198.51.100.7 SIP/2.0");
    for secret in ["planted", "pl@nted", "eyJ", "inline"] {
        assert!(!read.text.contains(secret), "{secret} in {}", read.text);
    }
    for kept in [
        "From: \"Rina\" <sip:+62215551234@192.0.2.1>;tag=a1\r\n",
        "branch=z9hG4bKplain\r\n",
        "Proxy-Authorization: Digest username=\"tandem\", realm=\"a, b\", nonce=***, uri=\"sip:x\", response=***, \
         cnonce=***, opaque=***, qop=auth, nc=00000001, unknown=***\r\n",
        "Identity: ***\r\n",
        "\r\n\r\nv=0\r\n",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 ***\r\n",
        "a=ice-ufrag:8hhY\r\na=ice-pwd:***\r\n",
        "a=sendrecv\r\n",
    ] {
        assert!(read.text.contains(kept), "{kept} not in {}", read.text);
    }
}

#[test]
fn an_answer_has_the_method_of_what_it_answers() {
    let read = message(
        b"SIP/2.0 401 Unauthorized\r\ni: abc\r\ncseq:  7   REGISTER\r\n\
        WWW-Authenticate: Digest realm=\"x\", nonce=\"planted\", stale=true\r\n\r\n",
    );
    assert_eq!((read.method.as_str(), read.status, read.cseq), ("REGISTER", Some(401), 7));
    assert_eq!(read.call_id, "abc");
    assert!(read.text.contains("Digest realm=\"x\", nonce=***, stale=true\r\n"), "{}", read.text);
}

#[test]
fn whatever_way_a_credential_is_written_it_is_blanked() {
    for line in [
        "AUTHORIZATION : Digest nonce=planted",
        "Authorization:Digest  response = \"planted\"",
        "Authorization: Digest realm=\"open, response=planted",
        "Authorization: Digest realm=\"a\\\", response=planted\", response=\"planted\"",
        "Authorization: Basic planted==",
        "Authorization: Bearer planted",
        "Authorization: planted",
        "Authorization:\r\n Digest\r\n response=\"planted\"",
        "Authentication-Info: nextnonce=\"planted\", rspauth=\"planted\"",
        "Proxy-Authentication-Info: qop=auth, rspauth=\"planted\"",
        "Proxy-Authenticate: Digest realm=\"x\", nonce=\"planted\", Digest nonce=\"planted\"",
        "Proxy-Authenticate: NTLM realm=\"x\", targetname=\"planted\"",
        "y: planted",
        "X-Auth-Token: planted",
        "Set-Cookie: a=planted",
        "Contact: <sip:ann:planted@192.0.2.1>, <sips:bob:planted@192.0.2.1;transport=tcp>",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:planted",
        "a=ice-pwd:planted",
    ] {
        let text = format!("INVITE sip:a:planted@b SIP/2.0\nCall-ID: x\n{line}\n\n");
        let read = message(text.as_bytes());
        // Quoting makes one of them part of a harmless field's text, which is the sender's own doing.
        let shown = read.text.replace("realm=\"a\\\", response=planted\"", "");
        assert!(!shown.contains("planted") && shown.contains("***"), "{line}: {}", read.text);
        assert!(!read.start_line.contains("planted"));
    }
}

#[test]
fn a_body_that_is_no_description_is_its_length() {
    for (kind, shown) in [
        ("Content-Type: application/dtmf-relay\r\n", "[21 bytes of application/dtmf-relay]"),
        ("c: multipart/mixed;boundary=x\r\n", "[21 bytes of multipart/mixed]"),
        ("", "[21 bytes of an unknown type]"),
    ] {
        let read = message(format!("INFO sip:a@b SIP/2.0\r\n{kind}\r\nSignal=4\r\nplanted=1\r\n").as_bytes());
        assert!(read.text.contains(shown) && !read.text.contains("planted"), "{}", read.text);
    }
    assert!(message(b"BYE sip:a@b SIP/2.0\r\nCSeq: 3 BYE\r\n\r\n").text.ends_with("CSeq: 3 BYE\r\n\r\n"));
}

#[test]
fn ports_and_parameters_of_uris_stay() {
    let line = "INVITE sip:b@192.0.2.1:5061;user=phone SIP/2.0";
    assert_eq!(uri_password(line), line);
    let line = "Route: <sip:192.0.2.1:5060;lr>, \"a:b@c\" <sip:x@y>";
    assert_eq!(uri_password(line), line);
}

#[test]
fn anything_is_read_somehow_and_nothing_too_long() {
    for junk in [&b""[..], b"\r\n", b"\xff\xfe\x00", b"SIP/2.0 ", b"SIP/2.0 abc", b":\n:\n \n"] {
        let read = message(junk);
        assert_eq!((read.cseq, read.call_id.as_str()), (0, ""));
    }
    let read = message(b"OPTIONS sip:a@b SIP/2.0\r\nX: a\x1b[2Jb\0c\td\r\n\r\n");
    assert!(read.text.contains("X: a\u{fffd}[2Jb\u{fffd}c\td\r\n"), "{:?}", read.text);
    let long = format!("MESSAGE sip:a@b SIP/2.0\r\nX: {}\r\n\r\n", "ы".repeat(LONGEST_TEXT));
    let read = message(long.as_bytes());
    assert!(read.text.len() <= LONGEST_TEXT && read.text.ends_with("[cut]"));
}
