/* SPDX-License-Identifier: MIT */
/* Suggestions by edit distance. Words are short, so the plain algorithm with one row of memory is enough. */
#include <rgc/closest.h>

#include <string.h>

#define WORD_MAX 24
/* With more edits than this, a suggestion would be a guess. */
#define EDITS_MAX 2

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Levenshtein's distance of two words. `b` has at most WORD_MAX bytes. */
static size_t edits(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1], n = strlen(b);
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t above = row[j];
            row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[n];
}

const char *closest_word(const char *word, const char *const *candidates, size_t count)
{
    const char *best = NULL;
    size_t best_edits = EDITS_MAX + 1;
    if (strlen(word) < 2 || strlen(word) > WORD_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t distance = strlen(candidates[i]) <= WORD_MAX ? edits(word, candidates[i]) : best_edits;
        if (distance < best_edits) {
            best = candidates[i];
            best_edits = distance;
        }
    }
    return best;
}
