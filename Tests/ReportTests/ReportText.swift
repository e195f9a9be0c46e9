import Report

/// Reports as texts, with what a test is about in them.
enum ReportText {
    /// A flow object.
    struct Flow {
        var number = 0
        var client = "10.0.0.1:40000"
        var server = "10.0.0.2:80"
        /// Seconds.
        var times = ("100.5", "107")
        var verdict = "idle_close"
        var requests = 2
        /// What stands behind the members that every flow has.
        var more = ""

        var text: String {
            let reason = verdict == "inconclusive" ? #","reason":"capture_gap""# : ""
            let race = ["crossed", "unread", "stale_reuse", "reset_on_arrival", "silent_drop"].contains(verdict)
            return """
                {"type":"flow","flow":\(number),"client":\(endpoint(client)),"server":\(endpoint(server)),\
                "role_basis":"syn","first_frame":1,"last_frame":9,"start":\(times.0),"end":\(times.1),\
                "frames":{"client":5,"server":4},"duplicates":0,"payload_bytes":{"client":92,"server":63},\
                "flags":{"client":{"syn":1,"fin":0,"rst":0},"server":{"syn":1,"fin":1,"rst":1}},\
                "handshake":"complete","protocol":"http1","requests":\(requests),"responses":\(requests)\(more),\
                "verdict":"\(verdict)"\(reason),"race":\(race)}
                """
        }
    }

    static func endpoint(_ text: String) -> String {
        let parts = text.split(separator: ":")
        return #"{"ip":"\#(parts[0])","port":\#(parts[1])}"#
    }

    /// Another name of a flow, as a member.
    static func alsoSeenAs(_ client: String, _ server: String, flow: Int) -> String {
        #","also_seen_as":[{"client":\#(endpoint(client)),"server":\#(endpoint(server)),"flow":\#(flow)}]"#
    }

    static func server(_ server: String = "10.0.0.2:80", connections: Int, requests: Int, _ more: String = "") -> String
    {
        """
        {"type":"server","server":\(endpoint(server)),"connections":\(connections),"requests":\(requests),\
        "races":{"crossed":0,"unread":0,"stale_reuse":0,"reset_on_arrival":0,"silent_drop":0}\(more)}
        """
    }

    static func capture(
        _ name: String, flows: Int, requests: Int, packets: Int = 10, start: String = "100", _ more: String = ""
    ) -> String {
        """
        {"type":"capture","files":[{"name":"\(name).pcap"}],"link_types":["EN10MB"],"packets":\(packets),"bytes":700,\
        "start":\(start),"end":110.25,"flows":\(flows),"requests":\(requests),\
        "races":{"crossed":0,"unread":0,"stale_reuse":0,"reset_on_arrival":0,"silent_drop":0},"hidden_races":0,\
        "inconclusive":{"capture_gap":0,"capture_start":0,"capture_end":0,"one_sided":0,"truncated_packets":0,\
        "conflicting_sequence":0},"quality":{"duplicates":0,"truncated_packets":0,"gaps":0,"out_of_order":0,\
        "evicted_flows":0,"undecoded":{"not_tcp":1,"link_type":0,"fragment":0,"truncated_header":0,"malformed":0}}\(more)}
        """
    }

    /// A whole report of flows to one server, as NDJSON.
    static func report(_ name: String, _ flows: Flow..., server more: String = "") -> (name: String, text: String) {
        let requests = flows.reduce(0) { $0 + $1.requests }
        let servers = Set(flows.map(\.server)).sorted().map { address in
            let own = flows.filter { $0.server == address }
            return server(address, connections: own.count, requests: own.reduce(0) { $0 + $1.requests }, more)
        }
        let lines = flows.map(\.text) + servers + [capture(name, flows: flows.count, requests: requests)]
        return (name, lines.joined(separator: "\n") + "\n")
    }
}

/// What merging some reports gives.
struct Merged {
    var lines: [UInt8] = []
    var document: [UInt8] = []
    var outcomes: [ReportMerge.Outcome] = []

    init(_ reports: (name: String, text: String)...) {
        self.init(reports)
    }

    init(_ reports: [(name: String, text: String)]) {
        self.init(reports.map { ($0.name, Array($0.text.utf8)) })
    }

    init(_ reports: [(name: String, bytes: [UInt8])]) {
        var merge = ReportMerge()
        for report in reports { outcomes.append(merge.add(report.bytes, name: report.name)) }
        let report = merge.finish()
        report.writeLines { lines += $0 }
        report.writeDocument { document += $0 }
    }

    var text: String { String(decoding: lines, as: UTF8.self) }
    var flows: [Substring] { objects("flow") }
    var servers: [Substring] { objects("server") }
    var capture: Substring { objects("capture").first ?? "" }

    private func objects(_ type: String) -> [Substring] {
        text.split(separator: "\n").filter { $0.hasPrefix("{\"type\":\"\(type)\"") }
    }
}
