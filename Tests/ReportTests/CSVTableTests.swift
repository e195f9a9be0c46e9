import Testing

@testable import Report

struct CSVTableTests {
    @Test(arguments: [
        ("GET /a", "GET /a"), ("", ""), ("a,b", #""a,b""#), (#"say "x""#, #""say ""x""""#),
        // One row is one line, whatever a stranger sends.
        ("GET /\r\nx", #"GET /\x0d\x0ax"#), ("\u{1B}[2J", #"\x1b[2J"#), ("é", #"\xc3\xa9"#), (#"a\b"#, #"a\\b"#),
        // No formula.
        ("=1+2", "'=1+2"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("1=1", "1=1"),
        (#"=HYPERLINK("http://x","y")"#, #""'=HYPERLINK(""http://x"",""y"")""#),
    ])
    func `a stranger's text stays one cell, and text`(_ text: String, _ cell: String) {
        let table = CSVTable<String>([.init("a") { $1.text($0.utf8) }, .init("b") { $1.number($0.utf8.count) }])
        var output: [UInt8] = []
        table.appendHeader(to: &output)
        table.append(text, to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "a,b\n\(cell),\(text.utf8.count)\n")
    }

    @Test func `what is absent is an empty cell`() {
        let table = CSVTable<Int?>([
            .init("number") { $1.number($0) }, .init("seconds") { $1.seconds($0.map { Int64($0) }) },
            .init("word") { $1.word($0.map { "\($0), in words" }) }, .init("truth") { $1.truth($0.map { $0 > 0 }) },
        ])
        var output: [UInt8] = []
        table.append(nil, to: &output)
        table.append(-1_500_000_000, to: &output)
        #expect(
            String(decoding: output, as: UTF8.self)
                == ",,,\n-1500000000,-1.5,\"-1500000000, in words\",false\n")
    }
}
