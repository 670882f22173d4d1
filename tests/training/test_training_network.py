"""The network's shape and reach, the ONNX file's likeness to it, and training that can be resumed.

These need torch, which is not in the project's environment; docs/training.md tells how to run them.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch: Any = pytest.importorskip("torch", reason="needs torch, of the dependency group train")

from daw_bridge.core.notes import Note  # noqa: E402
from daw_bridge.training import dataset  # noqa: E402
from daw_bridge.training.beginning import normalised, unfolded  # noqa: E402
from daw_bridge.training.calibration import keep_thresholds, kept_thresholds  # noqa: E402
from daw_bridge.training.export import export, load_network  # noqa: E402
from daw_bridge.training.losses import losses  # noqa: E402
from daw_bridge.training.network import PARTIALS, Network, Shape  # noqa: E402
from daw_bridge.training.targets import targets  # noqa: E402
from daw_bridge.training.train import Course, Trainer  # noqa: E402
from daw_bridge.transcribe.bridge.decoding import Thresholds  # noqa: E402
from daw_bridge.transcribe.bridge.features import BINS, CHANNELS, SEMITONES  # noqa: E402
from daw_bridge.transcribe.bridge.maps import REACH_FRAMES  # noqa: E402

SMALL = Shape(local=4, channels=8, pooled=8, dilations=(1, 2), pooled_after=1)


def random_network(shape: Shape | None = None) -> Network:
    torch.manual_seed(0)
    network = Network(shape)
    network.train()
    with torch.no_grad():
        for norm in (network.local_norm, network.stacked_norm):
            norm.weight.uniform_(0.5, 2.0)
            norm.bias.uniform_(-0.5, 0.5)
        network.key_bias.uniform_(-0.5, 0.5)
        network(torch.rand(2, CHANNELS, 40, BINS))  # gives the normalisation something to work with
    network.eval()
    return network


def heard_by_runtime(model: Path, heard: Any) -> Any:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    (maps,) = session.run(["maps"], {"spectra": heard.numpy()})
    return maps, session.get_modelmeta().custom_metadata_map


def test_two_steps_a_frame_and_four_maps() -> None:
    with torch.inference_mode():
        assert random_network()(torch.rand(2, CHANNELS, 30, BINS)).shape == (2, 4, 60, 88)


def test_it_is_small() -> None:
    assert sum(weight.numel() for weight in Network().parameters()) * 4 < 3_000_000


def test_it_hears_two_seconds_around_and_no_more() -> None:
    """An engine that cuts long files into pieces must know."""
    heard = torch.rand(1, CHANNELS, 300, BINS, requires_grad=True)
    random_network()(heard)[0, :, 300].sum().backward()
    frames = torch.nonzero(heard.grad.abs().sum(dim=(0, 1, 3))).flatten()
    assert max(150 - int(frames[0]), int(frames[-1]) - 150) == REACH_FRAMES


def test_a_key_hears_its_partials() -> None:
    heard = torch.rand(1, CHANNELS, 20, BINS, requires_grad=True)
    network = random_network(Shape(dilations=(), pooled_after=9))
    network(heard)[0, 1, 20, 40].backward()
    bins = set(torch.nonzero(heard.grad.abs().sum(dim=(0, 1, 2))).flatten().tolist())
    for semitones in (-12, 0, 12, 19, 24, 28, 31, 34, 36):
        assert 3 * (40 + semitones) + 1 in bins
    assert 3 * (40 + 7) + 1 not in bins


def test_combs_are_the_partials_laid_over_one_another() -> None:
    network, heard = random_network(), torch.rand(1, 16, 5, SEMITONES)
    padded = torch.nn.functional.pad(heard, (12, 100))
    stacked = torch.cat([padded[..., 12 + partial : 100 + partial] for partial in PARTIALS], dim=1)
    with torch.inference_mode():
        torch.testing.assert_close(network._over_partials(heard), network.stacked(stacked))


def test_perfect_maps_lose_nothing() -> None:
    wanted = torch.from_numpy(targets([Note(0.3, 60, 1.0, 80), Note(0.7, 30, 1.4, 80)], 100))[None]
    found = losses(torch.logit(wanted, eps=1e-7), wanted)
    assert float(found["total"]) < 0.02
    assert float(losses(torch.logit(wanted.roll(5, dims=2), eps=1e-7), wanted)["onset"]) > 2


@pytest.mark.parametrize("shape", [None, SMALL])
def test_the_onnx_file_says_what_the_network_says(tmp_path: Path, shape: Shape | None) -> None:
    pytest.importorskip("onnx", reason="needs onnx, of the dependency group train")
    network, model = random_network(shape), tmp_path / "model.onnx"
    export(network, model, Thresholds(confidence=0.33, weights=(1.0, 2.0)), {"training_steps": "5"})
    heard = torch.rand(1, CHANNELS, 77, BINS)
    maps, metadata = heard_by_runtime(model, heard)
    with torch.inference_mode():
        np.testing.assert_allclose(maps, network(heard).sigmoid().numpy(), atol=1e-5)
    assert kept_thresholds(model) == Thresholds(confidence=0.33, weights=(1.0, 2.0))
    keep_thresholds(model, Thresholds(sounding=0.2))
    assert kept_thresholds(model) == Thresholds(sounding=0.2)
    assert metadata["maps"] == "sounding,onset,offset,velocity"
    assert metadata["training_steps"] == "5"
    assert model.stat().st_size < 3_000_000


def test_nothing_leaves_the_layout_of_channels_in_eights_on_the_way(tmp_path: Path) -> None:
    """Each copy from it, and back, takes as long as a small convolution: the combs need two, the keys' bias
    one, and the maps are read one."""
    onnx = pytest.importorskip("onnx", reason="needs onnx, of the dependency group train")
    import onnxruntime

    export(random_network(), tmp_path / "model.onnx", Thresholds())
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), options, providers=["CPUExecutionProvider"])
    kinds = [node.op_type for node in onnx.load(str(tmp_path / "optimised.onnx")).graph.node]
    if "ReorderOutput" not in kinds:
        pytest.skip("this processor has no such layout")
    assert kinds.count("ReorderOutput") == 3
    assert kinds.count("Add") == 5
    assert "BatchNormalization" not in kinds


def test_a_network_comes_back_from_its_onnx_file(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs onnx, of the dependency group train")
    network, model = random_network(SMALL), tmp_path / "model.onnx"
    export(network, model, Thresholds(), {"training_steps": "5"})
    again, words = unfolded(model)
    assert again.shape == SMALL and words.endswith("after 5 steps")
    heard = torch.rand(3, CHANNELS, 50, BINS)
    with torch.inference_mode():
        torch.testing.assert_close(again(heard), network(heard), atol=1e-4, rtol=1e-4)


def test_normalisations_normalise_again_and_change_nothing(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs onnx, of the dependency group train")
    network, model = random_network(SMALL), tmp_path / "model.onnx"
    export(network, model, Thresholds())
    again, _ = unfolded(model)
    heard = torch.rand(3, CHANNELS, 50, BINS)
    normalised(again, [heard])
    with torch.inference_mode():
        torch.testing.assert_close(again(heard), network(heard), atol=1e-4, rtol=1e-4)
        again.train()
        torch.testing.assert_close(again(heard), network(heard), atol=1e-2, rtol=1e-2)


def test_training_begins_from_a_network_of_its_own_shape_only(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs onnx, of the dependency group train")
    model = tmp_path / "other.onnx"
    export(random_network(SMALL), model, Thresholds())
    with pytest.raises(ValueError, match="another shape"):
        Trainer(tmp_path, Course()).begin_from(model)


def test_training_begins_from_an_onnx_file(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs onnx, of the dependency group train")
    network, model = random_network(SMALL), tmp_path / "model.onnx"
    export(network, model, Thresholds(), {"training_steps": "5"})
    made_up_data(tmp_path)
    trainer = Trainer(tmp_path, Course(clips=2, frames=24), SMALL)
    trainer.begin_from(model)
    heard = torch.rand(1, CHANNELS, 50, BINS)
    trainer.network.eval()
    with torch.inference_mode():
        torch.testing.assert_close(trainer.network(heard), network(heard), atol=1e-4, rtol=1e-4)
    trainer.run(lambda step: step >= 2)
    _, about = load_network(trainer.checkpoint)
    assert about["training_steps"] == "2"
    assert about["began_from"].endswith("after 5 steps")


def made_up_data(folder: Path, *some: tuple[str, str]) -> None:
    """Stems of noise with notes, enough to train on: one for each (split, family), or two to train on."""
    rng = np.random.default_rng(0)
    (folder / "stems").mkdir()
    (folder / "features").mkdir()
    for number, (split, family) in enumerate(some or [("train", "")] * 2):
        rows = [[0.3 + 0.4 * i, int(rng.integers(40, 80)), 0.6 + 0.4 * i, 90] for i in range(10)]
        about = {"number": number, "split": split, "family": family, "sound": "", "line": "", "notes": rows}
        (folder / "stems" / f"{number:05d}.json").write_text(json.dumps(about))
        np.save(dataset.features_path(folder, number), rng.integers(0, 255, (CHANNELS, 120, BINS), np.uint8))


def trained(folder: Path, stops: list[int]) -> tuple[Trainer, dict[str, Any]]:
    folder.mkdir()
    made_up_data(folder)
    course = Course(clips=2, frames=24, save_every=3, validate_every=1000, log_every=1)
    for stop in stops:
        trainer = Trainer(folder, course, SMALL)
        trainer.resume()
        trainer.run(lambda step, stop=stop: step >= stop)  # type: ignore[misc]
    return trainer, trainer.network.state_dict()


def test_training_that_is_resumed_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    _, whole = trained(tmp_path / "whole", [7])
    trainer, resumed = trained(tmp_path / "resumed", [4, 7])
    assert trainer.step == 7
    for name, value in whole.items():
        torch.testing.assert_close(resumed[name], value, rtol=0, atol=0)
    rows = [json.loads(line) for line in (tmp_path / "resumed" / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == list(range(1, 8))
    network, about = load_network(trainer.checkpoint)
    assert about == {"training_steps": "7"} and network.shape == SMALL


def test_annealing_ends_and_leaves_the_checkpoint_to_go_on_from(tmp_path: Path) -> None:
    trained(tmp_path / "a", [3])
    annealing = Trainer(tmp_path / "a", Course(clips=2, frames=24, anneal_steps=4), SMALL)
    assert annealing.resume()
    annealing.run(lambda step: False)
    assert annealing.step == 7
    assert load_network(tmp_path / "a" / "checkpoints" / "last.pt")[1] == {"training_steps": "3"}
    assert load_network(tmp_path / "a" / "checkpoints" / "annealed.pt")[1] == {"training_steps": "7"}
    assert Trainer(tmp_path / "a", Course(anneal_steps=4), SMALL).resume()
    further = Trainer(tmp_path / "a", Course(clips=2, frames=24), SMALL)
    further.resume()
    further.run(lambda step: step >= 5)
    anew = Trainer(tmp_path / "a", Course(clips=2, frames=24, anneal_steps=4), SMALL)
    anew.resume()
    assert (anew.step, anew.begun_at) == (5, 5)


def test_an_annealing_from_a_file_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs onnx, of the dependency group train")
    model, kept = tmp_path / "model.onnx", tmp_path / "organ"
    export(random_network(SMALL), model, Thresholds())
    made_up_data(tmp_path)
    course = Course(clips=2, frames=24, anneal_steps=4)
    stopped = Trainer(tmp_path, course, SMALL, kept=kept)
    assert not stopped.resume()
    stopped.begin_from(model)
    stopped.run(lambda step: step >= 2)
    resumed = Trainer(tmp_path, course, SMALL, kept=kept)
    assert resumed.resume() and resumed.step == 2
    resumed.run(lambda step: False)
    assert resumed.step == 4 and resumed.began_from == stopped.began_from
    assert {path.name for path in (kept / "checkpoints").iterdir()} == {"last.pt", "annealed.pt"}
    assert not (tmp_path / "checkpoints").exists()


def test_it_can_learn_one_crop_by_heart(tmp_path: Path) -> None:
    made_up_data(tmp_path)
    trainer = Trainer(tmp_path, Course(warmup_steps=1, learning_rate=1e-2), SMALL)
    batch = dataset.Batches(tmp_path, dataset.ready(tmp_path, "train"), 1, 40, 3).batch(0)
    first = trainer._learn(*batch)["total"]
    for _ in range(25):
        last = trainer._learn(*batch)["total"]
    assert last < 0.5 * first
