import Wire

/// Finds the connections that were captured on both sides of a NAT: two address pairs whose handshakes are the same
/// but for what a NAT changes.
package struct AddressTranslations {
    /// One address pair of a connection.
    package struct Name: Sendable {
        /// The flow with that pair.
        package var flow: Int
        /// Its client.
        package var client: Endpoint
        /// Its server.
        package var server: Endpoint
    }

    /// What a connection is called besides.
    package enum Names: Sendable {
        /// It is the first name; these are the further ones.
        case first([Name])
        /// It is a further name of this one, under which the connection is judged.
        case further(Name)
    }

    /// How far apart the copies of a connection's first packet are captured on both sides of a NAT.
    static let window: Nanoseconds = 1 * .second

    /// The further names by the first one's flow.
    private var further: [Int: [Name]] = [:]
    private var first: [Int: Name] = [:]

    /// The other names of a flow; nil for nearly all.
    func names(of flow: Int) -> Names? {
        if let name = first[flow] { return .further(name) }
        return further[flow].map(Names.first)
    }

    /// The flow is gone.
    mutating func forget(_ flow: Int) {
        guard !first.isEmpty else { return }
        first[flow] = nil
        further[flow] = nil
    }

    /// Two flows are one connection. Which handshake was complete first says nothing: the SYN,ACK comes to the server's
    /// side of the NAT first. The lowest number is the first name.
    mutating func join(_ known: Name, _ new: Name) {
        if let name = first[new.flow], name.flow == known.flow { return }
        let (lower, higher) = known.flow < new.flow ? (known, new) : (new, known)
        let names = (further.removeValue(forKey: higher.flow) ?? []) + [higher]
        further[lower.flow, default: []] += names
        further[lower.flow]?.sort { $0.flow < $1.flow }
        for name in names { first[name.flow] = lower }
    }
}
