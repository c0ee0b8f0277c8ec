/* When an event happened, as most write it: RFC 3339 in UTC. */
#ifndef MOMENT_H
#define MOMENT_H

#include "said.h"

enum { FIRST_YEAR = 2001, LAST_YEAR = 2098 }; /* inside the contract whatever the offset */

static inline int number_of(const char *at, int size) {
    int found = 0;
    for (int i = 0; i < size; i++) {
        if (at[i] < '0' || at[i] > '9') return -1;
        found = found * 10 + (at[i] - '0');
    }
    return found;
}

/* Days from 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
static inline int64_t days_of(int year, int month, int day) {
    year -= month <= 2;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* A moment in UTC as epoch milliseconds, rounded down; -1 if it is written in another way than most are. */
static int64_t moment_of(const Text *text) {
    static const char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const char *at = text->at;
    if (text->size < 20 || at[4] != '-' || at[7] != '-' || at[10] != 'T' || at[13] != ':' || at[16] != ':') return -1;
    int year = number_of(at, 4), month = number_of(at + 5, 2), day = number_of(at + 8, 2);
    int hour = number_of(at + 11, 2), minute = number_of(at + 14, 2), second = number_of(at + 17, 2), part = 0;
    if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1) return -1;
    int is_leap = year % 4 == 0 && (year % 100 || year % 400 == 0);
    if (day > lengths[month - 1] + (month == 2 && is_leap)) return -1;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return -1;
    const char *rest = at + 19, *end = at + text->size;
    if (*rest == '.') {
        const char *digits = ++rest;
        while (rest < end && *rest >= '0' && *rest <= '9') rest++;
        int count = (int)(rest - digits);
        if (count < 1 || count > 6) return -1;
        for (int i = 0; i < 3; i++) part = part * 10 + (i < count ? digits[i] - '0' : 0);
    }
    int is_utc = (end - rest == 1 && *rest == 'Z') || (end - rest == 6 && !memcmp(rest, "+00:00", 6));
    if (!is_utc) return -1;
    return ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60000 + second * 1000 + part;
}

#endif
