/* What the files comply*.c share; nobody else includes this. */
#ifndef WF_AUTHD_CONFIG_COMPLY_PARTS_H
#define WF_AUTHD_CONFIG_COMPLY_PARTS_H

#include "authd/config/config_load.h"

#define COMPLY_HOW_SIZE 384 /* of a section that is proposed */

/* Complaints from here on are about this section's file. */
void comply_point_at(struct config_load *load, const struct origin *origin);
/* Each false after config_fail(), or with the load's status set. */
bool comply_add_profiles(struct config_load *load);
/* What is composed allows no more than what holds under each document alone. */
bool comply_narrow(struct config_load *load);
bool comply_read_answers(struct config_load *load);
/* Who, when and why; what `ends` has an end as well. */
bool comply_is_signed(struct config_load *load, const char *section,
	const struct config_answer *answer, bool ends);
/* What was composed, answers applied, becomes what the policy holds. */
void comply_effect(struct config_load *load);
/* No criterion is named of a document that nobody has chosen. */
void comply_cite(struct config *config);
/* What services, clients and trusted addresses come to beside what holds now. */
void comply_check_services(struct config_load *load);

/* A contradiction, or an answer to none, with the section to be written. */
void comply_fail_compose(struct config_load *load, const struct compose_problem *problem);
/* A number of this file that is weaker than a cell. */
void comply_fail_local(struct config_load *load, const struct policy_number *number,
	const struct rule_spec *spec, const char *name, const struct compose_cell *cell);

#endif
