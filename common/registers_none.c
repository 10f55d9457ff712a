/* A processor that nobody has written this for. */
#include "config.h"

#include "common/registers.h"

void
wf_registers_wipe(void)
{
}
