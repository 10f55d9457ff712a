/*
 * Plots in a page, as SVG within it. Each can be read without seeing it: columns and the heat map
 * say their figures in titles and a description, bars stand in a table beside their figures; and
 * in grey print: success is light, failure dark. Counts may be any; what is not 0 is seen, be it as
 * a hairline. Captions, titles and labels may be any text in the page's language. One thread.
 */
#ifndef WF_CTL_PLOT_H
#define WF_CTL_PLOT_H

#include "ctl/html.h"

#define PLOT_SERIES_MAX 4
#define PLOT_DAYS 7
#define PLOT_HOURS 24

/* How a series looks, the lightest first. */
enum plot_look { PLOT_SUCCESS, PLOT_REFUSED, PLOT_OTHER, PLOT_FAILURE };

struct plot_bar {
	const char *label;
	uint64_t values[PLOT_SERIES_MAX]; /* of each series */
	bool shaded;                      /* as a day off */
	bool rest; /* all that has no bar of its own: figures without a bar */
};

struct plot {
	const char *caption;
	const char *unit; /* what a bar is, over the labels: "Day", "Source" */
	struct plot_series {
		const char *title;
		enum plot_look look;
	} series[PLOT_SERIES_MAX];
	size_t nseries;
	const struct plot_bar *bars;
	size_t nbars;
};

struct plot_heat {
	const char *caption;
	const char *days[PLOT_DAYS]; /* names of the rows */
	uint64_t counts[PLOT_DAYS][PLOT_HOURS];
};

/* Upright stacked columns, the first series at the bottom: for the days of a month. */
void plot_columns(struct html *html, const struct plot *plot);
/* A table with a lying stacked bar and the figures in each row; a rest has figures alone. */
void plot_bars(struct html *html, const struct plot *plot);
/* The figures alone, with their sums, as a table. */
void plot_figures(struct html *html, const struct plot *plot);
/* Days of the week by hours of the day. */
void plot_heat(struct html *html, const struct plot_heat *heat);

#endif
