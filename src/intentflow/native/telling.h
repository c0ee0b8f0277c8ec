/* What newsletters and carts tell a lead, of a model that asks for neither: `plans.tell_newsletter` and `tell_cart` without meters. */
#ifndef TELLING_H
#define TELLING_H

#include "counting.h"
#include "moment.h"

/* Returns 0 if it is to be left to Python. `is_asked`: some signal is about the newsletter. */
static int tell_newsletter(LeadRow *lead, const Text *action, int64_t at, int is_asked) {
    if (is(action, "open") || is(action, "click")) return 1;
    if (is_asked || !read_newsletter(lead)) return 0;
    int64_t *known = lead->newsletter;
    if (is(action, "signup")) {
        known[0] = min_of(at, known[0] ? known[0] : at);
        known[1] = max_of(at, known[1]);
    } else {
        int place = is(action, "confirm") ? 2 : is(action, "unsubscribe") ? 3 : 4;
        known[place] = max_of(at, known[place]);
    }
    lead->has_newsletter = 1;
    return 1;
}

static CartRow *cart_of(LeadRow *lead, uint64_t code) {
    static const uint8_t NOTHING[] = {0xc0};
    for (int i = 0; i < lead->carts; i++)
        if (lead->cart[i].code == code) return &lead->cart[i];
    if (lead->carts == MOST_CARTS) return NULL; /* one has to be forgotten */
    CartRow *cart = &lead->cart[lead->carts++];
    *cart = (CartRow){.code = code, .contents = {NOTHING, 1}};
    return cart;
}

/* The same for an event that says nothing of what is in the cart. */
static int tell_cart(LeadRow *lead, const Said *said, int64_t at, int is_asked) {
    if (is_asked || !is_nil(&lead->rest[TOLD]) || !read_carts(lead)) return 0;
    Py_ssize_t size = said->cart_id.size < 0 ? 0 : said->cart_id.size;
    CartRow *cart = cart_of(lead, crc32_of(said->cart_id.at, size));
    if (!cart) return 0;
    if (is(&said->action, "purchase")) cart->purchase = max_of(at, cart->purchase);
    else cart->activity = max_of(at, cart->activity);
    if (is(&said->action, "add")) cart->added = max_of(at, cart->added);
    Pack name = {cart->told};
    if (size < 32) put(&name, 0xa0u | (unsigned)size, 1);
    else put(&name, 0xd900u | (unsigned)size, 2);
    if (size) put_raw(&name, (const uint8_t *)said->cart_id.at, size);
    cart->name = (Bytes){cart->told, name.at - cart->told};
    lead->carts_changed = 1;
    return 1;
}

#endif
