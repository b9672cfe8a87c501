#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Breaks the decision on purpose, one line at a time, and tells which tests notice.

    tests/mutate.py [--only REGEX] [--write]

Works in a copy of the tree. A mutation that no test notices fails the run; one whose line is no longer in the source too.
--write puts the table into tests/MUTATIONS.md.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TREE = pathlib.Path(__file__).resolve().parent.parent
TESTS = ["rules_release", "rules_wait", "rules_other", "rules_builders", "decision", "estimate", "pressure_when", "pressure_what", "learning", "lives", "histories", "counterexamples", "promises"]
HELPERS = ["world", "random_host", "plan_promises"]

# rule or step, what is broken, file in src/core, line, what stands there instead
MUTATIONS = []


def rule(name, file, *mutations):
    for what, old, new in mutations:
        MUTATIONS.append((name, what, file, old, new))


rule("current", "rules.c",
     ("never applies", "return c->release && c->release->is_current;", "return false;"))
rule("protected", "rules.c",
     ("never applies", "return c->protected_by;", "return false;"))
rule("protected", "case.c",
     ("label ignored", "if (image->labels.keep)", "if (false)"),
     ("patterns of IDs ignored", "if (matches_pattern(patterns->items[i], image->id))", "if (false)"),
     ("digests ignored", "{&image->tags, &image->digests, &record->repositories}", "{&image->tags, &record->repositories}"),
     ("repositories ignored", "{&image->tags, &image->digests, &record->repositories}", "{&image->tags, &image->digests}"),
     ("tags ignored", "{&image->tags, &image->digests, &record->repositories}", "{&image->digests, &record->repositories}"),
     ("short names ignored", "||\n            matches_pattern(patterns->items[i], repository_short(reference)))", ")"))
rule("infrastructure", "rules.c",
     ("never applies", "return c->is_infrastructure;", "return false;"))
rule("infrastructure", "case.c",
     ("not only the last used", "if (other && other != record && record_last_run(other) > last", "if (false && other && record_last_run(other) > last"),
     ("never used counts too", "if (last == 0)\n        return false;", ""),
     ("any name with /rgc, /registry", "return i < 2 || !slash ||", "return true || !slash ||"),
     ("docker.io/library/registry is not", "!slash || strcmp(repository_short(repository), name) == 0;", "!slash;"),
     ("title ignored", "strcmp(title, \"rgc\") == 0", "false"))
rule("young", "rules.c",
     ("never applies", "return !has_run_since_arrival(c) && now_of(c) < young_until(c);", "return false;"),
     ("a moment too short", "now_of(c) < young_until(c)", "now_of(c) + 1 < young_until(c)"),
     ("a moment too long", "now_of(c) < young_until(c)", "now_of(c) <= young_until(c)"),
     ("what has run is young too", "return !has_run_since_arrival(c) && now_of", "return now_of"),
     ("what ran before it came anew is not", "c->last_run > 0 && c->last_run >= c->record->arrived", "c->last_run > 0"))
rule("deploying", "rules.c",
     ("never applies", "return c->app && c->app->busy_until > now_of(c);", "return false;"))
rule("deploying", "rank.c",
     ("arrivals ignored", "app->last_change = later(app->last_change, app->releases[i].record->arrived);", ";"),
     ("containers ignored", "app->last_change = later(app->last_change, created);", ";"),
     ("exec containers ignored", "if ((is_in_app(context, i, app) || is_exec_of_app) &&", "if (is_in_app(context, i, app) &&"),
     ("its own hook waits too", "return context->options->deployed && strings_contain(context->options->deployed, label);", "return false;"),
     ("any hook frees all", "context->options->deployed && strings_contain(context->options->deployed, label)",
      "context->options->deployed && context->options->deployed->count > 0"),
     ("a hook frees all destinations", "strings_contain(context->options->deployed, label)",
      "strings_contain(context->options->deployed, app->name)"),
     ("other destinations do not hold", "        if (one->kind == app->kind)\n", "        if (one == app)\n"),
     ("other kinds hold", "        if (one->kind == app->kind)\n", ""),
     ("destinations before it do not hold", "while (first > context->apps && is_of_same_name(first - 1, app))", "while (false)"),
     ("the shorter quiet of two destinations", "(its_quiet > quiet ? its_quiet : quiet)", "(its_quiet > quiet ? quiet : its_quiet)"),
     ("a moment too long", "context->now >= until ||", "context->now > until ||"),
     ("a future container holds for ever", "&& created <= context->now)", ")"))
rule("next", "rules.c",
     ("never applies", "return c->release && c->release->is_next;", "return false;"))
rule("next", "slots.c",
     ("any number", "i < count && i < limit;", "i < count;"),
     ("none with keep_previous = 0", "app->retention->keep_previous > 1 ? (size_t)app->retention->keep_previous : 1", "(size_t)app->retention->keep_previous"),
     ("eight days", "(7 * USEC_PER_DAY)", "(8 * USEC_PER_DAY)"),
     ("a moment too long", "context->now < release->next_until", "context->now <= release->next_until"),
     ("what came before the current release too", "context->now < release->next_until && arrived_after_current(context, app, release) &&", "context->now < release->next_until &&"),
     ("also after a later one has served", "app->newest_served_came <= release->record->arrived)", "true)"),
     ("ends when a later one has only started", "app->primary && !app->primary->has_served ? find_last_served(app) : NULL", "NULL"),
     ("what has run is next too", "!has_run_since_arrival(release) && release->is_rankable", "release->is_rankable"),
     ("oldest first", "return a < b ? 1 : a > b ? -1 : 0;", "return a < b ? -1 : a > b ? 1 : 0;"),
     ("baseline: build date ignored", "release_image(context, release)->created > release_image(context, primary)->created", "false"),
     ("baseline: counts as arrived", "    if (release->record->is_baseline)\n        return primary->record->is_baseline &&", "    if (false)\n        return primary->record->is_baseline &&"))
rule("rollback", "rules.c",
     ("never applies", "return c->release && (c->release->slot > 0 || c->release->is_last_served);", "return false;"),
     ("the last that served is not kept", "(c->release->slot > 0 || c->release->is_last_served)", "(c->release->slot > 0)"))
rule("rollback", "slots.c",
     ("one slot less", "if ((int)i < n_slots)", "if ((int)i + 1 < n_slots)"),
     ("one slot more", "if ((int)i < n_slots)", "if ((int)i <= n_slots)"),
     ("ready ones not first", "int order = descending(r->is_ready, s->is_ready);", "int order = 0;"),
     ("last run does not count", "order = descending(r->last_run, s->last_run);", "order = 0;"),
     ("arrival does not count", "int order = descending(x->release->record->arrived, y->release->record->arrived);", "int order = 0;"),
     ("build date does not count", "order = descending(x->created, y->created);", "order = 0;"),
     ("failed ones take slots", "release->is_current || release->is_failed ||", "release->is_current ||"),
     ("what is next takes slots", "release->is_next || release->unclear", "release->unclear"),
     ("what has no version takes slots", "!release->is_rankable || waits)", "waits)"),
     ("what waits as young takes slots", "!release->is_rankable || waits)", "!release->is_rankable)"),
     ("current ones take slots", "if (release->is_current || release->is_failed", "if (release->is_failed"),
     ("idle apps past their window keep slots", "app->is_idle_past_window ? 0 : app->retention->keep_previous", "app->retention->keep_previous"))
rule("current, roles", "rank.c",
     ("live containers ignored", "release->is_live = release->is_current = true;", "release->is_live = true;"),
     ("only running is live", "if (!container_state_is_live(snapshot->containers[i].state))", "if (snapshot->containers[i].state != STATE_RUNNING)"),
     ("what ran last is not current", "role->last->is_current = true;", ";"),
     ("what ran first is", "if (use->last_run > role->last_run) {", "if (!role->last || use->last_run < role->last_run) {"),
     ("also beside a live one", "if (!role->is_live && role->last && !is_retired)", "if (role->last && !is_retired)"),
     ("a role without containers too", "bool is_retired = app->is_running && !role->has_container;", "bool is_retired = false;"),
     ("roles of stopped apps are retired", "bool is_retired = app->is_running && !role->has_container;", "bool is_retired = !role->has_container;"),
     ("primary: not the newest", "return a->last_created != b->last_created ? a->last_created > b->last_created :", "return a->last_created != b->last_created ? a->last_created < b->last_created :"),
     ("primary: live ones not first", "release->is_live > app->primary->is_live ||", ""))
rule("ready", "rank.c",
     ("no role is required", "strings_add_unique(&app->required_roles, context->places[i].role);", ";"),
     ("only one role is required", "            context->places[i].role)\n", "            context->places[i].role && app->required_roles.count == 0)\n"),
     ("roles of other releases are required", "if (is_in_app(context, i, app) && strcmp(image_id, release_image(context, app->primary)->id) == 0 &&", "if (is_in_app(context, i, app) && image_id &&"),
     ("a container of another image counts", "if (!container || strcmp(container->image_id, image->id) != 0)", "if (!container)"),
     ("no container needed", "if (!container || strcmp(container->image_id, image->id) != 0)\n            return role;", ""),
     ("ready where no role is known", "!role && app->required_roles.count > 0", "!role"),
     ("no version tag needed", "release->is_rankable = has_version;", ""),
     ("a moving tag is a version", "if (!is_version_tag(context, image->tags.items[i]))\n            continue;", ""),
     ("untagged builds are ready", "image->tags.count > 0 || image->digests.count > 0 || release->record->was_pulled;", "true;"))
rule("failed", "rules.c",
     ("never applies", "    return c->release && c->release->is_failed;", "    return false;"),
     ("at once", "return ended + FAILED_FOR;", "return ended;"),
     ("a day also when a newer one has served", "if (c->release->newer_has_served)\n        return 0;", ""))
rule("failed", "rank.c",
     ("what has served too", "release->has_failed && !release->has_served;", "release->has_failed;"),
     ("newer: any that served", "app->newest_served_created > release->last_created;", "app->newest_served_created > 0;"))
rule("recent", "rules.c",
     ("never applies", "return c->last_run > 0 && c->retention->keep_for_usec != DURATION_OFF &&", "return false &&"),
     ("off keeps all", "c->last_run > 0 && c->retention->keep_for_usec != DURATION_OFF &&", "c->last_run > 0 &&"))
rule("moving-tag", "rules.c",
     ("never applies", "if (is_moving_tag(c->context, tag) && !is_tag_of_another_destination(c, tag))", "if (false)"),
     ("another destination's too", "is_moving_tag(c->context, tag) && !is_tag_of_another_destination(c, tag)", "is_moving_tag(c->context, tag)"))
rule("moving-tag", "apps.c",
     ("latest- and anything", "(name[6] == '-' && strings_contain(&context->destinations, name + 7))", "name[6] == '-'"),
     ("latest alone", "(name[6] == '-' && strings_contain(&context->destinations, name + 7))", "false"),
     ("latest and anything", "return name[6] == '\\0' ||", "return true ||"))
rule("in-use", "rules.c",
     ("never applies", "return c->holder || (c->release && c->release->unclear);", "return false;"))
rule("in-use", "plan_images.c",
     ("containers hold nothing", "if (image && planned->judgement.verdict != VERDICT_REMOVE)\n        hold_image", "if (false)\n        hold_image"),
     ("containers that go hold too", "if (image && planned->judgement.verdict != VERDICT_REMOVE)\n        hold_image", "if (image)\n        hold_image"),
     ("mounts hold nothing", "if (strcmp(container->mounted_images.items[i], image->id) == 0)\n            return true;", ""),
     ("unresolved mounts hold nothing", "    if (container->has_unresolved_mount)\n        return true;", ""),
     ("a mount whose name has moved holds nothing", "if (mounted && mounted->arrived > container->created &&", "if (false &&"),
     ("a container that could not be inspected holds only its image", "if (image && container->inspect_error && planned->app == NO_APP)", "if (false)"))
rule("job", "rules.c",
     ("never applies", "return c->is_job && !is_past(c, last_needed(c), c->retention->jobs_max_unused_usec);", "return false;"),
     ("for ever", "c->is_job && !is_past(c, last_needed(c), c->retention->jobs_max_unused_usec);", "c->is_job;"))
rule("job", "apps.c",
     ("a job belongs to its repository's app", "if (!has_job)", "if (true)"))
rule("idle", "rules.c",
     ("never applies", "return c->app && c->app->is_idle && !c->app->is_idle_past_window;", "return false;"))
rule("idle", "rank.c",
     ("a moment late", "unused >= IDLE_AFTER;", "unused > IDLE_AFTER;"),
     ("window: a moment late", "unused >= app->retention->idle_apps_usec;", "unused > app->retention->idle_apps_usec;"),
     ("window: also where it is off", "app->is_idle && app->retention->idle_apps_usec >= 0 && unused", "app->is_idle && unused"))
rule("unmanaged", "rules.c",
     ("never applies, and not as the last word", "return !c->app && !c->has_been_used && c->is_named &&\n           !is_past", "return false &&\n           !is_past"),
     ("for ever", "!is_past(c, last_needed(c), c->retention->unmanaged_max_unused_usec);", "true;"),
     ("the last word removes", "*ret = (Judgement){.verdict = VERDICT_KEEP, .reason = REASON_UNMANAGED};", "*ret = (Judgement){.verdict = VERDICT_REMOVE, .reason = REASON_UNUSED};"))
rule("superseded", "rules.c",
     ("never applies", "return c->release && !c->release->is_failed && !c->app->is_idle_past_window && !is_replaced_build(c);", "return false;"),
     ("failed ones too", "c->release && !c->release->is_failed && !c->app", "c->release && !c->app"),
     ("idle apps past their window too", "!c->app->is_idle_past_window && !is_replaced_build(c)", "!is_replaced_build(c)"),
     ("replaced builds too", "!c->app->is_idle_past_window && !is_replaced_build(c)", "!c->app->is_idle_past_window"))
rule("dangling", "rules.c",
     ("never applies", "return c->is_dangling && c->retention->remove_dangling;", "return false;"),
     ("although configured to stay", "c->is_dangling && c->retention->remove_dangling", "c->is_dangling"))
rule("dangling", "apps.c",
     ("tagged images too", "if (image->tags.count > 0)\n        return false;", ""),
     ("not where its repository has tags", "if (is_tagged_repository(context, repositories->items[i]))\n            return true;", ""),
     ("digests of a repository without tags too", "return repositories->count == 0;", "return true;"))
rule("unused", "rules.c",
     ("never applies", "return c->is_job || (c->app && c->app->is_idle_past_window) ||\n", "return false; return false ||\n"),
     ("windows: a moment late", "now_of(c) - since >= window_usec", "now_of(c) - since > window_usec"),
     ("windows: off is zero", "window_usec != DURATION_OFF && now_of(c)", "now_of(c)"),
     ("windows: since its arrival only", "later(later(c->last_run, c->record->arrived), c->record->last_named);", "later(c->record->arrived, c->record->last_named);"),
     ("windows: runs seen in events only do not count", "later(later(c->last_run, c->record->arrived), c->record->last_named);", "later(c->last_run, c->record->arrived);"),
     ("windows: count through missed events", "return later(known, c->context->ledger->watched_since);", "return known;"))
rule("dangling", "rules.c",
     ("what may be a release goes at once", "return may_be_release ? c->record->first_seen + 7 * USEC_PER_DAY : 0;", "return 0;"))
rule("precedence", "rules.c",
     ("a wait that is over still waits", "if (ret->verdict == VERDICT_REMOVE && ret->eligible_at > now_of(c))", "if (ret->verdict == VERDICT_REMOVE && ret->eligible_at > 0)"),
     ("removals do not wait", "if (ret->verdict == VERDICT_REMOVE && ret->eligible_at > now_of(c))", "if (false)"))
rule("several apps", "plan_images.c",
     ("removal wins", "return a->verdict < b->verdict;", "return a->verdict > b->verdict;"),
     ("the shorter wait wins", "return a->eligible_at > b->eligible_at;", "return a->eligible_at < b->eligible_at;"),
     ("the first app decides", "if (!heaviest || outweighs(", "if (!heaviest && !outweighs("))
rule("containers", "plan_containers.c",
     ("also those that are no release's", "place->kind == APP_KAMAL && !place->is_exec && place->app != NO_APP &&", "place->app != NO_APP &&"),
     ("also live ones", "container_state_is_stopped(container->state) && container->run.is_known", "container->run.is_known"),
     ("also uninspected ones", "container->run.is_known && !container->labels.keep", "!container->labels.keep"),
     ("also protected ones", "container->run.is_known && !container->labels.keep", "container->run.is_known"),
     ("although configured to stay", "if (!app->retention->remove_superseded_containers)", "if (false)"),
     ("none with their release", "else if (membership && membership->judgement.verdict == VERDICT_REMOVE)\n        judgement_copy", "else if (false)\n        judgement_copy"),
     ("replaced ones stay", "else if (!is_shielded && is_duplicate(context, container, membership))", "else if (false)"),
     ("replaced ones go without a successor", "return other && (!is_current ||", "return true || (!is_current ||"),
     ("replaced ones go although their successor is of another image", "(!is_current || strcmp(other->image_id, container->image_id) == 0)", "true"),
     ("replaced ones go during a deploy", "if (app->busy_until > 0)", "if (false)"),
     ("replaced ones go before the current release has served", "else if (!app->primary || !app->primary->has_served)", "else if (false)"))
rule("pressure", "pressure.c",
     ("at once", "context->now - since >= PRESSURE_AFTER", "true"),
     ("a moment late", "context->now - since >= PRESSURE_AFTER", "context->now - since > PRESSURE_AFTER"),
     ("not at once when critical", "critical || (since > 0", "(since > 0"),
     ("cache not first", "if (estimate_of(plan) < to_low && plan->cache.is_known)", "if (false)"),
     ("below keep_previous", "slot > context->policy->pressure_keep_previous", "slot > 0"),
     ("although more than a slot keeps it", "&& only_its_slot_keeps(context, image->image, link);", ";"),
     ("although another app needs it", "if (image->apps[i].judgement.verdict != VERDICT_REMOVE && !may_go)", "if (i == 0 && !may_go)"),
     ("although a container holds it", "if (is_expendable(context, &plan->images[i]) && !is_held(context, &plan->images[i]))", "if (is_expendable(context, &plan->images[i]))"),
     ("although it does not help", "(estimate_of(plan) >= needed || critical)", "true"),
     ("further than needed", "n_taken < count && estimate_of(plan) < needed && plan->estimate_bytes > before;", "n_taken < count && estimate_of(plan) > before;"),
     ("all at once where sizes are not known", "&& plan->estimate_bytes > before;", ";"),
     ("most recently run first", "x->last_run < y->last_run ? -1 : x->last_run > y->last_run;", "x->last_run > y->last_run ? -1 : x->last_run < y->last_run;"),
     ("unmanaged although not configured", "if (policy->pressure_removes_unmanaged)", "if (true)"),
     ("unmanaged although mounted", "if (is_unmanaged(context, &plan->images[i]) && !is_held(context, &plan->images[i]))", "if (is_unmanaged(context, &plan->images[i]))"),
     ("dangling ones that are to stay", "image->n_apps == 0 && image->image->tags.count > 0 && !c.has_been_used;", "!c.has_been_used;"),
     ("containers stay", "if (image && image->judgement.reason == REASON_PRESSURE && container_is_removable", "if (false && container_is_removable"),
     ("slots still counted", "context->apps[link->app].releases[link->release].slot = 0;", ""),
     ("inodes ignored", "disk->used_percent > bound->used_percent || disk->used_inodes_percent > inode_bound(bound);",
      "disk->used_percent > bound->used_percent;"),
     ("also with --app", "if (!plan->pressure.is_acting || context->options->app)", "if (!plan->pressure.is_acting)"))
rule("estimate", "estimate.c",
     ("a shared layer counts twice", "bool is_first = i == 0 || strcmp(uses[i - 1].digest, uses[i].digest) != 0;", "bool is_first = true;"),
     ("staying images not first", "return i < j ? -1 : i > j;", "return i < j ? 1 : -(i > j);"),
     ("some layers known is enough", "if (!snapshot->images[i].layers)\n            return false;", ""),
     ("shares ignored", "image->size_bytes - image->shared_bytes;", "image->size_bytes;"),
     ("a bound passes for exact", "if (image->shared_bytes != 0)\n            plan->estimate_is_exact = false;", ""),
     ("what stays counts", "if (planned->judgement.verdict != VERDICT_REMOVE)\n            continue;", ""),
     ("cache not counted", "plan->estimate_bytes = plan->cache.evict_bytes + builder_bytes(plan);", "plan->estimate_bytes = builder_bytes(plan);"),
     ("builders not counted", "plan->cache.evict_bytes + builder_bytes(plan);", "plan->cache.evict_bytes;"),
     ("next pass: the last wait", "judgement->eligible_at < plan->next_at))", "judgement->eligible_at > plan->next_at))"))
rule("builders", "plan_builders.c",
     ("orphans before their time", "age < limit", "false"),
     ("a container that could not be inspected", "|| !container->run.is_known)", ")"),
     ("a builder whose image is protected", "||\n        is_protected(context, container))", ")"),
     ("one with labels of an app", "labels->keep || labels->service || labels->compose_project", "labels->service"),
     ("one without a state volume", "return strings_contain(&container->builder_volumes, volume);", "return true;"),
     ("a volume that a container mounts", "    if (user)\n", "    if (false && user)\n"),
     ("a volume that buildx would not make", "if (volume->is_foreign)", "if (false)"),
     ("a volume of unknown age", "if (volume->created == 0 || since == 0)", "if (since == 0)"),
     ("a volume made anew", "if (volume->created > since)", "if (false)"),
     ("pruned although only reported", "if (!policy->prune_builders)", "if (false)"))
rule("builders", "builders.c",
     ("names that only begin alike", "strcmp(node + length - suffix, BUILDER_VOLUME_SUFFIX) == 0", "true"),
     ("a volume of a builder that is here is no orphan's", "if (!has_container(snapshot, snapshot->volumes[i].name))", "if (true)"))
rule("builders", "learn_volumes.c",
     ("used volumes count as alone", "if (snapshot_volume_user(snapshot, name))", "if (false)"),
     ("forgotten when not told", "if (!snapshot->knows_volumes)", "if (false)"))
rule("builders", "pressure.c",
     ("not pruned wholly", "    prune_builders(context, plan, to_low);", "    (void)prune_builders;"),
     ("more than needed", "i < plan->n_builders && estimate_of(plan) < needed", "i < plan->n_builders && needed >= 0"))
rule("build cache", "plan_cache.c",
     ("used ones", "!record->is_in_use &&", ""),
     ("shared ones", "&& !record->is_shared &&", "&&"),
     ("internal ones", "&& !record->is_internal;", ";"),
     ("a moment late", "now - record->last_used >= hours", "now - record->last_used > hours"),
     ("never used ones stay", "record->last_used == 0 ||", "record->last_used != 0 &&"),
     ("hours rounded down", "(max_unused_usec + USEC_PER_HOUR - 1) / USEC_PER_HOUR", "max_unused_usec / USEC_PER_HOUR"),
     ("no cap", "max_size_bytes >= 0 ? private_bytes - ret->evict_bytes - max_size_bytes : 0", "0"),
     ("cap counts again what the window took", "if (!is_evictable(record) || is_counted)", "if (!is_evictable(record))"))
rule("--app", "plan.c",
     ("other images too", "if (image_is_of_app(plan, &plan->images[i], app))", "if (true)"),
     ("other containers too", "if (is_of_app(plan, plan->containers[i].app, app))", "if (true)"),
     ("cache too", "plan->cache.is_left_out = true;\n    plan->cache.evict_bytes = 0;\n    plan->cache.evict_records = 0;", ""))
rule("hold", "plan.c",
     ("images go", "hold_judgement(&plan->images[i].judgement, why);", ""),
     ("containers go", "hold_judgement(&plan->containers[i].judgement, why);", ""),
     ("cache goes", "hold_judgement(&plan->containers[i].judgement, why);\n    plan->cache.evict_bytes = 0;\n    plan->cache.evict_records = 0;", "hold_judgement(&plan->containers[i].judgement, why);"))
rule("clock", "ledger.c",
     ("the future is fine", "if (has_future_times(ledger, now))", "if (false)"),
     ("images of the future are fine", "if (ledger->images[i].first_seen > limit || ledger->images[i].arrived > limit)", "if (false)"),
     ("forward jumps are fine", "parted >= CLOCK_JUMP ||", ""),
     ("backward jumps are fine", "parted >= CLOCK_JUMP || parted <= -CLOCK_JUMP ?", "parted >= CLOCK_JUMP ?"),
     ("a long gap is fine", "now - ledger->learned >= CLOCK_GAP ?", "false ?"))
rule("known runs", "ledger.c",
     ("whatever the state", "|| record->state != container->state)", ")"),
     ("unsettled ones", "!record->is_settled ||", ""))
rule("arrivals", "learn.c",
     ("a new tag is none", "record->is_gone || has_new_tag(image, record))", "record->is_gone)"),
     ("a return is none", "is_new || record->is_gone || has_new_tag", "is_new || has_new_tag"),
     ("events are none", "    if (event > record->arrived || (event > 0 && event == record->arrived)) {", "    if (false) {"),
     ("old events count for new images", "event > record->arrived && event >= learned ? event : now;", "event > record->arrived ? event : now;"),
     ("a tag is a new release", "transfer > 0 && transfer >= learned ? transfer : record->arrived;", "record->arrived;"),
     ("a pull of a known image is none", "if (transfer > record->came)\n        record->came = transfer;", ""),
     ("baseline came now", "if (image->created > arrived && image->created <= now)\n        arrived = image->created;", ""),
     ("future times stay", "if (*time > shift->now)\n        *time = shift->now;", ""),
     ("a clock that was behind makes all old", "*time += shift->by;", ";"),
     ("the same over a boot", ": now - ledger->learned;", ": 0;"),
     ("gone images are kept for ever", "bool forget = record->is_gone &&", "bool forget = false && record->is_gone &&"),
     ("gone images are forgotten early", "now - last_known(record) > window ||", "true ||"),
     ("the job window does not count", "if (policy->retention.jobs_max_unused_usec > window)", "if (false)"))
rule("serving", "learn_uses.c",
     ("at once", "container->state != STATE_RESTARTING && end - begin >= min_uptime", "container->state != STATE_RESTARTING"),
     ("older one unknown: as if there were none", "if (!older_ran_until(group, container, now, &until))\n            return (Life){};", "older_ran_until(group, container, now, &until);"),
     ("an older one that nobody stopped is proof", "(is_live || !was_succeeded(group, container))", "true"),
     ("a job well done is a failure", "(has_ended && !is_done)", "has_ended"),
     ("crash loops serve", "if (container->state != STATE_RESTARTING && end - begin >= min_uptime)", "if (end - begin >= min_uptime)"),
     ("beside an older one too", "if (until > begin)\n            begin = until;", ""),
     ("an end that nobody saw is a failure", "if (!is_live && run->finished < run->started - START_NOTED_WITHIN)", "if (false)"),
     ("judged once although an older one was not known", "has_settled && can_be_judged(group, container, now);", "has_settled;"),
     ("judged again when the proof has gone", "if (was_judged(ledger, container, use))", "if (false)"),
     ("never started is no failure", "return (Life){.has_failed = never_started};", "return (Life){};"),
     ("run without an end is none", "raise_time(&use->last_run, use->last_started);", ""))


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


class Build:
    """base and core as a library that the tests load, so that a mutation costs one compilation."""

    def __init__(self, copy):
        self.copy = copy
        self.objects = copy / "objects"
        self.objects.mkdir()
        sources = [*copy.glob("src/base/*.c"), *copy.glob("src/core/*.c")]
        if not all(self.compile(source) for source in sources) or not self.link():
            sys.exit("the tree as it is does not build")
        for test in TESTS:
            helpers = [self.copy / "tests" / "unit" / f"{name}.c" for name in (test, *HELPERS)]
            result = self.cc(*helpers, "-o", copy / test, "-L", copy, "-lmutant", "-lcmocka")
            if result.returncode:
                sys.exit(result.stdout)

    def cc(self, *arguments):
        return run([os.environ.get("CC", "cc"), "-std=gnu11", "-g", "-fPIC", "-D_GNU_SOURCE", "-DRGC_VERSION=\"0\"",
                    "-I", self.copy / "include", "-I", self.copy / "src", "-I", self.copy / "tests" / "unit", *arguments])

    def compile(self, source):
        return self.cc("-c", source, "-o", self.objects / f"{source.parent.name}_{source.stem}.o").returncode == 0

    def link(self):
        return self.cc("-shared", *self.objects.glob("*.o"), "-o", self.copy / "libmutant.so").returncode == 0

    def red_tests(self, tests=TESTS, rounds=60):
        """Names of the tests that fail, or a word for what else happened."""
        red = []
        environment = dict(os.environ, RGC_TEST_ROUNDS=str(rounds), LD_LIBRARY_PATH=str(self.copy))
        for test in tests:
            try:
                result = run([self.copy / test], timeout=300, env=environment)
            except subprocess.TimeoutExpired:
                red.append(f"{test} (hangs)")
                continue
            names = sorted(set(re.findall(r"\[  FAILED  \] ([a-z]\w+)", result.stdout)))
            if result.returncode != 0 and not names:
                names = [f"{test} (dies)"]
            red += names
        return red

    def break_once(self, file, old, new):
        """The tests that go red, [] if none does, None if this is no mutation."""
        path = self.copy / "src" / "core" / file
        whole = path.read_text()
        if whole.count(old) != 1:
            return None
        path.write_text(whole.replace(old, new))
        red = None
        if self.compile(path) and self.link():
            red = self.red_tests() or self.red_tests(["promises"], 1000)
        path.write_text(whole)
        self.compile(path)
        return red


def cell(names):
    shown = ", ".join(f"`{name}`" for name in names[:3])
    return shown + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="rules whose name or mutation matches")
    parser.add_argument("--write", action="store_true", help="write tests/MUTATIONS.md")
    options = parser.parse_args()
    rows, survivors = [], []

    with tempfile.TemporaryDirectory(prefix="mut-") as directory:
        copy = pathlib.Path(directory)
        for name in ("src", "include", "tests"):
            shutil.copytree(TREE / name, copy / name)
        build = Build(copy)
        red = build.red_tests()
        if red:
            sys.exit(f"red before anything is broken: {', '.join(red)}")
        for name, what, file, old, new in MUTATIONS:
            if not re.search(options.only, f"{name}: {what}"):
                continue
            red = build.break_once(file, old, new)
            if not red:
                survivors.append(f"{name}: {what}")
            told = "CANNOT BE MADE in " + file if red is None else ", ".join(red) or "SURVIVES"
            print("ok" if red else "!!", f"{name}: {what}: {told}", flush=True)
            rows.append((name, what, red or ["(none)"]))
    if options.write:
        with open(TREE / "tests" / "MUTATIONS.md", "w") as file:
            file.write("# Mutations\n\nEach line of the decision was broken once (`tests/mutate.py --write`, which also made "
                       "this table), and these tests went red.\n\n| rule | broken | red |\n|---|---|---|\n")
            file.writelines(f"| {name} | {what} | {cell(red)} |\n" for name, what, red in rows)
    print(f"{len(rows)} mutations, {len(survivors)} that no test notices or that cannot be made")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
