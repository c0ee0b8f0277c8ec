/* A lead's row, taken apart as far as counting an event needs it: `wire/rows.py` and `domain/lead.py` in C.
 *
 * Read and written is exactly what msgspec writes, in its shortest forms. A row that has more to it (bonds, evidence) is not taken.
 */
#ifndef ROW_H
#define ROW_H

#include <stdint.h>
#include <string.h>

enum { HEAD = 13, FIELDS_OF_LEAD = 30, MOST_SOURCES = 15, MOST_ROW = 1 << 13, ROW_ROOM = 1 << 16, MOST_CARTS = 8, MOST_CART_ID = 128 };
enum { VERSION_BITS = 1 << 1, ENTRY = 20, PERIOD = 16, CLOSED = 20 };

typedef struct {
    const uint8_t *at;
    Py_ssize_t size;
} Bytes;

typedef struct {
    uint64_t code;
    int64_t added, activity, purchase, emptied;
    Bytes name, contents; /* as they lie in the row */
    uint8_t told[MOST_CART_ID + 2]; /* its name, if an event told it */
} CartRow;

enum { FIRSTS = 18, LASTS, WINDOWS, NEWSLETTER, CARTS, LEFT, BONDS, ENTERED, PROFILE, TOLD, EVIDENCE, BURSTS };

/* What there is much of lies in buffers of its own, so that it can grow. */
typedef struct {
    int sources;
    int64_t applied[MOST_SOURCES];
    uint64_t model, due, stage;
    int64_t since, sequence, clock, newest, floor;
    double room[3];
    uint64_t paid;
    uint8_t hashes[MOST_ROW + 16], times[MOST_ROW + 16], signals[MOST_ROW + 16], counts[MOST_ROW + 32];
    uint8_t older[MOST_ROW + 32], closed[MOST_ROW + 32];
    Py_ssize_t hashes_size, times_size, signals_size, counts_size, older_size, closed_size;
    Bytes rest[FIELDS_OF_LEAD]; /* fields that are kept as they lie */
    int has_newsletter, carts, carts_changed;
    int64_t newsletter[5];
    CartRow cart[MOST_CARTS + 1];
} LeadRow;

typedef struct {
    const uint8_t *at, *end;
    int bad;
} Unpack;

static inline uint64_t big(const uint8_t *at, int size) {
    uint64_t found = 0;
    for (int i = 0; i < size; i++) found = found << 8 | at[i];
    return found;
}

static inline int has(Unpack *in, Py_ssize_t size) {
    if (in->bad || in->end - in->at < size) in->bad = 1;
    return !in->bad;
}

static int64_t read_int(Unpack *in) {
    if (!has(in, 1)) return 0;
    uint8_t sign = *in->at++;
    if (sign < 0x80) return sign;
    if (sign >= 0xe0) return (int8_t)sign;
    int size = sign >= 0xcc && sign <= 0xcf ? 1 << (sign - 0xcc) : 0;
    if (!size || !has(in, size)) return in->bad = 1, 0; /* other negative numbers are nowhere in a lead */
    uint64_t found = big(in->at, size);
    in->at += size;
    if (found >> 63) in->bad = 1;
    return (int64_t)found;
}

static double read_double(Unpack *in) {
    if (!has(in, 9) || *in->at != 0xcb) return in->bad = 1, 0.0;
    uint64_t bits = big(in->at + 1, 8);
    double found;
    memcpy(&found, &bits, 8);
    in->at += 9;
    return found;
}

static Bytes read_bin(Unpack *in) {
    Bytes none = {NULL, 0}, found;
    if (!has(in, 1) || *in->at < 0xc4 || *in->at > 0xc5) return in->bad = 1, none;
    int size = *in->at++ == 0xc4 ? 1 : 2;
    if (!has(in, size)) return none;
    found.size = (Py_ssize_t)big(in->at, size);
    in->at += size;
    found.at = in->at;
    if (!has(in, found.size)) return none;
    in->at += found.size;
    return found;
}

static Py_ssize_t length_after(Unpack *in, int size) {
    if (!has(in, size)) return 0;
    Py_ssize_t found = (Py_ssize_t)big(in->at, size);
    in->at += size;
    return found;
}

static Py_ssize_t text_length(Unpack *in, uint8_t sign) {
    if (sign >= 0xa0 && sign < 0xc0) return sign & 31;
    if (sign >= 0xd9 && sign <= 0xdb) return length_after(in, 1 << (sign - 0xd9));
    return length_after(in, 1 << (sign - 0xc4)); /* bytes */
}

/* Any value, by its length alone. */
static void skip(Unpack *in, int depth) {
    if (depth > 8 || !has(in, 1)) {
        in->bad = 1;
        return;
    }
    uint8_t sign = *in->at++;
    Py_ssize_t inner = 0, size = 0;
    if (sign < 0x80 || sign >= 0xe0 || sign == 0xc0 || sign == 0xc2 || sign == 0xc3) return;
    if (sign < 0x90) inner = 2 * (sign & 15);
    else if (sign < 0xa0) inner = sign & 15;
    else if (sign < 0xc0 || (sign >= 0xc4 && sign <= 0xc6) || (sign >= 0xd9 && sign <= 0xdb)) size = text_length(in, sign);
    else if (sign == 0xca || sign == 0xcb) size = 4 << (sign - 0xca);
    else if (sign >= 0xcc && sign <= 0xcf) size = 1 << (sign - 0xcc);
    else if (sign >= 0xd0 && sign <= 0xd3) size = 1 << (sign - 0xd0);
    else if (sign == 0xdc || sign == 0xde) inner = length_after(in, 2) * (sign == 0xde ? 2 : 1);
    else in->bad = 1;
    if (size && has(in, size)) in->at += size;
    while (inner-- > 0 && !in->bad) skip(in, depth + 1);
}

static Bytes read_raw(Unpack *in) {
    Bytes found = {in->at, 0};
    skip(in, 0);
    found.size = in->at - found.at;
    return found;
}

static Py_ssize_t copy_bin(Unpack *in, uint8_t *to) {
    Bytes found = read_bin(in);
    if (in->bad || found.size > MOST_ROW) return in->bad = 1, 0;
    memcpy(to, found.at, (size_t)found.size);
    return found.size;
}

static int is_nil(const Bytes *field) { return field->size == 1 && *field->at == 0xc0; }

/* Read when the first event asks for it. */
static int read_newsletter(LeadRow *lead) {
    Unpack in = {lead->rest[NEWSLETTER].at, lead->rest[NEWSLETTER].at + lead->rest[NEWSLETTER].size, 0};
    if (lead->has_newsletter) return 1;
    memset(lead->newsletter, 0, sizeof lead->newsletter);
    if (is_nil(&lead->rest[NEWSLETTER])) return 1;
    if (!has(&in, 1) || *in.at++ != 0x95) return 0;
    for (int i = 0; i < 5; i++) lead->newsletter[i] = read_int(&in);
    return !in.bad;
}

static int read_carts(LeadRow *lead) {
    Unpack in = {lead->rest[CARTS].at, lead->rest[CARTS].at + lead->rest[CARTS].size, 0};
    if (lead->carts_changed) return 1;
    lead->carts = 0;
    if (is_nil(&lead->rest[CARTS])) return 1;
    if (!has(&in, 1) || (*in.at & 0xf0) != 0x80 || (*in.at & 15) > MOST_CARTS) return 0;
    for (int left = *in.at++ & 15; left > 0 && !in.bad; left--) {
        CartRow *cart = &lead->cart[lead->carts++];
        cart->code = (uint64_t)read_int(&in);
        if (!has(&in, 1) || *in.at++ != 0x96) return 0;
        cart->added = read_int(&in);
        cart->activity = read_int(&in);
        cart->purchase = read_int(&in);
        cart->emptied = read_int(&in);
        cart->name = read_raw(&in);
        cart->contents = read_raw(&in);
    }
    return !in.bad;
}

/* Whether all of the row is here, of a lead that nothing but its counts tells about. */
static int read_row(const uint8_t *row, Py_ssize_t size, LeadRow *lead) {
    Unpack in = {row + HEAD, row + size, 0};
    if (size > MOST_ROW || size < HEAD + 5 || (row[4] & ~1) != VERSION_BITS) return 0;
    if (big(in.at, 3) != (0xdc0000 | FIELDS_OF_LEAD)) return 0;
    in.at += 3;
    if ((*in.at & 0xf0) != 0x90) return 0;
    lead->sources = *in.at++ & 15;
    for (int i = 0; i < lead->sources; i++) lead->applied[i] = read_int(&in);
    skip(&in, 0); /* the outbox: all that it says is published, or the lead would wait */
    lead->model = (uint64_t)read_int(&in);
    lead->due = (uint64_t)read_int(&in);
    lead->stage = (uint64_t)read_int(&in);
    lead->since = read_int(&in);
    lead->sequence = read_int(&in);
    lead->clock = read_int(&in);
    lead->newest = read_int(&in);
    lead->floor = read_int(&in);
    if (!has(&in, 1) || *in.at++ != 0x93) return 0;
    for (int i = 0; i < 3; i++) lead->room[i] = read_double(&in);
    lead->paid = (uint64_t)read_int(&in);
    lead->hashes_size = copy_bin(&in, lead->hashes);
    lead->times_size = copy_bin(&in, lead->times);
    lead->signals_size = copy_bin(&in, lead->signals);
    lead->counts_size = copy_bin(&in, lead->counts);
    lead->older_size = copy_bin(&in, lead->older);
    lead->closed_size = copy_bin(&in, lead->closed);
    for (int i = FIRSTS; i < FIELDS_OF_LEAD; i++) lead->rest[i] = read_raw(&in);
    lead->has_newsletter = lead->carts_changed = lead->carts = 0;
    return !in.bad && in.at == in.end && lead->counts_size == 5 * lead->signals_size &&
           2 * lead->times_size == 3 * lead->hashes_size && lead->older_size % PERIOD == 0 &&
           lead->signals_size % 4 == 0 && lead->hashes_size % 4 == 0 && is_nil(&lead->rest[BONDS]) && is_nil(&lead->rest[EVIDENCE]);
}

#endif
