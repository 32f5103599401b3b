/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Which sanitizer this file is compiled for; gcc and clang say it in different ways.
 */

#if defined(__SANITIZE_ADDRESS__)
#define ASYNCIO_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASYNCIO_ASAN 1
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define ASYNCIO_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ASYNCIO_TSAN 1
#endif
#endif
