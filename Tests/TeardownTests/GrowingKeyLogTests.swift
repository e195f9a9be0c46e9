import Flows
import Messages
import Teardown
import TestSupport
import Testing
import Wire

/// Secrets that are written while the capture goes on.
struct GrowingKeyLogTests {
    /// The finding of a capture to which the secrets come ahead of its frame number `index`.
    private func finding(_ frames: [Frame], _ log: String, before index: Int) throws -> FlowFinding {
        var settings = AnalyzerSettings()
        settings.expectsKeys = true
        var analyzer = Analyzer(settings)
        for (number, frame) in frames.enumerated() {
            // Lines of other sessions come too.
            analyzer.addKeys([UInt8](text: "CLIENT_RANDOM \(String(repeating: "0", count: 64)) \(number)0\n"))
            if number == index { analyzer.addKeys([UInt8](text: log)) }
            analyzer.feed(frame.bytes.span, frame.info(number: number + 1))
        }
        var findings: [FlowFinding] = []
        _ = analyzer.finish { findings.append($0) }
        return try #require(findings.first)
    }

    private func script(_ session: inout SealedTLS) -> Script {
        var script = Script()
        script.handshake(of: session)
        for name in ["first", "second", "third"] {
            script.client(bytes: session.record(.client, .get("/\(name)")))
            script.server(bytes: session.record(.server, .ok))
        }
        script.idle(.seconds(5))
        script.crossing {
            $0.serverFIN()
            $0.client(bytes: session.record(.client, .get("/late")))
        }
        script.serverRST(.bare)
        return script
    }

    @Test func `whenever they come, what comes after is read`() throws {
        var session = SealedTLS()
        let log = session.keyLog
        let frames = script(&session).frames()
        let late = try #require(try finding(frames, log, before: 0).loss?.request.start.frame)
        for index in 0...frames.count {
            let finding = try finding(frames, log, before: index)
            #expect(finding.judgement.verdict == .crossed, "keys before frame \(index + 1)")
            #expect([finding.requests, finding.responses] == [4, 3], "keys before frame \(index + 1)")
            #expect(finding.loss?.requestLine == (index < late ? [UInt8](text: "GET /late") : nil))
            #expect(finding.applicationProtocol == (index < late ? .tlsHTTP1 : .tls))
        }
    }

    @Test func `HTTP/2 is gone on with by its frames`() throws {
        var session = SealedTLS()
        let log = session.keyLog
        var script = Script()
        script.handshake(of: session)
        script.client(bytes: session.record(.client, HTTP2Frames.preface + HTTP2Frames.settings))
        script.server(bytes: session.record(.server, HTTP2Frames.settings + HTTP2Frames.settingsACK))
        for stream in [1, 3, 5] as [UInt32] {
            let path = HeaderBlockWriter.Field(":path", "/\(stream)")
            script.client(bytes: session.record(.client, HTTP2Frames.request(stream, .init(":method", "GET"), path)))
            script.server(
                bytes: session.record(.server, HTTP2Frames.status(stream, 200) + HTTP2Frames.data(stream, 300)))
        }
        script.idle(.seconds(5))
        script.crossing {
            $0.server(bytes: session.record(.server, HTTP2Frames.goaway(5)))
            $0.client(
                bytes: session.record(
                    .client, HTTP2Frames.frame(1, 7, flags: 5, HTTP2Frames.block(.init(":path", "/late")))))
        }
        script.serverFIN()
        let frames = script.frames()
        let late = try #require(try finding(frames, log, before: 0).loss?.request.start.frame)
        for index in 0..<late {
            let finding = try finding(frames, log, before: index)
            #expect(finding.judgement.verdict == .crossed, "keys before frame \(index + 1)")
            #expect(finding.loss?.requestLine == [UInt8](text: "GET /late"), "keys before frame \(index + 1)")
            #expect(finding.loss?.unanswered == 1, "keys before frame \(index + 1)")
        }
    }
}
