import Flows
import Messages
import Teardown
import Testing
import Wire

/// One connection for each verdict.
struct Scene: Sendable, CustomTestStringConvertible {
    let verdict: Verdict
    let script: Script

    var testDescription: String { verdict.rawValue }

    static let all = [
        Scene(verdict: .crossed, script: .crossing()),
        Scene(verdict: .unread, script: unread),
        Scene(verdict: .staleReuse, script: staleReuse(after: 700 * .millisecond)),
        Scene(verdict: .resetOnArrival, script: resetOnArrival),
        Scene(verdict: .silentDrop, script: silentDrop),
        Scene(verdict: .closedInProcess, script: closedInProcess),
        Scene(verdict: .truncated, script: truncated),
        Scene(verdict: .idleClose, script: .idleClose()),
        Scene(verdict: .clientClose, script: clientClose),
        Scene(verdict: .open, script: answered),
        Scene(verdict: .inconclusive, script: captureEnd),
    ]

    /// One answered request; the connection stays open.
    static var answered: Script {
        var script = Script()
        script.handshake()
        script.send(.client, Script.request, at: 21 * .millisecond)
        script.send(.server, Script.answer, at: 42 * .millisecond)
        script.send(.client, .ack, at: 42 * .millisecond + 50_000)
        return script
    }

    static var unread: Script {
        var script = answered
        script.send(.client, Script.request, at: 5_000 * .millisecond)
        script.send(.server, [.rst, .ack], at: 5_020 * .millisecond + 300_000)
        return script
    }

    static func staleReuse(after delay: Nanoseconds) -> Script {
        var script = answered
        script.send(.server, [.fin, .ack], at: 5_043 * .millisecond)
        script.send(.client, .ack, at: 5_043 * .millisecond + 40_000)
        script.send(.client, Script.request, at: 5_043 * .millisecond + delay)
        let end = 2 + Script.answer.utf8.count
        script.send(.server, .rst, at: 5_064 * .millisecond + delay, from: end, acknowledging: .nothing)
        return script
    }

    static var resetOnArrival: Script {
        var script = answered
        script.send(.client, Script.request, at: 350_000 * .millisecond)
        let end = 1 + Script.answer.utf8.count
        script.send(.server, .rst, at: 350_020 * .millisecond, from: end, acknowledging: .nothing)
        return script
    }

    static var silentDrop: Script {
        var script = answered
        for (index, time) in [60_000, 60_200, 60_600, 61_400, 63_000].enumerated() {
            let start = 1 + Script.request.utf8.count
            script.send(
                .client, [.psh, .ack], Array(Script.request.utf8), at: Nanoseconds(time) * .millisecond,
                from: index > 0 ? start : nil)
        }
        return script
    }

    static var closedInProcess: Script {
        var script = answered
        script.send(.client, "POST /slow HTTP/1.1\r\nContent-Length: 0\r\n\r\n", at: 3_000 * .millisecond)
        script.send(.server, .ack, at: 3_020 * .millisecond)
        script.send(.server, [.fin, .ack], at: 33_020 * .millisecond)
        return script
    }

    static var truncated: Script {
        var script = answered
        script.send(.client, Script.request, at: 3_000 * .millisecond)
        script.send(.server, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf", at: 3_030 * .millisecond)
        script.send(.server, [.fin, .ack], at: 3_031 * .millisecond)
        return script
    }

    static var clientClose: Script {
        var script = answered
        script.send(.client, [.fin, .ack], at: 4_000 * .millisecond)
        script.send(.server, [.fin, .ack], at: 4_020 * .millisecond)
        return script
    }

    static var captureEnd: Script {
        var script = answered
        script.send(.client, Script.request, at: 5_000 * .millisecond)
        return script
    }
}
