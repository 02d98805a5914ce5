#include "engine/sql/formatter.h"

#include <doctest/doctest.h>

#include "engine/sql/parser.h"

namespace weir::sql {
namespace {

std::string canonical(const std::string& expression) { return to_sql(*parse_expression(expression)); }

void check_round_trip(const std::string& text) {
  CAPTURE(text);
  const StatementPtr first = parse_statement(text, {}, Language::kTestScripts);
  const std::string printed = to_sql(*first);
  CAPTURE(printed);
  const StatementPtr second = parse_statement(printed, {}, Language::kTestScripts);
  CHECK(equal(*first, *second));
  CHECK(to_sql(*second) == printed);
}

TEST_CASE("expressions have one canonical text, which reads back as the same tree") {
  const struct {
    const char* text;
    const char* canonical;
  } cases[] = {
      {"a+b*c", "(A + (B * C))"},
      {"(a+b)*c", "((A + B) * C)"},
      {"a - b - c", "((A - B) - C)"},
      {"a || b + c", "(A || (B + C))"},
      {"a % b / c", "((A % B) / C)"},
      {"- a * b", "(-A * B)"},
      {"-(a)", "-A"},
      {"-(-a)", "-(-A)"},
      {"- -1", "-(-1)"},
      {"-(1)", "-(1)"},
      {"+1", "+1"},
      {"+-1", "+(-1)"},
      {"(-1)[2]", "(-1)[2]"},
      {"(-a)->b", "(-A)->B"},
      {"-a->b", "-A->B"},
      {"not a and b or c", "(((NOT A) AND B) OR C)"},
      {"not a = b", "(NOT (A = B))"},
      {"a or b and not c", "(A OR (B AND (NOT C)))"},
      {"a != b", "(A <> B)"},
      {"a is distinct from b + 1", "(A IS DISTINCT FROM (B + 1))"},
      {"a is not distinct from null", "(A IS NOT DISTINCT FROM null)"},
      {"a is null", "(A IS NULL)"},
      {"a is not null", "(A IS NOT NULL)"},
      {"a between 1 and 2 and b", "((A BETWEEN 1 AND 2) AND B)"},
      {"a not between 1 and 2", "(A NOT BETWEEN 1 AND 2)"},
      {"a in (1, b or c, 'x')", "(A IN (1, (B OR C), 'x'))"},
      {"a not in (1)", "(A NOT IN (1))"},
      {"a like 'x%' escape '!'", "(A LIKE 'x%' ESCAPE '!')"},
      {"a not like b", "(A NOT LIKE B)"},
      {"a + b at time zone 'UTC'", "(A + B AT TIME ZONE 'UTC')"},
      {"(a + b) at time zone 'UTC'", "(A + B) AT TIME ZONE 'UTC'"},
      {"(-a) at time zone 'UTC' at time zone 'x'", "((-A) AT TIME ZONE 'UTC') AT TIME ZONE 'x'"},
      {"case when a then 1 else 2 end", "(CASE WHEN A THEN 1 ELSE 2 END)"},
      {"case a when 1 then 'x' when 2 then 'y' end", "(CASE A WHEN 1 THEN 'x' WHEN 2 THEN 'y' END)"},
      {"case end when start then end end", "(CASE END WHEN START THEN END END)"},
      {"cast(a as decimal(4,2))", "CAST(A AS DECIMAL(4, 2))"},
      {"cast(a as struct<`b c` int, d varchar array>)", "CAST(A AS STRUCT<`b c` INT, D ARRAY<VARCHAR>>)"},
      {"cast(a as struct<>)", "CAST(A AS STRUCT<>)"},
      {"cast(a as map<string, array<bytes>>)", "CAST(A AS MAP<STRING, ARRAY<BYTES>>)"},
      {"cast(a as varchar(20))", "CAST(A AS VARCHAR)"},
      {"date '2024-01-31'", "CAST('2024-01-31' AS DATE)"},
      {"decimal '1.50'", "1.50"},
      {"array[1, a, array[]]", "ARRAY[1, A, ARRAY[]]"},
      {"map('a':=1, b:=c+1)", "MAP('a':=1, B:=(C + 1))"},
      {"map()", "MAP()"},
      {"struct(a:=1, `b`:=struct())", "STRUCT(A:=1, `b`:=STRUCT())"},
      {"a[1]->b[c]->d", "A[1]->B[C]->D"},
      {"s.a->b", "S.A->B"},
      {"\"from\".\"A\"", "`from`.A"},
      {"count(*)", "COUNT(*)"},
      {"now()", "NOW()"},
      {"`my fn`(1)", "`my fn`(1)"},
      {"timestampadd(second, 5, ts)", "TIMESTAMPADD(SECONDS, 5, TS)"},
      {"timestampadd(`SECONDS`, 5, ts)", "TIMESTAMPADD(`SECONDS`, 5, TS)"},
      {"sum(seconds)", "SUM(SECONDS)"},
      {"transform(a, x => x * 2)", "TRANSFORM(A, (X) => (X * 2))"},
      {"reduce(a, 0, (s, x) => s + x + y)", "REDUCE(A, 0, (S, X) => ((S + X) + Y))"},
      {"'it''s'", "'it''s'"},
      {"'$${x}'", "'$${x}'"},
      {"'$$${x} ${ y'", "'$$${x} ${ y'"},
      {"0012", "12"},
      {"1.", "1."},
      {".50", "0.50"},
      {"007.10", "7.10"},
      {"1e3", "1E3"},
      {"1500e0", "1.5E3"},
      {"-1.5E-3", "-1.5E-3"},
      {"0e0", "0E0"},
      {"4.9E-324", "5E-324"},
      {"1.7976931348623157E308", "1.7976931348623157E308"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"true and FALSE", "(true AND false)"},
      {"`array`[1]", "`array`[1]"},
      {"`ARRAY`[1]", "`ARRAY`[1]"},
      {"`MAP`(1)", "`MAP`(1)"},
      {"`a``b`", "`a``b`"},
      {"_x1@y + 1a", "(_X1@Y + `1A`)"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.text);
    CHECK(canonical(test.text) == test.canonical);
    CHECK(equal(*parse_expression(test.text), *parse_expression(canonical(test.text))));
  }
}

TEST_CASE("statements read back from their canonical text") {
  const char* statements[] = {
      "select * from s",
      "select a, b as c, d e, s.*, f->g->*, `x y`.`z` from s t",
      "select a from s at earliest",
      "select a from s at latest as t emit changes",
      "select a from s at timestamp '2024-01-01T00:00:00' t limit 3",
      "select a from s at offset 12",
      "select a from (select b from c where d) as x join (select 1 from y) on x.a = y.b",
      "with a as (select 1 from b), c as (select 2 from a) select * from c",
      "select a from s left join t within 5 seconds grace period 1 day on s.a = t.a full outer join u within (1 hour, "
      "2 minutes) on t.b = u.b",
      "select a from s inner join t on a = b right join u on true",
      "select count(*) from s window tumbling (size 1 minute) group by a emit final",
      "select count(*) from s window w tumbling (size 1 minute, retention 2 days, grace period 3 seconds) group by a",
      "select count(*) from s window hopping (size 30 seconds, advance by 10 milliseconds, grace period 0 seconds) "
      "where b group by (a, c) having count(*) > 1",
      "select count(*) from s window session (1 millisecond, retention 5 hours) group by (a)",
      "select * from s partition by a, b emit changes limit 10",
      "create stream s (a int key, b varchar headers, c bytes header('x''y'), d decimal(4,2), e struct<f int>) with "
      "(kafka_topic='t', partitions=3, wrap_single_value=false, x=-1.5, y=null)",
      "create or replace table if not exists t (id bigint primary key) with (value_format='json')",
      "create source table t (id bigint primary key) with (kafka_topic='t')",
      "create source stream s with (kafka_topic='t', value_format='avro')",
      "create stream s",
      "create stream s with (kafka_topic='t') as select * from x emit changes",
      "create or replace table t as select a, count(*) from s group by a",
      "create table if not exists t as with x as (select * from s) select * from x",
      "insert into s select * from t",
      "insert into s with (query_id='q1') select * from t emit changes",
      "insert into s with x as (select 1 from y) select * from x",
      "insert into s values (1, 'a', -3, null, array[1], struct(a:=1))",
      "insert into s (a, `b`, key) values (1, true, 1e3)",
      "drop stream s",
      "drop table if exists t delete topic",
      "alter stream s add column a int, add b varchar, c double",
      "alter table t add a int",
      "alter system 'a'='b'",
      "create type address as struct<number int, street varchar>",
      "create type if not exists x as map<string, int>",
      "drop type if exists x",
      "import topics like 'x%' as streams",
      "show properties",
      "show topics",
      "list all topics extended",
      "show streams extended",
      "show tables",
      "list functions",
      "show connectors",
      "show source connectors",
      "list sink connectors",
      "show connector plugins",
      "show types",
      "show variables",
      "list queries extended",
      "describe s",
      "describe `s` extended",
      "describe streams",
      "describe tables extended",
      "describe function abs",
      "describe connector c",
      "describe `STREAMS`",
      "describe `FUNCTION` extended",
      "explain select * from s",
      "explain create stream a as select * from b",
      "explain CSAS_X_1",
      "explain `SHOW`",
      "print topic1",
      "print 'Topic-1' from beginning interval 2 limit 3",
      "print Topic_x sample 4",
      "terminate q1",
      "terminate all",
      "pause q1",
      "resume all",
      "set 'auto.offset.reset'='earliest'",
      "unset 'x'",
      "define a = 'it''s'",
      "undefine a",
      "create sink connector if not exists c with ('connector.class'='x', \"Tasks.Max\"='1', name='y')",
      "create source connector `c-1` with ('a'='b')",
      "drop connector if exists c",
      "assert topic t",
      "assert not exists topic 'T-1' with (partitions=1) timeout 5 seconds",
      "assert schema subject s",
      "assert not exists schema subject 'x-value' id 3 timeout 1 minute",
      "assert schema id 3",
      "assert values s (a, rowtime) values (1, 2)",
      "assert values s values (null)",
      "assert null values t (a) key (1)",
      "assert stream s (a int key) with (kafka_topic='x')",
      "assert table t",
      "run script 'x/y.sql'",
      "select `select`, `from`, `a b`, `lower`, \"Q\" from `table`",
  };
  for (const char* statement : statements) check_round_trip(statement);
}

TEST_CASE("the canonical text of a query") {
  const auto text =
      to_sql(*parse_statement("create table t with(partitions=2) as select a, sum(b) as total from s x left join t y "
                              "on x.i=y.i window tumbling(size 1 hour) "
                              "where a>1 group by a having sum(b)>2 emit changes;"));
  CHECK(text ==
        "CREATE TABLE T WITH (PARTITIONS=2) AS SELECT A, SUM(B) AS TOTAL FROM S AS X LEFT OUTER JOIN T AS Y ON (X.I = "
        "Y.I) "
        "WINDOW TUMBLING (SIZE 1 HOUR) WHERE (A > 1) GROUP BY A HAVING (SUM(B) > 2) EMIT CHANGES");
}

TEST_CASE("secrets are never printed") {
  const auto printed = [](const std::string& text) { return to_sql(*parse_statement(text)); };
  CHECK(printed("create source connector c with ('connection.password'='hunter2', 'user'='me')") ==
        "CREATE SOURCE CONNECTOR C WITH ('connection.password'='***', 'user'='me')");
  CHECK(printed("create source connector c with "
                "('connection.url'='jdbc:postgresql://me:hunter2@db:5432/x?sslpassword=hunter2&a=b')") ==
        "CREATE SOURCE CONNECTOR C WITH ('connection.url'='jdbc:postgresql://me:***@db:5432/x?sslpassword=***&a=b')");
  CHECK(printed("set 'sasl.jaas.config'='x hunter2;'") == "SET 'sasl.jaas.config' = '***'");
  CHECK(printed("alter system 'snowflake.private_key'='hunter2'") == "ALTER SYSTEM 'snowflake.private_key' = '***'");
  CHECK(printed("create sink connector c with (api_key=12345)") == "CREATE SINK CONNECTOR C WITH (API_KEY='***')");
  CHECK(printed("create stream s with (kafka_topic='t', key_format='json')") ==
        "CREATE STREAM S WITH (KAFKA_TOPIC='t', KEY_FORMAT='json')");
  CHECK(is_secret_property("basic.auth.user.info"));
  CHECK(is_secret_property("ssl.key"));
  CHECK(is_secret_property("azure.account_key"));
  CHECK_FALSE(is_secret_property("KEY_DELIMITER"));
  CHECK_FALSE(is_secret_property("key"));
  CHECK_FALSE(is_secret_property("ksql.persistence.default.format.key"));
}

TEST_CASE("trees that differ are not equal") {
  const char* different[] = {"a",
                             "b",
                             "s.a",
                             "a->b",
                             "a[1]",
                             "a + b",
                             "b + a",
                             "a - b",
                             "a = b",
                             "a <> b",
                             "a and b",
                             "a or b",
                             "not a",
                             "-a",
                             "1",
                             "1.",
                             "1e0",
                             "'a'",
                             "a in (1)",
                             "a in (1, 2)",
                             "a not in (1)",
                             "a is null",
                             "a like b",
                             "a like b escape 'c'",
                             "f(a)",
                             "f(a, b)",
                             "array[a]",
                             "array[]",
                             "struct(a:=b)",
                             "struct(b:=b)",
                             "map(a:=b)",
                             "cast(a as int)",
                             "cast(a as bigint)",
                             "case when a then b end",
                             "case when a then b else c end",
                             "a at time zone 'x'",
                             "true",
                             "null"};
  for (const char* left : different) {
    for (const char* right : different) {
      CAPTURE(left);
      CAPTURE(right);
      CHECK(equal(*parse_expression(left), *parse_expression(right)) == (left == right));
    }
  }
}

}  // namespace
}  // namespace weir::sql
