import Wire

extension Script {
    /// The frames that a capture at `point` has, in the order of its clock.
    ///
    /// - Parameter interfaces: on how many interfaces of its host the capture sees every packet (`-i any`).
    package func frames(
        at point: CapturePoint = .client, as builder: FrameBuilder = FrameBuilder(), interfaces: Int = 1
    ) -> [Frame] {
        var frames: [Frame] = []
        for segment in sent {
            guard let time = time(of: segment, at: point) else { continue }
            for copy in 0..<interfaces {
                var packet = segment.packet
                packet.hopLimit -= UInt8(copy)
                let delay = 15_000 * Nanoseconds(copy)
                frames.append(builder.frame(packet, time: Timestamp(nanoseconds: time + delay)))
            }
        }
        return frames.inTimeOrder()
    }

    private func time(of segment: Sent, at point: CapturePoint) -> Nanoseconds? {
        if segment.fate == .unseen { return nil }
        let sender: CapturePoint = segment.party == .client ? .client : .server
        if segment.isForged {
            return point == sender ? nil : segment.departure + (point == .middle ? oneWay / 2 : oneWay)
        }
        if point == sender { return segment.departure }
        if point == .middle { return segment.departure + oneWay / 2 }
        return segment.fate == .lost ? nil : segment.departure + oneWay
    }
}
