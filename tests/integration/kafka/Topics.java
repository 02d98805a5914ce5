// What an administrator does to topics. Usage: java -cp LIBS Topics.java BOOTSTRAP partitions TOPIC COUNT
// or: … BOOTSTRAP create TOPIC COUNT, … BOOTSTRAP delete TOPIC, … BOOTSTRAP set TOPIC NAME VALUE (of its configuration),
// … BOOTSTRAP deny TOPIC (nobody may write to it), … BOOTSTRAP allow TOPIC. Returns when it is done.
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

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
        case "set" -> {
          var change = new AlterConfigOp(new ConfigEntry(args[3], args[4]), AlterConfigOp.OpType.SET);
          admin.incrementalAlterConfigs(
                  Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(change)))
              .all().get();
        }
        case "deny" -> admin.createAcls(closing(topic)).all().get();
        case "allow" -> admin.deleteAcls(closing(topic).stream().map(AclBinding::toFilter).toList()).all().get();
        default -> throw new IllegalArgumentException(args[1]);
      }
    }
  }

  // A topic with a rule is closed for everything that no rule allows.
  private static List<AclBinding> closing(String topic) {
    var pattern = new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL);
    return List.of(
        new AclBinding(pattern, entry(AclOperation.ALL, AclPermissionType.ALLOW)),
        new AclBinding(pattern, entry(AclOperation.WRITE, AclPermissionType.DENY)));
  }

  private static AccessControlEntry entry(AclOperation operation, AclPermissionType permission) {
    return new AccessControlEntry("User:ANONYMOUS", "*", operation, permission);
  }
}
