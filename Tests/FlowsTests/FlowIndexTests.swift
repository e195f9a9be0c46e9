import TestSupport
import Testing
import Wire

@testable import Flows

/// The index from endpoints to flow numbers, against a dictionary.
struct FlowIndexTests {
    /// An index with the keys that its flows have.
    private struct Indexed {
        var index = FlowIndex()
        var keys: [FlowKey] = []

        func find(_ key: FlowKey) -> Int? {
            let hash = index.hash(key)
            return index.find(hash) { keys[$0] == key }
        }

        mutating func remove(_ key: FlowKey, _ place: Int) {
            index.remove(index.hash(key), place: place)
        }

        /// A new flow for `key`, in place of `old` where there is one.
        mutating func add(_ key: FlowKey, replacing old: Int?) {
            let number = keys.count
            keys.append(key)
            let hash = index.hash(key)
            if let old {
                index.replace(hash, old: old, with: number)
            } else {
                index.insert(hash, place: number)
            }
        }
    }

    @Test func `taking slots out leaves every other one to be found`() {
        var indexed = Indexed()
        for number in 0..<700 { indexed.add(key(number), replacing: nil) }
        for number in stride(from: 0, to: 700, by: 2) { indexed.remove(key(number), number) }
        for number in 0..<700 { #expect(indexed.find(key(number)) == (number % 2 == 0 ? nil : number)) }
    }

    private func key(_ number: Int) -> FlowKey {
        FlowKey(
            lowAddress: IPAddress(v4: 0x0A00_0000 | UInt32(number >> 12)), highAddress: IPAddress(v4: 0x0A80_0001),
            lowPort: UInt16(truncatingIfNeeded: number & 0xFFF), highPort: 80)
    }

    @Test func `every key is found after growth, and no other`() {
        var indexed = Indexed()
        let count = 5000
        for number in 0..<count {
            #expect(indexed.find(key(number)) == nil)
            indexed.add(key(number), replacing: nil)
        }
        for number in 0..<count { #expect(indexed.find(key(number)) == number) }
        for number in count..<count + 500 { #expect(indexed.find(key(number)) == nil) }
    }

    @Test func `a dictionary says the same`() {
        var random = SeededRandom()
        let seed = random.seed
        var indexed = Indexed()
        var model: [FlowKey: Int] = [:]
        for _ in 0..<9000 {
            let key = key(random.number(0...3000))
            let found = indexed.find(key)
            #expect(found == model[key], "FINRACE_SEED=\(seed)")
            if let found, random.oneIn(3) {
                model[key] = nil
                indexed.remove(key, found)
            } else if found == nil || random.oneIn(3) {
                model[key] = indexed.keys.count
                indexed.add(key, replacing: found)
            }
        }
        for number in 0...3000 {
            let key = key(number)
            #expect(indexed.find(key) == model[key], "FINRACE_SEED=\(seed)")
        }
        for (key, number) in model { #expect(indexed.find(key) == number, "FINRACE_SEED=\(seed)") }
    }

    @Test func `both directions have one key and opposite sides`() throws {
        var random = SeededRandom()
        for _ in 0..<200 {
            func endpoint() -> Endpoint {
                let address =
                    random.oneIn(2)
                    ? IPAddress(v4: UInt32(random.number(1...3)))
                    : IPAddress(high: UInt64(random.number(1...2)), low: UInt64(random.number(1...2)))
                return Endpoint(address: address, port: UInt16(random.number(1...3)))
            }
            let (one, two) = (endpoint(), endpoint())
            guard one != two, (one.address.v4 == nil) == (two.address.v4 == nil) else { continue }
            let forth = try FrameBuilder().frame(TCPPacket(from: one, to: two)).decoded().get()
            let back = try FrameBuilder().frame(TCPPacket(from: two, to: one)).decoded().get()
            let (key, side) = FlowKey.of(forth)
            let (otherKey, otherSide) = FlowKey.of(back)
            #expect(key == otherKey, "FINRACE_SEED=\(random.seed)")
            #expect(side == otherSide.other, "FINRACE_SEED=\(random.seed)")
            #expect(key.endpoint(side) == one, "FINRACE_SEED=\(random.seed)")
            #expect(key.endpoint(otherSide) == two, "FINRACE_SEED=\(random.seed)")
        }
    }

    @Test func `the hash depends on every part of the key and on the secret`() {
        let base = key(1)
        var variants = [base, base, base, base, base]
        variants[1].lowPort += 1
        variants[2].highPort += 1
        variants[3].lowAddress.low += 1
        variants[4].highAddress.high += 1
        #expect(Set(variants.map { $0.hash(secret: 42) }).count == 5)
        #expect(base.hash(secret: 1) != base.hash(secret: 2))
        #expect(base.hash(secret: 7) == base.hash(secret: 7))
    }
}
