import Testing

@testable import Messages

/// A million open connections have a million conversations: what few of them need lies apart.
struct LayoutTests {
    @Test func `a conversation stays small`() {
        #expect(MemoryLayout<Conversation>.stride <= 64)
    }
}
