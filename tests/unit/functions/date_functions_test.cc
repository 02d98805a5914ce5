#include <chrono>

#include "tests/unit/functions/function_test.h"

namespace weir::function_test {
namespace {

const TypePtr kText = Type::string();

Value big(int64_t value) { return Value(value); }

}  // namespace

TEST_CASE("dates to text") {
  check_calls({{"FORMAT_DATE", {date(17662), S("yyyy-MM-dd")}, "2018-05-11"},
               {"FORMAT_DATE", {date(18027), S("dd/MM/yyyy")}, "11/05/2019"},
               {"DATETOSTRING", {I(18993), S("dd-MMM-yyyy")}, "01-Jan-2022"},
               {"DATETOSTRING", {I(-1), S("dd-MM-yyyy'Sophia'")}, "31-12-1969Sophia"},
               {"FORMAT_DATE", {null_of(Type::date()), S("yyyy")}, {}},
               {"FORMAT_DATE", {date(1), null_of(kText)}, {}},
               {"FORMAT_TIME", {time(47228123), S("HH:mm:ss.SSS")}, "13:07:08.123"},
               {"FORMAT_TIME", {time(0), S("h a")}, "12 AM"}});
  check_fails("FORMAT_DATE", {date(1), S("HH")}, "no hour");
  check_fails("FORMAT_DATE", {date(1), S("XXX")}, "no time zone");
  check_fails("FORMAT_TIME", {time(1), S("yyyy")}, "no year");
  check_fails("FORMAT_DATE", {date(1), S("bogus")}, "'bogus'");
  CHECK(refusal("FORMAT_DATE", {date(1), S("bogus")}).find("'bogus'") != std::string::npos);
}

TEST_CASE("timestamps to text") {
  check_calls({{"FORMAT_TIMESTAMP", {ts(1526075913123), S("yyyy-MM-dd HH:mm:ss.SSS")}, "2018-05-11 21:58:33.123"},
               {"FORMAT_TIMESTAMP",
                {ts(1526075913123), S("yyyy-MM-dd'T'HH:mm:ssX"), S("America/Los_Angeles")},
                "2018-05-11T14:58:33-07"},
               {"TIMESTAMPTOSTRING", {L(-1), S("yyyy-MM-dd HH:mm:ss.SSS")}, "1969-12-31 23:59:59.999"},
               {"TIMESTAMPTOSTRING", {L(0), S("HH:mm z"), S("Europe/London")}, "01:00 BST"},
               {"TIMESTAMPTOSTRING", {L(0), S("HH:mm"), null_of(kText)}, {}}});
  check_fails("FORMAT_TIMESTAMP", {ts(0), S("HH"), S("Nowhere")}, "'Nowhere'");
  CHECK(refusal("FORMAT_TIMESTAMP", {ts(0), S("HH"), S("Nowhere")}).find("'Nowhere'") != std::string::npos);
}

TEST_CASE("text to dates and times") {
  check_calls({{"STRINGTODATE", {S("2018-05-11Lit"), S("yyyy-MM-dd'Lit'")}, 17662},
               {"STRINGTODATE", {S("11/05/2019"), S("dd/MM/yyyy")}, 18027},
               {"STRINGTODATE", {S("01-jan-2022"), S("dd-MMM-yyyy")}, 18993},
               {"STRINGTODATE", {S("2018-05-11 10:00"), S("yyyy-MM-dd HH:mm")}, 17662},
               {"PARSE_DATE", {S("2003-12-24"), S("yyyy-MM-dd")}, 12410},
               {"PARSE_DATE", {null_of(kText), S("yyyy-MM-dd")}, {}},
               {"PARSE_DATE", {S("2021-12"), S("yyyy-MM")}, 18962},
               {"PARSE_DATE", {S("2021-12-01 00:00"), S("yyyy-MM-dd HH:mm")}, 18962},
               {"PARSE_DATE", {S("2022"), S("yyyy")}, 18993},
               {"PARSE_DATE", {S("1969"), S("yyyy")}, -365},
               {"PARSE_DATE", {S("2003-12-24-01-01"), S("yyyy-MM-dd")}, 12410},
               {"PARSE_TIME", {S("13:07:08.123"), S("HH:mm:ss.SSS")}, 47228123},
               {"PARSE_TIME", {S("01:07 PM"), S("hh:mm a")}, 47220000}});
  check_fails("PARSE_DATE", {S("2004"), S("yyyy-MM-dd")}, "doesn't fit");
  check_fails("STRINGTODATE", {S("2004-01"), S("yyyy-MM")}, "doesn't determine a date");
  check_fails("STRINGTODATE", {S("2003-12-24 and more"), S("yyyy-MM-dd")}, "doesn't fit");
  check_fails("PARSE_DATE", {S("2004-01-01 10"), S("yyyy-MM-dd HH")}, "midnight");
  check_fails("PARSE_TIME", {S("2004 10"), S("yyyy HH")}, "can't contain a date");
  check_fails("PARSE_TIME", {S("10:30"), S("mm:ss")}, "needs an hour");
  check_fails("PARSE_TIME", {S("01:07 pm"), S("hh:mm a")}, "doesn't fit");
}

TEST_CASE("text to timestamps") {
  check_calls({{"PARSE_TIMESTAMP", {S("2018-05-11T21:58:33"), S("yyyy-MM-dd'T'HH:mm:ss")}, big(1526075913000)},
               {"PARSE_TIMESTAMP", {S("2018-05-11T21:58:33 PST"), S("yyyy-MM-dd'T'HH:mm:ss zzz")}, big(1526101113000)},
               {"PARSE_TIMESTAMP", {S("2018-05-11 21:58"), S("yyyy-MM-dd HH:mm"), S("+02:00")}, big(1526068680000)},
               {"STRINGTOTIMESTAMP", {S("2020-05-11T21:58:33z"), S("yyyy-MM-dd'T'HH:mm:ssX")}, big(1589234313000)},
               {"STRINGTOTIMESTAMP", {S("1969-12-31 23:59:59.999"), S("yyyy-MM-dd HH:mm:ss.SSS")}, big(-1)}});
  check_fails("PARSE_TIMESTAMP", {S("nonsense"), S("yyyy")}, "'nonsense' doesn't fit the format 'yyyy'");
}

TEST_CASE("intervals") {
  check_calls({{"DATEADD", {S("DAYS"), I(-5), date(2)}, -3},
               {"DATEADD", {S("HOURS"), I(47), date(2)}, 3},
               {"DATEADD", {S("MILLISECONDS"), null_of(Type::integer()), date(5)}, {}},
               {"DATESUB", {S("DAYS"), I(-5), date(-5)}, 0},
               {"DATESUB", {S("SECONDS"), I(1), date(5)}, 4},
               {"TIMEADD", {S("MILLISECONDS"), I(10), time(86399995)}, 5},
               {"TIMEADD", {S("MILLISECONDS"), I(-5), time(2)}, 86399997},
               {"TIMEADD", {S("DAYS"), I(100), time(2)}, 2},
               {"TIMESUB", {S("HOURS"), I(1), time(0)}, 82800000},
               {"TIMESTAMPADD", {S("MINUTES"), I(2), ts(10)}, big(120010)},
               {"TIMESTAMPSUB", {S("MILLISECONDS"), I(-5), ts(-100)}, big(-95)}});
  check_fails("TIMESTAMPADD", {S("DAYS"), I(1), ts(INT64_MAX)}, "out of the type's range");
  check_fails("DATEADD", {S("DAYS"), I(1), date(INT32_MAX)}, "out of the type's range");
  CHECK(refusal("DATEADD", {date(1), I(5), date(1)})
            .find("Function 'dateadd' does not accept parameters (DATE, INTEGER, DATE).") != std::string::npos);
  CHECK(refusal("TIMEADD", {S("WEEKS"), I(5), time(1)}).find("'WEEKS'") != std::string::npos);
}

TEST_CASE("numbers of days and milliseconds") {
  check_calls({{"FROM_DAYS", {I(-10)}, -10},
               {"FROM_UNIXTIME", {L(1589234313000)}, big(1589234313000)},
               {"UNIX_DATE", {date(100)}, 100},
               {"UNIX_TIMESTAMP", {ts(100)}, big(100)},
               {"UNIX_TIMESTAMP", {null_of(Type::timestamp())}, {}}});
  CHECK(evaluate("FROM_DAYS", {I(1)}, false).type->to_string() == "DATE");
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  CHECK(evaluate("UNIX_TIMESTAMP", {}, false).value.as_int() >= now.count());
  CHECK(evaluate("UNIX_DATE", {}, false).value.as_int() >= now.count() / 86'400'000);
}

TEST_CASE("CONVERT_TZ moves by the difference of the offsets") {
  check_calls({{"CONVERT_TZ", {ts(100), S("+0200"), S("+0500")}, big(10800100)},
               {"CONVERT_TZ", {ts(1589234313000), S("UTC"), S("America/Los_Angeles")}, big(1589209113000)},
               {"CONVERT_TZ", {ts(1589234313000), S("Europe/Paris"), S("UTC")}, big(1589227113000)},
               {"CONVERT_TZ", {null_of(Type::timestamp()), S("UTC"), S("UTC")}, {}}});
  CHECK(refusal("CONVERT_TZ", {ts(1), S("UTC"), S("Moon")}).find("'Moon'") != std::string::npos);
}

}  // namespace weir::function_test
