import Wire

@testable import Messages

/// One side's HTTP/1 stream, whole and in pieces: the messages must be the same until framing is lost. A byte of
/// options and two of seed, then the stream.
func fuzzHTTP1(_ input: FuzzInput) {
    var input = input
    let options = input.byte()
    let seed = input.uint16()
    let isRequest = options & 1 == 0
    let method: RequestMethod = [.other, .head, .connect, .other][Int(options >> 1) & 3]
    let stream = input.rest
    let whole = framed([.bytes(stream)], isRequest, method, untilLost: true)
    let cut = framed(CutStream(stream, seed: seed, hasGaps: false).parts, isRequest, method, untilLost: true)
    require(whole.starts(with: cut) || cut.starts(with: whole), "whole: \(whole), in pieces: \(cut)")
    _ = framed(CutStream(stream, seed: seed, hasGaps: true).parts, isRequest, method, untilLost: false)
}

private enum Found: Equatable {
    case begin(Int)
    case head(status: Int, line: [UInt8]?)
    case end(Int)
    case switched
    case lost
}

/// What the framer finds in `parts`, the places counted from the start of the stream.
private func framed(
    _ parts: [CutStream.Part], _ isRequest: Bool, _ method: RequestMethod, untilLost: Bool
) -> [Found] {
    // Between two parts it is put away, as a conversation does.
    let role: Role = isRequest ? .client : .server
    var paused = PausedHTTP1Framer.between
    let apart = Apart(HTTP1Framers())
    var framer = HTTP1Framer(paused, role, in: apart)
    var head = HTTP1Head()
    var lines = RequestLines()
    var found: [Found] = []
    var base = 0

    func take(_ event: HTTP1Event, _ bytes: [UInt8], _ offset: Int) {
        switch event {
        case .begin(let at): found.append(.begin(base + at))
        case .head:
            let line = isRequest ? framer.keepLine(head, bytes.span, &lines) : nil
            found.append(.head(status: head.status, line: line.map { lines[$0] }))
            lines.release(line)
            if let next = framer.afterHead(offset) { take(next, bytes, offset) }
        case .end(let at): found.append(.end(base + at))
        case .switched: found.append(.switched)
        case .lost: found.append(.lost)
        }
    }
    for part in parts {
        framer = HTTP1Framer(paused, role, in: apart)
        defer {
            paused = PausedHTTP1Framer(framer)
            if paused == .within { apart.value[role] = framer }
        }
        switch part {
        case .bytes(let bytes):
            var offset = 0
            while let event = framer.next(bytes.span, &offset, &head, answering: method) {
                require((0...bytes.count).contains(offset), "the framer is outside of its piece")
                take(event, bytes, offset)
                // How it goes on from here depends on where the pieces begin.
                if untilLost, found.last == .lost { return found }
            }
            require(offset == bytes.count, "\(bytes.count - offset) bytes were left")
            base += bytes.count
        case .gap(let count):
            if let event = framer.skip(count) { take(event, [], 0) }
            base += count
        }
    }
    if let event = framer.finish() { take(event, [], 0) }
    return found
}
