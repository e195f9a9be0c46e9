import TestSupport
import Testing

@testable import Diagnosis

/// JSON as RFC 8259 has it, and what is none.
struct JSONScannerTests {
    private func passes(_ text: String) -> Bool {
        var scanner = JSONScanner(Array(text.utf8))
        return (try? scanner.skip()) == 0..<text.utf8.count && scanner.isAtEnd
    }

    private func error(_ text: String) -> JSONError? {
        var scanner = JSONScanner(Array(text.utf8))
        do {
            try scanner.skip()
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "{}", "[]", "0", "-0", "12", "-1.5", "1e9", "1E+2", "2.50e-10", "true", "false", "null", #""""#,
        #""\u00e9\\\"\/""#,
        "[1,[2,{\"a\":[]}],\"]\"]", "{\"a\":1,\"a\":2}", "{ \"a\" :\t[ 1 ,\r\n2 ] }", "\"é\u{7F}\u{2028}\"",
        "123456789012345678901234567890.5",
    ])
    func `a value of the grammar is passed whole`(_ text: String) {
        #expect(passes(text))
    }

    @Test(arguments: [
        ("", 0), ("  ", 2), ("{", 1), ("[1", 2), ("[1,", 3), ("[1,]", 3), ("[,1]", 1), ("[1 2]", 3), ("{\"a\"}", 4),
        ("{\"a\":}", 5), ("{\"a\":1,}", 7), ("{a:1}", 1), ("{1:1}", 1), ("{,}", 1), ("]", 0), ("[}", 1), ("{]", 1),
        ("tru", 3), ("trux", 0), ("nul", 3), ("TRUE", 0), ("NaN", 0), ("01x", 1), ("-", 1), ("-x", 1), ("1.", 2),
        ("1.x", 2), ("1e", 2), ("1e+", 3), (".5", 0), ("+1", 0), ("\"a", 2), ("\"\\", 2), ("\"\\x\"", 1),
        ("\"\\u12", 5), ("\"\\u12g4\"", 1), ("\"a\nb\"", 2), ("'a'", 0), ("[\"a\":1]", 4), ("{\"a\" 1}", 5),
    ])
    func `an error says where it is`(_ text: String, _ offset: Int) {
        // A zero ends the number: what follows is another value, and no comma.
        if text == "01x" {
            #expect(error("[01]")?.offset == 2)
        } else {
            #expect(error(text)?.offset == offset, "\(text): \(String(describing: error(text)))")
        }
    }

    @Test(arguments: [JSONScanner.maximumDepth - 1, JSONScanner.maximumDepth, JSONScanner.maximumDepth + 1, 100_000])
    func `nesting is bounded`(_ depth: Int) {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = open == "[" ? "" : "0"
            let text = String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)
            #expect(passes(text) == (depth <= JSONScanner.maximumDepth))
            _ = error(String(repeating: open, count: depth))
        }
    }

    @Test func `members and elements come in their order, and are left at their end`() throws {
        var scanner = JSONScanner(Array(#" {"a":[1,2,[3]],"b":{"c":true},"\u0064":"e\n\u00e9"} 7"#.utf8))
        try scanner.enterObject()
        #expect(try scanner.nextMember() == "a")
        try scanner.enterArray()
        var count = 0
        while try scanner.nextElement() {
            try scanner.skip()
            count += 1
        }
        #expect(count == 3)
        #expect(try scanner.nextMember() == "b")
        try scanner.enterObject()
        #expect(try scanner.nextMember() == "c")
        #expect(try scanner.truth())
        #expect(try scanner.nextMember() == nil)
        #expect(try scanner.nextMember() == "d")
        #expect(try scanner.string() == "e\né")
        #expect(try scanner.nextMember() == nil)
        let atEnd = scanner.isAtEnd
        #expect(!atEnd)
        #expect(try scanner.number().integer == 7)
        let isAtEnd = scanner.isAtEnd
        #expect(isAtEnd)
    }

    @Test(arguments: [
        (#""\ud83d\ude00""#, "😀"), (#""\ud83d""#, "\u{FFFD}"), (#""\ude00\ud83d!""#, "\u{FFFD}\u{FFFD}!"),
        (#""a\tb\u0000\/\"\\""#, "a\tb\0/\"\\"), (#""\u00E9\u00e9""#, "éé"),
    ])
    func `escapes are read`(_ text: String, _ expected: String) throws {
        var scanner = JSONScanner(Array(text.utf8))
        #expect(try scanner.string() == expected)
    }

    @Test func `bytes that are no UTF-8 are left to the caller`() throws {
        var scanner = JSONScanner([UInt8(ascii: "\""), 0xFF, 0x80, UInt8(ascii: "\"")])
        #expect(try scanner.text() == [0xFF, 0x80])
    }

    @Test func `another type than was expected is an error before it`() {
        for text in ["{}", "[]", "1", "\"a\"", "true", "null"] {
            func fails(_ body: (inout JSONScanner) throws -> Void) -> Bool {
                var scanner = JSONScanner(Array(text.utf8))
                let isWrong = (try? body(&scanner)) == nil
                #expect(!isWrong || scanner.offset == 0, "\(text)")
                return isWrong
            }
            #expect(fails { try $0.enterObject() } == (text != "{}"))
            #expect(fails { try $0.enterArray() } == (text != "[]"))
            #expect(fails { _ = try $0.number() } == (text != "1"))
            #expect(fails { _ = try $0.string() } == (text != "\"a\""))
            #expect(fails { _ = try $0.truth() } == (text != "true"))
        }
    }

    @Test func `a copy has no blanks but those in strings`() throws {
        let text = " {\n  \"a b\" : [ 1.50 , \"c \\\" d\" ] ,\t\"e\\\\\" : { } }  "
        let scanner = JSONScanner(Array(text.utf8))
        #expect(String(decoding: try scanner.compactText(), as: UTF8.self) == #"{"a b":[1.50,"c \" d"],"e\\":{}}"#)
        #expect(scanner.offset == 0)
    }

    @Test func `changed bytes are JSON or an error within the text`() throws {
        let text = Array(#"{"a":[1,-2.5e+3,"b\u00e9\n",true,null],"c":{"d":[{}]}}"#.utf8)
        var random = SeededRandom()
        print("JSON: FINRACE_SEED=\(random.seed)")
        var (good, bad) = (0, 0)
        for _ in 0..<20_000 {
            var bytes = text
            for _ in 0..<random.number(1...3) { bytes[random.number(0...(bytes.count - 1))] = random.bytes(1)[0] }
            var scanner = JSONScanner(bytes)
            do {
                let range = try scanner.skip()
                #expect(range.upperBound <= bytes.count)
                good += 1
            } catch {
                #expect((0...bytes.count).contains(error.offset))
                bad += 1
            }
        }
        #expect(good > 0 && bad > 0)
    }
}

/// Numbers without rounding.
struct JSONNumberTests {
    private func number(_ text: String) throws -> JSONNumber {
        var scanner = JSONScanner(Array(text.utf8))
        return try scanner.number()
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-12", -12), ("1e3", 1000), ("1.0", 1), ("2.50e1", 25), ("1200e-2", 12),
            ("9007199254740993", 9_007_199_254_740_993), ("9223372036854775806", 9_223_372_036_854_775_806),
            ("9223372036854775807", nil), ("-9223372036854775808", nil), ("18446744073709551615", nil), ("1e19", nil),
            ("1e999999999999", nil), ("0e999999999999", 0), ("1.5", nil), ("1e-1", nil), ("1e-99", nil),
            ("100000000000000000000000000", nil), ("0.0000000000000000000000000000000001", nil),
        ] as [(String, Int?)])
    func `integers`(_ text: String, _ value: Int?) throws {
        #expect(try number(text).integer == value)
    }

    @Test(
        arguments: [
            ("1795224970.123456789", 1_795_224_970_123_456_789), ("1795224970.000000", 1_795_224_970_000_000_000),
            ("0.020417", 20_417_000), ("1.3e-05", 13_000), ("1.795224970123456789e+9", 1_795_224_970_123_456_789),
            ("-0.011", -11_000_000), ("0.0000000004", 0), ("0.0000000005", 1), ("-0.0000000005", -1),
            ("0.00089999999999999998", 900_000), ("9223372035.9", 9_223_372_035_900_000_000), ("9223372037", nil),
            ("-9223372037", nil), ("1e300", nil), ("1e-300", 0), ("0", 0),
        ] as [(String, Int64?)])
    func `seconds`(_ text: String, _ nanoseconds: Int64?) throws {
        #expect(try number(text).nanoseconds == nanoseconds)
    }
}
