import Diagnosis
import TestSupport
import Testing

/// Logs of any size and content: lines are counted, and what is kept is bounded.
struct AccessLogTests {
    private static let failed = """
        [2026-11-21T02:18:30.079Z] "GET /a HTTP/1.1" 503 UC 0 95 8 - "-" "agent" "id" "host" "10.99.2.6:3000"
        """
    private static let answered = """
        [2026-11-21T02:18:30.079Z] "GET /a HTTP/1.1" 200 - 0 95 8 7 "-" "agent" "id" "host" "10.99.2.6:3000"
        """
    private static let unsent = """
        [2026-11-21T02:18:30.079Z] "GET /a HTTP/1.1" 404 NR 0 95 8 - "-" "agent" "id" "host" "-"
        """

    private func log(_ text: String, piece: Int = .max) -> AccessLog {
        var log = AccessLog()
        log.begin("a.log")
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            log.read(rest.prefix(piece))
            rest = rest.dropFirst(piece)
        }
        log.end()
        return log
    }

    @Test(arguments: [1, 2, 7, 64, 4096, Int.max])
    func `lines come in pieces of any size`(_ piece: Int) {
        let log = log("\(Self.failed)\r\n\n\(Self.answered)\nnonsense\n\(Self.unsent)\n\(Self.failed)", piece: piece)
        #expect(log.lines == 5)
        #expect(log.badLines == 1)
        #expect(log.firstBadLine?.number == 4)
        #expect(log.unplacedLines == 1)
        #expect(log.linesWithoutServer == 1)
        #expect(log.formats == [.envoyText: 4])
    }

    @Test(arguments: [1000, Int.max])
    func `a line that is too long is counted and passed over`(_ piece: Int) {
        let long = Self.failed.replacing("/a", with: "/" + String(repeating: "a", count: 1 << 17))
        let log = log("\(long)\n\(Self.answered)\n\(long)", piece: piece)
        #expect(log.lines == 3)
        #expect(log.badLines == 2)
        #expect(log.firstBadLine?.number == 1)
        #expect(log.unplacedLines == 1)
    }

    @Test func `what is beyond the bound is counted`() {
        let count = 1 << 16 + 10
        let log = log(String(repeating: Self.failed + "\n", count: count))
        #expect(log.lines == count)
        #expect(log.droppedLines == 10)
    }

    @Test func `bytes of any kind are no line`() {
        var random = SeededRandom()
        print("access log bytes: FINRACE_SEED=\(random.seed)")
        let bytes = (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        var log = AccessLog()
        log.begin("a.log")
        log.read(bytes[...])
        log.end()
        #expect(log.lines > 100)
        #expect(log.badLines == log.lines)
    }
}
