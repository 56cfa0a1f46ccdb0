#!/usr/bin/env bash
# Scores lines of standard input in one PredictBatch call: prints version, label and compound of each.
#
#   examples/batch.sh < sentences.txt
#
# Needs grpcurl and jq. Each line is assigned to a version by itself, as if it had come alone.
set -euo pipefail

jq -Rn '{batch_id: 1, items: [inputs | {text: .}]}' |
  grpcurl -plaintext -d @ 127.0.0.1:50050 serin.v1.Predictor/PredictBatch |
  jq -r '.results[] | if .error then "error\t\(.error.message)"
    else .response | "\(.model_version)\t\(.sentiment.label)\t\(.sentiment.compound)" end'
