import Capture
import Teardown
import Wire

/// Flows are tracked on the thread that reads the capture.
extension FlowTracker: FrameStage {
    public mutating func take(
        _ frame: Span<UInt8>, copiedTo offset: Int, _ info: FrameInfo, addingTo events: inout StreamEvents
    ) -> Bool {
        let before = events.frameBytes
        take(frame, at: offset, info, into: &events)
        return events.frameBytes > before
    }

    public static func makeOutput() -> StreamEvents { StreamEvents() }

    public static func empty(_ events: inout StreamEvents) { events.removeAll() }
}
