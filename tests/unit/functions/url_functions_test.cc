#include "tests/unit/functions/function_test.h"

namespace weir::function_test {
namespace {

const TypePtr kText = Type::string();
const Arg kFull = S("http://test@confluent.io:8080/nested/a%20path?q=%412&r=a%26b#frag%20ment");

}  // namespace

TEST_CASE("parts of URLs") {
  check_calls({{"URL_EXTRACT_PROTOCOL", {kFull}, "http"},
               {"URL_EXTRACT_HOST", {kFull}, "confluent.io"},
               {"URL_EXTRACT_PORT", {kFull}, 8080},
               {"URL_EXTRACT_PATH", {kFull}, "/nested/a path"},
               {"URL_EXTRACT_QUERY", {kFull}, "q=A2&r=a&b"},
               {"URL_EXTRACT_FRAGMENT", {kFull}, "frag ment"},
               {"URL_EXTRACT_PROTOCOL", {S("www.confluent.io")}, {}},
               {"URL_EXTRACT_PATH", {S("www.confluent.io")}, "www.confluent.io"},
               {"URL_EXTRACT_PATH", {S("http://www.test.com?query#fragment")}, ""},
               {"URL_EXTRACT_HOST", {S("http://[::1]:80/x")}, "[::1]"},
               {"URL_EXTRACT_HOST", {S("http://1.2.3.4:5")}, "1.2.3.4"},
               {"URL_EXTRACT_HOST", {S("http://my_host/a")}, {}},
               {"URL_EXTRACT_HOST", {S("http://ü.de/ä?ö")}, {}},
               {"URL_EXTRACT_PATH", {S("http://ü.de/ä?ö")}, "/ä"},
               {"URL_EXTRACT_PORT", {S("http://h:/p")}, {}},
               {"URL_EXTRACT_HOST", {S("http://h:99999999999/p")}, {}},
               {"URL_EXTRACT_HOST", {S("http://h:port/")}, {}},
               {"URL_EXTRACT_PATH", {S("mailto:a@b")}, {}},
               {"URL_EXTRACT_PATH", {S("file:///x")}, "/x"},
               {"URL_EXTRACT_FRAGMENT", {S("#f")}, "f"},
               {"URL_EXTRACT_QUERY", {S("http://h/?x[1]=2")}, "x[1]=2"},
               {"URL_EXTRACT_PATH", {S("http://h/%ff")}, "/\xEF\xBF\xBD"},
               {"URL_EXTRACT_HOST", {null_of(kText)}, {}}});
  for (const char* bad : {"http://a b", "http://h/%zz", "a:", "http://h/a|b", "1x://h", "//", "http://h/#a b"}) {
    check_fails("URL_EXTRACT_PATH", {S(bad)}, "is no URL");
  }
}

TEST_CASE("URL_EXTRACT_PARAMETER") {
  const Arg url = S("http://www.test.com/?one=a&two=url%20encoded&three&a%20b=c=d&one=z");
  check_calls({{"URL_EXTRACT_PARAMETER", {url, S("one")}, "a"},
               {"URL_EXTRACT_PARAMETER", {url, S("two")}, "url encoded"},
               {"URL_EXTRACT_PARAMETER", {url, S("three")}, ""},
               {"URL_EXTRACT_PARAMETER", {url, S("a b")}, "c=d"},
               {"URL_EXTRACT_PARAMETER", {url, S("four")}, {}},
               {"URL_EXTRACT_PARAMETER", {S("http://h"), S("one")}, {}},
               {"URL_EXTRACT_PARAMETER", {url, null_of(kText)}, {}}});
}

TEST_CASE("parameters are encoded and decoded") {
  check_calls({{"URL_ENCODE_PARAM", {S("?foo $bar")}, "%3Ffoo+%24bar"},
               {"URL_ENCODE_PARAM", {S("*-._~é😀")}, "*-._%7E%C3%A9%F0%9F%98%80"},
               {"URL_DECODE_PARAM", {S("%3Ffoo+%24bar")}, "?foo $bar"},
               {"URL_DECODE_PARAM", {S("hello%26world")}, "hello&world"},
               {"URL_DECODE_PARAM", {S("%C3%A9%ff")}, "é\xEF\xBF\xBD"},
               {"URL_DECODE_PARAM", {null_of(kText)}, {}}});
  for (const char* bad : {"%zz", "%4", "a%"}) check_fails("URL_DECODE_PARAM", {S(bad)}, "hexadecimal");
}

}  // namespace weir::function_test
