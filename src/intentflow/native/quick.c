/* The short way of an event: record to row, without an object of Python between. `wire/quick.py` says what goes it.
 *
 * The definition is `domain/fold.py`. What is not surely an event that is only counted is left as it is, for Python. So this need not know all
 * that an event can do, only when it does no more; tests hold that rows and changes are the same to the byte (tests/wire/test_quick.py).
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdarg.h>
#include <stddef.h>
#include "model.h"

enum { FUTURE = 300000 }; /* ms that an event may be ahead of the time it was received: records.py */
static PyObject *OFFSET, *TIMESTAMP, *VALUE, *HEADERS;

typedef struct {
    int64_t offset, timestamp;
    PyObject *value;
} Record;

static int number_in(PyObject *record, PyObject *name, int64_t *found) {
    PyObject *number = PyObject_GetAttr(record, name);
    if (!number) return -1;
    *found = PyLong_AsLongLong(number);
    Py_DECREF(number);
    return *found == -1 && PyErr_Occurred() ? -1 : 1;
}

/* 0: a record with headers, or without a value. `value` is a new reference, if it is one at all. */
static int read_record(PyObject *record, Record *found) {
    PyObject *headers = PyObject_GetAttr(record, HEADERS);
    Py_ssize_t count = headers ? PyObject_Size(headers) : -1;
    Py_XDECREF(headers);
    if (count) return count < 0 ? -1 : 0;
    if (number_in(record, OFFSET, &found->offset) < 0 || number_in(record, TIMESTAMP, &found->timestamp) < 0) return -1;
    found->value = PyObject_GetAttr(record, VALUE);
    if (!found->value) return -1;
    return PyBytes_Check(found->value);
}

static inline int has_edge(const Text *text) { return text->at[0] == ' ' || text->at[text->size - 1] == ' '; }

static inline int is_address(const Text *text) { return text->size > 0 && memchr(text->at, '@', (size_t)text->size) != NULL; }

/* Whether it is the event's own key: `event.key_of`, for ids that are written as they are compared. */
static int is_key(const char *key, Py_ssize_t size, const Said *said) {
    const Text *lead = said->lead_id.size > 0 ? &said->lead_id : &said->email;
    const Text *name = lead->size > 0 ? lead : &said->visitor_id;
    if (name->size <= 0 || size != name->size + 2 || has_edge(name)) return 0;
    if (key[0] != (lead->size > 0 ? 'l' : 'v') || key[1] != ':' || memcmp(key + 2, name->at, (size_t)name->size)) return 0;
    if (lead->size > 0 && is_address(name))
        for (Py_ssize_t i = 0; i < name->size; i++)
            if (name->at[i] >= 'A' && name->at[i] <= 'Z') return 0;
    return 1;
}

static int is_email(const Text *text) {
    const char *sign = memchr(text->at, '@', (size_t)text->size);
    if (text->size < 3 || !sign || sign == text->at || sign == text->at + text->size - 1) return 0;
    return !memchr(sign + 1, '@', (size_t)(text->at + text->size - sign - 1));
}

static int is_blank(const Text *text) {
    for (Py_ssize_t i = 0; i < text->size; i++)
        if (text->at[i] != ' ') return 0;
    return 1;
}

/* Whether its ids are in order, and it makes no two of them one person. */
static int is_of_one(const Said *said) {
    if (is_blank(&said->event_id) || (said->cart_id.size > 0 && is_blank(&said->cart_id))) return 0;
    if (said->email.size > 0 && !is_email(&said->email)) return 0;
    return said->visitor_id.size <= 0 || (said->lead_id.size <= 0 && said->email.size <= 0);
}

/* What is told beside the count. 0: more than is told here. */
static int tell(Way *way, const Said *said, int64_t at) {
    if (is(&said->family, "newsletter_signup")) {
        Text action = said->action.size < 0 ? (Text){"signup", 6} : said->action;
        return tell_newsletter(&way->lead, &action, at, way->asks_newsletter);
    }
    if (is(&said->family, "cart")) return tell_cart(&way->lead, said, at, way->asks_carts);
    return 1;
}

/* Whether the lead need not be moved, after its room was used up. */
static int is_far(Way *way) {
    LeadRow *lead = &way->lead;
    return holds_counts_alone(lead, way->asks_newsletter, way->asks_carts) && judge_far(&way->rules, &way->rungs, lead, lead->clock);
}

/* Count an event of that plan. 0: the lead is to be moved, or it can't be done here; then it is not what it was. */
static int count(Way *way, const Plan *plan, const Said *said, int64_t at, uint32_t digest) {
    LeadRow *lead = &way->lead;
    int is_used_up = 0;
    if (plan->rule >= 0) {
        const Rule *rule = &way->rules.rules[plan->rule];
        double rise;
        remember(lead, at, digest, way->full);
        if (!add_event(&way->rules, lead, rule, at, &rise)) return 0;
        if (!(lead->paid & rule->bit)) {
            lead->room[rule->axis] -= rule->points * rise;
            is_used_up = lead->room[rule->axis] <= 0;
        }
    }
    if (plan->how == WIDE) {
        if (!tell(way, said, at)) return 0;
        is_used_up = lead->room[0] <= 0 || lead->room[1] <= 0 || lead->room[2] <= 0;
    }
    lead->newest = at;
    lead->clock = max_of(lead->clock, at);
    return !is_used_up || is_far(way);
}

/* Whether the lead is where this event is only counted: it begins with it (`Fold._adopt`), or is judged by this model and has nothing due. */
static int is_ready(Way *way, int64_t at) {
    LeadRow *lead = &way->lead;
    if (!lead->clock) {
        lead->model = way->tag;
        lead->since = lead->clock = at;
        memcpy(lead->room, way->room, sizeof lead->room);
        lead->paid = way->paid;
    }
    return at > lead->newest && at > lead->floor && !(lead->due && (int64_t)lead->due <= at);
}

/* Fold what a record says into the lead: 1, or 0 if that is Python's. -1: an exception. */
static int take_event(Way *way, PyObject *key, const Record *record, int *is_half) {
    Said said;
    if (!read_event(PyBytes_AS_STRING(record->value), PyBytes_GET_SIZE(record->value), &said)) return 0;
    if (!is_of_one(&said) || !is_key(PyBytes_AS_STRING(key), PyBytes_GET_SIZE(key), &said)) return 0;
    int64_t at = moment_of(&said.occurred_at);
    if (at < 0 || at - FUTURE > record->timestamp) return 0;
    const Plan *plan = plan_of(way, &said, record->value);
    if (!plan) return PyErr_Occurred() ? -1 : 0;
    int has_address = is_address(&said.lead_id) || said.email.size > 0;
    if (plan->how == REFUSED || (way->asks_mail && has_address && !is(&said.family, "website_visit"))) return 0;
    int is_clear = plan->is_doubted ? is_beyond_doubt(way, &said, has_address) : 1;
    if (is_clear <= 0) return is_clear;
    if (!is_ready(way, at)) return 0;
    uint32_t digest = crc32_of(said.event_id.at, said.event_id.size);
    if (plan->rule >= 0 && is_remembered(&way->lead, digest)) return 0;
    *is_half = 1;
    if (!count(way, plan, &said, at, digest)) return 0;
    *is_half = 0;
    return 1;
}

static int take(Way *way, PyObject *key, PyObject *object, int source, int *is_half) {
    Record record = {0, 0, NULL};
    int taken = read_record(object, &record);
    if (taken > 0) taken = record.offset > way->lead.applied[source] ? take_event(way, key, &record, is_half) : 0;
    if (taken > 0) way->lead.applied[source] = record.offset;
    Py_XDECREF(record.value);
    return taken;
}

/* Kafka's murmur2, as `wire/murmur2.py`. */
static uint32_t murmur2(const uint8_t *at, Py_ssize_t size) {
    const uint32_t mix = 0x5bd1e995;
    uint32_t state = 0x9747b28cu ^ (uint32_t)size;
    Py_ssize_t i = 0;
    for (; i + 4 <= size; i += 4) {
        uint32_t word = (uint32_t)little(at + i, 4) * mix;
        state = state * mix ^ (word ^ word >> 24) * mix;
    }
    if (i < size) state = (state ^ (uint32_t)little(at + i, (int)(size - i))) * mix;
    state = (state ^ state >> 13) * mix;
    return state ^ state >> 15;
}

static void begin(Way *way) {
    static const uint8_t NOTHING[] = {0xc0};
    LeadRow *lead = &way->lead;
    memset(lead, 0, offsetof(LeadRow, hashes));
    lead->sources = way->sources;
    for (int i = 0; i < way->sources; i++) lead->applied[i] = -1;
    lead->hashes_size = lead->times_size = lead->signals_size = lead->counts_size = 0;
    lead->older_size = lead->closed_size = 0;
    for (int i = FIRSTS; i < FIELDS_OF_LEAD; i++) lead->rest[i] = (Bytes){NOTHING, 1};
    lead->has_newsletter = lead->carts = lead->carts_changed = 0;
}

/* Whether the lead in this row, or a new one, is one that is folded here. */
static int open_lead(Way *way, PyObject *row) {
    if (!row) return begin(way), 1;
    LeadRow *lead = &way->lead;
    if (!read_row((const uint8_t *)PyBytes_AS_STRING(row), PyBytes_GET_SIZE(row), lead)) return 0;
    if (lead->due != big((const uint8_t *)PyBytes_AS_STRING(row) + 5, 8)) return 0; /* time has passed: `folding.note_moved` */
    return lead->clock && lead->model == way->tag && lead->sources == way->sources && lead->hashes_size <= way->full;
}

/* How many records of a lead are folded, its row if any was, as a new reference. -1: an exception. */
static Py_ssize_t fold_lead(Way *way, PyObject *key, PyObject *row, PyObject *held, int source, uint32_t epoch, PyObject **made) {
    Py_ssize_t upto = PyList_GET_SIZE(held), done = 0;
    int taken, is_half = 1;
    *made = NULL;
    while (is_half) { /* again, if its last event was half folded, without that */
        if (!open_lead(way, row)) return 0;
        for (done = is_half = 0, taken = 1; done < upto; done++)
            if ((taken = take(way, key, PyList_GET_ITEM(held, done), source, &is_half)) <= 0) break;
        if (taken < 0) return -1;
        if (!done) return 0;
        upto = done;
    }
    Py_ssize_t size = write_row(&way->lead, epoch, way->row);
    *made = PyBytes_FromStringAndSize((const char *)way->row, size);
    return *made ? done : -1;
}

#include "object.h"
