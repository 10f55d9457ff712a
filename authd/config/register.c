/* The words of the register of services and hosts, as warifu.conf has them. */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/config_table.h"
#include "common/register_words.h"

#define WORD(value, word) {word, value},

const struct config_word config_class_words[] = {WF_REGISTER_CLASSES(WORD) {NULL, 0}};
const struct config_word config_data_words[] = {WF_REGISTER_DATA(WORD) {NULL, 0}};
const struct config_word config_grants_words[] = {
	{"required", GRANTS_REQUIRED}, {"optional", GRANTS_OPTIONAL}, {NULL, 0}};
_Static_assert(sizeof(enum service_class) == sizeof(unsigned) &&
		       sizeof(enum data_class) == sizeof(unsigned) &&
		       sizeof(enum grant_need) == sizeof(unsigned),
	"words are put as unsigned numbers");

const char *
config_word_of(const struct config_word *words, unsigned value)
{
	while (words->word != NULL && words->value != value)
		words++;
	return words->word == NULL ? "" : words->word;
}

const char *
config_class_name(enum service_class class)
{
	return config_word_of(config_class_words, class);
}
