/// Colours of text reports. Off, nothing but text is written, so that a piped report has no escapes.
public struct Style: Sendable {
    /// What a piece of text is; colour is never the only carrier of a meaning.
    enum Tone: String {
        /// A heading.
        case heading = "1"
        /// A lost request.
        case bad = "31"
        /// Something that needs a look.
        case doubtful = "33"
        /// All is well.
        case good = "32"
        /// What may be passed over.
        case quiet = "2"
    }

    let isColoured: Bool

    private init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// Text alone.
    public static let plain = Style(isColoured: false)
    /// ECMA-48 colours, as every terminal has them.
    public static let coloured = Style(isColoured: true)

    /// `text` in a tone.
    func callAsFunction(_ tone: Tone, _ text: String) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
    }
}
