import TestSupport
import Testing

@testable import Messages

/// Where TLS records begin and how long they are, however the stream is cut into pieces.
struct TLSRecordTests {
    /// A record by its type, its length and the offset of its body in the stream.
    struct Found: Equatable {
        var type: UInt8
        var length: Int
        var body: Int
    }

    private func records(_ parts: [StreamPart]) -> (found: [Found], isLost: Bool) {
        var framer = TLSRecordFramer()
        var found: [Found] = []
        var base = 0
        for part in parts {
            switch part {
            case .bytes(let bytes):
                var offset = 0
                while let record = framer.next(bytes.span, &offset) {
                    found.append(
                        Found(type: record.type.rawValue, length: record.length, body: base + record.bodyStart))
                }
                base += bytes.count
            case .gap(let count):
                framer.skip(count)
                base += count
            case .finish:
                break
            }
        }
        return (found, framer.isLost)
    }

    @Test func `records follow each other`() throws {
        let stream = TLSRecords.clientHello + TLSRecords.changeCipherSpec + TLSRecords.applicationData(69)
        let found = try verifyIncremental(stream, trailing: TLSRecords.applicationData(7)) { pieces in
            records(pieces.map { .bytes($0) }).found
        }
        #expect(
            found == [
                Found(type: 22, length: 512, body: 5), Found(type: 20, length: 1, body: 522),
                Found(type: 23, length: 69, body: 528),
            ])
    }

    @Test func `an empty record has no body`() throws {
        let found = try verifyIncremental([23, 3, 3, 0, 0] + TLSRecords.applicationData(3)) { pieces in
            records(pieces.map { .bytes($0) }).found
        }
        #expect(found == [Found(type: 23, length: 0, body: 5), Found(type: 23, length: 3, body: 10)])
    }

    @Test func `the longest record`() {
        let (found, isLost) = records([
            .bytes(TLSRecords.applicationData(16384 + 256)), .bytes(TLSRecords.applicationData(3)),
        ])
        #expect(found.map(\.length) == [16640, 3])
        #expect(!isLost)
    }

    @Test func `a gap inside a body is skipped`() {
        let record = TLSRecords.applicationData(100)
        let (found, isLost) = records([
            .bytes(Array(record[..<50])), .gap(30), .bytes(Array(record[80...])), .bytes(TLSRecords.encryptedAlert),
        ])
        #expect(found.map(\.type) == [23, 21])
        #expect(!isLost)
    }

    @Test func `a gap that takes the rest of a body ends the record`() {
        let record = TLSRecords.applicationData(100)
        let (found, _) = records([.bytes(Array(record[..<50])), .gap(55), .bytes(TLSRecords.encryptedAlert)])
        #expect(found.map(\.type) == [23, 21])
    }

    @Test(arguments: [0, 3, 105])
    func `a gap in a header, or past a body, loses the framing until a piece begins like a record`(_ begun: Int) {
        let record = TLSRecords.applicationData(100)
        let parts: [StreamPart] = [.bytes(Array(record[..<begun])), .gap(200)]
        #expect(records(parts).isLost)
        let (found, isLost) = records(parts + [.bytes([1, 2, 3]), .bytes(TLSRecords.applicationData(9))])
        #expect(found.last?.length == 9)
        #expect(!isLost)
    }

    @Test(
        arguments: [[23, 2, 0, 0, 5], [19, 3, 3, 0, 5], [25, 3, 3, 0, 5], [23, 3, 3, 0xFF, 0xFF], [0, 0, 0, 0, 0]]
            as [[UInt8]])
    func `what is no record header loses the framing`(_ header: [UInt8]) {
        let (found, isLost) = records([.bytes(TLSRecords.applicationData(3)), .bytes(header + [0, 0, 0])])
        #expect(found.map(\.length) == [3])
        #expect(isLost)
    }

    @Test func `the body's first bytes are known where the piece has them`() throws {
        func first(_ bytes: [UInt8]) -> TLSRecord? {
            var framer = TLSRecordFramer()
            var offset = 0
            return framer.next(bytes.span, &offset)
        }
        let alert: [UInt8] = [21, 3, 3, 0, 2, 1, 0]
        let whole = try #require(first(alert))
        #expect(whole.first == 1)
        #expect(whole.second == 0)
        let cut = try #require(first(Array(alert[..<6])))
        #expect(cut.first == 1)
        #expect(cut.second == nil)
    }

    @Test func `noise is survived`() {
        var random = SeededRandom()
        for _ in 0..<300 {
            let parts: [StreamPart] = (0..<random.number(1...8)).map { _ in
                random.oneIn(4)
                    ? .gap(random.number(1...40))
                    : .bytes(
                        random.oneIn(2)
                            ? random.bytes(random.number(0...30)) : TLSRecords.applicationData(random.number(0...40)))
            }
            for record in records(parts).found {
                #expect(record.length <= TLSRecord.maximumLength, "FINRACE_SEED=\(random.seed)")
            }
        }
    }
}
