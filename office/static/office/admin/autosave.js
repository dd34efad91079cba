/* Two gaps of Wagtail's autosave (7.4), closed in the browser. */
(function () {
  "use strict";

  const controller = (form, name) =>
    window.wagtail.app.getControllerForElementAndIdentifier(form, name);

  /* While autosave is making the page, "Save draft" would make it once more: it waits for the
     answer, which leads the form to the page that there is by then. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const running = form.matches("[data-edit-form]") && controller(form, "w-autosave")?.submitPromise;
    if (!running) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    running.then(() => {
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
  }, true);

  /* What is in the form two seconds after it was opened counts as unchanged. Whoever begins before
     that has their words taken for what was there: the first touch says what was there. */
  const form = document.querySelector("[data-edit-form]");
  if (!form) return;
  let untouched = null;

  function remember() {
    const unsaved = controller(form, "w-unsaved");
    if (unsaved && !unsaved.initialFormData && untouched === null) untouched = unsaved.formData;
  }

  const touches = ["pointerdown", "keydown", "beforeinput", "paste", "drop"];
  touches.forEach((name) => document.addEventListener(name, remember, true));
  function restore() {
    if (untouched === null) return;
    const unsaved = controller(form, "w-unsaved");
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
