/* The checklist beside the editor: leads to the place that a line speaks of, wherever it is folded
   away. Its lines come anew with each autosave, so the document listens and not they. */
(() => {
  const find = (path) => {
    const selector = path
      .split('.')
      .map((name) => `[data-contentpath="${CSS.escape(name)}"]`)
      .join(' ');
    const rows = document.getElementById(`id_${path}-FORMS`);
    return document.querySelector(selector) || (rows && rows.closest('section')) || rows;
  };

  const unfold = (element) => {
    const tab = element.closest('[role="tabpanel"][hidden]');
    if (tab) document.querySelector(`[role="tab"][aria-controls="${tab.id}"], [role="tab"][href="#${tab.id}"]`)?.click();
    for (let section = element.closest('[data-panel]'); section; ) {
      const toggle = section.querySelector('[data-panel-toggle][aria-expanded="false"]');
      if (toggle && toggle.closest('[data-panel]') === section) toggle.click();
      section = section.parentElement && section.parentElement.closest('[data-panel]');
    }
  };

  const go = (path) => {
    // A block that was taken out since the list was made: the nearest that is still there.
    let element = null;
    for (let rest = path; rest && !element; rest = rest.split('.').slice(0, -1).join('.')) {
      element = find(rest);
    }
    if (!element) return;
    unfold(element);
    // On a phone the panel covers what it speaks of.
    const side = document.querySelector('[data-form-side]');
    if (side && side.offsetWidth > 0.8 * window.innerWidth) {
      document.querySelector('[data-form-side-close-button]')?.click();
    }
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    element.scrollIntoView({ block: 'center', behavior: calm ? 'auto' : 'smooth' });
    const field = element.querySelector(
      'input:not([type="hidden"]), textarea, select, [contenteditable="true"], button',
    );
    (field || element).focus({ preventScroll: true });
  };

  // Before Wagtail's own listeners: whoever submits or approves what must be mended says so.
  document.addEventListener(
    'click',
    (event) => {
      const acts = '[name="action-submit"], [data-workflow-action-name="approve"]';
      const question = document.querySelector('[data-readiness-question]');
      if (!question || !event.target.closest(acts)) return;
      if (!window.confirm(question.dataset.readinessQuestion)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        document.querySelector('[data-readiness-open]')?.click();
      }
    },
    true,
  );

  document.addEventListener('click', (event) => {
    const line = event.target.closest('[data-readiness-go]');
    if (line) {
      event.preventDefault();
      go(line.dataset.readinessGo);
    } else if (event.target.closest('[data-readiness-open]')) {
      const toggle = document.querySelector('[data-side-panel-toggle="readiness"]');
      if (toggle && toggle.getAttribute('aria-expanded') !== 'true') toggle.click();
    }
  });
})();
