import Diagnosis
import Flows
import Messages
import Teardown
import Wire

/// The JSON of the contract: flow, server and capture objects, one a line (NDJSON) or in one document.
///
/// Every function appends to the caller's buffer, which the caller empties when it likes: what is held does not
/// grow with the number of flows.
public struct JSONReport: Sendable {
    /// The name and version of the format; it changes with any change that is not an addition.
    public static let schema = "finrace/1"

    let context: ReportContext

    /// A report with times and files from `context`.
    public init(_ context: ReportContext) {
        self.context = context
    }

    // MARK: NDJSON

    /// One flow, one line.
    ///
    /// - Parameter line: what an access log says of it.
    public func appendLine(_ flow: FlowFinding, _ line: JoinedLine? = nil, to output: inout [UInt8]) {
        append(flow, line, to: &output)
        output.append(UInt8(ascii: "\n"))
    }

    /// The servers, one a line, and the capture as the last line.
    ///
    /// - Parameters:
    ///   - uncounted: connections to servers beyond those that are told apart.
    ///   - log: what access logs say of the capture.
    public func appendLines(
        _ capture: CaptureFinding, _ servers: [ServerFinding], uncounted: Int = 0, _ log: AccessLogFinding? = nil,
        to output: inout [UInt8]
    ) {
        for server in servers {
            JSONWriter.append(to: &output) { $0.object { server.write(to: &$0) } }
            output.append(UInt8(ascii: "\n"))
        }
        append(capture, uncounted, log, to: &output)
        output.append(UInt8(ascii: "\n"))
    }

    // MARK: One object

    func append(_ flow: FlowFinding, _ line: JoinedLine?, to output: inout [UInt8]) {
        JSONWriter.append(to: &output) { json in
            json.object { json in
                flow.write(to: &json, context)
                line?.write(to: &json)
            }
        }
    }

    func append(_ capture: CaptureFinding, _ uncounted: Int, _ log: AccessLogFinding?, to output: inout [UInt8]) {
        JSONWriter.append(to: &output) { json in
            json.object { json in
                capture.write(to: &json, context, uncounted)
                log?.write(to: &json)
            }
        }
    }
}

/// One document of all objects, written in pieces:
/// `{"schema":"finrace/1","capture":{…},"servers":[…],"flows":[…]}`.
///
/// Flows and sums come in either order, as the caller has them; the order of members means nothing in JSON.
/// All flows follow each other.
public struct JSONDocument: Sendable {
    private enum Phase {
        case beforeFlows
        case inFlows
        case afterFlows
    }

    private var phase = Phase.beforeFlows

    /// Begins a document.
    public init(to output: inout [UInt8]) {
        output.append(contentsOf: "{\"schema\":\"\(JSONReport.schema)\"".utf8)
    }

    /// The next flow.
    ///
    /// - Parameter line: what an access log says of it.
    public mutating func append(
        _ flow: FlowFinding, _ context: ReportContext, line: JoinedLine? = nil, to output: inout [UInt8]
    ) {
        append(to: &output) { JSONReport(context).append(flow, line, to: &$0) }
    }

    /// The capture and its servers.
    ///
    /// - Parameter log: what access logs say of the capture.
    public mutating func append(
        _ capture: CaptureFinding, _ servers: [ServerFinding], uncounted: Int = 0, _ context: ReportContext,
        log: AccessLogFinding? = nil, to output: inout [UInt8]
    ) {
        append(
            servers.count, to: &output, capture: { JSONReport(context).append(capture, uncounted, log, to: &$0) },
            server: { index, output in JSONWriter.append(to: &output) { $0.object { servers[index].write(to: &$0) } } })
    }

    /// The next flow, by whoever writes it.
    mutating func append(to output: inout [UInt8], flow: (inout [UInt8]) -> Void) {
        switch phase {
        case .beforeFlows: output.append(contentsOf: ",\n\"flows\":[\n".utf8)
        case .inFlows: output.append(contentsOf: ",\n".utf8)
        case .afterFlows: return
        }
        phase = .inFlows
        flow(&output)
    }

    /// The capture and so many servers, by whoever writes them.
    mutating func append(
        _ servers: Int, to output: inout [UInt8], capture: (inout [UInt8]) -> Void,
        server: (Int, inout [UInt8]) -> Void
    ) {
        if phase == .inFlows { endFlows(&output) }
        output.append(contentsOf: ",\n\"capture\":".utf8)
        capture(&output)
        output.append(contentsOf: ",\n\"servers\":[".utf8)
        for index in 0..<servers {
            output.append(contentsOf: (index == 0 ? "\n" : ",\n").utf8)
            server(index, &output)
        }
        output.append(UInt8(ascii: "]"))
    }

    /// Ends the document.
    public mutating func end(to output: inout [UInt8]) {
        if phase == .beforeFlows { output.append(contentsOf: ",\n\"flows\":[".utf8) }
        if phase != .afterFlows { endFlows(&output) }
        output.append(contentsOf: "}\n".utf8)
    }

    private mutating func endFlows(_ output: inout [UInt8]) {
        output.append(UInt8(ascii: "]"))
        phase = .afterFlows
    }
}
