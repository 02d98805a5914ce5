package weir.bench;

/** A respondent's scores in one window. */
record Totals(long count, long total, double mean) {

  static Totals none() {
    return new Totals(0, 0, 0);
  }

  Totals plus(int score) {
    return new Totals(count + 1, total + score, (double) (total + score) / (count + 1));
  }
}
