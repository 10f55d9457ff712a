/* What `sshd -T` says about the ways around PAM. Pure; any thread. */
#ifndef WF_CTL_SSHD_H
#define WF_CTL_SSHD_H

#include <stdbool.h>
#include <stddef.h>

enum finding_level { FINDING_OK, FINDING_WARN, FINDING_BAD };

struct finding {
	const char *name;
	enum finding_level level;
	const char *text; /* N_(): what it means and what to write into sshd_config */
};

#define SSHD_FINDINGS_MAX 16

/*
 * Findings for the output of `sshd -T`; gives their number. An output without a setting: as sshd's
 * default.
 */
size_t sshd_findings(const char *output, struct finding findings_r[SSHD_FINDINGS_MAX]);

#endif
