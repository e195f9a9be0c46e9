/// What the conversations of one capture share, so that each of them stays small: the texts that are worth showing.
package struct MessageContext {
    /// Lines of the requests that wait for an answer.
    package var lines = RequestLines()
    /// Names of servers that TLS clients asked for.
    package var names = ServerNames()

    package init() {}
}
