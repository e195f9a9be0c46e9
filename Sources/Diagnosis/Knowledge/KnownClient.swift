/// Software that pools connections.
struct KnownClient: Sendable {
    /// What it is called.
    var name: String
    /// After how many milliseconds it closes an idle connection when nothing is configured; nil for never.
    var idleLimit: Int64?
    /// The setting of that.
    var setting: String
    /// A line that sets it; `{s}` stands for the seconds and `{ms}` for the milliseconds.
    var example: String
    /// What it says when a request is lost.
    var symptom: String
    /// Which requests it repeats by itself.
    var retries: String
    /// A line that makes it repeat lost requests; nil where nobody looked, or there is none.
    var retryExample: String?
    /// Where this is from.
    var source: String
    /// Whether somebody looked.
    var isVerified = true
}
