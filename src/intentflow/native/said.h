/* What a record says, as far as that can be told at a glance: one JSON object in plain ASCII without an escape.
 *
 * `read_event` knows less JSON than msgspec on purpose. Whatever it is not sure of (another letter than printable ASCII, a field twice, a number
 * with an exponent, an odd time) it leaves alone, and `wire/events.py` decides. What it takes, that would take too, with the same values.
 */
#ifndef SAID_H
#define SAID_H

#include <stdint.h>
#include <string.h>

typedef struct {
    const char *at;
    Py_ssize_t size; /* bytes; -1: not there, or null */
} Text;

enum { MOST_BYTES = 1 << 16, MOST_ID = 128, MOST_EMAIL = 254, MOST_TEXT = 512, MOST_AGENT = 1024, MOST_URL = 4096 };
enum { MOST_DEPTH = 16, MOST_ATTRIBUTES = 32, MOST_DIGITS = 15 };

typedef struct {
    Text event_id, occurred_at, family, action, lead_id, email, visitor_id, user_agent, url, cart_id;
    int has_page, has_attributes;
} Said;

typedef struct {
    const char *at, *end;
} Reader;

static inline void skip_space(Reader *in) {
    while (in->at < in->end && (*in->at == ' ' || *in->at == '\n' || *in->at == '\r' || *in->at == '\t')) in->at++;
}

static inline int next_is(Reader *in, char sign) {
    skip_space(in);
    if (in->at >= in->end || *in->at != sign) return 0;
    in->at++;
    return 1;
}

static inline int word_is(Reader *in, const char *word, size_t size) {
    if ((size_t)(in->end - in->at) < size || memcmp(in->at, word, size)) return 0;
    in->at += size;
    return 1;
}

/* A string of printable ASCII, at most so many letters. */
static inline int read_text(Reader *in, Text *text, Py_ssize_t most) {
    if (!next_is(in, '"')) return 0;
    const char *from = in->at, *at = from;
    while (at < in->end && *at != '"') {
        unsigned char letter = (unsigned char)*at;
        if (letter < 0x20 || letter > 0x7e || letter == '\\') return 0;
        at++;
    }
    if (at >= in->end || at - from > most) return 0;
    text->at = from;
    text->size = at - from;
    in->at = at + 1;
    return 1;
}

/* The same, or null. */
static inline int read_text_or_null(Reader *in, Text *text, Py_ssize_t most) {
    skip_space(in);
    if (in->at < in->end && *in->at == 'n') return word_is(in, "null", 4);
    return read_text(in, text, most);
}

/* A number without an exponent, of so few digits that it is exact and within all bounds. */
static int read_number(Reader *in) {
    const char *at = in->at;
    int digits = 0;
    if (at < in->end && *at == '-') at++;
    if (at >= in->end || *at < '0' || *at > '9') return 0;
    if (*at == '0' && at + 1 < in->end && at[1] >= '0' && at[1] <= '9') return 0;
    while (at < in->end && *at >= '0' && *at <= '9') at++, digits++;
    if (at < in->end && *at == '.') {
        const char *point = at++;
        while (at < in->end && *at >= '0' && *at <= '9') at++, digits++;
        if (at == point + 1) return 0;
    }
    if (digits > MOST_DIGITS || (at < in->end && (*at == 'e' || *at == 'E'))) return 0;
    in->at = at;
    return 1;
}

/* Text, number, true or false. */
static int read_plain(Reader *in, Py_ssize_t most) {
    Text text;
    skip_space(in);
    if (in->at >= in->end) return 0;
    switch (*in->at) {
    case '"': return read_text(in, &text, most);
    case 't': return word_is(in, "true", 4);
    case 'f': return word_is(in, "false", 5);
    default: return read_number(in);
    }
}

/* Any value, of a field that we don't know. */
static int skip_value(Reader *in, int depth) {
    Text name;
    skip_space(in);
    if (in->at >= in->end || depth > MOST_DEPTH) return 0;
    if (*in->at == 'n') return word_is(in, "null", 4);
    if (*in->at != '{' && *in->at != '[') return read_plain(in, MOST_BYTES);
    int is_object = *in->at++ == '{';
    char close = is_object ? '}' : ']';
    if (next_is(in, close)) return 1;
    do {
        if (is_object && !(read_text(in, &name, MOST_BYTES) && next_is(in, ':'))) return 0;
        if (!skip_value(in, depth + 1)) return 0;
    } while (next_is(in, ','));
    return next_is(in, close);
}

static inline int is(const Text *text, const char *word) {
    return text->size == (Py_ssize_t)strlen(word) && !memcmp(text->at, word, (size_t)text->size);
}

static int read_page(Reader *in, Said *said) {
    Text name, text;
    skip_space(in);
    if (in->at < in->end && *in->at == 'n') return word_is(in, "null", 4);
    if (!next_is(in, '{')) return 0;
    said->has_page = 1;
    if (!next_is(in, '}')) {
        do {
            if (!(read_text(in, &name, MOST_ID) && next_is(in, ':'))) return 0;
            if (is(&name, "url")) {
                if (said->url.size >= 0 || !read_text(in, &said->url, MOST_URL)) return 0;
            } else if (is(&name, "title") || is(&name, "referrer")) {
                if (!read_text_or_null(in, &text, MOST_TEXT)) return 0;
            } else if (!skip_value(in, 2)) return 0;
        } while (next_is(in, ','));
        if (!next_is(in, '}')) return 0;
    }
    return said->url.size >= 0;
}

/* A campaign: texts, or null. Which ones matters to nobody here: what asks for campaigns is never taken. */
static int read_campaign(Reader *in) {
    Text name, text;
    skip_space(in);
    if (in->at < in->end && *in->at == 'n') return word_is(in, "null", 4);
    if (!next_is(in, '{')) return 0;
    if (next_is(in, '}')) return 1;
    do {
        if (!(read_text(in, &name, MOST_ID) && next_is(in, ':') && read_text_or_null(in, &text, MOST_TEXT))) return 0;
    } while (next_is(in, ','));
    return next_is(in, '}');
}

static int read_attributes(Reader *in, Said *said) {
    Text name;
    int count = 0;
    skip_space(in);
    if (in->at < in->end && *in->at == 'n') return word_is(in, "null", 4);
    if (!next_is(in, '{')) return 0;
    said->has_attributes = 1;
    if (next_is(in, '}')) return 1;
    do {
        if (!(read_text(in, &name, MOST_ID) && name.size && next_is(in, ':') && read_plain(in, MOST_AGENT))) return 0;
        if (++count > MOST_ATTRIBUTES) return 0;
    } while (next_is(in, ','));
    return next_is(in, '}');
}

typedef struct {
    const char *name;
    size_t offset;
    Py_ssize_t most;
    int may_be_null;
} Field;

static const Field FIELDS[] = {
    {"event_id", offsetof(Said, event_id), MOST_ID, 0},   {"occurred_at", offsetof(Said, occurred_at), 40, 0},
    {"family", offsetof(Said, family), MOST_ID, 0},       {"action", offsetof(Said, action), MOST_ID, 0},
    {"lead_id", offsetof(Said, lead_id), MOST_ID, 1},     {"email", offsetof(Said, email), MOST_EMAIL, 1},
    {"visitor_id", offsetof(Said, visitor_id), MOST_ID, 1}, {"user_agent", offsetof(Said, user_agent), MOST_AGENT, 1},
    {"cart_id", offsetof(Said, cart_id), MOST_ID, 1},
};
enum { TEXTS = sizeof FIELDS / sizeof *FIELDS, PAGE = TEXTS, CAMPAIGN, ATTRIBUTES };

static int field_of(const Text *name) {
    for (int i = 0; i < TEXTS; i++)
        if (name->at[0] == FIELDS[i].name[0] && is(name, FIELDS[i].name)) return i;
    return is(name, "page") ? PAGE : is(name, "campaign") ? CAMPAIGN : is(name, "attributes") ? ATTRIBUTES : -1;
}

static int read_field(Reader *in, Said *said, const Text *name, uint32_t *seen) {
    int field = name->size ? field_of(name) : -1;
    if (field < 0) return !is(name, "lines") && !is(name, "value") && skip_value(in, 1);
    if (*seen & 1u << field) return 0;
    *seen |= 1u << field;
    if (field == PAGE) return read_page(in, said);
    if (field == CAMPAIGN) return read_campaign(in);
    if (field == ATTRIBUTES) return read_attributes(in, said);
    Text *text = (Text *)((char *)said + FIELDS[field].offset);
    if (!FIELDS[field].may_be_null) return read_text(in, text, FIELDS[field].most) && text->size;
    return read_text_or_null(in, text, FIELDS[field].most) && text->size;
}

/* Whether it is an event that we are sure of; what is in a cart is not looked at. */
static int read_event(const char *value, Py_ssize_t size, Said *said) {
    Reader in = {value, value + size};
    Text name;
    uint32_t seen = 0;
    if (size > MOST_BYTES) return 0;
    memset(said, 0, sizeof *said);
    for (int i = 0; i < TEXTS; i++) ((Text *)((char *)said + FIELDS[i].offset))->size = -1;
    said->url.size = -1;
    if (!next_is(&in, '{')) return 0;
    do {
        if (!(read_text(&in, &name, MOST_BYTES) && next_is(&in, ':') && read_field(&in, said, &name, &seen))) return 0;
    } while (next_is(&in, ','));
    if (!next_is(&in, '}')) return 0;
    skip_space(&in);
    return in.at == in.end && said->event_id.size > 0 && said->occurred_at.size > 0 && said->family.size > 0;
}

#endif
