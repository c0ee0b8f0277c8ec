/* Whether a lead that has used up its room is still far from every stage: `Scores.worths`, `sums` and `Room.refresh` for leads in the first
 * stage that hold nothing but counts. There no stage is reached, if each score is below the lowest that one asks for.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "counting.h"

enum { MOST_GROUPS = 32, MOST_SLOTS = 6 + MOST_GROUPS };

typedef struct {
    double cap;
    int axis, slot;
    uint64_t bit;
} Group;

/* What a model asks of those in the first stage. `is_simple`: each stage above asks for a fact, or for one score. */
typedef struct {
    int is_simple, groups_count;
    double lowest[3];
    Group groups[MOST_GROUPS];
} Rungs;

static int holds_counts_alone(const LeadRow *lead, int asks_newsletter, int asks_carts) {
    static const int others[] = {FIRSTS, LASTS, WINDOWS, LEFT, ENTERED, PROFILE};
    if (lead->stage) return 0;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!is_nil(&lead->rest[others[i]])) return 0;
    return (!asks_newsletter || is_nil(&lead->rest[NEWSLETTER])) && (!asks_carts || is_nil(&lead->rest[CARTS]));
}

/* The points of each slot at `now`. 0: there is a signal among them that the model lacks, or one that lowers. */
static int add_up(const Rules *model, const LeadRow *lead, int64_t now, double *sums) {
    for (Py_ssize_t i = 0; i + 4 <= lead->signals_size; i += 4) {
        const Rule *rule = rule_of(model, lead->signals + i);
        const uint8_t *entry = lead->counts + 5 * i;
        int64_t latest = (int64_t)little(entry + 8, 8);
        if (!rule || rule->points < 0 || latest < 0 || latest > now) return 0;
        double worth = rule->points * double_at(entry) * exp2((double)(latest - now) * rule->rate);
        sums[rule->slot] += worth > rule->cap ? rule->cap : worth < -rule->cap ? -rule->cap : worth;
    }
    return 1;
}

/* Set the lead's room as of `now`. 0: it may have to move, or that can't be told here; then it is as it was. */
static int judge_far(const Rules *model, const Rungs *rungs, LeadRow *lead, int64_t now) {
    double sums[MOST_SLOTS] = {0}, room[3];
    uint64_t paid = 0;
    if (!rungs->is_simple || !add_up(model, lead, now, sums)) return 0;
    for (int i = 0; i < rungs->groups_count; i++) {
        const Group *group = &rungs->groups[i];
        double points = sums[group->slot];
        if (points != 0) sums[group->axis] += points < group->cap ? points : group->cap;
    }
    for (int axis = 0; axis < 3; axis++) {
        room[axis] = rungs->lowest[axis] - sums[axis];
        if (!(room[axis] > 0) || sums[axis + 3] != 0) return 0;
    }
    for (int i = 0; i < rungs->groups_count; i++) {
        const Group *group = &rungs->groups[i];
        double more = group->cap - sums[group->slot];
        if (more <= 0) {
            paid |= group->bit;
        } else if (room[group->axis] > more) {
            room[group->axis] -= more;
            paid |= group->bit;
        }
    }
    memcpy(lead->room, room, sizeof room);
    lead->paid = paid;
    lead->due = 0;
    return 1;
}

#endif
