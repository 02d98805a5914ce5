package weir.bench;

/** Who answers. */
record Respondent(
    String respondentId, String name, String email, String country, int age, String team, boolean panel,
    long joinedAt) {}
