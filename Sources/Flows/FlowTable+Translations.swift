import Wire

extension FlowTable {
    /// The other address pairs under which the connection at `place` was captured.
    package func otherNames(of place: Int) -> AddressTranslations.Names? {
        twins.names(of: connections[place].number)
    }

    /// A SYN of the flow at `place` was seen: with both sides' SYNs the handshake may be another flow's, too.
    mutating func noteSYN(_ place: Int) {
        guard let identity = connections[place].handshakeIdentity else { return }
        let number = connections[place].number
        guard let known = handshakes[identity], isTwin(known, of: place) else {
            return handshakes.remember(identity, place: place, number: number)
        }
        guard known.place != place else { return }
        twins.join(name(known.place), name(place))
        if number < connections[known.place].number {
            handshakes.remember(identity, place: place, number: number)
        }
    }

    private func isTwin(_ known: (place: Int, number: UInt32), of place: Int) -> Bool {
        let other = known.place
        guard connections[other].isInUse, UInt32(truncatingIfNeeded: connections[other].number) == known.number else {
            return false
        }
        return connections[place].start.since(connections[other].start).magnitude
            <= AddressTranslations.window.magnitude
    }

    private func name(_ place: Int) -> AddressTranslations.Name {
        let (key, client) = (key(of: place), connections[place].client)
        return AddressTranslations.Name(
            flow: connections[place].number, client: key.endpoint(client), server: key.endpoint(client.other))
    }
}
