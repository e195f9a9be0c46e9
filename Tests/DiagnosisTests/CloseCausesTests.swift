import Messages
import Teardown
import TestSupport
import Testing
import Wire

@testable import Diagnosis

/// Causes that show only beside other connections.
struct CloseCausesTests {
    private func record(
        at time: Double, idle: Double, age: Double? = nil, requests: Int = 2, _ cause: CloseCause? = nil,
        isQuiet: Bool = true
    ) -> CloseRecord {
        CloseRecord(
            flow: 0, time: Timestamp(nanoseconds: Nanoseconds(time * 1e9)), idle: Nanoseconds(idle * 1e9),
            age: age.map { Nanoseconds($0 * 1e9) }, requests: requests, kind: .fin,
            cause: cause ?? (idle >= 1 ? .idleTimeout : .afterRequest), isSample: isQuiet, isQuiet: isQuiet)
    }

    private func causes(_ records: [CloseRecord]) -> [CloseCause] {
        let causes = CloseCauses(records)
        return records.indices.map { causes[$0] }
    }

    /// Idle closes of a timer of five seconds, one every three seconds.
    private func timed(_ count: Int) -> [CloseRecord] {
        (0..<count).map { record(at: Double($0) * 3, idle: 5 + Double($0 % 4) / 1000) }
    }

    @Test func `a reload closes all at once, whatever their idle time`() {
        let burst = [0.2, 1.4, 2.9, 3.3, 4.4, 0.9].map { record(at: 40 + $0 / 100, idle: $0) }
        #expect(causes(burst) == Array(repeating: .massClose, count: 6))
        let all = CloseCauses(timed(8) + burst)
        #expect((0..<8).allSatisfy { all[$0] == .idleTimeout })
        #expect((8..<14).allSatisfy { all[$0] == .massClose })
        #expect(all.timeouts.map(\.samples) == [8])
    }

    @Test func `a reload gives no timeout`() {
        let burst = [1.2, 1.4, 2.9, 3.3, 4.4, 5.9].map { record(at: 40 + $0 / 100, idle: $0) }
        #expect(CloseCauses(burst).timeouts.isEmpty)
    }

    @Test func `many connections that were opened together and time out together are no mass close`() {
        let burst = (0..<20).map { record(at: 40 + Double($0) / 1000, idle: 5 + Double($0) / 5000) }
        #expect(causes(burst) == Array(repeating: .idleTimeout, count: 20))
    }

    @Test func `a sweep is no mass close`() {
        // waitress: 120 s, looked at every 30 s.
        let burst = (0..<20).map { record(at: 400 + Double($0) / 10_000, idle: 120 + Double($0) * 1.5) }
        #expect(causes(burst) == Array(repeating: .idleTimeout, count: 20))
    }

    @Test func `a busy server that closes after each answer has no mass close`() {
        let closes = (0..<50).map { record(at: Double($0) / 100, idle: 0.0001 * Double($0 + 1), requests: 1) }
        #expect(causes(closes) == Array(repeating: .afterRequest, count: 50))
    }

    @Test func `the same number of requests on each connection is a limit`() {
        let closes = (0..<4).map { record(at: Double($0) * 9, idle: 0.0003, requests: 100) }
        #expect(causes(closes) == Array(repeating: .maxRequests, count: 4))
        #expect(causes(Array(closes.prefix(2))) == [.afterRequest, .afterRequest])
        let mixed = closes + (0..<4).map { record(at: Double($0) * 7, idle: 0.0003, requests: 3 + $0) }
        #expect(causes(mixed) == Array(repeating: .afterRequest, count: 8))
    }

    @Test func `the same age of each connection is a limit`() {
        let idles = [1.5, 17, 4, 2.2]
        let closes = idles.enumerated().map { record(at: Double($0) * 9, idle: $1, age: 3600 + Double($0) / 100) }
        #expect(causes(closes) == Array(repeating: .maxAge, count: 4))
        #expect(CloseCauses(closes).timeouts.isEmpty)
        // One request a connection: as old as idle, and a timer.
        let single = (0..<6).map { record(at: Double($0) * 9, idle: 5, age: 5.02) }
        #expect(causes(single) == Array(repeating: .idleTimeout, count: 6))
    }

    @Test func `what was announced stays announced, and a failed request's close unknown`() {
        let closes = [1.0, 3, 7, 19, 2, 30].map { record(at: $0 / 100, idle: $0, .announced) }
        #expect(causes(closes) == Array(repeating: .announced, count: 6))
        let failed = [1.0, 3, 7, 19, 2, 30].map { record(at: $0 / 100, idle: $0, .unknown, isQuiet: false) }
        #expect(causes(failed) == Array(repeating: .unknown, count: 6))
    }

    @Test func `a log counts every close once, however many`() {
        var log = CloseLog()
        for index in 0..<5_000 { log.add(record(at: Double(index) * 3, idle: 5 + Double(index % 4) / 1000)) }
        #expect(log.records.count <= CloseLog.maximumRecords)
        #expect(log.counts(CloseCauses(log.records)) == [CloseKey(kind: .fin, cause: .idleTimeout): 5_000])
    }
}

/// Causes given back to the connections.
struct SettledCausesTests {
    @Test(arguments: [8, 700])
    func `connections of a reload are told so, though each alone looks like a timer's`(_ count: Int) throws {
        let scripts = (0..<count).map { index in
            let idle = 1000 + index * 7919 % 6000
            var script = Script(clientPort: 40000 + UInt16(index))
            script.handshake()
            script.exchange()
            script.idle(.milliseconds(20_000 - idle))
            script.exchange()
            script.idle(.milliseconds(idle))
            script.serverFIN()
            script.clientFIN()
            return script
        }
        var flows = findings(scripts)
        #expect(flows.allSatisfy { $0.close?.cause == .idleTimeout })
        var tally = ServerTally()
        for flow in flows { tally.count(flow) }
        tally.settleCauses(of: &flows)
        #expect(flows.allSatisfy { $0.close?.cause == .massClose })
        #expect(tally.findings().map(\.closes) == [[CloseKey(kind: .fin, cause: .massClose): count]])
    }
}
