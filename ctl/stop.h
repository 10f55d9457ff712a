/* Being told to stop, by a signal, where something has to be put away first. Once a program run. */
#ifndef WF_CTL_STOP_H
#define WF_CTL_STOP_H

#include <stdbool.h>

/* From now on SIGINT and SIGTERM end nothing by themselves. */
void stop_on_signals(void);
/* Whether one of them has come since. */
bool stop_wanted(void);

#endif
