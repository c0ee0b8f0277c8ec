/* An event into the pieces of a lead: `domain/counting.py`, `remembering.py`, and of `plans.py` what tells a lead nothing new.
 *
 * The same operations on the same doubles in the same order, so that the rows are the same to the byte (no fused multiply-add: `compiling.py`).
 */
#ifndef COUNTING_H
#define COUNTING_H

#include <math.h>
#include "pack.h"

enum { MOST_RULES = 512 };

typedef struct {
    uint8_t code[4];
    int axis;
    double points;
    int64_t most, period;
    double rate; /* 1 / half-life in ms; 0: it doesn't fade */
    uint64_t bit;
    int slot; /* where its points are summed up, as `worth.Meter` */
    double cap;
} Rule;

typedef struct {
    int count;
    Rule rules[MOST_RULES];
    int64_t horizon;
} Rules;

static uint32_t CRC[256];

static void make_crc(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t bits = i;
        for (int bit = 0; bit < 8; bit++) bits = bits >> 1 ^ (bits & 1 ? 0xedb88320u : 0);
        CRC[i] = bits;
    }
}

static uint32_t crc32_of(const char *at, Py_ssize_t size) {
    uint32_t bits = ~0u;
    for (Py_ssize_t i = 0; i < size; i++) bits = bits >> 8 ^ CRC[(bits ^ (uint8_t)at[i]) & 0xff];
    return ~bits;
}

static inline int64_t max_of(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t min_of(int64_t a, int64_t b) { return a < b ? a : b; }

/* Little-endian, wherever this runs. */
static inline uint64_t little(const uint8_t *at, int size) {
    uint64_t found = 0;
    for (int i = size - 1; i >= 0; i--) found = found << 8 | at[i];
    return found;
}

static inline void put_little(uint8_t *at, uint64_t number, int size) {
    for (int i = 0; i < size; i++) at[i] = (uint8_t)(number >> 8 * i);
}

static inline double double_at(const uint8_t *at) {
    uint64_t bits = little(at, 8);
    double found;
    memcpy(&found, &bits, 8);
    return found;
}

static inline void put_double_at(uint8_t *at, double value) {
    uint64_t bits;
    memcpy(&bits, &value, 8);
    put_little(at, bits, 8);
}

static void put_entry(uint8_t *at, double total, int64_t latest, int64_t events) {
    put_double_at(at, total);
    put_little(at + 8, (uint64_t)latest, 8);
    put_little(at + 16, (uint64_t)events, 4);
}

static Py_ssize_t place_of(const uint8_t *code, const uint8_t *codes, Py_ssize_t size) {
    for (Py_ssize_t i = 0; i + 4 <= size; i += 4)
        if (!memcmp(codes + i, code, 4)) return i;
    return -1;
}

static const Rule *rule_of(const Rules *model, const uint8_t *code) {
    for (int i = 0; i < model->count; i++)
        if (!memcmp(model->rules[i].code, code, 4)) return &model->rules[i];
    return NULL;
}

/* `Counting._close`. */
static int close_period(LeadRow *lead, const Rule *rule, double events, int64_t at) {
    for (Py_ssize_t i = 0; i + CLOSED <= lead->closed_size; i += CLOSED) {
        uint8_t *one = lead->closed + i;
        if (memcmp(one, rule->code, 4)) continue;
        double value = double_at(one + 4);
        int64_t reference = (int64_t)little(one + 12, 8), to = max_of(at, reference);
        if (reference < 0) return 0;
        double kept = value * exp2((double)(reference - to) * rule->rate);
        double more = events * exp2((double)(at - to) * rule->rate);
        put_double_at(one + 4, kept + more);
        put_little(one + 12, (uint64_t)to, 8);
        return 1;
    }
    if (lead->closed_size + CLOSED > MOST_ROW) return 0;
    uint8_t *one = lead->closed + lead->closed_size;
    memcpy(one, rule->code, 4);
    put_double_at(one + 4, events);
    put_little(one + 12, (uint64_t)at, 8);
    lead->closed_size += CLOSED;
    return 1;
}

/* `Counting._keep`: a period that is no longer its signal's latest. */
static int keep_period(const Rules *model, LeadRow *lead, const Rule *rule, int64_t latest, int64_t events, int64_t at) {
    if (lead->older_size + PERIOD > MOST_ROW) return 0;
    uint8_t *one = lead->older + lead->older_size;
    memcpy(one, rule->code, 4);
    put_little(one + 4, (uint64_t)latest, 8);
    put_little(one + 12, (uint64_t)events, 4);
    lead->older_size += PERIOD;
    int64_t bound = max_of(max_of(lead->newest, at) - model->horizon, lead->floor + 1);
    Py_ssize_t gone = 0;
    for (; gone < lead->older_size; gone += PERIOD) {
        const uint8_t *oldest = lead->older + gone;
        const Rule *its = rule_of(model, oldest);
        if (!its || !its->period) continue;
        int64_t then = (int64_t)little(oldest + 4, 8), count = (int64_t)little(oldest + 12, 4);
        if (then < 0 || then > at) return 0;
        if ((then / its->period + 1) * its->period > bound) break;
        if (!close_period(lead, its, (double)min_of(count, its->most), then)) return 0;
    }
    memmove(lead->older, lead->older + gone, (size_t)(lead->older_size - gone));
    lead->older_size -= gone;
    return 1;
}

/* `Counting.add` for an event that is newer than all before it. Returns 0 if there is no room for it here. */
static int add_event(const Rules *model, LeadRow *lead, const Rule *rule, int64_t at, double *rise) {
    Py_ssize_t place = place_of(rule->code, lead->signals, lead->signals_size);
    *rise = 1.0;
    if (place < 0) {
        if (lead->counts_size + ENTRY > MOST_ROW) return 0;
        memcpy(lead->signals + lead->signals_size, rule->code, 4);
        put_entry(lead->counts + lead->counts_size, 1.0, at, rule->period ? 1 : 0);
        lead->signals_size += 4;
        lead->counts_size += ENTRY;
        return 1;
    }
    uint8_t *entry = lead->counts + 5 * place;
    double total = double_at(entry), kept;
    int64_t latest = (int64_t)little(entry + 8, 8), events = (int32_t)little(entry + 16, 4);
    if (latest < 0 || at < latest || events < 0 || events >= INT32_MAX) return 0;
    kept = exp2((double)(latest - at) * rule->rate);
    if (!rule->period) {
        events = 0;
    } else if (at / rule->period == latest / rule->period) {
        *rise = (double)min_of(events + 1, rule->most) - (double)min_of(events, rule->most) * kept;
        events++;
    } else {
        if (!keep_period(model, lead, rule, latest, events, at)) return 0;
        events = 1;
    }
    put_entry(entry, total * kept + *rise, at, events);
    return 1;
}

/* `remember`, likewise. */
static void remember(LeadRow *lead, int64_t at, uint32_t digest, Py_ssize_t full) {
    Pack hash = {lead->hashes + lead->hashes_size}, time = {lead->times + lead->times_size};
    put(&hash, digest, 4);
    put(&time, (uint64_t)at, 6);
    lead->hashes_size += 4;
    lead->times_size += 6;
    if (lead->hashes_size > full) {
        lead->floor = max_of(lead->floor, (int64_t)big(lead->times, 6));
        memmove(lead->hashes, lead->hashes + 4, (size_t)(lead->hashes_size -= 4));
        memmove(lead->times, lead->times + 6, (size_t)(lead->times_size -= 6));
    }
}

static int is_remembered(const LeadRow *lead, uint32_t digest) {
    uint8_t code[4];
    Pack out = {code};
    put(&out, digest, 4);
    return place_of(code, lead->hashes, lead->hashes_size) >= 0;
}

#endif
