package weir.bench;

/** What is left of a response. */
record Filtered(String questionId, int score, String text) {}
