/// How much a report for people lists; what is beyond is counted.
public struct ReportExtent: Sendable {
    /// Races.
    public var races: Int
    /// Other failures, each with its reason.
    public var failures: Int
    /// Servers.
    public var servers: Int
    /// Servers with advice.
    var advice: Int
    /// Lines to copy for a side of them.
    var examples: Int
    /// Servers warned of where no request was lost.
    var warnings: Int
    /// Lines of an access log that no race explains.
    var otherLines: Int
    /// Whether each race has its proof below the table.
    var hasProofs: Bool

    /// A page: thousands of lines help nobody, and the other formats have them all.
    public static let brief = ReportExtent(
        races: 50, failures: 10, servers: 10, advice: 3, examples: 2, warnings: 3, otherLines: 5, hasProofs: false)

    /// What a page is scrolled through for, each race with its proof.
    public static let page = ReportExtent(
        races: 1_000, failures: 1_000, servers: 100, advice: 20, examples: .max, warnings: 20, otherLines: 100,
        hasProofs: true)

    /// All, for whoever asks for it (`-v`), as far as it fits into some ten megabytes: findings are held until the
    /// end, and what an access log brings has its own bound.
    public static let verbose = ReportExtent(
        races: 10_000, failures: 10_000, servers: 10_000, advice: 10_000, examples: .max, warnings: 10_000,
        otherLines: .max, hasProofs: true)
}
