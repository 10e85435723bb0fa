/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DNS_SPECIMENS_H
#define TESTS_DNS_SPECIMENS_H

/* Messages as string literals: header, then questions and records in the order of RFC 1035. */

#define DNS_QUERY_HEAD  "\x12\x34\x01\x00\0\1\0\0\0\0\0\0"
#define DNS_EDNS_HEAD   "\x12\x34\x01\x20\0\1\0\0\0\0\0\1"
#define DNS_ANSWER_1    "\x12\x34\x81\x80\0\1\0\1\0\0\0\0"
#define DNS_ANSWER_3    "\x12\x34\x81\x80\0\1\0\3\0\0\0\0"
#define DNS_MDNS_QUERY  "\0\0\0\0\0\2\0\1\0\0\0\0"
#define DNS_MDNS_ANSWER "\0\0\x84\0\0\0\0\1\0\0\0\3"
#define DNS_OPT         "\0\0\x29\x10\0\0\0\0\0\0\0"
#define DNS_TYPE_A      "\0\1\0\1"
#define DNS_TYPE_CNAME  "\0\5\0\1"
#define DNS_TYPE_HTTPS  "\0\x41\0\1"
#define DNS_TTL_60      "\0\0\0\x3c"
#define DNS_SITE        "\3www\7example\3com\0"
#define DNS_SITE_QUERY  DNS_QUERY_HEAD DNS_SITE DNS_TYPE_A
#define DNS_EDNS_QUERY  DNS_EDNS_HEAD "\3WWW\7eXample\3COM\0" DNS_TYPE_A DNS_OPT

/* www.example.com CNAME shop.edge.example.com, which has two addresses. */
#define DNS_CHAIN_ANSWER                                                                           \
	DNS_ANSWER_3 DNS_SITE DNS_TYPE_A "\xc0\x0c" DNS_TYPE_CNAME DNS_TTL_60 "\0\x0c"             \
	                                 "\4shop\4edge\xc0\x10"                                    \
	                                 "\xc0\x2d" DNS_TYPE_A DNS_TTL_60 "\0\4\xc6\x33\x64\x0a"   \
	                                 "\xc0\x2d" DNS_TYPE_A DNS_TTL_60 "\0\4\xc6\x33\x64\x0b"

/* Two questions with the QU bit, and one known answer. */
#define DNS_MULTICAST_QUERY                                                                        \
	DNS_MDNS_QUERY "\4_ipp\4_tcp\5local\0\0\x0c\x80\1"                                         \
	               "\3tv1\xc0\x16\0\x1c\x80\1"                                                 \
	               "\xc0\x0c\0\x0c\0\1" DNS_TTL_60 "\0\7\4desk\xc0\x0c"

/* A PTR, and in the additional section SRV, A with the cache-flush bit, and NSEC. */
#define DNS_MULTICAST_ANSWER                                                                       \
	DNS_MDNS_ANSWER "\4_ipp\4_tcp\5local\0\0\x0c\0\1" DNS_TTL_60 "\0\7\4desk\xc0\x0c"          \
	                "\xc0\x27\0\x21\x80\1" DNS_TTL_60 "\0\x0c\0\0\0\0\2\x77\3pc1\xc0\x16"      \
	                "\xc0\x40\0\1\x80\1" DNS_TTL_60 "\0\4\xc0\0\2\7"                           \
	                "\xc0\x40\0\x2f\x80\1" DNS_TTL_60 "\0\5\xc0\x40\0\1\x40"

#endif
