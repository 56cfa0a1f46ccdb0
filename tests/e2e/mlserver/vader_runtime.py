"""VADER of the vaderSentiment package as a model of MLServer, with the tensors that Serin's own have."""
import numpy
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


def label_of(compound):
    return "positive" if compound >= 0.05 else "negative" if compound <= -0.05 else "neutral"


class VaderRuntime(MLModel):
    async def load(self) -> bool:
        self.analyzer = SentimentIntensityAnalyzer()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        texts = StringCodec.decode_input(payload.inputs[0])
        found = [self.analyzer.polarity_scores(text) for text in texts]
        compound = numpy.array([one["compound"] for one in found])
        scores = numpy.array([[one["neg"], one["neu"], one["pos"]] for one in found])
        return InferenceResponse(model_name=self.name, outputs=[
            StringCodec.encode_output("label", [label_of(one) for one in compound]),
            NumpyCodec.encode_output("compound", compound),
            NumpyCodec.encode_output("scores", scores)])
