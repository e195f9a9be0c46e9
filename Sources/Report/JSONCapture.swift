import Flows
import Messages
import Teardown
import Wire

extension CaptureFinding {
    /// The members of the capture object.
    func write(to json: inout JSONWriter, _ context: ReportContext, _ uncounted: Int) {
        json.member("type", "capture")
        json.array("files", context.files) { json, file in
            json.object { json in
                json.member("name", file.name)
                json.member("problem", file.problem)
            }
        }
        json.array("link_types", linkTypes) { json, linkType in json.element(linkType.name) }
        if !context.interfaces.isEmpty {
            json.array("interfaces", context.interfaces) { json, name in json.element(name) }
        }
        if !context.comments.isEmpty {
            json.array("comments", context.comments) { json, comment in json.element(comment) }
        }
        json.member("packets", packets)
        json.member("bytes", bytes)
        json.member("start", start, digits: context.timeDigits)
        json.member("end", end, digits: context.timeDigits)
        json.member("flows", flows)
        json.member("requests", requests)
        json.races(verdicts)
        json.member("hidden_races", hiddenRaces)
        json.object("inconclusive") { json in
            for reason in InconclusiveReason.allCases { json.member(reason.rawValue, inconclusive[reason] ?? 0) }
        }
        json.object("quality") { json in
            json.member("kernel_dropped", context.kernelDropped)
            json.member("interface_dropped", context.interfaceDropped)
            json.member("duplicates", duplicates)
            json.member("truncated_packets", truncatedPackets)
            json.member("gaps", gaps)
            json.member("out_of_order", outOfOrder)
            json.member("evicted_flows", evictedFlows)
            if evictedSegments > 0 { json.member("evicted_segments", evictedSegments) }
            if uncounted > 0 { json.member("uncounted_connections", uncounted) }
            if droppedReuses > 0 { json.member("dropped_idle_gaps", droppedReuses) }
            json.object("undecoded") { json in
                for cause in Undecoded.allCases { json.member(cause.rawValue, undecoded[cause] ?? 0) }
            }
        }
    }
}

extension JSONWriter {
    /// Races by verdict; every race verdict is there, so that a reader can tell none from not counted.
    mutating func races(_ counts: [Verdict: Int]) {
        object("races") { json in
            for verdict in Verdict.allCases where verdict.isRace {
                json.member(verdict.rawValue, counts[verdict] ?? 0)
            }
        }
    }
}

extension LinkType {
    /// The name that tcpdump prints, or the number where it is not one of ours.
    public var name: String {
        switch self {
        case .null: "NULL"
        case .ethernet: "EN10MB"
        case .raw: "RAW"
        case .loop: "LOOP"
        case .linuxCooked: "LINUX_SLL"
        case .ipv4: "IPV4"
        case .ipv6: "IPV6"
        case .linuxCooked2: "LINUX_SLL2"
        default: String(rawValue)
        }
    }
}
