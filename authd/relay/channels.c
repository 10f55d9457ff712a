/* A table of fixed size; see the header. */
#include "config.h"

#include "authd/relay/channels.h"

static struct channel_slot *
slot_of(struct channels *channels, uint32_t number)
{
	return &channels->slots[number % CHANNELS_MAX];
}

wf_status
channels_add(struct channels *channels, void *kept, uint32_t *number_r)
{
	struct channel_slot *slot;

	if (channels->n >= CHANNELS_MAX)
		return WF_FULL;
	while (slot_of(channels, channels->next)->kept != NULL)
		channels->next = (channels->next + 1) % CHANNELS_MAX;
	slot = slot_of(channels, channels->next);
	/* The remainder stays, the rest rises and wraps by itself. */
	*slot = (struct channel_slot){.kept = kept,
		.number =
			slot->number - slot->number % CHANNELS_MAX + CHANNELS_MAX + channels->next};
	channels->next = (channels->next + 1) % CHANNELS_MAX;
	channels->n++;
	*number_r = slot->number;
	return WF_OK;
}

wf_status
channels_put(struct channels *channels, uint32_t number, void *kept)
{
	struct channel_slot *slot = slot_of(channels, number);

	if (slot->kept != NULL)
		return WF_EXISTS;
	*slot = (struct channel_slot){.kept = kept, .number = number};
	channels->n++;
	return WF_OK;
}

void *
channels_get(const struct channels *channels, uint32_t number)
{
	const struct channel_slot *slot = &channels->slots[number % CHANNELS_MAX];

	return slot->kept != NULL && slot->number == number ? slot->kept : NULL;
}

void
channels_remove(struct channels *channels, uint32_t number)
{
	if (channels_get(channels, number) == NULL)
		return;
	slot_of(channels, number)->kept = NULL;
	channels->n--;
}

void *
channels_each(const struct channels *channels, size_t *at)
{
	while (*at < CHANNELS_MAX) {
		void *kept = channels->slots[(*at)++].kept;

		if (kept != NULL)
			return kept;
	}
	return NULL;
}
