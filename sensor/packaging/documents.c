/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Man pages and completions, from the table that the program itself reads its options by:
 *
 *   documents man|bash|zsh|fish VERSION DATE
 *   documents yaml VERSION DATE README    the keys come from the tables of config/README.md
 */
#include "sensor/options.h"

#include <stdlib.h>
#include <string.h>

/* roff: a backslash, a hyphen that is one, and what would be a request at a line's head. */
static void put_roff(const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		if ((at == text || at[-1] == '\n') && (*at == '.' || *at == '\''))
			fputs("\\&", stdout);
		if (*at == '\\')
			fputs("\\e", stdout);
		else if (*at == '-')
			fputs("\\-", stdout);
		else
			putchar(*at);
	}
}

static void put_option(const struct option_words *o)
{
	printf(".TP\n.B ");
	if (o->letter != 0)
		printf("\\-%c, ", o->letter);
	fputs("\\-\\-", stdout);
	put_roff(o->name);
	if (o->argument != NULL) {
		fputs(" \\fI", stdout);
		put_roff(o->argument);
		fputs("\\fR", stdout);
	}
	putchar('\n');
	put_roff(o->help);
	putchar('\n');
}

static void man(const char *version, const char *date)
{
	struct option_words o;

	printf(".TH DANCECARD 1 \"%s\" \"dancecard %s\" \"User Commands\"\n", date, version);
	fputs(".SH NAME\n"
	      "dancecard \\- which hosts of a network are in contact with ByteDance's "
	      "infrastructure\n"
	      ".SH SYNOPSIS\n"
	      ".B dancecard\n"
	      "[\\-r FILE|DIR|\\-]... [\\-i IFACE]... [options] [BPF filter]\n"
	      ".br\n.B dancecard feed\n"
	      "check|lookup|convert|compare ...\n"
	      ".br\n.B dancecard sites\n"
	      "LEDGER [\\-\\-csv|\\-\\-json] [\\-\\-inventory FILE.csv] [\\-\\-explain SITE]\n"
	      ".br\n.B dancecard ledger\n"
	      "forget|prune ...\n"
	      ".SH DESCRIPTION\n"
	      "A passive network sensor: reads packets, from an interface or from captures, and "
	      "writes one JSON event a line to standard output or to where \\-o says. It sends no "
	      "packet, and resolves no name but that of a server that it was told to write to.\n"
	      ".SH OPTIONS\n",
	      stdout);
	for (size_t i = 0; options_words(i, &o); i++)
		put_option(&o);
	fputs(".SH EXIT STATUS\n"
	      "0: done. 1: some input or output failed; the rest is complete, and the message says "
	      "which. 2: usage. 3: with \\-\\-fail\\-on\\-contact, when there was one.\n"
	      ".SH SIGNALS\n"
	      "SIGHUP: config and feeds are read again, outputs begun anew. SIGINT, SIGTERM: "
	      "what was read is finished and written; a second one ends at once.\n"
	      ".SH FILES\n.TP\n.I /etc/dancecard/dancecard.yaml\n"
	      "the config of the service dancecard.service: see\n.BR dancecard.yaml (5)\n"
	      ".TP\n.I /var/lib/dancecard\nthe ledger, journals of outputs\n"
	      ".TP\n.I /var/log/dancecard\nevents\n"
	      ".SH EXAMPLES\n.nf\n"
	      "dancecard \\-r day.pcap.gz \\-o events.jsonl\n"
	      "dancecard \\-r captures/ \\-\\-from 2026\\-11\\-23 host 10.20.0.101\n"
	      "dancecard \\-i eth1\n.fi\n"
	      ".SH SEE ALSO\n.BR dancecard.yaml (5),\n.BR tcpdump (8),\n.BR pcap\\-filter (7)\n",
	      stdout);
}

/* The next cell of a Markdown table's line, without its backquotes. */
static char *next_cell(char **line)
{
	char *begin = *line + strspn(*line, " |"), *end = begin;

	while (*end != '\0' && *end != '|' && *end != '\n')
		end += *end == '\\' && end[1] == '|' ? 2 : 1;
	*line = end + (*end != '\0');
	while (end > begin && end[-1] == ' ')
		end--;
	*end = '\0';
	char *to = begin;

	for (const char *from = begin; *from != '\0'; from++)
		if (*from != '`')
			*to++ = *from;
	*to = '\0';
	return begin;
}

static void put_key(char *line)
{
	fputs(".TP\n.B ", stdout);
	put_roff(next_cell(&line));
	fputs("\n", stdout);
	for (const char *cell = next_cell(&line); cell[0] != '\0'; cell = next_cell(&line)) {
		put_roff(cell);
		fputs("\n.br\n", stdout);
	}
}

/* Headings and the rows of tables that begin with a key. */
static int put_keys(const char *path)
{
	FILE *in = fopen(path, "r");
	char line[4096];

	if (in == NULL) {
		perror(path);
		return 1;
	}
	while (fgets(line, sizeof line, in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "### `", 5) == 0) {
			char *heading = line + 4;

			fputs(".SS ", stdout);
			put_roff(next_cell(&heading));
			putchar('\n');
		} else if (strncmp(line, "| `", 3) == 0) {
			put_key(line);
		}
	}
	fclose(in);
	return 0;
}

static int yaml(const char *version, const char *date, const char *readme)
{
	struct option_words o;

	printf(".TH DANCECARD.YAML 5 \"%s\" \"dancecard %s\" \"File Formats\"\n", date, version);
	fputs(".SH NAME\ndancecard.yaml \\- networks, policy, inventory and options of dancecard\n"
	      ".SH DESCRIPTION\n"
	      "The file of\n.BR \"dancecard \\-c\" .\n"
	      "Its keys are those below, and the long options of\n.BR dancecard (1)\n"
	      "without their hyphens; what the command line says wins.\n"
	      ".B dancecard \\-c FILE \\-\\-check\nsays what is wrong with it, with line and "
	      "column.\n.SH KEYS\n",
	      stdout);
	int status = put_keys(readme);

	fputs(".SH OPTIONS AS KEYS\n", stdout);
	for (size_t i = 0; options_words(i, &o); i++) {
		if (!o.is_for_file)
			continue;
		fputs(".TP\n.B ", stdout);
		put_roff(o.name);
		printf(": \\fI%s\\fR\n", o.argument == NULL ? "true|false"
		                         : o.is_list        ? "one, or a list"
		                                            : o.argument);
		put_roff(o.help);
		putchar('\n');
	}
	fputs(".SH SEE ALSO\n.BR dancecard (1)\n", stdout);
	return status;
}

/* What can stand behind an option. */
static bool wants_file(const struct option_words *o)
{
	static const char *const files[] = { "FILE", "KEYFILE", "TARGET", "FOLDER" };

	for (size_t i = 0; o->argument != NULL && i < sizeof files / sizeof *files; i++)
		if (strncmp(o->argument, files[i], strlen(files[i])) == 0)
			return true;
	return false;
}

static bool wants(const struct option_words *o, const char *what)
{
	return o->argument != NULL && strcmp(o->argument, what) == 0;
}

/* "-f|--feed|" of each option that `choose` chooses. */
static void put_case(const char *what, bool files)
{
	struct option_words o;
	const char *between = "";

	for (size_t i = 0; options_words(i, &o); i++) {
		if (files ? !wants_file(&o) : !wants(&o, what))
			continue;
		if (o.letter != 0)
			printf("%s-%c", between, o.letter), between = "|";
		printf("%s--%s", between, o.name);
		between = "|";
	}
}

static void bash(void)
{
	struct option_words o;

	fputs("# bash completion for dancecard\n_dancecard()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	      "\tcase $prev in\n\t",
	      stdout);
	put_case("IFACE", false);
	fputs(")\n\t\tmapfile -t COMPREPLY < <(compgen -W \"$(cd /sys/class/net && echo *)\" -- "
	      "\"$cur\")\n\t\treturn\n\t\t;;\n\t",
	      stdout);
	put_case("USER", false);
	fputs(")\n\t\tmapfile -t COMPREPLY < <(compgen -u -- \"$cur\")\n\t\treturn\n\t\t;;\n\t",
	      stdout);
	put_case("SHAPE", false);
	fputs(")\n\t\tmapfile -t COMPREPLY < <(compgen -W \"native ecs ocsf\" -- \"$cur\")\n\t\t"
	      "return\n\t\t;;\n\t",
	      stdout);
	put_case("", true);
	fputs(")\n\t\tcompopt -o filenames\n\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	      "\t\treturn\n\t\t;;\n\tesac\n\t[[ $cur == -* ]] || return\n"
	      "\tmapfile -t COMPREPLY < <(compgen -W \"",
	      stdout);
	for (size_t i = 0; options_words(i, &o); i++)
		printf("%s--%s", i > 0 ? " " : "", o.name);
	fputs("\" -- \"$cur\")\n}\ncomplete -F _dancecard dancecard\n", stdout);
}

/* The help's first line, without what a shell would read. */
static void put_short(const char *help, const char *not_these)
{
	for (const char *at = help; *at != '\0' && *at != '\n'; at++)
		if (strchr(not_these, *at) == NULL)
			putchar(*at);
}

static void zsh(void)
{
	struct option_words o;

	fputs("#compdef dancecard\n_arguments -s \\\n", stdout);
	for (size_t i = 0; options_words(i, &o); i++) {
		const char *again = o.is_list ? "*" : "";
		const char *action = wants_file(&o)       ? "_files"
		                     : wants(&o, "IFACE") ? "_net_interfaces"
		                     : wants(&o, "USER")  ? "_users"
		                     : wants(&o, "SHAPE") ? "(native ecs ocsf)"
		                                          : " ";

		for (int form = o.letter == 0; form < 2; form++) {
			if (form == 0)
				printf("\t'%s-%c[", again, o.letter);
			else
				printf("\t'%s--%s[", again, o.name);
			put_short(o.help, "'[]:\\");
			fputs("]", stdout);
			if (o.argument != NULL)
				printf(":%s:%s", o.argument, action);
			fputs("' \\\n", stdout);
		}
	}
	fputs("\t'*: :_files'\n", stdout);
}

static void fish(void)
{
	struct option_words o;

	fputs("# fish completion for dancecard\n", stdout);
	for (size_t i = 0; options_words(i, &o); i++) {
		fputs("complete -c dancecard", stdout);
		if (o.letter != 0)
			printf(" -s %c", o.letter);
		printf(" -l %s", o.name);
		if (wants_file(&o))
			fputs(" -r -F", stdout);
		else if (wants(&o, "IFACE"))
			fputs(" -x -a '(path basename /sys/class/net/*)'", stdout);
		else if (wants(&o, "USER"))
			fputs(" -x -a '(__fish_complete_users)'", stdout);
		else if (wants(&o, "SHAPE"))
			fputs(" -x -a 'native ecs ocsf'", stdout);
		else if (o.argument != NULL)
			fputs(" -x", stdout);
		fputs(" -d '", stdout);
		put_short(o.help, "'\\");
		fputs("'\n", stdout);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 3 ? argv[1] : "";

	if (strcmp(what, "man") == 0)
		man(argv[2], argv[3]);
	else if (strcmp(what, "yaml") == 0 && argc > 4)
		return yaml(argv[2], argv[3], argv[4]);
	else if (strcmp(what, "bash") == 0)
		bash();
	else if (strcmp(what, "zsh") == 0)
		zsh();
	else if (strcmp(what, "fish") == 0)
		fish();
	else
		return 2;
	return 0;
}
