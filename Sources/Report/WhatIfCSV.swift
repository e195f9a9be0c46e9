import Diagnosis
import Wire

/// What other idle timeouts would have changed, as a table: the rows are the objects of `WhatIfJSON`.
public enum WhatIfCSV {
    /// The whole table, the sums over all servers first: they have no server.
    public static func lines(_ answer: WhatIfAnswer) -> [UInt8] {
        var output: [UInt8] = []
        table.appendHeader(to: &output)
        for outcome in answer.outcomes { table.append(outcome, to: &output) }
        return output
    }

    private static let table = CSVTable<LimitOutcome>([
        .init("server.ip") { $1.word($0.server?.address.description) },
        .init("server.port") { $1.number($0.server?.port) },
        .init("side") { $1.word($0.limit.side.rawValue) },
        .init("limit_s") { $1.seconds($0.limit.idle) },
        .init("races_avoided") { $1.number($0.racesAvoided) },
        .init("races_left") { $1.number($0.racesLeft) },
        .init("near_misses_left") { $1.number($0.nearMissesLeft) },
        .init("connections_added") { $1.number($0.connectionsAdded) },
    ])
}
