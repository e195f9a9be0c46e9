import Wire

/// What a segment is to the flows: its flow, its sender and what its payload is to the stream.
package struct Delivery {
    /// The flow's place in the table. It is the flow's until the table is told to `remove` it.
    package var flow: Int
    /// The side that sent the segment.
    package var side: Side
    /// Whether that is the client, as far as is known.
    package var isFromClient: Bool
    /// Whether only the ports tell which side is the client.
    package var isRoleGuessed: Bool
    /// Whether this is the flow's first segment.
    package var isNewFlow: Bool
    /// Whether the frame repeats a packet that another interface showed.
    package var isDuplicate: Bool
    /// Whether `takeReady` or `takeFinish` may have something.
    package var hasWaiting: Bool
    /// What the payload is to the stream.
    package var arrival: Arrival
    /// Whether `takeGaps` has what came to be missing before the payload.
    package var hasGap: Bool
    /// Whether some of that is missing in the segment's own stream.
    package var followsGap: Bool
}

/// What a segment shows to be missing. Hardly any shows something: it is not part of what is returned for each.
package struct StreamGaps {
    /// In its own side's stream, before its payload.
    package var own: StreamGap?
    /// In the other side's stream, before its payload.
    package var peer: StreamGap?
    /// Whether there is one.
    var isAny = false
}
