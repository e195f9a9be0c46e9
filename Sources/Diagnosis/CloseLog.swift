import Teardown
import Wire

/// Closes of one kind and cause.
public struct CloseKey: Hashable, Sendable {
    /// How it was sent.
    public var kind: CloseSignal.Kind
    /// Why.
    public var cause: CloseCause
}

/// The closes of one server: the newest one by one, older ones counted by their causes.
///
/// A cause that shows only beside other connections is decided when the log is half renewed, and at the end: what
/// happened at the same time is known then, in whatever order connections are judged.
struct CloseLog: Sendable {
    /// Closes kept one by one: enough to see clusters and a sweep; 80 bytes each. The newest ones, so that a
    /// capture of weeks shows what the server does now.
    static let maximumRecords = 256
    /// Mass closes whose times are kept, the newest: a server is not deployed more often in one capture.
    static let maximumMassCloses = 64

    /// Changed causes kept for connections that may still be asked for: as many as a report holds back.
    static let maximumChanges = 1 << 12

    private(set) var records: [CloseRecord] = []
    private var settled: [CloseKey: Int] = [:]
    private var settledMassCloses: [ClosedRange<Timestamp>] = []
    /// Of connections that left the log since `forgetChanges`: the causes that show only beside others.
    private var changed: [Int: CloseCause] = [:]

    mutating func add(_ record: CloseRecord) {
        if records.count == Self.maximumRecords { settle(Self.maximumRecords / 2) }
        records.append(record)
    }

    /// Decides the causes of the oldest `count` closes, and forgets them.
    private mutating func settle(_ count: Int) {
        let causes = CloseCauses(records)
        settledMassCloses = massCloses(causes)
        for index in 0..<count {
            settled[CloseKey(kind: records[index].kind, cause: causes[index]), default: 0] += 1
            if causes[index] != records[index].cause, changed.count < Self.maximumChanges {
                changed[records[index].flow] = causes[index]
            }
        }
        records.removeFirst(count)
    }

    /// The causes that show only beside other connections, by flow, for closes since `forgetChanges`.
    var changes: [Int: CloseCause] {
        let causes = CloseCauses(records)
        return records.indices.reduce(into: changed) { changes, index in
            if causes[index] != records[index].cause { changes[records[index].flow] = causes[index] }
        }
    }

    /// Nobody will ask any more for the causes of closes that have left the log.
    mutating func forgetChanges() { changed = [:] }

    /// When mass closes were; one may be told twice.
    func massCloses(_ causes: CloseCauses) -> [ClosedRange<Timestamp>] {
        (settledMassCloses + causes.massCloses).suffix(Self.maximumMassCloses)
    }

    /// All closes so far, by kind and cause.
    func counts(_ causes: CloseCauses) -> [CloseKey: Int] {
        var counts = settled
        for (index, record) in records.enumerated() {
            counts[CloseKey(kind: record.kind, cause: causes[index]), default: 0] += 1
        }
        return counts
    }
}
