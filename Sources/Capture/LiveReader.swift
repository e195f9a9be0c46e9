import Glibc
import Wire

/// Several interfaces captured on as one, frames in the order of time.
///
/// The kernel hands frames over in blocks, an interface at a time: without an order, the copies of one packet on two
/// interfaces would stand up to a block's time apart. So a frame waits until every other interface has a later one, or
/// has been found empty for as long as the kernel may gather. One interface waits for nothing.
public final class LiveReader {
    private let devices: [LiveDevice]
    private var frameNumber = 0
    /// By device: up to this time all of its frames have been seen.
    private var watermarks: [Timestamp]
    /// What became of interfaces since `takeEvents`.
    private var events: [LiveEvent] = []

    /// How long a frame may lie in the kernel's buffer: two gathering times, the second for a busy machine.
    private static let gatherTime = Nanoseconds(gatherMilliseconds) * .millisecond
    /// The same in milliseconds.
    public static let gatherMilliseconds = LiveSettings.gatherMilliseconds * 2
    /// A frame this far ahead of the clock was stamped before someone set the clock back: it waits for nothing.
    private static let clockStep: Nanoseconds = 1 * .second

    /// Opens every interface of `names`.
    ///
    /// - Throws: why one of them cannot be captured on, or what is wrong with the filter.
    public init(_ names: [String], _ settings: LiveSettings, filter: String?) throws(CaptureError) {
        var devices: [LiveDevice] = []
        for name in names { devices.append(try LiveDevice(name, settings, filter: filter)) }
        self.devices = devices
        watermarks = devices.map { _ in Timestamp(nanoseconds: .min) }
    }

    /// The interfaces' names.
    public var names: [String] { devices.map(\.name) }
    /// Their link types, each once.
    public var linkTypes: [LinkType] {
        devices.reduce(into: []) { if !$0.contains($1.linkType) { $0.append($1.linkType) } }
    }
    /// Frames lent so far.
    public var frameCount: Int { frameNumber }
    /// Whether any interface can still give frames, perhaps after it has returned.
    public var isAlive: Bool { devices.contains { $0.phase != .failed } }
    /// Whether any interface gives frames now.
    public var isRunning: Bool { devices.contains { $0.phase == .running } }

    /// Lends the frames that are there, `limit` at most.
    ///
    /// - Parameter isFinal: whether frames that wait for another interface's are to go, too.
    /// - Returns: whether there may be more at once.
    public func forEachFrame(
        limit: Int, isFinal: Bool = false, _ body: (Span<UInt8>, FrameInfo) -> Void
    ) -> Bool {
        var count = 0
        if devices.count == 1 {
            let device = devices[0]
            while count < limit {
                note(device.advance())
                guard device.hasFrame else { return false }
                count += 1
                frameNumber += 1
                device.lend(number: frameNumber, body)
            }
            return true
        }
        let now = SystemClock.wallTime
        while count < limit, let device = earliest(now, isFinal) {
            count += 1
            frameNumber += 1
            device.lend(number: frameNumber, body)
        }
        return count == limit
    }

    /// The device with the earliest frame, when none of the others can have an earlier one.
    private func earliest(_ now: Timestamp, _ isFinal: Bool) -> LiveDevice? {
        var earliest: LiveDevice?
        var time = Timestamp(nanoseconds: .max)
        var complete = Timestamp(nanoseconds: .max)
        for (index, device) in devices.enumerated() {
            note(device.advance())
            if device.hasFrame {
                if device.time < time { (earliest, time) = (device, device.time) }
            } else if device.phase == .running {
                watermarks[index] = Timestamp(nanoseconds: now.nanoseconds &- Self.gatherTime)
                if watermarks[index] < complete { complete = watermarks[index] }
            }
        }
        guard !isFinal, complete < time, time.since(now) < Self.clockStep else { return earliest }
        return nil
    }

    private func note(_ event: LiveEvent?) {
        if let event { events.append(event) }
    }

    /// Looks whether the interfaces are up.
    ///
    /// - Parameter revives: whether those that were away are to be captured on again.
    public func look(revives: Bool) {
        for device in devices { note(device.look(revives: revives)) }
    }

    /// What became of interfaces since this was asked last.
    public func takeEvents() -> [LiveEvent] {
        defer { events.removeAll() }
        return events
    }

    /// Waits until a frame or a signal is there, `milliseconds` at most.
    public func wait(milliseconds: Int32, orFor signals: SignalQueue) {
        // An interface that is down has an error to tell, again and again: it is asked by the clock.
        let readable = devices.filter { $0.phase == .running }.map(\.descriptor) + [signals.descriptor]
        var descriptors = readable.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        // Frames that wait for another interface's must not wait for its next.
        let isHolding = devices.contains(where: \.hasFrame)
        let limit = isHolding ? min(milliseconds, LiveSettings.gatherMilliseconds / 4) : milliseconds
        if isHolding { descriptors = [pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)] }
        _ = unsafe poll(&descriptors, nfds_t(descriptors.count), limit)
    }

    /// What all interfaces lost so far.
    public func dropCounts() -> DropCounts {
        devices.reduce(into: DropCounts()) { sum, device in
            let counts = device.dropCounts()
            sum.kernel += counts.kernel
            sum.interface += counts.interface
        }
    }
}
