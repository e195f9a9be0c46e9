import Diagnosis
import Teardown
import Wire

extension ServerFinding {
    /// The members of a server object.
    func write(to json: inout JSONWriter) {
        json.member("type", "server")
        server.write(to: &json, "server")
        json.member("connections", connections)
        json.member("requests", requests)
        json.races(races)
        json.member("hidden_races", hiddenRaces)
        writeTimeouts(idleTimeouts, "idle_timeout", to: &json)
        json.member("advertised_keep_alive_s", advertisedKeepAlive)
        if !typicalOf.isEmpty { json.array("typical_of", typicalOf) { json, name in json.element(name) } }
        json.member("max_idle_reuse_s", seconds: longestIdleReuse)
        json.member("near_misses", nearMisses)
        json.member("exposed_window_s", seconds: exposedWindow)
        writeTimeouts(clientTimeouts, "client_idle_limit", to: &json)
        writeCloses(to: &json)
        guard !advice.isEmpty else { return }
        json.array("advice", advice) { json, advice in json.object { advice.write(to: &$0) } }
    }

    /// One object, or an array of several.
    private func writeTimeouts(_ timeouts: [IdleTimeout], _ key: String, to json: inout JSONWriter) {
        if timeouts.count == 1, let only = timeouts.first {
            json.object(key) { only.write(to: &$0) }
        } else if !timeouts.isEmpty {
            json.array(key, timeouts) { json, timeout in json.object { timeout.write(to: &$0) } }
        }
    }

    private func writeCloses(to json: inout JSONWriter) {
        guard !closes.isEmpty else { return }
        json.object("closes") { json in
            for cause in CloseCause.allCases {
                let count = closes.reduce(0) { $0 + ($1.key.cause == cause ? $1.value : 0) }
                if count > 0 { json.member(cause.rawValue, count) }
            }
        }
    }
}

extension IdleTimeout {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("low_s", seconds: window.lowerBound)
        json.member("high_s", seconds: window.upperBound)
        json.member("samples", samples)
        json.member("confidence", confidence.rawValue)
    }
}

extension Advice {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("side", side.rawValue)
        json.member("software", software)
        json.member("setting", setting)
        json.member("value", value)
        json.member("why", why)
        json.member("example", example)
    }
}
