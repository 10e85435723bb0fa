# SPDX-License-Identifier: Apache-2.0
# Every library that dancecard links, its least version, and the Debian package that brings it.
# One table: a missing or old one is named with the package to install.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(dancecard_library target module least package)
  pkg_check_modules(${target} IMPORTED_TARGET QUIET ${module})
  if(NOT ${target}_FOUND)
    message(FATAL_ERROR "dancecard needs ${module} ${least} or later: apt-get install ${package} (or ./dev build)")
  endif()
  if(${target}_VERSION VERSION_LESS ${least})
    message(FATAL_ERROR "dancecard needs ${module} ${least} or later, found ${${target}_VERSION}: "
      "apt-get install ${package}")
  endif()
  message(STATUS "${module} ${${target}_VERSION}")
endfunction()

dancecard_library(PCAP libpcap 1.10 libpcap-dev)
dancecard_library(NDPI libndpi 4.2 libndpi-dev)
dancecard_library(MAXMINDDB libmaxminddb 1.5 libmaxminddb-dev)
dancecard_library(CJSON libcjson 1.7.14 libcjson-dev)
dancecard_library(CRYPTO libcrypto 3.0 libssl-dev)
dancecard_library(FYAML libfyaml 0.7.12 libfyaml-dev)
dancecard_library(SQLITE sqlite3 3.34 libsqlite3-dev)
dancecard_library(PSL libpsl 0.21 libpsl-dev)
dancecard_library(IDN2 libidn2 2.3 libidn2-dev)
dancecard_library(ZLIB zlib 1.2.11 zlib1g-dev)
dancecard_library(ZSTD libzstd 1.4 libzstd-dev)
dancecard_library(LZMA liblzma 5.2 liblzma-dev)
