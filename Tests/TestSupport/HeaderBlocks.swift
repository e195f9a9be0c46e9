/// Header blocks (RFC 7541), written field by field with an encoder's table of its own, newest first.
package struct HeaderBlockWriter {
    package struct Field: Equatable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            (self.name, self.value) = (name, value)
        }

        /// RFC 7541 section 4.1.
        var size: Int { name.utf8.count + value.utf8.count + 32 }
    }

    /// How a field is written.
    package enum Form: CaseIterable, Sendable {
        case added
        case notAdded
        case neverAdded
    }

    package private(set) var table: [Field] = []
    private var capacity = 4096
    /// The block so far.
    package private(set) var block: [UInt8] = []

    package init() {}

    /// The block, which is then begun anew.
    package mutating func take() -> [UInt8] {
        defer { block = [] }
        return block
    }

    /// The place of an entry of the table, or of the first whose name fits.
    package func index(of field: Field) -> Int? { table.firstIndex(of: field).map { 62 + $0 } }
    package func index(ofName name: String) -> Int? { table.firstIndex { $0.name == name }.map { 62 + $0 } }

    /// A field by its place.
    package mutating func indexed(_ index: Int) { integer(index, prefix: 7, 0x80) }

    /// A literal: its name by its place, or spelled out.
    package mutating func literal(_ field: Field, nameAt index: Int = 0, _ form: Form = .added) {
        switch form {
        case .added: integer(index, prefix: 6, 0x40)
        case .notAdded: integer(index, prefix: 4, 0)
        case .neverAdded: integer(index, prefix: 4, 0x10)
        }
        if index == 0 { string(field.name) }
        string(field.value)
        guard form == .added else { return }
        table.insert(field, at: 0)
        evict()
    }

    /// A change of the table's size.
    package mutating func resize(_ size: Int) {
        integer(size, prefix: 5, 0x20)
        capacity = size
        evict()
    }

    private mutating func evict() {
        while table.reduce(0, { $0 + $1.size }) > capacity { table.removeLast() }
    }

    private mutating func string(_ text: String) {
        integer(text.utf8.count, prefix: 7, 0)
        block += Array(text.utf8)
    }

    private mutating func integer(_ value: Int, prefix: Int, _ pattern: UInt8) {
        let ones = 1 << prefix - 1
        guard value >= ones else {
            block.append(pattern | UInt8(value))
            return
        }
        block.append(pattern | UInt8(ones))
        var rest = value - ones
        while rest >= 128 {
            block.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        block.append(UInt8(rest))
    }
}
