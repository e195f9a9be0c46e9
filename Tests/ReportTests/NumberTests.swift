import Testing
import Wire

@testable import Report

@Suite("Numbers")
struct NumberTests {
    @Test(
        "Times have exactly the digits of the capture",
        arguments: [
            (0, 6, "0.000000"), (1, 9, "0.000000001"), (1_999, 6, "0.000001"),
            (1_795_224_970_550_000_000, 6, "1795224970.550000"),
            (1_795_224_970_550_000_001, 9, "1795224970.550000001"),
            (-1, 9, "-0.000000001"), (-1_500_000_000, 6, "-1.500000"), (Int64.max, 9, "9223372036.854775807"),
            (Int64.min, 9, "-9223372036.854775808"),
        ])
    func times(nanoseconds: Int64, digits: Int, text: String) {
        var bytes: [UInt8] = []
        bytes.append(seconds: nanoseconds, digits: digits)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test(
        "Lengths of time are exact and have no zeros at their end",
        arguments: [
            (0, "0"), (5_000_000_000, "5"), (20_417_000, "0.020417"), (-340_000, "-0.00034"), (1, "0.000000001"),
            (10_000_000_000, "10"), (Int64.min, "-9223372036.854775808"),
        ])
    func lengths(nanoseconds: Int64, text: String) {
        var bytes: [UInt8] = []
        bytes.append(seconds: nanoseconds)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test(arguments: [(UInt64.max, "18446744073709551615"), (0, "0"), (10, "10"), (1_000_000, "1000000")])
    func integers(value: UInt64, text: String) {
        var bytes: [UInt8] = []
        bytes.append(decimal: value)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test(
        "A length of time is cut and never rounded up",
        arguments: [
            (4_999_999_999, "4.999 s"), (5_000_000_000, "5.000 s"), (999_999_999, "999 ms"), (20_417_000, "20.4 ms"),
            (1_299_999, "1.29 ms"), (999_999, "999 µs"), (8_000, "8 µs"), (80, "80 ns"), (0, "0 s"),
            (-20_417_000, "−20.4 ms"), (3_600_004_000_000, "3,600.004 s"),
        ])
    func durations(nanoseconds: Int64, text: String) {
        #expect(Units.duration(nanoseconds) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1_208, "1,208"), (7_200_000, "7,200,000"), (-1_000, "-1,000")])
    func counts(value: Int, text: String) {
        #expect(Units.count(value) == text)
    }

    @Test func ranges() {
        #expect(Units.range(5_000_000_000...5_004_900_000) == "5.000–5.004 s")
        #expect(Units.range(5_000_000_000...5_000_900_000) == "5.000 s")
        #expect(Units.range(900_000_000...5_000_000_000) == "900 ms – 5.000 s")
    }

    @Test(arguments: [(12, "12 bytes"), (1_000, "1.0 kB"), (4_190_000, "4.1 MB"), (1_500_000_000_000, "1.5 TB")])
    func sizes(value: UInt64, text: String) {
        #expect(Units.size(value) == text)
    }

    @Test(
        "Dates are those of the Gregorian calendar in UTC",
        arguments: [
            (0, "1970-01-01", "00:00:00.000"), (-1, "1969-12-31", "23:59:59.999"),
            (951_782_400_123_000_000, "2000-02-29", "00:00:00.123"),
            (1_795_224_970_550_000_000, "2026-11-21", "01:36:10.550"),
            (4_107_542_399_000_000_000, "2100-02-28", "23:59:59.000"),
        ])
    func dates(nanoseconds: Int64, date: String, time: String) {
        let calendar = CalendarTime(Timestamp(nanoseconds: nanoseconds))
        #expect(calendar.date == date)
        #expect(calendar.time == time)
    }
}

@Suite("Progress")
struct ProgressTextTests {
    private static let second = 1 * Nanoseconds.second

    @Test(
        "tells what is known",
        arguments: [
            // Bytes, of all, frames, seconds, line.
            (412_000_000, 1_500_000_000, 3_612_345, 1, "412.0 MB of 1.5 GB (27 %), 3,600,000 packets/s, 3 s left"),
            (0, 1000, 0, 1, "0 bytes of 1.0 kB (0 %)"),
            (500, 1000, 149, 100, "500 bytes of 1.0 kB (50 %), 1 packets/s, 1 min 40 s left"),
            (1000, 1000, 1234, 2, "1.0 kB of 1.0 kB (100 %), 610 packets/s"),
            // It grew meanwhile.
            (1200, 1000, 1234, 2, "1.0 kB of 1.0 kB (100 %), 610 packets/s"),
            (0, 0, 0, 2, "0 bytes of 0 bytes"),
            (1, 1_000_000_000_000, 1, 1, "1 byte of 1.0 TB (0 %), 1 packets/s"),
            (0, nil, 12_400_000, 10, "12,400,000 packets, 1,200,000 packets/s"),
            (7, nil, 0, 1, "reading"),
            (Int.max, Int.max, Int.max, 1, "9,223,372.0 TB of 9,223,372.0 TB (100 %), 0 packets/s"),
        ] as [(Int, Int?, Int, Int64, String)])
    func line(read: Int, total: Int?, frames: Int, seconds: Int64, text: String) {
        #expect(ProgressText.line(bytesRead: read, of: total, frames: frames, after: seconds * Self.second) == text)
    }

    @Test("takes a clock that stands still")
    func stopped() {
        #expect(ProgressText.line(bytesRead: 1, of: 2, frames: 1, after: 0).hasPrefix("1 byte of 2 bytes (50 %)"))
        #expect(ProgressText.line(bytesRead: -1, of: -1, frames: -1, after: -1) == "0 bytes of 0 bytes")
    }
}
