import Testing

@testable import Report

@Suite("Text for terminals")
struct TerminalTextTests {
    @Test("Nothing but printable ASCII comes through", arguments: UInt8.min...UInt8.max)
    func everyByte(byte: UInt8) {
        let text = TerminalText.escaped([byte])
        #expect(text.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
        #expect((text.utf8.count == 1) == ((0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\\")))
    }

    @Test func anEscapeSequenceIsShown() {
        #expect(TerminalText.escaped("a\u{1B}]0;x\u{07}\\".utf8) == #"a\x1b]0;x\x07\\"#)
    }

    @Test(arguments: [("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, "")])
    func cut(text: String, width: Int, expected: String) {
        #expect(TerminalText.cut(text, to: width) == expected)
    }

    @Test(arguments: [("[2001:db8::1]:3000", 11, "[2001…:3000"), ("abc", 3, "abc"), ("abcdef", 1, "…")])
    func cutMiddle(text: String, width: Int, expected: String) {
        #expect(TerminalText.cutMiddle(text, to: width) == expected)
    }

    @Test func linesAreBrokenBetweenWords() {
        #expect(TerminalText.wrapped("one two three", to: 7) == ["one two", "three"])
        #expect(TerminalText.wrapped("abcdefghij k", to: 4) == ["abcd", "efgh", "ij k"])
        #expect(TerminalText.wrapped("", to: 4) == [])
    }

    @Test(
        "A file's name can be pasted into a shell",
        arguments: [
            ("a.pcap", "a.pcap"), ("/tmp/x-1.pcapng", "/tmp/x-1.pcapng"), ("my file", "$'my file'"),
            ("it's", #"$'it\'s'"#), ("a\nb", #"$'a\x0ab'"#), ("$(rm)", "$'$(rm)'"), ("", "$''"),
        ])
    func shellWords(name: String, expected: String) {
        #expect(TerminalText.shellWord(name) == expected)
    }
}
