extension SavefileInput {
    /// Opens the savefile with the reader that its first bytes ask for.
    ///
    /// - Parameters:
    ///   - filter: an expression that frames must match, compiled for each of the file's link types.
    ///   - notes: where the reader writes what the file says beside its frames.
    func savefile(filter: String?, notes: CaptureNotes) throws(CaptureError) -> any Savefile {
        let stream = try SavefileStream(self)
        switch stream.format {
        case .pcap: return try PcapSavefile(stream, filter: filter, notes: notes)
        case .pcapng: return PcapngSavefile(stream, filter: filter, notes: notes)
        case .other(let refusal): throw stream.refusal(refusal)
        }
    }
}
