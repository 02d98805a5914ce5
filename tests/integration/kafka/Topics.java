// What an administrator does to topics. Usage: java -cp LIBS Topics.java BOOTSTRAP partitions TOPIC COUNT
// or: … BOOTSTRAP create TOPIC COUNT, … BOOTSTRAP delete TOPIC. Returns when it is done.
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;

public class Topics {
  public static void main(String[] args) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
      String topic = args[2];
      switch (args[1]) {
        case "partitions" ->
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(Integer.parseInt(args[3])))).all().get();
        case "create" ->
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(Integer.parseInt(args[3])), Optional.empty())))
                .all().get();
        case "delete" -> admin.deleteTopics(List.of(topic)).all().get();
        default -> throw new IllegalArgumentException(args[1]);
      }
    }
  }
}
