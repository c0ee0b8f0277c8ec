/* A lead's row put together again: the other half of `row.h`. */
#ifndef PACK_H
#define PACK_H

#include "row.h"

typedef struct {
    uint8_t *at;
} Pack;

static inline void put(Pack *out, uint64_t number, int size) {
    for (int i = size - 1; i >= 0; i--) *out->at++ = (uint8_t)(number >> 8 * i);
}

static inline void put_raw(Pack *out, const uint8_t *from, Py_ssize_t size) {
    memcpy(out->at, from, (size_t)size);
    out->at += size;
}

static void put_int(Pack *out, int64_t number) {
    uint64_t n = (uint64_t)number;
    if (number < 0 || n < 0x80) { /* of negative numbers there is -1 alone */
        put(out, n & 0xff, 1);
        return;
    }
    int power = n <= 0xff ? 0 : n <= 0xffff ? 1 : n <= 0xffffffff ? 2 : 3;
    put(out, 0xccu + (unsigned)power, 1);
    put(out, n, 1 << power);
}

static void put_double(Pack *out, double value) {
    uint64_t bits;
    memcpy(&bits, &value, 8);
    put(out, 0xcb, 1);
    put(out, bits, 8);
}

static void put_bin(Pack *out, const uint8_t *from, Py_ssize_t size) {
    int is_short = size <= 0xff;
    put(out, is_short ? 0xc4 : 0xc5, 1);
    put(out, (uint64_t)size, is_short ? 1 : 2);
    put_raw(out, from, size);
}

static void put_carts(Pack *out, const LeadRow *lead) {
    put(out, 0x80u | (unsigned)lead->carts, 1);
    for (int i = 0; i < lead->carts; i++) {
        const CartRow *cart = &lead->cart[i];
        put_int(out, (int64_t)cart->code);
        put(out, 0x96, 1);
        put_int(out, cart->added);
        put_int(out, cart->activity);
        put_int(out, cart->purchase);
        put_int(out, cart->emptied);
        put_raw(out, cart->name.at, cart->name.size);
        put_raw(out, cart->contents.at, cart->contents.size);
    }
}

/* How many bytes it has, written to `to`, which has ROW_ROOM. */
static Py_ssize_t write_row(const LeadRow *lead, uint32_t epoch, uint8_t *to) {
    Pack out = {to};
    put(&out, epoch, 4);
    put(&out, VERSION_BITS, 1);
    put(&out, lead->due, 8);
    put(&out, 0xdc0000 | FIELDS_OF_LEAD, 3);
    put(&out, 0x90u | (unsigned)lead->sources, 1);
    for (int i = 0; i < lead->sources; i++) put_int(&out, lead->applied[i]);
    put(&out, 0x90, 1);
    const int64_t numbers[] = {(int64_t)lead->model, (int64_t)lead->due, (int64_t)lead->stage, lead->since,
                               lead->sequence,       lead->clock,        lead->newest,         lead->floor};
    for (int i = 0; i < 8; i++) put_int(&out, numbers[i]);
    put(&out, 0x93, 1);
    for (int i = 0; i < 3; i++) put_double(&out, lead->room[i]);
    put_int(&out, (int64_t)lead->paid);
    put_bin(&out, lead->hashes, lead->hashes_size);
    put_bin(&out, lead->times, lead->times_size);
    put_bin(&out, lead->signals, lead->signals_size);
    put_bin(&out, lead->counts, lead->counts_size);
    put_bin(&out, lead->older, lead->older_size);
    put_bin(&out, lead->closed, lead->closed_size);
    for (int i = FIRSTS; i < FIELDS_OF_LEAD; i++) {
        if (i == NEWSLETTER && lead->has_newsletter) {
            put(&out, 0x95, 1);
            for (int j = 0; j < 5; j++) put_int(&out, lead->newsletter[j]);
        } else if (i == CARTS && lead->carts_changed) {
            put_carts(&out, lead);
        } else {
            put_raw(&out, lead->rest[i].at, lead->rest[i].size);
        }
    }
    return out.at - to;
}

#endif
