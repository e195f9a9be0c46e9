import Capture
import Teardown
import Wire

/// Flows are tracked on the thread that reads the capture.
extension FlowTracker: FrameStage {
    /// Takes a frame, and makes events of it.
    public mutating func take(
        _ frame: Span<UInt8>, copiedTo offset: Int, _ info: FrameInfo, addingTo events: inout StreamEvents
    ) -> Bool {
        let before = events.frameBytes
        take(frame, at: offset, info, into: &events)
        return events.frameBytes > before
    }

    /// No events.
    public static func makeOutput() -> StreamEvents { StreamEvents() }

    /// Forgets the events.
    public static func empty(_ events: inout StreamEvents) { events.removeAll() }
}
