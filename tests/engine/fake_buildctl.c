/* SPDX-License-Identifier: MIT */
/*
 * What a builder's image has, for tests: `buildctl` with the words and the JSON of BuildKit's, `timeout` as busybox
 * does it, and the program that runs. By its name it knows which it is. In the state directory stand "records" (a line
 * each: ID, bytes, seconds since 1970 or 0, in use) and, if it is to misbehave, "mode".
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STATE "/var/lib/buildkit/"
#define RECORDS_MAX 100

struct record {
    char id[64];
    long long bytes, used;
    int in_use;
};

static int is_name(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    return strcmp(slash ? slash + 1 : path, name) == 0;
}

/* The program runs in this process; a grandchild ends it. */
static int run_timeout(char **argv)
{
    pid_t parent = getpid();
    long seconds = atol(argv[3]); /* timeout -s KILL SECONDS PROGRAM … */

    if (fork() == 0) {
        if (fork() != 0)
            _exit(0);
        close(STDOUT_FILENO); /* else the engine waits for it */
        close(STDERR_FILENO);
        for (; seconds > 0; seconds--) {
            sleep(1);
            if (kill(parent, 0) != 0)
                _exit(0);
        }
        kill(parent, SIGKILL);
        _exit(0);
    }
    execvp(argv[4], argv + 4);
    fprintf(stderr, "timeout: can't execute '%s': No such file or directory\n", argv[4]);
    return 127;
}

static int read_records(struct record *records)
{
    FILE *file = fopen(STATE "records", "r");
    int count = 0;

    while (file && count < RECORDS_MAX &&
           fscanf(file, "%63s %lld %lld %d", records[count].id, &records[count].bytes, &records[count].used,
                  &records[count].in_use) == 4)
        count++;
    if (file)
        fclose(file);
    return count;
}

static void print_record(const struct record *record)
{
    char used[64] = "null";
    time_t t = (time_t)record->used;

    if (record->used)
        strftime(used, sizeof(used), "\"%Y-%m-%dT%H:%M:%S.123456789Z\"", gmtime(&t));
    printf("{\"id\":\"%s\",\"mutable\":true,\"inUse\":%s,\"size\":%lld,\"createdAt\":\"2026-01-01T00:00:00Z\","
           "\"lastUsedAt\":%s,\"usageCount\":1,\"parents\":null,\"description\":\"x\",\"recordType\":\"regular\","
           "\"shared\":false}",
           record->id, record->in_use ? "true" : "false", record->bytes, used);
}

static int disk_usage(void)
{
    struct record records[RECORDS_MAX];
    int count = read_records(records);

    printf("[");
    for (int i = 0; i < count; i++) {
        printf(i ? "," : "");
        print_record(&records[i]);
    }
    printf("]\n");
    return 0;
}

static int prune(int argc, char **argv)
{
    struct record records[RECORDS_MAX];
    long long keep_seconds = 0, total = 0, cap = -1;
    int count = read_records(records);
    FILE *file = fopen(STATE "records", "w");

    for (int i = 2; i + 1 < argc; i++) {
        if (strcmp(argv[i], "--keep-duration") == 0)
            keep_seconds = atoll(argv[i + 1]) * 3600;
        if (strcmp(argv[i], "--keep-storage") == 0)
            cap = (long long)(atof(argv[i + 1]) * 1e6);
    }
    for (int i = 0; i < count; i++)
        total += records[i].bytes;
    for (int i = 0; i < count; i++) {
        int is_old = records[i].used == 0 || records[i].used <= (long long)time(NULL) - keep_seconds;
        if (!records[i].in_use && is_old && (cap < 0 || total > cap)) {
            total -= records[i].bytes;
            print_record(&records[i]);
            printf("\n");
        } else {
            fprintf(file, "%s %lld %lld %d\n", records[i].id, records[i].bytes, records[i].used, records[i].in_use);
        }
    }
    return fclose(file);
}

static void misbehave(void)
{
    static char block[65536];
    char mode[32] = "";
    int fd = open(STATE "mode", O_RDONLY);

    if (fd < 0 || read(fd, mode, sizeof(mode) - 1) <= 0)
        return;
    if (strcmp(mode, "exit") == 0) {
        fprintf(stderr, "error: failed to dial /run/buildkit/buildkitd.sock\n");
        exit(1);
    }
    if (strcmp(mode, "hang") == 0)
        for (signal(SIGTERM, SIG_IGN);;)
            pause();
    if (strcmp(mode, "endless") == 0)
        for (memset(block, '[', sizeof(block));;)
            if (write(STDOUT_FILENO, block, sizeof(block)) < 0)
                exit(1);
    if (strcmp(mode, "both") == 0) { /* in turn on both streams, in pieces */
        setvbuf(stdout, NULL, _IONBF, 0);
        for (int i = 0; i < 200; i++)
            fprintf(stderr, "time=\"now\" level=warning msg=\"%d\"\n", i);
    }
}

int main(int argc, char **argv)
{
    if (is_name(argv[0], "timeout") && argc > 4)
        return run_timeout(argv);
    if (is_name(argv[0], "buildctl") && argc > 1) {
        misbehave();
        return strcmp(argv[1], "du") == 0 ? disk_usage() : prune(argc, argv);
    }
    for (;;)
        pause();
}
