"""The first steps, in JupyterLab."""

import shutil

from browser_side import picture
from lab_side import ROOT, Notebook


def test_the_first_steps_run_top_to_bottom(lab, new_page):
    shutil.copy(ROOT / "notebooks" / "00_first_steps.ipynb", lab.folder)
    page = new_page()
    notebook = Notebook(page, lab, "00_first_steps.ipynb")
    outputs = notebook.run()
    assert all(outputs[:-1])
    picture(page, "first_steps")
    notebook.close()
