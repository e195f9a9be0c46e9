import Testing

@testable import Report

@Suite("Payload labels")
struct PayloadLabelTests {
    @Test(
        arguments: [
            ("GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x"),
            ("POST /a b HTTP/1.0\n", "POST /a b"),
            ("PROPFIND /dav HTTP/1.1\r\n", "PROPFIND /dav"),
            ("GET /cut-by-the-end-of-the-segm", "GET /cut-by-the-end-of-the-segm…"),
            ("GET /\u{1B}[2J HTTP/1.1\r\n", #"GET /\x1b[2J"#),
            ("HTTP/1.1 200 OK\r\n", "200 OK"),
            ("HTTP/1.0 404\r\n", "404"),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2 preface"),
            ("HELLO world", nil), ("GET x", nil), ("{\"a\": 1}", nil), ("", nil), ("GET", nil),
        ] as [(String, String?)])
    func text(head: String, label: String?) {
        #expect(PayloadLabel(Array(head.utf8)).text == label)
    }

    @Test(
        arguments: [
            ([22, 3, 1, 0, 3, 1, 0, 0], "TLS ClientHello"),
            (
                [22, 3, 3, 0, 2, 2, 0, 20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 1, 9, 23, 3, 3, 1, 0],
                "TLS ServerHello, ChangeCipherSpec, 2× data"
            ),
            ([21, 3, 3, 0, 2, 1, 0], "TLS close_notify"),
            ([21, 3, 3, 0, 2, 2, 40], "TLS alert 40"),
            ([21, 3, 3, 0, 26, 1, 0], "TLS alert"),
            ([23, 3, 3, 0, 200, 7], "TLS data"),
            ([23, 3, 3, 255, 255, 7], nil), ([23, 3, 9, 0, 4], nil), ([19, 3, 3, 0, 4], nil), ([23, 3, 3, 0], nil),
        ] as [([UInt8], String?)])
    func tls(head: [UInt8], label: String?) {
        #expect(PayloadLabel(head).text == label)
    }

    @Test("No prefix of anything makes trouble")
    func prefixes() {
        let heads: [[UInt8]] = [
            Array("GET /x HTTP/1.1\r\nHost: a\r\n\r\n".utf8), [22, 3, 1, 0, 3, 1, 0, 0], [21, 3, 3, 0, 2, 1, 0],
        ]
        for head in heads {
            for count in 0...head.count { _ = PayloadLabel(Array(head.prefix(count))) }
        }
    }
}
