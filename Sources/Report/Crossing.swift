import Flows
import Messages
import Teardown
import Wire

/// The segments of a request and of a close that were on the wire at the same time, as indices of a timeline's steps.
struct Crossing {
    /// The request's segments, the decisive one first.
    private let requests: [Int]
    /// The close's segments, the decisive one first.
    private let closes: [Int]

    /// The crossing of a flow, or nil when none was proven or its segments are not there.
    init?(_ steps: [TimelineStep], _ finding: FlowFinding) {
        guard finding.judgement.verdict == .crossed, let loss = finding.loss, let close = loss.close,
            let request = steps.firstIndex(where: { $0.frame == loss.request.start.frame }),
            let closing = steps.firstIndex(where: { $0.frame == close.position.frame }), request != closing
        else { return nil }
        let sent = loss.request.start
        // What the server sent without the request, and the client had not when it sent that: a close may be an
        // alert and a FIN, or come behind an answer that nobody asked for.
        let otherCloses = steps.indices.filter { index in
            let step = steps[index]
            return index != closing && !step.isFromClient && step.isNews
                && !step.knows(sent.sequence) && !step.entry.sequence.precedes(sent.acknowledgment)
        }
        // What the client sent of the request, and behind it, without the close.
        let otherRequests = steps.indices.filter { index in
            let step = steps[index]
            return index > request && step.isFromClient && step.isNews && step.entry.payloadLength > 0
                && !step.knows(close.position.sequence)
        }
        requests = [request] + otherRequests
        closes = [closing] + otherCloses
    }

    /// The step at which it is drawn.
    var first: Int { min(requests[0], closes.reduce(closes[0], min)) }

    /// Whether the step at `index` is drawn as a part of it.
    func contains(_ index: Int) -> Bool { requests.contains(index) || closes.contains(index) }

    /// Its segments.
    func item(_ steps: [TimelineStep]) -> TimelineItem {
        .crossing(requests: requests.map { steps[$0] }, closes: closes.map { steps[$0] })
    }
}

extension TimelineStep {
    /// Whether it carries something for the first time.
    fileprivate var isNews: Bool { !isIdleTalk && !isRepeated }

    /// Whether its sender had the peer's byte `sequence` when it sent this; a segment without an acknowledgement
    /// number is taken to have had it.
    fileprivate func knows(_ sequence: SequenceNumber) -> Bool {
        entry.acknowledgment.map { sequence.precedes($0) } ?? true
    }
}
