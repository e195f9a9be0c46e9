import Foundation
import Wire

/// Which address pairs a savefile has, and when: read without the code under test, to tell a connection that is not
/// in a file from one that the analyzer did not list.
struct LabPresence {
    private var times: [Set<LabEndpoint>: [Double]] = [:]
    /// The time of the first packet.
    private(set) var start = Double.infinity

    /// Reads a little-endian classic savefile of the lab: Ethernet, raw IP or Linux cooked, without IP options that
    /// matter here and without extension headers.
    init(_ url: URL) throws {
        let file = [UInt8](try Data(contentsOf: url))
        guard file.count >= 24 else { return }
        let fraction = file[0] == 0x4D ? 1e-9 : 1e-6
        let linkType = Self.littleEndian(file, 20)
        var offset = 24
        while offset + 16 <= file.count {
            let time = Double(Self.littleEndian(file, offset)) + Double(Self.littleEndian(file, offset + 4)) * fraction
            let length = Self.littleEndian(file, offset + 8)
            let packet = offset + 16
            offset = packet + length
            guard offset <= file.count else { return }
            start = min(start, time)
            let ip = packet + Self.headerLength(linkType)
            guard ip + 24 <= offset, let pair = Self.endpoints(file, ip, offset) else { continue }
            times[pair, default: []].append(time)
        }
    }

    /// Whether any packet between the two ends was captured at that time.
    func has(_ client: LabEndpoint, _ server: LabEndpoint, in span: ClosedRange<Double>) -> Bool {
        let near = (span.lowerBound - 3)...(span.upperBound + 3)
        return times[[client, server]]?.contains { near.contains($0) } ?? false
    }

    private static func headerLength(_ linkType: Int) -> Int {
        switch linkType {
        case 1: 14
        case 113: 16
        case 276: 20
        default: 0
        }
    }

    private static func endpoints(_ file: [UInt8], _ ip: Int, _ end: Int) -> Set<LabEndpoint>? {
        let addresses: [IPAddress]
        let tcp: Int
        switch file[ip] >> 4 {
        case 4 where file[ip + 9] == 6:
            addresses = [ip + 12, ip + 16].map { IPAddress(v4: UInt32(bigEndian(file, $0, 4))) }
            tcp = ip + Int(file[ip] & 15) * 4
        case 6 where ip + 40 <= end && file[ip + 6] == 6:
            addresses = [ip + 8, ip + 24].map {
                IPAddress(high: bigEndian(file, $0, 8), low: bigEndian(file, $0 + 8, 8))
            }
            tcp = ip + 40
        default:
            return nil
        }
        guard tcp + 4 <= end else { return nil }
        let ports = [tcp, tcp + 2].map { UInt16(bigEndian(file, $0, 2)) }
        return Set(zip(addresses, ports).map { LabEndpoint(Endpoint(address: $0, port: $1)) })
    }

    private static func littleEndian(_ file: [UInt8], _ offset: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
    }

    private static func bigEndian(_ file: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 << 8 | UInt64(file[offset + $1]) }
    }
}
