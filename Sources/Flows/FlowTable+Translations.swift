import Wire

extension FlowTable {
    /// The other address pairs under which the connection at `place` was captured.
    package func otherNames(of place: Int) -> AddressTranslations.Names? {
        twins.names(of: connections[place].number)
    }

    /// A SYN of the flow at `place` was seen: with both sides' SYNs the handshake may be another flow's, too.
    mutating func noteSYN(_ place: Int) {
        guard let identity = connections[place].handshakeIdentity else { return }
        guard let known = handshakes[identity], isTwin(known, of: place, identity) else {
            return handshakes.remember(identity, place: place)
        }
        guard known != place else { return }
        twins.join(name(known), name(place))
        if connections[place].number < connections[known].number { handshakes.remember(identity, place: place) }
    }

    private func isTwin(_ known: Int, of place: Int, _ identity: UInt64) -> Bool {
        guard connections[known].isInUse, connections[known].handshakeIdentity == identity else { return false }
        let apart = connections[place].start.since(connections[known].start)
        return apart.magnitude <= AddressTranslations.window.magnitude
    }

    private func name(_ place: Int) -> AddressTranslations.Name {
        let (key, client) = (connections[place].key, connections[place].client)
        return AddressTranslations.Name(
            flow: connections[place].number, client: key.endpoint(client), server: key.endpoint(client.other))
    }
}
