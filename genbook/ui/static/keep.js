// Keeps a widget in the saved notebook, so that it can be seen again without its kernel.
//
// JupyterLab writes the state of widgets into the notebook only if its setting "Save Widget State Automatically" is on; otherwise a reopened notebook says
// "Error displaying widget: model not found". Here the widget itself does what that setting would do, for itself alone, in the same format and place.
// Where there is no such document (VS Code, Colab, a static page) nothing happens.
//
//   const stop = keep(model, () => ({ picture: "..." }))   // in `render`: the function gives values, as JSON, that are newer on the page than in the model
//   revive(model)                                          // in `initialize`

const WIDGET_STATE = "application/vnd.jupyter.widget-state+json";
const WIDGET_VIEW = "application/vnd.jupyter.widget-view+json";

// This model among the live ones of the page, as [id, entry]; undefined when it has no kernel (a restored notebook), or where widgets are not kept like this.
function liveEntry(model) {
  const layout = model.get("layout")?.model_id; // every widget has a layout of its own, and that has an id
  const live = model.widget_manager?.get_state_sync?.({ drop_defaults: true }).state ?? {};
  const found = layout && Object.entries(live).find(([, entry]) => entry.state.layout === `IPY_MODEL_${layout}`);
  return found && { id: found[0], entry: found[1], layout, layoutEntry: live[layout] };
}

// Whether the model has a kernel; where widgets are not kept like this, that is taken for granted.
const hasKernel = (model) => !model.widget_manager?.get_state_sync || Boolean(liveEntry(model));

function keep(model, newer = () => ({})) {
  const notebook = model.widget_manager?.context;
  if (!notebook?.saveState?.connect || !notebook.model?.setMetadata) return () => {};

  const write = (_, step) => {
    if (step !== "started") return;
    const before = notebook.model.getMetadata("widgets")?.[WIDGET_STATE];
    const state = { ...before?.state };
    const here = liveEntry(model);
    if (here) {
      state[here.id] = { ...here.entry, state: { ...here.entry.state, ...newer() } };
      if (here.layoutEntry) state[here.layout] = here.layoutEntry;
    }
    // widgets of ours whose output was cleared since
    const outputs = notebook.model.toJSON().cells?.flatMap((cell) => cell.outputs ?? []) ?? [];
    const shown = new Set(outputs.map((output) => output.data?.[WIDGET_VIEW]?.model_id));
    for (const [id, entry] of Object.entries(state)) {
      if (shown.has(id) || !entry.state?._anywidget_id?.startsWith("genbook.")) continue;
      delete state[entry.state.layout?.replace("IPY_MODEL_", "")];
      delete state[id];
    }
    notebook.model.setMetadata("widgets", { [WIDGET_STATE]: { version_major: 2, version_minor: 0, state } });
  };

  notebook.saveState.connect(write);
  return () => notebook.saveState.disconnect(write);
}

// Where in its notebook a model is shown: [outputs of a cell, which of them], or undefined.
async function placeOf(model) {
  const manager = model.widget_manager, cells = manager?.context?.model?.cells;
  if (!cells || !manager.has_model) return undefined;
  for (const { outputs } of cells) {
    for (let i = 0; i < (outputs?.length ?? 0); i++) {
      const id = outputs.get(i).data?.[WIDGET_VIEW]?.model_id;
      if (!id || !manager.has_model(id)) continue;
      const found = await manager.get_model(id);
      if (found.get("layout") === model.get("layout")) return { outputs, i, views: Object.keys(found.views ?? {}).length };
    }
  }
  return undefined;
}

const JUPYTERLAB_LOOKS = 2500; // milliseconds; JupyterLab looks for a model for two seconds, and says then that there is none

// JupyterLab may look for a kept widget before it has read it from the notebook (its manager says "restored" when the
// kernel connects, too), and then says "model not found" for good. So a widget that is there, and that no output shows
// although it should, has its output drawn once more; but not while JupyterLab still looks: one output would be drawn
// twice then, and what gives up last would put its "model not found" over the widget.
async function revive(model) {
  if (!model.widget_manager?.context) return;
  await new Promise((done) => setTimeout(done, JUPYTERLAB_LOOKS));
  const place = await placeOf(model);
  if (place && !place.views) place.outputs.set(place.i, place.outputs.get(place.i).toJSON());
}
