import Glibc

/// What libFuzzer feeds: one parser, or the whole analyzer. Named by FUZZ_ENTRY in the environment.
///
/// An entry crashes on a finding: a trap of Swift's, an address that AddressSanitizer refuses, or a property that
/// does not hold (`require`).
enum FuzzEntry: String, CaseIterable {
    case frame
    case http1
    case http2
    case tls
    case pcapng
    case savefile
    case analyzer
    case report

    /// The entry of this process.
    static let current: FuzzEntry = {
        let name = unsafe getenv("FUZZ_ENTRY").map { unsafe String(cString: $0) } ?? ""
        guard let entry = FuzzEntry(rawValue: name) else {
            fatalError("set FUZZ_ENTRY to one of: \(allCases.map(\.rawValue).joined(separator: " "))")
        }
        return entry
    }()

    func run(_ input: FuzzInput) {
        switch self {
        case .frame: fuzzFrames(input)
        case .http1: fuzzHTTP1(input)
        case .http2: fuzzHTTP2(input)
        case .tls: fuzzTLS(input)
        case .pcapng: fuzzPcapng(input.rest)
        case .savefile: fuzzSavefile(input.rest)
        case .analyzer: fuzzAnalyzer(input)
        case .report: fuzzReports(input.rest)
        }
    }
}

/// Crashes with `message` where a property does not hold.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
