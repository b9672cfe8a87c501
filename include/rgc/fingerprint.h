/* SPDX-License-Identifier: MIT */
/*
 * FNV-1a with 64 bits: a fingerprint of bytes that is quickly made. Two texts may have the same one, by chance or because
 * somebody has looked for them, so a caller must be able to live with that.
 *
 *     uint64_t print = fingerprint_text(FINGERPRINT_BEGIN, "RUN make");
 *
 * The state directory keeps such values, so they must not change.
 *
 * Source: RFC 9923 (The FNV Non-Cryptographic Hash Algorithm).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The offset basis of RFC 9923: what a fingerprint is before its first byte. */
#define FINGERPRINT_BEGIN UINT64_C(0xcbf29ce484222325)

/* Both add to a fingerprint; the NUL of a text does not count. */
uint64_t fingerprint_bytes(uint64_t print, const void *bytes, size_t size);
uint64_t fingerprint_text(uint64_t print, const char *text);
