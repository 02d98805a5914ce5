// Produces a record for each line of the standard input, with the line as its key and the partition left to the client.
// Usage: java -cp LIBS ProduceKeys.java BOOTSTRAP TOPIC
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

public class ProduceKeys {
  public static void main(String[] args) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", args[0], "linger.ms", 20);
    try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
         var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        producer.send(new ProducerRecord<>(args[1], line, "value of " + line), (metadata, error) -> {
          if (error != null) {
            System.err.println(error);
            System.exit(1);
          }
        });
      }
    }
  }
}
