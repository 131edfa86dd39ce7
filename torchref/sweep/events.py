"""Events: TensorBoard's files, written record by record after the work is done.

tensorboard's own record writer takes 10 µs a scalar and 5 µs where four of one step share a record, a fifth of what
torch's SummaryWriter takes (notes of the design; scripts/bench sweep measures the whole). That also leaves the run's
name to be chosen last, with the verdict in it.
"""

import time
from pathlib import Path
from typing import Any

import numpy as np
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2
from tensorboard.plugins.text import metadata as text_metadata
from tensorboard.summary.writer.record_writer import RecordWriter

from manual.arrays import Array

Value = summary_pb2.Summary.Value
HPARAMS_VERSION = 0
BINS = 30


class EventFile:
    """One run's file; `start` is the wall time of step 0 in seconds, by which TensorBoard orders the runs' colours."""

    def __init__(self, folder: Path, start: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.start = start
        self._file = (folder / f"events.out.tfevents.{int(start)}.torchref").open("wb")
        self._writer = RecordWriter(self._file)
        self._write(event_pb2.Event(wall_time=start, file_version="brain.Event:2"))

    def __enter__(self) -> "EventFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def scalars(self, step: int, values: dict[str, float]) -> None:
        """The values of one step, by tag."""
        self._summary(step, [Value(tag=tag, simple_value=value) for tag, value in values.items()])

    def image(self, tag: str, step: int, png: bytes, width: int, height: int) -> None:
        """A picture; 350 × 215 pixels are shown one to one."""
        picture = summary_pb2.Summary.Image(encoded_image_string=png, width=width, height=height, colorspace=4)
        self._summary(step, [Value(tag=tag, image=picture)])

    def text(self, tag: str, markdown: str) -> None:
        """A card of text: tables, code and Unicode are shown; formulas in TeX are not."""
        shape = tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)])
        tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING, string_val=[markdown.encode()], tensor_shape=shape)
        metadata = text_metadata.create_summary_metadata(display_name=None, description=None)
        self._summary(0, [Value(tag=tag, metadata=metadata, tensor=tensor)])

    def histogram(self, tag: str, step: int, numbers: Array) -> None:
        """The distribution of numbers; left out if any of them is not finite, which TensorBoard refuses."""
        numbers = np.asarray(numbers, np.float64).ravel()
        if not np.isfinite(numbers).all():
            return
        counts, edges = np.histogram(numbers, bins=BINS)
        histogram = summary_pb2.HistogramProto(
            min=numbers.min(), max=numbers.max(), num=numbers.size, sum=numbers.sum(), sum_squares=(numbers**2).sum()
        )
        histogram.bucket_limit.extend(edges[1:])
        histogram.bucket.extend(counts)
        self._summary(step, [Value(tag=tag, histo=histogram)])

    def hparams(self, hparams: dict[str, float | str], metrics: list[str]) -> None:
        """What distinguishes this run, and which of its scalars to set beside it, in the run's own folder."""
        infos = [api_pb2.HParamInfo(name=name, type=_hparam_type(value)) for name, value in hparams.items()]
        wanted = [api_pb2.MetricInfo(name=api_pb2.MetricName(tag=tag)) for tag in metrics]
        session = plugin_data_pb2.SessionStartInfo(start_time_secs=self.start)
        for name, value in hparams.items():
            if isinstance(value, str):
                session.hparams[name].string_value = value
            else:
                session.hparams[name].number_value = value
        end = plugin_data_pb2.SessionEndInfo(status=api_pb2.STATUS_SUCCESS, end_time_secs=self.start + 1)
        for tag, content in (
            ("experiment", {"experiment": api_pb2.Experiment(hparam_infos=infos, metric_infos=wanted)}),
            ("session_start_info", {"session_start_info": session}),
            ("session_end_info", {"session_end_info": end}),
        ):
            data = plugin_data_pb2.HParamsPluginData(version=HPARAMS_VERSION, **content)
            plugin = summary_pb2.SummaryMetadata.PluginData(plugin_name="hparams", content=data.SerializeToString())
            metadata = summary_pb2.SummaryMetadata(plugin_data=plugin)
            self._summary(0, [Value(tag=f"_hparams_/{tag}", metadata=metadata)])

    def _summary(self, step: int, values: list[Any]) -> None:
        # One step a millisecond: the viewer's "relative" axis then reads in steps too.
        event = event_pb2.Event(wall_time=self.start + step / 1000, step=step)
        event.summary.value.extend(values)
        self._write(event)

    def _write(self, event: event_pb2.Event) -> None:
        self._writer.write(event.SerializeToString())


def _hparam_type(value: float | str) -> int:
    return api_pb2.DATA_TYPE_STRING if isinstance(value, str) else api_pb2.DATA_TYPE_FLOAT64


def now() -> float:
    """The wall time in seconds, for the first run of an experiment."""
    return time.time()
