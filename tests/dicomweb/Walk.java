import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/** Walks a manifest as Weasis does, with the HTTP client that Weasis has, and prints the SHA-256 of every file. */
class Walk {
    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
        byte[] manifest = get(client, arguments[0]);
        var root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(manifest));
        var queries = root.getElementsByTagName("arcQuery");
        for (int q = 0; q < queries.getLength(); q++) {
            Element query = (Element) queries.item(q);
            var instances = query.getElementsByTagName("Instance");
            for (int i = 0; i < instances.getLength(); i++) {
                Element instance = (Element) instances.item(i);
                String address = query.getAttribute("baseUrl") + instance.getAttribute("DirectDownloadFile")
                        + query.getAttribute("additionnalParameters");
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(get(client, address));
                System.out.println(instance.getAttribute("SOPInstanceUID") + " " + HexFormat.of().formatHex(digest));
            }
        }
    }

    static byte[] get(HttpClient client, String address) throws Exception {
        var answer = client.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("status " + answer.statusCode());
        }
        return answer.body();
    }
}
