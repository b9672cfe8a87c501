/* SPDX-License-Identifier: MIT */
/*
 * Dispatching: finds the method of a call, and implements org.varlink.service, the interface that every Varlink service
 * has. What a client may ask wrongly is answered with an error of that interface; what is no call at all ends the
 * connection.
 */
#include "varlink_connection.h"

#include <errno.h>
#include <string.h>

static const char service_description[] =
    "# What every Varlink service answers about itself.\n"
    "interface org.varlink.service\n"
    "\n"
    "method GetInfo() -> (vendor: string, product: string, version: string, url: string, interfaces: []string)\n"
    "method GetInterfaceDescription(interface: string) -> (description: string)\n"
    "\n"
    "error InterfaceNotFound (interface: string)\n"
    "error MethodNotFound (method: string)\n"
    "error MethodNotImplemented (method: string)\n"
    "error InvalidParameter (parameter: string)\n";

static void get_info(VarlinkCall *call, json_t *parameters, void *userdata);
static void get_interface_description(VarlinkCall *call, json_t *parameters, void *userdata);

static const VarlinkMethod service_methods[] = {
    {"GetInfo", get_info},
    {"GetInterfaceDescription", get_interface_description},
};

static const VarlinkInterface service_interface = {"org.varlink.service", service_description, service_methods, 2};

static const VarlinkInterface *find_interface(const VarlinkCall *call, const char *name, size_t length)
{
    const VarlinkInterface *all[] = {&service_interface, call->server->interface};
    for (size_t i = 0; i < 2; i++)
        if (strlen(all[i]->name) == length && memcmp(all[i]->name, name, length) == 0)
            return all[i];
    return NULL;
}

static void interface_not_found(VarlinkCall *call, const char *name, size_t length)
{
    varlink_error(call, "org.varlink.service.InterfaceNotFound", json_pack("{s:s#}", "interface", name, (int)length));
}

static void get_info(VarlinkCall *call, json_t *parameters, void *userdata)
{
    (void)parameters;
    (void)userdata;
    varlink_reply(call,
                  json_pack("{s:s, s:s, s:s, s:s, s:[s, s]}", "vendor", "rgc", "product", "rgc", "version", RGC_VERSION,
                            "url", "", "interfaces", service_interface.name, call->server->interface->name));
}

static void get_interface_description(VarlinkCall *call, json_t *parameters, void *userdata)
{
    const char *name = json_string_value(json_object_get(parameters, "interface"));
    (void)userdata;
    if (!name) {
        varlink_invalid_parameter(call, "interface");
        return;
    }
    const VarlinkInterface *interface = find_interface(call, name, strlen(name));
    if (interface)
        varlink_reply(call, json_pack("{s:s}", "description", interface->description));
    else
        interface_not_found(call, name, strlen(name));
}

static void method_error(VarlinkCall *call, const char *error, const char *method)
{
    varlink_error(call, error, json_pack("{s:s}", "method", method));
}

static void call_method(VarlinkCall *call, const char *name, json_t *parameters)
{
    const char *dot = strrchr(name, '.');
    size_t length = dot ? (size_t)(dot - name) : strlen(name);
    const VarlinkInterface *interface = find_interface(call, name, length);
    if (!interface) {
        interface_not_found(call, name, length);
        return;
    }
    for (size_t i = 0; i < interface->n_methods; i++) {
        if (!dot || strcmp(interface->methods[i].name, dot + 1) != 0)
            continue;
        interface->methods[i].call(call, parameters, call->server->userdata);
        if (!call->is_answered && !call->is_kept)
            method_error(call, "org.varlink.service.MethodNotImplemented", name);
        return;
    }
    method_error(call, "org.varlink.service.MethodNotFound", name);
}

/* Clients leave a flag out, or send it as null or as a boolean. False if it is anything else. */
static bool read_flag(const json_t *message, const char *name, bool *ret)
{
    const json_t *flag = json_object_get(message, name);
    *ret = json_is_true(flag);
    return !flag || json_is_null(flag) || json_is_boolean(flag);
}

static int dispatch(VarlinkCall *call, const json_t *message, json_t *nothing)
{
    const char *method = json_string_value(json_object_get(message, "method"));
    json_t *parameters = json_object_get(message, "parameters");
    bool wants_upgrade;
    if (!parameters || json_is_null(parameters))
        parameters = nothing;
    if (!method || !json_is_object(parameters) || !read_flag(message, "more", &call->wants_more) ||
        !read_flag(message, "oneway", &call->is_oneway) || !read_flag(message, "upgrade", &wants_upgrade))
        return -EPROTO;
    call->is_answered = false;
    call->wants_more = call->wants_more && !call->is_oneway;
    if (wants_upgrade)
        method_error(call, "org.varlink.service.MethodNotImplemented", method);
    else
        call_method(call, method, parameters);
    return 0;
}

int varlink_dispatch(VarlinkCall *call, json_t *message)
{
    json_t *nothing = json_object();
    int r = dispatch(call, message, nothing);
    json_decref(nothing);
    json_decref(message);
    return r;
}
