package weir.bench;

import java.time.Duration;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.WindowedSerdes;

/** What the scripts in bench/kafka/*.sql say, in the Streams DSL. Topics are those of the scripts. */
final class Topologies {
  private static final Serde<String> KEY = Serdes.String();
  private static final Duration WITHIN = Duration.ofMinutes(10);
  private static final Duration GRACE = Duration.ofMinutes(2);
  private static final Duration WINDOW = Duration.ofMinutes(1);
  // What SQL has without GRACE PERIOD: a day, less the window.
  private static final Duration WINDOW_GRACE = Duration.ofDays(1).minus(WINDOW);

  private final StreamsBuilder builder = new StreamsBuilder();
  private final KStream<String, Response> responses;
  private final String respondentsTopic, output;

  /** {@code firstRecord} runs for each response as it comes in. */
  Topologies(String responsesTopic, String respondentsTopic, String output, Runnable onRecord) {
    this.respondentsTopic = respondentsTopic;
    this.output = output;
    responses =
        builder.stream(responsesTopic, Consumed.with(KEY, Formats.RESPONSE)).peek((key, row) -> onRecord.run());
  }

  Topology build(String name) {
    switch (name) {
      case "A" -> join(responses, respondents());
      case "B" -> join(
          responses
              .selectKey((key, row) -> row.respondentId())
              .repartition(Repartitioned.with(KEY, Formats.RESPONSE).withName("responses")),
          respondents()
              .selectKey((key, row) -> row.respondentId())
              .repartition(Repartitioned.with(KEY, Formats.RESPONDENT).withName("respondents")));
      case "C" -> filter();
      case "D" -> aggregate();
      case "E" -> joinTable();
      default -> throw new IllegalArgumentException("there is no topology " + name);
    }
    return builder.build();
  }

  private KStream<String, Respondent> respondents() {
    return builder.stream(respondentsTopic, Consumed.with(KEY, Formats.RESPONDENT));
  }

  private void join(KStream<String, Response> left, KStream<String, Respondent> right) {
    left.join(
            right, Enriched::of, JoinWindows.ofTimeDifferenceAndGrace(WITHIN, GRACE),
            StreamJoined.with(KEY, Formats.RESPONSE, Formats.RESPONDENT))
        .to(output, Produced.with(KEY, Formats.ENRICHED));
  }

  private void filter() {
    responses
        .filter((key, row) -> row.score() > 5)
        .mapValues(row -> new Filtered(row.questionId(), row.score(), row.text()))
        .to(output, Produced.with(KEY, Formats.FILTERED));
  }

  private void aggregate() {
    responses
        .groupByKey(Grouped.with(KEY, Formats.RESPONSE))
        .windowedBy(TimeWindows.ofSizeAndGrace(WINDOW, WINDOW_GRACE))
        .aggregate(
            Totals::none, (key, row, totals) -> totals.plus(row.score()), Materialized.with(KEY, Formats.TOTALS))
        .toStream()
        .to(output, Produced.with(WindowedSerdes.timeWindowedSerdeFrom(String.class, WINDOW.toMillis()), Formats.TOTALS));
  }

  private void joinTable() {
    KTable<String, Respondent> table =
        builder.table(
            respondentsTopic, Consumed.with(KEY, Formats.RESPONDENT), Materialized.with(KEY, Formats.RESPONDENT));
    responses
        .leftJoin(table, Enriched::of, Joined.with(KEY, Formats.RESPONSE, Formats.RESPONDENT))
        .to(output, Produced.with(KEY, Formats.ENRICHED));
  }
}
