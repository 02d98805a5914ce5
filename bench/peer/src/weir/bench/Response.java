package weir.bench;

/** What somebody answered. The names of the fields in JSON are those of {@link Formats}. */
record Response(
    String respondentId, String questionId, String surveyName, int score, double duration, boolean mobile, String text,
    long answeredAt) {}
