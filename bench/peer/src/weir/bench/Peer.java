package weir.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/**
 * Runs one topology until it is told to end (SIGTERM). Usage: Peer SETTINGS, a properties file of Kafka Streams' settings;
 * those that begin with {@code peer.} are our own. Says "running" when its tasks are assigned, and
 * "processing" when the first record has come.
 */
public final class Peer {
  private static volatile boolean processing;

  private Peer() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Properties settings = new Properties();
    try (var reader = Files.newBufferedReader(Path.of(arguments[0]))) {
      settings.load(reader);
    }
    Topologies topologies =
        new Topologies(
            settings.getProperty("peer.responses"), settings.getProperty("peer.respondents"),
            settings.getProperty("peer.output"), Peer::onRecord);
    KafkaStreams streams =
        new KafkaStreams(topologies.build(settings.getProperty("peer.topology")), new StreamsConfig(settings));
    CountDownLatch ended = new CountDownLatch(1);
    AtomicBoolean failed = new AtomicBoolean();
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          failed.set(true);
          ended.countDown();
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  streams.close(Duration.ofSeconds(60));
                  ended.countDown();
                }));
    streams.setStateListener(
        (now, before) -> {
          if (now == KafkaStreams.State.RUNNING) {
            System.out.println("running");
          }
        });
    streams.start();
    ended.await();
    if (failed.get()) {
      Runtime.getRuntime().halt(1);
    }
  }

  private static void onRecord() {
    if (!processing) {
      announce();
    }
  }

  private static synchronized void announce() {
    if (!processing) {
      processing = true;
      System.out.println("processing");
    }
  }
}
