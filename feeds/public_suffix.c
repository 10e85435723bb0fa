/* SPDX-License-Identifier: Apache-2.0 */
#include <libpsl.h>

#include "feeds/domain.h"
#include "feeds/name.h"

bool is_public_suffix(const char *name)
{
	return psl_is_public_suffix2(psl_builtin(), name, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) !=
	       0;
}

const char *registrable_domain(const char *name)
{
	const char *domain = psl_registrable_domain(psl_builtin(), name);

	return domain != NULL ? domain : name;
}
