import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.AbstractHandler;

/** JettyMain HOST PORT IDLE_MS LOG: answers every request and writes its id and the client's port to LOG. */
final class JettyMain {
    public static void main(String[] words) throws Exception {
        PrintWriter log = new PrintWriter(Files.newBufferedWriter(Path.of(words[3])), true);
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost(words[0]);
        connector.setPort(Integer.parseInt(words[1]));
        connector.setIdleTimeout(Long.parseLong(words[2]));
        server.addConnector(connector);
        server.setHandler(new AbstractHandler() {
            @Override
            public void handle(String target, Request base, HttpServletRequest request, HttpServletResponse response)
                throws IOException {
                String name = Path.of(target).getFileName().toString();
                log.printf("%s %d%n", name, request.getRemotePort());
                request.getInputStream().readAllBytes();
                byte[] body = ("ok " + name + "\n").getBytes();
                response.setContentType("text/plain");
                response.setContentLength(body.length);
                response.getOutputStream().write(body);
                base.setHandled(true);
            }
        });
        server.start();
        server.join();
    }
}
