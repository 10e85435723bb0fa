/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Autonomous systems for whose addresses a country is not what it seems.
 *
 * anycast: one address is announced from many places; a database can only name one of them.
 * cdn: others' content is served from there; the country is that of the server that was near to the
 * client.
 *
 * General knowledge. The holders of the numbers were found in public code and lists in November
 * 2026; that a network is anycast was checked with no measurement. Only where it is thought to hold
 * for most of the addresses. Amazon
 * (16509, with CloudFront and Global Accelerator in it) and Microsoft (8075, with Front Door) are
 * not here: most of their addresses are machines in one place, and the number cannot tell which.
 */
#include "sensor/verdict/geo.h"

static const struct {
	uint32_t asn;
	bool is_anycast, is_cdn;
} networks[] = {
	{ 13335, true, true },  /* Cloudflare */
	{ 209242, true, true }, /* Cloudflare, Spectrum and customers' own addresses */
	{ 54113, true, true },  /* Fastly: anycast and regional addresses */
	{ 15133, true, true },  /* Edgecast (Verizon Digital Media, Edgio) */
	{ 19551, true, true },  /* Imperva Incapsula */
	{ 33438, true, true },  /* Highwinds, StackPath */
	{ 20446, true, true },  /* Highwinds, StackPath */
	{ 32787, true, false }, /* Akamai Prolexic: traffic is scrubbed where it enters */
	{ 15169, true, false }, /* Google's own front ends and 8.8.8.8; not Google Cloud (396982) */
	{ 19281, true, false }, /* Quad9 */
	{ 36692, true, false }, /* Cisco OpenDNS */
	{ 20940, false, true }, /* Akamai: its servers stand in access networks, found by DNS */
	{ 16625, false, true }, /* Akamai */
	{ 22822, false, true }, /* Limelight, Edgio */
	{ 60068, false, true }, /* CDN77, Datacamp */
	{ 200325, false, true }, /* bunny.net */
	{ 199524, false, true }, /* Gcore */
};

bool geo_network_is_anycast(uint32_t asn)
{
	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
		if (networks[i].asn == asn)
			return networks[i].is_anycast;
	return false;
}

bool geo_network_is_cdn(uint32_t asn)
{
	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
		if (networks[i].asn == asn)
			return networks[i].is_cdn;
	return false;
}
