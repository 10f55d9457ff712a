/*
 * Packets made by hand, in hexadecimal or attribute by attribute, right or wrong as a test wants
 * them.
 */
#ifndef WF_TESTS_UNIT_RADIUS_CRAFT_H
#define WF_TESTS_UNIT_RADIUS_CRAFT_H

#include "radius/authenticator.h"

struct craft {
	uint8_t bytes[8192];
	size_t len;
};

/* From hexadecimal digits; blanks are passed over. */
void craft_hex(struct craft *craft, const char *hex);
/* A header of `code` with identifier 7 and an authenticator of 1, 2 ... 16. */
void craft_begin(struct craft *craft, uint8_t code);
void craft_add(struct craft *craft, uint8_t type, const void *value, size_t len);
void craft_text(struct craft *craft, uint8_t type, const char *text);
/* Writes the length into the header. */
void craft_end(struct craft *craft);
/* Adds a Message-Authenticator computed with the secret, and the length. */
void craft_sign(struct craft *craft, const struct binding *binding);
/* What packet_read() says. */
enum packet_fault craft_read(const struct craft *craft, struct packet *packet_r);

/* A digest, and `text` as the secret; ends the test if there is none. */
void craft_binding(struct binding *binding_r, const char *text);
void craft_unbind(struct binding *binding);

#endif
