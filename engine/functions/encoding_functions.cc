// Text and bytes in other encodings, numbers out of bytes, code points, digests and identifiers.
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <bit>
#include <cstring>

#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"
#include "engine/functions/one_overload.h"
#include "engine/functions/text_encoding.h"
#include "engine/functions/utf16_text.h"

namespace weir {
namespace {

const std::string kEncodings = "'hex', 'utf8', 'ascii' or 'base64'";

Kernel encode_kernel(const FunctionBinding& binding) {
  return [from = CompiledArgument<TextEncoding>(binding, 1, parse_text_encoding),
          to = CompiledArgument<TextEncoding>(binding, 2, parse_text_encoding)](KernelCall& call) mutable {
    Arena& arena = call.context.arena;
    for_each_complete_row(call, [&](uint32_t row) {
      const TextEncoding* input = from.get(call, row);
      const TextEncoding* output = input ? to.get(call, row) : nullptr;
      if (!output) return;
      const std::string_view text = text_at(call, 0, row);
      const auto bytes = *input == TextEncoding::kHex ? parse_sql_hex(text, arena) : text_to_bytes(text, *input, arena);
      if (!bytes) {
        call.fail(row, "the text is not valid in the encoding '" + std::string(text_at(call, 1, row)) + "'");
        return;
      }
      call.out.set<std::string_view>(row, bytes_to_text(*bytes, *output, arena, HexCase::kLower, Base64Lines::kNo));
    });
  };
}

Kernel to_bytes_kernel(const FunctionBinding& binding) {
  return [encoding = CompiledArgument<TextEncoding>(binding, 1, parse_text_encoding)](KernelCall& call) mutable {
    for_each_complete_row(call, [&](uint32_t row) {
      const TextEncoding* from = encoding.get(call, row);
      if (!from) return;
      const auto bytes = text_to_bytes(text_at(call, 0, row), *from, call.context.arena);
      if (bytes) {
        call.out.set<std::string_view>(row, *bytes);
      } else {
        call.fail(row, "the text is not valid in the encoding '" + std::string(text_at(call, 1, row)) + "'");
      }
    });
  };
}

Kernel from_bytes_kernel(const FunctionBinding& binding) {
  return [encoding = CompiledArgument<TextEncoding>(binding, 1, parse_text_encoding)](KernelCall& call) mutable {
    for_each_complete_row(call, [&](uint32_t row) {
      if (const TextEncoding* to = encoding.get(call, row)) {
        call.out.set<std::string_view>(
            row, bytes_to_text(text_at(call, 0, row), *to, call.context.arena, HexCase::kUpper, Base64Lines::kYes));
      }
    });
  };
}

std::endian parse_byte_order(std::string_view text) {
  if (text == "BIG_ENDIAN") return std::endian::big;
  if (text == "LITTLE_ENDIAN") return std::endian::little;
  throw std::invalid_argument("there is no byte order '" + std::string(text) +
                              "'; use 'BIG_ENDIAN' or 'LITTLE_ENDIAN'");
}

template <class T>
T number_of_bytes(std::string_view bytes, std::endian order) {
  char ordered[sizeof(T)];
  for (size_t i = 0; i < sizeof(T); ++i) {
    ordered[i] = order == std::endian::native ? bytes[i] : bytes[sizeof(T) - 1 - i];
  }
  T value;
  std::memcpy(&value, ordered, sizeof(T));
  return value;
}

template <class T>
Kernel number_from_bytes_kernel(const FunctionBinding& binding) {
  std::optional<CompiledArgument<std::endian>> orders;
  if (binding.types.size() > 1) orders.emplace(binding, 1, parse_byte_order);
  return [orders](KernelCall& call) mutable {
    for_each_complete_row(call, [&](uint32_t row) {
      constexpr std::endian kDefault = std::endian::big;
      const std::endian* order = orders ? orders->get(call, row) : &kDefault;
      if (!order) return;
      const std::string_view bytes = text_at(call, 0, row);
      if (bytes.size() == sizeof(T)) {
        call.out.set<T>(row, number_of_bytes<T>(bytes, *order));
      } else {
        call.fail(row, "the number needs " + std::to_string(sizeof(T)) + " bytes, not " + std::to_string(bytes.size()));
      }
    });
  };
}

template <class T>
ScalarFunction number_from_bytes_function(std::string name, const std::string& type) {
  const std::string description = "The " + type + " that " + std::to_string(sizeof(T)) + " bytes hold.";
  std::string example = name + "(payload, 'LITTLE_ENDIAN')";
  return {
      .name = std::move(name),
      .category = "conversions",
      .description = description,
      .example = std::move(example),
      .overloads = {{.signature = "(BYTES) -> " + type,
                     .description = description + " The first byte is the most significant.",
                     .make_kernel = number_from_bytes_kernel<T>,
                     .parameter_docs = {{"bytes", "the bytes"}}},
                    {.signature = "(BYTES, STRING) -> " + type,
                     .description = description,
                     .make_kernel = number_from_bytes_kernel<T>,
                     .parameter_docs = {{"bytes", "the bytes"}, {"byteOrder", "'BIG_ENDIAN' or 'LITTLE_ENDIAN'"}}}}};
}

// Valid code points are text; surrogates alone are not, and show as '?'.
Kernel chr_of_number_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    for_each_complete_row(call, [&](uint32_t row) {
      const int32_t code = int_at(call, 0, row);
      if (code < 0 || code > 0x10FFFF) return;
      char* const out = call.context.arena.allocate(4);
      const size_t size = encode_utf8(static_cast<char32_t>(code), out);
      call.context.arena.give_back(4 - size);
      call.out.set<std::string_view>(row, {out, size});
    });
  };
}

// The UTF-16 unit of an escape backslash-u-XXXX at `at`, which moves behind it; -1 if there is none.
int32_t take_utf16_escape(std::string_view text, size_t& at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int32_t unit = 0;
  for (size_t i = at + 2; i < at + 6; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  at += 6;
  return unit;
}

// Each escape becomes its character, a pair of surrogates one; other text stays.
Kernel chr_of_text_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    for_each_complete_row(call, [&](uint32_t row) {
      const std::string_view text = text_at(call, 0, row);
      if (text.size() < 6 || !text.starts_with("\\u")) return;
      char* const out = call.context.arena.allocate(text.size());
      size_t size = 0;
      for (size_t at = 0; at < text.size();) {
        int32_t unit = take_utf16_escape(text, at);
        if (unit < 0) {
          if (text.substr(at, 2) == "\\u") {
            call.fail(row, "'" + std::string(text) + "' has a \\u without four hexadecimal digits");
            return;
          }
          out[size++] = text[at++];
          continue;
        }
        if (unit >= 0xD800 && unit < 0xDC00) {
          size_t after = at;
          const int32_t low = take_utf16_escape(text, after);
          if (low >= 0xDC00 && low < 0xE000) {
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            at = after;
          }
        }
        size += encode_utf8(static_cast<char32_t>(unit), out + size);
      }
      call.out.set<std::string_view>(row, {out, size});
    });
  };
}

ScalarFunction chr_function() {
  return {.name = "CHR",
          .category = "string",
          .description = "The character with a code: a number, or an escape such as \\u004b. NULL for what is no code.",
          .example = "CHR(75) → 'K'",
          .overloads = {
              {.signature = "(INT) -> STRING",
               .description = "The character with the number in Unicode.",
               .make_kernel = chr_of_number_kernel,
               .parameter_docs = {{"decimalCode", "the code point"}}},
              {.signature = "(STRING) -> STRING",
               .description = "The character that the escape says.",
               .make_kernel = chr_of_text_kernel,
               .parameter_docs = {{"utf16Code", "\\u and four hexadecimal digits, twice for a surrogate pair"}}}}};
}

std::string_view md5_hex(std::string_view text, Arena& arena) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_md5(), nullptr);
  return bytes_to_text({reinterpret_cast<const char*>(digest), size}, TextEncoding::kHex, arena, HexCase::kLower,
                       Base64Lines::kNo);
}

std::string_view uuid_text(std::string_view bytes, Arena& arena) {
  const std::string_view hex = bytes_to_text(bytes, TextEncoding::kHex, arena, HexCase::kLower, Base64Lines::kNo);
  char* const out = arena.allocate(36);
  char* at = out;
  for (size_t i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) *at++ = '-';
    *at++ = hex[i];
  }
  return {out, 36};
}

Kernel random_uuid_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    for (uint32_t row = 0; row < call.rows; ++row) {
      unsigned char bytes[16];
      if (RAND_bytes(bytes, sizeof bytes) != 1) {
        call.fail(row, "the system has no randomness to make an identifier of");
        continue;
      }
      bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);  // version 4
      bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);  // variant of RFC 4122
      const std::string_view view(reinterpret_cast<const char*>(bytes), sizeof bytes);
      call.out.set<std::string_view>(row, uuid_text(view, call.context.arena));
    }
  };
}

Kernel uuid_of_bytes_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    for_each_complete_row(call, [&](uint32_t row) {
      const std::string_view bytes = text_at(call, 0, row);
      if (bytes.size() == 16) call.out.set<std::string_view>(row, uuid_text(bytes, call.context.arena));
    });
  };
}

ScalarFunction uuid_function() {
  return {.name = "UUID",
          .category = "string",
          .description =
              "A universally unique identifier as text: a new random one for each row (version 4 of RFC 4122), or the "
              "one that 16 bytes hold.",
          .example = "UUID() → '237e9877-e79b-42d4-a765-321741963000'",
          .deterministic = false,
          .overloads = {
              {.signature = "() -> STRING", .description = "A random identifier.", .make_kernel = random_uuid_kernel},
              {.signature = "(BYTES) -> STRING",
               .description = "The identifier in the bytes; NULL if they aren't 16.",
               .make_kernel = uuid_of_bytes_kernel,
               .parameter_docs = {{"bytes", "the identifier's 16 bytes"}}}}};
}

}  // namespace

std::vector<ScalarFunction> encoding_functions() {
  return {
      number_from_bytes_function<int64_t>("BIGINT_FROM_BYTES", "BIGINT"),
      number_from_bytes_function<double>("DOUBLE_FROM_BYTES", "DOUBLE"),
      number_from_bytes_function<int32_t>("INT_FROM_BYTES", "INT"),
      chr_function(),
      one_overload("string", "ENCODE", "Converts a text that holds data in one encoding to another encoding.",
                   "ENCODE('0x4F4B', 'hex', 'utf8') → 'OK'", "(STRING, STRING, STRING) -> STRING",
                   {{"str", "the text"}, {"inputEncoding", kEncodings}, {"outputEncoding", kEncodings}}, encode_kernel),
      one_overload("string", "FROM_BYTES", "The text of bytes in an encoding.", "FROM_BYTES(payload, 'hex')",
                   "(BYTES, STRING) -> STRING", {{"value", "the bytes"}, {"encoding", kEncodings}}, from_bytes_kernel),
      one_overload("string", "TO_BYTES", "The bytes of a text in an encoding.", "TO_BYTES('T0s=', 'base64')",
                   "(STRING, STRING) -> BYTES", {{"value", "the text"}, {"encoding", kEncodings}}, to_bytes_kernel),
      one_overload("string", "MD5", "The MD5 digest of a text in hexadecimal.",
                   "MD5('x') → '9dd4e461268c8034f5c8564e155c67a6'", "(STRING) -> STRING", {{"str", "the text"}},
                   [](const FunctionBinding&) { return text_to_text(md5_hex); }),
      uuid_function()};
}

}  // namespace weir
