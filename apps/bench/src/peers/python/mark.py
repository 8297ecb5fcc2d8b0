"""The work of the transformer as a confluent-kafka user would write it, exactly once.

usage: mark.py BROKERS GROUP INPUT OUTPUT DEAD_LETTERS
"""

import json
import signal
import sys

from confluent_kafka import Consumer, Producer

RECORDS_PER_TRANSACTION = 10_000
POLL_SECONDS = 0.1

brokers, group, source, output, dead_letters = sys.argv[1:]
consumer = Consumer(
    {
        "bootstrap.servers": brokers,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
    }
)
producer = Producer(
    {
        "bootstrap.servers": brokers,
        "transactional.id": group,
        "queue.buffering.max.messages": 1_000_000,
    }
)
running = True


def stop(*_):
    global running
    running = False


def handle(record):
    try:
        login = json.loads(record.value())
    except ValueError:
        producer.produce(dead_letters, record.value(), record.key())
        return
    if login["app_version"] == "2.0.0":
        login["processed"] = True
        producer.produce(
            output, json.dumps(login), record.key(), timestamp=record.timestamp()[1]
        )


signal.signal(signal.SIGTERM, stop)
producer.init_transactions()
consumer.subscribe([source])
while running:
    records = consumer.consume(RECORDS_PER_TRANSACTION, timeout=POLL_SECONDS)
    if not records:
        continue
    producer.begin_transaction()
    for record in records:
        if record.error() is None:
            handle(record)
    producer.send_offsets_to_transaction(
        consumer.position(consumer.assignment()), consumer.consumer_group_metadata()
    )
    producer.commit_transaction()
consumer.close()
