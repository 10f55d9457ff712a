/* Habits, and their bytes: u8 version, then the fields in order; integers big endian.  Pure. */
#include "config.h"

#include "authd/detect/habit.h"

#include <string.h>

#include "common/addr.h"

#define HABIT_VERSION 1
#define V4_BITS 24
#define V6_BITS 48
#define HOURS_ENOUGH 10 /* days: the hour is usual, and more would only be written */

/* Sorts of ids, in their first octet. */
enum { ID_V4 = 4, ID_V6 = 6, ID_COUNTRY = 0x43 };

static uint64_t
id_of(unsigned sort, const uint8_t *bytes, size_t n)
{
	uint64_t id = 0;

	for (size_t i = 0; i < n; i++)
		id = id << 8 | bytes[i];
	return (uint64_t)sort << 56 | id;
}

uint64_t
habit_network(const char *source)
{
	struct wf_network network;
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (source[0] == '\0' || strchr("0123456789abcdef:", source[0]) == NULL ||
		strchr(source, '/') != NULL || wf_network_parse(source, &network) != WF_OK)
		return 0;
	if (memcmp(network.bytes, mapped, sizeof(mapped)) == 0)
		return id_of(ID_V4, network.bytes + sizeof(mapped), V4_BITS / 8);
	return id_of(ID_V6, network.bytes, V6_BITS / 8);
}

uint64_t
habit_country(const char *country)
{
	return country[0] == '\0' ? 0 : id_of(ID_COUNTRY, (const uint8_t *)country, 2);
}

bool
habit_used(struct habit *habit, int32_t day, unsigned hour)
{
	const uint32_t bit = UINT32_C(1) << hour;
	const bool same_day = habit->days != 0 && day == habit->last_day;

	if (same_day && ((habit->hours_today & bit) != 0 || habit->hours[hour] >= HOURS_ENOUGH))
		return false;
	if (habit->days == 0)
		habit->first_day = day;
	if (!same_day) {
		habit->days++;
		habit->hours_today = 0;
	}
	habit->last_day = day;
	habit->hours_today |= bit;
	if (habit->hours[hour] < HOURS_ENOUGH)
		habit->hours[hour]++;
	return true;
}

static struct habit_place *
find(struct habit *habit, uint64_t id)
{
	for (uint32_t i = 0; i < habit->n; i++)
		if (habit->places[i].id == id)
			return &habit->places[i];
	return NULL;
}

static struct habit_place *
oldest(struct habit *habit)
{
	struct habit_place *place = &habit->places[0];

	for (uint32_t i = 1; i < habit->n; i++)
		if (habit->places[i].day < place->day)
			place = &habit->places[i];
	return place;
}

bool
habit_seen(struct habit *habit, uint64_t id, int32_t day)
{
	struct habit_place *place = find(habit, id);

	if (id == 0 || (place != NULL && place->day == day))
		return false;
	if (place == NULL)
		place = habit->n < HABIT_PLACES ? &habit->places[habit->n++] : oldest(habit);
	*place = (struct habit_place){.id = id, .day = day};
	return true;
}

static bool
is_recent(const struct habit_place *place, int32_t day, uint32_t days)
{
	return (int64_t)day - place->day <= (int64_t)days;
}

bool
habit_knows(const struct habit *habit, uint64_t id, int32_t day, uint32_t days)
{
	for (uint32_t i = 0; i < habit->n; i++)
		if (habit->places[i].id == id)
			return is_recent(&habit->places[i], day, days);
	return false;
}

uint32_t
habit_places(const struct habit *habit, int32_t day, uint32_t days, uint64_t except)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < habit->n; i++)
		n += habit->places[i].id != except && is_recent(&habit->places[i], day, days);
	return n;
}

bool
habit_usual(const struct habit *habit, unsigned hour, unsigned near)
{
	for (unsigned i = 0; i <= 2 * near; i++)
		if (habit->hours[(hour + HABIT_HOURS - near + i) % HABIT_HOURS] != 0)
			return true;
	return false;
}

/* --- bytes --- */

static wf_status
put_u32(wf_status before, struct wf_buf *encoded, uint32_t value)
{
	return before == WF_OK ? wf_buf_put_u32(encoded, value) : before;
}

wf_status
habit_encode(const struct habit *habit, struct wf_buf *encoded)
{
	wf_status status = wf_buf_put_u8(encoded, HABIT_VERSION);

	status = put_u32(status, encoded, (uint32_t)habit->first_day);
	status = put_u32(status, encoded, (uint32_t)habit->last_day);
	status = put_u32(status, encoded, habit->days);
	status = put_u32(status, encoded, habit->hours_today);
	if (status == WF_OK)
		status = wf_buf_put(encoded, habit->hours, sizeof(habit->hours));
	status = put_u32(status, encoded, habit->n);
	for (uint32_t i = 0; status == WF_OK && i < habit->n; i++) {
		status = wf_buf_put_u64(encoded, habit->places[i].id);
		status = put_u32(status, encoded, (uint32_t)habit->places[i].day);
	}
	return status;
}

static wf_status
get_i32(struct wf_reader *reader, int32_t *value_r)
{
	uint32_t value = 0;
	wf_status status = wf_reader_get_u32(reader, &value);

	if (status == WF_OK)
		*value_r = (int32_t)value;
	return status;
}

static wf_status
get_places(struct wf_reader *reader, struct habit *habit)
{
	wf_status status = wf_reader_get_u32(reader, &habit->n);

	if (status == WF_OK && habit->n > HABIT_PLACES)
		return WF_CORRUPT;
	for (uint32_t i = 0; status == WF_OK && i < habit->n; i++) {
		status = wf_reader_get_u64(reader, &habit->places[i].id);
		if (status == WF_OK)
			status = get_i32(reader, &habit->places[i].day);
	}
	return status;
}

static wf_status
get_fields(struct wf_reader *reader, struct habit *habit)
{
	const uint8_t *hours = NULL;
	wf_status status = get_i32(reader, &habit->first_day);

	if (status == WF_OK)
		status = get_i32(reader, &habit->last_day);
	if (status == WF_OK)
		status = wf_reader_get_u32(reader, &habit->days);
	if (status == WF_OK)
		status = wf_reader_get_u32(reader, &habit->hours_today);
	if (status == WF_OK)
		status = wf_reader_get(reader, sizeof(habit->hours), &hours);
	if (status != WF_OK)
		return status;
	memcpy(habit->hours, hours, sizeof(habit->hours));
	return get_places(reader, habit);
}

wf_status
habit_decode(const uint8_t *bytes, size_t len, struct habit *habit_r)
{
	struct wf_reader reader;
	struct habit habit = {0};
	uint8_t version = 0;

	wf_reader_init(&reader, bytes, len);
	if (wf_reader_get_u8(&reader, &version) != WF_OK)
		return WF_CORRUPT;
	if (version != HABIT_VERSION)
		return WF_VERSION;
	if (get_fields(&reader, &habit) != WF_OK || wf_reader_left(&reader) != 0)
		return WF_CORRUPT;
	*habit_r = habit;
	return WF_OK;
}
