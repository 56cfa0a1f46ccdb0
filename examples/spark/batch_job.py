"""The notebook's job a batch at a time: Spark hands over its rows by the thousand (mapInPandas), each
lot is one PredictBatch call over gRPC.

    examples/spark/run examples/spark/batch_job.py

Reads topic `test` from the earliest record, shows the scores on the console and ends by itself. The
client code of serin.v1.Predictor is made from its .proto when a worker first needs it.
"""
import pathlib

from pyspark.sql import SparkSession
from pyspark.sql.functions import col, get_json_object

ROUTER = "127.0.0.1:50050"
KAFKA = "127.0.0.1:9092"
TOPIC = "test"
PROTOS = str(pathlib.Path(__file__).resolve().parents[2] / "proto")
SCHEMA = "data string, neg double, neu double, pos double, compound double, label string, version string"


def predictor():
    """The messages and a stub, for one worker."""
    import sys

    import grpc
    sys.path.insert(0, PROTOS)
    messages, services = grpc.protos_and_services("serin/v1/predictor.proto")
    return messages, services.PredictorStub(grpc.insecure_channel(ROUTER))


def as_row(messages, text, result):
    if result.HasField("error"):
        return (text, None, None, None, None, f"error: {result.error.message}", None)
    answer, scores = result.response, result.response.sentiment
    label = messages.Label.Name(scores.label)
    return text, scores.neg, scores.neu, scores.pos, scores.compound, label, answer.model_version


def score(frames):
    import pandas
    messages, stub = predictor()
    for frame in frames:
        items = [messages.PredictRequest(text=text) for text in frame["data"]]
        answer = stub.PredictBatch(messages.PredictBatchRequest(items=items), timeout=60)
        rows = [as_row(messages, *pair) for pair in zip(frame["data"], answer.results)]
        yield pandas.DataFrame(rows, columns=[field.split()[0] for field in SCHEMA.split(", ")])


def main():
    spark = SparkSession.builder.master("local[2]").appName("sentiment-in-batches").getOrCreate()
    messages = (spark.readStream.format("kafka").option("kafka.bootstrap.servers", KAFKA)
                .option("subscribe", TOPIC).option("startingOffsets", "earliest").load())
    texts = messages.select(get_json_object(col("value").cast("string"), "$.data").alias("data"))
    scored = texts.where("data is not null").mapInPandas(score, SCHEMA)
    query = scored.writeStream.trigger(once=True).format("console").option("truncate", False).start()
    query.awaitTermination()
    progress = query.lastProgress
    print(f"{progress['numInputRows']} rows in {progress['durationMs']['triggerExecution'] / 1000} s")
    spark.stop()


if __name__ == "__main__":
    main()
