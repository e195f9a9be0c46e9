import Diagnosis

/// Counts by name, and such trees by name, in the order in which the names were first seen.
struct CountTree: Sendable {
    private var names: [String] = []
    private var counts: [String: Int] = [:]
    private var trees: [String: CountTree] = [:]

    /// Adds to the count at `path`, which is never below zero.
    mutating func add(_ count: Int, at path: ArraySlice<String>) {
        guard let name = path.first else { return }
        note(name)
        if path.count == 1 {
            counts[name] = max(0, (counts[name] ?? 0).addingCount(count))
        } else {
            trees[name, default: CountTree()].add(count, at: path.dropFirst())
        }
    }

    /// Adds the value that comes next: a count, or an object of counts. What is neither is passed over: a later version
    /// may say more, and what that means for several captures is not known here.
    mutating func add(_ scanner: inout JSONScanner, at name: String) throws(JSONError) {
        guard Self.isName(name) else {
            try scanner.skip()
            return
        }
        switch try scanner.kind() {
        case .number:
            add(try scanner.count(), at: [name])
        case .object:
            note(name)
            try trees[name, default: CountTree()].addMembers(&scanner)
        case .array, .string, .truth, .null:
            try scanner.skip()
        }
    }

    private mutating func addMembers(_ scanner: inout JSONScanner) throws(JSONError) {
        try scanner.enterObject()
        while let name = try scanner.nextMember() { try add(&scanner, at: name) }
    }

    /// Whether it is made like the names of reports, and may be written without an escape.
    private static func isName(_ name: String) -> Bool {
        name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_") }
    }

    private mutating func note(_ name: String) {
        if counts[name] == nil, trees[name] == nil { names.append(name) }
    }

    /// The members of an object.
    func write(to json: inout JSONWriter) {
        for name in names {
            // A name that one report counts and another has parts of, which no report of finrace does, stands for both.
            if let tree = trees[name] {
                json.object(name) { tree.write(to: &$0) }
            } else {
                json.member(name, counts[name])
            }
        }
    }
}
