import Wire

/// What is made of frames, one after the other.
public protocol FrameStage: SendableMetatype {
    /// What it makes of some of them.
    associatedtype Output

    /// Takes the next frame.
    ///
    /// - Parameters:
    ///   - offset: where it stands among the bytes of its batch.
    ///   - output: to be added to.
    mutating func take(_ frame: Span<UInt8>, at offset: Int, _ info: FrameInfo, addingTo output: inout Output)

    /// Nothing so far.
    static func makeOutput() -> Output

    /// Takes the content out and keeps the memory.
    static func empty(_ output: inout Output)
}

/// The stage that makes nothing of frames: for a thread that does all of the analysis.
public struct FrameStore: FrameStage {
    /// A stage.
    public init() {}

    /// Nothing: the batch has the frame.
    public mutating func take(_ frame: Span<UInt8>, at offset: Int, _ info: FrameInfo, addingTo output: inout Void) {}

    /// Nothing.
    public static func makeOutput() {}

    /// Nothing.
    public static func empty(_ output: inout Void) {}
}
