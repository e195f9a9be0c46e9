/// Two ways of feeding one parser that must agree and did not.
package struct IncrementalMismatch: Error, CustomStringConvertible {
    package let description: String
}

/// Feeds a piece-wise parser with `input` in every way that a network may cut it: whole, byte by byte, split in two
/// at every position, with bytes behind it, and ended at every position.
///
/// - Parameter parse: takes the pieces one after the other and returns the events with offsets from the start of
///   the input.
/// - Parameter trailing: bytes of a further message; what `input` gave must not change by them.
/// - Returns: the events of the whole input.
@discardableResult
package func verifyIncremental<Event: Equatable>(
    _ input: [UInt8], trailing: [UInt8] = [], parse: ([[UInt8]]) -> [Event]
) throws(IncrementalMismatch) -> [Event] {
    let whole = parse([input])
    func expect(_ events: [Event], _ how: String) throws(IncrementalMismatch) {
        guard events == whole else {
            throw IncrementalMismatch(description: "\(how): \(events), but whole: \(whole)")
        }
    }
    try expect(parse(input.map { [$0] }), "byte by byte")
    for split in 0...input.count {
        try expect(parse([Array(input[..<split]), Array(input[split...])]), "split at \(split)")
    }
    for end in 0..<input.count {
        let events = parse([Array(input[..<end])])
        guard events.count <= whole.count, events == Array(whole.prefix(events.count)) else {
            throw IncrementalMismatch(description: "ended at \(end): \(events), but whole: \(whole)")
        }
    }
    if !trailing.isEmpty {
        for pieces in [[input + trailing], [input, trailing], (input + trailing).map { [$0] }] {
            let events = parse(pieces)
            guard Array(events.prefix(whole.count)) == whole, events.count > whole.count else {
                throw IncrementalMismatch(description: "with bytes behind it: \(events), but alone: \(whole)")
            }
        }
    }
    return whole
}
