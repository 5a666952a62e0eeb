"""Tests mirror the packages, and modules stay small enough to read at one sitting."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from conftest import ROOT

LONGEST_MODULE = 300
LONGEST_FUNCTION = 60
FOLDERS = ("core", "registry", "plugins", "runner")

# Modules without a test file of their own: a pattern, and the test that covers them.
ELSEWHERE = {
    # Contracts and values without logic of their own.
    "core/architecture.py": "plugins/test_contract.py",
    "core/callback.py": "plugins/test_contract.py",
    "core/callback_run.py": "training/test_experiment_callbacks.py",
    "core/component.py": "plugins/test_contract.py",
    "core/augmentation.py": "plugins/test_contract.py",
    "core/exporter.py": "inference/test_export.py",
    "core/loss.py": "plugins/test_contract.py",
    "core/metric.py": "plugins/test_contract.py",
    "core/optimizer.py": "plugins/test_contract.py",
    "core/schedule.py": "plugins/test_contract.py",
    "core/search.py": "plugins/searches/test_searches.py",
    "core/hookspecs.py": "training/test_listeners.py",
    "runner/runs/columns.py": "runs/test_run.py",
    "runner/runs/index_*.py": "runs/test_index.py",
    "runner/runs/initial_weights.py": "training/test_initial_weights.py",
    "runner/data/part_file.py": "data/test_download.py",
    "runner/sweeps/listed_cells.py": "test_zoo.py",
    "runner/runs/listing.py": "runs/test_index.py",
    "runner/runs/summary.py": "runs/test_index.py",
    "core/listener.py": "training/test_listeners.py",
    "core/progress.py": "test_terminal.py",
    "core/remote_file.py": "data/test_download.py",
    "core/run_context.py": "training/test_listeners.py",
    "core/launcher.py": "plugins/launchers/test_local.py",
    "registry/built.py": "registry/test_components.py",
    "registry/plugin_file_loader.py": "registry/test_plugin_files.py",
    "registry/static_kinds.py": "registry/test_plugin_files.py",
    "runner/doctor/finding.py": "doctor/test_examination.py",
    "runner/doctor/report.py": "doctor/test_diagnosis.py",
    "runner/report/reliability.py": "report/test_page.py",
    "runner/inference/class_maps.py": "inference/test_explanation.py",
    "runner/leaderboard/unranked.py": "leaderboard/test_leaderboard.py",
    # Parts that are only visible through another module.
    "core/data/content.py": "core/data/test_idx.py",
    "core/declaration.py": "core/test_parameters.py",
    "core/experiment_keys.py": "core/test_experiment.py",
    "core/experiment_tables.py": "core/test_experiment.py",
    "core/prepared_value.py": "core/test_parameters.py",
    "core/processor_count.py": "core/data/test_threads.py",
    "core/python_process.py": "test_isolation.py",
    "plugins/architectures/convolutions.py": "plugins/architectures/test_resnet.py",
    "plugins/callbacks/keras_classes/*.py": "plugins/callbacks/test_early_stopping.py",
    "plugins/launchers/dask_jobs.py": "plugins/launchers/test_dask.py",
    "plugins/launchers/dask_placed.py": "plugins/launchers/test_dask.py",
    "plugins/launchers/dask_slots.py": "plugins/launchers/test_dask.py",
    "plugins/launchers/dask_worker.py": "plugins/launchers/test_dask.py",
    "plugins/launchers/slurm_files.py": "plugins/launchers/test_slurm.py",
    "plugins/launchers/slurm_jobs.py": "plugins/launchers/test_slurm.py",
    "plugins/launchers/slurm_queue.py": "plugins/launchers/test_slurm.py",
    "plugins/launchers/slurm_task.py": "plugins/launchers/test_slurm.py",
    "plugins/datasets/held_out.py": "plugins/datasets/test_image_folder.py",
    "plugins/datasets/hosted_images.py": "plugins/datasets/test_huggingface.py",
    "plugins/datasets/hub_*.py": "plugins/datasets/test_huggingface.py",
    "plugins/datasets/parquet_images.py": "plugins/datasets/test_huggingface.py",
    "plugins/datasets/tfds_*.py": "plugins/datasets/test_tfds.py",
    # Each kind's components are tested together.
    "plugins/augmentations/*.py": "plugins/augmentations/test_augmentations.py",
    "plugins/listeners/mlflow_store.py": "plugins/listeners/test_mlflow.py",
    "plugins/losses/*.py": "plugins/losses/test_losses.py",
    "plugins/metrics/*.py": "plugins/metrics/test_metrics.py",
    "plugins/optimizers/*.py": "plugins/optimizers/test_keras_optimizer.py",
    "plugins/schedules/*.py": "plugins/schedules/test_schedules.py",
    "plugins/searches/*.py": "plugins/searches/test_searches.py",
    "runner/child_process.py": "test_isolation.py",
    "runner/training/augmented_sheet.py": "cli/test_show.py",
    "runner/cli/bare.py": "cli/test_app.py",
    "runner/data/transfer.py": "data/test_download.py",
    "runner/cli/commands.py": "cli/test_app.py",
    "runner/cli/component_options.py": "cli/test_run.py",
    "runner/cli/ctrl_c.py": "cli/test_app.py",
    "runner/cli/describe.py": "cli/test_show.py",
    "runner/cli/corrections/*.py": "cli/corrections/test_search.py",
    "runner/cli/probabilities.py": "cli/test_predict.py",
    "runner/cli/run_argument.py": "cli/test_runs.py",
    "runner/cli/training_options.py": "cli/test_run.py",
    "runner/data/split_choice.py": "cli/test_predict.py",
    "runner/doctor/probes.py": "doctor/test_examination.py",
    "plugins/exporters/*.py": "inference/test_export.py",
    "runner/report/comparison.py": "report/test_page.py",
    "runner/report/confusion.py": "report/test_page.py",
    "runner/report/predictions.py": "report/test_page.py",
    "runner/report/sweep_view.py": "report/test_sweep_page.py",
    "runner/report/view.py": "report/test_page.py",
    "runner/training/program.py": "training/test_programs.py",
    "runner/sweeps/worker.py": "core/test_worker_process.py",
    "runner/testing/deadly_callback.py": "testing/test_launcher.py",
    "runner/testing/launcher_trial.py": "testing/test_launcher.py",
    "runner/testing/shapes.py": "testing/test_architecture.py",
    "runner/testing/trial_training.py": "testing/test_architecture.py",
    "runner/sweeps/composing.py": "sweeps/test_cells.py",
    "runner/sweeps/exclusion.py": "sweeps/test_cells.py",
    "runner/sweeps/located.py": "sweeps/test_cells.py",
    "runner/sweeps/places.py": "sweeps/test_space.py",
    "runner/sweeps/state.py": "sweeps/test_view.py",
    "runner/sweeps/parameter_counts.py": "cli/test_sweep.py",
    "runner/sweeps/request_tables.py": "sweeps/test_request.py",
    "runner/training/composition.py": "training/test_resolve.py",
    "runner/training/monitoring.py": "training/test_advice.py",
    "runner/training/options.py": "training/test_resolve.py",
    "runner/training/data_checks.py": "training/test_session.py",
    "runner/training/loop_callbacks.py": "training/test_session.py",
    "runner/training/preparation.py": "training/test_session.py",
    "runner/training/read_only_splits.py": "training/test_experiment_callbacks.py",
    "runner/training/run_environment.py": "training/test_session.py",
    "runner/typer_commands.py": "cli/test_plugin_commands.py",
    "runner/remote/folder_storage.py": "remote/test_push.py",
    "runner/remote/read_anywhere.py": "cli/test_push.py",
    "runner/remote/storage.py": "remote/test_pull.py",
    "runner/remote/storage_at.py": "remote/test_push.py",
    "runner/runs/pulled.py": "cli/test_push.py",
    "runner/runs/runs_dir.py": "cli/test_runs.py",
    "runner/serve/access.py": "serve/test_guard.py",
    "runner/serve/answers.py": "serve/test_predict_route.py",
    "runner/serve/app.py": "serve/test_predict_route.py",
    "runner/serve/binary_tensors.py": "serve/test_inference_routes.py",
    "runner/serve/connection.py": "serve/test_server.py",
    "runner/serve/inference_request.py": "serve/test_inference_routes.py",
    "runner/serve/limits.py": "serve/test_guard.py",
    "runner/serve/page_files.py": "serve/test_server.py",
    "runner/serve/problems.py": "serve/test_predict_route.py",
    "runner/serve/request_images.py": "serve/test_predict_route.py",
    "runner/serve/served_model.py": "serve/test_server.py",
    "runner/serve/served_models.py": "serve/test_predict_route.py",
    # Commands that are tested together with what they call.
    "runner/cli/serve.py": "serve/test_server.py",
    "runner/cli/pull.py": "cli/test_push.py",
    "runner/cli/sign.py": "cli/test_push.py",
    "runner/cli/check.py": "testing/test_check.py",
    "runner/cli/doctor.py": "doctor/test_diagnosis.py",
    "runner/cli/new.py": "scaffold/test_package.py",
    "runner/cli/packages.py": "cli/test_install.py",
    "runner/cli/uninstall.py": "cli/test_install.py",
    "runner/cli/report.py": "report/test_page.py",
    "runner/cli/reproduce.py": "training/test_reproduce.py",
    "runner/cli/resume.py": "training/test_session.py",
    "runner/cli/sweep_request.py": "cli/test_sweep.py",
    "runner/cli/sweep_options.py": "cli/test_sweep.py",
    "runner/cli/sweep_result.py": "cli/test_sweep_run.py",
    "runner/cli/sweep_dry_run.py": "cli/test_sweep.py",
    "runner/cli/sweep_completion.py": "cli/test_sweep.py",
}


def modules() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name not in ("__init__.py", "__main__.py") and "samples" not in path.parts:
                yield path


def test_file_of(path: Path) -> Path:
    """`tests/training/test_loop.py` for `runner/training/loop.py`."""
    parts = path.relative_to(ROOT).parent.parts
    below = parts[1:] if parts[0] == "runner" else parts
    return ROOT.joinpath("tests", *below, f"test_{path.name}")


test_file_of.__test__ = False  # type: ignore[attr-defined]


def test_every_module_has_its_tests_or_is_tested_elsewhere() -> None:
    missing = {
        path.relative_to(ROOT).as_posix() for path in modules() if not test_file_of(path).exists()
    }
    unlisted = {name for name in missing if not any(fnmatch(name, each) for each in ELSEWHERE)}
    assert unlisted == set(), "add a test file, or name the test in ELSEWHERE"
    unused = {each for each in ELSEWHERE if not any(fnmatch(name, each) for name in missing)}
    assert unused == set(), "has a test file now, or is gone: take it off the list"
    assert all((ROOT / "tests" / test).exists() for test in ELSEWHERE.values())


@pytest.mark.parametrize("folder", FOLDERS)
def test_modules_and_functions_are_short(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= LONGEST_MODULE, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= LONGEST_FUNCTION, f"{path}:{node.lineno} {node.name} has {length}"
