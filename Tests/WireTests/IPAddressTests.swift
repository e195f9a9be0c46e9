import TestSupport
import Testing
import Wire

/// Addresses as text and back.
struct IPAddressTests {
    /// RFC 5952 section 4, and the examples of RFC 4291 section 2.2.
    @Test(arguments: [
        ("2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:DB8::AbCd", "2001:db8::abcd"), ("0:0:0:0:0:0:0:0", "::"), ("::", "::"), ("0:0:0:0:0:0:0:1", "::1"),
        ("1::", "1::"), ("fe80::1", "fe80::1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
        ("1:2:3:4:5:6::8", "1:2:3:4:5:6:0:8"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("::ffff:10.1.2.3", "10.1.2.3"), ("10.1.2.3", "10.1.2.3"), ("0.0.0.0", "0.0.0.0"),
        ("255.255.255.255", "255.255.255.255"),
    ])
    func `the canonical text`(_ text: String, _ canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
    }

    @Test(arguments: [
        "", ".", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "1.2.3.+4", "1..2.3", " 1.2.3.4",
        "1.2.3.4 ",
        "0x1.2.3.4", "1.2.3.4:80", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::",
        "1:2:3:4:5:6:7::8",
        ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "::1.2.3", "::1.2.3.256", "1.2.3.4::", "fe80::1%eth0", "[::1]", "-1::",
        "+1::",
        "::1.2.3.4:5", "2001:db8::١",
    ])
    func `what is no address`(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `any address survives the way to text and back`() {
        var random = SeededRandom()
        for _ in 0..<500 {
            // Many zero groups, so that runs of them are met.
            let groups = (0..<8).map { _ in random.oneIn(2) ? 0 : random.next() & 0xFFFF }
            let address = IPAddress(
                high: groups[..<4].reduce(0) { $0 << 16 | $1 }, low: groups[4...].reduce(0) { $0 << 16 | $1 })
            #expect(IPAddress(address.description) == address, "FINRACE_SEED=\(random.seed)")
            let four = IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))
            #expect(IPAddress(four.description) == four, "FINRACE_SEED=\(random.seed)")
        }
    }

    @Test func `IPv4 is told from IPv6`() {
        #expect(IPAddress(v4: 0x0A01_0203).v4 == 0x0A01_0203)
        #expect(IPAddress(high: 0x2001_0DB8_0000_0000, low: 1).v4 == nil)
        #expect(IPAddress(high: 0, low: 1).v4 == nil)
        #expect(IPAddress(v4: 0) != IPAddress(high: 0, low: 0))
    }

    @Test func `endpoints are written with brackets around IPv6`() {
        #expect(Endpoint(10, 1, 2, 3, port: 80).description == "10.1.2.3:80")
        #expect(Endpoint(documentation: 7, port: 443).description == "[2001:db8::7]:443")
    }
}
