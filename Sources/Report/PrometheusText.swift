import Diagnosis
import Flows
import Teardown
import Wire

/// What a monitoring system is told: the text exposition format of Prometheus, version 0.0.4.
public struct PrometheusText: Sendable {
    /// The value of the response's Content-Type header.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Sums that do not belong to a server.
    public struct Sums: Sendable {
        /// Connections that are followed now.
        public var flows: Int
        /// Frames captured.
        public var packets: Int
        /// Frames that the kernel dropped.
        public var kernelDropped: Int
        /// Frames that the interface dropped.
        public var interfaceDropped: Int
        /// Connections that were given up for want of room.
        public var evictedFlows: Int

        /// The sums of a capture; what a file does not tell is zero.
        public init(
            flows: Int, packets: Int, kernelDropped: Int = 0, interfaceDropped: Int = 0, evictedFlows: Int = 0
        ) {
            self.flows = flows
            self.packets = packets
            self.kernelDropped = kernelDropped
            self.interfaceDropped = interfaceDropped
            self.evictedFlows = evictedFlows
        }
    }

    /// What of a server is not counted but inferred.
    public struct Inferred: Sendable {
        /// The shortest silence after which it is to be expected to close; nil where the capture does not show it.
        public var idleTimeout: Nanoseconds?
        /// Near misses, in place of those counted so far; nil leaves these.
        public var nearMisses: Int?

        /// What is inferred from some closes.
        public init(idleTimeouts: [IdleTimeout], nearMisses: Int? = nil) {
            idleTimeout = idleTimeouts.first?.window.lowerBound
            self.nearMisses = nearMisses
        }
    }

    private var lines: [String] = []

    /// The exposition of `metrics`, with what is inferred of their servers.
    public static func render(_ metrics: MetricsTally, _ inferred: [Endpoint: Inferred], _ sums: Sums) -> String {
        var text = PrometheusText()
        text.write(metrics, inferred)
        text.family("finrace_flows", .gauge, "Connections that are followed now.")
        text.sample("finrace_flows", [], "\(sums.flows)")
        text.family("finrace_packets_total", .counter, "Packets captured.")
        text.sample("finrace_packets_total", [], "\(sums.packets)")
        text.family(
            "finrace_dropped_packets_total", .counter, "Packets lost before they could be captured, and by whom.")
        text.sample("finrace_dropped_packets_total", [("by", "kernel")], "\(sums.kernelDropped)")
        text.sample("finrace_dropped_packets_total", [("by", "interface")], "\(sums.interfaceDropped)")
        text.family(
            "finrace_evicted_flows_total", .counter,
            "Connections given up for want of room, least recently active first.")
        text.sample("finrace_evicted_flows_total", [], "\(sums.evictedFlows)")
        return text.lines.joined(separator: "\n") + "\n"
    }

    private mutating func write(_ metrics: MetricsTally, _ inferred: [Endpoint: Inferred]) {
        var servers = metrics.servers.map { (name: $0.server.description, metrics: $0.metrics) }
        if let others = metrics.others { servers.append(("other", others)) }

        family("finrace_requests_total", .counter, "Requests seen.")
        for (name, server) in servers { sample("finrace_requests_total", [("server", name)], "\(server.requests)") }
        family("finrace_races_total", .counter, "Requests lost to the end of an idle connection, by verdict.")
        for (name, server) in servers {
            for verdict in Verdict.allCases where verdict.isRace {
                let labels = [("server", name), ("verdict", verdict.rawValue)]
                sample("finrace_races_total", labels, "\(server.races[verdict] ?? 0)")
            }
        }
        family(
            "finrace_near_misses_total", .counter,
            "Answered requests sent within a round trip of the server's idle timeout.")
        for (place, (name, server)) in servers.enumerated() {
            let known = place < metrics.servers.count ? inferred[metrics.servers[place].server]?.nearMisses : nil
            sample("finrace_near_misses_total", [("server", name)], known.map(String.init) ?? "\(server.nearMisses)")
        }
        family("finrace_server_closes_total", .counter, "Connections closed by the server, by signal and cause.")
        for (name, server) in servers {
            for (label, count) in server.closes.sorted(by: { Self.precedes($0.key, $1.key) }) {
                let labels = [("server", name), ("kind", label.kind.rawValue), ("cause", label.cause.rawValue)]
                sample("finrace_server_closes_total", labels, "\(count)")
            }
        }
        family("finrace_idle_before_close_seconds", .histogram, "Silence before the server's idle timer closed.")
        for (name, server) in servers { histogram("finrace_idle_before_close_seconds", name, server.idleBeforeClose) }
        family("finrace_idle_before_request_seconds", .histogram, "Silence before a request on its connection.")
        for (name, server) in servers {
            histogram("finrace_idle_before_request_seconds", name, server.idleBeforeRequest)
        }
        family(
            "finrace_inferred_idle_timeout_seconds", .gauge,
            "Shortest silence after which the server is to be expected to close, as inferred from its closes.")
        // Of all other servers together there is none to infer.
        for (server, _) in metrics.servers {
            guard let timeout = inferred[server]?.idleTimeout else { continue }
            sample(
                "finrace_inferred_idle_timeout_seconds", [("server", server.description)], Self.seconds(timeout))
        }
    }

    private static func precedes(_ left: CloseLabel, _ right: CloseLabel) -> Bool {
        (left.kind.rawValue, left.cause.rawValue) < (right.kind.rawValue, right.cause.rawValue)
    }

    private enum MetricType: String {
        case counter
        case gauge
        case histogram
    }

    private mutating func family(_ name: String, _ type: MetricType, _ help: String) {
        lines.append("# HELP \(name) \(help)")
        lines.append("# TYPE \(name) \(type.rawValue)")
    }

    /// Labels hold the program's own words and addresses: nothing in them needs an escape.
    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        let text = labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
        lines.append(labels.isEmpty ? "\(name) \(value)" : "\(name){\(text)} \(value)")
    }

    private mutating func histogram(_ name: String, _ server: String, _ histogram: Teardown.IdleHistogram) {
        var total: UInt64 = 0
        for (index, count) in histogram.counts.enumerated() {
            total &+= count
            let isLast = index == Teardown.IdleHistogram.bounds.count
            let bound = isLast ? "+Inf" : Self.seconds(Teardown.IdleHistogram.bounds[index] &* .millisecond)
            sample(name + "_bucket", [("server", server), ("le", bound)], "\(total)")
        }
        sample(name + "_sum", [("server", server)], Self.seconds(histogram.sum))
        sample(name + "_count", [("server", server)], "\(total)")
    }

    private static func seconds(_ value: Nanoseconds) -> String {
        value % .second == 0 ? "\(value / .second)" : "\(Double(value) / 1e9)"
    }
}
