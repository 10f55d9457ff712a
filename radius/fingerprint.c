/* Parts and their lengths through SHA-256. */
#include "config.h"

#include "radius/fingerprint.h"

wf_status
fingerprint_make(struct digest *digest, const struct digest_part *parts, size_t n,
	uint8_t fingerprint_r[FINGERPRINT_LEN])
{
	struct digest_part all[2 * FINGERPRINT_PARTS_MAX];
	uint8_t lengths[FINGERPRINT_PARTS_MAX][4];

	if (n > FINGERPRINT_PARTS_MAX)
		return WF_TOO_LONG;
	for (size_t i = 0; i < n; i++) {
		for (unsigned k = 0; k < 4; k++)
			lengths[i][k] = (uint8_t)(parts[i].len >> (24 - 8 * k));
		all[2 * i] = (struct digest_part){lengths[i], sizeof(lengths[i])};
		all[2 * i + 1] = parts[i];
	}
	return digest_sha256(digest, all, 2 * n, fingerprint_r);
}
