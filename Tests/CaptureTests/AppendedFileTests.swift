import Foundation
import TestSupport
import Testing

@testable import Capture

/// A key log is read on as it grows, line by line.
struct AppendedFileTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func append(_ text: String, to file: URL) throws {
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    @Test func `lines come once, when they are complete`() throws {
        try Places.withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("keys.log")
            var appended = AppendedFile(file.path)
            #expect(text(appended.readOn()) == "")
            try Data("one\ntw".utf8).write(to: file)
            #expect(text(appended.readOn()) == "one\n")
            #expect(text(appended.readOn()) == "")
            try append("o\nthree", to: file)
            #expect(text(appended.readOn()) == "two\n")
            try append("\n\n", to: file)
            #expect(text(appended.readOn()) == "three\n\n")
        }
    }

    @Test func `a file that was begun anew is read from its beginning`() throws {
        try Places.withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("keys.log")
            var appended = AppendedFile(file.path)
            try Data("one\ntwo\nhalf".utf8).write(to: file)
            #expect(text(appended.readOn()) == "one\ntwo\n")
            try Data("new\n".utf8).write(to: file)
            #expect(text(appended.readOn()) == "new\n")
        }
    }

    @Test func `what is no file gives nothing`() {
        var appended = AppendedFile("/")
        #expect(appended.readOn() == [])
    }

    @Test func `lines at every split`() {
        let whole = [UInt8](text: "a\n\nbcd\nef")
        for split in 0...whole.count {
            var lines = AppendedLines()
            let found = lines.take(whole[..<split]) + lines.take(whole[split...])
            #expect(text(found) == "a\n\nbcd\n")
            #expect(lines.start(inFileOf: whole.count) == whole.count)
        }
    }

    @Test func `a line without an end is not collected for ever`() {
        var lines = AppendedLines()
        let part = [UInt8](repeating: 0x61, count: 40000)
        #expect(lines.take(part[...]) == [])
        #expect(lines.take(part[...]).count == 80000)
        #expect(lines.take([0x62, 10]) == [0x62, 10])
    }
}
