"""The first steps, in JupyterLab."""

import shutil

from browser_side import Watch, picture
from lab_side import ROOT, Notebook


def test_the_first_steps_run_top_to_bottom(lab, new_page):
    shutil.copy(ROOT / "notebooks" / "00_first_steps.ipynb", lab.folder)
    page = new_page()
    notebook = Notebook(page, lab, "00_first_steps.ipynb")
    outputs = notebook.run()
    assert all(outputs[:-1])
    picture(page, "first_steps")
    notebook.close()


def test_a_page_that_asks_elsewhere_or_fails_is_noticed(chromium):
    with chromium.new_context() as context:
        page = context.new_page()
        watch = Watch(page)
        page.set_content("<img src='https://example.org/a.png'><script>wrong.more</script>")
        page.wait_for_load_state("networkidle")
    assert watch.outside == ["https://example.org/a.png"]
    assert "wrong is not defined" in watch.errors[0]
