/* SPDX-License-Identifier: MIT */
/* Answers as real engines give them, shortened. The macros ID_… are IDs of 64 digits. */
#pragma once

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HEX_C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define ID_A "sha256:" HEX_A
#define ID_B "sha256:" HEX_B
#define ID_C "sha256:" HEX_C

/* 20.10, API 1.41 */
#define IMAGE_41                                                                                                       \
    "{\"Containers\":-1,\"Created\":1700000000,\"Id\":\"" ID_A "\",\"Labels\":null,\"ParentId\":\"" ID_B               \
    "\",\"RepoDigests\":null,\"RepoTags\":[\"r:5000/blog:v4\",\"blog:latest\"],\"SharedSize\":-1,\"Size\":77800000,"   \
    "\"VirtualSize\":77800000}"
#define IMAGE_41_DANGLING                                                                                              \
    "{\"Containers\":-1,\"Created\":0,\"Id\":\"" ID_B "\",\"Labels\":{},\"ParentId\":\"\",\"RepoDigests\":"            \
    "[\"<none>@<none>\"],\"RepoTags\":[\"<none>:<none>\"],\"SharedSize\":-1,\"Size\":0,\"VirtualSize\":0}"
#define IMAGE_41_DIGEST_ONLY                                                                                           \
    "{\"Containers\":-1,\"Created\":-62135596800,\"Id\":\"" ID_C                                                       \
    "\",\"Labels\":{\"service\":\"blog\"},\"ParentId\":\"\",\"RepoDigests\":[\"r:5000/blog@" ID_A                      \
    "\"],\"RepoTags\":null,\"SharedSize\":-1,\"Size\":5,\"VirtualSize\":5}"
/* 28.5, containerd store, API 1.51: pulled by digest */
#define IMAGE_51_C8D                                                                                                   \
    "{\"Containers\":0,\"Created\":1758000000,\"Id\":\"" ID_A "\",\"Labels\":{\"service\":\"shop\",\"rgc.keep\":"      \
    "\"TRUE\",\"org.opencontainers.image.title\":\"kamal-proxy\",\"maintainer\":\"a\\u0000b\"},\"ParentId\":\"\","     \
    "\"Descriptor\":{\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"digest\":\"" ID_A                     \
    "\",\"size\":856},\"RepoDigests\":[\"r/shop@" ID_A "\"],\"RepoTags\":[\"r/shop@" ID_A                              \
    "\"],\"SharedSize\":1234,\"Size\":9876543210}"
#define IMAGE_51_C8D_DANGLING                                                                                          \
    "{\"Containers\":0,\"Created\":1758000000,\"Id\":\"" ID_B                                                          \
    "\",\"Labels\":null,\"ParentId\":\"\",\"RepoDigests\":[\"" ID_B                                                    \
    "\"],\"RepoTags\":[],\"SharedSize\":-1,\"Size\":10}"
#define IMAGE_PODMAN                                                                                                   \
    "{\"Id\":\"" HEX_C "\",\"ParentId\":\"" HEX_A "\",\"RepoTags\":[\"localhost/podman-pause:4.3.1-0\"],"              \
    "\"RepoDigests\":[],\"Created\":1700000000,\"Size\":800000,\"SharedSize\":0,\"VirtualSize\":800000,"               \
    "\"Labels\":{\"io.buildah.version\":\"1.28.2\"},\"Containers\":1,\"Names\":[\"x\"]}"

#define CONTAINER_KAMAL                                                                                                \
    "{\"Id\":\"" HEX_A "\",\"Names\":[\"/blog-web-v4\"],\"Image\":\"r:5000/blog:v4\",\"ImageID\":\"" ID_B              \
    "\",\"Command\":\"/app \\\"x\\\"\",\"Created\":1700000100,\"Ports\":[{\"PrivatePort\":80}],\"Labels\":"            \
    "{\"destination\":\"\",\"role\":\"web\",\"service\":\"blog\"},\"State\":\"exited\",\"Status\":\"Exited (143)\","   \
    "\"HostConfig\":{\"NetworkMode\":\"kamal\"},\"Mounts\":[]}"
#define CONTAINER_COMPOSE_MOUNT                                                                                        \
    "{\"Id\":\"" HEX_B "\",\"Names\":null,\"Image\":\"" ID_A "\",\"ImageID\":\"" ID_A                                  \
    "\",\"Created\":1700000100,\"Labels\":{\"com.docker.compose.project\":\"p\",\"com.docker.compose.service\":\"s\"," \
    "\"com.docker.compose.oneoff\":\"True\"},\"State\":\"running\",\"Mounts\":[{\"Type\":\"volume\",\"Name\":\"v\"},"  \
    "{\"Type\":\"image\",\"Name\":\"redis\",\"Destination\":\"/m\"}]}"

#define INSPECT_EXITED                                                                                                 \
    "{\"Id\":\"" HEX_A "\",\"State\":{\"Status\":\"exited\",\"Running\":false,\"Paused\":false,\"Restarting\":false,"  \
    "\"OOMKilled\":false,\"ExitCode\":143,\"StartedAt\":\"2025-01-02T03:04:05.123456789Z\",\"FinishedAt\":"            \
    "\"2025-01-02T03:05:05.5Z\"},\"RestartCount\":2,\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"unless-stopped\","   \
    "\"MaximumRetryCount\":0},\"AutoRemove\":false},\"Config\":{\"Image\":\"r:5000/blog:v4\"}}"
#define INSPECT_RUNNING_AGAIN                                                                                          \
    "{\"State\":{\"Status\":\"running\",\"Running\":true,\"OOMKilled\":false,\"ExitCode\":0,\"StartedAt\":"            \
    "\"2025-01-02T03:04:05Z\",\"FinishedAt\":\"2025-01-01T00:00:00Z\"},\"RestartCount\":0,\"HostConfig\":"             \
    "{\"RestartPolicy\":{\"Name\":\"no\"},\"AutoRemove\":true},\"Config\":{\"Image\":\"\"}}"

#define EVENTS                                                                                                         \
    "{\"Type\":\"image\",\"Action\":\"pull\",\"Actor\":{\"ID\":\"r:5000/blog:v4\",\"Attributes\":{\"name\":"           \
    "\"r:5000/blog\",\"service\":\"blog\"}},\"scope\":\"local\",\"time\":1700000000,\"timeNano\":1700000000123456789}" \
    "\n{\"Type\":\"image\",\"Action\":\"tag\",\"Actor\":{\"ID\":\"" ID_A                                               \
    "\",\"Attributes\":{\"name\":\"blog:v5\"}},\"time\":1700000001,\"timeNano\":1700000001000000001}\n"                \
    "{\"Type\":\"image\",\"Action\":\"delete\",\"Actor\":{\"ID\":\"" ID_B "\",\"Attributes\":{\"name\":\"" ID_B        \
    "\"}},\"time\":1700000002,\"timeNano\":1700000002000000000}\n"                                                     \
    "{\"Type\":\"container\",\"Action\":\"kill\",\"Actor\":{\"ID\":\"" HEX_B                                           \
    "\",\"Attributes\":{\"image\":\"blog:v4\",\"name\":\"x\",\"signal\":\"15\"}},\"time\":1700000003,\"timeNano\":"    \
    "1700000003000000000}\n"

#define BUILD_CACHE_51                                                                                                 \
    "{\"LayersSize\":0,\"Images\":null,\"Containers\":null,\"Volumes\":null,\"BuildCache\":[{\"ID\":\"x1\","           \
    "\" Parents\":[\"x0\"],\"Type\":\"regular\",\"Description\":\"d\",\"InUse\":false,\"Shared\":true,\"Size\":4096,"  \
    "\"CreatedAt\":\"2025-01-01T00:00:00Z\",\"LastUsedAt\":null,\"UsageCount\":1},{\"ID\":\"x2\",\"Type\":"            \
    "\"frontend\",\"InUse\":true,\"Size\":1,\"LastUsedAt\":\"2025-01-02T00:00:00Z\"}]}"

#define REMOVAL                                                                                                        \
    "[{\"Untagged\":\"r:5000/blog:v4\"},{\"Untagged\":\"r:5000/blog@" ID_C "\"},{\"Deleted\":\"" ID_A                  \
    "\"},{\"Deleted\":\"" ID_B "\"}]"
