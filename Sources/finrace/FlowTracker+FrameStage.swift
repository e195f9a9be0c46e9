import Capture
import Teardown
import Wire

/// Flows are tracked on a second thread.
extension FlowTracker: FrameStage {
    /// Takes a frame, and makes events of it.
    public mutating func take(
        _ frame: Span<UInt8>, at offset: Int, _ info: FrameInfo, addingTo events: inout StreamEvents
    ) {
        _ = take(frame, at: offset, info, into: &events)
    }

    /// No events.
    public static func makeOutput() -> StreamEvents { StreamEvents() }

    /// Forgets the events.
    public static func empty(_ events: inout StreamEvents) { events.removeAll() }
}
