import Foundation
import Testing
import Wire

@testable import Capture

@Suite("pcapng: the same frames as libpcap")
struct PcapngLibpcapTests {
    /// What libpcap makes of a file; nil when it refuses it or finds it damaged.
    private func libpcap(_ path: String) -> [SavefileFrame]? {
        var frames: [SavefileFrame] = []
        do {
            let file = try PcapSavefile(SavefileStream(SavefileInput(path)), filter: nil, notes: CaptureNotes())
            var number = 0
            var batch = FrameBatch()
            while try file.advance() {
                let isEnd = try file.addFrames(&number, to: &batch)
                batch.forEachFrame { bytes, _, info in frames.append(SavefileFrame(bytes, info)) }
                batch.removeAll()
                if isEnd { break }
            }
            return frames
        } catch {
            return nil
        }
    }

    @Test("Made files, in both byte orders and several clocks", arguments: [false, true])
    func madeFiles(isBigEndian: Bool) throws {
        try withDirectory { directory in
            for resolution in [6, 9, 3, 0, 10, 0x80 | 20, 0x80 | 30] as [UInt8] {
                var file = PcapngFile(isBigEndian: isBigEndian)
                file.section()
                file.interface(113, options: [.name("any"), .resolution(resolution)])
                for length in 0..<40 {
                    let bytes = (0..<UInt8(length)).map { $0 }
                    file.packet(bytes, ticks: UInt64(length) << 20 | 0x155, wireLength: 100, [.comment("x")])
                    file.oldPacket(bytes, ticks: UInt64(length) << 21)
                    if length > 0 { file.simplePacket(bytes) }
                }
                try write(file.bytes, to: directory + "/a.pcapng")
                let expected = try #require(libpcap(directory + "/a.pcapng"))
                let content = try SavefileContent([directory + "/a.pcapng"])
                #expect(content.problems.isEmpty)
                #expect(content.frames.count == expected.count)
                for (frame, other) in zip(content.frames, expected) {
                    #expect(frame == other, "if_tsresol \(resolution)")
                }
            }
        }
    }

    /// The public test captures beside the project, where a checkout has them.
    static let corpus: [String] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/corpus")
        let entries = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        let paths = (entries?.compactMap { ($0 as? URL)?.path } ?? []).sorted().filter { path in
            let head = FileHandle(forReadingAtPath: path).flatMap { try? $0.read(upToCount: 4) }
            return head == Data([0x0A, 0x0D, 0x0D, 0x0A])
        }
        if paths.isEmpty { print("corpus not present: pcapng is compared with libpcap on made files only") }
        return paths
    }()

    @Test("Public captures that libpcap reads to their end", arguments: corpus)
    func publicCaptures(path: String) throws {
        guard let expected = libpcap(path) else { return }
        let content = try SavefileContent([path])
        #expect(content.problems.isEmpty)
        #expect(content.frames.count == expected.count)
        for (var frame, other) in zip(content.frames, expected) {
            // libpcap does not count custom blocks, which Wireshark does.
            frame.number = other.number
            #expect(frame == other)
        }
    }
}
