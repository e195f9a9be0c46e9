import Flows
import Messages
import Teardown
import Testing
import Wire

@testable import Report

@Suite("Explanations")
struct ExplanationTests {
    @Test("Each verdict is explained with its frames and numbers", arguments: zip(Scene.all, sentences))
    func sentence(scene: Scene, expected: String) {
        let flow = Script.analyze(scene.script).flows[0]
        #expect(flow.judgement.verdict == scene.verdict)
        #expect(flow.explanation == expected)
    }

    private static let sentences = [
        """
        After 4.950 s of silence the request (frame 7) and the server's FIN (frame 8) passed each other on the wire, and \
        neither side had the other's when it sent its own: the FIN's ack 47 does not cover the request, which begins at \
        47, and the request's ack 64 does not cover the FIN, which stands at 64; the request reached the server 9.00 ms \
        after the close.
        """,
        """
        After 4.958 s of silence the request (frame 7) reached the server's kernel, whose RST (frame 8) acknowledges it \
        (ack 93, the request begins at 47), but the application closed the connection 300 µs later without reading it.
        """,
        """
        The client's kernel had the server's FIN (frame 7, at 64) when the client sent the request (frame 9): the \
        request's ack 65 covers it; the request came 699 ms after the close, so this client does not look whether an \
        idle connection was closed before it uses it again.
        """,
        """
        After 349.958 s of silence the request (frame 7) was answered with RST (frame 8), though the server was never \
        seen to close: the far end had forgotten the connection (a balancer, NAT or firewall on the path, a restart, or \
        a close that was lost before the capture point).
        """,
        """
        After 59.958 s of silence the request (frame 7) was sent 5 times in 3.000 s and never acknowledged: something on \
        the path (NAT, balancer, firewall) had dropped the idle connection without telling either side.
        """,
        """
        The server had received the request (frame 7) and closed with FIN (frame 9) 30.000 s later without an answer: it \
        gave up on the request (a timeout, a crash, a limit), which is not a keep-alive race.
        """,
        """
        The server's answer had begun when FIN (frame 9) ended the connection, and it is incomplete: the server broke \
        off in the middle of an answer, which is not a keep-alive race.
        """,
        """
        The server closed the connection with FIN (frame 7) after 5.004 s of silence, with no request outstanding: the \
        normal end.
        """,
        "The client closed first, with FIN (frame 7) after 3.958 s of silence.",
        "The capture shows no close: the connection was still open when the capture ended.",
        "The capture ended before the request (frame 7) was answered, acknowledged or refused.",
    ]

    @Test("A quick reuse is no negligence")
    func quickReuse() {
        let flow = Script.analyze(Scene.staleReuse(after: 600_000)).flows[0]
        let expected = "500 µs after the close, too soon for the client's event loop to have looked."
        #expect(flow.explanation.hasSuffix(expected))
    }

    @Test("An announced close is named")
    func announced() {
        var script = Script()
        script.handshake()
        script.send(.client, Script.request, at: 21 * .millisecond)
        script.send(
            .server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", at: 42 * .millisecond)
        script.send(.server, [.fin, .ack], at: 43 * .millisecond)
        script.send(.client, Script.request, at: 90 * .millisecond)
        script.send(.server, .rst, at: 111 * .millisecond, acknowledging: .nothing)
        let flow = Script.analyze(script).flows[0]
        let expected = """
            The server had announced the close with Connection: close in its last answer; the client ignored that.
            """
        #expect(flow.explanation.hasSuffix(expected))
    }

    @Test("Whether to repeat is said with its ground", arguments: zip([0, 1, 4], advice))
    func retry(scene: Int, expected: String) {
        #expect(Script.analyze(Scene.all[scene].script).flows[0].retryAdvice == expected)
    }

    private static let advice = [
        """
        Safe to repeat, even a POST: the server's host answered it with RST (frame 9) and had acknowledged none of it.
        """,
        "Safe to repeat, even a POST: with its RST (frame 8) the server's host threw the request away unread.",
        """
        Not proven safe to repeat: nothing came back, so the request may have arrived. GET is idempotent and may be \
        repeated all the same.
        """,
    ]

    @Test("Nothing is said of repeating what was no race")
    func noRetry() {
        #expect(Script.analyze(Scene.closedInProcess).flows[0].retryAdvice == nil)
        #expect(Script.analyze(.idleClose()).flows[0].retryAdvice == nil)
    }

    @Test("A filter begins at the first decisive frame")
    func filter() {
        #expect(Script.analyze(.crossing()).flows[0].displayFilter == "tcp.stream eq 0 && frame.number >= 7")
        #expect(Script.analyze(Scene.answered).flows[0].displayFilter == "tcp.stream eq 0")
    }
}
