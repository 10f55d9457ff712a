/*
 * SVG by whole numbers: one unit is a tenth of a millimetre on paper, where a plot is 180 mm wide.
 * Lengths are reckoned in doubles, since counts may add up to more than a uint64_t holds; the sums
 * that are written stop there.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "common/i18n.h"
#include "ctl/plot.h"
#include "ctl/text.h"

#define WIDTH 1800
#define TEXT_DROP 9 /* from the middle of a line of text to its foot */

/* Columns. */
#define COLUMNS_LEFT 130
#define COLUMNS_TOP 20
#define COLUMNS_HEIGHT 560
#define COLUMNS_FOOT 45
#define COLUMN_STEP_MAX 110
#define TICKS 5

/* Lying bars: stretched to the width of their cell. */
#define BAR_WIDTH 1000
#define BAR_HEIGHT 30

/* The heat map. */
#define HEAT_LEFT 120
#define HEAT_TOP 40
#define HEAT_CELL 70
#define HEAT_ROW 52
#define HEAT_LEVELS 5

#define HAIRLINE 4 /* what is not 0 */
#define SHORT_SIZE 16

static const char *const looks[] = {
	[PLOT_SUCCESS] = "s0", [PLOT_REFUSED] = "s1", [PLOT_OTHER] = "s2", [PLOT_FAILURE] = "s3"};

/* --- numbers --- */

static uint64_t
add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t
bar_sum(const struct plot *plot, const struct plot_bar *bar)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < plot->nseries; i++)
		sum = add(sum, bar->values[i]);
	return sum;
}

static uint64_t
series_sum(const struct plot *plot, size_t series)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < plot->nbars; i++)
		sum = add(sum, plot->bars[i].values[series]);
	return sum;
}

static double
height_of(const struct plot *plot, const struct plot_bar *bar)
{
	double height = 0;

	for (size_t i = 0; i < plot->nseries; i++)
		height += (double)bar->values[i];
	return height;
}

static double
highest(const struct plot *plot, bool with_rest)
{
	double most = 0;

	for (size_t i = 0; i < plot->nbars; i++) {
		double height = height_of(plot, &plot->bars[i]);

		if (height > most && (with_rest || !plot->bars[i].rest))
			most = height;
	}
	return most;
}

/* The length of `value` where `whole` takes `length`; what is not 0 is seen. */
static int
scaled(uint64_t value, double whole, int length)
{
	int scale = (int)((double)value / whole * length + .5);

	if (value == 0)
		return 0;
	return scale < HAIRLINE ? HAIRLINE : scale;
}

/* Of 1, 2, 5, 10, 20, 50, ... the first one of which `TICKS` reach the highest value. */
static double
tick_step(double most)
{
	static const double factors[] = {2, 2.5, 2};
	double step = 1;

	for (size_t i = 0; step * TICKS < most; i++)
		step *= factors[i % 3];
	return step;
}

/* How many of them. */
static int
tick_count(double most, double step)
{
	int n = 1;

	while (step * n < most)
		n++;
	return n;
}

/* Four characters at most, cut rather than rounded: "999", "12k", "1.2M", "18E". */
static const char *
short_count(double count, char text_r[SHORT_SIZE])
{
	static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};
	size_t unit = 0;
	unsigned tenths;

	while (count >= 1000) {
		count /= 1000;
		unit++;
	}
	tenths = (unsigned)(count * 10 + 1e-6);
	if (unit > 0 && tenths < 100 && tenths % 10 != 0)
		(void)snprintf(text_r, SHORT_SIZE, "%u.%u%s", tenths / 10, tenths % 10,
			units[unit]);
	else
		(void)snprintf(text_r, SHORT_SIZE, "%u%s", tenths / 10, units[unit]);
	return text_r;
}

/* --- elements --- */

struct box {
	int x, y, width, height;
};

static void
begin_svg(struct html *html, int width, int height)
{
	char box[40];

	(void)snprintf(box, sizeof(box), "0 0 %d %d", width, height);
	html_begin(html, "svg");
	html_attr(html, "viewBox", box);
}

/* Left open, for a title. */
static void
begin_rect(struct html *html, const char *class, struct box box)
{
	html_begin(html, "rect");
	html_attr(html, "class", class);
	html_attr_number(html, "x", box.x);
	html_attr_number(html, "y", box.y);
	html_attr_number(html, "width", box.width);
	html_attr_number(html, "height", box.height);
}

static void
put_rect(struct html *html, const char *class, struct box box)
{
	begin_rect(html, class, box);
	html_end(html);
}

static void
put_line(struct html *html, const char *class, int y)
{
	html_begin(html, "line");
	html_attr(html, "class", class);
	html_attr_number(html, "x1", COLUMNS_LEFT);
	html_attr_number(html, "x2", WIDTH);
	html_attr_number(html, "y1", y);
	html_attr_number(html, "y2", y);
	html_end(html);
}

static void
put_text(struct html *html, const char *class, int x, int y, const char *text)
{
	html_begin(html, "text");
	html_attr(html, "class", class);
	html_attr_number(html, "x", x);
	html_attr_number(html, "y", y + TEXT_DROP);
	html_text(html, text);
	html_end(html);
}

/* "Success: 1,200; Failure: 34" */
static void
figures_text(const struct plot *plot, const uint64_t *values, struct text *text)
{
	char count[HTML_COUNT_SIZE];

	for (size_t i = 0; i < plot->nseries; i++)
		text_add(text, "%s%s: %s", i > 0 ? "; " : "", plot->series[i].title,
			html_count(values[i], count));
}

/* With a key of the series, if any. */
static void
begin_figure(
	struct html *html, const char *caption, const struct plot_series *series, size_t nseries)
{
	html_begin(html, "figure");
	html_begin(html, "figcaption");
	html_text(html, caption);
	for (size_t i = 0; i < nseries; i++) {
		html_begin(html, "span");
		html_attr(html, "class", "key");
		html_line(html, "i", looks[series[i].look], "");
		html_text(html, series[i].title);
		html_end(html);
	}
	html_end(html);
}

/* --- columns --- */

/* What a reader that sees no plot is told. */
static void
put_description(struct html *html, const struct plot *plot)
{
	uint64_t sums[PLOT_SERIES_MAX];
	char buffer[512];
	struct text text;

	text_init(&text, buffer, sizeof(buffer));
	for (size_t i = 0; i < plot->nseries; i++)
		sums[i] = series_sum(plot, i);
	figures_text(plot, sums, &text);
	html_line(html, "title", NULL, plot->caption);
	html_line(html, "desc", NULL, buffer);
}

static void
put_ticks(struct html *html, double step, int ticks)
{
	for (int i = 0; i <= ticks; i++) {
		int y = COLUMNS_TOP + COLUMNS_HEIGHT - i * COLUMNS_HEIGHT / ticks;
		char text[SHORT_SIZE];

		put_line(html, i == 0 ? "axis" : "grid", y);
		put_text(html, "end", COLUMNS_LEFT - 12, y,
			short_count(step * i, text));
	}
}

static void
put_stack(struct html *html, const struct plot *plot, const struct plot_bar *bar, double top,
	struct box box)
{
	char buffer[512];
	struct text text;
	int y = box.y + box.height;

	text_init(&text, buffer, sizeof(buffer));
	text_add(&text, "%s: ", bar->label);
	figures_text(plot, bar->values, &text);
	html_begin(html, "g");
	html_line(html, "title", NULL, buffer);
	for (size_t i = 0; i < plot->nseries; i++) {
		int height = scaled(bar->values[i], top, box.height);

		y -= height;
		if (height > 0)
			put_rect(html, looks[plot->series[i].look],
				(struct box){box.x, y, box.width, height});
	}
	html_end(html);
}

static void
put_columns(struct html *html, const struct plot *plot, double top)
{
	int room = WIDTH - COLUMNS_LEFT;
	int step = plot->nbars > 0 ? room / (int)plot->nbars : room;

	step = step > COLUMN_STEP_MAX ? COLUMN_STEP_MAX : step;
	for (size_t i = 0; i < plot->nbars; i++) {
		const struct plot_bar *bar = &plot->bars[i];
		int x = COLUMNS_LEFT + (int)i * step;

		if (bar->shaded)
			put_rect(html, "shade",
				(struct box){x, COLUMNS_TOP, step, COLUMNS_HEIGHT});
		put_stack(html, plot, bar, top,
			(struct box){x + step / 8, COLUMNS_TOP, step - step / 4, COLUMNS_HEIGHT});
		put_text(html, "mid", x + step / 2, COLUMNS_TOP + COLUMNS_HEIGHT + 25, bar->label);
	}
}

void
plot_columns(struct html *html, const struct plot *plot)
{
	double most = highest(plot, true);
	double step = tick_step(most);
	int ticks = tick_count(most, step);

	begin_figure(html, plot->caption, plot->series, plot->nseries);
	begin_svg(html, WIDTH, COLUMNS_TOP + COLUMNS_HEIGHT + COLUMNS_FOOT);
	html_attr(html, "role", "img");
	put_description(html, plot);
	put_columns(html, plot, step * ticks);
	put_ticks(html, step, ticks);
	html_end(html);
	html_end(html);
}

/* --- tables --- */

/* Label, bar (if there is one), each series, and their sum where there are several. */
static size_t
table_columns(const struct plot *plot, bool bars, struct html_column columns_r[PLOT_SERIES_MAX + 3])
{
	size_t n = 0;

	columns_r[n++] = (struct html_column){plot->unit, NULL};
	if (bars)
		columns_r[n++] = (struct html_column){_("Graph"), "bar"};
	for (size_t i = 0; i < plot->nseries; i++)
		columns_r[n++] = (struct html_column){plot->series[i].title, "num"};
	if (plot->nseries > 1)
		columns_r[n++] = (struct html_column){_("Sum"), "num"};
	return n;
}

static void
put_figures(struct html *html, const struct plot *plot, const struct plot_bar *bar)
{
	for (size_t i = 0; i < plot->nseries; i++)
		html_cell_count(html, bar->values[i]);
	if (plot->nseries > 1)
		html_cell_count(html, bar_sum(plot, bar));
}

static void
put_bar(struct html *html, const struct plot *plot, const struct plot_bar *bar, double most)
{
	int x = 0;

	html_cell_begin(html);
	begin_svg(html, BAR_WIDTH, BAR_HEIGHT);
	html_attr(html, "class", "lying");
	html_attr(html, "preserveAspectRatio", "none");
	html_attr(html, "aria-hidden", "true"); /* the figures stand beside it */
	for (size_t i = 0; i < plot->nseries; i++) {
		int width = scaled(bar->values[i], most, BAR_WIDTH);

		if (width > 0)
			put_rect(html, looks[plot->series[i].look],
				(struct box){x, 0, width, BAR_HEIGHT});
		x += width;
	}
	html_end(html);
	html_cell_end(html);
}

static void
put_sums(struct html *html, const struct plot *plot, bool bars)
{
	struct plot_bar sums = {.label = _("Sum")};

	for (size_t i = 0; i < plot->nseries; i++)
		sums.values[i] = series_sum(plot, i);
	html_table_foot(html);
	html_cell(html, sums.label);
	if (bars)
		html_cell(html, "");
	put_figures(html, plot, &sums);
}

static void
put_table(struct html *html, const struct plot *plot, bool bars)
{
	struct html_column columns[PLOT_SERIES_MAX + 3];
	size_t n = table_columns(plot, bars, columns);
	double most = highest(plot, false);

	html_table(html, NULL, columns, n);
	for (size_t i = 0; i < plot->nbars; i++) {
		html_cell(html, plot->bars[i].label);
		if (bars && plot->bars[i].rest)
			html_cell(html, "");
		else if (bars)
			put_bar(html, plot, &plot->bars[i], most);
		put_figures(html, plot, &plot->bars[i]);
	}
	put_sums(html, plot, bars);
	html_table_end(html);
}

void
plot_bars(struct html *html, const struct plot *plot)
{
	begin_figure(html, plot->caption, plot->series, plot->nseries);
	put_table(html, plot, true);
	html_end(html);
}

void
plot_figures(struct html *html, const struct plot *plot)
{
	begin_figure(html, plot->caption, NULL, 0);
	put_table(html, plot, false);
	html_end(html);
}

/* --- the heat map --- */

static uint64_t
hottest(const struct plot_heat *heat)
{
	uint64_t most = 0;

	for (size_t day = 0; day < PLOT_DAYS; day++)
		for (size_t hour = 0; hour < PLOT_HOURS; hour++)
			if (heat->counts[day][hour] > most)
				most = heat->counts[day][hour];
	return most;
}

/* By the square root, so that one busy hour does not make all others look alike. */
static int
heat_level(uint64_t count, uint64_t most)
{
	int level = 0;

	while (level * level * (double)most < (double)count * HEAT_LEVELS * HEAT_LEVELS)
		level++;
	return level;
}

static void
put_hour(struct html *html, const struct plot_heat *heat, size_t day, size_t hour, int level)
{
	uint64_t count = heat->counts[day][hour];
	struct box box = {HEAT_LEFT + (int)hour * HEAT_CELL, HEAT_TOP + (int)day * HEAT_ROW,
		HEAT_CELL, HEAT_ROW};
	char class[16], text[HTML_COUNT_SIZE];

	(void)snprintf(class, sizeof(class), "cell h%d", level);
	begin_rect(html, class, box);
	html_begin(html, "title");
	html_textf(html, "%s %zu:00\u2013%zu:59: %s", heat->days[day], hour, hour,
		html_count(count, text));
	html_end(html);
	html_end(html);
	if (count > 0)
		put_text(html, level >= 4 ? "mid inverse" : "mid", box.x + HEAT_CELL / 2,
			box.y + HEAT_ROW / 2, short_count((double)count, text));
}

static void
put_hour_names(struct html *html)
{
	for (int hour = 0; hour < PLOT_HOURS; hour++) {
		char text[8];

		(void)snprintf(text, sizeof(text), "%d", hour);
		put_text(html, "mid", HEAT_LEFT + hour * HEAT_CELL + HEAT_CELL / 2, 18, text);
	}
}

void
plot_heat(struct html *html, const struct plot_heat *heat)
{
	uint64_t most = hottest(heat);

	begin_figure(html, heat->caption, NULL, 0);
	begin_svg(html, WIDTH + 2, HEAT_TOP + PLOT_DAYS * HEAT_ROW + 2);
	html_attr(html, "role", "img");
	html_line(html, "title", NULL, heat->caption);
	put_hour_names(html);
	for (size_t day = 0; day < PLOT_DAYS; day++) {
		put_text(html, "end", HEAT_LEFT - 12, HEAT_TOP + (int)day * HEAT_ROW + HEAT_ROW / 2,
			heat->days[day]);
		for (size_t hour = 0; hour < PLOT_HOURS; hour++)
			put_hour(html, heat, day, hour,
				heat_level(heat->counts[day][hour], most));
	}
	html_end(html);
	html_end(html);
}
