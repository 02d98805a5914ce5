#include "tests/unit/functions/function_test.h"

namespace weir::function_test {
namespace {

const TypePtr kText = Type::string();
const std::string kGreek = "Ελλάδα";

Value big(int64_t value) { return Value(value); }

std::string repeated(const char* text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("ENCODE from hexadecimal") {
  const Arg hex = S("hex");
  check_calls({{"ENCODE", {S("4578616d706C6521"), hex, S("ascii")}, "Example!"},
               {"ENCODE", {S("ce95cebbcebbceacceb4ceb1"), hex, S("utf8")}, kGreek},
               {"ENCODE", {S("ce95cebbcebbceacceb4ceb1"), hex, S("ascii")}, repeated("\xEF\xBF\xBD", 12)},
               {"ENCODE", {S("c39c6265726d656e736368"), hex, S("base64")}, "w5xiZXJtZW5zY2g="},
               {"ENCODE", {S("0x4578616d706C6521"), hex, S("utf8")}, "Example!"},
               {"ENCODE", {S("X'4578616d706C6521'"), hex, S("utf8")}, "Example!"},
               {"ENCODE", {S("x''"), hex, S("utf8")}, ""},
               {"ENCODE", {S("0x"), hex, S("base64")}, ""},
               {"ENCODE", {S("0x578616d706C6521"), hex, S("utf8")}, "\x05xample!"},
               {"ENCODE", {null_of(kText), hex, S("utf8")}, {}}});
  for (const char* bad : {"0x0x", "X'", "x'4578616d706C6521", "x'578616d706C6521'", "578616d706C6521"}) {
    check_fails("ENCODE", {S(bad), hex, S("utf8")}, "'hex'");
  }
}

TEST_CASE("ENCODE from other encodings") {
  check_calls({{"ENCODE", {S("Example!"), S("ascii"), S("hex")}, "4578616d706c6521"},
               {"ENCODE", {S(kGreek), S("ASCII"), S("HEX")}, "3f3f3f3f3f3f"},
               {"ENCODE", {S(kGreek), S("ascii"), S("utf8")}, "??????"},
               {"ENCODE", {S("😀"), S("ascii"), S("base64")}, "Pw=="},
               {"ENCODE", {S(kGreek), S("utf8"), S("hex")}, "ce95cebbcebbceacceb4ceb1"},
               {"ENCODE", {S("zpXOu867zqzOtM6x"), S("base64"), S("utf8")}, kGreek},
               {"ENCODE", {S("RXhh bXBs\r\nZSE="), S("base64"), S("utf8")}, "Example!"},
               {"ENCODE", {S("/w=="), S("base64"), S("utf8")}, "\xEF\xBF\xBD"}});
  check_fails("ENCODE", {S("A"), S("base64"), S("utf8")}, "'base64'");
  CHECK(refusal("ENCODE", {S("a"), S("rot13"), S("utf8")}).find("'rot13'") != std::string::npos);
}

TEST_CASE("malformed UTF-8 is replaced sequence by sequence") {
  const std::string mark = "\xEF\xBF\xBD";
  check_calls({{"FROM_BYTES", {Y("a\xE2\x82z"), S("utf8")}, "a" + mark + "z"},
               {"FROM_BYTES", {Y("\xC0\xAF"), S("utf8")}, mark + mark},
               {"FROM_BYTES", {Y("\xED\xA0\x80"), S("utf8")}, mark + mark + mark},
               {"FROM_BYTES", {Y("\xF0\x9F\x98\x80"), S("utf8")}, "😀"},
               {"FROM_BYTES", {Y("\xF4\x90\x80\x80"), S("utf8")}, mark + mark + mark + mark}});
}

TEST_CASE("TO_BYTES and FROM_BYTES") {
  check_calls({{"FROM_BYTES", {Y("!"), S("ascii")}, "!"},
               {"FROM_BYTES", {Y("\xAB#"), S("hex")}, "AB23"},
               {"FROM_BYTES", {Y("!"), S("base64")}, "IQ=="},
               {"TO_BYTES", {S("IQ=="), S("base64")}, "!"},
               {"TO_BYTES", {S("AB23"), S("hex")}, "\xAB#"},
               {"TO_BYTES", {S("é"), S("utf8")}, "é"},
               {"TO_BYTES", {S("é"), S("ascii")}, "?"},
               {"TO_BYTES", {null_of(kText), S("ascii")}, {}},
               {"FROM_BYTES", {Y(std::string(60, 'a')), S("base64")}, repeated("YWFh", 19) + "\r\n" + "YWFh"}});
  check_fails("TO_BYTES", {S("ABC"), S("hex")}, "'hex'");
}

TEST_CASE("numbers out of bytes") {
  check_calls({{"INT_FROM_BYTES", {Y(std::string("\0\0\x07\xE5", 4))}, 2021},
               {"INT_FROM_BYTES", {Y(std::string("\xE5\x07\0\0", 4)), S("LITTLE_ENDIAN")}, 2021},
               {"BIGINT_FROM_BYTES", {Y(std::string("\0\0\0\x01\x2A\x05\xF2\0", 8)), S("BIG_ENDIAN")}, big(5000000000)},
               {"DOUBLE_FROM_BYTES", {Y("\x40\x80\xA6\xFD\x9B\xC9\xF5\x82")}, 532.8738323},
               {"DOUBLE_FROM_BYTES", {Y("\x82\xF5\xC9\x9B\xFD\xA6\x80\x40"), S("LITTLE_ENDIAN")}, 532.8738323},
               {"INT_FROM_BYTES", {null_of(Type::bytes())}, {}}});
  check_fails("INT_FROM_BYTES", {Y("abc")}, "4 bytes, not 3");
  check_fails("BIGINT_FROM_BYTES", {Y("abc"), S("BIG_ENDIAN")}, "8 bytes");
  CHECK(refusal("INT_FROM_BYTES", {Y("abcd"), S("MIDDLE")}).find("'MIDDLE'") != std::string::npos);
}

TEST_CASE("CHR") {
  check_calls({{"CHR", {I(75)}, "K"},
               {"CHR", {I(22909)}, "好"},
               {"CHR", {I(99000)}, "𘊸"},
               {"CHR", {I(-1)}, {}},
               {"CHR", {I(0x110000)}, {}},
               {"CHR", {I(0xD800)}, "?"},
               {"CHR", {S("\\u004b")}, "K"},
               {"CHR", {S("\\ud83d\\ude00!")}, "😀!"},
               {"CHR", {S("\\ud83d")}, "?"},
               {"CHR", {S("\\u4b")}, {}},
               {"CHR", {S("u004b00")}, {}}});
  check_fails("CHR", {S("\\u00zz")}, "hexadecimal");
}

TEST_CASE("MD5 and UUID") {
  check_calls({{"MD5", {S("")}, "d41d8cd98f00b204e9800998ecf8427e"},
               {"MD5", {S("hello world")}, "5eb63bbbe01eeed093cb22bb8f5acdc3"},
               {"UUID", {Y("0123456789abcdef")}, "30313233-3435-3637-3839-616263646566"},
               {"UUID", {Y("short")}, {}}});
  const std::string first = evaluate("UUID", {}, false).value.as_string();
  CHECK(first.size() == 36);
  CHECK(first[14] == '4');
  CHECK(std::string("89ab").find(first[19]) != std::string::npos);
  CHECK(first != evaluate("UUID", {}, false).value.as_string());
}

TEST_CASE("MASK and its relatives") {
  const Arg text = S("My Test $123");
  const Arg keep = null();
  check_calls({{"MASK", {text}, "Xx-Xxxx--nnn"},
               {"MASK", {text, S("*"), keep, S("1"), keep}, "*y *est $111"},
               {"MASK", {text, S("**"), S("é"), S("9"), S("_")}, "*é_*ééé__999"},
               {"MASK", {S("Éé😀")}, "Xx--"},
               {"MASK", {null_of(kText)}, {}},
               {"MASK_KEEP_LEFT", {text, I(4)}, "My Txxx--nnn"},
               {"MASK_KEEP_RIGHT", {text, I(4)}, "Xx-Xxxx-$123"},
               {"MASK_LEFT", {text, I(4)}, "Xx-Xest $123"},
               {"MASK_RIGHT", {text, I(4)}, "My Test -nnn"},
               {"MASK_RIGHT", {text, I(40)}, "Xx-Xxxx--nnn"},
               {"MASK_LEFT", {text, I(2), S("A"), S("b"), keep, keep}, "Ab Test $123"},
               {"MASK_LEFT", {text, null_of(Type::integer())}, {}}});
  check_fails("MASK_LEFT", {text, I(-1)}, "negative");
  CHECK(refusal("MASK", {text, S(""), S("x"), S("n"), S("-")}).find("empty") != std::string::npos);
}

}  // namespace weir::function_test
