import Foundation

/// A value of JSON, decoded strictly: what is a truth value is no number.
package indirect enum JSONValue: Equatable, Decodable {
    case null
    case bool(Bool)
    case number(Decimal)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Decimal.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    package init(_ bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    }

    /// The string, or nil for another type.
    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package subscript(key: String) -> JSONValue? {
        get { if case .object(let members) = self { members[key] } else { nil } }
        set {
            guard case .object(var members) = self else { return }
            members[key] = newValue
            self = .object(members)
        }
    }

    package subscript(index: Int) -> JSONValue? {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
    }
}

/// Holds values against a JSON Schema (draft 2020-12): the keywords that finrace's own schema uses, and a failure
/// for any other, so that none is passed over in silence.
package struct SchemaChecker {
    private let root: JSONValue

    /// Finrace's own schema.
    package static func ofReports() throws -> SchemaChecker {
        let file = Places.packageRoot.appending(path: "Sources/Report/Schema/finrace-1.schema.json")
        return try SchemaChecker(Array(Data(contentsOf: file)))
    }

    package init(_ schema: [UInt8]) throws {
        root = try JSONValue(schema)
    }

    /// What is wrong with `value` as a `definition`, one line each; empty when nothing is.
    package func problems(_ value: JSONValue, as definition: String) -> [String] {
        guard let schema = root["$defs"]?[definition] else { return ["no definition \(definition)"] }
        return check(value, schema, definition)
    }

    private func check(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> [String] {
        guard case .object(let keywords) = schema else { return ["\(path): a schema that is no object"] }
        return keywords.sorted { $0.key < $1.key }.flatMap { keyword, rule in
            check(value, keyword, rule, schema, path)
        }
    }

    private func check(
        _ value: JSONValue, _ keyword: String, _ rule: JSONValue, _ schema: JSONValue, _ path: String
    ) -> [String] {
        let failure = ["\(path): \(value) against \(keyword) \(rule)"]
        switch (keyword, rule) {
        case ("title", _), ("description", _), ("then", _), ("else", _):
            return []
        case ("$ref", .string(let name)):
            guard let target = root["$defs"]?[String(name.dropFirst("#/$defs/".count))] else { return failure }
            return check(value, target, path)
        case ("type", .string(let name)):
            return matches(value, [name]) ? [] : failure
        case ("type", .array(let names)):
            return matches(value, names.compactMap(\.text)) ? [] : failure
        case ("const", _):
            return value == rule ? [] : failure
        case ("enum", .array(let values)):
            return values.contains(value) ? [] : failure
        case ("anyOf", .array(let schemas)):
            return schemas.contains { check(value, $0, path).isEmpty } ? [] : failure
        case ("not", _):
            return check(value, rule, path).isEmpty ? failure : []
        case ("if", _):
            let branch = check(value, rule, path).isEmpty ? schema["then"] : schema["else"]
            return branch.map { check(value, $0, path) } ?? []
        default:
            return checkContent(value, keyword, rule, schema, path, failure)
        }
    }

    private func checkContent(
        _ value: JSONValue, _ keyword: String, _ rule: JSONValue, _ schema: JSONValue, _ path: String,
        _ failure: [String]
    ) -> [String] {
        switch (keyword, rule, value) {
        case ("minimum", .number(let limit), .number(let number)):
            return number >= limit ? [] : failure
        case ("maximum", .number(let limit), .number(let number)):
            return number <= limit ? [] : failure
        case ("minLength", .number(let limit), .string(let text)):
            return Decimal(text.count) >= limit ? [] : failure
        case ("minItems", .number(let limit), .array(let elements)):
            return Decimal(elements.count) >= limit ? [] : failure
        case ("uniqueItems", _, .array(let elements)):
            return elements.indices.allSatisfy { elements.firstIndex(of: elements[$0]) == $0 } ? [] : failure
        case ("pattern", .string(let pattern), .string(let text)):
            return text.range(of: pattern, options: .regularExpression) != nil ? [] : failure
        case ("items", _, .array(let elements)):
            return elements.enumerated().flatMap { check($0.element, rule, "\(path)[\($0.offset)]") }
        case ("required", .array(let keys), .object(let members)):
            return keys.compactMap(\.text).allSatisfy { members[$0] != nil } ? [] : failure
        case ("properties", .object(let known), .object(let members)):
            return members.flatMap { key, member in known[key].map { check(member, $0, "\(path).\(key)") } ?? [] }
        case ("additionalProperties", _, .object(let members)):
            let unknown = members.filter { schema["properties"]?[$0.key] == nil }
            if rule == .bool(false) { return unknown.keys.map { "\(path): unknown key \($0)" } }
            return unknown.flatMap { check($0.value, rule, "\(path).\($0.key)") }
        case ("minimum", _, _), ("maximum", _, _), ("minLength", _, _), ("minItems", _, _), ("uniqueItems", _, _),
            ("pattern", _, _), ("items", _, _), ("required", _, _), ("properties", _, _),
            ("additionalProperties", _, _):
            // A rule about another type of value.
            return []
        default:
            return ["\(path): the checker does not know \(keyword)"]
        }
    }

    private func matches(_ value: JSONValue, _ types: [String]) -> Bool {
        switch value {
        case .null: types.contains("null")
        case .bool: types.contains("boolean")
        case .number(let number):
            types.contains("number") || types.contains("integer") && !number.description.contains(".")
        case .string: types.contains("string")
        case .array: types.contains("array")
        case .object: types.contains("object")
        }
    }
}
