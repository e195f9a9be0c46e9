import Testing

@testable import Flows

/// A million open connections lie in the flow table: what few of them need lies apart.
struct LayoutTests {
    @Test func `a connection stays small`() {
        #expect(MemoryLayout<Connection>.stride <= 192)
    }
}
