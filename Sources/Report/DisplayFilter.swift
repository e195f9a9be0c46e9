import Flows
import Messages
import Teardown
import Wire

extension FlowFinding {
    /// A display filter to paste into Wireshark: the flow, from the first decisive frame on.
    ///
    /// What follows that frame is short, a connection ends with its lost request; what stands before it may be
    /// thousands of exchanges.
    public var displayFilter: String {
        let stream = "tcp.stream eq \(flow)"
        guard let decisive = decisiveFrames.min(), decisive > firstFrame else { return stream }
        return "\(stream) && frame.number >= \(decisive)"
    }

    /// The request's frame and the close's, where the verdict rests on them.
    var decisiveFrames: [Int] {
        if let loss {
            return [loss.request.start.frame, loss.close?.position.frame, loss.reset?.position.frame]
                .compactMap(\.self)
        }
        return [close?.signal.position.frame].compactMap(\.self)
    }
}
