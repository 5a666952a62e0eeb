from zookit.training.programs import programs_reused


def test_the_block_runs() -> None:
    with programs_reused():
        pass
