/* The style sheet of every page: A4 and screen, Japanese and English, colours and grey. */
#ifndef WF_CTL_HTML_STYLE_H
#define WF_CTL_HTML_STYLE_H

/* Refers to nothing outside the page. Constant; any thread. */
extern const char html_style[];

#endif
