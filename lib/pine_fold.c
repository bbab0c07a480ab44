/* What is known before the first bar: texts, and what follows from comparing them. Scripts choose
 * their averages and sides by an input of a text; the input is fixed to its default. */
#include <string.h>

#include "lib/pine_ast.h"

static bool text_of(struct pine_script *s, int node, const struct pine_env *env, int depth,
                    struct pine_slice *ret) {
    if (node < 0 || depth > PINE_DEPTH_MAX)
        return false;
    struct pine_node n = s->nodes[node];
    if (n.kind == PINE_N_STRING) {
        *ret = n.text;
        return true;
    }
    if (n.kind == PINE_N_CALL && pine_starts(n.text, "input") && !pine_find(s, n.text))
        return text_of(s, pine_input_default(s, node), env, depth + 1, ret);
    if (n.kind != PINE_N_NAME)
        return false;
    int item, local = pine_local(s, n.text, &env, &item);
    if (local >= 0)
        return item < 0 && text_of(s, local, env, depth + 1, ret);
    const struct pine_symbol *sym = pine_find(s, n.text);
    if (!sym || sym->kind != PINE_VALUE || sym->before >= 0 || sym->item >= 0 ||
        pine_last(s, sym) != sym)
        return false;
    s->now = sym->at;
    if (sym->type == 't')
        pine_tell(s, sym->line, "the text '%.*s' is fixed to its default",
                  (int)(sym->name.len < 60 ? sym->name.len : 60), sym->name.at);
    return text_of(s, sym->expr, NULL, depth + 1, ret);
}

bool pine_text_of(struct pine_script *s, int node, const struct pine_env *env,
                  struct pine_slice *ret) {
    int now = s->now;
    bool good = text_of(s, node, env, 0, ret);
    s->now = now;
    return good;
}

static bool truth_of(struct pine_script *s, int node, const struct pine_env *env, int depth,
                     bool *ret);

static bool truth_here(struct pine_script *s, int node, const struct pine_env *env, int depth,
                       bool *ret) {
    int now = s->now;
    bool good = truth_of(s, node, env, depth + 1, ret);
    s->now = now;
    return good;
}

static bool binary(struct pine_script *s, struct pine_node n, const struct pine_env *env, int depth,
                   bool *ret) {
    struct pine_slice x, y;
    bool same = pine_is(n.text, "=="), a, b;
    if (same || pine_is(n.text, "!=")) {
        if (!pine_text_of(s, n.a, env, &x) || !pine_text_of(s, n.b, env, &y))
            return false;
        *ret = pine_same(x, y) == same;
        return true;
    }
    bool all = pine_is(n.text, "and");
    if (!all && !pine_is(n.text, "or"))
        return false;
    bool know_a = truth_here(s, n.a, env, depth, &a), know_b = truth_here(s, n.b, env, depth, &b);
    *ret = !all;
    if ((know_a && a != all) || (know_b && b != all))
        return true; /* one false decides and, one true decides or */
    *ret = all;
    return know_a && know_b;
}

static bool truth_of(struct pine_script *s, int node, const struct pine_env *env, int depth,
                     bool *ret) {
    s->failed |= ++s->work > PINE_WORK_MAX;
    if (node < 0 || depth > PINE_DEPTH_MAX || s->failed)
        return false;
    struct pine_node n = s->nodes[node];
    bool which;
    switch (n.kind) {
    case PINE_N_BINARY:
        return binary(s, n, env, depth, ret);
    case PINE_N_UNARY:
        if (!pine_is(n.text, "not") || !truth_here(s, n.a, env, depth, &which))
            return false;
        *ret = !which;
        return true;
    case PINE_N_IF:
        return truth_here(s, n.a, env, depth, &which) &&
               truth_here(s, which ? n.b : n.c, env, depth, ret);
    case PINE_N_NAME:
        break;
    default:
        return false;
    }
    int item, local = pine_local(s, n.text, &env, &item);
    if (local >= 0)
        return item < 0 && truth_here(s, local, env, depth, ret);
    struct pine_symbol *sym = pine_find(s, n.text);
    if (sym) {
        if (!pine_plain(sym) || pine_last(s, sym) != sym)
            return false;
        s->now = sym->at;
        return truth_of(s, sym->expr, NULL, depth + 1, ret);
    }
    *ret = pine_is(n.text, "true");
    return *ret || pine_is(n.text, "false");
}

bool pine_truth(struct pine_script *s, int node, const struct pine_env *env, bool *ret) {
    return truth_here(s, node, env, 0, ret);
}
