/* What a scoring model makes of the kinds of events that nothing but their family, action and page's address tells apart. */
#ifndef MODEL_H
#define MODEL_H

#include "judge.h"
#include "telling.h"

enum { MOST_KINDS = 64, MOST_PLANS = 1024, MOST_PAGES = 20000, NAME_ROOM = 32 };
enum { UNKNOWN, ONE, BY_PAGE, NEVER }; /* how a kind's plan is found */
enum { REFUSED, NARROW, WIDE };        /* a plan: Python's; only the counted axis can raise its lead (`Plan.quick`); any can */

typedef struct {
    char family[NAME_ROOM], action[NAME_ROOM];
    int is_default, way, plan;
    PyObject *pages; /* address -> plan */
} Kind;

typedef struct {
    int how, is_doubted, rule; /* -1: nothing is counted */
} Plan;

typedef struct {
    PyObject_HEAD
    PyObject *humans, *learn;
    uint64_t tag, paid;
    double room[3];
    Py_ssize_t full; /* bytes of hashes that are remembered */
    int sources, asks_newsletter, asks_carts, asks_mail, asks_address;
    int kinds_count, plans_count;
    Kind kinds[MOST_KINDS];
    Plan plans[MOST_PLANS];
    Rules rules;
    Rungs rungs;
    LeadRow lead;
    uint8_t row[ROW_ROOM];
} Way;

static Kind *kind_of(Way *way, const Said *said) {
    for (int i = 0; i < way->kinds_count; i++) {
        Kind *kind = &way->kinds[i];
        if (!is(&said->family, kind->family)) continue;
        if (said->action.size < 0 ? kind->is_default : is(&said->action, kind->action)) return kind;
    }
    return NULL;
}

/* Ask Python of an event like which there was none. -1: it raised. */
static int learn(Way *way, Kind *kind, PyObject *value, PyObject *page) {
    int way_of, plan;
    PyObject *found = PyObject_CallOneArg(way->learn, value);
    if (!found) return -1;
    int is_told = PyArg_ParseTuple(found, "ii", &way_of, &plan);
    Py_DECREF(found);
    if (!is_told) return -1;
    if (plan < 0 || plan >= way->plans_count) return PyErr_SetString(PyExc_ValueError, "no such plan"), -1;
    kind->way = way_of;
    kind->plan = plan;
    if (way_of != BY_PAGE) return plan;
    if (!kind->pages && !(kind->pages = PyDict_New())) return -1;
    if (PyDict_GET_SIZE(kind->pages) >= MOST_PAGES) PyDict_Clear(kind->pages);
    PyObject *number = PyLong_FromLong(plan);
    int failed = !number || PyDict_SetItem(kind->pages, page, number);
    Py_XDECREF(number);
    return failed ? -1 : plan;
}

/* The plan of an event; NULL with an exception, or without one: none. */
static const Plan *plan_of(Way *way, const Said *said, PyObject *value) {
    Kind *kind = kind_of(way, said);
    int plan;
    if (!kind || kind->way == NEVER) return NULL;
    if (kind->way == ONE) return &way->plans[kind->plan];
    PyObject *page = PyUnicode_FromStringAndSize(said->url.at, said->url.size < 0 ? 0 : said->url.size);
    if (!page) return NULL;
    PyObject *known = kind->pages ? PyDict_GetItemWithError(kind->pages, page) : NULL;
    plan = known ? (int)PyLong_AsLong(known) : PyErr_Occurred() ? -1 : learn(way, kind, value, page);
    Py_DECREF(page);
    return plan < 0 || kind->way == NEVER ? NULL : &way->plans[plan];
}

/* Whether nothing speaks against an event that some agents, attributes or addresses make evidence. -1: an exception. */
static int is_beyond_doubt(Way *way, const Said *said, int has_address) {
    if (said->has_attributes || (way->asks_address && has_address)) return 0;
    if (said->user_agent.size < 0) return PySet_Contains(way->humans, Py_None);
    PyObject *agent = PyUnicode_FromStringAndSize(said->user_agent.at, said->user_agent.size);
    if (!agent) return -1;
    int found = PySet_Contains(way->humans, agent);
    Py_DECREF(agent);
    return found;
}

#endif
