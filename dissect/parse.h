/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_PARSE_H
#define DISSECT_PARSE_H

/*
 * The one answer every dissector gives. `out` is meaningful after PARSE_OK; what else it holds
 * after the other three (a name that was whole before the cut, say) each header states.
 */
enum parse {
	PARSE_OK,
	PARSE_SHORT,   /* good so far, ask again with more bytes */
	PARSE_FOREIGN, /* not this protocol */
	PARSE_BROKEN,  /* this protocol, but it breaks its own rules */
};

enum { PARSE_ANSWERS = PARSE_BROKEN + 1 };

#endif
