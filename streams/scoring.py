"""The scoring app: events in, qualification changes out. `faust -A streams.scoring worker`, or `intentflow worker`."""

from collections.abc import AsyncIterator

from intentflow.lane.app import chunks_of, fast_loop, lane_app
from intentflow.lane.chunk import Chunk
from intentflow.lane.exits import said_at_the_door
from intentflow.lane.metrics import Metrics
from intentflow.model.load import read
from intentflow.settings import Settings
from intentflow.wire.chunk import Scorer

fast_loop()
with said_at_the_door():
    settings = Settings()
    reading = read(settings.model)
    model = reading.model

metrics = Metrics(real_time=settings.clock == "wall")
metrics.running(model, reading.written.review_by, settings.partitions)
app = lane_app(settings, lambda sources: Scorer(model, sources), metrics)
leads = app.leads


@app.agent(chunks_of(app))
async def score(chunks: AsyncIterator[Chunk]) -> None:
    """Every chunk of every source goes through the lane."""
    async for chunk in chunks:
        await app.lane.process(chunk)
