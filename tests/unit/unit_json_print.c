/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/event/json_print.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "tests/check.h"

/* Every byte that a string may hold, and whatever else an event is made of. */
static cJSON *make_tree(void)
{
	char all[256];
	cJSON *root = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(root, "list");

	for (unsigned i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	all[255] = '\0';
	cJSON_AddStringToObject(root, "all", all);
	cJSON_AddStringToObject(root, "a \"key\"\n", "");
	cJSON_AddRawToObject(root, "number", "-12.5");
	cJSON_AddTrueToObject(root, "yes");
	cJSON_AddFalseToObject(root, "no");
	cJSON_AddNullToObject(root, "nothing");
	cJSON_AddObjectToObject(root, "empty");
	cJSON_AddArrayToObject(root, "none");
	for (int i = 0; i < 3; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString("item"));
	cJSON_AddItemToArray(list, cJSON_CreateStringReference("lent"));
	cJSON_AddStringToObject(cJSON_AddObjectToObject(root, "deep"), "inside", "\\");
	return root;
}

int main(void)
{
	cJSON *root = make_tree();
	char *wanted = cJSON_PrintUnformatted(root), text[4096];
	size_t wanted_len = strlen(wanted), len = 0;

	CHECK(json_print(root, text, sizeof text, &len));
	CHECK(len == wanted_len && memcmp(text, wanted, len) == 0);
	for (size_t room = 0; room < wanted_len; room++)
		CHECK(!json_print(root, text, room, &len));
	CHECK(json_print(root, text, wanted_len, &len) && len == wanted_len);
	cJSON_free(wanted);
	cJSON_Delete(root);
	return 0;
}
