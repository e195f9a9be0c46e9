import CPcap
import Wire

/// libpcap has numbers of its own for link types (`DLT_…`), which differ from those in savefiles where systems
/// once disagreed.
extension LinkType {
    private static let differing: [(registry: UInt32, dlt: Int32)] = [
        (100, DLT_ATM_RFC1483), (101, DLT_RAW), (102, DLT_SLIP_BSDOS), (103, DLT_PPP_BSDOS), (106, DLT_ATM_CLIP),
    ]

    /// The link type that libpcap calls `dlt`.
    init(dlt: Int32) {
        let known = Self.differing.first { $0.dlt == dlt }
        self.init(rawValue: known?.registry ?? UInt32(truncatingIfNeeded: dlt))
    }

    /// libpcap's number.
    var dlt: Int32 {
        Self.differing.first { $0.registry == rawValue }?.dlt ?? Int32(truncatingIfNeeded: rawValue)
    }
}
