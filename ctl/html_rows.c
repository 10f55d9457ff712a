/* Tables of the daemon in pages. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/html_rows.h"

void
html_rows_begin(struct html_rows *rows_r, struct html *html, const char *columns)
{
	*rows_r = (struct html_rows){.html = html, .columns = columns};
}

static struct html_column
head_of(const struct table *table, int column)
{
	static const char *const classes[] = {[CELL_TEXT] = "name",
		[CELL_NUMBER] = "num",
		[CELL_BOOL] = "flag",
		[CELL_TIME] = "time"};
	const struct table_column *spec = &table->columns[column];
	bool detail = strcmp(spec->name, "detail") == 0; /* gets what room there is */

	return (struct html_column){
		table_title(spec->name), detail ? "detail" : classes[spec->type]};
}

/* The places of the wanted columns in the table; those that it does not have are left out. */
static size_t
pick(const char *columns, const struct table *table, int picked_r[HTML_ROWS_COLUMNS_MAX])
{
	size_t n = 0;

	while (*columns != '\0' && n < HTML_ROWS_COLUMNS_MAX) {
		size_t len = strcspn(columns, " ");
		char name[TABLE_NAME_MAX + 1];

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, columns);
		picked_r[n] = table_column(table, name);
		n += picked_r[n] >= 0;
		columns += len + (columns[len] == ' ');
	}
	return n;
}

static void
put_head(struct html_rows *rows, const struct table *table, const int *picked)
{
	for (size_t i = 0; i < rows->n; i++)
		rows->heads[i] = head_of(table, picked[i]);
	html_table(rows->html, NULL, rows->heads, rows->n);
}

/* A "no" in every row would hide the few that say yes. */
static void
put_cell(struct html *html, const struct table *table, size_t row, size_t column)
{
	char time[TABLE_TEXT_SIZE];
	const char *cell = table->cells[row * table->ncolumns + column];
	bool no = table->columns[column].type == CELL_BOOL && strcmp(cell, "1") != 0;

	html_cell(html, no ? "" : table_text(table, row, column, time));
}

void
html_rows_put(struct html_rows *rows, const struct table *table)
{
	int picked[HTML_ROWS_COLUMNS_MAX];
	size_t n = pick(rows->columns, table, picked);

	if (table->nrows == 0 || n == 0)
		return;
	if (rows->n == 0) {
		rows->n = n;
		put_head(rows, table, picked);
	}
	for (size_t row = 0; row < table->nrows; row++)
		for (size_t i = 0; i < n; i++)
			put_cell(rows->html, table, row, (size_t)picked[i]);
}

bool
html_rows_end(struct html_rows *rows)
{
	if (rows->n == 0)
		return false;
	html_table_end(rows->html);
	return true;
}
