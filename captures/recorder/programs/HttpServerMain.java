import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** HttpServerMain HOST PORT LOG [KEYSTORE]: answers every request and writes its id and the client's port to LOG. */
final class HttpServerMain {
    public static void main(String[] words) throws Exception {
        InetSocketAddress address = new InetSocketAddress(words[0], Integer.parseInt(words[1]));
        HttpServer server;
        if (words.length > 3) {
            char[] password = "finrace".toCharArray();
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new FileInputStream(words[3]), password);
            KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
            keys.init(store, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            HttpsServer secure = HttpsServer.create(address, 200);
            secure.setHttpsConfigurator(new HttpsConfigurator(context));
            server = secure;
        } else {
            server = HttpServer.create(address, 200);
        }
        PrintWriter log = new PrintWriter(Files.newBufferedWriter(Path.of(words[2])), true);
        server.createContext("/", exchange -> answer(exchange, log));
        server.setExecutor(Executors.newFixedThreadPool(32));
        server.start();
    }

    private static void answer(HttpExchange exchange, PrintWriter log) throws IOException {
        String name = Path.of(exchange.getRequestURI().getPath()).getFileName().toString();
        log.printf("%s %d %d%n", name, exchange.getRemoteAddress().getPort(), System.currentTimeMillis());
        exchange.getRequestBody().readAllBytes();
        byte[] body = ("ok " + name + "\n").getBytes();
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
