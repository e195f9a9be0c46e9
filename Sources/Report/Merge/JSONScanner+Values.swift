import Diagnosis
import Wire

/// Values as they stand in reports.
extension JSONScanner {
    /// A count.
    mutating func count(upTo limit: Int = .largestCount) throws(JSONError) -> Int {
        try number("a count") { number in number.integer.flatMap { (0...limit).contains($0) ? $0 : nil } }
    }

    /// Seconds since the epoch.
    mutating func time() throws(JSONError) -> Timestamp {
        Timestamp(nanoseconds: try number("a time") { $0.nanoseconds })
    }

    /// A length of time in seconds.
    mutating func length() throws(JSONError) -> Nanoseconds {
        try number("a length of time") { number in number.nanoseconds.flatMap { $0 >= 0 ? $0 : nil } }
    }

    /// One of the words that `Word` has.
    mutating func word<Word: RawRepresentable<String>>(_: Word.Type = Word.self) throws(JSONError) -> Word {
        _ = try kind()
        let start = offset
        let text = try string()
        guard let word = Word(rawValue: text) else {
            throw JSONError(start, "a word that this version of finrace does not know")
        }
        return word
    }

    /// `{"ip":"10.1.2.3","port":46894}`.
    mutating func endpoint() throws(JSONError) -> Endpoint {
        _ = try kind()
        let start = offset
        var address: IPAddress?
        var port: UInt16?
        try enterObject()
        while let name = try nextMember() {
            switch name {
            case "ip": address = IPAddress(try string())
            case "port": port = UInt16(try count(upTo: Int(UInt16.max)))
            default: try skip()
            }
        }
        guard let address, let port else { throw JSONError(start, "an address and a port were expected") }
        return Endpoint(address: address, port: port)
    }

    /// `{"crossed":3,"unread":0}`; words that `Word` does not have are passed over.
    mutating func counts<Word: RawRepresentable<String> & Hashable>() throws(JSONError) -> [Word: Int] {
        var counts: [Word: Int] = [:]
        try enterObject()
        while let name = try nextMember() {
            guard let word = Word(rawValue: name) else {
                try skip()
                continue
            }
            counts[word] = try count()
        }
        return counts
    }

    private mutating func number<Value>(
        _ what: String, _ value: (JSONNumber) -> Value?
    ) throws(JSONError) -> Value {
        _ = try kind()
        let start = offset
        guard let value = value(try number()) else { throw JSONError(start, "\(what) was expected") }
        return value
    }
}
