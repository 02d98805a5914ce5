# grammar/WeirSql.g4 → lexer, parser and visitor in the build folder, as the library weir_grammar.
find_program(ANTLR4 antlr4 REQUIRED)
find_path(ANTLR4_INCLUDE antlr4-runtime/antlr4-runtime.h REQUIRED)
find_library(ANTLR4_RUNTIME antlr4-runtime REQUIRED)

set(grammar_dir ${CMAKE_BINARY_DIR}/grammar)
set(grammar_files WeirSqlLexer WeirSqlParser WeirSqlVisitor WeirSqlBaseVisitor)
set(grammar_sources ${grammar_files})
list(TRANSFORM grammar_sources PREPEND ${grammar_dir}/)
list(TRANSFORM grammar_sources APPEND .cpp)

if(EXISTS ${CMAKE_SOURCE_DIR}/grammar/WeirSql.g4)
  add_custom_command(
    OUTPUT ${grammar_sources}
    COMMAND ${ANTLR4} -Dlanguage=Cpp -visitor -no-listener -package weir::grammar -o ${grammar_dir}
            ${CMAKE_SOURCE_DIR}/grammar/WeirSql.g4
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/grammar
    DEPENDS ${CMAKE_SOURCE_DIR}/grammar/WeirSql.g4
    VERBATIM)
  add_library(weir_grammar STATIC ${grammar_sources})
  # Generated code: no warnings of ours, optimised for the time of the build rather than speed, and its u8"" literals
  # are char, as they were before C++20.
  target_compile_options(weir_grammar PRIVATE -w -O1 -fno-char8_t)
  target_include_directories(weir_grammar SYSTEM PUBLIC ${grammar_dir} ${ANTLR4_INCLUDE}/antlr4-runtime)
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # A header of the runtime that nothing here needs is one that clang refuses: it is replaced by an empty one.
    set(refused_header ${ANTLR4_INCLUDE}/antlr4-runtime/misc/InterpreterDataReader.h)
    file(WRITE ${grammar_dir}/empty.h "#pragma once\n")
    file(WRITE ${grammar_dir}/clang-overlay.yaml
         "{version: 0, roots: [{type: file, name: '${refused_header}', external-contents: '${grammar_dir}/empty.h'}]}\n")
    target_compile_options(weir_grammar PUBLIC -ivfsoverlay ${grammar_dir}/clang-overlay.yaml)
  endif()
  target_link_libraries(weir_grammar PUBLIC ${ANTLR4_RUNTIME})
else()
  add_library(weir_grammar INTERFACE)
endif()
