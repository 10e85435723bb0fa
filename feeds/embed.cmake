# SPDX-License-Identifier: Apache-2.0
# cmake -DFILES="a.csv;b.csv" -DOUT=x.c -P embed.cmake: each file as an array of its bytes, named
# after it (feed_bytes_a, feed_bytes_a_len), and the version that the first begins with.
list(GET FILES 0 first)
file(STRINGS "${first}" head LIMIT_COUNT 1)
if(NOT head MATCHES "^# version: ([0-9]+-[0-9]+-[0-9]+)$")
  message(FATAL_ERROR "${first} must begin with \"# version: YYYY-MM-DD\"")
endif()
set(version "${CMAKE_MATCH_1}")
set(text "/* Made by feeds/embed.cmake. */\n#include \"feeds/builtin.h\"\n")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME_WE)
  string(MAKE_C_IDENTIFIER "${name}" name)
  file(READ "${file}" bytes HEX)
  string(REGEX REPLACE "(................................................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND text "\nconst unsigned char feed_bytes_${name}[] = {\n${bytes}\n};\n"
    "const size_t feed_bytes_${name}_len = sizeof feed_bytes_${name};\n")
endforeach()
string(APPEND text "\nconst char feed_bytes_version[] = \"${version}\";\n")
file(WRITE "${OUT}" "${text}")
