"""A copy of an exercise's demo in JupyterLab, without side bars."""

import json
import shutil
import sys
from pathlib import Path

SETTINGS = {
    "notebook-extension/panel": {  # Run All by one click
        "toolbar": [{"name": "run-all", "command": "notebook:run-all-cells", "label": "全部実行", "rank": 0}]
    },
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "docmanager-extension/plugin": {"autosave": False},
    "statusbar-extension/plugin": {"visible": False},
}
"""What JupyterLab must know on the stage; nothing of it touches the presenter's own settings."""
DISABLED = {"@jupyterlab/cell-toolbar-extension": True}
"""It makes a toolbar anew at every click, and keeps the old ones in memory."""


def lab_command(notebook: Path, page: Path, folder: Path) -> list[str]:
    """Put copies of a demo.ipynb and of its page, where there is one, and the settings into folder.

    Returns the command that opens the notebook without side bars. The page is for the day on which the kernel is lost.
    """
    (folder / "notebook").mkdir(parents=True, exist_ok=True)
    for path in notebook, page:
        if path.exists():
            shutil.copy(path, folder / "notebook")
    for name, value in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    (folder / "app").mkdir(exist_ok=True)
    (folder / "app" / "page_config.json").write_text(json.dumps({"disabledExtensions": DISABLED}), encoding="utf-8")
    return [sys.executable, "-m", "jupyterlab", "--LabApp.default_url=/doc/tree/demo.ipynb",
            f"--ServerApp.root_dir={folder / 'notebook'}", f"--LabApp.user_settings_dir={folder / 'settings'}",
            f"--LabApp.workspaces_dir={folder / 'workspaces'}", f"--LabApp.app_settings_dir={folder / 'app'}"]  # fmt: skip
