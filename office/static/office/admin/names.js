/* Names for fields that Wagtail (7.4) shows without one to a screen reader: each is the stand-in of
   another element, which has the label, or lies in a panel whose heading is its label. */
(function () {
  "use strict";

  const text = (element) => element?.textContent.replace("*", "").trim();

  /* Of a block that is its kind. What follows there is what was written in it. */
  const heading = (panel) =>
    text(panel?.querySelector("[data-panel-heading]")
      ?.querySelector(".c-sf-block__type, [data-panel-heading-text]"));

  /* The nearest: items of a list have none of their own. */
  function label(field) {
    for (let place = field; place; place = place.parentElement) {
      const said = place.matches("[data-panel]")
        ? heading(place)
        : place.matches("[data-contentpath]") && text(place.querySelector(":scope > .w-field__label"));
      if (said) return said;
    }
    return "";
  }

  const NAMELESS = {
    ".public-DraftEditor-content": label,
    ".tagit-new input": (field) => text(field.closest(".tagit").previousElementSibling?.labels?.[0]),
    /* Lies over a button that says what it does. */
    ".replace-file-input input[type=file]": (field) => text(field.previousElementSibling),
    /* Holds what is copied from a table; there is one for all tables. */
    "#HandsontableCopyPaste": () => label(document.querySelector(".handsontable")),
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
