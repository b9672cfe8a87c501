/* SPDX-License-Identifier: MIT */
/*
 * One identifier for each kind of event that a person would search the journal for:
 *     journalctl MESSAGE_ID=...
 * contrib/systemd/rgc.catalog explains each of them (journalctl -x shows that), and tests/agent/catalog.py compares
 * both. An identifier never changes its meaning; `systemd-id128 new` makes a new one.
 */
#pragma once

/* clang-format off */
#define RGC_MESSAGE_AGENT_STARTED        "5aaae8a2252a45eda1f1640c8b080cde" /* the agent has started */
#define RGC_MESSAGE_PASS_FINISHED        "d482243b5ed144e1bc5659cc00489288" /* a pass has ended without a failure */
#define RGC_MESSAGE_PASS_FAILED          "3ec4b708fc53437db65e22a22e105536" /* a pass has failed, or could not begin */
#define RGC_MESSAGE_IMAGE_REMOVED        "2fac75c7490e459aa6d192d5119304a0" /* an image, or one of its tags, was removed */
#define RGC_MESSAGE_CONTAINER_REMOVED    "bd6d783d7b614257870679c32ac5879c" /* a container of an old release was removed */
#define RGC_MESSAGE_CACHE_PRUNED         "7e3d10b80a074b76858dfe9708f50e3a" /* build cache of the engine or of a builder was removed */
#define RGC_MESSAGE_VOLUME_REMOVED       "156af904d27043f5af24050fafa8a027" /* a volume that a builder left behind was removed */
#define RGC_MESSAGE_REMOVAL_FAILED       "d052bb722eb24fc78f6e792e5e926775" /* something could not be removed */
#define RGC_MESSAGE_CONFIG_REJECTED      "e16821725e454f739a464b1327509c7f" /* the configuration is invalid; the agent keeps its previous values */
#define RGC_MESSAGE_CONFIG_LOADED        "6170539119f64ec781f8f406aa5ada22" /* the agent has read the configuration again */
#define RGC_MESSAGE_ENGINE_UNREACHABLE   "9b8da916fa8b4bb6bc4464e37a958db6" /* the engine cannot be reached */
#define RGC_MESSAGE_ENGINE_BACK          "02d4982660634a7ca89048e80285a5a3" /* the engine can be reached again */
#define RGC_MESSAGE_TRIGGER_ACCEPTED     "f7e95140fb144cbfaef44a40ea323a62" /* somebody asked for a pass */
#define RGC_MESSAGE_CHILD_MISBEHAVED     "de9d02504e0a4affb72d7fb73227f575" /* a child process crashed, hung, or wrote something unreadable */
#define RGC_MESSAGE_DISK_HIGH            "8c3ae1179b1248139333a29adcc7d7fc" /* a file system is above [disk] high */
#define RGC_MESSAGE_AGENT_STOPPED        "640711528e964d07a13eb8ead8cce562" /* the agent is stopping */
/* clang-format on */
