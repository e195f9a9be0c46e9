import Messages
import Teardown
import TestSupport
import Testing

/// What looks like application data in TLS 1.3 and is neither request nor answer.
struct TLSHandshakeTests {
    private func counts(_ script: Script) throws -> [Int] {
        let finding = try script.finding()
        return [finding.requests, finding.responses]
    }

    @Test(arguments: [true, false])
    func `session tickets are no answer`(_ isOneSegment: Bool) throws {
        var script = Script()
        script.tls13Hellos()
        script.tls13Finished(TLSRecords.applicationData(140))
        let ticket = TLSRecords.applicationData(266)
        if isOneSegment {
            script.server(bytes: ticket + ticket)
        } else {
            script.server(bytes: ticket)
            script.server(bytes: ticket)
        }
        #expect(try counts(script) == [1, 0])
        script.serverFIN()
        #expect(try script.finding().judgement.verdict == .closedInProcess)
    }

    @Test func `the answer behind session tickets counts`() throws {
        var script = Script()
        script.tls13Hellos()
        script.tls13Finished(TLSRecords.applicationData(140))
        script.server(bytes: TLSRecords.applicationData(266) + TLSRecords.applicationData(266))
        script.server(bytes: TLSRecords.applicationData(190))
        script.tlsExchange()
        script.idle(.seconds(5))
        script.serverFIN()
        #expect(try counts(script) == [2, 2])
        #expect(try script.finding().judgement.verdict == .idleClose)
    }

    @Test func `a resumed session has no tickets: equal records are the answer`() throws {
        var script = Script()
        script.tls13Hellos(isResumed: true)
        script.tls13Finished(TLSRecords.applicationData(140))
        script.server(bytes: TLSRecords.applicationData(190) + TLSRecords.applicationData(190))
        #expect(try counts(script) == [1, 1])
    }

    @Test func `equal answers of later requests are answers`() throws {
        var script = Script()
        script.tls13Hellos()
        script.tls13Finished(TLSRecords.applicationData(140))
        script.server(bytes: TLSRecords.applicationData(190))
        script.tlsExchange(140, 190)
        script.tlsExchange(140, 190)
        #expect(try counts(script) == [3, 3])
    }

    @Test func `early data is no request, nor is what ends it`() throws {
        var script = Script()
        script.handshake()
        script.client(bytes: TLSHellos.client(hasEarlyData: true) + TLSRecords.changeCipherSpec)
        script.client(bytes: TLSRecords.applicationData(140))
        script.server(
            bytes: TLSHellos.server(isResumed: true) + TLSRecords.changeCipherSpec + TLSRecords.applicationData(27)
                + TLSRecords.applicationData(53))
        script.client(bytes: TLSRecords.applicationData(21) + TLSRecords.applicationData(53))
        #expect(try counts(script) == [0, 0])
        script.tlsExchange()
        #expect(try counts(script) == [1, 1])
    }

    @Test(arguments: [[1009, 281, 69], [812, 96, 53], [1200]])
    func `a client certificate is no request`(_ lengths: [Int]) throws {
        var script = Script()
        script.tls13Hellos()
        script.client(bytes: TLSRecords.changeCipherSpec + lengths.flatMap { TLSRecords.applicationData($0) })
        #expect(try counts(script) == [0, 0])
        script.tlsExchange()
        #expect(try counts(script) == [1, 1])
    }

    @Test func `KeyUpdate is no request and no answer`() throws {
        var script = Script()
        script.tls13Hellos()
        script.tls13Finished()
        script.tlsExchange()
        script.idle(.seconds(5))
        script.client(bytes: TLSRecords.applicationData(22))
        script.server(bytes: TLSRecords.applicationData(22))
        #expect(try counts(script) == [1, 1])
    }

    @Test func `a renegotiation is no request`() throws {
        var script = Script()
        script.tls12Handshake()
        script.tlsExchange()
        script.server(bytes: TLSRecords.record(22, 40))
        script.client(bytes: TLSRecords.record(22, 300))
        script.server(bytes: TLSRecords.record(22, 1200))
        script.client(bytes: TLSRecords.record(22, 60) + TLSRecords.record(20, 25) + TLSRecords.record(22, 40))
        script.server(bytes: TLSRecords.record(20, 25) + TLSRecords.record(22, 40))
        #expect(try counts(script) == [1, 1])
        script.tlsExchange()
        #expect(try counts(script) == [2, 2])
    }

    @Test func `HTTP/2 frames that keep a connection going are no requests`() throws {
        var script = Script()
        script.tls13Hellos(TLSHellos.client(offersHTTP2: true))
        script.tls13Finished()
        script.tlsExchange(140, 300)
        for content in [9, 13, 17, 26] { script.client(bytes: TLSRecords.applicationData(content + 17)) }
        script.idle(.seconds(5))
        script.crossing {
            $0.server(bytes: TLSRecords.applicationData(34) + TLSRecords.hiddenAlert)
            $0.serverFIN()
            $0.client(bytes: TLSRecords.applicationData(34))
        }
        script.serverRST(.bare)
        #expect(try counts(script) == [1, 1])
        #expect(try script.verdicts() == [.idleClose, .idleClose, .idleClose])
    }

    @Test func `the name that the client asked for is kept`() throws {
        var script = Script()
        script.tls13Hellos()
        script.tls13Finished()
        #expect(try script.finding().serverName == [UInt8](text: "api.example"))
    }

    @Test func `a server that asks for another hello`() throws {
        let retry: [UInt8] = [
            0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
            0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
        ]
        var script = Script()
        script.handshake()
        script.client(bytes: TLSHellos.client())
        script.server(bytes: TLSHellos.server(random: retry) + TLSRecords.changeCipherSpec)
        script.client(bytes: TLSRecords.changeCipherSpec + TLSHellos.client())
        script.server(
            bytes: TLSHellos.server() + TLSRecords.applicationData(23) + TLSRecords.applicationData(841)
                + TLSRecords.applicationData(281) + TLSRecords.applicationData(69))
        script.client(bytes: TLSRecords.applicationData(69))
        #expect(try counts(script) == [0, 0])
        script.tlsExchange()
        #expect(try counts(script) == [1, 1])
    }
}
