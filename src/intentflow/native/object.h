/* `QuickWay` as Python sees it. */
#ifndef OBJECT_H
#define OBJECT_H

static int put_tuple(PyObject *list, const char *form, ...) {
    va_list given;
    va_start(given, form);
    PyObject *one = Py_VaBuildValue(form, given);
    va_end(given);
    int failed = !one || PyList_Append(list, one);
    Py_XDECREF(one);
    return failed ? -1 : 0;
}

/* One lead of a chunk: into `items` if all of its records were folded, else into `left`. -1: an exception. */
static Py_ssize_t fold_one(
    Way *way, PyObject *key, PyObject *row, PyObject *held, int source, uint32_t epoch, PyObject *items, PyObject *left) {
    PyObject *made;
    Py_ssize_t done = fold_lead(way, key, row, held, source, epoch, &made);
    if (done < 0) return -1;
    int failed = done == PyList_GET_SIZE(held) ? put_tuple(items, "(ON)", key, made)
                 : made                        ? put_tuple(left, "(ONn)", key, made, done)
                                               : put_tuple(left, "(OOn)", key, Py_None, (Py_ssize_t)0);
    return failed ? -1 : done;
}

static PyObject *fold(Way *way, PyObject *arguments) {
    PyObject *by_key, *rows, *pending, *key, *held;
    int source, partition, partitions;
    unsigned int epoch;
    if (!PyArg_ParseTuple(arguments, "O!O!O!iiiI", &PyDict_Type, &by_key, &PyDict_Type, &rows, &PyDict_Type, &pending, &source,
                          &partition, &partitions, &epoch))
        return NULL;
    if (source < 0 || source >= way->sources || partitions < 1)
        return PyErr_Format(PyExc_ValueError, "no source %d of %d, or no partitions", source, way->sources);
    PyObject *items = PyList_New(0), *left = PyList_New(0);
    Py_ssize_t place = 0, counted = 0, done;
    int failed = !items || !left;
    while (!failed && PyDict_Next(by_key, &place, &key, &held)) {
        PyObject *row = PyDict_GetItemWithError(rows, key);
        int waits = !PyBytes_Check(key) || !PyList_Check(held) || (row && !PyBytes_Check(row)) ? 1 : PyDict_Contains(pending, key);
        if (!waits && !row && partitions > 1)
            waits = (murmur2((const uint8_t *)PyBytes_AS_STRING(key), PyBytes_GET_SIZE(key)) & 0x7fffffff) % (uint32_t)partitions !=
                    (uint32_t)partition;
        if (waits) failed = waits < 0 || put_tuple(left, "(OOn)", key, Py_None, (Py_ssize_t)0);
        else failed = (done = fold_one(way, key, row, held, source, epoch, items, left)) < 0, counted += done;
        failed = failed || PyErr_Occurred() != NULL;
    }
    if (!failed) return Py_BuildValue("(NnN)", items, counted, left);
    Py_XDECREF(items);
    Py_XDECREF(left);
    return NULL;
}

static PyObject *add_plan(Way *way, PyObject *arguments) {
    Plan plan;
    if (!PyArg_ParseTuple(arguments, "ipi", &plan.how, &plan.is_doubted, &plan.rule)) return NULL;
    if (way->plans_count == MOST_PLANS || plan.rule >= way->rules.count)
        return PyErr_SetString(PyExc_ValueError, "too many plans, or no such rule"), NULL;
    way->plans[way->plans_count] = plan;
    return PyLong_FromLong(way->plans_count++);
}

static int read_rules(Way *way, PyObject *rules) {
    Py_ssize_t count = PyList_GET_SIZE(rules);
    if (count > MOST_RULES) return PyErr_SetString(PyExc_ValueError, "too many rules"), -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        Rule *rule = &way->rules.rules[i];
        const char *code;
        Py_ssize_t size;
        long long most, period;
        unsigned long long bit;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(rules, i), "(y#idLLdK)id", &code, &size, &rule->axis, &rule->points, &most, &period,
                              &rule->rate, &bit, &rule->slot, &rule->cap))
            return -1;
        if (size != 4 || rule->axis < 0 || rule->axis > 2 || rule->slot < 0 || rule->slot >= MOST_SLOTS) return PyErr_SetString(PyExc_ValueError, "not a rule"), -1;
        memcpy(rule->code, code, 4);
        rule->most = most, rule->period = period, rule->bit = bit;
    }
    way->rules.count = (int)count;
    return 0;
}

static int read_rungs(Way *way, PyObject *groups, int is_simple) {
    Py_ssize_t count = PyList_GET_SIZE(groups);
    way->rungs.is_simple = is_simple && count <= MOST_GROUPS;
    way->rungs.groups_count = way->rungs.is_simple ? (int)count : 0;
    for (int i = 0; i < way->rungs.groups_count; i++) {
        Group *group = &way->rungs.groups[i];
        unsigned long long bit;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(groups, i), "diiK", &group->cap, &group->axis, &group->slot, &bit)) return -1;
        if (group->axis < 0 || group->axis > 2 || group->slot < 6 || group->slot >= MOST_SLOTS)
            return PyErr_SetString(PyExc_ValueError, "not a group"), -1;
        group->bit = bit;
    }
    return 0;
}

static int read_kinds(Way *way, PyObject *kinds) {
    Py_ssize_t count = PyList_GET_SIZE(kinds);
    if (count > MOST_KINDS) return PyErr_SetString(PyExc_ValueError, "too many kinds"), -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        Kind *kind = &way->kinds[i];
        const char *family, *action;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(kinds, i), "ssp", &family, &action, &kind->is_default)) return -1;
        if (strlen(family) >= NAME_ROOM || strlen(action) >= NAME_ROOM) return PyErr_SetString(PyExc_ValueError, "a long name"), -1;
        strcpy(kind->family, family);
        strcpy(kind->action, action);
    }
    way->kinds_count = (int)count;
    return 0;
}

static int init(Way *way, PyObject *arguments, PyObject *named) {
    PyObject *rules, *kinds, *groups, *humans, *learning;
    int is_simple;
    unsigned long long tag, paid;
    long long horizon;
    if (named && PyDict_GET_SIZE(named)) return PyErr_SetString(PyExc_TypeError, "QuickWay takes no names"), -1;
    if (!PyArg_ParseTuple(arguments, "KLni(ddd)KO!O!(O!p(ddd))O!O(pppp)", &tag, &horizon, &way->full, &way->sources, &way->room[0], &way->room[1],
                          &way->room[2], &paid, &PyList_Type, &rules, &PyList_Type, &kinds, &PyList_Type, &groups, &is_simple, &way->rungs.lowest[0],
                          &way->rungs.lowest[1], &way->rungs.lowest[2], &PySet_Type, &humans, &learning,
                          &way->asks_newsletter, &way->asks_carts, &way->asks_mail, &way->asks_address))
        return -1;
    if (way->sources < 1 || way->sources > MOST_SOURCES || way->full < 4 || way->full > MOST_ROW / 2)
        return PyErr_SetString(PyExc_ValueError, "too many sources, or too much to remember"), -1;
    way->tag = tag, way->paid = paid, way->rules.horizon = horizon;
    Py_INCREF(humans);
    Py_INCREF(learning);
    Py_XSETREF(way->humans, humans);
    Py_XSETREF(way->learn, learning);
    return read_rules(way, rules) || read_kinds(way, kinds) || read_rungs(way, groups, is_simple) ? -1 : 0;
}

static int traverse(Way *way, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(way));
    Py_VISIT(way->humans);
    Py_VISIT(way->learn);
    for (int i = 0; i < way->kinds_count; i++) Py_VISIT(way->kinds[i].pages);
    return 0;
}

static int clear(Way *way) {
    Py_CLEAR(way->humans);
    Py_CLEAR(way->learn);
    for (int i = 0; i < way->kinds_count; i++) Py_CLEAR(way->kinds[i].pages);
    return 0;
}

static void dealloc(Way *way) {
    PyTypeObject *type = Py_TYPE(way);
    PyObject_GC_UnTrack(way);
    clear(way);
    type->tp_free(way);
    Py_DECREF(type);
}

static PyMethodDef METHODS[] = {
    {"fold", (PyCFunction)fold, METH_VARARGS, "fold(by_key, rows, pending, source, partition, partitions, epoch) -> (items, counted, left)"},
    {"add_plan", (PyCFunction)add_plan, METH_VARARGS, "add_plan(how, is_doubted, rule) -> its number"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot SLOTS[] = {
    {Py_tp_doc, "The short way of a model's events."},
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_init, init},
    {Py_tp_dealloc, dealloc},
    {Py_tp_traverse, traverse},
    {Py_tp_clear, clear},
    {Py_tp_methods, METHODS},
    {0, NULL},
};

static PyType_Spec SPEC = {"intentflow.wire._quick.QuickWay", sizeof(Way), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, SLOTS};
static PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "intentflow.wire._quick", "The short way, in C.", -1, NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__quick(void) {
    make_crc();
    OFFSET = PyUnicode_InternFromString("offset");
    TIMESTAMP = PyUnicode_InternFromString("timestamp");
    VALUE = PyUnicode_InternFromString("value");
    HEADERS = PyUnicode_InternFromString("headers");
    PyObject *module = PyModule_Create(&MODULE), *type = PyType_FromSpec(&SPEC);
    if (!module || !type || !OFFSET || !TIMESTAMP || !VALUE || !HEADERS || PyModule_AddObject(module, "QuickWay", type)) return NULL;
    return module;
}

#endif
