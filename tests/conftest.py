"""Side by side, the longest files come first, so that none is left alone at the end; otherwise pytest's own order."""

LONGEST = ["test_attacks", "test_resume", "test_answers", "test_published", "test_demo", "test_nbgrader", "test_cluster"]


def pytest_collection_modifyitems(config, items):
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))
