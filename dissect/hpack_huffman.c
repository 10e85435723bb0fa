/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Huffman code of RFC 7541, appendix B. It is canonical (section 5.2): codes of one length are
 * consecutive numbers, and stand for symbols in rising order, so lengths and an order are all of
 * it.
 *
 *   bits  codes, the first bit leftmost       symbols
 *   5     00000 … 01001                       0 1 2 a c e i o s t
 *   6     010100 … 101101                     space % - . / 3 …
 */
#include "dissect/hpack.h"

enum { WINDOW_BITS = 32, PADDING_MAX = 7, SYMBOL_END = 256 };

/* The codes of one length, as they stand in the top bits of a window of 32. */
static const struct {
	uint32_t first, last;
	uint16_t symbol; /* where in `symbols` the first one stands */
	uint8_t bits;
} lengths[] = {
	{ 0x00000000, 0x4fffffff, 0, 5 },    { 0x50000000, 0xb7ffffff, 10, 6 },
	{ 0xb8000000, 0xf7ffffff, 36, 7 },   { 0xf8000000, 0xfdffffff, 68, 8 },
	{ 0xfe000000, 0xff3fffff, 74, 10 },  { 0xff400000, 0xff9fffff, 79, 11 },
	{ 0xffa00000, 0xffbfffff, 82, 12 },  { 0xffc00000, 0xffefffff, 84, 13 },
	{ 0xfff00000, 0xfff7ffff, 90, 14 },  { 0xfff80000, 0xfffdffff, 92, 15 },
	{ 0xfffe0000, 0xfffe5fff, 95, 19 },  { 0xfffe6000, 0xfffedfff, 98, 20 },
	{ 0xfffee000, 0xffff47ff, 106, 21 }, { 0xffff4800, 0xffffafff, 119, 22 },
	{ 0xffffb000, 0xffffe9ff, 145, 23 }, { 0xffffea00, 0xfffff5ff, 174, 24 },
	{ 0xfffff600, 0xfffff7ff, 186, 25 }, { 0xfffff800, 0xfffffbbf, 190, 26 },
	{ 0xfffffbc0, 0xfffffe1f, 205, 27 }, { 0xfffffe20, 0xffffffef, 224, 28 },
	{ 0xfffffff0, 0xffffffff, 253, 30 },
};

/* In the order of their codes; behind them all comes the end of the string. */
static const uint8_t symbols[SYMBOL_END] = {
	48,  49,  50,  97,  99,  101, 105, 111, 115, 116, 32,  37,  45,  46,  47,  51,  52,  53,
	54,  55,  56,  57,  61,  65,  95,  98,  100, 102, 103, 104, 108, 109, 110, 112, 114, 117,
	58,  66,  67,  68,  69,  70,  71,  72,  73,  74,  75,  76,  77,  78,  79,  80,  81,  82,
	83,  84,  85,  86,  87,  89,  106, 107, 113, 118, 119, 120, 121, 122, 38,  42,  44,  59,
	88,  90,  33,  34,  40,  41,  63,  39,  43,  124, 35,  62,  0,   36,  64,  91,  93,  126,
	94,  125, 60,  96,  123, 92,  195, 208, 128, 130, 131, 162, 184, 194, 224, 226, 153, 161,
	167, 172, 176, 177, 179, 209, 216, 217, 227, 229, 230, 129, 132, 133, 134, 136, 146, 154,
	156, 160, 163, 164, 169, 170, 173, 178, 181, 185, 186, 187, 189, 190, 196, 198, 228, 232,
	233, 1,   135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157, 158, 165,
	166, 168, 174, 175, 180, 182, 183, 188, 191, 197, 231, 239, 9,   142, 144, 145, 148, 159,
	171, 206, 215, 225, 236, 237, 199, 207, 234, 235, 192, 193, 200, 201, 202, 205, 210, 213,
	218, 219, 238, 240, 242, 243, 255, 203, 204, 211, 212, 214, 221, 222, 223, 241, 244, 245,
	246, 247, 248, 250, 251, 252, 253, 254, 2,   3,   4,   5,   6,   7,   8,   11,  12,  14,
	15,  16,  17,  18,  19,  20,  21,  23,  24,  25,  26,  27,  28,  29,  30,  31,  127, 220,
	249, 10,  13,  22,
};

/* The next 32 bits; behind the end come ones, as padding does. */
static uint32_t window_at(struct slice s, size_t bit)
{
	uint64_t window = 0;

	for (size_t i = bit / 8; i < bit / 8 + 5; i++)
		window = window << 8 | (i < s.len ? s.ptr[i] : 0xff);
	return (uint32_t)(window >> (8 - bit % 8));
}

/* The row of the first code in `window`: the last row takes all that is left. */
static size_t find_length(uint32_t window)
{
	size_t i = 0;

	while (window > lengths[i].last)
		i++;
	return i;
}

enum parse hpack_huffman(struct slice coded, struct scratch *text, struct hpack_string *out)
{
	size_t end = coded.len * 8;
	size_t bit = 0;
	size_t room = text->room - text->used;
	uint8_t *to = text->ptr + text->used;

	out->len = 0;
	for (;;) {
		uint32_t window = window_at(coded, bit);
		size_t row = find_length(window);
		size_t index = lengths[row].symbol +
		               ((window - lengths[row].first) >> (WINDOW_BITS - lengths[row].bits));

		if (bit + lengths[row].bits > end) {
			bool is_padding = end - bit <= PADDING_MAX && window == UINT32_MAX;

			if (!is_padding)
				return PARSE_BROKEN;
			break;
		}
		if (index == SYMBOL_END)
			return PARSE_BROKEN;
		if (out->len < room)
			to[out->len] = symbols[index];
		out->len++;
		bit += lengths[row].bits;
	}
	out->text = out->len <= room ? (struct slice){ to, out->len } : (struct slice){ 0 };
	text->used += out->text.len;
	return PARSE_OK;
}
