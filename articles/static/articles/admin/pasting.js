/* Pasting from a word processor into a body: the server makes blocks of it (articles/pasting.py). */
(function () {
  "use strict";

  const { StreamBlockDefinition } = window.wagtailStreamField.blocks;
  const STRUCTURE = "h1, h2, h3, h4, h5, h6, table, [class*='MsoList'], [style*='mso-list'], " +
    "[class*='MsoTitle'], [style*='mso-outline-level']";
  /* What was copied in one of the fields here. */
  const OWN = /data-draftjs-conductor-fragment|data-offset-key=/;
  const PARAGRAPHS = "p, li, h1, h2, h3, h4, h5, h6, tr";
  const FROM_A_WORD_PROCESSOR = /urn:schemas-microsoft-com:office|class="?Mso|docs-internal-guid|content="LibreOffice/i;

  /* What the editor's own text field takes just as well is left to it. */
  function isDocument(html) {
    if (!html || OWN.test(html)) return false;
    const copied = new DOMParser().parseFromString(html, "text/html");
    if (copied.querySelector(STRUCTURE)) return true;
    return FROM_A_WORD_PROCESSOR.test(html) && copied.querySelectorAll(PARAGRAPHS).length > 1;
  }

  /* Pictures stay behind: their bytes need not travel. */
  function withoutBytes(html) {
    return html.replace(/\bsrc\s*=\s*(["'])data:[^"']*\1/gi, "");
  }

  function isEmptyText(child) {
    if (child.type !== "text") return false;
    const editable = child.element.querySelector("[contenteditable=true]");
    return editable !== null && editable.textContent.trim() === "";
  }

  function button(label, onClick) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button button-small button-secondary";
    made.textContent = label;
    made.addEventListener("click", onClick);
    return made;
  }

  class Pasting {
    constructor(stream, { address, largest, words }) {
      this.stream = stream;
      this.address = address;
      this.largest = largest;
      this.words = words;
      this.bar = document.createElement("div");
      this.bar.className = "pasting";
      this.opener = button(words.open, () => this.toggle());
      this.opener.setAttribute("aria-expanded", "false");
      this.bar.append(this.opener);
      this.said = document.createElement("div");
      this.said.className = "pasting-said";
      this.said.setAttribute("role", "status");
      stream.element.append(this.bar, this.said);
      /* Before the text field hears of it. */
      stream.element.addEventListener("paste", (event) => this.takePaste(event), true);
    }

    takePaste(event) {
      const html = event.clipboardData?.getData("text/html");
      const inBox = this.box?.contains(event.target);
      const index = this.stream.children.findIndex(
        (child) => child.type === "text" && child.element.contains(event.target),
      );
      if (!inBox && (index < 0 || !isDocument(html))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const text = event.clipboardData.getData("text/plain");
      this.send(html || asParagraphs(text), inBox ? null : this.stream.children[index]);
    }

    async send(html, after) {
      const body = withoutBytes(html);
      if (new Blob([body]).size > this.largest) {
        this.tell(this.words.too_long, [], "error");
        return;
      }
      this.tell(this.words.working);
      let answer;
      try {
        const response = await fetch(this.address, {
          method: "POST",
          headers: {
            "Content-Type": "text/html; charset=utf-8",
            "X-CSRFToken": window.wagtailConfig.CSRF_TOKEN,
          },
          body,
        });
        answer = await response.json();
      } catch {
        answer = { error: this.words.failed };
      }
      if (answer.error) {
        this.tell(answer.error, [], "error");
        return;
      }
      const undo = this.insert(answer.blocks, after);
      this.close();
      this.tell(answer.said, answer.notes, "done", answer.blocks.length ? undo : null);
    }

    /* Below the text that it was pasted into, in place of it when nothing stands there yet. */
    insert(blocks, after) {
      const { stream } = this;
      const children = () => stream.children;
      if (!blocks.length) return null;
      const target = after ?? children().at(-1);
      const replaced = target && children().includes(target) && isEmptyText(target);
      let index = target && children().includes(target) ? children().indexOf(target) + 1 : children().length;
      if (replaced) {
        index -= 1;
        stream.deleteBlock(index);
      }
      const made = blocks.map(({ type, value }, position) =>
        stream.insert({ type, value, id: crypto.randomUUID() }, index + position));
      made[0].element.scrollIntoView({ block: "nearest" });
      return () => {
        /* One by one, where they are now: they may have been moved since. */
        made.filter((child) => children().includes(child))
          .forEach((child) => stream.deleteBlock(children().indexOf(child)));
        if (replaced) {
          const at = Math.min(index, children().length);
          stream.insert(
            { type: "text", value: stream.blockDef.initialChildStates.text, id: crypto.randomUUID() }, at);
        }
        this.tell(this.words.undone);
      };
    }

    tell(text, notes = [], kind = "", undo = null) {
      this.said.dataset.kind = kind;
      const lines = [text, ...notes].map((line) => {
        const paragraph = document.createElement("p");
        paragraph.textContent = line;
        return paragraph;
      });
      this.said.replaceChildren(...lines);
      if (undo) this.said.append(button(this.words.undo, undo));
      if (kind) this.said.append(button(this.words.close, () => this.said.replaceChildren()));
    }

    toggle() {
      if (this.box) this.close();
      else this.open();
    }

    open() {
      this.box = document.createElement("div");
      this.box.className = "pasting-box";
      const how = document.createElement("p");
      how.textContent = this.words.how;
      how.id = `${this.stream.prefix}-pasting`;
      const area = document.createElement("div");
      area.contentEditable = "true";
      area.className = "pasting-area";
      area.setAttribute("role", "textbox");
      area.setAttribute("aria-multiline", "true");
      area.setAttribute("aria-label", this.words.label);
      area.setAttribute("aria-describedby", how.id);
      /* It only takes what is pasted: nothing that is typed here would be kept. */
      area.addEventListener("beforeinput", (event) => event.preventDefault());
      area.addEventListener("keydown", (event) => {
        if (event.key === "Escape") {
          this.close();
          this.opener.focus();
        }
      });
      this.box.append(how, area);
      this.bar.append(this.box);
      this.opener.setAttribute("aria-expanded", "true");
      area.focus();
    }

    close() {
      this.box?.remove();
      this.box = null;
      this.opener.setAttribute("aria-expanded", "false");
    }
  }

  function asParagraphs(text) {
    return text.split(/\r?\n/).map((line) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      return paragraph.outerHTML;
    }).join("");
  }

  class BodyStreamBlockDefinition extends StreamBlockDefinition {
    render(...args) {
      const stream = super.render(...args);
      new Pasting(stream, this.meta.pasting);
      return stream;
    }
  }

  window.telepath.register("articles.blocks.BodyStreamBlock", BodyStreamBlockDefinition);
})();
