/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Man pages and completions, from the tables that the program itself reads its options by, and
 * from what its commands say of themselves:
 *
 *   documents man|bash|zsh|fish VERSION DATE HELPS    made by helps.sh
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

/* What `dancecard WORDS --help` says, which stands in HELPS behind "== WORDS". */
static FILE *ask(const char *helps, const char *words)
{
	FILE *in = fopen(helps, "r");
	char line[1024];

	while (in != NULL && fgets(line, sizeof line, in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "== ", 3) == 0 && strcmp(line + 3, words) == 0)
			return in;
	}
	fprintf(stderr, "%s says nothing of %s\n", helps, words);
	exit(1);
}

static bool next_line(FILE *in, char *line, int size)
{
	return fgets(line, size, in) != NULL && strncmp(line, "== ", 3) != 0;
}

static void put_command(const char *helps, const char *words)
{
	FILE *in = ask(helps, words);
	char line[1024];

	printf(".SS dancecard %s\n.nf\n", words);
	while (next_line(in, line, sizeof line))
		put_roff(line);
	fputs(".fi\n", stdout);
	fclose(in);
}

/* The long options of a command: the first words of its help's lines; `before` and `after` each. */
static void put_flags(const char *helps, const char *words, const char *before, const char *after)
{
	FILE *in = ask(helps, words);
	char line[1024], *rest;

	while (next_line(in, line, sizeof line))
		for (char *word = line[0] == ' ' ? strtok_r(line, " ,\n", &rest) : NULL;
		     word != NULL && word[0] == '-'; word = strtok_r(NULL, " ,\n", &rest))
			if (word[1] == '-' && strcmp(word, "--help") != 0)
				printf("%s%s%s", before, word, after);
	fclose(in);
}

/* The first words of all commands, or the second ones of those that begin with `first`. */
static void put_words(const char *first)
{
	struct option_command c;
	const char *last = "";
	size_t last_len = 0;

	for (size_t i = 0; options_command(i, &c); i++) {
		size_t len = strcspn(c.words, " ");

		if (first == NULL && (len != last_len || strncmp(c.words, last, len) != 0))
			printf("%.*s ", (int)len, c.words);
		if (first != NULL && strncmp(c.words, first, len) == 0 && c.words[len] == ' ')
			printf("%s ", c.words + len + 1);
		last = c.words;
		last_len = len;
	}
}

static void man(const char *version, const char *date, const char *helps)
{
	struct option_words o;
	struct option_command c;

	printf(".TH DANCECARD 1 \"%s\" \"dancecard %s\" \"User Commands\"\n", date, version);
	fputs(".SH NAME\n"
	      "dancecard \\- which hosts of a network are in contact with ByteDance's "
	      "infrastructure\n"
	      ".SH SYNOPSIS\n"
	      ".B dancecard\n"
	      "[\\-r FILE|DIR|\\-]... [\\-i IFACE]... [options] [BPF filter]\n",
	      stdout);
	for (size_t i = 0; options_command(i, &c); i++) {
		printf(".br\n.B dancecard %s\n", c.words);
		put_roff(c.arguments);
		putchar('\n');
	}
	fputs(".SH DESCRIPTION\n"
	      "A passive network sensor: reads packets, from an interface or from captures, and "
	      "writes one JSON event a line to standard output or to where \\-o says. It sends no "
	      "packet, and resolves no name but that of a server that it was told to write to.\n"
	      ".SH OPTIONS\n",
	      stdout);
	for (size_t i = 0; options_words(i, &o); i++)
		put_option(&o);
	fputs(".SH COMMANDS\n", stdout);
	for (size_t i = 0; options_command(i, &c); i++)
		put_command(helps, c.words);
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

/* Calls `put` for each first word that has second ones. */
static void each_family(void (*put)(const char *first))
{
	static const char *const families[] = { "feed", "ledger" };

	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		put(families[i]);
}

static void put_bash_family(const char *first)
{
	printf("\t'1 %s '*)\n\t\twords='", first);
	put_words(first);
	fputs("'\n\t\t;;\n", stdout);
}

/* Second words, or flags after a hyphen and else files. */
static void bash_commands(const char *helps)
{
	struct option_command c;

	fputs("\tcase \"$((COMP_CWORD == 2)) ${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n", stdout);
	each_family(put_bash_family);
	for (size_t i = 0; options_command(i, &c); i++) {
		if (strchr(c.words, ' ') != NULL)
			printf("\t'0 %s')", c.words);
		else
			printf("\t'0 %s '* | '1 %s '*)", c.words, c.words);
		fputs("\n\t\twords='--help ", stdout);
		put_flags(helps, c.words, "", " ");
		fputs("'\n\t\t;;\n", stdout);
	}
	fputs("\tesac\n\t[[ $COMP_CWORD -gt 1 || $cur == -* ]] || words='", stdout);
	put_words(NULL);
	fputs("'\n\tif [[ $words == -* && $cur != -* ]]; then\n"
	      "\t\tcompopt -o filenames\n\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	      "\t\treturn\n\telif [[ -n $words ]]; then\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	      "\t\treturn\n\tfi\n",
	      stdout);
}

static void bash(const char *helps)
{
	struct option_words o;

	fputs("# bash completion for dancecard\n_dancecard()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=\n",
	      stdout);
	bash_commands(helps);
	fputs("\tcase $prev in\n\t", stdout);
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

static void put_zsh_family(const char *first)
{
	printf("('1 %s '*) compadd -- ", first);
	put_words(first);
	fputs("; return ;;\n", stdout);
}

static void zsh_commands(const char *helps)
{
	struct option_command c;

	fputs("case \"$((CURRENT == 3)) $words[2] $words[3]\" in\n", stdout);
	each_family(put_zsh_family);
	for (size_t i = 0; options_command(i, &c); i++) {
		printf("(%s%s%s) compadd -- --help ", strchr(c.words, ' ') != NULL ? "'0 " : "*' ",
		       c.words, strchr(c.words, ' ') != NULL ? "'" : " '*");
		put_flags(helps, c.words, "", " ");
		fputs("; _files; return ;;\n", stdout);
	}
	fputs("esac\n(( CURRENT == 2 )) && compadd -- ", stdout);
	put_words(NULL);
	putchar('\n');
}

static void zsh(const char *helps)
{
	struct option_words o;

	fputs("#compdef dancecard\n", stdout);
	zsh_commands(helps);
	fputs("_arguments -s \\\n", stdout);
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

static void put_fish_family(const char *first)
{
	printf("complete -c dancecard -n '__fish_seen_subcommand_from %s' -a '", first);
	put_words(first);
	fputs("'\n", stdout);
}

static void fish_commands(const char *helps)
{
	struct option_command c;

	fputs("complete -c dancecard -n __fish_use_subcommand -a '", stdout);
	put_words(NULL);
	fputs("'\n", stdout);
	each_family(put_fish_family);
	for (size_t i = 0; options_command(i, &c); i++) {
		char *line = NULL;
		const char *last = strrchr(c.words, ' ');

		if (asprintf(&line, "complete -c dancecard -n '__fish_seen_subcommand_from %s' -a ",
		             last != NULL ? last + 1 : c.words) < 0)
			exit(1);
		put_flags(helps, c.words, line, "\n");
		free(line);
	}
}

static void fish(const char *helps)
{
	struct option_words o;

	fputs("# fish completion for dancecard\n", stdout);
	fish_commands(helps);
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
	const char *what = argc > 4 ? argv[1] : "";

	if (strcmp(what, "man") == 0)
		man(argv[2], argv[3], argv[4]);
	else if (strcmp(what, "yaml") == 0)
		return yaml(argv[2], argv[3], argv[4]);
	else if (strcmp(what, "bash") == 0)
		bash(argv[4]);
	else if (strcmp(what, "zsh") == 0)
		zsh(argv[4]);
	else if (strcmp(what, "fish") == 0)
		fish(argv[4]);
	else
		return 2;
	return 0;
}
