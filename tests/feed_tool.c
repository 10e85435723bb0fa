/* SPDX-License-Identifier: Apache-2.0 */
/* `dancecard feed` by itself, for tests of that command alone. */
#include "sensor/feed_command.h"

int main(int argc, char **argv)
{
	return feed_command(argc, argv);
}
