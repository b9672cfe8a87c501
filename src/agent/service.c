/* SPDX-License-Identifier: MIT */
/*
 * The service: who waits for which pass.
 *
 * The problem: hooks, people and monitoring connect at any time, ten at once after a deploy of ten services. Some want
 * to see a pass to its end, which may take an hour, some hang up at once. Whoever may talk to Docker may connect, and
 * what they send ends up in the journal and among the arguments of a root process.
 *
 * The idea: Collect() becomes a Trigger, and the schedule answers with a ticket, the number of the pass that will serve
 * it. A caller with `more` becomes a Follower: its call is kept open under its ticket. The agent sends progress to the
 * followers of one ticket, and at the end a summary to those of that ticket and of earlier ones, which a pass that
 * found the lock taken has handed on. A follower that hangs up is forgotten; its pass is made all the same.
 *
 * The limits: texts are printable and have at most 200 bytes; parameters that the interface does not have are refused,
 * so that a misspelt one is not taken for none. At most 64 followers; the next one gets its ticket at once, as if it
 * had not asked for progress. rgc/varlink.h has the limits for clients and bytes.
 *
 * What is never allowed: to take from a client what to remove, or a word that is used as a path or a command; to use
 * the caller's uid for anything but the journal, since the mode of the socket decides who may ask; to leave a follower
 * without a last reply, when the agent stops. tests/unit/agent/agent_service.c tests this.
 */
#include <rgc/service.h>
#include <rgc/text.h>

#include "agent_interface.h" /* docs/io.rgc.Agent.varlink, made by the build */

#include <string.h>

/* A call of Collect with `more` that waits for its pass. */
typedef struct Follower {
    VarlinkCall *call;
    uint64_t ticket;
} Follower;

struct Service {
    VarlinkServer *server;
    const ServiceHooks *hooks;
    void *userdata;
    Follower followers[SERVICE_FOLLOWERS_MAX];
    size_t n_followers;
};

const char *service_text_complaint(const char *text)
{
    if (text[0] == '\0')
        return "is empty";
    if (strlen(text) > SERVICE_TEXT_MAX)
        return "is longer than 200 bytes";
    cleanup_with(free_charp) char *sound = printable(text);
    return strcmp(sound, text) != 0 ? "is not printable text" : NULL;
}

/* Returns false if the call has a parameter that the interface does not have; the caller has been answered then. */
static bool check_names(VarlinkCall *call, json_t *parameters, const char *const *names)
{
    const char *name;
    json_t *value;
    json_object_foreach (parameters, name, value) {
        size_t i = 0;
        while (names[i] && strcmp(names[i], name) != 0)
            i++;
        if (!names[i]) {
            varlink_invalid_parameter(call, name);
            return false;
        }
    }
    return true;
}

/* Stores NULL if the parameter is missing or null. Returns false if it may not be used; the caller has been answered
 * then. */
static bool read_text(VarlinkCall *call, json_t *parameters, const char *name, const char **ret)
{
    const json_t *value = json_object_get(parameters, name);
    *ret = json_string_value(value);
    if (!value || json_is_null(value) || (*ret && !service_text_complaint(*ret)))
        return true;
    varlink_invalid_parameter(call, name);
    return false;
}

static json_t *json_ticket(uint64_t ticket)
{
    return json_pack("{s:I}", "ticket", (json_int_t)ticket);
}

static void remove_follower(Service *service, size_t index)
{
    service->followers[index] = service->followers[--service->n_followers];
}

static void on_gone(VarlinkCall *call, void *userdata)
{
    Service *service = userdata;
    for (size_t i = 0; i < service->n_followers; i++) {
        if (service->followers[i].call == call) {
            remove_follower(service, i);
            return;
        }
    }
}

static void follow(Service *service, VarlinkCall *call, uint64_t ticket)
{
    json_t *answer = json_ticket(ticket);
    service->followers[service->n_followers++] = (Follower){.call = call, .ticket = ticket};
    varlink_call_keep(call, on_gone);
    varlink_notify(call, answer);
    json_decref(answer);
}

static void collect(VarlinkCall *call, json_t *parameters, void *userdata)
{
    static const char *const names[] = {"reason", "deployed", NULL};
    Service *service = userdata;
    struct ucred peer = varlink_call_peer(call);
    Trigger trigger = {.uid = peer.uid, .pid = peer.pid};
    if (!check_names(call, parameters, names) || !read_text(call, parameters, "reason", &trigger.reason) ||
        !read_text(call, parameters, "deployed", &trigger.deployed))
        return;
    trigger.is_hook = trigger.deployed;
    uint64_t ticket = service->hooks->on_collect(&trigger, service->userdata);
    if (varlink_call_wants_more(call) && service->n_followers < SERVICE_FOLLOWERS_MAX)
        follow(service, call, ticket);
    else
        varlink_reply(call, json_ticket(ticket));
}

static void status(VarlinkCall *call, json_t *parameters, void *userdata)
{
    static const char *const names[] = {NULL};
    Service *service = userdata;
    if (check_names(call, parameters, names))
        varlink_reply(call, service->hooks->on_status(service->userdata));
}

static const VarlinkMethod methods[] = {{"Collect", collect}, {"Status", status}};
static const VarlinkInterface interface = {SERVICE_INTERFACE, agent_interface, methods, 2};

int service_new(sd_event *loop, int listen_fd, const ServiceHooks *hooks, void *userdata, Service **ret, Error *err)
{
    Service *service = xcalloc(1, sizeof(*service));
    service->hooks = hooks;
    service->userdata = userdata;
    int r = varlink_server_new(loop, listen_fd, &interface, NULL, service, &service->server, err);
    if (r < 0) {
        free(service);
        return r;
    }
    *ret = service;
    return 0;
}

void service_progress(Service *service, uint64_t ticket, const json_t *line)
{
    json_t *answer = json_pack("{s:I, s:O}", "ticket", (json_int_t)ticket, "progress", line);
    for (size_t i = 0; i < service->n_followers; i++)
        if (service->followers[i].ticket == ticket)
            varlink_notify(service->followers[i].call, answer);
    json_decref(answer);
}

/* Backwards, because remove_follower() fills the gap with the last follower, which has had its turn. */
void service_finished(Service *service, uint64_t ticket, const json_t *summary)
{
    for (size_t i = service->n_followers; i > 0; i--) {
        Follower follower = service->followers[i - 1];
        if (follower.ticket > ticket)
            continue;
        remove_follower(service, i - 1);
        varlink_reply(follower.call,
                      json_pack("{s:I, s:O?}", "ticket", (json_int_t)follower.ticket, "summary", summary));
    }
}

void service_free(Service *service)
{
    while (service->n_followers > 0) {
        Follower follower = service->followers[--service->n_followers];
        varlink_error(follower.call, SERVICE_INTERFACE ".Stopping", json_ticket(follower.ticket));
    }
    varlink_server_free(service->server);
    free(service);
}
