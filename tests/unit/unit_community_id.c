/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/event/community_id.h"

#include "dissect/packet.h"
#include "tests/check.h"

#include <arpa/inet.h>

/*
 * The published baselines (default seed), of which each holds in both directions; and, at the end,
 * messages that nobody answers, of which each direction is a flow of its own (values:
 * Wireshark 4.0's own computation).
 */
static const struct {
	uint8_t protocol;
	const char *src, *dst;
	uint16_t src_port, dst_port;
	const char *id;
} rows[] = {
	{ IP_ICMP6, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 0,
	  "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=" },
	{ IP_ICMP6, "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 136, 0,
	  "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=" },
	{ IP_ICMP6, "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 135, 0,
	  "1:zavyT/cezQr1fmImYCwYnMXbgck=" },
	{ IP_ICMP6, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 136, 0,
	  "1:zavyT/cezQr1fmImYCwYnMXbgck=" },
	{ IP_ICMP6, "3ffe:501:1800:2345::2", "3ffe:507:0:1:200:86ff:fe05:80da", 3, 0,
	  "1:2ObVBgIn28oZvibYZhZMBgh7WdQ=" },
	{ IP_ICMP6, "3ffe:501:410:0:2c0:dfff:fe47:33e", "3ffe:507:0:1:200:86ff:fe05:80da", 1, 4,
	  "1:hLZd0XGWojozrvxqE0dWB1iM6R0=" },
	{ IP_ICMP6, "3ffe:507:0:1:200:86ff:fe05:80da", "3ffe:501:0:1001::2", 128, 0,
	  "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=" },
	{ IP_ICMP6, "3ffe:501:0:1001::2", "3ffe:507:0:1:200:86ff:fe05:80da", 129, 0,
	  "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=" },
	{ IP_ICMP6, "fe80::200:86ff:fe05:80da", "ff02::2", 133, 0,
	  "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=" },
	{ IP_ICMP6, "fe80::260:97ff:fe07:69ea", "ff02::1", 134, 0,
	  "1:pkvHqCL88/tg1k4cPigmZXUtL00=" },
	{ IP_ICMP, "192.168.0.89", "192.168.0.1", 8, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
	{ IP_ICMP, "192.168.0.1", "192.168.0.89", 0, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
	{ IP_ICMP, "10.0.0.1", "10.0.0.2", 11, 0, "1:YHxtAirCG//0OzkcVAukqKQN9xM=" },
	{ IP_TCP, "2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 63943, 25,
	  "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=" },
	{ IP_TCP, "2607:f8b0:400c:c03::1a", "2001:470:e5bf:dead:4957:2174:e82c:4887", 25, 63943,
	  "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=" },
	{ IP_SCTP, "192.168.170.8", "192.168.170.56", 7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=" },
	{ IP_SCTP, "192.168.170.56", "192.168.170.8", 7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=" },
	{ IP_TCP, "128.232.110.120", "66.35.250.204", 34855, 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ IP_TCP, "66.35.250.204", "128.232.110.120", 80, 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ IP_UDP, "192.168.1.52", "8.8.8.8", 54585, 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
	{ IP_UDP, "8.8.8.8", "192.168.1.52", 53, 54585, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
	{ 46, "10.1.12.1", "10.1.12.2", 0, 0, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=" },
	{ 46, "10.1.12.2", "10.1.12.1", 0, 0, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=" },
	{ IP_ICMP, "10.0.0.1", "10.0.0.2", 3, 3, "1:sn6MAmXQ6UD1gYE1XbV3XTNewrk=" },
	{ IP_ICMP, "10.0.0.2", "10.0.0.1", 3, 3, "1:LhjXG72oBqb/FpYqPl9LboG4/B4=" },
	{ IP_ICMP, "10.0.0.1", "10.0.0.2", 13, 0, "1:6zK3cgZa+RmEpj3VhWmGXnOWUZk=" },
	{ IP_ICMP, "10.0.0.2", "10.0.0.1", 14, 0, "1:6zK3cgZa+RmEpj3VhWmGXnOWUZk=" },
	{ IP_ICMP, "10.0.0.1", "10.0.0.2", 17, 0, "1:pBxqyIdNW2nuGKUHpPBwrujq1iE=" },
	{ IP_ICMP, "10.0.0.2", "10.0.0.1", 18, 0, "1:pBxqyIdNW2nuGKUHpPBwrujq1iE=" },
	{ IP_ICMP, "10.0.0.1", "10.0.0.2", 10, 0, "1:qhJTvE/Qez7ZPSOGlcKJAzRpSO0=" },
	{ IP_ICMP, "10.0.0.2", "10.0.0.1", 9, 0, "1:qhJTvE/Qez7ZPSOGlcKJAzRpSO0=" },
	{ IP_ICMP6, "2001:db8::1", "2001:db8::2", 1, 3, "1:7yPtShFeMQfYkMXVGzTio+ezsK8=" },
	{ IP_ICMP6, "2001:db8::2", "2001:db8::1", 1, 3, "1:R/7STGRD8sPBsWVFLpjOBGt08QE=" },
	{ IP_ICMP6, "2001:db8::1", "2001:db8::2", 130, 0, "1:00K5zJ2eLsDMSeSVZcN3NeAa3kQ=" },
	{ IP_ICMP6, "2001:db8::2", "2001:db8::1", 131, 0, "1:00K5zJ2eLsDMSeSVZcN3NeAa3kQ=" },
	{ IP_ICMP6, "2001:db8::1", "2001:db8::2", 139, 0, "1:Sk22M0RiSzqPc3Ud7RgLkieiFvo=" },
	{ IP_ICMP6, "2001:db8::2", "2001:db8::1", 140, 0, "1:Sk22M0RiSzqPc3Ud7RgLkieiFvo=" },
	{ IP_ICMP6, "2001:db8::1", "2001:db8::2", 144, 0, "1:ms66bqjCiS0Nx3DNXCp9wH22xNw=" },
	{ IP_ICMP6, "2001:db8::2", "2001:db8::1", 145, 0, "1:ms66bqjCiS0Nx3DNXCp9wH22xNw=" },
};

static void read_address(const char *text, uint8_t out[16])
{
	memset(out, 0, 16);
	out[10] = out[11] = 0xff;
	CHECK(inet_pton(AF_INET, text, out + 12) == 1 || inet_pton(AF_INET6, text, out) == 1);
}

int main(void)
{
	struct digest *digest = digest_new();

	CHECK(digest != NULL);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct flow_tuple t = { .src_port = rows[i].src_port,
			                .dst_port = rows[i].dst_port,
			                .protocol = rows[i].protocol };
		char id[COMMUNITY_ID_MAX];

		read_address(rows[i].src, t.src);
		read_address(rows[i].dst, t.dst);
		CHECK(community_id(digest, &t, id));
		if (strcmp(id, rows[i].id) != 0)
			fprintf(stderr, "row %zu: %s, not %s\n", i, id, rows[i].id);
		CHECK(strcmp(id, rows[i].id) == 0);
	}
	digest_free(digest);
	return 0;
}
