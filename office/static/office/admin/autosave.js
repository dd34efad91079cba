/* Gaps of Wagtail's autosave (7.4), closed in the browser. */
(function () {
  "use strict";

  const form = document.querySelector("[data-edit-form]");
  if (!form) return;

  const controller = (name) =>
    window.wagtail.app.getControllerForElementAndIdentifier(form, name);

  /* What is saved by itself is never a decision: a button's name lies in the form as soon as it is
     pressed, and autosave would send it a second time. */
  const DECISION = /^(action|workflow-action)-/;
  form.addEventListener("w-autosave:save", ({ detail: { formData } }) => {
    [...formData.keys()].filter((name) => DECISION.test(name)).forEach((name) => formData.delete(name));
  });

  /* Whoever presses a button has said what becomes of the text: nothing is saved by itself from then
     on. While autosave is making the page, the button would make it once more: it waits for the
     answer, which leads the form to the page that there is by then. */
  function decide(event) {
    const autosave = event.target === form && controller("w-autosave");
    if (!autosave) return;
    autosave.activeValue = false;
    if (!autosave.submitPromise) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    autosave.submitPromise.then(() => {
      /* Whoever presses a button finds it disabled, and so it would not be sent. */
      if (submitter?.name) {
        const pressed = document.createElement("input");
        pressed.type = "hidden";
        pressed.name = submitter.name;
        pressed.value = submitter.value;
        form.append(pressed);
      }
      form.requestSubmit();
    });
  }

  document.addEventListener("submit", decide, true);
  /* A decision that asks for a reason is sent by jQuery, which tells its own listeners alone. Saved by
     itself after that, the text would have been written by whoever only read it. */
  window.jQuery(form).on("submit", decide);

  /* What is in the form two seconds after it was opened counts as unchanged. Whoever begins before
     that has their words taken for what was there: the first touch says what was there. */
  let untouched = null;

  function remember() {
    const unsaved = controller("w-unsaved");
    if (unsaved && !unsaved.initialFormData && untouched === null) untouched = unsaved.formData;
  }

  const touches = ["pointerdown", "keydown", "beforeinput", "paste", "drop"];
  touches.forEach((name) => document.addEventListener(name, remember, true));
  function restore() {
    if (untouched === null) return;
    const unsaved = controller("w-unsaved");
    unsaved.initialFormData = untouched;
    unsaved.previousFormData = untouched;
  }

  form.addEventListener("w-unsaved:watch-edits", restore);
  /* From the first save on, what is there is what was saved. */
  form.addEventListener("w-autosave:save", () => {
    form.removeEventListener("w-unsaved:watch-edits", restore);
    touches.forEach((name) => document.removeEventListener(name, remember, true));
  }, { once: true });
})();
