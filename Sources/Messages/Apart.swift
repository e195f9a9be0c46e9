/// A value that lies apart from the conversation that owns it: few have one, and those that have none stay small.
///
/// It has one owner. A copy of a conversation, which nobody makes but to read it, shares it.
final class Apart<Value> {
    var value: Value

    init(_ value: Value) {
        self.value = value
    }
}
