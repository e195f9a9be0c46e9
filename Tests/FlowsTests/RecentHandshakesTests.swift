import TestSupport
import Testing

@testable import Flows

/// Which handshakes are remembered.
struct RecentHandshakesTests {
    @Test func `a handshake is known after a thousand others, by its newest place`() {
        var random = SeededRandom()
        let seed = random.seed
        var handshakes = RecentHandshakes()
        var known: [UInt64] = []
        var forgotten = 0
        for place in 0..<20_000 {
            let identity = UInt64.random(in: .min ... .max, using: &random)
            #expect(handshakes[identity] == nil, "FINRACE_SEED=\(seed)")
            handshakes.remember(identity, place: place, number: place + 1)
            known.append(identity)
            guard place >= 1000 else { continue }
            let found = handshakes[known[place - 1000]]
            if let found {
                #expect(found.place == place - 1000 && found.number == UInt32(place - 999), "FINRACE_SEED=\(seed)")
            } else {
                forgotten += 1
            }
        }
        // Four others come to the same place by chance: one in 8,000 (Poisson, 1000 handshakes on 4096 places).
        #expect(forgotten < 19, "FINRACE_SEED=\(seed)")
        handshakes.remember(known[19_500], place: 7, number: 7)
        #expect(handshakes[known[19_500]]?.place == 7)
    }

    @Test func `no handshake is none of those that were not seen`() {
        #expect(RecentHandshakes()[0] == nil)
    }

    @Test func `of a fifth with the same place the first is forgotten`() {
        var handshakes = RecentHandshakes()
        let alike = (1...5).map { UInt64($0 * RecentHandshakes.capacity) }
        for (place, identity) in alike.enumerated() { handshakes.remember(identity, place: place, number: place + 1) }
        #expect(alike.map { handshakes[$0]?.place } == [nil, 1, 2, 3, 4])
    }
}
