package weir.bench;

/** A response with its respondent, whose fields are null where there is none. */
record Enriched(
    String questionId, String surveyName, int score, String text, String name, String country, Integer age,
    long answeredAt) {

  static Enriched of(Response response, Respondent respondent) {
    return new Enriched(
        response.questionId(), response.surveyName(), response.score(), response.text(),
        respondent == null ? null : respondent.name(), respondent == null ? null : respondent.country(),
        respondent == null ? null : respondent.age(), response.answeredAt());
  }
}
