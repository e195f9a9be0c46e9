extension FlowTable {
    /// The places of all flows, in the order of their numbers; those left out that were only quoted.
    ///
    /// Narrow, in one piece and sorted where they are: of a million flows all else takes memory beside them.
    package var places: [Int32] {
        var places: [Int32] = []
        places.reserveCapacity(heldCount)
        for place in connections.indices where connections[place].isInUse && !connections[place].isOnlyQuoted {
            places.append(Int32(place))
        }
        places.sort { connections[Int($0)].number < connections[Int($1)].number }
        return places
    }

    /// The flow that has been closed for longest, if more closed ones are kept than there may be. The caller removes
    /// it.
    package mutating func nextRetired() -> Int? {
        while let candidate = closed.next() {
            let place = Int(candidate.place)
            guard connections[place].isInUse, connections[place].number == candidate.number else { continue }
            if !isClosed(place) {
                connections[place].isRetiring = false
            } else if connections[place].lastFrame != candidate.lastFrame {
                // Something came since, if only the last acknowledgement: it stays for another round.
                closed.append(connections[place], place: place)
            } else {
                return place
            }
        }
        return nil
    }

    /// The flows that were silent for longest, if there are more than there may be: about a 64th of all. The
    /// caller removes them. No time ends a flow, as idleness is what finrace looks for.
    package func leastRecentlyActive() -> [Int] {
        guard heldCount > maximumFlows else { return [] }
        // Which flows go is exact, how many is estimated: a sample tells the frame before which a 64th was last seen.
        let step = max(1, connections.count / 4096)
        let sample = stride(from: 0, to: connections.count, by: step).lazy.filter { connections[$0].isInUse }
            .map { connections[$0].lastFrame }.sorted()
        guard !sample.isEmpty else { return [] }
        let limit = sample[sample.count / 64]
        return connections.indices.filter { connections[$0].isInUse && connections[$0].lastFrame <= limit }
    }

    /// Forgets the flow at `place`.
    package mutating func remove(_ place: Int) {
        let key = key(of: place)
        let hash = index.hash(key)
        if let newest = find(key, hash) {
            if newest == place {
                index.remove(hash, place: place)
            } else if Int(connections[newest].previous) == place {
                connections[newest].previous = -1
            }
        }
        addresses.remove(connections[place].addresses)
        marks.remove(connections[place].newestMark)
        twins.forget(connections[place].number)
        for side in [Side.low, .high] {
            if connections[place][side].hasHole { queues.remove(Self.half(place, side)) }
            if !skipped.isEmpty { skipped[Self.half(place, side)] = nil }
        }
        connections[place].isInUse = false
        free.append(Int32(place))
    }

    /// Flows in the table.
    package var heldCount: Int { connections.count - free.count }

    /// Whether both sides have ended their streams, or one has reset the connection.
    func isClosed(_ place: Int) -> Bool {
        if connections[place][.low].hasFIN, connections[place][.high].hasFIN { return true }
        let newest = connections[place].newestMark
        return marks.resets(of: .low, from: newest) > 0 || marks.resets(of: .high, from: newest) > 0
    }
}
