/// The names of the reports that the flows of one are from: its own first, then those that an earlier merge wrote.
struct ReportNames: Sendable {
    private(set) var list: [String]
    private var places: [String: Int] = [:]

    init(_ own: String) {
        list = [own]
    }

    /// The place of a name that a flow has; one that is new is added.
    mutating func index(of name: String) -> Int {
        // Flows of one report follow each other.
        if list.count > 1, list.last == name { return list.count - 1 }
        if let place = places[name] { return place }
        list.append(name)
        places[name] = list.count - 1
        return list.count - 1
    }
}
