/* Names for fields that Wagtail (7.4) shows without one to a screen reader: each is the stand-in of
   another element, which has the label, or lies in a panel whose heading is its label. */
(function () {
  "use strict";

  const text = (element) => element?.textContent.replace("*", "").trim();

  function label(field) {
    const place = field.closest("[data-contentpath]");
    return text(place?.querySelector(":scope > .w-field__label"))
      || text(heading(field));
  }

  /* Of a block: its kind. What follows there is what was written in it. */
  function heading(field) {
    const found = field.closest("[data-panel]")?.querySelector("[data-panel-heading]");
    return found?.querySelector(".c-sf-block__type, [data-panel-heading-text]");
  }

  const NAMELESS = {
    ".public-DraftEditor-content": label,
    ".tagit-new input": (field) => text(field.closest(".tagit").previousElementSibling?.labels?.[0]),
    /* Lies over a button that says what it does. */
    ".replace-file-input input[type=file]": (field) => text(field.previousElementSibling),
    /* Holds what is copied from a table; there is one for all tables. */
    "#HandsontableCopyPaste": () => text(heading(document.querySelector(".handsontable"))),
  };

  function name(root) {
    for (const [selector, nameOf] of Object.entries(NAMELESS)) {
      for (const field of root.querySelectorAll(`${selector}:not([aria-label])`)) {
        const said = nameOf(field);
        if (said) field.setAttribute("aria-label", said);
      }
    }
  }

  new MutationObserver(() => name(document)).observe(document.body, { childList: true, subtree: true });
  name(document);
})();
