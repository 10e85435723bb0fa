/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_DOMAIN_H
#define FEEDS_DOMAIN_H

/*
 * The part of `name` that somebody registered, by the public suffix list: "dmv.utah.example" has
 * "utah.example". It points into `name`; the name itself where it has none (a public suffix).
 */
const char *registrable_domain(const char *name);

#endif
