import ArgumentParser
import Wire

/// A server's endpoint as the user names it: `10.0.0.7:8080` or `[2001:db8::1]:8080`.
struct ServerArgument: ExpressibleByArgument {
    /// The endpoint.
    var address: IPAddress
    var port: UInt16

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...])
        else { return nil }
        var host = argument[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(host) else { return nil }
        self.address = address
        self.port = port
    }
}
