import Teardown

extension ServerMetrics {
    /// When the server closes idle connections, from the closes that were counted so far: what a report of the same
    /// connections says. Sorts some hundred of them, so that it is not for every packet.
    public var idleTimeouts: [IdleTimeout] { CloseCauses(recentCloses.map(CloseRecord.init)).timeouts }
}
