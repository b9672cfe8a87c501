/* SPDX-License-Identifier: MIT */
/* The prime is that of RFC 9923 for 64 bits, 2^40 + 2^8 + 0xb3. */
#include <rgc/fingerprint.h>

#include <string.h>

#define PRIME UINT64_C(0x100000001b3)

uint64_t fingerprint_bytes(uint64_t print, const void *bytes, size_t size)
{
    for (const unsigned char *at = bytes, *end = at + size; at < end; at++)
        print = (print ^ *at) * PRIME;
    return print;
}

uint64_t fingerprint_text(uint64_t print, const char *text)
{
    return fingerprint_bytes(print, text, strlen(text));
}
