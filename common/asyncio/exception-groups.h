/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Exception groups (PEP 654): an error that carries several.
 *
 * A group is a GError like any other: it is set, propagated, copied and freed as such. Its code is
 * #ASYNCIO_ERROR_EXCEPTION_GROUP, or #ASYNCIO_ERROR_BASE_EXCEPTION_GROUP if one of its exceptions is such that
 * asyncio_error_is_base() says so. Its GError::message is what `str(group)` gives, with the number of exceptions in it. Groups
 * may contain groups.
 *
 * The exceptions of a group are never changed. Copies of a group share them, also between threads.
 */

#include <asyncio/exceptions.h>

G_BEGIN_DECLS

/**
 * Says of an error whether it is wanted.
 *
 * @param error  an error; a group as well, which is then wanted as a whole
 * @param user_data  what was given together with the function
 */
typedef gboolean (*AsyncioErrorPredicate) (const GError *error,
                                           gpointer      user_data);

/**
 * Makes a group, `BaseExceptionGroup(message, exceptions)`.
 *
 * @param message  what happened, e.g. "unhandled errors in a TaskGroup"
 * @param exceptions  (element-type GError): at least one error; the group has copies of them
 * @return (transfer full): the group
 */
GError *asyncio_exception_group_new (const char *message,
                                     GPtrArray  *exceptions) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes a group of other exceptions with the same message, `group.derive(exceptions)`.
 *
 * @param group  a group
 * @param exceptions  (element-type GError): at least one error; the new group has copies of them
 * @return (transfer full): the new group
 */
GError *asyncio_exception_group_derive (const GError *group,
                                        GPtrArray    *exceptions) G_GNUC_WARN_UNUSED_RESULT;

/** Whether an error is a group, `isinstance(error, BaseExceptionGroup)`. @param error (nullable): any error */
gboolean asyncio_error_is_group (const GError *error);

/** The message that a group was made with, `group.message`. @return (transfer none) */
const char *asyncio_exception_group_get_message (const GError *group);

/**
 * The exceptions of a group, `group.exceptions`.
 *
 * @param group  a group
 * @return (transfer none) (element-type GError): the errors in their order, not to be changed. It is valid as long as the
 *   group or a copy of it
 */
GPtrArray *asyncio_exception_group_get_exceptions (const GError *group);

/**
 * Divides a group into what is wanted and what is not, `group.split(predicate)`.
 *
 * The predicate is asked about the group itself, then about its exceptions, and about those of a group among them that is not
 * wanted as a whole. Both parts keep the nesting and the messages.
 *
 * @param error  a group; another error is wanted as a whole or not
 * @param predicate  says what is wanted
 * @param user_data  what it gets
 * @param match  (out) (optional) (nullable) (transfer full): what is wanted, `group.subgroup(predicate)`; NULL if nothing is
 * @param rest  (out) (optional) (nullable) (transfer full): what is not; NULL if everything is wanted
 */
void asyncio_exception_group_split_if (const GError           *error,
                                       AsyncioErrorPredicate   predicate,
                                       gpointer                user_data,
                                       GError                **match,
                                       GError                **rest);

/**
 * Divides a group into the errors of one kind and the others, `group.split(type)`.
 *
 * @param error  as for asyncio_exception_group_split_if()
 * @param domain  the domain of the errors that are wanted
 * @param code  their code
 * @param match  (out) (optional) (nullable) (transfer full): what is wanted, or NULL
 * @param rest  (out) (optional) (nullable) (transfer full): what is not, or NULL
 */
void asyncio_exception_group_split (const GError  *error,
                                    GQuark         domain,
                                    int            code,
                                    GError       **match,
                                    GError       **rest);

/**
 * Takes the errors of one kind out of an error, as `except* X as group` does.
 *
 * ~~~{.c}
 * g_autoptr (GError) group = asyncio_error_except_star (&error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE);
 *
 * if (group != NULL)
 *   ...                // handle them
 * if (error != NULL)
 *   return FALSE;      // what nobody handled goes on
 * ~~~
 *
 * @param error  (inout): an error, or none; left in it is what is not of the kind
 * @param domain  the domain of the errors that are wanted
 * @param code  their code
 * @return (transfer full) (nullable): a group of what is wanted, also if @p error was none, as Python has it; or NULL
 */
GError *asyncio_error_except_star (GError **error,
                                   GQuark   domain,
                                   int      code) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
