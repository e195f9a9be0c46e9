/// How much a request in a log looks like one on the wire, the surest first.
///
/// They need not be equal: a proxy logs the path that its client sent, and may send another one on. Rewriting a prefix
/// is what routes do, so that the end of the path stays.
enum RequestLikeness: Comparable {
    /// Method and target are the same.
    case same
    /// The method, and the last parts of the path, of so many bytes.
    case sameEnd(Int)

    /// How alike they are; nil where nothing says that they are one request.
    ///
    /// - Parameter line: method and target as they stood on the wire, perhaps cut.
    init?(_ logged: AccessLogLine, _ line: [UInt8]) {
        guard let method = logged.method, let target = logged.target,
            let space = line.firstIndex(of: UInt8(ascii: " ")), line[..<space].elementsEqual(method)
        else { return nil }
        let sent = line[(space + 1)...]
        let isCut = line.count >= AccessLogLine.maximumTarget
        if isCut ? target.starts(with: sent) : sent.elementsEqual(target) {
            self = .same
            return
        }
        let common = zip(sent.reversed(), target.reversed()).prefix { $0 == $1 }.count
        // Of what is alike only whole parts count: /users/17 is not /orders/17.
        let end = sent.suffix(common)
        guard !isCut, let slash = end.firstIndex(of: UInt8(ascii: "/")), end.endIndex - slash > 1 else { return nil }
        self = .sameEnd(end.endIndex - slash)
    }

    static func < (left: RequestLikeness, right: RequestLikeness) -> Bool {
        switch (left, right) {
        case (.same, .same), (.sameEnd, .same): false
        case (.same, .sameEnd): true
        case (.sameEnd(let left), .sameEnd(let right)): left > right
        }
    }
}
