/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sensor/capture/filter.h"
#include "sensor/confine.h"
#include "sensor/feed_command.h"
#include "sensor/flow/classify.h"
#include "sensor/ledger/ledger.h"
#include "sensor/ledger/sites_command.h"
#include "sensor/log.h"
#include "sensor/options.h"
#include "sensor/pipeline.h"
#include "sensor/port/self_check.h"
#include "sensor/reload.h"
#include "sensor/report/page_file.h"
#include "sensor/report/policy.h"
#include "sensor/report/report_command.h"
#include "sensor/service.h"
#include "sensor/settings.h"
#include "sensor/sink/sink.h"
#include "sensor/version.h"
#include "sensor/watch.h"

enum { EXIT_DONE = 0, EXIT_PARTLY = 1, EXIT_USAGE = 2, EXIT_CONTACT = 3 };
enum { WATCH_MS = 1000 }; /* --watch-feeds: between two looks */
enum { MEMORY_LEAST = 4 << 20 };

/* All that is open, in the order in which it is opened. */
struct run {
	struct options options;
	struct knowledge know;
	struct reload *reload;
	FILE *evidence, *manifest;   /* -w; NULL: not asked for */
	struct evidence_about about; /* it is kept by evidence_file */
	struct evidence_file *evidence_file;
	struct pseudonyms *pseudonyms; /* NULL: none */
	int argc;
	char **argv;
	struct geo *geo;
	struct sink **sinks;
	size_t sink_count;
	struct capture_options what; /* the capture reads it for as long as it lives */
	struct capture *capture;
	struct pipeline *pipeline;
	struct self_check *self_check; /* NULL: nobody looks */
	struct watch watch;
	struct confine confine;
	struct service *service; /* NULL: nobody listens */
	bool has_contact;
	bool is_unheard;       /* no output is left */
	struct ledger *ledger; /* NULL: none is kept */
	struct report *report; /* -R; NULL: not asked for */
	struct page_file page;
	unsigned failures;
};

/* What a signal handler may reach. */
static struct capture *volatile running;
static struct reload *volatile reloading;
static volatile sig_atomic_t stops, hangups;

static void stop(int signal_number)
{
	(void)signal_number;
	if (stops++ > 0)
		_exit(EXIT_PARTLY);
	if (running != NULL)
		capture_stop(running);
}

/* Outputs are opened anew, config and feeds read anew. */
static void hang_up(int signal_number)
{
	(void)signal_number;
	hangups = 1;
	if (reloading != NULL)
		reload_ask(reloading);
}

static void reopen_sinks(struct run *run)
{
	hangups = 0;
	for (size_t i = 0; i < run->sink_count; i++)
		sink_reopen(run->sinks[i]);
}

/* Every output has failed, which was said: `| head` has what it wanted. */
static void end_unheard(struct run *run)
{
	if (!run->is_unheard)
		log_note("nothing takes the events any more: stopping");
	run->is_unheard = true;
	capture_stop(run->capture);
}

static void write_sinks(struct run *run, struct slice line)
{
	bool is_taken = false;

	if (hangups)
		reopen_sinks(run);
	for (size_t i = 0; i < run->sink_count; i++) {
		is_taken |= sink_write(run->sinks[i], (const char *)line.ptr, line.len);
		if (capture_is_live(run->capture)) /* somebody waits for it: not for 64 KiB more */
			(void)sink_flush(run->sinks[i]);
	}
	if (!is_taken && run->ledger == NULL && run->evidence == NULL && run->report == NULL)
		end_unheard(run);
}

/* In the order of the packets, so that the page does not depend on the number of workers either. */
static void emit(void *context, enum line_reader reader, struct slice line)
{
	struct run *run = context;

	if (run->report != NULL && reader != LINE_FOR_SINKS)
		report_run_line(run->report, (struct text){ (const char *)line.ptr, line.len });
	if (reader != LINE_FOR_PAGE)
		write_sinks(run, line);
}

static void flush(void *context)
{
	struct run *run = context;

	for (size_t i = 0; i < run->sink_count; i++)
		(void)sink_flush(run->sinks[i]);
}

static void keep(void *context, const struct event *e)
{
	struct run *run = context;

	ledger_take(run->ledger, e);
}

static const char *source_name(void *context, uint32_t source)
{
	struct run *run = context;

	return capture_source_name(run->capture, source);
}

static bool open_feeds(struct run *run)
{
	run->know.feeds = feeds_load(&run->options, &run->failures);
	return run->know.feeds != NULL;
}

static bool open_geo(struct run *run)
{
	unsigned failures = 0;

	run->geo = geo_open(run->options.geo.items, run->options.geo.count, &failures);
	run->failures += failures;
	return run->geo != NULL;
}

static bool open_sinks(struct run *run)
{
	static const char *standard[] = { "-" };
	size_t count = run->options.outputs.count;
	const char *const *targets = count > 0 ? run->options.outputs.items : standard;

	count = count > 0 ? count : 1;
	run->sinks = calloc(count, sizeof(struct sink *));
	for (size_t i = 0; run->sinks != NULL && i < count; i++) {
		struct sink *sink = sink_open(targets[i]);

		if (sink == NULL)
			run->failures++;
		else
			run->sinks[run->sink_count++] = sink;
	}
	return run->sink_count > 0;
}

static bool open_ledger(struct run *run)
{
	if (run->options.ledger == NULL)
		return true;
	run->ledger = ledger_open(&(struct ledger_options){
	        .path = run->options.ledger,
	        .may_wait = run->options.interfaces.count == 0,
	        .keeps_flows = run->options.all_flows,
	        .retention_days = run->options.retention_days,
	});
	return run->ledger != NULL;
}

static bool open_report(struct run *run)
{
	if (run->options.report == NULL)
		return true;
	if (!page_file_open(&run->page, run->options.report))
		return false;
	run->report = report_new();
	if (run->report != NULL && run->know.config != NULL)
		report_bans(run->report, run->know.config);
	return run->report != NULL;
}

static bool open_watch(struct run *run)
{
	run->watch.sinks = run->sinks;
	run->watch.sink_count = run->sink_count;
	run->watch.is_live = capture_is_live(run->capture);
	if (run->options.metrics == NULL)
		return true;
	run->watch.list = calloc(METRICS_MAX, sizeof *run->watch.list);
	run->watch.metrics = run->watch.list != NULL ? metrics_open(run->options.metrics) : NULL;
	return run->watch.metrics != NULL;
}

static bool open_capture(struct run *run)
{
	const struct options *o = &run->options;

	run->what = (struct capture_options){
		.reads = o->reads.items,
		.read_count = o->reads.count,
		.interfaces = o->interfaces.items,
		.interface_count = o->interfaces.count,
		.filter = o->filter,
		.from_ns = o->from_ns,
		.to_ns = o->to_ns,
		.keep_duplicates = o->keep_duplicates,
		.ring_bytes = (size_t)o->ring_bytes,
	};
	run->capture = capture_open(&run->what);
	return run->capture != NULL;
}

/* As many workers as there are processors, unless somebody said how many. */
static size_t count_workers(const struct options *o)
{
	long found = o->workers > 0 ? (long)o->workers : sysconf(_SC_NPROCESSORS_ONLN);

	return found < 1 ? 1 : found > WORKERS_MAX ? WORKERS_MAX : (size_t)found;
}

/* Half of the machine's, 2 GiB at most, unless somebody said how much. */
static size_t memory_of(const struct options *o)
{
	const size_t most = (size_t)2 << 30;
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	size_t half = pages > 0 && page > 0 ? (size_t)pages / 2 * (size_t)page : most;

	if (o->memory_bytes > 0)
		return (size_t)o->memory_bytes;
	return half < most ? half : most;
}

static uint64_t suppress_seconds(const struct run *run)
{
	if (run->options.suppress_seconds != UINT64_MAX)
		return run->options.suppress_seconds;
	return capture_is_live(run->capture) ? 3600 : 0;
}

static FILE *open_beside(const char *path, const char *tail)
{
	char name[4096];
	int len = snprintf(name, sizeof name, "%s%s", path, tail);
	FILE *out = len > 0 && (size_t)len < sizeof name ? fopen(name, "w+b") : NULL;

	if (out == NULL)
		log_error("evidence %s%s: %s", path, tail, strerror(errno));
	return out;
}

/* Opened before there is anything to write: it must not fail when it matters. */
static bool open_evidence(struct run *run)
{
	const char *path = run->options.evidence;

	if (path == NULL)
		return true;
	run->evidence = open_beside(path, "");
	run->manifest = open_beside(path, ".manifest.json");
	return run->evidence != NULL && run->manifest != NULL;
}

/* Packets wait there for the end, when they are sorted; it has no name. */
static FILE *open_part(void *context)
{
	const struct run *run = context;
	FILE *part = run->evidence != NULL ? open_beside(run->options.evidence, ".part") : NULL;
	char name[4096];

	if (part != NULL) {
		snprintf(name, sizeof name, "%s.part", run->options.evidence);
		(void)unlink(name);
	}
	return part;
}

static bool begin_evidence(struct run *run)
{
	if (run->evidence == NULL)
		return true;
	run->about = (struct evidence_about){ .path = run->options.evidence,
		                              .program = version_text(),
		                              .feed = feed_builtin_version(),
		                              .is_live = capture_is_live(run->capture),
		                              .source = source_name,
		                              .context = run };
	run->evidence_file = evidence_file_new(run->evidence, &run->about);
	if (run->evidence_file == NULL)
		log_error("out of memory");
	return run->evidence_file != NULL;
}

/* The config may be another one by now than at the beginning: it is the one that is named. */
static void name_config(struct run *run)
{
	const struct config *config = run->know.config;

	if (config == NULL)
		return;
	run->about.config = config->path;
	run->about.config_hash = config->hash;
	run->about.inventory = config->inventory_path;
	run->about.inventory_hash = config->inventory_path != NULL ? config->inventory_hash : NULL;
}

static void write_evidence(struct run *run)
{
	struct evidence_part *parts[WORKERS_MAX];

	if (run->evidence_file != NULL && run->manifest != NULL && run->pipeline != NULL) {
		size_t count = pipeline_evidence(run->pipeline, parts);

		name_config(run);
		run->failures += !evidence_finish(run->evidence_file, parts, count, run->manifest);
	}
	evidence_file_free(run->evidence_file);
	if (run->evidence != NULL)
		run->failures += fclose(run->evidence) != 0;
	if (run->manifest != NULL)
		run->failures += fclose(run->manifest) != 0;
}

static bool open_pseudonyms(struct run *run)
{
	if (run->options.key_file == NULL)
		return true;
	run->pseudonyms = pseudonyms_load(run->options.key_file);
	return run->pseudonyms != NULL;
}

/* Between two packets: what the workers are to know from now on. */
static bool take_fresh(void *context, struct knowledge *fresh, struct knowledge *old)
{
	struct run *run = context;

	if (run->reload == NULL || !reload_take(run->reload, fresh))
		return false;
	*old = run->know;
	run->know = *fresh;
	return true;
}

static void glance(void *context, const struct frame_batch *batch)
{
	struct run *run = context;

	self_check_glance(run->self_check, batch);
}

/* Of a service that hangs systemd hears nothing more, and starts it anew. */
static void feed_watchdog(void *context, bool is_well)
{
	const struct run *run = context;

	if (is_well)
		service_alive(run->service);
}

static bool open_self_check(struct run *run)
{
	if (!capture_is_live(run->capture) && !run->options.self_check)
		return true;
	run->self_check = self_check_new(run->capture, run->options.interfaces.items,
	                                 run->options.interfaces.count);
	return run->self_check != NULL;
}

static bool open_pipeline(struct run *run)
{
	enum event_shape shape = EVENT_NATIVE;

	(void)event_shape(run->options.format, &shape);
	run->pipeline = pipeline_new(&(struct pipeline_options){
		.capture = run->capture,
		.workers = count_workers(&run->options),
		.memory = memory_of(&run->options),
		.keep_duplicates = run->options.keep_duplicates,
		.stats_ns = run->options.stats_seconds * 1000000000U,
		.worker = {
			.feeds = run->know.feeds,
			.config = run->know.config,
			.pseudonyms = run->pseudonyms,
			.suppress_seconds = suppress_seconds(run),
			.geo = run->geo,
			.sensor = run->options.sensor,
			.all_flows = run->options.all_flows,
			.is_live = capture_is_live(run->capture),
			.evidence_file = run->evidence_file,
			.shape = shape,
			.more = watch_sinks,
			.tell = run->watch.metrics != NULL ? watch_tell : NULL,
			.watch = &run->watch,
			.source = source_name,
			.keep = run->ledger != NULL ? keep : NULL,
			.has_page = run->report != NULL,
			.context = run,
		},
		.fresh = take_fresh,
		.beat = run->service != NULL ? feed_watchdog : NULL,
		.look = run->self_check != NULL ? glance : NULL,
		.part = open_part,
		.write = emit,
		.idle = flush,
		.context = run,
	});
	if (run->pipeline == NULL)
		log_error("out of memory");
	return run->pipeline != NULL &&
	       (run->ledger == NULL || ledger_restore(run->ledger, pipeline_book(run->pipeline)));
}

/* From the first on: logrotate asks for it while we read feeds, and must not end us. */
static void catch_hangups(void)
{
	struct sigaction action = { .sa_handler = hang_up, .sa_flags = SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigaction(SIGHUP, &action, NULL);
}

/* A service has no end: its config and feeds change while it runs. */
static void listen_to_hangups(struct run *run)
{
	run->reload = reload_new(run->argc, run->argv);
	if (run->reload != NULL && run->options.watch_feeds && capture_is_live(run->capture))
		reload_watch(run->reload, run->know.feeds, WATCH_MS);
	reloading = run->reload;
	if (hangups && reloading != NULL)
		reload_ask(reloading);
}

static void listen_to_signals(struct run *run)
{
	listen_to_hangups(run);
	struct sigaction action = { .sa_handler = stop };

	running = run->capture;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static double seconds_since(const struct timespec *begin)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - begin->tv_sec) + (double)(now.tv_nsec - begin->tv_nsec) * 1e-9;
}

static void sum_up(struct run *run, const struct capture_counters *counters, double seconds)
{
	struct totals totals;
	struct tally tally = { 0 };

	pipeline_count(run->pipeline, &totals, &tally);
	run->has_contact = totals.workers.contacts > 0;
	run->failures += totals.workers.imbalances > 0;
	if (!run->options.quiet)
		summary_print(stderr, &totals, &tally, counters, seconds);
	if (!run->options.quiet && capture_is_live(run->capture))
		summary_print_drops(stderr, &totals, counters);
	tally_free(&tally);
}

static void run_pipeline(struct run *run)
{
	struct timespec begin;
	struct capture_counters counters;
	bool is_shown = !run->options.quiet && !capture_is_live(run->capture);
	struct progress *progress = progress_begin(is_shown);

	clock_gettime(CLOCK_MONOTONIC, &begin);
	pipeline_run(run->pipeline, progress);
	progress_end(progress);
	flush(run);
	capture_count(run->capture, &counters);
	sum_up(run, &counters, seconds_since(&begin));
}

static int close_all(struct run *run)
{
	running = NULL;
	reloading = NULL;
	if (run->capture != NULL)
		run->failures += capture_failures(run->capture);
	write_evidence(run);
	metrics_close(run->watch.metrics);
	free(run->watch.list);
	pipeline_free(run->pipeline);
	if (run->capture != NULL)
		capture_close(run->capture);
	for (size_t i = 0; i < run->sink_count; i++)
		run->failures += !sink_close(run->sinks[i]);
	free(run->sinks);
	run->failures += !ledger_close(run->ledger);
	run->failures += !page_file_close(&run->page, run->report);
	report_free(run->report);
	self_check_free(run->self_check);
	run->failures += log_was_scarce();
	geo_free(run->geo);
	reload_free(run->reload);
	pseudonyms_free(run->pseudonyms);
	knowledge_free(&run->know);
	confine_free(&run->confine);
	service_close(run->service);
	bool is_told = run->options.fail_on_contact && run->has_contact;

	if (run->failures > 0)
		return EXIT_PARTLY;
	return is_told ? EXIT_CONTACT : EXIT_DONE;
}

/* While we have the rights of whoever started us. */
static bool open_with_rights(struct run *run)
{
	run->service = service_open();
	return open_pseudonyms(run) && open_feeds(run) && open_geo(run) &&
	       (run->options.interfaces.count == 0 || open_capture(run));
}

/* What is written belongs to who we are then; captures are opened one by one while we run. */
static bool open_without_rights(struct run *run)
{
	return open_evidence(run) && (run->capture != NULL || open_capture(run)) &&
	       begin_evidence(run) && open_sinks(run) && open_ledger(run) && open_report(run) &&
	       open_watch(run) && open_self_check(run) && open_pipeline(run);
}

static int sense(struct run *run)
{
	if (open_with_rights(run) && confine(&run->confine, &run->options, run->know.config) &&
	    open_without_rights(run) && confine_lock(&run->confine)) {
		listen_to_signals(run);
		service_tell(run->service, "READY=1");
		run_pipeline(run);
		service_tell(run->service, "STOPPING=1");
	} else {
		run->failures++;
	}
	return close_all(run);
}

/* --self-check: no feeds, no workers, no events. */
static int check_port(struct run *run)
{
	if (open_capture(run) && confine(&run->confine, &run->options, run->know.config) &&
	    open_self_check(run) && confine_lock(&run->confine)) {
		listen_to_signals(run);
		run->failures += !self_check_run(run->self_check, stdout);
	} else {
		run->failures++;
	}
	return close_all(run);
}

static bool is_filter(const char *words)
{
	struct filter *filter = filter_new(words); /* says what is wrong */

	filter_free(filter);
	return filter != NULL;
}

static bool is_usable(const struct options *o, const struct config *config)
{
	if (o->filter != NULL && !is_filter(o->filter))
		return false;
	enum event_shape shape;

	if (!event_shape(o->format, &shape)) {
		log_error("option --format: '%s' is none of native, ecs, ocsf", o->format);
		return false;
	}
	if (o->user != NULL && !rights_user_exists(o->user)) {
		log_error("option --user: there is no user '%s' on this machine (to make one: "
		          "useradd --system %s)",
		          o->user, o->user);
		return false;
	}
	if (o->memory_bytes > 0 && o->memory_bytes < MEMORY_LEAST) {
		log_error("--memory is at least 4M: with less, contacts would be missed");
		return false;
	}
	if (o->to_ns != 0 && o->from_ns >= o->to_ns) {
		log_error("--from is not before --to: that leaves no packets");
		return false;
	}
	if (o->key_file != NULL && o->evidence != NULL) {
		log_error("--pseudonymise and --evidence exclude each other: packets are kept "
		          "unchanged, addresses and all");
		return false;
	}
	if (o->key_file != NULL && o->all_flows) {
		log_error("--pseudonymise and --all-flows exclude each other: the names on other "
		          "flows name our hosts");
		return false;
	}
	if (o->reads.count > 0 && o->interfaces.count > 0) {
		log_error("either read captures (-r) or capture live (-i), not both");
		return false;
	}
	if (o->reads.count + o->interfaces.count > 0)
		return o->self_check || confine_apart(o, config);
	log_error("nothing to read: give -r FILE or -i IFACE; --help shows all");
	return false;
}

/* Options that answer at once; -1: none of them was given. */
static int answer_at_once(struct run *run)
{
	const struct options *o = &run->options;

	if (o->show_help) {
		options_help(stdout);
		return EXIT_DONE;
	}
	if (o->show_version) {
		if (open_geo(run))
			version_print(stdout, run->geo);
		return close_all(run);
	}
	if (o->list_interfaces)
		return capture_list_interfaces(stdout) ? EXIT_DONE : EXIT_PARTLY;
	return -1;
}

/* -1: go on. A config with mistakes is a mistake of usage. */
static int open_config(struct run *run)
{
	const struct options *o = &run->options;

	if (o->config == NULL && o->check)
		log_error("--check wants the config file that it is about: -c FILE");
	if (o->config != NULL)
		run->know.config = settings_load(o->config, &run->options);
	if (run->know.config == NULL && (o->config != NULL || o->check))
		return (void)close_all(run), EXIT_USAGE;
	if (!o->check)
		return -1;
	log_note("%s: %zu networks, %zu hosts, %zu rules, %zu sites; no mistakes", o->config,
	         run->know.config->networks.count, run->know.config->hosts.count,
	         run->know.config->rules.count, run->know.config->sites.count);
	return close_all(run);
}

/*
 * Where we were started with one of them closed, the next file that is opened would take its place,
 * and be read or written as standard input or output. These can be neither.
 */
static void hold_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	struct run run = { .argc = argc, .argv = argv };

	hold_standard_files();
	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && strcmp(argv[1], "feed") == 0)
		return feed_command(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "sites") == 0)
		return sites_command(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "report") == 0)
		return report_command(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "ledger") == 0)
		return ledger_command(argc - 1, argv + 1);
	catch_hangups();
	if (!options_parse(&run.options, argc, argv)) {
		options_free(&run.options);
		return EXIT_USAGE;
	}
	log_quiet(run.options.quiet);
	int status = answer_at_once(&run);

	if (status < 0)
		status = open_config(&run);
	if (status < 0 && !is_usable(&run.options, run.know.config)) {
		(void)close_all(&run);
		status = EXIT_USAGE;
	}
	if (status < 0)
		status = run.options.self_check ? check_port(&run) : sense(&run);
	options_free(&run.options);
	return status;
}
