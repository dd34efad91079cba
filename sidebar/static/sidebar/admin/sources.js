// "Fetch now" without leaving the page: how far it is, and how it ended. Without this script the
// button loads the page again.

const EVERY = 1000;
const PATIENCE = 5000;

function follow(source, button) {
  const line = source.querySelector("[data-progress-words]");
  const bar = source.querySelector("[data-progress-bar]");

  function show(progress) {
    // Only what is new is read out.
    if (progress.words && line.textContent !== progress.words) line.textContent = progress.words;
    bar.hidden = progress.is_over;
    if (progress.expected > 1) {
      bar.max = progress.expected;
      bar.value = progress.rows;
    } else {
      bar.removeAttribute("value");
    }
    if (!progress.is_over) {
      setTimeout(ask, EVERY);
      return;
    }
    button?.removeAttribute("aria-disabled");
    renew(source);
  }

  async function ask() {
    try {
      show(await json(source.dataset.progressUrl));
    } catch {
      line.textContent = source.dataset.lost;
      setTimeout(ask, PATIENCE);
    }
  }

  return { show, ask, line };
}

async function json(url, options = {}) {
  const headers = { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" };
  const answer = await fetch(url, { ...options, headers });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

// The parts of a source that a run changes, as the server draws them.
async function renew(source) {
  const answer = await fetch(location.pathname);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(source.id);
  if (!fresh) return;
  for (const part of source.querySelectorAll("[data-fresh]")) {
    const other = fresh.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
    if (!other) continue;
    part.replaceChildren(...other.childNodes);
    part.className = other.className;
  }
}

function begin(source) {
  const form = source.querySelector("[data-fetch]");
  const button = form?.querySelector("button");
  const following = follow(source, button);
  if (source.querySelector("[data-progress][data-open]")) {
    button?.setAttribute("aria-disabled", "true");
    following.ask();
  }
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    try {
      const answer = await json(form.action, { method: "POST", body: new FormData(form) });
      if (answer.refusal && answer.is_over) {
        following.line.textContent = answer.refusal;
        button.removeAttribute("aria-disabled");
      } else {
        following.show(answer);
      }
    } catch {
      // The way without a script says what is wrong.
      form.submit();
    }
  });
}

document.querySelectorAll("[data-source]").forEach(begin);
