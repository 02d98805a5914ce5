package weir.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import org.apache.kafka.common.serialization.Serde;

/** How the rows are written. */
final class Formats {
  static final Serde<Response> RESPONSE = Json.serde(Formats::writeResponse, ResponseReader::new);
  static final Serde<Respondent> RESPONDENT = Json.serde(Formats::writeRespondent, RespondentReader::new);
  static final Serde<Totals> TOTALS = Json.serde(Formats::writeTotals, TotalsReader::new);
  static final Serde<Enriched> ENRICHED = Json.serde(Formats::writeEnriched, Formats::notRead);
  static final Serde<Filtered> FILTERED = Json.serde(Formats::writeFiltered, Formats::notRead);

  private Formats() {}

  private static <T> Json.Reader<T> notRead() {
    throw new UnsupportedOperationException("only written");
  }

  private static void writeResponse(JsonGenerator to, Response row) throws IOException {
    to.writeStringField("respondent_id", row.respondentId());
    to.writeStringField("question_id", row.questionId());
    to.writeStringField("survey_name", row.surveyName());
    to.writeNumberField("score", row.score());
    to.writeNumberField("duration", row.duration());
    to.writeBooleanField("mobile", row.mobile());
    to.writeStringField("text", row.text());
    to.writeNumberField("answered_at", row.answeredAt());
  }

  private static void writeRespondent(JsonGenerator to, Respondent row) throws IOException {
    to.writeStringField("respondent_id", row.respondentId());
    to.writeStringField("name", row.name());
    to.writeStringField("email", row.email());
    to.writeStringField("country", row.country());
    to.writeNumberField("age", row.age());
    to.writeStringField("team", row.team());
    to.writeBooleanField("panel", row.panel());
    to.writeNumberField("joined_at", row.joinedAt());
  }

  private static void writeTotals(JsonGenerator to, Totals row) throws IOException {
    to.writeNumberField("n", row.count());
    to.writeNumberField("total", row.total());
    to.writeNumberField("mean", row.mean());
  }

  private static void writeEnriched(JsonGenerator to, Enriched row) throws IOException {
    to.writeStringField("question_id", row.questionId());
    to.writeStringField("survey_name", row.surveyName());
    to.writeNumberField("score", row.score());
    to.writeStringField("text", row.text());
    to.writeStringField("name", row.name());
    to.writeStringField("country", row.country());
    if (row.age() == null) {
      to.writeNullField("age");
    } else {
      to.writeNumberField("age", row.age());
    }
    to.writeNumberField("answered_at", row.answeredAt());
  }

  private static void writeFiltered(JsonGenerator to, Filtered row) throws IOException {
    to.writeStringField("question_id", row.questionId());
    to.writeNumberField("score", row.score());
    to.writeStringField("text", row.text());
  }

  private static final class ResponseReader implements Json.Reader<Response> {
    private String respondentId, questionId, surveyName, text;
    private int score;
    private double duration;
    private boolean mobile;
    private long answeredAt;

    @Override
    public void field(String name, JsonParser from) throws IOException {
      switch (name) {
        case "respondent_id" -> respondentId = from.getText();
        case "question_id" -> questionId = from.getText();
        case "survey_name" -> surveyName = from.getText();
        case "score" -> score = from.getIntValue();
        case "duration" -> duration = from.getDoubleValue();
        case "mobile" -> mobile = from.getBooleanValue();
        case "text" -> text = from.getText();
        case "answered_at" -> answeredAt = from.getLongValue();
        default -> from.skipChildren();
      }
    }

    @Override
    public Response row() {
      return new Response(respondentId, questionId, surveyName, score, duration, mobile, text, answeredAt);
    }
  }

  private static final class RespondentReader implements Json.Reader<Respondent> {
    private String respondentId, name, email, country, team;
    private int age;
    private boolean panel;
    private long joinedAt;

    @Override
    public void field(String field, JsonParser from) throws IOException {
      switch (field) {
        case "respondent_id" -> respondentId = from.getText();
        case "name" -> name = from.getText();
        case "email" -> email = from.getText();
        case "country" -> country = from.getText();
        case "age" -> age = from.getIntValue();
        case "team" -> team = from.getText();
        case "panel" -> panel = from.getBooleanValue();
        case "joined_at" -> joinedAt = from.getLongValue();
        default -> from.skipChildren();
      }
    }

    @Override
    public Respondent row() {
      return new Respondent(respondentId, name, email, country, age, team, panel, joinedAt);
    }
  }

  private static final class TotalsReader implements Json.Reader<Totals> {
    private long count, total;
    private double mean;

    @Override
    public void field(String name, JsonParser from) throws IOException {
      switch (name) {
        case "n" -> count = from.getLongValue();
        case "total" -> total = from.getLongValue();
        case "mean" -> mean = from.getDoubleValue();
        default -> from.skipChildren();
      }
    }

    @Override
    public Totals row() {
      return new Totals(count, total, mean);
    }
  }
}
