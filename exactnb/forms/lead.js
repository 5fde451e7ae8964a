/* Tells whether the keyboard may be led on: it may not where a person has gone elsewhere with it. */
export default {
  render({ model, el }) {
    el.hidden = true;
    const asked = () => {
      const form = el.closest(".exactnb-form");
      const here = document.activeElement ?? document.body;
      const cell = here.closest(".jp-Cell");
      const typing = here.matches("input, textarea, select, button, a[href], [contenteditable]");
      const gone = !form?.contains(here) && (typing || (cell && !cell.contains(el)));
      model.send({ free: !gone });
    };
    model.on("msg:custom", asked);
    return () => model.off("msg:custom", asked);
  },
};
