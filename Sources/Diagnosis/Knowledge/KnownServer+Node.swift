extension KnownServer {
    /// JavaScript runtimes and what runs on them.
    static let node: [KnownServer] = [
        KnownServer(
            name: "Node.js http.Server", window: 5_990...6_010, closing: .fin, advertising: .alwaysOneSecondLess,
            setting: "server.keepAliveTimeout (ms), and headersTimeout above it",
            example: "server.keepAliveTimeout = {ms};",
            symptom: "socket hang up or ECONNRESET at the client; the server logs nothing",
            source: "nodejs/node lib/_http_server.js commit 0012a775; measured"),
        KnownServer(
            name: "Node.js http.Server, main branch of 2026", window: 66_000...66_010, closing: .fin,
            advertising: .alwaysOneSecondLess,
            setting: "server.keepAliveTimeout (ms)",
            example: "server.keepAliveTimeout = {ms};",
            symptom: "socket hang up or ECONNRESET at the client",
            source: "nodejs/node lib/_http_server.js commit 0012a775"),
        KnownServer(
            name: "Express", window: 6_000...6_010, closing: .fin, advertising: .alwaysOneSecondLess,
            setting: "keepAliveTimeout (ms) of the server that listen() returns",
            example: "const s = app.listen(3000); s.keepAliveTimeout = {ms};",
            symptom: "as Node.js",
            source: "not looked up",
            isVerified: false),
        KnownServer(
            name: "NestJS", window: 6_000...6_010, closing: .fin, advertising: .alwaysOneSecondLess,
            setting: "keepAliveTimeout (ms) of app.getHttpServer()",
            example: "app.getHttpServer().keepAliveTimeout = {ms};",
            symptom: "as Node.js",
            source: "not looked up",
            isVerified: false),
        KnownServer(
            name: "Fastify", window: 73_000...73_010, closing: .fin, advertising: .alwaysOneSecondLess,
            setting: "fastify({ keepAliveTimeout }) (ms)",
            example: "fastify({ keepAliveTimeout: {ms} })",
            symptom: "as Node.js",
            source: "fastify/fastify build/build-validation.js commit 06109e18"),
        KnownServer(
            name: "Bun.serve", window: 10_000...10_000, closing: .finMaybeAlert, advertising: .never,
            setting: "Bun.serve({ idleTimeout })",
            example: "Bun.serve({ idleTimeout: {s}, fetch })",
            symptom: "as Node.js",
            source: "https://bun.sh/reference/bun/Serve/HostnamePortServeOptions/idleTimeout"),
        KnownServer(
            name: "Bun node:http", window: 5_000...5_000, closing: .finMaybeAlert, advertising: .always,
            setting: "server.keepAliveTimeout",
            example: "server.keepAliveTimeout = {ms}",
            symptom: "as Node.js",
            source: "https://github.com/oven-sh/bun/pull/31587"),
    ]
}
