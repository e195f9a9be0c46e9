import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/** TomcatMain HOST PORT KEEP_ALIVE_MS LOG: answers every request and writes its id and the client's port to LOG. */
final class TomcatMain {
    public static void main(String[] words) throws Exception {
        PrintWriter log = new PrintWriter(Files.newBufferedWriter(Path.of(words[3])), true);
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Path.of("").toAbsolutePath().toString());
        Connector connector = new Connector("HTTP/1.1");
        connector.setPort(Integer.parseInt(words[1]));
        connector.setProperty("address", words[0]);
        connector.setProperty("keepAliveTimeout", words[2]);
        connector.setProperty("maxKeepAliveRequests", "-1");
        tomcat.setConnector(connector);
        Context context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "answer", new HttpServlet() {
            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
                String name = Path.of(request.getRequestURI()).getFileName().toString();
                log.printf("%s %d%n", name, request.getRemotePort());
                request.getInputStream().readAllBytes();
                byte[] body = ("ok " + name + "\n").getBytes();
                response.setContentType("text/plain");
                response.setContentLength(body.length);
                response.getOutputStream().write(body);
            }
        });
        context.addServletMappingDecoded("/", "answer");
        tomcat.start();
        tomcat.getServer().await();
    }
}
