extension KnownServer {
    /// Servers on the Java virtual machine.
    static let java: [KnownServer] = [
        KnownServer(
            name: "JDK com.sun.net.httpserver", window: 30_000...40_000, closing: .finMaybeAlert, advertising: .never,
            setting: "-Dsun.net.httpserver.idleInterval (s)",
            example: "java -Dsun.net.httpserver.idleInterval={s} -jar app.jar",
            symptom: "java.net.SocketException / EOF at the client",
            source: "openjdk/jdk src/jdk.httpserver/.../ServerConfig.java commit 00ed942e; measured"),
        KnownServer(
            name: "Tomcat, embedded", window: 60_000...61_000, closing: .finMaybeAlert, advertising: .maybe,
            setting: "keepAliveTimeout (ms); Spring Boot: server.tomcat.keep-alive-timeout",
            example: "server.tomcat.keep-alive-timeout={s}s",
            symptom: "502 at ALB/nginx, \"Connection reset\" / NoHttpResponseException in Java clients",
            source: "apache/tomcat main 84ac9af072: webapps/docs/config/http.xml; measured"),
        KnownServer(
            name: "Tomcat, packaged server.xml", window: 20_000...21_000, closing: .finMaybeAlert, advertising: .maybe,
            setting: "keepAliveTimeout (ms) of the Connector in conf/server.xml",
            example: "<Connector port=\"8080\" keepAliveTimeout=\"{ms}\"/>",
            symptom: "as Tomcat, embedded",
            source: "apache/tomcat main 84ac9af072: conf/server.xml l.71; measured"),
        KnownServer(
            name: "Jetty", window: 30_000...30_010, closing: .finMaybeAlert, advertising: .never,
            setting: "jetty.http.idleTimeout (ms); Spring Boot: server.jetty.connection-idle-timeout",
            example: "java -jar start.jar jetty.http.idleTimeout={ms}",
            symptom: "GCP 502 backend_connection_closed_before_data_sent_to_client",
            source: "https://www.eclipse.org/lists/jetty-users/msg10763.html; measured"),
        KnownServer(
            name: "Undertow", window: 60_000...60_000, closing: .finMaybeAlert, advertising: .never,
            setting: "NO_REQUEST_TIMEOUT (ms); Spring Boot: server.undertow.no-request-timeout",
            example: "server.undertow.no-request-timeout={s}s",
            symptom: "as Tomcat",
            source: "undertow-io/undertow core/.../UndertowOptions.java commit 017b15fd"),
        KnownServer(
            name: "Play", window: 75_000...75_000, closing: .finMaybeAlert, advertising: .never,
            setting: "play.server.http.idleTimeout",
            example: "play.server.http.idleTimeout = {s}s",
            symptom: "as Tomcat",
            source: "playframework/playframework"),
        KnownServer(
            name: "Akka or Pekko HTTP", window: 60_000...60_000, closing: .finMaybeAlert, advertising: .never,
            setting: "pekko.http.server.idle-timeout",
            example: "pekko.http.server.idle-timeout = {s} s",
            symptom: "The http server closed the connection unexpectedly",
            source: "recalled, not confirmed",
            isVerified: false),
    ]
}
