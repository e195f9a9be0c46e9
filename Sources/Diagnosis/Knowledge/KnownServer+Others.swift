extension KnownServer {
    /// Web servers, proxies as the client sees them, and servers of other languages.
    static let others: [KnownServer] = [
        KnownServer(
            name: "Puma 7", window: 65_000...65_400, closing: .finMaybeAlert, advertising: .never,
            setting: "persistent_timeout (s)",
            example: "persistent_timeout {s}",
            symptom: "502 at ALB, EOFError in Ruby clients",
            source: "puma/puma HEAD ff2e2126 (8.0.2): History.md, lib/puma/configuration.rb l.164"),
        KnownServer(
            name: "Puma before 7", window: 20_200...20_210, closing: .finMaybeAlert, advertising: .never,
            setting: "persistent_timeout (s)",
            example: "persistent_timeout {s}",
            symptom: "as Puma 7",
            source: "puma/puma HEAD ff2e2126: docs/7.0-Upgrade.md and History.md state the change to; measured"),
        KnownServer(
            name: "nginx", window: 74_990...75_080, closing: .alertThenFIN, advertising: .never,
            setting: "keepalive_timeout",
            example: "keepalive_timeout {s}s;",
            symptom: "ECONNRESET at the client",
            source: "nginx/nginx HEAD 3f6f7824d: src/http/ngx_http_core_module.c l.3943-3958; measured"),
        KnownServer(
            name: "Apache httpd", window: 5_000...5_050, closing: .finMaybeAlert, advertising: .maybe,
            setting: "KeepAliveTimeout (s)",
            example: "KeepAliveTimeout {s}",
            symptom: "as nginx",
            source: "measured"),
        KnownServer(
            name: "lighttpd", window: 5_800...6_800, closing: .finMaybeAlert, advertising: .never,
            setting: "server.max-keep-alive-idle",
            example: "server.max-keep-alive-idle = {s}",
            symptom: "as nginx",
            source: "measured"),
        KnownServer(
            name: "H2O", window: 10_000...10_010, closing: .finMaybeAlert, advertising: .never,
            setting: "http1-request-timeout (s)",
            example: "http1-request-timeout: {s}",
            symptom: "as nginx",
            source: "measured"),
        KnownServer(
            name: "Varnish", window: 5_000...5_030, closing: .finMaybeAlert, advertising: .never,
            setting: "-p timeout_idle=",
            example: "varnishd -p timeout_idle={s}",
            symptom: "as nginx",
            source: "measured"),
        KnownServer(
            name: "Caddy", window: 300_000...300_010, closing: .finMaybeAlert, advertising: .never,
            setting: "servers > timeouts > idle",
            example: "{ servers { timeouts { idle {s}s } } }",
            symptom: "as nginx",
            source: "measured"),
        KnownServer(
            name: "Cowboy, Phoenix", window: 5_000...5_010, closing: .finMaybeAlert, advertising: .never,
            setting: "protocol_options: request_timeout (ms)",
            example: "http: [protocol_options: [request_timeout: {ms}]]",
            symptom: "RST in answer to the request",
            source: "ninenines/cowboy doc/src/manual/cowboy_http.asciidoc commit 0026ae19; measured"),
        KnownServer(
            name: "Bandit, Phoenix", window: 60_000...60_000, closing: .finMaybeAlert, advertising: .never,
            setting: "thousand_island_options: read_timeout (ms)",
            example: "http: [thousand_island_options: [read_timeout: {ms}]]",
            symptom: "as Cowboy",
            source: "not looked up",
            isVerified: false),
        KnownServer(
            name: "actix-web", window: 5_000...5_000, closing: .finMaybeAlert, advertising: .never,
            setting: "HttpServer::keep_alive(Duration)",
            example: "HttpServer::new(f).keep_alive(Duration::from_secs({s}))",
            symptom: "as nginx",
            source: "actix/actix-web actix-http/src/keep_alive.rs commit 28b27552"),
        KnownServer(
            name: "Kestrel, ASP.NET Core", window: 130_000...131_000, closing: .finMaybeAlert, advertising: .never,
            setting: "Limits.KeepAliveTimeout",
            example: "o.Limits.KeepAliveTimeout = TimeSpan.FromSeconds({s});",
            symptom: "502 behind a GCP load balancer (600 s)",
            source: "https://learn.microsoft.com/en-us/dotnet/api/microsoft.aspnetcore.server.kestrel"),
        KnownServer(
            name: "Dart HttpServer", window: 120_000...240_000, closing: .finMaybeAlert, advertising: .never,
            setting: "server.idleTimeout = Duration(...)",
            example: "server.idleTimeout = const Duration(seconds: {s});",
            symptom: "as nginx",
            source: "https://pub.dev/documentation/http_multi_server/latest/http_multi_server/HttpMul"),
        KnownServer(
            name: "Apache Traffic Server", window: 120_000...120_000, closing: .finMaybeAlert, advertising: .never,
            setting: "proxy.config.http.keep_alive_no_activity_timeout_in",
            example: "CONFIG proxy.config.http.keep_alive_no_activity_timeout_in INT {s}",
            symptom: "as nginx",
            source: "not looked up"),
        KnownServer(
            name: "Traefik", window: 180_000...180_000, closing: .finMaybeAlert, advertising: .never,
            setting: "entryPoints.NAME.transport.respondingTimeouts.idleTimeout",
            example: "--entryPoints.web.transport.respondingTimeouts.idleTimeout={s}s",
            symptom: "as nginx",
            source: "not looked up"),
        KnownServer(
            name: "IIS", window: 120_000...120_000, closing: .finMaybeAlert, advertising: .never,
            setting: "connectionTimeout of the site",
            example: "appcmd set config -section:sites -siteDefaults.limits.connectionTimeout:00:10:00",
            symptom: "502",
            source: "recalled, not confirmed",
            isVerified: false),
    ]
}
