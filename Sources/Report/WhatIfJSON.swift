import Diagnosis
import Wire

/// What other idle timeouts would have changed, as JSON.
public enum WhatIfJSON {
    /// One document: `{"schema":"finrace/1","whatif":[…]}`, the sums over all servers first.
    public static func document(_ answer: WhatIfAnswer) -> [UInt8] {
        var output: [UInt8] = []
        JSONWriter.append(to: &output) { json in
            json.object { json in
                json.member("schema", JSONReport.schema)
                json.array("whatif", answer.outcomes) { json, outcome in json.object { outcome.write(to: &$0) } }
            }
        }
        return output + [UInt8(ascii: "\n")]
    }

    /// The same objects, one a line.
    public static func lines(_ answer: WhatIfAnswer) -> [UInt8] {
        answer.outcomes.reduce(into: []) { output, outcome in
            JSONWriter.append(to: &output) { $0.object { outcome.write(to: &$0) } }
            output.append(UInt8(ascii: "\n"))
        }
    }
}

extension WhatIfAnswer {
    /// Those over all servers first, then each server's.
    var outcomes: [LimitOutcome] { total + parts.flatMap(\.outcomes) }
}

extension LimitOutcome {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("type", "whatif")
        server?.write(to: &json, "server")
        json.member("side", limit.side.rawValue)
        json.member("limit_s", seconds: limit.idle)
        json.member("races_avoided", racesAvoided)
        json.member("races_left", racesLeft)
        json.member("near_misses_left", nearMissesLeft)
        json.member("connections_added", connectionsAdded)
    }
}
