/* SPDX-License-Identifier: Apache-2.0 */
#include <idn2.h>
#include <stdint.h>

#include "feeds/name.h"

/* RFC 5891, section 5: what is to be looked up. */
bool idn_to_ascii(struct text from, char out[NAME_SIZE])
{
	char copy[4 * NAME_SIZE];
	uint8_t *ascii = NULL;

	if (from.len >= sizeof copy)
		return false;
	memcpy(copy, from.ptr, from.len);
	copy[from.len] = '\0';
	if (idn2_lookup_u8((const uint8_t *)copy, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) !=
	    IDN2_OK)
		return false;
	size_t len = strlen((const char *)ascii);
	bool fits = len < NAME_SIZE;

	if (fits)
		memcpy(out, ascii, len + 1);
	idn2_free(ascii);
	return fits;
}
