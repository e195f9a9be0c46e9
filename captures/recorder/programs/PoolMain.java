import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The JDK's HttpClient; each worker has one of its own.
 *
 * PoolMain CONFIG.json RECORDS.jsonl. Of the configuration it reads FILE.plain beside it: the URL, then one line a
 * request, worker, id, pause and method with spaces between.
 */
final class PoolMain {
    /** The servers' certificates are made for one recording. */
    private static final class TrustAll extends X509ExtendedTrustManager {
        public void checkClientTrusted(X509Certificate[] c, String t) {}
        public void checkServerTrusted(X509Certificate[] c, String t) {}
        public void checkClientTrusted(X509Certificate[] c, String t, java.net.Socket s) {}
        public void checkServerTrusted(X509Certificate[] c, String t, java.net.Socket s) {}
        public void checkClientTrusted(X509Certificate[] c, String t, SSLEngine e) {}
        public void checkServerTrusted(X509Certificate[] c, String t, SSLEngine e) {}
        public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
    }

    public static void main(String[] words) throws Exception {
        List<String> lines = Files.readAllLines(Path.of(words[0] + ".plain"));
        PrintWriter records = new PrintWriter(Files.newBufferedWriter(Path.of(words[1])), true);
        List<List<String[]>> work = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] step = line.split(" ");
            while (work.size() <= Integer.parseInt(step[0])) work.add(new ArrayList<>());
            work.get(Integer.parseInt(step[0])).add(step);
        }
        List<Thread> threads = new ArrayList<>();
        for (List<String[]> steps : work) {
            Thread thread = new Thread(() -> run(lines.get(0), steps, records));
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) thread.join();
        System.exit(0);
    }

    private static void run(String url, List<String[]> steps, PrintWriter records) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustAll()}, null);
            HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(context).build();
            for (String[] step : steps) {
                Thread.sleep((long) (Double.parseDouble(step[2]) * 1000));
                double sent = System.currentTimeMillis() / 1000.0;
                String result;
                try {
                    HttpRequest request = HttpRequest.newBuilder(URI.create(url + step[1]))
                        .timeout(Duration.ofSeconds(8)).method(step[3], BodyPublishers.noBody()).build();
                    result = "\"status\":" + client.send(request, BodyHandlers.ofString()).statusCode() + ",\"error\":null";
                } catch (Exception error) {
                    result = "\"status\":null,\"error\":\"" + error.toString().replaceAll("[\"\\\\]", "") + "\"";
                }
                records.printf("{\"id\":\"%s\",\"worker\":%s,\"method\":\"%s\",\"t_send\":%.3f,\"t_result\":%.3f,%s}%n",
                    step[1], step[0], step[3], sent, System.currentTimeMillis() / 1000.0, result);
            }
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }
}
