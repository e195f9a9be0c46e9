import Wire

/// The two addresses of a connection as it keeps them. Those of IPv4 are here, in a quarter of the bytes that an
/// `IPAddress` takes; those of IPv6 would make every connection larger by 24 bytes of 192, and are in `AddressPairs`.
enum AddressPair {
    case v4(low: UInt32, high: UInt32)
    case wide(place: Int32)
}

/// The address pairs of all connections that are not IPv4's.
struct AddressPairs {
    private var pairs: ContiguousArray<(low: IPAddress, high: IPAddress)> = []
    private var free: [Int32] = []

    /// What a connection with the endpoints of `key` keeps of their addresses. It is to be removed with it.
    mutating func insert(_ key: FlowKey) -> AddressPair {
        if let low = key.lowAddress.v4, let high = key.highAddress.v4 { return .v4(low: low, high: high) }
        let pair = (low: key.lowAddress, high: key.highAddress)
        if let place = free.popLast() {
            pairs[Int(place)] = pair
            return .wide(place: place)
        }
        pairs.append(pair)
        return .wide(place: Int32(pairs.count - 1))
    }

    /// Gives the place of a pair back, if it has one.
    mutating func remove(_ pair: AddressPair) {
        if case .wide(let place) = pair { free.append(place) }
    }

    /// Whether `pair` has the addresses of `key`.
    @inline(__always)
    func isEqual(_ pair: AddressPair, to key: FlowKey) -> Bool {
        switch pair {
        case .v4(let low, let high):
            key.lowAddress == IPAddress(v4: low) && key.highAddress == IPAddress(v4: high)
        case .wide(let place):
            key.lowAddress == pairs[Int(place)].low && key.highAddress == pairs[Int(place)].high
        }
    }

    subscript(pair: AddressPair) -> (low: IPAddress, high: IPAddress) {
        switch pair {
        case .v4(let low, let high): (IPAddress(v4: low), IPAddress(v4: high))
        case .wide(let place): pairs[Int(place)]
        }
    }
}
