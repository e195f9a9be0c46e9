import TestSupport
import Testing
import Wire

@testable import Flows

/// What connections keep of their addresses.
struct AddressPairsTests {
    private static func key(_ low: IPAddress, _ high: IPAddress) -> FlowKey {
        FlowKey(lowAddress: low, highAddress: high, lowPort: 1, highPort: 2)
    }

    @Test func `pairs of any kind are told apart, and places are used again`() {
        var random = SeededRandom()
        // A few addresses that differ in one half, IPv4 and IPv6 mixed.
        let words: [UInt64] = [0, 1, 0xFFFF_0000_0001, 0xFFFF_0000_0002, .max]
        let addresses = words.flatMap { high in words.map { IPAddress(high: high, low: $0) } }
        var pairs = AddressPairs()
        var kept: [(pair: AddressPair, key: FlowKey)] = []
        var places: Set<Int32> = []
        for _ in 0..<300 {
            if random.oneIn(3), let index = kept.indices.randomElement(using: &random) {
                pairs.remove(kept.remove(at: index).pair)
            } else if kept.count < 50 {
                let (low, high) = (addresses[random.number(0...24)], addresses[random.number(0...24)])
                let key = Self.key(low, high)
                kept.append((pairs.insert(key), key))
                if case .wide(let place)? = kept.last?.pair { places.insert(place) }
            }
            let other = Self.key(addresses[random.number(0...24)], addresses[random.number(0...24)])
            for (pair, key) in kept {
                #expect(pairs[pair].low == key.lowAddress, "\(random)")
                #expect(pairs[pair].high == key.highAddress, "\(random)")
                #expect(pairs.isEqual(pair, to: key), "\(random)")
                #expect(pairs.isEqual(pair, to: other) == (other == key), "\(random)")
            }
        }
        #expect(places.count <= 50, "\(random)")
    }

    @Test func `two IPv4 addresses lie in the pair`() {
        var pairs = AddressPairs()
        let pair = pairs.insert(Self.key(IPAddress(v4: 1), IPAddress(v4: 2)))
        guard case .v4(1, 2) = pair else {
            Issue.record("not in the pair: \(pair)")
            return
        }
        #expect(MemoryLayout<AddressPair>.size == 9)
    }
}
