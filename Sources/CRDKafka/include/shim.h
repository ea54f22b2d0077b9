#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// What follows exists only because Swift cannot say it: a plain C callback. With delivery reports as events,
// rd_kafka_flush(), commit_transaction() and abort_transaction() wait for reports that a second thread has to take from
// the queue; as a callback they are served inside those calls. The callback writes a few numbers and never enters Swift.

/// What became of produced messages since the client was created. Freed after rd_kafka_destroy().
typedef struct crd_deliveries {
    int64_t delivered;
    int64_t failed;
    /// Thrown away by an abort before they were acknowledged.
    int64_t purged;
    /// The code of the newest failure, 0 for none.
    int32_t last_failure;
    /// One past the offset of the newest marked message (one produced with an opaque pointer), 0 for none.
    int64_t end_of_marked;
} crd_deliveries_t;

/// Runs on whichever thread polls, flushes, commits or aborts, hence the atomics.
static inline void crd_count_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    crd_deliveries_t *deliveries = (crd_deliveries_t *)opaque;
    (void)client;
    switch (message->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        __atomic_fetch_add(&deliveries->delivered, 1, __ATOMIC_RELAXED);
        if (message->_private) __atomic_store_n(&deliveries->end_of_marked, message->offset + 1, __ATOMIC_RELAXED);
        break;
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
        __atomic_fetch_add(&deliveries->purged, 1, __ATOMIC_RELAXED);
        break;
    default:
        __atomic_store_n(&deliveries->last_failure, message->err, __ATOMIC_RELAXED);
        __atomic_fetch_add(&deliveries->failed, 1, __ATOMIC_RELAXED);
    }
}

/// Counts the delivery reports of an event.
static inline void crd_count_reports(rd_kafka_event_t *event, crd_deliveries_t *deliveries) {
    const rd_kafka_message_t *message;
    while ((message = rd_kafka_event_message_next(event))) crd_count_delivery(NULL, message, deliveries);
}

/// Counts the delivery reports of the client made from `conf`; here because Swift cannot name a static C callback.
static inline void crd_conf_count_deliveries(rd_kafka_conf_t *conf, crd_deliveries_t *deliveries) {
    rd_kafka_conf_set_opaque(conf, deliveries);
    rd_kafka_conf_set_dr_msg_cb(conf, crd_count_delivery);
}

/// Reads the counts from any thread; here because Swift has no atomic load on a C field.
static inline crd_deliveries_t crd_deliveries_read(const crd_deliveries_t *deliveries) {
    crd_deliveries_t copy;
    copy.delivered = __atomic_load_n(&deliveries->delivered, __ATOMIC_RELAXED);
    copy.failed = __atomic_load_n(&deliveries->failed, __ATOMIC_RELAXED);
    copy.purged = __atomic_load_n(&deliveries->purged, __ATOMIC_RELAXED);
    copy.last_failure = __atomic_load_n(&deliveries->last_failure, __ATOMIC_RELAXED);
    copy.end_of_marked = __atomic_load_n(&deliveries->end_of_marked, __ATOMIC_RELAXED);
    return copy;
}
