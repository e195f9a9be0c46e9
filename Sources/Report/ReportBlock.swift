/// A piece of a report for people, before it is known whether it becomes text or a page.
enum ReportBlock {
    /// What the blocks below it are about.
    case heading(String)
    /// Sentences.
    case paragraph(String, Style.Tone?, indent: Int)
    /// What stays in one line: a command to be copied, the title of what follows.
    case line(String, indent: Int)
    /// Rows under titles.
    case table(TextTable)
    /// What words of a table mean.
    case legend([(word: String, meaning: String)])
    /// Sentences behind a word that stands in the margin, and lines to be copied below them.
    case advice(word: String, [String], examples: [String])
    /// One connection: what it is, in a line, and what is to be said of it.
    case flow(Int, String, Style.Tone?, [ReportBlock])
    /// A line left free.
    case space
}
