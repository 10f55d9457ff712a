/* The figures of a month (act review.figures) as plots and tables of a page. One thread. */
#ifndef WF_CTL_REVIEW_PLOTS_H
#define WF_CTL_REVIEW_PLOTS_H

#include "ctl/html.h"
#include "ctl/table.h"

/* Logins of each day as columns, of each hour of the week as a heat map: for the first sheet. */
void review_plot_days(struct html *html, const struct table *figures);
void review_plot_hours(struct html *html, const struct table *figures);
/* Services, sources, kinds of factors, factors and reasons, each with its figures. */
void review_plot_parts(struct html *html, const struct table *figures);
/* Each day's figures in numbers. */
void review_day_figures(struct html *html, const struct table *figures);
/* How many rows the list of that name has. */
uint64_t review_list_rows(const struct table *figures, const char *list);

#endif
