import Wire

/// The names of one connection on both sides of a NAT, while the capture goes on.
extension FlowTable {
    /// The first flow that is the same connection as `flow`: its own number, mostly. Flows begin in the order of their
    /// numbers, so that only those of the same second are looked at.
    package func firstName(of flow: Int) -> Int {
        guard let identity = connections[flow].natIdentity else { return flow }
        var first = flow
        var candidate = flow - 1
        while candidate >= 0, isNear(candidate, first) {
            if connections[candidate].natIdentity == identity { first = candidate }
            candidate -= 1
        }
        return first
    }

    /// The flows after `flow` that are the same connection.
    package func otherNames(of flow: Int) -> [Int] {
        guard let identity = connections[flow].natIdentity else { return [] }
        var names: [Int] = []
        var candidate = flow + 1
        while candidate < connections.count, isNear(candidate, flow) {
            if connections[candidate].natIdentity == identity { names.append(candidate) }
            candidate += 1
        }
        return names
    }

    private func isNear(_ candidate: Int, _ flow: Int) -> Bool {
        abs(connections[candidate].start.since(connections[flow].start)) <= Self.natWindow
    }
}

extension Connection {
    /// Whether bytes wait behind a hole in either stream.
    package var hasHole: Bool { self[.low].hasHole || self[.high].hasHole }
}
