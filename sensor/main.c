/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "feeds/feed.h"
#include "sensor/feed_command.h"
#include "sensor/flow/classify.h"
#include "sensor/log.h"
#include "sensor/options.h"
#include "sensor/pipeline.h"
#include "sensor/sink/sink.h"
#include "sensor/version.h"
#include "sensor/watch.h"

enum { EXIT_DONE = 0, EXIT_PARTLY = 1, EXIT_USAGE = 2, EXIT_CONTACT = 3 };

/* All that is open, in the order in which it is opened. */
struct run {
	struct options options;
	struct feed_set *feeds;
	struct geo *geo;
	struct sink **sinks;
	size_t sink_count;
	struct capture_options what; /* the capture reads it for as long as it lives */
	struct capture *capture;
	struct pipeline *pipeline;
	struct watch watch;
	bool has_contact;
	unsigned failures;
};

/* What a signal handler may reach. */
static struct capture *volatile running;
static volatile sig_atomic_t stops, hangups;

static void stop(int signal_number)
{
	(void)signal_number;
	if (stops++ > 0)
		_exit(EXIT_PARTLY);
	if (running != NULL)
		capture_stop(running);
}

static void hang_up(int signal_number)
{
	(void)signal_number;
	hangups = 1;
}

static void reopen_sinks(struct run *run)
{
	hangups = 0;
	for (size_t i = 0; i < run->sink_count; i++)
		sink_reopen(run->sinks[i]);
}

static void emit(void *context, struct slice line)
{
	struct run *run = context;

	if (hangups)
		reopen_sinks(run);
	for (size_t i = 0; i < run->sink_count; i++) {
		(void)sink_write(run->sinks[i], (const char *)line.ptr, line.len);
		if (capture_is_live(run->capture)) /* somebody waits for it: not for 64 KiB more */
			(void)sink_flush(run->sinks[i]);
	}
}

static const char *source_name(void *context, uint32_t source)
{
	struct run *run = context;

	return capture_source_name(run->capture, source);
}

static void report_feed(void *context, const char *place, const char *reason)
{
	(void)context;
	log_error("feed %s: %s", place, reason);
}

static bool open_feeds(struct run *run)
{
	struct feed_builder *builder = feed_builder_new();
	const struct option_list *files = &run->options.feeds;

	if (builder == NULL)
		return false;
	if (!run->options.no_builtin_feed && !feed_builder_add_builtin(builder))
		return false;
	for (size_t i = 0; i < files->count; i++) {
		/* Of a capture the answer must be the same on any day: nothing has run out. */
		struct feed_options how = { .report = report_feed,
			                    .time = run->options.interfaces.count > 0 ? time(NULL)
			                                                              : 0 };
		struct feed_counts counts = { 0 };

		if (!feed_builder_add_file(builder, files->items[i], &how, &counts))
			run->failures++;
		else if (run->options.verbose)
			log_note("feed %s: %llu lines, %llu taken, %llu refused", files->items[i],
			         (unsigned long long)counts.lines, (unsigned long long)counts.taken,
			         (unsigned long long)counts.refused);
	}
	run->feeds = feed_builder_finish(builder);
	if (run->feeds == NULL || feed_set_names(run->feeds) + feed_set_networks(run->feeds) > 0)
		return run->feeds != NULL;
	log_error("there is no feed to match against: leave out --no-builtin-feed, or give -f");
	return false;
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
			.feeds = run->feeds,
			.geo = run->geo,
			.sensor = run->options.sensor,
			.all_flows = run->options.all_flows,
			.is_live = capture_is_live(run->capture),
			.shape = shape,
			.more = watch_sinks,
			.tell = run->watch.metrics != NULL ? watch_tell : NULL,
			.watch = &run->watch,
			.source = source_name,
			.context = run,
		},
		.write = emit,
		.context = run,
	});
	if (run->pipeline == NULL)
		log_error("out of memory");
	return run->pipeline != NULL;
}

static void listen_to_signals(struct run *run)
{
	struct sigaction action = { .sa_handler = stop };

	running = run->capture;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = hang_up;
	sigaction(SIGHUP, &action, NULL);
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
	if (!run->options.quiet)
		summary_print(stderr, &totals, &tally, counters, seconds);
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
	for (size_t i = 0; i < run->sink_count; i++)
		(void)sink_flush(run->sinks[i]);
	capture_count(run->capture, &counters);
	sum_up(run, &counters, seconds_since(&begin));
}

static int close_all(struct run *run)
{
	running = NULL;
	if (run->capture != NULL)
		run->failures += capture_failures(run->capture);
	metrics_close(run->watch.metrics);
	free(run->watch.list);
	pipeline_free(run->pipeline);
	if (run->capture != NULL)
		capture_close(run->capture);
	for (size_t i = 0; i < run->sink_count; i++)
		run->failures += !sink_close(run->sinks[i]);
	free(run->sinks);
	geo_free(run->geo);
	feed_set_free(run->feeds);
	bool is_told = run->options.fail_on_contact && run->has_contact;

	if (run->failures > 0)
		return EXIT_PARTLY;
	return is_told ? EXIT_CONTACT : EXIT_DONE;
}

static int sense(struct run *run)
{
	if (open_feeds(run) && open_geo(run) && open_capture(run) && open_sinks(run) &&
	    open_watch(run) && open_pipeline(run)) {
		listen_to_signals(run);
		run_pipeline(run);
	} else {
		run->failures++;
	}
	return close_all(run);
}

static bool is_usable(const struct options *o)
{
	enum event_shape shape;

	if (!event_shape(o->format, &shape)) {
		log_error("option --format: '%s' is none of native, ecs, ocsf", o->format);
		return false;
	}
	if (o->to_ns != 0 && o->from_ns >= o->to_ns) {
		log_error("--from is not before --to: that leaves no packets");
		return false;
	}
	if (o->reads.count > 0 && o->interfaces.count > 0) {
		log_error("either read captures (-r) or capture live (-i), not both");
		return false;
	}
	if (o->reads.count + o->interfaces.count > 0)
		return true;
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
	struct run run = { 0 };

	hold_standard_files();
	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && strcmp(argv[1], "feed") == 0)
		return feed_command(argc - 1, argv + 1);
	if (!options_parse(&run.options, argc, argv)) {
		options_free(&run.options);
		return EXIT_USAGE;
	}
	log_quiet(run.options.quiet);
	int status = answer_at_once(&run);

	if (status < 0)
		status = is_usable(&run.options) ? sense(&run) : EXIT_USAGE;
	options_free(&run.options);
	return status;
}
